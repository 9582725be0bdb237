"""The JSON Schema of a definition, for editors, for the reference page, and for naming the keys that a place may have.

``make docs`` writes it to ``docs/braincore.schema.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

ADDRESS = "urn:braincore:schema:1"


@lru_cache(maxsize=1)
def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a definition."""
    from braincore.spec.document import Document

    made = Document.model_json_schema(by_alias=True, mode="validation")
    schema = _tidy(made)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS,
        "title": "A braincore definition",
    }
    schema.pop("title", None)
    return {**head, **schema}


@lru_cache(maxsize=1)
def comparison_schema() -> dict[str, Any]:
    """Return the JSON Schema of a comparison of learning rules."""
    from braincore.spec.form_comparison import ComparisonDocument

    schema = _tidy(ComparisonDocument.model_json_schema(by_alias=True, mode="validation"))
    schema.pop("title", None)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{ADDRESS}:comparison"}
    return {**head, "title": "A braincore comparison of learning rules", **schema}


def _tidy(schema: Any) -> Any:
    """Drop what says nothing to a reader: titles made of names, and null for what may be left out."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "title" and isinstance(value, str):
            continue
        if key == "default":
            value = _default(value)
            if value is None:
                continue
        if key == "properties":
            out[key] = {name: _tidy(sub) for name, sub in value.items()}
        elif key in ("oneOf", "anyOf"):
            left = [_tidy(item) for item in value if item != {"type": "null"}]
            if len(left) == 1:
                out = {**left[0], **out} if "$ref" not in left[0] else {**out, **left[0]}
            else:
                out["anyOf"] = left
        else:
            out[key] = _tidy(value)
    return out


def _default(value: Any) -> Any:
    """Return a default as it is written in YAML; None if it says nothing."""
    if isinstance(value, dict):
        if set(value) != {"magnitude", "unit"}:
            return None
        return f"{value['magnitude']:g} {value['unit']}" if value["unit"] else value["magnitude"]
    return None if value in (None, [], "") else value


def resolved(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the alternatives of a schema, references followed."""
    pending = [schema]
    while pending:
        current = pending.pop(0)
        if "$ref" in current:
            name = current["$ref"].rpartition("/")[2]
            known = json_schema()["$defs"]
            pending.insert(0, known[name] if name in known else comparison_schema()["$defs"][name])
        if "anyOf" in current:
            pending = [*current["anyOf"], *pending]
        if current.keys() - {"$ref", "anyOf", "description", "default"}:
            yield current


def at(path: Sequence[str | int]) -> list[dict[str, Any]]:
    """Return the schemas that a place may have; empty if there is no such place."""
    found = [comparison_schema() if path and path[0] == "compare" else json_schema()]
    for step in path:
        found = [below for schema in found for below in _below(schema, step)]
    return found


def _below(schema: dict[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    for one in resolved(schema):
        properties = one.get("properties", {})
        if str(step) in properties:
            yield properties[str(step)]
        elif isinstance(one.get("additionalProperties"), dict):
            yield one["additionalProperties"]
        elif one.get("additionalProperties") is True:
            yield {"x-any": True}
        elif "items" in one and str(step).isdecimal():
            yield one["items"]
        elif "prefixItems" in one and str(step).isdecimal() and int(step) < len(one["prefixItems"]):
            yield one["prefixItems"][int(step)]
        elif one.get("x-any"):
            yield one


def keys(path: Sequence[str | int]) -> list[str]:
    """Return the keys that may stand at a place, for suggestions."""
    return list(
        dict.fromkeys(name for schema in at(path) for one in resolved(schema) for name in one.get("properties", {}))
    )


def is_free(path: Sequence[str | int]) -> bool:
    """Say whether the keys at a place are names that the user chooses."""
    return any(
        one.get("additionalProperties") not in (None, False) or one.get("x-any")
        for schema in at(path)
        for one in resolved(schema)
    )


def describe(path: Sequence[str | int]) -> str:
    """Return what the schema says of a place."""
    for schema in at(path):
        if schema.get("description"):
            return str(schema["description"])
    return ""


def text() -> str:
    """Return the schema as the text that is published."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
