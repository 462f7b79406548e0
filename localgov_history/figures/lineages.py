"""The lives of bodies and who came after whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localgov_history import dates
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures.style import COLOURS, INK, SMALL_TEXT, Figure, as_year, blank, safe
from localgov_history.registry import type_words
from localgov_history.sources import Evidence
from localgov_history.text import yes

if TYPE_CHECKING:
    from localgov_history.registry import Lineage


# One colour a tier, dark to light, so that a change of tier shows.
_TIERS = {"upper": 0, "single": 1, "lower": 2, "strategic": 3, "special": 4}


def lineage(item: Lineage, title: str) -> Figure:
    """The lives of the bodies in a lineage as bars over time, with a link at each succession.

    Parameters
    ----------
    item : from `registry.lineage`.
    """
    plot = blank()
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
        start = as_year(row.known_from.date()) if row.known_from == row.known_from else float(first)
        end = (
            as_year(row.known_to.date())
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
            hovertext=safe(
                f"{row.name}, {type_words(row.type)}: {row.start or 'start not known'} to {row.end or 'now'}"
            ),
            hoverinfo="text",
        )
    # One upright a successor, side by side where several came on one day, so that it shows who came from whom.
    uprights: dict[object, dict[str, float]] = {}
    for row in item.links[item.links["date_earliest"].notna()].itertuples():
        if row.predecessor_key in lane and row.successor_key in lane and row.predecessor_key != row.successor_key:
            day = uprights.setdefault(row.date, {})
            at = as_year(row.date_earliest.date())
            x = day.setdefault(row.successor_key, at + len(day) * (last - first) / 220)
            before, after = lane[row.predecessor_key], lane[row.successor_key]
            plot.add_scatter(
                x=[at, x, x],
                y=[before, before, after],
                mode="lines",
                line={"color": INK, "width": 0.9, "dash": "dot" if yes(row.part) else "solid"},
                hovertext=safe(
                    f"{dates.spoken(row.date)}: {row.predecessor} → {row.successor} ({row.kind.replace('_', ' ')})"
                ),
                hoverinfo="text",
            )
    names = [safe(f"{row.name}, {_short_type(row.type)}") for row in bodies.itertuples()]
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
