"""The index of a run's populations, and how a part of the brain is named when reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from numbers import Integral
from typing import Any

from braincore.errors import Fault, InputError, UnknownNameError, suggest

POPULATIONS_NAME = "populations.json"
_MAX_SIZE = 2**31 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class PopulationInfo:
    """A population as a run folder knows it.

    Attributes
    ----------
    name
        Such as ``V1.L4e``.
    size
        Number of neurons.
    labels
        The neurons' own names, as in a connectome; empty where they have none.
    spikes
        Whether its spikes were recorded: a silent population is not an unrecorded one.
    annotations
        Anything JSON that a report wants to know: region, layer, neuron model, sign.
    """

    name: str
    size: int
    labels: tuple[str, ...] = ()
    spikes: bool = True
    annotations: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if isinstance(self.size, bool) or not isinstance(self.size, Integral) or not 0 <= self.size <= _MAX_SIZE:
            raise InputError(f"population '{self.name}' has size {self.size!r}", hint="A whole number, 0 or more")
        if self.labels and len(self.labels) != self.size:
            raise InputError(f"population '{self.name}' has {self.size} neurons and {len(self.labels)} labels")


def as_populations(
    populations: Mapping[str, int] | Iterable[PopulationInfo],
) -> tuple[PopulationInfo, ...]:
    """Return populations given as infos, or as name to size; names must differ.

    Raises
    ------
    InputError
        A name is empty or given twice.
    """
    if isinstance(populations, Mapping):
        infos = tuple(PopulationInfo(name=name, size=size) for name, size in populations.items())
    else:
        infos = tuple(populations)
    seen: set[str] = set()
    faults = []
    for info in infos:
        if not info.name or info.name in seen:
            faults.append(
                Fault(f"population '{info.name}' is given twice" if info.name else "a population has no name")
            )
        seen.add(info.name)
    if faults:
        raise InputError(faults)
    return infos


def to_index(populations: Sequence[PopulationInfo]) -> dict[str, Any]:
    """Return the contents of ``populations.json``."""
    return {
        "populations": [
            {
                "name": info.name,
                "size": info.size,
                "spikes": info.spikes,
                "labels": list(info.labels),
                "annotations": dict(info.annotations),
            }
            for info in populations
        ]
    }


def from_index(index: Mapping[str, Any]) -> tuple[PopulationInfo, ...]:
    """Read back what `to_index` made."""
    return as_populations(
        PopulationInfo(**{**entry, "labels": tuple(entry["labels"])}) for entry in index["populations"]
    )


def select(populations: Sequence[PopulationInfo], names: str | Sequence[str] | None) -> list[int]:
    """Return the indices of the populations that `names` means, in the run's order.

    Parameters
    ----------
    names
        A population (``V1.L4e``), a region and all that is in it (``V1``), a pattern (``*.L4e``), several of these, or
        None for all.

    Raises
    ------
    UnknownNameError
        Nothing answers to one of the names.
    """
    if names is None:
        return list(range(len(populations)))
    chosen: set[int] = set()
    for name in [names] if isinstance(names, str) else names:
        found = [i for i, info in enumerate(populations) if _matches(info.name, name)]
        if not found:
            prefixes = {
                ".".join(info.name.split(".")[:depth])
                for info in populations
                for depth in range(1, info.name.count(".") + 2)
            }
            raise UnknownNameError(
                f"no population or region '{name}' in this run", hint=suggest(name, prefixes, noun="name")
            )
        chosen.update(found)
    return sorted(chosen)


def _matches(full: str, name: str) -> bool:
    return full == name or full.startswith(f"{name}.") or ("*" in name and fnmatchcase(full, name))
