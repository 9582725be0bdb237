"""The canonical microcircuit against its linear theory at rest, worked out here from the constants of SPM."""

from __future__ import annotations

import numpy as np
import pytest
from braincore.experiments._task import ran
from scipy.signal import welch

from braincore import Brain
from braincore.circuits.bastos2015 import Bastos2015, hierarchy
from braincore.errors import InputError
from braincore.model import CurrentInput, Recording, Samples, Traces, Values
from braincore.units import FREQUENCY

T = np.array([2, 2, 16, 28]) * 1e-3
SLOPE = 1 / 6
DT = 5e-5
SS, SP, II, DP = range(4)


def weights() -> np.ndarray:
    """G of spm_fx_cmc.m, (4 4 8 4 4 2 4 4 2 1) times 200 Hz; rows are targets."""
    w = np.zeros((4, 4))
    w[SS, [SS, SP, II]] = -800, -800, -1600
    w[SP, [SS, SP]] = 800, -800
    w[II, [SS, II, DP]] = 800, -800, 400
    w[DP, [II, DP]] = -400, -200
    return w


def both() -> np.ndarray:
    """Two sources, the lower first."""
    w = np.kron(np.eye(2), weights())
    w[4 + SS, SP], w[4 + DP, SP] = 200, 100
    w[SP, 4 + DP], w[II, 4 + DP] = -200, -100
    return w


def jacobian(w: np.ndarray) -> np.ndarray:
    n = len(w)
    t = np.tile(T, n // 4)
    a = np.zeros((2 * n, 2 * n))
    a[:n, n:] = np.eye(n)
    a[n:, :n] = (SLOPE * w - np.diag(1 / t)) / t[:, None]
    a[n:, n:] = np.diag(-2 / t)
    return a


def transfer(w: np.ndarray, source: int, frequency: np.ndarray, dt: float = DT) -> np.ndarray:
    """Return the squared transfer from the input of a population to all voltages, shape (frequencies, populations)."""
    a = jacobian(w)
    shift = np.expm1(2j * np.pi * frequency * dt) / dt
    into = np.zeros(len(a))
    into[len(w) + source] = 1 / np.tile(T, len(w) // 4)[source]
    solved = np.linalg.solve(shift[:, None, None] * np.eye(len(a)) - a, into[:, None])[..., 0]
    return np.abs(solved[:, : len(w)]) ** 2


def test_weights_are_those_of_spm() -> None:
    brain = Brain(seed=1)
    brain.regions["V1"], brain.regions["V4"] = Bastos2015(), Bastos2015()
    brain.projections += hierarchy("V1", "V4")
    order = [f"{area}.{name}" for area in ("V1", "V4") for name in ("ss", "sp", "ii", "dp")]
    found = np.zeros((8, 8))
    for p in brain.resolve().projections:
        found[order.index(p.target), order.index(p.source)] = p.weight.si  # type: ignore[union-attr]
    assert found == pytest.approx(both())


def test_modes_at_rest() -> None:
    """Frequencies that the docstring names; both a source and a hierarchy are stable."""
    values = np.linalg.eigvals(jacobian(weights()))
    hertz = sorted(values[values.imag > 0].imag / (2 * np.pi))
    assert hertz == pytest.approx([7.3, 16.9, 45.0, 45.5], abs=0.1)
    assert values.real.max() < -30
    assert np.linalg.eigvals(jacobian(both())).real.max() < -30


def impulse(region: Bastos2015, seconds: float = 0.3) -> np.ndarray:
    """Return the voltages after a small impulse (area 0.001) to spiny stellate cells, every step, shape (steps, 4)."""
    brain = Brain(seed=1, dt=f"{DT} s", duration=f"{seconds} s")
    brain.regions["V1"] = region
    wave = Samples(values=Values(np.array([1e-3 / DT]), FREQUENCY), interval=f"{DT} s")
    brain.stimuli.append(CurrentInput(target="V1.ss", waveform=wave))
    brain.recording = Recording(
        traces=tuple(Traces(target=f"V1.{n}", variables=("v",)) for n in ("ss", "sp", "ii", "dp"))
    )
    with ran(brain) as run:
        return np.concatenate([run.traces(f"V1.{n}").matrix("v")[1] for n in ("ss", "sp", "ii", "dp")], axis=1)


def test_impulse_response_is_that_of_the_modes() -> None:
    """Against exp(A t) at rest, by steps of Euler's method; and alone, (t/T) exp(-t/T) to 2 %."""
    found = impulse(Bastos2015())
    step, state = np.eye(8) + DT * jacobian(weights()), np.zeros(8)
    expected = np.zeros_like(found)
    state[4 + SS] = 1e-3 / T[SS]
    for k in range(1, len(found)):  # the impulse acts in step 0
        expected[k] = state[:4]
        state = step @ state
    assert (np.abs(found - expected).max(axis=0) < 1e-3 * np.abs(expected).max(axis=0)).all()
    alone = impulse(Bastos2015(strength=0), 0.02)
    t = np.arange(len(alone)) * DT
    assert alone[:, SS] == pytest.approx(1e-3 * (t / T[SS]) * np.exp(-t / T[SS]), abs=3e-5)
    assert np.abs(alone[:, 1:]).max() == 0


def test_superficial_cells_are_fast_and_deep_ones_slow() -> None:
    """White noise of spiny stellate cells, 5 s by 20 circuits: spectra to 10 % in all, peaks near 22 and 6 Hz."""
    brain = Brain(seed=1, dt=f"{DT} s", duration="6 s")
    brain.regions["V1"] = Bastos2015(circuits=20, fluctuations=0.1)
    brain.recording = Recording(
        traces=tuple(Traces(target=f"V1.{n}", variables=("v",), interval="1 ms") for n in ("sp", "dp"))
    )
    with ran(brain) as run:
        found = {n: run.traces(f"V1.{n}").matrix("v")[1][1000:] for n in ("sp", "dp")}
    shares = {}
    for name, k in (("sp", SP), ("dp", DP)):
        frequency, power = welch(found[name], fs=1000, nperseg=1000, axis=0)
        inside = (frequency >= 2) & (frequency <= 80)
        mean = power.mean(axis=1)[inside]
        theory = 2 * 0.01 * transfer(weights(), SS, frequency[inside])[:, k]
        assert mean.sum() == pytest.approx(theory.sum(), rel=0.1)
        assert np.corrcoef(mean, theory)[0, 1] > 0.97
        shares[name] = mean[frequency[inside] > 30].sum() / mean.sum()
    assert shares["sp"] > 0.2 > 0.02 > shares["dp"]


def test_what_goes_up_is_faster_than_what_comes_down() -> None:
    """Bastos et al. 2015: forward influence at higher frequencies than backward. In linear theory, at the defaults."""
    f = np.arange(1.0, 121)
    up, down = transfer(both(), SS, f, 1e-9)[:, 4 + SS], transfer(both(), 4 + DP, f, 1e-9)[:, SP]
    mean = [float((f * power).sum() / power.sum()) for power in (up, down)]
    assert mean[0] > 3 * mean[1]
    assert f[up.argmax()] == pytest.approx(21, abs=1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"circuits": 0}, "circuits 0"), ({"strength": -1}, "strength -1"), ({"fluctuations": -1}, "fluctuations -1")],
)
def test_wrong_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Bastos2015(**settings)  # type: ignore[arg-type]
