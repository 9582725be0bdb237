"""The drawing of a region's wiring: every arrow with its sign, loops, ports, and nothing over anything else."""

from __future__ import annotations

import pytest
from matplotlib.patches import FancyArrowPatch

from braincore.model import AllToAll, Population, Projection, Region, neurons, regions
from braincore.model.region import Port
from braincore.report.figures.wiring import COLOURS, draw_wiring
from braincore.report.style import EXCITATORY, INHIBITORY


def _region(names: str, *wires: tuple[str, str, str], **ports: Port) -> Region:
    return Region(
        populations=tuple(
            Population(name=n, size=10, neuron=neurons.get("lif_exp"), sign="inhibitory" if n == "I" else "")
            for n in names
        ),
        projections=tuple(
            Projection(source=a, target=b, connector=AllToAll(), weight=w, receptor="exc") for a, b, w in wires
        ),
        ports=ports,
    )


def test_signs_come_from_populations_or_else_from_weights() -> None:
    region = _region("ABI", ("A", "B", "1 pA"), ("B[0:5]", "A", "-1 pA"), ("I", "A", "-2 pA"), ("A", "B", "2 pA"))
    assert [(a.source, a.target, a.sign) for a in region.arrows()] == [
        ("A", "B", "excitatory"),
        ("B", "A", "inhibitory"),
        ("I", "A", "inhibitory"),
    ]


def test_every_pair_is_drawn_once_and_ports_by_name() -> None:
    region = _region("ABI", ("A", "A", "1 pA"), ("A", "B", "1 pA"), ("I", "I", "-1 pA"), top=Port(population="B"))
    figure = draw_wiring(region, "three")
    (ax,) = figure.axes
    colours = [patch.get_edgecolor() for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert len(colours) == 3
    assert ax.get_title() == "three"
    texts = {text.get_text() for text in ax.texts}
    assert {"A\n10", "B\n10", "I\n10", "top"} <= texts
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["excites", "inhibits", "port"]
    assert COLOURS["excitatory"] == EXCITATORY
    assert COLOURS["inhibitory"] == INHIBITORY


@pytest.mark.parametrize("name", ["CorticalMicrocircuit", "Gilzenrat2002", "Mongillo2008", "WongWang2006"])
def test_boxes_do_not_overlap_and_stay_inside(name: str) -> None:
    region = regions.get(name).from_settings({}).describe()
    figure = draw_wiring(region, name)
    figure.draw_without_rendering()
    (ax,) = figure.axes
    boxes = [text.get_bbox_patch().get_window_extent() for text in ax.texts if text.get_bbox_patch()]  # type: ignore[union-attr]
    assert len(boxes) == len(region.populations)
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])
    for text in ax.texts:
        extent = text.get_window_extent()
        assert figure.bbox.x0 <= extent.x0
        assert extent.x1 <= figure.bbox.x1


def test_names_of_ports_at_the_sides_stand_over_or_under_their_population() -> None:
    """Several names one under the other: beside a population there is no room for them."""
    ports = {"arousal": Port(population="D", way="in"), "noradrenaline": Port(population="D", way="out")}
    figure = draw_wiring(_region("ABCD", **ports, near=Port(population="B")))
    figure.draw_without_rendering()
    (ax,) = figure.axes
    texts = {text.get_text(): text for text in ax.texts}
    names, left = texts["arousal\nnoradrenaline"], texts["D\n10"]
    assert names.get_window_extent().y0 > left.get_window_extent().y1
    assert texts["near"].get_window_extent().y1 < texts["B\n10"].get_window_extent().y0
