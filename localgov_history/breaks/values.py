"""Published critical values and p-values of tests for breaks at unknown dates.

``hansen_1997.csv``: coefficients of Hansen's (1997, Journal of Business & Economic Statistics 15, 60-67) approximations
to the asymptotic p-values of the sup, average and exponential tests of Andrews (1993) and Andrews and Ploberger
(1994), by the number of changing coefficients and the share trimmed at each end.

``bai_perron_2003.csv``: critical values of Bai and Perron (2003, Econometrics Journal 6, 72-78), divided by the number
of changing coefficients. ``sup_f``: column k for k breaks against none; ``sup_f_next``: column l + 1 for l + 1 breaks
against l; ``ud_max`` and ``wd_max``: the double maximum tests.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from localgov_history.errors import LocalgovError
from localgov_history.text import listing

_TABLES = Path(__file__).parent / "critical_values"
TRIMMINGS = (0.05, 0.10, 0.15, 0.20, 0.25)
LEVELS = (0.10, 0.05, 0.01)
MOST_CHANGING = 10
# The double maximum tests are tabulated for a maximum over so many breaks, which grows as trimming leaves room.
DOUBLE_MAXIMUM_BREAKS = {0.05: 5, 0.10: 5, 0.15: 5, 0.20: 3, 0.25: 2}


@cache
def _hansen() -> dict[tuple[str, int], list[tuple[float, tuple[float, ...], float]]]:
    found: dict[tuple[str, int], list[tuple[float, tuple[float, ...], float]]] = {}
    with (_TABLES / "hansen_1997.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            terms = tuple(float(row[name]) for name in ("constant", "linear", "square", "cube"))
            found.setdefault((row["test"], int(row["changing"])), []).append(
                (float(row["trimming"]), terms, float(row["degrees"]))
            )
    return {key: sorted(rows) for key, rows in found.items()}


@cache
def _bai_perron() -> dict[tuple[str, float, float, int], tuple[float, ...]]:
    found = {}
    with (_TABLES / "bai_perron_2003.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            key = (row["test"], float(row["trimming"]), float(row["level"]), int(row["changing"]))
            found[key] = tuple(float(row[f"value_{i}"]) for i in range(1, 11) if row[f"value_{i}"])
    return found


def hansen_pvalue(statistic: float, test: str, changing: int, trimming: float) -> float:
    """Asymptotic p-value of the sup, average or exponential test by Hansen's (1997) approximation.

    Parameters
    ----------
    statistic : on the scale of a chi-squared (the F statistic times the number of changing coefficients).
    test : ``sup``, ``ave`` or ``exp``.
    changing : number of coefficients that may change, 1 to 10.
    trimming : share of the observations left out at each end, between 0 and 0.5.

    Raises
    ------
    LocalgovError
        If there are no values for the number of changing coefficients.
    """
    from numpy.polynomial import Polynomial
    from scipy.special import chdtrc

    if changing > MOST_CHANGING:
        raise LocalgovError(
            f"{changing} coefficients may change; p-values are tabulated for 1 to {MOST_CHANGING} of them"
        )

    def one(terms: tuple[float, ...], degrees: float) -> float:
        """Far out a cubic turns back, where it was never fitted: there its highest value before stands."""
        curve = Polynomial(terms)
        turns = [float(turn.real) for turn in curve.deriv().roots() if not turn.imag]
        places = [0.0, min(statistic, 1e6), *(turn for turn in turns if 0 < turn < statistic)]
        return float(chdtrc(degrees, max(0.0, *(float(curve(at)) for at in places))))

    # Between the shares tabulated Hansen interpolates; one date alone (a half) leaves the chi-squared itself.
    rows = [*_hansen()[test, changing], (0.5, (0.0, 1.0), float(changing))]
    trimming = max(trimming, rows[0][0])
    above = next(at for at, row in enumerate(rows) if row[0] >= trimming)
    low, high = rows[max(above - 1, 0)], rows[above]
    weight = (trimming - low[0]) / (high[0] - low[0]) if above else 1.0
    return (1 - weight) * one(*low[1:]) + weight * one(*high[1:])


def critical_value(test: str, breaks: int, changing: int, trimming: float, level: float) -> float | None:
    """Bai and Perron's critical value; None where they give none for so many breaks.

    Parameters
    ----------
    test : ``sup_f`` or ``sup_f_next`` (`breaks` is the number under the alternative), ``ud_max`` or ``wd_max``
        (`breaks` is 1).
    changing : number of coefficients that may change, 1 to 10.
    trimming : 0.05, 0.10, 0.15, 0.20 or 0.25.
    level : 0.10, 0.05 or 0.01.

    Raises
    ------
    LocalgovError
        If the trimming, the level or the number of changing coefficients is not tabulated.
    """
    problem = untabulated(changing, trimming)
    if problem:
        raise LocalgovError(problem)
    if level not in LEVELS:
        raise LocalgovError(f"level is {level:g}; critical values are tabulated for {_shown(LEVELS)}")
    values = _bai_perron()[test, trimming, level, changing]
    return values[breaks - 1] if breaks <= len(values) else None


def untabulated(changing: int, trimming: float) -> str:
    """Why there is no critical value for these; empty where there are."""
    if trimming not in TRIMMINGS:
        return f"trimming is {trimming:g}; critical values are tabulated for {_shown(TRIMMINGS)}"
    if changing > MOST_CHANGING:
        return f"{changing} coefficients may change; critical values are tabulated for 1 to {MOST_CHANGING} of them"
    return ""


def _shown(values: tuple[float, ...]) -> str:
    return listing([f"{value:g}" for value in values])
