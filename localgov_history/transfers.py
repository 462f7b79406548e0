"""When work changed hands: the years in which holders of a function began and stopped, and what councils lost or gained.

A change is dated by its calendar year, because most starts and ends are known to the year only. A date that is open, or
wider than a year, makes no change: it says that a body held the function, not when it began or stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import bodies
from localgov_history.catalogue import Catalogue, default
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

# A date whose bounds lie no further apart than this (in days) is known to the year.
A_YEAR = 366
# What became of a function that some kind of council stopped holding, or began to hold.
FATES = {
    "lost": "left councils for another body",
    "shared": "left some councils for another body while others kept them",
    "passed": "stopped with some councils and stayed with others",
    "untraced": "left councils with no taker found",
    "gained": "came to councils",
    "new": "first known with a new kind of council",
}


def with_change_years(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy with ``began_in`` and ``ended_in``: the years of change, empty where a date is open or wider than a year.

    Parameters
    ----------
    frame : from `bodies.responsibilities`.

    Notes
    -----
    A holder that stopped at the end of 31 December was gone on 1 January, so ``ended_in`` is the year after.
    """
    import pandas as pd

    def year(name: str, days: int) -> pd.Series:
        earliest, latest = frame[f"{name}_earliest"], frame[f"{name}_latest"]
        exact = (earliest == latest).astype(int) * days
        narrow = (latest - earliest).dt.days <= A_YEAR
        return (earliest + pd.to_timedelta(exact, unit="D")).dt.year.where(narrow).astype("Int64")

    return frame.assign(began_in=year("start", 0), ended_in=year("end", 1))


def turning_points(frame: pd.DataFrame) -> pd.DataFrame:
    """The years in which holders of a function began or stopped.

    Parameters
    ----------
    frame : rows of `bodies.responsibilities` for one function.

    Returns
    -------
    One row a year, in order: ``year``, ``ended`` and ``began`` (tuples of holder's plural and role), ``ended_rows`` and
    ``began_rows`` (keys of the responsibilities). A kind that stopped and began in the same role in one year went on,
    under another Act or label, and is no change.
    """
    import pandas as pd

    rows = with_change_years(frame)
    records = []
    for year in sorted({int(item) for item in [*rows["began_in"].dropna(), *rows["ended_in"].dropna()]}):
        began, ended = rows[rows["began_in"] == year], rows[rows["ended_in"] == year]
        before, after = _pairs(ended), _pairs(began)
        went_on = set(before) & set(after)
        ends, starts = ([pair for pair in side if pair not in went_on] for side in (before, after))
        if not ends and not starts:
            continue
        old, new = _only(ended, ends), _only(began, starts)
        records.append(
            {
                "year": year,
                "ended": tuple(ends),
                "began": tuple(starts),
                "ended_rows": tuple(old["responsibility_key"]),
                "began_rows": tuple(new["responsibility_key"]),
            }
        )
    return pd.DataFrame(records, columns=["year", "ended", "began", "ended_rows", "began_rows"])


def _pairs(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return sorted(dict.fromkeys(zip(frame["plural"], frame["role"], strict=True)))


def _only(frame: pd.DataFrame, pairs: list[tuple[str, str]]) -> pd.DataFrame:
    keep = [pair in pairs for pair in zip(frame["plural"], frame["role"], strict=True)]
    return frame.loc[frame.index[keep]]


@dataclass(frozen=True, eq=False)
class Moves:
    """Functions that left councils, or came to them, from one year to another.

    Attributes
    ----------
    first, last : the years, both included.
    frame : one row a function and year of change: ``function``, ``heading``, ``fate`` (a key of `FATES`; that of the
        function over all the years), ``year``, ``councils`` and ``others`` (tuples of plurals: the councils that stopped, or
        began, and the other bodies that began, or stopped, in the same year), ``ended_rows`` and ``began_rows`` (keys of
        the responsibilities).
    evidence : the rows used.
    """

    first: int
    last: int
    frame: pd.DataFrame
    evidence: Evidence

    def to_frame(self) -> pd.DataFrame:
        """One row a function and year of change."""
        return self.frame.copy()

    def functions(self, fate: str) -> list[str]:
        """The functions of one fate, by year of change."""
        rows = self.frame[self.frame["fate"] == fate].sort_values(["year", "function"])
        return list(dict.fromkeys(rows["function"]))

    def sentence(self) -> str:
        """How many functions had each fate."""
        numbers = {fate: len(self.functions(fate)) for fate in FATES}
        said = [f"{number} {words}" for fate, words in FATES.items() if (number := numbers[fate])]
        if not said:
            return f"From {self.first} to {self.last} no function is known to have left councils or come to them."
        every = len(set(self.frame["function"]))
        twice = "; some came in this time and left or passed on again" if sum(numbers.values()) > every else ""
        return f"From {self.first} to {self.last}, of {counted(every, 'function')} with a known change: {listing(said)}{twice}."

    def summary(self) -> str:
        """The sentence and the changes."""
        lines = [
            f"  {row.year} {row.function} ({row.fate}): {listing(list(row.councils))} / {listing(list(row.others))}"
            for row in self.frame.sort_values("year").itertuples()
        ]
        return "\n".join([self.sentence(), *lines])


def moves(
    first: int,
    last: int,
    roles: tuple[str, ...] = bodies.HOLDING,
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Moves:
    """What councils lost and gained between two years, as far as dates known to the year tell.

    Parameters
    ----------
    first, last : years; in either order.
    roles : the roles in which councils held; a body that took over may have begun in any role that holds.
    include_unconfirmed : also rows from memory and dates nobody has read.

    Notes
    -----
    A function left councils when a kind of council stopped holding it within the years and no kind of council is known,
    or can have been, its holder in the last year; rows that nobody has read count against it, so that a loss is not
    claimed on a gap. It came to councils when one began within the years and none can have held it before, and either
    another body stopped in that year or a kind of council that was there already took it up; else all that is known is
    that a new kind of council, made in that year, had it. A committee of a council counts as its council.
    """
    import pandas as pd

    first, last = min(first, last), max(first, last)
    every = with_change_years(bodies.responsibilities(include_unconfirmed, catalogue=catalogue))
    every = every.assign(begun_as_kind=every["body_key"].map(_kind_years(catalogue)))
    doubt = bodies.responsibilities(True, roles, catalogue=catalogue)
    doubt = doubt[doubt["council"]]
    ended_by, begun_by = doubt["end_latest"].dt.year <= last, ~(doubt["start_earliest"].dt.year > last)
    kept = set(doubt.loc[~ended_by & begun_by, "function"])
    before = set(doubt.loc[~(doubt["start_earliest"].dt.year >= first), "function"])
    councils = every[every["council"] & every["role"].isin(roles)]
    others = every[~every["council"]]
    gone = councils[councils["ended_in"].between(first, last)]
    records = []
    for function, rows in gone.groupby("function"):
        part = []
        for year, ended in rows.groupby("ended_in"):
            began = others[(others["function"] == function) & (others["began_in"] == year)]
            part.append(_record(int(year), ended, began, ended, began))
        taken = any(record["others"] for record in part)
        fate = ("shared" if taken else "passed") if function in kept else ("lost" if taken else "untraced")
        records += [record | {"function": function, "fate": fate} for record in part]
    came = councils[councils["began_in"].between(first, last) & ~councils["function"].isin(before)]
    for function, rows in came.groupby("function"):
        year = int(rows["began_in"].min())
        began = rows[rows["began_in"] == year]
        left = others[(others["function"] == function) & (others["ended_in"] == year)]
        made = ((began["begun_as_kind"] == year) | (began["scope"] == "council_committee")).all()
        fate = "new" if made and left.empty else "gained"
        records.append(_record(year, began, left, left, began) | {"function": function, "fate": fate})
    heads = dict(zip(every["function"], every["heading"], strict=True))
    columns = ["function", "heading", "fate", "year", "councils", "others", "ended_rows", "began_rows"]
    frame = pd.DataFrame([record | {"heading": heads[record["function"]]} for record in records], columns=columns)
    used = every[
        every["responsibility_key"].isin(
            {key for side in ("ended_rows", "began_rows") for keys in frame[side] for key in keys}
        )
    ]
    return Moves(first, last, frame, Evidence.of(used, uses=("function", "role")))


def _kind_years(catalogue: Catalogue | None) -> dict[str, int]:
    """The year in which each kind of body began, unread ones too: a new kind must not pass for an old one."""
    frame = (catalogue or default()).load("body_types", include_unconfirmed=True)
    years = frame["start_latest"].dt.year
    return {key: int(year) for key, year in zip(frame["body_key"], years, strict=True) if year == year}


def _record(
    year: int, council: pd.DataFrame, other: pd.DataFrame, ended: pd.DataFrame, began: pd.DataFrame
) -> dict[str, object]:
    return {
        "year": year,
        "councils": tuple(sorted(set(council["plural"]))),
        "others": tuple(sorted(set(other["plural"]))),
        "ended_rows": tuple(ended["responsibility_key"]),
        "began_rows": tuple(began["responsibility_key"]),
    }
