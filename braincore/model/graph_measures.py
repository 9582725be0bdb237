"""Arrays and measures of a connectome's graph: one entry an edge, or one a region.

Measures are the binary, directed ones of brain networks, after Rubinov & Sporns (2010) NeuroImage 52:1059-1069,
doi:10.1016/j.neuroimage.2009.10.003. They take the simple graph: an edge i -> j counts once however many parallel ones
there are, and self-connections do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from braincore.errors import InputError, suggest

Array = np.ndarray[Any, Any]
_CHUNK = 512  # sources whose distances are found at a time: bounds memory at n x 512 numbers


def strongest(values: Array, source: Array, target: Array, count: int) -> Array:
    """Return a mask of the `count` largest absolute values between different nodes, and all self-connections.

    Of equal values the earlier are kept.
    """
    candidates = np.flatnonzero(source != target)
    ranked = candidates[np.argsort(-np.abs(values[candidates]), kind="stable")]
    keep: Array = source == target
    keep[ranked[:count]] = True
    return keep


def chosen(values: Array, source: Array, target: Array, n: int, rules: Mapping[str, float | None]) -> Array:
    """Return a mask of the edges that the one rule of a threshold keeps; see `Connectome.threshold`."""
    given = [(name, value) for name, value in rules.items() if value is not None]
    if len(given) != 1:
        raise InputError(f"{len(given)} rules for one threshold", hint=f"Give one of {', '.join(rules)}")
    rule, value = given[0]
    if not np.isfinite(value):
        raise InputError(f"{rule}={value}", path=rule, hint="It must be finite")
    if rule in ("above", "below"):
        mask: Array = values > value if rule == "above" else values < value
        return mask
    if value < 0 or (rule == "density" and value > 1) or (rule == "keep_strongest" and int(value) != value):
        raise InputError(f"{rule}={value}", path=rule, hint="A density is 0 to 1, a number of edges whole")
    return strongest(values, source, target, round(value * n * (n - 1)) if rule == "density" else int(value))


def normalised(values: Array, source: Array, target: Array, n: int, by: str) -> Array:
    """Return values over the sum of absolute values by target, by source or in total, or over the largest."""
    size = np.abs(values)
    if by in ("target", "source"):
        group = target if by == "target" else source
        sums = np.bincount(group, weights=size, minlength=n)[group]
    elif by in ("max", "total"):
        sums = np.full(len(values), size.max(initial=0.0) if by == "max" else size.sum())
    else:
        raise InputError(f"by='{by}'", hint=suggest(str(by), ["target", "source", "max", "total"]))
    return np.divide(values, sums, out=np.zeros_like(values), where=sums > 0)


def log_scaled(values: Array, low: float, high: float) -> Array:
    """Return positive values mapped to [low, high] by their logarithm; `high` where all are equal."""
    if not (np.isfinite([low, high]).all() and 0 < low <= high):
        raise InputError(f"low={low}, high={high}", hint="0 < low <= high")
    logs = np.log(values)
    span = float(np.ptp(logs)) if len(logs) else 0.0
    place = (logs - logs.min()) / span if span > 0 else np.ones_like(logs)
    return low + (high - low) * place


def dense(values: Array, source: Array, target: Array, n: int, combine: str, absent: float) -> Array:
    """Return an n x n matrix, row = source, with parallel edges combined."""
    cells, group = np.unique(source * n + target, return_inverse=True)
    merged = np.zeros(len(cells))
    if combine in ("sum", "mean"):
        np.add.at(merged, group, values)
        merged /= np.bincount(group, minlength=len(cells)) if combine == "mean" else 1
    elif combine in ("min", "max"):
        merged += np.inf if combine == "min" else -np.inf
        (np.minimum if combine == "min" else np.maximum).at(merged, group, values)
    else:
        raise InputError(f"combine='{combine}'", hint=suggest(str(combine), ["sum", "mean", "min", "max"]))
    result = np.full(n * n, absent, dtype=np.float64)
    result[cells] = merged
    return result.reshape(n, n)


def adjacency(n: int, source: Array, target: Array) -> Any:
    """Return the simple directed graph as a sparse matrix of 0 and 1, row = source."""
    from scipy import sparse

    other = source != target
    matrix = sparse.csr_matrix((np.ones(int(other.sum())), (source[other], target[other])), shape=(n, n))
    matrix.data[:] = 1.0
    return matrix


def density(a: Any) -> float:
    """Return the share of possible links that exist: E / (n (n - 1))."""
    n = a.shape[0]
    return a.nnz / (n * (n - 1)) if n > 1 else 0.0


def reciprocity(a: Any) -> float:
    """Return the share of links whose reverse exists too."""
    return float(a.multiply(a.T).nnz / a.nnz) if a.nnz else 0.0


def clustering(a: Any) -> Array:
    """Return the directed clustering coefficient of each node (Fagiolo 2007, Phys Rev E 76:026107, eq. 8).

    With A the adjacency matrix, S = A + A^T, d the total degree and b the number of reciprocal links of a node::

        C_i = (S^3)_ii / (2 (d_i (d_i - 1) - 2 b_i))

    and 0 where a node has no two neighbours.
    """
    s = (a + a.T).tocsr()
    triangles = np.asarray((s @ s).multiply(s.T).sum(axis=1)).ravel()
    degree = np.asarray(s.sum(axis=1)).ravel()
    reciprocal = np.asarray(a.multiply(a.T).sum(axis=1)).ravel()
    possible = 2.0 * (degree * (degree - 1) - 2 * reciprocal)
    result: Array = np.divide(triangles, possible, out=np.zeros_like(possible), where=possible > 0)
    return result


def path_length(a: Any) -> tuple[float, int]:
    """Return the mean number of steps of the shortest directed paths, and how many ordered pairs have none.

    The mean is over the pairs that are connected, and NaN if none is (the characteristic path length of Watts &
    Strogatz 1998, Nature 393:440-442).
    """
    n = a.shape[0]
    forward = a.T.tocsr()  # one product moves the frontiers of all sources of a chunk one step
    steps, pairs = 0, 0
    for start in range(0, n, _CHUNK):
        sources = np.arange(start, min(start + _CHUNK, n))
        frontier = np.zeros((n, len(sources)), dtype=np.float32)
        frontier[sources, np.arange(len(sources))] = 1.0
        seen = frontier > 0
        distance = 0
        while True:
            distance += 1
            reached = (forward @ frontier > 0) & ~seen
            count = int(reached.sum())
            if not count:
                break
            steps, pairs = steps + distance * count, pairs + count
            seen |= reached
            frontier = reached.astype(np.float32)
    return (steps / pairs if pairs else float("nan")), n * (n - 1) - pairs


def undirected(a: Any) -> Any:
    """Return the simple undirected graph: a link where there is one in either direction."""
    import networkx as nx

    return nx.from_scipy_sparse_array(a.maximum(a.T))


def rich_club(a: Any) -> dict[int, float]:
    """Return phi(k) = 2 E_k / (N_k (N_k - 1)) of the N_k nodes of a degree above k and the E_k links among them.

    Links are taken as undirected (Colizza et al. 2006, Nat Phys 2:110-115, doi:10.1038/nphys209); k runs while there
    are two such nodes.
    """
    import networkx as nx

    return dict(nx.rich_club_coefficient(undirected(a), normalized=False))


def normalised_rich_club(a: Any, rng: np.random.Generator, n_random: int, swaps_per_edge: int) -> dict[int, float]:
    """Return phi(k) over its mean in `n_random` graphs of the same degrees, made by swapping ends of pairs of links.

    Each random graph has had `swaps_per_edge` swaps tried for every link (Maslov & Sneppen 2002, Science 296:910-913).
    Degrees for which the mean is zero are left out.
    """
    import networkx as nx

    graph = undirected(a)
    if len(graph) < 4 or graph.number_of_edges() < 2:
        raise InputError("a graph of fewer than 4 regions or 2 links has no random counterpart")
    tries = swaps_per_edge * graph.number_of_edges()
    observed = rich_club(a)
    total = dict.fromkeys(observed, 0.0)
    for _ in range(n_random):
        shuffled = graph.copy()
        with suppress(nx.NetworkXAlgorithmError):  # the tries are used up, as asked; degrees hold at every moment
            nx.double_edge_swap(shuffled, nswap=tries, max_tries=tries, seed=rng)
        for k, phi in nx.rich_club_coefficient(shuffled, normalized=False).items():
            total[k] += phi / n_random
    return {k: phi / total[k] for k, phi in observed.items() if total[k] > 0}


def summary(
    n: int, source: Array, target: Array, degrees: Mapping[str, Array], strengths: Mapping[str, Array] | None
) -> dict[str, Any]:
    """Return the numbers of `Connectome.summary`."""
    a = adjacency(n, source, target)
    steps, unreachable = path_length(a)
    result: dict[str, Any] = {
        "regions": n,
        "edges": len(source),
        "self_connections": int((source == target).sum()),
        "density": density(a),
        "reciprocity": reciprocity(a),
        "clustering": float(clustering(a).mean()) if n else 0.0,
        "path_length": steps,
        "unreachable_pairs": unreachable,
        "degree": {kind: _statistics(values) for kind, values in degrees.items()},
    }
    if strengths is not None:
        result["strength"] = {kind: _statistics(values) for kind, values in strengths.items()}
    result["rich_club"] = rich_club(a)
    return result


def _statistics(values: Array) -> dict[str, float]:
    if not len(values):
        return {}
    return {name: float(getattr(values, name)()) for name in ("mean", "std", "min", "max")}
