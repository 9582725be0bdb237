"""A sparse connectome in the style of the fly brain: 138 639 neurons, 15 million synapses, few of them active.

Neurons, weights and delay of Shiu et al. (2024, Nature 634:210): integrate-and-fire with an exponential synapse, both
held and reset at a spike, 0.275 mV a contact, 1.8 ms; 20 neurons are driven at 150 Hz by inputs that make them spike
at once. The connectome itself is drawn: log-normal numbers of partners and of contacts, 70 % of neurons excitatory;
weights are four times the paper's, so that activity spreads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.networks.base import DT_MS, Arrays, Built, ByFamily, Network, Times, record

CONTACT_MV, STRONGER, RATE_HZ, DELAY_MS, REFRACTORY_MS = 0.275, 4.0, 150.0, 1.8, 2.2
_TIMES = ByFamily(Times(0.2, 1), {"braincore": Times(0.2, 2), "nest": Times(0.1, 0.2), "runtime": Times(0.1, 0.2)})


@dataclass(frozen=True)
class Fly(Network):
    """A drawn connectome of so many neurons and synapses."""

    source = "Shiu et al. 2024 (neurons, weights); drawn connectome"
    note = "NEST's neuron keeps its synaptic current at a spike; its weights are a quarter, so that activity stays low"
    kept = True
    neurons: int = 138_639
    synapses: int = 15_000_000
    driven: int = 20

    @property
    def name(self) -> str:  # type: ignore[override]
        """``fly``."""
        return "fly"

    def times(self, family: str) -> Times:
        return Times(0.05, 0.1) if self.neurons < 100_000 else _TIMES(family)

    def draw(self) -> Arrays:
        rng = np.random.default_rng(7)
        n = self.neurons
        outgoing, incoming = rng.lognormal(0, 1.1, n), rng.lognormal(0, 1.1, n)
        i = np.repeat(np.arange(n, dtype=np.int32), rng.multinomial(self.synapses, outgoing / outgoing.sum()))
        j = rng.choice(n, self.synapses, p=incoming / incoming.sum()).astype(np.int32)
        order = np.argsort(i.astype(np.int64) * n + j, kind="stable")
        contacts = np.maximum(1, np.round(rng.lognormal(0.7, 0.9, self.synapses)))
        signs = np.where(rng.random(n) < 0.7, 1.0, -1.0)
        driven = np.sort(rng.choice(n, self.driven, replace=False)).astype(np.int32)
        return {"i": i, "j": j[order], "contacts": (contacts * signs[i]).astype(np.float32), "driven": driven}

    def brian2(self, b2: Any, data: Arrays) -> Built:
        group = b2.NeuronGroup(
            self.neurons,
            """dv/dt = (-52*mV - v + g)/(20*ms) : volt (unless refractory)
            dg/dt = -g/(5*ms) : volt (unless refractory)
            hold : second""",
            threshold="v > -45*mV",
            reset="v = -52*mV; g = 0*mV",
            refractory="hold",
            method="exact",
        )
        group.v = -52 * b2.mV
        hold = np.full(self.neurons, REFRACTORY_MS)
        hold[data["driven"]] = 0
        group.hold = hold * b2.ms
        synapses = b2.Synapses(group, group, "w : volt", on_pre="g += w", delay=DELAY_MS * b2.ms)
        synapses.connect(i=data["i"], j=data["j"])
        synapses.w = data["contacts"].astype(float) * CONTACT_MV * STRONGER * b2.mV
        kick = 250 * CONTACT_MV * b2.mV
        inputs = [b2.PoissonInput(group[k : k + 1], "v", 1, RATE_HZ * b2.Hz, weight=kick) for k in _ints(data)]
        monitor = b2.SpikeMonitor(group, record=False)
        return self._built(data, (b2.Network(group, synapses, *inputs, monitor), monitor))

    def nest(self, nest: Any, data: Arrays, start_ms: float) -> Built:
        neuron = {"tau_m": 20.0, "C_m": 20.0, "E_L": -52.0, "V_th": -45.0, "V_reset": -52.0, "t_ref": REFRACTORY_MS}
        neuron |= {"tau_syn_ex": 5.0, "tau_syn_in": 5.0}
        nodes = nest.Create("iaf_psc_exp", self.neurons, params=neuron)
        parrots = nest.Create("parrot_neuron", self.driven)  # a driven neuron spikes when its input does
        ids = np.arange(self.neurons, dtype=np.int64) + int(nodes[0].global_id)
        targets = ids[data["j"]]
        ids[data["driven"]] = np.array(parrots.tolist())
        own = {"weight": data["contacts"].astype(float) * CONTACT_MV, "delay": np.full(targets.size, DELAY_MS)}
        nest.Connect(ids[data["i"]], targets, "one_to_one", {"synapse_model": "static_synapse", **own})
        generator = nest.Create("poisson_generator", params={"rate": RATE_HZ})
        nest.Connect(generator, parrots, "all_to_all", {"delay": DT_MS})
        built = self._built(data, record(nest, nodes, start_ms))
        built.background_events = float(built.out_degree[data["driven"]].sum() * RATE_HZ)
        return built

    def _built(self, data: Arrays, handle: Any) -> Built:
        degrees = np.bincount(data["i"], minlength=self.neurons)
        parts = {"all": slice(0, self.neurons)}
        return Built(
            neurons=self.neurons, synapses=data["i"].size, out_degree=degrees, populations=parts, handle=handle
        )

    def limit(self, threads: int, times: Times, data: Arrays, folder: Path) -> tuple[str, list[str]]:
        rows = np.zeros(self.neurons + 1, np.uint64)
        rows[1:] = np.cumsum(np.bincount(data["i"], minlength=self.neurons))
        path = folder / f"{self.key}.bin"
        head = np.array([self.neurons, data["i"].size], np.uint64)
        tail = np.array([data["driven"].size], np.uint64)
        ends = (data["j"].astype(np.uint32), data["contacts"].astype(np.float32))
        with path.open("wb") as file:
            for part in (head, rows, *ends, tail, data["driven"].astype(np.uint32)):
                part.tofile(file)
        return "fly", [f"{times.seconds:g}", str(threads), "2", f"{STRONGER:g}", str(path)]  # 2: lazy neurons

    def shrunk(self) -> Fly:
        return replace(self, neurons=2_000, synapses=100_000)


def _ints(data: Arrays) -> list[int]:
    return [int(k) for k in data["driven"]]
