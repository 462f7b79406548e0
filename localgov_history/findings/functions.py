"""One function in depth, and functions beside one another: who held, in what role, when, and when it changed hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localgov_history import bodies, coding, figures, measures, transfers
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import held
from localgov_history.findings.titles import or_say_why, two_heads
from localgov_history.findings.wheel import held_title
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Periodisation


def introduction(function: str, catalogue: Catalogue | None = None) -> str:
    """What a function is, where it stands in the frame, and the words of the time that are coded as it.

    Raises
    ------
    UnknownNameError
        If there is no such function.
    """
    book = catalogue or default()
    known = {row["function"]: row for row in book.rows("functions")}
    if function not in known:
        raise UnknownNameError("function", function, known)
    row = known[function]
    words = {row["label"] for row in book.rows("codings") if row["code"] == function and row["status"] == "mapped"}
    said = sorted(word.replace("_", " ") for word in words if word != function)
    head = f"{row['function_label']}, under the heading {row['heading_label'].lower()}: {row['description'].rstrip('.')}."
    if not said:
        return head
    shown = listing(said[:12] + ([f"{len(said) - 12} more"] if len(said) > 12 else []))
    return f"{head} {counted(len(said), 'label')} found in sources {'is' if len(said) == 1 else 'are'} coded as it: {shown}."


@or_say_why
def matrix(
    first_year: int,
    second_year: int,
    role: str = "holding",
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Figure:
    """Which classes of body had a role in which functions in two years, on the functions covered in both.

    Parameters
    ----------
    role : a key of `held.ROLE_CHOICES`.
    """
    frame = bodies.responsibilities(
        include_unconfirmed, held.roles_of(role), include_generated=True, catalogue=catalogue
    )
    found = measures.holdings(frame, first_year, second_year)
    first, second = found.years[0], found.years[-1]
    if found.frame.empty:
        raise NotEnoughDataError(f"no function has a known body in this role in both {first} and {second}")
    before, after = (int(found.frame[f"council_{year}"].sum()) for year in (first, second))
    left = counted(len(found.uncovered), "function")
    return figures.holders_matrix(
        found.frame,
        coding.function_labels(catalogue),
        found.years,
        held_title("Elected councils", before, after, len(found.frame), first, second),
        found.evidence,
        f"Square: {first}; circle: {second}. A mark stands where at least one body of that class "
        f"{held.roles_said(role)} the function. “Other” is a private body, a programme or an area. "
        f"{left} with a known body in only one of the years {'is' if len(found.uncovered) == 1 else 'are'} left out. No "
        "mark means that no row says so.",
    )


@or_say_why
def beside(
    function: str,
    first_year: int,
    second_year: int,
    role: str = "holding",
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Table:
    """The functions under the same heading: which kinds of body had a role in two years, by name."""
    import pandas as pd

    head = coding.headings(catalogue)
    labels = coding.function_labels(catalogue)
    frame = bodies.responsibilities(
        include_unconfirmed, held.roles_of(role), include_generated=True, catalogue=catalogue
    )
    frame = frame[frame["heading"] == head[function]]
    sides = [bodies.in_being(frame, year) for year in (first_year, second_year)]
    used = pd.concat(sides)
    if used.empty:
        raise NotEnoughDataError(
            f"no body is certain to have had this role under {labels[head[function]].lower()} in {first_year} or {second_year}"
        )
    heads = two_heads(str(first_year), str(second_year))
    names = [key for key in head if head[key] == head[function]]
    shown = pd.DataFrame(
        {
            heading: [listing(sorted(set(side.loc[side["function"] == key, "plural"]))) for key in names]
            for heading, side in zip(heads, sides, strict=True)
        },
        index=pd.Index([labels[key] for key in names], name="Function"),
    )
    blank = int((shown == "").any(axis=1).sum())
    title = (
        f"{labels[head[function]]}: {len(set(sides[0]['body_key']))} kinds of body in {first_year}, "
        f"{len(set(sides[1]['body_key']))} in {second_year}"
    )
    return Table(
        shown,
        title,
        f"Kinds of body that are certain to have {held.roles_said(role)} each function in the year. An empty cell is a gap "
        f"in what is known or a work that nobody had: {counted(blank, 'function')} with one. Later years are recorded in more "
        "detail.",
        Evidence.of(used[~used["responsibility_key"].duplicated()], uses=("function", "role")),
        (1.3, 2.6, 2.6),
    )


@or_say_why
def timeline(
    function: str,
    scheme: Periodisation,
    role: str = "any",
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Figure:
    """Bars for each kind of body and role in one function; ends that are not known fade."""
    rows = held.of_function(function, held.roles_of(role), include_unconfirmed, catalogue)
    bars, lanes, first, last = laid_out(rows, scheme, [*coding.ROLES], "role", "body_key")
    names = dict(zip(bars["body_key"], bars["plural"], strict=True))
    label = coding.function_labels(catalogue)[function]
    most, since = _most_at_once(bars, first, last)
    title = f"{label}: {counted(len(names), 'kind')} of body known to have {held.roles_said(role)} the function"
    if most > 1:
        title += f", at most {most} at the end of a year ({since} first)"
    undrawn = sorted(set(rows["plural"]) - set(bars["plural"]))
    caption = f"One row a kind of body and role, {first} to {last}; bands are the periods."
    if undrawn:
        caption += f" Not drawn, without a date in these years: {listing(undrawn)}."
    order = [names[key] for _, key in lanes]
    alt = f"Bars for {len(lanes)} pairs of body and role, from {order[0]} to {order[-1]}. " + " ".join(
        f"{coding.ROLES[code]}: {listing(list(dict.fromkeys(bars.loc[bars['role'] == code, 'plural'])))}."
        for code in coding.ROLES
        if (bars["role"] == code).any()
    )
    return figures.spans(
        bars.drop(columns=["source_key", "coded_fields", "unconfirmed_fields", "label_found", "tier"]),
        [capital(name) for name in order],
        coding.ROLES,
        (first, last),
        title,
        caption,
        alt,
        Evidence.of(rows[rows["row"].isin(bars["row"])], uses=("function", "role"), dates=("start", "end")),
        scheme,
    )


def laid_out(
    rows: pd.DataFrame, scheme: Periodisation, groups: list[str], group: str, lane: str
) -> tuple[pd.DataFrame, list[tuple[str, str]], int, int]:
    """Bars in lanes, one for each group and thing, cut to the years of a scheme.

    Parameters
    ----------
    rows : from `bodies.responsibilities`.
    groups : the values of the column `group`, in order.
    lane : the column that names the thing.

    Returns
    -------
    The bars for `figures.spans`, the lanes from the top, first and last year.

    Raises
    ------
    NotEnoughDataError
        If no row has a date within the years of the scheme.
    """
    bars = held.drawn(rows)
    last = scheme.last_day.year
    bars = bars[(bars["fade_to"] > scheme.first_day.year) & (bars["fade_from"] < last + 1)]
    if bars.empty:
        raise NotEnoughDataError(f"no row has a date from {scheme.first_day.year} to {last}")
    first = max(scheme.first_day.year, int(bars["fade_from"].min()) // 10 * 10)
    # What ended long ago is not followed by an empty century.
    last = min(last, int(min(bars["fade_to"].max(), last)) // 10 * 10 + 20)
    opens = bars.groupby([group, lane])["fade_from"].min()
    lanes = sorted(opens.index, key=lambda pair: (groups.index(pair[0]), opens[pair], pair[1]))
    place = {pair: index for index, pair in enumerate(lanes)}
    bars = bars.assign(
        lane=[place[pair] for pair in zip(bars[group], bars[lane], strict=True)], size=1.0, group=bars[group]
    )
    return bars.sort_values(["lane", "sure_from"]).reset_index(drop=True), lanes, first, last


def _most_at_once(bars: pd.DataFrame, first: int, last: int) -> tuple[int, int]:
    """The greatest number of kinds certain at the end of one year, and the first such year."""
    counts = {
        end - 1: bars.loc[(bars["sure_from"] < end) & (bars["sure_to"] >= end), "body_key"].nunique()
        for end in range(first + 1, last + 2)
    }
    most = max(counts.values())
    return most, next(year for year, count in counts.items() if count == most)


@or_say_why
def turns(
    function: str, role: str = "holding", include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Table:
    """The years in which bodies stopped and began, with the Acts under which those that began did so."""
    import pandas as pd

    rows = held.of_function(function, held.roles_of(role), include_unconfirmed, catalogue)
    found = transfers.turning_points(rows)
    label = coding.function_labels(catalogue)[function]
    if found.empty:
        raise NotEnoughDataError(f"no start or end in {label.lower()} is known to the year")
    acts = [held.acts_said(keys, catalogue) for keys in found["began_rows"]]
    both = int((found["ended"].map(bool) & found["began"].map(bool)).sum())
    several = rows["role"].nunique() > 1
    shown = pd.DataFrame(
        {
            "Stopped": [_named(pairs, several) for pairs in found["ended"]],
            "Began": [_named(pairs, several) for pairs in found["began"]],
            "Act": [listing(list(names)) for names in acts],
        },
        index=pd.Index(found["year"].astype(str), name="Year"),
    )
    used = rows[
        rows["responsibility_key"].isin(
            {key for side in ("ended_rows", "began_rows") for keys in found[side] for key in keys}
        )
    ]
    unread = any(held.UNREAD in name for names in acts for name in names)
    return Table(
        shown,
        f"{label}: {counted(len(found), 'year')} of change, {both} in which one body stopped and another began",
        "Years in which a kind of body is known to have stopped or begun. That one began when another stopped does not show "
        "that it took over all of the work. Act: the one under which those that began did so. An end in a year may be "
        f"that of the kind of body.{' ' + held.UNREAD_SAID if unread else ''}",
        Evidence.of(used, uses=("function", "role"), dates=("start", "end")),
        (0.6, 2.4, 2.4, 1.8),
    )


def _named(pairs: tuple[tuple[str, str], ...], several: bool) -> str:
    """Kinds of body with their roles, where there are several roles."""
    if not several:
        return listing([plural for plural, _ in pairs])
    return "; ".join(
        f"{coding.ROLES[code].lower()}: {listing([plural for plural, role in pairs if role == code])}"
        for code in coding.ROLES
        if any(role == code for _, role in pairs)
    )


@or_say_why
def doubts(function: str, role: str = "any", catalogue: Catalogue | None = None) -> Table:
    """The rows of one function of which a date is open or nobody has read it, rows from memory included."""
    import pandas as pd

    rows = held.of_function(function, held.roles_of(role), True, catalogue)
    rows = rows[~rows["generated"].fillna(False).astype(bool)]
    label = coding.function_labels(catalogue)[function]
    said = [_doubt(row) for row in rows.itertuples()]
    unsure = rows.loc[[bool(text) for text in said]]
    if unsure.empty:
        raise NotEnoughDataError(f"every date in {label.lower()} is known and read, so there is none to list")
    shown = pd.DataFrame(
        {
            "Role": [coding.ROLES[code] for code in unsure["role"]],
            "Dates": [held.dates_said(row) for row in unsure.itertuples()],
            "What is not known": [text for text in said if text],
        },
        index=pd.Index([capital(name) for name in unsure["plural"]], name="Kind of body"),
    )
    return Table(
        shown.sort_index(),
        f"{label}: {len(unsure)} of {counted(len(rows), 'row')} have a date that is open or not read",
        "Rows made by rule are left out. “From memory”: no source has been read for the row. Whatever rests on these rows "
        "stands on less than the rest.",
        Evidence.of(unsure, dates=("start", "end")),
        (2.2, 1, 1.8, 1.8),
    )


def _doubt(row: Any) -> str:
    """What is not known about the dates of a row, in words; nothing where all is."""
    import pandas as pd

    parts = []
    if row.evidence == "recalled":
        parts.append("from memory")
    if row.start_earliest is pd.NaT:
        parts.append("start open")
    if row.end_status == "unknown":
        parts.append("end not known")
    parts += [f"{name} not read" for name in ("start", "end") if name in row.unconfirmed_fields]
    return ", ".join(parts)
