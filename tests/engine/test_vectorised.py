"""The compiler does many elements at once in every loop over neurons: a loop that it refuses is a defect."""

from __future__ import annotations

import platform
import re
import subprocess
from pathlib import Path

import brian2 as b2
import pytest
from plastic_models import NAMESPACE, NEURONS, RULES
from reference_models import MODELS

import braincore.engine  # noqa: F401 - registers the device
from braincore.engine import compiler

QUICK = ("adaptive_exponential",)
# Whether a loop can be done many elements at once is a matter of our text; whether it pays is one of the processor (an
# AMD without vectors of 512 bits gathers one by one), which a test must not depend on. Nothing compiled here is run.
ARCHITECTURE = {"x86_64": "-march=skylake-avx512"}.get(platform.machine(), "-march=native")
_LOOP = re.compile(r"^#pragma GCC ivdep\nfor \(int64_t _idx = .*\n(?P<body>(?:.*\n)*?)}\n", re.MULTILINE)
_ROW = re.compile(r"^#pragma GCC ivdep\nfor \(int32_t [kr]_ = (?P<body>.*)\n", re.MULTILINE)


def _refused(source: str, flags: tuple[str, ...], folder: Path, loops: re.Pattern[str] = _LOOP) -> list[str]:
    """Return the pieces whose loop over elements (or over a row) the compiler does one by one."""
    text = folder / "network.cpp"
    text.write_text(source, encoding="utf-8")
    kept = [f for f in (*compiler.FLAGS, *flags) if f not in ("-shared", "-march=native")]  # it sets how to tune, too
    flags = (*kept, ARCHITECTURE, "-fopt-info-vec", "-S")
    command = [compiler.compiler(), *flags, "-o", str(folder / "network.s"), str(text)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    done = {int(line) for line in re.findall(r"network\.cpp:(\d+):\d+: optimized: loop vectorized", told)}
    refused = []
    for found in loops.finditer(source):
        first = source.count("\n", 0, found.start()) + 2
        works = [line for line in found["body"].splitlines() if "= " in line]
        if works and not done & {first - 1, first, first + 1}:  # the pragma, the loop or what follows it
            refused.append(source[: found.start()].rpartition("//@ ")[2].partition("\n")[0])
    return refused


def _needs_gcc() -> None:
    version = subprocess.run([compiler.compiler(), "--version"], capture_output=True, text=True, check=True).stdout
    if "Free Software Foundation" not in version:
        pytest.skip("another compiler reports otherwise")


@pytest.mark.rotates(7)
@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in MODELS])
def test_loops_over_neurons_are_vectorised(name: str, precision: str, tmp_path: Path) -> None:
    _needs_gcc()
    b2.set_device("braincore", precision=precision)
    b2.defaultclock.dt = 0.1 * b2.ms
    net, _ = MODELS[name]()
    net.run(b2.defaultclock.dt)
    source = b2.get_device().program.source
    assert _LOOP.search(source)
    assert not _refused(source, compiler.EXACT if precision == "double" else compiler.QUICK, tmp_path)


@pytest.mark.rotates(4)
@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("rule", ["static", "pair"])
def test_rows_of_all_to_all_synapses_are_vectorised(rule: str, precision: str, tmp_path: Path) -> None:
    _needs_gcc()
    b2.set_device("braincore", precision=precision)
    b2.defaultclock.dt = 0.1 * b2.ms
    cells = b2.NeuronGroup(50, NEURONS, threshold="v > 1", reset="v = 0", method="euler", refractory=1 * b2.ms)
    given = {"model": "w : 1", "on_pre": "v_post += w"} if rule == "static" else RULES[rule]
    synapses = b2.Synapses(cells, cells, namespace=dict(NAMESPACE), **given)
    synapses.connect()
    b2.Network(cells, synapses).run(b2.defaultclock.dt)
    source = b2.get_device().program.source
    assert len(_ROW.findall(source)) == 1
    assert not _refused(source, compiler.EXACT if precision == "double" else compiler.QUICK, tmp_path, _ROW)


@pytest.mark.rotates(2)
@pytest.mark.parametrize("precision", ["double", "single"])
def test_loops_over_a_subgroup_are_vectorised(precision: str, tmp_path: Path) -> None:
    _needs_gcc()
    b2.set_device("braincore", precision=precision)
    b2.defaultclock.dt = 0.1 * b2.ms
    cells = b2.NeuronGroup(300, "dv/dt = -v/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact")
    some = cells[40:260]
    some.run_regularly("v = 0.5*v + 0.1")
    many = b2.PoissonInput(some, "v", N=1000, rate=20 * b2.Hz, weight=0.01)
    b2.Network(cells, some, some.contained_objects, many).run(b2.defaultclock.dt)
    source = b2.get_device().program.source
    assert source.count("_sub_idx = _sub_first + _idx") == 2
    assert len(_LOOP.findall(source)) >= 3
    assert not _refused(source, compiler.EXACT if precision == "double" else compiler.QUICK, tmp_path)
