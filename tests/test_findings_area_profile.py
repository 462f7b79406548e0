"""The profile of an area: every section says what it has, or is left out; too few and there is no profile."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from localgov_history import areas
from localgov_history.catalogue import Catalogue
from localgov_history.display import Missing, Table
from localgov_history.errors import ReportRefusedError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import area_profile

# One of each type, the smallest and the merged, those with most and with least.
SOME = (
    "Leeds", "Kent", "Rutland", "City of London", "Cornwall", "Isles of Scilly", "Bath and North East Somerset",
    "Cheshire", "Bournemouth", "Poole", "Haringey", "Worcestershire", "Durham", "Wokingham",
)  # fmt: skip


@pytest.mark.parametrize("name", SOME)
def test_a_profile_shows_or_leaves_out_each_section(name: str) -> None:
    found = area_profile.profile(name)
    assert list(found.sections) == list(area_profile.SUBJECTS)
    shown = [key for key, items in found.sections.items() if items]
    assert len(shown) >= area_profile.LEAST_SECTIONS
    assert len(shown) + len(found.left_out) == len(area_profile.SUBJECTS)
    for subject in found.left_out:
        assert subject in found.sentence()
    assert len(found.findings) == 3
    for items in found.sections.values():
        for item in items:
            title = item if isinstance(item, str) else item.title
            assert "nan" not in title.lower().split()
            assert "<NA>" not in title
            if isinstance(item, Table):
                assert all((item.frame[column].astype(str) != "").any() for column in item.frame.columns)
    assert isinstance(area_profile.where(found), Figure)


def test_facts_read_off_the_tables_by_hand() -> None:
    found = area_profile.profile("Haringey")
    targets = found.sections["targets"][0]
    assert isinstance(targets, Table)
    # Twenty-five rows of laa_targets, thirty-five targets in laa_areas.
    assert targets.title.startswith("25 indicators")
    assert "35 targets" in str(found.sections["programmes"][1])
    deprivation = found.sections["deprivation"][0]
    assert isinstance(deprivation, Figure)
    assert "ranks 17 of 150 areas" in deprivation.title
    assert "5 of 33 in London" in deprivation.title


@pytest.mark.parametrize(
    ("name", "said"),
    [
        # Rows of laa_areas: 1 small area and 0.0%, 23 and 0.0%, 476 and 20%.
        ("Isles of Scilly", "The one small area in it was not among the most deprived tenth of England."),
        ("Rutland", "Of 23 small areas in it, none was among the most deprived tenth of England."),
        ("Leeds", "Of 476 small areas in it, 20% were among the most deprived tenth of England."),
    ],
)
def test_small_areas_are_counted_in_words(name: str, said: str) -> None:
    assert area_profile.profile(name).sections["deprivation"][1] == said


def test_a_median_is_not_drawn_past_the_end_of_the_story() -> None:
    for items in area_profile.profile("Kent").sections.values():
        for item in items:
            if isinstance(item, Figure) and "year" in item.data:
                assert item.data["year"].max() <= areas.LAST_YEAR


def without(folder: Path, *tables: str) -> Catalogue:
    """The shipped tables with nothing in some of them."""
    for name in tables:
        path = folder / f"{name}.csv"
        head = path.open(encoding="utf-8").readline()
        path.write_text(head, encoding="utf-8")
    return Catalogue(base=folder)


def test_too_little_evidence_makes_no_profile_and_says_so(copied: Path) -> None:
    book = without(copied, "area_population", "indicator_values", "area_centroids", "council_housebuilding")
    with pytest.raises(
        ReportRefusedError,
        match=r"no profile of Wokingham is made: the tables have only its authorities since 1889 and deprivation, 2 of 10 "
        r"subjects; expected at least 5",
    ):
        area_profile.profile("Wokingham", book)
    # A place with more to tell has one still, without the map that needs points.
    found = area_profile.profile("Lancashire", book)
    assert "its neighbours" in found.left_out
    assert isinstance(area_profile.where(found), Missing)


def test_mistaken_names_are_answered() -> None:
    with pytest.raises(UnknownNameError, match="did you mean Kent"):
        area_profile.profile("Kennt")
    with pytest.raises(UnknownNameError, match="no section of a profile is called 'people'"):
        area_profile.present(area_profile.profile("Rutland"), "people")


def test_a_section_that_is_left_out_says_so_in_the_notebook_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, object]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw=False: shown.append(data))
    found = area_profile.profile("Wokingham")
    area_profile.present(found, "quangos")
    assert [item["text/plain"] for item in shown] == [
        "Left out: the tables have no rows on Wokingham for quangos and zones designated there."
    ]
    assert shown[0]["application/vnd.localgov-history.block+json"] == {"kind": "none"}


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (100, 150, "A grew from 100 people in 1974 to 150 in 2012"),
        (150, 100, "A shrank from 150 people in 1974 to 100 in 2012"),
        (1000, 1020, "A had about as many people in 2012 as in 1974: 1,020 and 1,000"),
    ],
)
def test_the_forms_of_a_change(first: int, last: int, said: str) -> None:
    import pandas as pd

    rows = pd.DataFrame({"year": [1974, 2012], "value": [first, last]})
    assert area_profile._change("A", rows) == said
    assert area_profile._change("A", rows.tail(1)) == f"A: {last:,} people in 2012, the only year known"


# Every tenth area, from the first: a second each, and the alphabet mixes kinds and regions.
TENTH = areas.names()[::10]


@pytest.mark.slow
def test_an_area_has_a_profile_or_is_refused_by_name() -> None:
    refused = []
    for name in TENTH:
        try:
            assert area_profile.profile(name).sections["authorities"]
        except ReportRefusedError as error:
            refused.append((name, str(error)))
    assert all(name in said for name, said in refused)
    assert len(refused) < len(TENTH)


def test_a_text_from_data_shows_as_itself(copied: Path) -> None:
    path = copied / "joint_working.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    mine = next(row for row in rows if "Leeds" in row["members"].split(";"))
    mine["name"] = "<b>Joint</b> & [more](x)"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    table = area_profile.profile("Leeds", Catalogue(base=copied)).sections["joint_working"][0]
    assert isinstance(table, Table)
    assert "<b>Joint</b> & [more](x)" in table.frame.index
