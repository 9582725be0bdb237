"""Store on the engine, restore in a new process, run: what an unbroken run gives, bit by bit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import brian2 as b2
import numpy as np
from stored_run import PART, found, network


def test_store_and_restore_in_a_new_process(tmp_path: Path) -> None:
    net, parts = network()
    net.run(PART * b2.ms)
    assert any(slot.size for slot in parts["plastic"].pre.queue.take()), "no spike is under way"
    net.store(filename=str(tmp_path / "stored"))
    net.run(PART * b2.ms)
    whole = found(parts)
    assert (whole["t"] > PART * 1e-3).sum() > 50
    script = Path(__file__).with_name("stored_run.py")
    command = [sys.executable, "-W", "ignore", str(script), str(tmp_path / "stored"), str(tmp_path / "after.npz")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=script.parents[2], check=False)
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "after.npz", allow_pickle=False) as after:
        for name, values in whole.items():
            assert np.array_equal(after[name], values), name


def test_restore_in_the_same_process_goes_on_as_before() -> None:
    net, parts = network()
    net.run(PART * b2.ms)
    net.store("half")
    net.run(PART * b2.ms)
    whole = found(parts)
    net.restore("half", restore_random_state=True)
    net.run(PART * b2.ms)
    again = found(parts)
    for name, values in whole.items():
        assert np.array_equal(again[name], values), name
