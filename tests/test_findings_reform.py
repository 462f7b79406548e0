"""Options for reform: fates counted by hand, an order that follows the weights and says whose it is."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue
from localgov_history.display import Missing, Table
from localgov_history.errors import LocalgovError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import reform
from localgov_history.report import parameters

NOTEBOOK = folder("notebooks") / "12_reform_options.ipynb"
ALL_ONE = dict.fromkeys([*reform.DIMENSIONS, *reform.CRITERIA], 1)


def rows() -> list[dict[str, str]]:
    with (folder("datasets") / "reform_options.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_fates_are_those_of_the_table() -> None:
    confirmed = [row for row in rows() if "status_by_2012" not in row["unconfirmed_fields"].split(";")]
    adopted = sum(row["status_by_2012"] in ("adopted", "in_force_already") for row in confirmed)
    made = reform.fates_by_dimension()
    assert isinstance(made, Figure)
    assert made.data["value"].sum() == len(rows()) == 54
    assert made.data[made.data["class"] == "adopted"]["value"].sum() == adopted
    finance = made.data[made.data["label"] == "Finance"]["value"].sum()
    assert finance == sum(row["dimension"] == "finance" for row in rows())


def test_the_deck_has_eighteen_options_and_others_the_rest() -> None:
    made = reform.deck_and_others()
    sizes = made.data.groupby("label")["value"].sum()
    assert (sizes["The deck"], sizes["Others"]) == (18, 36)
    assert "of the deck’s 18 options and " in made.title


def test_one_weight_on_a_dimension_puts_its_options_first_and_together() -> None:
    """Fourteen options are on finance, so each has the mean of the places one to fourteen."""
    made = reform.ranking({"finance": 2}).frame
    first = made[made["dimension"] == "finance"]
    assert len(first) == 14
    assert (first["rank"] == 7.5).all()
    assert (first["score"] == 1).all()
    assert (made[made["dimension"] != "finance"]["score"] == 0).all()


def test_a_score_is_the_weighted_mean_worked_out_by_hand() -> None:
    """A legal duty (adopted, on legal form) with weights 3 for legal form, 1 for having come about, 4 for the deck's own."""
    made = reform.ranking({"legal_form": 3, "came_about": 1, "in_deck": 4}).frame.set_index("short")
    assert made.loc["Duty to cooperate", "score"] == pytest.approx((3 + 1 + 0) / 8)
    assert made.loc["Know support costs", "score"] == pytest.approx(0.5 / 8)


def test_weights_that_cannot_be_are_refused_in_one_sentence() -> None:
    with pytest.raises(UnknownNameError, match="did you mean finance"):
        reform.ranking({"finances": 1})
    with pytest.raises(LocalgovError, match="the weight of finance is 6; expected 0 to 5"):
        reform.ranking({"finance": 6})
    nothing = reform.ranking_table(dict.fromkeys(ALL_ONE, 0), 10)
    assert nothing == Missing("Not enough data here: all weights are zero; expected at least one above it.")
    assert isinstance(reform.sensitivity(dict.fromkeys(ALL_ONE, 0), 10), Missing)
    assert "one weight only" in reform.sensitivity({"finance": 1}, 10).sentence
    assert "one weight only" in reform.sensitivity_table({"finance": 1}, 10).sentence


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ALL_ONE)), st.integers(0, 2), min_size=1))
def test_only_the_proportions_of_the_weights_matter(weights: dict[str, int]) -> None:
    if not any(weights.values()):
        return
    once = reform.ranking(weights).frame
    twice = reform.ranking({name: 2 * weight for name, weight in weights.items()}).frame
    assert once["rank"].to_list() == twice["rank"].to_list()
    assert once["score"].between(0, 1).all()
    assert once["rank"].sum() == 54 * 55 / 2


def test_a_weight_doubled_is_the_same_weight_doubled_by_hand() -> None:
    weights = {"finance": 2.0, "came_about": 1.0, "company": 2.0}
    changed = reform._variants(weights)
    assert len(changed) == 6
    by_hand = reform.ranking({**weights, "company": 4.0}).frame.set_index("short")["rank"]
    made = reform.ranking(changed["in company is doubled"]).frame.set_index("short")["rank"]
    assert (made.sort_index() == by_hand.sort_index()).all()
    assert "company" not in changed["in company is dropped"]


def test_an_order_by_one_thing_in_two_ways_does_not_move() -> None:
    """Weights on two dimensions that no option shares: dropping one leaves the other's options first."""
    made = reform.sensitivity_table({"membership": 2, "workforce": 1}, 3)
    kept = dict(zip(made.frame.index, made.frame["First options that stay"], strict=True))
    assert kept["Membership is doubled"] == "3 of 3"
    assert kept["Workforce is dropped"] == "3 of 3"


def test_the_order_says_whose_it_is() -> None:
    assert "no finding" in reform.ranking(ALL_ONE).sentence()
    assert "not a finding" in reform.ranking_table(ALL_ONE, 10).title
    assert not any("place" in text or "order" in text for text in reform.key_findings(False))


def test_options_without_a_confirmed_fate_are_not_given_one() -> None:
    unread = [row["option_key"] for row in rows() if "status_by_2012" in row["unconfirmed_fields"].split(";")]
    frame = reform.options().set_index("option_key")
    assert unread
    assert (frame.loc[unread, "fate_class"] == "unknown").all()


def test_empty_table_gives_sentences(copied: Path) -> None:
    path = copied / "reform_options.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    book = Catalogue(base=copied)
    made = [
        reform.fates_by_dimension(catalogue=book),
        reform.deck_and_others(catalogue=book),
        reform.options_table(catalogue=book),
        reform.ranking_table(ALL_ONE, 10, catalogue=book),
        reform.sensitivity(ALL_ONE, 10, catalogue=book),
        reform.criteria_table(ALL_ONE, book),
    ]
    assert all(isinstance(item, Missing) for item in made)


def test_every_declared_value_of_the_notebook_gives_something_to_show() -> None:
    declared = parameters.declared(NOTEBOOK)
    assert declared["dimension"].allowed({}) == ["all", *reform.DIMENSIONS]
    weights = [name for name in declared if name in ALL_ONE]
    assert set(weights) == set(ALL_ONE)
    for name in weights:
        assert (declared[name].least, declared[name].most) == (reform.LEAST_WEIGHT, reform.MOST_WEIGHT)
    for dimension in declared["dimension"].allowed({}):
        assert isinstance(reform.options_table(dimension, True), Table)
    most = dict.fromkeys(ALL_ONE, reform.MOST_WEIGHT)
    for shown in (declared["shown"].least, declared["shown"].most):
        for given_weights in (ALL_ONE, most, {"left_undone": 5, "finance": 1}):
            assert isinstance(reform.ranking_table(given_weights, shown), Table)
            assert isinstance(reform.sensitivity(given_weights, shown), Figure)
            assert isinstance(reform.sensitivity_table(given_weights, shown), Table)
