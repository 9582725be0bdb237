"""AdEx and Izhikevich neurons: the firing patterns of the papers, and SciPy's integration of equations written anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import brian2 as b2
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from braincore.model import neurons
from braincore.neurons import adex, izhikevich
from tests.neurons.plain_brian import group, run, steps

# Table 1 of Naud et al. 2008, typed a second time: C, gL, EL, VT, DeltaT, a, tau_w, b, Vr, step (pF, nS, mV, ms, pA)
NAUD = {
    "adex_tonic": (200, 10, -70, -50, 2, 2, 30, 0, -58, 500),
    "adex_adapting": (200, 12, -70, -50, 2, 2, 300, 60, -58, 500),
    "adex_initial_burst": (130, 18, -58, -50, 2, 4, 150, 120, -50, 400),
    "adex_bursting": (200, 10, -58, -50, 2, 2, 120, 100, -46, 210),
    "adex_delayed_accelerating": (200, 12, -70, -50, 2, -10, 300, 0, -58, 300),
    "adex_delayed_bursting": (100, 10, -65, -50, 2, -10, 90, 30, -47, 110),
    "adex_transient": (100, 10, -65, -50, 2, 10, 90, 100, -47, 180),
    "adex_irregular": (100, 12, -60, -50, 2, -11, 130, 30, -48, 160),
}


def with_resets(
    slope: Callable[[float, np.ndarray], list[float]],
    start: list[float],
    reset: Callable[[np.ndarray], list[float]],
    peak: float,
    duration: float,
) -> np.ndarray:
    """Spike times of a neuron with a reset, by SciPy."""

    def at_peak(t: float, y: np.ndarray) -> float:
        return float(y[0] - peak)

    at_peak.terminal, at_peak.direction = True, 1  # type: ignore[attr-defined]
    t, y, found = 0.0, start, []
    while t < duration:
        part = solve_ivp(slope, (t, duration), y, events=at_peak, rtol=1e-8, atol=1e-8, max_step=0.5)
        if part.status != 1:
            break
        t, y = float(part.t[-1]), reset(part.y[:, -1])
        found.append(t)
    return np.array(found)


def scipy_adex(values: tuple[float, ...], duration: float) -> np.ndarray:
    c, g, e, vt, d, a, tau, b, vr, current = values

    def slope(t: float, y: np.ndarray) -> list[float]:
        v, w = min(y[0], 20.0), y[1]
        return [(g * (e - v) + g * d * np.exp((v - vt) / d) - w + current) / c, (a * (v - e) - w) / tau]

    return with_resets(slope, [e, 0.0], lambda y: [vr, y[1] + b], 0.0, duration)


@cache
def patterns() -> dict[str, np.ndarray]:
    """Spike times (ms) of the eight variants at their step currents, over 500 ms."""
    names = list(adex.VARIANTS)
    models = [neurons.get(name) for name in names]
    varied = [p.name for p in models[0].parameters if p.name not in ("V_T", "Delta_T", "V_peak")]
    each = {name: [m.parameter(name).value.si for m in models] for name in varied}
    cells = group(models[0].with_(receptors={}), len(names), dt=0.05, each=each)
    cells.I_ext = [adex.STEP_CURRENT[name] for name in names] * b2.pA
    monitor = b2.SpikeMonitor(cells)
    run(cells, monitor, ms=500)
    times = (steps(monitor, 0.05) + 1) * 0.05
    return {name: times[np.asarray(monitor.i) == k] for k, name in enumerate(names)}


@pytest.mark.parametrize("name", list(NAUD))
def test_adex_constants_are_those_of_the_table(name: str) -> None:
    columns = ("C_m", "g_L", "E_L", "V_T", "Delta_T", "a", "tau_w", "b", "V_reset")
    scales = (1e-12, 1e-9, 1e-3, 1e-3, 1e-3, 1e-9, 1e-3, 1e-12, 1e-3)
    model = neurons.get(name)
    for column, scale, value in zip(columns, scales, NAUD[name], strict=False):
        assert model.parameter(column).value.si == pytest.approx(value * scale, rel=1e-12)
    assert adex.STEP_CURRENT[name] == NAUD[name][-1]


@pytest.mark.parametrize("name", list(NAUD))
def test_adex_spike_times_are_scipys(name: str) -> None:
    """The first six spikes to 1 % (step 0.05 ms; the irregular cell's first four, being chaotic)."""
    ours, theirs = patterns()[name][:6], scipy_adex(NAUD[name], 250)[:6]
    count = 4 if name == "adex_irregular" else min(len(ours), len(theirs))
    assert count >= 1
    assert np.allclose(ours[:count], theirs[:count], rtol=0.01, atol=0.1)


def test_adex_patterns_of_naud_2008() -> None:
    """The signature of each pattern in its intervals (Naud et al. 2008, Fig. 4)."""
    interval = {name: np.diff(times) for name, times in patterns().items()}
    tonic = interval["adex_tonic"]
    assert len(tonic) > 40 and tonic.max() / tonic.min() < 1.15
    adapting = interval["adex_adapting"]
    assert np.all(np.diff(adapting[:6]) > 0) and adapting[-1] / adapting[0] > 3
    initial = interval["adex_initial_burst"]
    assert np.all(initial[:2] < 10) and np.all(initial[3:] > 50) and np.ptp(initial[3:]) < 2
    bursting = interval["adex_bursting"][1:]
    assert set(bursting > 30) == {True, False} and np.all((bursting[1:] > 30) != (bursting[:-1] > 30))
    late = interval["adex_delayed_accelerating"]
    assert patterns()["adex_delayed_accelerating"][0] > 30 and np.all(np.diff(late[:20]) < 0)
    burst = interval["adex_delayed_bursting"]
    assert patterns()["adex_delayed_bursting"][0] > 50
    assert list(burst[:12] > 30) == [False, False, False, True] * 3
    transient = patterns()["adex_transient"]
    assert 1 <= len(transient) <= 5 and transient[-1] < 100
    irregular = interval["adex_irregular"][5:]
    assert len(irregular) > 15 and irregular.std() / irregular.mean() > 0.3


def test_adex_refractory_holds_the_potential() -> None:
    """Without adaptation an interval is longer by the refractory time, 5 ms to a step; with 0 ms it is AdEx."""
    still = {"a": "0 nS", "b": "0 pA"}
    intervals = []
    for model in (
        neurons.get("adex").with_(still),
        *(neurons.get("adex_refractory").with_(still, t_ref=f"{t} ms") for t in (0, 5)),
    ):
        cells = group(model.with_(receptors={}), 1, dt=0.05)
        cells.I_ext = 1 * b2.nA
        monitor = b2.SpikeMonitor(cells)
        run(cells, monitor, ms=200)
        intervals.append(np.diff(steps(monitor, 0.05))[-1])
    assert abs(intervals[1] - intervals[0]) <= 1
    assert abs(intervals[2] - intervals[0] - 100) <= 1


def test_adex_default_adapts_as_in_2005() -> None:
    """The regular-spiking cell of Brette & Gerstner 2005: rheobase near 0.55 nA, adapting above it."""
    cells = group(neurons.get("adex").with_(receptors={}), 3, dt=0.05)
    cells.I_ext = [0.5, 0.65, 1.0] * b2.nA
    monitor = b2.SpikeMonitor(cells)
    run(cells, monitor, ms=400)
    times = np.asarray(monitor.t / b2.ms)
    trains = [times[np.asarray(monitor.i) == k] for k in range(3)]
    assert len(trains[0]) == 0
    assert len(trains[2]) > len(trains[1]) > 0
    assert np.diff(trains[2])[-1] > 1.5 * np.diff(trains[2])[0]
    theirs = scipy_adex((281, 30, -70.6, -50.4, 2, 4, 144, 80.5, -70.6, 1000), 200)
    assert np.allclose(trains[2][: len(theirs)][:6], theirs[:6], rtol=0.01)


# Figure 2 of Izhikevich 2003, typed a second time.
CLASSES = {
    "rs": (0.02, 0.2, -65, 8),
    "ib": (0.02, 0.2, -55, 4),
    "ch": (0.02, 0.2, -50, 2),
    "fs": (0.1, 0.2, -65, 2),
    "tc": (0.02, 0.25, -65, 0.05),
    "rz": (0.1, 0.26, -65, 2),
    "lts": (0.02, 0.25, -65, 2),
}


def scipy_izhikevich(values: tuple[float, ...], current: float, duration: float) -> np.ndarray:
    a, b, c, d = values

    def slope(t: float, y: np.ndarray) -> list[float]:
        v, u = min(y[0], 60.0), y[1]
        return [0.04 * v * v + 5 * v + 140 - u + current, a * (b * v - u)]

    rest = min(np.roots([0.04, 5 - b, 140]).real)
    return with_resets(slope, [rest, b * rest], lambda y: [c, y[1] + d], 30.0, duration)


@cache
def classes() -> dict[str, np.ndarray]:
    """Spike times (ms) of the seven classes at an input of 10 mV/ms, over 200 ms."""
    models = {key: neurons.get(f"izhikevich_{key}") for key in CLASSES}
    each = {name: [m.parameter(name).value.si for m in models.values()] for name in "abcd"}
    cells = group(neurons.get("izhikevich").with_(receptors={}), len(models), dt=0.02, each=each)
    cells.I_ext = 10 * b2.mV / b2.ms
    monitor = b2.SpikeMonitor(cells)
    run(cells, monitor, ms=200)
    times = (steps(monitor, 0.02) + 1) * 0.02
    return {key: times[np.asarray(monitor.i) == k] for k, key in enumerate(models)}


@pytest.mark.parametrize("key", list(CLASSES))
def test_izhikevich_constants_and_spike_times(key: str) -> None:
    """Constants of the paper's Figure 2; the first ten spike times to 1 % of SciPy's (step 0.02 ms)."""
    model = neurons.get(f"izhikevich_{key}")
    units = (1e3, 1e3, 1e-3, 1.0)
    found = tuple(model.parameter(p).value.si / unit for p, unit in zip("abcd", units, strict=True))
    assert found == pytest.approx(CLASSES[key], rel=1e-12)
    theirs, ours = scipy_izhikevich(CLASSES[key], 10.0, 190)[:10], classes()[key]
    assert len(theirs) >= 5
    assert np.allclose(ours[: len(theirs)], theirs, rtol=0.01, atol=0.1)


def test_izhikevich_classes_differ_as_in_the_paper() -> None:
    """RS adapts, FS is fast and does not; IB begins with a burst, CH bursts throughout (Izhikevich 2003, Fig. 2)."""
    interval = {key: np.diff(times) for key, times in classes().items()}
    assert interval["rs"][-1] > 1.5 * interval["rs"][0]
    assert len(interval["fs"]) > 2 * len(interval["rs"]) and interval["fs"][2:].max() < 1.2 * interval["fs"][2:].min()
    assert interval["ib"][:2].max() < 0.5 * interval["ib"][3:].min()
    assert (interval["ch"] < 5).sum() > 2 * (interval["ch"] > 15).sum() > 4


def test_variants_are_listed_and_registered() -> None:
    for module in (adex, izhikevich):
        for name, model in module.VARIANTS.items():
            assert neurons.get(name) is model and model.name == name
