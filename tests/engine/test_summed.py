"""Summed variables: once for targets that are alike, many at a time, in any number of parts; always the same bits."""

from __future__ import annotations

from typing import Any

import brian2 as b2
import numpy as np
import pytest
from brian2 import ms

import braincore.engine  # noqa: F401 - registers the device
from braincore.engine.device import DEVICE
from braincore.engine.passes.alike import alike
from braincore.engine.passes.repeated import repeated

CELLS = """
dv/dt = (drive - v + 0.02*total)/(10*ms) : 1
ds/dt = -s/(20*ms) : 1
total : 1
back : 1
drive : 1 (constant)
"""
N = 150


def _weights(pre: Any, post: Any) -> Any:
    """Return weights that differ between three populations."""
    kinds = np.array([[0.3, 0.1, 0.2], [0.05, 0.4, 0.1], [0.1, 0.1, 0.2]])
    return kinds[pre // 50, post // 50]


def _varied(pre: Any, post: Any) -> Any:
    return 0.2 + 0.1 * np.cos((pre - post**1.1) / 7)


GATE = "w : 1\ntotal_post = w*s_pre : 1 (summed)"
CASES: dict[str, tuple[str, dict[str, Any], Any, str]] = {
    # model, connect, weights, what is said
    "one weight": (GATE, {}, lambda i, j: 0.2 + 0 * i, "1 sums for"),
    "populations": (GATE, {}, _weights, "3 sums for"),
    "every weight its own": (GATE, {}, _varied, "many synapses are summed at a time"),
    "of the distance": (GATE, {}, lambda i, j: 0.2 + 0.1 * np.cos((i - j) * 2 * np.pi / N), "values repeat: 299 for"),
    "none onto itself": (GATE, {"condition": "i != j"}, _weights, "many synapses are summed at a time"),
    "sparse": (GATE, {"condition": "(13*i + 7*j) % 11 == 0"}, _weights, ""),
    "half have none": (GATE, {"condition": "j >= 75"}, _weights, "2 sums for"),
    "reads its target": ("w : 1\ntotal_post = w*(s_pre - s_post) : 1 (summed)", {}, _weights, "many synapses"),
    "onto the source": ("w : 1\nback_pre = w*s_post : 1 (summed)", {}, _varied, ""),
    "counts": ("w : 1\ntotal_post = w*s_pre*int(i < 100) + 0.001*j : 1 (summed)", {}, _weights, "many synapses"),
}


def _network(case: str, targets: str = "all") -> tuple[Any, Any, Any]:
    b2.defaultclock.dt = 0.1 * ms
    model, connect, weights, _ = CASES[case]
    rng = np.random.default_rng(2)
    cells = b2.NeuronGroup(N, CELLS, threshold="v > 1", reset="v = 0\ns += 0.3*(1 - s)", method="euler", name="cells")
    cells.drive, cells.v, cells.s = rng.uniform(0.8, 1.6, N), rng.uniform(0, 0.9, N), rng.uniform(0, 0.4, N)
    ends = {"all": (cells, cells), "parts": (cells[10:], cells[20:140])}[targets]
    synapses = b2.Synapses(*ends, model, name="S")
    synapses.connect(**connect)
    pre, post = np.array(synapses.i), np.array(synapses.j)
    synapses.w = weights(pre, post)
    spikes = b2.SpikeMonitor(cells, name="spikes")
    return b2.Network(cells, synapses, spikes), cells, synapses


def _run(
    case: str, targets: str = "all", device: str = "braincore", change: bool = False, cuts: int = 1, **options: Any
) -> Any:
    b2.set_device(device, **options)
    net, cells, synapses = _network(case, targets)
    for k in range(cuts):
        net.run(40 / cuts * ms)
        if change and k == 0:
            synapses.w[3::7] = 0.35
    spikes = next(obj for obj in net.objects if obj.name == "spikes")
    found = {name: np.array(cells.variables[name].get_value()) for name in ("v", "s", "total", "back")}
    return {**found, "i": np.array(spikes.i), "t": np.array(spikes.t_)}


def _same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert expected["i"].size > 200
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


@pytest.mark.parametrize("case", CASES)
def test_as_on_brian2(case: str) -> None:
    found, expected = _run(case, threads=1), _run(case, device="runtime")
    assert CASES[case][3] in "\n".join(DEVICE.program.explain()) or not CASES[case][3]  # type: ignore[union-attr]
    np.testing.assert_array_equal(found["i"], expected["i"])
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-9, err_msg=name)


@pytest.mark.rotates(2)
@pytest.mark.parametrize("targets", ["all", "parts"])
@pytest.mark.parametrize("case", CASES)
def test_bits_depend_on_neither_form_nor_threads(case: str, targets: str) -> None:
    expected = _run(case, targets, threads=1, without=("summed",))
    for threads in (1, 2, 3, 7):
        found = _run(case, targets, threads=threads)
        said = "\n".join(DEVICE.program.explain())  # type: ignore[union-attr]
        assert CASES[case][3] in said or targets == "parts"
        _same(found, expected)


@pytest.mark.parametrize("case", ["one weight", "populations", "every weight its own", "of the distance"])
def test_python_changes_weights(case: str) -> None:
    found = _run(case, cuts=4, change=True, threads=2)
    _same(found, _run(case, cuts=4, change=True, threads=1, without=("summed",)))


def test_weights_that_learn_are_not_taken_to_be_alike() -> None:
    found = []
    for without in ((), ("summed",)):
        b2.set_device("braincore", threads=2, without=without)
        net, cells, synapses = _network("populations")
        learns = b2.Synapses(
            cells, cells, "w : 1\ntotal_post = w*s_pre : 1 (summed)", on_pre="w *= 1.01", name="L", delay=0.3 * ms
        )
        learns.connect()
        learns.w = 0.2
        net.remove(synapses)
        net.add(learns)
        net.run(40 * ms)
        if not without:
            assert "sums for" not in "\n".join(DEVICE.program.explain())  # type: ignore[union-attr]
        found.append([np.array(cells.v), np.array(cells.total), np.array(learns.w)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_classes() -> None:
    pre, post = (np.ravel(values) for values in np.meshgrid(np.arange(40), np.arange(30), indexing="ij"))
    weights = np.where(post < 10, 0.1, 0.2)
    found = alike(post, 32, [pre, weights])
    assert found is not None
    assert found.count == 2
    assert (found.of == np.repeat([0, 1, -1], [10, 20, 2])).all()
    assert (found.widths == 2).all()
    assert found.widths.size == 40
    assert (pre[found.order] == np.repeat(np.arange(40), 2)).all()
    assert (weights[found.order].reshape(40, 2) == [0.1, 0.2]).all()
    assert found.holds(weights)
    weights[-1] = 0.3
    assert not found.holds(weights)
    assert alike(post, 32, [pre, np.arange(1200.0)]) is None
    assert alike(np.array([], dtype=int), 3, [np.array([])]) is None


def test_classes_of_different_size() -> None:
    post = np.concatenate([np.repeat(np.arange(20), 3), np.repeat(np.arange(20, 60), 5)])
    pre = np.concatenate([np.tile([1, 2, 3], 20), np.tile([9, 8, 7, 6, 5], 40)])
    found = alike(post, 61, [pre])
    assert found is not None
    assert found.widths.tolist() == [2, 2, 2, 1, 1]
    assert pre[found.order].tolist() == [9, 1, 8, 2, 7, 3, 6, 5]  # the class with more synapses first
    assert (found.of == np.repeat([1, 0, -1], [20, 40, 1])).all()


def test_rows_that_repeat() -> None:
    source, target = (np.ravel(values) for values in np.meshgrid(np.arange(3, 43), np.arange(5, 95), indexing="ij"))
    more = (np.repeat(np.arange(3, 43), 20), np.tile(np.arange(100, 120), 40))
    source, target = np.concatenate([source, more[0]]), np.concatenate([target, more[1]])
    values = np.where(target < 100, np.sin(target - source), 7.0)
    found = repeated(source, target, [values])
    assert found is not None
    assert [(block.sources, block.targets) for block in found.blocks] == [(40, 90), (40, 20)]
    assert found.length == 129 + 59
    row = found.row(values)
    for block in found.blocks:
        mine = slice(block.first, block.first + block.sources * block.targets)
        assert (row[target[mine] - source[mine] + block.shift] == values[mine]).all()
    values[50] += 1
    assert not found.holds(values)
    assert repeated(source, target, [values]) is None
    assert repeated(np.arange(50), np.arange(50), [np.ones(50)]) is None  # one to one: a block each
