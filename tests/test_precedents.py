"""Precedents are looked up by code: rows made by hand, and facts counted in the files."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from localgov_history import precedents
from localgov_history.catalogue import Catalogue
from localgov_history.errors import LocalgovError, UnknownNameError

RULE = {
    "source_key": "localgov_history_coding",
    "evidence": "coded",
    "feature": "A made feature",
    "rule": "Made for a test.",
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def with_rule(folder: Path, write_csv, **rule: str) -> Catalogue:  # type: ignore[no-untyped-def]
    folder.mkdir(exist_ok=True)
    write_csv(folder / "precedent_rules.csv", [{"rule_key": "made", **RULE, **rule}])
    return Catalogue(overlay=folder)


def test_pooled_money_before_2000_is_what_the_file_says(shipped: Catalogue) -> None:
    folder = Path(__file__).resolve().parents[1] / "datasets"
    pooled = {
        row["body_key"]
        for row in rows(folder / "body_types.csv")
        if "pooled" in row["money"].split(";")
        and "money" not in row["unconfirmed_fields"].split(";")
        and row["evidence"] != "recalled"
        and row["start"]
        and "start" not in row["unconfirmed_fields"].split(";")
        and row["start"][:4] < "2000"
    }
    found = precedents.find("R2", catalogue=shipped)
    kinds = found.frame[found.frame["table"] == "body_types"]
    assert {row.split("/")[1] for row in kinds["row"]} == pooled
    laws = found.frame[found.frame["table"] == "acts"]
    assert list(laws["name"]) == ["Health Act 1999"]
    assert "It was not new" in found.sentence()
    assert len(found.to_frame()) == len(found)


def test_all_conditions_must_hold_and_one_of_several_codes_is_enough(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    both = with_rule(
        tmp_path / "a", write_csv, claim="X3", table="body_types", conditions="body_key=school_board|burial_board"
    )
    found = precedents.find("X3", catalogue=both)
    assert sorted(found.frame["name"]) == ["Burial board", "School board"]
    assert found.frame["given_up"].all()
    assert found.sentence().startswith("It was not new: before 2000 its feature is coded on 2 kinds of body")
    assert "2 of them had been given up" in found.sentence()
    narrower = with_rule(
        tmp_path / "b",
        write_csv,
        claim="X3",
        table="body_types",
        conditions="body_key=school_board|burial_board;selection=directly_elected",
    )
    assert list(precedents.find("X3", catalogue=narrower).frame["name"]) == ["School board"]


def test_only_what_came_before_the_year_counts(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    book = with_rule(tmp_path, write_csv, claim="X3", table="body_types", conditions="body_key=school_board")
    assert len(precedents.find("X3", before=1871, catalogue=book)) == 1
    none = precedents.find("X3", before=1870, catalogue=book)
    assert len(none) == 0
    assert none.sentence() == "No earlier body or law with its feature is known from before 1870."
    early = precedents.find("X3", before=1880, catalogue=book)
    assert not early.frame["given_up"].any()


def test_a_proposal_whose_feature_has_no_code_says_so(shipped: Catalogue) -> None:
    found = precedents.find("X3", catalogue=shipped)
    assert not found.coded
    assert "cannot be looked up" in found.sentence()


def test_a_rule_on_a_column_that_is_not_there_is_named(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    book = with_rule(tmp_path, write_csv, claim="X3", table="body_types", conditions="selektion=mixed")
    with pytest.raises(
        LocalgovError, match=r"precedent_rules, made: body_types has no column 'selektion'.*selection"
    ):
        precedents.find("X3", catalogue=book)


def test_an_unknown_proposal_gets_the_nearest(shipped: Catalogue) -> None:
    with pytest.raises(UnknownNameError, match="R1"):
        precedents.find("R11", catalogue=shipped)


def test_a_summary_lists_the_precedents_with_their_years(shipped: Catalogue) -> None:
    lines = precedents.find("L1", catalogue=shipped).summary().splitlines()
    assert lines[1].strip().startswith("County and Borough Police Act 1856, 1856–:")
