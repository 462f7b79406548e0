"""Areas of the local area agreements side by side on the same measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import areas, figures, registry
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import LocalgovError, NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.findings.programme_maps import marked_areas
from localgov_history.findings.titles import CLEAR, NOT_CLEAR, or_say_why
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, items, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.areas import Area

# More areas than this do not fit in the small charts of a page.
LEAST, MOST = 2, 12


def chosen(text: str, catalogue: Catalogue | None = None) -> list[Area]:
    """The areas that a list names.

    Parameters
    ----------
    text : names with commas between them.

    Raises
    ------
    UnknownNameError
        If there is no such area, with the nearest.
    LocalgovError
        If they are too few to compare, or more than a page can hold.
    """
    named = items(text)
    if not LEAST <= len(named) <= MOST:
        raise LocalgovError(
            f"{counted(len(named), 'area was', 'areas were')} named; expected {LEAST} to {MOST}, with commas between them"
        )
    book = catalogue or default()
    return [areas.area(name, book) for name in named]


def introduction(places: list[Area]) -> str:
    """What is compared."""
    each = [f"{place.name} ({registry.type_words(place.type)}, {place.region_words})" for place in places]
    return f"Compared: {listing(each)}. Types are those of the council of 2008."


@or_say_why
def where(places: list[Area]) -> Figure:
    """The areas on the tile map."""
    regions = list(dict.fromkeys(place.region_words for place in places))
    names = listing([place.name for place in places]) if len(places) <= 3 else f"The {len(places)} areas"
    if len(regions) == 1:
        among = f"lie in one region, {regions[0]}"
    elif len(regions) == len(places):
        among = f"lie in different regions: {listing(regions)}"
    else:
        among = f"lie in {len(regions)} regions: {listing(regions)}"
    return marked_areas(
        {"The areas compared": {place.name for place in places}},
        f"{names} {among}",
        places,
        " An area that was divided since stands on the tiles of its successors.",
    )


@or_say_why
def measures(places: list[Area]) -> Figure:
    """All measures, a panel each."""
    names = [place.name for place in places]
    found = areas.side_by_side(names, areas.MEASURES, places[0].book)
    score = found.frame[found.frame["measure"] == areas.DEPRIVATION].set_index("area")["value"].dropna()
    if len(score) < LEAST:
        title = "Not enough data to compare deprivation between the areas"
    elif score.max() - score.min() < CLEAR * score.max():
        title = f"{NOT_CLEAR} in deprivation: mean scores from {score.min():.1f} to {score.max():.1f}"
    elif len(score) == LEAST:
        title = f"{score.idxmax()} was more deprived than {score.idxmin()} in 2007"
    else:
        title = (
            f"{score.idxmax()} was the most deprived of the {len(score)} areas in 2007, {score.idxmin()} the least"
        )
    return figures.panels.bar_panels(
        found.frame,
        "",
        title,
        found.evidence,
        "Each panel has a scale of its own, from zero. Programmes: those in which the area or a council in it is known to have "
        "been, besides the agreement of 2008; lists of areas are not complete. Authorities: those of the register that went "
        "before the council; boroughs and districts that ended before 1946 are not in it.",
    )


def spread(places: list[Area]) -> str:
    """Where each measure is least and most."""
    return areas.side_by_side([place.name for place in places], areas.MEASURES, places[0].book).sentence()


@or_say_why
def populations(places: list[Area]) -> Figure:
    """Population of the areas of 2008 since 1974, set to 100 in the first year."""
    import pandas as pd

    found, without = [], []
    for place in places:
        try:
            every = areas.populations(place)
        except NotEnoughDataError:
            every = pd.DataFrame({"own": pd.Series(dtype=bool)})
        own = every[every["own"].astype(bool)]
        if len(own) > 1:
            found.append(own.assign(area=place.name))
        else:
            without.append(place.name)
    if not found:
        raise NotEnoughDataError("no area has its population on the area of 2008")
    frame = pd.concat(found)
    first = max(int(rows["year"].min()) for rows in found)
    frame = frame[frame["year"] >= first]
    base = frame[frame["year"] == first].set_index("area")["population"].astype(float)
    frame = frame.assign(value=100 * frame["population"].astype(float) / frame["area"].map(base))
    last = int(frame["year"].max())
    ends = frame[frame["year"] == last].set_index("area")["value"]
    if len(ends) < LEAST:
        title = f"Only {ends.index[0]} has its population on the area of 2008 here"
    elif ends.max() - ends.min() < 100 * CLEAR:
        title = f"{NOT_CLEAR} in growth from {first} to {last}: {_change(ends.min())} to {_change(ends.max())}"
    else:
        title = (
            f"From {first} to {last} the population of {ends.idxmax()} changed by {_change(ends.max())}, that of "
            f"{ends.idxmin()} by {_change(ends.min())}"
        )
    gone = f" Not known on the area of 2008: {listing(without)}." if without else ""
    return figures.panels.small_lines(
        frame[["area", "year", "value"]],
        title,
        f"{first} = 100",
        Evidence.of(frame),
        f"Mid-year estimates on the area of 2008, for a county the sum of later districts; {first} = 100. In grey the other "
        f"areas.{gone}",
    )


def _change(value: float) -> str:
    return f"{value - 100:+.0f}%".replace("-", "−")


@or_say_why
def carbon(places: list[Area]) -> Figure:
    """Carbon dioxide a head by year."""
    import pandas as pd

    found = []
    for place in places:
        rows = areas.indicators(place)
        rows = rows[rows["ni"] == areas.CARBON]
        if len(rows) > 1 and rows["year"].is_unique:
            found.append(rows.assign(area=place.name))
    if not found:
        raise NotEnoughDataError(f"none of the areas has values of NI {areas.CARBON}")
    frame = pd.concat(found)
    ends = frame[frame["year"] == frame["year"].max()].set_index("area")["value"]
    year = int(frame["year"].max())
    without = [place.name for place in places if place.name not in set(frame["area"])]
    if len(ends) < LEAST:
        title = f"Only {ends.index[0]} has values of carbon dioxide a head here"
    elif ends.max() - ends.min() < CLEAR * ends.max():
        title = f"{NOT_CLEAR} in carbon dioxide a head in {year}: {ends.min():.1f} to {ends.max():.1f} tonnes"
    else:
        title = (
            f"Carbon dioxide a head in {year}: from {ends.min():.1f} tonnes in {ends.idxmin()} to {ends.max():.1f} in "
            f"{ends.idxmax()}"
        )
    gone = f" No values: {listing(without)}." if without else ""
    return figures.panels.small_lines(
        frame[["area", "year", "value"]],
        title,
        "Tonnes a head",
        Evidence.of(frame),
        f"NI {areas.CARBON}, per head; a later estimate of the same scope, not the release of the time. In grey the other areas. "
        f"The scale does not start at zero.{gone}",
    )


@or_say_why
def programmes(places: list[Area]) -> Table:
    """The programmes of each area."""
    import pandas as pd

    which: dict[str, str] = {}
    numbers: dict[str, int] = {}
    used = []
    for place in places:
        found = areas.programmes(place)
        found = found[found["programme_key"] != areas.COMMON_PROGRAMME]
        used.append(found)
        first = found.drop_duplicates("programme_key")
        numbers[place.name] = len(first)
        which[place.name] = listing(list(first["programme"])) or "none found"
    every = pd.concat(used)
    if every.empty:
        raise NotEnoughDataError("no programme of these areas is known besides the agreement of 2008")
    common = set.intersection(*[set(found["programme_key"]) for found in used])
    most = max(numbers.values())
    top = listing([name for name, number in numbers.items() if number == most])
    return Table(
        pd.DataFrame({"Programmes": numbers, "Which": which}).loc[list(numbers)].rename_axis("Area"),
        f"{top} took part in most programmes found ({most}); all the areas shared {len(common) or 'none'}",
        "Programmes in which the area or a council in it is known to have been, in order of their start, besides the agreement "
        "of 2008. Lists of areas are not complete for every programme.",
        Evidence.of(every),
        (1.2, 0.7, 4),
    )


@or_say_why
def authorities(places: list[Area]) -> Table:
    """What went before each council, and what came after."""
    import pandas as pd

    rows: dict[str, list[object]] = {}
    numbers: dict[str, int] = {}
    used = []
    for place in places:
        bodies = place.family.bodies
        used.append(bodies)
        before = bodies[bodies["generation"] < 0]
        numbers[place.name] = len(before)
        rows[place.name] = [
            capital(registry.type_words(place.type)),
            len(before),
            _kinds(before),
            _kinds(bodies[bodies["generation"] > 0]),
        ]
    most, fewest = max(numbers, key=lambda name: numbers[name]), min(numbers, key=lambda name: numbers[name])
    if numbers[most] == numbers[fewest]:
        title = f"As many authorities of the register went before each of the councils: {numbers[most]}"
    else:
        title = (
            f"{counted(numbers[most], 'authority', 'authorities')} of the register went before the council of {most}, "
            f"{numbers[fewest]} before that of {fewest}"
        )
    columns = ["Council of 2008", "Before it", "Of these kinds", "After it"]
    return Table(
        pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("Area"),
        title,
        "Authorities from which the council came, directly or through others, or whose functions it took. Those that ended "
        "before 1946 are in the register only if they were counties, county boroughs or boroughs of the County of London.",
        Evidence.of(pd.concat(used)),
        (1.2, 1.3, 0.7, 3, 1.5),
    )


def _kinds(bodies: pd.DataFrame) -> str:
    counts = bodies["type"].value_counts()
    words = {
        kind: registry.type_words("unitary_authority" if kind == "unitary" else kind, n) for kind, n in counts.items()
    }
    return listing([f"{number} {words[kind]}" for kind, number in counts.items()])
