"""A break at a known date: the tests of Chow (1960) and of Wald."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from localgov_history.breaks.observed import Caveat, Observed, observed, probability
from localgov_history.breaks.told import SPARE_FOR_HAC, Told, known_errors, ratio, squares, wald_statistic
from localgov_history.errors import LocalgovError, NotEnoughDataError
from localgov_history.text import counted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class KnownBreak(Told):
    """A test of a break at a date named beforehand.

    Attributes
    ----------
    method : ``Chow`` or ``Wald``.
    errors : ``constant`` or ``hac``.
    statistic : F for Chow, chi-squared for Wald.
    degrees : of freedom: (coefficients, observations left) for Chow, (coefficients,) for Wald.
    pvalue : of no change.
    position : of the first observation of the new regime.
    series : what was tested.
    """

    method: str
    errors: str
    statistic: float
    degrees: tuple[int, ...]
    pvalue: float
    position: int
    series: Observed

    @property
    def label(self) -> Any:
        """The date of the first observation of the new regime."""
        return self.series.labels[self.position]

    @cached_property
    def caveats(self) -> tuple[Caveat, ...]:
        """What stands against believing the test."""
        residuals = self.series.fit((self.position,))[1]
        date = "The p-value holds for a date chosen without a look at the series."
        robust = "" if self.errors == "hac" else "wald(…)"
        doubts = self.series.doubts(residuals, (self.position,), robust)
        return (Caveat("", date), *self.series.caveats(), *doubts)

    def to_frame(self) -> pd.DataFrame:
        """One row: method, errors, statistic, p-value, position and label."""
        import pandas as pd

        keys = ("method", "errors", "statistic", "pvalue", "position", "label")
        return pd.DataFrame([{key: getattr(self, key) for key in keys}])

    def finding(self) -> str:
        """The statistic and its p-value."""
        kind = "F" if self.method == "Chow" else "chi-squared"
        errors = "constant errors" if self.errors == "constant" else "errors robust to autocorrelation"
        number = len(self.series.names)
        return (
            f"{self.method} test of a change in {counted(number, 'coefficient')} from {self.series.when(self.position)}: "
            f"{kind}({', '.join(str(item) for item in self.degrees)}) = {self.statistic:.2f}, p "
            f"{probability(self.pvalue)} ({errors}, {self.series.n} observations, {self.position} of them before)."
        )


def chow(y: object, X: object = None, *, position: int | None = None, label: object = None) -> KnownBreak:
    """Chow's F test of a break at a known date, with errors alike throughout (Chow 1960, Econometrica 28, 591-605).

    Parameters
    ----------
    y, X : see `observed.observed`; X None: a level alone.
    position, label : the first observation of the new regime, by its position from 0 or by its date; one of them.

    Raises
    ------
    LocalgovError
        If the series or the date cannot be used; NotEnoughDataError if a regime has no more observations than
        coefficients.
    """
    from scipy import stats

    series = observed(y, X)
    at = _known(series, position, label)
    q = len(series.names)
    _need_each_side(series, at, q + 1)
    before, after = (squares(series.fit(breaks)[1]) for breaks in ((), (at,)))
    degrees = (q, series.n - 2 * q)
    statistic = ratio(before - after, after) * degrees[1] / q
    return KnownBreak("Chow", "constant", statistic, degrees, float(stats.f.sf(statistic, *degrees)), at, series)


def wald(
    y: object, X: object = None, *, position: int | None = None, label: object = None, errors: str = "hac"
) -> KnownBreak:
    """Wald test of a break at a known date, by default with errors robust to autocorrelation and unequal variances.

    Parameters
    ----------
    y, X : see `observed.observed`; X None: a level alone.
    position, label : the first observation of the new regime, by its position from 0 or by its date; one of them.
    errors : ``hac`` (see `fit.long_run_variance`, taken in each regime) or ``constant``.

    Raises
    ------
    LocalgovError
        If the series or the date cannot be used; NotEnoughDataError if a regime is too short.
    """
    from scipy import stats

    known_errors(errors)
    series = observed(y, X)
    at = _known(series, position, label)
    q = len(series.names)
    _need_each_side(series, at, q + (SPARE_FOR_HAC if errors == "hac" else 1))
    statistic = wald_statistic(series, (at,), errors)
    return KnownBreak("Wald", errors, statistic, (q,), float(stats.chi2.sf(statistic, q)), at, series)


def _known(series: Observed, position: int | None, label: object) -> int:
    if (position is None) == (label is None):
        raise LocalgovError("expected either position or label: the first observation of the new regime")
    if position is None:
        names = [series.when(at) for at in range(series.n)] if isinstance(label, str) else list(series.labels)
        if label not in names:
            raise LocalgovError(
                f"{label!r} is no label of the series; expected one from {series.when(0)} to {series.when(series.n - 1)}"
            )
        position = names.index(label)
    if not 0 < position < series.n:
        raise LocalgovError(f"position is {position}; expected 1 to {series.n - 1}, counted from 0")
    return int(position)


def _need_each_side(series: Observed, at: int, least: int) -> None:
    if min(at, series.n - at) < least:
        raise NotEnoughDataError(
            f"{counted(at, 'observation')} before {series.when(at)} and {series.n - at} from it; expected at least "
            f"{least} on each side for {counted(len(series.names), 'changing coefficient')}"
        )
