"""Measures against frames small enough to count by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from localgov_history import bodies, coding, measures
from localgov_history.errors import NotEnoughDataError
from localgov_history.periods import Period, Periodisation
from localgov_history.sources import Evidence

TWO = Periodisation(
    "two",
    (
        Period("early", "Early", "1830/1839", date(1830, 1, 1), date(1839, 12, 31)),
        Period("late", "Late", "1840/1849", date(1840, 1, 1), date(1849, 12, 31)),
    ),
)


def kinds(*rows: tuple[str, int | None, int | None, str, tuple[str, ...]]) -> pd.DataFrame:
    """Key, first year, last year, purpose, money."""
    frame = pd.DataFrame(
        [
            {
                "body_key": key,
                "first_year": first,
                "last_year": last,
                "purpose": purpose,
                "money": money,
                "selection_class": "appointed",
                "end_status": "continuing" if last == 1849 else "ended",
                "source_key": (f"source_{key}",),
                "evidence": "seen",
                "coded_fields": ("purpose",),
                "unconfirmed_fields": (),
                "row": f"body_types/{key}",
            }
            for key, first, last, purpose, money in rows
        ]
    )
    return frame.astype({"first_year": "Int64", "last_year": "Int64"})


FIVE = kinds(
    ("a", 1830, 1849, "single", ("rate",)),
    ("b", 1830, 1834, "single", ("rate", "grant")),
    ("c", 1835, 1849, "multi", ("grant",)),
    ("d", 1820, 1839, "multi", ("precept",)),
    ("e", 1838, 1849, "partnership", ("grant",)),
    ("f", None, 1849, "single", ("rate",)),
)


def test_a_kind_weighs_as_many_years_as_it_lived_in_the_period() -> None:
    # 1830-39 is ten years: a ten, b five, c five (1835-39), d ten, e two (1838-39), f not known.
    weights = measures.weights(FIVE, TWO.periods[0])
    assert weights.tolist() == pytest.approx([1.0, 0.5, 0.5, 1.0, 0.2, 0.0])


def test_shares_by_purpose_by_hand() -> None:
    shares = measures.shares_by(FIVE, "purpose", TWO)
    # Early: single 1.5, multi 1.5, partnership 0.2, in all 3.2.
    assert shares.share("early", "single") == pytest.approx(1.5 / 3.2)
    assert shares.share("early", "partnership") == pytest.approx(0.2 / 3.2)
    assert shares.left_out == 1
    assert shares.evidence.rows == 5
    assert shares.frame.groupby("period")["share"].sum().tolist() == pytest.approx([1, 1])


def test_too_few_kinds_give_no_number() -> None:
    with pytest.raises(NotEnoughDataError, match="late has 3 kinds"):
        measures.shares_by(FIVE, "purpose", TWO).share("late", "single")


def test_money_shares_by_hand_and_a_precept_is_a_rate() -> None:
    shares = measures.shares_drawing_on(FIVE, TWO)
    assert shares.share("early", "grant") == pytest.approx((0.5 + 0.5 + 0.2) / 3.2)
    profiles = measures.profiles(FIVE, TWO)
    # a 1, b 0.5, d 1 of 3.2.
    assert profiles.frame.loc["early", "drawing_on_rate"] == pytest.approx(2.5 / 3.2)


def test_kinds_in_being_at_the_end_of_a_year_by_hand() -> None:
    """b ends in 1834 and is not there at its end; c begins in 1835."""
    frame = measures.in_being_by_year(FIVE, 1834, 1835).set_index(["year", "purpose"])["kinds"]
    assert frame[1834, "single"] == 1
    assert frame[1835, "single"] == 1
    assert frame[1834, "multi"] == 1
    assert frame[1835, "multi"] == 2
    assert frame[1834, "partnership"] == 0


def test_turnover_near_boundaries_by_hand() -> None:
    # Beginnings 1830, 1830, 1835, 1820, 1838; ends 1834 and 1839 (those of 1849 continue). Near 1840 ± 2: two.
    events = measures.turnover_years(FIVE)
    assert sorted(events) == [1820, 1830, 1830, 1834, 1835, 1838, 1839]
    assert measures.share_near(events, [1840], 2) == pytest.approx(2 / 7)
    with pytest.raises(NotEnoughDataError, match="2 beginnings and ends"):
        measures.share_near(events[:2], [1840], 2)


def test_gower_distance_by_hand() -> None:
    table = pd.DataFrame(
        {"one": [0.0, 0.5, 1.0], "two": [0.2, 0.2, 0.2], "three": [0.4, float("nan"), 0.0]}, index=["x", "y", "z"]
    )
    found = measures.Profiles(table, Evidence()).distances("z")
    # x: one differs by its whole range, three by its whole range; two has no range and does not count.
    assert found["x"] == pytest.approx(1.0)
    # y: one by half its range; three is not known.
    assert found["y"] == pytest.approx(0.5)


def test_gower_with_nothing_known_is_refused() -> None:
    table = pd.DataFrame({"one": [0.0, float("nan")]}, index=["x", "y"])
    with pytest.raises(NotEnoughDataError, match="no measure is known"):
        measures.Profiles(table, Evidence()).distances("x")


def responsibilities() -> pd.DataFrame:
    rows = [
        ("poor_relief", "board", 1834, 1929, "single", "directly_elected", "local_body"),
        ("poor_relief", "council", 1930, 1948, "multi", "directly_elected", "local_body"),
        ("police", "council", 1835, 1960, "multi", "part_elected", "local_body"),
        ("gas", "council", 1850, 1948, "multi", "directly_elected", "local_body"),
        ("gas", "gas_board", 1949, 1972, "single", "appointed", "local_body"),
        ("fire", "council", 1860, 1990, "multi", "directly_elected", "local_body"),
        ("roads", "trust", 1800, 1870, "single", "other", "local_body"),
        ("roads", "council", 1889, 1990, "multi", "directly_elected", "local_body"),
        ("water", "ministry", 1850, 1990, "multi", "appointed", "central_body"),
        ("water", "ministry", 1850, 1990, "multi", "appointed", "central_body"),
        ("ports", "harbour", None, 1990, "single", "appointed", "local_body"),
    ]
    names = ["function", "body_key", "first_year", "last_year", "purpose", "selection_class", "scope"]
    frame = pd.DataFrame(rows, columns=names).astype({"first_year": "Int64", "last_year": "Int64"})
    return frame.assign(
        heading="h",
        responsibility_key=[str(n) for n in range(len(frame))],
        source_key=[("s",)] * len(frame),
        coded_fields=[()] * len(frame),
        unconfirmed_fields=[()] * len(frame),
        evidence="seen",
        council=frame["body_key"] == "council",
        row=[f"function_responsibilities/{n}" for n in range(len(frame))],
    )


def test_holdings_by_hand() -> None:
    held = measures.holdings(responsibilities(), 1865, 1935)
    # 1865: poor_relief board; police council; gas council; fire council; roads trust; water ministry.
    assert held.frame["function"].tolist() == ["fire", "gas", "police", "poor_relief", "roads", "water"]
    assert held.share("council", 1865) == pytest.approx(3 / 6)
    assert held.share("council", 1935) == pytest.approx(5 / 6)
    assert held.share("single", 1865) == pytest.approx(2 / 6)
    assert held.share("single", 1935) == 0
    assert held.share("central", 1935) == pytest.approx(1 / 6)
    assert not held.frame["other_1935"].any()
    assert held.frame.set_index("function").loc["water", "holders_1865"] == 1
    assert held.uncovered == ()


def test_the_same_year_twice_is_one_year() -> None:
    held = measures.holdings(responsibilities(), 1935, 1935)
    assert held.years == (1935,)
    assert held.share("council", 1935) == pytest.approx(5 / 6)


def test_a_kind_with_two_sources_of_money_counts_once_towards_the_least_number() -> None:
    few = FIVE.iloc[:3].assign(money=[("rate", "grant")] * 3)
    with pytest.raises(NotEnoughDataError, match="early has 3 kinds"):
        measures.shares_drawing_on(few, TWO).share("early", "grant")


def test_functions_known_in_one_year_only_are_left_out_and_named() -> None:
    held = measures.holdings(responsibilities(), 1865, 1980)
    assert held.uncovered == ("gas", "police", "poor_relief")
    with pytest.raises(NotEnoughDataError, match="3 functions have known holders"):
        held.share("council", 1865)


def test_results_say_themselves_in_a_sentence() -> None:
    held = measures.holdings(responsibilities(), 1865, 1935)
    assert held.sentence() == (
        "Of 6 functions with a known holder in 1865 and 1935: in 1865 elected councils held 3 and single-purpose local bodies "
        "2; in 1935 elected councils held 5 and single-purpose local bodies 0."
    )
    assert "Functions not covered in all years: 0" in held.summary()
    shares = measures.shares_by(FIVE, "purpose", TWO)
    assert "of 5)" in shares.sentence()
    assert "1 kind had no years or no code." in shares.sentence()
    table = pd.DataFrame({"one": [0.0, 0.9, 1.0], "two": [0.0, 1.0, 1.0]}, index=["x", "y", "z"])
    # y and z differ by a tenth of the range of one measure and not at all in the other.
    assert (
        measures.Profiles(table, Evidence())
        .sentence()
        .startswith("On 2 measures the periods most alike are y and z (distance 0.05")
    )


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("directly_elected",), "directly_elected"),
        (("mixed", "directly_elected", "nominated_by_bodies"), "part_elected"),
        (("mixed", "nominated_by_bodies", "ex_officio"), "mixed"),
        (("appointed_by_justices",), "appointed"),
        (("self_appointing",), "other"),
        (("mixed",), "mixed"),
        ((), None),
    ],
)
def test_one_class_of_selection(codes: tuple[str, ...], expected: str | None) -> None:
    assert coding.selection_class(codes) == expected


def test_tier_moves_by_hand() -> None:
    def row(key: str, function: str, tier: tuple[str, ...], first: int, last: int) -> dict[str, object]:
        return {
            "responsibility_key": key,
            "row": f"function_responsibilities/{key}",
            "function": function,
            "heading": "h",
            "tier": tier,
            "first_year": first,
            "last_year": last,
            "source_key": ("s",),
            "coded_fields": (),
            "unconfirmed_fields": (),
            "evidence": "seen",
        }

    rows = [
        row("a1", "a", ("parish",), 1800, 1890),
        row("a2", "a", ("county",), 1891, 1950),
        row("b1", "b", ("county",), 1800, 1890),
        row("b2", "b", ("district",), 1891, 1950),
        # Held on two tiers throughout: it stays.
        row("c1", "c", ("district", "county"), 1800, 1950),
        row("d1", "d", ("district",), 1800, 1890),
        row("d2", "d", ("district", "region"), 1891, 1950),
        row("e1", "e", ("parish",), 1800, 1950),
        # A holder without a place in the order says nothing.
        row("f1", "f", ("area_of_its_own",), 1800, 1950),
    ]
    frame = pd.DataFrame(rows)
    moved = measures.tier_moves(frame, 1880, 1920)
    assert dict(zip(moved.frame["function"], moved.frame["move"], strict=True)) == {
        "a": "up",
        "b": "down",
        "c": "stayed",
        "d": "up",
        "e": "stayed",
    }
    assert moved.without == ("f",)
    assert moved.evidence.rows == 8
    assert "2 moved to larger areas and 1 to smaller ones" in moved.sentence()
    with pytest.raises(NotEnoughDataError, match="2 functions have holders of known tier"):
        measures.tier_moves(frame[frame["function"].isin(["a", "b"])], 1880, 1920)


def test_functions_that_are_known_to_have_moved_up() -> None:
    # Statutes: elementary schools passed from boards of parishes and boroughs to larger education authorities (Education
    # Acts 1902 and 1944), rating from parishes to boroughs and districts (Rating and Valuation Act 1925), gas from
    # local undertakings to area boards (Gas Act 1948).
    moved = measures.tier_moves(bodies.responsibilities(), 1880, 1950)
    found = dict(zip(moved.frame["function"], moved.frame["move"], strict=True))
    for function in ("elementary_and_primary_education", "rating_and_local_taxation", "gas"):
        assert found[function] == "up", function
