"""Counts over population, functions by how their holders are chosen, printed shares beside computed ones.

Each measure is of one geography and one definition. Where these are mixed, or a population or a code is missing, there is an
error and no number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import bodies, coding, long_series
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.measures import LEAST_KINDS
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing

if TYPE_CHECKING:
    import pandas as pd

# How a holder of a function is chosen: class here, and the classes of `coding.selection_class` that it takes in.
SELECTIONS = {
    "directly_elected": ("directly_elected",),
    "part_elected": ("part_elected",),
    "indirectly_elected": ("indirectly_elected", "nominated_by_bodies"),
    "appointed": ("appointed", "other"),
    "mixed": ("mixed",),
}
SELECTION_NAMES = {
    "directly_elected": "Directly elected",
    "part_elected": "Partly elected",
    "indirectly_elected": "Indirectly elected or nominated",
    "appointed": "Appointed, ex officio or self-appointing",
    "mixed": "Mixed, none elected directly",
}


@dataclass(frozen=True, eq=False)
class BodiesPerHead:
    """Counts of one kind of body over the population of one geography.

    Attributes
    ----------
    kind, geography : what was counted, in words, and where.
    per : for how many people the rate is.
    frame : one row a count, in order of date: ``date`` (as written), ``year``, ``count``, ``people``, ``rate`` (bodies
        for each `per` people), ``firm`` (False where the count is from memory).
    without : how many counts have no date or no population and were left out.
    evidence : the counts and the population.
    """

    kind: str
    geography: str
    per: int
    frame: pd.DataFrame
    without: int
    evidence: Evidence

    def to_frame(self) -> pd.DataFrame:
        """One row a count."""
        return self.frame.copy()

    def sentence(self) -> str:
        """First and last rate."""
        first, last = self.frame.iloc[0], self.frame.iloc[-1]
        said = f"{capital(self.kind)} for each {self.per:,} people, {self.geography}: "
        said += f"{first['rate']:.2f} in {first['year']}"
        more = f" and {last['rate']:.2f} in {last['year']}" if len(self.frame) > 1 else ", the only count held"
        lost = f"; {counted(self.without, 'count')} without a population left out" if self.without else ""
        return f"{said}{more}{lost}."

    def summary(self) -> str:
        """The sentence and the counts."""
        return f"{self.sentence()}\n{self.frame.to_string(index=False)}"


def bodies_per_head(
    kind: str,
    geography: str | None = None,
    per: int = 100_000,
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> BodiesPerHead:
    """How many bodies of a kind there were for so many people.

    Parameters
    ----------
    kind : a kind of body by key or name, as in `bodies.kind_named`.
    geography : where; may be left out if all its counts are of one geography.
    per : for how many people.
    include_unconfirmed : also counts from memory.

    Raises
    ------
    UnknownNameError
        If there is no such kind, or no count of it in this geography.
    NotEnoughDataError
        If it was never counted, or no population is known at any of its dates.
    LocalgovError
        If its counts are of several geographies and none is asked for, of several units, or of a geography of which there
        is no series of the population.

    Notes
    -----
    Source: ``body_counts`` (preferred counts of the measure ``bodies``) over `long_series.people_of`. A count is
    divided by the population of its calendar year; nothing is weighed.
    """
    import pandas as pd

    book = catalogue or default()
    key = bodies.kind_named(kind, book)
    plural = next(row["plural"] or row["name"] for row in book.rows("body_types") if row["body_key"] == key)
    counts = book.load("body_counts", include_unconfirmed)
    counts = counts[
        (counts["body_key"] == key)
        & (counts["measure"] == "bodies")
        & counts["preferred"].fillna(False).astype(bool)
        & counts["count"].notna()
    ]
    if counts.empty:
        raise NotEnoughDataError(f"{plural} were never counted in a source gathered here")
    places = sorted(set(counts["geography"]))
    if geography is None and len(places) > 1:
        raise LocalgovError(f"counts of {plural} are of several geographies; expected one of {listing(places, 'or')}")
    place = geography or places[0]
    if place not in places:
        raise UnknownNameError(f"geography with counts of {plural}", place, places)
    counts = counts[counts["geography"] == place]
    units = sorted(set(counts["unit"]))
    if len(units) > 1:
        raise LocalgovError(f"counts of {plural} in {place} are in {listing(units)}; expected one unit")
    people = long_series.people_of(place, book)
    years = counts["date_earliest"].dt.year.astype("Int64")
    usable = [year is not pd.NA and int(year) in people.numbers for year in years]
    kept = counts.loc[usable].assign(year=years.loc[usable].astype(int)).sort_values(["date_earliest", "count_key"])
    if kept.empty:
        raise NotEnoughDataError(f"no population of {place} is known at the dates at which {plural} were counted")
    heads = [people.numbers[year] for year in kept["year"]]
    frame = pd.DataFrame(
        {
            "date": kept["date"].to_numpy(),
            "year": kept["year"].to_numpy(),
            "count": kept["count"].astype(int).to_numpy(),
            "people": heads,
            "rate": [per * number / people for number, people in zip(kept["count"].astype(int), heads, strict=True)],
            "firm": (kept["evidence"] != "recalled").to_numpy(),
        }
    )
    return BodiesPerHead(str(plural), place, per, frame, len(counts) - len(kept), Evidence.of(kept) + people.evidence)


@dataclass(frozen=True, eq=False)
class HoldersBySelection:
    """Shares of functions with a local holder chosen in each way, by role and year.

    Attributes
    ----------
    frame : one row a year, role and class of `SELECTIONS`: ``year``, ``role``, ``class``, ``functions`` (with at least
        one such holder), ``of`` (functions with a local holder of known selection in that role) and ``share``: 0 to 1,
        empty where fewer than five functions are known. A function may have holders of several classes, so the shares
        of a year and role may add to more than one.
    evidence : the rows used.
    """

    frame: pd.DataFrame
    evidence: Evidence

    def share(self, year: int, role: str, name: str) -> float:
        """The share of one class in one role and year.

        Raises
        ------
        UnknownNameError
            If year, role or class is not among those asked for.
        NotEnoughDataError
            If fewer than five functions have a local holder of known selection in that role and year.
        """
        for column, value in (("year", year), ("role", role), ("class", name)):
            if value not in set(self.frame[column]):
                raise UnknownNameError(column, value, map(str, self.frame[column].unique()))
        rows = self.frame[(self.frame["year"] == year) & (self.frame["role"] == role) & (self.frame["class"] == name)]
        if int(rows["of"].iloc[0]) < LEAST_KINDS:
            raise NotEnoughDataError(
                f"{counted(int(rows['of'].iloc[0]), 'function')} with a local holder of known selection in the role {role} in "
                f"{year}; expected at least {LEAST_KINDS}"
            )
        return float(rows["share"].iloc[0])

    def to_frame(self) -> pd.DataFrame:
        """One row a year, role and class."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The share of functions with a directly elected holder in the first and last year, by role."""
        parts = []
        for role, rows in self.frame[self.frame["class"] == "directly_elected"].groupby("role", sort=False):
            known = rows[rows["share"].notna()]
            if known.empty:
                parts.append(f"{str(role).replace('_', ' ')}, not enough known")
                continue
            said = [f"{row.share:.0%} of {row.of} functions in {row.year}" for row in known.itertuples()]
            parts.append(f"{str(role).replace('_', ' ')}, {said[0]}" + (f" and {said[-1]}" if len(said) > 1 else ""))
        return f"With a directly elected holder: {'; '.join(parts)}."

    def summary(self) -> str:
        """The sentence and the shares."""
        return f"{self.sentence()}\n{self.frame.to_string(index=False, na_rep='')}"


def holders_by_selection(
    years: Sequence[int],
    roles: Sequence[str] = ("provide", "commission"),
    responsibilities: pd.DataFrame | None = None,
    catalogue: Catalogue | None = None,
) -> HoldersBySelection:
    """Which share of the functions had a directly elected, indirectly elected or appointed local holder.

    Parameters
    ----------
    years : the years to look at.
    roles : roles of ``function_responsibilities``: ``provide``, ``commission``, ``plan_or_coordinate``, ``regulate``, ...
    responsibilities : from `bodies.responsibilities` with these roles; its default reading if not given.

    Raises
    ------
    LocalgovError
        If no year or no role is given.
    UnknownNameError
        If a role is not in the table.
    NotEnoughDataError
        If no function has a local holder of known selection in any of the years and roles.

    Notes
    -----
    The unit is the function, each counting once whatever it spent; holders count where the dates make it certain that
    they held. A kind counts once, however many bodies there were of it. Central bodies are left out. A committee of a council
    counts as directly elected, because it acts for its council; nomination by bodies is indirect election; ex officio and
    self-appointing members count as appointed. The classes are our coding (`coding.selection_class`).
    """
    import pandas as pd

    if not len(years) or not len(roles):
        raise LocalgovError("no year or no role was given; expected at least one of each")
    book = catalogue or default()
    for role in roles:
        if role not in coding.ROLES:
            raise UnknownNameError("role", role, coding.ROLES)
    held = (
        bodies.responsibilities(roles=tuple(roles), catalogue=book) if responsibilities is None else responsibilities
    )
    local = held[held["scope"].isin((*bodies.LOCAL_SCOPE, "council_committee"))]
    classes = {code: name for name, codes in SELECTIONS.items() for code in codes}
    acting = local["scope"] == "council_committee"
    ways = local["selection_class"].map(classes).astype(object).mask(acting, "directly_elected")
    local = local.assign(way=ways)[ways.notna()]
    records, used = [], []
    for year in dict.fromkeys(years):
        there = bodies.in_being(local, year)
        for role in dict.fromkeys(roles):
            rows = there[there["role"] == role]
            used.append(rows)
            of = rows["function"].nunique()
            for name in SELECTIONS:
                functions = rows.loc[rows["way"] == name, "function"].nunique()
                share = functions / of if of >= LEAST_KINDS else float("nan")
                records.append(
                    {"year": year, "role": role, "class": name, "functions": functions, "of": of, "share": share}
                )
    frame = pd.DataFrame(records)
    if not frame["of"].any():
        raise NotEnoughDataError(
            f"no function has a local holder of known selection in {listing([str(year) for year in years])}"
        )
    rows = pd.concat(used)
    rows = rows[~rows["responsibility_key"].duplicated()]
    return HoldersBySelection(frame, Evidence.of(rows, uses=("function", "role", "selection")))


@dataclass(frozen=True, eq=False)
class PrintedBeside:
    """A share as printed beside the same share computed from two other series.

    Attributes
    ----------
    printed : the printed series.
    computed : the computed one; its `steps` say from what.
    frame : one row a year that both have: ``when``, ``printed``, ``computed``, ``difference`` (computed less printed), all
        in per cent or percentage points.
    """

    printed: long_series.Series
    computed: long_series.Series
    frame: pd.DataFrame

    @property
    def evidence(self) -> Evidence:
        """The rows of both."""
        return self.printed.evidence + self.computed.evidence

    def to_frame(self) -> pd.DataFrame:
        """One row a year."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The largest difference."""
        most = float(self.frame["difference"].abs().max())
        return (
            f"{self.printed.title} ({self.printed.geography}): printed and computed differ by at most {most:.1f} points in "
            f"{counted(len(self.frame), 'year')}."
        )

    def summary(self) -> str:
        """The sentence and the years."""
        return f"{self.sentence()}\n{self.frame.to_string(index=False)}"


def printed_beside_computed(printed: str, part: str, whole: str, catalogue: Catalogue | None = None) -> PrintedBeside:
    """Set a share that a source prints beside the one that its parts give.

    Parameters
    ----------
    printed : a series in per cent.
    part, whole : series of the same geography; see `long_series.Series.share_of`.

    Raises
    ------
    LocalgovError
        If the printed series is not in per cent, or geographies, price bases, units or kinds of year differ.
    NotEnoughDataError
        If they have no year in common.

    Notes
    -----
    A difference of half a point is no more than rounding where the source prints whole per cents.
    """
    book = catalogue or default()
    said = long_series.series(printed, catalogue=book)
    if said.unit != "per cent":
        raise LocalgovError(f"{printed} is in {said.unit}; expected per cent")
    found = long_series.series(part, share_of=whole, catalogue=book)
    if said.geography != found.geography:
        raise LocalgovError(
            f"{printed} is for {said.geography}, {part} for {found.geography}; expected one geography"
        )
    if said.year_kind != found.year_kind:
        raise LocalgovError(
            f"{printed} has {said.year_kind} years, {part} {found.year_kind} ones; expected one kind of year"
        )
    both = said.frame[["when", "year", "value"]].merge(found.frame[["year", "value"]], on="year")
    if both.empty:
        raise NotEnoughDataError(f"{printed} and {part} have no year in common")
    frame = both.rename(columns={"value_x": "printed", "value_y": "computed"})[["when", "printed", "computed"]]
    return PrintedBeside(said, found, frame.assign(difference=frame["computed"] - frame["printed"]))
