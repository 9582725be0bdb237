"""Resets and what a spike does: assignments to known variables, in the right unit."""

from __future__ import annotations

from operator import add, mul, sub, truediv
from typing import Any

import pytest

from braincore.expressions import Assignment, ExpressionError, check_statements, parse_statements
from braincore.units import CONDUCTANCE, CURRENT, DIMENSIONLESS, TIME, VOLTAGE, Dimension

WRITABLE: dict[str, Dimension] = {"v": VOLTAGE, "w": CURRENT, "g": CONDUCTANCE, "x": DIMENSIONLESS, "on": DIMENSIONLESS}
KNOWN: dict[str, Dimension] = {"v_r": VOLTAGE, "b": CURRENT, "tau": TIME, "n": DIMENSIONLESS}


def test_reading() -> None:
    text = "v = v_r; w += b  # reset; and more\n\n x *= 1 + n;;\n g -= clip(g,\n   0*nS, 2*nS)/2\n x /= 2"
    found = parse_statements(text)
    assert [(a.target, a.op, a.expression.text, a.line, a.column) for a in found] == [
        ("v", "=", "v_r", 1, 1),
        ("w", "+=", "b", 1, 10),
        ("x", "*=", "1 + n", 3, 2),
        ("g", "-=", "clip(g, 0*nS, 2*nS)/2", 4, 2),
        ("x", "/=", "2", 6, 2),
    ]
    assert [str(a) for a in found] == [
        "v = v_r", "w += b", "x *= (1 + n)", "g -= (clip(g, 0*nS, 2*nS)/2)", "x /= 2"
    ]  # fmt: skip
    assert check_statements(found, WRITABLE, KNOWN) == []
    assert str(found[2].rename({"x": "u_x", "n": "u_n"})) == "u_x *= (1 + u_n)"
    assert isinstance(found[0], Assignment)


REFUSED: list[tuple[str, str, tuple[int, int]]] = [
    ("", "there is no statement", (1, 1)),
    ("# nothing", "there is no statement", (1, 1)),
    ("v", "'v' is not an assignment", (1, 1)),
    ("v == 3", "'v == 3' compares, it does not assign", (1, 1)),
    ("v **= 2", "'**=' is not allowed", (1, 3)),
    ("v //= 2", "'//=' is not allowed", (1, 3)),
    ("v %= 2", "'%=' is not allowed", (1, 3)),
    ("v &= 2", "'&=' is not allowed", (1, 3)),
    ("v >>= 2", "'>>=' is not allowed", (1, 3)),
    ("v := 2", "':=' is not allowed", (1, 3)),
    ("v++", "is not an assignment", (1, 1)),
    ("v[0] = 1", "subscripts", (1, 2)),
    ("v.x = 1", "attributes", (1, 2)),
    ("a = b = 3", "'=' is not allowed in an expression", (1, 7)),
    ("a, b = 1, 2", "is not an assignment", (1, 1)),
    ("(v) = 1", "is not an assignment", (1, 1)),
    ("import os", "'import' is not a word", (1, 1)),
    ("del v", "'del' is not a word", (1, 1)),
    ("global v", "'global' is not a word", (1, 1)),
    ("exec('x')", "text in quotes", (1, 6)),
    ("v = 'x'", "text in quotes", (1, 5)),
    ("v = 0\nw = exp('1')", "text in quotes", (2, 9)),
    ("v = v_r,", "a comma may only", (1, 8)),
    ("v = ", "is empty", (1, 4)),
    ("v = (a\nw = 2", "'(' is never closed", (1, 5)),
    ("_v = 3", "'_v' is not a valid name", (1, 1)),
    ("v = 3 if x > 0 else 4", "'if' is not a word", (1, 7)),
    ("v : volt = 3", "a colon is not allowed", (1, 3)),
    ("ｖ = 3", "U+FF56", (1, 1)),
    ("v = 3 \u202e", "U+202E", (1, 7)),
]


@pytest.mark.parametrize(("text", "message", "place"), REFUSED, ids=range(len(REFUSED)))
def test_refused(text: str, message: str, place: tuple[int, int]) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_statements(text)
    first = caught.value.faults_with_positions[0]
    assert message in first.message
    assert (first.line, first.column) == place


def test_all_statements_are_looked_at() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_statements("v = expp(1); w **= 3\nx == 3\n3 = x; g = 1")
    assert [(f.line, f.column) for f in caught.value.faults_with_positions] == [(1, 5), (1, 16), (2, 1), (3, 1)]


WRONG: list[tuple[str, int, str, str]] = [
    ("V = 0*mV", 1, "unknown variable 'V'", "Did you mean 'v'?"),
    ("new = 3", 1, "unknown variable 'new'", "Known variables: g, on, v, w, x"),
    ("tau = 3*ms", 1, "'tau' cannot be changed here", ""),
    ("t = 0*ms", 1, "'t' cannot be changed here", ""),
    ("v = 0", 5, "'v' is a voltage, but '0' is a plain number", "A number needs a unit here, such as 0*mV"),
    ("v += b", 6, "'v' is a voltage, but 'b' is a current", ""),
    ("v = v_r + b", 9, "cannot add 'v_r' (a voltage) and 'b' (a current)", ""),
    ("g *= 2*nS", 7, "'*=' needs a plain number, but '2*nS' is a conductance", ""),
    ("x /= tau", 6, "'/=' needs a plain number, but 'tau' is a time", ""),
    ("v = u", 5, "undefined symbol 'u'", ""),
    ("x = xi*tau**0.5", 5, "the noise 'xi' is allowed in differential equations only", ""),
    ("x = v > v_r", 7, "'x' is a number, but 'v > v_r' is a condition", ""),
    ("on = 1", 6, "'on' is a condition, but '1' is a number", ""),
    ("on += 1", 1, "'on' is a condition; only '=' can change it", ""),
]


@pytest.mark.parametrize(("text", "column", "message", "hint"), WRONG, ids=range(len(WRONG)))
def test_wrong(text: str, column: int, message: str, hint: str) -> None:
    [fault] = check_statements(parse_statements(text), WRITABLE, KNOWN, booleans={"on"})
    assert (fault.column, fault.message) == (column, message)
    assert fault.hint.startswith(hint)


def test_the_lost_reset_of_brian2_is_refused() -> None:
    """Brian2 takes the misspelt ``V = 0`` as a new variable: 90 spikes instead of 9, without a word."""
    faults = check_statements(parse_statements("V = 0; v = v_r"), WRITABLE, KNOWN)
    assert [(fault.column, fault.message) for fault in faults] == [(1, "unknown variable 'V'")]


RUNS = [
    "v = v_r",
    "v = v_r; w += b",
    "w *= 1 + n",
    "w /= 1 + n",
    "w -= b - 2*pA",
    "x = clip(x + 0.1, 0, 1)",
    "on = True",
    "on = v > v_r and not on",
    "x = rand()",
    "x += int(v > 0*mV)*(n - 1)",
    "g = g*exp(-n)",
    "v -= (v_r)",
]


@pytest.mark.parametrize("text", RUNS)
def test_brian2_does_what_passes(text: str) -> None:
    """The text handed to Brian2 passes its check and does what Python's own arithmetic does."""
    brian2 = pytest.importorskip("brian2")
    found = parse_statements(text)
    assert check_statements(found, WRITABLE, KNOWN, booleans={"on"}) == []
    namespace: dict[str, Any] = {"v_r": -70 * brian2.mV, "b": 5 * brian2.pA, "tau": 1 * brian2.ms, "n": 3}
    group = brian2.NeuronGroup(
        1, "v : volt\nw : amp\ng : siemens\nx : 1\non : boolean", threshold="True",
        reset="\n".join(map(str, found)), namespace=namespace, name="test_expressions*",
        codeobj_class=brian2.codegen.runtime.numpy_rt.NumpyCodeObject,
    )  # fmt: skip
    state = {"v": -0.05, "w": 1e-11, "g": 2e-9, "x": 0.4, "on": True}
    for name, value in state.items():
        getattr(group, f"{name}_")[:] = value
    brian2.Network(group).run(brian2.defaultclock.dt, namespace={})
    if "rand" in text:
        assert 0 <= group.x[0] < 1
        return
    values = {**state, "v_r": -0.07, "b": 5e-12, "tau": 1e-3, "n": 3}
    for step in found:
        right = step.expression.evaluate(values)
        new = {"=": lambda _, b: b, "+=": add, "-=": sub, "*=": mul, "/=": truediv}[step.op]
        values[step.target] = new(values[step.target], right)
    for name in state:
        assert getattr(group, f"{name}_")[0] == pytest.approx(values[name], rel=1e-12), name
