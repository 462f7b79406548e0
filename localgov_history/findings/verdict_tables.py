"""Claims, verdicts and what they rest on, as tables and sentences."""

from __future__ import annotations

from localgov_history import bodies, claims, measures, precedents
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.findings.titles import or_say_why, percent
from localgov_history.periods import periodisation
from localgov_history.sources import Evidence
from localgov_history.text import capital, counted, listing, lower


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
    already = int((frame["By 2012"] == "in force already").sum())
    part = int(frame["By 2012"].isin(["partly adopted", "voluntary"]).sum())
    frame["By 2012"] = frame["By 2012"].replace("unknown", "not known")
    unknown = int((frame["By 2012"] == "not known").sum())
    return Table(
        frame,
        f"Of {len(frame)} proposals {whole or 'none'} had been newly adopted whole by the end of 2012, {part} in part or by "
        f"choice; {already or 'none'} {'were' if already > 1 else 'was'} in force already",
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
            "Kind": f"{row.kind}: {_BY[row.key]}" if row.key in _BY else row.kind,
            "Verdict": made[row.key].verdict if row.key in made else claims.TO_COME,
            "Firmness": made[row.key].standing.partition("(")[2].rstrip(")") if row.key in made else "",
        }
        for row in frame.itertuples()
    ]
    evidence = sum((verdict.answer.evidence for verdict in made.values()), Evidence.of(frame))
    said = _tally(list(made.values()))
    return Table(
        pd.DataFrame(records).set_index("Claim"),
        f"Of {len(frame)} claims, {len(made)} are answered here: {said}",
        "Firm: nine in ten readings or more agree, however little was read; leaning: six in ten; not firm: fewer. Open: the "
        "tables do not decide. Of a proposal: how far it was taken up by 2012 (fate), or whether its reason holds (count, "
        "model)." + (" Claims marked “to come” await their tables." if len(made) < len(frame) else ""),
        evidence,
        (0.55, 6.1, 1.3, 1.45, 0.8),
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
        "Rows from memory and cells that nobody has read are left out; a row that was read may also name a source "
        "that was not (memory). Read: the row was read in its source, though "
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


def slide_table(made: dict[str, claims.Verdict], keys: tuple[str, ...]) -> Table:
    """The claims of one slide: verdict, rule, what would count against each.

    Parameters
    ----------
    made : from `claims.answers`.
    keys : the claims, in order.
    """
    import pandas as pd

    chosen = [made[key] for key in keys if key in made]
    first: dict[str, str] = {}
    for item in chosen:
        first.setdefault(item.rule, item.key)
    records = [
        {
            "Claim": item.key,
            "Verdict": item.standing,
            "How it is decided": item.rule if item.key == first[item.rule] else f"As {first[item.rule]}.",
            "What would count against it": item.would_change,
        }
        for item in chosen
    ]
    evidence = sum((item.answer.evidence for item in chosen), Evidence())
    return Table(
        pd.DataFrame(records).set_index("Claim"),
        f"{capital(_of(chosen))}: {_tally(chosen)}",
        "Firm: at least nine in ten readings of the same rule agree; leaning: six in ten; not firm: fewer.",
        evidence,
        (0.6, 1.2, 5, 3),
    )


def numbers_table(made: dict[str, claims.Verdict], keys: tuple[str, ...]) -> Table:
    """The numbers behind the main readings of several claims.

    Parameters
    ----------
    made : from `claims.answers`.
    keys : the claims, in order.
    """
    import pandas as pd

    chosen = [made[key] for key in keys if key in made]
    records = [
        {"Claim": item.key, "Measure": name, "Value": value} for item in chosen for name, value in item.answer.numbers
    ]
    evidence = sum((item.answer.evidence for item in chosen), Evidence())
    return Table(
        pd.DataFrame(records, columns=["Claim", "Measure", "Value"]).set_index("Claim"),
        f"The numbers behind {_of(chosen)}",
        "Main readings. What a number cannot show stands with its verdict.",
        evidence,
        (0.6, 5, 1.6),
    )


def dissent_table(made: dict[str, claims.Verdict]) -> Table:
    """The readings that give another verdict than the main one.

    Parameters
    ----------
    made : from `claims.answers`.
    """
    import pandas as pd

    records = [
        {"Claim": key, "Main reading": item.verdict, "Reading": name, "Its verdict": verdict}
        for key, item in made.items()
        for name, verdict in item.readings
        if verdict != item.verdict
    ]
    moved = len({record["Claim"] for record in records})
    evidence = sum((item.answer.evidence for item in made.values()), Evidence())
    return Table(
        pd.DataFrame(records, columns=["Claim", "Main reading", "Reading", "Its verdict"]).set_index("Claim"),
        f"Of {len(made)} claims {moved} have a reading that gives another verdict than the main one",
        "The same rule on other rows, dates or definitions.",
        evidence,
        (0.6, 1.3, 5, 1.3),
    )


@or_say_why
def precedents_table(catalogue: Catalogue | None = None) -> Table:
    """For each proposal the features asked for, and what had them before the deck's last period."""
    import pandas as pd

    book = catalogue or default()
    proposals = [row["key"] for row in book.rows("claims") if row["kind"] == "proposal"]
    found = {key: precedents.find(key, catalogue=book) for key in proposals}
    records = []
    for key, item in found.items():
        for feature, rows in item.frame.groupby("feature", sort=False):
            last = rows.iloc[-1]
            several = [f"{rows.iloc[0]['name']} ({rows.iloc[0]['first_year']})"]
            if len(rows) > 1:
                several.append(f"{last['name']} ({last['first_year']})")
            records.append(
                {
                    "Claim": key,
                    "Feature": feature,
                    "Number": f"{len(rows)}",
                    "First and last": "; ".join(several),
                    "Given up": f"{int(rows['given_up'].sum())}" if (rows["table"] != "acts").all() else "–",
                }
            )
    if not records:
        raise NotEnoughDataError("no feature of a proposal is found on an earlier body or law")
    before = next(iter(found.values())).before
    old = sum(len(item) > 0 for item in found.values())
    uncoded = [key for key, item in found.items() if not item.coded]
    evidence = sum((item.evidence for item in found.values()), Evidence.of(book.load("precedent_rules")))
    return Table(
        pd.DataFrame(records).set_index("Claim"),
        f"Of {len(found)} proposals {old} ask for something that an earlier body, duty or law had before {before}",
        "Kinds of body, responsibilities, laws and rounds of bidding with the feature, by code. No code stands for the feature "
        f"of {listing(uncoded) or 'none'}; nothing is said of these.",
        evidence,
        (0.6, 3, 0.8, 4.2, 0.8),
    )


def claim_by_claim(made: dict[str, claims.Verdict], keys: tuple[str, ...]) -> list[str]:
    """Each claim with its verdict and what the tables say, as one paragraph a claim."""
    return [f"{claim_sentence(made[key])} {made[key].sentence()}" for key in keys if key in made]


# What the cover of a report says first: the claims whose answers carry a number that a reader will want.
FOREMOST = ("P7", "P3", "P5", "J1", "B2", "B5", "L2")
# How the verdict on a proposal is reached.
_BY = (
    dict.fromkeys(claims.OF_FATE, "fate")
    | dict.fromkeys(claims.OF_COUNT, "count")
    | dict.fromkeys(claims.OF_MODEL, "model")
)


def key_findings(verdicts: dict[str, claims.Verdict], catalogue: Catalogue | None = None) -> list[str]:
    """The verdicts together, then the answers that carry most, then what they rest on, for the cover of a report."""
    book = catalogue or default()
    rows = sorted(book.rows("claims"), key=lambda row: int(row["position"]))
    opening = (
        "A slide deck by Roger Gough of Localis says that the partnerships of the 2000s reinvent the wheel of the "
        f"1830s. Of its {len(rows)} claims {len(verdicts)} are answered here, each by a stated rule: "
        f"{_tally(list(verdicts.values()))}."
    )
    lines = [opening, *(_finding(verdicts[key]) for key in FOREMOST if key in verdicts)]
    evidence = sum((item.answer.evidence for item in verdicts.values()), Evidence())
    grades = evidence.grades(book)
    low = sum(number for grade, number in grades.items() if grade in ("reference", "press", "mirror", "memory"))
    if grades:
        lines.append(
            f"Of the {sum(grades.values()):,} sources behind the answers {low / sum(grades.values()):.0%} are works of "
            "reference, the press or copies: leads to be checked."
        )
    return lines


@or_say_why
def changes_table(catalogue: Catalogue | None = None) -> Table:
    """What changed most in the make-up of kinds of body from the deck's first period to its last."""
    import pandas as pd

    book = catalogue or default()
    scheme = periodisation("gough", book)
    made = measures.profiles(bodies.kinds(catalogue=book), scheme)
    first, last = scheme.keys[0], scheme.keys[-1]
    both = made.frame.loc[[first, last]].dropna(axis=1)
    if both.shape[1] < 2:
        raise NotEnoughDataError("fewer than two measures are known for both periods")
    step = (both.loc[last] - both.loc[first]).sort_values(key=abs, ascending=False)
    records = [
        {
            "Measure": capital(measures.PROFILE[name]),
            scheme.labels[first]: percent(both.loc[first, name]),
            scheme.labels[last]: percent(both.loc[last, name]),
        }
        for name in step.index
    ]
    top = step.index[0]
    return Table(
        pd.DataFrame(records).set_index("Measure"),
        f"The largest change from the {scheme.labels[first]} to the {scheme.labels[last]}: {measures.PROFILE[top]}, from "
        f"{percent(both.loc[first, top])} to {percent(both.loc[last, top])}",
        "Shares of the kinds of local body in being, each weighted by its years in the period; largest changes first.",
        made.evidence,
        (4, 1.2, 1.2),
    )


_CONCLUSIONS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "P7",
        {
            claims.SUPPORTED: "The last period is nearest to the first in the make-up of its bodies: the deck’s title stands.",
            claims.OPEN: "The last period is no nearer to the age of boards than to others, by more than the tables can tell: "
            "the deck’s title is a figure of speech until more is known.",
            claims.NOT_SUPPORTED: "In the make-up of its bodies the last period is nearer to another than to the age of boards: "
            "the deck’s title does not stand.",
        },
    ),
    (
        "J1",
        {
            claims.SUPPORTED: "Joint working between councils is older than the policies that asked for it: some arrangements "
            "outlasted the schemes that came after them.",
            claims.PARTLY: "Old joint arrangements are known, but not that they lasted.",
        },
    ),
    (
        "B5",
        {
            claims.SUPPORTED: "The money that hung on partnership was too small beside local spending to move it by itself.",
            claims.NOT_SUPPORTED: "The money that hung on partnership was large enough to move local spending.",
        },
    ),
    (
        "L2",
        {
            claims.SUPPORTED: "A model of reward favours tournaments over targets.",
            claims.PARTLY: "A model of reward gives no general answer between targets and tournaments: it turns on how noisy "
            "outcomes are and how unlike areas are, and deprived areas may lose most.",
            claims.NOT_SUPPORTED: "A model of reward favours targets over tournaments.",
        },
    ),
    (
        "L3",
        {
            claims.SUPPORTED: "Fewer indicators would have brought more of what mattered, in the model.",
            claims.NOT_SUPPORTED: "In the model fewer indicators bring less of what matters, since what is not measured is left "
            "undone: the case for fewer rests on the cost of measuring, not on effort.",
        },
    ),
)


def conclusions(verdicts: dict[str, claims.Verdict], catalogue: Catalogue | None = None) -> list[str]:
    """What follows from the verdicts, a sentence each; a verdict that says nothing of it is passed over."""
    made = [
        f"{forms[verdicts[key].verdict]} ({key})"
        for key, forms in _CONCLUSIONS
        if key in verdicts and verdicts[key].verdict in forms
    ]
    proposals = [row["key"] for row in (catalogue or default()).rows("claims") if row["kind"] == "proposal"]
    old = sum(len(precedents.find(key, catalogue=catalogue)) > 0 for key in proposals)
    made.append(
        f"Of {counted(len(proposals), 'proposal')} {old} ask for something that an earlier body, duty or law already had: those "
        "who would try them again can look up why it was given up, or kept."
    )
    return made


def _finding(verdict: claims.Verdict) -> str:
    return f"{verdict.claim.rstrip('.')}: {verdict.standing}. {verdict.answer.sentence}"


def _tally(items: list[claims.Verdict]) -> str:
    """How many have each verdict: ``3 supported, 2 partly``."""
    number: dict[str, int] = {}
    for item in items:
        number[item.verdict] = number.get(item.verdict, 0) + 1
    return listing([f"{count} {name}" for name, count in sorted(number.items(), key=lambda pair: -pair[1])])


def _of(items: list[claims.Verdict]) -> str:
    keys = [item.key for item in items]
    return f"claims {keys[0]} to {keys[-1]}" if len(keys) > 1 else f"claim {keys[0]}"
