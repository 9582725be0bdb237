"""One measurement in this process: ``python -m benchmarks.measure NETWORK SIMULATOR``; the last line is its JSON.

`run.py` starts one of these for every measurement. A simulator is a name of `benchmarks.simulators.SIMULATORS`, like
``"braincore single 2"``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.networks import NETWORKS
from benchmarks.networks.base import Times
from benchmarks.simulators import SIMULATORS, Job, measure


def main() -> int:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("simulator", choices=SIMULATORS)
    parser.add_argument("--transient", type=float)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--shrunk", action="store_true", help="a network of the same kind, but tiny")
    parser.add_argument("--work", type=Path, help="folder for what is kept between measurements")
    parser.add_argument("--limits", type=Path, default=os.environ.get("BRAINCORE_LIMITS"))
    options = parser.parse_args()
    network = NETWORKS[options.network]
    if options.shrunk:
        network = network.shrunk()
    simulator = SIMULATORS[options.simulator]
    usual = network.times(simulator.family)
    times = Times(
        usual.transient if options.transient is None else options.transient,
        usual.seconds if options.seconds is None else options.seconds,
    )
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        limits = Path(options.limits) if options.limits else None
        found = measure(Job(network=network, simulator=simulator, times=times, work=work.resolve(), limits=limits))
    sys.stdout.write(json.dumps(found.line()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
