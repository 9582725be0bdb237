"""Definitions that build on other definitions: `include`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from braincore.data.locate import locate
from braincore.errors import Fault, InputError
from braincore.spec.document import read_version
from braincore.spec.nodes import MAX_BYTES, MAX_NODES, REFUSED, Node, Parsed, read_file
from braincore.spec.reads import shown

MAX_FILES = 200
JOINED = ("projections", "interventions")
"""Sections whose lists are put one after the other; every other list is replaced as a whole."""


def read_with_includes(path: Path, name: str, roots: Sequence[Path]) -> tuple[Parsed, list[Path]]:
    """Read a file and everything that it includes, merged into one tree.

    An included definition comes first; what stands in the file that includes it wins, key by key. Of several included
    files, the later wins.

    Returns
    -------
    (parsed, files)
        The merged tree with all faults, and the files that were read.

    Raises
    ------
    InputError
        A file cannot be read or includes itself.
    """
    reader = _Reader(roots)
    root = reader.read(path.resolve(), name, [])
    if root.extent[0] > MAX_NODES:
        raise InputError(f"the definition has more than {MAX_NODES:,} values", where=root.where)
    return Parsed(root, reader.faults), reader.files


class _Reader:
    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = roots
        self.faults: list[Fault] = []
        self.files: list[Path] = []
        self.full = False

    def read(self, path: Path, name: str, chain: list[tuple[Path, str]]) -> Node:
        parsed = read_file(path, name)
        self.faults += parsed.faults
        self.files.append(path)
        root = parsed.root
        if root.keys is None:
            raise InputError([*self.faults, Fault("a definition is a mapping: key: value", where=root.where,
                                                  hint="Begin with: braincore: 1")])  # fmt: skip
        self._check_version(root)
        chain = [*chain, (path, name)]
        merged: Node | None = None
        for item in _items(root.value.get("include")):
            included = self._include(item, path, chain)
            if included is not None:
                merged = included if merged is None else merge(merged, included)
        return root if merged is None else merge(merged, root)

    def _check_version(self, root: Node) -> None:
        """Check the version of each file: after merging, only that of the last is left."""
        given = root.value.get("braincore")
        try:
            if given is not None and given.value is not REFUSED:
                read_version(given.value)
        except PydanticCustomError as error:
            context = error.context or {}
            self.faults.append(Fault(context["message"], given.where, "braincore", context["hint"]))

    def _include(self, item: Node, path: Path, chain: list[tuple[Path, str]]) -> Node | None:
        ref = item.value
        if not isinstance(ref, str) or not ref.strip():
            self.faults.append(Fault(f"{shown(ref)} is not a file", item.where, "include", "Such as [neurons.yaml]"))
            return None
        try:
            found = locate(ref, path.parent, self.roots, max_bytes=MAX_BYTES).resolve()
        except InputError as error:
            self.faults += [Fault(f.message, item.where, "include", f.hint) for f in error.faults]
            return None
        open_ = [p for p, _ in chain]
        if found in open_:
            names = [n for _, n in chain[open_.index(found) :]] + [ref]
            message = f"files include each other in a circle: {' -> '.join(names)}"
            self.faults.append(Fault(message, item.where, "include", "Take one of them out"))
            return None
        if len(self.files) >= MAX_FILES:
            if not self.full:
                self.faults.append(Fault(f"more than {MAX_FILES} files are included", item.where, "include"))
            self.full = True
            return None
        try:
            return self.read(found, _shown(found, path, chain[-1][1]), chain)
        except InputError as error:
            self.faults += error.faults
            return None


def _shown(found: Path, path: Path, name: str) -> str:
    """Call an included file the way the including one is called: relative, if that is."""
    import os

    if Path(name).is_absolute():
        return str(found)
    return os.path.normpath(Path(name).parent / os.path.relpath(found, path.parent))


def _items(node: Node | None) -> list[Node]:
    if node is None or node.keys is not None:  # a mapping is told when the first level is checked
        return []
    return node.value if isinstance(node.value, list) else [node]


def merge(under: Node, over: Node, path: tuple[str, ...] = ()) -> Node:
    """Return a node with the keys of both mappings, `over` winning; anything else is replaced.

    Keys that take each other's place (``size`` and ``labels``) are not known here: the schema tells them.
    """
    if under.keys is None or over.keys is None:
        if len(path) == 1 and path[0] in JOINED and isinstance(under.value, list) and isinstance(over.value, list):
            return _made(over, [*under.value, *over.value], None)
        return over
    values: dict[str, Any] = dict(under.value)
    keys = dict(under.keys)
    for key, node in over.value.items():
        values[key] = merge(values[key], node, (*path, key)) if key in values else node
        keys[key] = over.keys[key]
    return _made(over, values, keys)


def _made(like: Node, value: Any, keys: Any) -> Node:
    node = Node(value, like.source, like.line, like.column)
    node.keys = keys
    return node
