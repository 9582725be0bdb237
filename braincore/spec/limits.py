"""Numbers that would need more memory than there is, found before anything is allocated."""

from __future__ import annotations

import os

from braincore.errors import Fault, InputError
from braincore.model import DistanceDependent, NetworkSpec

BYTES_PER_NEURON = 24
"""At the least: one state variable, the last spike and the refractory flag."""
BYTES_PER_SYNAPSE = 12
"""At the least: the two ends and a weight in single precision."""


def machine_memory() -> int:
    """Return the bytes of this machine's memory; a large number where it cannot be known."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 2**50


def affordable(n_bytes: float, what: str) -> None:
    """Refuse a single array of a definition that would take more than a quarter of this machine's memory.

    Raises
    ------
    InputError
        It would.
    """
    total = machine_memory()
    if n_bytes > total / 4:
        message = f"{what} would take {n_bytes / 2**30:,.1f} GiB of memory"
        raise InputError(message, hint=f"This machine has {total / 2**30:.1f} GiB")


def memory_faults(network: NetworkSpec) -> list[Fault]:
    """Return a fault for each part that alone does not fit, or one for the whole; these are lower bounds.

    The estimate that decides whether a run fits is that of the theory; this one keeps the absurd from being tried.
    """
    total = machine_memory()
    sizes = [(float(p.size) * BYTES_PER_NEURON, f"{p.size:,} neurons", p.origin) for p in network.populations]
    for projection in network.projections:
        if not isinstance(projection.connector, DistanceDependent):  # its expectation takes as long as drawing it
            count = projection.connector.expected(network.site(projection))
            sizes.append((count * BYTES_PER_SYNAPSE, f"{count:,.0f} synapses", projection.origin))
    hint = f"This machine has {total / 2**30:.1f} GiB"
    faults = [
        Fault(f"{what} need at least {needed / 2**30:,.1f} GiB of memory", path=origin, hint=hint)
        for needed, what, origin in sizes
        if needed > total
    ]
    whole = sum(needed for needed, _, _ in sizes)
    if not faults and whole > total:
        largest = sorted(sizes, reverse=True)[:3]
        named = ", ".join(f"{what} of {origin}" for _, what, origin in largest)
        faults.append(
            Fault(f"the brain needs at least {whole / 2**30:,.1f} GiB of memory", hint=f"{hint}. Largest: {named}")
        )
    return faults
