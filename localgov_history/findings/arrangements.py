"""Joint arrangements between councils: when they began, in which forms, and which are known to have lasted."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any

from localgov_history import dates, figures
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure, bars
from localgov_history.findings.titles import NOT_CLEAR, or_say_why, titles_of
from localgov_history.measures import LEAST_KINDS
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing

if TYPE_CHECKING:
    import pandas as pd

FORMS = {
    "joint_authority": "Joint authority",
    "joint_committee": "Joint committee",
    "lead_authority": "Lead authority",
    "shared_management": "Shared management",
    "company": "Company or contract with one",
    "informal_partnership": "Informal partnership",
}
_MERGED = {"contract_with_company": "company"}
_BIN = 5
# So many arrangements of one form begun on one day are drawn as one row.
_MANY = 4
_NO_SAMPLE = "The list is what the pages read name, no sample, and recent arrangements are likelier to be found."


def arrangements(
    form: str = "all", include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> pd.DataFrame:
    """The arrangements that were formed, with ``begins`` and ``seen_last``, years with their fraction.

    Parameters
    ----------
    form : a key of `FORMS`, or ``all``.

    Raises
    ------
    UnknownNameError
        If there is no such form.
    NotEnoughDataError
        If there is no arrangement of this form.
    """
    if form != "all" and form not in FORMS:
        raise UnknownNameError("form of arrangement", form, ["all", *FORMS])
    frame = (catalogue or default()).load("joint_working", include_unconfirmed)
    frame = frame[frame["status"] == "formed"].assign(form=lambda rows: rows["form"].replace(_MERGED))
    if form != "all":
        frame = frame[frame["form"] == form]
    if frame.empty:
        raise NotEnoughDataError(f"no arrangement of the form {form.replace('_', ' ')!r} is in the table")
    # A start known to the year stands at its beginning; one between two years, at the beginning of the later.
    begins = _year(frame["start_earliest"]).clip(lower=frame["start_latest"].dt.year)
    last = frame[["attested_latest", "end_earliest"]].max(axis=1)
    return frame.assign(begins=begins, seen_last=_year(last), ended=_year(frame["end_latest"]))


@or_say_why
def phases_table(catalogue: Catalogue | None = None) -> Table:
    """The phases of national policy on working in partnership."""
    rows = (catalogue or default()).load("policy_phases").sort_values("start_earliest")
    if rows.empty:
        raise NotEnoughDataError("no phase of policy is in the table")
    shown = rows.assign(span=[f"{start}–{end}" for start, end in zip(rows["start"], rows["end"], strict=True)])
    shown = shown[["span", "focus", "coverage"]].rename(
        columns={"span": "Phase", "focus": "What policy looked to", "coverage": "Where"}
    )
    return Table(
        shown.set_index("Phase"),
        f"{counted(len(shown), 'phase')} of national policy, {rows['start'].iloc[0]} to {rows['end'].iloc[-1]}",
        "As the Audit Commission drew them in a report of its own. They are phases of policy, not of what councils did.",
        Evidence.of(rows, uses=("focus", "end")),
        (0.8, 4, 1.4),
    )


@or_say_why
def lives(
    side: str, form: str = "all", include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Figure:
    """The arrangements begun before the last phase of policy, or in and after it, with the phases above.

    Parameters
    ----------
    side : ``before`` or ``since``.
    """
    book = catalogue or default()
    phases = book.load("policy_phases").sort_values("start_earliest")
    if phases["start_earliest"].isna().all():
        raise NotEnoughDataError("policy_phases has no phase with a known start")
    turn = phases["start_earliest"].dt.year.max()
    frame = arrangements(form, include_unconfirmed, book)
    dated = frame[frame["begins"].notna()]
    dated = dated[(dated["begins"] < turn) if side == "before" else (dated["begins"] >= turn)]
    if dated.empty:
        raise NotEnoughDataError(f"no arrangement of this form has a known start {side} {turn}")
    shown = _rows(dated.assign(firm=[_is_firm(row) for row in dated.itertuples()]))
    merged = len(dated) - len(shown)
    bands = [
        (start.year, end.year + 1, f"{start.year}–{end.year % 100:02d}")
        for start, end in zip(phases["start_earliest"], phases["end_earliest"], strict=True)
    ]
    if side == "since":
        bands = [band for band in bands if band[1] > turn]
    known = int(dated["seen_last"].notna().sum())
    when = f"before {turn}" if side == "before" else f"in {turn} or later"
    return figures.spans_over_bands(
        shown,
        FORMS,
        bands,
        f"{counted(len(dated), 'arrangement')} known to have begun {when}; of {known or 'none'} is an end or a later sign of "
        "life known",
        Evidence.of(dated, uses=("form",), dates=("start",)),
        "Bars run from the start to the end, or to the last date at which an arrangement is known to have been at work; "
        "a mark alone is a known start. Above: phases of national policy."
        + (" Those of one form that began on one day, and of which no more is known, share a row." if merged else ""),
    )


def same_day(form: str = "all", include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> str:
    """A sentence on the day on which most arrangements began at once, or that no two are known to have."""
    frame = (catalogue or default()).load("joint_working", include_unconfirmed)
    if form != "all":
        frame = frame[frame["form"].replace(_MERGED) == form]
    exact = frame[(frame["start_earliest"] == frame["start_latest"]) & frame["start_latest"].notna()]
    counts = exact["start_latest"].value_counts()
    if counts.empty or counts.iloc[0] < 2:
        return "No two of these arrangements are known to have begun on one day."
    day = min(counts.index[counts == counts.iloc[0]])
    kinds = Counter(exact.loc[exact["start_latest"] == day, "form"].replace(_MERGED))
    said = listing([counted(number, FORMS[kind].lower(), _plural(kind)) for kind, number in kinds.most_common()])
    return (
        f"{capital(said)} began on {dates.parse(day.date().isoformat()).readable()}: arrangements made at a stroke are "
        "made by somebody other than each of their members."
    )


def _rows(dated: pd.DataFrame) -> pd.DataFrame:
    """What is drawn: a row an arrangement, or one for many that began alike and of which no more is known."""
    import pandas as pd

    alike = dated["seen_last"].isna() & (dated["start_earliest"] == dated["start_latest"]) & dated["firm"]
    sizes = dated[alike].groupby(["form", "start"])["name"].transform("size").reindex(dated.index, fill_value=0)
    alone = dated[sizes < _MANY]
    records = [
        {"label": row.name, "begins": row.begins, "ends": row.seen_last, "class": row.form, "firm": row.firm}
        for row in alone.itertuples(index=False)
    ]
    for (form, start), rows in dated[sizes >= _MANY].groupby(["form", "start"]):
        label = f"{counted(len(rows), FORMS[form].lower(), _plural(form))} of {dates.parse(start).readable()}"
        records.append({"label": label, "begins": rows["begins"].iloc[0], "ends": None, "class": form, "firm": True})
    made = pd.DataFrame(records).astype({"ends": float})
    return made.sort_values(["begins", "label"], ignore_index=True)


@or_say_why
def starts(form: str = "all", include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Figure:
    """New arrangements by the five years in which they began and their form."""
    import pandas as pd

    frame = arrangements(form, include_unconfirmed, catalogue)
    new = frame[frame["begins"].notna() & (frame["continues"].map(len) == 0)]
    if len(new) < LEAST_KINDS:
        raise NotEnoughDataError(f"{counted(len(new), 'new arrangement')} of this form with a known start")
    firsts = new["begins"].astype(int) // _BIN * _BIN
    records = [
        {"label": _bin(first), "class": code, "value": int(((firsts == first) & (new["form"] == code)).sum())}
        for first in range(int(firsts.min()), int(firsts.max()) + 1, _BIN)
        for code in FORMS
    ]
    counts = firsts.value_counts()
    most = counts.index[counts == counts.max()].sort_values()
    title = (
        f"Of {counted(len(new), 'new arrangement')} with a known start, {counts.max()} began in "
        f"{_bin(most[0])}, more than in any "
        "other five years"
        if len(most) == 1
        else f"{NOT_CLEAR}: {listing([_bin(first) for first in most])} each saw {counts.max()} new arrangements of {len(new)}"
    )
    carried = int((frame["begins"].notna()).sum()) - len(new)
    undated = int(frame["begins"].isna().sum())
    return figures.stacked_counts(
        pd.DataFrame(records),
        FORMS,
        title,
        "Arrangements begun",
        Evidence.of(new, uses=("form",), dates=("start",)),
        f"By five years of beginning and form. Left out: {carried} that carry on an earlier one and {undated} without a "
        f"known start. {_NO_SAMPLE}",
    )


@or_say_why
def forms_over_time(
    form: str = "all", include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Table:
    """How many new arrangements of each form began in each phase of policy."""
    import pandas as pd

    book = catalogue or default()
    frame = arrangements(form, include_unconfirmed, book)
    new = frame[frame["begins"].notna() & (frame["continues"].map(len) == 0)]
    if new.empty:
        raise NotEnoughDataError("no new arrangement of this form has a known start")
    phases = book.load("policy_phases").sort_values("start_earliest")
    if phases.empty:
        raise NotEnoughDataError("no phase of policy is in the table")
    edges = [int(day.year) for day in phases["start_earliest"]] + [int(phases["end_earliest"].iloc[-1].year) + 1]
    heads = [f"Before {edges[0]}"]
    heads += [f"{first}–{(last - 1) % 100:02d}" for first, last in itertools.pairwise(edges)]
    heads += [f"{edges[-1]} on"]
    which = [sum(begin >= edge for edge in edges) for begin in new["begins"]]
    rows = {
        FORMS[code]: [
            int(((new["form"] == code) & (pd.Series(which, new.index) == place)).sum()) for place in range(len(heads))
        ]
        for code in FORMS
        if (new["form"] == code).any()
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=heads).rename_axis("Form")
    first = {name: int(new.loc[new["form"] == code, "begins"].min()) for code, name in FORMS.items() if name in rows}
    latest = max(first, key=lambda name: first[name])
    return Table(
        table,
        f"{counted(len(rows), 'form')} of arrangement; the last to appear in the list is {latest.lower()}, in {first[latest]}"
        if len(rows) > 1
        else f"{counted(len(new), 'new arrangement')} of one form: {latest.lower()}",
        f"New arrangements by the phase of policy in which they began. {_NO_SAMPLE}",
        Evidence.of(new, uses=("form",), dates=("start",)),
        (2.2, *[1.0] * len(heads)),
    )


@or_say_why
def services(form: str = "all", include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Figure:
    """What councils did jointly: the services named most often."""
    import pandas as pd

    frame = arrangements(form, include_unconfirmed, catalogue)
    counts = Counter(name for cell in frame["services"] for name in cell)
    if not counts:
        raise NotEnoughDataError("no service of these arrangements is known")
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:12]
    unnamed = int((frame["services"].map(len) == 0).sum())
    first = [capital(name) for name, number in top if number == top[0][1]]
    if len(first) > 3:
        title = f"{NOT_CLEAR}: {len(first)} services are each named in {counted(top[0][1], 'arrangement')}"
    else:
        title = f"{listing(first)}: the most often named, in {top[0][1]} of {counted(len(frame), 'arrangement')}"
    return bars(
        pd.DataFrame({"label": [capital(name) for name, _ in top], "value": [number for _, number in top]}),
        title,
        "Arrangements",
        Evidence.of(frame),
        f"The {len(top)} services named most often, of {len(counts)}, in the words of the sources; an arrangement may have "
        "several." + (f" {unnamed} name none." if unnamed else ""),
    )


# How an arrangement stood in a year, as far as the table tells.
_STANDING = {"at_work": "Known to have been at work", "ended": "Known to have ended", "unknown": "Not known"}


def standing(frame: pd.DataFrame, by: int) -> pd.Series:
    """For each arrangement whether it is known to have been ``at_work`` in a year, to have ``ended``, or ``unknown``."""
    import pandas as pd

    at_work = frame["seen_last"] >= by
    ended = frame["ended"] < by
    told = ["at_work" if work else "ended" if end else "unknown" for work, end in zip(at_work, ended, strict=True)]
    return pd.Series(told, frame.index, dtype=object)


@or_say_why
def old_enough(
    years: int, by: int, form: str = "all", include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> Table:
    """The arrangements begun so many years before a year, and whether they are known to have been at work in it."""
    import pandas as pd

    frame = arrangements(form, include_unconfirmed, catalogue)
    dated = frame[frame["begins"].notna()]
    old = dated[dated["begins"] < by - years + 1].sort_values(["begins", "name"])
    if old.empty:
        raise NotEnoughDataError(
            f"of {counted(len(dated), 'arrangement')} with a known start none is known to have begun by {by - years}"
        )
    stands = standing(old, by)
    records = [
        {
            "Arrangement": row.name,
            "Form": FORMS[row.form].lower(),
            "Began": dates.parse(row.start).readable(),
            f"In {by}": _STANDING[stands[row.Index]].lower(),
            "Note": row.note if isinstance(row.note, str) else "",
        }
        for row in old.itertuples()
    ]
    known = int((stands == "at_work").sum())
    return Table(
        pd.DataFrame(records).set_index("Arrangement"),
        f"Of {counted(len(dated), 'arrangement')} with a known start, {len(old)} began by {by - years}; "
        f"{known or 'none'} of these {'is' if known < 2 else 'are'} known to have been at work in {by}",
        "Known to have been at work: a source shows it then or later. Not known is no proof that it had ended: most sources "
        "give a start and stop there.",
        Evidence.of(dated, uses=("form",), dates=("start",)),
        (2.3, 1.1, 0.8, 1.2, 3),
    )


@or_say_why
def ages(by: int, form: str = "all", include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Figure:
    """How many arrangements had begun at least so many years before a year, by what is known of them in that year."""
    import pandas as pd

    frame = arrangements(form, include_unconfirmed, catalogue)
    begun = frame[frame["begins"] < by + 1]
    if begun.empty:
        raise NotEnoughDataError(f"no arrangement of this form is known to have begun by {by}")
    stands = standing(begun, by)
    oldest = by - int(begun["begins"].min())
    steps = [step for step in range(0, 61, 10) if step <= oldest]
    records = [
        {
            "label": f"{step} years or more" if step else "Any age",
            "class": code,
            "value": int(((begun["begins"] < by - step + 1) & (stands == code)).sum()),
        }
        for step in steps
        for code in _STANDING
    ]
    known = begun[stands == "at_work"]
    title = (
        f"The oldest arrangement known to have been at work in {by} had begun {by - int(known['begins'].min())} years before"
        if len(known)
        else f"Of {counted(len(begun), 'arrangement')} begun by {by} none is known to have been at work in that year"
    )
    return figures.stacked_counts(
        pd.DataFrame(records),
        _STANDING,
        title,
        f"Arrangements begun by {by}",
        Evidence.of(begun, dates=("start",)),
        f"Each bar counts the arrangements begun at least so many years before {by}; a lower bar is part of the one above. "
        f"{len(frame) - len(begun)} begun later or without a known start are left out.",
    )


def key_findings(
    years: int, by: int, form: str, include_unconfirmed: bool, catalogue: Catalogue | None = None
) -> list[str]:
    """What the notebook found, for the cover of a report."""
    chosen = (form, include_unconfirmed, catalogue)
    return titles_of(starts(*chosen), old_enough(years, by, *chosen))


def _year(days: pd.Series) -> pd.Series:
    return days.dt.year + (days.dt.day_of_year - 1) / 366


def _is_firm(row: Any) -> bool:
    """Whether the dates that are drawn were read in a source."""
    drawn = {"start"} | ({"end"} if row.ended == row.ended else set())
    return row.evidence != "recalled" and row.start_basis != "recalled" and not drawn & set(row.unconfirmed_fields)


def _plural(kind: str) -> str:
    return FORMS[kind].lower().removesuffix("y") + "ies" if FORMS[kind].endswith("y") else FORMS[kind].lower() + "s"


def _bin(first: int) -> str:
    return f"{first}–{(first + _BIN - 1) % 100:02d}"
