"""A notebook's parameters, declared once: in its own ``parameters`` cell, in the comment beside each default.

    periodisation = "gough"  # choices: periodisations | The scheme of periods
    earlier = "1830s_1880s"  # choices: periods of periodisation | The earlier period
    shift_years = 0  # range: -10 to 10 | Move the inner boundaries by so many years
    include_unconfirmed = False  # | Also use rows from memory

The type is that of the default. The command line, the check before a run and the documentation all read this.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localgov_history import coding, periods
from localgov_history.errors import LocalgovError, ParameterError, suggest

_RANGE = re.compile(r"range:\s*(-?\d+) to (-?\d+)")
_CHOICES = re.compile(r"choices:\s*(.+)")


@dataclass(frozen=True)
class Parameter:
    """One declared parameter.

    Attributes
    ----------
    name, default, help : as declared.
    choices : ``periodisations``, ``periods of NAME``, ``functions``, or values parted by commas; or empty.
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
        if self.choices == "periodisations":
            return periods.names()
        if self.choices.startswith("periods of "):
            return periods.periodisation(values[self.choices.removeprefix("periods of ")]).keys
        if self.choices == "functions":
            return sorted(coding.headings())
        return [part.strip() for part in self.choices.split(",") if part.strip()]

    def check(self, values: Mapping[str, Any], where: str) -> None:
        """Refuse a value outside the declaration.

        Raises
        ------
        ParameterError
            Naming the parameter, the value, what was expected and the nearest valid value.
        """
        value = values[self.name]
        if type(value) is not type(self.default):
            expected = type(self.default).__name__
            raise ParameterError(
                f"{where}: {self.name} is {value!r}; expected a value of type {expected}, e.g. {self.default!r}"
            )
        if self.least is not None and self.most is not None and not self.least <= value <= self.most:
            close = min(max(value, self.least), self.most)
            raise ParameterError(
                f"{where}: {self.name} is {value}; expected {self.least} to {self.most}; the nearest is {close}"
            )
        if self.choices == "periodisations" and str(value).endswith(".csv"):
            periods.periodisation(value)
            return
        allowed = self.allowed(values)
        if allowed and value not in allowed:
            raise ParameterError(f"{where}: {self.name} is {value!r}; {suggest(str(value), allowed)}")


def declared(notebook: Path) -> dict[str, Parameter]:
    """The parameters of a notebook, by name, in order.

    Raises
    ------
    LocalgovError
        If the notebook cannot be read or has no cell tagged ``parameters``.
    """
    import nbformat

    try:
        cells = nbformat.read(notebook, as_version=4).cells
    except (OSError, ValueError) as error:
        raise LocalgovError(f"{notebook.name} cannot be read as a notebook: {error}") from None
    for cell in cells:
        if "parameters" in cell.metadata.get("tags", []):
            return {item.name: item for item in _from_source(cell.source, notebook.name)}
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
    values = {name: item.default for name, item in known.items()} | dict(given)
    for item in known.values():
        item.check(values, notebook.stem)
    return values


def _from_source(source: str, file: str) -> list[Parameter]:
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            comment = comments.get(node.end_lineno or node.lineno, "")
            rule, _, text = comment.partition("|")
            if not text.strip():
                raise LocalgovError(f"{file}: the parameter {node.targets[0].id!r} has no help after '|'")
            limits = _RANGE.search(rule)
            choices = _CHOICES.search(rule)
            found.append(
                Parameter(
                    node.targets[0].id,
                    ast.literal_eval(node.value),
                    text.strip(),
                    choices[1].strip() if choices else "",
                    int(limits[1]) if limits else None,
                    int(limits[2]) if limits else None,
                )
            )
    return found
