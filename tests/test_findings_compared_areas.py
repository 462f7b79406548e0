"""Areas side by side: titles by what the numbers say, gaps named, and lists that are too short or wrong refused."""

from __future__ import annotations

import pytest

from localgov_history import areas
from localgov_history.display import Missing, Table
from localgov_history.errors import LocalgovError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import compared_areas

MADE = (
    compared_areas.where,
    compared_areas.measures,
    compared_areas.populations,
    compared_areas.carbon,
    compared_areas.programmes,
    compared_areas.authorities,
)


@pytest.mark.parametrize(
    "named",
    [
        "Leeds, Kent",
        "Bournemouth, Poole",
        "Isles of Scilly, City of London, Rutland",
        "Leeds,Kent,Cornwall,Hackney,Dorset",
        ", ".join(areas.names()[: compared_areas.MOST]),
    ],
)
def test_any_areas_give_figures_or_reasons(named: str) -> None:
    places = compared_areas.chosen(named)
    for make in MADE:
        assert isinstance(make(places), Figure | Table | Missing)
    for place in places:
        assert place.name in compared_areas.introduction(places)
    assert compared_areas.spread(places)


def test_lists_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(LocalgovError, match="1 area was named; expected 2 to 12"):
        compared_areas.chosen("Leeds, Leeds")
    with pytest.raises(LocalgovError, match="0 areas were named"):
        compared_areas.chosen(" , ")
    with pytest.raises(LocalgovError, match="13 areas were named"):
        compared_areas.chosen(", ".join(areas.names()[:13]))
    with pytest.raises(UnknownNameError, match="did you mean Leeds"):
        compared_areas.chosen("Kent, Leads")


def test_titles_follow_the_numbers() -> None:
    two = compared_areas.chosen("Leeds, Kent")
    # Mean scores of 25.0 and 17.1 in laa_areas; 6.09 and 6.34 tonnes in indicator_values.
    assert compared_areas.measures(two).title == "Leeds was more deprived than Kent in 2007"
    carbon = compared_areas.carbon(two)
    assert isinstance(carbon, Figure)
    assert carbon.title == "No clear difference in carbon dioxide a head in 2010: 6.1 to 6.3 tonnes"
    populations = compared_areas.populations(two)
    assert isinstance(populations, Figure)
    # 748,300 and 758,029 in Leeds; 1,204,000 and 1,478,262 in Kent.
    assert populations.title == "From 1974 to 2012 the population of Kent changed by +23%, that of Leeds by +1%"
    first = populations.data[populations.data["year"] == 1974]
    assert (first["value"] == 100).all()


def test_what_is_not_known_is_named() -> None:
    three = compared_areas.chosen("Leeds, Dorset")
    populations = compared_areas.populations(three)
    assert isinstance(populations, Figure)
    assert populations.title == "Only Leeds has its population on the area of 2008 here"
    assert "Not known on the area of 2008: Dorset." in populations.caption
    none = compared_areas.populations(compared_areas.chosen("Bournemouth, Poole"))
    assert none == Missing("Not enough data here: no area has its population on the area of 2008.")
