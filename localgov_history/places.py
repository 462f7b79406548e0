"""What can be counted of named authorities: how many people they had, how fast they came and went, how a whole is
split among them.

The register has a declared sampling frame: for the classes and years in which it is complete, its counts are counts
of all authorities there were. Where it is not complete these functions refuse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import dates, registry
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

LEAST_AUTHORITIES = 5
# A mean over fewer of the authorities than this would say more of the gaps than of the authorities.
LEAST_KNOWN = 0.9


@dataclass(frozen=True, eq=False)
class Fragmentation:
    """How a whole is split among its parts.

    Attributes
    ----------
    of : the whole, in words.
    weighted_by : what the weights are (bodies, spending in GBP, people); a number without it means nothing.
    parts : how many parts have a weight above zero.
    effective_number : the number of equal parts that would be as fragmented: 1 / sum of squared shares, the inverse
        of the Herfindahl index (Laakso and Taagepera 1979).
    shannon : -sum of share × ln share, in nats (Shannon 1948); its exponential is another effective number.
    frame : one row a part: ``weight`` and ``share``, the largest first.
    """

    of: str
    weighted_by: str
    parts: int
    effective_number: float
    shannon: float
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """One row a part."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The effective number, beside the number of parts."""
        return (
            f"{self.of}: {counted(self.parts, 'part')}, as fragmented as {self.effective_number:.1f} equal ones "
            f"(inverse Herfindahl, weighted by {self.weighted_by})."
        )

    def summary(self) -> str:
        """The sentence and the largest parts."""
        lines = [f"  {name}: {row['share']:.1%}" for name, row in self.frame.head(5).iterrows()]
        return "\n".join([self.sentence(), *lines])


def fragmentation(weights: pd.Series, of: str, weighted_by: str) -> Fragmentation:
    """How a whole is split among parts with these weights.

    Parameters
    ----------
    weights : one a part, indexed by its name, all in one unit.
    of : the whole, in words.
    weighted_by : what the weights are, with their unit.

    Raises
    ------
    NotEnoughDataError
        If a part has no weight, or no weight is above zero: to leave the parts out would change the answer.
    LocalgovError
        If a weight is negative, or what the weights are is not said.
    """
    if not weighted_by.strip():
        raise LocalgovError(
            "it was not said what the weights are; expected e.g. 'population' or 'spending, GBP million'"
        )
    missing = [str(name) for name in weights.index[weights.isna()]]
    if missing:
        raise NotEnoughDataError(
            f"{of}: no {weighted_by} is known for {listing(missing[:5])}; expected it for every part"
        )
    values = weights.astype(float)
    if (values < 0).any():
        wrong = listing([str(name) for name in values.index[values < 0]][:5])
        raise LocalgovError(f"{of}: the {weighted_by} of {wrong} is below zero; expected weights from zero up")
    values = values[values > 0]
    if values.empty:
        raise NotEnoughDataError(f"{of}: no part has any {weighted_by}")
    shares = (values / values.sum()).sort_values(ascending=False)
    import pandas as pd

    return Fragmentation(
        of=of,
        weighted_by=weighted_by,
        parts=len(shares),
        effective_number=float(1 / (shares**2).sum()),
        shannon=float(-sum(share * math.log(share) for share in shares)),
        frame=pd.DataFrame({"weight": values.loc[shares.index], "share": shares}),
    )


@dataclass(frozen=True, eq=False)
class PopulationSpread:
    """How many people the authorities of a class had.

    Attributes
    ----------
    type, year, scheme : class of authority, year, and the geography of the populations.
    frame : one row an authority: ``name``, ``authority_key``, ``population``.
    without : how many authorities have no population in the scheme.
    evidence : the rows used.
    """

    type: str
    year: int
    scheme: str
    frame: pd.DataFrame
    without: int
    evidence: Evidence

    @property
    def mean(self) -> float:
        """Mean population."""
        return float(self.frame["population"].mean())

    @property
    def median(self) -> float:
        """Median population."""
        return float(self.frame["population"].median())

    @property
    def variation(self) -> float:
        """Standard deviation (of all authorities, not of a sample) over the mean."""
        return float(self.frame["population"].std(ddof=0) / self.mean)

    def to_frame(self) -> pd.DataFrame:
        """One row an authority."""
        return self.frame.copy()

    def sentence(self) -> str:
        """Mean, median and range."""
        least, most = self.frame.iloc[-1], self.frame.iloc[0]
        gaps = f" {self.without} more have no population here." if self.without else ""
        return (
            f"{len(self.frame)} {registry.type_words(self.type, len(self.frame))} of {self.year}: {self.mean:,.0f} people on "
            f"average, half under {self.median:,.0f}; from {least['name']} ({least['population']:,}) to {most['name']} "
            f"({most['population']:,}).{gaps}"
        )

    def summary(self) -> str:
        """The sentence, and how unequal they were."""
        return f"{self.sentence()}\n  Standard deviation over mean: {self.variation:.2f}\n  Geography: {self.scheme}"


def population_spread(type: str, year: int, scheme: str, catalogue: Catalogue | None = None) -> PopulationSpread:
    """How many people the authorities of a class had in a year, on the areas of one scheme.

    Parameters
    ----------
    type : a class of authority, as in `registry.authorities`.
    scheme : a geography of ``area_population``. Populations on the areas of another date belong to other bodies:
        name the scheme whose areas are those of the class in that year.

    Raises
    ------
    UnknownNameError
        If there is no such scheme, or it has no such year.
    NotEnoughDataError
        If the register is not complete for the class, or fewer than nine in ten of its authorities have a population.
    """
    book = catalogue or default()
    people = book.load("area_population")
    people = people[people["preferred"].fillna(True).astype(bool)]
    if scheme not in set(people["area_scheme"]):
        raise UnknownNameError("geography", scheme, set(people["area_scheme"]))
    people = people[people["area_scheme"] == scheme]
    if str(year) not in set(people["date"]):
        raise UnknownNameError(f"year of {scheme}", year, set(people["date"]))
    there = _complete(type, f"{year}-06-30", book)
    mine = people[(people["date"] == str(year)) & people["authority_key"].isin(there["authority_key"])]
    mine = mine[mine["population"].notna()]
    known = len(mine) / len(there) if len(there) else 0
    if len(mine) < LEAST_AUTHORITIES or known < LEAST_KNOWN:
        said = f"{len(mine)} of {len(there)} authorities of the class have a population in {scheme} for {year}"
        raise NotEnoughDataError(f"{said}; expected at least {LEAST_KNOWN:.0%} of them, and {LEAST_AUTHORITIES}")
    names = there.set_index("authority_key")["name"]
    frame = mine.assign(name=[names[key] for key in mine["authority_key"]])
    frame = frame[["name", "authority_key", "population"]].sort_values("population", ascending=False)
    kind = registry.type_named(type, book)
    evidence = Evidence.of(mine, there[there["authority_key"].isin(mine["authority_key"])])
    return PopulationSpread(kind, year, scheme, frame.reset_index(drop=True), len(there) - len(mine), evidence)


@dataclass(frozen=True, eq=False)
class Turnover:
    """How fast the authorities of some classes came and went.

    Attributes
    ----------
    types : the classes.
    frame : one row a year: ``began`` and ``ended`` within it, ``in_being`` at its end, ``rate``: half of began and
        ended over those in being at its start, empty in the first year.
    evidence : the rows used.
    """

    types: tuple[str, ...]
    frame: pd.DataFrame
    evidence: Evidence

    def to_frame(self) -> pd.DataFrame:
        """One row a year."""
        return self.frame.copy()

    def sentence(self) -> str:
        """Where most of the turnover fell."""
        moved = self.frame["began"] + self.frame["ended"]
        first, last = self.frame.index[0], self.frame.index[-1]
        if not moved.sum():
            return f"No authority began or ended from {first} to {last}."
        peak = moved.idxmax()
        return (
            f"From {first} to {last}, {int(self.frame['began'].sum())} authorities began and "
            f"{int(self.frame['ended'].sum())} ended; {moved[peak] / moved.sum():.0%} of that in {peak}."
        )

    def summary(self) -> str:
        """The sentence and the years of most turnover."""
        moved = (self.frame["began"] + self.frame["ended"]).sort_values(ascending=False)
        lines = [
            f"  {year}: {self.frame.loc[year, 'began']} began, {self.frame.loc[year, 'ended']} ended"
            for year in moved[moved > 0].head(5).index
        ]
        return "\n".join([self.sentence(), *lines])


def turnover(types: str | tuple[str, ...], first: int, last: int, catalogue: Catalogue | None = None) -> Turnover:
    """How many authorities of some classes began and ended in each year.

    Parameters
    ----------
    types : classes of authority, as in `registry.authorities`.
    first, last : years; the register must be complete for each class throughout.

    Raises
    ------
    LocalgovError
        If the years run backwards.
    NotEnoughDataError
        If the register is not complete for a class in some of the years, or a beginning or end is not dated.
    """
    import pandas as pd

    if first > last:
        raise LocalgovError(f"{first} is after {last}; expected the earlier year first")
    book = catalogue or default()
    kinds = tuple(registry.type_named(kind, book) for kind in ((types,) if isinstance(types, str) else types))
    cover = book.load("register_coverage")
    start, end = pd.Timestamp(first, 1, 1), pd.Timestamp(last, 12, 31)
    for kind in kinds:
        rows = cover[(cover["type"] == kind) & (cover["country"] == "England")]
        short = rows[(rows["start_earliest"] <= end) & (rows["end_latest"].isna() | (rows["end_latest"] >= start))]
        lacking = short[short["status"] != "complete"]
        if len(lacking):
            raise NotEnoughDataError(
                f"the register is {lacking['status'].iloc[0]} for {registry.type_words(kind)} in some of "
                f"{first} to {last}: {lacking['why'].iloc[0]}"
            )
    bodies = book.load("authorities", include_unconfirmed=True)
    bodies = bodies[bodies["type"].isin(kinds) & (bodies["country"] == "England")]
    undated = bodies[bodies["start_latest"].isna() & (bodies["first_listed_earliest"] > start)]
    if len(undated):
        raise NotEnoughDataError(f"{len(undated)} authorities first listed in these years have no date of their own")
    # Who is listed from before the first year began before it, whenever that was.
    began = bodies["start_latest"].dt.year.fillna(first - 1)
    ended = bodies["end_earliest"].dt.year
    records = []
    for year in range(first, last + 1):
        records.append(
            {
                "year": year,
                "began": int((began == year).sum()),
                "ended": int((ended == year).sum()),
                "in_being": int(((began <= year) & (ended.isna() | (ended > year))).sum()),
            }
        )
    frame = pd.DataFrame(records).set_index("year")
    before = frame["in_being"].shift()
    frame = frame.assign(rate=((frame["began"] + frame["ended"]) / 2 / before.where(before > 0)).astype(float))
    return Turnover(kinds, frame, Evidence.of(bodies, dates=("start", "end")))


def _complete(kind: str, day: str, book: Catalogue) -> pd.DataFrame:
    """All authorities of a class on a day, or a refusal where the register has not all of them."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", registry.CoverageWarning)
        found = registry.authorities(as_of=day, type=kind, include_unconfirmed=True, catalogue=book)
    short = found.coverage[found.coverage["status"] != "complete"]
    if len(short):
        when = dates.as_of(day).readable()
        raise NotEnoughDataError(
            f"the register is not complete for {registry.type_words(short['type'].iloc[0])} on {when}"
        )
    return found.frame
