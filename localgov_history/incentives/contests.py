"""The mathematics of a rank-order contest: the chance of a prize, what effort adds to it, and where efforts settle.

Outcomes are effort plus noise of the area's own; the areas with the best outcomes take equal prizes. A shock that all
share moves no rank and does not appear here. After Lazear and Rosen (1981) and Nalebuff and Stiglitz (1983).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SHAPES = ("normal", "uniform", "gumbel")
# A better answer worth less than this share of the prize is rounding.
LEAST_GAIN = 1e-6
_NODES, _STRETCHES, _REACH, _STEPS = 16, 40, 8.5, 160
_ROUNDS, _NEAR = 20, 1e-8
_EULER = 0.5772156649015329


@dataclass(frozen=True, eq=False)
class Settled:
    """Where a contest settles, if it does.

    Attributes
    ----------
    effort, chance : one number a kind of area: effort, and the chance of a prize.
    gain : the most that any area could gain by another effort, as a share of the prize; inf where efforts did not settle.
    """

    effort: np.ndarray
    chance: np.ndarray
    gain: float

    @property
    def found(self) -> bool:
        """Whether no area would rather do something else."""
        return self.gain < LEAST_GAIN


def against_equals(
    number: int, prizes: int, shape: str, noise: float, lead: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Chance of a prize, and what a little more effort adds to it, against rivals who all make one effort.

    Parameters
    ----------
    number : areas in the contest, two or more.
    prizes : equal prizes, fewer than areas.
    shape, noise : distribution of each area's noise, and its standard deviation.
    lead : efforts above that of the rivals.

    Notes
    -----
    What must be beaten is the best outcome but so many among the rivals, an order statistic; by numerical integral.
    """
    import numpy as np
    from scipy.special import gammaln, xlogy

    low, high = (-(3**0.5), 3**0.5) if shape == "uniform" else (-_REACH, _REACH if shape == "normal" else 3 * _REACH)
    # Gauss's rule on short stretches: many areas make a narrow peak.
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    wide = (high - low) / _STRETCHES
    cutoff = (low + wide * (np.arange(_STRETCHES)[:, None] + (node + 1) / 2)).ravel()
    weight = np.tile(weight, _STRETCHES)
    below = _below(shape, cutoff)
    log = gammaln(number) - gammaln(number - prizes) - gammaln(prizes)
    log = log + xlogy(number - prizes - 1, below) + xlogy(prizes - 1, 1 - below)
    weight = weight * wide / 2 * np.exp(log) * _density(shape, cutoff)
    apart = cutoff - np.asarray(lead, dtype=float)[..., None] / noise
    return (1 - _below(shape, apart)) @ weight, _density(shape, apart) @ weight / noise


def settle(
    cost: np.ndarray, noise: np.ndarray, counts: np.ndarray, prizes: int, prize: float, shape: str = "normal"
) -> Settled:
    """A pure equilibrium of the contest, with every area's whole range of efforts searched for a better answer.

    Parameters
    ----------
    cost, noise, counts : one number a kind of area: half of `cost` times the square of effort is what effort costs;
        standard deviation of noise; how many areas are of the kind.
    prizes, prize : how many equal prizes, and what each pays.
    shape : distribution of noise; any of `SHAPES` where there is one kind of area, else normal.

    Notes
    -----
    Efforts solve prize × marginal chance = marginal cost, in closed form for one kind of area and by iteration for
    several. Such a point need not be an equilibrium: with little noise an area
    would rather give up. A search that fails proves no absence where areas differ; where all are alike, only
    equilibria in which all do the same are looked for, and of those there is one at most.
    """
    import numpy as np

    number = int(counts.sum())
    # More than this costs more than the prize brings.
    most = np.sqrt(2 * prize / cost)
    tried = most[:, None] * np.linspace(0, 1, _STEPS + 1)
    if prizes == number or prize == 0:
        return Settled(np.zeros(len(cost)), np.full(len(cost), prizes / number), 0.0)
    if len(cost) == 1:
        _, marginal = against_equals(number, prizes, shape, noise[0], np.zeros(1))
        effort = prize * marginal / cost
        if effort[0] > 2 * most[0]:
            return Settled(effort, np.full(1, prizes / number), np.inf)
        chance, _ = against_equals(number, prizes, shape, noise[0], np.append(tried[0] - effort, 0.0))
        return Settled(
            effort, chance[-1:], _gain(chance[:-1] * prize, chance[-1:] * prize, tried, effort, cost, prize)
        )
    start = _against_a_bar(cost, noise, counts, prizes, prize, most)
    effort, rivals, off = _responses(start, most, cost, noise, counts, prizes, prize)
    chance = rivals.chance(effort[:, None])[:, 0]
    if off > _NEAR * np.max(most):
        return Settled(effort, chance, np.inf)
    gain = _gain(rivals.chance(tried) * prize, chance * prize, tried, effort, cost, prize)
    return Settled(effort, chance, gain)


def _gain(
    there: np.ndarray, here: np.ndarray, tried: np.ndarray, effort: np.ndarray, cost: np.ndarray, prize: float
) -> float:
    import numpy as np

    other = there - cost[:, None] * tried**2 / 2
    return float(max(0.0, np.max(other.max(axis=1) - (here - cost * effort**2 / 2)) / prize))


def _against_a_bar(
    cost: np.ndarray, noise: np.ndarray, counts: np.ndarray, prizes: int, prize: float, most: np.ndarray
) -> np.ndarray:
    """Best efforts against a fixed bar, at the height that as many areas as there are prizes are expected to clear.

    With ever more areas the bar hardly moves, and this is where efforts settle.
    """
    import numpy as np
    from scipy.special import ndtr

    tried = most[:, None] * np.linspace(0, 1, 4 * _STEPS + 1)
    spent, place = cost[:, None] * tried**2 / 2, np.arange(len(cost))
    low, high = -10 * float(noise.max()), float(tried.max() + 10 * noise.max())
    for _ in range(40):
        bar = (low + high) / 2
        chance = ndtr((tried - bar) / noise[:, None])
        best = np.argmax(prize * chance - spent, axis=1)
        if counts @ chance[place, best] > prizes:
            low = bar
        else:
            high = bar
    return tried[place, best]


def _responses(
    effort: np.ndarray,
    most: np.ndarray,
    cost: np.ndarray,
    noise: np.ndarray,
    counts: np.ndarray,
    prizes: int,
    prize: float,
) -> tuple[np.ndarray, _Rivals, float]:
    """Efforts that answer one another, what each has to beat there, and how far an answer still is from its effort.

    Newton's method. How an answer moves with others' efforts is taken from a bar that rises with each of them in the
    measure in which the other is likely to stand just at it: near enough to arrive, and the point of arrival is exact.
    """
    import numpy as np

    def look(effort: np.ndarray) -> tuple[_Rivals, np.ndarray, np.ndarray, float]:
        rivals = _Rivals(effort, noise, counts, prizes)
        adds, bends = rivals.adds(effort)
        off = prize * adds / cost - effort
        return rivals, adds, prize * bends / cost, float(np.abs(off).max())

    rivals, adds, bends, off = look(effort)
    own = np.eye(len(effort))
    for _ in range(_ROUNDS):
        if off <= _NEAR * most.max():
            break
        weight = np.maximum((counts - own) * adds, 1e-300)
        slopes = bends[:, None] * (own - weight / weight.sum(axis=1, keepdims=True)) - own
        try:
            step = np.linalg.solve(slopes, effort - prize * adds / cost)
        except np.linalg.LinAlgError:
            break
        for part in (1.0, 0.5, 0.25, 0.1, 0.03):
            there = np.clip(effort + part * step, 0.0, most)
            seen = look(there)
            if seen[-1] < off:
                break
        else:
            break
        effort, (rivals, adds, bends, off) = there, seen
    return effort, rivals, off


class _Rivals:
    """What each kind of area has to beat, with normal noise: the chance that an outcome is good enough for a prize."""

    def __init__(self, effort: np.ndarray, noise: np.ndarray, counts: np.ndarray, prizes: int) -> None:
        import numpy as np
        from scipy.special import ndtr

        self.noise = noise
        # The bar is spread over at least 1.25 times noise over the root of the number of areas; at a step no wider the
        # sum is off by about one part in 10^8.
        self.step = float(noise.min()) * min(1 / 3, 1.2 / float(np.sqrt(counts.sum())))
        low, high = float((effort - 7 * noise).min()), float((effort + 7 * noise).max())
        self.at = np.arange(low, high + self.step, self.step)
        above = ndtr((effort[:, None] - self.at) / noise[:, None])
        self.enough = _fewer_above(above, counts, prizes)

    def chance(self, effort: np.ndarray) -> np.ndarray:
        """Chance of a prize at each of some efforts (kinds × efforts)."""
        import numpy as np

        found = np.empty_like(effort)
        for kind, (enough, noise) in enumerate(zip(self.enough, self.noise, strict=True)):
            found[kind] = _density("normal", (self.at - effort[kind][:, None]) / noise) @ enough * self.step / noise
        return found

    def adds(self, effort: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What a little more effort adds to the chance, and how fast that changes, at one effort a kind."""
        apart = (self.at - effort[:, None]) / self.noise[:, None]
        weight = self.enough * _density("normal", apart) * self.step
        return (weight * apart).sum(axis=1) / self.noise**2, (weight * (apart**2 - 1)).sum(axis=1) / self.noise**3


def _fewer_above(above: np.ndarray, counts: np.ndarray, prizes: int) -> np.ndarray:
    """Chance that fewer than `prizes` of the others are above a mark, for one area of each kind (kinds × marks).

    The number above is a sum of unlike chances, built up one area at a time; one area of the kind is then taken out,
    from whichever end loses no precision.
    """
    import numpy as np

    number = int(counts.sum())
    exactly = np.zeros((number + 1, above.shape[1]))
    exactly[0] = 1.0
    for done, chance in enumerate(np.repeat(above, counts, axis=0)):
        moved = exactly[: done + 1] * chance
        exactly[: done + 1] -= moved
        exactly[1 : done + 2] += moved
    at_most = np.cumsum(exactly, axis=0)
    found = np.empty_like(above)
    kind, mark = np.nonzero(above <= 0.5)
    chance = above[kind, mark]
    ratio, rest, one = chance / (1 - chance), 1 / (1 - chance), np.zeros_like(chance)
    for many in range(prizes):
        one = at_most[many, mark] * rest - ratio * one
    found[kind, mark] = one
    kind, mark = np.nonzero(above > 0.5)
    chance = above[kind, mark]
    ratio, rest, one = (1 - chance) / chance, 1 / chance, np.ones_like(chance)
    for many in range(number - 1, prizes - 1, -1):
        one = at_most[many, mark] * rest - ratio * one
    found[kind, mark] = one
    return found


def _density(shape: str, x: np.ndarray) -> np.ndarray:
    """Density at `x` of a distribution with mean 0 and standard deviation 1."""
    import numpy as np

    if shape == "normal":
        return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    if shape == "uniform":
        return np.where(np.abs(x) <= 3**0.5, 1 / 12**0.5, 0.0)
    scale = 6**0.5 / np.pi
    rising = np.exp(-np.clip(x / scale + _EULER, -30, None))
    return rising * np.exp(-rising) / scale


def _below(shape: str, x: np.ndarray) -> np.ndarray:
    """Chance of a value below `x` under the same distributions."""
    import numpy as np
    from scipy.special import ndtr

    if shape == "normal":
        return np.asarray(ndtr(x))
    if shape == "uniform":
        return np.clip((x + 3**0.5) / 12**0.5, 0.0, 1.0)
    return np.exp(-np.exp(-np.clip(x * np.pi / 6**0.5 + _EULER, -30, None)))


def draw(shape: str, size: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Random values of the same distributions."""
    import numpy as np

    if shape == "normal":
        return random.standard_normal(size)
    if shape == "uniform":
        return random.uniform(-(3**0.5), 3**0.5, size)
    return (random.gumbel(size=size) - _EULER) * 6**0.5 / np.pi
