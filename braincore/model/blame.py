"""Collecting faults: each one found is put at its place in the description, and the search goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from braincore.errors import Fault, InputError


@contextmanager
def blamed(faults: list[Fault], *path: str) -> Iterator[None]:
    """Catch bad input and add its faults to `faults`, their paths put behind `path`."""
    try:
        yield
    except InputError as error:
        for fault in error.faults:
            place = ".".join(part for part in (*path, fault.path) if part)
            faults.append(Fault(fault.message, fault.where, place, fault.hint))
