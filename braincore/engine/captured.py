"""What Brian2 wants to have compiled, kept as it is: the plan turns it into C++, or it runs on Brian2's own runtime."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from brian2.core.variables import ArrayVariable, Subexpression
from brian2.utils.stringtools import word_substitute

NATIVE = frozenset(
    {
        "stateupdate",
        "threshold",
        "reset",
        "synapses",
        "synapses_push_spikes",
        "summed_variable",
        "spikemonitor",
        "statemonitor",
        "ratemonitor",
        "spikegenerator",
    }
)
"""Templates of Brian2 that the engine has its own code for."""


_ASSIGNED = re.compile(r"(?:^|[\n;])\s*(\w+)\s*(?:[-+*/%|&]|\*\*|//)?=(?!=)")


@dataclass(kw_only=True, eq=False)
class Captured:
    """A code object that is not compiled yet.

    Attributes
    ----------
    owner
        The Brian2 object whose code it is (a weak proxy, as in Brian2's own code objects).
    name
        Its name.
    code
        Abstract code by block: after the integrator, with units checked.
    variables, variable_indices
        What its names mean, and how they are indexed.
    template_name
        Which of Brian2's templates it is for.
    template_kwds
        What else the template gets.
    override_conditional_write
        Conditions that do not hold writes back in this code.
    runtime
        Makes the code object of Brian2's runtime that does the same.
    stale
        Subexpressions that mention what the code changes, by another name (`one_name`).
    """

    owner: Any
    name: str
    code: dict[Any, str]
    variables: dict[str, Any]
    variable_indices: Mapping[str, str]
    template_name: str
    template_kwds: Mapping[str, Any]
    override_conditional_write: set[str]
    runtime: Callable[[], Any]
    stale: tuple[str, ...] = ()
    _fallback: Any = field(default=None, repr=False)

    @property
    def assigned(self) -> set[str]:
        """The names that the code assigns to."""
        return {found[1] for text in self.code.values() for found in _ASSIGNED.finditer(text)}

    @property
    def fallback(self) -> Any:
        """Brian2's own code object, made when it is first needed."""
        if self._fallback is None:
            self._fallback = self.runtime()
        return self._fallback

    def __call__(self, **kwds: Any) -> Any:
        """Run Brian2's own code object."""
        return self.fallback(**kwds)

    def before_run(self) -> None:
        """Do nothing: what a run needs is set up by the engine, or by `prepare_fallback`."""

    def prepare_fallback(self) -> None:
        """Prepare Brian2's own code object for a run."""
        self.fallback.before_run()

    def after_run(self) -> None:
        """Clean up after a run, as Brian2's templates do: no event of the last step is left standing."""
        if self._fallback is not None:
            self._fallback.after_run()
        elif self.template_name == "threshold":
            events = self.template_kwds["eventspace_variable"].get_value()
            events[-1] = 0


def one_name(
    code: Mapping[Any, str], variables: Mapping[str, Any], indices: Mapping[str, str]
) -> tuple[dict[Any, str], dict[str, Any], tuple[str, ...]]:
    """Give every variable that code changes one name.

    Brian2 has several where code of synapses mentions a subexpression (``_both_S_apre`` for ``apre``), or the user
    writes ``v`` here and ``v_post`` there. Its targets read each name once, before the first statement, or NumPy's
    before every one, so that a value is that of before a change or after it as it happens. By one name it is what
    the code says: a subexpression is worked out where it is used.

    Parameters
    ----------
    code
        Abstract code by block.
    variables, indices
        What its names mean, and how they are indexed.

    Returns
    -------
    tuple
        The code, the variables, and the names of subexpressions that mention what the code changes.
    """
    assigned = {found[1] for text in code.values() for found in _ASSIGNED.finditer(text or "")}
    names: dict[tuple[int, str], list[str]] = {}
    for name, variable in variables.items():
        if isinstance(variable, ArrayVariable) and name in indices:
            names.setdefault((id(variable), indices[name]), []).append(name)
    others: dict[str, str] = {}
    for known in names.values():
        changed = [name for name in known if name in assigned]
        others |= {name: changed[0] for name in known if changed and name != changed[0]}
    if not others:
        return dict(code), dict(variables), ()
    renamed, stale = dict(variables), []
    for name, variable in variables.items():
        if isinstance(variable, Subexpression) and others.keys() & variable.identifiers:
            expression = word_substitute(variable.expr, others)
            renamed[name] = Subexpression(
                name, variable.owner, expression, variable.device, variable.dim, variable.dtype, variable.scalar
            )
            stale.append(name)
    return {block: word_substitute(text, others) for block, text in code.items()}, renamed, tuple(stale)


def weak_owner(owner: Any) -> Any:
    """Return a weak proxy of an owner, or the owner itself where there can be none."""
    try:
        return weakref.proxy(owner)
    except TypeError:
        return owner
