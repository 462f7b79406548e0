"""Findings on public money: no line across a break, titles in all their forms, every choice of the notebook."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import plotly.graph_objects as go
import pytest

import localgov_history as lg
from localgov_history import periods
from localgov_history._resources import folder
from localgov_history.display import Missing, Table
from localgov_history.errors import NotEnoughDataError, ParameterError
from localgov_history.figures import Figure, panels
from localgov_history.findings import one_kind, public_money
from localgov_history.long_series import Series
from localgov_history.report import parameters
from localgov_history.sources import Evidence

DECK = periods.periodisation("gough")
NOTEBOOK = folder("notebooks") / "04_money.ipynb"
YEARS = (1830, 2012)
AS_PUBLISHED = {"price_base": 2010, "constant_prices": False, "per_head": False}
WAYS = [
    {"price_base": base, "constant_prices": real, "per_head": heads}
    for base, real, heads in itertools.product((1800, 2022), (True, False), (True, False))
]


def drawn(figure: Figure) -> list[go.Scatter]:
    return [trace for trace in figure.plot.data if "lines" in trace.mode]


def test_no_line_crosses_a_change_of_definition() -> None:
    """The grants of the national accounts take in business rates from April 1990; local taxes lose them."""
    figure = public_money.side_by_side("grant", *YEARS, **AS_PUBLISHED, scheme=DECK)
    assert isinstance(figure, Figure)
    grants = lg.series("uk_local_government_current_grants_from_central_government")
    part = panels.of_series(grants)
    assert 1990 in {int(day) for day in part.parting}
    for trace in drawn(figure):
        if trace.x is not None and max(trace.x) > 1946:
            breaks = [day for day in part.parting if trace.xaxis in (None, "x")]
            assert not any(min(trace.x) < day < max(trace.x) for day in breaks)
    for item in public_money.series_of("grant", *YEARS):
        shown = panels.of_series(item)
        for _, run in shown.frame.groupby("segment"):
            assert not any(run["x"].min() < day < run["x"].max() for day in shown.parting), item.key


def test_a_join_of_sources_is_shown_and_the_line_goes_on() -> None:
    """The retail price index is spliced in 1947; that is no change of what is measured."""
    item = public_money.chosen("uk_local_government_council_tax", 1900, 2012, 2010, True, False)
    assert not panels.of_series(item).joins
    item = public_money.chosen("uk_local_government_current_expenditure", 1940, 1960, 2010, True, False)
    part = panels.of_series(item)
    assert part.joins == (1947.0,)
    assert part.parting == ()
    assert part.frame["segment"].nunique() == 1


def test_values_years_apart_are_not_joined() -> None:
    part = panels.of_series(lg.series("england_and_wales_local_authority_outstanding_loans"))
    assert part.frame["segment"].nunique() > 1
    for _, run in part.frame.groupby("segment"):
        assert run["x"].diff().dropna().max() < 2 or len(run) == 1


def test_panels_say_unit_and_prices() -> None:
    real = public_money.chosen("uk_local_government_total_expenditure", *YEARS, 2010, True, False)
    assert panels.of_series(real).under == "United Kingdom; £ billion, prices of 2010"
    value = panels.of_series(lg.series("uk_local_government_total_expenditure")).frame.set_index("when")["value"]
    # 5,447 GBP million were stated in the Commons for 1968.
    assert value["1968"] == pytest.approx(5.447, rel=0.03)


def test_more_panels_than_fit_are_cut_and_none_is_refused() -> None:
    item = panels.of_series(lg.series("uk_local_government_council_tax"))
    evidence = lg.series("uk_local_government_council_tax").evidence
    figure = panels.small_multiples([item] * 20, "Title", "Caption.", evidence, 1993, 2012, DECK)
    assert figure.data["panel"].size == panels.MOST_PANELS * len(item.frame)
    with pytest.raises(NotEnoughDataError, match="nothing to set side by side"):
        panels.small_multiples([], "Title", "Caption.", Evidence(("x",)), 1900, 2000)


def test_a_mark_on_the_edge_is_whole_and_a_scale_below_zero_says_so() -> None:
    evidence = Evidence(("gough_localis",))
    below = panels.of_series(series_of((1980, -1.0, 0), (1981, 2.0, 0)))
    above = panels.of_series(series_of((1980, 1.0, 0), (1981, 2.0, 0)))
    for parts, scale in (([above], "from zero"), ([above, below], "with zero in it")):
        figure = panels.small_multiples(parts, "Title", "Caption.", evidence, 1980, 1981)
        assert f"its own definition and scale, {scale};" in figure.caption
        assert all(trace.cliponaxis is False for trace in figure.plot.data)


def test_dates_are_words_wherever_a_series_is_read() -> None:
    """The break of 1 April 1974 and the value of 1 January 1898 are written as days in the tables."""
    key = "uk_local_government_total_expenditure"
    closely = public_money.closely(key, *YEARS, **AS_PUBLISHED, scheme=DECK)
    stretches = public_money.stretches(key, *YEARS, **AS_PUBLISHED)
    assert isinstance(closely, Figure)
    assert isinstance(stretches, Table)
    boards = one_kind.series_table("school_board")
    assert isinstance(boards, Table)
    assert "1 April 1974: Water" in closely.caption
    assert "1 April 1974: Water" in stretches.caption
    assert boards.frame["First"].iloc[0].endswith("(1 January 1898)")


def series_of(*values: tuple[int, float, int], title: str = "Spending", unit: str = "GBP million") -> Series:
    """A series made by hand: year, value, segment."""
    import dataclasses

    import pandas as pd

    base = lg.series("uk_local_government_council_tax")
    frame = pd.DataFrame(values, columns=["year", "value", "segment"])
    frame = frame.assign(
        when=frame["year"].astype(str), start=pd.to_datetime(frame["year"].astype(str) + "-01-01"), firm=True
    )
    return dataclasses.replace(base, title=title, unit=unit, frame=frame.assign(end=frame["start"]))


UP, DOWN = series_of((1900, 10, 0), (1910, 20, 0)), series_of((1900, 20, 0), (1910, 10, 0))
LEVEL, BROKEN = series_of((1900, 100, 0), (1910, 104, 0)), series_of((1900, 10, 0), (1910, 900, 1))
ONE = series_of((1900, 10, 0))


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([], "Not enough data to compare debt"),
        ([UP], "Debt: of 1 series, 1 ends higher than it begins"),
        ([UP, UP, DOWN], "Debt: of 3 series, 2 end higher than they begin and 1 ends lower"),
        (
            [LEVEL, BROKEN, ONE],
            "Debt: of 3 series, 1 ends about where it began, 1 breaks on the way and 1 has one value",
        ),
        ([BROKEN, BROKEN], "Debt: none of 2 series is one line from end to end"),
    ],
)
def test_titles_count_directions(items: list[Series], said: str) -> None:
    assert public_money.directions_title("Debt", items) == said


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (UP, "Spending rose from £10.0 million in 1900 to £20.0 million in 1910"),
        (DOWN, "Spending fell from £20.0 million in 1900 to £10.0 million in 1910"),
        (LEVEL, "No clear difference: spending, £100 million in 1900 and £104 million in 1910"),
        (BROKEN, "Spending, 1900 to 1910: 2 stretches that are not one line"),
        (ONE, "Spending: one value, £10.0 million in 1900"),
    ],
)
def test_titles_of_one_series(item: Series, said: str) -> None:
    assert public_money.change_sentence(item) == said


def test_the_panels_chosen_cover_most_years() -> None:
    long = series_of(*((year, 1.0, 0) for year in range(1900, 1950)))
    inside = series_of(*((year, 1.0, 0) for year in range(1910, 1945)))
    early = series_of((1850, 1.0, 0), (1851, 1.0, 0))
    assert public_money.widest([inside, early, long], 2) == [long, early]
    assert public_money.widest([inside, early, long], 9) == [long, early, inside]


def test_stretches_grow_at_a_constant_rate_within_themselves() -> None:
    table = public_money.stretches("uk_local_government_total_expenditure", 1946, 2012, **AS_PUBLISHED)
    assert isinstance(table, Table)
    values = lg.series("uk_local_government_total_expenditure").frame.set_index("year")["value"]
    rate = 100 * ((values[1973] / values[1946]) ** (1 / 27) - 1)
    assert table.frame.loc["1946 to 1973", "Change a year"] == f"{rate:+.1f}%"
    assert len(table.frame) == 2


def test_money_stays_as_it_is_where_it_cannot_be_changed() -> None:
    share = public_money.chosen("uk_local_share_of_general_government_expenditure", *YEARS, 2010, True, True)
    assert share.unit == "per cent"
    assert not any(step.startswith("Not per head") for step in share.steps)
    whole = public_money.chosen("uk_local_government_total_expenditure", *YEARS, 2010, False, True)
    assert whole.unit == "GBP million"
    assert whole.steps[-1].startswith("Not per head: there is no series of the population of United Kingdom")
    real = public_money.chosen(
        "england_urban_development_corporation_gross_expenditure_1991_92_prices", *YEARS, 2010, True, False
    )
    assert real.price_basis == "constant:1991/92"
    assert "1991/92" in real.steps[-1]
    mile = public_money.chosen("england_turnpike_expenditure_per_mile", *YEARS, 2010, True, True)
    assert mile.unit == "GBP per mile"


def test_deflating_by_hand() -> None:
    index = lg.series("uk_retail_price_index").frame.set_index("year")["value"]
    plain = lg.series("uk_local_government_council_tax").frame.set_index("year")["value"]
    real = (
        public_money.chosen("uk_local_government_council_tax", 2000, 2000, 2010, True, False).frame["value"].iloc[0]
    )
    assert real == pytest.approx(plain[2000] * index[2010] / index[2000])


def test_rate_limits_are_those_of_the_table() -> None:
    with (folder("datasets") / "rate_limits.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    by_year = public_money.rate_limits_by_year(*YEARS)
    assert isinstance(by_year, Table)
    for period in ("1985/86", "1986/87", "1987/88", "1988/89"):
        assert by_year.frame.loc[period, "Authorities named"] == str(sum(row["period"] == period for row in rows))
    # The list of the last year is known to be incomplete.
    assert by_year.frame.loc["1989/90", "Authorities named"] == "at least 5"
    assert by_year.frame.loc["1988/89", "As published"] == "17"
    table = public_money.rate_limits_by_authority(*YEARS)
    assert isinstance(table, Table)
    assert table.frame.loc["Camden", "Times"] == sum(row["authority"] == "Camden" for row in rows) == 5
    once = public_money.rate_limits_by_authority(1987, 1987)
    assert isinstance(once, Missing)


def test_definitions_of_one_share_lie_apart() -> None:
    said = public_money.spread_sentence(public_money.GRANT_SHARES, 1990, 1990)
    # 42 per cent without business rates, 75 with them.
    assert "2 definitions give 42 to 75 per cent" in said
    assert public_money.spread_sentence(public_money.GRANT_SHARES, 1800, 1810).startswith("In no year")


def test_years_the_wrong_way_round_are_exchanged_and_said_to_be() -> None:
    assert "exchanged" in public_money.introduction(2012, 1830, **AS_PUBLISHED)
    assert "exchanged" not in public_money.introduction(1830, 2012, **AS_PUBLISHED)
    there = public_money.grant_shares(1946, 2012, DECK)
    back = public_money.grant_shares(2012, 1946, DECK)
    assert isinstance(there, Figure)
    assert isinstance(back, Figure)
    assert there.fingerprint() == back.fingerprint()


def test_every_topic_of_the_notebook_gives_a_figure_or_a_reason() -> None:
    declared = parameters.declared(NOTEBOOK)
    topics = declared["topic"].allowed({})
    assert topics == list(public_money.TOPICS)
    for topic in topics:
        figure = public_money.side_by_side(topic, *YEARS, 2010, True, topic == "poor_relief", DECK)
        assert isinstance(figure, Figure), topic
        assert len(figure.alt) > 40
        assert figure.plot.layout.width == 680
        assert isinstance(public_money.series_table(topic, *YEARS), Table)
    for first, last in ((1800, 1801), (2024, 2024), (2024, 1800)):
        for make in (public_money.grant_shares, public_money.national_shares):
            made = make(first, last, DECK)
            assert isinstance(made, Figure | Missing)
        for make in (public_money.printed_table, public_money.rate_limits_by_year):
            assert isinstance(make(first, last), Table | Missing)
        assert isinstance(public_money.series_table("debt", first, last), Table | Missing)


def test_one_series_of_each_sort_can_be_looked_at_in_every_way(shipped: lg.Catalogue) -> None:
    sorts = {}
    for row in shipped.rows("series_meta"):
        sort = (row["unit"], row["geography"] == "England", row["year_kind"], row["price_basis"][:8])
        sorts.setdefault(sort, row["series_key"])
    assert len(sorts) > 30
    for key in sorts.values():
        for way in WAYS:
            try:
                item = public_money.chosen(key, 1800, 2024, **way)
            except NotEnoughDataError:
                continue
            assert public_money.change_sentence(item)
            assert len(panels.of_series(item).frame) == len(item)


def test_a_series_outside_the_years_says_so() -> None:
    made = public_money.closely("uk_local_government_council_tax", 1800, 1900, **AS_PUBLISHED, scheme=DECK)
    assert isinstance(made, Missing)
    assert "no value from 1800 to 1900" in made.sentence


def test_ends_are_told_stretch_by_stretch() -> None:
    said, known = public_money.ends_sentence("uk_local_government_total_expenditure", 1970, 1980)
    values = lg.series("uk_local_government_total_expenditure").frame.set_index("when")["value"]
    ends = [f"£{values[year]:,.0f} million in {year}" for year in ("1970", "1973", "1974", "1980")]
    assert known
    assert f"{ends[0]} and {ends[1]}; {ends[2]} and {ends[3]}. A semicolon marks a break." in said
    assert public_money.ends_sentence("uk_local_government_total_expenditure", 1800, 1810)[1] is False


def test_a_parameter_takes_the_series_there_are(tmp_path: Path) -> None:
    values = parameters.resolve(NOTEBOOK, {"series": "uk_local_government_council_tax", "last": "1990"})
    assert (values["series"], values["last"]) == ("uk_local_government_council_tax", 1990)
    with pytest.raises(ParameterError, match="did you mean uk_local_government_council_tax"):
        parameters.resolve(NOTEBOOK, {"series": "uk_local_government_council_taxes"})
