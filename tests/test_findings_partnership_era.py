"""The partnership programmes: counts by hand, sums against published populations, tiles against the register."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from localgov_history import tiles
from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue
from localgov_history.display import Missing, Table
from localgov_history.errors import UnknownNameError
from localgov_history.figures import Figure, maps
from localgov_history.findings import partnership_era as era
from localgov_history.findings import partnership_money, partnership_surveys, partnership_words, programme_maps
from localgov_history.report import parameters
from localgov_history.sources import Evidence

NOTEBOOK = folder("notebooks") / "09_partnership_era.ipynb"


def named(members: list[str]) -> dict[str, bool]:
    grid = tiles.grid()
    return {grid.loc[code, "name"]: whole for code, whole in tiles.of(members).items()}


def test_tiles_follow_a_table_that_changes_meanwhile(tmp_path: Path) -> None:
    base = shutil.copytree(folder("datasets"), tmp_path / "datasets")
    book = Catalogue(base=base)
    was = tiles.of(["Kent"], book)
    path = base / "authorities.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",Kent,", ",Kentshire,"), encoding="utf-8")
    assert tiles.of(["Kentshire"], book) == was
    with pytest.raises(UnknownNameError, match="Kentshire"):
        tiles.of(["Kent"], book)


@pytest.mark.parametrize(
    ("member", "where"),
    [
        ("Durham", {"County Durham": True}),
        ("Easington", {"County Durham": False}),
        ("Bournemouth", {"Bournemouth, Christchurch and Poole": False}),
        ("Cheshire", {"Cheshire East": True, "Cheshire West and Chester": True}),
        ("Chester", {"Cheshire West and Chester": False}),
        ("Bedfordshire", {"Bedford": True, "Central Bedfordshire": True}),
        ("Norwich", {"Norfolk": False}),
        ("Leicester", {"Leicester": True}),
        ("Gateshead", {"Gateshead": True}),
        ("Kingston upon Hull", {"Kingston upon Hull, City of": True}),
    ],
)
def test_councils_stand_on_the_tiles_of_those_that_took_their_place(member: str, where: dict[str, bool]) -> None:
    """The reorganisations of 2009 and 2019, as every history of them has it."""
    assert named([member]) == where


def test_a_tile_that_one_member_fills_is_whole() -> None:
    assert named(["Norwich", "Norfolk"]) == {"Norfolk": True}
    with pytest.raises(UnknownNameError, match="no council on the tile map is called 'Berkshire'"):
        tiles.of(["Berkshire"])


def test_the_areas_of_2008_fill_the_map(shipped: Catalogue) -> None:
    areas = shipped.load("laa_areas")
    assert len(areas) == 150
    assert set(tiles.of(areas["area"])) == set(tiles.grid().index)
    assert len(tiles.grid()) == 151


def test_every_area_of_a_programme_stands_on_a_tile(shipped: Catalogue) -> None:
    areas = shipped.load("programme_areas", include_unconfirmed=True)
    known = areas[areas["members"].map(len) > 0]
    assert all(tiles.of(members) for members in known["members"])
    assert len(known) > 200


def test_neighbouring_tiles_touch_and_none_overlap() -> None:
    """In this layout the centres of neighbours are one apart, and no two centres are nearer."""
    grid = tiles.grid()
    spots = [(maps._across(q, r), maps._up(r)) for q, r in zip(grid["q"], grid["r"], strict=True)]
    apart = [
        ((one[0] - two[0]) ** 2 + (one[1] - two[1]) ** 2) ** 0.5
        for place, one in enumerate(spots)
        for two in spots[:place]
    ]
    assert min(apart) == pytest.approx(1.0)


def test_a_map_draws_each_tile_once_and_hollow_where_unread() -> None:
    made = programme_maps.areas_map("total_place", include_unconfirmed=True)
    assert isinstance(made, Figure)
    # Thirteen pilots, as the programme counted them.
    assert made.title.startswith("Total Place: 13 areas named here")
    ground = made.plot.data[0]
    assert sum(x is None for x in ground.x) == 151
    hollow = [trace for trace in made.plot.data if trace.fillcolor == "white"]
    unread = made.data[(made.data["class"] != "") & ~made.data["firm"]]
    assert sum(x is None for trace in hollow for x in trace.x) == len(unread) > 0
    assert "Hollow tiles" in made.caption
    firm = programme_maps.areas_map("total_place", include_unconfirmed=False)
    assert "Hollow tiles" not in firm.caption


def test_names_with_marks_show_as_themselves_on_a_map() -> None:
    frame = pd.DataFrame(
        {
            "name": ["A & <B>"],
            "q": [0],
            "r": [0],
            "region": ["North & <South>"],
            "class": ["x"],
            "part": [False],
            "firm": [True],
        }
    )
    made = maps.tile_map(frame, {"x": "<round>"}, "Title", Evidence(("gough_localis",)), "Caption.", "Alt.")
    written = made.plot.to_json()
    assert "<B>" not in written
    assert "<round>" not in written
    assert "A &amp; &lt;B&gt;" in "".join(text for trace in made.plot.data for text in trace.hovertext or [])


def test_sums_a_head_agree_with_the_published_population() -> None:
    """Mid-2001 population of England: 49.45 million (Office for National Statistics, mid-year estimates); 200 / 49.45."""
    made = partnership_money.money("per_head")
    assert isinstance(made, Figure)
    first = made.data[made.data["label"] == "2001–02: Neighbourhood Renewal Fund"]["value"].iloc[0]
    assert first == pytest.approx(200 / 49.45, rel=0.002)


def test_a_share_is_the_sum_over_spending_in_the_same_year() -> None:
    """Reward grant of 257 beside net current spending of 119,200 (GBP million) in 2009/10."""
    made = partnership_money.money("share")
    share = made.data[made.data["label"] == "2009–10: Reward grant (budget)"]["value"].iloc[0]
    assert share == pytest.approx(100 * 257 / 119200)
    assert "4.15%" in made.title


def test_the_chairs_add_up_to_what_the_survey_gave() -> None:
    made = partnership_surveys.chairs()
    assert list(made.data["value"]) == [46, 16, 11, 11, 7]
    assert "add up to 91" in made.caption
    assert "fewer than half" in made.title


def test_figures_keep_their_units() -> None:
    class Row:
        value_low = value_high = float("nan")

        def __init__(self, value: float, unit: str) -> None:
            self.value, self.unit = value, unit

    assert partnership_words.figure(Row(46.0, "percent")) == "46%"
    assert partnership_words.figure(Row(1.0, "bodies")) == "1 body"
    assert partnership_words.figure(Row(1.0, "councillors")) == "1 councillor"
    assert partnership_words.figure(Row(2300.0, "GBP million a year")) == "£2,300m a year"
    assert partnership_words.figure(Row(50000.0, "GBP a year")) == "£50,000 a year"
    bounds = Row(float("nan"), "GBP million")
    bounds.value_low, bounds.value_high = 4.0, 19.0
    assert partnership_words.figure(bounds) == "£4–19m"


def test_costs_keep_rivals_and_say_who() -> None:
    made = partnership_money.costs_table()
    assert isinstance(made, Table)
    kept = made.frame[made.frame.index.str.contains("reporting to the centre for all councils")]
    assert list(kept["Figure"]) == ["£2,000m a year", "£2,300m a year"]
    assert made.frame["Who and how"].str.contains(r"\(.+ \d{4}\)").all()


def test_side_by_side_programmes_are_counted_from_dates(shipped: Catalogue) -> None:
    """The title's number is that of programmes whose known years hold the year it names."""
    made = era.timeline(include_unconfirmed=True)
    number, year = int(made.title.split()[2]), int(made.title.split()[-1])
    rows = shipped.load("programmes", include_unconfirmed=True)
    running = [
        row.programme_key
        for row in rows.itertuples()
        if isinstance(row.start, str) and isinstance(row.end, str) and int(row.start[:4]) <= year <= int(row.end[:4])
    ]
    assert number == len(running)


@pytest.mark.parametrize("tables", [("programmes", "programme_areas"), ("partnership_money",), ("lsp_facts",)])
def test_empty_tables_give_sentences(copied: Path, tables: tuple[str, ...]) -> None:
    for name in tables:
        path = copied / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    book = Catalogue(base=copied)
    makers: dict[str, list[Any]] = {
        "programmes": [
            lambda: era.timeline(catalogue=book),
            lambda: era.reach_table(catalogue=book),
            lambda: programme_maps.areas_map("total_place", catalogue=book),
        ],
        "partnership_money": [
            lambda: partnership_money.money("value", catalogue=book),
            lambda: partnership_money.money_table(catalogue=book),
            lambda: partnership_money.audit_cost(book),
            lambda: partnership_money.costs_table(book),
        ],
        "lsp_facts": [
            lambda: partnership_surveys.chairs(book),
            lambda: partnership_surveys.surveys(book),
            lambda: partnership_surveys.findings_in_words(book),
            lambda: partnership_surveys.boards(book),
        ],
    }
    made = [make() for make in makers[tables[0]]]
    assert all(isinstance(item, Missing) for item in made)


def test_every_declared_value_of_the_notebook_gives_something_to_show() -> None:
    declared = parameters.declared(NOTEBOOK)
    assert declared["programme"].allowed({}) == list(programme_maps.MAPS)
    assert declared["measure"].allowed({}) == list(partnership_money.MEASURES)
    for unconfirmed in (False, True):
        for programme in programme_maps.MAPS:
            assert isinstance(programme_maps.areas_map(programme, unconfirmed), Figure)
            assert isinstance(programme_maps.areas_table(programme, unconfirmed), Table)
        assert isinstance(programme_maps.all_maps(unconfirmed), Figure)
        assert isinstance(era.timeline(unconfirmed), Figure)
        assert isinstance(era.reach_table(unconfirmed), Table)
    for spending in declared["spending"].allowed({}):
        for measure in partnership_money.MEASURES:
            assert isinstance(partnership_money.money(measure, spending), Figure)
            assert all(text.endswith(".") for text in era.key_findings(measure, spending, True))
        assert isinstance(partnership_money.money_table(spending), Table)


def test_an_unknown_programme_or_measure_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean total_place"):
        programme_maps.areas_map("total_places")
    with pytest.raises(UnknownNameError, match="per_head"):
        partnership_money.money("a_head")
