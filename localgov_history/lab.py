"""Sliders for a chart in a running notebook, where ipywidgets is there; the chart alone where it is not."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from localgov_history.display import Missing, Table, say, show
from localgov_history.errors import LocalgovError
from localgov_history.figures import Figure


def sliders(make: Callable[..., Figure | Table | Missing], **ranges: tuple[float, float, float]) -> None:
    """Show what `make` returns, with a slider for each of its arguments named.

    Parameters
    ----------
    make : called with one number for each name; what it returns is shown again whenever a slider is let go.
    ranges : for each argument, its least value, its greatest, and the one to start with.

    Raises
    ------
    LocalgovError
        If a range does not hold its start.
    """
    for name, (least, most, start) in ranges.items():
        if not least <= start <= most or least == most:
            raise LocalgovError(
                f"{name} goes from {least:g} to {most:g} and starts at {start:g}; expected a start within"
            )
    if importlib.util.find_spec("ipywidgets") is None:
        show(make(**{name: start for name, (_, _, start) in ranges.items()}))
        say(
            "Sliders appear here where ipywidgets is installed. Without it, change the numbers in the cell and run it again."
        )
        return
    import ipywidgets
    from IPython.display import display

    controls = {name: _slider(ipywidgets, name, *values) for name, values in ranges.items()}

    def draw(**values: float) -> None:
        try:
            show(make(**values))
        except LocalgovError as error:
            say(f"{error}.")

    display(ipywidgets.VBox(list(controls.values())), ipywidgets.interactive_output(draw, controls))


def _slider(ipywidgets: Any, name: str, least: float, most: float, start: float) -> Any:
    whole = all(isinstance(value, int) for value in (least, most, start))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    return kind(
        value=start,
        min=least,
        max=most,
        step=1 if whole else 0.01,
        description=name.replace("_", " "),
        continuous_update=False,
        style={"description_width": "9em"},
        layout={"width": "34em"},
    )
