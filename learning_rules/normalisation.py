r"""Multiplicative weight normalisation: what ends on a neuron through a projection keeps its sum.

.. math:: w \leftarrow w\,\frac{W}{\sum w/w_{max}} \;\text{at regular times}

The sum is over the synapses of the projection that end on the neuron, and :math:`W` is in units of the upper bound. A
neuron whose weights are all zero keeps them. To be put after a rule that learns.

Parameters: `total` = 78 (the sum, in maxima), `interval` = 500 ms (an image of 350 ms and a rest of 150 ms).

Source: Diehl PU, Cook M (2015) Front Comput Neurosci 9:99, doi:10.3389/fncom.2015.00099, whose program normalises the
784 weights of each neuron to 78 before every image; Miller KD, MacKay DJC (1994) Neural Comput 6:100-126,
doi:10.1162/neco.1994.6.1.100 (multiplicative constraints).
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Diehl & Cook 2015, Front Comput Neurosci 9:99, doi:10.3389/fncom.2015.00099"

NORMALISATION = learning_rules.register(
    "normalisation",
    LearningRule(
        name="normalisation",
        purpose="Keeps the sum of the weights of a projection on each neuron, by a common factor.",
        source=SOURCE,
        sums={"weights": "w/w_max"},
        regularly="w *= total/(weights_post + int(weights_post <= 0)*total)",
        interval="interval",
        parameters=(
            published("total", "78", "sum of a neuron's weights, in maxima", SOURCE, "0.001", "1e6"),
            published("interval", "500 ms", "time between normalisations", SOURCE, "0.1 ms", "100 s"),
        ),
    ),
    module=__name__,
)
