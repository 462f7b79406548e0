"""The figures and tables of the notebooks: measures in, a chart with a finding for a title out.

Every title is computed, with a form for "no clear difference" and one for "not enough data".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import bodies, claims, coding, dates, figures, measures
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.measures import Shares
    from localgov_history.periods import Period, Periodisation

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


def periods_table(scheme: Periodisation, catalogue: Catalogue | None = None) -> Table:
    """The periods of a scheme: label as printed, span, working days, why."""
    book = catalogue or default()
    frame = scheme.to_frame()
    days = [
        " to ".join(dates.parse(day.isoformat()).readable() for day in (period.start, period.end))
        for period in scheme
    ]
    shown = frame.assign(days=days)[["label", "days", "reason"]]
    shown = shown.rename(
        columns={"label": "In the source’s words", "days": "Working days", "reason": "Why these days"}
    )
    shown.index = frame["span"].rename("Period")
    rows = book.load("periods")
    rows = rows[rows["periodisation"] == scheme.name]
    evidence = Evidence.of(rows) if len(rows) else Evidence(scheme.source_keys, len(scheme))
    return Table(
        shown,
        f"The periods of {scheme.authority or scheme.name}",
        f"Labels as printed in the source; working days are ours. Check: {scheme.report()}.",
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
    for name in periods.names(book):
        scheme = periods.periodisation(name, book)
        near = measures.share_near(events, [day.year for day in scheme.boundaries], claims.NEAR)
        records.append(
            {
                "Scheme": name,
                "Whose": scheme.authority,
                "Periods": len(scheme),
                "New periods begin": ", ".join(str(day.year) for day in scheme.boundaries),
                "Events near": _percent(near),
            }
        )
    return Table(
        pd.DataFrame(records).set_index("Scheme"),
        "Rival divisions of the same years",
        f"Events near: share of the {len(events)} known beginnings and ends of kinds of local body that lie within "
        f"{claims.NEAR} years of a boundary. A scheme with more boundaries catches more by chance alone.",
        Evidence.of(book.load("periods")) + Evidence.of(bodies.dated(kinds)),
        (1.6, 2.2, 0.8, 2.6, 1.2),
    )


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
    inside = (frame["day"].dt.date >= scheme.periods[0].start) & (frame["day"].dt.date <= scheme.periods[-1].end)
    frame = frame[inside]
    if frame.empty:
        raise NotEnoughDataError("no landmark Act has a known date within these periods")
    counts = scheme_counts(frame["day"], scheme)
    most = max(counts, key=lambda key: (counts[key] / _length(scheme[key]), key))
    title = (
        f"{counted(len(frame), 'landmark Act or paper', 'landmark Acts and papers')} shaped local government; they "
        f"came thickest in the {scheme[most].readable_span()}"
    )
    return figures.acts_timeline(frame, scheme, title)


def scheme_counts(days: pd.Series, scheme: Periodisation) -> dict[str, int]:
    """How many days fall into each period; a day in two periods counts in both."""
    labels = scheme.label(days).dropna()
    return {key: int(sum(key in label.split(";") for label in labels)) for key in scheme.keys}


def lives(
    purpose: str, scheme: Periodisation, include_unconfirmed: bool = True, catalogue: Catalogue | None = None
) -> Figure:
    """Years in being of the kinds of local body of one purpose."""
    kinds = bodies.kinds(include_unconfirmed, catalogue=catalogue)
    kinds = kinds[(kinds["purpose"] == purpose) & kinds["part_of"].isna()]
    first, last = scheme.periods[0].start.year, scheme.periods[-1].end.year
    known = bodies.in_being(kinds, first, last)
    if known.empty:
        raise NotEnoughDataError(f"no kind of body of purpose {purpose!r} has known years")
    shown = known.assign(span=known["last_year"].astype(float) - known["first_year"].astype(float))
    shown = shown.nlargest(MOST_BARS, "span", keep="first").sort_values(["first_year", "last_year", "body_key"])
    ended = shown[shown["end_status"] == "ended"]
    spans = (ended["last_year"].astype(float) - ended["first_year"].astype(float) + 1).sort_values()
    name = {"single": "single-purpose body", "multi": "many-purpose body", "partnership": "partnership"}[purpose]
    half = f"; half of those that ended had lasted {spans.median():.0f} years or more" if len(spans) >= 5 else ""
    left = len(kinds) - len(shown)
    more = f" {left} more kinds are not drawn: their years are not known, or they were shorter-lived." if left else ""
    figure = figures.lives(
        shown,
        scheme,
        f"{len(ended)} of these {len(shown)} kinds of {name} had ended by {last}{half}",
        {purpose: name},
    )
    return _with_caption(figure, figure.caption + more)


def kinds_by_year(scheme: Periodisation, catalogue: Catalogue | None = None) -> Figure:
    """How many kinds of local body were in being in each year, by purpose."""
    kinds = bodies.kinds(catalogue=catalogue)
    first, last = scheme.periods[0].start.year, scheme.periods[-1].end.year
    frame = measures.in_being_by_year(kinds, first, last)
    frame = frame.rename(columns={"purpose": "class", "kinds": "value"})
    totals = frame.groupby("year")["value"].sum()
    trough_year = int(totals.loc[1890:].idxmin()) if (totals.index >= 1890).any() else int(totals.idxmin())
    usable = bodies.dated(kinds)
    return figures.lines_by_year(
        frame,
        {key: name for key, name in _PURPOSE_SHORT.items() if (frame["class"] == key).any()},
        scheme,
        f"Known kinds of local body were fewest in {trough_year} ({totals[trough_year]}) and numbered "
        f"{totals.iloc[-1]} in {last}",
        "Kinds of local body in being",
        Evidence.of(usable[usable["purpose"].notna()], uses=("purpose",)),
        f"Kinds with both years confirmed in a source or coded: {len(usable)} of {len(kinds)}. The years after 1997 "
        "are covered more densely than those before, so the rise at the right is partly one of coverage.",
    )


def purposes(scheme: Periodisation, keys: tuple[str, ...] = (), catalogue: Catalogue | None = None) -> Figure:
    """Kinds of local body by purpose, a bar a period."""
    shares = measures.shares_by(bodies.kinds(catalogue=catalogue), "purpose", scheme)
    return figures.stacked_shares(
        _chosen(shares, keys),
        coding.PURPOSES,
        _shares_title("Single-purpose kinds of local body", shares, "single", scheme, keys),
        shares.evidence,
        f"Share of kinds of local body in being, each weighted by its years in the period. {shares.left_out} kinds "
        "without known years or purpose are left out.",
    )


def selections(scheme: Periodisation, keys: tuple[str, ...] = (), catalogue: Catalogue | None = None) -> Figure:
    """Kinds of local body by how members are chosen, a bar a period."""
    shares = measures.shares_by(bodies.kinds(catalogue=catalogue), "selection_class", scheme)
    shown = _chosen(shares, keys)
    merged = {"mixed": "other", "indirectly_elected": "nominated_by_bodies"}
    shown = (
        shown.assign(**{"class": shown["class"].replace(merged)})
        .groupby(["period", "label", "class"], sort=False)[["weight", "share", "kinds"]]
        .sum()
        .reset_index()
    )
    names = {
        "directly_elected": "Directly elected",
        "part_elected": "Partly elected",
        "nominated_by_bodies": "Nominated or indirectly elected",
        "appointed": "Appointed",
        "other": "Ex officio, self-appointing or mixed",
    }
    return figures.stacked_shares(
        shown,
        names,
        _shares_title("Kinds with all members directly elected", shares, "directly_elected", scheme, keys),
        shares.evidence,
        f"Share of kinds of local body in being, by how members are chosen. {shares.left_out} kinds without known "
        "years or selection are left out.",
    )


def money(scheme: Periodisation, keys: tuple[str, ...] = (), catalogue: Catalogue | None = None) -> Figure:
    """Share of kinds of local body that draw on each source of money."""
    shares = measures.shares_drawing_on(bodies.kinds(catalogue=catalogue), scheme)
    return figures.dots_by_period(
        _chosen(shares, keys),
        coding.MONEY,
        _shares_title("Kinds that draw on grant", shares, "grant", scheme, keys),
        shares.evidence,
        "Share of kinds of local body in being that draw on each source; a kind may draw on several. How many "
        f"kinds, not how much money. {shares.left_out} kinds without known years or money are left out.",
    )


def holders(scheme: Periodisation, earlier: str, later: str, catalogue: Catalogue | None = None) -> Figure:
    """Which classes of body held which functions, in the census years of two periods."""
    book = catalogue or default()
    held = measures.holdings(
        bodies.responsibilities(catalogue=book), scheme[earlier].census_year, scheme[later].census_year
    )
    first, second = held.years
    council = held.share("council", first), held.share("council", second)
    left = counted(len(held.uncovered), "function")
    return figures.holders_matrix(
        held.frame,
        coding.function_labels(book),
        held.years,
        change_title(
            "The share of functions with an elected council of many purposes among the holders",
            council[0],
            council[1],
            str(first),
            str(second),
        ),
        held.evidence,
        f"Square: {first}; circle: {second}. A mark stands where at least one body of that class provided the "
        f"function; a function may have several. {left} with a dated holder in only one of the years "
        f"{'is' if len(held.uncovered) == 1 else 'are'} left out. A missing mark means no row, which is not always "
        "no holder.",
    )


def bodies_per_function(scheme: Periodisation, earlier: str, later: str, catalogue: Catalogue | None = None) -> Table:
    """Kinds of body per function in the census years of two periods, by heading."""
    import pandas as pd

    book = catalogue or default()
    held = measures.holdings(
        bodies.responsibilities(catalogue=book), scheme[earlier].census_year, scheme[later].census_year
    )
    first, second = held.years
    labels = coding.function_labels(book)
    records = [
        {
            "Heading": labels[str(heading)],
            "Functions covered in both": len(rows),
            f"Kinds per function, {first}": f"{rows[f'holders_{first}'].mean():.1f}",
            f"Kinds per function, {second}": f"{rows[f'holders_{second}'].mean():.1f}",
        }
        for heading, rows in held.frame.groupby("heading")
    ]
    means = held.mean_holders(first), held.mean_holders(second)
    verb = "no clear change in" if abs(means[1] - means[0]) < 0.25 else "more" if means[1] > means[0] else "fewer"
    title = (
        f"{verb[0].upper()}{verb[1:]} kinds of body per function: {means[0]:.1f} in {first}, "
        f"{means[1]:.1f} in {second}"
    )
    return Table(
        pd.DataFrame(records).set_index("Heading"),
        title,
        "Mean number of kinds of body that provided a function, on functions with a dated holder in both years. "
        "The later years are recorded in more detail, which by itself raises the later figures.",
        held.evidence,
        (2.4, 1.2, 1.2, 1.2),
    )


def comparison(scheme: Periodisation, earlier: str, later: str, catalogue: Catalogue | None = None) -> Table:
    """Two periods on every measure of the profiles, side by side."""
    import pandas as pd

    made = measures.profiles(bodies.kinds(catalogue=catalogue), scheme)
    first, second = scheme[earlier], scheme[later]
    records = []
    for name, text in measures.PROFILE.items():
        values = made.frame.loc[earlier, name], made.frame.loc[later, name]
        records.append(
            {
                "Measure": text[0].upper() + text[1:],
                first.readable_span(): _percent(float(values[0])),
                second.readable_span(): _percent(float(values[1])),
                "Change": _points(float(values[1]) - float(values[0])),
            }
        )
    frame = pd.DataFrame(records).set_index("Measure")
    apart = (made.frame.loc[later] - made.frame.loc[earlier]).abs() >= CLEAR
    return Table(
        frame,
        f"The {first.readable_span()} and the {second.readable_span()} differ clearly on {apart.sum()} of "
        f"{len(records)} measures",
        "Shares of kinds of local body in being, each kind weighted by its years in the period. Clearly: by "
        f"{100 * CLEAR:.0f} points or more. Empty: fewer than {measures.LEAST_KINDS} kinds with the code.",
        made.evidence,
        (3, 1, 1, 1),
    )


def nearest_periods(scheme: Periodisation, later: str = "", catalogue: Catalogue | None = None) -> Figure:
    """How far each period is from the last, with the range over the variants."""
    book = catalogue or default()
    target = scheme[later] if later else scheme.periods[-1]
    found = claims.distances_in_variants(scheme, book, target.key)
    main = found[found["variant"] == claims.MAIN.name].set_index("period")["distance"]
    span = found.groupby("period")["distance"].agg(["min", "max"])
    order = [key for key in scheme.keys if key in main.index]
    import pandas as pd

    frame = pd.DataFrame(
        {
            "name": [scheme[key].readable_span() for key in order],
            "value": [float(main[key]) for key in order],
            "low": [float(span.loc[key, "min"]) for key in order],
            "high": [float(span.loc[key, "max"]) for key in order],
        }
    )
    nearest = scheme[str(main.idxmin())].readable_span()
    runner = main.drop(main.idxmin())
    close = len(runner) > 0 and float(runner.min() - main.min()) < CLEAR
    title = (
        f"No clear nearest neighbour of the {target.readable_span()}: the {nearest} lead by a hair"
        if close
        else f"The {nearest} are nearest to the {target.readable_span()} in how local bodies were made up"
    )
    evidence = measures.profiles(bodies.kinds(catalogue=book), scheme).evidence
    return figures.ranges(
        frame,
        title,
        "Gower distance (0 alike, 1 as far apart as the periods get)",
        evidence,
        f"Dot: main reading. Line: range over {found['variant'].nunique()} readings fixed beforehand (rows, "
        "boundaries, what counts as a body, each measure dropped in turn).",
    )


def quango_counts(catalogue: Catalogue | None = None) -> Figure:
    """The official counts of non-departmental public bodies."""
    every = claims.official_quango_count(catalogue, include_unconfirmed=True)
    official = every[every["evidence"] != "recalled"]
    if len(official) < 2:
        raise NotEnoughDataError("fewer than two official counts of non-departmental public bodies")
    first, last = official.iloc[0], official.iloc[-1]
    verb = "fell" if last["count"] < first["count"] else "rose"
    return figures.count_points(
        every.assign(series="ndpb"),
        {"ndpb": "Non-departmental public bodies, United Kingdom"},
        f"The official count of quangos {verb} from {int(first['count']):,} in {int(first['year'])} to "
        f"{int(last['count']):,} in {int(last['year'])}",
        "Bodies",
        "Preferred official counts, United Kingdom. Hollow marks: from memory, not yet confirmed. Most local "
        "appointed bodies (colleges, trusts, training and enterprise councils) are not in this count.",
    )


def partnership_counts(catalogue: Catalogue | None = None) -> Table:
    """Latest preferred count of each kind of partnership."""
    import pandas as pd

    book = catalogue or default()
    kinds = bodies.kinds(include_unconfirmed=True, catalogue=book).set_index("body_key")
    counts = book.load("body_counts")
    wanted = counts[
        counts["body_key"].isin(kinds.index[kinds["purpose"] == "partnership"])
        & (counts["measure"] == "bodies")
        & counts["preferred"].fillna(False).astype(bool)
        & counts["date_earliest"].notna()
        & counts["count"].notna()
        & counts["geography"].isin(["England", "England and Wales", "England outside London"])
    ].sort_values("date_earliest")
    latest = wanted.drop_duplicates("body_key", keep="last").sort_values("count", ascending=False)
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
        "Latest confirmed count of each kind; kinds without one are left out, so the sum is a floor.",
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
    evidence = Evidence.of(frame)
    for verdict in made.values():
        evidence += verdict.answer.evidence
    tally = pd.Series([verdict.verdict for verdict in made.values()]).value_counts()
    said = listing([f"{count} {name}" for name, count in tally.items()])
    return Table(
        pd.DataFrame(records).set_index("Claim"),
        f"Of {len(frame)} claims, {len(made)} are answered here: {said}",
        "Firm: at least nine in ten of the readings fixed beforehand agree; leaning: six in ten; open: fewer. Claims "
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
                "Read in a source": _percent(used.seen_share),
                "Our coding": _percent(used.coded / used.rows if used.rows else float("nan")),
                "Sources by grade": ", ".join(f"{grade} {count}" for grade, count in used.grades(book).items()),
            }
        )
    return Table(
        pd.DataFrame(records).set_index("Claim"),
        "What each verdict rests on",
        "After the default filter: rows from memory and cells nobody has read are left out.",
        total,
        (0.6, 0.8, 1, 0.9, 4),
    )


def verdict_table(verdict: claims.Verdict) -> Table:
    """The numbers behind one verdict."""
    return Table(
        verdict.to_frame(),
        f"The numbers behind {verdict.key}: {verdict.verdict}",
        f"The main reading. What would count against the claim: {verdict.would_change.rstrip('.')}.",
        verdict.answer.evidence,
        (3.4, 1),
    )


def readings_table(verdict: claims.Verdict) -> Table:
    """The verdict in every reading."""
    return Table(
        verdict.readings_frame(),
        f"{verdict.key} in {len(verdict.readings)} readings: {verdict.firmness}",
        "Readings were listed before any result was looked at.",
        verdict.answer.evidence,
        (3.4, 1),
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
        f"The {first.readable_span()} ({first.label}) and the {second.readable_span()} ({second.label}); functions "
        f"are looked up in {first.census_year} and {second.census_year}.{warning}"
    )


def claim_sentence(verdict: claims.Verdict) -> str:
    """The claim as a sentence, with its key."""
    return f"Claim {verdict.key}: {verdict.claim.rstrip('.')}."


def key_findings(verdicts: dict[str, claims.Verdict]) -> list[str]:
    """A sentence on the verdicts together, then one on each claim, for the cover of a report."""
    tally: dict[str, list[str]] = {}
    for key, verdict in verdicts.items():
        tally.setdefault(f"{verdict.verdict} ({verdict.firmness})", []).append(key)
    said = "; ".join(f"{listing(keys)}: {name}" for name, keys in tally.items())
    number = counted(len(verdicts), "claim")
    opening = f"{number} on the five periods, each tested by a rule fixed beforehand. {said}."
    return [opening, *(f"{key}, {item.verdict}: {item.answer.sentence}" for key, item in verdicts.items())]


_PURPOSE_SHORT = {"single": "Single-purpose", "multi": "Many-purpose", "partnership": "Partnerships"}


def _chosen(shares: Shares, keys: tuple[str, ...]) -> pd.DataFrame:
    frame = shares.to_frame()
    return frame[frame["period"].isin(keys)] if keys else frame


def _shares_title(name: str, shares: Shares, code: str, scheme: Periodisation, keys: tuple[str, ...]) -> str:
    first, last = (keys[0], keys[-1]) if keys else (scheme.keys[0], scheme.keys[-1])
    values: list[float | None] = []
    for key in (first, last):
        try:
            values.append(shares.share(key, code))
        except NotEnoughDataError:
            values.append(None)
    return change_title(name, values[0], values[1], *(f"the {scheme[key].readable_span()}" for key in (first, last)))


def _with_caption(figure: Figure, caption: str) -> Figure:
    from dataclasses import replace

    return replace(figure, caption=caption)


def _length(period: Period) -> int:
    first, last = period.years
    return last - first + 1


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
