"""The register as notebook 05 shows it, against totals printed elsewhere and hand counts."""

from __future__ import annotations

import pytest

from localgov_history import registry
from localgov_history.display import Missing, Table
from localgov_history.figures import Figure
from localgov_history.findings import register


def test_reorganisations_against_printed_numbers() -> None:
    found = register.reorganisations()
    rows = found.to_frame()
    # Local Government Act 1972: 36 metropolitan and 296 non-metropolitan districts, with the 32 boroughs of London, the
    # City and Scilly; 6 and 39 counties.
    assert rows.loc["1974", "local_after"] == 36 + 296 + 32 + 2
    assert rows.loc["1974", "counties_after"] == 6 + 39
    # In 1986 the six metropolitan counties went and no district with them.
    assert (rows.loc["1986", "ended"], rows.loc["1986", "turnover"]) == (6, 0)
    # Forty-four councils made way for nine in 2009: seven counties and thirty-seven districts.
    assert tuple(rows.loc["2009", ["ended", "began"]]) == (44, 9)
    assert rows.loc["2009", "local_before"] - rows.loc["2009", "local_after"] == 37 - 9
    assert rows.loc["2009", "turnover"] == pytest.approx((37 + 9) / 2 / rows.loc["2009", "local_before"])
    # 1995 to 1998: forty-six unitary authorities, and Worcestershire a county again.
    assert rows.loc["1995–98", "began"] == 46 + 1
    # The register has no boroughs and districts by name before 1946, and says nothing of their number.
    assert rows.loc[["1889", "1894"], "local_after"].isna().all()
    assert rows.loc["1894", ["ended", "began"]].isna().all()
    assert "that of 1974 cut their number most" in found.sentence()


def test_people_a_council_is_the_population_over_the_number() -> None:
    from localgov_history import long_series

    rows = register.reorganisations().to_frame()
    people = long_series.series("england_population_midyear").frame.set_index("year")["value"]
    assert rows.loc["1974", "people_before"] == pytest.approx(people[1973] / rows.loc["1974", "local_before"])
    assert rows.loc["2009", "people_after"] == pytest.approx(people[2009] / rows.loc["2009", "local_after"])


def test_lines_are_drawn_only_where_the_register_is_complete() -> None:
    figure = register.over_time(("Boroughs and districts",))
    assert isinstance(figure, Figure)
    assert figure.data["year"].min() == 1946
    counts = figure.data.set_index("year")["value"]
    assert counts[1980] == 36 + 296 + 32 + 2
    counties = register.over_time(("County councils", "County boroughs and unitary authorities"))
    assert isinstance(counties, Figure)
    alone = counties.data[counties.data["line"] != "County councils"].set_index("year")["value"]
    assert (alone[1980], alone[2010]) == (0, 55)


@pytest.mark.parametrize("kind", [registry.EVERY, *registry.types()])
@pytest.mark.parametrize("day", ["1850-01-01", "1974-04-02", "2012"])
def test_every_class_gives_a_table_or_a_reason(kind: str, day: str) -> None:
    found = register.on(day, kind)
    for item in (register.counts_table(found), register.names_table(found)):
        assert isinstance(item, Table | Missing)
    if len(found) == 0:
        assert isinstance(register.names_table(found), Missing)


@pytest.mark.parametrize("region", [registry.EVERY, *registry.regions()])
def test_every_region_gives_a_table(region: str) -> None:
    found = register.on("1974-04-02", "non_metropolitan_district", region)
    table = register.counts_table(found)
    # London had no districts of the shires.
    assert isinstance(table, Missing if region == "London" else Table)


def test_a_list_too_long_is_left_out_and_a_short_one_is_whole() -> None:
    long = register.names_table(register.on("1974-04-02"))
    assert isinstance(long, Missing)
    assert long.left_out
    found = register.on("2009-04-01", "unitary", "South West")
    table = register.names_table(found)
    assert isinstance(table, Table)
    assert table.frame["Authorities"].sum() == len(found) == 11
    assert "Cornwall" in " ".join(table.frame["Which"])


def test_lineage_of_a_place() -> None:
    found = register.of("Rutland unitary")
    figure, table = register.lineage_figure(found), register.links_table(found)
    assert isinstance(figure, Figure)
    assert isinstance(table, Table)
    assert len(table.frame) == len(found.links)


def test_printed_counts_keep_their_geography() -> None:
    table = register.printed_counts()
    assert isinstance(table, Table)
    rural = table.frame[table.frame.index == "Rural districts"]
    assert rural[rural["Where"] == "England and Wales"]["Number"].to_list()[0] == 787
