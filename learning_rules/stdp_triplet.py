r"""Triplet rule of Pfister & Gerstner (2006): spike-timing-dependent plasticity that knows about frequency.

Each side has a fast and a slow trace, :math:`r_1, r_2` of presynaptic and :math:`o_1, o_2` of postsynaptic spikes,
with time constants :math:`\tau_+, \tau_x, \tau_-, \tau_y`:

.. math:: \Delta w = -w_1\, o_1\, (A_2^- + A_3^-\, r_2) \quad\text{at a presynaptic spike}, \qquad
          \Delta w = w_1\, r_1\, (A_2^+ + A_3^+\, o_2) \quad\text{at a postsynaptic spike}

Slow traces count as they are just before the spike. Of all-to-all interaction traces grow by 1 at a spike, of nearest
spikes they are set to 1. The amplitudes are changes relative to the initial weight; here :math:`w_1` = `scale` times
the upper bound, and the default is that of weights that begin in the middle.

With Poisson spikes of rates `x` and `y`, all of them paired, the minimal rule of visual cortex is that of Bienenstock,
Cooper & Munro: :math:`\langle\dot w\rangle = w_1\, x\, y\, (A_3^+ \tau_+ \tau_y\, y - A_2^- \tau_-)`, whose threshold
is :math:`y = A_2^- \tau_-/(A_3^+ \tau_+ \tau_y)`.

Order: as in `stdp_pair`.

Parameters: the sets of the paper's tables 3 (visual cortex) and 4 (hippocampal culture), full and minimal (without what
the fit does not need): ``stdp_triplet`` and ``VARIANTS``. A set without presynaptic triplets does not use `tau_x`.

Source: Pfister JP, Gerstner W (2006) J Neurosci 26:9673-9682, doi:10.1523/JNEUROSCI.1425-06.2006.
"""

from __future__ import annotations

from braincore.model.parameter import Parameter, published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Pfister & Gerstner 2006, J Neurosci 26:9673-9682, doi:10.1523/JNEUROSCI.1425-06.2006"
CORTEX, CULTURE = f"{SOURCE}, table 3", f"{SOURCE}, table 4"

_EQUATIONS = """
dr1/dt = -r1/tau_plus : 1 (event-driven)
dr2/dt = -r2/tau_x : 1 (event-driven)
do1/dt = -o1/tau_minus : 1 (event-driven)
do2/dt = -o2/tau_y : 1 (event-driven)
"""
_ON_PRE = """
transmitted = w
w -= scale*w_max*o1*(A2_minus + A3_minus*r2)
r1 {grows} 1
r2 {grows} 1
"""
_ON_POST = """
w += scale*w_max*r1*(A2_plus + A3_plus*o2)
o1 {grows} 1
o2 {grows} 1
"""


def _parameters(
    a2_plus: str, a3_plus: str, a2_minus: str, a3_minus: str, tau_x: str, tau_y: str, source: str
) -> tuple[Parameter, ...]:
    return (
        published("A2_plus", a2_plus, "potentiation of a pair", source, "0", "0.1"),
        published("A3_plus", a3_plus, "potentiation of a triplet post-pre-post", source, "0", "0.1"),
        published("A2_minus", a2_minus, "depression of a pair", source, "0", "0.1"),
        published("A3_minus", a3_minus, "depression of a triplet pre-post-pre", source, "0", "0.1"),
        published("tau_plus", "16.8 ms", "fast presynaptic trace", source, "1 ms", "200 ms"),
        published("tau_minus", "33.7 ms", "fast postsynaptic trace", source, "1 ms", "200 ms"),
        published("tau_x", tau_x, "slow presynaptic trace", source, "1 ms", "2000 ms"),
        published("tau_y", tau_y, "slow postsynaptic trace", source, "1 ms", "2000 ms"),
        published("scale", "0.5", "weight whose relative changes the amplitudes are, of the maximum", source, "0", "1"),
    )


def _rule(name: str, what: str, parameters: tuple[Parameter, ...], *, nearest: bool) -> LearningRule:
    grows = "=" if nearest else "+="
    rule = LearningRule(
        name=name,
        purpose=f"Triplet STDP: pairs and triplets of spikes, {what}.",
        source=SOURCE,
        equations=_EQUATIONS,
        on_pre=_ON_PRE.format(grows=grows),
        on_post=_ON_POST.format(grows=grows),
        parameters=parameters,
    )
    return learning_rules.register(name, rule, module=__name__)


STDP_TRIPLET = _rule(
    "stdp_triplet", "visual cortex, all spikes",
    _parameters("5e-10", "6.2e-3", "7e-3", "2.3e-4", "101 ms", "125 ms", CORTEX), nearest=False,
)  # fmt: skip

VARIANTS = {
    rule.name: rule
    for rule in (
        _rule("stdp_triplet_minimal", "visual cortex, all spikes, minimal",
              _parameters("0", "6.5e-3", "7.1e-3", "0", "101 ms", "114 ms", CORTEX), nearest=False),
        _rule("stdp_triplet_nearest", "visual cortex, nearest spikes",
              _parameters("8.8e-11", "5.3e-2", "6.6e-3", "3.1e-3", "714 ms", "40 ms", CORTEX), nearest=True),
        _rule("stdp_triplet_nearest_minimal", "visual cortex, nearest spikes, minimal",
              _parameters("0", "5e-2", "8e-3", "0", "714 ms", "40 ms", CORTEX), nearest=True),
        _rule("stdp_triplet_hippocampus", "hippocampal culture, all spikes",
              _parameters("6.1e-3", "6.7e-3", "1.6e-3", "1.4e-3", "946 ms", "27 ms", CULTURE), nearest=False),
        _rule("stdp_triplet_hippocampus_minimal", "hippocampal culture, all spikes, minimal",
              _parameters("5.3e-3", "8e-3", "3.5e-3", "0", "946 ms", "40 ms", CULTURE), nearest=False),
        _rule("stdp_triplet_hippocampus_nearest", "hippocampal culture, nearest spikes",
              _parameters("4.6e-3", "9.1e-3", "3e-3", "7.5e-9", "575 ms", "47 ms", CULTURE), nearest=True),
        _rule("stdp_triplet_hippocampus_nearest_minimal", "hippocampal culture, nearest spikes, minimal",
              _parameters("4.6e-3", "9.1e-3", "3e-3", "0", "575 ms", "48 ms", CULTURE), nearest=True),
    )
}  # fmt: skip
