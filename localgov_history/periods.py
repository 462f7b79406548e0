"""Periodisations: somebody's division of time, with a source, used as a parameter and never as a constant."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from localgov_history import dates, schema
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.schema import Problem, TableError

if TYPE_CHECKING:
    import pandas as pd

HORIZON = date(2012, 12, 31)
# An open period that runs this many years from the start of its decade may still go by the decade's name.
LONGEST_DECADE = 15


@dataclass(frozen=True)
class Period:
    """One period of one scheme.

    Attributes
    ----------
    key, label : short name, and the words of the source.
    span : the span as printed (EDTF).
    start, end : working first and last day, inclusive.
    reason : why the working days were chosen.
    """

    key: str
    label: str
    span: str
    start: date
    end: date
    reason: str = ""
    features: str = ""

    @property
    def years(self) -> tuple[int, int]:
        """First and last year touched."""
        return self.start.year, self.end.year

    @property
    def census_year(self) -> int:
        """The year three quarters through, at which bodies and functions are compared.

        Late enough for what the period made to be there, early enough to be clear of what ended it.
        """
        first, last = self.years
        return first + round(0.75 * (last - first))

    def readable_span(self) -> str:
        """The printed span for a reader: ``1830s–1880s``.

        An open span is its first part where that says enough (``2000s``), and else ends at the working end.
        """
        first, _, last = self.span.partition("/")
        begins = dates.parse(first).readable()
        if last not in ("", ".."):
            return f"{begins}–{dates.parse(last).readable()}"
        opening = dates.parse(first).earliest
        brief = "X" in first and opening is not None and self.end.year - opening.year <= LONGEST_DECADE
        return begins if brief or "/" not in self.span else f"{begins}–{self.end.year}"


def with_article(span: str) -> str:
    """A span as it stands in a sentence: ``the 1830s–1880s``, but ``1930–1948``."""
    return f"the {span}" if "s" in span else span


@dataclass(frozen=True)
class Periodisation:
    """A scheme of periods in order of time.

    Attributes
    ----------
    name : key of the scheme.
    periods : its periods, by working start.
    source_keys : where the scheme comes from.
    authority : whose scheme it is.
    """

    name: str
    periods: tuple[Period, ...]
    source_keys: tuple[str, ...] = ()
    authority: str = ""

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.periods)

    def __len__(self) -> int:
        return len(self.periods)

    def __getitem__(self, key: str) -> Period:
        for period in self.periods:
            if period.key == key:
                return period
        raise UnknownNameError(f"period of {self.name}", key, [period.key for period in self.periods])

    @property
    def whose(self) -> str:
        """Whose scheme it is, in a few words: the start of `authority`, or the scheme's key."""
        return self.authority.split(",")[0].split(" (")[0] or self.name

    @property
    def keys(self) -> list[str]:
        """Period keys in order of time."""
        return [period.key for period in self.periods]

    @property
    def labels(self) -> dict[str, str]:
        """A name for each period's key for a reader: the printed span, with the key where two spans are equal."""
        spans = [period.readable_span() for period in self.periods]
        return {
            period.key: span if spans.count(span) == 1 else f"{span} ({period.key})"
            for period, span in zip(self.periods, spans, strict=True)
        }

    @property
    def boundaries(self) -> list[date]:
        """First days of every period but the first."""
        return [period.start for period in self.periods[1:]]

    @property
    def first_day(self) -> date:
        """The first day that any period covers."""
        return min(period.start for period in self.periods)

    @property
    def last_day(self) -> date:
        """The last day that any period covers."""
        return max(period.end for period in self.periods)

    def gaps(self) -> list[tuple[date, date]]:
        """Stretches between the first and the last day that no period covers: first and last day of each."""
        return self._stretches(lambda covering: covering == 0)

    def overlaps(self) -> list[tuple[date, date]]:
        """Stretches that more than one period covers: first and last day of each."""
        return self._stretches(lambda covering: covering > 1)

    def _stretches(self, wanted: Callable[[int], bool]) -> list[tuple[date, date]]:
        """Unbroken stretches in which the number of periods covering each day is as wanted."""
        edges = sorted({day for period in self.periods for day in (period.start, period.end + timedelta(days=1))})
        found: list[tuple[date, date]] = []
        for start, after in itertools.pairwise(edges):
            if not wanted(sum(period.start <= start <= period.end for period in self.periods)):
                continue
            end = after - timedelta(days=1)
            if found and found[-1][1] + timedelta(days=1) == start:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        return found

    def label(self, days: pd.Series) -> pd.Series:
        """The key of the period of each day.

        Parameters
        ----------
        days : datetimes.

        Returns
        -------
        A series of the same index. A day in two periods gets both keys, joined by ``;``; a day in none, or
        an empty day, is empty: nothing is dropped.
        """
        import pandas as pd

        def one(day: pd.Timestamp) -> str | None:
            if pd.isna(day):
                return None
            hits = [period.key for period in self.periods if period.start <= day.date() <= period.end]
            return ";".join(hits) or None

        return pd.Series([one(day) for day in pd.to_datetime(days)], index=days.index, dtype="str")

    def shifted(self, years: int) -> Periodisation:
        """The same scheme with every inner boundary moved by `years`; the outer ends stay.

        Raises
        ------
        NotEnoughDataError
            If a period would vanish.
        """
        if not years:
            return self
        moved = []
        for period in self.periods:
            start = period.start if period.start == self.first_day else _plus_years(period.start, years)
            after = period.end + timedelta(days=1)
            end = period.end if period.end == self.last_day else _plus_years(after, years) - timedelta(days=1)
            if start > end:
                raise NotEnoughDataError(
                    f"moving the boundaries of {self.name!r} by {years} years leaves no room for "
                    f"{period.key!r}; expected a smaller shift"
                )
            moved.append(replace(period, start=start, end=end))
        return replace(self, periods=tuple(moved))

    def to_frame(self) -> pd.DataFrame:
        """One row a period: label, printed span, working start and end, reason, features."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "period": period.key,
                    "label": period.label,
                    "span": period.readable_span(),
                    "working_start": period.start,
                    "working_end": period.end,
                    "reason": period.reason,
                    "features": period.features,
                }
                for period in self.periods
            ]
        ).set_index("period")

    def report(self) -> str:
        """A sentence on gaps and overlaps."""
        parts = [f"{_words(a)} to {_words(b)} is in no period" for a, b in self.gaps()]
        parts += [f"{_words(a)} to {_words(b)} is in more than one period" for a, b in self.overlaps()]
        return "; ".join(parts) or "the periods follow one another without gap or overlap"


def periodisations(catalogue: Catalogue | None = None) -> list[str]:
    """The schemes that ship, the overlay's included."""
    rows = (catalogue or default()).rows("periods")
    return list(dict.fromkeys(row["periodisation"] for row in rows))


def periodisation(name: str | os.PathLike[str] = "gough", catalogue: Catalogue | None = None) -> Periodisation:
    """A scheme by name, or a user's own from a CSV file in the format of the table ``periods``.

    Raises
    ------
    UnknownNameError
        If no scheme has that name.
    TableError
        If a file has faults.
    """
    book = catalogue or default()
    table = book.schema("periods")
    path = Path(str(name))
    if path.suffix.lower() == ".csv":
        if not path.exists():
            raise LocalgovError(f"the file {str(path)!r} does not exist; expected a CSV of periods")
        header, rows = schema.read_rows(path)
        # As in a folder of one's own, columns that are not used may be left out.
        problems = schema.check_columns(table, path.name, header, partial=True)
        rows = [dict.fromkeys(table.columns, "") | row for row in rows]
        problems = problems or book.check_rows("periods", path.name, rows)
        if problems:
            raise TableError(problems)
        schemes = {row["periodisation"] for row in rows}
        if len(schemes) != 1:
            raise TableError(
                [
                    Problem(
                        path.name,
                        f"{len(schemes)} periodisations; expected one in the column",
                        1,
                        "periodisation",
                    )
                ]
            )
        return _build(rows, path.name)
    rows = [row for row in book.rows("periods") if row["periodisation"] == name]
    if not rows:
        raise UnknownNameError("periodisation", str(name), periodisations(book))
    if problems := list(schema.check_rows(table, "periods.csv", rows)):
        raise TableError(problems)
    return _build(rows, "periods.csv")


def _build(rows: list[dict[str, str]], file: str) -> Periodisation:
    periods, problems = [], []
    for row in rows:
        line = int(row[""])
        start = dates.parse(row["working_start"]).earliest
        end = dates.parse(row["working_end"]).latest
        if not row["span"].partition("/")[0].strip("."):
            said = f"{row['span']!r} has no start; expected the span as printed, e.g. 1834/1871 or 1834/.."
            problems.append(Problem(file, said, line, "span"))
        if start is None or end is None or start > end:
            said = f"{row['working_start']} to {row['working_end']} is not a stretch of time; "
            problems.append(Problem(file, said + "expected a first day before the last", line, "working_start"))
            continue
        periods.append(
            Period(row["period"], row["label"], row["span"], start, end, row["boundary_reason"], row["features"])
        )
    if problems:
        raise TableError(problems)
    periods.sort(key=lambda period: (period.start, period.end))
    keys = dict.fromkeys(key for row in rows for key in row["source_key"].split(";") if key)
    return Periodisation(rows[0]["periodisation"], tuple(periods), tuple(keys), rows[0]["authority"])


def _words(day: date) -> str:
    return dates.parse(day.isoformat()).readable()


def _plus_years(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
