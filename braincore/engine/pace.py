"""How many threads pay: measured while a network runs, as no rule knows the machine and what else it does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

MOST = 64
"""Threads at most."""

FEW = 1_000
"""Neurons and synapses together below which a second thread is not even tried."""

TRIED_S = 0.03
"""Seconds for which each number of threads is tried."""

KEPT_S = 5.0
"""Seconds after which the other number is tried again."""


def threads_that_may_pay(objects: Sequence[Any]) -> int:
    """Return as many threads as there are processors, or one for a small network."""
    work = sum(int(getattr(obj, "N", 0) or 0) for obj in objects if hasattr(type(obj), "N"))
    if work < FEW:
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST, processors)


class Pace:
    """Chooses between one thread and one for each part, by the time that steps took.

    Parameters
    ----------
    parts
        Of the network.
    given
        Whether the user said how many threads run.
    """

    def __init__(self, *, parts: int, given: bool) -> None:
        self.threads = parts
        self._parts, self._given = parts, given
        self._seconds = {1: 0.0, parts: 0.0}
        self._steps = {1: 0, parts: 0}
        self._since = 0.0

    def note(self, threads: int, steps: int, seconds: float) -> None:
        """Take note of what a chunk took."""
        if self._given or self._parts == 1:
            return
        self._seconds[threads] += seconds
        self._steps[threads] += steps
        self._since += seconds
        untried = [n for n in self._seconds if self._seconds[n] < TRIED_S]
        if untried:
            self.threads = untried[0]
        else:
            self.threads = min(self._seconds, key=lambda n: self._seconds[n] / self._steps[n])
            if self._since > KEPT_S:
                self._since = 0.0
                self._seconds, self._steps = dict.fromkeys(self._seconds, 0.0), dict.fromkeys(self._steps, 0)
