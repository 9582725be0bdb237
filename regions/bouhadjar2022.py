r"""Sequence memory by spike timing: the spiking temporal memory of Bouhadjar et al. (2022).

Each letter has 150 excitatory cells, which all get its input, and an inhibitory cell. Excitatory cells project to each
other at random, onto dendrites that answer coincident input with a plateau (`dendritic_spike`): a cell whose plateau is
up when its letter comes fires first, and twenty that fire together bring inhibition before the others do. Synapses
between cells that fire one after the other mature (`bouhadjar2022`). So after some rounds a letter that was
expected makes few cells fire, others after another history, and these predict the next letter: a cell with a plateau is
a prediction.

.. math:: \tau_m \dot V = -V + \frac{\tau_m}{C}\,(I_{ext} + I_{dAP} - I_{inh}), \qquad V \ge \theta: \;\text{spike}

Populations: ``letters`` (sources, one for each), ``E`` (cells 150 k to 150 k + 149 for letter k), ``I`` (one for each).

Numbers of the task `sequence_memory` (set I of the authors' program, six letters), ours: of twelve seeds nine predict
the last letter without error from round 28 to 39 on, two from round 84 and 86, and one still errs at times in round
119.

Source: Bouhadjar Y, Wouters DJ, Diesmann M, Tetzlaff T (2022) PLoS Comput Biol 18:e1010233,
doi:10.1371/journal.pcbi.1010233; parameters of the authors' program SpikingTemporalMemory (task 2). Ours: six letters
where the program has fourteen; the connection probability, 0.2, is kept, so that a cell has 180 synapses, not 420.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.errors import InputError
from braincore.model import (
    EdgeList,
    FixedInDegree,
    NeuronModel,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    SpikeInput,
    SpikeTrains,
    Uniform,
    learning_rules,
    neurons,
    regions,
    synapses,
)
from braincore.model.parameter import published
from braincore.units import CURRENT, TIME, Quantity

_SOURCE = "Bouhadjar et al. 2022, PLoS Comput Biol 18:e1010233"
_PROGRAM = "SpikingTemporalMemory, program of Bouhadjar et al. 2022, task 2"
MATURE = Quantity(12.98, "pA")
"""Weight of a mature synapse: five at once bring a plateau, four do not."""
CAPACITANCE, TAU_E, TAU_I = 250e-12, 10e-3, 5e-3
FIRST, INTERVAL, BETWEEN = 30e-3, 40e-3, 100e-3
"""Seconds: the first letter, from letter to letter, and from the last letter of a sequence to the next sequence."""
RECURRENT = "E to E"


@dataclass(frozen=True, kw_only=True)
class Bouhadjar2022(RegionModel):
    """The spiking temporal memory of Bouhadjar et al. 2022.

    Attributes
    ----------
    letters
        Each a character.
    cells
        Excitatory cells of a letter.
    probability
        Of a synapse between two excitatory cells.
    tau_h
        Memory of plateaus for homeostasis: the length of a round of all sequences.
    learns
        Whether synapses among excitatory cells learn: an ablation.
    plateau
        Current of a plateau; none is an ablation.
    """

    letters: str = "ABCDEF"
    cells: int = 150
    probability: float = 0.2
    tau_h: Any = "440 ms"
    learns: bool = True
    plateau: Any = "200 pA"

    purpose: ClassVar[str] = "Memory of sequences in context: cells predict by dendritic plateaus (cortex, hippocampus)"
    source: ClassVar[str] = f"{_SOURCE}, doi:10.1371/journal.pcbi.1010233"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("cells", "150", "excitatory cells of a letter", _PROGRAM, "20", "1000"),
        published("probability", "0.2", "of a synapse between excitatory cells", _PROGRAM, "0", "1"),
        published("plateau", "200 pA", "current of a plateau", _PROGRAM, "0 pA", "2000 pA"),
        published("J_EX", "4112.20 pA", "input of a letter: 22 mV", _PROGRAM, "0 pA", "10000 pA"),
        published("J_IE", "581.19 pA", "excitation of inhibitory cells: 0.9 mV", _PROGRAM, "0 pA", "10000 pA"),
        published("J_EI", "12915.49 pA", "inhibition: 40 mV", _PROGRAM, "0 pA", "100000 pA"),
        published("J_EE", "12.98 pA", "a mature synapse", _PROGRAM, "0 pA", "100 pA"),
        published("delay", "2 ms", "between excitatory cells (others 0.1 ms)", _PROGRAM, "0.1 ms", "10 ms"),
        published("interval", "40 ms", "from letter to letter", _PROGRAM, "10 ms", "100 ms"),
        published("between", "100 ms", "from the last letter to the next sequence", _PROGRAM, "60 ms", "1000 ms"),
    )

    def __post_init__(self) -> None:
        self.expect(cells=(1, math.inf), probability=(0, 1))
        self.quantities(tau_h=TIME, plateau=CURRENT)
        self.positive("tau_h")
        self.positive("plateau", zero=True)
        if not isinstance(self.letters, str) or not self.letters or len(set(self.letters)) < len(self.letters):
            raise InputError(f"letters '{self.letters}' are missing or given twice", path="letters")

    @property
    def in_degree(self) -> int:
        """Synapses that an excitatory cell has from others."""
        return round(self.probability * self.cells * len(self.letters))

    def describe(self) -> Region:
        """Return the sources of letters, the excitatory and the inhibitory cells, and their synapses."""
        count = len(self.letters)
        excitatory, inhibitory = _cell(excitatory=True), _cell(excitatory=False)
        dendrite = synapses.get("dendritic_spike").with_(tau_h=self.tau_h, I_dAP=self.plateau)
        excitatory = replace(excitatory, receptors={**excitatory.receptors, "dendrite": dendrite})
        sizes = {"letters": count, "E": count * self.cells, "I": count}
        models = {"letters": neurons.get("spike_source"), "E": excitatory, "I": inhibitory}
        signs = {"letters": "excitatory", "E": "excitatory", "I": "inhibitory"}
        return Region(
            populations=tuple(
                Population(name=name, size=size, neuron=models[name], sign=signs[name]) for name, size in sizes.items()
            ),
            projections=self._projections(),
            ports={
                "letters": Port(population="E", way="in", receptor="exc", sign="excitatory"),
                "prediction": Port(population="E", way="out"),
            },
        )

    def _projections(self) -> tuple[Projection, ...]:
        every = np.arange(len(self.letters) * self.cells, dtype=np.int32)
        own = every // self.cells
        step = Quantity(0.1, "ms")
        to_cells, from_cells = EdgeList(pre=own, post=every), EdgeList(pre=every, post=own)
        less = Quantity.from_si(-self.constant("J_EI").si, CURRENT)
        return (
            Projection(
                source="letters",
                target="E",
                connector=to_cells,
                weight=self.constant("J_EX"),
                delay=step,
                receptor="exc",
            ),
            Projection(
                source="E", target="I", connector=from_cells, weight=self.constant("J_IE"), delay=step, receptor="exc"
            ),
            Projection(source="I", target="E", connector=to_cells, weight=less, delay=step, receptor="inh"),
            Projection(
                source="E",
                target="E",
                connector=FixedInDegree(k=self.in_degree, autapses=False, multapses=False),
                weight=Uniform("0 pA", Quantity.from_si(0.4 * float(MATURE.si), CURRENT)),
                delay=self.constant("delay"),
                receptor="dendrite",
                rules=(self._rule(),),
                bounds=(Quantity(0.0, "pA"), MATURE),
                name=RECURRENT,
            ),
        )

    def _rule(self) -> Any:
        """Return the rule; one that does not learn keeps all permanences where they are, immature."""
        rule = learning_rules.get("bouhadjar2022")
        return rule if self.learns else rule.with_(lambda_plus=0, lambda_minus=0, lambda_h=0)


def amplitude(potential: float, tau_m: float, tau_s: float) -> float:
    """Return the peak (A) of an exponential current of `tau_s` that moves a membrane of 250 pF by `potential` (V)."""
    a, b = tau_m / tau_s, tau_m - tau_s
    peak = tau_m / CAPACITANCE * tau_s / (-b) * (a ** (-tau_m / b) - a ** (-tau_s / b))
    return float(potential / peak)


def _cell(*, excitatory: bool) -> NeuronModel:
    """Return an integrate-and-fire cell without a dendrite."""
    model = neurons.get("lif_exp")
    tau = {"exc": "2 ms", "inh": "1 ms"} if excitatory else {"exc": "0.5 ms", "inh": "1 ms"}
    receptors = {name: receptor.with_(tau=tau[name]) for name, receptor in model.receptors.items()}
    cell = replace(model, receptors=receptors, method="euler" if excitatory else model.method)
    return cell.with_(
        C_m="250 pF",
        tau_m=Quantity(TAU_E if excitatory else TAU_I, "s"),
        E_L="0 mV",
        V_th="20 mV" if excitatory else "15 mV",
        V_reset="0 mV",
        t_ref="10 ms" if excitatory else "2 ms",
    )


@dataclass(frozen=True)
class Played:
    """Letters in time.

    Attributes
    ----------
    times
        Onset of each letter (s), shape (rounds, sequences, length).
    end
        When all is over (s).
    """

    times: NDArray[np.float64]
    end: float


def played(sequences: Sequence[str], rounds: int) -> Played:
    """Return when the letters of sequences of one length come, round by round."""
    length = len(sequences[0]) if sequences else 0
    if not length or any(len(one) != length for one in sequences):
        raise InputError("sequences are missing or of different lengths")
    lasting = (length - 1) * INTERVAL + BETWEEN
    begins = FIRST + lasting * np.arange(rounds * len(sequences)).reshape(rounds, len(sequences), 1)
    return Played(times=begins + INTERVAL * np.arange(length), end=float(FIRST + lasting * begins.size))


def play(region: str, model: Bouhadjar2022, sequences: Sequence[str], rounds: int) -> SpikeInput:
    """Return the input of sequences that are played again and again.

    Parameters
    ----------
    region
        What the region is called in the brain.
    model
        The region.
    sequences
        Of letters, all of one length.
    rounds
        How often all of them are played.
    """
    missing = sorted({letter for one in sequences for letter in one} - set(model.letters))
    if missing:
        raise InputError(f"'{missing[0]}' is no letter of the region", hint=f"Letters: {model.letters}")
    times = played(sequences, rounds).times
    which = np.array([[model.letters.index(letter) for letter in one] for one in sequences])
    neurons_of = np.broadcast_to(which, times.shape)
    trains = SpikeTrains(times=times.reshape(-1), neurons=neurons_of.reshape(-1).astype(np.int32))
    return SpikeInput(target=f"{region}.letters", trains=trains, name="letters")


regions.register("Bouhadjar2022", Bouhadjar2022, module=__name__)
