"""Charts of the methods: breaks, interrupted series, intervals beside statute dates, curves of survival."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from localgov_history import figures
from localgov_history.figures import COLOURS, INK, RULE, SMALL_TEXT, TEXT_SIZE, WIDTH
from localgov_history.long_series import PARTING
from localgov_history.statute_dates import STATUTE_DATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd
    import plotly.graph_objects as go

    from localgov_history.breaks import MultipleBreaks
    from localgov_history.long_series import Series
    from localgov_history.models import Counts, Interrupted, PlaceboDates, Survival
    from localgov_history.statute_dates import Line

# A number of years whose label is narrower than this many pixels apart from the last goes a lane higher.
_LABEL = 7
_FAINT = "#b4b4b4"
# A curve of survival is drawn over the length of the kit's own story and not to the last of its oldest bodies.
MOST_YEARS = 150
# Bands of more groups than this hide each other.
MOST_BANDS = 4
STATUTES_CAPTION = "Thin grey rules: statute dates."


def breaks_in_series(of: Line, found: MultipleBreaks, number: int) -> tuple[go.Figure, pd.DataFrame]:
    """A series with the lines fitted to its regimes, and each break with its interval as a band.

    Parameters
    ----------
    of, found : a line and the search for breaks in it.
    number : of breaks to draw.

    Returns
    -------
    The chart, and one row a year of the run: ``year``, ``value``, ``fitted``, ``regime``.
    """
    import numpy as np
    import pandas as pd

    plot = figures.blank()
    positions = found.breaks(number)
    fitted = found.series.y - found.series.fit(positions)[1]
    seen = np.exp if of.logged else np.asarray
    starts = _starts(of.item)
    years = list(of.values.index)
    _observed(plot, of.item, positive=of.logged)
    edges = (0, *positions, len(years))
    data = pd.DataFrame({"year": years, "value": seen(of.values.to_numpy()), "fitted": seen(fitted), "regime": 0})
    for regime, (first, last) in enumerate(itertools.pairwise(edges)):
        data.loc[first : last - 1, "regime"] = regime + 1
        rows = data.iloc[first:last]
        plot.add_scatter(
            x=[starts[year] + 0.5 for year in rows["year"]],
            y=rows["fitted"],
            mode="lines",
            line={"color": COLOURS[0], "width": 2.6},
            hovertemplate=f"regime {regime + 1}: %{{y:,.4~g}}<extra></extra>",
        )
    bounds = found.confidence_intervals(number) if number else pd.DataFrame()
    for row in bounds.itertuples():
        plot.add_vrect(
            x0=starts[years[row.lower]],
            x1=starts[years[row.upper]],
            fillcolor=COLOURS[3],
            opacity=0.25,
            line_width=0,
            layer="below",
        )
        plot.add_vline(x=starts[years[row.position]], line={"color": COLOURS[1], "width": 1.6})
    _frame(plot, of.item, of.logged, [*data["value"], *data["fitted"]])
    return plot, data


def interrupted_series(of: Line, found: Interrupted) -> tuple[go.Figure, pd.DataFrame]:
    """A series with the lines before and after a reform, and the line before carried on, with its interval.

    Returns
    -------
    The chart, and one row a year: ``year``, ``value``, ``fitted``, ``counterfactual``, ``lower``, ``upper``.
    """
    import numpy as np
    import pandas as pd

    plot = figures.blank()
    seen = np.exp if of.logged else np.asarray
    starts = _starts(of.item)
    after = found.counterfactual()
    level, slope = (float(found.frame["estimate"].iloc[at]) for at in (0, 1))
    before = pd.Series(level + slope * np.arange(len(of.values) - len(after)), of.values.index[: -len(after)])
    _observed(plot, of.item, positive=of.logged)
    middle = [starts[year] + 0.5 for year in after.index]
    plot.add_scatter(
        x=[*middle, *middle[::-1]],
        y=[*seen(after["lower"].to_numpy()), *seen(after["upper"].to_numpy())[::-1]],
        fill="toself",
        mode="lines",
        line={"width": 0},
        fillcolor="rgba(217, 130, 43, 0.22)",
        hoverinfo="skip",
    )
    plot.add_scatter(
        x=middle,
        y=seen(after["counterfactual"].to_numpy()),
        mode="lines",
        line={"color": COLOURS[3], "width": 2.4, "dash": "dash"},
        hovertemplate="line carried on: %{y:,.4~g}<extra></extra>",
    )
    for part in (before, after["fitted"]):
        plot.add_scatter(
            x=[starts[year] + 0.5 for year in part.index],
            y=seen(part.to_numpy()),
            mode="lines",
            line={"color": COLOURS[0], "width": 2.6},
            hovertemplate="fitted: %{y:,.4~g}<extra></extra>",
        )
    plot.add_vline(x=starts[int(found.reforms[0])], line={"color": COLOURS[1], "width": 1.6})
    data = pd.DataFrame(
        {
            "year": of.values.index,
            "value": seen(of.values.to_numpy()),
            "fitted": seen(pd.concat([before, after["fitted"]]).to_numpy()),
        }
    ).set_index("year")
    for name in ("counterfactual", "lower", "upper"):
        data[name] = pd.Series(seen(after[name].to_numpy()), after.index)
    _frame(plot, of.item, of.logged, [*data.stack()])
    return plot, data.reset_index()


def placebo_dates(found: PlaceboDates, unit: str) -> go.Figure:
    """The change of level that the same model finds at every other date, and at the reform.

    Parameters
    ----------
    unit : title of the value axis.
    """
    plot = figures.blank()
    plot.add_scatter(
        x=list(found.frame["date"]),
        y=found.frame["level"],
        mode="markers",
        marker={"size": 7, "color": COLOURS[4]},
        hovertemplate="%{x}: %{y:.3~g}<extra></extra>",
    )
    plot.add_scatter(
        x=[found.reform],
        y=[found.found["level"]],
        mode="markers+text",
        marker={"size": 11, "color": COLOURS[1], "symbol": "diamond"},
        text=[str(found.reform)],
        textposition="top center" if found.found["level"] > 0 else "bottom center",
        textfont={"color": COLOURS[1], "size": TEXT_SIZE},
        cliponaxis=False,
        hovertemplate="%{x}: %{y:.3~g}<extra></extra>",
    )
    size = abs(found.found["level"])
    for at in (-size, size):
        plot.add_hline(y=at, line={"color": COLOURS[1], "width": 1, "dash": "dot"})
    plot.add_hline(y=0, line={"color": RULE, "width": 1})
    reach = 1.18 * max(size, float(found.frame["level"].abs().max()))
    plot.update_yaxes(range=[-reach, reach], title_text=unit)
    plot.update_xaxes(nticks=10, tickformat="d")
    plot.update_layout(height=280)
    return plot


def intervals_of_breaks(intervals: pd.DataFrame, titles: Mapping[str, str]) -> go.Figure:
    """A row a series: the span searched, and each break date with its interval, over the statute dates.

    Parameters
    ----------
    intervals : the frame of a `statute_dates.Coverage` with the column ``date``.
    titles : of the series, by key.
    """
    plot = figures.blank()
    order = list(dict.fromkeys(intervals.sort_values(["span_start", "series"])["series"]))
    labels = [figures.breakable(titles[key], 46) for key in order]
    # Rows of two lines stand further apart.
    heights = [29 if "<br>" in label else 15 for label in labels]
    places = {key: sum(heights[:at]) + heights[at] / 2 for at, key in enumerate(order)}
    first, last = int(intervals["span_start"].min()) - 2, int(intervals["span_end"].max()) + 3
    for key, rows in intervals.groupby("series", sort=False):
        at = places[key]
        span = rows.iloc[0]
        plot.add_scatter(
            x=[span["span_start"], span["span_end"]],
            y=[at, at],
            mode="lines",
            line={"color": RULE, "width": 1.4},
            hoverinfo="skip",
            showlegend=False,
        )
    for covers in (False, True):
        rows = intervals[intervals["covers"].map(bool) == covers]
        colour = COLOURS[1] if covers else COLOURS[2]
        x: list[float | None] = []
        y: list[float | None] = []
        for row in rows.itertuples():
            # An interval of one year is drawn one year wide.
            x += [row.lower, row.upper + 1, None]
            y += [places[row.series], places[row.series], None]
        plot.add_scatter(
            x=x,
            y=y,
            mode="lines",
            line={"color": colour, "width": 5},
            opacity=0.45,
            hoverinfo="skip",
            showlegend=False,
        )
        plot.add_scatter(
            x=rows["date"] + 0.5,
            y=[places[key] for key in rows["series"]],
            mode="markers",
            name="Interval covers a statute date" if covers else "Interval covers none",
            marker={"size": 6.5, "color": colour},
            customdata=rows[["lower", "upper"]].to_numpy(),
            hovertemplate="%{x:.0f}, interval %{customdata[0]}–%{customdata[1]}<extra></extra>",
        )
    lanes = _statutes(plot, first, last, WIDTH - 290)
    plot.update_yaxes(
        tickvals=list(places.values()),
        ticktext=labels,
        range=[sum(heights), 0],
        showgrid=False,
        ticks="",
        tickfont={"size": SMALL_TEXT},
    )
    plot.update_xaxes(range=[first, last], nticks=8, tickformat="d")
    plot.update_layout(
        height=sum(heights) + 80 + 14 * lanes,
        margin={"t": 10 + 14 * lanes},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": -30 / sum(heights), "yanchor": "top", "font": {"size": TEXT_SIZE}},
    )
    return plot


def yearly_rates(frame: pd.DataFrame, model: Counts, parting_year: int) -> go.Figure:
    """Shares of bodies ended in each year, on a scale of powers, with the yearly rates of a model before and after a year.

    Parameters
    ----------
    frame : columns ``year``, ``in_being``, ``ended``.
    model : of ``ended`` per ``in_being``, with one term: whether a year is after `parting_year`.
    """
    plot = figures.blank()
    shown = frame[frame["ended"] > 0]
    left_out = shown["year"] == parting_year
    for apart in (False, True):
        rows = shown[left_out == apart]
        plot.add_scatter(
            x=rows["year"] + 0.5,
            y=100 * rows["ended"] / rows["in_being"],
            mode="markers+text" if apart else "markers",
            text=[str(year) for year in rows["year"]],
            textposition="middle right",
            textfont={"size": SMALL_TEXT},
            marker={
                "size": 9,
                "color": COLOURS[4] if apart else COLOURS[2],
                "symbol": "diamond" if apart else "circle",
            },
            customdata=rows[["year", "ended", "in_being"]].to_numpy(),
            hovertemplate="%{customdata[0]}: %{customdata[1]:,} of %{customdata[2]:,}<extra></extra>",
        )
    rate = math.exp(float(model.frame["estimate"].iloc[0]))
    spans = ((frame["year"].min(), parting_year, rate), (parting_year + 1, frame["year"].max() + 1, rate))
    for at, (first, last, level) in enumerate(spans):
        height = 100 * level * (float(model.frame["ratio"].iloc[1]) if at else 1.0)
        plot.add_scatter(
            x=[first, last],
            y=[height, height],
            mode="lines",
            line={"color": COLOURS[0], "width": 2.4},
            hovertemplate="mean rate: %{y:.2g}%<extra></extra>",
        )
    low, high = 100 * float((shown["ended"] / shown["in_being"]).min()), 100.0
    _log_ticks(plot, min(low, 100 * rate), high, "%", few=True)
    plot.update_yaxes(title_text="Ended in the year, % of those in being")
    plot.update_xaxes(range=[frame["year"].min() - 1, frame["year"].max() + 2], nticks=9, tickformat="d")
    plot.update_layout(height=290)
    return plot


def survival_curves(found: Survival, names: Mapping[str, str], order: list[str]) -> go.Figure:
    """Kaplan–Meier curves as steps, of few groups with their intervals as bands.

    Parameters
    ----------
    names : of the groups, for the legend.
    order : the groups, in the order of the legend.
    """
    import numpy as np

    plot = figures.blank()
    rows = found.medians[found.medians["dating"] == "middle"].set_index("group")
    for position, group in enumerate(order):
        curve = found.frame[found.frame["group"] == group]
        watched = float(rows.loc[group, "watched"])
        time = [0.0, *curve["time"], max(watched, *curve["time"], 0.0)]
        steps = {
            name: 100 * _held_on(np.array([1.0, *curve[name].ffill().fillna(1.0 if name == "upper" else 0.0)]))
            for name in ("survival", "lower", "upper")
        }
        colour = (*COLOURS[:5], INK)[position % 6]
        if len(curve) and len(order) <= MOST_BANDS:
            for name in ("lower", "upper"):
                plot.add_scatter(
                    x=time,
                    y=steps[name],
                    mode="lines",
                    line={"width": 0, "shape": "hv"},
                    fill="tonexty" if name == "upper" else None,
                    fillcolor=_faded(colour, 0.13),
                    hoverinfo="skip",
                    showlegend=False,
                )
        plot.add_scatter(
            x=time,
            y=steps["survival"],
            mode="lines",
            name=f"{names[group]} ({int(rows.loc[group, 'ended'])} of {int(rows.loc[group, 'lives'])} ended)",
            line={
                "color": colour,
                "width": 2.4,
                "shape": "hv",
                "dash": ("solid", "dash", "dot", "dashdot")[position % 4],
            },
            hovertemplate="%{x:.0f} years: %{y:.0f}%<extra></extra>",
        )
    plot.add_hline(y=50, line={"color": RULE, "width": 1})
    plot.update_yaxes(range=[0, 104], ticksuffix="%", title_text="Still in being")
    longest = min(MOST_YEARS, max(float(rows["watched"].max()), 1.0))
    plot.update_xaxes(range=[0, longest * 1.01], title_text="Years since the beginning", nticks=9)
    plot.update_layout(height=270 + 22 * ((len(order) + 1) // 2))
    figures.legend_above(plot)
    return plot


def _held_on(values: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.append(values, values[-1])


def _faded(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"


def _starts(item: Series) -> dict[int, float]:
    """Where each year of a series begins, as a decimal year."""
    return {
        int(year): figures.as_year(day.date())
        for year, day in zip(item.frame["year"], item.frame["start"], strict=True)
    }


def _observed(plot: go.Figure, item: Series, positive: bool) -> None:
    """The values as a thin line with marks, never joined across a parting break or a missing year."""
    starts = _starts(item)
    frame = item.frame[item.frame["value"] > 0] if positive else item.frame
    runs = ((frame["year"].diff() != 1) | (frame["segment"].diff() != 0)).cumsum()
    for _, run in frame.groupby(runs):
        plot.add_scatter(
            x=[starts[year] + 0.5 for year in run["year"]],
            y=run["value"],
            mode="lines+markers",
            line={"color": COLOURS[4], "width": 1.2},
            marker={"size": 4.5, "color": COLOURS[2]},
            customdata=run[["when"]].to_numpy(),
            hovertemplate="%{customdata[0]}: %{y:,.4~g}<extra></extra>",
        )


def _frame(plot: go.Figure, item: Series, logged: bool, drawn: list[float]) -> None:
    """Axes, statute dates, and where the series itself breaks."""
    starts = _starts(item)
    first, last = int(min(starts.values())) - 1, int(max(starts.values())) + 2
    parting = item.breaks[item.breaks["kind"].isin(PARTING) & item.breaks["date_earliest"].notna()]
    for day in parting["date_earliest"]:
        plot.add_vline(x=figures.as_year(day.date()), line={"color": INK, "width": 1, "dash": "dot"})
    lanes = _statutes(plot, first, last, WIDTH - 110)
    every = [*drawn, *item.frame["value"]]
    if logged:
        _log_ticks(plot, min(value for value in every if value > 0), max(every), "")
    else:
        low, high = min(every), max(every)
        plot.update_yaxes(range=[min(0.0, low * 1.08), high * 1.1 or 1], tickformat=",", nticks=6)
    prices = item.price_basis.partition(":")[2]
    plot.update_yaxes(
        title_text=figures.safe(f"{item.unit_words}, prices of {prices}" if prices else item.unit_words)
    )
    plot.update_xaxes(range=[first, last], nticks=9, tickformat="d")
    plot.update_layout(height=300 + 14 * lanes, margin={"t": 10 + 14 * lanes})


def _statutes(plot: go.Figure, first: float, last: float, width: float) -> int:
    """Thin rules at the statute dates with labels above, in as many lanes as keep them apart. Returns their number."""
    scale = width / (last - first)
    lanes: list[float] = []
    for date in STATUTE_DATES:
        at = (date.first + date.last + 1) / 2
        if not first < at < last:
            continue
        for year in {date.first, date.last}:
            plot.add_vline(x=year + 0.5, line={"color": _FAINT, "width": 0.8}, layer="below")
        half = (_LABEL * len(date.label) + 4) / 2
        # A label near an edge would be cut there.
        middle = min(max((at - first) * scale, half), width - half)
        lane = next((index for index, edge in enumerate(lanes) if edge <= middle - half), len(lanes))
        if lane == len(lanes):
            lanes.append(0.0)
        lanes[lane] = middle + half
        plot.add_annotation(
            x=first + middle / scale,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=14 * lane,
            text=date.label,
            showarrow=False,
            font={"size": SMALL_TEXT, "color": "#555555"},
        )
    return len(lanes)


def _log_ticks(plot: go.Figure, low: float, high: float, suffix: str, few: bool = False) -> None:
    """A scale of powers of ten with ticks at 1, 2 and 5 of each, or at 1 alone where that gives enough."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps: tuple[int, ...] = (1,) if few or last - first > 3 else (1, 2, 5)
    values = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    inside = [value for value in values if low / 1.3 <= value <= high * 1.3]
    text = [f"{value:,.0f}{suffix}" if value >= 1 else f"{value:g}{suffix}" for value in inside]
    reach: Any = [math.log10(low / 1.3), math.log10(high * 1.3)]
    plot.update_yaxes(type="log", range=reach, tickvals=inside, ticktext=text)
