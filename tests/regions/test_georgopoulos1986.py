"""The population vector of Georgopoulos et al. (1986) against its closed forms."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from braincore.experiments.reaching import (
    BIN,
    DIRECTIONS,
    FEWER,
    SILENT,
    WINDOW,
    counts,
    errors,
    figure,
    rows,
    thinned,
)
from braincore.regions.georgopoulos1986 import (
    CELLS,
    Georgopoulos1986,
    deviation,
    leaning,
    movement,
    population_vector,
    preferred,
)

from braincore.errors import InputError


@cache
def found(seed: int = 1) -> Any:
    return counts(trials=100, seed=seed)


def test_the_vector_is_exact_in_the_mean() -> None:
    """Of mean counts: the direction itself and a length of N k T/2, for 3, 5 and 224 cells."""
    for cells in (3, 5, CELLS):
        for direction in (0.0, 17.0, 260.0):
            mean = WINDOW * (20 + 15 * np.cos(np.radians(direction - preferred(cells))))
            x, y = population_vector(mean, 20 * WINDOW)
            assert np.degrees(np.arctan2(y, x)) % 360 == pytest.approx(direction, abs=1e-6)
            assert np.hypot(x, y) == pytest.approx(cells * 15 * WINDOW / 2)


def test_numbers_of_theory() -> None:
    """0.0630 rad for 224 cells of 20 and 15 Hz over 200 ms; half of it for four times the cells or the time."""
    assert deviation(CELLS, 0.2) == pytest.approx(np.degrees(0.0630), abs=0.01)
    assert deviation(4 * CELLS, 0.2) == pytest.approx(deviation(CELLS, 0.8)) == pytest.approx(deviation(CELLS, 0.2) / 2)


def test_spikes_err_as_theory_says() -> None:
    """800 trials: root mean square of the error within 10 % (four standard deviations of it) for 28 to 224 cells.

    The mean error within four standard errors of zero; lengths within 1 % of N k T/2.
    """
    for cells in FEWER[1:]:
        off = errors(thinned(found(), cells))
        assert np.sqrt(np.mean(off**2)) == pytest.approx(deviation(cells, WINDOW), rel=0.1)
        assert abs(off.mean()) < 4 * deviation(cells, WINDOW) / np.sqrt(off.size)
    vectors = population_vector(found().mean(axis=1), 20 * WINDOW)
    assert np.hypot(*vectors.T).mean() == pytest.approx(CELLS * 15 * WINDOW / 2, rel=0.01)


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", range(2, 7))
def test_spikes_err_as_theory_says_in_each_seed(seed: int) -> None:
    """As above, for all cells: a false alarm in one of 10 000 seeds."""
    off = errors(found(seed))
    assert np.sqrt(np.mean(off**2)) == pytest.approx(deviation(CELLS, WINDOW), rel=0.1)


def test_cells_are_tuned() -> None:
    """Each of the 224 cells: counts over directions are b T + k T cos, to five standard deviations of a mean."""
    mean = found().mean(axis=1)
    expected = WINDOW * (20 + 15 * np.cos(np.radians(np.asarray(DIRECTIONS)[:, None] - preferred())))
    assert np.abs((mean - expected) / np.sqrt(expected / 100)).max() < 5.2  # of 1 792


def test_without_a_quarter_of_the_cells_it_leans_away() -> None:
    """Against the sum of the cells that are left: up to 12 degrees, to 2 degrees; away from 45 degrees."""
    off = errors(found(), silent=SILENT).mean(axis=1)
    expected = (leaning(np.asarray(DIRECTIONS, dtype=float), SILENT) - np.asarray(DIRECTIONS) + 180) % 360 - 180
    assert np.allclose(off, expected, rtol=0, atol=2)
    assert off[0] < -10 < 10 < off[2]  # 0 degrees is pushed below, 90 above


def test_untuned_cells_say_nothing() -> None:
    """The ablation: without a change of rates the direction is anywhere (90 degrees off in the mean)."""
    off = errors(counts(trials=30, depth="0 Hz"))
    assert np.abs(off).mean() == pytest.approx(90, abs=15)


def test_figure_and_table() -> None:
    table = rows(found())
    assert [row["cells"] for row in table] == list(FEWER)
    paths = counts(trials=8, bin=BIN)
    assert paths.shape == (8, 80, CELLS)
    assert len(figure(found(), paths).axes) == 3


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(InputError, match="cells 2"):
        Georgopoulos1986(cells=2)
    with pytest.raises(InputError, match="baseline -1 Hz is negative"):
        Georgopoulos1986(baseline="-1 Hz")
    with pytest.raises(InputError):
        movement("M1", 0.0, depth="3 mV")
