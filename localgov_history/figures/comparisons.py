"""Bars, shares, marks and curves that set things side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history.figures.style import (
    COLOURS,
    GREY,
    INK,
    PAIR,
    SMALL_TEXT,
    TEXT_SIZE,
    Figure,
    blank,
    breakable,
    legend_above,
    legend_height,
    safe,
    written,
)
from localgov_history.text import listing, lower

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from localgov_history.sources import Evidence


def stacked_shares(
    shares: pd.DataFrame,
    names: Mapping[str, str],
    title: str,
    evidence: Evidence,
    caption: str,
) -> Figure:
    """Shares that add to one, a bar a period.

    Parameters
    ----------
    shares : columns ``period``, ``label``, ``class``, ``share`` (0-1).
    names : classes and their names in order; a class may be absent from a period.
    """
    plot = blank()
    labels = list(dict.fromkeys(shares["label"]))
    present = [code for code in names if (shares["class"] == code).any()]
    for position, code in enumerate(present):
        rows = shares[shares["class"] == code].set_index("label")["share"].reindex(labels).fillna(0)
        colour = COLOURS[position % len(COLOURS)]
        plot.add_bar(
            y=labels,
            x=rows * 100,
            name=names[code],
            orientation="h",
            width=0.66,
            marker={"color": colour, "line": {"color": "white", "width": 1}},
            text=[f"{value:.0%}" if value >= 0.055 else "" for value in rows],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "white" if position < 3 else INK, "size": TEXT_SIZE},
            constraintext="none",
            hovertemplate="%{y}, " + names[code] + ": %{x:.0f}%<extra></extra>",
        )
    plot.update_layout(barmode="stack", height=80 + 40 * len(labels) + 26 * ((len(present) + 1) // 2))
    plot.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    plot.update_xaxes(range=[0, 100], ticksuffix="%", title_text="Share of kinds of body in being")
    legend_above(plot)
    return Figure(plot, title, caption, _shares_alt(shares, names), shares.reset_index(drop=True), evidence)


def dots_by_period(
    shares: pd.DataFrame, names: Mapping[str, str], title: str, evidence: Evidence, caption: str
) -> Figure:
    """Shares that need not add to one: a row a class, a mark a period.

    Parameters are those of `stacked_shares`.
    """
    plot = blank()
    labels = list(dict.fromkeys(shares["label"]))
    present = [code for code in names if (shares["class"] == code).any()]
    rows = [names[code] for code in present]
    symbols = ("square", "circle", "diamond", "triangle-up", "cross", "x")
    for position, label in enumerate(labels):
        values = shares[shares["label"] == label].set_index("class")["share"].reindex(present).fillna(0)
        plot.add_scatter(
            x=values * 100,
            y=rows,
            mode="markers",
            name=label,
            marker={
                "size": 11,
                "symbol": symbols[position % len(symbols)] + ("-open" if position >= len(symbols) else ""),
                "color": PAIR[position] if len(labels) == 2 else COLOURS[position % len(COLOURS)],
                # A white edge would make a hollow mark vanish.
                "line": {"color": "white", "width": 0.8} if position < len(symbols) else {"width": 2},
            },
            hovertemplate="%{y}, " + label + ": %{x:.0f}%<extra></extra>",
        )
    plot.update_layout(height=96 + 34 * len(rows) + 22 * ((len(labels) + 2) // 3))
    plot.update_yaxes(autorange="reversed", ticks="")
    plot.update_xaxes(range=[-2, 102], ticksuffix="%", title_text="Share of kinds of body in being")
    legend_above(plot)
    return Figure(plot, title, caption, _shares_alt(shares, names), shares.reset_index(drop=True), evidence)


def _shares_alt(shares: pd.DataFrame, names: Mapping[str, str]) -> str:
    parts = []
    for label, rows in shares.groupby("label", sort=False):
        listed = ", ".join(
            f"{names[row['class']].lower()} {row['share']:.0%}"
            for _, row in rows.sort_values("share", ascending=False).iterrows()
            if row["class"] in names
        )
        parts.append(f"{label}: {listed}")
    return ". ".join(parts) + "."


def bars(
    frame: pd.DataFrame,
    title: str,
    axis: str,
    evidence: Evidence,
    caption: str,
    mark: tuple[float, str] | None = None,
    text: str = "{:,.0f}",
) -> Figure:
    """Horizontal bars from zero, each with its value at the end, the first row at the top.

    Parameters
    ----------
    frame : columns ``label`` and ``value``.
    axis : title of the value axis.
    mark : a value to draw a line at, and what it is.
    text : how a value is written at the end of its bar.
    """
    plot = blank()
    labels = [breakable(label, 54) for label in frame["label"]]
    values = [float(value) for value in frame["value"]]
    top = max([*values, mark[0] if mark else 0]) * 1.12 or 1
    plot.add_bar(
        x=values,
        y=list(range(len(frame))),
        orientation="h",
        marker={"color": COLOURS[2]},
        width=0.7,
        hovertemplate="%{x:,}<extra></extra>",
    )
    for place, value in enumerate(values):
        plot.add_annotation(
            x=value,
            y=place,
            text=safe(text.format(value)),
            showarrow=False,
            xanchor="left",
            xshift=4,
            font={"size": TEXT_SIZE},
        )
    if mark:
        plot.add_vline(x=mark[0], line={"color": COLOURS[1], "width": 1.4, "dash": "dot"})
        plot.add_annotation(
            x=mark[0],
            y=1,
            yref="paper",
            yanchor="bottom",
            text=safe(mark[1]),
            showarrow=False,
            font={"size": SMALL_TEXT, "color": COLOURS[1]},
        )
    plot.update_yaxes(
        tickvals=list(range(len(frame))),
        ticktext=labels,
        range=[len(frame) - 0.4, -0.6],
        showgrid=False,
        ticks="",
    )
    plot.update_xaxes(range=[0, top], title_text=axis, nticks=6, tickformat=",")
    row_height = 14 * max(label.count("<br>") for label in labels) + 24 if labels else 24
    plot.update_layout(height=90 + row_height * len(frame), margin={"t": 26 if mark else 12})
    pairs = [f"{label} {text.format(value)}" for label, value in zip(frame["label"], values, strict=True)]
    return Figure(plot, title, caption, f"Bars: {'; '.join(pairs)}.", frame.reset_index(drop=True), evidence)


def stacked_counts(
    frame: pd.DataFrame, names: Mapping[str, str], title: str, axis: str, evidence: Evidence, caption: str
) -> Figure:
    """Counts stacked by class, a bar a label, each part with its number.

    Parameters
    ----------
    frame : columns ``label``, ``class``, ``value`` (whole numbers), labels in the order to draw.
    names : classes and their names in order, at most six; a class may be absent.
    """
    plot = blank()
    labels = list(dict.fromkeys(frame["label"]))
    wide = frame.pivot_table(index="label", columns="class", values="value", aggfunc="sum", fill_value=0)
    wide = wide.reindex(index=labels, columns=list(names), fill_value=0)
    greatest = float(wide.sum(axis=1).max())
    present = [code for code in names if wide[code].sum()]
    for code in present:
        place = list(names).index(code)
        plot.add_bar(
            y=[safe(label) for label in labels],
            x=wide[code],
            orientation="h",
            width=0.7,
            name=safe(names[code]),
            marker={"color": COLOURS[place], "line": {"color": "white", "width": 1}},
            # A part narrower than its number goes without.
            text=[f"{value:,.0f}" if value > greatest / 40 else "" for value in wide[code]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "white" if place < 3 else INK, "size": TEXT_SIZE},
            constraintext="none",
            hovertemplate="%{y}, " + safe(names[code]) + ": %{x}<extra></extra>",
        )
    plot.update_layout(
        barmode="stack", height=80 + 27 * len(labels) + legend_height({code: names[code] for code in present})
    )
    plot.update_yaxes(autorange="reversed", showgrid=False, ticks="", ticklabelstandoff=4, type="category")
    plot.update_xaxes(range=[0, greatest * 1.04 or 1], title_text=axis, nticks=8, tickformat=",d")
    legend_above(plot)
    said = [
        f"{label}: "
        + (", ".join(f"{names[code].lower()} {row[code]:,.0f}" for code in present if row[code]) or "none")
        for label, row in wide.iterrows()
    ]
    return Figure(plot, title, caption, "; ".join(said) + ".", frame.reset_index(drop=True), evidence)


def ranges(frame: pd.DataFrame, title: str, axis: str, evidence: Evidence, caption: str) -> Figure:
    """A row a name: a mark for the main value and a line over its range in the variants.

    Parameters
    ----------
    frame : columns ``name``, ``value``, ``low``, ``high``.
    """
    plot = blank()
    names = [safe(name) for name in frame["name"]]
    for name, low, high in zip(names, frame["low"], frame["high"], strict=True):
        plot.add_scatter(
            x=[low, high],
            y=[name, name],
            mode="lines",
            line={"color": COLOURS[4], "width": 6},
            hoverinfo="skip",
        )
    plot.add_scatter(
        x=frame["value"],
        y=names,
        mode="markers",
        marker={"size": 11, "color": COLOURS[0]},
        hovertemplate="%{y}: %{x:.2f}<extra></extra>",
    )
    plot.update_yaxes(autorange="reversed", ticks="")
    plot.update_xaxes(range=[0, max(1.0, float(frame["high"].max()) * 1.03)], title_text=axis)
    plot.update_layout(height=90 + 38 * len(frame))
    said = "; ".join(
        f"{row.name_}: {row.value:.2f}, from {row.low:.2f} to {row.high:.2f} in the variants"
        for row in frame.rename(columns={"name": "name_"}).itertuples()
    )
    return Figure(plot, title, caption, said + ".", frame.reset_index(drop=True), evidence)


def estimates(frame: pd.DataFrame, title: str, axis: str, evidence: Evidence, caption: str) -> Figure:
    """A row a name: a dot for an estimate and a line over its interval, side by side where there are two variants.

    Parameters
    ----------
    frame : columns ``name``, ``variant``, ``value``, ``low``, ``high``; at most two variants, named in a legend.
    """
    plot = blank()
    names, variants = list(dict.fromkeys(frame["name"])), list(dict.fromkeys(frame["variant"]))
    apart = 0.16 if len(variants) > 1 else 0.0
    for position, variant in enumerate(variants):
        rows = frame[frame["variant"] == variant]
        colour = PAIR[position] if len(variants) > 1 else COLOURS[0]
        plot.add_scatter(
            x=rows["value"],
            y=[names.index(name) + (2 * position - 1) * apart for name in rows["name"]],
            mode="markers",
            name=variant,
            marker={"size": 10, "color": colour, "symbol": ("circle", "square")[position % 2]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": rows["high"] - rows["value"],
                "arrayminus": rows["value"] - rows["low"],
                "color": colour,
                "thickness": 2,
                "width": 4,
            },
            hovertemplate="%{x:.3~g}<extra></extra>",
        )
    plot.add_vline(x=0, line={"color": INK, "width": 1}, layer="below")
    plot.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=[breakable(name, 40) for name in names],
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
        ticks="",
    )
    plot.update_xaxes(title_text=axis, nticks=7)
    plot.update_layout(height=96 + 44 * len(names) + (24 if len(variants) > 1 else 0))
    if len(variants) > 1:
        legend_above(plot)
    said = "; ".join(
        f"{row.label}{f', {row.variant}' if len(variants) > 1 else ''}: {row.value:.3g}, interval {row.low:.3g} to {row.high:.3g}"
        for row in frame.rename(columns={"name": "label"}).itertuples()
    )
    return Figure(plot, title, caption, said + ".", frame.reset_index(drop=True), evidence)


def points(frame: pd.DataFrame, title: str, axis: str, unit: str, evidence: Evidence, caption: str) -> Figure:
    """A mark a row at two numbers, in a colour and a shape for its group.

    Parameters
    ----------
    frame : columns ``label`` (shown on pointing), ``group``, ``x``, ``y``.
    axis, unit : titles of the two axes.
    """
    plot = blank()
    groups = list(dict.fromkeys(frame["group"]))
    for position, group in enumerate(groups):
        rows = frame[frame["group"] == group]
        plot.add_scatter(
            x=rows["x"],
            y=rows["y"],
            mode="markers",
            name=safe(group),
            marker={
                "size": 8,
                "symbol": ("circle", "square", "diamond")[position % 3],
                "color": PAIR[::-1][position] if len(groups) <= 2 else COLOURS[position % len(COLOURS)],
                "line": {"color": "white", "width": 0.8},
            },
            customdata=[[safe(label)] for label in rows["label"]],
            hovertemplate="%{customdata[0]}: %{x:.3~g}, %{y:.3~g}<extra></extra>",
            cliponaxis=False,
        )
    plot.update_xaxes(title_text=axis)
    plot.update_yaxes(title_text=unit, rangemode="tozero")
    plot.update_layout(height=310)
    legend_above(plot)
    said = [
        f"{group}: {len(rows)} marks, {lower(unit)} from {rows['y'].min():.3g} to {rows['y'].max():.3g}"
        for group, rows in frame.groupby("group", sort=False)
    ]
    return Figure(plot, title, caption, f"Marks. {'; '.join(said)}.", frame.reset_index(drop=True), evidence)


def curves(frame: pd.DataFrame, title: str, axis: str, unit: str, evidence: Evidence, caption: str) -> Figure:
    """Lines over any number, one a name, from zero; a line stops where a value is missing.

    Parameters
    ----------
    frame : columns ``name``, ``x``, ``y``; names are drawn in the order in which they first come.
    axis, unit : titles of the two axes.
    """
    plot = blank()
    names = list(dict.fromkeys(frame["name"]))
    for position, name in enumerate(names):
        rows = frame[frame["name"] == name].sort_values("x")
        colour = COLOURS[position % len(COLOURS)]
        plot.add_scatter(
            x=rows["x"],
            y=rows["y"],
            mode="lines+markers" if len(rows) <= 24 else "lines",
            name=safe(name),
            line={"color": colour, "width": 2.4, "dash": ("solid", "dash", "dot")[position % 3]},
            marker={"size": 6},
            hovertemplate=safe(name) + ", %{x:.3~g}: %{y:.3~g}<extra></extra>",
        )
    plot.update_xaxes(title_text=axis)
    plot.update_yaxes(title_text=unit, rangemode="tozero")
    plot.update_layout(height=300)
    legend_above(plot)
    said = []
    for name in names:
        rows = frame[(frame["name"] == name) & frame["y"].notna()].sort_values("x")
        if len(rows):
            first, last = rows.iloc[0], rows.iloc[-1]
            said.append(f"{name}: {first['y']:.3g} at {first['x']:.3g}, {last['y']:.3g} at {last['x']:.3g}")
        else:
            said.append(f"{name}: none")
    return Figure(plot, title, caption, f"Lines. {'; '.join(said)}.", frame.reset_index(drop=True), evidence)


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
    plot = blank()
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
    plot.add_vline(x=mark, line={"color": GREY, "width": 1, "dash": "dot"})
    plot.update_xaxes(range=[min(numbers) - 0.5, max(numbers) + 0.2], title_text=axes[0], nticks=10, tickformat="d")
    plot.update_yaxes(range=[0, 100 * max(frame["highest"]) * 1.1], ticksuffix="%", title_text=axes[1])
    plot.update_layout(height=300, margin={"r": 62})
    at = frame[frame["number"] == mark].iloc[0]
    alt = (
        f"At {mark}: between {at['lowest']:.0%} and {at['highest']:.0%}, beside {at['even']:.0%} if even. At "
        f"{numbers[-1]}: between {frame['lowest'].iloc[-1]:.0%} and {frame['highest'].iloc[-1]:.0%}."
    )
    return Figure(plot, title, caption, alt, frame.reset_index(drop=True), evidence)


def strips(
    frame: pd.DataFrame, marked: Sequence[str], title: str, axis: str, evidence: Evidence, caption: str
) -> Figure:
    """A row a group, a mark an area; the marked ones stand out.

    Parameters
    ----------
    frame : columns ``group``, ``area``, ``value``; groups in the order of the rows.
    marked : areas to bring out, each named beside its mark.
    """
    plot = blank()
    groups = list(dict.fromkeys(frame["group"]))
    place = {group: index for index, group in enumerate(groups)}
    for out in (False, True):
        rows = frame[frame["area"].isin(marked) == out]
        plot.add_scatter(
            x=rows["value"].astype(float),
            y=[place[group] for group in rows["group"]],
            mode="markers",
            name=safe(listing(list(marked)) if out else "Other areas"),
            marker={
                "size": 13 if out else 9,
                "color": COLOURS[1] if out else COLOURS[4],
                "line": {"color": "white", "width": 0.8},
            },
            hovertext=[safe(f"{row.area}: {written(row.value)}") for row in rows.itertuples()],
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
            y=place[row.group] - 0.5,
            text=safe(row.area),
            showarrow=False,
            xanchor="left" if right else "right",
            font={"size": TEXT_SIZE, "color": COLOURS[1]},
        )
    plot.update_yaxes(
        tickvals=list(place.values()),
        ticktext=[breakable(group, 40) for group in groups],
        range=[len(groups) - 0.4, -0.8],
        showgrid=False,
        ticks="",
    )
    plot.update_xaxes(title_text=safe(axis), nticks=7)
    tallest = max(breakable(group, 40).count("<br>") for group in groups)
    plot.update_layout(height=80 + (28 + 12 * tallest) * len(groups))
    if len(brought_out) > 1:
        legend_above(plot)
    said = [f"{row.area} {written(row.value)}" for row in brought_out.itertuples()]
    spread = [f"{group}: median {written(middles[group])}" for group in groups]
    alt = f"{'; '.join(said)}. {'; '.join(spread)}."
    return Figure(plot, title, caption, alt, frame.reset_index(drop=True), evidence)
