"""Periods, Acts and the lives of kinds of body."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from localgov_history import bodies, claims, dates, figures, measures
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.findings.titles import (
    or_say_why,
    percent,
)
from localgov_history.periods import periodisation, with_article
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Period, Periodisation


def periods_table(scheme: Periodisation, catalogue: Catalogue | None = None) -> Table:
    """The periods of a scheme: label as printed, span, working days, why."""
    book = catalogue or default()
    frame = scheme.to_frame()
    days = [
        " to ".join(dates.parse(day.isoformat()).readable() for day in (period.start, period.end))
        for period in scheme
    ]
    shown = frame.assign(days=days)[["label", "days", "reason"]]
    heads = {"label": "In the source’s words", "days": "Dates used here", "reason": "Why these dates"}
    shown = shown.rename(columns=heads)
    shown.index = frame["span"].rename("Period")
    rows = book.load("periods")
    rows = rows[rows["periodisation"] == scheme.name]
    # A user's own scheme may bear the name of a shipped one.
    shipped = len(rows) and periodisation(scheme.name, book) == scheme
    evidence = Evidence.of(rows) if shipped else Evidence(scheme.source_keys)
    return Table(
        shown,
        f"The periods of {scheme.authority or scheme.name}",
        f"Labels as printed in the source; the dates by which rows are sorted are ours. Check: {scheme.report()}.",
        evidence,
        (1.1, 2, 1.7, 3),
    )


@or_say_why
def schemes_table(catalogue: Catalogue | None = None) -> Table:
    """Every scheme that ships, with its boundaries and how many beginnings and ends of bodies lie near them."""
    import pandas as pd

    from localgov_history import periods

    book = catalogue or default()
    kinds = bodies.kinds(catalogue=book)
    events = measures.turnover_years(kinds)
    records = []
    for name in periods.periodisations(book):
        scheme = periods.periodisation(name, book)
        near, ratio = claims.clustering(events, scheme)
        records.append(
            {
                "Whose scheme (its key)": f"{scheme.whose} ({name})",
                "Periods": len(scheme),
                "New periods begin": ", ".join(str(day.year) for day in scheme.boundaries),
                "Events near": percent(near),
                "Times chance": "" if ratio != ratio else f"{ratio:.2f}",
            }
        )
    return Table(
        pd.DataFrame(records).set_index("Whose scheme (its key)"),
        "Rival divisions of the same years",
        f"Events near: share of the known beginnings and ends of kinds of local body, {len(events)} in all, within the "
        f"years of the scheme that lie within {claims.NEAR} years of a boundary. Times chance: that share over its mean "
        f"when all boundaries move by up to {claims.FARTHEST_MOVE} years either way; a scheme with one or "
        "two boundaries is easily lucky.",
        Evidence.of(book.load("periods")) + Evidence.of(bodies.dated(kinds)),
        (3, 0.8, 2.4, 0.9, 0.9),
    )


@or_say_why
def landmark_acts(
    scheme: Periodisation, include_unconfirmed: bool = True, catalogue: Catalogue | None = None
) -> Figure:
    """Landmark Acts and papers on a line of years."""
    book = catalogue or default()
    frame = book.load("acts", include_unconfirmed)
    frame = frame[frame["weight"] == 1]
    day = frame["royal_assent_earliest"].fillna(frame["published_earliest"])
    unread = [
        row.evidence == "recalled" or bool({"royal_assent", "published"} & set(row.unconfirmed_fields))
        for row in frame.itertuples()
    ]
    frame = frame.assign(day=day, firm=[not flag for flag in unread])
    frame = frame[frame["day"].notna()]
    inside = (frame["day"].dt.date >= scheme.first_day) & (frame["day"].dt.date <= scheme.last_day)
    frame = frame[inside]
    if frame.empty:
        raise NotEnoughDataError("no landmark Act has a known date within these periods")
    counts = scheme_counts(frame["day"], scheme)
    most = max(counts, key=lambda key: (counts[key] / _length(scheme[key]), key))
    title = (
        f"Of {counted(len(frame), 'landmark Act or paper', 'landmark Acts and papers')}, {with_article(scheme.labels[most])} had "
        f"most for their length ({counts[most]} in {_length(scheme[most])} years)"
    )
    return figures.acts_timeline(frame, scheme, title)


def scheme_counts(days: pd.Series, scheme: Periodisation) -> dict[str, int]:
    """How many days fall into each period; a day in two periods counts in both."""
    labels = scheme.label(days).dropna()
    return {key: int(sum(key in label.split(";") for label in labels)) for key in scheme.keys}


_PURPOSE_SHORT = {"single": "Single-purpose", "multi": "Many-purpose", "partnership": "Partnerships"}
MOST_BARS = 34


@or_say_why
def lives(
    purpose: str, scheme: Periodisation, include_unconfirmed: bool = True, catalogue: Catalogue | None = None
) -> Figure:
    """Years in being of the kinds of local body of one purpose."""
    kinds = bodies.kinds(include_unconfirmed, catalogue=catalogue)
    kinds = kinds[kinds["purpose"] == purpose]
    first, last = scheme.first_day.year, scheme.last_day.year
    known = bodies.in_being(kinds, first, last)
    if known.empty:
        raise NotEnoughDataError(f"no kind of body of purpose {purpose!r} is known from {first} to {last}")
    length = known["last_year"].astype(float) - known["first_year"].astype(float) + 1
    shown = known.assign(length=length).nlargest(MOST_BARS, "length", keep="first")
    shown = shown.sort_values(["first_year", "last_year", "body_key"])
    ended = (known["end_status"] == "ended") & (known["last_year"] <= last)
    spans = length[ended]
    name = {"single": "single-purpose body", "multi": "many-purpose body", "partnership": "partnership"}[purpose]
    half = f"; half of those had lasted {spans.median():.0f} years or more" if len(spans) >= 5 else ""
    title = f"{ended.sum()} of {len(known)} kinds of {name} are known to have ended by {last}{half}"
    figure = figures.lives(shown, scheme, title)
    seen_last = int((shown["end_status"] == "unknown").sum())
    more = f" {counted(seen_last, 'bar')} of unknown end stop where the kind was last attested." if seen_last else ""
    more += f" Drawn: the {len(shown)} longest-lived of them." if len(shown) < len(known) else ""
    unknown = sorted(str(plural) for plural in kinds.loc[~kinds.index.isin(bodies.dated(kinds).index), "plural"])
    more += f" Not counted, for want of years: {listing(unknown)}." if unknown else ""
    return replace(figure, caption=figure.caption + more)


@or_say_why
def kinds_by_year(scheme: Periodisation, catalogue: Catalogue | None = None) -> Figure:
    """How many kinds of local body were in being in each year, by purpose."""
    kinds = bodies.kinds(catalogue=catalogue)
    first, last = scheme.first_day.year, scheme.last_day.year
    frame = measures.in_being_by_year(kinds, first, last)
    frame = frame.rename(columns={"purpose": "class", "kinds": "value"})
    totals = frame.groupby("year")["value"].sum()
    if totals.empty:
        raise NotEnoughDataError("no kind of body with a known purpose has known years")
    usable = bodies.dated(kinds)
    usable = usable[usable["purpose"].notna()]
    step = int(totals.iloc[-1]) - int(totals.iloc[0])
    change = "rose" if step > 0 else "fell" if step < 0 else "stood still"
    return figures.lines_by_year(
        frame,
        {key: name for key, name in _PURPOSE_SHORT.items() if (frame["class"] == key).any()},
        scheme,
        f"Known kinds of local body {change} from {totals.iloc[0]} in {first} to {totals.iloc[-1]} in {last}; "
        "part of any rise is better coverage",
        "Kinds of local body in being",
        Evidence.of(usable, uses=("purpose",)),
        f"Kinds in being at the end of each year; {len(kinds) - len(usable)} of {len(kinds)} kinds have no known "
        "years and are left out. A kind that ended in a year is not in that year’s point; one that began at an unknown "
        "date counts from the first year in which it is certain. The partnership years are covered more densely.",
    )


def _length(period: Period) -> int:
    first, last = period.years
    return last - first + 1
