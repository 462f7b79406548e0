"""Lives as durations: from starts and ends that are numbers, days or dates with bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history.errors import LocalgovError
from localgov_history.text import counted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# How uncertain dates are read: at the bounds that make a life longest, in their middle, at those that make it shortest.
DATINGS = ("longest", "middle", "shortest")
_DAYS = 365.25
_PLACES = 9


@dataclass(frozen=True, eq=False)
class Lives:
    """Durations under one dating: arrays of one length, entries None where all were watched from their start."""

    time: np.ndarray
    ended: np.ndarray
    entry: np.ndarray | None


def is_dated(frame: pd.DataFrame, name: str) -> bool:
    import pandas as pd

    return f"{name}_earliest" in frame.columns or pd.api.types.is_datetime64_any_dtype(frame[name].dtype)


def _bounds(frame: pd.DataFrame, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Earliest and latest of each time as numbers, dates as days since 1970. Empty where either is not known."""
    import numpy as np
    import pandas as pd

    if not is_dated(frame, name):
        numbers = pd.to_numeric(frame[name], errors="coerce").to_numpy(float, na_value=np.nan)
        return numbers, numbers
    pair = (f"{name}_earliest", f"{name}_latest") if f"{name}_earliest" in frame.columns else (name, name)
    first, last = (_as_days(frame[each]) for each in pair)
    return np.where(np.isnan(last), np.nan, first), np.where(np.isnan(first), np.nan, last)


def _as_days(days: pd.Series) -> np.ndarray:
    import pandas as pd

    return ((days - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)).to_numpy(float)


def _limit(until: object, dated: bool) -> float:
    import pandas as pd

    if until is None:
        return float("inf")
    try:
        return float(_as_days(pd.Series([pd.Timestamp(str(until))]))[0]) if dated else float(str(until))
    except ValueError:
        expected = "a day, e.g. '2012-03-31'" if dated else "a number, as the times are"
        raise LocalgovError(f"until={until!r} cannot be read; expected {expected}") from None


def complete(
    frame: pd.DataFrame,
    start: str | None,
    end: str,
    event: str,
    group: str | None,
    entry: str | None,
    also: Sequence[str],
    until: object,
) -> np.ndarray:
    """True for the rows that can be used: all known that they need, and begun before watching ended."""
    import numpy as np

    # A copy, since pandas hands out arrays that cannot be written to.
    odd = set(frame[event].dropna().unique()) - {True, False}
    if odd:
        raise LocalgovError(f"{event} holds {sorted(map(str, odd))[0]}; expected true and false, or 1 and 0")
    known = frame[event].notna().to_numpy().copy()
    for name in ([group] if group else []) + list(also):
        known &= frame[name].notna().to_numpy()
    for name in filter(None, (start, entry)):
        known &= ~np.isnan(_bounds(frame, name)[0])
    has_end = ~np.isnan(_bounds(frame, end)[0])
    running = ~frame[event].fillna(True).astype(bool).to_numpy()
    known &= has_end | running if until is not None else has_end
    if start and until is not None:
        known &= _bounds(frame, start)[1] < _limit(until, is_dated(frame, start))
    return known


def durations(
    frame: pd.DataFrame, start: str | None, end: str, event: str, entry: str | None, until: object, dating: str
) -> tuple[Lives, int]:
    """Durations under one dating, and how many of them the bounds of their dates let run backwards."""
    import numpy as np

    limit = _limit(until, is_dated(frame, end))
    ended = frame[event].astype(bool).to_numpy()
    if start:
        begin_first, begin_last = _bounds(frame, start)
    else:
        begin_first = begin_last = np.zeros(len(frame))
    end_first, end_last = (np.where(np.isnan(bound), np.inf, bound) for bound in _bounds(frame, end))
    if start and (end_last < begin_first).any():
        at = int(np.flatnonzero(end_last < begin_first)[0])
        raise LocalgovError(
            f"{counted(int((end_last < begin_first).sum()), 'life', 'lives')} ended before the start, the first at row "
            f"{frame.index[at]}; expected {end} from {start} on"
        )
    if not start and (end_last < 0).any():
        raise LocalgovError(
            f"{end} holds {counted(int((end_last < 0).sum()), 'duration')} below 0; expected 0 or more"
        )
    begin, stop = {
        "longest": (begin_first, end_last),
        "middle": ((begin_first + begin_last) / 2, (end_first + end_last) / 2),
        "shortest": (begin_last, end_first),
    }[dating]
    ended = ended & (stop <= limit)
    unit = _DAYS if is_dated(frame, end) else 1.0
    # Rounded, so that lives of one length are tied whatever they are the difference of.
    time = np.round((np.minimum(stop, limit) - begin) / unit, _PLACES)
    crossed = int((time < 0).sum())
    time = np.maximum(time, 0.0)
    if not entry:
        return Lives(time, ended, None), crossed
    first, last = _bounds(frame, entry)
    late = first >= end_last
    if late.any():
        said = counted(int(late.sum()), "life", "lives")
        raise LocalgovError(f"{said} ended before being watched; expected {entry} before {end}")
    watched = np.maximum(np.round(((first + last) / 2 - begin) / unit, _PLACES), 0.0)
    # Where bounds overlap a life was watched at least when it ended.
    return Lives(time, ended, np.minimum(watched, np.nextafter(time, -np.inf))), crossed
