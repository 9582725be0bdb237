"""Differential equations, subexpressions and parameters in Brian2's notation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from braincore.errors import suggest
from braincore.expressions.equation_units import read_equation_unit
from braincore.expressions.expression import Expression, checked_text, parse_slice
from braincore.expressions.faults import MAX_FAULTS, ExpressionError, TextFault
from braincore.expressions.layout import blank_comments, unprintable_faults
from braincore.expressions.names import name_fault
from braincore.expressions.tokens import Source
from braincore.units import DIMENSIONLESS, Dimension

MAX_TEXT = 100_000
MAX_EQUATIONS = 500
MAX_LINES = 2000

Kind = Literal["differential", "subexpression", "parameter"]
FLAGS: dict[Kind, tuple[str, ...]] = {
    "differential": ("unless refractory", "event-driven", "clock-driven"),
    "subexpression": ("constant over dt", "summed", "shared"),
    "parameter": ("constant", "shared", "linked"),
}
# At most one flag of each row: as Brian2.
_EXCLUSIVE = ({"event-driven", "clock-driven"}, {"summed", "shared", "constant over dt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """One line of a model.

    Attributes
    ----------
    kind
        ``differential``, ``subexpression`` or ``parameter``.
    name
        The variable.
    expression
        Its right-hand side; None for a parameter.
    unit
        As written: unscaled, in Brian2's spelling, or ``boolean`` or ``integer``.
    dimension
        Of the variable.
    flags
        Such as ``unless refractory``.
    line, column
        Where the name stands in the text.
    """

    kind: Kind
    name: str
    expression: Expression | None
    unit: str
    dimension: Dimension
    flags: frozenset[str] = frozenset()
    line: int = 1
    column: int = 1

    @property
    def boolean(self) -> bool:
        """Whether the variable is a condition."""
        return self.unit == "boolean"

    def rename(self, mapping: Mapping[str, str]) -> Equation:
        """Return the equation with its variable and the names on its right renamed."""
        expression = None if self.expression is None else self.expression.rename(mapping)
        return replace(self, name=mapping.get(self.name, self.name), expression=expression)

    def __str__(self) -> str:
        """Return the line as Brian2 reads it."""
        left = f"d{self.name}/dt" if self.kind == "differential" else self.name
        right = "" if self.expression is None else f" = {self.expression.text}"
        flags = f" ({', '.join(sorted(self.flags))})" if self.flags else ""
        return f"{left}{right} : {self.unit}{flags}"


_Unit = tuple[str, Dimension, frozenset[str]]

_NAME = r"[A-Za-z_]\w*"
_DIFFERENTIAL = re.compile(rf"d\s*({_NAME})\s*/\s*dt\s*=(?!=)", re.ASCII)
_SUBEXPRESSION = re.compile(rf"({_NAME})\s*=(?!=)", re.ASCII)
_PARAMETERS = re.compile(rf"({_NAME}(?:\s*,\s*{_NAME})*)\s*:(?!=)", re.ASCII)
# A line that cannot be the middle of an expression, the last two being mistakes with a hint of their own.
_ASSIGNS = re.compile(
    rf"\s*(?:d\s*{_NAME}\s*/\s*dt\s*=(?!=)|{_NAME}\s*=(?!=)|{_NAME}\s*'+\s*=|d\w*/dt\w*\s*[:=])", re.ASCII
)
_DECLARES = re.compile(rf"\s*{_NAME}(?:\s*,\s*{_NAME})*\s*:", re.ASCII)
_DANGLING = re.compile(r"(?:[-+*/%<>=(,]|\b(?:and|or|not))\s*$")


def parse_equations(text: str) -> tuple[Equation, ...]:
    """Read a model in Brian2's notation: one equation after the other, comments and blank lines between.

    Each is ``dx/dt = expression : unit (flags)``, ``x = expression : unit (flags)`` or ``x : unit (flags)``; ``a, b :
    unit`` declares several parameters. An expression may go on over several lines until its colon.

    Parameters
    ----------
    text
        At most 100 000 characters and 500 equations.

    Raises
    ------
    ExpressionError
        Every fault found in all equations, with line and column in `text`.

    >>> [equation] = parse_equations("dv/dt = (E_L - v)/tau_m : volt (unless refractory)")
    >>> equation.kind, equation.name, equation.unit
    ('differential', 'v', 'volt')
    """
    source = Source(checked_text(text))
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"equations of {len(text)} characters are too long (at most {MAX_TEXT})")
    if text.count("\n") >= MAX_LINES:
        raise ExpressionError(f"equations of more than {MAX_LINES} lines")
    faults = unprintable_faults(source)
    if faults:
        raise ExpressionError(faults)
    source = Source(blank_comments(text))
    found: list[Equation] = []
    for start, end in _chunks(source.text):
        try:
            found += _parse_chunk(source, start, end)
        except ExpressionError as error:
            faults += error.faults_with_positions
        if len(faults) >= MAX_FAULTS or len(found) > MAX_EQUATIONS:
            break
    if len(found) > MAX_EQUATIONS:
        raise ExpressionError(f"more than {MAX_EQUATIONS} equations")
    faults += _duplicates(found)
    if faults:
        raise ExpressionError(faults)
    if not found:
        raise ExpressionError("there is no equation", hint="Write dv/dt = expression : unit")
    return tuple(found)


def equations_of(text: str) -> tuple[Equation, ...]:
    """Return the equations of a text that may be empty."""
    return parse_equations(text) if text.strip() else ()


def _chunks(text: str) -> list[tuple[int, int]]:
    """Split the text (comments blanked) into one stretch for each equation."""
    chunks: list[tuple[int, int]] = []
    start = end = offset = 0
    for line in text.split("\n"):
        if line.strip():
            body = text[start:end]
            if end > start and _begins_anew(body, line):
                chunks.append((start, end))
                start = end
            if end == start:
                start = offset + len(line) - len(line.lstrip())
            end = offset + len(line.rstrip())
        offset += len(line) + 1
    return [*chunks, (start, end)] if end > start else chunks


def _begins_anew(body: str, line: str) -> bool:
    """Say whether `line` starts another equation after the lines of `body`."""
    _, colon, tail = body.partition(":")
    if _ASSIGNS.match(line):
        return True
    if colon and tail.strip():
        flags_follow = line.lstrip().startswith("(") and "(" not in tail
        return not flags_follow and tail.count("(") <= tail.count(")")
    if colon:
        return False
    open_ = body.count("(") > body.count(")") or _DANGLING.search(body) is not None
    return not open_ and _DECLARES.match(line) is not None


def _parse_chunk(source: Source, start: int, end: int) -> list[Equation]:
    body = source.text[start:end]
    quote = re.search("['\"`]", body)
    if quote and not re.match(rf"{_NAME}\s*'+\s*=", body, re.ASCII):  # v' = ... has a message of its own
        shown = '"\'"' if quote[0] == "'" else f"'{quote[0]}'"
        message = f"text in quotes is not allowed in an equation (found {shown})"
        raise ExpressionError([source.fault(start + quote.start(), message)])
    declared = _PARAMETERS.match(body)
    if declared:
        return _declarations(source, start, end, declared)
    derived, assigned = _DIFFERENTIAL.match(body), _SUBEXPRESSION.match(body)
    match = derived or assigned
    if match is None:
        raise ExpressionError([source.fault(start, *_shape_fault(body))])
    kind: Kind = "differential" if derived else "subexpression"
    return [_equation(source, start, end, kind, match)]


def _equation(source: Source, start: int, end: int, kind: Kind, match: re.Match[str]) -> Equation:
    faults: list[TextFault] = []
    expression, unit = None, None
    begin = start + match.end()
    colon = source.text.find(":", begin, end)
    if colon < 0:
        line = source.text[start:end].split("\n")[-1].strip()
        hint = "End it with a colon and the unit, such as ': volt', or ': 1' for a plain number"
        faults.append(source.fault(end, f"the unit is missing after '{_shown(line)}'", hint))
    else:
        unit = _unit_and_flags(source, colon + 1, end, kind, faults)
        try:
            expression = parse_slice(source, begin, colon)
        except ExpressionError as error:
            faults += error.faults_with_positions
    name = match[1]
    fault = _own_name_fault(name, unit[2] if unit else frozenset())
    if fault:
        faults.append(source.fault(start + match.start(1), *fault))
    if faults or unit is None:
        raise ExpressionError(faults)
    return _made(source, start + match.start(1), kind, name, expression, unit)


def _made(source: Source, offset: int, kind: Kind, name: str, expression: Expression | None, unit: _Unit) -> Equation:
    line, column = source.position(offset)
    text, dimension, flags = unit
    return Equation(
        kind=kind,
        name=name,
        expression=expression,
        unit=text,
        dimension=dimension,
        flags=flags,
        line=line,
        column=column,
    )


def _declarations(source: Source, start: int, end: int, match: re.Match[str]) -> list[Equation]:
    faults: list[TextFault] = []
    unit = _unit_and_flags(source, start + match.end(), end, "parameter", faults)
    names = [(part[0], start + part.start()) for part in re.finditer(_NAME, match[1], re.ASCII)]
    for name, offset in names:
        fault = name_fault(name)
        if fault:
            faults.append(source.fault(offset, *fault))
    if faults or unit is None:
        raise ExpressionError(faults)
    return [_made(source, offset, "parameter", name, None, unit) for name, offset in names]


def _own_name_fault(name: str, flags: frozenset[str]) -> tuple[str, str] | None:
    # `I_post = w*s : amp (summed)` adds up over synapses into the neuron's own I.
    summed = "summed" in flags and name.endswith(("_pre", "_post"))
    return name_fault(name.rpartition("_")[0]) if summed else name_fault(name)


def _unit_and_flags(source: Source, begin: int, end: int, kind: Kind, faults: list[TextFault]) -> _Unit | None:
    """Read ``unit (flag, flag)`` from `begin`; None, with the faults recorded, if it is not right."""
    before = len(faults)
    unit_part, opening, flag_part = source.text[begin:end].partition("(")
    unit = re.sub(r"\s+", " ", unit_part.strip())
    place = begin + len(unit_part) - len(unit_part.lstrip()) if unit else begin
    dimension = DIMENSIONLESS
    if opening and unit.endswith(("/", "*")):
        faults.append(source.fault(place + len(unit), "a unit has no parentheses", "Write siemens/meter**2"))
        return None
    try:
        dimension = read_equation_unit(unit)
    except ExpressionError as error:
        faults.append(source.fault(place, *error.faults_with_positions[0][2:]))
    if kind == "differential" and unit in ("boolean", "integer"):
        faults.append(source.fault(place, f"a differential equation cannot be {unit}", "Write 1"))
    flags = _read_flags(source, begin + len(unit_part) + 1, flag_part, kind, faults) if opening else frozenset()
    return None if len(faults) > before else (unit, dimension, flags)


def _read_flags(source: Source, begin: int, text: str, kind: Kind, faults: list[TextFault]) -> frozenset[str]:
    inside, closing, after = text.partition(")")
    if not closing:
        faults.append(source.fault(begin - 1, "the '(' of the flags is never closed"))
        return frozenset()
    if after.strip():
        offset = begin + len(inside) + 1 + len(after) - len(after.lstrip())
        hint = "Begin the next equation on a line of its own"
        faults.append(source.fault(offset, f"unexpected '{after.strip()[:40]}' after the flags", hint))
    flags: set[str] = set()
    for match in re.finditer(r"[^,]+", inside):
        flag = re.sub(r"\s+", " ", match[0].strip())
        place = begin + match.start() + len(match[0]) - len(match[0].lstrip())
        if flag in FLAGS[kind] and flag not in flags:
            flags.add(flag)
        else:
            faults.append(source.fault(place, *_flag_fault(flag, kind)))
    if not flags and not faults:
        faults.append(source.fault(begin - 1, "the parentheses after the unit hold no flag"))
    clash = "linked" in flags and len(flags) > 1
    if clash or any(len(flags & row) > 1 for row in _EXCLUSIVE):
        faults.append(source.fault(begin, f"the flags {', '.join(sorted(flags))} exclude each other"))
    return frozenset(flags)


def _flag_fault(flag: str, kind: Kind) -> tuple[str, str]:
    owners = [other for other, flags in FLAGS.items() if flag in flags]
    article = "differential equation" if kind == "differential" else kind
    if kind in owners:
        return f"the flag '{flag}' is given twice", ""
    if owners:
        allowed = ", ".join(FLAGS[kind])
        return f"the flag '{flag}' does not go with a {article}", f"Allowed: {allowed}"
    return f"unknown flag '{flag}'", suggest(flag, FLAGS[kind], noun="flag")


def _shape_fault(body: str) -> tuple[str, str]:
    """Explain a line that is no equation, with the right form for the usual mistakes."""
    shown = _shown(body.split("\n", 1)[0].strip())
    body = re.sub(r"\s+", " ", body[:200])
    prime = re.match(rf"({_NAME})\s*('+)\s*=", body, re.ASCII)
    if prime:
        return f"'{prime[1]}{prime[2]}' is not Brian2's notation", f"Write d{prime[1]}/dt = ..."
    higher = re.match(r"d\s*(?:\*\*|\^)?\s*\d\s*\w*\s*/\s*dt", body)
    if higher:
        return "only first derivatives are allowed", "Give the first derivative a name and an equation of its own"
    derivative = re.match(rf"d\s*\(?\s*({_NAME})\s*\)?\s*/\s*d\s*\(?\s*\w*\s*\)?", body, re.ASCII)
    if derivative:
        form = f"Write d{derivative[1]}/dt = expression : unit"
        return f"'{shown}' is not an equation: after d{derivative[1]}/dt comes '='", form
    augmented = re.match(rf"({_NAME})\s*(?:[-+*/:]=|==)", body, re.ASCII)
    if augmented:
        return f"'{shown}' is not an equation", f"Write {augmented[1]} = expression : unit"
    forms = "Write dx/dt = expression : unit, x = expression : unit or x : unit"
    return f"'{shown}' is not an equation", forms


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _duplicates(found: list[Equation]) -> list[TextFault]:
    first: dict[str, Equation] = {}
    faults = []
    for equation in found:
        earlier = first.setdefault(equation.name, equation)
        if earlier is not equation:
            message = f"'{equation.name}' is defined twice (first on line {earlier.line})"
            faults.append(TextFault(equation.line, equation.column, message))
    return faults
