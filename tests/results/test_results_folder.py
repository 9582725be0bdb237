"""Who may write where: nothing is overwritten unasked, nothing foreign ever, and one writer at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import made_recording as made
import pytest

from braincore.errors import InputError, ResultsError
from braincore.results import Run, RunWriter
from braincore.results.folder import CONTENTS
from braincore.results.lock import FolderLock, writer_of

ROOT = Path(made.__file__).parents[2]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_run_is_not_overwritten_without_force(tmp_path):
    folder = made.record(tmp_path / "run", 2)
    before = snapshot(folder)
    with pytest.raises(InputError, match=r"holds a run already. Use --force to replace it"):
        RunWriter(folder)
    assert snapshot(folder) == before


def test_force_replaces_a_run_and_leaves_foreign_files(tmp_path):
    folder = made.record(tmp_path / "run", 6)
    outside = tmp_path / "precious"
    outside.mkdir()
    (outside / "data.txt").write_text("keep")
    (folder / "notes.txt").write_text("mine")
    (folder / "figures").symlink_to(outside)
    (folder / "checkpoint").mkdir()
    (folder / "checkpoint" / "old").write_text("x")
    old = Run(folder).status.run_id
    made.record(folder, 2, force=True)
    run = Run(folder)
    assert run.status.run_id != old
    assert made.check_prefix(folder) == 2 * made.CHUNK
    assert (folder / "notes.txt").read_text() == "mine"
    assert (outside / "data.txt").read_text() == "keep"
    assert not (folder / "figures").exists()
    assert not (folder / "checkpoint").exists()
    assert len(list((folder / "spikes").iterdir())) == 2


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("content", ["thesis.tex", "status.json", "spikes"])
def test_a_foreign_folder_is_never_touched(tmp_path, force, content):
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / content).write_text('{"status": "someone else\'s"}')
    before = snapshot(folder)
    with pytest.raises(InputError, match="is not empty and is not a run folder"):
        RunWriter(folder, force=force)
    assert snapshot(folder) == before


def test_force_on_a_damaged_run_still_knows_that_it_is_ours(tmp_path):
    folder = made.record(tmp_path / "run", 1)
    status = folder / "status.json"
    status.write_text(status.read_text()[:-30])
    made.record(folder, 1, force=True)
    assert made.check_prefix(folder) == made.CHUNK


def test_an_empty_folder_and_new_parents_are_fine(tmp_path):
    (tmp_path / "empty").mkdir()
    made.record(tmp_path / "empty", 1)
    made.record(tmp_path / "a" / "b" / "c", 1)
    assert made.check_prefix(tmp_path / "a" / "b" / "c") == made.CHUNK


def test_known_contents_cover_what_a_writer_makes(tmp_path):
    folder = made.record(tmp_path / "run", 2)
    assert {p.name for p in folder.iterdir()} - {"status.json", ".lock"} <= set(CONTENTS)


def test_force_and_resume_exclude_each_other(tmp_path):
    with pytest.raises(InputError, match="either replaced"):
        RunWriter(tmp_path / "run", force=True, resume=True)


def test_resume_needs_an_incomplete_run(tmp_path):
    with pytest.raises(InputError, match="there is no run folder"):
        RunWriter(tmp_path / "none", resume=True)
    folder = made.record(tmp_path / "run", 1)
    with pytest.raises(InputError, match="is complete: there is nothing to resume"):
        RunWriter(folder, resume=True)
    assert made.check_prefix(folder) == made.CHUNK


@pytest.mark.parametrize("options", [{}, {"force": True}, {"resume": True}])
def test_a_second_writer_is_refused_with_the_first_ones_process(tmp_path, options):
    code = (
        "import sys; from braincore.results import RunWriter\n"
        f"writer = RunWriter({str(tmp_path / 'run')!r}); print('up', flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        assert writer_of(tmp_path / "run") == f"process {process.pid}"
        if not options:
            with pytest.raises(InputError, match="holds a run already"):
                RunWriter(tmp_path / "run")
        else:
            with pytest.raises(ResultsError, match=rf"is being written by process {process.pid}\b"):
                RunWriter(tmp_path / "run", **options)
        with pytest.raises(ResultsError, match=rf"is still being written by process {process.pid}, now at step 0"):
            Run(tmp_path / "run")
        assert Run(tmp_path / "run", allow_incomplete=True).status.state == "running"
    finally:
        process.kill()
        process.communicate()
    assert writer_of(tmp_path / "run") is None
    with RunWriter(tmp_path / "run", force=True):
        pass


def test_two_writers_in_one_process_exclude_each_other_and_many_readers_do_not_disturb(tmp_path):
    with RunWriter(tmp_path / "run") as writer:
        with pytest.raises(ResultsError, match=rf"is being written by process {os.getpid()}"):
            RunWriter(tmp_path / "run", resume=True)
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        for _ in range(20):
            assert Run(tmp_path / "run", allow_incomplete=True).status.state == "running"
        writer.finish({})
    assert Run(tmp_path / "run").status.state == "complete"


def test_a_run_that_appears_between_looking_and_locking_is_not_overwritten(tmp_path, monkeypatch):
    folder = tmp_path / "run"

    def late(path: Path) -> FolderLock:
        monkeypatch.undo()
        made.record(folder, 2)  # the other writer comes, finishes and goes
        return FolderLock(path)

    monkeypatch.setattr("braincore.results.folder.FolderLock", late)
    with pytest.raises(InputError, match="holds a run already"):
        RunWriter(folder)
    assert made.check_prefix(folder) == 2 * made.CHUNK
    assert writer_of(folder) is None


def test_resuming_removes_what_a_kill_left_half_written(tmp_path):
    RunWriter(tmp_path / "run").close()
    half = tmp_path / "run" / "spikes" / ".part-00007.parquet.tmp"
    half.parent.mkdir()
    half.write_bytes(b"half")
    RunWriter(tmp_path / "run", resume=True).close()
    assert not half.exists()


def test_reading_says_what_became_of_a_run(tmp_path):
    with pytest.raises(ZeroDivisionError), RunWriter(tmp_path / "failed", chunk_bytes=0) as writer:
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        made.write_chunk(writer, 0)
        raise ZeroDivisionError("a\nbug")
    with pytest.raises(
        ResultsError, match=r"run .*failed failed at step 50 \(t = 0.005 s\): ZeroDivisionError: a bug\."
    ):
        Run(tmp_path / "failed")
    run = Run(tmp_path / "failed", allow_incomplete=True)
    assert run.summary == {"status": "failed", "message": "ZeroDivisionError: a bug", "step": 50}

    with pytest.raises(KeyboardInterrupt), RunWriter(tmp_path / "stopped") as writer:
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        made.write_chunk(writer, 0)
        raise KeyboardInterrupt
    with pytest.raises(ResultsError, match=r"was interrupted at step 50 .*: stopped by KeyboardInterrupt"):
        Run(tmp_path / "stopped")
    assert made.check_prefix(tmp_path / "stopped") == 50, "a tidy stop keeps everything"

    with RunWriter(tmp_path / "left") as writer:
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
    with pytest.raises(ResultsError, match=r"was interrupted at step 0 .*: closed before it was finished"):
        Run(tmp_path / "left")


def test_what_is_not_a_run(tmp_path):
    with pytest.raises(InputError, match="there is no run folder"):
        Run(tmp_path / "nowhere")
    with pytest.raises(InputError, match="is not a run folder"):
        Run(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "a/../b", ".lock", "", "a//b", "a\x00b", "~/x", "figures/.x", "a b", "x" * 200, "status.json",
     "spikes/part-00000.parquet", "traces/x"],
)  # fmt: skip
def test_files_stay_inside_the_folder_and_off_the_recordings(tmp_path, name):
    with RunWriter(tmp_path / "run") as writer:
        before = sorted(p.name for p in tmp_path.rglob("*"))
        with pytest.raises(InputError, match=r"cannot name a file|belongs to the recordings"):
            writer.write_text(name, "x")
        assert sorted(p.name for p in tmp_path.rglob("*")) == before


def test_a_link_in_place_of_a_file_is_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("keep")
    with RunWriter(tmp_path / "run") as writer:
        (tmp_path / "run" / ".run.yaml.tmp").symlink_to(victim)
        with pytest.raises(ResultsError, match="a symbolic link stands in its place"):
            writer.write_text("run.yaml", "x")
        writer.write_text("run.yaml", "x")
    assert victim.read_text() == "keep"


def test_a_closed_writer_says_so(tmp_path):
    writer = RunWriter(tmp_path / "run")
    writer.begin(dt=made.DT, populations=made.POPULATIONS)
    writer.finish({})
    writer.close()
    for call in (
        lambda: writer.advance(3),
        lambda: writer.write_text("a", "b"),
        writer.flush,
        lambda: writer.finish({}),
    ):
        with pytest.raises(InputError, match="is closed"):
            call()
    writer.fail("too late")
    assert Run(tmp_path / "run").status.state == "complete"
