"""Lazy neurons: the same spikes and states as if every neuron were stepped, in any number of parts and runs."""

from __future__ import annotations

from typing import Any

import brian2 as b2
import numpy as np
import pytest

import braincore.engine
from braincore.engine.passes import lazy as pass_
from braincore.engine.passes.linear import NotAffineError, resting, step_map, threshold_form

N = 700


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pass_, "LEAST", 100)


MODEL = """dv/dt = (v0 - v + g)/(20*ms) : volt (unless refractory)
dg/dt = -g/(5*ms) : volt (unless refractory)
rfc : second"""
NAMES = {"v0": -52 * b2.mV}


def _network(
    *,
    method: str = "exact",
    refractory: Any = "rfc",
    model: str = MODEL,
    threshold: str = "v > -45*mV",
    delay: float | str = 1.8,
    weight: float = 1.1,
    burst: tuple[float, float] | None = None,
) -> Any:
    """Return a quiet network: few driven neurons; in a burst (begin and end in seconds) half of them are."""
    rng = np.random.default_rng(5)
    group = b2.NeuronGroup(
        N, model, threshold=threshold, reset="v = v0; g = 0*mV", refractory=refractory, method=method, namespace=NAMES,
        name="cells",
    )  # fmt: skip
    group.v = NAMES["v0"]
    if "rfc" in model:
        group.rfc = np.where(np.arange(N) % 3 == 0, 2.2, 0.0) * b2.ms
    i, j = rng.integers(0, N, 9 * N), rng.integers(0, N, 9 * N)
    order = np.lexsort((j, i))
    synapses = b2.Synapses(group, group, "w : volt", on_pre="g += w", name="synapses")
    synapses.connect(i=i[order], j=j[order])
    synapses.w = rng.choice([-1.0, 1.0, 2.0, 3.0], 9 * N, p=[0.3, 0.4, 0.2, 0.1]) * weight * b2.mV
    synapses.delay = (delay * np.ones(9 * N) if isinstance(delay, float) else rng.uniform(0.1, 4.0, 9 * N)) * b2.ms
    times = np.sort(rng.uniform(0, 0.3, 150))
    given, at = rng.integers(0, 12, 150), times
    if burst is not None:
        many = 2500
        at = np.concatenate([at, rng.uniform(*burst, many)])
        given = np.concatenate([given, rng.integers(12, N // 2, many)])
    steps = np.unique(np.stack([np.round(at / 1e-4).astype(int), given]), axis=1)
    source = b2.SpikeGeneratorGroup(N, steps[1], steps[0] * 0.1 * b2.ms, name="source")
    drive = b2.Synapses(source, group, on_pre="v += 20*mV", name="drive")
    drive.connect(j="i")
    spikes = b2.SpikeMonitor(group, variables=["v"], name="spikes")
    states = b2.StateMonitor(group, ["v", "g"], record=[0, 5, 77, 350, 699], dt=1 * b2.ms, name="states")
    return b2.Network(group, synapses, source, drive, spikes, states)


def _run(device: str, *, runs: tuple[float, ...] = (0.3,), options: dict[str, Any] | None = None, **given: Any) -> Any:
    b2.set_device(device, **(options or {}))
    b2.defaultclock.dt = 0.1 * b2.ms
    net = _network(**given)
    for duration in runs:
        net.run(duration * b2.second)
    found = {"i": np.array(net["spikes"].i), "t": np.array(net["spikes"].t_), "at_spike": np.array(net["spikes"].v_)}
    found |= {"v": np.array(net["states"].v_), "g": np.array(net["states"].g_)}
    found |= {f"last {name}": np.array(net["cells"].variables[name].get_value()) for name in ("v", "g")}
    return found


def _notes() -> str:
    return "\n".join(braincore.engine.DEVICE.program.explain())


def _same(found: Any, expected: Any) -> None:
    assert found.keys() == expected.keys()
    assert expected["i"].size > 50
    assert np.array_equal(found["i"], expected["i"])
    assert np.array_equal(found["t"], expected["t"])
    for key in found.keys() - {"i", "t"}:
        np.testing.assert_allclose(found[key], expected[key], rtol=1e-9, atol=1e-15, err_msg=key)


CASES: dict[str, dict[str, Any]] = {
    "exact": {},
    "euler": {"method": "euler"},
    "one refractory time": {"refractory": 2 * b2.ms},
    "refractory by condition": {"refractory": "v < -51.9*mV", "model": MODEL.replace(" (unless refractory)", "")},
    "at or above": {"threshold": "v >= -45*mV"},
    "no refractoriness": {"refractory": False, "model": MODEL.replace(" (unless refractory)", "")},
    "scattered delays": {"delay": "scattered"},
    "a burst": {"burst": (0.1, 0.15), "weight": 0.4},
}


@pytest.mark.rotates(2)
@pytest.mark.parametrize("case", CASES)
def test_same_as_brian2_and_as_every_neuron_stepped(case: str) -> None:
    expected = _run("runtime", **CASES[case])
    _same(_run("braincore", **CASES[case]), expected)
    assert "neurons sleep" in _notes()
    _same(_run("braincore", options={"without": ["lazy"]}, **CASES[case]), expected)
    assert "neurons sleep" not in _notes()


def test_neurons_do_sleep_and_are_woken_by_a_burst() -> None:
    b2.set_device("braincore", threads=2)
    b2.defaultclock.dt = 0.1 * b2.ms
    net = _network(burst=(0.1, 0.15), weight=0.4)
    asleep = []
    for _ in range(30):
        net.run(10 * b2.ms)
        program = braincore.engine.DEVICE.program
        name = next(line for line in program.source.splitlines() if line.startswith("static Lazy<")).split()[-1][:-1]
        asleep.append(program.library.call(f"asleep_{name}"))
    assert asleep[5] > 0.9 * N
    assert min(asleep[10:17]) == 0
    assert asleep[-1] > 0.9 * N


@pytest.mark.rotates(3)
@pytest.mark.parametrize("case", ["exact", "scattered delays", "a burst"])
def test_any_number_of_threads_gives_the_same_bits(case: str) -> None:
    expected = _run("braincore", options={"threads": 1}, **CASES[case])
    for threads in (2, 3, 7):
        found = _run("braincore", options={"threads": threads}, **CASES[case])
        for key, values in expected.items():
            assert found[key].tobytes() == values.tobytes(), (threads, key)


@pytest.mark.parametrize("case", ["exact", "a burst"])
def test_several_runs_give_the_bits_of_one(case: str) -> None:
    expected = _run("braincore", **CASES[case])
    found = _run("braincore", runs=(0.0503, 0.07, 0.1797), **CASES[case])
    for key, values in expected.items():
        assert found[key].tobytes() == values.tobytes(), key


def test_single_precision_gives_the_spikes_of_every_neuron_stepped() -> None:
    found = _run("braincore", options={"precision": "single"})
    assert "neurons sleep" in _notes()
    expected = _run("braincore", options={"precision": "single", "without": ["lazy"]})
    same = min(found["i"].size, expected["i"].size, 100)
    assert np.array_equal(found["i"][:same], expected["i"][:same])
    np.testing.assert_allclose(found["v"][:, :20], expected["v"][:, :20], rtol=1e-4)


def _changed_in_between(device: str) -> Any:
    b2.set_device(device)
    b2.defaultclock.dt = 0.1 * b2.ms
    net = _network()
    net.run(100 * b2.ms)
    cells = net["cells"]
    cells.v[300:320] = -40 * b2.mV
    cells.g[400:410] += 30 * b2.mV
    cells.rfc[500] = 150 * b2.ms  # its last spike may hold it again
    cells.lastspike[600:610] = 99 * b2.ms
    cells.v[600:610] = -30 * b2.mV
    net.run(100 * b2.ms)
    return {
        "i": np.array(net["spikes"].i),
        "t": np.array(net["spikes"].t_),
        "v": np.array(net["states"].v_),
        "last": np.array(cells.v_),
    }


def test_what_python_changes_between_runs_counts() -> None:
    _same(_changed_in_between("braincore"), _changed_in_between("runtime"))


def _with_poisson(device: str, **options: Any) -> Any:
    b2.set_device(device, **options)
    b2.seed(3)
    b2.defaultclock.dt = 0.1 * b2.ms
    net = _network()
    net.add([b2.PoissonInput(net["cells"][k : k + 3], "v", 2, 100 * b2.Hz, weight=9 * b2.mV) for k in (62, 300, 640)])
    net.run(300 * b2.ms)
    return {"i": np.array(net["spikes"].i), "t": np.array(net["spikes"].t_), "v": np.array(net["states"].v_)}


def test_input_to_subgroups_visits_them() -> None:
    expected = _with_poisson("braincore", without=["lazy"], threads=1)
    assert np.isin(np.arange(300, 303), expected["i"]).all()
    for threads in (1, 2, 3):
        found = _with_poisson("braincore", threads=threads)
        assert "neurons sleep" in _notes()
        _same(found, expected)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"model": "dv/dt = (v0 - v + g)/(20*ms) + v*v*Hz/volt : volt\ndg/dt = -g/(5*ms) : volt\nrfc : second",
          "method": "euler"}, "is not linear in its state"),
        ({"model": "dv/dt = (v0 - v + g + rfc*volt/second)/(20*ms) : volt\ndg/dt = -g/(5*ms) : volt\nrfc : second"},
         "reads rfc"),
        ({"threshold": "v > -60*mV"}, "without input"),
        ({"threshold": "v > -45*mV + 0.1*g*rand()"}, "calls rand"),
        ({"model": "dv/dt = g/(20*ms) : volt\ndg/dt = -g/(5*ms) : volt\nrfc : second",
          "method": "euler"}, "state does not decay"),
    ],
)  # fmt: skip
def test_why_not(given: dict[str, Any], reason: str) -> None:
    _ = _run_shortly(**given)
    assert "its neurons are all stepped: it" in _notes() and reason in _notes()
    assert "neurons sleep" not in _notes()


def _run_shortly(**given: Any) -> Any:
    b2.set_device("braincore")
    b2.defaultclock.dt = 0.1 * b2.ms
    net = _network(**given)
    net.run(1 * b2.ms)
    return net


def test_what_runs_over_all_neurons_keeps_them_awake() -> None:
    b2.set_device("braincore")
    net = _network()
    net["cells"].run_regularly("v += 0.1*mV", dt=5 * b2.ms)
    net.run(1 * b2.ms)
    assert "touches the state of neurons that may sleep" in _notes()


def test_a_map_is_read_off_the_code_of_its_step() -> None:
    found = step_map("_g = g*exp(-dt/tau)\nv = v + dt*(_g - v)/tau\ng = _g", ["v", "g"], {"dt": 1.0, "tau": 2.0}, {})
    e = np.exp(-0.5)
    np.testing.assert_allclose(found, [[0.5, 0.5 * e, 0.0], [0.0, e, 0.0]])
    for code in ("v = v*v", "v = exp(v)", "v = 1/v", "v = v*t", "v = v**2", "v = v if v > 0 else 0", "v = rand()"):
        with pytest.raises(NotAffineError):
            step_map(code, ["v"], {}, {})


def test_the_bound_holds_and_is_met() -> None:
    rng = np.random.default_rng(0)
    step = np.array([[0.99, 0.02, 0.0], [0.0, 0.9, 0.0]])
    reached = threshold_form("v > 1", ["v", "g"], {})
    plan = resting(step, reached, 1e-16)
    for _ in range(200):
        x = rng.normal(0, 6, 2)
        bound = plan.level + np.maximum(x * plan.up, -x * plan.down).sum()
        most, y = -np.inf, x
        for _ in range(400):
            y = step[:, :2] @ y
            most = max(most, y[0] - 1)
        assert most <= bound + 1e-12
    alone = np.array([0.0, 5.0])
    powers = [np.linalg.matrix_power(step[:, :2], k) @ alone for k in range(1, 300)]
    assert max(p[0] for p in powers) - 1 == pytest.approx(plan.level + 5 * plan.up[1], rel=1e-9)


def test_tables_are_powers() -> None:
    plan = resting(np.array([[0.999, 0.001, 0.01], [0.0, 0.99, 0.1]]), np.array([1.0, 0.0, -100.0]), 1e-16)
    matrix = np.array([[0.999, 0.001], [0.0, 0.99]])
    np.testing.assert_allclose(plan.near[77], np.linalg.matrix_power(matrix, 77), rtol=1e-12)
    np.testing.assert_allclose(plan.far[3], np.linalg.matrix_power(matrix, 3 * 1024), rtol=1e-11, atol=1e-30)
    np.testing.assert_allclose(matrix @ plan.rest + [0.01, 0.1], plan.rest)
