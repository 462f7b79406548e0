"""The register: who was in being when, how complete that is, and who came from whom."""

from __future__ import annotations

import json
import random
import warnings
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_history import dates, figures, integrity, registry
from localgov_history.catalogue import Catalogue
from localgov_history.errors import AmbiguousNameError, LocalgovError, UnknownNameError
from localgov_history.registry import CoverageWarning
from localgov_history.schema import TableError

# Counts known from statutes, not from the register: the Local Government Act 1888, Third Schedule (61 county boroughs,
# Cardiff and Swansea among them); the Local Government Act 1972, Schedule 1, and SI 1972/2039 (6 and 39 counties,
# 36 and 296 districts); the London Government Act 1963 (32 boroughs); the Local Government Act 1985 (6 counties gone);
# the structural changes orders of 1995 to 1998 (46 unitary authorities) and of 2008 (9 more in 2009).
STATUTE = [
    ("1974-04-02", "metropolitan county", 6),
    ("1974-04-02", "non-metropolitan counties", 39),
    ("1974-04-02", "metropolitan districts", 36),
    ("1974-04-02", "non metropolitan district", 296),
    ("1974-04-02", "LB", 32),
    ("1986-04-02", "metropolitan county", 0),
    ("1998-04-02", "unitary", 46),
    ("2009-04-02", "unitary", 55),
    ("2009-03-31", "unitary", 46),
    ("1950", "metropolitan borough", 28),
]


def quietly(**asked: object) -> registry.Register:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CoverageWarning)
        return registry.authorities(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(("day", "kind", "number"), STATUTE)
def test_numbers_laid_down_in_statutes(day: str, kind: str, number: int) -> None:
    assert len(quietly(as_of=day, type=kind)) == number


def test_county_boroughs_of_the_act_of_1888() -> None:
    found = quietly(as_of="1889-04-01", type="county borough", country=None, include_unconfirmed=True)
    assert len(found) == 61
    assert found.frame["country"].value_counts().to_dict() == {"England": 59, "Wales": 2}


def test_the_five_county_boroughs_of_1964_to_1968() -> None:
    found = quietly(type="county borough").frame
    late = found[found["start_earliest"] >= "1964-01-01"]
    assert {"Luton", "Solihull", "Teesside", "Torbay", "Hartlepool"} <= set(late["name"])
    on_the_last_day = quietly(as_of="1974-03-31", type="county borough").frame
    assert {"Luton", "Solihull", "Teesside", "Torbay", "Hartlepool"} <= set(on_the_last_day["name"])


def test_an_end_is_the_last_day() -> None:
    for day, there in (("1974-03-31", True), ("1974-04-01", False)):
        assert ("leeds-city-of-cb" in set(quietly(as_of=day).frame["authority_key"])) is there


def test_an_incomplete_class_warns_and_says_so() -> None:
    with pytest.warns(CoverageWarning, match=r"municipal borough \(none\)"):
        found = registry.authorities(as_of="1900", type="municipal borough")
    assert len(found) == 0
    assert found.coverage["status"].tolist() == ["none"]
    assert "not complete for municipal borough" in found.sentence()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (
            "complete for the classes asked for"
            in registry.authorities(as_of="1998-04-02", type="unitary").sentence()
        )


def test_authorities_whose_dates_nobody_has_read_make_a_class_partial() -> None:
    some = quietly(as_of="1890", type="county borough")
    every = quietly(as_of="1890", type="county borough", include_unconfirmed=True)
    missing = len(every) - len(some)
    status = some.coverage["status"].iloc[0]
    assert status == ("partial" if missing else "complete")
    if missing:
        assert f"{missing} more" in some.coverage["why"].iloc[0]


def test_a_year_asks_for_all_that_existed_in_it() -> None:
    found = quietly(as_of=1974)
    assert {"county_borough", "metropolitan_district"} <= set(found.frame["type"])
    lasting = found.frame.loc[found.frame["throughout"], "type"]
    assert set(lasting) == {"london_borough", "greater_london", "sui_generis", "inner_london_education_authority"}


@pytest.mark.parametrize("bad", ["soon", "1974-13-01", "1834/..", True])
def test_a_date_that_is_none(bad: object) -> None:
    with pytest.raises(LocalgovError, match=r"expected|has month"):
        registry.authorities(as_of=bad)


def test_names_are_forgiving() -> None:
    for name in (
        "Leeds CB",
        "leeds county borough",
        "City of Leeds CB",
        "Leeds (county borough)",
        "leeds-city-of-cb",
    ):
        assert registry.one(name)["authority_key"] == "leeds-city-of-cb", name
    assert registry.one("Leeds", as_of="1950")["type"] == "county_borough"
    assert registry.one("Leeds MD")["authority_key"] == "leeds-md"


def test_an_ambiguous_name_lists_what_it_may_mean() -> None:
    with pytest.raises(AmbiguousNameError, match=r"durham-ac.*durham-city-of-mb"):
        registry.lineage("Durham")
    with pytest.raises(AmbiguousNameError, match=r"leeds-city-of-cb.*leeds-md"):
        registry.one("Leeds")


def test_an_unknown_name_gets_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="did you mean Leeds"):
        registry.find("Leads")
    with pytest.raises(UnknownNameError, match="did you mean Kingston upon Hull"):
        registry.find("Hull")
    with pytest.raises(UnknownNameError, match="did you mean Farnworth municipal borough"):
        registry.find("Farnworth UD")
    assert registry.one("Tyne & Wear")["name"] == "Tyne and Wear"
    assert registry.one("City of London")["type"] == "sui_generis"
    with pytest.raises(UnknownNameError, match="no type of authority is called 'unitry'; did you mean unitary"):
        registry.authorities(type="unitry")
    with pytest.raises(UnknownNameError, match="no region is called 'Wessex'"):
        registry.authorities(region="Wessex")


# Read in statutes and encyclopaedias, not in the register: place, then bodies that must stand before and after it.
LINEAGES = {
    "Leeds": (["Morley", "Pudsey", "Aireborough", "Otley"], ["West Yorkshire"]),
    "Bristol": (["Avon"], []),
    "Rutland": (["Oakham", "Uppingham"], ["Leicestershire"]),
    "Camden": (["Hampstead", "Holborn", "St Pancras", "Greater London Council"], []),
    "Wiltshire": (["Kennet", "Salisbury", "West Wiltshire", "North Wiltshire"], ["Swindon"]),
    "Hartlepool": (["West Hartlepool"], []),
    "Cornwall": (["Caradon", "Carrick", "Kerrier", "North Cornwall", "Penwith", "Restormel"], []),
    "Middlesex": ([], ["Greater London Council", "Hertfordshire", "Surrey"]),
    "Huntingdonshire administrative county": ([], ["Huntingdon and Peterborough", "Cambridgeshire"]),
    "Greater Manchester metropolitan county": (["Bolton", "Salford", "Stockport"], ["Trafford", "Tameside"]),
}


@pytest.mark.parametrize("place", LINEAGES)
def test_lineages_through_the_reorganisations(place: str) -> None:
    before, after = LINEAGES[place]
    found = registry.lineage(place, include_unconfirmed=True)
    names = found.bodies.groupby(found.bodies["generation"].clip(-1, 1))["name"].agg(set)
    assert set(before) <= names.get(-1, set()) | names.get(0, set()), names
    assert set(after) <= names.get(1, set()) | names.get(0, set()), names
    assert place.split()[0] in found.sentence()
    drawn = figures.lineage(found, found.sentence())
    assert len(drawn.plot.layout.yaxis.ticktext) == len(found.bodies)
    assert drawn.evidence.sources


def test_the_tier_above_brings_no_siblings() -> None:
    # Bolton was made of Bolton, Farnworth, Blackrod, Horwich, Kearsley, Little Lever, Westhoughton and part of Turton.
    bolton = registry.lineage("Bolton", include_unconfirmed=True)
    assert not {"Wigan", "Trafford", "Cheshire", "Stockport"} & set(bolton.bodies["name"])
    districts = bolton.bodies[(bolton.bodies["generation"] < 0) & (bolton.bodies["tier"] == "lower")]
    assert len(districts) == 7


def test_links_that_nobody_has_read_are_counted() -> None:
    some = registry.lineage("Derby", include_unconfirmed=False)
    every = registry.lineage("Derby", include_unconfirmed=True)
    assert (some.unread > 0) == (len(every.links) > len(some.links))
    assert every.unread == 0
    if some.unread:
        assert "left out, not yet read in a source" in some.sentence()
    with pytest.raises(LocalgovError, match="expected 1 or more"):
        registry.lineage("Leeds", generations=-1)
    assert "nothing after 1974" in registry.lineage("Cardiff", include_unconfirmed=True).sentence()


def test_after_its_last_year_and_without_a_region_a_class_is_not_complete() -> None:
    assert quietly(as_of="2030", type="unitary").coverage["status"].tolist() == ["partial"]
    north_west = quietly(as_of="1950", region="North West", type="administrative county")
    assert north_west.coverage["status"].tolist() == ["partial"]
    assert "no region" in north_west.coverage["why"].iloc[0]
    assert quietly().coverage.duplicated(["type", "country"]).sum() == 0
    assert "at some time in 1974" in quietly(as_of=1974).sentence()


def test_generations_limit_the_walk_and_say_what_is_left_out() -> None:
    near = registry.lineage("Cornwall", generations=1, include_unconfirmed=True)
    assert near.bodies["generation"].abs().max() == 1
    assert near.left_out > 0
    assert "further off" in near.sentence()


def test_successions_fit_the_lives(shipped: Catalogue) -> None:
    bodies = shipped.load("authorities", include_unconfirmed=True).set_index("authority_key")
    changes = shipped.load("authority_changes", include_unconfirmed=True)
    ending = changes[
        changes["kind"].isin(["merged", "status_change"])
        & changes["successor_key"].notna()
        & (changes["predecessor_key"] != changes["successor_key"])
        & changes["part"].eq(False)
        & changes["what"].isin(["area", "status"])
    ]
    assert len(ending) > 1000
    for row in ending.itertuples():
        gone, come = bodies.loc[row.predecessor_key], bodies.loc[row.successor_key]
        if pd.notna(gone["end_earliest"]) and len(str(gone["end"])) == 10 and len(str(row.date)) == 10:
            assert gone["end_latest"] + pd.Timedelta(days=1) == row.date_earliest, row.change_key
        if pd.notna(come["start_earliest"]):
            assert come["start_earliest"] <= row.date_latest, row.change_key


def test_at_least_25_published_totals_agree_whose_sources_no_counted_row_cites(shipped: Catalogue) -> None:
    compared = registry.totals()
    asked = compared[compared["comparable"]]
    unexplained = asked[~asked["agrees"] & asked["difference"].isna()]
    assert unexplained.empty, unexplained[["total_key", "total", "register"]].to_string()
    independent = asked[asked["agrees"] & asked["independent"]]
    assert len(independent) >= 25
    assert independent["types"].map(len).min() == 1
    # Whatever cannot be compared says why.
    assert compared.loc[~compared["comparable"], "why_not"].notna().all()


def test_a_changed_register_no_longer_agrees(copied: Path) -> None:
    path = copied / "authorities.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("leeds-md,")), encoding="utf-8")
    compared = registry.totals(Catalogue(base=copied))
    assert not compared[compared["comparable"]]["agrees"].all()


@given(st.integers(1889, 2023), st.integers(1, 364))
def test_on_no_day_two_bodies_of_one_place_and_type(year: int, offset: int) -> None:
    day = (pd.Timestamp(year, 1, 1) + pd.Timedelta(days=offset)).date()
    found = quietly(as_of=day)
    twice = found.frame[found.frame.duplicated(["name", "type", "county"], keep=False)]
    # Two districts of one name in one county differ by their keys only where the county is not held.
    assert twice[twice["county"].notna()].empty, (dates.as_of(day).text, twice["authority_key"].tolist())


def overlay(tmp_path: Path, table: str, text: str) -> None:
    (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
    Catalogue(overlay=tmp_path)


def test_reversed_lives_circles_and_overlaps_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    head = "authority_key,name,type,tier,country,county,start,end,end_status,source_key,evidence\n"
    with pytest.raises(TableError, match=r"authorities\.csv, row 2, end: 1900 is before the start, 1950"):
        overlay(
            tmp_path, "authorities", head + "x-cb,X,county_borough,single,England,,1950,1900,ended,ogg_1913,seen\n"
        )
    with pytest.raises(TableError, match=r"Leeds, county_borough.*has ended"):
        overlay(
            tmp_path,
            "authorities",
            head
            + "leeds-2-cb,Leeds,county_borough,single,England,West Riding of Yorkshire,1950,1960,ended,ogg_1913,seen\n",
        )
    (tmp_path / "authorities.csv").unlink()
    with pytest.raises(TableError, match=r"is a circle of succession"):
        overlay(
            tmp_path,
            "authority_changes",
            "change_key,date,kind,predecessor_key,successor_key,what,source_key,evidence\n"
            "back,1980,merged,leeds-md,leeds-city-of-cb,area,ogg_1913,seen\n",
        )


def test_a_walk_of_any_order_finds_the_same_circle(shipped: Catalogue) -> None:
    table = shipped.schema("authority_changes")
    rows = [dict(row) for row in shipped.rows("authority_changes")]
    assert list(integrity.problems(table, "x.csv", rows)) == []
    rows.append(rows[0] | {"change_key": "back", "predecessor_key": "leeds-md", "successor_key": "leeds-city-of-cb"})
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        found = [str(problem) for problem in integrity.problems(table, "x.csv", rows)]
        assert any("circle of succession" in text and "leeds-city-of-cb" in text for text in found)


def test_the_summary_shows_in_a_notebook() -> None:
    found = quietly(as_of="1974-04-02")
    assert "412 authorities" in found.sentence() or len(found) > 400
    assert "<table" in found._repr_html_()
    assert json.loads(found.counts().to_json())
