"""COBAHH: Hodgkin-Huxley neurons with conductance-based synapses, connected as CUBA.

Benchmark 3 of Brette et al. (2007, J Comput Neurosci 23:349), after Vogels & Abbott (2005) and Traub & Miles (1991);
the random initial conductances are those of Brian2's example. Integrated with exponential Euler; NEST's model has an
adaptive Runge-Kutta-Fehlberg, and gets the initial conductances as one input in the first step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.networks.base import DT_MS, Arrays, Built, ByFamily, Network, Times, bernoulli
from benchmarks.networks.cuba import INPUTS, connected, connected_in_nest

W_E, W_I = 6.0, 67.0  # nS
_TIMES = {
    4_000: ByFamily(Times(0.3, 2), {"brian2": Times(0.3, 1), "runtime": Times(0.3, 0.5), "nest": Times(0.3, 0.3)}),
    40_000: ByFamily(Times(0.2, 0.5), {"brian2": Times(0.2, 0.2), "runtime": Times(0.1, 0.1), "nest": Times(0.1, 0.1)}),
}
_EQUATIONS = """
dv/dt = (gl*(-60*mV - v) - ge*v + gi*(-80*mV - v) + i_ion)/Cm : volt
i_ion = -g_na*(m*m*m)*h*(v - 50*mV) - g_kd*(n*n*n*n)*(v + 90*mV) : amp
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dge/dt = -ge/(5*ms) : siemens
dgi/dt = -gi/(10*ms) : siemens
alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV - v + VT)/(4*mV))/ms : Hz
beta_m = 0.28*(mV**-1)*5*mV/exprel((v - VT - 40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV - v + VT)/(18*mV))/ms : Hz
beta_h = 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV - v + VT)/(5*mV))/ms : Hz
beta_n = .5*exp((10*mV - v + VT)/(40*mV))/ms : Hz"""


@dataclass(frozen=True)
class Cobahh(Network):
    """COBAHH of so many neurons."""

    source = "Brette et al. 2007, benchmark 3"
    note = "NEST integrates with adaptive Runge-Kutta-Fehlberg; it has no exponential Euler"
    neurons: int = 4_000

    @property
    def name(self) -> str:  # type: ignore[override]
        """``cobahh_4000``..."""
        return f"cobahh_{self.neurons}"

    def times(self, family: str) -> Times:
        return _TIMES.get(self.neurons, ByFamily(Times(0.05, 0.1)))(family)

    def draw(self) -> Arrays:
        rng = np.random.default_rng(2)
        n = self.neurons
        v = -65 + 5 * rng.standard_normal(n)
        ge = np.maximum(0, 4 + 1.5 * rng.standard_normal(n)) * 10
        gi = np.maximum(0, 20 + 12 * rng.standard_normal(n)) * 10
        i, j = bernoulli(rng, n, n, INPUTS / n)
        return {"v": v, "ge": ge, "gi": gi, "i": i, "j": j}

    def brian2(self, b2: Any, data: Arrays) -> Built:
        area = 20000 * b2.umetre**2
        constants = {
            "Cm": 1 * b2.ufarad / b2.cm**2 * area,
            "gl": 5e-5 * b2.siemens / b2.cm**2 * area,
            "g_na": 100 * b2.msiemens / b2.cm**2 * area,
            "g_kd": 30 * b2.msiemens / b2.cm**2 * area,
            "VT": -63 * b2.mV,
        }
        group = b2.NeuronGroup(
            self.neurons,
            _EQUATIONS,
            threshold="v > -20*mV",
            refractory=3 * b2.ms,
            method="exponential_euler",
            namespace=constants,
        )
        group.v = data["v"] * b2.mV
        group.ge, group.gi = data["ge"] * b2.nS, data["gi"] * b2.nS
        excitatory = data["i"] < self._excitatory
        effects = {f"ge += {W_E!r}*nS": excitatory, f"gi += {W_I!r}*nS": ~excitatory}
        return connected(b2, group, data, effects)

    @property
    def _excitatory(self) -> int:
        return int(0.8 * self.neurons)

    def nest(self, nest: Any, data: Arrays, start_ms: float) -> Built:
        neuron = {"C_m": 200.0, "g_L": 10.0, "E_L": -60.0, "E_K": -90.0, "E_Na": 50.0, "g_Na": 20000.0, "g_K": 6000.0}
        neuron |= {"V_T": -63.0, "tau_syn_ex": 5.0, "tau_syn_in": 10.0, "E_ex": 0.0, "E_in": -80.0, "t_ref": 3.0}
        nodes = nest.Create("hh_cond_exp_traub", self.neurons, params=neuron)
        nodes.V_m = data["v"].tolist()
        first = nest.Create("spike_generator", params={"spike_times": [DT_MS]})
        for weights in (data["ge"], -data["gi"]):
            nest.Connect(first, nodes, "all_to_all", {"weight": weights[:, None], "delay": DT_MS})
        return connected_in_nest(nest, nodes, data, self._excitatory, (W_E, -W_I), start_ms)

    def limit(self, threads: int, times: Times, data: Arrays, folder: Path) -> tuple[str, list[str]]:
        return "cobahh", [str(self.neurons), f"{times.seconds:g}", str(threads), f"{times.transient:g}"]

    def shrunk(self) -> Cobahh:
        return replace(self, neurons=400)
