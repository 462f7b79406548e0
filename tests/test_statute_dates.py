"""Which series can be tested at the statute dates, and whether intervals cover them more often than chance."""

from __future__ import annotations

import dataclasses
import itertools
import types
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import localgov_history as lg
from localgov_history import statute_dates
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.statute_dates import STATUTE_DATES, StatuteDate
from localgov_history.text import counted

# Series of several lengths, with parting breaks and gaps.
KEYS = (
    "uk_local_government_current_expenditure",
    "uk_public_education_expenditure",
    "england_dwelling_stock",
    "uk_retail_price_index",
    "england_population_census",
)


@pytest.fixture(scope="module")
def to_test() -> statute_dates.SeriesToTest:
    return statute_dates.series_to_test(KEYS)


def intervals(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["lower", "upper", "span_start", "span_end"])
    return frame.assign(series=[f"series {at}" for at in range(len(rows))])


def test_the_years_of_the_statutes_are_those_of_the_table_of_acts() -> None:
    acts = lg.load("acts").set_index("act_key")
    for date in STATUTE_DATES:
        for key in date.acts:
            years = {str(acts.loc[key, column])[:4] for column in ("royal_assent", "in_force")}
            assert any(str(year) in years for year in range(date.first, date.last + 1)), (date.label, key)


def test_a_run_never_crosses_a_break_or_a_gap() -> None:
    for key in KEYS:
        found = lg.series(key)
        run = statute_dates.unbroken(found)
        assert (np.diff(run.index) == 1).all()
        rows = found.frame[found.frame["year"].isin(run.index)]
        assert rows["segment"].nunique() == 1
        assert rows["value"].tolist() == run.tolist()


def test_the_longest_run_of_a_series_made_by_hand() -> None:
    found = lg.series("england_dwelling_stock")
    years = [1900, 1901, 1902, 1904, 1905, 1906, 1907, 1908]
    frame = pd.DataFrame({"year": years, "segment": [0, 0, 0, 0, 0, 0, 1, 1], "value": range(8)})
    run = statute_dates.unbroken(dataclasses.replace(found, frame=frame))
    # Two runs of three: the later one.
    assert run.index.tolist() == [1904, 1905, 1906]
    twice = frame.assign(year=[1900, 1900, *years[2:]])
    with pytest.raises(NotEnoughDataError, match="more than one value in 1900"):
        statute_dates.unbroken(dataclasses.replace(found, frame=twice))


def test_each_series_is_told_why_not(to_test: statute_dates.SeriesToTest) -> None:
    frame = to_test.frame.set_index(["statute", "series"])
    assert len(frame) == len(STATUTE_DATES) * len(KEYS)
    assert (frame["reason"] == "").eq(frame["testable"]).all()
    # Its definition changes in 1974, from when it runs to 2024; 15 % of 51 values is 7 on each side.
    expenditure = frame.xs(KEYS[0], level="series")
    assert set(expenditure["first"]) == {1974}
    assert expenditure.loc["1980", "reason"].startswith("too near an end: 1980 leaves fewer than 7 of 51")
    assert expenditure.loc["1974", "reason"].startswith("outside")
    assert expenditure.loc["1997–2000", "testable"]
    assert frame.loc[("1888", "uk_retail_price_index"), "testable"]
    assert (frame.xs("england_population_census", level="series")["reason"].str.startswith("too short")).all()
    assert "england_dwelling_stock" in to_test.at("1974")
    assert "Of 5 long series" in to_test.sentence()
    assert "1834 not:" in to_test.summary()
    with pytest.raises(UnknownNameError, match="did you mean"):
        to_test.at("1930")


def test_a_date_that_can_be_tested_leaves_enough_on_both_sides(to_test: statute_dates.SeriesToTest) -> None:
    by_label = {date.label: date for date in STATUTE_DATES}
    able = to_test.frame[to_test.frame["testable"]]
    assert len(able)
    for row in able.itertuples():
        date = by_label[row.statute]
        before, after = date.first - row.first, row.last - date.last + 1
        assert min(before, after) >= max(6, int(0.15 * row.values))


def test_unknown_series_and_trimming_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="england_dwelling_stock"):
        statute_dates.series_to_test(["england_dweling_stock"])
    with pytest.raises(LocalgovError, match=r"below 0\.5"):
        statute_dates.series_to_test(KEYS, trimming=0.5)


def test_chance_by_hand() -> None:
    # Three years long in a span of ten: eight placements, of which those starting in 1903 to 1905 cover 1905.
    date = (StatuteDate("1905", 1905, 1905, ()),)
    found = statute_dates.coverage(intervals((1904, 1906, 1900, 1909)), date)
    assert found.frame["chance"].iloc[0] == pytest.approx(3 / 8)
    assert found.covering == 1
    assert found.exact == pytest.approx(3 / 8)
    assert found.tests == 1
    # The same for a date of two years: starts 1903 to 1906.
    found = statute_dates.coverage(intervals((1900, 1902, 1900, 1909)), (StatuteDate("x", 1905, 1906, ()),))
    assert found.frame["chance"].iloc[0] == pytest.approx(4 / 8)
    assert (found.covering, found.exact, found.p) == (0, 1.0, 1.0)


def test_the_drawing_agrees_with_the_closed_form() -> None:
    # The number covering is a sum of independent trials: every outcome of them is gone through here.
    frame = intervals(
        (1972, 1975, 1950, 2000), (1960, 1961, 1955, 2000), (1927, 1935, 1910, 1950), (1979, 1980, 1971, 2010)
    )
    found = statute_dates.coverage(frame, draws=19_999)
    chances = found.frame["chance"]
    observed = sum(bool(covers) for covers in found.frame["covers"])
    exact = sum(
        np.prod([chance if hit else 1 - chance for chance, hit in zip(chances, outcome, strict=True)])
        for outcome in itertools.product([True, False], repeat=4)
        if sum(outcome) >= observed
    )
    assert observed == found.covering == 3
    assert found.exact == pytest.approx(exact, rel=1e-12)
    assert found.expected == pytest.approx(sum(chances))
    # Four standard errors of a share of 19,999 draws.
    assert found.p == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 19_999) + 1 / 20_000)


def test_equal_chances_give_the_binomial() -> None:
    # Ten single years in spans of ten, each with chance 1/10 of the year 1905; two cover it.
    rows = [(1905, 1905, 1900, 1909)] * 2 + [(1901, 1901, 1900, 1909)] * 8
    found = statute_dates.coverage(intervals(*rows), (StatuteDate("1905", 1905, 1905, ()),))
    assert found.exact == pytest.approx(1 - 0.9**10 - 10 * 0.1 * 0.9**9)
    assert found.expected == pytest.approx(1)


def test_series_that_move_together_count_once() -> None:
    # One year in a span of ten, 1905 asked for: one of ten moves covers it, however many series have the same break.
    date = (StatuteDate("1905", 1905, 1905, ()),)
    alone = statute_dates.coverage(intervals((1905, 1905, 1900, 1909)), date)
    assert alone.together == alone.exact == pytest.approx(0.1)
    alike = statute_dates.coverage(intervals(*[(1905, 1905, 1900, 1909)] * 3), date)
    assert alike.together == pytest.approx(0.1)
    assert alike.exact == pytest.approx(0.001)
    # Moved by 0 to 9 years, 1905 and 1902 never cover it together; one of them does after 0 and after 3.
    apart = statute_dates.coverage(intervals((1905, 1905, 1900, 1909), (1902, 1902, 1900, 1909)), date)
    assert apart.together == pytest.approx(0.2)
    none = statute_dates.coverage(intervals((1902, 1902, 1900, 1909)), date)
    assert none.together == 1


def test_intervals_at_the_dates_are_found_out() -> None:
    rows = [(1973, 1975, 1950, 2010), (1979, 1981, 1950, 2010), (1973, 1974, 1950, 2010)] * 5
    found = statute_dates.coverage(intervals(*rows))
    assert found.covering == 15
    assert found.p == 1 / (1 + found.draws)
    assert "15 of 15 intervals" in found.sentence()
    assert "p < 0.001" in found.sentence()
    assert "1974: covered by 10 intervals" in found.summary()
    again = statute_dates.coverage(intervals(*rows))
    assert again.p == found.p


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(1830, 1990), st.integers(0, 40), st.integers(0, 30), st.integers(0, 30)),
        min_size=1,
        max_size=12,
    ),
    seed=st.integers(0, 1000),
)
def test_p_is_a_probability_above_nothing(rows: list[tuple[int, int, int, int]], seed: int) -> None:
    frame = intervals(*[(low, low + wide, low - left, low + wide + right) for low, wide, left, right in rows])
    found = statute_dates.coverage(frame, draws=199, seed=seed)
    assert 0 < found.p <= 1
    assert 0 < found.together <= 1
    assert 0 <= found.exact <= 1
    assert found.frame["chance"].between(0, 1).all()
    assert found.covering <= found.tests == len(rows)


def test_an_interval_longer_than_its_span_is_cut() -> None:
    found = statute_dates.coverage(intervals((1800, 2050, 1950, 2000)))
    assert found.frame[["lower", "upper"]].iloc[0].tolist() == [1950, 2000]
    assert found.frame["chance"].iloc[0] == 1


@pytest.mark.parametrize(
    ("frame", "options", "said"),
    [
        (intervals((1974, 1975, 1950, 2000)).drop(columns="upper"), {}, "intervals lack upper"),
        (intervals((1974, 1975, 1950, 2000)).head(0), {}, "no interval was given"),
        (intervals((1976, 1975, 1950, 2000)), {}, "ends before it starts"),
        (intervals((1974, 1975, 1980, 2000)), {}, "lies outside its span 1980–2000"),
        (intervals((1974, 1975, 1950, 2000)).assign(lower=1974.5), {}, "not whole"),
        (intervals((1974, 1975, 1950, 2000)), {"draws": 9}, "too few"),
        (intervals((1974, 1975, 1950, 2000)), {"dates": ()}, "no date"),
    ],
)
def test_coverage_refuses(frame: pd.DataFrame, options: dict[str, object], said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        statute_dates.coverage(frame, **options)  # type: ignore[arg-type]


@dataclass
class MadeBreaks:
    """A search for breaks that finds one at the tenth value from the end, with bounds beyond the trimmed span."""

    size: int

    def select(self, criterion: str) -> types.SimpleNamespace:
        assert criterion == "lwz"
        return types.SimpleNamespace(number=1)

    def breaks(self, number: int) -> tuple[int, ...]:
        return (self.size - 12,)

    def confidence_intervals(self, number: int, level: float) -> pd.DataFrame:
        return pd.DataFrame({"lower": [self.size - 14], "upper": [self.size - 1]})


def test_break_intervals_are_years_within_the_trimmed_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def bai_perron(y: pd.Series, X: np.ndarray, max_breaks: int, trimming: float, errors: str) -> MadeBreaks:
        seen.append(y)
        assert X.shape == (len(y), 2)
        assert (max_breaks + 1) * int(trimming * len(y) + 1e-9) <= len(y)
        return MadeBreaks(len(y))

    made = types.SimpleNamespace(bai_perron=bai_perron)
    monkeypatch.setattr(statute_dates, "breaks", made)
    monkeypatch.setattr(lg, "breaks", made, raising=False)
    found = statute_dates.break_intervals(["england_dwelling_stock", KEYS[0]], criterion="lwz")
    stock, spending = found.itertuples()
    # 79 values of 1945 to 2023; 15 % of 79 is 11, so regimes begin from 1956 to 2013.
    assert (stock.span_start, stock.span_end) == (1956, 2013)
    assert (stock.lower, stock.date, stock.upper) == (2010, 2012, 2013)
    assert stock.seen_as == "logarithm"
    assert seen[0].iloc[0] == pytest.approx(np.log(lg.series("england_dwelling_stock").frame["value"].iloc[0]))
    assert spending.seen_as.startswith("prices of ")
    assert seen[1].index[0] == 1974
    assert statute_dates.coverage(found).tests == 2


def test_break_intervals_with_the_method_itself() -> None:
    found = statute_dates.break_intervals(["england_population_midyear", "uk_local_government_total_expenditure"])
    assert len(found)
    assert (found["lower"] <= found["date"]).all()
    assert (found["date"] <= found["upper"]).all()
    assert (found["span_start"] <= found["lower"]).all()
    assert statute_dates.coverage(found).tests == len(found)


def test_a_series_too_short_for_breaks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    made = types.SimpleNamespace(bai_perron=None)
    monkeypatch.setattr(statute_dates, "breaks", made)
    monkeypatch.setattr(lg, "breaks", made, raising=False)
    with pytest.raises(NotEnoughDataError, match="expected 20"):
        statute_dates.break_intervals(["england_population_census"])


def test_a_series_of_few_values_is_told_so_without_being_built() -> None:
    enough = set(statute_dates.long_enough())
    frame = lg.load("series")
    sizes = frame[frame["preferred"].fillna(False).astype(bool) & frame["value"].notna()].groupby("series_key").size()
    few = [key for key, size in sizes.items() if size < 20 and key not in enough]
    assert len(few) > 300
    # What is left out unbuilt could not have been tested.
    for key in few[::60]:
        assert len(statute_dates.unbroken(lg.series(key))) < 20
        reasons = set(statute_dates.series_to_test([key]).frame["reason"])
        assert reasons == {f"too short: {counted(int(sizes[key]), 'value')} in all, expected 20 in an unbroken run"}
    assert {"uk_retail_price_index", "england_dwelling_stock"} <= enough


def test_a_line_is_what_breaks_are_sought_in() -> None:
    stock = statute_dates.line("england_dwelling_stock")
    assert (stock.logged, stock.seen_as) == (True, "logarithm")
    found = statute_dates.search(stock, trimming=0.15)
    # 15 % of 79 values, and five breaks fit.
    assert (found.shortest, found.max_breaks, found.trimming) == (11, 5, 0.15)
    short = statute_dates.search(statute_dates.line("uk_noncentral_public_receipts"), trimming=0.05)
    # 24 values hold four regimes of six.
    assert (short.shortest, short.max_breaks) == (6, 3)
    assert len(statute_dates.search(stock, trend=False).series.names) == 1
    with pytest.raises(NotEnoughDataError, match="expected 20"):
        statute_dates.line("england_population_census")
