"""Orientation selectivity without a map: inhibition takes the mean of the input away, specific excitation adds tuning.

``python -m braincore.experiments.specific_connectivity [--out FOLDER]``

Source    Sadeh, Clopath & Rotter 2015, PLoS ONE 10(6):e0127547.
Expected  Cells keep the orientation of their input, whose modulation is a fifth. Recurrent synapses sharpen the answer;
          its amplitude grows with how specific those among excitatory cells are.
Time      20 s on two cores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.sadeh2015 import Sadeh2015, grating
from matplotlib.figure import Figure
from numpy.typing import NDArray

from braincore import Brain

Floats = NDArray[np.float64]
STIMULI = tuple(22.5 * k for k in range(8))
"""Degrees."""
LASTING, LEFT_OUT = 1.0, 0.15
"""Seconds of a stimulus, and of its beginning that does not count."""
CONDITIONS: Mapping[str, Mapping[str, float]] = {
    "input alone": {"recurrent": 0.0},
    "unspecific": {"specificity": 0.0},
    "half specific": {"specificity": 0.5},
    "specific": {"specificity": 1.0},
}


@dataclass(frozen=True)
class Answer:
    """Rates (Hz) of excitatory and inhibitory cells to each stimulus, shape (cells, stimuli), and what they prefer."""

    rates: Mapping[str, Floats]
    preferred: Mapping[str, Floats]
    stimuli: tuple[float, ...] = STIMULI

    def selectivity(self, kind: str = "E") -> Floats:
        """Return the orientation selectivity index of each cell: the length of its mean vector, 0 to 1."""
        rates = self.rates[kind]
        vector = rates @ np.exp(2j * np.radians(self.stimuli))
        return np.asarray(np.abs(vector) / np.maximum(rates.sum(axis=1), 1e-12))

    def away(self, kind: str = "E") -> Floats:
        """Return how far (degrees, -90 to 90) each cell's preference is from that of its input."""
        vector = self.rates[kind] @ np.exp(2j * np.radians(self.stimuli))
        return np.asarray((np.degrees(np.angle(vector)) / 2 - self.preferred[kind] + 90) % 180 - 90)

    def amplitude(self, kind: str = "E") -> float:
        """Return the cosine part (Hz) of the mean tuning curve."""
        apart = np.asarray(self.stimuli) - self.preferred[kind][:, None]
        return float(2 * np.mean(self.rates[kind] * np.cos(2 * np.radians(apart))))

    def curve(self, kind: str = "E", width: float = 15.0) -> tuple[Floats, Floats]:
        """Return orientations from the preferred one (degrees), and mean rates (Hz) there."""
        apart = (np.asarray(self.stimuli) - self.preferred[kind][:, None] + 90) % 180 - 90
        edges = np.arange(-90.0, 90.1, width)
        sums = np.histogram(apart, edges, weights=self.rates[kind])[0]
        return edges[:-1] + width / 2, sums / np.histogram(apart, edges)[0]


def answers(
    conditions: Mapping[str, Mapping[str, Any]] = CONDITIONS,
    *,
    stimuli: tuple[float, ...] = STIMULI,
    seed: int = 1,
    tuned: float = 1.0,
) -> dict[str, Answer]:
    """Show stimuli one after the other to networks that run side by side.

    Parameters
    ----------
    conditions
        Name to settings of `Sadeh2015`.
    stimuli
        Orientations, degrees.
    tuned
        Factor on the modulation of the input.
    """
    models = {name: Sadeh2015(**settings) for name, settings in conditions.items()}
    brain = Brain(seed=seed, dt="0.1 ms", duration=f"{len(stimuli) * LASTING} s")
    for k, model in enumerate(models.values()):
        brain.regions[f"V1_{k}"] = model
        for n, orientation in enumerate(stimuli):
            during = (f"{n * LASTING} s", f"{(n + 1) * LASTING} s")
            brain.stimuli += grating(f"V1_{k}", model, orientation, during, tuned=tuned)
    with ran(brain) as run:
        return {name: _read(run, f"V1_{k}", model, stimuli) for k, (name, model) in enumerate(models.items())}


def _read(run: Any, region: str, model: Sadeh2015, stimuli: tuple[float, ...]) -> Answer:
    rates = {}
    for kind, size in model.sizes.items():
        trains = run.spikes(f"{region}.{kind}", start=0, stop=len(stimuli) * LASTING)
        shown = np.floor(trains.t / LASTING).astype(int)
        late = trains.t - shown * LASTING >= LEFT_OUT
        table = np.zeros((size, len(stimuli)))
        np.add.at(table, (trains.neuron[late], shown[late]), 1 / (LASTING - LEFT_OUT))
        rates[kind] = table
    return Answer(rates, model.orientations(), stimuli)


def rows(found: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Return the numbers as a table."""
    return [
        {
            "network": name,
            "E_Hz": float(one.rates["E"].mean()),
            "I_Hz": float(one.rates["I"].mean()),
            "amplitude_Hz": one.amplitude(),
            "selectivity": float(one.selectivity().mean()),
            "median_shift_deg": float(np.median(np.abs(one.away()))),
        }
        for name, one in found.items()
    ]


def figure(found: Mapping[str, Answer]) -> Figure:
    """Draw mean tuning curves and the selectivity of all excitatory cells."""
    drawn = Figure(figsize=(9, 3.8), layout="constrained")
    curves, histogram = drawn.subplots(1, 2)
    for name, one in found.items():
        curves.plot(*one.curve(), "o-", ms=3, label=name)
        histogram.hist(one.selectivity(), np.linspace(0, 1, 26), histtype="step", lw=1.5, label=name)
    curves.set(xlabel="stimulus - preferred orientation (deg)", ylabel="rate (Hz)", ylim=(0, None))
    curves.set_title("excitatory cells, mean tuning")
    histogram.set(xlabel="orientation selectivity index", ylabel="cells", title="selectivity of single cells")
    curves.legend(frameon=False, fontsize="small")
    for ax in (curves, histogram):
        ax.spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    """Show eight orientations to four networks, and write a figure and a table."""
    options = arguments(__doc__, "specific_connectivity")
    found = answers(seed=options.seed)
    save(options.out, "specific_connectivity", figure(found), rows(found))


if __name__ == "__main__":
    main()
