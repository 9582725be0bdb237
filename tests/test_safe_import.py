"""Importing Brian2 from somebody's folder: nothing of the folder runs, nothing is left, warnings are said once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROBE = """
import logging, os, warnings
logging.basicConfig(format="%(message)s")
from braincore.safe_import import import_brian2
here = os.getcwd()
import_brian2()
assert os.getcwd() == here
warnings.warn("said once")
"""


def test_a_folder_with_preferences_runs_nothing_and_warnings_are_printed_once(tmp_path: Path) -> None:
    (tmp_path / "brian_preferences").write_text("codegen.target = open('ran', 'w')\n", encoding="ascii")
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["brian_preferences"]
    assert "brian_preferences found in" in done.stderr
    assert done.stderr.count("UserWarning: said once") == 1
