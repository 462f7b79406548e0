"""How many appointed bodies there were and how many members they had: official counts, wider ones, and their rivals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import dates, figures, long_series, shares
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure, panels
from localgov_history.figures.panels import Panel
from localgov_history.findings import quangos
from localgov_history.findings.public_money import in_order
from localgov_history.findings.titles import or_say_why
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing, lower

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Periodisation

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

    x = [figures.as_year(day.date()) for day in rows["date_earliest"]]
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
    names = quangos.plurals(book)
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
    """How many of the counts fell from the first year to the last."""
    pairs = [
        (float(part.frame["value"].iloc[0]), float(part.frame["value"].iloc[-1]))
        for part in parts
        if len(part.frame) > 1
    ]
    if not pairs:
        return "Official counts of quangos: not enough counts to tell a rise from a fall"
    falls = sum(after < before for before, after in pairs)
    return (
        f"{falls} of {counted(len(pairs), 'official count')} of quangos fell from the first year counted to the last"
    )


def official_sentence(
    first: int, last: int, include_unconfirmed: bool = True, catalogue: Catalogue | None = None
) -> tuple[str, bool]:
    """First and last official count of all classes, the widest count beside the official one nearest to it, and whether there
    are such counts."""
    counts = _counts((OFFICIAL[0], *WIDER), first, last, include_unconfirmed, catalogue or default())
    counts = counts[counts["preferred"].fillna(False).astype(bool) & (counts["geography"] == "United Kingdom")]
    official, wider = (counts[(counts["body_key"] == OFFICIAL[0]) == own] for own in (True, False))
    if len(official) < 2:
        return (
            f"From {first} to {last} fewer than two official counts of all non-departmental public bodies are known.",
            False,
        )
    begin, end = official.iloc[0], official.iloc[-1]
    said = (
        f"Officially there were {int(begin['count']):,} non-departmental public bodies in {begin['year']} and "
        f"{int(end['count']):,} in {end['year']}"
    )
    if wider.empty:
        return f"{said}.", True
    widest = wider.loc[wider["count"].astype(int).idxmax()]
    near = official.loc[(official["year"] - widest["year"]).abs().idxmin()]
    name = quangos.plurals(catalogue or default())[widest["body_key"]]
    beside = (
        f"; the widest count is {int(widest['count']):,} {name} in {widest['year']}, and the official one nearest to it "
        f"{int(near['count']):,} in {near['year']}. They count different things."
    )
    return said + beside, True


def _span(counts: pd.DataFrame) -> tuple[int, int]:
    return int(counts["year"].min()), int(counts["year"].max())


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
    names = quangos.plurals(book)
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
    kinds = quangos.kinds_counted(list(quangos.DEFINITIONS)[-1], first, last, include_unconfirmed, book)
    counts = _counts(list(kinds["body_key"]), first, last, include_unconfirmed, book)
    same = (counts["year"] == total["year"]) & (counts["geography"] == total["geography"])
    parts = counts[same & counts["preferred"].fillna(False)].sort_values("count", ascending=False)
    if parts.empty:
        raise NotEnoughDataError(f"no kind of body was counted for {total['geography']} in {total['year']}")
    names, number, added = quangos.plurals(book), int(total["count"]), int(parts["count"].sum())
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
    kinds = quangos.kinds_counted(list(quangos.DEFINITIONS)[-1], first, last, True, book)
    counts = _counts([*OFFICIAL, HEALTH, *WIDER, *kinds["body_key"]], first, last, include_unconfirmed, book)
    names, records, used = quangos.plurals(book), [], []
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
    kinds = quangos.kinds_counted(definition, first, last, include_unconfirmed, book)
    counts = _counts(list(kinds["body_key"]), first, last, include_unconfirmed, book)
    names = quangos.plurals(book)
    series = []
    for key, rows in counts.groupby("body_key"):
        sizes = rows[rows["preferred"].fillna(False).astype(bool)].groupby("geography")["year"].nunique()
        if len(sizes) and sizes.max() > 1:
            # Of the geographies counted, the one with most counts; of those alike, the first by name.
            series.append((str(key), rows[rows["geography"] == sizes.idxmax()], int(sizes.max())))
    if not series:
        raise NotEnoughDataError(
            f"{lower(quangos.DEFINITIONS[definition].name)}: no named kind was counted twice from {first} to {last}"
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
    kinds = quangos.kinds_counted(definition, first, last, include_unconfirmed, book)
    counts = _counts(list(kinds["body_key"]), first, last, include_unconfirmed, book)
    counts = counts[
        counts["preferred"].fillna(False).astype(bool) & counts["geography"].isin(["England", "England and Wales"])
    ]
    if counts.empty:
        raise NotEnoughDataError(
            f"{lower(quangos.DEFINITIONS[definition].name)}: no named kind was counted for England from {first} to {last}"
        )
    names = quangos.plurals(book)
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
        (2.8, 0.7, 1.5, 1.3, 1.1),
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
    names = quangos.plurals(book)
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
