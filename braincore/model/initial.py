"""Initial values given as expressions: which names they may read, and in which order they are worked out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from braincore.errors import Fault, InputError, suggest
from braincore.expressions import Expression, check_expression, parse_expression
from braincore.model.values import as_value, is_quantity
from braincore.units import DIMENSIONLESS, TIME, Dimension

if TYPE_CHECKING:
    from braincore.model.neuron import NeuronModel

INITIAL_SYMBOLS: Mapping[str, Dimension] = {"i": DIMENSIONLESS, "N": DIMENSIONLESS, "dt": TIME}
"""Names that an initial value may read besides the model's own: index in the population, its size, the time step."""


@lru_cache(maxsize=4096)
def read(text: str) -> Expression:
    """Parse an expression; those of a model are met again for every population and region."""
    return parse_expression(text)


def is_expression(given: Any) -> bool:
    """Tell whether an initial value is an expression rather than a number with a unit."""
    return isinstance(given, str) and not is_quantity(given)


def initial_faults(model: NeuronModel, given: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with initial values of a model's state variables; each fault's path is ``initial.name``."""
    state = {e.name: e for e in model.parsed if e.kind != "subexpression"}
    known = {**INITIAL_SYMBOLS, **{p.name: p.dimension for p in model.parameters}}
    known |= {e.name: e.dimension for e in model.parsed}
    booleans = {e.name for e in model.parsed if e.boolean}
    faults: list[Fault] = []
    for name, value in given.items():
        path = f"initial.{name}"
        if name not in state:
            hint = suggest(name, state, noun="state variable")
            faults.append(Fault(f"'{name}' is not a state variable of neuron '{model.name}'", path=path, hint=hint))
            continue
        try:
            if not is_expression(value):
                if state[name].boolean:
                    raise InputError(f"'{name}' is a condition, not a number", hint="Write True, False or a comparison")
                as_value(value, state[name].dimension)
                continue
            found = check_expression(
                read(value),
                known,
                dimension=None if state[name].boolean else state[name].dimension,
                condition=state[name].boolean,
                booleans=booleans,
            )
            faults += [f.fault(where=f"line {f.line}, column {f.column}", path=path) for f in found]
        except InputError as error:
            faults += [Fault(f.message, f.where, path, f.hint) for f in error.faults]
    return faults or _order_faults(model, given)


def _order_faults(model: NeuronModel, given: Mapping[str, Any]) -> list[Fault]:
    inputs = model.inputs
    for name, value in given.items():
        if is_expression(value):
            outside = sorted(closure(model, read(value)) & inputs)
            if outside:
                message = f"the initial value of '{name}' reads the input '{outside[0]}', which is not there yet"
                return [Fault(message, path=f"initial.{name}")]
    try:
        initial_order(model, given)
    except CycleError as error:
        chain = error.args[1][::-1]
        return [Fault(f"initial values need each other: {' -> '.join(chain)}", path=f"initial.{chain[0]}")]
    return []


def closure(model: NeuronModel, expression: Expression) -> frozenset[str]:
    """Return every name that an expression reads, through the model's sub-expressions."""
    inner = {e.name: e.expression for e in model.parsed if e.kind == "subexpression"}
    found: set[str] = set()
    pending = [expression]
    while pending:
        for name in pending.pop().variables - found:
            found.add(name)
            text = inner.get(name)
            if text is not None:
                pending.append(text)
    return frozenset(found)


def initial_order(model: NeuronModel, given: Mapping[str, Any]) -> list[str]:
    """Return the names of initial values in the order in which they can be worked out, whatever their order as given.

    Raises
    ------
    graphlib.CycleError
        They need each other.
    """
    needs = {
        name: closure(model, read(value)) & given.keys() - {name} if is_expression(value) else frozenset()
        for name, value in given.items()
    }
    return list(TopologicalSorter(needs).static_order())
