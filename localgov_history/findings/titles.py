"""Titles that say a finding, each with a form for "no clear difference" and one for "not enough data"."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from localgov_history.display import Missing, Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.periods import with_article
from localgov_history.text import listing, lower

P = ParamSpec("P")


Shown = TypeVar("Shown", Figure, Table)


def or_say_why(make: Callable[P, Shown]) -> Callable[P, Shown | Missing]:
    """Turn "not enough data" into something to show, so that one empty chart does not end a notebook."""

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Shown | Missing:
        try:
            return make(*args, **kwargs)
        except NotEnoughDataError as error:
            return Missing(f"Not enough data here: {error}.")

    return made


def in_words(make: Callable[P, str]) -> Callable[P, str]:
    """Turn "not enough data" into a sentence to say."""

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> str:
        try:
            return make(*args, **kwargs)
        except NotEnoughDataError as error:
            return f"Not enough data here: {error}."

    return made


def titles_of(*items: Figure | Table | Missing) -> list[str]:
    """The findings of figures and tables as sentences; what could not be shown has none."""
    return [f"{item.title}." for item in items if not isinstance(item, Missing)]


# A change of share of less than this is called no clear difference.
CLEAR = 0.05


NOT_CLEAR = "No clear difference"


NOT_ENOUGH = "Not enough data to compare"


def change_title(name: str, earlier: float | None, later: float | None, first: str, second: str) -> str:
    """A title for a share in two periods.

    Parameters
    ----------
    name : what has the share, to begin the sentence.
    earlier, later : shares, 0 to 1; None where there is not enough data.
    first, second : the periods or years, for a reader, with their article: ``the 1870s``, ``1874``.
    """
    if earlier is None or later is None:
        return f"{NOT_ENOUGH} {lower(name)} between {first} and {second}"
    if abs(later - earlier) < CLEAR:
        return f"{NOT_CLEAR}: {lower(name)}, {earlier:.0%} in {first} and {later:.0%} in {second}"
    verb = "rose" if later > earlier else "fell"
    return f"{name} {verb} from {earlier:.0%} in {first} to {later:.0%} in {second}"


def sequence_title(name: str, values: dict[str, float | None]) -> str:
    """A title for a share in more than two periods: where it was least and most.

    Parameters
    ----------
    name : what has the share, to begin the sentence.
    values : shares by period for a reader, in order of time; None where there is not enough data.
    """
    known = {label: value for label, value in values.items() if value is not None}
    if len(known) < 2:
        return f"{NOT_ENOUGH} {lower(name)} across the periods"
    least, most = min(known.values()), max(known.values())
    if most - least < CLEAR:
        return f"{NOT_CLEAR}: {lower(name)}, {least:.0%} to {most:.0%} in every period"
    # Shares within a point of each other are printed alike, so a title must not pick one of them.
    fewest = listing([with_article(label) for label, value in known.items() if value - least < 0.01])
    highest = listing([with_article(label) for label, value in known.items() if most - value < 0.01])
    return f"{name}: the smallest share in {fewest} ({least:.0%}), the largest in {highest} ({most:.0%})"


def percent(value: float) -> str:
    return "" if value != value else f"{value:.0%}"


def points(value: float) -> str:
    if value != value:
        return ""
    rounded = round(100 * value)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded)} {'point' if abs(rounded) == 1 else 'points'}"


def two_heads(first: str, second: str) -> tuple[str, str]:
    """Two column headings that differ even where the two things compared are the same."""
    return first, second if second != first else f"{second} (again)"


def year_of(value: object) -> str:
    return "" if value != value or value is None or str(value) == "<NA>" else str(value)
