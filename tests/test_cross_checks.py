"""The tables against each other and against numbers printed elsewhere: lives, Acts, functions, parts and totals."""

from __future__ import annotations

import pandas as pd
import pytest

import localgov_history as lg
from localgov_history import readings
from localgov_history.catalogue import Catalogue

# Bodies older than the Act that the table names as their maker, each with the reason. None is known.
OLDER_THAN_THEIR_ACT: dict[str, str] = {}


def test_no_statutory_body_starts_before_the_assent_of_its_act(shipped: Catalogue) -> None:
    assent = shipped.load("acts").set_index("act_key")["royal_assent_earliest"].dropna()
    bodies = shipped.load("body_types")
    made = bodies[bodies["created_by"].isin(assent.index) & bodies["start_latest"].notna()]
    assert len(made) > 40
    early = {row.body_key for row in made.itertuples() if row.start_latest < assent[row.created_by]}
    assert early == set(OLDER_THAN_THEIR_ACT)


def test_no_body_ends_before_the_assent_of_the_act_that_ended_it(shipped: Catalogue) -> None:
    assent = shipped.load("acts").set_index("act_key")["royal_assent_earliest"].dropna()
    bodies = shipped.load("body_types")
    gone = bodies[bodies["ended_by"].isin(assent.index) & bodies["end_latest"].notna()]
    assert len(gone) > 20
    assert [row.body_key for row in gone.itertuples() if row.end_latest < assent[row.ended_by]] == []


def outside(frame: pd.DataFrame, kinds: pd.DataFrame, key: str) -> list[str]:
    """Rows whose start or end lies outside the life of their kind of body."""
    found = []
    for row in frame[frame["body_key"].isin(kinds.index)].itertuples():
        life = kinds.loc[row.body_key]
        if row.start_latest < life["start_earliest"] or row.end_earliest > life["end_latest"]:
            found.append(getattr(row, key))
    return found


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("function_responsibilities", "responsibility_key"),
        ("authorities", "authority_key"),
        ("appointed_bodies", "body_id"),
    ],
)
def test_nothing_lies_outside_the_life_of_its_kind_of_body(shipped: Catalogue, table: str, key: str) -> None:
    kinds = shipped.load("body_types").set_index("body_key")
    frame = shipped.load(table)
    assert frame["body_key"].isin(kinds.index).sum() > 100
    assert outside(frame, kinds, key) == []


def test_a_function_outside_a_life_would_be_found(shipped: Catalogue) -> None:
    kinds = shipped.load("body_types").set_index("body_key")
    held = shipped.load("function_responsibilities")
    some = held[(held["body_key"] == "school_board") & held["start_latest"].notna()].head(1)
    assert len(some) == 1
    wrong = some.assign(start_latest=pd.Timestamp("1850-01-01"))
    assert len(outside(wrong, kinds, "responsibility_key")) == 1


@pytest.mark.parametrize(("scheme", "least"), [("county_1981", 70), ("lad_1971", 5), ("lad_2023", 40)])
def test_populations_of_areas_add_to_that_of_england(shipped: Catalogue, scheme: str, least: int) -> None:
    areas = shipped.load("area_population")
    areas = areas[(areas["area_scheme"] == scheme) & (areas["kind"] == "mid_year_estimate")]
    areas = areas[areas["preferred"].fillna(True).astype(bool)]
    whole = lg.series("england_population_midyear").frame.set_index("when")["value"]
    shares = (areas.groupby("date")["population"].sum() / whole).dropna()
    assert len(shares) >= least
    assert shares.between(0.9999, 1.0001).all()


def test_council_building_by_county_adds_to_that_of_england(shipped: Catalogue) -> None:
    parts = shipped.load("council_housebuilding").groupby("date")["completed_local_authority"].sum()
    whole = lg.series("england_dwellings_completed_local_authority").frame.set_index("when")["value"]
    both = pd.concat([parts, whole], axis=1, keys=["parts", "whole"]).dropna()
    assert len(both) > 60
    assert ((both["parts"] - both["whole"]).abs() <= 10).all()


# Numbers that Parliament or departments printed, and what must be counted for each: Hansard, 24 January 1992 (82
# training and enterprise councils, 75 of them in England); National Audit Office (12 urban development corporations in
# England of 1981 to 1993); Hansard, 11 December 1995 (six housing action trusts); Hansard, 3 May 1994 (31 City Challenge
# areas in two rounds); Social Exclusion Unit, 2001 (39 New Deal for Communities areas, 88 districts of the
# Neighbourhood Renewal Fund); Department of Health (26 health action zones); Hansard, 1 March 2010 (22 neighbourhood
# management pathfinders shown in grants); HM Treasury, 2009 (13 Total Place pilots); Communities and Local Government,
# 2008 (150 areas of Local Area Agreements); Hansard, 27 June 1985 (18 authorities capped in 1985/86).
PRINTED = [
    ("appointed_bodies", {"body_key": "training_and_enterprise_council"}, 82),
    ("appointed_bodies", {"body_key": "training_and_enterprise_council", "country": "England"}, 75),
    ("appointed_bodies", {"body_key": "urban_development_corporation", "country": "England"}, 12),
    ("appointed_bodies", {"body_key": "housing_action_trust"}, 6),
    ("appointed_bodies", {"body_key": "regional_development_agency"}, 9),
    ("designated_areas", {"scheme": "city_challenge"}, 31),
    ("designated_areas", {"scheme": "new_deal_for_communities"}, 39),
    ("designated_areas", {"scheme": "health_action_zone"}, 26),
    ("programme_areas", {"programme_key": "neighbourhood_renewal_fund", "round": "first 88"}, 88),
    ("programme_areas", {"programme_key": "neighbourhood_management_pathfinders"}, 22),
    ("programme_areas", {"programme_key": "total_place"}, 13),
    ("laa_areas", {}, 150),
    ("laa_areas", {"type": "london_borough"}, 32),
    ("rate_limits", {"period": "1985/86"}, 18),
]


@pytest.mark.parametrize(("table", "which", "number"), PRINTED)
def test_numbers_printed_elsewhere(shipped: Catalogue, table: str, which: dict[str, str], number: int) -> None:
    frame = shipped.load(table, include_unconfirmed=True)
    for column, value in which.items():
        frame = frame[frame[column] == value]
    assert len(frame) == number


def test_every_reading_still_stands_in_its_table(shipped: Catalogue) -> None:
    assert [str(problem) for problem in readings.problems(shipped)] == []
    assert len(shipped.rows("readings")) > 2000


def test_a_sheet_of_20_readings_can_be_checked_by_hand(shipped: Catalogue) -> None:
    sheet = readings.sheet(20, seed=7, catalogue=shipped)
    assert len(sheet) == 20
    assert sheet.drop_duplicates(["table", "row_key", "field"]).shape[0] == 20
    assert sheet["printed"].str.len().gt(0).all()
    assert sheet["source"].str.len().gt(0).all()
    cells = sheet[sheet["field"] != readings.ROW]
    for row in cells.itertuples():
        table = shipped.schema(row.table)
        keys = [" / ".join(item[part] for part in table.primary_key) for item in shipped.rows(row.table)]
        # A reading may say that there is no value: an empty cell.
        value = row.value if isinstance(row.value, str) else ""
        assert shipped.rows(row.table)[keys.index(row.row_key)][row.field] == value
    assert sheet.equals(readings.sheet(20, seed=7, catalogue=shipped))
    assert not sheet.equals(readings.sheet(20, seed=8, catalogue=shipped))


def test_a_reading_that_no_longer_agrees_is_named(tmp_path, shipped: Catalogue, write_csv) -> None:  # type: ignore[no-untyped-def]
    row = next(
        item for item in shipped.rows("readings") if item["table"] == "acts" and item["field"] == "royal_assent"
    )
    write_csv(
        tmp_path / "acts.csv",
        [{"act_key": row["row_key"], "royal_assent": "1801-01-01", "evidence": "seen", "source_key": "ogg_1913"}],
    )
    found = readings.problems(Catalogue(overlay=tmp_path))
    assert [problem.column for problem in found] == ["value"]
    assert "'1801-01-01'" in str(found[0])
