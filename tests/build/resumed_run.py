"""A network with everything that can be under way; as a script it goes on: ``resumed_run.py ENGINE OUT STATE...``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from built_runs import CONDUCTANCE, CURRENT, LIF, Done, Memory, a_brain, parameters, run

from braincore.model import (
    AllToAll,
    BrainSpec,
    FixedProbability,
    LearningRule,
    Lesion,
    NeuronModel,
    Noise,
    Normal,
    OneToOne,
    Optogenetic,
    Ramp,
    ScaleReceptor,
    Silence,
    Sine,
    SpikeTrains,
    Step,
    Traces,
    Uniform,
    Weights,
    learning_rules,
    neurons,
    poisson,
    synapses,
)

CELL = NeuronModel(
    name="r_cell",
    equations="""
    dv/dt = (E_L - v + R*I + sigma*sqrt(tau_m)*xi)/tau_m : volt (unless refractory)
    dth/dt = -th/tau_th : volt
    """,
    threshold="v > V_th + th",
    reset="v = E_L; th += 1*mV",
    refractory="1.5*ms",
    receptors={
        "exc": CURRENT,
        "g": CONDUCTANCE,
        "nmda": synapses.get("nmda_wang2002"),
        "gap": synapses.get("gap_junction"),
    },
    parameters=parameters(E_L="-65 mV", R="100 Mohm", tau_m="10 ms", V_th="-52 mV", tau_th="30 ms", sigma="2 mV"),
    initial={"v": "E_L + 8*mV*rand()"},
    method="euler",
)
STEPS = 600


def everything() -> BrainSpec:
    """Delays, plasticity of both terms, noise, waves, windows, drugs, light, silence, lesions, given spikes."""
    spec = a_brain("60 ms", seed=21)
    spec.add("A", 20, CELL, parameters={"tau_m": Normal("10 ms", "1 ms")})
    spec.add("B", 12, CELL)
    spec.add("C", 8, LIF)
    spec.add("P", 15, neurons.get("poisson").with_(rate="400 Hz"))
    spec.add("S", 6, "spike_source")
    rng = np.random.default_rng(3)
    steps = [np.unique(rng.integers(0, STEPS, 60)) for _ in range(6)]
    spec.stimulate(
        "S", SpikeTrains(times=np.concatenate(steps) * 1e-4, neurons=np.repeat(range(6), [s.size for s in steps]))
    )
    stdp, stp = learning_rules.get("stdp_pair").with_(A_plus=0.05), learning_rules.get("tsodyks_markram")
    growing = LearningRule(
        name="growing",
        equations="da/dt = -a/tau : 1 (event-driven)",
        on_pre="a += 1\ntransmitted = w*(1 + a)\nw = w*1.001",
        on_post="w = w*0.999",
        parameters=parameters(tau="15 ms"),
    )
    delay = Uniform("0.1 ms", "8 ms")
    spec.connect(
        "P", "A", FixedProbability(p=0.4), weight="35 pA", delay=delay, receptor="exc", rules=[stp, stdp],
        bounds=("0 pA", "70 pA"), name="stp",
    )  # fmt: skip
    weight = Uniform("1 nS", "3 nS")
    spec.connect("A", "B", FixedProbability(p=0.4), weight=weight, delay=delay, receptor="g", rules=stdp,
                 bounds=("0 nS", "4 nS"), name="stdp")  # fmt: skip
    spec.connect("S", "B", AllToAll(), weight="20 pA", delay="2.5 ms", receptor="exc", rules=growing, name="growing")
    spec.connect("A", "A", FixedProbability(p=0.3), weight="0.4 nS", receptor="nmda", name="nmda")
    spec.connect("B", "A", FixedProbability(p=0.2), weight="0.05 nS", receptor="gap", name="gap")
    spec.connect(
        "B", "C", FixedProbability(p=0.5), weight=Normal("40 pA", "5 pA"), delay="5 ms", receptor="exc", name="static"
    )
    spec.connect("S[0:4]", "C[0:4]", OneToOne(), weight="90 pA", receptor="exc", name="cut")
    spec.stimulate("A", poisson("10 Hz", 400), weight="20 pA", receptor="exc", during=("3 ms", "41 ms"))
    spec.stimulate("B", poisson("200*Hz*(1 + sin(2*pi*40*Hz*t))", 20), weight="15 pA", receptor="exc")
    spec.stimulate("A", Noise(mean="20 pA", sd="30 pA", tau="4 ms"), during=("5 ms", "50 ms"))
    spec.stimulate("B", Sine(amplitude="50 pA", frequency="60 Hz"), during=("7.3 ms", "48.1 ms"))
    spec.stimulate("B[0:6]", Ramp(start="0 pA", stop="60 pA"), during=("20 ms", "40 ms"))
    spec.stimulate("C", Step(amplitude="150 pA"), during=("10 ms", "30 ms"))
    spec.stimulate("C[2:5]", Step(amplitude="50 pA"), during=("20 ms", None))
    spec.intervene(
        Silence(target="A[0:8]", during=("15 ms", "25 ms")),
        Silence(target="A[4:10]", during=("20 ms", "35 ms")),
        Silence(target="S[5]", during=("12 ms", "44 ms")),
        Lesion(target="cut", at="33 ms"),
        Lesion(target="growing", at="45 ms"),
        Lesion(target="B[11]", at="37 ms"),
        ScaleReceptor(target="A", receptor="exc", factor=0.5, during=("18 ms", "28 ms")),
        ScaleReceptor(target="A[0:5]", receptor="exc", factor=3, during=("22 ms", "52 ms")),
        ScaleReceptor(target="A", receptor="gap", factor=0, during=("26 ms", "40 ms")),
        Optogenetic(target="B", conductance="1 nS", frequency="100 Hz", width="3 ms", during=("11 ms", "47 ms")),
    )
    spec.record(
        rates="2.5 ms",
        traces=(
            Traces(target="A", variables=("v", "th", "I_ext", "I_syn"), interval="0.3 ms"),
            Traces(target="B", variables=("v", "g.g", "I")),
        ),
        weights=(Weights(projection="stdp", interval="4 ms"), Weights(projection="growing", interval="3.3 ms")),
    )
    return spec


def arrays_of(done: Done) -> dict[str, Any]:
    """Everything that a run recorded and left behind, as named arrays."""
    sink, found = done.sink, {}
    for n, (steps, codes, neurons_) in enumerate(sink.rows):
        found[f"spikes/{n:05d}"] = np.stack([steps, codes, neurons_], axis=1).astype(np.int64)
    for n, (steps, codes, counts) in enumerate(sink.bins):
        found[f"rates/{n:05d}"] = np.stack([steps, codes, counts], axis=1).astype(np.int64)
    for name, parts in sink.samples.items():
        for n, (steps, codes, neurons_, values) in enumerate(parts):
            found[f"traces/{name}/{n:05d}"] = np.stack([steps, codes, neurons_, *values.values()], axis=1)
    for name, shots in sink.snapshots.items():
        for step, pre, post, values in shots:
            found[f"weights/{name}/{step:05d}"] = np.stack([pre, post, *values.values()], axis=1)
    if done.state is None:
        for name, group in done.built.groups.items():
            found |= {f"final/{name}/{v}": group.array(v) for v in group.initial}
        for synapses_ in done.built.synapses:
            found |= {f"final/{synapses_.plan.name}/{v}": synapses_.array(v) for v in synapses_.state}
    return found


def joined(*parts: dict[str, Any]) -> dict[str, Any]:
    """Tables of several runs, one after the other."""
    rows: dict[str, list[Any]] = {}
    for part in parts:
        for key in sorted(part):
            table = key if key.startswith(("final", "weights")) else key.rpartition("/")[0]
            rows.setdefault(table, []).append(part[key])
    found = {table: np.concatenate(arrays) for table, arrays in rows.items()}
    for table, array in found.items():
        if table.startswith(("spikes", "rates", "traces")):
            found[table] = array[np.lexsort(array[:, 2::-1].T)]
    return found


def main() -> None:
    runs_on, *given = sys.argv[1:]
    out, *states = (Path(a) for a in given)
    for path in states:
        with np.load(path, allow_pickle=False) as file:
            state = {key: file[key] for key in file.files}
        done = run(everything(), state=state, sink=Memory(), flush_every=0.05, runs_on=runs_on)
        np.savez(out / f"after-{path.name}", **arrays_of(done))


if __name__ == "__main__":
    main()
