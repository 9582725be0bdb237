"""What each part of a network may do by itself, and where the threads that run the parts have to wait for each other.

Neurons are divided among parts (``parts.h``). A piece of a time step runs in every part on what the part owns, or
in the first part alone. Two pieces that touch the same array may only run without waiting in between if one thread
touches each element in both: if they divide the array in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

ANY = "any"
"""Elements that any part may own."""

FIRST = "first"
"""What the first part does for all."""


@dataclass(frozen=True, slots=True)
class Touch:
    """An array that a piece reads or writes.

    Attributes
    ----------
    what
        The array, or the name of a list of events.
    domain
        How its elements are divided among parts.
    written
        Whether it is written.
    """

    what: Any
    domain: str
    written: bool = False


class Step(Protocol):
    """What `barriers` has to know of a piece."""

    touches: set[Touch]
    alone: bool
    python: bool


def divided(size: int | str) -> str:
    """Return the domain of arrays whose elements are divided by their place: all arrays of one size alike."""
    return f"by place, of {size}"


_INDEXED = re.compile(r"(?<![.\w])a(?P<place>\d+)\[(?P<index>\w+)\](?P<assigned>\s*[-+*/]?=(?!=))?")


def touched(text: str, arrays: Mapping[int, Any], domains: Mapping[str, str]) -> set[Touch]:
    """Return the arrays that a C++ text reads and writes.

    Parameters
    ----------
    text
        Statements in which arrays are called by their place in the table.
    arrays
        The arrays by place; others do not count.
    domains
        How parts divide what is indexed with a name.
    """
    found = set()
    for match in _INDEXED.finditer(text):
        variable = arrays.get(int(match["place"]))
        if variable is not None:
            found.add(Touch(variable, domains.get(match["index"], ANY), bool(match["assigned"])))
    return found


def must_be_alone(touches: set[Touch]) -> bool:
    """Tell whether parts would get in each other's way in a piece."""
    if any(touch.written and touch.domain == ANY for touch in touches):
        return True
    written = {touch.what: touch.domain for touch in touches if touch.written}
    return any(touch.what in written and touch.domain != written[touch.what] for touch in touches)


def _collide(first: Step, second: Step) -> bool:
    """Tell whether the parts must wait between two pieces."""
    if first.python or second.python:
        return True
    if first.alone and second.alone:
        return False
    here = {(t.what, FIRST if first.alone else t.domain, t.written) for t in first.touches}
    there = {(t.what, FIRST if second.alone else t.domain, t.written) for t in second.touches}
    for what, domain, written in here:
        for what_2, domain_2, written_2 in there:
            if what is not what_2 and what != what_2:
                continue
            if not written and isinstance(what, str):
                continue  # lists of events are kept for longer than a part can be ahead of another
            if (written or written_2) and (domain != domain_2 or ANY in (domain, domain_2)):
                return True
    return False


def barriers(pieces: Sequence[Step]) -> set[int]:
    """Return before which pieces, in the cycle of steps, all parts wait for each other: at least once a step."""
    found: set[int] = set()
    while True:
        before = set(found)
        since: list[Step] = []
        for place, piece in [*enumerate(pieces), *enumerate(pieces)]:
            if place in found:
                since = []
            if any(_collide(other, piece) for other in since):
                found.add(place)
                since = []
            since.append(piece)
        if found == before:
            return found or {0}
