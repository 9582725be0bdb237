"""Whether the equations of a model make sense together: dimensions, noise, flags, cycles, size."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from braincore.expressions.checks import check_value, first_uses, text_fault
from braincore.expressions.dimensions import kind, times, unit_hint
from braincore.expressions.equations import Equation
from braincore.expressions.expression import Expression
from braincore.expressions.faults import TextFault
from braincore.expressions.functions import FUNCTIONS
from braincore.expressions.names import INTEGER_SYMBOLS, is_noise
from braincore.expressions.size import MAX_TERMS, Size, size_of
from braincore.expressions.tree import Binary, Call, Name, Node, Unary, children, walk
from braincore.units import TIME, Dimension

MAX_WRITTEN_OUT = 5000
MAX_WRITTEN_DEPTH = 100

Place = Literal["neuron", "synapse"]
_ELSEWHERE: dict[Place, tuple[str, ...]] = {
    "neuron": ("event-driven", "clock-driven", "summed"),
    "synapse": ("unless refractory",),
}


def check_equations(
    equations: Sequence[Equation],
    known: Mapping[str, Dimension],
    *,
    booleans: Collection[str] = (),
    place: Place | None = None,
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
    place
        Where the equations are for: some flags and names go with neurons only, some with synapses only. Anything goes
        if None.
    """
    own = {equation.name: equation for equation in equations}
    dims = {**known, **{name: equation.dimension for name, equation in own.items()}}
    integers = INTEGER_SYMBOLS | {equation.name for equation in equations if equation.unit == "integer"}
    conditions = {*booleans, *(equation.name for equation in equations if equation.boolean)}
    faults: list[TextFault] = []
    for equation in equations:
        if equation.name in known:
            message = f"'{equation.name}' is given as a parameter and defined by an equation too"
            faults.append(text_fault(equation, message))
        if equation.expression is not None:
            noise = equation.kind == "differential"
            found = check_value(equation.expression, dims, conditions, noise=noise, integers=integers)
            faults += found or _check_side(equation, equation.expression, dims, conditions)
            faults += _check_flags_of(equation, equation.expression, own)
    faults += _check_shared_noise(equations)
    if place is not None:
        faults += _check_place(equations, place)
    return sorted(faults + _check_written_out(equations), key=lambda fault: fault[:2])


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
        for node in first_uses(expression, private):
            message = f"'{equation.name}' is shared by all neurons, but '{node.name}' is not"
            faults.append(TextFault(node.line, node.column, message, f"Declare '{node.name}' (shared) too"))
    return faults


def _check_place(equations: Sequence[Equation], place: Place) -> list[TextFault]:
    faults = []
    for equation in equations:
        for flag in sorted(equation.flags.intersection(_ELSEWHERE[place])):
            other = "synapses" if place == "neuron" else "neurons"
            faults.append(text_fault(equation, f"'{equation.name}' has the flag '{flag}', which is for {other} only"))
        if place == "synapse" and equation.name == "delay":
            faults.append(text_fault(equation, "'delay' has a meaning of its own in synapses", "Choose another name"))
    return faults if place == "neuron" else faults + _check_updates(equations)


def _check_updates(equations: Sequence[Equation]) -> list[TextFault]:
    """Refuse variables worked out at every step that need one worked out at spikes only, and the other way round."""
    by_name = {equation.name: equation for equation in equations}
    faults = []
    for equation in equations:
        if equation.kind != "differential" and "summed" not in equation.flags:
            continue
        at_spikes = "event-driven" in equation.flags
        for name in sorted(_reached(equation, by_name) - {equation.name}):
            if by_name[name].kind == "differential" and at_spikes != ("event-driven" in by_name[name].flags):
                how = ("at spikes only", "at every step") if at_spikes else ("at every step", "at spikes only")
                message = f"'{equation.name}' is worked out {how[0]}, but needs '{name}', which is worked out {how[1]}"
                faults.append(text_fault(equation, message, "Make both event-driven or both clock-driven"))
    return faults


def _reached(equation: Equation, by_name: Mapping[str, Equation]) -> set[str]:
    """Return the variables that an equation needs, through subexpressions too."""
    found: set[str] = set()
    pending = [equation]
    while pending:
        current = pending.pop()
        used = current.expression.names if current.expression else frozenset()
        for name in used & by_name.keys() - found:
            found.add(name)
            inner = by_name[name]
            if inner.kind == "subexpression" and "constant over dt" not in inner.flags:
                pending.append(inner)
    return found


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
    return [text_fault(e, f"the noise 'xi' is in the equation of '{users[0].name}' already", hint) for e in users[1:]]


def _check_written_out(equations: Sequence[Equation]) -> list[TextFault]:
    """Refuse subexpressions that go round in a circle, or explode once written out as Brian2 does."""
    inner = {e.name: e for e in equations if e.kind == "subexpression"}
    needs = {name: inner.keys() & equation.expression.names for name, equation in inner.items() if equation.expression}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        chain = error.args[1][::-1]
        return [text_fault(inner[chain[0]], f"'{chain[0]}' depends on itself: {' -> '.join(chain)}")]
    sizes: dict[str, Size] = {}
    faults = []
    for equation in [*(inner[name] for name in order), *(e for e in equations if e.kind == "differential")]:
        size = size_of(equation.expression.tree, sizes) if equation.expression else Size()
        large = size.nodes > MAX_WRITTEN_OUT or size.worst > MAX_TERMS or size.depth > MAX_WRITTEN_DEPTH
        if large:
            message = f"with its subexpressions written out, the equation of '{equation.name}' is too large"
            faults.append(text_fault(equation, message, "Give a subexpression the flag (constant over dt)"))
        if equation.kind == "subexpression":
            sizes[equation.name] = Size() if large or "constant over dt" in equation.flags else size
    return faults
