"""Importing Brian2 without running what lies in the user's folder.

On import Brian2 evaluates a file ``brian_preferences`` of the current folder as Python, opens a log file in the
temporary folder and copies the running script beside it. A folder with somebody's model must not be able to run code,
and a run must not leave files behind: Brian2 is imported from a private folder that holds our own preferences.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import tempfile
from pathlib import Path
from types import ModuleType

_log = logging.getLogger(__name__)
_PREFERENCES = "logging.file_log = False\nlogging.save_script = False\nlogging.console_log_level = 'WARNING'\n"


def import_brian2() -> ModuleType:
    """Import Brian2 (once) and return it; a ``brian_preferences`` of the current folder is ignored with a warning.

    The current folder changes for the time of the first import, so it should not happen while other threads use
    relative paths.
    """
    if "brian2" in sys.modules:
        return sys.modules["brian2"]
    if Path("brian_preferences").exists():
        _log.warning("brian_preferences found in %s: ignored", Path.cwd())
    with tempfile.TemporaryDirectory(prefix="braincore-") as private:
        Path(private, "brian_preferences").write_text(_PREFERENCES, encoding="ascii")
        here = os.open(".", os.O_RDONLY)  # a descriptor finds its way back even if the folder is renamed meanwhile
        hook = sys.excepthook
        try:
            os.chdir(private)
            module = importlib.import_module("brian2")
            logging.getLogger("py.warnings").handlers.clear()  # Brian2's own: each warning would be printed twice
            return module
        finally:
            os.fchdir(here)
            os.close(here)
            sys.excepthook = hook  # Brian2's would ask to report every error of ours to Brian2
