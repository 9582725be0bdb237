"""The dimension of an expression, with every disagreement named: as strict as Brian2, which has to agree later."""

from __future__ import annotations

from collections.abc import Mapping

from braincore.expressions.constants import constant_value
from braincore.expressions.faults import TextFault
from braincore.expressions.functions import FUNCTIONS
from braincore.expressions.names import CONSTANTS, NOISE, TIME_SYMBOLS, brian2_units, is_noise, undefined_hint
from braincore.expressions.tree import COMPARISONS, LOGICAL, Binary, Call, Name, Node, Number, Unary, excerpt, walk
from braincore.units import (
    CAPACITANCE,
    CONDUCTANCE,
    CURRENT,
    DIMENSIONLESS,
    FREQUENCY,
    LENGTH,
    RESISTANCE,
    TIME,
    VOLTAGE,
    Dimension,
    describe,
    si_symbol,
)

_VERBS = {"+": "add", "-": "subtract", "%": "take the remainder of", **dict.fromkeys(COMPARISONS, "compare")}
_EXAMPLES = {TIME: "ms", VOLTAGE: "mV", CURRENT: "pA", CONDUCTANCE: "nS", CAPACITANCE: "pF", RESISTANCE: "Mohm",
             FREQUENCY: "Hz", LENGTH: "mm"}  # fmt: skip


def kind(dimension: Dimension) -> str:
    """Say what a dimension is in few words: ``a voltage``, ``a plain number``, ``in V/s``."""
    words = describe(dimension).split(" (")[0]
    return words if words.startswith(("a ", "an ")) else f"in {si_symbol(dimension)}"


def times(first: Dimension, second: Dimension, power: float = 1.0) -> Dimension:
    """Return the dimension of ``first * second**power``."""
    return tuple(a + power * b for a, b in zip(first, second, strict=True))  # type: ignore[return-value]


def infer(node: Node, dims: Mapping[str, Dimension], faults: list[TextFault]) -> Dimension | None:
    """Return the dimension of `node`, or None where a fault was recorded, so that one mistake gives one message.

    Parameters
    ----------
    dims
        The dimension of each name. Units, ``pi``, ``e``, ``inf``, ``t``, ``dt`` and ``xi`` need not be there.
    """
    if isinstance(node, Number):
        return DIMENSIONLESS
    if isinstance(node, Name):
        return _of_name(node, dims, faults)
    if isinstance(node, Call):
        return _of_call(node, dims, faults)
    if isinstance(node, Unary):
        inner = infer(node.operand, dims, faults)
        return DIMENSIONLESS if inner is not None and node.operator == "not" else inner
    left, right = infer(node.left, dims, faults), infer(node.right, dims, faults)
    if left is None or right is None:
        return None
    return _of_binary(node, left, right, faults)


def _of_name(node: Name, dims: Mapping[str, Dimension], faults: list[TextFault]) -> Dimension | None:
    name = node.name
    if name in dims:
        return dims[name]
    if name in CONSTANTS:
        return DIMENSIONLESS
    if name in TIME_SYMBOLS:
        return TIME_SYMBOLS[name]
    if is_noise(name):
        return NOISE
    if name in (units := brian2_units()):
        return units[name][1]
    faults.append(_fault(node, f"undefined symbol '{name}'", undefined_hint(name, dims)))
    return None


def _of_binary(node: Binary, left: Dimension, right: Dimension, faults: list[TextFault]) -> Dimension | None:
    symbol = node.operator
    if symbol in LOGICAL:
        return DIMENSIONLESS
    if symbol in ("*", "/"):
        return times(left, right, 1.0 if symbol == "*" else -1.0)
    if symbol == "**":
        return _of_power(node, left, right, faults)
    if symbol == "//":
        for operand, dimension in ((node.left, left), (node.right, right)):
            if dimension != DIMENSIONLESS:
                message = f"'//' needs plain numbers, but '{excerpt(operand)}' is {kind(dimension)}"
                faults.append(_fault(operand, message, "Write floor(x/y)"))
                return None
        return DIMENSIONLESS
    if left != right:
        what = f"'{excerpt(node.left)}' ({kind(left)}) and '{excerpt(node.right)}' ({kind(right)})"
        hint = unit_hint(node.left, left, right) or unit_hint(node.right, right, left)
        faults.append(_fault(node, f"cannot {_VERBS[symbol]} {what}", hint))
        return None
    return DIMENSIONLESS if symbol in COMPARISONS else left


def unit_hint(node: Node, own: Dimension, wanted: Dimension) -> str:
    """Where `node` is a bare number, show how it is written with a unit (zero too: Brian2 insists)."""
    if own == DIMENSIONLESS and wanted in _EXAMPLES and constant_value(node) is not None:
        return f"A number needs a unit here, such as {excerpt(node)}*{_EXAMPLES[wanted]}"
    return ""


def _of_power(node: Binary, base: Dimension, exponent: Dimension, faults: list[TextFault]) -> Dimension | None:
    if exponent != DIMENSIONLESS:
        message = f"an exponent must be a plain number, but '{excerpt(node.right)}' is {kind(exponent)}"
        faults.append(_fault(node.right, message))
        return None
    if base == DIMENSIONLESS:
        return DIMENSIONLESS
    value = constant_value(node.right)
    if value is None:
        message = f"'{excerpt(node.left)}' is {kind(base)}; its exponent must be a number, not '{excerpt(node.right)}'"
        faults.append(_fault(node.right, message, "Divide it by a constant of its unit first"))
        return None
    if not all(map(_read_alike, walk(node.right))):
        message = f"the exponent '{excerpt(node.right)}' of '{excerpt(node.left)}', {kind(base)}, is not simple enough"
        faults.append(_fault(node.right, message, f"Write {value:g}"))
        return None
    return times(DIMENSIONLESS, base, float(value))


def _read_alike(node: Node) -> bool:
    # Brian2 2.9 takes v**(3 - 2) for v**5 in its check of units, and refuses signs, names and calls in an exponent.
    if isinstance(node, Unary | Binary):
        return node.operator != ("+" if isinstance(node, Unary) else "-")
    return isinstance(node, Number)


def _of_call(node: Call, dims: Mapping[str, Dimension], faults: list[TextFault]) -> Dimension | None:
    function = FUNCTIONS[node.function]
    given = [infer(argument, dims, faults) for argument in node.arguments]
    if any(dimension is None for dimension in given):
        return None
    found: list[Dimension] = [dimension for dimension in given if dimension is not None]
    wrong = False
    for rule, argument, dimension in zip(function.arguments, node.arguments, found, strict=True):
        wanted = {"plain": DIMENSIONLESS, "time": TIME, "same": found[0]}.get(rule, dimension)
        if dimension != wanted:
            wrong = True
            as_first = f", as '{excerpt(node.arguments[0])}' is" if rule == "same" else ""
            message = (
                f"'{node.function}' needs {kind(wanted)} here{as_first}, but '{excerpt(argument)}' is {kind(dimension)}"
            )
            hint = "Divide it by a constant of its unit" if rule == "plain" else unit_hint(argument, dimension, wanted)
            faults.append(_fault(argument, message, hint))
    if wrong:
        return None
    if function.result == "plain":
        return DIMENSIONLESS
    return found[0] if function.result == "first" else times(DIMENSIONLESS, found[0], 0.5)


def _fault(node: Node, message: str, hint: str = "") -> TextFault:
    return TextFault(node.line, node.column, message, hint)
