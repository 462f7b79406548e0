"""The areas of the agreements, against the CSV read by hand, other tables, and closed forms."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_history import areas, tiles
from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue
from localgov_history.errors import NotEnoughDataError, UnknownNameError


def shelf(name: str) -> list[dict[str, str]]:
    """A shipped table as the CSV file has it, past the package."""
    with (folder("datasets") / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_there_are_the_150_and_a_mistaken_name_is_answered() -> None:
    assert areas.names() == sorted(row["area"] for row in shelf("laa_areas"))
    assert len(areas.names()) == 150
    with pytest.raises(
        UnknownNameError, match="no area of a local area agreement is called 'Leads'; did you mean Leeds"
    ):
        areas.area("Leads")


def test_districts_of_a_county() -> None:
    # Kent had twelve districts after Medway left it in 1998; Worcestershire six, listed under Hereford and Worcester.
    assert len(areas.area("Kent").districts) == 12
    assert set(areas.area("Worcestershire").districts) == {
        "Bromsgrove", "Malvern Hills", "Redditch", "Worcester", "Wychavon", "Wyre Forest",
    }  # fmt: skip
    assert areas.area("Leeds").districts == ()


@pytest.mark.parametrize(
    "name", ["Kent", "Suffolk", "Cheshire", "Cumbria", "Northamptonshire", "Worcestershire", "Leeds"]
)
def test_the_parts_of_an_area_add_up_to_its_population_of_2008(name: str) -> None:
    printed = {row["area"]: row["population_mid_2008"] for row in shelf("laa_areas")}
    found = areas.populations(areas.area(name))
    own = found[found["own"]].set_index("year")["population"]
    assert own[2008] == int(printed[name])
    assert found["year"].between(1889, 2012).all()


def test_lines_of_different_geographies_are_kept_apart() -> None:
    found = areas.populations(areas.area("Leeds"))
    # The county borough by the census of 1971 and by the estimate on the area of 1971: two lines of one body.
    borough = {line for line in found["line"] if line.startswith("Leeds county borough")}
    assert borough == {"Leeds county borough, census", "Leeds county borough, area of 1971"}
    assert not found.duplicated(["line", "year"]).any()
    # West Yorkshire's functions passed to Leeds; its people did not.
    assert not any("West Yorkshire" in line for line in found["line"])
    with pytest.raises(NotEnoughDataError, match="no population is known for Poole"):
        areas.populations(areas.area("Poole"))


def test_nearest_agrees_with_the_law_of_cosines() -> None:
    points = {
        row["authority_key"]: (math.radians(float(row["latitude"])), math.radians(float(row["longitude"])))
        for row in shelf("area_centroids")
        if row["scheme"] == "upper_tier_2019"
    }
    keys = {row["area"]: row["authority_key"] for row in shelf("laa_areas")}
    near = areas.nearest(areas.area("Leeds"), 149).set_index("area")["kilometres"]
    assert near.is_monotonic_increasing
    assert len(near) == 149
    here = points[keys["Leeds"]]
    for name in ("Wakefield", "Gateshead", "Kent"):
        there = points[keys[name]]
        cosine = math.sin(here[0]) * math.sin(there[0]) + math.cos(here[0]) * math.cos(there[0]) * math.cos(
            here[1] - there[1]
        )
        assert near[name] == pytest.approx(6371 * math.acos(cosine), rel=1e-6)


@given(st.sampled_from(areas.names()), st.sampled_from(areas.names()))
def test_distance_goes_both_ways(one: str, other: str) -> None:
    if one == other:
        return
    out = areas.nearest(areas.area(one), 149).set_index("area")["kilometres"][other]
    back = areas.nearest(areas.area(other), 149).set_index("area")["kilometres"][one]
    assert out == pytest.approx(back)


def test_every_area_has_a_tile_and_a_tile_its_areas() -> None:
    found = {name: tiles.marked({"here": [name]}).set_index("name") for name in areas.names()}
    held = {name: set(frame.index[frame["class"] == "here"]) for name, frame in found.items()}
    assert all(held.values())
    assert len(set.union(*held.values())) == 151
    assert held["Bournemouth"] == held["Poole"] == {"Bournemouth, Christchurch and Poole"}
    assert held["Cheshire"] == {"Cheshire East", "Cheshire West and Chester"}
    assert held["Gateshead"] == {"Gateshead"}
    # Bournemouth is a part of the council that took it over; Cheshire was all of both of its successors.
    assert found["Bournemouth"]["part"].sum() == 1
    assert not found["Cheshire"]["part"].any()


def test_programmes_of_an_area_and_of_the_councils_in_it() -> None:
    found = areas.programmes(areas.area("East Sussex"))
    # The Neighbourhood Renewal Fund and the pathfinder were Hastings's, a district of it.
    assert set(found.loc[found["through"] == "Hastings", "programme_key"]) == {
        "neighbourhood_management_pathfinders",
        "neighbourhood_renewal_fund",
    }
    rows = [row for row in shelf("programme_area_money") if row["area_key"] == "neighbourhood_renewal_fund_haringey"]
    sums = [float(row["value"]) for row in rows if row["date"] == "2001-04/2004-03"]
    money = areas.programmes(areas.area("Haringey")).set_index("programme_key")["money"]
    assert money["neighbourhood_renewal_fund"] == f"£{sums[0]:.2f}m in 2001–04"


def test_joint_working_counts_members_that_were_read() -> None:
    formed = {
        row["name"]
        for row in shelf("joint_working")
        if "Leeds" in row["members"].split(";")
        and row["status"] == "formed"
        and "members" not in row["unconfirmed_fields"].split(";")
    }
    assert len(formed) == 3
    assert set(areas.joint_working(areas.area("Leeds"))["name"]) == formed


def test_zones_are_placed_by_name_within_the_region() -> None:
    def placed(name: str) -> set[str]:
        return set(areas.designated(areas.area(name))["name"])

    assert "Barnsley, Doncaster and Rotherham" not in placed("Wakefield")
    # The source says Newcastle in the North East, and Newcastle-under-Lyme is not there.
    assert "Newcastle" in placed("Newcastle upon Tyne")
    assert "Newcastle" not in placed("Staffordshire")
    assert "Salford and Trafford" in placed("Salford") & placed("Trafford")
    assert "East Basildon" in placed("Essex")


def test_indicators_stand_beside_medians_of_the_areas() -> None:
    rows = [
        row for row in shelf("indicator_values") if row["ni"] == "186" and row["date"] == "2010" and row["laa_area"]
    ]
    values = sorted(float(row["value"]) for row in rows)
    found = areas.indicators(areas.area("Leeds"))
    carbon = found[(found["ni"] == 186) & (found["year"] == 2010)].iloc[0]
    assert carbon["areas"] == len(values) == 147
    assert carbon["england_median"] == values[73]
    london = areas.indicators(areas.area("Haringey"))
    # Only the London authorities have values of NI 116, so there is no median of England.
    assert london.loc[london["ni"] == 116, "england_median"].isna().all()
    assert london.loc[london["ni"] == 116, "region_median"].notna().all()


@pytest.mark.parametrize(
    ("name", "county"),
    [
        ("Leeds", "West Yorkshire"),
        ("Hackney", "Inner London"),
        ("City of London", "Inner London"),
        ("Haringey", "Outer London"),
        ("Rutland", "Leicestershire"),
        ("Worcestershire", "Hereford and Worcester"),
    ],
)
def test_the_county_of_1981(name: str, county: str) -> None:
    assert areas.housebuilding_county(areas.area(name)) == county


def test_side_by_side() -> None:
    found = areas.side_by_side(["Leeds", "Dorset"], (areas.PEOPLE, areas.BEFORE))
    wide = found.to_frame().pivot(index="area", columns="measure", values="value")
    assert wide.loc["Leeds", areas.PEOPLE] == 741_665
    assert math.isnan(wide.loc["Dorset", areas.PEOPLE])
    assert f"{areas.BEFORE}: from Dorset (3) to Leeds (12)." in found.sentence()
    assert "to Dorset" not in found.sentence()
    with pytest.raises(UnknownNameError, match="no measure of areas is called 'Peple'"):
        areas.side_by_side(["Leeds"], ("Peple",))


def test_an_area_of_a_users_own_catalogue(copied: Path) -> None:
    path = copied / "laa_areas.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Leeds,leeds-md", "Leodis,leeds-md"), encoding="utf-8")
    assert areas.area("Leodis", Catalogue(base=copied)).authority_key == "leeds-md"
