r"""Short-term plasticity of Mongillo, Barak & Tsodyks (2008): the synaptic theory of working memory.

.. math:: \dot u = (U - u)/\tau_F, \qquad \dot x = (1 - x)/\tau_D

and at a presynaptic spike, in this order,

.. math:: u \leftarrow u + U (1 - u), \qquad \text{transmit}\; w\,u\,x, \qquad x \leftarrow x - u\,x

`u` rests at `U` and jumps before transmission: the first spike of a rested synapse passes :math:`w\,U(2 - U)`. Of the
two forms in the literature this is the one whose utilisation decays to `U`; in `tsodyks_markram` it decays to 0.

Parameters: `U` = 0.2, `tau_F` = 1500 ms, `tau_D` = 200 ms, facilitating synapses of the prefrontal cortex.

Source: Mongillo G, Barak O, Tsodyks M (2008) Science 319:1543-1546, doi:10.1126/science.1150769, with its
supplement.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Mongillo, Barak & Tsodyks 2008, Science 319:1543-1546, doi:10.1126/science.1150769, supplement"

MONGILLO2008 = learning_rules.register(
    "mongillo2008",
    LearningRule(
        name="mongillo2008",
        purpose="Short-term facilitation whose utilisation rests at U: working memory in synapses.",
        source=SOURCE,
        equations="""
        du/dt = (U - u)/tau_F : 1 (event-driven)
        dx/dt = (1 - x)/tau_D : 1 (event-driven)
        """,
        on_pre="""
        u += U*(1 - u)
        transmitted = w*u*x
        x -= u*x
        """,
        parameters=(
            published("U", "0.2", "utilisation at rest", SOURCE, "0.001", "1"),
            published("tau_F", "1500 ms", "decay of facilitation", SOURCE, "0.1 ms", "5000 ms"),
            published("tau_D", "200 ms", "recovery of resources", SOURCE, "1 ms", "5000 ms"),
        ),
        initial={"u": 0.2, "x": 1.0},
        term="short",
    ),
    module=__name__,
)
