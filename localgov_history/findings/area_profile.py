"""The profile of one area: a section a subject, each left out where the tables have no rows on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import areas, dates, display, figures, tiles
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Missing, Table
from localgov_history.errors import NotEnoughDataError, ReportRefusedError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings.programme_maps import marked_areas
from localgov_history.findings.titles import CLEAR, or_say_why
from localgov_history.periods import periodisation
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.areas import Area

# A profile of fewer sections than this would say more of the gaps than of the place.
LEAST_SECTIONS = 5
NEIGHBOURS = 5
# A line lower than this share of the highest lies on the axis and shows nothing.
LEAST_HEIGHT = 0.05
Item = Figure | Table | str


@dataclass(frozen=True, eq=False)
class Profile:
    """All that a profile shows.

    Attributes
    ----------
    place : the area.
    sections : what each section shows, by its key; empty where the tables have no rows on it.
    findings : the sentences for the cover.
    """

    place: Area
    sections: dict[str, tuple[Item, ...]]
    findings: tuple[str, ...]

    @property
    def left_out(self) -> list[str]:
        """The subjects, in words, of the sections that are left out."""
        return [SUBJECTS[key][0] for key, items in self.sections.items() if not items]

    def sentence(self) -> str:
        """Which sections are left out."""
        if not self.left_out:
            return f"Every section has evidence for {self.place.name}; none is left out."
        return f"Left out, because the tables have no rows on {self.place.name}: {listing(self.left_out)}."


def profile(name: str, catalogue: Catalogue | None = None) -> Profile:
    """The profile of an area.

    Parameters
    ----------
    name : an area, as in ``laa_areas``.

    Raises
    ------
    UnknownNameError
        If there is no such area, with the nearest.
    ReportRefusedError
        If fewer than `LEAST_SECTIONS` sections have any evidence.
    """
    place = areas.area(name, catalogue or default())
    sections = {key: _made(make, place) for key, (_, make) in SUBJECTS.items()}
    evidenced = [SUBJECTS[key][0] for key, items in sections.items() if items]
    if len(evidenced) < LEAST_SECTIONS:
        had = f"only {listing(evidenced)}" if evidenced else "nothing"
        raise ReportRefusedError(
            f"no profile of {name} is made: the tables have {had}, {len(evidenced)} of {len(SUBJECTS)} subjects; "
            f"expected at least {LEAST_SECTIONS}"
        )
    leading = [
        next(item for item in items if not isinstance(item, str)).title for items in sections.values() if items
    ]
    return Profile(place, sections, tuple(f"{title}." for title in leading[:3]))


def _made(make: Callable[[Area], tuple[Item, ...]], place: Area) -> tuple[Item, ...]:
    try:
        return make(place)
    except NotEnoughDataError:
        return ()


def present(found: Profile, key: str) -> None:
    """Show a section; where it is left out, say so to the notebook's reader alone.

    Parameters
    ----------
    key : of `SUBJECTS`.

    Raises
    ------
    UnknownNameError
        If there is no such section.
    """
    if key not in SUBJECTS:
        raise UnknownNameError("section of a profile", key, SUBJECTS)
    for item in found.sections[key]:
        if isinstance(item, str):
            display.say(item, catalogue=found.place.book)
        else:
            display.show(item, found.place.book)
    if not found.sections[key]:
        why = f"Left out: the tables have no rows on {found.place.name} for {SUBJECTS[key][0]}."
        display.show(Missing(why, left_out=True), found.place.book)


@or_say_why
def where(found: Profile) -> Figure:
    """The tile map with the area, the areas nearest to it and its region marked."""
    place = found.place
    frame = place.book.load("laa_areas")
    region = set(frame.loc[frame["region"] == place.region, "area"])
    near = areas.nearest(place, NEIGHBOURS)["area"].to_list()
    groups = {
        place.name: {place.name},
        f"The {len(near)} nearest areas": set(near),
        f"Others of {place.region_words}": region - {place.name, *near},
    }
    grid = tiles.marked({place.name: [place.name]}, place.book)
    later = grid.loc[(grid["class"] != "") & (grid["name"] != place.name), "name"].to_list()
    note = (
        f" {place.name} stands on the {'tile' if len(later) == 1 else 'tiles'} of {listing(later)}." if later else ""
    )
    return marked_areas(
        groups,
        f"{place.name} lies in {place.region_words}; the area nearest to it is {near[0]}",
        [place],
        note,
    )


def _authorities(place: Area) -> tuple[Item, ...]:
    found = place.family
    before = found.bodies[found.bodies["generation"] < 0]
    after = int((found.bodies["generation"] > 0).sum())
    title = f"{place.name}: {counted(len(before), 'authority', 'authorities')} of the register went before the council of 2008"
    ends = before["end_earliest"].dt.year.dropna().astype(int).value_counts()
    if len(before) > 1 and len(ends) and ends.iloc[0] > 1:
        several = "all" if ends.iloc[0] == len(before) else str(ends.iloc[0])
        title += f", {several} of them until {ends.index[0]}"
    if after:
        title += f"; {after} came after it"
    figure = figures.lineage(found, title)
    said = found.sentence()
    if place.districts:
        said += (
            f" Within the county there were {counted(len(place.districts), 'district')} in 2008, with councils of their own: "
            f"{listing(list(place.districts))}."
        )
    return figure, said


def _population(place: Area) -> tuple[Item, ...]:
    every = areas.populations(place).rename(columns={"population": "value"})
    peaks = every[~every["own"]].groupby("line")["value"].max().sort_values(ascending=False)
    own = list(dict.fromkeys(every.loc[every["own"], "line"]))
    high = peaks[peaks >= LEAST_HEIGHT * every["value"].max()]
    chosen = [*own, *high.index][: figures.MOST_LINES]
    shown = every[every["line"].isin(chosen)]
    shown = shown.assign(order=[chosen.index(line) for line in shown["line"]]).sort_values(["order", "year"])
    if own:
        mine = every[every["own"]].sort_values("year")
        title = _change(place.name, mine)
    else:
        first = shown[shown["line"] == chosen[0]]
        title = f"No population is known here on the area of 2008; {_change(chosen[0], first)}"
    others = len(peaks) + len(own) - len(chosen)
    more = f" Not drawn: {counted(others, 'smaller line')} of authorities before it." if others else ""
    caption = (
        "Each line is on boundaries of its own, named above, and no line goes on from another: authorities before it "
        f"had other areas. Censuses and mid-year estimates.{more}"
    )
    if not shown["measured"].all():
        caption += " Some yearly figures lie on a straight line between estimates."
    figure = figures.lines(
        shown[["line", "year", "value", "measured"]],
        title,
        "People",
        Evidence.of(shown),
        caption,
        periodisation("gough", place.book),
    )
    return (figure,)


def _change(name: str, rows: pd.DataFrame) -> str:
    first, last = rows.iloc[0], rows.iloc[-1]
    before, after = float(first["value"]), float(last["value"])
    if len(rows) == 1:
        return f"{name}: {after:,.0f} people in {last['year']}, the only year known"
    if abs(after / before - 1) < CLEAR:
        return (
            f"{name} had about as many people in {last['year']} as in {first['year']}: {after:,.0f} and {before:,.0f}"
        )
    verb = "grew" if after > before else "shrank"
    return f"{name} {verb} from {before:,.0f} people in {first['year']} to {after:,.0f} in {last['year']}"


_PHASES = {
    "pilot_2005": "as one of the pilots of 2005",
    "round_2_2006": "in the second round, of 2006",
    "round_3_2007": "in the third round, of 2007",
    "none_before_2008": "only in 2008",
}


def _programmes(place: Area) -> tuple[Item, ...]:
    import pandas as pd

    found = areas.programmes(place)
    number = found.loc[found["programme_key"] != areas.COMMON_PROGRAMME, "programme_key"].nunique()
    if not number:
        raise NotEnoughDataError(f"no programme is known for {place.name} but the agreement that every area had")
    frame = pd.DataFrame(
        {
            "Programme": found["programme"],
            "Round": [_round(row.round, row.programme) for row in found.itertuples()],
            "Began": [_when(text) for text in found["start"]],
            "As": ["the area" if by == "" else by for by in found["through"]],
            "Money": found["money"],
        }
    ).set_index("Programme")
    phase = place.row["laa_phase"].iloc[0]
    rounds = found["programme_key"].str.startswith("local_area_agreements_round_").any()
    unknown = "" if rounds else "In which round its first local area agreement began is not known here. "
    began = f"Its first local area agreement began {_PHASES[phase]}. " if phase in _PHASES else unknown
    said = f"{began}From {areas.AGREED[:4]} it had a statutory agreement, as every area of England had."
    chosen = place.row["designated_targets"].iloc[0]
    if pd.notna(chosen):
        said += f" In that it had {int(chosen)} targets from the national set."
    table = _table(
        frame,
        f"{place.name} or a council in it is known to have been in {counted(number, 'partnership programme')} "
        "besides the agreement of 2008",
        "As: the area itself, a district in it, a neighbourhood, or the wider group it belonged to. Money is that of the "
        "row’s area or group, in cash, where found. Lists of areas are not complete for every programme.",
        Evidence.of(found, place.row),
        (2.2, 1.1, 1.1, 1.6, 1.3),
    )
    return table, said


def _round(text: object, programme: str) -> str:
    """The round, without what the name of the programme says already."""
    if not isinstance(text, str) or programme.endswith(f"round {text}"):
        return ""
    return f"round {text}" if text.isdigit() else text


def _table(frame: pd.DataFrame, title: str, caption: str, evidence: Evidence, widths: tuple[float, ...]) -> Table:
    """A table without the columns that have nothing in them."""
    kept = [bool((frame[name] != "").any()) for name in frame.columns]
    shown = tuple(width for width, keep in zip(widths, (True, *kept), strict=True) if keep)
    return Table(frame.loc[:, kept], title, caption, evidence, shown)


def _when(text: object) -> str:
    return dates.parse(text).readable() if isinstance(text, str) else ""


def _span(start: object, end: object) -> str:
    """From and to for a reader, with what is known of them."""
    if isinstance(start, str) and isinstance(end, str):
        return f"{_when(start)} to {_when(end)}"
    return _when(start) if isinstance(start, str) else f"until {_when(end)}" if isinstance(end, str) else ""


_STATUS = {
    "final": "in the agreement",
    "draft": "in a draft",
    "draft_discussed": "in a draft that was being discussed",
}


def _targets(place: Area) -> tuple[Item, ...]:
    import pandas as pd

    targets = place.book.load("laa_targets")
    targets = targets[targets["area"] == place.name].sort_values("ni")
    grants = place.book.load("reward_grants")
    grants = grants[(grants["area"] == place.name) & grants["preferred"].fillna(True).astype(bool)]
    items: list[Item] = []
    if len(targets):
        indicators = place.book.load("national_indicators")
        titles = indicators.set_index("ni")["title"]
        rows = pd.DataFrame(
            {
                "Indicator": [f"NI {ni}" for ni in targets["ni"]],
                "Title": [titles.get(ni, "") for ni in targets["ni"]],
                "Found": [_STATUS.get(status, status) for status in targets["list_status"]],
                "Target": [_target(row) for row in targets.itertuples()],
            }
        ).set_index("Indicator")
        items.append(
            _table(
                rows,
                f"{counted(len(targets), 'indicator')} known from {place.name}’s agreement or a draft of it",
                "What was found; no whole list of an area’s targets was. No title: not read in a source. A draft says what "
                "was put forward, not what was agreed.",
                Evidence.of(targets, indicators[indicators["ni"].isin(targets["ni"])]),
                (0.7, 3.2, 1.2, 1.2),
            )
        )
    if len(grants):
        rows = pd.DataFrame(
            {
                "Scheme": [capital(str(scheme).replace("_", " ")) for scheme in grants["scheme"]],
                "Years": [_span(row.start, row.end) for row in grants.itertuples()],
                "On offer": [_pounds(value) for value in grants["potential_gbp"]],
                "Earned": [_pounds(value) for value in grants["achieved_gbp"]],
                "Known as": [str(basis).replace("_", " ") for basis in grants["amount_basis"]],
            }
        ).set_index("Scheme")
        items.append(
            _table(
                rows,
                f"{counted(len(grants), 'reward grant')} or sums to start with known for {place.name}"
                if len(grants) > 1
                else f"One reward grant, or the agreement for it, is known for {place.name}",
                "In cash. On offer: what full success would have paid. Empty: not found. Half rate: the last payment.",
                Evidence.of(grants),
                (2.4, 1.8, 1, 1, 1),
            )
        )
    if not items:
        raise NotEnoughDataError(f"no targets or rewards of {place.name} are known")
    return tuple(items)


def _target(row: object) -> str:
    value, unit = getattr(row, "target_2010_11", None), getattr(row, "unit", None)
    if value is None or value != value:
        return ""
    return f"{value:g}{'%' if unit == 'percent' else f' {unit}' if isinstance(unit, str) else ''} in 2010–11"


def _pounds(value: float) -> str:
    return "" if value != value else f"£{value / 1e6:,.2f}m"


def _indicators(place: Area) -> tuple[Item, ...]:
    found = areas.indicators(place)
    items: list[Item] = []
    carbon = found[found["ni"] == areas.CARBON]
    if len(carbon) > 1 and carbon["year"].is_unique:
        items.append(_carbon(place, carbon))
    shares = found[found["unit"] == "percent"]
    if len(shares):
        items += _shares(place, shares)
    if not items:
        raise NotEnoughDataError(f"no indicator has values for {place.name}")
    return tuple(items)


def _carbon(place: Area, rows: pd.DataFrame) -> Figure:
    import pandas as pd

    lines = []
    for name, column in (
        (place.name, "value"),
        (f"Median area of {place.region_words}", "region_median"),
        ("Median area of England", "england_median"),
    ):
        lines.append(rows[["year"]].assign(line=name, value=rows[column], measured=True))
    first, last = rows.iloc[0], rows.iloc[-1]
    ratio = last["value"] / last["england_median"] - 1
    notes = "".join(f" {note}" for note in dict.fromkeys(rows["note"].dropna()))
    beside = (
        "about as in the median area of England"
        if abs(ratio) < CLEAR
        else f"{'above' if ratio > 0 else 'below'} the median area of England ({last['england_median']:.1f})"
    )
    return figures.lines(
        pd.concat(lines)[["line", "year", "value", "measured"]],
        f"Carbon dioxide a head in {place.name}: {first['value']:.1f} tonnes in {first['year']}, {last['value']:.1f} in "
        f"{last['year']}, {beside}",
        "Tonnes a head",
        Evidence.of(rows),
        f"NI {areas.CARBON}, per head; a later estimate of the same scope, not the release of the time. Medians of the "
        f"areas with a value ({int(last['areas'])} in {last['year']}), each area counting once.{notes}",
    )


def _shares(place: Area, rows: pd.DataFrame) -> list[Item]:
    latest = rows[rows["year"] == rows.groupby("ni")["year"].transform("max")]
    every = place.book.load("indicator_values")
    every = every[every["laa_area"].notna() & every["preferred"].fillna(True).astype(bool)]
    year = every["date_earliest"].fillna(every["period_earliest"]).dt.year
    every = every.assign(year=year)
    found = []
    above = 0
    for ni, own in latest.groupby("ni"):
        kind = own["comparability"].iloc[0]
        when = own["year"].iloc[0]
        beside = every[(every["ni"] == ni) & (every["year"] == when) & (every["comparability"] == kind)]
        title = f": {own['title'].iloc[0]}" if own["title"].iloc[0] else ""
        mark = "" if kind == "published_ni" else "*"
        found.append(beside.assign(group=f"NI {ni}, {when}{mark}{title}"))
        above += float(own["value"].mean()) > float(beside["value"].median())
    import pandas as pd

    frame = pd.concat(found)
    groups = frame["group"].nunique()
    marked = list(dict.fromkeys(latest["area"]))
    starred = any("*" in group.split(":")[0] for group in frame["group"])
    caption = (
        "Each mark is an area; the upright line is their median. High is not always good. No title: not read in a source."
        + (
            " *: not the indicator as published, but the same or a close measure from another source."
            if starred
            else ""
        )
        + (" Rows with London alone have marks for London alone." if place.region == "London" and starred else "")
    )
    if marked != [place.name]:
        caption += f" {listing(marked)} stand for {place.name}, which had been divided when the figures were made."
    figure = figures.strips(
        frame[["group", "area", "value"]],
        marked,
        f"{place.name} lies above the median area on {above} of {groups} indicators in per cent",
        "Per cent",
        Evidence.of(frame),
        caption,
    )
    return [figure]


def _deprivation(place: Area) -> tuple[Item, ...]:
    frame = place.book.load("laa_areas")
    frame = frame[frame["imd2007_mean_lsoa_score"].notna()]
    if place.rank is None or place.name not in set(frame["area"]):
        raise NotEnoughDataError(f"{place.name} has no index of deprivation")
    frame = frame.assign(group=frame["region"], value=frame["imd2007_mean_lsoa_score"])
    order = frame.groupby("group")["value"].median().sort_values(ascending=False)
    frame = frame.assign(order=[list(order.index).index(group) for group in frame["group"]]).sort_values("order")
    near = frame[frame["region"] == place.region]
    local = int((near["imd2007_rank_of_150"] <= place.rank).sum())
    row = place.row.iloc[0]
    figure = figures.strips(
        frame[["group", "area", "value"]],
        [place.name],
        f"{place.name} ranks {place.rank} of {len(frame)} areas by deprivation in 2007, and {local} of {len(near)} in "
        f"{place.region_words} (1: the most deprived)",
        "Mean score of the area’s small areas",
        Evidence.of(frame),
        "Index of Multiple Deprivation 2007; a higher score is more deprived. The mean over lower layer super output areas is "
        "worked out from the index and is not the published average of the area. The upright line is the median.",
    )
    whole = counted(int(row["imd2007_lsoas"]), "small area")
    worst = row["imd2007_pct_lsoas_worst_decile"]
    among = "among the most deprived tenth of England"
    if row["imd2007_lsoas"] == 1:
        return figure, f"The one small area in it was {'' if worst else 'not '}{among}."
    if worst == 0:
        return figure, f"Of {whole} in it, none was {among}."
    return figure, f"Of {whole} in it, {worst:.0f}% were {among}."


def _neighbours(place: Area) -> tuple[Item, ...]:
    near = areas.nearest(place, NEIGHBOURS)
    measures = (areas.PEOPLE, areas.DEPRIVATION, areas.CARBON_A_HEAD)
    found = areas.side_by_side([place.name, *near["area"]], measures, place.book)
    away = {row.area: f"{row.area}, {row.kilometres:.0f} km" for row in near.itertuples()}
    score = found.frame[found.frame["measure"] == areas.DEPRIVATION].set_index("area")["value"]
    worse = int((score > score[place.name]).sum())
    standing = (
        "more deprived than all"
        if worse == 0
        else "less deprived than all"
        if worse == len(near)
        else f"less deprived than {worse} and more than {len(near) - worse}"
    )
    figure = figures.panels.bar_panels(
        found.frame.assign(area=[away.get(name, name) for name in found.frame["area"]]),
        place.name,
        f"{place.name} was {standing} of its {len(near)} nearest areas in 2007",
        found.evidence,
        "Nearest by the distance between points near the middle of each area, which for a county is a mean over its "
        "districts: a large neighbour may come far down. Each panel has a scale of its own.",
    )
    return (figure,)


def _joint(place: Area) -> tuple[Item, ...]:
    import pandas as pd

    found = areas.joint_working(place)
    if found.empty:
        raise NotEnoughDataError(f"no joint arrangement of {place.name} is known")
    frame = pd.DataFrame(
        {
            "Arrangement": found["name"],
            "Form": [str(form).replace("_", " ") for form in found["form"]],
            "Services": [listing(list(services)) for services in found["services"]],
            "Since": [
                _span(row.start, row.end) or (f"by {_when(row.attested)}" if isinstance(row.attested, str) else "")
                for row in found.itertuples()
            ],
            "With": [_others(place, members) for members in found["members"]],
        }
    ).set_index("Arrangement")
    table = _table(
        frame,
        f"{place.name} or a council in it is known to have been in {counted(len(found), 'joint arrangement')}",
        "Arrangements between councils that were found; the list is no sample, and recent ones are likelier to be found. Members "
        "as far as the source names them.",
        Evidence.of(found),
        (2.2, 1.1, 1.6, 1.1, 1.8),
    )
    return (table,)


def _others(place: Area, members: tuple[str, ...]) -> str:
    others = [name for name in members if name not in place.own_names]
    if len(others) > 4:
        return f"{', '.join(others[:3])} and {len(others) - 3} more"
    return listing(others)


_BUILDERS = {
    "Councils": "completed_local_authority",
    "Housing associations": "completed_housing_association",
    "Private builders": "completed_market",
}


def _housebuilding(place: Area) -> tuple[Item, ...]:
    import pandas as pd

    county = areas.housebuilding_county(place)
    if not county:
        raise NotEnoughDataError(f"the county of 1981 of {place.name} is not known")
    rows = place.book.load("council_housebuilding")
    rows = rows[rows["county_1981"] == county]
    rows = rows.assign(year=rows["date_earliest"].dt.year)
    rows = rows[rows["year"] <= areas.LAST_YEAR].sort_values("year")
    lines = [
        rows.loc[rows[column].notna(), ["year", column]]
        .rename(columns={column: "value"})
        .assign(line=name, measured=True)
        for name, column in _BUILDERS.items()
    ]
    council = lines[0]
    if council.empty or not council["value"].max():
        raise NotEnoughDataError(f"no houses built by councils in {county} are known")
    peak = council.loc[council["value"].idxmax()]
    last = council.iloc[-1]
    whose = county if county == place.name else f"{county}, in which {place.name} lies,"
    figure = figures.lines(
        pd.concat(lines)[["line", "year", "value", "measured"]],
        f"Councils in {whose} built most in {peak['year']}: {counted(int(peak['value']), 'home')}; in {last['year']} they "
        f"built {int(last['value']):,}",
        "Homes completed",
        Evidence.of(rows),
        f"Homes completed in a year in {county} as it was in 1981, councils of every tier together. From about 2000 councils and "
        "associations together fall short of the public total in the source.",
        periodisation("gough", place.book),
    )
    return (figure,)


def _quangos(place: Area) -> tuple[Item, ...]:
    import pandas as pd

    found = areas.designated(place)
    if found.empty:
        raise NotEnoughDataError(f"no designated area in {place.name} is known")
    frame = pd.DataFrame(
        {
            "Area": found["name"],
            "Scheme": [capital(str(scheme).replace("_", " ")) for scheme in found["scheme"]],
            "Years": [_span(row.start, row.end) for row in found.itertuples()],
            "Money": [_designated_money(row) for row in found.itertuples()],
        }
    ).set_index("Area")
    kinds = found["scheme"].nunique()
    title = (
        f"One zone or partnership was designated in {place.name}"
        if len(found) == 1
        else f"{len(found)} zones or partnerships, of {counted(kinds, 'scheme')}, were designated in {place.name}"
    )
    table = _table(
        frame,
        title,
        "Areas that ministers designated, each with a body of its own, placed by the council or the place that the source names. "
        "In cash.",
        Evidence.of(found),
        (2.2, 1.6, 1.8, 2),
    )
    return (table,)


def _designated_money(row: object) -> str:
    value, unit, what = (getattr(row, name) for name in ("value", "unit", "value_what"))
    if unit != "GBP million" or value != value:
        return ""
    return f"£{value:,.1f}m, {what}"


# The sections: what each is about, in words, and what makes it.
SUBJECTS: dict[str, tuple[str, Callable[[Area], tuple[Item, ...]]]] = {
    "authorities": ("its authorities since 1889", _authorities),
    "population": ("its population", _population),
    "deprivation": ("deprivation", _deprivation),
    "programmes": ("programmes besides the agreement of 2008", _programmes),
    "targets": ("targets and rewards", _targets),
    "indicators": ("national indicators", _indicators),
    "neighbours": ("its neighbours", _neighbours),
    "joint_working": ("joint working", _joint),
    "housebuilding": ("housebuilding", _housebuilding),
    "quangos": ("quangos and zones designated there", _quangos),
}
