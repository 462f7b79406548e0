"""What can be counted: short functions of frames, each with its unit and its weights.

The unit of observation is the *kind* of body (a school board, a county council), not the single body, unless a
function says otherwise. A kind is weighted by the share of a period in which it certainly existed, so that a
kind abolished a year into a period counts little: the sum of weights is the mean number of kinds in being.
The list of kinds is what the sources gathered here name. It has no sampling frame, so differences between
periods are described and never tested for significance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localgov_history import bodies
from localgov_history.errors import NotEnoughDataError
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from localgov_history.periods import Period, Periodisation

LEAST_KINDS = 5
# Classes of holder of a function; a holder may be of two (a single-purpose board that is appointed).
HOLDERS = ("council", "single", "appointed", "central")


@dataclass(frozen=True)
class Shares:
    """Shares of a whole by period and class.

    Attributes
    ----------
    frame : columns ``period``, ``label``, ``class``, ``weight`` (mean number in being), ``share`` (0-1 of the
        period's total) and ``of`` (kinds that the period has with a code, in any class).
    used : the evidence of each period's rows, by period.
    left_out : how many rows had no years or no code and could not be used.
    """

    frame: pd.DataFrame
    used: Mapping[str, Evidence]
    left_out: int = 0

    @property
    def evidence(self) -> Evidence:
        """The rows used in any of the periods."""
        return sum(self.used.values(), Evidence())

    def only(self, keys: Sequence[str]) -> Shares:
        """The shares of some of the periods, with the rows of those alone."""
        used = {key: evidence for key, evidence in self.used.items() if key in keys}
        return Shares(self.frame[self.frame["period"].isin(list(keys))], used, self.left_out)

    def share(self, period: str, name: str) -> float:
        """The share of one class in one period; 0 where the class is absent.

        Raises
        ------
        NotEnoughDataError
            If the period has fewer than five kinds with the code.
        """
        rows = self.frame[self.frame["period"] == period]
        known = int(rows["of"].max()) if len(rows) else 0
        if known < LEAST_KINDS:
            raise NotEnoughDataError(
                f"{period} has {known} kinds of body with this code; expected at least {LEAST_KINDS}"
            )
        return float(rows.loc[rows["class"] == name, "share"].sum())

    def to_frame(self) -> pd.DataFrame:
        """The shares, one row a period and class."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The largest class of each period."""
        largest = self.frame.sort_values("share", ascending=False).drop_duplicates("period")
        told = [
            f"{row['class'].replace('_', ' ')} in {row['label']} ({row['share']:.0%} of {row['of']})"
            for _, row in largest.sort_index().iterrows()
        ]
        without = f" {counted(self.left_out, 'kind')} had no years or no code." if self.left_out else ""
        return f"The largest share of kinds of body: {listing(told) or 'none known'}.{without}"

    def summary(self) -> str:
        """The sentence and every share."""
        lines = [
            f"  {row['label']}, {row['class'].replace('_', ' ')}: {row['share']:.0%}"
            for _, row in self.frame.iterrows()
        ]
        return "\n".join([self.sentence(), *lines])


def weights(frame: pd.DataFrame, period: Period) -> pd.Series:
    """Share of the period's years in which each dated row certainly existed, 0 to 1."""
    first, last = period.years
    begins = frame["first_year"].astype("Float64").clip(lower=first)
    ends = frame["last_year"].astype("Float64").clip(upper=last)
    return ((ends - begins + 1).clip(lower=0) / (last - first + 1)).fillna(0).astype(float)


def shares_by(kinds: pd.DataFrame, column: str, periodisation: Periodisation) -> Shares:
    """Shares of the kinds of body in being, by the classes of a column with one code a kind.

    Parameters
    ----------
    kinds : from `bodies.kinds`.
    column : ``purpose`` or ``selection_class``.
    """
    import pandas as pd

    usable = bodies.dated(kinds)
    usable = usable[usable[column].notna()]
    code = "selection" if column == "selection_class" else column
    records = []
    used = {}
    for period in periodisation:
        weight = weights(usable, period)
        used[period.key] = Evidence.of(usable[weight > 0], uses=(code,))
        total = weight.sum()
        for name, group in weight[weight > 0].groupby(usable[column]):
            records.append(
                {
                    "period": period.key,
                    "label": periodisation.labels[period.key],
                    "class": name,
                    "weight": group.sum(),
                    "share": group.sum() / total,
                    "of": int((weight > 0).sum()),
                }
            )
    frame = pd.DataFrame(records, columns=["period", "label", "class", "weight", "share", "of"])
    return Shares(frame, used, len(kinds) - len(usable))


def shares_drawing_on(kinds: pd.DataFrame, periodisation: Periodisation) -> Shares:
    """Share of the kinds of body in being that draw on each source of money.

    A kind may draw on several, so the shares of a period add to more than one. It says how many kinds drew on
    a source, never how much money it gave.
    """
    import pandas as pd

    usable = bodies.dated(kinds)
    usable = usable.loc[[bool(codes) for codes in usable["money"]]]
    records = []
    used = {}
    for period in periodisation:
        weight = weights(usable, period)
        used[period.key] = Evidence.of(usable[weight > 0], uses=("money",))
        codes = sorted({code for cell in usable["money"][weight > 0] for code in cell})
        for code in codes:
            has = weight.loc[[code in cell for cell in usable["money"]]]
            records.append(
                {
                    "period": period.key,
                    "label": periodisation.labels[period.key],
                    "class": code,
                    "weight": has.sum(),
                    "share": has.sum() / weight.sum(),
                    "of": int((weight > 0).sum()),
                }
            )
    frame = pd.DataFrame(records, columns=["period", "label", "class", "weight", "share", "of"])
    return Shares(frame, used, len(kinds) - len(usable))


def in_being_by_year(kinds: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Number of kinds of body certainly in being at the end of each year, by purpose.

    A kind that ended in a year is no longer there at its end, so a reorganisation does not count twice.

    Returns a frame with ``year``, ``purpose`` and ``kinds``.
    """
    import pandas as pd

    usable = bodies.dated(kinds)
    usable = usable[usable["purpose"].notna()]
    stays = usable["last_year"].mask(usable["end_status"] != "ended", usable["last_year"] + 1)
    records = [
        {"year": year, "purpose": purpose, "kinds": int(count)}
        for year in range(first, last + 1)
        for purpose, count in (
            usable[(usable["first_year"] <= year) & stays.gt(year)]["purpose"].value_counts().items()
        )
    ]
    frame = pd.DataFrame(records, columns=["year", "purpose", "kinds"])
    every = pd.MultiIndex.from_product(
        [range(first, last + 1), sorted(usable["purpose"].unique())], names=["year", "purpose"]
    )
    return frame.set_index(["year", "purpose"]).reindex(every, fill_value=0).reset_index()


@dataclass(frozen=True)
class Holdings:
    """Who held the functions of the frame in two years, on the functions covered in both.

    Attributes
    ----------
    frame : one row a function: ``function``, ``heading``, and for each year the number of kinds that held it
        and whether an elected council, a single-purpose local body, an appointed local body and a central body did
        (``other``: none of these).
    years : the two years, or the one if they are the same.
    evidence : the rows used.
    uncovered : functions with no dated holder in one of the years; they are left out.
    """

    frame: pd.DataFrame
    years: tuple[int, ...]
    evidence: Evidence
    uncovered: tuple[str, ...] = field(default=())

    def share(self, column: str, year: int) -> float:
        """Share of the functions covered in both years for which `column` is true in `year`."""
        if len(self.frame) < LEAST_KINDS:
            years = listing([str(item) for item in self.years])
            raise NotEnoughDataError(
                f"{len(self.frame)} functions have known holders in all of {years}; expected at least {LEAST_KINDS}"
            )
        return float(self.frame[f"{column}_{year}"].mean())

    def mean_holders(self, year: int) -> float:
        """Mean number of kinds of body that held a function."""
        return float(self.frame[f"holders_{year}"].mean())

    def to_frame(self) -> pd.DataFrame:
        """One row a function."""
        return self.frame.copy()

    def sentence(self) -> str:
        """How many functions elected councils and single-purpose bodies held in each year."""
        told = [
            f"in {year} elected councils held {int(self.frame[f'council_{year}'].sum())} and single-purpose local bodies "
            f"{int(self.frame[f'single_{year}'].sum())}"
            for year in self.years
        ]
        years = listing([str(year) for year in self.years])
        return f"Of {len(self.frame)} functions with a known holder in {years}: {'; '.join(told)}."

    def summary(self) -> str:
        """The sentence, the mean number of holders, and what is not covered."""
        lines = [f"  Kinds of body for each function, {year}: {self.mean_holders(year):.1f}" for year in self.years]
        return "\n".join([self.sentence(), *lines, f"  Functions not covered in all years: {len(self.uncovered)}"])


def is_board(council: bool, purpose: str, scope: str) -> bool:
    """True for a local body with functions under one heading that is no council nor a council's committee."""
    return purpose == "single" and scope == "local_body" and not council


def holdings(responsibilities: pd.DataFrame, first: int, second: int) -> Holdings:
    """Compare who held each function in two years.

    Parameters
    ----------
    responsibilities : from `bodies.responsibilities`.
    first, second : years.
    """
    import pandas as pd

    sides = {}
    rows_used = []
    years = tuple(dict.fromkeys((first, second)))
    for year in years:
        held = bodies.in_being(responsibilities, year)
        rows_used.append(held)
        sides[year] = held.groupby("function")[["body_key", "council", "purpose", "selection_class", "scope"]].agg(
            list
        )
    common = sorted(set(sides[first].index) & set(sides[second].index))
    either = set(sides[first].index) | set(sides[second].index)
    heads = dict(zip(responsibilities["function"], responsibilities["heading"], strict=True))
    records = []
    for function in common:
        record: dict[str, object] = {"function": function, "heading": heads[function]}
        for year in years:
            group = sides[year].loc[function]
            holders = list(
                zip(group["council"], group["purpose"], group["selection_class"], group["scope"], strict=True)
            )
            record[f"holders_{year}"] = len(set(group["body_key"]))
            record[f"council_{year}"] = any(council for council, _, _, _ in holders)
            record[f"single_{year}"] = any(
                is_board(council, purpose, scope) for council, purpose, _, scope in holders
            )
            record[f"appointed_{year}"] = any(
                selection in ("appointed", "other") and scope == "local_body" for _, _, selection, scope in holders
            )
            record[f"central_{year}"] = any(scope == "central_body" for _, _, _, scope in holders)
            record[f"other_{year}"] = not any(record[f"{name}_{year}"] for name in HOLDERS)
        records.append(record)
    counted = [f"{name}_{year}" for year in years for name in ("holders", *HOLDERS, "other")]
    used = pd.concat(rows_used)
    used = used[used["function"].isin(common)]
    used = used[~used["responsibility_key"].duplicated()]
    return Holdings(
        pd.DataFrame(records, columns=["function", "heading", *counted]),
        years,
        Evidence.of(used, uses=("function", "role")),
        tuple(sorted(either - set(common))),
    )


# From the smallest area to the largest; an area of its own has no place in the order.
TIERS = ("parish", "district", "county", "region", "national_with_local_offices")


@dataclass(frozen=True)
class TierMoves:
    """Between which tiers functions moved from one year to another.

    Attributes
    ----------
    frame : one row a function with holders of known tier in both years: ``function``, ``heading``, ``from_tiers`` and
        ``to_tiers`` (lowest first), ``move``: up, down or stayed, by the mean place of the tiers in the order `TIERS`.
    years : the two years.
    evidence : the rows used.
    without : functions with a holder in both years but none of known tier in one of them; they are left out.
    """

    frame: pd.DataFrame
    years: tuple[int, int]
    evidence: Evidence
    without: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row a function."""
        return self.frame.copy()

    def sentence(self) -> str:
        """How many functions moved up, how many down."""
        moves = self.frame["move"].value_counts()
        up, down = int(moves.get("up", 0)), int(moves.get("down", 0))
        return (
            f"Of {len(self.frame)} functions with holders of known tier in {self.years[0]} and {self.years[1]}, {up} moved "
            f"to larger areas and {down} to smaller ones."
        )

    def summary(self) -> str:
        """The sentence and the functions that moved."""
        moved = self.frame[self.frame["move"] != "stayed"]
        lines = [
            f"  {row.function}: {', '.join(row.from_tiers)} → {', '.join(row.to_tiers)} ({row.move})"
            for row in moved.itertuples()
        ]
        return "\n".join([self.sentence(), *lines])


def tier_moves(responsibilities: pd.DataFrame, first: int, second: int) -> TierMoves:
    """Which functions moved between tiers, by the tiers of the kinds of body that certainly held them.

    Parameters
    ----------
    responsibilities : from `bodies.responsibilities`.
    first, second : years.

    Raises
    ------
    NotEnoughDataError
        If fewer than five functions have holders of known tier in both years.

    Notes
    -----
    A kind counts once, however many bodies there were of it; a function held on several tiers stands at their mean.
    """
    import pandas as pd

    sides: dict[int, dict[str, set[str]]] = {}
    used, holders = [], []
    for year in (first, second):
        held = bodies.in_being(responsibilities, year)
        holders.append(set(held["function"]))
        tiers: dict[str, set[str]] = {}
        for row in held.itertuples():
            tiers.setdefault(row.function, set()).update(set(row.tier) & set(TIERS))
        sides[year] = {function: found for function, found in tiers.items() if found}
        used.append(held)
    common = sorted(set(sides[first]) & set(sides[second]))
    if len(common) < LEAST_KINDS:
        raise NotEnoughDataError(
            f"{len(common)} functions have holders of known tier in {first} and {second}; expected at least {LEAST_KINDS}"
        )
    heads = dict(zip(responsibilities["function"], responsibilities["heading"], strict=True))
    records = []
    for function in common:
        before, after = (sorted(sides[year][function], key=TIERS.index) for year in (first, second))
        places = [sum(map(TIERS.index, tiers)) / len(tiers) for tiers in (before, after)]
        move = "up" if places[1] > places[0] else "down" if places[1] < places[0] else "stayed"
        records.append(
            {
                "function": function,
                "heading": heads[function],
                "from_tiers": tuple(before),
                "to_tiers": tuple(after),
                "move": move,
            }
        )
    rows = pd.concat(used)
    rows = rows[rows["function"].isin(common)]
    rows = rows[~rows["responsibility_key"].duplicated()]
    without = tuple(sorted((holders[0] & holders[1]) - set(common)))
    return TierMoves(pd.DataFrame(records), (first, second), Evidence.of(rows, uses=("function", "role")), without)


PROFILE = {
    "single_purpose": "share of kinds with functions under one heading",
    "partnership": "share of kinds that are partnerships",
    "directly_elected": "share of kinds with all members directly elected",
    "appointed": "share of kinds with appointed members",
    "nominated": "share of kinds nominated by bodies or indirectly elected",
    "drawing_on_rate": "share of kinds that draw on a rate or precept",
    "drawing_on_grant": "share of kinds that draw on grant",
    "drawing_on_charges": "share of kinds that draw on tolls or charges",
}


@dataclass(frozen=True)
class Profiles:
    """Profiles of the periods of a scheme on the measures of `PROFILE`.

    Attributes
    ----------
    frame : index ``period``, one column a measure, values 0-1; empty where there is not enough data.
    evidence : the rows used.
    """

    frame: pd.DataFrame
    evidence: Evidence

    def distances(self, to: str, measures: Sequence[str] | None = None) -> pd.Series:
        """Gower (1971) distance of every other period to one: 0 alike, 1 as far apart as periods get.

        Each measure's difference is divided by its range over the periods, then averaged with equal weights;
        a measure that is empty for either period, or has no range, is left out of that average.

        Raises
        ------
        NotEnoughDataError
            If no measure is known for both.
        """
        import pandas as pd

        table = self.frame[list(measures)] if measures is not None else self.frame
        span = table.max() - table.min()
        scaled = (table - table.loc[to]).abs().div(span.where(span > 0))
        result = scaled.drop(index=to).mean(axis=1)
        if result.isna().any():
            missing = ", ".join(result.index[result.isna()])
            raise NotEnoughDataError(f"no measure is known for both {to} and {missing}")
        return pd.Series(result, name="distance").astype(float)

    def to_frame(self) -> pd.DataFrame:
        """One row a period."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The two periods that are most alike."""
        pairs = [
            (float(value), str(key), str(other))
            for key in self.frame.index
            for other, value in self.distances(str(key)).items()
        ]
        distance, first, second = min(pairs)
        alike = [first, second]
        return (
            f"On {len(self.frame.columns)} measures the periods most alike are {listing(alike)} (distance {distance:.2f}; 0 is "
            "alike)."
        )

    def summary(self) -> str:
        """The sentence and the profile of each period."""
        return f"{self.sentence()}\n{self.frame.round(2).to_string()}"


def profiles(kinds: pd.DataFrame, periodisation: Periodisation) -> Profiles:
    """A profile of each period: shares of the kinds of body in being, with the weights of this module."""
    import pandas as pd

    purpose = shares_by(kinds, "purpose", periodisation)
    selection = shares_by(kinds, "selection_class", periodisation)
    money = shares_drawing_on(kinds, periodisation)
    wanted: list[tuple[str, Shares, tuple[str, ...]]] = [
        ("single_purpose", purpose, ("single",)),
        ("partnership", purpose, ("partnership",)),
        ("directly_elected", selection, ("directly_elected",)),
        ("appointed", selection, ("appointed",)),
        ("nominated", selection, ("nominated_by_bodies", "indirectly_elected")),
        ("drawing_on_rate", money, ()),
        ("drawing_on_grant", money, ("grant",)),
        ("drawing_on_charges", money, ("toll_or_charge",)),
    ]
    records: dict[str, dict[str, float]] = {}
    for period in periodisation:
        record = {}
        for name, shares, classes in wanted:
            try:
                if name == "drawing_on_rate":
                    record[name] = _share_drawing_on_rate(kinds, period)
                else:
                    record[name] = sum(shares.share(period.key, part) for part in classes)
            except NotEnoughDataError:
                record[name] = float("nan")
        records[period.key] = record
    frame = pd.DataFrame.from_dict(records, orient="index").rename_axis("period")
    return Profiles(frame, purpose.evidence + selection.evidence + money.evidence)


def _share_drawing_on_rate(kinds: pd.DataFrame, period: Period) -> float:
    """A precept is a rate collected by another body, so a kind with either counts once."""
    usable = bodies.dated(kinds)
    usable = usable.loc[[bool(codes) for codes in usable["money"]]]
    weight = weights(usable, period)
    if (weight > 0).sum() < LEAST_KINDS:
        raise NotEnoughDataError(f"{period.key} has too few kinds of body with a code for money")
    has = [bool({"rate", "precept"} & set(codes)) for codes in usable["money"]]
    return float(weight.loc[has].sum() / weight.sum())


def turnover_years(kinds: pd.DataFrame) -> list[int]:
    """The years in which kinds of body began and ended, one entry an event; only a kind that ended has an end."""
    usable = bodies.dated(kinds)
    ended = usable[usable["end_status"] == "ended"]
    return [int(year) for year in [*usable["first_year"], *ended["last_year"]]]


def share_near(events: Sequence[int], years: Sequence[int], window: int) -> float:
    """Share of events that lie within `window` years of any of some years, 0 to 1.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than five events.
    """
    if len(events) < LEAST_KINDS:
        raise NotEnoughDataError(
            f"{len(events)} beginnings and ends have known years; expected at least {LEAST_KINDS}"
        )
    return sum(any(abs(event - year) <= window for year in years) for event in events) / len(events)
