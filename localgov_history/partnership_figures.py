"""Charts of the notebooks on partnerships: spans over bands, counts stacked by class, bounds, panels of groups, a set
of numbered things."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from localgov_history.figures import (
    BAND,
    COLOURS,
    INK,
    RULE,
    SMALL_TEXT,
    TEXT_SIZE,
    WIDTH,
    Figure,
    _blank,
    _legend_above,
    _safe,
    template,
)

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.sources import Evidence

_GREY = "#8a8a8a"


def spans(
    frame: pd.DataFrame,
    names: Mapping[str, str],
    bands: Sequence[tuple[float, float, str]],
    title: str,
    evidence: Evidence,
    caption: str,
) -> Figure:
    """One bar a row from its start to its end, over bands named above; a dotted line where no end is known.

    Parameters
    ----------
    frame : columns ``label``, ``begins`` and ``ends`` (years with their fraction; ``ends`` empty where not known),
        ``class``, and ``firm`` (False where a date is from memory: drawn hollow), in the order to draw.
    names : classes and their names in order, at most six.
    bands : first and last of each stretch of time behind the bars, and its name.
    """
    plot = _blank()
    labels = [_wrapped(label) for label in frame["label"]]
    steps = [1 + 0.8 * label.count("<br>") for label in labels]
    levels = [sum(steps[:place]) + (steps[place] - 1) / 2 for place in range(len(steps))]
    rows = frame.reset_index(drop=True).assign(level=levels)
    first = math.floor(min([*rows["begins"], *[begin for begin, _, _ in bands]])) - 1
    last = math.ceil(max([*rows["begins"], *rows["ends"].dropna(), *[end for _, end, _ in bands]])) + 1
    for place, (begin, end, text) in enumerate(bands):
        if place % 2 == 0:
            plot.add_vrect(x0=begin, x1=end, fillcolor=BAND, line_width=0, layer="below")
        plot.add_shape(
            type="rect",
            x0=begin,
            x1=end,
            y0=-1.9,
            y1=-0.7,
            fillcolor="white" if place % 2 else RULE,
            line={"color": _GREY, "width": 0.8},
        )
        plot.add_annotation(x=(begin + end) / 2, y=-1.3, text=_safe(text), showarrow=False, font={"size": SMALL_TEXT})
    loose = rows[rows["ends"].isna()]
    plot.add_scatter(
        x=[at for begin in loose["begins"] for at in (begin, last, None)],
        y=[at for level in loose["level"] for at in (level, level, None)],
        mode="lines",
        line={"color": _GREY, "width": 1, "dash": "dot"},
        hoverinfo="skip",
        showlegend=False,
    )
    for place, (code, name) in enumerate(names.items()):
        part = rows[rows["class"] == code]
        if part.empty:
            continue
        # The legend shows the solid form of a colour, whatever the first row of its class is.
        plot.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            marker={"symbol": "square", "size": 10, "color": COLOURS[place]},
            name=_safe(name),
        )
        known = part[part["ends"].notna()]
        plot.add_bar(
            base=known["begins"],
            # The shortest lives would not be seen at their true length.
            x=[max(end - begin, 0.4) for begin, end in zip(known["begins"], known["ends"], strict=True)],
            y=known["level"],
            orientation="h",
            width=0.62,
            marker={
                "color": [COLOURS[place] if firm else "white" for firm in known["firm"]],
                "line": {"color": COLOURS[place], "width": 1.2},
            },
            hovertext=[_safe(label) for label in known["label"]],
            hoverinfo="text",
            showlegend=False,
        )
        open_ended = part[part["ends"].isna()]
        plot.add_scatter(
            x=open_ended["begins"],
            y=open_ended["level"],
            mode="markers",
            marker={
                "size": 9,
                "color": [COLOURS[place] if firm else "white" for firm in open_ended["firm"]],
                "line": {"color": COLOURS[place], "width": 1.5},
            },
            hovertext=[_safe(label) for label in open_ended["label"]],
            hoverinfo="text",
            showlegend=False,
        )
    top = -2.2 if bands else -0.6
    plot.update_yaxes(
        tickvals=levels,
        ticktext=labels,
        range=[sum(steps) - 0.4, top],
        showgrid=False,
        ticks="",
        tickfont={"size": SMALL_TEXT},
    )
    plot.update_xaxes(range=[first, last], dtick=10 if last - first > 30 else 5 if last - first > 12 else 2)
    plot.update_layout(height=70 + round(15.5 * (sum(steps) - top)) + _legend_height(names), barmode="overlay")
    _legend_above(plot)
    undated = len(loose)
    more = " Dotted: no later sign of life is known." if undated else ""
    more += " Hollow: a date is not yet confirmed in a source." if not rows["firm"].all() else ""
    alt = (
        f"{len(rows)} rows in order of their beginning, from {rows['label'].iloc[0]} ({rows['begins'].iloc[0]:.0f}) to "
        f"{rows['label'].iloc[-1]} ({rows['begins'].iloc[-1]:.0f}); {len(rows) - undated} with a known end or later sign "
        "of life."
    )
    return Figure(plot, title, caption + more, alt, rows.drop(columns="level"), evidence)


def stacked_counts(
    frame: pd.DataFrame, names: Mapping[str, str], title: str, axis: str, evidence: Evidence, caption: str
) -> Figure:
    """Counts stacked by class, a bar a label, each part with its number.

    Parameters
    ----------
    frame : columns ``label``, ``class``, ``value`` (whole numbers), labels in the order to draw.
    names : classes and their names in order, at most six; a class may be absent.
    """
    plot = _blank()
    labels = list(dict.fromkeys(frame["label"]))
    wide = frame.pivot_table(index="label", columns="class", values="value", aggfunc="sum", fill_value=0)
    wide = wide.reindex(index=labels, columns=list(names), fill_value=0)
    greatest = float(wide.sum(axis=1).max())
    present = [code for code in names if wide[code].sum()]
    for code in present:
        place = list(names).index(code)
        plot.add_bar(
            y=[_safe(label) for label in labels],
            x=wide[code],
            orientation="h",
            width=0.7,
            name=_safe(names[code]),
            marker={"color": COLOURS[place], "line": {"color": "white", "width": 1}},
            # A part narrower than its number goes without.
            text=[f"{value:,.0f}" if value > greatest / 40 else "" for value in wide[code]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "white" if place < 3 else INK, "size": TEXT_SIZE},
            constraintext="none",
            hovertemplate="%{y}, " + _safe(names[code]) + ": %{x}<extra></extra>",
        )
    plot.update_layout(
        barmode="stack", height=80 + 27 * len(labels) + _legend_height({code: names[code] for code in present})
    )
    plot.update_yaxes(autorange="reversed", showgrid=False, ticks="", ticklabelstandoff=4, type="category")
    plot.update_xaxes(range=[0, greatest * 1.04 or 1], title_text=axis, nticks=8, tickformat=",d")
    _legend_above(plot)
    said = [
        f"{label}: "
        + (", ".join(f"{names[code].lower()} {row[code]:,.0f}" for code in present if row[code]) or "none")
        for label, row in wide.iterrows()
    ]
    return Figure(plot, title, caption, "; ".join(said) + ".", frame.reset_index(drop=True), evidence)


def bounds_by_number(
    frame: pd.DataFrame, mark: int, title: str, axes: tuple[str, str], evidence: Evidence, caption: str
) -> Figure:
    """A band between a lower and an upper bound over a whole number, with what an even spread would give.

    Parameters
    ----------
    frame : columns ``number``, ``lowest``, ``highest``, ``even`` (shares, 0 to 1).
    mark : the number to draw a line at.
    axes : titles of the two axes.
    """
    plot = _blank()
    numbers = list(frame["number"])
    plot.add_scatter(
        x=numbers + numbers[::-1],
        y=[100 * value for value in [*frame["highest"], *frame["lowest"][::-1]]],
        fill="toself",
        fillcolor=COLOURS[4],
        mode="lines",
        line={"width": 0},
        hoverinfo="skip",
    )
    drawn = {"lowest": ("at least", COLOURS[0]), "highest": ("at most", COLOURS[0]), "even": ("if even", COLOURS[1])}
    for column, (name, colour) in drawn.items():
        plot.add_scatter(
            x=numbers,
            y=100 * frame[column],
            mode="lines+markers" if len(frame) == 1 else "lines",
            line={"color": colour, "width": 2, "dash": "dash" if column == "even" else "solid"},
            hovertemplate="%{x}, " + name + ": %{y:.0f}%<extra></extra>",
        )
        plot.add_annotation(
            x=1,
            xref="paper",
            y=100 * float(frame[column].iloc[-1]),
            text=name,
            showarrow=False,
            xanchor="left",
            xshift=5,
            font={"size": TEXT_SIZE, "color": colour},
        )
    plot.add_vline(x=mark, line={"color": _GREY, "width": 1, "dash": "dot"})
    plot.update_xaxes(range=[min(numbers) - 0.5, max(numbers) + 0.2], title_text=axes[0], nticks=10, tickformat="d")
    plot.update_yaxes(range=[0, 100 * max(frame["highest"]) * 1.1], ticksuffix="%", title_text=axes[1])
    plot.update_layout(height=300, margin={"r": 62})
    at = frame[frame["number"] == mark].iloc[0]
    alt = (
        f"At {mark}: between {at['lowest']:.0%} and {at['highest']:.0%}, beside {at['even']:.0%} if even. At "
        f"{numbers[-1]}: between {frame['lowest'].iloc[-1]:.0%} and {frame['highest'].iloc[-1]:.0%}."
    )
    return Figure(plot, title, caption, alt, frame.reset_index(drop=True), evidence)


def panels(
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
    from plotly.subplots import make_subplots

    groups = list(dict.fromkeys(frame["group"]))
    down = math.ceil(len(groups) / across)
    plot = make_subplots(
        rows=down,
        cols=across,
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=0.3 / (down + 1),
    )
    plot.update_layout(template=template(), width=WIDTH)
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
            hovertemplate=_safe(whole_name) + ", %{x}: %{y:.2f}<extra></extra>",
            **where,
        )
        plot.add_scatter(
            x=years,
            y=rows["middle"],
            mode="lines+markers",
            marker={"size": 5},
            line={"color": COLOURS[0], "width": 2.2},
            hovertemplate=_safe(group) + ", %{x}: %{y:.2f}<extra></extra>",
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
            text=_safe(group),
            showarrow=False,
            font={"size": TEXT_SIZE},
        )
    top = max(float(frame["high"].max()), float(whole["value"].max())) * 1.08
    span = [int(frame["year"].min()), int(frame["year"].max())]
    plot.update_yaxes(range=[0, top], nticks=5)
    plot.add_annotation(
        x=0, y=0.5, xref="paper", yref="paper", xshift=-44, text=_safe(axis), textangle=-90, showarrow=False
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


def numbered_set(
    frame: pd.DataFrame, names: Mapping[str, str], title: str, evidence: Evidence, caption: str, across: int = 20
) -> Figure:
    """A set of numbered things as a grid of cells, each with its number, coloured by class.

    Parameters
    ----------
    frame : columns ``number``, ``class`` and ``text`` (for the hover box).
    names : classes and their names in order, at most six; the last is drawn as an empty cell.
    """
    plot = _blank()
    rows = frame.sort_values("number").reset_index(drop=True)
    for place, (code, name) in enumerate(names.items()):
        part = rows[rows["class"] == code]
        if part.empty:
            continue
        blank = place == len(names) - 1
        plot.add_scatter(
            x=[(number - 1) % across for number in part["number"]],
            y=[(number - 1) // across for number in part["number"]],
            mode="markers+text",
            marker={
                "symbol": "square",
                "size": 27,
                "color": "white" if blank else COLOURS[place],
                "line": {"color": RULE, "width": 1},
            },
            text=[str(number) for number in part["number"]],
            textfont={"size": SMALL_TEXT, "color": "white" if place < 3 and not blank else INK},
            hovertext=[_safe(text) for text in part["text"]],
            hoverinfo="text",
            name=_safe(name),
        )
    lines = math.ceil(int(rows["number"].max()) / across)
    plot.update_xaxes(visible=False, range=[-0.6, across - 0.4])
    plot.update_yaxes(visible=False, range=[lines - 0.4, -0.6])
    plot.update_layout(height=50 + 31 * lines + _legend_height(names))
    _legend_above(plot)
    tally = [f"{name.lower()} {int((rows['class'] == code).sum())}" for code, name in names.items()]
    return Figure(plot, title, caption, f"Of {len(rows)}: {', '.join(tally)}.", rows, evidence)


def _legend_height(names: Mapping[str, str]) -> int:
    """Room for a legend of these names, in pixels."""
    letters = sum(len(name) + 8 for name in names.values())
    return 22 * math.ceil(letters / 80)


def _wrapped(label: str, width: int = 54) -> str:
    """A label over as many lines as it needs."""
    return "<br>".join(_safe(line) for line in textwrap.wrap(label, width))
