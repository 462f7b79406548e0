"""England as hexagons, one a county or single-tier council: a map on which a small borough shows as well as a county."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from localgov_history.figures.style import (
    COLOURS,
    INK,
    RULE,
    SMALL_TEXT,
    TEXT_SIZE,
    Figure,
    annotate,
    blank,
    grid,
    safe,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import plotly.graph_objects as go

    from localgov_history.sources import Evidence


_EMPTY = "#eeece6"
# A council that only holds a part of what is mapped is drawn at this share of its tile.
_PART = 0.62


def tile_map(
    tiles: pd.DataFrame,
    names: Mapping[str, str],
    title: str,
    evidence: Evidence,
    caption: str,
    alt: str,
    other: str = "not named",
) -> Figure:
    """One map, its tiles coloured by class.

    Parameters
    ----------
    tiles : columns ``name``, ``q``, ``r``, ``region``, ``class`` (empty where none), ``part`` (True where only a part
        of the council is meant: a small tile) and ``firm`` (False where it is from memory: a hollow one).
    names : classes and their names in order, at most six.
    other : what a tile of no class is, for the hover box.
    """
    plot = blank()
    _draw(plot, tiles, names, other)
    _regions(plot, tiles)
    _plain_axes(plot)
    rows = 1 + (len(names) + 1) // 2
    plot.update_layout(
        height=570 + 20 * rows,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom", "font": {"size": TEXT_SIZE}},
        margin={"l": 4, "r": 4, "t": 8, "b": 4},
    )
    data = tiles[["name", "region", "class", "part", "firm"]].reset_index(drop=True)
    return Figure(plot, title, caption, alt, data, evidence)


def tile_maps(
    panels: Mapping[str, pd.DataFrame], title: str, evidence: Evidence, caption: str, alt: str, across: int = 4
) -> Figure:
    """Small maps side by side, one a panel, in one colour.

    Parameters
    ----------
    panels : heading of each and its tiles, as in `tile_map`.
    """
    import pandas as pd

    down = math.ceil(len(panels) / across)
    plot = grid(down, across, horizontal_spacing=0.02, vertical_spacing=0.2 / down)
    for place, (heading, tiles) in enumerate(panels.items()):
        row, column = divmod(place, across)
        one = tiles.assign(**{"class": ["in" if cell else "" for cell in tiles["class"]]})
        _draw(plot, one, {"in": heading}, "", row=row + 1, column=column + 1)
        plot.add_annotation(
            x=0.5,
            y=1,
            xref=f"x{place + 1 if place else ''} domain",
            yref=f"y{place + 1 if place else ''} domain",
            yanchor="bottom",
            text=safe(heading).replace("\n", "<br>"),
            showarrow=False,
            font={"size": TEXT_SIZE},
        )
    _plain_axes(plot)
    plot.update_layout(height=16 + 232 * down, margin={"l": 4, "r": 4, "t": 40, "b": 4}, showlegend=False)
    data = pd.concat([tiles.assign(panel=heading.replace("\n", " ")) for heading, tiles in panels.items()])
    data = data[["panel", "name", "class", "part", "firm"]].reset_index(drop=True)
    return Figure(plot, title, caption, alt, data, evidence)


def _draw(
    plot: go.Figure,
    tiles: pd.DataFrame,
    names: Mapping[str, str],
    other: str,
    row: int | None = None,
    column: int | None = None,
) -> None:
    """All tiles in the ground colour, then those of each class over them; a hover box where a tile of no class has a word."""
    import plotly.graph_objects as go

    where = {} if row is None else {"row": row, "col": column}
    layers = [("", True, "", _EMPTY)]
    layers += [
        (code, firm, names[code], COLOURS[place]) for place, code in enumerate(names) for firm in (True, False)
    ]
    for code, firm, name, colour in layers:
        rows = tiles if code == "" else tiles[(tiles["class"] == code) & (tiles["firm"] == firm)]
        xs, ys = _outlines(rows, shrink=code != "")
        plot.add_trace(
            go.Scatter(
                x=xs,
                y=ys,
                mode="lines",
                fill="toself",
                fillcolor=colour if firm else "white",
                line={"width": 0.6 if firm else 1.4, "color": RULE if code == "" else colour},
                hoverinfo="skip",
                showlegend=False,
            ),
            **where,
        )
        if code and firm:
            # The legend shows the solid form of a colour, whatever its tiles are.
            key = {"symbol": "hexagon", "size": 12, "color": colour}
            plot.add_trace(go.Scatter(x=[None], y=[None], mode="markers", marker=key, name=safe(name)), **where)
    if other:
        there = [other if code == "" else names[code] for code in tiles["class"]]
        words = [f"{name}: {said}" for name, said in zip(tiles["name"], there, strict=True)]
        plot.add_scatter(
            x=[_across(q, r) for q, r in zip(tiles["q"], tiles["r"], strict=True)],
            y=[_up(r) for r in tiles["r"]],
            mode="markers",
            marker={"size": 22, "opacity": 0},
            hovertext=[safe(text) for text in words],
            hoverinfo="text",
            showlegend=False,
        )


def _outlines(tiles: pd.DataFrame, shrink: bool) -> tuple[list[float | None], list[float | None]]:
    """The corners of the tiles, one after another with a gap between, the small ones shrunk."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for q, r, part in zip(tiles["q"], tiles["r"], tiles["part"], strict=True):
        size = 0.96 / math.sqrt(3) * (_PART if shrink and part else 1.0)
        for corner in range(7):
            angle = math.radians(60 * corner + 30)
            xs.append(round(_across(q, r) + size * math.cos(angle), 3))
            ys.append(round(_up(r) + size * math.sin(angle), 3))
        xs.append(None)
        ys.append(None)
    return xs, ys


def _regions(plot: go.Figure, tiles: pd.DataFrame) -> None:
    """Lines between the regions, and the name of each region that reaches the edge of the map beside that edge."""
    there = {(_across(tile.q, tile.r), tile.r): tile.region for tile in tiles.itertuples()}
    size = 1 / math.sqrt(3)
    xs: list[float | None] = []
    ys: list[float | None] = []
    for (x, r), region in there.items():
        # The three neighbours to the right and above, so that each edge is looked at once.
        for (over, up), angle in (((1.0, 0), -30), ((0.5, 1), 30), ((-0.5, 1), 90)):
            if there.get((x + over, r + up), region) != region:
                for turn in (angle, angle + 60):
                    xs.append(round(x + size * math.cos(math.radians(turn)), 3))
                    ys.append(round(_up(r) + size * math.sin(math.radians(turn)), 3))
                xs.append(None)
                ys.append(None)
    plot.add_scatter(x=xs, y=ys, mode="lines", line={"color": INK, "width": 1.2}, hoverinfo="skip", showlegend=False)
    ends: dict[str, list[tuple[float, int, int]]] = {}
    for r in {level for _, level in there}:
        row = sorted(x for x, level in there if level == r)
        for x, side in ((row[0], -1), (row[-1], 1)):
            ends.setdefault(there[x, r], []).append((x, r, side))
    notes = []
    for region, places in ends.items():
        middle = tiles.loc[tiles["region"] == region, "r"].mean()
        x, r, side = min(places, key=lambda place: (abs(place[1] - middle), place))
        notes.append(
            {
                "x": x + 0.7 * side,
                "y": _up(r),
                "text": safe(region),
                "xanchor": "left" if side > 0 else "right",
                "font": {"size": SMALL_TEXT, "color": INK},
            }
        )
    annotate(plot, notes)


def _plain_axes(plot: go.Figure) -> None:
    plot.update_xaxes(visible=False, constrain="domain")
    plot.update_yaxes(visible=False)
    for place in range(1, len(list(plot.select_yaxes())) + 1):
        end = "" if place == 1 else str(place)
        plot.layout[f"yaxis{end}"].update(scaleanchor=f"x{end}", scaleratio=1, constrain="domain")


def _across(q: int, r: int) -> float:
    return q + 0.5 * (r % 2)


def _up(r: float) -> float:
    return r * math.sqrt(3) / 2
