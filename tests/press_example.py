"""A small batch to build in tests: one notebook with two charts and a table, one report for each area."""

from __future__ import annotations

from pathlib import Path

import nbformat

from localgov_history.report import plan

AREAS = ("Leeds", "Kent", "Barnet", "Barnsley")
PARAMETERS = 'area = "Leeds"  # choices: column area of laa_areas | The area\n'
# Areas that begin with B read one table more than the others.
CODE = (
    """\
import localgov_history as lg
from localgov_history import figures

areas = lg.load("laa_areas").set_index("area", drop=False)
here = areas.loc[area]
region = areas[areas["region"] == here["region"]].nlargest(5, "population_mid_2008")
grounds = lg.Evidence.of(region)
if area.startswith("B"):
    more = lg.load("laa_targets")
""",
    """\
frame = region.rename(columns={"population_mid_2008": "value", "area": "label"})
lg.show(figures.bars(frame[["label", "value"]], f"{area} and its region", "People", grounds, "Mid-2008 estimates."))
lg.say(f"{area} had {here['population_mid_2008']:,.0f} people in 2008.", finding=True)
""",
    """\
frame = region.rename(columns={"imd2007_mean_lsoa_score": "value", "area": "label"})
lg.show(figures.bars(frame[["label", "value"]], "Deprivation in the region", "Score", grounds, "Mean scores."))
table = region.set_index("area", drop=True)[["type", "population_mid_2008"]]
lg.show(lg.Table(table, "The largest areas of the region", "People in mid-2008.", grounds))
""",
)


def notebook(path: Path, code: tuple[str, ...] = CODE, words: str = "# The area\n\nIts people.") -> Path:
    """Write a notebook with these cells of code."""
    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    first = nbformat.v4.new_code_cell(PARAMETERS)
    first.metadata["tags"] = ["parameters"]
    made.cells = [first, nbformat.v4.new_markdown_cell(words), *(nbformat.v4.new_code_cell(text) for text in code)]
    nbformat.write(made, path)
    return path


def definition(place: Path, areas: tuple[str, ...] = AREAS, extra: str = "") -> Path:
    """Write a definition with a report for each area."""
    path = place / "area-note.yaml"
    listed = ", ".join(areas)
    path.write_text(
        f'title: "On {{area}}"\nfor_each:\n  area: [{listed}]\nnotebooks: [area_note]\n{extra}', encoding="utf-8"
    )
    return path


def example(place: Path, areas: tuple[str, ...] = AREAS, code: tuple[str, ...] = CODE) -> Path:
    """Write notebook and definition into a folder."""
    place.mkdir(parents=True, exist_ok=True)
    notebook(place / "area_note.ipynb", code)
    definition(place, areas)
    return place


def plans(place: Path, formats: tuple[str, ...] = ("html",), only: tuple[str, ...] = ()) -> list[plan.Plan]:
    """The plans of the batch in a folder."""
    return plan.plans("area-note", {}, formats, only, place, place)
