"""The partnership programmes of 1994 to 2012: when they ran, and how many areas each reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localgov_history import dates, figures
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.findings import partnership_money, partnership_surveys
from localgov_history.findings import partnership_words as words
from localgov_history.findings.titles import or_say_why, titles_of
from localgov_history.sources import Evidence
from localgov_history.text import counted

if TYPE_CHECKING:
    pass

# What kind of thing a programme was: our grouping, for colour alone.
FAMILIES = {
    "agreement": "Agreements with areas",
    "fund": "Funds and grants",
    "pilot": "Chosen areas and pilots",
    "partnership": "Partnerships in every area",
    "assessment": "Assessment and awards",
}
_FAMILY = {
    "local_public_service_agreement_pilots": "agreement",
    "local_public_service_agreements_first": "agreement",
    "local_public_service_agreements_second": "agreement",
    "local_area_agreements_round_1": "agreement",
    "local_area_agreements_round_2": "agreement",
    "local_area_agreements_round_3": "agreement",
    "statutory_local_area_agreements": "agreement",
    "multi_area_agreements": "agreement",
    "single_regeneration_budget": "fund",
    "performance_reward_grant": "fund",
    "communities_against_drugs": "fund",
    "community_participation_programmes": "fund",
    "neighbourhood_renewal_fund": "fund",
    "area_based_grant": "fund",
    "working_neighbourhoods_fund": "fund",
    "local_strategic_partnerships": "partnership",
    "comprehensive_performance_assessment": "assessment",
    "comprehensive_area_assessment": "assessment",
    "beacon_scheme": "assessment",
}


@or_say_why
def timeline(include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Figure:
    """When each programme ran."""
    frame = (catalogue or default()).load("programmes", include_unconfirmed)
    dated = frame[frame["start_latest"].notna()].sort_values(["start_earliest", "programme_key"])
    if dated.empty:
        raise NotEnoughDataError("no programme has a known start")
    begins = dated["start_earliest"].dt.year + (dated["start_earliest"].dt.month - 1) / 12
    ends = dated["end_latest"].dt.year + dated["end_latest"].dt.month / 12
    unread = [
        row.evidence == "recalled" or (bool({"start", "end"} & set(row.unconfirmed_fields)) and include_unconfirmed)
        for row in dated.itertuples()
    ]
    shown = dated.assign(
        label=dated["name"],
        begins=begins,
        ends=ends,
        firm=[not flag for flag in unread],
        family=[_FAMILY.get(key, "pilot") for key in dated["programme_key"]],
    )[["label", "begins", "ends", "family", "firm"]].rename(columns={"family": "class"})
    started = dated["start_earliest"].dt.year
    running = {
        year: int(((started <= year) & (dated["end_latest"].dt.year >= year)).sum())
        for year in range(int(started.min()), int(started.max()) + 1)
    }
    most = max(running, key=lambda year: (running[year], -year))
    undated = len(frame) - len(dated)
    return figures.spans_over_bands(
        shown,
        FAMILIES,
        (),
        f"At least {counted(running[most], 'programme')} of {len(dated)} with a known start ran side by side in {most}",
        Evidence.of(dated, dates=("start", "end")),
        "Years in which each programme ran, as far as known; a mark alone is a known start. The grouping by colour is ours."
        + (f" {undated} without a known start are left out." if undated else ""),
    )


@or_say_why
def reach_table(include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """How many areas each programme reached, and how many of them are named in the tables."""
    import pandas as pd

    book = catalogue or default()
    frame = book.load("programmes", include_unconfirmed).sort_values(["start_earliest", "programme_key"])
    counted_rows = frame[frame["areas_count"].notna()]
    if counted_rows.empty:
        raise NotEnoughDataError("the number of areas of no programme is known")
    areas = book.load("programme_areas", include_unconfirmed)
    named = areas[areas["took_part"].fillna(True).astype(bool)]
    statutory = book.load("laa_areas")
    records = []
    for row in counted_rows.itertuples():
        mine = int((named["programme_key"] == row.programme_key).sum())
        mine = len(statutory) if row.programme_key == "statutory_local_area_agreements" else mine
        records.append(
            {
                "Programme": row.name,
                "From": "" if pd.isna(row.start_earliest) else str(row.start_earliest.year),
                "Reached": f"{int(row.areas_count):,} {row.areas_counted}",
                "Named here": str(mine) if mine else "",
                "By statute": row.statutory if isinstance(row.statutory, str) else "",
            }
        )
    whole = int(counted_rows["statutory"].eq("yes").sum())
    return Table(
        pd.DataFrame(records).set_index("Programme"),
        f"{counted(len(records), 'programme')} with a known number of areas; an Act required {whole or 'none'} of them",
        "The numbers count councils, districts, partnerships or neighbourhoods, as each programme did, and cannot be set "
        "against one another. Named here: areas of the programme whose names were found. For the Neighbourhood Renewal "
        "Fund this takes in areas added later; for the Working Neighbourhoods Fund no count is known.",
        Evidence.of(counted_rows, uses=("areas_counted", "statutory")) + Evidence.of(named),
        (3.2, 0.7, 1.6, 0.9, 0.9),
    )


@or_say_why
def rounds_table(catalogue: Catalogue | None = None) -> Table:
    """Rounds of agreements: how many councils, how many targets, what share was met."""
    import pandas as pd

    book = catalogue or default()
    rounds = book.load("programme_rounds")
    rounds = rounds[rounds["preferred"].fillna(True).astype(bool) & rounds["councils"].notna()]
    if rounds.empty:
        raise NotEnoughDataError("no round of agreements has a known number of councils")
    rounds = rounds.sort_values(["date_earliest", "round_key"])
    names = book.load("programmes", include_unconfirmed=True).set_index("programme_key")["name"]
    records = [
        {
            "When": dates.parse(row.date).readable(),
            "Programme": names.get(row.programme_key, row.programme_key),
            "Stage": row.stage,
            "Reached": f"{int(row.councils)} {row.counted}",
            "Targets": row.targets if isinstance(row.targets, str) else "",
            "Targets met": _range(row.targets_met_low_pct, row.targets_met_high_pct),
        }
        for row in rounds.itertuples()
    ]
    frame = pd.DataFrame(records).set_index("When")
    met = int((frame["Targets met"] != "").sum())
    return Table(
        frame,
        f"{counted(len(frame), 'stage')} of agreements with a known number of councils or areas; the share of targets met is "
        f"known for {met or 'none'}",
        "As published at the time. Shares of targets met are early figures of the first round, not a final account.",
        Evidence.of(rounds, uses=("stage", "counted")),
        (0.9, 2.2, 1.6, 1.1, 1.3, 0.9),
    )


def _range(low: Any, high: Any) -> str:
    known = [value for value in (low, high) if value == value and value is not None]
    if not known:
        return ""
    ends = list(dict.fromkeys(words.number(value) for value in known))
    return "–".join(ends) + "%"


def key_findings(
    measure: str, spending: str, include_unconfirmed: bool, catalogue: Catalogue | None = None
) -> list[str]:
    """What the notebook found, for the cover of a report."""
    return titles_of(
        timeline(include_unconfirmed, catalogue),
        partnership_money.money(measure, spending, catalogue),
        partnership_surveys.chairs(catalogue),
        partnership_money.costs_table(catalogue),
    )
