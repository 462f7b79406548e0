"""The house style: one function for each kind of chart, given frames or results.

Every figure carries a title that says a finding, a caption, a text for readers who cannot see it, the data
drawn and the evidence it rests on. `Figure` refuses to exist without them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from localgov_history import dates
from localgov_history.errors import LocalgovError, NotEnoughDataError
from localgov_history.registry import type_words
from localgov_history.sources import Evidence
from localgov_history.text import listing, yes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd
    import plotly.graph_objects as go

    from localgov_history.long_series import Series
    from localgov_history.periods import Periodisation
    from localgov_history.registry import Lineage

FONT = "Source Sans 3"
# CSS takes a family name with a digit only in quotes; without them a browser silently uses its own font.
FAMILY = f"'{FONT}', sans-serif"
WIDTH = 680
# Text of 12 px on a figure 680 px wide is 8.5 pt when printed 17 cm wide.
TEXT_SIZE = 12
SMALL_TEXT = 11
# Dark to light, told apart by lightness alone (for grey print) and by colour-blind readers.
COLOURS = ("#14304f", "#9a3324", "#3b7ea1", "#d9822b", "#9fb8c9", "#ded3b6")
# The earlier and the later of two periods, in every chart that sets two side by side.
PAIR = (COLOURS[3], COLOURS[0])
INK, RULE, BAND = "#222222", "#c9c9c9", "#f1efe9"


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


def acts_timeline(acts: pd.DataFrame, periods: Periodisation, title: str) -> Figure:
    """Landmark Acts and papers, one a row in order of date, over bands for the periods.

    Parameters
    ----------
    acts : rows of ``acts`` with a column ``day`` (datetime) and ``firm`` (bool).
    """
    plot = _blank()
    frame = acts.sort_values("day").reset_index(drop=True)
    first, last = periods.first_day.year, periods.last_day.year
    years = [day.year + (day.day_of_year - 1) / 366 for day in frame["day"]]
    _period_bands(plot, periods, first, last)
    lanes = _period_names(plot, periods, first, last, WIDTH - 40)
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
            customdata=rows[["short_title", "what_it_did"]].fillna("").map(_breakable).to_numpy(),
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
        )
    middle = (first + last) / 2
    for index, row in frame.iterrows():
        right = years[index] < middle
        plot.add_annotation(
            x=years[index],
            y=index,
            text=_safe(_dated_title(row["short_title"], row["day"].year)),
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
    plot = _blank()
    frame = kinds.reset_index(drop=True)
    last = periods.last_day.year
    # Kinds that all began late are drawn on a scale that starts near them.
    first = max(periods.first_day.year, int(frame["first_year"].min()) // 10 * 10 - 10)
    _period_bands(plot, periods, first, last)
    longest = max(len(name) for name in frame["plural"])
    lanes = _period_names(plot, periods, first, last, WIDTH - 40 - 5.4 * longest)
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
            customdata=part[["plural", "first_year", "last_year"]].astype(str).map(_safe).to_numpy(),
            hovertemplate="%{customdata[0]}: %{customdata[1]} to %{customdata[2]}<extra></extra>",
        )
    circa = _circa_ends(plot, frame, first)
    plot.update_yaxes(
        tickvals=list(frame.index),
        ticktext=[_safe(name[:1].upper() + name[1:]) for name in frame["plural"]],
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
    plot = _blank()
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
    _legend_above(plot)
    return Figure(plot, title, caption, _shares_alt(shares, names), shares.reset_index(drop=True), evidence)


def dots_by_period(
    shares: pd.DataFrame, names: Mapping[str, str], title: str, evidence: Evidence, caption: str
) -> Figure:
    """Shares that need not add to one: a row a class, a mark a period.

    Parameters are those of `stacked_shares`.
    """
    plot = _blank()
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
    _legend_above(plot)
    return Figure(plot, title, caption, _shares_alt(shares, names), shares.reset_index(drop=True), evidence)


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
    plot = _blank()
    first, last = periods.first_day.year, periods.last_day.year
    top = float(frame["value"].max()) * 1.18
    ends = {}
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
        ends[name] = (float(rows["value"].iloc[-1]), COLOURS[position])
    for name, height in _spread({name: end[0] for name, end in ends.items()}, top * 0.075).items():
        plot.add_annotation(
            x=1.0,
            xref="paper",
            y=height,
            text=_safe(name),
            showarrow=False,
            xanchor="left",
            xshift=6,
            font={"size": TEXT_SIZE, "color": ends[name][1]},
        )
    _period_bands(plot, periods, first, last)
    plot.update_xaxes(range=[first, last + 1], dtick=20, tick0=first)
    plot.update_yaxes(range=[0, top], title_text=unit)
    longest = max((len(name) for name in names.values()), default=0)
    plot.update_layout(height=330, margin={"r": 22 + int(6.4 * longest)})
    peak = {names[code]: int(rows["value"].max()) for code, rows in frame.groupby("class") if code in names}
    alt = "Lines by year. Highest values: " + ", ".join(f"{name} {value:,}" for name, value in peak.items()) + "."
    return Figure(plot, title, caption, alt, frame.reset_index(drop=True), evidence)


def curves(frame: pd.DataFrame, title: str, axis: str, unit: str, evidence: Evidence, caption: str) -> Figure:
    """Lines over any number, one a name, from zero; a line stops where a value is missing.

    Parameters
    ----------
    frame : columns ``name``, ``x``, ``y``; names are drawn in the order in which they first come.
    axis, unit : titles of the two axes.
    """
    plot = _blank()
    names = list(dict.fromkeys(frame["name"]))
    for position, name in enumerate(names):
        rows = frame[frame["name"] == name].sort_values("x")
        colour = COLOURS[position % len(COLOURS)]
        plot.add_scatter(
            x=rows["x"],
            y=rows["y"],
            mode="lines+markers" if len(rows) <= 24 else "lines",
            name=_safe(name),
            line={"color": colour, "width": 2.4, "dash": ("solid", "dash", "dot")[position % 3]},
            marker={"size": 6},
            hovertemplate=_safe(name) + ", %{x:.3~g}: %{y:.3~g}<extra></extra>",
        )
    plot.update_xaxes(title_text=axis)
    plot.update_yaxes(title_text=unit, rangemode="tozero")
    plot.update_layout(height=360)
    _legend_above(plot)
    said = []
    for name in names:
        rows = frame[(frame["name"] == name) & frame["y"].notna()].sort_values("x")
        if len(rows):
            first, last = rows.iloc[0], rows.iloc[-1]
            said.append(f"{name}: {first['y']:.3g} at {first['x']:.3g}, {last['y']:.3g} at {last['x']:.3g}")
        else:
            said.append(f"{name}: none")
    return Figure(plot, title, caption, f"Lines. {'; '.join(said)}.", frame.reset_index(drop=True), evidence)


def points(frame: pd.DataFrame, title: str, axis: str, unit: str, evidence: Evidence, caption: str) -> Figure:
    """A mark a row at two numbers, in a colour and a shape for its group.

    Parameters
    ----------
    frame : columns ``label`` (shown on pointing), ``group``, ``x``, ``y``.
    axis, unit : titles of the two axes.
    """
    plot = _blank()
    groups = list(dict.fromkeys(frame["group"]))
    for position, group in enumerate(groups):
        rows = frame[frame["group"] == group]
        plot.add_scatter(
            x=rows["x"],
            y=rows["y"],
            mode="markers",
            name=_safe(group),
            marker={
                "size": 8,
                "symbol": ("circle", "square", "diamond")[position % 3],
                "color": PAIR[::-1][position] if len(groups) <= 2 else COLOURS[position % len(COLOURS)],
                "line": {"color": "white", "width": 0.8},
            },
            customdata=[[_safe(label)] for label in rows["label"]],
            hovertemplate="%{customdata[0]}: %{x:.3~g}, %{y:.3~g}<extra></extra>",
        )
    plot.update_xaxes(title_text=axis)
    plot.update_yaxes(title_text=unit, rangemode="tozero")
    plot.update_layout(height=380)
    _legend_above(plot)
    said = [
        f"{group}: {len(rows)} marks, {unit[0].lower()}{unit[1:]} from {rows['y'].min():.3g} to {rows['y'].max():.3g}"
        for group, rows in frame.groupby("group", sort=False)
    ]
    return Figure(plot, title, caption, f"Marks. {'; '.join(said)}.", frame.reset_index(drop=True), evidence)


def count_points(counts: pd.DataFrame, name: str, title: str, unit: str, caption: str) -> Figure:
    """Dated counts of one kind of body as points joined by a line, from zero.

    Parameters
    ----------
    counts : rows of ``body_counts`` with a column ``year``.
    name : what is counted, for the text alternative.
    unit : title of the value axis.
    """
    plot = _blank()
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
    plot.update_layout(height=260)
    first, last = rows.iloc[0], rows.iloc[-1]
    alt = f"{name}: {int(first['count']):,} in {int(first['year'])}, {int(last['count']):,} in {int(last['year'])}."
    data = rows[["year", "count", "geography", "evidence"]]
    return Figure(plot, title, caption, alt, data, Evidence.of(counts))


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
    plot = _blank()
    labels = [_breakable(label, 54) for label in frame["label"]]
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
            text=_safe(text.format(value)),
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
            text=_safe(mark[1]),
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
    plot = _blank()
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
        ticktext=[_safe(labels[function]) for function in rows["function"]],
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
    plot = _blank()
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
        _period_bands(plot, periods, first, last)
        lanes = _period_names(plot, periods, first, last, WIDTH - 40 - 5.4 * wide)
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
        ticktext=[_safe(label) for label in labels],
        range=[len(labels) - 0.4, -0.5 - 0.9 * lanes],
        showgrid=False,
        ticks="",
        tickfont={"size": SMALL_TEXT},
    )
    plot.update_xaxes(range=[first, last + 1], dtick=20 if last - first > 60 else 5 if last - first > 12 else 1)
    plot.update_xaxes(tick0=first // 10 * 10, tickformat="d")
    legend_rows = -(-sum(len(groups[code]) + 5 for code in present) // 60)
    plot.update_layout(
        height=60 + 22 * legend_rows + round(_row_height(len(labels)) * (len(labels) + 0.9 * lanes)),
        barmode="overlay",
    )
    _legend_above(plot)
    marks = [] if frame["firm"].all() else ["Hollow: not yet confirmed in a source."]
    marks += ["Hatched: made by rule, not read in a source."] if frame["by_rule"].any() else []
    unsure = (rows["fade_from"] < rows["sure_from"]) | (rows["fade_to"] > rows["sure_to"])
    marks += ["A faded end: the date is not known, or only within bounds."] if unsure.any() else []
    return Figure(plot, title, " ".join([caption, *marks]), alt, frame.reset_index(drop=True), evidence)


def _row_height(rows: int) -> float:
    """Pixels a row: fewer where the chart would not fit on a page with its title and caption."""
    return 17.0 if rows <= _ROWS_A_PAGE else max(12.5, 17.0 * _ROWS_A_PAGE / rows)


_ROWS_A_PAGE = 36
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
        hovertext=[_breakable(said) for said in drawn["said"]],
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
    plot = _blank()
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
        ticktext=[_safe(labels[function]) for function in functions],
        range=[len(functions) - 0.4, -0.6],
        ticks="",
        tickfont={"size": SMALL_TEXT},
    )
    legend = {"orientation": "h", "x": 0, "xref": "container", "y": 1, "yanchor": "top", "yref": "container"}
    height = 110 + round(_row_height(len(functions)) * len(functions))
    plot.update_layout(height=height, margin={"t": 84}, showlegend=True, legend=legend)
    said = [
        f"{name}: " + (listing(sorted({HOLDER_CLASSES[code].lower() for code in own["class"]})) or "nobody known")
        for role, name in roles.items()
        if len(own := frame[frame["role"] == role])
    ]
    alt = f"{len(functions)} functions. Classes of body with each role: {'; '.join(said)}."
    return Figure(plot, title, caption, alt, frame.reset_index(drop=True), evidence)


def ranges(frame: pd.DataFrame, title: str, axis: str, evidence: Evidence, caption: str) -> Figure:
    """A row a name: a mark for the main value and a line over its range in the variants.

    Parameters
    ----------
    frame : columns ``name``, ``value``, ``low``, ``high``.
    """
    plot = _blank()
    names = [_safe(name) for name in frame["name"]]
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
    plot = _blank()
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
        ticktext=[_breakable(name, 40) for name in names],
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
        ticks="",
    )
    plot.update_xaxes(title_text=axis, nticks=7)
    plot.update_layout(height=96 + 44 * len(names) + (24 if len(variants) > 1 else 0))
    if len(variants) > 1:
        _legend_above(plot)
    said = "; ".join(
        f"{row.label}{f', {row.variant}' if len(variants) > 1 else ''}: {row.value:.3g}, interval {row.low:.3g} to {row.high:.3g}"
        for row in frame.rename(columns={"name": "label"}).itertuples()
    )
    return Figure(plot, title, caption, said + ".", frame.reset_index(drop=True), evidence)


def series_line(item: Series, title: str, periods: Periodisation | None = None) -> Figure:
    """A long series; the line stops where its definition, geography or price basis changes, with a mark there.

    Parameters
    ----------
    item : from `long_series.series`.
    periods : bands behind the line, if given.
    """
    plot = _blank()
    frame = item.frame
    years = [_as_year(day.date()) for day in frame["start"]]
    # Values stand in the middle of their year; those dated to a day stand on it.
    middle = [
        at + (0.5 if (end - start).days > 300 else 0.0)
        for at, start, end in zip(years, frame["start"], frame["end"], strict=True)
    ]
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
                customdata=run[["when"]].to_numpy(),
                hovertemplate="%{customdata[0]}: %{y:,.4~g}<extra></extra>",
            )
    first, last = int(min(middle)) - 1, int(max(middle)) + 2
    if periods is not None:
        _period_bands(plot, periods, first, last)
    shown = []
    parting = item.breaks[item.breaks["date_earliest"].notna()]
    for row in parting.itertuples():
        at = _as_year(row.date_earliest.date())
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
        range=[min(0.0, low * 1.08), high * 1.1 or 1], tickformat=",", title_text=_safe(item.unit), nticks=6
    )
    plot.update_xaxes(range=[first, last], nticks=8, tickformat="d")
    plot.update_layout(height=330, margin={"t": 26})
    marks = [
        f"{number}, {row.date}: {row.what.rstrip('.')} ({row.kind.replace('_', ' ')})"
        for number, row in enumerate(shown, 1)
    ]
    caption = " ".join(
        [
            f"{item.title}, {item.geography}; {item.unit}.",
            item.definition,
            *item.steps,
            f"Breaks: {'; '.join(marks)}." if marks else "",
            "The line is not drawn across missing years or breaks.",
        ]
    ).replace("  ", " ")
    data = frame[["when", "value", "segment", "firm"]]
    return Figure(plot, title, caption, item.sentence(), data, item.evidence)


# One colour a tier, dark to light, so that a change of tier shows.
_TIERS = {"upper": 0, "single": 1, "lower": 2, "strategic": 3, "special": 4}


def lineage(item: Lineage, title: str) -> Figure:
    """The lives of the bodies in a lineage as bars over time, with a link at each succession.

    Parameters
    ----------
    item : from `registry.lineage`.
    """
    plot = _blank()
    bodies = item.bodies
    lane = {key: -position for position, key in enumerate(bodies["authority_key"])}
    days = [day for column in ("known_from", "known_to") for day in bodies[column].dropna() if day.year < _NEVER]
    days += list(item.links["date_earliest"].dropna())
    if not days:
        raise NotEnoughDataError(f"no date in the life of {item.place} is confirmed")
    first, last = min(days).year - 2, max(days).year + 6
    if (bodies["end_status"] == "continuing").any():
        last = max(last, _PRESENT)
    spans = {}
    for row in bodies.itertuples():
        start = _as_year(row.known_from.date()) if row.known_from == row.known_from else float(first)
        end = (
            _as_year(row.known_to.date())
            if row.known_to == row.known_to and row.known_to.year < _NEVER
            else float(last)
        )
        spans[row.authority_key] = (start, end)
        colour = COLOURS[_TIERS.get(row.tier, 4)]
        plot.add_scatter(
            x=[start, end],
            y=[lane[row.authority_key]] * 2,
            mode="lines",
            # A start that is not known is the first year in a list: the bar begins there, thinner.
            line={"color": colour, "width": 9 if row.known_by == "dates" else 4},
            hovertext=_safe(
                f"{row.name}, {type_words(row.type)}: {row.start or 'start not known'} to {row.end or 'now'}"
            ),
            hoverinfo="text",
        )
    # One upright a successor, side by side where several came on one day, so that it shows who came from whom.
    uprights: dict[object, dict[str, float]] = {}
    for row in item.links[item.links["date_earliest"].notna()].itertuples():
        if row.predecessor_key in lane and row.successor_key in lane and row.predecessor_key != row.successor_key:
            day = uprights.setdefault(row.date, {})
            at = _as_year(row.date_earliest.date())
            x = day.setdefault(row.successor_key, at + len(day) * (last - first) / 220)
            before, after = lane[row.predecessor_key], lane[row.successor_key]
            plot.add_scatter(
                x=[at, x, x],
                y=[before, before, after],
                mode="lines",
                line={"color": INK, "width": 0.9, "dash": "dot" if yes(row.part) else "solid"},
                hovertext=_safe(f"{row.date}: {row.predecessor} → {row.successor} ({row.kind.replace('_', ' ')})"),
                hoverinfo="text",
            )
    names = [_safe(f"{row.name}, {_short_type(row.type)}") for row in bodies.itertuples()]
    focus = set(item.focus)
    bold = [
        f"<b>{name}</b>" if key in focus else name for name, key in zip(names, bodies["authority_key"], strict=True)
    ]
    plot.update_yaxes(
        tickvals=[lane[key] for key in bodies["authority_key"]],
        ticktext=bold,
        range=[-len(bodies) + 0.4, 0.6],
        showgrid=False,
        tickfont={"size": SMALL_TEXT},
        ticks="",
    )
    plot.update_xaxes(range=[first, last], nticks=9, tickformat="d")
    plot.update_layout(height=70 + 19 * len(bodies))
    rough = int((bodies["known_by"] == "list").sum())
    caption = (
        "A bar is the life of a body; an upright line leads from "
        "predecessors to a successor (dotted: from part of one only); those of one day stand side by side. "
        "Dark blue: upper tier; red: single tier; light blue: lower tier; orange: strategic."
    )
    if rough:
        caption += " Thin bars start where a list first names the body: when it began is not in the register."
    if item.left_out:
        caption += f" Left out: {item.left_out} further bodies."
    links = item.links[["date", "kind", "predecessor", "successor", "part", "what"]]
    data = item.bodies[["name", "type", "start", "end"]] if links.empty else links
    return Figure(plot, title, caption, item.sentence(), data, Evidence.of(item.bodies, item.links))


# Years beyond this stand for "no end"; the register goes on to the present year.
_NEVER = 9000
_PRESENT = 2024


def _short_type(kind: str) -> str:
    return type_words(kind).replace("metropolitan", "met.")


def _blank() -> go.Figure:
    import plotly.graph_objects as go

    return go.Figure(layout={"template": template(), "width": WIDTH})


def _period_bands(plot: go.Figure, periods: Periodisation, first: int, last: int) -> None:
    """Alternate bands for the periods, cut to the years drawn; lines alone where periods overlap."""
    for index, period in enumerate(periods):
        begin = max(_as_year(period.start), first)
        end = min(_as_year(period.end) + 1 / 366, last + 1)
        if begin >= end:
            continue
        if index % 2 == 0 and not periods.overlaps():
            plot.add_vrect(x0=begin, x1=end, fillcolor=BAND, line_width=0, layer="below")
        plot.add_vline(x=begin, line={"color": RULE, "width": 1}, layer="below")


def _period_names(plot: go.Figure, periods: Periodisation, first: int, last: int, width: float) -> int:
    """The spans of the periods above row 0, in as many lanes as keep them apart. Returns the number of lanes.

    Parameters
    ----------
    width : of the plotting area, in pixels.
    """
    lanes: list[float] = []
    scale = width / (last + 1 - first)
    for period in periods:
        begin, end = max(_as_year(period.start), first), min(_as_year(period.end), last + 1)
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
        plot.add_annotation(
            x=first + middle,
            y=-0.9 - 0.9 * lane,
            text=_safe(text),
            showarrow=False,
            font={"size": SMALL_TEXT, "color": "#555555"},
        )
    return len(lanes)


def _as_year(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 366


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


def _legend_above(plot: go.Figure) -> None:
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


def _spread(values: dict[str, float], least: float) -> dict[str, float]:
    """Move values apart so that neighbours differ by at least `least`, keeping their order."""
    placed: dict[str, float] = {}
    floor = float("-inf")
    for name, value in sorted(values.items(), key=lambda pair: pair[1]):
        placed[name] = max(value, floor)
        floor = placed[name] + least
    return placed


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


def _safe(text: object) -> str:
    """Plotly reads a little HTML in its texts; text from data must show as itself."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _breakable(text: object, width: int = 60) -> str:
    """Text from data over several lines of at most `width` characters, as a hover box or an axis needs it."""
    import textwrap

    return "<br>".join(_safe(line) for line in textwrap.wrap(str(text), width))
