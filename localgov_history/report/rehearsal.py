"""What the libraries and tables load when they are first used, used once beforehand, so that no child of a warm parent
has to. Nothing of it can be seen in a run: the tables do not count as read, and the chart is thrown away.
"""

from __future__ import annotations

import nbformat

from localgov_history import catalogue
from localgov_history.figures import style
from localgov_history.report import html


def rehearse() -> None:
    """Read the tables and the templates, check a notebook, and make a chart of the kinds that the kit makes."""
    catalogue.default().prepare()
    html.environment().get_template("report.html.j2")
    html.assets()
    nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("pass")]))
    plot = style.grid(1, 2, subplot_titles=["a", "b"], shared_yaxes=True)
    line = {"color": style.INK, "width": 1}
    plot.add_scatter(
        x=[0],
        y=[0],
        mode="lines",
        name="a",
        line={**line, "dash": "dot"},
        marker={"color": [style.INK], "size": [1], "symbol": "circle", "line": line},
        text=["a"],
        textposition="top center",
        textfont={"size": style.TEXT_SIZE},
        hovertemplate="a",
        hoverinfo="text",
        showlegend=True,
        fill="none",
        row=1,
        col=1,
    )
    plot.add_bar(
        x=[0],
        y=[0],
        orientation="h",
        width=1,
        marker={"color": [style.INK], "line": line, "pattern": {"shape": "/"}},
        hovertext=["a"],
        row=1,
        col=2,
    )
    style.annotate(plot, [{"x": 0, "y": 0, "text": "a", "xanchor": "left", "font": {"size": style.TEXT_SIZE}}])
    plot.layout.shapes = [{"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "layer": "below", "line": line}]
    style.legend_above(plot)
    plot.update_xaxes(range=[0, 1], dtick=1, tick0=0, title_text="a", visible=True, ticks="")
    plot.update_yaxes(range=[0, 1], tickvals=[0], ticktext=["a"], showgrid=False)
    plot.update_layout(height=style.WIDTH, margin={"l": 0})
    plot.to_json()
