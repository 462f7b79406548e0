"""Dates as historians write them: EDTF level 0-1 strings and financial years, with earliest and latest days.

The grammar is the Extended Date/Time Format of the Library of Congress (2019), levels 0 and 1:

    1834  1834-08  1834-08-14          a year, a month, a day
    183X  18XX  1834-XX  1834-08-XX    digits not known
    1835?  1835~  1835%                uncertain, approximate, both
    1834-21                            a season (21 spring, 22 summer, 23 autumn, 24 winter)
    1871-07/1872   1834/..   1834/     an interval; open end; end not known

A financial year is written ``2001/02``. It is an interval of twelve months, never the month February 2001.
Years run from 1 to 9999; a year outside that range is refused, not bent.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from localgov_history.errors import LocalgovError

_POINT = re.compile(
    r"""(?P<year>\d{4}|\d{3}X|\d{2}XX|\dXXX)
        (?:-(?P<month>\d\d|XX)
        (?:-(?P<day>\d\d|XX))?)?
        (?:T(?P<time>\d\d:\d\d:\d\d(?:Z|[+-]\d\d(?::\d\d)?)?))?
        (?P<qualifier>[?~%]?)""",
    re.VERBOSE,
)
_FINANCIAL = re.compile(r"(\d{4})/(\d\d)([?~%]?)")
# The season codes of EDTF level 1, as first month and length; a northern-hemisphere reading.
_SEASONS = {21: (3, 3), 22: (6, 3), 23: (9, 3), 24: (12, 3)}


class DateError(LocalgovError, ValueError):
    """A string that is not a date in the expected notation."""


@dataclass(frozen=True, slots=True)
class HistoricalDate:
    """A date or interval with the days it may span.

    Attributes
    ----------
    text : the string as written; ``str()`` gives it back, so nothing is lost.
    earliest, latest : first and last possible day, or None where open or not known.
    start_qualifier, end_qualifier : ``""``, ``"?"`` (uncertain), ``"~"`` (circa) or ``"%"`` (both).
    is_interval : True for a written interval or a financial year.
    open_start, open_end : True where the interval is open (``..``) at that end.
    """

    text: str
    earliest: date | None
    latest: date | None
    start_qualifier: str = ""
    end_qualifier: str = ""
    is_interval: bool = False
    open_start: bool = False
    open_end: bool = False

    def __str__(self) -> str:
        return self.text

    @property
    def is_circa(self) -> bool:
        """True where either end is approximate."""
        return "~" in self._marks or "%" in self._marks

    @property
    def is_uncertain(self) -> bool:
        """True where either end is marked uncertain."""
        return "?" in self._marks or "%" in self._marks

    @property
    def _marks(self) -> str:
        return self.start_qualifier + self.end_qualifier

    def readable(self) -> str:
        """The date for a reader: ``c. 1835``, ``1830s``, ``14 August 1834``, ``1871 to 1872``.

        >>> parse("183X").readable(), parse("1835~").readable(), parse("1834-08-14").readable()
        ('1830s', 'c. 1835', '14 August 1834')
        """
        if _FINANCIAL.fullmatch(self.text):
            return self.text.replace("/", "–")
        if "/" not in self.text:
            return _readable_point(self.text)
        start, end = self.text.split("/")
        if end == "..":
            return f"from {_readable_point(start)}"
        if start == "..":
            return f"until {_readable_point(end)}"
        if not end:
            return f"from {_readable_point(start)} (end not known)"
        if not start:
            return f"until {_readable_point(end)} (start not known)"
        return f"{_readable_point(start)} to {_readable_point(end)}"


def parse(text: str) -> HistoricalDate:
    """Read an EDTF level 0-1 string.

    Raises
    ------
    DateError
        If `text` is not in that notation, or names a day that does not exist.

    >>> parse("183X").earliest, parse("183X").latest
    (datetime.date(1830, 1, 1), datetime.date(1839, 12, 31))
    """
    if "/" not in text:
        earliest, latest, qualifier = _point(text, text)
        return HistoricalDate(text, earliest, latest, qualifier, qualifier)
    parts = text.split("/")
    if len(parts) != 2 or not any(part.strip(".") for part in parts):
        raise DateError(f"{text!r} is not an interval; expected start/end, e.g. 1834/1871")
    if re.fullmatch(r"\d\d[?~%]?", parts[1]):
        raise DateError(
            f"{text!r} reads as a financial year, which belongs only in a financial column; "
            f"expected an EDTF interval such as {parts[0]}-04/{_next_year(parts[0])}-03"
        )
    start = _end(parts[0], text)
    end = _end(parts[1], text)
    if start[0] and end[1] and start[0] > end[1]:
        raise DateError(f"{text!r} ends before it starts; expected the earlier date first")
    return HistoricalDate(
        text, start[0], end[1], start[2], end[2], True, open_start=parts[0] == "..", open_end=parts[1] == ".."
    )


def spoken(when: object) -> str:
    """When a value was, for a reader: a date in words; a year or a financial year as it stands.

    >>> spoken("1974-04-01"), spoken("1903-04-01?"), spoken("1900/01"), spoken("1946")
    ('1 April 1974', 'perhaps 1 April 1903', '1900/01', '1946')
    """
    text = str(when)
    return text if re.fullmatch(r"\d{4}(/\d{2})?", text) else parse(text).readable()


def parse_financial_year(text: str, first_day: str = "04-01") -> HistoricalDate:
    """Read a financial year such as ``2001/02``.

    Parameters
    ----------
    text : four digits, a slash, two digits; a qualifier ``?``, ``~`` or ``%`` may follow.
    first_day : month and day on which the year starts, ``MM-DD``. Central government and, from 1930,
        English local authorities start on 1 April.

    Raises
    ------
    DateError
        For any other notation; ``2001-02`` above all, which would read as February 2001. Also for a year that
        starts before 0001 or ends after 9999.

    >>> parse_financial_year("1999/00").latest
    datetime.date(2000, 3, 31)
    """
    match = _FINANCIAL.fullmatch(text)
    if not match:
        lookalike = re.fullmatch(r"(\d{4})[-–/](\d{4}|\d\d)", text)
        hint = f"{lookalike[1]}/{lookalike[2][-2:]}" if lookalike else "2001/02"
        raise DateError(f"{text!r} is not a financial year; expected the form {hint}")
    year = int(match[1])
    if not 1 <= year <= 9998:
        raise DateError(f"{text!r} reaches outside the years 1 to 9999; expected 0001/02 to 9998/99")
    if (year + 1) % 100 != int(match[2]):
        raise DateError(f"{text!r} is not one financial year; expected {year:04d}/{(year + 1) % 100:02d}")
    month, day = (int(part) for part in first_day.split("-"))
    start = date(year, month, day)
    return HistoricalDate(text, start, date(year + 1, month, day) - timedelta(days=1), match[3], match[3], True)


def as_of(value: object) -> HistoricalDate:
    """The date of a question, as every function with an argument ``as_of`` reads it.

    Parameters
    ----------
    value : an EDTF text (``"1974-04-02"``, ``"1895"``), a year as a number, or a date or timestamp. A year or a
        month asks for what existed at any time in it; a day for what existed on that day.

    Raises
    ------
    DateError
        For anything else, and for a date without both bounds.

    >>> as_of(1895).latest, as_of("1974-04-02").earliest
    (datetime.date(1895, 12, 31), datetime.date(1974, 4, 2))
    """
    if isinstance(value, bool) or value is None:
        raise DateError(f"{value!r} is not a date; expected e.g. '1974-04-02' or 1895")
    if isinstance(value, date):
        text = value.isoformat()[:10]
    elif isinstance(value, int):
        text = f"{value:04d}"
    else:
        text = str(value).strip()
    if british := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text):
        day, month, year = british.groups()
        raise DateError(f"{text!r} is not written as a date here; expected {year}-{month:0>2}-{day:0>2}")
    read = parse(text)
    if read.earliest is None or read.latest is None:
        raise DateError(f"{text!r} is open at an end; expected a day, a month or a year")
    return read


def from_bounds(earliest: date | None, latest: date | None) -> str:
    """The shortest EDTF string with exactly these bounds; the inverse of `parse` on bounds.

    >>> from_bounds(date(1830, 1, 1), date(1839, 12, 31)), from_bounds(date(1834, 8, 1), None)
    ('183X', '1834-08-01/')
    """
    if earliest is None and latest is None:
        return ""
    if earliest and latest:
        if earliest > latest:
            raise DateError(f"{earliest} is after {latest}; expected the earlier date first")
        whole = _whole(earliest, latest)
        if whole:
            return whole
        return f"{_shortest_start(earliest)}/{_shortest_end(latest)}"
    # A bare year reads as the whole year, so a lone bound is written to the day.
    return f"{earliest.isoformat()}/" if earliest else f"/{latest.isoformat() if latest else ''}"


def _end(part: str, whole: str) -> tuple[date | None, date | None, str]:
    if part in ("", ".."):
        return None, None, ""
    return _point(part, whole)


def _point(text: str, whole: str) -> tuple[date, date, str]:
    match = _POINT.fullmatch(text)
    if not match:
        raise DateError(f"{whole!r} is not a date; expected EDTF such as 1834, 1834-08-14, 183X or 1835~")
    year, month, day = match["year"], match["month"], match["day"]
    if ("X" in year and month) or (month == "XX" and day not in (None, "XX")):
        raise DateError(f"{whole!r} has known digits after unknown ones; expected e.g. 183X or 1834-XX")
    low, high = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if high < 1:
        raise DateError(f"{whole!r} has the year 0; expected a year from 0001 to 9999")
    low = max(low, 1)
    if month in (None, "XX"):
        return date(low, 1, 1), date(high, 12, 31), match["qualifier"]
    number = int(month)
    if number in _SEASONS and day is None:
        first, length = _SEASONS[number]
        last_year, last_month = (low, first + length - 1) if first + length <= 13 else (low + 1, 2)
        if last_year > 9999:
            raise DateError(f"{whole!r} runs past the year 9999")
        return (
            date(low, first, 1),
            date(last_year, last_month, calendar.monthrange(last_year, last_month)[1]),
            match["qualifier"],
        )
    if not 1 <= number <= 12:
        raise DateError(f"{whole!r} has month {month}; expected 01 to 12")
    days = calendar.monthrange(low, number)[1]
    if day in (None, "XX"):
        return date(low, number, 1), date(low, number, days), match["qualifier"]
    if not 1 <= int(day) <= days:
        raise DateError(f"{whole!r} has day {day}; that month has {days} days")
    return date(low, number, int(day)), date(low, number, int(day)), match["qualifier"]


def _whole(earliest: date, latest: date) -> str:
    """The one-point string covering exactly these days, or an empty string."""
    first, last = earliest.year, latest.year
    if earliest == latest:
        return earliest.isoformat()
    starts_month = earliest.day == 1
    ends_month = latest.day == calendar.monthrange(last, latest.month)[1]
    if first == last and earliest.month == latest.month and starts_month and ends_month:
        return f"{first:04d}-{earliest.month:02d}"
    if (earliest.month, earliest.day, latest.month, latest.day) != (1, 1, 12, 31):
        return ""
    if first == last:
        return f"{first:04d}"
    for digits in (1, 2, 3):
        size = 10**digits
        if max(first // size * size, 1) == first and first // size == last // size and last % size == size - 1:
            return f"{first // size:0{4 - digits}d}{'X' * digits}"
    return ""


def _shortest_start(day: date) -> str:
    if (day.month, day.day) == (1, 1):
        return f"{day.year:04d}"
    return f"{day.year:04d}-{day.month:02d}" if day.day == 1 else day.isoformat()


def _shortest_end(day: date) -> str:
    if (day.month, day.day) == (12, 31):
        return f"{day.year:04d}"
    if day.day == calendar.monthrange(day.year, day.month)[1]:
        return f"{day.year:04d}-{day.month:02d}"
    return day.isoformat()


def _next_year(text: str) -> str:
    return f"{int(text[:4]) + 1:04d}" if text[:4].isdigit() else "1835"


def _readable_point(text: str) -> str:
    mark = text[-1] if text[-1] in "?~%" else ""
    body = text.rstrip("?~%").split("T")[0]
    prefix = {"~": "c. ", "?": "perhaps ", "%": "perhaps c. "}.get(mark, "")
    year, _, rest = body.partition("-")
    if year.endswith("X"):
        known = year.rstrip("X")
        unknown = len(year) - len(known)
        return prefix + (f"{known}0s" if unknown == 1 else f"{known}{'0' * unknown}s")
    if not rest or rest.startswith("XX"):
        return prefix + year
    month, _, day = rest.partition("-")
    seasons = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
    if month in seasons:
        return f"{prefix}{seasons[month]} {year}"
    name = calendar.month_name[int(month)]
    return f"{prefix}{int(day)} {name} {year}" if day and day != "XX" else f"{prefix}{name} {year}"
