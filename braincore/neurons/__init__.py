"""The library of neurons: one published model a file, found by its name through `braincore.model.neurons`.

Integrate-and-fire: ``lif_delta``, ``lif_exp``, ``lif_alpha``, ``lif_cond``, ``lif_noisy``, ``alif`` and ``lifat``
(adaptive thresholds), ``ahp`` (after-hyperpolarising current), ``adex``, ``aeif_clopath``, ``izhikevich``.
Conductance-based: ``hh``, ``traub_miles``, ``wang_buzsaki``, and of the thalamus ``destexhe1996_tc`` and
``destexhe1996_re``. Sources: ``poisson``, ``poisson_driven``, ``poisson_activity``, ``place_field``, ``spike_source``.
Firing-rate units: ``rate``, ``wilson_cowan``, ``step_unit``; of rhythms ``mejias2016``, ``bastos2015``; of errors of
prediction ``hertaeg_clopath2022``, ``rao_ballard1999``; with a gain that noradrenaline sets, and the locus
coeruleus: ``gilzenrat2002``, ``gilzenrat2002_lc``. Units that hold errors of others: ``readout``, ``spike_error``.

A model with several published parameter sets has a variant for each, called ``<model>_<set>``: ``izhikevich_fs``,
``adex_bursting``. A variant is a neuron model like any other; the file's ``VARIANTS`` lists them.

Receptors are called ``exc`` and ``inh`` wherever a model has both, so that neurons can be exchanged without touching
the wiring.
"""
