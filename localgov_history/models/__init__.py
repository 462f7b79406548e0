"""Models of change: interrupted series, counts, survival, and areas in groups.

Each is a function of plain frames with a result that states its numbers, its uncertainty and what it cannot show:

>>> from localgov_history import models
>>> models.interrupted, models.counts, models.survival, models.areas  # doctest: +ELLIPSIS
(<function interrupted...>, <function counts...>, <function survival...>, <function areas...>)
"""

from __future__ import annotations

from localgov_history.models.counts import Counts, Dispersion, counts
from localgov_history.models.interrupted import Interrupted, PlaceboDates, interrupted
from localgov_history.models.of_areas import Areas, areas
from localgov_history.models.survival import Survival, survival

__all__ = [
    "Areas",
    "Counts",
    "Dispersion",
    "Interrupted",
    "PlaceboDates",
    "Survival",
    "areas",
    "counts",
    "interrupted",
    "survival",
]
