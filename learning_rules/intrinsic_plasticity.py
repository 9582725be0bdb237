r"""Intrinsic plasticity: a neuron's threshold moves until it fires at its goal.

.. math:: \dot V_{th} = \eta\,\Big(\sum_k \delta(t - t_k) - \nu_{goal}\Big)

:math:`V_{th}` is the neuron's own threshold, which this rule lets learn: it begins with the neuron's value, and each
neuron has its own from then on. In the mean over time the neuron fires at exactly :math:`\nu_{goal}`, if it can. No
weight is changed: it acts on the targets of the projection that it is given to, once however many those are.

Parameters: `eta` = 0.1 mV (a spike), `nu_goal` = 5 Hz.

Source: Lazar A, Pipa G, Triesch J (2009) Front Comput Neurosci 3:23, doi:10.3389/neuro.10.023.2009, eq. 5: there in
discrete time, :math:`T_i(t+1) = T_i(t) + \eta_{ip}(x_i(t) - H_{ip})`, for binary neurons. The constants are ours.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Lazar, Pipa & Triesch 2009, Front Comput Neurosci 3:23, doi:10.3389/neuro.10.023.2009"
OURS = "ours: the paper's neurons have no volts"

INTRINSIC_PLASTICITY = learning_rules.register(
    "intrinsic_plasticity",
    LearningRule(
        name="intrinsic_plasticity",
        purpose="Homeostasis: thresholds rise at spikes and sink between them until neurons fire at their goal.",
        source=SOURCE,
        target_equations="dV_th/dt = -eta*nu_goal : volt",
        on_target_spike="V_th += eta",
        replaces=("V_th",),
        parameters=(
            published("eta", "0.1 mV", "rise of the threshold at a spike", OURS, "0 mV", "50 mV"),
            published("nu_goal", "5 Hz", "rate that is aimed at", OURS, "0.01 Hz", "500 Hz"),
        ),
    ),
    module=__name__,
)
