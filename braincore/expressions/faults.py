"""What is wrong with a piece of text in the equation language, and where in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from braincore.errors import Fault, InputError

MAX_FAULTS = 20


class TextFault(NamedTuple):
    """One fault at a place in a text; `line` and `column` count from 1 within that text."""

    line: int
    column: int
    message: str
    hint: str = ""

    def fault(self, *, where: str = "", path: str = "") -> Fault:
        """Return it as a `Fault` at the place that the caller knows (``brain.yaml:14:25``)."""
        return Fault(self.message, where=where, path=path, hint=self.hint)


class ExpressionError(InputError):
    """Text that is not allowed in an equation, with every fault found and its place in the text.

    Attributes
    ----------
    faults_with_positions
        ``(line, column, message, hint)`` of each fault, in the order of the text.
    line, column
        The place of the first.

    Notes
    -----
    A reader of files adds its own positions through `located`; `faults` says ``line 1, column 7`` of the text alone.
    """

    def __init__(self, faults: str | Iterable[TextFault], *, line: int = 1, column: int = 1, hint: str = "") -> None:
        found = [TextFault(line, column, faults, hint)] if isinstance(faults, str) else list(faults)
        ordered = sorted(dict.fromkeys(found), key=lambda fault: fault[:2])[:MAX_FAULTS]
        self.faults_with_positions: tuple[TextFault, ...] = tuple(ordered)
        self.line, self.column = ordered[0][:2] if ordered else (line, column)
        super().__init__([fault.fault(where=f"line {fault.line}, column {fault.column}") for fault in ordered])

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[tuple[TextFault, ...]]]:
        return type(self), (self.faults_with_positions,)

    def located(self, where: Callable[[int, int], str], *, path: str = "") -> tuple[Fault, ...]:
        """Return the faults with ``where(line, column)`` as their place, such as ``brain.yaml:14:25``."""
        return tuple(f.fault(where=where(f.line, f.column), path=path) for f in self.faults_with_positions)
