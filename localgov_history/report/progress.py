"""One progress bar for a build: done, failed, skipped and the time left; or, where nobody watches, a line a report."""

from __future__ import annotations

import sys
from collections import Counter
from types import TracebackType

from localgov_history.report import build


class Progress:
    """Shows what becomes of `total` reports on standard error."""

    def __init__(self, total: int) -> None:
        from tqdm import tqdm

        self._total = total
        self._counts: Counter[str] = Counter()
        # Without a terminal the bar shows nothing and lines are printed.
        self._bar = tqdm(
            total=total,
            unit="report",
            disable=None,
            dynamic_ncols=True,
            bar_format="{n_fmt}/{total_fmt} |{bar}| {elapsed}, {remaining} left{postfix}",
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def tell(self, outcome: str, name: str, word: str) -> None:
        """One report is finished."""
        self._counts[outcome] += 1
        done = sum(self._counts.values())
        skipped = self._counts[build.UNCHANGED] + self._counts[build.REFUSED]
        self._bar.set_postfix_str(
            f"{self._counts[build.BUILT]} done, {self._counts[build.FAILED]} failed, {skipped} skipped", refresh=False
        )
        self._bar.update()
        if outcome == build.FAILED:
            self._line(f"{name}: {word}")
        elif self._bar.disable and outcome != build.UNCHANGED:
            self._line(f"[{done}/{self._total}] {name} {outcome}" + (f": {word}" if word else ""))

    def say(self, text: str) -> None:
        """A step on the way, where nobody watches a bar and there is but one report."""
        if self._bar.disable and self._total == 1:
            self._line(text)

    def _line(self, text: str) -> None:
        self._bar.write(text, file=sys.stderr)
        sys.stderr.flush()
