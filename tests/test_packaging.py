"""The package: what is installed, and what starting it costs."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_setup_cfg_lists_every_package() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    inside = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "braincore").rglob("__init__.py")}
    beside = {f"braincore.{name}" for name in ("regions", "learning_rules", "experiments")}
    assert listed == inside | beside


def test_help_imports_nothing_heavy() -> None:
    """`braincore --help` answers in 0.3 s; what costs more than that to import must stay out."""
    code = (
        "import sys\n"
        "from braincore.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'brian2', 'numpy', 'scipy', 'matplotlib', 'networkx', 'pyarrow', 'pydantic', 'yaml', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_regions_are_the_same_classes_under_their_short_name() -> None:
    code = "import regions, braincore.regions; print(regions.__file__ == braincore.regions.__file__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "True"


@pytest.mark.parametrize("name", ["Brain", "Connectome", "Quantity", "Run", "poisson"])
def test_public_names_load(name: str) -> None:
    import braincore

    assert getattr(braincore, name) is not None
    assert name in dir(braincore)
