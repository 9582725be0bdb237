"""Going back to a checkpoint's step: exactly the rows before it stay."""

from __future__ import annotations

import made_recording as made
import numpy as np
import pytest

from braincore.errors import InputError
from braincore.results import PopulationInfo, Run, RunWriter


def stopped(folder, chunks: int, chunk_bytes: int):
    with RunWriter(folder, chunk_bytes=chunk_bytes, max_age=1e9) as writer:
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        for chunk in range(chunks):
            made.write_chunk(writer, chunk)
    return folder


@pytest.mark.parametrize("chunk_bytes", [0, 4000, 10**9])
@pytest.mark.parametrize("step", [0, 50, 200, 350, 400])
def test_a_resumed_run_equals_an_unbroken_one(tmp_path, chunk_bytes, step):
    folder = stopped(tmp_path / "run", 8, chunk_bytes)
    unbroken = Run(made.record(tmp_path / "whole", 10))
    with RunWriter(folder, resume=True, chunk_bytes=chunk_bytes) as writer:
        assert writer.step == 400
        writer.truncate_to(step)
        assert writer.step == writer.status.step == step
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        for chunk in range(step // made.CHUNK, 10):
            made.write_chunk(writer, chunk)
        writer.finish({})
    assert made.check_prefix(folder) == 500
    assert Run(folder).spike_digest() == unbroken.spike_digest()
    for table in unbroken.tables:
        assert Run(folder).to_pandas(table).equals(unbroken.to_pandas(table))


def test_truncation_between_chunks_cuts_each_table_at_its_own_rows(tmp_path):
    folder = stopped(tmp_path / "run", 8, 10**9)
    with RunWriter(folder, resume=True) as writer:
        writer.truncate_to(125)
    run = Run(folder, allow_incomplete=True)
    steps, _, _ = made.all_spikes(8)
    np.testing.assert_array_equal(run.spikes().step, steps[steps < 125])
    assert run.traces("soma").step.max() == 120
    assert run.to_pandas("rates")["step"].max() == 100, "a bin that is not over at the step is given again"
    assert run.duration == pytest.approx(125 * made.DT)


def test_truncation_twice_and_to_the_same_step(tmp_path):
    folder = stopped(tmp_path / "run", 8, 4000)
    with RunWriter(folder, resume=True) as writer:
        for step in (301, 301, 140, 0):
            writer.truncate_to(step)
            with pytest.raises(
                InputError, match=f"cannot continue at step {step + 1}: the recordings reach step {step}"
            ):
                writer.truncate_to(step + 1)
    assert not list(folder.rglob("*.parquet"))


def test_a_resumed_run_must_be_the_same_run(tmp_path):
    folder = stopped(tmp_path / "run", 2, 0)
    with RunWriter(folder, resume=True) as writer:
        for dt, populations in [
            (2e-4, made.POPULATIONS),
            (made.DT, made.POPULATIONS[:2]),
            (made.DT, (*made.POPULATIONS[:2], PopulationInfo(name="V2.E", size=4))),
        ]:
            with pytest.raises(InputError, match="begun with another time step or other populations"):
                writer.begin(dt=dt, populations=populations)
        with pytest.raises(InputError, match=r"traces/soma: had columns .* before the run was resumed"):
            writer.write_traces("soma", [100], None, [2], [0], {"v": [0.0]}, {"v": "V"})
        with pytest.raises(InputError, match="spikes: step 99 comes after step 100 was closed"):
            writer.write_spikes([99], None, [0], [0])


def test_resume_before_anything_was_recorded(tmp_path):
    RunWriter(tmp_path / "run").close()
    made.record(tmp_path / "run", 2, resume=True)
    assert made.check_prefix(tmp_path / "run") == 100


def test_final_weights_belong_to_the_last_step(tmp_path):
    units = {"w": "S"}
    with RunWriter(tmp_path / "run", chunk_bytes=0) as writer:
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        for step in (0, 50, 100):
            writer.advance(step)
            writer.write_weights("EE", step, [0, 1], [1, 0], {"w": [step, step + 0.5]}, units)
        writer.flush()
        with pytest.raises(InputError, match="step 99 comes after step 100"):
            writer.write_weights("EE", 99, [0], [1], {"w": [0.0]}, units)
    with RunWriter(tmp_path / "run", resume=True) as writer:
        writer.truncate_to(50)
        writer.finish({})
    weights = Run(tmp_path / "run").weights("EE")
    np.testing.assert_array_equal(weights.times(), [0, 50 * made.DT])
    np.testing.assert_array_equal(weights.at(-1).variables["w"], [50, 50.5])
    np.testing.assert_array_equal(weights.at(-1).pre, [0, 1])
    with pytest.raises(InputError, match="no snapshot 2"):
        weights.at(2)
