"""The ``localgov`` command."""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from localgov_history import __version__
from localgov_history._resources import folder
from localgov_history.errors import LocalgovError

_EXTRA = "this command needs the report extra: pip install 'localgov-history[report]'"
_OF_THE_EXTRA = (
    "choreographer",
    "ipykernel",
    "IPython",
    "jinja2",
    "jupyter_client",
    "kaleido",
    "logistro",
    "markdown_it",
    "markupsafe",
    "nbformat",
    "papermill",
    "traitlets",
    "typst",
    "yaml",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns the exit status: 0 done, 1 a fault in what was given, 2 a wrong call."""
    for stream in (sys.stdout, sys.stderr):
        # Tables and messages have dashes and quotation marks that an old console's own encoding lacks.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = parser().parse_args(arguments)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except LocalgovError as error:
        print(f"localgov: {error}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] in _OF_THE_EXTRA:
            print(f"localgov: {error.name} is not installed; {_EXTRA}", file=sys.stderr)
            return 1
        raise
    except BrokenPipeError:
        # Whoever read the output has enough (``localgov data list | head``); Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"localgov: {place}{error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("localgov: stopped; no file was left half-written", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(
        prog="localgov", description="Cited tables and reports on the history of English local government."
    )
    top.add_argument("--version", action="version", version=f"localgov_history {__version__}")
    groups = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    data = groups.add_parser("data", help="the tables: list, describe, search, check")
    verbs = data.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("list", help="the tables with their numbers of rows")
    verb.set_defaults(run=_data_list)
    verb = verbs.add_parser("describe", help="the data dictionary of a table")
    verb.add_argument("table")
    verb.set_defaults(run=_data_describe)
    verb = verbs.add_parser("search", help="where words occur in the tables")
    verb.add_argument("words", nargs="+")
    verb.set_defaults(run=_data_search)
    verb = verbs.add_parser("check", help="check the shipped tables, or a folder of your own laid over them")
    verb.add_argument("path", nargs="?", type=Path, help="a folder of CSV files")
    verb.set_defaults(run=_data_check)

    verb = verbs.add_parser("readme", help="the tables, their gaps and licences, as Markdown")
    verb.set_defaults(run=_data_readme)

    report = groups.add_parser("report", help="reports: list, build, clean")
    verbs = report.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("list", help="the reports, with their notebooks and parameters")
    verb.set_defaults(run=_report_list)
    verb = verbs.add_parser("build", help="build a report as HTML and PDF")
    verb.add_argument("name")
    verb.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter; may be given again"
    )
    verb.add_argument("--format", action="append", default=[], help="html or pdf; may be given again")
    verb.add_argument("--output", type=Path, help="folder to write to (default: reports/build)")
    verb.set_defaults(run=_report_build)
    verb = verbs.add_parser("clean", help="remove what builds have written")
    verb.add_argument("--output", type=Path, help="folder of built reports (default: reports/build)")
    verb.set_defaults(run=_report_clean)

    browser = groups.add_parser("browser", help="which Chrome or Chromium draws the static charts")
    browser.set_defaults(run=_browser)

    notebooks = groups.add_parser("notebooks", help="copy the notebooks to a folder of your own")
    notebooks.add_argument("path", type=Path)
    notebooks.set_defaults(run=_notebooks)
    return top


def _data_list(options: argparse.Namespace) -> int:
    from localgov_history.catalogue import default

    for name, row in default().tables().iterrows():
        print(f"{name:28} {row['rows_by_default']:>6,} of {row['rows']:>6,} rows  {row['title']}")
    return 0


def _data_describe(options: argparse.Namespace) -> int:
    from localgov_history.catalogue import default

    print(default().describe(options.table))
    return 0


def _data_search(options: argparse.Namespace) -> int:
    from localgov_history.catalogue import default

    found = default().search(" ".join(options.words))
    for row in found.itertuples():
        print(f"{row.table:28} {row.key:40} {row.column}: {row.text}")
    if found.empty:
        print("nothing found")
    return 0


def _data_check(options: argparse.Namespace) -> int:
    from localgov_history.catalogue import Catalogue, check_folder

    if options.path is not None:
        if not options.path.is_dir():
            raise LocalgovError(f"the folder {str(options.path)!r} does not exist; expected a folder of CSV files")
        catalogue, problems = check_folder(options.path)
        touched = list(catalogue.overlay_tables) if catalogue else []
    else:
        catalogue = Catalogue()
        problems = catalogue.check()
        touched = list(catalogue.schemas)
    for problem in problems:
        print(problem, file=sys.stderr)
    if catalogue is not None and not problems:
        for name in touched:
            print(catalogue.summary(name).line())
    print(f"{len(problems)} problems" if problems else f"{len(touched)} tables, no problems")
    return 1 if problems else 0


def _data_readme(options: argparse.Namespace) -> int:
    from localgov_history.catalogue import default

    print(default().readme(), end="")
    return 0


def _report_list(options: argparse.Namespace) -> int:
    from localgov_history.report import parameters, plan

    for name in plan.names():
        made = plan.plan(name)
        print(f"{name}: {made.title}")
        for run in made.runs:
            print(f"  {run.notebook.stem}")
            for item in parameters.declared(run.notebook).values():
                print(f"    {item.name} = {run.parameters[item.name]!r}: {item.help}")
    return 0


def _report_build(options: argparse.Namespace) -> int:
    from localgov_history.report import build, plan

    made = plan.plan(options.name, _given(options.set), tuple(options.format))
    built = build.build(made, options.output, say=lambda text: print(text, file=sys.stderr, flush=True))
    for path in built.files:
        print(path)
    if built.refused:
        print(f"localgov: {built.refused}", file=sys.stderr)
        return 1
    return 0


def _report_clean(options: argparse.Namespace) -> int:
    from localgov_history.report import build

    print(f"{build.clean(options.output)} files removed")
    return 0


def _browser(options: argparse.Namespace) -> int:
    from localgov_history.report import charts

    print(charts.find_browser())
    return 0


def _notebooks(options: argparse.Namespace) -> int:
    target: Path = options.path
    if target.exists() and not target.is_dir():
        raise LocalgovError(f"{target} is a file; expected a new or empty folder")
    sources = sorted(folder("notebooks").glob("*.ipynb"))
    clash = [path.name for path in sources if (target / path.name).exists()]
    if clash:
        raise LocalgovError(f"{target} already has {', '.join(clash)}; expected a new or empty folder")
    target.mkdir(parents=True, exist_ok=True)
    for path in sources:
        shutil.copyfile(path, target / path.name)
        print(target / path.name)
    return 0


def _given(pairs: Sequence[str]) -> dict[str, str]:
    values = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign or not name.strip():
            raise LocalgovError(f"--set {pair!r}: expected NAME=VALUE, e.g. --set periodisation=gough")
        values[name.strip()] = text
    return values


if __name__ == "__main__":
    sys.exit(main())
