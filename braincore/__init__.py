"""braincore: brains made of spiking regions, described in YAML or Python, simulated and reported.

The public names are loaded when first used, so that ``import braincore`` and ``braincore --help`` cost nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

__version__ = "0.1.0"

_here = Path(__file__).resolve().parent
if not (_here / "regions").is_dir():  # a source checkout keeps regions/, learning_rules/ and experiments/ beside us
    __path__.append(str(_here.parent))

_PUBLIC = {
    "Brain": "braincore.api",
    "Run": "braincore.results",
    "Connectome": "braincore.model.connectome",
    "poisson": "braincore.model",
    "Quantity": "braincore.units",
    "BraincoreError": "braincore.errors",
    "InputError": "braincore.errors",
}


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        from importlib import import_module

        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'braincore' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
