"""Plain data to YAML text that reads well and reads back as exactly the same data."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from braincore.errors import InputError
from braincore.spec.nodes import FORBIDDEN
from braincore.spec.scalars import AmbiguousScalarError, resolve

WIDTH = 110
# What needs no quotes anywhere: also not within { } and [ ], nor as a key.
_PLAIN = re.compile(r"[A-Za-z0-9_.(/+-](?:[A-Za-z0-9_.()/*+<>=^µΩ \-]*[A-Za-z0-9_.()*/+^Ω])?")
_DASHES = re.compile(r"-(\s|$)|---|\.\.\.")


def emit(data: Mapping[str, Any]) -> str:
    """Return a definition as YAML: block style down to what fits on a line.

    Raises
    ------
    InputError
        A number is not finite.
    """
    lines: list[str] = []
    for key, value in data.items():
        _block(f"{_text(str(key))}:", value, "", lines)
    return "\n".join(lines) + "\n"


def _block(head: str, value: Any, indent: str, lines: list[str]) -> None:
    """Append ``head value``, on one line if it fits, else over several."""
    if isinstance(value, str) and "\n" in value and (block := _literal(value, indent)) is not None:
        lines.append(f"{indent}{head} {block}")
        return
    if not isinstance(value, Mapping | list | tuple) or not value:
        lines.append(f"{indent}{head} {_flow(value)}")
        return
    top = indent == "" and not head.startswith("-")
    if not (top and isinstance(value, Mapping) and any(isinstance(v, Mapping) for v in value.values())):
        line = None if _long(value) else _flow(value)
        if line is not None and len(indent) + len(head) + 1 + len(line) <= WIDTH:
            lines.append(f"{indent}{head} {line}")
            return
    lines.append(f"{indent}{head}")
    inner = indent + "  "
    if isinstance(value, Mapping):
        for key, item in value.items():
            _block(f"{_text(str(key))}:", item, inner, lines)
        return
    if all(not isinstance(item, Mapping | list | tuple) and not _is_block(item) for item in value):
        _filled([_flow(item) for item in value], indent, lines)
        return
    for item in value:
        _item(item, inner, lines)


def _item(item: Any, indent: str, lines: list[str]) -> None:
    """Append an entry of a list; a long mapping begins on the line of its dash."""
    if isinstance(item, Mapping) and item and (_long(item) or len(indent) + 2 + len(_flow(item)) > WIDTH):
        before = len(lines)
        for key, value in item.items():
            _block(f"{_text(str(key))}:", value, indent + "  ", lines)
        lines[before] = f"{indent}- {lines[before][len(indent) + 2 :]}"
        return
    _block("-", item, indent, lines)


def _filled(items: list[str], indent: str, lines: list[str]) -> None:
    """Put a long row of scalars into a flow list over several lines."""
    inner = indent + "  "
    head = lines.pop()
    lines.append(f"{head} [")
    line = inner
    for item in items:
        if len(line) + len(item) + 2 > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = inner
        line += f"{item}, "
    lines.append(line.rstrip())
    lines.append(f"{inner}]")


def _is_block(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value and _literal(value, "") is not None


def _long(value: Any) -> bool:
    """Tell whether something in it is a text of several lines, or there is surely too much of it for one line."""
    if isinstance(value, str):
        return _is_block(value) or len(value) > WIDTH
    if isinstance(value, Mapping):
        return len(value) > 20 or any(_long(item) for item in value.values())
    return isinstance(value, list | tuple) and (len(value) > 60 or any(_long(item) for item in value))


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(key))}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError(f"{value} is not a finite number")
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    raise TypeError(f"cannot write {type(value).__name__} as YAML")


def _text(text: str) -> str:
    """Return text as a scalar, quoted where it would mean something else."""
    if len(text) <= 512 and _PLAIN.fullmatch(text) and not _DASHES.match(text):
        try:
            if resolve(text) == text:
                return text
        except AmbiguousScalarError:
            pass
    if "'" not in text and text.isprintable() and not FORBIDDEN.search(text):
        return f"'{text}'"
    quoted = json.dumps(text, ensure_ascii=False)
    return FORBIDDEN.sub(lambda m: f"\\u{ord(m[0]):04x}", quoted)


def _literal(text: str, indent: str) -> str | None:
    """Return a text of several lines as a | block; None where only quotes keep it exactly."""
    if FORBIDDEN.search(text) or "\r" in text or not text.strip("\n"):
        return None
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    chomp = "-" if ends == 0 else "" if ends == 1 else "+"
    told = "2" if body[0] in " \n\t" else ""
    inner = indent + "  "
    lines = [inner + line if line else "" for line in body.split("\n")]
    return "\n".join([f"|{told}{chomp}", *lines, *[""] * max(ends - 1, 0)])
