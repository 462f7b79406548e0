"""Where the kit's own files are: inside the installed package, or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `name` (``datasets``, ``notebooks``, ``reports``, ``fonts``) that ships with the kit."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
