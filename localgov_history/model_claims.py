"""The proposals that a model of effort and reward can speak of: a bigger grant, tournaments, fewer indicators.

The model is not calibrated: it gives directions over a list of settings stated beforehand, and no forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from localgov_history import incentives
from localgov_history.catalogue import Catalogue
from localgov_history.errors import NotEnoughDataError
from localgov_history.reform_claims import fate, fate_sentence
from localgov_history.sources import Evidence
from localgov_history.verdicts import MAIN, NOT_SUPPORTED, PARTLY, SUPPORTED, Answer, Rule, Variant

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Periodisation

# A larger grant that raises effort by less than this buys next to nothing.
NEXT_TO_NOTHING = 0.1
GRANT_VARIANTS = (
    MAIN,
    Variant("with areas alike alone", choice="alike"),
    Variant("with areas that differ alone", choice="unlike"),
    Variant("with noisy outcomes alone", choice="noisy"),
    Variant("with targets that are hard to reach alone", choice="hard"),
)
TOURNAMENT_VARIANTS = (
    MAIN,
    Variant("with settings in which the tournament settles alone", choice="settled"),
    Variant("with areas alike alone", choice="alike"),
    Variant("with areas that differ alone", choice="unlike"),
    Variant("with noisy outcomes alone", choice="noisy"),
    Variant("with shocks that all areas share alone", choice="shared"),
)
INDICATOR_VARIANTS = (
    MAIN,
    Variant("with payment for each step alone", choice="piece rate"),
    Variant("with payment from a threshold alone", choice="targets"),
    Variant("with noisy outcomes alone", choice="noisy"),
    Variant("with what is measured worth as much as what is not", choice="even"),
)


def larger_grant(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """L1: does twice the grant raise effort by as large a share as it raises the cost?"""
    frame = _chosen(_modelled("larger_grant", book), variant)
    effort = frame["effort_larger"] / frame["effort"] - 1
    cost = frame["cost_larger"] / frame["cost"] - 1
    as_much, next_to_none = float((effort >= cost).mean()), float((effort < NEXT_TO_NOTHING).mean())
    verdict = SUPPORTED if as_much > 0.5 else NOT_SUPPORTED if next_to_none > 0.5 else PARTLY
    sentence = (
        f"With twice the reward, effort rises by {effort.median():.0%} and the cost to the centre by {cost.median():.0%} in the "
        f"middle one of {len(frame)} settings of the model; effort rises by as much as the cost in {as_much:.0%} of them. "
        f"{fate_sentence(fate('L1', True, book))}"
    )
    numbers = (
        ("Settings of the model", f"{len(frame)}"),
        ("Rise of effort with twice the reward, middle setting", f"{effort.median():.0%}"),
        ("Rise of cost to the centre, middle setting", f"{cost.median():.0%}"),
        ("Settings in which effort rises by as much as cost", f"{as_much:.0%}"),
    )
    return Answer(verdict, sentence, numbers, _evidence("larger_grant", "L1", book), incentives.UNCALIBRATED)


def tournaments(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """L2: do tournaments bring more effort for the same money, and is any area shut out?"""
    frame = _chosen(_modelled("tournaments_or_targets", book), variant)
    more = float((frame["more"] == "tournament").mean())
    less = float((frame["more"] == "targets").mean())
    unsettled = float((~frame["found"].astype(bool)).mean())
    shut = float(frame["shut_out_tournament"].max()) > 0
    verdict = NOT_SUPPORTED if more < 1 / 3 else SUPPORTED if more >= 2 / 3 and not shut else PARTLY
    sentence = (
        f"For the same money a tournament brings more effort than targets in {more:.0%} of {len(frame)} settings of the model "
        f"and less in {less:.0%}; in {unsettled:.0%} no equilibrium of it was found. "
        f"{'In some settings some areas are shut out of it' if shut else 'In no setting is an area shut out of it'}. "
        f"{fate_sentence(fate('L2', True, book))}"
    )
    numbers = (
        ("Settings of the model", f"{len(frame)}"),
        ("Tournament brings more effort for the same money", f"{more:.0%}"),
        ("Targets bring more", f"{less:.0%}"),
        ("No equilibrium of the tournament found", f"{unsettled:.0%}"),
    )
    return Answer(
        verdict, sentence, numbers, _evidence("tournaments_or_targets", "L2", book), incentives.UNCALIBRATED
    )


def fewer_indicators(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """L3: do fewer indicators bring more of the effort that matters?"""
    frame = _chosen(_modelled("fewer_indicators", book), variant)
    more, less = float(frame["more_value"].mean()), float(frame["less_value"].mean())
    verdict = SUPPORTED if more >= 2 / 3 else PARTLY if more >= 1 / 3 else NOT_SUPPORTED
    sentence = (
        f"With fewer indicators for the same money, what areas do is worth more in {more:.0%} of {len(frame)} settings of the "
        f"model and less in {less:.0%}. {fate_sentence(fate('L3', True, book))}"
    )
    numbers = (
        ("Settings of the model", f"{len(frame)}"),
        ("Fewer indicators bring more of value", f"{more:.0%}"),
        ("Fewer indicators bring less of value", f"{less:.0%}"),
    )
    return Answer(verdict, sentence, numbers, _evidence("fewer_indicators", "L3", book), incentives.UNCALIBRATED)


RULES: dict[str, tuple[Rule, tuple[Variant, ...]]] = {
    "L1": (larger_grant, GRANT_VARIANTS),
    "L2": (tournaments, TOURNAMENT_VARIANTS),
    "L3": (fewer_indicators, INDICATOR_VARIANTS),
}


def _modelled(name: str, book: Catalogue) -> incentives.Answered:
    """One run of the model for all readings of a claim."""
    return _run(name, book, book.stamps("laa_areas", "partnership_money"))


@lru_cache(maxsize=16)
def _run(name: str, book: Catalogue, stamps: tuple[str, ...]) -> incentives.Answered:
    make: Callable[..., incentives.Answered] = getattr(incentives, name)
    return make(catalogue=book)


def _chosen(answered: incentives.Answered, variant: Variant) -> pd.DataFrame:
    """The settings that a reading looks at."""
    frame = answered.frame
    noisy = frame["noise"] >= frame["noise"].median()
    kept = {
        "alike": lambda: frame["unequal"] == 0,
        "unlike": lambda: frame["unequal"] > 0,
        "noisy": lambda: noisy,
        "hard": lambda: frame["difficulty"] >= frame["difficulty"].median(),
        "settled": lambda: frame["found"].astype(bool),
        "shared": lambda: frame["common"] > 0,
        "piece rate": lambda: frame["paid_by"] == "piece rate",
        "targets": lambda: frame["paid_by"] != "piece rate",
        "even": lambda: frame["balance"] == frame["balance"].max(),
    }
    if variant.choice:
        frame = frame[kept[variant.choice]()]
    if frame.empty:
        raise NotEnoughDataError(f"the model has no setting {variant.name}")
    return frame


def _evidence(name: str, key: str, book: Catalogue) -> Evidence:
    return _modelled(name, book).evidence + Evidence.of(fate(key, True, book), uses=("status_by_2012",))
