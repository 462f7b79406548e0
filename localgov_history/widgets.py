"""Controls in a notebook, where ipywidgets is installed; without it the same code shows the item once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from localgov_history import figures
from localgov_history.display import Missing, Table, show
from localgov_history.errors import LocalgovError


def explore(make: Callable[..., figures.Figure | Table | Missing], **choices: Sequence[Any]) -> None:
    """Show what `make` gives, with a control for each choice.

    Parameters
    ----------
    make : takes one value of each of the choices, by name.
    choices : the values that each may take; the first is shown at the start.

    Raises
    ------
    LocalgovError
        If a choice has no values.
    """
    for name, values in choices.items():
        if not len(values):
            raise LocalgovError(f"{name} has no values to choose from; expected one or more")
    try:
        import ipywidgets
    except ModuleNotFoundError:
        show(make(**{name: values[0] for name, values in choices.items()}))
        return
    controls = {
        name: ipywidgets.Dropdown(options=list(values), description=name.replace("_", " "))
        for name, values in choices.items()
    }
    from IPython.display import display

    changed = ipywidgets.interactive_output(lambda **chosen: show(make(**chosen)), controls)
    display(ipywidgets.VBox([*controls.values(), changed]))
