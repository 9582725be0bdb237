"""From a place in the definition (``projections.3.weight``) to a place in a file (``brain.yaml:14:12``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from braincore.errors import Fault, InputError
from braincore.spec.nodes import Node

Path_ = tuple[str | int, ...]
_IN_TEXT = re.compile(r"line (\d+), column (\d+)")
MAX_ALIKE = 3
"""Faults shown of one place before the rest are only counted: one line of a file may describe 200 regions."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: the deepest node that exists on it, and how far that was.

    Attributes
    ----------
    node
        The node, or the deepest ancestor that exists.
    path
        The part of the path that exists.
    key
        ``file:line:column`` of the key (or list item) that leads to `node`.
    rest
        The part of the path that does not exist.
    """

    node: Node
    path: Path_
    key: str
    rest: str = ""

    @property
    def where(self) -> str:
        """The value; of a mapping, and of a list that goes over the lines below it, the key."""
        below = isinstance(self.node.value, dict) or (isinstance(self.node.value, list) and not self.node.style)
        return self.key if below else self.node.where


class Marks:
    """The places of everything in a definition, also of what came from included files and overrides.

    Parameters
    ----------
    root
        The merged tree.
    """

    def __init__(self, root: Node) -> None:
        self.root = root

    def find(self, path: str | Sequence[str | int], base: Place | None = None) -> Place:
        """Follow a path, a dotted one or one of keys and indices, from the root or from `base`."""
        place = base or Place(self.root, (), self.root.where)
        if not isinstance(path, str):
            for step in path:
                found = _step(place, str(step))
                if found is None:
                    return Place(place.node, place.path, place.key, ".".join(str(s) for s in path[len(place.path) :]))
                place = found
            return place
        return self._follow(place, path)

    def _follow(self, place: Place, path: str) -> Place:
        """Follow a dotted path; keys may hold dots themselves, so the longest key that fits is taken."""
        while path:
            steps = path.split(".")
            for count in range(len(steps), 0, -1):
                found = _step(place, ".".join(steps[:count]))
                if found is not None:
                    place, path = found, ".".join(steps[count:])
                    break
            else:
                found = _default(place, steps) or self._rule(place, steps[0])
                if found is not None:
                    place, path = found, ".".join(steps[1:])
                    continue
                inner = _inner(place, steps[0])
                if inner is None:
                    return Place(place.node, place.path, place.key, path)
                place, path = inner, path if steps[0] != "trains" else ".".join(steps[1:])
        return place

    def _rule(self, place: Place, name: str) -> Place | None:
        """Return where a projection's rule is written: among the own rules, or in the projection's list."""
        if not place.path or place.path[-1] != "rules" or not isinstance(place.node.value, list):
            return None
        own = self.find(("learning_rules", name))
        if not own.rest:
            return own
        for index, node in enumerate(place.node.value):
            given = node.value.get("type") if isinstance(node.value, dict) else node
            if given is not None and given.value == name:
                return _step(place, str(index))
        return None

    def where(self, path: str | Sequence[str | int]) -> str:
        """Return ``file:line:column`` of a place."""
        return self.find(path).where

    def key_where(self, path: Sequence[str | int]) -> str:
        """Return ``file:line:column`` of the key that a path ends on."""
        return self.find(path).key

    def folder(self, path: Sequence[str | int]) -> Path:
        """Return the folder that file names at a place start from: that of the file the place is written in."""
        return self.find(path).node.source.folder


def _step(place: Place, step: str) -> Place | None:
    value = place.node.value
    if isinstance(value, dict) and step in value:
        return Place(value[step], (*place.path, step), place.node.key_where(step))
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        node = value[int(step)]
        return Place(node, (*place.path, int(step)), node.where)
    return None


def _inner(place: Place, step: str) -> Place | None:
    """Return the part that holds `step`: a model's ``amplitude`` stands under ``step:`` or ``sine:`` in the file."""
    if not isinstance(place.node.value, dict) or len(place.path) < 2:
        return None
    if step == "trains":  # what a stimulus calls the spikes that the file gives or lets an encoder make
        return _step(place, "spikes") or _step(place, "encode")
    holders = [key for key, child in place.node.value.items() if isinstance(child.value, dict) and step in child.value]
    return _step(place, holders[0]) if len(holders) == 1 else None


def _default(place: Place, steps: list[str]) -> Place | None:
    """Regions and pathways that are not named are those of ``default``."""
    if place.path in (("regions",), ("pathways",)) and steps[0] != "default":
        return _step(place, "default")
    return None


def text_where(node: Node, line: int, column: int) -> str:
    """Return the place of a line and column (from 1) within a text of several lines or one."""
    text = node.value if isinstance(node.value, str) else ""
    lines = text.split("\n")
    if not 1 <= line <= len(lines) or not node.source.positions:
        return node.where
    if node.style == "|":
        number = node.line + line
        indent = len(node.source.line(number)) - len(lines[line - 1])
        return node.source.where(number, max(indent, 0) + column - 1)
    if len(lines) == 1:
        start = node.column + (1 if node.style in ("'", '"') else 0)
        if node.source.line(node.line).startswith(text[: column - 1], start):
            return node.source.where(node.line, start + column - 1)
    return node.where


def locate_faults(error: InputError, marks: Marks) -> InputError:
    """Return `error` with the place in the file put to every fault whose path is known.

    Paths are those that model constructors and `BrainSpec.resolve` give (``projections.3.weight``); a fault of a text
    (``line 2, column 7``) is placed within that text. What has a place already keeps it.
    """
    return type(error)(tidy(located(fault, marks) for fault in error.faults))


def located(fault: Fault, marks: Marks, base: Place | None = None) -> Fault:
    """Return one fault with its place; its path is relative to `base`."""
    in_text = _IN_TEXT.fullmatch(fault.where)
    if fault.where and not in_text:
        if base is None:
            return fault
        data = Fault(f"{fault.where}: {fault.message}", "", fault.path, fault.hint)  # a fault of a data file
        return located(data, marks, base)
    place = _meant(marks.find(fault.path, base), fault.message)
    path = ".".join(part for part in (dotted(base.path) if base else "", fault.path) if part)
    where = text_where(place.node, int(in_text[1]), int(in_text[2])) if in_text and not place.rest else place.where
    return Fault(fault.message, where, path, fault.hint)


def _meant(place: Place, message: str) -> Place:
    """Return the entry of a list that a message quotes, if the place is a list and one entry is quoted."""
    if isinstance(place.node.value, list):
        quoted = [
            i for i, item in enumerate(place.node.value) if isinstance(item.value, str) and f"'{item.value}'" in message
        ]
        if len(quoted) == 1:
            return _step(place, str(quoted[0])) or place
    return place


def dotted(path: Sequence[str | int]) -> str:
    """Write a path as text."""
    return ".".join(str(step) for step in path)


def _on_one_line(fault: Fault) -> Fault:
    """Return a fault whose parts hold no line ends, which text that is quoted may have brought in."""
    parts = (fault.message, fault.where, fault.path, fault.hint)
    return Fault(*(" ".join(part.split()) if "\n" in part else part for part in parts))


def tidy(faults: Iterable[Fault]) -> list[Fault]:
    """Drop faults told twice, and cut long rows of faults of one place."""
    kept: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    counts: dict[str, int] = {}
    for fault in map(_on_one_line, faults):
        identity = (fault.where or fault.path, fault.message)
        if identity in seen:
            continue
        seen.add(identity)
        place = fault.where
        counts[place] = counts.get(place, 0) + 1
        if not place or counts[place] <= MAX_ALIKE:
            kept.append(fault)
    for place, count in counts.items():
        if place and count > MAX_ALIKE:
            last = max(i for i, fault in enumerate(kept) if fault.where == place)
            kept.insert(last + 1, Fault(f"and {count - MAX_ALIKE} more faults of this place", where=place))
    return kept
