"""Conditions and numbers: neither may stand where the other is meant, or sympy fails on it."""

from __future__ import annotations

from collections.abc import Collection

from braincore.expressions.faults import TextFault
from braincore.expressions.names import CONSTANTS, is_unit_name
from braincore.expressions.tree import COMPARISONS, LOGICAL, Call, Name, Node, Number, Unary, excerpt


def check_kinds(node: Node, booleans: Collection[str] | None, faults: list[TextFault]) -> bool | None:
    """Return whether `node` is a condition (True), a number (False) or may be either (None), recording misuse.

    Parameters
    ----------
    booleans
        The names that are conditions; None if not known, when only what is plain from the text is refused.
    """
    if isinstance(node, Number):
        return isinstance(node.value, bool)
    if isinstance(node, Name):
        if node.name in CONSTANTS or is_unit_name(node.name):
            return False
        return None if booleans is None else node.name in booleans
    if isinstance(node, Call):
        for argument in node.arguments:
            if check_kinds(argument, booleans, faults) and node.function != "int":
                _record(faults, argument, *_number_wanted(argument, f"in '{node.function}(...)'"))
        return False
    if isinstance(node, Unary):
        kind = check_kinds(node.operand, booleans, faults)
        if node.operator == "not":
            if kind is False:
                _record(faults, node.operand, *_condition_wanted(node.operand, "after 'not'"))
            return True
        if kind:
            _record(faults, node.operand, *_number_wanted(node.operand, f"after '{node.operator}'"))
        return False
    place = f"with '{node.operator}'"
    for operand in (node.left, node.right):
        kind = check_kinds(operand, booleans, faults)
        if node.operator in LOGICAL and kind is False:
            _record(faults, operand, *_condition_wanted(operand, place))
        elif node.operator not in LOGICAL and kind:
            _record(faults, operand, *_number_wanted(operand, place))
    return node.operator in LOGICAL or node.operator in COMPARISONS


def _condition_wanted(node: Node, place: str) -> tuple[str, str]:
    shown = excerpt(node)
    return f"'{shown}' is a number where a condition is needed {place}", f"Write a comparison, such as {shown} > 0"


def _number_wanted(node: Node, place: str) -> tuple[str, str]:
    shown = excerpt(node)
    return f"'{shown}' is a condition where a number is needed {place}", f"Write int({shown})"


def _record(faults: list[TextFault], node: Node, message: str, hint: str) -> None:
    faults.append(TextFault(node.line, node.column, message, hint))
