"""Histories drawn at random from a scheme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history.errors import LocalgovError, NotEnoughDataError
from localgov_history.incentives.schemes import PIECE_RATE, UNCALIBRATED, Scheme, gini
from localgov_history.text import counted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Simulation:
    """What happened in many histories drawn from a scheme.

    Attributes
    ----------
    kind, draws, rounds, seed : which scheme, how many histories of how many rounds, the seed.
    frame : one row an area: ``won`` (share of rounds with a reward), ``reward`` (mean of a round), ``never`` (share of
        histories without any).
    gini : mean over histories of the Gini coefficient of what areas got in all; None where an area can owe.
    """

    kind: str
    draws: int
    rounds: int
    seed: int
    frame: pd.DataFrame
    gini: float | None

    def to_frame(self) -> pd.DataFrame:
        """One row an area."""
        return self.frame.copy()

    def sentence(self) -> str:
        """How unequal the rewards of one history are, and how many go without."""
        spread = (
            "" if self.gini is None else f" what areas got had a Gini coefficient of {self.gini:.2f} on average, and"
        )
        return (
            f"In {counted(self.draws, 'history', 'histories')} of {counted(self.rounds, 'round')} of the "
            f"{self.kind},{spread} an area went without any reward in {self.frame['never'].mean():.0%} of them. "
            f"{UNCALIBRATED}"
        )

    def summary(self) -> str:
        """The sentence and the areas' numbers in short."""
        return f"{self.sentence()}\n{self.frame.describe().loc[['min', '50%', 'max']].to_string()}"


def simulate(scheme: Scheme, draws: int = 10_000, rounds: int = 1, seed: int = 1) -> Simulation:
    """Histories drawn from a scheme at the efforts it brings.

    Parameters
    ----------
    draws, rounds : how many histories, of how many rounds each; one or more.
    seed : of the random numbers.

    Raises
    ------
    NotEnoughDataError
        If the scheme has no equilibrium to draw from.
    """
    import numpy as np
    import pandas as pd

    from localgov_history.incentives import contests

    for name, value in (("draws", draws), ("rounds", rounds)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise LocalgovError(f"{name} is {value!r}; expected a whole number, one or more")
    if not scheme.found:
        raise NotEnoughDataError(f"the {scheme.kind} has no equilibrium to draw from")
    areas, random = scheme.areas, np.random.default_rng(seed)
    got, won = np.zeros((draws, len(areas))), np.zeros((draws, len(areas)), dtype=int)
    for _ in range(rounds):
        outcome = contests.draw(areas.shape, (draws, len(areas)), random)
        outcome *= areas.own
        outcome += scheme.effort
        outcome += areas.common * random.standard_normal((draws, 1))
        paid = scheme.pays(outcome)
        got += paid
        won += paid > 0
    frame = pd.DataFrame(
        {"won": won.mean(axis=0) / rounds, "reward": got.mean(axis=0) / rounds, "never": (won == 0).mean(axis=0)},
        index=pd.Index(areas.names, name="area"),
    )
    spread = float(np.mean(gini(got))) if scheme.kind != PIECE_RATE else None
    return Simulation(scheme.kind, draws, rounds, seed, frame, spread)
