"""Self-consistent rates: published networks, closed forms, several states, and failures that say so."""

from __future__ import annotations

import numpy as np
import pytest
from published_networks import brunel, brunel_panel, potjans

from braincore.errors import InputError
from braincore.theory.meanfield import NoFixedPointError, input_moments, solve
from braincore.theory.network import Drive, Edges, Network, edges_from_matrices, jump_of_current
from braincore.theory.siegert import LIF, noise_free_rate, rate


@pytest.mark.parametrize(("panel", "hertz"), [("A", 327.0), ("B", 55.84), ("C", 37.95), ("D", 6.52)])
def test_brunel_2000_rates(panel: str, hertz: float) -> None:
    solution = solve(brunel_panel(panel))
    assert solution.rates == pytest.approx([hertz, hertz], rel=0.01)
    assert solution.primary.residual < 1e-6
    assert solution.primary.stable
    assert len(solution.fixed_points) == 1


@pytest.mark.parametrize(
    ("dc", "hertz"),
    [
        (False, [0.754, 2.794, 4.440, 5.823, 7.154, 8.470, 1.160, 7.756]),
        (True, [0.687, 2.660, 4.243, 5.624, 7.267, 8.216, 1.186, 7.525]),
    ],
)
def test_potjans_diesmann_2014_rates(dc: bool, hertz: list[float]) -> None:
    # Computed before by another implementation of the same equations, with Poisson or constant background.
    solution = solve(potjans(dc=dc))
    assert solution.rates == pytest.approx(hertz, rel=0.02)
    assert solution.primary.stable
    assert not solution.notes


def test_potjans_diesmann_2014_agrees_with_the_published_simulation() -> None:
    # Rates of a full-scale NEST run (INM-6/microcircuit-PD14-model): 7 of 8 populations within 6 %, as is known of
    # this theory; L2/3E fires so rarely that it is 16 % off.
    simulated = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])
    deviation = np.abs(solve(potjans()).rates / simulated - 1)
    assert np.sum(deviation < 0.06) == 7
    assert deviation[0] < 0.2


def test_moments_are_those_of_the_published_equations() -> None:
    network, nu = brunel_panel("C"), 40.0
    got = input_moments(network, [nu, nu])
    outside = 2 * 10.0 * 1000  # eta nu_thr C_E
    assert got.mu == pytest.approx(0.02 * 0.1e-3 * (outside + (1000 - 5 * 250) * nu), rel=1e-12)
    assert got.sigma**2 == pytest.approx(0.02 * 1e-8 * (outside + (1000 + 25 * 250) * nu), rel=1e-12)
    assert not np.any(got.shift)


def test_the_spread_of_weights_adds_to_the_noise() -> None:
    edges = edges_from_matrices([[100]], [[1e-4]], [[1e-8 * 1.25]])
    network = Network(lif=LIF(tau_m=[10e-3], v_th=15e-3, v_reset=0.0), edges=edges)
    assert input_moments(network, [20.0]).sigma ** 2 == pytest.approx(10e-3 * 100 * 20 * 1.25e-8)


def test_a_single_population_without_synapses_follows_siegert() -> None:
    lif = LIF(tau_m=[10e-3, 20e-3], v_th=-50e-3, v_reset=-65e-3, tau_ref=2e-3)
    network = Network(lif=lif, e_l=-65e-3, offset=[13e-3, 25e-3], noise=[5e-3, 0.0])
    solution = solve(network)
    assert solution.rates[0] == pytest.approx(float(rate(-52e-3, 5e-3, lif)[0]), rel=1e-9)
    assert solution.rates[1] == pytest.approx(float(noise_free_rate(-40e-3, lif)[1]), rel=1e-9)


def test_a_silent_network_stays_silent() -> None:
    solution = solve(Network(lif=LIF(tau_m=[20e-3] * 2, v_th=20e-3, v_reset=0.0), edges=brunel(5, 2).edges))
    assert not np.any(solution.rates)
    assert np.all(np.isnan(solution.primary.cv))


def mixed_network() -> Network:
    """Three populations that differ in everything, with delta, fast and slow synapses at one neuron."""
    return Network(
        lif=LIF(tau_m=[10e-3, 20e-3, 15e-3], v_th=[15e-3, 20e-3, 18e-3], v_reset=[0, 10e-3, 2e-3], tau_ref=2e-3),
        edges=Edges(
            target=[0, 0, 1, 1, 2, 2, 0],
            source=[0, 1, 0, 1, 0, 2, 2],
            indegree=[200, 50, 300, 80, 100, 40, 20],
            jump=[1e-4, -5e-4, 1e-4, -4e-4, 2e-4, -3e-4, -2e-4],
            jump_square=[2e-8, 26e-8, 1e-8, 16e-8, 4e-8, 10e-8, 4e-8],
            tau_decay=[0.0, 2e-3, 0.5e-3, 5e-3, 1e-3, 2e-3, 0.5e-3],
            tau_rise=[0.0, 0.5e-3, 0.0, 0.0, 1e-3, 0.0, 0.0],
        ),
        drive=Drive(target=[0, 1, 2], rate=[12e3, 10e3, 10e3], jump=1e-4, tau_decay=[0.0, 0.5e-3, 2e-3]),
    )


@pytest.mark.parametrize("make", [mixed_network, lambda: brunel_panel("B")])
def test_coupling_is_the_jacobian_of_the_rates(make: object) -> None:
    network = make()  # type: ignore[operator]
    point = solve(network).primary

    def response(nu: np.ndarray) -> np.ndarray:
        moments = input_moments(network, nu)
        return rate(moments.mu, moments.sigma, network.lif, moments.shift)

    assert response(point.rates) == pytest.approx(point.rates, abs=1e-7)
    for j in range(network.size):
        step = np.zeros(network.size)
        step[j] = 1e-4 * point.rates[j]
        slope = (response(point.rates + step) - response(point.rates - step)) / (2 * step[j])
        assert point.coupling.toarray()[:, j] == pytest.approx(slope, rel=1e-5, abs=1e-8)
    assert point.spectral_radius == pytest.approx(np.abs(np.linalg.eigvals(point.coupling.toarray())).max())


def test_two_stable_states_and_the_saddle_between_are_found() -> None:
    solution = solve(brunel(2.0, 0.5))  # excitation wins once it runs: silent or near saturation
    low, saddle, high = solution.fixed_points
    assert solution.primary is low
    assert np.all(low.rates < 1e-3)
    assert np.all(high.rates > 300)
    assert [low.stable, saddle.stable, high.stable] == [True, False, True]
    assert np.all((saddle.rates > low.rates) & (saddle.rates < high.rates))
    assert "2 stable states" in solution.notes[0]


def test_runaway_excitation_is_an_error_that_names_the_population() -> None:
    network = Network(
        lif=LIF(tau_m=[20e-3], v_th=20e-3, v_reset=10e-3),
        offset=25e-3,
        edges=edges_from_matrices([[1000]], [[0.1e-3]]),
        names=("granule",),
    )
    with pytest.raises(NoFixedPointError, match=r"Population 'granule' .* runs away"):
        solve(network)


def test_strained_assumptions_are_noted() -> None:
    slow = Network(
        lif=LIF(tau_m=[10e-3], v_th=15e-3, v_reset=0.0, tau_ref=2e-3),
        drive=Drive(target=[0], rate=1000.0, jump=4e-3, tau_decay=100e-3),
        names=("wm",),
    )
    first, second = solve(slow).notes
    assert first == "wm: synaptic time constants are not small against the membrane's: rates are rough"
    assert second.startswith("wm: single synapses move the potential by more than a fifth")


def test_a_large_sparse_network_gives_the_rates_of_its_copies() -> None:
    # 80 unconnected copies of Brunel's network: the sparse solver and ARPACK against the dense path.
    one, copies = brunel_panel("C"), 320
    edges, drive, lift = one.edges, one.drive, 2 * np.arange(copies)[:, None]
    many = Network(
        lif=LIF(tau_m=np.full(2 * copies, 20e-3), v_th=20e-3, v_reset=10e-3, tau_ref=2e-3),
        edges=Edges(
            target=(edges.array("target") + lift).ravel(),
            source=(edges.array("source") + lift).ravel(),
            indegree=np.tile(edges.array("indegree"), copies),
            jump=np.tile(edges.array("jump"), copies),
        ),
        drive=Drive(target=np.arange(2 * copies), rate=np.tile(drive.array("rate"), copies), jump=0.1e-3),
    )
    got, expected = solve(many).primary, solve(one).primary
    assert got.rates == pytest.approx(np.tile(expected.rates, copies), rel=1e-6)
    assert got.spectral_radius == pytest.approx(expected.spectral_radius, rel=1e-4)


@pytest.mark.parametrize(
    ("tau_rise", "area"), [(0.0, 1.0), (2e-3, np.e), (2e-3 * (1 - 1e-9), np.e), (0.5e-3, None), (1e-5, None)]
)
def test_jump_is_the_charge_of_the_current_over_the_capacitance(tau_rise: float, area: float | None) -> None:
    if area is None:
        t = np.linspace(0, 100e-3, 2_000_001)
        current = np.exp(-t / 2e-3) - np.exp(-t / tau_rise)
        area = float(np.trapezoid(current / current.max(), t)) / 2e-3
    assert float(jump_of_current(50e-12, 2e-3, 250e-12, tau_rise)) == pytest.approx(
        50e-12 * 2e-3 * area / 250e-12, rel=1e-6
    )


def test_microcircuit_jump() -> None:
    # 87.81 pA for 0.5 ms into 250 pF: 0.17562 mV.
    assert float(jump_of_current(87.81e-12, 0.5e-3, 250e-12)) == pytest.approx(0.17562e-3)


def test_matrices_and_edge_lists_describe_the_same_network() -> None:
    matrix = edges_from_matrices([[10, 0], [5, 2]], [[1e-4, 0], [2e-4, -3e-4]], delay=[[1e-3, 9], [2e-3, 3e-3]])
    assert matrix.array("target").tolist() == [0, 1, 1]
    assert matrix.array("source").tolist() == [0, 0, 1]
    assert matrix.array("delay").tolist() == [1e-3, 2e-3, 3e-3]
    assert matrix.array("jump_square") == pytest.approx([1e-8, 4e-8, 9e-8])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"source": [0.5]}, "source = .* must be whole numbers"),
        ({"indegree": [-1.0]}, "indegree holds -1; it must not be negative"),
        ({"jump": [np.nan]}, "jump = .* holds NaN"),
        ({"jump_square": [1e-9]}, "jump_square is less than the square of the mean jump"),
        ({"delay": [1e-3, 2e-3, 3e-3], "target": [0, 1]}, "columns of unequal length"),
        ({"delay_shape": "gausian"}, "delay_shape 'gausian' is not known"),
    ],
)
def test_bad_edges_are_named(arguments: dict[str, object], message: str) -> None:
    good: dict[str, object] = {"target": [0], "source": [0], "indegree": [10], "jump": [1e-4]}
    with pytest.raises(InputError, match=message):
        Edges(**(good | arguments))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"names": ("a", "b", "c")}, "lengths that do not fit together"),
        ({"edges": Edges(target=[2], source=[0], indegree=[1], jump=[1e-4])}, "edges.target: index out of range"),
        ({"drive": Drive(target=[-1], rate=[1.0], jump=[1e-4])}, "drive.target: index out of range"),
        ({"e_l": [0.0, 0.0, 0.0]}, "lengths that do not fit together"),
        ({"noise": -1e-3}, "noise = .* must not be negative"),
    ],
)
def test_bad_networks_are_named(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Network(**({"lif": LIF(tau_m=[20e-3] * 2, v_th=20e-3, v_reset=10e-3)} | arguments))  # type: ignore[arg-type]


def test_rates_of_wrong_length_are_refused() -> None:
    with pytest.raises(InputError, match=r"expected one for each of 2 populations"):
        input_moments(brunel_panel("C"), [1.0])
    with pytest.raises(InputError, match=r"starts has shape \(3,\); expected one for each of 2 populations"):
        solve(brunel_panel("C"), starts=[[1.0, 2.0, 3.0]])
    with pytest.raises(InputError, match=r"starts = .* Hz must not be negative"):
        solve(brunel_panel("C"), starts=[[1.0, -2.0]])
    with pytest.raises(InputError, match="max_iterations = 0 must be at least 1"):
        solve(brunel_panel("C"), max_iterations=0)
