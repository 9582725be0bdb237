"""Make ``nest_rules.json``: weights that NEST's plastic synapses reach on random trains of spikes.

::

    python tests/synapses/nest_reference.py   # needs NEST; the tests read the file that it writes

Each synapse joins two neurons that repeat given spikes. In NEST the delay of a plastic synapse lies in the dendrite:
the synapse hears of a postsynaptic spike one delay after it was emitted, and of a presynaptic one at once. The file has
the steps in which the synapse hears of them. Weights change at presynaptic spikes only, so that each train ends with
one; and it begins with one, as some of NEST's synapses take time 0 for their first presynaptic spike.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("nest_rules.json")
DT, DELAY, STEPS, SPIKES = 0.1, 1.0, 20_000, 120
TRIPLET = {
    "tau_plus": 16.8, "tau_plus_triplet": 101.0, "Aplus": 5e-10, "Aminus": 7e-3, "Aplus_triplet": 6.2e-3,
    "Aminus_triplet": 2.3e-4, "Wmax": 1.0,
}  # fmt: skip
STDP = {"tau_plus": 20.0, "lambda": 0.01, "alpha": 1.05, "Wmax": 1.0}
ADDITIVE = {**STDP, "mu_plus": 0.0, "mu_minus": 0.0}
POWER = {"tau_plus": 15.0, "lambda": 0.1, "alpha": 0.0513, "mu": 0.4}
VOGELS = {"tau": 20.0, "alpha": 2.4, "eta": 0.002, "Wmax": 1.0}
NEURON = {"tau_minus": 30.0}
DOPAMINE = {
    "A_plus": 0.01, "A_minus": 0.012, "tau_plus": 20.0, "tau_c": 700.0, "tau_n": 150.0, "b": 0.001, "Wmin": 0.0,
    "Wmax": 1.0,
}  # fmt: skip
DOPAMINE_TAU_MINUS = 30.0
TSODYKS = ({"U": 0.5, "tau_rec": 800.0, "tau_fac": 0.0}, {"U": 0.03, "tau_rec": 130.0, "tau_fac": 530.0})
CLOPATH = {
    "V_m": -70.6, "E_L": -70.6, "V_reset": -70.6, "V_peak": 50.0, "V_th_rest": 40.0, "V_th_max": 40.0, "g_L": 1e-12,
    "a": 0.0, "b": 0.0, "Delta_T": 0.0, "delay_u_bars": 4.0, "theta_minus": -70.6, "theta_plus": -45.3,
    "A_LTD": 14e-5, "A_LTP": 3e-5, "tau_u_bar_minus": 10.0, "tau_u_bar_plus": 7.0, "gsl_error_tol": 1e3,
}  # fmt: skip
MODELS: dict[str, tuple[str, dict[str, float], dict[str, float], float]] = {
    "additive": ("stdp_synapse", ADDITIVE, NEURON, 0.5),
    "guetig": ("stdp_synapse", {**STDP, "mu_plus": 0.4, "mu_minus": 0.7}, NEURON, 0.5),
    "multiplicative": ("stdp_synapse", {**STDP, "mu_plus": 1.0, "mu_minus": 1.0}, NEURON, 0.5),
    "nearest": ("stdp_nn_symm_synapse", ADDITIVE, NEURON, 0.5),
    "nearest_centred": ("stdp_nn_pre_centered_synapse", ADDITIVE, NEURON, 0.5),
    "nearest_restricted": ("stdp_nn_restr_synapse", ADDITIVE, NEURON, 0.5),
    "power_law": ("stdp_pl_synapse_hom", POWER, NEURON, 50.0),
    "triplet": ("stdp_triplet_synapse", TRIPLET, {"tau_minus": 33.7, "tau_minus_triplet": 125.0}, 0.5),
    "vogels": ("vogels_sprekeler_synapse", VOGELS, {"tau_minus": 20.0}, 0.5),
}
"""Synapse, its parameters, those of the postsynaptic neuron, initial weight. Of a `_hom` synapse all are shared."""


def trains(seed: int) -> tuple[list[int], list[int]]:
    """Return the steps of presynaptic and of postsynaptic spikes as the synapse hears of them, none in one step."""
    rng = np.random.default_rng(seed)
    steps = np.sort(rng.choice(np.arange(100, STEPS, 2), 2 * SPIKES, replace=False))
    mine = rng.permutation(2 * SPIKES) < SPIKES
    return [50, *steps[mine].tolist(), STEPS + 500], steps[~mine].tolist()


def weight(model: str, given: dict[str, float], neuron: dict[str, float], start: float, pre: Any, post: Any) -> float:
    """Return what a synapse of NEST comes to."""
    import nest

    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.resolution = DT
    repeated = nest.Create("parrot_neuron", 2)
    repeated[1].set(neuron)
    early = (0.0, DELAY)  # of a postsynaptic spike the synapse hears after the delay
    for cell, steps, before in zip(repeated, (pre, post), early, strict=True):
        times = np.round(np.asarray(steps) * DT - 1.0 - before, 6)  # the generator takes another millisecond
        nest.Connect(nest.Create("spike_generator", params={"spike_times": times}), cell, syn_spec={"delay": 1.0})
    own = {"weight": start, "delay": DELAY, "receptor_type": 1}
    if model.endswith("_hom"):
        nest.SetDefaults(model, given)
    else:
        own |= given
    nest.Connect(repeated[0], repeated[1], syn_spec={"synapse_model": model, **own})
    nest.Simulate((STEPS + 1000) * DT)
    return float(nest.GetConnections(synapse_model=model).weight)


def generator(steps: Any, early: float = 0.0) -> Any:
    """Return a spike generator whose spikes are heard of one millisecond later, at the given steps."""
    import nest

    times = np.round(np.asarray(steps) * DT - 1.0 - early, 6)
    return nest.Create("spike_generator", params={"spike_times": times})


def dopamine(pre: list[int], post: list[int], rewards: list[int]) -> float:
    """Return the weight that stdp_dopamine_synapse has at its last presynaptic spike."""
    import nest

    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.resolution = DT
    cells, releasing = nest.Create("parrot_neuron", 2), nest.Create("parrot_neuron")
    cells[1].set(tau_minus=DOPAMINE_TAU_MINUS)
    transmitter = nest.Create("volume_transmitter")
    nest.Connect(releasing, transmitter, syn_spec={"delay": DELAY})
    recorder = nest.Create("weight_recorder")
    common = {"volume_transmitter": transmitter, "weight_recorder": recorder, **DOPAMINE}
    nest.CopyModel("stdp_dopamine_synapse", "recorded", common)
    for cell, steps, early in ((cells[0], pre, 0.0), (cells[1], post, DELAY), (releasing, rewards, DELAY)):
        nest.Connect(generator(steps, early), cell, syn_spec={"delay": 1.0})
    own = {"weight": 0.5, "delay": DELAY, "receptor_type": 1}
    nest.Connect(cells[0], cells[1], syn_spec={"synapse_model": "recorded", **own})
    nest.Simulate((STEPS + 1000) * DT)
    return float(recorder.events["weights"][-1])


def tsodyks2(steps: list[int], given: dict[str, float]) -> list[float]:
    """Return what tsodyks2_synapse transmits at each spike, for a weight of 1."""
    import nest

    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.resolution = DT
    cells, recorder = nest.Create("parrot_neuron", 2), nest.Create("weight_recorder")
    nest.CopyModel("tsodyks2_synapse", "recorded", {"weight_recorder": recorder})
    nest.Connect(generator(steps), cells[0], syn_spec={"delay": 1.0})
    own = {"weight": 1.0, "delay": DELAY, **given, "u": given["U"], "receptor_type": 1}
    nest.Connect(cells[0], cells[1], syn_spec={"synapse_model": "recorded", **own})
    nest.Simulate((STEPS + 1000) * DT)
    return [float(w) for w in recorder.events["weights"]]


def clopath(pre: list[int], post: list[int]) -> dict[str, Any]:
    """Return the weights that clopath_synapse transmits, and the potential that it saw.

    The neuron has no leak, so that its potential is constant within each step: it goes up by 80 mV at each given step,
    comes down 2 ms later, and moves by what the synapse transmits. NEST adds jumps after the first substep of a step:
    the tolerance is so large that there is but one, whose error is 1e-12.
    """
    import nest

    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.resolution = DT
    cell = nest.Create("aeif_psc_delta_clopath", params=CLOPATH)
    source, recorder = nest.Create("parrot_neuron"), nest.Create("weight_recorder")
    nest.CopyModel("clopath_synapse", "recorded", {"weight_recorder": recorder})
    nest.Connect(generator(pre), source, syn_spec={"delay": 1.0})
    nest.Connect(generator(post), cell, syn_spec={"delay": 1.0, "weight": 80.0})
    nest.Connect(generator(np.asarray(post) + 20), cell, syn_spec={"delay": 1.0, "weight": -80.0})
    nest.Connect(source, cell, syn_spec={"synapse_model": "recorded", "weight": 0.5, "delay": DT, "Wmax": 1.0})
    nest.Connect(source, cell, syn_spec={"weight": -0.5, "delay": DT})
    meter = nest.Create("multimeter", params={"record_from": ["V_m"], "interval": DT})
    nest.Connect(meter, cell, syn_spec={"delay": DT})
    nest.Simulate((STEPS + 1000) * DT)
    voltage = np.asarray(meter.events["V_m"])  # the first is that of the end of the first step
    moved = np.flatnonzero(np.abs(np.diff(voltage)) > 1e-6) + 1
    return {
        "pre": pre,
        "moved": moved.tolist(),
        "voltage": [float(v) for v in voltage[moved]],
        "weights": [float(w) for w in recorder.events["weights"]],
    }


def main() -> None:
    """Run NEST, write the file."""
    import nest

    found: dict[str, Any] = {"nest": nest.__version__, "dt_ms": DT, "trains": [], "models": {}}
    found["trains"] = [trains(seed) for seed in range(3)]
    for name, (model, given, neuron, start) in MODELS.items():
        reached = [weight(model, given, neuron, start, pre, post) for pre, post in found["trains"]]
        found["models"][name] = {
            "model": model, "parameters": given, "neuron": neuron, "start": start, "weights": reached,
        }  # fmt: skip
    rewards = np.sort(np.random.default_rng(9).choice(np.arange(1001, STEPS, 2), 15, replace=False)).tolist()
    found["dopamine"] = {
        "parameters": DOPAMINE, "tau_minus": DOPAMINE_TAU_MINUS, "rewards": rewards,
        "weights": [dopamine(pre, post, rewards) for pre, post in found["trains"]],
    }  # fmt: skip
    found["tsodyks2"] = [
        {"parameters": given, "steps": found["trains"][0][0], "sent": tsodyks2(found["trains"][0][0], given)}
        for given in TSODYKS
    ]
    found["clopath"] = [
        clopath(pre, [s for s, before in zip(post[1:], post, strict=False) if s - before > 60])
        for pre, post in found["trains"]
    ]
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
