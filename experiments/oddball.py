"""Mismatch: error neurons answer to a rare tone, and to one that is left out, because predictions were learned.

``python -m braincore.experiments.oddball [--out FOLDER] [--trials SEQUENCES]``

Source    Hertaeg & Clopath 2022, PNAS 119:e2115699119 (error neurons); the task of Naatanen et al. 1978, Acta Psychol
          42:313, with omissions. Predictions are learned along a delay line (ours).
Expected  A deviant tone excites error neurons more than a standard, in every sequence; so does silence where a tone was
          due. Without what predictions bring back, deviants are as good as standards, and silence is silent.
Time      About 20 s on two cores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from matplotlib.figure import Figure
from numpy.typing import NDArray

from braincore import Brain
from braincore.circuits.hertaeg_clopath2022 import KINDS, HertaegClopath2022
from braincore.circuits.timed_prediction import FEEDBACK, TimedPrediction, loop
from braincore.model import CurrentInput, Freeze, Lesion, Recording, Samples, Traces, Values
from braincore.units import DIMENSIONLESS

Floats = NDArray[np.float64]
EVENTS = ("standard", "deviant", "omission")
"""Events by number. Standards sound in channel 0, deviants in channel 1."""
TONE, SOA = 0.1, 0.3
"""Seconds: how long tones are, and how far apart their beginnings."""
STRENGTH = 5.0
MEMORY = {"length": 60, "span": "480 ms", "eta": "0.02 Hz"}
"""A memory that reaches beyond the end of the last tone; what is learned in half a minute."""
NAMES = {**{kind: f"A1.{kind}_E" for kind in KINDS}, "predicted": "PFC.predicted"}
"""Populations whose rates are kept."""
SAMPLE = 0.005
"""Seconds between samples of rates."""


@dataclass(frozen=True)
class Mismatch:
    """What error neurons did in the test.

    Attributes
    ----------
    events
        Shape (sequences, tones), numbers of `EVENTS`.
    before
        The event before each.
    rates
        Rates of ``negative`` and ``positive`` error neurons, of ``predicted`` units; shape (sequences, tones, samples,
        channels).
    """

    events: NDArray[np.int64]
    before: NDArray[np.int64]
    rates: Mapping[str, Floats]

    def course(self, event: str) -> Floats:
        """Return the mean summed error after an event that follows a standard, shape (sequences, samples).

        The error is the rate of all error neurons above their baseline of 1 each.
        """
        total = sum((self.rates[kind] - 1.0 for kind in KINDS), start=np.zeros(1)).sum(axis=3)
        mine = (self.events == EVENTS.index(event)) & (self.before == 0)
        return np.stack([each[chosen].mean(axis=0) for each, chosen in zip(total, mine, strict=True)])

    def prediction(self, channel: int, begin: float, end: float) -> Floats:
        """Return the mean prediction of a tone between two times (s) after the event that follows a standard."""
        span = slice(round(begin / SAMPLE), round(end / SAMPLE))
        mine = self.rates["predicted"][:, :, span, channel].mean(axis=2)
        return np.array([each[chosen].mean() for each, chosen in zip(mine, self.before == 0, strict=True)])

    def response(self, event: str) -> Floats:
        """Return the mean summed error until the next event, shape (sequences,)."""
        found: Floats = self.course(event).mean(axis=1)
        return found


def sequence(seed: int, tones: int, *, deviants: float, omissions: float) -> NDArray[np.int64]:
    """Return a random row of events: after a standard, deviants and omissions have these probabilities, else none."""
    rng = np.random.default_rng(seed)
    drawn = rng.choice(3, size=tones, p=(1 - deviants - omissions, deviants, omissions))
    for k in range(1, tones):
        if drawn[k - 1]:
            drawn[k] = 0
    return drawn


def mismatch(
    seeds: Sequence[int],
    *,
    learning: int = 150,
    testing: int = 120,
    feedback: bool = True,
    deviants: float | Sequence[float] = 0.1,
    omissions: float = 0.05,
    noise: float = 1.0,
    **settings: Any,
) -> Mismatch:
    """Let circuits learn sequences of tones, one circuit for each seed, and return what they do in further ones.

    Parameters
    ----------
    seeds
        Of the sequences; all run side by side.
    learning, testing
        Tones before the test, and in the test.
    feedback
        Whether predictions reach the error circuits in the test; weights stand still if they do not.
    deviants, omissions
        Probabilities after a standard; that of deviants may differ between the sequences.
    noise
        Of the error circuits.
    settings
        Of `TimedPrediction`.
    """
    length, rare = learning + testing, np.broadcast_to(deviants, len(seeds))
    events = np.stack([sequence(s, length, deviants=p, omissions=omissions) for s, p in zip(seeds, rare, strict=True)])
    begin = f"{learning * SOA} s"
    brain = Brain(seed=seeds[0], dt="0.2 ms", duration=f"{events.shape[1] * SOA} s")
    brain.regions["A1"] = HertaegClopath2022(channels=2 * len(seeds), noise=noise)
    brain.regions["PFC"] = TimedPrediction(channels=2, circuits=len(seeds), **{**MEMORY, **settings})
    brain.projections += loop("A1", "PFC")
    brain.stimuli += tones(events)
    if not feedback:  # weights that went on learning would grow without end
        brain.interventions += [Lesion(target=FEEDBACK, at=begin), Freeze(during=(begin, None))]
    brain.recording = Recording(
        traces=tuple(Traces(target=n, variables=("r",), interval=f"{SAMPLE} s") for n in NAMES.values())
    )
    shape = (events.shape[1], round(SOA / SAMPLE), len(seeds), 2)
    with ran(brain) as run:
        rates = {k: run.traces(n).matrix("r")[1].reshape(shape).transpose(2, 0, 1, 3) for k, n in NAMES.items()}
    return Mismatch(
        events=events[:, learning:],
        before=events[:, learning - 1 : -1],
        rates={name: matrix[:, learning:] for name, matrix in rates.items()},
    )


def tones(events: NDArray[np.int64]) -> Iterator[CurrentInput]:
    """Yield the sensory input of each channel of each circuit."""
    for circuit, row in enumerate(events):
        for channel in (0, 1):
            values = np.zeros((len(row), round(SOA / TONE)))
            values[row == channel, 0] = STRENGTH
            wave = Samples(values=Values(values.ravel(), DIMENSIONLESS), interval=f"{TONE} s")
            yield CurrentInput(target=f"A1.sensory[{2 * circuit + channel}]", waveform=wave)


def by_probability(seed: int, probabilities: Sequence[float], **options: Any) -> tuple[Floats, Floats]:
    """Return the mean responses to standards and to deviants by probability of the deviants, two sequences each."""
    rare = np.repeat(np.asarray(probabilities, dtype=float), 2)
    found = mismatch(range(seed, seed + len(rare)), deviants=tuple(rare), omissions=0.0, **options)
    standard, deviant = (found.response(event).reshape(-1, 2).mean(axis=1) for event in EVENTS[:2])
    return standard, deviant


def figure(found: Mapping[str, Mismatch], probabilities: Sequence[float], responses: tuple[Floats, Floats]) -> Figure:
    """Draw the courses of errors with and without prediction, the responses, and those by probability."""
    drawn = Figure(figsize=(10, 6.4), layout="constrained")
    panels = drawn.subplots(2, 2)
    colours = dict(zip(EVENTS, ("#718096", "#c05621", "#2b6cb0"), strict=True))
    for ax, (title, one) in zip(panels[0], found.items(), strict=True):
        ax.axvspan(0, 1e3 * TONE, color="#e2e8f0", lw=0)
        for event, colour in colours.items():
            course = one.course(event)
            times = 1e3 * SAMPLE * np.arange(course.shape[1])
            ax.plot(times, course.mean(axis=0), "--" if event == "deviant" else "-", color=colour, label=event)
        ax.set(title=title, xlabel="time after the (omitted) tone (ms)", ylabel="summed error", ylim=(-1, 7))
    panels[0, 0].legend(frameon=False, fontsize="small")
    dots = panels[1, 0]
    for k, one in enumerate(found.values()):
        for n, (event, colour) in enumerate(colours.items()):
            each = one.response(event)
            dots.plot(np.full(each.size, 4 * k + n) + np.linspace(-0.2, 0.2, each.size), each, ".", color=colour)
    dots.set_xticks((0, 1, 2, 4, 5, 6), EVENTS * 2)
    dots.set(title="each sequence: with predictions, and cut", ylabel="mean summed error", ylim=(0, None))
    dots.tick_params(axis="x", labelsize="small")
    for event, values in zip(EVENTS[:2], responses, strict=True):
        panels[1, 1].plot(np.asarray(probabilities) * 100, values, "o-", color=colours[event], label=event)
    panels[1, 1].set(xlabel="probability of deviants (%)", ylabel="mean summed error", ylim=(0, None))
    panels[1, 1].set(title="rarer deviants surprise more")
    panels[1, 1].legend(frameon=False, fontsize="small")
    for ax in panels.flat:
        ax.spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    """Run the circuits with and without prediction, and write a figure and a table."""
    options = arguments(__doc__, "oddball")
    seeds = range(options.seed, options.seed + (options.trials or 10))
    found = {
        "with predictions": mismatch(seeds),
        "predictions cut from the error circuits": mismatch(seeds, feedback=False),
    }
    probabilities = (0.05, 0.1, 0.2, 0.3, 0.5)
    responses = by_probability(options.seed + 100, probabilities)
    table = [
        {"condition": title, "sequence": seed, **{event: float(one.response(event)[k]) for event in EVENTS}}
        for title, one in found.items()
        for k, seed in enumerate(seeds)
    ]
    save(options.out, "oddball", figure(found, probabilities, responses), table)


if __name__ == "__main__":
    main()
