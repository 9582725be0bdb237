"""The reference page of the file format, made from the JSON Schema.

``make docs`` writes it to ``docs/yaml.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from braincore.spec.schema import json_schema

_HEAD = """\
# The YAML file

<!-- Made by `make docs`; do not edit by hand. -->

A brain is described in one YAML file (or several, through `include`). An editor that reads JSON Schema completes the
keys: put `# yaml-language-server: $schema=braincore.schema.json` at the head of the file.

```yaml
{example}```

## How it is read

- YAML 1.2: `on`, `yes` and `NO` are text, `1e3` is a number. Numbers that other readers take for something else
  (`0100`, `1_000`, `12:30`, `2024-01-02`, `.nan`) are refused. A key may stand only once. Anchors and aliases work;
  `<<` and tags do not.
- A number with a dimension has a unit: `20 mV`, `1.5 ms`, `87.8 pA`, `3.5 m/s`. Zero needs none.
- A **value** is a quantity (`20 mV`), a distribution (`{{normal: {{mean: 20 mV, sd: 2 mV}}}}`), a list with one
  quantity per element, a column of a table (`{{file: cells.csv, column: tau, unit: ms}}`) or an array
  (`{{array: x.npz, key: w, unit: pA}}`).
- An **expression** is arithmetic in Brian2's language; `10 Hz * x` and `10*Hz * x` mean the same.
- A **population** is addressed by its name, inside a region as `V1.L4e`; `V1` alone is all of the region, and `all` is
  everything. `E[0:100]`, `E[3, 7]` and `brain[ASHL, sensory]` select neurons by index, label or group.
- A **file** is looked for in the folder of the definition, `data:set/file` in the data folders. Nothing outside of them
  is read.
- What is wrong is told all at once, each fault as `file:line:column: path: what is wrong. What is allowed`.
- `--set path.to.key=value` changes a value for one run, `sweep:` for many.
"""

EXAMPLE = """\
braincore: 1
title: A balanced network
seed: 1
duration: 500 ms
populations:
  E: {neuron: lif_exp, size: 800, sign: excitatory}
  I: {neuron: lif_exp, size: 200, sign: inhibitory}
projections:
  - {from: E, to: E, connect: {fixed_probability: {p: 0.1}}, weight: 30 pA, delay: 1.5 ms}
  - {from: E, to: I, connect: {fixed_probability: {p: 0.1}}, weight: 30 pA, delay: 1.5 ms}
  - {from: I, to: E, connect: {fixed_probability: {p: 0.1}}, weight: -150 pA, delay: 0.8 ms}
  - {from: I, to: I, connect: {fixed_probability: {p: 0.1}}, weight: -150 pA, delay: 0.8 ms}
stimuli:
  background: {target: all, poisson: {rate: 8 Hz, sources: 1000}, weight: 30 pA, receptor: exc}
record: {spikes: all, rates: {bin: 10 ms}, traces: {E: {variables: [v], neurons: [0, 1, 2]}}}
"""


def reference() -> str:
    """Return the page as Markdown: the first level, then every part once, in the order it is first named."""
    schema = json_schema()
    lines = [_HEAD.format(example=EXAMPLE), "## The first level", "", *_table(schema)]
    for name in _in_order(schema):
        part = schema["$defs"][name]
        lines += ["", f"## {_title(name)}", "", part.get("description", "").replace("``", "`"), ""]
        lines += _table(part)
        extra = part.get("additionalProperties")
        if isinstance(extra, dict):
            lines += ["", f"Any other key holds {_kind(extra)}."]
        elif extra is True:
            lines += ["", "Any other key is a setting of the type (`braincore explain TYPE` lists them)."]
    return "\n".join(lines) + "\n"


def _in_order(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the parts, breadth first from the first level."""
    seen: dict[str, None] = {}
    pending: list[Any] = [schema["properties"]]
    while pending:
        for name in _references(pending.pop(0)):
            if name not in seen:
                seen[name] = None
                yield name
                pending.append(schema["$defs"][name].get("properties", {}))


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rpartition("/")[2]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for item in part:
            yield from _references(item)


def _title(name: str) -> str:
    words = name.removesuffix("Form").removesuffix("Arguments").removesuffix("Code")
    text = "".join(f" {c.lower()}" if c.isupper() else c for c in words).strip()
    kind = "distribution" if name.endswith("Arguments") else "code" if name.endswith("Code") else ""
    return f"{text} {kind}".strip().capitalize()


def _anchor(name: str) -> str:
    return _title(name).lower().replace(" ", "-")


def _table(part: dict[str, Any]) -> list[str]:
    properties = part.get("properties", {})
    if not properties:
        return []
    required = part.get("required", [])
    rows = ["| key | holds | |", "|---|---|---|"]
    for name, given in properties.items():
        told = given.get("description", "")
        if name in required:
            told = f"{told} **Needed.**"
        elif "default" in given and "Default" not in told:
            told = f"{told} Default: `{_shown(given['default'])}`."
        rows.append(f"| `{name}` | {_kind(given)} | {told.strip()} |".replace("\n", " "))
    return rows


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _kind(given: dict[str, Any]) -> str:
    """Say in a few words what a place holds."""
    if "x-kind" in given:
        return str(given["x-kind"])
    if "$ref" in given:
        name = given["$ref"].rpartition("/")[2]
        return f"[{_title(name).lower()}](#{_anchor(name)})"
    if "anyOf" in given:
        kinds = list(dict.fromkeys(_kind(item) for item in given["anyOf"]))
        if {"[column](#column)", "[array](#array)"} <= set(kinds):
            expression = any("expression" in kind for kind in kinds)
            return "a value or an expression" if expression else "a value"
        return " or ".join(kinds)
    if "enum" in given:
        return ", ".join(f"`{item}`" for item in given["enum"] if item != "")
    if "const" in given:
        return f"`{given['const']}`"
    return _plain_kind(given)


def _plain_kind(given: dict[str, Any]) -> str:
    kind = given.get("type")
    if kind == "array":
        if "prefixItems" in given:
            return "[" + ", ".join(_kind(item) for item in given["prefixItems"]) + "]"
        return f"list of {_kind(given['items'])}" if "items" in given else "list"
    if kind == "object":
        below = given.get("additionalProperties")
        return f"name to {_kind(below)}" if isinstance(below, dict) else "mapping"
    names = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    kinds = kind if isinstance(kind, list) else [kind]
    return " or ".join(names.get(str(item), str(item)) for item in kinds)
