"""Paired comparisons: against textbook numbers, and how often they cry wolf."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from braincore.analysis.paired import differences, holm, mean_interval
from braincore.errors import InputError


def test_interval_is_students() -> None:
    """Five values: mean 3, standard deviation sqrt(2.5), t(0.975, 4) = 2.776445."""
    mean, low, high = mean_interval([1, 2, 3, 4, 5, np.nan])
    half = 2.776445 * np.sqrt(2.5) / np.sqrt(5)
    assert (mean, low, high) == pytest.approx((3, 3 - half, 3 + half), rel=1e-6)


def test_one_value_has_no_interval_and_none_no_mean() -> None:
    assert mean_interval([2.0])[0] == 2.0
    assert np.isnan(mean_interval([2.0])[1:]).all()
    assert np.isnan(mean_interval([])).all()
    assert mean_interval([1.0, np.inf])[0] == np.inf
    assert np.isnan(mean_interval([1.0, np.inf])[1:]).all()


def test_holm_steps_down() -> None:
    """The example of the docstring, and R's p.adjust(c(.01, .02, .03, .04, .05), "holm")."""
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]).tolist() == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm([0.6, 0.9]).tolist() == pytest.approx([1.0, 1.0])
    found = holm([np.nan, 0.02, 0.5])
    assert np.isnan(found[0])
    assert found[1:].tolist() == pytest.approx([0.04, 0.5])


def test_differences_are_those_of_the_paired_t_test() -> None:
    rng = np.random.default_rng(1)
    seeds = range(8)
    values = {name: {k: float(x) for k, x in zip(seeds, rng.normal(m, 1, 8), strict=True)}
              for name, m in (("a", 0), ("b", 2), ("c", 0))}  # fmt: skip
    values["c"].pop(3)  # a seed that failed
    rows = {(d.first, d.second): d for d in differences(values)}
    assert list(rows) == [("a", "b"), ("a", "c"), ("b", "c")]
    expected = stats.ttest_rel(list(values["a"].values()), list(values["b"].values()))
    assert rows["a", "b"].p == pytest.approx(float(expected.pvalue))
    assert rows["a", "b"].mean == pytest.approx(
        np.mean(list(values["a"].values())) - np.mean(list(values["b"].values()))
    )
    assert (rows["a", "b"].pairs, rows["a", "c"].pairs) == (8, 7)
    assert all(d.corrected >= d.p for d in rows.values())


def test_values_that_differ_by_a_constant_have_no_p() -> None:
    (row,) = differences({"a": {1: 1.0, 2: 2.0}, "b": {1: 0.5, 2: 1.5}})
    assert row.mean == 0.5
    assert np.isnan(row.p)


def test_one_thing_is_no_comparison() -> None:
    with pytest.raises(InputError, match="two things"):
        differences({"a": {1: 1.0}})


def test_family_wise_errors_are_kept() -> None:
    """Four equal things, 400 times: Holm says "different" in at most 5 %; this test fails by chance once in 10^4."""
    rng = np.random.default_rng(2)
    wrong = 0
    for _ in range(400):
        values = {name: dict(enumerate(rng.normal(0, 1, 6).tolist())) for name in "abcd"}
        wrong += min(d.corrected for d in differences(values)) < 0.05
    assert wrong <= stats.binom.ppf(1 - 1e-4, 400, 0.05)
