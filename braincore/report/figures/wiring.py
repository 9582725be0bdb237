"""The wiring of a region: its populations, who acts on whom and with what sign, and its ports."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from braincore.model.population import split_address
from braincore.model.region import Arrow, Region
from braincore.report.style import EXCITATORY, INHIBITORY, INK, NEUTRAL, SMALL, WIDTH, literal, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path
    from matplotlib.text import Text

COLOURS = {"excitatory": EXCITATORY, "inhibitory": INHIBITORY, "": NEUTRAL}
ENDS = {
    "excitatory": "-|>,head_length=0.45,head_width=0.22",
    "inhibitory": "|-|,widthA=0,widthB=0.32",
    "": "-|>,head_length=0.45,head_width=0.22",
}
"""Shapes of arrows as well as colours tell the signs apart."""
MARGIN = (1.15, 0.85)
"""Inches around the ring that populations stand on, for loops, ports and their names."""
LINE = 0.15
"""Inches from one name to the next."""
LOOP, ASIDE = 0.5, 0.9
"""Of a loop: how far it reaches out (inches), and its angle to the port (radians)."""
REACH = (0.9, 0.62)
"""How far (inches) the name of a port stands from the middle of its population, across and up."""
SIDEWAYS = 0.9
"""Cosine of the angle from which on a population stands at a side."""
_Places = dict[str, tuple[float, float]]


def draw_wiring(region: Region, title: str = "") -> Figure:
    """Draw a region: boxes are populations, arrows excite, bars inhibit, dashed arrows are ports.

    Parameters
    ----------
    region
        What `RegionModel.describe` returns.
    title
        Written above it.
    """
    count = len(region.populations)
    width, height = WIDTH, 2.6 if count < 3 else 4.6 if count < 10 else 6.4
    figure = new_figure(height, width)
    ax = figure.add_subplot()
    ax.set_axis_off()
    ax.set(xlim=(-width / 2, width / 2), ylim=(-height / 2, height / 2))  # in inches
    lines = Counter(split_address(port.population)[0] for port in region.ports.values())
    names = LINE * (max(lines.values(), default=1) - 1)  # of the ports of one population, one above the other
    places = _places([p.name for p in region.populations], width / 2 - MARGIN[0], height / 2 - MARGIN[1] - names)
    boxes = {}
    for p in region.populations:
        boxes[p.name] = _box(ax, places[p.name], f"{literal(p.name)}\n{p.size}", COLOURS[p.sign])
    figure.draw_without_rendering()  # boxes have their sizes from now on
    arrows = region.arrows()
    for arrow in arrows:
        _draw_arrow(ax, arrow, places, boxes)
    ports = _draw_ports(ax, region, places, boxes)
    _legend(figure, arrows, ports=ports)
    if title:
        ax.set_title(literal(title), color=INK)
    return figure


def _places(names: list[str], across: float, up: float) -> _Places:
    """Return where populations stand: on a ring, the first at the top, or two side by side."""
    if len(names) == 1:
        return {names[0]: (0.0, 0.0)}
    first = math.pi if len(names) == 2 else math.pi / 2
    angles = [first - 2 * math.pi * k / len(names) for k in range(len(names))]
    return {name: (across * math.cos(a), up * math.sin(a)) for name, a in zip(names, angles, strict=True)}


def _box(ax: Axes, place: tuple[float, float], text: str, colour: str) -> Text:
    style = {"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": colour, "linewidth": 1.4}
    return ax.text(*place, text, ha="center", va="center", fontsize=SMALL, color=INK, bbox=style, zorder=3)


def _outward(place: tuple[float, float]) -> float:
    """Return the angle that leads away from the middle; up where a population stands there."""
    return math.atan2(place[1], place[0]) if place != (0.0, 0.0) else math.pi / 2


def _draw_arrow(ax: Axes, arrow: Arrow, places: _Places, boxes: dict[str, Text]) -> None:
    from matplotlib.patches import FancyArrowPatch

    look: dict[str, Any] = {
        "arrowstyle": ENDS[arrow.sign],
        "color": COLOURS[arrow.sign],
        "linewidth": 1.1,
        "mutation_scale": 11,
        "zorder": 2,
    }
    begin, end = places[arrow.source], places[arrow.target]
    if arrow.source != arrow.target:
        both: dict[str, Any] = {"patchA": boxes[arrow.source].get_bbox_patch()}
        both["patchB"] = boxes[arrow.target].get_bbox_patch()
        ax.add_patch(FancyArrowPatch(begin, end, connectionstyle="arc3,rad=0.13", shrinkA=2, shrinkB=3, **both, **look))
        return
    side = -1 if arrow.sign == "inhibitory" else 1  # where a population has loops of both signs they lie apart
    ax.add_patch(FancyArrowPatch(path=_loop(boxes[arrow.source], begin, side), shrinkA=1, shrinkB=2, **look))


def _loop(box: Text, place: tuple[float, float], side: int) -> Path:
    """Return a curve from the edge of a box out and back to it, beside the way of its port."""
    from matplotlib.path import Path

    patch: Any = box.get_bbox_patch()
    extent = patch.get_window_extent()
    half = extent.width / box.figure.dpi / 2, extent.height / box.figure.dpi / 2
    middle = _outward(place) + side * ASIDE
    points = []
    for turn, out in ((-0.3, 0.0), (-0.25, LOOP), (0.25, LOOP), (0.3, 0.0)):
        x, y = math.cos(middle + side * turn), math.sin(middle + side * turn)
        edge = min(half[0] / max(abs(x), 1e-9), half[1] / max(abs(y), 1e-9))
        points.append((place[0] + (edge + out) * x, place[1] + (edge + out) * y))
    return Path(points, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])


def _name_at(place: tuple[float, float]) -> float:
    """Return the angle at which the names of ports stand: outward, but above or below where that is to a side.

    There is room for a name over a population at the left and under one at the right, beside its loop.
    """
    angle = _outward(place)
    across = math.cos(angle)
    return angle if abs(across) < SIDEWAYS else math.copysign(math.pi / 2, -across)


def _draw_ports(ax: Axes, region: Region, places: _Places, boxes: dict[str, Text]) -> bool:
    """Draw ports as dashed arrows from outside, their names at the far end; tell whether there are any."""
    by_population: dict[str, list[str]] = {}
    ways: dict[str, set[str]] = {}
    for name, port in region.ports.items():
        target = split_address(port.population)[0]
        kind = f" ({port.kind})" if port.kind and port.kind != name else ""
        by_population.setdefault(target, []).append(f"{name}{kind}")
        ways.setdefault(target, set()).update({"in", "out"} if port.way == "both" else {port.way})
    for target, names in by_population.items():
        angle = _name_at(places[target])
        far = (places[target][0] + REACH[0] * math.cos(angle), places[target][1] + REACH[1] * math.sin(angle))
        style = "<|-|>" if ways[target] == {"in", "out"} else "-|>" if ways[target] == {"in"} else "<|-"
        ax.annotate(
            "\n".join(map(literal, names)),
            xy=places[target],
            xytext=far,
            ha="center",
            va="center" if len(names) == 1 else "bottom" if math.sin(angle) > 0 else "top",
            fontsize=SMALL,
            color=INK,
            zorder=1,
            arrowprops={
                "arrowstyle": style,
                "linestyle": "--",
                "color": NEUTRAL,
                "patchB": boxes[target].get_bbox_patch(),
                "shrinkB": 2,
            },
        )
    return bool(by_population)


def _legend(figure: Figure, arrows: list[Arrow], *, ports: bool) -> None:
    from matplotlib.lines import Line2D

    told = {"excitatory": "excites", "inhibitory": "inhibits", "": "of either sign"}
    used = [sign for sign in COLOURS if any(arrow.sign == sign for arrow in arrows)]
    marks = {"excitatory": ">", "inhibitory": "|", "": ">"}
    lines = [
        Line2D([], [], color=COLOURS[s], marker=marks[s], markevery=[1], label=told[s], linewidth=1.1) for s in used
    ]
    if ports:
        lines.append(Line2D([], [], color=NEUTRAL, linestyle="--", label="port", linewidth=1.1))
    if lines:
        figure.legend(handles=lines, loc="outside lower center", ncols=len(lines), frameon=False, fontsize=SMALL)
