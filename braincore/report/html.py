"""The report: one HTML file that holds everything it shows and asks nothing of any other place."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from braincore.errors import InputError, printable
from braincore.report.catalogue import drawings
from braincore.report.embed import png_bytes, settle, svg_bytes
from braincore.report.methods import variable
from braincore.report.model_file import read_model
from braincore.report.page import make_page
from braincore.results.disk import Disk, clear_errors, write_file
from braincore.results.reader import Run

if TYPE_CHECKING:
    import jinja2

REPORT_NAME = "report.html"


def write_report(
    runs: Run | Sequence[Run], out: str | Path | None = None, *, names: Sequence[str] | None = None, title: str = ""
) -> Path:
    """Write the report of a run, or of several side by side, and return its path.

    Parameters
    ----------
    runs
        One run, or several to compare. Incomplete runs (``Run(folder, allow_incomplete=True)``) are reported as far as
        they came; the report says so at its top.
    out
        The file. By default ``report.html`` in the run's folder; needed for several runs.
    names
        What to call several runs; their folders' names by default.
    title
        The heading of a report of several runs.

    Raises
    ------
    InputError
        There are no runs, or no place is given for the report of several.
    ResultsError
        A run's files are damaged, or the report cannot be written.
    """
    given = [runs] if isinstance(runs, Run) else list(runs)
    if not given:
        raise InputError("a report needs at least one run")
    if out is None and len(given) > 1:
        raise InputError("a report of several runs needs a place", hint="Give a file, such as out='comparison.html'")
    path = given[0].folder / REPORT_NAME if out is None else Path(out)
    if path.is_dir():
        path = path / REPORT_NAME
    data = render(given, names, title).encode("utf-8", errors="replace")
    with clear_errors(path, needed=len(data)):
        write_file(Disk(), path, data)
    return path


def render(runs: Sequence[Run], names: Sequence[str] | None = None, title: str = "") -> str:
    """Return the report of `runs` as HTML."""
    page = make_page(runs, names, title)
    equations = any(run.neurons and run.methods for run in page.runs)
    return rendered("report.html.j2", equations=equations, page=page)


def rendered(template: str, *, equations: bool, **given: Any) -> str:
    """Return a page that holds its style and script itself, and the font of mathematics where it has equations."""
    script = _file("script.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return _environment().get_template(template).render(
        style=Markup(_file("style.css")),
        font=Markup(_font() if equations else ""),
        script=Markup(script),
        script_hash=digest,
        **given,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    """Return what renders the reports' templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("braincore.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    made.filters["variable"] = variable
    return made


def _visible(value: Any) -> Any:
    """Escape control and bidirectional characters of names before the template escapes the signs of HTML."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _file(name: str) -> str:
    """Return the text of a file beside the templates."""
    return files("braincore.report").joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _font() -> str:
    """Return the rule that brings the font of mathematics into a page."""
    data = files("braincore.report").joinpath("templates", "braincore-math.woff").read_bytes()
    source = base64.b64encode(data).decode()
    return f'@font-face{{font-family:"Braincore Math";src:url(data:font/woff;base64,{source}) format("woff")}}'


def save_figures(run: Run, folder: str | Path | None = None) -> list[Path]:
    """Write the report's figures as PNG (300 dots per inch) and SVG; return their paths.

    Parameters
    ----------
    run
        The run.
    folder
        Where to; ``figures`` in the run's folder by default.

    Raises
    ------
    ResultsError
        A recording is damaged, or a file cannot be written.
    """
    place = run.folder / "figures" if folder is None else Path(folder)
    written: list[Path] = []
    for drawing in drawings(run, read_model(run)):
        settle(drawing.figure)
        for suffix, data in (("png", png_bytes(drawing.figure, dpi=300)), ("svg", svg_bytes(drawing.figure))):
            path = place / f"{drawing.key}.{suffix}"
            with clear_errors(path, needed=len(data)):
                write_file(Disk(), path, data)
            written.append(path)
    return written
