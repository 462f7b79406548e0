"""What a user's mistake looks like: one line that says what was wrong, what was expected, what is near."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LocalgovError(Exception):
    """A mistake the user can mend. The message stands alone: no stack trace is needed to read it."""

    def _render_traceback_(self) -> list[str]:
        """Jupyter calls this in place of printing a stack trace."""
        return [f"{type(self).__name__}: {self}"]


class UnknownNameError(LocalgovError, LookupError):
    """A name that is not in a list of known names.

    Parameters
    ----------
    kind : what the name is a name of, e.g. ``"table"``.
    name : the name given.
    known : the names that exist.
    """

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, str(name), sorted(known)
        super().__init__(f"no {kind} is called {self.name!r}; {suggest(self.name, self.known)}")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.kind, self.name, self.known))


class AmbiguousNameError(LocalgovError, LookupError):
    """A name that means more than one thing.

    Parameters
    ----------
    kind : what the name is a name of, e.g. ``"authority"``.
    name : the name given.
    candidates : what it may mean, each as it can be told from the others.
    """

    def __init__(self, kind: str, name: object, candidates: Iterable[str]) -> None:
        self.kind, self.name, self.candidates = kind, str(name), list(candidates)
        shown = "; ".join(self.candidates[:12]) + ("; …" if len(self.candidates) > 12 else "")
        super().__init__(f"{self.name!r} is the name of more than one {kind}; expected one of: {shown}")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.kind, self.name, self.candidates))


class ParameterError(LocalgovError, ValueError):
    """A notebook or report parameter outside what its declaration allows."""


class NotEnoughDataError(LocalgovError):
    """A measure was asked of a frame that cannot carry it."""


class ReportRefusedError(LocalgovError):
    """A notebook's word that there is too little to make a report of. It is passed over with this reason, not failed."""


class BrowserMissingError(LocalgovError):
    """Static charts need Chrome or Chromium and none was found."""


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names closest to `name`, best first (case and separators do not count)."""
    wanted = fold(name)
    folded = {fold(option): option for option in known}
    close = difflib.get_close_matches(wanted, list(folded), n=count, cutoff=0.5)
    inside = [key for key in folded if wanted and wanted in key and key not in close]
    return [folded[key] for key in (close + inside)[:count]]


def suggest(name: str, known: Iterable[str]) -> str:
    """A clause naming the nearest valid names, or all of them where none is near and they are few."""
    options = sorted(known)
    close = nearest(name, options)
    if close:
        return f"did you mean {', '.join(close)}?"
    if not options:
        return "there are none"
    shown = ", ".join(options[:12])
    return f"there are: {shown}" + (", …" if len(options) > 12 else "")


def fold(name: str) -> str:
    """A name as names are compared: without case, blanks and marks."""
    name = name.replace("&", " and ")
    return "".join(char for char in name.lower() if char.isalnum())
