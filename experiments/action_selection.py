"""Action selection by the basal ganglia: which action is let go, what takes its place, and how it is stopped in time.

``python -m braincore.experiments.action_selection [--out FOLDER] [--trials NETWORKS]``

Source    Gurney, Prescott & Redgrave 2001, Biol Cybern 84:401 and 411 (rates); Humphries, Stewart & Gurney 2006,
          J Neurosci 26:12921 (spikes): selection and switching at three levels of dopamine. The task of going and
          stopping is this library's, with their models.
Expected  Salience silences its own channel of GPi and raises the others; a stronger one takes over. Without dopamine
          nothing is selected, with much of it both at once. A pulse of the cortex excites GPi, silences it and excites
          it again. A burst of the subthalamic nucleus cancels an action if it comes early enough.
Time      About 50 s on two cores, half of it compilation; five networks of spikes for each condition, side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from braincore.experiments._action_figure import (
    draw_delays,
    draw_maps,
    draw_pulse,
    draw_stopping,
    draw_switching_in_rates,
    draw_switching_in_spikes,
)
from braincore.experiments._task import arguments, ran, save
from braincore.regions import gurney_prescott_redgrave2001 as rates
from braincore.regions import humphries2006 as spikes
from braincore.regions.gurney_prescott_redgrave2001 import GurneyPrescottRedgrave2001
from braincore.regions.humphries2006 import Humphries2006
from matplotlib.figure import Figure
from numpy.typing import NDArray

from braincore import Brain
from braincore.model import CurrentInput, Recording, Traces
from braincore.model.stimulus import Stimulus

Floats = NDArray[np.float64]
OUTCOMES = ("none", "single", "switch", "dual", "interference", "invalid")
"""What becomes of two actions, the second of which comes later: see `outcome`."""
_CODES = (0, 1, 5, 5, 4, 2, 1, 3)
DOPAMINE = {"rates": (0.0, 0.2, 0.6), "spikes": (0.0, 0.3, 0.8)}
"""Depleted, normal, in excess."""
SALIENCES = np.linspace(0, 1, 21)
STAGES = ((0.5, 1.0), (1.2, 1.8), (2.0, 2.6))
"""Seconds of the task of switching in which spikes are counted: at rest, with one action, with two."""
FIRST, SECOND = (1, 22.0, 1.0, 2.6), (2, 40.0, 1.8, 2.6)
"""Channel, rate of a cortical source (Hz), begin and end (s)."""
PULSES, AFTER = tuple(0.4 + 0.1 * k for k in range(8)), 0.06
"""Seconds: of the pulses, and how long the response is followed."""
GO, LASTING, STOP_HZ = 0.5, 0.2, 150.0
"""Seconds: when the go cue comes, and how long it and the signal to stop last; rate of the sources of that signal."""
DELAYS = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14)
"""Seconds from the go cue to the signal to stop."""
HELD = 0.05
"""Seconds for which an output of spikes must be below its threshold to let an action go."""


def outcome(first: Any, first_later: Any, second: Any) -> NDArray[np.int_]:
    """Return the index in `OUTCOMES` of what became of two actions, as Humphries et al. 2006 sort them.

    Parameters
    ----------
    first, first_later, second
        Whether the first action is selected before the second comes and after it, and whether the second then is.
    """
    code = 4 * np.asarray(first, int) + 2 * np.asarray(first_later, int) + np.asarray(second, int)
    return np.asarray(_CODES)[code]


def in_rates(
    regions: Mapping[str, GurneyPrescottRedgrave2001],
    inputs: Sequence[CurrentInput],
    duration: float,
    *,
    nuclei: Sequence[str] = ("GPi",),
) -> tuple[Floats, dict[str, Floats]]:
    """Return times (s) and outputs by ``region.nucleus``, shape (times, circuits, channels).

    Parameters
    ----------
    regions, inputs
        By name, and their saliences.
    duration
        Seconds.
    nuclei
        Of which outputs are wanted.
    """
    brain = Brain(dt="1 ms", duration=f"{duration} s")
    brain.regions.update(regions)
    brain.stimuli += inputs
    names = [f"{region}.{nucleus}" for region in regions for nucleus in nuclei]
    brain.recording = Recording(
        spikes=(), traces=tuple(Traces(target=name, variables=("y",), interval="2 ms") for name in names)
    )
    found: dict[str, Floats] = {}
    with ran(brain) as run:
        for name in names:
            times, output = run.traces(name).matrix("y")
            region = regions[name.rpartition(".")[0]]
            found[name] = output.reshape(times.size, region.circuits, region.channels)
    return times, found


def selection_map(saliences: Floats, levels: Sequence[float]) -> dict[float, NDArray[np.int_]]:
    """Return the `outcome` of all pairs of saliences in rates, by level of dopamine; first action down, second across.

    The first action comes at 0 s, the second at 1 s, and each is judged 1 s later.
    """
    first, second = (one.reshape(-1, 1) for one in np.meshgrid(saliences, saliences, indexing="ij"))
    nothing = np.zeros((first.size, 4))
    regions = {f"map{k}": GurneyPrescottRedgrave2001(circuits=first.size, dopamine=d) for k, d in enumerate(levels)}
    inputs = []
    for name in regions:
        inputs.append(rates.salience(name, np.hstack([first, 0 * second, nothing]), "0 s"))
        inputs.append(rates.salience(name, np.hstack([0 * first, second, nothing]), "1 s"))
    times, found = in_rates(regions, inputs, 2.0)
    outcomes = {}
    for name, level in zip(regions, levels, strict=True):
        low = found[f"{name}.GPi"][[np.searchsorted(times, 0.99), -1]] < rates.THRESHOLD
        what = outcome(low[0, :, 0], low[1, :, 0], low[1, :, 1])
        outcomes[level] = what.reshape(saliences.size, saliences.size)
    return outcomes


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What is done to a spiking network.

    Attributes
    ----------
    settings
        Of `Humphries2006`.
    salience
        Channel, rate (Hz), begin and end (s) of each action.
    stop
        Begin and end (s) of a signal to stop.
    pulses
        Times (s) at which all cortical sources of channel 1 fire at once.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    salience: tuple[tuple[int, float, float, float], ...] = ()
    stop: tuple[float, float] | None = None
    pulses: tuple[float, ...] = ()


def in_spikes(
    trials: Mapping[str, Trial],
    duration: float,
    *,
    networks: int = 5,
    seed: int = 1,
    bin: float = 0.01,
    nuclei: Sequence[str] = ("GPi",),
) -> tuple[Floats, dict[str, Floats]]:
    """Return times (s) and rates (Hz) by ``trial.nucleus``, shape (networks, times, channels).

    All networks, each with connections and cells of its own, run side by side.

    Parameters
    ----------
    trials
        By name.
    duration
        Seconds.
    networks, seed
        How many of each trial.
    bin
        Seconds.
    nuclei
        Of which rates are wanted.
    """
    brain = Brain(seed=seed, dt="0.1 ms", duration=f"{duration} s")
    brain.stimuli += _never(f"{next(iter(trials))}_0")
    for name, trial in trials.items():
        for k in range(networks):
            brain.regions[f"{name}_{k}"] = Humphries2006(**trial.settings)
            brain.stimuli += _inputs(f"{name}_{k}", trial)
    names = {
        f"{name}.{nucleus}": _addresses(name, trials[name], nucleus, networks) for name in trials for nucleus in nuclei
    }
    brain.recording = Recording(spikes=tuple(one for rows in names.values() for row in rows for one in row))
    found: dict[str, Floats] = {}
    with ran(brain) as run:
        for name, addresses in names.items():
            rates_hz = [[run.rates(one, bin=bin).rate_hz for one in row] for row in addresses]
            found[name] = np.array(rates_hz).swapaxes(1, 2)
    bins = next(iter(found.values())).shape[1]
    return (np.arange(bins) + 0.5) * bin, found


def _inputs(region: str, trial: Trial) -> list[Stimulus]:
    """Return the inputs of a trial."""
    found: list[Stimulus] = [
        spikes.salience(region, channel, f"{rate} Hz", f"{begin} s", f"{end} s")
        for channel, rate, begin, end in trial.salience
    ]
    if trial.stop:
        begin, end = (f"{time} s" for time in trial.stop)
        dopamine = Humphries2006(**trial.settings).dopamine
        found += spikes.stop(region, begin, end, rate=f"{STOP_HZ} Hz", dopamine=dopamine)
    return [*found, spikes.pulses(region, 1, trial.pulses)] if trial.pulses else found


def _never(region: str) -> list[Stimulus]:
    """Return each kind of input, with nothing in it: all brains of this task are compiled once with them."""
    return [
        spikes.salience(region, 1, "3 Hz", "0 s"),
        *spikes.stop(region, "0 s", None, rate="0 Hz"),
        spikes.pulses(region, 2, ()),
    ]


def _addresses(name: str, trial: Trial, nucleus: str, networks: int) -> list[list[str]]:
    """Return the populations of a nucleus, one row of channels for each network."""
    channels = range(1, Humphries2006(**trial.settings).channels + 1)
    return [[f"{name}_{k}.{nucleus}{channel}" for channel in channels] for k in range(networks)]


def switching(settings: Mapping[str, Mapping[str, Any]], *, networks: int = 5, seed: int = 1) -> tuple[Floats, Any]:
    """Return times and rates of GPi in spikes, by name of the settings, while a second action follows a first."""
    trials = {name: Trial(settings=one, salience=(FIRST, SECOND)) for name, one in settings.items()}
    times, found = in_spikes(trials, FIRST[3], networks=networks, seed=seed)
    return times, {name: found[f"{name}.GPi"] for name in settings}


def stages(times: Floats, gpi: Floats) -> Floats:
    """Return mean rates in the three `STAGES`, shape (networks, stages, channels)."""
    return np.stack([gpi[:, (times > begin) & (times < end)].mean(axis=1) for begin, end in STAGES], axis=1)


def outcomes(rates_of_stages: Floats) -> list[str]:
    """Return what became of the two actions in each network."""
    low = rates_of_stages < spikes.SELECTED_HZ
    return [OUTCOMES[k] for k in outcome(low[:, 1, 0], low[:, 2, 0], low[:, 2, 1])]


def pulse_responses(
    settings: Mapping[str, Mapping[str, Any]], *, networks: int = 3, seed: int = 1
) -> tuple[Floats, dict[str, Floats]]:
    """Return times (s, from a pulse in channel 1) and mean rates of GPi (Hz), shape (times, channels), by name."""
    trials = {name: Trial(settings=one, pulses=PULSES) for name, one in settings.items()}
    times, found = in_spikes(trials, PULSES[-1] + 0.1, networks=networks, seed=seed, bin=0.002)
    starts, length = [np.searchsorted(times, at - 0.01) for at in PULSES], round((0.01 + AFTER) / 0.002)
    mean = {
        name: np.mean([found[f"{name}.GPi"][:, start : start + length] for start in starts], axis=(0, 1))
        for name in settings
    }
    return times[starts[0] : starts[0] + length] - PULSES[0], mean


def stopping(
    delays: Sequence[float] = DELAYS, *, networks: int = 5, seed: int = 1, **settings: Any
) -> tuple[Floats, dict[float | None, Floats]]:
    """Return times and rates of GPi in spikes by the delay of the signal to stop (s), None for none."""
    go = ((1, FIRST[1], GO, GO + LASTING),)
    trials = {"go": Trial(settings=settings, salience=go)}
    for k, delay in enumerate(delays):
        stop = (round(GO + delay, 4), round(GO + delay + LASTING, 4))
        trials[f"stop{k}"] = Trial(settings=settings, salience=go, stop=stop)
    times, found = in_spikes(trials, GO + 0.4, networks=networks, seed=seed)
    named: dict[float | None, Floats] = {None: found["go.GPi"]}
    return times, named | {delay: found[f"stop{k}.GPi"] for k, delay in enumerate(delays)}


def went(times: Floats, gpi: Floats) -> NDArray[np.bool_]:
    """Return whether the first action was let go after the cue, shape (networks,)."""
    bins = round(HELD / (times[1] - times[0]))
    mean = np.lib.stride_tricks.sliding_window_view(gpi[:, times > GO, 0], bins, axis=1).mean(axis=2)
    return np.asarray((mean < spikes.SELECTED_HZ).any(axis=1))


def switching_and_stopping_in_rates() -> tuple[Floats, dict[float, Floats], dict[float | None, Floats]]:
    """Return times, outputs of GPi by dopamine while a second action follows, and those by the delay of a stop."""
    first, second = np.eye(6)[:2]
    regions = {f"level{k}": GurneyPrescottRedgrave2001(dopamine=d) for k, d in enumerate(DOPAMINE["rates"])}
    inputs = []
    for name in regions:
        inputs += [rates.salience(name, 0.4 * first, "1 s"), rates.salience(name, 0.6 * second, "1.8 s")]
    rows = len(DELAYS) + 1
    regions["stop"] = GurneyPrescottRedgrave2001(circuits=rows)
    inputs.append(rates.salience("stop", np.tile(0.5 * first, rows), f"{GO} s", f"{GO + LASTING} s"))
    for row, delay in enumerate(DELAYS, start=1):
        burst = np.zeros((rows, 6))
        burst[row] = 1.0
        begin, end = round(GO + delay, 4), round(GO + delay + LASTING, 4)
        inputs.append(rates.salience("stop", burst, f"{begin} s", f"{end} s", onto="STN"))
    times, found = in_rates(regions, inputs, FIRST[3])
    levels = {d: found[f"level{k}.GPi"][:, 0] for k, d in enumerate(DOPAMINE["rates"])}
    return times, levels, dict(zip((None, *DELAYS), found["stop.GPi"].swapaxes(0, 1), strict=True))


def rows(
    maps: Mapping[float, NDArray[np.int_]],
    in_rate: tuple[Floats, Mapping[float, Floats], Mapping[float | None, Floats]],
    in_spike: tuple[Floats, Mapping[float, Floats]],
    stops: tuple[Floats, Mapping[float | None, Floats]],
) -> list[dict[str, Any]]:
    """Return the numbers as a table."""
    table: list[dict[str, Any]] = []

    def add(model: str, condition: str, quantity: str, value: float | str) -> None:
        table.append({"model": model, "condition": condition, "quantity": quantity, "value": value})

    for level, found in maps.items():
        for k, name in enumerate(OUTCOMES[:5]):
            add("rates", f"dopamine {level:g}", f"share of pairs of saliences: {name}", float((found == k).mean()))
    times, by_level = in_spike
    for level, gpi in by_level.items():
        mean = stages(times, gpi)
        for stage, name in enumerate(("at rest", "one action", "two actions")):
            for channel in range(3):
                value = float(mean[:, stage, channel].mean())
                add("spikes", f"dopamine {level:g}", f"GPi channel {channel + 1}, {name} (Hz)", value)
        found_in = outcomes(mean)
        told = ", ".join(f"{found_in.count(name)} {name}" for name in sorted(set(found_in)))
        add("spikes", f"dopamine {level:g}", f"outcome in {len(found_in)} networks", told)
    for delay, output in in_rate[2].items():
        low = bool((output[in_rate[0] > GO, 0] < rates.THRESHOLD).any())
        add("rates", _told(delay), "actions let go, share", float(low))
    for delay, gpi in stops[1].items():
        add("spikes", _told(delay), "actions let go, share", float(went(stops[0], gpi).mean()))
    return table


def _told(delay: float | None) -> str:
    return "go" if delay is None else f"stop {1e3 * delay:.0f} ms after the go cue"


def main() -> None:
    """Run both models, and write a figure and a table."""
    options = arguments(__doc__, "action_selection")
    networks, seed = options.trials or 5, options.seed
    maps = selection_map(SALIENCES, DOPAMINE["rates"])
    in_rate = switching_and_stopping_in_rates()
    times, found = switching({f"level{k}": {"dopamine": d} for k, d in enumerate(DOPAMINE["spikes"])},
                             networks=networks, seed=seed)  # fmt: skip
    in_spike = times, dict(zip(DOPAMINE["spikes"], found.values(), strict=True))
    cut = {
        "all pathways": {},
        **{f"without the {path} pathway": {path: 0.0} for path in ("hyperdirect", "direct", "indirect")},
    }
    pulses = pulse_responses(cut, seed=seed)
    stops = stopping(networks=networks, seed=seed)
    share = {
        "rates": [float((in_rate[2][d][in_rate[0] > GO, 0] < rates.THRESHOLD).any()) for d in DELAYS],
        "spikes": [float(went(stops[0], stops[1][d]).mean()) for d in DELAYS],
    }
    drawn = Figure(figsize=(10.5, 11), layout="constrained")
    panels = drawn.subplots(4, 3)
    draw_switching_in_rates(panels[0], in_rate[0], in_rate[1])
    draw_maps(panels[1], SALIENCES, maps, OUTCOMES)
    draw_switching_in_spikes(panels[2], *in_spike)
    draw_pulse(panels[3, 0], *pulses)
    draw_stopping(panels[3, 1], stops[0], {"go": stops[1][None], "stop at once": stops[1][0.0]}, (GO, GO + LASTING))
    draw_delays(panels[3, 2], DELAYS, share)
    save(options.out, "action_selection", drawn, rows(maps, in_rate, in_spike, stops))


if __name__ == "__main__":
    main()
