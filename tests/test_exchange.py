"""What leaves the kit: tables, periods and sources in other tools' formats, read back by those formats' own readers."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet
import pytest

import localgov_history as lg
from localgov_history import exchange
from localgov_history.catalogue import Catalogue
from localgov_history.errors import LocalgovError


@pytest.fixture
def risky(tmp_path: Path, write_csv) -> Catalogue:  # type: ignore[no-untyped-def]
    """The tables with a source of the user's own, whose title has marks of HTML, LaTeX and Markdown."""
    folder = tmp_path / "mine"
    folder.mkdir()
    write_csv(
        folder / "sources.csv",
        [
            {
                "source_key": "mine_2026",
                "author": "Office for Things & More; Smith, J.",
                "title": "<b>50% of {everything}</b> #1 _here_ \\ there",
                "year": "1903~",
                "url": "https://example.org/a_b?c=1&d=2",
                "kind": "book",
                "grade": "primary",
                "licence": "CC BY 4.0",
                "consulted": "true",
            }
        ],
    )
    return Catalogue(overlay=folder)


def test_csv_and_parquet_hold_one_table(tmp_path: Path, shipped: Catalogue) -> None:
    acts = shipped.load("acts")
    lg.export("acts", tmp_path / "acts.csv")
    back = pd.read_csv(tmp_path / "acts.csv")
    assert len(back) == len(acts)
    assert back["source_key"].iloc[0] == ";".join(acts["source_key"].iloc[0])
    lg.export("acts", tmp_path / "acts.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "acts.parquet")
    assert table.num_rows == len(acts)
    assert table.column("source_key").to_pylist()[0] == list(acts["source_key"].iloc[0])
    with pytest.raises(LocalgovError, match=r"both\.csv holds one table and 2 were asked for"):
        lg.export(["acts", "claims"], tmp_path / "both.csv")


def test_xlsx_brings_its_sources_and_runs_nothing(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": ["=1+1", "http://example.org", "@here"], "source_key": [("ogg_1913",)] * 3})
    lg.export(frame, tmp_path / "query.xlsx")
    book = openpyxl.load_workbook(tmp_path / "query.xlsx")
    assert book.sheetnames == ["about", "query", "sources"]
    cells = [book["query"].cell(row, 1) for row in (2, 3, 4)]
    assert [cell.value for cell in cells] == ["=1+1", "http://example.org", "@here"]
    assert [cell.data_type for cell in cells] == ["s", "s", "s"]
    assert not cells[1].hyperlink
    assert book["sources"].cell(2, 1).value == "ogg_1913"


def test_sqlite_can_be_asked(tmp_path: Path, shipped: Catalogue) -> None:
    lg.export(["authorities", "authority_changes"], tmp_path / "register.sqlite")
    connection = sqlite3.connect(tmp_path / "register.sqlite")
    try:
        number = connection.execute("select count(*) from authorities where type = 'county_borough'").fetchone()[0]
        uncited = connection.execute(
            "select count(*) from sources where source_key = 'cfc_housing_returns_2025'"
        ).fetchone()[0]
    finally:
        connection.close()
    assert number == (shipped.load("authorities")["type"] == "county_borough").sum()
    assert uncited == 1


def test_a_package_comes_back_as_it_was(tmp_path: Path, shipped: Catalogue) -> None:
    lg.export("all", tmp_path / "package", include_unconfirmed=True)
    again = Catalogue(base=tmp_path / "package")
    assert again.check() == []
    for name in shipped.schemas:
        ours, theirs = shipped.rows(name), again.rows(name)
        assert [{k: v for k, v in row.items() if k} for row in theirs] == [
            {k: v for k, v in row.items() if k} for row in ours
        ], name


def test_a_package_of_some_tables_leaves_out_what_was_not_read_and_is_the_same_bytes_twice(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        lg.export(["acts", "body_types"], tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        descriptor = json.loads(archive.read("datapackage.json"))
        acts = archive.read("acts.csv").decode()
    assert [item["name"] for item in descriptor["resources"]] == ["acts", "body_types", "sources"]
    assert ",recalled," not in acts
    # References to tables that are not in the package would point at nothing.
    kept = {"acts", "body_types", "sources"}
    for item in descriptor["resources"]:
        for member in ("foreignKeys", "references"):
            assert {key["reference"]["resource"] for key in item["schema"].get(member, [])} <= kept


def test_the_descriptor_keeps_to_the_table_schema_standard(descriptor: dict) -> None:  # type: ignore[type-arg]
    # Types, formats and constraints of the Table Schema of the Data Package standard, version 2.
    types = {"string", "number", "integer", "boolean", "list"}
    for item in descriptor["resources"]:
        for field in item["schema"]["fields"]:
            assert field["type"] in types
            assert "format" not in field or field["format"] in ("default", "email", "uri")
            allowed = {"required", "unique"} | (
                {"minimum", "maximum"} if field["type"] in ("integer", "number") else set()
            )
            allowed |= {"enum"} if field["type"] != "list" else set()
            assert set(field.get("constraints", {})) <= allowed, (item["name"], field)


def test_a_package_of_what_is_confirmed_has_no_faults(tmp_path: Path) -> None:
    lg.export("all", tmp_path / "package")
    assert Catalogue(base=tmp_path / "package").check() == []


def test_what_cannot_be_written_is_said_before_anything_is(tmp_path: Path) -> None:
    with pytest.raises(LocalgovError, match=r"no format is called '\.xslx'.*did you mean \.xlsx"):
        lg.export("acts", tmp_path / "acts.xslx")
    with pytest.raises(LocalgovError, match="no table is called 'act'; did you mean acts"):
        lg.export("act", tmp_path / "acts.csv")
    with pytest.raises(LocalgovError, match="does not exist; expected one to write"):
        lg.export("acts", tmp_path / "nowhere" / "acts.csv")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept.txt").write_text("mine")
    with pytest.raises(LocalgovError, match="is not empty; expected a new or empty one"):
        lg.export("acts", tmp_path / "full")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]


def test_a_failed_export_leaves_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "acts.csv"
    lg.export("acts", target)
    before = target.read_bytes()

    def fail(place: Path, *rest: object) -> None:
        place.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exchange, "_csv", fail)
    with pytest.raises(OSError, match="No space"):
        lg.export("acts", target)
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


def test_periodo_has_the_words_and_years_of_each_scheme(shipped: Catalogue) -> None:
    made = exchange.periodo(catalogue=shipped)
    assert len(made["authorities"]) == len(lg.periodisations())
    gough = made["authorities"]["#gough"]
    assert gough["source"]["creators"] == [{"name": "Roger Gough, Localis"}]
    first = gough["periods"]["#gough-1830s_1880s"]
    assert first["type"] == "Period"
    assert first["label"] == "Councils/School Boards/Poor Law Guardians etc"
    assert first["start"] == {"label": "1830s", "in": {"earliestYear": "1830", "latestYear": "1839"}}
    assert first["stop"]["in"] == {"earliestYear": "1880", "latestYear": "1889"}
    for scheme in made["authorities"].values():
        for period in scheme["periods"].values():
            assert {
                "id",
                "type",
                "label",
                "languageTag",
                "localizedLabels",
                "spatialCoverage",
                "start",
                "stop",
            } <= set(period)
            years = [period[end]["in"] for end in ("start", "stop")]
            low = [item.get("year") or item["earliestYear"] for item in years]
            assert low == sorted(low)


def test_timeline_has_only_dates_as_exact_as_they_are_written() -> None:
    made = exchange.timeline()
    poor_law = next(item for item in made["events"] if item["unique_id"] == "poor_law_amendment_act_1834")
    assert poor_law["start_date"] == {"year": 1834, "month": 8, "day": 14}
    assert len(made["eras"]) == 5
    for event in made["events"]:
        assert set(event["start_date"]) <= {"year", "month", "day"}
        assert "<" not in event["text"]["headline"]


def test_sources_for_zotero(risky: Catalogue) -> None:
    [item] = exchange.csl(["mine_2026"], risky)
    assert item["author"] == [{"literal": "Office for Things & More"}, {"family": "Smith", "given": "J."}]
    assert item["issued"] == {"date-parts": [[1903]], "circa": True}
    assert item["type"] == "book"
    text = exchange.bibtex(["mine_2026"], risky)
    assert "author = {{Office for Things \\& More} and Smith, J.}" in text
    assert "title = {{<b>50\\% of \\{everything\\}</b> \\#1 \\_here\\_ \\textbackslash{} there}}" in text
    assert "date = {1903}" in text
    # Braces balance, so that one odd title cannot swallow the entries after it.
    plain = text.replace("\\{", "").replace("\\}", "")
    assert plain.count("{") == plain.count("}")


def test_every_source_can_be_exported(shipped: Catalogue) -> None:
    assert len(exchange.csl(catalogue=shipped)) == len(shipped.rows("sources"))
    text = exchange.bibtex(catalogue=shipped)
    assert text.count("\n}\n") == len(shipped.rows("sources"))
    with pytest.raises(LocalgovError, match="no source is called 'nobody'"):
        exchange.bibtex(["nobody"])


def test_parquet_leaves_texts_whole_and_an_index_has_its_column(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": pd.Series(["abc", "de"], dtype=object), "row": ["mine", "mine"]})
    lg.export(frame, tmp_path / "query.parquet")
    back = pyarrow.parquet.read_table(tmp_path / "query.parquet").to_pydict()
    assert back == {"text": ["abc", "de"], "row": ["mine", "mine"]}
    lg.export(lg.tables(), tmp_path / "tables.csv")
    assert "table" in pd.read_csv(tmp_path / "tables.csv").columns
    with pytest.raises(LocalgovError, match="Parquet cannot hold this frame"):
        lg.export(pd.DataFrame({"mixed": pd.Series(["a", 1], dtype=object)}), tmp_path / "mixed.parquet")


def test_a_result_of_the_kit_can_be_written_as_it_is(tmp_path: Path) -> None:
    found = lg.who_ran("poor_relief", as_of="1895")
    lg.export(found, tmp_path / "about.xlsx")
    book = openpyxl.load_workbook(tmp_path / "about.xlsx")
    assert book.sheetnames == ["about", "about_query", "sources"]
    assert book["about_query"].max_row == len(found) + 1


def test_a_table_of_ones_own_goes_out_with_the_rest(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    mine = tmp_path / "mine"
    (mine / "sub").mkdir(parents=True)
    fields = [{"name": "key", "type": "string"}, {"name": "act_key", "type": "string"}]
    resource = {
        "name": "visits",
        "path": "sub/visits.csv",
        "schema": {
            "fields": fields,
            "primaryKey": "key",
            "foreignKeys": [{"fields": ["act_key"], "reference": {"resource": "acts", "fields": ["act_key"]}}],
        },
    }
    (mine / "datapackage.json").write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    write_csv(mine / "sub" / "visits.csv", [{"key": "one", "act_key": "local_government_act_1888"}])
    book = Catalogue(overlay=mine)
    exchange.export("all", tmp_path / "out", catalogue=book)
    assert (tmp_path / "out" / "sub" / "visits.csv").read_text(encoding="utf-8").startswith("key,act_key\none,")
    write_csv(mine / "sub" / "visits.csv", [{"key": "two", "act_key": "local_government_act_1888"}])
    assert book.load("visits")["key"].tolist() == ["two"]
