"""The register of authorities: who there was on a date, how many over time, where a place came from, and what
reorganisations did."""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import dates, figures, long_series, registry
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Missing, Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings.titles import or_say_why
from localgov_history.periods import periodisation
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing, yes

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.registry import Lineage, Register

LAST_YEAR = 2012
# More names than this would fill pages.
MOST_NAMES = 160
MOST_LINKS = 60
# Councils by the part they played, whatever they were called.
COUNTIES = ("administrative_county", "london_county", "metropolitan_county", "non_metropolitan_county")
ALONE = ("county_borough", "unitary")
LOCAL = (
    "municipal_borough",
    "urban_district",
    "rural_district",
    "metropolitan_borough",
    "london_borough",
    "metropolitan_district",
    "non_metropolitan_district",
    "sui_generis",
)
GROUPS = {
    "County councils": COUNTIES,
    "County boroughs and unitary authorities": ALONE,
    "Boroughs and districts": LOCAL,
}
# Reorganisations by the first and the last day on which councils changed.
REORGANISATIONS = (
    ("1889", "1889-01-01", "1889-04-01"),
    ("1894", "1894-12-28", "1894-12-28"),
    ("1965", "1965-04-01", "1965-04-01"),
    ("1974", "1974-04-01", "1974-04-01"),
    ("1986", "1986-04-01", "1986-04-01"),
    ("1995–98", "1995-04-01", "1998-04-01"),
    ("2009", "2009-04-01", "2009-04-01"),
)


def on(as_of: str, kind: str = "all", region: str = "all", catalogue: Catalogue | None = None) -> Register:
    """The authorities in being on a date; how complete the answer is stands in the result, not in a warning.

    Parameters
    ----------
    as_of : see `dates.as_of`.
    kind, region : a type of authority and a region, or ``all``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", registry.CoverageWarning)
        return registry.authorities(
            as_of,
            None if kind == registry.EVERY else kind,
            None if region == registry.EVERY else region,
            catalogue=catalogue,
        )


@or_say_why
def counts_table(found: Register, catalogue: Catalogue | None = None) -> Table:
    """How many of each class, beside how complete the register is for it."""
    import pandas as pd

    counts = found.counts()
    counts = counts[(counts["authorities"] > 0) | (counts["status"] != "none")]
    if counts.empty or found.frame.empty:
        raise NotEnoughDataError(f"the register has no authority {found.as_of}")
    cover = (catalogue or default()).load("register_coverage")
    frame = pd.DataFrame(
        {
            "Class": [
                capital(registry.type_words(kind, number))
                for kind, number in zip(counts["type"], counts["authorities"], strict=True)
            ],
            "Authorities": counts["authorities"],
            "Register": counts["status"],
            "What that means": counts["why"],
        }
    ).set_index("Class")
    most = counts.sort_values("authorities", ascending=False).iloc[0]
    whole = int(counts["authorities"].sum())
    title = (
        f"{capital(found.as_of)} the register has {counted(whole, 'authority', 'authorities')} of "
        f"{counted(len(counts), 'class', 'classes')}"
    )
    if len(counts) > 1:
        title += f"; most were {registry.type_words(most['type'], 2)} ({int(most['authorities']):,})"
    return Table(
        frame,
        title,
        "Complete: every authority of the class is in the register then. Partial: some are missing, as the last column says. "
        "Classes of which it has no names at all, such as parishes, are not in the table.",
        Evidence.of(found.frame, cover),
        (1.6, 0.8, 0.8, 4),
    )


def names_table(found: Register) -> Table | Missing:
    """The authorities by county, where they are few enough to list."""
    import pandas as pd

    frame = found.frame
    if frame.empty:
        return Missing(f"The register has no authority {found.as_of} of this class and region.")
    if len(frame) > MOST_NAMES:
        return Missing(
            f"{len(frame):,} authorities are too many to list; choose a class or a region with at most {MOST_NAMES}.",
            left_out=True,
        )
    several = frame["type"].nunique() > 1
    records = {}
    for county, rows in frame.assign(where=frame["county"].fillna("No county")).groupby("where"):
        named = [
            f"{row.name_} ({registry.type_words(row.type)})" if several else row.name_
            for row in rows.rename(columns={"name": "name_"}).sort_values("name_").itertuples()
        ]
        records[county] = [len(named), ", ".join(named)]
    return Table(
        pd.DataFrame.from_dict(records, orient="index", columns=["Authorities", "Which"]).rename_axis("County"),
        f"{counted(len(frame), 'authority', 'authorities')} in {counted(len(records), 'county', 'counties')} {found.as_of}",
        "County: the one in which the authority lay at the time, or whose name it has.",
        Evidence.of(frame),
        (1.4, 0.7, 4.5),
    )


@or_say_why
def over_time(names: tuple[str, ...], catalogue: Catalogue | None = None) -> Figure:
    """How many councils of some groups there were in the middle of each year in which the register has all of them.

    Parameters
    ----------
    names : of `GROUPS`; groups of very different number are better drawn apart.
    """
    import pandas as pd

    book = catalogue or default()
    bodies = _all(book)
    used = bodies[bodies["type"].isin([kind for name in names for kind in GROUPS[name]])]
    records = []
    for name in names:
        for year in range(1889, LAST_YEAR + 1):
            day = pd.Timestamp(year, 6, 30)
            there = used[(used["known_from"] <= day) & (used["known_to"] >= day)]
            if _complete(GROUPS[name], day, book):
                number = int(there["type"].isin(GROUPS[name]).sum())
                records.append({"line": name, "year": year, "value": number, "measured": True})
    if not records:
        raise NotEnoughDataError(f"the register is not complete in any year for {listing(list(names))}")
    frame = pd.DataFrame(records)
    ends = []
    for name, rows in frame.groupby("line", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        ends.append(f"{name}: {first['value']:,} in {first['year']}, {last['value']:,} in {last['year']}")
    return figures.lines(
        frame,
        "; ".join(ends),
        "Councils",
        Evidence.of(used),
        "Councils of England in being on 30 June, drawn only where the register has every council of the group by name. The "
        "London County Council is among the county councils; the Greater London Council and Authority are in no group.",
        periodisation("gough", book),
    )


def of(place: str, catalogue: Catalogue | None = None) -> Lineage:
    """The lineage of a place; see `registry.lineage`."""
    return registry.lineage(place, catalogue=catalogue)


@or_say_why
def lineage_figure(found: Lineage) -> Figure:
    """The lives of the authorities of a place."""
    before = int((found.bodies["generation"] < 0).sum())
    after = int((found.bodies["generation"] > 0).sum())
    title = (
        f"{found.place}: {counted(before, 'authority', 'authorities') if before else 'no authority'} of the register before it "
        f"and {after or 'none'} after it"
        if before or after
        else f"{found.place}: no authority before or after it is known to the register"
    )
    return figures.lineage(found, title)


@or_say_why
def links_table(found: Lineage) -> Table:
    """The successions of a place in order of date."""
    import pandas as pd

    links = found.links
    if links.empty:
        raise NotEnoughDataError(f"no succession of {found.place} is known")
    shown = links.head(MOST_LINKS)
    frame = pd.DataFrame(
        {
            "Date": [dates.parse(text).readable() if isinstance(text, str) else "" for text in shown["date"]],
            "What": [str(kind).replace("_", " ") for kind in shown["kind"]],
            "From": [
                f"{row.predecessor or '–'}{' (part)' if yes(row.part) else ''}{' (functions)' if row.what == 'functions' else ''}"
                for row in shown.itertuples()
            ],
            "To": [row.successor or "–" for row in shown.itertuples()],
        }
    ).set_index("Date")
    more = f" Not shown: {len(links) - len(shown)} later ones." if len(links) > len(shown) else ""
    return Table(
        frame,
        f"{counted(len(links), 'change')} in the lineage of {found.place}",
        f"Part: the successor took a part of its area. Functions: only functions passed.{more}",
        Evidence.of(shown),
        (1.2, 1, 3, 3),
    )


@dataclass(frozen=True, eq=False)
class Reorganisations:
    """What reorganisations did to the number and size of councils.

    Attributes
    ----------
    frame : one row a reorganisation, indexed by its years: ``counties_before`` and ``_after``, ``local_before`` and
        ``_after`` (all councils below a county or without one), ``people_before`` and ``_after`` (England’s mid-year
        population over the local councils), ``ended`` and ``began`` (of all these councils), ``turnover`` (half of the
        local councils that ended and began, over those before); empty where the register is not complete.
    evidence : the rows used.
    """

    frame: pd.DataFrame
    evidence: Evidence

    def to_frame(self) -> pd.DataFrame:
        """One row a reorganisation."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The one that made local councils fewest by the largest factor."""
        known = self.frame[self.frame["local_before"].notna() & self.frame["local_after"].notna()]
        if known.empty:
            return "The register is not complete at any reorganisation."
        factor = (known["local_before"] / known["local_after"]).astype(float)
        row = known.loc[factor.idxmax()]
        return (
            f"Of {counted(len(known), 'reorganisation')} at which the register has every local council, that of "
            f"{factor.idxmax()} cut their number most: from {row['local_before']:,.0f} to {row['local_after']:,.0f}."
        )

    def summary(self) -> str:
        """The sentence and the table."""
        return f"{self.sentence()}\n{self.frame.to_string(na_rep='')}"


def reorganisations(catalogue: Catalogue | None = None) -> Reorganisations:
    """Councils before and after each reorganisation, in all England."""
    import pandas as pd

    book = catalogue or default()
    bodies = _all(book)
    heads: dict[int, float] = {}
    counted_in: list[pd.DataFrame] = []
    # Numbers of councils are worth having without their size.
    with suppress(NotEnoughDataError, UnknownNameError):
        people = long_series.series("england_population_midyear", catalogue=book).frame
        heads = dict(zip(people["year"], people["value"], strict=True))
        counted_in.append(people)
    records, years = [], set()
    for name, first, last in REORGANISATIONS:
        eve, day = pd.Timestamp(first) - pd.Timedelta(days=1), pd.Timestamp(last)
        before = bodies[(bodies["known_from"] <= eve) & (bodies["known_to"] >= eve)]
        after = bodies[(bodies["known_from"] <= day) & (bodies["known_to"] >= day)]
        row: dict[str, object] = {"reorganisation": name}
        for group, kinds in (("counties", COUNTIES), ("local", (*ALONE, *LOCAL))):
            for side, there, when in (("before", before, eve), ("after", after, day)):
                whole = _complete(kinds, when, book) and bool(there["type"].isin(kinds).any())
                row[f"{group}_{side}"] = int(there["type"].isin(kinds).sum()) if whole else None
        for side, year in (("before", eve.year - (eve.month < 7)), ("after", day.year)):
            local, head = row[f"local_{side}"], heads.get(year)
            row[f"people_{side}"] = head / local if isinstance(local, int) and head else None
            years.add(year if row[f"people_{side}"] else None)
        every = (*COUNTIES, *ALONE, *LOCAL)
        gone = before[~before["authority_key"].isin(after["authority_key"]) & before["type"].isin(every)]
        come = after[~after["authority_key"].isin(before["authority_key"]) & after["type"].isin(every)]
        row |= {"ended": len(gone) or None, "began": len(come) or None}
        local_moves = int(gone["type"].isin((*ALONE, *LOCAL)).sum() + come["type"].isin((*ALONE, *LOCAL)).sum())
        known = row["local_before"] is not None and row["local_after"] is not None
        row["turnover"] = local_moves / 2 / int(str(row["local_before"])) if known else None
        if known:
            row |= {"ended": len(gone), "began": len(come)}
        records.append(row)
    frame = pd.DataFrame(records).set_index("reorganisation").astype(float)
    return Reorganisations(frame, Evidence.of(bodies, *(people[people["year"].isin(years)] for people in counted_in)))


@or_say_why
def reorganisations_table(found: Reorganisations) -> Table:
    """The reorganisations side by side."""
    import pandas as pd

    rows = found.frame
    frame = pd.DataFrame(
        {
            "Ended": [_number(value) for value in rows["ended"]],
            "Began": [_number(value) for value in rows["began"]],
            "County councils": _pairs(rows, "counties"),
            "Local councils": _pairs(rows, "local"),
            "People a local council": _pairs(rows, "people"),
            "Turnover": ["" if value != value else f"{value:.0%}" for value in rows["turnover"]],
        },
        index=rows.index.rename("Reorganisation"),
    )
    return Table(
        frame,
        found.sentence().rstrip("."),
        "All England, on the day before the first change and on the day of the last. Local councils: those below a county or "
        "without one, county boroughs and unitary authorities among them. People: England’s mid-year population over their "
        "number. Turnover: half of the local councils that ended and began over those before; a council that changes its type "
        "ends and begins. Ended and began count what the register has by name. –: it is not complete, or there were none.",
        found.evidence,
        (1.1, 0.7, 0.7, 1.2, 1.4, 1.8, 0.8),
    )


def _number(value: float) -> str:
    return "–" if value != value else f"{value:,.0f}"


def _pairs(rows: pd.DataFrame, name: str) -> list[str]:
    return [
        f"{_number(before)} → {_number(after)}"
        for before, after in zip(rows[f"{name}_before"], rows[f"{name}_after"], strict=True)
    ]


@or_say_why
def reorganisations_figure(found: Reorganisations) -> Figure:
    """Number and mean population of local councils before and after, a panel each."""
    import pandas as pd

    rows = found.frame[found.frame["local_before"].notna() & found.frame["local_after"].notna()]
    if rows.empty:
        raise NotEnoughDataError("the register is not complete at any reorganisation")
    columns = {
        "local_before": "Local councils before",
        "local_after": "Local councils after",
        "people_before": "People a local council before",
        "people_after": "People a local council after",
    }
    frame = pd.concat(
        [
            pd.DataFrame({"area": rows.index, "measure": name, "value": rows[column].round().to_numpy()})
            for column, name in columns.items()
        ]
    )
    grown = (rows["people_after"] / rows["people_before"]).dropna()
    title = (
        f"The mean local council grew {grown.max():.1f} times as large in {grown.idxmax()}"
        if len(grown) and grown.max() >= 1.05
        else "No reorganisation clearly changed the size of the mean local council"
    )
    return figures.panels.bar_panels(
        frame,
        "",
        title,
        found.evidence,
        "All England. Local councils: those below a county or without one. Only reorganisations at which the register has every "
        "one of them by name.",
        across=2,
    )


@or_say_why
def printed_counts(catalogue: Catalogue | None = None) -> Table:
    """Printed numbers of the classes that the register does not have by name before 1946."""
    import pandas as pd

    book = catalogue or default()
    cover = book.load("register_coverage")
    lacking = set(cover.loc[(cover["status"] == "none") & (cover["country"] == "England"), "type"])
    counts = book.load("body_counts")
    counts = counts[counts["measure"].eq("bodies") & counts["preferred"].fillna(True).astype(bool)]
    counts = counts[counts["body_key"].isin(lacking & set(LOCAL)) & counts["count"].notna()]
    counts = counts[counts["date_latest"].dt.year.between(1880, 1945) & counts["what"].str.startswith("all ")]
    if counts.empty:
        raise NotEnoughDataError("no printed count is at hand")
    counts = counts.sort_values(["body_key", "date_latest", "geography"])
    frame = pd.DataFrame(
        {
            "Class": [capital(registry.type_words(kind, 2)) for kind in counts["body_key"]],
            "Date": [dates.parse(text).readable() for text in counts["date"]],
            "Number": counts["count"].astype(int),
            "Where": counts["geography"],
        }
    ).set_index("Class")
    kinds = listing(sorted({registry.type_words(kind, 2) for kind in counts["body_key"]}))
    return Table(
        frame,
        f"Printed numbers of {kinds} from before the register has them by name",
        "As printed. Those of England and Wales are never set on one line with those of England.",
        Evidence.of(counts, cover[cover["status"] == "none"]),
        (2, 1.4, 1, 1.6),
    )


def _all(book: Catalogue) -> pd.DataFrame:
    """Every authority of England with the first and last day on which it is known to have been in being."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", registry.CoverageWarning)
        return registry.authorities(include_unconfirmed=True, catalogue=book).frame


def _complete(kinds: tuple[str, ...], day: pd.Timestamp, book: Catalogue) -> bool:
    """Whether the register has every authority of these classes on a day; a class that did not exist lacks nothing."""
    cover = book.load("register_coverage")
    cover = cover[cover["type"].isin(kinds) & (cover["country"] == "England")]
    there = (cover["start_earliest"] <= day) & (cover["end_latest"].isna() | (cover["end_latest"] >= day))
    return bool((cover.loc[there, "status"] == "complete").all())
