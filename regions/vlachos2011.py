r"""Fear and extinction in the basal amygdala: the spiking network of Vlachos et al. (2011).

3 400 excitatory and 600 inhibitory cells, connected at random, with background. A fifth of the excitatory cells (`A`)
hears context A, another fifth (`B`) context B; all hear the conditioned stimulus. Where stimulus and context meet under
a neuromodulator, the weights of both grow (`vlachos2011`): conditioning in context A makes cells of `A` answer, and
extinction in context B those of `B`, which silence `A` by way of the interneurons. Back in context A the fear is there
again, since its weights are: renewal.

.. math:: C_m \dot V = g_L (E_L - V) + g_{exc} (E_{exc} - V) + g_{inh} (E_{inh} - V)

with alpha conductances. Whose values these are: the numbers of cells, the shares of `A` and `B`, the probabilities of
contact, the recurrent weights and the form of the rule are those of Vlachos et al.; the cell and its conductances are
those of Kumar et al. (2008), to whom they refer; background (they gave currents), rates and weights of stimulus and
context, and the constants of the rule are those of the replication of Carvalho et al., which found the original to be
without them. There is no unconditioned stimulus beside the neuromodulator in any of them.

Ours: the sources of stimulus and context are `poisson_driven` cells, one for each cell that hears them, and the
neuromodulator comes from one cell, whose spike at the beginning of a stimulus lasts as long as that.

Numbers (replication): without input 0.03 Hz (excitatory) and 10.54 Hz (inhibitory).

Sources: Vlachos I, Herry C, Lüthi A, Aertsen A, Kumar A (2011) PLoS Comput Biol 7:e1001104,
doi:10.1371/journal.pcbi.1001104; Carvalho TTA, Domingos LB, Shimoura RO, Kamiji NL, Lima V, Copelli M, Roque AC,
replication in ReScience C, programs params.py and runsim.py; Kumar A, Schrader S, Aertsen A, Rotter S (2008) Neural
Comput 20:1-43, doi:10.1162/neco.2008.20.1.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from braincore.errors import InputError
from braincore.model import (
    AllToAll,
    CurrentInput,
    FixedProbability,
    NeuronModel,
    Normal,
    OneToOne,
    Parameter,
    PoissonInput,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    SpikeInput,
    SpikeTrains,
    Step,
    TruncatedNormal,
    learning_rules,
    neurons,
    regions,
    synapses,
)
from braincore.model.parameter import published, value_of
from braincore.units import Quantity

_SOURCE = "Vlachos et al. 2011, PLoS Comput Biol 7:e1001104"
_CARVALHO = "Carvalho et al., replication in ReScience C, params.py"
_KUMAR = "Kumar et al. 2008, Neural Comput 20:1, as Carvalho et al. took it"
EXCITATORY, INHIBITORY, SHARE = 3400, 600, 0.2
"""Cells, and the share of the excitatory ones that hears one context."""
CONTACT = {("E", "E"): 0.01, ("E", "I"): 0.15, ("I", "E"): 0.15, ("I", "I"): 0.10}
"""Probability that a cell of the first kind projects to one of the second."""
CONTEXTS = ("A", "B")
CS, APART, BEFORE, BETWEEN = 0.05, 0.2, 0.1, 0.1
"""Seconds: a stimulus, from one to the next, before the first phase, and between two phases."""


@dataclass(frozen=True, kw_only=True)
class Vlachos2011(RegionModel):
    """The basal amygdala of Vlachos et al. 2011.

    Attributes
    ----------
    scale
        Number of cells over the paper's 4 000; contacts are likelier by as much, so that their number stays.
    learning
        Factor on the rate of learning; 0 is none.
    p_ii
        Probability of contact among inhibitory cells at a scale of 1; 0.5 makes a gamma rhythm.
    """

    scale: float = 1.0
    learning: float = 1.0
    p_ii: float = CONTACT["I", "I"]

    purpose: ClassVar[str] = "Fear conditioning, extinction and renewal: two populations of the basal amygdala compete"
    source: ClassVar[str] = "Vlachos et al. 2011, PLoS Comput Biol 7:e1001104, doi:10.1371/journal.pcbi.1001104"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("C_m", "250 pF", "capacitance", _KUMAR, "100 pF", "500 pF"),
        published("g_L", "16.7 nS", "leak", _KUMAR, "5 nS", "50 nS"),
        published("E_L", "-70 mV", "resting potential, and that after a spike", _KUMAR, "-80 mV", "-60 mV"),
        published("V_th", "-50 mV", "threshold", _KUMAR, "-60 mV", "-40 mV"),
        published("t_ref", "2 ms", "refractory time", _SOURCE, "0 ms", "5 ms"),
        published("E_inh", "-80 mV", "reversal potential of inhibition (excitation 0)", _KUMAR, "-90 mV", "-60 mV"),
        published("tau", "0.326 ms", "time from spike to peak of all conductances", _KUMAR, "0.1 ms", "5 ms"),
        published("w_exc", "1.25 nS", "excitatory synapses, and the background", _SOURCE, "0 nS", "10 nS"),
        published("w_inh", "2.5 nS", "inhibitory synapses", _SOURCE, "0 nS", "20 nS"),
        published("w_sd", "0.1 nS", "deviation of both, and of the stimulus", _SOURCE, "0 nS", "1 nS"),
        published("w_cs", "0.9 nS", "stimulus before learning", _CARVALHO, "0 nS", "4 nS"),
        published("w_ctx", "0.4 nS", "context before learning (deviation 0.05)", _CARVALHO, "0 nS", "4 nS"),
        published("w_max", "4 nS", "strongest weight of stimulus and context", _CARVALHO, "1 nS", "10 nS"),
        published("delay", "2 ms", "mean delay (deviation 0.1)", _CARVALHO, "0.1 ms", "5 ms"),
        published("background_E", "5 Hz", "each of 1 000 trains onto excitatory cells", _CARVALHO, "0 Hz", "20 Hz"),
        published("background_I", "6 Hz", "each of 1 000 trains onto inhibitory cells", _CARVALHO, "0 Hz", "20 Hz"),
        published("stimulus", "500 Hz", "spikes of the stimulus onto each cell", _CARVALHO, "0 Hz", "1000 Hz"),
        published("context", "300 Hz", "spikes of a context onto each of its cells", _CARVALHO, "0 Hz", "1000 Hz"),
    )

    def __post_init__(self) -> None:
        self.expect(scale=(0.2, 1), learning=(0, 10), p_ii=(0, 1))
        if self.p_ii > self.scale:
            raise InputError(f"p_ii {self.p_ii} at a scale of {self.scale}", path="p_ii", hint="At most the scale")

    @property
    def excitatory(self) -> dict[str, int]:
        """Sizes of the excitatory populations."""
        total, each = round(self.scale * EXCITATORY), round(self.scale * EXCITATORY * SHARE)
        return {"A": each, "B": each, "others": total - 2 * each}

    @property
    def sizes(self) -> dict[str, int]:
        """Sizes of all populations of the network itself."""
        return {**self.excitatory, "I": round(self.scale * INHIBITORY)}

    def describe(self) -> Region:
        """Return the populations, their sources and synapses, and background."""
        models = {"E": _excitatory(), "I": _cell({"cs": synapses.get("vlachos2011_cs")})}
        populations = [
            Population(
                name=name,
                size=size,
                neuron=models["I" if name == "I" else "E"],
                sign="inhibitory" if name == "I" else "excitatory",
                initial={"v": Normal("-70 mV", "3 mV")},
            )
            for name, size in self.sizes.items()
        ]
        source = neurons.get("poisson_driven")
        sources = {"cs": sum(self.sizes.values()), **{f"ctx_{one}": self.excitatory[one] for one in CONTEXTS}}
        populations += [Population(name=n, size=s, neuron=source, sign="excitatory") for n, s in sources.items()]
        populations.append(Population(name="modulator", size=1, neuron=neurons.get("lif_delta")))
        background = [
            PoissonInput(
                target=name,
                rate=Vlachos2011.constant("background_I" if name == "I" else "background_E"),
                sources=1000,
                weight=Vlachos2011.constant("w_exc"),
                receptor="exc",
                name="background",
            )
            for name in self.sizes
        ]
        ports = {
            "stimulus": Port(population="cs", way="in", kind="feedforward", receptor="rate"),
            **{
                f"context_{k}": Port(population=f"ctx_{k}", way="in", kind="feedback", receptor="rate")
                for k in CONTEXTS
            },
            "modulation": Port(population="modulator", way="in", kind="modulatory", receptor="exc", sign="excitatory"),
            "fear": Port(population="A", way="out"),
            "extinction": Port(population="B", way="out"),
        }
        wiring = (*self._recurrent(), *self._inputs())
        return Region(populations=tuple(populations), projections=wiring, stimuli=tuple(background), ports=ports)

    def _recurrent(self) -> Iterator[Projection]:
        """Return the synapses of the network."""
        kinds = {name: "I" if name == "I" else "E" for name in self.sizes}
        for source, first in kinds.items():
            for target, second in kinds.items():
                p = self.p_ii if first == second == "I" else CONTACT[first, second]
                yield Projection(
                    source=source,
                    target=target,
                    connector=FixedProbability(p=p / self.scale, autapses=False),
                    weight=_weight(
                        Vlachos2011.constant("w_exc" if first == "E" else "w_inh"), Vlachos2011.constant("w_sd")
                    ),
                    delay=TruncatedNormal(mean=Vlachos2011.constant("delay"), sd="0.1 ms", low="1 ms"),
                    receptor="exc" if first == "E" else "inh",
                )

    def _inputs(self) -> Iterator[Projection]:
        """Return the synapses of stimulus and contexts, which learn on excitatory cells, and of the neuromodulator."""
        rule = learning_rules.get("vlachos2011")
        rule = rule.with_(alpha=self.learning * value_of(rule.parameters, "alpha").si)
        bounds = (Quantity(0.0, "nS"), Vlachos2011.constant("w_max"))
        first = 0
        for target, size in self.sizes.items():
            yield Projection(
                source=f"cs[{first}:{first + size}]",
                target=target,
                connector=OneToOne(),
                weight=_weight(Vlachos2011.constant("w_cs"), Vlachos2011.constant("w_sd")),
                receptor="cs",
                rules=() if target == "I" else (rule,),
                bounds=None if target == "I" else bounds,
                name=f"cs_to_{target}",
            )
            first += size
        for target in CONTEXTS:
            yield Projection(
                source=f"ctx_{target}",
                target=target,
                connector=OneToOne(),
                weight=_weight(Vlachos2011.constant("w_ctx"), "0.05 nS"),
                receptor="ctx",
                rules=(rule,),
                bounds=bounds,
                name=f"ctx_to_{target}",
            )
        for target in self.excitatory:
            yield Projection(
                source="modulator", target=target, connector=AllToAll(), weight=Quantity(1.0, "1"), receptor="gate"
            )


def _weight(mean: Quantity, sd: Any) -> TruncatedNormal:
    """Return the distribution of a conductance; where it is cut lies eight deviations from its mean, or more."""
    return TruncatedNormal(mean=mean, sd=sd, low="0 nS", high="4 nS")


def _cell(more: dict[str, Any]) -> NeuronModel:
    alpha = synapses.get("alpha_conductance").with_(tau="0.326 ms")
    receptors = {"exc": alpha.with_(E="0 mV"), "inh": alpha.with_(E="-80 mV"), **more}
    model = replace(neurons.get("lif_cond"), receptors=receptors)
    return model.with_(C_m="250 pF", g_L="16.7 nS", E_L="-70 mV", V_th="-50 mV", V_reset="-70 mV", t_ref="2 ms")


def _excitatory() -> NeuronModel:
    return _cell({name: synapses.get(f"vlachos2011_{name}") for name in ("cs", "ctx", "gate")})


@dataclass(frozen=True)
class Phase:
    """A stay in a context: which one (``A`` or ``B``), and how many stimuli there are."""

    context: str
    stimuli: int


CONDITIONING, EXTINCTION, RENEWAL = Phase("A", 5), Phase("B", 6), Phase("A", 1)


def presentations(phases: Sequence[Phase], begin: float = BEFORE) -> list[tuple[float, str]]:
    """Return when each stimulus begins (s), and the context; the first phase begins at `begin`."""
    found = []
    for phase in phases:
        found += [(begin + k * APART, phase.context) for k in range(phase.stimuli)]
        begin += phase.stimuli * APART + BETWEEN
    return found


def lasting(phases: Sequence[Phase]) -> float:
    """Return when phases are over (s)."""
    return BEFORE + sum(phase.stimuli * APART + BETWEEN for phase in phases) - BETWEEN


def protocol(
    region: str, phases: Sequence[Phase], *, begin: float = BEFORE, modulated: bool = True
) -> list[CurrentInput | SpikeInput]:
    """Return what makes phases of learning: stimuli of 50 ms, contexts, and the neuromodulator.

    Parameters
    ----------
    region
        Name of a region of type `Vlachos2011`.
    phases
        One after the other, 100 ms apart.
    begin
        When the first begins (s).
    modulated
        Whether there is neuromodulator at the stimuli.
    """
    onsets = [onset for onset, _ in presentations(phases, begin)]
    found: list[CurrentInput | SpikeInput] = [_on(f"{region}.cs", "stimulus", t, t + CS) for t in onsets]
    for phase in phases:
        end = begin + phase.stimuli * APART
        found.append(_on(f"{region}.ctx_{phase.context}", "context", begin, end))
        begin = end + BETWEEN
    spikes = np.array(onsets if modulated else [])
    trains = SpikeTrains(times=spikes, neurons=np.zeros(spikes.size, dtype=np.int32))
    found.append(SpikeInput(target=f"{region}.modulator", trains=trains, weight=Quantity(20, "mV"), receptor="exc"))
    return found


def _on(target: str, what: str, begin: float, end: float) -> CurrentInput:
    """Return what switches a source on for a time, at the rate of stimulus or context."""
    during = (Quantity(begin, "s"), Quantity(end, "s"))
    waveform = Step(amplitude=Vlachos2011.constant(what))
    return CurrentInput(target=target, waveform=waveform, during=during, name=f"{what} {begin:g} s")


regions.register("Vlachos2011", Vlachos2011, module=__name__)
