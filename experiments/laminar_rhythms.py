"""Rhythms of cortical layers: superficial gamma that runs up the hierarchy, deep alpha that runs down.

``python -m braincore.experiments.laminar_rhythms [--out FOLDER] [--trials N]``

Source    Mejias et al. 2016, Sci Adv 2:e1601335, Figures 2, 4 and 5.
Expected  More input makes the gamma of superficial and the alpha of deep cells stronger and faster. Stimulation of the
          lower area raises gamma in the higher one; stimulation of the higher area raises alpha in the lower one and
          lowers its gamma. Granger causality upwards peaks in gamma, downwards in alpha.
Time      About 20 s on two cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.signal import welch

from braincore import Brain
from braincore.analysis import Granger, spectral_granger
from braincore.circuits.mejias2016 import Mejias2016, hierarchy
from braincore.model import CurrentInput, Recording, Step, Traces, Values
from braincore.units import DIMENSIONLESS, Quantity

Floats = NDArray[np.float64]
LOWER, HIGHER = "V1", "V4"
EXCITATORY = ("L23e", "L56e")
GAMMA, ALPHA = 30.0, 3.0
"""Hz: peaks of superficial and of deep cells are looked for above these, as in the paper."""
TRANSIENT = 2.0
"""Seconds that are left out."""
STIMULATION = 15.0
REST = {"up": (2.0, 4.0), "down": (1.0, 1.0)}
"""Input of superficial and deep cells of both areas at rest, where the lower or the higher area is stimulated."""
SHARE = 0.2
"""Share of superficial cells in what is recorded of an area."""


@dataclass(frozen=True)
class Spectra:
    """Power spectra: `frequency` (Hz), and by population one-sided `power` per Hz, shape (conditions, frequencies)."""

    frequency: Floats
    power: Mapping[str, Floats]

    def peak(self, population: str, condition: int, above: float) -> tuple[float, float]:
        """Return the frequency (Hz) and the height of the highest line above a frequency."""
        inside = np.flatnonzero(self.frequency > above)
        best = inside[np.argmax(self.power[population][condition][inside])]
        return float(self.frequency[best]), float(self.power[population][condition][best])


def _recorded(brain: Brain, names: Sequence[str], interval: str) -> dict[str, Floats]:
    brain.recording = Recording(traces=tuple(Traces(target=n, variables=("r",), interval=interval) for n in names))
    found = {}
    with ran(brain) as run:
        for name in names:
            times, rates = run.traces(name).matrix("r")
            found[name] = rates[times >= TRANSIENT]
    return found


def _spectra(rates: Mapping[str, Floats], conditions: int, resolution: float = 0.5) -> Spectra:
    """Return the mean spectra of trials that stand side by side, condition after condition."""
    frequency = np.zeros(0)
    power = {}
    for name, matrix in rates.items():
        frequency, each = welch(matrix, fs=1000, window="hann", nperseg=round(1000 / resolution), axis=0)
        power[name] = each.reshape(len(frequency), conditions, -1).mean(axis=2).T
    return Spectra(frequency, power)


def one_area(
    inputs: Sequence[float], *, trials: int = 10, seconds: float = 20.0, seed: int = 1, **settings: Any
) -> Spectra:
    """Return the spectra of the excitatory cells of an area at several inputs, the same for both layers.

    Parameters
    ----------
    inputs
        Input of both excitatory populations, one condition each.
    trials, seconds, seed
        Trials of each condition, their length and the seed of the noise.
    settings
        Of `Mejias2016`; its layers are apart, as in the paper's Figure 2, unless `interlaminar` says otherwise.
    """
    brain = Brain(seed=seed, dt="0.2 ms", duration=f"{seconds + TRANSIENT} s")
    brain.regions[LOWER] = Mejias2016(circuits=trials * len(inputs), **{"interlaminar": 0.0, **settings})
    step = Step(amplitude=Values(np.repeat(np.asarray(inputs, dtype=float), trials), DIMENSIONLESS))
    names = [f"{LOWER}.{population}" for population in EXCITATORY]
    brain.stimuli += [CurrentInput(target=name, waveform=step) for name in names]
    rates = _recorded(brain, names, "1 ms")
    return _spectra({name.partition(".")[2]: matrix for name, matrix in rates.items()}, len(inputs))


def two_areas(
    way: str, *, trials: int = 30, seconds: float = 20.0, seed: int = 1, coupling: float = 1.0
) -> tuple[Spectra, dict[str, Floats]]:
    """Return the spectra of two areas at rest (condition 0) and while one of them is stimulated (condition 1).

    Parameters
    ----------
    way
        ``up``: the lower area is stimulated; ``down``: the higher one.
    trials, seconds, seed
        Trials of each condition, their length and the seed of the noise.
    coupling
        Strength of what connects the areas; 0 for none.

    Returns
    -------
    (spectra, rates)
        Populations are called ``V1.L23e`` and so on; rates have shape (milliseconds, 2 * trials).
    """
    superficial, deep = REST[way]
    brain = Brain(seed=seed, dt="0.2 ms", duration=f"{seconds + TRANSIENT} s")
    for area in (LOWER, HIGHER):
        brain.regions[area] = Mejias2016(circuits=2 * trials, superficial=superficial, deep=deep)
    brain.projections += hierarchy(LOWER, HIGHER, coupling=coupling)
    stimulated = LOWER if way == "up" else HIGHER
    step = Step(amplitude=Quantity(STIMULATION))
    for population in EXCITATORY:
        brain.stimuli.append(CurrentInput(target=f"{stimulated}.{population}[{trials}:{2 * trials}]", waveform=step))
    names = [f"{area}.{population}" for area in (LOWER, HIGHER) for population in EXCITATORY]
    rates = _recorded(brain, names, "1 ms")
    return _spectra(rates, 2), rates


def causality(*, trials: int = 10, seconds: float = 40.0, seed: int = 1, coupling: float = 1.0) -> Granger:
    """Return the Granger causality from the lower to the higher area (`forward`) and back, 2 to 100 Hz.

    Both areas get an input of 8; 250 samples a second of what is recorded of them, a model of order 100: as in the
    paper's Figure 5.
    """
    brain = Brain(seed=seed, dt="0.2 ms", duration=f"{seconds + TRANSIENT} s")
    for area in (LOWER, HIGHER):
        brain.regions[area] = Mejias2016(circuits=trials, superficial=8, deep=8)
    brain.projections += hierarchy(LOWER, HIGHER, coupling=coupling, selectivity=0.05, superficial=0.1)
    names = [f"{area}.{population}" for area in (LOWER, HIGHER) for population in EXCITATORY]
    rates = _recorded(brain, names, "4 ms")
    signals = [SHARE * rates[f"{area}.L23e"] + (1 - SHARE) * rates[f"{area}.L56e"] for area in (LOWER, HIGHER)]
    return spectral_granger(*signals, fs=250, order=100, frequency=np.arange(2, 100.5, 0.5))


def rows(alone: Spectra, inputs: Sequence[float], pairs: Mapping[str, Spectra], told: Granger) -> list[dict[str, Any]]:
    """Return the peaks as a table."""
    table: list[dict[str, Any]] = []
    for k, given in enumerate(inputs):
        for name, above in (("L23e", 10.0), ("L56e", ALPHA)):
            hertz, power = alone.peak(name, k, above)
            table.append({"where": name, "condition": f"input {given:g}", "peak_Hz": hertz, "power": power})
    for way, spectra in pairs.items():
        area = HIGHER if way == "up" else LOWER
        for k, state in enumerate(("rest", "stimulated")):
            for name, above in (("L23e", GAMMA), ("L56e", ALPHA)):
                hertz, power = spectra.peak(f"{area}.{name}", k, above)
                table.append(
                    {"where": f"{area}.{name}", "condition": f"{way}, {state}", "peak_Hz": hertz, "power": power}
                )
    for way, values in (("up", told.forward), ("down", told.backward)):
        best = int(np.argmax(values))
        where = "Granger causality"
        table.append({"where": where, "condition": way, "peak_Hz": told.frequency[best], "power": values[best]})
    return table


def figure(alone: Spectra, inputs: Sequence[float], pairs: Mapping[str, Spectra], told: Granger) -> Figure:
    """Draw the spectra of one area, those of two while one is stimulated, and what each tells the other."""
    drawn = Figure(figsize=(11, 6.2), layout="constrained")
    panels = drawn.subplots(2, 3)
    colours = ("#a0aec0", "#63b3ed", "#2b6cb0", "#1a365d")
    for ax, name, limit in ((panels[0, 0], "L23e", 80), (panels[0, 1], "L56e", 20)):
        for k, (given, colour) in enumerate(zip(inputs, colours, strict=False)):
            shown = alone.frequency >= 1
            ax.plot(alone.frequency[shown], 1e3 * alone.power[name][k][shown], color=colour, label=f"input {given:g}")
        ax.set(title=f"one area, {'superficial' if limit > 50 else 'deep'} cells", xlim=(0, limit))
    panels[0, 0].legend(frameon=False, fontsize="small")
    panels[0, 2].plot(told.frequency, told.forward, color="#2f855a", label="upwards (V1 to V4)")
    panels[0, 2].plot(told.frequency, told.backward, color="#c05621", label="downwards (V4 to V1)")
    panels[0, 2].set(title="what one area tells the other", xlim=(0, 80), ylabel="Granger causality (nats)")
    panels[0, 2].set_ylim(0, None)
    panels[0, 2].legend(frameon=False, fontsize="small")
    below = (
        (panels[1, 0], "up", f"{HIGHER}.L23e", "V1 stimulated: superficial V4", 80),
        (panels[1, 1], "down", f"{LOWER}.L56e", "V4 stimulated: deep V1", 20),
        (panels[1, 2], "down", f"{LOWER}.L23e", "V4 stimulated: superficial V1", 80),
    )
    for ax, way, name, title, limit in below:
        for k, (state, colour) in enumerate((("rest", "#a0aec0"), ("stimulated", "#c05621"))):
            shown = pairs[way].frequency >= 1
            power = 1e3 * pairs[way].power[name][k][shown]
            ax.plot(pairs[way].frequency[shown], power, color=colour, label=state)
        ax.set(title=title, xlim=(0, limit))
        ax.legend(frameon=False, fontsize="small")
    for ax in panels.flat:
        ax.set_xlabel("frequency (Hz)")
        ax.spines[["top", "right"]].set_visible(False)
        if not ax.get_ylabel():
            ax.set(ylabel="power (10⁻³ / Hz)", ylim=(0, None))
    return drawn


def main() -> None:
    """Run one area and two, and write a figure and a table."""
    options = arguments(__doc__, "laminar_rhythms")
    trials, inputs = options.trials or 30, (0.0, 2.0, 4.0, 6.0)
    alone = one_area(inputs, trials=trials, seed=options.seed)
    pairs = {way: two_areas(way, trials=trials, seed=options.seed)[0] for way in ("up", "down")}
    told = causality(trials=trials, seed=options.seed)
    save(options.out, "laminar_rhythms", figure(alone, inputs, pairs, told), rows(alone, inputs, pairs, told))


if __name__ == "__main__":
    main()
