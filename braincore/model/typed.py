"""What a script passes in, checked for its type where it is given, not where something deep inside breaks on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from braincore.errors import Fault, InputError, suggest

T = TypeVar("T")


def expect(given: Any, kinds: type | tuple[type, ...], what: str, hint: str, *, path: str = "") -> None:
    """Refuse what is of none of some types; a class where one of its objects is meant is named."""
    if isinstance(given, kinds):
        return
    shown = given.__name__ if isinstance(given, type) else repr(given)
    shown = shown if len(shown) <= 48 else f"{shown[:45]}..."
    article = "the class " if isinstance(given, type) else ""
    raise InputError(f"{what} is {article}{shown}", path=path, hint=hint)


def expect_each(given: Any, kinds: type | tuple[type, ...], what: str, hint: str, *, path: str = "") -> tuple[Any, ...]:
    """Return a row of things as a tuple; refuse what is no row, and an entry of none of some types."""
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise InputError(f"{what} are {given!r}"[:96], path=path, hint=f"A list; {hint[:1].lower()}{hint[1:]}")
    items = tuple(given)
    for index, item in enumerate(items):
        expect(item, kinds, f"{what}[{index}]", hint, path=path)
    return items


def expect_mapping(given: Any, what: str, hint: str, *, path: str = "") -> None:
    """Refuse what is no mapping of names."""
    expect(given, Mapping, what, hint, path=path)
    for key in given:
        expect(key, str, f"a name in {what}", hint, path=path)


def build(kind: type[T], noun: str, given: Mapping[str, Any]) -> T:
    """Return a dataclass made from fields by name; an unknown or missing one is told with the names there are."""
    known = [f for f in fields(kind) if f.init]  # type: ignore[arg-type]
    names = [f.name for f in known]
    required = [f.name for f in known if f.default is MISSING and f.default_factory is MISSING]
    faults = [
        Fault(f"{noun} has no '{name}'", path=name, hint=suggest(name, names, noun="setting"))
        for name in given
        if name not in names
    ]
    faults += [Fault(f"'{name}' of {noun} is missing", path=name) for name in required if name not in given]
    if faults:
        raise InputError(faults)
    return kind(**given)
