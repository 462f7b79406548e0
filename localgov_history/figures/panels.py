"""Small multiples: one definition, measure, area or group a panel."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localgov_history import dates
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures.style import (
    BAND,
    COLOURS,
    GREY,
    INK,
    RULE,
    SMALL_TEXT,
    TEXT_SIZE,
    Figure,
    annotate,
    as_year,
    breakable,
    first_and_last,
    grid,
    middles,
    safe,
    written,
)
from localgov_history.long_series import PARTING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import plotly.graph_objects as go

    from localgov_history.long_series import Series
    from localgov_history.periods import Periodisation
    from localgov_history.sources import Evidence


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
        said = f"{self.heading} ({self.under}): {written(first['value'], 1)} in {first['when']}"
        return f"{said} and {written(last['value'], 1)} in {last['when']}" if len(self.frame) > 1 else said


def of_series(item: Series) -> Panel:
    """A panel of a long series."""
    frame = item.frame
    runs = (frame["year"].diff().fillna(1) > 1).cumsum()
    segment = frame["segment"].astype(str) + "/" + runs.astype(str)
    scale, unit = _unit(item)
    said = frame["when"].map(dates.spoken)
    shown = frame.assign(x=middles(frame), when=said, segment=segment, value=frame["value"] * scale)[
        ["x", "value", "when", "firm", "segment"]
    ]
    breaks = item.breaks[item.breaks["date_earliest"].notna()]
    days = [(as_year(row.date_earliest.date()), row.kind in PARTING) for row in breaks.itertuples()]
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
    plot = grid(
        rows,
        columns,
        vertical_spacing=gap / height if rows > 1 else 0,
        horizontal_spacing=0.11,
        row_heights=[1.0] * rows,
    )
    plot.update_layout(height=height + top + 44, margin={"t": top + 4, "b": 30, "l": 52, "r": 14})
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
    bold = [f"<b>{safe(line)}</b>" for line in textwrap.wrap(part.heading, width)]
    return "<br>".join([*bold, breakable(part.under, width)])


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
            customdata=run[["when"]].to_numpy(),
            hovertemplate="%{customdata[0]}: %{y:,.4~g}<extra></extra>",
            # A mark on the edge of the scale is drawn whole.
            cliponaxis=False,
            **place,
        )
    if part.rivals is not None and len(part.rivals):
        plot.add_scatter(
            x=part.rivals["x"],
            y=part.rivals["value"],
            mode="markers",
            marker={"size": 7, "symbol": "x-thin", "line": {"color": COLOURS[1], "width": 1.8}},
            customdata=part.rivals[["when"]].to_numpy(),
            hovertemplate="Another count, %{customdata[0]}: %{y:,.4~g}<extra></extra>",
            cliponaxis=False,
            **place,
        )


def _marks(part: Panel) -> list[dict[str, object]]:
    """Upright lines where the definition changes, and where two sources join."""
    kinds = (
        (part.parting, {"color": COLOURS[1], "width": 1.2, "dash": "dot"}),
        (part.joins, {"color": GREY, "width": 1, "dash": "dash"}),
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
        begin, end = max(as_year(period.start), first - 0.5), min(as_year(period.end) + 1 / 366, last + 1.5)
        if begin < end:
            if index % 2 == 0:
                band = {"fillcolor": BAND, "line": {"width": 0}, "layer": "below"}
                shapes.append({"type": "rect", "x0": begin, "x1": end, **band})
            line = {"line": {"color": RULE, "width": 1}, "layer": "below"}
            shapes.append({"type": "line", "x0": begin, "x1": begin, **line})
    return shapes


# Height of a small panel with lines, and what its heading and the numbers of the axis above need, in pixels.
_SMALL, _BETWEEN = 170, 52
_FADED = "#d5dce1"


def bar_panels(
    frame: pd.DataFrame, marked: str, title: str, evidence: Evidence, caption: str, across: int = 3
) -> Figure:
    """Small multiples of bars: a panel a measure, a bar an area, each panel on a scale of its own from zero.

    Parameters
    ----------
    frame : columns ``area``, ``measure`` (with its unit), ``value`` (empty where not known).
    marked : the area to bring out, or empty.
    """
    names, measures = list(dict.fromkeys(frame["area"])), list(dict.fromkeys(frame["measure"]))
    across = min(across, len(measures))
    down = math.ceil(len(measures) / across)
    heads = [breakable(measure, 30) for measure in measures]
    # The heading of a panel stands between its bars and those of the panel above.
    each, between = 8 + 19 * len(names), 16 + 15 * max(head.count("<br>") + 1 for head in heads)
    high = down * each + (down - 1) * between
    plot = grid(
        down,
        across,
        subplot_titles=heads,
        shared_yaxes=True,
        horizontal_spacing=0.05,
        vertical_spacing=between / high if down > 1 else 0,
    )
    notes: list[dict[str, Any]] = []
    for index, measure in enumerate(measures):
        rows = frame[frame["measure"] == measure].set_index("area")["value"].reindex(names).astype(float)
        spot = {"row": index // across + 1, "col": index % across + 1}
        plot.add_bar(
            x=rows.to_numpy(),
            y=list(range(len(names))),
            orientation="h",
            width=0.7,
            marker={"color": [COLOURS[1] if name == marked else COLOURS[2] for name in names]},
            hovertext=[f"{safe(name)}: {written(value)}" for name, value in rows.items()],
            hoverinfo="text",
            **spot,
        )
        top = float(rows.max()) if rows.notna().any() else 1.0
        places = 0 if (rows.dropna() % 1 == 0).all() else 1
        notes += [
            {
                "x": 0 if math.isnan(value) else value,
                "y": at,
                "xref": f"x{index + 1 if index else ''}",
                "yref": f"y{index + 1 if index else ''}",
                "text": "not known" if math.isnan(value) else f"{value:,.{places}f}",
                "xanchor": "left",
                "xshift": 3,
                "font": {"size": SMALL_TEXT},
            }
            for at, value in enumerate(rows)
        ]
        plot.update_xaxes(range=[0, 1.5 * top or 1], visible=False, **spot)
    annotate(plot, notes)
    plot.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=[safe(name) for name in names],
        range=[len(names) - 0.5, -0.6],
        showgrid=False,
        ticks="",
    )
    _finish(plot, 54 + high)
    said = []
    for measure in measures:
        rows = frame[(frame["measure"] == measure) & frame["value"].notna()]
        values = ", ".join(f"{row.area} {written(row.value)}" for row in rows.itertuples())
        said.append(f"{measure}: {values or 'not known'}")
    return Figure(plot, title, caption, f"{'; '.join(said)}.", frame.reset_index(drop=True), evidence)


def small_lines(
    frame: pd.DataFrame, title: str, unit: str, evidence: Evidence, caption: str, across: int = 3
) -> Figure:
    """Small multiples of lines on one scale: a panel an area, its own line dark before those of all the others.

    Parameters
    ----------
    frame : columns ``area``, ``year``, ``value``.
    unit : of the value axis.
    """
    names = list(dict.fromkeys(frame["area"]))
    across = min(across, len(names))
    down = math.ceil(len(names) / across)
    plot = grid(
        down,
        across,
        subplot_titles=[safe(name) for name in names],
        shared_yaxes=True,
        shared_xaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=_BETWEEN / (_SMALL * down),
    )
    for index, own in enumerate(names):
        spot = {"row": index // across + 1, "col": index % across + 1}
        for name in [*[other for other in names if other != own], own]:
            rows = frame[frame["area"] == name].sort_values("year")
            plot.add_scatter(
                x=rows["year"],
                y=rows["value"].astype(float),
                mode="lines",
                line={"color": COLOURS[0] if name == own else _FADED, "width": 2.4 if name == own else 1.2},
                hovertemplate=safe(name) + ", %{x}: %{y:,.4~g}<extra></extra>",
                **spot,
            )
    low, high = float(frame["value"].min()), float(frame["value"].max())
    room = 0.06 * (high - low or high or 1)
    plot.update_yaxes(range=[low - room, high + room], nticks=5)
    plot.update_yaxes(title_text=safe(unit), col=1)
    years = [int(frame["year"].min()), int(frame["year"].max())]
    edge = 0.03 * (years[1] - years[0] or 1)
    plot.update_xaxes(nticks=4, tickformat="d", showticklabels=True, range=[years[0] - edge, years[1] + edge])
    _finish(plot, 60 + _SMALL * down)
    said = [first_and_last(name, frame[frame["area"] == name]) for name in names]
    return Figure(plot, title, caption, " ".join(said), frame.reset_index(drop=True), evidence)


def _finish(plot: go.Figure, height: int) -> None:
    plot.update_layout(height=height, showlegend=False, margin={"t": 44, "l": 10, "r": 16, "b": 10})
    plot.for_each_annotation(lambda note: note.update(font={"size": TEXT_SIZE}) if note.yref == "paper" else None)
    plot.update_xaxes(linecolor=RULE)


def range_panels(
    frame: pd.DataFrame,
    whole: pd.DataFrame,
    title: str,
    axis: str,
    whole_name: str,
    evidence: Evidence,
    caption: str,
    across: int = 3,
) -> Figure:
    """Small charts side by side, one a group: the middle of the group over years with the range of its middle half,
    and the whole as a dashed line.

    Parameters
    ----------
    frame : columns ``group``, ``year``, ``middle``, ``low``, ``high``; groups in the order to draw.
    whole : columns ``year``, ``value``.
    whole_name : what the dashed line is.
    """
    groups = list(dict.fromkeys(frame["group"]))
    down = math.ceil(len(groups) / across)
    plot = grid(
        down,
        across,
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=0.3 / (down + 1),
    )
    for place, group in enumerate(groups):
        where = {"row": place // across + 1, "col": place % across + 1}
        rows = frame[frame["group"] == group].sort_values("year")
        years = list(rows["year"])
        plot.add_scatter(
            x=years + years[::-1],
            y=[*rows["high"], *rows["low"][::-1]],
            fill="toself",
            fillcolor=COLOURS[4],
            opacity=0.6,
            mode="lines",
            # The band of a single year has no width of its own.
            line={"width": 10 if len(rows) == 1 else 0, "color": COLOURS[4]},
            hoverinfo="skip",
            **where,
        )
        plot.add_scatter(
            x=whole["year"],
            y=whole["value"],
            mode="lines+markers",
            marker={"size": 4},
            line={"color": COLOURS[1], "width": 1.6, "dash": "dash"},
            hovertemplate=safe(whole_name) + ", %{x}: %{y:.2f}<extra></extra>",
            **where,
        )
        plot.add_scatter(
            x=years,
            y=rows["middle"],
            mode="lines+markers",
            marker={"size": 5},
            line={"color": COLOURS[0], "width": 2.2},
            hovertemplate=safe(group) + ", %{x}: %{y:.2f}<extra></extra>",
            **where,
        )
        end = "" if place == 0 else str(where["col"] + across * (where["row"] - 1))
        plot.add_annotation(
            x=0,
            y=1,
            xref=f"x{end} domain",
            yref=f"y{end} domain",
            xanchor="left",
            yanchor="bottom",
            text=safe(group),
            showarrow=False,
            font={"size": TEXT_SIZE},
        )
    top = max(float(frame["high"].max()), float(whole["value"].max())) * 1.08
    span = [int(frame["year"].min()), int(frame["year"].max())]
    plot.update_yaxes(range=[0, top], nticks=5)
    plot.add_annotation(
        x=0, y=0.5, xref="paper", yref="paper", xshift=-44, text=safe(axis), textangle=-90, showarrow=False
    )
    plot.update_xaxes(
        range=[span[0] - 0.4, span[1] + 0.4],
        dtick=max(1, (span[1] - span[0] + 1) // 3),
        tick0=span[0],
        tickformat="d",
    )
    plot.update_layout(height=60 + 150 * down, margin={"t": 28, "l": 56}, showlegend=False)
    said = []
    for group in groups:
        rows = frame[frame["group"] == group].sort_values("year")
        said.append(
            f"{group}: {rows['middle'].iloc[0]:.1f} in {rows['year'].iloc[0]}, {rows['middle'].iloc[-1]:.1f} in "
            f"{rows['year'].iloc[-1]}"
        )
    alt = f"{'; '.join(said)}. {whole_name}: {whole['value'].iloc[0]:.1f} to {whole['value'].iloc[-1]:.1f}."
    return Figure(plot, title, caption, alt, frame.reset_index(drop=True), evidence)
