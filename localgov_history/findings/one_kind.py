"""One kind of body: its life, what it did, how many there were, its money, its Acts, what came before and after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history import bodies, coding, dates, figures, long_series, transfers
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Missing, Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import charge
from localgov_history.findings.functions import laid_out
from localgov_history.findings.titles import or_say_why
from localgov_history.periods import HORIZON
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Periodisation

# Tables of names longer than this are cut, and the cut is said.
MOST_NAMES = 30
# With fewer values than this a series is a row in a table and no line.
LEAST_VALUES = 3


@dataclass(frozen=True)
class History:
    """What the tables have on one kind of body.

    Attributes
    ----------
    opening : what the kind was, in a sentence.
    parts : the parts that have rows, by name, in order; each one or more figures and tables.
    without : the names of the parts that have none.
    """

    opening: str
    parts: dict[str, list[Figure | Table]]
    without: tuple[str, ...]

    def of(self, *names: str) -> list[Figure | Table]:
        """The figures and tables of some parts, in order."""
        return [item for name in names for item in self.parts.get(name, [])]

    def closing(self) -> str:
        """Which parts are left out for want of rows."""
        if not self.without:
            return "The tables have rows for every part of this page."
        return f"Left out, because the tables have no confirmed row on this kind: {listing(list(self.without))}."


def history(
    body: str, scheme: Periodisation, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> History:
    """Everything on one kind of body that has rows.

    Parameters
    ----------
    body : a key of ``body_types``.
    scheme : the periods behind the charts.
    include_unconfirmed : also rows from memory and cells nobody has read.

    Raises
    ------
    UnknownNameError
        If there is no such kind.
    """
    book = catalogue or default()
    row = _row(body, book)
    make: dict[str, tuple[Callable[[], Figure | Table | Missing], ...]] = {
        "its life": (lambda: card(body, include_unconfirmed, book),),
        "functions and roles": (lambda: roles_chart(body, scheme, include_unconfirmed, book),),
        "counts": (lambda: counts_chart(body, book), lambda: counts_table(body, include_unconfirmed, book)),
        "money and other series": (
            lambda: series_chart(body, scheme, book),
            lambda: series_table(body, include_unconfirmed, book),
        ),
        "Acts": (lambda: acts_table(body, include_unconfirmed, book),),
        "who had its work before and after": (lambda: before_and_after(body, include_unconfirmed, book),),
        "named authorities and their successors": (lambda: links_table(body, include_unconfirmed, book),),
        "named bodies": (lambda: names_table(body, include_unconfirmed, book),),
        "findings on its members and working": (lambda: facts_table(body, include_unconfirmed, book),),
    }
    parts = {}
    for name, makers in make.items():
        items = [item for maker in makers if not isinstance(item := maker(), Missing)]
        if items:
            parts[name] = items
    opening = f"{capital(row['plural'])}: {_sentence(row['description'])}"
    if row["part_of"]:
        opening += (
            f" A special case of {_row(row['part_of'], book)['plural']}, whose functions are shown with its own."
        )
    if row["evidence"] == "recalled" and not include_unconfirmed:
        opening += (
            " This kind is known from memory only, so the parts below leave out what nobody has read in a source; set "
            "include_unconfirmed to true to see it."
        )
    return History(opening, parts, tuple(name for name in make if name not in parts))


def _row(body: str, book: Catalogue) -> dict[str, str]:
    rows = {row["body_key"]: row for row in book.rows("body_types")}
    if body not in rows:
        raise UnknownNameError("kind of body", body, rows)
    return rows[body]


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}." if text else ""


def _of(table: str, body: str, include_unconfirmed: bool, book: Catalogue, what: str) -> pd.DataFrame:
    """The rows of a table on one kind of body."""
    frame = book.load(table, include_unconfirmed)
    frame = frame[frame["body_key"] == body]
    if frame.empty:
        raise NotEnoughDataError(f"no {what} of {_row(body, book)['plural']} is confirmed")
    return frame


def _when(text: object) -> str:
    return dates.parse(text).readable() if isinstance(text, str) else "not known"


@or_say_why
def card(body: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """What is known about the kind itself."""
    import pandas as pd

    book = catalogue or default()
    rows = _of("body_types", body, include_unconfirmed, book, "row")
    row = next(rows.itertuples())
    acts = {item["act_key"]: item["short_title"] for item in book.rows("acts")}
    labels = coding.function_labels(book)
    ways = [coding.SELECTIONS[code] for code in row.selection if code != "mixed" or len(row.selection) == 1]
    end = f"beyond {HORIZON.year}" if row.end_status == "continuing" else _when(row.end)
    lines = {
        "Other names": listing(list(row.aliases)),
        "Began": _when(row.start),
        "Ended": end,
        "Known to be there": _when(row.attested) if isinstance(row.attested, str) else "",
        "Purpose": coding.PURPOSES.get(row.purpose, "").lower() if isinstance(row.purpose, str) else "",
        "Functions": listing([labels[code].lower() for code in row.functions]),
        "Members": listing(ways),
        "Who could vote, or be chosen": row.franchise_note,
        "Money": listing([coding.MONEY[code].lower() for code in row.money]),
        "On its money": row.funding_note,
        "Tier": listing([code.replace("_", " ") for code in row.tier]),
        "Area of each": row.area_unit,
        "Where": listing(list(row.extent)),
        "Created by": acts.get(row.created_by, ""),
        "Ended by": acts.get(row.ended_by, ""),
        "Supervised by": row.supervised_by,
    }
    known = {name: text for name, text in lines.items() if isinstance(text, str) and text}
    span = f"{lines['Began']} to {end}" if isinstance(row.start, str) else f"start not known, to {end}"
    span = span.replace("to not known", "to an end not known")
    return Table(
        pd.DataFrame({"What is known": list(known.values())}, index=pd.Index(list(known), name=row.name)),
        f"{capital(row.plural)}: {span}",
        "Purpose, members, money and area are our coding from descriptions of the kind. A line that is missing is not known, "
        "or not yet read in a source.",
        Evidence.of(rows, uses=("purpose", "selection", "money"), dates=("start", "end")),
        (1, 4),
    )


def _responsibilities(body: str, include_unconfirmed: bool, book: Catalogue) -> pd.DataFrame:
    """The rows of the kind and of the wider kind that it is a special case of."""
    frame = bodies.responsibilities(include_unconfirmed, tuple(coding.ROLES), include_generated=True, catalogue=book)
    frame = frame[frame["body_key"].isin([body, _row(body, book)["part_of"]])]
    if frame.empty:
        raise NotEnoughDataError(f"no row says what {_row(body, book)['plural']} did")
    return frame


@or_say_why
def roles_chart(
    body: str, scheme: Periodisation, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Figure:
    """Its functions as bars over time, a row a function and role."""
    book = catalogue or default()
    rows = _responsibilities(body, include_unconfirmed, book)
    bars, lanes, first, last = laid_out(rows, scheme, [*coding.ROLES], "role", "function")
    labels = coding.function_labels(book)
    plural = capital(_row(body, book)["plural"])
    heads = bars["heading"].nunique()
    ruled = int(bars["by_rule"].sum())
    undrawn = sorted({labels[key].lower() for key in set(rows["function"]) - set(bars["function"])})
    caption = f"One row a function and role, {first} to {last}; bands are the periods."
    if undrawn:
        caption += f" Not drawn, without a date in these years: {listing(undrawn)}."
    alt = "; ".join(
        f"{name}: {listing(sorted({labels[key].lower() for key in bars.loc[bars['role'] == role, 'function']}))}"
        for role, name in coding.ROLES.items()
        if (bars["role"] == role).any()
    )
    return figures.spans(
        bars.drop(columns=["source_key", "coded_fields", "unconfirmed_fields", "label_found", "tier"]),
        [labels[function] for _, function in lanes],
        coding.ROLES,
        (first, last),
        f"{plural}: {counted(bars['function'].nunique(), 'function')} under {counted(heads, 'heading')}"
        + (f"; {ruled} of {counted(len(bars), 'bar')} by rule alone" if ruled else ""),
        caption,
        f"Functions by role. {alt}.",
        Evidence.of(rows[rows["row"].isin(bars["row"])], uses=("function", "role"), dates=("start", "end")),
        scheme,
    )


def _counts(body: str, include_unconfirmed: bool, book: Catalogue) -> pd.DataFrame:
    frame = _of("body_counts", body, include_unconfirmed, book, "count")
    frame = frame[frame["preferred"].fillna(False).astype(bool)]
    return frame.sort_values(["date_earliest", "count_key"])


@or_say_why
def counts_chart(body: str, catalogue: Catalogue | None = None) -> Figure:
    """How many there were, in the geography with most counts."""
    book = catalogue or default()
    rows = _counts(body, True, book)
    rows = rows[(rows["measure"] == "bodies") & rows["count"].notna() & rows["date_earliest"].notna()]
    per_place = rows.groupby("geography")["date_earliest"].nunique()
    if per_place.empty or per_place.max() < LEAST_VALUES:
        raise NotEnoughDataError(f"fewer than {LEAST_VALUES} counts of {_row(body, book)['plural']} in one geography")
    place = per_place.idxmax()
    rows = rows[rows["geography"] == place].drop_duplicates("date_earliest")
    rows = rows.assign(year=rows["date_earliest"].dt.year)
    first, last = rows.iloc[0], rows.iloc[-1]
    plural = capital(_row(body, book)["plural"])
    title = f"{plural}: {int(first['count']):,} in {first['year']}, {int(last['count']):,} in {last['year']}"
    recalled = (rows["evidence"] == "recalled").any()
    return figures.count_points(
        rows,
        plural,
        title,
        "Bodies",
        f"Preferred counts, {place}; what each counts is in the table. Between counts the line is a guide to the eye."
        + (" Hollow marks: from memory, not yet confirmed." if recalled else ""),
    )


@or_say_why
def counts_table(body: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """Every preferred count of the kind, and of things about it."""
    import pandas as pd

    book = catalogue or default()
    rows = _counts(body, include_unconfirmed, book)
    shown = pd.DataFrame(
        {
            "Number": [_number(row) for row in rows.itertuples()],
            "Of what": [capital(row.what) for row in rows.itertuples()],
            "Where": rows["geography"].to_list(),
        },
        index=pd.Index([_when(text) for text in rows["date"]], name="Date"),
    )
    own = int((rows["measure"] == "bodies").sum())
    return Table(
        shown,
        f"{counted(len(rows), 'count')} of {_row(body, book)['plural']} or of things about them, {own} of the bodies themselves",
        "Preferred counts. They need not count the same thing, nor cover the same places.",
        Evidence.of(rows),
        (1, 1, 3.2, 1.4),
    )


def _number(row: Any) -> str:
    import pandas as pd

    if not pd.isna(row.count):
        return f"{int(row.count):,}"
    low, high = row.count_low, row.count_high
    if not pd.isna(low) and not pd.isna(high):
        return f"{int(low):,}–{int(high):,}"
    return f"over {int(low):,}" if not pd.isna(low) else f"up to {int(high):,}" if not pd.isna(high) else "not known"


def _series(body: str, include_unconfirmed: bool, book: Catalogue) -> list[long_series.Series]:
    meta = _of("series_meta", body, include_unconfirmed, book, "series")
    found = []
    for key in meta["series_key"]:
        try:
            found.append(long_series.series(key, include_unconfirmed=include_unconfirmed, catalogue=book))
        except NotEnoughDataError:
            continue
    if not found:
        raise NotEnoughDataError(f"no value of a series on {_row(body, book)['plural']} is confirmed")
    return found


@or_say_why
def series_chart(body: str, scheme: Periodisation, catalogue: Catalogue | None = None) -> Figure:
    """The series on the kind with most values."""
    book = catalogue or default()
    longest = max(_series(body, False, book), key=len)
    if len(longest) < LEAST_VALUES:
        raise NotEnoughDataError(f"no series on {_row(body, book)['plural']} has {LEAST_VALUES} values")
    first, last = longest.frame.iloc[0], longest.frame.iloc[-1]
    title = (
        f"{longest.title}: {first['value']:,.4g} in {first['when']}, {last['value']:,.4g} in {last['when']} "
        f"({longest.unit_words})"
    )
    if first["segment"] != last["segment"]:
        title += ", measured in different ways"
    return figures.series_line(longest, title, scheme)


@or_say_why
def series_table(body: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """The series on the kind, first and last value each."""
    import pandas as pd

    book = catalogue or default()
    found = _series(body, include_unconfirmed, book)
    shown = pd.DataFrame(
        {
            "First": [
                f"{item.frame.iloc[0]['value']:,.10g} ({dates.spoken(item.frame.iloc[0]['when'])})" for item in found
            ],
            "Last": [
                f"{item.frame.iloc[-1]['value']:,.10g} ({dates.spoken(item.frame.iloc[-1]['when'])})"
                if len(item) > 1
                else ""
                for item in found
            ],
            "Unit": [item.unit_words for item in found],
            "Where": [item.geography for item in found],
        },
        index=pd.Index([item.title for item in found], name="Series"),
    )
    return Table(
        shown,
        f"{'One' if len(found) == 1 else len(found)} series on {_row(body, book)['plural']}",
        "First and last value of each, as published. What each is, at which prices and with which breaks, is in its definition.",
        sum((item.evidence for item in found), Evidence()),
        (2.6, 1.3, 1.3, 1, 1.2),
    )


@or_say_why
def acts_table(body: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """The Acts that made, ended or empowered the kind, as the tables name them."""
    import pandas as pd

    book = catalogue or default()
    acts = book.load("acts", include_unconfirmed)
    kinds = book.load("body_types", include_unconfirmed)
    own = kinds[kinds["body_key"] == body]
    why: dict[str, dict[str, None]] = {}
    for column, word in (("created_by", "created it"), ("ended_by", "ended it")):
        for key in own[column].dropna():
            why.setdefault(key, {})[word] = None
    for column, word in (("bodies_created", "created it"), ("bodies_abolished", "ended it")):
        for key, cell in zip(acts["act_key"], acts[column], strict=True):
            if body in (cell if isinstance(cell, tuple) else str(cell).split(";")):
                why.setdefault(key, {})[word] = None
    labels = coding.function_labels(book)
    every = bodies.responsibilities(include_unconfirmed, tuple(coding.ROLES), include_generated=True, catalogue=book)
    rows = every[(every["body_key"] == body) & every["act_key"].notna()]
    for key, group in rows.groupby("act_key"):
        names = sorted({labels[code].lower() for code in group["function"]})
        why.setdefault(str(key), {})["under it: " + listing(names)] = None
    found = acts[acts["act_key"].isin(why)]
    found = found.assign(day=found["royal_assent_earliest"].fillna(found["published_earliest"])).sort_values(
        ["day", "act_key"], na_position="last"
    )
    if found.empty:
        raise NotEnoughDataError(f"no Act is confirmed to have made or empowered {_row(body, book)['plural']}")
    shown = pd.DataFrame(
        {
            "Why it is here": [capital("; ".join(why[key])) for key in found["act_key"]],
            "What it did": found["what_it_did"].fillna("").to_list(),
        },
        index=pd.Index(found["short_title"], name="Act or paper"),
    )
    return Table(
        shown,
        f"{counted(len(found), 'Act or paper', 'Acts and papers')} that made, ended or empowered {_row(body, book)['plural']}",
        "As the tables name them: the Act under which a row on a function holds, and those said to have created or ended the "
        "kind. An Act not yet read in a source is left out unless unread cells are taken in.",
        Evidence.of(found, own, rows),
        (1.6, 1.8, 3),
    )


@or_say_why
def before_and_after(body: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """Whose holding of its functions stopped when its own began, and whose began when its own stopped."""
    import pandas as pd

    book = catalogue or default()
    mine = [body, _row(body, book)["part_of"]]
    every = transfers.with_change_years(bodies.responsibilities(include_unconfirmed, catalogue=book))
    own, others = every[every["body_key"].isin(mine)], every[~every["body_key"].isin(mine)]
    labels = coding.function_labels(book)
    records, used = [], []
    for function, rows in own.groupby("function"):
        rest = others[others["function"] == function]
        for side, their, word in (("began_in", "ended_in", "Before"), ("ended_in", "began_in", "After")):
            for year in sorted({int(item) for item in rows[side].dropna()}):
                met = rest[rest[their] == year]
                if met.empty:
                    continue
                used += [rows[rows[side] == year], met]
                names = listing(sorted(set(met["plural"])))
                records.append({"": labels[function], "Year": str(year), "Side": word, "Who": names})
    if not records:
        raise NotEnoughDataError(
            f"no other kind is known to have stopped or begun a function in the year in which {_row(body, book)['plural']} did"
        )
    frame = pd.DataFrame(records).sort_values(["Year", "Side", ""], ascending=[True, True, True])
    sides = frame["Side"].value_counts()
    shown = (
        frame.rename(columns={"Side": "Before or after", "Who": "Other kinds of body"})
        .set_index("")
        .rename_axis("Function")
    )
    rows = pd.concat(used)
    return Table(
        shown,
        f"{capital(_row(body, book)['plural'])}: {_functions(sides.get('Before', 0))} with a forerunner, "
        f"{_functions(sides.get('After', 0))} with a follower, by year of change",
        "Before: kinds whose holding of the function stopped in the year in which this kind began to hold it. After: kinds that "
        "began in the year in which this kind stopped. The dates say no more; a function counts once a year of change.",
        Evidence.of(rows[~rows["row"].duplicated()], uses=("function", "role"), dates=("start", "end")),
        (1.6, 0.7, 1, 3.4),
    )


def _functions(number: int) -> str:
    return counted(int(number), "function") if number else "no function"


@or_say_why
def links_table(body: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """The named authorities of the kind: from and to which kinds they passed, by year."""
    import pandas as pd

    book = catalogue or default()
    authorities = _of("authorities", body, include_unconfirmed, book, "named authority")
    every = book.load("authorities", include_unconfirmed).set_index("authority_key")["body_key"]
    plurals = {row["body_key"]: row["plural"] for row in book.rows("body_types")}
    links = book.load("authority_changes", include_unconfirmed)
    links = links.assign(
        before=links["predecessor_key"].map(every),
        after=links["successor_key"].map(every),
        year=links["date_earliest"].dt.year,
    )
    links = links[links["before"].notna() & links["after"].notna() & links["year"].notna()]
    links = links[
        ((links["before"] == body) | (links["after"] == body)) & (links["predecessor_key"] != links["successor_key"])
    ]
    number = counted(len(authorities), "named authority", "named authorities")
    if links.empty:
        raise NotEnoughDataError(f"the register has no link from or to {_row(body, book)['plural']}")
    grouped = links.groupby(["year", "before", "after"]).agg(
        links=("change_key", "size"), before_n=("predecessor_key", "nunique"), after_n=("successor_key", "nunique")
    )
    grouped = grouped.reset_index()
    shown = pd.DataFrame(
        {
            "From": [f"{capital(plurals[row.before])} ({row.before_n})" for row in grouped.itertuples()],
            "To": [f"{capital(plurals[row.after])} ({row.after_n})" for row in grouped.itertuples()],
            "Links": grouped["links"].to_list(),
        },
        index=pd.Index(grouped["year"].astype(int).astype(str), name="Year"),
    )
    cut = len(shown) - MOST_NAMES
    if cut > 0:
        # The rows with most links say most.
        shown = shown.iloc[sorted(grouped["links"].nlargest(MOST_NAMES, keep="first").index)]
    return Table(
        shown,
        f"{number} in the register, with {counted(len(links), 'link')} to others",
        "Links from predecessors to successors in the register of authorities, by year and kind, with the number of "
        "authorities in brackets; one authority may have several links."
        + (f" The {MOST_NAMES} rows with most links; {cut} left out." if cut > 0 else ""),
        Evidence.of(links, dates=("date",)),
        (0.6, 2.2, 2.2, 0.6),
    )


@or_say_why
def names_table(body: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """Named appointed bodies of the kind."""
    import pandas as pd

    book = catalogue or default()
    rows = _of("appointed_bodies", body, include_unconfirmed, book, "named body").sort_values(
        ["start_earliest", "name"]
    )
    shown = pd.DataFrame(
        {
            "Area": rows["area"].fillna("").to_list(),
            "Began": [_when(text) for text in rows["start"]],
            "Ended": [
                _when(text) if status != "continuing" else "continued"
                for text, status in zip(rows["end"], rows["end_status"], strict=True)
            ],
        },
        index=pd.Index(rows["name"], name="Name"),
    )
    cut = len(shown) - MOST_NAMES
    return Table(
        shown.head(MOST_NAMES),
        f"{counted(len(rows), 'named body', 'named bodies')} of this kind in the tables",
        "In order of their beginning; the list is what was found."
        + (f" The first {MOST_NAMES}; {cut} left out." if cut > 0 else ""),
        Evidence.of(rows, dates=("start", "end")),
        (2.6, 1.8, 1, 1),
    )


@or_say_why
def facts_table(body: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """Findings on members and working, where a survey or a paper has any."""
    book = catalogue or default()
    rows = _of("lsp_facts", body, include_unconfirmed, book, "finding").sort_values("date_earliest")
    return charge.fact_table(
        rows,
        [_when(text) if isinstance(text, str) else "undated" for text in rows["date"]],
        "Date",
        f"{counted(len(rows), 'finding')} on {_row(body, book)['plural']}",
        "Surveys, rules and single papers, each on its own question and sample.",
        dated=False,
    )
