"""Controls in a notebook, where somebody can move them; elsewhere the same code shows the item once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from localgov_history import figures
from localgov_history.display import Missing, Table, show
from localgov_history.errors import LocalgovError


def explore(make: Callable[..., figures.Figure | Table | Missing], **choices: Sequence[Any]) -> None:
    """Show what `make` gives, with a control for each choice.

    Without ipywidgets, or where nobody is there to move a control (a report is built, a notebook run by a command),
    the item is shown once with the first choices.

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
        ipywidgets = None
    if ipywidgets is None or not _attended():
        show(make(**{name: values[0] for name, values in choices.items()}))
        return
    controls = {
        name: ipywidgets.Dropdown(options=list(values), description=name.replace("_", " "))
        for name, values in choices.items()
    }
    from IPython.display import display

    changed = ipywidgets.interactive_output(lambda **chosen: show(make(**chosen)), controls)
    display(ipywidgets.VBox([*controls.values(), changed]))


def _attended() -> bool:
    """Whether a person sits before the notebook: whoever asked for this cell to be run can be asked something.

    A command that runs notebooks says that it cannot, and some of them wait for ever for a control's messages.
    """
    from IPython.core.getipython import get_ipython

    request = getattr(get_ipython(), "parent_header", None) or {}
    return bool(request.get("content", {}).get("allow_stdin"))
