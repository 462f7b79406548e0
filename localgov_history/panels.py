"""Small multiples in the house style: one definition a panel, each on a scale of its own, never joined across a break."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localgov_history import dates
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import BAND, COLOURS, INK, RULE, SMALL_TEXT, WIDTH, Figure, _as_year, _safe, template
from localgov_history.long_series import PARTING
from localgov_history.sources import Evidence

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from localgov_history.long_series import Series
    from localgov_history.periods import Periodisation

# More than this do not fit on a page in print.
MOST_PANELS = 8
_PANEL, _HEAD_LINE, _HEAD_WIDTH = 96, 14.5, 48


@dataclass(frozen=True, eq=False)
class Panel:
    """What one panel shows.

    Attributes
    ----------
    heading : what it is, one definition.
    under : geography and unit.
    frame : columns ``x`` (year, with its fraction), ``value``, ``when`` (in words), ``firm`` (False where from memory: a
        hollow mark) and ``segment`` (points of different segments are never joined).
    parting : where the definition changes.
    joins : where the source changes and the definition stays: the line goes on, with a mark.
    rivals : other values for the same dates, by another source: ``x``, ``value``, ``when``.
    stepped : a number that holds until the next one, such as the areas in being, and does not pass through what lies between.
    """

    heading: str
    under: str
    frame: pd.DataFrame
    parting: tuple[float, ...] = ()
    joins: tuple[float, ...] = ()
    rivals: pd.DataFrame | None = field(default=None, repr=False)
    stepped: bool = False

    def sentence(self) -> str:
        """First and last value."""
        first, last = self.frame.iloc[0], self.frame.iloc[-1]
        said = f"{self.heading} ({self.under}): {_figure(first['value'])} in {first['when']}"
        return f"{said} and {_figure(last['value'])} in {last['when']}" if len(self.frame) > 1 else said


def of_series(item: Series) -> Panel:
    """A panel of a long series."""
    frame = item.frame
    middle = [
        _as_year(start.date()) + (0.5 if (end - start).days > 300 else 0.0)
        for start, end in zip(frame["start"], frame["end"].fillna(frame["start"]), strict=True)
    ]
    runs = (frame["year"].diff().fillna(1) > 1).cumsum()
    segment = frame["segment"].astype(str) + "/" + runs.astype(str)
    scale, unit = _unit(item)
    said = frame["when"].map(dates.spoken)
    shown = frame.assign(x=middle, when=said, segment=segment, value=frame["value"] * scale)[
        ["x", "value", "when", "firm", "segment"]
    ]
    breaks = item.breaks[item.breaks["date_earliest"].notna()]
    days = [(_as_year(row.date_earliest.date()), row.kind in PARTING) for row in breaks.itertuples()]
    return Panel(
        item.title,
        f"{item.geography}; {unit}",
        shown,
        tuple(dict.fromkeys(day for day, parts in days if parts)),
        tuple(dict.fromkeys(day for day, parts in days if not parts)),
    )


def _unit(item: Series) -> tuple[float, str]:
    """A scale for the values, and the unit and prices in words: £ million, prices of 2010."""
    pounds = {"GBP": 1.0, "GBP thousand": 1e3, "GBP million": 1e6, "GBP billion": 1e9}
    if item.unit == "GBP per head":
        scale, unit = 1.0, "£ per head"
    elif item.unit in pounds:
        most = pounds[item.unit] * float(item.frame["value"].abs().max())
        size, unit = next(
            ((size, unit) for size, unit in ((1e9, "£ billion"), (1e6, "£ million")) if most >= 2 * size), (1.0, "£")
        )
        scale = pounds[item.unit] / size
    else:
        return 1.0, item.unit
    basis = item.price_basis.partition(":")[2]
    return scale, f"{unit}, prices of {basis}" if basis else f"{unit}, current prices"


def small_multiples(
    parts: Sequence[Panel],
    title: str,
    caption: str,
    evidence: Evidence,
    first: int,
    last: int,
    periods: Periodisation | None = None,
) -> Figure:
    """Panels in two columns over the same years, each on a scale of its own that starts from zero, or below.

    Parameters
    ----------
    parts : the panels, in order; at most `MOST_PANELS` are drawn.
    first, last : the years of the scale.
    periods : bands behind the lines, if given.

    Raises
    ------
    NotEnoughDataError
        If there is no panel.
    """
    import pandas as pd
    import plotly.subplots

    if not len(parts):
        raise NotEnoughDataError("there is nothing to set side by side")
    shown = list(parts)[:MOST_PANELS]
    columns = 1 if len(shown) == 1 else 2
    heads = [_heading(part, _HEAD_WIDTH * (3 - columns)) for part in shown]
    rows = math.ceil(len(shown) / columns)
    # Room above a row of panels for the longest of its headings.
    tall = [max(head.count("<br>") + 1 for head in heads[row * columns : (row + 1) * columns]) for row in range(rows)]
    top = tall[0] * _HEAD_LINE + 15
    # All panels have the same years, which stand below the lowest of each column alone.
    gap = max(tall) * _HEAD_LINE + 22
    height = rows * _PANEL + (rows - 1) * gap
    plot = plotly.subplots.make_subplots(
        rows=rows,
        cols=columns,
        vertical_spacing=gap / height if rows > 1 else 0,
        horizontal_spacing=0.11,
        row_heights=[1.0] * rows,
    )
    plot.update_layout(
        template=template(), width=WIDTH, height=height + top + 44, margin={"t": top + 4, "b": 30, "l": 52, "r": 14}
    )
    shapes: list[dict[str, object]] = []
    notes: list[dict[str, object]] = []
    for number, (part, head) in enumerate(zip(shown, heads, strict=True)):
        place = {"row": number // columns + 1, "col": number % columns + 1}
        axis = "" if number == 0 else str(number + 1)
        _points(plot, part, place)
        _scale(plot, part, first, last, place, below=number + columns >= len(shown))
        shapes += [
            {"xref": f"x{axis}", "yref": f"y{axis} domain", "y0": 0, "y1": 1, **shape}
            for shape in (*_bands(periods, first, last), *_marks(part))
        ]
        notes.append(
            {
                "text": head,
                "x": 0,
                "y": 1,
                "xref": f"x{axis} domain",
                "yref": f"y{axis} domain",
                "xanchor": "left",
                "yanchor": "bottom",
                "xshift": -40,
                "yshift": 6,
                "align": "left",
                "showarrow": False,
                "font": {"size": SMALL_TEXT, "color": INK},
            }
        )
    # All at once: plotly checks the whole figure again for each that is added.
    plot.update_layout(shapes=shapes, annotations=notes)
    if len(shown) % columns:
        plot.update_xaxes(visible=False, row=rows, col=columns)
        plot.update_yaxes(visible=False, row=rows, col=columns)
    data = pd.concat([part.frame.assign(panel=part.heading, unit=part.under) for part in shown], ignore_index=True)[
        ["panel", "unit", "when", "value", "segment", "firm"]
    ]
    alt = f"{len(shown)} small charts. " + "; ".join(part.sentence() for part in shown) + "."
    return Figure(plot, title, " ".join([caption, *_legend(shown)]).strip(), alt, data, evidence)


def _legend(parts: Sequence[Panel]) -> list[str]:
    """What the marks mean, of those that are drawn."""
    scale = "with zero in it" if any((part.frame["value"] < 0).any() for part in parts) else "from zero"
    said = [
        f"Each panel has its own definition and scale, {scale}; panels must not be added or joined. Values more than a year "
        "apart are not joined."
    ]
    if any(part.parting for part in parts):
        said.append("Red dotted: the definition, geography or coverage changes, and the line stops.")
    if any(part.joins for part in parts):
        said.append("Grey dashed: a join of two sources with one definition.")
    if any(not part.frame["firm"].all() for part in parts):
        said.append("Hollow: from memory, not yet confirmed in a source.")
    if any(part.rivals is not None and len(part.rivals) for part in parts):
        said.append("Crosses: another count for the same date.")
    return said


def _heading(part: Panel, width: int) -> str:
    import textwrap

    lines = textwrap.wrap(part.heading, width)
    bold = [f"<b>{_safe(line)}</b>" for line in lines]
    return "<br>".join([*bold, *(_safe(line) for line in textwrap.wrap(part.under, width))])


def _points(plot: go.Figure, part: Panel, place: Mapping[str, int]) -> None:
    few = len(part.frame) < 30
    for _, run in part.frame.groupby("segment", sort=False):
        plot.add_scatter(
            x=run["x"],
            y=run["value"],
            mode="lines+markers",
            line={"color": COLOURS[0], "width": 1.6, "shape": "hv" if part.stepped else "linear"},
            marker={
                "opacity": 1,
                # A long line has no marks but those that say that a point is from memory.
                "size": [6 if few or len(run) == 1 or not firm else 0 for firm in run["firm"]],
                "color": [COLOURS[0] if firm else "white" for firm in run["firm"]],
                "line": {"color": COLOURS[0], "width": 1.2},
            },
            # A mark on the edge of the scale is drawn whole.
            cliponaxis=False,
            customdata=run[["when"]].to_numpy(),
            hovertemplate="%{customdata[0]}: %{y:,.4~g}<extra></extra>",
            **place,
        )
    if part.rivals is not None and len(part.rivals):
        plot.add_scatter(
            x=part.rivals["x"],
            y=part.rivals["value"],
            mode="markers",
            marker={"size": 7, "symbol": "x-thin", "line": {"color": COLOURS[1], "width": 1.8}},
            cliponaxis=False,
            customdata=part.rivals[["when"]].to_numpy(),
            hovertemplate="Another count, %{customdata[0]}: %{y:,.4~g}<extra></extra>",
            **place,
        )


def _marks(part: Panel) -> list[dict[str, object]]:
    """Upright lines where the definition changes, and where two sources join."""
    kinds = (
        (part.parting, {"color": COLOURS[1], "width": 1.2, "dash": "dot"}),
        (part.joins, {"color": "#8a8a8a", "width": 1, "dash": "dash"}),
    )
    return [{"type": "line", "x0": at, "x1": at, "line": line} for days, line in kinds for at in days]


def _scale(plot: go.Figure, part: Panel, first: int, last: int, place: Mapping[str, int], below: bool) -> None:
    values = [float(value) for value in part.frame["value"]]
    if part.rivals is not None:
        values += [float(value) for value in part.rivals["value"]]
    low, high = min(values), max(values)
    plot.update_yaxes(range=[min(0.0, low * 1.1), high * 1.16 or 1], nticks=5, tickformat=",", **place)
    plot.update_xaxes(range=[first - 0.5, last + 1.5], nticks=6, tickformat="d", showticklabels=below, **place)


def _bands(periods: Periodisation | None, first: int, last: int) -> list[dict[str, object]]:
    """Alternate bands for the periods, with a line where each begins; none where periods overlap."""
    if periods is None or periods.overlaps():
        return []
    shapes: list[dict[str, object]] = []
    for index, period in enumerate(periods):
        begin, end = max(_as_year(period.start), first - 0.5), min(_as_year(period.end) + 1 / 366, last + 1.5)
        if begin < end:
            if index % 2 == 0:
                band = {"fillcolor": BAND, "line": {"width": 0}, "layer": "below"}
                shapes.append({"type": "rect", "x0": begin, "x1": end, **band})
            line = {"line": {"color": RULE, "width": 1}, "layer": "below"}
            shapes.append({"type": "line", "x0": begin, "x1": begin, **line})
    return shapes


def _figure(value: object) -> str:
    number = float(str(value))
    return f"{number:,.0f}" if abs(number) >= 100 or number.is_integer() else f"{number:,.1f}"
