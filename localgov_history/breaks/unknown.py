"""One break at an unknown date: the supremum tests of Andrews (1993) and their kin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from localgov_history.breaks.observed import Caveat, Observed, observed, probability
from localgov_history.breaks.told import Told, segments, shortest_regime, squares
from localgov_history.breaks.values import hansen_pvalue
from localgov_history.text import counted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Statistic:
    """A statistic and its p-value."""

    value: float
    pvalue: float


@dataclass(frozen=True, eq=False, repr=False)
class SupF(Told):
    """Tests of one break at an unknown date.

    Attributes
    ----------
    statistic, pvalue : the largest F over all dates (times the number of coefficients) and Hansen's p-value.
    ave, exp : the average and the exponential statistic, each with its own p-value.
    position : the date with the largest F: the first observation of the new regime.
    trimming : share of the observations at each end where no break is looked for.
    by_position : one row a date: ``position``, ``label``, ``f``.
    series : what was tested.
    """

    statistic: float
    pvalue: float
    ave: Statistic
    exp: Statistic
    position: int
    trimming: float
    by_position: pd.DataFrame
    series: Observed

    @property
    def label(self) -> Any:
        """The date of the first observation of the new regime."""
        return self.series.labels[self.position]

    @cached_property
    def caveats(self) -> tuple[Caveat, ...]:
        """What stands against believing the tests."""
        residuals = self.series.fit((self.position,))[1]
        robust = 'bai_perron(…, max_breaks=1, errors="hac")'
        return (*self.series.caveats(), *self.series.doubts(residuals, (self.position,), robust))

    def to_frame(self) -> pd.DataFrame:
        """One row a test: ``sup``, ``ave`` and ``exp``."""
        import pandas as pd

        rows = {"sup": Statistic(self.statistic, self.pvalue), "ave": self.ave, "exp": self.exp}
        return pd.DataFrame(
            [{"test": name, "statistic": item.value, "pvalue": item.pvalue} for name, item in rows.items()]
        )

    def finding(self) -> str:
        """The statistics, their p-values and the date."""
        first, last = (int(self.by_position["position"].iloc[at]) for at in (0, -1))
        return (
            f"One break at an unknown date from {self.series.when(first)} to {self.series.when(last)} "
            f"({self.series.n} observations, {counted(len(self.series.names), 'coefficient')} that may change): sup F = "
            f"{self.statistic:.2f} (p {probability(self.pvalue)}), average F = {self.ave.value:.2f} "
            f"(p {probability(self.ave.pvalue)}), exponential F = {self.exp.value:.2f} "
            f"(p {probability(self.exp.pvalue)}). F is largest for a new regime from {self.series.when(self.position)}."
        )


def sup_f(y: object, X: object = None, trimming: float = 0.15) -> SupF:
    """Sup, average and exponential F tests of one break at an unknown date, with errors alike throughout.

    Parameters
    ----------
    y, X : see `observed.observed`; X None: a level alone.
    trimming : share of the observations at each end where no break is looked for.

    Raises
    ------
    LocalgovError
        If the series cannot be used; NotEnoughDataError if the ends trimmed are no longer than the coefficients.

    Notes
    -----
    Andrews (1993, Econometrica 61, 821-856), Andrews and Ploberger (1994, Econometrica 62, 1383-1414); p-values by
    Hansen (1997), for the share of observations that was trimmed in fact.
    """
    import numpy as np
    import pandas as pd
    from scipy.special import logsumexp

    series = observed(y, X)
    q, n = len(series.names), series.n
    shortest = shortest_regime(series, trimming, 1, q + 1)
    table = segments(series, series.y, shortest)
    positions = np.arange(shortest, n - shortest + 1)
    whole = squares(series.fit(())[1])
    apart = table[positions - 1, 0] + table[n - 1, positions]
    # What is mere rounding of the whole is no error.
    apart[apart <= 1e-24 * whole] = 0.0
    with np.errstate(divide="ignore"):
        f = np.maximum(whole - apart, 0) / apart * (n - 2 * q)
    share = shortest / n
    values = {"sup": float(f.max()), "ave": float(f.mean()), "exp": float(logsumexp(f / 2) - math.log(len(f)))}
    tests = {name: Statistic(value, hansen_pvalue(value, name, q, share)) for name, value in values.items()}
    frame = pd.DataFrame({"position": positions, "label": [series.labels[at] for at in positions], "f": f})
    sup = tests["sup"]
    return SupF(
        sup.value, sup.pvalue, tests["ave"], tests["exp"], int(positions[f.argmax()]), trimming, frame, series
    )
