"""Kinds of body and what they did: who existed when, and who held which function in which role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import coding, dates
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import UnknownNameError, fold
from localgov_history.periods import HORIZON

if TYPE_CHECKING:
    import pandas as pd

LOCAL_SCOPE = ("local_body",)
# The roles that make a body a holder of a function. To fund, to regulate or to answer for it is not to hold it.
HOLDING = ("provide", "commission", "plan_or_coordinate")


def kinds(
    include_unconfirmed: bool = False,
    scope: tuple[str, ...] = LOCAL_SCOPE,
    special_cases: bool = False,
    catalogue: Catalogue | None = None,
) -> pd.DataFrame:
    """Kinds of body with the years in which each is known to have existed.

    Parameters
    ----------
    include_unconfirmed : also rows from memory and cells nobody has read.
    special_cases : also kinds that are part of a wider kind, such as the London School Board of the school
        boards; they are left out so that nothing counts twice.
    scope : which kinds: ``local_body``, ``council_committee``, ``central_body``, ``area``, ...

    Returns
    -------
    One row a kind, ordered by start: the columns of ``body_types`` and ``first_year``, ``last_year`` (the
    span certain from the dates: latest possible start to earliest possible end, or to the latest attestation
    where the end is not known; the horizon for a kind that continued), ``selection_class``, and ``firm``:
    False where the years or the row are unconfirmed. Kinds whose years are not known have empty years.
    """
    book = catalogue or default()
    frame = book.load("body_types", include_unconfirmed)
    frame = frame[frame["scope"].isin(scope)]
    if not special_cases:
        frame = frame[frame["part_of"].isna()]
    frame = _with_years(frame)
    unread = [
        row.evidence == "recalled" or bool({"start", "end"} & set(row.unconfirmed_fields))
        for row in frame.itertuples()
    ]
    frame = coding.with_selection_class(frame.assign(firm=[not flag for flag in unread]))
    return frame.sort_values(["first_year", "body_key"], na_position="last").reset_index(drop=True)


def dated(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows whose first and last years are both known."""
    return frame[frame["first_year"].notna() & frame["last_year"].notna()]


def in_being(frame: pd.DataFrame, first_year: int, last_year: int | None = None) -> pd.DataFrame:
    """The dated rows that certainly existed at some time in a stretch of years (one year by default)."""
    last = first_year if last_year is None else last_year
    known = dated(frame)
    return known[(known["first_year"] <= last) & (known["last_year"] >= first_year)]


def responsibilities(
    include_unconfirmed: bool = False,
    roles: tuple[str, ...] = HOLDING,
    include_generated: bool = False,
    catalogue: Catalogue | None = None,
) -> pd.DataFrame:
    """Who held which function, with certain years.

    Parameters
    ----------
    include_unconfirmed : also rows from memory and cells nobody has read.
    roles : which roles to keep.
    include_generated : also rows made by rule for funding and answering.

    Returns
    -------
    Rows of ``function_responsibilities`` with ``heading``, ``first_year``, ``last_year`` as in `kinds`, and
    the holder's ``purpose``, ``selection_class``, ``scope`` and ``council``: True also for a committee of a
    council, such as the council as local education authority, which acts for its council. The sources are
    those of the row and of its holder. A row whose holder is known from memory only is left out by default.
    """
    book = catalogue or default()
    frame = book.load("function_responsibilities", include_unconfirmed)
    frame = frame[frame["role"].isin(roles)]
    if not include_generated:
        frame = frame[~frame["generated"].fillna(False).astype(bool)]
    head = coding.headings(book)
    frame = _with_years(frame).assign(heading=[head[function] for function in frame["function"]])
    holders = coding.with_selection_class(book.load("body_types", include_unconfirmed))
    holders = holders.set_index("body_key")[
        ["name", "plural", "purpose", "selection_class", "scope", "council", "source_key"]
    ]
    frame = frame.merge(holders, left_on="body_key", right_index=True, suffixes=("", "_of_holder")).reset_index(
        drop=True
    )
    both = zip(frame["source_key"], frame.pop("source_key_of_holder"), strict=True)
    frame["source_key"] = [tuple(dict.fromkeys([*own, *holder])) for own, holder in both]
    committee = frame["scope"] == "council_committee"
    return frame.assign(council=frame["council"].fillna(False).astype(bool) | committee)


def who_held(
    function: str, year: int, frame: pd.DataFrame | None = None, catalogue: Catalogue | None = None
) -> pd.DataFrame:
    """The kinds of body that certainly held a function in a year.

    Parameters
    ----------
    frame : from `responsibilities`; its default reading if not given.

    Raises
    ------
    UnknownNameError
        If the function is not in the frame of functions.
    """
    known = coding.headings(catalogue)
    if function not in known:
        raise UnknownNameError("function", function, known)
    held = in_being(responsibilities(catalogue=catalogue) if frame is None else frame, year)
    return held[held["function"] == function].reset_index(drop=True)


def who_ran(
    function: str, as_of: object, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> pd.DataFrame:
    """Who ran a function on a date, in every role.

    Parameters
    ----------
    function : a key of the frame of functions, its label, or a label of the time that means one function only.
    as_of : see `dates.as_of`.

    Returns
    -------
    Rows of ``function_responsibilities`` with the holder's ``name``, ordered by role and name: those whose dates
    make it certain that the body had the function then. Rows made by rule are marked ``generated``.

    Raises
    ------
    UnknownNameError
        If no function is called so.
    """
    key = function_named(function, catalogue)
    frame = _certain_at(_all_roles(include_unconfirmed, catalogue), as_of)
    return _by_role(frame[frame["function"] == key])


def functions_held(
    body: str, as_of: object, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> pd.DataFrame:
    """What a kind of body did on a date, in every role.

    Parameters
    ----------
    body : a kind of body by key, name, plural or other name: ``"school board"``, ``"county boroughs"``.
    as_of : see `dates.as_of`.

    Returns
    -------
    Rows as from `who_ran`, those of the kind and of the wider kind that it is a special case of.

    Raises
    ------
    UnknownNameError
        If no kind of body is called so.
    """
    book = catalogue or default()
    key = kind_named(body, book)
    wider = next(row["part_of"] for row in book.rows("body_types") if row["body_key"] == key)
    frame = _certain_at(_all_roles(include_unconfirmed, book), as_of)
    return _by_role(frame[frame["body_key"].isin([key, wider])])


def kind_named(name: str, catalogue: Catalogue | None = None) -> str:
    """The key of the kind of body called so; case, blanks and plurals do not count.

    Raises
    ------
    UnknownNameError
        If none or more than one is called so, with the nearest names.
    """
    known: dict[str, set[str]] = {}
    spelled: dict[str, str] = {}
    for row in (catalogue or default()).rows("body_types"):
        for position, word in enumerate([row["body_key"], row["name"], row["plural"], *row["aliases"].split(";")]):
            if word:
                known.setdefault(fold(word), set()).add(row["body_key"])
                if position == 1:
                    spelled[word] = row["body_key"]
    found = known.get(fold(name), set())
    if len(found) != 1:
        raise UnknownNameError("kind of body" if not found else "one kind of body", name, found or spelled)
    return found.pop()


def function_named(name: str, catalogue: Catalogue | None = None) -> str:
    """The key of the function called so, by key, label or a label of the time.

    Raises
    ------
    UnknownNameError
        If none is called so, or the label of the time means several functions.
    """
    book = catalogue or default()
    known: dict[str, set[str]] = {}
    for row in book.rows("functions"):
        for word in (row["function"], row["function_label"]):
            known.setdefault(fold(word), set()).add(row["function"])
    for row in book.rows("codings"):
        if row["status"] == "mapped" and fold(row["label"]) not in {fold(key) for key in coding.headings(book)}:
            known.setdefault(fold(row["label"]), set()).add(row["code"])
    found = known.get(fold(name), set())
    if len(found) != 1:
        raise UnknownNameError("function", name, found or coding.headings(book))
    return next(iter(found))


def _all_roles(include_unconfirmed: bool, catalogue: Catalogue | None) -> pd.DataFrame:
    every = ("provide", "commission", "plan_or_coordinate", "fund", "regulate", "answer_for")
    return responsibilities(include_unconfirmed, every, include_generated=True, catalogue=catalogue)


def _by_role(frame: pd.DataFrame) -> pd.DataFrame:
    first = ["role", "name", "function", "start", "end", "area", "basis", "act_key", "generated", "evidence"]
    rest = [column for column in frame.columns if column not in first]
    return frame[first + rest].sort_values(["role", "name", "function"]).reset_index(drop=True)


def _certain_at(frame: pd.DataFrame, as_of: object) -> pd.DataFrame:
    """The rows whose dates make it certain that they hold at some time in a date."""
    import pandas as pd

    asked = dates.as_of(as_of)
    first, last = pd.Timestamp(asked.earliest), pd.Timestamp(asked.latest)
    until = frame["end_earliest"].mask(
        frame["end_earliest"].isna() & (frame["end_status"] == "continuing"), pd.Timestamp(HORIZON)
    )
    return frame[(frame["start_latest"] <= last) & (until >= first)]


def _with_years(frame: pd.DataFrame) -> pd.DataFrame:
    first = frame["start_latest"].dt.year.astype("Int64")
    last = frame["end_earliest"].dt.year.astype("Int64")
    continuing = frame["end_status"] == "continuing"
    last = last.mask(continuing & last.isna(), HORIZON.year)
    if "attested_latest" in frame:
        # Where the end is not known, the kind is certain as long as it is attested.
        last = last.fillna(frame["attested_latest"].dt.year.astype("Int64"))
    return frame.assign(first_year=first, last_year=last.clip(upper=HORIZON.year))
