"""Brunel's network of 10 000 neurons with delta synapses, static or with one of four learning rules.

Brunel (2000, J Comput Neurosci 8:183): connection probability 0.1, delay 1.5 ms, g = 5, external rate twice that of
threshold. STDP on excitatory to excitatory synapses: additive, all pairs (Song et al. 2000), 20 ms, potentiation 0.001
of the largest weight (twice the initial one), depression 1.05 times that. The other rules: the full triplet rule of
Pfister & Gerstner (2006) and the reward-modulated rule of Izhikevich (2007; dopamine decays from 0.5, weights change
every 10 ms) on the same synapses, and the inhibitory rule of Vogels et al. (2011) on those from inhibitory to
excitatory neurons. NEST and hand-written C++ take part without a rule and with pairs.
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

LEARNS = {"stdp": "EE", "triplet": "EE", "reward": "EE", "vogels": "IE"}
RULES = {
    "stdp": (
        """w : volt
        dapre/dt = -apre/(20*ms) : volt (event-driven)
        dapost/dt = -apost/(20*ms) : volt (event-driven)""",
        """v_post += w
        apre += up
        w = clip(w + apost, 0*volt, wmax)""",
        """apost += down
        w = clip(w + apre, 0*volt, wmax)""",
    ),
    "triplet": (
        """w : volt
        dr1/dt = -r1/(16.8*ms) : 1 (event-driven)
        dr2/dt = -r2/(101*ms) : 1 (event-driven)
        do1/dt = -o1/(33.7*ms) : 1 (event-driven)
        do2/dt = -o2/(125*ms) : 1 (event-driven)""",
        """v_post += w
        w = clip(w - up*o1*(0.7 + 0.023*r2), 0*volt, wmax)
        r1 += 1
        r2 += 1""",
        """w = clip(w + up*r1*(5e-8 + 0.62*o2), 0*volt, wmax)
        o1 += 1
        o2 += 1""",
    ),
    "reward": (
        """w : volt
        c : volt
        dx/dt = -x/(20*ms) : 1 (event-driven)
        dy/dt = -y/(20*ms) : 1 (event-driven)""",
        """v_post += w
        x = 1
        c -= 1.5*up*y""",
        """y = 1
        c += up*x""",
    ),
    "vogels": (
        """w : volt
        dx/dt = -x/(20*ms) : 1 (event-driven)
        dy/dt = -y/(20*ms) : 1 (event-driven)""",
        """v_post -= w
        x += 1
        w = clip(w + up*(y - 1.2), 0*volt, wmax)""",
        """y += 1
        w = clip(w + up*x, 0*volt, wmax)""",
    ),
}
"""Model, on_pre and on_post of each rule; ``up`` is a thousandth of the largest weight."""


@dataclass(frozen=True)
class Brunel(Network):
    """Brunel's network, plastic or not."""

    source = "Brunel 2000; STDP: Song, Miller & Abbott 2000"
    rule: str = "static"
    neurons: int = 10_000

    @property
    def name(self) -> str:  # type: ignore[override]
        """``brunel_static``, ``brunel_stdp``, ``brunel_triplet``..."""
        return f"brunel_{self.rule}"

    @property
    def families(self) -> tuple[str, ...]:  # type: ignore[override]
        """NEST and hand-written C++ have no form of the other rules that is the same."""
        return Network.families if self.rule in ("static", "stdp") else ("braincore", "brian2", "runtime")

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
        return (_STATIC if self.rule == "static" else _STDP)(family)

    def draw(self) -> Arrays:
        rng = np.random.default_rng(3)
        v = rng.uniform(0, THETA_MV, self.neurons)
        i, j = bernoulli(rng, self.neurons, self.neurons, P)
        return {"v": v, "i": i, "j": j}

    def _parts(self, data: Arrays) -> dict[str, np.ndarray[Any, Any]]:
        e = self._excitatory
        from_e, to_e = data["i"] < e, data["j"] < e
        parts = {"EE": from_e & to_e, "EI": from_e & ~to_e}
        return parts | ({"IE": ~from_e & to_e, "II": ~from_e & ~to_e} if self.rule == "vogels" else {"I": ~from_e})

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
        ends = {"E": group[:e], "I": group[e:], "": group}
        for name, chosen in parts.items():
            source, target = ends[name[0]], ends[name[1:]]
            size, sign = (w, "+") if name[0] == "E" else (G * w, "-")
            learns = name == LEARNS.get(self.rule)
            if learns:
                synapses = self._plastic(b2, source, target, size)
            elif name == "EE":
                synapses = b2.Synapses(source, target, "w : volt", on_pre="v_post += w", delay=DELAY_MS * b2.ms)
            else:
                synapses = b2.Synapses(source, target, on_pre=f"v_post {sign}= {size!r}*mV", delay=DELAY_MS * b2.ms)
            synapses.connect(i=data["i"][chosen] - source.start, j=data["j"][chosen] - getattr(target, "start", 0))
            if learns or name == "EE":
                synapses.w = size * b2.mV
            objects.append(synapses)
        monitor = b2.SpikeMonitor(group, record=False)
        return self._built(data, (b2.Network(*objects, monitor), monitor))

    def _plastic(self, b2: Any, source: Any, target: Any, size: float) -> Any:
        top = 2 * size
        constants = {
            "wmax": top * b2.mV,
            "up": LEARNING * top * b2.mV,
            "down": -DEPRESSION * LEARNING * top * b2.mV,
        }
        model, on_pre, on_post = RULES[self.rule]
        synapses = b2.Synapses(
            source,
            target,
            model,
            on_pre=on_pre,
            on_post=on_post,
            delay={"pre": DELAY_MS * b2.ms},
            namespace=constants,
        )
        if self.rule == "reward":
            code = "w = clip(w + 0.5*exp(-t/(200*ms))*c, 0*volt, wmax)\nc *= 0.99"
            synapses.run_regularly(code, dt=10 * b2.ms, when="end")
        return synapses

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
        if self.rule == "stdp":
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
            models = {"EE": {"synapse_model": "ee", **own}, "EI": {"synapse_model": "exc"}}
            nest.Connect(i, j, "one_to_one", models.get(name, {"synapse_model": "inh"}))
        return self._built(data, record(nest, nodes, start_ms))

    def _built(self, data: Arrays, handle: Any) -> Built:
        n, e = self.neurons, self._excitatory
        degrees = np.bincount(data["i"], minlength=n)
        parts = {"E": slice(0, e), "I": slice(e, n)}
        return Built(neurons=n, synapses=data["i"].size, out_degree=degrees, populations=parts, handle=handle)

    def limit(self, threads: int, times: Times, data: Arrays, folder: Path) -> tuple[str, list[str]]:
        kind = "2" if self.rule == "stdp" else "0"  # 2: rank-1 lazy STDP
        return "brunel", [str(self.neurons), f"{times.seconds:g}", str(threads), kind, f"{times.transient:g}"]

    def shrunk(self) -> Brunel:
        return replace(self, neurons=1_000)
