"""What the engine makes of a brain: what ``braincore explain-plan`` shows."""

from __future__ import annotations

from braincore.build import build
from braincore.build.engine import CppEngine
from braincore.model import NetworkSpec


def plan_lines(network: NetworkSpec) -> list[str]:
    """Build and compile a network and say what is compiled, fused and worked out once, and how its spikes travel.

    Raises
    ------
    MissingDependencyError
        There is no C++ compiler.
    """
    runner = CppEngine()
    runner.prepare()
    return runner.explain(build(network))
