"""The library of learning rules: one published rule a file, found by its name through `braincore.model.learning_rules`.

Short-term, on each synapse beside any long-term rule: ``tsodyks_markram`` and its published sets, and
``mongillo2008``. Long-term: ``stdp_pair``.

A rule says with ``transmitted = ...`` how much of the weight a spike passes on, and where in the order of events.
"""
