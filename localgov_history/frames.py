"""From the text of a table to a frame: typed columns, bounds of dates, lists as tuples."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localgov_history import schema as schemas
from localgov_history.schema import Field, Problem, TableError, TableSchema

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Row = dict[str, str]


def read_columns(path: Path, table: TableSchema) -> dict[str, np.ndarray] | None:
    """The columns of a CSV file as arrays of text, read the fast way.

    Returns None where the file is in any way doubtful: `schema.read_rows` then says what is wrong, and where.
    """
    import pandas as pd

    try:
        text = schemas.read_text(path)
        if schemas.check_columns(table, path.name, schemas.header(text)):
            return None
        frame = pd.read_csv(io.StringIO(text), dtype=object, keep_default_na=False)
    except (ValueError, schemas.LocalgovError):
        return None
    # A row with too few cells ends in a missing one; one cell too many on every row becomes an index.
    plain = isinstance(frame.index, pd.RangeIndex) and not frame.iloc[:, -1].isna().any()
    return {name: frame[name].to_numpy() for name in table.columns} if plain else None


def columns_of(rows: list[Row], table: TableSchema) -> dict[str, np.ndarray]:
    """The columns of rows of text, as `read_columns` gives them."""
    import numpy as np

    return {
        name: np.array([row.get(name, "") for row in rows], dtype=object) if rows else np.empty(0, dtype=object)
        for name in table.columns
    }


def confirmed(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Without the rows from memory, and with the cells blank that nobody has read in a source."""
    if "evidence" in columns:
        keep = columns["evidence"] != "recalled"
        columns = {name: cells[keep] for name, cells in columns.items()}
    if "unconfirmed_fields" in columns:
        unread = columns["unconfirmed_fields"]
        columns = {name: cells.copy() for name, cells in columns.items()}
        for place in (unread != "").nonzero()[0]:
            for name in filter(None, unread[place].split(schemas.LIST_DELIMITER)):
                if name in columns:
                    columns[name][place] = ""
    return columns


def build(table: TableSchema, columns: dict[str, np.ndarray]) -> pd.DataFrame:
    """The frame that `Catalogue.load` returns.

    Raises
    ------
    TableError
        Where a cell is not of the type of its column. It names the cell but not its line, which the columns
        do not know.
    """
    import numpy as np
    import pandas as pd

    data: dict[str, Any] = {}
    faults: list[Problem] = []
    for column in table.fields:
        # Each different text is looked at once, and kept once in memory.
        codes, texts = pd.factorize(columns[column.name])
        if column.type != "string" or column.is_date:
            wrong = [fault for text in texts if text and (fault := column.fault(text))]
            faults += [Problem(f"{table.name}.csv", fault, None, column.name) for fault in wrong]
            if wrong:
                continue
        data[column.name] = _typed(column, texts)[codes]
        if column.is_date:
            spans = [column.date(text) if text else None for text in texts]
            for bound in ("earliest", "latest"):
                days = [getattr(span, bound) if span else None for span in spans]
                # numpy takes its unit from the values, so that dates before 1678 keep their day.
                values = np.array([np.datetime64(day, "s") if day else np.datetime64("NaT", "s") for day in days])
                data[f"{column.name}_{bound}"] = values.astype("datetime64[s]")[codes]
    if faults:
        raise TableError(faults)
    # What tells one row from all others in all tables; it lives on in frames derived from this one.
    key = np.full(len(next(iter(columns.values()))), table.name, dtype=object)
    for name in table.primary_key:
        key = key + "/" + columns[name]
    data["row"] = pd.array(key, dtype="str")
    return pd.DataFrame(data)


def _typed(column: Field, texts: np.ndarray) -> Any:
    """The values of a column's different texts, as an array of the column's type."""
    import numpy as np
    import pandas as pd

    if column.type == "integer":
        return pd.array([int(text) if text else None for text in texts], dtype="Int64")
    if column.type == "number":
        return np.array([float(text) if text else np.nan for text in texts], dtype=float)
    if column.type == "boolean":
        return pd.array([text == "true" if text else None for text in texts], dtype="boolean")
    if column.type == "list":
        values = np.empty(len(texts), dtype=object)
        values[:] = [tuple(filter(None, column.items(text))) for text in texts]
        return values
    return pd.array([text or None for text in texts], dtype="str")
