"""What a run must leave as it found it: Brian2's device and preferences, and the caller's random numbers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import brian2
import numpy as np
from brian2.devices.device import all_devices, previous_devices


@contextlib.contextmanager
def kept_random_state() -> Iterator[None]:
    """Put the caller's random numbers back afterwards: those of NumPy, and those of the compiled engine."""
    state = np.random.get_state()
    compiled = all_devices.get("braincore")
    kept = compiled.get_random_state() if compiled is not None else None
    try:
        yield
    finally:
        if compiled is not None:
            compiled.set_random_state(kept)
        np.random.set_state(state)


@contextlib.contextmanager
def kept_settings() -> Iterator[None]:
    """Put Brian2's device, its code generation target and its precision back afterwards."""
    device = brian2.get_device()
    options, on_run = dict(device.build_options), device.build_on_run
    target, dtype = brian2.prefs["codegen.target"], brian2.prefs["core.default_float_dtype"]
    depth = len(previous_devices)
    try:
        yield
    finally:
        brian2.set_device(device, build_on_run=on_run, **options)
        del previous_devices[depth:]
        brian2.prefs["codegen.target"] = target
        brian2.prefs["core.default_float_dtype"] = dtype
