"""How the numbers of a model stand in a sentence: three figures, an interval, a p-value."""

from __future__ import annotations

import math


def shown(value: float) -> str:
    """A number to three significant figures, whole from a hundred up: ``-1.49``, ``12,345``.

    >>> shown(-1.4946), shown(12345.6), shown(0.01234), shown(31.0)
    ('-1.49', '12,346', '0.0123', '31')
    """
    if not math.isfinite(value):
        return "not reached" if math.isinf(value) else "not known"
    if float(value).is_integer():
        return f"{value:,.0f}"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}" if places <= 6 else f"{value:.2e}"


def between(lower: float, upper: float, level: float) -> str:
    """An interval with its level: ``95% interval -2.1 to 0.4``."""
    return f"{level:.0%} interval {shown(lower)} to {shown(upper)}"


def p_text(p: float) -> str:
    """A p-value: ``p = 0.065``, ``p < 0.001``."""
    if not math.isfinite(p):
        return "p not known"
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
