"""The model of targets and tournaments, against closed forms, tabulated order statistics and draws."""

from __future__ import annotations

import csv
import dataclasses
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

from localgov_history import incentives
from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.incentives import contests

# Expected values of the largest normal order statistics, largest first: Harter (1961), Biometrika 48.
# The code agrees with the five printed digits.
HARTER = {
    2: (0.56419,),
    3: (0.84628, 0.0),
    5: (1.16296, 0.49502, 0.0),
    10: (1.53875, 1.00136, 0.65606, 0.37576, 0.12267),
}


def effort(areas: incentives.Areas, prizes: int, prize: float) -> np.ndarray:
    made = incentives.tournament(areas, prizes, prize)
    assert made.found
    return made.effort


def test_two_alike_areas_make_the_effort_of_lazear_and_rosen() -> None:
    # Lazear and Rosen (1981): marginal cost = prize spread × g(0), the density of the difference of noises.
    prize, cost, noise = 2.0, 3.0, 1.5
    normal = incentives.make_areas(2, cost, noise)
    assert effort(normal, 1, prize) == pytest.approx(prize / (2 * noise * math.sqrt(math.pi)) / cost, rel=1e-10)
    uniform = incentives.make_areas(2, cost, noise, shape="uniform")
    assert effort(uniform, 1, prize) == pytest.approx(prize / (2 * noise * math.sqrt(3)) / cost, rel=1e-10)


@pytest.mark.parametrize("number", [2, 3, 7, 40])
def test_one_prize_with_gumbel_or_uniform_noise_has_a_closed_form(number: int) -> None:
    noise = 2.0
    scale = noise * math.sqrt(6) / math.pi
    gumbel = incentives.make_areas(number, 1.0, noise, shape="gumbel")
    assert effort(gumbel, 1, 1.0) == pytest.approx((number - 1) / number**2 / scale, rel=1e-8)
    uniform = incentives.make_areas(number, 1.0, noise, shape="uniform")
    assert effort(uniform, 1, 1.0) == pytest.approx(1 / (2 * noise * math.sqrt(3)), rel=1e-8)


@pytest.mark.parametrize("number", HARTER)
def test_with_normal_noise_effort_adds_what_tabulated_order_statistics_say(number: int) -> None:
    # By parts, the marginal chance of a prize is the mean of the best outcomes' noise, over the number of areas.
    best = 0.0
    for prizes, expected in enumerate(HARTER[number], start=1):
        best += expected
        _, adds = contests.against_equals(number, prizes, "normal", 1.0, np.zeros(1))
        assert adds[0] * number == pytest.approx(best, abs=6e-6 * prizes)


@pytest.mark.parametrize(("wide", "found"), [(1.02, True), (0.98, False)])
def test_with_too_little_noise_there_is_no_pure_equilibrium(wide: float, found: bool) -> None:
    # Two areas and uniform noise on ±a: the payoff below the candidate is convex once a² < prize / (4 cost), and giving
    # up pays (the problem of existence in Lazear and Rosen 1981 and Nalebuff and Stiglitz 1983).
    prize, cost = 2.0, 3.0
    noise = wide * math.sqrt(prize / (4 * cost)) / math.sqrt(3)
    made = incentives.tournament(incentives.make_areas(2, cost, noise, shape="uniform"), 1, prize)
    assert made.found is found


def test_no_equilibrium_is_an_answer_and_not_an_error() -> None:
    made = incentives.tournament(incentives.make_areas(10, 2.5, 0.01), 1, 5.0)
    assert not made.found
    assert made.to_frame()["effort"].isna().all()
    assert "no equilibrium found" in made.sentence()
    with pytest.raises(NotEnoughDataError, match="no equilibrium"):
        incentives.simulate(made)


def test_two_unlike_areas_agree_with_a_solution_of_their_own_equations() -> None:
    # Efforts stand to one another inversely as costs, since the density of the difference is the same for both.
    prize, costs, noises = 1.2, (1.0, 1.6), (0.9, 1.4)
    wide = math.hypot(*noises)
    ratio = costs[0] / costs[1]
    first = brentq(
        lambda tried: costs[0] * tried - prize * norm.pdf(tried * (1 - ratio) / wide) / wide, 0, 5, xtol=1e-14
    )
    made = incentives.tournament(incentives.make_areas(2, costs, noises), 1, prize)
    assert made.found
    assert made.effort == pytest.approx([first, first * ratio], rel=1e-6)
    assert made.chance[0] == pytest.approx(norm.cdf(first * (1 - ratio) / wide), rel=1e-7)


def test_nearly_alike_areas_make_nearly_the_effort_of_alike_ones() -> None:
    # The two are solved in different ways: one in closed form, one by iteration.
    alike = incentives.make_areas(40, 2.5, 1.0)
    unlike = incentives.make_areas(40, 2.5 * (1 + 1e-6 * np.arange(40)), 1.0)
    one, other = (incentives.tournament(areas, 12, 4.0) for areas in (alike, unlike))
    assert len(np.unique(unlike.cost)) == 40
    assert other.effort == pytest.approx(one.effort, rel=1e-3)
    assert other.chance.sum() == pytest.approx(12, rel=1e-6)


def test_no_area_can_gain_by_another_effort() -> None:
    """Draws in place of integrals: rivals' outcomes against one area's payoff at many efforts."""
    areas = incentives.make_areas(6, (1, 1, 1.5, 1.5, 2, 2), (1, 1.5, 1, 1.5, 1, 1.5))
    prize, prizes = 1.5, 2
    made = incentives.tournament(areas, prizes, prize)
    random = np.random.default_rng(4)
    outcome = made.effort + areas.noise * random.standard_normal((200_000, 6))
    for area in range(6):
        bar = np.sort(np.delete(outcome, area, axis=1), axis=1)[:, -prizes]
        tried = np.linspace(0, 2, 41)
        chance = np.array([norm.cdf((one - bar) / areas.noise[area]).mean() for one in [*tried, made.effort[area]]])
        payoff = prize * chance - areas.cost[area] * np.append(tried, made.effort[area]) ** 2 / 2
        assert payoff[-1] >= payoff[:-1].max() - 1e-3
        assert chance[-1] == pytest.approx(made.chance[area], abs=2e-3)


def test_draws_agree_with_the_chances() -> None:
    areas = incentives.unequal_areas(30, 2.5, 1.0, 0.4)
    made = incentives.tournament(areas, 9, 3.0)
    drawn = incentives.simulate(made, draws=20_000)
    error = np.sqrt(made.chance * (1 - made.chance) / 20_000)
    assert (np.abs(drawn.frame["won"] - made.chance) < 4.5 * error).all()
    assert drawn.frame["reward"].to_numpy() == pytest.approx(3.0 * drawn.frame["won"].to_numpy())
    # With equal prizes the Gini coefficient of one round is the share of areas without one.
    assert drawn.gini == pytest.approx(1 - 9 / 30)


def test_chance_of_ever_winning_over_rounds() -> None:
    made = incentives.tournament(incentives.unequal_areas(30, 2.5, 1.0, 0.6), 9, 3.0)
    drawn = incentives.simulate(made, draws=20_000, rounds=3)
    expected = 1 - made.ever(3)
    error = np.sqrt(expected * (1 - expected) / 20_000)
    assert (np.abs(drawn.frame["never"] - expected) < 4.5 * error + 1e-9).all()


def test_a_shared_shock_moves_targets_and_no_tournament() -> None:
    calm, shaken = (incentives.unequal_areas(20, 2.5, 0.8, 0.3, common=common) for common in (0.0, 2.0))
    first, second = (incentives.tournament(areas, 5, 4.0) for areas in (calm, shaken))
    assert first.effort == pytest.approx(second.effort, rel=1e-12)
    one, other = (incentives.simulate(made, draws=1, seed=9) for made in (first, second))
    assert (one.frame["won"] == other.frame["won"]).all()
    before, after = (incentives.targets(areas, 2.5) for areas in (calm, shaken))
    assert after.mean_effort < 0.9 * before.mean_effort


def test_error_of_measurement_counts_as_noise() -> None:
    measured = incentives.make_areas(12, 2.5, 0.6, measurement=0.8)
    noisy = incentives.make_areas(12, 2.5, 1.0)
    assert effort(measured, 4, 3.0) == pytest.approx(effort(noisy, 4, 3.0))
    assert incentives.targets(measured, 2.5).effort == pytest.approx(incentives.targets(noisy, 2.5).effort, rel=1e-6)


def test_a_piece_rate_brings_rate_over_cost() -> None:
    made = incentives.piece_rate(incentives.make_areas(3, (1.0, 2.0, 4.0), 0.5, common=1.2), 2.0)
    assert made.effort == pytest.approx([2.0, 1.0, 0.5])
    assert made.cost == pytest.approx(2.0 * 3.5 / 3)
    assert made.chance[1] == pytest.approx(norm.cdf(1.0 / 1.3))


@pytest.mark.parametrize("noise", [0.15, 0.5, 1.5])
def test_effort_under_a_target_solves_its_first_order_condition(noise: float) -> None:
    reward, cost, stretch, threshold = 2.0, 2.5, 1.1, 0.6

    def paid(outcome: float) -> float:
        return 0.0 if outcome < threshold * stretch else reward * min(outcome / stretch, 1.0)

    def expected(tried: float) -> float:
        ends = [tried - 9 * noise, threshold * stretch, stretch, max(tried, stretch) + 9 * noise]
        parts = [
            quad(lambda outcome: paid(outcome) * norm.pdf(outcome, tried, noise), *pair, epsabs=1e-12)[0]
            for pair in ((min(ends[0], ends[1]), ends[1]), (ends[1], ends[2]), (ends[2], ends[3]))
        ]
        return sum(parts)

    def slope(tried: float) -> float:
        # The jump at the threshold and the pro rata part between it and full stretch.
        jump = reward * threshold * norm.pdf(threshold * stretch, tried, noise)
        rising = norm.cdf(stretch, tried, noise) - norm.cdf(threshold * stretch, tried, noise)
        return jump + reward / stretch * rising - cost * tried

    made = incentives.targets(incentives.make_areas(1, cost, noise), reward, stretch, threshold)
    found = float(made.effort[0])
    roots = [
        brentq(slope, low, high, xtol=1e-12)
        for low, high in zip(np.linspace(0, 2, 200), np.linspace(0, 2, 200)[1:], strict=False)
        if slope(low) > 0 >= slope(high)
    ]
    best = max([0.0, *roots], key=lambda tried: expected(tried) - cost * tried**2 / 2)
    assert found == pytest.approx(best, abs=1e-6)
    assert made.reward[0] == pytest.approx(expected(found), rel=1e-8)
    drawn = incentives.simulate(made, draws=200_000)
    assert drawn.frame["reward"].iloc[0] == pytest.approx(made.reward[0], abs=0.02)


def test_a_target_out_of_reach_is_given_up() -> None:
    made = incentives.targets(incentives.make_areas(2, (2.5, 50.0), 0.02), 2.5)
    assert made.effort[0] == pytest.approx(1.0, abs=0.1)
    assert made.effort[1] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("values", "expected"),
    [((1, 2, 3, 4), 0.25), ((0, 0, 0, 1), 0.75), ((5, 5, 5), 0.0), ((0, 0), 0.0), ((1, 3), 0.25)],
)
def test_gini_by_hand(values: tuple[float, ...], expected: float) -> None:
    # The mean difference of all pairs over twice the mean: for 1, 2, 3, 4 it is 1.25 / 5.
    assert incentives.gini(values) == pytest.approx(expected)


scales = st.floats(0.2, 5.0)


@settings(max_examples=20, deadline=None)
@given(money=scales, outcome=scales)
def test_units_do_not_matter(money: float, outcome: float) -> None:
    costs, noises = np.array([1.0, 1.4, 1.4, 2.0]), np.array([1.0, 0.8, 1.0, 1.2])
    base = incentives.make_areas(4, costs, noises, common=0.3)
    scaled = incentives.make_areas(4, money * costs / outcome**2, outcome * noises, common=0.3 * outcome)
    first, second = incentives.tournament(base, 2, 1.0), incentives.tournament(scaled, 2, money)
    assert first.found
    assert second.effort == pytest.approx(outcome * first.effort, rel=1e-5)
    one, other = incentives.targets(base, 1.0, 1.0), incentives.targets(scaled, money, outcome)
    assert other.effort == pytest.approx(outcome * one.effort, rel=1e-4, abs=1e-5)
    assert other.cost == pytest.approx(money * one.cost, rel=1e-4)


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.floats(0, 100), min_size=1, max_size=20), scale=scales)
def test_gini_is_between_nothing_and_one_and_has_no_unit(values: list[float], scale: float) -> None:
    found = float(incentives.gini(values))
    assert 0 <= found < 1
    assert incentives.gini([scale * value for value in values]) == pytest.approx(found, abs=1e-9)


def test_schemes_compared_cost_the_same_or_bring_the_same() -> None:
    given_ = incentives.setting(number=30, noise=1.0, unequal=0.4, common=0.5)
    same_money = incentives.compare(given_)
    assert [each.cost for each in same_money.schemes] == pytest.approx([same_money.schemes[0].cost] * 3, rel=1e-6)
    same_effort = incentives.compare(given_, hold="effort")
    assert [each.mean_effort for each in same_effort.schemes] == pytest.approx(
        [same_effort.schemes[0].mean_effort] * 3, rel=1e-4
    )
    assert same_money.schemes[0].effort == pytest.approx(same_effort.schemes[0].effort)


def test_an_effort_that_no_tournament_settles_at_has_no_price() -> None:
    made = incentives.compare(incentives.setting(number=10, noise=0.3), hold="effort")
    assert made.schemes[0].mean_effort > 0.5
    assert not made.schemes[2].found
    assert "tournament: no equilibrium found" in made.sentence()


def test_flips_are_where_the_closed_forms_cross() -> None:
    # For areas that are alike both the piece rate and the tournament have closed forms in what the targets cost.
    base = incentives.setting(number=10, prize_share=0.5)
    noises = (0.1, 0.25, 0.6, 1.0)
    made = incentives.flips(base, "noise", noises)
    sums = sum(HARTER[10])
    for noise in noises:
        rows = made.frame[made.frame["value"] == noise].set_index("scheme")
        money = rows.loc["targets", "cost"]
        assert rows.loc["piece rate", "effort"] == pytest.approx(math.sqrt(money / base.cost))
        if rows.loc["tournament", "found"]:
            assert rows.loc["tournament", "effort"] == pytest.approx(money / 5 * sums / noise / base.cost, rel=1e-4)
    by_hand = [made.frame[made.frame["value"] == noise].set_index("scheme")["effort"].idxmax() for noise in noises]
    named = list(zip(noises, by_hand, strict=True))
    turned = [(low, high) for (low, one), (high, two) in itertools.pairwise(named) if one != two]
    assert [(low, high) for low, high, _, _ in made.changes()] == turned
    assert turned


def test_the_costs_of_unequal_areas_are_levelled() -> None:
    for unequal in (0.0, 0.3, 0.8):
        areas = incentives.unequal_areas(150, 2.5, 0.5, unequal)
        assert np.mean(1 / areas.cost) == pytest.approx(1 / 2.5)
        assert np.log(areas.cost).std() == pytest.approx(unequal, abs=1e-9)


def linear(
    tasks: int, measured: int, reward: float, cost: float, s: float, overhead: float, care: float
) -> tuple[float, float]:
    """The first-order conditions of Holmström and Milgrom's linear scheme, solved by hand with no effort below nothing."""
    reporting = overhead * measured
    other = care - s * reward / (cost * (1 - s)) - s * reporting
    if measured == tasks:
        other = 0.0
        return care + reward / cost - s * reporting, other
    if other >= 0:
        return other + reward * tasks / (measured * cost * (1 - s)), other
    return (tasks * reward / (measured * cost) + care - s * reporting) / ((1 - s) + s * measured / tasks), 0.0


@pytest.mark.parametrize(
    "case", [(10, 4, 1.0, 2.5, 0.3, 0.01, 0.5), (10, 4, 3.0, 2.5, 0.6, 0.0, 0.1), (8, 8, 2.0, 2.5, 0.5, 0.02, 0.2)]
)
def test_attention_under_a_piece_rate_is_that_of_holmstrom_and_milgrom(case: tuple[Any, ...]) -> None:
    tasks, measured, reward, cost, s, overhead, care = case
    made = incentives.attention(
        tasks, measured, reward, cost, "piece rate", substitution=s, overhead=overhead, care=care
    )
    on_measured, on_others = linear(tasks, measured, reward, cost, s, overhead, care)
    assert made.on_pursued == pytest.approx(on_measured, rel=1e-5)
    if measured < tasks:
        assert made.on_others == pytest.approx(on_others, abs=1e-5)


def test_reward_on_some_tasks_draws_effort_from_the_others() -> None:
    none, some = (incentives.attention(20, measured, 2.5, 2.5, care=0.4) for measured in (0, 6))
    assert none.effort == pytest.approx(0.4)
    assert some.on_others < none.on_others < some.on_pursued


def test_an_area_gives_up_tasks_it_cannot_all_reach() -> None:
    made = incentives.attention(20, 20, 0.8, 2.5, noise=0.1, substitution=0.8, care=0.0)
    assert 0 < made.pursued < 20
    assert made.on_pursued > made.on_others


def test_the_rule_of_reward_is_read_from_the_tables() -> None:
    with (folder("datasets") / "partnership_money.csv").open(encoding="utf-8", newline="") as handle:
        rows = {row["money_key"]: row for row in csv.DictReader(handle)}
    found = incentives.rules()
    assert found.rate == float(rows["local_public_service_agreements_reward_rate_2001_2009"]["value"])
    assert 100 * found.threshold == float(rows["local_public_service_agreements_reward_threshold_2001_2009"]["value"])
    assert "hansard_2009_03_13_prg" in found.evidence.sources
    assert incentives.setting().reward == found.rate


def test_a_catalogue_without_the_rule_says_so(copied: Any) -> None:
    path = copied / "partnership_money.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "_reward_threshold" not in line), encoding="utf-8")
    with pytest.raises(NotEnoughDataError, match="the threshold of reward grant is not in partnership_money"):
        incentives.rules(Catalogue(base=copied))


def test_answers_cover_the_stated_settings() -> None:
    grant = incentives.larger_grant()
    assert len(grant.frame) == math.prod(len(values) for values in incentives.GRANT_GRID.values())
    case = grant.frame.iloc[40]
    areas = incentives.unequal_areas(
        incentives.GRID_AREAS, 2.5 * case["difficulty"], case["noise"], case["unequal"], common=case["common"]
    )
    small, large = incentives.targets(areas, 2.5), incentives.targets(areas, 5.0)
    further = (large.mean_effort - small.mean_effort) / (large.cost - small.cost)
    assert case["ratio"] == pytest.approx(further / (small.mean_effort / small.cost))

    rivals = incentives.tournaments_or_targets()
    assert len(rivals.frame) == math.prod(len(values) for values in incentives.GRID.values())
    assert sum(rivals.shares.values()) == pytest.approx(1)
    settled = rivals.frame[rivals.frame["found"]]
    assert ((settled["tournament"] > settled["targets"]) == (settled["more"] == "tournament")).mean() > 0.98

    fewer = incentives.fewer_indicators()
    assert len(fewer.frame) == math.prod(len(values) for values in incentives.ATTENTION_GRID.values())
    assert fewer.frame["cost_few"].to_numpy() == pytest.approx(fewer.frame["cost_many"].to_numpy(), rel=0.02)


@pytest.mark.slow
def test_deprived_areas_win_least() -> None:
    answered = incentives.who_never_wins()
    frame = answered.frame
    assert (frame["least"] <= frame["most"]).all()
    assert frame["least"].corr(frame["deprivation"], method="spearman") < -0.5
    assert len(frame) == 147


def test_every_sentence_says_that_the_model_is_not_calibrated() -> None:
    areas = incentives.make_areas(6, 2.5, 1.0)
    scheme = incentives.tournament(areas, 2, 3.0)
    base = incentives.setting(number=6, noise=1.0)
    results: list[Any] = [
        scheme,
        incentives.targets(areas, 2.5),
        incentives.piece_rate(areas, 2.5),
        incentives.tournament(incentives.make_areas(6, 2.5, 0.01), 1, 5.0),
        incentives.simulate(scheme, draws=50),
        incentives.compare(base),
        incentives.flips(base, "noise", (1.0, 2.0)),
        incentives.attention(6, 3, 2.5, 2.5),
        incentives.larger_grant(),
    ]
    for made in results:
        assert made.sentence().endswith(incentives.UNCALIBRATED)
        assert incentives.UNCALIBRATED in made.summary()
        assert len(made.to_frame())
        assert dataclasses.is_dataclass(made)


AREAS = incentives.make_areas(4)


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: incentives.make_areas(0), "number of areas is 0; expected a whole number, one or more"),
        (lambda: incentives.make_areas(3, noise=-1.0), "noise is -1; expected a number above nothing"),
        (lambda: incentives.make_areas(3, cost=0.0), "cost of effort is 0; expected a number above nothing"),
        (
            lambda: incentives.make_areas(3, cost=(1.0, 2.0)),
            "cost of effort has 2 numbers; expected one, or one for each of 3",
        ),
        (lambda: incentives.make_areas(3, cost="dear"), "cost of effort is 'dear'; expected numbers"),
        (
            lambda: incentives.make_areas(2, cost=(1.0, math.nan)),
            "cost of effort is nan; expected a number above nothing",
        ),
        (lambda: incentives.make_areas(3, common=-0.1), "shared shock is -0.1; expected nothing or more"),
        (lambda: incentives.make_areas(3, names=("a",)), "there are 1 names for 3 areas; expected one an area"),
        (
            lambda: incentives.make_areas(3, shape="normel"),
            "no shape of noise is called 'normel'; did you mean normal",
        ),
        (
            lambda: incentives.tournament(AREAS, 5, 1.0),
            "number of prizes is 5; expected a whole number from 1 to the 4 areas",
        ),
        (lambda: incentives.tournament(AREAS, 0, 1.0), "number of prizes is 0"),
        (lambda: incentives.tournament(AREAS, 2, -1.0), "prize is -1; expected nothing or more"),
        (
            lambda: incentives.tournament(incentives.make_areas(2, (1, 2), shape="gumbel"), 1, 1.0),
            "areas differ and their noise is gumbel; expected normal noise where areas differ",
        ),
        (lambda: incentives.targets(AREAS, 1.0, threshold=60), "threshold is 60; expected a share from 0 to 1"),
        (lambda: incentives.targets(AREAS, (1.0, 2.0)), "reward has 2 numbers; expected one, or one for each of 4"),
        (
            lambda: incentives.targets(incentives.make_areas(2, shape="uniform"), 1.0),
            "noise is uniform; expected normal noise for targets",
        ),
        (
            lambda: incentives.compare(incentives.setting(), hold="money"),
            "hold is 'money'; expected 'budget' or 'effort'",
        ),
        (
            lambda: incentives.compare(incentives.setting(prize_share=0.0)),
            "share of areas with a prize is 0.0; expected above 0, at most 1",
        ),
        (lambda: incentives.setting(noize=1.0), "did you mean noise"),
        (
            lambda: incentives.flips(incentives.setting(), "noise", [1.0]),
            "noise is to take 1 value; expected two or more",
        ),
        (
            lambda: incentives.attention(3, 4, 1.0, 1.0),
            "4 tasks are measured; expected at most the 3 tasks there are",
        ),
        (
            lambda: incentives.attention(3, 1, 1.0, 1.0, substitution=1.0),
            "substitution is 1.0; expected 0 to below 1",
        ),
        (lambda: incentives.attention(3, 1, 1.0, 1.0, balance=0.0), "balance is 0.0; expected above 0, at most 1"),
        (lambda: incentives.gini([-1.0, 2.0]), "expected none below 0"),
        (lambda: incentives.larger_grant(1.0), "expected above 1"),
        (
            lambda: incentives.simulate(incentives.piece_rate(AREAS, 1.0), draws=0),
            "draws is 0; expected a whole number, one or more",
        ),
        (lambda: incentives.who_never_wins(0), "rounds is 0; expected a whole number, one or more"),
    ],
)
def test_a_mistake_gets_one_clear_line(work: Any, said: str) -> None:
    with pytest.raises(LocalgovError) as caught:
        work()
    assert said in str(caught.value)
    assert isinstance(caught.value, LocalgovError | UnknownNameError)
    assert "\n" not in str(caught.value)
