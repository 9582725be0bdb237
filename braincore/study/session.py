"""A run while it goes on: built, simulated, checkpointed, summarised."""

from __future__ import annotations

import contextlib
import io
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from braincore.analysis import summarise
from braincore.build import BuiltNetwork, Conductor, Engine, EngineChoice, Recorder, build
from braincore.engine.compiler import watched
from braincore.model import BrainSpec, NetworkSpec
from braincore.results import PopulationInfo, Run, RunWriter
from braincore.study.describe import describe_model, region_of
from braincore.study.groups import groups_of
from braincore.study.options import RunOptions
from braincore.study.prediction import MeanPrediction
from braincore.study.references import reference_rates, reference_rows

CHECKPOINTS = ("checkpoint/a.npz", "checkpoint/b.npz")


@dataclass(kw_only=True)
class Session:
    """A run while it goes on."""

    network: NetworkSpec
    brain: BrainSpec
    writer: RunWriter
    choice: EngineChoice
    options: RunOptions
    runner: Engine | None = None
    built: BuiltNetwork | None = None
    conductor: Conductor | None = None
    wall: dict[str, float] | None = None
    resumed: int = 0
    saves: int = 0

    def begin(self, state: dict[str, Any] | None = None) -> None:
        """Build the network and set everything up, at the beginning or at a checkpoint."""
        self.options.tell("build")
        self.runner = self.choice.make()
        self.runner.prepare()
        self.built = build(self.network)
        recording = Recorder(built=self.built, sink=self.writer)
        wanted = recording.wanted
        self.writer.begin(
            dt=self.network.dt.si,
            populations=[
                PopulationInfo(
                    name=p.name,
                    size=p.size,
                    labels=p.labels,
                    spikes=bool(wanted[k]),
                    annotations={
                        "region": region_of(p.name),
                        "neuron": p.neuron.name,
                        "sign": p.sign,
                        **p.tags,
                    },
                )
                for k, p in enumerate(self.network.populations)
            ],
        )
        connectome = self.brain.connectome
        model = describe_model(self.network, self.built, connectome=connectome, description=self.options.description)
        if self.brain.references:
            model["reference_rates"] = reference_rates(self.brain.references)
        self.writer.write_json("model.json", model)
        self.conductor = Conductor(
            built=self.built,
            recorder=recording,
            first=0,
            last=self.network.steps,
            progress=lambda done: self.options.tell("simulate", done, self.network.steps),
            save=self.save,
            checkpoint_every=self.options.checkpoint_every,
            flush_every=self.options.flush_every,
        )
        step = int(state["step"]) if state is not None else 0
        self.resumed = step
        self.writer.truncate_to(step)
        if state is not None:
            self.conductor.resume(state)

    def save(self, state: dict[str, Any]) -> None:
        """Write a checkpoint; the one before it stays until the next."""
        self.writer.flush()
        buffer = io.BytesIO()
        np.savez(buffer, **state)
        self.writer.write_bytes(CHECKPOINTS[self.saves % 2], buffer.getvalue())
        self.saves += 1

    def simulate(self) -> bool:
        """Run; return whether the end was reached. Ctrl-C and SIGTERM stop at the end of a step, with a checkpoint."""
        assert self.built is not None and self.conductor is not None and self.runner is not None
        begun = time.perf_counter()
        with stopping(self.conductor), watched(self._compiling):
            self.runner.run(self.built, self.conductor)
        ended = time.perf_counter()
        first = self.conductor.begun or ended
        self.wall = {
            "build": round(self.built.build_seconds, 4),
            "compile": round(first - begun, 4),
            "simulate": round(ended - first, 4),
        }
        return self.conductor.done >= self.conductor.last

    def _compiling(self) -> None:
        """Say that the compiler is at work; a stop does not wait for it."""
        assert self.conductor is not None
        self.options.tell("compile")
        if self.conductor.stop:
            raise KeyboardInterrupt

    def end(self, predicted: MeanPrediction | None, provenance: dict[str, Any], *, complete: bool) -> Run:
        """Write the summary and the report; return the results."""
        assert self.built is not None and self.conductor is not None and self.runner is not None
        folder = self.writer.folder
        if not complete:
            self.writer.interrupt(f"stopped at {self.conductor.done * self.network.dt.si * 1e3:g} ms")
            self.writer.close()
            raise KeyboardInterrupt(str(folder))
        self.writer.flush()
        self.options.tell("summarise")
        found = summarise(Run(folder, allow_incomplete=True))
        for name, rate in (predicted.rates if predicted is not None else {}).items():
            found[name]["predicted_rate_hz"] = rate
        groups = groups_of(Run(folder, allow_incomplete=True))
        summary = {
            "title": self.network.title,
            "seed": self.network.seed,
            "duration_s": self.network.duration.si,
            "wall_s": self.wall,
            **({"resumed_s": self.resumed * self.network.dt.si} if self.resumed else {}),
            "neurons": self.network.size,
            "synapses": self.built.n_synapses,
            "engine": self.runner.name,
            "precision": self.runner.precision,
            "threads": self.runner.used_threads,
            **({"why_engine": self.choice.why} if self.choice.why else {}),
            "versions": provenance["versions"],
            "populations": found,
            **({"groups": groups} if groups else {}),
            **({"prediction": predicted.summary()} if predicted is not None else {}),
        }
        if self.brain.references:
            summary["references"] = reference_rows(Run(folder, allow_incomplete=True), self.brain.references)
        ended = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.writer.write_json(
            "provenance.json",
            {**provenance, "ended": ended, "digest": Run(folder, allow_incomplete=True).spike_digest()},
        )
        self.writer.finish(summary)
        self.writer.close()
        run = Run(folder)
        if self.options.report:
            self.options.tell("report")
            from braincore.report import save_figures, write_report

            save_figures(run, folder / "figures")
            write_report(run, folder / "report.html")
        return run


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def stopping(conductor: Conductor) -> Iterator[None]:
    """Let the first Ctrl-C, SIGTERM or SIGHUP stop the run in order; a second one stops it at once."""

    def stop(number: int, frame: Any) -> None:
        if conductor.stop:
            raise KeyboardInterrupt
        conductor.stop = True

    try:
        before = {number: signal.signal(number, stop) for number in _SIGNALS}
    except ValueError:  # not in the main thread: nobody sends us signals there
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
