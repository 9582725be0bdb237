"""The triplet rule against the numbers of its published sets, and against a loop of its own."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.model import learning_rules
from tests.synapses.pairing import event_loop, weights_after

RATES = (0.1, 10, 20, 40, 50)
PAIRS = 60
DATA = np.array([[-0.04, 0.14, 0.29, 0.53, 0.56], [-0.29, -0.41, -0.34, 0.56, 0.75]])
SPREAD = np.array([[0.05, 0.10, 0.14, 0.11, 0.26], [0.08, 0.11, 0.10, 0.32, 0.19]])
"""Sjöström, Turrigiano & Nelson 2001, Neuron 32:1149-1164: relative change at +10 and -10 ms (mean, standard error)."""
CORTEX = {
    "stdp_triplet": ([[0.000, 0.132, 0.247, 0.534, 0.741], [-0.312, -0.334, -0.352, 0.155, 0.727]], 0.342),
    "stdp_triplet_minimal": ([[0.000, 0.119, 0.228, 0.532, 0.763], [-0.317, -0.332, -0.342, 0.174, 0.749]], 0.356),
    "stdp_triplet_nearest": ([[0.000, 0.104, 0.323, 0.560, 0.624], [-0.294, -0.411, -0.338, 0.260, 0.619]], 0.232),
    "stdp_triplet_nearest_minimal": (
        [[0.000, 0.101, 0.322, 0.568, 0.636], [-0.357, -0.356, -0.279, 0.290, 0.630]],
        0.348,
    ),
}
"""Relative change of 60 pairs, and the error E, of an independent implementation of the paper's protocol and sets. The
paper's own errors (0.33, 0.34, 0.22, 0.34) are within 0.02 of these."""
TRIPLETS = [(5, -5), (10, -10), (15, -5), (5, -15), (-5, 5), (-10, 10), (-5, 15), (-15, 5)]
"""(first, second) t_post - t_pre in ms: pre-post-pre, then post-pre-post (Wang et al. 2005, Nat Neurosci 8:187-193)."""
CULTURE = {
    "stdp_triplet_hippocampus": [0.043, 0.005, -0.078, 0.102, 0.358, 0.204, 0.108, 0.325],
    "stdp_triplet_hippocampus_minimal": [0.055, 0.019, -0.051, 0.102, 0.333, 0.180, 0.068, 0.318],
}


def test_frequency_dependence_of_visual_cortex() -> None:
    """Pairs at +10 and -10 ms, 60 at each rate: changes to 0.005, and the error of the fit to 0.005."""
    pre, post = [], []
    for apart in (10, -10):
        for rate in RATES:
            begins = np.arange(PAIRS) * round(1000 / rate) + 20
            pre.append(begins)
            post.append(begins + apart)
    found = weights_after({name: learning_rules.get(name) for name in CORTEX}, pre, post, dt=1.0)
    for name, (expected, error) in CORTEX.items():
        change = (found[name].reshape(2, 5) - 0.5) / 0.5
        np.testing.assert_allclose(change, expected, atol=0.005, err_msg=name)
        assert np.mean(((DATA - change) / SPREAD) ** 2) == pytest.approx(error, abs=0.005), name


def test_triplets_of_hippocampal_culture() -> None:
    """Sixty triplets at 1 Hz: changes to 0.005 of an independent implementation."""
    begins = np.arange(60) * 1000 + 50
    pre, post = [], []
    for first, second in TRIPLETS:
        if first > 0:  # pre, post, pre
            pre.append(np.sort(np.concatenate([begins - first, begins - second])))
            post.append(begins)
        else:  # post, pre, post
            pre.append(begins)
            post.append(np.sort(np.concatenate([begins + first, begins + second])))
    found = weights_after({name: learning_rules.get(name) for name in CULTURE}, pre, post, dt=1.0)
    for name, expected in CULTURE.items():
        np.testing.assert_allclose((found[name] - 0.5) / 0.5, expected, atol=0.005, err_msg=name)


@pytest.mark.parametrize("name", ["stdp_triplet", "stdp_triplet_hippocampus_nearest"])
def test_random_trains_are_a_loop_of_its_own(name: str) -> None:
    """Random trains with spikes in the same steps: the weight to 1e-10."""
    rule = learning_rules.get(name)
    c = {p.name: p.value.si for p in rule.parameters}
    nearest = name.endswith("nearest")

    def grow(state: dict[str, float], *traces: str) -> None:
        for trace in traces:
            state[trace] = 1.0 if nearest else state[trace] + 1.0

    def on_pre(s: dict[str, float]) -> None:
        s["w"] -= 0.5 * s["o1"] * (c["A2_minus"] + c["A3_minus"] * s["r2"])
        grow(s, "r1", "r2")

    def on_post(s: dict[str, float]) -> None:
        s["w"] += 0.5 * s["r1"] * (c["A2_plus"] + c["A3_plus"] * s["o2"])
        grow(s, "o1", "o2")

    tau = {"r1": c["tau_plus"], "r2": c["tau_x"], "o1": c["tau_minus"], "o2": c["tau_y"]}
    rng = np.random.default_rng(4)
    pre = [np.sort(rng.choice(np.arange(2, 9000), 80, replace=False)) for _ in range(4)]
    post = [np.sort(rng.choice(np.arange(2, 9000, 2), 80, replace=False)) for _ in range(4)]
    post[0] = np.unique(np.concatenate([post[0], pre[0][pre[0] % 2 == 0]]))
    found = weights_after({name: rule}, pre, post)[name]
    milliseconds = {trace: 1e3 * constant for trace, constant in tau.items()}
    expected = [
        event_loop(p, q, tau=milliseconds, on_pre=on_pre, on_post=on_post) for p, q in zip(pre, post, strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    assert np.ptp(found) > 1e-3
