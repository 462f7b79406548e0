"""Tables, periods and sources in the formats that other tools read."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localgov_history import dates, periods
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, nearest
from localgov_history.schema import DESCRIPTOR, LIST_DELIMITER

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FORMATS = (".csv", ".xlsx", ".parquet", ".sqlite", ".zip", "a folder")
_EXTRA = "pip install 'localgov-history[export]'"
_LONGEST_CELL = 32_767
# England in Wikidata, where PeriodO takes its places from.
_ENGLAND = {"id": "http://www.wikidata.org/entity/Q21", "label": "England"}


def export(
    what: str | Iterable[str] | pd.DataFrame,
    path: str | os.PathLike[str],
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Path:
    """Write tables, or a frame made from them, to a file in the format that its name says.

    Parameters
    ----------
    what : the name of a table, several names, ``"all"``, or a frame (a query).
    path : ``.csv`` and ``.parquet`` hold one table; ``.xlsx`` a sheet a table, the sources and a page about them;
        ``.sqlite`` a table each and the sources; ``.zip`` or a name without an ending a Frictionless data package.
    include_unconfirmed : also rows from memory and cells nobody has read.

    Returns
    -------
    The path written. A file that is there already is replaced only when the new one is whole.

    Raises
    ------
    LocalgovError
        If the format is unknown, takes only one table, cannot hold a frame, or needs an extra that is not there.
    """
    book = catalogue or default()
    # The results of the kit's own functions have a frame to give.
    given: Any = what
    if not isinstance(what, str) and hasattr(what, "to_frame"):
        given = given.to_frame()
    target = Path(path)
    ending = target.suffix.lower()
    writers: dict[str, Callable[[Path, dict[str, pd.DataFrame], Catalogue], None]] = {
        ".csv": _csv,
        ".xlsx": _xlsx,
        ".parquet": _parquet,
        ".sqlite": _sqlite,
    }
    if ending not in writers and ending not in ("", ".zip"):
        close = nearest(ending, writers, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise LocalgovError(f"{target.name}: no format is called {ending!r}; expected {', '.join(FORMATS)}{hint}")
    if ending in ("", ".zip"):
        if not isinstance(given, str) and hasattr(given, "columns"):
            raise LocalgovError(f"{target.name}: a data package holds tables, not a frame; expected names of tables")
        names = _names(given, book)
        _atomically(target, lambda place: package(names, place, include_unconfirmed, book, zipped=ending == ".zip"))
        return target
    if isinstance(given, str) or not hasattr(given, "columns"):
        frames = {name: book.load(name, include_unconfirmed).drop(columns="row") for name in _names(given, book)}
    else:
        named = any(name is not None for name in given.index.names)
        frames = {_sheet_name(target.stem): given.reset_index() if named else given}
    if ending in (".csv", ".parquet") and len(frames) != 1:
        raise LocalgovError(
            f"{target.name} holds one table and {len(frames)} were asked for; expected .xlsx or .sqlite"
        )
    _atomically(target, lambda place: writers[ending](place, frames, book))
    return target


def package(names: list[str], place: Path, include_unconfirmed: bool, book: Catalogue, zipped: bool = False) -> None:
    """Write a Frictionless data package: the tables as they are, the sources, and the descriptor.

    Rows keep the text of the tables, dates above all, so that nothing is lost on the way back. What the default
    filter leaves out is left out here too, unless `include_unconfirmed`.
    """
    kept = [name for name in book.schemas if name in {*names, "sources"}]
    columns = {name: book.columns(name, include_unconfirmed) for name in kept}
    descriptor = {key: value for key, value in book.descriptor.items() if key not in ("resources", "left_out")}
    resources = {item["name"]: item for item in book.resources()}
    descriptor["resources"] = [_resource(resources[name], columns, book) for name in kept]
    files = {DESCRIPTOR: json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n"}
    for name in kept:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns[name])
        writer.writerows(zip(*columns[name].values(), strict=True))
        files[book.schemas[name].path] = out.getvalue()
    if zipped:
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                # A fixed date: the same tables give the same bytes.
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    else:
        place.mkdir()
        for name, text in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="utf-8", newline="")


def periodo(names: Iterable[str] = (), catalogue: Catalogue | None = None) -> dict[str, Any]:
    """Schemes of periods as a PeriodO dataset (JSON-LD): one authority a scheme.

    Parameters
    ----------
    names : schemes; all if none is given.
    """
    book = catalogue or default()
    sources = {row["source_key"]: row for row in book.rows("sources")}
    rows = book.rows("periods")
    authorities: dict[str, Any] = {}
    wanted = (names,) if isinstance(names, str) else tuple(names)
    for name in wanted or periods.periodisations(book):
        scheme = periods.periodisation(name, book)
        members = [row for row in rows if row["periodisation"] == name]
        source = sources[members[0]["source_key"].split(LIST_DELIMITER)[0]]
        described: dict[str, Any] = {"title": source["title"], "creators": [{"name": members[0]["authority"]}]}
        if re.fullmatch(r"\d{4}", source["year"]):
            described["yearPublished"] = int(source["year"])
        if source["url"]:
            described["url"] = source["url"]
        authorities[f"#{name}"] = {
            "id": f"#{name}",
            "type": "Authority",
            "source": described,
            "periods": {f"#{name}-{row['period']}": _periodo_period(name, row) for row in members},
            "editorialNote": f"From the table periods, scheme {scheme.name}.",
        }
    return {
        "@context": ["http://n2t.net/ark:/99152/p0c", {"@base": "http://n2t.net/ark:/99152/"}],
        "id": "p0d",
        "type": "rdf:Bag",
        "authorities": authorities,
    }


def timeline(
    scheme: str = "gough", weight: int = 1, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> dict[str, Any]:
    """Acts as a TimelineJS timeline, with a scheme of periods as its eras.

    Parameters
    ----------
    weight : how important an Act must be: 1 landmarks, 2 also important ones, 3 all.
    """
    from localgov_history.text import escape_html

    book = catalogue or default()
    acts = book.load("acts", include_unconfirmed)
    events = []
    for row in acts[acts["weight"] <= weight].itertuples():
        days = [getattr(row, f"{name}_earliest") for name in ("royal_assent", "published")]
        texts = [getattr(row, name) for name in ("royal_assent", "published")]
        day, text = next(
            ((day, text) for day, text in zip(days, texts, strict=True) if isinstance(text, str)), (None, "")
        )
        if day is None or day != day:
            continue
        events.append(
            {
                "start_date": _timeline_date(text, day),
                "text": {
                    "headline": escape_html(row.short_title),
                    "text": escape_html(row.what_it_did if isinstance(row.what_it_did, str) else ""),
                },
                "unique_id": row.act_key,
                "group": str(row.kind).replace("_", " "),
            }
        )
    if not events:
        raise LocalgovError(f"no dated Act of weight {weight} is confirmed; expected a weight from 1 to 3")
    eras = [
        {
            "start_date": {"year": period.start.year, "month": period.start.month, "day": period.start.day},
            "end_date": {"year": period.end.year, "month": period.end.month, "day": period.end.day},
            "text": {"headline": escape_html(period.label)},
        }
        for period in periods.periodisation(scheme, book).periods
    ]
    return {"title": {"text": {"headline": escape_html(book.descriptor["title"])}}, "events": events, "eras": eras}


def csl(keys: Iterable[str] = (), catalogue: Catalogue | None = None) -> list[dict[str, Any]]:
    """Sources as CSL-JSON, which Zotero reads; all of them if no keys are given."""
    items = []
    for row in _cited(keys, catalogue):
        item: dict[str, Any] = {
            "id": row["source_key"],
            "type": _CSL.get(row["kind"], "document"),
            "title": row["title"],
        }
        if row["author"]:
            item["author"] = [_person(name) for name in row["author"].split(";")]
        if row["publisher"]:
            item["publisher"] = row["publisher"]
        if issued := _issued(row["year"]):
            item["issued"] = issued
        if row["url"]:
            item["URL"] = row["url"]
        if row["note"]:
            item["note"] = row["note"]
        items.append(item)
    return items


def bibtex(keys: Iterable[str] = (), catalogue: Catalogue | None = None) -> str:
    """Sources as BibLaTeX entries, which Zotero reads too; all of them if no keys are given."""
    entries = []
    for row in _cited(keys, catalogue):
        kind = _BIBTEX.get(row["kind"], "misc")
        names = [name.strip() for name in row["author"].split(";") if name.strip()]
        fields = {
            # A name without a comma is that of a body; braces keep it whole.
            "author": " and ".join(_latex(name) if "," in name else f"{{{_latex(name)}}}" for name in names),
            "title": f"{{{_latex(row['title'])}}}",
            "institution" if kind in ("report", "thesis") else "publisher": _latex(row["publisher"]),
            "date": row["year"].rstrip("?~%"),
            "url": row["url"].replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C"),
            "note": _latex(row["note"]),
        }
        body = ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items() if text and text != "{}")
        entries.append(f"@{kind}{{{row['source_key']},\n{body}\n}}\n")
    return "\n".join(entries)


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Write a text file whole or not at all."""
    target = Path(path)
    _atomically(target, lambda place: place.write_text(text, encoding="utf-8", newline=""))
    return target


_CSL = {
    "statute": "legislation",
    "hansard": "hearing",
    "government_report": "report",
    "official_statistics": "report",
    "archive": "manuscript",
    "book": "book",
    "article": "article-journal",
    "thesis": "thesis",
    "encyclopaedia": "entry-encyclopedia",
    "news": "article-newspaper",
    "website": "webpage",
    "dataset": "dataset",
    "slide_deck": "speech",
}
_BIBTEX = {
    "government_report": "report",
    "official_statistics": "report",
    "book": "book",
    "article": "article",
    "thesis": "thesis",
    "encyclopaedia": "inreference",
    "news": "article",
    "website": "online",
    "dataset": "dataset",
    "statute": "legislation",
}
_LATEX = {character: f"\\{character}" for character in "{}%&$#_"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in " ".join(text.split()))


def _person(name: str) -> dict[str, str]:
    family, comma, given = name.strip().partition(",")
    return {"family": family.strip(), "given": given.strip()} if comma else {"literal": name.strip()}


def _issued(year: str) -> dict[str, Any]:
    read = dates.parse(year) if year else None
    if read is None or read.earliest is None or read.latest is None:
        return {}
    parts = (
        [[read.earliest.year]]
        if read.earliest.year == read.latest.year
        else [[read.earliest.year], [read.latest.year]]
    )
    return {"date-parts": parts} | ({"circa": True} if read.is_circa or read.is_uncertain else {})


def _cited(keys: Iterable[str], catalogue: Catalogue | None) -> list[Mapping[str, str]]:
    from localgov_history.sources import resolve

    book = catalogue or default()
    wanted = {keys} if isinstance(keys, str) else set(keys)
    if wanted:
        resolve(sorted(wanted), book)
    return [row for row in book.rows("sources") if not wanted or row["source_key"] in wanted]


def _periodo_period(scheme: str, row: Mapping[str, str]) -> dict[str, Any]:
    span = dates.parse(row["span"]) if row["span"] else None
    ends = row["span"].split("/") if row["span"] else ["", ""]
    made: dict[str, Any] = {
        "id": f"#{scheme}-{row['period']}",
        "type": "Period",
        "label": row["label"],
        "languageTag": "en",
        "localizedLabels": {"en": [row["label"]]},
        "spatialCoverage": [_ENGLAND],
        "spatialCoverageDescription": "England",
        "start": _periodo_bound(ends[0], row["working_start"]),
        "stop": _periodo_bound(ends[-1], row["working_end"]),
    }
    if row["boundary_reason"]:
        made["editorialNote"] = row["boundary_reason"]
    if span is None:
        made["note"] = "The source prints no dates."
    return made


def _periodo_bound(printed: str, working: str) -> dict[str, Any]:
    """One end of a period: the words of the source and the years they may mean."""
    read = dates.parse(printed) if printed.strip(".") else dates.parse(working)
    first, last = read.earliest, read.latest
    assert first is not None
    assert last is not None
    label = read.readable() if printed.strip(".") else "not printed"
    if first.year == last.year:
        return {"label": label, "in": {"year": f"{first.year:04d}"}}
    return {"label": label, "in": {"earliestYear": f"{first.year:04d}", "latestYear": f"{last.year:04d}"}}


def _timeline_date(text: str, day: pd.Timestamp) -> dict[str, int]:
    """A date only as exact as it is written."""
    parts = {"year": day.year}
    if re.match(r"\d{4}-\d\d", text):
        parts["month"] = day.month
    if re.match(r"\d{4}-\d\d-\d\d", text):
        parts["day"] = day.day
    return parts


def _names(what: str | Iterable[str] | pd.DataFrame, book: Catalogue) -> list[str]:
    names = list(book.schemas) if what == "all" else [what] if isinstance(what, str) else [str(name) for name in what]
    for name in names:
        book.schema(name)
    if not names:
        raise LocalgovError("no table was named; expected one or more, or 'all'")
    return names


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame for formats without lists: list cells as text, without the column for the kit's own use."""
    flat = frame.copy()
    for name in flat.columns:
        if flat[name].dtype == object:
            flat[name] = [
                LIST_DELIMITER.join(map(str, cell)) if isinstance(cell, tuple) else cell for cell in flat[name]
            ]
        elif str(flat[name].dtype).startswith("datetime64"):
            flat[name] = flat[name].dt.strftime("%Y-%m-%d")
    return flat


def _csv(place: Path, frames: dict[str, pd.DataFrame], book: Catalogue) -> None:
    for frame in frames.values():
        _flat(frame).to_csv(place, index=False, lineterminator="\n")


def _parquet(place: Path, frames: dict[str, pd.DataFrame], book: Catalogue) -> None:
    try:
        import pyarrow
    except ModuleNotFoundError:
        raise LocalgovError(f"Parquet needs pyarrow, which is not installed: {_EXTRA}") from None
    for frame in frames.values():
        lists = {name: frame[name].map(list) for name in frame.columns if _all_tuples(frame[name])}
        try:
            frame.assign(**lists).to_parquet(place, index=False)
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError) as error:
            raise LocalgovError(f"{place.name}: Parquet cannot hold this frame ({error})") from None


def _xlsx(place: Path, frames: dict[str, pd.DataFrame], book: Catalogue) -> None:
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        raise LocalgovError(f"Excel files need XlsxWriter, which is not installed: {_EXTRA}") from None
    sheets = _with_sources(frames, book)
    # What stands in a cell is text, never a formula or a link, whatever it starts with.
    with xlsxwriter.Workbook(
        place, {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    ) as workbook:
        bold = workbook.add_format({"bold": True})
        about = workbook.add_worksheet("about")
        for number, line in enumerate(_about(frames, book)):
            about.write_row(number, 0, line)
        for name, frame in sheets.items():
            sheet = workbook.add_worksheet(name[:31])
            flat = _flat(frame)
            sheet.write_row(0, 0, flat.columns, bold)
            for position, column in enumerate(flat.columns):
                values = flat[column].astype(object)
                cells = values.where(flat[column].notna(), None).tolist()
                if any(isinstance(cell, str) and len(cell) > _LONGEST_CELL for cell in cells):
                    raise LocalgovError(
                        f"{name}.{column} has a text longer than Excel holds; expected .csv or .sqlite"
                    )
                sheet.write_column(1, position, cells)
            sheet.freeze_panes(1, 1)


def _sqlite(place: Path, frames: dict[str, pd.DataFrame], book: Catalogue) -> None:
    import pandas as pd

    connection = sqlite3.connect(place)
    try:
        for name, frame in _with_sources(frames, book).items():
            _flat(frame).to_sql(name, connection, index=False)
        about = pd.DataFrame(_about(frames, book), columns=["what", "text"])
        about.to_sql("about", connection, index=False)
        connection.commit()
    finally:
        connection.close()


def _with_sources(frames: dict[str, pd.DataFrame], book: Catalogue) -> dict[str, pd.DataFrame]:
    """The frames and, beside them, the sources that their rows cite."""
    if "sources" in frames or not any("source_key" in frame for frame in frames.values()):
        return frames
    cited = [cell for frame in frames.values() if "source_key" in frame for cell in frame["source_key"].dropna()]
    keys = {key for cell in cited for key in (cell if isinstance(cell, tuple) else str(cell).split(LIST_DELIMITER))}
    sources = book.load("sources")
    return frames | {"sources": sources[sources["source_key"].isin(keys)]}


def _all_tuples(column: pd.Series) -> bool:
    return column.dtype == object and bool(len(column)) and all(isinstance(cell, tuple) for cell in column)


def _sheet_name(stem: str) -> str:
    """A name that a sheet and a table can have, and that none of the kit's own has."""
    bare = re.sub(r"[^\w-]+", "_", stem).strip("_") or "query"
    return f"{bare}_query" if bare.lower() in ("about", "sources") else bare


def _about(frames: dict[str, pd.DataFrame], book: Catalogue) -> list[tuple[str, str]]:
    lines = [("data", f"{book.descriptor['title']}, version {book.version} of {book.version_date}")]
    for name in frames:
        if name in book.schemas:
            lines.append((name, book.schemas[name].description))
            lines += [(f"{name}.{column.name}", column.description) for column in book.schemas[name].fields]
    return lines


def _resource(
    resource: dict[str, Any], columns: Mapping[str, Mapping[str, np.ndarray]], book: Catalogue
) -> dict[str, Any]:
    """A table's entry without what no longer holds of it: references to tables or rows left out, cells required."""
    name = resource["name"]
    schema = dict(resource["schema"])
    for member in ("foreignKeys", "references"):
        if member in schema:
            schema[member] = [key for key in schema[member] if _holds(_one(key["fields"]), name, columns, book)]
    schema["fields"] = [
        _optional(field) if (columns[name][field["name"]] == "").any() else field for field in schema["fields"]
    ]
    return resource | {"schema": schema}


def _holds(column: str, table: str, columns: Mapping[str, Mapping[str, np.ndarray]], book: Catalogue) -> bool:
    """Whether every value of a column that refers to a table names a row of the package."""
    field = book.schemas[table].column(column)
    for reference in book.schemas[table].references:
        if reference.column == column:
            if reference.table not in columns:
                return False
            known = set(columns[reference.table][reference.key])
            texts = set(columns[table][column])
            if not all(item in known for text in texts for item in field.items(text) if item):
                return False
    return True


def _one(names: str | list[str]) -> str:
    return names if isinstance(names, str) else names[0]


def _optional(field: dict[str, Any]) -> dict[str, Any]:
    limits = {key: value for key, value in field.get("constraints", {}).items() if key != "required"}
    rest = {key: value for key, value in field.items() if key != "constraints"}
    return rest | ({"constraints": limits} if limits else {})


def _atomically(target: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file or folder under a temporary name beside the target, then put it in its place."""
    parent = target.parent
    if not parent.is_dir():
        raise LocalgovError(f"the folder {str(parent)!r} does not exist; expected one to write {target.name} to")
    if target.suffix == "" and target.is_file():
        raise LocalgovError(f"{str(target)!r} is a file; expected the name of a new folder, or one that ends in .zip")
    if target.is_dir() and any(target.iterdir()):
        raise LocalgovError(f"the folder {str(target)!r} is not empty; expected a new or empty one")
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=parent) as scratch:
        place = Path(scratch) / target.name
        write(place)
        if target.is_dir():
            target.rmdir()
        if place.is_dir():
            shutil.move(place, target)
        else:
            os.replace(place, target)
