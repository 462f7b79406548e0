"""The targets and rewards of the partnership years: how many there were, how alike areas chose, how much money hung
on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import long_series
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.sources import Evidence

if TYPE_CHECKING:
    import pandas as pd

# Series of ``partnership_money`` that count targets or indicators, by the regime they belong to, in order of time.
REGIMES = (
    ("Local Public Service Agreements, first round", "local_public_service_agreements_first_targets_in_an_agreement"),
    ("Local Area Agreements before 2008", "local_area_agreements_average_targets"),
    ("All targets on an area before 2008", "targets_in_an_area_before_2008"),
    ("Local Area Agreements from 2008, at most", "statutory_local_area_agreements_most_designated_targets"),
    ("Education targets by statute from 2008", "statutory_local_area_agreement_education_targets"),
    ("National indicators from 2008", "national_indicators"),
    ("National indicators with their parts", "national_indicators_with_parts"),
)


@dataclass(frozen=True, eq=False)
class Concentration:
    """How alike areas chose among many indicators, as far as the counts that are known can tell.

    Attributes
    ----------
    top : how many of the most chosen indicators are looked at.
    of_indicators : how many there were to choose from.
    frame : one row an indicator with a known count: ``ni``, ``title``, ``chosen`` (areas that chose it, at least).
    lowest, highest : bounds of the share of all choices that the `top` most chosen took, 0 to 1.
    even : the share they would take if choices were spread evenly.
    evidence : the rows used.
    """

    top: int
    of_indicators: int
    frame: pd.DataFrame
    lowest: float
    highest: float
    even: float
    evidence: Evidence

    def to_frame(self) -> pd.DataFrame:
        """One row an indicator with a known count, the most chosen first."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The bounds beside an even spread."""
        return (
            f"The {self.top} most chosen of {self.of_indicators} indicators took between {self.lowest:.0%} and "
            f"{self.highest:.0%} of all choices; an even spread would have given them {self.even:.0%}."
        )

    def summary(self) -> str:
        """The sentence and the most chosen indicators."""
        lines = [f"  NI {row.ni}: at least {row.chosen} areas" for row in self.frame.head(self.top).itertuples()]
        return "\n".join([self.sentence(), *lines])


def concentration(
    counts: pd.Series, top: int, of_indicators: int, most: int, total: tuple[int, int]
) -> tuple[float, float]:
    """Bounds of the share of all choices that the most chosen took, where only some counts are known.

    Parameters
    ----------
    counts : known counts, each a lower bound of the true one.
    top : how many of the most chosen to look at.
    of_indicators : how many there were to choose from.
    most : the highest count any can have.
    total : least and greatest number of all choices.

    Returns
    -------
    Lower and upper bound, 0 to 1. The lower one takes the known counts as they are and the greatest total; the upper
    one lets every indicator among the top have the highest count that the total leaves room for.

    Raises
    ------
    NotEnoughDataError
        If fewer counts are known than are looked at.
    LocalgovError
        If the bounds given cannot hold together.
    """
    if len(counts) < top:
        raise NotEnoughDataError(f"{len(counts)} counts are known; expected at least the {top} that are looked at")
    least, greatest = total
    ranked = counts.sort_values(ascending=False)
    if least > greatest or ranked.sum() > greatest or ranked.iloc[0] > most or of_indicators < len(counts):
        raise LocalgovError(
            f"counts of {int(ranked.sum())} in all and {int(ranked.iloc[0])} at most do not fit a total of {least} to "
            f"{greatest} and a highest count of {most}"
        )
    lowest = float(ranked.head(top).sum()) / greatest
    # What is known of the others is taken by them and cannot be the top's as well.
    spoken_for = float(ranked.iloc[top:].sum())
    highest = max(
        min(top * most, whole - spoken_for) / whole for whole in {max(least, float(ranked.sum())), float(greatest)}
    )
    return lowest, min(1.0, highest)


def indicator_concentration(top: int = 10, catalogue: Catalogue | None = None) -> Concentration:
    """How alike the 150 areas of 2008 chose their designated indicators.

    Parameters
    ----------
    top : how many of the most chosen to look at.

    Notes
    -----
    Only some counts were published. The number of all choices lies between the targets that ended in 2010 and the
    number of areas times the most that one could have; no indicator was chosen more often than the one that sources
    name as the most chosen.
    """
    book = catalogue or default()
    chosen = book.load("indicator_choices")
    chosen = chosen[(chosen["scope"] == "England") & (chosen["measure"] == "areas_choosing")]
    chosen = chosen[(chosen["ni"].str.len() == 1) & chosen["preferred"].fillna(False).astype(bool)]
    counts = chosen["times_chosen"].fillna(chosen["times_low"])
    chosen, counts = chosen[counts.notna()], counts[counts.notna()].astype(int)
    if counts.empty:
        raise NotEnoughDataError("for no indicator is it known how many areas chose it")
    money = book.load("partnership_money")
    number = {
        key: money[money["series"] == key]
        for key in (
            "national_indicators",
            "statutory_local_area_agreements_most_designated_targets",
            "statutory_local_area_agreements_targets_ended",
        )
    }
    for key, rows in number.items():
        if rows.empty:
            raise NotEnoughDataError(f"{key} is not in partnership_money")
    indicators, most_each, ended = (int(rows["value"].iloc[0]) for rows in number.values())
    areas = len(book.load("laa_areas"))
    indexed = counts.set_axis([int(cell[0]) for cell in chosen["ni"]])
    total = (ended, areas * most_each)
    lowest, highest = concentration(indexed, top, indicators, int(indexed.max()), total)
    import pandas as pd

    titles = book.load("national_indicators")
    named = {int(row.ni): row.title for row in titles.itertuples() if isinstance(row.title, str)}
    frame = pd.DataFrame({"ni": indexed.index, "chosen": indexed.to_numpy()})
    frame = frame.assign(title=[named.get(ni, "") for ni in frame["ni"]]).sort_values("chosen", ascending=False)
    evidence = Evidence.of(chosen, *number.values())
    return Concentration(top, indicators, frame.reset_index(drop=True), lowest, highest, top / indicators, evidence)


def by_regime(catalogue: Catalogue | None = None) -> tuple[pd.DataFrame, Evidence]:
    """How many targets or indicators each regime laid on an area, or on the country.

    Returns
    -------
    One row a published number: ``regime``, ``number``, ``unit``, ``year``, ``what``; and the rows used. They count
    different things and are set side by side, never added.
    """
    import pandas as pd

    money = (catalogue or default()).load("partnership_money")
    records, used = [], []
    for regime, key in REGIMES:
        rows = money[(money["series"] == key) & money["preferred"].fillna(False).astype(bool)]
        for row in rows.drop_duplicates("value").itertuples():
            when = row.period if isinstance(row.period, str) else row.date
            records.append(
                {"regime": regime, "number": row.value, "unit": row.unit, "year": str(when)[:4], "what": row.what}
            )
        used.append(rows)
    if not records:
        raise NotEnoughDataError("partnership_money has no numbers of targets")
    return pd.DataFrame(records).set_index("regime"), Evidence.of(pd.concat(used))


@dataclass(frozen=True, eq=False)
class MoneyAttached:
    """A sum of partnership money beside the people and the spending it was meant to move.

    Attributes
    ----------
    key, geography : the series of ``partnership_money`` and where it holds.
    frame : one row a financial year: ``value`` (GBP million), ``people``, ``per_head`` (GBP), ``spending`` (GBP
        million, all local authority spending of the same geography) and ``share`` of it, empty where not known.
    evidence : the rows used.
    """

    key: str
    geography: str
    frame: pd.DataFrame
    evidence: Evidence

    def to_frame(self) -> pd.DataFrame:
        """One row a year."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The most a head, and the share of spending where it is known."""
        most = self.frame["per_head"].astype(float).idxmax()
        said = f"{self.key.replace('_', ' ').capitalize()}: at most £{self.frame.loc[most, 'per_head']:.2f} a head ({most})"
        known = self.frame[self.frame["share"].notna()]
        if known.empty:
            return f"{said}; local spending in {self.geography} is not known for these years."
        shares = [f"{row.share:.2%} of local spending in {year}" for year, row in known.iterrows()]
        return f"{said}; {', '.join(shares)}."

    def summary(self) -> str:
        """The sentence and the figures."""
        return f"{self.sentence()}\n{self.frame.to_string(na_rep='')}"


def money_attached(
    key: str, spending: str = "england_local_authority_total_expenditure", catalogue: Catalogue | None = None
) -> MoneyAttached:
    """A sum of partnership money a year, per head and as a share of local spending.

    Parameters
    ----------
    key : a series of ``partnership_money`` in GBP million a financial year.
    spending : the series of local spending to set it against; of the same geography.

    Raises
    ------
    UnknownNameError
        If there is no such sum.
    LocalgovError
        If it is in another unit, or geographies differ.
    NotEnoughDataError
        If it has no yearly value, or no population is known for its years.
    """
    book = catalogue or default()
    money = book.load("partnership_money")
    rows = money[(money["series"] == key) & money["preferred"].fillna(False).astype(bool)]
    if rows.empty:
        raise UnknownNameError("sum of partnership money", key, set(money["series"]))
    units, places = set(rows["unit"]), set(rows["geography"])
    if units != {"GBP million"}:
        raise LocalgovError(f"{key} is in {', '.join(sorted(units))}; expected GBP million")
    yearly = rows[rows["period"].notna() & (rows["period"].str.len() == 7)]
    if yearly.empty:
        raise NotEnoughDataError(f"{key} has no value for a single financial year")
    whole = long_series.series(spending, catalogue=book)
    if places != {whole.geography} or places != {"England"}:
        raise LocalgovError(
            f"{key} is for {', '.join(sorted(places))}, {spending} for {whole.geography}; expected England for both"
        )
    scale = {"GBP million": 1.0, "GBP": 1e-6}[whole.unit]
    spent = {when: scale * value for when, value in zip(whole.frame["when"], whole.frame["value"], strict=True)}
    people = long_series.series("england_population_midyear", catalogue=book)
    heads = dict(zip(people.frame["year"], people.frame["value"], strict=True))
    import pandas as pd

    records = []
    for row in yearly.sort_values("period").itertuples():
        # The people of mid-2008 are those of the financial year 2008/09.
        number = heads.get(int(row.period[:4]))
        if number is None:
            raise NotEnoughDataError(f"no population of England is known for {row.period}")
        records.append(
            {
                "period": row.period,
                "value": row.value,
                "people": number,
                "per_head": 1e6 * row.value / number,
                "spending": spent.get(row.period),
                "share": row.value / spent[row.period] if row.period in spent else None,
            }
        )
    frame = pd.DataFrame(records).set_index("period")
    used = whole.frame[whole.frame["when"].isin(frame.index)]
    counted = people.frame[people.frame["year"].isin([int(period[:4]) for period in frame.index])]
    return MoneyAttached(key, "England", frame, Evidence.of(yearly, used, counted))
