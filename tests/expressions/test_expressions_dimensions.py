"""Dimensions: what is right, what is wrong and how it is said, and that Brian2 judges the same."""

from __future__ import annotations

import random
from typing import Any

import pytest
from expression_corpus import DIMS, random_quantities

from braincore.expressions import ExpressionError, check_expression, check_names, parse_expression
from braincore.units import CAPACITANCE, CONDUCTANCE, CURRENT, DIMENSIONLESS, TIME, VOLTAGE, Dimension

PER_SECOND = tuple(-1 * power for power in TIME)


def combined(*parts: tuple[Dimension, float]) -> Dimension:
    return tuple(sum(p * d[k] for d, p in parts) for k in range(7))  # type: ignore[return-value]


RIGHT: list[tuple[str, Dimension]] = [
    ("v", VOLTAGE),
    ("v + w - E", VOLTAGE),
    ("-v", VOLTAGE),
    ("+v", VOLTAGE),
    ("2*v", VOLTAGE),
    ("v/2", VOLTAGE),
    ("v*x", VOLTAGE),
    ("g*(E - v)", CURRENT),
    ("I/g", VOLTAGE),
    ("C*v/tau", CURRENT),
    ("(g*(E - v) + I)/C", combined((VOLTAGE, 1), (TIME, -1))),
    ("v % w", VOLTAGE),
    ("x // y", DIMENSIONLESS),
    ("x % 3", DIMENSIONLESS),
    ("v**2", combined((VOLTAGE, 2))),
    ("v**-1", combined((VOLTAGE, -1))),
    ("v**0.5", combined((VOLTAGE, 0.5))),
    ("v**(1/2)", combined((VOLTAGE, 0.5))),
    ("v**(2 + 1 + -2)", VOLTAGE),
    ("v**0", DIMENSIONLESS),
    ("x**y", DIMENSIONLESS),
    ("x**(y/2 + 1)", DIMENSIONLESS),
    ("2**x", DIMENSIONLESS),
    ("sqrt(v*w)", VOLTAGE),
    ("sqrt(v)", combined((VOLTAGE, 0.5))),
    ("abs(v)", VOLTAGE),
    ("floor(v)", VOLTAGE),
    ("ceil(v)", VOLTAGE),
    ("sign(v)", DIMENSIONLESS),
    ("clip(v, 0*mV, E)", VOLTAGE),
    ("clip(x, 0, 1)", DIMENSIONLESS),
    ("exp(-v/w)", DIMENSIONLESS),
    ("exp(x)*v", VOLTAGE),
    ("log(v/mV)", DIMENSIONLESS),
    ("exprel((v + 40*mV)/(10*mV))", DIMENSIONLESS),
    ("int(v > w)", DIMENSIONLESS),
    ("int(x)", DIMENSIONLESS),
    ("int(v > 0*mV)*I", CURRENT),
    ("v > w", DIMENSIONLESS),
    ("v == E and x < 1", DIMENSIONLESS),
    ("not (v > 0*mV)", DIMENSIONLESS),
    ("v > w or v < E", DIMENSIONLESS),
    ("t > 100*ms", DIMENSIONLESS),
    ("t/dt", DIMENSIONLESS),
    ("timestep(t, dt)", DIMENSIONLESS),
    ("timestep(tau, dt) % 10 == 0", DIMENSIONLESS),
    ("sin(2*pi*r*t)", DIMENSIONLESS),
    ("r*tau", DIMENSIONLESS),
    ("rand()*mV", VOLTAGE),
    ("randn()", DIMENSIONLESS),
    ("poisson(r*dt)", DIMENSIONLESS),
    ("3*nS*(E - v)", CURRENT),
    ("70*mV + v", VOLTAGE),
    ("0.1*umetre**2*siemens/meter**2", CONDUCTANCE),
    ("1*uF/cm2", combined((CAPACITANCE, 1), ((1, 0, 0, 0, 0, 0, 0), -2))),
    ("pi*e*x", DIMENSIONLESS),
    ("v*xi*tau**-0.5", combined((VOLTAGE, 1), (TIME, -1))),
    ("sqrt(2/tau)*xi", PER_SECOND),  # type: ignore[list-item]
    ("True", DIMENSIONLESS),
    ("tau*Hz", DIMENSIONLESS),
    ("1/ms - r", PER_SECOND),  # type: ignore[list-item]
    ("v*w/E", VOLTAGE),
    ("(v*w)**0.5", VOLTAGE),
    ("x - 0.5 + 2", DIMENSIONLESS),
]

# (text, message): Brian2 refuses each of these as well.
WRONG: list[tuple[str, str]] = [
    ("v + I", "cannot add 'v' (a voltage) and 'I' (a current)"),
    ("v - x", "cannot subtract 'v' (a voltage) and 'x' (a plain number)"),
    ("v + 1", "cannot add 'v' (a voltage) and '1' (a plain number)"),
    ("v + 0", "cannot add 'v' (a voltage) and '0' (a plain number)"),
    ("0 - v", "cannot subtract '0' (a plain number) and 'v' (a voltage)"),
    ("v > 0", "cannot compare 'v' (a voltage) and '0' (a plain number)"),
    ("v > 20", "cannot compare 'v' (a voltage) and '20' (a plain number)"),
    ("v == I", "cannot compare 'v' (a voltage) and 'I' (a current)"),
    ("v != tau", "cannot compare 'v' (a voltage) and 'tau' (a time)"),
    ("t < 3", "cannot compare 't' (a time) and '3' (a plain number)"),
    ("v % x", "cannot take the remainder of 'v' (a voltage) and 'x' (a plain number)"),
    ("v // w", "'//' needs plain numbers, but 'v' is a voltage"),
    ("x // v", "'//' needs plain numbers, but 'v' is a voltage"),
    ("v**x", "'v' is a voltage; its exponent must be a number, not 'x'"),
    ("2**v", "an exponent must be a plain number, but 'v' is a voltage"),
    ("v**w", "an exponent must be a plain number, but 'w' is a voltage"),
    ("v**2 + v", "and 'v' (a voltage)"),
    ("sqrt(v) + v", "and 'v' (a voltage)"),
    ("exp(v)", "'exp' needs a plain number here, but 'v' is a voltage"),
    ("log(v)", "'log' needs a plain number"),
    ("sin(t)", "'sin' needs a plain number here, but 't' is a time"),
    ("tanh(v)", "'tanh' needs a plain number"),
    ("exprel(v)", "'exprel' needs a plain number"),
    ("int(v)", "'int' needs a plain number"),
    ("poisson(r)", "'poisson' needs a plain number here, but 'r' is a rate"),
    ("clip(v, 0, 1)", "'clip' needs a voltage here, as 'v' is, but '0' is a plain number"),
    ("clip(x, 0*mV, 1)", "'clip' needs a plain number here, as 'x' is, but '0*mV' is a voltage"),
    ("clip(v, w, I)", "but 'I' is a current"),
    ("timestep(x, dt)", "'timestep' needs a time here, but 'x' is a plain number"),
    ("timestep(t, v)", "'timestep' needs a time here, but 'v' is a voltage"),
    ("g*v + I/C", "cannot add"),
    ("(g*(E - v) + I*x)/C + v/tau + v", "and 'v' (a voltage)"),
    ("abs(v) + I", "cannot add 'abs(v)' (a voltage) and 'I' (a current)"),
    ("xi + 1", "cannot add"),
    ("nothing + x", "undefined symbol 'nothing'"),
    ("V + v", "undefined symbol 'V'"),
    ("x + mv", "undefined symbol 'mv'"),
    ("(v > w) and (v > x)", "cannot compare 'v' (a voltage) and 'x' (a plain number)"),
    ("sign(v) + v", "cannot add 'sign(v)' (a plain number)"),
    ("floor(v) + 1", "cannot add 'floor(v)' (a voltage)"),
]

# Brian2's check of dimensions lets these by; they fail or go wrong later on (code generation, sympy, the integrator).
STRICTER = ["v and w", "not x", "x > 1 and y", "v**n"]


@pytest.fixture(scope="module")
def brian2_dimension() -> Any:
    """Return a function from text to Brian2's dimension, raising what Brian2 raises."""
    from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS
    from brian2.core.namespace import DEFAULT_UNITS
    from brian2.core.variables import Variable
    from brian2.parsing.expressions import parse_expression_dimensions
    from brian2.units.fundamentalunits import get_or_create_dimension

    noise = tuple(-0.5 * power for power in TIME)
    dims = {**DIMS, "t": TIME, "dt": TIME, "xi": noise}
    variables = {name: Variable(name, dimensions=get_or_create_dimension(list(dim))) for name, dim in dims.items()}
    everything = {**DEFAULT_UNITS, **DEFAULT_CONSTANTS, **DEFAULT_FUNCTIONS, **variables}

    def dimension(text: str) -> Dimension:
        found = parse_expression_dimensions(text, everything)
        return tuple(float(power) for power in found._dims)  # type: ignore[return-value]

    return dimension


@pytest.mark.parametrize(("text", "dimension"), RIGHT, ids=range(len(RIGHT)))
def test_right(text: str, dimension: Dimension, brian2_dimension: Any) -> None:
    found = parse_expression(text).dimension(DIMS)
    assert found == pytest.approx(dimension)
    assert found == brian2_dimension(text)


@pytest.mark.parametrize(("text", "message"), WRONG, ids=range(len(WRONG)))
def test_wrong(text: str, message: str, brian2_dimension: Any) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text).dimension(DIMS)
    assert len(caught.value.faults_with_positions) <= 2
    assert message in caught.value.faults_with_positions[0].message
    with pytest.raises(Exception):  # noqa: B017  (Brian2 has a different error for each)
        brian2_dimension(text)


@pytest.mark.parametrize("text", STRICTER)
def test_stricter_than_brian2_where_brian2_fails_later(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_expression(text).dimension(DIMS)


@pytest.mark.parametrize("text", ["v**(3 - 2)", "v**(+1)", "v**(pi/pi)", "v**abs(-1)"])
def test_an_exponent_that_brian2_misreads_is_refused(text: str) -> None:
    """Brian2 2.9 gives v**(3 - 2) the dimension of v**5 (it adds where it should subtract)."""
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text).dimension(DIMS)
    assert caught.value.faults_with_positions[0].hint == "Write 1"


def test_random_expressions_get_the_verdict_of_brian2(brian2_dimension: Any) -> None:
    """8000 random expressions: whatever we accept Brian2 accepts with the same dimension, and the other way round."""
    rng = random.Random(42)
    right = wrong = 0
    for index in range(8000):
        text = random_quantities(rng, index % 3 + 1)
        try:
            expression = parse_expression(text)
        except ExpressionError:  # 2/0, and the like: no matter of dimensions
            continue
        try:
            theirs = brian2_dimension(text)
        except Exception:
            theirs = None
        try:
            ours = expression.dimension(DIMS)
        except ExpressionError:
            ours = None
        assert ours == theirs, text
        right, wrong = right + (ours is not None), wrong + (ours is None)
    assert right > 1500
    assert wrong > 1500


def test_every_disagreement_is_reported_once() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression("(v + I)*exp(v)\n + clip(x, v, 1) + foo").dimension(DIMS)
    places = [(fault.line, fault.column) for fault in caught.value.faults_with_positions]
    assert places == [(1, 4), (1, 13), (2, 12), (2, 20)]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("v > 20", "A number needs a unit here, such as 20*mV"),
        ("v > 0", "A number needs a unit here, such as 0*mV"),
        ("3 + tau", "A number needs a unit here, such as 3*ms"),
        ("clip(v, 0, 1)", "A number needs a unit here, such as 0*mV"),
        ("v > x", ""),
        ("exp(v)", "Divide it by a constant of its unit"),
        ("V*2", "Did you mean 'v'? As a unit, write volt"),
        ("nm + nm", "Did you mean 'n'? As a unit, write nmeter"),
    ],
)
def test_hints(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text).dimension(DIMS)
    assert caught.value.faults_with_positions[0].hint == hint


def test_booleans_may_be_named() -> None:
    dims = {**DIMS, "on": DIMENSIONLESS, "not_refractory": DIMENSIONLESS}
    assert parse_expression("on and not_refractory and v > w").dimension(dims, {"on"}) == DIMENSIONLESS
    with pytest.raises(ExpressionError, match="'on' is a number where a condition is needed with 'and'"):
        parse_expression("on and v > w").dimension(dims)
    with pytest.raises(ExpressionError, match="'on' is a condition where a number is needed"):
        parse_expression("on*v").dimension(dims, {"on"})


def test_check_names_reports_each_name_once_in_order() -> None:
    expression = parse_expression("tau_secret*V + x + V\n + v + _q".replace("_q", "q") + " + xi + mV + pi + t")
    faults = check_names(expression, ["v", "x", "tau"])
    assert [(f.line, f.column, f.message) for f in faults] == [
        (1, 1, "undefined symbol 'tau_secret'"),
        (1, 12, "undefined symbol 'V'"),
        (2, 8, "undefined symbol 'q'"),
    ]
    assert faults[1].hint.startswith("Did you mean 'v'?")
    assert check_names([expression, parse_expression("zz")], ["v", "x", "tau", "tau_secret", "V", "q"])[0].column == 1


def test_check_expression() -> None:
    def messages(text: str, **wanted: Any) -> list[str]:
        return [fault.message for fault in check_expression(parse_expression(text), DIMS, **wanted)]

    assert messages("v > E", condition=True) == []
    assert messages("v", condition=True) == ["'v' is a number, not a condition"]
    assert messages("v + w", dimension=VOLTAGE) == []
    assert messages("v*g", dimension=VOLTAGE) == ["'v*g' is a current, but must be a voltage"]
    assert messages("v > E", dimension=DIMENSIONLESS) == ["'v > E' is a condition, not a number"]
    assert messages("xi*tau**0.5") == ["the noise 'xi' is allowed in differential equations only"]
    assert messages("q", condition=True) == ["undefined symbol 'q'"]
    assert check_expression(parse_expression("0"), DIMS, dimension=VOLTAGE)[0].hint.endswith("such as 0*mV")
