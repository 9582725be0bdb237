"""What braincore raises. One tree, so that the command line knows what is the user's input and what is ours.

`InputError` is bad input: the command line prints one line per fault and exits with 2. Everything else exits with 1.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class BraincoreError(Exception):
    """Root of everything braincore raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the input.

    Attributes
    ----------
    message
        What is wrong, with the offending value.
    where
        ``file:line:column``, or empty where there is no file.
    path
        The place in the definition, such as ``regions.V1.scale``.
    hint
        What is allowed, or the nearest name.
    """

    message: str
    where: str = ""
    path: str = ""
    hint: str = ""

    def __str__(self) -> str:
        head = ": ".join(part for part in (self.where, self.path) if part)
        stop = "" if self.message.endswith("?") else "."
        body = self.message if not self.hint else f"{self.message.rstrip('.')}{stop} {self.hint}"
        return printable(f"{head}: {body}" if head else body, keep="")


class InputError(BraincoreError, ValueError):
    """The description of a brain, an argument or a file is wrong: every fault found in one pass.

    Parameters
    ----------
    faults
        The faults, or one message.
    hint, path, where
        Used when `faults` is one message.
    """

    def __init__(
        self, faults: str | Fault | Iterable[Fault], *, hint: str = "", path: str = "", where: str = ""
    ) -> None:
        if isinstance(faults, str):
            faults = Fault(faults, where=where, path=path, hint=hint)
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UnitError(InputError):
    """A quantity has the wrong dimension, an unknown unit or no unit."""


class UnknownNameError(InputError, LookupError):
    """A name that nothing answers to."""


class BuildError(BraincoreError, RuntimeError):
    """A valid description could not be turned into a network."""


class EngineError(BraincoreError, RuntimeError):
    """A simulation went wrong while it ran (a state became NaN, the compiler failed)."""


class ResultsError(BraincoreError, OSError):
    """A run folder cannot be written or read."""


class MissingDependencyError(BraincoreError, ImportError):
    """An optional library is needed for what was asked."""


def suggest(name: str, choices: Iterable[str], *, noun: str = "") -> str:
    """Return a hint: the nearest of `choices` to `name`, or the list of what is allowed.

    >>> suggest("exponental", ["exponential", "alpha"])
    "Did you mean 'exponential'?"
    >>> suggest("q", ["b", "a"], noun="receptor")
    'Known receptors: a, b'
    """
    name, known = str(name), sorted(set(choices))
    near = difflib.get_close_matches(name.lower(), {choice.lower() for choice in known}, n=1, cutoff=0.6)
    if near:
        same = [choice for choice in known if choice.lower() == near[0]]  # nS and ns: the case decides
        return f"Did you mean '{max(same, key=lambda c: difflib.SequenceMatcher(a=c, b=name).ratio())}'?"
    label = f"Known {noun}s" if noun else "Allowed"
    if not known:
        return f"{label}: none"
    shown = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    return f"{label}: {shown}"


def printable(text: str, *, keep: str = "\n") -> str:
    """Return `text` with control and bidirectional characters escaped, so that a name cannot steer a terminal.

    The characters of `keep` stay as they are.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


class EngineWarning(UserWarning):
    """Something that is probably not meant; the message begins with its name."""
