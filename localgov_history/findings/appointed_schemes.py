"""Money of appointed bodies, areas of single schemes, and council housing transferred."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import figures, long_series
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure, panels
from localgov_history.figures.panels import Panel
from localgov_history.findings import quangos
from localgov_history.findings.public_money import amount, directions_title, in_order
from localgov_history.findings.titles import or_say_why
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.long_series import Series
    from localgov_history.periods import Periodisation

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


@or_say_why
def money(
    definition: str, first: int, last: int, scheme: Periodisation, catalogue: Catalogue | None = None
) -> Figure:
    """Series of the money of the bodies that the definition takes in, each by its own definition and prices."""
    items: list[Series] = []
    for key in (key for name in quangos.taken_in(definition) for key in quangos.DEFINITIONS[name].money):
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
    years = [int(year) for item in items for year in item.frame["year"]]
    return panels.small_multiples(
        [panels.of_series(item) for item in items],
        directions_title("Money of such bodies", items),
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
    wanted = {
        key
        for key in set(named["body_key"])
        if quangos.definition_of(codes[key], key) in quangos.taken_in(definition)
    }
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
    names, every = quangos.plurals(book), named.groupby("body_key").size()
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
    dated = dated.assign(year=dated["transfer_date_earliest"].dt.year)
    dated = dated[dated["year"].between(*in_order(first, last))]
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
