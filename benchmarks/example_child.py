"""One of Brian2's examples on one device: ``python example_child.py FILE DEVICE OUT``, run by ``examples.py``.

The example runs unchanged; only `set_device` is replaced, random numbers are seeded, and figures go nowhere. Written to
OUT (an ``.npz``): what monitors hold and the state of groups after each of the first runs, and, as JSON, the wall time
in all, the time inside `Network.run`, and whether random numbers were drawn during runs.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

os.environ["MPLBACKEND"] = "Agg"
warnings.filterwarnings("ignore")

OURS = ("braincore", "compared", "again")
RUNS_KEPT = 8
"""Runs of one example whose results are kept: some call `run` hundreds of times."""
VALUES_KEPT = 200_000
"""Values kept of one array; a longer one is thinned out."""


class Observer:
    """Times `Network.run` and keeps what it leaves behind."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.run_s = 0.0
        self.runs = 0
        self.drawn_in_runs = False
        self.found: dict[str, Any] = {}

    def install(self) -> None:
        """Put itself around `Network.run`, and around what comes after its last step."""
        import numpy as np
        from brian2.core.magic import MagicNetwork
        from brian2.core.network import Network

        original = Network.run
        observer = self
        for kind in (Network, MagicNetwork):  # a magic network forgets its objects in `after_run`
            kind.after_run = self._before(kind.after_run)

        def drawn_from() -> tuple[bytes, int]:
            state = np.random.get_state(legacy=True)
            return bytes(state[1]), int(state[2])  # type: ignore[index, arg-type]

        def run(net: Any, duration: Any, *args: Any, **kwargs: Any) -> Any:
            before = drawn_from()
            if not args and "level" not in kwargs:
                kwargs["level"] = 1  # names are looked up where the example calls, not here
            elif "level" in kwargs:
                kwargs["level"] += 1
            begun = time.perf_counter()
            try:
                return original(net, duration, *args, **kwargs)
            finally:
                observer.run_s += time.perf_counter() - begun
                observer.runs += 1
                observer.drawn_in_runs |= drawn_from() != before

        Network.run = run

    def _before(self, after_run: Any) -> Any:
        def keeping(net: Any) -> None:
            if self.device != "standalone" and self.runs < RUNS_KEPT:
                begun = time.perf_counter()
                self.keep(net)
                self.run_s -= time.perf_counter() - begun
            after_run(net)

        return keeping

    def keep(self, net: Any) -> None:
        """Note what monitors and groups of a network hold."""
        import brian2 as b2

        kinds: dict[str, int] = {}
        for obj in sorted(net.sorted_objects, key=_order):
            kind = type(obj).__name__
            kinds[kind] = kinds.get(kind, -1) + 1  # not its name, which counts what still lives in this process
            here = f"{self.runs}/{kind}{kinds[kind]}"
            if isinstance(obj, b2.EventMonitor | b2.SpikeMonitor):
                self._note(f"{here}.count", obj.count[:])
                if obj.record:
                    self._note(f"{here}.spikes.i", obj.i[:])
                    self._note(f"{here}.spikes.t", obj.t_[:])
            elif isinstance(obj, b2.StateMonitor):
                for name in obj.record_variables:
                    self._note(f"{here}.{name}", getattr(obj, f"{name}_"))
            elif isinstance(obj, b2.PopulationRateMonitor):
                self._note(f"{here}.rate", obj.rate_[:])
            elif isinstance(obj, b2.Group):
                self._state(here, obj)

    def _state(self, here: str, obj: Any) -> None:
        import numpy as np
        from brian2.core.variables import ArrayVariable

        for name, var in obj.variables.items():
            mine = isinstance(var, ArrayVariable) and var.owner is not None and var.owner.name == obj.name
            if mine and np.dtype(var.dtype).kind == "f" and not name.startswith("_"):
                self._note(f"{here}.{name}", var.get_value())

    def _note(self, name: str, values: Any) -> None:
        import numpy as np

        flat = np.asarray(values).ravel()
        self.found[name] = flat[:: max(1, -(-flat.size // VALUES_KEPT))].copy()


def _order(obj: Any) -> tuple[str, int]:
    """Return an object's name in parts, so that the tenth of a kind comes after the ninth."""
    name, _, number = obj.name.rpartition("_")
    return (name, int(number)) if number.isdigit() else (obj.name, 0)


def _no_network_operation(*_: Any, **__: Any) -> None:
    raise NotImplementedError("C++ standalone has no network operations")


def choose(device: str) -> None:
    """Make every `set_device` of the example choose `device`."""
    import brian2

    if device == "standalone":  # it leaves them out without a word, and so runs something else
        brian2.NetworkOperation.__init__ = _no_network_operation  # type: ignore[method-assign]
    devices = sys.modules["brian2.devices.device"]  # as an attribute `device` is the device itself
    original = devices.set_device
    folder = tempfile.mkdtemp(prefix="example-")

    def set_device(name: str, build_on_run: bool = True, **kwargs: Any) -> None:
        if device == "standalone":
            if name == "cpp_standalone":
                if build_on_run:
                    kwargs["directory"] = folder
                original("cpp_standalone", build_on_run=build_on_run, **kwargs)
            else:
                original("cpp_standalone", directory=folder)
        elif device in OURS:
            original("braincore")
        else:
            original("runtime")

    for module in (brian2, devices, brian2.devices, sys.modules.get("brian2.only")):
        if module is not None and hasattr(module, "set_device"):
            setattr(module, "set_device", set_device)  # noqa: B010 - a module has no such attribute for a type checker
    brian2.prefs.codegen.target = "numpy" if device in ("numpy", "compared") else "auto"
    if device == "standalone":
        original("cpp_standalone", directory=folder)
    elif device in OURS:
        import braincore.engine  # noqa: F401 - registers the device

        original("braincore")


def main() -> int:
    """Run the example."""
    path, device, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    import brian2
    import numpy as np

    brian2.BrianLogger.log_level_error()
    begun = time.perf_counter()
    observer = Observer(device)
    choose(device)
    observer.install()
    brian2.seed(20260101)
    np.random.seed(20260101)
    error = None
    os.chdir(path.parent)
    sys.path.insert(0, str(path.parent))
    sys.argv = [str(path)]
    try:
        runpy.run_path(str(path), run_name="__main__")
    except SystemExit:
        pass
    except BaseException as problem:
        error = "".join(traceback.format_exception(problem))[-6000:]
    wall = time.perf_counter() - begun
    np.savez(out.with_suffix(".npz"), **observer.found)
    result = {
        "wall_s": wall,
        "run_s": observer.run_s,
        "runs": observer.runs,
        "drawn_in_runs": observer.drawn_in_runs,
        "error": error,
    }
    out.write_text(json.dumps(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
