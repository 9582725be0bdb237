"""Circular-linear regression: exact lines, the correlation of wrapped Gaussians in closed form, and chance."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.analysis.phase import circular_linear
from braincore.errors import InputError


@pytest.mark.parametrize("slope", [-1.7, -0.5, 0.3, 1.25])
def test_exact_lines(slope: float) -> None:
    """Phases on a line: slope and offset come back, all agree, the correlation is one with the sign of the slope."""
    x = np.random.default_rng(1).uniform(-0.4, 1.1, 80)
    found = circular_linear((2 * np.pi * slope * x + 1.0) % (2 * np.pi), x)
    assert found.slope == pytest.approx(slope, abs=1e-6)
    assert found.offset == pytest.approx(1.0, abs=1e-5)
    assert found.agreement == pytest.approx(1)
    assert found.correlation == pytest.approx(np.sign(slope), abs=1e-6)
    assert found.p < 1e-6


@pytest.mark.parametrize("sigma", [0.3, 0.8, 1.2])
def test_noise_in_closed_form(sigma: float) -> None:
    """Gaussian noise about a line over one cycle: the residuals agree by exp(-sigma^2/2), which the correlation is too.

    Of 20 000 phases, to four standard errors (0.007 each at most); the slope is known to 0.02.
    """
    rng = np.random.default_rng(2)
    x = rng.uniform(0, 1, 20000)
    found = circular_linear(-2 * np.pi * x + sigma * rng.standard_normal(x.size), x)
    assert found.slope == pytest.approx(-1, abs=0.02)
    assert found.agreement == pytest.approx(np.exp(-(sigma**2) / 2), abs=0.028)
    assert found.correlation == pytest.approx(-np.exp(-(sigma**2) / 2), abs=0.028)


def test_position_can_be_scaled_and_moved() -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(0, 1, 200)
    phases = -2 * np.pi * 0.8 * x + 0.5 * rng.standard_normal(200)
    one, other = circular_linear(phases, x), circular_linear(phases, 1e-3 * x + 7, slopes=(-2e3, 2e3))
    assert other.slope * 1e-3 == pytest.approx(one.slope, abs=1e-4)
    assert other.agreement == pytest.approx(one.agreement)
    turned = circular_linear(-phases, x)
    assert turned.slope == pytest.approx(-one.slope, abs=1e-5)
    assert turned.correlation == pytest.approx(-one.correlation, abs=1e-4)


def test_unrelated_phases_hardly_agree() -> None:
    """200 independent pairs: of the five or so slopes that can be told apart the best agrees by less than 0.25.

    One given slope does so in all but exp(-200 * 0.25^2) = 4e-6 of cases.
    """
    rng = np.random.default_rng(4)
    for _ in range(20):
        found = circular_linear(rng.uniform(0, 2 * np.pi, 200), rng.uniform(0, 1, 200))
        assert found.agreement < 0.25
        assert abs(found.correlation) < 0.25


def test_wrong_input_is_refused() -> None:
    for phases, positions, slopes in (
        ([1, 2], [1, 2], (-1, 1)),
        ([1, 2, 3], [1, 2], (-1, 1)),
        ([1, 2, 3], [1, 1, 1], (-1, 1)),
        ([1, 2, 3], [1, 2, 3], (1, -1)),
    ):
        with pytest.raises(InputError):
            circular_linear(phases, positions, slopes=slopes)
