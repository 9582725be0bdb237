"""Input that is mostly nothing: which steps bring some is worked out 64 steps ahead.

A PoissonInput to a few neurons draws a binomial number for each of them in every step, nearly always zero. Numbers
are functions of the step, so those of the next 64 steps can be looked at together, and a neuron that gets nothing is
passed over. The numbers are those that would have been drawn.

Legal if the code does nothing but add a product with such a number.
"""

from __future__ import annotations

import ast
import re

import numpy as np
from brian2.core.functions import Function
from brian2.core.variables import Constant

from braincore.engine.captured import Captured
from braincore.engine.generator import TABLES, Block
from braincore.engine.unit import Unit

RARE = 0.1
"""Chance of a number above zero, in one step, up to which it pays."""


def skipped(unit: Unit, captured: Captured, block: Block) -> str:
    """Return the statement that passes over a neuron which gets nothing, an empty text if the pass does not apply."""
    name = _drawn(captured) if unit.passes.poisson else None
    if name is None:
        return ""
    kind, table = TABLES.get(name, ("", ()))
    call = re.search(rf"\b{unit.drawn.get(name)}\(_draw\((\d+), _vectorisation_idx\)\)", block.vector)
    if call is None or kind != "_Binomial" or table[0] >= 0 or 1 - table[1] > RARE:
        return ""
    unit.shares += 1
    ahead = f"ahead{unit.shares}"
    unit.declarations.append(f"static vector<_Ahead> {ahead};")
    unit.opening.append(f"{ahead}.assign({unit.table.constant(len(captured.owner))[1]}, _Ahead());")
    return f"if ({ahead}[_idx].zero({unit.drawn[name]}, _idx, {call[1]}u)) continue;"


def _drawn(captured: Captured) -> str | None:
    """Return the name of the function without arguments by whose value, times constants, code increases a variable."""
    if set(captured.code) != {None}:
        return None
    statements = ast.parse(captured.code[None].strip()).body
    if (
        len(statements) != 1
        or not isinstance(statements[0], ast.AugAssign)
        or not isinstance(statements[0].op, ast.Add)
    ):
        return None
    calls = []
    factors = [statements[0].value]
    while factors:
        factor = factors.pop()
        if isinstance(factor, ast.BinOp) and isinstance(factor.op, ast.Mult):
            factors += [factor.left, factor.right]
        elif isinstance(factor, ast.Call) and isinstance(factor.func, ast.Name) and not factor.args:
            calls.append(factor.func.id)
        elif isinstance(factor, ast.Name) and isinstance(known := captured.variables.get(factor.id), Constant):
            if not np.isfinite(known.get_value()):
                return None
        elif not isinstance(factor, ast.Constant):
            return None
    return calls[0] if len(calls) == 1 and isinstance(captured.variables.get(calls[0]), Function) else None
