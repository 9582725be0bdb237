"""A definition from its file to a brain: read, merged, overridden, checked, made; every fault with its place."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from braincore.errors import Fault, InputError, suggest
from braincore.model import BrainSpec, NetworkSpec
from braincore.spec.includes import read_with_includes
from braincore.spec.limits import memory_faults
from braincore.spec.maker import make
from braincore.spec.marks import Marks, locate_faults, located, tidy
from braincore.spec.nodes import Node, Source
from braincore.spec.overrides import override, read_override
from braincore.spec.rest import more_faults
from braincore.spec.sweeps import Point, Sweep, check_sweep, points


class _Finding(Protocol):
    @property
    def fault(self) -> Fault: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What a definition file says.

    Attributes
    ----------
    brain
        The brain.
    document
        The definition as plain data: included files merged, overrides applied.
    sweep
        Path to values (a grid), or a list of points; empty if there is none.
    marks
        Where everything stands in the files.
    path, overrides, files
        The file, the overrides it was read with, and every file that was read.
    description
        The comment at the head of the file.
    """

    brain: BrainSpec
    document: Mapping[str, Any]
    sweep: Sweep
    marks: Marks
    path: Path
    overrides: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    description: str = ""

    def resolve(self, duration: Any = None) -> NetworkSpec:
        """Return the flat network; faults are told with ``file:line:column``.

        Raises
        ------
        InputError
            With every fault, also where the network would not fit into this machine's memory.
        """
        try:
            network = self.brain.resolve(duration)
            faults = memory_faults(network)
            if faults:
                raise InputError(faults)
            return network
        except InputError as error:
            raise locate_faults(error, self.marks) from None

    def points(self) -> list[Point]:
        """Return the points of the sweep: path to value for each, the last path fastest."""
        return points(self.sweep)

    def located(self, finding: Fault | _Finding) -> Fault:
        """Return a fault or a linter's finding with its place in the file."""
        return located(finding if isinstance(finding, Fault) else finding.fault, self.marks)


def load(path: str | Path, overrides: Sequence[str] = (), *, roots: Iterable[Path | str] = ()) -> Loaded:
    """Read a definition.

    Parameters
    ----------
    path
        The YAML file.
    overrides
        ``path.to.key=value``, each value read as YAML; later ones win.
    roots
        Folders that file names in the definition may lead into, besides the file's own and the data folders.

    Raises
    ------
    InputError
        With every fault that is found, each as ``file:line:column: path: what is wrong. What is allowed``.
    """
    with _undisturbed():
        return _load(Path(path), overrides, roots)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put garbage collection off: a large definition is millions of small objects, none of them garbage."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _load(path: Path, overrides: Sequence[str], roots: Iterable[Path | str]) -> Loaded:
    refuse_missing(path)
    folder = path.resolve().parent
    allowed = (folder, *(Path(root).resolve() for root in roots))
    parsed, files = read_with_includes(path, str(path), allowed)
    _refuse_comparison(parsed.root, path)
    root, faults = overridden(parsed.root, overrides, folder)
    begun = time.perf_counter()
    shop = make(root, allowed, [*parsed.faults, *faults])
    sweep = check_sweep(shop, root, time.perf_counter() - begun)
    if shop.faults:
        raise InputError(in_order([*shop.faults, *more_faults(shop)]))
    if any(text.partition("=")[0].split(".")[0].strip() not in _SAME_MODEL for text in overrides):
        shop.brain.references = []  # they are of the model as the file gives it
    return Loaded(
        brain=shop.brain,
        document=shop.plain,
        sweep=sweep,
        marks=shop.marks,
        path=path,
        overrides=tuple(overrides),
        files=tuple(files),
        description=head_comment(root.source),
    )


def _refuse_comparison(root: Node, path: Path) -> None:
    """Say in one line that a file compares learning rules, instead of all that it lacks of a brain."""
    if isinstance(root.value, dict) and "compare" in root.value and "populations" not in root.value:
        where = Marks(root).key_where(("compare",))
        message, hint = "this is a comparison of learning rules, not a brain", f"Run it with: braincore compare {path}"
        raise InputError(Fault(message, where, "compare", hint))


_SAME_MODEL = ("title", "seed", "duration", "record", "references")
"""What may be overridden and leaves the model, and what is known of it, as it was."""


def refuse_missing(path: Path) -> None:
    """Raise `InputError` with the nearest name if there is no such file."""
    if not path.exists():
        near = [p.name for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        raise InputError(f"file '{path}' does not exist", hint=suggest(path.name, near, noun="file") if near else "")


def overridden(root: Node, overrides: Sequence[str], folder: Path) -> tuple[Node, list[Fault]]:
    """Return a definition with values changed, and what is wrong with the changes."""
    faults: list[Fault] = []
    for text in overrides:
        try:
            root = override(root, *read_override(text, folder))
        except InputError as error:
            faults += error.faults
    return root, faults


def in_order(faults: list[Fault]) -> list[Fault]:
    """Put the faults into the order of the files' lines."""
    order: dict[str, int] = {}

    def key(fault: Fault) -> tuple[int, int, int]:
        name, _, rest = fault.where.rpartition(":")
        name, _, line = name.rpartition(":")
        if not (line.isdigit() and rest.isdigit()):
            return order.setdefault(fault.where, len(order)), 0, 0
        return order.setdefault(name, len(order)), int(line), int(rest)

    return sorted(tidy(faults), key=key)


def head_comment(source: Source) -> str:
    """Return the comment at the head of a file."""
    lines = []
    for line in source.text.lstrip("\n").split("\n"):
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("#").removeprefix(" ").rstrip())
    return "\n".join(lines).strip()
