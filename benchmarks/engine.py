"""The engine beside Brian2's C++ standalone mode: ``python benchmarks/engine.py [NETWORK...] [--repeat 5]``.

Every measurement is a process of its own: it builds the network, runs a transient, then times a run of one biological
second (``--seconds``). Prints wall seconds per biological second (median, least and most of the repeats) and the
ratio to Brian2's best; ``--write`` puts the table into ``benchmarks/RESULTS.md``. Nothing else should run meanwhile.

Networks: CUBA and COBAHH of Vogels & Abbott (2005, J Neurosci 25:10786) as in Brette et al. (2007, J Comput Neurosci
23:349), with a delay of one step, or of 0.1 to 5 ms (``cuba_delays``); ``_40k`` with 40 000 neurons.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NETWORKS = ("cuba", "cuba_40k", "cuba_delays", "cuba_delays_40k", "cobahh", "cobahh_40k")
PEERS = ("brian2 double", "brian2 single", "brian2 double 2 threads", "brian2 single 2 threads")
OURS = ("braincore double", "braincore single")


def build(name: str) -> Any:
    """Return one of the networks."""
    import brian2 as b2
    import numpy as np

    b2.defaultclock.dt = 0.1 * b2.ms
    n = 40_000 if name.endswith("40k") else 4_000
    excitatory, k = int(0.8 * n), 80
    if name.startswith("cuba"):
        model = """dv/dt = (ge + gi - (v + 49*mV))/(20*ms) : volt (unless refractory)
                   dge/dt = -ge/(5*ms) : volt
                   dgi/dt = -gi/(10*ms) : volt"""
        group = b2.NeuronGroup(n, model, threshold="v > -50*mV", reset="v = -60*mV", refractory="5*ms", method="exact")
        group.v = np.random.default_rng(1).uniform(-60, -50, n) * b2.mV
        effects = ("ge += 1.62*mV", "gi += -9*mV")
    else:
        group = _hodgkin_huxley(b2, n)
        effects = ("ge += 6*nS", "gi += 67*nS")
    objects = [group]
    rng = np.random.default_rng(2)
    for effect, low, high in zip(effects, (0, excitatory), (excitatory, n), strict=True):
        delays = {} if "delays" in name else {"delay": 0.1 * b2.ms}
        synapses = b2.Synapses(group, group, on_pre=effect, **delays)
        pre = np.repeat(np.arange(low, high), k)
        synapses.connect(i=pre, j=rng.integers(0, n, pre.size))
        if not delays:
            synapses.delay = rng.uniform(0.1, 5, pre.size) * b2.ms
        objects.append(synapses)
    return b2.Network(*objects)


def _hodgkin_huxley(b2: Any, n: int) -> Any:
    import numpy as np

    model = """
    dv/dt = (gl*(-60*mV - v) - ge*v + gi*(-80*mV - v) + i_ion)/Cm : volt
    i_ion = -g_na*(m*m*m)*h*(v - 50*mV) - g_kd*(n*n*n*n)*(v + 90*mV) : amp
    dm/dt = alpha_m*(1 - m) - beta_m*m : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h : 1
    dge/dt = -ge/(5*ms) : siemens
    dgi/dt = -gi/(10*ms) : siemens
    alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV - v + VT)/(4*mV))/ms : Hz
    beta_m = 0.28*(mV**-1)*5*mV/exprel((v - VT - 40*mV)/(5*mV))/ms : Hz
    alpha_h = 0.128*exp((17*mV - v + VT)/(18*mV))/ms : Hz
    beta_h = 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms : Hz
    alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV - v + VT)/(5*mV))/ms : Hz
    beta_n = .5*exp((10*mV - v + VT)/(40*mV))/ms : Hz"""
    area = 20000 * b2.umetre**2
    constants = {
        "Cm": 1 * b2.ufarad / b2.cm**2 * area,
        "gl": 5e-5 * b2.siemens / b2.cm**2 * area,
        "g_na": 100 * b2.msiemens / b2.cm**2 * area,
        "g_kd": 30 * b2.msiemens / b2.cm**2 * area,
        "VT": -63 * b2.mV,
    }
    group = b2.NeuronGroup(
        n, model, threshold="v > -20*mV", refractory="3*ms", method="exponential_euler", namespace=constants
    )
    rng = np.random.default_rng(1)
    group.v = (-65 + 5 * rng.standard_normal(n)) * b2.mV
    group.ge = np.maximum(0, rng.standard_normal(n) * 1.5 + 4) * 10 * b2.nS
    group.gi = np.maximum(0, rng.standard_normal(n) * 12 + 20) * 10 * b2.nS
    return group


def measure(name: str, what: str, seconds: float) -> float:
    """Return wall seconds per biological second of one simulator on one network, here and now."""
    import brian2 as b2
    import numpy as np

    simulator, precision, *threads = what.split()
    if simulator == "braincore":
        import braincore.engine  # noqa: F401 - registers the device

        b2.set_device("braincore", precision=precision)
        net = build(name)
        net.run(0.2 * b2.second)
        net.run(seconds * b2.second)
        return float(b2.get_device()._last_run_time) / seconds
    b2.prefs.core.default_float_dtype = np.float32 if precision == "single" else np.float64
    if threads:
        b2.prefs.devices.cpp_standalone.openmp_threads = int(threads[0])
    with tempfile.TemporaryDirectory() as folder:
        b2.set_device("cpp_standalone", build_on_run=False)
        net = build(name)
        net.run(0.2 * b2.second)
        net.run(seconds * b2.second)
        b2.device.build(directory=folder, compile=True, run=True)
        return float(b2.device._last_run_time) / seconds


def _apart(name: str, what: str, seconds: float) -> float:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--one", name, what, str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{what} on {name}: {done.stderr[-2000:]}")
    return float(json.loads(done.stdout.splitlines()[-1]))


def table(names: Sequence[str], repeat: int, seconds: float) -> list[str]:
    """Measure, and return the rows of a table."""
    rows = [
        "| network | simulator | s per s (median of repeats) | least to most | times Brian2's best |",
        "|---|---|---|---|---|",
    ]
    for name in names:
        times: dict[str, list[float]] = {what: [] for what in (*PEERS, *OURS)}
        for _ in range(repeat):  # in turns: what disturbs the machine disturbs all
            for what, found in times.items():
                found.append(_apart(name, what, seconds))
                print(f"{name}: {what}: {found[-1]:.4f}", file=sys.stderr, flush=True)
        best = min(statistics.median(times[what]) for what in PEERS)
        for what, found in times.items():
            middle = statistics.median(found)
            rows.append(
                f"| {name} | {what} | {middle:.4f} | {min(found):.4f} to {max(found):.4f} | {best / middle:.2f} |"
            )
    return rows


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one[0], options.one[1], float(options.one[2]))))
        return
    rows = table(options.networks, options.repeat, options.seconds)
    print("\n".join(rows))
    if options.write:
        command = f"python benchmarks/engine.py {' '.join(options.networks)}"
        command += f" --repeat {options.repeat} --seconds {options.seconds:g}"
        head = f"# Results\n\n`{command}`\n\n"
        Path(__file__).with_name("RESULTS.md").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
