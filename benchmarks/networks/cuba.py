"""CUBA: integrate-and-fire neurons with current-based synapses, sparsely and randomly connected.

Vogels & Abbott (2005, J Neurosci 25:10786), as benchmark 2 of Brette et al. (2007, J Comput Neurosci 23:349): 80 %
excitatory, each pair connected with such a probability that a neuron gets 80 inputs, delay of one step. With `delays`
they are drawn from 0.1 to 5 ms in steps of 0.1 ms.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.networks.base import DT_MS, Arrays, Built, ByFamily, Network, Times, bernoulli, record

INPUTS = 80
W_E, W_I = 60 * 0.27 / 10, -20 * 4.5 / 10  # mV
_TIMES = {
    4_000: ByFamily(Times(0.5, 5), {"braincore": Times(0.5, 10), "limit": Times(0.5, 10), "nest": Times(0.5, 1)}),
    40_000: ByFamily(Times(0.5, 3), {"nest": Times(0.3, 0.5), "runtime": Times(0.5, 1)}),
}


@dataclass(frozen=True)
class Cuba(Network):
    """CUBA of so many neurons."""

    source = "Vogels & Abbott 2005; Brette et al. 2007, benchmark 2"
    neurons: int = 4_000
    delays: bool = False

    @property
    def name(self) -> str:  # type: ignore[override]
        """``cuba_4000``, ``cuba_delays_4000``..."""
        return f"cuba{'_delays' if self.delays else ''}_{self.neurons}"

    def times(self, family: str) -> Times:
        return _TIMES.get(self.neurons, ByFamily(Times(0.05, 0.2)))(family)

    def draw(self) -> Arrays:
        rng = np.random.default_rng(1)
        v = rng.uniform(-60, -50, self.neurons)
        i, j = bernoulli(rng, self.neurons, self.neurons, INPUTS / self.neurons)
        arrays = {"v": v, "i": i, "j": j}
        if self.delays:
            arrays["delay"] = rng.integers(1, 51, i.size) * DT_MS
        return arrays

    def brian2(self, b2: Any, data: Arrays) -> Built:
        equations = """dv/dt = (ge + gi - (v + 49*mV))/(20*ms) : volt (unless refractory)
                       dge/dt = -ge/(5*ms) : volt
                       dgi/dt = -gi/(10*ms) : volt"""
        group = b2.NeuronGroup(
            self.neurons, equations, threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * b2.ms, method="exact"
        )
        group.v = data["v"] * b2.mV
        excitatory = data["i"] < self._excitatory
        effects = {"ge": (W_E, excitatory), "gi": (W_I, ~excitatory)}
        return connected(b2, group, data, {f"{g} += {w!r}*mV": chosen for g, (w, chosen) in effects.items()})

    @property
    def _excitatory(self) -> int:
        return int(0.8 * self.neurons)

    def nest(self, nest: Any, data: Arrays, start_ms: float) -> Built:
        neuron = {"tau_m": 20.0, "C_m": 20.0, "E_L": -49.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0}
        neuron |= {"tau_syn_ex": 5.0, "tau_syn_in": 10.0}  # C_m = tau_m: a pA is a mV
        nodes = nest.Create("iaf_psc_exp", self.neurons, params=neuron)
        nodes.V_m = data["v"].tolist()
        return connected_in_nest(nest, nodes, data, self._excitatory, (W_E, W_I), start_ms)

    def limit(self, threads: int, times: Times, data: Arrays, folder: Path) -> tuple[str, list[str]]:
        layout = ["1", "2"] if self.delays else ["0"]  # 2: buckets of the arrival step, the fastest of its layouts
        return "cuba", [str(self.neurons), f"{times.seconds:g}", str(threads), *layout]

    def shrunk(self) -> Cuba:
        return replace(self, neurons=400)


def connected(b2: Any, group: Any, data: Arrays, effects: dict[str, Any]) -> Built:
    """Connect a Brian2 group with itself, a `Synapses` an effect, and count its spikes."""
    objects = [group]
    for effect, chosen in effects.items():
        drawn = "delay" in data
        synapses = b2.Synapses(group, group, on_pre=effect, **({} if drawn else {"delay": DT_MS * b2.ms}))
        synapses.connect(i=data["i"][chosen], j=data["j"][chosen])
        if drawn:
            synapses.delay = data["delay"][chosen] * b2.ms
        objects.append(synapses)
    monitor = b2.SpikeMonitor(group, record=False)
    return _built(data, (b2.Network(*objects, monitor), monitor))


def connected_in_nest(
    nest: Any, nodes: Any, data: Arrays, excitatory: int, weights: tuple[float, float], start_ms: float
) -> Built:
    """Connect NEST nodes with themselves by the same arrays."""
    first = int(nodes[0].global_id)
    chosen = data["i"] < excitatory
    for model, weight, where in (("exc", weights[0], chosen), ("inh", weights[1], ~chosen)):
        common = {"weight": weight, "delay": DT_MS}
        nest.CopyModel("static_synapse_hom_w", model, common)
        syn: dict[str, Any] = {"synapse_model": model}
        if "delay" in data:
            syn["delay"] = data["delay"][where]
        nest.Connect(data["i"][where] + first, data["j"][where] + first, "one_to_one", syn)
    return _built(data, record(nest, nodes, start_ms))


def _built(data: Arrays, handle: Any) -> Built:
    n = data["v"].size
    degrees = np.bincount(data["i"], minlength=n)
    parts = {"E": slice(0, int(0.8 * n)), "I": slice(int(0.8 * n), n)}
    return Built(neurons=n, synapses=data["i"].size, out_degree=degrees, populations=parts, handle=handle)
