"""What `BrainSpec.resolve` would say of the parts that are whole, when others are broken: all is told in one pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from braincore.errors import Fault, InputError
from braincore.model import BrainSpec, Freeze, Intervention, Lesion, Population, neurons
from braincore.model.brain import SPIKE_SOURCE
from braincore.model.population import split_address
from braincore.spec.marks import located
from braincore.spec.workshop import Path_, Workshop


def more_faults(shop: Workshop) -> list[Fault]:
    """Return the faults that `resolve` finds in a brain without its broken parts and what depends on them."""
    pruned = _Pruned(shop)
    brain = pruned.brain()
    if not brain.populations and not brain.regions and brain.region is None:
        return pruned.unknown_names()
    try:
        brain.resolve()
    except InputError as error:
        return [located(f, shop.marks) for f in error.faults if f.path and f.path != "regions"]
    return []


@dataclass(frozen=True)
class _Pruned:
    """A brain without what is broken."""

    shop: Workshop

    @property
    def _paths(self) -> set[Path_]:
        return {path for path in self.shop.broken if path}

    @cached_property
    def _names(self) -> set[str | int]:
        """Broken populations and regions."""
        return {path[1] for path in self._paths if len(path) > 1 and path[0] in ("populations", "regions")}

    @cached_property
    def _lost(self) -> bool:
        """Whether it is not known which regions or populations there are."""
        sections = {("connectome",), ("regions", "default"), ("regions",), ("populations",)}
        return bool(sections & self._paths)

    @cached_property
    def _known(self) -> set[str]:
        return {p.name for p in self.shop.brain.populations} | set(self.shop.brain.regions)

    @cached_property
    def _wiring_broken(self) -> bool:
        return any(path[0] == "projections" for path in self._paths)

    def _whole(self, *addresses: str) -> bool:
        """Tell whether what addresses mean is not broken; what it cannot know of is taken for broken."""
        return all(self._means_whole(address) for address in addresses)

    def _means_whole(self, address: str) -> bool:
        if address == "all":
            return True
        try:
            name = split_address(address)[0]
        except InputError:
            return True
        both = {name, name.split(".")[0]}
        return not both & self._names and not (self._lost and not both & self._known)

    def _acts(self, act: Intervention) -> bool:
        """Tell whether an intervention's target can be checked: it may be a projection that is broken."""
        if isinstance(act, Lesion | Freeze):
            found = self.shop.brain.projections
            whole = {p.name or f"{p.source}->{p.target}": self._whole(p.source, p.target) for p in found}
            if act.target in whole:
                return whole[act.target]
            if isinstance(act, Freeze):
                return not (self._wiring_broken or self._names or self._lost)
            if self._wiring_broken:
                return act.target in self._known
        return self._whole(act.target)

    def unknown_names(self) -> list[Fault]:
        """Return the addresses that nothing answers to, where no population is whole; the broken ones are there."""
        if self._lost:
            return []
        names = [path[1] for path in self._paths if len(path) == 2 and path[0] == "populations"]
        if not names:
            return []
        stand_in = neurons.get(SPIKE_SOURCE)
        try:
            stand_ins = [Population(name=str(name), size=1, neuron=stand_in) for name in names]
        except InputError:  # a name that none may have: whoever uses it means that one
            return []
        try:
            acts = [act for act in self.shop.brain.interventions if self._acts(act)]
            replace(self.shop.brain, populations=stand_ins, interventions=acts).resolve()
        except InputError as error:
            return [located(f, self.shop.marks) for f in error.faults if f.message.startswith("unknown population")]
        return []

    def brain(self) -> BrainSpec:
        """Return the brain that is left."""
        brain, record = self.shop.brain, self.shop.brain.recording
        regions_broken = self._lost or any(path[0] == "regions" for path in self._paths)
        weights = () if self._wiring_broken or self._names or self._lost else record.weights
        return replace(
            brain,
            connectome=None if self._lost else brain.connectome,
            region=None if ("connectome",) in self._paths else brain.region,
            pathways=[] if regions_broken else brain.pathways,
            projections=[p for p in brain.projections if self._whole(p.source, p.target)],
            stimuli=[s for s in brain.stimuli if self._whole(s.target)],
            interventions=[act for act in brain.interventions if self._acts(act)],
            recording=replace(
                record,
                spikes=tuple(s for s in record.spikes if self._whole(s)),
                traces=tuple(t for t in record.traces if self._whole(t.target)),
                weights=weights,
            ),
        )
