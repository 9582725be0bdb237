r"""Spike-driven rule of time-encoding machines: every interval between two spikes says one thing about the weights.

A neuron that integrates :math:`b + \sum_j w_j x_j` and spikes whenever the integral has grown by :math:`\theta` tells
of its inputs, between two of its spikes :math:`\Delta t` apart,

.. math:: \sum_j w_j m_j = \theta - b\,\Delta t, \qquad m_j = \int_{\Delta t} x_j\,dt

so that the weights that made the spikes can be found from them. At every spike of the target

.. math:: w_j \leftarrow w_j + \eta\,\frac{m_j}{\sum_k m_k^2}\Big(\theta - b\,\Delta t - \sum_k w_k m_k\Big)

which is the normalised least-mean-squares step; for :math:`\eta` = 1 the interval is then explained. :math:`x_j` is
the membrane variable of the source, a rate (`rate`). The rule learns the weights of whatever makes the target spike:
on a projection that moves nothing it identifies another one.

Order: at the end of the step of a spike, with the integrals up to the potential that crossed the threshold. The first
spike begins an interval and changes nothing.

Parameters: `eta` = 1, `theta` = 1, `b` = 0 Hz: those of the neuron (:math:`2\kappa\delta` and :math:`b` of the paper).

Source: Adam K (2022) ICASSP, arXiv:2110.06735, the constraint of an interval (there solved by least squares); the step
by spike is that of normalised least mean squares (Nagumo J, Noda A (1967) IEEE Trans Autom Control 12:282-287).
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Adam 2022, ICASSP, arXiv:2110.06735"

TIME_ENCODING = learning_rules.register(
    "time_encoding",
    LearningRule(
        name="time_encoding",
        purpose="Finds the weights that made an integrator spike, interval by interval.",
        source=SOURCE,
        equations="m : 1",
        target_equations="""
        fired : 1
        ended : 1
        known : 1
        begun : second
        elapsed : second
        """,
        on_target_spike="""
        elapsed = t - begun
        begun = t
        fired = 1
        ended = known
        known = 1
        """,
        on_target_step="""
        fired = 0
        ended = 0
        """,
        regularly="""
        w += ended_post*eta*m/clip(norm_post, 1e-30, inf)*(theta - b*elapsed_post - explained_post)*w_max
        m = m*(1 - fired_post) + v_pre*dt
        """,
        interval="dt",
        learned=(),
        sums={"explained": "w/w_max*m", "norm": "m**2"},
        parameters=(
            published("eta", "1", "share of the step that explains the interval", SOURCE, "0", "2"),
            published("theta", "1", "integral between two spikes, of the maximal weight", SOURCE, "0", "1e6"),
            published("b", "0 Hz", "constant input, of the maximal weight", SOURCE, "-1e6 Hz", "1e6 Hz"),
        ),
    ),
    module=__name__,
)
