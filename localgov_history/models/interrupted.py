"""Interrupted series: did the level or the trend of a series change at a dated reform?

Segmented regression (Wagner, Soumerai, Zhang and Ross-Degnan 2002; Bernal, Cummins and Gasparrini 2017). The date
is given, never looked for; a change at it is not by itself an effect of the reform.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.long_series import Series
from localgov_history.models.words import between, p_text, shown
from localgov_history.text import capital, counted, listing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Penfold and Zhang (2013) ask for eight values on each side; fewer are allowed and named.
FEW_VALUES = 8
ERRORS = {"hac": "Newey–West", "ar": "first-order autoregressive"}
# Beyond this a Ljung–Box test is taken as a sign of autocorrelation.
ALPHA = 0.05
_ITERATIONS = 200


@dataclass(frozen=True, eq=False)
class PlaceboDates:
    """The same model at every other date it could have been given.

    Attributes
    ----------
    reform : the date tested.
    frame : one row a placebo date: ``date``, ``level``, ``slope`` (the changes there) and ``wald`` (the test that both
        are nothing, as F).
    found : the same numbers at the reform.
    slope : whether a change of slope was part of the model.
    unsettled : further dates at which the model could not be fitted.
    """

    reform: object
    frame: pd.DataFrame
    found: dict[str, float]
    slope: bool
    unsettled: int = 0

    def share(self, name: str = "level") -> float:
        """Share of the placebo dates, 0 to 1, at which ``level``, ``slope`` or ``wald`` is as large in size."""
        return float((self.frame[name].abs() >= abs(self.found[name])).mean())

    def to_frame(self) -> pd.DataFrame:
        """One row a placebo date."""
        return self.frame.copy()

    def sentence(self) -> str:
        """How many other dates would have shown a change as large."""
        of = len(self.frame)
        parts = [f"a change of level as large at {round(self.share('level') * of)}"]
        if self.slope:
            parts.append(f"a change of slope as large at {round(self.share('slope') * of)}")
        return (
            f"Of {counted(of, 'other date')} at which the same model can be set, it finds {listing(parts)}; dates near "
            f"{self.reform} share in the change there."
            + (f" At {counted(self.unsettled, 'further date')} it could not be fitted." if self.unsettled else "")
        )

    def summary(self) -> str:
        """The sentence and the dates with the strongest changes."""
        strongest = self.frame.sort_values("wald", ascending=False).head(5)
        rows = [f"  {row.date}: level {shown(row.level)}, F {shown(row.wald)}" for row in strongest.itertuples()]
        return "\n".join([self.sentence(), f"  At {self.reform} F is {shown(self.found['wald'])}; strongest:", *rows])


@dataclass(frozen=True, eq=False)
class Interrupted:
    """A series with a change of level, and of slope, at one or more dated reforms.

    Attributes
    ----------
    observed : the values, in order.
    reforms : the dates; each is the first value under the reform.
    slope : whether the slope may change as well as the level.
    errors, lags : ``hac`` (Newey and West 1987) with that many lags, or ``ar``: first-order autoregressive errors.
    level : level of the intervals, e.g. 0.95.
    frame : one row a term: ``term`` (start, slope before, level change, slope change), ``reform``, ``estimate``,
        ``error``, ``lower``, ``upper``, ``p``. Slopes are per step of the index.
    rho : first-order autocorrelation of the errors: estimated for ``ar``, of the residuals for ``hac``.
    ljung_box : statistic, lags and p-value of the test of the residuals (Ljung and Box 1978), those of the
        innovations for ``ar``.
    notes : what a reader must know: few values, autocorrelation left.
    """

    observed: pd.Series
    reforms: tuple[Any, ...]
    slope: bool
    errors: str
    lags: int
    level: float
    frame: pd.DataFrame
    rho: float
    ljung_box: tuple[float, int, float]
    notes: tuple[str, ...]
    _fit: Any = field(repr=False)
    _positions: tuple[int, ...] = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """One row a term."""
        return self.frame.copy()

    @property
    def step(self) -> str:
        """What lies between two values: a year, or a step of another length."""
        named = getattr(self.observed.index, "freqstr", "Y")
        return {"Y": "year", "Q": "quarter", "M": "month"}.get(named[:1], "step")

    def change(self, term: str = "level change", reform: object = None) -> dict[str, float]:
        """Estimate, error, bounds and p-value of one term at one reform (the first, if none is named)."""
        at = self.reforms[self._place(reform)]
        rows = self.frame[(self.frame["term"] == term) & (self.frame["reform"] == at)]
        if rows.empty:
            raise UnknownNameError("change", term, set(self.frame["term"].iloc[2:]))
        return {name: float(rows.iloc[0][name]) for name in ("estimate", "error", "lower", "upper", "p")}

    def _place(self, reform: object) -> int:
        """Which of the reforms it is, counted from 0; the first, if none is named."""
        if reform is None:
            return 0
        names = [str(each) for each in self.reforms]
        if str(reform) not in names:
            raise UnknownNameError("reform in the model", reform, names)
        return names.index(str(reform))

    def counterfactual(self, reform: object = None) -> pd.DataFrame:
        """The line as it would have run on without the reforms, or without one of them.

        Returns
        -------
        One row a value from the (first) reform on, by its date: ``observed``, ``fitted``, ``counterfactual`` with
        ``lower`` and ``upper`` (confidence interval of the line) and ``predicted_lower`` and ``predicted_upper`` (prediction
        interval of a single value); ``effect`` (fitted less counterfactual) with ``effect_lower`` and ``effect_upper``.

        Notes
        -----
        It assumes that the trend before would have gone on, which the data cannot show.
        """
        import numpy as np
        import pandas as pd

        places = range(len(self.reforms)) if reform is None else [self._place(reform)]
        design = _design(len(self.observed), self._positions, self.slope)
        without = design.copy()
        width = 2 if self.slope else 1
        for at in places:
            without[:, 2 + at * width : 2 + (at + 1) * width] = 0
        first = min(self._positions[at] for at in places)
        design, without = design[first:], without[first:]
        params, covariance = np.asarray(self._fit.params), np.asarray(self._fit.cov_params())
        reach = _reach(self._fit, self.level)
        middle = without @ params
        variance = np.einsum("ij,jk,ik->i", without, covariance, without)
        spread = _error_variance(self._fit, self.errors, self.rho)
        effect = (design - without) @ params
        effect_error = np.sqrt(np.einsum("ij,jk,ik->i", design - without, covariance, design - without))
        return pd.DataFrame(
            {
                "observed": self.observed.to_numpy()[first:],
                "fitted": design @ params,
                "counterfactual": middle,
                "lower": middle - reach * np.sqrt(variance),
                "upper": middle + reach * np.sqrt(variance),
                "predicted_lower": middle - reach * np.sqrt(variance + spread),
                "predicted_upper": middle + reach * np.sqrt(variance + spread),
                "effect": effect,
                "effect_lower": effect - reach * effect_error,
                "effect_upper": effect + reach * effect_error,
            },
            index=self.observed.index[first:],
        )

    def placebo(self, reform: object = None) -> PlaceboDates:
        """Set the same model at every other date that leaves enough values on both sides; other reforms stay.

        Parameters
        ----------
        reform : which of the reforms to move; the first, if none is named.

        Raises
        ------
        NotEnoughDataError
            If there is no other date.
        """
        import pandas as pd

        at = self._place(reform)
        others = tuple(position for i, position in enumerate(self._positions) if i != at)
        records, unsettled = [], 0
        for position in range(1, len(self.observed)):
            positions = tuple(sorted((*others, position)))
            if position in self._positions or _too_short(len(self.observed), positions, self.slope):
                continue
            try:
                fit = _estimate(self.observed, positions, self.slope, self.errors, self.lags)[0]
            except NotEnoughDataError:
                unsettled += 1
                continue
            records.append(
                {"date": self.observed.index[position], **_effects(fit, positions.index(position), self.slope)}
            )
        if not records:
            raise NotEnoughDataError(
                f"{counted(len(self.observed), 'value')} leave no other date for {self.reforms[at]}; a placebo date needs "
                f"{_least(self.slope)} values on each side"
            )
        found = _effects(self._fit, at, self.slope)
        return PlaceboDates(self.reforms[at], pd.DataFrame(records), found, self.slope, unsettled)

    def sentence(self) -> str:
        """The changes at each reform with their intervals, and what the residuals say."""
        parts = []
        for reform in self.reforms:
            jump = self.change("level change", reform)
            said = f"at {reform} the level changed by {shown(jump['estimate'])} ({self._range(jump)})"
            if self.slope:
                bend = self.change("slope change", reform)
                said += f" and the slope by {shown(bend['estimate'])} a {self.step} ({self._range(bend)})"
            parts.append(said)
        lags = f" with {counted(self.lags, 'lag')}" if self.errors == "hac" else ""
        text = capital("; ".join(parts))
        notes = "".join(f" {note}" for note in self.notes)
        return f"{text}; {counted(len(self.observed), 'value')}, {ERRORS[self.errors]} errors{lags}.{notes}"

    def _range(self, change: dict[str, float]) -> str:
        return f"{between(change['lower'], change['upper'], self.level)}, {p_text(change['p'])}"

    def summary(self) -> str:
        """The sentence, every term, and the test of the residuals."""
        rows = [
            f"  {row.term}{f' at {row.reform}' if row.reform is not None else ''}: {shown(row.estimate)} "
            f"({between(row.lower, row.upper, self.level)})"
            for row in self.frame.itertuples()
        ]
        statistic, lags, p = self.ljung_box
        return "\n".join(
            [
                self.sentence(),
                *rows,
                f"  Autocorrelation of the errors {shown(self.rho)}; Ljung–Box over {counted(lags, 'lag')}: "
                f"{shown(statistic)}, {p_text(p)}.",
                "  A change at a date is not by itself an effect of what happened then.",
            ]
        )

    def __repr__(self) -> str:
        return self.summary()


def interrupted(
    y: pd.Series | Series,
    reforms: object,
    slope: bool = True,
    errors: str = "hac",
    lags: int | None = None,
    level: float = 0.95,
) -> Interrupted:
    """Change of level and slope at dated reforms, by segmented regression.

    Parameters
    ----------
    y : values by whole year (integers) or by regular dates, in order, none missing; or a series of the kit, which
        must be one unbroken line.
    reforms : one date or several, in the notation of the index; each is the first one under the reform.
    slope : let the slope change as well as the level.
    errors : ``hac`` for ordinary least squares with the errors of Newey and West (1987), with the small-sample factor
        n ÷ (n − k); ``ar`` for first-order autoregressive errors by iterated generalised least squares (Cochrane and Orcutt
        1949), which leaves out the first value and, in a short series, finds too little autocorrelation.
    lags : of the Newey–West errors; by default ⌊4 (n ÷ 100)^(2⁄9)⌋ (Newey and West 1994).
    level : level of the intervals, 0 to 1.

    Raises
    ------
    NotEnoughDataError
        If a stretch between dates has fewer values than its terms and one more, the series is constant, or nothing is
        left over to estimate an error from.
    LocalgovError
        If dates repeat, are not in order or have gaps, values are missing, or a reform lies outside the series.
    """
    import numpy as np
    import pandas as pd
    from scipy import stats
    from statsmodels.stats.diagnostic import acorr_ljungbox

    if errors not in ERRORS:
        raise LocalgovError(f"errors={errors!r} is not known; expected 'hac' or 'ar'")
    if not 0 < level < 1:
        raise LocalgovError(f"level={level} is no level of an interval; expected e.g. 0.95")
    values = yearly(y)
    dates = _dates(reforms, values)
    positions = tuple(int(values.index.get_loc(each)) for each in dates)
    size = len(values)
    short = _too_short(size, positions, slope)
    if short:
        raise NotEnoughDataError(short)
    used = int(4 * (size / 100) ** (2 / 9)) if lags is None else lags
    if errors == "hac" and not 0 <= used < size:
        raise LocalgovError(f"lags={lags} does not suit {size} values; expected 0 to {size - 1}")
    fit, rho, residuals = _estimate(values, positions, slope, errors, used)
    terms = [("start", None), ("slope before", None)]
    for each in dates:
        terms += [("level change", each)] + ([("slope change", each)] if slope else [])
    reach = _reach(fit, level)
    params, spread = np.asarray(fit.params), np.sqrt(np.diag(np.asarray(fit.cov_params())))
    frame = pd.DataFrame(
        {
            "term": [term for term, _ in terms],
            "reform": pd.Series([each for _, each in terms], dtype=object),
            "estimate": params,
            "error": spread,
            "lower": params - reach * spread,
            "upper": params + reach * spread,
            "p": 2 * stats.t.sf(np.abs(params / spread), fit.df_resid),
        }
    )
    depth = max(1, min(10, size // 5))
    test = acorr_ljungbox(residuals, lags=[depth], model_df=1 if errors == "ar" and depth > 1 else 0)
    box = (float(test["lb_stat"].iloc[0]), depth, float(test["lb_pvalue"].iloc[0]))
    notes = _notes(size, positions, errors, box)
    return Interrupted(values, dates, slope, errors, used, level, frame, rho, box, notes, fit, positions)


def yearly(y: pd.Series | Series) -> pd.Series:
    """Values as numbers by whole years or regular dates, refused where they are not one complete line in order.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than four values or they are all the same.
    LocalgovError
        If the dates repeat, are not in order or have gaps, or a value is missing.
    """
    import pandas as pd

    if isinstance(y, Series):
        if y.frame["segment"].nunique() > 1:
            raise LocalgovError(
                f"{y.key} is not one line: it breaks in definition, geography, prices or coverage; expected one unbroken "
                "segment, e.g. from statute_dates.unbroken"
            )
        y = y.frame.set_index("year")["value"]
    if not isinstance(y, pd.Series):
        raise LocalgovError(f"got {type(y).__name__}; expected a pandas Series of values by year")
    if len(y) < 4:
        raise NotEnoughDataError(f"a series of {counted(len(y), 'value')} was given; expected at least 4")
    index = y.index
    if index.has_duplicates:
        raise LocalgovError(f"{index[index.duplicated()][0]} stands more than once; expected one value a date")
    if not index.is_monotonic_increasing:
        raise LocalgovError("the dates are not in order; expected the earliest first")
    if isinstance(index, pd.DatetimeIndex):
        # The longest step at which no two values fall together.
        index = next((at for at in map(index.to_period, ("Y", "Q", "M")) if at.is_unique), index.to_period("D"))
    elif not isinstance(index, pd.PeriodIndex) and not pd.api.types.is_integer_dtype(index.dtype):
        raise LocalgovError(f"dates are of type {index.dtype}; expected whole years or dates")
    if isinstance(index, pd.PeriodIndex):
        absent = pd.period_range(index[0], index[-1], freq=index.freq).difference(index)
    else:
        absent = pd.RangeIndex(index[0], index[-1] + 1).difference(index)
    if len(absent):
        few = listing([str(each) for each in absent[:5]]) + (" and others" if len(absent) > 5 else "")
        raise LocalgovError(
            f"{counted(len(absent), 'date')} missing ({few}); expected a value for each, or a shorter series"
        )
    numbers = pd.to_numeric(pd.Series(y.to_numpy(), index=index), errors="coerce").astype(float)
    empty = numbers.index[~numbers.abs().lt(math.inf)]
    if len(empty):
        raise LocalgovError(
            f"{empty[0]} has no value that is a number; expected one for every date, none is filled in"
        )
    if numbers.max() == numbers.min():
        raise NotEnoughDataError(f"every value is {shown(numbers.iloc[0])}; expected a series that varies")
    return numbers


def _dates(reforms: object, values: pd.Series) -> tuple[Any, ...]:
    """The reforms as entries of the index, in order."""
    import pandas as pd

    given = (
        list(reforms)
        if isinstance(reforms, Iterable) and not isinstance(reforms, str | pd.Period | pd.Timestamp)
        else [reforms]
    )
    if not given:
        raise LocalgovError("no reform was given; expected one date or several")
    found = []
    for each in given:
        try:
            if isinstance(values.index, pd.PeriodIndex):
                at: Any = each if isinstance(each, pd.Period) else pd.Period(str(each), freq=values.index.freq)
            else:
                at = int(str(each))
        except ValueError:
            raise LocalgovError(f"{each!r} is not a date of the series; expected e.g. {values.index[1]}") from None
        if at not in values.index or at == values.index[0]:
            raise LocalgovError(
                f"a reform at {each} lies outside the series; expected after {values.index[0]}, up to {values.index[-1]}"
            )
        found.append(at)
    if len(set(found)) < len(found):
        raise LocalgovError("a reform is named twice; expected different dates")
    return tuple(sorted(found))


def _least(slope: bool) -> int:
    """Values a stretch needs: one more than its terms."""
    return 3 if slope else 2


def _too_short(size: int, positions: tuple[int, ...], slope: bool) -> str:
    """What is wrong if the stretches between dates are too short, else nothing."""
    edges = (0, *positions, size)
    # The stretch before the first reform always has a slope.
    for at, (begin, end) in enumerate(itertools.pairwise(edges)):
        least = _least(slope or at == 0)
        if end - begin < least:
            where = "before the first reform" if at == 0 else f"from reform {at} on"
            return f"{counted(end - begin, 'value')} {where}; expected at least {least}"
    terms = 2 + len(positions) * (2 if slope else 1)
    return "" if size - terms >= 2 else f"{size} values for {terms} terms; expected at least {terms + 2}"


def _design(size: int, positions: tuple[int, ...], slope: bool) -> np.ndarray:
    """One row a value: 1, its number, and for each reform whether it has begun and how long ago."""
    import numpy as np

    time = np.arange(size, dtype=float)
    columns = [np.ones(size), time]
    for position in positions:
        columns.append((time >= position).astype(float))
        if slope:
            columns.append(np.where(time >= position, time - position, 0.0))
    return np.column_stack(columns)


def _estimate(
    values: pd.Series, positions: tuple[int, ...], slope: bool, errors: str, lags: int
) -> tuple[Any, float, np.ndarray]:
    """The fit, the autocorrelation of its errors, and the residuals that should have none."""
    import numpy as np
    import statsmodels.api as sm

    size = len(values)
    design = _design(size, positions, slope)
    numbers = values.to_numpy()
    plain = sm.OLS(numbers, design).fit()
    if plain.ssr <= 1e-18 * float(np.sum((numbers - numbers.mean()) ** 2)):
        raise NotEnoughDataError(
            "the lines fit every value exactly; with nothing left over no uncertainty can be stated"
        )
    if errors == "hac":
        fit = plain.get_robustcov_results("HAC", maxlags=lags, use_correction=True, use_t=True)
        left = plain.resid
        return fit, float(left[1:] @ left[:-1] / (left @ left)), left
    model = sm.GLSAR(numbers, design, rho=1)
    fit = model.iterative_fit(maxiter=_ITERATIONS, rtol=1e-8)
    rho = float(np.ravel(model.rho)[0])
    if not (abs(rho) < 1 and fit.converged):
        raise NotEnoughDataError(
            f"the autocorrelation of the errors did not settle below 1 (last {shown(rho)}); errors='hac' does without it"
        )
    return fit, rho, np.asarray(fit.wresid)


def _effects(fit: Any, at: int, slope: bool) -> dict[str, float]:
    """Change of level and slope at one reform, and the F test of both."""
    import numpy as np

    width = 2 if slope else 1
    rows = np.eye(len(fit.params))[2 + at * width : 2 + (at + 1) * width]
    wald = fit.f_test(rows)
    return {
        "level": float(fit.params[2 + at * width]),
        "slope": float(fit.params[3 + at * width]) if slope else float("nan"),
        "wald": float(np.squeeze(wald.fvalue)),
    }


def _reach(fit: Any, level: float) -> float:
    from scipy import stats

    return float(stats.t.ppf(0.5 + level / 2, fit.df_resid))


def _error_variance(fit: Any, errors: str, rho: float) -> float:
    """Variance of a single value about the line; that of autoregressive errors is larger than their innovations'."""
    if errors == "hac":
        return float(fit.ssr / fit.df_resid)
    return float(fit.scale / (1 - rho**2))


def _notes(size: int, positions: tuple[int, ...], errors: str, box: tuple[float, int, float]) -> tuple[str, ...]:
    notes = []
    edges = (0, *positions, size)
    shortest = min(end - begin for begin, end in itertools.pairwise(edges))
    if shortest < FEW_VALUES:
        notes.append(
            f"A stretch has only {counted(shortest, 'value')} ({FEW_VALUES} on each side are the least advised): the intervals "
            "are rough."
        )
    if box[2] < ALPHA:
        what = (
            "which the errors allow for only in part"
            if errors == "hac"
            else "which a first-order model does not take up"
        )
        notes.append(f"The residuals are autocorrelated (Ljung–Box, {p_text(box[2])}), {what}.")
    return tuple(notes)
