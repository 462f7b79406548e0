"""Which earlier body, duty or law had the feature that a proposal of the deck asks for, looked up by code.

The features and the codes that stand for them are rows of ``precedent_rules``: our judgement, each with its reason, and
open to a rival's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history import bodies, coding, periods
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, UnknownNameError, suggest
from localgov_history.sources import Evidence
from localgov_history.text import counted

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("feature", "table", "row", "name", "first_year", "last_year", "given_up")
# Where each table has the date from which its rows count, best first.
_DATES = {
    "acts": ("royal_assent", "in_force", "published"),
    "body_types": ("start",),
    "function_responsibilities": ("start",),
    "scheme_rounds": ("bidding_year",),
}
_WORDS = {
    "acts": ("law", "laws"),
    "body_types": ("kind of body", "kinds of body"),
    "function_responsibilities": ("responsibility", "responsibilities"),
    "scheme_rounds": ("round of bidding", "rounds of bidding"),
}


@dataclass(frozen=True, eq=False)
class Precedents:
    """What had the feature of a proposal before a year.

    Attributes
    ----------
    claim : the proposal, by its key.
    before : the year.
    frame : one row a precedent, the earliest first: ``feature``, ``table``, ``row``, ``name``, ``first_year``,
        ``last_year`` (empty while it lasted, or where its end is not known) and ``given_up``: a body or a
        responsibility known to have ended before the year.
    coded : False where no code stands for the feature, so that nothing could be looked up.
    undated : rows with the feature whose first year is not known; they are left out.
    evidence : the rows used.
    """

    claim: str
    before: int
    frame: pd.DataFrame
    coded: bool
    undated: int
    evidence: Evidence

    def __len__(self) -> int:
        return len(self.frame)

    def to_frame(self) -> pd.DataFrame:
        """One row a precedent."""
        return self.frame.copy()

    def sentence(self) -> str:
        """How many there were, the first of them, and how many had been given up."""
        if not self.coded:
            return "No code stands for its feature, so that precedents cannot be looked up."
        if self.frame.empty:
            return f"No earlier body or law with its feature is known from before {self.before}."
        number = self.frame["table"].value_counts()
        said = " and ".join(counted(int(number[table]), *_WORDS[table]) for table in _WORDS if table in number)
        first = self.frame.iloc[0]
        gone = int(self.frame["given_up"].sum())
        ended = f"; {gone} of them had been given up" if gone else ""
        return (
            f"It was not new: before {self.before} its feature is coded on {said}, the first of them "
            f"{first['name']} ({first['first_year']}){ended}."
        )

    def summary(self) -> str:
        """The sentence and the precedents, feature by feature."""
        ends = self.frame["last_year"].astype("Int64").astype("string").fillna("")
        lines = [
            f"  {row.name}, {row.first_year}–{end}: {row.feature}"
            for row, end in zip(self.frame.itertuples(index=False), ends, strict=True)
        ]
        return "\n".join([self.sentence(), *lines])


def find(claim: str, before: int | None = None, catalogue: Catalogue | None = None) -> Precedents:
    """Earlier bodies, duties and laws with the feature of a proposal.

    Parameters
    ----------
    claim : a proposal of the deck, such as ``R1``.
    before : a year; by default the one in which the deck's last period begins.

    Raises
    ------
    UnknownNameError
        If the deck has no such claim.
    LocalgovError
        If a rule names a column that its table has not.
    """
    import pandas as pd

    book = catalogue or default()
    known = [row["key"] for row in book.rows("claims")]
    if claim not in known:
        raise UnknownNameError("claim", claim, known)
    year = before if before is not None else periods.periodisation("gough", book).periods[-1].start.year
    rules = book.load("precedent_rules")
    rules = rules[rules["claim"] == claim]
    found, undated, evidence = [], 0, Evidence()
    for rule in rules.itertuples():
        rows = _with_feature(rule, book)
        first = _first_years(rows, str(rule.table))
        undated += int(first.isna().sum())
        rows = rows.assign(first_year=first)[first.notna() & (first < year)]
        evidence += Evidence.of(rows, uses=tuple(part.partition("=")[0] for part in rule.conditions))
        found.append(_listed(rows, str(rule.table), str(rule.feature), year, book))
    frame = pd.concat(found) if found else pd.DataFrame(columns=list(COLUMNS))
    frame = frame.drop_duplicates("row").sort_values(["first_year", "name"]).reset_index(drop=True)
    return Precedents(claim, year, frame[list(COLUMNS)], bool(len(rules)), undated, evidence)


def _with_feature(rule: Any, book: Catalogue) -> pd.DataFrame:
    """The rows of the rule's table that meet all of its conditions."""
    if rule.table == "function_responsibilities":
        every = tuple(sorted({row["role"] for row in book.rows("function_responsibilities")}))
        frame = bodies.responsibilities(roles=every, catalogue=book)
    else:
        frame = book.load(rule.table)
    for condition in rule.conditions:
        column, _, codes = condition.partition("=")
        if column not in frame:
            near = suggest(column, list(frame.columns))
            raise LocalgovError(f"precedent_rules, {rule.rule_key}: {rule.table} has no column {column!r}; {near}")
        wanted = set(codes.split("|"))
        frame = frame.loc[[bool(wanted & _codes(cell)) for cell in frame[column]]]
    return frame


def _codes(cell: object) -> set[str]:
    """The codes in a cell, and * if there is any."""
    if isinstance(cell, tuple):
        return {*cell, "*"} if cell else set()
    if cell is None or cell != cell:
        return set()
    text = str(cell)
    return {text.lower() if text in ("True", "False") else text, "*"}


def _first_years(rows: pd.DataFrame, table: str) -> pd.Series:
    """The year by which each row had certainly begun."""
    import pandas as pd

    day = pd.Series(pd.NaT, rows.index, dtype="datetime64[s]")
    for name in _DATES[table]:
        day = day.fillna(rows[f"{name}_latest"])
    return day.dt.year.astype("Int64")


def _listed(rows: pd.DataFrame, table: str, feature: str, before: int, book: Catalogue) -> pd.DataFrame:
    """The rows as precedents: named, with the year in which they ended."""
    import pandas as pd

    labels = coding.function_labels(book)
    if table == "acts":
        names = rows["short_title"].astype(str)
    elif table == "body_types":
        names = rows["name"].astype(str)
    elif table == "scheme_rounds":
        names = rows["scheme"].str.replace("_", " ").str.capitalize() + ", round " + rows["round"].astype(str)
    else:
        names = rows["name"].astype(str) + ": " + rows["function"].map(labels).str.lower()
    last = pd.Series(pd.NA, rows.index, dtype="Int64")
    if "end_status" in rows:
        last = rows["end_latest"].dt.year.where(rows["end_status"] == "ended").astype("Int64")
    return pd.DataFrame(
        {
            "feature": feature,
            "table": table,
            "row": rows["row"],
            "name": names,
            "first_year": rows["first_year"],
            "last_year": last,
            "given_up": last.lt(before).fillna(False).astype(bool),
        }
    )
