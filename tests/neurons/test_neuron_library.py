"""What every registered neuron must keep: documentation, sources, ranges, equations that Brian2 takes, a resting state.

Every entry is found through the registry: a new file is tested without a line here.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import brian2 as b2
import numpy as np
import pytest

from braincore.expressions import parse_equations, parse_expression, parse_statements
from braincore.model import NeuronModel, neurons
from tests.neurons.plain_brian import connect, group, run

NAMES = list(neurons)
CITED = re.compile(r"doi:10\.\d{4,}/\S+|arXiv:\d{4}\.\d{4,5}|MIT Press")


def kind(name: str) -> tuple[str, ...]:
    """What parameter sets of one model share: its equations and its receptors."""
    model = neurons.get(name)
    return (model.equations, model.threshold, *(s.name for s in model.receptors.values()))


DISTINCT = list({kind(name): name for name in reversed(NAMES)}.values())
NO_REST = {
    "traub_miles": "the published leak potential of -60 mV lets it fire by itself",
    "lif_noisy": "noise",
    "humphries2006": "noise and a spontaneous current",
    "humphries2006_stn": "noise and a spontaneous current",
    "wong_wang2006": "noise",
    "gilzenrat2002": "noise",
    "yamazaki_nagao2012": "a tonic current",
    "yamazaki_nagao2012_nucleus": "a tonic current",
    "destexhe1996_tc": "the published run begins with closed gates",
    "destexhe1996_re": "the published run begins with closed gates",
    "mejias2016": "noise",
}


def module(name: str) -> Any:
    neurons.get(name)
    return sys.modules[neurons.module(name)]


@pytest.mark.parametrize("name", NAMES)
def test_is_documented(name: str) -> None:
    """Registry name, one-line purpose, citation, and a module docstring with equations and the paper."""
    model, text = neurons.get(name), module(name).__doc__ or ""
    assert model.name == name
    assert model.purpose.endswith(".") and "\n" not in model.purpose and len(model.purpose) <= 110
    assert CITED.search(model.source), model.source
    assert "Source" in text and CITED.search(text)
    assert ".. math::" in text or not model.equations
    assert len(text.splitlines()) >= 8
    assert model.method in ("exact", "exponential_euler", "euler", "rk2", "rk4")


@pytest.mark.parametrize("name", NAMES)
def test_parameters_have_meaning_source_and_range(name: str) -> None:
    model = neurons.get(name)
    for p in model.parameters:
        assert p.meaning and p.source, p.name
        assert p.low is not None and p.high is not None, p.name
        assert p.low.si < p.high.si and p.low.si <= p.value.si <= p.high.si, p.name
    for receptor, synapse in model.receptors.items():
        for p in synapse.parameters:
            assert p.meaning and p.source and p.low is not None and p.high is not None, f"{receptor}.{p.name}"


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_and_variable_is_used(name: str) -> None:
    """A parameter that no equation reads is a mistake; so is a state variable without an initial value."""
    model = neurons.get(name)
    used: set[str] = set()
    for equation in model.parsed:
        used |= equation.expression.names if equation.expression is not None else set()
    for text in (model.threshold, model.refractory, *(v for v in model.initial.values() if isinstance(v, str))):
        used |= parse_expression(text).names if text else set()
    for statement in parse_statements(model.reset) if model.reset else ():
        used |= statement.expression.names
    assert {p.name for p in model.parameters} <= used
    assert set(model.initial) == {e.name for e in model.parsed if e.kind == "differential"}


def test_receptors_are_called_alike() -> None:
    """``exc`` and ``inh``, or ``rate``: neurons can be exchanged without touching the wiring, but units of errors.

    Units that tell one receptor from another have names of their own beside these.
    """
    for name in ("humphries2006", "humphries2006_stn"):
        assert set(neurons.get(name).receptors) == {"exc", "inh", "prox", "soma"}
    own = {"readout", "spike_error", "gilzenrat2002", "humphries2006", "humphries2006_stn", "yamazaki_tanaka2005"}
    for name in set(NAMES) - own:
        assert set(neurons.get(name).receptors) in ({"exc", "inh"}, {"exc"}, {"rate"}, set()), name


def state(cells: Any, model: NeuronModel) -> dict[str, np.ndarray]:
    own = [e.name for e in model.parsed if e.kind == "differential"]
    theirs = [
        f"{receptor}_{e.name}"
        for receptor, synapse in model.receptors.items()
        if synapse.equations
        for e in parse_equations(synapse.equations)
        if e.kind == "differential"
    ]
    return {n: np.array(cells.variables[n].get_value(), dtype=float) for n in (*own, *theirs)}


# Brian2 takes long to derive the exact update of two alpha currents; the others have runs of their own elsewhere.
SLOW = {"lif_alpha", "lif_exp", "traub_miles", "wang_buzsaki", "lif_noisy", "alif", "lif_cond"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] * (n in SLOW)) for n in DISTINCT if neurons.get(n).equations],
)
def test_rests_and_stays_finite(name: str) -> None:
    """10 ms without input leave the initial state as it is; 10 ms with input to every receptor leave it finite."""
    model = neurons.get(name)
    cells = group(model, 2)
    before = state(cells, model)
    objects: list[Any] = [cells]
    for receptor in (r for r, s in model.receptors.items() if s.on_pre):
        source = b2.SpikeGeneratorGroup(1, [0, 0], [11, 13] * b2.ms)
        size = {"S": 5e-9, "A": 2e-10, "membrane": 1e-3, "input": 1e-3, "1": 0.5}[model.receptors[receptor].weight]
        objects += [source, connect(source, cells, model, receptor, [0], [1], [size])]
    net = b2.Network(*objects)
    net.run(10 * b2.ms, namespace={})
    if name not in NO_REST:
        for variable, value in state(cells, model).items():
            scale = 1e-4 if variable == "v" and model.input == "A" else 1e-3 * max(1.0, abs(before[variable][0]))
            assert np.max(np.abs(value - before[variable])) < scale, variable
    net.run(10 * b2.ms, namespace={})
    for variable, value in state(cells, model).items():
        assert np.all(np.isfinite(value)), variable
    if model.receptors and objects[1:]:
        after = state(cells, model)
        assert any(value[0] != value[1] for value in after.values())  # the second cell got the input


def family(name: str) -> list[NeuronModel]:
    """A model and its parameter sets."""
    return [neurons.get(n) for n in NAMES if kind(n) == kind(name)]


VARIED = [n for n in DISTINCT if neurons.get(n).equations and len(family(n)) > 1 and n not in NO_REST]


@pytest.mark.parametrize("name", VARIED)
def test_variants_rest_too(name: str) -> None:
    """A parameter set changes the resting state: its initial state must be one that stays, within 0.3 mV."""
    first, models = neurons.get(name), family(name)
    each = {p.name: [m.parameter(p.name).value.si for m in models] for p in first.parameters}
    cells = group(first.with_(receptors={}), len(models), each=each)
    before = np.array(cells.variables[first.membrane].get_value())
    run(cells, ms=10)
    now = np.array(cells.variables[first.membrane].get_value())
    assert np.max(np.abs(now - before)) < (3e-4 if first.membrane == "v" else 1e-3)


def test_spike_source_and_poisson_are_sources() -> None:
    for name in ("spike_source", "poisson"):
        model = neurons.get(name)
        assert model.spikes and not model.parsed and not model.receptors
    for name in ("rate", "wilson_cowan"):
        assert not neurons.get(name).spikes


def test_a_changed_parameter_changes_the_neuron_and_a_wrong_one_is_refused() -> None:
    from braincore.errors import InputError

    lif = neurons.get("lif_exp")
    assert lif.with_(tau_m="20 ms").parameter("tau_m").value.si == 0.02
    with pytest.raises(InputError, match="tau_m"):
        lif.with_(tau_mm="20 ms")
    with pytest.raises(InputError, match="a voltage"):
        lif.with_(tau_m="20 mV")
    with pytest.raises(InputError, match="Did you mean 'izhikevich_fs'"):
        neurons.get("izhikevich_ff")
