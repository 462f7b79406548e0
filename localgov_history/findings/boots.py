"""What councils lost and gained between two years, to whom and by which Act, and how far they lived on grant."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from localgov_history import bodies, coding, figures, long_series, measures, transfers
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import held
from localgov_history.findings.titles import or_say_why
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing, lower

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.long_series import Series
    from localgov_history.periods import Periodisation
    from localgov_history.transfers import Moves

# Grants over grants and local taxes together; worked out here from two long series.
OF_INCOME = "grants_of_grants_and_local_taxes"
_GRANTS = "uk_local_government_current_grants_from_central_government"
_TAXES = "uk_local_government_local_taxes"
# The long measures of how far councils lived on grant, and how large they were, each of a whole of its own.
CHARTS = {
    "grants_of_income": OF_INCOME,
    "grants_of_spending": "uk_local_government_grants_share_of_current_expenditure",
    "size_of_gdp": "uk_local_government_total_expenditure_share_of_gross_domestic_product",
    "size_of_government": "uk_local_share_of_general_government_expenditure",
}
# With them, the measures of the time, for a few years each.
MEASURES = (
    OF_INCOME,
    CHARTS["grants_of_spending"],
    "england_and_wales_grants_share_of_rates_and_grants_1935_to_1942",
    "england_and_wales_grants_share_of_rate_and_grant_revenue",
    "england_and_wales_government_grants_share_of_local_expenditure_to_1969",
    "england_and_wales_exchequer_grant_share_at_settlement",
    "england_government_grants_share_of_revenue_expenditure",
    CHARTS["size_of_gdp"],
    CHARTS["size_of_government"],
)


@or_say_why
def moved_table(moves: Moves, fate: str = "lost", catalogue: Catalogue | None = None) -> Table:
    """The functions of one fate: councils that stopped, bodies that began in the same year, the Act.

    Parameters
    ----------
    moves : from `transfers.moves`.
    fate : ``lost``, ``shared`` or ``gained``.
    """
    import pandas as pd

    if fate not in _TITLES:
        raise UnknownNameError("fate of a function", fate, _TITLES)
    rows = moves.frame[moves.frame["fate"] == fate]
    # Of a function that left step by step, the years with a taker are those in which it left.
    rows = rows if fate == "gained" else rows[rows["others"].map(bool)]
    if rows.empty:
        raise NotEnoughDataError(
            f"no function is known to have {transfers.FATES[fate]} from {moves.first} to {moves.last}".replace(
                "have came", "have come"
            )
        )
    labels = coding.function_labels(catalogue)
    rows = rows.sort_values(["year", "function"])
    acts = [held.acts_said(keys, catalogue) for keys in rows["began_rows"]]
    heads = (
        ("Councils that began", "Bodies that stopped")
        if fate == "gained"
        else ("Councils that stopped", "Taken up by")
    )
    shown = pd.DataFrame(
        {
            "Year": rows["year"].astype(str),
            heads[0]: [listing(list(names)) for names in rows["councils"]],
            heads[1]: [listing(list(names)) for names in rows["others"]],
            "Act": [listing(list(names)) for names in acts],
        }
    )
    shown.index = pd.Index([labels[function] for function in rows["function"]], name="Function")
    number = counted(rows["function"].nunique(), "function")
    keys = {key for side in ("ended_rows", "began_rows") for cell in rows[side] for key in cell}
    unread = any(held.UNREAD in name for names in acts for name in names)
    return Table(
        shown,
        f"{number} {_TITLES[fate]}, {moves.first} to {moves.last}",
        f"{_CAPTIONS[fate]} Act: the one under which those that began did so.{' ' + held.UNREAD_SAID if unread else ''}",
        Evidence.of(_rows(keys, catalogue), uses=("function", "role"), dates=("start", "end")),
        (1.3, 0.6, 2.2, 2.2, 1.8),
    )


_TITLES = {
    "lost": "left councils for another body",
    "shared": "left some councils for another body while others kept them",
    "gained": "came to councils",
}
_CAPTIONS = {
    "lost": "Kinds of council that stopped, and other bodies that began in the same year. No council is known, or can have "
    "been, a holder in the last year.",
    "shared": "Kinds of council that stopped in a year in which another body began, while other councils held the function "
    "in the last year or may have. The two need not be of the same places.",
    "gained": "No council is known, or can have been, a holder before. An empty cell: no body is known to have stopped.",
}


def _rows(keys: set[str], catalogue: Catalogue | None) -> pd.DataFrame:
    frame = bodies.responsibilities(True, tuple(coding.ROLES), include_generated=True, catalogue=catalogue)
    return frame[frame["responsibility_key"].isin(keys)]


@or_say_why
def lost_chart(
    moves: Moves, scheme: Periodisation, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Figure:
    """The functions that left councils: councils’ years above, other bodies’ below, a row a function."""
    last_year = {function: int(years.max()) for function, years in moves.frame.groupby("function")["year"]}
    lost = sorted(moves.functions("lost"), key=lambda function: (last_year[function], function))
    if not lost:
        raise NotEnoughDataError(f"no function is known to have left councils from {moves.first} to {moves.last}")
    labels = coding.function_labels(catalogue)
    rows = held.with_class(bodies.responsibilities(include_unconfirmed, catalogue=catalogue))
    rows = rows[rows["function"].isin(lost)]
    bars = held.drawn(rows)
    first, last = max(scheme.first_day.year, moves.first - 25), min(scheme.last_day.year, moves.last + 25)
    bars = bars[(bars["fade_to"] > first) & (bars["fade_from"] < last + 1)]
    if bars.empty:
        raise NotEnoughDataError(f"no row on these functions has a date from {first} to {last}")
    places = {function: index for index, function in enumerate(lost)}
    # Three strips a row, so that bodies that held side by side can be told apart.
    strip = {"council": -0.27, "local": 0.0, "appointed": 0.0, "central": 0.27, "other": 0.27}
    bars = bars.assign(
        lane=[places[function] + strip[code] for function, code in zip(bars["function"], bars["class"], strict=True)],
        size=0.36,
        group=bars["class"],
    )
    when = [f"{labels[function]} ({last_year[function]})" for function in lost]
    named = listing([lower(labels[function]) for function in lost])
    drop = ["source_key", "coded_fields", "unconfirmed_fields", "label_found", "tier"]
    figure = figures.spans(
        bars.drop(columns=drop).sort_values(["lane", "sure_from"]),
        when,
        figures.HOLDER_CLASSES,
        (first, last),
        f"{counted(len(lost), 'function')} left councils from {moves.first} to {moves.last}: {named}",
        "In brackets the year in which the last councils are known to have stopped. Bodies that provided, commissioned or "
        "planned the function: councils above, other local bodies in the middle, central and private ones below.",
        "Functions that left councils, with the year in which the last are known to have stopped: "
        + "; ".join(when)
        + ".",
        Evidence.of(rows[rows["row"].isin(bars["row"])], uses=("function", "role"), dates=("start", "end")),
        scheme,
    )
    figure.plot.update_layout(height=figure.plot.layout.height + 14 * len(lost))
    return figure


@or_say_why
def changed_matrix(moves: Moves, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Figure:
    """The classes of holder of the functions whose classes differ between the two years."""
    frame = bodies.responsibilities(include_unconfirmed, catalogue=catalogue)
    found = measures.holdings(frame, moves.first, moves.last)
    names = (*measures.HOLDERS, "other")
    if len(found.years) < 2:
        raise NotEnoughDataError(f"the two years are the same, {moves.first}, so nothing can differ")
    first, second = found.years
    every = found.frame
    differ = every.loc[
        [any(row[f"{name}_{first}"] != row[f"{name}_{second}"] for name in names) for _, row in every.iterrows()]
    ]
    if differ.empty:
        raise NotEnoughDataError(
            f"{counted(len(every), 'function')} have a known holder in both {first} and {second}, and none changed class"
        )
    out = int((differ[f"council_{first}"] & ~differ[f"council_{second}"]).sum())
    into = int((~differ[f"council_{first}"] & differ[f"council_{second}"]).sum())
    used = frame[frame["function"].isin(differ["function"])]
    used = used[used["row"].isin({*bodies.in_being(used, first)["row"], *bodies.in_being(used, second)["row"]})]
    return figures.holders_matrix(
        differ,
        coding.function_labels(catalogue),
        found.years,
        f"Of {counted(len(every), 'function')} with a known holder in {first} and {second}, {len(differ)} had another "
        f"class of holder: {out} lost the council, {into} gained one",
        Evidence.of(used, uses=("function", "role")),
        f"Square: {first}; circle: {second}. Functions whose classes of holder differ between the two years. "
        f"{counted(len(found.uncovered), 'function')} with a known holder in only one of the years left out; among them may be "
        "some that councils lost, where only the end of their holding is known.",
    )


def series(key: str, catalogue: Catalogue | None = None) -> Series:
    """A long series by its key, or grants as a share of grants and local taxes."""
    if key != OF_INCOME:
        return long_series.series(key, catalogue=catalogue)
    # Grants over taxes, g / t, give grants over both: g / (g + t).
    ratio = long_series.series(_GRANTS, share_of=_TAXES, catalogue=catalogue)
    values = ratio.frame["value"]
    return dataclasses.replace(
        ratio,
        key=OF_INCOME,
        title="Central grants as a share of grants and local taxes",
        definition="Current grants from central government over those grants and local taxes (rates, community charge, council "
        "tax) together; rents, fees and charges are in neither.",
        frame=ratio.frame.assign(value=100 * values / (100 + values)),
        steps=(f"Computed: 100 * {_GRANTS} / ({_GRANTS} + {_TAXES}).",),
    )


@or_say_why
def grant_chart(measure: str, moves: Moves, scheme: Periodisation, catalogue: Catalogue | None = None) -> Figure:
    """One measure of grant, or of size, over the years looked at.

    Parameters
    ----------
    measure : a key of `CHARTS`.
    """
    if measure not in CHARTS:
        raise UnknownNameError("measure of grant", measure, CHARTS)
    found = series(CHARTS[measure], catalogue).between(moves.first, moves.last)
    return figures.series_line(found, _money_title(found), scheme)


def _money_title(found: Series) -> str:
    first, last = found.frame.iloc[0], found.frame.iloc[-1]
    if len(found.frame) == 1:
        return f"{found.title}: {first['value']:.0f}% in {first['when']}, the only value in these years"
    said = f"{found.title}: {first['value']:.0f}% in {first['when']}, {last['value']:.0f}% in {last['when']}"
    if first["segment"] != last["segment"]:
        return f"{said}, measured in different ways"
    if abs(float(last["value"]) - float(first["value"])) < _CLEAR_POINTS:
        return f"{said}, no clear difference"
    return said


# A change of a percentage by less than this many points is called no clear difference.
_CLEAR_POINTS = 2


@or_say_why
def money_table(moves: Moves, catalogue: Catalogue | None = None) -> Table:
    """Every measure of grant and size with a value in the years looked at, first and last value each."""
    import pandas as pd

    found = []
    for key in MEASURES:
        try:
            found.append(series(key, catalogue).between(moves.first, moves.last))
        except NotEnoughDataError:
            continue
    if not found:
        raise NotEnoughDataError(f"no measure of grant has a value from {moves.first} to {moves.last}")
    records = []
    for item in found:
        first, last = item.frame.iloc[0], item.frame.iloc[-1]
        parted = sorted(
            {str(day)[:4] for day in item.breaks.loc[item.breaks["kind"].isin(long_series.PARTING), "date"]}
        )
        records.append(
            {
                "First value": f"{first['value']:.1f}% ({first['when']})",
                "Last value": f"{last['value']:.1f}% ({last['when']})" if len(item.frame) > 1 else "the same",
                "Where": item.geography,
                "Breaks": ", ".join(parted),
            }
        )
    return Table(
        pd.DataFrame(records, index=pd.Index([item.title for item in found], name="Measure")),
        f"{counted(len(found), 'measure')} of grant and size with a value from {moves.first} to {moves.last}",
        "Shares of different wholes: never to be joined into one line. A first and a last value with a break between them "
        "are not one measure.",
        sum((item.evidence for item in found), Evidence()),
        (3.2, 1.2, 1.2, 1.1, 0.9),
    )


def untold(moves: Moves, catalogue: Catalogue | None = None) -> str:
    """What the dates leave open: work whose taker is not found, and work first known with a new kind of council."""
    labels = coding.function_labels(catalogue or default())
    parts = []
    for fate, said in (
        ("untraced", "For {} the tables have councils that stopped and no body that took over"),
        (
            "new",
            "{} are first known with councils made in the same year, so nothing tells whether they were new to councils",
        ),
        ("passed", "{} stopped with some kinds of council, and others held them at the end, or may have"),
    ):
        names = [lower(labels[function]) for function in moves.functions(fate)]
        if names:
            parts.append(capital(said.format(listing(names))) + ".")
    return " ".join(parts) or "No change is left without a taker in these years."
