"""The experiments that ship: what their headers promise. The long ones are marked slow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from braincore.analysis import power_spectrum, spectral_peak
from braincore.model.values import mean
from braincore.results import Run
from braincore.spec import load
from braincore.spec.comparison import load_comparison
from braincore.study.compare import protocols_of
from braincore.study.golden import check_golden
from braincore.study.run import RunOptions, run_brain
from braincore.theory import predict

EXPERIMENTS = Path(__file__).resolve().parent.parent.parent / "experiments"
COMPARISONS = sorted(EXPERIMENTS.glob("compare_*.yaml"))
FILES = sorted(set(EXPERIMENTS.glob("*.yaml")) - set(COMPARISONS))
NEEDS_DATA = {"macaque_cortex", "worm", "larva"}
needs_data = pytest.mark.skipif(not os.environ.get("BRAINCORE_DATA"), reason="BRAINCORE_DATA is not set")


def _run(name: str, out: Path, *overrides: str) -> Run:
    brain = load(EXPERIMENTS / f"{name}.yaml", overrides=list(overrides)).brain
    return run_brain(brain, options=RunOptions(out=out, report=False))


def _rate(run: Run, group: np.ndarray[Any, Any], start: float, stop: float, population: str) -> float:
    """Return the mean rate (Hz) of some neurons in a window."""
    trains = run.spikes(population, start=start, stop=stop)
    return float(np.isin(trains.neuron, group).sum() / group.size / (stop - start))


@pytest.mark.parametrize("path", COMPARISONS, ids=lambda p: p.stem)
def test_each_comparison_has_a_header_and_is_valid(path: Path) -> None:
    loaded = load_comparison(path)
    for word in ("Source", "Expected", "Time"):
        assert word in loaded.description, f"{path.name} does not say '{word}'"
    assert protocols_of(loaded)
    assert len(loaded.rules) >= 3


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_each_file_has_a_header_and_is_valid(path: Path) -> None:
    if path.stem in NEEDS_DATA and not os.environ.get("BRAINCORE_DATA"):
        pytest.skip("BRAINCORE_DATA is not set")
    loaded = load(path)
    for word in ("Source", "Expected", "Time"):
        assert word in loaded.description, f"{path.name} does not say '{word}'"
    loaded.resolve()
    for point in loaded.points():
        import json

        overrides = [f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in point.items()]
        load(path, overrides=overrides).resolve()


def test_working_memory_keeps_its_references() -> None:
    """What `braincore check --golden` does: eight rates in windows of time, of Brunel & Wang 2001."""
    brain = load(EXPERIMENTS / "working_memory.yaml").brain
    rows = check_golden(brain, options=RunOptions(report=False, prediction=False))
    assert len(rows) == 8
    assert all(row["held"] for row in rows), [row["text"] for row in rows]
    forgetful = load(EXPERIMENTS / "working_memory.yaml", overrides=["regions.PFC.nmda=0.5"]).brain
    forgetful.references = brain.references
    held = {row["text"][:40]: row["held"] for row in check_golden(forgetful, options=RunOptions(report=False))}
    assert not all(held.values())


def test_own_neuron_spikes_as_the_brian2_script(tmp_path: Path) -> None:
    """Against plain Brian2: the same spikes, neuron by neuron and step by step."""
    import brian2
    from braincore.experiments.own_neuron_brian2 import simulate

    before = brian2.prefs.codegen.target
    brian2.prefs.codegen.target = "numpy"
    try:
        expected = simulate()
    finally:
        brian2.prefs.codegen.target = before
    run = _run("own_neuron", tmp_path / "run")
    for population, (steps, neurons) in expected.items():
        trains = run.spikes(population)
        assert steps.size > 100
        assert sorted(zip(steps.tolist(), neurons.tolist(), strict=True)) == sorted(
            zip(trains.step.tolist(), trains.neuron.tolist(), strict=True)
        )


def test_microcircuit_in_python_is_the_one_in_yaml(tmp_path: Path) -> None:
    """The same network, to the hash, and (small and short) the same spikes."""
    from braincore.experiments.microcircuit import brain

    assert brain().resolve().hash == load(EXPERIMENTS / "microcircuit.yaml").resolve().hash
    small = brain(scale=0.02)
    small.duration = "50 ms"
    first = small.run(out=tmp_path / "python", report=False)
    second = _run("microcircuit", tmp_path / "yaml", "regions.V1.scale=0.02", "duration=50 ms")
    assert first.provenance["digest"] == second.provenance["digest"]
    assert len(first.spikes().t) > 0


@pytest.mark.parametrize(
    ("g", "eta", "rate", "state"),
    [
        (6, 4, 55.84, "synchronous irregular, fast"),
        (5, 2, 37.95, "asynchronous irregular"),
        (4.5, 0.9, 6.52, "synchronous irregular, slow"),
    ],
)
def test_brunel_is_predicted(g: float, eta: float, rate: float, state: str) -> None:
    """Against Brunel 2000: mean-field rates of panels B, C, D to 1 %, and their regimes."""
    overrides = [f"regions.net.g={g}", f"regions.net.eta={eta}"]
    found = predict(load(EXPERIMENTS / "brunel2000.yaml", overrides=overrides).resolve())
    assert found.populations[0].rate_hz == pytest.approx(rate, rel=0.01)
    assert found.state == state


def test_brunel_panel_a_is_predicted_near_saturation() -> None:
    """Against Brunel 2000, panel A: synchronous regular at about 327 Hz."""
    found = predict(load(EXPERIMENTS / "brunel2000.yaml", overrides=["regions.net.g=3", "regions.net.eta=2"]).resolve())
    assert found.populations[0].rate_hz == pytest.approx(327, rel=0.01)
    assert found.state == "synchronous regular"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("g", "eta", "duration", "rate", "rhythm", "cv"),
    [
        (3, 2, 0.6, (300, 335), None, (0, 0.05)),
        (6, 4, 0.8, (60.7 * 0.95, 60.7 * 1.05), (165, 190), (0.8, 1.05)),
        (5, 2, 1.0, (37.7 * 0.95, 37.7 * 1.05), None, (0.38, 0.46)),
        (4.5, 0.9, 1.5, (5.5 * 0.9, 5.5 * 1.1), (18, 27), (0.45, 0.75)),
    ],
    ids="ABCD",
)
def test_brunel_runs_as_published(
    tmp_path: Path,
    g: float,
    eta: float,
    duration: float,
    rate: tuple[float, float],
    rhythm: tuple[float, float] | None,
    cv: tuple[float, float],
) -> None:
    """Against the simulations of Brunel 2000: 60.7, 37.7 and 5.5 Hz in B, C and D; rhythms of 180 Hz (B) and 22 Hz (D).

    The CV of panel C is NEST 3.10's, 0.42: 0.7, which mean-field theory with Poisson input comes near to, is not
    reached by either simulator. NEST's rates after 0.3 s: A 333, B 58.5, C 37.5, D 5.5 Hz.
    """
    run = _run("brunel2000", tmp_path / "run", f"regions.net.g={g}", f"regions.net.eta={eta}", f"duration={duration} s")
    times = run.spikes("net.E", start=0.2, stop=duration).t
    assert rate[0] < len(times) / (duration - 0.2) / 10_000 < rate[1]
    assert cv[0] < run.summary["populations"]["net.E"]["cv_isi"] < cv[1]
    if rhythm is not None:
        peak = spectral_peak(power_spectrum(times, start=0.2, stop=duration))
        assert peak is not None
        assert rhythm[0] < peak.frequency < rhythm[1]


REFERENCE = (0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829)
NEST_AT_A_FIFTH = (0.573, 2.518, 4.322, 5.526, 7.387, 8.233, 1.059, 7.487)


@pytest.mark.slow
def test_microcircuit_rates(tmp_path: Path) -> None:
    """Against the authors' NEST rates at full size, and NEST 3.10 at the same scale (3 s, one seed).

    All but L2/3e lie within 20 % of the full network. L2/3e loses about a third by the authors' own rule of scaling:
    NEST gives 0.57 Hz at a fifth of the size. At this scale all eight agree with NEST to 20 %.
    """
    run = _run("microcircuit", tmp_path / "run", "duration=3 s")
    names = ("L23e", "L23i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i")
    found = [run.summary["populations"][f"V1.{name}"] for name in names]
    rates = dict(zip(names, (row["rate_hz"] for row in found), strict=True))
    assert rates["L5i"] > rates["L6i"] > rates["L4i"] > rates["L4e"] > rates["L23i"] > rates["L6e"] > rates["L23e"]
    assert rates["L5e"] > rates["L4i"]
    for name, reference, nest in zip(names, REFERENCE, NEST_AT_A_FIFTH, strict=True):
        assert rates[name] == pytest.approx(nest, rel=0.2), name
        if name != "L23e":
            assert rates[name] == pytest.approx(reference, rel=0.2), name
    assert all(0.5 < row["cv_isi"] < 1.2 for row in found)


@pytest.mark.slow
@needs_data
def test_macaque_flash_climbs_the_hierarchy(tmp_path: Path) -> None:
    """Asynchronous, no runaway; an answer to flashes in V1 that falls along V1, V2, V4, MT (Felleman & Van Essen 1991).

    The variance of the spikes counted in 3 ms is divided by their mean: 1 for independent Poisson trains, 320 where all
    neurons fire as one.
    """
    run = _run("macaque_cortex", tmp_path / "run")
    onsets = (0.5, 0.8, 1.1, 1.4)
    calm_windows = ((0.2, 0.5), (0.65, 0.8), (0.95, 1.1), (1.25, 1.4), (1.55, 1.7))
    everyone = np.arange(320)
    answer = {}
    for name in run.populations:
        if not name.endswith(".E"):
            continue
        lit = np.mean([_rate(run, everyone, t, t + 0.1, name) for t in onsets])
        calm = np.mean([_rate(run, everyone, *window, name) for window in calm_windows])
        answer[name.removesuffix(".E")] = float(lit - calm)
        assert 1 < calm < 10, name
        times = run.spikes(name).t
        counts = np.concatenate([np.histogram(times, np.arange(*window, 0.003))[0] for window in calm_windows])
        assert counts.var() / counts.mean() < 5, f"{name} is synchronous"
    assert answer["V1"] > answer["V2"] > answer["V4"] > answer["MT"] > 0.8
    frontal = [answer[area] for area in ("F2", "F7", "24c", "ProM", "10", "9/46d", "9/46v")]
    assert abs(np.mean(frontal)) < answer["MT"] / 2
    cvs = [row["cv_isi"] for row in run.summary["populations"].values() if row["cv_isi"] is not None]
    assert 0.6 < np.median(cvs) < 1.1


@needs_data
def test_macaque_obeys_dale() -> None:
    """Every synapse of an excitatory neuron excites, every one of an inhibitory neuron inhibits."""
    network = load(EXPERIMENTS / "macaque_cortex.yaml").resolve()
    signs = {population.name: population.sign for population in network.populations}
    assert set(signs.values()) == {"excitatory", "inhibitory"}
    for projection in network.projections:
        weight = mean(projection.weight)
        assert weight > 0 if signs[projection.source] == "excitatory" else weight < 0, projection.name


@needs_data
def test_worm_touch_drives_the_backward_motor_neurons(tmp_path: Path) -> None:
    """The avoidance reflex (Chalfie et al. 1985): ASH to AVA to DA and VA, not DB and VB; without AVA nothing."""
    run = _run("worm", tmp_path / "intact")
    labels = list(run.populations["worm"].labels)
    assert len(labels) == 302
    assert {"AVAL", "AVAR", "ASHL", "DA05", "VB02"} <= set(labels)

    def group(*heads: str) -> np.ndarray[Any, Any]:
        return np.array([i for i, label in enumerate(labels) if label.startswith(heads)])

    def rate(of: Run, *heads: str) -> float:
        return _rate(of, group(*heads), 0.2, 1.0, "worm")

    assert rate(run, "ASH") > 100
    assert rate(run, "AVA") > 30
    # From 1.9 to 11.3 Hz over nine seeds and two engines, log-normal: below 0.5 Hz once in 30 000 seeds. DB, VB: never.
    assert rate(run, "DA0", "VA") > 0.5
    assert rate(run, "DB0", "VB") < 0.2 * rate(run, "DA0", "VA")
    assert _rate(run, np.arange(302), 0.0, 0.2, "worm") == 0
    lesioned = _run("worm", tmp_path / "lesioned", 'interventions=[{silence: "worm[AVA]"}]')
    assert rate(lesioned, "AVA") == 0
    assert rate(lesioned, "DA0", "VA") < 0.2 * rate(run, "DA0", "VA")


@pytest.mark.slow
@needs_data
def test_larva_senses_reach_their_outputs(tmp_path: Path) -> None:
    """Pathways of Winding et al. 2023: odour to LHN, taste to DN-SEZ, touch to DN-VNC, partly over PN-somato."""
    run = _run("larva", tmp_path / "intact")
    network = load(EXPERIMENTS / "larva.yaml").resolve()
    groups = network.populations[0].groups
    assert network.size == 2952
    windows = {"odour": (0.1, 0.4), "taste": (0.6, 0.9), "touch": (1.1, 1.6)}

    def rate(of: Run, sense: str, group: str) -> float:
        return _rate(of, np.asarray(groups[group]), *windows[sense], "larva")

    assert rate(run, "odour", "LHN") > 5 * max(rate(run, "touch", "LHN"), 0.05)
    assert rate(run, "taste", "DN-SEZ") > 2 * max(rate(run, "odour", "DN-SEZ"), rate(run, "touch", "DN-SEZ"), 0.05)
    assert rate(run, "touch", "PN-somato") > 1
    assert rate(run, "touch", "DN-VNC") > 0
    lesioned = _run("larva", tmp_path / "lesioned", 'interventions=[{silence: "larva[PN-somato]"}]')
    assert rate(lesioned, "touch", "DN-VNC") < rate(run, "touch", "DN-VNC")
