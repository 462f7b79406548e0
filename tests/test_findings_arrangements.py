"""Joint arrangements: what the table says of each, counted by hand, and sentences for whatever cannot be said."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue
from localgov_history.display import Missing, Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.findings import arrangements
from localgov_history.report import parameters

NOTEBOOK = folder("notebooks") / "08_joint_working.ipynb"


def emptied(copied: Path, *tables: str) -> Catalogue:
    """The shipped tables with nothing but the headings of some."""
    for name in tables:
        path = copied / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    return Catalogue(base=copied)


def test_the_old_arrangements_are_those_of_the_table() -> None:
    """Read off joint_working.csv by eye: four formed arrangements began in 1978 or before."""
    made = arrangements.old_enough(30, 2008)
    assert isinstance(made, Table)
    assert list(made.frame.index) == [
        "Beamish, North of England Open Air Museum",
        "Norfolk Joint Museums Committee",
        "Yorkshire Purchasing Organisation",
        "North East Purchasing Organisation",
    ]
    assert list(made.frame["Began"]) == ["1970", "1974", "1974", "1976"]


def test_how_arrangements_stood_in_a_year() -> None:
    """One ended in 2000, one is attested in July 2008, one ended in 2012, one has a start and no more."""
    frame = arrangements.arrangements().set_index("arrangement_key")
    stands = arrangements.standing(frame, 2008)
    assert stands["london_boroughs_grants_committee"] == "ended"
    assert stands["partnership_for_urban_south_hampshire"] == "at_work"
    assert stands["essex_and_brentwood_shared_management"] == "at_work"
    assert stands["norfolk_joint_museums_committee"] == "unknown"


def test_a_year_alone_begins_with_the_year_and_a_day_within_it() -> None:
    frame = arrangements.arrangements().set_index("arrangement_key")
    assert frame.loc["norfolk_joint_museums_committee", "begins"] == 1974
    assert 1985.7 < frame.loc["merseyside_fire_and_civil_defence_authority", "begins"] < 1985.72


def test_starts_add_up_to_the_new_arrangements_with_a_start() -> None:
    with (folder("datasets") / "joint_working.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    known = [
        row
        for row in rows
        if row["evidence"] != "recalled"
        and row["status"] == "formed"
        and row["start"]
        and not row["continues"]
        and "start" not in row["unconfirmed_fields"].split(";")
    ]
    made = arrangements.starts()
    assert isinstance(made, Figure)
    assert made.data["value"].sum() == len(known)
    authorities = made.data[made.data["class"] == "joint_authority"]["value"].sum()
    assert authorities == sum(row["form"] == "joint_authority" for row in known)


def test_twelve_authorities_of_one_day_share_a_row_and_are_said() -> None:
    """Fire and transport authorities of six counties: twelve rows of the table with one start."""
    assert arrangements.same_day().startswith("12 joint authorities began on 15 September 1985")
    made = arrangements.lives("before")
    assert isinstance(made, Figure)
    assert "12 joint authorities of 15 September 1985" in set(made.data["label"])
    alone = arrangements.arrangements()
    begun = int((alone["begins"] < 2000).sum())
    assert len(made.data) == begun - 11
    assert made.title.startswith(f"{begun} arrangements known to have begun before 2000")


def test_two_sides_of_the_last_phase_hold_every_dated_arrangement() -> None:
    sides = [arrangements.lives(side, "joint_committee") for side in ("before", "since")]
    dated = arrangements.arrangements("joint_committee")["begins"].notna().sum()
    assert sum(len(side.data) for side in sides) == dated


def test_a_tie_of_starts_is_called_no_clear_difference(copied: Path, write_csv) -> None:  # type: ignore[no-untyped-def]
    with (copied / "joint_working.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["form"] == "joint_authority"][:6]
    for place, row in enumerate(rows):
        row.update(start=str(1990 + 5 * (place % 2)), end="", continues="", unconfirmed_fields="")
    write_csv(copied / "joint_working.csv", rows)
    made = arrangements.starts(catalogue=Catalogue(base=copied))
    assert made.title == "No clear difference: 1990–94 and 1995–99 each saw 3 new arrangements of 6"


def test_nothing_in_the_table_is_a_sentence_for_every_item(copied: Path) -> None:
    book = emptied(copied, "joint_working")
    made = [
        arrangements.lives("before", catalogue=book),
        arrangements.starts(catalogue=book),
        arrangements.forms_over_time(catalogue=book),
        arrangements.services(catalogue=book),
        arrangements.old_enough(30, 2008, catalogue=book),
        arrangements.ages(2008, catalogue=book),
    ]
    assert all(isinstance(item, Missing) and item.sentence.endswith(".") for item in made)
    assert arrangements.key_findings(30, 2008, "all", False, book) == []
    assert "No two" in arrangements.same_day(catalogue=book)
    with pytest.raises(NotEnoughDataError, match="no arrangement of the form 'all'"):
        arrangements.arrangements(catalogue=book)


def test_every_declared_value_of_the_notebook_gives_something_to_show() -> None:
    declared = parameters.declared(NOTEBOOK)
    forms = declared["form"].allowed({})
    assert set(forms) == {"all", *arrangements.FORMS}
    years, by = declared["years"], declared["by"]
    for form in forms:
        for unconfirmed in (False, True):
            items = [
                arrangements.lives("before", form, unconfirmed),
                arrangements.lives("since", form, unconfirmed),
                arrangements.starts(form, unconfirmed),
                arrangements.forms_over_time(form, unconfirmed),
                arrangements.services(form, unconfirmed),
                arrangements.old_enough(years.most, by.least, form, unconfirmed),
                arrangements.old_enough(years.least, by.most, form, unconfirmed),
                arrangements.ages(by.least, form, unconfirmed),
            ]
            assert all(isinstance(item, Figure | Table | Missing) for item in items)
            assert arrangements.same_day(form, unconfirmed).endswith(".")


def test_bars_never_run_backwards() -> None:
    frame = arrangements.arrangements(include_unconfirmed=True)
    both = frame[frame["begins"].notna() & frame["seen_last"].notna()]
    assert (both["seen_last"] >= both["begins"].apply(int)).all()
    assert isinstance(both, pd.DataFrame)
    assert len(both) > 10
