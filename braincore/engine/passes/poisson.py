"""Poisson numbers drawn for all elements of a loop at once, before it, where their mean lies in an array.

Sixteen calls of the random generator serve 128 elements, which are compared with the cumulative distribution 32 at
a time where they share a mean. The numbers are those that the loop would have drawn itself.
"""

from __future__ import annotations

import re

_CALL = re.compile(r"_poisson\((?P<mean>\w+), _draw\((?P<number>\d+), _vectorisation_idx\)\)")


def drawn_before(vector: str) -> tuple[str, str, list[str]]:
    """Return the statements before a loop, its body, and what was done, with Poisson draws taken out of the body."""
    before: list[str] = []
    notes: list[str] = []

    def taken(found: re.Match[str]) -> str:
        mean, number = found["mean"], found["number"]
        array = re.search(rf"^const \w+ {mean} = (\w+)\[_idx\];$", vector, re.MULTILINE)
        if array is None:
            return found[0]
        before.append(
            f"static vector<uint16_t> drawn{number}[MOST_PARTS]; drawn{number}[P].resize(_count);\n"
            f"_poisson_fill({array[1]}, _first, _last, {number}u, drawn{number}[P].data());\n"
            f"const uint16_t* __restrict _drawn{number} = drawn{number}[P].data();"
        )
        notes.append("Poisson numbers are drawn for all elements at once")
        return f"_drawn{number}[_idx]"

    return _CALL.sub(taken, vector), "\n".join(before), notes
