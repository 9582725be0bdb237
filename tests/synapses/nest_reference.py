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
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
