"""Run a notebook's cells in this process with given parameters, look at what it shows, and cover its choices in pairs."""

from __future__ import annotations

import ast
import base64
import contextlib
import csv
import io
import itertools
import re
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import numpy as np

from localgov_history import areas, catalogue
from localgov_history.errors import LocalgovError
from localgov_history.report import document, parameters
from localgov_history.report.plan import Plan, Run

Values = dict[str, Any]
# A list of choices longer than this is covered in pairs by its default, first, middle and last.
LONG = 8
# A list up to this length is also tried value by value.
LONGEST = 25
# Parameters without declared choices, and lists of choices: what to try beside the default.
OPEN: Mapping[tuple[str, str], tuple[Any, ...]] = {
    ("05_registry", "as_of"): ("1700", "1889-04-01", "1974-03", "2300"),
    ("05_registry", "place"): ("Rutland", "London", "Old Sarum"),
    ("11_tournaments", "noise"): (0.0, 3.0, -1.0),
    ("11_tournaments", "common"): (0.0, 20.0),
    ("11_tournaments", "unequal"): (0.0, 3.0),
    ("11_tournaments", "prize_share"): (0.0, 0.95, 1.5),
    ("17_compare_areas", "areas"): (
        "Leeds",
        "Kent, Kent",
        "City of London, Isles of Scilly",
        ", ".join(areas.names()),
    ),
}


def levels(stem: str, item: parameters.Parameter, values: Values) -> list[Any]:
    """What to try of a parameter: every choice, or of a long list its default, first, middle and last."""
    if (stem, item.name) in OPEN:
        return [item.default, *OPEN[stem, item.name]]
    if isinstance(item.default, bool):
        return [item.default, not item.default]
    if item.least is not None:
        return list(dict.fromkeys([item.default, item.least, item.most]))
    if item.choices.startswith("periods of "):
        # Which periods there are depends on the scheme, so a place among them stands for a period.
        return [item.default, Place(0.0), Place(0.5), Place(1.0)]
    every = item.allowed(values)
    some = every if len(every) <= LONG else [every[0], every[len(every) // 2], every[-1]]
    return list(dict.fromkeys([item.default, *some]))


@dataclass(frozen=True)
class Place:
    """A place in a list of choices that is known once the other parameters are."""

    share: float

    def of(self, choices: Sequence[Any]) -> Any:
        """The choice at this place."""
        return choices[round(self.share * (len(choices) - 1))]


def resolved(path: Path, combination: Values) -> Values:
    """The parameters of a combination, as papermill would pass them."""
    known = parameters.declared(path)
    found = dict(combination)
    for name, item in known.items():
        if item.choices.startswith("periods of "):
            allowed = item.allowed(found)
            if isinstance(found[name], Place):
                found[name] = found[name].of(allowed)
            elif found[name] not in allowed:
                found[name] = allowed[0]
    return parameters.resolve(path, found)


def combinations(path: Path) -> list[Values]:
    """A pairwise cover of a notebook's declared choices, the defaults first; then the rest of its longer lists."""
    known = parameters.declared(path)
    defaults = {name: item.default for name, item in known.items()}
    found = pairwise({name: levels(path.stem, item, defaults) for name, item in known.items()})
    for name, item in known.items():
        every = [] if item.choices.startswith("periods of ") else item.allowed(defaults)
        if LONG < len(every) <= LONGEST:
            tried = {row[name] for row in found}
            found += [defaults | {name: value} for value in every if value not in tried]
    return found


def pairwise(choices: Mapping[str, Sequence[Any]]) -> list[Values]:
    """Combinations in which every two values of two parameters meet; the first takes the first value of each.

    Greedy (after the AETG system of Cohen, Dalal, Fredman and Patton, 1997): each combination begins with a pair not met
    yet and then takes, parameter by parameter, the value that meets most of what is left.
    """
    names = list(choices)
    left = {
        (one, here, other, there)
        for one, other in itertools.combinations(range(len(names)), 2)
        for here in range(len(choices[names[one]]))
        for there in range(len(choices[names[other]]))
    }
    found = [[0] * len(names)]
    left -= _met(found[0])
    while left:
        one, here, other, there = min(left)
        taken: dict[int, int] = {one: here, other: there}
        for number in range(len(names)):
            if number not in taken:
                options = range(len(choices[names[number]]))
                taken[number] = max(options, key=lambda value: (_gain(left, taken, number, value), -value))
        found.append([taken[number] for number in range(len(names))])
        left -= _met(found[-1])
    if len(names) == 1:
        found += [[value] for value in range(1, len(choices[names[0]]))]
    return [{name: choices[name][value] for name, value in zip(names, row, strict=True)} for row in found]


def _met(row: Sequence[int]) -> set[tuple[int, int, int, int]]:
    return {(one, row[one], other, row[other]) for one, other in itertools.combinations(range(len(row)), 2)}


def _gain(left: set[tuple[int, int, int, int]], taken: Mapping[int, int], number: int, value: int) -> int:
    return sum(
        ((other, there, number, value) if other < number else (number, value, other, there)) in left
        for other, there in taken.items()
    )


@dataclass
class Shown:
    """What a notebook left: its cells with outputs, and what Python warned of; or the fault it ended with."""

    notebook: Any
    values: Values
    warned: list[str] = field(default_factory=list)
    error: Exception | None = None
    cell: int = 0


def run(path: Path, values: Values) -> Shown:
    """Run a notebook's cells here, in a namespace of their own, as papermill would with these parameters."""
    notebook = nbformat.read(path, 4)
    shown = Shown(notebook, values)
    names: dict[str, Any] = {"__name__": "__main__"}
    outputs: list[Any] = []

    def display(data: Any, raw: bool = False, **given: Any) -> None:
        bundle = data if raw else {"text/plain": repr(data)}
        outputs.append(nbformat.v4.new_output("display_data", data=bundle))

    with (
        mock.patch("IPython.display.display", display),
        warnings.catch_warnings(record=True) as warned,
        contextlib.redirect_stdout(io.StringIO()) as said,
    ):
        warnings.simplefilter("default")
        for number, cell in enumerate(notebook.cells, start=1):
            if cell.cell_type != "code":
                continue
            outputs.clear()
            try:
                _execute(cell.source, names, display)
                if "parameters" in cell.metadata.get("tags", []):
                    names.update(values)
            except Exception as error:
                shown.error, shown.cell = error, number
                break
            cell.outputs = list(outputs)
    shown.warned = [f"{item.category.__name__}: {item.message}" for item in warned]
    if said.getvalue().strip():
        shown.warned.append(f"printed: {said.getvalue()}")
    return shown


def _execute(source: str, names: dict[str, Any], display: Any) -> None:
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        if value is not None:
            display(value)


def attempt(path: Path, combination: Values) -> list[str]:
    """The faults of a notebook with a combination of parameters; none where it is refused in one clear line."""
    try:
        values = resolved(path, combination)
    except LocalgovError as error:
        return _unclear(error)
    return [f"{fault} {values}" for fault in faults(path, run(path, values))]


# What stands for a value that is missing, where a reader should never see it.
_EMPTY = re.compile(
    r"\b(?:nan|NaN|NaT|inf)\b|<NA>|\bNone\b(?! (?:of|has|have|had|is|was|were|ran|can)\b)|\{\w*\}|\[\]|\(\)"
)
_ROUGH = re.compile(r"  | [.,;:](?:\s|$)|[.,;]\.|: *\.|\b([a-z]+) \1\b(?<!that that)(?<!had had)")


def faults(path: Path, shown: Shown) -> list[str]:
    """What is wrong with what a notebook left: nothing, for a sensible page or one clear line of refusal."""
    if shown.error is not None:
        return [f"cell {shown.cell}: {fault}" for fault in _unclear(shown.error)]
    plan = Plan(path.stem, "t", "", "", (Run(path, shown.values),), ("html",), path)
    try:
        made = document.build(plan, [shown.notebook])
    except LocalgovError as error:
        return [f"not a document: {error}"]
    found = list(shown.warned)
    for text in _texts(made):
        if empty := _EMPTY.search(text):
            found.append(f"{empty[0]!r} in: {text}")
        elif rough := _ROUGH.search(text):
            found.append(f"{rough[0]!r} in: {text}")
    for figure in made.figures:
        if not (figure.title.strip() and figure.caption.strip() and figure.alt.strip()):
            found.append(f"figure without its words: {figure.title!r}")
        found += [f"{figure.title!r}: {fault}" for fault in _drawing(figure)]
    for table in made.tables:
        if not table.rows:
            found.append(f"table without rows: {table.title!r}")
        for cell in itertools.chain.from_iterable(table.rows):
            if _EMPTY.search(cell):
                found.append(f"table {table.title!r}: cell {cell!r}")
    return found


def _unclear(error: Exception) -> list[str]:
    text = str(error)
    if not isinstance(error, LocalgovError):
        return [f"{type(error).__name__}: {text}"]
    if "\n" in text or len(text) < 20 or _EMPTY.search(text):
        return [f"not one clear line: {text!r}"]
    return []


def _texts(made: document.Document) -> Iterator[str]:
    """Every text of a document that is computed."""
    yield from made.findings
    for block in made.blocks:
        if isinstance(block, document.Paragraph) and block.computed:
            yield "".join(item.text for item in block.inlines)
        elif isinstance(block, document.FigureBlock):
            yield from (block.title, block.caption, block.alt, block.note)
        elif isinstance(block, document.TableBlock):
            yield from (block.title, block.caption, block.note)


def _drawing(figure: document.FigureBlock) -> Iterator[str]:
    """What is wrong with a drawing: no trace, nothing in its traces, a range without ends."""
    traces = figure.plot["data"]
    if not traces:
        yield "no trace"
    elif not any(_points(trace) for trace in traces):
        yield "nothing is drawn"
    rows = list(csv.reader(io.StringIO(figure.csv)))
    if len(rows) < 2:
        yield "its data have no rows"
    for name, value in figure.plot["layout"].items():
        ends = value.get("range") if re.match(r"[xy]axis", name) else None
        if ends is not None and (None in ends or ends[0] == ends[1] or str(ends).count("nan")):
            yield f"{name} has the range {ends}"
    for name in ("annotations", "shapes"):
        for item in figure.plot["layout"].get(name, ()):
            if _EMPTY.search(re.sub(r"<[^>]*>", "", str(item.get("text") or ""))):
                yield f"annotation {item['text']!r}"


def _points(trace: Mapping[str, Any]) -> int:
    """How many points of a trace have a place."""
    sides = [_array(trace[name]) for name in ("x", "y", "z", "values", "r", "lat") if trace.get(name) is not None]
    if not sides:
        return 0
    return min(sum(not _blank(value) for value in np.ravel(side)) for side in sides)


def _array(value: Any) -> Any:
    if isinstance(value, Mapping) and "bdata" in value:
        return np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"])
    return np.array(value, dtype=object)


def _blank(value: Any) -> bool:
    return value is None or value != value


@contextlib.contextmanager
def tables(base: Path) -> Iterator[catalogue.Catalogue]:
    """The tables of a folder in the place of the shipped ones."""
    catalogue._default.cache_clear()
    try:
        with mock.patch("localgov_history.catalogue.folder", return_value=base):
            yield catalogue.default()
    finally:
        catalogue._default.cache_clear()


def cut(shipped: catalogue.Catalogue, base: Path, name: str, rows: int) -> None:
    """A copy of the tables in which one has its first rows alone, or none, without rows elsewhere that refer to others."""
    shutil.copytree(shipped.base, base, ignore=shutil.ignore_patterns("*.md"))
    left = {table: shipped.rows(table) for table in shipped.schemas}
    left[name] = left[name][:rows]
    touched, waiting = {name}, {name}
    while waiting:
        gone = waiting
        waiting = set()
        for table, schema in shipped.schemas.items():
            for item in schema.references:
                if item.table in gone:
                    keys = {row[item.key] for row in left[item.table]}
                    kept = [row for row in left[table] if set(filter(None, row[item.column].split(";"))) <= keys]
                    if len(kept) < len(left[table]):
                        left[table] = kept
                        waiting.add(table)
        touched |= waiting
    for table in touched:
        schema = shipped.schema(table)
        with (base / schema.path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(schema.columns), extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(left[table])
