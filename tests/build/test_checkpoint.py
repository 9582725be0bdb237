"""Stopping anywhere and going on in a new process: the same bits as without the stop."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from built_runs import LIF, a_brain, run
from resumed_run import STEPS, arrays_of, everything, joined

from braincore.build import BuiltNetwork, build
from braincore.build.checkpoint import capture, check_state, restore
from braincore.errors import ResultsError
from braincore.model import AllToAll, Uniform, poisson

HERE = Path(__file__).parent
# 150, 200, 250, 330: something begins or ends there; 149, 151: beside it; 25, 50: a bin of the rates is over
EVENTS = (1, 25, 50, 73, 149, 150, 151, 200, 250, 330, 450, 599)


@pytest.fixture(scope="module", params=["brian2", "cpp"])
def runs_on(request: pytest.FixtureRequest) -> str:
    """The engine."""
    return str(request.param)


@pytest.fixture(scope="module")
def whole(runs_on: str) -> dict[str, Any]:
    """The run without a stop."""
    done = run(everything(), runs_on=runs_on)
    spikes = done.sink.spikes
    assert all((spikes[:, 1] == code).sum() > 20 for code in range(5)), "every population must be lively"
    return joined(arrays_of(done))


def stopped(step: int, folder: Path, runs_on: str) -> tuple[Path, dict[str, Any]]:
    done = run(everything(), stop=step, runs_on=runs_on)
    assert done.state is not None and int(done.state["step"]) == step
    path = folder / f"{step}.npz"
    np.savez(path, **done.state)
    return path, arrays_of(done)


def go_on(states: list[Path], folder: Path, runs_on: str) -> None:
    command = [sys.executable, "-W", "ignore", str(HERE / "resumed_run.py"), runs_on, str(folder), *map(str, states)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stderr


def check(steps: list[int], whole: dict[str, Any], folder: Path, runs_on: str) -> None:
    before = {step: stopped(step, folder, runs_on) for step in steps}
    go_on([path for path, _ in before.values()], folder, runs_on)
    for step, (path, first) in before.items():
        with np.load(folder / f"after-{path.name}", allow_pickle=False) as file:
            after = {key: file[key] for key in file.files}
        both = joined(first, after)
        assert both.keys() == whole.keys(), step
        for table, expected in whole.items():
            assert both[table].dtype == expected.dtype
            assert np.array_equal(both[table], expected), f"{table} differs after a stop at step {step}"


def test_a_stop_leaves_no_trace(whole: dict[str, Any], tmp_path: Path, runs_on: str) -> None:
    """Taken up in a new process: the same spikes, rates, traces, weights and final state."""
    check([250], whole, tmp_path, runs_on)


@pytest.mark.slow
def test_a_stop_anywhere_leaves_no_trace(whole: dict[str, Any], tmp_path: Path, runs_on: str) -> None:
    random = np.random.default_rng(1).integers(1, STEPS, 24).tolist()
    check(sorted({*EVENTS, *random}), whole, tmp_path, runs_on)


def test_stops_may_follow_each_other_and_a_state_can_be_taken_up_again(whole: dict[str, Any], runs_on: str) -> None:
    first = run(everything(), stop=160, runs_on=runs_on)
    assert first.state is not None
    kept = {name: array.copy() for name, array in first.state.items()}
    second = run(everything(), state=first.state, stop=333, runs_on=runs_on)
    third = run(everything(), state=second.state, runs_on=runs_on)
    both = joined(*(arrays_of(done) for done in (first, second, third)))
    assert all(np.array_equal(both[table], whole[table]) for table in whole)
    assert all(np.array_equal(kept[name], first.state[name]) for name in kept)


# -- what is refused -------------------------------------------------------------------------------------------------


def small(seed: int = 1, size: int = 4) -> Any:
    spec = a_brain("3 ms", seed=seed)
    spec.add("A", size, LIF)
    spec.connect("A", "A", AllToAll(), weight="1 pA", delay=Uniform("0.1 ms", "2 ms"), receptor="exc")
    spec.stimulate("A", poisson("20 Hz", 1000), weight="80 pA", receptor="exc")
    return spec


@pytest.fixture
def state() -> dict[str, Any]:
    done = run(small(), stop=25)
    assert done.state is not None
    assert done.state["synapses_0/pre/synapses"].size > 0, "no spike is under way"
    return done.state


@pytest.mark.parametrize("other", [{"seed": 2}, {"size": 5}])
def test_a_state_of_another_network_is_refused(other: dict[str, int], state: dict[str, Any]) -> None:
    with pytest.raises(ResultsError, match="of another network"):
        run(small(**other), state=state)


def test_a_state_of_another_engine_is_refused(state: dict[str, Any]) -> None:
    """Its random numbers are others, and so would be the run."""
    with pytest.raises(
        ResultsError, match=r"of another engine \(runtime, float64\) than this one \(braincore, float64\)"
    ):
        run(small(), state=state, runs_on="cpp")
    compiled = run(small(), stop=25, runs_on="cpp").state
    with pytest.raises(ResultsError, match="of another engine"):
        run(small(), state=compiled)


def damaged(state: dict[str, Any], name: str) -> dict[str, Any]:
    bad = dict(state)
    if name == "step":
        bad["step"] = np.array(1000)
    elif name == "negative step":
        bad["step"] = np.array(-1)
    elif name == "float step":
        bad["step"] = np.array(25.0)
    elif name == "short state":
        bad["group_0/u_v"] = bad["group_0/u_v"][:-1]
    elif name == "wrong type":
        bad["group_0/u_v"] = bad["group_0/u_v"].astype(bool)
    elif name == "lengths":
        bad["synapses_0/pre/lengths"] = bad["synapses_0/pre/lengths"] + 1
    elif name == "synapse":
        bad["synapses_0/pre/synapses"] = np.full_like(bad["synapses_0/pre/synapses"], 99)
    elif name == "offset":
        bad["synapses_0/pre/offset"] = np.array(10_000)
    elif name == "bins":
        bad["open_bins"] = np.zeros(7, dtype=np.int64)
    elif name.startswith("no "):
        del bad[name.removeprefix("no ")]
    return bad


DAMAGE = ("step", "negative step", "float step", "short state", "wrong type", "lengths", "synapse", "offset", "bins",
          "no step", "no network", "no group_0/u_v", "no synapses_0/pre/lengths", "no random/keys", "no open_bins",
          "no random/rest", "no group_0/_spikespace")  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_state_is_refused(name: str, state: dict[str, Any]) -> None:
    with pytest.raises(ResultsError, match=r"checkpoint is (damaged|of another network)"):
        run(small(), state=damaged(state, name))


def test_nothing_changes_when_a_state_is_refused(state: dict[str, Any]) -> None:
    built: BuiltNetwork = build(small().resolve())
    before = capture(built, 0)
    bad = damaged(state, "synapse")
    with pytest.raises(ResultsError):
        restore(built, bad)
    after = capture(built, 0)
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert check_state(built, state) == 25


def test_a_state_is_numbers_alone(state: dict[str, Any], tmp_path: Path) -> None:
    np.savez(tmp_path / "state.npz", **state)
    with np.load(tmp_path / "state.npz", allow_pickle=False) as file:
        assert set(file.files) == set(state)
        assert all(file[name].dtype.kind in "iufb" for name in file.files)
