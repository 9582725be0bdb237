r"""Reward: a spike is there for one time step, with its weight, and moves nothing.

.. math:: R \leftarrow R + w \;\text{at a spike}, \qquad R \leftarrow 0 \;\text{after one step}

For rules that act at the moment of a reward (`kiselev2022_two_factor`): its weight is positive for reward, negative
for punishment. For neurons integrated by ``euler`` only, as `pulse_current` is.

Source: Kiselev M, Ivanitsky A, Ivanov D, Larionov D (2022) arXiv:2204.04431.

Not to be confused with `neuromodulator`, a concentration that decays.
"""

from __future__ import annotations

from braincore.model.synapse import SynapseModel, synapses

REWARD = synapses.register(
    "reward",
    SynapseModel(
        name="reward",
        purpose="Reward or punishment at the moment of a spike, for learning rules (euler); gives no current.",
        source="Kiselev et al. 2022, arXiv:2204.04431",
        weight="1",
        equations="dR/dt = -R/dt : 1",
        on_pre="R += w",
    ),
    module=__name__,
)
