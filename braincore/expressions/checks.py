"""Whether parsed expressions and statements make sense where they stand: names, dimensions, targets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from braincore.errors import suggest
from braincore.expressions.dimensions import kind, unit_hint
from braincore.expressions.equations import Equation
from braincore.expressions.expression import Expression
from braincore.expressions.faults import ExpressionError, TextFault
from braincore.expressions.guards import whole_number_faults
from braincore.expressions.names import INTEGER_SYMBOLS, TIME_SYMBOLS, is_noise, undefined_hint
from braincore.expressions.statements import Assignment
from braincore.expressions.tree import Name, excerpt, walk
from braincore.units import DIMENSIONLESS, Dimension

_NO_NOISE = "the noise '{}' is allowed in differential equations only"


def check_names(expressions: Expression | Iterable[Expression], known: Collection[str]) -> list[TextFault]:
    """Return a fault for every name that is neither in `known` nor a unit, a constant, ``t``, ``dt`` or ``xi``.

    Parameters
    ----------
    expressions
        One or several; a name is reported once in each.
    known
        The names that mean something there.
    """
    faults = []
    for expression in [expressions] if isinstance(expressions, Expression) else expressions:
        unknown = {n for n in expression.variables if n not in known and n not in TIME_SYMBOLS and not is_noise(n)}
        for node in first_uses(expression, unknown):
            hint = undefined_hint(node.name, known)
            faults.append(TextFault(node.line, node.column, f"undefined symbol '{node.name}'", hint))
    return faults


def check_expression(
    expression: Expression,
    known: Mapping[str, Dimension],
    *,
    dimension: Dimension | None = None,
    condition: bool = False,
    booleans: Collection[str] = (),
) -> list[TextFault]:
    """Return the faults of an expression that stands alone, such as a threshold, a rate or an initial value.

    Parameters
    ----------
    known
        Name to dimension.
    dimension
        What it must be; anything if None.
    condition
        It must be true or false (a threshold).
    booleans
        The names in `known` that are conditions.
    """
    faults = check_value(expression, known, booleans)
    if faults:
        return faults
    root = expression.tree
    is_condition = expression.is_condition(booleans)
    if condition and not is_condition:
        hint = "Write a comparison, such as v > v_th"
        return [TextFault(root.line, root.column, f"'{excerpt(root)}' is a number, not a condition", hint)]
    if dimension is not None and not condition:
        if is_condition:
            return [TextFault(root.line, root.column, f"'{excerpt(root)}' is a condition, not a number")]
        found = expression.dimension(known, booleans)
        if found != dimension:
            message = f"'{excerpt(root)}' is {kind(found)}, but must be {kind(dimension)}"
            return [TextFault(root.line, root.column, message, unit_hint(root, found, dimension))]
    return []


def check_statements(
    assignments: Sequence[Assignment],
    writable: Mapping[str, Dimension],
    known: Mapping[str, Dimension],
    *,
    booleans: Collection[str] = (),
) -> list[TextFault]:
    """Return every fault of assignments that parsed.

    A target must be in `writable`: Brian2 would make a misspelt ``V = 0`` a new variable of its own and lose the reset.

    Parameters
    ----------
    writable
        The variables that may change here, with their dimensions.
    known
        Name to dimension of everything else that may be read.
    booleans
        The names that are conditions.
    """
    dims = {**known, **writable}
    faults: list[TextFault] = []
    for assignment in assignments:
        target = assignment.target
        found = check_value(assignment.expression, dims, booleans)
        faults += found
        if target not in writable:
            faults.append(_target_fault(assignment, writable, known))
        elif not found:
            faults += _check_assigned(assignment, writable[target], dims, booleans)
    return faults


def text_fault(item: Equation | Assignment, message: str, hint: str = "") -> TextFault:
    """Make a fault at the place of an equation or assignment."""
    return TextFault(item.line, item.column, message, hint)


def first_uses(expression: Expression, names: Collection[str]) -> list[Name]:
    """Return where each of `names` stands first in an expression, in the order of the text."""
    uses = [node for node in walk(expression.tree) if isinstance(node, Name) and node.name in names]
    uses.sort(key=lambda node: (node.line, node.column))
    return list({node.name: node for node in reversed(uses)}.values())[::-1]


def check_value(
    expression: Expression,
    dims: Mapping[str, Dimension],
    booleans: Collection[str],
    *,
    noise: bool = False,
    integers: Collection[str] = INTEGER_SYMBOLS,
) -> list[TextFault]:
    """Return the faults of names, else of dimensions, and of noise where there may be none."""
    faults = check_names(expression, dims)
    if not noise:
        misplaced = {name for name in expression.names if is_noise(name)}
        faults += [
            TextFault(node.line, node.column, _NO_NOISE.format(node.name)) for node in first_uses(expression, misplaced)
        ]
    if not faults:
        try:
            expression.dimension(dims, booleans)
        except ExpressionError as error:
            faults += error.faults_with_positions
    return faults + whole_number_faults(expression.tree, integers)


def _target_fault(
    assignment: Assignment, writable: Mapping[str, Dimension], known: Mapping[str, Dimension]
) -> TextFault:
    target = assignment.target
    if target in known or target in TIME_SYMBOLS:
        return text_fault(assignment, f"'{target}' cannot be changed here", suggest(target, writable, noun="variable"))
    return text_fault(assignment, f"unknown variable '{target}'", suggest(target, writable, noun="variable"))


def _check_assigned(
    assignment: Assignment, dimension: Dimension, dims: Mapping[str, Dimension], booleans: Collection[str]
) -> list[TextFault]:
    expression, root = assignment.expression, assignment.expression.tree
    boolean = assignment.target in booleans
    if boolean and assignment.op != "=":
        return [text_fault(assignment, f"'{assignment.target}' is a condition; only '=' can change it")]
    if expression.is_condition(booleans) != boolean:
        words = ("a condition", "a number") if boolean else ("a number", "a condition")
        message = f"'{assignment.target}' is {words[0]}, but '{excerpt(root)}' is {words[1]}"
        return [TextFault(root.line, root.column, message)]
    found = expression.dimension(dims, booleans)
    wanted = DIMENSIONLESS if assignment.op in ("*=", "/=") else dimension
    if found == wanted:
        return []
    if assignment.op in ("*=", "/="):
        message = f"'{assignment.op}' needs a plain number, but '{excerpt(root)}' is {kind(found)}"
    else:
        message = f"'{assignment.target}' is {kind(dimension)}, but '{excerpt(root)}' is {kind(found)}"
    return [TextFault(root.line, root.column, message, unit_hint(root, found, wanted))]
