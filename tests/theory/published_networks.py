"""Networks of the literature, as plain arrays, for the tests of this folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from braincore.theory.network import Drive, Edges, Network, edges_from_matrices, jump_of_current
from braincore.theory.siegert import LIF

BRUNEL_PANELS = {"A": (3.0, 2.0), "B": (6.0, 4.0), "C": (5.0, 2.0), "D": (4.5, 0.9)}
"""g and nu_ext / nu_thr of Brunel (2000), figure 8."""


def brunel(g: float, eta: float, **delays: Any) -> Network:
    """Brunel (2000), model A: 1000 excitatory and 250 inhibitory inputs, J = 0.1 mV, tau = 20 ms, D = 1.5 ms."""
    jump, tau, theta = 0.1e-3, 20e-3, 20e-3
    threshold_rate = theta / (jump * 1000 * tau)
    return Network(
        lif=LIF(tau_m=tau, v_th=theta, v_reset=10e-3, tau_ref=2e-3),
        edges=edges_from_matrices([[1000, 250]] * 2, [[jump, -g * jump]] * 2, **({"delay": 1.5e-3} | delays)),
        drive=Drive(target=[0, 1], rate=1000 * eta * threshold_rate, jump=jump),
        names=("E", "I"),
    )


def brunel_panel(name: str) -> Network:
    return brunel(*BRUNEL_PANELS[name])


def potjans_table() -> dict[str, Any]:
    folder = os.environ.get("BRAINCORE_DATA")
    if not folder:
        pytest.skip("BRAINCORE_DATA is not set: no reference tables")
    path = Path(folder) / "reference_tables" / "potjans_diesmann_2014.json"
    return dict(json.loads(path.read_text()))


def potjans(*, dc: bool = False, as_bos: bool = False) -> Network:
    """Potjans & Diesmann (2014); `as_bos`: changed as by Bos et al. (2016), all weights equal in size."""
    table = potjans_table()
    neuron, synapse, external = table["neuron"], table["synapse"], table["external_input"]
    size = np.asarray(table["n_neurons"])
    indegree = np.asarray(table["derived"]["n_synapses_matrix"]) / size[:, None]
    inputs = np.asarray(external["K_ext"])
    if as_bos:
        indegree[2, 3], inputs[2] = 675.0, 1780
    weight = np.full((8, 8), synapse["PSC_exc_pA"] * 1e-12)
    weight[:, 1::2] *= synapse["g"]
    weight[0, 2] *= synapse["L4E_to_L23E_factor"]
    tau_syn, tau_m, c_m = neuron["tau_syn_ms"] * 1e-3, neuron["tau_m_ms"] * 1e-3, neuron["C_m_pF"] * 1e-12
    jump = jump_of_current(weight, tau_syn, c_m)
    spread = 0.0 if as_bos else synapse["weight_rel_std"]
    delay = np.where(weight > 0, synapse["delay_exc_ms"], synapse["delay_inh_ms"]) * 1e-3
    one = float(jump_of_current(external["weight_pA"] * 1e-12, tau_syn, c_m))
    events = inputs * external["rate_per_input_Hz"]
    return Network(
        lif=LIF(
            tau_m=tau_m,
            v_th=neuron["V_th_mV"] * 1e-3,
            v_reset=neuron["V_reset_mV"] * 1e-3,
            tau_ref=neuron["t_ref_ms"] * 1e-3,
        ),
        e_l=neuron["E_L_mV"] * 1e-3,
        offset=tau_m * events * one if dc else 0.0,
        edges=edges_from_matrices(
            indegree,
            jump,
            jump**2 * (1 + spread**2),
            tau_decay=tau_syn,
            delay=delay,
            delay_sd=delay * (1.0 if as_bos else synapse["delay_rel_std"]),
            delay_shape="normal",
        ),
        drive=Drive() if dc else Drive(target=np.arange(8), rate=events, jump=one, tau_decay=tau_syn),
        names=tuple(table["populations"]),
    )


def replace_edges(edges: Edges, **changes: Any) -> Edges:
    old = {name: getattr(edges, name) for name in Edges.__dataclass_fields__}
    return Edges(**(old | changes))
