"""A line that counts up where somebody watches: in a terminal or in a notebook."""

from __future__ import annotations

import sys

# A notebook keeps all that was written to it, so there the line moves in so many steps.
_STEPS = 4


def progress(done: int, of: int, what: str) -> None:
    """Say how far a long piece of work has come.

    Parameters
    ----------
    done, of : pieces done and pieces in all; call it once for each.
    what : the pieces, in the plural.
    """
    end = "\n" if done == of else ""
    if _in_notebook():
        if done == of or done % max(1, of // _STEPS) == 0:
            print(f"\r{done} of {of} {what}", end=end, flush=True)
    elif sys.stderr.isatty():
        print(f"\r{done} of {of} {what}", end=end, file=sys.stderr, flush=True)


def _in_notebook() -> bool:
    module = sys.modules.get("IPython")
    return module is not None and hasattr(module.get_ipython(), "kernel")
