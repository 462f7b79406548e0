"""Proposals of the deck answered by the model over settings listed beforehand."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError
from localgov_history.incentives.areas import areas_of_2008
from localgov_history.incentives.compared import ALIKE, Rules, Setting, changed, compare, rules
from localgov_history.incentives.schemes import (
    PIECE_RATE,
    ROUNDS,
    SHUT_OUT,
    TARGETS,
    TOURNAMENT,
    UNCALIBRATED,
    targets,
)
from localgov_history.incentives.tasks import Attention, attention
from localgov_history.sources import Evidence
from localgov_history.text import counted, yes

if TYPE_CHECKING:
    import pandas as pd

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
    return changed(Setting(GRID_AREAS, rule.rate, rule.rate, rule.threshold), case)


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
