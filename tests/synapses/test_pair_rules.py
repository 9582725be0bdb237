"""Rules of pairs of spikes against loops and sums of their own, their fixed points, and bounds that hold."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from braincore.model import LearningRule, OneToOne, learning_rules, neurons
from braincore.units import DIMENSIONLESS
from tests.build.built_runs import a_brain, run
from tests.synapses.pairing import RELAY, event_loop, weights_after

TAU = {"x": 20.0, "y": 20.0}
State = dict[str, float]


def trains(seed: int, n: int = 3, spikes: int = 100, steps: int = 8000) -> tuple[list[Any], list[Any]]:
    """Random trains, some of whose spikes share a step."""
    rng = np.random.default_rng(seed)
    pre = [np.sort(rng.choice(np.arange(2, steps), spikes, replace=False)) for _ in range(n)]
    post = [np.sort(rng.choice(np.arange(2, steps, 2), spikes, replace=False)) for _ in range(n)]
    post[0] = np.unique(np.concatenate([post[0], pre[0][pre[0] % 2 == 0]]))
    return pre, post


def _symmetric(pre: Any, post: Any) -> list[float]:
    """For each presynaptic spike the last postsynaptic one before it, and the other way round (in one step: after)."""
    apart = [p - max(q for q in post if q < p) for p in pre if (post < p).any()]
    return [-d for d in apart] + [q - max(p for p in pre if p <= q) for q in post if (pre <= q).any()]


def _centred(pre: Any, post: Any) -> list[float]:
    before = [-(p - max(q for q in post if q < p)) for p in pre if (post < p).any()]
    return before + [min(q for q in post if q >= p) - p for p in pre if (post >= p).any()]


def _restricted(pre: Any, post: Any) -> list[float]:
    events = sorted([*((p, 0) for p in pre), *((q, 1) for q in post)])
    return [(b - a) if kind == 0 else -(b - a) for (a, kind), (b, other) in pairwise(events) if kind != other]


@pytest.mark.parametrize(
    ("name", "pairs"),
    [("stdp_nearest", _symmetric), ("stdp_nearest_centred", _centred), ("stdp_nearest_restricted", _restricted)],
)
def test_which_neighbours_pair(name: str, pairs: Callable[[Any, Any], list[float]]) -> None:
    """The weight is the sum over the pairs that the scheme names, listed one by one, to 1e-10.

    In one step a presynaptic spike comes first: no pair of distance 0 depresses.
    """
    rule = learning_rules.get(name).with_(A_plus=1e-4, A_minus=1.05e-4)
    pre, post = trains(11)
    found = weights_after({name: rule}, pre, post)[name]
    for weight, p, q in zip(found, pre, post, strict=True):
        apart = np.array(pairs(p, q), dtype=float)
        potentiates = ~np.signbit(apart)
        size = np.exp(-np.abs(apart) * 0.1 / 20)
        expected = np.sum(np.where(potentiates, 1e-4, -1.05e-4) * size)
        assert abs(expected) > 1e-5
        assert weight - 0.5 == pytest.approx(expected, rel=1e-8)


def _steps(plus: Callable[[State], float], minus: Callable[[State], float]) -> tuple[Any, Any]:
    def on_pre(s: State) -> None:
        s["x"] += 1
        s["w"] -= minus(s) * s["y"]

    def on_post(s: State) -> None:
        s["y"] += 1
        s["w"] += plus(s) * s["x"]

    return on_pre, on_post


def _vogels() -> tuple[Any, Any]:
    def on_pre(s: State) -> None:
        s["x"] += 1
        s["w"] += 0.01 * (s["y"] - 2 * 3.0 * 0.02)

    def on_post(s: State) -> None:
        s["y"] += 1
        s["w"] += 0.01 * s["x"]

    return on_pre, on_post


LOOPS: dict[str, tuple[LearningRule, tuple[Any, Any]]] = {
    "guetig": (
        learning_rules.get("stdp_guetig").with_(mu_plus=0.4, mu_minus=0.7),
        _steps(lambda s: 0.005 * (1 - s["w"]) ** 0.4, lambda s: 0.005 * 1.05 * s["w"] ** 0.7),
    ),
    "multiplicative": (
        learning_rules.get("stdp_multiplicative"),
        _steps(lambda s: 0.005 * (1 - s["w"]), lambda s: 0.005 * 1.05 * s["w"]),
    ),
    "van_rossum": (
        learning_rules.get("stdp_van_rossum").with_(sigma=0),
        _steps(lambda s: 0.001, lambda s: 0.003 * s["w"]),
    ),
    "power_law": (
        learning_rules.get("stdp_power_law"),
        _steps(lambda s: 0.1 * 0.01**0.6 * s["w"] ** 0.4, lambda s: 0.1 * 0.11 * s["w"]),
    ),
    "vogels": (learning_rules.get("vogels2011").with_(eta=0.01), _vogels()),
}


def test_steps_are_those_of_the_equations() -> None:
    """Random trains: weights of each rule to 1e-9 of a loop over the spikes with the published constants."""
    pre, post = trains(5)
    found = weights_after({name: rule for name, (rule, _) in LOOPS.items()}, pre, post)
    for name, (_, (on_pre, on_post)) in LOOPS.items():
        expected = [event_loop(p, q, tau=TAU, on_pre=on_pre, on_post=on_post) for p, q in zip(pre, post, strict=True)]
        np.testing.assert_allclose(found[name], expected, rtol=1e-9, err_msg=name)
        assert np.abs(np.array(expected) - 0.5).min() > 1e-3, name


def _loud(rule: LearningRule) -> LearningRule:
    """The rule with steps as large as the bounds: every number without unit at its highest, but exponents."""
    numbers = [p for p in rule.parameters if p.dimension == DIMENSIONLESS and not p.name.startswith("mu")]
    return rule.with_({p.name: p.high for p in numbers if p.high is not None})


@pytest.mark.rotates(3)
@pytest.mark.parametrize(("bounds", "start"), [(("0", "1"), "0.5"), (("0", "-2"), "-1"), (("0.4", "0.6"), "0.5")])
def test_weights_never_leave_their_bounds(bounds: tuple[str, str], start: str) -> None:
    """Weights of one sign and of the other, and above a lower bound: all rules that need bounds keep to them."""
    bounded = [learning_rules.get(name) for name in learning_rules if learning_rules.get(name).bounded]
    bounded = [
        rule for rule in bounded if not {"v_pre", "v_post"} & rule.names
    ]  # a relay's potential is a plain number
    rules = {rule.name: _loud(rule) for rule in bounded if set(rule.modulators) <= {"dopamine"}}
    pre, post = trains(3)
    found = weights_after(rules, pre, post, start=start, bounds=bounds)
    low, high = sorted(map(float, bounds))
    assert len(found) >= 16
    for name, weights in found.items():
        assert ((weights >= low) & (weights <= high)).all(), name
        assert (weights != float(start)).any(), name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "start", "rest"),
    [
        (learning_rules.get("stdp_van_rossum"), "0.25", lambda ratio: ratio * 0.001 / 0.003),
        (
            learning_rules.get("stdp_power_law").with_(lambda_=0.02),
            "0.3",
            lambda ratio: 0.01 * (ratio / 0.11) ** (1 / 0.6),
        ),
    ],
    ids=["van_rossum", "power_law"],
)
def test_weights_come_to_rest_where_the_equations_say(rule: LearningRule, start: str, rest: Any) -> None:
    """4000 pairs of independent Poisson trains of 100 Hz for 20 s: the mean weight to 3 % of the closed form.

    w* = w_max c_p tau_+/(c_d tau_-) = 1/3 (van Rossum et al. 2000), s* = s_0 (tau_+/(alpha tau_-))**(1/(1 - mu)) =
    0.396 (Morrison et al. 2007: 39.6 pA). With steps of 0.1 ms the sums over windows stand for the time constants, as
    pairs in one step potentiate. The mean of 4000 weights is known to 3 % with four standard errors: 1 false alarm in
    16 000.
    """
    n = 4000
    noise = neurons.get("poisson").with_(rate="100 Hz")
    spec = a_brain("20 s", seed=3)
    spec.add("pre", n, noise)
    spec.add("driver", n, noise)
    spec.add("post", n, RELAY)
    spec.connect("driver", "post", OneToOne(), weight="10", receptor="drive")
    spec.connect("pre", "post", OneToOne(), weight=start, receptor="plastic", rules=rule, bounds=("0", "1"), name="p")
    spec.record(spikes=())
    weights = run(spec, runs_on="cpp").built.weights("p")
    sums = 1 / (1 - np.exp(-0.1 / 20))
    expected = rest(sums / (sums - 1))
    assert weights.std() / np.sqrt(n) * 4 < 0.03 * expected
    assert weights.mean() == pytest.approx(expected, rel=0.03)
