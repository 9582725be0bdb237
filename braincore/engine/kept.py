"""What compiled code holds beyond Brian2's arrays: a run that goes on with it goes on to the bit, and not to rounding.

Where plasticity lives on neurons, or neurons sleep, Brian2's arrays are worked out from what the compiled code holds,
and rounding is lost on the way back. So at the end of a run this is kept as bytes, with a digest of the arrays as they
were then. The next run, here or in another process, takes it up if the arrays are still the same; if Python changed
them, it begins with what they hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
_HEAD = 24
"""Bytes of the tag of what the rest is of, and of the digest of Brian2's arrays."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Keeping:
    """What must be kept of one object.

    Attributes
    ----------
    what
        The object, its size and what is kept of it, in words: bytes are taken up by code that keeps the same.
    code
        C++ that writes it to ``k_``, or reads it from there (``kept.h``).
    arrays
        C++ texts of the arrays of Brian2 that follow from it, each with its length in bytes.
    """

    what: str
    code: str
    arrays: tuple[tuple[str, str], ...]


def kept_exports(found: Sequence[Keeping]) -> list[str]:
    """Return the C++ through which Python keeps and gives back."""
    digests = [f"h = _digest(h, {array}, {size});" for keeping in found for array, size in keeping.arrays]
    return [
        "static void kept(Kept& k_) {",
        *(f"{{\n{keeping.code}\n}}" for keeping in found),
        "}",
        "static Kept KEPT;",
        'extern "C" int64_t kept_size() { KEPT = Kept(); kept(KEPT); return KEPT.bytes.size(); }',
        'extern "C" void kept_get(char* to) { copy(KEPT.bytes.begin(), KEPT.bytes.end(), to); KEPT = Kept(); }',
        'extern "C" int64_t kept_put(const char* from, int64_t n) {',
        "Kept k; k.reads = true; k.bytes.assign(from, from + n); kept(k);",
        "return k.whole && (int64_t)k.at == n;",
        "}",
        'extern "C" void kept_digest(uint64_t* to) {',
        "uint64_t h = 0;",
        *digests,
        "*to = h;",
        "}",
    ]


def tag(found: Iterable[Keeping], numbers: Sequence[float]) -> bytes:
    """Return what must be the same for bytes to be taken up: what is kept, and the constants that code reads."""
    text = "\n".join(keeping.what for keeping in found)
    return hashlib.sha256(text.encode() + np.array(numbers).tobytes()).digest()[: _HEAD - 8]


def digest(library: Any) -> bytes:
    """Return the digest of Brian2's arrays as they are now."""
    found = np.zeros(1, dtype=np.uint64)
    library.call("kept_digest", found)
    return found.tobytes()


def collected(library: Any, tagged: bytes, digested: bytes) -> Bytes:
    """Return what compiled code holds, with its tag and the digest of the arrays that it belongs to."""
    found = np.empty(_HEAD + library.call("kept_size"), dtype=np.uint8)
    found[:_HEAD] = np.frombuffer(tagged + digested, dtype=np.uint8)
    library.call("kept_get", found[_HEAD:])
    return found


def taken_up(library: Any, given: Bytes, tagged: bytes) -> bool:
    """Give compiled code what was kept, if Brian2's arrays are those of then; tell whether it was taken."""
    if given.size < _HEAD or given[:_HEAD].tobytes() != tagged + digest(library):
        return False
    rest = np.ascontiguousarray(given[_HEAD:])
    return bool(library.call("kept_put", rest, rest.size))
