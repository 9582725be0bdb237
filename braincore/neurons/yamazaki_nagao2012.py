r"""Cells of the cerebellum after Yamazaki & Nagao (2012): leak, conductances, and an after-hyperpolarisation.

.. math:: C_m \dot V = g_L (E_L - V) + g_{ahp}\, a\, (E_{ahp} - V) + I + I_0, \qquad \dot a = -a/\tau_{ahp}

:math:`V > V_{th}`: spike, :math:`a = 1`. There is no reset and no refractory time: the after-hyperpolarisation does
both.

The defaults are the Purkinje cell. ``VARIANTS``: ``yamazaki_nagao2012_basket``, ``_nucleus``, ``_olive``, and
``_granule`` and ``_golgi`` (those of Yamazaki & Tanaka 2007), each with its receptors ``exc`` and ``inh``.

The authors' programs step the membrane by a Runge-Kutta method with conductances held over steps of 1 ms; here, with
conductances held likewise, the membrane's linear equation is stepped exactly.

Parameters: `C_m`, `g_L`, `E_L`, `V_th`, `g_ahp`, `E_ahp`, `tau_ahp`, `I_0` (a current that makes a cell fire by
itself).

Sources: Yamazaki T, Nagao S (2012) PLoS ONE 7:e33319, doi:10.1371/journal.pone.0033319, and its program (ModelDB
144416); granule and Golgi cells: Yamazaki T, Tanaka S (2007) Eur J Neurosci 26:2279-2292,
doi:10.1111/j.1460-9568.2007.05837.x, as in the authors' program snsbook.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel
from braincore.neurons._variants import variant
from braincore.synapses.exponential_conductance import EXPONENTIAL_CONDUCTANCE
from braincore.synapses.mixed_conductance import MIXED_CONDUCTANCE, THREE_DECAYS

SOURCE = "Yamazaki & Nagao 2012, PLoS ONE 7:e33319, doi:10.1371/journal.pone.0033319"
TANAKA = "Yamazaki & Tanaka 2007, Eur J Neurosci 26:2279, doi:10.1111/j.1460-9568.2007.05837.x; program snsbook"

YAMAZAKI_NAGAO2012 = neurons.register(
    "yamazaki_nagao2012",
    NeuronModel(
        name="yamazaki_nagao2012",
        purpose="Purkinje cell with an after-hyperpolarisation in place of a reset (cerebellum).",
        source=SOURCE,
        equations="""
        dv/dt = (g_L*(E_L - v) + g_ahp*a*(E_ahp - v) + I + I_0)/C_m : volt
        da/dt = -a/tau_ahp : 1
        """,
        threshold="v > V_th",
        reset="a = 1",
        receptors={
            "exc": EXPONENTIAL_CONDUCTANCE.with_(tau="8.3 ms", E="0 mV"),
            "inh": EXPONENTIAL_CONDUCTANCE.with_(tau="10 ms", E="-75 mV"),
        },
        parameters=(
            published("C_m", "106 pF", "membrane capacitance", SOURCE, "0.5 pF", "1000 pF"),
            published("g_L", "2.3202 nS", "leak conductance, 1/0.431 nS", SOURCE, "0.01 nS", "50 nS"),
            published("E_L", "-68 mV", "leak reversal potential", SOURCE, "-80 mV", "-50 mV"),
            published("V_th", "-55 mV", "threshold", SOURCE, "-60 mV", "-30 mV"),
            published("g_ahp", "100 nS", "after-hyperpolarisation", SOURCE, "0 nS", "200 nS"),
            published("E_ahp", "-70 mV", "its reversal potential", SOURCE, "-90 mV", "-60 mV"),
            published("tau_ahp", "2.5 ms", "its decay", SOURCE, "0.5 ms", "50 ms"),
            published("I_0", "250 pA", "current that makes it fire by itself", SOURCE, "0 pA", "2000 pA"),
        ),
        initial={"v": "E_L", "a": "0"},
        method="exponential_euler",
    ),
    module=__name__,
)


def _cell(key: str, what: str, source: str, values: dict[str, str], receptors: dict[str, SynapseModel]) -> NeuronModel:
    name = f"yamazaki_nagao2012_{key}"
    purpose = f"{what} with an after-hyperpolarisation in place of a reset (cerebellum)."
    cell = variant(YAMAZAKI_NAGAO2012, name, purpose, source, values)
    return neurons.register(name, cell.with_(receptors=receptors), module=__name__)


def _decays(tau: str, reversal: str = "0 mV") -> SynapseModel:
    return EXPONENTIAL_CONDUCTANCE.with_(tau=tau, E=reversal)


def _mixed(fast: str, slow: str, share: str, reversal: str = "0 mV") -> SynapseModel:
    return MIXED_CONDUCTANCE.with_(tau_fast=fast, tau_slow=slow, share=share, E=reversal)


VARIANTS = {
    "basket": _cell("basket", "Basket cell", SOURCE, {"I_0": "0 pA"}, {"exc": _decays("8.3 ms")}),
    "nucleus": _cell(
        "nucleus",
        "Cell of the cerebellar (vestibular) nucleus",
        SOURCE,
        {
            "C_m": "122.3 pF", "g_L": "1.6393 nS", "E_L": "-56 mV", "V_th": "-38.8 mV", "g_ahp": "50 nS",
            "tau_ahp": "5 ms", "I_0": "700 pA",
        },
        {"exc": _mixed("9.9 ms", "30.5 ms", "0.34"), "inh": _decays("42.3 ms", "-88 mV")},
    ),
    "olive": _cell(
        "olive",
        "Cell of the inferior olive",
        SOURCE,
        {
            "C_m": "1 pF", "g_L": "0.015 nS", "E_L": "-60 mV", "V_th": "-50 mV", "g_ahp": "1 nS", "tau_ahp": "5 ms",
            "I_0": "0 pA",
        },
        {"exc": _decays("10 ms"), "inh": _decays("10 ms", "-75 mV")},
    ),
    "granule": _cell(
        "granule",
        "Granule cell",
        TANAKA,
        {
            "C_m": "3.1 pF", "g_L": "0.43 nS", "E_L": "-58 mV", "V_th": "-35 mV", "g_ahp": "1 nS", "E_ahp": "-82 mV",
            "tau_ahp": "5 ms", "I_0": "0 pA",
        },
        {"exc": _mixed("1.2 ms", "52 ms", "0.12"), "inh": _mixed("7 ms", "59 ms", "0.57", "-82 mV")},
    ),
    "golgi": _cell(
        "golgi",
        "Golgi cell",
        TANAKA,
        {
            "C_m": "28 pF", "g_L": "2.3364 nS", "E_L": "-55 mV", "V_th": "-52 mV", "g_ahp": "20 nS",
            "E_ahp": "-72.7 mV", "tau_ahp": "5 ms", "I_0": "0 pA",
        },
        {"exc": THREE_DECAYS},
    ),
}  # fmt: skip
