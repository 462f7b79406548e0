"""The options for reform of area agreements and partnerships: what became of each, and a ranking by the reader's weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import figures
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings.titles import CLEAR, NOT_CLEAR, NOT_ENOUGH, or_say_why, titles_of
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing, lower

if TYPE_CHECKING:
    import pandas as pd

DIMENSIONS = {
    "finance": "Finance",
    "governance": "Governance",
    "accountability": "Accountability",
    "targets": "Targets",
    "prioritisation": "Priorities",
    "legal_form": "Legal form",
    "membership": "Membership",
    "workforce": "Workforce",
}
FATES = {
    "adopted": "Adopted, or in force already",
    "partly_adopted": "Partly adopted",
    "voluntary": "Left to councils",
    "not_adopted": "Not adopted",
    "superseded": "Superseded or reversed",
    "unknown": "Nothing found or confirmed",
}
_MERGED = {"in_force_already": "adopted", "reversed": "superseded"}
# How far an option had come about, for the criterion of that name.
_COME_ABOUT = {"adopted": 1.0, "partly_adopted": 0.5, "voluntary": 0.5}
CRITERIA = {
    "came_about": "Had come about by 2012 (1 whole, a half in part or by choice)",
    "left_undone": "Was left undone (1 if not adopted or nothing was found)",
    "in_deck": "Is the deck’s own (1 or 0)",
    "company": "Others proposed something on the same dimension (their share of all proposers)",
}
LEAST_WEIGHT, MOST_WEIGHT = 0, 5
# With fewer proposals on either side a difference of shares says nothing.
_LEAST_SIDE = 5


def options(include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> pd.DataFrame:
    """The options with ``fate_class`` (a key of `FATES`) and ``short`` (a name for charts).

    An option whose fate is not confirmed counts as one of which nothing was found.

    Raises
    ------
    NotEnoughDataError
        If there is none.
    """
    rows = (catalogue or default()).load("reform_options", include_unconfirmed)
    if rows.empty:
        raise NotEnoughDataError("no option for reform is in the table")
    fate = rows["status_by_2012"].replace(_MERGED).fillna("unknown")
    short = [
        capital(key.removeprefix("deck_").replace("_", " ")) + (f" ({claim})" if isinstance(claim, str) else "")
        for key, claim in zip(rows["option_key"], rows["claim"], strict=True)
    ]
    return rows.assign(fate_class=fate, short=short, in_deck=rows["in_deck"].fillna(False).astype(bool))


@or_say_why
def fates_by_dimension(include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Figure:
    """What became of the options, by what they would have changed."""
    import pandas as pd

    frame = options(include_unconfirmed, catalogue)
    sizes = frame["dimension"].value_counts()
    order = [code for code in DIMENSIONS if code in sizes.index]
    order.sort(key=lambda code: -int(sizes[code]))
    records = [
        {
            "label": DIMENSIONS[code],
            "class": fate,
            "value": int(((frame["dimension"] == code) & (frame["fate_class"] == fate)).sum()),
        }
        for code in order
        for fate in FATES
    ]
    whole = int((frame["fate_class"] == "adopted").sum())
    unknown = int((frame["fate_class"] == "unknown").sum())
    return figures.stacked_counts(
        pd.DataFrame(records),
        FATES,
        f"Of {counted(len(frame), 'option')} for reform {whole or 'none'} had been adopted or were in force by "
        "the end of 2012; of "
        f"{unknown or 'none'} nothing was found or confirmed",
        "Options",
        Evidence.of(frame, uses=("dimension", "status_by_2012")),
        "By what an option would chiefly have changed. Nothing found or confirmed is no proof that nothing was "
        "done. Superseded: what it would have changed was ended first.",
    )


@or_say_why
def deck_and_others(include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Figure:
    """The fate of the deck's own options beside that of the others'."""
    import pandas as pd

    frame = options(include_unconfirmed, catalogue)
    sides = {True: "The deck", False: "Others"}
    records = [
        {
            "label": name,
            "class": fate,
            "value": int(((frame["in_deck"] == side) & (frame["fate_class"] == fate)).sum()),
        }
        for side, name in sides.items()
        for fate in FATES
    ]
    sizes = {side: int((frame["in_deck"] == side).sum()) for side in sides}
    whole = {side: int(((frame["in_deck"] == side) & (frame["fate_class"] == "adopted")).sum()) for side in sides}
    said = (
        f"{whole[True]} of the deck’s {sizes[True]} options and {whole[False]} of {sizes[False]} by others had "
        "been adopted or were "
        "in force by the end of 2012"
    )
    apart = abs(whole[True] / max(1, sizes[True]) - whole[False] / max(1, sizes[False]))
    if min(sizes.values()) < _LEAST_SIDE:
        said = f"{NOT_ENOUGH} the deck’s options with others: {sizes[True]} and {sizes[False]}"
    elif apart < CLEAR:
        said = f"{NOT_CLEAR}: {said}"
    others = frame.loc[~frame["in_deck"], "proposed_latest"].dt.year.dropna()
    when = f" Half of the others’ options were proposed by {int(others.median())}," if len(others) else ""
    deck = frame.loc[frame["in_deck"], "proposed"].dropna().map(_year)
    when += f" the deck’s in {listing(sorted(set(deck)))}: the later had less time." if when and len(deck) else ""
    return figures.stacked_counts(
        pd.DataFrame(records),
        FATES,
        said,
        "Options",
        Evidence.of(frame, uses=("status_by_2012",)),
        f"Counts, not shares: the sides differ in number.{when} Some of the others’ options are measures that a government "
        "announced as its own.",
    )


@or_say_why
def options_table(
    dimension: str = "all", include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Table:
    """Every option with who proposed it, when, and what became of it.

    Parameters
    ----------
    dimension : a key of `DIMENSIONS`, or ``all``.
    """
    import pandas as pd

    frame = options(include_unconfirmed, catalogue)
    if dimension != "all":
        if dimension not in DIMENSIONS:
            raise UnknownNameError("dimension", dimension, ["all", *DIMENSIONS])
        frame = frame[frame["dimension"] == dimension]
    if frame.empty:
        raise NotEnoughDataError(f"no option is on {DIMENSIONS[dimension].lower()}")
    frame = frame.assign(place=frame["dimension"].map(list(DIMENSIONS).index))
    frame = frame.sort_values(["place", "proposed_earliest", "option_key"])
    shown = pd.DataFrame(
        {
            "Option": [
                f"{row.claim}. {row.option}" if isinstance(row.claim, str) else row.option
                for row in frame.itertuples()
            ],
            "On": [DIMENSIONS[code].lower() for code in frame["dimension"]],
            "Proposed by": frame["proposer"],
            "Year": [_year(row.proposed) for row in frame.itertuples()],
            "By 2012": [FATES[code].lower() for code in frame["fate_class"]],
            "What became of it": frame["fate"].fillna(""),
        }
    ).set_index("Option")
    proposers = frame["proposer"].nunique()
    about = "" if dimension == "all" else f" on {DIMENSIONS[dimension].lower()}"
    return Table(
        shown,
        f"{counted(len(shown), 'option')}{about}, from {counted(proposers, 'proposer')}",
        "Options of the deck have its claim’s key before them. Status and fate are our reading of what the sources say.",
        Evidence.of(frame, uses=("dimension", "status_by_2012", "fate")),
        (3, 1.35, 1.8, 0.75, 1.25, 2.2),
    )


@dataclass(frozen=True, eq=False)
class Ranking:
    """The options in the order that a reader's weights give: simple additive weighting (Churchman and Ackoff 1954).

    Attributes
    ----------
    weights : weight of each dimension and criterion that is above zero.
    frame : one row an option: ``option``, ``short``, ``dimension``, ``fate_class``, ``score`` (0 to 1) and ``rank`` (1 the
        first; options with one score share the mean of their places), the first ones first.
    evidence : the rows used.
    """

    weights: Mapping[str, float]
    frame: pd.DataFrame
    evidence: Evidence

    def to_frame(self) -> pd.DataFrame:
        """One row an option."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The first, and whose order it is."""
        best = self.frame[self.frame["score"] == self.frame["score"].iloc[0]]
        first = listing([f"‘{name}’" for name in best["short"].head(3)])
        more = f" and {len(best) - 3} others" if len(best) > 3 else ""
        verb = "comes" if len(best) == 1 else "come"
        return (
            f"With these weights {first}{more} {verb} first of {len(self.frame)} options. The order is the "
            "reader’s own weighting and no "
            "finding: other weights give another."
        )

    def summary(self) -> str:
        """The sentence and the first ten."""
        lines = [f"  {row.rank:g}. {row.short}: {row.score:.2f}" for row in self.frame.head(10).itertuples()]
        return "\n".join([self.sentence(), *lines])


def ranking(
    weights: Mapping[str, float], include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Ranking:
    """The options scored by a reader's weights.

    Parameters
    ----------
    weights : for each key of `DIMENSIONS` and `CRITERIA` a weight from 0 to 5; those left out weigh nothing.

    Returns
    -------
    The score of an option is the weighted mean of what it has: 1 for its own dimension and 0 for the others, and its value from 0
    to 1 on each criterion.

    Raises
    ------
    UnknownNameError
        If a weight is for something else.
    LocalgovError
        If a weight is out of its range.
    NotEnoughDataError
        If all weights are zero.
    """
    import pandas as pd

    for name, weight in weights.items():
        if name not in DIMENSIONS and name not in CRITERIA:
            raise UnknownNameError("dimension or criterion", name, [*DIMENSIONS, *CRITERIA])
        if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
            raise LocalgovError(f"the weight of {name} is {weight}; expected {LEAST_WEIGHT} to {MOST_WEIGHT}")
    used = {name: float(weight) for name, weight in weights.items() if weight}
    if not used:
        raise NotEnoughDataError("all weights are zero; expected at least one above it")
    frame = options(include_unconfirmed, catalogue)
    values = _values(frame)
    score = sum((weight * values[name] for name, weight in used.items()), pd.Series(0.0, frame.index)) / sum(
        used.values()
    )
    # Sums of the same weights in another order must not part options that are alike.
    made = frame.assign(score=score.round(9))[["option", "short", "dimension", "fate_class", "score"]]
    made = made.assign(rank=made["score"].rank(ascending=False, method="average")).sort_values(["rank", "short"])
    evidence = Evidence.of(frame, uses=("dimension", "status_by_2012"))
    return Ranking(used, made.reset_index(drop=True), evidence)


def _values(frame: pd.DataFrame) -> pd.DataFrame:
    """What each option has on each dimension and criterion, 0 to 1."""
    import pandas as pd

    values = {code: (frame["dimension"] == code).astype(float) for code in DIMENSIONS}
    values["came_about"] = frame["fate_class"].map(_COME_ABOUT).fillna(0.0)
    values["left_undone"] = frame["fate_class"].isin(["not_adopted", "unknown"]).astype(float)
    values["in_deck"] = frame["in_deck"].astype(float)
    proposers = frame.groupby("dimension")["proposer"].agg(set)
    every = set(frame["proposer"])
    others = [len(proposers[row.dimension] - {row.proposer}) for row in frame.itertuples()]
    values["company"] = pd.Series(others, frame.index) / max(1, len(every) - 1)
    return pd.DataFrame(values, index=frame.index)


@or_say_why
def ranking_table(
    weights: Mapping[str, float], shown: int, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Table:
    """The first options in the reader's order."""
    import pandas as pd

    made = ranking(weights, include_unconfirmed, catalogue)
    first = _first(made.frame, shown)
    frame = pd.DataFrame(
        {
            "Place": [f"{rank:g}" for rank in first["rank"]],
            "Option": first["option"].map(capital),
            "On": [DIMENSIONS[code].lower() for code in first["dimension"]],
            "By 2012": [FATES[code].lower() for code in first["fate_class"]],
            "Score": [f"{score:.2f}" for score in first["score"]],
        }
    ).set_index("Place")
    tied = int((made.frame["rank"].duplicated(keep=False)).sum())
    said = ", ".join(f"{_weight_name(name).lower()} {weight:g}" for name, weight in made.weights.items())
    cut = len(made.frame) > len(first) and len(first) > shown
    return Table(
        frame,
        f"The reader’s first {len(first)} of {len(made.frame)} options: an order by chosen weights, not a finding",
        f"Weights: {said}. Score: the weighted mean of what an option has, 0 to 1. {tied} options share their "
        "score with another and "
        "have the mean of their places." + (" Options that tie for the last place are all shown." if cut else ""),
        made.evidence,
        (0.7, 4, 1.2, 1.5, 0.7),
    )


@or_say_why
def sensitivity(
    weights: Mapping[str, float], shown: int, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Figure:
    """How far the first options move when each weight is dropped or doubled in turn."""
    import pandas as pd

    made = ranking(weights, include_unconfirmed, catalogue)
    variants = _variants(made.weights)
    if not variants:
        raise NotEnoughDataError("there is one weight only, and an order by one weight has nothing to be set against")
    ranks = pd.DataFrame(
        {
            name: ranking(changed, include_unconfirmed, catalogue).frame.set_index("short")["rank"]
            for name, changed in variants.items()
        }
    )
    first = _first(made.frame, shown)
    frame = pd.DataFrame(
        {
            "name": first["short"].to_list(),
            "value": first["rank"].to_list(),
            "low": [min(row.rank, float(ranks.loc[row.short].min())) for row in first.itertuples()],
            "high": [max(row.rank, float(ranks.loc[row.short].max())) for row in first.itertuples()],
        }
    )
    kept = set(first["short"])
    for changed in variants.values():
        kept &= set(_first(ranking(changed, include_unconfirmed, catalogue).frame, shown)["short"])
    stay = len(kept)
    return figures.ranges(
        frame,
        f"{stay} of the first {len(first)} options stay among them whichever weight is dropped or doubled"
        if stay
        else f"None of the first {len(first)} options stays among them whichever weight is dropped or doubled",
        "Place in the order (1 is the first)",
        made.evidence,
        f"Dot: place by the reader’s weights; line: its range over {counted(len(variants), 'change')}, each "
        "weight above zero set to zero "
        "and to twice its value, one at a time. Options that tie have the mean of their places.",
    )


@or_say_why
def sensitivity_table(
    weights: Mapping[str, float], shown: int, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Table:
    """For each weight, how the order changes when it is dropped or doubled: Kendall's tau-b and the first that stay."""
    import pandas as pd
    from scipy.stats import kendalltau

    made = ranking(weights, include_unconfirmed, catalogue)
    variants = _variants(made.weights)
    if not variants:
        raise NotEnoughDataError("there is one weight only, and an order by one weight has nothing to be set against")
    first = set(_first(made.frame, shown)["short"])
    base = made.frame.set_index("short")["score"]
    records, least = [], (2.0, "")
    for name, changed in variants.items():
        other = ranking(changed, include_unconfirmed, catalogue)
        scores = other.frame.set_index("short")["score"].reindex(base.index)
        # One option has no order.
        tau = float(kendalltau(base, scores).statistic) if len(base) > 1 else float("nan")
        kept = len(first & set(_first(other.frame, shown)["short"]))
        if tau == tau:
            least = min(least, (tau, name))
        records.append(
            {
                "Change": capital(name),
                "Agreement of the two orders": "none to measure" if tau != tau else f"{tau:.2f}",
                "First options that stay": f"{kept} of {len(first)}",
            }
        )
    title = (
        f"The order moves most when {least[1]} (agreement {least[0]:.2f})"
        if least[0] < 1
        else "No single change of a weight moves the order"
    )
    return Table(
        pd.DataFrame(records).set_index("Change"),
        title,
        "Agreement: Kendall’s tau-b of the two orders (1 the same, 0 unrelated, −1 turned round), ties allowed "
        "for. It says how much hangs "
        "on a weight, not which weight is right.",
        made.evidence,
        (2.6, 1.6, 1.4),
    )


def key_findings(include_unconfirmed: bool, catalogue: Catalogue | None = None) -> list[str]:
    """What the notebook found, for the cover of a report; a reader's own order is no finding."""
    return titles_of(
        fates_by_dimension(include_unconfirmed, catalogue), deck_and_others(include_unconfirmed, catalogue)
    )


@or_say_why
def criteria_table(weights: Mapping[str, float], catalogue: Catalogue | None = None) -> Table:
    """What can be weighed, what each means, and the reader's weight."""
    import pandas as pd

    rows = options(catalogue=catalogue)
    records = [
        {
            "What is weighed": _weight_name(name),
            "An option has 1 if it": "is chiefly on this",
            "Weight": f"{weights.get(name, 0):g}",
        }
        for name in DIMENSIONS
    ]
    records += [
        {
            "What is weighed": _weight_name(name),
            "An option has 1 if it": lower(text),
            "Weight": f"{weights.get(name, 0):g}",
        }
        for name, text in CRITERIA.items()
    ]
    used = sum(1 for weight in weights.values() if weight)
    return Table(
        pd.DataFrame(records).set_index("What is weighed"),
        f"The reader’s weights: {used} of {len(records)} are above zero",
        f"{len(DIMENSIONS)} dimensions and {len(CRITERIA)} criteria, each with a weight from 0 (not in the "
        "order at all) to 5. All criteria are read off the "
        "table; none of them says whether a reform would have done good.",
        Evidence.of(rows, uses=("dimension", "status_by_2012")),
        (1.6, 4, 0.8),
    )


def _variants(weights: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The weights with one of them dropped or doubled, by what was done; a drop that leaves nothing is left out."""
    made = {}
    for name, weight in weights.items():
        rest = {key: value for key, value in weights.items() if key != name}
        if not rest:
            continue
        made[f"{_weight_name(name).lower()} is dropped"] = rest
        # Halving all others is doubling this one, and keeps every weight within its range.
        made[f"{_weight_name(name).lower()} is doubled"] = {
            name: weight,
            **{key: value / 2 for key, value in rest.items()},
        }
    return made


def _weight_name(name: str) -> str:
    words = {
        "came_about": "Having come about",
        "left_undone": "Left undone",
        "in_deck": "The deck’s own",
        "company": "In company",
    }
    return DIMENSIONS.get(name) or words[name]


def _first(frame: pd.DataFrame, shown: int) -> pd.DataFrame:
    """The first options, with all that tie with the last of them unless that would double their number."""
    if shown < 1:
        raise LocalgovError(f"the first options to show are {shown}; expected 1 or more")
    last = frame["score"].iloc[min(shown, len(frame)) - 1]
    tied = frame[frame["score"] >= last]
    return tied if len(tied) <= 2 * shown else frame.head(shown)


def _year(text: object) -> str:
    """The year or years of a proposal as a reader has them."""
    years = [part[:4] for part in str(text).split("/")]
    return "–".join(dict.fromkeys(years))
