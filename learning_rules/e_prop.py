r"""e-prop of Bellec et al. (2020): gradient descent through time by eligibility traces and a learning signal.

For recurrent neurons (``e_prop``: leaky integrate-and-fire; ``e_prop_alif``: with an adaptive threshold), in steps of
`dt`, with :math:`\psi_j = \gamma\,\max(0, 1 - |(v_j - A_j)/b_0|)` as the slope of a spike, :math:`A_j` the threshold
and :math:`b_0` its distance from rest without adaptation, zero while the neuron is refractory,

.. math:: e_{ji} = \psi_j\,(\bar z_i - \beta\,\epsilon_{ji}), \qquad \bar e_{ji} \leftarrow
          e^{-dt/\tau_{out}}\,\bar e_{ji} + e_{ji}, \qquad \epsilon_{ji} \leftarrow \rho\,(\epsilon_{ji} + e_{ji})

.. math:: g_{ji} \leftarrow g_{ji} + L_j\,\bar e_{ji}, \qquad s_{ji} \leftarrow s_{ji} + e_{ji}, \qquad
          \bar z_i \leftarrow e^{-dt/\tau_m}(\bar z_i + z_i)

(without adaptation :math:`\epsilon = 0`), and at the end of every trial

.. math:: w_{ji} \leftarrow w_{ji} - \eta\,w_{max}\,\big(g_{ji} + c_{reg}\,(\nu_j - \nu_{target})\,s_{ji}\big)

:math:`\nu_j` is the neuron's rate in the trial. :math:`g` is the gradient of :math:`\sum_t L_j\,\mathcal F(z_j)`,
:math:`\mathcal F` being the filter of a readout with :math:`\tau_{out}`, if spikes are not followed through recurrent
connections; in units of :math:`b_0`. For the projection to the readouts ``e_prop_readout`` has the gradient
:math:`g_{ki} \leftarrow g_{ki} + L_k\,\bar z_i`, :math:`\bar z` filtered with `tau_out`.

The learning signal is a receptor ``learning_signal`` of the target, on which projections from units that hold the
errors end (`readout`). With the transposed weights of the readouts it is symmetric e-prop, with random ones broadcast
by random weights; ``e_prop_broadcast``, on that projection itself, lets them learn what the readout's weights learn,
and decay by `c_decay` in a trial, as those should.

The neuron jumps by the weight at a spike that arrives, and its reset subtracts; `tau_m` here is its time constant.
``e_prop`` reads its threshold `V_th` and rest `E_L`, ``e_prop_alif`` the names that `alif` has.

Order: the slope is that of the potential before the threshold of the step; what arrives in a step counts in the next.
The learning signal of a step is that of the errors at its beginning, and meets the traces of the step before: a
readout's potential has the spikes of its own step.

Parameters: `gamma` = 0.3, `tau_m` = 20 ms, `tau_out` = 20 ms, `eta`, `trial` = 1 s, `c_reg` = 0, `nu_target` = 10 Hz.

Source: Bellec G, Scherr F, Subramoney A, Hajek E, Salaj D, Legenstein R, Maass W (2020) Nat Commun 11:3625,
doi:10.1038/s41467-020-17236-y, eqs 4, 21-24 and Methods (regularisation, adaptive broadcast). The rate of learning is
ours.
"""

from __future__ import annotations

from braincore.model.parameter import Parameter, published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Bellec et al. 2020, Nat Commun 11:3625, doi:10.1038/s41467-020-17236-y"
ENDS = "over = int(timestep(t + dt, dt) % timestep(trial, dt) == 0)\n"
COUNTS = "n *= int(timestep(t, dt) % timestep(trial, dt) != 0)\n"
"""Spikes of the trial: those of the one before are forgotten in its first step."""
FILTERED = """
z = (z + arrived)*exp(-dt/tau_m)
arrived = 0
"""
DESCENT = """
w -= eta*w_max*(g + c_reg*(n_post/trial - nu_target)*s)*over_post
g *= 1 - over_post
s *= 1 - over_post
"""
OF_NEURONS = (
    published("gamma", "0.3", "slope of a spike at threshold", SOURCE, "0", "10"),
    published("tau_m", "20 ms", "membrane time constant of the target", SOURCE, "1 ms", "1000 ms"),
    published("c_reg", "0 V*s", "how much the rate counts, beside the errors", SOURCE, "0 V*s", "1e6 V*s"),
    published("nu_target", "10 Hz", "rate that is aimed at", SOURCE, "0 Hz", "500 Hz"),
)
OF_ALL = (
    published("tau_out", "20 ms", "time constant of the readout", SOURCE, "0.1 ms", "1000 ms"),
    published("eta", "0.1 1/V", "rate of learning, of the maximum", "ours", "0 1/V", "1e6 1/V"),
    published("trial", "1000 ms", "time between changes of the weight", SOURCE, "1 ms", "100 s"),
)
DECAY = published("c_decay", "0.01", "share of a weight that decays in a trial", SOURCE, "0", "1")


def _rule(
    name: str,
    purpose: str,
    *,
    equations: str,
    regularly: str,
    parameters: tuple[Parameter, ...],
    on_pre: str = "",
    target_equations: str = "",
    on_target_spike: str = "",
    on_target_step: str = "",
    modulators: tuple[str, ...] = ("learning_signal",),
    learned: tuple[str, ...] = ("g",),
) -> LearningRule:
    return learning_rules.register(
        name,
        LearningRule(
            name=name,
            purpose=purpose,
            source=SOURCE,
            equations=equations,
            on_pre="transmitted = w\n" + on_pre,
            target_equations="over : 1\n" + target_equations,
            on_target_spike=on_target_spike,
            on_target_step=ENDS + on_target_step,
            regularly=regularly,
            interval="dt",
            modulators=modulators,
            learned=learned,
            parameters=parameters,
        ),
        module=__name__,
    )


E_PROP = _rule(
    "e_prop",
    "Gradient descent through time by eligibility traces and a learning signal (LIF neurons).",
    equations="""
    arrived : 1
    z : 1
    f : 1
    s : 1
    g : volt
    """,
    on_pre="arrived += 1",
    target_equations="""
    psi : 1
    n : 1
    """,
    on_target_spike="n += 1",
    on_target_step=COUNTS + "psi = gamma*clip(1 - abs((v - V_th)/(V_th - E_L)), 0, 1)*int(not_refractory)\n",
    regularly="g += L_post*f\nf = f*exp(-dt/tau_out) + psi_post*z\ns += psi_post*z\n" + FILTERED + DESCENT,
    learned=("g", "s"),
    parameters=(*OF_NEURONS, *OF_ALL),
)
E_PROP_ALIF = _rule(
    "e_prop_alif",
    "Gradient descent through time by eligibility traces and a learning signal (adaptive thresholds).",
    equations="""
    arrived : 1
    z : 1
    eligible : 1
    epsilon : 1
    f : 1
    s : 1
    g : volt
    """,
    on_pre="arrived += 1",
    target_equations="""
    psi : 1
    n : 1
    jump : 1
    rho : 1
    """,
    on_target_spike="n += 1",
    on_target_step=COUNTS
    + """
    psi = gamma*clip(1 - abs((v - E_L - b_0 - theta)/b_0), 0, 1)*int(not_refractory)
    jump = beta*delta/(tau_a*b_0)
    rho = exp(-dt/tau_a)
    """,
    regularly="""
    g += L_post*f
    eligible = psi_post*(z - jump_post*epsilon)
    epsilon = rho_post*(epsilon + eligible)
    f = f*exp(-dt/tau_out) + eligible
    s += eligible
    """
    + FILTERED
    + DESCENT,
    learned=("g", "s"),
    parameters=(*OF_NEURONS, *OF_ALL),
)
E_PROP_READOUT = _rule(
    "e_prop_readout",
    "Gradient descent of the weights to readouts, by filtered spikes and a learning signal.",
    equations="""
    arrived : 1
    z : 1
    g : volt
    """,
    on_pre="arrived += 1",
    regularly="""
    g += L_post*z
    z = z*exp(-dt/tau_out) + arrived
    arrived = 0
    w -= eta*w_max*g*over_post
    g *= 1 - over_post
    """,
    parameters=OF_ALL,
)
E_PROP_BROADCAST = _rule(
    "e_prop_broadcast",
    "Weights of a learning signal that learn what those of the readouts learn (adaptive broadcast).",
    equations="g : volt",
    target_equations="z : 1",
    on_target_spike="z += 1",
    on_target_step="z *= exp(-dt/tau_out)",
    regularly="""
    g += v_pre*z_post
    w -= (eta*w_max*g + c_decay*w)*over_post
    g *= 1 - over_post
    """,
    modulators=(),
    parameters=(*OF_ALL, DECAY),
)
