"""Structural breaks against published results, other ways to the same number, and simulated series.

Data: the flow of the Nile (with statsmodels); ``us_real_interest_rate.csv``, the quarterly series of Bai and Perron (2003),
as in the data archive of the Journal of Applied Econometrics and R strucchange (RealInt); ``uk_driver_deaths.csv``, Harvey
and Durbin (1986), as in R datasets (UKDriverDeaths). "strucchange" below is R strucchange 1.5-3 run on the published
examples of its manual.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from localgov_history import breaks
from localgov_history.breaks import fit
from localgov_history.breaks import values as printed
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def nile() -> pd.Series:
    frame = sm.datasets.nile.load_pandas().data
    return pd.Series(frame["volume"].to_numpy(), index=frame["year"].astype(int))


@pytest.fixture(scope="module")
def rate() -> pd.Series:
    frame = pd.read_csv(DATA / "us_real_interest_rate.csv")
    return pd.Series(frame["rate"].to_numpy(), index=pd.PeriodIndex(frame["quarter"], freq="Q"))


@pytest.fixture(scope="module")
def seatbelt() -> tuple[pd.Series, pd.DataFrame]:
    """Logarithms of deaths with their first and twelfth lags, 1970 to 1984, as in strucchange's manual."""
    frame = pd.read_csv(DATA / "uk_driver_deaths.csv")
    deaths = pd.Series(np.log10(frame["deaths"].to_numpy()), index=pd.PeriodIndex(frame["month"], freq="M"))
    lags = pd.DataFrame({"level": 1.0, "lag_1": deaths.shift(1), "lag_12": deaths.shift(12)})
    return deaths["1970-01":], lags["1970-01":]  # type: ignore[misc]


# Published results.


def test_nile_partitions_of_strucchange(nile: pd.Series) -> None:
    """example(breakpoints): break after 1898; RSS and BIC to the 7 digits that summary() prints."""
    found = breaks.bai_perron(nile)
    assert found.labels(1) == (1899,)
    assert [[int(nile.index[at - 1]) for at in found.breaks(m)] for m in range(1, 6)] == [
        [1898],
        [1898, 1953],
        [1898, 1938, 1953],
        [1898, 1915, 1938, 1953],
        [1885, 1900, 1915, 1938, 1953],
    ]
    assert found.rss == pytest.approx(
        [2835156.750, 1597457.194, 1552923.616, 1538096.513, 1507888.476, 1659993.500], abs=6e-4
    )
    assert found.bic == pytest.approx([1318.242, 1270.084, 1276.467, 1284.718, 1291.944, 1310.765], abs=6e-4)
    assert found.select("bic").number == 1


def test_nile_interval_of_strucchange(nile: pd.Series) -> None:
    """confint(): the old regime ends in 1898, 95% interval 1895 to 1902; the new one begins a year later."""
    interval = breaks.bai_perron(nile).confidence_intervals(1).iloc[0]
    assert [nile.index[interval[key] - 1] for key in ("lower", "position", "upper")] == [1895, 1898, 1902]
    assert [interval[key] for key in ("lower_label", "label", "upper_label")] == [1896, 1899, 1903]


def test_nile_tests_of_strucchange(nile: pd.Series) -> None:
    """sctest(): sup F 75.929769, average 21.214667, exponential 33.758975; Chow at 1898 75.929769, 8 digits."""
    found = breaks.sup_f(nile)
    assert (found.statistic, found.ave.value, found.exp.value) == pytest.approx(
        (75.929769, 21.214667, 33.758975), abs=6e-7
    )
    assert found.label == 1899
    assert max(found.pvalue, found.ave.pvalue, found.exp.pvalue) < 1e-4
    chow = breaks.chow(nile, label=1899)
    assert chow.statistic == pytest.approx(75.929769, abs=6e-7)
    assert chow.pvalue == pytest.approx(7.438494e-14, rel=1e-6)


def test_seatbelt_tests_of_strucchange(seatbelt: tuple[pd.Series, pd.DataFrame]) -> None:
    """sctest() with three coefficients and 10% trimmed: statistics to 8 digits, Hansen's p-values to 7."""
    found = breaks.sup_f(*seatbelt, trimming=0.1)
    assert (found.statistic, found.pvalue) == pytest.approx((19.333112, 0.006720691), rel=1e-6)
    assert (found.ave.value, found.ave.pvalue) == pytest.approx((7.4579531, 0.01461426), rel=1e-6)
    assert (found.exp.value, found.exp.pvalue) == pytest.approx((6.4247207, 0.008093338), rel=1e-6)
    assert found.position == 46


def test_seatbelt_partitions_of_strucchange(seatbelt: tuple[pd.Series, pd.DataFrame]) -> None:
    """breakpoints() with h = 0.1: all breaks; RSS to 7 digits and BIC to 10; confint() in three variants."""
    found = breaks.bai_perron(*seatbelt, trimming=0.1)
    assert found.partitions == (
        (),
        (46,),
        (46, 157),
        (46, 70, 157),
        (46, 70, 108, 157),
        (46, 70, 120, 141, 160),
    )
    assert found.rss == pytest.approx([0.3297082, 0.2967377, 0.2675731, 0.2438039, 0.2395281, 0.2317149], abs=6e-8)
    assert found.bic == pytest.approx(
        [-602.8610528, -601.0539119, -598.9041553, -594.8774283, -577.2904615, -562.4879701], abs=6e-8
    )
    bounds = found.confidence_intervals(2)[["lower", "upper"]]
    assert bounds.to_numpy().tolist() == [[33, 56], [144, 171]]
    alike = found.confidence_intervals(2, same_regressors=True)[["lower", "upper"]]
    assert alike.to_numpy().tolist() == [[33, 55], [134, 171]]
    one = found.confidence_intervals(1, 0.90, same_errors=True).iloc[0]
    assert (one["lower"], one["upper"]) == (39, 59)


def test_real_interest_rate_partitions_of_strucchange(rate: pd.Series) -> None:
    """example(RealInt): ends of regimes 1966(4), 1972(3), 1980(3); RSS to 4 decimals and BIC to 4."""
    found = breaks.bai_perron(rate)
    assert [str(rate.index[at - 1]) for at in found.breaks(3)] == ["1966Q4", "1972Q3", "1980Q3"]
    assert found.rss == pytest.approx([1214.9219, 644.9955, 455.9502, 445.1819, 444.8797, 449.6395], abs=6e-5)
    assert found.bic == pytest.approx([555.7445, 499.7952, 473.3381, 480.1458, 489.3454, 499.7110], abs=6e-5)
    assert found.confidence_intervals(2)[["lower", "upper"]].to_numpy().tolist() == [[39, 49], [77, 81]]
    # strucchange gives -29 to 77 for the first of three breaks under the same variance; the series begins at 0.
    same = found.confidence_intervals(3, same_errors=True)
    assert same[["lower", "upper"]].to_numpy().tolist() == [[0, 77], [40, 54], [78, 80]]
    assert same["cut"].tolist() == [True, False, False]


def test_real_interest_rate_of_bai_and_perron(rate: pd.Series) -> None:
    """Bai and Perron (2003, J. Applied Econometrics, table I) as R mbreaks prints it in its vignette, 3 decimals:
    sup F(k), UDmax, sup F(l + 1 | l), sum of squares with two breaks, coefficients and robust errors. Of the sequential
    tests three are above their 5% values of 8.58, 10.13 and 11.14."""
    found = breaks.bai_perron(rate, errors="hac")
    assert found.sup_f == pytest.approx([57.906, 43.014, 33.323, 24.771, 18.326], abs=6e-4)
    assert found.ud_max == pytest.approx(57.906, abs=6e-4)
    assert found.sequential[:4] == pytest.approx([57.906, 33.927, 14.725, 0.033], abs=6e-4)
    assert np.isnan(found.sequential[4])
    assert found.rss[2] == pytest.approx(455.950, abs=6e-4)
    assert found.breaks(2) == (47, 79)
    two = found.regimes(2)
    assert two["value"].tolist() == pytest.approx([1.355, -1.796, 5.643], abs=6e-4)
    assert two["standard_error"].tolist() == pytest.approx([0.155, 0.511, 0.603], abs=6e-4)
    assert [found.select(name).number for name in breaks.CRITERIA] == [2, 2, 2, 3]


def test_robust_intervals_beside_strucchange(rate: pd.Series) -> None:
    """confint(vcov. = kernHAC, as in example(RealInt)): 18-35, 33-48, 77-81. It divides the long-run variance by n, Bai and
    Perron by n - 1: bounds agree to one quarter."""
    found = breaks.bai_perron(rate, errors="hac").confidence_intervals(3)
    reference = np.array([[18, 35], [33, 48], [77, 81]])
    assert np.abs(found[["lower", "upper"]].to_numpy() - reference).max() <= 1


# Andrews (2003, Econometrica 71, 395-397, table 1), 15% trimmed, divided by q, as Stock and Watson print them.
ANDREWS = {
    1: (7.12, 8.68, 12.16),
    2: (5.00, 5.86, 7.78),
    3: (4.09, 4.71, 6.02),
    4: (3.59, 4.09, 5.12),
    5: (3.26, 3.66, 4.53),
    10: (2.48, 2.71, 3.23),
}


@pytest.mark.parametrize("q", ANDREWS)
def test_pvalues_at_andrews_critical_values(q: int) -> None:
    """Hansen's p-values come to 10 and 5% within a tenth of themselves, and to 1% within a fifth."""
    found = [printed.hansen_pvalue(q * value, "sup", q, 0.15) for value in ANDREWS[q]]
    assert found[:2] == pytest.approx([0.10, 0.05], rel=0.1)
    assert found[2] == pytest.approx(0.01, rel=0.2)


def test_pvalue_at_the_first_table_of_andrews() -> None:
    """8.85 (Andrews 1993) was corrected to 8.68 (2003): the test at 8.85 is a little below 5%."""
    assert 0.04 < printed.hansen_pvalue(8.85, "sup", 1, 0.15) < 0.05


def test_pvalues_fall_and_end_at_zero() -> None:
    """Hansen's cubics turn back far out; p-values may not."""
    for test, q in itertools.product(("sup", "ave", "exp"), (1, 4, 10)):
        found = [printed.hansen_pvalue(x, test, q, 0.15) for x in (0, 0.2, 5, 10, 20, 40, 80, 1e3, np.inf)]
        assert found == sorted(found, reverse=True)
        assert found[-1] < 1e-3


def test_critical_values_of_bai_and_perron() -> None:
    """Bai and Perron (1998, tables I and II) print the same for 5% trimmed; the others as R mbreaks prints them."""
    value = printed.critical_value
    assert [value("sup_f", k, 1, 0.05, 0.05) for k in (1, 2, 3)] == [9.63, 8.78, 7.85]
    assert [value("sup_f_next", k, 1, 0.15, 0.05) for k in (1, 2, 3, 4, 5)] == [8.58, 10.13, 11.14, 11.83, 12.25]
    assert [value("ud_max", 1, 1, 0.15, level) for level in (0.10, 0.05, 0.01)] == [7.46, 8.88, 12.37]
    assert value("wd_max", 1, 1, 0.15, 0.05) == 9.91
    assert value("sup_f", 4, 1, 0.20, 0.05) is None


def test_critical_values_are_in_order() -> None:
    """More coefficients, a smaller level, less trimming: a larger value; more breaks: a smaller one."""
    for trimming, level, q in itertools.product(printed.TRIMMINGS, printed.LEVELS, range(1, 11)):
        values = [printed.critical_value("sup_f", k, q, trimming, level) for k in range(1, 11)]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=True)
        following = printed.critical_value("sup_f_next", 1, q, trimming, level)
        assert following == known[0]
        ud, wd = (printed.critical_value(name, 1, q, trimming, level) for name in ("ud_max", "wd_max"))
        assert ud is not None
        assert wd is not None
        assert known[0] <= ud <= wd
        if q > 1:
            assert known[0] > printed.critical_value("sup_f", 1, q - 1, trimming, level)  # type: ignore[operator]


def test_distribution_of_dates_of_bai() -> None:
    """Bai (1997): 90 and 95% of the symmetric distribution lie within 7.7 and 11.0; and the two sides make up one."""
    assert fit.date_quantiles(0.90, 1, 1) == pytest.approx((-7.7, 7.7), abs=0.05)
    assert fit.date_quantiles(0.95, 1, 1) == pytest.approx((-11.0, 11.0), abs=0.05)
    for drift, spread in itertools.product((0.1, 1.0, 5.0), repeat=2):
        low, high = fit.date_quantiles(0.95, drift, spread)
        # Seen backwards, in the units of the other side, the distribution is its own mirror.
        other = fit.date_quantiles(0.95, 1 / drift, 1 / spread)
        assert (low, high) == pytest.approx([-x * spread / drift**2 for x in reversed(other)], rel=1e-6)


# Other ways to the same number.


def _exhaustive(
    y: np.ndarray, X: np.ndarray, fixed: np.ndarray, shortest: int, m: int
) -> tuple[float, tuple[int, ...]]:
    """The best partition by trying all of them with least squares."""
    best: tuple[float, tuple[int, ...]] = (np.inf, ())
    n = len(y)
    for cuts in itertools.combinations(range(shortest, n - shortest + 1), m):
        edges = (0, *cuts, n)
        if min(np.diff(edges)) < shortest:
            continue
        wide = np.zeros((n, X.shape[1] * (m + 1) + fixed.shape[1]))
        for number, (first, last) in enumerate(itertools.pairwise(edges)):
            wide[first:last, number * X.shape[1] : (number + 1) * X.shape[1]] = X[first:last]
        wide[:, X.shape[1] * (m + 1) :] = fixed
        residuals = y - wide @ np.linalg.lstsq(wide, y, rcond=None)[0]
        best = min(best, (float(residuals @ residuals), cuts))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_partitions_are_those_of_an_exhaustive_search(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = 26
    y = random.normal(size=n).cumsum()
    X = np.column_stack([np.ones(n), np.arange(1900.0, 1900 + n)][: 1 + seed % 2])
    found = breaks.bai_perron(y, X, max_breaks=3, trimming=0.17)
    assert found.shortest == 4
    for m in (1, 2, 3):
        rss, cuts = _exhaustive(y, X, np.empty((n, 0)), 4, m)
        assert found.breaks(m) == cuts
        assert found.rss[m] == pytest.approx(rss, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_partial_change_is_that_of_an_exhaustive_search(seed: int) -> None:
    """With breaks that stand out the iteration finds the best of all partitions."""
    random = np.random.default_rng(seed)
    n = 36
    x = random.normal(size=n)
    y = 2 * x + np.repeat([0.0, 2.0, -1.0], 12) + 0.3 * random.normal(size=n)
    found = breaks.bai_perron(y, fixed=x, max_breaks=2, trimming=0.2)
    for m in (1, 2):
        rss, cuts = _exhaustive(y, np.ones((n, 1)), x[:, None], found.shortest, m)
        assert found.breaks(m) == cuts
        assert found.rss[m] == pytest.approx(rss, rel=1e-9)
    assert found.breaks(2) == (12, 24)


def test_chow_and_wald_are_an_f_test_of_dummies() -> None:
    """statsmodels: interactions with a dummy, tested together."""
    random = np.random.default_rng(7)
    n, at = 60, 25
    X = np.column_stack([np.ones(n), random.normal(size=n)])
    y = X @ [1.0, 2.0] + random.normal(size=n) + (np.arange(n) >= at)
    late = X * (np.arange(n) >= at)[:, None]
    model = sm.OLS(y, np.column_stack([X, late])).fit()
    test = model.f_test(np.eye(4)[2:])
    chow = breaks.chow(y, X, position=at)
    assert (chow.statistic, chow.pvalue) == pytest.approx((float(test.fvalue), float(test.pvalue)), rel=1e-9)
    assert chow.degrees == (2, 56)
    wald = breaks.wald(y, X, position=at, errors="constant")
    assert wald.statistic == pytest.approx(2 * chow.statistic, rel=1e-9)


@pytest.mark.parametrize("errors", breaks.ERRORS)
def test_units_and_origins_of_regressors_change_nothing(nile: pd.Series, errors: str) -> None:
    years = np.arange(1871.0, 1971)
    one, other = (
        breaks.bai_perron(nile, np.column_stack([np.ones(100), line]), max_breaks=2, errors=errors)
        for line in (years, (years - 1920) / 1000)
    )
    assert one.partitions == other.partitions
    assert one.sup_f == pytest.approx(other.sup_f, rel=1e-6)
    assert one.sequential == pytest.approx(other.sequential, rel=1e-6)
    pd.testing.assert_frame_equal(one.confidence_intervals(1), other.confidence_intervals(1))
    slopes, thousands = (found.regimes(1).query("coefficient == 'x2'") for found in (one, other))
    for column in ("value", "standard_error"):
        assert (1000 * slopes[column]).tolist() == pytest.approx(thousands[column].tolist(), rel=1e-6)


def test_standard_errors_of_a_partial_change_are_those_of_least_squares() -> None:
    """statsmodels with a column for each regime; robust ones come near them where errors are independent."""
    random = np.random.default_rng(9)
    n, at = 2000, 1200
    x = random.normal(size=n)
    late = np.arange(n) >= at
    y = 3.0 * late + 2 * x + random.normal(size=n)
    model = sm.OLS(y, np.column_stack([~late, late, x]).astype(float)).fit()
    found = breaks.bai_perron(y, fixed=x, max_breaks=1)
    assert found.breaks(1) == (at,)
    assert found.regimes(1)["value"].tolist() == pytest.approx(model.params[:2], rel=1e-9)
    assert found.regimes(1)["standard_error"].tolist() == pytest.approx(model.bse[:2], rel=1e-9)
    robust = breaks.bai_perron(y, fixed=x, max_breaks=1, errors="hac")
    assert robust.regimes(1)["standard_error"].tolist() == pytest.approx(model.bse[:2], rel=0.15)


def test_criteria_of_yao_and_of_liu_wu_and_zidek_by_hand() -> None:
    """Two regimes of a level: sums of squares 5 and 5 about means 0 and 10; three parameters with one break."""
    y = np.r_[np.tile([0.5, -0.5], 10), 10 + np.tile([0.5, -0.5], 10)]
    found = breaks.bai_perron(y, max_breaks=1)
    assert found.rss == pytest.approx((10 + 40 * 25, 10))
    assert found.bic_yao[1] == pytest.approx(np.log(10 / 40) + 3 * np.log(40) / 40)
    assert found.lwz[1] == pytest.approx(np.log(10 / 37) + 3 / 40 * 0.299 * np.log(40) ** 2.1)


# Properties and simulations.

series = st.lists(st.integers(-40, 40), min_size=24, max_size=40).filter(lambda values: len(set(values)) > 8)


@settings(max_examples=25, deadline=None)
@given(series, st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_shift_and_scale_change_nothing(values: list[int], shift: float, scale: float) -> None:
    # A little noise of its own breaks ties between partitions.
    y = np.array(values) + np.random.default_rng(1).normal(size=len(values))
    one, other = (breaks.bai_perron(item, max_breaks=2) for item in (y, shift + scale * y))
    assert one.partitions == other.partitions
    assert one.sup_f == pytest.approx(other.sup_f, rel=1e-6, abs=1e-6)
    assert np.array(one.rss) * scale**2 == pytest.approx(other.rss, rel=1e-6)
    first, second = (breaks.sup_f(item) for item in (y, shift + scale * y))
    assert (first.statistic, first.pvalue) == pytest.approx((second.statistic, second.pvalue), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_large_breaks_are_found(seed: int) -> None:
    random = np.random.default_rng(seed)
    y = np.repeat([0.0, 8.0, -8.0], 30) + random.normal(size=90)
    found = breaks.bai_perron(y)
    for criterion in breaks.CRITERIA:
        chosen = found.select(criterion)
        assert chosen.criterion == criterion
        assert (chosen.number, chosen.positions) == (2, (30, 60))
    assert found.ud_max > 8.88
    assert found.confidence_intervals(2)["position"].tolist() == [30, 60]


def test_size_of_sup_f_and_of_sup_f_next() -> None:
    """Without a break 5% of tests reject: 300 series of 100, so a standard error of 1.3 points."""
    random = np.random.default_rng(11)
    found = [breaks.sup_f(y).pvalue < 0.05 for y in random.normal(size=(300, 100))]
    assert np.mean(found) == pytest.approx(0.05, abs=0.038)
    sequential = [
        breaks.bai_perron(y, max_breaks=1).select("sequential").number for y in random.normal(size=(300, 100))
    ]
    assert np.mean(sequential) == pytest.approx(0.05, abs=0.038)


def test_a_step_without_noise_is_found_and_said_to_be_exact() -> None:
    y = np.r_[np.zeros(20), np.ones(20)]
    found = breaks.bai_perron(y, max_breaks=2)
    assert found.select().positions == (20,)
    assert found.rss[1] == 0
    row = found.confidence_intervals(1).iloc[0]
    assert (row["lower"], row["upper"]) == (20, 20)
    assert "no error to judge by" in found.sentence()
    assert breaks.sup_f(y).pvalue == 0


# What is said.


def test_what_results_say(nile: pd.Series) -> None:
    found = breaks.bai_perron(nile)
    said = found.summary()
    assert "BIC chooses 1: a new regime from 1899 (95% interval 1896–1903)" in said
    assert "UDmax = 75.93 (5% critical value 8.88)" in said
    assert "ADF" in said
    assert "KPSS" in said
    assert "the model has a level alone where the series has a trend" in found.sentence()
    for result in (breaks.sup_f(nile), breaks.chow(nile, label=1899), breaks.wald(nile, label=1899)):
        assert "1899" in result.sentence()
        assert "Order of integration" in result.summary()
        assert len(result.to_frame()) >= 1
    assert found.to_frame()["breaks"].tolist() == [0, 1, 2, 3, 4, 5]


def test_a_random_walk_is_said_not_to_rule_out_a_unit_root() -> None:
    walk = np.random.default_rng(3).normal(size=150).cumsum()
    found = breaks.sup_f(walk)
    assert "a unit root is not ruled out" in found.sentence()
    assert "errors are autocorrelated" in found.sentence()


def test_small_samples_and_unequal_errors_are_named() -> None:
    random = np.random.default_rng(5)
    y = np.r_[random.normal(size=12), 9 + 8 * random.normal(size=28)]
    said = breaks.chow(y, position=12).sentence()
    assert "only 40 observations" in said
    assert "a regime of only 12 observations" in said
    assert "errors vary unequally" in said


def test_robust_tests_over_short_regimes_are_doubted(rate: pd.Series) -> None:
    assert "robust tests over short regimes" in breaks.bai_perron(rate, errors="hac").sentence()
    assert "robust tests" not in breaks.bai_perron(rate).sentence()


def test_dates_are_named_as_they_were_given(nile: pd.Series) -> None:
    monthly = pd.Series(nile.to_numpy(), index=pd.date_range("1871-01-01", periods=100, freq="MS"))
    financial = pd.Series(nile.to_numpy(), index=[f"{year}/{(year + 1) % 100:02}" for year in nile.index])
    assert "from 1873-05-01" in breaks.chow(monthly, label="1873-05-01").sentence()
    assert "from 1899/00" in breaks.chow(financial, label="1899/00").sentence()
    assert "from position 28" in breaks.chow(nile.to_numpy(), position=28).sentence()


def test_a_trend_among_the_regressors_ends_the_warning(nile: pd.Series) -> None:
    X = np.column_stack([np.ones(100), np.arange(100)])
    assert "level alone" not in breaks.bai_perron(nile, X).summary()


def test_trimming_without_critical_values_still_gives_partitions(nile: pd.Series) -> None:
    found = breaks.bai_perron(nile, max_breaks=2, trimming=0.3)
    assert found.labels(1) == (1899,) or len(found.breaks(1)) == 1
    assert "No tests of the number of breaks: trimming is 0.3" in found.summary()
    with pytest.raises(LocalgovError, match=r"tabulated for 0\.05, 0\.1, 0\.15, 0\.2 and 0\.25"):
        _ = found.ud_max


# Bad input.

LINE = np.random.default_rng(2).normal(size=40)


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (pd.Series(LINE, index=[*range(1900, 1920), *range(1921, 1941)]), "missing between 1919 and 1921"),
        (pd.Series(LINE, index=[*range(1900, 1939), 1900]), "1900 more than once"),
        (pd.Series(LINE, index=range(1939, 1899, -1)).sort_values(), "not in order of time"),
        (
            pd.Series(LINE, index=[f"{y}/{(y + 1) % 100:02}" for y in [*range(1900, 1939), 1941]]),
            "1938/39 and 1941/42",
        ),
        (pd.Series(LINE, index=pd.to_datetime([f"{y}-01-01" for y in [*range(1900, 1939), 1941]])), "evenly spaced"),
        (pd.Series(np.where(np.arange(40) == 3, np.nan, LINE), index=range(1900, 1940)), "no finite value at 1903"),
        (np.ones(40), "no two different values"),
        (["a"] * 40, "no numbers"),
        (LINE.reshape(20, 2), r"shape \(20, 2\)"),
    ],
)
def test_bad_series_are_refused(y: object, said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        breaks.sup_f(y)


def test_years_of_a_census_are_no_gap() -> None:
    assert breaks.sup_f(pd.Series(LINE[:20], index=range(1811, 2011, 10))).series.n == 20


def test_bad_regressors_and_options_are_refused(nile: pd.Series) -> None:
    line = np.arange(100.0)
    dummy = (line >= 50).astype(float)
    for work, said in (
        (lambda: breaks.sup_f(nile, np.column_stack([line, 2 * line])), "regressors are collinear"),
        (lambda: breaks.bai_perron(nile, np.column_stack([np.ones(100), dummy])), "collinear in the 15 observations"),
        (lambda: breaks.bai_perron(nile, fixed=np.ones(100)), "regressors are collinear"),
        (lambda: breaks.sup_f(nile, line[:50]), r"shape \(50, 1\); expected 100 rows"),
        (lambda: breaks.sup_f(nile, pd.Series(line)), "index of X is not that of y"),
        (lambda: breaks.sup_f(2 * line + 1, np.column_stack([np.ones(100), line])), "without any error"),
        (lambda: breaks.sup_f(nile, trimming=0.5), "below 0.5"),
        (lambda: breaks.bai_perron(nile, max_breaks=0), "at least 1"),
        (lambda: breaks.chow(nile), "either position or label"),
        (lambda: breaks.chow(nile, position=100), "expected 1 to 99"),
        (lambda: breaks.chow(nile, label=1801), "from 1871 to 1970"),
        (lambda: breaks.bai_perron(nile).breaks(6), "expected 0 to 5"),
        (lambda: breaks.bai_perron(nile).confidence_intervals(0), "at least 1"),
    ):
        with pytest.raises(LocalgovError, match=said):
            work()
    with pytest.raises(UnknownNameError, match="did you mean bic"):
        breaks.bai_perron(nile).select("bicc")
    with pytest.raises(UnknownNameError, match="kind of errors"):
        breaks.wald(nile, position=20, errors="white")


def test_too_few_observations_are_refused() -> None:
    with pytest.raises(NotEnoughDataError, match=r"0\.15 of 10 observations is 1; expected at least 2"):
        breaks.sup_f(LINE[:10])
    with pytest.raises(NotEnoughDataError, match=r"need 6 × 8 observations; given 40, which has room for 4"):
        breaks.bai_perron(LINE, trimming=0.2)
    with pytest.raises(NotEnoughDataError, match="1 observation before position 1 and 39 from it"):
        breaks.chow(LINE, position=1)
    with pytest.raises(NotEnoughDataError, match="expected more observations"):
        breaks.sup_f(LINE[:3], np.random.default_rng(0).normal(size=(3, 3)))
