"""Effort over several tasks of which some are measured and rewarded, after Holmström and Milgrom (1991)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history.errors import LocalgovError, UnknownNameError
from localgov_history.incentives.checks import numbers, share_of_one
from localgov_history.incentives.schemes import (
    PIECE_RATE,
    TARGETS,
    UNCALIBRATED,
    best_effort,
    expected_reward,
)
from localgov_history.text import counted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Attention:
    """How an area spreads its effort over tasks of which some are measured and rewarded.

    Attributes
    ----------
    tasks, measured, pursued : tasks in all, those with a rewarded indicator, those of them that the area goes for.
    on_pursued, on_others : effort on each of the tasks pursued, and on each other, in shares of a task's stretch.
    value : what all efforts are worth together, from 0 for none to 1 for full stretch on every task.
    cost : what the centre expects to pay, in percent of net budget.
    """

    tasks: int
    measured: int
    pursued: int
    on_pursued: float
    on_others: float
    value: float
    cost: float

    @property
    def effort(self) -> float:
        """Mean effort over all tasks."""
        return (self.pursued * self.on_pursued + (self.tasks - self.pursued) * self.on_others) / self.tasks

    def to_frame(self) -> pd.DataFrame:
        """One row: all numbers."""
        import pandas as pd

        return pd.DataFrame([dataclasses.asdict(self) | {"effort": self.effort}])

    def sentence(self) -> str:
        """Effort on what is pursued and on the rest."""
        return (
            f"With {self.measured} of {counted(self.tasks, 'task')} measured, an area goes for {self.pursued} and puts "
            f"{self.on_pursued:.0%} of the stretch into each, {self.on_others:.0%} into each other: "
            f"{self.effort:.0%} in all, for {self.cost:.2f}% of net budget. {UNCALIBRATED}"
        )

    def summary(self) -> str:
        """The sentence and the numbers."""
        return f"{self.sentence()}\n{self.to_frame().T.to_string(header=False)}"


def attention(
    tasks: int,
    measured: int,
    reward: float,
    cost: float,
    paid_by: str = TARGETS,
    noise: float = 0.5,
    threshold: float = 0.6,
    substitution: float = 0.5,
    overhead: float = 0.0,
    care: float = 0.1,
    balance: float = 1.0,
) -> Attention:
    """Effort over several tasks, after Holmström and Milgrom (1991), where a reward is shared by the measured ones.

    Parameters
    ----------
    tasks, measured : how many tasks there are, and how many have a rewarded indicator.
    reward : for full stretch on all measured tasks; each carries an equal part.
    cost : half of it times (1 − s) × the mean square of efforts + s × the square of (mean effort + reporting).
    paid_by : ``targets`` (each task a target of its own) or ``piece rate``.
    noise, threshold : of each target.
    substitution : s, 0 to below 1: how far effort on one task makes effort on any other dearer.
    overhead : effort that reporting on one indicator takes, in shares of a full stretch on everything.
    care : what an area would do of itself: effort, in shares of the stretch, with no reward or reporting.
    balance : 1 if one task makes good for another, towards 0 if neglect of one spoils the whole.

    Notes
    -----
    Under targets an area may give up some of the measured tasks, which then get what unmeasured ones get; how many is
    its best choice. Every task pursued gets the same effort.
    """
    import numpy as np

    for name, value, least in (("number of tasks", tasks, 1), ("number of measured tasks", measured, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise LocalgovError(f"{name} is {value!r}; expected a whole number, {least} or more")
    if measured > tasks:
        raise LocalgovError(f"{measured} tasks are measured; expected at most the {counted(tasks, 'task')} there are")
    if paid_by not in (TARGETS, PIECE_RATE):
        raise UnknownNameError("way to pay for tasks", paid_by, (TARGETS, PIECE_RATE))
    if not 0 <= substitution < 1:
        raise LocalgovError(f"substitution is {substitution!r}; expected 0 to below 1")
    if not 0 < balance <= 1:
        raise LocalgovError(f"balance is {balance!r}; expected above 0, at most 1")
    share_of_one("threshold", threshold)
    for what, amount in (("reward", reward), ("overhead", overhead), ("care", care)):
        numbers(what, amount, 1, zero=True)
    numbers("cost of effort", cost, 1)
    numbers("noise", noise, 1)
    part = reward / measured if measured else 0.0
    reporting = overhead * measured

    def others(pursued: Any, effort: Any) -> Any:
        """Effort on each other task, best given that on the pursued."""
        rest = (1 - substitution) + substitution * (tasks - pursued) / tasks
        return np.maximum(0.0, (care - substitution * (pursued * effort / tasks + reporting)) / rest)

    def expected(effort: Any) -> Any:
        if paid_by == PIECE_RATE:
            return part * effort
        return expected_reward(effort, noise, part, 1.0, threshold)

    def payoff(pursued: np.ndarray, effort: np.ndarray) -> np.ndarray:
        rest = others(pursued, effort)
        mean = (pursued * effort + (tasks - pursued) * rest) / tasks
        square = (pursued * effort**2 + (tasks - pursued) * rest**2) / tasks
        burden = cost / 2 * ((1 - substitution) * square + substitution * (mean + reporting) ** 2)
        return pursued * expected(effort) + (measured - pursued) * expected(rest) + cost * care * mean - burden

    # Under a piece rate, giving up a task saves nothing that doing less of each would not.
    counts = np.array([measured]) if paid_by == PIECE_RATE else np.arange(measured + 1)
    # Beyond this, effort on a task pays neither by reward nor by itself.
    most = (
        (care + part * tasks / cost) / (1 - substitution)
        if paid_by == PIECE_RATE
        else 1 + 5 * noise + care / (1 - substitution)
    )
    many = counts[:, None].astype(float)
    effort = best_effort(lambda tried: payoff(many, tried), np.full(len(counts), most))
    place = int(np.argmax(payoff(many, effort[:, None])[:, 0]))
    pursued, chosen = int(counts[place]), float(effort[place])
    rest = float(others(pursued, chosen))
    worth = (pursued * chosen**balance + (tasks - pursued) * rest**balance) / tasks
    paid = pursued * float(expected(chosen)) + (measured - pursued) * float(expected(rest))
    return Attention(tasks, measured, pursued, chosen if pursued else rest, rest, worth ** (1 / balance), paid)
