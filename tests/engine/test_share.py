"""Equal parts of statements are computed once, in an order that respects what is written in between."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import pytest
from brian2.codegen.statements import Statement

from braincore.engine.passes.share import shared

FUNCTIONS = {
    "_exp": math.exp,
    "_exprel_": lambda x: math.expm1(x) / x,
    "_over_exprel": lambda x: x / math.expm1(x),
}


def _statements(*texts: str) -> list[Statement]:
    found = []
    for text in texts:
        var, op, expr = text.split(" ", 2)
        found.append(Statement(var, op, expr, "", np.float64, constant=op == ":="))
    return found


def _value(node: Any, names: dict[str, float]) -> float:
    """Work out an expression."""
    match node:
        case ast.Name():
            return names[node.id]
        case ast.Constant():
            return node.value
        case ast.UnaryOp():
            return -_value(node.operand, names)
        case ast.Call():
            return FUNCTIONS[node.func.id](*(_value(a, names) for a in node.args))
        case ast.BinOp():
            a, b = _value(node.left, names), _value(node.right, names)
            kinds = {ast.Add: a + b, ast.Sub: a - b, ast.Mult: a * b, ast.Div: a / b if b else math.inf, ast.Pow: a**b}
            return kinds[type(node.op)]
    raise AssertionError(ast.dump(node))


def _run(statements: list[Any], **names: float) -> dict[str, float]:
    """Carry out statements."""
    for s in statements:
        value = _value(ast.parse(s.expr, mode="eval").body, names)
        names[s.var] = names[s.var] + value if s.op == "+=" else value
    return {name: value for name, value in names.items() if not name.startswith("_part")}


GATE = _statements(
    "_a := c/_exprel_(v)",
    "_b := c/(_exp(v)**0.5*(1 + _exp(v)))",
    "_m := (m + _a)*_exp(_a*(0.1*v)) + 0.3/(1 + _exp(v)) + 0.4/(1 + _exp(v))",
    "v += 0.1*v + _b",
    "w = 0.1*v + _b",
    "m = _m",
)


@pytest.mark.parametrize("share", [True, False])
def test_values_stay(share: bool) -> None:
    state = {"v": 0.7, "m": 0.2, "c": 1.5, "w": 0.0}
    expected, found = _run(GATE, **state), _run(shared(GATE, {}, (), share=share), **state)
    assert found == pytest.approx(expected, rel=4e-16)


def test_sharing_changes_no_bit() -> None:
    state = {"v": 0.37, "m": 0.21, "c": 1.57, "w": 0.0}
    assert _run(shared(GATE, {}, ()), **state) == _run(shared(GATE, {}, (), share=False), **state)


def test_what_was_written_in_between_is_another_part() -> None:
    found = shared(_statements("a = _exp(v)*2", "v = v + 1", "b = _exp(v)*2"), {}, ())
    assert sum("_exp" in s.expr for s in found) == 2
    assert _run(found, v=0.5) == _run(_statements("a = _exp(v)*2", "v = v + 1", "b = _exp(v)*2"), v=0.5)


def test_long_calls_that_wait_for_nothing_come_first() -> None:
    found = shared(_statements("a = _exp(v)", "b = _exp(a)", "c = _exp(2*v)", "d = _exp(b + c)"), {}, ())
    calls = [s.expr for s in found if "_exp" in s.expr]
    assert [calls.index(next(c for c in calls if part in c)) for part in ("(v)", "2 * v", "(a)", "(b + c)")] == [
        0,
        1,
        2,
        3,
    ]


def test_random_calls_keep_their_order_and_number() -> None:
    statements = _statements("a = _randn()*_exp(_exp(v))", "b = _randn() + _randn()", "c = _randn()*_exp(v)")
    found = shared(statements, {}, ["_randn"])
    assert [s.var for s in found if "_randn" in s.expr] == ["a", "b", "c"]
    assert sum(s.expr.count("_randn()") for s in found) == 4


def test_guarded_writes_read_what_they_may_leave() -> None:
    found = [s.var for s in shared(_statements("a = _exp(v)", "v = a", "b = _exp(v)"), {"v": "free"}, ())]
    assert found.index("v") < found.index("b")
