"""Charts in which a place is the subject: the tile map, lines on several geographies, one area among all, and areas
side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import (
    COLOURS,
    INK,
    RULE,
    SMALL_TEXT,
    TEXT_SIZE,
    WIDTH,
    Figure,
    _blank,
    _breakable,
    _legend_above,
    _period_bands,
    _safe,
)
from localgov_history.text import counted, listing, yes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import plotly.graph_objects as go

    from localgov_history.periods import Periodisation
    from localgov_history.sources import Evidence

# Most lines in a chart: one a colour, the palest colour left out.
MOST_LINES = 5
MOST_PANELS = 12
_MAP_HEIGHT = 400
# Height of a small panel with lines, and what its heading and the numbers of the axis above need, in pixels.
_PANEL, _BETWEEN = 170, 52
_FADED = "#d5dce1"


def tile_map(
    tiles: pd.DataFrame, groups: Mapping[str, set[str]], title: str, evidence: Evidence, caption: str
) -> Figure:
    """A hexagon map of England with some areas marked; the mark that is named first lies on top.

    Parameters
    ----------
    tiles : from `areas.tiles`.
    groups : what is marked and the areas of it, in order of weight; at most four.
    """
    if tiles.empty:
        raise NotEnoughDataError("no tile of the map is known")
    plot = _blank()
    # An odd row is set half a tile to the right; rows stand sqrt(3)/2 of a tile apart.
    x = tiles["q"].astype(float) + 0.5 * (tiles["r"] % 2)
    y = tiles["r"].astype(float) * math.sqrt(3) / 2
    marked = [next((name for name, own in groups.items() if own & set(cell)), "") for cell in tiles["areas"]]
    wide, high = float(x.max() - x.min()) + 2, float(y.max() - y.min()) + 2
    size = 1.1 * min((WIDTH - 40) / wide, (_MAP_HEIGHT - 50) / high)
    shades = dict(zip(groups, (COLOURS[1], COLOURS[0], COLOURS[2], COLOURS[4]), strict=False))
    for name in (*reversed(list(groups)), ""):
        at = [index for index, mark in enumerate(marked) if mark == name]
        if not at:
            continue
        plot.add_scatter(
            x=x.iloc[at],
            y=y.iloc[at],
            mode="markers",
            name=_safe(name or "Other areas"),
            marker={
                "symbol": "hexagon",
                "size": size,
                "color": shades.get(name, "#e6e6e6"),
                "line": {"color": "white", "width": 1},
            },
            legendrank=list(groups).index(name) if name else len(groups),
            hovertext=[_safe(tiles["name"].iloc[index]) for index in at],
            hoverinfo="text",
        )
    plot.update_xaxes(visible=False, range=[x.min() - 1, x.max() + 1])
    plot.update_yaxes(visible=False, range=[y.min() - 1, y.max() + 1], scaleanchor="x")
    plot.update_layout(height=_MAP_HEIGHT)
    _legend_above(plot)
    plot.update_layout(legend={"itemsizing": "constant"})
    said = [f"{name}: {listing(sorted(own))}" for name, own in groups.items() if 0 < len(own) <= 12]
    data = tiles[["name", "gss_code", "q", "r"]].assign(marked=marked)
    alt = f"A map of {counted(len(tiles), 'tile')}, one a council. {'; '.join(said)}."
    return Figure(plot, title, caption, alt, data, evidence)


def lines(
    frame: pd.DataFrame,
    title: str,
    unit: str,
    evidence: Evidence,
    caption: str,
    periods: Periodisation | None = None,
) -> Figure:
    """Lines that are never joined to each other, named above the chart, from zero.

    Parameters
    ----------
    frame : columns ``line``, ``year``, ``value`` and ``measured`` (False draws a hollow mark). The lines stand in the
        order in which they first come; at most `MOST_LINES`.
    unit : title of the value axis.
    periods : bands behind the lines.
    """
    plot = _blank()
    first, last = int(frame["year"].min()) - 1, int(frame["year"].max()) + 1
    if periods is not None:
        _period_bands(plot, periods, first, last)
    dashes = ("solid", "dash", "dot", "dashdot", "longdash")
    for position, (name, rows) in enumerate(frame.groupby("line", sort=False)):
        rows = rows.sort_values("year")
        sparse = len(rows) < 12
        if not sparse:
            # A year without a value is a gap in the line.
            years = range(int(rows["year"].min()), int(rows["year"].max()) + 1)
            rows = rows.set_index("year").reindex(years).rename_axis("year").reset_index()
        plot.add_scatter(
            x=rows["year"],
            y=rows["value"].astype(float),
            mode="lines+markers" if sparse else "lines",
            name=_safe(name),
            line={"color": COLOURS[position], "width": 2.2, "dash": dashes[position]},
            marker={
                "size": 6,
                "color": [COLOURS[position] if yes(firm) else "white" for firm in rows["measured"]],
                "line": {"color": COLOURS[position], "width": 1.2},
            },
            hovertemplate=_safe(name) + ", %{x}: %{y:,}<extra></extra>",
        )
    top = float(frame["value"].max())
    plot.update_yaxes(range=[min(0.0, float(frame["value"].min())), top * 1.08 or 1], tickformat=",", nticks=6)
    plot.update_yaxes(title_text=_safe(unit))
    plot.update_xaxes(range=[first, last], nticks=9, tickformat="d")
    names = list(dict.fromkeys(frame["line"]))
    plot.update_layout(height=330 + 20 * len(names), showlegend=True)
    _legend_above(plot)
    # One name a row: long ones would run out of the chart side by side.
    plot.update_layout(legend={"orientation": "v"})
    ends = []
    for name, rows in frame.groupby("line", sort=False):
        rows = rows.sort_values("year")
        ends.append(_ends(str(name), rows.iloc[0], rows.iloc[-1]))
    return Figure(plot, title, caption, " ".join(ends), frame.reset_index(drop=True), evidence)


def _ends(name: str, start: pd.Series, end: pd.Series) -> str:
    return f"{name}: {_figure(start['value'])} in {start['year']}, {_figure(end['value'])} in {end['year']}."


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:,.2f}"


def strips(
    frame: pd.DataFrame, marked: Sequence[str], title: str, axis: str, evidence: Evidence, caption: str
) -> Figure:
    """A row a group, a mark an area; the marked ones stand out.

    Parameters
    ----------
    frame : columns ``group``, ``area``, ``value``; groups in the order of the rows.
    marked : areas to bring out, each named beside its mark.
    """
    plot = _blank()
    groups = list(dict.fromkeys(frame["group"]))
    place = {group: index for index, group in enumerate(groups)}
    for out in (False, True):
        rows = frame[frame["area"].isin(marked) == out]
        plot.add_scatter(
            x=rows["value"].astype(float),
            y=[place[group] for group in rows["group"]],
            mode="markers",
            name=_safe(listing(list(marked)) if out else "Other areas"),
            marker={
                "size": 13 if out else 9,
                "color": COLOURS[1] if out else COLOURS[4],
                "line": {"color": "white", "width": 0.8},
            },
            hovertext=[_safe(f"{row.area}: {_figure(row.value)}") for row in rows.itertuples()],
            hoverinfo="text",
        )
    middles = frame.groupby("group")["value"].median()
    for group, index in place.items():
        plot.add_shape(
            type="line",
            x0=middles[group],
            x1=middles[group],
            y0=index - 0.3,
            y1=index + 0.3,
            line={"color": INK, "width": 1.4},
        )
    span = float(frame["value"].max() - frame["value"].min()) or 1.0
    brought_out = frame[frame["area"].isin(marked)]
    # One name stands beside its mark; the same name in every row, or two close together, stand above the chart.
    for row in brought_out.itertuples() if len(brought_out) == 1 else ():
        right = float(row.value) < frame["value"].min() + 0.72 * span
        plot.add_annotation(
            x=float(row.value),
            y=place[row.group] - 0.42,
            text=_safe(row.area),
            showarrow=False,
            xanchor="left" if right else "right",
            font={"size": TEXT_SIZE, "color": COLOURS[1]},
        )
    plot.update_yaxes(
        tickvals=list(place.values()),
        ticktext=[_breakable(group, 40) for group in groups],
        range=[len(groups) - 0.4, -0.8],
        showgrid=False,
        ticks="",
    )
    plot.update_xaxes(title_text=_safe(axis), nticks=7)
    tallest = max(_breakable(group, 40).count("<br>") for group in groups)
    plot.update_layout(height=80 + (30 + 12 * tallest) * len(groups))
    if len(brought_out) > 1:
        _legend_above(plot)
    said = [f"{row.area} {_figure(row.value)}" for row in brought_out.itertuples()]
    spread = [f"{group}: median {_figure(middles[group])}" for group in groups]
    alt = f"{'; '.join(said)}. {'; '.join(spread)}."
    return Figure(plot, title, caption, alt, frame.reset_index(drop=True), evidence)


def panels(frame: pd.DataFrame, marked: str, title: str, evidence: Evidence, caption: str, across: int = 3) -> Figure:
    """Small multiples of bars: a panel a measure, a bar an area, each panel on a scale of its own from zero.

    Parameters
    ----------
    frame : columns ``area``, ``measure`` (with its unit), ``value`` (empty where not known).
    marked : the area to bring out, or empty.
    """
    from plotly.subplots import make_subplots

    names, measures = list(dict.fromkeys(frame["area"])), list(dict.fromkeys(frame["measure"]))
    across = min(across, len(measures))
    down = math.ceil(len(measures) / across)
    each = 46 + 19 * len(names)
    plot = make_subplots(
        rows=down,
        cols=across,
        subplot_titles=["<br>".join(_wrapped(measure, 30)) for measure in measures],
        shared_yaxes=True,
        horizontal_spacing=0.05,
        vertical_spacing=min(0.4 / down, 62 / (down * each)) if down > 1 else 0,
    )
    _dress(plot)
    for index, measure in enumerate(measures):
        rows = frame[frame["measure"] == measure].set_index("area")["value"].reindex(names).astype(float)
        spot = {"row": index // across + 1, "col": index % across + 1}
        plot.add_bar(
            x=rows.to_numpy(),
            y=list(range(len(names))),
            orientation="h",
            width=0.7,
            marker={"color": [COLOURS[1] if name == marked else COLOURS[2] for name in names]},
            hovertext=[f"{_safe(name)}: {_figure(value)}" for name, value in rows.items()],
            hoverinfo="text",
            **spot,
        )
        top = float(rows.max()) if rows.notna().any() else 1.0
        places = 0 if (rows.dropna() % 1 == 0).all() else 1
        for at, value in enumerate(rows):
            plot.add_annotation(
                x=0 if math.isnan(value) else value,
                y=at,
                text="not known" if math.isnan(value) else f"{value:,.{places}f}",
                showarrow=False,
                xanchor="left",
                xshift=3,
                font={"size": SMALL_TEXT},
                **spot,
            )
        plot.update_xaxes(range=[0, 1.5 * top or 1], visible=False, **spot)
    plot.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=[_safe(name) for name in names],
        range=[len(names) - 0.5, -0.6],
        showgrid=False,
        ticks="",
    )
    _finish(plot, 60 + down * each)
    said = []
    for measure in measures:
        rows = frame[(frame["measure"] == measure) & frame["value"].notna()]
        said.append(
            f"{measure}: "
            + (", ".join(f"{row.area} {_figure(row.value)}" for row in rows.itertuples()) or "not known")
        )
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
    from plotly.subplots import make_subplots

    names = list(dict.fromkeys(frame["area"]))
    across = min(across, len(names))
    down = math.ceil(len(names) / across)
    plot = make_subplots(
        rows=down,
        cols=across,
        subplot_titles=[_safe(name) for name in names],
        shared_yaxes=True,
        shared_xaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=_BETWEEN / (_PANEL * down),
    )
    _dress(plot)
    for index, own in enumerate(names):
        spot = {"row": index // across + 1, "col": index % across + 1}
        for name in [*[other for other in names if other != own], own]:
            rows = frame[frame["area"] == name].sort_values("year")
            plot.add_scatter(
                x=rows["year"],
                y=rows["value"].astype(float),
                mode="lines",
                line={"color": COLOURS[0] if name == own else _FADED, "width": 2.4 if name == own else 1.2},
                hovertemplate=_safe(name) + ", %{x}: %{y:,.4~g}<extra></extra>",
                **spot,
            )
    low, high = float(frame["value"].min()), float(frame["value"].max())
    room = 0.06 * (high - low or high or 1)
    plot.update_yaxes(range=[low - room, high + room], nticks=5)
    plot.update_yaxes(title_text=_safe(unit), col=1)
    years = [int(frame["year"].min()), int(frame["year"].max())]
    edge = 0.03 * (years[1] - years[0] or 1)
    plot.update_xaxes(nticks=4, tickformat="d", showticklabels=True, range=[years[0] - edge, years[1] + edge])
    _finish(plot, 60 + _PANEL * down)
    said = []
    for name in names:
        rows = frame[frame["area"] == name].sort_values("year")
        said.append(_ends(name, rows.iloc[0], rows.iloc[-1]))
    return Figure(plot, title, caption, " ".join(said), frame.reset_index(drop=True), evidence)


def _dress(plot: go.Figure) -> None:
    """The house style on a chart of several panels."""
    blank = _blank().layout
    plot.update_layout(template=blank.template, width=blank.width)


def _finish(plot: go.Figure, height: int) -> None:
    plot.update_layout(height=height, showlegend=False, margin={"t": 44, "l": 10, "r": 16, "b": 10})
    plot.for_each_annotation(lambda note: note.update(font={"size": TEXT_SIZE}) if note.yref == "paper" else None)
    plot.update_xaxes(linecolor=RULE)


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return [_safe(line) for line in textwrap.wrap(text, width)]
