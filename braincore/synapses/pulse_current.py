r"""Pulse current: a spike gives an input that lasts exactly one time step and adds the weight to the target.

.. math:: s \leftarrow s + w / \Delta t \;\text{at a spike}, \qquad s \leftarrow 0 \;\text{after one step}

This is the synapse of discrete-time spiking networks, :math:`V(t) = d\,V(t-1) + \sum_j w_j z_j(t-1)`, and of Loihi
with ``decay_u = 4096``. For dimensionless neurons integrated by ``euler`` only: the equation
:math:`\dot s = -s / \Delta t` empties `s` in one Euler step, whatever the step is.

Source: Bellec G et al. (2018) NeurIPS 31, arXiv:1803.09574, eq. 1; Davies M et al. (2018) IEEE Micro 38:82-99,
doi:10.1109/MM.2018.112130359.

Not to be confused with `delta`, which changes the membrane at once: there, input that comes in the step in which the
target spikes is wiped out by the reset.
"""

from __future__ import annotations

from braincore.model.synapse import SynapseModel, synapses

PULSE_CURRENT = synapses.register(
    "pulse_current",
    SynapseModel(
        name="pulse_current",
        purpose="An input for exactly one time step that adds the weight: for discrete-time networks (euler).",
        source="Bellec et al. 2018, NeurIPS 31, arXiv:1803.09574, eq. 1",
        weight="1",
        equations="ds/dt = -s/dt : hertz",
        current="s",
        on_pre="s += w/dt",
    ),
    module=__name__,
)
