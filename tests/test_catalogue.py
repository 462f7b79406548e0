"""Tables: loading, the default filter, a user's folder, and what a mistake in a file is answered with."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from localgov_history import periods, schema
from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue, check_folder
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
        ("body_counts", "count", "9" * 19, "too large; expected a whole number from"),
        ("body_counts", "count", "9" * 5000, "too large; expected a whole number from"),
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
    assert frame.loc[known["count_key"], "source_key"] == (*known["source_key"].split(";"), "mine_2026")
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


def rows_of(name: str, **wanted: str) -> list[dict[str, str]]:
    """The shipped rows with these cells."""
    return [row for row in Catalogue().rows(name) if all(row[key] == value for key, value in wanted.items())]


def faults(path: Path) -> list[str]:
    catalogue, problems = check_folder(path)
    assert (catalogue is None) == bool(problems)
    return [str(problem) for problem in problems]


def cells(row: dict[str, str]) -> dict[str, str]:
    """A row without the line it stands on."""
    return {name: text for name, text in row.items() if name}


def test_an_overlay_row_that_rivals_a_preferred_one_is_a_fault(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    known = rows_of("body_counts", preferred="true", evidence="seen", preferred_reason="")[0]
    rival = cells(known) | {"count_key": "mine", "count": "99"}
    write_csv(tmp_path / "body_counts.csv", [rival])
    (fault,) = faults(tmp_path)
    assert fault.startswith("body_counts.csv, row 2, preferred: 2 of 2 rows on ")
    assert fault.endswith(f"are preferred; expected one of {known['count_key']}, mine")
    write_csv(tmp_path / "body_counts.csv", [rival | {"preferred": "false"}])
    (fault,) = faults(tmp_path)
    assert fault == (
        f"body_counts.csv, row 2, preferred_reason: {known['count_key']} is preferred over a rival; "
        "expected the reason in its row"
    )
    reason = {"count_key": known["count_key"], "preferred_reason": "It counts all of them."}
    write_csv(tmp_path / "body_counts.csv", [rival | {"preferred": "false"}, reason], list(rival))
    assert faults(tmp_path) == []


def test_an_overlay_row_that_leaves_its_rivals_without_a_preferred_one_is_a_fault(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    chosen = next(row for row in rows_of("body_counts", preferred="true", evidence="seen") if row["preferred_reason"])
    write_csv(tmp_path / "body_counts.csv", [{"count_key": chosen["count_key"], "what": "something else"}])
    said = faults(tmp_path)
    assert len(said) == 1
    assert re.match(
        r"body_counts\.csv, row 2, preferred: 0 of \d+ rows on .* are preferred; expected one of", said[0]
    )


def test_rivals_that_the_overlay_does_not_touch_are_left_alone(copied: Path, tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    place = column(copied / "body_counts.csv", "preferred")
    edit(copied / "body_counts.csv", lambda rows: rows[1].__setitem__(place, "false"))
    mine = tmp_path / "mine"
    mine.mkdir()
    other = rows_of("body_counts", evidence="seen")[2]
    write_csv(mine / "body_counts.csv", [{"count_key": other["count_key"], "note": "Seen again."}])
    assert Catalogue(overlay=mine, base=copied).overlay_tables == ["body_counts"]


def test_a_blank_cell_of_an_overlay_leaves_the_cell_and_its_mark(copied: Path, tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    path = copied / "acts.csv"
    seen = next(row for row in rows_of("acts", evidence="seen") if row["citation"] and row["royal_assent"])
    line = int(seen[""]) - 1

    def mark(rows: list[list[str]]) -> None:
        rows[line][rows[0].index("unconfirmed_fields")] = "citation;royal_assent"

    edit(path, mark)
    mine = tmp_path / "mine"
    mine.mkdir()

    def corrected(**given: str) -> dict[str, str]:
        blank = {"citation": "", "royal_assent": "", "unconfirmed_fields": ""}
        write_csv(mine / "acts.csv", [{"act_key": seen["act_key"]} | blank | given])
        rows = Catalogue(overlay=mine, base=copied).rows("acts")
        return next(row for row in rows if row["act_key"] == seen["act_key"])

    row = corrected(citation="my citation")
    assert (row["citation"], row["royal_assent"]) == ("my citation", seen["royal_assent"])
    assert row["unconfirmed_fields"] == "royal_assent"
    row = corrected(citation="my citation", unconfirmed_fields="chair")
    assert row["unconfirmed_fields"] == "royal_assent;chair"
    assert corrected()["unconfirmed_fields"] == "citation;royal_assent"


def test_a_row_from_memory_is_corrected_only_with_its_evidence(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    table, key = "function_responsibilities", "responsibility_key"
    recalled = rows_of(table, evidence="recalled")[0]
    change = {key: recalled[key], "area": "one county", "evidence": ""}
    path = write_csv(tmp_path / f"{table}.csv", [change])
    said = "the row is from memory; give its evidence (seen or coded) with your correction"
    assert faults(tmp_path) == [f"{path.name}, row 2, evidence: {said}"]
    write_csv(path, [change | {"evidence": "seen"}])
    frame = Catalogue(overlay=tmp_path).load(table).set_index(key)
    assert frame.loc[recalled[key], "area"] == "one county"


def test_taking_an_overlay_and_checking_record_no_reads(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    known = rows_of("acts", evidence="seen")[0]
    write_csv(tmp_path / "acts.csv", [{"act_key": known["act_key"], "note": "Mine."}])
    catalogue = Catalogue(overlay=tmp_path)
    assert catalogue.reads() == {}
    assert catalogue.check() == []
    assert catalogue.reads() == {}
    catalogue.load("acts")
    plain = Catalogue()
    plain.load("acts")
    assert list(catalogue.reads()) == ["acts"]
    assert catalogue.reads() != plain.reads()


def test_what_is_prepared_counts_as_read_only_when_it_is_loaded(copied: Path) -> None:
    catalogue = Catalogue(base=copied)
    catalogue.prepare()
    assert catalogue.reads() == {}
    pd.testing.assert_frame_equal(catalogue.load("acts"), Catalogue(base=copied).load("acts"))
    assert catalogue.reads() == {"acts": hashlib.sha256((copied / "acts.csv").read_bytes()).hexdigest()}


def test_a_table_with_a_fault_is_passed_over_until_it_is_loaded(copied: Path) -> None:
    (copied / "acts.csv").write_text("act_key\nan_act\n", encoding="utf-8")
    catalogue = Catalogue(base=copied)
    catalogue.prepare()
    with pytest.raises(LocalgovError, match=r"acts\.csv"):
        catalogue.load("acts")


def test_stamps_follow_the_file_and_count_as_reads(copied: Path) -> None:
    catalogue = Catalogue(base=copied)

    def on_disk(name: str) -> str:
        return hashlib.sha256((copied / f"{name}.csv").read_bytes()).hexdigest()

    before = catalogue.stamps("acts", "periods")
    assert before == (on_disk("acts"), on_disk("periods"))
    assert list(catalogue.reads()) == ["acts", "periods"]
    text = (copied / "acts.csv").read_text(encoding="utf-8")
    (copied / "acts.csv").write_text(text.replace("Poor Law Amendment Act", "Poor Law Reform Act"), encoding="utf-8")
    after = catalogue.stamps("acts", "periods")
    assert after == (on_disk("acts"), before[1])
    assert after[0] != before[0]


def test_the_overlay_names_its_tables(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "datapackage.json").write_text(json.dumps(package(path="more/levies.csv")))
    (tmp_path / "more").mkdir()
    write_csv(tmp_path / "more" / "levies.csv", [RATE])
    write_csv(tmp_path / "acts.csv", [{"act_key": rows_of("acts", evidence="seen")[0]["act_key"], "note": "Mine."}])
    catalogue, problems = check_folder(tmp_path)
    assert problems == []
    assert catalogue is not None
    assert catalogue.overlay_tables == ["acts", "rates"]
    assert len(catalogue.load("rates")) == 1
    assert "rates: 1 of 1 rows" in catalogue.summary("rates").line()
    assert Catalogue().overlay_tables == []


RATE = {"key": "a", "year": "2001/02", "amount": "3", "source_key": "gough_localis", "evidence": "seen"}


def package(**changes: Any) -> dict[str, Any]:
    """A descriptor with one table, ``rates``, and changes to its resource (or, by ``schema__x``, to its schema)."""
    schema: dict[str, Any] = {
        "fields": [
            {"name": "key"},
            {"name": "year", "format": "financial_year"},
            {"name": "amount", "type": "integer"},
            {"name": "source_key", "type": "list"},
            {"name": "evidence"},
        ],
        "primaryKey": ["key"],
        "foreignKeys": [
            {"fields": ["source_key"], "reference": {"resource": "sources", "fields": ["source_key"]}},
        ],
    }
    resource: dict[str, Any] = {"name": "rates", "path": "rates.csv", "schema": schema}
    for name, value in changes.items():
        holder, _, member = name.rpartition("__")
        target = schema if holder else resource
        target[member] = value
        if value is None:
            del target[member]
    return {"resources": [resource]}


def test_a_foreign_key_may_be_a_list_of_one_column(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "datapackage.json").write_text(json.dumps(package()))
    write_csv(tmp_path / "rates.csv", [RATE])
    assert faults(tmp_path) == []
    write_csv(tmp_path / "rates.csv", [RATE | {"source_key": "gough_locali"}])
    assert faults(tmp_path) == [
        "rates.csv, row 2, source_key: 'gough_locali' is not in sources; expected one of its keys; "
        "did you mean gough_localis?"
    ]


FIELDS = [{"name": "key"}, {"name": "source_key"}]


@pytest.mark.parametrize(
    ("descriptor", "said"),
    [
        ({"resources": ["a"]}, "a resource is 'a'; expected an object"),
        ({"resources": {}}, "expected an object with a list called 'resources'"),
        ([], "expected an object with a list called 'resources'"),
        (package(name=None), "a resource has no 'name'; expected a text"),
        (package(name=3), "'name' of a resource is '3'; expected a text"),
        (package(schema=None), "the table 'rates' has no 'schema'; expected an object"),
        (package(schema="rates.json"), "'schema' of the table 'rates' is 'rates.json'; expected an object"),
        (package(path=None), "the table 'rates' has no 'path'; expected a text"),
        (package(path=["rates.csv"]), "'path' of the table 'rates' is \"['rates.csv']\"; expected a text"),
        (package(path="../rates.csv"), "'path' of the table 'rates' is '../rates.csv'; expected a file inside the"),
        (package(path="acts.csv"), "'rates' has the path 'acts.csv', the file of acts; expected a file of its own"),
        (package(name="acts"), "the table 'acts' ships with the kit; expected only tables with names of their own"),
        (package(name="Acts"), "the table 'Acts' ships with the kit; expected only tables with names of their own"),
        ({"resources": package()["resources"] * 2}, "the table 'rates' is declared twice; expected it once"),
        (package(licenses=["CC0"]), "a licence of the table 'rates' is 'CC0'; expected an object"),
        (package(coverage="amount"), "'coverage' of the table 'rates' is 'amount'; expected year"),
        (package(conflict_key=["yaer"]), "is 'yaer'; expected key, year, amount, .*; did you mean year"),
        (package(schema__primaryKey=None), "the table 'rates' has no 'primaryKey'; expected the name of its key"),
        (package(schema__primaryKey="kee"), "'primaryKey' of the table 'rates' is 'kee'; .* did you mean key"),
        (package(schema__primaryKey={"a": 1}), "expected the name of a column or a list of names"),
        (package(schema__fields=[]), "the table 'rates' has no 'fields'; expected a list"),
        (package(schema__fields=["key"]), "a column of the table 'rates' is 'key'; expected an object"),
        (package(schema__fields=[{"type": "string"}]), "a column of the table 'rates' has no 'name'"),
        (package(schema__fields=[*FIELDS, {"name": "key"}]), "has the column 'key' more than once"),
        (
            package(schema__fields=[*FIELDS, {"name": "n", "type": "int"}]),
            "'type' of the column 'n' of the table 'rates' is 'int'; "
            "expected string, integer, number, boolean, list; did you mean integer",
        ),
        (
            package(schema__fields=[*FIELDS, {"name": "n", "format": "edft"}]),
            "the notation of the column 'n' .* is 'edft'; expected default, edtf, financial_year; did you mean edtf",
        ),
        (
            package(schema__fields=[*FIELDS, {"name": "n", "constraints": {"minimum": 0}}]),
            "has a 'minimum' but is of type string; expected it on an integer or number only",
        ),
        (
            package(schema__fields=[*FIELDS, {"name": "n", "type": "integer", "constraints": {"minimum": "0"}}]),
            "'minimum' of the column 'n' of the table 'rates' is '0'; expected a number",
        ),
        (
            package(schema__fields=[*FIELDS, {"name": "n", "constraints": {"required": "yes"}}]),
            "'required' of the column 'n' of the table 'rates' is 'yes'; expected true or false",
        ),
        (
            package(schema__fields=[*FIELDS, {"name": "n", "constraints": {"enum": [1]}}]),
            "'enum' of the column 'n' .* expected a list of texts",
        ),
        (package(schema__fields=[*FIELDS, {"name": "n", "delimiter": ""}]), "is empty; expected a mark such as ';'"),
        (package(schema__foreignKeys=["key"]), "a foreign key of the table 'rates' is 'key'; expected an object"),
        (
            package(
                schema__foreignKeys=[
                    {"fields": ["key", "year"], "reference": {"resource": "sources", "fields": "source_key"}}
                ]
            ),
            "a foreign key of the table 'rates' has 'fields' other than one column; expected one column on each side",
        ),
        (
            package(
                schema__foreignKeys=[
                    {"fields": "source_key", "reference": {"resource": "sorces", "fields": "source_key"}}
                ]
            ),
            "refers to 'sorces', which is no table; did you mean sources",
        ),
        (
            package(
                schema__foreignKeys=[{"fields": "source_key", "reference": {"resource": "sources", "fields": "kee"}}]
            ),
            "refers to 'kee', no column of sources; ",
        ),
    ],
)
def test_a_wrong_shape_in_a_descriptor_is_one_fault(tmp_path: Path, write_csv, descriptor: Any, said: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor))
    write_csv(tmp_path / "rates.csv", [RATE])
    (fault,) = faults(tmp_path)
    assert fault.startswith("datapackage.json: ")
    assert re.search(said, fault) or said in fault, fault


def test_a_descriptor_that_is_not_utf8_or_not_a_file(tmp_path: Path) -> None:
    path = tmp_path / "datapackage.json"
    path.write_bytes('{"resources": [],\n"title": "Périodes"}'.encode("latin-1"))
    assert faults(tmp_path) == ["datapackage.json, row 2: not UTF-8 text; expected UTF-8"]
    path.unlink()
    path.mkdir()
    assert faults(tmp_path) == ["datapackage.json: a folder; expected a file"]


def test_a_descriptor_may_have_a_byte_order_mark(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "datapackage.json").write_text(json.dumps(package()), encoding="utf-8-sig")
    write_csv(tmp_path / "rates.csv", [RATE])
    assert faults(tmp_path) == []


def test_a_folder_in_place_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "acts.csv").mkdir()
    assert faults(tmp_path) == ["acts.csv: a folder; expected a file"]


def test_a_file_that_may_not_be_opened(tmp_path: Path, write_csv, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    mine = write_csv(tmp_path / "acts.csv", [{"act_key": "a"}])
    opened = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path == mine:
            raise PermissionError(13, "Permission denied")
        return opened(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert faults(tmp_path) == ["acts.csv: not to be read (Permission denied); expected a file you may open"]


@pytest.mark.parametrize("name", ["ACTS.CSV", "Acts.csv", "acts.CSV"])
def test_a_table_in_capitals_is_a_fault_not_passed_over(tmp_path: Path, write_csv, name: str) -> None:  # type: ignore[no-untyped-def]
    write_csv(tmp_path / name, [{"act_key": "a"}])
    assert faults(tmp_path) == [
        f"{name}: names no table; declare it in datapackage.json or rename it; did you mean acts.csv?"
    ]


def test_a_folder_without_a_table_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "acts.xlsx").write_bytes(b"")
    (fault,) = faults(tmp_path)
    assert fault == (
        f"{tmp_path}: no table in this folder; expected CSV files with the names of tables, e.g. body_counts.csv"
    )


def test_a_table_declared_but_missing_is_a_fault(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "datapackage.json").write_text(json.dumps(package(path="more/rates.csv")))
    assert faults(tmp_path) == ["more/rates.csv: the file is missing; datapackage.json declares it"]
    write_csv(tmp_path / "rates.csv", [RATE])
    assert "rates.csv: names no table" in faults(tmp_path)[0]


def test_a_declared_table_must_have_all_its_columns(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "datapackage.json").write_text(json.dumps(package()))
    write_csv(tmp_path / "rates.csv", [{name: text for name, text in RATE.items() if name != "amount"}])
    assert faults(tmp_path) == ["rates.csv, row 1: the column 'amount' is missing"]


def test_a_key_twice_in_an_overlay_is_that_fault_alone(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    key = rows_of("acts", evidence="seen")[0]["act_key"]
    write_csv(tmp_path / "acts.csv", [{"act_key": key, "note": "One."}, {"act_key": key, "note": "Two."}])
    assert faults(tmp_path) == [f"acts.csv, row 3, act_key: {key} is already the key of row 2"]


def test_a_shipped_table_that_is_missing_is_not_an_empty_one(copied: Path) -> None:
    (copied / "acts.csv").unlink()
    catalogue = Catalogue(base=copied)
    assert "acts.csv: the file is missing" in [str(problem) for problem in catalogue.check()]
    with pytest.raises(TableError, match=r"acts\.csv: the file is missing"):
        catalogue.load("acts")


def test_a_frame_that_is_changed_does_not_change_the_next(shipped: Catalogue) -> None:
    frame = shipped.load("acts")
    frame.loc[0, "short_title"] = "Changed"
    assert shipped.load("acts")["short_title"].tolist() != frame["short_title"].tolist()


def test_checking_the_shipped_tables_is_quick() -> None:
    start = time.process_time()
    Catalogue().check()
    assert time.process_time() - start < 2


def own_periods(path: Path, write_csv, **changes: str) -> Path:  # type: ignore[no-untyped-def]
    row = cells(rows_of("periods", periodisation="gough")[0]) | {"periodisation": "mine"}
    return write_csv(path, [row | changes])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"source_key": "gough_locali"},
            "row 2, source_key: 'gough_locali' is not in sources; expected one of its keys; "
            "did you mean gough_localis?",
        ),
        ({"span": ""}, "row 2, span: '' has no start; expected the span as printed, e.g. 1834/1871 or 1834/.."),
        ({"span": "../1918"}, "row 2, span: '../1918' has no start; expected the span as printed, e.g. 1834/1871"),
        (
            {"working_start": "1919", "working_end": "1918"},
            "row 2, working_start: 1919 to 1918 is not a stretch of time; expected a first day before the last",
        ),
    ],
)
def test_faults_in_periods_of_ones_own_name_the_file(  # type: ignore[no-untyped-def]
    tmp_path: Path, write_csv, changes: dict[str, str], said: str
) -> None:
    path = own_periods(tmp_path / "my_periods.CSV", write_csv, **changes)
    with pytest.raises(TableError) as caught:
        periods.periodisation(path)
    assert str(caught.value).startswith(f"my_periods.CSV, {said}")
    assert len(caught.value.problems) == 1


def test_periods_of_ones_own_may_cite_a_source_of_ones_own(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    mine = tmp_path / "mine"
    mine.mkdir()
    write_csv(
        mine / "sources.csv",
        [{"source_key": "mine_2026", "title": "Mine", "kind": "archive", "grade": "primary", "consulted": "true"}],
    )
    path = own_periods(tmp_path / "my_periods.csv", write_csv, source_key="mine_2026")
    book = Catalogue(overlay=mine)
    assert periods.periodisation(path, book).source_keys == ("mine_2026",)
    assert book.reads() == {}
