"""Claims, verdicts and what they rest on, as tables and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import claims
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.findings.titles import (
    lower,
    or_say_why,
    percent,
)
from localgov_history.sources import Evidence
from localgov_history.text import listing

if TYPE_CHECKING:
    pass


@or_say_why
def fates_table(catalogue: Catalogue | None = None) -> Table:
    """What became of the deck's proposals by the end of 2012."""
    import pandas as pd

    book = catalogue or default()
    proposals = book.load("claims")
    proposals = proposals[proposals["kind"] == "proposal"].sort_values("position")
    options = book.load("reform_options")
    options = options[options["claim"].isin(proposals["key"])].set_index("claim")
    if options.empty:
        raise NotEnoughDataError("no proposal of the deck is among the reforms whose fate is known")
    records = []
    for row in proposals.itertuples():
        found = options.loc[row.key] if row.key in options.index else None
        status = found["status_by_2012"] if found is not None else None
        records.append(
            {
                "Claim": row.key,
                "Proposal": row.claim,
                "By 2012": status.replace("_", " ") if isinstance(status, str) else "not known",
                "What became of it": found["fate"] if found is not None and isinstance(found["fate"], str) else "",
            }
        )
    frame = pd.DataFrame(records).set_index("Claim")
    whole = int((frame["By 2012"] == "adopted").sum())
    part = int(frame["By 2012"].isin(["partly adopted", "voluntary"]).sum())
    frame["By 2012"] = frame["By 2012"].replace("unknown", "not known")
    unknown = int((frame["By 2012"] == "not known").sum())
    return Table(
        frame,
        f"Of {len(frame)} proposals {whole or 'none'} had been adopted whole by the end of 2012, {part} in part or by choice",
        f"Status is our reading of what sources say of the proposal’s fate; of {unknown} nothing was found, which is no "
        "proof that nothing was done. Superseded: what it would have changed was ended.",
        Evidence.of(options.reset_index(), proposals, uses=("status_by_2012",)),
        (0.6, 3.4, 1.1, 3),
    )


def verdicts_table(made: dict[str, claims.Verdict], catalogue: Catalogue | None = None) -> Table:
    """Every claim of the deck with its verdict, or the word that it is to come.

    Parameters
    ----------
    made : from `claims.answers`.
    """
    import pandas as pd

    book = catalogue or default()
    frame = book.load("claims").sort_values("position")
    records = [
        {
            "Claim": row.key,
            "What the deck says": row.claim,
            "Kind": row.kind,
            "Verdict": made[row.key].verdict if row.key in made else claims.TO_COME,
            "Firmness": made[row.key].firmness if row.key in made else "",
        }
        for row in frame.itertuples()
    ]
    evidence = sum((verdict.answer.evidence for verdict in made.values()), Evidence.of(frame))
    tally = pd.Series([verdict.verdict for verdict in made.values()]).value_counts()
    said = listing([f"{count} {name}" for name, count in tally.items()])
    return Table(
        pd.DataFrame(records).set_index("Claim"),
        f"Of {len(frame)} claims, {len(made)} are answered here: {said}",
        "Firm: at least nine in ten of the readings agree; leaning: six in ten; open: fewer. Claims "
        "marked “to come” await their tables.",
        evidence,
        (0.6, 6, 1, 1.25, 0.85),
    )


def evidence_table(made: dict[str, claims.Verdict], catalogue: Catalogue | None = None) -> Table:
    """For each claim answered: rows used, how they are known, grades of their sources.

    Parameters
    ----------
    made : from `claims.answers`.
    """
    import pandas as pd

    book = catalogue or default()
    records = []
    total = Evidence()
    for key, verdict in made.items():
        used = verdict.answer.evidence
        total += used
        records.append(
            {
                "Claim": key,
                "Rows used": f"{used.rows:,}",
                "Read": percent(used.seen_share),
                "Coded by rule": percent(used.coded / used.rows if used.rows else float("nan")),
                "Sources by grade": ", ".join(f"{grade} {count}" for grade, count in used.grades(book).items()),
            }
        )
    return Table(
        pd.DataFrame(records).set_index("Claim"),
        "What each verdict rests on",
        "Rows from memory and cells that nobody has read are left out. Read: the row was read in its source, though "
        "the codes on it (purpose, selection, money, function, role) are ours. Sources by grade, best first.",
        total,
        (0.6, 0.8, 1, 0.9, 4),
    )


def verdict_table(verdict: claims.Verdict) -> Table:
    """The numbers behind one verdict."""
    return Table(
        verdict.to_frame(),
        f"The numbers behind {verdict.key}: {verdict.verdict}",
        f"Rule: {verdict.rule.rstrip('.')}. What would count against the claim: {lower(verdict.would_change)}",
        verdict.answer.evidence,
        (3.4, 1),
    )


def readings_table(made: dict[str, claims.Verdict]) -> Table:
    """Every reading of every claim, side by side.

    Parameters
    ----------
    made : from `claims.answers`.
    """
    import pandas as pd

    frame = pd.DataFrame({key: dict(verdict.readings) for key, verdict in made.items()}).fillna("")
    evidence = sum((verdict.answer.evidence for verdict in made.values()), Evidence())
    firm = [key for key, item in made.items() if item.firmness == "firm"]
    said = f"{listing(firm)} {'is' if len(firm) == 1 else 'are'} firm" if firm else "none is firm"
    return Table(
        frame.rename_axis("Reading"),
        f"Claims {next(iter(made))} to {list(made)[-1]} in each reading; {said}",
        "The same rule on other choices of rows, dates and definitions. Empty: the reading does not touch the claim.",
        evidence,
        (3.2, *[1.0] * len(made)),
    )


def claim_sentence(verdict: claims.Verdict) -> str:
    """The claim as a sentence, with its key."""
    return f"Claim {verdict.key}: {verdict.claim.rstrip('.')}."


def key_findings(verdicts: dict[str, claims.Verdict], catalogue: Catalogue | None = None) -> list[str]:
    """A sentence on the verdicts together, then one on each claim, for the cover of a report."""
    book = catalogue or default()
    number = len(book.rows("claims"))
    tally: dict[str, list[str]] = {}
    for key, verdict in verdicts.items():
        tally.setdefault(verdict.verdict, []).append(key)
    said = "; ".join(f"{name}: {listing(keys)}" for name, keys in tally.items())
    opening = (
        "A slide deck by Roger Gough of Localis says that the partnerships of the 2000s reinvent the wheel of the "
        f"1830s. Of its {number} claims {len(verdicts)} are tested here, each by a stated rule. "
        f"{said[:1].upper()}{said[1:]}."
    )
    on_periods = [_finding(item) for key, item in verdicts.items() if key in claims.OF_PERIODS]
    others = [f"{key}. {_stated(item)}" for key, item in verdicts.items() if key not in claims.OF_PERIODS]
    return [opening, *on_periods, *([" ".join(others)] if others else [])]


def _finding(verdict: claims.Verdict) -> str:
    return f"{verdict.key}. {_stated(verdict)} {verdict.answer.sentence}"


def _stated(verdict: claims.Verdict) -> str:
    return f"{verdict.claim.rstrip('.')}: {verdict.verdict} ({verdict.firmness})."
