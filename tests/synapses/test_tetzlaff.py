"""Synaptic scaling of Tetzlaff et al.: the fixed point of a pair of rates."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.model import learning_rules
from tests.synapses.pairing import weights_after


@pytest.mark.parametrize(("pre", "post"), [(20, 40), (50, 10), (80, 100)])
def test_weights_come_to_the_fixed_point_of_their_rates(pre: int, post: int) -> None:
    """Regular spikes for 30 s, tau_H a tenth: W* = sqrt(60 F_pre F_post/(F_post - F_T)) to 1 %."""
    rule = learning_rules.get("tetzlaff_scaling").with_(tau_H="3 s", tau_F="2 s")
    seconds, steps = 30, 300_000
    trains = [np.arange(5, steps, round(10_000 / rate)) for rate in (pre, post)]
    found = weights_after({"rule": rule}, [trains[0]], [trains[1]], until=round(seconds * 1e4))["rule"][0]
    # a regular train through the filter has the mean of its rate, but the product of two has a little more or less
    strongest = np.sqrt(60 * 100**2 / 99)
    assert found * strongest == pytest.approx(np.sqrt(60 * pre * post / (post - 1)), rel=0.01)
