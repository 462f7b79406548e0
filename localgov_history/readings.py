"""Readings: cells that somebody has read in a source, with the words in which they stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError
from localgov_history.schema import Problem, key_of

if TYPE_CHECKING:
    import pandas as pd

# The field of a reading that confirms a row as a whole.
ROW = "row"


def problems(catalogue: Catalogue | None = None) -> list[Problem]:
    """Readings that no longer agree with the tables: no such row or column, another value, or not confirmed."""
    book = catalogue or default()
    rows = {
        name: {" / ".join(key_of(table, row)): row for row in book.rows(name)} for name, table in book.schemas.items()
    }
    found = []
    for row in book.rows("readings"):
        table, field, line = row["table"], row["field"], int(row[""])
        if table not in rows:
            found.append(Problem("readings.csv", f"{table!r} is no table", line, "table"))
            continue
        cells = rows[table].get(row["row_key"])
        if cells is None:
            found.append(Problem("readings.csv", f"{row['row_key']!r} is no row of {table}", line, "row_key"))
        elif field != ROW and field not in cells:
            found.append(Problem("readings.csv", f"{field!r} is no column of {table}", line, "field"))
        elif field != ROW and cells[field] != row["value"]:
            said = f"{row['value']!r} was read and {table} has {cells[field]!r}"
            found.append(Problem("readings.csv", said, line, "value"))
        elif cells.get("evidence") == "recalled" or field in cells.get("unconfirmed_fields", "").split(";"):
            found.append(Problem("readings.csv", f"{table} still has it as not confirmed", line, "field"))
    return found


def sheet(rows: int = 20, seed: int = 0, catalogue: Catalogue | None = None) -> pd.DataFrame:
    """Readings drawn at random, to be checked against their sources by hand.

    Parameters
    ----------
    rows : how many to draw.
    seed : the same seed draws the same rows from the same tables.

    Returns
    -------
    One row a reading: table, row, column, the value now in the table, the words of the source, the source with its
    address, where in it; and two empty columns to fill in, ``found`` and ``remark``.

    Raises
    ------
    LocalgovError
        If there are fewer readings than asked for.
    """
    book = catalogue or default()
    frame = book.load("readings")
    if seed < 0:
        raise LocalgovError(f"the seed {seed} is below 0; expected a whole number from 0")
    if not 1 <= rows <= len(frame):
        raise LocalgovError(f"{rows} rows were asked for; expected 1 to {len(frame)}")
    drawn = frame.sort_values("reading_key").sample(rows, random_state=seed).sort_values("reading_key")
    sources = {row["source_key"]: row for row in book.rows("sources")}
    first = [sources[keys[0]] for keys in drawn["source_key"]]
    columns = ["table", "row_key", "field", "value", "printed", "locator"]
    return (
        drawn[columns]
        .assign(source=[row["title"] for row in first], url=[row["url"] for row in first], found="", remark="")
        .reset_index(drop=True)
    )
