"""What is refused in an expression that parses, because Brian2 or sympy would hang, fail or go wrong on it.

Brian2 hands every expression to sympy, which works out constants and multiplies out products: ``9**9**9`` or
``(a+b+c+d)**64`` would keep it busy for ever, ``(-1)**0.5`` would turn into a variable called ``I`` and ``1/0`` into
one called ``zoo``. Each is refused here with its place in the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from braincore.expressions.constants import Folder
from braincore.expressions.faults import TextFault
from braincore.expressions.functions import FUNCTIONS
from braincore.expressions.kinds import check_kinds
from braincore.expressions.size import MAX_TERMS, size_of
from braincore.expressions.tree import (
    COMPARISONS,
    LOGICAL,
    Binary,
    Call,
    Name,
    Node,
    Number,
    Unary,
    excerpt,
    render,
    walk,
)


def guard(tree: Node) -> list[TextFault]:
    """Return every fault of a parsed expression that needs no knowledge of its names."""
    folder = Folder()
    folder.value(tree)
    faults = folder.faults + _random_faults(tree)
    check_kinds(tree, None, faults)
    if faults:
        return faults
    faults = whole_number_faults(tree) + _counted_condition_faults(tree)
    terms = size_of(tree, {}).worst
    if terms > MAX_TERMS:
        about = str(terms) if terms < 10**6 else "millions of"
        message = f"multiplied out, the expression has {about} terms (limit {MAX_TERMS})"
        faults.append(_fault(tree, message, "Write it with fewer terms or a smaller power"))
    return faults


def _fault(node: Node, message: str, hint: str = "") -> TextFault:
    return TextFault(node.line, node.column, message, hint)


def _random_faults(tree: Node) -> list[TextFault]:
    """Refuse two calls of the same random function, which Brian2 cannot tell apart."""
    calls = [node for node in walk(tree) if isinstance(node, Call) and FUNCTIONS[node.function].stateful]
    counts = Counter(call.function for call in calls)
    faults = []
    for call in calls:
        if counts[call.function] > 1:
            hint = "Give each a line of its own: x = rand() : 1 (constant over dt)"
            faults.append(_fault(call, f"'{call.function}' is called more than once in one expression", hint))
            counts[call.function] = 0
    return faults


def whole_number_faults(tree: Node, integers: Collection[str] = ()) -> list[TextFault]:
    """Return a fault for each whole number to a negative whole power, which NumPy refuses at run time.

    A division by a whole number made from a condition, as in ``x/(1 + int(v > 0))``, is turned into one by sympy.

    Parameters
    ----------
    integers
        The names that are whole numbers.
    """
    faults = []
    constant = Folder().value
    for node in walk(tree):
        if not isinstance(node, Binary):
            continue
        if node.operator == "**" and constant(node.left) is None and _is_whole(node.left, integers):
            power = constant(node.right)
            if isinstance(power, int) and power < 0:
                inverse = render(Binary("**", node.left, Number(-power, 1, 1), 1, 1, 1)).removesuffix("**1")
                message = f"'{excerpt(node)}' is a whole number to a negative power"
                faults.append(_fault(node, message, f"Write 1/{inverse}"))
        elif node.operator in ("/", "//"):
            for factor in _factors(node.right):
                if _is_whole(factor, integers) and any(map(_counts_condition, walk(factor))):
                    message = f"cannot divide by '{excerpt(factor)}', a whole number made from a condition"
                    faults.append(_fault(node, message, "Write its numbers with a decimal point, as in 1.0 + int(...)"))
    return faults


def _counted_condition_faults(tree: Node) -> list[TextFault]:
    """Refuse ``int(v > 0) + x > 1``: sympy takes the number made from a condition for something not real."""
    faults = []
    for node in walk(tree):
        if isinstance(node, Binary) and node.operator in COMPARISONS:
            counted = next((part for part in walk(node) if _counts_condition(part)), None)
            if counted is not None:
                message = f"cannot compare with '{excerpt(counted)}', a number made from a condition"
                faults.append(_fault(node, message, "Combine conditions with 'and', 'or' and 'not'"))
    return faults


def _counts_condition(node: Node) -> bool:
    if not isinstance(node, Call) or node.function != "int":
        return False
    inner = node.arguments[0]
    return (isinstance(inner, Binary) and (inner.operator in COMPARISONS or inner.operator in LOGICAL)) or (
        isinstance(inner, Unary) and inner.operator == "not"
    )


def _factors(node: Node) -> list[Node]:
    if isinstance(node, Binary) and node.operator == "*":
        return _factors(node.left) + _factors(node.right)
    if isinstance(node, Unary):
        return _factors(node.operand)
    return [node]


def _is_whole(node: Node, integers: Collection[str]) -> bool:
    if isinstance(node, Number):
        return isinstance(node.value, int)
    if isinstance(node, Name):
        return node.name in integers
    if isinstance(node, Call):
        clipped = node.function in ("abs", "sign", "clip") and all(_is_whole(a, integers) for a in node.arguments)
        return node.function in ("int", "timestep", "poisson") or clipped
    if isinstance(node, Unary):
        return _is_whole(node.operand, integers)
    return node.operator != "/" and _is_whole(node.left, integers) and _is_whole(node.right, integers)
