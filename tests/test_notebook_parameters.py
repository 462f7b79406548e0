"""Every notebook with any parameters: a pairwise cover of its choices, values that are wrong, tables without rows.

What runs by default is a sample: of each notebook the combinations that hold most values not yet tried, a wrong value, and
the emptied tables named here. With ``LOCALGOV_WHOLE_COVER=1`` in the environment every combination of the cover runs,
every parameter has its wrong values, and every table a notebook reads is emptied in turn: about a quarter of an hour on one core.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import notebook_cover as cover
from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue
from localgov_history.report import parameters

WHOLE = os.environ.get("LOCALGOV_WHOLE_COVER") == "1"
# Notebooks with parameters; the defaults of all are run and compared elsewhere.
NOTEBOOKS = [path for path in sorted(folder("notebooks").glob("*.ipynb")) if parameters.declared(path)]
# How many combinations of a notebook are in the sample, where not two.
SAMPLE: Mapping[str, int] = {"04_money": 1, "07_quangos": 1, "11_tournaments": 1, "90_methods": 1}
# Tables cut to so many rows that once broke a chart.
CUT = (
    ("01_timeline", "body_types", 0),
    ("02_reinventing_the_wheel", "body_types", 1),
    ("03_who_did_what", "functions", 1),
    ("05_registry", "authority_changes", 0),
    ("05_registry", "register_coverage", 0),
    ("08_joint_working", "policy_phases", 0),
    ("11_tournaments", "laa_areas", 1),
    ("14_area_profile", "tile_grid", 0),
    ("90_methods", "register_coverage", 0),
)


def by_name(path: Path) -> str:
    return path.stem


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from("abcde"), st.integers(1, 4).map(range), min_size=1))
def test_the_cover_holds_every_pair(choices: dict[str, range]) -> None:
    rows = cover.pairwise(choices)
    assert rows[0] == dict.fromkeys(choices, 0)
    for name, values in choices.items():
        assert {row[name] for row in rows} == set(values)
    for one, other in itertools.combinations(choices, 2):
        met = {(row[one], row[other]) for row in rows}
        assert met == set(itertools.product(choices[one], choices[other]))
    sizes = sorted((len(values) for values in choices.values()), reverse=True)
    assert len(rows) >= sizes[0] * (sizes[1] if len(sizes) > 1 else 1)


def test_what_is_looked_for_is_found(tmp_path: Path) -> None:
    """A notebook with a missing number in a sentence, an empty chart, a table without rows and a bare display."""
    import nbformat

    show = "lg.show(Figure(go.Figure({!r}), 'A title', 'A caption', 'Words', lg.load('periods'), grounds))"
    sources = (
        "import plotly.graph_objects as go\nimport localgov_history as lg\nfrom localgov_history.figures import Figure\n"
        "grounds = lg.Evidence.of(lg.load('periods'))",
        "lg.say(f'It grew by {float(\"nan\"):.1f}% to None.')",
        show.format([]),
        show.format([{"type": "scatter", "x": [1], "y": [None]}]),
        "lg.show(lg.Table(lg.load('periods').head(0), 'A title', 'A caption', grounds))",
    )
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    path = tmp_path / "faulty.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    found = "\n".join(cover.faults(path, cover.run(path, {})))
    for said in ("'nan' in: It grew", "no trace", "nothing is drawn", "table without rows"):
        assert said in found
    nbformat.write(nbformat.v4.new_notebook(cells=[*cells[:1], nbformat.v4.new_code_cell("grounds")]), path)
    assert "did not come from show()" in "\n".join(cover.faults(path, cover.run(path, {})))
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("{}['a']")]), path)
    assert cover.faults(path, cover.run(path, {})) == ["cell 1: KeyError: 'a'"]


def sampled(path: Path) -> list[cover.Values]:
    """The combinations of the cover, the defaults left out, that hold most values not yet tried."""
    first, *rest = cover.combinations(path)
    tried = set(first.items())
    chosen = []
    for _ in range(SAMPLE.get(path.stem, 2)):
        best = max(rest, key=lambda row: len(set(row.items()) - tried), default=None)
        if best is not None:
            chosen.append(best)
            tried |= set(best.items())
    return chosen


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_any_choice_gives_a_sensible_page_or_one_clear_line(path: Path) -> None:
    rows = cover.combinations(path) if WHOLE else sampled(path)
    found = [fault for row in rows for fault in cover.attempt(path, row)]
    assert not found, "\n".join(found)


def wrong_values(path: Path) -> list[tuple[str, Any]]:
    """Values that no check before the run would let pass, as a reader may type them in a cell."""
    found: list[tuple[str, Any]] = []
    for name, item in parameters.declared(path).items():
        if isinstance(item.default, str):
            found += [(name, f"{item.default}xq"), (name, "")]
        elif item.least is not None and item.most is not None:
            found += [(name, item.least - 1000), (name, item.most + 1000)]
    return found if WHOLE else found[:1]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_a_wrong_value_in_a_cell_gives_a_sensible_page_or_one_clear_line(path: Path) -> None:
    defaults = {name: item.default for name, item in parameters.declared(path).items()}
    found = []
    for name, value in wrong_values(path):
        shown = cover.run(path, defaults | {name: value})
        found += [f"{fault} ({name}={value!r})" for fault in cover.faults(path, shown)]
    assert not found, "\n".join(found)


def read_by(path: Path) -> list[str]:
    """The tables that a notebook reads with its defaults."""
    with cover.tables(folder("datasets")) as book:
        cover.run(path, {})
        return sorted(book.reads())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_a_table_with_few_rows_gives_a_sensible_page_or_one_clear_line(
    path: Path, shipped: Catalogue, tmp_path: Path
) -> None:
    cases = [(name, rows) for stem, name, rows in CUT if stem == path.stem]
    if WHOLE:
        cases = list(itertools.product(read_by(path), (0, 1)))
    found = []
    for name, rows in cases:
        base = tmp_path / f"{name}-{rows}"
        cover.cut(shipped, base, name, rows)
        with cover.tables(base):
            faults = cover.attempt(path, cover.combinations(path)[0])
        found += [f"{name} cut to {rows}: {fault}" for fault in faults]
    assert not found, "\n".join(found)
