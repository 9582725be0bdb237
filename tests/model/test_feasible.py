"""How likely draws beyond a bound are, and numbers that only a script can give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from braincore.api import Brain
from braincore.errors import InputError
from braincore.model import Distribution, LogNormal, Normal, SpikeTrains, TruncatedNormal, Uniform
from braincore.spec import load


@pytest.mark.parametrize(
    ("given", "si", "chance"),
    [
        (Normal("2 ms", "1 ms"), 0.0, stats.norm.cdf(-2)),
        (Normal("2 ms", "0 ms"), 0.0, 0.0),
        (Uniform("-1 ms", "3 ms"), 0.0, 0.25),
        (Uniform("1 ms", "3 ms"), 0.0, 0.0),
        (Uniform("1 ms", "3 ms"), 4e-3, 1.0),
        (TruncatedNormal("2 ms", "1 ms", low="0 ms"), 0.0, 0.0),
        (TruncatedNormal("2 ms", "1 ms", low="0 ms", high="4 ms"), 2e-3, 0.5),
        (LogNormal("1 ms", "1 ms"), 0.0, 0.0),
        (LogNormal("1 ms", "1 ms"), 1e-3, stats.norm.cdf(np.sqrt(np.log(2)) / 2)),
        (LogNormal("1 ms", "1 ms", low="1 ms", high="9 ms"), 1e-3, 0.0),
    ],
)
def test_chance_below(given: Distribution, si: float, chance: float) -> None:
    assert given.chance_below(si) == pytest.approx(chance, abs=1e-12)


def test_chance_below_is_that_of_the_draws() -> None:
    for given in (Normal("2 ms", "1 ms"), LogNormal("1 ms", "1 ms", low="0.2 ms"), Uniform("0 ms", "5 ms")):
        drawn = given.sample(np.random.default_rng(1), 100_000)
        assert np.mean(drawn < 1e-3) == pytest.approx(given.chance_below(1e-3), abs=0.006)  # 4 SE


def test_a_late_spike_of_a_source_is_refused() -> None:
    """Brian2's counter of steps wraps around there, and the spike comes within the run."""
    brain = Brain(duration="5 ms")
    brain.add("S", 1, "spike_source")
    brain.stimulate("S", SpikeTrains(times=np.array([1e9]), neurons=np.array([0])))
    with pytest.raises(InputError, match=r"a spike of 'S' is at 1e\+09 s, over 2\*\*31 time steps"):
        brain.resolve()


def test_bounds_of_a_lognormal_distribution_are_read_back(tmp_path: Path) -> None:
    brain = Brain(duration="5 ms")
    brain.add("E", 2, "lif_exp")
    delay = LogNormal("1 ms", "1 ms", low="0.1 ms", high="9 ms")
    brain.connect("E", "E", weight="1 pA", delay=delay)
    assert load(brain.save(tmp_path / "b.yaml")).brain.projections[0].delay == delay
