"""Brian2's C++ generator, told to name arrays by their place in a table and to take every number as data.

The text of a network then depends on its equations alone: another seed, size or parameter, or the same script run a
second time in one process (where Brian2 counts its names on) compiles nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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

TABLES: dict[str, Any] = {}
"""Numbers of functions that are made at run time (binomial draws), by the function's name."""

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


class _Renderer(CPPNodeRenderer):  # type: ignore[misc]
    """Renders expressions; every call of a random function gets a number of its own."""

    def __init__(self, auto_vectorise: Any, draws: list[int], single: bool) -> None:
        super().__init__(auto_vectorise=auto_vectorise)
        self.draws = draws
        self.single = single

    def render_Call(self, node: Any) -> str:  # noqa: N802 - Brian2's name
        text: str = super().render_Call(node)
        if node.func.id in self.auto_vectorise:
            self.draws[0] += 1
            text = text.replace("_vectorisation_idx", f"_draw({self.draws[0]}, _vectorisation_idx)", 1)
        return text

    def render_BinOp(self, node: Any) -> str:  # noqa: N802 - Brian2's name
        kind = node.op.__class__.__name__
        if kind == "Pow":
            power = getattr(node.right, "value", None)
            if isinstance(power, int) and not isinstance(power, bool) and 2 <= power <= 4:
                return f"_power<{power}>({self.render_node(node.left)})"
            name = getattr(getattr(node.left, "func", None), "id", "")
            if name == "_exp" and isinstance(power, int | float):  # pow(exp(x), c), as sympy likes to write exp(c*x)
                return f"_exp({self.render_node(node.right)} * ({self.render_node(node.left.args[0])}))"
        if kind == "Div":
            left, right = self.render_element_parentheses(node.left), self.render_element_parentheses(node.right)
            return f"_divided({left}, {right})"
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

    def __init__(self, captured: Captured, table: Table, *, iterate_all: bool, kernel: int) -> None:
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

    def get_array_name(self, var: Any, access_data: bool = True) -> str:
        """Return the name of an array's pointer."""
        return self.table.name(var)

    def translate_expression(self, expr: str) -> str:
        """Return an expression in C++."""
        expr = word_substitute(expr, self.func_name_replacements)
        renderer = _Renderer(self.auto_vectorise, self.draws, self.single)
        text: str = renderer.render_expr(expr)
        return text.strip()

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
                        if implementation.name in TABLES:
                            namespaces[f"_namespace{implementation.name}_table"] = TABLES[implementation.name]
        return {"support": support, "namespaces": namespaces}


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
        Array variables that are written through an index array.
    support
        Text of functions.
    namespaces
        Arrays that those functions read, by name.
    """

    scalar: str
    vector: str
    reads: frozenset[Any]
    writes: frozenset[Any]
    indexed: frozenset[Any]
    support: tuple[str, ...]
    namespaces: Mapping[str, Any]
    names: frozenset[str]


def translate(captured: Captured, table: Table, *, iterate_all: bool, kernel: int) -> Block:
    """Return the C++ of captured code.

    Raises
    ------
    KeyError, NotImplementedError
        A function has no C++ form.
    """
    generator = Generator(captured, table, iterate_all=iterate_all, kernel=kernel)
    scalar, vector, keywords = generator.translate(captured.code, prefs["core.default_float_dtype"])
    head, body = _text(scalar), _text(vector)
    touched = set(_WORD.findall(head + "\n" + body))
    arrays = {v for v in captured.variables.values() if isinstance(v, ArrayVariable) and v in table.arrays}
    writes = {v for v in arrays if re.search(rf"\b{table.name(v)}\[[^\]]*\] = ", head + "\n" + body)}
    indexed = {v for v in writes if re.search(rf"\b{table.name(v)}\[(?!_idx\]|0\])", head + "\n" + body)}
    return Block(
        scalar=head,
        vector=body,
        reads=frozenset(v for v in arrays if table.name(v) in touched),
        writes=frozenset(writes),
        indexed=frozenset(indexed),
        support=tuple(keywords["support"]),
        namespaces=keywords["namespaces"],
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
