"""Orientation tuning in primary visual cortex: as wide at any contrast, by recurrent synapses; virtual rotation.

``python -m braincore.experiments.orientation_tuning [--out FOLDER]``

Source    Ben-Yishai, Bar-Or & Sompolinsky 1995, PNAS 92:3844; Hansel & Sompolinsky 1998, ch. 13.
Expected  A half-width of 19 to 20 degrees while contrast makes rates differ by a factor of fifteen; without recurrent
          synapses, and without recurrent inhibition, tuning widens with contrast. If the stimulus turns, activity
          turns after it.
Time      10 s on two cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.ben_yishai1995 import UNITS, BenYishai1995, grating, orientations, tuning
from matplotlib.figure import Figure
from numpy.typing import NDArray

from braincore import Brain
from braincore.model import Recording, Traces

Floats = NDArray[np.float64]
CONTRASTS = (12.0, 15.0, 20.0, 30.0, 40.0)
"""Mean input of untuned units, Hz; the threshold is 10 Hz."""
TUNING, STIMULUS = 0.1, 90.0
CONDITIONS: Mapping[str, Mapping[str, float]] = {
    "recurrent synapses": {},
    "without recurrent inhibition": {"j0": 0.0, "j2": 1.5},
    "without recurrent synapses": {"j0": 0.0, "j2": 0.0},
}
"""Excitation (J2) of more than 2 has no stable state without inhibition; what is without it has 1.5."""
TURNED, FROM = 1.0, 45.0
"""Second and orientation (degrees) from which the stimulus turns."""


def responses(
    contrasts: Sequence[float] = CONTRASTS,
    *,
    eps: float = TUNING,
    orientation: float = STIMULUS,
    duration: float = 1.0,
    **settings: Any,
) -> Floats:
    """Return the rates (Hz) at the end, shape (contrasts, units); all contrasts run side by side.

    Parameters
    ----------
    contrasts
        Hz.
    eps, orientation
        Tuning of the input, and orientation (degrees) of the stimulus.
    duration
        Seconds.
    settings
        Of `BenYishai1995`.
    """
    brain = Brain(seed=1, dt="0.2 ms", duration=f"{duration} s")
    names = [f"V1_{k}" for k in range(len(contrasts))]
    for name, contrast in zip(names, contrasts, strict=True):
        brain.regions[name] = BenYishai1995(**settings)
        units = settings.get("units", UNITS)
        brain.stimuli.append(grating(name, orientation, f"{contrast} Hz", tuning=eps, units=units))
    targets = [f"{name}.units" for name in names]
    brain.recording = Recording(traces=tuple(Traces(target=one, variables=("r",), interval="10 ms") for one in targets))
    with ran(brain) as run:
        return np.stack([run.traces(one).matrix("r")[1][-1] for one in targets])


def rotation(contrast: float = 20.0, *, eps: float = 0.02, duration: float = 3.0) -> tuple[Floats, Floats]:
    """Return times (s) and rates (Hz, shape (times, units)) when a stimulus turns after a second, from 45 to 90 deg."""
    brain = Brain(seed=1, dt="0.2 ms", duration=f"{duration} s")
    brain.regions["V1"] = BenYishai1995()
    spans = ((FROM, "0 s", f"{TURNED} s"), (STIMULUS, f"{TURNED} s", None))
    for orientation, begin, end in spans:
        brain.stimuli.append(grating("V1", orientation, f"{contrast} Hz", tuning=eps, during=(begin, end)))
    brain.recording = Recording(traces=(Traces(target="V1.units", variables=("r",), interval="5 ms"),))
    with ran(brain) as run:
        t, rates = run.traces("V1.units").matrix("r")
        return t, rates


def pointed(rates: Any) -> Floats:
    """Return the orientation (degrees) that rates of units (last axis) point to."""
    vector = np.asarray(rates) @ np.exp(2j * np.radians(orientations(np.shape(rates)[-1])))
    return np.degrees(np.angle(vector)) / 2 % 180


def half_width(rates: Any) -> float:
    """Return the angle (degrees) from the peak at which rates fall to the half of it; 90 if they do not."""
    row = np.asarray(rates, dtype=float)
    row = np.roll(row, -int(row.argmax()))[: row.size // 2 + 1]
    below = np.flatnonzero(row < row[0] / 2)
    if not below.size:
        return 90.0
    k = below[0]
    return float((k - (row[0] / 2 - row[k]) / (row[k - 1] - row[k])) * 90 / (row.size - 1))


def rows(condition: str, found: Floats, contrasts: Sequence[float] = CONTRASTS) -> list[dict[str, Any]]:
    """Return the numbers as a table, with those of theory."""
    table = []
    for contrast, rates in zip(contrasts, found, strict=True):
        theory = tuning(contrast, TUNING, **CONDITIONS[condition])
        table.append(
            {
                "condition": condition,
                "contrast_Hz": contrast,
                "peak_Hz": float(rates.max()),
                "half_width_deg": half_width(rates),
                "theory_peak_Hz": float(theory(0.0)),
                "theory_half_width_deg": theory.half_width,
            }
        )
    return table


def figure(found: Mapping[str, Floats], turning: tuple[Floats, Floats]) -> Figure:
    """Draw tuning curves over contrast, their widths, and the turning activity."""
    drawn = Figure(figsize=(11, 7), layout="constrained")
    curves = drawn.subplots(2, 3)
    apart = orientations() - STIMULUS
    shades = [f"C{k}" for k in range(len(CONTRASTS))]
    for ax, (name, rates) in zip(curves[0], found.items(), strict=True):
        for contrast, row, colour in zip(CONTRASTS, rates, shades, strict=True):
            ax.plot(apart, row, color=colour, label=f"{contrast:g} Hz")
            ax.plot(apart[::6], tuning(contrast, TUNING, **CONDITIONS[name])(apart[::6]), ".", color=colour, ms=4)
        ax.set(title=name, xlabel="preferred orientation - stimulus (deg)", ylabel="rate (Hz)", ylim=(0, None))
    curves[0, 0].legend(title="contrast", frameon=False, fontsize="small")
    widths, peaks, turned = curves[1]
    for (name, rates), marker in zip(found.items(), "osx", strict=True):
        widths.plot(CONTRASTS, [half_width(row) for row in rates], marker=marker, label=name)
        peaks.plot(CONTRASTS, rates.max(axis=1), marker=marker, label=name)
    widths.set(xlabel="contrast (Hz)", ylabel="half-width at half height (deg)", ylim=(0, 95))
    widths.set_title("width (90: never below half)")
    peaks.set(xlabel="contrast (Hz)", ylabel="peak rate (Hz)", title="amplitude", ylim=(0, 60))
    peaks.legend(frameon=False, fontsize="small")
    t, rates = turning
    shown = turned.imshow(rates.T, origin="lower", aspect="auto", extent=(t[0], t[-1], 0, 180), cmap="Blues")
    turned.axvline(TURNED, color="#c05621", ls="--")
    turned.set(title="stimulus turns from 45 to 90 deg", xlabel="time (s)", ylabel="preferred orientation (deg)")
    drawn.colorbar(shown, ax=turned, label="rate (Hz)")
    for ax in (*curves[0], widths, peaks):
        ax.spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    """Run the ring at all contrasts and with a stimulus that turns, and write a figure and a table."""
    options = arguments(__doc__, "orientation_tuning")
    found = {name: responses(**settings) for name, settings in CONDITIONS.items()}
    table = [row for name, rates in found.items() for row in rows(name, rates)]
    save(options.out, "orientation_tuning", figure(found, rotation()), table)


if __name__ == "__main__":
    main()
