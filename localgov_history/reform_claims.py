"""The deck's proposals: how far each was taken up by the end of 2012, and whether it was new.

A proposal is neither true nor false. Its verdict says what became of it, and no more; earlier bodies, duties and laws
with the same feature are looked up by code (`precedents`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import precedents
from localgov_history.catalogue import Catalogue
from localgov_history.errors import NotEnoughDataError
from localgov_history.sources import Evidence
from localgov_history.text import yes
from localgov_history.verdicts import (
    MAIN,
    NOT_SUPPORTED,
    OPEN,
    PARTLY,
    SUPPORTED,
    UNCONFIRMED,
    Answer,
    Rule,
    Variant,
)

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Periodisation

TAKEN_UP = {
    "adopted": SUPPORTED,
    "in_force_already": SUPPORTED,
    "partly_adopted": PARTLY,
    "voluntary": PARTLY,
    "not_adopted": NOT_SUPPORTED,
    "reversed": NOT_SUPPORTED,
    "superseded": OPEN,
    "unknown": OPEN,
}
PROPOSAL_VARIANTS = (
    MAIN,
    UNCONFIRMED,
    Variant("with what was left to councils’ choice counted as not taken up", choice="rule_only"),
    Variant("with what was overtaken counted as not taken up", choice="overtaken"),
)
EDUCATION_VARIANTS = (
    MAIN,
    Variant("with the one area of which both numbers are known alone", choice="one_area"),
    Variant("with measures within indicators counted as the set", choice="parts"),
)
OUTCOME_VARIANTS = (
    MAIN,
    Variant("with all targets on an area before 2008 counted", choice="all_targets"),
    Variant("with designated targets alone from 2008", choice="designated"),
)


def taken_up(key: str) -> Rule:
    """The rule for a proposal: what became of it by the end of 2012."""

    def rule(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
        row = fate(key, variant.include_unconfirmed, book)
        # A cell that nobody has read says no more than one that says the fate is unknown.
        status = str(row["status_by_2012"].iloc[0]) if row["status_by_2012"].notna().all() else "unknown"
        verdict = TAKEN_UP[status]
        if (variant.choice == "rule_only" and status == "voluntary") or (
            variant.choice == "overtaken" and status == "superseded"
        ):
            verdict = NOT_SUPPORTED
        found = precedents.find(key, catalogue=book)
        numbers = (
            ("Status at the end of 2012", status.replace("_", " ")),
            (f"Precedents before {found.before}", f"{len(found)}" if found.coded else "no code"),
            ("Of these given up by then", f"{int(found.frame['given_up'].sum())}" if found.coded else "–"),
        )
        evidence = Evidence.of(row, uses=("status_by_2012",)) + found.evidence
        return Answer(verdict, f"{fate_sentence(row)} {found.sentence()}", numbers, evidence, "")

    return rule


def fate(key: str, include_unconfirmed: bool, book: Catalogue) -> pd.DataFrame:
    """The row of ``reform_options`` on one of the deck's proposals.

    Raises
    ------
    NotEnoughDataError
        If the proposal is not there.
    """
    options = book.load("reform_options", include_unconfirmed)
    row = options[options["claim"] == key].head(1)
    if row.empty:
        raise NotEnoughDataError(f"proposal {key} is not in reform_options")
    return row


def fate_sentence(row: pd.DataFrame) -> str:
    """What became of a proposal, in a sentence."""
    status, told = row["status_by_2012"].iloc[0], row["fate"].iloc[0]
    if not isinstance(status, str):
        return "What became of it by the end of 2012 was not read in a source."
    if status == "unknown":
        return "No step towards it by 2012 was found."
    more = f". {told.rstrip('.')}" if isinstance(told, str) else ""
    return f"By the end of 2012: {status.replace('_', ' ')}{more}."


def education_targets(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """L4: did the indicators required by statute weigh more in an agreement than in the national set?"""
    money = book.load("partnership_money")
    required = _latest(money, "statutory_local_area_agreement_education_targets")
    designated = _latest(
        money,
        "statutory_local_area_agreement_designated_targets"
        if variant.choice == "one_area"
        else "statutory_local_area_agreements_most_designated_targets",
    )
    whole = _latest(money, "national_indicators_with_parts" if variant.choice == "parts" else "national_indicators")
    number, others, of = (float(rows["value"].iloc[0]) for rows in (required, designated, whole))
    share, even = number / (number + others), number / of
    verdict = SUPPORTED if share > even else NOT_SUPPORTED
    sentence = (
        f"The {number:.0f} targets required by statute stood beside {'' if variant.choice == 'one_area' else 'at most '}"
        f"{others:.0f} designated ones: {'' if variant.choice == 'one_area' else 'at least '}{share:.0%} of an area’s targets, "
        f"against {even:.0%} of the national set. {fate_sentence(fate('L4', True, book))}"
    )
    numbers = (
        ("Education and early years targets required by statute", f"{number:.0f}"),
        ("Share of an area’s targets", f"{share:.0%}"),
        ("Share of the national set", f"{even:.0%}"),
    )
    caveat = "The number required is known from one area; full lists of targets are held for none."
    return Answer(verdict, sentence, numbers, Evidence.of(required, designated, whole), caveat)


def required_outcomes(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """L5: was the number that the centre required of an area still rising when the deck asked for fewer?"""
    money = book.load("partnership_money")
    keys = [
        ("local_public_service_agreements_first_targets_in_an_agreement",),
        (
            "targets_in_an_area_before_2008"
            if variant.choice == "all_targets"
            else "local_area_agreements_average_targets",
        ),
        (
            "statutory_local_area_agreements_most_designated_targets",
            *(() if variant.choice == "designated" else ("statutory_local_area_agreement_education_targets",)),
        ),
    ]
    rows = [[_latest(money, key) for key in regime] for regime in keys]
    counts = [sum(float(each["value"].iloc[0]) for each in regime) for regime in rows]
    first, last = counts[0], counts[-1]
    verdict = NOT_SUPPORTED if last <= first else SUPPORTED if last >= max(counts) else PARTLY
    sentence = (
        f"An area had {first:.0f} targets under the first public service agreements, {counts[1]:.0f} "
        f"{'in all' if variant.choice == 'all_targets' else 'in an average agreement'} before 2008 and at most {last:.0f} "
        f"from 2008. {fate_sentence(fate('L5', True, book))}"
    )
    numbers = (
        ("Targets, first agreements", f"{first:.0f}"),
        ("Targets before 2008", f"{counts[1]:.0f}"),
        ("Targets from 2008, at most", f"{last:.0f}"),
    )
    caveat = "Not every target of an agreement was required by the centre, and the numbers count different things."
    return Answer(verdict, sentence, numbers, Evidence.of(*(each for regime in rows for each in regime)), caveat)


def _latest(money: pd.DataFrame, key: str) -> pd.DataFrame:
    found = money[(money["series"] == key) & money["preferred"].map(yes) & money["value"].notna()]
    if found.empty:
        raise NotEnoughDataError(f"{key} is not confirmed")
    return found.tail(1)


COUNTED = ("L4", "L5")
RULES: dict[str, tuple[Rule, tuple[Variant, ...]]] = {
    **{
        key: (taken_up(key), PROPOSAL_VARIANTS)
        for key in ("X1", "X2", "X3", "L6", "R1", "R2", "R3", "R4", "R5", "W1")
    },
    "L4": (education_targets, EDUCATION_VARIANTS),
    "L5": (required_outcomes, OUTCOME_VARIANTS),
}
