"""The connection rules: exact numbers, the distributions that they promise, and their edges.

Statistical tests compare with the law that Senk et al. 2022 (PLoS Comput Biol 18:e1010086) give for each rule. Each
would fail for one seed in 10 000 if the rule were right; the seeds are fixed.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom, chi2

from braincore.errors import InputError
from braincore.model import (
    AllToAll,
    Connector,
    DistanceDependent,
    EdgeList,
    FixedInDegree,
    FixedOutDegree,
    FixedProbability,
    FixedTotalNumber,
    Grid,
    OneToOne,
    Site,
    connectors,
)

FALSE_ALARM = 1e-4


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def fits(observed: Any, expected: Any, lost: int = 1) -> bool:
    """Chi-square test of counts against their expectation."""
    observed, expected = np.asarray(observed, float).ravel(), np.asarray(expected, float).ravel()
    statistic = float((((observed - expected) ** 2) / expected).sum())
    return statistic < chi2.ppf(1 - FALSE_ALARM, observed.size - lost)


def matrix(site: Site, connector: Connector, draws: int, seed: int = 1) -> NDArray[np.int64]:
    """How often each pair was connected in a number of draws."""
    generator, found = rng(seed), np.zeros((site.n_pre, site.n_post), dtype=np.int64)
    for _ in range(draws):
        np.add.at(found, connector.connect(site, generator), 1)
    return found


RULES: list[Connector] = [
    AllToAll(),
    AllToAll(autapses=False),
    FixedProbability(p=0.3),
    FixedProbability(p=0.3, autapses=False),
    FixedTotalNumber(n=25),
    FixedTotalNumber(n=25, autapses=False, multapses=False),
    FixedInDegree(k=3),
    FixedInDegree(k=3, autapses=False, multapses=False),
    FixedOutDegree(k=3),
    FixedOutDegree(k=3, autapses=False, multapses=False),
    OneToOne(),
]


@pytest.mark.parametrize("connector", RULES, ids=str)
def test_expected_is_the_mean_number(connector: Connector) -> None:
    site = Site(n_pre=8, n_post=8, same=True)
    counts = [connector.connect(site, rng(seed))[0].size for seed in range(400)]
    spread = np.std(counts) / np.sqrt(len(counts))
    assert abs(np.mean(counts) - connector.expected(site)) <= 4 * spread  # 4 standard errors: 1 in 16 000


@pytest.mark.parametrize("connector", RULES, ids=str)
def test_indices_are_in_range_and_of_32_bits(connector: Connector) -> None:
    pre, post = connector.connect(Site(n_pre=8, n_post=8), rng())
    assert pre.dtype == post.dtype == np.int32
    assert pre.shape == post.shape
    assert pre.min() >= 0 and pre.max() < 8 and post.min() >= 0 and post.max() < 8


@pytest.mark.parametrize("connector", RULES, ids=str)
def test_autapses_and_multapses_as_said(connector: Connector) -> None:
    site = Site(n_pre=8, n_post=8, same=True)
    found = matrix(site, connector, 60)
    if getattr(connector, "autapses", True):
        assert np.trace(found) > 0
    else:
        assert np.trace(found) == 0
    once = matrix(site, connector, 1)
    if isinstance(connector, FixedTotalNumber | FixedInDegree | FixedOutDegree) and connector.multapses:
        assert max(matrix(site, connector, 1, seed).max() for seed in range(40)) > 1
    else:
        assert once.max() == 1


def test_same_seed_same_synapses_another_seed_others() -> None:
    site = Site(n_pre=50, n_post=60)
    for connector in (FixedProbability(p=0.1), FixedTotalNumber(n=200), FixedInDegree(k=5), FixedOutDegree(k=5)):
        first, again, other = (connector.connect(site, rng(s)) for s in (5, 5, 6))
        assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
        assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_all_to_all_is_every_pair_once() -> None:
    pre, post = AllToAll().connect(Site(n_pre=3, n_post=4), rng())
    assert sorted(zip(pre, post, strict=True)) == [(i, j) for i in range(3) for j in range(4)]


def test_one_to_one_joins_equal_indices_and_refuses_unequal_sizes() -> None:
    pre, post = OneToOne().connect(Site(n_pre=4, n_post=4), rng())
    assert pre.tolist() == post.tolist() == [0, 1, 2, 3]
    with pytest.raises(InputError, match="equal sizes, not 4 and 5"):
        OneToOne().check(Site(n_pre=4, n_post=5))


def test_fixed_probability_number_is_binomial() -> None:
    site, p, draws = Site(n_pre=20, n_post=30), 0.05, 2000
    generator = rng(2)
    counts = [FixedProbability(p=p).connect(site, generator)[0].size for _ in range(draws)]
    edges = np.array([0, 22, 25, 27, 29, 31, 33, 35, 38, 601])  # bins of at least 5 % each
    expected = np.diff(binom.cdf(edges - 1, 600, p)) * draws
    assert expected.min() > 50
    assert fits(np.histogram(counts, edges)[0], expected)


def test_fixed_probability_treats_all_pairs_alike() -> None:
    site, draws, p = Site(n_pre=15, n_post=11), 1500, 0.2
    found = matrix(site, FixedProbability(p=p), draws)
    statistic = (((found - draws * p) ** 2) / (draws * p * (1 - p))).sum()
    assert statistic < chi2.ppf(1 - FALSE_ALARM, found.size)


def test_fixed_probability_at_its_ends() -> None:
    site = Site(n_pre=7, n_post=5)
    assert FixedProbability(p=0).connect(site, rng())[0].size == 0
    assert FixedProbability(p=1).connect(site, rng())[0].size == 35
    # gaps of 10^18 pairs must not overflow into indices below zero
    for p in (1e-18, 5e-324):
        assert FixedProbability(p=p).connect(site, rng())[0].size == 0
    for p in (-0.1, 1.1, 2, float("nan"), float("inf")):
        with pytest.raises(InputError, match="p is"):
            FixedProbability(p=p)


def test_a_large_draw_goes_through_blocks_of_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors, "_BLOCK", 1 << 12)
    site, p = Site(n_pre=4000, n_post=5000), 0.005
    pre, post = FixedProbability(p=p).connect(site, rng(3))
    mean, sd = site.pairs * p, np.sqrt(site.pairs * p * (1 - p))
    assert abs(pre.size - mean) < 4 * sd
    flat = pre.astype(np.int64) * site.n_post + post
    assert (np.diff(flat) > 0).all()  # no pair twice, whatever the block
    assert pre.max() > 0.999 * site.n_pre


def test_fixed_total_number_is_multinomial_over_pairs() -> None:
    site, draws, n = Site(n_pre=6, n_post=7, same=False), 800, 30
    found = matrix(site, FixedTotalNumber(n=n), draws)
    assert found.sum() == draws * n
    assert fits(found, np.full(found.shape, draws * n / site.pairs))


@pytest.mark.parametrize("n", [5, 25], ids=["few", "most"])
def test_fixed_total_number_without_repeats_treats_all_pairs_alike(n: int) -> None:
    site, draws = Site(n_pre=6, n_post=6, same=True), 3000
    connector = FixedTotalNumber(n=n, autapses=False, multapses=False)
    found = matrix(site, connector, draws)
    assert found.sum() == draws * n and found.max() <= draws
    allowed = found[~np.eye(6, dtype=bool)]
    p = n / 30  # each pair is in or out: hypergeometric, whose variance is p (1 - p), pairs being anticorrelated
    statistic = ((allowed - draws * p) ** 2 / (draws * p * (1 - p))).sum() * 29 / 30
    assert statistic < chi2.ppf(1 - FALSE_ALARM, 29)


@pytest.mark.parametrize("k", [1, 2, 4, 5], ids=["one", "few", "many", "all"])
@pytest.mark.parametrize("kind", [FixedInDegree, FixedOutDegree])
def test_degrees_without_repeats_make_every_set_equally_likely(kind: Any, k: int) -> None:
    n, rows = 6, 6000
    incoming = kind is FixedInDegree
    site = Site(n_pre=n, n_post=rows) if incoming else Site(n_pre=rows, n_post=n)
    pre, post = kind(k=k, multapses=False).connect(site, rng(4))
    owner, partner = (post, pre) if incoming else (pre, post)
    assert (np.bincount(owner, minlength=rows) == k).all()
    sets = dict.fromkeys(combinations(range(n), k), 0)
    for row in partner[np.argsort(owner, kind="stable")].reshape(rows, k):
        sets[tuple(sorted(row.tolist()))] += 1
    assert fits(list(sets.values()), np.full(len(sets), rows / len(sets)))


@pytest.mark.parametrize("kind", [FixedInDegree, FixedOutDegree])
def test_degrees_with_repeats_are_multinomial(kind: Any) -> None:
    site = Site(n_pre=9, n_post=9, same=True)
    found = matrix(site, kind(k=4, autapses=False), 1500)
    totals = found.sum(axis=0 if kind is FixedInDegree else 1)
    assert (totals == 1500 * 4).all() and np.trace(found) == 0
    allowed = found[~np.eye(9, dtype=bool)]
    assert fits(allowed, np.full(allowed.size, 1500 * 4 / 8), lost=9)


@pytest.mark.parametrize("kind", [FixedInDegree, FixedOutDegree])
def test_sparse_degrees_cost_per_synapse_not_per_pair(kind: Any) -> None:
    # 100 000 squared pairs would be 80 GB of keys
    site = Site(n_pre=100_000, n_post=100_000, same=True)
    pre, post = kind(k=4, autapses=False, multapses=False).connect(site, rng())
    assert pre.size == 400_000 and not (pre == post).any()
    assert np.unique(pre.astype(np.int64) * 100_000 + post).size == 400_000


def test_all_partners_can_be_asked_for() -> None:
    site = Site(n_pre=5, n_post=5, same=True)
    for connector in (FixedInDegree(k=4, autapses=False, multapses=False), FixedOutDegree(k=5, multapses=False)):
        pre, post = connector.connect(site, rng())
        assert np.unique(pre * 5 + post).size == pre.size == connector.expected(site)
    full = FixedTotalNumber(n=20, autapses=False, multapses=False)
    pre, post = full.connect(site, rng())
    assert np.unique(pre * 5 + post).size == 20 and not (pre == post).any()


@pytest.mark.parametrize(
    "connector",
    [
        FixedTotalNumber(n=21, autapses=False, multapses=False),
        FixedInDegree(k=5, autapses=False, multapses=False),
        FixedOutDegree(k=5, autapses=False, multapses=False),
    ],
    ids=str,
)
def test_more_than_there_are_partners_is_refused(connector: Connector) -> None:
    with pytest.raises(InputError, match="only"):
        connector.check(Site(n_pre=5, n_post=5, same=True))
    connector.check(Site(n_pre=6, n_post=6))


@pytest.mark.parametrize("given", [-1, 2.5, True, "3", float("nan"), None])
def test_numbers_are_whole_and_not_negative(given: Any) -> None:
    for make in (lambda x: FixedTotalNumber(n=x), lambda x: FixedInDegree(k=x), lambda x: FixedOutDegree(k=x)):
        with pytest.raises(InputError):
            make(given)
    assert FixedTotalNumber(n=3.0).n == 3  # type: ignore[arg-type]


NOTHING: list[Connector] = [
    FixedProbability(p=0),
    FixedTotalNumber(n=0),
    FixedTotalNumber(n=0, multapses=False),
    FixedInDegree(k=0),
    FixedInDegree(k=0, multapses=False),
    FixedOutDegree(k=0),
    EdgeList(pre=np.empty(0, int), post=np.empty(0, int)),
]


@pytest.mark.parametrize("connector", NOTHING, ids=lambda c: type(c).__name__)
@pytest.mark.parametrize("size", [0, 1, 3])
def test_no_synapses_are_no_synapses(connector: Connector, size: int) -> None:
    site = Site(n_pre=size, n_post=size, same=True)
    connector.check(site)
    pre, post = connector.connect(site, rng())
    assert pre.size == post.size == 0 == connector.expected(site)
    assert pre.dtype == np.int32


def test_one_neuron_onto_itself() -> None:
    alone = Site(n_pre=1, n_post=1, same=True)
    assert AllToAll(autapses=False).connect(alone, rng())[0].size == 0
    assert FixedProbability(p=1, autapses=False).connect(alone, rng())[0].size == 0
    assert FixedTotalNumber(n=3).connect(alone, rng())[0].tolist() == [0, 0, 0]
    for connector in (FixedTotalNumber(n=1, autapses=False), FixedInDegree(k=1, autapses=False)):
        with pytest.raises(InputError, match="only 0"):
            connector.check(alone)


def test_an_empty_part_gets_no_synapses() -> None:
    for site in (Site(n_pre=0, n_post=3), Site(n_pre=3, n_post=0)):
        for connector in (AllToAll(), FixedProbability(p=0.5), FixedProbability(p=1)):
            assert connector.connect(site, rng())[0].size == 0
        with pytest.raises(InputError):
            FixedTotalNumber(n=2).check(site)


def test_autapses_are_known_where_parts_of_a_population_overlap() -> None:
    ids = (np.arange(0, 6, dtype=np.int32), np.arange(4, 10, dtype=np.int32))
    site = Site(n_pre=6, n_post=6, ids=ids)
    assert site.selves == 2
    pre, post = AllToAll(autapses=False).connect(site, rng())
    assert pre.size == AllToAll(autapses=False).expected(site) == 34
    assert not (ids[0][pre] == ids[1][post]).any()
    assert FixedProbability(p=0.5, autapses=False).expected(site) == 17
    for connector in (FixedTotalNumber(n=3, autapses=False), FixedInDegree(k=2, autapses=False)):
        with pytest.raises(InputError, match="share 2 neurons"):
            connector.check(site)
    FixedOutDegree(k=2).check(site)


# -- distance --------------------------------------------------------------------------------------------------------


def line(n: int, spacing: str = "10 um") -> NDArray[np.float64]:
    return Grid(shape=(n,), spacing=spacing).positions(n, rng())


def plane(side: int, spacing: str = "10 um") -> Site:
    where = Grid(shape=(side, side), spacing=spacing).positions(side * side, rng())
    return Site(n_pre=side * side, n_post=side * side, same=True, pre_positions=where, post_positions=where)


@pytest.mark.parametrize("profile", ["gaussian", "exponential", "step"])
def test_distance_profile_is_the_curve(profile: str) -> None:
    connector = DistanceDependent(p_max=0.7, scale="30 um", profile=profile)
    site, draws = plane(9), 60
    found = matrix(site, connector, draws)
    assert site.pre_positions is not None
    distance = np.linalg.norm(site.pre_positions[:, None] - site.pre_positions[None, :], axis=2)
    ratio = distance / 30e-6
    curve = {"gaussian": np.exp(-(ratio**2) / 2), "exponential": np.exp(-ratio), "step": (ratio <= 1) * 1.0}[profile]
    p = 0.7 * curve
    assert np.allclose(connector.probability(distance), p, rtol=1e-12)
    assert found[p == 0].sum() == 0
    # classes of equal distance, so that each holds many synapses
    classes = np.unique(np.round(distance, 12), return_inverse=True)[1].reshape(distance.shape)
    mean, variance, seen = (np.bincount(classes.ravel(), x.ravel()) for x in (p, p * (1 - p), found))
    enough = mean * draws > 20
    statistic = ((seen - draws * mean)[enough] ** 2 / (draws * variance[enough])).sum()
    assert enough.sum() > 5
    assert statistic < chi2.ppf(1 - FALSE_ALARM, enough.sum())
    assert connector.expected(site) == pytest.approx(p.sum(), rel=1e-12)
    without = DistanceDependent(p_max=0.7, scale="30 um", profile=profile, autapses=False)
    assert without.expected(site) == pytest.approx(p.sum() - 0.7 * 81, rel=1e-12)
    assert np.trace(matrix(site, without, 20)) == 0


def test_cutoff_and_periodic_borders() -> None:
    where = line(20)
    site = Site(n_pre=20, n_post=20, pre_positions=where, post_positions=where)
    found = matrix(site, DistanceDependent(p_max=1, scale="1 m", cutoff="35 um"), 1)
    apart = np.abs(np.arange(20)[:, None] - np.arange(20))
    # gaussian with a length scale of a metre: 1 - 6e-10 up to the cutoff of three neighbours
    assert np.array_equal(found > 0, apart <= 3)
    ring = DistanceDependent(p_max=1, scale="25 um", profile="step", period="200 um")
    around = np.minimum(apart, 20 - apart)
    assert np.array_equal(matrix(site, ring, 1) > 0, around <= 2)
    shifted = Site(n_pre=20, n_post=20, pre_positions=where + 3 * 200e-6, post_positions=where)
    assert np.array_equal(matrix(shifted, ring, 1) > 0, around <= 2)


def test_distance_needs_positions_of_one_kind() -> None:
    connector = DistanceDependent(p_max=1, scale="1 mm")
    with pytest.raises(InputError, match="needs positions"):
        connector.check(Site(n_pre=2, n_post=2))
    flat = plane(2).pre_positions
    with pytest.raises(InputError, match="numbers of dimensions"):
        connector.check(Site(n_pre=2, n_post=4, pre_positions=line(2), post_positions=flat))
    for wrong in (
        {"scale": "0 mm"},
        {"scale": "1 ms"},
        {"scale": "1 mm", "profile": "gauss"},
        {"scale": "1 mm", "p_max": 2},
    ):
        with pytest.raises(InputError):
            DistanceDependent(**{"p_max": 1, **wrong})


# -- given edges -----------------------------------------------------------------------------------------------------


def test_edge_list_is_kept_as_given() -> None:
    edges = EdgeList(pre=[0, 2, 2], post=[1, 1, 1], source="here")
    pre, post = edges.connect(Site(n_pre=3, n_post=2), rng())
    assert pre.tolist() == [0, 2, 2] and post.tolist() == [1, 1, 1]
    assert edges == EdgeList(pre=[0, 2, 2], post=[1, 1, 1])
    assert edges != EdgeList(pre=[0, 2, 1], post=[1, 1, 1])
    with pytest.raises(ValueError, match="read-only"):
        pre[0] = 7


def test_edge_list_does_not_freeze_the_callers_array() -> None:
    mine = np.array([0, 1], dtype=np.int32)
    EdgeList(pre=mine, post=mine)
    mine[0] = 1


@pytest.mark.parametrize(
    ("pre", "post", "message"),
    [
        ([0, 1], [0], "2 sources, but 1 targets"),
        ([-1], [0], "index -1"),
        ([2**31], [0], "index 2147483648"),
        ([0.5], [0], "whole numbers"),
        ([[0]], [[0]], "a row"),
    ],
)
def test_wrong_edge_lists_are_refused(pre: Any, post: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        EdgeList(pre=pre, post=post)


def test_edges_beyond_the_populations_are_refused() -> None:
    with pytest.raises(InputError, match="has target 4, but there are 4 neurons"):
        EdgeList(pre=[0], post=[4]).check(Site(n_pre=1, n_post=4))


def test_edges_from_a_matrix() -> None:
    from scipy.sparse import csr_array

    dense = np.array([[0, 2.0], [0, 0], [-1, 0]])
    for given in (dense, csr_array(dense)):
        edges, weights = EdgeList.from_matrix(given, "nS")
        rows = sorted(zip(edges.pre.tolist(), edges.post.tolist(), weights.si.tolist(), strict=True))
        assert rows == [(0, 1, 2e-9), (2, 0, -1e-9)]
    with pytest.raises(InputError, match="not a finite number"):
        EdgeList.from_matrix(np.array([[np.nan]]), "nS")
