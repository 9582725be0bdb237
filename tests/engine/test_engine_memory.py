"""Memory of the engine: what a thread writes lies in lines of the cache of its own; flags are found in all of them."""

from __future__ import annotations

import gc
import platform
import weakref
from importlib.resources import files

import brian2 as b2
import numpy as np
import pytest

import braincore.engine  # noqa: F401 - registers the device
from braincore.engine.arrays import LINE, aligned
from braincore.engine.compiler import load

SOURCE = """
{headers}
extern "C" int64_t scan(const uint8_t* flag, int64_t from, int64_t to, int32_t* found) {{
  List list;
  _scan(flag, from, to, list);
  copy(list.begin(), list.end(), found);
  return list.size();
}}
"""
MODES = {"all": (), "SSE2": ("-U__AVX512BW__",), "neither": ("-U__AVX512BW__", "-U__SSE2__", "-U__AVX__")}


@pytest.mark.parametrize("mode", MODES)
def test_flags_are_listed(mode: str) -> None:
    if mode == "SSE2" and platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("this processor has no SSE2")
    own = files("braincore.engine")
    headers = "".join(own.joinpath(f"{name}.h").read_text(encoding="utf-8") for name in ("support", "math", "parts"))
    library = load(SOURCE.format(headers=headers), extra=MODES[mode])
    rng = np.random.default_rng(7)
    for probability in (0.0, 0.01, 0.5, 1.0):
        flags = (rng.random(640) < probability).astype(np.uint8)
        found = np.zeros(640, dtype=np.int32)
        for begin, end in ((0, 640), (64, 128), (128, 640)):
            n = library.call("scan", flags, begin, end, found)
            np.testing.assert_array_equal(found[:n], begin + np.flatnonzero(flags[begin:end]))


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32, bool])
def test_arrays_have_lines_for_themselves(dtype: type) -> None:
    made = [aligned(n, dtype) for n in (0, 1, 5, 64, 1000) for _ in range(3)]
    assert [len(array) for array in made] == [n for n in (0, 1, 5, 64, 1000) for _ in range(3)]
    assert all(array.dtype == dtype and array.flags.writeable for array in made)
    assert all(array.ctypes.data % LINE == 0 for array in made if len(array))
    lines = [set(range(a.ctypes.data // LINE, (a.ctypes.data + a.nbytes - 1) // LINE + 1)) for a in made if len(a)]
    assert sum(map(len, lines)) == len(set().union(*lines))


def test_state_of_neurons_begins_at_a_line() -> None:
    b2.set_device("braincore")
    group = b2.NeuronGroup(100, "dv/dt = -v/(10*ms) : 1 (unless refractory)", threshold="v > 1", refractory=1 * b2.ms)
    for name in ("v", "lastspike", "not_refractory"):
        assert group.variables[name].get_value().ctypes.data % LINE == 0


def test_earlier_networks_are_let_go() -> None:
    """Runs one after the other in one process: no variables of the network before the last are kept."""

    def run() -> weakref.ref[object]:
        b2.set_device("braincore")
        cells = b2.NeuronGroup(20, "dv/dt = -v/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact")
        synapses = b2.Synapses(cells, cells, "w : 1", on_pre="v_post += w")
        synapses.connect()
        b2.Network(cells, synapses).run(1 * b2.ms)
        return weakref.ref(synapses.variables["_synaptic_pre"])

    first = run()
    for _ in range(2):
        run()
    gc.collect()
    assert first() is None
