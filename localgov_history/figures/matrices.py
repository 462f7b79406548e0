"""Matrices and sets: a mark or a cell for each thing that is so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from localgov_history.figures.style import (
    COLOURS,
    INK,
    PAIR,
    RULE,
    SMALL_TEXT,
    TEXT_SIZE,
    Figure,
    blank,
    legend_above,
    legend_height,
    row_height,
    safe,
)
from localgov_history.text import listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from localgov_history.sources import Evidence


# The classes of holder of a function: name in full, and broken over two lines for the head of a column.
_HOLDERS = {
    "council": ("Elected council", "Elected<br>council"),
    "single": ("Single-purpose local body", "Single-<br>purpose"),
    "appointed": ("Appointed local body", "Appointed<br>local"),
    "central": ("Central body", "Central"),
    "other": ("Other", "Other"),
}


def holders_matrix(
    frame: pd.DataFrame,
    labels: Mapping[str, str],
    years: tuple[int, ...],
    title: str,
    evidence: Evidence,
    caption: str,
) -> Figure:
    """Which functions were held by which class of body in two years: a row a function, a mark a class and year.

    Parameters
    ----------
    frame : from `measures.Holdings`.
    """
    plot = blank()
    rows = frame.sort_values(["heading", "function"]).reset_index(drop=True)
    for position, code in enumerate(_HOLDERS):
        for side, year in enumerate(years):
            held = rows[rows[f"{code}_{year}"]]
            plot.add_scatter(
                x=[position + (-0.2 if side == 0 else 0.2)] * len(held),
                y=list(held.index),
                mode="markers",
                marker={
                    "size": 11,
                    "symbol": "square" if side == 0 else "circle",
                    "color": PAIR[side],
                },
                name=str(year),
                showlegend=position == 0,
                hovertemplate=f"{_HOLDERS[code][0]}, {year}<extra></extra>",
            )
    plot.update_xaxes(
        tickvals=list(range(len(_HOLDERS))),
        ticktext=[head for _, head in _HOLDERS.values()],
        range=[-0.6, len(_HOLDERS) - 0.4],
        side="top",
        showgrid=False,
    )
    plot.update_yaxes(
        tickvals=list(rows.index),
        ticktext=[safe(labels[function]) for function in rows["function"]],
        range=[len(rows) - 0.4, -0.6],
        ticks="",
        tickfont={"size": SMALL_TEXT},
    )
    plot.update_layout(
        height=110 + 19 * len(rows),
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yanchor": "top",
            "yref": "paper",
            "font": {"size": TEXT_SIZE},
        },
    )
    sums = [
        f"{name}: " + ", ".join(f"{int(rows[f'{code}_{year}'].sum())} functions in {year}" for year in years)
        for code, (name, _) in _HOLDERS.items()
    ]
    return Figure(plot, title, caption, f"Of {len(rows)} functions. " + "; ".join(sums) + ".", rows, evidence)


# Classes of holder, each in one only: colour and mark tell them apart.
HOLDER_CLASSES = {
    "council": "Elected council",
    "local": "Other local body",
    "appointed": "Appointed local body",
    "central": "Central body",
    "other": "Private or other",
}


_CLASS_MARKS = ("square", "circle", "diamond", "triangle-up", "cross")


def role_matrix(
    frame: pd.DataFrame,
    labels: Mapping[str, str],
    roles: Mapping[str, str],
    title: str,
    caption: str,
    evidence: Evidence,
) -> Figure:
    """A row a function, a column a role, and in each cell a mark for each class of body that had the role.

    Parameters
    ----------
    frame : columns ``heading``, ``function``, ``role``, ``class`` (of `HOLDER_CLASSES`), ``by_rule`` (True where rows made by
        rule alone say so: the mark is hollow), one row a mark.
    """
    plot = blank()
    functions = list(frame.sort_values(["heading", "function"])["function"].drop_duplicates())
    place = {function: index for index, function in enumerate(functions)}
    column = {role: index for index, role in enumerate(roles)}
    present = [code for code in HOLDER_CLASSES if (frame["class"] == code).any()]
    for code in present:
        position = list(HOLDER_CLASSES).index(code)
        for by_rule in (False, True):
            part = frame[(frame["class"] == code) & (frame["by_rule"] == by_rule)]
            plot.add_scatter(
                x=[column[role] + 0.16 * (position - 2) for role in part["role"]],
                y=[place[function] for function in part["function"]],
                mode="markers",
                marker={
                    "size": 9,
                    "symbol": _CLASS_MARKS[position],
                    "color": "white" if by_rule else COLOURS[position],
                    "line": {"color": COLOURS[position], "width": 1.4 if by_rule else 0},
                },
                showlegend=False,
                hovertemplate=HOLDER_CLASSES[code] + "<extra></extra>",
            )
        key = {"size": 10, "symbol": _CLASS_MARKS[position], "color": COLOURS[position]}
        plot.add_scatter(x=[None], y=[None], mode="markers", marker=key, name=HOLDER_CLASSES[code], showlegend=True)
    for edge in range(1, len(roles)):
        plot.add_vline(x=edge - 0.5, line={"color": RULE, "width": 1}, layer="below")
    plot.update_xaxes(
        tickvals=list(column.values()),
        ticktext=[name.replace(" or ", " or<br>") for name in roles.values()],
        range=[-0.5, len(roles) - 0.5],
        side="top",
        showgrid=False,
    )
    plot.update_yaxes(
        tickvals=list(place.values()),
        ticktext=[safe(labels[function]) for function in functions],
        range=[len(functions) - 0.4, -0.6],
        ticks="",
        tickfont={"size": SMALL_TEXT},
    )
    legend = {"orientation": "h", "x": 0, "xref": "container", "y": 1, "yanchor": "top", "yref": "container"}
    height = 110 + round(row_height(len(functions)) * len(functions))
    plot.update_layout(height=height, margin={"t": 84}, showlegend=True, legend=legend)
    said = [
        f"{name}: " + (listing(sorted({HOLDER_CLASSES[code].lower() for code in own["class"]})) or "nobody known")
        for role, name in roles.items()
        if len(own := frame[frame["role"] == role])
    ]
    alt = f"{len(functions)} functions. Classes of body with each role: {'; '.join(said)}."
    return Figure(plot, title, caption, alt, frame.reset_index(drop=True), evidence)


def numbered_set(
    frame: pd.DataFrame, names: Mapping[str, str], title: str, evidence: Evidence, caption: str, across: int = 20
) -> Figure:
    """A set of numbered things as a grid of cells, each with its number, coloured by class.

    Parameters
    ----------
    frame : columns ``number``, ``class`` and ``text`` (for the hover box).
    names : classes and their names in order, at most six; the last is drawn as an empty cell.
    """
    plot = blank()
    rows = frame.sort_values("number").reset_index(drop=True)
    for place, (code, name) in enumerate(names.items()):
        part = rows[rows["class"] == code]
        if part.empty:
            continue
        empty = place == len(names) - 1
        plot.add_scatter(
            x=[(number - 1) % across for number in part["number"]],
            y=[(number - 1) // across for number in part["number"]],
            mode="markers+text",
            marker={
                "symbol": "square",
                "size": 27,
                "color": "white" if empty else COLOURS[place],
                "line": {"color": RULE, "width": 1},
            },
            text=[str(number) for number in part["number"]],
            textfont={"size": SMALL_TEXT, "color": "white" if place < 3 and not empty else INK},
            hovertext=[safe(text) for text in part["text"]],
            hoverinfo="text",
            name=safe(name),
        )
    lines = math.ceil(int(rows["number"].max()) / across)
    plot.update_xaxes(visible=False, range=[-0.6, across - 0.4])
    plot.update_yaxes(visible=False, range=[lines - 0.4, -0.6])
    plot.update_layout(height=50 + 31 * lines + legend_height(names))
    legend_above(plot)
    tally = [f"{name.lower()} {int((rows['class'] == code).sum())}" for code, name in names.items()]
    return Figure(plot, title, caption, f"Of {len(rows)}: {', '.join(tally)}.", rows, evidence)
