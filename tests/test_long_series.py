"""Long series: definitions, breaks, deflation and shares, against hand counts and printed figures."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import localgov_history as lg
from localgov_history import figures, long_series
from localgov_history.catalogue import Catalogue
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError


def test_local_spending_agrees_with_answers_in_the_commons() -> None:
    # Commons answers give 1,085 (1950), 2,251 (1960) and 5,447 (1968) GBP million for the same thing.
    found = lg.series("uk_lg_total_expenditure").frame.set_index("when")["value"]
    for year, printed in (("1950", 1085), ("1960", 2251), ("1968", 5447)):
        assert found[year] == pytest.approx(printed, rel=0.03)


def test_a_computed_series_is_the_sum_of_its_parts() -> None:
    whole = lg.series("uk_local_government_total_expenditure")
    parts = [
        lg.series(key).frame.set_index("year")["value"]
        for key in ("uk_local_government_current_expenditure", "uk_local_government_gross_fixed_capital_formation")
    ]
    for year in (1946, 1974, 2012):
        assert whole.frame.set_index("year")["value"][year] == parts[0][year] + parts[1][year]
    assert whole.steps[0].startswith("Computed: uk_local_government_current_expenditure + ")
    assert whole.readable_steps()[0].startswith("Computed: Local government current expenditure + Local government")
    real = whole.real("2010").readable_steps()[-1]
    assert real.startswith("Deflated to the prices of 2010 by Retail price index, long run")
    assert "_" not in real
    assert whole.unit_words == "£ million"
    assert {"series/"} <= {row[:7] for row in whole.evidence.kinds}


def test_another_name_finds_the_same_series() -> None:
    assert lg.series("uk_lg_total_expenditure").key == "uk_local_government_total_expenditure"


@pytest.fixture
def made(tmp_path: Path, write_csv) -> Catalogue:  # type: ignore[no-untyped-def]
    """A folder with three small series made by hand: money by financial year, prices by calendar year, a whole."""
    meta = {
        "geography": "England",
        "topic": "money_total",
        "definition": "Made by hand.",
        "derived": "false",
        "source_key": "ogg_1913",
        "evidence": "seen",
        "price_basis": "current",
        "unit": "GBP million",
    }
    write_csv(
        tmp_path / "series_meta.csv",
        [
            {"series_key": "m_money", "title": "Money", "year_kind": "financial", **meta},
            {"series_key": "m_whole", "title": "Whole", "year_kind": "financial", **meta, "unit": "GBP"},
            {
                "series_key": "m_prices",
                "title": "Prices",
                "year_kind": "calendar",
                **meta,
                "topic": "prices",
                "price_basis": "not_money",
                "unit": "index, 2000 = 100",
            },
            {"series_key": "m_wales", "title": "Wales", "year_kind": "financial", **meta, "geography": "Wales"},
        ],
    )
    values = [
        ("m_money", "", "2000/01", 50),
        ("m_money", "", "2001/02", 60),
        ("m_money", "", "2003/04", 90),
        ("m_whole", "", "2000/01", 200_000_000),
        ("m_whole", "", "2001/02", 300_000_000),
        ("m_prices", "2000", "", 100),
        ("m_prices", "2001", "", 104),
        ("m_prices", "2002", "", 108),
        ("m_wales", "", "2000/01", 7),
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
    write_csv(
        tmp_path / "series_breaks.csv",
        [
            {
                "break_key": "m_money-2001",
                "series_key": "m_money",
                "date": "2001-04-01",
                "kind": "definition",
                "what": "Police go.",
                "source_key": "ogg_1913",
                "evidence": "seen",
            }
        ],
    )
    return Catalogue(overlay=tmp_path)


def test_deflating_carries_calendar_prices_to_financial_years(made: Catalogue) -> None:
    money = long_series.series("m_money", catalogue=made)
    real = money.real("2000/01", index="m_prices", catalogue=made)
    # 2000/01 is 3/4 of 100 and 1/4 of 104 = 101; 2001/02 is 3/4 of 104 and 1/4 of 108 = 105.
    assert real.frame["value"].tolist() == pytest.approx([50, 60 * 101 / 105])
    assert "1 year without an index left out" in real.steps[0]
    assert real.price_basis == "constant:2000/01"
    assert any(key.startswith("series/m_prices") for key in real.evidence.kinds)


def test_a_share_minds_units_years_and_geography(made: Catalogue) -> None:
    money = long_series.series("m_money", catalogue=made)
    assert money.share_of("m_whole", catalogue=made).frame["value"].tolist() == pytest.approx([25.0, 20.0])
    with pytest.raises(LocalgovError, match="m_money is for England, m_wales for Wales; expected one geography"):
        money.share_of("m_wales", catalogue=made)
    with pytest.raises(LocalgovError, match="financial years; expected a series of calendar years"):
        lg.series("uk_lg_total_expenditure").share_of("uk_gross_domestic_product")
    with pytest.raises(LocalgovError, match="expected one price basis"):
        money.real("2000/01", index="m_prices", catalogue=made).share_of("m_whole", catalogue=made)


def test_a_break_parts_the_line_and_is_named(made: Catalogue) -> None:
    money = long_series.series("m_money", catalogue=made)
    assert money.frame["segment"].tolist() == [0, 1, 1]
    assert "not one line: it breaks at 2001" in money.sentence()
    drawn = figures.series_line(money, money.sentence())
    lines = list(drawn.plot.data)
    # 2000/01 alone before the break, 2001/02 alone before the missing year, 2003/04 alone after it.
    assert [len(trace.x) for trace in lines] == [1, 1, 1]
    assert "(1) 1 April 2001: Police go (definition)" in drawn.caption
    assert [note.text for note in drawn.plot.layout.annotations] == ["1"]


def test_what_is_no_money_is_not_deflated(made: Catalogue) -> None:
    with pytest.raises(LocalgovError, match="expected money at current prices"):
        lg.series("england_population_midyear").real(2000)
    money = long_series.series("m_money", catalogue=made)
    with pytest.raises(LocalgovError, match="m_whole is not a series of prices"):
        money.real("2000/01", index="m_whole", catalogue=made)
    with pytest.raises(
        LocalgovError, match=r"m_prices has no value for 2040/41; expected a year it covers: 2000 to 2001"
    ):
        money.real("2040/41", index="m_prices", catalogue=made)


def test_an_unknown_series_and_one_without_confirmed_values(shipped: Catalogue) -> None:
    with pytest.raises(
        UnknownNameError, match="no series is called 'uk_retail_prise_index'; did you mean uk_retail_price"
    ):
        lg.series("uk_retail_prise_index")
    recalled = shipped.load("series", include_unconfirmed=True)
    confirmed = set(shipped.load("series")["series_key"])
    only = sorted(set(recalled["series_key"]) - confirmed)
    for key in only[:3]:
        with pytest.raises(NotEnoughDataError, match="is confirmed"):
            lg.series(key)
        assert len(lg.series(key, include_unconfirmed=True)) > 0


@pytest.mark.parametrize("formula", ["__import__('os').system('true')", "m_money ** 9", "m_money if 1 else 2"])
def test_a_derivation_is_never_run_as_code(formula: str) -> None:
    node = ast.parse(formula, mode="eval").body
    with pytest.raises(LocalgovError, match="may only add"):
        long_series._evaluate(node, {"m_money": 1.0, "os": 1.0})


def test_no_series_mixes_units_geographies_or_kinds_of_year(shipped: Catalogue) -> None:
    meta = {row["series_key"]: row for row in shipped.rows("series_meta")}
    for row in shipped.rows("series"):
        kind = meta[row["series_key"]]["year_kind"]
        assert (
            bool(row["period"]) != bool(row["date"]) or "period" in row["unconfirmed_fields"] or not row["value"]
        ), row
        if kind == "financial":
            assert row["period"] or not row["date"], row["value_key"]
        if kind == "calendar":
            assert not row["period"], row["value_key"]
    for key in ("unit", "geography", "price_basis", "definition"):
        assert all(row[key] for row in meta.values()), key


def test_every_series_can_be_had_and_every_break_belongs_to_one(shipped: Catalogue) -> None:
    keys = shipped.load("series_meta", include_unconfirmed=True)["series_key"]
    empty = []
    for key in keys:
        try:
            assert len(lg.series(key, include_unconfirmed=True)) > 0
        except NotEnoughDataError:
            empty.append(key)
    assert empty == []


def test_breaks_of_both_sides_part_a_share_and_none_lies_outside_its_years() -> None:
    rates = lg.series("england_and_wales_income_from_rates")
    share = rates.share_of("england_and_wales_income_from_government_grants")
    assert share.frame["segment"].nunique() > 1
    derived = lg.series("uk_local_government_total_expenditure_share_of_gross_domestic_product")
    first, last = derived.frame["start"].min(), derived.frame["end"].max()
    assert derived.breaks["date_earliest"].between(first, last).all()
    assert "1922" not in derived.sentence()


def test_a_base_year_is_written_as_the_series_writes_its_years(made: Catalogue) -> None:
    money = long_series.series("m_money", catalogue=made)
    for base in (2000, "2000", "200X"):
        with pytest.raises(LocalgovError, match=r"expected e\.g\. 2008/09"):
            money.real(base, index="m_prices", catalogue=made)
    with pytest.raises(LocalgovError, match="expected one: a share has no prices"):
        lg.series("uk_lg_total_expenditure", real=2010, share_of="uk_gross_domestic_product_calendar_year")
    # The series remembers where it comes from.
    assert len(money.share_of("m_whole")) == 2


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("m_money +", "is no formula of series"),
        ("2 * 3", "names no series"),
        ("m_circle + m_money", "comes back to it: m_circle → m_circle"),
        ("m_money / (m_money - m_money)", "divides by a series that is 0"),
    ],
)
def test_a_derivation_that_cannot_be_followed(made: Catalogue, formula: str, said: str) -> None:
    assert made.overlay is not None
    path = made.overlay / "series_meta.csv"
    text = path.read_text(encoding="utf-8")
    header = text.splitlines()[0].split(",")
    row = {
        "series_key": "m_circle",
        "title": "Circle",
        "year_kind": "financial",
        "unit": "GBP million",
        "geography": "England",
        "price_basis": "current",
        "topic": "money_total",
        "definition": "Made by hand.",
        "derived": "true",
        "source_key": "ogg_1913",
        "evidence": "seen",
    }
    names = [*header, "derivation"]
    lines = [line + "," for line in text.splitlines()[1:]]
    lines.append(",".join((row | {"derivation": formula}).get(name, "") for name in names))
    path.write_text("\n".join([",".join(names), *lines]) + "\n", encoding="utf-8")
    with pytest.raises(LocalgovError, match=said):
        long_series.series("m_circle", catalogue=Catalogue(overlay=made.overlay))
