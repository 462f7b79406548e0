"""Dates against the EDTF specification's own examples and against every date that ships."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_history import dates
from localgov_history.catalogue import Catalogue

# Bounds read off the Library of Congress specification (2019), levels 0 and 1.
SPECIFICATION = {
    "1985-04-12": (date(1985, 4, 12), date(1985, 4, 12)),
    "1985-04": (date(1985, 4, 1), date(1985, 4, 30)),
    "1985": (date(1985, 1, 1), date(1985, 12, 31)),
    "1985-04-12T23:20:30": (date(1985, 4, 12), date(1985, 4, 12)),
    "1964/2008": (date(1964, 1, 1), date(2008, 12, 31)),
    "2004-06/2006-08": (date(2004, 6, 1), date(2006, 8, 31)),
    "2004-02-01/2005": (date(2004, 2, 1), date(2005, 12, 31)),
    "2001-21": (date(2001, 3, 1), date(2001, 5, 31)),
    "2003-24": (date(2003, 12, 1), date(2004, 2, 29)),
    "1984?": (date(1984, 1, 1), date(1984, 12, 31)),
    "2004-06~": (date(2004, 6, 1), date(2004, 6, 30)),
    "2004-06-11%": (date(2004, 6, 11), date(2004, 6, 11)),
    "201X": (date(2010, 1, 1), date(2019, 12, 31)),
    "20XX": (date(2000, 1, 1), date(2099, 12, 31)),
    "2004-XX": (date(2004, 1, 1), date(2004, 12, 31)),
    "1985-04-XX": (date(1985, 4, 1), date(1985, 4, 30)),
    "1985-XX-XX": (date(1985, 1, 1), date(1985, 12, 31)),
    "1985-04-12/..": (date(1985, 4, 12), None),
    "../1985-04": (None, date(1985, 4, 30)),
    "1985/": (date(1985, 1, 1), None),
    "/1985": (None, date(1985, 12, 31)),
    "1984~/2004-06": (date(1984, 1, 1), date(2004, 6, 30)),
}


@pytest.mark.parametrize("text", SPECIFICATION)
def test_specification_examples(text: str) -> None:
    parsed = dates.parse(text)
    assert (parsed.earliest, parsed.latest) == SPECIFICATION[text]
    assert str(parsed) == text


@pytest.mark.parametrize(
    ("text", "circa", "uncertain"),
    [("1835~", True, False), ("1835?", False, True), ("1835%", True, True), ("1834~/1871", True, False)],
)
def test_circa_is_kept(text: str, circa: bool, uncertain: bool) -> None:
    parsed = dates.parse(text)
    assert (parsed.is_circa, parsed.is_uncertain) == (circa, uncertain)


def test_the_circa_of_each_end_is_told_apart() -> None:
    parsed = dates.parse("1834/1871~")
    assert (parsed.start_qualifier, parsed.end_qualifier) == ("", "~")


@pytest.mark.parametrize(
    "text",
    ["", "183", "1834-13", "1834-02-30", "1834-00", "0000", "1835 c.", "c. 1835", "14/08/1834", "1871/1834",
     "183X-04", "1834-XX-04", "-0004", "Y170002", "1834/1850/1871", "/", "../.."],
)  # fmt: skip
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(dates.DateError, match=r"expected|has"):
        dates.parse(text)


def test_a_financial_year_is_twelve_months_from_april() -> None:
    parsed = dates.parse_financial_year("2001/02")
    assert (parsed.earliest, parsed.latest) == (date(2001, 4, 1), date(2002, 3, 31))
    assert dates.parse_financial_year("1834/35", first_day="03-26").earliest == date(1834, 3, 26)


def test_a_financial_year_written_as_a_month_is_refused_with_the_right_form() -> None:
    with pytest.raises(dates.DateError, match=r"'2001-02' is not a financial year; expected the form 2001/02"):
        dates.parse_financial_year("2001-02")


def test_a_financial_year_in_a_calendar_column_is_refused() -> None:
    with pytest.raises(dates.DateError, match="financial year, which belongs only in a financial column"):
        dates.parse("2001/02")


@given(st.integers(0, 9999))
def test_every_financial_year_has_365_or_366_days_or_is_refused(year: int) -> None:
    text = f"{year:04d}/{(year + 1) % 100:02d}"
    if year in (0, 9999):
        with pytest.raises(dates.DateError, match="expected 0001/02 to 9998/99"):
            dates.parse_financial_year(text)
        return
    parsed = dates.parse_financial_year(text)
    assert parsed.earliest is not None
    assert parsed.latest is not None
    assert (parsed.latest - parsed.earliest).days + 1 in (365, 366)


@given(st.from_regex(r"[0-9]{4}/[0-9]{2}[?~%]?", fullmatch=True))
def test_whatever_looks_like_a_financial_year_is_read_or_refused(text: str) -> None:
    try:
        parsed = dates.parse_financial_year(text)
    except dates.DateError:
        return
    assert str(parsed) == text


@pytest.mark.parametrize("text", ["0000/01", "9999/00"])
def test_a_financial_year_outside_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(dates.DateError, match=r"outside the years 1 to 9999; expected 0001/02 to 9998/99"):
        dates.parse_financial_year(text)


def test_a_financial_year_of_the_wrong_length_is_answered_with_four_digits() -> None:
    with pytest.raises(dates.DateError, match="expected 0005/06"):
        dates.parse_financial_year("0005/07")


days = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))


@given(days, days)
def test_bounds_survive_the_way_out_and_back(one: date, other: date) -> None:
    earliest, latest = min(one, other), max(one, other)
    parsed = dates.parse(dates.from_bounds(earliest, latest))
    assert (parsed.earliest, parsed.latest) == (earliest, latest)


@given(st.one_of(st.none(), days), st.one_of(st.none(), days))
def test_an_unknown_bound_stays_unknown(earliest: date | None, latest: date | None) -> None:
    if earliest and latest and earliest > latest:
        earliest, latest = latest, earliest
    text = dates.from_bounds(earliest, latest)
    if text:
        parsed = dates.parse(text)
        assert (parsed.earliest, parsed.latest) == (earliest, latest)
    else:
        assert earliest is None
        assert latest is None


@given(st.integers(1, 999), st.integers(1, 28), st.integers(1, 12))
def test_whole_stretches_are_written_short(decade: int, day: int, month: int) -> None:
    assert dates.from_bounds(date(decade * 10, 1, 1), date(decade * 10 + 9, 12, 31)) == f"{decade:03d}X"
    one = date(decade + 1000, month, day)
    assert dates.from_bounds(one, one) == one.isoformat()


@given(days, st.integers(0, 40000))
def test_a_wider_interval_never_has_narrower_bounds(day: date, length: int) -> None:
    last = min(date(9999, 12, 31).toordinal(), day.toordinal() + length)
    parsed = dates.parse(f"{day.isoformat()}/{date.fromordinal(last).isoformat()}")
    assert parsed.latest is not None
    assert parsed.latest - day == timedelta(days=last - day.toordinal())


def test_every_date_that_ships_can_be_read_and_survives(shipped: Catalogue) -> None:
    seen = 0
    for name, table in shipped.schemas.items():
        for column in (item for item in table.fields if item.is_date):
            for row in shipped.rows(name):
                text = row[column.name]
                if not text:
                    continue
                parsed = column.date(text)
                assert str(parsed) == text
                assert parsed.readable()
                bounds = (parsed.earliest, parsed.latest)
                back = dates.parse(dates.from_bounds(*bounds))
                assert (back.earliest, back.latest) == bounds
                seen += 1
    assert seen > 1000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("183X", "1830s"),
        ("1835~", "c. 1835"),
        ("1834-08-14", "14 August 1834"),
        ("1834-08", "August 1834"),
        ("1834/1871", "1834 to 1871"),
        ("2000/..", "from 2000"),
        ("/1997", "until 1997 (start not known)"),
        ("18XX", "1800s"),
    ],
)
def test_a_reader_sees_plain_words(text: str, shown: str) -> None:
    assert dates.parse(text).readable() == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1974-04-01", "1 April 1974"),
        ("1903-04-01?", "perhaps 1 April 1903"),
        ("1914/1918", "1914 to 1918"),
        ("1900/01", "1900/01"),
        ("1946", "1946"),
    ],
)
def test_when_a_value_was_is_said_in_words(text: str, shown: str) -> None:
    assert dates.spoken(text) == shown
