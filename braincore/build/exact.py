r"""Exact integration of linear cascades: what Brian2's ``exact`` does, without its two faults.

Brian2's own updater exponentiates the matrix symbolically. For a neuron with two alpha currents that takes many
seconds, and its formulas divide by differences of time constants: at equal constants the potential is NaN, near them
most digits are gone. Here the equations are taken as what neurons with current synapses are, cascades (x drives I
drives V), and solved by divided differences of the exponential function,

.. math:: y(\Delta t) = \sum_{\text{paths } p_0 \leftarrow \dots \leftarrow p_k}
          A_{p_0 p_1} \cdots A_{p_{k-1} p_k}\, \exp[\lambda_{p_0}, \dots, \lambda_{p_k}](\Delta t)\; p_k(0)

where a constant term is a variable with rate 0. The first difference is ``exprel``; those of higher order are integrals
of smooth positive functions (Hermite-Genocchi), done by Gauss-Legendre quadrature: no cancellation at any rates.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from brian2.equations.codestrings import is_constant_over_dt
from brian2.parsing.sympytools import sympy_to_str
from brian2.stateupdaters.base import StateUpdateMethod, UnsupportedEquationsException
from brian2.stateupdaters.exact import get_linear_system, linear
from brian2.utils.caching import cached
from sympy import Expr, Integer

MAX_LENGTH = 3
"""Longest chain of variables; longer ones, and loops, are left to Brian2's updater."""
_NODES = 8  # relative error below 1e-13 while (difference of rates) * dt stays below 4
_X, _W = (0.5 * (1 + np.polynomial.legendre.leggauss(_NODES)[0]), 0.5 * np.polynomial.legendre.leggauss(_NODES)[1])


class CascadeStateUpdater(StateUpdateMethod):  # type: ignore[misc]
    """The exact solution of linear equations in which no variable drives itself through others."""

    @cached  # type: ignore[untyped-decorator]
    def __call__(self, equations: Any, variables: Any = None, method_options: Any = None) -> str:
        """Return the update of one step as abstract code, or Brian2's where the equations are no short cascade."""
        if equations.is_stochastic:
            raise UnsupportedEquationsException("Cannot solve stochastic equations with this state updater.")
        variables = variables or {}
        names, matrix, constants = get_linear_system(equations, variables)
        if not names:
            return ""
        try:
            paths = [list(_paths(matrix, row)) for row in range(len(names))]
        except _TooLongError:
            return str(linear(equations, variables, method_options))
        _refuse_changing(matrix, constants, variables)
        lines = []
        for row, name in enumerate(names):
            terms = []
            for path in paths[row]:
                factor = Integer(1)
                for a, b in pairwise(path):
                    factor = factor * matrix[a, b]
                rates = [matrix[k, k] for k in path]
                terms.append(_term(factor, rates, names[path[-1]]))
                if constants[path[-1]] != 0:
                    terms.append(_term(factor * constants[path[-1]], [*rates, Integer(0)], ""))
            lines.append(f"_{name} = {' + '.join(terms)}")
        return "\n".join([*lines, *(f"{name} = _{name}" for name in names)])

    def __repr__(self) -> str:
        return "exact (cascade)"


class _TooLongError(Exception):
    pass


def _paths(matrix: Any, row: int, before: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Yield the chains of variables that drive `row`, itself first."""
    if row in before or len(before) >= MAX_LENGTH:
        raise _TooLongError
    chain = (*before, row)
    yield chain
    for column in range(matrix.shape[1]):
        if column != row and matrix[row, column] != 0:
            yield from _paths(matrix, column, chain)


def _refuse_changing(matrix: Any, constants: Any, variables: Any) -> None:
    dt = variables["dt"].get_value()[0] if "dt" in variables else None
    for entry in [*matrix, *constants]:
        if not is_constant_over_dt(entry, variables, dt):
            raise UnsupportedEquationsException(
                f"Expression '{sympy_to_str(entry)}' is not guaranteed to be constant over a time step."
            )


def _term(factor: Expr, rates: list[Expr], variable: str) -> str:
    """Return factor * exp[rates](dt) * variable as text."""
    parts = [f"({sympy_to_str(factor)})"] if factor != 1 else []
    parts += [variable] if variable else []
    return "*".join([*parts, _difference([f"({sympy_to_str(rate)})" for rate in rates])])


def _difference(rates: list[str]) -> str:
    """Return the divided difference of exp(rate*dt) at up to four rates, as text."""
    if len(rates) == 1:
        return f"exp({rates[0]}*dt)"
    if len(rates) == 2:
        a, b = rates
        return f"dt*exp({a}*dt)*exprel(({b} - {a})*dt)" if b != "(0)" else f"dt*exprel({a}*dt)"
    a, *others = rates
    terms = [
        f"{w * (1 - u) ** (len(others) - 1)!r}*exp({u!r}*{a}*dt)*{_scaled(others, 1 - u)}"
        for u, w in zip(_X.tolist(), _W.tolist(), strict=True)
    ]
    return f"dt**{len(others)}*({' + '.join(terms)})"


def _scaled(rates: list[str], part: float) -> str:
    """Return the divided difference over `part` of a step, without its power of the time."""
    if len(rates) == 2:
        a, b = rates
        return f"exp({part!r}*{a}*dt)*exprel({part!r}*({b} - {a})*dt)"
    a, *others = rates
    terms = [
        f"{w * (1 - u) ** (len(others) - 1)!r}*exp({u * part!r}*{a}*dt)*{_scaled(others, part * (1 - u))}"
        for u, w in zip(_X.tolist(), _W.tolist(), strict=True)
    ]
    return f"({' + '.join(terms)})"


exact = CascadeStateUpdater()
