"""Random numbers by name: every draw of a brain comes from a stream that only its seed and its name determine.

So a change of one region's size does not change the wiring of another, and adding a recorder changes nothing.
"""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the generator of the stream called `names` of a run with `seed`.

    Parameters
    ----------
    seed
        0 to 2**64 - 1.
    names
        Such as ``("connectivity", "V1.L4e->V1.L23e")``.
    """
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    words = tuple(int(w) for w in np.frombuffer(digest[:16], dtype="<u4"))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=words)))
