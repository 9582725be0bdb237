"""The engine: Brian2's language, compiled C++. ``import braincore.engine; set_device("braincore")`` in any Brian2 script."""

from braincore.safe_import import import_brian2

import_brian2()

from braincore.engine.device import DEVICE as DEVICE  # noqa: E402
from braincore.engine.device import BraincoreDevice as BraincoreDevice  # noqa: E402
