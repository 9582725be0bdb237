"""The library of synapses: one published model a file, found by its name through `braincore.model.synapses`.

===============================  ==========  =====================================================================
name                             weight      what a spike does
===============================  ==========  =====================================================================
``delta``                        membrane    steps the membrane variable
``delta_unless_refractory``      membrane    the same, and is lost on any neuron in its refractory time
``pulse_current``                1           a current for exactly one time step (discrete-time networks)
``exponential_current``          A           current that jumps and decays
``alpha_current``                A           current with one time constant for rise and decay
``dual_exponential_current``     A           current with its own rise and decay
``exponential_conductance``      S           conductance that jumps and decays; ``ampa`` and ``gaba_a`` are such
``alpha_conductance``            S           conductance with one time constant for rise and decay
``nmda``                         S           dual-exponential conductance behind the magnesium block
``nmda_wang2002``                S           the same with gating that saturates, in the source neuron
``kinetic_ampa``                 S           pulse of transmitter that binds, in the source neuron
``kinetic_gaba_a``               S           the same with the constants of inhibition
``gaba_b``                       S           G-protein cascade in the source neuron
``gap_junction``                 S           no spike: current proportional to the difference of potentials
``rate_coupling``                1           no spike: input proportional to the source's rate
``neuromodulator``               1           a concentration that learning rules read; gives no current
``reward``                       1           for one time step, what learning rules read; gives no current
``learning_signal``              1           no spike: sum of errors that learning rules read; gives no current
===============================  ==========  =====================================================================

Short-term plasticity is not a receptor but something that happens on each synapse: see `tsodyks_markram`.
"""
