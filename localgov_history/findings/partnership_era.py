"""The partnership programmes of 1994 to 2012: when they ran, where, with how much money, and what was found out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localgov_history import choices, dates, partnership_figures, tiles
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure, bars
from localgov_history.findings.titles import capital, lower, or_say_why, titles_of
from localgov_history.sources import Evidence, resolve
from localgov_history.text import counted, listing
from localgov_history.tile_map import tile_map, tile_maps

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

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
# The maps: what each is called and the programmes on it.
MAPS = {
    "local_public_service_agreement_pilots": (
        "Local Public Service\nAgreement pilots",
        ("local_public_service_agreement_pilots",),
    ),
    "neighbourhood_renewal_fund": ("Neighbourhood\nRenewal Fund", ("neighbourhood_renewal_fund",)),
    "local_area_agreements_before_2008": (
        "Local Area Agreements\nbefore 2008",
        ("local_area_agreements_round_1", "local_area_agreements_round_2", "local_area_agreements_round_3"),
    ),
    "statutory_local_area_agreements": ("Statutory Local\nArea Agreements", ("statutory_local_area_agreements",)),
    "working_neighbourhoods_fund": ("Working\nNeighbourhoods Fund", ("working_neighbourhoods_fund",)),
    "multi_area_agreements": ("Multi-Area\nAgreements", ("multi_area_agreements",)),
    "total_place": ("Total Place", ("total_place",)),
    "community_budgets": (
        "Community Budgets",
        ("community_budgets_first_phase", "whole_place_community_budgets", "neighbourhood_community_budgets"),
    ),
}
_PHASES = {
    "pilot_2005": "local_area_agreements_round_1",
    "round_2_2006": "local_area_agreements_round_2",
    "round_3_2007": "local_area_agreements_round_3",
}
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
    return partnership_figures.spans(
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


@or_say_why
def areas_map(programme: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Figure:
    """The areas of a programme on a map of counties and single-tier councils, by round.

    Parameters
    ----------
    programme : a key of `MAPS`.
    """
    book = catalogue or default()
    frame, names, used, number = _on_tiles(programme, include_unconfirmed, book)
    heading = MAPS[programme][0].replace("\n", " ")
    on = frame[frame["class"] != ""]
    whole, part = int((~on["part"]).sum()), int(on["part"].sum())
    tally = [f"{name} {int((on['class'] == code).sum())}" for code, name in names.items()]
    by_region = on["region"].value_counts()
    said = ", ".join(f"{region} {count}" for region, count in by_region.items())
    return tile_map(
        frame,
        names,
        f"{heading}: {counted(number, 'area')} named here, in {len(on)} of {len(frame)} counties and single-tier councils",
        used,
        f"One tile a county or single-tier council of 2019. {whole} took part as a whole; small tiles ({part}) hold a "
        "district, a neighbourhood or a former council that did. An area of several councils has several tiles; a council "
        "in two rounds has the colour of the first. Dark lines part the regions. Not coloured: not named, "
        "which is no proof that it stood aside. "
        f"{_hollow(on)}"
        f"{_completeness(programme, book)}",
        f"Tiles by round: {'; '.join(tally)}. By region: {said}.",
    )


@or_say_why
def all_maps(include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Figure:
    """Every programme on a small map of its own."""
    import pandas as pd

    book = catalogue or default()
    panels: dict[str, pd.DataFrame] = {}
    evidence = Evidence()
    parts = []
    for programme, (heading, _) in MAPS.items():
        try:
            frame, _, used, number = _on_tiles(programme, include_unconfirmed, book)
        except NotEnoughDataError:
            continue
        panels[f"{heading}\n({number})" if "\n" not in heading else f"{heading} ({number})"] = frame
        evidence += used
        reached = int((frame["class"] != "").sum())
        parts.append((reached, heading.replace("\n", " "), number))
    if not panels:
        raise NotEnoughDataError("no area of any programme is named")
    most = max(parts)
    return tile_maps(
        panels,
        f"Of {len(parts)} programmes, {_the(most[1])} cover most of the map, as far as areas are named: {most[0]} of "
        f"{len(next(iter(panels.values())))} tiles",
        evidence,
        "In brackets: areas named here, which for several programmes is fewer than there were. Small tiles: a part "
        f"of the council took part. {_hollow(pd.concat(panels.values()))}".strip(),
        f"Councils reached: {'; '.join(f'{name} {reached}' for reached, name, _ in parts)}.",
    )


@or_say_why
def areas_table(programme: str, include_unconfirmed: bool = False, catalogue: Catalogue | None = None) -> Table:
    """The areas of a programme by round, with their names."""
    import pandas as pd

    book = catalogue or default()
    rows, names, used = _areas(programme, include_unconfirmed, book)
    records = []
    for (region, code), part in rows.fillna({"region": "Several or not known"}).groupby(
        ["region", "class"], sort=True
    ):
        records.append(
            {"Region": region, "Round": names[code], "Areas": listing(sorted(part["area"])), "Number": len(part)}
        )
    frame = pd.DataFrame(records).set_index("Region")
    heading = MAPS[programme][0].replace("\n", " ")
    most = frame.groupby(level=0)["Number"].sum()
    leaders = sorted(most.index[most == most.max()])
    return Table(
        frame,
        f"{heading}: {counted(len(rows), 'area')} named, most in {listing(leaders)} "
        f"({most.max()}{' each' if len(leaders) > 1 else ''})",
        "Areas as the programme named them. " + _completeness(programme, book),
        used,
        (1.3, 1.5, 5, 0.8),
    )


def _areas(
    programme: str, include_unconfirmed: bool, book: Catalogue
) -> tuple[pd.DataFrame, dict[str, str], Evidence]:
    """Areas with ``area``, ``members``, ``region`` and ``class`` (the round), the names of rounds, the rows used."""
    import pandas as pd

    if programme not in MAPS:
        raise UnknownNameError("programme with a map", programme, MAPS)
    keys = MAPS[programme][1]
    rows = book.load("programme_areas", include_unconfirmed)
    rows = rows[rows["programme_key"].isin(keys) & rows["took_part"].fillna(True).astype(bool)]
    several = len(keys) > 1
    titles = book.load("programmes", include_unconfirmed=True).set_index("programme_key")["name"]
    code = rows["programme_key"] if several else rows["round"].fillna("")
    rows = rows.assign(**{"class": code}).sort_values("start_earliest", kind="stable")
    evidence = Evidence.of(rows)
    shown = ["area", "members", "region", "class", "firm"]
    parts = [rows.assign(firm=_read(rows, "members"))[shown]]
    areas = book.load("laa_areas", include_unconfirmed)
    if programme == "statutory_local_area_agreements":
        rest = areas[~areas["area"].isin(rows["area"])]
        parts.append(_single(rest, "agreement", "area")[shown])
        evidence += Evidence.of(rest)
    if programme == "local_area_agreements_before_2008":
        phased = areas.assign(phase=areas["laa_phase"].map(_PHASES))
        phased = phased[phased["phase"].notna() & ~phased["area"].isin(rows["area"])]
        parts.append(_single(phased, phased["phase"], "laa_phase")[shown])
        evidence += Evidence.of(phased, uses=("laa_phase",))
    every = pd.concat(parts, ignore_index=True)
    every = every[every["members"].map(len) > 0]
    if every.empty:
        raise NotEnoughDataError(f"no area of {titles.get(keys[0], programme)} is named")
    order = [key for key in keys if (every["class"] == key).any()] if several else list(dict.fromkeys(every["class"]))
    names = {key: titles[key] if several else _round_name(key) for key in order}
    return every, names, evidence


def _single(areas: pd.DataFrame, code: str | pd.Series, resting_on: str) -> pd.DataFrame:
    """Agreement areas as areas of one council each."""
    members = [(name,) for name in areas["area"]]
    return areas.assign(members=members, firm=_read(areas, resting_on), **{"class": code})


def _read(rows: pd.DataFrame, column: str) -> list[bool]:
    """Whether a cell of each row was read in a source."""
    return [
        known != "recalled" and column not in unread
        for known, unread in zip(rows["evidence"], rows["unconfirmed_fields"], strict=True)
    ]


def _on_tiles(
    programme: str, include_unconfirmed: bool, book: Catalogue
) -> tuple[pd.DataFrame, dict[str, str], Evidence, int]:
    rows, names, evidence = _areas(programme, include_unconfirmed, book)
    grid = tiles.grid(book)
    found: dict[str, tuple[str, bool, bool]] = {}
    for code in names:
        for row in rows[rows["class"] == code].itertuples():
            neighbourhood = code == "neighbourhood_community_budgets"
            for tile, whole in tiles.of(row.members, book).items():
                first, partly, firm = found.get(tile, (code, True, False))
                found[tile] = (first, partly and (neighbourhood or not whole), firm or row.firm)
    placed = [found.get(tile, ("", False, True)) for tile in grid.index]
    columns = dict(zip(("class", "part", "firm"), zip(*placed, strict=True), strict=True))
    return grid.assign(**columns), names, evidence + Evidence.of(grid), len(rows)


def _round_name(key: str) -> str:
    return {"agreement": "Agreement of 2008", "signed": "Agreement signed"}.get(
        key, capital(key)
    ) or "Round not known"


def _hollow(tiles: pd.DataFrame) -> str:
    number = int((~tiles["firm"].astype(bool)).sum())
    return f"Hollow tiles ({number}): not yet confirmed in a source. " if number else ""


def _completeness(programme: str, book: Catalogue) -> str:
    """How many areas the programmes on a map said that they had."""
    rows = book.load("programmes").set_index("programme_key")
    rows = rows[rows["areas_count"].notna()]
    keys = [key for key in MAPS[programme][1] if key in rows.index]
    said = [
        f"{int(rows.loc[key, 'areas_count'])} {rows.loc[key, 'areas_counted']} ({rows.loc[key, 'name']})"
        for key in keys
    ]
    if len(keys) < len(MAPS[programme][1]):
        return "How many there were in all is not confirmed."
    return f"By the programme’s own count there were {listing(said)}."


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
    words = {"per_head": " a head", "share": " of local spending", "value": ""}[measure]
    return bars(
        shown,
        f"{_the(name, True)} of {when} came to {form.format(top['value'])}{words}{rest}",
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
            "GBP million": [f"{value:,.1f}" for value in frame["value"]],
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
    words = "net current" if "net_current" in spending else "all gross"
    return Table(
        shown,
        title,
        f"Local spending: {words} spending of English local authorities, where known for the year. People of the middle of the "
        "calendar year in which the financial year begins. Sums differ in kind (set aside, budget, paid) and are not added.",
        evidence,
        (2.4, 0.9, 1.1, 1.1, 1.4),
    )


def _sums(spending: str, catalogue: Catalogue | None) -> tuple[pd.DataFrame, Evidence]:
    import pandas as pd

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
            "Figure": _figure(row),
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
            "Figure": [_figure(row) for row in rows.itertuples()],
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
        f"GBP million, {prices}",
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
                "Figure": _figure(row),
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


def key_findings(
    measure: str, spending: str, include_unconfirmed: bool, catalogue: Catalogue | None = None
) -> list[str]:
    """What the notebook found, for the cover of a report."""
    return titles_of(
        timeline(include_unconfirmed, catalogue),
        money(measure, spending, catalogue),
        chairs(catalogue),
        costs_table(catalogue),
    )


def _facts(comparator: bool, catalogue: Catalogue | None) -> pd.DataFrame:
    facts = (catalogue or default()).load("lsp_facts")
    return facts[facts["comparator"].fillna(False).astype(bool) == comparator].sort_values(
        ["date_earliest", "fact_key"]
    )


def _measure(text: str) -> str:
    return capital(text.replace("an local", "a local"))


def _figure(row: Any) -> str:
    """A value with its unit, or its bounds."""
    low, high = row.value_low, row.value_high
    said = (
        _number(row.value) if row.value == row.value and row.value is not None else f"{_number(low)}–{_number(high)}"
    )
    unit = str(row.unit)
    if unit == "percent":
        return f"{said}%"
    if unit.startswith("GBP million"):
        return f"£{said}m{unit.removeprefix('GBP million')}"
    if unit.startswith("GBP"):
        return f"£{said}{unit.removeprefix('GBP')}"
    return f"{said} {_singular(unit) if said == '1' else unit}"


def _singular(unit: str) -> str:
    return unit.removesuffix("ies") + "y" if unit.endswith("ies") else unit.removesuffix("s")


def _number(value: Any) -> str:
    number = float(value)
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.4g}"


def _range(low: Any, high: Any) -> str:
    known = [value for value in (low, high) if value == value and value is not None]
    if not known:
        return ""
    ends = list(dict.fromkeys(_number(value) for value in known))
    return "–".join(ends) + "%"


def _cited(keys: Iterable[str], book: Catalogue) -> str:
    return "; ".join(source.short() for source in resolve(keys, book))


def _the(name: str, capitalised: bool = False) -> str:
    """A programme in a sentence, with its article where it takes one."""
    if name.startswith(("Neighbourhood", "Working", "Area Based")):
        return f"{'The' if capitalised else 'the'} {name}"
    return name
