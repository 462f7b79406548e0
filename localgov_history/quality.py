"""How much a table holds and how far it can be trusted: shares, grades, gaps, completeness, coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import schema as schemas
from localgov_history.schema import TableSchema
from localgov_history.text import escape_html

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Columns = Mapping[str, np.ndarray]

# What every table has beside its facts: of no interest in a list of how full its columns are.
_TAIL = ("source_key", "locator", "evidence", "coded_fields", "unconfirmed_fields", "note")


@dataclass(frozen=True)
class TableSummary:
    """How much a table holds and how far it can be trusted.

    Attributes
    ----------
    rows, rows_by_default : rows in all and rows that `load` returns by default.
    evidence : rows by kind of evidence (``seen``, ``coded``, ``recalled``).
    grades : citations by grade of source.
    licences : sources cited by their licence.
    unread_cells : cells of seen or coded rows that nobody has read in a source.
    conflicts : rows kept beside a preferred rival.
    coverage : rows by default that touch each period of the default periodisation.
    filled : share of the rows by default that have a value, 0 to 1, by column.
    """

    table: str
    rows: int
    rows_by_default: int
    evidence: Counter[str]
    grades: Counter[str]
    licences: Counter[str]
    unread_cells: int
    conflicts: int
    coverage: dict[str, int]
    filled: dict[str, float]

    def share(self, evidence: str) -> float:
        """The share of rows with this kind of evidence, 0 to 1."""
        return self.evidence[evidence] / self.rows if self.rows else 0.0

    def line(self) -> str:
        """The summary on one line."""
        shares = " ".join(f"{kind} {self.share(kind):.0%}" for kind in schemas.EVIDENCE)
        grades = _counts(self.grades)
        cover = "/".join(str(count) for count in self.coverage.values()) or "–"
        return (
            f"{self.table}: {self.rows_by_default} of {self.rows} rows; {shares}; "
            f"unread cells {self.unread_cells}; conflicts {self.conflicts}; filled {self.fullness():.0%}; "
            f"sources: {grades or '–'}; rows by period: {cover}"
        )

    def fullness(self) -> float:
        """The mean share filled over the columns of facts, 0 to 1."""
        return sum(self.filled.values()) / len(self.filled) if self.filled else 0.0


def summarise(
    table: TableSchema,
    columns: Columns,
    default: Columns,
    sources: Mapping[str, tuple[str, str]],
    periods: Iterable[Mapping[str, str]],
) -> TableSummary:
    """The summary of a table.

    Parameters
    ----------
    columns, default : its columns as text, all of them and after the default filter.
    sources : grade and licence of each source, by key.
    periods : rows of the periods for the coverage.
    """
    grades: Counter[str] = Counter()
    licences: Counter[str] = Counter()
    if table.name == "sources":
        grades, licences = Counter(columns["grade"]), Counter(columns["licence"])
    elif "source_key" in columns:
        cited: set[str] = set()
        for cell, times in Counter(columns["source_key"]).items():
            for key in filter(None, cell.split(schemas.LIST_DELIMITER)):
                grades[sources.get(key, ("unknown", ""))[0]] += times
                cited.add(key)
        licences = Counter(sources.get(key, ("", "unknown"))[1] for key in cited)
    unread = columns.get("unconfirmed_fields", ())
    rows = len(next(iter(columns.values())))
    kept = len(next(iter(default.values())))
    return TableSummary(
        table=table.name,
        rows=rows,
        rows_by_default=kept,
        evidence=Counter(columns.get("evidence", ())),
        grades=grades,
        licences=licences,
        unread_cells=sum(len(cell.split(schemas.LIST_DELIMITER)) for cell in unread if cell),
        conflicts=int(sum(columns["preferred"] == "false")) if "preferred" in columns else 0,
        coverage=_coverage(table, default, list(periods)),
        filled={
            name: float((cells != "").mean()) if kept else 0.0 for name, cells in default.items() if name not in _TAIL
        },
    )


@dataclass(frozen=True)
class TableDescription:
    """A table's data dictionary, shown as text or HTML."""

    schema: TableSchema
    summary: TableSummary

    def to_frame(self) -> pd.DataFrame:
        """One row a column: type, unit, kind of year, share filled, allowed values, description."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "column": column.name,
                    "type": column.format or column.type,
                    "unit": column.unit,
                    "year_kind": column.year_kind,
                    "filled": f"{self.summary.filled[column.name]:.0%}" if column.name in self.summary.filled else "",
                    "allowed": ", ".join(column.choices),
                    "description": column.description,
                }
                for column in self.schema.fields
            ]
        ).set_index("column")

    def notes(self) -> list[tuple[str, str]]:
        """What to know before using the table: label and text."""
        info = self.schema.info
        summary = self.summary
        pairs = [
            ("Rows", f"{summary.rows_by_default:,} by default, {summary.rows:,} in all"),
            ("Evidence", ", ".join(f"{k} {summary.share(k):.0%}" for k in schemas.EVIDENCE if summary.evidence)),
            ("Cells not yet read", f"{summary.unread_cells:,}" if summary.unread_cells else ""),
            ("Rivals kept beside a preferred row", f"{summary.conflicts:,}" if summary.conflicts else ""),
            ("Sources by grade", _counts(summary.grades)),
            ("Rows by period", ", ".join(f"{p} {n}" for p, n in summary.coverage.items())),
            ("Filled", ", ".join(f"{column} {share:.0%}" for column, share in summary.filled.items())),
            ("Sampling frame", info.get("sampling_frame", "")),
            ("Known gaps", info.get("known_gaps", "")),
            (
                "Licence",
                "; ".join(item.get("title") or str(item.get("name", "")) for item in info.get("licenses", [])),
            ),
            ("Licences of its sources", _counts(summary.licences)),
        ]
        return [(label, text) for label, text in pairs if text]

    def __repr__(self) -> str:
        lines = [f"{self.schema.name}: {self.schema.title}", self.schema.description, ""]
        lines += [f"{label}: {text}" for label, text in self.notes()] + [""]
        lines += [f"  {column.name}: {column.description}" for column in self.schema.fields]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        notes = "".join(
            f"<tr><th scope='row' style='text-align:left'>{escape_html(label)}</th>"
            f"<td style='text-align:left'>{escape_html(text)}</td></tr>"
            for label, text in self.notes()
            if label != "Filled"
        )
        columns = "".join(
            f"<tr><th scope='row' style='text-align:left'>{escape_html(name)}</th>"
            + "".join(f"<td style='text-align:left'>{escape_html(value)}</td>" for value in row)
            + "</tr>"
            for name, row in zip(self.to_frame().index, self.to_frame().itertuples(index=False), strict=True)
        )
        heads = "".join(f"<th scope='col'>{name}</th>" for name in ["column", *self.to_frame().columns])
        return (
            f"<h4>{escape_html(self.schema.title)} (<code>{escape_html(self.schema.name)}</code>)</h4>"
            f"<p>{escape_html(self.schema.description)}</p><table>{notes}</table>"
            f"<table><thead><tr>{heads}</tr></thead><tbody>{columns}</tbody></table>"
        )


def readme(title: str, version: str, date: str, described: list[TableDescription], left_out: list[str]) -> str:
    """The tables, their evidence, gaps and licences as Markdown: what ``datasets/README.md`` holds.

    Parameters
    ----------
    left_out : facts that were found and are not in the tables, each with the reason.
    """
    lines = [
        f"# {title}: the tables",
        "",
        f"Version {version} of {date}. This page is made by `localgov data readme`.",
        "",
        "One CSV file a table (UTF-8, commas); `datapackage.json` describes every column. Each row has its",
        "sources (`source_key`, with `locator`), says how it is known (`evidence`: seen, coded or recalled),",
        "which of its cells are our coding (`coded_fields`) and which nobody has read in a source",
        "(`unconfirmed_fields`). Where sources differ both rows stay, and one is `preferred`, with the reason.",
        "`CHANGES.md` lists what changed from version to version.",
        "",
        "| table | rows by default | rows in all | seen | coded | recalled | unread cells | rivals kept | filled |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for item in (entry.summary for entry in described):
        shares = " | ".join(f"{item.share(kind):.0%}" for kind in schemas.EVIDENCE)
        if not item.evidence:
            shares = "– | – | –"
        lines.append(
            f"| `{item.table}` | {item.rows_by_default:,} | {item.rows:,} | {shares} | {item.unread_cells:,} "
            f"| {item.conflicts} | {item.fullness():.0%} |"
        )
    lines += ["", "*Filled*: the mean over the columns of facts of the share of rows by default with a value there."]
    if left_out:
        lines += ["", "## What was found and is not here", ""] + [f"- {text}" for text in left_out]
    for entry in described:
        lines += ["", f"## {entry.schema.title} (`{entry.schema.name}`)", "", entry.schema.description]
        shown = [(label, text) for label, text in entry.notes() if label not in ("Rows", "Evidence")]
        lines += [""] + [f"- {label}: {text}" for label, text in shown]
    return "\n".join(lines) + "\n"


def _counts(counter: Counter[str]) -> str:
    """Names with their numbers, the most first; equals by name, so that the same tables read the same."""
    ranked = sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name} {number}" for name, number in ranked)


def _coverage(table: TableSchema, default: Columns, periods: list[Mapping[str, str]]) -> dict[str, int]:
    """Rows that are known to touch each period: from start to end, or the first of several dates that is given."""
    spans = table.info.get("coverage", ())
    names = spans or table.info.get("dated_by", ())
    if not names:
        return {}
    counts = dict.fromkeys((row["period"] for row in periods), 0)
    running = default.get("end_status") if len(spans) == 2 else None
    cells = [default[name] for name in names] + ([] if running is None else [running])
    for texts, times in Counter(zip(*cells, strict=True)).items():
        read = [table.column(name).date(text) if text else None for name, text in zip(names, texts, strict=False)]
        known = [item for item in read if item is not None]
        if not known:
            continue
        # A bound that is not known adds nothing, unless the row says that the thing goes on.
        first, last = (known[0], known[-1]) if spans else (known[0], known[0])
        start = first.earliest.isoformat() if first.earliest else "0000"
        end = last.latest.isoformat() if last.latest else "9999"
        if running is not None and texts[-1] == "continuing" and read[-1] is None:
            end = "9999"
        for period in periods:
            if start <= period["working_end"] and end >= period["working_start"]:
                counts[period["period"]] += times
    return counts
