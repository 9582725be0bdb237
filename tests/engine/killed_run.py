"""A brain that kills itself while it runs, at a step or later: ``killed_run.py OUT STEP DELAYS``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from braincore import Brain
from braincore.engine import device
from braincore.model import FixedProbability, Traces, Uniform, Weights, learning_rules, poisson
from braincore.study.options import RunOptions
from braincore.study.run import run_brain


def brain(delays: str = "scattered") -> Brain:
    """Return plastic synapses, scattered delays and Poisson input; weights, traces and rates are recorded.

    With ``one`` delay plasticity lives on neurons in the compiled code.
    """
    spec = Brain(seed=8, duration="150 ms")
    spec.add("E", 60, "lif_exp", initial={"v": Uniform(low="-65 mV", high="-50 mV")}, sign="excitatory")
    spec.add("I", 15, "lif_exp", sign="inhibitory")
    delay = Uniform(low="0.5 ms", high="6 ms") if delays == "scattered" else "1.7 ms"
    rule = learning_rules.get("stdp_pair")
    spec.connect(
        "E", "E", FixedProbability(p=0.3), weight="30 pA", delay=delay, rules=rule, bounds=("0 pA", "60 pA"), name="EE"
    )
    spec.connect("E", "I", FixedProbability(p=0.3), weight="120 pA", delay=delay, name="EI")
    spec.connect("I", "E", FixedProbability(p=0.3), weight="-200 pA", delay="1 ms", name="IE")
    spec.stimulate("all", poisson("8 Hz", sources=1600), weight="87.8 pA")
    spec.record(
        spikes="all",
        rates="5 ms",
        traces=[Traces(target="E[0:5]", variables=("v",), interval="0.5 ms")],
        weights=[Weights(projection="EE", interval="10 ms")],
    )
    return spec


def main() -> None:
    out, step = Path(sys.argv[1]), int(sys.argv[2])
    device.CHUNK_S = 1e-4  # short looks in: progress, recordings and checkpoints come often

    def kill(stage: str, done: int, total: int) -> None:
        if stage == "simulate" and done >= step:
            os.kill(os.getpid(), signal.SIGKILL)

    options = RunOptions(out=out, report=False, prediction=False, progress=kill, checkpoint_every=0.0, flush_every=0.0)
    run_brain(brain(sys.argv[3]), options=options)


if __name__ == "__main__":
    main()
