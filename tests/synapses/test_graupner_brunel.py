"""The calcium rule: drift and noise of its efficacy, and the paper's formula for the changes that protocols make."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import erf

from braincore.model import learning_rules
from tests.synapses.pairing import weights_after

DP = learning_rules.get("graupner_brunel2012")


def constants(name: str) -> dict[str, float]:
    return {p.name: p.value.si for p in learning_rules.get(name).parameters}


def calcium(p: dict[str, float], lag: float, pairs: int, rate: float, dt: float) -> np.ndarray:
    """Calcium over the protocol, step by step of `dt` seconds: exponentials from the spikes, exactly."""
    steps = round(pairs / rate / dt)
    c = np.zeros(steps)
    jumps = np.zeros(steps)
    for k in range(pairs):
        for time, size in ((0.3 + k / rate + p["D"], p["C_pre"]), (0.3 + k / rate + lag, p["C_post"])):
            if (at := round(time / dt)) < steps:
                jumps[at] += size
    decay, now = np.exp(-dt / p["tau_Ca"]), 0.0
    for k in range(steps):
        now = now * decay + jumps[k]
        c[k] = now
    return c


def change(name: str, lag: float, *, pairs: int = 60, rate: float = 1.0, beta: float = 0.5, b: float = 5.0) -> float:
    """Equation for the change of the synaptic strength by a protocol (Graupner & Brunel 2012, supplement)."""
    p = constants(name)
    c = calcium(p, lag, pairs, rate, 1e-5)
    high, low = np.mean(c > p["theta_p"]), np.mean(c > p["theta_d"])
    up, down = p["gamma_p"] * high, p["gamma_d"] * low
    rest, time = up / (up + down), p["tau"] / (up + down)
    spread = p["sigma"] ** 2 * (high + low) / (up + down)
    decay = np.exp(-pairs / rate / time)
    width = np.sqrt(spread * (1 - decay**2))
    u = 0.5 * (1 + erf(-(p["rho_star"] - rest + rest * decay) / width))
    d = 0.5 * (1 - erf(-(p["rho_star"] - rest + (rest - 1) * decay) / width))
    return float(((1 - u) * beta + d * (1 - beta) + b * (u * beta + (1 - d) * (1 - beta))) / (beta + (1 - beta) * b))


@pytest.mark.parametrize(
    ("name", "lags", "expected"),
    [
        (
            "graupner_brunel2012",
            (-40, -20, -10, 0, 5, 10, 20, 40),
            (0.851, 0.765, 0.882, 1.008, 1.241, 1.221, 1.172, 1.085),
        ),
        ("graupner_brunel2012_dpd", (-10, -5, 0, 5, 10, 20), (0.858, 0.846, 0.997, 1.192, 0.961, 0.867)),
    ],
)
@pytest.mark.rotates(3)
def test_constants_give_the_curves_of_the_paper(name: str, lags: tuple[int, ...], expected: tuple[float, ...]) -> None:
    """The formula with our constants gives the curves of Figure 2, as an independent computation has them, to 0.02."""
    assert [change(name, lag * 1e-3) for lag in lags] == pytest.approx(expected, abs=0.02)


def test_efficacy_follows_its_drift() -> None:
    """Without noise: against SciPy's integrator between the jumps of calcium, for ten pairs of +10 ms a tenth apart."""
    rule = DP.with_(sigma=0, gamma_p=3000, gamma_d=2000)
    p = {q.name: q.value.si for q in rule.parameters}
    pre = 1000 + 1000 * np.arange(10)
    found = weights_after({"rule": rule}, [pre], [pre + 100], start="0.4", until=12_000)["rule"][0]
    rho, now, c = 0.4, 0.0, 0.0
    # calcium is there from the step after the spike's on
    events = sorted(
        [(1e-4 * (s + 1) + p["D"], p["C_pre"]) for s in pre] + [(1e-4 * (s + 101), p["C_post"]) for s in pre]
    )
    for time, size in [*events, (1.2, 0.0)]:

        def drift(t: float, y: np.ndarray, start: float = now, height: float = c) -> list[float]:
            level = height * np.exp(-(t - start) / p["tau_Ca"])
            r = y[0]
            pull = -r * (1 - r) * (0.5 - r)
            return [
                (pull + p["gamma_p"] * (1 - r) * (level > p["theta_p"]) - p["gamma_d"] * r * (level > p["theta_d"]))
                / p["tau"]
            ]

        rho = float(solve_ivp(drift, (now, time), [rho], max_step=1e-3, rtol=1e-8).y[0, -1])
        c = c * np.exp(-(time - now) / p["tau_Ca"]) + size
        now = time
    assert found == pytest.approx(rho, abs=2e-3)
    assert abs(found - 0.4) > 0.05


@pytest.mark.slow
def test_simulated_changes_are_those_of_the_formula() -> None:
    """300 synapses from either well, 60 pairs at 1 Hz, four lags: within 4 standard errors (1 in 10^4)."""
    lags = (-20, 0, 10, 40)
    pre = [3000 // 5 + 2000 * np.arange(60) for _ in range(600)]  # 0.5 ms
    rule = DP
    for lag in lags:
        post = [s + 2 * lag for s in pre]
        ends = []
        for start in ("0", "1"):
            w = weights_after({"rule": rule}, pre[:300], post[:300], dt=0.5, start=start, until=120_000)["rule"]
            ends.append(float(np.mean(w > 0.5)))
        up, stay = ends
        b, beta = 5.0, 0.5
        found = ((1 - up) * beta + (1 - stay) * (1 - beta) + b * (up * beta + stay * (1 - beta))) / (
            beta + (1 - beta) * b
        )
        error = (
            4
            * np.hypot(*(np.sqrt(max(q * (1 - q), 1e-3) / 300) for q in ends))
            * (b - 1)
            * 0.5
            / (beta + (1 - beta) * b)
        )
        assert found == pytest.approx(change("graupner_brunel2012", lag * 1e-3), abs=float(error) + 0.02)
