"""Random text: whatever comes in, an expression or an `ExpressionError` comes out, and what passes is harmless."""

from __future__ import annotations

import random
import re
import string

import pytest
from expression_corpus import ATTACKS, VALID
from hypothesis import given, settings
from hypothesis import strategies as st

from braincore.expressions import (
    FUNCTIONS,
    ExpressionError,
    check_equations,
    check_statements,
    parse_equations,
    parse_expression,
    parse_statements,
)
from braincore.units import TIME, VOLTAGE

SEEDS = [text for text, *_ in VALID] + [text for text, *_ in ATTACKS if len(text) < 100]
WORDS = "x v t xi mV pi True and or not if lambda _x 1 2.5 1e3 0 1e999 9**9 (x)"
SIGNS = "** // == < >= = ( ) , + - * / % : ; ' \" [ ] . # ^ é \x00 \u202e"
PIECES = [*FUNCTIONS, *WORDS.split(), *SIGNS.split(" "), " ", "\n"]
EQUATIONS = ["dv/dt = (E - v)/tau : volt (unless refractory)", "I = g*(E - v) : amp  # c", "x, y : 1 (constant)",
             "a : siemens/meter**2", "dw/dt = -w/tau + s*xi*tau**-0.5 : 1",
             "b = v > E and x < 1 : boolean"]  # fmt: skip
STATEMENTS = ["v = v_r; w += d", "x *= 1 + y\nx /= 2", "v = clip(v,\n 0*mV, E)  # c", "on = v > E"]
HARMLESS = re.compile(r"[A-Za-z0-9_+\-*/%<>=!(),. ]*")


def _mutate(rng: random.Random, text: str) -> str:
    characters = list(text)
    for _ in range(rng.randint(1, 4)):
        place = rng.randint(0, len(characters))
        roll = rng.random()
        if roll < 0.4:
            characters[place:place] = rng.choice(PIECES)
        elif roll < 0.6:
            del characters[place : place + rng.randint(1, 3)]
        elif roll < 0.8:
            characters[place : place + 1] = rng.choice(string.printable)
        elif roll < 0.9:
            other = rng.choice(SEEDS)
            characters[place:] = other[rng.randint(0, len(other)) :]
        else:
            characters = characters[place:] + characters[:place]
    return "".join(characters)


def _assemble(rng: random.Random) -> str:
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 14)))


def _try(reader: object, text: str) -> bool:
    """Return whether the text is accepted; any other exception than `ExpressionError` fails the test."""
    try:
        found = reader(text)  # type: ignore[operator]
    except ExpressionError as error:
        assert error.faults_with_positions
        lines = text.split("\n")
        for line, column, message, _ in error.faults_with_positions:
            assert message
            assert 1 <= line <= len(lines)
            assert 1 <= column <= len(lines[line - 1]) + 1
        return False
    texts = [found.text] if reader is parse_expression else [str(item) for item in found]
    assert all(HARMLESS.fullmatch(one.replace(":", "").replace("-driven", "")) for one in texts), texts
    return True


def _fuzz(seed: int, count: int) -> tuple[int, int]:
    rng = random.Random(seed)
    accepted = 0
    for index in range(count):
        text = _assemble(rng) if index % 3 == 0 else _mutate(rng, rng.choice(SEEDS))
        if _try(parse_expression, text):
            accepted += 1
    return accepted, count - accepted


@pytest.mark.parametrize("seed", range(8))
def test_expressions(seed: int) -> None:
    """200 000 strings in eight parts; both verdicts must be common, or the fuzz would show nothing."""
    accepted, refused = _fuzz(seed, 25_000)
    assert accepted > 2500
    assert refused > 2500


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
@pytest.mark.rotates(5)
def test_two_million_expressions(seed: int) -> None:
    accepted, refused = _fuzz(seed, 50_000)
    assert accepted > 5000
    assert refused > 5000


def test_equations_and_statements() -> None:
    rng = random.Random(3)
    accepted = 0
    known = {"tau": TIME, "E": VOLTAGE}
    for index in range(12_000):
        if index % 2:
            text = _mutate(rng, "\n".join(rng.sample(EQUATIONS, rng.randint(1, 4))))
            if _try(parse_equations, text):
                accepted += 1
                check_equations(parse_equations(text), known)
        else:
            text = _mutate(rng, rng.choice(STATEMENTS))
            if _try(parse_statements, text):
                accepted += 1
                check_statements(parse_statements(text), {"v": VOLTAGE}, known)
    assert 1000 < accepted < 11_000


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_any_unicode(text: str) -> None:
    for reader in (parse_expression, parse_equations, parse_statements):
        _try(reader, text)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_words(words: list[str]) -> None:
    for reader in (parse_expression, parse_equations, parse_statements):
        _try(reader, " ".join(words))
