"""A researcher's own data: the folder to start from, the variable that names it, and every kind of mistake."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import localgov_history as lg
from localgov_history import catalogue as catalogues
from localgov_history import changes, display, folders, frames, schema
from localgov_history.catalogue import VARIABLE, Catalogue, check_folder
from localgov_history.errors import LocalgovError, UnknownNameError
from localgov_history.schema import TableError

SOURCE = "source_key,title,kind,grade,licence,consulted\nmine_2026,Town minutes,archive,primary,CC BY 4.0,true\n"


def test_the_folder_to_start_from_is_empty_of_faults_and_takes_a_row(tmp_path: Path) -> None:
    made = folders.template(tmp_path / "mine")
    assert {"README.md", "sources.csv", "acts.csv", "acts_columns.txt"} <= {path.name for path in made}
    assert check_folder(tmp_path / "mine")[1] == []
    with (tmp_path / "mine" / "sources.csv").open("a", encoding="utf-8") as handle:
        names = (tmp_path / "mine" / "sources.csv").read_text(encoding="utf-8").strip().split(",")
        given = {"source_key": "mine_2026", "title": "Town minutes", "kind": "archive", "grade": "primary"}
        given |= {"licence": "CC BY 4.0", "consulted": "true"}
        handle.write(",".join(given.get(name, "") for name in names) + "\n")
    mine = Catalogue(overlay=tmp_path / "mine")
    assert "mine_2026" in {row["source_key"] for row in mine.rows("sources")}


def test_the_folder_to_start_from_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(LocalgovError, match="not empty; expected a new or empty folder"):
        folders.template(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(UnknownNameError, match="no table is called 'act'; did you mean acts"):
        folders.template(tmp_path / "new", ("act",))
    assert not (tmp_path / "new").exists()


def test_a_variable_names_the_folder_for_the_default_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sources.csv").write_text(SOURCE, encoding="utf-8")
    before = len(lg.load("sources"))
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert len(lg.load("sources")) == before + 1
    assert catalogues.default().overlay == tmp_path
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(LocalgovError, match=r"nowhere.* does not exist"):
        lg.load("sources")
    monkeypatch.delenv(VARIABLE)
    assert len(lg.load("sources")) == before


def test_the_command_takes_the_folder_too(tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_text(SOURCE, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "localgov_history.cli",
        "--data",
        str(tmp_path),
        "data",
        "search",
        "Town minutes",
    ]
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE}
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert "mine_2026" in ran.stdout


def test_the_check_looks_at_the_folder_that_the_command_was_given(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "localgov_history.cli", "--data", str(tmp_path / "nowhere"), "data", "check"]
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert ran.returncode == 1
    assert "nowhere' does not exist" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_scheme_whose_days_run_backwards_is_a_fault(tmp_path: Path) -> None:
    head = "periodisation,period,position,label,span,working_start,working_end,authority,source_key,evidence\n"
    (tmp_path / "periods.csv").write_text(
        head + "mine,one,1,One,1900/1950,1950-01-01,1900-12-31,Me,ogg_1913,seen\n", encoding="utf-8"
    )
    with pytest.raises(TableError, match=r"periods\.csv, row 2, working_end: 1900-12-31 is before the working_start"):
        Catalogue(overlay=tmp_path)
    (tmp_path / "periods.csv").write_text(
        head + "mine,one,1,One,1900/1950,1900-01-01,1950-12-31,Me,ogg_1913,seen\n", encoding="utf-8"
    )
    mine = Catalogue(overlay=tmp_path)
    assert [period.key for period in lg.periodisation("mine", catalogue=mine)] == ["one"]
    assert lg.periodisation(tmp_path / "periods.csv").periods == lg.periodisation("mine", catalogue=mine).periods


def test_a_folder_that_changes_is_read_again_and_a_broken_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "sources.csv"
    path.write_text(SOURCE, encoding="utf-8")
    mine = Catalogue(overlay=tmp_path)
    number = len(mine.load("sources"))
    path.write_text(SOURCE + "mine_2027,More minutes,archive,primary,CC BY 4.0,true\n", encoding="utf-8")
    assert len(mine.load("sources")) == number + 1
    path.write_text(SOURCE + "mine_2027,More minutes,archive,primry,CC BY 4.0,true\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"row 3, grade: 'primry' is not allowed.*did you mean primary"):
        mine.load("sources")
    path.write_text(SOURCE, encoding="utf-8")
    assert len(mine.load("sources")) == number


def test_a_table_that_changes_under_a_catalogue_is_read_again(copied: Path) -> None:
    book = Catalogue(base=copied)
    first = book.load("claims")
    path = copied / "claims.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert len(book.load("claims")) == len(first) - 1
    assert len(first) == len(lines) - 1


def test_what_a_user_does_to_a_frame_stays_with_the_user(shipped: Catalogue) -> None:
    mine = shipped.load("claims")
    mine.loc[0, "key"] = "changed"
    mine["new"] = 1
    assert "new" not in shipped.load("claims")
    assert shipped.load("claims").loc[0, "key"] != "changed"


COUNTS = "count_key,body_key,date,count,measure,preferred,source_key,evidence\n"
BAD = [
    (
        "body_counts",
        COUNTS + 'x,school_board,1880,"1,200",bodies,true,ogg_1913,seen\n',
        "expected digits only, e.g. 1200",
    ),
    (
        "body_counts",
        COUNTS + "x,school_board,1880,£1200,bodies,true,ogg_1913,seen\n",
        "expected digits only, e.g. 1200",
    ),
    (
        "body_counts",
        COUNTS + "x,school_board,1880-02-30,9,bodies,true,ogg_1913,seen\n",
        "has day 30; that month has 29 days",
    ),
    ("body_counts", COUNTS + "=cmd(),school_board,1880,9,bodies,true,ogg_1913,seen\n", "starts like a formula"),
    ("body_counts", COUNTS + "x,school_bord,1880,9,bodies,true,ogg_1913,seen\n", "did you mean school_board"),
    (
        "function_responsibilities",
        "responsibility_key,function,body_key,role,end_status,generated,source_key,evidence\n"
        "x,poor_relif,board_of_guardians,provide,ended,false,ogg_1913,seen\n",
        "'poor_relif' is not in functions; expected one of its keys; did you mean poor_relief",
    ),
    (
        "body_types",
        "body_key,name,plural,scope,council,start,end,end_status,source_key,evidence\n"
        "x,X,Xs,local_body,false,1950,1900,ended,ogg_1913,seen\n",
        "1900 is before the start, 1950; expected the later date",
    ),
    ("body_counts", COUNTS.replace(",", ";"), "separated by semicolons; expected commas .*Save as, CSV UTF-8"),
]


@pytest.mark.parametrize(("table", "text", "said"), BAD)
def test_each_mistake_gets_one_clear_answer_and_nothing_is_loaded(
    tmp_path: Path, table: str, text: str, said: str
) -> None:
    (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=said) as caught:
        Catalogue(overlay=tmp_path)
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith(f"{table}.csv, row ")


def test_a_folder_with_several_mistakes_names_them_all(tmp_path: Path) -> None:
    for table, text, _ in (BAD[0], BAD[5], BAD[6]):
        (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
    found, problems = check_folder(tmp_path)
    assert found is None
    assert {problem.file for problem in problems} == {
        "body_counts.csv",
        "function_responsibilities.csv",
        "body_types.csv",
    }


def test_a_file_in_another_encoding_says_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_bytes((SOURCE + "müller,Grüße,archive,primary,x,true\n").encode("latin-1"))
    with pytest.raises(TableError, match=r"sources\.csv, row 3: not UTF-8 text; expected UTF-8 \(in Excel: Save as"):
        Catalogue(overlay=tmp_path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sources.csv"
    with path.open("wb") as handle:
        handle.truncate(300_000_000)
    with pytest.raises(TableError, match=r"sources\.csv: 300 MB; expected at most 100 MB"):
        Catalogue(overlay=tmp_path)
    assert path.stat().st_size == 300_000_000


def test_html_in_a_cell_shows_as_itself(tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_text(
        SOURCE.replace("Town minutes", "<script>alert(1)</script>"), encoding="utf-8"
    )
    mine = Catalogue(overlay=tmp_path)
    from localgov_history.sources import resolve

    assert resolve(["mine_2026"], mine)[0].title == "<script>alert(1)</script>"
    found = lg.Table(
        mine.load("sources").set_index("source_key")[["title"]].tail(1),
        "A table",
        "A caption",
        lg.Evidence(("mine_2026",)),
    )
    shown = display._table_html(found, "a note", mine)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>" not in shown


def test_changes_between_two_versions_are_listed_row_by_row(copied: Path, shipped: Catalogue) -> None:
    path = copied / "acts.csv"
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    changed = [line.replace("1834-08-14", "1834-08-15") for line in lines[:-1]]
    path.write_text("".join(changed), encoding="utf-8")
    (copied / "claims.csv").write_text(
        (copied / "claims.csv").read_text(encoding="utf-8").splitlines(keepends=True)[0], encoding="utf-8"
    )
    made = {item.table: item for item in changes.compare(Catalogue(base=copied), shipped)}
    acts = made["acts"]
    assert len(acts.added) == 1
    assert acts.withdrawn == ()
    assert ("poor_law_amendment_act_1834", "royal_assent", "1834-08-15", "1834-08-14") in acts.corrected
    assert len(made["claims"].added) == len(shipped.rows("claims"))
    assert not made["functions"]
    frame = changes.to_frame(list(made.values()))
    assert set(frame["change"]) == {"added", "corrected"}
    text = changes.section(list(made.values()), "9.9.9", "2099-01-01", "0.1.0", {"acts": "abc"})
    assert "| `poor_law_amendment_act_1834` | royal_assent | 1834\\-08\\-15 | 1834\\-08\\-14 |" in text
    log = changes.log(changes.log("", text), text.replace("9.9.9", "9.9.8"))
    assert log.count("\n## ") == 2
    assert changes.log(log, text).count("## 9.9.9") == 1


def test_the_log_of_changes_is_that_of_these_tables(shipped: Catalogue) -> None:
    path = shipped.base / "CHANGES.md"
    newest = path.read_text(encoding="utf-8").split("\n## ")[1]
    assert newest.startswith(f"{shipped.version} ({shipped.version_date})"), (
        "run: make tables FROM=the earlier version"
    )
    for name, digest in changes.fingerprints(shipped).items():
        assert f"{name} {digest}" in newest, (
            f"{name} has changed since the log was made; run: make tables FROM=the earlier version"
        )


def test_a_wrong_name_in_a_schema_is_a_fault(shipped: Catalogue) -> None:
    column = shipped.schema("body_counts").column("count")
    assert column.fault("12,5") == "'12,5' is not a whole number; expected digits only, e.g. 125"
    assert schema.Field("x", "string", "A text.").fault("+44 20 7946") == ""
    assert "formula" in schema.Field("x", "string", "A text.").fault("+SUM(A1)")


def test_threads_never_keep_a_table_without_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "sources.csv"
    path.write_text(SOURCE, encoding="utf-8")
    mine = Catalogue(overlay=tmp_path)
    shipped = len(Catalogue().load("sources"))

    def look(turn: int) -> int:
        if turn % 5 == 0:
            # As a careful program saves: whole, under another name, then put in place.
            fresh = tmp_path / f"fresh-{turn}.tmp"
            fresh.write_text(SOURCE, encoding="utf-8")
            os.replace(fresh, path)
        return len(mine.load("sources")) if turn % 2 else len(mine.rows("sources"))

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(look, range(40))) == {shipped + 1}


def test_a_cell_that_is_needed_cannot_be_called_unread(tmp_path: Path) -> None:
    (tmp_path / "acts.csv").write_text(
        "act_key,short_title,kind,weight,source_key,evidence,unconfirmed_fields\n"
        "my_act,My Act,act,3,ogg_1913,seen,act_key;source_key\n",
        encoding="utf-8",
    )
    with pytest.raises(TableError, match="'act_key' cannot be left blank, as an unread cell is") as caught:
        Catalogue(overlay=tmp_path)
    assert len(caught.value.problems) == 2


def test_a_file_beside_the_tables_that_a_mac_leaves_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "._sources.csv").write_bytes(b"\x00\x05\x16\x07")
    assert len(Catalogue(overlay=tmp_path).load("sources")) == len(Catalogue().load("sources")) + 1


def test_a_folder_named_from_here_is_found_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "sources.csv").write_text(SOURCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    mine = Catalogue(overlay="mine")
    monkeypatch.chdir(tmp_path / "mine")
    assert len(mine.load("sources")) == len(Catalogue().load("sources")) + 1


@pytest.mark.parametrize(
    "damage", [b"x,y\n1,2\n3\n", b'x,y\n1,"2\n', b'x,y\n"1"z,2\n', b"x,y\n1,2,3\n", b"x,y\n1,2\n\xff,3\n"]
)
@pytest.mark.parametrize("arrow", [True, False])
def test_a_damaged_file_is_never_read_the_fast_way(
    tmp_path: Path, damage: bytes, arrow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = schema.TableSchema.from_resource(
        {"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "x"}, {"name": "y"}], "primaryKey": "x"}}
    )
    if not arrow:
        monkeypatch.setattr(frames, "_by_arrow", lambda raw, names: None)
        monkeypatch.setattr(frames, "_has_arrow", lambda: False)
    path = tmp_path / "t.csv"
    path.write_bytes(damage)
    assert frames.read(path, table) is None
    path.write_bytes(b"x,y\n1,2\n3,4\n")
    read = frames.read(path, table)
    assert read is not None
    assert {name: list(cells) for name, cells in frames.texts_of(read[0]).items()} == {
        "x": ["1", "3"],
        "y": ["2", "4"],
    }


def test_fast_and_slow_reading_agree_on_every_table(shipped: Catalogue) -> None:
    for name, table in shipped.schemas.items():
        read = frames.read(shipped.base / table.path, table)
        assert read is not None, name
        slow = schema.read_rows(shipped.base / table.path)[1]
        fast = frames.texts_of(read[0])
        for column in table.columns:
            assert list(fast[column]) == [row[column] for row in slow], (name, column)
