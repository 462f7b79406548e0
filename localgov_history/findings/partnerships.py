"""The partnerships of the 2000s: counts, targets, choices, joint arrangements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import bodies, choices, claims, dates, figures, measures, partnership_claims
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.findings.titles import or_say_why
from localgov_history.sources import Evidence
from localgov_history.text import capital

if TYPE_CHECKING:
    pass


@or_say_why
def quango_counts(catalogue: Catalogue | None = None) -> Figure:
    """The official counts of non-departmental public bodies."""
    every = claims.official_quango_count(catalogue, include_unconfirmed=True)
    official = every[every["evidence"] != "recalled"]
    if len(official) < 2:
        raise NotEnoughDataError("fewer than two official counts of non-departmental public bodies")
    first, last = official.iloc[0], official.iloc[-1]
    verb = "fell" if last["count"] < first["count"] else "rose"
    return figures.count_points(
        every,
        "Non-departmental public bodies, United Kingdom",
        f"The official count of quangos {verb} from {int(first['count']):,} in {int(first['year'])} to "
        f"{int(last['count']):,} in {int(last['year'])}",
        "Bodies",
        "Preferred official counts, United Kingdom. Hollow marks: from memory, not yet confirmed. Most local "
        "appointed bodies (colleges, trusts, training and enterprise councils) are not in this count.",
    )


@or_say_why
def joint_working(catalogue: Catalogue | None = None) -> Figure:
    """When the joint arrangements with a known start began."""
    import pandas as pd

    frame = (catalogue or default()).load("joint_working")
    dated = frame[frame["start_latest"].notna()]
    years = dated["start_latest"].dt.year.astype(int)
    if len(years) < measures.LEAST_KINDS:
        raise NotEnoughDataError(f"{len(years)} joint arrangements have a known start")
    firsts = list(range(int(years.min()) // 5 * 5, int(years.max()) + 1, 5))
    counts = [int(years.between(first, first + 4).sum()) for first in firsts]
    shown = pd.DataFrame({"label": [f"{first}–{(first + 4) % 100:02d}" for first in firsts], "value": counts})
    imposed = int((dated["form"] == "joint_authority").sum())
    # The first bar that begins within ten years of the chart that the deck rests on.
    since = -(-(partnership_claims.CHART_YEAR - 10) // 5) * 5
    late = int((years >= since).sum())
    return figures.bars(
        shown,
        f"{late} of {len(years)} joint arrangements with a known start began in {since} or later",
        "Arrangements begun",
        Evidence.of(dated, dates=("start",)),
        "Joint arrangements between councils that were found, by the five years in which they began; those of unknown start "
        "are left out. "
        f"{imposed} are joint authorities that an Act imposed. The list is no sample: recent ones are likelier to be found.",
    )


@or_say_why
def indicator_choices(catalogue: Catalogue | None = None, top: int = 10) -> Figure:
    """The indicators that most areas chose, beside half of the areas.

    Parameters
    ----------
    top : how many of the most chosen to draw.
    """
    book = catalogue or default()
    found = choices.indicator_concentration(top, book)
    areas = len(book.load("laa_areas"))
    most = found.frame.head(found.top)
    unnamed = int((most["title"] == "").sum())
    titles = [f"NI {row.ni}: {row.title}" if row.title else f"NI {row.ni}" for row in most.itertuples()]
    return figures.bars(
        most.assign(label=titles, value=most["chosen"])[["label", "value"]],
        found.sentence().rstrip("."),
        "Areas that chose it, at least",
        found.evidence,
        f"The {found.top} indicators with the highest known counts, of {len(found.frame)} with one and "
        f"{found.of_indicators} in all; {areas} areas, June 2008. The share of all choices is bounded by the targets that "
        "ended in 2010 and the most that were allowed."
        + (f" {unnamed} shown by number only: the title has not been read in a source." if unnamed else ""),
        (areas / 2, "half of the areas"),
    )


@or_say_why
def targets_by_regime(catalogue: Catalogue | None = None) -> Table:
    """How many targets or indicators each regime laid on an area or on the country."""
    frame, evidence = choices.by_regime(catalogue)
    shown = frame.assign(number=[f"{number:,.0f}" for number in frame["number"]])
    shown = shown[["number", "year", "what"]].rename(
        columns={"number": "Number", "year": "Year", "what": "What is counted"}
    )
    return Table(
        shown.rename_axis("Regime"),
        "Targets and indicators by regime, as published",
        "The numbers count different things: targets of an area, or indicators of the country. They are set side by side "
        "and never added.",
        evidence,
        (2.4, 0.6, 0.6, 3),
    )


@or_say_why
def partnership_counts(catalogue: Catalogue | None = None) -> Table:
    """Latest preferred count of each kind of partnership from the last period on."""
    import pandas as pd

    book = catalogue or default()
    kinds = bodies.kinds(include_unconfirmed=True, catalogue=book).set_index("body_key")
    latest = claims.partnership_counts(book)
    if latest.empty:
        raise NotEnoughDataError("no kind of partnership has a confirmed count")
    frame = pd.DataFrame(
        {
            "Kind of partnership": [capital(str(kinds.loc[key, "plural"])) for key in latest["body_key"]],
            "Number": latest["count"].astype(int).to_list(),
            "Date": [dates.parse(text).readable() for text in latest["date"]],
            "Where": latest["geography"].to_list(),
        }
    ).set_index("Kind of partnership")
    return Table(
        frame,
        f"{len(latest)} kinds of partnership with a count: {int(latest['count'].sum()):,} bodies in all, at "
        "different dates",
        "Latest confirmed count of each kind for England; the sum adds different years, so it is no year’s total.",
        Evidence.of(latest),
        (3, 1, 1, 1.4),
    )
