"""What the tests for breaks share: how a result is told, and what each asks of a series."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

from localgov_history.breaks import fit
from localgov_history.breaks.observed import Caveat, Observed
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    from localgov_history.breaks.fit import Array

ERRORS = ("constant", "hac")
# A robust variance in a regime needs so many observations more than it has changing coefficients.
SPARE_FOR_HAC = 4


class Told:
    """What all results say alike."""

    @cached_property
    def caveats(self) -> tuple[Caveat, ...]:
        """What stands against believing the result."""
        raise NotImplementedError

    def finding(self) -> str:
        """The numbers, without what stands against them."""
        raise NotImplementedError

    def sentence(self) -> str:
        """The numbers, and in few words what stands against them."""
        against = [caveat.brief for caveat in self.caveats if caveat.brief]
        return self.finding() + (f" Caution: {listing(against)}." if against else "")

    def summary(self) -> str:
        """The numbers and, under them, what stands against them."""
        return "\n".join([self.finding(), *(f"  {caveat}" for caveat in self.caveats)])

    def __repr__(self) -> str:
        return self.summary()


def squares(residuals: Array) -> float:
    """The sum of squares."""
    return float(residuals @ residuals)


def ratio(gain: float, left: float) -> float:
    """What is gained beside what is left; without end where nothing is left."""
    return max(gain, 0.0) / left if left > 0 else math.inf


def known_errors(errors: str) -> None:
    """Refuse a kind of errors that there is not."""
    if errors not in ERRORS:
        raise UnknownNameError("kind of errors", errors, ERRORS)


def shortest_regime(series: Observed, trimming: float, breaks: int, least: int) -> int:
    """Observations in the shortest regime allowed, from the share trimmed; refused where the series has no room."""
    if not 0 < trimming < 0.5:
        raise LocalgovError(f"trimming is {trimming:g}; expected a share above 0 and below 0.5")
    # A share such as 0.15 of 100 is 15, whatever its binary digits.
    shortest = math.floor(trimming * series.n + 1e-9)
    if shortest < least:
        raise NotEnoughDataError(
            f"{trimming:g} of {series.n} observations is {shortest}; expected at least {least} in each regime for "
            f"{counted(len(series.names), 'changing coefficient')}: trim more or bring more observations"
        )
    if (breaks + 1) * shortest > series.n:
        raise NotEnoughDataError(
            f"{counted(breaks, 'break')} and {trimming:g} trimmed need {breaks + 1} × {shortest} observations; given "
            f"{series.n}, which has room for {series.n // shortest - 1}"
        )
    return shortest


def segments(series: Observed, y: Array, shortest: int) -> Array:
    """Sums of squares of every possible regime; refused where regressors are collinear in one."""
    try:
        return fit.segment_sums(y, series.changing, shortest)
    except fit.CollinearSegmentError as error:
        raise LocalgovError(
            f"the changing regressors are collinear in the {shortest} observations from {series.when(error.start)}; "
            "expected ones that vary within every possible regime (fix their coefficients, or trim more)"
        ) from None


def wald_statistic(series: Observed, breaks: tuple[int, ...], errors: str) -> float:
    """Wald statistic of no change in any coefficient at the breaks."""
    series = series.orthogonal
    slopes, residuals = series.fit(breaks)
    q = len(series.names)
    spread = fit.coefficient_variance(series.changing, series.fixed, breaks, residuals, errors == "hac")
    return fit.wald_no_change(slopes[: q * (len(breaks) + 1)], spread, q)
