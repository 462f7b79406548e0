"""Areas in groups: did a national indicator move differently by kind of area or by deprivation?

Groups are what the areas were, or chose, and not what they were given by lot: a difference says how they moved, never
what being in a group did to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.models.words import between, p_text, shown
from localgov_history.registry import type_words
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

GROUPINGS = {
    "type": "kind of area",
    "deprivation": "third of areas by mean score of the index of deprivation 2007",
    "renewal_fund": "areas with and without the Neighbourhood Renewal Fund of 2001",
    "chosen": "areas that chose the indicator as a target and others",
}
THIRDS = ("least deprived third", "middle third", "most deprived third")
LEAST_AREAS = 5
# Errors by area hold for many areas; 20 to 50 are few (Cameron and Miller 2015).
FEW_CLUSTERS = 40
# An area whose mean lies more than so many interquartile ranges from the median of all is named.
FAR = 5.0
NOT_BY_LOT = "The groups were not chosen at random: a difference between them is no effect of belonging to one."


@dataclass(frozen=True, eq=False)
class Areas:
    """Yearly change of an indicator in groups of areas.

    Attributes
    ----------
    ni, unit, by : the indicator, its unit, and the grouping (a key of `GROUPINGS`).
    years : first and last year.
    frame : one row a group: ``group``, ``areas``, ``first`` and ``last`` (mean over areas, each counted once), ``change`` (a
        year, by a straight line), ``error``, ``lower``, ``upper``; ``difference`` of the change from the first group's with
        ``difference_lower``, ``difference_upper`` and ``p``, empty for the first.
    equal : F, its degrees of freedom above and below, and p-value of the test that all groups changed alike.
    level : level of the intervals.
    left_out : how many areas are in no group or lack a year, by reason.
    evidence : the rows used.
    notes : what a reader must know.
    """

    ni: int
    unit: str
    by: str
    years: tuple[int, int]
    frame: pd.DataFrame
    equal: tuple[float, int, int, float]
    level: float
    left_out: dict[str, int]
    evidence: Evidence
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a group."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The yearly change of each group, the test that they are alike, and what it cannot say."""
        parts = [
            f"{row.group} {shown(row.change)} ({between(row.lower, row.upper, self.level)}; {counted(row.areas, 'area')})"
            for row in self.frame.itertuples()
        ]
        statistic, above, below, p = self.equal
        return (
            f"NI {self.ni} ({self.unit.replace('_', ' ')}), change a year {self.years[0]}–{self.years[1]}: {listing(parts)}; "
            f"that all changed alike: F {shown(statistic)} on {above} and {below}, {p_text(p)}. {' '.join(self.notes)}"
        )

    def summary(self) -> str:
        """The sentence, first and last means, and the areas left out."""
        rows = [f"  {row.group}: mean {shown(row.first)}, then {shown(row.last)}" for row in self.frame.itertuples()]
        lost = [f"  {counted(number, 'area')} left out: {why}." for why, number in self.left_out.items() if number]
        return "\n".join([self.sentence(), *rows, *lost])

    def __repr__(self) -> str:
        return self.summary()


def areas(
    ni: int = 186,
    by: str = "type",
    years: tuple[int, int] = (2005, 2010),
    without: Sequence[str] = (),
    level: float = 0.95,
    catalogue: Catalogue | None = None,
) -> Areas:
    """Yearly change of a national indicator in groups of the areas of local area agreements.

    Parameters
    ----------
    ni : number of the indicator; it needs values of the areas in every year.
    by : ``type``, ``deprivation`` (thirds by the mean score of small areas, index of 2007), ``renewal_fund`` or
        ``chosen`` (only where whole lists of targets are held).
    years : first and last.
    without : names of areas to leave out, such as the City of London, where few live and many work.
    level : level of the intervals, 0 to 1.

    Raises
    ------
    UnknownNameError
        If the grouping or an area to leave out is not known.
    LocalgovError
        If values are in several units or of several sorts.
    NotEnoughDataError
        If the tables cannot carry the grouping: fewer than two groups of five areas with a value in every year.

    Notes
    -----
    Each group has a straight line of its own, fitted by least squares over areas and years; errors are clustered by area
    (Liang and Zeger 1986, with the usual small-sample factor), on t with areas − 1 degrees of freedom. Each area counts
    once, however many live there.
    """
    import numpy as np
    import pandas as pd
    import statsmodels.api as sm
    from scipy import stats

    if by not in GROUPINGS:
        raise UnknownNameError("grouping of areas", by, GROUPINGS)
    if years[0] >= years[1]:
        raise LocalgovError(f"years {years[0]} to {years[1]} are no span; expected the earlier first")
    without = (without,) if isinstance(without, str) else tuple(without)
    book = catalogue or default()
    values = _values(ni, years, book)
    known = book.load("laa_areas")
    for area in without:
        if area not in set(known["area"]):
            raise UnknownNameError("area of a local area agreement", area, set(known["area"]))
    groups = _groups(by, ni, known, book)
    wanted = years[1] - years[0] + 1
    number = values.groupby("laa_area")["year"].nunique()
    partly = number.index[number < wanted]
    values = values[~values["laa_area"].isin([*partly, *without])]
    ungrouped = set(values["laa_area"]) - set(groups.index)
    values = values.assign(group=values["laa_area"].map(groups)).dropna(subset=["group"])
    sizes = values.groupby("group", observed=True)["laa_area"].nunique()
    small = sizes.index[sizes < LEAST_AREAS]
    left_out = {
        f"without a value in every year {years[0]}–{years[1]}": len(set(known["area"]) - set(number.index))
        + len(partly),
        "in no group that is known": len(ungrouped),
        f"as asked ({listing(list(without))})": len(without),
        f"in groups of fewer than {LEAST_AREAS} ({listing(list(map(str, small)))})": int(sizes[small].sum()),
    }
    values = values[~values["group"].isin(small)]
    names = [
        name
        for name in (THIRDS if by == "deprivation" else sorted(sizes.index))
        if name not in set(small) and name in sizes
    ]
    if len(names) < 2:
        have = listing([f"{name} {sizes[name]}" for name in sizes.index]) or "none"
        raise NotEnoughDataError(
            f"areas with NI {ni} in every year {years[0]}–{years[1]}, as {GROUPINGS[by]}: {have}; expected two groups of "
            f"{LEAST_AREAS} or more"
        )
    time = values["year"].to_numpy(float) - years[0]
    member = np.column_stack([(values["group"] == name).to_numpy(float) for name in names])
    clusters = pd.factorize(values["laa_area"])[0]
    design = np.column_stack([member, member * time[:, None]])
    fit = sm.OLS(values["value"].to_numpy(float), design).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": True, "df_correction": True}, use_t=True
    )
    below, width = int(clusters.max()), len(names)
    reach = float(stats.t.ppf(0.5 + level / 2, below))
    slopes, covariance = fit.params[width:], fit.cov_params()[width:, width:]
    errors = np.sqrt(np.diag(covariance))
    contrast = np.column_stack([-np.ones(width - 1), np.eye(width - 1)])
    apart = contrast @ slopes
    apart_covariance = contrast @ covariance @ contrast.T
    apart_errors = np.sqrt(np.diag(apart_covariance))
    statistic = float(apart @ np.linalg.solve(apart_covariance, apart)) / (width - 1)
    ends = [values[values["year"] == year].groupby("group", observed=True)["value"].mean() for year in years]
    first_empty = np.concatenate([[np.nan], np.ones(width - 1)])
    padded, padded_errors = (
        np.concatenate([[0.0], apart]) * first_empty,
        np.concatenate([[0.0], apart_errors]) * first_empty,
    )
    frame = pd.DataFrame(
        {
            "group": names,
            "areas": [int(sizes[name]) for name in names],
            "first": [float(ends[0][name]) for name in names],
            "last": [float(ends[1][name]) for name in names],
            "change": slopes,
            "error": errors,
            "lower": slopes - reach * errors,
            "upper": slopes + reach * errors,
            "difference": padded,
            "difference_lower": padded - reach * padded_errors,
            "difference_upper": padded + reach * padded_errors,
            "p": 2 * stats.t.sf(np.abs(padded / padded_errors), below),
        }
    )
    equal = (statistic, width - 1, below, float(stats.f.sf(statistic, width - 1, below)))
    notes = [NOT_BY_LOT]
    notes += _far(values)
    if by in ("type", "deprivation"):
        notes.append("Other things that the areas differ in are not held equal.")
    fewest = min(frame["areas"])
    if fewest < FEW_CLUSTERS:
        notes.append(
            f"The smallest group has {counted(fewest, 'area')}: its errors, which hold for many areas, are rough."
        )
    if set(values["comparability"]) != {"published_ni"}:
        notes.append(
            "The values are a later estimate of the same thing, not those published for the indicator at the time."
        )
    grouped = known[known["area"].isin(set(values["laa_area"]))]
    evidence = Evidence.of(values, grouped)
    return Areas(ni, values["unit"].iloc[0], by, years, frame, equal, level, left_out, evidence, tuple(notes))


def _far(values: pd.DataFrame) -> list[str]:
    """A note on areas whose values lie far from all others, if there are any."""
    means = values.groupby("laa_area")["value"].mean()
    middle, spread = means.median(), means.quantile(0.75) - means.quantile(0.25)
    far = means[(means - middle).abs() > FAR * spread]
    if far.empty:
        return []
    named = listing([f"{name} (mean {shown(value)})" for name, value in far.items()])
    return [f"{named} {'stands' if len(far) == 1 else 'stand'} far from the others (median {shown(middle)})."]


def _values(ni: int, years: tuple[int, int], book: Catalogue) -> pd.DataFrame:
    """One value an area of an agreement and year."""
    table = book.load("indicator_values")
    numbers = sorted({str(number) for number in table["ni"].dropna()})
    rows = table[(table["ni"] == ni) & table["preferred"].fillna(False).astype(bool) & table["laa_area"].notna()]
    if not (table["ni"] == ni).any():
        raise UnknownNameError("national indicator with values", ni, numbers)
    year = rows["date_earliest"].fillna(rows["period_earliest"]).dt.year
    rows = rows.assign(year=year).dropna(subset=["year", "value"])
    rows = rows[rows["year"].between(*years)]
    held = sorted(set(rows["year"].astype(int)))
    if len(held) < years[1] - years[0] + 1:
        have = listing(list(map(str, held))) or "no year"
        raise NotEnoughDataError(f"NI {ni} has values of areas in {have}; expected every year {years[0]}–{years[1]}")
    for column in ("unit", "comparability"):
        if rows[column].nunique() > 1:
            raise LocalgovError(
                f"values of NI {ni} are of several {column}: {listing(sorted(rows[column].unique()))}; expected one"
            )
    if rows.duplicated(["laa_area", "year"]).any():
        raise LocalgovError(
            f"an area has more than one value of NI {ni} in a year; expected the areas of agreements once each"
        )
    return rows


def _groups(by: str, ni: int, known: pd.DataFrame, book: Catalogue) -> pd.Series:
    """The group of each area that has one, by name of the area."""
    import pandas as pd

    rows = known.set_index("area")
    if by == "type":
        return rows["type"].dropna().map(type_words)
    if by == "deprivation":
        score = rows["imd2007_mean_lsoa_score"].dropna()
        edges = score.quantile([third / len(THIRDS) for third in range(len(THIRDS) + 1)])
        if edges.nunique() < len(edges):
            raise NotEnoughDataError(
                f"the deprivation scores of {counted(len(score), 'area')} cannot be parted in thirds"
            )
        return pd.qcut(score, len(THIRDS), labels=list(THIRDS)).astype(str)
    if by == "renewal_fund":
        held = rows["nrf_2001_06"].dropna().astype(bool)
        return held.map({True: "with the fund", False: "without it"})
    targets = book.load("laa_targets")
    whole = targets[targets["list_complete"].fillna(False).astype(bool)]
    areas_whole = sorted(set(whole["area"]))
    if not areas_whole:
        raise NotEnoughDataError(
            f"a whole list of targets is held for none of {len(rows)} areas, so which did not choose NI {ni} is not known; "
            "expected whole lists (laa_targets.list_complete)"
        )
    chose = set(whole.loc[(whole["ni"] == ni) & whole["designated"].fillna(False).astype(bool), "area"])
    return pd.Series({area: "chose it" if area in chose else "did not" for area in areas_whole})
