"""Parameters that are areas, lists of areas, types, regions and days."""

from __future__ import annotations

import pytest

from localgov_history import areas, registry
from localgov_history._resources import folder
from localgov_history.errors import ParameterError
from localgov_history.report import parameters
from localgov_history.text import items

NOTEBOOKS = folder("notebooks")


def test_an_area_is_one_of_the_list() -> None:
    path = NOTEBOOKS / "14_area_profile.ipynb"
    known = parameters.declared(path)["area"]
    assert known.allowed({}) == areas.names()
    for name in areas.names():
        assert parameters.resolve(path, {"area": name}) == {"area": name}
    with pytest.raises(ParameterError, match="14_area_profile: area is 'Leads'; did you mean Leeds"):
        parameters.resolve(path, {"area": "Leads"})


def test_a_list_in_one_text_is_checked_item_by_item() -> None:
    path = NOTEBOOKS / "17_compare_areas.ipynb"
    assert parameters.resolve(path, {"areas": "Kent ,Leeds"}) == {"areas": "Kent ,Leeds"}
    with pytest.raises(ParameterError, match="areas is 'Leads'; did you mean Leeds"):
        parameters.resolve(path, {"areas": "Kent, Leads"})
    with pytest.raises(ParameterError, match="areas is empty; expected one or more, with commas between them"):
        parameters.resolve(path, {"areas": " , "})


def test_items_of_a_text() -> None:
    assert items(" a, b,a,, c d ") == ["a", "b", "c d"]


def test_days_types_and_regions() -> None:
    path = NOTEBOOKS / "05_registry.ipynb"
    known = parameters.declared(path)
    assert known["kind"].allowed({}) == ["all", *registry.types()]
    assert known["region"].allowed({}) == ["all", *registry.regions()]
    assert len(registry.regions()) == 9
    assert parameters.resolve(path, {"as_of": "1888"})["as_of"] == "1888"
    with pytest.raises(ParameterError, match=r"05_registry: as_of: .*'1974-13-01'"):
        parameters.resolve(path, {"as_of": "1974-13-01"})
    with pytest.raises(ParameterError, match="kind is 'unitaries'; did you mean unitary"):
        parameters.resolve(path, {"kind": "unitaries"})
