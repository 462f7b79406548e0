"""From the text of a table to a frame: typed columns, bounds of dates, lists as tuples.

In between a column is *coded*: its different texts once, and for each row which of them it has. So each different
text is parsed once and kept once, however many rows have it.
"""

from __future__ import annotations

import codecs
import hashlib
import importlib.util
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localgov_history import schema as schemas
from localgov_history.errors import LocalgovError
from localgov_history.schema import Field, Problem, TableError, TableSchema

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    # For each row the place of its text, and the texts.
    Coded = tuple[np.ndarray, np.ndarray]

Row = dict[str, str]
# A quotation mark that neither opens nor closes a cell; fast readers mend it without a word.
_STRAY = re.compile(rb'"(?![,\r\n]|\Z)(?<![,\n]")')


def read(path: Path, table: TableSchema) -> tuple[dict[str, Coded], str] | None:
    """The columns of a CSV file, read the fast way, with the SHA-256 of the file.

    Returns None where the file is in any way doubtful: `schema.read_rows` then says what is wrong, and where.
    """
    try:
        whole = schemas.read_bytes(path)
    except LocalgovError:
        return None
    raw = whole.removeprefix(codecs.BOM_UTF8)
    names = schemas.header(raw[: schemas.LONGEST_HEADER].decode("utf-8", "replace"))
    if schemas.check_columns(table, path.name, names):
        return None
    if b'"' in raw and (raw.count(b'"') % 2 or _STRAY.search(raw.replace(b'""', b""))):
        return None
    found = _by_arrow(raw, names)
    if found is None and not _has_arrow():
        found = _by_pandas(raw, names)
    if found is None:
        return None
    return {name: found[name] for name in table.columns}, hashlib.sha256(whole).hexdigest()


def of_rows(rows: list[Row], table: TableSchema) -> dict[str, Coded]:
    """The columns of rows of text."""
    return {name: _factorised([row.get(name, "") for row in rows]) for name in table.columns}


def texts_of(columns: dict[str, Coded]) -> dict[str, np.ndarray]:
    """The columns as arrays of text, a cell a row."""
    return {name: texts[codes] for name, (codes, texts) in columns.items()}


def confirmed(columns: dict[str, Coded]) -> dict[str, Coded]:
    """Without the rows from memory, and with the cells blank that nobody has read in a source."""
    import numpy as np

    if "evidence" in columns:
        codes, texts = columns["evidence"]
        if (texts == "recalled").any():
            keep = texts[codes] != "recalled"
            columns = {name: (each[keep], texts) for name, (each, texts) in columns.items()}
    if "unconfirmed_fields" not in columns:
        return columns
    unread: dict[str, list[np.ndarray]] = {}
    codes, texts = columns["unconfirmed_fields"]
    for code, text in enumerate(texts):
        for name in filter(None, text.split(schemas.LIST_DELIMITER)):
            unread.setdefault(name, []).append((codes == code).nonzero()[0])
    blanked = dict(columns)
    for name, places in unread.items():
        if name in columns:
            codes, texts = columns[name]
            codes = codes.copy()
            codes[np.concatenate(places)] = len(texts)
            blanked[name] = (codes, np.append(texts, np.array([""], dtype=object)))
    return blanked


def build(table: TableSchema, columns: dict[str, Coded]) -> pd.DataFrame:
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
        codes, texts = columns[column.name]
        wrong = _faults(column, texts)
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
    keys = zip(*(texts[codes] for codes, texts in map(columns.__getitem__, table.primary_key)), strict=True)
    data["row"] = _text(["/".join([table.name, *parts]) for parts in keys])
    return pd.DataFrame(data)


def _has_arrow() -> bool:
    return importlib.util.find_spec("pyarrow") is not None


def _by_arrow(raw: bytes, names: list[str]) -> dict[str, Coded] | None:
    """Columns read by pyarrow, several times as fast as pandas; None where it is not installed or finds a fault."""
    try:
        import pyarrow
        from pyarrow import csv
    except ModuleNotFoundError:
        return None
    kind = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    try:
        read = csv.read_csv(
            io.BytesIO(raw),
            # The whole file is one block, so that a text has one code throughout.
            read_options=csv.ReadOptions(use_threads=False, block_size=max(len(raw), 1 << 16)),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, kind), strings_can_be_null=False),
        )
    except pyarrow.ArrowInvalid:
        return None
    found: dict[str, Coded] = {}
    for name in names:
        column = read.column(name)
        if column.num_chunks > 1:
            return None
        if column.num_chunks:
            chunk = column.chunk(0)
            texts = chunk.dictionary.to_numpy(zero_copy_only=False)
            found[name] = (chunk.indices.to_numpy(zero_copy_only=False), texts)
        else:
            found[name] = _factorised([])
    return found


def _by_pandas(raw: bytes, names: list[str]) -> dict[str, Coded] | None:
    """Columns read by pandas; None where the file needs a stricter reader.

    pandas fills up short rows and mends quotation marks without a word, so it is only asked where there are none
    of either.
    """
    import pandas as pd

    lines = raw.count(b"\n") + (not raw.endswith(b"\n"))
    if b'"' in raw or b"\n\n" in raw or b"\r" in raw or raw.count(b",") != lines * (len(names) - 1):
        return None
    try:
        frame = pd.read_csv(io.BytesIO(raw), dtype=object, keep_default_na=False, low_memory=False)
    except ValueError:
        return None
    if not isinstance(frame.index, pd.RangeIndex) or len(frame) != lines - 1:
        return None
    return {str(name): pd.factorize(frame[name].to_numpy()) for name in frame.columns}


def _factorised(cells: list[str]) -> Coded:
    import numpy as np
    import pandas as pd

    codes, texts = pd.factorize(np.array(cells, dtype=object))
    return codes, texts


def _faults(column: Field, texts: np.ndarray) -> list[str]:
    """What is wrong with a column's different texts, as far as its type goes."""
    if column.type == "string" and not column.is_date:
        return []
    given = [text for text in texts if text]
    if not given:
        return []
    numbers = column.type in ("integer", "number") and not column.choices and column.are_numbers(given)
    if numbers and (column.minimum is None or (column.minimum <= 0 and "-" not in "".join(given))):
        return []
    return [fault for text in given if (fault := column.fault(text))]


def _typed(column: Field, texts: np.ndarray) -> Any:
    """The values of a column's different texts, as an array of the column's type."""
    import numpy as np
    import pandas as pd

    if column.type == "integer":
        given = texts != ""
        values = np.zeros(len(texts), dtype="int64")
        values[given] = [int(text) for text in texts[given]]
        return pd.arrays.IntegerArray(values, ~given)
    if column.type == "number":
        return np.array([float(text) if text else np.nan for text in texts], dtype=float)
    if column.type == "boolean":
        return pd.array([text == "true" if text else None for text in texts], dtype="boolean")
    if column.type == "list":
        values = np.empty(len(texts), dtype=object)
        values[:] = [tuple(filter(None, column.items(text))) for text in texts]
        return values
    return _text([text or None for text in texts])


def _text(values: list[Any]) -> Any:
    """An array of text, in the way of keeping it that is faster for tables of some thousand rows."""
    import numpy as np
    import pandas as pd

    return pd.array(values, dtype=pd.StringDtype("python", na_value=np.nan))
