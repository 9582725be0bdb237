"""A network in NEST."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.networks.base import DT_MS
from benchmarks.simulators.base import Job, Measurement, counted, peak_mb


def measure(job: Job) -> Measurement:
    """Run the network of a job here and now."""
    import nest

    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.SetKernelStatus({"resolution": DT_MS, "local_num_threads": job.simulator.threads, "rng_seed": 4711})
    begun = time.perf_counter()
    data = job.network.data(job.work)
    drawn = time.perf_counter()
    built = job.network.nest(nest, data, job.times.transient * 1e3)
    recorder, first = built.handle
    nest.Prepare()
    constructed = time.perf_counter()
    nest.Run(job.times.transient * 1e3)
    running = time.perf_counter()
    nest.Run(job.times.seconds * 1e3)
    sim_s = time.perf_counter() - running
    nest.Cleanup()
    senders = np.asarray(recorder.get("events", "senders"), dtype=np.int64) - first
    counts = np.bincount(senders, minlength=built.out_degree.size)
    return Measurement(
        sim_s=sim_s,
        seconds=job.times.seconds,
        transient=job.times.transient,
        draw_s=drawn - begun,
        construct_s=constructed - drawn,
        peak_mb=peak_mb(),
        **counted(built, counts, job.times.seconds),
    )
