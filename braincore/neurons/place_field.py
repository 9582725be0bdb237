r"""Poisson source with a place field: the rate follows where the animal is, and theta.

.. math:: r(t) = r_0\,[1 + A \cos(2 \pi f t + \varphi)]\,[1 + (P - 1)\, e^{-(t - c)^2 / 2 \sigma^2}]

The animal runs at constant speed, so that the centre :math:`c` and the width :math:`\sigma` of the field are times. In
each step there is a spike with probability :math:`r\,\Delta t`: at the default, 5.4 kHz at most, a step of 0.02 ms.

Parameters: `base` (rate outside of the field, of all afferents together), `peak` (rate in its middle over that),
`centre`, `width`, `theta` (frequency), `modulation` (by theta), `phase`.

Source: Castro L, Aguiar P (2011) J Comput Neurosci 33:141-150, doi:10.1007/s10827-011-0378-0, program (ModelDB 143248).

Not to be confused with `poisson`, whose rate is constant.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published

SOURCE = "Castro & Aguiar 2011, J Comput Neurosci 33:141-150, doi:10.1007/s10827-011-0378-0, program"

PLACE_FIELD = neurons.register(
    "place_field",
    NeuronModel(
        name="place_field",
        purpose="Source of random spikes with a place field, modulated by theta.",
        source=SOURCE,
        equations="""
        rate = base*(1 + modulation*cos(2*pi*theta*t + phase))*(1 + (peak - 1)*exp(-(t - centre)**2/(2*width**2))) : Hz
        """,
        threshold="rand() < rate*dt",
        parameters=(
            published("base", "500 Hz", "rate outside of the field", SOURCE, "0 Hz", "5000 Hz"),
            published("peak", "9", "rate in the middle of the field over that", SOURCE, "1", "100"),
            published("centre", "500 ms", "when the animal is in the middle", SOURCE, "0 s", "1000 s"),
            published("width", "250 ms", "standard deviation of the field", SOURCE, "10 ms", "10 s"),
            published("theta", "10 Hz", "frequency of theta", SOURCE, "4 Hz", "12 Hz"),
            published("modulation", "0.2", "by theta, of the rate", SOURCE, "0", "1"),
            published("phase", "0", "of theta at the start", SOURCE, "-7", "7"),
        ),
        method="euler",
    ),
    module=__name__,
)
