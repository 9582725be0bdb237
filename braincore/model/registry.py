"""Names of the library: neurons, synapses, learning rules, regions and exporters are found here.

A library file registers its model by one call; the registry imports the files of its room when a name is first asked
for, and then the entry points of third parties. A second registration of a name raises and names the first.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from braincore.errors import BraincoreError, UnknownNameError, suggest

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Registry(Generic[T]):
    """A table of library entries of one kind.

    Parameters
    ----------
    noun
        What an entry is called in messages, such as ``neuron``.
    packages
        The packages whose modules register themselves, such as ``braincore.neurons``.
    """

    def __init__(self, noun: str, *packages: str) -> None:
        self.noun, self.packages = noun, packages
        self._entries: dict[str, T] = {}
        self._modules: dict[str, str] = {}
        self._loaded = False

    def register(self, name: str, entry: T, *, module: str) -> T:
        """Add `entry` under `name` and return it.

        Raises
        ------
        BraincoreError
            The name is taken; the message says by which module.
        """
        if name in self._entries:
            first = self._modules[name]
            same_file = first.rpartition(".")[2] == module.rpartition(".")[2]
            hint = f" (import it as {self.packages[0]}.{module.rpartition('.')[2]})" if same_file else ""
            raise BraincoreError(f"{self.noun} '{name}' of {module} is registered already by {first}{hint}")
        self._entries[name] = entry
        self._modules[name] = module
        return entry

    def get(self, name: str, *, path: str = "") -> T:
        """Return the entry called `name`; raise `UnknownNameError` with the nearest name if there is none."""
        self._load()
        try:
            return self._entries[name]
        except (KeyError, TypeError):  # TypeError: a list, say, cannot be looked up
            message = f"unknown {self.noun} '{name}'"
            raise UnknownNameError(message, hint=suggest(name, self._entries, noun=self.noun), path=path) from None

    def module(self, name: str) -> str:
        """Return the module that registered `name`."""
        self.get(name)
        return self._modules[name]

    def __contains__(self, name: object) -> bool:
        self._load()
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        self._load()
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        self._load()
        return len(self._entries)

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True  # already here: a file that is being loaded may ask for what an earlier one registered
        try:
            for package in self.packages:
                _import_files(package)
        except BaseException:
            self._loaded = False  # half a library must not pass for the whole
            raise
        for package in self.packages:
            for point in entry_points(group=package):
                try:
                    point.load()
                except Exception as error:  # a broken plug-in must not take the library down
                    _log.warning("plug-in %s of %s could not be loaded: %s", point.name, point.value, error)


def _import_files(name: str) -> None:
    package = importlib.import_module(name)
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if not module.name.startswith("_"):
            importlib.import_module(f"{name}.{module.name}")
