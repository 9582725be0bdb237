"""The ``braincore`` command: reads its arguments, calls `braincore.study` and says what came of it.

Exit codes: 0 done; 2 bad input (one line per fault, no traceback); 1 anything else that failed; 130 interrupted.
Nothing heavy is imported before a command needs it: ``braincore --help`` answers at once.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from braincore.errors import BraincoreError, InputError, printable, suggest

Command = Callable[[argparse.Namespace], int]
MAX_TOLD = 100
"""So many faults are told; whoever mends them is told the next."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _prepare_streams()
    options = _parser().parse_args(given)
    options.command_line = ["braincore", *given]
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr)
    command: Command = options.command
    try:
        code = command(options)
        sys.stdout.flush()  # what cannot be written any more is said here, not by the interpreter on its way out
        return code
    except InputError as error:
        for fault in error.faults[:MAX_TOLD]:
            _say(str(fault), error=True)
        if len(error.faults) > MAX_TOLD:
            _say(f"and {len(error.faults) - MAX_TOLD:,} more faults", error=True)
        return 2
    except BraincoreError as error:
        _say(f"braincore: {error}", error=True)
        return 1
    except KeyboardInterrupt as stopped:
        where = f"; go on with: braincore resume {stopped}" if str(stopped) else ""
        _say(f"braincore: interrupted{where}", error=True)
        return 130
    except BrokenPipeError:
        _forget_output()
        return 1
    except OSError as error:
        if os.environ.get("BRAINCORE_DEBUG"):
            raise
        _forget_output()
        place = f"'{error.filename}'" if error.filename else "the output"
        _say(f"braincore: {place} cannot be read or written: {error.strerror or error}", error=True)
        return 1
    except Exception as error:
        if os.environ.get("BRAINCORE_DEBUG"):
            raise
        _say(f"braincore: {type(error).__name__}: {error} (set BRAINCORE_DEBUG=1 for the traceback)", error=True)
        return 1


def _prepare_streams() -> None:
    """Make both streams take any text: a closed one drops it, a terminal without a sign for it shows an escape."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the shell: >&-
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _forget_output() -> None:
    """Send what is left in the buffer of the output nowhere: its reader is gone, or its disk is full."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str = "", *, error: bool = False) -> None:
    (sys.stderr if error else sys.stdout).write(printable(text) + "\n")


class _Parser(argparse.ArgumentParser):
    """An argument parser that suggests the nearest word for a misspelt one."""

    def error(self, message: str) -> Any:
        """Print the usage and one line, and exit with 2."""
        self.print_usage(sys.stderr)
        self.exit(2, printable(f"{self.prog}: {message}{self._nearest(message)}") + "\n")

    def _nearest(self, message: str) -> str:
        """Return a hint where argparse complains of a word that is close to one it knows."""
        wrong = re.search(r"invalid choice: '([^']*)'|unrecognized arguments: (--[\w-]+)", message)
        if wrong is None:
            return ""
        known: list[str] = []
        for parser in (self, *self.below):
            known += [word for action in parser._actions for word in (*action.option_strings, *(action.choices or ()))]
        word = wrong[1] or wrong[2]
        if word in known:  # of another command
            having = [parser.prog.rpartition(" ")[2] for parser in self.below if word in parser._option_string_actions]
            return f". It is an option of: {', '.join(having)}"
        hint = suggest(word, known)
        return f". {hint}" if hint.startswith("Did you mean") else ""

    @property
    def below(self) -> list[argparse.ArgumentParser]:
        """The parsers of the commands."""
        groups = [a.choices for a in self._actions if isinstance(a, argparse._SubParsersAction)]
        return [parser for choices in groups for parser in choices.values()]


def _parser() -> argparse.ArgumentParser:
    from braincore import __version__

    parser = _Parser(
        prog="braincore",
        description="Brains made of spiking regions: described in YAML, checked, predicted, simulated, reported.",
        epilog="Each command has its own help: braincore run --help",
    )
    parser.add_argument("--version", action="version", version=f"braincore {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)

    def add(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    run = add("run", _run, "run the brain of a YAML file and write a run folder")
    _add_file(run)
    _add_run(run)
    run.add_argument("--out", type=_path, metavar="DIR", help="run folder (default: the next free runs/NAME-001)")
    run.add_argument("--force", action="store_true", help="replace a run that is in the folder")
    run.add_argument("--no-report", action="store_true", help="leave out figures and report")
    compare = add("compare", _compare, "put learning rules to the same protocols and report what came of it")
    compare.add_argument("file", type=_path, metavar="FILE", help="YAML file with a 'compare:'")
    compare.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE", help="as for run")
    compare.add_argument("--out", type=_path, metavar="DIR", help="its folder (default: the next comparisons/NAME-001)")
    compare.add_argument("--force", action="store_true", help="run again what is there")
    compare.add_argument("--workers", type=int, metavar="N", help="processes (default: one for each core)")
    compare.add_argument("--engine", metavar="NAME", help="cpp or brian2")
    compare.add_argument("--quiet", action="store_true", help="no progress bar")
    check = add("check", _check, "check a file: units, names, plausibility, memory; runs nothing (but see --golden)")
    _add_file(check)
    check.add_argument("--golden", action="store_true", help="run it too and hold it to its references")
    check.add_argument("--out", type=Path, metavar="DIR", help="with --golden: keep the run in this folder")
    predict = add("predict", _predict, "mean-field rates and regime of each population, without a simulation")
    _add_file(predict)
    plan = add(
        "explain-plan",
        _explain_plan,
        "what the compiled engine makes of a file: fused, hoisted, laid out; runs nothing",
    )
    _add_file(plan)
    sweep = add("sweep", _sweep, "run every point of the file's sweep and write one table")
    _add_file(sweep)
    _add_run(sweep)
    sweep.add_argument("--out", type=_path, metavar="DIR", help="folder of the sweep (default: the next free one)")
    sweep.add_argument("--force", action="store_true", help="replace a sweep that is in the folder")
    where = sweep.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, metavar="N", help="processes (default: one for each core)")
    where.add_argument("--scheduler", default="", metavar="ADDRESS", help="a Dask scheduler instead of processes")
    resume = add("resume", _resume, "continue a run that was stopped or killed")
    resume.add_argument("run", type=_path, metavar="RUN", help="run folder")
    _add_run(resume)
    report = add("report", _report, "the HTML report of one run, or of several side by side")
    report.add_argument("runs", type=_path, nargs="+", metavar="RUN", help="run folders")
    report.add_argument("--out", type=_path, metavar="FILE", help="where to write it")
    listing = add("list", _list, "list the library: neurons, synapses, rules, regions")
    listing.add_argument(
        "kind", nargs="?", default="all", metavar="KIND", help="neurons, synapses, rules, regions, all"
    )
    explain = add("explain", _explain, "equations, parameters with units and sources of a library entry")
    explain.add_argument("name", metavar="NAME", help="an entry of braincore list")
    explain.add_argument("--figure", type=_path, metavar="FILE", help="draw a region's wiring (.png, .svg, .pdf)")
    return parser


def _path(text: str) -> Path:
    """Read a path; an empty one (an unset variable of a script) would be the current folder."""
    if not text.strip() or "\0" in text:
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=_path, metavar="FILE", help="YAML file of a brain")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="PATH.TO.KEY=VALUE",
        help="change a value of the file; may be given several times",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="seed of the run")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", metavar="NAME", help="what simulates: cpp (compiled, the default) or brian2")
    parser.add_argument("--precision", metavar="NAME", help="double (the default) or single")
    parser.add_argument("--threads", type=int, metavar="N", help="threads of the engine (default: as many as pay)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no table")


def _loaded(options: argparse.Namespace) -> Any:
    from braincore.spec import load

    overrides = list(options.overrides)
    if options.seed is not None:
        overrides.append(f"seed={options.seed}")
    return load(options.file, overrides=overrides)


def _engine(options: argparse.Namespace) -> dict[str, Any]:
    """Return what a command line says of the engine, as the settings of a run."""
    return {"engine": options.engine, "precision": options.precision, "threads": options.threads}


def _lint(loaded: Any, network: Any) -> None:
    """Print what looks wrong with a network; raise `InputError` for what would silently give a wrong result."""
    from braincore.theory import lint

    findings = lint(network)
    errors = [loaded.located(finding) for finding in findings if finding.level == "error"]
    if errors:
        raise InputError(errors)
    for finding in findings:
        _say(f"warning: {loaded.located(finding)}", error=True)


def _run(options: argparse.Namespace) -> int:
    loaded = _loaded(options)
    _lint(loaded, loaded.resolve())
    from braincore.study.options import RunOptions
    from braincore.study.run import run_brain, summary_lines

    with _Bar(quiet=options.quiet) as bar:
        run = run_brain(
            loaded.brain,
            options=RunOptions(
                out=options.out,
                force=options.force,
                **_engine(options),
                report=not options.no_report,
                progress=bar,
                command=options.command_line,
                name=options.file.stem,
                description=loaded.description,
            ),
        )
    _finish(run, options.quiet, summary_lines)
    return 0


def _finish(run: Any, quiet: bool, lines: Callable[[Any], list[str]]) -> None:
    if not quiet:
        from braincore.results import engine_words

        for line in lines(run):
            _say(line)
        wall = run.summary["wall_s"]
        spent = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in wall.items())
        _say(f"{run.summary['neurons']} neurons, {run.summary['synapses']} synapses; {spent}")
        _say(f"engine: {engine_words(run.summary)}")
    _say(f"run: {run.folder}")
    report = run.folder / "report.html"
    if report.is_file():
        _say(f"report: {report}")


def _resume(options: argparse.Namespace) -> int:
    from braincore.study.options import RunOptions
    from braincore.study.run import resume_run, summary_lines

    with _Bar(quiet=options.quiet) as bar:
        run = resume_run(options.run, options=RunOptions(**_engine(options), progress=bar))
    _finish(run, options.quiet, summary_lines)
    return 0


def _check(options: argparse.Namespace) -> int:
    loaded = _loaded(options)
    network = loaded.resolve()
    from braincore.theory import estimate

    _lint(loaded, network)
    cost = estimate(network)
    for line in cost.lines():
        _say(line)
    cost.require()
    _say(f"{options.file}: valid")
    return _golden(options, loaded) if options.golden else 0


def _golden(options: argparse.Namespace, loaded: Any) -> int:
    from braincore.study.golden import check_golden
    from braincore.study.options import RunOptions
    from braincore.study.references import reference_lines

    with _Bar(quiet=False) as bar:
        rows = check_golden(
            loaded.brain, options=RunOptions(out=options.out, report=options.out is not None, progress=bar)
        )
    for row in rows:
        if row["held"]:
            _say(row["text"])
    for line in reference_lines(rows):
        _say(line)
    return 0 if all(row["held"] for row in rows) else 1


def _predict(options: argparse.Namespace) -> int:
    network = _loaded(options).resolve()
    from braincore.theory import predict, prediction_lines

    for line in prediction_lines(predict(network)):
        _say(line)
    return 0


def _explain_plan(options: argparse.Namespace) -> int:
    from braincore.study.plan import plan_lines

    for line in plan_lines(_loaded(options).resolve()):
        _say(line)
    return 0


def _sweep(options: argparse.Namespace) -> int:
    loaded = _loaded(options)
    from braincore.study.sweep import run_sweep

    with _Bar(quiet=options.quiet) as bar:
        result = run_sweep(
            loaded,
            out=options.out,
            force=options.force,
            workers=options.workers,
            scheduler=options.scheduler,
            **_engine(options),
            progress=bar,
            command=options.command_line,
        )
    if not options.quiet:
        for line in result.lines():
            _say(line)
    _say(f"table: {result.table}")
    return 0 if result.failed == 0 else 1


def _compare(options: argparse.Namespace) -> int:
    from braincore.spec.comparison import load_comparison

    comparison = load_comparison(options.file, options.overrides)
    from braincore.study.compare import run_comparison

    with _Bar(quiet=options.quiet) as bar:
        compared = run_comparison(
            comparison,
            out=options.out,
            force=options.force,
            workers=options.workers,
            engine=options.engine,
            progress=bar,
            command=options.command_line,
        )
    for line in compared.lines() if not options.quiet else compared.lines()[-1:]:
        _say(line)
    for fault in compared.faults:
        _say(f"braincore: {fault}", error=True)
    return 0 if not compared.faults else 1


def _report(options: argparse.Namespace) -> int:
    from braincore.report import save_figures, write_report
    from braincore.results import Run

    runs = [Run(folder, allow_incomplete=True) for folder in options.runs]
    out = options.out or (runs[0].folder if len(runs) == 1 else Path())
    out = out / "report.html" if out.is_dir() else out
    _refuse_other_file(out)
    if len(runs) == 1:
        save_figures(runs[0], runs[0].folder / "figures")
    _say(f"report: {write_report(runs[0] if len(runs) == 1 else runs, out)}")
    return 0


def _refuse_other_file(out: Path) -> None:
    """Refuse to write a report over a file that is none (``--out brain.yaml``)."""
    if out.is_file() and b'<meta name="generator" content="braincore' not in out.read_bytes()[:4096]:
        raise InputError(f"'{out}' exists already and is not a report", hint="Choose another --out")


def _list(options: argparse.Namespace) -> int:
    from braincore.study.library import listing

    for line in listing(options.kind):
        _say(line)
    return 0


def _explain(options: argparse.Namespace) -> int:
    from braincore.study.library import draw, explanation

    lines = explanation(options.name)
    if options.figure is not None:
        lines.append(f"figure: {draw(options.name, options.figure)}")
    for line in lines:
        _say(line)
    return 0


class _Bar:
    """A progress bar with remaining time on a terminal, plain lines elsewhere, nothing if quiet."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self._bar: Any = None
        self._stage = ""
        self._begun = time.monotonic()

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show a stage, and how far it is."""
        if self.quiet:
            return
        if stage != self._stage:
            self._close()
            self._stage = stage
            if stage == "compile":
                from braincore.engine.compiler import cache_folder

                _say(f"compiling the network (once; kept in {_short(cache_folder())}) ...", error=True)
            elif not sys.stderr.isatty():
                _say(f"{stage} ...", error=True)
        if total and sys.stderr.isatty():
            if self._bar is None:
                from tqdm import tqdm

                self._bar = tqdm(total=total, desc=stage, unit="step", unit_scale=True, initial=done, leave=False)
            self._bar.update(done - self._bar.n)


def _short(path: Path) -> str:
    """Write a path in the user's home with a tilde."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
