"""What is the same in every step of a run is worked out once: the factors of exact integration, for one.

Brian2 pulls expressions that are the same for all neurons out of the loop over neurons, and works them out in every
step. Those that depend on constants and on the time step alone stay as they are until Python changes something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LINE = re.compile(r"^const (?P<kind>\w+) (?P<name>\w+) = (?P<value>.*);$")
_WORD = re.compile(r"[A-Za-z_]\w*")
_PURE = frozenset(
    [
        "exp",
        "log",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "expm1",
        "log1p",
        "log10",
        "asin",
        "acos",
        "atan",
        "floor",
        "ceil",
        "int_",
        "INFINITY",
        "true",
        "false",
        "f",
        "e",
        "_exp",
        "_expm1",
        "_exprel_",
        "_tanh",
        "_over_exprel",
        "_log",
        "_exprel",
        "_timestep",
        "_divided",
        "_power",
        "_brian_pow",
        "_brian_abs",
        "_brian_mod",
        "_brian_floordiv",
        "_clipped",
        "_sign",
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Once:
    """What a scalar block becomes.

    Attributes
    ----------
    declarations
        Of what outlives a step.
    first
        Statements that both read: the time step.
    inside
        What is worked out once.
    lines
        What is left to do in every step, after `first`.
    """

    declarations: tuple[str, ...]
    first: tuple[str, ...]
    inside: tuple[str, ...]
    lines: tuple[str, ...]


def worked_out_once(lines: Iterable[str], known: Iterable[str], number: int) -> Once:
    """Return the statements of a scalar block, with those that never change taken out.

    Parameters
    ----------
    lines
        The statements.
    known
        Names of constants, and of the time step.
    number
        Of the block: names that outlive a step are made with it.
    """
    fixed = set(known)
    before: list[str] = []
    inside: list[str] = []
    after: list[str] = []
    static: list[str] = []
    for line in lines:
        found = _LINE.match(line)
        words = set(_WORD.findall(re.sub(r"\b\d[\w.]*(?:[eE][-+]?\d+)?f?\b", "", found["value"]))) if found else {""}
        if found and found["name"] not in fixed and words <= fixed | _PURE:
            name, kind = found["name"], found["kind"]
            fixed.add(name)
            kept = f"once{number}{name}"
            static.append(f"static {kind} {kept};")
            inside.append(f"{line} {kept} = {name};")
            before.append(f"const {kind} {name} = {kept};")
        else:
            after.append(line)
    first = [line for line in after if _is_known(line, known)]  # the time step itself is read first
    rest = [line for line in after if line not in first]
    return Once(declarations=tuple(static), first=tuple(first), inside=tuple(inside), lines=(*before, *rest))


def _is_known(line: str, known: Iterable[str]) -> bool:
    found = _LINE.match(line)
    return bool(found and found["name"] in set(known))
