"""Winners that two inputs share: against counting all connections, drawing them, and the limits of the formula."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from braincore.analysis.winners import winners, winners_overlap, winners_overlap_normal
from braincore.errors import InputError


@pytest.mark.parametrize(("shared", "hits"), [(0, 1), (1, 1), (2, 2), (3, 2)])
def test_counts_of_all_connections(shared: int, hits: int) -> None:
    """Every set of 4 inputs out of 9 cells counted, 3 of which are active, by hand of `itertools`."""
    first, second = {0, 1, 2}, set(range(3 - shared, 6 - shared))
    assert len(first & second) == shared
    wins = [(len(first & set(f)) >= hits, len(second & set(f)) >= hits) for f in combinations(range(9), 4)]
    one, both = sum(a for a, _ in wins), sum(a and b for a, b in wins)
    assert winners(9, 3, 4, hits) == pytest.approx(one / len(wins))
    assert winners_overlap(shared / 3, cells=9, active=3, inputs=4, hits=hits) == pytest.approx(both / one)


def test_drawn_connections() -> None:
    """20 000 cells drawn at random: 400 inputs, 40 active, 30 shared, 80 heard; to four standard errors."""
    rng = np.random.default_rng(3)
    heard = np.argsort(rng.random((20000, 400)), axis=1)[:, :80]
    counts = [((heard >= low) & (heard < low + 40)).sum(axis=1) >= 11 for low in (0, 10)]
    share, both = counts[0].mean(), (counts[0] & counts[1]).sum() / counts[0].sum()
    exact = winners_overlap(0.75, cells=400, active=40, inputs=80, hits=11)
    assert winners(400, 40, 80, 11) == pytest.approx(share, abs=4 * np.sqrt(share / 20000))
    assert exact == pytest.approx(both, abs=4 * np.sqrt(0.25 / counts[0].sum()))


def test_limits() -> None:
    """The same input wins alike; inputs that share what is expected win independently; sparser winners share less."""
    grid = np.linspace(0.1, 1, 10)
    sparse, dense = ([winners_overlap_normal(x, active=0.1, winning=a) for x in grid] for a in (0.02, 0.2))
    for found, a in ((sparse, 0.02), (dense, 0.2)):
        assert found[-1] == 1
        assert found[0] == pytest.approx(a, rel=1e-3)
        assert np.all(np.diff(found) > 0)
        assert np.all(np.array(found[1:-1]) < grid[1:-1] + a)
    assert np.all(np.array(sparse[:-1]) < dense[:-1])
    exact = [winners_overlap(x, cells=2000, active=200, inputs=400, hits=45) for x in grid[::3]]
    a = winners(2000, 200, 400, 45)
    assert exact == pytest.approx([winners_overlap_normal(x, active=0.1, winning=a) for x in grid[::3]], abs=0.02)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(InputError, match=r"overlap 1\.5"):
        winners_overlap(1.5, cells=10, active=2, inputs=3, hits=1)
    with pytest.raises(InputError, match="active"):
        winners_overlap(0.5, cells=10, active=11, inputs=3, hits=1)
    with pytest.raises(InputError, match="shares"):
        winners_overlap_normal(0.5, active=0.1, winning=1.0)
    assert np.isnan(winners_overlap(0.5, cells=10, active=2, inputs=3, hits=5))
