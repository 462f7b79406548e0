"""Periods side by side: purpose, selection, money, holders of functions, likeness of periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import bodies, claims, coding, figures, measures
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.findings.titles import (
    CLEAR,
    NOT_CLEAR,
    NOT_ENOUGH,
    change_title,
    or_say_why,
    percent,
    points,
    sequence_title,
    two_heads,
    year_of,
)
from localgov_history.periods import with_article
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, lower

if TYPE_CHECKING:
    from localgov_history.measures import Shares
    from localgov_history.periods import Periodisation


@or_say_why
def councils_table(catalogue: Catalogue | None = None) -> Table:
    """Which kinds of body count as councils."""
    import pandas as pd

    kinds = bodies.kinds(include_unconfirmed=True, catalogue=catalogue)
    chosen = kinds[kinds["council"].fillna(False).astype(bool)]
    frame = pd.DataFrame(
        {
            "Kind of council": [capital(str(name)) for name in chosen["plural"]],
            "From": [year_of(value) for value in chosen["first_year"]],
            "To": [
                "" if status == "continuing" else year_of(year)
                for status, year in zip(chosen["end_status"], chosen["last_year"], strict=True)
            ],
        }
    ).set_index("Kind of council")
    return Table(
        frame,
        f"{len(frame)} kinds of body count as councils",
        "The general elected council of a county, borough, district, parish or part of London, corporations and "
        "parish meetings included; boards, commissions and vestries are not. A council’s committee acts for its "
        "council. Our coding. No year: not known, or continuing.",
        Evidence.of(chosen, uses=("council",), dates=("start", "end")),
        (3, 1, 1),
    )


@or_say_why
def purposes(scheme: Periodisation, keys: tuple[str, ...] = (), catalogue: Catalogue | None = None) -> Figure:
    """Kinds of local body by purpose, a bar a period."""
    shares = _shares_of(measures.shares_by(bodies.kinds(catalogue=catalogue), "purpose", scheme), keys)
    return figures.stacked_shares(
        shares.to_frame(),
        coding.PURPOSES,
        _shares_title("Single-purpose kinds of local body", shares, ("single",), scheme, keys),
        shares.evidence,
        f"Share of kinds of local body in being, each weighted by its years in the period. {shares.left_out} kinds "
        "without known years or purpose are left out.",
    )


@or_say_why
def selections(
    scheme: Periodisation,
    keys: tuple[str, ...] = (),
    about: str = "directly_elected",
    catalogue: Catalogue | None = None,
) -> Figure:
    """Kinds of local body by how members are chosen, a bar a period.

    Parameters
    ----------
    about : the class that the title is about: ``directly_elected`` or ``appointed`` (with ex officio).
    """
    name, classes = {
        "directly_elected": ("Kinds with all members directly elected", ("directly_elected",)),
        "appointed": ("Kinds with appointed, ex officio or self-appointing members", ("appointed", "other")),
    }[about]
    shares = _shares_of(measures.shares_by(bodies.kinds(catalogue=catalogue), "selection_class", scheme), keys)
    shown = shares.to_frame()
    merged = {"indirectly_elected": "nominated_by_bodies"}
    shown = (
        shown.assign(**{"class": shown["class"].replace(merged)})
        .groupby(["period", "label", "class"], sort=False)[["weight", "share"]]
        .sum()
        .reset_index()
    )
    names = {
        "directly_elected": "Directly elected",
        "part_elected": "Partly elected",
        "nominated_by_bodies": "Nominated or indirectly elected",
        "appointed": "Appointed",
        "other": "Ex officio or self-appointing",
        "mixed": "Mixed, none elected directly",
    }
    return figures.stacked_shares(
        shown,
        names,
        _shares_title(name, shares, classes, scheme, keys),
        shares.evidence,
        f"Share of kinds of local body in being, each weighted by its years in the period. {shares.left_out} kinds without known "
        "years or selection are left out.",
    )


@or_say_why
def money(scheme: Periodisation, keys: tuple[str, ...] = (), catalogue: Catalogue | None = None) -> Figure:
    """Share of kinds of local body that draw on each source of money."""
    shares = _shares_of(measures.shares_drawing_on(bodies.kinds(catalogue=catalogue), scheme), keys)
    return figures.dots_by_period(
        shares.to_frame(),
        coding.MONEY,
        _shares_title("Kinds that draw on grant", shares, ("grant",), scheme, keys),
        shares.evidence,
        "Share of kinds of local body in being that draw on each source; a kind may draw on several. How many "
        f"kinds, not how much money. {shares.left_out} kinds without known years or money are left out.",
    )


@or_say_why
def holders(
    scheme: Periodisation, earlier: str, later: str, about: str = "council", catalogue: Catalogue | None = None
) -> Figure:
    """Which classes of body held which functions, in the census years of two periods.

    Parameters
    ----------
    about : what the title is about: ``council``, or ``state`` for central and appointed holders together.
    """
    book = catalogue or default()
    held = measures.holdings(
        bodies.responsibilities(catalogue=book), scheme[earlier].census_year, scheme[later].census_year
    )
    first, second = held.years[0], held.years[-1]
    frame, number = held.frame, len(held.frame)
    if about == "council":
        name = "Elected councils"
        marks = {year: frame[f"council_{year}"] for year in held.years}
    else:
        name = (
            "Central or appointed bodies"
            if any(frame[f"central_{year}"].any() for year in held.years)
            else "Appointed bodies"
        )
        marks = {year: frame[f"central_{year}"] | frame[f"appointed_{year}"] for year in held.years}
    left = counted(len(held.uncovered), "function")
    are = "is" if len(held.uncovered) == 1 else "are"
    return figures.holders_matrix(
        frame,
        coding.function_labels(book),
        held.years,
        held_title(name, int(marks[first].sum()), int(marks[second].sum()), number, first, second),
        held.evidence,
        f"Square: {first}; circle: {second}. A mark stands where at least one body of that class provided, "
        "commissioned or planned the function; a function may have several. “Other” is a private body or an area. "
        f"{left} with a known holder in only one of the years {are} left out. No mark means that no row says so.",
    )


def held_title(name: str, before: int, after: int, number: int, first: int, second: int) -> str:
    """A title for how many functions a class of body held in two years.

    Parameters
    ----------
    name : the class, in the plural, to begin the sentence.
    before, after, number : functions it held in each year, and functions compared.
    """
    if number < measures.LEAST_KINDS:
        return f"{NOT_ENOUGH} the functions of {first} and {second}: {number} have a known holder in both years"
    if first == second or before == after:
        return f"{NOT_CLEAR}: {lower(name)} held {after} of {number} functions in both years"
    return f"{name} held {before} of {number} functions in {first} and {after} in {second}"


@or_say_why
def bodies_per_function(scheme: Periodisation, earlier: str, later: str, catalogue: Catalogue | None = None) -> Table:
    """Kinds of body per function in the census years of two periods, by heading."""
    import pandas as pd

    book = catalogue or default()
    held = measures.holdings(
        bodies.responsibilities(catalogue=book), scheme[earlier].census_year, scheme[later].census_year
    )
    first, second = held.years[0], held.years[-1]
    labels = coding.function_labels(book)
    heads = two_heads(f"Kinds per function, {first}", f"Kinds per function, {second}")
    records = [
        {
            "Heading": labels[str(heading)],
            "Functions covered in both": len(rows),
            heads[0]: f"{rows[f'holders_{first}'].mean():.1f}",
            heads[1]: f"{rows[f'holders_{second}'].mean():.1f}",
        }
        for heading, rows in held.frame.groupby("heading")
    ]
    if len(held.frame) < measures.LEAST_KINDS:
        raise NotEnoughDataError(f"{counted(len(held.frame), 'function')} with a known holder in both years")
    means = held.mean_holders(first), held.mean_holders(second)
    verb = "did not clearly change" if abs(means[1] - means[0]) < 0.25 else "rose" if means[1] > means[0] else "fell"
    title = (
        f"The mean number of kinds of body per function {verb}: {means[0]:.1f} in {first}, {means[1]:.1f} in {second}"
    )
    return Table(
        pd.DataFrame(records).set_index("Heading"),
        title,
        "Mean number of kinds of body that held a function, on functions with a dated holder in both years. "
        "The later years are recorded in more detail, which by itself raises the later figures.",
        held.evidence,
        (2.4, 1.2, 1.2, 1.2),
    )


@or_say_why
def comparison(scheme: Periodisation, earlier: str, later: str, catalogue: Catalogue | None = None) -> Table:
    """Two periods on every measure of the profiles, side by side."""
    import pandas as pd

    made = measures.profiles(bodies.kinds(catalogue=catalogue), scheme)
    first, second = scheme[earlier], scheme[later]
    known = int(made.frame.loc[[earlier, later]].notna().all().sum())
    if not known:
        raise NotEnoughDataError(f"no measure is known for both {first.key} and {second.key}")
    heads = two_heads(scheme.labels[earlier], scheme.labels[later])
    records = []
    for name, text in measures.PROFILE.items():
        values = made.frame.loc[earlier, name], made.frame.loc[later, name]
        records.append(
            {
                "Measure": capital(text),
                heads[0]: percent(float(values[0])),
                heads[1]: percent(float(values[1])),
                "Change": points(float(values[1]) - float(values[0])),
            }
        )
    frame = pd.DataFrame(records).set_index("Measure")
    apart = (made.frame.loc[later] - made.frame.loc[earlier]).abs() >= CLEAR
    return Table(
        frame,
        f"The {first.readable_span()} and {with_article(second.readable_span())} differ clearly on {apart.sum()} of "
        f"{known} measures",
        "Shares of kinds of local body in being, each kind weighted by its years in the period. Clearly: by "
        f"{100 * CLEAR:.0f} points or more, before rounding. Empty: fewer than {measures.LEAST_KINDS} kinds with the code.",
        made.evidence,
        (3, 1, 1, 1),
    )


@or_say_why
def nearest_periods(scheme: Periodisation, later: str = "", catalogue: Catalogue | None = None) -> Figure:
    """How far each period is from the last, with the range over the variants."""
    book = catalogue or default()
    target = scheme[later] if later else scheme.periods[-1]
    found = claims.distances_in_variants(scheme, book, target.key)
    main = found[found["variant"] == claims.MAIN.name].set_index("period")["distance"]
    # Each measure is scaled by its range, so with two periods every distance would be the greatest possible.
    if len(main) < 2:
        raise NotEnoughDataError(f"{scheme.name} has no three periods with enough kinds of body to compare")
    span = found.groupby("period")["distance"].agg(["min", "max"])
    order = [key for key in scheme.keys if key in main.index]
    import pandas as pd

    frame = pd.DataFrame(
        {
            "name": [scheme.labels[key] for key in order],
            "value": [float(main[key]) for key in order],
            "low": [float(span.loc[key, "min"]) for key in order],
            "high": [float(span.loc[key, "max"]) for key in order],
        }
    )
    nearest = scheme[str(main.idxmin())].readable_span()
    runner = main.drop(main.idxmin())
    close = len(runner) > 0 and float(runner.min() - main.min()) < CLEAR
    title = (
        f"No clear nearest neighbour of {with_article(target.readable_span())}: the first two are less than {CLEAR:g} apart"
        if close
        else f"Nearest to {with_article(target.readable_span())} in how local bodies were made up: {with_article(nearest)}"
    )
    evidence = measures.profiles(bodies.kinds(catalogue=book), scheme).evidence
    return figures.ranges(
        frame,
        title,
        "Gower distance (0 alike, 1 as far apart as the periods get)",
        evidence,
        f"Dot: main reading. Line: range over {found['variant'].nunique()} readings (rows, "
        "boundaries, what counts as a body, each measure dropped in turn). Other schemes of periods cannot be drawn here.",
    )


def introduction(scheme: Periodisation, earlier: str, later: str) -> str:
    """A sentence naming two periods and the years in which functions are looked up."""
    first, second = scheme[earlier], scheme[later]
    warning = (
        "" if first.start < second.start else " The earlier period is after the later one: changes run backwards."
    )
    if earlier == later:
        warning = " The two periods are the same one, so nothing can differ."
    return (
        f"The {first.readable_span()} ({first.label}) and {with_article(second.readable_span())} ({second.label}); functions "
        f"are looked up in {first.census_year} and {second.census_year}.{warning}"
    )


def _shares_of(shares: Shares, keys: tuple[str, ...]) -> Shares:
    return shares.only(keys) if keys else shares


def _shares_title(
    name: str, shares: Shares, classes: tuple[str, ...], scheme: Periodisation, keys: tuple[str, ...]
) -> str:
    values: dict[str, float | None] = {}
    for key in keys or scheme.keys:
        try:
            values[scheme.labels[key]] = sum(shares.share(key, code) for code in classes)
        except NotEnoughDataError:
            values[scheme.labels[key]] = None
    if len(values) > 2:
        return sequence_title(name, values)
    first, last = next(iter(values)), list(values)[-1]
    return change_title(name, values[first], values[last], with_article(first), with_article(last))
