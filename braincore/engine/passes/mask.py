"""What synapses add to neurons that may be refractory is masked, not branched over, and so are bounds of weights.

Brian2 writes ``if(not_refractory) v_post += w;``. A few percent of neurons are refractory at any time, no processor
foresees which ones a row meets, and every wrong guess costs as much as several synapses. A number whose bits are
masked is itself or zero, and adding zero changes nothing: the result is the same to the bit (zeros may change sign).

Legal if the variable is a floating-point number, and the statement adds to it or subtracts from it.
"""

from __future__ import annotations

import re

_GUARDED = re.compile(
    r"^if\s*\((?P<held>\w+)\)\s*\n\s*(?P<name>\w+) (?P<operator>[-+])= (?P<value>[^\n]+);$", re.MULTILINE
)


def masked(text: str) -> str:
    """Return the code of a synapse without branches: on a condition of its neuron, or on bounds."""

    def changed(found: re.Match[str]) -> str:
        kind = re.search(rf"^(float|double) {found['name']} = ", text, re.MULTILINE)
        flag = re.search(rf"^const char {found['held']} = ", text, re.MULTILINE)
        if kind is None or flag is None:
            return found[0]
        return f"{found['name']} {found['operator']}= _only({found['held']}, ({kind[1]})({found['value']}));"

    return re.sub(r"\b_clipped\(", "_clipped_one(", _GUARDED.sub(changed, text))
