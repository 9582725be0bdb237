"""Random networks compiled with AddressSanitizer and UndefinedBehaviorSanitizer: nothing out of bounds.

They run in a process of their own, into which the sanitizer's library is loaded first; a report ends it with an error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from braincore.engine.compiler import compiler

HERE = Path(__file__).resolve().parent
FLAGS = "-O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"
OVERFLOW = """
#include <cstdint>
extern "C" int64_t over(double* values, int64_t n) { values[n] = 1; return 0; }
"""
USE = """
import sys
import numpy as np
from braincore.engine.compiler import load
load(sys.argv[1]).call("over", np.zeros(8), int(sys.argv[2]))
"""


def _library(name: str) -> str:
    """Return the path of one of the compiler's libraries, empty where there is none."""
    done = subprocess.run([compiler(), f"-print-file-name={name}"], capture_output=True, text=True, check=False)
    path = Path(done.stdout.strip())
    return str(path) if done.returncode == 0 and path.is_absolute() and path.exists() else ""


def _sanitized(arguments: list[str], cache: Path) -> subprocess.CompletedProcess[str]:
    """Run Python with the sanitizers."""
    sanitizer, standard = _library("libasan.so"), _library("libstdc++.so")  # both, or it knows no exceptions
    if not sanitizer:
        pytest.skip("the compiler has no AddressSanitizer (libasan.so)")
    env = os.environ | {
        "LD_PRELOAD": f"{sanitizer} {standard}".strip(),
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "BRAINCORE_CXXFLAGS": FLAGS,
        "BRAINCORE_CACHE": str(cache),
        "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=env, cwd=HERE, capture_output=True, text=True, timeout=1500, check=False)


def _told(text: str) -> str:
    """Return the beginning of a sanitizer's report, or the end of what else was said."""
    places = [text.find(word) for word in ("ERROR: AddressSanitizer", "runtime error") if word in text]
    return text[max(0, min(places) - 200) :][:4000] if places else text[-4000:]


@pytest.mark.slow
@pytest.mark.minutes
@pytest.mark.rotates(4)
@pytest.mark.parametrize("first", (5000, 5100))
@pytest.mark.parametrize("how", [[], ["--noisy"]], ids=["plain", "noisy"])
def test_random_networks_are_clean(first: int, how: list[str], tmp_path: Path) -> None:
    arguments = [str(HERE / "fuzz.py"), str(first), str(first + 12), "--only", "braincore", *how]
    done = _sanitized(arguments, tmp_path)
    assert done.returncode == 0, done.stdout[-300:] + _told(done.stderr)
    assert int(done.stdout.split(" same")[0].split()[-1]) >= 8, done.stdout


@pytest.mark.slow
def test_an_access_out_of_bounds_is_seen(tmp_path: Path) -> None:
    script = tmp_path / "use.py"
    script.write_text(USE, encoding="ascii")
    assert _sanitized([str(script), OVERFLOW, "7"], tmp_path / "cache").returncode == 0
    done = _sanitized([str(script), OVERFLOW, "8"], tmp_path / "cache")
    assert done.returncode != 0
    assert "heap-buffer-overflow" in done.stderr
