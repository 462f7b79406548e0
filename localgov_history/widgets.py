"""Choices beside a figure in JupyterLab: with ipywidgets where it is installed, else the figure of the first choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from localgov_history.display import Missing, Table, show
from localgov_history.figures import Figure


def explore(make: Callable[..., Figure | Table | Missing], **choices: Iterable[Any]) -> None:
    """Show what `make` gives, with a control for each of its arguments.

    Parameters
    ----------
    make : takes the arguments named in `choices` and gives a figure or a table.
    choices : for each argument the values it may take, the first shown first.
    """
    values = {name: list(options) for name, options in choices.items()}
    try:
        from ipywidgets import interact
    except ImportError:
        show(make(**{name: options[0] for name, options in values.items()}))
        return

    def shown(**picked: Any) -> None:
        show(make(**picked))

    interact(shown, **values)
