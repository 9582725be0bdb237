"""Spike source: replays spikes that are given (from a file, an encoder, an experiment).

It has no equations: its population fires exactly at the given times, each rounded to the nearest step. Two spikes of
one neuron in the same step are refused.

A spike given at `t` leaves in the step that begins at `t` and, over a delay `d`, reaches its target at the end of the
step that begins at `t + d`. NEST's ``spike_generator`` delivers one step earlier: the same input there is a delay of
`d - dt` here.

Source: a device of every simulator, here Brian2's ``SpikeGeneratorGroup``: Stimberg M, Brette R, Goodman DFM (2019)
eLife 8:e47314, doi:10.7554/eLife.47314.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons

SPIKE_SOURCE = neurons.register(
    "spike_source",
    NeuronModel(
        name="spike_source",
        purpose="Source that replays given spikes.",
        source="Stimberg, Brette & Goodman 2019, eLife 8:e47314, doi:10.7554/eLife.47314 (SpikeGeneratorGroup)",
        equations="",
        threshold="False",
        method="euler",
    ),
    module=__name__,
)
