"""The house style: one function for each kind of chart, given frames or results, in a module for each family.

Every figure carries a title that says a finding, a caption, a text for readers who cannot see it, the data
drawn and the evidence it rests on. `Figure` refuses to exist without them.
"""

# ruff: noqa: F401
from __future__ import annotations

from localgov_history.figures import panels
from localgov_history.figures.comparisons import (
    bars,
    bounds_by_number,
    curves,
    dots_by_period,
    estimates,
    points,
    ranges,
    stacked_counts,
    stacked_shares,
    strips,
)
from localgov_history.figures.lineages import lineage
from localgov_history.figures.maps import tile_map, tile_maps
from localgov_history.figures.matrices import HOLDER_CLASSES, holders_matrix, numbered_set, role_matrix
from localgov_history.figures.over_time import (
    MOST_LINES,
    acts_timeline,
    count_points,
    lines,
    lines_by_year,
    lives,
    series_line,
    spans,
    spans_over_bands,
)
from localgov_history.figures.style import (
    COLOURS,
    FAMILY,
    FONT,
    INK,
    PAIR,
    RULE,
    SMALL_TEXT,
    TEXT_SIZE,
    WIDTH,
    Figure,
    as_year,
    blank,
    breakable,
    legend_above,
    safe,
    template,
)
