"""A recording that is a function of its step, so that any part of it can be checked; also a process to be killed.

``python made_recording.py FOLDER CHUNKS [resume]``
"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

import numpy as np

from braincore.results import PopulationInfo, Run, RunWriter

DT = 1e-4
CHUNK = 50  # steps between two calls of advance
BIN = 20  # steps; does not divide CHUNK, so that bins straddle chunks
POPULATIONS = (
    PopulationInfo(name="V1.E", size=80, annotations={"region": "V1"}),
    PopulationInfo(name="V1.I", size=20),
    PopulationInfo(name="V2.E", size=3, labels=("AVAL", "AVAR", "PVCL")),
)
SIZES = np.array([info.size for info in POPULATIONS])


@lru_cache(maxsize=10_000)
def spikes(chunk: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Steps, codes and neurons of the spikes of one chunk, in the order that a writer puts them."""
    rng = np.random.default_rng([7, chunk])
    n = rng.poisson(40)
    steps = rng.integers(chunk * CHUNK, (chunk + 1) * CHUNK, n)
    codes = rng.integers(0, len(POPULATIONS), n)
    neurons = rng.integers(0, SIZES[codes])
    order = np.lexsort([neurons, codes, steps])
    return steps[order], codes[order], neurons[order]


def all_spikes(chunks: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pieces = [spikes(chunk) for chunk in range(chunks)]
    return tuple(np.concatenate(columns) for columns in zip(*pieces, strict=True))  # type: ignore[return-value]


def voltage(step: np.ndarray) -> np.ndarray:
    return -0.065 + 0.01 * np.sin(step * 0.01)


def write_chunk(writer: RunWriter, chunk: int, counts: np.ndarray | None = None) -> None:
    """Hand in everything of one chunk and close it."""
    first, end = chunk * CHUNK, (chunk + 1) * CHUNK
    steps, codes, neurons = spikes(chunk)
    half = len(steps) // 2  # two calls, the later rows first: the writer sorts
    writer.write_spikes(steps[half:], None, codes[half:], neurons[half:])
    writer.write_spikes(steps[:half], None, codes[:half], neurons[:half])
    sampled = np.arange(first, end, 10)
    for neuron in (0, 2):
        rows = np.full(len(sampled), neuron)
        values = {"v": voltage(sampled) + neuron, "g": sampled * 1.0}
        writer.write_traces("soma", sampled, None, np.full(len(sampled), 2), rows, values, {"v": "V", "g": "nS"})
    for start in range(-(-(first - BIN + 1) // BIN) * BIN, end - BIN + 1, BIN):
        if first < start + BIN <= end:
            writer.write_rates(np.full(3, start), np.arange(3), bin_counts(start), bin_steps=BIN)
    writer.advance(end)


def bin_counts(start: int) -> np.ndarray:
    chunks = range(start // CHUNK, (start + BIN - 1) // CHUNK + 1)
    pieces = [spikes(chunk) for chunk in chunks]
    steps, codes = (np.concatenate([piece[i] for piece in pieces]) for i in (0, 1))
    return np.bincount(codes[(steps >= start) & (steps < start + BIN)], minlength=3)


def record(folder: Path, chunks: int, **options: object) -> Path:
    """Write a whole run, each chunk at once unless told otherwise."""
    options.setdefault("chunk_bytes", 0)
    with RunWriter(folder, **options) as writer:  # type: ignore[arg-type]
        writer.write_text("run.yaml", "braincore: 1\n")
        writer.begin(dt=DT, populations=POPULATIONS)
        for chunk in range(writer.step // CHUNK, chunks):
            write_chunk(writer, chunk)
        writer.finish({"seed": 7})
    return folder


def check_prefix(folder: Path) -> int:
    """Check that a run holds exactly what was written up to its committed step; return that step."""
    run = Run(folder, allow_incomplete=True)
    if not run.dt:
        return 0
    step = run.status.step
    assert step % CHUNK == 0
    steps, codes, neurons = all_spikes(step // CHUNK) if step else (np.empty(0),) * 3
    got = run.spikes()
    np.testing.assert_array_equal(got.step, steps)
    np.testing.assert_array_equal(got.population, codes)
    np.testing.assert_array_equal(got.neuron, neurons)
    np.testing.assert_array_equal(got.t, steps * DT)
    if "traces/soma" in run.tables:
        times, values = run.traces("soma").matrix("v")
        sampled = np.arange(0, step, 10)
        np.testing.assert_array_equal(times, sampled * DT)
        np.testing.assert_array_equal(values, voltage(sampled)[:, None] + [0, 2])
    else:
        assert step == 0
    if "rates" in run.tables:
        expected = [bin_counts(start) for start in range(0, step - BIN + 1, BIN)]
        np.testing.assert_array_equal(run.to_pandas("rates")["count"], np.concatenate(expected))
    else:
        assert step < BIN
    return step


if __name__ == "__main__":
    import pandas  # noqa: F401  # as pyarrow does at its first array: a kill shall meet writing, not imports
    import pyarrow.parquet  # noqa: F401

    record(Path(sys.argv[1]), int(sys.argv[2]), resume="resume" in sys.argv)
