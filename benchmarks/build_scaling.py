"""How building time and memory grow with the number of synapses: ``python benchmarks/build_scaling.py [SYNAPSES...]``.

Each size is built in a process of its own, a network of excitatory and inhibitory neurons (4 to 1) with connection
probability 0.1, once with constant weights and delays and once with both drawn. Prints and appends to
``benchmarks/build_scaling.csv`` a line per run: synapses, seconds, bytes a synapse at the peak (VmHWM beyond what the
process had before), nanoseconds a synapse.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import subprocess
import sys
import time
from pathlib import Path

KINDS = ("constant", "drawn")
FIELDS = ("kind", "synapses", "seconds", "bytes_per_synapse", "ns_per_synapse")


def peak_bytes() -> int:
    """Return the largest resident size of this process so far (Linux)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise OSError("no VmHWM in /proc/self/status")


def measure(synapses: int, kind: str) -> dict[str, float | str]:
    """Build one network here and now."""
    from braincore.build import build, engine
    from braincore.model import BrainSpec, FixedProbability, Normal, TruncatedNormal, Uniform

    def network(size: int) -> BrainSpec:
        spec = BrainSpec(duration="1 ms", seed=1)
        sizes = {"E": round(0.8 * size), "I": round(0.2 * size)}
        for name, n in sizes.items():
            initial = {"v": Uniform("-65 mV", "-50 mV")} if kind == "drawn" else {}
            spec.add(name, n, "lif_exp", initial=initial)
        for source, mean in (("E", 87.8), ("I", -351.2)):
            for target in sizes:
                drawn = kind == "drawn"
                weight = Normal(f"{mean} pA", f"{abs(mean) / 10} pA") if drawn else f"{mean} pA"
                delay = TruncatedNormal("1.5 ms", "0.75 ms", low="0.1 ms") if drawn else "1.5 ms"
                spec.connect(source, target, FixedProbability(p=0.1), weight=weight, delay=delay)
        return spec

    engine("brian2").prepare()
    build(network(50).resolve())  # imports and code generation are not what is measured
    before = peak_bytes()
    begun = time.perf_counter()
    built = build(network(math.isqrt(10 * synapses)).resolve())
    seconds = time.perf_counter() - begun
    count = built.n_synapses
    return {
        "kind": kind,
        "synapses": count,
        "seconds": round(seconds, 3),
        "bytes_per_synapse": round((peak_bytes() - before) / count, 1),
        "ns_per_synapse": round(seconds / count * 1e9, 1),
    }


def in_a_process(synapses: int, kind: str) -> dict[str, float | str]:
    """Build one network in a fresh process."""
    command = [sys.executable, __file__, "--one", kind, str(synapses)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float | str] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> int:
    """Measure the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "synapses", nargs="*", type=lambda text: int(float(text)), default=[10**6, 4 * 10**6, 16 * 10**6]
    )
    parser.add_argument("--one", choices=KINDS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        sys.stdout.write(json.dumps(measure(options.synapses[0], options.one)) + "\n")
        return 0
    rows = []
    for kind in KINDS:
        for synapses in options.synapses:
            rows.append(in_a_process(synapses, kind))
            sys.stdout.write("  ".join(f"{name} {rows[-1][name]}" for name in FIELDS) + "\n")
            sys.stdout.flush()
    path = Path(__file__).with_suffix(".csv")
    fresh = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        if fresh:
            writer.writeheader()
        writer.writerows(rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
