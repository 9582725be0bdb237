"""Nothing but arithmetic on names gets through, in little time, and with the place of the fault."""

from __future__ import annotations

import contextlib
import sys
import time

import pytest
from expression_corpus import ATTACKS, VALID

from braincore.errors import InputError
from braincore.expressions import ExpressionError, parse_equations, parse_expression, parse_statements

BOMBS = {
    "parentheses": "(" * 100_000 + "x" + ")" * 100_000,
    "parentheses within the length": "(" * 2000 + "x" + ")" * 2000,
    "minus": "-" * 4000 + "x",
    "not": "not " * 1000 + "x",
    "sum": "+".join(["x"] * 3000),
    "sum within the length": "+".join(["x"] * 2000),
    "power tower": "**".join(["9"] * 1000),
    "nested powers": "2" + "**(2" * 30 + ")" * 30,
    "nested calls": "exp(" * 500 + "x" + ")" * 500,
    "product of sums": "*".join(["(a + b)"] * 60),
    "power of a power": "(((a + b)**64)**64)**64",
    "power in a function": "sin(exp((a + b + c + d)**64))",
    "nested division by calls": "x/exp(" * 38 + "x - x" + ")" * 37,
    "nested powers of quotients": "1/(1 + x/(" * 19 + "x - x" + ")**2)" * 19,
    "digits": "1" * 4000,
    "decimals": "0." + "1" * 4000,
    "name": "a" * 4000,
    "commas": "clip(" + "x," * 1500 + "x)",
    "spaces": "x" + " " * 4000 + "(",
    "comments": "#" * 4000,
    "text": "'" * 4000,
    "huge": "x" * 10_000_000,
    "not a word": "\u202e" * 4000,
    "factorial of constants": "*".join(["999999999999999999"] * 60),
}


@pytest.mark.parametrize(("text", "message", "column"), ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_is_refused_with_its_place(text: str, message: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    first = caught.value.faults_with_positions[0]
    assert message in first.message
    assert first.column == column or first.line > 1
    assert (caught.value.line, caught.value.column) == first[:2]
    assert isinstance(caught.value, InputError)


def test_the_tables_are_as_large_as_promised() -> None:
    assert len(ATTACKS) >= 60
    assert len(VALID) >= 60


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("reader", [parse_expression, parse_equations, parse_statements])
def test_a_bomb_is_refused_at_once(name: str, reader: object) -> None:
    wrapped = {parse_equations: "dv/dt = {} : 1", parse_statements: "v = {}"}.get(reader, "{}")  # type: ignore[call-overload]
    start = time.process_time()
    with pytest.raises(ExpressionError):
        reader(wrapped.replace("{}", BOMBS[name]))  # type: ignore[operator]
    assert time.process_time() - start < 1.0


@pytest.mark.parametrize(
    "text",
    [
        "d" + " " * 99_000 + "(",
        "(\n" * 1900,
        "v = (" + "\n" * 99_000,
        "a\n" * 49_000,
        ("v = " + "(" * 40 + "\n") * 1900,
        "a," * 49_000,
        "a" * 99_000,
        ":" * 99_000,
        "v : " + "volt*" * 19_000,
        "v : 1 (" + "constant," * 10_000,
        "".join(f"x{k} : 1\n" for k in range(600)),
        "".join(f"x{k} = y : 1\n" for k in range(600)),
        "+\n" * 1900,
    ],
    ids=range(13),
)
@pytest.mark.parametrize("reader", [parse_equations, parse_statements])
def test_no_layout_takes_long(text: str, reader: object) -> None:
    start = time.process_time()
    with pytest.raises(ExpressionError) as caught:
        reader(text)  # type: ignore[operator]
    assert time.process_time() - start < 1.0
    assert len(str(caught.value)) < 20_000


EVENTS: list[str] = []
WATCHED = ("exec", "compile", "import", "open", "os.", "subprocess", "socket", "ctypes", "pickle")
_watching = False


def _watch(event: str, _arguments: object) -> None:
    if _watching and event.startswith(WATCHED):
        EVENTS.append(event)


def test_no_text_makes_python_compile_import_or_open_anything() -> None:
    global _watching
    texts = [text for text, *_ in ATTACKS + VALID] + list(BOMBS.values())
    readers = (parse_expression, parse_equations, parse_statements)
    for reader in readers:  # once before watching: what is imported lazily
        with pytest.raises(ExpressionError):
            reader("'")
    sys.addaudithook(_watch)
    _watching = True
    try:
        for text in texts:
            for wrapped in (text, f"v = {text}", f"dv/dt = {text} : 1", f"v : {text}", f"v : 1 ({text})"):
                for reader in readers:
                    with contextlib.suppress(ExpressionError):
                        reader(wrapped)
    finally:
        _watching = False
    assert EVENTS == []


@pytest.mark.parametrize("value", [None, 3, 2.5, True, b"x", ["x"], {"x": 1}, object()])
@pytest.mark.parametrize("reader", [parse_expression, parse_equations, parse_statements])
def test_what_is_not_text_is_refused(value: object, reader: object) -> None:
    with pytest.raises(ExpressionError, match="must be text"):
        reader(value)  # type: ignore[operator]


def test_several_faults_come_in_one_pass() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression("expp(x) + foo(y) + log(x, y) + x**99 + 'a'")
    assert len(caught.value.faults_with_positions) == 1  # characters come first
    with pytest.raises(ExpressionError) as caught:
        parse_expression("expp(x) + foo(y) + log(x, y)")
    assert [fault.column for fault in caught.value.faults_with_positions] == [1, 11, 20]
    with pytest.raises(ExpressionError) as caught:
        parse_expression("x^2 + y[1] + z.real + 0x1")
    assert [fault.column for fault in caught.value.faults_with_positions] == [2, 8, 15, 23]


def test_positions_count_lines_and_reach_the_caller() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression("x +  # sum\n  y +\n   expp(z)")
    error = caught.value
    assert (error.line, error.column) == (3, 4)
    [fault] = error.located(lambda line, column: f"brain.yaml:{13 + line}:{8 + column}", path="neurons.a.threshold")
    assert str(fault) == "brain.yaml:16:12: neurons.a.threshold: unknown function 'expp'. Did you mean 'exp'?"
    assert "line 3, column 4" in str(error)


def test_the_message_of_a_quote_is_that_of_the_contract() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression("exp('x')")
    assert caught.value.faults_with_positions[0].message == 'text in quotes is not allowed in an equation (found "\'")'


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("expp(x)", "Did you mean 'exp'?"),
        ("ln(x)", "The natural logarithm is log(x)"),
        ("max(x, y)", "Write clip(x, limit, inf)"),
        ("x^2", "Use ** for a power"),
        ("2mV", "Write 2*mV"),
        ("x − 1", "Write -"),
        ("x if y else z", "Write int(condition)*a + (1 - int(condition))*b"),
        ("a < b < c", "Write a < b and b < c"),
        ("(x > 0)*3", "Write int(x > 0)"),
        ("clip(x)", "Write clip(x, y, z)"),
        ("x <> y", "Use != for 'not equal'"),
        ("12345678901234567890", "Write it as 1.23457e+19"),
    ],
)
def test_hints_say_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert caught.value.faults_with_positions[0].hint == hint
