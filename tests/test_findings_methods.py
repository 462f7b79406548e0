"""The findings on methods: titles follow from results, curves and counts from the tables, and what cannot be tested says so."""

from __future__ import annotations

import csv
import dataclasses
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import localgov_history as lg
from localgov_history import models, statute_dates
from localgov_history._resources import folder
from localgov_history.display import Missing, Table
from localgov_history.errors import UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import methods, methods_of_bodies
from localgov_history.report import parameters
from localgov_history.sources import Evidence
from localgov_history.statute_dates import STATUTE_DATES, Line, StatuteDate

DWELLINGS = "england_dwellings_completed_public"
# Its definition changes in 1974, so that its run begins there.
EXPENDITURE = "uk_local_government_current_expenditure"
TOO_SHORT = "england_population_census"
NOTEBOOK = Path(folder("notebooks")) / "90_methods.ipynb"


def figure(item: Figure | Missing) -> Figure:
    assert isinstance(item, Figure), item
    return item


def table(item: Table | Missing) -> Table:
    assert isinstance(item, Table), item
    return item


@pytest.mark.parametrize(
    ("dates", "numbers", "said"),
    [
        ([], [0, 0, 0], "Rates: no clear break from 1900 to 1950 by any criterion"),
        ([1930], [1, 1, 1], "Rates: 1 break by every criterion, at 1930"),
        ([1920, 1940], [2, 1, 2], "Rates: 1 to 2 breaks, depending on the criterion; by Schwarz’s at 1920 and 1940"),
        ([], [0, 1], "Rates: 0 to 1 break, depending on the criterion; by Schwarz’s none"),
    ],
)
def test_the_forms_of_a_title_on_breaks(dates: list[int], numbers: list[int], said: str) -> None:
    assert methods.breaks_title("Rates", dates, numbers, 1900, 1950) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.04, "A change of level as large as at 1980 is found at 2 of 50 other dates"),
        (0.5, "No clear difference: a change of level as large as at 1980 is found at 25 of 50 other dates"),
    ],
)
def test_the_forms_of_a_title_on_placebo_dates(share: float, said: str) -> None:
    assert methods.placebo_title(share, 50, 1980) == said


def intervals(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["lower", "upper", "span_start", "span_end"])
    return frame.assign(series=DWELLINGS, date=frame["lower"])


def test_the_forms_of_a_title_on_statute_dates() -> None:
    date = (StatuteDate("1905", 1905, 1905, ()),)
    # Each has one chance in ten of the year, so half of one by chance; all five at one place is one move of ten.
    together = statute_dates.coverage(intervals(*[(1905, 1905, 1900, 1909)] * 5), date)
    said = methods.coverage_title(together)
    assert said.startswith("No clear difference from chance: 5 of 5 intervals")
    assert said.endswith("would at random places (p < 0.001)")
    # In spans of different beginnings no common move keeps them all at the date but few do.
    rows = [(1905, 1905, 1905 - back, 1905 + 40) for back in range(5, 35, 3)]
    apart = statute_dates.coverage(intervals(*rows), date)
    assert apart.together < 0.05
    assert methods.coverage_title(apart).startswith("More than chance: 10 of 10 intervals")


def made_line(values: np.ndarray, logged: bool) -> Line:
    item = dataclasses.replace(lg.series("england_dwelling_stock"), title="Houses")
    return Line(item, pd.Series(values, index=range(1950, 1950 + len(values))), logged, "as made")


def test_the_forms_of_a_title_on_a_reform() -> None:
    wiggle = np.tile([0.02, -0.02, 0.01, -0.01], 10)
    halved = made_line(np.where(np.arange(40) >= 20, math.log(0.5), 0.0) + wiggle, logged=True)
    said = methods.interrupted_title(halved, models.interrupted(halved.values, 1970))
    assert said.startswith("Houses: the level fell by 50% at 1970 (95% interval 4")
    raised = made_line(np.where(np.arange(40) >= 20, 7.0, 0.0) + wiggle, logged=False)
    said = methods.interrupted_title(raised, models.interrupted(raised.values, 1970))
    assert said.startswith("Houses: the level rose by ")
    assert "dwellings at 1970 (95% interval" in said
    still = made_line(wiggle, logged=True)
    said = methods.interrupted_title(still, models.interrupted(still.values, 1970))
    assert said.startswith("No clear difference: houses, change of level at 1970 between −")


def test_a_chart_of_breaks_draws_each_regime_and_crosses_no_break_of_the_series() -> None:
    drawn = figure(methods.series_breaks_of(EXPENDITURE))
    run = statute_dates.unbroken(lg.series(EXPENDITURE))
    assert drawn.data["year"].tolist() == run.index.tolist()
    regimes = drawn.data["regime"].max()
    dates = drawn.data.groupby("regime")["year"].min().tolist()[1:]
    shown = table(methods.criteria_table(EXPENDITURE)).frame.loc["Schwarz (BIC)"]
    assert shown["Breaks"] == regimes - 1
    assert all(str(date) in shown["New regimes from"] and str(date) in drawn.title for date in dates)
    # The run begins at the parting break of 1974; no line has points on both sides.
    lines = [trace for trace in drawn.plot.data if "lines" in trace.mode]
    assert any(max(trace.x) < 1974.3 for trace in lines)
    assert all(max(trace.x) < 1974.3 or min(trace.x) > 1974.3 for trace in lines)
    labels = {note.text for note in drawn.plot.layout.annotations}
    assert labels == {"1945–48", "1974", "1980", "1997–2000"}


def test_fitted_levels_are_the_means_of_the_regimes() -> None:
    drawn = figure(
        methods.series_breaks_of(
            "uk_local_government_total_expenditure_share_of_gross_domestic_product", regimes="levels"
        )
    )
    means = drawn.data.groupby("regime")["value"].transform("mean")
    assert drawn.data["fitted"].tolist() == pytest.approx(means.tolist())


def test_the_line_before_a_reform_is_carried_on() -> None:
    drawn = figure(methods.interrupted_series(DWELLINGS, 1980))
    data = drawn.data.set_index("year")
    before = np.log(data.loc[:1979, "value"])
    slope, start = np.polyfit(before.index, before.to_numpy(), 1)
    carried = np.exp(start + slope * data.loc[1980:].index.to_numpy(float))
    assert data.loc[1980:, "counterfactual"].tolist() == pytest.approx(carried.tolist(), rel=1e-6)
    assert data.loc[:1979, "counterfactual"].isna().all()
    assert (data.loc[1980:, "lower"] < data.loc[1980:, "counterfactual"]).all()
    # Red is at the beginning of the first year under the reform.
    assert 1980.0 in [shape.x0 for shape in drawn.plot.layout.shapes]


def test_the_placebo_chart_says_what_the_model_says() -> None:
    of = statute_dates.line(DWELLINGS)
    found = models.interrupted(of.values, 1980).placebo()
    drawn = figure(methods.placebo_dates(DWELLINGS, 1980))
    assert len(drawn.data) == len(found.frame) + 1
    larger = (found.frame["level"].abs() >= abs(found.found["level"])).sum()
    assert f"at {larger} of {len(found.frame)} other dates" in drawn.title


def test_what_cannot_be_tested_says_so() -> None:
    for item in (
        methods.series_breaks_of(TOO_SHORT),
        methods.criteria_table(TOO_SHORT),
        methods.interrupted_series(TOO_SHORT, 1980),
        methods.interrupted_series(DWELLINGS, 1888),
        methods.placebo_dates(DWELLINGS, 1946),
    ):
        assert isinstance(item, Missing)
        assert item.sentence.startswith("Not enough data here: ")
    for said in (
        methods.order_sentence(TOO_SHORT),
        methods.breaks_sentence(TOO_SHORT),
        methods.interrupted_sentence(DWELLINGS, 1888),
    ):
        assert said.startswith("Not enough data here: ")
    assert "1888 is not within it" in methods.interrupted_sentence(DWELLINGS, 1888)


KEYS = (DWELLINGS, EXPENDITURE, "uk_retail_price_index", TOO_SHORT)


@pytest.fixture(scope="module")
def tests() -> methods.StatuteTests:
    to_test = statute_dates.series_to_test(KEYS)
    found = statute_dates.break_intervals(to_test.testable)
    evidence = Evidence.of(lg.load("series").head())
    return methods.StatuteTests(to_test, found, statute_dates.coverage(found), evidence)


def test_each_series_is_testable_or_has_its_reason(tests: methods.StatuteTests) -> None:
    frame = methods.statute_table(tests).frame
    assert frame.drop(columns="Intervals covering it").sum(axis=1).tolist() == [len(KEYS)] * len(STATUTE_DATES)
    assert frame["Too short"].tolist() == [1] * len(STATUTE_DATES)
    # Only the price index reaches back to 1834, and all three others have the years after 2000.
    assert frame.loc["1834", "Testable"] == 1
    assert frame.loc["1997–2000", "Testable"] == 2
    listed = table(methods.testable_table(tests)).frame
    assert len(listed) == 3
    assert listed.loc["New dwellings completed, public and social, England", "Testable at"] == "1974, 1980, 1997–2000"
    said = methods.reasons_sentence(tests, DWELLINGS)
    assert "can be tested at 1974, 1980 and 1997–2000. Not testable at 1834, 1888, 1929 and 1945–48, outside" in said
    with pytest.raises(UnknownNameError):
        methods.reasons_sentence(tests, "england_dwelling_stock")


def test_every_interval_is_drawn_at_its_series(tests: methods.StatuteTests) -> None:
    drawn = figure(methods.intervals_and_statutes(tests))
    dots = [trace for trace in drawn.plot.data if trace.mode == "markers"]
    assert sum(len(trace.x) for trace in dots) == len(tests.intervals) == tests.covered().tests
    covering = next(trace for trace in dots if trace.name == "Interval covers a statute date")
    assert len(covering.x) == tests.covered().covering
    assert sorted(at - 0.5 for trace in dots for at in trace.x) == sorted(tests.intervals["date"])
    assert methods.coverage_sentence(tests) == tests.covered().sentence()


def test_no_series_testable_gives_sentences() -> None:
    to_test = statute_dates.series_to_test([TOO_SHORT])
    none = methods.StatuteTests(to_test, intervals().head(0), None, Evidence.of(lg.load("series").head()))
    assert methods.statute_table(none).title == "None of 1 long series can be tested at any statute date"
    assert isinstance(methods.testable_table(none), Missing)
    assert isinstance(methods.intervals_and_statutes(none), Missing)
    assert methods.coverage_sentence(none) == "Not enough data here: 0 series can be tested and none has a break."
    assert "can be tested at no statute date. Not testable at 1834" in methods.reasons_sentence(none, TOO_SHORT)


def test_councils_ended_are_those_of_the_register() -> None:
    found = methods_of_bodies.endings()
    frame = found.frame.set_index("year")
    with (Path(folder("datasets")) / "authorities.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["country"] == "England" and row["end_status"] == "ended"]
    # Bilston and others ended on days not yet read; the unconfirmed years of the file agree with the lists that are used.
    assert found.undated == sum("end" in row["unconfirmed_fields"].split("|") for row in rows)
    ends = [row["end"][:4] for row in rows]
    for year in (1964, 1965, 1966, 1967, 1968, 1986, 1998, 2009, 2023):
        assert frame.loc[year, "ended"] == ends.count(str(year)), year
    # The Greater London Council and six metropolitan counties; the 44 councils of seven counties.
    assert (frame.loc[1986, "ended"], frame.loc[2009, "ended"]) == (7, 44)
    # 388 councils and the Greater London Authority before the changes of 1 April 2009.
    assert frame.loc[2009, "in_being"] == 389
    assert (frame["ended"] <= frame["in_being"]).all()
    # Districts are listed by name from 1946; the register stops at the end of 2023.
    assert (frame.index[0], frame.index[-1]) == (1946, 2023)
    assert frame["later"].tolist() == [year > 1974 for year in frame.index]
    assert found.parting not in set(found.others["year"])


def test_the_rates_drawn_are_ends_over_councils_in_being() -> None:
    found = methods_of_bodies.endings()
    drawn = figure(methods.endings_by_year())
    rates = [trace.y[0] for trace in drawn.plot.data if trace.mode == "lines"]
    by = found.others.groupby("later")[["ended", "in_being"]].sum()
    # The Poisson model of one group against another gives back the rates themselves; the negative binomial comes near.
    poisson = methods_of_bodies._model(found, "poisson").frame
    own = by["ended"] / by["in_being"]
    assert poisson["ratio"].iloc[1] == pytest.approx(own[True] / own[False])
    assert rates == pytest.approx((100 * own).tolist(), rel=0.2)
    assert "Pearson dispersion" in methods.endings_sentence()


@pytest.mark.parametrize(
    ("later", "said"),
    [
        ([40, 44, 38, 42, 41, 39], "Councils ended at a higher yearly rate after 1974 than before: × "),
        ([2, 1, 3, 2, 1, 2], "Councils ended at a lower yearly rate after 1974 than before: × "),
        (
            [11, 9, 10, 12, 9, 11],
            "No clear difference in the yearly rate at which councils ended, before and after 1974: × ",
        ),
    ],
)
def test_the_forms_of_a_title_on_counts(later: list[int], said: str) -> None:
    frame = pd.DataFrame(
        {"ended": [10, 12, 9, 11, 10, 8, *later], "later": [False] * 6 + [True] * 6, "in_being": 100}
    )
    assert methods_of_bodies.endings_title(models.counts(frame, "ended", ["later"], "in_being"), 1974).startswith(
        said
    )


def test_a_curve_is_the_product_of_what_was_left() -> None:
    drawn = figure(methods.joint_arrangement_lives())
    book = lg.load("joint_working")
    rows = book[(book["status"] == "formed") & book["start_latest"].notna() & (book["form"] == "joint_committee")]
    last = pd.Timestamp(2012, 12, 31)
    lives = []
    for row in rows.itertuples():
        begin = row.start_earliest + (row.start_latest - row.start_earliest) / 2
        end = row.end_earliest + (row.end_latest - row.end_earliest) / 2 if isinstance(row.end, str) else last
        lives.append((round((min(end, last) - begin).days / 365.25, 2), isinstance(row.end, str) and end <= last))
    left, curve = 1.0, {}
    for time in sorted({length for length, ended in lives if ended}):
        at_risk = sum(length >= time for length, _ in lives)
        left *= 1 - sum(length == time and ended for length, ended in lives) / at_risk
        curve[time] = left
    own = drawn.data[drawn.data["group"] == "Joint committee"]
    assert own["survival"].tolist() == pytest.approx(list(curve.values()))
    assert own["time"].tolist() == pytest.approx(list(curve), abs=0.02)
    assert drawn.title.startswith("Not enough data to compare how long joint arrangements between councils lasted")
    assert "have no end on record" in methods.joint_arrangement_sentence()


def made_lives(first: list[int], second: list[int]) -> models.Survival:
    frame = pd.DataFrame({"end": first + second, "ended": True, "group": ["a"] * len(first) + ["b"] * len(second)})
    return models.survival(frame, end="end", event="ended", group="group")


def test_the_forms_of_a_title_on_lives() -> None:
    names = {"a": "Boards", "b": "Councils"}
    apart = made_lives([1, 2, 3, 4, 5, 6], [20, 22, 25, 30, 33, 36])
    said = methods_of_bodies.survival_title(apart, "bodies", "form", names)
    assert said.startswith("How long bodies lasted differed by form (log-rank p ")
    assert said.endswith("median life in years: boards 3 and councils 25")
    alike = made_lives([1, 4, 9, 15, 22, 30], [2, 5, 8, 16, 21, 31])
    said = methods_of_bodies.survival_title(alike, "bodies", "form", names)
    assert said.startswith("No clear difference in how long bodies lasted by form")
    few = made_lives([1, 2, 3], [4, 5, 6])
    said = methods_of_bodies.survival_title(few, "bodies", "form", names)
    assert said == "Not enough data to compare how long bodies lasted by form: 6 ends on record among 6"


def test_bands_are_drawn_for_few_groups_only() -> None:
    three, six = (figure(methods.kind_lives(by)) for by in ("purpose", "selection_class"))
    assert sum(trace.fill == "tonexty" for trace in three.plot.data) == 3
    assert not any(trace.fill == "tonexty" for trace in six.plot.data)
    assert ("(bands)" in three.caption, "(bands)" in six.caption) == (True, False)
    for drawn in (three, six):
        curves = [trace for trace in drawn.plot.data if trace.name]
        assert len({trace.line.color for trace in curves}) == len(curves)
        assert all(trace.y[0] == 100 for trace in curves)


def test_bounds_of_dates_bracket_the_medians() -> None:
    frame = table(methods.dating_table()).frame
    for row in frame.itertuples():
        low, high = (float(each) for each in str(row[-1]).split(" to "))
        assert low <= float(row[3]) <= high


def test_the_forms_of_a_title_on_areas() -> None:
    found = models.areas(by="type")
    apart, alike = (dataclasses.replace(found, equal=(1.0, 3, 100, p)) for p in (0.001, 0.6))
    assert methods_of_bodies.areas_title(apart, apart).startswith(
        "NI 186 did not change alike in all groups: from −0.27"
    )
    assert methods_of_bodies.areas_title(alike, alike).startswith("No clear difference: NI 186, change from −0.27")
    said = methods_of_bodies.areas_title(alike, apart)
    assert said == (
        "Whether NI 186 changed alike in all groups rests on one area: p = 0.6 with the City of London, p = 0.001 without"
    )


def test_the_city_of_london_is_shown_where_it_counts() -> None:
    thirds, kinds = figure(methods.areas_apart("deprivation")), figure(methods.areas_apart("type"))
    assert set(thirds.data["variant"]) == {"All areas", "Without the City of London"}
    by = thirds.data.groupby("variant")["areas"].sum()
    assert by["All areas"] == by["Without the City of London"] + 1
    assert set(kinds.data["variant"]) == {"All areas"}
    assert "is in none of these groups" in methods.areas_sentence("type")
    assert "not chosen at random" in thirds.caption
    assert isinstance(methods.areas_apart("renewal_fund"), Missing)


def test_every_declared_choice_of_the_notebook_gives_something_to_show() -> None:
    declared = parameters.declared(NOTEBOOK)
    default = {name: item.default for name, item in declared.items()}
    for regimes in declared["regimes"].allowed(default):
        for trimming in declared["trimming"].allowed(default):
            figure(methods.series_breaks_of(DWELLINGS, 5, int(trimming), regimes))
            assert "One break at an unknown date" in methods.breaks_sentence(DWELLINGS, 5, int(trimming), regimes)
    for number in range(declared["max_breaks"].least or 0, (declared["max_breaks"].most or 0) + 1):
        figure(methods.series_breaks_of(DWELLINGS, number))
    for by in declared["kinds_by"].allowed(default):
        figure(methods.kind_lives(by))
        assert "ended" in methods.kind_lives_sentence(by)
    for grouping in declared["grouping"].allowed(default):
        assert isinstance(methods.areas_apart(grouping), Figure | Missing)
    assert set(KEYS[:3]) <= set(declared["series"].allowed(default))
    assert parameters.resolve(NOTEBOOK, {"trimming": "20"})["trimming"] == 20
