"""What Brian2's exact integrator made of equations, kept between processes.

The integrator solves linear equations with sympy: about a second for three of them, at the start of every script.
What it returns depends on the equations, on which names in them are constant, and on the versions of Brian2 and
sympy; it is kept by a digest of these, beside compiled networks.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import brian2
import sympy
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from brian2.stateupdaters.base import StateUpdateMethod
from brian2.stateupdaters.exact import LinearStateUpdater

from braincore.engine.compiler import cache_folder


@contextlib.contextmanager
def kept_integrations() -> Iterator[None]:
    """Let Brian2 look up what it integrated before, while networks are prepared."""
    known = StateUpdateMethod.stateupdaters
    before = {name: method for name, method in known.items() if isinstance(method, LinearStateUpdater)}
    known.update({name: _Kept(method) for name, method in before.items()})
    try:
        yield
    finally:
        known.update(before)


class _Kept(StateUpdateMethod):  # type: ignore[misc]
    """The integrator, asked only for what is not kept yet."""

    def __init__(self, method: Any) -> None:
        self._method = method

    def __call__(self, equations: Any, variables: Mapping[str, Any] | None = None, method_options: Any = None) -> str:
        digest = _digest(equations, variables or {}, method_options)
        path = cache_folder() / digest[:2] / f"{digest}.txt" if digest else None
        if path is not None:
            with contextlib.suppress(OSError, UnicodeDecodeError):
                return _checked(path.read_text(encoding="utf-8"))
        code: str = self._method(equations, variables, method_options)
        if path is not None:
            with contextlib.suppress(OSError):
                _keep(path, code)
        return code


def _digest(equations: Any, variables: Mapping[str, Any], options: Any) -> str:
    """Return what the integrator's answer depends on, '' if that is more than can be told."""
    used = {name: variables[name] for name in sorted(equations.identifiers | equations.names) if name in variables}
    if any(isinstance(v, Function) and v is not DEFAULT_FUNCTIONS.get(name) for name, v in used.items()):
        return ""  # a TimedArray, say, whose own time step counts
    told = [
        [brian2.__version__, sympy.__version__, repr(sorted((options or {}).items()))],
        sorted(f"{e.type} {e.varname} {e.expr} {e.var_type} {sorted(e.flags)}" for e in equations.values()),
        [[name, type(v).__name__, *(bool(getattr(v, key, False)) for key in _FLAGS)] for name, v in used.items()],
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


_FLAGS = ("scalar", "constant", "read_only")
_END = "\n# whole\n"


def _keep(path: Path, code: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="text-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(code + _END)
    Path(name).replace(path)  # in one step: another process sees all of it or nothing


def _checked(text: str) -> str:
    if not text.endswith(_END):
        raise OSError("cut off")
    return text.removesuffix(_END)
