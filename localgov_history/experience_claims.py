"""The claims on the experience of partnership: surveys, talks, cost, austerity, Total Place, members' seats.

Each rule stands in words in the table ``claims``, where it was written down before its answer was looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import bodies, long_series, measures
from localgov_history.catalogue import Catalogue
from localgov_history.errors import NotEnoughDataError
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing, lower, yes
from localgov_history.verdicts import (
    MAIN,
    NOT_SUPPORTED,
    OPEN,
    PARTLY,
    SUPPORTED,
    UNCONFIRMED,
    UNTESTABLE,
    Answer,
    Rule,
    Variant,
)

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Periodisation

# Before and after: the years set against each other in the claim on austerity.
BEFORE, AFTER = (2000, 2008), (2009, 2012)
FORMAL = ("joint_committee", "company", "joint_board", "joint_authority")
# The subjects that talks are said to have turned on, and the indicators that measure them.
TALKS = {"young people out of work and school": (117,), "teenage pregnancy": (112,), "housing": (154, 155)}
MOST_CHOSEN, LEAST_TARGETS = 15, 5
SEATS = ("directly_elected", "indirectly_elected")

AUSTERITY_VARIANTS = (
    MAIN,
    UNCONFIRMED,
    Variant("with joint committees and companies alone", choice="formal"),
    Variant("with starts that were read in a source alone", choice="seen"),
    Variant("with 2005 to 2008 alone as the years before", choice="late"),
)
SUCCESSOR_VARIANTS = (
    MAIN,
    Variant("with councils counted and not areas", choice="councils"),
    Variant("with whole-place community budgets alone as a scheme of the same kind", choice="whole_place"),
)
SURVEY_VARIANTS = (MAIN, UNCONFIRMED)
CONVENER_VARIANTS = (
    MAIN,
    UNCONFIRMED,
    Variant("with the largest answer alone", choice="largest"),
)
TALKS_VARIANTS = (MAIN, UNCONFIRMED)
COST_VARIANTS = (
    MAIN,
    Variant("with the estimate of 2006", choice="earlier"),
    Variant("with the cost of oversight at the centre counted too", choice="oversight"),
    Variant("with the cost of four inspectorates alone", choice="inspectorates"),
    Variant("with the cost of data for the area assessment alone", choice="assessment"),
    Variant("with all gross spending as the whole", choice="gross"),
)
SEAT_VARIANTS = (
    MAIN,
    UNCONFIRMED,
    Variant("with boundaries 5 years earlier", shift=-5),
    Variant("with boundaries 5 years later", shift=5),
    Variant("with partnerships alone", choice="partnerships"),
    Variant("with nominees of other bodies counted as elected members", choice="nominees"),
)


def austerity(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """N1: were joint arrangements formed faster after 2008 than before?"""
    frame = book.load("joint_working", variant.include_unconfirmed)
    if variant.choice == "formal":
        frame = frame[frame["form"].isin(FORMAL)]
    if variant.choice == "seen":
        frame = frame[frame["start_basis"] == "seen"]
    formed = frame[frame["start_latest"].notna() & (frame["status"] == "formed")]
    year = formed["start_latest"].dt.year
    first = 2005 if variant.choice == "late" else BEFORE[0]
    spans = ((first, BEFORE[1]), AFTER)
    counts = [int(year.between(*span).sum()) for span in spans]
    if sum(counts) < measures.LEAST_KINDS:
        raise NotEnoughDataError(f"{sum(counts)} joint arrangements have a known start from {first} to {AFTER[1]}")
    rates = [count / (last - begin + 1) for count, (begin, last) in zip(counts, spans, strict=True)]
    verdict = PARTLY if rates[1] > rates[0] else NOT_SUPPORTED
    sentence = (
        f"{counts[0]} joint arrangements are known to have begun in {first}–{BEFORE[1] % 100:02d}, {rates[0]:.1f} a year, and "
        f"{counts[1]} in {AFTER[0]}–{AFTER[1] % 100}, {rates[1]:.1f} a year."
    )
    numbers = (
        (f"Begun a year, {first}–{BEFORE[1] % 100:02d}", f"{rates[0]:.1f}"),
        (f"Begun a year, {AFTER[0]}–{AFTER[1] % 100}", f"{rates[1]:.1f}"),
    )
    caveat = (
        "A rise would not show its cause, and recent arrangements are likelier to be found; the list is what was found, not "
        "a sample."
    )
    return Answer(verdict, sentence, numbers, Evidence.of(formed[year.between(first, AFTER[1])]), caveat)


def next_stage(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """N2: did a scheme of the same kind run in more areas after the pilots of Total Place?"""
    areas = book.load("programme_areas")
    areas = areas[areas["took_part"].map(yes)]
    pilots = areas[areas["programme_key"] == "total_place"]
    kinds = ["whole_place_community_budgets"]
    if variant.choice != "whole_place":
        kinds.append("community_budgets_first_phase")
    if pilots.empty:
        raise NotEnoughDataError("no area of Total Place is known")
    later = {key: areas[areas["programme_key"] == key] for key in kinds}

    def size(rows: pd.DataFrame) -> int:
        # An area whose members are not listed has at least one council.
        return sum(max(len(each), 1) for each in rows["members"]) if variant.choice == "councils" else len(rows)

    sizes = {key: size(rows) for key, rows in later.items()}
    most = max(sizes, key=lambda key: sizes[key])
    own = size(pilots)
    verdict = SUPPORTED if sizes[most] > own else PARTLY if sizes[most] else NOT_SUPPORTED
    unit = "councils at least" if variant.choice == "councils" else "areas"
    told = [f"{key.replace('_', ' ')} in {number}" for key, number in sizes.items()]
    sentence = f"Total Place had pilots in {own} {unit}; of schemes after it, {listing(told)}."
    programmes = book.load("programmes")
    programmes = programmes[programmes["programme_key"].isin(["total_place", *kinds])]
    numbers = (
        (f"Total Place, {unit}", f"{own}"),
        *((f"{key.replace('_', ' ').capitalize()}, {unit}", f"{number}") for key, number in sizes.items()),
    )
    caveat = (
        "The first phase of community budgets dealt with one kind of family, Total Place with all money in a place."
    )
    return Answer(verdict, sentence, numbers, Evidence.of(pilots, *later.values(), programmes), caveat)


def surveyed(key: str) -> Rule:
    """The rule for a claim that surveys can carry: the share of answers that count for it."""

    def rule(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
        facts = book.load("lsp_facts", variant.include_unconfirmed)
        facts = facts[(facts["unit"] == "percent") & facts["value"].notna() & facts["date_latest"].notna()]
        held, facts = facts, facts[facts["bears_on"].map(lambda keys: key in keys)]
        if facts.empty:
            sentence = "No survey whose figures are held asked about it."
            none = (("Shares from surveys that are held", f"{len(held)}"), ("Of these on the claim", "0"))
            return Answer(OPEN, sentence, none, Evidence.of(held, uses=("bears_on",)))
        latest = facts[facts["date_latest"] == facts["date_latest"].max()]
        latest = latest[latest["sample"] == latest["sample"].iloc[0]]
        counts = latest.nlargest(1, "value") if variant.choice == "largest" else latest
        # An answer without a question of its own stands alone.
        shares = counts.groupby(counts["question"].fillna(counts["fact_key"]))["value"].sum() / 100
        share = float(shares.min())
        verdict = SUPPORTED if share >= 2 / 3 else PARTLY if share >= 1 / 3 else NOT_SUPPORTED
        answers = [f"{lower(row.measure)} {row.value:.0f}%" for row in counts.itertuples()]
        together = f", together {share:.0%}" if len(shares) == 1 and len(counts) > 1 else ""
        sentence = f"{latest['sample'].iloc[0]}: {listing(answers)}{together}."
        numbers = tuple((str(row.measure), f"{row.value:.0f}%") for row in counts.itertuples())
        caveat = (
            "Which answers count for the claim is our judgement; it is one survey, and those who answered had a part in the "
            "work."
        )
        return Answer(verdict, sentence, numbers, Evidence.of(counts, uses=("bears_on",)), caveat)

    return rule


def half_points(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """B3: were the three subjects among the most chosen, and agreed targets within a point of their baselines?"""
    choices = book.load("indicator_choices", variant.include_unconfirmed)
    choices = choices[(choices["scope"] == "England") & (choices["ni"].str.len() == 1)]
    counts = choices[choices["measure"] == "areas_choosing"]
    chosen = counts["times_chosen"].fillna(counts["times_low"]).set_axis([int(cell[0]) for cell in counts["ni"]])
    top = set(chosen.dropna().nlargest(MOST_CHOSEN).index)
    top |= {int(row.ni[0]) for row in choices.itertuples() if row.measure == "among_ten_most_chosen"}
    among = {name: bool(top & set(numbers)) for name, numbers in TALKS.items()}
    wanted = {number for numbers in TALKS.values() for number in numbers}
    targets = book.load("laa_targets", variant.include_unconfirmed)
    targets = targets[targets["ni"].isin(wanted) & targets["baseline"].notna() & targets["target_2010_11"].notna()]
    close = (targets["target_2010_11"] - targets["baseline"]).abs() <= 1
    known = len(targets) >= LEAST_TARGETS
    verdict = (
        NOT_SUPPORTED
        if not all(among.values()) or (known and float(close.mean()) < 0.5)
        else PARTLY
        if known
        else OPEN
    )
    hits = [name for name, found in among.items() if found]
    sentence = (
        f"Of the three subjects, {listing(hits) if hits else 'none'} {'were' if len(hits) != 1 else 'was'} among the "
        f"{MOST_CHOSEN} indicators most chosen, as far as counts are known. "
        + (
            f"{int(close.sum())} of {len(targets)} agreed targets on them lie within one point of the baseline."
            if known
            else f"Baseline and target are both held for {counted(len(targets), 'agreement')} on them, so how close they lay "
            "cannot be told."
        )
    )
    numbers = (
        ("Subjects among the most chosen", f"{sum(among.values())} of {len(among)}"),
        *(
            (f"Areas that chose NI {number}, at least", f"{chosen[number]:.0f}")
            for number in sorted(wanted & set(chosen.dropna().index))
        ),
        ("Targets on them with a baseline", f"{len(targets)}"),
    )
    caveat = "What was often chosen was not therefore what talks turned on: the talks left no table."
    return Answer(verdict, sentence, numbers, Evidence.of(choices, targets), caveat)


def costly(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """B4: what did inspection and reporting cost, beside local spending in the same year?"""
    money = book.load("partnership_money")
    key, year = {
        "earlier": ("reporting_cost_all_councils", 2006),
        "oversight": ("reporting_and_oversight_cost", 2009),
        "inspectorates": ("inspectorates_cost", 2009),
        "assessment": ("comprehensive_area_assessment_data_cost", 2010),
    }.get(variant.choice, ("reporting_cost_all_councils", 2009))
    cost = money[(money["series"] == key) & (money["date"] == str(year)) & money["preferred"].map(yes)]
    gross = variant.choice == "gross"
    whole = long_series.series(
        "england_local_authority_total_expenditure" if gross else "england_local_authority_net_current_expenditure",
        catalogue=book,
    )
    spent = whole.frame[whole.frame["year"] == year]
    if cost.empty or spent.empty:
        raise NotEnoughDataError(f"{key} or {whole.key} is not known for {year}")
    value, spending = float(cost["value"].iloc[0]), float(spent["value"].iloc[0])
    if whole.unit != "GBP million":
        raise NotEnoughDataError(f"{whole.key} is in {whole.unit}; expected GBP million")
    share = value / spending
    verdict = SUPPORTED if share >= 0.01 else PARTLY if share >= 0.001 else NOT_SUPPORTED
    words = str(cost["what"].iloc[0]).rstrip(".")
    sentence = (
        f"{words}, as estimated for {year}: £{value:,.0f} million, {share:.2%} of "
        f"{'all gross' if gross else 'net current'} spending of English local authorities."
    )
    numbers = ((f"{words}, {year}, GBP million", f"{value:,.0f}"), ("Share of local spending", f"{share:.2%}"))
    caveat = (
        "The estimates are those of bodies with a case to make, they count different things, and whether monitoring was "
        "clumsy is not measured."
    )
    return Answer(verdict, sentence, numbers, Evidence.of(cost, spent), caveat)


def deliver_little(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """B6: no table separates what a partnership did from what its members did."""
    facts = book.load("lsp_facts")
    keys = ("local_strategic_partnership_2008_joint_budget_large", "local_strategic_partnership_2008_research_budget")
    held = facts[facts["fact_key"].isin(keys) & facts["value"].notna()]
    numbers = tuple((f"{row.measure} ({row.unit})", f"{row.value:,.0f}") for row in held.itertuples())
    sentence = "No table separates what a partnership did from what its members did, so this cannot be tested here."
    caveat = (
        "The sums in their own hands say how little they could spend, not what they brought about." if numbers else ""
    )
    return Answer(UNTESTABLE, sentence, numbers, Evidence.of(held), caveat)


def how_many_partners(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """R6: a question has no verdict; members of partnerships and kinds of body are described."""
    facts = book.load("lsp_facts")
    members = facts[facts["bears_on"].map(lambda keys: "R6" in keys) & facts["value"].notna()].sort_values("value")
    kinds = bodies.kinds(catalogue=book)
    years = [period.census_year for period in scheme]
    counts = [len(bodies.in_being(kinds, year)) for year in years]
    said = (
        f"In {counted(len(members), 'case')} that are known a partnership or its board had from {members['value'].iloc[0]:.0f} "
        f"to {members['value'].iloc[-1]:.0f} members. "
        if len(members)
        else "The members of no partnership are known. "
    )
    told = listing([f"{count} in {year}" for count, year in zip(counts, years, strict=True)])
    sentence = f"A question has no verdict. {said}Kinds of local body known to be in being numbered {told}."
    numbers = tuple((f"Kinds of local body, {year}", f"{count}") for count, year in zip(counts, years, strict=True))
    caveat = "No survey whose figures are held set the number of partners against results."
    evidence = Evidence.of(members, *(bodies.in_being(kinds, year) for year in years))
    return Answer(UNTESTABLE, sentence, numbers, evidence, caveat)


def members_seats(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """W3: how many kinds of body other than councils had elected members, in the last period?"""
    kinds = bodies.kinds(variant.include_unconfirmed, catalogue=book)
    others = kinds[~kinds["council"].map(yes) & kinds["selection"].map(bool)]
    if variant.choice == "partnerships":
        others = others[others["purpose"] == "partnership"]
    seats = {*SEATS, *(("nominated_by_bodies",) if variant.choice == "nominees" else ())}
    shares = {}
    for period in scheme:
        there = bodies.in_being(others, *period.years)
        if len(there) >= measures.LEAST_KINDS:
            weight = measures.weights(there, period)
            has = there["selection"].map(lambda codes: bool(seats & set(codes)))
            shares[period.key] = (float(weight[has].sum() / weight.sum()), there)
    last = scheme.periods[-1]
    if last.key not in shares:
        raise NotEnoughDataError(
            f"fewer than {measures.LEAST_KINDS} kinds of body have known members in {last.label}"
        )
    share = shares[last.key][0]
    verdict = SUPPORTED if share < 1 / 3 else NOT_SUPPORTED
    told = listing([f"{value:.0%} in {scheme[key].readable_span()}" for key, (value, _) in shares.items()])
    whose = "kinds of partnership" if variant.choice == "partnerships" else "kinds of local body other than councils"
    sentence = f"Of {whose} with known selection, members elected directly or by elected bodies sat on {told}."
    numbers = tuple(
        (f"With elected members, {scheme[key].readable_span()}", f"{value:.0%}") for key, (value, _) in shares.items()
    )
    caveat = "It counts kinds with any such seat, not seats; how many members were elected is known for few."
    evidence = Evidence.of(*(there for _, there in shares.values()), uses=("selection",))
    return Answer(verdict, sentence, numbers, evidence, caveat)


RULES: dict[str, tuple[Rule, tuple[Variant, ...]]] = {
    "N1": (austerity, AUSTERITY_VARIANTS),
    "N2": (next_stage, SUCCESSOR_VARIANTS),
    "E2": (surveyed("E2"), SURVEY_VARIANTS),
    "E3": (surveyed("E3"), CONVENER_VARIANTS),
    "B3": (half_points, TALKS_VARIANTS),
    "B4": (costly, COST_VARIANTS),
    "B6": (deliver_little, (MAIN,)),
    "R6": (how_many_partners, (MAIN,)),
    "W2": (surveyed("W2"), SURVEY_VARIANTS),
    "W3": (members_seats, SEAT_VARIANTS),
}
