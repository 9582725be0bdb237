"""Building costs a fixed time and memory per synapse, measured in processes of their own by the benchmark script."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "build_scaling.py"


@pytest.fixture(scope="module")
def benchmark_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_scaling", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_million_synapses_fit_in_40_bytes_each(benchmark_script: ModuleType) -> None:
    row = benchmark_script.in_a_process(10**6, "drawn")
    assert 0.95e6 < row["synapses"] < 1.05e6
    assert 20 < row["bytes_per_synapse"] <= 40  # the weights, delays and two ends alone are 24


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["constant", "drawn"])
def test_time_is_linear_and_memory_bounded_up_to_16_million(benchmark_script: ModuleType, kind: str) -> None:
    rows = [benchmark_script.in_a_process(n, kind) for n in (10**6, 4 * 10**6, 16 * 10**6)]
    assert all(row["bytes_per_synapse"] <= 40 for row in rows)
    # linear: sixteen times the synapses in at most sixteen times the time, with room for a busy machine
    assert rows[2]["seconds"] <= 16 * rows[0]["seconds"] * 2 + 1
