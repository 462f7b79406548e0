"""Numbers that a model is given, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localgov_history.errors import LocalgovError
from localgov_history.text import counted

if TYPE_CHECKING:
    import numpy as np


def share_of_one(name: str, value: Any) -> None:
    """Refuse what is not a share from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise LocalgovError(f"{name} is {value!r}; expected a share from 0 to 1")


def numbers(name: str, value: Any, number: int, zero: bool = False) -> np.ndarray:
    """One number an area, all above nothing, or with `zero` nothing or more."""
    import numpy as np

    try:
        given = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise LocalgovError(f"{name} is {value!r}; expected numbers") from None
    if given.ndim and given.shape != (number,):
        raise LocalgovError(f"{name} has {counted(given.size, 'number')}; expected one, or one for each of {number}")
    wrong = ~np.isfinite(given) | ((given < 0) if zero else (given <= 0))
    if wrong.any():
        raise LocalgovError(
            f"{name} is {np.atleast_1d(given)[np.atleast_1d(wrong)][0]:g}; expected "
            f"{'nothing or more' if zero else 'a number above nothing'}"
        )
    return np.broadcast_to(given, (number,)).copy()
