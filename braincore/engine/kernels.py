"""Which random numbers an object draws: by what it is and when it was made, not by what Brian2 happens to call it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from brian2.input.poissoninput import PoissonInput

_NUMBER = re.compile(r"(\d+)")
_COUNTED = re.compile(r"_\d+(?=_|$)")


def kernels(objects: Sequence[Any], variables: Iterable[Any]) -> dict[str, int]:
    """Return the number of each object on which its random numbers depend, by its name.

    Random numbers must not change when the same script runs twice in one process. Brian2 counts objects without a name
    of their own: what was ``poissoninput_9`` and ``poissoninput_10`` has other numbers then, and another order if the
    first ones are collected while the next ones are made. So an object's number comes from its name without a count,
    then from when its group was made (of a Poisson input: what it goes to), and from Brian2's count at last.

    Parameters
    ----------
    objects
        Brian2 objects.
    variables
        The array variables of the device, in the order in which they were added.
    """
    added = {id(variable): k for k, variable in enumerate(variables)}

    def made(group: Any) -> int:
        mine = [v for v in getattr(group, "variables", {}).values() if getattr(v.owner, "name", None) == group.name]
        return min((added[id(v)] for v in mine if id(v) in added), default=len(added))

    inside = {part.name: (obj, k) for obj in objects for k, part in enumerate(obj.contained_objects)}

    def place(obj: Any) -> tuple[int, ...]:
        if isinstance(obj, PoissonInput):
            target = obj._group
            return made(getattr(target, "source", target)), int(target.start), int(target.stop)
        group, inner = inside.get(obj.name, (obj, -1))
        return made(group), inner

    def key(obj: Any) -> tuple[Any, ...]:
        counted = [int(part) if part.isdigit() else part for part in _NUMBER.split(obj.name)]
        return _COUNTED.sub("", obj.name), place(obj), counted

    return {obj.name: k + 1 for k, obj in enumerate(sorted(objects, key=key))}
