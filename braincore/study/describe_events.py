"""Stimuli and interventions in words, for the report's methods section."""

from __future__ import annotations

from typing import Any

from braincore.model import (
    CurrentInput,
    Freeze,
    Intervention,
    Lesion,
    Noise,
    PoissonInput,
    Ramp,
    Samples,
    ScaleReceptor,
    Silence,
    Sine,
    Step,
)
from braincore.study.texts import quantity_text, value_text
from braincore.units import Quantity


def describe_stimulus(stimulus: PoissonInput | CurrentInput) -> dict[str, Any]:
    """Return a stimulus as ``model.json`` has it."""
    start, stop = stimulus.during
    whole = start.si == 0 and stop is None
    name = f"{stimulus.name}: " if stimulus.name else ""
    return {
        "text": f"{name}{stimulus_text(stimulus)}{_span(start, stop)}",
        "name": stimulus.name,
        "target": stimulus.target,
        "start_ms": None if whole else start.si * 1e3,
        "stop_ms": None if stop is None else stop.si * 1e3,
    }


def stimulus_text(stimulus: PoissonInput | CurrentInput) -> str:
    """Say what reaches whom, without name and time."""
    if isinstance(stimulus, CurrentInput):
        return f"{_waveform(stimulus)} into {stimulus.target}"
    rate = stimulus.rate if isinstance(stimulus.rate, str) else value_text(stimulus.rate)
    one = stimulus.sources == 1
    sources = f"one Poisson source of {rate}" if one else f"{stimulus.sources:g} Poisson sources of {rate} each"
    how = [f"weight {value_text(stimulus.weight)}", *([f"receptor {stimulus.receptor}"] * bool(stimulus.receptor))]
    return f"{sources} onto each neuron of {stimulus.target} ({', '.join(how)})"


def _waveform(stimulus: CurrentInput) -> str:
    wave = stimulus.waveform
    if isinstance(wave, Step):
        return f"a constant current of {value_text(wave.amplitude)}"
    if isinstance(wave, Ramp):
        return f"a current ramp from {quantity_text(wave.start)} to {quantity_text(wave.stop)}"
    if isinstance(wave, Sine):
        amplitude, frequency = quantity_text(wave.amplitude), quantity_text(wave.frequency)
        return f"a sinusoidal current of {amplitude} at {frequency} about {quantity_text(wave.offset)}"
    if isinstance(wave, Samples):
        return f"a current given point by point every {quantity_text(wave.interval)}"
    assert isinstance(wave, Noise)
    kind = "white" if wave.tau is None else f"Ornstein-Uhlenbeck ({quantity_text(wave.tau)})"
    return f"{kind} noise of mean {quantity_text(wave.mean)} and standard deviation {quantity_text(wave.sd)}"


def describe_intervention(act: Intervention) -> dict[str, Any]:
    """Return an intervention as ``model.json`` has it."""
    start, stop = act.during
    if isinstance(act, Lesion):
        what = f"{act.target} is lesioned"
    elif isinstance(act, Silence):
        what = f"{act.target} is silenced"
    elif isinstance(act, Freeze):
        what = "learning stands still" if act.target == "all" else f"learning of {act.target} stands still"
    elif isinstance(act, ScaleReceptor):
        what = f"receptor {act.receptor} of {act.target} is scaled by {act.factor:g}"
    else:
        pulses = f" in pulses of {act.width} at {act.frequency}" if act.frequency is not None else ""
        what = f"light opens {act.conductance} with reversal {act.reversal} on {act.target}{pulses}"
    return {
        "text": f"{what}{_span(start, stop)}",
        "name": "",
        "target": act.target,
        "start_ms": start.si * 1e3,
        "stop_ms": None if stop is None else stop.si * 1e3,
    }


def _span(start: Quantity, stop: Quantity | None) -> str:
    if start.si == 0 and stop is None:
        return ""
    return f", from {quantity_text(start)} to {quantity_text(stop) if stop is not None else 'the end'}"
