"""The statistical methods on the kit's own tables: what each finds, and what stands against it.

Here those for series: breaks, statute dates, a reform; those for bodies and areas come from `methods_of_bodies`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import breaks, models, statute_dates
from localgov_history.breaks.values import untabulated
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import method_charts
from localgov_history.findings.methods_of_bodies import (
    LIVES_BY,
    areas_apart,
    areas_sentence,
    dating_table,
    endings_by_year,
    endings_models,
    endings_sentence,
    joint_arrangement_lives,
    joint_arrangement_sentence,
    kind_lives,
    kind_lives_sentence,
)
from localgov_history.findings.titles import NOT_CLEAR, in_words, or_say_why
from localgov_history.models.survival import ALPHA
from localgov_history.models.words import p_text, shown
from localgov_history.sources import Evidence
from localgov_history.statute_dates import STATUTE_DATES
from localgov_history.text import capital, counted, listing, lower

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.breaks import MultipleBreaks
    from localgov_history.models import Interrupted
    from localgov_history.statute_dates import Coverage, Line, SeriesToTest

__all__ = [
    "LIVES_BY",
    "StatuteTests",
    "areas_apart",
    "areas_sentence",
    "breaks_sentence",
    "breaks_title",
    "coverage_sentence",
    "coverage_title",
    "criteria_table",
    "dating_table",
    "endings_by_year",
    "endings_models",
    "endings_sentence",
    "interrupted_sentence",
    "interrupted_series",
    "interrupted_title",
    "intervals_and_statutes",
    "joint_arrangement_lives",
    "joint_arrangement_sentence",
    "kind_lives",
    "kind_lives_sentence",
    "order_sentence",
    "placebo_dates",
    "placebo_title",
    "reasons_sentence",
    "series_breaks_of",
    "statute_table",
    "statute_tests",
    "testable_table",
]

CRITERIA = {
    "bic": "Schwarz (BIC)",
    "bic_yao": "Yao’s form of BIC",
    "lwz": "Liu, Wu and Zidek",
    "sequential": "Sequential tests at 5%",
}


@in_words
def order_sentence(series_key: str, catalogue: Catalogue | None = None) -> str:
    """Which run of a series is searched, and its order of integration."""
    of = statute_dates.line(series_key, catalogue)
    first, last = int(of.values.index[0]), int(of.values.index[-1])
    said = (
        f"{of.item.title}, {of.item.geography}: the longest run without a gap or a break of its own is of "
        f"{counted(len(of.values), 'year')}, {first} to {last} ({of.seen_as}). "
    )
    order = statute_dates.search(of, max_breaks=1).series.order
    return said + (order.sentence() if order else "Its order of integration could not be tested.")


@in_words
def breaks_sentence(
    series_key: str,
    max_breaks: int = 5,
    trimming: int = 15,
    regimes: str = "lines",
    catalogue: Catalogue | None = None,
) -> str:
    """What the methods for several breaks and for one find in a series. Parameters are those of `series_breaks_of`."""
    of, found = _search(series_key, max_breaks, trimming, regimes, catalogue)
    one = breaks.sup_f(of.values, X=found.series.changing, trimming=found.trimming)
    return f"{found.sentence()} {one.sentence()}"


@or_say_why
def series_breaks_of(
    series_key: str,
    max_breaks: int = 5,
    trimming: int = 15,
    regimes: str = "lines",
    catalogue: Catalogue | None = None,
) -> Figure:
    """One series with the breaks that Schwarz's criterion chooses, their intervals and the statute dates.

    Parameters
    ----------
    series_key : from the table ``series_meta``.
    max_breaks : the most breaks to look for.
    trimming : least share of the years in a regime, per cent.
    regimes : ``lines``, or ``levels`` without a slope.
    """
    of, found = _search(series_key, max_breaks, trimming, regimes, catalogue)
    chosen = found.select()
    plot, data = method_charts.breaks_in_series(of, found, chosen.number)
    numbers = [found.select(name).number for name in _criteria(found)]
    what = "straight lines" if regimes == "lines" else "levels"
    first, last = int(of.values.index[0]), int(of.values.index[-1])
    doubts = [caveat.brief for caveat in found.caveats if caveat.brief]
    caption = (
        f"{of.item.title}, {of.item.geography}; {of.item.unit_words} ({of.seen_as}), on {_scale(of)}. Dark: {what} fitted "
        f"to the regimes of {first}–{last}, the longest unbroken run; red: the beginning of a new regime, with its "
        f"95% interval as a band. {method_charts.STATUTES_CAPTION} Dotted: the series itself breaks there, and "
        "nothing is sought across. Errors robust to autocorrelation; each regime has at least "
        f"{counted(found.shortest, 'year')}." + (f" Caution: {listing(doubts)}." if doubts else "")
    )
    dates = [int(label) for label in chosen.labels]
    alt = f"{of.item.sentence()} {found.finding()}"
    title = breaks_title(of.item.title, dates, numbers, first, last)
    return Figure(plot, title, caption, alt, data, of.item.evidence + _acts(catalogue))


def breaks_title(name: str, dates: list[int], numbers: list[int], first: int, last: int) -> str:
    """A title for the breaks in a series.

    Parameters
    ----------
    name : the series, to begin the sentence.
    dates : first years of new regimes by Schwarz's criterion.
    numbers : of breaks, one a criterion.
    first, last : years searched.
    """
    least, most = min(numbers), max(numbers)
    if not most:
        return f"{name}: no clear break from {first} to {last} by any criterion"
    when = f"; by Schwarz’s at {listing([str(date) for date in dates])}" if dates else "; by Schwarz’s none"
    if least == most:
        return f"{name}: {counted(most, 'break')} by every criterion, at {listing([str(date) for date in dates])}"
    return f"{name}: {least} to {counted(most, 'break')}, depending on the criterion{when}"


@or_say_why
def criteria_table(
    series_key: str,
    max_breaks: int = 5,
    trimming: int = 15,
    regimes: str = "lines",
    catalogue: Catalogue | None = None,
) -> Table:
    """How many breaks each criterion chooses, and when. Parameters are those of `series_breaks_of`."""
    import pandas as pd

    of, found = _search(series_key, max_breaks, trimming, regimes, catalogue)
    records = []
    for name in _criteria(found):
        number = found.select(name).number
        bounds = found.confidence_intervals(number) if number else pd.DataFrame()
        dates = [f"{row.label} ({row.lower_label}–{row.upper_label})" for row in bounds.itertuples()]
        records.append({"Criterion": CRITERIA[name], "Breaks": number, "New regimes from": listing(dates) or "–"})
    numbers = {record["Breaks"] for record in records}
    agree = "agree" if len(numbers) == 1 else "do not agree"
    without = "" if "sequential" in _criteria(found) else " The sequential tests have no critical values here."
    return Table(
        pd.DataFrame(records).set_index("Criterion"),
        f"The criteria {agree} on the number of breaks in {lower(of.item.title)}",
        "Best partition for each number of breaks (Bai and Perron); first years of new regimes with 95% intervals "
        f"robust to autocorrelation.{without}",
        of.item.evidence,
        (1.3, 0.5, 3),
    )


def _search(
    series_key: str, max_breaks: int, trimming: int, regimes: str, catalogue: Catalogue | None
) -> tuple[Line, MultipleBreaks]:
    of = statute_dates.line(series_key, catalogue)
    return of, statute_dates.search(of, max_breaks, trimming / 100, trend=regimes == "lines")


def _criteria(found: MultipleBreaks) -> list[str]:
    """The criteria that can be used: sequential tests need critical values."""
    known = not untabulated(len(found.series.names), found.trimming)
    return [name for name in CRITERIA if known or name != "sequential"]


def _scale(of: Line) -> str:
    return "a scale of powers" if of.logged else "a plain scale"


def _acts(catalogue: Catalogue | None) -> Evidence:
    acts = (catalogue or default()).load("acts")
    return Evidence.of(acts[acts["act_key"].isin([key for date in STATUTE_DATES for key in date.acts])])


@dataclass(frozen=True, eq=False)
class StatuteTests:
    """The long series at the statute dates.

    Attributes
    ----------
    to_test : which series can be tested at which date.
    intervals : break dates with their intervals, from `statute_dates.break_intervals`.
    coverage : whether intervals cover dates; None where no series has a break.
    evidence : the values of the series searched and the Acts.
    """

    to_test: SeriesToTest
    intervals: pd.DataFrame
    coverage: Coverage | None
    evidence: Evidence

    def covered(self) -> Coverage:
        """The coverage.

        Raises
        ------
        NotEnoughDataError
            If no series can be tested or none has a break.
        """
        if self.coverage is None:
            tested = len(self.to_test.testable)
            raise NotEnoughDataError(f"{counted(tested, 'series', 'series')} can be tested and none has a break")
        return self.coverage


def statute_tests(max_breaks: int = 5, trimming: int = 15, catalogue: Catalogue | None = None) -> StatuteTests:
    """Look for breaks in every long series and set their intervals beside the statute dates; takes some seconds.

    Parameters
    ----------
    max_breaks : the most breaks to look for in a series.
    trimming : least share of the years in a regime, per cent.
    """
    book = catalogue or default()
    to_test = statute_dates.series_to_test(trimming=trimming / 100, catalogue=book)
    able = to_test.testable
    intervals = statute_dates.break_intervals(able, max_breaks, trimming / 100, catalogue=book)
    coverage = statute_dates.coverage(intervals) if len(intervals) else None
    return StatuteTests(to_test, intervals, coverage, _of_series(able, book) + _acts(book))


def _of_series(keys: list[str], book: Catalogue) -> Evidence:
    """The rows of some series, and of those that they are computed or deflated from."""
    meta = {row["series_key"]: row for row in book.rows("series_meta")}
    wanted, waiting = {"uk_retail_price_index"}, list(keys)
    while waiting:
        key = waiting.pop()
        if key in meta and key not in wanted:
            wanted.add(key)
            waiting += re.findall(r"[A-Za-z_]\w*", meta[key]["derivation"])
    values, parted = book.load("series"), book.load("series_breaks")
    return Evidence.of(*(frame[frame["series_key"].isin(wanted)] for frame in (values, parted)))


_REASONS = {
    "too short": "Too short",
    "outside": "Outside its years",
    "too near an end": "Too near an end",
    "constant": "Never varies",
    "no line to test": "No yearly line",
}


@or_say_why
def statute_table(tests: StatuteTests) -> Table:
    """How many series can be tested at each statute date, why the others cannot, and the intervals that cover it."""
    import pandas as pd

    frame = tests.to_test.frame
    kinds = frame["reason"].str.partition(":")[0]
    covers = [] if tests.coverage is None else list(tests.coverage.frame["covers"])
    records = []
    for date in STATUTE_DATES:
        here = frame["statute"] == date.label
        row: dict[str, object] = {"Statute date": date.label, "Testable": int((here & frame["testable"]).sum())}
        for code, name in _REASONS.items():
            if (kinds == code).any():
                row[name] = int((here & (kinds == code)).sum())
        row["Intervals covering it"] = sum(date.label in each for each in covers)
        records.append(row)
    able = {str(record["Statute date"]): int(str(record["Testable"])) for record in records}
    fewest, most = min(able.values()), max(able.values())
    best = listing([label for label, number in able.items() if number == most])
    of = counted(int(frame["series"].nunique()), "long series", "long series")
    title = (
        f"None of {of} can be tested at any statute date"
        if not most
        else f"Of {of} at most {most} can be tested at a statute date (at {best}), and {fewest} at "
        f"{listing([label for label, number in able.items() if number == fewest])}"
    )
    return Table(
        pd.DataFrame(records).set_index("Statute date"),
        title,
        f"A series needs an unbroken run of {statute_dates.LEAST_YEARS} yearly values, with "
        f"{tests.to_test.trimming:.0%} of them, and {statute_dates.LEAST_SIDE} at least, on each side of the date. A "
        "run never crosses a change of definition, area, prices or coverage.",
        tests.evidence,
        (1.1, *[1.0] * (len(records[0]) - 1)),
    )


@or_say_why
def testable_table(tests: StatuteTests) -> Table:
    """The series that can be tested, with their runs and the dates."""
    import pandas as pd

    frame = tests.to_test.frame[tests.to_test.frame["testable"]]
    if frame.empty:
        raise NotEnoughDataError("no series can be tested at any statute date")
    records = []
    for _, rows in frame.groupby("series", sort=False):
        row = rows.iloc[0]
        records.append(
            {
                "Series": f"{row['title']}, {row['geography']}",
                "Longest run": f"{row['first']}–{row['last']}",
                "Testable at": ", ".join(rows["statute"]),
                "_first": int(row["first"]),
            }
        )
    table = pd.DataFrame(records).sort_values(["_first", "Series"]).drop(columns="_first").set_index("Series")
    early = sum(frame.loc[frame["statute"] == date.label, "series"].nunique() for date in STATUTE_DATES[:3])
    return Table(
        table,
        f"{counted(len(table), 'series', 'series')} can be tested somewhere; the first three dates have {early} tests "
        "between them",
        "All other series are not testable: most are too short. What stops one is told for each date by "
        "statute_dates.series_to_test.",
        tests.evidence,
        (3, 1, 2.4),
    )


def reasons_sentence(tests: StatuteTests, series_key: str) -> str:
    """At which statute dates one series can be tested, and why not at the others."""
    rows = tests.to_test.frame[tests.to_test.frame["series"] == series_key]
    if rows.empty:
        raise UnknownNameError("series looked at", series_key, set(tests.to_test.frame["series"]))
    title = rows["title"].iloc[0]
    able = list(rows.loc[rows["testable"], "statute"])
    why: dict[str, list[str]] = {}
    for row in rows[~rows["testable"]].itertuples():
        why.setdefault(str(row.reason), []).append(str(row.statute))
    nots = [f"{listing(labels)}, {reason}" for reason, labels in why.items()]
    can = f"can be tested at {listing(able)}" if able else "can be tested at no statute date"
    return f"{title}: {can}." + (f" Not testable at {'; at '.join(nots)}." if nots else "")


@in_words
def coverage_sentence(tests: StatuteTests) -> str:
    """Whether intervals of breaks cover statute dates more often than chance, and in how many tests."""
    return tests.covered().sentence()


@or_say_why
def intervals_and_statutes(tests: StatuteTests, catalogue: Catalogue | None = None) -> Figure:
    """Every break date with its interval, over the statute dates."""
    found = tests.covered()
    frame = found.frame.assign(date=tests.intervals["date"].to_numpy())
    titles = {row["series_key"]: row["title"] for row in (catalogue or default()).rows("series_meta")}
    plot = method_charts.intervals_of_breaks(frame, titles)
    per_date = [
        f"{label} {sum(label in covers for covers in frame['covers'])}"
        for label in found.dates
        if any(label in covers for covers in frame["covers"])
    ]
    data = frame.assign(covers=[", ".join(covers) for covers in frame["covers"]])
    return Figure(
        plot,
        coverage_title(found),
        "Dot: first year of a new regime, by Schwarz’s criterion; bar: its 95% interval; thin line: the years "
        f"searched, within the longest unbroken run of each series. {method_charts.STATUTES_CAPTION} Intervals of one "
        "series may overlap.",
        f"{counted(frame['series'].nunique(), 'series', 'series')} with {counted(len(frame), 'break date')}. "
        f"Intervals covering a statute date: {listing(per_date) or 'none'}.",
        data,
        tests.evidence,
    )


def coverage_title(found: Coverage) -> str:
    """A title for whether break dates fall at statute dates."""
    said = (
        f"{found.covering} of {counted(found.tests, 'interval')} of break dates cover a statute date, "
        f"{shown(round(found.expected))} would at random places ({p_text(found.p)})"
    )
    clear = found.p < ALPHA and found.together < ALPHA
    return f"More than chance: {said}" if clear else f"{NOT_CLEAR} from chance: {said}"


@in_words
def interrupted_sentence(series_key: str, reform: int, catalogue: Catalogue | None = None) -> str:
    """The change of level and slope of a series at a reform, with what stands against it."""
    return _interrupted(series_key, reform, catalogue)[1].sentence()


@or_say_why
def interrupted_series(series_key: str, reform: int, catalogue: Catalogue | None = None) -> Figure:
    """A series before and after a reform, with the line before carried on.

    Parameters
    ----------
    reform : the first year under it.
    """
    of, found = _interrupted(series_key, reform, catalogue)
    plot, data = method_charts.interrupted_series(of, found)
    last = found.counterfactual().iloc[-1]
    gap = float(last["effect"])
    size = f"{math.expm1(gap):+.0%}".replace("-", "−") if of.logged else f"{shown(gap)} {of.item.unit_words}"
    return Figure(
        plot,
        interrupted_title(of, found),
        f"{of.item.title}, {of.item.geography}; {of.item.unit_words} ({of.seen_as}), on {_scale(of)}. Dark: lines fitted "
        f"before and from {reform} (red); dashed: the line before carried on, with its 95% interval, which no data "
        f"can check. {method_charts.STATUTES_CAPTION} {' '.join(found.notes)} A change at a date is not by itself an "
        "effect of what happened then.",
        f"{found.sentence()} By {of.values.index[-1]} the fitted line differs from the line carried on by {size}.",
        data,
        of.item.evidence + _acts(catalogue),
    )


def interrupted_title(of: Line, found: Interrupted) -> str:
    """A title for the change of level at the first reform of a model."""
    jump, at = found.change(), found.reforms[0]
    low, high, middle = (jump[name] for name in ("lower", "upper", "estimate"))
    if of.logged:
        size, bounds = [f"{abs(math.expm1(middle)):.0%}"], [math.expm1(low), math.expm1(high)]
        shape = "{:.0%}"
    else:
        size, bounds = [f"{shown(abs(middle))} {of.item.unit_words}"], [low, high]
        shape = "{}"
    if not jump["p"] < ALPHA:
        ends = [shape.format(each if of.logged else shown(each)).replace("-", "−") for each in bounds]
        return f"{NOT_CLEAR}: {lower(of.item.title)}, change of level at {at} between {ends[0]} and {ends[1]} (95% interval)"
    ends = [shape.format(abs(each) if of.logged else shown(abs(each))) for each in sorted(bounds, key=abs)]
    verb = "rose" if middle > 0 else "fell"
    return f"{of.item.title}: the level {verb} by {size[0]} at {at} (95% interval {ends[0]} to {ends[1]})"


@or_say_why
def placebo_dates(series_key: str, reform: int, catalogue: Catalogue | None = None) -> Figure:
    """The change of level that the same model finds at every other date."""
    import pandas as pd

    of, found = _interrupted(series_key, reform, catalogue)
    placebo = found.placebo()
    unit = "Change of level, in logarithms" if of.logged else f"Change of level, {of.item.unit_words}"
    here = pd.DataFrame([{"date": reform, **placebo.found}])
    return Figure(
        method_charts.placebo_dates(placebo, unit),
        placebo_title(placebo.share(), len(placebo.frame), reform),
        f"{of.item.title}: change of level by the same model at every date that leaves enough values on both sides. "
        "Red: the reform; dotted: changes as large, up or down. Dates near the reform share in its change.",
        placebo.sentence(),
        pd.concat([placebo.frame, here]).sort_values("date"),
        of.item.evidence,
    )


def placebo_title(share: float, of: int, reform: int) -> str:
    """A title for the share of other dates at which a model finds a change as large."""
    said = f"a change of level as large as at {reform} is found at {round(share * of)} of {counted(of, 'other date')}"
    return f"{NOT_CLEAR}: {said}" if share >= ALPHA else capital(said)


def _interrupted(series_key: str, reform: int, catalogue: Catalogue | None) -> tuple[Line, Interrupted]:
    of = statute_dates.line(series_key, catalogue)
    first, last = int(of.values.index[0]), int(of.values.index[-1])
    if not first < reform <= last:
        raise NotEnoughDataError(
            f"{lower(of.item.title)} is one line from {first} to {last}, and {reform} is not within it"
        )
    return of, models.interrupted(of.values, reform)
