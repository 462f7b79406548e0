"""Faults that only show across cells and rows: rivals, reversed spans, overlapping lives, circles of succession.

What is looked for stands in the descriptor of a table: ``conflict_key`` (columns that rival rows share),
``span`` or ``coverage`` (a start and an end), ``lives`` (columns that say which place and kind of body a row is a life of)
and ``succession`` (predecessor and successor).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date

from localgov_history import schema as schemas
from localgov_history.schema import Problem, TableSchema, key_of

Row = dict[str, str]
Lines = dict[tuple[str, ...], int]


def problems(table: TableSchema, file: str, rows: list[Row], lines: Lines | None = None) -> list[Problem]:
    """Every such fault in the rows of a table.

    Parameters
    ----------
    rows : sound in themselves (see `schema.check_rows`).
    lines : the line of each row to look at, by key; other rows are there to be compared with. All rows are
        looked at where it is not given.
    """
    found = [
        *_spans(table, file, rows, lines),
        *_lives(table, file, rows, lines),
        *_circles(table, file, rows, lines),
    ]
    return [*rivals(table, file, rows, None if lines is None else _by_group(table, rows, lines)), *found]


def rivals(table: TableSchema, file: str, rows: list[Row], lines: Lines | None = None) -> Iterator[Problem]:
    """Groups of rivals without exactly one preferred row, or without the reason for it.

    With `lines`, a row number by group, only those groups are looked at and their faults are put there.
    """
    if not table.info.get("conflict_key"):
        return
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        group = group_of(table, row)
        if lines is None or group in lines:
            groups.setdefault(group, []).append(row)
    for group, members in groups.items():
        line = int(members[0][""]) if lines is None else lines[group]
        marked = [row for row in members if row.get("preferred") == "true"]
        if len(marked) != 1:
            about = ", ".join(filter(None, group))
            said = f"{len(marked)} of {len(members)} rows on {about} are preferred; expected one of "
            said += ", ".join(" / ".join(key_of(table, row)) for row in members)
            yield Problem(file, said, line, "preferred")
        elif len(members) > 1 and not marked[0].get("preferred_reason"):
            said = f"{' / '.join(key_of(table, marked[0]))} is preferred over a rival; expected the reason in its row"
            yield Problem(file, said, int(marked[0][""]) if lines is None else line, "preferred_reason")


def group_of(table: TableSchema, row: Row) -> tuple[str, ...]:
    """What rival rows have in common; empty in a table that keeps no rivals."""
    return tuple(row.get(name, "") for name in table.info.get("conflict_key", ()))


def _by_group(table: TableSchema, rows: list[Row], lines: Lines) -> Lines:
    touched = [row for row in rows if key_of(table, row) in lines]
    return {group_of(table, row): lines[key_of(table, row)] for row in touched}


def _spans(table: TableSchema, file: str, rows: list[Row], lines: Lines | None) -> Iterator[Problem]:
    dated = table.info.get("span", table.info.get("coverage", ()))
    if len(dated) != 2:
        return
    for row in rows:
        line = _line(table, row, lines)
        first, last = (_day(table, row, name, side) for name, side in zip(dated, ("earliest", "latest"), strict=True))
        if line and first and last and first > last:
            said = f"{row[dated[1]]} is before the {dated[0]}, {row[dated[0]]}; expected the later date here"
            yield Problem(file, said, line, dated[1])


def _lives(table: TableSchema, file: str, rows: list[Row], lines: Lines | None) -> Iterator[Problem]:
    """Two lives of one place and kind that certainly overlap."""
    same = table.info.get("lives", ())
    if not same:
        return
    start, end = table.info["coverage"]
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(name, "") for name in same), []).append(row)
    for group, members in groups.items():
        # Only the days on which a body was certainly in being count; a life of unsure dates may have none.
        sure = []
        for row in members:
            begun, ended = _day(table, row, start, "latest"), _day(table, row, end, "earliest")
            if ended is None and row.get("end_status") == "continuing":
                ended = date.max
            if begun and ended and begun <= ended:
                sure.append((begun, ended, row))
        sure.sort(key=lambda life: life[:2])
        for (_, ended, before), (begun, _, after) in itertools.pairwise(sure):
            line = _line(table, after, lines) or _line(table, before, lines)
            if line and begun <= ended:
                said = (
                    f"{', '.join(filter(None, group))}: the life of {' / '.join(key_of(table, after))} starts on "
                    f"{after[start]}, before that of {' / '.join(key_of(table, before))} has ended "
                    f"({before[end] or 'continuing'}); expected lives one after the other"
                )
                yield Problem(file, said, line, start)


def _circles(table: TableSchema, file: str, rows: list[Row], lines: Lines | None) -> Iterator[Problem]:
    """Bodies that succeed themselves by way of others."""
    columns = table.info.get("succession", ())
    if not columns:
        return
    before, after = columns
    onward: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row.get(before) and row.get(after) and row[before] != row[after]:
            onward.setdefault(row[before], {}).setdefault(row[after], row)
    done: set[str] = set()
    for root in onward:
        # A walk in depth without recursion: a chain may be longer than Python's stack.
        path: list[str] = []
        stack = [(root, False)]
        while stack:
            key, leaving = stack.pop()
            if leaving:
                path.pop()
                done.add(key)
                continue
            if key in path:
                circle = [*path[path.index(key) :], key]
                links = [onward[one][other] for one, other in itertools.pairwise(circle)]
                where = [line for row in links if (line := _line(table, row, lines))]
                if where:
                    said = (
                        f"{' → '.join(circle)} is a circle of succession; expected each body to come after the last"
                    )
                    yield Problem(file, said, where[-1], after)
                continue
            if key in done:
                continue
            path.append(key)
            stack.append((key, True))
            stack += [(other, False) for other in onward.get(key, ())]


def _line(table: TableSchema, row: Row, lines: Lines | None) -> int | None:
    return int(row[""]) if lines is None else lines.get(key_of(table, row))


def _day(table: TableSchema, row: Row, column: str, side: str) -> date | None:
    text = row.get(column, "")
    if not text or column in schemas.listed(row, "unconfirmed_fields"):
        return None
    day: date | None = getattr(table.column(column).date(text), side)
    return day
