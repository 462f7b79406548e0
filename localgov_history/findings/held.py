"""What the notebooks on functions share: rows by role, bars from dates, classes of holder, Acts in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localgov_history import bodies, coding, dates, transfers
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.periods import HORIZON

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

# A choice of roles by one word: what makes a holder, everything, or one role.
ROLE_CHOICES: dict[str, tuple[str, ...]] = {
    "holding": bodies.HOLDING,
    "any": tuple(coding.ROLES),
    **{role: (role,) for role in coding.ROLES},
}
# How many years an end that is not known fades over.
FADE = 10
# What marks an Act of which nobody has yet read that it gave the work to the body beside it.
UNREAD = "†"
UNREAD_SAID = f"{UNREAD}: that it was this Act is not yet read in a source."


def roles_of(choice: str) -> tuple[str, ...]:
    """The roles that a word stands for: ``holding`` (provide, commission, plan), ``any``, or a role.

    Raises
    ------
    UnknownNameError
        If it is none of them.
    """
    if choice not in ROLE_CHOICES:
        raise UnknownNameError("role", choice, ROLE_CHOICES)
    return ROLE_CHOICES[choice]


def roles_said(choice: str) -> str:
    """The roles in words, as what a body did."""
    if choice == "holding":
        return "provided, commissioned or planned"
    past = {
        "any": "had a role in",
        "plan_or_coordinate": "planned or coordinated",
        "commission": "commissioned",
        "provide": "provided",
        "fund": "funded",
        "regulate": "regulated",
        "answer_for": "answered for",
    }
    return past[choice]


def with_class(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of `bodies.responsibilities` with ``class``: one class of holder a row, a key of `figures.HOLDER_CLASSES`."""

    def one(council: bool, scope: str, selection: object) -> str:
        if council:
            return "council"
        if scope == "central_body":
            return "central"
        if scope != "local_body":
            return "other"
        return "appointed" if selection in ("appointed", "other") else "local"

    cells = zip(frame["council"], frame["scope"], frame["selection_class"], strict=True)
    return frame.assign(**{"class": [one(bool(council), scope, selection) for council, scope, selection in cells]})


def drawn(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of `bodies.responsibilities` as bars: what is certain, and how far it may reach.

    Returns
    -------
    The rows with a date, with ``begin`` and ``end`` (years as numbers), ``fade_from`` and ``fade_to``, ``firm``,
    ``by_rule`` and ``said``. A date known to the year counts as certain. Where one side is open, the bar is no more than
    the day that is known, and fades over ten years.
    """
    import pandas as pd

    records = []
    for row in frame.itertuples():
        opens, begun = _bounds(row.start_earliest, row.start_latest, end=False)
        until, closes = _bounds(row.end_earliest, row.end_latest, end=True)
        if row.end_status == "continuing" and until is None:
            until = closes = HORIZON.year + 1.0
        # One open side: the bar is no more than the day that is known.
        begun, until = until if begun is None else begun, begun if until is None else until
        if begun is None or until is None:
            continue
        records.append(
            {
                "row": row.row,
                "sure_from": min(begun, until),
                "sure_to": until,
                "fade_from": min(begun - FADE if opens is None else opens, until),
                "fade_to": max(until + FADE if closes is None else closes, begun),
                "firm": row.evidence != "recalled" and not _shows_unread(row),
                "by_rule": str(row.generated) == "True",
                "said": f"{row.name} ({coding.ROLES[row.role].lower()}): {dates_said(row)}",
            }
        )
    columns = ["row", "sure_from", "sure_to", "fade_from", "fade_to", "firm", "by_rule", "said"]
    return frame.merge(pd.DataFrame(records, columns=columns), on="row")


def _shows_unread(row: Any) -> bool:
    """Whether a date that nobody has read is there to be drawn; where it is left out the bar fades."""
    return any(isinstance(getattr(row, name), str) for name in ("start", "end") if name in row.unconfirmed_fields)


def _bounds(earliest: pd.Timestamp, latest: pd.Timestamp, end: bool) -> tuple[float | None, float | None]:
    """The bounds of a start or an end as years, None where open; a date known to the year counts from its first or last day."""
    import pandas as pd

    low, high = (
        None if day is pd.NaT else day.year + (day.day_of_year - 1 + end) / 366 for day in (earliest, latest)
    )
    if low is not None and high is not None and (latest - earliest).days <= transfers.A_YEAR:
        return (high, high) if end else (low, low)
    return low, high


def dates_said(row: Any) -> str:
    """The dates of a row in words, with what is not known."""
    begins = "start not known"
    if isinstance(row.start, str):
        begins = (
            f"by {dates.parse(row.start[1:]).readable()}"
            if row.start[0] == "/"
            else dates.parse(row.start).readable()
        )
    if isinstance(row.end, str):
        return f"{begins} to {dates.parse(row.end).readable()}"
    return f"{begins} to {f'beyond {HORIZON.year}' if row.end_status == 'continuing' else 'end not known'}"


def acts_said(keys: Iterable[str], catalogue: Catalogue | None = None) -> tuple[str, ...]:
    """The Acts under which rows of ``function_responsibilities`` hold, with a mark on those not yet read.

    Parameters
    ----------
    keys : of responsibilities.
    """
    book = catalogue or default()
    rows = book.load("function_responsibilities", include_unconfirmed=True).set_index("responsibility_key")
    titles = {row["act_key"]: row["short_title"] for row in book.rows("acts")}
    found: dict[str, bool] = {}
    for key in keys:
        row = rows.loc[key]
        if not isinstance(row["act_key"], str):
            continue
        title = titles.get(row["act_key"], row["act_key"].replace("_", " "))
        unread = row["evidence"] == "recalled" or "act_key" in row["unconfirmed_fields"]
        found[title] = found.get(title, True) and unread
    return tuple(f"{title} {UNREAD}" if unread else title for title, unread in found.items())


def of_function(
    function: str, roles: tuple[str, ...], include_unconfirmed: bool, catalogue: Catalogue | None = None
) -> pd.DataFrame:
    """The rows of one function in some roles, those made by rule included.

    Raises
    ------
    UnknownNameError
        If there is no such function.
    NotEnoughDataError
        If it has no row in these roles.
    """
    known = coding.headings(catalogue)
    if function not in known:
        raise UnknownNameError("function", function, known)
    frame = bodies.responsibilities(include_unconfirmed, roles, include_generated=True, catalogue=catalogue)
    frame = frame[frame["function"] == function]
    if frame.empty:
        label = coding.function_labels(catalogue)[function].lower()
        tail = "" if include_unconfirmed else " that has been read in a source"
        raise NotEnoughDataError(f"no row says who had this role in {label}{tail}")
    return frame
