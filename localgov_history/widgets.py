"""Controls for a chart or a table in a running notebook, where ipywidgets is there; the item alone where it is not."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from localgov_history.display import Missing, Table, say, show
from localgov_history.errors import LocalgovError
from localgov_history.figures import Figure

Make = Callable[..., Figure | Table | Missing]


def explore(make: Make, **choices: Sequence[Any]) -> None:
    """Show what `make` returns, with a list to choose from for each of its arguments named.

    Parameters
    ----------
    make : called with one value for each name; what it returns is shown again whenever a choice changes.
    choices : the values that each argument may take; the first is shown at the start.

    Raises
    ------
    LocalgovError
        If a choice has no values.
    """
    for name, values in choices.items():
        if not len(values):
            raise LocalgovError(f"{name} has no values to choose from; expected one or more")
    starts = {name: values[0] for name, values in choices.items()}

    def control(widgets: Any, name: str) -> Any:
        return widgets.Dropdown(options=list(choices[name]), **_style(name))

    _show(make, starts, control)


def sliders(make: Make, **ranges: tuple[float, float, float]) -> None:
    """Show what `make` returns, with a slider for each of its arguments named.

    Parameters
    ----------
    make : called with one number for each name; what it returns is shown again whenever a slider is let go.
    ranges : for each argument, its least value, its greatest, and the one to start with; a start beyond them, such as a
        parameter that the reader has set, widens the range.

    Raises
    ------
    LocalgovError
        If the least value of a range is not below its greatest.
    """
    for name, (least, most, _) in ranges.items():
        if not least < most:
            raise LocalgovError(f"{name} goes from {least:g} to {most:g}; expected the least value first")

    def control(widgets: Any, name: str) -> Any:
        least, most, start = ranges[name]
        whole = all(isinstance(value, int) for value in (least, most, start))
        kind = widgets.IntSlider if whole else widgets.FloatSlider
        step = 1 if whole else 0.01
        return kind(
            value=start,
            min=min(least, start),
            max=max(most, start),
            step=step,
            continuous_update=False,
            **_style(name),
        )

    _show(make, {name: start for name, (_, _, start) in ranges.items()}, control)


def _show(make: Make, starts: Mapping[str, Any], control: Callable[[Any, str], Any]) -> None:
    if not _live():
        show(make(**starts))
        say(
            "In JupyterLab with ipywidgets there are controls here. Without them, change the values in the cell and run it "
            "again."
        )
        return
    import ipywidgets
    from IPython.display import display

    controls = {name: control(ipywidgets, name) for name in starts}

    def draw(**values: Any) -> None:
        try:
            show(make(**values))
        except LocalgovError as error:
            say(f"{error}.")

    display(ipywidgets.VBox(list(controls.values())), ipywidgets.interactive_output(draw, controls))


def _live() -> bool:
    """Whether somebody is at the notebook: a Jupyter server names the session, a run without one does not."""
    return "JPY_SESSION_NAME" in os.environ and importlib.util.find_spec("ipywidgets") is not None


def _style(name: str) -> dict[str, Any]:
    return {
        "description": name.replace("_", " "),
        "style": {"description_width": "9em"},
        "layout": {"width": "44em"},
    }
