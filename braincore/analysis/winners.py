r"""Pattern separation by sparse activity: how many cells win for both of two inputs that share active cells.

`N` input cells, `k` of them active; every output cell hears `F` of them, drawn at random, and wins if at least `H` of
these are active. Two inputs share :math:`\Omega k` active cells. The hits of an output cell are hypergeometric; given
:math:`h` hits of the first input, those of the second are hits among the `h` that are shared, and hits among the
others:

.. math:: H_2 = \mathrm{Hyp}(k, \Omega k, h) + \mathrm{Hyp}(N - k, k - \Omega k, F - h), \qquad
          \Omega_{out} = P(H_2 \ge H \mid H_1 \ge H) .

With many hits both are Gaussian, of correlation :math:`(\Omega - a)/(1 - a)`, where a = k/N.

Source: O'Reilly RC, McClelland JL (1994) Hippocampus 4:661-682, doi:10.1002/hipo.450040605.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from braincore.errors import InputError


def winners(cells: int, active: int, inputs: int, hits: int) -> float:
    """Return the share of output cells that win.

    Parameters
    ----------
    cells, active
        Of the input.
    inputs
        How many input cells an output cell hears.
    hits
        Active ones among them that make it win.
    """
    return float(stats.hypergeom.sf(hits - 1, cells, active, inputs))


def winners_overlap(overlap: float, *, cells: int, active: int, inputs: int, hits: int) -> float:
    """Return the share of the winners of one input that win for another one too; NaN if there are none.

    Parameters
    ----------
    overlap
        Share of active cells that both inputs have in common, from 0 to 1; rounded to whole cells.
    cells, active, inputs, hits
        See `winners`.
    """
    _check(overlap)
    if not (0 < active < cells and 0 < inputs <= cells):
        raise InputError(f"{active} active ones and {inputs} inputs of {cells} cells")
    shared = round(overlap * active)
    first = np.arange(max(hits, 0), min(active, inputs) + 1)
    chance = stats.hypergeom.pmf(first, cells, active, inputs)
    if not chance.sum() > 0:
        return math.nan
    both = 0.0
    for h, p in zip(first, chance, strict=True):
        kept = np.arange(h + 1)
        again = stats.hypergeom.pmf(kept, active, shared, h)
        new = stats.hypergeom.sf(hits - kept - 1, cells - active, active - shared, inputs - h)
        both += p * float(again @ new)
    return both / float(chance.sum())


def winners_overlap_normal(overlap: float, *, active: float, winning: float) -> float:
    """Return the same in the limit of many hits.

    Parameters
    ----------
    overlap
        Share of active cells that both inputs have in common.
    active, winning
        Share of the input cells that are active, and of the output cells that win; between 0 and 1.
    """
    _check(overlap)
    if not (0 < active < 1 and 0 < winning < 1):
        raise InputError(f"shares {active} and {winning}", hint="Between 0 and 1")
    rho = (overlap - active) / (1 - active)
    if rho >= 1:
        return 1.0
    z = float(stats.norm.isf(winning))
    both = stats.multivariate_normal.cdf([-z, -z], cov=[[1, rho], [rho, 1]])
    return float(both) / winning


def _check(overlap: float) -> None:
    if not 0 <= overlap <= 1:
        raise InputError(f"overlap {overlap}", hint="From 0 to 1")
