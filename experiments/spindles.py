"""Sleep rhythms of the thalamus: spindles that wax and wane, what blocking GABA-A receptors makes of them, and delta.

``python -m braincore.experiments.spindles [--out FOLDER]``

Source    Destexhe, Bal, McCormick & Sejnowski 1996, J Neurophysiol 76:2049; 60 s, as its program.
Expected  Spindles of 7 to 14 Hz that last for about a second and come back after many seconds of silence; with GABA-A
          receptors blocked 2 to 4 Hz, all cells at once; without regulation by calcium the spindle never ends.
Time      35 s on two cores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.destexhe1996 import CELLS, Destexhe1996
from matplotlib.figure import Figure
from numpy.typing import NDArray

from braincore import Brain
from braincore.model import CurrentInput, Noise, Recording, Traces

Floats = NDArray[np.float64]
GAP, SILENCE = 0.04, 0.8
"""Seconds without a spike between two bursts of a cell, and without a burst between two epochs."""
ALONE = {"ampa": 0.0, "gaba_a": 0.0, "gaba_b": 0.0}
DELTA = {"g_h": "0.01 mS/cm^2", "g_inc": 1.0}
CONDITIONS: Mapping[str, Mapping[str, Any]] = {
    "spindles": {},
    "GABA-A blocked": {"gaba_a": 0.0},
    "delta, relay cell alone": {**DELTA, **ALONE},
    "without regulation by calcium": {"regulated": False},
}
COLOURS = {"TC": "#2b6cb0", "RE": "#c05621"}


@dataclass(frozen=True)
class Circuit:
    """What a circuit did: spike times (s) of each cell, and potentials (mV) of all cells every ms."""

    spikes: Mapping[str, list[Floats]]
    t: Floats
    v: Mapping[str, Floats]

    def bursts(self, kind: str, cell: int = 0) -> Floats:
        """Return when the bursts of a cell begin (s)."""
        times = self.spikes[kind][cell]
        return times[np.diff(times, prepend=-np.inf) > GAP]

    def epochs(self, kind: str = "RE", cell: int = 0) -> list[Floats]:
        """Return the bursts (s) of each epoch, such as a spindle."""
        starts = self.bursts(kind, cell)
        return np.split(starts, np.flatnonzero(np.diff(starts) > SILENCE) + 1) if starts.size else []

    def frequency(self, kind: str = "RE", cell: int = 0, begin: float = 0.0) -> float:
        """Return the bursts per second (Hz) within epochs, from a time (s) on."""
        gaps = np.concatenate([np.diff(one[one >= begin]) for one in self.epochs(kind, cell)] or [np.zeros(0)])
        return float(1 / gaps.mean()) if gaps.size else 0.0

    def per_burst(self, kind: str, cell: int = 0) -> float:
        """Return the mean number of spikes in a burst."""
        starts = self.bursts(kind, cell)
        return float(self.spikes[kind][cell].size / starts.size) if starts.size else 0.0


def circuits(
    conditions: Mapping[str, Mapping[str, Any]],
    duration: float,
    *,
    noise: str = "",
    seed: int = 1,
    dt: str = "0.05 ms",
) -> dict[str, Circuit]:
    """Run circuits side by side.

    Parameters
    ----------
    conditions
        Name to settings of `Destexhe1996`.
    duration
        Seconds.
    noise
        Standard deviation of a current into each relay cell, with a correlation time of 5 ms; none if empty.
    seed
        Of the noise.
    """
    brain = Brain(seed=seed, dt=dt, duration=f"{duration} s")
    names = {name: f"circuit{k}" for k, name in enumerate(conditions)}
    for name, settings in conditions.items():
        brain.regions[names[name]] = Destexhe1996(**settings)
        if noise:
            waveform = Noise(mean="0 pA", sd=noise, tau="5 ms")
            brain.stimuli.append(CurrentInput(target=f"{names[name]}.TC", waveform=waveform, name=f"noise {name}"))
    targets = [f"{name}.{kind}" for name in names.values() for kind in COLOURS]
    brain.recording = Recording(traces=tuple(Traces(target=one, variables=("v",), interval="1 ms") for one in targets))
    with ran(brain) as run:
        return {name: _read(run, short, duration) for name, short in names.items()}


def _read(run: Any, region: str, duration: float) -> Circuit:
    spikes, v = {}, {}
    t = np.zeros(0)
    for kind in COLOURS:
        trains = run.spikes(f"{region}.{kind}", start=0, stop=duration)
        spikes[kind] = [np.sort(trains.t[trains.neuron == cell]) for cell in range(CELLS)]
        t, volts = run.traces(f"{region}.{kind}").matrix("v")
        v[kind] = 1e3 * volts
    return Circuit(spikes, t, v)


def rows(found: Mapping[str, Circuit]) -> list[dict[str, Any]]:
    """Return the numbers as a table."""
    table = []
    for name, one in found.items():
        epochs = one.epochs("RE") or one.epochs("TC")
        later = [begin[0] for begin in epochs]
        table.append(
            {
                "condition": name,
                "RE_bursts_Hz": one.frequency("RE"),
                "TC1_bursts_Hz": one.frequency("TC"),
                "TC2_bursts_Hz": one.frequency("TC", 1),
                "spikes_per_RE_burst": one.per_burst("RE"),
                "epochs": len(epochs),
                "mean_length_s": float(np.mean([bursts[-1] - bursts[0] for bursts in epochs])),
                "mean_interval_s": float(np.mean(np.diff(later))) if len(later) > 1 else float("nan"),
            }
        )
    return table


def figure(found: Mapping[str, Circuit]) -> Figure:
    """Draw the first relay cell over the whole run, and both kinds of cells at its beginning."""
    drawn = Figure(figsize=(10, 2.0 * len(found) + 0.6), layout="constrained")
    panels = drawn.subplots(len(found), 2, width_ratios=(1.2, 1), squeeze=False)
    for (whole, near), (name, one) in zip(panels, found.items(), strict=True):
        whole.plot(one.t, one.v["TC"][:, 0], color=COLOURS["TC"], lw=0.5)
        whole.set(title=name, ylabel="V (mV)", xlim=(0, one.t[-1]), ylim=(-100, 50))
        first = one.t < 2.0
        for kind, above, what in (("TC", 0, "relay cell (TC)"), ("RE", 130, "reticular cell (RE), +130 mV")):
            near.plot(one.t[first], one.v[kind][first, 0] + above, color=COLOURS[kind], lw=0.7, label=what)
        which = "RE" if one.frequency("RE") else "TC"
        near.set(title=f"first 2 s; {which} bursts at {one.frequency(which):.1f} Hz", xlim=(0, 2), ylim=(-100, 190))
        near.set_yticks(())
        for ax in (whole, near):
            ax.spines[["top", "right"]].set_visible(False)
    for ax in panels[-1]:
        ax.set_xlabel("time (s)")
    drawn.legend(*panels[0, 1].get_legend_handles_labels(), loc="outside upper center", frameon=False, ncols=2)
    return drawn


def main() -> None:
    """Run the circuit under each condition for a minute, and write a figure and a table."""
    options = arguments(__doc__, "spindles")
    found = circuits(CONDITIONS, 60.0, seed=options.seed)
    save(options.out, "spindles", figure(found), rows(found))


if __name__ == "__main__":
    main()
