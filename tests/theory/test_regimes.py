"""Rhythms and regimes: frequencies published by Brunel (2000) and Bos et al. (2016), and what holds of any network."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from published_networks import brunel, brunel_panel, potjans, replace_edges

from braincore.errors import InputError
from braincore.theory import stability
from braincore.theory.delays import SHAPES, mean_phase
from braincore.theory.meanfield import solve
from braincore.theory.network import Drive, Network, edges_from_matrices
from braincore.theory.regimes import DrivenBy, State, classify, population_drives
from braincore.theory.siegert import LIF
from braincore.theory.stability import loop_gain, modes


@pytest.mark.parametrize(
    ("panel", "state", "hertz"),
    [
        ("A", State.SYNCHRONOUS_REGULAR, None),
        ("B", State.SYNCHRONOUS_IRREGULAR_FAST, 190.0),
        ("C", State.ASYNCHRONOUS_IRREGULAR, None),
        ("D", State.SYNCHRONOUS_IRREGULAR_SLOW, 29.0),
    ],
)
def test_brunel_2000_states_and_frequencies(panel: str, state: State, hertz: float | None) -> None:
    network = brunel_panel(panel)
    regime = classify(network, solve(network).primary)
    assert regime.state is state
    if hertz is not None:
        assert regime.frequency == pytest.approx(hertz, rel=0.01)
        assert regime.growth > 0
    if panel == "C":
        assert regime.growth < -50  # the rhythm is damped
        assert regime.cv > 0.6
    assert set(regime.drives) == {
        {"A": DrivenBy.SATURATED, "B": DrivenBy.MEAN, "C": DrivenBy.MEAN, "D": DrivenBy.FLUCTUATION}[panel]
    }


def closest_to_one(network: Network, frequencies: np.ndarray, *, noise: bool) -> list[tuple[float, complex]]:
    """Follow each eigenvalue of the loop over frequency; return where it comes closest to 1."""
    from scipy.optimize import linear_sum_assignment

    matrices = loop_gain(network, solve(network).primary, 2j * np.pi * frequencies, noise=noise)
    paths = [np.linalg.eigvals(matrices[0])]
    for matrix in matrices[1:]:
        new = np.linalg.eigvals(matrix)
        paths.append(new[linear_sum_assignment(np.abs(paths[-1][:, None] - new))[1]])
    track = np.array(paths)
    best = np.argmin(np.abs(track - 1), axis=0)
    return sorted(((float(frequencies[k]), complex(track[k, j])) for j, k in enumerate(best)), reverse=True)


def test_bos_2016_eigenvalue_trajectories_of_the_microcircuit() -> None:
    # Bos, Diesmann & Helias (2016), figure 4: the four high-gamma modes, the low-gamma one and the slow one come
    # closest to 1 at 284, 268, 263, 237, 63 and 0 Hz. The noise that rates make is left out, as there.
    found = closest_to_one(potjans(as_bos=True), np.arange(1.0, 400.0), noise=False)
    near = [f for f, value in found if abs(value.real) > 0.2]
    assert near == pytest.approx([284, 268, 263, 237, 63, 1], abs=1.5)


def test_every_mode_solves_the_loop_equation() -> None:
    network = brunel_panel("B")
    point = solve(network).primary
    found = modes(network, point)
    for root, vector in zip(found.rates, found.vectors, strict=True):
        once_round = loop_gain(network, point, [root])[0] @ vector
        assert once_round == pytest.approx(vector, abs=1e-5)


@pytest.mark.parametrize("panel", ["B", "C"])
@pytest.mark.parametrize("noise", [True, False])
def test_loop_gain_at_zero_frequency_is_the_static_coupling(panel: str, noise: bool) -> None:
    network = brunel_panel(panel)
    point = solve(network).primary
    gain = loop_gain(network, point, [0.0], noise=noise)[0]
    if noise:
        assert gain == pytest.approx(point.coupling.toarray(), rel=1e-9)
    else:
        assert np.abs(gain - point.coupling.toarray()).max() > 0.01


def test_loop_gain_at_zero_frequency_with_synapses_of_several_time_constants() -> None:
    network = potjans()
    edges = replace_edges(network.edges, tau_decay=np.where(network.edges.array("jump") > 0, 0.5e-3, 1.5e-3))
    network = dataclasses.replace(network, edges=edges)
    point = solve(network).primary
    assert loop_gain(network, point, [1e-3j])[0] == pytest.approx(point.coupling.toarray(), rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("panel", ["A", "B", "C", "D"])
def test_the_argument_principle_counts_the_growing_modes_that_the_search_finds(panel: str) -> None:
    network = brunel_panel(panel)
    found = modes(network, solve(network).primary)
    growing = found.rates[found.growth > 0]
    assert found.unstable == np.sum(np.where(growing.imag > 0, 2, 1))
    assert found.stable is (growing.size == 0)


def test_widely_spread_delays_put_an_end_to_the_fast_rhythm() -> None:
    # Brunel (2000), section 5: oscillations vanish when delays are drawn from 0 to 3 ms.
    spread = brunel(6.0, 4.0, delay_sd=1.5e-3 / np.sqrt(3), delay_shape="uniform")
    assert classify(spread, solve(spread).primary).state is State.ASYNCHRONOUS_IRREGULAR


def test_longer_delays_slow_the_fast_rhythm_down() -> None:
    frequencies = []
    for delay in (1e-3, 1.5e-3, 3e-3):
        network = brunel(6.0, 4.0, delay=delay)
        frequencies.append(classify(network, solve(network).primary).frequency)
    assert frequencies[0] > frequencies[1] > frequencies[2]


def test_the_unstable_state_between_two_stable_ones_grows_without_rhythm() -> None:
    network = brunel(2.0, 0.5)
    low, saddle, high = solve(network).fixed_points
    assert classify(network, low).state is State.QUIESCENT
    assert classify(network, saddle).state is State.UNSTABLE
    assert population_drives(network, high) == (DrivenBy.SATURATED,) * 2


def test_uncoupled_neurons_are_asynchronous() -> None:
    network = Network(lif=LIF(tau_m=[20e-3] * 2, v_th=20e-3, v_reset=10e-3), offset=[15e-3, 40e-3], noise=[5e-3, 1e-3])
    regime = classify(network, solve(network).primary)
    assert regime.state is State.ASYNCHRONOUS_REGULAR  # most spikes are those of the second, regular population
    assert regime.drives == (DrivenBy.FLUCTUATION, DrivenBy.MEAN)
    assert np.isnan(regime.frequency)


def test_without_noise_the_state_is_undetermined_and_says_why() -> None:
    network = Network(lif=LIF(tau_m=[20e-3], v_th=20e-3, v_reset=10e-3), offset=30e-3)
    regime = classify(network, solve(network).primary)
    assert regime.state is State.UNDETERMINED
    assert regime.reason == "a population fires without noise"
    with pytest.raises(InputError, match="0: no noise, so the response"):
        loop_gain(network, solve(network).primary, [1j])


def test_limits_are_refused_with_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    network = brunel_panel("C")
    point = solve(network).primary
    with pytest.raises(InputError, match="f_max = -1 Hz must be above zero"):
        modes(network, point, f_max=-1)
    monkeypatch.setattr(stability, "MAX_POPULATIONS", 1)
    with pytest.raises(InputError, match="2 populations; the modes are sought for at most 1"):
        modes(network, point)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("f", [0.0, 30.0, 200.0, 900.0])
def test_mean_phase_is_the_mean_over_drawn_delays(shape: str, f: float) -> None:
    # 400 000 draws: standard error at most 1/sqrt(400 000) = 0.0016 for each part; 5 of it: false alarm 1e-6.
    rng, mean, sd = np.random.default_rng(11), 1.5e-3, 0.75e-3
    count, s = 400_000, 2j * np.pi * f + 50.0
    if shape == "fixed":
        drawn, sd = np.full(count, mean), 0.0
    elif shape == "uniform":
        drawn = rng.uniform(mean - np.sqrt(3) * sd, mean + np.sqrt(3) * sd, count)
    elif shape == "normal":
        drawn = rng.normal(mean, sd, 2 * count)
        drawn = drawn[drawn > 0][:count]
    else:
        spread = np.sqrt(np.log1p((sd / mean) ** 2))
        drawn = rng.lognormal(np.log(mean) - spread**2 / 2, spread, count)
    assert complex(mean_phase(s, mean, sd, shape)) == pytest.approx(np.mean(np.exp(-s * drawn)), abs=0.008)


def test_mean_phase_does_not_overflow() -> None:
    s = np.array([1e5j, -500 + 1e4j, 6000 + 6000j])
    for shape in SHAPES:
        for sd in (0.0, 1e-9, 1e-3):
            assert np.all(np.isfinite(mean_phase(s, 1.5e-3, sd, shape)))
    assert complex(mean_phase(1e3j, 2e-3, 1e-9, "normal")) == pytest.approx(np.exp(-2j), rel=1e-6)
    with pytest.raises(InputError, match="delay_shape 'gauss' is not known"):
        mean_phase(1j, 1e-3, 0.0, "gauss")


def test_stronger_inhibition_by_slow_synapses_gives_a_lower_rhythm() -> None:
    def network(tau_decay: float) -> Network:
        return Network(
            lif=LIF(tau_m=[10e-3], v_th=20e-3, v_reset=10e-3, tau_ref=1e-3),
            edges=edges_from_matrices([[1000]], [[-0.2e-3]], delay=1e-3, tau_decay=tau_decay),
            drive=Drive(target=[0], rate=40e3, jump=0.1e-3),
        )

    fast, slow = (classify(net, solve(net).primary) for net in (network(0.3e-3), network(3e-3)))
    assert fast.frequency > 1.5 * slow.frequency
