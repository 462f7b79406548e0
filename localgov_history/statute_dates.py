"""Which long series can be tested at the dates of the great statutes, and whether breaks found lie at those dates.

A series is tested within its longest unbroken run of years only: never across a break in definition, geography, prices
or coverage, and never across a year without a value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history import breaks, long_series
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.models.words import p_text, shown
from localgov_history.progress import progress
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class StatuteDate:
    """A statute, or a run of them, that is said to have changed local government.

    Attributes
    ----------
    label : the years as written.
    first, last : first and last year.
    acts : keys of the table ``acts``.
    """

    label: str
    first: int
    last: int
    acts: tuple[str, ...]


# The year is that of royal assent, but for 1974: the Act of 1972 took effect on 1 April 1974.
STATUTE_DATES = (
    StatuteDate("1834", 1834, 1834, ("poor_law_amendment_act_1834",)),
    StatuteDate("1888", 1888, 1888, ("local_government_act_1888",)),
    StatuteDate("1929", 1929, 1929, ("local_government_act_1929",)),
    StatuteDate("1945–48", 1945, 1948, ("national_health_service_act_1946", "national_assistance_act_1948")),
    StatuteDate("1974", 1974, 1974, ("local_government_act_1972",)),
    StatuteDate("1980", 1980, 1980, ("local_government_planning_and_land_act_1980",)),
    StatuteDate("1997–2000", 1997, 2000, ("local_government_act_1999", "local_government_act_2000")),
)
# Values a series needs at all, and on each side of a date.
LEAST_YEARS = 20
LEAST_SIDE = 6
TRIMMING = 0.15
DRAWS = 9999


@dataclass(frozen=True, eq=False)
class SeriesToTest:
    """Which series can be tested at which statute date.

    Attributes
    ----------
    frame : one row a statute date and series: ``statute``, ``series``, ``title``, ``topic``, ``unit``, ``geography``, ``first``,
        ``last``, ``values`` (of its longest unbroken run; all its values and no years where they are too few in any case),
        ``testable``, ``reason`` (why not).
    trimming : share of a run that must lie on each side of a date.
    """

    frame: pd.DataFrame
    trimming: float

    def at(self, statute: str) -> list[str]:
        """Keys of the series that can be tested at a date, by its label."""
        if statute not in set(self.frame["statute"]):
            raise UnknownNameError("statute date", statute, set(self.frame["statute"]))
        rows = self.frame[(self.frame["statute"] == statute) & self.frame["testable"]]
        return list(rows["series"])

    @property
    def testable(self) -> list[str]:
        """Keys of the series that can be tested at one date at least."""
        return list(dict.fromkeys(self.frame.loc[self.frame["testable"], "series"]))

    def to_frame(self) -> pd.DataFrame:
        """One row a statute date and series."""
        return self.frame.copy()

    def sentence(self) -> str:
        """How many series can be tested at each date."""
        of = self.frame["series"].nunique()
        number = self.frame.groupby("statute", sort=False)["testable"].sum()
        parts = [f"{statute} {int(count)}" for statute, count in number.items()]
        return f"Of {counted(of, 'long series', 'long series')} these can be tested at each statute date: {listing(parts)}."

    def summary(self) -> str:
        """The sentence and the reasons why the others cannot be tested."""
        lines = [self.sentence()]
        for statute, rows in self.frame[~self.frame["testable"]].groupby("statute", sort=False):
            kinds = rows["reason"].str.partition(":")[0].value_counts()
            lines.append(
                f"  {statute} not: " + "; ".join(f"{count} {reason}" for reason, count in kinds.items()) + "."
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.summary()


def unbroken(found: long_series.Series) -> pd.Series:
    """The longest run of a series without a gap or a parting break: values by year; the later of two as long.

    Raises
    ------
    NotEnoughDataError
        If the series has two values in a year, so that it is not yearly.
    """
    import pandas as pd

    rows = found.frame[["year", "segment", "value"]]
    if rows["year"].duplicated().any():
        year = rows.loc[rows["year"].duplicated(), "year"].iloc[0]
        raise NotEnoughDataError(f"{found.key} has more than one value in {year}; expected one a year")
    begins = (rows["year"].diff() != 1) | (rows["segment"].diff() != 0)
    runs = [run for _, run in rows.groupby(begins.cumsum())]
    longest = max(runs, key=lambda run: (len(run), run["year"].iloc[0]))
    return pd.Series(longest["value"].to_numpy(float), index=longest["year"].to_numpy(int), name=found.key)


def series_to_test(
    keys: Iterable[str] | None = None,
    dates: Sequence[StatuteDate] = STATUTE_DATES,
    trimming: float = TRIMMING,
    catalogue: Catalogue | None = None,
) -> SeriesToTest:
    """For each statute date the series that can be tested there, and why not the others.

    Parameters
    ----------
    keys : series to look at; all of them by default.
    trimming : share of the values of a run, 0 to 0.5, that a date must leave on each side (and six at least), as in
        tests of breaks at unknown dates (Andrews 1993; Bai and Perron 1998).

    Notes
    -----
    A run needs twenty values that are not all the same. A date of several years must fit whole.
    """
    import pandas as pd

    if not 0 < trimming < 0.5:
        raise LocalgovError(f"trimming={trimming} is no share to leave on each side; expected above 0 and below 0.5")
    book = catalogue or default()
    meta = {row["series_key"]: row for row in book.rows("series_meta")}
    wanted = sorted(meta) if keys is None else list(keys)
    if not wanted or not dates:
        raise NotEnoughDataError("no series or no date was given; expected at least one of each")
    held = _held(book)
    records = []
    for number, key in enumerate(wanted):
        if len(wanted) > 100:
            progress(number + 1, len(wanted), "series looked at")
        run, why = _run(key, held.get(key, 0), book)
        about = meta.get(key, {})
        for date in dates:
            reason = why or _outside(run, date, trimming)
            records.append(
                {
                    "statute": date.label,
                    "series": key,
                    "title": about.get("title", ""),
                    "topic": about.get("topic", ""),
                    "unit": about.get("unit", ""),
                    "geography": about.get("geography", ""),
                    "first": None if run is None else int(run.index[0]),
                    "last": None if run is None else int(run.index[-1]),
                    "values": held.get(key, 0) if run is None else len(run),
                    "testable": not reason,
                    "reason": reason,
                }
            )
    frame = pd.DataFrame(records).astype({"first": "Int64", "last": "Int64", "testable": bool})
    return SeriesToTest(frame, trimming)


def long_enough(catalogue: Catalogue | None = None) -> list[str]:
    """Keys of the series with twenty values or more, and of those computed from others: all that may hold an unbroken run
    long enough to test. `line` says whether one does."""
    book = catalogue or default()
    held, computed = _held(book), _computed(book)
    keys = sorted(row["series_key"] for row in book.rows("series_meta"))
    return [key for key in keys if held.get(key, 0) >= LEAST_YEARS or key in computed]


def _computed(book: Catalogue) -> set[str]:
    return {row["series_key"] for row in book.rows("series_meta") if row["derived"] == "true" and row["derivation"]}


def _held(book: Catalogue) -> dict[str, int]:
    """How many values the tables hold of each series that is not computed from others."""
    frame = book.load("series")
    used = frame[frame["preferred"].fillna(False).astype(bool) & frame["value"].notna()]
    computed = _computed(book)
    return {str(key): int(size) for key, size in used.groupby("series_key").size().items() if key not in computed}


def _run(key: str, held: int, book: Catalogue) -> tuple[pd.Series | None, str]:
    """The longest unbroken run, or why there is none that can be tested.

    A series with too few values in all (`held`, above 0 where known) is not built to be measured.
    """
    if 0 < held < LEAST_YEARS:
        return None, f"too short: {counted(held, 'value')} in all, expected {LEAST_YEARS} in an unbroken run"
    try:
        run = unbroken(long_series.series(key, catalogue=book))
    except NotEnoughDataError as error:
        return None, f"no line to test: {error}"
    if len(run) < LEAST_YEARS:
        return run, f"too short: longest unbroken run {counted(len(run), 'year')}, expected {LEAST_YEARS}"
    if run.max() == run.min():
        return run, "constant: every value of the run is the same"
    return run, ""


def _side(size: int, trimming: float) -> int:
    """Values that a date must leave on each side; a share such as 0.15 of 100 is 15, whatever its binary digits."""
    return max(LEAST_SIDE, math.floor(trimming * size + 1e-9))


def _outside(run: pd.Series | None, date: StatuteDate, trimming: float) -> str:
    if run is None:
        return ""
    side = _side(len(run), trimming)
    first, last = int(run.index[0]), int(run.index[-1])
    if not first < date.first <= date.last <= last:
        return f"outside: the run goes from {first} to {last}"
    if date.first - first < side or last - date.last + 1 < side:
        return f"too near an end: {date.label} leaves fewer than {side} of {len(run)} values of {first}–{last} on one side"
    return ""


@dataclass(frozen=True, eq=False)
class Coverage:
    """Whether intervals of break dates cover statute dates more often than chance places them.

    Attributes
    ----------
    frame : one row an interval: ``series``, ``lower``, ``upper``, ``span_start``, ``span_end``, ``covers`` (labels of the
        dates it covers), ``chance`` (share of its placements that cover one, 0 to 1).
    dates : the labels.
    covering : how many intervals cover a date.
    expected : how many would by chance.
    p : share of `draws` random placements, with the one observed, that cover as often: one-sided, above 0.
    exact : the same probability worked out, without drawing.
    together : the share of moves of all intervals by one number of years, round within their spans, under which as many
        cover a date; the move by none is one of them, so it is above 0.
    draws, seed : of the placements.
    """

    frame: pd.DataFrame
    dates: tuple[str, ...]
    covering: int
    expected: float
    p: float
    exact: float
    together: float
    draws: int
    seed: int

    @property
    def tests(self) -> int:
        """How many intervals were put to the test."""
        return len(self.frame)

    def to_frame(self) -> pd.DataFrame:
        """One row an interval."""
        return self.frame.copy()

    def sentence(self) -> str:
        """How many intervals cover a date, how many would by chance, and the limits of the comparison."""
        return (
            f"{self.covering} of {counted(self.tests, 'interval')} of break dates, from {self.frame['series'].nunique()} series, "
            f"cover one of {counted(len(self.dates), 'statute date')}; placed at random within the span of each series "
            f"{shown(self.expected)} would ({p_text(self.p)}, {counted(self.draws, 'placement')}). Series that move together "
            f"make that p too small; moved all by the same number of years, {p_text(self.together)}."
        )

    def summary(self) -> str:
        """The sentence and how often each date is covered."""
        rows = [
            f"  {label}: covered by {counted(sum(label in covers for covers in self.frame['covers']), 'interval')}"
            for label in self.dates
        ]
        return "\n".join([self.sentence(), *rows, f"  Worked out without drawing: {p_text(self.exact)}."])

    def __repr__(self) -> str:
        return self.summary()


def coverage(
    intervals: pd.DataFrame,
    dates: Sequence[StatuteDate] = STATUTE_DATES,
    draws: int = DRAWS,
    seed: int = 1834,
) -> Coverage:
    """Whether intervals cover statute dates more often than placed at random within their series' spans.

    Parameters
    ----------
    intervals : one row an interval: ``series``, ``lower``, ``upper``, ``span_start``, ``span_end``, whole years, both ends
        included. An interval longer than its span is cut to it.
    dates : an interval covers one if the two have a year in common.
    draws : random placements; each moves every interval, at its own length, to a start drawn evenly from those that fit
        its span.
    seed : of the drawing, so that it can be repeated.

    Raises
    ------
    NotEnoughDataError
        If there is no interval.
    LocalgovError
        If a column is missing or empty, years are not whole, or an interval or span ends before it starts.

    Notes
    -----
    p = (1 + placements covering as often) ÷ (1 + draws) (Phipson and Smyth 2010), so it is never 0. As placements are
    independent the number covering is a sum of independent trials of unequal chance; its distribution is worked out as
    well. Series are not independent of each other; moving all their intervals by the same number of years, round within
    the span of each, keeps what they have in common.
    """
    import numpy as np

    frame = _checked(intervals, draws)
    if not dates:
        raise LocalgovError("no date was given; expected at least one")
    covers, chances, round_about = [], [], []
    for row in frame.itertuples():
        covers.append(tuple(date.label for date in dates if row.lower <= date.last and row.upper >= date.first))
        starts = np.arange(row.span_start, row.span_end - (row.upper - row.lower) + 1)
        ends = starts + (row.upper - row.lower)
        hit = np.zeros(len(starts), dtype=bool)
        for date in dates:
            hit |= (starts <= date.last) & (ends >= date.first)
        chances.append(float(hit.mean()))
        round_about.append(np.roll(hit, row.span_start - row.lower))
    observed = sum(bool(labels) for labels in covers)
    # Whether a placement covers a date is one trial with the chance worked out above.
    drawn = np.random.default_rng(seed).random((draws, len(frame))) < np.array(chances)
    reached = int((drawn.sum(axis=1) >= observed).sum())
    moves = np.arange(max(len(hit) for hit in round_about))
    moved = sum(hit[moves % len(hit)].astype(int) for hit in round_about)
    exact = float(min(1.0, _at_least(np.array(chances), observed)))
    return Coverage(
        frame.assign(covers=covers, chance=chances),
        tuple(date.label for date in dates),
        observed,
        float(sum(chances)),
        (1 + reached) / (1 + draws),
        exact,
        float(np.mean(moved >= observed)),
        draws,
        seed,
    )


def _checked(intervals: pd.DataFrame, draws: int) -> pd.DataFrame:
    columns = ["lower", "upper", "span_start", "span_end"]
    missing = [name for name in ["series", *columns] if name not in intervals.columns]
    if missing:
        raise LocalgovError(f"intervals lack {listing(missing)}; expected series, {listing(columns)}")
    if intervals.empty:
        raise NotEnoughDataError("no interval was given; expected at least one break date with its bounds")
    if draws < 99:
        raise LocalgovError(f"draws={draws} are too few for a p-value; expected at least 99")
    numbers = intervals[columns].astype(float)
    if numbers.isna().any().any() or (numbers != numbers.round()).any().any():
        raise LocalgovError("bounds of intervals or spans are empty or not whole; expected whole years")
    frame = intervals[["series"]].assign(**numbers.astype(int)).reset_index(drop=True)
    wrong = frame[(frame["upper"] < frame["lower"]) | (frame["span_end"] < frame["span_start"])]
    if len(wrong):
        raise LocalgovError(
            f"an interval of {wrong['series'].iloc[0]} ends before it starts; expected the earlier year first"
        )
    apart = frame[(frame["upper"] < frame["span_start"]) | (frame["lower"] > frame["span_end"])]
    if len(apart):
        row = apart.iloc[0]
        raise LocalgovError(
            f"an interval of {row['series']}, {row['lower']}–{row['upper']}, lies outside its span {row['span_start']}–"
            f"{row['span_end']}; expected it within"
        )
    frame["lower"] = frame[["lower", "span_start"]].max(axis=1)
    frame["upper"] = frame[["upper", "span_end"]].min(axis=1)
    return frame


def _at_least(chances: np.ndarray, number: int) -> float:
    """Probability that at least so many of independent trials succeed: the Poisson-binomial distribution."""
    import numpy as np

    exactly = np.array([1.0])
    for chance in chances:
        exactly = np.convolve(exactly, [1 - chance, chance])
    return float(exactly[number:].sum())


@dataclass(frozen=True, eq=False)
class Line:
    """The longest unbroken run of a series as breaks are sought in it.

    Attributes
    ----------
    item : the series, in constant prices where it is money at current ones.
    values : by year, logarithms where `logged`.
    logged : whether logarithms were taken: where all values are above 0 and are no percentages, so that a steady rate of
        growth is a straight line.
    seen_as : what was done to the values.
    """

    item: long_series.Series
    values: pd.Series
    logged: bool
    seen_as: str


def line(key: str, catalogue: Catalogue | None = None) -> Line:
    """A series as breaks are sought in it.

    Raises
    ------
    NotEnoughDataError
        If its longest unbroken run has fewer than twenty years or is the same throughout.
    """
    import numpy as np

    found = long_series.series(key, catalogue=catalogue or default())
    done = []
    if found.price_basis == "current":
        base = found.frame["when"].iloc[len(found) // 2]
        found = found.real(base)
        done.append(f"prices of {base}")
    run = unbroken(found)
    if len(run) < LEAST_YEARS:
        raise NotEnoughDataError(
            f"the longest unbroken run of {found.title} ({key}) is of {counted(len(run), 'year')}; expected {LEAST_YEARS}"
        )
    if run.max() == run.min():
        raise NotEnoughDataError(
            f"every value of the longest run of {found.title} ({key}) is the same; expected one that varies"
        )
    logged = found.unit != "per cent" and bool((run > 0).all())
    if logged:
        run = np.log(run)
        done.append("logarithm")
    return Line(found, run, logged, ", ".join(done) or "as published")


def search(of: Line, max_breaks: int = 5, trimming: float = TRIMMING, trend: bool = True) -> breaks.MultipleBreaks:
    """Breaks in a line by the method of Bai and Perron (1998, 2003), with errors robust to autocorrelation.

    Parameters
    ----------
    max_breaks : the most; short runs hold fewer.
    trimming : least share of the values in a regime, 0 to 0.5; never fewer than six of them.
    trend : seek breaks in straight lines, else in levels.
    """
    import numpy as np

    size = len(of.values)
    side = _side(size, trimming)
    # Critical values stand by the share that was asked for, unless so many values make it a larger one.
    share = trimming if math.floor(trimming * size + 1e-9) == side else side / size
    columns = [np.ones(size), np.arange(size, dtype=float)] if trend else [np.ones(size)]
    most = max(1, min(max_breaks, size // side - 1))
    return breaks.bai_perron(of.values, X=np.column_stack(columns), max_breaks=most, trimming=share, errors="hac")


def break_intervals(
    keys: Iterable[str] | None = None,
    max_breaks: int = 5,
    trimming: float = TRIMMING,
    criterion: str = "bic",
    level: float = 0.95,
    catalogue: Catalogue | None = None,
) -> pd.DataFrame:
    """Break dates of the long series with their intervals, each found within its longest unbroken run.

    Parameters
    ----------
    keys : series to look at; by default all whose run can be tested at one statute date at least.
    max_breaks, trimming, criterion : of the method of Bai and Perron (1998, 2003) in `localgov_history.breaks`.
    level : level of the intervals, 0 to 1.

    Returns
    -------
    One row a break, for `coverage`: ``series``, ``date`` (first year of the new regime), ``lower``, ``upper``,
    ``span_start``, ``span_end`` (the first years of a regime that trimming leaves), ``level``, ``seen_as`` (what was done
    to the values). Series without a break have no row.

    Notes
    -----
    Breaks are sought in a line with a trend; their intervals allow for autocorrelated errors of unequal variance. Money
    at current prices is put in constant prices, and values that are all above 0 and no percentages are taken as
    logarithms, so that a steady rate of growth is a straight line. Short runs are trimmed more, and hold fewer breaks.
    """
    import pandas as pd

    book = catalogue or default()
    wanted = series_to_test(trimming=trimming, catalogue=book).testable if keys is None else list(keys)
    records: list[dict[str, Any]] = []
    for number, key in enumerate(wanted):
        progress(number + 1, len(wanted), "series searched for breaks")
        sought = line(key, book)
        run = sought.values
        found = search(sought, max_breaks, trimming)
        size, side = len(run), _side(len(run), trimming)
        chosen = found.select(criterion).number
        if not chosen:
            continue
        bounds = found.confidence_intervals(chosen, level=level)
        for position, bound in zip(found.breaks(chosen), bounds.itertuples(), strict=True):
            low, high = max(int(bound.lower), side), min(int(bound.upper), size - side)
            records.append(
                {
                    "series": key,
                    "date": int(run.index[position]),
                    "lower": int(run.index[low]),
                    "upper": int(run.index[high]),
                    "span_start": int(run.index[side]),
                    "span_end": int(run.index[size - side]),
                    "level": level,
                    "seen_as": sought.seen_as,
                }
            )
    columns = ["series", "date", "lower", "upper", "span_start", "span_end", "level", "seen_as"]
    return pd.DataFrame(records, columns=columns)
