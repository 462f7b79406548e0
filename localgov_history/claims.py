"""The deck's claims and what the tables say of them: each a function of measures, none a matter of wording.

Here are the claims on the periods and the list of all that are answered; those on the partnerships of the 2000s have
a module of their own.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from localgov_history import (
    bodies,
    experience_claims,
    measures,
    model_claims,
    partnership_claims,
    periods,
    reform_claims,
)
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.periods import with_article
from localgov_history.sources import Evidence
from localgov_history.text import listing
from localgov_history.verdicts import (
    FIRM,
    LEANING,
    MAIN,
    NOT_SUPPORTED,
    OPEN,
    PARTLY,
    SUPPORTED,
    TO_COME,
    UNTESTABLE,
    Answer,
    Rule,
    Variant,
    Verdict,
)

__all__ = ["FIRM", "LEANING", "TO_COME", "UNTESTABLE", "Answer", "Rule", "Variant", "Verdict"]

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Periodisation

# A share must move by more than this for it to count as a rise or a fall.
LEAST_CHANGE = 0.05
LEAST_BOUNDARIES = 3
# The claims name the first to the fifth period.
LEAST_PERIODS = 5
# Years from a boundary within which a beginning or an end counts as near.
NEAR = 3
# Boundaries are moved by up to so many years either way to learn what chance would catch.
FARTHEST_MOVE = 25
VARIANTS = (
    MAIN,
    Variant("with rows and cells not yet confirmed", include_unconfirmed=True),
    Variant("with boundaries 5 years earlier", shift=-5),
    Variant("with boundaries 5 years later", shift=5),
    Variant("with committees of councils counted as bodies", scope=(*bodies.LOCAL_SCOPE, "council_committee")),
    Variant("with special cases counted beside their wider kind", special_cases=True),
    Variant("with a single purpose taken to be a single function, not a heading", narrow_purpose=True),
)
HOLDING_VARIANTS = (
    *VARIANTS,
    Variant("with only provision counted as holding", roles=("provide",)),
    Variant("with every elected body of several headings counted as a council", wide_councils=True),
    Variant("with responsibilities read in a source alone", seen_only=True),
)
# Schemes that cover both ends of the deck's and do not overlap with themselves.
RIVALS = {"statutes_districts": "the statutes on districts", "vision_of_britain": "A Vision of Britain"}
PROFILE_VARIANTS = (
    *VARIANTS,
    *(Variant(f"without the {text}", dropped=name) for name, text in measures.PROFILE.items()),
    *(Variant(f"with the periods of {whose}", rival=name) for name, whose in RIVALS.items()),
)


def answer(key: str, scheme: Periodisation | None = None, catalogue: Catalogue | None = None) -> Verdict:
    """The verdict on one claim.

    Parameters
    ----------
    key : a claim with the status ``answered``.
    scheme : the five periods the claims speak of; the deck's own by default.

    Raises
    ------
    UnknownNameError
        If the claim is not one that is answered.
    """
    if key not in RULES:
        raise UnknownNameError("answered claim", key, RULES)
    book = catalogue or default()
    chosen = scheme or periods.periodisation("gough", book)
    rule, variants = RULES[key]
    readings = []
    for variant in variants:
        try:
            if key in OF_PERIODS and len(chosen) < LEAST_PERIODS:
                raise NotEnoughDataError(
                    f"{chosen.name} has {len(chosen)} periods; the claims speak of {LEAST_PERIODS}"
                )
            reading = rule(variant, chosen.shifted(variant.shift), book)
        except NotEnoughDataError as error:
            reading = Answer(OPEN, f"Not enough data: {error}.", (), Evidence(chosen.source_keys))
        readings.append((variant.name, reading))
    row = next(row for row in book.rows("claims") if row["key"] == key)
    return Verdict(
        key,
        row["claim"],
        readings[0][1],
        tuple((name, reading.verdict) for name, reading in readings),
        row["against"],
        row["verdict_rule"],
    )


def answers(catalogue: Catalogue | None = None) -> dict[str, Verdict]:
    """The verdicts on every claim that is answered, in the deck's order."""
    book = catalogue or default()
    return {
        row["key"]: answer(row["key"], catalogue=book)
        for row in sorted(book.rows("claims"), key=lambda row: int(row["position"]))
        if row["status"] == "answered"
    }


def five_periods(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """P1: do beginnings and ends of kinds of body cluster at the scheme's boundaries?

    The share of beginnings and ends within three years of a boundary is set against its mean when the same set
    of boundaries is moved by every whole number of years from -25 to 25: what chance would give. A rival scheme
    with at least three boundaries is scored in the same way. The list has no sampling frame, so nothing is tested.
    """
    kinds = _kinds(variant, book)
    rivals = {name: periods.periodisation(name, book) for name in periods.periodisations(book) if name != scheme.name}
    # A scheme with one or two boundaries is not an alternative to one with four.
    schemes = {scheme.name: scheme} | {
        name: rival for name, rival in rivals.items() if len(set(rival.boundaries)) >= LEAST_BOUNDARIES
    }
    events = measures.turnover_years(kinds)
    own = clustering(events, scheme)
    scores = {scheme.name: own}
    for name, rival in schemes.items():
        # A rival too short to score says nothing against the scheme.
        with contextlib.suppress(NotEnoughDataError):
            scores[name] = clustering(events, rival)
    better = [schemes[name].whose for name, score in sorted(scores.items()) if score[1] > own[1]]
    verdict = (
        NOT_SUPPORTED if own[1] < 1 else OPEN if own[1] < 1 + 5 * LEAST_CHANGE else PARTLY if better else SUPPORTED
    )
    ahead = (
        f"{'a rival scheme does' if len(better) == 1 else 'rival schemes do'} better ({listing(better)})"
        if better
        else "no rival scheme does better"
    )
    sentence = (
        f"{own[0]:.0%} of the beginnings and ends of kinds of body fall within {NEAR} years of "
        f"{scheme.whose}’s boundaries, {own[1]:.1f} times what boundaries placed elsewhere would catch; {ahead}."
    )
    numbers = tuple(
        pair
        for name, (share, ratio) in sorted(scores.items(), key=lambda pair: -pair[1][1])
        for pair in (
            (f"{schemes[name].whose}, {len(schemes[name].boundaries)} boundaries: near one", f"{share:.0%}"),
            (f"{schemes[name].whose}: times what chance gives", f"{ratio:.2f}"),
        )
    )
    used = bodies.dated(kinds)
    caveat = "Few boundaries and an unsampled list can suggest a scheme, not prove one."
    return Answer(verdict, sentence, numbers, Evidence.of(used) + Evidence.of(book.load("periods")), caveat)


def boards(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """P2: in the first period, were most kinds single-purpose, and did they hold most functions?"""
    first = scheme.periods[0]
    shares = measures.shares_by(_kinds(variant, book), "purpose", scheme)
    single = shares.share(first.key, "single")
    year = first.census_year
    held = bodies.in_being(_responsibilities(variant, book), year)
    holders = zip(held["council"], held["purpose"], held["scope"], strict=True)
    by_function = (
        held.assign(single=[measures.is_board(*holder) for holder in holders])
        .groupby("function")[["single", "council"]]
        .any()
    )
    if len(by_function) < measures.LEAST_KINDS:
        raise NotEnoughDataError(f"{len(by_function)} functions have a known holder in {year}")
    functions = float(by_function["single"].mean())
    council = float(by_function["council"].mean())
    hits = (single > 0.5) + (functions > 0.5)
    verdict = (NOT_SUPPORTED, PARTLY, SUPPORTED)[hits]
    sentence = (
        f"{single:.0%} of the kinds of local body in being in {with_article(first.readable_span())} had functions under one "
        f"heading, and in {year} such bodies held {count_of(functions, len(by_function))} functions with a known "
        f"holder, alone or with others; elected councils held {count_of(council, len(by_function))}."
    )
    numbers = (
        ("Kinds with functions under one heading, share", f"{single:.0%}"),
        (f"Functions with a single-purpose holder, {year}", count_of(functions, len(by_function))),
        (f"Functions with an elected council among the holders, {year}", count_of(council, len(by_function))),
    )
    later = {period.key: shares.share(period.key, "single") for period in scheme.periods[1:]}
    most = max(later, key=lambda key: later[key])
    caveat = ""
    if later[most] > single:
        caveat = f"The share of such kinds was higher in {with_article(scheme.labels[most])}, at {later[most]:.0%}."
    evidence = _period_evidence(variant, book, first) + Evidence.of(held, uses=("function", "role"))
    return Answer(verdict, sentence, numbers, evidence, caveat)


def gathering(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """P3: from the first period to the second, did more functions have an elected council, fewer a board?"""
    first, second = scheme.periods[:2]
    held = measures.holdings(_responsibilities(variant, book), first.census_year, second.census_year)
    before, after = held.years
    council = held.share("council", before), held.share("council", after)
    single = held.share("single", before), held.share("single", after)
    number = len(held.frame)
    rises = council[1] - council[0] > LEAST_CHANGE
    falls = single[0] - single[1] > LEAST_CHANGE
    verdict = (NOT_SUPPORTED, PARTLY, SUPPORTED)[rises + falls]
    sentence = (
        f"Of the functions with a known holder in both years, elected councils held {count_of(council[0], number)} in "
        f"{before} and {count_of(council[1], number)} in {after}, alone or with others; single-purpose local bodies held "
        f"{count_of(single[0], number)} and then {count_of(single[1], number)}."
    )
    return Answer(verdict, sentence, _holding_numbers(held), held.evidence)


def centre_on_the_ground(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """P4: from the second period to the third, did appointed and central bodies gain functions, councils not?"""
    second, third = scheme.periods[1:3]
    held = measures.holdings(_responsibilities(variant, book), second.census_year, third.census_year)
    before, after = held.years
    frame = held.frame
    state = tuple(float((frame[f"central_{year}"] | frame[f"appointed_{year}"]).mean()) for year in held.years)
    council = held.share("council", before), held.share("council", after)
    rises = state[1] - state[0] > LEAST_CHANGE
    no_gain = council[1] - council[0] <= LEAST_CHANGE
    verdict = SUPPORTED if rises and no_gain else PARTLY if rises else NOT_SUPPORTED
    lost = sorted(frame.loc[frame[f"council_{before}"] & ~frame[f"council_{after}"], "function"])
    labels = {row["function"]: row["function_label"].lower() for row in book.rows("functions")}
    named = f" Councils lost all part in {listing([labels[name] for name in lost])}." if lost else ""
    number = len(frame)
    sentence = (
        f"Of the functions with a known holder in both years, central or appointed bodies held "
        f"{count_of(state[0], number)} in {before} and {count_of(state[1], number)} in {after}, alone or with others; elected "
        f"councils held {count_of(council[0], number)} and then {count_of(council[1], number)}.{named}"
    )
    numbers = (
        (f"Functions with a central or appointed holder, {before}", count_of(state[0], number)),
        (f"Functions with a central or appointed holder, {after}", count_of(state[1], number)),
        *_holding_numbers(held),
    )
    none = not any(frame[f"central_{year}"].any() for year in held.years)
    caveat = ("No row shows a department itself as a holder. " if none else "") + "Money is not weighed here."
    return Answer(verdict, sentence, numbers, held.evidence, caveat)


def quangos(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """P5: did appointed kinds of local body gain share from the third period to the fourth, and did the official
    count of non-departmental public bodies rise?"""
    third, fourth = scheme.periods[2], scheme.periods[3]
    kinds = _kinds(variant, book)
    shares = measures.shares_by(kinds, "selection_class", scheme)
    appointed = tuple(
        shares.share(period.key, "appointed") + shares.share(period.key, "other") for period in (third, fourth)
    )
    official = official_quango_count(book, variant.include_unconfirmed)
    # A count of the year before the period is what the period started from.
    official = official[official["year"].between(fourth.years[0] - 1, fourth.years[1])]
    if len(official) < 2:
        raise NotEnoughDataError("fewer than two official counts of non-departmental public bodies")
    first, last = official.iloc[0], official.iloc[-1]
    rises = appointed[1] - appointed[0] > LEAST_CHANGE
    step = int(last["count"]) - int(first["count"])
    verdict = (NOT_SUPPORTED, PARTLY, SUPPORTED)[rises + (step > 0)]
    change = "rose" if step > 0 else "fell" if step < 0 else "stood still"
    spans = [with_article(period.readable_span()) for period in (third, fourth)]
    joint = "and" if (step > 0) == rises else "but"
    sentence = (
        f"Kinds of local body with appointed, ex officio or self-appointing members made up {appointed[0]:.0%} of "
        f"those in being in {spans[0]} and {appointed[1]:.0%} in {spans[1]}; "
        f"{joint} the government’s own count of non-departmental public bodies {change} from "
        f"{int(first['count']):,} in {int(first['year'])} to {int(last['count']):,} in {int(last['year'])}."
    )
    numbers = (
        (f"Appointed kinds, share, {third.readable_span()}", f"{appointed[0]:.0%}"),
        (f"Appointed kinds, share, {fourth.readable_span()}", f"{appointed[1]:.0%}"),
        (f"Non-departmental public bodies, {int(first['year'])}", f"{int(first['count']):,}"),
        (f"Non-departmental public bodies, {int(last['year'])}", f"{int(last['count']):,}"),
    )
    evidence = _period_evidence(variant, book, third, fourth) + Evidence.of(official)
    caveat = "The official count leaves out most local appointed bodies, so the two measure different things."
    return Answer(verdict, sentence, numbers, evidence, caveat)


def partnerships(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """P6: did kinds of partnership double from the fourth period to the fifth, and were there two for each council?

    Kinds of partnership without a confirmed count for England are left out of the second half.
    """
    kinds = _kinds(variant, book)
    before, after = scheme.periods[-2].census_year, scheme.periods[-1].census_year
    early, late = bodies.in_being(kinds, before), bodies.in_being(kinds, after)
    partnership_kinds = tuple(int((frame["purpose"] == "partnership").sum()) for frame in (early, late))
    if len(late) < measures.LEAST_KINDS:
        raise NotEnoughDataError(f"{len(late)} kinds of body have known years in {after}")
    counted, councils = partnership_counts(book), council_count(book)
    per_council = float(counted["count"].sum()) / float(councils.iloc[0]["count"])
    grows = partnership_kinds[1] >= 2 * max(partnership_kinds[0], 1)
    verdict = (NOT_SUPPORTED, PARTLY, SUPPORTED)[grows + (per_council >= 2)]
    total, number = int(counted["count"].sum()), int(councils.iloc[0]["count"])
    sentence = (
        f"Kinds of partnership known to be in being numbered {partnership_kinds[0]} in {before} and {partnership_kinds[1]} in "
        f"{after}. The {len(counted)} kinds with a confirmed count for England add to {total:,} partnerships, "
        f"{per_council:.1f} for each of {number:,} principal councils."
    )
    numbers = (
        (f"Kinds of partnership, {before}", f"{partnership_kinds[0]}"),
        (f"Kinds of partnership, {after}", f"{partnership_kinds[1]}"),
        ("Partnerships of the kinds with a count, England, latest counts", f"{total:,}"),
        (f"Principal councils, {int(councils.iloc[0]['date_earliest'].year)}", f"{number:,}"),
        ("Partnerships for each principal council", f"{per_council:.1f}"),
    )
    caveat = (
        "The counts are of different years, kinds counted for England and Wales together are left out, and the "
        "partnership years are covered more densely than those before; "
        "whether the partnerships of one place got in each other’s way is not measured."
    )
    evidence = Evidence.of(early, late, uses=("purpose",)) + Evidence.of(counted, councils)
    return Answer(verdict, sentence, numbers, evidence, caveat)


def reinventing(variant: Variant, scheme: Periodisation, book: Catalogue) -> Answer:
    """P7: is the last period's nearest neighbour, by Gower distance of profiles, clearly the first?

    In a rival scheme the period that holds the middle year of the first one stands for it.
    """
    first, last = scheme.periods[0], scheme.periods[-1]
    if variant.rival:
        middle = sum(first.years) // 2
        scheme = periods.periodisation(variant.rival, book)
        first = next(period for period in scheme if period.years[0] <= middle <= period.years[1])
        last = scheme.periods[-1]
    made = profiles_of(variant, scheme, book)
    wanted = [name for name in measures.PROFILE if name != variant.dropped]
    distances = made.distances(last.key, wanted)
    nearest = str(distances.idxmin())
    ahead = distances.drop(first.key).min() - distances[first.key]
    verdict = SUPPORTED if ahead >= LEAST_CHANGE else OPEN if ahead > -LEAST_CHANGE else NOT_SUPPORTED
    order = ", ".join(
        f"{scheme[str(key)].readable_span()} {value:.2f}" for key, value in distances.sort_values().items()
    )
    near = distances[distances - distances.min() < LEAST_CHANGE].drop(nearest)
    lead = (
        ""
        if near.empty
        else f", not clearly ahead of {listing([with_article(scheme.labels[str(key)]) for key in near.index])}"
    )
    sentence = (
        f"On {len(wanted)} measures of how kinds of body were made up, {with_article(scheme.labels[nearest])} come nearest "
        f"to {with_article(last.readable_span())}{lead} (distances: {order}; 0 is alike)."
    )
    caveat = "Five periods are five observations: likeness on these measures is no proof of repetition."
    numbers = tuple(
        (f"Distance to {with_article(scheme[str(key)].readable_span())}", f"{value:.2f}")
        for key, value in distances.items()
    )
    return Answer(verdict, sentence, numbers, made.evidence, caveat)


OF_PERIODS: dict[str, tuple[Rule, tuple[Variant, ...]]] = {
    "P1": (five_periods, VARIANTS),
    "P2": (boards, HOLDING_VARIANTS),
    "P3": (gathering, HOLDING_VARIANTS),
    "P4": (centre_on_the_ground, HOLDING_VARIANTS),
    "P5": (quangos, VARIANTS),
    "P6": (partnerships, VARIANTS),
    "P7": (reinventing, PROFILE_VARIANTS),
}
OF_PARTNERSHIPS = partnership_claims.RULES | experience_claims.RULES
OF_REFORM = reform_claims.RULES | model_claims.RULES
RULES = OF_PERIODS | OF_PARTNERSHIPS | OF_REFORM
# How the verdict on a proposal is reached: by what became of it, by numbers of targets, by the model.
OF_FATE = tuple(key for key in reform_claims.RULES if key not in reform_claims.COUNTED)
OF_COUNT, OF_MODEL = reform_claims.COUNTED, tuple(model_claims.RULES)


def profiles_of(variant: Variant, scheme: Periodisation, book: Catalogue | None = None) -> measures.Profiles:
    """The profiles of a scheme's periods in one reading."""
    return measures.profiles(_kinds(variant, book or default()), scheme)


def distances_in_variants(
    scheme: Periodisation, catalogue: Catalogue | None = None, target: str = ""
) -> pd.DataFrame:
    """Distance of each period to one of them, the last by default, in every variant of P7.

    Returns a frame with ``variant``, ``period``, ``distance``; variants without enough data are left out.
    """
    import pandas as pd

    book = catalogue or default()
    records = []
    for variant in PROFILE_VARIANTS:
        wanted = [name for name in measures.PROFILE if name != variant.dropped]
        try:
            if variant.rival:
                continue
            moved = scheme.shifted(variant.shift)
            found = profiles_of(variant, moved, book).distances(target or moved.periods[-1].key, wanted)
        except NotEnoughDataError:
            continue
        records += [
            {"variant": variant.name, "period": str(key), "distance": float(value)} for key, value in found.items()
        ]
    return pd.DataFrame(records, columns=["variant", "period", "distance"])


def official_quango_count(catalogue: Catalogue | None = None, include_unconfirmed: bool = False) -> pd.DataFrame:
    """The preferred official counts of non-departmental public bodies, one a year, with a column ``year``."""
    counts = (catalogue or default()).load("body_counts", include_unconfirmed)
    wanted = counts[
        (counts["body_key"] == "non_departmental_public_body_all")
        & (counts["measure"] == "bodies")
        & counts["preferred"].fillna(False).astype(bool)
        & (counts["geography"] == "United Kingdom")
        & counts["count"].notna()
        & counts["date_earliest"].notna()
    ]
    wanted = wanted.assign(year=wanted["date_earliest"].dt.year.astype(int))
    return wanted.sort_values(["year", "date_earliest"]).drop_duplicates("year").reset_index(drop=True)


def partnership_counts(catalogue: Catalogue | None = None) -> pd.DataFrame:
    """The latest preferred count of each kind of partnership from 2000 on, largest first."""
    book = catalogue or default()
    kinds = bodies.kinds(include_unconfirmed=True, special_cases=True, catalogue=book)
    partnership = kinds.loc[kinds["purpose"] == "partnership", "body_key"]
    wanted = _stocks(book).sort_values("date_earliest")
    wanted = wanted[wanted["body_key"].isin(partnership) & (wanted["date_earliest"].dt.year >= 2000)]
    return (
        wanted.drop_duplicates("body_key", keep="last").sort_values("count", ascending=False).reset_index(drop=True)
    )


def council_count(catalogue: Catalogue | None = None) -> pd.DataFrame:
    """The first count of all principal councils of England from 2000 on: one row.

    Raises
    ------
    NotEnoughDataError
        If there is none.
    """
    wanted = _stocks(catalogue or default()).sort_values("date_earliest")
    wanted = wanted[(wanted["body_key"] == "principal_council") & (wanted["date_earliest"].dt.year >= 2000)]
    if wanted.empty:
        raise NotEnoughDataError("no count of principal councils")
    return wanted.head(1)


def _stocks(book: Catalogue) -> pd.DataFrame:
    """Preferred, dated counts of whole kinds in England."""
    counts = book.load("body_counts")
    return counts[
        (counts["measure"] == "bodies")
        & counts["preferred"].fillna(False).astype(bool)
        & counts["date_earliest"].notna()
        & counts["count"].notna()
        & (counts["geography"] == "England")
    ]


def count_of(share: float, number: int) -> str:
    """A share of a small number as a count: ``12 of 16``."""
    return f"{round(share * number)} of {number}"


def _kinds(variant: Variant, book: Catalogue) -> pd.DataFrame:
    frame = bodies.kinds(variant.include_unconfirmed, variant.scope, variant.special_cases, book)
    return _narrowed(frame) if variant.narrow_purpose else frame


def _narrowed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a kind of more than one function counted as one of several purposes."""
    several = (frame["purpose"] == "single") & (frame["functions"].str.len() > 1)
    return frame.assign(purpose=frame["purpose"].mask(several, "multi"))


def _responsibilities(variant: Variant, book: Catalogue) -> pd.DataFrame:
    frame = bodies.responsibilities(variant.include_unconfirmed, variant.roles, catalogue=book)
    if "council_committee" in variant.scope:
        committee = frame["scope"] == "council_committee"
        frame = frame.assign(
            scope=frame["scope"].mask(committee, "local_body"), council=frame["council"] & ~committee
        )
    if variant.seen_only:
        frame = frame[frame["evidence"] == "seen"]
    if variant.narrow_purpose:
        wide = set(_narrowed(bodies.kinds(catalogue=book)).query("purpose == 'multi'")["body_key"])
        frame = frame.assign(purpose=frame["purpose"].mask(frame["body_key"].isin(wide), "multi"))
    if variant.wide_councils:
        elected = frame["selection_class"].isin(["directly_elected", "part_elected"])
        several = (frame["purpose"] == "multi") & (frame["scope"] == "local_body")
        frame = frame.assign(council=frame["council"] | (elected & several))
    return frame


def _period_evidence(variant: Variant, book: Catalogue, *wanted: periods.Period) -> Evidence:
    kinds = _kinds(variant, book)
    frames = [bodies.in_being(kinds, *period.years) for period in wanted]
    return Evidence.of(*frames, uses=("purpose", "selection"))


def _holding_numbers(held: measures.Holdings) -> tuple[tuple[str, str], ...]:
    number = len(held.frame)
    rows = [("Functions with a known holder in both years", f"{number}")]
    names = {"council": "an elected council", "single": "a single-purpose local body"}
    for column, name in names.items():
        for year in held.years:
            rows.append(
                (f"Functions with {name} among the holders, {year}", count_of(held.share(column, year), number))
            )
    return tuple(rows)


def clustering(events: list[int], scheme: Periodisation) -> tuple[float, float]:
    """Share of events near a scheme's boundaries, and that share over its mean when all boundaries move together.

    Only events within the scheme's own span count: a scheme that stops in 1912 says nothing of later years.
    """
    first, last = scheme.first_day.year, scheme.last_day.year
    inside = [event for event in events if first <= event <= last]
    years = [day.year for day in scheme.boundaries]
    near = measures.share_near(inside, years, NEAR)
    moved = [
        measures.share_near(inside, [year + step for year in years], NEAR)
        for step in range(-FARTHEST_MOVE, FARTHEST_MOVE + 1)
    ]
    chance = sum(moved) / len(moved)
    if not chance:
        raise NotEnoughDataError(
            f"no beginning or end lies near the boundaries of {scheme.name}, wherever they are moved"
        )
    return near, near / chance
