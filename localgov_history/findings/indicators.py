"""The national indicators: what is known of the set, which of them areas chose, how free the choice was, one over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import choices, figures
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings.titles import NOT_CLEAR, or_say_why, titles_of
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing, lower

if TYPE_CHECKING:
    import pandas as pd

# What is known of an indicator, the more first; the last stands for the bare number.
_KNOWN = {
    "both": "Title read, number of choices known",
    "chosen": "Number of choices known, title not read",
    "title": "Title read",
    "number": "Number only",
}
# Groups of areas in which an indicator is drawn, by the name of the parameter.
GROUPS = {
    "area_type": {
        "non_metropolitan_county": "Counties",
        "unitary": "Unitary authorities",
        "metropolitan_district": "Metropolitan districts",
        "london_borough": "London boroughs",
    },
    "region": {
        name: name
        for name in (
            "North East",
            "North West",
            "Yorkshire and The Humber",
            "East Midlands",
            "West Midlands",
            "East of England",
            "London",
            "South East",
            "South West",
        )
    },
}
CARBON = 186
LEAST_AREAS = 5
# A change of less than this share of the value is called no clear difference.
_CLEAR = 0.02


@or_say_why
def what_is_known(catalogue: Catalogue | None = None) -> Figure:
    """Every indicator of the set by number, and what is known of it here."""
    import pandas as pd

    book = catalogue or default()
    every = book.load("national_indicators", include_unconfirmed=True)
    if every.empty:
        raise NotEnoughDataError("no national indicator is in the table")
    read = book.load("national_indicators")
    titles = {int(row.ni): row.title for row in read.itertuples() if isinstance(row.title, str)}
    counts = _counts(book)
    chosen = {int(cell[0]) for cell in counts["ni"]}
    records = []
    for number in sorted(int(value) for value in every["ni"]):
        known = (
            ("both" if number in titles else "chosen")
            if number in chosen
            else "title"
            if number in titles
            else "number"
        )
        records.append(
            {"number": number, "class": known, "text": f"NI {number}: {titles.get(number, 'title not read')}"}
        )
    frame = pd.DataFrame(records)
    return figures.numbered_set(
        frame,
        _KNOWN,
        f"Of {len(frame)} national indicators the titles of {len(titles)} were read in a source, and for {len(chosen)} it is "
        "known how many areas chose them",
        Evidence.of(read, counts),
        "Each cell is an indicator by its number in the set. Titles that nobody has read in a source are not shown. "
        f"{_not_in_force(every)}",
    )


def _not_in_force(every: pd.DataFrame) -> str:
    """Which numbers of the table never stood in the set together."""
    words = {"dropped_before_start": "dropped before the start", "added_before_start": "added before the start"}
    said = [
        f"NI {row.ni} was {words[row.status]}"
        for row in every.itertuples()
        if isinstance(row.status, str) and row.status in words
    ]
    return f"{listing(said)}." if said else ""


@or_say_why
def concentration_by_number(top: int, catalogue: Catalogue | None = None) -> Figure:
    """How large a share of all choices the most chosen indicators took, for every number of them up to all that are known.

    Parameters
    ----------
    top : the number to mark.
    """
    import pandas as pd

    book = catalogue or default()
    if top < 1:
        raise LocalgovError(f"the most chosen indicators are to be {top}; expected 1 or more")
    first = choices.indicator_concentration(1, book)
    known = len(first.frame)
    if top > known:
        raise NotEnoughDataError(f"{known} counts are known; expected at least the {top} that are looked at")
    found = [choices.indicator_concentration(number, book) for number in range(1, known + 1)]
    frame = pd.DataFrame(
        [{"number": one.top, "lowest": one.lowest, "highest": one.highest, "even": one.even} for one in found]
    )
    at = found[top - 1]
    bounds = f"{at.lowest:.0%} to {at.highest:.0%} of all choices"
    title = (
        f"The {top} most chosen of {at.of_indicators} indicators took more than an even spread would give: "
        f"{bounds}, not {at.even:.0%}"
        if at.lowest > at.even
        else f"{NOT_CLEAR} from an even spread ({at.even:.0%}): the {top} most chosen of {at.of_indicators} took {bounds}"
    )
    return figures.bounds_by_number(
        frame,
        top,
        title,
        ("Most chosen indicators counted together", "Share of all choices"),
        at.evidence,
        f"Between the bounds lies what cannot be known: counts were published for {known} indicators, and the number of all "
        "choices only within limits. The dotted line marks the number chosen above.",
    )


@or_say_why
def straitjacket(top: int, catalogue: Catalogue | None = None) -> Table:
    """Measures of how far the centre chose for the areas, each with what it counts."""
    import pandas as pd

    book = catalogue or default()
    found = choices.indicator_concentration(top, book)
    areas = book.load("laa_areas")
    most, most_rows = _number("statutory_local_area_agreements_most_designated_targets", book)
    required, required_rows = _number("statutory_local_area_agreement_education_targets", book)
    half = int((found.frame["chosen"] > len(areas) / 2).sum())
    shares = education_shares(book)
    records = [
        (
            "Share of the set that an area could take",
            f"{most / found.of_indicators:.0%}",
            f"{most:.0f} of {found.of_indicators}",
        ),
        (
            f"Share of all choices that the {top} most chosen took",
            f"{found.lowest:.0%}–{found.highest:.0%}",
            f"if spread evenly {found.even:.0%}",
        ),
        (
            "Indicators known to have been chosen by more than half of the areas",
            f"{half}",
            f"of {len(found.frame)} with a known count",
        ),
        (
            "Highest known share of areas that chose one indicator",
            f"{found.frame['chosen'].max() / len(areas):.0%}",
            f"{int(found.frame['chosen'].max())} of {len(areas)} areas, NI {int(found.frame['ni'].iloc[0])}",
        ),
        ("Targets that an Act laid on every area besides", f"{required:.0f}", "education and early years"),
        (
            "Share of an area’s targets that were required of it",
            f"{shares['share'].min():.0%}–{shares['share'].max():.0%}",
            "by how many targets of its own it had",
        ),
    ]
    return Table(
        pd.DataFrame(records, columns=["Measure", "Value", "How it is made up"]).set_index("Measure"),
        f"{counted(len(records), 'measure')} of the straitjacket: required targets made up {shares['share'].min():.0%} to "
        f"{shares['share'].max():.0%} of an area’s, by what is counted",
        "None of them is a test. Alike choices may come from alike needs, from advice, or from pressure in the talks with "
        "Government Offices; the counts cannot tell these apart.",
        found.evidence + Evidence.of(most_rows, required_rows, areas),
        (3, 1, 2.4),
    )


def education_shares(catalogue: Catalogue | None = None) -> pd.DataFrame:
    """The education targets required by statute as a share of an area's targets, under each count of the others.

    Returns
    -------
    One row a reading: ``reading``, ``others`` (designated and local targets), ``required``, ``share``, 0 to 1; the
    highest share first.

    Raises
    ------
    NotEnoughDataError
        If the number of required targets, or the most that could be designated, is not known.
    """
    import pandas as pd

    book = catalogue or default()
    required, _ = _number("statutory_local_area_agreement_education_targets", book)
    most, _ = _number("statutory_local_area_agreements_most_designated_targets", book)
    areas = book.load("laa_areas")
    read = areas[areas["designated_targets"].notna()]
    rows = [("An area with the most designated targets allowed", float(most))]
    if len(read):
        fewest = read.loc[read["designated_targets"].astype(float).idxmin()]
        rows.append((f"The fewest designated targets read ({fewest['area']})", float(fewest["designated_targets"])))
    local = read[read["local_targets"].notna()]
    for row in local.itertuples():
        rows.append((f"{row.area}, with its local targets", float(row.designated_targets) + float(row.local_targets)))
    frame = pd.DataFrame(rows, columns=["reading", "others"]).assign(required=required)
    frame = frame.assign(share=required / (required + frame["others"]))
    return frame.sort_values(["share", "reading"], ascending=[False, True], ignore_index=True)


@or_say_why
def education_table(catalogue: Catalogue | None = None) -> Table:
    """The same shares as a table."""
    import pandas as pd

    book = catalogue or default()
    shares = education_shares(book)
    _, rows = _number("statutory_local_area_agreement_education_targets", book)
    _, most = _number("statutory_local_area_agreements_most_designated_targets", book)
    areas = book.load("laa_areas")
    read = areas[areas["designated_targets"].notna()]
    where = listing(sorted({str(area) for area in rows["area"].dropna()}))
    shown = pd.DataFrame(
        {
            "Counting": shares["reading"],
            "Required": [f"{value:.0f}" for value in shares["required"]],
            "Others": [f"{value:.0f}" for value in shares["others"]],
            "Share required": [f"{value:.1%}" for value in shares["share"]],
        }
    ).set_index("Counting")
    low, high = float(shares["share"].min()), float(shares["share"].max())
    title = (
        f"Education targets required by statute made up {low:.0%} to {high:.0%} of an area’s targets, by what is counted"
        if high - low >= 0.005
        else f"Education targets required by statute made up {high:.0%} of an area’s targets"
    )
    return Table(
        shown,
        title,
        f"Required: the number read in {where or 'one area'}, taken to be the same in every area. Others: "
        "designated targets, and local ones where "
        f"they were read. Numbers of designated targets were read for {len(read)} of {len(areas)} areas.",
        Evidence.of(rows, most, read),
        (3.4, 0.9, 0.9, 1.2),
    )


@or_say_why
def over_time(
    group_by: str, first_year: int, last_year: int, ni: int = CARBON, catalogue: Catalogue | None = None
) -> Figure:
    """An indicator over years in groups of areas, each with all areas of England beside it.

    Parameters
    ----------
    group_by : a key of `GROUPS`.
    """
    import pandas as pd

    if group_by not in GROUPS:
        raise UnknownNameError("grouping of areas", group_by, GROUPS)
    if first_year > last_year:
        raise NotEnoughDataError(f"the years run backwards, from {first_year} to {last_year}")
    book = catalogue or default()
    values, evidence = _values(ni, book)
    values = values[values["year"].between(first_year, last_year)]
    names = GROUPS[group_by]
    values = values.assign(group=values[group_by].map(names))
    sizes = values[values["group"].notna()].groupby("group")["area"].nunique()
    enough = [name for name in names.values() if sizes.get(name, 0) >= LEAST_AREAS]
    if not enough:
        raise NotEnoughDataError(f"no group has {LEAST_AREAS} areas with NI {ni} from {first_year} to {last_year}")
    grouped = values[values["group"].isin(enough)].groupby(["group", "year"])["value"]
    frame = grouped.quantile([0.25, 0.5, 0.75]).unstack().rename(columns={0.25: "low", 0.5: "middle", 0.75: "high"})
    frame = frame.reset_index()
    frame = frame.assign(group=pd.Categorical(frame["group"], enough, ordered=True)).sort_values(["group", "year"])
    frame = frame.assign(group=frame["group"].astype(str))
    weighted = values.assign(total=values["value"] * values["people"]).groupby("year")[["total", "people"]].sum()
    whole = (weighted["total"] / weighted["people"]).rename("value").reset_index()
    return figures.panels.range_panels(
        frame,
        whole,
        _trend_title(ni, frame, enough),
        _AXIS.get(ni, "Value"),
        "All areas",
        evidence,
        "Line: the middle area of the group; band: the middle half of its areas. Dashed: all areas together, weighted by their "
        f"people of mid-2008. {values['area'].nunique()} of {len(book.load('laa_areas'))} areas have values. The figures are a "
        "later estimate on one method, not those that targets were judged by.",
        across=3 if group_by == "region" else 2,
    )


def key_findings(
    top: int, group_by: str, first_year: int, last_year: int, catalogue: Catalogue | None = None
) -> list[str]:
    """What the notebook found, for the cover of a report."""
    return titles_of(
        concentration_by_number(top, catalogue),
        education_table(catalogue),
        over_time(group_by, first_year, last_year, catalogue=catalogue),
    )


_AXIS = {CARBON: "Tonnes of carbon dioxide a head"}
_NAME = {CARBON: "Carbon dioxide a head"}


def _trend_title(ni: int, frame: pd.DataFrame, groups: list[str]) -> str:
    name = _NAME.get(ni, f"NI {ni}")
    ends = frame.groupby("group")["year"].agg(["min", "max"])
    first, last = int(ends["min"].min()), int(ends["max"].max())
    if first == last:
        middles = frame.set_index("group")["middle"]
        return (
            f"{name} in {first}: from {middles.min():.1f} in the middle area of {_named(middles.idxmin())} to "
            f"{middles.max():.1f} in that of {_named(middles.idxmax())}"
        )
    change = {}
    for group in groups:
        rows = frame[frame["group"] == group].sort_values("year")
        change[group] = float(rows["middle"].iloc[-1] / rows["middle"].iloc[0] - 1)
    fell = [group for group, value in change.items() if value <= -_CLEAR]
    rose = [group for group, value in change.items() if value >= _CLEAR]
    if not fell and not rose:
        return f"{NOT_CLEAR}: {lower(name)} in {first} and {last} in every group"
    most = min(change, key=lambda group: change[group]) if fell else max(change, key=lambda group: change[group])
    verb = "fell" if fell else "rose"
    where = (
        "every group"
        if len(fell or rose) == len(groups)
        else f"{len(fell or rose)} of {counted(len(groups), 'group')}"
    )
    mixed = f" and rose in {len(rose)}" if fell and rose else ""
    return f"{name} {verb} in {where}{mixed} from {first} to {last}, most in {_named(most)} ({change[most]:+.0%})".replace(
        "-", "−"
    )


def _named(group: str) -> str:
    """A group within a sentence."""
    if group not in GROUPS["region"]:
        return group if group.startswith("London") else lower(group)
    return group if group.startswith(("London", "Yorkshire", "East of")) else f"the {group}"


def _values(ni: int, book: Catalogue) -> tuple[pd.DataFrame, Evidence]:
    """Values of one indicator by agreement area and calendar year, with region and people of the area."""
    rows = book.load("indicator_values")
    rows = rows[(rows["ni"] == ni) & rows["preferred"].fillna(False).astype(bool) & rows["laa_area"].notna()]
    rows = rows[rows["date_earliest"].notna() & rows["value"].notna()]
    if rows.empty:
        raise NotEnoughDataError(f"no area has a value of NI {ni} for a calendar year")
    areas = book.load("laa_areas").set_index("area")
    made = rows.assign(
        year=rows["date_earliest"].dt.year,
        region=rows["laa_area"].map(areas["region"]),
        people=rows["laa_area"].map(areas["population_mid_2008"]).astype(float),
    )
    return made, Evidence.of(rows, areas.loc[sorted(set(rows["laa_area"]))])


def _counts(book: Catalogue) -> pd.DataFrame:
    """Rows with a known number of areas of England that chose one indicator."""
    rows = book.load("indicator_choices")
    rows = rows[(rows["scope"] == "England") & (rows["measure"] == "areas_choosing") & (rows["ni"].map(len) == 1)]
    rows = rows[rows["preferred"].fillna(False).astype(bool)]
    return rows[rows["times_chosen"].notna() | rows["times_low"].notna()]


def _number(series: str, book: Catalogue) -> tuple[float, pd.DataFrame]:
    rows = book.load("partnership_money")
    rows = rows[(rows["series"] == series) & rows["preferred"].fillna(False).astype(bool) & rows["value"].notna()]
    if rows.empty:
        raise NotEnoughDataError(f"the number of {series.replace('_', ' ')} is not confirmed")
    return float(rows["value"].iloc[0]), rows.head(1)
