r"""Gap junction: a current proportional to the difference of the two potentials, at all times.

.. math:: I_i = \sum_j w_{ij}\,(V_j - V_i)

The weight (S) is the junction's conductance. One projection carries current in one direction: a junction that conducts
both ways is a pair of equal projections, as an undirected edge list is read.

Source: Bennett MVL (1966) Ann N Y Acad Sci 137:509-539, doi:10.1111/j.1749-6632.1966.tb50178.x. Between
cortical interneurons the conductance is of the order of 1 nS: Galarreta M, Hestrin S (1999) Nature 402:72-75,
doi:10.1038/47029.
"""

from __future__ import annotations

from braincore.model.synapse import SynapseModel, synapses

GAP_JUNCTION = synapses.register(
    "gap_junction",
    SynapseModel(
        name="gap_junction",
        purpose="Electrical synapse: an ohmic conductance between two neurons.",
        source="Bennett 1966, Ann N Y Acad Sci 137:509-539, doi:10.1111/j.1749-6632.1966.tb50178.x",
        weight="S",
        current="total",
        transmission="w*(v_pre - v_post)",
        conductance=True,
    ),
    module=__name__,
)
