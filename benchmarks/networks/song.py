"""1 000 plastic Poisson inputs on one neuron (Song, Miller & Abbott 2000, Nat Neurosci 3:919).

The parameters are those of Brian2's STDP example. Additive pair STDP over 20 ms; conductances are in units of the
leak. NEST has no input without delay: 0.1 ms there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.networks.base import DT_MS, Arrays, Built, ByFamily, Network, Times, record

RATE_HZ, LEARNING, DEPRESSION = 15.0, 0.01, 1.05
_TIMES = ByFamily(Times(1, 20), {"braincore": Times(1, 100), "limit": Times(1, 100), "nest": Times(1, 5)})


@dataclass(frozen=True)
class Song(Network):
    """So many Poisson inputs on one neuron."""

    source = "Song, Miller & Abbott 2000"
    inputs: int = 1_000

    @property
    def name(self) -> str:  # type: ignore[override]
        """``song``."""
        return "song"

    @property
    def _top(self) -> float:
        return 0.01 * 1000 / self.inputs

    def times(self, family: str) -> Times:
        return Times(0.5, 2) if self.inputs < 1_000 else _TIMES(family)

    def draw(self) -> Arrays:
        return {"w": np.random.default_rng(4).uniform(0, self._top, self.inputs)}

    def brian2(self, b2: Any, data: Arrays) -> Built:
        sources = b2.PoissonGroup(self.inputs, rates=RATE_HZ * b2.Hz)
        neuron = b2.NeuronGroup(
            1,
            """dv/dt = (ge*(0*mV - v) - 74*mV - v)/(10*ms) : volt
            dge/dt = -ge/(5*ms) : 1""",
            threshold="v > -54*mV",
            reset="v = -60*mV",
            method="euler",
        )
        neuron.v = -60 * b2.mV
        synapses = b2.Synapses(
            sources,
            neuron,
            """w : 1
            dapre/dt = -apre/(20*ms) : 1 (event-driven)
            dapost/dt = -apost/(20*ms) : 1 (event-driven)""",
            on_pre="""ge += w
            apre += up
            w = clip(w + apost, 0, wmax)""",
            on_post="""apost += down
            w = clip(w + apre, 0, wmax)""",
            namespace={"wmax": self._top, "up": LEARNING * self._top, "down": -DEPRESSION * LEARNING * self._top},
        )
        synapses.connect()
        synapses.w = data["w"]
        monitor = b2.SpikeMonitor(neuron, record=False)
        return self._built((b2.Network(sources, neuron, synapses, monitor), monitor))

    def nest(self, nest: Any, data: Arrays, start_ms: float) -> Built:
        leak = 20.0  # nS; weights are in units of it
        neuron = {"C_m": 200.0, "g_L": leak, "E_L": -74.0, "E_ex": 0.0, "V_th": -54.0, "V_reset": -60.0}
        neuron |= {"tau_syn_ex": 5.0, "t_ref": DT_MS, "tau_minus": 20.0}
        generator = nest.Create("poisson_generator", params={"rate": RATE_HZ})
        parrots = nest.Create("parrot_neuron", self.inputs)
        node = nest.Create("iaf_cond_exp", 1, params=neuron)
        node.V_m = -60.0
        nest.Connect(generator, parrots, syn_spec={"delay": DT_MS})
        rule = {"tau_plus": 20.0, "lambda": LEARNING, "alpha": DEPRESSION, "mu_plus": 0.0, "mu_minus": 0.0}
        nest.CopyModel("stdp_synapse_hom", "plastic", {**rule, "Wmax": self._top * leak})
        weights = data["w"][None, :] * leak
        nest.Connect(parrots, node, "all_to_all", {"synapse_model": "plastic", "weight": weights, "delay": DT_MS})
        return self._built(record(nest, node, start_ms))

    def _built(self, handle: Any) -> Built:
        return Built(
            neurons=self.inputs + 1,
            synapses=self.inputs,
            out_degree=np.array([self.inputs]),  # each spike of the neuron visits every synapse
            populations={"post": slice(0, 1)},
            background_events=self.inputs * RATE_HZ,
            handle=handle,
        )

    def limit(self, threads: int, times: Times, data: Arrays, folder: Path) -> tuple[str, list[str]]:
        if threads > 1:
            raise NotImplementedError("the hand-written program of song has one thread")
        return "song", [str(self.inputs), f"{times.seconds:g}"]

    def shrunk(self) -> Song:
        return replace(self, inputs=500)
