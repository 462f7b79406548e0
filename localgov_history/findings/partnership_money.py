"""The money of the partnership programmes, and what it was said to cost to inspect and report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import choices, long_series
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure, bars
from localgov_history.findings import partnership_words as words
from localgov_history.findings.titles import or_say_why
from localgov_history.sources import Evidence, resolve
from localgov_history.text import lower

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

# Sums of one financial year for England, in the order of their beginning.
SUMS = {
    "neighbourhood_renewal_fund_allocation": "Neighbourhood Renewal Fund",
    "local_public_service_agreements_special_grant": "Pump priming for agreements",
    "performance_reward_grant_budget": "Reward grant (budget)",
    "working_neighbourhoods_fund_allocation": "Working Neighbourhoods Fund",
    "performance_reward_grant_paid": "Reward grant (last payment)",
    "area_based_grant": "Area Based Grant",
}
MEASURES = {
    "per_head": ("Pounds a head", "£{:,.2f}"),
    "share": ("Share of local spending, %", "{:.2f}%"),
    "value": ("GBP million", "£{:,.1f}m"),
}


# Series on what it cost to inspect, to report and to be reported to.
_COSTS = (
    "audit_cost_local_government",
    "best_value_plan_audit_cost",
    "comprehensive_performance_assessment_funding",
    "comprehensive_area_assessment_estimated_cost",
    "comprehensive_area_assessment_estimated_saving",
    "comprehensive_area_assessment_cost_cut",
    "comprehensive_area_assessment_saving_from_end",
    "comprehensive_area_assessment_data_cost",
    "department_grant_to_audit_commission",
    "inspectorates_cost",
    "inspection_cut_proposed_saving",
    "reporting_cost_average_council",
    "reporting_cost_all_councils",
    "central_cost_of_overseeing_councils",
    "reporting_and_oversight_cost",
    "local_area_agreements_reporting_cost_estimates_held",
    "inspection_response_cost",
    "data_return_and_inspection_cost",
    "data_reporting_cost",
    "comprehensive_area_assessment_fee",
    "comprehensive_area_assessment_officer_time_cost",
)


@or_say_why
def money(
    measure: str,
    spending: str = "england_local_authority_net_current_expenditure",
    catalogue: Catalogue | None = None,
) -> Figure:
    """The sums of partnership money by year.

    Parameters
    ----------
    measure : a key of `MEASURES`.
    spending : the series of local spending that a share is of.
    """
    import pandas as pd

    frame, evidence = _sums(spending, catalogue)
    if measure not in MEASURES:
        raise UnknownNameError("measure of money", measure, MEASURES)
    known = frame[frame[measure].notna()]
    if known.empty:
        raise NotEnoughDataError("local spending is not known for any year with a sum of partnership money")
    known = known.sort_values(["period", "order"])
    factor = 100.0 if measure == "share" else 1.0
    axis, form = MEASURES[measure]
    shown = pd.DataFrame(
        {
            "label": [f"{row.period.replace('/', '–')}: {row.name}" for row in known.itertuples()],
            "value": known[measure].astype(float) * factor,
        }
    )
    top = shown.loc[shown["value"].idxmax()]
    when, _, name = str(top["label"]).partition(": ")
    others = shown[~shown["label"].str.endswith(name)]["value"]
    rest = f"; no other sum exceeded {form.format(others.max())}" if len(others) else ""
    of_what = {"per_head": " a head", "share": " of local spending", "value": ""}[measure]
    return bars(
        shown,
        f"{words.the(name, True)} of {when} came to {form.format(top['value'])}{of_what}{rest}",
        axis,
        evidence,
        "Sums set aside, budgeted or paid for England, each in the prices of its year. "
        + ("Years for which local spending is not known are left out. " if measure == "share" else "")
        + "Area Based Grant gathered grants that councils had before, whatever partners agreed; reward grant was paid for "
        "targets met years earlier.",
        text=form,
    )


@or_say_why
def money_table(
    spending: str = "england_local_authority_net_current_expenditure", catalogue: Catalogue | None = None
) -> Table:
    """The same sums with all measures side by side."""
    import pandas as pd

    frame, evidence = _sums(spending, catalogue)
    frame = frame.sort_values(["order", "period"])
    share = frame["share"].astype(float)
    shown = pd.DataFrame(
        {
            "Sum": frame["name"],
            "Year": frame["period"].str.replace("/", "–"),
            "£ million": [f"{value:,.1f}" for value in frame["value"]],
            "Pounds a head": [f"{value:,.2f}" for value in frame["per_head"]],
            "Share of local spending": ["" if value != value else f"{value:.2%}" for value in share],
        }
    ).set_index("Sum")
    known = share.dropna()
    title = (
        f"Partnership money came to between {known.min():.2%} and {known.max():.2%} of local spending, a sum at a time"
        if len(known) > 1
        else "How large the sums were beside local spending is known for too few years to say"
    )
    kind = "net current" if "net_current" in spending else "all gross"
    return Table(
        shown,
        title,
        f"Local spending: {kind} spending of English local authorities, where known for the year. People of the middle of the "
        "calendar year in which the financial year begins. Sums differ in kind (set aside, budget, paid) and are not added.",
        evidence,
        (2.4, 0.9, 1.1, 1.1, 1.4),
    )


def _sums(spending: str, catalogue: Catalogue | None) -> tuple[pd.DataFrame, Evidence]:
    import pandas as pd

    # A sum that is not at hand is left out below, but a wrong name of the spending is a mistake.
    long_series.series(spending, catalogue=catalogue)
    parts, evidence = [], Evidence()
    for order, (key, name) in enumerate(SUMS.items()):
        try:
            found = choices.money_attached(key, spending, catalogue)
        except (NotEnoughDataError, UnknownNameError):
            continue
        parts.append(found.to_frame().reset_index().assign(name=name, order=order))
        evidence += found.evidence
    if not parts:
        raise NotEnoughDataError("no sum of partnership money is confirmed for a single year")
    return pd.concat(parts, ignore_index=True), evidence


@or_say_why
def audit_cost(catalogue: Catalogue | None = None) -> Figure:
    """The cost of audit and inspection of local government in the years before and after the start of Best Value."""
    import pandas as pd

    money = (catalogue or default()).load("partnership_money")
    rows = money[(money["series"] == "audit_cost_local_government") & money["preferred"].fillna(False).astype(bool)]
    if len(rows) < 2:
        raise NotEnoughDataError("the cost of audit and inspection is known for fewer than two years")
    rows = rows.sort_values("date_earliest")
    spans = [f"{row.date_earliest.year}–{row.date_latest.year}" for row in rows.itertuples()]
    first, last = float(rows["value"].iloc[0]), float(rows["value"].iloc[-1])
    verb = "rose" if last > first * 1.02 else "fell" if last < first * 0.98 else "did not clearly change"
    prices = rows["price_basis"].iloc[0]
    return bars(
        pd.DataFrame({"label": spans, "value": rows["value"].to_list()}),
        f"The cost of auditing and inspecting local government {verb}: £{first:,.0f} million in {spans[0]}, £{last:,.0f} "
        f"million in {spans[-1]}",
        f"£ million, {prices}",
        Evidence.of(rows),
        f"{rows['geography'].iloc[0]}; {rows['note'].iloc[0]}",
        text="{:,.1f}",
    )


@or_say_why
def costs_table(catalogue: Catalogue | None = None) -> Table:
    """What inspection and reporting were said to cost, and who said so."""
    import pandas as pd

    book = catalogue or default()
    money = book.load("partnership_money")
    rows = money[money["series"].isin(_COSTS)]
    # A run of years stands in a chart of its own.
    rows = rows[rows["series"] != "audit_cost_local_government"]
    if rows.empty:
        raise NotEnoughDataError("no cost of inspection or reporting is confirmed")
    rows = rows.assign(order=rows["series"].map(_COSTS.index)).sort_values(["order", "period", "date", "value"])
    programmes = book.load("programmes", include_unconfirmed=True).set_index("programme_key")["name"]
    records = []
    for row in rows.itertuples():
        where = row.area if isinstance(row.area, str) else row.geography
        what = row.what.rstrip(".")
        records.append(
            {
                "What": f"{programmes[row.programme_key]}: {lower(what)}"
                if row.programme_key in programmes
                else what,
                "Where": where,
                "Year": str(row.period if isinstance(row.period, str) else row.date).replace("/", "–"),
                "Figure": words.figure(row),
                "Kind": row.basis,
                "Who and how": " ".join(
                    [row.note if isinstance(row.note, str) else "", f"({_cited(row.source_key, book)})"]
                ).strip(),
            }
        )
    frame = pd.DataFrame(records).set_index("What")
    kinds = rows["basis"].value_counts()
    guessed = int(rows["basis"].isin(["estimate", "guess", "claim", "forecast"]).sum())
    return Table(
        frame,
        f"{guessed} of {len(frame)} figures on the cost of inspection and reporting are estimates, forecasts, "
        "claims or guesses",
        "Rivals are kept, each with what its source says of it; in brackets the source. Councils and their association had "
        "an interest in a high figure, departments and inspectors in a low one. Kinds: "
        f"{', '.join(f'{kind} {number}' for kind, number in kinds.items())}.",
        Evidence.of(rows),
        (2.3, 1.35, 0.8, 1.1, 0.9, 2.9),
    )


def _cited(keys: Iterable[str], book: Catalogue) -> str:
    return "; ".join(source.short() for source in resolve(keys, book))
