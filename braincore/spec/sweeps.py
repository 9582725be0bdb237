"""Sweeps: the paths and values of ``sweep:``, checked as if each stood in its place."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from braincore.errors import Fault, InputError
from braincore.spec.maker import make
from braincore.spec.marks import dotted
from braincore.spec.nodes import REFUSED, Node
from braincore.spec.overrides import override
from braincore.spec.workshop import Path_, Workshop

Point = dict[str, Any]
Sweep = Mapping[str, list[Any]] | list[Point]
MAX_POINTS = 100_000
MAX_SECONDS = 5.0
"""A sweep whose values would take longer to try one by one is checked point by point when it is run."""


def points(sweep: Sweep) -> list[Point]:
    """Return the points of a sweep: path to value for each, the last path fastest."""
    if isinstance(sweep, list):
        return [dict(point) for point in sweep]
    if not sweep:
        return []
    return [dict(zip(sweep, values, strict=True)) for values in itertools.product(*sweep.values())]


def check_sweep(shop: Workshop, root: Node, seconds: float) -> Sweep:
    """Return the sweep of a definition, having noted what is wrong with its paths and values.

    Parameters
    ----------
    shop
        What was made of the definition.
    root
        The definition.
    seconds
        How long that took: each value is tried by making the brain with it, if that can be done in short time.
    """
    given = shop.plain.get("sweep")
    if not given or ("sweep",) in shop.broken or given is REFUSED:
        return {}
    count = 1
    for values in given.values() if isinstance(given, Mapping) else [given]:
        count *= max(len(values), 1)
    if count > MAX_POINTS:
        message, hint = f"the sweep has {count:,} points", f"At most {MAX_POINTS:,}"
        shop.faults.append(Fault(message, shop.marks.key_where(("sweep",)), "sweep", hint))
        return {}
    items = _items(root.value["sweep"])
    tried = not shop.faults and seconds * len(items) <= MAX_SECONDS
    told: set[str] = set()
    for path, node, place in items:
        try:
            changed = override(root, path, node)
        except InputError as error:
            where = shop.marks.key_where(place)
            if where not in told:
                shop.faults += [Fault(f.message, where, dotted(place), f.hint) for f in error.faults]
            told.add(where)
            continue
        if tried:
            shop.faults += _faults_with(changed, path, node, shop.roots)
    found: Sweep = given
    return found


def _faults_with(changed: Node, path: str, node: Node, roots: tuple[Path, ...]) -> list[Fault]:
    """Return the faults of the definition with one value changed; those told elsewhere say which value it was."""
    value = node.value if not isinstance(node.value, dict | list) else "..."
    note = f" (with {path} = {value} of the sweep)"
    return [
        Fault(f.message if f.where == node.where else f"{f.message}{note}", f.where, f.path, f.hint)
        for f in make(changed, roots, []).faults
    ]


def _items(node: Node) -> list[tuple[str, Node, Path_]]:
    """Return every swept path with every value, and where the path stands."""
    if isinstance(node.value, dict):
        return [(path, value, ("sweep", path)) for path, values in node.value.items() for value in values.value]
    return [
        (path, value, ("sweep", index, path))
        for index, point in enumerate(node.value)
        for path, value in point.value.items()
    ]
