"""Where a result comes from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import made_recording as made
import numpy as np
import pytest

from braincore.errors import InputError
from braincore.results import Run, SpikeDigest, collect_provenance, git_state, spike_digest, versions


def test_it_says_what_is_needed_to_repeat_a_run():
    found = collect_provenance(seed=5, spec_hash="abc", command=["braincore", "run", "x.yaml"], started="2026-01-01")
    assert found["seed"] == 5
    assert found["spec_hash"] == "abc"
    assert found["command"] == ["braincore", "run", "x.yaml"]
    assert found["started"] == "2026-01-01"
    assert found["versions"]["numpy"] == np.__version__
    assert found["versions"]["python"] == ".".join(str(part) for part in sys.version_info[:3])
    assert found["platform"]["cores"] >= 1
    json.dumps(found)
    assert versions(["no-such-package-here"])["no-such-package-here"] is None


def test_brian2_is_not_imported_for_its_version():
    code = "import sys; from braincore.results import versions; v = versions(); sys.exit('brian2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(made.__file__).parents[2], check=False)
    assert done.returncode == 0


def git(folder: Path, *arguments: str) -> str:
    options = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *options, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_git_commit_and_dirt(tmp_path):
    assert git_state(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert git_state(tmp_path) is None, "a repository without a commit"
    (tmp_path / "a").write_text("1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-q", "-m", "one")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert git_state(tmp_path) == {"commit": commit, "dirty": False}
    (tmp_path / "a").write_text("2")
    assert git_state(tmp_path) == {"commit": commit, "dirty": True}


def test_git_runs_nothing_that_a_repository_names(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-q", "-m", "one")
    canary = tmp_path / "canary"
    git(tmp_path, "config", "core.fsmonitor", f"touch {canary}")
    assert git_state(tmp_path) is not None
    assert not canary.exists()


def test_it_never_fails(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert git_state(tmp_path) is None
    assert git_state(tmp_path / "nowhere") is None
    assert git_state("a\0b") is None
    assert collect_provenance(folder=tmp_path)["git"] is None


def test_the_digest_sees_every_spike_and_no_order():
    rng = np.random.default_rng(3)
    steps, codes, neurons = rng.integers(0, 50, 200), rng.integers(0, 3, 200), rng.integers(0, 9, 200)
    names = ["b", "a", "c"]
    digest = spike_digest(steps, codes, neurons, names)
    order = rng.permutation(200)
    assert spike_digest(steps[order], codes[order], neurons[order], names) == digest
    assert spike_digest(steps, np.array(names)[codes], neurons) == digest
    swap = np.array([1, 0, 2])
    assert spike_digest(steps, swap[codes], neurons, ["a", "b", "c"]) == digest, "the order of populations is no matter"
    for column in range(3):
        changed = [steps.copy(), codes.copy(), neurons.copy()]
        changed[column][17] = (changed[column][17] + 1) % 3
        assert spike_digest(*changed, names) != digest
    assert spike_digest(steps[1:], codes[1:], neurons[1:], names) != digest
    assert spike_digest([], [], []) == spike_digest([], [], [], names)


def test_the_digest_in_pieces_is_the_digest_of_the_whole(tmp_path):
    names = [info.name for info in made.POPULATIONS]
    whole = spike_digest(*made.all_spikes(6), names)
    assert Run(made.record(tmp_path / "fine", 6)).spike_digest() == whole
    assert Run(made.record(tmp_path / "coarse", 6, chunk_bytes=10**9)).spike_digest() == whole
    digest = SpikeDigest()
    digest.update([3], ["a"], [0])
    with pytest.raises(InputError, match="spikes of step 3 come after those of step 3"):
        digest.update([3], ["a"], [1])
    with pytest.raises(InputError, match="2 steps, 1 populations"):
        digest.update([4, 5], ["a"], [1])


def test_the_digest_is_fixed_for_ever():
    """Digests are stored beside published results: this value must not change with versions or machines."""
    assert spike_digest([3, 1, 3], ["E", "I", "E"], [2, 0, 1]) == FIXED


FIXED = "c3a93b9c650bae22527ced33fb12ae6b1dbe8f390e176e76a4d6ce504a1b3430"  # by hashlib and struct alone
