"""YAML text to a tree of nodes that know their place, read from PyYAML's events.

No loader or constructor of PyYAML is used: only its parser. So no tag is ever looked up, no object ever made, the size
is checked while the text is read, and every mapping keeps the line and column of its keys and values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from braincore.data.files import reason, regular_file
from braincore.errors import Fault, InputError, suggest
from braincore.spec.scalars import AmbiguousScalarError, Scalar, resolve
from braincore.spec.syntax import explain

MAX_BYTES = 16 * 2**20
MAX_NODES = 1_000_000
MAX_DEPTH = 64
MAX_SCALAR = 64 * 1024
MAX_KEY = 1024

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STREAM = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent)
# What YAML forbids, further line ends that not every editor counts, and signs that reorder a line on the screen.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_AFTER_COMMA = re.compile(r"[0-9]+(?:[eE][-+]?[0-9]+)?(?:\s*[A-Za-zµμΩ%].*)?")


class Refused:
    """The value of a scalar whose fault is reported already; nothing more is said about it."""

    def __repr__(self) -> str:
        return "refused"


REFUSED = Refused()


@dataclass(slots=True, eq=False)
class Source:
    """A text that nodes come from: how messages call it, the folder its paths start from, and its lines."""

    name: str
    folder: Path
    text: str = field(default="", repr=False)
    positions: bool = True
    _lines: list[str] | None = field(default=None, repr=False)

    def where(self, line: int, column: int) -> str:
        """Return ``file:line:column`` of a place, both counted from 0; the name alone for a command-line override."""
        return f"{self.name}:{line + 1}:{column + 1}" if self.positions else self.name

    def line(self, number: int) -> str:
        """Return a line of the text, counted from 0."""
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines[number] if number < len(self._lines) else ""


class Node:
    """A scalar, a sequence (`value` is a list of nodes) or a mapping (`value` maps text to nodes).

    Attributes
    ----------
    value
        The scalar, the list or the dict.
    source, line, column
        Where it begins; counted from 0.
    style
        Of a scalar: ``|``, ``>``, ``'``, ``"`` or empty; of the others ``{`` if written within brackets, or empty.
    keys
        Of a mapping: the place (source, line, column) of every key.
    extent
        Number of nodes in it with aliases spelled out, and how deep it goes.
    """

    __slots__ = ("_extent", "column", "keys", "line", "source", "style", "value")

    def __init__(self, value: Any, source: Source, line: int, column: int, style: str = "") -> None:
        self.value, self.source, self.line, self.column, self.style = value, source, line, column, style
        self.keys: dict[str, tuple[Source, int, int]] | None = {} if type(value) is dict else None
        self._extent: tuple[int, int] | None = None

    @property
    def extent(self) -> tuple[int, int]:
        """Number of nodes in it with aliases spelled out, and how deep it goes."""
        if self._extent is None:
            children = self.value.values() if self.keys is not None else self.value
            parts = [child.extent for child in children] if isinstance(self.value, dict | list) else []
            self._extent = 1 + sum(size for size, _ in parts), 1 + max((height for _, height in parts), default=0)
        return self._extent

    @property
    def where(self) -> str:
        """``file:line:column``."""
        return self.source.where(self.line, self.column)

    def key_where(self, key: str) -> str:
        """Return ``file:line:column`` of one of a mapping's keys."""
        source, line, column = (self.keys or {})[key]
        return source.where(line, column)

    def plain(self) -> Any:
        """Return the node as dicts, lists and scalars; what aliases share is shared."""
        return _plain(self, {})


def _plain(node: Node, memo: dict[int, Any]) -> Any:
    value = node.value
    if type(value) is dict:
        found = memo.get(id(node))
        if found is None:
            found = memo[id(node)] = {key: _plain(child, memo) for key, child in value.items()}
        return found
    if type(value) is list:
        found = memo.get(id(node))
        if found is None:
            found = memo[id(node)] = [_plain(child, memo) for child in value]
        return found
    return value


@dataclass(slots=True)
class Parsed:
    """A document: its root, and the faults that did not stop the reading."""

    root: Node
    faults: list[Fault]


def read_file(path: Path, name: str | None = None) -> Parsed:
    """Read a YAML file.

    Parameters
    ----------
    path
        A regular file of at most 16 MiB.
    name
        What messages call it; the path by default.

    Raises
    ------
    InputError
        Not a file, too large, not UTF-8, or not YAML: with ``file:line:column``.
    """
    name = name or str(path)
    regular_file(path, MAX_BYTES)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"file '{path}' cannot be read: {reason(error)}") from None
    return read_text(decode(content, name), name, path.parent)


def decode(content: bytes, name: str) -> str:
    """Return a file's text, refusing what is not UTF-8 with the line and column of the byte."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError("the file is UTF-16, not UTF-8", where=f"{name}:1:1", hint="Save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"byte 0x{content[error.start]:02x} is not UTF-8 text"
        raise InputError(message, where=f"{name}:{line}:{column}", hint="Save the file as UTF-8") from None


def read_text(text: str, name: str, folder: Path, *, positions: bool = True) -> Parsed:
    """Read YAML text; `name` and `folder` as of a `Source`.

    Raises
    ------
    InputError
        The text is not one YAML document, or is too deep or too large.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    source = Source(name, folder, text, positions)
    if found := FORBIDDEN.search(text):
        before = text[: found.start()]
        place = source.where(before.count("\n"), len(before) - before.rfind("\n") - 1)
        message = f"the character U+{ord(found[0]):04X} is not allowed"
        raise InputError(message, where=place, hint="Control characters and invisible line ends are not read")
    composer = _Composer(source)
    try:
        composer.run(_events(text))
    except yaml.YAMLError as error:
        raise InputError([*composer.faults, explain(error, source)]) from None
    except RecursionError:
        raise InputError("the text is nested too deep", where=source.where(0, 0)) from None
    if composer.root is None:
        what = "file" if positions else "value"
        raise InputError(f"the {what} is empty", where=source.where(0, 0), hint="A brain begins with: braincore: 1")
    return Parsed(composer.root, composer.faults)


def _events(text: str) -> Iterator[Any]:
    parser = _Parser(text)
    try:
        while (event := parser.get_event()) is not None:
            yield event
    finally:
        parser.dispose()


class _Composer:
    """Builds nodes from events; the stack holds the open mappings and sequences."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.root: Node | None = None
        self._open: list[Node] = []
        self._key: list[tuple[str | None, int, int] | None] = []
        self._anchors: dict[str, Node | None] = {}
        self._names: list[str | None] = []
        self._count = 0
        self._resolved: dict[str, Scalar] = {}
        self._documents = 0

    def run(self, events: Iterator[Any]) -> None:
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._start(event, {})
            elif kind is yaml.SequenceStartEvent:
                self._start(event, [])
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._end()
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                self._document(event)
            elif kind not in _STREAM:
                raise TypeError(f"unknown YAML event {kind.__name__}")

    def _fail(self, mark: Any, message: str, hint: str = "") -> InputError:
        return InputError([*self.faults, Fault(message, where=self.source.where(mark.line, mark.column), hint=hint)])

    def _note(self, mark: Any, message: str, hint: str = "") -> None:
        if len(self.faults) < 100:
            self.faults.append(Fault(message, where=self.source.where(mark.line, mark.column), hint=hint))

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._fail(event.start_mark, "a second document begins here ('---')", "Put one brain into one file")

    def _check_tag(self, event: Any) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._note(event.start_mark, f"tag '{tag[:64]}' is not allowed", "Write the value without a tag")

    def _scalar(self, event: Any) -> None:
        mark, text, style = event.start_mark, event.value, event.style or ""
        if event.tag is not None:
            self._check_tag(event)
        if len(text) > MAX_SCALAR:
            raise self._fail(mark, f"a text of {len(text):,} characters is too long", f"At most {MAX_SCALAR:,}")
        if self._open and self._open[-1].keys is not None and self._key[-1] is None:
            if event.anchor is not None:
                self._anchors[event.anchor] = Node(text, self.source, mark.line, mark.column, style)
            self._take_key(text, mark, style)
            return
        value: Scalar | Refused = text
        if not style:
            try:
                value = self._resolved[text]
            except KeyError:
                value = self._resolve(text, mark)
        node = Node(value, self.source, mark.line, mark.column, style)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._count += 1
        if self._count > MAX_NODES:
            self._add(0, mark)
        self._put(node)

    def _resolve(self, text: str, mark: Any) -> Scalar | Refused:
        try:
            value = resolve(text)
        except AmbiguousScalarError as error:
            self._note(mark, error.message, error.hint)
            return REFUSED
        self._resolved[text] = value
        return value

    def _take_key(self, text: str, mark: Any, style: str) -> None:
        mapping = self._open[-1]
        key: str | None = text
        if text == "<<" and not style:
            hint = "Use regions.default, 'extends:' or 'include:' instead"
            self._note(mark, "'<<' merge keys are not supported", hint)
            key = None
        elif len(text) > MAX_KEY:
            raise self._fail(mark, f"a key of {len(text):,} characters is too long", f"At most {MAX_KEY}")
        elif text in mapping.value:
            _, line, _ = mapping.keys[text]  # type: ignore[index]
            self._note(mark, f"'{text}' is given twice; first on line {line + 1}", "Keep one of them")
            key = None
        self._key[-1] = (key, mark.line, mark.column)

    def _start(self, event: Any, value: Any) -> None:
        mark = event.start_mark
        if event.tag is not None:
            self._check_tag(event)
        if self._open and self._open[-1].keys is not None and self._key[-1] is None:
            hint = "Quote text that begins with '{' or '['"
            raise self._fail(mark, "a mapping or list cannot be a key", hint)
        if len(self._open) >= MAX_DEPTH:
            raise self._fail(mark, f"nested more than {MAX_DEPTH} deep", "No brain needs that")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._add(1, mark)
        self._names.append(event.anchor)
        self._open.append(Node(value, self.source, mark.line, mark.column, "{" if event.flow_style else ""))
        self._key.append(None)

    def _end(self) -> None:
        node = self._open.pop()
        self._key.pop()
        name = self._names.pop()
        if name is not None:
            self._anchors[name] = node
        self._put(node)

    def _alias(self, event: Any) -> None:
        mark, name = event.start_mark, event.anchor
        if name not in self._anchors:
            raise self._fail(mark, f"alias '*{name}' has no anchor", suggest(name, self._anchors, noun="anchor"))
        node = self._anchors[name]
        if node is None:
            raise self._fail(mark, f"alias '*{name}' contains itself", "Spell the value out")
        if self._open and self._open[-1].keys is not None and self._key[-1] is None:
            if node.keys is not None or isinstance(node.value, list):
                raise self._fail(mark, "a mapping or list cannot be a key")
            self._take_key(str(node.value), mark, "'")
            return
        size, height = node.extent
        if len(self._open) + height > MAX_DEPTH:
            raise self._fail(mark, f"alias '*{name}' nests more than {MAX_DEPTH} deep")
        self._add(size, mark)
        self._put(node)

    def _add(self, size: int, mark: Any) -> None:
        self._count += size
        if self._count > MAX_NODES:
            raise self._fail(
                mark,
                f"more than {MAX_NODES:,} values (aliases spelled out)",
                "Put large tables into a file of their own",
            )

    def _put(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if parent.keys is None:
            parent.value.append(node)
            return
        key, line, column = self._key[-1]  # type: ignore[misc]
        self._key[-1] = None
        if key is not None and node.value is None and parent.style and self._note_comma(parent, key, node):
            return
        if key is not None:  # None: a key that was refused
            parent.keys[key] = (self.source, line, column)
            parent.value[key] = node

    def _note_comma(self, parent: Node, key: str, node: Node) -> bool:
        """Tell ``{tau: 1,5 ms}``, which YAML reads as a value 1 and a key '5 ms' without a value."""
        before = next(reversed(parent.value.values()), None)
        if before is None or type(before.value) is not int or not _AFTER_COMMA.fullmatch(key):
            return False
        line = self.source.line(before.line)[before.column :]
        if not line.startswith(f"{before.value},{key}"):
            return False
        mark = "" if re.match(r"[0-9]{3}(?![0-9])", key) else "."  # 1,000 is a thousand
        hint = f"Write {before.value}{mark}{key}, or quote it if it is text"
        self.faults.append(Fault(f"'{before.value},{key}' has a comma in its number", where=before.where, hint=hint))
        before.value = REFUSED
        return True
