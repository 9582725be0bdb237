r"""Leaky integrate-and-fire neuron in white noise, integrated without error of the time step between spikes.

.. math:: \tau_m \dot V = E_L - V + \tau_m I/C_m + \sigma \sqrt{\tau_m}\, \xi(t)

:math:`V \ge V_{th}`: spike, :math:`V = V_{reset}`, held for :math:`t_{ref}`.

:math:`\sigma` is in Brunel's convention: the free potential has the standard deviation :math:`\sigma/\sqrt{2}`. Other
authors write :math:`\sigma\sqrt{2\tau_m}\,\xi`; their :math:`\sigma` is this one over :math:`\sqrt 2`.

The rates are written so that one Euler-Maruyama step is the exact transition of the Ornstein-Uhlenbeck process over
`dt`: with `decay` = :math:`(1 - e^{-\Delta t/\tau_m})/\Delta t` the mean, and with `spread` the variance
:math:`\tfrac{\sigma^2}{2}(1 - e^{-2\Delta t/\tau_m})`, are right for any step. What remains of the step is that
crossings within a step are not seen; that lowers rates as if the threshold lay
:math:`0.5826\,\sigma\sqrt{\Delta t/\tau_m}` higher (Broadie, Glasserman & Kou 1997, doi:10.1111/1467-9965.00035).

Source: Brunel N, Hakim V (1999) Neural Comput 11:1621-1671, doi:10.1162/089976699300016179; its rate is the
formula of Siegert (1951) and Ricciardi (1977). Membrane: Potjans & Diesmann (2014), Table 5.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._lif import MEMBRANE, REFRACTORY, RESET, THRESHOLD
from braincore.synapses.delta import DELTA

SOURCE = "Brunel & Hakim 1999, Neural Comput 11:1621-1671, doi:10.1162/089976699300016179"

LIF_NOISY = neurons.register(
    "lif_noisy",
    NeuronModel(
        name="lif_noisy",
        purpose="Leaky integrate-and-fire in white noise, with the exact diffusion step.",
        source=SOURCE,
        equations="""
        dv/dt = (E_L + tau_m*I/C_m - v)*decay + spread*xi : volt (unless refractory)
        decay = -expm1(-dt/tau_m)/dt : hertz
        spread = sigma*sqrt(-expm1(-2*dt/tau_m)/(2*dt)) : volt*second**-0.5
        """,
        threshold=THRESHOLD,
        reset=RESET,
        refractory=REFRACTORY,
        receptors={"exc": DELTA, "inh": DELTA},
        parameters=(
            *MEMBRANE,
            published("sigma", "5 mV", "noise amplitude, sqrt(2) times the free SD", SOURCE, "0 mV", "30 mV"),
        ),
        initial={"v": "E_L"},
        method="euler",
    ),
    module=__name__,
)
