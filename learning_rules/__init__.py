"""The library of learning rules: one published rule a file, found by its name through `braincore.model.learning_rules`.

Short-term, on each synapse beside any long-term rule: ``tsodyks_markram`` and its published sets, and
``mongillo2008``, ``saturating``. Long-term: pairs (``stdp_pair`` and ``stdp_*``), triplets (``stdp_triplet``), voltages
(``clopath2010``), calcium (``graupner_brunel2012``), rates (``bcm``, ``oja``, ``hebb``), a third factor
(``izhikevich2007``, ``stdp_dopamine``, ``kiselev2022_*``, ``vlachos2011``), errors (``e_prop*``, ``superspike``,
``delta_rule``, ``rao_ballard1999``), inhibition (``vogels2011``), homeostasis (``synaptic_scaling``,
``tetzlaff_scaling``, ``normalisation``, ``intrinsic_plasticity``), digits (``diehl_cook2015``), and what made an
integrator spike (``time_encoding``).

A rule says with ``transmitted = ...`` how much of the weight a spike passes on, and where in the order of events.
"""
