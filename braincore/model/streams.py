"""Random numbers by name: every draw of a brain comes from a stream that only its seed and its name determine.

So a change of one region's size does not change the wiring of another, and adding a recorder changes nothing.
"""

from __future__ import annotations

import hashlib

import numpy as np

from braincore.model.distributions import Distribution, Floats
from braincore.model.values import Value, sample


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


def draw(value: Value, size: int, seed: int, *names: str) -> Floats | float:
    """Draw a value for `size` elements from the stream called `names`, in SI: a float where all are the same."""
    if isinstance(value, Distribution):  # a generator takes 50 us to make: only where there is something to draw
        return value.sample(stream(seed, *names), size)
    return sample(value, _UNUSED, size)


_UNUSED = np.random.default_rng(0)
