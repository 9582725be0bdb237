"""All-to-all and one-to-one synapses without index arrays: the bits of those with, in any number of parts."""

from __future__ import annotations

from typing import Any

import brian2 as b2
import numpy as np
import pytest
from brian2 import ms
from plastic_models import NAMESPACE, RULES

import braincore.engine
from braincore.engine.passes.dense import Dense, independent, pattern

CELLS = """dv/dt = (drive - v)/(10*ms) + g/(10*ms) : 1 (unless refractory)
dg/dt = -g/(5*ms) : 1
drive : 1 (constant)
rest : 1 (constant)
tau_own : second (constant)
dslow/dt = -slow/(20*ms) : 1
twice = 2*rest : 1
"""


def _run(device: str, rule: dict[str, Any], wiring: str, cuts: int = 1, **options: Any) -> dict[str, Any]:
    b2.set_device(device, **options)
    b2.defaultclock.dt = 0.1 * ms
    rng = np.random.default_rng(3)
    source, target = (
        b2.NeuronGroup(n, CELLS, threshold="v > 1", reset="v = 0", refractory=1 * ms, method="euler", name=name)
        for n, name in ((70, "sources"), (330, "targets"))
    )
    for group in (source, target):
        group.drive, group.v = rng.uniform(0.8, 1.8, len(group)), rng.uniform(0, 0.9, len(group))
        group.tau_own, group.rest = rng.uniform(20, 40, len(group)) * ms, 0.5
    ends = {"all": (source, target), "part": (source[5:], target[60:201]), "self": (target, target)}
    pre, post = ends.get(wiring, (source, target[130:200]))
    synapses = b2.Synapses(pre, post, namespace=dict(NAMESPACE), name="S", **rule)
    synapses.connect(**({"j": "i"} if wiring == "one" else {}))
    synapses.pre.delay = 0.7 * ms
    if "w" in synapses.variables:
        synapses.w = rng.uniform(0, 0.3, len(synapses)) * (0.1 if wiring != "one" else 1)
    spikes = b2.SpikeMonitor(target, name="spikes")
    net = b2.Network(source, target, synapses, spikes)
    for _ in range(cuts):
        net.run(42 / cuts * ms)
    found = {"i": np.array(spikes.i), "t": np.array(spikes.t_), "v": np.array(target.v), "g": np.array(target.g)}
    return found | ({"w": np.array(synapses.w)} if "w" in synapses.variables else {})


STATIC = {"model": "w : 1", "on_pre": "g_post += w"}
CASES: dict[str, tuple[dict[str, Any], str]] = {
    **{f"static {wiring}": (STATIC, wiring) for wiring in ("all", "part", "self", "one")},
    "one weight": ({"on_pre": "v_post += 0.003"}, "all"),
    "reads its source": ({"model": "w : 1", "on_pre": "g_post += w*v_pre"}, "self"),
    "writes its source": ({"model": "w : 1", "on_pre": "g_post += w\ng_pre -= 0.01*w"}, "self"),
    "pair": (RULES["pair"], "part"),
    "triplet": (RULES["triplet"], "self"),
    "multiplicative": (RULES["multiplicative"], "all"),
    "both ends": (RULES["both_ends"], "part"),
    "pair one": (RULES["pair"], "one"),
}


OFTEN = [case for case in CASES if case not in ("static part", "static self", "pair one")]


@pytest.mark.rotates(2)
@pytest.mark.parametrize("case", [pytest.param(c, marks=() if c in OFTEN else pytest.mark.slow) for c in CASES])
def test_the_bits_of_synapses_with_indices(case: str) -> None:
    expected = _run("braincore", *CASES[case], threads=1, without=["dense"])
    assert expected["i"].size > 200
    assert "no index is kept" not in "\n".join(braincore.engine.DEVICE.program.explain())
    cut = 1 if "apre" in str(CASES[case]) or case == "triplet" else 3  # sums of plasticity begin again with a run
    for options in ({"threads": 1}, {"threads": 2}, {"threads": 7}, {"threads": 3, "cuts": cut}):
        found = _run("braincore", *CASES[case], **options)
        assert "no index is kept" in "\n".join(braincore.engine.DEVICE.program.explain())
        for key, values in expected.items():
            assert found[key].tobytes() == values.tobytes(), (options, key)


@pytest.mark.parametrize("case", ["static all", "one weight", "reads its source", "pair"])
def test_as_on_brian2(case: str) -> None:
    found, expected = (_run(device, *CASES[case]) for device in ("braincore", "runtime"))
    assert np.array_equal(found["i"], expected["i"])
    for key, values in expected.items():
        np.testing.assert_allclose(found[key], values, rtol=1e-9, atol=1e-12, err_msg=key)


def test_several_delays_keep_their_indices() -> None:
    b2.set_device("braincore")
    group = b2.NeuronGroup(20, "v : 1", threshold="v > 1", reset="v = 0", name="cells")
    synapses = b2.Synapses(group, group, on_pre="v_post += 0.1", name="S")
    synapses.connect()
    synapses.delay = "0.1*ms + 0.1*ms*i"
    group.v = 2
    b2.Network(group, synapses).run(1 * ms)
    assert "no index is kept" not in "\n".join(braincore.engine.DEVICE.program.explain())


def test_which_patterns_are_regular() -> None:
    i, j = np.repeat(np.arange(4, 9), 3), np.tile(np.arange(7, 10), 5)
    assert pattern(i, j) == Dense(first=7, width=3, one_to_one=False)
    assert pattern(np.arange(3, 8), np.arange(10, 15)) == Dense(first=10, width=5, one_to_one=True)
    assert pattern(np.zeros(4, int), np.arange(4)) == Dense(first=0, width=4, one_to_one=False)
    assert pattern(i[:-1], j[:-1]) is None  # a synapse is missing
    assert pattern(i, j[::-1]) is None
    assert pattern(i[::-1], j) is None
    assert pattern(i * 2, j) is None  # sources between have none
    assert pattern(np.arange(5), np.arange(5) * 2) is None
    assert pattern(np.array([0, 1, 2]), np.array([0, 1, 1])) is None
    assert pattern(np.array([], int), np.array([], int)) is None


def test_which_code_can_be_done_in_any_order() -> None:
    assert independent("float g = a2[_postsynaptic_idx];\nfloat w = c_.a5[k_];\ng += w;\na2[_postsynaptic_idx] = g;")
    assert not independent("g = a2[_postsynaptic_idx] + a2[_presynaptic_idx];\na2[_postsynaptic_idx] = g;")
    assert not independent("a3[0] = 1;")
    assert not independent("const int64_t _idx = id[k_];\na2[_postsynaptic_idx] = _idx;")
