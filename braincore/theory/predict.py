"""What mean-field theory says of a network before it is run: rates, irregularity and regime of each population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from braincore.expressions import parse_expression
from braincore.model import (
    CurrentInput,
    LogNormal,
    NetworkSpec,
    Noise,
    Normal,
    PoissonInput,
    Projection,
    Ramp,
    Samples,
    Sine,
    Step,
    TruncatedNormal,
    Uniform,
)
from braincore.model.network import count
from braincore.model.values import Value, mean, second_moment
from braincore.theory.lif import Constants, Kinetics, NotCoveredError, constants_of, kinetics, number
from braincore.theory.meanfield import NoFixedPointError, Solution, solve
from braincore.theory.network import Drive, Edges, Network, jump_of_current
from braincore.theory.regimes import Regime, classify
from braincore.theory.siegert import LIF
from braincore.theory.states import usual_time

SOURCES = {"poisson": "rate"}
"""Neuron models whose rate is a parameter: they drive the network as Poisson input does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PopulationPrediction:
    """What is predicted of one population.

    Attributes
    ----------
    rate_hz, cv_isi
        None where theory does not cover it.
    drive
        ``fluctuation-driven`` and the like.
    reason
        Why nothing is predicted, else empty.
    """

    name: str
    size: int
    rate_hz: float | None = None
    cv_isi: float | None = None
    drive: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """What is predicted of a network.

    Attributes
    ----------
    populations
        In the order of the network.
    state
        Regime of the whole, such as ``asynchronous irregular``; empty if unknown.
    frequency_hz
        Of the leading rhythm, None if there is none.
    growing
        Whether that rhythm grows (a synchronous state) or dies out.
    fixed_points
        Number of self-consistent states found.
    notes
        Where the theory is strained, and what it leaves out.
    """

    populations: tuple[PopulationPrediction, ...]
    state: str = ""
    frequency_hz: float | None = None
    growing: bool = False
    spectral_radius: float | None = None
    fixed_points: int = 0
    notes: tuple[str, ...] = field(default_factory=tuple)

    def rates(self) -> dict[str, float]:
        """Return the predicted rates in Hz, by population, where there are any."""
        return {p.name: p.rate_hz for p in self.populations if p.rate_hz is not None}


def predict(network: NetworkSpec, *, at: float | None = None, regime: bool = True) -> Prediction:
    """Predict rates and regime from the stationary input.

    Parameters
    ----------
    network
        The network. Stimuli count if they are on at the time `at`; plasticity and short-term dynamics are left out.
    at
        Time in seconds at which the stationary state is taken; by default one with the stimuli that are on
        for the longest time.
    regime
        Whether to look for rhythms too.

    Notes
    -----
    Siegert rates with the threshold shift of Fourcaud & Brunel (2002, Neural Comput 14:2057) for synaptic time
    constants, made self-consistent (Amit & Brunel 1997, Cereb Cortex 7:237); rhythms by linear stability (Brunel 2000,
    J Comput Neurosci 8:183).
    """
    when, note = usual_time(network) if at is None else (at, "")
    found, reasons = constants_of(network)
    _spread_ignorance(network, found, reasons)
    names = [p.name for p in network.populations if p.name in found]
    if not names:
        return Prediction(populations=tuple(_blank(p.name, p.size, reasons) for p in network.populations))
    notes = [note] if note else []
    table = _network(network, found, names, when, notes)
    try:
        solution = solve(table)
    except NoFixedPointError as error:
        reasons |= dict.fromkeys(names, f"no self-consistent rate was found: {error}")
        return Prediction(populations=tuple(_blank(p.name, p.size, reasons) for p in network.populations))
    return _prediction(network, table, solution, names, reasons, [*notes, *solution.notes], regime)


def _blank(name: str, size: int, reasons: dict[str, str]) -> PopulationPrediction:
    return PopulationPrediction(name=name, size=size, reason=reasons.get(name, ""))


def _prediction(
    network: NetworkSpec,
    table: Network,
    solution: Solution,
    names: Sequence[str],
    reasons: dict[str, str],
    notes: list[str],
    regime: bool,
) -> Prediction:
    point = solution.primary
    found: Regime | None = classify(table, point) if regime else None
    if found is not None and found.reason:
        notes = [*notes, f"the regime is undetermined: {found.reason}"]
    index = {name: k for k, name in enumerate(names)}
    rows = []
    for population in network.populations:
        k = index.get(population.name)
        if k is None:
            rows.append(_blank(population.name, population.size, reasons))
            continue
        cv = float(point.cv[k])
        rows.append(
            PopulationPrediction(
                name=population.name,
                size=population.size,
                rate_hz=float(point.rates[k]),
                cv_isi=None if np.isnan(cv) else cv,
                drive="" if found is None else str(found.drives[k]),
            )
        )
    rhythm = found is not None and np.isfinite(found.frequency)
    return Prediction(
        populations=tuple(rows),
        state="" if found is None else str(found.state),
        frequency_hz=float(found.frequency) if found is not None and rhythm else None,
        growing=bool(found is not None and rhythm and found.growth > 0),
        spectral_radius=point.spectral_radius,
        fixed_points=len(solution.fixed_points),
        notes=tuple(notes),
    )


def _spread_ignorance(network: NetworkSpec, found: dict[str, Constants], reasons: dict[str, str]) -> None:
    """Take out populations whose input is not covered: by kinetics, or from a source whose rate is unknown."""
    changed = True
    while changed:
        changed = False
        for projection in network.projections:
            target = network.population(projection.target)
            source = network.population(projection.source)
            if target.name not in found:
                continue
            try:
                kinetics(target.neuron.receptors[projection.receptor])
                _known_source(source.name, source.neuron.name, found)
            except NotCoveredError as error:
                reasons[target.name] = str(error)
                del found[target.name]
                changed = True
    for stimulus in network.stimuli:
        if isinstance(stimulus, PoissonInput):
            for population, _ in network.targets(stimulus.target):
                try:
                    kinetics(population.neuron.receptors[stimulus.receptor])
                except NotCoveredError as error:
                    reasons[population.name] = str(error)
                    found.pop(population.name, None)


def _known_source(name: str, model: str, found: dict[str, Constants]) -> None:
    if name not in found and model not in SOURCES:
        raise NotCoveredError(f"it gets input from '{name}', whose rate is not predicted")


def _network(
    network: NetworkSpec, found: dict[str, Constants], names: Sequence[str], when: float, notes: list[str]
) -> Network:
    index = {name: k for k, name in enumerate(names)}
    offset, noise = np.zeros(len(names)), np.array([found[n].noise for n in names])
    drives: list[dict[str, float]] = []
    for stimulus in network.stimuli:
        start, stop = stimulus.during
        if not start.si <= when < (np.inf if stop is None else stop.si):
            continue
        for population, chosen in network.targets(stimulus.target):
            if population.name not in index:
                continue
            share = count(chosen) / population.size
            if share < 1:
                notes.append(f"a stimulus of {share:.0%} of '{population.name}' counts as spread over all its neurons")
            mine = found[population.name]
            if isinstance(stimulus, PoissonInput):
                drives.append(_drive(stimulus, index[population.name], mine, population.neuron, share, when))
            else:
                current, spread = _current(stimulus, when)
                offset[index[population.name]] += share * current * mine.per_input * mine.tau_m
                if spread:
                    notes.append(f"the fluctuations of the noise current into '{population.name}' are left out")
    edges = _edges(network, found, index, drives, notes)
    lif = LIF(
        tau_m=[found[n].tau_m for n in names],
        v_th=[found[n].v_th for n in names],
        v_reset=[found[n].v_reset for n in names],
        tau_ref=[found[n].tau_ref for n in names],
    )
    return Network(
        lif=lif,
        e_l=[found[n].e_l for n in names],
        offset=offset,
        noise=noise,
        edges=edges,
        drive=Drive(**_columns(drives)) if drives else Drive(),
        names=tuple(names),
    )


def _columns(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _jump(shape: Kinetics, mine: Constants, weight: float) -> float:
    """Return by how much a spike of this weight moves the membrane in all, in the membrane's unit."""
    if shape.tau_decay == 0:
        return weight
    return float(jump_of_current(weight, shape.tau_decay, 1.0 / mine.per_input, shape.tau_rise))


def _drive(
    stimulus: PoissonInput, target: int, mine: Constants, neuron: Any, share: float, when: float
) -> dict[str, float]:
    shape = kinetics(neuron.receptors[stimulus.receptor])
    if isinstance(stimulus.rate, str):
        rate = max(0.0, number(parse_expression(stimulus.rate), {"t": when}))
    else:
        rate = mean(stimulus.rate)
    unit = _jump(shape, mine, 1.0)
    return {
        "target": target,
        "rate": share * stimulus.sources * rate,
        "jump": unit * mean(stimulus.weight),
        "jump_square": unit**2 * second_moment(stimulus.weight),
        "tau_decay": shape.tau_decay,
        "tau_rise": shape.tau_rise,
    }


def _current(stimulus: CurrentInput, when: float) -> tuple[float, float]:
    """Return the current at a time, and the standard deviation of its noise, in SI."""
    wave = stimulus.waveform
    if isinstance(wave, Step):
        return mean(wave.amplitude), 0.0
    if isinstance(wave, Noise):
        return wave.mean.si, wave.sd.si
    begin, stop = stimulus.during
    end = when if stop is None else stop.si
    assert isinstance(wave, Ramp | Sine | Samples)
    if isinstance(wave, Sine):
        return wave.offset.si, 0.0
    return float(wave.samples(np.array([when]), begin.si, max(end, when + 1e-9))[0]), 0.0


def _edges(
    network: NetworkSpec,
    found: dict[str, Constants],
    index: dict[str, int],
    drives: list[dict[str, float]],
    notes: list[str],
) -> Edges:
    """Return the projections as edges; those from Poisson sources become drive."""
    rows: list[dict[str, Any]] = []
    for projection in network.projections:
        source, target = network.population(projection.source), network.population(projection.target)
        if target.name not in index:
            continue
        if projection.rules:
            note = "plasticity is left out of the prediction: weights count as they begin"
            notes += [] if note in notes else [note]
        mine = found[target.name]
        shape = kinetics(target.neuron.receptors[projection.receptor])
        unit = _jump(shape, mine, 1.0)
        row = {
            "target": index[target.name],
            "jump": unit * mean(projection.weight),
            "jump_square": unit**2 * second_moment(projection.weight),
            "tau_decay": shape.tau_decay,
            "tau_rise": shape.tau_rise,
        }
        in_degree = projection.connector.expected(network.site(projection)) / target.size
        if source.neuron.name in SOURCES:
            rate = mean(source.parameters.get("rate", source.neuron.parameter("rate").value))
            drives.append({**row, "rate": in_degree * rate})
            continue
        delay, sd, kind = _delay(projection)
        rows.append(
            {
                **row,
                "source": index[source.name],
                "indegree": in_degree,
                "delay": delay,
                "delay_sd": sd,
                "delay_shape": kind,
            }
        )
    return Edges(**_columns(rows)) if rows else Edges()


def _delay(projection: Projection) -> tuple[float, float, str]:
    """Return mean, standard deviation and shape of a projection's delays."""
    value: Value | None = projection.delay
    if value is None:
        return 0.0, 0.0, "fixed"
    middle = mean(value)
    spread = float(np.sqrt(max(0.0, second_moment(value) - middle**2)))
    shapes = ((Normal, "normal"), (TruncatedNormal, "normal"), (LogNormal, "lognormal"), (Uniform, "uniform"))
    shape = next((name for kind, name in shapes if isinstance(value, kind)), "normal" if spread else "fixed")
    return middle, spread, shape


def prediction_lines(prediction: Prediction) -> list[str]:
    """Return a prediction as lines for the terminal."""
    width = max(10, *(len(p.name) for p in prediction.populations)) if prediction.populations else 10
    width = min(width, 40)
    lines = [f"{'population':<{width}} {'n':>8} {'rate/Hz':>9} {'CV':>6}  drive"]
    for p in prediction.populations:
        if p.rate_hz is None:
            lines.append(f"{p.name[:width]:<{width}} {p.size:>8} {'-':>9} {'-':>6}  not predicted: {p.reason}")
            continue
        cv = "-" if p.cv_isi is None else f"{p.cv_isi:.2f}"
        lines.append(f"{p.name[:width]:<{width}} {p.size:>8} {p.rate_hz:>9.3f} {cv:>6}  {p.drive}")
    if prediction.state:
        rhythm = ""
        if prediction.frequency_hz is not None:
            kind = "growing" if prediction.growing else "damped"
            rhythm = f", {kind} rhythm of {prediction.frequency_hz:.0f} Hz"
        lines.append(f"regime: {prediction.state}{rhythm}")
    if prediction.spectral_radius is not None:
        lines.append(f"spectral radius of the effective connectivity: {prediction.spectral_radius:.2f}")
    if prediction.fixed_points > 1:
        lines.append(f"{prediction.fixed_points} self-consistent states; the one reached from rest is shown")
    return [*lines, *(f"note: {note}" for note in prediction.notes)]
