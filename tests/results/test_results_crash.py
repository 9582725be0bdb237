"""A run that is killed, or whose disk fails, keeps every committed row exactly and can go on to the same end."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import made_recording as made
import numpy as np
import pytest

from braincore.errors import BraincoreError, InputError, ResultsError
from braincore.results import Disk, Run, RunWriter
from braincore.results.status import is_run_folder

SCRIPT = Path(made.__file__)
ROOT = SCRIPT.parents[2]


def start(folder: Path, chunks: int, *more: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(SCRIPT), str(folder), str(chunks), *more]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)


def parts(folder: Path) -> int:
    return sum(1 for _ in (folder / "spikes").glob("part-*")) if (folder / "spikes").is_dir() else 0


def kill_at(folder: Path, progress: int, delay: float, *more: str) -> int:
    """Kill a writing process `delay` seconds after it wrote `progress` parts; return its exit status."""
    process = start(folder, 100_000, *more)
    before = parts(folder)
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None and parts(folder) < before + progress:
        time.sleep(0.001)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    return process.returncode


def kill_and_continue(folder: Path, kills: int, rng: np.random.Generator) -> None:
    """Kill, check, resume and kill again; in the end the run equals one that was never stopped."""
    reached = 0
    for number in range(kills):
        progress = int(rng.integers(0, 6)) if number else 3
        assert kill_at(folder, progress, rng.uniform(0, 0.03), *(["resume"] if number else [])) == -signal.SIGKILL
        with pytest.raises(ResultsError, match=r"was interrupted at step \d+.*ended without finishing"):
            Run(folder)
        step = made.check_prefix(folder)
        assert step >= reached, "a later kill never takes away what was committed"
        reached = step
    assert reached >= 2 * made.CHUNK
    chunks = reached // made.CHUNK + 3
    made.record(folder, chunks, resume=True)
    assert made.check_prefix(folder) == chunks * made.CHUNK
    steps, codes, neurons = made.all_spikes(chunks)
    table = Run(folder).to_pandas()
    np.testing.assert_array_equal(table["step"], steps)
    np.testing.assert_array_equal(table["population"].cat.codes, codes)
    np.testing.assert_array_equal(table["neuron"], neurons)
    assert not [path for path in folder.rglob("*") if path.name.endswith(".tmp")]


def test_sigkill_keeps_all_but_the_last_chunk_and_resumes_to_the_same_recording(tmp_path):
    rng = np.random.default_rng(1)
    for number in range(3):
        kill_and_continue(tmp_path / str(number), 5, rng)


@pytest.mark.slow
@pytest.mark.rotates(4)
@pytest.mark.parametrize("seed", range(2, 6))
def test_two_hundred_sigkills(tmp_path, seed):
    rng = np.random.default_rng(seed)
    for number in range(5):
        kill_and_continue(tmp_path / str(number), 10, rng)


class FailingDisk(Disk):
    """Counts its calls and fails, or stops the world, at the k-th."""

    def __init__(self, fail_at: int, error: BaseException, *, lasting: bool = False) -> None:
        self.calls, self.fail_at, self.error, self.lasting = 0, fail_at, error, lasting

    def _call(self) -> None:
        self.calls += 1
        if self.calls == self.fail_at or (self.lasting and self.calls > self.fail_at):
            raise self.error

    def open(self, path):
        self._call()
        return super().open(path)

    def write(self, fd, data):
        self._call()
        return super().write(fd, data[: max(900, len(data) // 2)])  # short writes, as the kernel may make them

    def fsync(self, fd):
        self._call()  # the medium itself is not what these tests are about, and slow

    def replace(self, source, target):
        self._call()
        super().replace(source, target)

    def mkdir(self, path):
        self._call()
        super().mkdir(path)

    def remove(self, path):
        self._call()
        super().remove(path)


class Halt(BaseException):
    """The process stops here: nothing after it runs, except that the lock is given back."""


def quiet() -> FailingDisk:
    """A disk that never fails, without the slow syncs."""
    return FailingDisk(0, Halt())


def call_count(tmp_path: Path, chunks: int) -> int:
    disk = quiet()
    made.record(tmp_path / "count", chunks, disk=disk)
    return disk.calls


def halted(folder: Path, chunks: int, disk: Disk, **options) -> bool:
    """Record until `disk` halts, as a killed process would: no clean-up touches the folder. Whether it halted."""
    writer = None
    try:
        writer = RunWriter(folder, chunk_bytes=0, disk=disk, **options)
        writer.write_text("run.yaml", "braincore: 1\n")
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        for chunk in range(writer.step // made.CHUNK, chunks):
            made.write_chunk(writer, chunk)
        writer.finish({"seed": 7})
    except Halt:
        if writer is not None:
            writer._lock.release()
        return True
    return False


def test_a_halt_at_any_disk_call_leaves_a_committed_prefix_that_resumes(tmp_path):
    chunks = 2
    total = call_count(tmp_path, chunks)
    assert total > 60
    seen = set()
    for at in range(1, total + 1):
        folder = tmp_path / str(at)
        assert halted(folder, chunks, FailingDisk(at, Halt()))
        if not is_run_folder(folder):  # before the first commit: the next attempt finds an empty folder
            made.record(folder, chunks, disk=quiet())
            continue
        state = Run(folder, allow_incomplete=True).status.state
        seen.add(made.check_prefix(folder))
        if state == "complete":
            assert at >= total - 2
            continue
        made.record(folder, chunks, resume=True, disk=quiet())
        assert made.check_prefix(folder) == chunks * made.CHUNK
        assert Run(folder).summary == {"status": "complete", "seed": 7}
    assert seen == {0, 50, 100}


@pytest.mark.parametrize(("code", "lasting"), [(errno.ENOSPC, True), (errno.EIO, False)])
def test_an_error_at_any_disk_call_is_one_clear_line_and_loses_nothing_committed(tmp_path, code, lasting):
    chunks = 1
    total = call_count(tmp_path, chunks)
    for at in range(1, total + 1):
        folder = tmp_path / str(at)
        disk = FailingDisk(at, OSError(code, os.strerror(code)), lasting=lasting)
        with pytest.raises(ResultsError) as caught:
            made.record(folder, chunks, disk=disk)
        text = str(caught.value)
        assert "\n" not in text
        assert str(folder) in text
        assert ("bytes free" in text) == (code == errno.ENOSPC)
        if not is_run_folder(folder):
            made.record(folder, chunks, disk=quiet())
            continue
        state = Run(folder, allow_incomplete=True).status.state
        if state == "complete":  # only the very last sync failed, after the rename
            assert at == total
            continue
        with pytest.raises(ResultsError, match=r"run .* (failed|was interrupted) at step"):
            Run(folder)
        made.check_prefix(folder)
        made.record(folder, chunks, resume=True, disk=quiet())
        assert made.check_prefix(folder) == chunks * made.CHUNK


def test_a_halt_at_any_disk_call_of_a_truncation_leaves_the_old_step_or_the_new(tmp_path):
    def stopped(name: str) -> Path:
        folder = tmp_path / name
        with RunWriter(folder, chunk_bytes=3000, disk=quiet()) as writer:
            writer.begin(dt=made.DT, populations=made.POPULATIONS)
            for chunk in range(6):
                made.write_chunk(writer, chunk)
        return folder

    for at in range(1, 1000):
        folder = stopped(str(at))
        disk = quiet()
        writer = RunWriter(folder, resume=True, disk=disk)
        disk.fail_at = disk.calls + at
        try:
            writer.truncate_to(3 * made.CHUNK)  # inside a part of two chunks
        except Halt:
            pass
        else:
            disk.fail_at = 0
            writer.close()
            break
        finally:
            writer._lock.release()
        assert made.check_prefix(folder) in (3 * made.CHUNK, 6 * made.CHUNK)
        made.record(folder, 6, resume=True, disk=quiet())
        assert made.check_prefix(folder) == 6 * made.CHUNK
    assert at > 8


def test_a_truncation_that_the_disk_stops_closes_the_writer_and_is_repeated_by_resuming(tmp_path):
    folder = tmp_path / "run"
    with RunWriter(folder, chunk_bytes=10**9, disk=quiet()) as writer:
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        for chunk in range(4):
            made.write_chunk(writer, chunk)
    for at in range(1, 8):
        disk = quiet()
        writer = RunWriter(folder, resume=True, disk=disk)
        disk.error, disk.fail_at = OSError(errno.EIO, "x"), disk.calls + at
        with pytest.raises(ResultsError, match="reports an input/output error"):
            writer.truncate_to(100)
        with pytest.raises(InputError, match="is closed"):
            writer.flush()
        if made.check_prefix(folder) == 100:
            break
    assert at > 4
    made.record(folder, 6, resume=True)
    assert made.check_prefix(folder) == 300


def test_a_halt_while_a_file_is_replaced_leaves_the_old_one_or_the_new(tmp_path):
    found = set()
    for at in range(1, 300):
        folder = tmp_path / str(at)
        disk = quiet()
        writer = RunWriter(folder, disk=disk)
        writer.write_text("run.yaml", "old")
        writer.flush()
        disk.fail_at = disk.calls + at
        try:
            writer.write_text("run.yaml", "new")
            writer.write_text("run.yaml", "newer")
            writer.flush()
        except Halt:
            found.add(Run(folder, allow_incomplete=True).text())
        else:
            break
        finally:
            writer._lock.release()
    assert 20 < at < 299
    assert found == {"old", "new", "newer"}


def test_a_flush_can_be_repeated_once_there_is_room(tmp_path):
    disk = FailingDisk(0, OSError(errno.ENOSPC, "full"))
    with RunWriter(tmp_path / "run", chunk_bytes=0, disk=disk) as writer:
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        made.write_chunk(writer, 0)
        disk.fail_at = disk.calls + 2
        with pytest.raises(ResultsError, match=r"disk is full .*; stopped after step 50, everything recorded up to"):
            made.write_chunk(writer, 1)
        made.write_chunk(writer, 2)
        writer.finish({})
    assert made.check_prefix(tmp_path / "run") == 150


def test_a_full_disk(tmp_path):
    """On a real file system of 300 kB, the run stops with one line and is readable to its last chunk."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small tmpfs is not permitted here")
    try:
        folder = place / "run"
        filler = place / "filler"
        filler.write_bytes(bytes(100_000))
        with pytest.raises(
            ResultsError, match=r"disk is full \(\d+ bytes needed, \d+ bytes free\); stopped after step"
        ):
            made.record(folder, 10_000)
        step = made.check_prefix(folder)
        assert step > 0
        filler.unlink()
        made.record(folder, step // made.CHUNK + 2, resume=True)
        assert made.check_prefix(folder) == step + 2 * made.CHUNK
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_file_size_limit_is_reported_like_a_full_disk(tmp_path):
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000));"
        f"sys.path.insert(0, {str(SCRIPT.parent)!r}); import made_recording as m; from pathlib import Path;"
        f"m.record(Path({str(tmp_path / 'run')!r}), 400, chunk_bytes=20_000)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the file-size limit is reached" in done.stderr.splitlines()[-1]
    made.check_prefix(tmp_path / "run")


def test_unusable_places_are_refused_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BraincoreError, match="is a file, not a folder"):
        RunWriter(tmp_path / "file")
    with pytest.raises(ResultsError, match=r"part of the path is a file|a file, not"):
        RunWriter(tmp_path / "file" / "run")
    for code, reason in [(errno.EROFS, "read-only"), (errno.EACCES, "no permission"), (errno.EMFILE, "too many files")]:
        with pytest.raises(ResultsError, match=rf"cannot write .*{reason}"):
            RunWriter(tmp_path / f"run{code}", disk=FailingDisk(1, OSError(code, "x")))


def test_a_place_without_room_for_the_estimate_is_refused(tmp_path):
    with RunWriter(tmp_path / "run") as writer:
        writer.require_space(1000)
        with pytest.raises(ResultsError, match=r"need about 1e\+03 EB|need about .* TB, and .* free"):
            writer.require_space(10**18)
