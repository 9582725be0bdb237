"""Refractoriness without work for neurons that are not refractory.

Brian2 asks every neuron in every step whether ``timestep(t - lastspike, dt) >= timestep(ref, dt)``: a division each.
Where the refractory time is one number and nothing but threshold and update touch ``lastspike`` and ``not_refractory``,
the answer changes only for the neurons that spiked that many steps ago, and these are known.

In the first steps of a run, and after Python had its hands on the state, every neuron is asked, as Brian2 does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from brian2.core.functions import timestep
from brian2.core.variables import Constant

from braincore.engine.captured import Captured
from braincore.errors import InputError
from braincore.expressions import parse_expression

_ASKED = re.compile(
    r"^\s*not_refractory = timestep\(t - lastspike, dt\) >= timestep\((?P<time>[^()]+), dt\)[ \t]*\n", re.MULTILINE
)
_WRITTEN = re.compile(r"\b(?:lastspike|not_refractory)(?:_pre|_post)?\s*(?:[-+*/|&]|\*\*|//)?=(?!=)")


def held_steps(captured: Captured) -> int | None:
    """Return for how many steps a spike holds a neuron, None if that is not one number."""
    code = captured.code.get(None, "")
    found = _ASKED.match(code)
    if found is None or _WRITTEN.search(code[found.end() :]):
        return None
    dt = float(captured.owner.clock.dt_)
    known = {name: v.get_value() for name, v in captured.variables.items() if isinstance(v, Constant)}
    try:
        expression = parse_expression(found["time"].strip())
        if not expression.names <= {*known, "dt"}:
            return None  # it differs between neurons, or changes
        seconds = float(expression.evaluate({**known, "dt": dt}))
    except (InputError, TypeError, ValueError):
        return None
    steps = int(timestep(seconds, dt))
    return steps if 1 <= steps <= 100_000 else None


def without_asking(captured: Captured) -> Captured:
    """Return an update that leaves ``not_refractory`` as it is."""
    return replace(captured, code={**captured.code, None: _ASKED.sub("", captured.code[None], count=1)})


def touched_elsewhere(captured: Captured, codes: Sequence[Any]) -> bool:
    """Tell whether other code of the network writes the refractory state."""
    return any(
        isinstance(code, Captured)
        and code is not captured
        and any(_WRITTEN.search(text) and not _ASKED.match(text) for text in code.code.values())
        for code in codes
    )
