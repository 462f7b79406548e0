"""YAML read with the line of every key, so that a fault can be named where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from localgov_history.errors import LocalgovError

Where = dict[tuple[str | int, ...], int]


def read(path: Path) -> tuple[dict[str, Any], Where]:
    """The mapping in a YAML file, and the line of each key and item, by the way to it.

    Raises
    ------
    LocalgovError
        If the file cannot be read, is no YAML or is no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise LocalgovError(f"{path.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        raise LocalgovError(f"{path.name}, row {row}: not UTF-8; expected the file saved as UTF-8") from None
    try:
        body = yaml.safe_load(text)
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", row {mark.line + 1}" if mark else ""
        fault = getattr(error, "problem", None) or " ".join(str(error).split())
        raise LocalgovError(f"{path.name}{line}: not YAML: {fault}") from None
    except ValueError as error:
        # PyYAML makes dates of what looks like one, and does not say where it failed.
        raise LocalgovError(f"{path.name}: a date that is none ({error}); put text in quotes") from None
    if not isinstance(body, dict):
        raise LocalgovError(f"{path.name}: expected keys and values at the top, such as 'title: …'")
    lines: Where = {}
    _note(node, (), lines)
    return body, lines


def _note(node: Any, way: tuple[str | int, ...], lines: Where) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*way, key.value)
            lines[here] = key.start_mark.line + 1
            _note(value, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            lines[*way, place] = item.start_mark.line + 1
            _note(item, (*way, place), lines)
