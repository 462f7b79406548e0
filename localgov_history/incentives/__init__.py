"""Targets against tournaments: a model of reward for areas that one can run. It is not calibrated.

Effort is in shares of the stretch that a target asks for, money in percent of an area's net budget. Half of `cost`
times the square of effort is what effort costs an area; its outcome is effort, plus noise of its own, plus error of
measurement, plus a shock that all areas share. Areas weigh expected reward against cost and nothing else. Targets follow
the rule of the reward grant; tournaments are those of Lazear and Rosen (1981) and Nalebuff and Stiglitz (1983); attention
over several tasks is that of Holmström and Milgrom (1991).
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing, yes

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

UNCALIBRATED = "The model is not calibrated: it gives directions, not forecasts."
TARGETS, PIECE_RATE, TOURNAMENT = "targets", "piece rate", "tournament"
# An area less likely than this to get anything over `ROUNDS` rounds is as good as shut out.
SHUT_OUT, ROUNDS = 0.05, 3
# Efforts closer than this share of the larger one are called alike.
ALIKE = 0.01

# The settings over which the deck's three proposals are answered, listed before their answers were looked at. Noise and
# the shared shock: shares of the stretch. Unequal: standard deviation of the logarithm of cost, and half as much of noise.
GRID_AREAS = 30
GRID: dict[str, tuple[float, ...]] = {
    "noise": (0.25, 0.5, 1.0, 2.0),
    "unequal": (0.0, 0.3, 0.6),
    "common": (0.0, 0.5, 1.0),
    "prize_share": (0.1, 0.3, 0.5),
}
GRANT_GRID = {name: GRID[name] for name in ("noise", "unequal", "common")} | {"difficulty": (0.5, 1.0, 2.0)}
ATTENTION_GRID: dict[str, tuple[Any, ...]] = {
    "paid_by": ((PIECE_RATE, 0.5), (TARGETS, 0.25), (TARGETS, 1.0)),
    "substitution": (0.2, 0.5, 0.8),
    "overhead": (0.0, 0.002, 0.01),
    "care": (0.1, 0.5),
    "balance": (1.0, 0.5),
}
# For the areas of 2008: noise and prizes of `GRID` without the least noise, at which efforts seldom settle. Not fixed
# beforehand: a shorter list of the same kind was looked at first.
REAL_GRID: dict[str, tuple[float, ...]] = {
    "deprivation": (0.5, 1.0),
    "noise": (0.5, 1.0, 2.0),
    "prize_share": GRID["prize_share"],
}


@dataclass(frozen=True, eq=False)
class Areas:
    """The areas that a scheme rewards.

    Attributes
    ----------
    cost, noise : one number an area: what effort costs, and the standard deviation of its own noise.
    measurement, common : standard deviation of error of measurement, and of the shock that all areas share.
    shape : distribution of own noise and error of measurement together; the shared shock is normal.
    names : of the areas.
    evidence : rows that the areas come from, where they are real ones.
    """

    cost: np.ndarray
    noise: np.ndarray
    measurement: float
    common: float
    shape: str
    names: tuple[str, ...]
    evidence: Evidence = dataclasses.field(default_factory=Evidence)

    def __len__(self) -> int:
        return len(self.cost)

    @property
    def own(self) -> np.ndarray:
        """Standard deviation of noise and error of measurement together, an area each."""
        return (self.noise**2 + self.measurement**2) ** 0.5

    @property
    def all(self) -> np.ndarray:
        """The same with the shared shock, which a fixed target or a piece rate does not filter out."""
        return (self.own**2 + self.common**2) ** 0.5


def make_areas(
    number: int = 150,
    cost: float | Sequence[float] = 2.5,
    noise: float | Sequence[float] = 0.5,
    measurement: float = 0.0,
    common: float = 0.0,
    shape: str = "normal",
    names: Sequence[str] = (),
) -> Areas:
    """Areas with given costs of effort and noise.

    Parameters
    ----------
    number : how many.
    cost, noise : one number for all, or one an area; above nothing.
    measurement, common : see `Areas`; nothing or more.
    shape : ``normal``, ``uniform`` or ``gumbel``.
    names : one an area; numbers by default.

    Raises
    ------
    LocalgovError
        If there are no areas, lengths differ, or a number is out of its range.
    UnknownNameError
        If there is no such shape.
    """
    from localgov_history.incentives import contests

    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise LocalgovError(f"number of areas is {number!r}; expected a whole number, one or more")
    if shape not in contests.SHAPES:
        raise UnknownNameError("shape of noise", shape, contests.SHAPES)
    if names and len(names) != number:
        raise LocalgovError(f"there are {len(names)} names for {counted(number, 'area')}; expected one an area")
    return Areas(
        _numbers("cost of effort", cost, number),
        _numbers("noise", noise, number),
        float(_numbers("error of measurement", measurement, 1, zero=True)[0]),
        float(_numbers("shared shock", common, 1, zero=True)[0]),
        shape,
        tuple(names) or tuple(str(place) for place in range(1, number + 1)),
    )


def unequal_areas(number: int, cost: float, noise: float, unequal: float, **rest: Any) -> Areas:
    """Areas in five classes of cost by three of noise.

    Parameters
    ----------
    number, cost, noise : how many; cost and noise of the middle class, before costs are levelled.
    unequal : standard deviation of the logarithm of cost between areas, and half as much of noise; 0 makes all alike.
    rest : as for `make_areas`.

    Notes
    -----
    Costs are levelled so that the mean of their inverses is the same however unequal they are: a piece rate then buys
    the same effort, and what differs between schemes is due to the inequality alone.
    """
    import numpy as np
    from scipy.special import ndtri

    spread = float(_numbers("inequality of areas", unequal, 1, zero=True)[0])
    _numbers("cost of effort", cost, 1)
    _numbers("noise", noise, 1)
    if spread == 0:
        return make_areas(number, cost, noise, **rest)
    five, three = (ndtri((np.arange(classes) + 0.5) / classes) for classes in (5, 3))
    place = np.arange(number)
    costs = np.exp(spread * (five / five.std())[place % 5])
    noises = np.exp(spread / 2 * (three / three.std())[place // 5 % 3])
    return make_areas(number, cost * costs * np.mean(1 / costs), noise * noises, **rest)


def areas_of_2008(
    cost: float,
    noise: float,
    deprivation: float = 0.5,
    size: float = 0.25,
    catalogue: Catalogue | None = None,
    **rest: Any,
) -> Areas:
    """The areas that had agreements in 2008, with costs and noise made from their deprivation and population.

    Parameters
    ----------
    cost, noise : of an area of middling deprivation and population, before costs are levelled as in `unequal_areas`.
    deprivation : power of an area's mean deprivation score with which cost rises; an assumption.
    size : power of its population with which noise falls; a half is that of a mean over people. An assumption.
    rest : as for `make_areas`.

    Notes
    -----
    Areas without a known population are left out.
    """
    import numpy as np

    rows = (catalogue or default()).load("laa_areas")
    rows = rows[rows["population_mid_2008"].notna() & rows["imd2007_mean_lsoa_score"].notna()]
    if rows.empty:
        raise NotEnoughDataError("laa_areas has no area with both a population and a deprivation score")
    score = rows["imd2007_mean_lsoa_score"].to_numpy(dtype=float)
    people = rows["population_mid_2008"].to_numpy(dtype=float)
    _numbers("cost of effort", cost, 1)
    _numbers("noise", noise, 1)
    costs = (score / np.median(score)) ** deprivation
    noises = noise * (people / np.median(people)) ** -size
    made = make_areas(len(rows), cost * costs * np.mean(1 / costs), noises, names=list(rows["area"]), **rest)
    return dataclasses.replace(made, evidence=Evidence.of(rows))


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
    full = _numbers("reward", reward, number, zero=True)
    asked = _numbers("stretch", stretch, number)
    _share("threshold", threshold)
    noise = areas.all
    expected = functools.partial(_expected_reward, threshold=threshold)
    kinds, which = np.unique(np.stack([areas.cost, noise, full, asked], axis=1), axis=0, return_inverse=True)
    cost, spread, most, goal = (column[:, None] for column in kinds.T)
    best = _best(
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
    each = float(_numbers("rate", rate, 1, zero=True)[0])
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
    each = float(_numbers("prize", prize, 1, zero=True)[0])
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
    return _changed(base, changes)


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
        made = compare(_changed(setting, {parameter: value}), hold)
        frames.append(made.to_frame().reset_index().assign(value=value))
        best.append((value, made.best()))
    frame = pd.concat(frames, ignore_index=True)[["value", "scheme", "effort", "cost", "found"]]
    return Flips(parameter, hold, frame, tuple(best))


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
    _share("threshold", threshold)
    for what, amount in (("reward", reward), ("overhead", overhead), ("care", care)):
        _numbers(what, amount, 1, zero=True)
    _numbers("cost of effort", cost, 1)
    _numbers("noise", noise, 1)
    part = reward / measured if measured else 0.0
    reporting = overhead * measured

    def others(pursued: Any, effort: Any) -> Any:
        """Effort on each other task, best given that on the pursued."""
        rest = (1 - substitution) + substitution * (tasks - pursued) / tasks
        return np.maximum(0.0, (care - substitution * (pursued * effort / tasks + reporting)) / rest)

    def expected(effort: Any) -> Any:
        if paid_by == PIECE_RATE:
            return part * effort
        return _expected_reward(effort, noise, part, 1.0, threshold)

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
    effort = _best(lambda tried: payoff(many, tried), np.full(len(counts), most))
    place = int(np.argmax(payoff(many, effort[:, None])[:, 0]))
    pursued, chosen = int(counts[place]), float(effort[place])
    rest = float(others(pursued, chosen))
    worth = (pursued * chosen**balance + (tasks - pursued) * rest**balance) / tasks
    paid = pursued * float(expected(chosen)) + (measured - pursued) * float(expected(rest))
    return Attention(tasks, measured, pursued, chosen if pursued else rest, rest, worth ** (1 / balance), paid)


@dataclass(frozen=True, eq=False)
class Answered:
    """A proposal of the deck answered by the model over a stated list of settings.

    Attributes
    ----------
    proposal : in words.
    frame : one row a setting, with what was found there.
    shares : shares of the settings, 0 to 1, by what they show.
    said : the shares as a sentence.
    evidence : the rows that the published parts of the settings come from.
    """

    proposal: str
    frame: pd.DataFrame
    shares: Mapping[str, float]
    said: str
    evidence: Evidence

    def to_frame(self) -> pd.DataFrame:
        """One row a setting."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The shares, and what the model is not."""
        return f"{self.said} {UNCALIBRATED}"

    def summary(self) -> str:
        """The sentence and the shares."""
        return "\n".join([self.sentence(), *(f"  {name}: {share:.0%}" for name, share in self.shares.items())])


def larger_grant(times: float = 2.0, catalogue: Catalogue | None = None) -> Answered:
    """What a further pound buys when the reward for targets grows, over `GRANT_GRID`.

    Parameters
    ----------
    times : the larger reward beside the published one; above 1.

    Returns
    -------
    A row a setting: effort and cost under both rewards, effort bought by a pound of the first and of the further money,
    and ``ratio`` of the second to the first (empty where the further reward costs the centre nothing).
    """
    import pandas as pd

    if not times > 1:
        raise LocalgovError(f"the larger grant is {times!r} times the published one; expected above 1")
    rule = rules(catalogue)
    records = []
    for case in _cases(GRANT_GRID):
        base = _grid_setting(rule, {name: case[name] for name in ("noise", "unequal", "common")})
        base = dataclasses.replace(base, cost=rule.rate * case["difficulty"])
        small, large = (
            targets(base.areas(), reward, base.stretch, base.threshold) for reward in (rule.rate, times * rule.rate)
        )
        further = large.cost - small.cost
        bought = (large.mean_effort - small.mean_effort) / further if further > 0 else float("nan")
        records.append(
            {
                **case,
                "effort": small.mean_effort,
                "cost": small.cost,
                "effort_larger": large.mean_effort,
                "cost_larger": large.cost,
                "bought": small.bought,
                "bought_further": bought,
                "ratio": bought / small.bought if small.mean_effort > 0 else float("nan"),
            }
        )
    frame = pd.DataFrame(records)
    ratio = frame["ratio"]
    shares = {
        "a further pound buys less than the first": float((ratio < 1).mean()),
        "a further pound buys less than half of what the first does": float((ratio < 0.5).mean()),
        "a further pound buys next to nothing": float((ratio < 0.1).mean()),
    }
    said = (
        f"With {times:g} times the reward for targets, a further pound buys less effort than the first did in "
        f"{_of(shares['a further pound buys less than the first'], len(frame))} settings, and less than half as much in "
        f"{_of(shares['a further pound buys less than half of what the first does'], len(frame))}; in the middle setting "
        f"it buys {ratio.median():.0%} of what the first does."
    )
    return Answered("A bigger reward grant", frame, shares, said, rule.evidence)


def tournaments_or_targets(catalogue: Catalogue | None = None) -> Answered:
    """Whether tournaments buy more effort than targets for the same money, over `GRID`.

    Returns
    -------
    A row a setting: mean effort under each scheme, whether the tournament's settles, Gini coefficient of expected
    rewards and share of areas shut out under targets and tournament, and ``more``: ``tournament``, ``targets``,
    ``alike`` or ``none found``.
    """
    import pandas as pd

    rule = rules(catalogue)
    records = []
    for case in _cases(GRID):
        side = compare(_grid_setting(rule, case)).to_frame()
        ours, theirs = side.loc[TOURNAMENT], side.loc[TARGETS]
        records.append(
            {
                **case,
                "targets": theirs["effort"],
                "piece_rate": side.loc[PIECE_RATE, "effort"],
                "tournament": ours["effort"],
                "found": bool(ours["found"]),
                "gini_targets": theirs["gini"],
                "gini_tournament": ours["gini"],
                "shut_out_targets": theirs["shut_out"],
                "shut_out_tournament": ours["shut_out"],
                "more": _more(ours, theirs),
            }
        )
    frame = pd.DataFrame(records)
    shares = {name: float((frame["more"] == name).mean()) for name in (TOURNAMENT, TARGETS, "alike", "none found")}
    settled = frame[frame["found"]]
    unequal = settled[settled["unequal"] > 0]
    wider = float((unequal["gini_tournament"] > unequal["gini_targets"]).mean()) if len(unequal) else float("nan")
    said = (
        f"For the same money, a tournament buys more effort than targets in {_of(shares[TOURNAMENT], len(frame))} "
        f"settings and less in {_of(shares[TARGETS], len(frame))}; in {_of(shares['none found'], len(frame))} no "
        f"equilibrium of it was found. Where areas differ and it settles, it spreads rewards more unequally than targets "
        f"in {_of(wider, len(unequal))}."
    )
    return Answered("Tournaments instead of targets", frame, shares, said, rule.evidence)


def fewer_indicators(catalogue: Catalogue | None = None) -> Answered:
    """Whether the same money shared by fewer indicators brings more, over `ATTENTION_GRID`.

    Tasks and the larger number of indicators are those of a local area agreement of 2008 at most; the smaller number is
    that of a local public service agreement.

    Returns
    -------
    A row a setting: mean effort over all tasks, their value and the cost to the centre with many and with few measured,
    and whether fewer bring ``more_effort`` and ``more_value``, by more than what is called alike.
    """
    import pandas as pd

    book = catalogue or default()
    rule = rules(book)
    money = book.load("partnership_money")
    number, used = [], []
    for key in (
        "statutory_local_area_agreements_most_designated_targets",
        "local_public_service_agreements_first_targets_in_an_agreement",
    ):
        rows = money[(money["series"] == key) & money["preferred"].map(yes) & money["value"].notna()].head(1)
        if rows.empty:
            raise NotEnoughDataError(f"{key} is not in partnership_money")
        number.append(int(rows["value"].iloc[0]))
        used.append(rows)
    many, few = number
    records = []
    for case in _cases(ATTENTION_GRID):
        paid_by, noise = case["paid_by"]
        rest = {name: value for name, value in case.items() if name != "paid_by"}
        rest |= {"cost": rule.rate, "threshold": rule.threshold, "paid_by": paid_by, "noise": noise}
        wide = attention(many, many, rule.rate, **rest)
        narrow = _for_the_same(wide.cost, functools.partial(attention, many, few, **rest), rule.rate)
        records.append(
            {
                **rest,
                "effort_many": wide.effort,
                "effort_few": narrow.effort,
                "value_many": wide.value,
                "value_few": narrow.value,
                "cost_many": wide.cost,
                "cost_few": narrow.cost,
                "more_effort": narrow.effort > wide.effort * (1 + ALIKE),
                "more_value": narrow.value > wide.value * (1 + ALIKE),
                "less_value": narrow.value < wide.value * (1 - ALIKE),
            }
        )
    frame = pd.DataFrame(records)
    shares = {
        "fewer bring more effort": float(frame["more_effort"].mean()),
        "fewer bring more value": float(frame["more_value"].mean()),
        "fewer bring less value": float(frame["less_value"].mean()),
    }
    said = (
        f"With {few} of {many} tasks, each worth the same, measured in place of all and for the same money, areas make more "
        f"effort in "
        f"{_of(shares['fewer bring more effort'], len(frame))} settings; what they do is worth more in "
        f"{_of(shares['fewer bring more value'], len(frame))} and less in "
        f"{_of(shares['fewer bring less value'], len(frame))}."
    )
    return Answered("A smaller national indicator set", frame, shares, said, rule.evidence + Evidence.of(*used))


def who_never_wins(rounds: int = ROUNDS, catalogue: Catalogue | None = None) -> Answered:
    """Which of the areas of 2008 are as good as sure never to win a tournament, over `REAL_GRID`.

    Parameters
    ----------
    rounds : tournaments held, one or more.

    Returns
    -------
    A row an area: ``deprivation`` (mean score of its small areas), ``people``, ``least`` and ``most`` (lowest and highest
    chance over the settings to win at least once) and ``never`` (the highest is below `SHUT_OUT`). The shares are of areas.
    """
    import numpy as np
    import pandas as pd

    if isinstance(rounds, bool) or not isinstance(rounds, int) or rounds < 1:
        raise LocalgovError(f"rounds is {rounds!r}; expected a whole number, one or more")
    book = catalogue or default()
    rule = rules(book)
    chances = []
    names: tuple[str, ...] = ()
    cases, evidence = _cases(REAL_GRID), rule.evidence
    for case in cases:
        whom = areas_of_2008(rule.rate, case["noise"], case["deprivation"], catalogue=book)
        names, evidence = whom.names, rule.evidence + whom.evidence
        given = Setting(len(whom), rule.rate, rule.rate, rule.threshold, prize_share=case["prize_share"])
        made = compare(given, areas=whom).schemes[-1]
        if made.found:
            chances.append(made.ever(rounds))
    if not chances:
        raise NotEnoughDataError("no equilibrium was found in any setting of the areas of 2008")
    known = book.load("laa_areas").set_index("area").loc[list(names)]
    frame = pd.DataFrame(
        {
            "deprivation": known["imd2007_mean_lsoa_score"].astype(float),
            "people": known["population_mid_2008"].astype(int),
            "least": np.min(chances, axis=0),
            "most": np.max(chances, axis=0),
        }
    )
    frame["never"] = frame["most"] < SHUT_OUT
    sometimes = frame["least"] < SHUT_OUT
    half = frame["deprivation"] >= frame["deprivation"].median()
    shares = {
        "shut out in every setting": float(frame["never"].mean()),
        "shut out in some setting": float(sometimes.mean()),
        "of the more deprived half, shut out in some setting": float(sometimes[half].mean()),
        "of the less deprived half, shut out in some setting": float(sometimes[~half].mean()),
    }
    said = (
        f"Over {counted(rounds, 'tournament')} among {counted(len(frame), 'area')} of 2008, in the {len(chances)} of "
        f"{len(cases)} settings where efforts settle, {int(frame['never'].sum())} are as good as sure never to win in any "
        f"setting and {int(sometimes.sum())} in some: {shares['of the more deprived half, shut out in some setting']:.0%} "
        f"of the more deprived half, {shares['of the less deprived half, shut out in some setting']:.0%} of the other."
    )
    return Answered("Who never wins a tournament", frame, shares, said, evidence)


def _cases(grid: Mapping[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def _grid_setting(rule: Rules, case: Mapping[str, float]) -> Setting:
    return _changed(Setting(GRID_AREAS, rule.rate, rule.rate, rule.threshold), case)


def _more(ours: pd.Series, theirs: pd.Series) -> str:
    if not ours["found"]:
        return "none found"
    apart = ours["effort"] - theirs["effort"]
    if abs(apart) <= ALIKE * max(ours["effort"], theirs["effort"]):
        return "alike"
    return TOURNAMENT if apart > 0 else TARGETS


def _of(share: float, whole: int) -> str:
    return f"{round(share * whole)} of {whole}" if whole else "none of none"


def _for_the_same(cost: float, made: Callable[[float], Attention], reward: float) -> Attention:
    """The attention that a reward brings which costs the centre a given sum, or as near to it as a reward comes."""
    from scipy.optimize import brentq

    while made(reward).cost < cost:
        reward *= 2
    return made(float(brentq(lambda tried: made(tried).cost - cost, 0.0, reward, rtol=1e-4)))


def _prizes(given: Setting, number: int) -> int:
    if not 0 < given.prize_share <= 1:
        raise LocalgovError(f"share of areas with a prize is {given.prize_share!r}; expected above 0, at most 1")
    return max(1, round(given.prize_share * number))


def _changed(base: Setting, changes: Mapping[str, Any]) -> Setting:
    known = {each.name for each in dataclasses.fields(Setting)}
    for name in changes:
        if name not in known:
            raise UnknownNameError("assumption", name, known)
    return dataclasses.replace(base, **changes)


def _values(values: Iterable[float]) -> str:
    return listing([f"{value:g}" for value in values])


def _range(values: np.ndarray) -> str:
    low, high = float(values.min()), float(values.max())
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def _expected_reward(effort: Any, noise: Any, reward: Any, stretch: Any, threshold: float) -> Any:
    """Expected reward where outcomes are normal about effort; a closed form, by parts of the normal integral."""
    import numpy as np
    from scipy.special import ndtr

    low, high = (threshold * stretch - effort) / noise, (stretch - effort) / noise
    bell = (np.exp(-low * low / 2) - np.exp(-high * high / 2)) / np.sqrt(2 * np.pi)
    partly = effort * (ndtr(high) - ndtr(low)) + noise * bell
    return reward * (ndtr(-high) + partly / stretch)


def _best(payoff: Callable[[np.ndarray], np.ndarray], most: np.ndarray) -> np.ndarray:
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


def _share(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise LocalgovError(f"{name} is {value!r}; expected a share from 0 to 1")


def _numbers(name: str, value: Any, number: int, zero: bool = False) -> np.ndarray:
    """One number an area, all above nothing, or with `zero` nothing or more."""
    import numpy as np

    try:
        given = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise LocalgovError(f"{name} is {value!r}; expected numbers") from None
    if given.ndim and given.shape != (number,):
        raise LocalgovError(f"{name} has {counted(given.size, 'number')}; expected one, or one for each of {number}")
    wrong = ~np.isfinite(given) | ((given < 0) if zero else (given <= 0))
    if wrong.any():
        raise LocalgovError(
            f"{name} is {np.atleast_1d(given)[np.atleast_1d(wrong)][0]:g}; expected "
            f"{'nothing or more' if zero else 'a number above nothing'}"
        )
    return np.broadcast_to(given, (number,)).copy()
