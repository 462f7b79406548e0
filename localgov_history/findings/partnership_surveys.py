"""What surveys, studies and papers say of local strategic partnerships and of the boards beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure, bars
from localgov_history.findings import partnership_words as words
from localgov_history.findings.titles import or_say_why
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing, lower

if TYPE_CHECKING:
    import pandas as pd


@or_say_why
def chairs(catalogue: Catalogue | None = None) -> Figure:
    """Who chaired local strategic partnerships, in the one survey of all of them."""
    import pandas as pd

    facts = (catalogue or default()).load("lsp_facts")
    rows = facts[facts["fact_key"].str.startswith("local_strategic_partnership_chair_") & facts["value"].notna()]
    if len(rows) < 2:
        raise NotEnoughDataError("who chaired local strategic partnerships is not known")
    rows = rows.sort_values("value", ascending=False)
    names = [capital(text.removeprefix("Chaired by ")) for text in rows["measure"]]
    total = float(rows["value"].sum())
    samples = listing(sorted(set(rows["sample"])))
    when = listing(sorted({str(text)[:4] for text in rows["date"]}))
    first, value = lower(names[0]), float(rows["value"].iloc[0])
    verb = "chaired more than half" if value > 50 else "chaired fewer than half"
    return bars(
        pd.DataFrame({"label": names, "value": rows["value"].to_list()}),
        f"In {when} {first} {verb} of local strategic partnerships ({value:.0f}%)",
        "Share of partnerships, %",
        Evidence.of(rows),
        f"{samples}. The shares add up to {total:.0f}; the rest is not given.",
        text="{:,.0f}%",
    )


@or_say_why
def surveys(catalogue: Catalogue | None = None) -> Table:
    """Figures of surveys and judgements on partnerships of the whole country, with their sample and year."""
    import pandas as pd

    rows = _facts(comparator=False, catalogue=catalogue)
    rows = rows[rows["value"].notna() | rows["value_low"].notna()]
    rows = rows[rows["geography"].str.startswith("England") & ~rows["fact_key"].str.contains("_chair_")]
    if rows.empty:
        raise NotEnoughDataError("no figure of a survey on partnerships is confirmed")
    records = [
        {
            "What was asked or counted": _measure(row.measure),
            "Figure": words.figure(row),
            "Year": str(row.date)[:4],
            "Who was asked": row.sample if isinstance(row.sample, str) else "",
        }
        for row in rows.itertuples()
    ]
    studies = rows["sample"].nunique()
    return Table(
        pd.DataFrame(records).set_index("What was asked or counted"),
        f"{counted(len(rows), 'figure')} on partnerships of the whole country, from "
        f"{counted(studies, 'survey or document', 'surveys and documents')}",
        "Each with its own sample and year: they are set side by side and not compared. Surveys asked those who ran "
        "partnerships, councils and auditors, hardly ever the public.",
        Evidence.of(rows),
        (3, 1.2, 0.6, 2.6),
    )


@or_say_why
def findings_in_words(catalogue: Catalogue | None = None) -> Table:
    """What evaluations and studies found that is not a figure."""
    import pandas as pd

    rows = _facts(comparator=False, catalogue=catalogue)
    rows = rows[rows["value_text"].notna() & rows["date_earliest"].notna()]
    rows = rows[~rows["fact_key"].str.contains("evaluation_period")]
    if rows.empty:
        raise NotEnoughDataError("no finding in words on partnerships is confirmed")
    frame = pd.DataFrame(
        {
            "Year": [str(text)[:4] for text in rows["date"]],
            "About": [_measure(text) for text in rows["measure"]],
            "Found": [capital(text) for text in rows["value_text"]],
            "By": rows["sample"].fillna(""),
        }
    ).set_index("Year")
    return Table(
        frame,
        f"What {counted(rows['sample'].nunique(), 'study or document', 'studies and documents')} of {frame.index[0]} to "
        f"{frame.index[-1]} said in words",
        "Shortened from the sources; opinions stand beside findings, with whoever gave them.",
        Evidence.of(rows),
        (0.6, 2.4, 2.4, 2.2),
    )


@or_say_why
def boards(catalogue: Catalogue | None = None) -> Table:
    """How many sat on the boards of partnerships and of other bodies, and who, by rule or custom."""
    import pandas as pd

    book = catalogue or default()
    other = _facts(comparator=True, catalogue=book)
    mine = _facts(comparator=False, catalogue=book)
    mine = mine[mine["unit"].eq("members") & mine["value"].notna()]
    rows = pd.concat(
        [mine, other[other["value"].notna() & other["unit"].isin(["members", "percent", "governors", "councillors"])]]
    )
    if rows.empty:
        raise NotEnoughDataError("no figure on the boards of partnerships or other bodies is confirmed")
    frame = pd.DataFrame(
        {
            "Body": [
                row.sample
                if row.comparator and isinstance(row.sample, str)
                else f"Local strategic partnerships: {row.geography}"
                for row in rows.itertuples()
            ],
            "What": [_measure(text) for text in rows["measure"]],
            "Figure": [words.figure(row) for row in rows.itertuples()],
            "Year": ["" if pd.isna(text) else str(text)[:4] for text in rows["date"]],
        }
    ).set_index("Body")
    return Table(
        frame,
        f"Boards of single partnerships beside those of {counted(other['body_key'].nunique(), 'other kind')} of body",
        "Single cases, rules and usual numbers, as the sources give them; no survey of the size of partnership boards was "
        "found.",
        Evidence.of(rows),
        (2.6, 2.6, 1.1, 0.6),
    )


def _facts(comparator: bool, catalogue: Catalogue | None) -> pd.DataFrame:
    facts = (catalogue or default()).load("lsp_facts")
    return facts[facts["comparator"].fillna(False).astype(bool) == comparator].sort_values(
        ["date_earliest", "fact_key"]
    )


def _measure(text: str) -> str:
    return capital(text.replace("an local", "a local"))
