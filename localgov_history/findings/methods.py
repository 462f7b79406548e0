"""The statistical methods on the kit's own tables: what each finds, and what stands against it.

`series_breaks_of` and `joint_arrangement_lives` serve other notebooks as well.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec

from localgov_history import bodies, breaks, coding, figures, models, registry, statute_dates
from localgov_history.breaks.values import untabulated
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.findings import method_charts
from localgov_history.findings.titles import NOT_CLEAR, NOT_ENOUGH, capital, lower, or_say_why
from localgov_history.models.counts import MODELS
from localgov_history.models.of_areas import GROUPINGS
from localgov_history.models.survival import ALPHA, FEW_EVENTS
from localgov_history.models.words import between, p_text, shown
from localgov_history.periods import HORIZON
from localgov_history.sources import Evidence
from localgov_history.statute_dates import STATUTE_DATES
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.breaks import MultipleBreaks
    from localgov_history.models import Areas, Counts, Interrupted, Survival
    from localgov_history.statute_dates import Coverage, Line, SeriesToTest

P = ParamSpec("P")

CRITERIA = {
    "bic": "Schwarz (BIC)",
    "bic_yao": "Yao’s form of BIC",
    "lwz": "Liu, Wu and Zidek",
    "sequential": "Sequential tests at 5%",
}
FORMS = {
    "joint_committee": "Joint committee",
    "joint_authority": "Joint authority",
    "shared_management": "Shared management",
    "other": "Other forms",
}
LIVES_BY = {"purpose": "purpose", "selection_class": "the way members are chosen"}
SELECTIONS = {
    "directly_elected": "Directly elected",
    "part_elected": "Partly elected",
    "nominated_by_bodies": "Nominated or indirectly elected",
    "appointed": "Appointed",
    "other": "Ex officio or self-appointing",
    "mixed": "Mixed",
}
# The date at which every class of council but those of London was replaced.
REORGANISED = next(date for date in STATUTE_DATES if date.label == "1974")
CITY = "City of London"
# Groups with fewer lives have no curve of their own.
LEAST_LIVES = 5


def in_words(make: Callable[P, str]) -> Callable[P, str]:
    """Turn "not enough data" into a sentence."""

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> str:
        try:
            return make(*args, **kwargs)
        except NotEnoughDataError as error:
            return f"Not enough data here: {error}."

    return made


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
    """What the method of Bai and Perron finds in a series. Parameters are those of `series_breaks_of`."""
    return _search(series_key, max_breaks, trimming, regimes, catalogue)[1].sentence()


@in_words
def sup_f_sentence(
    series_key: str, trimming: int = 15, regimes: str = "lines", catalogue: Catalogue | None = None
) -> str:
    """What the tests of one break at an unknown date find in a series."""
    of, found = _search(series_key, 1, trimming, regimes, catalogue)
    return breaks.sup_f(of.values, X=found.series.changing, trimming=found.trimming).sentence()


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
        f"{of.item.title}, {of.item.geography}; {of.item.unit} ({of.seen_as}), on {_scale(of)}. Dark: {what} fitted to the regimes of "
        f"{first}–{last}, the longest unbroken run; red: the beginning of a new regime, with its 95% interval as a band. "
        f"{method_charts.STATUTES_CAPTION} Dotted: the series itself breaks there, and nothing is sought across. Errors robust to "
        f"autocorrelation; each regime has at least {counted(found.shortest, 'year')}."
        + (f" Caution: {listing(doubts)}." if doubts else "")
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
    return f"{name}: {least} to {counted(most, 'break')}, as the criterion is chosen{when}"


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
        "Best partition for each number of breaks (Bai and Perron); first years of new regimes with 95% intervals robust to "
        f"autocorrelation.{without}",
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
    import re

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
        f"A series needs an unbroken run of {statute_dates.LEAST_YEARS} yearly values, with {tests.to_test.trimming:.0%} of them, "
        f"and {statute_dates.LEAST_SIDE} at least, on each side of the date. A run never crosses a change of definition, area, "
        "prices or coverage.",
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
        f"{counted(len(table), 'series', 'series')} can be tested somewhere; the first three dates have {early} tests between them",
        "All other series are not testable: most are too short. What stops one is told for each date by "
        "statute_dates.series_to_test.",
        tests.evidence,
        (3, 1, 2.4),
    )


def reasons_sentence(tests: StatuteTests, series_key: str) -> str:
    """At which statute dates one series can be tested, and why not at the others."""
    rows = tests.to_test.frame[tests.to_test.frame["series"] == series_key]
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
        "Dot: first year of a new regime, by Schwarz’s criterion; bar: its 95% interval; thin line: the years searched, within the "
        f"longest unbroken run of each series. {method_charts.STATUTES_CAPTION} {found.sentence()}",
        f"{counted(frame['series'].nunique(), 'series', 'series')} with {counted(len(frame), 'break date')}. Intervals covering a "
        f"statute date: {listing(per_date) or 'none'}.",
        data,
        tests.evidence,
    )


def coverage_title(found: Coverage) -> str:
    """A title for whether break dates fall at statute dates."""
    said = (
        f"{found.covering} of {counted(found.tests, 'interval')} of break dates cover a statute date, {shown(round(found.expected))} "
        f"would at random places ({p_text(found.p)})"
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
    size = f"{math.expm1(gap):+.0%}".replace("-", "−") if of.logged else f"{shown(gap)} {of.item.unit}"
    return Figure(
        plot,
        interrupted_title(of, found),
        f"{of.item.title}, {of.item.geography}; {of.item.unit} ({of.seen_as}), on {_scale(of)}. Dark: lines fitted before and from "
        f"{reform} (red); dashed: the line before carried on, with its 95% interval, which no data can check. "
        f"{method_charts.STATUTES_CAPTION} {' '.join(found.notes)} A change at a date is not by itself an effect of what happened then.",
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
        size, bounds = [f"{shown(abs(middle))} {of.item.unit}"], [low, high]
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
    of, found = _interrupted(series_key, reform, catalogue)
    placebo = found.placebo()
    unit = "Change of level, in logarithms" if of.logged else f"Change of level, {of.item.unit}"
    import pandas as pd

    here = pd.DataFrame([{"date": reform, **placebo.found}])
    return Figure(
        method_charts.placebo_dates(placebo, unit),
        placebo_title(placebo.share(), len(placebo.frame), reform),
        f"{of.item.title}: change of level by the same model at every date that leaves enough values on both sides. Red: the reform; "
        "dotted: changes as large, up or down. Dates near the reform share in its change.",
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


@dataclass(frozen=True, eq=False)
class Endings:
    """Councils ended in each year, in the classes of which the register is complete.

    Attributes
    ----------
    frame : one row a year: ``year``, ``in_being`` (on 1 January), ``ended`` (of those), ``later`` (after `parting`).
    parting : the year of the reorganisation, which the models leave out.
    classes : how many classes.
    undated : how many ended at a day that is not held, placed by the last list that names them.
    evidence : the rows of the register and its coverage.
    """

    frame: pd.DataFrame
    parting: int
    classes: int
    undated: int
    evidence: Evidence

    @property
    def others(self) -> pd.DataFrame:
        """The years without that of the reorganisation."""
        return self.frame[self.frame["year"] != self.parting]


def endings(catalogue: Catalogue | None = None) -> Endings:
    """Councils of England ended in each year from when every class in being is complete in the register.

    Notes
    -----
    The sampling frame is declared in the table ``register_coverage``: within it every body of a class is listed, so that
    a year without an end is a count of nothing and not a gap.
    """
    import pandas as pd

    book = catalogue or default()
    cover = book.load("register_coverage")
    cover = cover[cover["country"] == "England"]
    whole = cover[cover["status"] == "complete"]
    cover = cover[cover["type"].isin(set(whole["type"]))]
    unlisted = cover.loc[cover["status"] == "none", "end_latest"].dropna()
    partial = cover.loc[cover["status"] == "partial", "start_earliest"].dropna()
    begins = whole["start_earliest"].min() if unlisted.empty else unlisted.max()
    ends = whole["end_latest"].max() if partial.empty else partial.min()
    with warnings.catch_warnings():
        # The classes that the register does not hold whole are left out here.
        warnings.simplefilter("ignore", registry.CoverageWarning)
        every = registry.authorities(catalogue=book).to_frame()
    every = every[every["type"].isin(set(whole["type"]))]
    records = []
    for year in range(begins.year + 1, ends.year):
        day, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
        now = whole.loc[(whole["start_earliest"] <= day) & (whole["end_latest"] >= day), "type"]
        being = every[every["type"].isin(set(now)) & (every["known_from"] <= day) & (every["known_to"] >= day)]
        gone = (being["end_status"] == "ended") & (being["known_to"] <= last)
        records.append((year, len(being), int(gone.sum()), year > REORGANISED.last))
    if not records:
        raise NotEnoughDataError("the register holds no class of council whole for a year")
    frame = pd.DataFrame(records, columns=["year", "in_being", "ended", "later"])
    used = every[every["known_to"] >= pd.Timestamp(int(frame["year"].iloc[0]), 1, 1)]
    undated = int(((used["end_status"] == "ended") & used["end_latest"].isna()).sum())
    return Endings(
        frame, REORGANISED.last, int(used["type"].nunique()), undated, Evidence.of(used, whole, dates=("end",))
    )


def _model(of: Endings, model: str | None = None, whole: bool = False) -> Counts:
    return models.counts(of.frame if whole else of.others, "ended", ["later"], "in_being", model)


@or_say_why
def endings_by_year(catalogue: Catalogue | None = None) -> Figure:
    """Councils ended in each year, as a share of those in being, with the rates of the model."""
    of = endings(catalogue)
    model = _model(of)
    peak = of.frame[of.frame["year"] == of.parting]
    none = int((of.frame["ended"] == 0).sum())
    first, last = int(of.frame["year"].iloc[0]), int(of.frame["year"].iloc[-1])
    years = [
        f"{row.year} {row.ended:,} of {row.in_being:,}"
        for row in of.frame[of.frame["ended"] > 0].itertuples(index=False)
    ]
    left = (
        f" Diamond: {of.parting}, when {int(peak['ended'].iloc[0]):,} of {int(peak['in_being'].iloc[0]):,} ended, left out of the model."
        if len(peak)
        else ""
    )
    return Figure(
        method_charts.yearly_rates(of.frame, model, of.parting),
        endings_title(model, of.parting),
        f"Share of the councils in being on 1 January that ended in the year, {first}–{last}, England, on a scale of powers: the "
        f"{of.classes} classes that the register holds whole. "
        f"{counted(none, 'year')} without an end are not drawn but counted. Lines: yearly rate by the {MODELS[model.model]} model.{left} "
        f"{counted(of.undated, 'end')} not dated to a day may be a year out. Ends come many at once, by one Act or order, and are not "
        "independent of each other.",
        f"Councils ended: {'; '.join(years)}.",
        of.frame,
        of.evidence,
    )


def endings_title(model: Counts, parting: int) -> str:
    """A title for the ratio of yearly rates after and before a year."""
    row = model.frame.iloc[1]
    said = f"× {shown(float(row['ratio']))} ({between(float(row['lower']), float(row['upper']), model.level)})"
    if not row["p"] < ALPHA:
        return f"{NOT_CLEAR} in the yearly rate at which councils ended, before and after {parting}: {said}"
    verb = "higher" if row["ratio"] > 1 else "lower"
    return f"Councils ended at a {verb} yearly rate after {parting} than before: {said}"


@in_words
def endings_sentence(catalogue: Catalogue | None = None) -> str:
    """The model of councils ended, the test that chose it, and the ends that hide in one year."""
    of = endings(catalogue)
    model, whole = _model(of), _model(of, whole=True)
    said = model.sentence().replace("later ×", f"after {of.parting} ×").replace("in_being", "council in being")
    again = whole.frame.iloc[1]
    return (
        f"{said} With {of.parting} left in, the test keeps the {MODELS[whole.model]} model and gives × {shown(float(again['ratio']))} "
        f"({between(float(again['lower']), float(again['upper']), whole.level)}), with a Pearson dispersion of {shown(whole.dispersion.pearson)}: one year can "
        "decide such a model, and the test by itself does not show it."
    )


@or_say_why
def endings_models(catalogue: Catalogue | None = None) -> Table:
    """The same counts under each model."""
    import pandas as pd

    of = endings(catalogue)
    records, clear = [], []
    for name, words in MODELS.items():
        model = _model(of, name)
        row = model.frame.iloc[1]
        records.append(
            {
                "Model": capital(words),
                f"Rate after {of.parting} against before": f"× {shown(float(row['ratio']))}",
                "95% interval": f"{shown(float(row['lower']))} to {shown(float(row['upper']))}",
                "Test of no difference": p_text(float(row["p"])),
            }
        )
        clear += [words] if row["p"] < ALPHA else []
    title = (
        f"Whether the rate differs rests on the model: a clear difference by {listing(clear)} alone"
        if 0 < len(clear) < len(records)
        else f"All {len(records)} models agree: {'a clear difference' if clear else 'no clear difference'} in the yearly rate"
    )
    return Table(
        pd.DataFrame(records).set_index("Model"),
        title,
        f"Councils ended in a year per council in being, without {of.parting}; {counted(len(of.others), 'year')}. The Poisson model takes "
        "each council’s end as an event by itself, which ends by one Act are not.",
        of.evidence,
        (2, 1.5, 1.3, 1.2),
    )


def _joint(catalogue: Catalogue | None) -> tuple[pd.DataFrame, Survival]:
    frame = (catalogue or default()).load("joint_working")
    frame = frame[(frame["status"] == "formed") & frame["start_latest"].notna()]
    form = frame["form"].where(frame["form"].isin(FORMS), "other")
    frame = frame.assign(group=form, ended=frame["end"].notna())
    return frame, _lives(frame)


def _kinds(by: str, catalogue: Catalogue | None) -> tuple[pd.DataFrame, Survival]:
    frame = bodies.kinds(catalogue=catalogue)
    frame = frame[frame["end_status"].isin(["ended", "continuing"]) & frame["start_latest"].notna()]
    frame = frame[(frame["end_status"] == "continuing") | frame["end_latest"].notna()]
    group = frame[by].replace({"indirectly_elected": "nominated_by_bodies"})
    frame = frame.assign(group=group, ended=frame["end_status"] == "ended").dropna(subset=["group"])
    return frame, _lives(frame)


def _lives(frame: pd.DataFrame) -> Survival:
    sizes = frame["group"].value_counts()
    kept = frame[frame["group"].isin(sizes.index[sizes >= LEAST_LIVES])]
    if kept.empty:
        raise NotEnoughDataError(f"no group has {LEAST_LIVES} dated lives")
    return models.survival(kept, start="start", end="end", event="ended", group="group", until=HORIZON.isoformat())


@or_say_why
def joint_arrangement_lives(catalogue: Catalogue | None = None) -> Figure:
    """How long joint arrangements between councils lasted, by form: Kaplan–Meier curves."""
    frame, found = _joint(catalogue)
    return _survival_figure(
        frame,
        found,
        "joint arrangements between councils",
        "form",
        FORMS,
        f"{_unended(frame)} The list is no sample: arrangements that lasted are likelier to have left a trace.",
        Evidence.of(frame, dates=("start",)),
    )


@in_words
def joint_arrangement_sentence(catalogue: Catalogue | None = None) -> str:
    """How long joint arrangements lasted, and what the record says of those without an end."""
    frame, found = _joint(catalogue)
    return _named(found, FORMS) + " " + _unended(frame)


def _unended(frame: pd.DataFrame) -> str:
    """How many have no end on record, and of how many of these a later sign of life is known."""
    running = frame[~frame["ended"]]
    seen = int((running["attested_latest"] > running["start_latest"]).sum())
    return (
        f"{len(running)} of {counted(len(frame), 'dated arrangement')} have no end on record and are taken as running on to the end of "
        f"{HORIZON.year}, though of only {seen} of them a sign of life later than the start is held: the curves show the most that the "
        "record allows."
    )


@or_say_why
def kind_lives(by: str = "purpose", catalogue: Catalogue | None = None) -> Figure:
    """How long kinds of local body lasted: Kaplan–Meier curves.

    Parameters
    ----------
    by : ``purpose`` or ``selection_class``.
    """
    frame, found = _kinds(by, catalogue)
    return _survival_figure(
        frame,
        found,
        "kinds of local body",
        LIVES_BY[by],
        coding.PURPOSES if by == "purpose" else SELECTIONS,
        "A kind counts once, however many bodies were of it; kinds that lasted are likelier to be known with their dates.",
        Evidence.of(frame, uses=("purpose",) if by == "purpose" else ("selection",), dates=("start", "end")),
    )


@in_words
def kind_lives_sentence(by: str = "purpose", catalogue: Catalogue | None = None) -> str:
    """How long kinds of local body lasted, in numbers."""
    return _named(_kinds(by, catalogue)[1], coding.PURPOSES if by == "purpose" else SELECTIONS)


@or_say_why
def dating_table(by: str = "purpose", catalogue: Catalogue | None = None) -> Table:
    """What dates known only to a year do to the medians of `kind_lives`."""
    import pandas as pd

    frame, found = _kinds(by, catalogue)
    names = coding.PURPOSES if by == "purpose" else SELECTIONS
    wide = found.medians.pivot(index="group", columns="dating", values="median")
    middle = found.medians[found.medians["dating"] == "middle"].set_index("group")
    records, moved = [], [0.0]
    for group in [name for name in names if name in middle.index]:
        row = middle.loc[group]
        spread = [float(wide.loc[group, dating]) for dating in ("shortest", "longest") if dating in wide]
        if spread and max(spread) < math.inf:
            moved.append(max(spread) - min(spread))
        records.append(
            {
                "Group": names[group],
                "Lives": int(row["lives"]),
                "Ended": int(row["ended"]),
                "Median life, years": shown(float(row["median"])),
                "95% interval": f"{shown(float(row['lower']))} to {shown(float(row['upper']))}",
                "Dates at their bounds": " to ".join(shown(each) for each in spread),
            }
        )
    widest = max(float(row["upper"] - row["lower"]) for _, row in middle.iterrows())
    chance = f"spans {shown(round(widest))} years" if widest < math.inf else "has no end"
    return Table(
        pd.DataFrame(records).set_index("Group"),
        f"Dates known only to a year or so move a median life by {shown(round(max(moved), 1))} years at most; the widest 95% interval "
        f"{chance}",
        "Kaplan–Meier medians with dates in the middle of their bounds, 95% intervals (Brookmeyer and Crowley), and the medians with "
        "every date at the bound that makes lives shortest and longest. A curve that never falls to a half has no median.",
        Evidence.of(frame, dates=("start", "end")),
        (2, 0.7, 0.7, 1.1, 1.3, 1.4),
    )


def _survival_figure(
    frame: pd.DataFrame, found: Survival, what: str, by: str, names: dict[str, str], note: str, evidence: Evidence
) -> Figure:
    groups = set(found.medians["group"])
    order = [name for name in names if name in groups]
    left = len(frame) - int(found.medians.loc[found.medians["dating"] == "middle", "lives"].sum())
    return Figure(
        method_charts.survival_curves(found, names, order),
        survival_title(found, what, by, names),
        f"Kaplan–Meier curves of {what} with 95% intervals (bands), from dates in the middle of their bounds; watched to the end of "
        f"{HORIZON.year} and drawn for {method_charts.MOST_YEARS} years at most. Grey line: half. {note}"
        + (
            f" {counted(left, 'life', 'lives')} later, or in groups of fewer than {LEAST_LIVES}, left out."
            if left
            else ""
        ),
        _named(found, names),
        found.frame.assign(group=found.frame["group"].map(names)),
        evidence,
    )


def survival_title(found: Survival, what: str, by: str, names: dict[str, str]) -> str:
    """A title for how long lives in groups lasted."""
    rows = found.medians[found.medians["dating"] == "middle"].set_index("group")
    ended, of = int(rows["ended"].sum()), int(rows["lives"].sum())
    if len(rows) < 2 or ended < FEW_EVENTS * len(rows):
        return f"{NOT_ENOUGH} how long {what} lasted by {by}: {counted(ended, 'end')} on record among {of:,}"
    p = float(found.tests.loc[found.tests["dating"] == "middle", "p"].iloc[0])
    medians = [
        f"{lower(names[group])} {shown(round(float(rows.loc[group, 'median'])))}"
        if rows.loc[group, "median"] < math.inf
        else f"{lower(names[group])} not reached"
        for group in names
        if group in rows.index
    ]
    said = f"median life in years: {listing(medians)}"
    if not p < ALPHA:
        return f"{NOT_CLEAR} in how long {what} lasted by {by} (log-rank {p_text(p)}); {said}"
    return f"How long {what} lasted differed by {by} (log-rank {p_text(p)}); {said}"


def _named(found: Survival, names: dict[str, str]) -> str:
    """The sentence of a result with its groups in words."""
    import re

    said = found.sentence()
    for code in sorted(set(found.medians["group"]), key=len, reverse=True):
        said = re.sub(rf"\b{re.escape(str(code))}\b", lower(names[str(code)]), said)
    return said


@or_say_why
def areas_apart(grouping: str = "type", catalogue: Catalogue | None = None) -> Figure:
    """Yearly change of emissions a head (NI 186) in groups of areas, with and without the City of London.

    Parameters
    ----------
    grouping : a key of `models.of_areas.GROUPINGS`.
    """
    import pandas as pd

    found, without = _areas(grouping, catalogue)
    variants = [("All areas", found)] + ([(f"Without the {CITY}", without)] if _moves(found, without) else [])
    frame = pd.concat(
        [
            item.frame.assign(name=item.frame["group"].map(lambda name: capital(str(name))), variant=name).rename(
                columns={"change": "value", "lower": "low", "upper": "high"}
            )[["name", "variant", "value", "low", "high", "areas"]]
            for name, item in variants
        ],
        ignore_index=True,
    )
    first, last = found.years
    return figures.estimates(
        frame,
        areas_title(found),
        f"Change a year, {found.unit.replace('_', ' ')}",
        found.evidence,
        f"NI {found.ni}, {first}–{last}, by {GROUPINGS[grouping]}: slope of a straight line in each group with its 95% interval, errors "
        f"clustered by area; each area counts once. {' '.join(found.notes)}",
    )


@in_words
def areas_sentence(grouping: str = "type", catalogue: Catalogue | None = None) -> str:
    """The yearly change of each group of areas, and what the City of London does to it."""
    found, without = _areas(grouping, catalogue)
    if not _moves(found, without):
        return f"{found.sentence()} The {CITY} is in none of these groups."
    return (
        f"{found.sentence()} Without the {CITY} the test that all groups changed alike gives {p_text(without.equal[3])}, and with it "
        f"{p_text(found.equal[3])}: one area of {int(found.frame['areas'].sum())}."
    )


def areas_title(found: Areas) -> str:
    """A title for whether groups of areas changed alike."""
    frame = found.frame.sort_values("change")
    ends = [
        f"{row['change']:.2f} a year ({row['group']})".replace("-", "−") for _, row in frame.iloc[[0, -1]].iterrows()
    ]
    said = f"from {ends[0]} to {ends[1]}"
    p = p_text(found.equal[3])
    if not found.equal[3] < ALPHA:
        return f"{NOT_CLEAR}: NI {found.ni}, change {said} ({p})"
    return f"NI {found.ni} did not change alike in all groups: {said} ({p})"


def _areas(grouping: str, catalogue: Catalogue | None) -> tuple[Areas, Areas]:
    found = models.areas(by=grouping, catalogue=catalogue)
    known = set((catalogue or default()).load("laa_areas")["area"])
    return found, models.areas(by=grouping, without=(CITY,) if CITY in known else (), catalogue=catalogue)


def _moves(found: Areas, without: Areas) -> bool:
    return int(found.frame["areas"].sum()) != int(without.frame["areas"].sum())
