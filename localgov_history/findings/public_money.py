"""Spending, grants, local taxes and debt over the long run: one definition a line, several side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from localgov_history import dates, figures, long_series, shares
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure, panels
from localgov_history.findings.titles import NOT_CLEAR, NOT_ENOUGH, or_say_why
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing, lower

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.long_series import Series
    from localgov_history.periods import Periodisation

TOPICS = {
    "money_total": "Spending and income in all",
    "grant": "Grants",
    "local_tax": "Rates and other local taxes",
    "debt": "Debt",
    "service_spending": "Spending on single services",
    "poor_relief": "Poor relief",
    "education": "Education",
    "housing": "Housing",
    "police": "Police",
    "staff": "Staff",
}
# A series with fewer values is listed in the tables and not drawn.
LEAST_VALUES = 4
LEAST_SHARES = 3
PANELS = 6
# Central government and the whole public sector: what local government is set against, not part of it.
WHOLES = ("uk_central_", "uk_public_sector_", "uk_total_managed_", "uk_exchequer_", "uk_general_government_")
# A change of less than this share of the first value is called none.
SAME = 0.05
# Printed and computed shares that differ by no more than rounding to a whole per cent agree.
ROUNDING = 0.5

GRANT_SHARES = (
    "england_and_wales_grants_share_of_rates_and_grants_1935_to_1942",
    "uk_local_government_grants_share_of_current_expenditure",
    "england_and_wales_government_grants_share_of_local_expenditure_to_1969",
    "england_and_wales_exchequer_grant_share_at_settlement",
    "england_and_wales_grants_share_of_rate_and_grant_revenue",
    "england_government_grants_share_of_local_expenditure",
    "england_government_grants_share_of_revenue_expenditure",
    "england_central_support_with_business_rates_share_of_current_expenditure",
    "england_exchequer_grant_share_at_settlement",
)
PUBLIC_SHARES = (
    "uk_noncentral_share_of_public_expenditure",
    "uk_local_share_of_general_government_expenditure",
    "uk_local_share_of_central_and_local_expenditure_net_of_transfers",
)
NATIONAL_SHARES = (
    *PUBLIC_SHARES,
    "uk_local_government_total_expenditure_share_of_gross_domestic_product",
    "uk_local_authority_expenditure_net_of_transfers_share_of_gross_national_product",
    "uk_local_government_local_taxes_share_of_gross_domestic_product",
)
# Shares that a source prints, with the two series that give the same share.
PRINTED = (
    (
        "uk_central_and_local_government_expenditure_share_of_gross_national_product",
        "uk_central_and_local_government_expenditure",
        "uk_gross_national_product_factor_cost",
    ),
    (
        "england_government_grants_share_of_revenue_expenditure",
        "england_government_grants_to_local_authorities",
        "england_local_authority_revenue_expenditure",
    ),
)


def in_order(first: int, last: int) -> tuple[int, int]:
    """Two years, the earlier one first."""
    return min(first, last), max(first, last)


def introduction(first: int, last: int, price_base: int, constant_prices: bool, per_head: bool) -> str:
    """A sentence on the years, the prices and the heads chosen."""
    begin, end = in_order(first, last)
    prices = (
        f"money at current prices is shown in the prices of {price_base}, by the retail price index"
        if constant_prices
        else "money is shown in the prices of its time"
    )
    heads = (
        "per head where the population of the same geography is in the tables, and as a whole sum where it is not"
        if per_head
        else "as whole sums"
    )
    swapped = " The first year given is after the last, so the two were exchanged." if first > last else ""
    return f"Values from {begin} to {end}; {prices}, {heads}.{swapped}"


def prepared(item: Series, price_base: int, constant_prices: bool, per_head: bool) -> Series:
    """A series in the prices and per the heads asked for, as far as that can be done.

    What is no money at current prices, or has no population, stays as it is; a note among its steps says so.
    """
    import dataclasses

    steps: list[str] = []
    if constant_prices and item.unit in long_series.MONEY:
        if item.price_basis == "current":
            base = f"{price_base}/{(price_base + 1) % 100:02d}" if item.year_kind == "financial" else price_base
            item = item.real(base)
        else:
            basis = item.price_basis.partition(":")[2]
            steps.append(f"Left in the prices of {basis}, in which it was published.")
    if per_head and item.unit in long_series.MONEY:
        try:
            item = item.per_head()
        except NotEnoughDataError:
            raise
        except LocalgovError as error:
            steps.append(f"Not per head: {error}.")
    return dataclasses.replace(item, steps=(*item.steps, *steps))


def series_of(
    topic: str, first: int, last: int, least: int = LEAST_VALUES, catalogue: Catalogue | None = None
) -> list[Series]:
    """The series of local government on a topic with at least so many values in the years, most values first.

    Raises
    ------
    UnknownNameError
        If there is no such topic.
    """
    if topic not in TOPICS:
        raise UnknownNameError("topic", topic, TOPICS)
    book = catalogue or default()
    keys = [
        row["series_key"]
        for row in book.rows("series_meta")
        if row["topic"] == topic and not row["series_key"].startswith(WHOLES)
    ]
    return sorted(_held(keys, first, last, least, book), key=lambda item: (-len(item), item.key))


def _held(keys: Sequence[str], first: int, last: int, least: int, catalogue: Catalogue | None) -> list[Series]:
    book = catalogue or default()
    begin, end = in_order(first, last)
    values = Counter(row["series_key"] for row in book.rows("series"))
    derived = {row["series_key"] for row in book.rows("series_meta") if row["derived"] == "true"}
    found = []
    for key in keys:
        if values[key] < least and key not in derived:
            continue
        try:
            item = long_series.series(key, catalogue=book).between(begin, end)
        except NotEnoughDataError:
            continue
        if len(item) >= least:
            found.append(item)
    return found


@or_say_why
def series_table(topic: str, first: int, last: int, catalogue: Catalogue | None = None) -> Table:
    """The series of a topic that are long enough to draw, with their definitions in short."""
    import pandas as pd

    book = catalogue or default()
    found = series_of(topic, first, last, catalogue=book)
    begin, end = in_order(first, last)
    name = TOPICS[topic]
    if not found:
        raise NotEnoughDataError(
            f"no series on {lower(name)} has {LEAST_VALUES} values or more from {begin} to {end}"
        )
    every = sum(
        row["topic"] == topic and not row["series_key"].startswith(WHOLES) for row in book.rows("series_meta")
    )
    records = [
        {
            "Series": item.title,
            "Where": item.geography,
            "Unit": item.unit_words,
            "Years": f"{item.frame['when'].iloc[0]} to {item.frame['when'].iloc[-1]}",
            "Values": len(item),
            "Stretches": item.frame["segment"].nunique(),
        }
        for item in found
    ]
    evidence = Evidence()
    for item in found:
        evidence += item.evidence
    return Table(
        pd.DataFrame(records).set_index("Series"),
        f"{name}: {counted(len(found), 'series', 'series')} with {LEAST_VALUES} values or more from {begin} to {end}",
        "Each is a definition of its own. Stretches: parts that a change of definition, geography or coverage divides; "
        f"values of different stretches are not compared. The tables hold {every - len(found)} more series on this subject with "
        "fewer values. Series of central government and of the whole public sector are not listed.",
        evidence,
        (3.2, 1.3, 1.1, 1.4, 0.7, 0.9),
    )


@or_say_why
def side_by_side(
    topic: str,
    first: int,
    last: int,
    price_base: int,
    constant_prices: bool,
    per_head: bool,
    scheme: Periodisation,
    catalogue: Catalogue | None = None,
) -> Figure:
    """The longest series of a topic, each in a panel of its own."""
    every = series_of(topic, first, last, catalogue=catalogue)
    if not every:
        begin, end = in_order(first, last)
        raise NotEnoughDataError(
            f"no series on {lower(TOPICS[topic])} has {LEAST_VALUES} values or more from {begin} to {end}"
        )
    shown, without = [], 0
    for item in widest(every, PANELS):
        try:
            shown.append(prepared(item, price_base, constant_prices, per_head))
        except NotEnoughDataError:
            without += 1
    caption = (
        f"{PANELS} of {len(every)} series on this subject: those that together cover most years, then the longest."
        if len(every) > PANELS
        else ""
    )
    if without:
        caption += f" {counted(without, 'series', 'series')} left out for want of a price index or a population."
    return _multiples(shown, TOPICS[topic], caption, scheme)


def widest(items: Sequence[Series], most: int) -> list[Series]:
    """So many series that together cover most years: each time the one that adds most, and of those the longest."""
    left, covered = list(items), set[int]()
    taken: list[Series] = []
    while left and len(taken) < most:
        best = max(left, key=lambda item: (len(set(item.frame["year"]) - covered), len(item)))
        left.remove(best)
        taken.append(best)
        covered |= set(best.frame["year"])
    return taken


@or_say_why
def grant_shares(first: int, last: int, scheme: Periodisation, catalogue: Catalogue | None = None) -> Figure:
    """What share of local money came from grants, by every definition with three values or more."""
    found = _held(GRANT_SHARES, first, last, LEAST_SHARES, catalogue)
    return _multiples(found, "Grants as a share of local money", "", scheme)


@or_say_why
def national_shares(first: int, last: int, scheme: Periodisation, catalogue: Catalogue | None = None) -> Figure:
    """How large local government was beside all government and the whole economy, by every definition held."""
    found = _held(NATIONAL_SHARES, first, last, 2, catalogue)
    return _multiples(found, "Local government beside the whole", "", scheme)


def _multiples(items: Sequence[Series], name: str, caption: str, scheme: Periodisation) -> Figure:
    if not items:
        raise NotEnoughDataError(f"no series on {lower(name)} has enough values in these years")
    ordered = sorted(items, key=lambda item: (item.frame["start"].min(), item.key))
    notes = [f"{item.title}: {lower(step)}" for item in ordered for step in item.steps if step.startswith("Not per")]
    steps = sorted({step for item in ordered for step in item.steps if step.startswith("Deflated")})
    deflated = steps[0].partition(";")[0].rstrip(".") + "." if steps else ""
    left = f"Not per head, for want of a population: {counted(len(notes), 'series', 'series')}." if notes else ""
    evidence = Evidence()
    for item in ordered:
        evidence += item.evidence
    years = [int(year) for item in ordered for year in item.frame["year"]]
    return panels.small_multiples(
        [panels.of_series(item) for item in ordered],
        directions_title(name, ordered),
        " ".join(text for text in (caption, _plain(deflated), left) if text),
        evidence,
        min(years),
        max(years),
        scheme,
    )


def _plain(step: str) -> str:
    """The step of deflating without the key of the index, and for panels of several bases."""
    return step.partition(" (")[0].rstrip(".") + "." if step else ""


def direction(item: Series) -> str:
    """Whether a series ends higher than it begins: ``rises``, ``falls``, ``is level``, ``breaks`` or ``single``."""
    first, last = item.frame.iloc[0], item.frame.iloc[-1]
    if len(item) == 1:
        return "single"
    if first["segment"] != last["segment"]:
        return "breaks"
    if abs(last["value"] - first["value"]) < SAME * abs(first["value"]):
        return "is level"
    return "rises" if last["value"] > first["value"] else "falls"


def directions_title(name: str, items: Sequence[Series]) -> str:
    """A title that counts how many series rise, fall, stay level or break; no change is told across a break."""
    tally = Counter(direction(item) for item in items)
    words = {
        "rises": ("ends higher than it begins", "end higher than they begin"),
        "falls": ("ends lower", "end lower"),
        "is level": ("ends about where it began", "end about where they began"),
        "breaks": ("breaks on the way", "break on the way"),
        "single": ("has one value", "have one value"),
    }
    said = [f"{tally[key]} {forms[0 if tally[key] == 1 else 1]}" for key, forms in words.items() if tally[key]]
    if not said:
        return f"{NOT_ENOUGH} {lower(name)}"
    if tally["breaks"] == len(items) > 1:
        return f"{name}: none of {len(items)} series is one line from end to end"
    return f"{name}: of {counted(len(items), 'series', 'series')}, {listing(said)}"


@or_say_why
def closely(
    series: str,
    first: int,
    last: int,
    price_base: int,
    constant_prices: bool,
    per_head: bool,
    scheme: Periodisation,
    catalogue: Catalogue | None = None,
) -> Figure:
    """One series with all its breaks, in the prices and per the heads asked for."""
    item = chosen(series, first, last, price_base, constant_prices, per_head, catalogue)
    return figures.series_line(item, change_sentence(item), scheme)


def chosen(
    series: str,
    first: int,
    last: int,
    price_base: int,
    constant_prices: bool,
    per_head: bool,
    catalogue: Catalogue | None = None,
) -> Series:
    """One series between two years, in the prices and per the heads asked for."""
    item = long_series.series(series, catalogue=catalogue).between(*in_order(first, last))
    return prepared(item, price_base, constant_prices, per_head)


def change_sentence(item: Series) -> str:
    """A title for one series: its change, or that it is not one line."""
    first, last = item.frame.iloc[0], item.frame.iloc[-1]
    said = [amount(float(row["value"]), item.unit) for row in (first, last)]
    turn = direction(item)
    if turn == "single":
        return f"{item.title}: one value, {said[0]} in {first['when']}"
    if turn == "breaks":
        number = item.frame["segment"].nunique()
        return f"{item.title}, {first['when']} to {last['when']}: {number} stretches that are not one line"
    if turn == "is level":
        return f"{NOT_CLEAR}: {lower(item.title)}, {said[0]} in {first['when']} and {said[1]} in {last['when']}"
    verb = "rose" if turn == "rises" else "fell"
    return f"{item.title} {verb} from {said[0]} in {first['when']} to {said[1]} in {last['when']}"


def amount(value: float, unit: str) -> str:
    """A value with its unit, as a reader writes it."""
    number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"
    if unit == "GBP per head":
        return f"£{value:,.2f}"
    if unit.startswith("GBP"):
        return f"£{number}{unit.removeprefix('GBP')}"
    return f"{number} {unit}"


@or_say_why
def stretches(
    series: str,
    first: int,
    last: int,
    price_base: int,
    constant_prices: bool,
    per_head: bool,
    catalogue: Catalogue | None = None,
) -> Table:
    """One series stretch by stretch: where each begins and ends, and how fast it grew within."""
    import pandas as pd

    item = chosen(series, first, last, price_base, constant_prices, per_head, catalogue)
    records = []
    for _, rows in item.frame.groupby("segment", sort=True):
        begin, end = rows.iloc[0], rows.iloc[-1]
        records.append(
            {
                "Years": " to ".join(dict.fromkeys(dates.spoken(row["when"]) for row in (begin, end))),
                "Values": len(rows),
                "First": amount(float(begin["value"]), item.unit),
                "Last": amount(float(end["value"]), item.unit),
                "Change a year": _pace(rows, item.unit),
            }
        )
    parting = item.breaks[item.breaks["kind"].isin(long_series.PARTING)]
    why = "; ".join(f"{dates.spoken(row.date)}: {row.what.rstrip('.')}" for row in parting.itertuples())
    unit = "points" if item.unit == "per cent" else "the constant yearly rate from the first value to the last"
    return Table(
        pd.DataFrame(records).set_index("Years"),
        f"{item.title}: {counted(len(records), 'stretch', 'stretches')} of one definition",
        f"Change a year: {unit}, within the stretch. " + (f"Between stretches: {why}." if why else "No break."),
        item.evidence,
        (1.6, 0.7, 1.4, 1.4, 1.2),
    )


def _pace(rows: pd.DataFrame, unit: str) -> str:
    begin, end = rows.iloc[0], rows.iloc[-1]
    years = int(end["year"]) - int(begin["year"])
    if not years:
        return ""
    if unit == "per cent":
        return f"{(end['value'] - begin['value']) / years:+.2f} points".replace("-", "−")
    if begin["value"] <= 0 or end["value"] <= 0:
        return ""
    return f"{100 * ((end['value'] / begin['value']) ** (1 / years) - 1):+.1f}%".replace("-", "−")


def spread_sentence(keys: Sequence[str], first: int, last: int, catalogue: Catalogue | None = None) -> str:
    """How far the definitions of a share lie apart in the year in which they do so most."""
    import pandas as pd

    found = _held(keys, first, last, 1, catalogue)
    rows = [
        (int(year), value, item.title) for item in found for year, value in item.frame[["year", "value"]].to_numpy()
    ]
    frame = pd.DataFrame(rows, columns=["year", "value", "title"])
    several = frame.groupby("year").filter(lambda group: len(group) > 1)
    if several.empty:
        return "In no year of these do two of the definitions have a value, so they cannot be compared."
    span = several.groupby("year")["value"].agg(["min", "max", "size"])
    span = span.assign(gap=span["max"] - span["min"])
    year = int(span["gap"].idxmax())
    row = span.loc[year]
    return (
        f"In {counted(len(span), 'year')} two or more of these definitions have a value. They lie apart most in years that "
        f"begin in {year}: {int(row['size'])} definitions give {row['min']:.0f} to {row['max']:.0f} per cent."
    )


def ends_sentence(series: str, first: int, last: int, catalogue: Catalogue | None = None) -> tuple[str, bool]:
    """First and last value of each stretch of a series, and whether there is any; nothing is compared across a break."""
    try:
        item = long_series.series(series, catalogue=catalogue).between(*in_order(first, last))
    except NotEnoughDataError as error:
        return f"Not enough data here: {error}.", False
    parts = []
    for _, rows in item.frame.groupby("segment", sort=True):
        begin, end = (
            f"{amount(float(row['value']), item.unit)} in {dates.spoken(row['when'])}"
            for row in (rows.iloc[0], rows.iloc[-1])
        )
        parts.append(begin if len(rows) == 1 else f"{begin} and {end}")
    breaks = " A semicolon marks a break." if len(parts) > 1 else ""
    return f"{item.title} ({item.geography}): {'; '.join(parts)}.{breaks}", True


@or_say_why
def printed_table(first: int, last: int, catalogue: Catalogue | None = None) -> Table:
    """Shares as printed beside the same shares computed from their parts."""
    import pandas as pd

    begin, end = in_order(first, last)
    records, evidence, most = [], Evidence(), []
    for names in PRINTED:
        try:
            found = shares.printed_beside_computed(*names, catalogue=catalogue)
        except NotEnoughDataError:
            continue
        rows = found.frame.loc[[begin <= int(str(when)[:4]) <= end for when in found.frame["when"]]]
        if len(rows):
            span = [str(rows["when"].iloc[place]) for place in (0, -1)]
            largest = float(rows["difference"].abs().max())
            records.append(
                {
                    "Share": found.printed.title,
                    "Where": found.printed.geography,
                    "Years": f"{len(rows)}, {span[0]} to {span[1]}" if len(rows) > 1 else span[0],
                    "Printed": f"{rows['printed'].min():.1f}–{rows['printed'].max():.1f}%",
                    "Computed": f"{rows['computed'].min():.1f}–{rows['computed'].max():.1f}%",
                    "Largest difference": f"{largest:.2f} points",
                }
            )
            most += [float(value) for value in rows["difference"].abs()]
            evidence += found.evidence
    if not records:
        raise NotEnoughDataError(f"no share is both printed and computable from {begin} to {end}")
    agree = sum(difference <= ROUNDING for difference in most)
    return Table(
        pd.DataFrame(records).set_index("Share"),
        f"{agree} of {len(most)} printed shares agree with the computed ones to within {ROUNDING:g} of a point",
        "Shares that a source prints and whose two parts the tables also hold. A difference of half a point is no more than "
        "rounding where whole per cents are printed.",
        evidence,
        (2.6, 1.2, 1.5, 1, 1, 1),
    )


@or_say_why
def rate_limits_by_year(first: int, last: int, catalogue: Catalogue | None = None) -> Table:
    """How many authorities had their rates limited in each year, by the list of names and as published."""
    import pandas as pd

    book = catalogue or default()
    frame = _limits(first, last, book)
    published = long_series.series("england_rate_capped_councils", catalogue=book)
    totals = dict(zip(published.frame["when"], published.frame["value"], strict=True))
    records = []
    for period, rows in frame.groupby("period", sort=True):
        fixed = Counter(str(how) for how in rows["limit_fixed_by"].dropna())
        whole = bool(rows["list_complete"].fillna(False).all())
        records.append(
            {
                "Year": period,
                "Authorities named": f"{len(rows)}" if whole else f"at least {len(rows)}",
                "As published": f"{totals[period]:,.0f}" if period in totals else "",
                "How the limit was fixed": listing([f"{how} {number}" for how, number in sorted(fixed.items())]),
            }
        )
    most = frame.groupby("period").size()
    used = published.frame[published.frame["when"].isin(most.index)]
    return Table(
        pd.DataFrame(records).set_index("Year"),
        f"{counted(frame['authority'].nunique(), 'authority', 'authorities')} had their rates limited in "
        f"{counted(len(most), 'year')}; most in {most.idxmax()} ({most.max()})",
        "Authorities whose rates or precepts were limited by the government, by name, beside the published number where one "
        f"was found ({lower(published.definition.rstrip('.'))}). At least: the list is known to be incomplete. How the limit was "
        "fixed is known for some years only.",
        Evidence.of(frame, used),
        (1, 1.2, 1, 2.4),
    )


@or_say_why
def rate_limits_by_authority(first: int, last: int, catalogue: Catalogue | None = None) -> Table:
    """Which authorities had their rates limited more than once."""
    import pandas as pd

    frame = _limits(first, last, catalogue or default())
    years = frame.groupby("authority")["period"].agg(lambda items: sorted(set(items)))
    often = years.loc[[len(items) > 1 for items in years]]
    if often.empty:
        raise NotEnoughDataError("no authority had its rates limited more than once in these years")
    order = sorted(often.index, key=lambda name: (-len(often[name]), str(name)))
    shown = pd.DataFrame(
        {"Times": [len(often[name]) for name in order], "In": [", ".join(often[name]) for name in order]},
        index=pd.Index(order, name="Authority"),
    )
    once = sorted(str(name) for name in years.index if len(years[name]) == 1)
    top = [name for name in order if len(often[name]) == len(often[order[0]])]
    return Table(
        shown,
        f"{len(often)} of {len(years)} authorities had their rates limited more than once; "
        f"{listing(top)} most often ({len(often[order[0]])} times)",
        f"Once: {listing(once)}." if once else "None was limited only once.",
        Evidence.of(frame),
        (1.6, 0.6, 3.4),
    )


def _limits(first: int, last: int, book: Catalogue) -> pd.DataFrame:
    begin, end = in_order(first, last)
    frame = book.load("rate_limits")
    frame = frame[(frame["status"] == "capped") & frame["period_earliest"].dt.year.between(begin, end)]
    if frame.empty:
        raise NotEnoughDataError(f"no limit on the rates of an authority is recorded from {begin} to {end}")
    return frame


def long_keys(topic: str, first: int, last: int, catalogue: Catalogue | None = None) -> list[str]:
    """The keys of the series of a topic that are long enough to draw, most values first."""
    return [item.key for item in series_of(topic, first, last, catalogue=catalogue)]
