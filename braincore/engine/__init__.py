"""The engine: Brian2's language, compiled C++. In any Brian2 script:

``import braincore.engine; set_device("braincore")``.
"""

from braincore.safe_import import import_brian2

import_brian2()

from braincore.engine.device import DEVICE as DEVICE  # noqa: E402
from braincore.engine.device import BraincoreDevice as BraincoreDevice  # noqa: E402
