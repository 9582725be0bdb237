"""All-to-all and one-to-one synapses have no index arrays: the target of a synapse follows from its place in the row.

The rows of all-to-all synapses, in each part, hold the same targets in the same order, and those of one-to-one synapses
follow each other. No index has to be loaded then, and as a row meets no target twice, its synapses lie beside each
other as their targets do: the compiler does many at once. Every target still gets its inputs in the order of rows.

Legal if synapses are in the order of their sources, and among those of their targets, without gaps; if all have one
delay; for pathways that start at the source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

POST = "_postsynaptic_idx"
LEAD = "lead_"
"""C++ name of the target of the first synapse of a row, less the place of that synapse."""

_INDEXED = re.compile(r"\b(?P<array>a\d+)\[(?P<index>\w+)\](?P<written> [-+*/]?= )?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Dense:
    """A regular pattern of synapses.

    Attributes
    ----------
    first, width
        The first target, and how many follow it without a gap (numbers in the group that parts divide).
    one_to_one
        Whether each source has one synapse; else it has one on every target.
    """

    first: int
    width: int
    one_to_one: bool


def pattern(pre: Any, post: Any) -> Dense | None:
    """Return the regular pattern of synapses, None if there is none.

    Parameters
    ----------
    pre, post
        Source and target of each synapse, shape (synapses,).
    """
    pre, post = np.asarray(pre), np.asarray(post)
    if not pre.size:
        return None
    if pre.size == 1 or pre[1] == pre[0] + 1:
        line = (np.diff(pre) == 1).all() and (np.diff(post) == 1).all()
        return Dense(first=int(post[0]), width=post.size, one_to_one=True) if line else None
    if (pre[1:] < pre[:-1]).any():
        return None
    width = int(np.searchsorted(pre, pre[0], side="right"))
    sources = pre.size // width
    if sources * width != pre.size:
        return None
    rows, targets = pre.reshape(sources, width), post.reshape(sources, width)
    regular = (rows == pre[0] + np.arange(sources)[:, None]).all() and (targets == post[0] + np.arange(width)).all()
    return Dense(first=int(post[0]), width=width, one_to_one=False) if regular else None


def leads(store: str, whole: bool, first: str, width: str) -> list[str]:
    """Return the declarations of a part's first target and of how many it has.

    Parameters
    ----------
    store
        Name of the synapses' store.
    whole
        Whether all synapses belong to the first part.
    first, width
        C++ text of the pattern's numbers.
    """
    if whole:
        return [f"const int32_t begin_ = {first}, width_ = {width};"]
    return [
        f"const int32_t begin_ = (int32_t)max((int64_t){first}, _from({store}.targets, P));",
        f"const int32_t width_ = (int32_t)(min((int64_t){first} + {width}, _from({store}.targets, P + 1)) - begin_);",
    ]


def lead(found: Dense, place: str) -> str:
    """Return the C++ text of `LEAD` for the row that begins at a place, or for a synapse anywhere in it."""
    return "begin_" if found.one_to_one else f"(begin_ - (int32_t)({place}))"


def row_of(found: Dense, place: str) -> str:
    """Return the C++ text of the place at which the row of a synapse begins."""
    return "0" if found.one_to_one else f"{place} / width_ * width_"


def independent(text: str) -> bool:
    """Tell whether what is done to the synapses of a row can be done in any order: none touches what another writes."""
    if "_vectorisation_idx" in text or re.search(r"\b_idx\b", text):
        return False
    touched: dict[str, set[str]] = {}
    written = set()
    for found in _INDEXED.finditer(text):
        touched.setdefault(found["array"], set()).add(found["index"])
        if found["written"]:
            written.add(found["array"])
    return all(touched[array] <= {POST} or touched[array] <= {"k_"} for array in written)
