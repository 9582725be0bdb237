r"""Mossy fibres onto cerebellar nuclei: potentiation while Purkinje cells pause, depression while they fire.

At each presynaptic spike, with :math:`g` the conductance that Purkinje cells have opened in the target,

.. math:: w \leftarrow w + w_{max}\,(A_+\,[g < g_{low}] - A_-\,[g > g_{high}])

A slow second site of the memory of conditioning: it learns what the cerebellar cortex has learned, and is still there
when the cortex has unlearned it (savings).

The form is that of the simulations of Medina and Mauk: potentiation below one rate of the Purkinje cells, slower
depression above another, judged over 40 ms. There the rates are of spikes (12.5 and 75 Hz); here they are read off
the nucleus cell's own inhibition (receptor ``inh``, `exponential_conductance` of 42 ms), so the two conductances
belong to a circuit. The defaults are 50 and 75 Hz in `EyeblinkCerebellum`; they and the amplitudes are ours.

Sources: Medina JF, Mauk MD (2000) Nat Neurosci 3 Suppl:1205-1211, doi:10.1038/81486; Medina JF, Garcia KS, Mauk MD
(2001) J Neurosci 21:4081-4089 (savings).
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "form: Medina & Mauk 2000, Nat Neurosci 3 Suppl:1205-1211, doi:10.1038/81486; value: ours"

NUCLEAR_MEMORY = learning_rules.register(
    "nuclear_memory",
    LearningRule(
        name="nuclear_memory",
        purpose="Slow memory in the cerebellar nuclei: mossy fibres that are active while Purkinje cells pause grow.",
        source=SOURCE,
        on_pre="""
        transmitted = w
        w += w_max*(A_plus*int(g_post < g_low) - A_minus*int(g_post > g_high))
        """,
        modulators=("inh",),
        parameters=(
            published("A_plus", "0.012", "potentiation by a spike, of the maximum", SOURCE, "0", "0.1"),
            published("A_minus", "0.0002", "depression by a spike, of the maximum", SOURCE, "0", "0.1"),
            published("g_low", "7.6 nS", "inhibition below which there is potentiation", SOURCE, "0 nS", "100 nS"),
            published("g_high", "11.4 nS", "inhibition above which there is depression", SOURCE, "0 nS", "100 nS"),
        ),
    ),
    module=__name__,
)
