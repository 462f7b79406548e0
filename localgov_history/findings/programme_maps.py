"""Where the partnership programmes ran: maps of counties and single-tier councils, and the areas by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import areas, tiles
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure, tile_map, tile_maps
from localgov_history.findings import partnership_words as words
from localgov_history.findings.titles import or_say_why
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from localgov_history.areas import Area

# The maps: what each is called and the programmes on it.
MAPS = {
    "local_public_service_agreement_pilots": (
        "Local Public Service\nAgreement pilots",
        ("local_public_service_agreement_pilots",),
    ),
    "neighbourhood_renewal_fund": ("Neighbourhood\nRenewal Fund", ("neighbourhood_renewal_fund",)),
    "local_area_agreements_before_2008": (
        "Local Area Agreements\nbefore 2008",
        ("local_area_agreements_round_1", "local_area_agreements_round_2", "local_area_agreements_round_3"),
    ),
    "statutory_local_area_agreements": ("Statutory Local\nArea Agreements", ("statutory_local_area_agreements",)),
    "working_neighbourhoods_fund": ("Working\nNeighbourhoods Fund", ("working_neighbourhoods_fund",)),
    "multi_area_agreements": ("Multi-Area\nAgreements", ("multi_area_agreements",)),
    "total_place": ("Total Place", ("total_place",)),
    "community_budgets": (
        "Community Budgets",
        ("community_budgets_first_phase", "whole_place_community_budgets", "neighbourhood_community_budgets"),
    ),
}
_PHASES = {
    "pilot_2005": "local_area_agreements_round_1",
    "round_2_2006": "local_area_agreements_round_2",
    "round_3_2007": "local_area_agreements_round_3",
}


_NO_REGION = "Several or not known"


@or_say_why
def areas_map(programme: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Figure:
    """The areas of a programme on a map of counties and single-tier councils, by round.

    Parameters
    ----------
    programme : a key of `MAPS`.
    """
    book = catalogue or default()
    frame, names, used, number = _on_tiles(programme, include_unconfirmed, book)
    heading = MAPS[programme][0].replace("\n", " ")
    on = frame[frame["class"] != ""]
    whole, part = int((~on["part"]).sum()), int(on["part"].sum())
    tally = [f"{name} {int((on['class'] == code).sum())}" for code, name in names.items()]
    by_region = on["region"].value_counts()
    said = ", ".join(f"{region} {count}" for region, count in by_region.items())
    return tile_map(
        frame,
        names,
        f"{heading}: {counted(number, 'area')} named here, in {len(on)} of {len(frame)} counties and single-tier councils",
        used,
        f"One tile a county or single-tier council of 2019. {whole} took part as a whole; small tiles ({part}) hold a "
        "district, a neighbourhood or a former council that did. An area of several councils has several tiles; a council "
        "in two rounds has the colour of the first. Dark lines part the regions. Not coloured: not named, "
        "which is no proof that it stood aside. "
        f"{_hollow(on)}"
        f"{_completeness(programme, book)}",
        f"Tiles by round: {'; '.join(tally)}. By region: {said}.",
    )


@or_say_why
def all_maps(include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Figure:
    """Every programme on a small map of its own."""
    import pandas as pd

    book = catalogue or default()
    panels: dict[str, pd.DataFrame] = {}
    evidence = Evidence()
    parts = []
    for programme, (heading, _) in MAPS.items():
        try:
            frame, _, used, number = _on_tiles(programme, include_unconfirmed, book)
        except NotEnoughDataError:
            continue
        panels[f"{heading}\n({number})" if "\n" not in heading else f"{heading} ({number})"] = frame
        evidence += used
        reached = int((frame["class"] != "").sum())
        parts.append((reached, heading.replace("\n", " "), number))
    if not panels:
        raise NotEnoughDataError("no area of any programme is named")
    most = max(parts)
    tiles_in_all = len(next(iter(panels.values())))
    share = "the whole map" if most[0] == tiles_in_all else "most of the map"
    return tile_maps(
        panels,
        f"Of {len(parts)} programmes, {words.the(most[1])} cover {share}, as far as areas are named: {most[0]} of "
        f"{tiles_in_all} tiles",
        evidence,
        "In brackets: areas named here, which for several programmes is fewer than there were. Small tiles: a part "
        f"of the council took part. {_hollow(pd.concat(panels.values()))}".strip(),
        f"Councils reached: {'; '.join(f'{name} {reached}' for reached, name, _ in parts)}.",
    )


@or_say_why
def areas_table(programme: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """The areas of a programme by round, with their names."""
    import pandas as pd

    book = catalogue or default()
    rows, names, used = _areas(programme, include_unconfirmed, book)
    records = []
    for (region, code), part in rows.fillna({"region": _NO_REGION}).groupby(["region", "class"], sort=True):
        records.append(
            {"Region": region, "Round": names[code], "Areas": listing(sorted(part["area"])), "Number": len(part)}
        )
    frame = pd.DataFrame(records).set_index("Region")
    heading = MAPS[programme][0].replace("\n", " ")
    most = frame.groupby(level=0)["Number"].sum()
    leaders = [
        region.lower() if region == _NO_REGION else areas.region_words(region)
        for region in sorted(most.index[most == most.max()])
    ]
    return Table(
        frame,
        f"{heading}: {counted(len(rows), 'area')} named, most in {listing(leaders)} "
        f"({most.max()}{' each' if len(leaders) > 1 else ''})",
        "Areas as the programme named them. " + _completeness(programme, book),
        used,
        (1.3, 1.5, 5, 0.8),
    )


def _areas(
    programme: str, include_unconfirmed: bool, book: Catalogue
) -> tuple[pd.DataFrame, dict[str, str], Evidence]:
    """Areas with ``area``, ``members``, ``region`` and ``class`` (the round), the names of rounds, the rows used."""
    import pandas as pd

    if programme not in MAPS:
        raise UnknownNameError("programme with a map", programme, MAPS)
    keys = MAPS[programme][1]
    rows = book.load("programme_areas", include_unconfirmed)
    rows = rows[rows["programme_key"].isin(keys) & rows["took_part"].fillna(True).astype(bool)]
    several = len(keys) > 1
    titles = book.load("programmes", include_unconfirmed=True).set_index("programme_key")["name"]
    code = rows["programme_key"] if several else rows["round"].fillna("")
    rows = rows.assign(**{"class": code}).sort_values("start_earliest", kind="stable")
    evidence = Evidence.of(rows)
    shown = ["area", "members", "region", "class", "firm"]
    parts = [rows.assign(firm=_read(rows, "members"))[shown]]
    areas = book.load("laa_areas", include_unconfirmed)
    if programme == "statutory_local_area_agreements":
        rest = areas[~areas["area"].isin(rows["area"])]
        parts.append(_single(rest, "agreement", "area")[shown])
        evidence += Evidence.of(rest)
    if programme == "local_area_agreements_before_2008":
        phased = areas.assign(phase=areas["laa_phase"].map(_PHASES))
        phased = phased[phased["phase"].notna() & ~phased["area"].isin(rows["area"])]
        parts.append(_single(phased, phased["phase"], "laa_phase")[shown])
        evidence += Evidence.of(phased, uses=("laa_phase",))
    every = pd.concat(parts, ignore_index=True)
    every = every[every["members"].map(len) > 0]
    if every.empty:
        raise NotEnoughDataError(f"no area of {titles.get(keys[0], programme)} is named")
    order = [key for key in keys if (every["class"] == key).any()] if several else list(dict.fromkeys(every["class"]))
    names = {key: titles.get(key, key.replace("_", " ")) if several else _round_name(key) for key in order}
    return every, names, evidence


def _single(areas: pd.DataFrame, code: str | pd.Series, resting_on: str) -> pd.DataFrame:
    """Agreement areas as areas of one council each."""
    members = [(name,) for name in areas["area"]]
    return areas.assign(members=members, firm=_read(areas, resting_on), **{"class": code})


def _read(rows: pd.DataFrame, column: str) -> list[bool]:
    """Whether a cell of each row was read in a source."""
    return [
        known != "recalled" and column not in unread
        for known, unread in zip(rows["evidence"], rows["unconfirmed_fields"], strict=True)
    ]


def marked_areas(groups: Mapping[str, set[str]], title: str, places: list[Area], note: str) -> Figure:
    """Areas marked on the map by group.

    Parameters
    ----------
    groups : names of areas by what they are; a tile of several groups has the first.
    places : the areas whose rows the map rests on.
    note : what else to say under it.
    """
    frame = tiles.marked(groups, places[0].book)
    if frame.empty:
        raise NotEnoughDataError(f"tile_grid has no tile of the scheme {tiles.SCHEME}")
    small = " Small tiles: the area was a part of that council." if frame["part"].any() else ""
    said = [f"{name}: {listing(sorted(own))}" for name, own in groups.items() if 0 < len(own) <= 12]
    return tile_map(
        frame,
        {name: name for name in groups if (frame["class"] == name).any()},
        title,
        Evidence.of(frame, *[place.row for place in places]),
        "Each tile is a county or a single-tier council of 2019, set near its neighbours; sizes and distances on the map "
        f"mean nothing. Dark lines part the regions.{note}{small}",
        f"A map of {counted(len(frame), 'tile')}, one a council. {'; '.join(said)}.",
        "another area",
    )


def _on_tiles(
    programme: str, include_unconfirmed: bool, book: Catalogue
) -> tuple[pd.DataFrame, dict[str, str], Evidence, int]:
    rows, names, evidence = _areas(programme, include_unconfirmed, book)
    grid = tiles.grid(book)
    found: dict[str, tuple[str, bool, bool]] = {}
    for code in names:
        for row in rows[rows["class"] == code].itertuples():
            neighbourhood = code == "neighbourhood_community_budgets"
            for tile, whole in tiles.of(row.members, book).items():
                first, partly, firm = found.get(tile, (code, True, False))
                found[tile] = (first, partly and (neighbourhood or not whole), firm or row.firm)
    placed = [found.get(tile, ("", False, True)) for tile in grid.index]
    columns = dict(zip(("class", "part", "firm"), zip(*placed, strict=True), strict=True))
    return grid.assign(**columns), names, evidence + Evidence.of(grid), len(rows)


def _round_name(key: str) -> str:
    return {"agreement": "Agreement of 2008", "signed": "Agreement signed"}.get(
        key, capital(key)
    ) or "Round not known"


def _hollow(tiles: pd.DataFrame) -> str:
    number = int((~tiles["firm"].astype(bool)).sum())
    return f"Hollow tiles ({number}): not yet confirmed in a source. " if number else ""


def _completeness(programme: str, book: Catalogue) -> str:
    """How many areas the programmes on a map said that they had."""
    rows = book.load("programmes").set_index("programme_key")
    rows = rows[rows["areas_count"].notna()]
    keys = [key for key in MAPS[programme][1] if key in rows.index]
    said = [
        f"{int(rows.loc[key, 'areas_count'])} {rows.loc[key, 'areas_counted']} ({rows.loc[key, 'name']})"
        for key in keys
    ]
    if len(keys) < len(MAPS[programme][1]):
        return "How many there were in all is not confirmed."
    return f"By the programme’s own count there were {listing(said)}."
