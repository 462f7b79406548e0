"""Per head, counts over population, holders by selection and printed shares, against hand counts and printed figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import localgov_history as lg
from localgov_history import long_series, shares
from localgov_history.catalogue import Catalogue
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError

META = {
    "topic": "money_total",
    "definition": "Made by hand.",
    "derived": "false",
    "source_key": "ogg_1913",
    "evidence": "seen",
    "price_basis": "current",
    "unit": "GBP million",
    "geography": "Ruritania",
    "year_kind": "financial",
}
HEADS = {**META, "topic": "population", "price_basis": "not_money", "unit": "people", "year_kind": "at_date"}


@pytest.fixture
def made(tmp_path: Path, write_csv) -> Catalogue:  # type: ignore[no-untyped-def]
    """The shipped tables with a country made by hand: two censuses, money, a share as printed, counts of a kind of body."""
    write_csv(
        tmp_path / "series_meta.csv",
        [
            {"series_key": "r_population_census", "title": "People", **HEADS},
            {"series_key": "r_money", "title": "Money", **META},
            {"series_key": "r_whole", "title": "Whole", **META},
            {"series_key": "r_printed", "title": "Share", **META, "unit": "per cent", "price_basis": "not_money"},
            {
                "series_key": "r_printed_calendar",
                "title": "Share",
                **META,
                "unit": "per cent",
                "price_basis": "not_money",
                "year_kind": "calendar",
            },
            {"series_key": "r_houses", "title": "Houses", **META, "unit": "dwellings", "price_basis": "not_money"},
            {"series_key": "r_prices_of_1900", "title": "Real", **META, "price_basis": "constant:1900/01"},
        ],
    )
    values = [
        ("r_population_census", "1900-04-01", "", 1_000_000),
        ("r_population_census", "1910-04-01", "", 4_000_000),
        ("r_money", "", "1900/01", 5),
        ("r_money", "", "1905/06", 10),
        ("r_money", "", "1911/12", 20),
        ("r_whole", "", "1900/01", 20),
        ("r_whole", "", "1905/06", 30),
        ("r_printed", "", "1900/01", 25),
        ("r_printed", "", "1905/06", 35),
        ("r_printed_calendar", "1900", "", 25),
        ("r_houses", "", "1900/01", 9),
        ("r_prices_of_1900", "", "1900/01", 9),
    ]
    write_csv(
        tmp_path / "series.csv",
        [
            {
                "value_key": f"{key}-{number}",
                "series_key": key,
                "date": day,
                "period": period,
                "value": value,
                "preferred": "true",
                "source_key": "ogg_1913",
                "evidence": "seen",
            }
            for number, (key, day, period, value) in enumerate(values)
        ],
    )
    counts = [
        ("1900", 3, "Ruritania", "bodies"),
        ("1905", 4, "Ruritania", "bodies"),
        ("1950", 9, "Ruritania", "bodies"),
        ("1900", 7, "Elbonia", "bodies"),
        ("1900", 1, "Syldavia", "bodies"),
        ("1901", 1, "Syldavia", "areas"),
    ]
    write_csv(
        tmp_path / "body_counts.csv",
        [
            {
                "count_key": f"r-{number}",
                "body_key": "port_of_london_authority",
                "date": day,
                "count": count,
                "measure": "bodies",
                "what": "made by hand",
                "unit": unit,
                "geography": place,
                "derived": "false",
                "preferred": "true",
                "source_key": "ogg_1913",
                "evidence": "seen",
            }
            for number, (day, count, place, unit) in enumerate(counts)
        ],
    )
    return Catalogue(overlay=tmp_path)


def test_money_per_head_by_hand(made: Catalogue) -> None:
    found = lg.series("r_money", catalogue=made).per_head()
    # The people grow fourfold in ten years, so twofold in five: 2 million in 1905. Nobody knows those of 1911.
    assert found.frame["value"].tolist() == pytest.approx([5.0, 5.0])
    assert found.unit == "GBP per head"
    assert "1 year without a population left out" in found.steps[0]
    assert "constant yearly rate" in found.steps[0]


def test_poor_relief_per_head_agrees_with_the_poor_law_board() -> None:
    """5s. 6d. a head in 1860 (Report of the Poor Law Board for 1860, in Mayhew, London Labour and the London Poor, vol. 4,
    1862): within a penny, with our people of the middle of 1859."""
    found = lg.series("england_and_wales_poor_relief_expenditure").per_head().frame.set_index("when")["value"]
    assert 240 * found["1859/60"] == pytest.approx(66, abs=1)


def test_a_series_between_two_years_keeps_its_breaks_there() -> None:
    whole = lg.series("uk_local_government_total_expenditure")
    assert [row.date for row in whole.between(1960, 1980).breaks.itertuples()] == ["1974-04-01"]
    assert whole.between(1980, 1990).breaks.empty
    with pytest.raises(NotEnoughDataError, match="has no value from 1800 to 1810; it covers 1946 to"):
        whole.between(1800, 1810)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("r_houses", "is in dwellings; expected money"),
        ("uk_local_government_council_tax", "population of United Kingdom"),
    ],
)
def test_what_cannot_be_put_per_head_is_refused(made: Catalogue, key: str, said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        lg.series(key, catalogue=made).per_head()


def test_people_between_censuses_never_replace_a_count() -> None:
    people = long_series.people_of("England and Wales")
    midyear = lg.series("england_and_wales_population_midyear").frame.set_index("year")["value"]
    assert people.numbers[1911] == midyear[1911]
    assert 1911 in people.counted
    assert 1855 not in people.counted


def test_bodies_per_head_by_hand(made: Catalogue) -> None:
    found = shares.bodies_per_head("port of london authority", "Ruritania", 1_000_000, catalogue=made)
    # 3 bodies for 1 million, 4 for 2 million; in 1950 nobody knows the people.
    assert found.frame["rate"].tolist() == pytest.approx([3.0, 2.0])
    assert found.without == 1
    assert found.sentence().endswith("3.00 in 1900 and 2.00 in 1905; 1 count without a population left out.")


def test_school_boards_for_each_hundred_thousand_people() -> None:
    """344 boards in February 1872; people between the censuses of 1871 (22,712,266) and 1881 (25,974,439)."""
    people = 22_712_266 * (25_974_439 / 22_712_266) ** 0.1
    found = shares.bodies_per_head("school board", "England and Wales")
    assert found.frame["rate"].iloc[0] == pytest.approx(100_000 * 344 / people, rel=1e-4)


@pytest.mark.parametrize(
    ("kind", "place", "error", "said"),
    [
        (
            "port_of_london_authority",
            None,
            LocalgovError,
            "several geographies; expected one of Elbonia, Ruritania or",
        ),
        ("port_of_london_authority", "Elbonia", LocalgovError, "no series of the population of Elbonia"),
        ("port_of_london_authority", "Ruritanja", UnknownNameError, "did you mean Ruritania"),
        ("port_of_london_authority", "Syldavia", LocalgovError, "are in areas and bodies; expected one unit"),
        ("watch_committee", None, NotEnoughDataError, "never counted"),
        ("no such thing", None, UnknownNameError, "no kind of body"),
    ],
)
def test_mixed_places_and_missing_people_give_one_error(
    made: Catalogue, kind: str, place: str | None, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        shares.bodies_per_head(kind, place, catalogue=made)


def held(*rows: tuple[str, str, str, str | None, str]) -> pd.DataFrame:
    """Function, holder, role, class of selection, scope; all in being from 1900 to 1950."""
    frame = pd.DataFrame(rows, columns=["function", "body_key", "role", "selection_class", "scope"])
    return frame.assign(
        first_year=1900,
        last_year=1950,
        responsibility_key=[str(number) for number in range(len(frame))],
        source_key=[("s",)] * len(frame),
        coded_fields=[("role",)] * len(frame),
        unconfirmed_fields=[()] * len(frame),
        evidence="seen",
        row=[f"function_responsibilities/{number}" for number in range(len(frame))],
    )


HELD = held(
    ("police", "council", "provide", "directly_elected", "local_body"),
    ("police", "bench", "provide", "appointed", "local_body"),
    ("roads", "council", "provide", "directly_elected", "local_body"),
    ("roads", "other_council", "provide", "directly_elected", "local_body"),
    ("schools", "committee", "provide", "indirectly_elected", "council_committee"),
    ("fire", "joint_board", "provide", "nominated_by_bodies", "local_body"),
    ("water", "trust", "provide", "other", "local_body"),
    ("gas", "company", "provide", None, "local_body"),
    ("ports", "ministry", "provide", "appointed", "central_body"),
    ("roads", "council", "commission", "directly_elected", "local_body"),
)


def test_holders_by_selection_by_hand() -> None:
    found = shares.holders_by_selection([1910], responsibilities=HELD)
    # Five functions have a local holder of known selection: police, roads, schools, fire, water. The committee acts for its
    # council; gas has no code, ports a central holder only.
    assert found.share(1910, "provide", "directly_elected") == pytest.approx(3 / 5)
    assert found.share(1910, "provide", "appointed") == pytest.approx(2 / 5)
    assert found.share(1910, "provide", "indirectly_elected") == pytest.approx(1 / 5)
    assert found.share(1910, "provide", "part_elected") == 0
    assert found.evidence.codes == ("role",)
    with pytest.raises(NotEnoughDataError, match="1 function with a local holder"):
        found.share(1910, "commission", "directly_elected")
    with pytest.raises(UnknownNameError, match="no role is called 'regulate'"):
        found.share(1910, "regulate", "directly_elected")
    assert (
        found.sentence()
        == "With a directly elected holder: provide, 60% of 5 functions in 1910; commission, not enough known."
    )


def test_holders_of_no_year_no_role_or_none_known_give_one_error() -> None:
    with pytest.raises(LocalgovError, match="no year or no role"):
        shares.holders_by_selection([])
    with pytest.raises(UnknownNameError, match="no role is called 'provides'; did you mean provide"):
        shares.holders_by_selection([1900], ("provides",))
    with pytest.raises(NotEnoughDataError, match="no function has a local holder of known selection in 1800"):
        shares.holders_by_selection([1800], responsibilities=HELD)


def test_a_printed_share_beside_the_computed_one_by_hand(made: Catalogue) -> None:
    found = shares.printed_beside_computed("r_printed", "r_money", "r_whole", made)
    # 5 of 20 and 10 of 30, beside 25 and 35 per cent.
    assert found.frame["computed"].tolist() == pytest.approx([25, 100 / 3])
    assert found.frame["difference"].tolist() == pytest.approx([0, 100 / 3 - 35])
    assert "at most 1.7 points in 2 years" in found.sentence()


def test_shares_printed_in_the_commons_in_1961_are_the_ratio_of_their_parts() -> None:
    """Printed to one decimal in an answer of 25 April 1961: all fifteen years agree to that decimal."""
    found = shares.printed_beside_computed(
        "uk_central_and_local_government_expenditure_share_of_gross_national_product",
        "uk_central_and_local_government_expenditure",
        "uk_gross_national_product_factor_cost",
    )
    assert len(found.frame) == 15
    assert found.frame["difference"].abs().max() < 0.05


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("r_money", "r_money", "r_whole"), "is in GBP million; expected per cent"),
        (("r_printed_calendar", "r_money", "r_whole"), "expected one kind of year"),
        (("r_printed", "r_money", "r_prices_of_1900"), "expected one price basis"),
        (
            ("r_printed", "uk_local_government_council_tax", "uk_gross_domestic_product_calendar_year"),
            "one geography",
        ),
        (("r_printed", "r_money", "uk_gross_domestic_product"), "one geography"),
    ],
)
def test_shares_of_different_things_are_refused(made: Catalogue, names: tuple[str, str, str], said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        shares.printed_beside_computed(*names, made)
