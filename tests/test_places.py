"""Measures of named authorities and of the partnership years, against hand counts and printed figures."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import localgov_history as lg
from localgov_history import choices, places
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError


@pytest.mark.parametrize(
    ("weights", "number", "shannon"),
    [
        ([1, 1, 1, 1], 4.0, math.log(4)),
        # 1 / (0.5² + 0.25² + 0.25²) and 0.5 ln 2 + 0.5 ln 4.
        ([2, 1, 1], 8 / 3, 1.5 * math.log(2)),
        ([5, 0], 1.0, 0.0),
        # 1 / (0.75² + 0.25²)
        ([3, 1], 1.6, -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))),
    ],
)
def test_fragmentation_by_hand(weights: list[float], number: float, shannon: float) -> None:
    found = places.fragmentation(pd.Series(weights), "a service", "bodies")
    assert found.effective_number == pytest.approx(number)
    assert found.shannon == pytest.approx(shannon)
    assert "weighted by bodies" in found.sentence()
    assert found.to_frame()["share"].sum() == pytest.approx(1)


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40), st.floats(0.01, 1e4))
def test_fragmentation_lies_between_one_and_the_number_of_parts(weights: list[float], scale: float) -> None:
    series = pd.Series(weights)
    found = places.fragmentation(series, "x", "people")
    assert 1 - 1e-9 <= found.effective_number <= len(weights) + 1e-6
    assert found.effective_number <= math.exp(found.shannon) + 1e-6
    assert places.fragmentation(series * scale, "x", "people").effective_number == pytest.approx(
        found.effective_number
    )


def test_fragmentation_without_weights_is_no_number() -> None:
    with pytest.raises(
        NotEnoughDataError, match="no spending, GBP million is known for b; expected it for every part"
    ):
        places.fragmentation(pd.Series({"a": 1.0, "b": None}), "x", "spending, GBP million")
    with pytest.raises(LocalgovError, match="the people of a is below zero"):
        places.fragmentation(pd.Series({"a": -1.0, "b": 2.0}), "x", "people")
    with pytest.raises(LocalgovError, match="not said what the weights are"):
        places.fragmentation(pd.Series([1.0]), "x", " ")
    with pytest.raises(NotEnoughDataError, match="no part has any people"):
        places.fragmentation(pd.Series([0.0, 0.0]), "x", "people")


def test_populations_of_the_metropolitan_districts() -> None:
    found = places.population_spread("metropolitan district", 2011, "lad_2023")
    # The mid-year estimates of the Office for National Statistics for 2011: Birmingham 1,074,283, Knowsley 145,903.
    assert len(found.frame) == 36
    assert tuple(found.frame.iloc[0][["name", "population"]]) == ("Birmingham", 1_074_283)
    assert tuple(found.frame.iloc[-1][["name", "population"]]) == ("Knowsley", 145_903)
    values = found.frame["population"].astype(float)
    assert found.mean == pytest.approx(sum(values) / 36)
    assert found.variation == pytest.approx(math.sqrt(sum((v - found.mean) ** 2 for v in values) / 36) / found.mean)
    assert found.evidence.rows == 72
    assert "36 metropolitan districts of 2011" in found.sentence()


def test_a_spread_over_too_few_or_on_the_areas_of_another_time_is_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="of 79 authorities of the class have a population in lad_1971"):
        places.population_spread("county borough", 1971, "lad_1971")
    with pytest.raises(UnknownNameError, match="no geography is called 'lad_1970'; did you mean lad_1971"):
        places.population_spread("county borough", 1971, "lad_1970")
    with pytest.raises(NotEnoughDataError, match="register is not complete for municipal borough"):
        places.population_spread("municipal borough", 1901, "county_borough")


def test_turnover_of_the_reorganisations() -> None:
    kinds = ("unitary", "non_metropolitan_county", "non_metropolitan_district")
    found = places.turnover(kinds, 1990, 2012)
    # Printed totals: forty-four councils made way for nine in 2009; forty-six unitary authorities came in 1995 to 1998,
    # and with them Worcestershire, a county again.
    assert tuple(found.frame.loc[2009, ["began", "ended"]]) == (9, 44)
    assert found.frame.loc[1995:1998, "began"].sum() == 47
    assert found.frame.loc[2010:2012, ["began", "ended"]].to_numpy().sum() == 0
    before = found.frame.loc[2008, "in_being"]
    assert found.frame.loc[2009, "rate"] == pytest.approx((9 + 44) / 2 / before)
    assert found.frame.loc[2009, "in_being"] == before + 9 - 44
    assert "2009" in found.sentence()


def test_turnover_only_where_the_register_is_complete() -> None:
    with pytest.raises(
        NotEnoughDataError, match="the register is none for municipal borough in some of 1930 to 1950"
    ):
        places.turnover("municipal borough", 1930, 1950)
    with pytest.raises(LocalgovError, match="2012 is after 1990"):
        places.turnover("unitary", 2012, 1990)


def test_bounds_of_concentration_by_hand() -> None:
    # Two of four indicators have known counts, 6 and 4; at most 7 each; between 15 and 20 choices in all.
    lowest, highest = choices.concentration(pd.Series([6, 4]), 2, 4, 7, (15, 20))
    assert lowest == pytest.approx(10 / 20)
    assert highest == pytest.approx(14 / 15)
    # With the one most chosen alone, the other's 4 are spoken for.
    lowest, highest = choices.concentration(pd.Series([6, 4]), 1, 4, 7, (15, 20))
    assert (lowest, highest) == (pytest.approx(6 / 20), pytest.approx(7 / 15))
    with pytest.raises(NotEnoughDataError, match="2 counts are known; expected at least the 3"):
        choices.concentration(pd.Series([6, 4]), 3, 4, 7, (15, 20))
    with pytest.raises(LocalgovError, match="do not fit"):
        choices.concentration(pd.Series([6, 4]), 1, 4, 5, (15, 20))


@given(st.lists(st.integers(0, 150), min_size=5, max_size=60), st.integers(1, 5), st.integers(3, 60))
def test_the_true_share_lies_within_the_bounds(true: list[int], top: int, known: int) -> None:
    ranked = sorted(true, reverse=True)
    if not sum(ranked) or not ranked[0]:
        return
    counts = pd.Series(ranked[: max(top, min(known, len(ranked)))])
    total = sum(ranked)
    lowest, highest = (
        choices.concentration(counts, top, len(ranked), ranked[0], (total - total // 10, total + 5))
        if (counts.sum() <= total + 5)
        else (0.0, 1.0)
    )
    assert lowest - 1e-9 <= sum(ranked[:top]) / total <= highest + 1e-9


def test_the_choices_of_2008() -> None:
    found = choices.indicator_concentration()
    assert found.of_indicators == 198
    assert found.frame.iloc[0][["ni", "chosen"]].tolist() == [117, 115]
    assert found.lowest < found.highest
    assert found.even == pytest.approx(10 / 198)
    # 115 + 101 + 100 + 3 × 80 + 74 + 61 + 49 + 43, over 150 areas of at most 35 targets.
    assert found.lowest == pytest.approx(783 / 5250)


def test_money_attached_per_head_and_as_a_share() -> None:
    found = choices.money_attached("performance_reward_grant_budget")
    row = found.frame.loc["2008/09"]
    assert row["per_head"] == pytest.approx(378e6 / row["people"])
    assert row["share"] == pytest.approx(378 / 160_000)
    assert "£7.30 a head (2008/09)" in found.sentence()
    with pytest.raises(LocalgovError, match="is in GBP million a year; expected GBP million"):
        choices.money_attached("reporting_cost_all_councils")
    with pytest.raises(LocalgovError, match="expected England for both"):
        choices.money_attached("performance_reward_grant_budget", spending="uk_lg_total_expenditure")
    with pytest.raises(UnknownNameError, match="did you mean performance_reward_grant_budget"):
        choices.money_attached("performance_reward_grant_budgt")


def test_numbers_of_different_things_stand_side_by_side() -> None:
    frame, evidence = choices.by_regime()
    assert {"targets", "indicators"} == set(frame["unit"])
    assert frame.loc["Local Area Agreements before 2008", "number"] == 64
    assert evidence.rows >= len(frame)


def test_grant_share_of_local_spending_has_one_definition_a_line() -> None:
    share = lg.series("uk_local_government_grants_share_of_current_expenditure")
    parts = [
        lg.series(key).frame.set_index("year")["value"]
        for key in (
            "uk_local_government_current_grants_from_central_government",
            "uk_local_government_current_expenditure",
        )
    ]
    for year in (1950, 1989, 2010):
        value = share.frame.set_index("year").loc[year, "value"]
        assert value == pytest.approx(100 * parts[0][year] / parts[1][year])
