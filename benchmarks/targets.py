"""What the engine is to reach, in one place: ratios of wall time in one run on one machine.

A ratio says how many times faster ours is than the peer at its best of precision and threads.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """How many times faster than Brian2's best a network is to be, in each precision."""

    single: float
    double: float


BRIAN2: dict[str, Target] = {
    "cuba_4000": Target(4, 3),
    "cuba_40000": Target(5, 3),
    "cuba_delays_40000": Target(5, 4),
    "cobahh_4000": Target(15, 6),
    "cobahh_40000": Target(20, 8),
    "brunel_stdp": Target(15, 10),
    "brunel_triplet": Target(8, 8),
    "brunel_vogels": Target(5, 5),
    "brunel_reward": Target(5, 5),
    "microcircuit_0.1": Target(8, 5),
    "microcircuit_0.5": Target(15, 10),
    "fly": Target(100, 60),
    "song": Target(20, 20),
}
NEST = 20.0
"""Times faster than NEST, on every network."""
LIMIT = 1.5
"""Times the hand-written program's time that ours may take."""
REAL_TIME_FACTOR = {"microcircuit_1": 1.5}
"""Wall seconds a biological second, in single precision."""
COLD_START_S = {"cuba_4000": 4.0, "microcircuit_0.1": 8.0}
WARM_START_S = {"cuba_4000": 1.0}
"""Seconds of generating code and compiling it, with an empty cache and with a full one."""
BYTES_A_SYNAPSE = 8.0
"""At run time, of the microcircuit at full scale in single precision."""
LINEAR = 1.1
"""Largest slope of log cost against log size."""
EXAMPLES = 1.0
"""On every example of Brian2 ours takes at most so many times Brian2's best time."""
EVENTS_AGREE = 0.1
"""Relative difference in mean rate from Brian2's beyond which a simulator is said not to agree."""
