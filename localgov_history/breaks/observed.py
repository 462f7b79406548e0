"""What a test for breaks is given, read and checked: the series, its dates, its regressors, its order of integration."""

from __future__ import annotations

import dataclasses
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from localgov_history.breaks.fit import COLLINEAR, bounds, by_regime, least_squares, long_run_variance
from localgov_history.errors import LocalgovError, NotEnoughDataError
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.breaks.fit import Array

# Chance of error at which a test of an assumption is reported as failed.
DOUBT = 0.05
# Below these, asymptotic p-values are named as doubtful.
FEW = 60
FEW_IN_A_REGIME = 15
# Above this t value a straight line through the series counts as a trend.
TREND = 1.96
SHORTEST_FOR_UNIT_ROOTS = 15


@dataclass(frozen=True)
class Caveat:
    """Something that stands against a test: in few words (empty where it need not be in a sentence) and in full."""

    brief: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Order:
    """What tests of the order of integration say of a series.

    Attributes
    ----------
    about : ``level`` or ``trend``: what the series may be stationary about.
    adf, adf_pvalue : augmented Dickey-Fuller (null: a unit root), lags by AIC.
    kpss, kpss_pvalue : Kwiatkowski, Phillips, Schmidt and Shin (null: stationary), automatic lags; its p-value is known
        between 0.01 and 0.10 alone.
    """

    about: str
    adf: float
    adf_pvalue: float
    kpss: float
    kpss_pvalue: float

    @property
    def rejects_unit_root(self) -> bool:
        """Whether the augmented Dickey-Fuller test rejects at 5%."""
        return self.adf_pvalue < DOUBT

    def sentence(self) -> str:
        """Both tests and what they come to."""
        unit_root, stationary = not self.rejects_unit_root, self.kpss_pvalue >= DOUBT
        verdict = {
            (True, False): "both point to a unit root, under which tests for breaks find too many",
            (False, True): f"both point to a series stationary about its {self.about}",
            (True, True): "neither rejects, so they do not settle whether there is a unit root",
            (False, False): f"both reject, which a break in the {self.about} can do as well",
        }[unit_root, stationary]
        bound = {0.01: "at most", 0.1: "at least"}.get(round(self.kpss_pvalue, 6), "=")
        return (
            f"Order of integration about a {self.about}: ADF {self.adf:.2f} (p {probability(self.adf_pvalue)}), "
            f"KPSS {self.kpss:.2f} (p {bound} {self.kpss_pvalue:.3g}); {verdict}. A break by itself makes a stationary "
            "series look like a unit root."
        )


@dataclass(frozen=True, eq=False)
class Observed:
    """A series and its regressors, fit to be tested.

    Attributes
    ----------
    y : (n,).
    changing : (n, q) regressors whose coefficients may change; fixed : (n, p) those whose coefficients may not.
    names : of the changing regressors.
    labels : of the observations; positions from 0 where the series came without.
    labelled : whether it came with labels.
    """

    y: Array
    changing: Array
    fixed: Array
    names: tuple[str, ...]
    labels: tuple[Any, ...]
    labelled: bool

    @property
    def n(self) -> int:
        """Number of observations."""
        return len(self.y)

    def when(self, position: int) -> str:
        """An observation as a reader would name it."""
        label = self.labels[position]
        if not self.labelled:
            return f"position {position}"
        return str(label.date()) if hasattr(label, "date") and callable(label.date) else str(label)

    @cached_property
    def orthogonal(self) -> Observed:
        """The same with the changing regressors made orthogonal, so that robust variances do not depend on their units
        or on where years are counted from."""
        import numpy as np

        base = np.linalg.qr(self.changing)[0] * np.sqrt(self.n)
        return dataclasses.replace(self, changing=base)

    @cached_property
    def level_only(self) -> bool:
        """Whether nothing but a level stands among the regressors."""
        import numpy as np

        return bool((np.ptp(self.changing, axis=0) == 0).all() and (np.ptp(self.fixed, axis=0) == 0).all())

    @cached_property
    def trend(self) -> tuple[float, float]:
        """Slope of a straight line through the series, per observation, and its robust t value."""
        import numpy as np

        line = np.column_stack([np.ones(self.n), np.arange(self.n) - (self.n - 1) / 2])
        slopes, residuals = least_squares(self.y, line)
        bread = np.linalg.inv(line.T @ line)
        error = np.sqrt((self.n * bread @ long_run_variance(line * residuals[:, None]) @ bread)[1, 1])
        slope = float(slopes[1])
        return slope, slope / float(error) if error > 0 else np.sign(slope) * np.inf

    @cached_property
    def order(self) -> Order | None:
        """The order of integration; None where the series is too short, or too regular, for the tests."""
        import numpy as np
        from statsmodels.tsa.stattools import adfuller, kpss

        if self.n < SHORTEST_FOR_UNIT_ROOTS:
            return None
        kind, about = ("ct", "trend") if abs(self.trend[1]) > TREND else ("c", "level")
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                unit_root = adfuller(self.y, regression=kind, autolag="AIC")
                stationary = kpss(self.y, regression=kind, nlags="auto")
            except (ValueError, OverflowError, np.linalg.LinAlgError):
                return None
        values = [float(item) for item in (*unit_root[:2], *stationary[:2])]
        return Order(about, *values) if np.isfinite(values).all() else None

    def caveats(self) -> list[Caveat]:
        """What is to be known of the series before any test of it is believed."""
        said = []
        if self.n < FEW:
            number = counted(self.n, "observation")
            said.append(
                Caveat(
                    f"only {number}", f"{number}: p-values, critical values and intervals are those of large samples."
                )
            )
        if self.order:
            brief = "" if self.order.rejects_unit_root else "a unit root is not ruled out"
            said.append(Caveat(brief, self.order.sentence()))
        else:
            text = "The order of integration could not be tested (too short or too regular a series)."
            said.append(Caveat("the order of integration is not known", text))
        slope, t = self.trend
        if self.level_only and abs(t) > TREND:
            text = (
                f"The series {'rises' if slope > 0 else 'falls'} over its whole span (by {abs(slope):.3g} an observation, "
                f"t = {t:.1f}) and the model has a level alone: it takes a steady trend for breaks. Compare with a trend "
                "among the regressors."
            )
            said.append(Caveat("the model has a level alone where the series has a trend", text))
        return said

    def doubts(self, residuals: Array, breaks: tuple[int, ...], robust: str) -> list[Caveat]:
        """Assumptions on the errors that the residuals of a fit with these breaks speak against.

        `robust` names what to use where errors are not independent; empty where they need not be.
        """
        from scipy import stats
        from statsmodels.stats.diagnostic import acorr_ljungbox

        if not residuals.any():
            text = "The model fits the series without any error; nothing can be said of uncertainty."
            return [Caveat("the fit leaves no error to judge by", text)]
        said = []
        short = min(last - first for first, last in bounds(breaks, self.n))
        if short < FEW_IN_A_REGIME:
            number = counted(short, "observation")
            said.append(Caveat(f"a regime of only {number}", f"The shortest regime has {number}."))
        if not robust:
            return said
        lags = max(1, min(10, self.n // 5))
        serial = float(acorr_ljungbox(residuals, lags=[lags])["lb_pvalue"].iloc[0])
        if serial < DOUBT:
            text = (
                f"The errors are taken as independent, but the residuals are not (Ljung-Box, {counted(lags, 'lag')}, "
                f"p {probability(serial)}): breaks will look surer than they are; compare with {robust}."
            )
            said.append(Caveat("errors are autocorrelated", text))
        groups = [residuals[first:last] for first, last in bounds(breaks, self.n) if last - first > 2]
        spread = float(stats.levene(*groups).pvalue) if len(groups) > 1 else 1.0
        if spread < DOUBT:
            text = (
                "The errors are taken to vary alike in all regimes, but the residuals do not (Levene, "
                f"p {probability(spread)})."
            )
            said.append(Caveat("errors vary unequally", text))
        return said

    def fit(self, breaks: tuple[int, ...]) -> tuple[Array, Array]:
        """Coefficients (changing by regime, then fixed) and residuals, 0 where they are no more than rounding."""
        import numpy as np

        slopes, residuals = least_squares(self.y, np.column_stack([by_regime(self.changing, breaks), self.fixed]))
        rounding = 1e-12 * np.abs(self.y).max()
        return slopes, residuals if np.abs(residuals).max() > rounding else np.zeros(self.n)


def probability(p: float) -> str:
    """A p-value with its sign: ``= 0.032``, ``< 0.001``."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def observed(y: object, X: object = None, fixed: object = None) -> Observed:
    """Read a series and its regressors.

    Parameters
    ----------
    y : numbers in order of time; a pandas Series brings its dates.
    X : (n, q) regressors whose coefficients may change; a column of ones is the level. None: a level alone.
    fixed : (n, p) regressors whose coefficients may not change.

    Raises
    ------
    LocalgovError
        If values are missing or no numbers, dates are missing, twice or out of order, the series is constant, or
        regressors are collinear or of another length or other dates.
    """
    import numpy as np
    import pandas as pd

    values = _numbers(y, "y")
    if values.ndim != 1:
        raise LocalgovError(f"y has the shape {values.shape}; expected one series of numbers")
    labels: pd.Index = y.index if isinstance(y, pd.Series) else pd.RangeIndex(len(values))
    _check_dates(labels)
    _check_missing(values[:, None], labels, "y")
    changing, names = _regressors(X, labels, "X") if X is not None else (np.ones((len(values), 1)), ("level",))
    held = _regressors(fixed, labels, "fixed")[0] if fixed is not None else np.empty((len(values), 0))
    if len(values) < 2 or not np.ptp(values):
        raise LocalgovError(
            f"y has no two different values ({counted(len(values), 'observation')}); expected a series that varies"
        )
    found = Observed(values, changing, held, names, tuple(labels), isinstance(y, pd.Series))
    both = np.column_stack([changing, held])
    if both.shape[1] >= len(values):
        raise NotEnoughDataError(
            f"{counted(len(values), 'observation')} and {counted(both.shape[1], 'regressor')}; expected more observations"
        )
    scaled = both / np.maximum(np.linalg.norm(both, axis=0), np.finfo(float).tiny)
    sizes = np.linalg.svd(scaled, compute_uv=False)
    if sizes[-1] <= np.sqrt(COLLINEAR) * sizes[0]:
        raise LocalgovError("the regressors are collinear; expected none that is a combination of the others")
    if not found.fit(())[1].any():
        raise LocalgovError("the regressors explain y without any error; there is nothing to test")
    return found


def _numbers(given: object, name: str) -> Array:
    import numpy as np

    try:
        return np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise LocalgovError(f"{name} has values that are no numbers; expected numbers alone") from None


def _regressors(given: object, labels: pd.Index, name: str) -> tuple[Array, tuple[str, ...]]:
    import numpy as np
    import pandas as pd

    dates = given.index if isinstance(given, pd.Series | pd.DataFrame) else None
    if dates is not None and not isinstance(labels, pd.RangeIndex) and not dates.equals(labels):
        raise LocalgovError(f"the index of {name} is not that of y; expected the same dates in the same order")
    values = _numbers(given, name)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or len(values) != len(labels):
        raise LocalgovError(f"{name} has the shape {values.shape}; expected {len(labels)} rows, as y has")
    _check_missing(values, labels, name)
    if isinstance(given, pd.DataFrame):
        names = tuple(str(column) for column in given.columns)
    else:
        names = tuple("level" if not np.ptp(values[:, i]) else f"x{i + 1}" for i in range(values.shape[1]))
    return values, names


def _check_missing(values: Array, labels: pd.Index, name: str) -> None:
    import numpy as np

    bad = ~np.isfinite(values).all(axis=1)
    if bad.any():
        at = [str(label) for label in labels[bad]]
        raise LocalgovError(f"{name} has no finite value at {_some(at)}; expected a number for each observation")


def _check_dates(labels: pd.Index) -> None:
    """Dates have to be in order, once each, and without gaps: nothing is filled in silently."""
    import numpy as np
    import pandas as pd

    if isinstance(labels, pd.RangeIndex):
        return
    if labels.hasnans:
        raise LocalgovError("the index of y has empty dates; expected a date for each observation")
    if labels.has_duplicates:
        twice = [str(label) for label in labels[labels.duplicated()].unique()]
        raise LocalgovError(f"the index of y has {_some(twice)} more than once; expected each date once")
    steps: Any = labels
    if isinstance(labels, pd.DatetimeIndex):
        ordered = labels.is_monotonic_increasing
        if ordered and len(labels) > 2 and not _evenly_spaced(labels):
            raise LocalgovError("the dates of y are not evenly spaced; expected one a year, quarter, month or day")
        steps = None
    elif isinstance(labels, pd.PeriodIndex):
        ordered, steps = labels.is_monotonic_increasing, labels.asi8
    elif pd.api.types.is_numeric_dtype(labels):
        ordered, steps = labels.is_monotonic_increasing, labels.to_numpy(dtype=float)
    else:
        years = [re.match(r"\d{4}", str(label)) for label in labels]
        numbers = [int(year[0]) for year in years if year]
        if len(numbers) < len(labels):
            return
        ordered = numbers == sorted(numbers)
        steps = np.array(numbers, dtype=float) if len(set(numbers)) == len(numbers) else None
    if not ordered:
        raise LocalgovError("the index of y is not in order of time; sort it first")
    if steps is None or len(steps) < 3:
        return
    gaps = np.diff(np.asarray(steps, dtype=float))
    usual = gaps.min()
    wide = np.flatnonzero(gaps > usual * (1 + 1e-6))
    if len(wide):
        told = [f"{labels[at]} and {labels[at + 1]}" for at in wide]
        raise LocalgovError(
            f"observations are missing between {_some(told)}; expected steps of {usual:g} throughout. Fill or cut the "
            "series before, so that it is seen what was done"
        )


def _evenly_spaced(labels: pd.DatetimeIndex) -> bool:
    import pandas as pd

    with warnings.catch_warnings():
        # Only whether there is a frequency counts, not how pandas writes it.
        warnings.simplefilter("ignore")
        return pd.infer_freq(labels) is not None


def _some(items: list[str]) -> str:
    return listing(items[:6]) if len(items) <= 6 else f"{', '.join(items[:6])} and {len(items) - 6} more"
