"""Values and distributions: moments, bounds, units, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import brian2
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kstest, lognorm, norm, truncnorm

from braincore.errors import InputError, UnitError
from braincore.model import Distribution, LogNormal, Normal, TruncatedNormal, Uniform, Values
from braincore.model.values import as_value, mean, sample, second_moment, shown, support, whole
from braincore.units import CURRENT, DIMENSIONLESS, TIME, VOLTAGE, Quantity

N = 200_000

CASES: list[tuple[Distribution, Any]] = [
    (Normal("87.8 pA", "8.78 pA"), norm(87.8e-12, 8.78e-12)),
    (TruncatedNormal("1.5 ms", "0.75 ms", low="0.1 ms"), truncnorm(-1.4 / 0.75, np.inf, 1.5e-3, 0.75e-3)),
    (TruncatedNormal("0 mV", "1 mV", high="-0.5 mV"), truncnorm(-np.inf, -0.5, 0, 1e-3)),
    (TruncatedNormal("0 mV", "1 mV", low="4 mV", high="6 mV"), truncnorm(4, 6, 0, 1e-3)),
    (TruncatedNormal("5 ms", "1 ms", low="1 ms", high="1.5 ms"), truncnorm(-4, -3.5, 5e-3, 1e-3)),
    (TruncatedNormal("5 ms", "1 ms"), norm(5e-3, 1e-3)),
    (Uniform("-2 mV", "3 mV"), None),
    (LogNormal("2 nS", "1 nS"), lognorm(math.sqrt(math.log(1.25)), scale=2e-9 / math.sqrt(1.25))),
]


@pytest.mark.parametrize(("value", "law"), CASES, ids=lambda x: shown(x) if isinstance(x, Distribution) else "")
def test_samples_follow_the_law(value: Distribution, law: Any) -> None:
    drawn = value.sample(np.random.default_rng(7), N)
    assert drawn.shape == (N,) and np.isfinite(drawn).all()
    low, high = value.support_si
    assert drawn.min() >= low and drawn.max() <= high
    if law is not None:  # Kolmogorov-Smirnov: 1 in 10 000 would fail
        assert kstest(drawn, law.cdf).pvalue > 1e-4


@pytest.mark.parametrize(("value", "law"), CASES, ids=lambda x: shown(x) if isinstance(x, Distribution) else "")
def test_moments_are_those_of_the_law(value: Distribution, law: Any) -> None:
    if law is not None:
        assert value.mean_si == pytest.approx(law.mean(), rel=1e-6)
        assert value.second_moment_si == pytest.approx(law.moment(2), rel=1e-6)
    drawn = value.sample(np.random.default_rng(8), N)
    for k, moment in ((1, value.mean_si), (2, value.second_moment_si)):
        error = np.std(drawn**k) / math.sqrt(N)
        assert abs(np.mean(drawn**k) - moment) < 4 * error  # 4 standard errors: 1 in 16 000


def test_bounded_lognormal_moments_by_integration() -> None:
    value = LogNormal("1.5 ms", "1 ms", low="0.5 ms", high="4 ms")
    sigma = math.sqrt(math.log1p((1 / 1.5) ** 2))
    law = lognorm(sigma, scale=1.5e-3 * math.exp(-(sigma**2) / 2))
    weight = law.cdf(4e-3) - law.cdf(0.5e-3)
    for k, moment in ((1, value.mean_si), (2, value.second_moment_si)):
        integral = quad(lambda x, k=k: x**k * law.pdf(x), 0.5e-3, 4e-3, epsabs=0, epsrel=1e-10)[0] / weight
        assert moment == pytest.approx(integral, rel=1e-8)
    drawn = value.sample(np.random.default_rng(1), N)
    assert drawn.min() >= 0.5e-3 and drawn.max() <= 4e-3
    assert kstest(drawn, lambda x: (law.cdf(x) - law.cdf(0.5e-3)) / weight).pvalue > 1e-4


def test_truncation_is_a_condition_not_a_clip() -> None:
    drawn = TruncatedNormal("0 mV", "1 mV", low="0 mV").sample(np.random.default_rng(1), 10_000)
    assert (drawn == 0).sum() == 0
    assert drawn.mean() == pytest.approx(1e-3 * math.sqrt(2 / math.pi), rel=0.03)


def test_no_spread_is_a_constant() -> None:
    for value in (
        Normal("5 mV", "0 mV"),
        TruncatedNormal("5 mV", 0, low="1 mV"),
        LogNormal("5 mV", 0),
        Uniform("5 mV", "5 mV"),
    ):
        assert value.sample(np.random.default_rng(1), 3) == pytest.approx([5e-3] * 3)
        assert value.mean_si == pytest.approx(5e-3)
        assert value.second_moment_si == pytest.approx(25e-6)


def test_a_bare_zero_takes_the_unit_of_the_rest() -> None:
    assert Normal(0, "1 mV").dimension == Uniform("-1 mV", 0).dimension == VOLTAGE
    assert Normal("0 mV", "0 mV").dimension == VOLTAGE
    assert as_value(Normal(0, 0), CURRENT) == Normal(0, 0)
    with pytest.raises(UnitError):
        as_value(Normal("0 mV", "0 mV"), CURRENT)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Normal("1 mV", "1 ms"), "is a time"),
        (lambda: Normal("0 mV", "1 ms"), "is a time"),
        (lambda: Normal("1 mV", "-1 mV"), "is negative"),
        (lambda: Normal("1 mV", 1), "has no unit"),
        (lambda: Normal("nan mV", "1 mV"), "not a quantity"),
        (lambda: Normal(float("nan"), 1), "not a finite"),
        (lambda: Normal(np.array([1.0, 2.0]), 1), "not a single quantity"),
        (lambda: Uniform("2 mV", "1 mV"), "is above high"),
        (lambda: LogNormal("-1 mV", "1 mV"), "not positive"),
        (lambda: LogNormal("1 mV", "1 mV", low="-1 mV"), "0 <= low < high"),
        (lambda: LogNormal("1 mV", "0 mV", low="2 mV"), "six standard deviations"),
        (lambda: TruncatedNormal("1 mV", "1 mV", low="2 mV", high="1 mV"), "not below high"),
        (lambda: TruncatedNormal("1 mV", "1 mV", low="9 mV"), "over six standard deviations"),
    ],
)
def test_senseless_distributions_are_refused(make: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


def test_what_a_user_may_write() -> None:
    assert as_value("20 mV", VOLTAGE) == Quantity(20.0, "mV")
    assert as_value(20 * brian2.mV, VOLTAGE) == Quantity(20.0, "mV")
    assert as_value(0, VOLTAGE).si == 0  # type: ignore[union-attr]
    assert as_value({"normal": {"mean": "1 mV", "sd": "2 mV"}}, VOLTAGE) == Normal("1 mV", "2 mV")
    for given in (["1 mV", "2 mV"], ("1 mV", 2 * brian2.mV), np.array([1, 2]) * brian2.mV, Values.of([1, 2], "mV")):
        value = as_value(given, VOLTAGE)
        assert isinstance(value, Values) and value.si == pytest.approx([1e-3, 2e-3])
    assert as_value(np.array([1, 2])).dimension == DIMENSIONLESS  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("20 ms", "is a time"),
        (20, "has no unit"),
        (20 * brian2.ms, "is a time"),
        (["1 mV", "1 ms"], "different dimensions"),
        (np.array([1.0, 2.0]), "plain number"),
        ([1 * brian2.mV, float("nan") * brian2.mV], "not a finite"),
        (np.array([1.0, np.nan]) * brian2.mV, "element 1 is nan"),
        ({"normal": {"mean": "1 mV"}}, "needs 'sd'"),
        ({"normal": {"mean": "1 mV", "std": "1 mV"}}, "no argument 'std'"),
        ({"gauss": {}}, "unknown distribution 'gauss'"),
        ({"normal": 3}, "arguments by name"),
        ({"normal": {}, "uniform": {}}, "one name with its arguments"),
        (Normal("1 ms", "1 ms"), "is a time"),
        (True, "not a quantity"),
        (None, "not a quantity"),
    ],
)
def test_other_values_are_refused(given: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        as_value(given, VOLTAGE)


def test_the_path_is_told() -> None:
    with pytest.raises(InputError) as caught:
        as_value("20 ms", VOLTAGE, path="weight")
    assert caught.value.faults[0].path == "weight"


def test_sample_mean_and_support_of_every_kind() -> None:
    rng = np.random.default_rng(1)
    constant, drawn, given = Quantity(2.0, "mV"), Normal("2 mV", "1 mV"), Values.of([1, 3], "mV")
    assert sample(constant, rng, 5) == 2e-3
    assert np.shape(sample(drawn, rng, 5)) == (5,)
    assert np.array_equal(sample(given, rng, 2), given.si)
    with pytest.raises(InputError, match="2 values for 3 elements"):
        sample(given, rng, 3)
    assert mean(constant) == mean(drawn) == pytest.approx(mean(given)) == 2e-3
    assert second_moment(constant) == 4e-6
    assert second_moment(given) == pytest.approx(5e-6)
    assert second_moment(drawn) == pytest.approx(5e-6)
    assert support(constant) == (2e-3, 2e-3) and support(given) == (1e-3, 3e-3)
    assert support(Values.of([], "mV")) == (0.0, 0.0)
    with pytest.raises(ValueError, match="read-only"):
        given.si[0] = 1


def test_delays_by_a_lognormal_are_possible() -> None:
    assert LogNormal("1.5 ms", "1 ms", low="0.1 ms").support_si[0] == pytest.approx(1e-4)
    assert LogNormal("1.5 ms", "1 ms").dimension == TIME


@pytest.mark.parametrize("given", [True, "10", 2.5, None, float("nan"), float("inf"), 1 + 0j, [1]])
def test_whole_refuses_what_is_no_whole_number(given: Any) -> None:
    with pytest.raises(InputError, match="not a whole number"):
        whole(given, "size")


def test_whole_numbers() -> None:
    assert whole(3.0, "size") == whole(np.int64(3), "size") == 3
    with pytest.raises(InputError, match="size is 0"):
        whole(0, "size", least=1)
