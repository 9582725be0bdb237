"""Rules against NEST's synapses on random trains; ``nest_reference.py`` says how ``nest_rules.json`` was made."""

from __future__ import annotations

import json

import numpy as np
import pytest

from braincore.model import LearningRule, learning_rules
from tests.synapses.nest_reference import FILE
from tests.synapses.pairing import weights_after

NEST = json.loads(FILE.read_text(encoding="utf-8"))
PAIR = {"A_plus": 0.01, "A_minus": 0.0105, "tau_minus": "30 ms"}
GUETIG = {"lambda_": 0.01, "tau_minus": "30 ms"}
OURS: dict[str, tuple[str, dict[str, object], str]] = {
    "additive": ("stdp_pair", PAIR, "1"),
    "guetig": ("stdp_guetig", {**GUETIG, "mu_plus": 0.4, "mu_minus": 0.7}, "1"),
    "multiplicative": ("stdp_multiplicative", GUETIG, "1"),
    "nearest": ("stdp_nearest", PAIR, "1"),
    "nearest_centred": ("stdp_nearest_centred", PAIR, "1"),
    "nearest_restricted": ("stdp_nearest_restricted", PAIR, "1"),
    "power_law": ("stdp_power_law", {"alpha": 0.0513, "tau_plus": "15 ms", "tau_minus": "30 ms"}, "100"),
    "triplet": ("stdp_triplet", {"scale": 1.0}, "1"),
    "vogels": ("vogels2011", {"eta": 0.002, "rho_0": "60 Hz"}, "1"),
}


def _rule(name: str) -> LearningRule:
    library, values, _ = OURS[name]
    return learning_rules.get(library).with_(values)


@pytest.mark.parametrize("strongest", ["1", "100"])
def test_weights_are_those_of_nest(strongest: str) -> None:
    """Weights after 120 spikes on either side: to 1e-9 of NEST 3.10's."""
    names = [name for name in OURS if OURS[name][2] == strongest]
    start = {NEST["models"][name]["start"] for name in names}
    assert len(start) == 1
    pre, post = zip(*NEST["trains"], strict=True)
    found = weights_after(
        {name: _rule(name) for name in names},
        pre,
        post,
        dt=NEST["dt_ms"],
        start=str(start.pop()),
        bounds=("0", strongest),
    )
    for name in names:
        expected = np.array(NEST["models"][name]["weights"])
        np.testing.assert_allclose(found[name], expected, rtol=1e-9, err_msg=name)
        assert np.abs(expected / float(NEST["models"][name]["start"]) - 1).max() > 0.01, name
