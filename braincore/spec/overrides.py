"""Values given on the command line or by a sweep: ``path.to.key=value``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from braincore.errors import Fault, InputError, suggest
from braincore.spec import schema
from braincore.spec.nodes import Node, Source, read_text

MAX_OVERRIDE = 64 * 1024


def read_override(text: str, folder: Path) -> tuple[str, Node]:
    """Split ``path=value`` and read the value as YAML; its faults are placed at ``--set path=value``."""
    path, equals, value = text.partition("=")
    path = path.strip()
    name = f"--set {text if len(text) <= 60 else text[:57] + '...'}"
    if not equals or not path:
        raise InputError("an override is path=value", where=name, hint="Such as --set duration='2 s'")
    if len(text) > MAX_OVERRIDE:
        raise InputError(f"an override of {len(text):,} characters is too long", where=name)
    if not value.strip():
        # empty text, not null: an unset variable of a script must not put the default in the place of a value
        return path, Node("", Source(name, folder, value, positions=False), 0, 0, "'")
    parsed = read_text(value, name, folder, positions=False)
    if parsed.faults:
        raise InputError(parsed.faults)
    return path, parsed.root


def override(root: Node, path: str, value: Node) -> Node:
    """Return the tree with the value at `path` replaced; nodes that do not change are shared.

    Raises
    ------
    InputError
        There is no such place: the message names the nearest key.
    """
    steps = _steps(root, path, value.where)
    if steps[0] == "include":
        hint = "Write it into the file; values are set after files are read"
        raise InputError("files cannot be included from here", where=value.where, path=path, hint=hint)
    return _replaced(root, steps, value)


def _steps(root: Node, path: str, where: str) -> list[str]:
    """Split a dotted path; keys of the definition may hold dots themselves, the longest that fits is taken.

    An entry of a list is ``name.0`` or, as messages write it, ``name[0]``.
    """
    steps: list[str] = []
    node: Node | None = root
    left = re.sub(r"\[(\d+)\]", r".\1", path).split(".")
    while left:
        count = next((n for n in range(len(left), 0, -1) if _child(node, ".".join(left[:n])) is not None), 0)
        step = ".".join(left[:count]) if count else left[0]
        child = _child(node, step)
        if child is None:
            _check_new(node, steps, step, left[1:], path, where)
        steps.append(step)
        node, left = child, left[max(count, 1) :]
    return steps


def _child(node: Node | None, step: str) -> Node | None:
    if node is None:
        return None
    if isinstance(node.value, dict):
        return node.value.get(step)
    if isinstance(node.value, list) and step.isdecimal() and int(step) < len(node.value):
        found: Node = node.value[int(step)]
        return found
    return None


def _check_new(node: Node | None, steps: Sequence[str], step: str, rest: Sequence[str], path: str, where: str) -> None:
    """Refuse a step to what is not there, unless the schema knows it or a new name may stand there."""
    present = list(node.value) if node is not None and isinstance(node.value, dict) else []
    known = schema.keys(steps)
    if step in known:
        return
    shown = ".".join([*steps, step])
    if node is not None and isinstance(node.value, list):
        hint = f"The list has {len(node.value)} entries, numbered from 0"
        raise InputError(f"there is no '{shown}'", where=where, path=path, hint=hint)
    if node is not None and not isinstance(node.value, dict | list) and node.value is not None:
        raise InputError(f"'{'.'.join(steps)}' is a value and has no '{step}'", where=where, path=path)
    may_be_new = (
        schema.is_free(steps) and (not steps or steps[0] in _OPEN or not rest) and not _own_parameter(node, steps)
    )
    if not may_be_new:
        hint = suggest(step, [*known, *present], noun="key")
        raise InputError(f"there is no '{shown}'", where=where, path=path, hint=hint)


_OPEN = ("regions", "pathways")
"""Sections where a name that the file does not hold may be set: the connectome may have it."""


def _own_parameter(node: Node | None, steps: Sequence[str]) -> bool:
    """Tell whether the place holds the parameters of own equations: those may not be added to from outside."""
    own = len(steps) == 3 and steps[0] in ("neurons", "synapses", "learning_rules") and steps[2] == "parameters"
    named = len(steps) == 1 and steps[0] in ("neurons", "synapses", "learning_rules", "populations", "stimuli")
    return own or named


def _replaced(node: Node | None, steps: Sequence[str], value: Node) -> Node:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if node is not None and isinstance(node.value, list):
        items = list(node.value)
        items[int(step)] = _replaced(items[int(step)], rest, value)
        return _copy(node, items, None)
    values: dict[str, Any] = dict(node.value) if node is not None and isinstance(node.value, dict) else {}
    keys = dict(node.keys or {}) if node is not None and isinstance(node.value, dict) else {}
    values[step] = _replaced(values.get(step), rest, value)
    keys.setdefault(step, (value.source, value.line, value.column))
    if not rest:
        keys[step] = (value.source, value.line, value.column)
    return _copy(node if node is not None else value, values, keys)


def _copy(node: Node, value: Any, keys: Any) -> Node:
    made = Node(value, node.source, node.line, node.column)
    made.keys = keys
    return made


def fault_at(path: str, value: Node, message: str, hint: str = "") -> Fault:
    """Return a fault of an overridden value."""
    return Fault(message, value.where, path, hint)
