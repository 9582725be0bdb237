"""Eigenvalues of random and effective connectivity: how far a linear network amplifies its fluctuations.

Sources: Girko's circular law; Rajan & Abbott, Phys. Rev. Lett. 97, 188104 (2006), for excitatory and inhibitory
columns; Aljadeff, Stern & Sharpee, Phys. Rev. Lett. 114, 088101 (2015), for blocks with variances of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from braincore.errors import InputError
from braincore.theory.siegert import Array, finite

# Above this, all eigenvalues of a dense matrix take too long; the leading ones are enough.
_DENSE = 600


def leading_eigenvalues(matrix: Any, count: int = 6) -> npt.NDArray[np.complex128]:
    """Return eigenvalues sorted by falling real part.

    Parameters
    ----------
    matrix
        Square, a NumPy array or a SciPy sparse matrix.
    count
        For more than 600 rows: this many with the largest real part and as many with the largest absolute value.
    """
    shape = np.shape(matrix)
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] == 0:
        raise InputError(f"matrix has shape {shape}; expected a square one")
    sparse = not isinstance(matrix, np.ndarray)
    values = matrix.data if sparse else matrix
    if not np.all(np.isfinite(values)):
        raise InputError("matrix holds NaN or infinity")
    if shape[0] <= _DENSE:
        eigenvalues = np.linalg.eigvals(matrix.toarray() if sparse else matrix)
    elif not np.any(values):
        eigenvalues = np.zeros(1)
    else:
        from scipy.sparse.linalg import eigs

        start = np.ones(shape[0])  # ARPACK's own start is random
        options = {"k": count, "v0": start, "tol": 1e-6, "ncv": 8 * count, "return_eigenvectors": False}
        eigenvalues = np.concatenate([eigs(matrix, which=which, **options) for which in ("LR", "LM")])
    return np.asarray(eigenvalues[np.argsort(-eigenvalues.real)], dtype=complex)


def spectral_radius(matrix: Any) -> float:
    """Return the largest absolute eigenvalue of a square matrix, dense or sparse."""
    return float(np.max(np.abs(leading_eigenvalues(matrix))))


def sparse_moments(
    probability: npt.ArrayLike, weight: npt.ArrayLike, weight_sd: npt.ArrayLike = 0.0
) -> tuple[Array, Array]:
    """Return mean and variance of an entry that is `weight` +- `weight_sd` with `probability` and zero otherwise."""
    p, mean, sd = finite(probability, "probability"), finite(weight, "weight"), finite(weight_sd, "weight_sd")
    if np.any((p < 0) | (p > 1)):
        raise InputError(f"probability = {p} must lie between 0 and 1", path="probability")
    return np.asarray(p * mean), np.asarray(p * (mean**2 + sd**2) - (p * mean) ** 2)


def bulk_radius(variance: npt.ArrayLike, sizes: npt.ArrayLike) -> float:
    """Return the radius of the disc that holds the bulk of a large random matrix's eigenvalues.

    Parameters
    ----------
    variance
        Variance of an entry, indexed [target block, source block].
    sizes
        Neurons in each block.

    Notes
    -----
    The square root of the spectral radius of ``variance * sizes`` (Aljadeff et al. 2015). Where a column's variance
    depends on its source alone it is Rajan & Abbott's sqrt(N_E var_E + N_I var_I).
    """
    variance, sizes = _blocks(variance, sizes, "variance")
    if np.any(variance < 0):
        raise InputError("variance must not be negative", path="variance")
    return float(np.sqrt(spectral_radius(variance * sizes)))


def outliers(mean: npt.ArrayLike, sizes: npt.ArrayLike) -> npt.NDArray[np.complex128]:
    """Return the eigenvalues that the mean connectivity adds, outside the bulk where they exceed its radius.

    Parameters
    ----------
    mean
        Mean of an entry, indexed [target block, source block].
    sizes
        Neurons in each block.
    """
    mean, sizes = _blocks(mean, sizes, "mean")
    return leading_eigenvalues(mean * sizes)


def rajan_abbott_radius(n_exc: int, n_inh: int, sd_exc: float, sd_inh: float) -> float:
    """Return the spectral radius of a balanced matrix with excitatory and inhibitory columns (Rajan & Abbott 2006).

    Parameters
    ----------
    n_exc, n_inh
        How many columns of each kind.
    sd_exc, sd_inh
        Standard deviation of their entries.
    """
    return bulk_radius([[sd_exc**2, sd_inh**2]] * 2, [n_exc, n_inh])


def _blocks(matrix: npt.ArrayLike, sizes: npt.ArrayLike, name: str) -> tuple[Array, Array]:
    matrix, sizes = finite(matrix, name), finite(sizes, "sizes")
    if sizes.ndim != 1 or matrix.shape != (sizes.size,) * 2:
        raise InputError(f"{name} of shape {matrix.shape} does not fit {sizes.size} sizes", path=name)
    if np.any(sizes < 0):
        raise InputError(f"sizes = {sizes} must not be negative", path="sizes")
    return matrix, sizes
