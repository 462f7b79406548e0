"""Appointed bodies: what counts as one, how many there were, their members and money, and who appointed them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import bodies, dates, figures, long_series, panels, shares
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings.public_money import amount, in_order
from localgov_history.findings.titles import capital, lower, or_say_why
from localgov_history.panels import Panel
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.long_series import Series
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
OFFICIAL = (
    "non_departmental_public_body_all",
    "executive_non_departmental_public_body",
    "advisory_non_departmental_public_body",
    "tribunal_non_departmental_public_body",
)
HEALTH = "national_health_service_body_all"
WIDER = (
    "extra_governmental_organisation",
    "local_extra_governmental_organisation",
    "local_public_spending_body",
    "local_quango",
    "body_with_paid_ministerial_appointments",
    "quango_taxpayers_alliance_count",
)
COUNCILLORS = "principal_council"
# What is money that a named body had or was given, not what it hoped for or drew from others.
_PAID = ("grant_in_aid", "budget", "cost")
SCHEMES = {
    "enterprise_zone": "enterprise zones",
    "city_challenge": "City Challenge areas",
    "education_action_zone": "education action zones",
    "new_deal_for_communities": "New Deal for Communities areas",
    "urban_development_corporation": "urban development corporations",
    "housing_action_trust": "housing action trusts",
    "residuary_body": "residuary bodies",
    "regional_development_agency": "regional development agencies",
}


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


def _counts(
    keys: tuple[str, ...] | list[str], first: int, last: int, include_unconfirmed: bool, book: Catalogue
) -> pd.DataFrame:
    """Dated counts of kinds of body, with their year, in order of date."""
    counts = book.load("body_counts", include_unconfirmed)
    year = counts["date_earliest"].dt.year
    kept = counts[
        counts["body_key"].isin(list(keys))
        & (counts["measure"] == "bodies")
        & counts["count"].notna()
        & year.between(*in_order(first, last))
    ]
    return kept.assign(year=year[kept.index].astype(int)).sort_values(["date_earliest", "count_key"])


def _panel(heading: str, rows: pd.DataFrame) -> Panel:
    """A panel of dated counts of one kind in one geography; counts that are not the preferred ones are rivals."""
    import pandas as pd

    x = [figures._as_year(day.date()) for day in rows["date_earliest"]]
    frame = pd.DataFrame(
        {
            "x": x,
            "value": rows["count"].astype(float).to_numpy(),
            "when": [dates.parse(day).readable() for day in rows["date"]],
            "firm": (rows["evidence"] != "recalled").to_numpy(),
            "year": rows["year"].to_numpy(),
        }
    )
    kept = rows["preferred"].fillna(False).astype(bool).to_numpy()
    main = frame[kept].reset_index(drop=True)
    runs = (main["year"].diff().fillna(1) > 1).cumsum().astype(str)
    unit = str(rows["unit"].iloc[0])
    return Panel(
        heading,
        f"{rows['geography'].iloc[0]}; {unit}",
        main.assign(segment=runs)[["x", "value", "when", "firm", "segment"]],
        rivals=frame[~kept],
    )


@or_say_why
def official_counts(
    first: int,
    last: int,
    scheme: Periodisation,
    include_unconfirmed: bool = True,
    catalogue: Catalogue | None = None,
) -> Figure:
    """The government's own counts of non-departmental public bodies, by class, with rival counts."""
    book = catalogue or default()
    counts = _counts(OFFICIAL, first, last, include_unconfirmed, book)
    counts = counts[counts["geography"] == "United Kingdom"]
    names = _names(book)
    parts, used = [], []
    for key in OFFICIAL:
        rows = counts[counts["body_key"] == key]
        if rows["preferred"].fillna(False).any():
            parts.append(_panel(capital(names[key]), rows))
            used.append(rows)
    if not parts:
        raise NotEnoughDataError(f"no official count of quangos is known from {first} to {last}")
    return panels.small_multiples(
        parts,
        _falls_title(parts),
        "Official counts of non-departmental public bodies. Colleges, trusts and other local bodies are hardly in them.",
        Evidence.of(*used),
        *_span(counts),
        scheme,
    )


def _falls_title(parts: list[Panel]) -> str:
    """How many of the classes fell from their first count to their last."""
    pairs = [
        (float(part.frame["value"].iloc[0]), float(part.frame["value"].iloc[-1]))
        for part in parts
        if len(part.frame) > 1
    ]
    if not pairs:
        return "Official counts of quangos: not enough counts to tell a rise from a fall"
    falls = sum(after < before for before, after in pairs)
    return (
        f"By the official count, {falls} of {counted(len(pairs), 'class', 'classes')} of quango fell from the first count to "
        "the last"
    )


def _span(counts: pd.DataFrame) -> tuple[int, int]:
    return int(counts["year"].min()), int(counts["year"].max())


def _names(book: Catalogue) -> dict[str, str]:
    return {row["body_key"]: row["plural"] or row["name"] for row in book.rows("body_types")}


@or_say_why
def estimates_table(
    first: int, last: int, include_unconfirmed: bool = True, catalogue: Catalogue | None = None
) -> Table:
    """Official and wider counts of about the same year, set side by side."""
    import pandas as pd

    book = catalogue or default()
    # Of the official classes the executive one and all together; the others are parts of these.
    official = (*OFFICIAL[:2], HEALTH)
    counts = _counts((*official, *WIDER), first, last, include_unconfirmed, book)
    counts = counts[counts["preferred"].fillna(False).astype(bool)]
    if counts["body_key"].nunique() < 2:
        raise NotEnoughDataError(f"from {first} to {last} there are no two counts of quangos to compare")
    within = {
        year: counts[(counts["year"] - year).abs() <= 1]
        for year in range(counts["year"].min(), counts["year"].max() + 1)
    }
    # The year near which most kinds were counted; of several such years the one that most counts are of, then the first.
    year = max(within, key=lambda at: (within[at]["body_key"].nunique(), (within[at]["year"] == at).sum(), -at))
    near = within[year].assign(off=(within[year]["year"] - year).abs())
    near = near.sort_values(["off", "date_earliest"]).drop_duplicates("body_key").sort_values("count")
    names = _names(book)
    shown = pd.DataFrame(
        {
            "What was counted": [capital(names[key]) for key in near["body_key"]],
            "Number": near["count"].astype(int).to_list(),
            "Date": [dates.parse(day).readable() for day in near["date"]],
            "Whose count": ["official" if key in official else "wider" for key in near["body_key"]],
            "Known": ["from memory" if known == "recalled" else "read" for known in near["evidence"]],
        }
    ).set_index("What was counted")
    least, most = int(near["count"].min()), int(near["count"].max())
    return Table(
        shown,
        f"Around {year}, {len(near)} counts of quangos run from {least:,} to {most:,}",
        "The counts nearest to that year, at most a year from it, of which most kinds were counted; all for "
        f"{listing(sorted(set(near['geography'])))}. They overlap and must not be added. Wider: by scholars, campaigners or "
        "committees, by definitions of their own.",
        Evidence.of(near),
        (3.2, 0.8, 1.2, 1, 1),
    )


@or_say_why
def wide_count_parts(
    first: int, last: int, include_unconfirmed: bool = True, catalogue: Catalogue | None = None
) -> Table:
    """The latest wide count of local bodies and the kinds counted for the same year and geography, beside their sum."""
    import pandas as pd

    book = catalogue or default()
    whole = _counts(["local_extra_governmental_organisation"], first, last, include_unconfirmed, book)
    if whole.empty:
        raise NotEnoughDataError(f"no wide count of local bodies is among the rows used from {first} to {last}")
    total = whole.iloc[-1]
    kinds = kinds_counted(list(DEFINITIONS)[-1], first, last, include_unconfirmed, book)
    counts = _counts(list(kinds["body_key"]), first, last, include_unconfirmed, book)
    same = (counts["year"] == total["year"]) & (counts["geography"] == total["geography"])
    parts = counts[same & counts["preferred"].fillna(False)].sort_values("count", ascending=False)
    if parts.empty:
        raise NotEnoughDataError(f"no kind of body was counted for {total['geography']} in {total['year']}")
    names, number, added = _names(book), int(total["count"]), int(parts["count"].sum())
    shown = pd.DataFrame(
        {
            "Kind of body": [capital(names[key]) for key in parts["body_key"]],
            "Number": parts["count"].astype(int).to_list(),
            "Share of the wide count": [f"{count / number:.0%}" for count in parts["count"].astype(int)],
        }
    ).set_index("Kind of body")
    top = parts.iloc[0]
    return Table(
        shown,
        f"Of {number:,} local bodies in the wide count of {total['year']}, {int(top['count']):,} were {names[top['body_key']]}",
        f"Kinds counted for the same year and geography ({total['geography']}); together {added:,}. The rest is "
        "not in the tables.",
        Evidence.of(whole.tail(1), parts),
        (3, 0.8, 1.2),
    )


@or_say_why
def conflicts_table(
    first: int, last: int, include_unconfirmed: bool = True, catalogue: Catalogue | None = None
) -> Table:
    """Where counts of quangos for one year disagree: all are kept, and one is preferred with a reason."""
    import pandas as pd

    book = catalogue or default()
    kinds = kinds_counted(list(DEFINITIONS)[-1], first, last, True, book)
    counts = _counts([*OFFICIAL, HEALTH, *WIDER, *kinds["body_key"]], first, last, include_unconfirmed, book)
    names, records, used = _names(book), [], []
    for (key, year, place), rows in counts.groupby(["body_key", "year", "geography"]):
        kept = rows[rows["preferred"].fillna(False).astype(bool)]
        others = rows.drop(kept.index)
        if others.empty or kept.empty:
            continue
        reason = next((str(text) for text in kept["preferred_reason"].dropna()), "")
        records.append(
            {
                "What was counted": f"{capital(names[str(key)])}, {place}",
                "Year": str(year),
                "Preferred": listing([f"{count:,}" for count in kept["count"]]),
                "Also counted": listing([f"{count:,}" for count in others["count"]]),
                "Why": reason,
            }
        )
        used.append(rows)
    if not records:
        raise NotEnoughDataError("no two counts of one kind for one year disagree")
    return Table(
        pd.DataFrame(records).set_index("What was counted"),
        f"Counts that disagree: {counted(len(records), 'year')} with more than one count of the same bodies",
        "All counts stay in the tables; the preferred one is used.",
        Evidence.of(*used),
        (2.2, 0.6, 0.8, 1.1, 3.4),
    )


@or_say_why
def counts_over_time(
    definition: str,
    first: int,
    last: int,
    scheme: Periodisation,
    include_unconfirmed: bool = True,
    catalogue: Catalogue | None = None,
) -> Figure:
    """How many bodies of each kind there were, for the kinds with at least two counts in one geography."""
    import pandas as pd

    book = catalogue or default()
    kinds = kinds_counted(definition, first, last, include_unconfirmed, book)
    counts = _counts(list(kinds["body_key"]), first, last, include_unconfirmed, book)
    names = _names(book)
    series = []
    for key, rows in counts.groupby("body_key"):
        sizes = rows[rows["preferred"].fillna(False).astype(bool)].groupby("geography")["year"].nunique()
        if len(sizes) and sizes.max() > 1:
            # Of the geographies counted, the one with most counts; of those alike, the first by name.
            series.append((str(key), rows[rows["geography"] == sizes.idxmax()], int(sizes.max())))
    if not series:
        raise NotEnoughDataError(
            f"{lower(DEFINITIONS[definition].name)}: no named kind was counted twice from {first} to {last}"
        )
    series.sort(key=lambda item: (-item[2], item[0]))
    shown = sorted(series[: panels.MOST_PANELS], key=lambda item: item[1]["date_earliest"].min())
    parts = [_panel(capital(names[key]), rows) for key, rows, _ in shown]
    rises = sum(part.frame["value"].iloc[-1] > part.frame["value"].iloc[0] for part in parts)
    return panels.small_multiples(
        parts,
        f"Of {counted(len(parts), 'kind')} of body counted more than once, {rises} had more bodies at the last count than at the "
        "first",
        f"Counts as sources happen to give them, of the {len(parts)} kinds counted most often out of {len(kinds)} that the "
        "definition takes in. A kind that is abolished has no count after its end.",
        Evidence.of(*(rows for _, rows, _ in shown)),
        *_span(pd.concat([rows for _, rows, _ in shown])),
        scheme,
    )


@or_say_why
def latest_counts(
    definition: str,
    first: int,
    last: int,
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Table:
    """The latest count of each kind, and bodies for each million people where the population is known."""
    import pandas as pd

    book = catalogue or default()
    kinds = kinds_counted(definition, first, last, include_unconfirmed, book)
    counts = _counts(list(kinds["body_key"]), first, last, include_unconfirmed, book)
    counts = counts[
        counts["preferred"].fillna(False).astype(bool) & counts["geography"].isin(["England", "England and Wales"])
    ]
    if counts.empty:
        raise NotEnoughDataError(
            f"{lower(DEFINITIONS[definition].name)}: no named kind was counted for England from {first} to {last}"
        )
    names = _names(book)
    latest = counts.drop_duplicates("body_key", keep="last").sort_values("count", ascending=False)
    records, evidence = [], Evidence.of(latest)
    for row in latest.itertuples():
        found = shares.bodies_per_head(row.body_key, row.geography, 1_000_000, include_unconfirmed, book)
        rate = found.frame.loc[found.frame["date"] == row.date, "rate"]
        evidence += long_series.people_of(row.geography, book).evidence
        records.append(
            {
                "Kind of body": capital(names[row.body_key]),
                "Number": int(row.count),
                "Date": dates.parse(row.date).readable(),
                "Where": row.geography,
                "For each million people": f"{float(rate.iloc[0]):.1f}" if len(rate) else "",
            }
        )
    top = latest.iloc[0]
    return Table(
        pd.DataFrame(records).set_index("Kind of body"),
        f"Most numerous at its last count: {names[top['body_key']]}, {int(top['count']):,} "
        f"({dates.parse(top['date']).readable()})",
        "Latest preferred count of each kind in England, or in England and Wales; the dates differ, so the column must not be "
        "added up. Bodies for each million people of the same geography and year.",
        evidence,
        (3, 0.8, 1.2, 1.3, 1.2),
    )


@or_say_why
def members_table(first: int, last: int, catalogue: Catalogue | None = None) -> Table:
    """Members of appointed bodies, as counted, beside elected councillors."""
    import pandas as pd

    book = catalogue or default()
    counts = book.load("body_counts")
    year = counts["date_earliest"].dt.year
    kept = counts[
        counts["body_key"].isin([*OFFICIAL, *WIDER, COUNCILLORS])
        & (counts["measure"] == "members")
        & counts["preferred"].fillna(False).astype(bool)
        & year.between(*in_order(first, last))
    ].sort_values(["date_earliest", "count_key"])
    appointed = kept[kept["body_key"] != COUNCILLORS]
    if appointed.empty:
        raise NotEnoughDataError(f"no number of members of appointed bodies is known from {first} to {last}")
    years = appointed["date_earliest"].dt.year
    # Councillors of the years in which the appointed were counted.
    elected = kept[(kept["body_key"] == COUNCILLORS) & kept["date_earliest"].dt.year.isin(years)]
    shown = pd.concat([appointed, elected]).sort_values(["date_earliest", "body_key"])
    names = _names(book)
    frame = pd.DataFrame(
        {
            "Who": [f"{capital(names[row.body_key])}: {row.what}" for row in shown.itertuples()],
            "Number": [_bounded(row) for row in shown.itertuples()],
            "Date": [dates.parse(day).readable() for day in shown["date"]],
            "Where": shown["geography"].to_list(),
        }
    ).set_index("Who")
    numbers = appointed["count"].fillna(appointed["count_low"]).astype(float)
    said = f"from {numbers.min():,.0f} to {numbers.max():,.0f}" if len(numbers) > 1 else f"{numbers.max():,.0f}"
    beside = elected["count"].fillna(elected["count_high"]).astype(float)
    councils = f"; the same sources and years give at most {beside.max():,.0f} councillors" if len(beside) else ""
    return Table(
        frame,
        f"Counts of members of appointed bodies: {said}{councils}",
        "Posts or people, each by the definition of whoever counted; they overlap and must not be added. Over: the source gives "
        "a lower bound; under: an upper one.",
        Evidence.of(shown),
        (4, 0.9, 1, 1.3),
    )


def _bounded(row: object) -> str:
    """A count, or the bound that there is of it."""
    import pandas as pd

    count, low, high = (getattr(row, name) for name in ("count", "count_low", "count_high"))
    if not pd.isna(count):
        return f"{int(count):,}"
    return f"over {int(low):,}" if not pd.isna(low) else f"under {int(high):,}" if not pd.isna(high) else ""


@or_say_why
def money(
    definition: str, first: int, last: int, scheme: Periodisation, catalogue: Catalogue | None = None
) -> Figure:
    """Series of the money of the bodies that the definition takes in, each by its own definition and prices."""
    items: list[Series] = []
    for key in (key for name in taken_in(definition) for key in DEFINITIONS[name].money):
        try:
            items.append(long_series.series(key, catalogue=catalogue).between(*in_order(first, last)))
        except NotEnoughDataError:
            continue
    if not items:
        raise NotEnoughDataError(f"no series on the money of such bodies has a value from {first} to {last}")
    items = items[-panels.MOST_PANELS :]
    evidence = Evidence()
    for item in items:
        evidence += item.evidence
    tops = [(float(item.frame["value"].max()), item) for item in items if item.unit == "GBP million"]
    most = max(tops, key=lambda pair: pair[0])
    at = most[1].frame.loc[most[1].frame["value"].idxmax(), "when"]
    years = [int(year) for item in items for year in item.frame["year"]]
    return panels.small_multiples(
        [panels.of_series(item) for item in items],
        f"Largest of {counted(len(items), 'series', 'series')} on the money of such bodies: {lower(most[1].title)}, "
        f"{amount(*(most[0], most[1].unit))} in {at}",
        "As published, in the prices that the source uses; prices differ between panels.",
        evidence,
        min(years),
        max(years),
        scheme,
    )


@or_say_why
def named_money(definition: str, first: int, last: int, catalogue: Catalogue | None = None) -> Table:
    """Sums of money of named bodies, year by year, over the bodies of which a figure is known."""
    import pandas as pd

    book = catalogue or default()
    named = book.load("appointed_bodies")
    codes = {
        row["body_key"]: tuple(code for code in row["selection"].split(";") if code)
        for row in book.rows("body_types")
    }
    wanted = {key for key in set(named["body_key"]) if definition_of(codes[key], key) in taken_in(definition)}
    values = book.load("appointed_body_values").merge(named[["body_id", "body_key"]], on="body_id")
    values = values[
        values["body_key"].isin(wanted)
        & values["measure"].isin(_PAID)
        & (values["basis"] == "in_year")
        & values["period_earliest"].dt.year.between(*in_order(first, last))
    ]
    if values.empty:
        raise NotEnoughDataError(
            f"no yearly sum of money of a named body of this kind is known from {first} to {last}"
        )
    names, every = _names(book), named.groupby("body_key").size()
    records = [
        {
            "Kind of body": capital(names[str(key)]),
            "What": str(measure).replace("_", " ").capitalize(),
            "Year": period,
            "Bodies with a figure": f"{rows['body_id'].nunique()} of {every[key]}",
            "Sum": amount(float(rows["value"].sum()), str(unit)),
        }
        for (key, measure, period, unit), rows in values.groupby(["body_key", "measure", "period", "unit"])
    ]
    return Table(
        pd.DataFrame(records).set_index("Kind of body"),
        f"Money of named bodies: {counted(len(values), 'figure')} for {counted(values['body_id'].nunique(), 'body', 'bodies')}",
        "Sums over the bodies of which a figure was found, in the prices of the year; where some are missing the sum is too low "
        "by them. Of: all bodies of the kind that the table of appointed bodies names.",
        Evidence.of(values),
        (2.4, 1.1, 0.9, 1.2, 1.1),
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
    frame = found.frame
    records = []
    for role in roles:
        for name, words in shares.SELECTION_NAMES.items():
            record: dict[str, str] = {"Role and holder": f"{role.replace('_', ' ').capitalize()}: {lower(words)}"}
            for year in dict.fromkeys(years):
                row = frame[(frame["role"] == role) & (frame["class"] == name) & (frame["year"] == year)].iloc[0]
                record[str(year)] = f"{row['share']:.0%} of {row['of']}" if row["share"] == row["share"] else ""
            records.append(record)
    lead = frame[(frame["role"] == roles[0]) & (frame["class"] == "appointed") & frame["share"].notna()]
    if len(lead) > 1:
        ends = lead.iloc[0], lead.iloc[-1]
        title = (
            f"Functions with an appointed local holder: {ends[0]['share']:.0%} of {ends[0]['of']} in {ends[0]['year']}, "
            f"{ends[1]['share']:.0%} of {ends[1]['of']} in {ends[1]['year']}"
        )
    else:
        title = "Functions by how their local holders were chosen: not enough functions known in two years to compare"
    return Table(
        pd.DataFrame(records).set_index("Role and holder"),
        title,
        "Share of the functions with a local holder of known selection in that role; a function may have holders of several "
        "kinds, so a column adds to more than all. Empty: fewer than five functions. A committee of a council counts as elected. "
        "Three quarters through each period. The later years are recorded in more detail.",
        found.evidence,
        (3, *(1.0 for _ in dict.fromkeys(years))),
    )


@or_say_why
def areas_in_being(
    first: int,
    last: int,
    scheme: Periodisation,
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Figure:
    """How many designated areas and single-purpose bodies of each scheme were in being at the end of each year."""
    import pandas as pd

    book = catalogue or default()
    begin, end = in_order(first, last)
    areas = book.load("designated_areas", include_unconfirmed).rename(columns={"scheme": "of"})
    named = book.load("appointed_bodies", include_unconfirmed).assign(of=lambda frame: frame["body_key"])
    parts, used, without = [], [], []
    for key, name in SCHEMES.items():
        rows = pd.concat([frame[(frame["of"] == key) & (frame["country"] == "England")] for frame in (areas, named)])
        known = rows[rows["start_latest"].notna() & rows["end_earliest"].notna()]
        if len(known) < len(rows):
            without.append(f"{name} {len(rows) - len(known)} of {len(rows)}")
        counts = _in_being(known, begin, end)
        if counts["value"].any():
            parts.append(Panel(capital(name), "England; in being at the end of the year", counts, stepped=True))
            used.append(known)
    if not parts:
        raise NotEnoughDataError(f"no such area or body with known dates was in being from {begin} to {end}")
    most = max(parts, key=lambda part: float(part.frame["value"].max()))
    top = int(most.frame["value"].max())
    name = next(name for name in SCHEMES.values() if capital(name) == most.heading)
    left = f" Left out for want of a date: {listing(without)}." if without else ""
    return panels.small_multiples(
        parts,
        f"{capital(counted(len(parts), 'scheme'))} of areas and bodies chosen by the centre; most at once, {top} {name}",
        f"Areas and bodies whose beginning and end are both known.{left}",
        Evidence.of(*used, dates=("start", "end")),
        begin,
        end,
        scheme,
    )


def _in_being(known: pd.DataFrame, begin: int, end: int) -> pd.DataFrame:
    """How many rows were in being at the end of each year; not firm where a date of one of them has not been read."""
    import pandas as pd

    starts, ends = known["start_latest"].dt.year, known["end_earliest"].dt.year
    unread = [
        row.evidence == "recalled" or bool({"start", "end"} & set(row.unconfirmed_fields))
        for row in known.itertuples()
    ]
    records = []
    for year in range(begin, end + 1):
        there = (starts <= year) & (ends > year)
        records.append(
            {
                "x": year + 1.0,
                "value": int(there.sum()),
                "when": str(year),
                "firm": not any(flag for flag, alive in zip(unread, there, strict=True) if alive),
                "segment": "0",
            }
        )
    return pd.DataFrame(records)


@or_say_why
def transfers(first: int, last: int, catalogue: Catalogue | None = None) -> Figure:
    """Council dwellings that left the councils by transfer, in the years for which days are known."""
    import pandas as pd

    frame = (catalogue or default()).load("stock_transfers")
    done = frame[(frame["status"] == "transferred") & frame["dwellings"].notna()]
    dated = done[done["transfer_date_earliest"].notna()]
    years = dated["transfer_date_earliest"].dt.year
    dated = dated[years.between(*in_order(first, last))].assign(year=years)
    if dated.empty:
        raise NotEnoughDataError(
            f"no transfer of council housing with a known day is in the tables from {first} to {last}"
        )
    sums = dated.groupby("year")["dwellings"].agg(["sum", "size"])
    shown = pd.DataFrame(
        {
            "label": [f"{int(year)} ({counted(int(row['size']), 'transfer')})" for year, row in sums.iterrows()],
            "value": sums["sum"].astype(float).to_list(),
        }
    )
    before = done[done["transfer_date_earliest"].isna()]
    more = (
        f" {counted(len(before), 'transfer')} of {int(before['dwellings'].sum()):,} dwellings, known only to have been made by "
        "a later date, are not in the bars."
        if len(before)
        else ""
    )
    return figures.bars(
        shown,
        f"{counted(len(dated), 'transfer')} with a known day took {int(dated['dwellings'].sum()):,} dwellings from the councils",
        "Dwellings transferred",
        Evidence.of(dated, before),
        "Transfers of council housing to other landlords, England, by year of transfer; the list is not whole."
        + more,
    )
