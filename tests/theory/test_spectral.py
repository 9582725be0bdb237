"""Eigenvalues of random matrices: theory against matrices that are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_array
from scipy.sparse import random as random_sparse

from braincore.errors import InputError
from braincore.theory.spectral import (
    bulk_radius,
    leading_eigenvalues,
    outliers,
    rajan_abbott_radius,
    sparse_moments,
    spectral_radius,
)

# Over 40 seeds the radius of such matrices of 300 rows was 1.042 +- 0.024 and 1.026 +- 0.023 times the theory's: the
# bounds below stand more than 3.3 standard deviations off, and an unweighted mean of the variances fails them.
BOUNDS = (0.95, 1.13)


def test_rajan_abbott_radius_of_columns_with_different_spread() -> None:
    rng = np.random.default_rng(2)
    drawn = rng.normal(0.0, np.r_[np.full(240, 0.05), np.full(60, 0.15)], (300, 300))
    theory = rajan_abbott_radius(240, 60, 0.05, 0.15)
    assert theory == pytest.approx(np.sqrt(240 * 0.05**2 + 60 * 0.15**2))
    assert BOUNDS[0] < spectral_radius(drawn) / theory < BOUNDS[1]


def test_bulk_radius_of_blocks_whose_variance_depends_on_both_ends() -> None:
    variance, sizes = np.array([[0.0, 0.02], [0.005, 0.0]]), np.array([180, 120])
    rng = np.random.default_rng(4)
    block = np.repeat(np.repeat(np.sqrt(variance), sizes, axis=0), sizes, axis=1)
    theory = bulk_radius(variance, sizes)
    assert theory == pytest.approx((0.02 * 120 * 0.005 * 180) ** 0.25)
    assert BOUNDS[0] < spectral_radius(block * rng.standard_normal((300, 300))) / theory < BOUNDS[1]


def test_a_mean_puts_one_eigenvalue_outside_the_bulk() -> None:
    rng = np.random.default_rng(5)
    means = np.array([1 / 60, -1 / 30])
    drawn = rng.normal(0.0, 0.2 / np.sqrt(300), (300, 300)) + np.repeat(means, [240, 60])
    found = outliers([means, means], [240, 60])
    assert found[0] == pytest.approx(2.0)
    # First order: the outlier scatters by 0.2 |means| / 2 = 0.037, over the draws; 4 of it: false alarm 6e-5.
    assert leading_eigenvalues(drawn)[0].real == pytest.approx(2.0, abs=0.15)
    assert abs(leading_eigenvalues(drawn)[1]) < 0.3


def test_moments_of_a_sparse_matrix() -> None:
    rng = np.random.default_rng(6)
    mean, variance = sparse_moments(0.1, -0.3, 0.1)
    drawn = (rng.random(400_000) < 0.1) * rng.normal(-0.3, 0.1, 400_000)
    # standard errors: 1.6e-4 of the mean, 6e-5 of the variance; 5 of each
    assert drawn.mean() == pytest.approx(float(mean), abs=8e-4)
    assert drawn.var() == pytest.approx(float(variance), abs=3e-4)


def test_large_sparse_matrices_agree_with_dense_ones() -> None:
    rng = np.random.default_rng(7)
    matrix = random_sparse(620, 620, 0.02, rng=rng, format="csc", data_rvs=rng.standard_normal)
    matrix = csc_array(matrix)
    dense = np.linalg.eigvals(matrix.toarray())
    found = leading_eigenvalues(matrix)
    assert found[0].real == pytest.approx(dense.real.max(), rel=1e-4)
    assert spectral_radius(matrix) == pytest.approx(np.abs(dense).max(), rel=1e-4)
    assert np.all(np.diff(found.real) <= 1e-12)
    assert spectral_radius(csc_array((620, 620))) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spectral_radius(np.ones((2, 3))), r"matrix has shape \(2, 3\); expected a square one"),
        (lambda: spectral_radius(np.array([[np.nan]])), "matrix holds NaN"),
        (lambda: bulk_radius([[-1.0]], [3]), "variance must not be negative"),
        (lambda: bulk_radius([[1.0]], [3, 4]), r"variance of shape \(1, 1\) does not fit 2 sizes"),
        (lambda: outliers([[1.0]], [-3]), "sizes = .* must not be negative"),
        (lambda: sparse_moments(1.5, 1.0), "probability = 1.5 must lie between 0 and 1"),
    ],
)
def test_bad_matrices_are_named(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]
