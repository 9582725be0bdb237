"""The microcircuit of ``microcircuit.yaml`` as a Python script: the same description, the same spikes.

Run it with ``python -m braincore.experiments.microcircuit``.
"""

from __future__ import annotations

from braincore.regions.cortical_microcircuit import CorticalMicrocircuit

from braincore import Brain
from braincore.model import Recording, Traces


def brain(scale: float = 0.2, seed: int = 1) -> Brain:
    """Return the microcircuit as a brain of one region, V1."""
    made = Brain(title="Cortical microcircuit", seed=seed, dt="0.1 ms", duration="2 s")
    made.regions["V1"] = CorticalMicrocircuit(scale=scale)
    made.recording = Recording(
        rates="5 ms",
        traces=(Traces(target="V1.L4e[0, 1, 2]", variables=("v",), interval="0.5 ms"),),
    )
    return made


if __name__ == "__main__":
    brain().run(name="microcircuit")
