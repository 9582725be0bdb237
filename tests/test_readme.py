"""What the README shows works as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _block(language: str, containing: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)
    return next(block for block in blocks if containing in block)


def test_the_first_brain_in_yaml(tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text(_block("yaml", "braincore: 1"), encoding="utf-8")
    assert len(_block("yaml", "braincore: 1").splitlines()) <= 10
    for command in (["check"], ["predict"], ["run", "--quiet", "--no-report", "--set", "duration=100 ms"]):
        done = subprocess.run(
            [sys.executable, "-m", "braincore", command[0], "first.yaml", *command[1:]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "first-001" / "summary.json").is_file()


def test_the_first_brain_in_python(tmp_path: Path) -> None:
    script = _block("python", "brain.add").replace("500 ms", "50 ms")
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[0]) >= 0


def test_running_with_settings(tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text(_block("yaml", "braincore: 1"), encoding="utf-8")
    lines = [line.removeprefix("$ braincore ") for line in _block("console", "--precision").splitlines()]
    assert len(lines) == 2
    for line in lines:
        short = ["--quiet", "--no-report", "--set", "duration=20 ms"]
        command = [sys.executable, "-m", "braincore", *line.split(), *short]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_plain_brian2_script(tmp_path: Path) -> None:
    script = _block("python", 'set_device("braincore")')
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


def test_comparing_rules(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(_block("yaml", "compare:"), encoding="utf-8")
    line = _block("console", "compare").strip().removeprefix("$ braincore ")
    command = [sys.executable, "-m", "braincore", *line.split(), "--set", "compare.seeds=2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "homeostatic" in done.stdout
    assert (tmp_path / "comparisons" / "rules-001" / "report.html").is_file()


def test_links_and_files_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
    for name in re.findall(r"`(experiments/\w+\.yaml)`", README):
        assert (ROOT / name).is_file(), name


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "notebooks").glob("*.py")))
def test_notebooks_run(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "notebooks" / name)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )
    assert done.returncode == 0, done.stderr
