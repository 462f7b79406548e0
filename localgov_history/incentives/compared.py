"""Schemes side by side, from the published rule of the reward grant and stated assumptions."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.incentives.areas import Areas, unequal_areas
from localgov_history.incentives.schemes import UNCALIBRATED, Scheme, piece_rate, targets, tournament
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing, yes

if TYPE_CHECKING:
    import pandas as pd

# Efforts closer than this share of the larger one are called alike.
ALIKE = 0.01


@dataclass(frozen=True)
class Rules:
    """The rule of the reward grant as published for local public service agreements.

    Attributes
    ----------
    rate : reward for full stretch on every target, in percent of an area's net budget.
    threshold : share of the stretch below which nothing is paid, 0 to 1; from there on the reward is pro rata.
    areas : how many areas had agreements.
    evidence : the rows used.
    """

    rate: float
    threshold: float
    areas: int
    evidence: Evidence


def rules(catalogue: Catalogue | None = None) -> Rules:
    """The rate and the threshold of reward grant, from ``partnership_money``, and the number of areas.

    Raises
    ------
    NotEnoughDataError
        If they are not known.
    """
    book = catalogue or default()
    money = book.load("partnership_money")
    found = {}
    for part in ("rate", "threshold"):
        rows = money[money["series"] == f"local_public_service_agreements_reward_{part}"]
        rows = rows[rows["preferred"].map(yes) & rows["value"].notna()]
        if rows.empty:
            raise NotEnoughDataError(f"the {part} of reward grant is not in partnership_money")
        found[part] = rows.head(1)
    rate, threshold = (float(rows["value"].iloc[0]) for rows in found.values())
    return Rules(rate, threshold / 100, len(book.load("laa_areas")), Evidence.of(*found.values()))


@dataclass(frozen=True)
class Setting:
    """All that a comparison of schemes assumes, in one place; `setting` fills it from the published rule.

    Attributes
    ----------
    number : areas.
    cost : of effort; where it equals `reward`, a piece rate paying the reward for a full stretch brings just that.
    noise, measurement, common : standard deviations, in shares of the stretch.
    unequal : see `unequal_areas`.
    reward, stretch, threshold : of targets.
    prize_share : share of areas that win a prize in the tournament.
    """

    number: int
    cost: float
    reward: float
    threshold: float
    noise: float = 0.5
    measurement: float = 0.0
    common: float = 0.0
    unequal: float = 0.0
    stretch: float = 1.0
    prize_share: float = 0.3

    def areas(self) -> Areas:
        """The areas it speaks of."""
        rest = {"measurement": self.measurement, "common": self.common}
        return unequal_areas(self.number, self.cost, self.noise, self.unequal, **rest)


def setting(catalogue: Catalogue | None = None, **changes: Any) -> Setting:
    """The published rule of reward grant with assumptions beside it.

    Parameters
    ----------
    changes : attributes of `Setting` with other values.

    Raises
    ------
    UnknownNameError
        If there is no such attribute.
    """
    rule = rules(catalogue)
    base = Setting(rule.areas, rule.rate, rule.rate, rule.threshold)
    return changed(base, changes)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Schemes side by side.

    Attributes
    ----------
    hold : ``budget`` (each costs the centre what the targets cost) or ``effort`` (each brings what they bring).
    schemes : targets, piece rate and tournament.
    """

    hold: str
    schemes: tuple[Scheme, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a scheme: effort, cost, effort bought, spread of rewards, areas shut out, whether efforts settle."""
        import numpy as np
        import pandas as pd

        records = [
            {
                "scheme": each.kind,
                "effort": each.mean_effort,
                "cost": each.cost,
                "bought": each.bought,
                "gini": each.gini,
                "p10": float(np.percentile(each.reward, 10)),
                "p90": float(np.percentile(each.reward, 90)),
                "shut_out": each.shut_out,
                "found": each.found,
            }
            for each in self.schemes
        ]
        return pd.DataFrame(records).set_index("scheme")

    def best(self) -> tuple[str, ...]:
        """The scheme that buys the most (or costs the least), with those that are alike; empty if nothing is bought."""
        known = {
            each.kind: each.mean_effort if self.hold == "budget" else -each.cost
            for each in self.schemes
            if each.found
        }
        if max(each.mean_effort for each in self.schemes if each.found) <= 0:
            return ()
        top = max(known.values())
        return tuple(kind for kind, value in known.items() if top - value <= ALIKE * abs(top))

    def sentence(self) -> str:
        """Which scheme buys the most for the same money, or costs the least for the same effort."""
        parts = [
            f"{each.kind} {each.mean_effort:.0%} of the stretch for {each.cost:.2f}% of net budget"
            if each.found
            else f"{each.kind}: no equilibrium found"
            for each in self.schemes
        ]
        held = "For the same money" if self.hold == "budget" else "For the same effort"
        ends = "the most is bought by the" if self.hold == "budget" else "the cheapest is the"
        best = f"{ends} {listing(list(self.best()))}" if self.best() else "nothing is bought"
        return f"{held}, {best}: {'; '.join(parts)}. {UNCALIBRATED}"

    def summary(self) -> str:
        """The sentence and the table."""
        return f"{self.sentence()}\n{self.to_frame().to_string()}"


def compare(setting: Setting, hold: str = "budget", areas: Areas | None = None) -> Comparison:
    """Targets, a piece rate and a tournament that cost the centre the same, or bring the same effort.

    Parameters
    ----------
    setting : what is assumed.
    hold : ``budget``: what the targets cost is paid as a piece rate and as prizes; ``effort``: the rate and the prize
        are such that mean effort is that of the targets.
    areas : in place of those of the setting.

    Raises
    ------
    LocalgovError
        If `hold` is neither.
    """
    import numpy as np

    if hold not in ("budget", "effort"):
        raise LocalgovError(f"hold is {hold!r}; expected 'budget' or 'effort'")
    whom = areas or setting.areas()
    prizes = _prizes(setting, len(whom))
    aimed = targets(whom, setting.reward, setting.stretch, setting.threshold)
    if hold == "budget":
        budget = float(aimed.reward.sum())
        rate, prize = (budget / float(np.sum(1 / whom.cost))) ** 0.5, budget / prizes
    else:
        rate = aimed.mean_effort / float(np.mean(1 / whom.cost))
        prize = _prize_for(whom, prizes, aimed.mean_effort)
    return Comparison(hold, (aimed, piece_rate(whom, rate), tournament(whom, prizes, prize)))


def _prize_for(areas: Areas, prizes: int, effort: float) -> float:
    """The prize that brings a mean effort; where none is found to, one that the tournament will be without answer at."""
    if effort <= 0:
        return 0.0
    from scipy.optimize import brentq

    def short(prize: float) -> float:
        made = tournament(areas, prizes, prize)
        # A prize too big to have an answer is too big.
        return made.mean_effort - effort if made.found else effort

    high = effort * float(areas.cost.mean())
    while short(high) < 0:
        high *= 2
    prize = float(brentq(short, 0.0, high, rtol=1e-6))
    # Where the search ends at the edge of what has an answer, the prize needed lies beyond it.
    return prize if abs(short(prize)) <= 1e-3 * effort else 1.001 * prize


def _prizes(given: Setting, number: int) -> int:
    if not 0 < given.prize_share <= 1:
        raise LocalgovError(f"share of areas with a prize is {given.prize_share!r}; expected above 0, at most 1")
    return max(1, round(given.prize_share * number))


def changed(base: Setting, changes: Mapping[str, Any]) -> Setting:
    """A setting with some assumptions changed; refused where there is no such assumption."""
    known = {each.name for each in dataclasses.fields(Setting)}
    for name in changes:
        if name not in known:
            raise UnknownNameError("assumption", name, known)
    return dataclasses.replace(base, **changes)


@dataclass(frozen=True, eq=False)
class Flips:
    """How the order of schemes moves as one assumption does.

    Attributes
    ----------
    parameter, hold : which assumption, and what the schemes have in common.
    frame : one row a value and scheme: ``value``, ``scheme``, ``effort``, ``cost``, ``found``.
    best : the best scheme or schemes at each value, in order.
    """

    parameter: str
    hold: str
    frame: pd.DataFrame
    best: tuple[tuple[float, tuple[str, ...]], ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a value and scheme."""
        return self.frame.copy()

    def changes(self) -> list[tuple[float, float, str, str]]:
        """Pairs of neighbouring values between which the best scheme changes: values, best before, best after."""
        named = [(value, listing(list(best)) or "no scheme") for value, best in self.best]
        pairs = itertools.pairwise(named)
        return [(low, high, before, after) for (low, before), (high, after) in pairs if before != after]

    def sentence(self) -> str:
        """Where the best scheme changes."""
        name = self.parameter.replace("_", " ")
        first, last = self.best[0][0], self.best[-1][0]
        goal = "buys the most for the same money" if self.hold == "budget" else "costs least for the same effort"
        start = listing(list(self.best[0][1])) or "no scheme"
        head = f"With {name} from {first:g} to {last:g}, what {goal} "
        turns = [f"the {after} between {low:g} and {high:g}" for low, high, _, after in self.changes()]
        tail = f"is at first the {start}, then {listing(turns)}" if turns else f"is the {start} throughout"
        lost = self.frame[~self.frame["found"]]
        gaps = f" No equilibrium of the tournament was found at {_values(lost['value'])}." if len(lost) else ""
        return f"{head}{tail}.{gaps} {UNCALIBRATED}"

    def summary(self) -> str:
        """The sentence and the efforts."""
        return f"{self.sentence()}\n{self.frame.pivot(index='value', columns='scheme', values='effort').to_string()}"


def flips(setting: Setting, parameter: str, values: Iterable[float], hold: str = "budget") -> Flips:
    """Compare the schemes while one assumption takes several values.

    Parameters
    ----------
    parameter : an attribute of `Setting`.
    values : two or more, in order.
    """
    import pandas as pd

    listed = list(values)
    if len(listed) < 2:
        raise LocalgovError(f"{parameter} is to take {counted(len(listed), 'value')}; expected two or more")
    frames, best = [], []
    for value in listed:
        made = compare(changed(setting, {parameter: value}), hold)
        frames.append(made.to_frame().reset_index().assign(value=value))
        best.append((value, made.best()))
    frame = pd.concat(frames, ignore_index=True)[["value", "scheme", "effort", "cost", "found"]]
    return Flips(parameter, hold, frame, tuple(best))


def _values(values: Iterable[float]) -> str:
    return listing([f"{value:g}" for value in values])
