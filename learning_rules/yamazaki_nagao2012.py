r"""Parallel fibres onto Purkinje cells (Yamazaki & Nagao 2012): climbing fibres depress them, their own spikes do not.

.. math:: w \leftarrow w + A_{LTP}\,(w_{max} - w) \;\text{at each presynaptic spike}, \qquad
          w \leftarrow k\,w \;\text{for each spike less than `lag' before one of the climbing fibre}

The climbing fibre is a receptor ``climbing`` of the target (`recent_spikes`) that counts its spikes of the last 50
ms. Each presynaptic spike is judged 50 ms (`lag`) after it has arrived, by the number :math:`n` of climbing-fibre
spikes since: :math:`w \leftarrow k^n w`. That is the published change; it comes at most 50 ms after the climbing
fibre, where the authors' programs apply it at the end of the trial. The window of the count must be `lag` long.

Parameters: `A_LTP` = 1e-4, `kept` (:math:`k`) = 0.995, of the 2012 model, whose climbing fibre fires many times a
cycle; the authors' program of eyelid conditioning, with one climbing-fibre spike a trial, has 0.001 and 0.8. `lag` =
50 ms.

Sources: Yamazaki T, Nagao S (2012) PLoS ONE 7:e33319, doi:10.1371/journal.pone.0033319, and its program (ModelDB
144416); Yamazaki T, Tanaka S (2007) Eur J Neurosci 26:2279-2292, doi:10.1111/j.1460-9568.2007.05837.x, program
snsbook.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Yamazaki & Nagao 2012, PLoS ONE 7:e33319, doi:10.1371/journal.pone.0033319; ModelDB 144416"

YAMAZAKI_NAGAO2012 = learning_rules.register(
    "yamazaki_nagao2012",
    LearningRule(
        name="yamazaki_nagao2012",
        purpose="Cerebellar learning: climbing fibres depress parallel fibres that were just active.",
        source=SOURCE,
        on_pre="""
        transmitted = w
        w += A_LTP*(w_max - w)
        """,
        on_pre_late="w *= kept**n_post",
        lag="lag",
        modulators=("climbing",),
        parameters=(
            published("A_LTP", "1e-4", "potentiation by a spike, of what is missing", SOURCE, "0", "0.1"),
            published("kept", "0.995", "what a climbing-fibre spike leaves of the weight", SOURCE, "0", "1"),
            published("lag", "50 ms", "window before the climbing fibre's spike", SOURCE, "1 ms", "500 ms"),
        ),
    ),
    module=__name__,
)
