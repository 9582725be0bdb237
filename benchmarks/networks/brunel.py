"""Brunel's network of 10 000 neurons with delta synapses, static or with additive pair STDP between excitatory neurons.

Brunel (2000, J Comput Neurosci 8:183): connection probability 0.1, delay 1.5 ms, g = 5, external rate twice that of
threshold. STDP on excitatory to excitatory synapses: additive, all pairs (Song et al. 2000), 20 ms, potentiation 0.001
of the largest weight (twice the initial one), depression 1.05 times that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.networks.base import Arrays, Built, ByFamily, Network, Times, bernoulli, record

P = 0.1
TAU_MS, THETA_MV, RESET_MV, REFRACTORY_MS, DELAY_MS = 20.0, 20.0, 10.0, 2.0, 1.5
G, ETA, LEARNING, DEPRESSION = 5.0, 2.0, 1e-3, 1.05
_STATIC = ByFamily(Times(0.3, 1), {"braincore": Times(0.3, 2), "limit": Times(0.3, 2), "nest": Times(0.2, 0.3)})
_STDP = ByFamily(Times(0.2, 0.5), {"nest": Times(0.2, 0.2), "runtime": Times(0.2, 0.2)})


@dataclass(frozen=True)
class Brunel(Network):
    """Brunel's network, plastic or not."""

    source = "Brunel 2000; STDP: Song, Miller & Abbott 2000"
    plastic: bool = False
    neurons: int = 10_000

    @property
    def name(self) -> str:  # type: ignore[override]
        """``brunel_stdp`` or ``brunel_static``."""
        return f"brunel_{'stdp' if self.plastic else 'static'}"

    @property
    def _excitatory(self) -> int:
        return int(0.8 * self.neurons)

    @property
    def _inputs(self) -> int:
        return int(P * self._excitatory)

    @property
    def _weight(self) -> float:
        """Excitatory weight in mV: 0.1 mV at 1000 inputs."""
        return 0.1 * 1000 / self._inputs

    @property
    def _rate(self) -> float:
        """Rate of each external source in Hz: `ETA` times what brings the mean to threshold."""
        return ETA * THETA_MV / (self._weight * self._inputs * TAU_MS * 1e-3)

    def times(self, family: str) -> Times:
        if self.neurons < 10_000:
            return Times(0.05, 0.1)
        return (_STDP if self.plastic else _STATIC)(family)

    def draw(self) -> Arrays:
        rng = np.random.default_rng(3)
        v = rng.uniform(0, THETA_MV, self.neurons)
        i, j = bernoulli(rng, self.neurons, self.neurons, P)
        return {"v": v, "i": i, "j": j}

    def _parts(self, data: Arrays) -> dict[str, np.ndarray[Any, Any]]:
        e = self._excitatory
        from_e, to_e = data["i"] < e, data["j"] < e
        return {"EE": from_e & to_e, "EI": from_e & ~to_e, "I": ~from_e}

    def brian2(self, b2: Any, data: Arrays) -> Built:
        w, e = self._weight, self._excitatory
        group = b2.NeuronGroup(
            self.neurons,
            f"dv/dt = -v/({TAU_MS}*ms) : volt (unless refractory)",
            threshold=f"v > {THETA_MV}*mV",
            reset=f"v = {RESET_MV}*mV",
            refractory=REFRACTORY_MS * b2.ms,
            method="exact",
        )
        group.v = data["v"] * b2.mV
        parts = self._parts(data)
        objects = [group, b2.PoissonInput(group, "v", self._inputs, self._rate * b2.Hz, weight=w * b2.mV)]
        excitatory = (
            self._plastic(b2, group[:e])
            if self.plastic
            else b2.Synapses(group[:e], group[:e], "w : volt", on_pre="v_post += w", delay=DELAY_MS * b2.ms)
        )
        excitatory.connect(i=data["i"][parts["EE"]], j=data["j"][parts["EE"]])
        excitatory.w = w * b2.mV
        objects.append(excitatory)
        for name, effect, source, target in (
            ("EI", f"v_post += {w!r}*mV", group[:e], group[e:]),
            ("I", f"v_post -= {G * w!r}*mV", group[e:], group),
        ):
            synapses = b2.Synapses(source, target, on_pre=effect, delay=DELAY_MS * b2.ms)
            i, j = data["i"][parts[name]] - source.start, data["j"][parts[name]] - getattr(target, "start", 0)
            synapses.connect(i=i, j=j)
            objects.append(synapses)
        monitor = b2.SpikeMonitor(group, record=False)
        return self._built(data, (b2.Network(*objects, monitor), monitor))

    def _plastic(self, b2: Any, group: Any) -> Any:
        top = 2 * self._weight
        constants = {
            "wmax": top * b2.mV,
            "up": LEARNING * top * b2.mV,
            "down": -DEPRESSION * LEARNING * top * b2.mV,
        }
        return b2.Synapses(
            group,
            group,
            """w : volt
            dapre/dt = -apre/(20*ms) : volt (event-driven)
            dapost/dt = -apost/(20*ms) : volt (event-driven)""",
            on_pre="""v_post += w
            apre += up
            w = clip(w + apost, 0*volt, wmax)""",
            on_post="""apost += down
            w = clip(w + apre, 0*volt, wmax)""",
            delay={"pre": DELAY_MS * b2.ms},
            namespace=constants,
        )

    def nest(self, nest: Any, data: Arrays, start_ms: float) -> Built:
        w, e = self._weight, self._excitatory
        neuron = {
            "tau_m": TAU_MS,
            "C_m": 1.0,
            "E_L": 0.0,
            "V_th": THETA_MV,
            "V_reset": RESET_MV,
            "t_ref": REFRACTORY_MS,
        }
        nodes = nest.Create("iaf_psc_delta", self.neurons, params=neuron)
        nodes.V_m = data["v"].tolist()
        nest.CopyModel("static_synapse_hom_w", "exc", {"weight": w, "delay": DELAY_MS})
        nest.CopyModel("static_synapse_hom_w", "inh", {"weight": -G * w, "delay": DELAY_MS})
        if self.plastic:
            nodes[:e].set(tau_minus=20.0)
            rule = {"tau_plus": 20.0, "lambda": LEARNING, "alpha": DEPRESSION, "mu_plus": 0.0, "mu_minus": 0.0}
            nest.CopyModel("stdp_synapse_hom", "ee", {**rule, "Wmax": 2 * w})
        else:
            nest.CopyModel("static_synapse", "ee")
        poisson = nest.Create("poisson_generator", params={"rate": self._inputs * self._rate})
        nest.Connect(poisson, nodes, "all_to_all", {"weight": w, "delay": DELAY_MS})
        first = int(nodes[0].global_id)
        for name, chosen in self._parts(data).items():
            i, j = data["i"][chosen] + first, data["j"][chosen] + first
            own = {"weight": np.full(i.size, w), "delay": np.full(i.size, DELAY_MS)}
            syn = {"EE": {"synapse_model": "ee", **own}, "EI": {"synapse_model": "exc"}, "I": {"synapse_model": "inh"}}
            nest.Connect(i, j, "one_to_one", syn[name])
        return self._built(data, record(nest, nodes, start_ms))

    def _built(self, data: Arrays, handle: Any) -> Built:
        n, e = self.neurons, self._excitatory
        degrees = np.bincount(data["i"], minlength=n)
        parts = {"E": slice(0, e), "I": slice(e, n)}
        return Built(neurons=n, synapses=data["i"].size, out_degree=degrees, populations=parts, handle=handle)

    def limit(self, threads: int, times: Times, data: Arrays, folder: Path) -> tuple[str, list[str]]:
        kind = "2" if self.plastic else "0"  # 2: rank-1 lazy STDP
        return "brunel", [str(self.neurons), f"{times.seconds:g}", str(threads), kind, f"{times.transient:g}"]

    def shrunk(self) -> Brunel:
        return replace(self, neurons=1_000)
