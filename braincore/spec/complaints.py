"""What pydantic says, as faults of our message contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from braincore.errors import Fault, suggest
from braincore.spec import schema
from braincore.spec.marks import Marks, dotted, text_where
from braincore.spec.nodes import REFUSED
from braincore.spec.reads import shown

Step = str | int


def faults_of(error: ValidationError, base: tuple[Step, ...], marks: Marks) -> list[Fault]:
    """Return the faults of one part of a definition, `base` being where it stands."""
    errors = error.errors(include_url=False)
    found: list[Fault] = []
    spelt = _misspelt(errors, base)
    for one in errors:
        path = _path(base, one)
        if one["input"] is REFUSED or _refused_inside(one):
            continue
        if one["type"] == "missing" and path in spelt:
            continue
        found += _faults(one, path, marks)
    return found


def _path(base: tuple[Step, ...], one: Mapping[str, Any]) -> tuple[Step, ...]:
    """Return the place of an error; tags of alternatives (``<list>``) and of keys are no part of it."""
    steps = [step for step in one["loc"] if not (isinstance(step, str) and step.startswith("<") and step.endswith(">"))]
    context = one.get("ctx", {}) if one["type"] == "braincore" else {}
    below = [step for step in (context.get("at"), context.get("key")) if step]
    return (*base, *(s for s in steps if s != "[key]"), *below)


def _refused_inside(one: Mapping[str, Any]) -> bool:
    given = one["input"]
    if one["type"] in ("missing", "extra_forbidden"):
        return False
    if isinstance(given, list):
        return any(item is REFUSED for item in given)
    return isinstance(given, Mapping) and any(item is REFUSED for item in given.values())


def _misspelt(errors: Iterable[Mapping[str, Any]], base: tuple[Step, ...]) -> set[tuple[Step, ...]]:
    """Return the missing keys that unknown keys beside them are meant to be: one mistake is told once."""
    errors = list(errors)
    missing = [_path(base, one) for one in errors if one["type"] == "missing"]
    found = set()
    for one in errors:
        if one["type"] == "extra_forbidden":
            path = _path(base, one)
            beside = [str(m[-1]) for m in missing if m[:-1] == path[:-1]]
            hint = suggest(str(path[-1]), beside)
            if hint.startswith("Did you mean"):
                found.add((*path[:-1], hint.removeprefix("Did you mean '").removesuffix("'?")))
    return found


def _faults(one: Mapping[str, Any], path: tuple[Step, ...], marks: Marks) -> list[Fault]:
    kind, given, context = one["type"], one["input"], one.get("ctx", {})
    if kind == "braincore" and "texts" in context:
        node = marks.find(path).node
        return [
            Fault(message, text_where(node, line, column), dotted(path), hint)
            for line, column, message, hint in context["texts"]
        ]
    if kind == "extra_forbidden":
        known = schema.keys(path[:-1])
        return [
            Fault(
                f"unknown key '{path[-1]}'",
                marks.key_where(path),
                dotted(path),
                suggest(str(path[-1]), known, noun="key"),
            )
        ]
    if kind == "missing":
        parent = path[:-1]
        what = schema.describe(path).rstrip(".")
        hint = f"{path[-1]}: {what[0].lower()}{what[1:]}" if what else ""
        return [Fault(f"'{path[-1]}' is missing", marks.key_where(parent), dotted(parent), hint)]
    message, hint = _explained(kind, given, context, one["msg"])
    where = marks.key_where(path) if kind == "braincore" and context["key"] else marks.where(path)
    return [Fault(message, where, dotted(path), hint)]


def _explained(kind: str, given: Any, context: Mapping[str, Any], said: str) -> tuple[str, str]:
    """Return message and hint for an error at a value."""
    if kind == "braincore":
        return context["message"], context["hint"]
    if kind in ("model_type", "model_attributes_type", "dict_type", "dict_attributes_type"):
        return f"expected a mapping, not {shown(given)}", "Write key: value in the lines below, or {key: value}"
    if kind in ("list_type", "tuple_type"):
        return f"expected a list, not {shown(given)}", "Write [first, second]"
    if kind == "bool_type":
        return f"{shown(given)} is neither true nor false", "Write true or false"
    if kind == "string_type":
        hint = "Put it in quotes" if isinstance(given, int | float) else ""
        return f"expected text, not {shown(given)}", hint
    if kind == "int_type":
        return f"{shown(given)} is not a whole number", ""
    if kind in ("float_type", "float_parsing"):
        return f"{shown(given)} is not a number", ""
    if kind == "literal_error":
        choices = [c.strip("' ") for c in context["expected"].replace(" or ", ", ").split(",")]
        choices = [choice for choice in choices if choice]
        return f"{shown(given)} is not allowed", suggest(str(given), choices)
    if kind in ("too_short", "too_long"):
        return f"expected {context.get('actual_length', 0)} entries to be {said}", ""
    return f"{shown(given)}: {said[0].lower()}{said[1:]}", ""
