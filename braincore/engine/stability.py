"""Steps that are too long for an explicit integrator: a decay that overshoots further each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import sympy
from brian2.core.variables import ArrayVariable, Constant
from brian2.parsing.sympytools import str_to_sympy, sympy_to_str

from braincore.expressions import ExpressionError, parse_expression

LIMITS = {"euler": 2.0, "milstein": 2.0, "heun": 2.0, "rk2": 2.0, "rk4": 2.785}
"""Method to the largest rate of decay, in time steps, with which a value still goes down (Hairer & Wanner, IV.2)."""


def unstable_steps(group: Any, namespace: Mapping[str, Any]) -> Iterator[str]:
    """Say which variables run away because the step is too long, judged by their own decay at the start.

    Parameters
    ----------
    group
        The group; groups without an explicit method are stable.
    namespace
        What names in its equations mean, besides its own variables.
    """
    method = str(group.method_choice).lower()
    limit = LIMITS.get(method)
    if limit is None:
        return
    dt = float(group.clock.variables["dt"].get_value().item())
    for name, expression in group.equations.get_substituted_expressions(group.variables):
        if name not in group.equations.diff_eq_names:
            continue
        rate = _decay(group, name, expression.code, namespace)
        if rate is not None and rate * dt > limit:
            yield (
                f"'{name}' of '{group.name}' decays with {1e3 / rate:.3g} ms; with '{method}' in steps of "
                f"{dt * 1e3:g} ms it runs away"
            )


def _decay(group: Any, name: str, code: str, namespace: Mapping[str, Any]) -> float | None:
    """Return the fastest rate (1/s) at which a variable falls towards rest, None if it cannot be told."""
    try:
        formula = str_to_sympy(code, variables=group.variables)
        slope = sympy_to_str(sympy.diff(formula, sympy.Symbol(name, real=True)))
        values = _values(group, slope, namespace)
        found = np.asarray(parse_expression(slope).evaluate(values), dtype=float)
    except (ExpressionError, KeyError, TypeError, ValueError, NotImplementedError, AttributeError, SyntaxError):
        return None  # noise, functions of the user's, derivatives without a name: this check is a help, no proof
    rate = float(np.max(-found, initial=0.0))
    return rate if np.isfinite(rate) else None


def _values(group: Any, text: str, namespace: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in parse_expression(text).names:
        variable = group.variables.get(name)
        if isinstance(variable, ArrayVariable | Constant):
            found[name] = variable.get_value()
        elif variable is None:
            given = group.namespace.get(name, namespace.get(name))
            if given is not None:
                found[name] = np.asarray(given, dtype=float)
    return found
