"""What builds keep beside the reports: executed notebooks and drawn charts by their content, and what was published.

Every file is written whole under another name and renamed, and is named after what it holds: two builds at once, or one
that is killed, leave nothing that a later one could take for something else.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from localgov_history.errors import LocalgovError
from localgov_history.report import keys

FOLDER = ".store"
_SCRATCH = re.compile(r"(\d+)-\w{8}")


class CannotWriteError(LocalgovError):
    """The folder of reports cannot be written to: no report can be made, and earlier ones are as they were."""

    def __init__(self, place: Path | str, fault: str | None) -> None:
        self.place, self.fault = str(place), fault
        super().__init__(f"cannot write to {place}: {fault}; earlier reports are as they were")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.place, self.fault))


@dataclass(frozen=True)
class Record:
    """A run that was made: the tables it read, the charts it drew (their digests), or why there is nothing to show."""

    key: str
    reads: list[tuple[str, str, str, str]]
    charts: list[str] = field(default_factory=list)
    refused: str = ""


class Store:
    """The store of one folder of reports."""

    def __init__(self, place: Path) -> None:
        self.place = place / FOLDER

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for this build's unfinished files; those of builds that are no more are swept away."""
        home = self.place / "scratch"
        try:
            home.mkdir(parents=True, exist_ok=True)
            for path in home.iterdir():
                found = _SCRATCH.fullmatch(path.name)
                if found and not alive(int(found[1])):
                    shutil.rmtree(path, ignore_errors=True)
            made = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=home))
        except OSError as error:
            raise CannotWriteError(self.place.parent, error.strerror) from None
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def find(self, static: str, inputs: keys.Inputs) -> tuple[Record, keys.Inputs] | None:
        """The run with these inputs whose tables are as it read them, with all its inputs."""
        for path in sorted(self._of(static).glob("*.json")):
            found = _json(path)
            if found is None:
                continue
            reads = [tuple(item) for item in found["reads"]]
            if keys.now(reads) != reads:
                continue
            record = Record(found["key"], reads, found["charts"], found["refused"])
            whole = {**inputs, **keys.of_reads(reads)}
            if keys.key(whole) == record.key and (record.refused or self.notebook(static, record.key).is_file()):
                self._used(path, self.notebook(static, record.key))
                return record, whole
        return None

    def notebook(self, static: str, key: str) -> Path:
        """Where the executed notebook of a run is."""
        return self._of(static) / f"{key}.ipynb.gz"

    def keep(self, static: str, record: Record, notebook: Path | None) -> None:
        """Keep a run; its notebook is moved, and comes first so that no record is without one."""
        place = self._of(static)
        try:
            place.mkdir(parents=True, exist_ok=True)
            if notebook is not None:
                os.replace(notebook, self.notebook(static, record.key))
        except OSError as error:
            raise CannotWriteError(self.place.parent, error.strerror) from None
        self.write(place / f"{record.key}.json", json.dumps(asdict(record)).encode())

    def chart(self, digest: str, browser: str) -> Path:
        """Where a drawn chart is, or would be."""
        return self.place / "charts" / f"{keys.digest(digest + browser)}.svg"

    def has_chart(self, digest: str, browser: str) -> bool:
        """Whether a chart was drawn before."""
        path = self.chart(digest, browser)
        self._used(path)
        return path.is_file()

    def state(self, name: str) -> dict[str, Any]:
        """What became of a report the last time; empty where nothing is known."""
        return _json(self._state(name)) or {}

    def states(self) -> dict[str, dict[str, Any]]:
        """What became of every report the last time."""
        home = self.place / "reports"
        found = {}
        for path in sorted(home.rglob("*.json")):
            state = _json(path)
            if state is not None:
                found[path.relative_to(home).with_suffix("").as_posix()] = state
        return found

    def set_state(self, name: str, state: dict[str, Any]) -> None:
        """Say what became of a report."""
        self.write(self._state(name), json.dumps(state).encode())

    def forget(self, older_than_days: float = 0.0) -> int:
        """Remove runs and charts that no build has used for so many days. Returns the number of files."""
        since = time.time() - older_than_days * 86400
        count = 0
        for path in [*(self.place / "runs").rglob("*"), *(self.place / "charts").glob("*")]:
            with suppress(OSError):
                if path.is_file() and path.stat().st_mtime <= since:
                    path.unlink()
                    count += 1
        return count

    def write(self, path: Path, body: bytes) -> None:
        """Write a file whole, or not at all."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(body)
                os.replace(name, path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(name)
                raise
        except OSError as error:
            raise CannotWriteError(self.place.parent, error.strerror) from None

    def _of(self, static: str) -> Path:
        return self.place / "runs" / static[:2] / static

    def _state(self, name: str) -> Path:
        return self.place / "reports" / f"{name}.json"

    def _used(self, *paths: Path) -> None:
        for path in paths:
            with suppress(OSError):
                os.utime(path)


def read_notebook(path: Path) -> Any:
    """An executed notebook of the store."""
    import nbformat

    return nbformat.from_dict(json.loads(gzip.decompress(path.read_bytes())))


def write_notebook(path: Path, notebook: Any) -> None:
    """Write an executed notebook as the store keeps it: the same notebook gives the same bytes."""
    body = json.dumps(notebook, sort_keys=True, ensure_ascii=False).encode()
    path.write_bytes(gzip.compress(body, 1, mtime=0))


def _json(path: Path) -> dict[str, Any] | None:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return body if isinstance(body, dict) else None


def alive(number: int) -> bool:
    """Whether a process is there."""
    if os.name != "posix":
        # Signal 0 would end a process on Windows.
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
