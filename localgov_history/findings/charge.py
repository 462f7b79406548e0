"""Who commissioned, paid, provided and answered, by period; who had seats; who scrutinised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localgov_history import bodies, coding, dates, figures, measures
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import held
from localgov_history.findings.titles import or_say_why
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Periodisation

BY_RULE = "*"
_RULE = "an elected council is taken to pay for, and to answer for, what the law puts on it"
_BY_RULE_SAID = f"{BY_RULE}: made by rule, not read in a source ({_RULE})."
_LEAST = measures.LEAST_KINDS


def _in_year(year: int, include_unconfirmed: bool, catalogue: Catalogue | None) -> pd.DataFrame:
    every = bodies.responsibilities(
        include_unconfirmed, tuple(coding.ROLES), include_generated=True, catalogue=catalogue
    )
    return held.with_class(bodies.in_being(every, year))


def _council_share(rows: pd.DataFrame, role: str) -> tuple[int, int]:
    """Functions of which a council had the role, and functions of which anybody is known to have had it."""
    own = rows[rows["role"] == role]
    return own.loc[own["council"], "function"].nunique(), own["function"].nunique()


@or_say_why
def roles_chart(
    scheme: Periodisation, period: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Figure:
    """Every function with a known body in the census year of a period: which class of body had which role."""
    year = scheme[period].census_year
    rows = _in_year(year, include_unconfirmed, catalogue)
    if rows.empty:
        raise NotEnoughDataError(f"no body is certain to have had a role in any function in {year}")
    generated = rows["generated"].fillna(False).astype(bool)
    marks = (
        rows.assign(by_rule=generated)
        .groupby(["heading", "function", "role", "class"])["by_rule"]
        .all()
        .reset_index()
    )
    past = {"provide": "provided", "fund": "paid for", "answer_for": "answered for"}
    # A share of a handful of functions says nothing.
    said = [
        f"{verb} {own} of {of}"
        for role, verb in past.items()
        for own, of in [_council_share(rows, role)]
        if of >= _LEAST
    ]
    number = counted(rows["function"].nunique(), "function")
    title = f"{number} with a known body in {year}"
    if said:
        title += f"; of those with the role known, councils {listing(said)}"
    caption = (
        f"Functions with a body certain to have had a role in {year}. An empty cell is a gap in what is known, or a role that "
        "nobody had. Other local bodies are those elected apart from councils, nominated, or of members not coded."
    )
    if marks["by_rule"].any():
        caption += f" Hollow: by rule alone ({_RULE})."
    return figures.role_matrix(
        marks,
        coding.function_labels(catalogue),
        coding.ROLES,
        title,
        caption,
        Evidence.of(rows, uses=("function", "role")),
    )


@or_say_why
def roles_table(
    scheme: Periodisation,
    period: str,
    heading: str,
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Table:
    """The functions under one heading: which kinds of body had each role in the census year of a period, by name."""
    import pandas as pd

    labels = _labels_with(heading, catalogue)
    year = scheme[period].census_year
    rows = _in_year(year, include_unconfirmed, catalogue)
    rows = rows[rows["heading"] == heading]
    if rows.empty:
        raise NotEnoughDataError(f"no body is certain to have had a role under {labels[heading].lower()} in {year}")
    order = list(coding.headings(catalogue))
    records, index = [], []
    for function in sorted(set(rows["function"]), key=order.index):
        for role, name in coding.ROLES.items():
            own = rows[(rows["function"] == function) & (rows["role"] == role)]
            if own.empty:
                continue
            ruled = own.groupby("plural")["generated"].all()
            kinds = [f"{plural}{BY_RULE if flag else ''}" for plural, flag in ruled.items()]
            index.append(labels[function])
            records.append({"Role": name, "Kinds of body": listing(kinds)})
    by_rule = bool(rows["generated"].fillna(False).any())
    return Table(
        pd.DataFrame(records, index=pd.Index(index, name="Function")),
        f"{labels[heading]} in {year}: {counted(rows['body_key'].nunique(), 'kind')} of body in "
        f"{counted(len(records), 'role')} of {counted(rows['function'].nunique(), 'function')}",
        f"Kinds of body certain to have had the role in {year}.{' ' + _BY_RULE_SAID if by_rule else ''}",
        Evidence.of(rows, uses=("function", "role")),
        (1.3, 1, 4),
    )


def _labels_with(heading: str, catalogue: Catalogue | None) -> dict[str, str]:
    known = set(coding.headings(catalogue).values())
    if heading not in known:
        raise UnknownNameError("heading", heading, known)
    return coding.function_labels(catalogue)


@or_say_why
def councils_by_role(
    scheme: Periodisation, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Table:
    """For each role and period: of how many functions a council had it, of those with any known body."""
    import pandas as pd

    sides = {period.key: _in_year(period.census_year, include_unconfirmed, catalogue) for period in scheme}
    used = pd.concat(sides.values())
    if used.empty:
        raise NotEnoughDataError(f"no body is certain to have had a role in any of the years of {scheme.name}")
    years = {period.key: period.census_year for period in scheme}
    cells: dict[str, list[str]] = {}
    for key, rows in sides.items():
        shares = [_council_share(rows, role) for role in coding.ROLES]
        ruled = [_by_rule_only(rows, role) for role in coding.ROLES]
        cells[f"{scheme.labels[key]} ({years[key]})"] = [
            (f"{own} of {of}" + (f" ({rule}{BY_RULE})" if rule else "")) if of else ""
            for (own, of), rule in zip(shares, ruled, strict=True)
        ]
    provided = {key: _council_share(rows, "provide") for key, rows in sides.items()}
    known = [key for key, (_, of) in provided.items() if of]
    title = "Functions of which a council had the role"
    if known:
        said = [
            f"{provided[key][0]} of {provided[key][1]} in {years[key]}"
            for key in dict.fromkeys((known[0], known[-1]))
        ]
        title = f"Of functions with a known provider, councils were among the providers of {listing(said)}"
    return Table(
        pd.DataFrame(cells, index=pd.Index(list(coding.ROLES.values()), name="Role")),
        title,
        "Functions of which a council had the role, of those with any known body in it, three quarters through each period. "
        f"In brackets, marked {BY_RULE}: of the first number, those where a rule alone says so. The numbers of functions "
        "differ, so compare shares, and with care: the latest years are recorded in most detail.",
        Evidence.of(used[~used["row"].duplicated()], uses=("function", "role")),
    )


def _by_rule_only(rows: pd.DataFrame, role: str) -> int:
    """Functions of which councils have the role by rule alone."""
    own = rows[(rows["role"] == role) & rows["council"]]
    return int(own.groupby("function")["generated"].all().sum()) if len(own) else 0


@or_say_why
def seats(
    scheme: Periodisation,
    period: str,
    heading: str,
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Table:
    """How the members of each kind of body that held functions under a heading were chosen."""
    import pandas as pd

    labels = _labels_with(heading, catalogue)
    year = scheme[period].census_year
    rows = _in_year(year, include_unconfirmed, catalogue)
    rows = rows[(rows["heading"] == heading) & rows["role"].isin(bodies.HOLDING)]
    if rows.empty:
        raise NotEnoughDataError(
            f"no body is certain to have held a function under {labels[heading].lower()} in {year}"
        )
    book = catalogue or default()
    kinds = book.load("body_types", include_unconfirmed).set_index("body_key").loc[sorted(set(rows["body_key"]))]
    ways = [_chosen(row) for row in kinds.itertuples()]
    shown = pd.DataFrame(
        {
            "Class": [
                figures.HOLDER_CLASSES[rows.loc[rows["body_key"] == key, "class"].iloc[0]] for key in kinds.index
            ],
            "Members": ways,
            "Functions held": [
                listing(sorted({labels[item].lower() for item in rows.loc[rows["body_key"] == key, "function"]}))
                for key in kinds.index
            ],
        },
        index=pd.Index([capital(name) for name in kinds["plural"]], name="Kind of body"),
    ).sort_values(["Class", "Kind of body"])
    elected = sum("directly_elected" in codes for codes in kinds["selection"])
    coded = sum(bool(codes) for codes in kinds["selection"])
    return Table(
        shown,
        f"{labels[heading]} in {year}: of {counted(len(kinds), 'kind')} of body that held functions, {elected} of {coded} with "
        "known members had some elected directly",
        "Kinds of body certain to have provided, commissioned or planned a function under the heading in the year, with how "
        "their members came to sit. “Not coded”: not known, or a body without members of its own, such as a committee of a "
        "council, or an office.",
        Evidence.of(kinds, uses=("selection",)),
        (2, 1.7, 1.7, 2.2),
    )


def _chosen(row: Any) -> str:
    codes = [code for code in row.selection if code != "mixed" or len(row.selection) == 1]
    return listing([coding.SELECTIONS[code] for code in codes]) or "not coded"


def _facts(catalogue: Catalogue | None) -> pd.DataFrame:
    frame = (catalogue or default()).load("lsp_facts")
    if frame.empty:
        raise NotEnoughDataError("no fact on local strategic partnerships is confirmed")
    return frame


@or_say_why
def chairs(catalogue: Catalogue | None = None) -> Figure:
    """Who chaired local strategic partnerships, in the survey that asked."""
    frame = _facts(catalogue)
    rows = frame[
        frame["measure"].str.startswith("Chaired by") & frame["value"].notna() & (frame["unit"] == "percent")
    ]
    rows = rows[rows["date"] == rows["date"].max()].sort_values("value", ascending=False)
    if len(rows) < 2:
        raise NotEnoughDataError("fewer than two shares of who chaired local strategic partnerships are confirmed")
    labels = [capital(text.removeprefix("Chaired by ")) for text in rows["measure"]]
    top, year = rows.iloc[0], dates.parse(str(rows["date"].iloc[0])).readable()
    return figures.bars(
        rows.assign(label=labels)[["label", "value"]],
        f"{labels[0]} chaired {top['value']:.0f}% of local strategic partnerships in {year}; the shares known add up to "
        f"{rows['value'].sum():.0f}%",
        "Per cent of partnerships",
        Evidence.of(rows),
        f"{top['sample']}. Who chaired the rest is not in the source.",
    )


@or_say_why
def comparators(catalogue: Catalogue | None = None) -> Table:
    """Members and seats on the boards of other bodies, as facts or rules."""
    book = catalogue or default()
    rows = _facts(book)
    rows = rows[rows["comparator"].fillna(False).astype(bool)]
    if rows.empty:
        raise NotEnoughDataError("no figure on the boards of other bodies is confirmed")
    names = {row["body_key"]: row["name"] for row in book.rows("body_types")}
    return fact_table(
        rows,
        [names[key] for key in rows["body_key"]],
        "Kind of body",
        f"Members and seats of {counted(rows['body_key'].nunique(), 'other kind')} of body",
        "Rules of membership and single findings, of different dates; they are set side by side and never averaged.",
    )


_SCRUTINY = ("scrutin", "challenge", "powers", "standing", "elected", "legal", "account")


@or_say_why
def scrutiny(catalogue: Catalogue | None = None) -> Table:
    """What the facts say on powers, legal form, the standing of elected members, challenge and scrutiny."""
    rows = _facts(catalogue)
    rows = rows[~rows["comparator"].fillna(False).astype(bool) & ~rows["measure"].str.startswith("Chaired by")]
    text = rows["measure"].str.lower()
    rows = rows.loc[[any(word in cell for word in _SCRUTINY) for cell in text]]
    if rows.empty:
        raise NotEnoughDataError("no fact on powers, standing or scrutiny is confirmed")
    return fact_table(
        rows,
        [dates.parse(cell).readable() if isinstance(cell, str) else "undated" for cell in rows["date"]],
        "Date",
        f"{counted(len(rows), 'finding')} on the powers of partnerships, and on who challenged them",
        "Surveys, studies and single papers, each on its own question and sample.",
        dated=False,
    )


def fact_table(
    rows: pd.DataFrame, index: list[str], name: str, title: str, caption: str, dated: bool = True
) -> Table:
    import pandas as pd

    columns = {
        "What": [_plain(text) for text in rows["measure"]],
        "Found": [_value(row) for row in rows.itertuples()],
        "Whose": [
            "; ".join(dict.fromkeys(part for part in (row.sample, row.geography) if isinstance(part, str)))
            for row in rows.itertuples()
        ],
    }
    if dated:
        columns["Date"] = [
            dates.parse(cell).readable() if isinstance(cell, str) else "undated" for cell in rows["date"]
        ]
    shown = pd.DataFrame(columns, index=pd.Index(index, name=name))
    # Rows without a date stand last, whatever the order of the file.
    shown = shown.iloc[
        rows["date_earliest"].reset_index(drop=True).sort_values(kind="stable", na_position="last").index
    ]
    return Table(shown, title, caption, Evidence.of(rows), (1.6, 2.6, 1.6, 2.2, *([0.7] if dated else [])))


def _plain(text: str) -> str:
    """The words of a measure, with the article as the noun now needs it."""
    return capital(text.replace("an local strategic", "a local strategic"))


def _value(row: Any) -> str:
    if isinstance(row.value_text, str):
        return row.value_text
    unit = "%" if row.unit == "percent" else "" if str(row.unit) in row.measure.lower() else f" {row.unit}"
    bounds = [row.value] if row.value == row.value and row.value is not None else [row.value_low, row.value_high]
    return f"{'–'.join(f'{float(number):,.10g}' for number in bounds)}{unit}"


@or_say_why
def scrutiny_roles(include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """Who had the role of overview and scrutiny, as far as the table of responsibilities says so."""
    import pandas as pd

    rows = bodies.responsibilities(True, ("regulate",), catalogue=catalogue)
    words = rows["note"].fillna("").str.lower()
    rows = rows[words.str.contains("scrutin")]
    if not include_unconfirmed:
        rows = rows[rows["evidence"] != "recalled"]
    if rows.empty:
        raise NotEnoughDataError("no row on overview and scrutiny is confirmed")
    labels = coding.function_labels(catalogue)
    unread = [f"start {held.UNREAD}" if "start" in row.unconfirmed_fields else "" for row in rows.itertuples()]
    when = [
        f"{held.dates_said(row)}{' ' + held.UNREAD if flag else ''}"
        for row, flag in zip(rows.itertuples(), unread, strict=True)
    ]
    shown = pd.DataFrame(
        {
            "What": [labels[function] for function in rows["function"]],
            "Dates": when,
            "In the row’s words": rows["note"].to_list(),
            "Act": [listing(list(held.acts_said([key], catalogue))) for key in rows["responsibility_key"]],
        },
        index=pd.Index([capital(name) for name in rows["plural"]], name="Kind of body"),
    ).sort_index()
    return Table(
        shown,
        f"{counted(rows['body_key'].nunique(), 'kind')} of body with a role of overview, scrutiny or lay scrutiny",
        f"Rows of the table of responsibilities that name scrutiny. {held.UNREAD}: the start, or that it was this Act, is not "
        "yet read in a source.",
        Evidence.of(rows, uses=("role",), dates=("start",)),
        (1.8, 1.2, 1.4, 2, 1.6),
    )
