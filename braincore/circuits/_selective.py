"""Networks of pyramidal cells, some with a preference, and interneurons, as Wang and colleagues build them.

All-to-all synapses: within a population of one preference stronger by :math:`w_+`; onto it from all other pyramidal
cells weaker by :math:`w_- = 1 - f (w_+ - 1)/(1 - f)`, where `f` is its share of them, so that the mean stays; one
elsewhere. Recurrent excitation by AMPA and, mostly, by saturating NMDA receptors; inhibition by GABA.

Sources: Brunel N, Wang XJ (2001) J Comput Neurosci 11:63-85, doi:10.1023/A:1011204814320; Wang XJ (2002) Neuron
36:955-968, doi:10.1016/S0896-6273(02)01092-9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from braincore.model import (
    AllToAll,
    NeuronModel,
    Parameter,
    PoissonInput,
    Population,
    Projection,
    Region,
    Uniform,
    neurons,
    synapses,
)
from braincore.model.parameter import published
from braincore.units import Quantity

SOURCE = "Wang 2002, Neuron 36:955; Brunel & Wang 2001, J Comput Neurosci 11:63"
PYRAMIDAL = {"C_m": "0.5 nF", "g_L": "25 nS", "t_ref": "2 ms"}
INTERNEURON = {"C_m": "0.2 nF", "g_L": "20 nS", "t_ref": "1 ms"}
INTERNEURONS, NONSELECTIVE = "interneurons", "nonselective"
BACKGROUND = "2400 Hz"
DELAY = Quantity(0.5, "ms")

PARAMETERS: tuple[Parameter, ...] = (
    published("E_L", "-70 mV", "resting potential", SOURCE, "-80 mV", "-60 mV"),
    published("V_th", "-50 mV", "threshold", SOURCE, "-55 mV", "-40 mV"),
    published("V_reset", "-55 mV", "potential after a spike", SOURCE, "-70 mV", "-50 mV"),
    published("C_m", "0.5 nF", "capacitance of pyramidal cells (interneurons 0.2)", SOURCE, "0.1 nF", "1 nF"),
    published("g_L", "25 nS", "leak of pyramidal cells (interneurons 20)", SOURCE, "10 nS", "50 nS"),
    published("t_ref", "2 ms", "refractory time of pyramidal cells (interneurons 1)", SOURCE, "0 ms", "5 ms"),
    published("tau_AMPA", "2 ms", "decay of AMPA", SOURCE, "1 ms", "5 ms"),
    published("tau_NMDA", "100 ms", "decay of NMDA", SOURCE, "50 ms", "150 ms"),
    published("delay", "0.5 ms", "transmission delay", SOURCE, "0.1 ms", "2 ms"),
    published("background", BACKGROUND, "external spikes of each cell", SOURCE, "1000 Hz", "3000 Hz"),
)


def cell(values: Mapping[str, str], tau_gaba: str) -> NeuronModel:
    """Return a cell (`PYRAMIDAL`, `INTERNEURON`) with receptors ``external``, ``ampa``, ``nmda`` and ``gaba``."""
    conductance = synapses.get("exponential_conductance")
    receptors = {
        "external": conductance.with_(tau="2 ms", E="0 mV"),
        "ampa": conductance.with_(tau="2 ms", E="0 mV"),
        "nmda": synapses.get("nmda_wang2002"),
        "gaba": conductance.with_(tau=tau_gaba, E="-70 mV"),
    }
    model = replace(neurons.get("lif_cond"), receptors=receptors)
    return model.with_({"E_L": "-70 mV", "V_th": "-50 mV", "V_reset": "-55 mV", **values})


@dataclass(frozen=True, kw_only=True)
class Selective:
    """A network in numbers.

    Attributes
    ----------
    selective
        Names of the populations with a preference.
    pyramidal, interneurons
        Numbers of cells.
    fraction
        Share of the pyramidal cells that have one preference.
    w_plus
        Strength of synapses within a population of one preference.
    ampa, nmda, gaba, external
        Conductances in nS, onto pyramidal cells and onto interneurons, at a scale of 1.
    tau_gaba
        Decay of inhibition.
    scale
        So many times more cells, each synapse weaker by as much.
    """

    selective: tuple[str, ...]
    pyramidal: int
    interneurons: int
    fraction: float
    w_plus: float
    ampa: tuple[float, float]
    nmda: tuple[float, float]
    gaba: tuple[float, float]
    external: tuple[float, float]
    tau_gaba: str
    scale: float = 1.0

    @property
    def w_minus(self) -> float:
        """Strength of synapses onto a population of one preference from outside of it."""
        return 1 - self.fraction * (self.w_plus - 1) / (1 - self.fraction)

    def region(self, ports: Mapping[str, str]) -> Region:
        """Return the populations, their synapses and background."""
        sizes = dict.fromkeys(self.selective, round(self.scale * self.pyramidal * self.fraction))
        sizes[NONSELECTIVE] = round(self.scale * self.pyramidal) - sum(sizes.values())
        pyramidal, interneuron = cell(PYRAMIDAL, self.tau_gaba), cell(INTERNEURON, self.tau_gaba)
        start = {"v": Uniform("-55 mV", "-50 mV")}
        populations = [
            Population(name=name, size=size, neuron=pyramidal, sign="excitatory", initial=start)
            for name, size in sizes.items()
        ]
        count = round(self.scale * self.interneurons)
        populations.append(
            Population(name=INTERNEURONS, size=count, neuron=interneuron, sign="inhibitory", initial=start)
        )
        stimuli = [
            PoissonInput(
                target=p.name,
                rate=BACKGROUND,
                weight=Quantity(self.external[p.name == INTERNEURONS], "nS"),
                receptor="external",
                name="background",
            )
            for p in populations
        ]
        return Region(
            populations=tuple(populations),
            projections=tuple(self._projections([*sizes])),
            stimuli=tuple(stimuli),
            ports=ports,
        )

    def _projections(self, pyramidal: list[str]) -> list[Projection]:
        found = []
        for receptor, (onto_cells, onto_interneurons) in (
            ("ampa", self.ampa),
            ("nmda", self.nmda),
            ("gaba", self.gaba),
        ):
            for source in [INTERNEURONS] if receptor == "gaba" else pyramidal:
                found += [
                    self._projection(source, target, receptor, onto_cells * self._strength(source, target))
                    for target in pyramidal
                ]
                found.append(self._projection(source, INTERNEURONS, receptor, onto_interneurons))
        return [projection for projection in found if projection is not None]

    def _strength(self, source: str, target: str) -> float:
        if source == INTERNEURONS or target not in self.selective:
            return 1.0
        return self.w_plus if source == target else self.w_minus

    def _projection(self, source: str, target: str, receptor: str, nanosiemens: float) -> Projection | None:
        """Return all-to-all synapses of one weight; NMDA has no delay: its gate is the source's."""
        if nanosiemens == 0:
            return None
        return Projection(
            source=source,
            target=target,
            connector=AllToAll(),
            weight=Quantity(nanosiemens / self.scale, "nS"),
            delay=None if receptor == "nmda" else DELAY,
            receptor=receptor,
        )
