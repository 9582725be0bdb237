r"""GABA-B receptor: slow potassium conductance behind a G-protein cascade, after Destexhe, Mainen & Sejnowski (1998).

.. math:: \dot R = K_1 [T] (1 - R) - K_2 R, \qquad \dot G = K_3 R - K_4 G, \qquad
          I = w\,\frac{G^4}{G^4 + K_D}\,(E - V)

`R` is the bound fraction of receptors, `G` the activated G-protein (µM), and [T] the transmitter: a pulse of
:math:`T_{max}` for :math:`T_{dur}` after each spike. This is the simplified (second-order) version of the 1998 chapter,
with the constants of its published NEURON file; the version of Destexhe & Sejnowski (1995) has desensitisation and
enzymatic intermediates besides.

The pulse of 0.3 ms is taken at once, as its exact effect on `R`: with :math:`k = K_1 T_{max} + K_2`,
:math:`R \leftarrow R_\infty + (R - R_\infty)\,e^{-k T_{dur}}`, :math:`R_\infty = K_1 T_{max}/k`. Beside the 100 ms to
the peak of the current this is a shift by less than 0.3 ms. `R` and `G` depend on the source's spikes alone and are
integrated once per source; transmission is continuous and without delay. The fourth power makes single spikes nearly
silent and bursts strong, and the weight (S) is the conductance of the fully open synapse.

Source: Destexhe A, Mainen ZF, Sejnowski TJ (1998) Kinetic models of synaptic transmission, in Koch C, Segev I (eds)
Methods in Neuronal Modeling, 2nd ed, MIT Press, pp 1-25; constants of its file gabab.mod (ModelDB 18198), fitted to
Otis TS et al. (1993) J Physiol 463:391-407, doi:10.1113/jphysiol.1993.sp019600.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Destexhe, Mainen & Sejnowski 1998, in Methods in Neuronal Modeling, MIT Press; gabab.mod, ModelDB 18198"

GABA_B = synapses.register(
    "gaba_b",
    SynapseModel(
        name="gaba_b",
        purpose="Slow inhibition by a G-protein cascade: weak for single spikes, strong for bursts.",
        source=SOURCE,
        weight="S",
        current="total*(E - v)",
        source_equations="""
        dR/dt = -K2*R : 1
        dG/dt = K3*R - K4*G : 1
        """,
        on_source_spike="""
        R = R*exp(-(K1*T_max + K2)*T_dur) - K1*T_max/(K1*T_max + K2)*expm1(-(K1*T_max + K2)*T_dur)
        """,
        transmission="w*G_pre**4/(G_pre**4 + K_D)",
        parameters=(
            published("K1", "0.52 1/ms/mM", "binding rate", SOURCE, "0.05 1/ms/mM", "5 1/ms/mM"),
            published("K2", "0.0013 1/ms", "unbinding rate", SOURCE, "0.0001 1/ms", "0.1 1/ms"),
            published("K3", "0.098 1/ms", "G-protein activation, µM per ms", SOURCE, "0.01 1/ms", "1 1/ms"),
            published("K4", "0.033 1/ms", "G-protein decay", SOURCE, "0.003 1/ms", "0.3 1/ms"),
            published("K_D", "100", "dissociation constant of the channel, µM^4", SOURCE, "1", "10000"),
            published("T_max", "0.5 mM", "transmitter in the pulse", SOURCE, "0.05 mM", "5 mM"),
            published("T_dur", "0.3 ms", "length of the pulse", SOURCE, "0.05 ms", "3 ms"),
            published("E", "-95 mV", "reversal potential (potassium)", SOURCE, "-110 mV", "-75 mV"),
        ),
        conductance=True,
    ),
    module=__name__,
)
