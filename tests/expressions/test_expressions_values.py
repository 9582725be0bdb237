"""Values, renaming and substitution; every valid expression is one that Brian2 and sympy accept too."""

from __future__ import annotations

import ast
import copy
import math
import pickle
import random

import numpy as np
import pytest
from expression_corpus import VALID, VALUES, random_text

from braincore.expressions import Expression, ExpressionError, parse_expression
from braincore.expressions.tree import Binary, Call, Name, Node, Number, Unary, render

EXTRA = {**VALUES, "True_value_1": 1}


@pytest.mark.parametrize(("text", "value"), VALID, ids=range(len(VALID)))
def test_value(text: str, value: float | bool) -> None:
    expression = parse_expression(text)
    found = expression.evaluate(EXTRA)
    assert isinstance(found, bool) == isinstance(value, bool)
    assert found == pytest.approx(value, rel=1e-14, abs=0)
    arrays = {name: np.full(3, given) for name, given in EXTRA.items()}
    over_arrays = expression.evaluate(arrays)
    np.testing.assert_allclose(np.broadcast_to(over_arrays, 3), [found] * 3, rtol=1e-15)


@pytest.mark.parametrize(("text", "value"), VALID, ids=range(len(VALID)))
def test_brian2_accepts_the_text_and_means_the_same(text: str, value: float | bool) -> None:
    from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS
    from brian2.core.namespace import DEFAULT_UNITS
    from brian2.core.variables import Constant
    from brian2.parsing.bast import brian_ast
    from brian2.parsing.rendering import NumpyNodeRenderer
    from brian2.parsing.sympytools import str_to_sympy, sympy_to_str

    expression = parse_expression(text)
    brian_ast(expression.text, {name: Constant(name, value=1.0) for name in EXTRA} | DEFAULT_FUNCTIONS)
    again = sympy_to_str(str_to_sympy(expression.text)) if expression.constant is None else expression.text
    namespace = {name: function.pyfunc for name, function in DEFAULT_FUNCTIONS.items()}
    namespace |= {name: constant.value for name, constant in DEFAULT_CONSTANTS.items()}
    namespace |= {name: float(unit) for name, unit in DEFAULT_UNITS.items()} | EXTRA
    namespace["logical_not"] = np.logical_not
    for spelled in (expression.text, again):  # Brian2's own translation to NumPy, run on Brian2's own functions
        found = eval(NumpyNodeRenderer().render_expr(spelled), {}, namespace)
        assert float(found) == pytest.approx(float(value), rel=1e-12, abs=0)


def _own_form(node: ast.AST) -> str:
    """Write Python's tree in a fully parenthesised form."""
    symbols = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
               ast.Pow: "**", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
               ast.NotEq: "!=", ast.And: "and", ast.Or: "or", ast.USub: "-", ast.UAdd: "+", ast.Not: "not"}  # fmt: skip
    match node:
        case ast.Constant():
            return repr(node.value)
        case ast.Name():
            return node.id
        case ast.UnaryOp():
            return f"({symbols[type(node.op)]} {_own_form(node.operand)})"
        case ast.BinOp():
            return f"({_own_form(node.left)} {symbols[type(node.op)]} {_own_form(node.right)})"
        case ast.Compare():
            assert len(node.ops) == 1
            return f"({_own_form(node.left)} {symbols[type(node.ops[0])]} {_own_form(node.comparators[0])})"
        case ast.BoolOp():
            form = _own_form(node.values[0])
            for value in node.values[1:]:
                form = f"({form} {symbols[type(node.op)]} {_own_form(value)})"
            return form
        case ast.Call(func=ast.Name(id=name)):
            return f"{name}({', '.join(_own_form(argument) for argument in node.args)})"
    raise AssertionError(ast.dump(node))


def _form(node: Node) -> str:
    match node:
        case Number():
            return repr(node.value)
        case Name():
            return node.name
        case Unary():
            return f"({node.operator} {_form(node.operand)})"
        case Binary():
            return f"({_form(node.left)} {node.operator} {_form(node.right)})"
        case Call():
            return f"{node.function}({', '.join(_form(argument) for argument in node.arguments)})"


def test_precedence_is_that_of_python() -> None:
    rng = random.Random(20250711)
    compared = 0
    for index in range(6000):
        text = random_text(rng, index % 2 == 0, rng.randint(1, 5))
        try:
            expression = parse_expression(text)
        except ExpressionError as error:  # constants that do not work out; never a matter of grammar
            assert not any("unexpected" in f.message or "missing" in f.message for f in error.faults_with_positions), (
                text
            )
            continue
        compared += 1
        wanted = _own_form(ast.parse(text, mode="eval").body)
        assert _form(expression.tree) == wanted, text
        assert _form(parse_expression(render(expression.tree)).tree) == wanted, text  # `render` needs no more brackets
    assert compared > 3500


def test_rename_is_simultaneous_and_leaves_functions_alone() -> None:
    expression = parse_expression("exp(x)*(y - x) + exp(-y)  # c")
    renamed = expression.rename({"x": "y", "y": "x", "exp": "log", "q": "r"})
    assert renamed.text == "exp(y)*(x - y) + exp(-x)"
    assert renamed.rename({"x": "y", "y": "x"}) == expression
    assert expression.rename({"x": "u_" + "x" * 80}).names == {"u_" + "x" * 80, "y"}


@pytest.mark.parametrize("target", ["exp", "mV", "pi", "lambda", "2x", "x y", "x-y", "", "_x", "é", "True", None, 3])
def test_rename_refuses_what_is_no_name(target: object) -> None:
    with pytest.raises(ExpressionError, match="cannot be renamed"):
        parse_expression("x + 1").rename({"x": target})  # type: ignore[dict-item]


def test_rename_does_not_merge_two_names() -> None:
    with pytest.raises(ExpressionError, match="is another name here"):
        parse_expression("x + y").rename({"x": "y"})
    with pytest.raises(ExpressionError, match="is another name here"):
        parse_expression("x + y").rename({"x": "z", "y": "z"})


def test_substitute_keeps_the_meaning() -> None:
    expression = parse_expression("x**2*y - x")
    assert expression.substitute({"x": "a + b", "y": "-1"}).text == "(a + b)**2*(-1) - (a + b)"
    assert expression.substitute({"x": "z"}).text == "z**2*y - z"
    assert expression.substitute({"x": "x + y", "y": "x"}).text == "(x + y)**2*x - (x + y)"  # all at once
    assert parse_expression("2*x").substitute({"x": parse_expression("1e-3")}).text == "2*1e-3"
    assert parse_expression("not b").substitute({"b": "x > 1"}).evaluate({"x": 2.0}) is False


def test_substitute_is_guarded() -> None:
    with pytest.raises(ExpressionError, match="quotes"):
        parse_expression("x").substitute({"x": "'a'"})
    with pytest.raises(ExpressionError, match="more than once"):
        parse_expression("x + x").substitute({"x": "rand()"})
    with pytest.raises(ExpressionError, match="exponent too large"):
        parse_expression("z**x").substitute({"x": "65"})
    grown = parse_expression("sin(x) + cos(x)")
    with pytest.raises(ExpressionError, match="more than 5000"):
        for _ in range(20):
            grown = grown.substitute({"x": grown})


def test_rename_and_substitute_commute_with_evaluation() -> None:
    rng = random.Random(7)
    checked = 0
    for index in range(600):
        try:
            expression = parse_expression(random_text(rng, index % 2 == 0, 4))
        except ExpressionError:
            continue
        values = {name: rng.uniform(-2, 2) for name in "xyz"} | {"n": 2}
        wanted = expression.evaluate(values)
        renamed = expression.rename({name: f"u_{name}" for name in values})
        assert _same(renamed.evaluate({f"u_{name}": value for name, value in values.items()}), wanted)
        try:
            replaced = expression.substitute({"x": "p - q", "y": "-(p*q)"})
        except ExpressionError:  # an exponent or a constant that is not allowed with it
            continue
        checked += 1
        p, q = rng.uniform(-2, 2), rng.uniform(-2, 2)
        direct = expression.evaluate({**values, "x": p - q, "y": -(p * q)})
        assert _same(replaced.evaluate({**values, "p": p, "q": q}), direct), expression
    assert checked > 300


def _same(first: object, second: object) -> bool:
    return first == second or (first != first and second != second)


def test_evaluate_broadcasts_and_gives_inf_and_nan_as_the_simulation_does() -> None:
    x = np.array([0.0, 1.0, -1.0])
    np.testing.assert_array_equal(parse_expression("1/x").evaluate({"x": x}), [np.inf, 1, -1])
    np.testing.assert_array_equal(parse_expression("x > 0 or x < -0.5").evaluate({"x": x}), [False, True, True])
    np.testing.assert_array_equal(parse_expression("x + y").evaluate({"x": x, "y": x[:, None]}), x + x[:, None])
    assert math.isnan(parse_expression("log(x)").evaluate({"x": -1.0}))  # type: ignore[arg-type]
    assert parse_expression("1/x").evaluate({"x": 0}) == math.inf
    np.testing.assert_array_equal(parse_expression("k**-1").evaluate({"k": np.array([1, 2, 4])}), [1, 0.5, 0.25])
    assert parse_expression("exprel(x)").evaluate({"x": x}).dtype == float  # type: ignore[union-attr]


def test_evaluate_takes_random_functions_from_the_caller_only() -> None:
    expression = parse_expression("x + rand()")
    with pytest.raises(ExpressionError, match="source of random numbers"):
        expression.evaluate({"x": 1.0})
    rng = np.random.Generator(np.random.PCG64(3))
    wanted = 1.0 + np.random.Generator(np.random.PCG64(3)).random()
    assert expression.evaluate({"x": 1.0}, {"rand": rng.random}) == wanted
    with pytest.raises(ExpressionError, match="unknown function 'system'"):
        expression.evaluate({"x": 1.0}, {"system": print})


def test_evaluate_names_what_has_no_value() -> None:
    with pytest.raises(ExpressionError, match=r"undefined symbol 'V'\. Did you mean 'v'") as caught:
        parse_expression("2*V").evaluate({"v": 1.0})
    assert caught.value.column == 3


def test_expression_is_a_value() -> None:
    expression = parse_expression("exp(-t/tau) *  v # text\n + 3*mV")
    assert expression.text == str(expression) == "exp(-t/tau) * v + 3*mV"
    assert expression.names == {"t", "tau", "v", "mV"}
    assert expression.variables == {"t", "tau", "v"}
    assert expression.functions == {"exp"}
    assert expression == parse_expression("exp(-t/tau) * v + 3*mV")
    assert len({expression, parse_expression(expression.text)}) == 1
    assert pickle.loads(pickle.dumps(expression)) == copy.deepcopy(expression) == expression
    with pytest.raises(AttributeError):
        expression.text = "x"  # type: ignore[misc]
    assert isinstance(expression, Expression)
    assert parse_expression("2*pi/4").constant == math.pi / 2
    assert parse_expression("2*x").constant is None
    assert parse_expression("v > 1").is_condition()
    assert parse_expression("b").is_condition({"b"})
    assert not parse_expression("b").is_condition()
    assert parse_expression("not_refractory").is_condition()


def test_the_error_survives_pickling() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression("x + expp(y)")
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert again.faults_with_positions == caught.value.faults_with_positions
