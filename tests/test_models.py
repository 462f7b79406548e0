"""Models against published results, closed forms and hand counts; the numbers agree to the digits given.

Where a test says R, the value was worked out with R 4.2.2 and the package named, from the same data.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import localgov_history as lg
from localgov_history import models
from localgov_history.catalogue import Catalogue
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.models import of_areas
from localgov_history.models.words import between, p_text, shown
from localgov_history.registry import type_words

DATA = Path(__file__).parent / "data"

# Packs of cigarettes sold a head in California, 1970 to 2000, before and after the tax of 1989: Abadie, Diamond and
# Hainmueller, Journal of the American Statistical Association 105 (2010).
_PACKS = (123, 121, 123.5, 124.4, 126.7, 127.1, 128, 126.4, 126.1, 121.9, 120.2, 118.6, 115.4, 110.8, 104.8, 102.8)
_PACKS += (99.7, 97.5, 90.1, 82.4, 77.8, 68.7, 67.5, 63.4, 58.6, 56.4, 54.5, 53.8, 52.3, 47.2, 41.6)
PACKS = pd.Series(_PACKS, index=range(1970, 2001))

# Weeks of remission of 42 children with leukaemia: Freireich and others, Blood 21 (1963), as printed by Kleinbaum and
# Klein, Survival Analysis (2012), chapter 2.
TREATED = ((6, 6, 6, 7, 10, 13, 16, 22, 23), (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35))
PLACEBO = ((1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23), ())
# Weeks of survival with acute myelogenous leukaemia: Miller, Survival Analysis (1981), p. 49; `aml` in R's survival.
MAINTAINED = ((9, 13, 18, 23, 31, 34, 48), (13, 28, 45, 161))
NOT_MAINTAINED = ((5, 5, 8, 8, 12, 23, 27, 30, 33, 43, 45), (16,))


def lives(**groups: tuple[tuple[int, ...], tuple[int, ...]]) -> pd.DataFrame:
    """Times that ended and times that were cut off, by group."""
    return pd.DataFrame(
        [
            {"group": name, "time": time, "ended": ended}
            for name, (ends, cuts) in groups.items()
            for times, ended in ((ends, True), (cuts, False))
            for time in times
        ]
    )


FREIREICH = lives(a_treated=TREATED, placebo=PLACEBO)
AML = lives(maintained=MAINTAINED, not_maintained=NOT_MAINTAINED)


@pytest.fixture(scope="module")
def lung() -> pd.DataFrame:
    """Loprinzi and others, Journal of Clinical Oncology 12 (1994); `lung` in R's survival, where status 2 is dead."""
    frame = pd.read_csv(DATA / "lung.csv")
    return frame.assign(ended=frame["status"] == 2)


@pytest.fixture(scope="module")
def quine() -> pd.DataFrame:
    """Days off school of children in New South Wales: Venables and Ripley (2002), `quine` in R's MASS."""
    return pd.read_csv(DATA / "quine.csv")


@pytest.fixture(scope="module")
def sicily() -> pd.DataFrame:
    """Admissions for acute coronary events and standardised population, from the data of Bernal and others (2017)."""
    frame = pd.read_csv(DATA / "sicily_aces.csv")
    month = frame["month"] * 2 * math.pi / 12
    waves = {f"{name}_{k}": wave(k * month) for name, wave in (("sin", np.sin), ("cos", np.cos)) for k in (1, 2)}
    return frame.assign(time=range(1, len(frame) + 1), ban=(frame["year"] >= 2005).astype(int), **waves)


# Interrupted series


def test_interrupted_agrees_with_linden_2015() -> None:
    # Linden, Stata Journal 15 (2015), pp. 480-500, first example, Newey-West errors with one lag; four digits and more.
    found = models.interrupted(PACKS, 1989, lags=1).frame.set_index("term")
    for term, estimate, error in (
        ("start", 132.2258, 4.253054),
        ("slope before", -1.779474, 0.3834188),
        ("level change", -20.0581, 4.724395),
        ("slope change", -1.494652, 0.4368201),
    ):
        assert found.loc[term, "estimate"] == pytest.approx(estimate, rel=1e-5)
        assert found.loc[term, "error"] == pytest.approx(error, rel=1e-5)


def test_the_counterfactual_runs_on_from_before() -> None:
    model = models.interrupted(PACKS, 1989, lags=1)
    line = model.counterfactual()
    # R, sandwich: 132.2258 - 1.779474 × 19 and × 30, with errors 3.9428087 and 7.9111901.
    assert line.loc[[1989, 2000], "counterfactual"].tolist() == pytest.approx([98.415789, 78.841579], abs=1e-5)
    reach = 2.0518305  # Student's t, 27 degrees of freedom, 97.5 %: printed tables give 2.052.
    half = (line["upper"] - line["lower"]) / 2
    assert half.loc[[1989, 2000]].tolist() == pytest.approx([reach * 3.9428087, reach * 7.9111901], rel=1e-6)
    wide = (line["predicted_upper"] - line["predicted_lower"]) / 2
    assert wide.loc[1989] == pytest.approx(reach * math.hypot(3.9428087, 5.18167), rel=1e-5)
    assert line.loc[1989, "effect"] == pytest.approx(model.change()["estimate"])
    assert line.loc[1989, "effect_lower"] == pytest.approx(model.change()["lower"])
    assert (line["fitted"] - line["counterfactual"]).tolist() == pytest.approx(line["effect"].tolist())


def test_ljung_box_agrees_with_r() -> None:
    # R, Box.test(type = "Ljung", lag = 6) on the residuals: 27.8395, p = 0.00010073.
    statistic, depth, p = models.interrupted(PACKS, 1989).ljung_box
    assert (depth, statistic) == (6, pytest.approx(27.8395, abs=1e-4))
    assert p == pytest.approx(0.00010073, rel=1e-4)
    assert "autocorrelated" in models.interrupted(PACKS, 1989).sentence()


def test_autoregressive_errors_are_a_fixed_point() -> None:
    # Cochrane and Orcutt (1949): least squares of quasi-differences at the rho found, and rho of the residuals it leaves.
    noise = np.random.default_rng(7).normal(size=60)
    errors = np.zeros(60)
    for at in range(1, 60):
        errors[at] = 0.5 * errors[at - 1] + noise[at]
    time = np.arange(60.0)
    step = (time >= 30).astype(float)
    y = pd.Series(5 + 0.2 * time + 3 * step + errors, index=range(1900, 1960))
    found = models.interrupted(y, 1930, errors="ar")
    design = np.column_stack([np.ones(60), time, step, np.where(step > 0, time - 30, 0)])
    rho = found.rho
    left = np.linalg.lstsq(design[1:] - rho * design[:-1], (y[1:] - rho * y.shift()[1:]).to_numpy(), rcond=None)[0]
    assert found.frame["estimate"].tolist() == pytest.approx(left.tolist(), rel=1e-6)
    residuals = y.to_numpy() - design @ left
    residuals -= residuals.mean()
    assert rho == pytest.approx((residuals[1:] @ residuals[:-1] / 59) / (residuals @ residuals / 60), rel=1e-5)
    low, high = (found.change()[name] for name in ("lower", "upper"))
    assert low < 3 < high


def test_several_reforms_and_one_taken_away() -> None:
    time = np.arange(40.0)
    wave = np.sin(time * 2.4)
    y = pd.Series(10 + time + 5 * (time >= 15) - 7 * (time >= 28) + 0.01 * wave, index=range(1900, 1940))
    model = models.interrupted(y, [1928, 1915], slope=False)
    assert model.reforms == (1915, 1928)
    assert [model.change(reform=at)["estimate"] for at in (1915, 1928)] == pytest.approx([5, -7], abs=0.05)
    both, last = model.counterfactual(), model.counterfactual(1928)
    assert both.index[0] == 1915
    assert last.index[0] == 1928
    assert both.loc[1939, "effect"] == pytest.approx(-2, abs=0.05)
    assert last.loc[1939, "effect"] == pytest.approx(-7, abs=0.05)
    assert "1915" in model.sentence()
    assert "1928" in model.sentence()


def test_placebo_dates_by_hand() -> None:
    found = models.interrupted(PACKS, 1989).placebo()
    # Two terms before and two after need three values each: 1973 to 1998, without 1989.
    assert found.frame["date"].tolist() == [year for year in range(1973, 1999) if year != 1989]
    levels = []
    time = np.arange(31.0)
    for year in found.frame["date"]:
        after = (time >= year - 1970).astype(float)
        design = np.column_stack([np.ones(31), time, after, after * (time - year + 1970)])
        levels.append(np.linalg.lstsq(design, PACKS.to_numpy(), rcond=None)[0][2])
    assert found.frame["level"].tolist() == pytest.approx(levels)
    assert found.share("level") == sum(abs(level) >= 20.0581 for level in levels) / 25
    assert "25 other dates" in found.sentence()
    assert "strongest" in found.summary()


def test_a_placebo_of_one_reform_keeps_the_others() -> None:
    model = models.interrupted(PACKS, [1977, 1989])
    dates = set(model.placebo(1989).frame["date"])
    assert {1976, 1977, 1978}.isdisjoint(dates)
    assert {1974, 1980, 1990} <= dates
    assert model.placebo(1989).reform == 1989


def test_placebo_dates_that_cannot_be_fitted_are_counted() -> None:
    model = models.interrupted(PACKS, 1989, errors="ar")
    found = model.placebo()
    assert len(found.frame) + found.unsettled == 25
    assert model.placebo().to_frame()["date"].is_unique


def test_dates_of_other_lengths() -> None:
    days = pd.Series(PACKS.to_numpy(), index=pd.to_datetime([f"{year}-01-01" for year in PACKS.index]))
    assert models.interrupted(days, "1989", lags=1).change()["estimate"] == pytest.approx(-20.0581, abs=1e-4)
    months = pd.Series(PACKS.to_numpy(), index=pd.period_range("1970-01", periods=31, freq="M"))
    found = models.interrupted(months, "1971-08", lags=1)
    assert found.change()["estimate"] == pytest.approx(-20.0581, abs=1e-4)
    assert "a month" in found.sentence()


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(st.floats(-5, 5), min_size=24, max_size=24).filter(lambda items: np.std(items) > 0.1),
    shift=st.floats(-100, 100),
    scale=st.floats(0.1, 50),
    at=st.integers(4, 20),
)
def test_interrupted_moves_with_shift_and_scale(values: list[float], shift: float, scale: float, at: int) -> None:
    y = pd.Series(values, index=range(1900, 1924))
    time = np.arange(24.0)
    after = (time >= at).astype(float)
    lines = np.column_stack([np.ones(24), time, after, after * (time - at)])
    # Values that the lines fit but for rounding have no error to compare.
    assume(np.abs(values - lines @ np.linalg.lstsq(lines, np.array(values), rcond=None)[0]).max() > 1e-3)
    one = models.interrupted(y, 1900 + at)
    other = models.interrupted(y * scale + shift, 1900 + at)
    for term in ("level change", "slope change"):
        for name in ("estimate", "error", "lower", "upper"):
            assert other.change(term)[name] == pytest.approx(
                scale * one.change(term)[name], rel=1e-4, abs=1e-6 * scale
            )
    later = models.interrupted(y.set_axis(range(2000, 2024)), 2000 + at)
    assert later.frame["estimate"].tolist() == pytest.approx(one.frame["estimate"].tolist())


def series(*values: float, first: int = 1900) -> pd.Series:
    return pd.Series(values, index=range(first, first + len(values)), dtype=float)


@pytest.mark.parametrize(
    ("y", "reforms", "options", "said"),
    [
        (series(1, 2, 3), 1901, {}, "expected at least 4"),
        (series(1, 3, 2, 5, 4, 6), 1901, {}, "1 value before the first reform; expected at least 3"),
        (series(1, 3, 2, 5, 4), 1903, {}, "2 values from reform 1 on; expected at least 3"),
        (series(*[4] * 12), 1906, {}, "every value is 4"),
        (PACKS.drop([1975, 1976]), 1989, {}, "2 dates missing \\(1975 and 1976\\)"),
        (PACKS.where(PACKS.index != 1980), 1989, {}, "1980 has no value"),
        (PACKS[::-1], 1989, {}, "not in order"),
        (pd.concat([PACKS, PACKS.tail(1)]), 1989, {}, "2000 stands more than once"),
        (PACKS, 2005, {}, "a reform at 2005 lies outside the series; expected after 1970, up to 2000"),
        (PACKS, 1970, {}, "outside"),
        (PACKS, "soon", {}, "not a date of the series; expected e.g. 1971"),
        (PACKS, [1989, 1989], {}, "twice"),
        (PACKS, [], {}, "no reform"),
        (PACKS, 1989, {"errors": "robust"}, "expected 'hac' or 'ar'"),
        (PACKS, 1989, {"lags": 40}, "expected 0 to 30"),
        (PACKS, 1989, {"level": 95}, "no level"),
        (PACKS.tolist(), 1989, {}, "expected a pandas Series"),
        (PACKS.set_axis(PACKS.index.astype(str)), "1989", {}, "expected whole years"),
        (series(*range(20)), 1910, {}, "fit every value exactly"),
    ],
)
def test_interrupted_refuses(y: pd.Series, reforms: object, options: dict[str, object], said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        models.interrupted(y, reforms, **options)  # type: ignore[arg-type]


def test_the_shortest_series_is_named_as_short() -> None:
    # Six values carry four terms with two to spare.
    assert "A stretch has only 3 values" in models.interrupted(series(1, 3, 2, 5, 4, 6), 1903).sentence()


def test_days_with_gaps_are_refused() -> None:
    days = pd.Series(PACKS.to_numpy(), index=pd.to_datetime([f"{year}-01-01" for year in [*range(1970, 2000), 2005]]))
    with pytest.raises(LocalgovError, match="5 dates missing"):
        models.interrupted(days, "1989")


def test_a_series_of_the_kit_must_be_one_line() -> None:
    with pytest.raises(LocalgovError, match="is not one line"):
        models.interrupted(lg.series("uk_local_government_total_expenditure"), 1980)
    found = models.interrupted(lg.series("england_dwellings_completed_total"), 1980)
    assert len(found.observed) == len(lg.series("england_dwellings_completed_total"))
    assert "a year" in found.sentence()
    with pytest.raises(LocalgovError, match="no reform in the model is called"):
        found.counterfactual(1990)


# Counts


def test_the_negative_binomial_agrees_with_venables_and_ripley(quine: pd.DataFrame) -> None:
    # glm.nb(Days ~ Sex/(Age + Eth*Lrn)), the example of R's MASS: theta 1.598, twice log-likelihood -1063.025, AIC
    # 1093.03 (15 coefficients and theta).
    nested = {}
    for sex in ("F", "M"):
        of = quine["Sex"] == sex
        for age in ("F1", "F2", "F3"):
            nested[f"{sex} {age}"] = of & (quine["Age"] == age)
        nested[f"{sex} N"] = of & (quine["Eth"] == "N")
        nested[f"{sex} SL"] = of & (quine["Lrn"] == "SL")
        nested[f"{sex} N SL"] = of & (quine["Eth"] == "N") & (quine["Lrn"] == "SL")
    frame = quine.assign(**nested)
    found = models.counts(frame, "Days", ["Sex", *nested])
    assert found.model == "negative_binomial"
    assert found.theta == pytest.approx(1.598, abs=5e-4)
    assert 2 * found.log_likelihood == pytest.approx(-1063.025, abs=5e-4)
    terms = found.frame.set_index("term")["estimate"]
    assert terms["start"] == pytest.approx(3.01919, abs=5e-5)
    assert terms["M F3"] == pytest.approx(1.15084, abs=5e-5)
    assert terms["F N SL"] == pytest.approx(-1.35849, abs=5e-5)


def test_the_dispersion_test_agrees_with_r(quine: pd.DataFrame) -> None:
    # R, AER dispersiontest: alpha 0.636181737 (z 5.3271, p 4.98967e-08) with trafo = 2, 11.5301273 (z 5.468964) with 1.
    found = models.counts(quine, "Days", ["Eth", "Sex", "Age", "Lrn"])
    test = found.dispersion
    assert (test.alpha, test.t) == (pytest.approx(0.636181737, rel=1e-7), pytest.approx(5.3271, abs=5e-5))
    assert test.p == pytest.approx(4.98967e-08, rel=1e-4)
    assert test.linear_alpha == pytest.approx(11.5301273, rel=1e-7)
    assert test.linear_p == pytest.approx(2.26337e-08, rel=1e-4)
    assert test.pearson == pytest.approx(13.1668426, rel=1e-7)
    # MASS, glm.nb: theta 1.274892646, twice log-likelihood -1093.151.
    assert found.theta == pytest.approx(1.2749, abs=1e-4)
    assert 2 * found.log_likelihood == pytest.approx(-1093.151, abs=5e-4)
    assert "negative binomial was kept" in found.why
    assert "Cameron and Trivedi" in found.why


def test_quasi_poisson_agrees_with_the_tutorial_of_bernal_and_others(sicily: pd.DataFrame) -> None:
    # R, with the authors' code: step -0.111628443 (0.032495945), trend 0.004944992, dispersion 3.55919463; with two pairs
    # of waves -0.122086793 (0.027031107), dispersion 2.26218641.
    plain = models.counts(sicily, "aces", ["ban", "time"], exposure="stdpop", model="quasi_poisson")
    terms = plain.frame.set_index("term")
    assert terms.loc["ban", "estimate"] == pytest.approx(-0.111628443, rel=1e-6)
    assert terms.loc["ban", "error"] == pytest.approx(0.032495945, rel=1e-5)
    assert terms.loc["time", "estimate"] == pytest.approx(0.004944992, rel=1e-6)
    assert terms.loc["start", "estimate"] == pytest.approx(-6.243150910, rel=1e-6)
    assert plain.dispersion.pearson == pytest.approx(3.55919463, rel=1e-5)
    assert terms.loc["ban", "ratio"] == pytest.approx(0.894, abs=5e-4)
    waves = [name for name in sicily.columns if name[:3] in ("sin", "cos")]
    season = models.counts(sicily, "aces", ["ban", "time", *waves], exposure="stdpop", model="quasi_poisson")
    assert season.frame.set_index("term").loc["ban", "estimate"] == pytest.approx(-0.122086793, rel=1e-6)
    assert season.frame.set_index("term").loc["ban", "error"] == pytest.approx(0.027031107, rel=1e-5)
    assert season.dispersion.pearson == pytest.approx(2.26218641, rel=1e-5)


def test_poisson_of_rates_by_hand() -> None:
    # With one class the ratio of rates is the ratio of sums; the error of its logarithm is √(1/a + 1/b).
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"cases": rng.poisson(6, 60), "people": 10.0, "kind": ["a", "b"] * 30})
    found = models.counts(frame, "cases", ["kind"], exposure="people")
    a, b = frame.groupby("kind")["cases"].sum()
    row = found.frame.set_index("term").loc["kind: b (against a)"]
    assert row["ratio"] == pytest.approx(b / a)
    assert row["error"] == pytest.approx(math.sqrt(1 / a + 1 / b))
    assert found.model == "poisson"
    assert "The Poisson model was kept" in found.sentence()
    assert found.alpha == 0
    assert found.theta == math.inf
    start = found.frame.set_index("term").loc["start"]
    assert start["ratio"] == pytest.approx(a / 300)


def test_a_named_poisson_says_that_its_errors_are_too_small(quine: pd.DataFrame) -> None:
    found = models.counts(quine, "Days", ["Eth"], model="poisson")
    assert "errors are too small" in found.sentence()
    assert "named, not chosen" in found.why
    few = models.counts(quine.iloc[::6], "Days", ["Sex", "Age"])
    assert "are rough" in few.sentence()


def test_years_do_not_upset_the_negative_binomial(quine: pd.DataFrame) -> None:
    year = 1834 + np.arange(len(quine))
    early = models.counts(quine.assign(year=year - 1834), "Days", ["year"]).frame.set_index("term")
    late = models.counts(quine.assign(year=year), "Days", ["year"]).frame.set_index("term")
    assert late.loc["year", "estimate"] == pytest.approx(early.loc["year", "estimate"], rel=1e-4)
    assert late.loc["year", "error"] == pytest.approx(early.loc["year", "error"], rel=1e-4)
    moved = early.loc["start", "estimate"] - 1834 * early.loc["year", "estimate"]
    assert late.loc["start", "estimate"] == pytest.approx(moved, rel=1e-3)


COUNTED = pd.DataFrame({"n": [1, 4, 2, 6, 3, 8], "x": [1.0, 2, 3, 4, 5, 6], "people": [5.0] * 6, "one": ["a"] * 6})


@pytest.mark.parametrize(
    ("frame", "options", "said"),
    [
        (COUNTED, {"count": "m"}, "no column is called 'm'"),
        (COUNTED.assign(n=[1, 4, 2, 6, 3, -1]), {}, "not whole numbers from 0"),
        (COUNTED.assign(n=[1, 4, 2, 6, 3, 1.5]), {}, "not whole numbers from 0"),
        (COUNTED.assign(n=2), {}, "every count is 2"),
        (COUNTED.head(2), {}, "expected at least 3"),
        (COUNTED.head(3), {"by": ["x"]}, "expected at least 4"),
        (COUNTED.assign(x=[1, None, 3, 4, 5, 6]), {"by": ["x"]}, "x is empty on 1 row"),
        (COUNTED.assign(people=0.0), {"exposure": "people"}, "not above 0"),
        (COUNTED, {"by": ["one"]}, "expected a column that varies"),
        (COUNTED, {"by": ["people"]}, "expected a column that varies"),
        (COUNTED.assign(twice=COUNTED["x"] * 2), {"by": ["x", "twice"]}, "say the same twice"),
        (COUNTED.assign(geography=["England"] * 5 + ["Wales"]), {}, "rows are for England and Wales; expected one"),
        (COUNTED, {"by": ["n"]}, "on both sides"),
        (
            COUNTED.assign(n=[0, 4] * 3, side=list("ab") * 3),
            {"by": "side"},
            "every count is 0 on one side of side: b",
        ),
        (COUNTED, {"model": "normal"}, "no model of counts is called 'normal'"),
        (COUNTED, {"level": 2}, "no level"),
    ],
)
def test_counts_refuse(frame: pd.DataFrame, options: dict[str, object], said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        models.counts(frame, **{"count": "n", **options})  # type: ignore[arg-type]


# Survival


def test_kaplan_meier_agrees_with_kleinbaum_and_klein() -> None:
    # Kleinbaum and Klein (2012), chapter 2: the curve of the treated to four digits, medians 23 and 8.
    found = models.survival(FREIREICH, end="time", event="ended", group="group")
    curve = found.frame[found.frame["group"] == "a_treated"]
    assert curve["time"].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve["survival"].round(4).tolist() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    # R, survival, conf.type = "log-log".
    assert curve["lower"].round(4).tolist() == [0.6197, 0.5631, 0.5032, 0.4316, 0.3675, 0.2678, 0.1881]
    assert curve["upper"].round(4).tolist() == [0.9516, 0.9228, 0.8894, 0.8491, 0.8049, 0.7468, 0.6801]
    assert curve["error"].round(5).tolist() == [0.07636, 0.08694, 0.09635, 0.10681, 0.11405, 0.12823, 0.13459]
    assert (found.median("a_treated"), found.median("placebo")) == (23, 8)


def test_log_rank_and_cox_agree_with_kleinbaum_and_klein() -> None:
    # Log-rank 16.79; Cox coefficient 1.509 (error 0.410) with Breslow's ties, 1.572 (0.412) with Efron's.
    found = models.survival(FREIREICH, end="time", event="ended", group="group", ties="breslow")
    assert found.tests["chi2"].iloc[0] == pytest.approx(16.79, abs=5e-3)
    assert found.cox["coefficient"].iloc[0] == pytest.approx(1.509, abs=5e-4)
    assert found.cox["error"].iloc[0] == pytest.approx(0.410, abs=5e-4)
    assert found.cox["ratio"].iloc[0] == pytest.approx(4.523, abs=5e-4)
    efron = models.survival(FREIREICH, end="time", event="ended", group="group")
    assert efron.cox["coefficient"].iloc[0] == pytest.approx(1.572, abs=5e-4)
    assert efron.cox["error"].iloc[0] == pytest.approx(0.412, abs=5e-4)
    assert "ties by Efron" in efron.summary()


def test_aml_agrees_with_the_documents_of_r() -> None:
    # Documents of R's survival: medians 31 and 23, log-rank 3.4, p = 0.0653. Log-log intervals by R: 13 to none, 5 to 33.
    found = models.survival(AML, end="time", event="ended", group="group")
    rows = found.medians.set_index("group")
    assert rows["median"].tolist() == [31, 23]
    assert rows["lower"].tolist() == [13, 5]
    assert rows["upper"].tolist() == [math.inf, 33]
    assert found.tests["chi2"].iloc[0] == pytest.approx(3.396, abs=5e-4)
    assert found.tests["p"].iloc[0] == pytest.approx(0.0653, abs=5e-5)
    assert "31 (95% interval 13 to not reached; 7 of 11 ended)" in found.sentence()


def test_lung_agrees_with_the_documents_of_r(lung: pd.DataFrame) -> None:
    # Therneau's vignette: median 310; by sex 270 and 426; log-rank 10.3, p = 0.001; Cox -0.531 (0.167). Log-log
    # intervals by R: 284 to 361, 210 to 306, 345 to 524.
    whole = models.survival(lung, end="time", event="ended")
    assert whole.medians[["median", "lower", "upper"]].iloc[0].tolist() == [310, 284, 361]
    found = models.survival(lung, end="time", event="ended", group="sex")
    assert found.medians[["median", "lower", "upper"]].to_numpy().tolist() == [[270, 210, 306], [426, 345, 524]]
    assert found.tests["chi2"].iloc[0] == pytest.approx(10.33, abs=5e-3)
    assert found.cox["coefficient"].iloc[0] == pytest.approx(-0.531023538, rel=1e-6)
    assert found.cox["error"].iloc[0] == pytest.approx(0.167178583, rel=1e-6)
    # Grambsch and Therneau from R's Schoenfeld residuals with Breslow's ties: 2.75766; R's exact score test gives 2.863.
    breslow = models.survival(lung, end="time", event="ended", group="sex", ties="breslow")
    assert breslow.proportional["chi2"].iloc[0] == pytest.approx(2.75766179, rel=1e-6)
    assert found.proportional["chi2"].iloc[-1] == pytest.approx(2.863, rel=0.05)


def test_log_rank_of_four_groups_agrees_with_r(lung: pd.DataFrame) -> None:
    # R, survdiff by ph.ecog: 22 on 3 degrees of freedom, p = 6.6e-05, one row without it.
    found = models.survival(lung, end="time", event="ended", group="ph_ecog")
    test = found.tests.iloc[0]
    assert (round(test["chi2"], 1), test["degrees"]) == (22.0, 3)
    assert test["p"] == pytest.approx(6.6e-05, rel=0.01)
    assert found.left_out == 1
    assert "1 row without" in found.sentence()
    assert "Fewer than 5 lives ended in 3.0" in found.sentence()


# Lives watched from some time after their start; by hand, and with R's survival for the same frame.
LATE = pd.DataFrame(
    {
        "entry": [0.0, 1, 2, 3, 0, 4],
        "end": [3.0, 4, 5, 6, 7, 8],
        "ended": [True, True, False, True, False, True],
        "group": list("aabbab"),
    }
)


def test_left_truncation_by_hand() -> None:
    # At 3: a, b, c, e are watched (d enters at 3, f at 4): 3/4. At 4: b, c, d, e: 3/4. At 6: d, e, f: 2/3. At 8: f: 0.
    found = models.survival(LATE, end="end", event="ended", entry="entry")
    assert found.frame["time"].tolist() == [3, 4, 6, 8]
    assert found.frame["at_risk"].tolist() == [4, 4, 3, 1]
    assert found.frame["survival"].tolist() == pytest.approx([3 / 4, 9 / 16, 3 / 8, 0])
    assert found.median() == 6


def test_cox_with_late_entry_by_hand() -> None:
    # The score of the partial likelihood is nothing at its maximum; one life ends at a time.
    found = models.survival(LATE, end="end", event="ended", entry="entry", group="group")
    beta = found.cox["coefficient"].iloc[0]
    score = 0.0
    for time, died in ((3, "a"), (4, "a"), (6, "b"), (8, "b")):
        watched = LATE[(LATE["entry"] < time) & (LATE["end"] >= time)]["group"]
        a, b = (watched == "a").sum(), (watched == "b").sum()
        score += (died == "b") - b * math.exp(beta) / (a + b * math.exp(beta))
    assert score == pytest.approx(0, abs=1e-6)


def test_all_gone_early_is_said() -> None:
    frame = pd.DataFrame({"entry": [0, 0, 4, 4], "end": [1, 2, 6, 7], "ended": [True, True, True, False]})
    found = models.survival(frame, end="end", event="ended", entry="entry")
    assert "says nothing of those watched later" in found.sentence()


@settings(max_examples=40, deadline=None)
@given(times=st.lists(st.integers(1, 30), min_size=3, max_size=40))
def test_without_censoring_the_curve_is_the_share_left(times: list[int]) -> None:
    found = models.survival(pd.DataFrame({"time": times, "ended": True}), end="time", event="ended")
    for row in found.frame.itertuples():
        assert row.survival == pytest.approx(sum(time > row.time for time in times) / len(times), abs=1e-9)
    half = sorted(times)[math.ceil(len(times) / 2) - 1]
    assert found.median() == half


def dated(*rows: tuple[str, str, str, str, bool]) -> pd.DataFrame:
    """Bounds of starts and ends, and whether the life ended."""
    names = ["start_earliest", "start_latest", "end_earliest", "end_latest"]
    frame = pd.DataFrame([row[:4] for row in rows], columns=names).apply(pd.to_datetime)
    return frame.assign(start="", end="", ended=[row[4] for row in rows])


def test_uncertain_dates_are_counted_three_times() -> None:
    frame = dated(
        ("1830-01-01", "1839-12-31", "1871-01-01", "1871-01-01", True),
        ("1850-06-01", "1850-06-01", "1894-06-01", "1894-06-01", True),
        ("1834-01-01", "1834-01-01", "1930-01-01", "1930-01-01", True),
    )
    found = models.survival(frame, start="start", end="end", event="ended")
    assert found.frame["time"].iloc[0] == pytest.approx(36.0, abs=0.01)
    by = found.medians.set_index("dating")["median"]
    assert by.to_dict() == pytest.approx({"longest": 44, "middle": 44, "shortest": 44}, abs=0.01)
    two = models.survival(frame.head(2), start="start", end="end", event="ended")
    by = two.medians.set_index("dating")["median"]
    assert by.to_dict() == pytest.approx({"longest": 41, "middle": 36, "shortest": 31}, abs=0.01)
    assert "31.0 to 41.0" in two.sentence()
    assert two.unit == "years"


def test_lives_still_running_are_cut_off_at_the_end_of_watching() -> None:
    frame = pd.DataFrame(
        {
            "start": pd.to_datetime(["1990-01-01", "1990-01-01", "2000-01-01", "2011-01-01", None]),
            "end": pd.to_datetime(["2000-01-01", None, "2012-01-01", None, "2001-01-01"]),
            "ended": [True, False, True, False, True],
        }
    )
    found = models.survival(frame, start="start", end="end", event="ended", until="2010-01-01")
    assert found.medians[["lives", "ended"]].iloc[0].tolist() == [3, 1]
    assert found.left_out == 2
    assert found.frame["at_risk"].tolist() == [3]
    assert found.frame["time"].iloc[0] == pytest.approx(10, abs=0.01)
    with pytest.raises(LocalgovError, match="until='soon' cannot be read; expected a day"):
        models.survival(frame, start="start", end="end", event="ended", until="soon")


def test_equal_lives_from_different_dates_are_tied() -> None:
    # 1990-2000 and 1991-2001 have one length in days, 3653; as fractions of years they might differ in the last digit.
    frame = pd.DataFrame(
        {
            "start": pd.to_datetime(["1990-01-01", "1991-01-01", "1950-01-01"]),
            "end": pd.to_datetime(["2000-01-02", "2001-01-01", "1999-01-01"]),
            "ended": True,
        }
    )
    assert (frame["end"] - frame["start"]).iloc[:2].nunique() == 1
    found = models.survival(frame, start="start", end="end", event="ended")
    assert found.frame["ended"].tolist() == [2, 1]


def test_a_group_without_ends_has_no_cox_model() -> None:
    frame = lives(a=((3, 4, 5), ()), b=((), (6, 7, 8)))
    found = models.survival(frame, end="time", event="ended", group="group")
    assert found.cox.empty
    assert "nothing ended in b" in found.sentence()
    assert found.median("b") == math.inf


def test_groups_that_end_one_before_the_other_have_no_cox_model() -> None:
    found = models.survival(lives(a=((1, 2, 3), ()), b=((7, 8, 9), ())), end="time", event="ended", group="group")
    assert found.cox.empty
    assert "did not settle" in found.sentence()


def test_a_group_never_at_risk_is_left_out_of_the_test() -> None:
    frame = lives(a=((5, 7), (9,)), b=((6, 8), ()), c=((), (1, 2)))
    found = models.survival(frame, end="time", event="ended", group="group")
    assert found.tests["degrees"].tolist() == [1]
    assert "leaves out c" in found.sentence()


def test_hazards_that_cross_are_named() -> None:
    # All of one group end early or very late, those of the other between: the ratio of hazards turns round.
    rng = np.random.default_rng(11)
    frame = lives(
        a=(tuple(range(1, 31)) + tuple(range(300, 330)), ()), b=(tuple(map(int, rng.uniform(50, 120, 60))), ())
    )
    found = models.survival(frame, end="time", event="ended", group="group")
    assert found.proportional["p"].iloc[-1] < 0.01
    assert "not proportional" in found.sentence()


def test_the_kinds_of_body_can_be_told_from_each_other() -> None:
    kinds = lg.load("body_types")
    kinds["ended"] = kinds["end_status"].map({"ended": True, "continuing": False})
    found = models.survival(kinds, start="start", end="end", event="ended", group="purpose", until="2012-03-31")
    assert set(found.medians["dating"]) == {"longest", "middle", "shortest"}
    wide = found.medians.pivot(index="group", columns="dating", values="median")
    assert (wide["shortest"] <= wide["longest"]).all()
    used = kinds[kinds["ended"].notna() & kinds["purpose"].notna() & kinds["start_earliest"].notna()]
    assert found.medians.groupby("dating")["lives"].sum().max() <= len(used)
    assert found.left_out == len(kinds) - found.medians.groupby("dating")["lives"].sum()["middle"]


@pytest.mark.parametrize(
    ("frame", "options", "said"),
    [
        (AML, {"group": "grp"}, "did you mean group"),
        (AML.assign(time=-1), {}, "durations below 0"),
        (AML.assign(start=500), {"start": "start"}, "ended before the start"),
        (AML.assign(ended=False), {}, "0 ends; expected"),
        (AML.head(1), {}, "1 usable life"),
        (AML.assign(seen=AML["time"]), {"entry": "seen"}, "ended before being watched"),
        (AML, {"ties": "exact"}, "no way with ties"),
        (AML.assign(ended=AML["ended"] + 1), {}, "ended holds 2; expected true and false"),
        (AML, {"until": "1990-01-01"}, "expected a number"),
        (AML, {"level": 0}, "no level"),
        (AML.assign(start=pd.Timestamp("1990-01-01")), {"start": "start"}, "expected one sort for all"),
        (AML.assign(word="x"), {"also": ["word"]}, "not numbers"),
        (AML.assign(x=AML["time"], y=AML["time"] * 2), {"also": ["x", "y"]}, "say the same twice"),
        (AML.assign(same=1), {"also": ["same"]}, "expected a column that varies"),
    ],
)
def test_survival_refuses(frame: pd.DataFrame, options: dict[str, object], said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        models.survival(frame, **{"end": "time", "event": "ended", **options})  # type: ignore[arg-type]


def test_an_unknown_group_names_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="maintained"):
        models.survival(AML, end="time", event="ended", group="group").median("maintaned")


# Areas


def test_areas_agree_with_slopes_area_by_area() -> None:
    # Where each area has the same years, a group's change is the mean of its areas' own slopes, and its clustered variance
    # the spread of those slopes about it, times the small-sample factor.
    found = models.areas(by="type")
    table = lg.load("indicator_values")
    table = table[(table["ni"] == 186) & table["laa_area"].notna()]
    table = table.assign(year=table["date"].astype(int), type=table["area_type"].map(type_words))
    table = table[table["type"] != "sui generis"]
    slopes = table.groupby(["type", "laa_area"])[["year", "value"]].apply(
        lambda rows: np.polyfit(rows["year"], rows["value"], 1)[0]
    )
    rows, of = len(table), table["laa_area"].nunique()
    groups = slopes.groupby(level=0)
    factor = of / (of - 1) * (rows - 1) / (rows - 2 * groups.ngroups)
    frame = found.frame.set_index("group")
    for name, own in groups:
        assert frame.loc[name, "change"] == pytest.approx(own.mean(), rel=1e-9)
        spread = math.sqrt(factor * ((own - own.mean()) ** 2).sum()) / len(own)
        assert frame.loc[name, "error"] == pytest.approx(spread, rel=1e-9)
        assert frame.loc[name, "areas"] == len(own)
    ends = table[table["year"] == 2010].groupby("type")["value"].mean()
    assert frame["last"].to_dict() == pytest.approx(ends.to_dict())
    first = frame.iloc[0]
    assert frame["difference"].iloc[1] == pytest.approx(frame["change"].iloc[1] - first["change"])
    apart = math.hypot(frame["error"].iloc[1], first["error"])
    assert found.equal[1:3] == (3, of - 1)
    half = (frame["difference_upper"].iloc[1] - frame["difference_lower"].iloc[1]) / 2
    assert half == pytest.approx(apart * (frame["upper"].iloc[0] - first["change"]) / first["error"])


def test_areas_warn_that_groups_were_not_drawn_by_lot() -> None:
    found = models.areas(by="deprivation")
    said = found.sentence()
    assert of_areas.NOT_BY_LOT in said
    assert "City of London" in said
    assert "later estimate" in said
    assert found.left_out["without a value in every year 2005–2010"] == 3
    without = models.areas(by="deprivation", without=["City of London"])
    assert sum(without.frame["areas"]) == sum(found.frame["areas"]) - 1
    assert "City of London (mean" not in without.sentence()
    assert found.evidence.rows > 6 * 140


def test_chosen_areas_are_not_compared_without_whole_lists() -> None:
    with pytest.raises(NotEnoughDataError, match="held for none of 150 areas"):
        models.areas(by="chosen")
    with pytest.raises(NotEnoughDataError, match="expected two groups"):
        models.areas(by="renewal_fund")


def test_chosen_areas_are_compared_where_whole_lists_are_held(copied: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    held = pd.read_csv(copied / "laa_targets.csv", dtype=str).fillna("")
    areas = lg.load("laa_areas")
    names = areas.loc[areas["type"] == "london_borough", "area"].tolist()[:14]
    rows = []
    for at, name in enumerate(names):
        base = held.iloc[0].to_dict()
        base |= {"target_key": f"made_{at}", "area": name, "ni": "186" if at < 7 else "1", "designated": "true"}
        rows.append(base | {"list_complete": "true", "list_status": "final", "note": ""})
    write_csv(copied / "laa_targets.csv", rows, list(held.columns))
    found = models.areas(by="chosen", catalogue=Catalogue(base=copied))
    assert found.frame.set_index("group")["areas"].to_dict() == {"chose it": 7, "did not": 7}
    assert "are rough" in found.sentence()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"by": "typ"}, "did you mean type"),
        ({"ni": 1}, "NI 1 has values of areas in 2008|no year"),
        ({"ni": 999}, "no national indicator with values"),
        ({"years": (2010, 2005)}, "no span"),
        ({"years": (2005, 2012)}, "expected every year 2005–2012"),
        ({"without": ["Londn"]}, "no area of a local area agreement is called 'Londn'"),
    ],
)
def test_areas_refuse(options: dict[str, object], said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        models.areas(**options)  # type: ignore[arg-type]


def test_numbers_in_words() -> None:
    assert [shown(value) for value in (-1.4946, 12345.6, 0.01234, 31.0, 0.0, math.inf, math.nan)] == [
        "-1.49",
        "12,346",
        "0.0123",
        "31",
        "0",
        "not reached",
        "not known",
    ]
    assert [p_text(p) for p in (0.0004, 0.0653, math.nan)] == ["p < 0.001", "p = 0.065", "p not known"]
    assert between(-2.5, 0.4, 0.95) == "95% interval -2.50 to 0.400"


def test_every_result_speaks_in_three_ways(quine: pd.DataFrame) -> None:
    results = (
        models.interrupted(PACKS, 1989),
        models.interrupted(PACKS, 1989).placebo(),
        models.counts(quine, "Days", ["Eth"]),
        models.survival(AML, end="time", event="ended", group="group"),
        models.areas(),
    )
    for result in results:
        frame = result.to_frame()
        assert len(frame)
        assert result.sentence().endswith(".")
        assert result.summary().startswith(result.sentence())
        with pytest.raises(AttributeError):
            result.level = 0.5  # type: ignore[misc]


def test_sentences_hold_no_number_that_is_not_known() -> None:
    for result in itertools.chain(
        [models.interrupted(PACKS, [1980, 1989], errors="ar")], [models.areas(by="deprivation")]
    ):
        assert "nan" not in result.summary()
        assert "inf " not in result.summary()
