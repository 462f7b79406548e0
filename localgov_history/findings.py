"""The figures and tables of the notebooks: measures in, a chart with a finding for a title out.

Every title is computed, with a form for "no clear difference" and one for "not enough data".
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from localgov_history import bodies, choices, claims, coding, dates, figures, measures, partnership_claims
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Missing, Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.periods import periodisation, with_article
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.measures import Shares
    from localgov_history.periods import Period, Periodisation

P = ParamSpec("P")
Shown = TypeVar("Shown", Figure, Table)


def or_say_why(make: Callable[P, Shown]) -> Callable[P, Shown | Missing]:
    """Turn "not enough data" into something to show, so that one empty chart does not end a notebook."""

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Shown | Missing:
        try:
            return make(*args, **kwargs)
        except NotEnoughDataError as error:
            return Missing(f"Not enough data here: {error}.")

    return made


# A change of share of less than this is called no clear difference.
CLEAR = 0.05
MOST_BARS = 34
NOT_CLEAR = "No clear difference"
NOT_ENOUGH = "Not enough data to compare"


def change_title(name: str, earlier: float | None, later: float | None, first: str, second: str) -> str:
    """A title for a share in two periods.

    Parameters
    ----------
    name : what has the share, to begin the sentence.
    earlier, later : shares, 0 to 1; None where there is not enough data.
    first, second : the periods or years, for a reader, with their article: ``the 1870s``, ``1874``.
    """
    if earlier is None or later is None:
        return f"{NOT_ENOUGH} {name[0].lower()}{name[1:]} between {first} and {second}"
    if abs(later - earlier) < CLEAR:
        return f"{NOT_CLEAR}: {name[0].lower()}{name[1:]}, {earlier:.0%} in {first} and {later:.0%} in {second}"
    verb = "rose" if later > earlier else "fell"
    return f"{name} {verb} from {earlier:.0%} in {first} to {later:.0%} in {second}"


def sequence_title(name: str, values: dict[str, float | None]) -> str:
    """A title for a share in more than two periods: where it was least and most.

    Parameters
    ----------
    name : what has the share, to begin the sentence.
    values : shares by period for a reader, in order of time; None where there is not enough data.
    """
    known = {label: value for label, value in values.items() if value is not None}
    if len(known) < 2:
        return f"{NOT_ENOUGH} {name[0].lower()}{name[1:]} across the periods"
    least, most = min(known.values()), max(known.values())
    if most - least < CLEAR:
        return f"{NOT_CLEAR}: {name[0].lower()}{name[1:]}, {least:.0%} to {most:.0%} in every period"
    # Shares within a point of each other are printed alike, so a title must not pick one of them.
    fewest = listing([with_article(label) for label, value in known.items() if value - least < 0.01])
    highest = listing([with_article(label) for label, value in known.items() if most - value < 0.01])
    return f"{name}: the smallest share in {fewest} ({least:.0%}), the largest in {highest} ({most:.0%})"


def councils_table(catalogue: Catalogue | None = None) -> Table:
    """Which kinds of body count as councils."""
    import pandas as pd

    kinds = bodies.kinds(include_unconfirmed=True, catalogue=catalogue)
    chosen = kinds[kinds["council"].fillna(False).astype(bool)]
    frame = pd.DataFrame(
        {
            "Kind of council": [_capital(str(name)) for name in chosen["plural"]],
            "From": [_year(value) for value in chosen["first_year"]],
            "To": [
                "" if status == "continuing" else _year(year)
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


def _year(value: object) -> str:
    return "" if value != value or value is None or str(value) == "<NA>" else str(value)


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
                "Events near": _percent(near),
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
        return f"{NOT_CLEAR}: {name[0].lower()}{name[1:]} held {after} of {number} functions in both years"
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
    heads = _two_heads(f"Kinds per function, {first}", f"Kinds per function, {second}")
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
    heads = _two_heads(scheme.labels[earlier], scheme.labels[later])
    records = []
    for name, text in measures.PROFILE.items():
        values = made.frame.loc[earlier, name], made.frame.loc[later, name]
        records.append(
            {
                "Measure": text[0].upper() + text[1:],
                heads[0]: _percent(float(values[0])),
                heads[1]: _percent(float(values[1])),
                "Change": _points(float(values[1]) - float(values[0])),
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
        "boundaries, what counts as a body, each measure dropped in turn).",
    )


@or_say_why
def quango_counts(catalogue: Catalogue | None = None) -> Figure:
    """The official counts of non-departmental public bodies."""
    every = claims.official_quango_count(catalogue, include_unconfirmed=True)
    official = every[every["evidence"] != "recalled"]
    if len(official) < 2:
        raise NotEnoughDataError("fewer than two official counts of non-departmental public bodies")
    first, last = official.iloc[0], official.iloc[-1]
    verb = "fell" if last["count"] < first["count"] else "rose"
    return figures.count_points(
        every,
        "Non-departmental public bodies, United Kingdom",
        f"The official count of quangos {verb} from {int(first['count']):,} in {int(first['year'])} to "
        f"{int(last['count']):,} in {int(last['year'])}",
        "Bodies",
        "Preferred official counts, United Kingdom. Hollow marks: from memory, not yet confirmed. Most local "
        "appointed bodies (colleges, trusts, training and enterprise councils) are not in this count.",
    )


@or_say_why
def joint_working(catalogue: Catalogue | None = None) -> Figure:
    """When the joint arrangements with a known start began."""
    import pandas as pd

    frame = (catalogue or default()).load("joint_working")
    dated = frame[frame["start_latest"].notna()]
    years = dated["start_latest"].dt.year.astype(int)
    if len(years) < measures.LEAST_KINDS:
        raise NotEnoughDataError(f"{len(years)} joint arrangements have a known start")
    firsts = list(range(int(years.min()) // 5 * 5, int(years.max()) + 1, 5))
    counts = [int(years.between(first, first + 4).sum()) for first in firsts]
    shown = pd.DataFrame({"label": [f"{first}–{(first + 4) % 100:02d}" for first in firsts], "value": counts})
    late = int((years > partnership_claims.CHART_YEAR - 10).sum())
    return figures.bars(
        shown,
        f"{late} of {len(years)} joint arrangements with a known start began in the ten years to "
        f"{partnership_claims.CHART_YEAR} or later",
        "Arrangements begun",
        Evidence.of(dated, dates=("start",)),
        "Joint arrangements between councils that were found, by the five years in which they began; those of unknown start "
        "are left out. The list is no sample: recent ones are likelier to be found.",
    )


@or_say_why
def indicator_choices(catalogue: Catalogue | None = None) -> Figure:
    """The indicators that most areas chose, beside half of the areas."""
    book = catalogue or default()
    found = choices.indicator_concentration(catalogue=book)
    areas = len(book.load("laa_areas"))
    top = found.frame.head(found.top)
    unnamed = int((top["title"] == "").sum())
    titles = [f"NI {row.ni}: {row.title}" if row.title else f"NI {row.ni}" for row in top.itertuples()]
    return figures.bars(
        top.assign(label=titles, value=top["chosen"])[["label", "value"]],
        found.sentence().rstrip("."),
        "Areas that chose it, at least",
        found.evidence,
        f"The {found.top} indicators with the highest known counts, of {len(found.frame)} with one and "
        f"{found.of_indicators} in all; {areas} areas, June 2008. The share of all choices is bounded by the targets that "
        "ended in 2010 and the most that were allowed."
        + (f" {unnamed} shown by number only: the title has not been read in a source." if unnamed else ""),
        (areas / 2, "half of the areas"),
    )


@or_say_why
def fates_table(catalogue: Catalogue | None = None) -> Table:
    """What became of the deck's proposals by the end of 2012."""
    import pandas as pd

    book = catalogue or default()
    proposals = book.load("claims")
    proposals = proposals[proposals["kind"] == "proposal"].sort_values("position")
    options = book.load("reform_options")
    options = options[options["claim"].isin(proposals["key"])].set_index("claim")
    if options.empty:
        raise NotEnoughDataError("no proposal of the deck is among the reforms whose fate is known")
    records = []
    for row in proposals.itertuples():
        found = options.loc[row.key] if row.key in options.index else None
        status = found["status_by_2012"] if found is not None else None
        records.append(
            {
                "Claim": row.key,
                "Proposal": row.claim,
                "By 2012": status.replace("_", " ") if isinstance(status, str) else "not known",
                "What became of it": found["fate"] if found is not None and isinstance(found["fate"], str) else "",
            }
        )
    frame = pd.DataFrame(records).set_index("Claim")
    whole = int((frame["By 2012"] == "adopted").sum())
    part = int(frame["By 2012"].isin(["partly adopted", "voluntary"]).sum())
    frame["By 2012"] = frame["By 2012"].replace("unknown", "not known")
    unknown = int((frame["By 2012"] == "not known").sum())
    return Table(
        frame,
        f"Of {len(frame)} proposals {whole or 'none'} had been adopted whole by the end of 2012, {part} in part or by choice",
        f"Status is our reading of what sources say of the proposal’s fate; of {unknown} nothing was found, which is no "
        "proof that nothing was done. Superseded: what it would have changed was ended.",
        Evidence.of(options.reset_index(), proposals, uses=("status_by_2012",)),
        (0.6, 3.4, 1.1, 3),
    )


@or_say_why
def targets_by_regime(catalogue: Catalogue | None = None) -> Table:
    """How many targets or indicators each regime laid on an area or on the country."""
    frame, evidence = choices.by_regime(catalogue)
    shown = frame.assign(number=[f"{number:,.0f}" for number in frame["number"]])
    shown = shown[["number", "year", "what"]].rename(
        columns={"number": "Number", "year": "Year", "what": "What is counted"}
    )
    return Table(
        shown.rename_axis("Regime"),
        "Targets and indicators by regime, as published",
        "The numbers count different things: targets of an area, or indicators of the country. They are set side by side "
        "and never added.",
        evidence,
        (2.4, 0.6, 0.6, 3),
    )


@or_say_why
def partnership_counts(catalogue: Catalogue | None = None) -> Table:
    """Latest preferred count of each kind of partnership from the last period on."""
    import pandas as pd

    book = catalogue or default()
    kinds = bodies.kinds(include_unconfirmed=True, catalogue=book).set_index("body_key")
    latest = claims.partnership_counts(book)
    if latest.empty:
        raise NotEnoughDataError("no kind of partnership has a confirmed count")
    frame = pd.DataFrame(
        {
            "Kind of partnership": [_capital(str(kinds.loc[key, "plural"])) for key in latest["body_key"]],
            "Number": latest["count"].astype(int).to_list(),
            "Date": [dates.parse(text).readable() for text in latest["date"]],
            "Where": latest["geography"].to_list(),
        }
    ).set_index("Kind of partnership")
    return Table(
        frame,
        f"{len(latest)} kinds of partnership with a count: {int(latest['count'].sum()):,} bodies in all, at "
        "different dates",
        "Latest confirmed count of each kind for England; the sum adds different years, so it is no year’s total.",
        Evidence.of(latest),
        (3, 1, 1, 1.4),
    )


def verdicts_table(made: dict[str, claims.Verdict], catalogue: Catalogue | None = None) -> Table:
    """Every claim of the deck with its verdict, or the word that it is to come.

    Parameters
    ----------
    made : from `claims.answers`.
    """
    import pandas as pd

    book = catalogue or default()
    frame = book.load("claims").sort_values("position")
    records = [
        {
            "Claim": row.key,
            "What the deck says": row.claim,
            "Kind": row.kind,
            "Verdict": made[row.key].verdict if row.key in made else claims.TO_COME,
            "Firmness": made[row.key].firmness if row.key in made else "",
        }
        for row in frame.itertuples()
    ]
    evidence = sum((verdict.answer.evidence for verdict in made.values()), Evidence.of(frame))
    tally = pd.Series([verdict.verdict for verdict in made.values()]).value_counts()
    said = listing([f"{count} {name}" for name, count in tally.items()])
    return Table(
        pd.DataFrame(records).set_index("Claim"),
        f"Of {len(frame)} claims, {len(made)} are answered here: {said}",
        "Firm: at least nine in ten of the readings agree; leaning: six in ten; open: fewer. Claims "
        "marked “to come” await their tables.",
        evidence,
        (0.6, 6, 1, 1.25, 0.85),
    )


def evidence_table(made: dict[str, claims.Verdict], catalogue: Catalogue | None = None) -> Table:
    """For each claim answered: rows used, how they are known, grades of their sources.

    Parameters
    ----------
    made : from `claims.answers`.
    """
    import pandas as pd

    book = catalogue or default()
    records = []
    total = Evidence()
    for key, verdict in made.items():
        used = verdict.answer.evidence
        total += used
        records.append(
            {
                "Claim": key,
                "Rows used": f"{used.rows:,}",
                "Read": _percent(used.seen_share),
                "Coded by rule": _percent(used.coded / used.rows if used.rows else float("nan")),
                "Sources by grade": ", ".join(f"{grade} {count}" for grade, count in used.grades(book).items()),
            }
        )
    return Table(
        pd.DataFrame(records).set_index("Claim"),
        "What each verdict rests on",
        "Rows from memory and cells that nobody has read are left out. Read: the row was read in its source, though "
        "the codes on it (purpose, selection, money, function, role) are ours. Sources by grade, best first.",
        total,
        (0.6, 0.8, 1, 0.9, 4),
    )


def verdict_table(verdict: claims.Verdict) -> Table:
    """The numbers behind one verdict."""
    return Table(
        verdict.to_frame(),
        f"The numbers behind {verdict.key}: {verdict.verdict}",
        f"Rule: {verdict.rule.rstrip('.')}. What would count against the claim: {_lower(verdict.would_change)}",
        verdict.answer.evidence,
        (3.4, 1),
    )


def readings_table(made: dict[str, claims.Verdict]) -> Table:
    """Every reading of every claim, side by side.

    Parameters
    ----------
    made : from `claims.answers`.
    """
    import pandas as pd

    frame = pd.DataFrame({key: dict(verdict.readings) for key, verdict in made.items()}).fillna("")
    evidence = sum((verdict.answer.evidence for verdict in made.values()), Evidence())
    firm = [key for key, item in made.items() if item.firmness == "firm"]
    said = f"{listing(firm)} {'is' if len(firm) == 1 else 'are'} firm" if firm else "none is firm"
    return Table(
        frame.rename_axis("Reading"),
        f"Claims {next(iter(made))} to {list(made)[-1]} in each reading; {said}",
        "The same rule on other choices of rows, dates and definitions. Empty: the reading does not touch the claim.",
        evidence,
        (3.2, *[1.0] * len(made)),
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


def claim_sentence(verdict: claims.Verdict) -> str:
    """The claim as a sentence, with its key."""
    return f"Claim {verdict.key}: {verdict.claim.rstrip('.')}."


def key_findings(verdicts: dict[str, claims.Verdict], catalogue: Catalogue | None = None) -> list[str]:
    """A sentence on the verdicts together, then one on each claim, for the cover of a report."""
    book = catalogue or default()
    number = len(book.rows("claims"))
    tally: dict[str, list[str]] = {}
    for key, verdict in verdicts.items():
        tally.setdefault(verdict.verdict, []).append(key)
    said = "; ".join(f"{name}: {listing(keys)}" for name, keys in tally.items())
    opening = (
        "A slide deck by Roger Gough of Localis says that the partnerships of the 2000s reinvent the wheel of the "
        f"1830s. Of its {number} claims {len(verdicts)} are tested here, each by a stated rule. "
        f"{said[:1].upper()}{said[1:]}."
    )
    on_periods = [_finding(item) for key, item in verdicts.items() if key in claims.OF_PERIODS]
    others = [f"{key}. {_stated(item)}" for key, item in verdicts.items() if key not in claims.OF_PERIODS]
    return [opening, *on_periods, *([" ".join(others)] if others else [])]


def _finding(verdict: claims.Verdict) -> str:
    return f"{verdict.key}. {_stated(verdict)} {verdict.answer.sentence}"


def _stated(verdict: claims.Verdict) -> str:
    return f"{verdict.claim.rstrip('.')}: {verdict.verdict} ({verdict.firmness})."


_PURPOSE_SHORT = {"single": "Single-purpose", "multi": "Many-purpose", "partnership": "Partnerships"}


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


def _length(period: Period) -> int:
    first, last = period.years
    return last - first + 1


def _two_heads(first: str, second: str) -> tuple[str, str]:
    """Two column headings that differ even where the two things compared are the same."""
    return first, second if second != first else f"{second} (again)"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _percent(value: float) -> str:
    return "" if value != value else f"{value:.0%}"


def _points(value: float) -> str:
    if value != value:
        return ""
    rounded = round(100 * value)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded)} {'point' if abs(rounded) == 1 else 'points'}"
