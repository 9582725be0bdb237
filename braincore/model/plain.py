"""Descriptions as plain data, for the content hash of a network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from braincore.units import Quantity

_SKIPPED = {"origin", "purpose", "title"}
# Files that numbers were read from, citations, plausible ranges, labels of figures: nothing that is simulated.
_FILES = {"EdgeList": {"source"}, "SpikeTrains": {"source"}}
_WORDS = {
    "Parameter": {"meaning", "source", "low", "high"},
    "NeuronModel": {"source"},
    "SynapseModel": {"source"},
    "LearningRule": {"source"},
    "Population": {"tags"},
}


def plain(value: Any, *, simulated: bool = False) -> Any:
    """Turn a description into dicts, lists, text and numbers; quantities are in SI, arrays become their SHA-256.

    Where a thing was described (`origin`), what it is for (`purpose`) and the file it was read from are left out: they
    change nothing. If only what is `simulated` counts, citations, plausible ranges and tags are left out too.
    """
    if isinstance(value, Quantity):
        return {"si": value.si, "dimension": list(value.dimension)}
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        digest = hashlib.sha256(array.tobytes()).hexdigest()
        return {"sha256": digest, "shape": list(array.shape), "type": array.dtype.str}
    if is_dataclass(value) and not isinstance(value, type):
        name = type(value).__name__
        skipped = _SKIPPED | _FILES.get(name, set()) | (_WORDS.get(name, set()) if simulated else set())
        kept = {f.name: plain(getattr(value, f.name), simulated=simulated) for f in fields(value)}
        return {"is": name, **{key: part for key, part in kept.items() if key not in skipped}}
    if isinstance(value, Mapping):
        return {str(k): plain(v, simulated=simulated) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v, simulated=simulated) for v in value]
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"cannot describe {type(value).__name__}")


def content_hash(value: Any, *, simulated: bool = False) -> str:
    """Return the SHA-256 of a description: equal descriptions, equal hash, on every machine."""
    text = json.dumps(plain(value, simulated=simulated), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
