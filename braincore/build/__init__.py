"""From a flat network to Brian2: merged groups and synapses, recording, and the engine that runs them."""

# ruff: noqa: E402  (Brian2 is imported from a safe place before anything of ours imports it by name)

from braincore.safe_import import import_brian2

import_brian2()

from braincore.build.choice import EngineChoice as EngineChoice
from braincore.build.choice import choose as choose
from braincore.build.engine import ENGINES as ENGINES
from braincore.build.engine import Conductor as Conductor
from braincore.build.engine import Engine as Engine
from braincore.build.engine import engine as engine
from braincore.build.kept import kept_random_state as kept_random_state
from braincore.build.kept import kept_settings as kept_settings
from braincore.build.network import BuiltNetwork as BuiltNetwork
from braincore.build.network import build as build
from braincore.build.recorder import Recorder as Recorder
from braincore.build.recorder import recorded_populations as recorded_populations
