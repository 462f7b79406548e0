"""The 150 areas of the local area agreements: which councils lie in each, where it is, and what the tables say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.sources import Evidence

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.registry import Lineage

# The day on which the agreements of 2008 found the councils as they were.
AGREED = "2008-04-01"
# The kit tells the story to this year.
LAST_YEAR = 2012
# Every area has a statutory agreement; rows of it by area say only who took part in its trial.
COMMON_PROGRAMME = "statutory_local_area_agreements"
# The measure of carbon dioxide a head, the one indicator with values of several years for nearly all areas.
CARBON = 186
_POINTS = "upper_tier_2019"
_INNER = "metropolitan_borough"


def region_words(region: str) -> str:
    """A region with the article that its name takes: ``the South West``, ``London``."""
    return region if region.startswith(("London", "Yorkshire")) else f"the {region}"


@dataclass(frozen=True, eq=False)
class Area:
    """One area of the local area agreements of 2008.

    Attributes
    ----------
    name, authority_key, type, region : as in ``laa_areas``.
    districts : the districts within it in 2008, where it is a county.
    row : its row of ``laa_areas``, as a frame.
    book : the catalogue it comes from.
    """

    name: str
    authority_key: str
    type: str
    region: str
    districts: tuple[str, ...]
    row: pd.DataFrame
    book: Catalogue

    @property
    def people(self) -> int | None:
        """Population at mid-2008, or None."""
        return _whole(self.row["population_mid_2008"].iloc[0])

    @property
    def rank(self) -> int | None:
        """Rank by deprivation in 2007 among all areas, 1 the most deprived, or None."""
        return _whole(self.row["imd2007_rank_of_150"].iloc[0])

    @property
    def region_words(self) -> str:
        """Its region with the article that the name takes: ``the South West``, ``London``."""
        return region_words(self.region)

    @cached_property
    def family(self) -> Lineage:
        """The authorities before and after its council."""
        from localgov_history import registry

        return replace(registry.lineage(self.authority_key, catalogue=self.book), place=self.name)

    @property
    def own_names(self) -> frozenset[str]:
        """The area and the districts within it."""
        return frozenset({self.name, *self.districts})


def names(catalogue: Catalogue | None = None) -> list[str]:
    """The areas, in order of name."""
    return sorted(str(name) for name in (catalogue or default()).columns("laa_areas", False)["area"])


def area(name: str, catalogue: Catalogue | None = None) -> Area:
    """The area of this name.

    Raises
    ------
    UnknownNameError
        If there is none, with the nearest.
    """
    book = catalogue or default()
    frame = book.load("laa_areas")
    row = frame[frame["area"] == name]
    if row.empty:
        raise UnknownNameError("area of a local area agreement", name, frame["area"])
    found = row.iloc[0]
    inside = _inside(name, found["authority_key"], book) if found["type"].endswith("county") else ()
    return Area(name, found["authority_key"], found["type"], found["region"], inside, row, book)


def _inside(name: str, key: str, book: Catalogue) -> tuple[str, ...]:
    """The districts of a county in 2008. Those of a county made since 1974 stand under the one it came from."""
    districts = _districts(book)
    if name not in set(districts["county"]):
        links = book.load("authority_changes")
        before = links.loc[links["successor_key"] == key, "predecessor_key"]
        register = book.load("authorities")
        counties = register["authority_key"].isin(before) & (register["type"] == "non_metropolitan_county")
        return tuple(districts.loc[districts["county"].isin(register.loc[counties, "name"]), "name"])
    return tuple(districts.loc[districts["county"] == name, "name"])


def _districts(book: Catalogue) -> pd.DataFrame:
    """The districts of the shires in being when the agreements were made."""
    import pandas as pd

    day = pd.Timestamp(AGREED)
    every = book.load("authorities")
    every = every[every["type"] == "non_metropolitan_district"]
    there = (every["start_latest"] <= day) & (every["end_earliest"].isna() | (every["end_earliest"] >= day))
    return every[there].sort_values("name")


def populations(place: Area, first: int = 1889, last: int = LAST_YEAR) -> pd.DataFrame:
    """Population of the area and of the authorities that went into it whole, each on a geography of its own.

    Returns
    -------
    One row a year and geography: ``line`` (which geography, in words), ``own`` (True for the area of the agreement
    itself), ``year``, ``population``, ``measured`` (False for a figure on a straight line between others), and the
    columns of evidence. Lines are never to be joined. Where the area is a county, its own line is the sum of the
    later districts that make it up, and only if they add up to its population of 2008.
    """
    import pandas as pd

    from localgov_history import registry

    people = place.book.load("area_population")
    year = people["date_earliest"].dt.year
    people = people.assign(year=year, measured=~people["interpolated"].fillna(False).astype(bool))
    chosen = people["preferred"].fillna(True).astype(bool) & people["population"].notna()
    people = people[chosen & year.between(first, last)]
    parts = _later_parts(place, people)
    found = [_summed(place, parts)] if len(parts) else []
    family = place.family.bodies
    # Of a body that came to the council in part only, or only with its functions, most of the people lived elsewhere.
    links = place.family.links
    links = links[~links["part"].fillna(False).astype(bool) & (links["what"] != "functions")]
    whole = {*links["predecessor_key"], place.authority_key}
    before = family[(family["generation"] <= 0) & family["authority_key"].isin(whole)].set_index("authority_key")
    rest = people[people["authority_key"].isin(before.index) & (people["area_scheme"] != "lad_2023")]
    for (key, scheme), rows in rest.groupby(["authority_key", "area_scheme"], sort=False):
        body = before.loc[key]
        kind = "" if body["type"] == "sui_generis" else f" {registry.type_words(body['type'])}"
        line = f"{body['name']}{kind}, {_SCHEMES.get(scheme, scheme)}"
        found.append(rows.assign(line=line, own=False))
    if not found:
        raise NotEnoughDataError(f"no population is known for {place.name} or the authorities before it")
    every = pd.concat(found)
    return every.sort_values(["own", "line", "year"], ascending=[False, True, True]).reset_index(drop=True)


# How a geography of ``area_population`` is told in a legend.
_SCHEMES = {
    "administrative_county": "census",
    "county_borough": "census",
    "lad_1971": "area of 1971",
    "county_1981": "county of 1981",
}


def _later_parts(place: Area, people: pd.DataFrame) -> pd.DataFrame:
    """Rows of the districts of 2023 that make up the area, if they add up to its population; else none."""
    later = people[people["area_scheme"] == "lad_2023"]
    successors = tuple(place.row["successor_2009"].iloc[0])
    districts = _districts(place.book)
    inside = tuple(districts.loc[districts["name"].isin(place.districts), "authority_key"])
    known = set(later["authority_key"])
    onward = _onward(known, place.book)
    since = tuple(key for own in inside for key in ((own,) if own in known else onward.get(own, ())))
    for keys in ((place.authority_key,), successors, inside, since, onward.get(place.authority_key, ())):
        rows = later[later["authority_key"].isin(keys)]
        if place.people and rows.loc[rows["year"] == 2008, "population"].sum() == place.people:
            return rows
    return later[later["authority_key"] == place.authority_key]


def _summed(place: Area, parts: pd.DataFrame) -> pd.DataFrame:
    """Sums by year of the parts of an area, the evidence of all of them kept."""
    import pandas as pd

    several = parts["authority_key"].nunique()
    whole = parts[parts.groupby("year")["year"].transform("size") == several].sort_values("year", kind="stable")
    by_year = whole.groupby("year")
    cited = [tuple(dict.fromkeys(key for cell in cells for key in cell)) for _, cells in by_year["source_key"]]
    line = f"{place.name}, area of 2008" + (f" (sum of {several} later councils)" if several > 1 else "")
    years = whole.drop_duplicates("year")
    return years.assign(
        population=by_year["population"].sum().to_numpy(),
        measured=by_year["measured"].all().to_numpy(),
        source_key=pd.Series(cited, index=years.index, dtype=object),
        line=line,
        own=True,
    )


def positions(catalogue: Catalogue | None = None) -> pd.DataFrame:
    """A point for each area, indexed by name: ``latitude`` and ``longitude`` in degrees.

    Notes
    -----
    Points are those of councils of 2019. An area that was divided or merged since has the mean of the points of the
    councils that took it over, so Bournemouth and Poole have the same one.
    """
    book = catalogue or default()
    points = book.load("area_centroids")
    points = points[points["scheme"] == _POINTS].set_index("authority_key")
    pairs = [(name, key) for name, keys in _standing_for(set(points.index), book).items() for key in keys]
    mine = points.loc[[key for _, key in pairs], ["latitude", "longitude"]]
    return mine.groupby([name for name, _ in pairs]).mean()


def _standing_for(known: set[str], book: Catalogue) -> dict[str, tuple[str, ...]]:
    """The councils of a later list that stand for each area: itself, its successors of 2009, or those of later years."""
    onward = _onward(known, book)
    titles = book.load("authorities").set_index("authority_key")["name"]
    found: dict[str, tuple[str, ...]] = {}
    for row in book.load("laa_areas").itertuples():
        later = onward.get(row.authority_key, ())
        # Of several later councils the one that kept the name has most of the area.
        namesake = tuple(key for key in later if titles.get(key) == row.area)
        choices = ((row.authority_key,), row.successor_2009, namesake, later)
        standing = next((tuple(keys) for keys in choices if keys and set(keys) <= known), ())
        if standing:
            found[row.area] = standing
    return found


def _onward(known: set[str], book: Catalogue) -> dict[str, tuple[str, ...]]:
    """The councils among those known that took over the area of each other one."""
    links = book.load("authority_changes")
    links = links[links["successor_key"].isin(known) & (links["what"] != "functions")]
    links = links[links["predecessor_key"].notna()]
    found: dict[str, dict[str, None]] = {}
    for before, after in zip(links["predecessor_key"], links["successor_key"], strict=True):
        found.setdefault(before, {})[after] = None
    return {before: tuple(after) for before, after in found.items()}


def nearest(place: Area, count: int = 5) -> pd.DataFrame:
    """The areas whose points lie nearest, nearest first.

    Returns
    -------
    One row an area: ``area`` and ``kilometres`` along a great circle (haversine formula, Sinnott 1984).

    Raises
    ------
    NotEnoughDataError
        If the area has no point.
    """
    import numpy as np

    points = positions(place.book)
    if place.name not in points.index:
        raise NotEnoughDataError(f"{place.name} has no point on the map")
    here = np.radians(points.loc[place.name].to_numpy(dtype=float))
    there = np.radians(points.to_numpy(dtype=float))
    half = np.sin((there - here) / 2) ** 2
    chord = half[:, 0] + np.cos(here[0]) * np.cos(there[:, 0]) * half[:, 1]
    kilometres = 2 * 6371.0 * np.arcsin(np.sqrt(chord))
    frame = points.assign(kilometres=kilometres).drop(index=place.name).sort_values("kilometres", kind="stable")
    return frame[["kilometres"]].head(count).rename_axis("area").reset_index()


def programmes(place: Area) -> pd.DataFrame:
    """The partnership programmes in which the area, or a council in it, took part.

    Returns
    -------
    Rows of ``programme_areas`` with ``programme`` (its name), ``through`` (the district or the wider group, empty where
    it is the area itself) and ``money``, oldest first.
    """
    frame = place.book.load("programme_areas")
    frame = frame.loc[[bool(place.own_names & {row.area, *row.members}) for row in frame.itertuples()]]
    frame = frame[frame["took_part"].fillna(True).astype(bool)]
    titles = place.book.load("programmes").set_index("programme_key")["name"]
    money = place.book.load("programme_area_money")
    money = money[money["area_key"].isin(frame["area_key"]) & money["preferred"].fillna(True).astype(bool)]
    said = {key: _money(rows) for key, rows in money.groupby("area_key")}
    through = ["" if row.area == place.name else str(row.area) for row in frame.itertuples()]
    # A group that is named as its one member by another name is the area itself.
    through = [
        "" if row.members == (place.name,) else by for by, row in zip(through, frame.itertuples(), strict=True)
    ]
    return (
        frame.assign(
            programme=[titles.get(key, key.replace("_", " ")) for key in frame["programme_key"]],
            through=through,
            money=[said.get(key, "") for key in frame["area_key"]],
        )
        .sort_values(["start_earliest", "programme", "through"])
        .reset_index(drop=True)
    )


def _money(rows: pd.DataFrame) -> str:
    """Sums of one area in one programme, in words; a sum of years that is printed stands for them."""
    rows = rows[rows["unit"] == "GBP million"]
    totals = rows[rows["period"].isna() & rows["what"].isin(("grant_total", "allocation_of_three_years"))]
    yearly = rows[rows["period"].notna() & rows["what"].isin(("grant", "allocation"))].sort_values("period")
    if len(totals):
        row = totals.iloc[0]
        return f"£{row['value']:.2f}m in {row['date_earliest'].year}–{row['date_latest'].year % 100:02d}"
    if len(yearly) == 0:
        return ""
    periods = list(yearly["period"])
    span = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
    few = f" ({len(periods)} years)" if len(periods) > 1 else ""
    return f"£{yearly['value'].sum():.2f}m in {span}{few}"


def joint_working(place: Area) -> pd.DataFrame:
    """The joint arrangements in which the area or a district in it took part: rows of ``joint_working`` in order of
    their start, or of the day on which they are known to have been there."""
    frame = place.book.load("joint_working")
    frame = frame[frame["status"] == "formed"]
    frame = frame.loc[[bool(place.own_names & set(members)) for members in frame["members"]]]
    at = frame["start_earliest"].fillna(frame["attested_earliest"])
    return frame.assign(at=at).sort_values(["at", "name"]).reset_index(drop=True)


def designated(place: Area) -> pd.DataFrame:
    """The zones and quangos of ``designated_areas`` that the sources place in the area, in order of their start.

    Notes
    -----
    A row belongs to an area if the source names the area, or a district in it, as its council; where the source names
    no council, if the name of the zone does. The region must agree.
    """
    frame = place.book.load("designated_areas")
    frame = frame[frame["country"] == "England"]
    names_of = _Names(place.book)
    mine = [
        bool(
            place.own_names
            & names_of.within(row.authority if isinstance(row.authority, str) else row.name_, row.region)
        )
        and (_same_region(row.region, place.region) or not isinstance(row.region, str))
        for row in frame.rename(columns={"name": "name_"}).itertuples()
    ]
    return frame.loc[mine].sort_values(["start_earliest", "name"]).reset_index(drop=True)


class _Names:
    """Finds the names of areas and districts in the words of a source."""

    def __init__(self, book: Catalogue) -> None:
        self.regions = dict(book.load("laa_areas")[["area", "region"]].itertuples(index=False))
        districts = _districts(book)["name"]
        every = sorted({*self.regions, *districts}, key=len, reverse=True)
        self.pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, every)) + r")(?!\w)")

    def within(self, words: str, region: object) -> set[str]:
        """The names that stand in the words; if none does, the one area of the region that they shorten."""
        found = set(self.pattern.findall(words))
        if found:
            return found
        short = re.escape(words)
        like = re.compile(rf"{short}(?!\w)|.* upon {short}$")
        near = [name for name, its in self.regions.items() if _same_region(region, its) and like.match(name)]
        return set(near) if len(near) == 1 else set()


def _same_region(printed: object, region: str) -> bool:
    return isinstance(printed, str) and printed.lower() == region.lower()


def indicators(place: Area) -> pd.DataFrame:
    """Values of national indicators for the area beside those of all areas.

    Returns
    -------
    One row a value of the area: ``ni``, ``title`` (empty where it was not read), ``year``, ``value``, ``unit``,
    ``comparability``, ``region_median`` and ``england_median`` (of the areas with a value; the second is empty where
    only one region has any), ``areas`` (how many have one), and the columns of evidence.
    """
    frame = place.book.load("indicator_values")
    frame = frame[frame["laa_area"].notna() & frame["preferred"].fillna(True).astype(bool)]
    year = frame["date_earliest"].fillna(frame["period_earliest"]).dt.year
    frame = frame.assign(year=year)
    frame = frame[frame["year"] <= LAST_YEAR]
    regions = dict(place.book.load("laa_areas")[["area", "region"]].itertuples(index=False))
    frame = frame.assign(its_region=frame["laa_area"].map(regions))
    titles = place.book.load("national_indicators").set_index("ni")["title"]
    groups = frame.groupby(["ni", "year", "comparability"])["value"]
    local = frame[frame["its_region"] == place.region].groupby(["ni", "year", "comparability"])["value"].median()
    wide = frame.groupby(["ni", "year", "comparability"])["its_region"].nunique() > 1
    medians, counts = groups.median().where(wide), groups.size()
    mine = frame[frame["laa_area"] == place.name].sort_values(["ni", "year"])
    keys = list(zip(mine["ni"], mine["year"], mine["comparability"], strict=True))
    return mine.assign(
        title=[titles.get(ni, "") for ni in mine["ni"]],
        region_median=[local.get(key) for key in keys],
        england_median=[medians.get(key) for key in keys],
        areas=[counts.get(key) for key in keys],
    ).reset_index(drop=True)


def housebuilding_county(place: Area) -> str:
    """The county of 1981, or part of London, in which the area lies; empty if not known."""
    counties = place.book.load("council_housebuilding").drop_duplicates("county_1981")
    own = set(counties["county_1981"])
    register = place.book.load("authorities").set_index("authority_key")
    if place.region == "London":
        family = place.family.bodies
        # The boroughs that came of those of the County of London, and the City, are Inner London.
        inner = _INNER in set(family["type"]) or place.type == "sui_generis"
        part = "Inner London" if inner else "Outer London"
        return part if part in own else ""
    county = register.loc[place.authority_key, "county"] if place.authority_key in register.index else ""
    links = place.book.load("authority_changes")
    before = links.loc[links["successor_key"] == place.authority_key, "predecessor_key"]
    # A county made since 1981 lies in the one it came from.
    earlier = [str(register.loc[key, "name"]) for key in before.dropna() if key in register.index]
    return next((str(name) for name in (county, *earlier) if name in own), "")


# What areas are set side by side on: the name of the measure with its unit, and how it is found.
PEOPLE = "People, mid-2008"
DEPRIVATION = "Deprivation score, 2007 (higher is worse)"
WORST = "Small areas among England’s most deprived tenth, %"
PROGRAMMES = "Partnership programmes known"
BEFORE = "Authorities since 1889 before its council"


def side_by_side(chosen: list[str], measures: tuple[str, ...], catalogue: Catalogue | None = None) -> SideBySide:
    """Areas on the same measures.

    Parameters
    ----------
    chosen : names of areas.
    measures : of `MEASURES`.

    Raises
    ------
    UnknownNameError
        If there is no such area or measure, with the nearest.
    """
    import pandas as pd

    book = catalogue or default()
    for measure in measures:
        if measure not in MEASURES:
            raise UnknownNameError("measure of areas", measure, MEASURES)
    records, used = [], Evidence()
    for name in chosen:
        place = area(name, book)
        used += Evidence.of(place.row)
        row = place.row.iloc[0]
        values: dict[str, object] = {
            PEOPLE: place.people,
            DEPRIVATION: row["imd2007_mean_lsoa_score"],
            WORST: row["imd2007_pct_lsoas_worst_decile"],
        }
        if CARBON_A_HEAD in measures:
            carbon = book.load("indicator_values")
            carbon = carbon[(carbon["ni"] == CARBON) & (carbon["date"] == str(CARBON_YEAR))]
            carbon = carbon[(carbon["laa_area"] == name) & carbon["preferred"].fillna(True).astype(bool)]
            values[CARBON_A_HEAD] = carbon["value"].iloc[0] if len(carbon) == 1 else None
            used += Evidence.of(carbon)
        if PROGRAMMES in measures:
            rows = programmes(place)
            rows = rows[rows["programme_key"] != COMMON_PROGRAMME]
            values[PROGRAMMES] = rows["programme_key"].nunique()
            used += Evidence.of(rows)
        if BEFORE in measures:
            before = place.family.bodies
            before = before[before["generation"] < 0]
            values[BEFORE] = len(before)
            used += Evidence.of(before)
        records += [{"area": name, "measure": measure, "value": values[measure]} for measure in measures]
    frame = pd.DataFrame(records)
    return SideBySide(frame.assign(value=pd.to_numeric(frame["value"]).astype(float)), used)


CARBON_YEAR = 2010
CARBON_A_HEAD = f"Carbon dioxide a head, {CARBON_YEAR}, tonnes"
MEASURES = (PEOPLE, DEPRIVATION, WORST, CARBON_A_HEAD, PROGRAMMES, BEFORE)


@dataclass(frozen=True, eq=False)
class SideBySide:
    """Areas on the same measures.

    Attributes
    ----------
    frame : one row an area and measure: ``area``, ``measure``, ``value`` (empty where not known).
    evidence : the rows used.
    """

    frame: pd.DataFrame
    evidence: Evidence

    def to_frame(self) -> pd.DataFrame:
        """One row an area and measure."""
        return self.frame.copy()

    def sentence(self) -> str:
        """Where each measure is least and most, of the areas with a value."""
        said = []
        for measure, rows in self.frame.groupby("measure", sort=False):
            known = rows[rows["value"].notna()].sort_values("value", kind="stable")
            if len(known) > 1 and known["value"].iloc[0] < known["value"].iloc[-1]:
                least, most = known.iloc[0], known.iloc[-1]
                said.append(
                    f"{measure}: from {least['area']} ({least['value']:,.4g}) to {most['area']} ({most['value']:,.4g})"
                    if most["value"] < 1000
                    else f"{measure}: from {least['area']} ({least['value']:,.0f}) to {most['area']} ({most['value']:,.0f})"
                )
        return "; ".join(said) + "." if said else "No measure is known to differ between these areas."

    def summary(self) -> str:
        """The sentence and the values."""
        wide = self.frame.pivot(index="area", columns="measure", values="value")
        return f"{self.sentence()}\n{wide.to_string(na_rep='')}"


def _whole(value: object) -> int | None:
    return None if value is None or str(value) in ("<NA>", "nan") else int(str(value))
