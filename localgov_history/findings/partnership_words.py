"""How figures of the partnership tables are written: a value with its unit, a programme with its article."""

from __future__ import annotations

from typing import Any


def figure(row: Any) -> str:
    """A value with its unit, or its bounds."""
    low, high = row.value_low, row.value_high
    said = number(row.value) if row.value == row.value and row.value is not None else f"{number(low)}–{number(high)}"
    unit = str(row.unit)
    if unit == "percent":
        return f"{said}%"
    if unit.startswith("GBP million"):
        return f"£{said}m{unit.removeprefix('GBP million')}"
    if unit.startswith("GBP"):
        return f"£{said}{unit.removeprefix('GBP')}"
    return f"{said} {_singular(unit) if said == '1' else unit}"


def _singular(unit: str) -> str:
    return unit.removesuffix("ies") + "y" if unit.endswith("ies") else unit.removesuffix("s")


def number(value: Any) -> str:
    """A number with separators, to four digits where it is not whole."""
    exact = float(value)
    return f"{exact:,.0f}" if exact.is_integer() else f"{exact:,.4g}"


def the(name: str, capitalised: bool = False) -> str:
    """A programme in a sentence, with its article where it takes one."""
    if name.startswith(("Neighbourhood", "Working", "Area Based")):
        return f"{'The' if capitalised else 'the'} {name}"
    return name
