"""Names: units, constants and words that no variable may be called, as Brian2 has them."""

from __future__ import annotations

import keyword
import subprocess
import sys

import pytest

from braincore.expressions import (
    CONSTANTS,
    FUNCTIONS,
    RESERVED,
    ExpressionError,
    check_identifier,
    is_noise,
    is_unit_name,
    parse_expression,
)
from braincore.expressions.equation_units import is_equation_unit
from braincore.expressions.names import NOISE, brian2_units

GOOD = ["v", "V", "I", "E_L", "tau_m", "g1", "Cm", "beta", "gamma", "lambda_1", "S", "N_e", "Q", "m", "h", "n", "s",
        "match", "case", "type", "NULL", "linux", "double", "a" * 64, "tpre", "pre_x", "xi1",
        "A", "nm", "Ohm"]  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_good_names(name: str) -> None:
    check_identifier(name)
    assert parse_expression(f"2*{name}").variables == {name}
    from brian2 import Equations

    Equations.check_identifier(name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("t", "meaning of its own"), ("dt", "meaning of its own"), ("i", "meaning of its own"),
        ("j", "meaning of its own"), ("N", "meaning of its own"), ("xi", "meaning of its own"),
        ("xi_1", "meaning of its own"), ("lastspike", "meaning of its own"), ("not_refractory", "meaning of its own"),
        ("refractory", "meaning of its own"), ("t_in_timesteps", "meaning of its own"), ("N_pre", "meaning of its own"),
        ("v_pre", "may not end in '_pre'"), ("v_post", "may not end in '_post'"),
        ("mV", "name of a unit"), ("volt", "name of a unit"), ("flux", "name of a unit"), ("cm2", "name of a unit"),
        ("exp", "name of a function"), ("rand", "name of a function"), ("int", "name of a function"),
        ("pi", "name of a constant"), ("e", "name of a constant"), ("inf", "name of a constant"),
        ("lambda", "word of the equation language"), ("True", "word of the equation language"),
        ("and", "word of the equation language"),
        ("", "not a valid name"), ("2x", "not a valid name"), ("_x", "not a valid name"), ("a b", "not a valid name"),
        ("a;system(1)", "not a valid name"), ("../../x", "not a valid name"), ("a\n", "not a valid name"),
        ("é", "not a valid name"), ("ｖ", "not a valid name"), ("x\u0301", "not a valid name"),
        ("a" * 65, "not a valid name"),
        ("x١", "not a valid name"), ("a-b", "not a valid name"), ("$(touch x)", "not a valid name"),
        ("\u202ev", "not a valid name"), (None, "not a valid name"), (3, "not a valid name"),
    ],
)  # fmt: skip
def test_bad_names(name: object, message: str) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        check_identifier(name)  # type: ignore[arg-type]
    assert caught.value.faults_with_positions[0].hint
    assert str(caught.value).isprintable()


def test_every_name_that_brian2_refuses_is_refused() -> None:
    from brian2 import Equations
    from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS
    from brian2.core.namespace import DEFAULT_UNITS

    for name in [*DEFAULT_CONSTANTS, *DEFAULT_FUNCTIONS, *DEFAULT_UNITS, *keyword.kwlist, *RESERVED]:
        with pytest.raises(ExpressionError):
            check_identifier(name)
    for name in ("t", "dt", "xi", "xi_a", "i", "N", "t_in_timesteps", "not_refractory", "refractory_until"):
        with pytest.raises(SyntaxError):
            Equations.check_identifier(name)


def test_units_functions_and_constants_are_those_of_brian2() -> None:
    """The names of units are exactly those that Brian2 finds in equations, with the same values to 1e-14."""
    from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS
    from brian2.core.namespace import DEFAULT_UNITS

    assert set(brian2_units()) == set(DEFAULT_UNITS)
    for name, (factor, dimension) in brian2_units().items():
        theirs = DEFAULT_UNITS[name]
        assert factor == pytest.approx(float(theirs), rel=1e-14, abs=0), name
        assert dimension == tuple(map(float, theirs.dim._dims)), name
        assert is_unit_name(name)
    assert set(FUNCTIONS) == set(DEFAULT_FUNCTIONS)
    assert {**CONSTANTS, "-inf": -CONSTANTS["inf"]} == {n: float(c.value) for n, c in DEFAULT_CONSTANTS.items()}


def test_units_of_equations_are_those_of_brian2() -> None:
    from brian2.equations import equations

    equations.dimensions_and_type_from_string("volt")  # fills the list
    theirs = set(equations._base_units) - {"__builtins__"}
    assert {name for name in brian2_units() if is_equation_unit(name)} == theirs


def test_functions_take_what_brian2_takes() -> None:
    from brian2.core.functions import DEFAULT_FUNCTIONS

    for name, function in FUNCTIONS.items():
        theirs = DEFAULT_FUNCTIONS[name]
        assert len(theirs._arg_units) == len(function.arguments), name
        assert theirs.stateless != function.stateful, name


def test_noise() -> None:
    assert is_noise("xi") and is_noise("xi_1") and not is_noise("xi1") and not is_noise("x")
    assert NOISE == (0, 0, -0.5, 0, 0, 0, 0)


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, braincore.expressions as e; e.parse_equations('dv/dt = -v/tau : volt');"
        "bad = {'numpy', 'brian2', 'sympy', 'scipy', 'pandas', 'matplotlib'} & set(sys.modules);"
        "sys.exit(str(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
