r"""Adaptive exponential integrate-and-fire neuron (AdEx) of Brette & Gerstner, with the patterns of Naud et al.

.. math:: C_m \dot V = g_L (E_L - V) + g_L \Delta_T\, e^{(V - V_T)/\Delta_T} - w + I, \qquad
          \tau_w \dot w = a (V - E_L) - w

:math:`V > V_{peak}`: spike, :math:`V = V_{reset}`, :math:`w \leftarrow w + b`. There is no refractory time; in
`adex_refractory` the potential is held for `t_ref`, and `w` goes on.

Parameters: `C_m` (capacitance), `g_L` (leak), `E_L` (rest), `V_T` (threshold of the exponential), `Delta_T` (slope),
`a` (subthreshold adaptation), `tau_w`, `b` (adaptation of a spike), `V_reset`, `V_peak`. The defaults are the
regular-spiking cell of the 2005 paper. ``VARIANTS`` are the eight patterns of Naud et al. 2008; ``STEP_CURRENT`` is
the step (pA) with which each shows its pattern.

On the right-hand side the potential is cut at `V_peak`: beyond it the exponential would overflow within the step of the
spike, before the reset. The patterns near bifurcations (irregular, transient) need a step of 0.01 ms.

Sources: Brette R, Gerstner W (2005) J Neurophysiol 94:3637-3642, doi:10.1152/jn.00686.2005, eqs 1-3 and Table 1;
Naud R, Marcille N, Clopath C, Gerstner W (2008) Biol Cybern 99:335-347, doi:10.1007/s00422-008-0264-7, Table 1, with
the values that give its Figure 4 (as checked by P. Müller and used in the Brian2 example of that paper).

Not to be confused with `izhikevich` (quadratic instead of exponential).
"""

from __future__ import annotations

from dataclasses import replace

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._benchmark import EXCITATION, INHIBITION
from braincore.neurons._variants import variant

SOURCE = "Brette & Gerstner 2005, J Neurophysiol 94:3637-3642, doi:10.1152/jn.00686.2005, Table 1"
CHAVLIS_2017 = "Chavlis et al. 2017, Hippocampus 27:89-110, doi:10.1002/hipo.22675: basket and mossy cells"
NAUD_2008 = "Naud et al. 2008, Biol Cybern 99:335-347, doi:10.1007/s00422-008-0264-7, Table 1"

ADEX = neurons.register(
    "adex",
    NeuronModel(
        name="adex",
        purpose="Exponential integrate-and-fire with adaptation: realistic firing patterns from two variables.",
        source=SOURCE,
        equations="""
        dv/dt = (g_L*(E_L - v) + g_L*Delta_T*exp((v_cut - V_T)/Delta_T) - w_ad + I)/C_m : volt
        dw_ad/dt = (a*(v_cut - E_L) - w_ad)/tau_w : amp
        v_cut = clip(v, -inf*volt, V_peak) : volt
        """,
        threshold="v > V_peak",
        reset="""
        v = V_reset
        w_ad += b
        """,
        receptors={"exc": EXCITATION, "inh": INHIBITION},
        parameters=(
            published("C_m", "281 pF", "membrane capacitance", SOURCE, "10 pF", "1000 pF"),
            published("g_L", "30 nS", "leak conductance", SOURCE, "0.5 nS", "100 nS"),
            published("E_L", "-70.6 mV", "leak reversal potential", SOURCE, "-95 mV", "-40 mV"),
            published("V_T", "-50.4 mV", "threshold of the exponential", SOURCE, "-65 mV", "-30 mV"),
            published("Delta_T", "2 mV", "slope of the exponential", SOURCE, "0.1 mV", "6 mV"),
            published("a", "4 nS", "subthreshold adaptation", SOURCE, "-30 nS", "100 nS"),
            published("tau_w", "144 ms", "time constant of adaptation", SOURCE, "5 ms", "1000 ms"),
            published("b", "80.5 pA", "adaptation of one spike", SOURCE, "0 pA", "1000 pA"),
            published("V_reset", "-70.6 mV", "potential after a spike", SOURCE, "-90 mV", "-35 mV"),
            published("V_peak", "20 mV", "potential at which a spike is cut", SOURCE, "-40 mV", "60 mV"),
        ),
        initial={"v": "E_L", "w_ad": "0 pA"},
        method="rk2",
    ),
    module=__name__,
)

ADEX_REFRACTORY = neurons.register(
    "adex_refractory",
    replace(
        ADEX,
        name="adex_refractory",
        purpose="AdEx whose potential is held for a refractory time.",
        equations=ADEX.equations.replace("/C_m : volt", "/C_m : volt (unless refractory)"),
        refractory="t_ref + dt",
        parameters=(
            *ADEX.parameters,
            published("t_ref", "2 ms", "absolute refractory time", CHAVLIS_2017, "0 ms", "20 ms"),
        ),
    ),
    module=__name__,
)

_COLUMNS = ("C_m", "g_L", "E_L", "V_T", "Delta_T", "a", "tau_w", "b", "V_reset")
_UNITS = ("pF", "nS", "mV", "mV", "mV", "nS", "ms", "pA", "mV")
# Table 1 of Naud et al. 2008: pattern, its parameters, step current in pA.
_TABLE = (
    ("tonic", "tonic spiking", (200, 10, -70, -50, 2, 2, 30, 0, -58), 500),
    ("adapting", "spiking with adaptation", (200, 12, -70, -50, 2, 2, 300, 60, -58), 500),
    ("initial_burst", "an initial burst, then slow spiking", (130, 18, -58, -50, 2, 4, 150, 120, -50), 400),
    ("bursting", "regular bursting", (200, 10, -58, -50, 2, 2, 120, 100, -46), 210),
    ("delayed_accelerating", "late, accelerating spiking", (200, 12, -70, -50, 2, -10, 300, 0, -58), 300),
    ("delayed_bursting", "late regular bursting", (100, 10, -65, -50, 2, -10, 90, 30, -47), 110),
    ("transient", "a few spikes at the onset", (100, 10, -65, -50, 2, 10, 90, 100, -47), 180),
    ("irregular", "irregular spiking, deterministic chaos", (100, 12, -60, -50, 2, -11, 130, 30, -48), 160),
)

VARIANTS = {
    f"adex_{key}": neurons.register(
        f"adex_{key}",
        variant(
            ADEX,
            f"adex_{key}",
            f"AdEx, {what} (at a step of {current} pA).",
            NAUD_2008,
            {
                "V_peak": "0 mV",
                **{name: f"{x} {unit}" for name, unit, x in zip(_COLUMNS, _UNITS, numbers, strict=True)},
            },
        ),
        module=__name__,
    )
    for key, what, numbers, current in _TABLE
}

STEP_CURRENT = {f"adex_{key}": current for key, _, _, current in _TABLE}
"""The step (pA) with which each variant shows its pattern in Naud et al. 2008."""
