"""The coding frame: functions and their headings, and the crosswalk from labels found in sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

PURPOSES = {
    "single": "One heading of functions",
    "multi": "Two headings or more",
    "partnership": "Partnership",
}
MONEY = {
    "rate": "Rate or local tax",
    "precept": "Precept",
    "grant": "Grant",
    "toll_or_charge": "Toll or charge",
    "pooled": "Pooled money",
    "none_of_its_own": "None of its own",
}
# In the order in which they follow on one another, from the plan to the account.
ROLES = {
    "plan_or_coordinate": "Plan or coordinate",
    "commission": "Commission",
    "provide": "Provide",
    "fund": "Fund",
    "regulate": "Regulate",
    "answer_for": "Answer for",
}
SELECTIONS = {
    "directly_elected": "elected directly",
    "indirectly_elected": "elected indirectly",
    "nominated_by_bodies": "nominated by other bodies",
    "appointed_by_minister": "appointed by a minister",
    "appointed_by_justices": "appointed by justices",
    "ex_officio": "by office",
    "self_appointing": "self-appointing",
    "mixed": "in a mixture of ways",
}


def headings(catalogue: Catalogue | None = None) -> dict[str, str]:
    """The heading (level 1) of every function (level 2)."""
    return {row["function"]: row["heading"] for row in (catalogue or default()).rows("functions")}


def function_labels(catalogue: Catalogue | None = None) -> dict[str, str]:
    """Functions and headings with their names for a reader."""
    rows = (catalogue or default()).rows("functions")
    labels = {row["heading"]: row["heading_label"] for row in rows}
    return labels | {row["function"]: row["function_label"] for row in rows}


def crosswalk(label: str, coding: str = "default", catalogue: Catalogue | None = None) -> tuple[str, ...]:
    """The functions that a label found in a source stands for; empty where it lies outside the frame.

    Raises
    ------
    UnknownNameError
        If the label is not in the crosswalk of that coding.
    """
    rows = [row for row in (catalogue or default()).rows("codings") if row["coding"] == coding]
    hits = [row for row in rows if row["kind"] == "function_label" and row["label"] == label]
    if not hits:
        raise UnknownNameError("function label", label, {row["label"] for row in rows})
    return tuple(row["code"] for row in hits if row["code"])


def selection_class(codes: tuple[str, ...]) -> str | None:
    """One class from a list of selection codes, so that shares add to one.

    A body chosen in one way has that way's class (the two kinds of appointment are one class, ex officio and
    self-appointing another). A mixed body is ``part_elected`` if electors choose some members directly,
    else ``mixed``. No codes, no class.
    """
    ways = [code for code in codes if code != "mixed"]
    if len(ways) > 1 or (not ways and codes):
        return "part_elected" if "directly_elected" in ways else "mixed"
    if not ways:
        return None
    merged = {
        "appointed_by_minister": "appointed",
        "appointed_by_justices": "appointed",
        "ex_officio": "other",
        "self_appointing": "other",
    }
    return merged.get(ways[0], ways[0])


def purpose_of(functions: tuple[str, ...], head: dict[str, str]) -> str | None:
    """``single`` for functions under one heading, ``multi`` for more, None for none.

    >>> purpose_of(("poor_relief",), {"poor_relief": "relief_and_care"})
    'single'
    """
    found = {head[function] for function in functions}
    return None if not found else "single" if len(found) == 1 else "multi"


def with_selection_class(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of a frame of kinds of body with the column ``selection_class``."""
    import pandas as pd

    classes = pd.array([selection_class(codes) for codes in frame["selection"]], dtype="str")
    return frame.assign(selection_class=classes)
