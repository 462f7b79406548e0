"""Tables: loading, the default filter, a user's folder, and what a mistake in a file is answered with."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from localgov_history import schema
from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue
from localgov_history.errors import LocalgovError, UnknownNameError
from localgov_history.schema import TableError


def edit(path: Path, change: object) -> None:
    """Rewrite a CSV file after `change` has worked on its rows (lists of cells, header first)."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    change(rows)  # type: ignore[operator]
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def test_the_shipped_tables_have_no_faults(shipped: Catalogue) -> None:
    assert [str(problem) for problem in shipped.check()] == []


def test_every_table_of_the_first_release_ships_with_rows(shipped: Catalogue) -> None:
    wanted = {
        "periods",
        "claims",
        "functions",
        "codings",
        "acts",
        "body_types",
        "body_counts",
        "function_responsibilities",
        "sources",
    }
    frame = shipped.tables()
    assert wanted <= set(frame.index)
    assert (frame["rows"] > 0).all()


def test_frames_have_the_declared_types(shipped: Catalogue) -> None:
    for name, table in shipped.schemas.items():
        frame = shipped.load(name, include_unconfirmed=True)
        assert len(frame) == len(shipped.rows(name))
        for column in table.fields:
            kind = frame[column.name].dtype
            if column.type == "integer":
                assert kind == "Int64", (name, column.name)
            if column.type == "list":
                assert all(isinstance(cell, tuple) for cell in frame[column.name]), (name, column.name)
            if column.is_date:
                assert frame[f"{column.name}_earliest"].dtype == "datetime64[s]"


def test_by_default_rows_from_memory_go_and_unread_cells_are_blank(shipped: Catalogue) -> None:
    default = shipped.load("body_types")
    every = shipped.load("body_types", include_unconfirmed=True)
    assert set(default["evidence"]) <= {"seen", "coded"}
    assert (every["evidence"] == "recalled").sum() == len(every) - len(default)
    unread = [(row.Index, name) for row in default.itertuples() for name in row.unconfirmed_fields]
    assert unread
    for index, name in unread:
        cell = default.loc[index, name]
        assert cell == () or pd.isna(cell), (index, name)


def test_unknown_names_are_answered_with_near_ones(shipped: Catalogue) -> None:
    with pytest.raises(UnknownNameError, match="no table is called 'body_type'; did you mean body_types"):
        shipped.load("body_type")


def test_search_finds_the_school_board(shipped: Catalogue) -> None:
    found = shipped.search("school board")
    assert found.iloc[0]["key"] == "school_board"
    with pytest.raises(LocalgovError, match="empty"):
        shipped.search("  ")


def test_describe_names_every_column_and_the_evidence(shipped: Catalogue) -> None:
    described = shipped.describe("body_counts")
    for column in shipped.schema("body_counts").columns:
        assert column in described._repr_html_()
        assert column in repr(described)
    assert "seen" in dict(described.notes())["Evidence"]


def test_reads_are_recorded_and_change_with_the_file(copied: Path) -> None:
    before = Catalogue(base=copied)
    before.load("acts")
    assert list(before.reads()) == ["acts"]
    edit(copied / "acts.csv", lambda rows: rows[1].__setitem__(1, "Another title"))
    after = Catalogue(base=copied)
    after.load("acts")
    assert after.reads() != before.reads()


def column(path: Path, name: str) -> int:
    with path.open(encoding="utf-8", newline="") as handle:
        return next(csv.reader(handle)).index(name)


@pytest.mark.parametrize(
    ("table", "name", "value", "said"),
    [
        ("body_counts", "count", "15,000", "'15,000' is not a whole number; expected digits only"),
        ("body_counts", "count", "£12", "is not a whole number"),
        ("body_counts", "preferred", "yes", "'yes' is not a truth value; expected true or false"),
        ("body_counts", "date", "1974-13", "'1974-13' has month 13; expected 01 to 12"),
        ("body_counts", "date", "1974/75", "financial year, which belongs only in a financial column"),
        (
            "body_counts",
            "body_key",
            "scool_board",
            "'scool_board' is not in body_types; .* did you mean school_board",
        ),
        ("body_counts", "source_key", "nobody_1999", "'nobody_1999' is not in sources"),
        ("body_counts", "evidence", "sen", "'sen' is not allowed; expected seen, coded, recalled; did you mean seen"),
        ("body_counts", "evidence", "", "empty; a value is required"),
        ("body_counts", "unconfirmed_fields", "cuont", "'cuont' is not a column of this table; did you mean count"),
        ("body_counts", "count", "-3", "below the least allowed value, 0"),
        ("body_types", "selection", "elected", "'elected' is not allowed; .*did you mean"),
        ("body_types", "functions", "poor_releif", "'poor_releif' is not in functions; .*did you mean poor_relief"),
        ("body_types", "start", "c. 1834", "'c. 1834' is not a date; expected EDTF"),
    ],
)
def test_a_wrong_cell_is_named(copied: Path, table: str, name: str, value: str, said: str) -> None:
    path = copied / f"{table}.csv"
    edit(path, lambda rows: rows[2].__setitem__(column(path, name), value))
    problems = [problem for problem in Catalogue(base=copied).check() if problem.column == name]
    # A wrong truth value in "preferred" also leaves its group of rivals without a preferred row.
    problems = [problem for problem in problems if "are preferred" not in problem.message]
    assert len(problems) == 1
    assert problems[0].row == 3
    assert problems[0].file == f"{table}.csv"
    assert re.search(said, problems[0].message), problems[0].message


def test_a_duplicate_key_names_both_rows(copied: Path) -> None:
    edit(copied / "acts.csv", lambda rows: rows.append(rows[1]))
    problems = Catalogue(base=copied).check()
    assert any("is already the key of row 2" in str(problem) for problem in problems)


def test_a_missing_column_is_named(copied: Path) -> None:
    def drop(rows: list[list[str]]) -> None:
        place = rows[0].index("citation")
        for row in rows:
            del row[place]

    edit(copied / "acts.csv", drop)
    catalogue = Catalogue(base=copied)
    assert any("'citation' is missing" in str(problem) for problem in catalogue.check())
    with pytest.raises(TableError, match=r"acts\.csv, row 1: the column 'citation' is missing"):
        catalogue.load("acts")


def test_a_conflict_needs_one_preferred_count_with_a_reason(copied: Path) -> None:
    path = copied / "body_counts.csv"

    def rival(rows: list[list[str]]) -> None:
        twin = list(rows[1])
        twin[rows[0].index("count_key")] = "a-rival-of-the-first"
        rows.append(twin)

    edit(path, rival)
    assert any("are preferred; expected one" in str(problem) for problem in Catalogue(base=copied).check())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"periodisation;period;label\nx;y;z\n", "separated by semicolons; expected commas"),
        ("periodisation,période\nx,y\n".encode("latin-1"), "not UTF-8 text; expected UTF-8"),
        (b"periodisation,period\nx\n", "1 cells; expected 2"),
        (b'periodisation,period\n"x,y\n', "not readable as CSV"),
    ],
)
def test_a_file_that_is_not_the_right_kind_of_csv(tmp_path: Path, body: bytes, said: str) -> None:
    path = tmp_path / "periods.csv"
    path.write_bytes(body)
    with pytest.raises(TableError, match=said):
        schema.read_rows(path)


def test_an_overlay_adds_corrects_and_names_itself(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    base = Catalogue()
    known = base.rows("body_counts")[0]
    write_csv(
        tmp_path / "sources.csv",
        [{"source_key": "mine_2026", "title": "Mine", "kind": "archive", "grade": "primary", "consulted": "true"}],
    )
    write_csv(
        tmp_path / "body_counts.csv", [{"count_key": known["count_key"], "count": "12345", "source_key": "mine_2026"}]
    )
    catalogue = Catalogue(overlay=tmp_path)
    frame = catalogue.load("body_counts", include_unconfirmed=True).set_index("count_key")
    assert frame.loc[known["count_key"], "count"] == 12345
    assert frame.loc[known["count_key"], "source_key"] == ("mine_2026",)
    assert len(frame) == len(base.rows("body_counts"))
    assert base.load("body_counts", include_unconfirmed=True).set_index("count_key")["count"].max() != 12345


def test_an_overlay_with_faults_loads_nothing_and_names_each(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    write_csv(tmp_path / "bodytypes.csv", [{"body_key": "x"}])
    write_csv(tmp_path / "acts.csv", [{"act_key": "my_act", "short_title": "My Act", "royal_asent": "1834"}])
    with pytest.raises(TableError) as caught:
        Catalogue(overlay=tmp_path)
    said = str(caught.value)
    assert (
        "bodytypes.csv: names no table; declare it in datapackage.json or rename it; did you mean body_types.csv"
        in said
    )
    assert "acts.csv, row 1: the column 'royal_asent' is not one of this table; did you mean royal_assent" in said


def test_an_overlay_row_must_be_whole(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    write_csv(tmp_path / "acts.csv", [{"act_key": "my_act", "short_title": "My Act"}])
    with pytest.raises(TableError, match="evidence: empty; a value is required"):
        Catalogue(overlay=tmp_path)


def test_an_overlay_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LocalgovError, match="does not exist; expected a folder"):
        Catalogue(overlay=tmp_path / "nowhere")


def test_importing_the_kit_does_not_import_pandas() -> None:
    code = "import sys, localgov_history; sys.exit('pandas' in sys.modules or 'plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_column_is_described_and_every_kind_of_year_stated(shipped: Catalogue) -> None:
    for table in shipped.schemas.values():
        for item in table.fields:
            assert item.description, (table.name, item.name)
            assert not item.is_date or item.year_kind in ("calendar", "financial", "school", "at_date")


def test_the_readme_of_the_tables_is_the_one_they_make(shipped: Catalogue) -> None:
    path = folder("datasets") / "README.md"
    assert path.read_text(encoding="utf-8") == shipped.readme(), "run: localgov data readme > datasets/README.md"


NEW_TABLE = """{"resources": [{"name": "rates", "path": "rates.csv", "title": "Rates", "description": "Rates levied.",
"schema": {"fields": [
  {"name": "key", "type": "string", "description": "Key.", "constraints": {"required": true}},
  {"name": "year", "type": "string", "format": "financial_year", "year_kind": "financial", "description": "Year."},
  {"name": "source_key", "type": "list", "description": "Sources."},
  {"name": "evidence", "type": "string", "description": "How known."}],
 "primaryKey": ["key"], "foreignKeys": [
  {"fields": "source_key", "reference": {"resource": "sources", "fields": "source_key"}}]}}]}"""


def test_a_table_of_ones_own_and_a_financial_year_written_as_a_month(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "datapackage.json").write_text(NEW_TABLE)
    row = {"key": "a", "year": "2001/02", "source_key": "gough_localis", "evidence": "seen"}
    write_csv(tmp_path / "rates.csv", [row])
    frame = Catalogue(overlay=tmp_path).load("rates")
    assert frame.loc[0, "year_earliest"] == pd.Timestamp("2001-04-01")
    write_csv(tmp_path / "rates.csv", [row | {"year": "2001-02"}])
    with pytest.raises(
        TableError, match=r"rates\.csv, row 2, year: '2001-02' is not a financial year; expected the form 2001/02"
    ):
        Catalogue(overlay=tmp_path)


def test_a_broken_descriptor_is_named(tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text('{"resources": [\n{]}')
    with pytest.raises(LocalgovError, match=r"datapackage\.json, row 2: not JSON"):
        Catalogue(overlay=tmp_path)
