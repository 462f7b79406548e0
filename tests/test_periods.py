"""Periodisations: gaps, overlaps, shifts, a user's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_history import periods
from localgov_history.errors import LocalgovError, UnknownNameError
from localgov_history.periods import Period, Periodisation
from localgov_history.schema import TableError


def scheme(*spans: tuple[str, int, int]) -> Periodisation:
    return Periodisation(
        "mine", tuple(Period(key, key, f"{a}/{b}", date(a, 1, 1), date(b, 12, 31)) for key, a, b in spans)
    )


def test_the_deck_has_five_periods_as_printed() -> None:
    deck = periods.periodisation("gough")
    assert [period.readable_span() for period in deck] == [
        "1830s–1880s",
        "1880s–1945",
        "1945–1980s",
        "1980s–2000s",
        "2000s",
    ]
    assert deck.gaps() == []
    assert deck.overlaps() == []
    assert all(period.reason for period in deck)


def test_at_least_two_rivals_ship_with_sources_somebody_read() -> None:
    rows = periods.default().rows("periods")
    rivals = {row["periodisation"]: row for row in rows if row["periodisation"] != "gough"}
    assert len(rivals) >= 2
    bases = {row["basis"] for row in rivals.values()}
    assert {"statute", "historian"} <= bases
    graded = {row["source_key"]: row for row in periods.default().rows("sources")}
    for row in rivals.values():
        assert row["locator"]
        for key in row["source_key"].split(";"):
            assert graded[key]["consulted"] == "true"


def test_gaps_and_overlaps_are_reported_not_dropped() -> None:
    mine = scheme(("a", 1830, 1840), ("b", 1850, 1870), ("c", 1865, 1900))
    assert mine.gaps() == [(date(1841, 1, 1), date(1849, 12, 31))]
    assert mine.overlaps() == [(date(1865, 1, 1), date(1870, 12, 31))]
    assert "1 January 1841 to 31 December 1849 is in no period" in mine.report()
    assert "1 January 1865 to 31 December 1870 is in more than one period" in mine.report()
    days = pd.Series(pd.to_datetime(["1845-06-01", "1867-01-01", "1855-01-01", None]))
    labels = mine.label(days)
    assert labels.isna().tolist() == [True, False, False, True]
    assert labels[1:2].tolist() + labels[2:3].tolist() == ["b;c", "b"]


@given(st.integers(-9, 9))
def test_shifting_moves_inner_boundaries_only_and_back_again(years: int) -> None:
    deck = periods.periodisation("gough")
    moved = deck.shifted(years)
    assert [b.year - a.year for a, b in zip(deck.boundaries, moved.boundaries, strict=True)] == [years] * 4
    assert (moved.periods[0].start, moved.periods[-1].end) == (deck.periods[0].start, deck.periods[-1].end)
    assert moved.gaps() == []
    assert moved.overlaps() == []
    assert moved.shifted(-years) == deck


def test_gaps_and_overlaps_of_periods_that_are_not_neighbours() -> None:
    """A long period over short ones leaves no gap, and three at once are still one stretch."""
    mine = scheme(("long", 1834, 2012), ("a", 1850, 1860), ("b", 1855, 1930))
    assert mine.gaps() == []
    assert mine.overlaps() == [(date(1850, 1, 1), date(1930, 12, 31))]
    assert mine.last_day == date(2012, 12, 31)
    assert mine.shifted(5).last_day == mine.last_day


@pytest.mark.parametrize(
    ("span", "end", "shown"),
    [
        ("200X/..", 2012, "2000s"),
        ("1948/..", 2012, "1948–2012"),
        ("189X/..", 1974, "1890s–1974"),
        ("183X/188X", 1889, "1830s–1880s"),
        ("1834", 1834, "1834"),
    ],
)
def test_an_open_span_has_a_name_that_says_where_it_ends(span: str, end: int, shown: str) -> None:
    assert Period("a", "a", span, date(1830, 1, 1), date(end, 12, 31)).readable_span() == shown


def test_a_shift_that_swallows_a_period_is_refused() -> None:
    with pytest.raises(LocalgovError, match="leaves no room"):
        periods.periodisation("gough").shifted(40)


def test_the_census_year_is_three_quarters_through() -> None:
    assert scheme(("a", 1900, 1940)).periods[0].census_year == 1930


def test_an_unknown_scheme_or_period_gets_the_nearest_names() -> None:
    with pytest.raises(UnknownNameError, match="did you mean gough"):
        periods.periodisation("gouhg")
    with pytest.raises(UnknownNameError, match="did you mean 1830s_1880s"):
        periods.periodisation("gough")["1830s"]


def own(path: Path, write_csv, **changes: str) -> Path:  # type: ignore[no-untyped-def]
    columns = periods.default().schema("periods").columns
    row = dict.fromkeys(columns, "") | {
        "periodisation": "mine",
        "period": "long_century",
        "position": "1",
        "label": "The long century",
        "span": "1832/1918",
        "working_start": "1832-06-07",
        "working_end": "1918-11-11",
        "source_key": "gough_localis",
        "evidence": "coded",
    }
    return write_csv(path / "mine.csv", [row | changes], columns)


def test_a_scheme_from_a_csv_file(tmp_path: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    mine = periods.periodisation(own(tmp_path, write_csv))
    assert mine.name == "mine"
    assert mine.periods[0].years == (1832, 1918)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"working_start": "1832-13"}, r"mine\.csv, row 2, working_start: '1832-13' has month 13"),
        ({"working_start": "1919"}, "is not a stretch of time; expected a first day before the last"),
        ({"position": "one"}, r"position: 'one' is not a whole number"),
    ],
)
def test_faults_in_a_scheme_of_ones_own(tmp_path: Path, write_csv, changes: dict[str, str], said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TableError, match=said):
        periods.periodisation(own(tmp_path, write_csv, **changes))


def test_a_scheme_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LocalgovError, match="does not exist"):
        periods.periodisation(tmp_path / "no.csv")
