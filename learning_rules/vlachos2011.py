r"""Learning of Vlachos et al. (2011) where stimulus and context meet on a cell of the basal amygdala.

At every spike of the stimulus and of the context that arrive at a cell both of its weights change,

.. math:: w \leftarrow w + \alpha\,m\,c\,h\,|w_{max} - w| \;\text{if}\; |t_{CS} - t_{CTX}| < T, \qquad
          w \leftarrow w - \alpha\,m\,c\,|w_0 - w| \;\text{otherwise},

with :math:`t_{CS}`, :math:`t_{CTX}` the last spikes of either, :math:`c` and :math:`h` their traces, and :math:`m` the
neuromodulator. What the cell itself does plays no part. The rule goes on both projections; the target has receptors
``cs`` (`vlachos2011_cs`), ``ctx`` (`vlachos2011_ctx`) and ``gate`` (`vlachos2011_gate`). :math:`w_{max}` is the upper
bound of the projection, 4 nS in the source.

Order: spikes of a step change the weight at the end of the step; a spike passes on the weight as it finds it (in the
replication its own change, below 1 %, comes first). Where both arrive in one step, both count, with both traces.

A weight below :math:`w_0` goes down further, as the equation has it, by 0.16 % of the distance at a spike.

Parameters: `alpha` = 1.6e-3, `w_0` = 0.4 nS, `T` = 100 ms.

Source: Vlachos I, Herry C, Lüthi A, Aertsen A, Kumar A (2011) PLoS Comput Biol 7:e1001104,
doi:10.1371/journal.pcbi.1001104, eqs 6-8; constants by Carvalho TTA et al., replication in ReScience C, params.py.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Vlachos et al. 2011, PLoS Comput Biol 7:e1001104, doi:10.1371/journal.pcbi.1001104"
CARVALHO = "Carvalho et al., replication of Vlachos et al. 2011, ReScience C, params.py"

VLACHOS2011 = learning_rules.register(
    "vlachos2011",
    LearningRule(
        name="vlachos2011",
        purpose="Weights of stimulus and context grow where both meet under a neuromodulator, and fall elsewhere.",
        source=SOURCE,
        regularly="""
        w += (int(t - stimulated_post < dt/2) + int(t - placed_post < dt/2))*alpha*m_post*c_post*(
             h_post*abs(w_max - w)*int(abs(stimulated_post - placed_post) < T)
             - abs(w_0 - w)*int(abs(stimulated_post - placed_post) > T))
        """,
        interval="dt",
        modulators=("cs", "ctx", "gate"),
        parameters=(
            published("alpha", "1.6e-3", "change at a spike", CARVALHO, "0", "0.1"),
            published("w_0", "0.4 nS", "where weights fall to", CARVALHO, "0 nS", "4 nS"),
            published("T", "100 ms", "within which both meet", CARVALHO, "1 ms", "1000 ms"),
        ),
    ),
    module=__name__,
)
