"""Spatial working memory: the bump of Compte et al. 2000."""

from __future__ import annotations

import numpy as np
import pytest
from braincore.experiments.spatial_memory import numbers, remembered
from braincore.regions.compte2000 import Compte2000, angles, apart, cue, footprint, population_vector

from braincore.errors import InputError


def test_footprint() -> None:
    weights = footprint(512, 14.4, 1.62)
    assert weights.mean(axis=1) == pytest.approx(np.ones(512))
    assert np.allclose(weights, weights.T)
    assert weights[0, 0] == pytest.approx(1.62)
    # J_- as Compte et al. normalise it: the integral of the Gaussian over the ring, here by hand
    mean = 14.4 * np.sqrt(2 * np.pi) / 360
    assert weights[0, 256] == pytest.approx((1 - 1.62 * mean) / (1 - mean), rel=1e-6)
    assert weights[0, 20] == pytest.approx(weights[100, 120])


def test_angles() -> None:
    assert apart(350, 10) == pytest.approx(-20)
    assert apart(10, 350) == pytest.approx(20)
    counts = np.exp(-0.5 * (apart(angles(256), 77.0) / 15) ** 2)
    angle, agreement = population_vector(counts)
    assert angle == pytest.approx(77.0)
    assert agreement == pytest.approx(np.exp(-0.5 * np.radians(15) ** 2), rel=1e-3)  # of a wrapped Gaussian
    assert np.isnan(population_vector(np.zeros(8))[0])


@pytest.mark.parametrize(
    ("settings", "name"), [({"cells": 63}, "cells"), ({"sigma": 0}, "sigma"), ({"nmda": -1}, "nmda")]
)
def test_wrong_settings_are_refused(settings: dict[str, float], name: str) -> None:
    with pytest.raises(InputError, match=name):
        Compte2000(**settings)  # type: ignore[arg-type]


def test_a_cue_is_a_bump_of_current() -> None:
    made = cue("PFC", 90, ("1 s", "1.25 s"), cells=256)
    current = made.waveform.amplitude.si  # type: ignore[union-attr]
    assert current.argmax() == 64
    assert current.max() == pytest.approx(375e-12)
    assert made.target == "PFC.E"


def test_a_bump_stays_where_the_cue_was() -> None:
    """Against Compte et al. 2000: a bump of 20 to 50 Hz outlasts the cue, near its angle."""
    found = numbers(remembered(1, cells=512, delay=1.5))
    assert found["before"] < 8
    assert 15 < found["bump"] < 60
    assert found["opposite"] < 8
    assert abs(found["error_degrees"]) < 20
    assert found["agreement"] > 0.6


def test_no_bump_without_enough_nmda() -> None:
    found = numbers(remembered(1, cells=512, delay=1.0, nmda=0.5))
    assert found["bump"] < 10


@pytest.mark.slow
def test_bumps_last_six_seconds_and_wander_little() -> None:
    """Against Compte et al. 2000, over three seeds: alive after 6 s; 512 cells wander by less than 30 degrees (SD)."""
    found = [numbers(remembered(seed, cells=512)) for seed in range(1, 4)]
    assert all(15 < one["bump"] < 60 for one in found)
    assert np.std([one["error_degrees"] for one in found]) < 30
