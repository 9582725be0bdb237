"""Processes that jobs of a study run in."""

from __future__ import annotations

import concurrent.futures
import os
from collections.abc import Iterator
from contextlib import contextmanager

from braincore.errors import InputError, MissingDependencyError


def processes(workers: int | None, threads: int, jobs: int) -> int:
    """Return how many processes there are for a number of jobs.

    Raises
    ------
    InputError
        Fewer than one was asked for.
    """
    if workers is not None and workers < 1:
        raise InputError(f"{workers} workers", hint="At least 1")
    return min(workers or max(1, (os.cpu_count() or 1) // threads), jobs)


@contextmanager
def pool_of(count: int, scheduler: str = "") -> Iterator[concurrent.futures.Executor]:
    """Give a pool of so many processes, or Dask's workers."""
    if scheduler:
        try:
            from dask.distributed import Client
        except ImportError:
            raise MissingDependencyError('a scheduler needs Dask: pip install "braincore-sim[dask]"') from None
        with Client(scheduler) as client, client.get_executor() as pool:
            yield pool
        return
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(count, mp_context=context) as pool:
        yield pool
