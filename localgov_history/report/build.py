"""Build reports, one or a batch: what changed since the last time, and no more, on all cores.

Notebooks are run by workers, charts drawn by one browser, reports set by workers; what is done is kept by its content.
A report is published whole as soon as it is finished, so a build that fails, is stopped or is killed has left whole
reports, and the next one goes on from there.
"""

from __future__ import annotations

import itertools
import queue
import shutil
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from localgov_history.errors import BrowserMissingError, LocalgovError
from localgov_history.report import charts, document, keys, publish, work, workers
from localgov_history.report.execute import NotebookFailedError
from localgov_history.report.plan import PRINTED, Plan, Run
from localgov_history.report.store import CannotWriteError, Record, Store, read_notebook

Say = Callable[[str], None]
# Called with what became of a report (built, unchanged, not built, failed), its name, and a word on it.
Tell = Callable[[str, str, str], None]
BUILT, UNCHANGED, REFUSED, FAILED = "built", "unchanged", "not built", "failed"
_RESERVED = ("index", "failures", "assets")
# What a format leaves beside a report where it is no file of that name: of a folder, its list of contents.
_ENDS = {"assets": f"{publish.OWN}/{publish.CONTENTS}"}


@dataclass(frozen=True)
class Options:
    """How a build is done.

    Attributes
    ----------
    engine : ``warm`` or ``stock``; the usual one for this system if empty.
    jobs : pieces of work at once; the number of cores if 0.
    seconds, megabytes : the most that one piece of work may take.
    shared_assets : put plotly.js and the fonts once beside the reports, not into each.
    scheduler : the address of a Dask cluster that runs the notebooks; this machine if empty.
    """

    engine: str = ""
    jobs: int = 0
    seconds: int = 900
    megabytes: int = 4000
    shared_assets: bool = False
    scheduler: str = ""


@dataclass
class Outcome:
    """What became of the reports of a build.

    Attributes
    ----------
    built, unchanged : names of reports.
    refused, failed : names, with the reason or the fault.
    files : what was written, in order; `failures` the page on what failed.
    no_pdf : why there is no PDF although one was asked for; else empty.
    runs : how many notebooks were run; `cells` the seconds they spent in their cells.
    """

    built: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    failed: dict[str, LocalgovError] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    failures: Path | None = None
    no_pdf: str = ""
    runs: int = 0
    cells: float = 0.0

    def summary(self) -> str:
        """One line on all of it."""
        parts = [(len(self.built), BUILT), (len(self.unchanged), UNCHANGED)]
        parts += [(len(self.refused), "not built for want of evidence"), (len(self.failed), FAILED)]
        return ", ".join(f"{count} {what}" for count, what in parts if count) or "nothing to build"


@dataclass(frozen=True)
class Built:
    """What a build of one report wrote. `refused` says why a format that was asked for is not there, or is empty."""

    files: tuple[Path, ...]
    document: document.Document
    refused: str = ""


def build(
    plan: Plan, output: Path | None = None, say: Say = lambda text: None, options: Options | None = None
) -> Built:
    """Build one report.

    Parameters
    ----------
    plan : from `plan.plan`.
    output : the folder to write to.
    say : called with a line for each step, for progress.

    Raises
    ------
    LocalgovError
        If a notebook fails, says that there is too little for a report, or a folder cannot be written; earlier files
        stay as they were.
    """
    press = _Press([plan], output or publish.output_folder(), options or Options(), lambda *given: None, say)
    done = press.run()
    for fault in done.failed.values():
        raise fault
    for reason in done.refused.values():
        raise LocalgovError(f"{plan.name} was not built: {reason}")
    report = press.reports[0]
    made = document.build(report.plan, work.executed(report.plan, report.notebooks(press.store)))
    return Built(tuple(report.files(press.place)), made, done.no_pdf)


def build_all(
    plans: Sequence[Plan],
    output: Path | None = None,
    options: Options | None = None,
    tell: Tell = lambda *given: None,
    say: Say = lambda text: None,
) -> Outcome:
    """Build many reports. One that fails does not stop the others.

    Raises
    ------
    LocalgovError
        If two reports would write the same file, there are no workers, or the folder cannot be written to.
    """
    return _Press(plans, output or publish.output_folder(), options or Options(), tell, say).run()


def why(plan: Plan, output: Path | None = None, options: Options | None = None) -> list[str]:
    """What a build of a report would do now, and what changed since the last one, a sentence each."""
    press = _Press([plan], output or publish.output_folder(), options or Options(), lambda *given: None)
    press.look()
    return press.reasons(press.reports[0])


def preview(
    plans: Sequence[Plan], output: Path | None = None, options: Options | None = None
) -> dict[str, list[str]]:
    """For each report what a build would do, as `why` says it."""
    press = _Press(plans, output or publish.output_folder(), options or Options(), lambda *given: None)
    press.look()
    return {report.plan.name: press.reasons(report) for report in press.reports}


@dataclass
class _Report:
    """A report on its way. Runs are named by the key that they have before they have read anything."""

    plan: Plan
    statics: list[str] = field(default_factory=list)
    inputs: list[keys.Inputs] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    rendering: keys.Inputs = field(default_factory=dict)
    outcome: str = ""
    asked: bool = False

    def notebooks(self, store: Store) -> tuple[Path, ...]:
        return tuple(store.notebook(static, self.records[static].key) for static in self.statics)

    def files(self, place: Path) -> list[Path]:
        ends = [_ENDS.get(name, f".{name}") for name in self.plan.formats] + [".json"]
        return [
            place / f"{self.plan.name}{end}" for end in (*ends, *([".png"] if "pdf" in self.plan.formats else []))
        ]


class _Press:
    def __init__(
        self, plans: Sequence[Plan], place: Path, options: Options, tell: Tell, say: Say = lambda text: None
    ) -> None:
        _distinct(plans)
        # Cells run in folders of their own, from where a path beside the user means another.
        self.place = place.absolute()
        self.options, self.store = options, Store(self.place)
        self._tell, self._say = tell, say
        self.outcome = Outcome()
        self._browser_path = ""
        if any(plan.printed for plan in plans):
            plans = self._without_pdf_where_no_browser(plans)
        self.reports = [_Report(plan) for plan in plans]
        self._events: queue.Queue[tuple[Callable[..., None], tuple[Any, ...]]] = queue.Queue()
        self._ready: deque[Callable[[], None]] = deque()
        self._busy = 0
        self._drawing: dict[str, set[str]] = defaultdict(set)
        self._undrawn: dict[str, LocalgovError] = {}
        self._known: dict[str, tuple[Record, keys.Inputs] | None] = {}
        self._numbers = itertools.count()

    def _without_pdf_where_no_browser(self, plans: Sequence[Plan]) -> Sequence[Plan]:
        try:
            self._browser_path = charts.find_browser()
            return plans
        except BrowserMissingError as error:
            self.outcome.no_pdf = f"no PDF: {error}"
            self._say(self.outcome.no_pdf)
            return [
                replace(plan, formats=tuple(name for name in plan.formats if name not in PRINTED)) for plan in plans
            ]

    # What is to be done

    def look(self) -> None:
        """Find for every report what is known of its runs, and whether it is as it should be."""
        self._code, self._templates = keys.of_code(), keys.of_templates()
        self._browser = charts.identity(self._browser_path) if self._browser_path else ""
        for report in self.reports:
            for run in report.plan.runs:
                inputs = keys.of_run(run, self._code)
                static = keys.key(inputs)
                report.statics.append(static)
                report.inputs.append(inputs)
                if static not in self._known:
                    self._known[static] = self.store.find(static, inputs)
                if found := self._known[static]:
                    report.records[static], report.inputs[-1] = found
            if len(report.records) == len(set(report.statics)):
                self._settle_rendering(report)
                state = self.store.state(report.plan.name)
                reason = self._reason(report)
                if reason:
                    report.outcome = (
                        REFUSED if state.get("reason") == reason and state.get("outcome") == "refused" else ""
                    )
                elif state.get("key") == keys.key(report.rendering) and self._whole(report, state):
                    report.outcome = UNCHANGED

    def _settle_rendering(self, report: _Report) -> None:
        made = [report.records[static].key for static in report.statics]
        browser = self._browser if report.plan.printed else ""
        report.rendering = keys.of_rendering(report.plan, made, self._templates, self.options.shared_assets, browser)

    def _whole(self, report: _Report, state: Mapping[str, Any]) -> bool:
        return state.get("outcome") == "built" and state["files"] == _stamps(report.files(self.place))

    def _reason(self, report: _Report) -> str:
        return next((record.refused for record in report.records.values() if record.refused), "")

    def reasons(self, report: _Report) -> list[str]:
        """What a build would do with a report, and why."""
        state = self.store.state(report.plan.name)
        if report.outcome == UNCHANGED:
            return ["nothing changed: nothing would be done"]
        if report.outcome == REFUSED:
            return [f"nothing changed: it would not be built again: {state['reason']}"]
        missing = [
            run for run, static in zip(report.plan.runs, report.statics, strict=True) if static not in report.records
        ]
        doing = ", ".join(run.notebook.stem for run in missing)
        first = f"would run {doing} and be set anew" if missing else "would be set anew; no notebook would run"
        if not state:
            return [first, "it was not built here before"]
        said = []
        for before, inputs in zip(state.get("runs", []), report.inputs, strict=False):
            after = {**inputs, **keys.of_reads(keys.now([tuple(item) for item in before["reads"]]))}
            said += [text for text in keys.changed(before["inputs"], after) if text not in said]
        if len(state.get("runs", [])) != len(report.plan.runs):
            said.append("it has other notebooks than before")
        now = report.rendering or keys.of_rendering(
            report.plan,
            ["" for _ in report.plan.runs],
            self._templates,
            self.options.shared_assets,
            self._browser if report.plan.printed else "",
        )
        kept = [{name: text for name, text in each.items() if not name.startswith("outputs of ")}
                for each in (state.get("rendering", {}), now)]  # fmt: skip
        said += keys.changed(*kept)
        if state["outcome"] == "failed":
            said.append("it failed the last time")
        elif not said and state["outcome"] == "built" and not self._whole(report, state):
            said.append("a file of it is missing, or was changed by hand")
        return [first, *(said or ["what an earlier build kept of it is gone"])]

    # Doing it

    def run(self) -> Outcome:
        """Do what is to be done, and write the index."""
        publish.writable(self.place)
        publish.sweep(self.place)
        self.look()
        for report in self.reports:
            if report.outcome:
                self._finish(report, report.outcome, self._reason(report))
        self._todo = [report for report in self.reports if not report.outcome]
        if self._todo:
            with self.store.scratch() as self._scratch, ExitStack() as self._stack:
                self._press()
        if self._todo or not (self.place / "index.html").is_file():
            self.outcome.failures = publish.write_pages(self.place, self.store.states())
        elif (self.place / publish.FAILURES).is_file():
            self.outcome.failures = self.place / publish.FAILURES
        return self.outcome

    def _press(self) -> None:
        if self.options.shared_assets:
            publish.write_assets(self.place)
        jobs = self.options.jobs or workers.cores()
        limits = workers.Limits(jobs, self.options.seconds, self.options.megabytes)
        self._workers = workers.start(self.options.engine or workers.usual(), limits)
        self._stack.callback(self._workers.close)
        self._runners: workers.Workers = self._workers
        most = jobs + 2
        if self.options.scheduler:
            from localgov_history.report import cluster

            remote = cluster.Cluster(self.options.scheduler, limits)
            self._stack.callback(remote.close)
            self._runners, most = remote, jobs + 2 * remote.workers
        if any(report.plan.printed for report in self._todo):
            self._drawers = self._stack.enter_context(charts.Browser(tabs=min(jobs, 4)))
        wanted: dict[str, tuple[Run, keys.Inputs]] = {}
        for report in self._todo:
            for run, static, inputs in zip(report.plan.runs, report.statics, report.inputs, strict=True):
                if static not in report.records:
                    wanted.setdefault(static, (run, inputs))
                elif report.plan.printed:
                    self._draw(report.records[static], None)
        for static, (run, inputs) in wanted.items():
            self._ready.append(partial(self._start_run, static, run, inputs))
        self._go_on()
        while any(not report.outcome for report in self._todo):
            while self._ready and self._busy < most:
                self._ready.popleft()()
            action, given = self._events.get()
            action(*given)

    def _submit(self, team: workers.Workers, piece: work.Work, then: Callable[[Any, Path], None],
                failed: Callable[[LocalgovError], None], again: bool = True) -> None:  # fmt: skip
        """Have a piece of work done; once more, if whoever does it is killed."""
        place = self._scratch / f"work-{next(self._numbers)}"

        def ended(future: Future[Any]) -> None:
            self._busy -= 1
            try:
                then(future.result(), place)
            except workers.KilledError as error:
                if again:
                    self._submit(team, piece, then, failed, again=False)
                else:
                    failed(error.fault)
            except CannotWriteError:
                raise
            except LocalgovError as error:
                failed(error)
            finally:
                shutil.rmtree(place, ignore_errors=True)

        self._busy += 1
        team.submit(piece, place).add_done_callback(lambda future: self._events.put((ended, (future,))))

    def _start_run(self, static: str, run: Run, inputs: keys.Inputs) -> None:
        self._say(f"running {run.notebook.stem}")

        def done(ran: work.Ran, place: Path) -> None:
            self.outcome.runs += 1
            self.outcome.cells += ran.seconds
            self._say(f"{run.notebook.stem} done, {ran.seconds:.1f} s in its cells")
            whole = {**inputs, **keys.of_reads(ran.reads)}
            record = Record(keys.key(whole), ran.reads, list(ran.charts), ran.refused)
            self.store.keep(static, record, ran.notebook)
            users = self._of(static)
            for report in users:
                report.records[static] = record
                report.inputs = [whole if each == static else old
                                 for each, old in zip(report.statics, report.inputs, strict=True)]  # fmt: skip
            if any(report.plan.printed for report in users):
                self._draw(record, ran.charts)
            self._go_on(users)

        def failed(error: LocalgovError) -> None:
            for report in self._of(static):
                self._fail(report, error)

        self._submit(self._runners, work.RunNotebook(run), done, failed)

    def _of(self, static: str) -> list[_Report]:
        return [report for report in self._todo if static in report.statics and not report.outcome]

    def _draw(self, record: Record, texts: Mapping[str, str] | None) -> None:
        """Have the charts of a run drawn that were not drawn before."""
        wanted = [chart for chart in record.charts
                  if chart not in self._drawing and not self.store.has_chart(chart, self._browser)]  # fmt: skip
        if wanted and texts is None:
            static = next(name for report in self._todo for name, each in report.records.items() if each is record)
            texts = charts.of_notebook(read_notebook(self.store.notebook(static, record.key)))
        for chart in wanted:
            self._drawing[chart] = set()
            future = self._drawers.draw((texts or {})[chart])
            future.add_done_callback(partial(self._on_drawn, chart))

    def _on_drawn(self, chart: str, future: Future[bytes]) -> None:
        self._events.put((self._drawn, (chart, future)))

    def _drawn(self, chart: str, future: Future[bytes]) -> None:
        try:
            self.store.write(self.store.chart(chart, self._browser), future.result())
        except CannotWriteError:
            raise
        except LocalgovError as error:
            self._undrawn[chart] = error
        del self._drawing[chart]
        self._go_on()

    def _go_on(self, reports: Iterable[_Report] | None = None) -> None:
        """Set every report that has all it needs."""
        for report in self._todo if reports is None else reports:
            if report.outcome or report.asked or len(report.records) < len(set(report.statics)):
                continue
            if reason := self._reason(report):
                self._refuse(report, reason)
                continue
            shown = [chart for record in report.records.values() for chart in record.charts]
            printed = report.plan.printed
            if printed and any(chart in self._drawing for chart in shown):
                continue
            if printed and (fault := next((self._undrawn[chart] for chart in shown if chart in self._undrawn), None)):
                self._fail(report, fault)
                continue
            report.asked = True
            self._settle_rendering(report)
            # A report that is nearly done comes before one that is not begun.
            self._ready.appendleft(partial(self._start_rendering, report, shown))

    def _start_rendering(self, report: _Report, shown: Iterable[str]) -> None:
        drawings = {chart: self.store.chart(chart, self._browser) for chart in shown}
        up = "../" if "/" in report.plan.name else ""
        piece = work.Render(
            report.plan,
            report.notebooks(self.store),
            drawings if report.plan.printed else None,
            f"{up}{publish.ASSETS}/" if self.options.shared_assets else "",
        )
        self._submit(
            self._workers,
            piece,
            lambda rendered, place: self._publish(report, rendered),
            lambda error: self._fail(report, error),
        )

    def _publish(self, report: _Report, rendered: work.Rendered) -> None:
        publish.put(self.place, report.plan.name, rendered.files, rendered.card)
        state = self._state(report, "built") | {
            "key": keys.key(report.rendering),
            "rendering": report.rendering,
            "files": _stamps(report.files(self.place)),
        }
        self.store.set_state(report.plan.name, state)
        self.outcome.files += report.files(self.place)
        self._finish(report, BUILT)

    def _refuse(self, report: _Report, reason: str) -> None:
        publish.remove(self.place, report.plan.name)
        self.store.set_state(report.plan.name, self._state(report, "refused") | {"reason": reason})
        self._finish(report, REFUSED, reason)

    def _fail(self, report: _Report, error: LocalgovError) -> None:
        state = self._state(report, "failed") | {"message": str(error), "where": report.plan.name, "trace": []}
        if isinstance(error, NotebookFailedError):
            values = ", ".join(f"{key} = {value!r}" for key, value in error.parameters.items())
            state |= {
                "message": error.message,
                "where": f"{error.notebook}, {error.cell}",
                "trace": list(error.trace),
                "parameters": values,
            }
        self.store.set_state(report.plan.name, state)
        self.outcome.failed[report.plan.name] = error
        self._finish(report, FAILED, str(error))

    def _state(self, report: _Report, outcome: str) -> dict[str, Any]:
        runs = [
            {"inputs": inputs, "reads": report.records[static].reads}
            for static, inputs in zip(report.statics, report.inputs, strict=True)
            if static in report.records
        ]
        return {"outcome": outcome, "title": report.plan.title, "command": report.plan.command, "runs": runs}

    def _finish(self, report: _Report, outcome: str, word: str = "") -> None:
        report.outcome = outcome
        name = report.plan.name
        if outcome == BUILT:
            self.outcome.built.append(name)
        elif outcome == UNCHANGED:
            self.outcome.unchanged.append(name)
        elif outcome == REFUSED:
            self.outcome.refused[name] = word
        self._tell(outcome, name, word)


def _stamps(files: Iterable[Path]) -> dict[str, list[int]]:
    """What tells whether a published file is as it was left."""
    found = {}
    for path in files:
        if path.is_file():
            status = path.stat()
            found[path.name] = [status.st_size, status.st_mtime_ns]
    return found


def _distinct(plans: Sequence[Plan]) -> None:
    """Refuse reports that would write the same file, or one of the pages about all reports."""
    taken: dict[str, Plan] = {}
    for plan in plans:
        name = plan.name.casefold()
        if name in _RESERVED:
            raise LocalgovError(
                f"{plan.definition.name}: {plan.name!r} is a page of the reports' own; expected another name"
            )
        if name in taken:
            both = " and ".join(f"{each.name} ({each.definition.name}: {each.title})" for each in (taken[name], plan))
            raise LocalgovError(f"{both} would write the same files; expected different names")
        taken[name] = plan
