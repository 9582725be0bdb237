"""The cost of a run: sums that can be done by hand, limits read from made-up machines, and Brian2's own memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from braincore.errors import InputError
from braincore.theory.machine import available_disk, available_memory
from braincore.theory.preflight import (
    LARGEST_INDEX,
    CostModel,
    NeuronLoad,
    RecordingLoad,
    SynapseLoad,
    check,
    estimate,
    fits,
    size,
)

PLAIN = CostModel(
    base_bytes=1000, object_bytes=0, neuron_bytes=10, neuron_variable_bytes=8, synapse_bytes=16,
    synapse_variable_bytes=8, synapse_delay_bytes=4, synapse_build_bytes=2, buffer_bytes=500, spike_disk_bytes=12,
    sample_disk_bytes=8, object_step_seconds=1.0, variable_step_seconds=0.1, event_seconds=0.01,
    synapse_build_seconds=0.001,
)  # fmt: skip


def test_the_parts_add_up() -> None:
    cost = estimate(
        [NeuronLoad(name="E", count=100, variables=2)],
        [SynapseLoad(name="EE", count=1000, variables=2, delays=True, rate=5.0), SynapseLoad(name="x", count=10)],
        [RecordingLoad(name="spikes", count=100, rate=5.0), RecordingLoad(name="v", count=2, rate=1e3, spikes=False)],
        duration=2.0,
        dt=1e-3,
        model=PLAIN,
    )
    memory = {item.name: item.memory for item in cost.items}
    assert memory == {
        "Python and Brian2": 1000,
        "neurons E": 100 * 26,
        "synapses EE": 1000 * 36,
        "synapses x": 10 * 24,
        "recording spikes": 500,
        "recording v": 500,
        "building synapses EE": 2000,
    }
    assert cost.memory_bytes == sum(memory.values())
    assert cost.disk_bytes == 100 * 5 * 2 * 12 + 2 * 1000 * 2 * 8
    assert (cost.steps, cost.neurons, cost.synapses) == (2000, 100, 1010)
    assert cost.synaptic_events == 10_000
    assert cost.seconds == pytest.approx(5 * 2000 * 1.0 + 2000 * 200 * 0.1 + 10_000 * 0.01 + 1010 * 0.001)
    assert [item.name for item in cost.largest(2)] == ["synapses EE", "neurons E"]
    assert cost.largest(1, disk=True)[0].name == "recording v"


def test_own_bytes_per_synapse_replace_the_model() -> None:
    cost = estimate([], [SynapseLoad(name="s", count=10, bytes_each=100)], duration=0, dt=1e-4, model=PLAIN)
    assert cost.largest(1)[0].memory == 1000


def test_a_run_that_does_not_fit_is_refused_with_the_three_largest_parts() -> None:
    cost = estimate(
        [NeuronLoad(name="E", count=1e6, variables=4)],
        [SynapseLoad(name="EE", count=1e10, delays=True), SynapseLoad(name="EI", count=1e8)],
        [RecordingLoad(name="spikes", count=1e6, rate=10.0)],
        duration=100.0,
        dt=1e-4,
    )
    verdict = check(cost, memory=23e9, disk=1e9)
    assert not verdict.fits
    assert "the run needs about 403 GB of memory, 23 GB is free" in verdict.message
    assert "(largest: synapses EE 320 GB, building synapses EE 80 GB, synapses EI 2.4 GB)" in verdict.message
    assert "the run needs about 12 GB of disk space, 1 GB is free (largest: recording spikes 12 GB)" in verdict.message
    assert "too many to be numbered in one group, at most 2147483647: EE" in verdict.message


def test_a_run_that_fits_says_what_it_needs() -> None:
    cost = estimate([NeuronLoad(name="E", count=LARGEST_INDEX, variables=0)], duration=1.0, dt=1e-4, model=PLAIN)
    verdict = check(cost, memory=1e12, disk=None)
    assert verdict.fits
    assert verdict.message == "the run needs about 21.5 GB of memory of 1 TB free and 0 bytes of disk space"
    assert check(cost, memory=None, disk=None).fits
    assert not check(cost, memory=20e9, disk=None).fits


def test_this_machine_can_be_asked(tmp_path: Path) -> None:
    cost = estimate([NeuronLoad(name="E", count=1, variables=1)], duration=0.1, dt=1e-4, model=PLAIN)
    assert fits(cost, tmp_path / "not" / "there" / "yet").fits
    assert available_disk(tmp_path / "not" / "there" / "yet") > 0


def machine(root: Path, files: dict[str, str]) -> Path:
    meminfo = "MemTotal:       32000000 kB\nMemFree:  1 kB\nMemAvailable:   16000000 kB\n"
    for name, text in ({"proc/meminfo": meminfo} | files).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


GIGA = 10**9


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 16_384_000_000),
        ({"proc/self/cgroup": "0::/\n"}, 16_384_000_000),
        (  # version 2: the limit of a parent holds, and its file cache can be had back
            {
                "proc/self/cgroup": "0::/job/step\n",
                "sys/fs/cgroup/job/step/memory.max": "max\n",
                "sys/fs/cgroup/job/step/memory.current": f"{GIGA}\n",
                "sys/fs/cgroup/job/memory.max": f"{8 * GIGA}\n",
                "sys/fs/cgroup/job/memory.current": f"{3 * GIGA}\n",
                "sys/fs/cgroup/job/memory.stat": f"anon 5\ninactive_file {GIGA}\n",
            },
            6 * GIGA,
        ),
        (  # version 1
            {
                "proc/self/cgroup": "5:devices:/x\n4:cpu,memory:/job\n0::/\n",
                "sys/fs/cgroup/memory/job/memory.limit_in_bytes": f"{4 * GIGA}\n",
                "sys/fs/cgroup/memory/job/memory.usage_in_bytes": f"{GIGA}\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
                "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{GIGA}\n",
            },
            3 * GIGA,
        ),
        (  # inside a container the path is that of the host; the limit lies at the mount itself
            {
                "proc/self/cgroup": "0::/host/path\n",
                "sys/fs/cgroup/memory.max": f"{2 * GIGA}\n",
                "sys/fs/cgroup/memory.current": f"{3 * GIGA}\n",
            },
            0,
        ),
    ],
)
def test_available_memory_heeds_control_groups(tmp_path: Path, files: dict[str, str], expected: int) -> None:
    assert available_memory(machine(tmp_path, files)) == expected


def test_available_memory_is_unknown_where_nothing_tells(tmp_path: Path) -> None:
    assert available_memory(tmp_path) is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: NeuronLoad(name="E", count=-1, variables=1), "count = -1 must be a finite number, not negative"),
        (lambda: NeuronLoad(name="E", count=float("nan"), variables=1), "count = nan must be a finite number"),
        (lambda: SynapseLoad(name="s", count=1, rate=float("inf")), "rate = inf must be a finite number"),
        (lambda: CostModel(base_bytes=-5.0), "base_bytes = -5.0 must be a finite number"),
        (lambda: estimate([], duration=-1, dt=1e-4), "duration = -1 s must be a finite time"),
        (lambda: estimate([], duration=1, dt=0.0), "dt = 0.0 s must be a finite time above zero"),
    ],
)
def test_bad_loads_are_named(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]


def test_sizes_are_spelled_for_people() -> None:
    assert [size(n) for n in (0, 999, 1000, 15_360, 999_999, 2.5e9, 3e13)] == [
        "0 bytes", "999 bytes", "1 kB", "15.4 kB", "1 MB", "2.5 GB", "30 TB",
    ]  # fmt: skip


PROBE = """
import sys
import brian2 as b2
import numpy as np

neurons, synapses, delays = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True"
rng = np.random.default_rng(0)
group = b2.NeuronGroup(neurons, "dv/dt = (1.1 - v) / (10*ms) : 1 (unless refractory)\\nx : 1", threshold="v > 1",
                       reset="v = 0", refractory=2 * b2.ms, method="exact")
group.x = 1
links = b2.Synapses(group, group, "w : 1", on_pre="v_post += w", **({} if delays else {"delay": 1 * b2.ms}))
ends = [rng.integers(0, neurons, synapses, dtype=np.int32) for _ in range(2)]
links.connect(i=ends[0], j=ends[1])
links.w = rng.random(synapses)
if delays:
    links.delay = rng.random(synapses) * b2.ms
b2.Network(group, links).run(2 * b2.ms)
for line in open("/proc/self/status"):
    if line.startswith("VmHWM:"):
        print(int(line.split()[1]) * 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
@pytest.mark.parametrize(("neurons", "synapses", "delays"), [(1_000_000, 100_000, False), (10_000, 8_000_000, True)])
def test_estimate_is_within_half_as_much_again_of_what_brian2_takes(neurons: int, synapses: int, delays: bool) -> None:
    arguments = [sys.executable, "-c", PROBE, str(neurons), str(synapses), str(delays)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    measured = int(done.stdout.split()[-1])
    cost = estimate(
        [NeuronLoad(name="n", count=neurons, variables=2)],
        [SynapseLoad(name="s", count=synapses, delays=delays)],
        duration=2e-3,
        dt=1e-4,
    )
    assert measured / 1.5 < cost.memory_bytes < measured * 1.5
