"""Descriptions as plain data, for the content hash of a network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from braincore.units import Quantity

_SKIPPED = {"origin", "purpose", "source_text", "title"}


def plain(value: Any) -> Any:
    """Turn a description into dicts, lists, text and numbers; arrays become their SHA-256.

    Where a thing was described (`origin`) and what it is for (`purpose`) are left out: they change nothing.
    """
    if isinstance(value, Quantity):
        return str(value)
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        return {"sha256": hashlib.sha256(array.tobytes()).hexdigest(), "shape": list(array.shape)}
    if is_dataclass(value) and not isinstance(value, type):
        kept = {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.name not in _SKIPPED}
        return {"is": type(value).__name__, **kept}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"cannot describe {type(value).__name__}")


def content_hash(value: Any) -> str:
    """Return the SHA-256 of a description: equal descriptions, equal hash, on every machine."""
    text = json.dumps(plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
