"""What Brian2 gets silently wrong in plain scripts: each is refused, or told by name."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import brian2 as b2
import numpy as np
import pytest

import braincore.engine  # noqa: F401 - registers the device
from braincore import Brain
from braincore.engine import lint
from braincore.engine.checks import StateCheck
from braincore.engine.lint import EngineWarning
from braincore.errors import EngineError, InputError


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(b2.prefs, "codegen.target", "numpy")
    b2.set_device("braincore")
    b2.defaultclock.dt = 0.1 * b2.ms
    yield
    b2.set_device("runtime")
    b2.defaultclock.dt = 0.1 * b2.ms


def _run(*objects: Any, duration: Any = 0.2, namespace: dict[str, Any] | None = None) -> None:
    b2.Network(*objects).run(duration * b2.ms, namespace=namespace or {})


def _cells(**more: Any) -> Any:
    return b2.NeuronGroup(4, "v : 1", threshold="v > 1", reset=more.pop("reset", "v = 0"), **more)


def _synapses(delays: Any = None, **more: Any) -> tuple[Any, Any]:
    cells = _cells()
    synapses = b2.Synapses(cells, cells, "w : 1", on_pre=more.pop("on_pre", "v_post += w"), **more)
    synapses.connect(i=[0, 1, 2], j=[1, 2, 3])
    if delays is not None:
        synapses.pre.delay = delays * b2.ms
    return cells, synapses


# -- refused ---------------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "negative delay": (lambda: _run(*_synapses([1, -2, 1])), r"the delay of synapse 1 of '\w+_pre' is -2 ms"),
    "one negative delay": (lambda: _run(*_synapses(None, delay=-1 * b2.ms)), r"the delay of '\w+_pre' is -1 ms"),
    "delay NaN": (lambda: _run(*_synapses([1, np.nan, 1])), "is nan ms"),
    "endless delay": (lambda: _run(*_synapses([1, np.inf, 1])), "is inf ms"),
    "negative rate": (lambda: _run(b2.PoissonGroup(2, -5 * b2.Hz)), r"a rate of '\w+' is -5 Hz\. A rate from 0"),
    "rate NaN": (lambda: _run(b2.PoissonGroup(2, [1, np.nan] * b2.Hz)), "is nan Hz"),
    "negative input": (lambda: _poisson_input(-5 * b2.Hz), "is -5 Hz"),
    "negative refractory time": (lambda: _run(_cells(refractory=-5 * b2.ms)), "the refractory time of .* is -5"),
    "spike time NaN": (
        lambda: _run(b2.SpikeGeneratorGroup(2, [0, 1], [np.nan, 1] * b2.ms)),
        r"a spike time of '\w+' is no number",
    ),
    "negative step": (lambda: _run(_cells(dt=-1 * b2.ms)), r"the time step of '\w+' is -0\.001 s\. Above 0"),
    "duration NaN": (lambda: _run(_cells(), duration=np.nan), "a run of nan s"),
    "negative duration": (lambda: _run(_cells(), duration=-1.0), r"a run of -0\.001 s"),
    "endless": (lambda: _run(_cells(), duration=1e15), r"a run of 1e\+12 s has 1e\+16 steps"),
    "probability over 1": (lambda: _connected(p=2), r"the probability of a synapse of '\w+' is 2\. From 0 to 1"),
    "negative probability": (lambda: _connected(p=-1), "is -1"),
    "word of C++": (
        lambda: _run(b2.NeuronGroup(1, "ddouble/dt = -double/ms : 1", method="euler")),
        r"'double' of '\w+' is a word of C\+\+\. Give the variable another name",
    ),
    "macro": (lambda: _run(b2.NeuronGroup(1, "dNULL/dt = -NULL/ms : 1", method="euler")), "'NULL' of"),
    "misspelt setting": (
        lambda: b2.set_device("braincore", precison="single"),
        r"no setting 'precison'\. Did you mean 'precision'",
    ),
    "folder of another device": (lambda: b2.set_device("braincore", directory="x"), "no setting 'directory'"),
}


def _poisson_input(rate: Any) -> None:
    cells = _cells()
    _run(cells, b2.PoissonInput(cells, "v", 10, rate, weight=0.1))


def _connected(**how: Any) -> None:
    cells = _cells()
    b2.Synapses(cells, cells, on_pre="v_post += 1").connect(**how)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused(name: str) -> None:
    do, said = REFUSED[name]
    with pytest.raises((InputError, b2.BrianObjectException)) as caught:
        do()
    told = caught.value if isinstance(caught.value, InputError) else caught.value.__cause__
    assert isinstance(told, InputError)
    with pytest.raises(InputError, match=said):
        raise told


@pytest.mark.parametrize("values", [[1, 2, 3], np.arange(30.0)], ids=["too few", "too many"])
def test_weights_of_another_number_are_refused(values: Any) -> None:
    cells = _cells()
    synapses = b2.Synapses(cells, cells, "w : 1", on_pre="v_post += w")
    synapses.connect()
    with pytest.raises(ValueError, match="could not broadcast"):
        synapses.w = values


@pytest.mark.parametrize("seed", [-1, 2**40])
def test_seeds_that_are_none_are_refused(seed: int) -> None:
    with pytest.raises(ValueError, match="Seed must be"):
        b2.seed(seed)


def test_names_are_not_looked_up_where_nobody_said() -> None:
    tau_secret = 1 * b2.ms  # noqa: F841 - must not be found
    group = b2.NeuronGroup(1, "dv/dt = -v/tau_secret : 1", method="euler")
    with pytest.raises(b2.BrianObjectException) as caught:
        _run(group)
    assert "tau_secret" in str(caught.value.__cause__)


# -- told ------------------------------------------------------------------------------------------------------------

TOLD: dict[str, tuple[Callable[[], Any], str]] = {
    "duration": (
        lambda: _run(_cells(), duration=0.25),
        r"duration-rounded: a run of 0\.25 ms is no multiple of the time step of 0\.1 ms: it has 3 steps",
    ),
    "duration under a step": (lambda: _run(_cells(), duration=0.04), "duration-rounded: a run of 0.04 ms"),
    "delay": (
        lambda: _run(*_synapses(None, delay=0.04 * b2.ms)),
        r"delay-rounded: the delay of '\w+_pre' is 0\.04 ms; in steps of 0\.1 ms it is 0 ms",
    ),
    "small delays": (lambda: _run(*_synapses([0.04, 0.17, 0])), r"delay-rounded: 1 delays of '\w+_pre' are under half"),
    "rate": (
        lambda: _run(b2.PoissonGroup(2, 20 * b2.kHz)),
        r"rate-too-high: '\w+' asks for 20000 Hz, over one spike in each step of 0\.1 ms: it gives 10000 Hz",
    ),
    "input": (lambda: _poisson_input(20 * b2.kHz), "rate-too-high: 'poissoninput"),
    "reset": (
        lambda: _run(_cells(reset="V = 0")),
        r"lost-assignment: .* sets 'V', which is no variable, and does not use it\. Did you mean 'v'\?",
    ),
    "synapse": (lambda: _run(*_synapses(on_pre="v_pots = v_post + w")), "lost-assignment: .*'v_pots'.*'v_post'"),
    "weight NaN": (lambda: _not_finite(np.nan), r"not-finite: 'w\[1\]' of '\w+' is nan before the run"),
    "weight inf": (lambda: _not_finite(np.inf), "is inf before the run"),
    "euler": (
        lambda: _run(b2.NeuronGroup(1, "dv/dt = -v/(40*us) : 1", method="euler")),
        r"unstable: 'v' of '\w+' decays with 0\.04 ms; with 'euler' in steps of 0\.1 ms it runs away",
    ),
    "euler with a parameter of each neuron": (lambda: _unstable(), "unstable: 'v' of"),
}  # fmt: skip


def _not_finite(value: float) -> None:
    cells, synapses = _synapses()
    synapses.w = [0, value, 0]
    _run(cells, synapses)


def _unstable() -> None:
    group = b2.NeuronGroup(3, "dv/dt = (E - v)/tau + s*xi/tau**0.5 : 1\ntau : second\ns : 1", method="euler")
    group.tau = [10, 1, 0.04] * b2.ms
    _run(group, namespace={"E": 2})


@pytest.mark.parametrize("name", TOLD)
def test_what_is_probably_not_meant_is_told(name: str) -> None:
    do, said = TOLD[name]
    with pytest.warns(EngineWarning, match=said) as caught:
        do()
    assert sum(issubclass(w.category, EngineWarning) for w in caught) == 1


def test_what_is_right_is_left_alone() -> None:
    """Temporary names that are used, times on the grid, drawn delays, variables that never were finite."""
    group = b2.NeuronGroup(
        4,
        "dv/dt = (2 - v)/tau : 1 (unless refractory)\nlow : 1\ntau : second (constant)",
        threshold="v > 1",
        reset="half = v/2; v = half - 0.5; low = clip(low, 0, v)",
        refractory=0.5 * b2.ms,
        method="euler",
    )
    group.tau = 1 * b2.ms
    synapses = b2.Synapses(group, group, "w : 1", on_pre="step = 0.1*w; v_post += step")
    synapses.connect(p=1)
    synapses.delay = "0.1*ms + rand()*ms"
    other = b2.Synapses(group, group, on_pre="v_post += 0.01", delay=0.3 * b2.ms)
    other.connect(j="i")
    noise = b2.PoissonGroup(3, 10 * b2.kHz)
    timed = b2.PoissonGroup(3, "100*Hz*(1 + sin(2*pi*40*Hz*t))")
    given = b2.SpikeGeneratorGroup(2, [0, 1], [0, 1] * b2.ms)
    with warnings.catch_warnings():
        warnings.simplefilter("error", EngineWarning)
        _run(group, synapses, other, noise, timed, given, duration=3)
    assert group.variables["lastspike"].get_value().max() > 0


def test_a_brain_is_not_looked_at_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Descriptions have a linter of their own, and their conductor looks for NaN."""
    for name in ("check_run", "check_objects"):
        monkeypatch.setattr(lint, name, lambda *_: pytest.fail("looked at twice"))
    monkeypatch.setattr(StateCheck, "look", lambda *_: pytest.fail("looked at twice"))
    spec = Brain(duration="5 ms")
    spec.add("E", 3, "lif_exp")
    assert spec.run(out=tmp_path / "run", report=False, prediction=False).summary["engine"] == "cpp"


# -- NaN and overflow ------------------------------------------------------------------------------------------------


def _growing() -> Any:
    return b2.NeuronGroup(5, "dx/dt = k*x*x/ms : 1\nk : 1\nlimit : 1", method="euler", name="growing")


@pytest.mark.filterwarnings("ignore")
def test_a_state_that_runs_away_is_named() -> None:
    group = _growing()
    group.x, group.k = 1, [0, 0, 0, 1, 0]
    group.limit = [np.inf, 0, 0, 0, np.nan]  # was so before: it may stay
    net = b2.Network(group)
    with pytest.raises(EngineError, match=r"'x' of neuron 3 of 'growing' is inf at .* ms; at .* everything was finite"):
        net.run(10 * b2.ms)
    assert 2 < net.t / b2.ms <= 10


def test_a_weight_that_runs_away_is_named_before_its_target() -> None:
    ticks = b2.SpikeGeneratorGroup(2, [0, 1] * 20, np.repeat(np.arange(20), 2) * b2.ms)
    cells = b2.NeuronGroup(3, "v : 1", name="cells")
    synapses = b2.Synapses(ticks, cells, "w : 1", on_pre="w = w*w; v_post += w", name="wild")
    synapses.connect(i=[0, 1], j=[1, 2])
    synapses.w = [1, 10]
    with pytest.raises(EngineError, match=r"'w' of synapse 1 of 'wild' \(from 1 to 2\) is inf at"):
        _run(ticks, cells, synapses, duration=20)


def test_a_variable_of_the_whole_group_is_named() -> None:
    group = b2.NeuronGroup(2, "x : 1 (shared)", name="growing")
    group.run_regularly("x = x*x")
    group.x = 10
    with pytest.raises(EngineError, match=r"'x' of 'growing' is"):
        _run(group, duration=10)


@pytest.mark.filterwarnings("ignore")
def test_checks_can_be_switched_off() -> None:
    b2.set_device("braincore", checks=False)
    group = _growing()
    group.x, group.k = 1, 1
    _run(group, duration=10)
    assert not np.isfinite(group.variables["x"].get_value()).any()


SCRIPT = """
from brian2 import *
import braincore.engine
prefs.codegen.target = "numpy"
set_device("braincore")
group = NeuronGroup(2, "dx/dt = x*x/ms : 1", method="euler", name="growing")
group.x = 1
run(10*ms)
"""


def test_it_is_said_once() -> None:
    """Brian2's own warning at the end of a run would say it again."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("EngineError: 'x' of neuron 0 of 'growing'") == 1
    assert "invalid" not in done.stderr
