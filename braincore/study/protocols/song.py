"""Competition: a thousand plastic Poisson inputs on one conductance-based neuron.

Additive STDP divides the inputs in two, at the bottom and at the top, and holds the neuron's rate whatever that of its
inputs. The network is that of Song, Miller & Abbott (2000), in the form of Brian2's example: leak of 10 ms, rest
-74 mV, threshold -54 mV, reset -60 mV, excitation of 5 ms reversing at 0 mV, at most 0.01 of the leak for each input.

Source: Song S, Miller KD, Abbott LF (2000) Nat Neurosci 3:919-926, doi:10.1038/78829.
"""

from __future__ import annotations

import numpy as np

from braincore.model import BrainSpec, Uniform, neurons, synapses
from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Protocol, Row, Trial, protocols
from braincore.study.protocols.spread import at_bounds, bimodality, shares
from braincore.units import Quantity

SOURCE = "Song, Miller & Abbott 2000, Nat Neurosci 3:919-926"
TOP = "0.1 nS"
TARGET = {"C_m": "100 pF", "g_L": "10 nS", "E_L": "-74 mV", "V_th": "-54 mV", "V_reset": "-60 mV", "t_ref": "0 ms"}


def run(trial: Trial) -> Outcome:
    """Let the inputs compete, and look at their weights and the rate of the last tenth of the time."""
    from braincore.study.protocols._bench import simulate

    spec = BrainSpec(duration=Quantity(trial["duration"], "s"), dt=Quantity(trial["dt"], "s"), seed=trial.seed)
    neuron = neurons.get("lif_cond")
    receptors = {**neuron.receptors, "dopamine": synapses.get("neuromodulator")}
    n = int(trial["inputs"])
    spec.add("inputs", n, "poisson", parameters={"rate": Quantity(trial["rate"], "Hz")})
    spec.add("target", 1, neuron.with_(TARGET, receptors=receptors))
    top = Quantity(0.1 * 1000 / n, "nS")
    spec.connect(
        "inputs",
        "target",
        weight=Uniform(low="0 nS", high=top),
        receptor="exc",
        rules=trial.rules,
        bounds=("0 nS", top) if any(rule.term == "long" for rule in trial.rules) else None,
        name="plastic",
    )
    done = simulate(spec, trial.engine)
    found = done.built.weights("plastic") / top.si
    late = done.raster("target")[0] * trial["dt"] > 0.9 * trial["duration"]
    rows = shares(found)
    rows += [
        Row("rate", np.nan, float(late.sum() / (0.1 * trial["duration"]))),
        Row("mean", np.nan, float(found.mean())),
        Row("at the bounds", np.nan, at_bounds(found)),
        Row("bimodality", np.nan, bimodality(found)),
    ]
    return Outcome(rows=tuple(rows), seconds=done.seconds, spikes=done.spikes, events=done.events)


SONG = protocols.register(
    "song",
    Protocol(
        name="song",
        purpose="Competition: a thousand plastic Poisson inputs drive one neuron; where their weights end.",
        source=SOURCE,
        settings=(
            published("inputs", "1000", "number of inputs", SOURCE, "10", "100000"),
            published("rate", "15 Hz", "of each input", SOURCE, "0.1 Hz", "100 Hz"),
            published("duration", "100 s", "how long", SOURCE, "1 s", "100000 s"),
            published("dt", "0.1 ms", "time step", SOURCE, "0.01 ms", "1 ms"),
        ),
        curves=("share",),
        axis="weight, of the maximum",
        unit="share of the inputs",
        numbers={
            "rate": "rate of the neuron (Hz) in the last tenth of the time",
            "mean": "mean weight, of the maximum",
            "at the bounds": "share of the weights below 0.1 or above 0.9",
            "bimodality": "bimodality coefficient",
        },
        run=run,
    ),
    module=__name__,
)
