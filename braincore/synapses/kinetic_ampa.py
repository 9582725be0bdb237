r"""AMPA receptor as a kinetic scheme: transmitter in a pulse binds, and the conductance saturates.

.. math:: \dot r = \alpha [T] (1 - r) - \beta r, \qquad I = w\,r\,(E - V)

`r` is the open fraction and [T] the transmitter, a pulse of :math:`T_{max}` for :math:`T_{dur}` after each spike. The
pulse is taken at once, as its exact effect on `r`: with :math:`k = \alpha T_{max} + \beta`,
:math:`r \leftarrow r_\infty + (r - r_\infty)\,e^{-k T_{dur}}`, :math:`r_\infty = \alpha T_{max}/k`. The conductance is
ahead of that of a real pulse by its 0.3 ms at most. `r` depends on the source's spikes alone and is integrated once
per source; transmission is continuous and without delay. The weight (S) is the conductance of the fully open synapse.

Source: Destexhe A, Mainen ZF, Sejnowski TJ (1994) Neural Comput 6:14-18, doi:10.1162/neco.1994.6.1.14 (the scheme);
constants of the thalamic circuit of Destexhe et al. (1996), doi:10.1152/jn.1996.76.3.2049, as in its program.

`ampa` is the model without saturation. `kinetic_gaba_a` has the same scheme, `gaba_b` a cascade behind it.
"""

from __future__ import annotations

from braincore.model.parameter import Parameter, published
from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Destexhe et al. 1996, J Neurophysiol 76:2049-2070, doi:10.1152/jn.1996.76.3.2049; ModelDB 3343"


def kinetic(name: str, purpose: str, *constants: Parameter) -> SynapseModel:
    """Return a receptor of one binding step, with its `alpha`, `beta` and `E`."""
    return SynapseModel(
        name=name,
        purpose=purpose,
        source=SOURCE,
        weight="S",
        current="total*(E - v)",
        source_equations="dr/dt = -beta*r : 1",
        on_source_spike="""
        r = r*exp(-(alpha*T_max + beta)*T_dur) - alpha*T_max/(alpha*T_max + beta)*expm1(-(alpha*T_max + beta)*T_dur)
        """,
        transmission="w*r_pre",
        parameters=(
            *constants,
            published("T_max", "0.5 mM", "transmitter in the pulse", SOURCE, "0.05 mM", "5 mM"),
            published("T_dur", "0.3 ms", "length of the pulse", SOURCE, "0.05 ms", "3 ms"),
        ),
        conductance=True,
    )


KINETIC_AMPA = synapses.register(
    "kinetic_ampa",
    kinetic(
        "kinetic_ampa",
        "Fast excitation by a pulse of transmitter that binds: saturates.",
        published("alpha", "0.94 1/ms/mM", "binding rate", SOURCE, "0.05 1/ms/mM", "5 1/ms/mM"),
        published("beta", "0.18 1/ms", "unbinding rate", SOURCE, "0.01 1/ms", "2 1/ms"),
        published("E", "0 mV", "reversal potential", SOURCE, "-10 mV", "10 mV"),
    ),
    module=__name__,
)
