"""The pre-flight estimate, held against runs of its own in fresh processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from braincore.errors import InputError
from braincore.model import BrainSpec, FixedProbability, FixedTotalNumber, Lesion, TruncatedNormal, Weights
from braincore.theory import estimate

MEASURE = """
import sys
from pathlib import Path
from braincore.model import AllToAll, BrainSpec, FixedProbability, regions
from braincore.study.run import RunOptions, run_brain
from braincore.theory import estimate

brain = BrainSpec(seed=1, duration="2 ms")
case, folder, engine = sys.argv[1:]
if case == "neurons":
    brain.add("E", 300_000, "lif_exp")
elif case == "one weight":
    brain.add("E", 3000, "lif_exp")
    brain.connect("E", "E", FixedProbability(p=0.5), weight="1 pA", delay="1 ms")
else:
    brain.regions["V1"] = regions.get("CorticalMicrocircuit")(scale=0.1 if engine == "brian2" else 0.4)
expected = estimate(brain.resolve(), compiled=engine == "cpp").estimate.memory_bytes
run_brain(brain, options=RunOptions(out=Path(folder), report=False, prediction=False, engine=engine))
peak = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(expected / peak)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize("engine", ["cpp", "brian2"])
@pytest.mark.parametrize("case", ["neurons", "one weight", "microcircuit"])
def test_memory_is_estimated_within_a_factor_of_one_and_a_half(case: str, engine: str, tmp_path: Path) -> None:
    """Against the peak resident memory (VmHWM) of a run in a fresh process."""
    command = [sys.executable, "-c", MEASURE, case, str(tmp_path / "run"), engine]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 1 / 1.5 < float(done.stdout.split()[-1]) < 1.5


def test_what_is_one_number_is_counted_once() -> None:
    """A weight or a delay of its own costs 8 bytes a synapse each on Brian2's runtime, compiled 8 and 2."""
    one, own = BrainSpec(), BrainSpec()
    for brain, weight, delay in (
        (one, "1 pA", "1 ms"),
        (own, TruncatedNormal("1 pA", "0.1 pA", "0 pA"), TruncatedNormal("1 ms", "0.2 ms", "0.1 ms")),
    ):
        brain.add("E", 1000, "lif_exp")
        brain.connect("E", "E", FixedTotalNumber(n=1_000_000), weight=weight, delay=delay)
    for compiled, more in ((False, 16e6), (True, 10e6)):
        found = [estimate(brain.resolve(), compiled=compiled).estimate.memory_bytes for brain in (one, own)]
        assert found[1] - found[0] == pytest.approx(more)


def test_what_changes_or_is_recorded_lies_in_arrays() -> None:
    found = []
    for change in ("nothing", "recorded", "cut"):
        brain = BrainSpec()
        brain.add("E", 1000, "lif_exp")
        brain.connect("E", "E", FixedTotalNumber(n=1_000_000), weight="1 pA", delay="1 ms", name="EE")
        if change == "recorded":
            brain.record(weights=[Weights(projection="EE", interval="1 ms")])
        if change == "cut":
            brain.interventions.append(Lesion(target="EE", at="1 ms"))
        found.append(estimate(brain.resolve()).estimate.memory_bytes)
    assert found[1] - found[0] > 10e6
    assert found[2] - found[0] > 10e6


def test_a_run_that_will_not_fit_is_refused_with_its_largest_parts() -> None:
    brain = BrainSpec()
    brain.add("E", 1_000_000, "lif_exp")
    brain.connect("E", "E", FixedProbability(p=0.5), weight="1 pA", delay="1 ms")
    cost = estimate(brain.resolve())
    assert cost.estimate.synapses == pytest.approx(5e11)
    with pytest.raises(InputError, match=r"needs about .* of memory.*largest: synapses"):
        cost.require()
    assert any("steps of 0.1 ms" in line for line in cost.lines())
