"""Where the parts of a definition are made one by one, so that a broken part does not hide the faults of others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from braincore.data.locate import locate
from braincore.errors import Fault, InputError, UnitError, UnknownNameError, suggest
from braincore.model import BrainSpec, NeuronModel, Population, SynapseModel
from braincore.model.registry import Registry
from braincore.model.synapse import LearningRule
from braincore.spec.complaints import faults_of
from braincore.spec.fields import check_name
from braincore.spec.marks import Marks, dotted, located
from braincore.spec.nodes import REFUSED

T = TypeVar("T")
Path_ = tuple[str | int, ...]


class SkippedError(Exception):
    """What is to be made depends on a part that is broken; its faults are told already."""


@lru_cache(maxsize=64)
def _adapter(form: Any) -> TypeAdapter[Any]:
    return TypeAdapter(form)


@contextmanager
def under(*steps: str | int) -> Iterator[None]:
    """Put `steps` before the path of every fault raised inside."""
    try:
        yield
    except InputError as error:
        raise placed(error, *steps) from None


def placed(error: InputError, *steps: str | int) -> InputError:
    """Return an error with `steps` before the paths of its faults."""
    head = dotted(steps)
    kind = type(error) if type(error) in (UnitError, UnknownNameError) else InputError
    return kind([Fault(f.message, f.where, ".".join(p for p in (head, f.path) if p), f.hint) for f in error.faults])


@dataclass(slots=True)
class Workshop:
    """The tree of a definition and what has been made of it.

    Attributes
    ----------
    marks
        The places of everything.
    roots
        Folders that file names may lead into.
    faults
        All faults so far.
    broken
        Paths of the parts that could not be made.
    neurons, synapses, rules
        The definition's own models, as they are made.
    populations
        Loose populations by name.
    brain
        What the parts are put into.
    refused
        Whether some value was refused when the text was read.
    """

    marks: Marks
    roots: tuple[Path, ...]
    plain: Mapping[str, Any]
    faults: list[Fault] = field(default_factory=list)
    broken: set[Path_] = field(default_factory=set)
    neurons: dict[str, NeuronModel] = field(default_factory=dict)
    synapses: dict[str, SynapseModel] = field(default_factory=dict)
    rules: dict[str, LearningRule] = field(default_factory=dict)
    populations: dict[str, Population] = field(default_factory=dict)
    brain: BrainSpec = field(default_factory=BrainSpec)
    refused: bool = False

    def read(self, form: Any, path: Path_, given: Any) -> Any:
        """Check one part against its form; None, with its faults noted, if it does not fit."""
        try:
            made = _adapter(form).validate_python(given)
        except ValidationError as error:
            self.faults += faults_of(error, path, self.marks)
            self.broken.add(path)
            return None
        if self.refused and _holds_refused(given):
            self.broken.add(path)
            return None
        return made

    def without_faults(self, form: Any, given: Any) -> tuple[Any, list[str]]:
        """Return what is left of a part without what does not fit its form, and the keys that are gone."""
        gone: list[str] = []
        for _ in range(8):
            try:
                return _adapter(form).validate_python(given), gone
            except ValidationError as error:
                for one in error.errors(include_url=False):
                    steps = [s for s in one["loc"] if not (isinstance(s, str) and s.startswith("<"))]
                    if one["type"] == "missing" or not steps or not isinstance(given, Mapping):
                        return None, gone
                    given = _without(given, steps[:2] if isinstance(given.get(steps[0]), Mapping) else steps[:1])
                    gone.append(str(steps[-1]))
        return None, gone

    def attempt(self, path: Path_, make: Callable[[], T]) -> T | None:
        """Make one part; None, with its faults noted, if it cannot be made."""
        try:
            return make()
        except SkippedError:
            self.broken.add(path)
        except InputError as error:
            place = self.marks.find(path)
            self.faults += [located(f, self.marks, place) for f in error.faults]
            self.broken.add(path)
        return None

    def section(self, name: str) -> dict[str, Any]:
        """Return a section of named parts, those with an impossible name left out and told."""
        given = self.plain.get(name)
        if given is REFUSED:
            self.broken.add((name,))
        if given is None or given is REFUSED:
            return {}
        if not isinstance(given, Mapping):
            self.read(dict[str, Any], (name,), given)
            return {}
        return {key: value for key, value in given.items() if self._named((name, key), key)}

    def _named(self, path: Path_, name: str) -> bool:
        try:
            check_name(name)
        except PydanticCustomError as error:
            context = error.context or {}
            self.faults.append(
                Fault(context["message"], self.marks.key_where(path), dotted(path[:-1]), context["hint"])
            )
            self.broken.add(path)
            return False
        return True

    def entries(self, name: str) -> list[tuple[Path_, str, Any]]:
        """Return the parts of a section that may be a mapping of names or a list: path, name and what is given."""
        given = self.plain.get(name)
        if isinstance(given, list):
            return [((name, index), "", item) for index, item in enumerate(given)]
        return [((name, key), key, value) for key, value in self.section(name).items()]

    def model(self, name: str, own: Mapping[str, T], section: str, registry: Registry[T]) -> T:
        """Return a model by name: the definition's own, or the library's.

        Raises
        ------
        SkippedError
            It is an own model that is broken.
        UnknownNameError
            There is none.
        """
        if name in own:
            return own[name]
        if (section, name) in self.broken:
            raise SkippedError
        if name in registry:
            return registry.get(name)
        if (section,) in self.broken:  # who knows what would have been in it
            raise SkippedError
        known = [*own, *registry]
        raise UnknownNameError(f"unknown {registry.noun} '{name}'", hint=suggest(name, known, noun=registry.noun))


def _without(given: Mapping[str, Any], steps: Sequence[Any]) -> dict[str, Any]:
    """Return a mapping without what is at a path of one or two steps."""
    if len(steps) == 1:
        return {key: value for key, value in given.items() if key != steps[0]}
    return {**given, steps[0]: _without(given.get(steps[0], {}), steps[1:])}


def _holds_refused(given: Any) -> bool:
    if given is REFUSED:
        return True
    if isinstance(given, Mapping):
        return any(_holds_refused(value) for value in given.values())
    return isinstance(given, list) and any(_holds_refused(value) for value in given)


@dataclass(frozen=True, slots=True)
class Entry:
    """One part while it is made: where it stands, and the files that it names.

    Attributes
    ----------
    shop
        The workshop.
    path
        Its place.
    """

    shop: Workshop
    path: Path_

    @property
    def origin(self) -> str:
        """The place, as descriptions carry it."""
        return dotted(self.path)

    def file(self, ref: str, *steps: str | int, sha256: str | None = None) -> Path:
        """Return the file that `ref` (written at `steps` below) names, within the allowed folders.

        Raises
        ------
        InputError
            It may not be read, is missing, or does not have its checksum.
        """
        with under(*steps):
            folder = self.shop.marks.folder((*self.path, *steps))
            found = locate(ref, folder, self.shop.roots)
            if sha256 is not None:
                _check(found, sha256)
        return found


def _check(file: Path, expected: str) -> None:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != expected.lower():
        raise InputError(
            f"file '{file}' has changed: its SHA-256 is {digest.hexdigest()[:16]}..., not {expected[:16]}..."
        )


class Attempts:
    """Runs the steps of one part, so that no fault hides another."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.skipped = False

    def __call__(self, step: Callable[[], T]) -> T | None:
        """Return what a step makes; None, with its faults kept, if it fails."""
        try:
            return step()
        except InputError as error:
            self.faults += error.faults
        except SkippedError:
            self.skipped = True
        return None

    def settle(self) -> None:
        """Raise one error with all faults, if there were any."""
        if self.faults:
            raise InputError(self.faults)
        if self.skipped:
            raise SkippedError


def together(steps: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all of `steps` and return what they make; raise one error with the faults of those that failed."""
    attempt = Attempts()
    results = [attempt(step) for step in steps]
    attempt.settle()
    return results
