"""Charts over years: Acts, lives, spans, lines and long series."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from localgov_history import dates
from localgov_history.figures.style import (
    BAND,
    COLOURS,
    GREY,
    INK,
    RULE,
    SMALL_TEXT,
    TEXT_SIZE,
    WIDTH,
    Figure,
    as_year,
    blank,
    breakable,
    first_and_last,
    legend_above,
    legend_height,
    middles,
    period_bands,
    period_names,
    row_height,
    safe,
    spread_apart,
)
from localgov_history.sources import Evidence
from localgov_history.text import capital, yes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import plotly.graph_objects as go

    from localgov_history.long_series import Series
    from localgov_history.periods import Periodisation


def acts_timeline(acts: pd.DataFrame, periods: Periodisation, title: str) -> Figure:
    """Landmark Acts and papers, one a row in order of date, over bands for the periods.

    Parameters
    ----------
    acts : rows of ``acts`` with a column ``day`` (datetime) and ``firm`` (bool).
    """
    plot = blank()
    frame = acts.sort_values("day").reset_index(drop=True)
    first, last = periods.first_day.year, periods.last_day.year
    years = [day.year + (day.day_of_year - 1) / 366 for day in frame["day"]]
    period_bands(plot, periods, first, last)
    lanes = period_names(plot, periods, first, last, WIDTH - 40)
    for firm in (True, False):
        rows = frame[frame["firm"] == firm]
        plot.add_scatter(
            x=[years[index] for index in rows.index],
            y=list(rows.index),
            mode="markers",
            marker={
                "size": 9,
                "color": COLOURS[0] if firm else "white",
                "line": {"color": COLOURS[0], "width": 1.5},
            },
            customdata=rows[["short_title", "what_it_did"]].fillna("").map(breakable).to_numpy(),
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
        )
    middle = (first + last) / 2
    for index, row in frame.iterrows():
        right = years[index] < middle
        plot.add_annotation(
            x=years[index],
            y=index,
            text=safe(_dated_title(row["short_title"], row["day"].year)),
            showarrow=False,
            xanchor="left" if right else "right",
            xshift=8 if right else -8,
            font={"size": TEXT_SIZE},
        )
    plot.update_yaxes(visible=False, range=[len(frame) - 0.4, -0.5 - 0.9 * lanes])
    plot.update_xaxes(range=[first - 2, last + 3], dtick=20, tick0=first)
    plot.update_layout(height=60 + round(19 * (len(frame) + 0.9 * lanes)), margin={"l": 24, "r": 24})
    data = frame[["short_title", "citation"]].assign(date=frame["day"].dt.strftime("%Y-%m-%d"), firm=frame["firm"])
    return Figure(
        plot,
        title,
        "Acts and papers by date (royal assent, or publication); bands are the periods."
        + ("" if frame["firm"].all() else " Hollow marks: the date is not yet confirmed in a source."),
        f"A list of {len(frame)} Acts and papers in order of date, from {frame['short_title'].iloc[0]} "
        f"to {frame['short_title'].iloc[-1]}, set on a scale of years with a band for each period.",
        data,
        Evidence.of(frame),
    )


def _dated_title(title: str, year: int) -> str:
    return title if str(year) in title else f"{title} {year}"


def lives(kinds: pd.DataFrame, periods: Periodisation, title: str) -> Figure:
    """The years in being of kinds of body, one bar a row.

    Parameters
    ----------
    kinds : rows of `bodies.kinds` with both years known, in the order to draw.
    """
    plot = blank()
    frame = kinds.reset_index(drop=True)
    last = periods.last_day.year
    # Kinds that all began late are drawn on a scale that starts near them.
    first = max(periods.first_day.year, int(frame["first_year"].min()) // 10 * 10 - 10)
    period_bands(plot, periods, first, last)
    longest = max(len(name) for name in frame["plural"])
    lanes = period_names(plot, periods, first, last, WIDTH - 40 - 5.4 * longest)
    for firm in (True, False):
        part = frame[frame["firm"] == firm]
        begins = part["first_year"].astype(float).clip(lower=first)
        ends = part["last_year"].astype(float) + 1
        plot.add_bar(
            base=begins,
            x=ends - begins,
            y=list(part.index),
            orientation="h",
            width=0.62,
            marker={"color": COLOURS[0] if firm else "white", "line": {"color": COLOURS[0], "width": 1.2}},
            customdata=part[["plural", "first_year", "last_year"]].astype(str).map(safe).to_numpy(),
            hovertemplate="%{customdata[0]}: %{customdata[1]} to %{customdata[2]}<extra></extra>",
        )
    circa = _circa_ends(plot, frame, first)
    plot.update_yaxes(
        tickvals=list(frame.index),
        ticktext=[safe(capital(name)) for name in frame["plural"]],
        range=[len(frame) - 0.4, -0.5 - 0.9 * lanes],
        showgrid=False,
        ticks="",
        tickfont={"size": SMALL_TEXT},
    )
    plot.update_xaxes(range=[first, last + 1], dtick=20 if last - first > 60 else 5, tick0=first)
    plot.update_layout(height=60 + round(17 * (len(frame) + 0.9 * lanes)), barmode="overlay")
    hollow = int((~frame["firm"]).sum())
    return Figure(
        plot,
        title,
        "Years in which each kind is known to have existed; bars run off the left where it is older."
        + (f" Hollow bars ({hollow}): the years are not yet confirmed in a source." if hollow else "")
        + (" A dotted end is an approximate date, or a beginning at an unknown earlier date." if circa else ""),
        f"Bars for {len(frame)} kinds of body in order of their beginning, from {frame['plural'].iloc[0]} to "
        f"{frame['plural'].iloc[-1]}.",
        frame[["body_key", "plural", "purpose", "first_year", "last_year", "firm"]],
        Evidence.of(frame, uses=("purpose",), dates=("start", "end")),
    )


def _circa_ends(plot: go.Figure, frame: pd.DataFrame, first: int) -> int:
    """A dotted line where a beginning or an end is approximate or not known. Returns how many were drawn."""
    stretches: list[tuple[int, float, float]] = []
    for index, row in frame.reset_index(drop=True).iterrows():
        begins, ends = float(row["first_year"]), float(row["last_year"]) + 1
        if str(row["start"]).startswith("/"):
            stretches.append((index, float(first), max(begins, first)))
        elif _is_rough(row["start"]) and begins > first:
            stretches.append((index, begins - 4, begins))
        if _is_rough(row["end"]):
            stretches.append((index, ends, ends + 4))
    for index, left, right in stretches:
        plot.add_scatter(
            x=[left, right],
            y=[index, index],
            mode="lines",
            line={"color": INK, "width": 2, "dash": "dot"},
            hoverinfo="skip",
        )
    return len(stretches)


def _is_rough(text: object) -> bool:
    """True for a circa date or a decade."""
    return isinstance(text, str) and (dates.parse(text).is_circa or "X" in text)


def spans(
    frame: pd.DataFrame,
    labels: list[str],
    groups: Mapping[str, str],
    years: tuple[int, int],
    title: str,
    caption: str,
    alt: str,
    evidence: Evidence,
    periods: Periodisation | None = None,
) -> Figure:
    """Bars over years, several a row, coloured by group; an end that is not known fades.

    Parameters
    ----------
    frame : columns ``lane`` (place in `labels`, with a fraction to set bars apart), ``size`` (height, 1 a row), ``group``,
        ``sure_from`` and ``sure_to`` (years as numbers, of what is certain), ``fade_from`` and ``fade_to`` (its reach),
        ``firm`` (False: drawn hollow), ``by_rule`` (True: hatched) and ``said`` (for the hover box).
    labels : the rows from the top.
    groups : groups and their names in order, six at most.
    years : first and last year drawn.
    periods : bands behind the bars, if given.
    """
    plot = blank()
    first, last = years
    rows = frame.assign(
        **{
            name: frame[name].astype(float).clip(first, last + 1)
            for name in ("sure_from", "sure_to", "fade_from", "fade_to")
        }
    )
    wide = max(map(len, labels), default=0)
    lanes = 0
    if periods is not None:
        period_bands(plot, periods, first, last)
        lanes = period_names(plot, periods, first, last, WIDTH - 40 - 5.4 * wide)
    present = [code for code in groups if (rows["group"] == code).any()]
    for position, code in enumerate(groups):
        colour = COLOURS[position % len(COLOURS)]
        own = rows[rows["group"] == code]
        for begin, end, strength in _fades(own):
            _span_bars(plot, own, begin, end, {"color": colour, "opacity": strength, "line": {"width": 0}})
        for firm, by_rule in ((True, False), (False, False), (True, True), (False, True)):
            part = own[(own["firm"] == firm) & (own["by_rule"] == by_rule)]
            _span_bars(plot, part, part["sure_from"], part["sure_to"], _span_marker(colour, firm, by_rule))
        if code in present:
            key = {
                "size": 11,
                "symbol": "square",
                "color": colour,
                "line": {"color": _EDGES.get(colour, colour), "width": 1},
            }
            plot.add_scatter(x=[None], y=[None], mode="markers", marker=key, name=groups[code], showlegend=True)
    plot.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=[safe(label) for label in labels],
        range=[len(labels) - 0.4, -0.5 - 0.9 * lanes],
        showgrid=False,
        ticks="",
        tickfont={"size": SMALL_TEXT},
    )
    plot.update_xaxes(range=[first, last + 1], dtick=20 if last - first > 60 else 5 if last - first > 12 else 1)
    plot.update_xaxes(tick0=first // 10 * 10, tickformat="d")
    legend_rows = -(-sum(len(groups[code]) + 5 for code in present) // 60)
    plot.update_layout(
        height=60 + 22 * legend_rows + round(row_height(len(labels)) * (len(labels) + 0.9 * lanes)),
        barmode="overlay",
    )
    legend_above(plot)
    marks = [] if frame["firm"].all() else ["Hollow: not yet confirmed in a source."]
    marks += ["Hatched: made by rule, not read in a source."] if frame["by_rule"].any() else []
    unsure = (rows["fade_from"] < rows["sure_from"]) | (rows["fade_to"] > rows["sure_to"])
    marks += ["A faded end: the date is not known, or only within bounds."] if unsure.any() else []
    return Figure(plot, title, " ".join([caption, *marks]), alt, frame.reset_index(drop=True), evidence)


# The edges of bars in the two palest colours, which would else be lost on a band.
_EDGES = {COLOURS[4]: "#6f8fa3", COLOURS[5]: "#a08f5c"}


def _span_bars(
    plot: go.Figure, rows: pd.DataFrame, begin: pd.Series, end: pd.Series, marker: dict[str, object]
) -> None:
    drawn = rows[(end - begin) > 0]
    if drawn.empty:
        return
    plot.add_bar(
        base=begin[drawn.index],
        x=(end - begin)[drawn.index],
        y=drawn["lane"],
        width=0.66 * drawn["size"],
        orientation="h",
        marker=marker,
        showlegend=False,
        hovertext=[breakable(said) for said in drawn["said"]],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _span_marker(colour: str, firm: bool, by_rule: bool) -> dict[str, object]:
    edge = _EDGES.get(colour, colour)
    marker: dict[str, object] = {"color": colour if firm else "white", "line": {"color": edge, "width": 1}}
    if by_rule:
        marker["color"] = "white"
        marker["pattern"] = {"shape": "/", "fgcolor": edge, "bgcolor": "white", "size": 4, "solidity": 0.35}
    return marker


def _fades(rows: pd.DataFrame) -> list[tuple[pd.Series, pd.Series, float]]:
    """Slices from what is certain outwards, each fainter: begin, end and opacity."""
    strengths = (0.7, 0.5, 0.34, 0.2, 0.1)
    before = (rows["sure_from"] - rows["fade_from"]) / len(strengths)
    after = (rows["fade_to"] - rows["sure_to"]) / len(strengths)
    slices = []
    for step, strength in enumerate(strengths):
        slices.append((rows["sure_from"] - before * (step + 1), rows["sure_from"] - before * step, strength))
        slices.append((rows["sure_to"] + after * step, rows["sure_to"] + after * (step + 1), strength))
    return slices


def spans_over_bands(
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
    plot = blank()
    labels = [breakable(label, 54) for label in frame["label"]]
    steps = [1 + 0.95 * label.count("<br>") for label in labels]
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
            line={"color": GREY, "width": 0.8},
        )
        plot.add_annotation(x=(begin + end) / 2, y=-1.3, text=safe(text), showarrow=False, font={"size": SMALL_TEXT})
    loose = rows[rows["ends"].isna()]
    plot.add_scatter(
        x=[at for begin in loose["begins"] for at in (begin, last, None)],
        y=[at for level in loose["level"] for at in (level, level, None)],
        mode="lines",
        line={"color": GREY, "width": 1, "dash": "dot"},
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
            name=safe(name),
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
            hovertext=[safe(label) for label in known["label"]],
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
            hovertext=[safe(label) for label in open_ended["label"]],
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
    plot.update_layout(height=70 + round(15.5 * (sum(steps) - top)) + legend_height(names), barmode="overlay")
    legend_above(plot)
    undated = len(loose)
    more = " Dotted: no later sign of life is known." if undated else ""
    more += " Hollow: a date is not yet confirmed in a source." if not rows["firm"].all() else ""
    alt = (
        f"{len(rows)} rows in order of their beginning, from {rows['label'].iloc[0]} ({rows['begins'].iloc[0]:.0f}) to "
        f"{rows['label'].iloc[-1]} ({rows['begins'].iloc[-1]:.0f}); {len(rows) - undated} with a known end or later sign "
        "of life."
    )
    return Figure(plot, title, caption + more, alt, rows.drop(columns="level"), evidence)


def lines_by_year(
    frame: pd.DataFrame,
    names: Mapping[str, str],
    periods: Periodisation,
    title: str,
    unit: str,
    evidence: Evidence,
    caption: str,
) -> Figure:
    """Lines over years with period bands behind and names at the line ends.

    Parameters
    ----------
    frame : columns ``year``, ``class``, ``value``.
    names : classes and their names in order.
    unit : title of the value axis.
    """
    plot = blank()
    first, last = periods.first_day.year, periods.last_day.year
    top = float(frame["value"].max()) * 1.18
    tips = {}
    for position, (code, name) in enumerate(names.items()):
        rows = frame[frame["class"] == code].sort_values("year")
        if rows.empty:
            continue
        plot.add_scatter(
            x=rows["year"],
            y=rows["value"],
            mode="lines",
            name=name,
            line={"color": COLOURS[position], "width": 2.4, "dash": ("solid", "dash", "dot")[position % 3]},
            hovertemplate=name + ", %{x}: %{y:,}<extra></extra>",
        )
        tips[name] = (float(rows["value"].iloc[-1]), COLOURS[position])
    for name, height in spread_apart({name: end[0] for name, end in tips.items()}, top * 0.075).items():
        plot.add_annotation(
            x=1.0,
            xref="paper",
            y=height,
            text=safe(name),
            showarrow=False,
            xanchor="left",
            xshift=6,
            font={"size": TEXT_SIZE, "color": tips[name][1]},
        )
    period_bands(plot, periods, first, last)
    plot.update_xaxes(range=[first, last + 1], dtick=20, tick0=first)
    plot.update_yaxes(range=[0, top], title_text=unit)
    longest = max((len(name) for name in names.values()), default=0)
    plot.update_layout(height=300, margin={"r": 22 + int(6.4 * longest)})
    peak = {names[code]: int(rows["value"].max()) for code, rows in frame.groupby("class") if code in names}
    alt = "Lines by year. Highest values: " + ", ".join(f"{name} {value:,}" for name, value in peak.items()) + "."
    return Figure(plot, title, caption, alt, frame.reset_index(drop=True), evidence)


def count_points(counts: pd.DataFrame, name: str, title: str, unit: str, caption: str) -> Figure:
    """Dated counts of one kind of body as points joined by a line, from zero.

    Parameters
    ----------
    counts : rows of ``body_counts`` with a column ``year``.
    name : what is counted, for the text alternative.
    unit : title of the value axis.
    """
    plot = blank()
    rows = counts.sort_values("year").reset_index(drop=True)
    plot.add_scatter(
        x=rows["year"],
        y=rows["count"].astype(float),
        mode="lines+markers",
        line={"color": COLOURS[0], "width": 1.6},
        marker={
            "size": 8,
            "color": ["white" if known == "recalled" else COLOURS[0] for known in rows["evidence"]],
            "line": {"color": COLOURS[0], "width": 1.5},
        },
        hovertemplate="%{x}: %{y:,}<extra></extra>",
    )
    plot.update_yaxes(range=[0, float(rows["count"].max()) * 1.15], nticks=5, tickformat=",", title_text=unit)
    plot.update_xaxes(range=[int(rows["year"].min()) - 1, int(rows["year"].max()) + 1], nticks=8)
    plot.update_layout(height=230)
    first, last = rows.iloc[0], rows.iloc[-1]
    alt = f"{name}: {int(first['count']):,} in {int(first['year'])}, {int(last['count']):,} in {int(last['year'])}."
    data = rows[["year", "count", "geography", "evidence"]]
    return Figure(plot, title, caption, alt, data, Evidence.of(counts))


# Most lines in a chart: one a colour, the palest colour left out.
MOST_LINES = 5


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
    plot = blank()
    first, last = int(frame["year"].min()) - 1, int(frame["year"].max()) + 1
    if periods is not None:
        period_bands(plot, periods, first, last)
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
            name=safe(name),
            line={"color": COLOURS[position], "width": 2.2, "dash": dashes[position]},
            marker={
                "size": 6,
                "color": [COLOURS[position] if yes(firm) else "white" for firm in rows["measured"]],
                "line": {"color": COLOURS[position], "width": 1.2},
            },
            hovertemplate=safe(name) + ", %{x}: %{y:,}<extra></extra>",
        )
    top = float(frame["value"].max())
    plot.update_yaxes(range=[min(0.0, float(frame["value"].min())), top * 1.08 or 1], tickformat=",", nticks=6)
    plot.update_yaxes(title_text=safe(unit))
    plot.update_xaxes(range=[first, last], nticks=9, tickformat="d")
    names = list(dict.fromkeys(frame["line"]))
    # Names side by side as far as they fit; long ones would run out of the chart.
    a_row = max(1, int((WIDTH - 80) / (6 * max(map(len, names)) + 50)))
    plot.update_layout(height=270 + 20 * math.ceil(len(names) / a_row), showlegend=True)
    legend_above(plot)
    plot.update_layout(legend={"orientation": "h" if a_row > 1 else "v"})
    alt = " ".join(first_and_last(name, rows) for name, rows in frame.groupby("line", sort=False))
    return Figure(plot, title, caption, alt, frame.reset_index(drop=True), evidence)


def series_line(item: Series, title: str, periods: Periodisation | None = None) -> Figure:
    """A long series; the line stops where its definition, geography or price basis changes, with a mark there.

    Parameters
    ----------
    item : from `long_series.series`.
    periods : bands behind the line, if given.
    """
    plot = blank()
    frame = item.frame
    middle = middles(frame)
    for _, rows in frame.groupby("segment"):
        runs = (rows["year"].diff().fillna(1) > 1).cumsum()
        for _, run in rows.groupby(runs):
            plot.add_scatter(
                x=[middle[index] for index in run.index],
                y=run["value"],
                mode="lines+markers" if len(run) == 1 or len(frame) < 40 else "lines",
                line={"color": COLOURS[0], "width": 1.8},
                marker={
                    "size": 6,
                    "color": [COLOURS[0] if firm else "white" for firm in run["firm"]],
                    "line": {"color": COLOURS[0], "width": 1.2},
                },
                customdata=run[["when"]].map(dates.spoken).to_numpy(),
                hovertemplate="%{customdata[0]}: %{y:,.4~g}<extra></extra>",
            )
    first, last = int(min(middle)) - 1, int(max(middle)) + 2
    if periods is not None:
        period_bands(plot, periods, first, last)
    shown = []
    parting = item.breaks[item.breaks["date_earliest"].notna()]
    for row in parting.itertuples():
        at = as_year(row.date_earliest.date())
        if first < at < last:
            shown.append(row)
            plot.add_vline(x=at, line={"color": COLOURS[1], "width": 1.2, "dash": "dot"})
            plot.add_annotation(
                x=at,
                y=1,
                yref="paper",
                yanchor="bottom",
                text=str(len(shown)),
                showarrow=False,
                font={"size": SMALL_TEXT, "color": COLOURS[1]},
            )
    low, high = float(frame["value"].min()), float(frame["value"].max())
    plot.update_yaxes(
        range=[min(0.0, low * 1.08), high * 1.1 or 1], tickformat=",", title_text=safe(item.unit_words), nticks=6
    )
    plot.update_xaxes(range=[first, last], nticks=8, tickformat="d")
    plot.update_layout(height=290, margin={"t": 26})
    marks = [
        f"({number}) {dates.spoken(row.date)}: {row.what.rstrip('.')} ({row.kind.replace('_', ' ')})"
        for number, row in enumerate(shown, 1)
    ]
    caption = " ".join(
        [
            f"{item.title}, {item.geography}; {item.unit_words}.",
            item.definition,
            *item.readable_steps(),
            f"Breaks: {'; '.join(marks)}." if marks else "",
            "The line is not drawn across missing years or breaks.",
        ]
    ).replace("  ", " ")
    data = frame[["when", "value", "segment", "firm"]]
    return Figure(plot, title, caption, item.sentence(), data, item.evidence)
