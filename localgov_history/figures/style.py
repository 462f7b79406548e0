"""The house style: what every chart is made of, and the `Figure` that refuses to exist without its title and sources."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from localgov_history.errors import LocalgovError, NotEnoughDataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pandas as pd
    import plotly.graph_objects as go

    from localgov_history.periods import Periodisation
    from localgov_history.sources import Evidence


FONT = "Source Sans 3"
# CSS takes a family name with a digit only in quotes; without them a browser silently uses its own font.
FAMILY = f"'{FONT}', sans-serif"
WIDTH = 680
# Text of 12 px on a figure 680 px wide is 8.5 pt when printed 17 cm wide, and the small text 8.1 pt.
TEXT_SIZE = 12
SMALL_TEXT = 11.5
# Dark to light, told apart by lightness alone (for grey print) and by colour-blind readers.
COLOURS = ("#14304f", "#9a3324", "#3b7ea1", "#d9822b", "#9fb8c9", "#ded3b6")
# The earlier and the later of two periods, in every chart that sets two side by side.
PAIR = (COLOURS[3], COLOURS[0])
INK, RULE, BAND = "#222222", "#c9c9c9", "#f1efe9"
GREY = "#8a8a8a"


@dataclass(frozen=True)
class Figure:
    """A chart and all that a reader needs with it.

    Attributes
    ----------
    plot : the plotly figure.
    title : the finding, one sentence.
    caption : what is drawn, with units and what was left out.
    alt : what a reader who cannot see the chart should know.
    data : what is drawn, as a frame.
    evidence : the rows it rests on.
    """

    plot: go.Figure
    title: str
    caption: str
    alt: str
    data: pd.DataFrame
    evidence: Evidence

    def __post_init__(self) -> None:
        for name in ("title", "caption", "alt"):
            if not getattr(self, name).strip():
                raise LocalgovError(f"a figure has no {name}; expected a sentence")
        if not self.evidence.sources:
            raise NotEnoughDataError(f"no row with a source stands behind the figure {self.title!r}")

    def fingerprint(self) -> str:
        """A short text that changes when anything drawn or said changes, and only then."""
        text = "\n".join(
            [
                self.title,
                self.caption,
                self.alt,
                *self.evidence.sources,
                self.data.to_csv(index=False, float_format="%.10g"),
            ]
        )
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        return f"Figure: {self.title} [{len(self.data)} rows drawn, {self.evidence.rows} rows used, {digest}]"


@lru_cache(maxsize=1)
def template() -> go.layout.Template:
    """The house style as a plotly template."""
    import plotly.graph_objects as go

    axis = {
        "showgrid": True,
        "gridcolor": "#e6e6e6",
        "linecolor": RULE,
        "zeroline": False,
        "ticks": "outside",
        "tickcolor": RULE,
        "title": {"standoff": 8, "font": {"size": TEXT_SIZE}},
        "tickfont": {"size": TEXT_SIZE},
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FAMILY, "size": TEXT_SIZE, "color": INK},
            "colorway": COLOURS,
            "paper_bgcolor": "white",
            "plot_bgcolor": "white",
            "margin": {"l": 10, "r": 16, "t": 16, "b": 10},
            "xaxis": axis,
            "yaxis": axis,
            "showlegend": False,
            "hoverlabel": {"font": {"family": FAMILY, "size": 13}},
            "separators": ".,",
        }
    )


def blank() -> go.Figure:
    import plotly.graph_objects as go

    return go.Figure(layout={"template": template(), "width": WIDTH})


def period_bands(plot: go.Figure, periods: Periodisation, first: int, last: int) -> None:
    """Alternate bands for the periods, cut to the years drawn; lines alone where periods overlap."""
    shapes: list[dict[str, Any]] = []
    whole = {"y0": 0, "y1": 1, "xref": "x", "yref": "y domain", "layer": "below"}
    for index, period in enumerate(periods):
        begin = max(as_year(period.start), first)
        end = min(as_year(period.end) + 1 / 366, last + 1)
        if begin >= end:
            continue
        if index % 2 == 0 and not periods.overlaps():
            shapes.append({"type": "rect", "x0": begin, "x1": end, "fillcolor": BAND, "line": {"width": 0}, **whole})
        shapes.append({"type": "line", "x0": begin, "x1": begin, "line": {"color": RULE, "width": 1}, **whole})
    plot.layout.shapes = [*plot.layout.shapes, *shapes]


def annotate(plot: go.Figure, notes: Sequence[Mapping[str, Any]]) -> None:
    """Add annotations, all at once: plotly checks those that are there anew each time that one is added."""
    plot.layout.annotations = [*plot.layout.annotations, *({"showarrow": False, **note} for note in notes)]


def period_names(plot: go.Figure, periods: Periodisation, first: int, last: int, width: float) -> int:
    """The spans of the periods above row 0, in as many lanes as keep them apart. Returns the number of lanes.

    Parameters
    ----------
    width : of the plotting area, in pixels.
    """
    lanes: list[float] = []
    notes: list[dict[str, Any]] = []
    scale = width / (last + 1 - first)
    for period in periods:
        begin, end = max(as_year(period.start), first), min(as_year(period.end), last + 1)
        if begin >= end:
            continue
        text = period.readable_span()
        half = (len(text) * 5.8 + 8) / 2
        middle = min(max((begin + end) / 2 - first, half / scale), last + 1 - first - half / scale)
        left = middle * scale - half
        lane = next((index for index, edge in enumerate(lanes) if edge <= left), len(lanes))
        if lane == len(lanes):
            lanes.append(0.0)
        lanes[lane] = left + 2 * half
        font = {"size": SMALL_TEXT, "color": "#555555"}
        notes.append({"x": first + middle, "y": -0.9 - 0.9 * lane, "text": safe(text), "font": font})
    annotate(plot, notes)
    return len(lanes)


def grid(rows: int, columns: int, **how: Any) -> go.Figure:
    """An empty chart of several panels in the house style; `how` goes to ``plotly.subplots.make_subplots``."""
    from plotly.subplots import make_subplots

    plot = make_subplots(rows=rows, cols=columns, **how)
    plot.update_layout(template=template(), width=WIDTH)
    return plot


def as_year(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 366


def legend_above(plot: go.Figure) -> None:
    plot.update_layout(
        showlegend=True,
        legend={
            "orientation": "h",
            "traceorder": "normal",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": TEXT_SIZE},
        },
    )


def legend_height(names: Mapping[str, str]) -> int:
    """Room for a legend of these names, in pixels."""
    letters = sum(len(name) + 8 for name in names.values())
    return 22 * math.ceil(letters / 80)


def row_height(rows: int) -> float:
    """Pixels a row: fewer where the chart would not fit on a page with its title and caption."""
    return 17.0 if rows <= _ROWS_A_PAGE else max(12.5, 17.0 * _ROWS_A_PAGE / rows)


_ROWS_A_PAGE = 36


def spread_apart(values: dict[str, float], least: float) -> dict[str, float]:
    """Move values apart so that neighbours differ by at least `least`, keeping their order."""
    placed: dict[str, float] = {}
    floor = float("-inf")
    for name, value in sorted(values.items(), key=lambda pair: pair[1]):
        placed[name] = max(value, floor)
        floor = placed[name] + least
    return placed


def safe(text: object) -> str:
    """Plotly reads a little HTML in its texts; text from data must show as itself."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def breakable(text: object, width: int = 60) -> str:
    """Text from data over several lines of at most `width` characters, as a hover box or an axis needs it."""
    import textwrap

    return "<br>".join(safe(line) for line in textwrap.wrap(str(text), width))


def written(value: object, places: int = 2) -> str:
    """A value in a sentence: whole from a hundred up, else to so many decimal places unless it is whole."""
    exact = float(str(value))
    return f"{exact:,.0f}" if abs(exact) >= 100 or exact.is_integer() else f"{exact:,.{places}f}"


def first_and_last(name: object, rows: pd.DataFrame) -> str:
    """The first and the last ``value`` of the rows of one line in order of their ``year``."""
    rows = rows.sort_values("year")
    start, end = rows.iloc[0], rows.iloc[-1]
    return f"{name}: {written(start['value'])} in {start['year']}, {written(end['value'])} in {end['year']}."


def middles(frame: pd.DataFrame) -> list[float]:
    """Where the values of a long series stand: in the middle of their year; those dated to a day, on it."""
    return [
        as_year(start.date()) + (0.5 if (end - start).days > 300 else 0.0)
        for start, end in zip(frame["start"], frame["end"], strict=True)
    ]
