"""Figures inside a page: small ones as SVG that takes the page's colours, large ones as PNG; and figure files."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from braincore.errors import printable
from braincore.report.style import EXCITATORY, FAINT, INHIBITORY, INK, NEUTRAL, lay_out

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_SVG = 300_000
DPI = 160
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
# What the page's style sheet may replace: a light page and a dark one need other inks.
_COLOURS = {
    INK: "currentColor",
    FAINT: f"var(--faint, {FAINT})",
    EXCITATORY: f"var(--excitatory, {EXCITATORY})",
    INHIBITORY: f"var(--inhibitory, {INHIBITORY})",
    NEUTRAL: f"var(--neutral, {NEUTRAL})",
}
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_LINK = re.compile(r'xlink:href="#([^"]+)"')
_FAMILY = re.compile(r"font-family:[^;]+")


def settle(figure: Figure) -> None:
    """Fix a figure's layout, so that saving it, perhaps in several formats, does not work it out again."""
    lay_out(figure)
    figure.set_layout_engine("none")


def svg_bytes(figure: Figure, *, salt: str = "braincore", dpi: int = DPI) -> bytes:
    """Return a figure as an SVG file: the same bytes for the same figure, with text as text."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}), _resolution(figure, dpi):
        # Not savefig, which would draw everything twice for the sake of the layout.
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": "braincore"})
    return buffer.getvalue()


def png_bytes(figure: Figure, *, dpi: int = DPI) -> bytes:
    """Return a figure as a PNG file on white."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    with _resolution(figure, dpi):
        FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": "braincore"})
    return buffer.getvalue()


@contextmanager
def _resolution(figure: Figure, dpi: int) -> Iterator[None]:
    before = figure.dpi
    figure.dpi = dpi
    try:
        yield
    finally:
        figure.dpi = before


def embed(figure: Figure, key: str, alt: str, *, limit: int = MAX_SVG) -> str:
    """Return a figure as HTML that needs nothing else.

    Parameters
    ----------
    figure
        The figure.
    key
        Unique on the page; begins the ids inside an SVG.
    alt
        What the figure shows, in words.
    limit
        Size in bytes above which an SVG becomes a PNG.
    """
    settle(figure)
    data = svg_bytes(figure, salt=key)
    if len(data) <= limit:
        return inline_svg(data, key, alt)
    width, height = figure.get_size_inches()
    return _picture(png_bytes(figure), alt, width, height)


def _picture(data: bytes, alt: str, width: float, height: float) -> str:
    source = base64.b64encode(data).decode()
    size = f'width="{width * 96:.0f}" height="{height * 96:.0f}"'
    return f'<img class="paper" {size} alt="{escape(printable(alt))}" src="data:image/png;base64,{source}">'


def inline_svg(data: bytes, key: str, alt: str) -> str:
    """Return matplotlib's SVG as an element of an HTML page: own ids, no metadata, the page's colours and font."""
    root = ElementTree.fromstring(data)
    _drop(root, {f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"})
    _drop_paper(root)
    text = data.decode()
    used = {*_REFERENCE.findall(text), *_LINK.findall(text)}
    for element in root.iter():
        _adapt(element, key, used)
    width = float(root.attrib["width"].removesuffix("pt")) * 96 / 72
    height = float(root.attrib["height"].removesuffix("pt")) * 96 / 72
    root.attrib.update(
        {"width": f"{width:.0f}", "height": f"{height:.0f}", "role": "img", "aria-label": printable(alt)}
    )
    ElementTree.indent(root, space="")
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    text = re.sub(r"<(/?)ns\d+:", r"<\1", text)
    return re.sub(r'\sxmlns(?::ns\d+)?="[^"]*"', "", text, count=4)


def _drop(parent: ElementTree.Element, tags: set[str]) -> None:
    for child in list(parent):
        if child.tag in tags:
            parent.remove(child)
        else:
            _drop(child, tags)


def _drop_paper(root: ElementTree.Element) -> None:
    """Remove the figure's white background."""
    figure = root.find(f"{{{_SVG}}}g")
    paper = None if figure is None else figure.find(f"{{{_SVG}}}g")
    if figure is not None and paper is not None and paper.attrib.get("id", "").startswith("patch"):
        figure.remove(paper)


def _adapt(element: ElementTree.Element, key: str, used: set[str]) -> None:
    attributes: dict[str, Any] = element.attrib
    name = attributes.pop("id", None)
    if name in used:  # matplotlib names everything, and some things twice
        attributes["id"] = f"{key}-{name}"
    target = attributes.pop(f"{{{_XLINK}}}href", None)
    if target is not None:
        attributes["href"] = f"#{key}-{target[1:]}" if target.startswith("#") else target
    for name in ("style", "clip-path", "fill", "stroke"):
        value = attributes.get(name)
        if not value:
            continue
        value = _REFERENCE.sub(rf"url(#{key}-\1)", value)
        for marker, replacement in _COLOURS.items():
            value = value.replace(marker, replacement)
        attributes[name] = _FAMILY.sub("font-family: inherit", value)
