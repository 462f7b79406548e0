"""The claims on the partnerships of the 2000s: joint working, targets, the straitjacket, the money.

Each rule stands in words in the table ``claims``, where it was written down before its answer was looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import choices, long_series, registry
from localgov_history.catalogue import Catalogue
from localgov_history.errors import NotEnoughDataError
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing, yes
from localgov_history.verdicts import MAIN, NOT_SUPPORTED, OPEN, PARTLY, SUPPORTED, UNCONFIRMED, Answer, Rule, Variant

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Periodisation

# The year of the chart that the claim of three decades rests on, and the length of time it speaks of.
CHART_YEAR, DECADES = 2008, 30

_NOT_NUMBERS = (
    "Choices were more alike than an even spread would make them; whether that is a straitjacket is no matter of numbers "
    "alone."
)

JOINT_VARIANTS = (
    MAIN,
    UNCONFIRMED,
    Variant("with joint committees and companies alone", choice="formal"),
    Variant("with starts that were read in a source alone", choice="seen"),
)
COVERAGE_VARIANTS = (
    MAIN,
    Variant("with districts and single-tier councils alone in the whole", choice="district"),
    Variant("with the areas of the Neighbourhood Renewal Fund alone", choice="renewal"),
)
TARGET_VARIANTS = (
    MAIN,
    Variant("with the most designated targets of 2008 as the later number", choice="designated"),
    Variant("with designated and education targets of 2008 as the later number", choice="with_education"),
)
CHOICE_VARIANTS = (
    MAIN,
    Variant("with the targets that ended in 2010 as the number of choices", choice="least"),
    Variant("with the most targets allowed as the number of choices", choice="most"),
)
MONEY_VARIANTS = (
    MAIN,
    Variant("with reward grant alone", choice="reward"),
    Variant("with all gross spending as the whole", choice="gross"),
    Variant("with area based grant counted as pooled", choice="area_based"),
)


def three_decades(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """J1: is there a dated joint arrangement that ran for thirty years to 2008?"""
    frame = book.load("joint_working", variant.include_unconfirmed)
    if variant.choice == "formal":
        frame = frame[frame["form"].isin(["joint_committee", "company", "joint_board", "joint_authority"])]
    if variant.choice == "seen":
        frame = frame[frame["start_basis"] == "seen"]
    dated = frame[frame["start_latest"].notna()]
    if dated.empty:
        raise NotEnoughDataError("no joint arrangement has a confirmed start")
    old = dated[dated["start_latest"].dt.year <= CHART_YEAR - DECADES]
    lasted = [
        max(day.year if day == day else 0 for day in (row.attested_latest, row.end_earliest)) >= CHART_YEAR
        for row in old.itertuples()
    ]
    verdict = SUPPORTED if any(lasted) else PARTLY if len(old) else NOT_SUPPORTED
    first = dated["start_latest"].dt.year
    sentence = (
        f"Of {counted(len(dated), 'joint arrangement')} with a known start, {len(old)} began by "
        f"{CHART_YEAR - DECADES} and {sum(lasted)} of these "
        f"{'is' if sum(lasted) == 1 else 'are'} known to have been at work in {CHART_YEAR}; half of all began after "
        f"{int(first.median())}."
    )
    numbers = (
        ("Arrangements with a known start", f"{len(dated)}"),
        (f"Begun by {CHART_YEAR - DECADES}", f"{len(old)}"),
        (f"Of these known to have been at work in {CHART_YEAR}", f"{sum(lasted)}"),
        ("Median year of beginning", f"{int(first.median())}"),
    )
    caveat = (
        "The Audit Commission’s chart that the claim rests on shows phases of policy, not arrangements; to be at work later "
        "is not proof of no break; the list is what was found, not a sample."
    )
    used = Evidence.of(dated) + Evidence.of(book.load("policy_phases"))
    return Answer(verdict, sentence, numbers, used, caveat)


def established(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """E1: had nine in ten areas a local strategic partnership?"""
    facts = book.load("lsp_facts")
    if variant.choice == "renewal":
        row = _fact(facts, "local_strategic_partnership_2002_accredited")
        areas = book.load("programme_areas", include_unconfirmed=True)
        whole = areas[(areas["programme_key"] == "neighbourhood_renewal_fund") & (areas["round"] == "first 88")]
        number, used = len(whole), Evidence.of(row)
        of = "areas of the Neighbourhood Renewal Fund"
    else:
        row = _fact(facts, "local_strategic_partnership_2004_count")
        kinds: tuple[str, ...] = ("london_borough", "metropolitan_district", "non_metropolitan_district", "unitary")
        if variant.choice != "district":
            kinds = (*kinds, "non_metropolitan_county")
        there = registry.authorities(as_of="2004-01-01", type=kinds, include_unconfirmed=True, catalogue=book)
        number, used = len(there), Evidence.of(row, there.frame)
        of = "principal councils" if variant.choice != "district" else "district and single-tier councils"
    have = int(row["value"].iloc[0])
    share = have / number
    verdict = SUPPORTED if share >= 0.9 else PARTLY if share >= 2 / 3 else NOT_SUPPORTED
    when = str(row["date"].iloc[0])[:4]
    sentence = (
        f"There were {have} local strategic partnerships in {when} beside {number} {of}: {share:.0%} of their number."
    )
    numbers = ((f"Partnerships, {when}", f"{have}"), (of.capitalize(), f"{number}"))
    caveat = (
        "A partnership may serve several councils, and some counties had none; to have one is not to be strong. No later "
        "count was found."
    )
    return Answer(verdict, sentence, numbers, used, caveat)


def clarity(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """B1: had the later agreements more targets than the first, and more spread out?"""
    money = book.load("partnership_money")
    before = _sum(money, "local_public_service_agreements_first_targets_in_an_agreement")
    later = {
        "": ("local_area_agreements_average_targets",),
        "designated": ("statutory_local_area_agreements_most_designated_targets",),
        "with_education": (
            "statutory_local_area_agreements_most_designated_targets",
            "statutory_local_area_agreement_education_targets",
        ),
    }[variant.choice]
    after = [_sum(money, key) for key in later]
    first, second = float(before["value"].iloc[0]), sum(float(rows["value"].iloc[0]) for rows in after)
    rose = second > first
    # How targets were spread over subjects is not known for the first agreements: at best half of the claim holds.
    verdict = PARTLY if rose else NOT_SUPPORTED
    sentence = (
        f"A first agreement had about {first:.0f} targets, a later one {'at most' if variant.choice else 'on average'} "
        f"{second:.0f}; how they were spread over subjects is not known for the first."
    )
    numbers = (("Targets, first agreements", f"{first:.0f}"), ("Targets, later agreements", f"{second:.0f}"))
    return Answer(
        verdict, sentence, numbers, Evidence.of(before, *after), "More targets are not less clarity by themselves."
    )


def straitjacket(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """B2: were most of an area's targets those of most other areas, or the commonest third more than half?"""
    found = choices.indicator_concentration(10, book)
    money = book.load("partnership_money")
    ended = _sum(money, "statutory_local_area_agreements_targets_ended")
    most = _sum(money, "statutory_local_area_agreements_most_designated_targets")
    areas = len(book.load("laa_areas"))
    least, greatest = float(ended["value"].iloc[0]), areas * float(most["value"].iloc[0])
    if variant.choice == "least":
        greatest = least
    if variant.choice == "most":
        least = greatest
    counts = found.frame["chosen"]
    shared = counts[counts > areas / 2]
    # Indicators without a known count are in no list of the most chosen but for two, which may each reach the top.
    unknown = book.load("indicator_choices")
    unknown = unknown[(unknown["measure"] == "among_ten_most_chosen") & (unknown["scope"] == "England")]
    high = (float(shared.sum()) + len(unknown) * float(counts.max())) / least
    third = found.of_indicators // 3
    low_third = float(counts.head(third).sum()) / greatest
    verdict = SUPPORTED if shared.sum() / greatest > 0.5 else PARTLY if low_third > 0.5 else OPEN
    if high <= 0.5 and len(counts) >= found.of_indicators and low_third <= 0.5:
        verdict = NOT_SUPPORTED
    said = ": most of an area’s targets were not those of most others" if high <= 0.5 else ""
    sentence = (
        f"At most {high:.0%} of choices fell on indicators that more than half of the {areas} areas shared, of which "
        f"{len(shared)} are known{said}. Whether the commonest third took more than half cannot be told: counts are known for "
        f"{len(counts)} of {found.of_indicators} indicators, which took at least {low_third:.0%}."
    )
    numbers = (
        ("Ten most chosen, share of choices, at least", f"{found.lowest:.0%}"),
        ("Ten most chosen, share of choices, at most", f"{found.highest:.0%}"),
        ("Ten of all indicators, if choices were spread evenly", f"{found.even:.0%}"),
        ("Indicators chosen by more than half of the areas", f"{len(shared)}"),
    )
    evidence = found.evidence + Evidence.of(ended, most, unknown)
    return Answer(verdict, sentence, numbers, evidence, _NOT_NUMBERS)


def little_money(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """B5: how large was reward and pooled money beside local spending in the same year?"""
    money = book.load("partnership_money")
    net, gross = "england_local_authority_net_current_expenditure", "england_local_authority_total_expenditure"
    spending = long_series.series(gross if variant.choice == "gross" else net, catalogue=book)
    year = "2010/11" if variant.choice == "area_based" else "2009/10"
    keys = {
        "reward": ("performance_reward_grant_budget",),
        "area_based": ("performance_reward_grant_paid", "area_based_grant"),
    }.get(variant.choice, ("performance_reward_grant_budget", "working_neighbourhoods_fund_allocation"))
    rows = [money[(money["series"] == key) & (money["period"] == year)] for key in keys]
    spent = spending.frame[spending.frame["when"] == year]
    if spent.empty or any(each.empty for each in rows):
        raise NotEnoughDataError(f"{listing([*keys, spending.key])} are not all known for {year}")
    total = sum(float(each["value"].iloc[0]) for each in rows)
    share = total / float(spent["value"].iloc[0])
    verdict = SUPPORTED if share < 0.01 else PARTLY if share < 0.05 else NOT_SUPPORTED
    names = listing([key.replace("_", " ") for key in keys])
    sentence = (
        f"In {year.replace('/', '–')} {names} came to £{total:,.0f} million, {share:.1%} of "
        f"{'all gross' if variant.choice == 'gross' else 'net current'} spending of English local authorities."
    )
    numbers = (
        (f"Reward and pooled money, {year.replace('/', '–')}, GBP million", f"{total:,.0f}"),
        ("Share of local spending", f"{share:.2%}"),
    )
    caveat = (
        "Reward grant is a budget, not what was paid; area based grant came to councils whatever partners agreed."
    )
    return Answer(verdict, sentence, numbers, Evidence.of(*rows, spent), caveat)


RULES: dict[str, tuple[Rule, tuple[Variant, ...]]] = {
    "J1": (three_decades, JOINT_VARIANTS),
    "E1": (established, COVERAGE_VARIANTS),
    "B1": (clarity, TARGET_VARIANTS),
    "B2": (straitjacket, CHOICE_VARIANTS),
    "B5": (little_money, MONEY_VARIANTS),
}


def _fact(facts: pd.DataFrame, key: str) -> pd.DataFrame:
    found = facts[(facts["fact_key"] == key) & facts["value"].notna()]
    if found.empty:
        raise NotEnoughDataError(f"the fact {key} is not confirmed")
    return found


def _sum(money: pd.DataFrame, key: str) -> pd.DataFrame:
    found = money[(money["series"] == key) & money["preferred"].map(yes)]
    if found.empty:
        raise NotEnoughDataError(f"{key} is not confirmed")
    return found.head(1)
