"""The arithmetic of structural breaks: sums of squares of all segments, the best partitions, robust variances, and the
distribution of an estimated date."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from localgov_history.errors import LocalgovError

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Array = NDArray[Any]

# Below this ratio of the smallest to the largest eigenvalue, regressors count as collinear.
COLLINEAR = 1e-11


class CollinearSegmentError(LocalgovError):
    """Some segment of the least length has collinear regressors; `start` is its first observation."""

    def __init__(self, start: int) -> None:
        self.start = start
        super().__init__(f"regressors are collinear in the segment that begins at observation {start}")


def segment_sums(y: Array, changing: Array, shortest: int) -> Array:
    """Residual sums of squares of every segment by ordinary least squares.

    Parameters
    ----------
    y : (n,).
    changing : (n, q), of full rank in every segment.
    shortest : the least length of a segment, more than q.

    Returns
    -------
    (n, n): row = last observation, column = first observation of the segment; infinite for shorter segments.

    Notes
    -----
    All segments grow by one observation at a time, together: the updating of recursive residuals (Brown, Durbin and
    Evans 1975) with every first observation at once. Sums of squares do not depend on the basis of the regressors nor
    on what they explain of the whole series, so both are taken out first for the sake of rounding.
    """
    import numpy as np
    from numpy.lib.stride_tricks import sliding_window_view

    n = len(y)
    base = np.linalg.qr(changing)[0] * np.sqrt(n)
    left = y - base @ (base.T @ y) / n
    windows = sliding_window_view(base, shortest, axis=0)
    gram = windows @ windows.transpose(0, 2, 1)
    sizes = np.linalg.eigvalsh(gram)
    flat = sizes[:, 0] <= COLLINEAR * sizes[:, -1]
    if flat.any():
        raise CollinearSegmentError(int(flat.argmax()))
    inverse = np.linalg.inv(gram)
    seen = sliding_window_view(left, shortest)
    slopes = (inverse @ (windows @ seen[:, :, None]))[:, :, 0]
    sums = ((seen - (slopes[:, None, :] @ windows)[:, 0, :]) ** 2).sum(axis=1)

    table = np.full((n, n), np.inf)
    flat_table = table.reshape(-1)
    # One axis of coefficients, then one of segments, so that each step works along the segments.
    inverse, slopes = np.ascontiguousarray(inverse.transpose(1, 2, 0)), np.ascontiguousarray(slopes.T)
    columns = np.ascontiguousarray(base.T)
    for length in range(shortest, n + 1):
        # Segment s of this length ends at s + length - 1: a diagonal of the table.
        flat_table[(length - 1) * n :: n + 1] = sums
        count = n - length
        if not count:
            break
        rows = columns[:, length:]
        inverse, slopes = inverse[:, :, :count], slopes[:, :count]
        gain = (inverse * rows).sum(axis=1)
        error = left[length:] - (rows * slopes).sum(axis=0)
        weight = 1.0 / (1.0 + (rows * gain).sum(axis=0))
        scaled = error * weight
        sums = sums[:count] + error * scaled
        slopes = slopes + gain * scaled
        inverse = inverse - gain[:, None, :] * (gain * weight)
    return table


def best_partitions(table: Array, shortest: int, most: int) -> list[tuple[int, ...]]:
    """The partition with the least sum of squares for each number of breaks from 0 to `most`.

    Parameters
    ----------
    table : from `segment_sums`.

    Returns
    -------
    For each number, the first observations of the new regimes; the earliest where several do equally well.

    Notes
    -----
    The dynamic programme of Bai and Perron (2003, Journal of Applied Econometrics 18, 1-22, section 3).
    """
    import numpy as np

    n = len(table)
    best = table[:, 0]
    steps: list[Array] = []
    found: list[tuple[int, ...]] = [()]
    for breaks in range(1, most + 1):
        first, last = breaks * shortest, n - shortest
        starts = np.arange(first, last + 1)
        before = best[first - 1 : last]
        # Each row is an end of what is partitioned, each column the beginning of its last regime.
        total = before + table[first + shortest - 1 :, first : last + 1]
        chosen = total.argmin(axis=1)
        at = np.zeros(n, dtype=int)
        at[first + shortest - 1 :] = starts[chosen]
        best = np.full(n, np.inf)
        best[first + shortest - 1 :] = total[np.arange(len(chosen)), chosen]
        steps.append(at)
        end, positions = n - 1, []
        for step in reversed(steps):
            positions.append(int(step[end]))
            end = positions[-1] - 1
        found.append(tuple(reversed(positions)))
    return found


def by_regime(changing: Array, breaks: tuple[int, ...]) -> Array:
    """The regressors with a block of columns for each regime: (n, q × regimes)."""
    import numpy as np

    n, q = changing.shape
    wide = np.zeros((n, q * (len(breaks) + 1)))
    for number, (first, last) in enumerate(bounds(breaks, n)):
        wide[first:last, number * q : (number + 1) * q] = changing[first:last]
    return wide


def bounds(breaks: tuple[int, ...], n: int) -> list[tuple[int, int]]:
    """First observation and one past the last of each regime."""
    edges = [0, *breaks, n]
    return list(pairwise(edges))


def least_squares(y: Array, regressors: Array) -> tuple[Array, Array]:
    """Coefficients and residuals."""
    import numpy as np

    slopes = np.linalg.lstsq(regressors, y, rcond=None)[0]
    return slopes, y - regressors @ slopes


def long_run_variance(scores: Array) -> Array:
    """Long-run variance of (n, d) scores, robust to heteroskedasticity and autocorrelation.

    Notes
    -----
    Quadratic spectral kernel with Andrews's (1991) automatic bandwidth from first-order autoregressions of equal weight,
    on scores prewhitened by a first-order vector autoregression (Andrews and Monahan 1992, its singular values kept to
    0.97), as Bai and Perron (2003) use it; divided by the observations less d.
    """
    import numpy as np
    from scipy.linalg import matmul_toeplitz

    d = scores.shape[1]
    passed = np.linalg.lstsq(scores[:-1], scores[1:], rcond=None)[0]
    left, sizes, right = np.linalg.svd(passed)
    passed = left @ (np.clip(sizes, 0, 0.97)[:, None] * right)
    white = scores[1:] - scores[:-1] @ passed
    n = len(white)
    squares = (white[:-1] ** 2).sum(axis=0)
    if n <= d + 1 or not squares.all():
        return np.zeros((d, d)) if not white.any() else white.T @ white / max(n - d, 1)
    slopes = np.clip((white[1:] * white[:-1]).sum(axis=0) / squares, -0.97, 0.97)
    variances = ((white[1:] - white[:-1] * slopes) ** 2).mean(axis=0)
    curved = (4 * slopes**2 * variances**2 / (1 - slopes) ** 8).sum() / (variances**2 / (1 - slopes) ** 4).sum()
    bandwidth = 1.3221 * (curved * n) ** 0.2
    weights = np.zeros(n)
    weights[0] = 1.0
    if bandwidth > 0:
        x = 6 * np.pi * np.arange(1, n) / bandwidth / 5
        weights[1:] = 3 / x**2 * (np.sin(x) / x - np.cos(x))
    kernel = white.T @ matmul_toeplitz(weights, white) / (n - d)
    colour = np.linalg.inv(np.eye(d) - passed.T)
    return colour @ kernel @ colour.T


def coefficient_variance(
    changing: Array, fixed: Array, breaks: tuple[int, ...], residuals: Array, hac: bool
) -> Array:
    """Variance of the changing coefficients of all regimes, (regimes × q) square.

    Notes
    -----
    With constant errors s² (X'X)⁻¹, s² of the residuals over the degrees of freedom. With `hac` the long-run variance
    is taken in each regime; in a partial change model once, on regressors from which the fixed ones are taken out.
    """
    import numpy as np

    n, q = changing.shape
    wide = by_regime(changing, breaks)
    if fixed.shape[1]:
        wide = wide - fixed @ np.linalg.lstsq(fixed, wide, rcond=None)[0]
    bread = np.linalg.inv(wide.T @ wide)
    if not hac:
        return bread * (residuals @ residuals) / (n - wide.shape[1] - fixed.shape[1])
    if fixed.shape[1]:
        return n * bread @ long_run_variance(wide * residuals[:, None]) @ bread
    middle = np.zeros_like(bread)
    for number, (first, last) in enumerate(bounds(breaks, n)):
        block = slice(number * q, (number + 1) * q)
        middle[block, block] = (last - first) * long_run_variance(changing[first:last] * residuals[first:last, None])
    return bread @ middle @ bread


def wald_no_change(slopes: Array, variance: Array, changing: int) -> float:
    """Wald statistic that the coefficients are the same in all regimes, on the scale of a chi-squared."""
    import numpy as np

    regimes = len(slopes) // changing
    contrast = np.kron(np.diff(np.eye(regimes), axis=0), np.eye(changing))
    gap = contrast @ slopes
    spread = contrast @ variance @ contrast.T
    if np.linalg.matrix_rank(spread) < len(spread):
        return float("inf")
    return float(gap @ np.linalg.solve(spread, gap))


def date_quantiles(level: float, drift: float, spread: float) -> tuple[float, float]:
    """Lower and upper quantile of the estimated date about the true one, in units of the scaled time before it.

    Parameters
    ----------
    level : of the interval, two-sided.
    drift : ξ, the ratio of δ'Qδ after the break to that before.
    spread : φ, the ratio of δ'Ωδ after the break to that before.

    Notes
    -----
    The location of the maximum of a two-sided Brownian motion with drift -|s|/2 before and -ξs/2 after, and variance 1
    before and φ after (Bai 1997, Review of Economics and Statistics 79, 551-563, appendix B).
    """
    from scipy import optimize

    tail = (1 - level) / 2

    def below(x: float) -> float:
        """Chance of a location of at most x."""
        if x <= 0:
            return _tail(-x, drift, spread)
        return 1 - _tail(x * drift**2 / spread, 1 / drift, 1 / spread)

    def quantile(chance: float) -> float:
        reach = 1.0
        while below(-reach) > chance or below(reach) < chance:
            reach *= 2
        return float(optimize.brentq(lambda x: below(x) - chance, -reach, reach, xtol=1e-10))

    return quantile(tail), quantile(1 - tail)


def _tail(x: float, drift: float, spread: float) -> float:
    """Chance that the maximum lies more than x before the break."""
    import numpy as np
    from scipy.special import log_ndtr

    ratio = drift / spread
    root = np.sqrt(x)
    whole = (spread + 2 * drift) / ((spread + drift) * drift)
    return float(
        -root / np.sqrt(2 * np.pi) * np.exp(-x / 8)
        - spread * whole * np.exp(ratio * (1 + ratio) * x / 2 + log_ndtr(-(0.5 + ratio) * root))
        + (x / 2 - 2 + (spread + 2 * drift) * whole) * np.exp(log_ndtr(-root / 2))
    )
