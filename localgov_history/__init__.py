"""Cited tables, period timelines and comparative reports on English local government, 1830s to 2012.

>>> import localgov_history as lg
>>> lg.load("acts").loc[0, "act_key"] is not None
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table, name_values, say, show, show_sources
from localgov_history.errors import AmbiguousNameError, LocalgovError, UnknownNameError
from localgov_history.periods import Period, Periodisation
from localgov_history.quality import TableDescription
from localgov_history.schema import Problem, TableError
from localgov_history.sources import Evidence

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.bodies import functions_held, who_ran
    from localgov_history.exchange import export
    from localgov_history.long_series import series
    from localgov_history.periods import periodisation, periodisations
    from localgov_history.registry import authorities, lineage

__version__ = "0.3.0"
__all__ = [
    "AmbiguousNameError",
    "Catalogue",
    "Evidence",
    "LocalgovError",
    "Period",
    "Periodisation",
    "Problem",
    "Table",
    "TableDescription",
    "TableError",
    "UnknownNameError",
    "authorities",
    "describe",
    "export",
    "functions_held",
    "lineage",
    "load",
    "name_values",
    "periodisation",
    "periodisations",
    "say",
    "search",
    "series",
    "show",
    "show_sources",
    "tables",
    "who_ran",
]


def tables() -> pd.DataFrame:
    """The tables that ship: title, rows in all, rows by default."""
    return default().tables()


def load(name: str, include_unconfirmed: bool = False) -> pd.DataFrame:
    """A table as a frame; see `Catalogue.load`."""
    return default().load(name, include_unconfirmed)


def describe(name: str) -> TableDescription:
    """The data dictionary of a table; see `Catalogue.describe`."""
    return default().describe(name)


def search(text: str, limit: int = 50) -> pd.DataFrame:
    """Where words occur in the tables; see `Catalogue.search`."""
    return default().search(text, limit)


# Found when first asked for, so that importing the kit stays as quick as it is. Each takes ``catalogue=`` as well.
_LATER = {
    "authorities": "registry",
    "export": "exchange",
    "functions_held": "bodies",
    "lineage": "registry",
    "periodisation": "periods",
    "periodisations": "periods",
    "series": "long_series",
    "who_ran": "bodies",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
