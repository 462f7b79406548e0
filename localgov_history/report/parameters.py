"""A notebook's parameters, declared once: in its own ``parameters`` cell, in the comment beside each default.

    periodisation = "gough"  # choices: periodisations | The scheme of periods
    earlier = "1830s_1880s"  # choices: periods of periodisation | The earlier period
    areas = "Leeds, Kent"  # choices: list of column area of laa_areas | The areas to compare, with commas between them
    shift_years = 0  # range: -10 to 10 | Move the inner boundaries by so many years
    include_unconfirmed = False  # | Also use rows from memory

The type is that of the default. The command line, the check before a run and the documentation all read this.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from localgov_history import coding, dates, periods, registry, statute_dates
from localgov_history.catalogue import default, file_stamp
from localgov_history.errors import LocalgovError, ParameterError, suggest
from localgov_history.text import items

# A cell with this tag is for the notebook's reader alone (what to try, how to change a parameter).
NOTEBOOK_ONLY = "notebook-only"
_RANGE = re.compile(r"range:\s*(-?\d+) to (-?\d+)")
_CHOICES = re.compile(r"choices:\s*(.+)")
_LIST = "list of "
_COLUMN = re.compile(r"column (\w+) of (\w+)")
_KINDS: dict[str, Callable[[], list[str]]] = {
    "periodisations": periods.periodisations,
    "functions": lambda: sorted(coding.headings()),
    "headings": lambda: sorted(set(coding.headings().values())),
    "long series": statute_dates.long_enough,
    "authority types": lambda: [registry.EVERY, *registry.types()],
    "regions": lambda: [registry.EVERY, *registry.regions()],
    "dates": list,
}


@dataclass(frozen=True)
class Parameter:
    """One declared parameter.

    Attributes
    ----------
    name, default, help : as declared.
    choices : ``periodisations``, ``periods of NAME``, ``functions``, ``headings``, ``long series`` (those with values
        enough for a test), ``authority types``, ``regions``, ``dates``, ``column NAME of TABLE``, or values parted by
        commas; or empty. After ``list of`` a value is several of them in one text, with commas between them.
    least, most : the range of a number, or None.
    """

    name: str
    default: Any
    help: str
    choices: str = ""
    least: int | None = None
    most: int | None = None

    def allowed(self, values: Mapping[str, Any]) -> list[str]:
        """The values this parameter may take, given those of the others; empty where any will do."""
        if self.choices.startswith("periods of "):
            scheme = self.choices.removeprefix("periods of ")
            if scheme not in values:
                raise LocalgovError(f"{self.name} takes {self.choices}, but no parameter is called {scheme!r}")
            return periods.periodisation(values[scheme]).keys
        kind = self.choices.removeprefix(_LIST)
        if kind in _KINDS:
            return _KINDS[kind]()
        if column := _COLUMN.fullmatch(kind):
            return list(dict.fromkeys(row[column[1]] for row in default().rows(column[2])))
        return [part.strip() for part in kind.split(",") if part.strip()]

    def parts(self, value: Any) -> list[Any]:
        """The values that one text stands for: several where the choices are a list, else itself."""
        return items(value) if self.choices.startswith(_LIST) else [value]

    def is_file(self, value: Any) -> bool:
        """Whether a value is the path of a user's own CSV file and not a name."""
        return self.choices == "periodisations" and str(value).endswith(".csv")

    def read(self, value: Any) -> Any:
        """A value as it goes to the kernel.

        Text becomes the type of the default, and stays text where it cannot (`check` then refuses it). The path of
        a file becomes absolute, because a kernel runs in a folder of its own.
        """
        if isinstance(value, str) and isinstance(self.default, bool):
            return {"true": True, "false": False}.get(value.strip().lower(), value)
        if isinstance(self.default, float) and type(value) is int:
            return float(value)
        if isinstance(value, str) and isinstance(self.default, int | float):
            try:
                return type(self.default)(value)
            except ValueError:
                return value
        if isinstance(value, str) and self.is_file(value):
            return str(Path(value).expanduser().absolute())
        return value

    def check(self, values: Mapping[str, Any], where: str) -> None:
        """Refuse a value outside the declaration.

        Raises
        ------
        ParameterError
            Naming the parameter, the value, what was expected and the nearest valid value.
        """
        value = values[self.name]
        if type(value) is not type(self.default):
            expected = f"a value of type {type(self.default).__name__}, e.g. {self.default!r}"
            if isinstance(self.default, bool):
                expected = "true or false"
            raise ParameterError(f"{where}: {self.name} is {value!r}; expected {expected}")
        if self.least is not None and self.most is not None and not self.least <= value <= self.most:
            close = min(max(value, self.least), self.most)
            raise ParameterError(
                f"{where}: {self.name} is {value}; expected {self.least} to {self.most}; the nearest is {close}"
            )
        if self.is_file(value):
            periods.periodisation(value)
            return
        if self.choices == "dates":
            try:
                dates.as_of(value)
            except LocalgovError as error:
                raise ParameterError(f"{where}: {self.name}: {error}") from None
        allowed = self.allowed(values)
        parts = self.parts(value)
        if not parts:
            raise ParameterError(f"{where}: {self.name} is empty; expected one or more, with commas between them")
        for part in parts:
            if allowed and str(part) not in allowed:
                raise ParameterError(f"{where}: {self.name} is {part!r}; {suggest(str(part), allowed)}")


def cells(notebook: Path) -> list[Any]:
    """The cells of a notebook file, to be read, not changed.

    Raises
    ------
    LocalgovError
        If the file is not a notebook.
    """
    return _cells(notebook, *file_stamp(notebook))


class _Cell(dict[str, Any]):
    """A cell as ``nbformat`` gives it: its parts by name, as attributes too."""

    def __getattr__(self, name: str) -> Any:
        if name not in self:
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


def _plainly(notebook: Path) -> list[Any] | None:
    """The cells of a sound notebook of the usual format; None where ``nbformat`` must say what is wrong.

    ``nbformat`` takes longer to import than all else that a build takes in which nothing has changed.
    """
    try:
        body = json.loads(notebook.read_text(encoding="utf-8"))
        if body["nbformat"] != 4 or not isinstance(body["cells"], list):
            return None
        found = [_Cell(cell) for cell in body["cells"]]
        for cell in found:
            cell.source = cell.source if isinstance(cell.source, str) else "".join(cell.source)
            sound = isinstance(cell.metadata, dict) and isinstance(cell.metadata.get("tags", []), list)
            if not sound or cell.cell_type not in ("code", "markdown", "raw"):
                return None
            if cell.cell_type == "code" and not isinstance(cell.outputs, list):
                return None
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return None
    return found


@lru_cache(maxsize=64)
def _cells(notebook: Path, changed: int, size: int) -> list[Any]:
    plain = _plainly(notebook)
    if plain is not None:
        return plain
    import nbformat

    try:
        node = nbformat.read(notebook, as_version=4)
        nbformat.validate(node)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        fault = str(error).partition("\n")[0]
    except (AttributeError, KeyError, TypeError):
        # nbformat takes the shape of the JSON on trust.
        fault = "it is JSON without cells"
    else:
        return list(node.cells)
    raise LocalgovError(f"{notebook.name} cannot be read as a notebook: {fault}; expected a file saved by Jupyter")


def declared(notebook: Path) -> dict[str, Parameter]:
    """The parameters of a notebook, by name, in order.

    Raises
    ------
    LocalgovError
        If the notebook cannot be read or has no cell tagged ``parameters``.
    """
    return _declared(notebook, *file_stamp(notebook))


@lru_cache(maxsize=64)
def _declared(notebook: Path, changed: int, size: int) -> dict[str, Parameter]:
    for number, cell in enumerate(cells(notebook), start=1):
        if "parameters" in cell.metadata.get("tags", []):
            return {item.name: item for item in _from_source(cell.source, f"{notebook.name}, cell {number}")}
    raise LocalgovError(f"{notebook.name} has no cell tagged 'parameters'; expected one")


def resolve(notebook: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of a run: the defaults with the given values over them, checked.

    Raises
    ------
    ParameterError
        For an unknown name or a value outside its declaration.
    """
    known = declared(notebook)
    for name in given:
        if name not in known:
            raise ParameterError(f"{notebook.stem} has no parameter {name!r}; {suggest(str(name), known)}")
    values = {name: item.read(given.get(name, item.default)) for name, item in known.items()}
    for item in known.values():
        item.check(values, notebook.stem)
    return values


def _from_source(source: str, where: str) -> list[Parameter]:
    try:
        tree = ast.parse(source)
        comments = {
            token.start[0]: token.string.lstrip("# ")
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        }
    except (SyntaxError, ValueError) as error:
        row = f", row {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        fault = error.msg if isinstance(error, SyntaxError) else error
        raise LocalgovError(f"{where}{row}: not Python: {fault}; expected NAME = VALUE in each row") from None
    return [
        _from_assignment(node, comments.get(node.end_lineno or node.lineno, ""), f"{where}, row {node.lineno}")
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
    ]


def _from_assignment(node: ast.Assign | ast.AnnAssign, comment: str, where: str) -> Parameter:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    target = targets[0]
    if len(targets) > 1 or not isinstance(target, ast.Name) or node.value is None:
        raise LocalgovError(f"{where}: expected one parameter with its default: NAME = VALUE")
    try:
        default = ast.literal_eval(node.value)
    except (ValueError, TypeError):
        raise LocalgovError(
            f"{where}: the default of {target.id!r} is {ast.unparse(node.value)}; expected a value written out, "
            "such as 5, 'text' or True"
        ) from None
    rule, _, text = comment.partition("|")
    if not text.strip():
        raise LocalgovError(f"{where}: the parameter {target.id!r} has no help after '|'")
    limits = _RANGE.search(rule)
    choices = _CHOICES.search(rule)
    if limits and type(default) not in (int, float):
        raise LocalgovError(f"{where}: the parameter {target.id!r} has a range, but its default is {default!r}")
    return Parameter(
        target.id,
        default,
        text.strip(),
        choices[1].strip() if choices else "",
        int(limits[1]) if limits else None,
        int(limits[2]) if limits else None,
    )
