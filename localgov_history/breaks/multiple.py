"""Several breaks at unknown dates, after Bai and Perron (1998, 2003)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from localgov_history.breaks import fit
from localgov_history.breaks.observed import FEW, Caveat, Observed, observed
from localgov_history.breaks.told import (
    SPARE_FOR_HAC,
    Told,
    known_errors,
    ratio,
    segments,
    shortest_regime,
    squares,
    wald_statistic,
)
from localgov_history.breaks.values import DOUBLE_MAXIMUM_BREAKS, critical_value, untabulated
from localgov_history.errors import LocalgovError, UnknownNameError
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.breaks.fit import Array

CRITERIA = ("bic", "bic_yao", "lwz", "sequential")

# Rounds of the partial change model; it settles in a few.
_ROUNDS = 50


@dataclass(frozen=True)
class Selection:
    """How many breaks a criterion chooses.

    Attributes
    ----------
    criterion : ``bic``, ``bic_yao``, ``lwz`` or ``sequential``.
    number : of breaks.
    positions, labels : first observations of the new regimes.
    level : of the sequential tests; None for the others.
    """

    criterion: str
    number: int
    positions: tuple[int, ...]
    labels: tuple[Any, ...]
    level: float | None = None


@dataclass(frozen=True, eq=False, repr=False)
class MultipleBreaks(Told):
    """Several breaks at unknown dates: the best partition for each number of breaks, and tests of the number.

    Attributes
    ----------
    rss : residual sum of squares for 0, 1, … breaks.
    partitions : first observations of the new regimes, for each number of breaks.
    trimming : the least share of the observations in a regime.
    shortest : the least number of observations in a regime.
    errors : ``constant`` or ``hac``, for tests and standard errors.
    series : what was tested.
    """

    rss: tuple[float, ...]
    partitions: tuple[tuple[int, ...], ...]
    trimming: float
    shortest: int
    errors: str
    series: Observed

    @property
    def max_breaks(self) -> int:
        """The most breaks looked for."""
        return len(self.rss) - 1

    def breaks(self, m: int) -> tuple[int, ...]:
        """Positions of the first observation of each new regime in the best partition with `m` breaks."""
        self._check(m)
        return self.partitions[m]

    def labels(self, m: int) -> tuple[Any, ...]:
        """Dates of the first observation of each new regime in the best partition with `m` breaks."""
        return tuple(self.series.labels[at] for at in self.breaks(m))

    @cached_property
    def bic(self) -> tuple[float, ...]:
        """Schwarz's criterion, −2 log likelihood + log(n) × parameters, each break counting as one (as Zeileis and
        others 2003 have it)."""
        n = self.series.n
        return tuple(
            n * (_log(rss) + 1 - math.log(n) + math.log(2 * math.pi)) + math.log(n) * (self._coefficients(m) + m + 1)
            for m, rss in enumerate(self.rss)
        )

    @cached_property
    def bic_yao(self) -> tuple[float, ...]:
        """Yao's (1988) criterion, log(rss / n) + parameters × log(n) / n, each break counting as one."""
        n = self.series.n
        return tuple(_log(rss / n) + (self._coefficients(m) + m) * math.log(n) / n for m, rss in enumerate(self.rss))

    @cached_property
    def lwz(self) -> tuple[float, ...]:
        """Liu, Wu and Zidek's (1997) modified Schwarz criterion with their constants 0.299 and 0.1."""
        n = self.series.n
        found = []
        for m, rss in enumerate(self.rss):
            parameters = self._coefficients(m) + m
            found.append(_log(rss / (n - parameters)) + parameters / n * 0.299 * math.log(n) ** 2.1)
        return tuple(found)

    @cached_property
    def sup_f(self) -> tuple[float, ...]:
        """Sup F of 1, 2, … breaks against none, over the number of changing coefficients and of breaks."""
        return tuple(self._f(self.series, self.partitions[m]) for m in range(1, self.max_breaks + 1))

    @cached_property
    def sequential(self) -> tuple[float, ...]:
        """Sup F(l + 1 | l) for l = 0, 1, …: the best further break in any regime of the best partition with l breaks;
        not a number where no regime is long enough for one.

        In a partial change model what the fixed regressors explain, with l breaks, is taken out first.
        """
        series = self.series
        found = []
        for breaks in self.partitions[:-1]:
            slopes = series.fit(breaks)[0]
            held = series.fixed @ slopes[len(slopes) - series.fixed.shape[1] :]
            best = math.nan
            for first, last in fit.bounds(breaks, series.n):
                if last - first < 2 * self.shortest:
                    continue
                part = Observed(
                    (series.y - held)[first:last],
                    series.changing[first:last],
                    series.fixed[first:last, :0],
                    series.names,
                    series.labels[first:last],
                    series.labelled,
                )
                table = segments(part, part.y, self.shortest)
                best = max(self._f(part, fit.best_partitions(table, self.shortest, 1)[1]), best)
            found.append(best)
        return tuple(found)

    @property
    def ud_max(self) -> float:
        """The largest sup F against any number of breaks up to the most that the critical values were made for."""
        return max(self._double())

    def wd_max(self, level: float = 0.05) -> float:
        """The largest sup F, each weighted by the ratio of the critical value of one break to its own."""
        values = [self.critical_value("sup_f", m, level) for m in range(1, len(self._double()) + 1)]
        return max(
            f * (values[0] or math.nan) / (own or math.nan) for f, own in zip(self._double(), values, strict=True)
        )

    def critical_value(self, test: str, breaks: int = 1, level: float = 0.05) -> float | None:
        """Bai and Perron's critical value; see `values.critical_value`."""
        return critical_value(test, breaks, len(self.series.names), self.trimming, level)

    def select(self, criterion: str = "bic", level: float = 0.05) -> Selection:
        """How many breaks a criterion chooses.

        Parameters
        ----------
        criterion : ``bic``, ``bic_yao``, ``lwz`` (the least value) or ``sequential`` (breaks are added while sup F of
            one more is significant; Bai and Perron 1998).
        level : of the sequential tests: 0.10, 0.05 or 0.01.
        """
        if criterion not in CRITERIA:
            raise UnknownNameError("criterion", criterion, CRITERIA)
        if criterion != "sequential":
            values = getattr(self, criterion)
            number = values.index(min(values))
            return Selection(criterion, number, self.breaks(number), self.labels(number))
        number = 0
        for at, f in enumerate(self.sequential):
            value = self.critical_value("sup_f_next", at + 1, level)
            if value is None or not f > value:
                break
            number = at + 1
        return Selection(criterion, number, self.breaks(number), self.labels(number), level)

    def confidence_intervals(
        self,
        m: int,
        level: float = 0.95,
        *,
        errors: str | None = None,
        same_regressors: bool = False,
        same_errors: bool = False,
    ) -> pd.DataFrame:
        """Intervals of the dates in the best partition with `m` breaks (Bai 1997; Bai and Perron 1998).

        Parameters
        ----------
        m : number of breaks, at least 1.
        level : between 0 and 1.
        errors : ``constant`` or ``hac``; those of the tests unless said.
        same_regressors, same_errors : whether second moments of the regressors, and variances of the errors, are taken
            to be the same in all regimes.

        Returns
        -------
        One row a break: ``break``, ``position``, ``lower``, ``upper`` and their ``label``, ``lower_label`` and
        ``upper_label``; bounds are rounded outwards, hold the date itself, and are cut at the ends of the series (``cut``).
        """
        import pandas as pd

        self._check(m)
        if m < 1:
            raise LocalgovError("there are no breaks to give intervals for; expected a number of at least 1")
        if not 0 < level < 1:
            raise LocalgovError(f"level is {level:g}; expected a number between 0 and 1, such as 0.95")
        errors = self.errors if errors is None else errors
        known_errors(errors)
        series, breaks = self.series.orthogonal, self.partitions[m]
        n, q = series.changing.shape
        slopes, residuals = series.fit(breaks)
        scores = series.changing * residuals[:, None]
        spans = fit.bounds(breaks, n)

        def moments(first: int, last: int) -> Array:
            part = series.changing if same_regressors else series.changing[first:last]
            return part.T @ part / len(part)

        def variance(first: int, last: int, inner: Array) -> Array:
            at = slice(None) if same_errors else slice(first, last)
            if errors == "hac":
                return fit.long_run_variance(scores[at])
            return inner * (residuals[at] @ residuals[at]) / len(residuals[at])

        records = []
        for number, position in enumerate(breaks):
            shift = slopes[(number + 1) * q : (number + 2) * q] - slopes[number * q : (number + 1) * q]
            inner = [moments(*spans[number + side]) for side in (0, 1)]
            size = [float(shift @ item @ shift) for item in inner]
            noise = [float(shift @ variance(*spans[number + side], inner[side]) @ shift) for side in (0, 1)]
            lower, upper = position, position
            if min(*size, *noise) > 0:
                low, high = fit.date_quantiles(level, size[1] / size[0], noise[1] / noise[0])
                scale = noise[0] / size[0] ** 2
                lower = min(math.floor(position - high * scale), position)
                upper = max(math.ceil(position - low * scale), position)
            within = [min(max(bound, 0), n - 1) for bound in (lower, upper)]
            records.append(
                {
                    "break": number + 1,
                    "position": position,
                    "lower": within[0],
                    "upper": within[1],
                    "label": series.labels[position],
                    "lower_label": series.labels[within[0]],
                    "upper_label": series.labels[within[1]],
                    "cut": within != [lower, upper],
                }
            )
        return pd.DataFrame(records)

    def regimes(self, m: int) -> pd.DataFrame:
        """The changing coefficients of each regime with `m` breaks and their standard errors, by `errors`.

        Returns one row a regime and coefficient: ``regime``, ``first``, ``last`` (labels), ``observations``,
        ``coefficient``, ``value``, ``standard_error``.
        """
        import numpy as np
        import pandas as pd

        breaks = self.breaks(m)
        series = self.series.orthogonal
        slopes, residuals = series.fit(breaks)
        spread = fit.coefficient_variance(series.changing, series.fixed, breaks, residuals, self.errors == "hac")
        q = len(series.names)
        # From the orthogonal regressors back to those given.
        one = np.linalg.lstsq(self.series.changing, series.changing, rcond=None)[0]
        back = np.kron(np.eye(m + 1), one)
        slopes = back @ slopes[: q * (m + 1)]
        errors = np.sqrt(np.diag(back @ spread @ back.T))
        records = [
            {
                "regime": number + 1,
                "first": series.labels[first],
                "last": series.labels[last - 1],
                "observations": last - first,
                "coefficient": name,
                "value": float(slopes[number * q + at]),
                "standard_error": float(errors[number * q + at]),
            }
            for number, (first, last) in enumerate(fit.bounds(breaks, series.n))
            for at, name in enumerate(series.names)
        ]
        return pd.DataFrame(records)

    @cached_property
    def caveats(self) -> tuple[Caveat, ...]:
        """What stands against believing the partitions and tests; of errors, with the breaks that BIC chooses."""
        breaks = self.select().positions
        robust = "" if self.errors == "hac" else 'errors="hac"'
        said = [*self.series.caveats(), *self.series.doubts(self.series.fit(breaks)[1], breaks, robust)]
        missing = untabulated(len(self.series.names), self.trimming)
        if missing:
            said.append(Caveat("", f"No tests of the number of breaks: {missing}."))
        elif len(self._double()) < DOUBLE_MAXIMUM_BREAKS[self.trimming]:
            text = (
                f"The critical values of the double maximum tests are for {DOUBLE_MAXIMUM_BREAKS[self.trimming]} breaks; "
                f"with {len(self._double())} the tests find too little."
            )
            said.append(Caveat("", text))
        if self.errors == "hac" and self.shortest < FEW:
            text = (
                f"Regimes may have as few as {self.shortest} observations: tests with robust errors then reject too often "
                "where there is no break (Bai and Perron 2006). Trim more, and compare with constant errors."
            )
            said.append(Caveat("robust tests over short regimes reject too often", text))
        if self.series.fixed.shape[1]:
            text = "With fixed coefficients the partitions are found by iteration and may miss the best."
            said.append(Caveat("", text))
        return tuple(said)

    def to_frame(self) -> pd.DataFrame:
        """One row a number of breaks: ``breaks``, ``rss``, the criteria, ``positions``, ``labels``, and where critical
        values exist ``sup_f`` (against none) and ``sequential`` (against one fewer) with their 5% values."""
        import pandas as pd

        frame = pd.DataFrame(
            {
                "breaks": range(self.max_breaks + 1),
                "rss": self.rss,
                "bic": self.bic,
                "bic_yao": self.bic_yao,
                "lwz": self.lwz,
                "positions": self.partitions,
                "labels": [self.labels(m) for m in range(self.max_breaks + 1)],
            }
        )
        if untabulated(len(self.series.names), self.trimming):
            return frame
        for name, test, values in (("sup_f", "sup_f", self.sup_f), ("sequential", "sup_f_next", self.sequential)):
            frame[name] = [math.nan, *values]
            critical = [self.critical_value(test, m) for m in range(1, self.max_breaks + 1)]
            frame[f"{name}_critical"] = [math.nan, *(math.nan if item is None else item for item in critical)]
        return frame

    def finding(self) -> str:
        """How many breaks each criterion chooses, the dates that BIC chooses with intervals, and the double maximum."""
        series = self.series
        chosen = self.select()
        said = (
            f"Of 0 to {counted(self.max_breaks, 'break')} in {series.n} observations (each regime at least {self.shortest}), "
            f"BIC chooses {chosen.number}"
        )
        if chosen.number:
            what = "a new regime" if chosen.number == 1 else "new regimes"
            said += f": {what} from {listing(self._dates(chosen.number))}"
        others = [f"Yao's BIC chooses {self.select('bic_yao').number}", f"LWZ {self.select('lwz').number}"]
        if untabulated(len(series.names), self.trimming):
            return f"{said}. {listing(others)}."
        others.append(f"the sequential tests at 5% {self.select('sequential').number}")
        return (
            f"{said}. {listing(others)}. UDmax = {self.ud_max:.2f} (5% critical value "
            f"{self.critical_value('ud_max'):.2f}), WDmax = {self.wd_max():.2f} ({self.critical_value('wd_max'):.2f})."
        )

    def summary(self) -> str:
        """The sentence, the table of partitions, and what stands against them."""
        frame = self.to_frame().drop(columns=["positions"])
        frame["labels"] = [", ".join(self.series.when(at) for at in breaks) or "–" for breaks in self.partitions]
        table = frame.to_string(index=False, na_rep="–", float_format=lambda value: f"{value:.2f}")
        return "\n".join([self.finding(), table, *(f"  {caveat}" for caveat in self.caveats)])

    def _dates(self, m: int) -> list[str]:
        when = self.series.when
        found = []
        for row in self.confidence_intervals(m).itertuples():
            span = f"{when(row.lower)}–{when(row.upper)}" if self.series.labelled else f"{row.lower}–{row.upper}"
            found.append(f"{when(row.position)} (95% interval {span})")
        return found

    def _double(self) -> tuple[float, ...]:
        missing = untabulated(len(self.series.names), self.trimming)
        if missing:
            raise LocalgovError(missing)
        return self.sup_f[: DOUBLE_MAXIMUM_BREAKS[self.trimming]]

    def _f(self, series: Observed, breaks: tuple[int, ...]) -> float:
        """Sup F as Bai and Perron scale it: the Wald statistic by degrees of freedom, breaks and coefficients."""
        n, q = series.changing.shape
        left = n - (len(breaks) + 1) * q - series.fixed.shape[1]
        scale = len(breaks) * q
        if self.errors == "hac":
            return wald_statistic(series, breaks, "hac") * left / n / scale
        none, some = (squares(series.fit(item)[1]) for item in ((), breaks))
        return ratio(none - some, some) * left / scale

    def _coefficients(self, m: int) -> int:
        return len(self.series.names) * (m + 1) + self.series.fixed.shape[1]

    def _check(self, m: int) -> None:
        if m not in range(self.max_breaks + 1):
            raise LocalgovError(f"{m} breaks were not looked for; expected 0 to {self.max_breaks}")


def bai_perron(
    y: object,
    X: object = None,
    *,
    fixed: object = None,
    max_breaks: int = 5,
    trimming: float = 0.15,
    errors: str = "constant",
) -> MultipleBreaks:
    """Several breaks at unknown dates: the best partition for each number of breaks up to `max_breaks`.

    Parameters
    ----------
    y, X : see `observed.observed`; X None: a level alone.
    fixed : regressors whose coefficients do not change (a partial change model).
    max_breaks : the most breaks to look for.
    trimming : least share of the observations in a regime; tests of the number are tabulated for 0.05, 0.10, 0.15,
        0.20 and 0.25.
    errors : ``constant``, or ``hac`` for tests, intervals and standard errors robust to autocorrelation and unequal
        variances. The partitions are the same.

    Raises
    ------
    LocalgovError
        If the series cannot be used, or regressors are collinear within a regime; NotEnoughDataError if so many
        regimes do not fit into it.

    Notes
    -----
    Bai and Perron (1998, Econometrica 66, 47-78; 2003, Journal of Applied Econometrics 18, 1-22). The partitions of a
    pure change model are the best of all; those of a partial one are found by turns of partitions and fixed coefficients
    from two starts (all coefficients changing, none).
    """
    known_errors(errors)
    series = observed(y, X, fixed)
    if max_breaks < 1:
        raise LocalgovError(f"max_breaks is {max_breaks}; expected at least 1")
    q, p = series.changing.shape[1], series.fixed.shape[1]
    shortest = shortest_regime(series, trimming, max_breaks, q + (SPARE_FOR_HAC if errors == "hac" else 1))
    if p:
        partitions = _partial(series, shortest, max_breaks)
    else:
        partitions = fit.best_partitions(segments(series, series.y, shortest), shortest, max_breaks)
    rss = tuple(squares(series.fit(breaks)[1]) for breaks in partitions)
    return MultipleBreaks(rss, tuple(partitions), trimming, shortest, errors, series)


def _partial(series: Observed, shortest: int, most: int) -> list[tuple[int, ...]]:
    """Best partitions where some coefficients are fixed (Bai and Perron 2003, section 3.2)."""
    import numpy as np

    p = series.fixed.shape[1]

    def partitions(slopes: Array, upto: int) -> list[tuple[int, ...]]:
        left = series.y - series.fixed @ slopes[len(slopes) - p :]
        return fit.best_partitions(segments(series, left, shortest), shortest, upto)

    starts = [partitions(series.fit(())[0], most)]
    both = np.column_stack([series.changing, series.fixed])
    if shortest > both.shape[1]:
        try:
            table = fit.segment_sums(series.y, both, shortest)
        except fit.CollinearSegmentError:
            pass
        else:
            starts.append(fit.best_partitions(table, shortest, most))
    found: list[tuple[int, ...]] = [()]
    for m in range(1, most + 1):
        tried: dict[tuple[int, ...], float] = {}
        for start in starts:
            breaks = start[m]
            for _ in range(_ROUNDS):
                if breaks in tried:
                    break
                slopes, residuals = series.fit(breaks)
                tried[breaks] = squares(residuals)
                breaks = partitions(slopes, m)[m]
        found.append(min(tried, key=lambda breaks: tried[breaks]))
    return found


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf
