"""Targets, a piece rate and a tournament: the effort that each brings, and what it pays."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history.errors import LocalgovError
from localgov_history.incentives.areas import Areas
from localgov_history.incentives.checks import numbers, share_of_one
from localgov_history.text import counted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

UNCALIBRATED = "The model is not calibrated: it gives directions, not forecasts."
TARGETS, PIECE_RATE, TOURNAMENT = "targets", "piece rate", "tournament"

# An area less likely than this to get anything over `ROUNDS` rounds is as good as shut out.
SHUT_OUT, ROUNDS = 0.05, 3


@dataclass(frozen=True, eq=False)
class Scheme:
    """What one scheme of reward brings.

    Attributes
    ----------
    kind : ``targets``, ``piece rate`` or ``tournament``.
    terms : what it pays, in words.
    areas : whom.
    effort, chance, reward : one number an area: effort, chance of any reward in a round, expected reward; not a number
        where no equilibrium was found.
    found : whether efforts settle.
    pays : outcomes (draws × areas) to rewards.
    """

    kind: str
    terms: str
    areas: Areas
    effort: np.ndarray
    chance: np.ndarray
    reward: np.ndarray
    found: bool
    pays: Callable[[np.ndarray], np.ndarray]

    @property
    def mean_effort(self) -> float:
        """Mean effort of the areas, in shares of the stretch."""
        return float(self.effort.mean())

    @property
    def cost(self) -> float:
        """What the centre expects to pay, a mean area, in percent of net budget."""
        return float(self.reward.mean())

    @property
    def bought(self) -> float:
        """Effort for each percent of net budget that the centre pays; not a number where it pays nothing."""
        return self.mean_effort / self.cost if self.cost > 0 else float("nan")

    @property
    def gini(self) -> float:
        """Gini coefficient of expected rewards between areas; not a number where efforts do not settle."""
        return float(gini(self.reward)) if self.found else float("nan")

    def ever(self, rounds: int = ROUNDS) -> np.ndarray:
        """Chance that an area gets any reward in so many rounds, one number an area."""
        return 1 - (1 - self.chance) ** rounds

    @property
    def shut_out(self) -> float:
        """Share of areas as good as sure of no reward over several rounds (`SHUT_OUT`, `ROUNDS`)."""
        return float((self.ever() < SHUT_OUT).mean()) if self.found else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """One row an area."""
        import pandas as pd

        columns = {"cost": self.areas.cost, "noise": self.areas.own, "effort": self.effort}
        columns |= {"chance": self.chance, "reward": self.reward, "ever": self.ever()}
        return pd.DataFrame(columns, index=pd.Index(self.areas.names, name="area"))

    def sentence(self) -> str:
        """Effort, money and spread, or that no equilibrium was found."""
        head = f"{self.kind.capitalize()} ({self.terms})"
        if not self.found:
            return (
                f"{head}: no equilibrium found. At the efforts where a little more or less would not pay, some area "
                f"would rather do something quite different, such as giving up. {UNCALIBRATED}"
            )
        import numpy as np

        low, high = np.percentile(self.reward, [10, 90])
        return (
            f"{head}: mean effort of {self.mean_effort:.0%} of the stretch for {self.cost:.2f}% of net budget; expected "
            f"reward from {low:.2f}% (10th percentile of areas) to {high:.2f}% (90th), Gini {self.gini:.2f}; "
            f"{self.shut_out:.0%} of areas as good as shut out over {ROUNDS} rounds. {UNCALIBRATED}"
        )

    def summary(self) -> str:
        """The sentence and the areas' numbers in short."""
        return f"{self.sentence()}\n{self.to_frame().describe().loc[['min', '50%', 'max']].to_string()}"


def targets(
    areas: Areas,
    reward: float | Sequence[float],
    stretch: float | Sequence[float] = 1.0,
    threshold: float = 0.6,
) -> Scheme:
    """A reward for reaching a target: nothing below the threshold, then pro rata, the whole from full stretch on.

    Parameters
    ----------
    reward, stretch : for full stretch, in percent of net budget; and how much effort that is; one number or one an area.
    threshold : share of the stretch from which reward is paid, 0 to 1.

    Notes
    -----
    Each area's effort is the best over its whole range, not only where a little more or less would not pay; noise is
    normal, so that expected reward has a closed form.
    """
    import numpy as np

    _normal(areas, "targets")
    number = len(areas)
    full = numbers("reward", reward, number, zero=True)
    asked = numbers("stretch", stretch, number)
    share_of_one("threshold", threshold)
    noise = areas.all
    expected = functools.partial(expected_reward, threshold=threshold)
    kinds, which = np.unique(np.stack([areas.cost, noise, full, asked], axis=1), axis=0, return_inverse=True)
    cost, spread, most, goal = (column[:, None] for column in kinds.T)
    best = best_effort(
        lambda effort: expected(effort, spread, most, goal) - cost * effort**2 / 2,
        np.sqrt(2 * most / cost)[:, 0],
    )
    effort = best[which.ravel()]
    from scipy.special import ndtr

    return Scheme(
        TARGETS,
        f"up to {_range(full)}% of net budget, from {threshold:.0%} of the stretch on",
        areas,
        effort,
        np.where(full > 0, ndtr((effort - threshold * asked) / noise), 0.0),
        expected(effort, noise, full, asked),
        True,
        lambda outcome: full * np.where(outcome < threshold * asked, 0.0, np.clip(outcome / asked, 0.0, 1.0)),
    )


def piece_rate(areas: Areas, rate: float) -> Scheme:
    """A reward in proportion to the outcome, whatever it is: an area with a bad outcome owes.

    Parameters
    ----------
    rate : percent of net budget for an outcome of one full stretch.
    """
    import numpy as np
    from scipy.special import ndtr

    _normal(areas, "a piece rate")
    each = float(numbers("rate", rate, 1, zero=True)[0])
    effort = each / areas.cost
    return Scheme(
        PIECE_RATE,
        f"{each:.2f}% of net budget for a full stretch",
        areas,
        effort,
        ndtr(effort / areas.all) if each else np.zeros(len(areas)),
        each * effort,
        True,
        lambda outcome: each * outcome,
    )


def tournament(areas: Areas, prizes: int, prize: float) -> Scheme:
    """Equal prizes for the areas with the best outcomes.

    Parameters
    ----------
    prizes, prize : how many, and what each pays, in percent of an area's net budget.

    Returns
    -------
    A scheme that may be without an equilibrium (``found`` is False): with little noise, or big prizes, none exists in
    which alike areas make the same effort for sure; where areas differ, none was found. See `contests.settle`.

    Raises
    ------
    LocalgovError
        If there are more prizes than areas, or areas differ and their noise is not normal.
    """
    import numpy as np

    from localgov_history.incentives import contests

    number = len(areas)
    if isinstance(prizes, bool) or not isinstance(prizes, int) or not 1 <= prizes <= number:
        raise LocalgovError(
            f"number of prizes is {prizes!r}; expected a whole number from 1 to the {counted(number, 'area')}"
        )
    each = float(numbers("prize", prize, 1, zero=True)[0])
    kinds, which, counts = np.unique(
        np.stack([areas.cost, areas.own], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    if len(kinds) > 1 and areas.shape != "normal":
        raise LocalgovError(
            f"areas differ and their noise is {areas.shape}; expected normal noise where areas differ"
        )
    settled = contests.settle(kinds[:, 0], kinds[:, 1], counts, prizes, each, areas.shape)
    place = which.ravel()
    nothing = np.full(number, np.nan)
    chance = settled.chance[place] if settled.found else nothing
    return Scheme(
        TOURNAMENT,
        f"{counted(prizes, 'prize')} of {each:.2f}% of net budget among {counted(number, 'area')}",
        areas,
        settled.effort[place] if settled.found else nothing,
        chance if each else np.zeros(number),
        chance * each,
        settled.found,
        lambda outcome: each * (outcome >= np.partition(outcome, number - prizes, axis=1)[:, [number - prizes]]),
    )


def gini(values: Any) -> np.ndarray:
    """Gini coefficient along the last axis: 0 where all have the same (or nothing), near 1 where one has all.

    Raises
    ------
    LocalgovError
        If a value is below nothing, for which the coefficient has no meaning.
    """
    import numpy as np

    ranked = np.sort(np.asarray(values, dtype=float), axis=-1)
    if ranked.size == 0 or not np.all(ranked[..., 0] >= 0):
        raise LocalgovError(
            "a Gini coefficient is asked of no values or of some below nothing; expected none below 0"
        )
    number = ranked.shape[-1]
    whole = ranked.sum(axis=-1)
    weighed = ranked @ np.arange(1, number + 1)
    share = 2 * weighed / (number * np.where(whole > 0, whole, 1)) - (number + 1) / number
    return np.where(whole > 0, np.maximum(share, 0.0), 0.0)


def _range(values: np.ndarray) -> str:
    low, high = float(values.min()), float(values.max())
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def expected_reward(effort: Any, noise: Any, reward: Any, stretch: Any, threshold: float) -> Any:
    """Expected reward where outcomes are normal about effort; a closed form, by parts of the normal integral."""
    import numpy as np
    from scipy.special import ndtr

    low, high = (threshold * stretch - effort) / noise, (stretch - effort) / noise
    bell = (np.exp(-low * low / 2) - np.exp(-high * high / 2)) / np.sqrt(2 * np.pi)
    partly = effort * (ndtr(high) - ndtr(low)) + noise * bell
    return reward * (ndtr(-high) + partly / stretch)


def best_effort(payoff: Callable[[np.ndarray], np.ndarray], most: np.ndarray) -> np.ndarray:
    """Where each row of a payoff is highest between 0 and `most`: a fine look at the whole, then ever closer ones."""
    import numpy as np

    low, high = np.zeros_like(most), most
    place = np.arange(len(most))
    for points in (801, 101, 101, 101):
        tried = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, points)
        top = payoff(tried).argmax(axis=1)
        low, high = tried[place, np.maximum(top - 1, 0)], tried[place, np.minimum(top + 1, points - 1)]
    return np.asarray(tried[place, top])


def _normal(areas: Areas, what: str) -> None:
    if areas.shape != "normal":
        raise LocalgovError(f"noise is {areas.shape}; expected normal noise for {what}")
