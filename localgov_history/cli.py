"""The ``localgov`` command."""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from localgov_history import __version__
from localgov_history._resources import folder
from localgov_history.catalogue import VARIABLE
from localgov_history.errors import LocalgovError
from localgov_history.text import counted, escape_html, listing, yes

if TYPE_CHECKING:
    from localgov_history.bodies import Roles
    from localgov_history.report.plan import Plan

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
    "nbclient",
    "nbformat",
    "papermill",
    "tqdm",
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
        if options.data is not None:
            # Kernels that a report starts read the same variable.
            os.environ[VARIABLE] = str(options.data.resolve())
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
    top.add_argument("--data", type=Path, metavar="FOLDER", help="lay a folder of your own over the tables")
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
    verb = verbs.add_parser("template", help="write a folder for data of your own")
    verb.add_argument("path", type=Path, help="a new or empty folder")
    verb.add_argument("tables", nargs="*", help="tables to add to (default: the usual ones)")
    verb.set_defaults(run=_data_template)
    verb = verbs.add_parser("export", help="write tables as CSV, XLSX, Parquet, SQLite or a data package")
    verb.add_argument("tables", nargs="+", help="names of tables, or all")
    verb.add_argument("--to", type=Path, required=True, help="a file (.csv .xlsx .parquet .sqlite .zip) or a folder")
    verb.add_argument("--include-unconfirmed", action="store_true", help="also what nobody has read in a source")
    verb.set_defaults(run=_data_export)
    verb = verbs.add_parser("sources", help="the sources as BibTeX (.bib) or CSL-JSON (.json), for Zotero")
    verb.add_argument("keys", nargs="*", help="keys of sources (default: all)")
    verb.add_argument("--to", type=Path, required=True)
    verb.set_defaults(run=_data_sources)
    verb = verbs.add_parser("periods", help="schemes of periods as PeriodO JSON-LD (.jsonld) or TimelineJS (.json)")
    verb.add_argument("schemes", nargs="*", help="names of schemes (default: all; for TimelineJS the first)")
    verb.add_argument("--to", type=Path, required=True)
    verb.set_defaults(run=_data_periods)
    verb = verbs.add_parser("authorities", help="the authorities in being on a date, and how complete that is")
    verb.add_argument("--as-of", help="a day, month or year: 1974-04-02, 1895")
    verb.add_argument("--type", action="append", default=[], help="e.g. unitary; may be given again")
    verb.add_argument("--region")
    verb.add_argument("--country", default="England")
    verb.set_defaults(run=_data_authorities)
    verb = verbs.add_parser("lineage", help="predecessors and successors of an authority")
    verb.add_argument("name", nargs="+", help="e.g. Leeds, Rutland unitary")
    verb.add_argument("--generations", type=int, help="how many steps each way (default: all)")
    verb.add_argument("--to", type=Path, help="also draw it, as an HTML page")
    verb.set_defaults(run=_data_lineage)
    verb = verbs.add_parser("who-ran", help="who ran a function on a date, by role")
    verb.add_argument("function", nargs="+", help="e.g. poor_relief, elementary education")
    verb.add_argument("--as-of", required=True)
    verb.set_defaults(run=_data_who_ran)
    verb = verbs.add_parser("functions-held", help="what a kind of body did on a date, by role")
    verb.add_argument("body", nargs="+", help="e.g. school board")
    verb.add_argument("--as-of", required=True)
    verb.set_defaults(run=_data_functions_held)
    verb = verbs.add_parser("series", help="a long series with its definition and breaks")
    verb.add_argument("key")
    verb.add_argument("--real", help="the year in whose prices to give it")
    verb.add_argument("--share-of", help="another series, for percentages of it")
    verb.set_defaults(run=_data_series)
    verb = verbs.add_parser("totals", help="published numbers of authorities beside those of the register")
    verb.set_defaults(run=_data_totals)
    verb = verbs.add_parser("review", help="a random sheet of readings, to check against their sources")
    verb.add_argument("--rows", type=int, default=20)
    verb.add_argument("--seed", type=int, default=0)
    verb.set_defaults(run=_data_review)
    verb = verbs.add_parser("changes", help="what changed since an earlier version of the tables, as Markdown")
    verb.add_argument("earlier", type=Path, help="the folder of the earlier version")
    verb.add_argument("--log", type=Path, help="the log so far, to put the new section into")
    verb.set_defaults(run=_data_changes)

    report = groups.add_parser("report", help="reports: list, build, why, verify, diff, clean")
    verbs = report.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("list", help="the reports, with their notebooks and parameters")
    verb.set_defaults(run=_report_list)
    verb = verbs.add_parser("build", help="build reports as HTML and PDF: those whose inputs have changed")
    _report_options(verb)
    verb.add_argument("--jobs", type=_whole, default=0, metavar="N", help="work at once (default: all cores)")
    verb.add_argument("--engine", default="", help="how notebooks are run: warm (default on Linux) or stock")
    verb.add_argument(
        "--time-limit", type=_whole, default=900, metavar="SECONDS", help="for a notebook (default: 900)"
    )
    verb.add_argument(
        "--memory-limit", type=_whole, default=4000, metavar="MB", help="for a notebook (default: 4000)"
    )
    verb.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help="run the notebooks on a Dask cluster: tcp://…"
    )
    verb.add_argument("--dry-run", action="store_true", help="only say what would be done, and why")
    verb.set_defaults(run=_report_build)
    verb = verbs.add_parser("why", help="what a build would do with a report, and which input changed")
    _report_options(verb)
    verb.set_defaults(run=_report_why)
    verb = verbs.add_parser("verify", help="make a report anew from what its file says, and compare")
    verb.add_argument("file", type=Path, help="an HTML or PDF file that was built here or elsewhere")
    verb.set_defaults(run=_report_verify)
    verb = verbs.add_parser("diff", help="values, verdicts and sources that changed between two builds")
    verb.add_argument("old", type=Path, help="an HTML file of the earlier build")
    verb.add_argument("new", type=Path, help="an HTML file of the later build")
    verb.set_defaults(run=_report_diff)
    verb = verbs.add_parser("clean", help="remove what builds have written")
    verb.add_argument("--output", type=Path, help="folder of built reports (default: reports/build)")
    verb.add_argument(
        "--older-than",
        type=float,
        metavar="DAYS",
        help="only what builds keep beside the reports and have not used since",
    )
    verb.set_defaults(run=_report_clean)

    browser = groups.add_parser("browser", help="which Chrome or Chromium draws the static charts")
    browser.set_defaults(run=_browser)

    notebooks = groups.add_parser("notebooks", help="copy the notebooks to a folder of your own")
    notebooks.add_argument("path", type=Path)
    notebooks.set_defaults(run=_notebooks)
    return top


def _report_options(verb: argparse.ArgumentParser) -> None:
    """What says which reports are meant, and where they are."""
    verb.add_argument("names", nargs="+", metavar="NAME", help="reports, one of a batch as in BATCH/NAME, or all")
    verb.add_argument("--only", action="append", default=[], metavar="NAME", help="of a batch; may be given again")
    verb.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter; may be given again"
    )
    verb.add_argument("--format", action="append", default=[], help="html, pdf or docx; may be given again")
    verb.add_argument("--assets", action="store_true", help="charts and tables as files too, in a folder beside it")
    verb.add_argument("--theme", type=Path, metavar="FILE", help="colours, fonts, logo and words (YAML)")
    verb.add_argument("--shared-assets", action="store_true", help="plotly.js and fonts once beside the HTML files")
    verb.add_argument("--output", type=Path, help="folder of the reports (default: reports/build)")


def _whole(text: str) -> int:
    """A whole number of one or more, from the command line."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


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

    given = os.environ.get(VARIABLE)
    if options.path is None and given:
        options.path = Path(given)
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
    print(counted(len(problems), "problem") if problems else f"{len(touched)} tables, no problems")
    return 1 if problems else 0


def _data_readme(options: argparse.Namespace) -> int:
    from localgov_history.catalogue import Catalogue

    print(Catalogue().readme(), end="")
    return 0


def _data_template(options: argparse.Namespace) -> int:
    from localgov_history import folders

    for path in folders.template(options.path, tuple(options.tables)):
        print(path)
    return 0


def _data_export(options: argparse.Namespace) -> int:
    from localgov_history import exchange

    what = "all" if options.tables == ["all"] else options.tables
    print(f"writing {options.to.name} …", file=sys.stderr, flush=True)
    print(exchange.export(what, options.to, options.include_unconfirmed))
    return 0


def _data_sources(options: argparse.Namespace) -> int:
    from localgov_history import exchange

    writers = {
        ".bib": exchange.bibtex,
        ".json": lambda keys: json.dumps(exchange.csl(keys), ensure_ascii=False, indent=1),
    }
    return _write(options.to, writers, options.keys)


def _data_periods(options: argparse.Namespace) -> int:
    from localgov_history import exchange

    def timeline(schemes: list[str]) -> str:
        return json.dumps(exchange.timeline(schemes[0] if schemes else "gough"), ensure_ascii=False, indent=1)

    def periodo(schemes: list[str]) -> str:
        return json.dumps(exchange.periodo(schemes), ensure_ascii=False, indent=1)

    return _write(options.to, {".jsonld": periodo, ".json": timeline}, options.schemes)


def _write(path: Path, writers: dict[str, Callable[[list[str]], str]], given: list[str]) -> int:
    """Write what the writer for the file's ending makes."""
    from localgov_history import exchange

    if path.suffix.lower() not in writers:
        raise LocalgovError(f"{path.name}: expected a name that ends in {listing(list(writers), 'or')}")
    print(exchange.write_text(path, writers[path.suffix.lower()](given)))
    return 0


def _data_authorities(options: argparse.Namespace) -> int:
    from localgov_history import registry

    # The summary says what the warning would.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", registry.CoverageWarning)
        found = registry.authorities(
            options.as_of, tuple(options.type) or None, region=options.region, country=options.country or None
        )
    for row in found.frame.itertuples():
        print(
            f"{row.name:36} {row.type.replace('_', ' '):28} {_text(row.start):12} {_text(row.end):12} {row.authority_key}"
        )
    print(found.summary())
    return 0


def _data_lineage(options: argparse.Namespace) -> int:
    from localgov_history import figures, registry

    if options.to is not None and options.to.suffix.lower() != ".html":
        raise LocalgovError(f"{options.to.name}: expected a name that ends in .html")
    found = registry.lineage(" ".join(options.name), options.generations)
    print(found.summary())
    if options.to is not None:
        from localgov_history import exchange

        drawn = figures.lineage(found, found.sentence())
        page = drawn.plot.to_html(include_plotlyjs=True, full_html=False, default_width=f"{figures.WIDTH}px")
        notes = "".join(f"<p>{escape_html(text)}</p>" for text in (drawn.title, drawn.caption))
        head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape_html(found.place)}</title>'
        print(exchange.write_text(options.to, f"{head}<body>{notes}{page}</body></html>"))
    return 0


def _data_who_ran(options: argparse.Namespace) -> int:
    from localgov_history import bodies

    return _print_roles(bodies.who_ran(" ".join(options.function), options.as_of), "name")


def _data_functions_held(options: argparse.Namespace) -> int:
    from localgov_history import bodies

    return _print_roles(bodies.functions_held(" ".join(options.body), options.as_of), "function")


def _print_roles(found: Roles, column: str) -> int:
    for row in found.frame.itertuples():
        where = f"  {row.area}" if isinstance(row.area, str) else ""
        rule = "  (by rule)" if yes(row.generated) else ""
        span = f"{_text(row.start)} to {_text(row.end)}"
        print(f"{row.role.replace('_', ' '):20} {getattr(row, column):44} {span:26}{where}{rule}")
    print(found.sentence())
    return 0


def _data_series(options: argparse.Namespace) -> int:
    from localgov_history import long_series

    found = long_series.series(options.key, real=options.real, share_of=options.share_of)
    print(found.summary())
    for row in found.frame.itertuples():
        print(f"{row.when:12} {row.value:>16,.4g}" if abs(row.value) < 1000 else f"{row.when:12} {row.value:>16,.0f}")
    return 0


def _data_totals(options: argparse.Namespace) -> int:
    from localgov_history import registry

    found = registry.totals()
    for row in found.itertuples():
        said = "agrees" if row.agrees else _text(row.difference) if row.comparable else _text(row.why_not)
        print(f"{row.counted_on}  {row.total_key:52} printed {row.total:>6,}  register {row.register:>6,}  {said}")
    compared = found[found["comparable"]]
    agreed = compared[compared["agrees"]]
    print(
        f"{len(agreed)} of {len(compared)} published totals that can be compared agree, {int(agreed['independent'].sum())} "
        "of them from sources that no authority counted rests on"
    )
    return 0


def _data_review(options: argparse.Namespace) -> int:
    from localgov_history import readings

    print(readings.sheet(options.rows, options.seed).to_csv(index=False, lineterminator="\n"), end="")
    return 0


def _data_changes(options: argparse.Namespace) -> int:
    from localgov_history import changes
    from localgov_history.catalogue import Catalogue

    # The log is of the tables that ship, whatever folder of one's own is named.
    old, new = Catalogue(base=options.earlier), Catalogue()
    made = changes.section(
        changes.compare(old, new), new.version, new.version_date, old.version, changes.fingerprints(new)
    )
    before = options.log.read_text(encoding="utf-8") if options.log and options.log.exists() else ""
    print(changes.log(before, made), end="")
    return 0


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else "–"


def _report_list(options: argparse.Namespace) -> int:
    from localgov_history.report import parameters, plan

    for name in plan.names():
        made = plan.plans(name)
        print(f"{name}: {made[0].title}" + (f" and {len(made) - 1} more: --only NAME" if len(made) > 1 else ""))
        for run in made[0].runs:
            print(f"  {run.notebook.stem}")
            for item in parameters.declared(run.notebook).values():
                print(f"    {item.name} = {run.parameters[item.name]!r}: {item.help}")
    return 0


def _plans(options: argparse.Namespace) -> list[Plan]:
    """The reports that are meant, each once."""
    from localgov_history.report import plan

    wanted: dict[str, Plan] = {}
    given, formats = _given(options.set), tuple(options.format)
    for name in plan.names() if options.names == ["all"] else options.names:
        batch, _, member = name.partition("/")
        only = [*options.only, *([member] if member else [])]
        wanted |= {made.name: made for made in plan.plans(batch, given, formats, only, theme=options.theme)}
    if options.assets:
        return [replace(made, formats=(*made.formats, "assets")) for made in wanted.values()]
    return list(wanted.values())


def _report_build(options: argparse.Namespace) -> int:
    from localgov_history.report import build
    from localgov_history.report.progress import Progress

    plans = _plans(options)
    how = build.Options(
        options.engine,
        options.jobs,
        options.time_limit,
        options.memory_limit,
        options.shared_assets,
        options.scheduler,
    )
    if options.dry_run:
        for name, reasons in build.preview(plans, options.output, how).items():
            print(f"{name}: {'; '.join(reasons)}")
        return 0
    with Progress(len(plans)) as progress:
        done = build.build_all(plans, options.output, how, progress.tell, progress.say)
    # A batch of many would print many hundred lines.
    for path in done.files if len(done.built) <= 4 else []:
        print(path)
    print(done.summary())
    if done.failures:
        print(f"localgov: what failed, where, and how to go on: {done.failures}", file=sys.stderr)
    if done.no_pdf:
        print(f"localgov: {done.no_pdf}", file=sys.stderr)
    return 1 if done.failed or done.no_pdf else 0


def _report_diff(options: argparse.Namespace) -> int:
    from localgov_history.report import difference

    found = difference.compare(options.old, options.new)
    print(found.summary())
    return 1 if len(found) else 0


def _report_why(options: argparse.Namespace) -> int:
    from localgov_history.report import build

    how = build.Options(shared_assets=options.shared_assets)
    for name, reasons in build.preview(_plans(options), options.output, how).items():
        print(f"{name}: {reasons[0]}")
        for reason in reasons[1:]:
            print(f"  {reason}")
    return 0


def _report_verify(options: argparse.Namespace) -> int:
    from localgov_history.report import verify

    print(f"making {options.file.name} anew …", file=sys.stderr, flush=True)
    differences = verify.verify(options.file)
    for text in differences:
        print(text)
    if not differences:
        print(f"{options.file}: the same, byte for byte")
    return 1 if differences else 0


def _report_clean(options: argparse.Namespace) -> int:
    from localgov_history.report import publish, store

    if options.older_than is None:
        print(f"{publish.clean(options.output)} files removed")
        return 0
    kept = store.Store(options.output or publish.output_folder())
    print(f"{kept.forget(options.older_than)} files removed that builds had kept; reports are as they were")
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
