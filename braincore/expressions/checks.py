"""Whether parsed equations and statements make sense together: names, dimensions, noise, cycles, size."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from braincore.errors import suggest
from braincore.expressions.dimensions import kind, times, unit_hint
from braincore.expressions.equations import Equation
from braincore.expressions.expression import Expression
from braincore.expressions.faults import ExpressionError, TextFault
from braincore.expressions.functions import FUNCTIONS
from braincore.expressions.guards import whole_number_faults
from braincore.expressions.names import INTEGER_SYMBOLS, TIME_SYMBOLS, is_noise, undefined_hint
from braincore.expressions.size import MAX_TERMS, Size, size_of
from braincore.expressions.statements import Assignment
from braincore.expressions.tree import Binary, Call, Name, Node, Unary, children, walk
from braincore.units import DIMENSIONLESS, TIME, Dimension

MAX_WRITTEN_OUT = 5000
MAX_WRITTEN_DEPTH = 100

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
        for node in _first_uses(expression, unknown):
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
    faults = _check_value(expression, known, booleans)
    if faults:
        return faults
    root = expression.tree
    is_condition = expression.is_condition(booleans)
    if condition and not is_condition:
        hint = "Write a comparison, such as v > v_th"
        return [TextFault(root.line, root.column, f"'{expression}' is a number, not a condition", hint)]
    if dimension is not None and not condition:
        if is_condition:
            return [TextFault(root.line, root.column, f"'{expression}' is a condition, not a number")]
        found = expression.dimension(known, booleans)
        if found != dimension:
            message = f"'{expression}' is {kind(found)}, but must be {kind(dimension)}"
            return [TextFault(root.line, root.column, message, unit_hint(root, found, dimension))]
    return []


def check_equations(
    equations: Sequence[Equation], known: Mapping[str, Dimension], *, booleans: Collection[str] = ()
) -> list[TextFault]:
    """Return every fault of a set of equations that parsed.

    Checked are: names are defined; dimensions agree (``dx/dt`` in the unit of x per second); no name of `known` is
    defined again by an equation; noise stands in differential equations only, linearly, and one `xi` in one equation;
    random functions stand in ``(constant over dt)`` subexpressions only; shared subexpressions use shared variables
    only; no subexpression depends on itself; written out, no equation becomes too large.

    Parameters
    ----------
    equations
        From `parse_equations`.
    known
        Name to dimension of the constants and other symbols of the place (``i``, ``lastspike``, ``v_post``...).
    booleans
        The names in `known` that are conditions.
    """
    own = {equation.name: equation for equation in equations}
    dims = {**known, **{name: equation.dimension for name, equation in own.items()}}
    integers = INTEGER_SYMBOLS | {equation.name for equation in equations if equation.unit == "integer"}
    conditions = {*booleans, *(equation.name for equation in equations if equation.boolean)}
    faults: list[TextFault] = []
    for equation in equations:
        if equation.name in known:
            faults.append(_at(equation, f"'{equation.name}' is given as a parameter and defined by an equation too"))
        if equation.expression is not None:
            found = _check_value(equation.expression, dims, conditions, noise=equation.kind == "differential")
            faults += found or _check_side(equation, equation.expression, dims, conditions)
            faults += _check_flags_of(equation, equation.expression, own)
            faults += whole_number_faults(equation.expression.tree, integers)
    faults += _check_shared_noise(equations)
    return sorted(faults + _check_written_out(equations), key=lambda fault: fault[:2])


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
        found = _check_value(assignment.expression, dims, booleans)
        faults += found
        if target not in writable:
            faults.append(_target_fault(assignment, writable, known))
        elif not found:
            faults += _check_assigned(assignment, writable[target], dims, booleans)
    return faults


def _at(item: Equation | Assignment, message: str, hint: str = "") -> TextFault:
    return TextFault(item.line, item.column, message, hint)


def _first_uses(expression: Expression, names: Collection[str]) -> list[Name]:
    uses = [node for node in walk(expression.tree) if isinstance(node, Name) and node.name in names]
    uses.sort(key=lambda node: (node.line, node.column))
    return list({node.name: node for node in reversed(uses)}.values())[::-1]


def _check_value(
    expression: Expression, dims: Mapping[str, Dimension], booleans: Collection[str], *, noise: bool = False
) -> list[TextFault]:
    """Return the faults of names, else of dimensions, and of noise where there may be none."""
    faults = check_names(expression, dims)
    if not noise:
        misplaced = {name for name in expression.names if is_noise(name)}
        faults += [
            TextFault(node.line, node.column, _NO_NOISE.format(node.name))
            for node in _first_uses(expression, misplaced)
        ]
    if not faults:
        try:
            expression.dimension(dims, booleans)
        except ExpressionError as error:
            faults += error.faults_with_positions
    return faults


def _check_side(
    equation: Equation, expression: Expression, dims: Mapping[str, Dimension], booleans: Collection[str]
) -> list[TextFault]:
    """Compare the right-hand side, which is right in itself, with the left."""
    root = expression.tree
    is_condition = expression.is_condition(booleans)
    if is_condition != equation.boolean:
        what = ("a condition", "boolean") if is_condition else ("a number", "1")
        message = f"'{equation.name}' is declared {equation.unit}, but its right-hand side is {what[0]}"
        return [TextFault(root.line, root.column, message, f"Declare it {what[1]}" if is_condition else "")]
    found = expression.dimension(dims, booleans)
    if equation.kind == "subexpression":
        if equation.boolean and expression.constant is not None:
            message = f"'{equation.name}' is always {expression}"
            return [TextFault(root.line, root.column, message, f"Make it a parameter: {equation.name} : boolean")]
        if found == equation.dimension:
            return []
        message = f"'{equation.name}' is {kind(equation.dimension)}, but its right-hand side is {kind(found)}"
        return [TextFault(root.line, root.column, message, unit_hint(root, found, equation.dimension))]
    wanted = times(equation.dimension, TIME, -1.0)
    if found != wanted:
        hint = "Divide it by a time constant" if found == equation.dimension else ""
        message = f"d{equation.name}/dt must be {kind(wanted)}, but its right-hand side is {kind(found)}"
        return [TextFault(root.line, root.column, message, hint)]
    return _noise_faults(root)


def _check_flags_of(equation: Equation, expression: Expression, own: Mapping[str, Equation]) -> list[TextFault]:
    faults = []
    random = [name for name in expression.functions if FUNCTIONS[name].stateful]
    if random and "constant over dt" not in equation.flags:
        where = next(node for node in walk(expression.tree) if isinstance(node, Call) and node.function in random)
        message = f"'{where.function}' gives another value at each call, so its place is a subexpression of its own"
        hint = "Write r = randn() : 1 (constant over dt), or use the noise xi"
        faults.append(TextFault(where.line, where.column, message, hint))
    if "shared" in equation.flags:
        private = {n for n in expression.variables if (n in own and "shared" not in own[n].flags) or n in ("i", "j")}
        for node in _first_uses(expression, private):
            message = f"'{equation.name}' is shared by all neurons, but '{node.name}' is not"
            faults.append(TextFault(node.line, node.column, message, f"Declare '{node.name}' (shared) too"))
    return faults


def _noise_faults(node: Node) -> list[TextFault]:
    """Refuse noise that does not enter as a sum of products: Brian2 cannot separate it."""
    faults: list[TextFault] = []
    _noise_degree(node, faults)
    return faults[:1]


def _noise_degree(node: Node, faults: list[TextFault]) -> int:
    """Return 1 if `node` holds noise (linearly), else 0."""
    if isinstance(node, Name):
        return int(is_noise(node.name))
    degrees = [_noise_degree(part, faults) for part in children(node)]
    if not any(degrees):
        return 0
    linear = isinstance(node, Unary) and node.operator != "not"
    if isinstance(node, Binary):
        linear = (
            node.operator in ("+", "-")
            or (node.operator == "*" and sum(degrees) == 1)
            or (node.operator == "/" and not degrees[1])
        )
    if not linear:
        message = "noise may only be added and multiplied by what is not noise"
        faults.append(TextFault(node.line, node.column, message))
    return 1


def _check_shared_noise(equations: Sequence[Equation]) -> list[TextFault]:
    """Refuse `xi` in two equations: Brian2 asks whether it is one noise or two."""
    users = [
        e for e in equations if e.expression is not None and "xi" in e.expression.names and e.kind == "differential"
    ]
    hint = "Write xi_1 and xi_2 for independent noises, xi_1 in both for the same"
    return [_at(e, f"the noise 'xi' is in the equation of '{users[0].name}' already", hint) for e in users[1:]]


def _check_written_out(equations: Sequence[Equation]) -> list[TextFault]:
    """Refuse subexpressions that go round in a circle, or explode once written out as Brian2 does."""
    inner = {e.name: e for e in equations if e.kind == "subexpression"}
    needs = {name: inner.keys() & equation.expression.names for name, equation in inner.items() if equation.expression}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        chain = error.args[1][::-1]
        return [_at(inner[chain[0]], f"'{chain[0]}' depends on itself: {' -> '.join(chain)}")]
    sizes: dict[str, Size] = {}
    faults = []
    for equation in [*(inner[name] for name in order), *(e for e in equations if e.kind == "differential")]:
        size = size_of(equation.expression.tree, sizes) if equation.expression else Size()
        large = size.nodes > MAX_WRITTEN_OUT or size.worst > MAX_TERMS or size.depth > MAX_WRITTEN_DEPTH
        if large:
            message = f"with its subexpressions written out, the equation of '{equation.name}' is too large"
            faults.append(_at(equation, message, "Give a subexpression the flag (constant over dt)"))
        if equation.kind == "subexpression":
            sizes[equation.name] = Size() if large or "constant over dt" in equation.flags else size
    return faults


def _target_fault(
    assignment: Assignment, writable: Mapping[str, Dimension], known: Mapping[str, Dimension]
) -> TextFault:
    target = assignment.target
    if target in known or target in TIME_SYMBOLS:
        return _at(assignment, f"'{target}' cannot be changed here", suggest(target, writable, noun="variable"))
    return _at(assignment, f"unknown variable '{target}'", suggest(target, writable, noun="variable"))


def _check_assigned(
    assignment: Assignment, dimension: Dimension, dims: Mapping[str, Dimension], booleans: Collection[str]
) -> list[TextFault]:
    expression, root = assignment.expression, assignment.expression.tree
    boolean = assignment.target in booleans
    if boolean and assignment.op != "=":
        return [_at(assignment, f"'{assignment.target}' is a condition; only '=' can change it")]
    if expression.is_condition(booleans) != boolean:
        words = ("a condition", "a number") if boolean else ("a number", "a condition")
        message = f"'{assignment.target}' is {words[0]}, but '{expression}' is {words[1]}"
        return [TextFault(root.line, root.column, message)]
    found = expression.dimension(dims, booleans)
    wanted = DIMENSIONLESS if assignment.op in ("*=", "/=") else dimension
    if found == wanted:
        return []
    if assignment.op in ("*=", "/="):
        message = f"'{assignment.op}' needs a plain number, but '{expression}' is {kind(found)}"
    else:
        message = f"'{assignment.target}' is {kind(dimension)}, but '{expression}' is {kind(found)}"
    return [TextFault(root.line, root.column, message, unit_hint(root, found, wanted))]
