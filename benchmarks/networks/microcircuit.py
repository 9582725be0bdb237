"""The cortical microcircuit as a plain script, the same numbers as ``experiments/microcircuit.yaml``.

Potjans & Diesmann (2014, Cereb Cortex 24:785), scaled down as van Albada et al. (2015, PLoS Comput Biol 11:e1004490).
Numbers come from `CorticalMicrocircuit`, the description that `Brain` runs; the family ``brain`` runs that file itself.

Up to `DRAWN_UP_TO` synapses all simulators get the same arrays. Beyond, where arrays of both ends, weights
and delays would not fit into memory twice, each draws by its own rules from the same distributions.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.networks.base import DT_MS, Arrays, Built, ByFamily, Network, Times, record

DRAWN_UP_TO = 100_000_000
NESTS_OWN_FROM = 10_000_000
"""NEST draws for itself above so many synapses: its connections from arrays take another 40 bytes a synapse."""
TAU_SYN_S = 0.5e-3
_TIMES = {  # `brain` is timed by reports that come twice a second of real time: it runs for longer
    0.1: ByFamily(Times(0.5, 2), {"braincore": Times(0.5, 5), "brain": Times(0.5, 60), "nest": Times(0.3, 0.7)}),
    0.5: ByFamily(
        Times(0.5, 2),
        {
            "brain": Times(0.5, 10),
            "brian2": Times(0.2, 0.5),
            "runtime": Times(0.2, 0.2),
            "nest": Times(0.2, 0.2),
        },
    ),
    1.0: ByFamily(Times(0.5, 1), {"brain": Times(0.5, 4), "brian2": Times(0.1, 0.2), "nest": Times(0.1, 0.1)}),
}
_TINY = ByFamily(Times(0.1, 0.2), {"brain": Times(0.1, 40)})


@dataclass(frozen=True)
class Parameters:
    """Numbers of the scaled network: populations in the order of `names`, matrices (target, source)."""

    names: tuple[str, ...]
    sizes: np.ndarray[Any, Any]
    synapses: np.ndarray[Any, Any]
    weights_pa: np.ndarray[Any, Any]
    background_k: np.ndarray[Any, Any]
    background_pa: float
    current_pa: np.ndarray[Any, Any]
    v0_mean: tuple[float, ...]
    v0_sd: tuple[float, ...]


def parameters(scale: float) -> Parameters:
    """Return the numbers of the published network at a scale."""
    from braincore.regions import cortical_microcircuit as pd

    full = np.array(pd.SIZES)
    sizes = np.array([max(1, round(n * scale)) for n in pd.SIZES])
    in_degrees = pd.synapse_numbers() / full[:, None]
    signs = np.array([1.0 if name.endswith("e") else -4.0 for name in pd.POPULATIONS])
    weights = np.tile(signs, (8, 1)) * 87.81
    weights[0, 2] *= 2
    recurrent = in_degrees * weights @ np.array(pd.REFERENCE_RATES)
    outside = np.array(pd.EXTERNAL_INDEGREES) * 87.81 * 8
    root = math.sqrt(scale)
    return Parameters(
        names=pd.POPULATIONS,
        sizes=sizes,
        synapses=np.rint(in_degrees * scale * sizes[:, None]).astype(np.int64),
        weights_pa=weights / root,
        background_k=np.array(pd.EXTERNAL_INDEGREES) * scale,
        background_pa=87.81 / root,
        current_pa=(1 - root) * TAU_SYN_S * (recurrent + outside),
        v0_mean=pd._V0_MEAN,
        v0_sd=pd._V0_SD,
    )


def delay_ms(source: int) -> tuple[float, float]:
    """Return mean and standard deviation of the delays from a population."""
    mean = 1.5 if source % 2 == 0 else 0.75
    return mean, mean / 2


@dataclass(frozen=True)
class Microcircuit(Network):
    """The microcircuit at a scale."""

    source = "Potjans & Diesmann 2014; van Albada, Helias & Diesmann 2015"
    scale: float = 0.1

    @property
    def name(self) -> str:  # type: ignore[override]
        """``microcircuit_0.1``..."""
        return f"microcircuit_{self.scale:g}"

    @property
    def families(self) -> tuple[str, ...]:  # type: ignore[override]
        """At full size the plain script does not fit into memory; ours is measured through `Brain`."""
        whole = ("brain", "brian2", "nest", "limit")
        return whole if self.scale > 0.6 else ("braincore", "brain", "brian2", "runtime", "nest", "limit")

    def times(self, family: str) -> Times:
        return _TIMES.get(self.scale, _TINY)(family)

    def draw(self) -> Arrays:
        """Return initial potentials; and by source population both ends, weights and delays, if they are few."""
        rng = np.random.default_rng(5)
        p = parameters(self.scale)
        parts = [rng.normal(m, s, n) for m, s, n in zip(p.v0_mean, p.v0_sd, p.sizes, strict=True)]
        arrays: Arrays = {"v": np.concatenate(parts)}
        if p.synapses.sum() > DRAWN_UP_TO:
            return arrays
        starts = np.concatenate([[0], np.cumsum(p.sizes)])
        for s in range(8):
            ends: dict[str, list[Any]] = {"i": [], "j": [], "w": [], "delay": []}
            mean, sd = delay_ms(s)
            for t in range(8):
                n = int(p.synapses[t, s])
                ends["i"].append(rng.integers(0, p.sizes[s], n, dtype=np.int32))
                ends["j"].append(rng.integers(starts[t], starts[t + 1], n, dtype=np.int32))
                w = p.weights_pa[t, s]
                ends["w"].append((w * np.maximum(0, 1 + 0.1 * rng.standard_normal(n, np.float32))).astype(np.float32))
                ends["delay"].append(_above(rng, mean, sd, n))
            arrays |= {f"{name}{s}": np.concatenate(values) for name, values in ends.items()}
        return arrays

    def brian2(self, b2: Any, data: Arrays) -> Built:
        p = parameters(self.scale)
        starts = np.concatenate([[0], np.cumsum(p.sizes)])
        group = b2.NeuronGroup(
            int(p.sizes.sum()),
            """dv/dt = (-65*mV - v)/(10*ms) + (I + constant_current)/(250*pF) : volt (unless refractory)
            dI/dt = -I/(0.5*ms) : amp
            constant_current : amp (constant)""",
            threshold="v > -50*mV",
            reset="v = -65*mV",
            refractory=2 * b2.ms,
            method="exact",
        )
        group.v = data["v"] * b2.mV
        group.constant_current = np.repeat(p.current_pa, p.sizes) * b2.pA
        populations = [group[int(a) : int(b)] for a, b in itertools.pairwise(starts)]
        objects = [group]
        for k, part in enumerate(populations):
            sources = round(float(p.background_k[k]))
            objects.append(b2.PoissonInput(part, "I", sources, 8 * b2.Hz, weight=p.background_pa * b2.pA))
        for s, part in enumerate(populations):
            synapses = b2.Synapses(part, group, "w : amp", on_pre="I_post += w")
            if f"i{s}" in data:
                synapses.connect(i=data[f"i{s}"], j=data[f"j{s}"])
                synapses.w = data[f"w{s}"].astype(float) * b2.pA
                synapses.delay = data[f"delay{s}"].astype(float) * b2.ms
            else:
                self._by_rule(synapses, p, s, starts)
            objects.append(synapses)
        monitor = b2.SpikeMonitor(group, record=False)
        return self._built(p, (b2.Network(*objects, monitor), monitor))

    def _by_rule(self, synapses: Any, p: Parameters, s: int, starts: np.ndarray[Any, Any]) -> None:
        for t in range(8):
            probability = p.synapses[t, s] / (p.sizes[t] * p.sizes[s])
            if probability:
                low, high = int(starts[t]), int(starts[t + 1])
                synapses.connect(j=f"k for k in sample({low}, {high}, p={float(probability)!r})")
        weight = float(p.weights_pa[1, s])
        twice = f"*(1 + int(j < {int(starts[1])}))" if s == 2 else ""  # L4e to L23e
        synapses.w = f"{weight!r}*pA*clip(1 + 0.1*randn(), 0, 2){twice}"
        mean, sd = delay_ms(s)
        synapses.delay = f"clip({mean} + {sd}*randn(), 0.1, 10)*ms"

    def nest(self, nest: Any, data: Arrays, start_ms: float) -> Built:
        p = parameters(self.scale)
        neuron = {"tau_m": 10.0, "C_m": 250.0, "E_L": -65.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": 2.0}
        neuron |= {"tau_syn_ex": 0.5, "tau_syn_in": 0.5}
        nodes = nest.Create("iaf_psc_exp", int(p.sizes.sum()), params=neuron)
        nodes.V_m = data["v"].tolist()
        nodes.I_e = np.repeat(p.current_pa, p.sizes).tolist()
        starts = np.concatenate([[0], np.cumsum(p.sizes)])
        populations = [nodes[int(a) : int(b)] for a, b in itertools.pairwise(starts)]
        for k, part in enumerate(populations):
            generator = nest.Create("poisson_generator", params={"rate": 8.0 * float(p.background_k[k])})
            nest.Connect(generator, part, "all_to_all", {"weight": p.background_pa, "delay": DT_MS})
        first = int(nodes[0].global_id)
        for t in range(8):
            nest.CopyModel("static_synapse", f"to{t}")  # a model holds at most 134 million synapses a thread
        for s in range(8):
            if f"i{s}" in data and p.synapses.sum() <= NESTS_OWN_FROM:
                i, j = data[f"i{s}"] + first + int(starts[s]), data[f"j{s}"] + first
                own = {name: data[f"{key}{s}"].astype(float) for name, key in (("weight", "w"), ("delay", "delay"))}
                nest.Connect(i, j, "one_to_one", {"synapse_model": "static_synapse", **own})
            else:
                self._nest_rule(nest, p, populations, s)
        return self._built(p, record(nest, nodes, start_ms))

    def _nest_rule(self, nest: Any, p: Parameters, populations: list[Any], s: int) -> None:
        mean, sd = delay_ms(s)
        for t in range(8):
            if not p.synapses[t, s]:
                continue
            w = float(p.weights_pa[t, s])
            bound = {"min": 0.0, "max": np.inf} if w > 0 else {"min": -np.inf, "max": 0.0}
            weight = nest.math.redraw(nest.random.normal(w, abs(w) * 0.1), **bound)
            delay = nest.math.redraw(nest.random.normal(mean, sd), min=0.1, max=np.inf)
            rule = {"rule": "fixed_total_number", "N": int(p.synapses[t, s])}
            syn = {"synapse_model": f"to{t}", "weight": weight, "delay": delay}
            nest.Connect(populations[s], populations[t], rule, syn)

    def _built(self, p: Parameters, handle: Any) -> Built:
        starts = np.concatenate([[0], np.cumsum(p.sizes)])
        return Built(
            neurons=int(p.sizes.sum()),
            synapses=int(p.synapses.sum()),
            out_degree=np.repeat(p.synapses.sum(0) / p.sizes, p.sizes),
            populations={name: slice(int(starts[k]), int(starts[k + 1])) for k, name in enumerate(p.names)},
            handle=handle,
        )

    def limit(self, threads: int, times: Times, data: Arrays, folder: Path) -> tuple[str, list[str]]:
        if self.scale > 0.6 and threads == 1:
            raise NotImplementedError("at full size the hand-written program needs two threads")
        return "pd", [f"{self.scale:g}", f"{times.seconds:g}", str(threads), "2"]  # 2: weights of two bytes

    def shrunk(self) -> Microcircuit:
        return Microcircuit(scale=0.02)


def _above(rng: np.random.Generator, mean: float, sd: float, n: int) -> np.ndarray[Any, Any]:
    """Return delays on the grid: normal, drawn again where they lie below a time step."""
    delays = rng.standard_normal(n, np.float32) * np.float32(sd) + np.float32(mean)
    while (low := np.flatnonzero(delays < DT_MS)).size:
        delays[low] = rng.standard_normal(low.size, np.float32) * np.float32(sd) + np.float32(mean)
    delays /= np.float32(DT_MS)
    np.rint(delays, out=delays)
    return delays * np.float32(DT_MS)
