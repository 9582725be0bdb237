"""Which populations a figure shows, in which order, and how those of a large brain are gathered by region."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from braincore.report.model_file import ModelFile
from braincore.results.containers import SpikeTrains
from braincore.results.populations import PopulationInfo
from braincore.results.reader import Run

MANY_POPULATIONS = 24
"""More than these are not named one by one in a figure: they are gathered by region."""

_SIGNS = {"excitatory": "E", "inhibitory": "I", "exc": "E", "inh": "I", "e": "E", "i": "I"}
# L4e, L23I, V1.E, ctx_exc: what modellers call populations when nothing else says their sign.
_NAMED_SIGN = re.compile(r"(?:^|[._\W\d])(e|i|exc|inh|excitatory|inhibitory)(?:\d*)$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A population as figures see it.

    Attributes
    ----------
    code
        Its index in the spike trains it comes from.
    sign
        ``E``, ``I`` or empty.
    label
        Its name without the region where all are in one.
    """

    code: int
    name: str
    size: int
    region: str = ""
    layer: str = ""
    sign: str = ""
    label: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Populations that share a label in a figure: one population, or all of a region."""

    label: str
    members: tuple[Member, ...]

    @property
    def size(self) -> int:
        """Number of neurons."""
        return sum(member.size for member in self.members)

    @property
    def sign(self) -> str:
        """The sign, if all members have the same."""
        signs = {member.sign for member in self.members}
        return signs.pop() if len(signs) == 1 else ""

    @property
    def codes(self) -> list[int]:
        """Codes of the members."""
        return [member.code for member in self.members]


def members(infos: Sequence[PopulationInfo], model: ModelFile | None = None) -> tuple[Member, ...]:
    """Return the populations in their own order, with region, layer and sign from wherever they are said.

    They come from the model, the populations' annotations, or at last from the name (``V1.L4e`` is in region V1 and
    excitatory).
    """
    rows = {row.name: row for row in model.populations} if model else {}
    found = []
    for code, info in enumerate(infos):
        notes = _notes(info.annotations)
        row = rows.get(info.name)
        prefix = info.name.partition("[")[0].rpartition(".")[0]
        region = (row.region if row else "") or notes.get("region", "") or prefix
        sign = (row.sign if row else "") or notes.get("sign", "")
        layer = (row.layer if row else "") or notes.get("layer", "")
        known = _SIGNS.get(sign.lower(), "") or _guess(info.name)
        found.append(Member(code=code, name=info.name, size=info.size, region=region, layer=layer, sign=known))
    one_region = len({member.region for member in found}) == 1
    return _group_labels([_labelled(member, one_region=one_region) for member in found])


def _notes(annotations: Mapping[str, Any]) -> dict[str, str]:
    tags = annotations.get("tags")
    merged = {**(tags if isinstance(tags, Mapping) else {}), **annotations}
    return {str(key): str(value) for key, value in merged.items() if isinstance(value, str | int)}


def _guess(name: str) -> str:
    match = _NAMED_SIGN.search(name)
    return match[1][0].upper() if match else ""


def _labelled(member: Member, *, one_region: bool) -> Member:
    prefix = f"{member.region}."
    short = member.name.removeprefix(prefix) if one_region and member.region else member.name
    return replace(member, label=short)


def _group_labels(found: Sequence[Member]) -> tuple[Member, ...]:
    """Call the groups of one population by their own names: ``worm[ASH]`` and ``worm[AVA]`` are ASH and AVA."""
    if len({member.name.partition("[")[0] for member in found}) > 1 or not all("[" in m.name for m in found):
        return tuple(found)
    return tuple(replace(member, label=member.name.partition("[")[2].removesuffix("]")) for member in found)


def groups(found: Sequence[Member], limit: int = MANY_POPULATIONS) -> tuple[Group, ...]:
    """Return one group for each population, or, with more than `limit` of them, one for each region."""
    by_region: dict[str, list[Member]] = {}
    for member in found:
        by_region.setdefault(member.region, []).append(member)
    if len(found) <= limit or len(by_region) < 2:
        return tuple(Group(label=member.label, members=(member,)) for member in found)
    return tuple(Group(label=region or "(no region)", members=tuple(inside)) for region, inside in by_region.items())


def few_groups(found: Sequence[Member], limit: int = 40) -> tuple[Group, ...]:
    """Return `groups`, or at most `limit`: populations of one name over all regions, or else those of one sign."""
    gathered = groups(found)
    if len(gathered) <= limit:
        return gathered
    kinds = tuple(Group(label=name, members=tuple(inside)) for name, inside in by_layer(found).items())
    return kinds if len(kinds) <= limit else by_sign(found)


def by_sign(found: Sequence[Member]) -> tuple[Group, ...]:
    """Return the populations gathered by sign, excitatory first, those without neurons left out."""
    from braincore.report.style import SIGN_NAMES

    gathered = {sign: tuple(m for m in found if m.sign == sign and m.size) for sign in ("E", "I", "")}
    only = sum(bool(inside) for inside in gathered.values()) == 1
    return tuple(
        Group(label="all neurons" if only and not sign else SIGN_NAMES[sign], members=inside)
        for sign, inside in gathered.items()
        if inside
    )


def by_layer(found: Sequence[Member]) -> dict[str, list[Member]]:
    """Return the populations of a brain gathered by what they are called within their regions."""
    gathered: dict[str, list[Member]] = {}
    for member in found:
        short = member.name.removeprefix(f"{member.region}.") if member.region else member.name
        gathered.setdefault(short, []).append(member)
    return gathered


def trains(data: Run | SpikeTrains, start: float | None = None, stop: float | None = None) -> SpikeTrains:
    """Return the spikes of a run, or spikes that were read already, within a window in seconds."""
    if isinstance(data, Run):
        return data.spikes(start=start, stop=stop)
    if start is None and stop is None:
        return data
    begin = data.start if start is None else start
    end = data.stop if stop is None else stop
    keep = (data.t >= begin) & (data.t < end)
    columns = {name: getattr(data, name)[keep] for name in ("t", "step", "neuron", "population")}
    return replace(data, start=begin, stop=end, **columns)


def mask(spikes: SpikeTrains, codes: Sequence[int]) -> NDArray[np.bool_]:
    """Return which spikes come from the populations `codes`."""
    chosen = np.zeros(len(spikes.populations), dtype=bool)
    chosen[list(codes)] = True
    return np.asarray(chosen[spikes.population])
