"""Brian2's C++ generator, told to name arrays by their place in a table and to take every number as data.

The text of a network then depends on its equations alone: another seed, size or parameter, or the same script run a
second time in one process (where Brian2 counts its names on) compiles nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2.codegen.codeobject import CodeObject
from brian2.codegen.generators.cpp_generator import CPPCodeGenerator, c_data_type
from brian2.core.functions import Function
from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable, Constant
from brian2.parsing.rendering import CPPNodeRenderer
from brian2.utils.stringtools import word_substitute

from braincore.engine.captured import Captured
from braincore.engine.passes.share import shared

TABLES: dict[str, tuple[str, Any]] = {}
"""Functions that are made at run time (binomial draws), by their name: their C++ type, and what it is opened with."""

_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(kw_only=True)
class Table:
    """The arrays and numbers that compiled code reads through pointers.

    Attributes
    ----------
    arrays
        Brian2's array variables, in the order of the table.
    extra
        Arrays that are no variables (values of a TimedArray, index arrays), by name.
    numbers, integers
        Constants, in the order of their tables.
    own
        Arrays of which every thread has its own copy (the time), to the C++ text of its address.
    """

    arrays: dict[Any, int] = field(default_factory=dict)
    extra: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    numbers: list[float] = field(default_factory=list)
    integers: list[int] = field(default_factory=list)
    own: dict[Any, str] = field(default_factory=dict)

    def pointer(self, variable: Any) -> str:
        """Return the C++ text of an array's address."""
        kind = c_data_type(variable.dtype)
        return f"({kind}*){self.own.get(variable) or f'A[{self.place(variable)}]'}"

    def place(self, variable: Any) -> int:
        """Return an array's place in the table."""
        return self.arrays.setdefault(variable, len(self.arrays))

    @property
    def by_place(self) -> dict[int, Any]:
        """The array variables by their places."""
        return {place: variable for variable, place in self.arrays.items()}

    def name(self, variable: Any) -> str:
        """Return an array's name in the code."""
        return f"a{self.place(variable)}"

    def constant(self, value: Any) -> tuple[str, str]:
        """Return the C++ type and the text that reads a constant."""
        if isinstance(value, bool | np.bool_):
            return "bool", "true" if value else "false"
        if isinstance(value, int | np.integer):
            self.integers.append(int(value))
            return "int64_t", f"KI[{len(self.integers) - 1}]"
        self.numbers.append(float(value))
        real = c_data_type(prefs["core.default_float_dtype"])
        return real, f"({real})K[{len(self.numbers) - 1}]"


CONDITION = "_cond"
"""Name of a threshold's condition. Brian2 writes a case for each value of a boolean in it, which takes registers."""

SINGLE_DT = "_dt"
"""Name of the time step in single precision."""

_POWERS: dict[float | None, str] = {
    2: "_power<2>({0})",
    3: "_power<3>({0})",
    4: "_power<4>({0})",
    0.5: "sqrt({0})",
    -1: "_divided(1, {0})",
    -2: "_divided(1, _power<2>({0}))",
}
"""Powers that need no general function, which the compiler could do only one at a time."""


def _number(node: Any) -> float | None:
    """Return the value of a number, None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _number(node.operand)
        return None if value is None else -value
    value = getattr(node, "value", None)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


class _Renderer(CPPNodeRenderer):  # type: ignore[misc]
    """Renders expressions; every call of a random function gets a number of its own."""

    def __init__(self, auto_vectorise: Any, draws: list[int], single: bool) -> None:
        super().__init__(auto_vectorise=auto_vectorise)
        self.draws = draws
        self.single = single
        self.each = False  # whether the expression is worked out for each element

    def _operand(self, node: Any) -> str:
        """Return a factor; the time step, which is double, would draw a whole product in single precision with it."""
        if self.single and self.each and getattr(node, "id", "") == "dt":
            return SINGLE_DT
        text: str = self.render_element_parentheses(node)
        return text

    def render_Call(self, node: Any) -> str:  # noqa: N802 - Brian2's name
        text: str = super().render_Call(node)
        if node.func.id in self.auto_vectorise:
            self.draws[0] += 1
            text = text.replace("_vectorisation_idx", f"_draw({self.draws[0]}, _vectorisation_idx)", 1)
        return text

    def render_BinOp(self, node: Any) -> str:  # noqa: N802 - Brian2's name
        kind = node.op.__class__.__name__
        if kind == "Pow":
            power = _number(node.right)
            if power in _POWERS:
                return _POWERS[power].format(self.render_node(node.left))
            name = getattr(getattr(node.left, "func", None), "id", "")
            if name == "_exp" and power is not None:  # pow(exp(x), c), as sympy likes to write exp(c*x)
                return f"_exp({self.render_node(node.right)} * ({self.render_node(node.left.args[0])}))"
        if kind == "Div":
            return f"_divided({self._operand(node.left)}, {self._operand(node.right)})"
        if kind == "Mult":
            return f"{self._operand(node.left)} * {self._operand(node.right)}"
        text: str = super().render_BinOp(node)
        return text

    def render_Constant(self, node: Any) -> str:  # noqa: N802 - Brian2's name
        text: str = super().render_Constant(node)
        if self.single and isinstance(node.value, float) and np.isfinite(node.value):
            return f"{text}f"
        return text


class Generator(CPPCodeGenerator):  # type: ignore[misc]
    """Turns abstract code into C++ that reads and writes the arrays of a table."""

    class_name = "cpp"

    def __init__(self, captured: Captured, table: Table, *, iterate_all: bool, kernel: int, share: bool = True) -> None:
        super().__init__(
            variables=dict(captured.variables),
            variable_indices=captured.variable_indices,
            owner=captured.owner,
            iterate_all=iterate_all,
            codeobj_class=NativeCode,
            override_conditional_write=captured.override_conditional_write,
            allows_scalar_write=True,
            name=captured.name,
            template_name=captured.template_name,
        )
        self.table = table
        self.draws = [kernel << 8]
        self.single = prefs["core.default_float_dtype"] is np.float32
        self.share = share
        self.each = False
        self.parts = 0

    def get_array_name(self, var: Any, access_data: bool = True) -> str:
        """Return the name of an array's pointer."""
        return self.table.name(var)

    def translate_expression(self, expr: str) -> str:
        """Return an expression in C++."""
        expr = word_substitute(expr, self.func_name_replacements)
        renderer = _Renderer(self.auto_vectorise, self.draws, self.single)
        renderer.each = self.each
        text: str = renderer.render_expr(expr)
        return text.strip()

    def translate_to_statements(self, statements: Any, conditional_write_vars: Any) -> Any:
        """Return the C++ of statements; what those for each element have in common is computed once."""
        self.each = not all(s.scalar for s in statements)
        if self.each:
            named = [self._with_cpp_names(s) for s in statements]
            random = {self.func_name_replacements.get(name, name) for name in self.auto_vectorise}
            statements = shared(named, conditional_write_vars, random, start=self.parts, share=self.share)
            self.parts += len(statements) - len(named)
        return super().translate_to_statements(statements, conditional_write_vars)

    def _with_cpp_names(self, statement: Any) -> Any:
        """Return a statement with functions under their names in C++."""
        found = copy(statement)
        found.expr = word_substitute(statement.expr, self.func_name_replacements)
        if found.var == CONDITION:
            found.used_boolean_variables = None
        if found.used_boolean_variables:
            found.boolean_simplified_expressions = {
                values: word_substitute(text, self.func_name_replacements)
                for values, text in statement.boolean_simplified_expressions.items()
            }
        return found

    def translate_statement(self, statement: Any) -> str:
        """Return the C++ of one statement; what the engine itself named has whatever type it has."""
        if statement.dtype is None:
            return f"const auto {statement.var} = {self.translate_expression(statement.expr)};"
        text: str = super().translate_statement(statement)
        return text

    def determine_keywords(self) -> dict[str, Any]:
        """Return the text of the functions that the code calls, and the arrays that they read."""
        support: list[str] = []
        namespaces: dict[str, Any] = {}
        added: set[Any] = set()
        for name, variable in list(self.variables.items()):
            if isinstance(variable, Function):
                found = self._add_user_function(name, variable, added)
                if found is not None:
                    support += [*found[0], *found[2]]
                    for _, function in found[3]:
                        implementation = function.implementations[self.codeobj_class]
                        space = implementation.get_namespace(self.owner) or {}
                        namespaces |= {f"_namespace{key}": value for key, value in space.items()}
        functions = [v.implementations[NativeCode].name for v in self.variables.values() if isinstance(v, Function)]
        tables = {name: TABLES[name] for name in functions if name in TABLES}
        return {"support": support, "namespaces": namespaces, "tables": tables}


class NativeCode(CodeObject):  # type: ignore[misc]
    """The target that functions are looked up for; nothing is made of it."""

    generator_class = Generator
    class_name = "braincore"


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One piece of code: what is done once a step, and what is done for each element.

    Attributes
    ----------
    scalar, vector
        C++ statements.
    reads, writes
        Array variables that the code touches.
    indexed
        Array variables that are written through an index array in which an element may be twice.
    support
        Text of functions.
    namespaces
        Arrays that those functions read, by name.
    tables
        Those of `TABLES` that the code calls.
    """

    scalar: str
    vector: str
    reads: frozenset[Any]
    writes: frozenset[Any]
    indexed: frozenset[Any]
    support: tuple[str, ...]
    namespaces: Mapping[str, Any]
    tables: Mapping[str, tuple[str, Any]]
    names: frozenset[str]


def translate(captured: Captured, table: Table, *, iterate_all: bool, kernel: int, share: bool = True) -> Block:
    """Return the C++ of captured code.

    Parameters
    ----------
    captured
        The code.
    table
        Gets the arrays and numbers that the code reads.
    iterate_all
        Whether it runs for all elements of a group.
    kernel
        Number of its object; random numbers depend on it.
    share
        Whether what several statements compute is computed once.

    Raises
    ------
    KeyError, NotImplementedError
        A function has no C++ form.
    """
    generator = Generator(captured, table, iterate_all=iterate_all, kernel=kernel, share=share)
    scalar, vector, keywords = generator.translate(captured.code, prefs["core.default_float_dtype"])
    head, body = _text(scalar), _text(vector)
    if re.search(rf"\b{SINGLE_DT}\b", body):
        head = f"{head}\nconst float {SINGLE_DT} = dt;"
    touched = set(_WORD.findall(head + "\n" + body))
    arrays = {v for v in captured.variables.values() if isinstance(v, ArrayVariable) and v in table.arrays}
    writes = {v for v in arrays if re.search(rf"\b{table.name(v)}\[[^\]]*\] = ", head + "\n" + body)}
    indexed = {v for v in writes if re.search(rf"\b{table.name(v)}\[(?!_idx\]|_sub_idx\]|0\])", head + "\n" + body)}
    return Block(
        scalar=head,
        vector=body,
        reads=frozenset(v for v in arrays if table.name(v) in touched),
        writes=frozenset(writes),
        indexed=frozenset(indexed),
        support=tuple(keywords["support"]),
        namespaces=keywords["namespaces"],
        tables=keywords["tables"],
        names=frozenset(touched),
    )


def _text(blocks: Mapping[Any, Any]) -> str:
    lines: list[str] = []
    for block in blocks.values():
        lines += block if isinstance(block, list) else block.splitlines()
    return "\n".join(line for line in lines if line.strip())


def constants(captured: Captured, table: Table, names: frozenset[str]) -> list[str]:
    """Return declarations of the constants that a code uses."""
    lines = []
    for name, variable in captured.variables.items():
        if isinstance(variable, Constant) and name in names:
            kind, text = table.constant(variable.get_value())
            lines.append(f"const {kind} {name} = {text};")
    return lines


def pointers(table: Table, used: frozenset[Any] | set[Any]) -> list[str]:
    """Return declarations of the pointers to arrays; those to one element promise nothing: they may meet."""
    lines = []
    for variable in sorted(used, key=table.place):
        restrict = "" if variable.scalar or variable.size == 1 else "__restrict "
        lines.append(f"{c_data_type(variable.dtype)}* {restrict}{table.name(variable)} = {table.pointer(variable)};")
    return lines
