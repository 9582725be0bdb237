"""Runs made up for the tests of figures and reports, written through `RunWriter` as a simulation would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from braincore.analysis import summarise
from braincore.results import PopulationInfo, Run, RunWriter, collect_provenance

LIF = """dv/dt = (E_L - v)/tau_m + (I_syn + I_ext)/C_m : volt (unless refractory)
dI_syn/dt = -I_syn/tau_syn : amp"""
HODGKIN_HUXLEY = """
dv/dt = (I - g_Na*m**3*h*(v - E_Na) - g_K*n**4*(v - E_K) - g_L*(v - E_L))/C_m : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
alpha_m = 0.1/mV*10*mV/exprel((-v + 25*mV + V_0)/(10*mV))/ms : Hz
beta_m = 4*exp((-v + V_0)/(18*mV))/ms : Hz
alpha_h = 0.07*exp((-v + V_0)/(20*mV))/ms : Hz
beta_h = 1/(exp((-v + 30*mV + V_0)/(10*mV)) + 1)/ms : Hz
alpha_n = 0.01/mV*10*mV/exprel((-v + 10*mV + V_0)/(10*mV))/ms : Hz
beta_n = 0.125*exp((-v + V_0)/(80*mV))/ms : Hz
"""
LIF_PARAMETERS = [
    ("E_L", -65.0, "mV", "leak potential", -80.0, -50.0),
    ("V_th", -50.0, "mV", "threshold", -60.0, -40.0),
    ("V_r", -65.0, "mV", "reset potential", -80.0, -50.0),
    ("tau_m", 10.0, "ms", "membrane time constant", 5.0, 40.0),
    ("C_m", 250.0, "pF", "membrane capacitance", 50.0, 500.0),
    ("t_ref", 2.0, "ms", "refractory period", 0.5, 5.0),
    ("tau_syn", 0.5, "ms", "time constant of synaptic currents", 0.1, 10.0),
]
# Potjans & Diesmann 2014: sizes, connection probabilities (rows: targets), and the rates of a reference simulation.
SIGNS = {"E": "excitatory", "I": "inhibitory"}
LAYERS = ("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")
SIZES = (20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948)
RATES = (0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829)
PREDICTED = (0.754, 2.794, 4.440, 5.823, 7.154, 8.470, 1.160, 7.756)
PROBABILITY = (
    (0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0),
    (0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0),
    (0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0),
    (0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0),
    (0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0),
    (0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0),
    (0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252),
    (0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443),
)
AREAS = (
    "V1", "V2", "V4", "DP", "MT", "8m", "5", "8l", "TEO", "2", "F1", "STPc", "7A", "46d", "10", "9/46v", "9/46d", "F5",
    "TEpd", "PBr", "7m", "7B", "F2", "STPi", "PROm", "F7", "8B", "STPr", "24c",
)  # fmt: skip


def neuron(name: str = "lif_exp", equations: str = LIF, **more: Any) -> dict[str, Any]:
    """Return a neuron as ``model.json`` has it."""
    rows = [
        dict(zip(("name", "value", "unit", "meaning", "low", "high"), row, strict=True), source="Table 5")
        for row in LIF_PARAMETERS
    ]
    receptor = {
        "name": "exc", "model": "exp_current", "equations": "dg/dt = -g/tau : amp", "current": "g", "on_pre": "g += w",
        "parameters": [{"name": "tau", "value": 0.5, "unit": "ms", "meaning": "decay", "low": 0.1, "high": 10.0}],
    }  # fmt: skip
    return {
        "name": name, "purpose": "Leaky integrate-and-fire neuron with exponential synaptic currents",
        "source": "Potjans & Diesmann 2014, Cereb Cortex 24:785, doi:10.1093/cercor/bhs358", "equations": equations,
        "threshold": "v > V_th", "reset": "v = V_r", "refractory": "t_ref", "method": "exact", "parameters": rows,
        "receptors": [receptor], **more,
    }  # fmt: skip


def draw_spikes(
    rng: np.random.Generator, sizes: Sequence[int], rates: Sequence[float], steps: int, dt: float, drive: Any = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (step, code, neuron) of irregular spikes with log-normal rates, a common rhythm and a refractory time."""
    t = np.arange(steps) * dt
    rhythm = 1 + 0.35 * np.sin(2 * np.pi * 78 * t + np.cumsum(rng.normal(0, 0.04, steps)))
    rhythm *= np.exp(0.2 * np.convolve(rng.normal(0, 1, steps), np.ones(100) / 10, mode="same"))
    pieces = []
    for code, (size, rate) in enumerate(zip(sizes, rates, strict=True)):
        own = rng.lognormal(0, 0.7, size)
        weights = own / own.sum()
        local = drive[code] if isinstance(drive, list) else drive
        count = rng.poisson(np.clip(rate * size * dt * rhythm / rhythm.mean() * local, 0, None))
        step = np.repeat(np.arange(steps), count)
        who = rng.choice(size, len(step), p=weights)
        order = np.lexsort((step, who))
        step, who = step[order], who[order]
        late = np.ones(len(step), bool)
        late[1:] = (np.diff(step) >= 0.002 / dt) | (np.diff(who) > 0)
        pieces.append((step[late], np.full(late.sum(), code), who[late]))
    step, code, who = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    order = np.lexsort((who, code, step))
    return step[order], code[order], who[order]


def summary(run: Run, synapses: float, predicted: Mapping[str, float] | None = None) -> dict[str, Any]:
    """Return a ``summary.json`` as a runner makes it, with the statistics of what was recorded."""
    populations = summarise(run)
    for name, rate in (predicted or {}).items():
        populations[name]["predicted_rate_hz"] = rate
    return {
        "seed": 55,
        "duration_s": run.duration,
        "wall_s": {"build": 3.21, "compile": 0.0, "simulate": 41.7},
        "neurons": sum(info.size for info in run.populations.values()),
        "synapses": synapses,
        "engine": "brian2",
        "versions": {"python": "3.11.9", "braincore": "0.1.0", "brian2": "2.9.0"},
        "populations": populations,
    }


def synapses_of(model: Mapping[str, Any]) -> int:
    """Return how many synapses a model says it has."""
    listed = sum(row["n_synapses"] for row in model.get("projections", ()))
    return int(model.get("projection_summary", {}).get("synapses", listed))


def write(
    folder: Path,
    infos: Sequence[PopulationInfo],
    spikes: tuple[np.ndarray, np.ndarray, np.ndarray],
    steps: int,
    *,
    dt: float = 1e-4,
    model: dict[str, Any] | None = None,
    predicted: Mapping[str, float] | None = None,
    before_end: Any = None,
    end: str = "finish",
) -> Run:
    """Write a run folder and return it read back; `before_end(writer)` may add recordings.

    `end` is how it ended: ``finish``, ``interrupt``, ``killed`` (nothing more was written), or why it failed.
    """
    step, code, who = spikes
    provenance = collect_provenance(seed=55, spec_hash="0" * 64, command=["braincore", "run", "brain.yaml"])
    with RunWriter(folder) as writer:
        writer.write_text("run.yaml", "braincore: 1\n")
        writer.write_json("provenance.json", provenance)
        if model is not None:
            writer.write_json("model.json", model)
        writer.begin(dt=dt, populations=infos)
        writer.write_spikes(step, None, code, who)
        if before_end:
            before_end(writer)
        writer.advance(steps)
        writer.flush()
        if end == "killed":
            writer._release()
            return Run(folder, allow_incomplete=True)
        body = summary(Run(folder, allow_incomplete=True), synapses_of(model or {}), predicted)
        if end == "finish":
            writer.finish(body)
        elif end == "interrupt":
            writer.interrupt("stopped by KeyboardInterrupt", body)
        else:
            writer.fail(end)
    return Run(folder, allow_incomplete=end != "finish")


def microcircuit(folder: Path, *, scale: float = 0.1, seconds: float = 1.0, seed: int = 1, rates: Any = RATES) -> Run:
    """Eight populations of one region, as in Potjans & Diesmann 2014, with a thalamic pulse."""
    rng = np.random.default_rng(seed)
    sizes = [round(n * scale) for n in SIZES]
    infos = [
        PopulationInfo(
            name=name, size=n,
            annotations={"region": "column", "layer": name[1:-1], "sign": SIGNS[name[-1]]},
        )
        for name, n in zip(LAYERS, sizes, strict=True)
    ]  # fmt: skip
    steps = round(seconds / 1e-4)
    t = np.arange(steps) * 1e-4
    pulse = np.where((t >= 0.7) & (t < 0.71 + 0.0), 8.0, 1.0)
    drive = [pulse if name[1] in "46" else np.ones(steps) for name in LAYERS]
    spikes = draw_spikes(rng, sizes, rates, steps, 1e-4, drive)
    return write(
        folder, infos, spikes, steps, model=microcircuit_model(sizes, rng, seed),
        predicted=dict(zip(LAYERS, PREDICTED, strict=True)),
    )  # fmt: skip


def microcircuit_model(sizes: Sequence[int], rng: np.random.Generator, seed: int) -> dict[str, Any]:
    """Return the ``model.json`` of `microcircuit`."""
    projections, histograms = [], {}
    for target, row in zip(range(8), PROBABILITY, strict=True):
        for source in range(8):
            p = row[source]
            if not p:
                continue
            count = round(np.log(1 - p) / np.log(1 - 1 / (sizes[source] * sizes[target])))
            weight = 87.8 if source % 2 == 0 else -351.2
            name = f"{LAYERS[source]}->{LAYERS[target]}"
            projections.append(
                {
                    "name": name, "source": LAYERS[source], "target": LAYERS[target], "rule": "fixed total number",
                    "n_synapses": count, "weight": f"normal({weight} pA, {abs(weight) / 10:.3g} pA)",
                    "weight_mean_si": weight * 1e-12, "receptor": "exc" if weight > 0 else "inh", "rules": [],
                    "delay": "normal(1.5 ms, 0.75 ms)" if weight > 0 else "normal(0.75 ms, 0.375 ms)",
                }
            )  # fmt: skip
            counts, edges = np.histogram(rng.normal(weight, abs(weight) / 10, 5000), 40)
            histograms[name] = {"edges": edges.tolist(), "counts": counts.tolist(), "unit": "pA"}
    return {
        "title": "Cortical microcircuit", "description": "One square millimetre of early sensory cortex, down-scaled.",
        "source": "Potjans & Diesmann 2014, Cereb Cortex 24:785", "dt_ms": 0.1, "duration_ms": 1000.0, "seed": seed,
        "hash": "ab" * 32, "neurons": [neuron()],
        "populations": [
            {"name": name, "region": "column", "size": n, "neuron": "lif_exp", "layer": name[1:-1],
             "sign": SIGNS[name[-1]],
             "parameters": {"I_ext": "0.31 nA"} if name == "L6E" else {}}
            for name, n in zip(LAYERS, sizes, strict=True)
        ],
        "projections": projections, "weight_histograms": dict(list(histograms.items())[:14]),
        "stimuli": [
            {"text": "background: independent Poisson spikes of 8 Hz from 1600 to 2900 sources for each neuron",
             "name": "background", "target": "column"},
            {"text": "thalamus: 10 ms pulse of Poisson spikes onto layers 4 and 6", "name": "thalamus",
             "target": "L4E, L4I, L6E, L6I", "start_ms": 700.0, "stop_ms": 710.0},
        ],
        "reference_rates": {"source": "NEST 3, full scale", "rates_hz": dict(zip(LAYERS, RATES, strict=True))},
    }  # fmt: skip


def connectome(names: Sequence[str], rng: np.random.Generator, density: float = 0.6) -> dict[str, Any]:
    """Return a directed, log-normal connectome whose strength falls with distance."""
    places = rng.normal(0, 1, (len(names), 3)) * [3.0, 1.5, 1.0] * 10
    distance = np.linalg.norm(places[:, None] - places[None], axis=2)
    matrix = rng.lognormal(-3, 1.5, distance.shape) * np.exp(-distance / 12)
    matrix *= rng.random(distance.shape) < density
    np.fill_diagonal(matrix, 0)
    total = matrix.sum(axis=0)
    matrix /= np.where(total > 0, total, 1)
    return {"names": list(names), "matrix": matrix.tolist(), "attribute": "fln", "positions": places.tolist()}


def brain(
    folder: Path, areas: Sequence[str] = AREAS, *, layers: Sequence[str] = ("E", "I"), size: int = 60,
    seconds: float = 1.0, seed: int = 2, end: str = "finish", positions: bool = True,
) -> Run:  # fmt: skip
    """Many regions of the same populations, with a connectome and a flash onto the first region."""
    rng = np.random.default_rng(seed)
    infos = [
        PopulationInfo(
            name=f"{area}.{layer}", size=size if layer[-1] == "E" else max(1, size // 4),
            annotations={"region": area, "sign": SIGNS[layer[-1]]},
        )
        for area in areas for layer in layers
    ]  # fmt: skip
    steps = round(seconds / 1e-4)
    t = np.arange(steps) * 1e-4
    depth = np.repeat(np.arange(len(areas)), len(layers))
    drive = [
        1 + 12 * np.exp(-d / 3) * np.clip((t - 0.4 - 0.008 * d) / 0.01, 0, 1) * (t < 0.6 + 0.02 * d) for d in depth
    ]
    rates = rng.lognormal(1.2, 0.4, len(infos))
    spikes = draw_spikes(rng, [info.size for info in infos], rates, steps, 1e-4, drive)
    graph = connectome(areas, rng)
    if not positions:
        graph["positions"] = None
    synapses = np.round(np.array(graph["matrix"]) * 4e4) + np.eye(len(areas)) * 8e4
    model = {
        "title": f"A brain of {len(areas)} areas", "dt_ms": 0.1, "duration_ms": seconds * 1e3, "seed": seed,
        "hash": "cd" * 32,
        "neurons": [neuron()],
        "populations": [
            {"name": info.name, "size": info.size, "neuron": "lif_exp", **info.annotations} for info in infos
        ],
        "connectome": graph,
        "projection_summary": {"count": 20_000, "synapses": float(synapses.sum()), "names": list(areas),
                               "matrix": synapses.tolist()},
        "stimuli": [{"text": f"flash onto {areas[0]}.E from 400 to 600 ms", "name": "flash", "target": f"{areas[0]}.E",
                     "start_ms": 400.0, "stop_ms": 600.0}],
        "interventions": [{"text": f"{areas[-1]} silenced from 800 ms on", "target": areas[-1], "start_ms": 800.0}],
    }  # fmt: skip
    predicted = {info.name: rate * 1.1 for info, rate in zip(infos, rates, strict=True)}
    return write(folder, infos, spikes, steps, model=model, predicted=predicted, end=end)


def three_neurons(folder: Path, *, steps: int = 5000) -> Run:
    """Three neurons driven by steps of current, with recorded membranes, currents and plastic weights."""
    dt = 1e-4
    infos = [PopulationInfo(name="cell", size=3, labels=("AVAL", "AVAR", "PVCL"), annotations={"sign": "excitatory"})]
    drive = np.array([16.0, 19.0, 24.0]) * 1e-3
    v = np.full(3, -65e-3)
    current = np.zeros((steps, 3))
    trace = np.zeros((steps, 3))
    spikes: list[tuple[int, int]] = []
    ready = np.zeros(3, int)
    for step in range(steps):
        on = (step >= 1000) * drive * (step < 4200)
        current[step] = on / 40e6
        v = np.where(step >= ready, v + dt * (-65e-3 - v + on) / 10e-3, v)
        for cell in np.flatnonzero(v > -50e-3):
            spikes.append((step, int(cell)))
            v[cell], ready[cell] = -65e-3, step + 20
        trace[step] = v

    def add(writer: RunWriter) -> None:
        rows, cells = np.repeat(np.arange(steps), 3), np.tile(np.arange(3), steps)
        values = {"v": trace.ravel(), "I_ext": current.ravel()}
        writer.write_traces("membrane", rows, None, rows * 0, cells, values, {"v": "V", "I_ext": "A"})
        rng = np.random.default_rng(3)
        weights = rng.normal(87.8e-12, 8e-12, 400)
        for at in range(0, steps, 500):
            writer.write_weights("plastic", at, np.arange(400) % 3, np.arange(400) // 3 % 3, {"w": weights}, {"w": "A"})
            weights = np.clip(weights * (1 + rng.normal(0.01, 0.08, 400)), 0, None)

    when, who = np.array(spikes).T
    model = {
        "title": "Three neurons",
        "neurons": [neuron("hh", HODGKIN_HUXLEY, threshold="v > 0*mV", reset="", refractory="")],
        "populations": [{"name": "cell", "size": 3, "neuron": "hh", "sign": "excitatory"}],
        "stimuli": [{"text": "step of 0.40 to 0.60 nA", "name": "step", "start_ms": 100.0, "stop_ms": 420.0}],
    }  # fmt: skip
    return write(folder, infos, (when, when * 0, who), steps, model=model, before_end=add)


def silent(folder: Path) -> Run:
    """One population that fires, one that never does, one far too fast, one whose spikes nobody recorded."""
    rng = np.random.default_rng(4)
    infos = [
        PopulationInfo(name="A.e", size=80),
        PopulationInfo(name="A.i", size=20),
        PopulationInfo(name="B.e", size=50),
        PopulationInfo(name="B.hidden", size=10, spikes=False),
    ]
    step, code, who = draw_spikes(rng, [80, 20, 50], [6.0, 0.0, 420.0], 5000, 1e-4)
    return write(folder, infos, (step, code, who), 5000)
