"""The methods for bodies and areas on the kit's own tables: counts, lives, groups of areas."""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import bodies, coding, figures, models, registry
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import method_charts
from localgov_history.findings.titles import NOT_CLEAR, NOT_ENOUGH, in_words, or_say_why
from localgov_history.models.counts import MODELS
from localgov_history.models.of_areas import GROUPINGS, NOT_BY_LOT
from localgov_history.models.survival import ALPHA, FEW_EVENTS
from localgov_history.models.words import between, p_text, shown
from localgov_history.periods import HORIZON
from localgov_history.sources import Evidence
from localgov_history.statute_dates import STATUTE_DATES
from localgov_history.text import capital, counted, listing, lower

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.models import Areas, Counts, Survival

FORMS = {
    "joint_committee": "Joint committee",
    "joint_authority": "Joint authority",
    "shared_management": "Shared management",
    "other": "Other forms",
}
LIVES_BY = {"purpose": "purpose", "selection_class": "the way members are chosen"}
SELECTIONS = {
    "directly_elected": "Directly elected",
    "part_elected": "Partly elected",
    "nominated_by_bodies": "Nominated or indirectly elected",
    "appointed": "Appointed",
    "other": "Ex officio or self-appointing",
    "mixed": "Mixed",
}
# The date at which every class of council but those of London was replaced.
REORGANISED = next(date for date in STATUTE_DATES if date.label == "1974")
CITY = "City of London"
# Groups with fewer lives have no curve of their own.
LEAST_LIVES = 5


@dataclass(frozen=True, eq=False)
class Endings:
    """Councils ended in each year, in the classes of which the register is complete.

    Attributes
    ----------
    frame : one row a year: ``year``, ``in_being`` (on 1 January), ``ended`` (of those), ``later`` (after `parting`).
    parting : the year of the reorganisation, which the models leave out.
    classes : how many classes.
    undated : how many ended on a day that is not held: placed in the year after the last list that names them, in which
        nearly all of those with both dates ended.
    evidence : the rows of the register and its coverage.
    """

    frame: pd.DataFrame
    parting: int
    classes: int
    undated: int
    evidence: Evidence

    @property
    def others(self) -> pd.DataFrame:
        """The years without that of the reorganisation."""
        return self.frame[self.frame["year"] != self.parting]


def endings(catalogue: Catalogue | None = None) -> Endings:
    """Councils of England ended in each year from when every class in being is complete in the register.

    Notes
    -----
    The sampling frame is declared in the table ``register_coverage``: within it every body of a class is listed, so that
    a year without an end is a count of nothing and not a gap.
    """
    import pandas as pd

    book = catalogue or default()
    cover = book.load("register_coverage")
    cover = cover[cover["country"] == "England"]
    whole = cover[cover["status"] == "complete"]
    cover = cover[cover["type"].isin(set(whole["type"]))]
    unlisted = cover.loc[cover["status"] == "none", "end_latest"].dropna()
    partial = cover.loc[cover["status"] == "partial", "start_earliest"].dropna()
    begins = whole["start_earliest"].min() if unlisted.empty else unlisted.max()
    ends = whole["end_latest"].max() if partial.empty else partial.min()
    if pd.isna(begins) or pd.isna(ends):
        raise NotEnoughDataError("the register holds no class of council whole for a year")
    with warnings.catch_warnings():
        # The classes that the register does not hold whole are left out here.
        warnings.simplefilter("ignore", registry.CoverageWarning)
        every = registry.authorities(catalogue=book).to_frame()
    every = every[every["type"].isin(set(whole["type"]))]
    listed_last = every["end_earliest"].isna() & (every["end_status"] == "ended")
    every = every.assign(until=every["known_to"] + pd.to_timedelta(listed_last.astype(int), unit="D"))
    records = []
    for year in range(begins.year + 1, ends.year):
        day, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
        now = whole.loc[(whole["start_earliest"] <= day) & (whole["end_latest"] >= day), "type"]
        being = every[every["type"].isin(set(now)) & (every["known_from"] <= day) & (every["until"] >= day)]
        gone = (being["end_status"] == "ended") & (being["until"] <= last)
        records.append((year, len(being), int(gone.sum()), year > REORGANISED.last))
    if not records:
        raise NotEnoughDataError("the register holds no class of council whole for a year")
    frame = pd.DataFrame(records, columns=["year", "in_being", "ended", "later"])
    used = every[every["until"] >= pd.Timestamp(int(frame["year"].iloc[0]), 1, 1)]
    undated = int((listed_last & every["known_to"].notna()).sum())
    return Endings(
        frame, REORGANISED.last, int(used["type"].nunique()), undated, Evidence.of(used, whole, dates=("end",))
    )


def _model(of: Endings, model: str | None = None, whole: bool = False) -> Counts:
    return models.counts(of.frame if whole else of.others, "ended", ["later"], "in_being", model)


@or_say_why
def endings_by_year(catalogue: Catalogue | None = None) -> Figure:
    """Councils ended in each year, as a share of those in being, with the rates of the model."""
    of = endings(catalogue)
    model = _model(of)
    peak = of.frame[of.frame["year"] == of.parting]
    none = int((of.frame["ended"] == 0).sum())
    first, last = int(of.frame["year"].iloc[0]), int(of.frame["year"].iloc[-1])
    years = [
        f"{row.year} {row.ended:,} of {row.in_being:,}"
        for row in of.frame[of.frame["ended"] > 0].itertuples(index=False)
    ]
    left = (
        f" Diamond: {of.parting}, when {int(peak['ended'].iloc[0]):,} of {int(peak['in_being'].iloc[0]):,} ended, "
        "left out of the model."
        if len(peak)
        else ""
    )
    return Figure(
        method_charts.yearly_rates(of.frame, model, of.parting),
        endings_title(model, of.parting),
        f"Share of the councils in being on 1 January that ended in the year, {first}–{last}, England, on a scale of "
        f"powers: the {of.classes} classes that the register holds whole. {counted(none, 'year')} without an end are "
        f"not drawn but counted. Lines: yearly rate by the {MODELS[model.model]} model.{left} "
        f"{counted(of.undated, 'end')} not dated to a day are placed in the year after the last list that names the "
        "body. Ends come many at once, by one Act or order, and are not independent of each other.",
        f"Councils ended: {'; '.join(years)}.",
        of.frame,
        of.evidence,
    )


def endings_title(model: Counts, parting: int) -> str:
    """A title for the ratio of yearly rates after and before a year."""
    row = model.frame.iloc[1]
    said = f"× {shown(float(row['ratio']))} ({between(float(row['lower']), float(row['upper']), model.level)})"
    if not row["p"] < ALPHA:
        return f"{NOT_CLEAR} in the yearly rate at which councils ended, before and after {parting}: {said}"
    verb = "higher" if row["ratio"] > 1 else "lower"
    return f"Councils ended at a {verb} yearly rate after {parting} than before: {said}"


@in_words
def endings_sentence(catalogue: Catalogue | None = None) -> str:
    """The model of councils ended, the test that chose it, and the ends that hide in one year."""
    of = endings(catalogue)
    model, whole = _model(of), _model(of, whole=True)
    said = model.sentence().replace("later ×", f"after {of.parting} ×").replace("in_being", "council in being")
    again = whole.frame.iloc[1]
    return (
        f"{said} With {of.parting} left in, the test keeps the {MODELS[whole.model]} model and gives × "
        f"{shown(float(again['ratio']))} ({between(float(again['lower']), float(again['upper']), whole.level)}), with "
        f"a Pearson dispersion of {shown(whole.dispersion.pearson)}: one year can decide such a model, and the test "
        "by itself does not show it."
    )


@or_say_why
def endings_models(catalogue: Catalogue | None = None) -> Table:
    """The same counts under each model."""
    import pandas as pd

    of = endings(catalogue)
    records, clear = [], []
    for name, words in MODELS.items():
        model = _model(of, name)
        row = model.frame.iloc[1]
        records.append(
            {
                "Model": capital(words),
                f"Rate after {of.parting} against before": f"× {shown(float(row['ratio']))}",
                "95% interval": f"{shown(float(row['lower']))} to {shown(float(row['upper']))}",
                "Test of no difference": p_text(float(row["p"])),
            }
        )
        clear += [words] if row["p"] < ALPHA else []
    title = (
        f"Whether the rate differs rests on the model: a clear difference by {listing(clear)} alone"
        if 0 < len(clear) < len(records)
        else f"All {len(records)} models agree: {'a clear difference' if clear else 'no clear difference'} in the yearly rate"
    )
    return Table(
        pd.DataFrame(records).set_index("Model"),
        title,
        f"Councils ended in a year per council in being, without {of.parting}; {counted(len(of.others), 'year')}. The "
        "Poisson model takes each council’s end as an event by itself, which ends by one Act are not.",
        of.evidence,
        (2, 1.5, 1.3, 1.2),
    )


def _joint(catalogue: Catalogue | None) -> tuple[pd.DataFrame, Survival]:
    frame = (catalogue or default()).load("joint_working")
    frame = frame[(frame["status"] == "formed") & frame["start_latest"].notna()]
    form = frame["form"].where(frame["form"].isin(FORMS), "other")
    frame = frame.assign(group=form, ended=frame["end"].notna())
    return frame, _lives(frame)


def _kinds(by: str, catalogue: Catalogue | None) -> tuple[pd.DataFrame, Survival]:
    if by not in LIVES_BY:
        raise UnknownNameError("grouping of kinds", by, LIVES_BY)
    frame = bodies.kinds(catalogue=catalogue)
    frame = frame[frame["end_status"].isin(["ended", "continuing"]) & frame["start_latest"].notna()]
    frame = frame[(frame["end_status"] == "continuing") | frame["end_latest"].notna()]
    group = frame[by].replace({"indirectly_elected": "nominated_by_bodies"})
    frame = frame.assign(group=group, ended=frame["end_status"] == "ended").dropna(subset=["group"])
    return frame, _lives(frame)


def _lives(frame: pd.DataFrame) -> Survival:
    sizes = frame["group"].value_counts()
    kept = frame[frame["group"].isin(sizes.index[sizes >= LEAST_LIVES])]
    if kept.empty:
        raise NotEnoughDataError(f"no group has {LEAST_LIVES} dated lives")
    return models.survival(kept, start="start", end="end", event="ended", group="group", until=HORIZON.isoformat())


@or_say_why
def joint_arrangement_lives(catalogue: Catalogue | None = None) -> Figure:
    """How long joint arrangements between councils lasted, by form: Kaplan–Meier curves."""
    frame, found = _joint(catalogue)
    return _survival_figure(
        frame,
        found,
        "joint arrangements between councils",
        "form",
        FORMS,
        f"{_unended(frame)} The list is no sample: arrangements that lasted are likelier to have left a trace.",
        Evidence.of(frame, dates=("start",)),
    )


@in_words
def joint_arrangement_sentence(catalogue: Catalogue | None = None) -> str:
    """How long joint arrangements lasted, and what the record says of those without an end."""
    frame, found = _joint(catalogue)
    return _named(found, FORMS) + " " + _unended(frame)


def _unended(frame: pd.DataFrame) -> str:
    """How many have no end on record, and of how many of these a later sign of life is known."""
    running = frame[~frame["ended"]]
    seen = int((running["attested_latest"] > running["start_latest"]).sum())
    return (
        f"{len(running)} of {counted(len(frame), 'dated arrangement')} have no end on record and are taken as running "
        f"on to the end of {HORIZON.year}, though of only {seen} of them a sign of life later than the start is held: "
        "the curves show the most that the record allows."
    )


@or_say_why
def kind_lives(by: str = "purpose", catalogue: Catalogue | None = None) -> Figure:
    """How long kinds of local body lasted: Kaplan–Meier curves.

    Parameters
    ----------
    by : ``purpose`` or ``selection_class``.
    """
    frame, found = _kinds(by, catalogue)
    return _survival_figure(
        frame,
        found,
        "kinds of local body",
        LIVES_BY[by],
        coding.PURPOSES if by == "purpose" else SELECTIONS,
        "A kind counts once, however many bodies were of it; kinds that lasted are likelier to be known with their "
        "dates.",
        Evidence.of(frame, uses=("purpose",) if by == "purpose" else ("selection",), dates=("start", "end")),
    )


@in_words
def kind_lives_sentence(by: str = "purpose", catalogue: Catalogue | None = None) -> str:
    """How long kinds of local body lasted, in numbers."""
    return _named(_kinds(by, catalogue)[1], coding.PURPOSES if by == "purpose" else SELECTIONS)


@or_say_why
def dating_table(by: str = "purpose", catalogue: Catalogue | None = None) -> Table:
    """What dates known only to a year do to the medians of `kind_lives`."""
    import pandas as pd

    frame, found = _kinds(by, catalogue)
    names = coding.PURPOSES if by == "purpose" else SELECTIONS
    wide = found.medians.pivot(index="group", columns="dating", values="median")
    middle = found.medians[found.medians["dating"] == "middle"].set_index("group")
    records, moved = [], [0.0]
    for group in [name for name in names if name in middle.index]:
        row = middle.loc[group]
        spread = [float(wide.loc[group, dating]) for dating in ("shortest", "longest") if dating in wide]
        if spread and max(spread) < math.inf:
            moved.append(max(spread) - min(spread))
        records.append(
            {
                "Group": names[group],
                "Lives": int(row["lives"]),
                "Ended": int(row["ended"]),
                "Median life, years": shown(float(row["median"])),
                "95% interval": f"{shown(float(row['lower']))} to {shown(float(row['upper']))}",
                "Dates at their bounds": " to ".join(shown(each) for each in spread),
            }
        )
    widest = max(float(row["upper"] - row["lower"]) for _, row in middle.iterrows())
    chance = f"spans {shown(round(widest))} years" if widest < math.inf else "has no end"
    return Table(
        pd.DataFrame(records).set_index("Group"),
        f"Dates known only to a year or so move a median life by {shown(round(max(moved), 1))} years at most; the "
        f"widest 95% interval {chance}",
        "Kaplan–Meier medians with dates in the middle of their bounds, 95% intervals (Brookmeyer and Crowley), and "
        "the medians with every date at the bound that makes lives shortest and longest. A curve that never falls to "
        "a half has no median.",
        Evidence.of(frame, dates=("start", "end")),
        (2, 0.7, 0.7, 1.1, 1.3, 1.4),
    )


def _survival_figure(
    frame: pd.DataFrame, found: Survival, what: str, by: str, names: dict[str, str], note: str, evidence: Evidence
) -> Figure:
    groups = set(found.medians["group"])
    order = [name for name in names if name in groups]
    bands = " with 95% intervals (bands)" if len(order) <= method_charts.MOST_BANDS else ""
    middle = found.medians[found.medians["dating"] == "middle"]
    small = len(frame) - int(middle["lives"].sum()) - found.left_out
    lost = [
        f"{number} {why}"
        for number, why in (
            (found.left_out, f"begun after {HORIZON.year} or with a bound of a date not known"),
            (small, f"in groups of fewer than {LEAST_LIVES}"),
        )
        if number
    ]
    cut = middle["watched"].max() > method_charts.MOST_YEARS
    return Figure(
        method_charts.survival_curves(found, names, order),
        survival_title(found, what, by, names),
        f"Kaplan–Meier curves of {what}{bands}, from dates in the middle of their bounds; watched to the end of "
        f"{HORIZON.year}. Grey line: half. {note}"
        + (f" Lives longer than {method_charts.MOST_YEARS} years run off the right." if cut else "")
        + (f" Left out: {listing(lost)}." if lost else ""),
        _named(found, names),
        found.frame.assign(group=found.frame["group"].map(names)),
        evidence,
    )


def survival_title(found: Survival, what: str, by: str, names: dict[str, str]) -> str:
    """A title for how long lives in groups lasted."""
    rows = found.medians[found.medians["dating"] == "middle"].set_index("group")
    ended, of = int(rows["ended"].sum()), int(rows["lives"].sum())
    if len(rows) < 2 or ended < FEW_EVENTS * len(rows):
        return f"{NOT_ENOUGH} how long {what} lasted by {by}: {counted(ended, 'end')} on record among {of:,}"
    p = float(found.tests.loc[found.tests["dating"] == "middle", "p"].iloc[0])
    medians = [
        f"{lower(names[group])} {shown(round(float(rows.loc[group, 'median'])))}"
        if rows.loc[group, "median"] < math.inf
        else f"{lower(names[group])} not reached"
        for group in names
        if group in rows.index
    ]
    said = f"median life in years: {listing(medians)}"
    if not p < ALPHA:
        return f"{NOT_CLEAR} in how long {what} lasted by {by} (log-rank {p_text(p)}); {said}"
    return f"How long {what} lasted differed by {by} (log-rank {p_text(p)}); {said}"


def _named(found: Survival, names: dict[str, str]) -> str:
    """The sentence of a result with its groups in words."""
    said = found.sentence()
    for code in sorted(set(found.medians["group"]), key=len, reverse=True):
        said = re.sub(rf"\b{re.escape(str(code))}\b", lower(names[str(code)]), said)
    return said


@or_say_why
def areas_apart(grouping: str = "type", catalogue: Catalogue | None = None) -> Figure:
    """Yearly change of emissions a head (NI 186) in groups of areas, with and without the City of London.

    Parameters
    ----------
    grouping : a key of `models.of_areas.GROUPINGS`.
    """
    import pandas as pd

    found, without = _areas(grouping, catalogue)
    variants = [("All areas", found)] + ([(f"Without the {CITY}", without)] if _moves(found, without) else [])
    frame = pd.concat(
        [
            item.frame.assign(name=item.frame["group"].map(lambda name: capital(str(name))), variant=name).rename(
                columns={"change": "value", "lower": "low", "upper": "high"}
            )[["name", "variant", "value", "low", "high", "areas"]]
            for name, item in variants
        ],
        ignore_index=True,
    )
    first, last = found.years
    return figures.estimates(
        frame,
        areas_title(found, without),
        f"Change a year, {found.unit.replace('_', ' ')}",
        found.evidence,
        f"NI {found.ni}, {first}–{last}, by {GROUPINGS[grouping]}: slope of a straight line in each group with its "
        f"95% interval, errors clustered by area; each area counts once. {NOT_BY_LOT}",
    )


@in_words
def areas_sentence(grouping: str = "type", catalogue: Catalogue | None = None) -> str:
    """The yearly change of each group of areas, and what the City of London does to it."""
    found, without = _areas(grouping, catalogue)
    if not _moves(found, without):
        return f"{found.sentence()} The {CITY} is in none of these groups."
    return (
        f"{found.sentence()} Without the {CITY} the test that all groups changed alike gives "
        f"{p_text(without.equal[3])}, and with it {p_text(found.equal[3])}: one area of "
        f"{int(found.frame['areas'].sum())}."
    )


def areas_title(found: Areas, without: Areas) -> str:
    """A title for whether groups of areas changed alike.

    Parameters
    ----------
    found, without : with all areas, and without the City of London.
    """
    frame = found.frame.sort_values("change")
    ends = [
        f"{row['change']:.2f} a year ({row['group']})".replace("-", "−") for _, row in frame.iloc[[0, -1]].iterrows()
    ]
    said, p = f"from {ends[0]} to {ends[1]}", found.equal[3]
    if (p < ALPHA) != (without.equal[3] < ALPHA):
        return (
            f"Whether NI {found.ni} changed alike in all groups rests on one area: {p_text(p)} with the {CITY}, "
            f"{p_text(without.equal[3])} without"
        )
    if not p < ALPHA:
        return f"{NOT_CLEAR}: NI {found.ni}, change {said} ({p_text(p)})"
    return f"NI {found.ni} did not change alike in all groups: {said} ({p_text(p)})"


def _areas(grouping: str, catalogue: Catalogue | None) -> tuple[Areas, Areas]:
    found = models.areas(by=grouping, catalogue=catalogue)
    known = set((catalogue or default()).load("laa_areas")["area"])
    return found, models.areas(by=grouping, without=(CITY,) if CITY in known else (), catalogue=catalogue)


def _moves(found: Areas, without: Areas) -> bool:
    return int(found.frame["areas"].sum()) != int(without.frame["areas"].sum())
