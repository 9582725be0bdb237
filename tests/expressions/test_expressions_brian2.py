"""Whatever is accepted, Brian2 builds and runs: random expressions as subexpressions of a model."""

from __future__ import annotations

import random
from typing import Any

import pytest
from expression_corpus import DIMS, random_quantities, random_text

from braincore.expressions import Expression, ExpressionError, check_equations, parse_equations, parse_expression
from braincore.units import CAPACITANCE, CONDUCTANCE, CURRENT, DIMENSIONLESS, FREQUENCY, TIME, VOLTAGE

brian2 = pytest.importorskip("brian2")

UNITS = {VOLTAGE: "volt", CURRENT: "amp", TIME: "second", DIMENSIONLESS: "1", FREQUENCY: "Hz", CONDUCTANCE: "siemens",
         CAPACITANCE: "farad"}  # fmt: skip
DECLARED = "\n".join(f"{name} : {UNITS[dimension]}" for name, dimension in DIMS.items()) + "\nz : 1"


def _accepted(rng: random.Random, count: int) -> list[tuple[Expression, str]]:
    found: list[tuple[Expression, str]] = []
    while len(found) < count:
        text = (
            random_quantities(rng, rng.randint(1, 3)) if rng.random() < 0.5 else random_text(rng, rng.random() < 0.5, 3)
        )
        try:
            expression = parse_expression(text)
            dimension = expression.dimension({**DIMS, "z": DIMENSIONLESS})
        except ExpressionError:
            continue
        if dimension in UNITS and expression.constant is None:
            found.append((expression, "boolean" if expression.is_condition() else UNITS[dimension]))
    return found


def _run(batch: list[tuple[Expression, str]]) -> None:
    lines = [f"s{k} = {expression.text} : {unit}" for k, (expression, unit) in enumerate(batch)]
    scaled = {"boolean": "int({})", "1": "{}"}
    terms = [scaled.get(unit, f"{{}}/{unit}").format(f"s{k}") for k, (_, unit) in enumerate(batch)]
    text = "\n".join([DECLARED, *lines, f"dq/dt = ({' + '.join(terms)})/second : 1"])
    equations = parse_equations(text)
    assert check_equations(equations, {}) == []
    group = brian2.NeuronGroup(2, "\n".join(map(str, equations)), method="euler", name="test_expressions*",
                               namespace={}, codeobj_class=brian2.codegen.runtime.numpy_rt.NumpyCodeObject)  # fmt: skip
    brian2.Network(group).run(brian2.defaultclock.dt, namespace={})


def _check(seed: int, count: int) -> None:
    found: list[Any] = _accepted(random.Random(seed), count)
    for start in range(0, count, 8):
        batch = found[start : start + 8]
        try:
            _run(batch)
        except Exception:
            for single in batch:
                try:
                    _run([single])
                except Exception as error:
                    raise AssertionError(f"Brian2 refuses '{single[0]}'") from error
            raise


def test_accepted_expressions_run_in_brian2() -> None:
    _check(5, 80)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 25))
@pytest.mark.rotates(5)
def test_many_accepted_expressions_run_in_brian2(seed: int) -> None:
    _check(seed, 400)
