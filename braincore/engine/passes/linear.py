"""Whether one step of a group is a linear map of its state, and what that map does if nothing comes in.

A state update is walked through with affine forms in place of numbers: a product of two forms, or a function of one, is
not affine. What comes out is ``x -> A x + b``, and from it: where the state comes to rest, the powers of the map, and
how far each deviation from rest may drive a neuron towards its threshold at any later time.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from numpy.typing import NDArray

Vector = NDArray[np.float64]

NEAR = 1024
"""Steps in the first table of powers; the second one has the powers of that many steps."""

LONGEST = 1 << 18
"""Steps after which a deviation has to be gone."""

GONE = 1e-6
"""What counts as gone."""


class NotAffineError(Exception):
    """A state update is no affine map of its state; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resting:
    """What a neuron does if nothing comes in.

    Attributes
    ----------
    rest
        State in which it comes to rest, shape (n,).
    near, far
        Powers 0 to 1023 of the map, and of 1024 steps of it, shape (1024, n, n).
    up, down
        How far a unit of deviation from rest, upwards or downwards, drives it towards threshold at most, shape (n,).
    level
        How far it is from threshold at rest, with a margin for rounding; negative.
    """

    rest: Vector
    near: Vector
    far: Vector
    up: Vector
    down: Vector
    level: float

    def numbers(self) -> Vector:
        """Return everything in one row, as the compiled code takes it."""
        last = np.array([self.level])
        return np.concatenate([v.ravel() for v in (self.near, self.far, self.rest, self.up, self.down, last)])


_FUNCTIONS: Mapping[str, Any] = {
    "exp": np.exp, "log": np.log, "log10": np.log10, "log1p": np.log1p, "expm1": np.expm1, "sqrt": np.sqrt,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "abs": np.abs,
    "floor": np.floor, "ceil": np.ceil, "sign": np.sign, "clip": np.clip, "int": np.trunc,
    "exprel": lambda x: np.expm1(x) / x if x else 1.0,
}  # fmt: skip


class _Walk:
    """Works out expressions whose names stand for affine forms: coefficients of the state, then the constant."""

    def __init__(self, names: Mapping[str, Vector], variables: Mapping[str, Any]) -> None:
        self.names = dict(names)
        self.variables = variables

    def value(self, node: ast.expr) -> Vector:
        """Return the form that an expression stands for."""
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return self._number(float(node.value))
        if isinstance(node, ast.Name):
            if node.id in ("True", "False"):
                return self._number(float(node.id == "True"))
            if node.id not in self.names:
                raise NotAffineError(f"it reads {node.id}")
            return self.names[node.id]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            value = self.value(node.operand)
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self._called(node.func.id, [self.value(argument) for argument in node.args])
        raise NotAffineError(f"it has a {type(node).__name__}")

    def _number(self, value: float) -> Vector:
        found = np.zeros(len(next(iter(self.names.values()))))
        found[-1] = value
        return found

    def _binary(self, node: ast.BinOp) -> Vector:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            if left[:-1].any() and right[:-1].any():
                raise NotAffineError("it multiplies state by state")
            return np.asarray(right * left[-1] if right[:-1].any() else left * right[-1])
        if isinstance(node.op, ast.Div) and not right[:-1].any():
            return np.asarray(left / right[-1])
        if isinstance(node.op, ast.Pow) and not right[:-1].any() and not left[:-1].any():
            return self._number(float(np.power(left[-1], right[-1])))
        raise NotAffineError("it is not linear in its state")

    def _called(self, name: str, arguments: Sequence[Vector]) -> Vector:
        meant = self.variables.get(name)
        if name not in _FUNCTIONS or (isinstance(meant, Function) and meant is not DEFAULT_FUNCTIONS.get(name)):
            raise NotAffineError(f"it calls {name}")
        if any(argument[:-1].any() for argument in arguments):
            raise NotAffineError(f"it has {name} of its state")
        return self._number(float(_FUNCTIONS[name](*(argument[-1] for argument in arguments))))


def step_map(code: str, state: Sequence[str], known: Mapping[str, float], variables: Mapping[str, Any]) -> Vector:
    """Return the map of one step as rows of coefficients of the state and the constant, shape (n, n + 1).

    Parameters
    ----------
    code
        Abstract code of a state update: assignments.
    state
        Names of the state variables.
    known
        Names of constants to their values.
    variables
        What other names mean: functions have to be Brian2's.

    Raises
    ------
    NotAffineError
        The code is no affine map.
    """
    walk = _Walk(_forms(state, known), variables)
    with np.errstate(all="ignore"):
        for statement in ast.parse(code).body:
            if isinstance(statement, ast.Assign) and isinstance(target := statement.targets[0], ast.Name):
                walk.names[target.id] = walk.value(statement.value)
            elif isinstance(statement, ast.AugAssign) and isinstance(target := statement.target, ast.Name):
                whole = ast.BinOp(left=ast.Name(id=target.id), op=statement.op, right=statement.value)
                walk.names[target.id] = walk.value(whole)
            else:
                raise NotAffineError(f"it has a {type(statement).__name__}")
    found = np.array([walk.names[name] for name in state])
    if not np.isfinite(found).all():
        raise NotAffineError("a coefficient is not a finite number")
    return found


def threshold_form(condition: str, state: Sequence[str], known: Mapping[str, float], free: str = "") -> Vector:
    """Return the form that is positive (or zero) where a threshold is reached, shape (n + 1,).

    Parameters
    ----------
    condition
        The condition, in Brian2's language.
    state, known
        As in `step_map`.
    free
        Name of what else has to be true, and is for a neuron that rests.

    Raises
    ------
    NotAffineError
        The condition is no comparison of affine forms.
    """
    node = ast.parse(condition.strip(), mode="eval").body
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        left = [part for part in node.values if not (isinstance(part, ast.Name) and part.id == free)]
        if len(left) != 1:
            raise NotAffineError("its threshold has several conditions")
        node = left[0]
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        raise NotAffineError("its threshold is no comparison")
    walk = _Walk(_forms(state, known), {})
    difference = walk.value(node.left) - walk.value(node.comparators[0])
    if isinstance(node.ops[0], ast.Gt | ast.GtE):
        return difference
    if isinstance(node.ops[0], ast.Lt | ast.LtE):
        return -difference
    raise NotAffineError("its threshold is no inequality")


def _forms(state: Sequence[str], known: Mapping[str, float]) -> dict[str, Vector]:
    units = np.eye(len(state) + 1)
    return {**{name: units[-1] * value for name, value in known.items()}, **dict(zip(state, units, strict=False))}


def resting(step: Vector, reached: Vector, epsilon: float) -> Resting:
    """Return what a neuron does if nothing comes in.

    Parameters
    ----------
    step
        The map of one step, from `step_map`.
    reached
        The form of the threshold, from `threshold_form`.
    epsilon
        Rounding of the arithmetic.

    Raises
    ------
    NotAffineError
        The state does not come to rest below threshold, or too slowly.
    """
    n = len(step)
    matrix, constant = step[:, :n], step[:, n]
    radius = float(np.abs(np.linalg.eigvals(matrix)).max())
    if radius >= 1 - 1e-9:
        raise NotAffineError("its state does not decay")
    rest: Vector = np.asarray(np.linalg.solve(np.eye(n) - matrix, constant), dtype=np.float64)
    drive = reached[:n]
    scale = float(np.abs(drive) @ np.abs(rest) + abs(reached[n]))
    level = float(drive @ rest + reached[n]) + 8 * epsilon / (1 - radius) * scale
    if not level < 0:
        raise NotAffineError("it reaches its threshold without input")
    up, down = _reach(matrix, drive)
    near = _powers(matrix, NEAR)
    far = _powers(near[-1] @ matrix, NEAR)
    return Resting(rest=rest, near=near, far=far, up=up, down=down, level=level)


def _powers(matrix: Vector, count: int) -> Vector:
    """Return the powers 0 to count - 1 of a matrix (count a power of 2)."""
    found = np.eye(len(matrix))[None]
    while len(found) < count:
        found = np.concatenate([found, found @ (found[-1] @ matrix)])
    return found


def _reach(matrix: Vector, drive: Vector) -> tuple[Vector, Vector]:
    """Return the largest and the most negative effect on `drive` that a unit of each variable has at any later step.

    Effects are worked out until the map shrinks what is left below a part `GONE` of the largest effect so far, and so
    on for ever; that part is a lower limit of what is returned.
    """
    rows, power = drive[None], matrix
    while True:
        rows = np.concatenate([rows, rows @ power])
        power = power @ power
        largest = np.abs(rows).max(axis=0)
        if (largest @ np.abs(power) <= GONE * largest).all():
            break
        if len(rows) >= LONGEST:
            raise NotAffineError("its state decays too slowly")
    left = GONE * largest
    return np.maximum(rows[1:].max(axis=0), left), np.maximum((-rows[1:]).max(axis=0), left)
