"""Poisson and binomial numbers drawn for all elements of a loop at once, before it.

Sixteen calls of the random generator serve 128 elements, which are compared with the cumulative distribution 32 at
a time where they share a mean (that of Poisson numbers lies in an array). The numbers are those that the loop would
have drawn itself.
"""

from __future__ import annotations

import re

_POISSON = re.compile(r"_poisson\((?P<mean>\w+), _draw\((?P<number>\d+), _vectorisation_idx\)\)")
_BINOMIAL = re.compile(r"\b(?P<table>binomial\d+)\(_draw\((?P<number>\d+), _vectorisation_idx\)\)")


def drawn_before(vector: str) -> tuple[str, str, list[str]]:
    """Return the loop's body, the statements before it, and what was done, with draws taken out of the body."""
    before: list[str] = []
    notes: list[str] = []

    def fill(number: str, call: str) -> str:
        before.append(
            f"static vector<uint16_t> all{number}[MOST_PARTS]; all{number}[P].resize(_count);\n"
            f"{call}, _first, _last, {number}u, all{number}[P].data());\n"
            f"const uint16_t* __restrict _all{number} = all{number}[P].data();"
        )
        return f"_all{number}[_idx]"

    def poisson(found: re.Match[str]) -> str:
        array = re.search(rf"^const \w+ {found['mean']} = (\w+)\[_idx\];$", vector, re.MULTILINE)
        if array is None:
            return found[0]
        notes.append("Poisson numbers are drawn for all elements at once")
        return fill(found["number"], f"_poisson_fill({array[1]}")

    def binomial(found: re.Match[str]) -> str:
        notes.append("binomial numbers are drawn for all elements at once")
        table = found["table"]
        return f"{table}.of({fill(found['number'], f'_binomial_fill({table}')})"

    vector = _BINOMIAL.sub(binomial, _POISSON.sub(poisson, vector))
    return vector, "\n".join(before), notes
