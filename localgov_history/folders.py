"""A folder for a user's own data: written with an example that works, ready to be changed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError

# Tables that a user is likeliest to add to; any other may be named.
USUAL = ("sources", "body_counts", "acts", "function_responsibilities", "periods", "authorities", "series")

_READ_ME = """# Data of your own

The files here lie over the tables of the kit without touching them.

1. Each `*_columns.txt` says what the columns of a table are. Each CSV has the header of a table and no rows: add yours
   below it, and delete the files you do not use.
2. A row whose key is new is added. A row whose key is there already corrects the cells it gives; an empty cell means
   "as it was".
3. Every row names a source: a key of the kit's table `sources`, or of a row you add to `sources.csv`.
4. Where you give another figure for something that has one, set `preferred` to true on one of the rivals only, with
   the reason, and to false on the others.
5. Check: `localgov data check FOLDER`. Use: `lg.Catalogue(overlay="FOLDER")`, or set the environment variable
   `LOCALGOV_DATA` to the folder, for notebooks, commands and reports alike.

Save as UTF-8 with commas (in Excel: CSV UTF-8). Write dates as 1834-08-14, 1834, 183X, 1835~; financial years as
2001/02; numbers without commas or signs of currency; several values in one cell with ; between them.
"""


def template(path: Path, tables: tuple[str, ...] = (), catalogue: Catalogue | None = None) -> list[Path]:
    """Write a folder to start from: one empty CSV for each table, what its columns mean, and how to go on.

    Parameters
    ----------
    path : a new or empty folder.
    tables : which tables; the usual ones if not given.

    Returns
    -------
    The files written.

    Raises
    ------
    LocalgovError
        If the folder has files already, or a table is unknown.
    """
    book = catalogue or default()
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise LocalgovError(f"{str(path)!r} is there already and not empty; expected a new or empty folder")
    texts = {"README.md": _READ_ME}
    for name in tables or USUAL:
        table = book.schema(name)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(table.columns)
        texts[Path(table.path).name] = out.getvalue()
        lines = [f"{table.title}: {table.description}", ""]
        for column in table.fields:
            marks = ["key"] if column.name in table.primary_key else []
            marks += ["required"] if column.required else []
            marks += [f"one of {', '.join(column.choices)}"] if column.choices else []
            lines.append(f"{column.name} ({column.format or column.type}{''.join(f'; {m}' for m in marks)})")
            lines.append(f"    {column.description}")
        texts[f"{Path(table.path).stem}_columns.txt"] = "\n".join(lines) + "\n"
    path.mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        (path / file).write_text(text, encoding="utf-8", newline="")
    return [path / file for file in texts]
