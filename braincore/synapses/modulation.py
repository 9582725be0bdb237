r"""Modulation: a third factor in proportion to the activity of rate units, at all times, which moves nothing.

.. math:: d_i = \sum_j w_{ij}\, r_j

For rules with a third factor (`sutton1988`) where what releases the modulator is a unit with a rate, whose activity
may fall below its baseline: :math:`d` may be negative. The weight is a plain number, and there is no delay.

Source: Schultz W, Dayan P, Montague PR (1997) Science 275:1593-1599, doi:10.1126/science.275.5306.1593 (a prediction
error that is broadcast to all synapses).

Not to be confused with `neuromodulator`, a concentration that spikes raise and that decays.
"""

from __future__ import annotations

from braincore.model.synapse import SynapseModel, synapses

MODULATION = synapses.register(
    "modulation",
    SynapseModel(
        name="modulation",
        purpose="Third factor of learning rules by the activity of rate units; gives no current.",
        source="Schultz, Dayan & Montague 1997, Science 275:1593-1599, doi:10.1126/science.275.5306.1593",
        weight="1",
        equations="d = total : 1",
        transmission="w*v_pre",
    ),
    module=__name__,
)
