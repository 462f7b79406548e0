"""Verdicts on the proposals that the model speaks of follow from its settings: made ones, counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from localgov_history import incentives, model_claims, periods
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import NotEnoughDataError
from localgov_history.sources import Evidence
from localgov_history.verdicts import NOT_SUPPORTED, PARTLY, SUPPORTED, Answer, Variant


def answer(monkeypatch: pytest.MonkeyPatch, key: str, frame: pd.DataFrame, choice: str = "") -> Answer:
    made = incentives.Answered("Made", frame, {}, "Made.", Evidence())
    monkeypatch.setattr(model_claims, "_modelled", lambda name, book: made)
    rule = model_claims.RULES[key][0]
    return rule(Variant("made", choice=choice), periods.periodisation("gough"), default())


def grant(effort: list[float], cost: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"effort": 1.0, "cost": 1.0, "effort_larger": effort, "cost_larger": cost, "noise": [0.5, 1.0, 2.0]}
    )


def test_a_bigger_grant_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    # Two of three settings raise effort by as much as the cost: more than half.
    assert answer(monkeypatch, "L1", grant([2.0, 2.0, 1.2], [2.0, 1.5, 2.0])).verdict == SUPPORTED
    assert answer(monkeypatch, "L1", grant([1.5, 1.5, 1.2], [2.0, 2.0, 2.0])).verdict == PARTLY
    assert answer(monkeypatch, "L1", grant([1.05, 1.01, 1.2], [2.0, 2.0, 2.0])).verdict == NOT_SUPPORTED


def contests(more: list[str], shut: float = 0.0) -> pd.DataFrame:
    found = [item != "none found" for item in more]
    return pd.DataFrame(
        {"more": more, "found": found, "shut_out_tournament": shut, "noise": 1.0, "unequal": [0.0, 0.3, 0.3]}
    )


def test_tournaments_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    two = ["tournament", "tournament", "none found"]
    assert answer(monkeypatch, "L2", contests(two)).verdict == SUPPORTED
    assert answer(monkeypatch, "L2", contests(two, shut=0.2)).verdict == PARTLY
    assert answer(monkeypatch, "L2", contests(["tournament", "targets", "targets"])).verdict == PARTLY
    assert answer(monkeypatch, "L2", contests(["targets", "targets", "targets"])).verdict == NOT_SUPPORTED
    # Of the settings in which it settles, the tournament wins both.
    assert "100% of 2 settings" in answer(monkeypatch, "L2", contests(two), "settled").sentence


def test_fewer_indicators_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    def frame(better: int) -> pd.DataFrame:
        more = [place < better for place in range(6)]
        return pd.DataFrame({"more_value": more, "less_value": [not item for item in more], "noise": 1.0})

    assert [answer(monkeypatch, "L3", frame(number)).verdict for number in (4, 2, 1)] == [
        SUPPORTED,
        PARTLY,
        NOT_SUPPORTED,
    ]


def test_a_reading_without_settings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotEnoughDataError, match="the model has no setting made"):
        answer(monkeypatch, "L2", contests(["targets"] * 3).assign(unequal=0.3), "alike")


def test_the_model_is_called_uncalibrated_wherever_it_is_used(shipped: Catalogue) -> None:
    for rule, _ in model_claims.RULES.values():
        made = rule(Variant("main reading"), periods.periodisation("gough"), shipped)
        assert made.caveat == incentives.UNCALIBRATED
        assert made.evidence.rows > 0


@pytest.mark.parametrize("name", ["larger_grant", "tournaments_or_targets", "fewer_indicators"])
def test_the_model_reads_only_the_tables_that_its_kept_results_follow(name: str) -> None:
    book = Catalogue()
    getattr(incentives, name)(catalogue=book)
    assert set(book.reads()) <= {"laa_areas", "partnership_money"}
