"""Kinds of body and what they did: who existed when, and who held which function in which role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import coding, dates
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import AmbiguousNameError, UnknownNameError, fold
from localgov_history.periods import HORIZON
from localgov_history.text import counted, escape_html, listing

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
    the holder's ``purpose``, ``selection_class``, ``scope``, ``tier`` and ``council``: True also for a committee of a
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
        ["name", "plural", "purpose", "selection_class", "scope", "council", "tier", "source_key"]
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


@dataclass(frozen=True, eq=False)
class Roles:
    """Who did what on a date, and what the table cannot say about it.

    Attributes
    ----------
    subject : the function or the kind of body asked about, in words.
    as_of : the date asked for, in words.
    frame : rows of ``function_responsibilities`` whose dates make it certain that they held then, with the
        holder's ``name``, ordered by role and name. Rows made by rule are marked ``generated``.
    possible : rows that may have held then: a date is open, or wider than the one asked for.
    unread : how many more rows may have held and are left out, because nobody has read them in a source.
    """

    subject: str
    as_of: str
    frame: pd.DataFrame
    possible: pd.DataFrame
    unread: int

    def __len__(self) -> int:
        return len(self.frame)

    def to_frame(self) -> pd.DataFrame:
        """The certain rows."""
        return self.frame.copy()

    def sentence(self) -> str:
        """How many rows are certain, how many possible, how many left out."""
        said = f"{self.subject}, {self.as_of}: {counted(len(self.frame), 'responsibility is', 'responsibilities are')} certain"
        more = []
        if len(self.possible):
            names = list(dict.fromkeys(self.possible["name"]))
            shown = listing(names[:8] + ([f"{len(names) - 8} others"] if len(names) > 8 else []))
            more.append(f"{len(self.possible)} possible, their dates being open or too wide ({shown})")
        if self.unread:
            more.append(f"{self.unread} left out, not yet read in a source")
        tail = f"; {listing(more)}" if more else ""
        return f"{said}{tail}. The table has what sources gathered so far name, not every holder there was."

    def summary(self) -> str:
        """The certain rows, a line each, and what is missing."""
        return f"{self.sentence()}\n{self.frame[list(_SHOWN)].to_string(index=False, na_rep='')}"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        shown = self.frame[list(_SHOWN)]
        return f"<p>{escape_html(self.sentence())}</p>{shown.to_html(index=False, escape=True, na_rep='')}"


_SHOWN = ("role", "name", "function", "start", "end", "area", "basis", "act_key")


def who_ran(
    function: str, as_of: object, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Roles:
    """Who ran a function on a date, in every role.

    Parameters
    ----------
    function : a key of the frame of functions, its label, or a label of the time that means one function only.
    as_of : see `dates.as_of`; up to 2012, where the table ends.

    Raises
    ------
    UnknownNameError
        If no function is called so.
    DateError
        If `as_of` is no date, or later than the table goes.
    """
    key = function_named(function, catalogue)
    label = coding.function_labels(catalogue)[key]
    return _roles(label, as_of, include_unconfirmed, catalogue, lambda frame: frame["function"] == key)


def functions_held(
    body: str, as_of: object, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Roles:
    """What a kind of body did on a date, in every role.

    Parameters
    ----------
    body : a kind of body by key, name, plural or other name: ``"school board"``, ``"county boroughs"``. Where a
        name means several kinds, the one in being at the date.
    as_of : see `dates.as_of`; up to 2012, where the table ends.

    Returns
    -------
    As from `who_ran`; the rows are those of the kind and of the wider kind that it is a special case of.

    Raises
    ------
    UnknownNameError
        If no kind of body is called so.
    DateError
        If `as_of` is no date, or later than the table goes.
    """
    book = catalogue or default()
    key = kind_named(body, book, as_of)
    row = next(row for row in book.rows("body_types") if row["body_key"] == key)
    keys = [key, row["part_of"]]
    return _roles(row["name"], as_of, include_unconfirmed, book, lambda frame: frame["body_key"].isin(keys))


def _roles(
    subject: str,
    as_of: object,
    include_unconfirmed: bool,
    catalogue: Catalogue | None,
    wanted: Callable[[pd.DataFrame], pd.Series],
) -> Roles:
    asked = dates.as_of(as_of)
    if asked.earliest and asked.earliest > HORIZON:
        raise dates.DateError(f"{asked.text!r} is after {HORIZON.year}, where the table of functions ends")
    every = _all_roles(True, catalogue)
    frame = every if include_unconfirmed else _all_roles(False, catalogue)
    frame, every = frame[wanted(frame)], every[wanted(every)]
    sure, may = _certain_at(frame, asked), _possible_at(frame, asked)
    known = set(sure["responsibility_key"]) | set(may["responsibility_key"])
    unread = _possible_at(every, asked)["responsibility_key"]
    more = set(unread) | set(_certain_at(every, asked)["responsibility_key"])
    return Roles(subject, asked.readable(), _by_role(sure), _by_role(may), len(more - known))


def kind_named(name: str, catalogue: Catalogue | None = None, as_of: object = None) -> str:
    """The key of the kind of body called so; case, blanks, plurals and the word council do not count.

    Parameters
    ----------
    as_of : where several kinds are called so, the one in being then is meant.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If none or more than one is called so, with the nearest names.
    """
    book = catalogue or default()
    known: dict[str, set[str]] = {}
    spelled: set[str] = set()
    for row in book.rows("body_types"):
        spelled.add(row["name"])
        for word in (row["body_key"], row["name"], row["plural"], *row["aliases"].split(";")):
            for spelling in {fold(word), fold(word).removesuffix("council").removesuffix("councils")}:
                if spelling:
                    known.setdefault(spelling, set()).add(row["body_key"])
    found = known.get(fold(name), set()) or known.get(fold(name).removesuffix("s"), set())
    if not found:
        raise UnknownNameError("kind of body", name, spelled)
    if len(found) > 1 and as_of is not None:
        alive = kinds(True, tuple(_scopes(book)), special_cases=True, catalogue=book)
        asked = dates.as_of(as_of)
        assert asked.earliest is not None
        assert asked.latest is not None
        there = in_being(alive, asked.earliest.year, asked.latest.year)
        found = found & set(there["body_key"]) or found
    if len(found) > 1:
        raise AmbiguousNameError("kind of body", name, sorted(found))
    return next(iter(found))


def _scopes(book: Catalogue) -> set[str]:
    return {row["scope"] for row in book.rows("body_types")}


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


def _certain_at(frame: pd.DataFrame, asked: dates.HistoricalDate) -> pd.DataFrame:
    """The rows whose dates make it certain that they hold at some time in a date."""
    import pandas as pd

    first, last = pd.Timestamp(asked.earliest), pd.Timestamp(asked.latest)
    until = frame["end_earliest"].mask(
        frame["end_earliest"].isna() & (frame["end_status"] == "continuing"), pd.Timestamp(HORIZON)
    )
    return frame[(frame["start_latest"] <= last) & (until >= first)]


def _possible_at(frame: pd.DataFrame, asked: dates.HistoricalDate) -> pd.DataFrame:
    """The rows that may hold at some time in a date and do not certainly do so."""
    import pandas as pd

    first, last = pd.Timestamp(asked.earliest), pd.Timestamp(asked.latest)
    begun = frame["start_earliest"].isna() | (frame["start_earliest"] <= last)
    lasting = frame["end_latest"].isna() | (frame["end_latest"] >= first)
    sure = _certain_at(frame, asked)["responsibility_key"]
    return frame[begun & lasting & ~frame["responsibility_key"].isin(sure)]


def _with_years(frame: pd.DataFrame) -> pd.DataFrame:
    first = frame["start_latest"].dt.year.astype("Int64")
    last = frame["end_earliest"].dt.year.astype("Int64")
    continuing = frame["end_status"] == "continuing"
    last = last.mask(continuing & last.isna(), HORIZON.year)
    if "attested_latest" in frame:
        # Where the end is not known, the kind is certain as long as it is attested.
        last = last.fillna(frame["attested_latest"].dt.year.astype("Int64"))
    return frame.assign(first_year=first, last_year=last.clip(upper=HORIZON.year))
