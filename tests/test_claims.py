"""Verdicts follow from the data: change the data and the verdict moves."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from localgov_history import claims, findings, periods
from localgov_history.catalogue import Catalogue
from localgov_history.errors import UnknownNameError

KNOWN = {claims.SUPPORTED, claims.PARTLY, claims.NOT_SUPPORTED, claims.OPEN, claims.UNTESTABLE}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, claims.Verdict]:
    return claims.answers()


def change(path: Path, work) -> None:  # type: ignore[no-untyped-def]
    """Let `work` change each row (a mapping) of a CSV file, or drop it by returning False."""
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        rows = [row for row in reader if work(row) is not False]
        names = reader.fieldnames or []
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_each_claim_that_is_answered_has_one_verdict(shipped: Catalogue, verdicts: dict[str, claims.Verdict]) -> None:
    answered = {row["key"] for row in shipped.rows("claims") if row["status"] == "answered"}
    assert answered == set(verdicts) == set(claims.RULES)
    for verdict in verdicts.values():
        assert verdict.verdict in KNOWN
        assert verdict.firmness in ("firm", "leaning", "open")
        assert verdict.readings[0][0] == "main reading"
        assert verdict.answer.evidence.rows > 0
        assert verdict.would_change.rstrip(".")[1:] in findings.verdict_table(verdict).caption
        assert verdict.sentence().startswith(verdict.verdict.capitalize())
        assert ("(" in verdict.standing) == (verdict.verdict != claims.UNTESTABLE)
        assert "(open" not in verdict.sentence()


def test_all_claims_of_the_deck_are_listed(shipped: Catalogue) -> None:
    keys = [row["key"] for row in shipped.rows("claims")]
    expected = (
        [f"P{n}" for n in range(1, 8)] + ["J1", "N1", "N2", "E1", "E2", "E3"] + [f"B{n}" for n in range(1, 7)]
        + ["X1", "X2", "X3"] + [f"L{n}" for n in range(1, 7)] + [f"R{n}" for n in range(1, 7)] + ["W1", "W2", "W3"]
    )  # fmt: skip
    assert sorted(keys) == sorted(expected)


def test_firmness_is_the_share_of_readings_that_agree() -> None:
    answer = claims.Answer(claims.SUPPORTED, "It is so.", (), claims.Evidence())
    other = (claims.SUPPORTED, claims.OPEN)
    for agree, expected in ((10, "firm"), (9, "firm"), (8, "leaning"), (6, "leaning"), (5, "open")):
        readings = tuple((f"r{n}", other[0] if n < agree else other[1]) for n in range(10))
        assert claims.Verdict("X", "x", answer, readings, "", "").firmness == expected


def test_boards_made_multi_purpose_turn_the_verdict_on_the_age_of_boards(copied: Path) -> None:
    before = claims.answer("P2", catalogue=Catalogue(base=copied))

    def work(row: dict[str, str]) -> None:
        if row["purpose"] == "single" and row["scope"] == "local_body":
            row["purpose"] = "multi"

    change(copied / "body_types.csv", work)
    after = claims.answer("P2", catalogue=Catalogue(base=copied))
    assert before.verdict in (claims.SUPPORTED, claims.PARTLY)
    assert after.verdict == claims.NOT_SUPPORTED


def test_without_partnerships_there_is_no_fog(copied: Path) -> None:
    change(copied / "body_types.csv", lambda row: False if row["purpose"] == "partnership" else None)
    verdict = claims.answer("P6", catalogue=Catalogue(base=copied))
    assert verdict.verdict == claims.NOT_SUPPORTED


def test_a_rising_official_count_moves_the_verdict_on_quangos(copied: Path) -> None:
    before = claims.answer("P5", catalogue=Catalogue(base=copied))
    official = claims.official_quango_count(Catalogue(base=copied))
    last = str(official[official["year"] <= 1999].iloc[-1]["count_key"])

    def work(row: dict[str, str]) -> None:
        if row["count_key"] == last:
            row["count"] = "99999"

    change(copied / "body_counts.csv", work)
    after = claims.answer("P5", catalogue=Catalogue(base=copied))
    assert dict(before.answer.numbers) != dict(after.answer.numbers)
    assert before.verdict != after.verdict


def test_with_too_few_bodies_a_verdict_is_open_and_says_why(copied: Path) -> None:
    change(copied / "body_types.csv", lambda row: None if row["scope"] != "local_body" else row.update(start=""))
    verdict = claims.answer("P2", catalogue=Catalogue(base=copied))
    assert verdict.verdict == claims.OPEN
    assert "Not enough data" in verdict.sentence()


def test_a_scheme_with_too_few_periods_is_answered_open() -> None:
    short = periods.periodisation("white_local_democracy")
    for key in claims.OF_PERIODS:
        verdict = claims.answer(key, short)
        assert verdict.verdict == claims.OPEN
        assert "2 periods" in verdict.sentence()


def test_readings_that_differ_are_named() -> None:
    answer = claims.Answer(claims.SUPPORTED, "It is so.", (), claims.Evidence())
    readings = (("main reading", claims.SUPPORTED), ("with x", claims.OPEN), ("with y", claims.SUPPORTED))
    said = claims.Verdict("X", "x", answer, readings, "", "").sentence()
    assert said == "Supported (leaning: 2 of 3 readings agree). Otherwise: open with x. It is so."


def test_an_unknown_claim_gets_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"there are: P1, P2|did you mean P"):
        claims.answer("P9")


def test_a_claim_on_the_partnerships_needs_no_five_periods() -> None:
    short = periods.periodisation("white_local_democracy")
    for key in claims.OF_PARTNERSHIPS:
        assert claims.answer(key, short).verdict == claims.answer(key).verdict


def test_without_signs_of_later_life_three_decades_are_not_shown(copied: Path) -> None:
    def work(row: dict[str, str]) -> None:
        if row["start"] and row["start"] < "1978":
            row["attested"] = ""

    change(copied / "joint_working.csv", work)
    assert claims.answer("J1").verdict == claims.SUPPORTED
    assert claims.answer("J1", catalogue=Catalogue(base=copied)).verdict == claims.PARTLY


def test_more_money_moves_the_verdict_on_the_little_that_was_attached(copied: Path) -> None:
    def work(row: dict[str, str]) -> None:
        if row["series"] == "performance_reward_grant_budget":
            row["value"] = "99999"

    change(copied / "partnership_money.csv", work)
    assert claims.answer("B5").verdict == claims.SUPPORTED
    assert claims.answer("B5", catalogue=Catalogue(base=copied)).verdict == claims.NOT_SUPPORTED


def test_fewer_partnerships_move_the_verdict_on_their_being_established(copied: Path) -> None:
    def work(row: dict[str, str]) -> None:
        if row["fact_key"] == "local_strategic_partnership_2004_count":
            row["value"] = "100"

    change(copied / "lsp_facts.csv", work)
    assert claims.answer("E1", catalogue=Catalogue(base=copied)).verdict == claims.NOT_SUPPORTED


def test_targets_that_fell_move_the_verdict_on_clarity(copied: Path) -> None:
    def work(row: dict[str, str]) -> None:
        if row["series"] == "local_area_agreements_average_targets":
            row["value"] = "9"

    change(copied / "partnership_money.csv", work)
    verdict = claims.answer("B1", catalogue=Catalogue(base=copied))
    assert verdict.verdict == claims.NOT_SUPPORTED
    assert verdict.firmness == "open"


def test_indicators_that_nearly_all_areas_chose_would_be_a_straitjacket(copied: Path) -> None:
    def work(row: dict[str, str]) -> None:
        if row["measure"] == "areas_choosing" and row["scope"] == "England":
            row["times_chosen"] = "149"

    change(copied / "indicator_choices.csv", work)
    after = claims.answer("B2", catalogue=Catalogue(base=copied))
    assert claims.answer("B2").verdict == claims.OPEN
    assert after.verdict == claims.SUPPORTED


def test_a_rival_coding_supplied_as_csv_moves_a_verdict(tmp_path: Path, shipped: Catalogue, write_csv) -> None:  # type: ignore[no-untyped-def]
    rival = [
        {"body_key": row["body_key"], "purpose": "multi"}
        for row in shipped.rows("body_types")
        if row["purpose"] == "single" and row["scope"] == "local_body" and row["evidence"] != "recalled"
    ]
    assert len(rival) > 50
    write_csv(tmp_path / "body_types.csv", rival)
    mine = Catalogue(overlay=tmp_path)
    assert claims.answer("P2").verdict == claims.SUPPORTED
    assert claims.answer("P2", catalogue=mine).verdict == claims.NOT_SUPPORTED
    assert claims.answer("P7", catalogue=mine).answer.numbers != claims.answer("P7").answer.numbers


def put(**values: str):  # type: ignore[no-untyped-def]
    """A change of the rows whose key is given: ``put(key="row", column="value")``."""
    (column, key), *cells = values.items()

    def work(row: dict[str, str]) -> None:
        if row[column] == key:
            row.update(cells)

    return work


def drop(**values: str):  # type: ignore[no-untyped-def]
    ((column, key),) = values.items()
    return lambda row: row[column] != key


MOVED = [
    ("N1", "joint_working", lambda row: row["start"][:4] not in ("2009", "2010", "2011"), claims.NOT_SUPPORTED),
    ("N2", "programme_areas", drop(programme_key="community_budgets_first_phase"), claims.PARTLY),
    ("E2", "lsp_facts", put(fact_key="local_area_agreement_2010_priorities", value="20"), claims.NOT_SUPPORTED),
    ("E3", "lsp_facts", put(fact_key="local_strategic_partnership_chair_elected", value="86"), claims.SUPPORTED),
    ("W2", "lsp_facts", put(fact_key="partnership_problem_rate", bears_on="W2"), claims.NOT_SUPPORTED),
    ("B3", "indicator_choices", drop(ni="112"), claims.NOT_SUPPORTED),
    ("B4", "partnership_money", put(series="reporting_cost_all_councils", value="300"), claims.PARTLY),
    (
        "L4",
        "partnership_money",
        put(series="statutory_local_area_agreements_most_designated_targets", value="500"),
        claims.NOT_SUPPORTED,
    ),
    (
        "L5",
        "partnership_money",
        put(series="statutory_local_area_agreements_most_designated_targets", value="60"),
        claims.SUPPORTED,
    ),
    ("W3", "body_types", lambda row: row["council"] == "true" or "elected" not in row["selection"], claims.SUPPORTED),
    *(
        (key, "reform_options", put(claim=key, status_by_2012="adopted", unconfirmed_fields=""), claims.SUPPORTED)
        for key in ("X1", "X2", "X3", "L6", "R1", "R2", "R4", "R5", "W1")
    ),
    ("R3", "reform_options", put(claim="R3", status_by_2012="reversed"), claims.NOT_SUPPORTED),
]


@pytest.mark.parametrize(("key", "table", "work", "expected"), MOVED, ids=[item[0] for item in MOVED])
def test_a_change_of_the_data_moves_the_verdict(copied: Path, key: str, table: str, work, expected: str) -> None:  # type: ignore[no-untyped-def]
    change(copied / f"{table}.csv", work)
    assert claims.answer(key).verdict != expected
    assert claims.answer(key, catalogue=Catalogue(base=copied)).verdict == expected


def test_what_cannot_be_tested_says_why(verdicts: dict[str, claims.Verdict]) -> None:
    for key in ("B6", "R6"):
        assert verdicts[key].verdict == claims.UNTESTABLE
        assert "cannot be tested" in verdicts[key].sentence() or "no verdict" in verdicts[key].sentence()


def test_proposals_say_what_became_of_them_and_whether_they_were_new(verdicts: dict[str, claims.Verdict]) -> None:
    for key in ("X1", "X2", "R1", "R2", "R3", "R5", "W1"):
        assert "It was not new" in verdicts[key].answer.sentence
    for key in ("X3", "R4", "L6"):
        assert "precedents cannot be looked up" in verdicts[key].answer.sentence


def test_a_rival_scheme_stands_for_the_first_and_last_periods(verdicts: dict[str, claims.Verdict]) -> None:
    names = [name for name, _ in verdicts["P7"].readings]
    assert "with the periods of A Vision of Britain" in names
    assert "with responsibilities read in a source alone" in [name for name, _ in verdicts["P3"].readings]


def test_a_period_clearly_nearest_answers_the_title_of_the_deck(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand: the rule asks for a lead of a twentieth of the scale, either way."""
    import pandas as pd

    from localgov_history import measures

    scheme = periods.periodisation("gough")

    def with_distances(first: float, other: float) -> str:
        found = pd.Series([first, other, 0.9, 0.9], index=list(scheme.keys[:-1]))
        monkeypatch.setattr(measures.Profiles, "distances", lambda self, to, measures=None: found)
        return claims.reinventing(claims.Variant("made"), scheme, Catalogue()).verdict

    assert with_distances(0.40, 0.46) == claims.SUPPORTED
    assert with_distances(0.40, 0.44) == claims.OPEN
    assert with_distances(0.44, 0.40) == claims.OPEN
    assert with_distances(0.46, 0.40) == claims.NOT_SUPPORTED


def test_conclusions_follow_the_verdicts(verdicts: dict[str, claims.Verdict]) -> None:
    made = findings.conclusions(verdicts)
    assert sum("(P7)" in line for line in made) == 1
    without = {key: item for key, item in verdicts.items() if key not in ("P7", "L2")}
    assert not any("(P7)" in line or "(L2)" in line for line in findings.conclusions(without))
    assert len(findings.key_findings(verdicts)) == 2 + sum(
        key in verdicts for key in findings.verdict_tables.FOREMOST
    )
