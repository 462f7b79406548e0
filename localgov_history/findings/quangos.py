"""What counts as a quango: three definitions, the kinds of body that each takes in, and who chooses their members."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import bodies, shares
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.findings.public_money import in_order
from localgov_history.findings.titles import or_say_why
from localgov_history.sources import Evidence
from localgov_history.text import capital, listing, lower

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Periodisation


@dataclass(frozen=True)
class Definition:
    """One answer to what a quango is, each taking in the one before.

    Attributes
    ----------
    name, rule : in words.
    money : keys of series on the money of what it adds.
    """

    name: str
    rule: str
    money: tuple[str, ...]


DEFINITIONS = {
    "executive": Definition(
        "Executive non-departmental public bodies only",
        "The government’s own category, as in its yearly lists; they are counted there and not named here.",
        ("uk_non_departmental_public_body_support", "uk_non_departmental_public_body_expenditure"),
    ),
    "local_appointed": Definition(
        "With local appointed bodies",
        "Also local bodies other than councils and partnerships, of whose members ministers or justices appoint some and "
        "electors choose none directly.",
        (
            "england_urban_development_corporation_gross_expenditure_1991_92_prices",
            "england_housing_action_trust_gross_expenditure_1991_92_prices",
            "england_housing_action_trust_grant_in_aid",
        ),
    ),
    "self_governing": Definition(
        "With self-governing institutions",
        "Also local bodies other than councils and partnerships of which members choose members, such as colleges, schools "
        "outside the councils and training and enterprise councils; and registered social landlords.",
        (
            "england_training_and_enterprise_council_programme_spending_1995_96_prices",
            "england_grant_maintained_schools_central_spending_1995_96_prices",
            "england_city_technology_colleges_spending_1995_96_prices",
            "england_further_education_spending_1995_96_prices",
        ),
    ),
}
# Private by law, and in every wide count of local quangos that the tables hold parts of.
_LANDLORD = "registered_social_landlord"


def taken_in(definition: str) -> list[str]:
    """The definitions up to and including one.

    Raises
    ------
    UnknownNameError
        If there is no such definition.
    """
    if definition not in DEFINITIONS:
        raise UnknownNameError("definition of quango", definition, DEFINITIONS)
    names = list(DEFINITIONS)
    return names[: names.index(definition) + 1]


def definition_of(selection: tuple[str, ...], body_key: str = "") -> str | None:
    """The narrowest definition that takes in a local body by how its members are chosen; None where none does."""
    if any(code.startswith("appointed_by_") for code in selection):
        return None if "directly_elected" in selection else "local_appointed"
    return "self_governing" if "self_appointing" in selection or body_key == _LANDLORD else None


def kinds_counted(
    definition: str, first: int, last: int, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> pd.DataFrame:
    """The kinds of body that a definition takes in and that certainly existed in the years, with column ``under``."""
    names = taken_in(definition)
    kinds = bodies.kinds(include_unconfirmed, (*bodies.LOCAL_SCOPE, "private_body"), catalogue=catalogue)
    kinds = kinds[(kinds["scope"] != "private_body") | (kinds["body_key"] == _LANDLORD)]
    plain = (kinds["purpose"].fillna("") != "partnership") & ~kinds["council"].fillna(False).astype(bool)
    kinds = bodies.in_being(kinds[plain], *in_order(first, last))
    under = [definition_of(codes, key) for codes, key in zip(kinds["selection"], kinds["body_key"], strict=True)]
    kinds = kinds.assign(under=under)
    return kinds[kinds["under"].isin(names)].reset_index(drop=True)


def plurals(book: Catalogue) -> dict[str, str]:
    """What several bodies of each kind are called."""
    return {row["body_key"]: row["plural"] or row["name"] for row in book.rows("body_types")}


def introduction(definition: str, first: int, last: int, include_unconfirmed: bool) -> str:
    """A sentence on the definition, the years and the rows chosen."""
    begin, end = in_order(first, last)
    name = DEFINITIONS[taken_in(definition)[-1]].name
    rows = (
        "figures from memory are drawn hollow and said to be so"
        if include_unconfirmed
        else "figures from memory are left out"
    )
    swapped = " The first year given is after the last, so the two were exchanged." if first > last else ""
    return f"What counts as a quango: {lower(name)}. Years {begin} to {end}; {rows}.{swapped}"


@or_say_why
def definitions_table(
    first: int, last: int, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Table:
    """The three definitions, and how many kinds of local body each takes in."""
    import pandas as pd

    widest = list(DEFINITIONS)[-1]
    kinds = kinds_counted(widest, first, last, include_unconfirmed, catalogue)
    if kinds.empty:
        raise NotEnoughDataError(f"no kind of appointed or self-governing body is known from {first} to {last}")
    tally = Counter(kinds["under"])
    records = [
        {
            "Definition": item.name,
            "What it takes in": item.rule,
            "Kinds it adds": f"{tally[key]}" if tally[key] else "not named",
        }
        for key, item in DEFINITIONS.items()
    ]
    begin, end = in_order(first, last)
    return Table(
        pd.DataFrame(records).set_index("Definition"),
        f"What a quango is decides how many there were: {tally['local_appointed']} kinds of local appointed body, and "
        f"{tally['self_governing']} more of self-governing institution, from {begin} to {end}",
        "Each definition takes in the one above it. Kinds of local body in being at some time in the years; the rule looks at "
        "how members are chosen, which is our coding.",
        Evidence.of(kinds, uses=("selection",)),
        (1.6, 4, 0.9),
    )


_WAYS = {
    "appointed_by_minister": "minister",
    "appointed_by_justices": "justices",
    "nominated_by_bodies": "other bodies",
    "indirectly_elected": "councils",
    "directly_elected": "electors",
    "self_appointing": "its own members",
    "ex_officio": "by office",
}


@or_say_why
def kinds_table(
    definition: str,
    first: int,
    last: int,
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Table:
    """The kinds of body that a definition takes in, with who chooses their members."""
    import pandas as pd

    kinds = kinds_counted(definition, first, last, include_unconfirmed, catalogue)
    if kinds.empty:
        raise NotEnoughDataError(
            f"{lower(DEFINITIONS[definition].name)}: no kind is named in the tables from {first} to {last}"
        )
    shown = pd.DataFrame(
        {
            "Kind of body": [capital(str(name)) for name in kinds["plural"]],
            "Members chosen by": [
                listing([_WAYS[code] for code in codes if code in _WAYS]) for codes in kinds["selection"]
            ],
            "From": kinds["first_year"].astype(int).astype(str).to_list(),
            "To": [
                str(year) if status == "ended" else ""
                for status, year in zip(kinds["end_status"], kinds["last_year"], strict=True)
            ],
        }
    ).set_index("Kind of body")
    minister = sum("appointed_by_minister" in codes for codes in kinds["selection"])
    return Table(
        shown,
        f"Ministers chose members of {minister} of {len(kinds)} kinds of body that the definition takes in",
        "First year in which the kind certainly existed, and last; no last year: not known, or continuing. Councils: "
        "indirect election by councils. Our coding of how members were chosen, from short descriptions.",
        Evidence.of(kinds, uses=("selection",), dates=("start", "end")),
        (3, 2.6, 0.6, 0.6),
    )


@or_say_why
def selection_by_role(
    scheme: Periodisation,
    roles: tuple[str, ...] = ("provide", "plan_or_coordinate"),
    catalogue: Catalogue | None = None,
) -> Table:
    """Which share of the functions had a local holder chosen in each way, in one year of each period."""
    import pandas as pd

    book = catalogue or default()
    years = [period.census_year for period in scheme]
    found = shares.holders_by_selection(years, roles, catalogue=book)
    frame = found.frame[found.frame["share"].notna()]
    records = [
        {
            "Role and year": f"{str(role).replace('_', ' ').capitalize()}, {year}",
            "Functions known": int(rows["of"].iloc[0]),
            **{shares.SELECTION_NAMES[row["class"]]: f"{row['share']:.0%}" for _, row in rows.iterrows()},
        }
        for role in roles
        for year, rows in frame[frame["role"] == role].groupby("year")
    ]
    if not records:
        raise NotEnoughDataError(
            "fewer than five functions have a local holder of known selection in any of these periods"
        )
    lead = frame[(frame["role"] == roles[0]) & (frame["class"] == "appointed")]
    if len(lead) > 1:
        ends = lead.iloc[0], lead.iloc[-1]
        title = (
            f"Functions with an appointed local holder: {ends[0]['share']:.0%} of {ends[0]['of']} in {ends[0]['year']}, "
            f"{ends[1]['share']:.0%} of {ends[1]['of']} in {ends[1]['year']}"
        )
    else:
        title = "Functions by how their local holders were chosen: not enough functions known in two years to compare"
    return Table(
        pd.DataFrame(records).set_index("Role and year"),
        title,
        "Share of the functions with a local holder of known selection in that role; a function may have holders of several "
        "kinds, so a row adds to more than all. Years with fewer than five functions are left out. A committee of a council "
        "counts as elected. Each year lies three quarters through its period. The later years are recorded in more detail.",
        found.evidence,
        (1.8, 0.9, 1, 1, 1.2, 1.4, 1.2),
    )
