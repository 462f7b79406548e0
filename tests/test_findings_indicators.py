"""The national indicators: bounds, required shares and trends against hand counts."""

from __future__ import annotations

import csv
import statistics
from pathlib import Path

import pandas as pd
import pytest

from localgov_history import choices, findings
from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue
from localgov_history.display import Missing, Table
from localgov_history.errors import UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import indicators
from localgov_history.report import parameters

NOTEBOOK = folder("notebooks") / "10_indicators.ipynb"


def rows_of(name: str) -> list[dict[str, str]]:
    with (folder("datasets") / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_no_title_is_shown_that_nobody_has_read() -> None:
    made = indicators.what_is_known()
    assert isinstance(made, Figure)
    recalled = {row["ni"]: row["title"] for row in rows_of("national_indicators") if row["evidence"] == "recalled"}
    shown = dict(zip(made.data["number"].astype(str), made.data["text"], strict=True))
    assert recalled
    assert all(shown[number] == f"NI {number}: title not read" for number in recalled)
    assert len(made.data) == 199


def test_the_most_chosen_are_as_many_as_asked_for() -> None:
    for top in (1, 5, 20):
        assert len(findings.indicator_choices(top=top).data) == top


def test_bounds_hold_for_every_number_and_grow_with_it() -> None:
    made = indicators.concentration_by_number(10)
    frame = made.data
    assert (frame["lowest"] <= frame["highest"]).all()
    assert frame["lowest"].is_monotonic_increasing
    assert frame["highest"].is_monotonic_increasing
    assert frame["even"].iloc[9] == pytest.approx(10 / 198)
    # 115 + 101 + 100 + 80 + 80 + 80 + 74 + 61 + 49 + 43 of at most 150 areas with 35 targets each.
    assert frame["lowest"].iloc[9] == pytest.approx(783 / 5250)


def test_the_required_share_agrees_with_the_one_council_that_printed_it() -> None:
    """Haringey, March 2008: 16 of 51, 31.4%, in the table partnership_money."""
    printed = [
        row
        for row in rows_of("partnership_money")
        if row["series"] == "statutory_local_area_agreement_education_share"
    ]
    shares = indicators.education_shares().set_index("reading")["share"]
    assert 100 * shares["An area with the most designated targets allowed"] == pytest.approx(
        float(printed[0]["value"]), abs=0.05
    )
    assert shares.min() == pytest.approx(16 / (16 + 35 + 24))
    assert shares.max() == pytest.approx(16 / (16 + 33))


def test_the_middle_of_a_region_is_the_median_of_its_areas() -> None:
    region = {row["area"]: row["region"] for row in rows_of("laa_areas")}
    values = [
        float(row["value"])
        for row in rows_of("indicator_values")
        if row["ni"] == "186"
        and row["date"] == "2007"
        and row["preferred"] == "true"
        and region[row["laa_area"]] == "London"
    ]
    made = indicators.over_time("region", 2005, 2010)
    found = made.data[(made.data["group"] == "London") & (made.data["year"] == 2007)]["middle"].iloc[0]
    assert len(values) == 33
    assert found == pytest.approx(statistics.median(values))


def trend(change: dict[str, float], years: tuple[int, int] = (2005, 2010)) -> str:
    frame = pd.DataFrame(
        [
            {"group": group, "year": year, "middle": value}
            for group, rise in change.items()
            for year, value in zip(years, (10.0, 10.0 * (1 + rise)), strict=True)
        ]
    )
    return indicators._trend_title(186, frame, list(change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"London": -0.1, "Counties": -0.2},
            "Carbon dioxide a head fell in every group from 2005 to 2010, most in counties (−20%)",
        ),
        (
            {"London": 0.1, "Counties": 0.05},
            "Carbon dioxide a head rose in every group from 2005 to 2010, most in London (+10%)",
        ),
        (
            {"London": -0.1, "North East": 0.1, "South West": 0.0},
            "Carbon dioxide a head fell in 1 of 3 groups and rose in 1 from 2005 to 2010, most in London (−10%)",
        ),
        (
            {"London": 0.01, "Counties": -0.01},
            "No clear difference: carbon dioxide a head in 2005 and 2010 in every group",
        ),
    ],
)
def test_the_forms_of_a_trend(change: dict[str, float], said: str) -> None:
    assert trend(change) == said


def test_one_year_has_no_trend_and_backward_years_a_sentence() -> None:
    assert " in 2008: from " in indicators.over_time("region", 2008, 2008).title
    made = indicators.over_time("region", 2009, 2006)
    assert made == Missing("Not enough data here: the years run backwards, from 2009 to 2006.")
    assert isinstance(indicators.over_time("region", 1990, 1991), Missing)
    with pytest.raises(UnknownNameError, match="no grouping of areas is called 'regions'; did you mean region"):
        indicators.over_time("regions", 2005, 2010)


def test_an_indicator_of_london_alone_is_drawn_for_london_alone() -> None:
    made = indicators.over_time("region", 2006, 2010, ni=151)
    assert set(made.data["group"]) == {"London"}


def test_a_number_beyond_the_known_counts_is_a_sentence() -> None:
    known = len(choices.indicator_concentration(1).frame)
    made = indicators.concentration_by_number(known + 1)
    assert isinstance(made, Missing)
    assert f"{known} counts are known" in made.sentence


@pytest.mark.parametrize("table", ["indicator_choices", "indicator_values", "partnership_money"])
def test_empty_tables_give_sentences(copied: Path, table: str) -> None:
    path = copied / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    book = Catalogue(base=copied)
    made = {
        "indicator_choices": lambda: [
            indicators.concentration_by_number(10, book),
            indicators.straitjacket(10, book),
        ],
        "indicator_values": lambda: [indicators.over_time("region", 2005, 2010, catalogue=book)],
        "partnership_money": lambda: [indicators.education_table(book), indicators.straitjacket(10, book)],
    }[table]()
    assert all(isinstance(item, Missing) for item in made)


def test_every_declared_value_of_the_notebook_gives_something_to_show() -> None:
    declared = parameters.declared(NOTEBOOK)
    assert declared["group_by"].allowed({}) == list(indicators.GROUPS)
    for top in (declared["top"].least, declared["top"].most):
        assert isinstance(findings.indicator_choices(top=top), Figure)
        assert isinstance(indicators.concentration_by_number(top), Figure)
        assert isinstance(indicators.straitjacket(top), Table)
    first, last = declared["first_year"], declared["last_year"]
    for group_by in indicators.GROUPS:
        for years in ((first.least, last.most), (first.most, last.most), (first.most, last.least)):
            assert isinstance(indicators.over_time(group_by, *years), Figure | Missing)
            assert indicators.key_findings(10, group_by, *years)
