"""The simulators that networks run on, one a file."""

from __future__ import annotations

from importlib import import_module

from benchmarks.simulators.base import SIMULATORS, Job, Measurement, Simulator

__all__ = ["SIMULATORS", "Job", "Measurement", "Simulator", "measure"]

_MODULES = {
    "braincore": "on_brian2",
    "brian2": "on_brian2",
    "runtime": "on_brian2",
    "nest": "on_nest",
    "limit": "on_limit",
    "brain": "on_brain",
}


def measure(job: Job) -> Measurement:
    """Measure a job here and now: once in a process."""
    module = import_module(f"benchmarks.simulators.{_MODULES[job.simulator.family]}")
    found: Measurement = module.measure(job)
    return found
