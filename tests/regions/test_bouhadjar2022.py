"""The spiking temporal memory: predictions in context, ablations, and its rule against a plain program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from braincore.experiments._task import ran
from braincore.experiments.sequence_memory import ABLATIONS, Memory, remember
from braincore.regions.bouhadjar2022 import RECURRENT, Bouhadjar2022, amplitude, play, played

from braincore import Brain
from braincore.errors import InputError
from braincore.model import FixedInDegree, Recording, Traces, Weights


@pytest.fixture(autouse=True)
def _quick_to_run(request: pytest.FixtureRequest, _quick_to_compile: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The long tests are compiled as the networks of users are."""
    if request.node.get_closest_marker("slow"):
        monkeypatch.delenv("BRAINCORE_CXXFLAGS", raising=False)


def test_weights_are_those_of_the_program() -> None:
    """Potentials of 22, 0.9 and 40 mV are the currents that the authors' program works out, to 1e-5."""
    for name, potential, tau_m, tau_s in (
        ("J_EX", 22e-3, 10e-3, 2e-3),
        ("J_IE", 0.9e-3, 5e-3, 0.5e-3),
        ("J_EI", 40e-3, 10e-3, 1e-3),
    ):
        published = next(p.value.si for p in Bouhadjar2022.parameters if p.name == name)
        assert amplitude(potential, tau_m, tau_s) == pytest.approx(published, rel=2e-5)


def test_wiring() -> None:
    """420 synapses a cell with fourteen letters, as in the program; each letter to its own cells and interneuron."""
    assert Bouhadjar2022(letters="ABCDEFGHIJKLMN").in_degree == 420
    region = Bouhadjar2022(letters="AB", cells=3, probability=0.5).describe()
    wires = {(p.source, p.target): p for p in region.projections}
    for source, target in (("letters", "E"), ("I", "E")):
        connector: Any = wires[source, target].connector
        assert connector.pre.tolist() == [0, 0, 0, 1, 1, 1] and connector.post.tolist() == [*range(6)]
    recurrent = wires["E", "E"]
    assert recurrent.connector == FixedInDegree(k=3, autapses=False, multapses=False)
    assert recurrent.delay.si == pytest.approx(2e-3)  # type: ignore[union-attr]
    assert 4 * recurrent.bounds[1].si < 59e-12 < 5 * recurrent.bounds[1].si  # type: ignore[index]


def pair(rounds: int) -> tuple[dict[str, np.ndarray[Any, Any]], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Permanences and plateaus of two cells that fire in turn, and their spikes."""
    model, when = Bouhadjar2022(letters="AB", cells=1, probability=0.5), played(("AB",), rounds)
    brain = Brain(seed=3, dt="0.1 ms", duration=f"{when.end} s")
    brain.regions["memory"] = model
    brain.stimuli.append(play("memory", model, ("AB",), rounds))
    brain.recording = Recording(
        weights=(Weights(projection=f"memory.{RECURRENT}", interval="140 ms"),),
        traces=(Traces(target="memory.E", variables=("dendrite.z",), interval="1 ms"),),
    )
    with ran(brain) as run:
        found = run.weights(f"memory.{RECURRENT}")
        spikes = run.spikes("memory.E")
        assert (run.traces("memory.E").matrix("dendrite.z")[1] == 0).all()  # one synapse brings no plateau
    table = {name: found.variables[name] for name in ("P", "P_0", "w")} | {"pre": found.pre, "t": found.t}
    return table, spikes.t, spikes.neuron


def test_permanences_of_two_cells() -> None:
    """Against a plain program of the paper's rule, from the spikes that were recorded, to 1e-9."""
    found, times, cells = pair(12)
    for pre in (0, 1):
        mine = found["pre"] == pre
        (first,) = set(found["P_0"][mine])
        assert 0 < first < 8
        permanence, trace, last, expected = first, 0.0, -np.inf, []
        # on the dendrite a presynaptic spike is there at once, a postsynaptic one after 2 ms
        events = sorted((t + (0.002 if cell != pre else 0.0), cell) for t, cell in zip(times, cells, strict=True))
        for now in found["t"][mine]:
            while events and events[0][0] < now + 0.003:
                t, cell = events.pop(0)
                trace_now = trace * np.exp(-(t - last) / 0.02) if trace else 0.0
                if cell == pre:
                    permanence = max(first, permanence - 0.0063 * 20)
                    trace, last = trace_now + 1, t
                elif 0.004 < t - last < 0.08:
                    permanence = min(20.0, permanence + 20 * (0.28 * trace_now + 0.024))
            expected.append(permanence)
        assert found["P"][mine] == pytest.approx(np.array(expected), abs=1e-9)
        # from A to B 40 ms: they grow; from B to the next A 100 ms: they never do
        assert (expected[-1] > first + 5) if pre == 0 else (expected[-1] == first)
        assert set(np.round(found["w"][mine][1:] * 1e12, 6)) <= {0.0, 12.98}


def test_when_letters_come() -> None:
    """The first at 30 ms, then every 40 ms, with 100 ms between sequences."""
    when = played(("ADBE", "FDBC"), 2)
    assert when.times[0, 0] == pytest.approx([0.03, 0.07, 0.11, 0.15])
    assert when.times[1, 0, 0] - when.times[0, 0, 0] == pytest.approx(0.44)  # a round: the memory of plateaus
    given = play("memory", Bouhadjar2022(), ("ADBE", "FDBC"), 2)
    assert given.trains.neurons.tolist() == 2 * [0, 3, 1, 4, 5, 3, 1, 2]


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(InputError, match="cells 0"):
        Bouhadjar2022(cells=0)
    with pytest.raises(InputError, match="given twice"):
        Bouhadjar2022(letters="ABA")
    with pytest.raises(InputError, match="'Z' is no letter"):
        play("memory", Bouhadjar2022(), ("AZ",), 1)
    with pytest.raises(InputError, match="different lengths"):
        played(("AB", "A"), 1)


def overlap(found: Memory, place: int) -> float:
    """Share of the cells of a letter that fire in both sequences, of those that fire in the rarer one."""
    one, other = (set(found.fired(-1, sequence, place).tolist()) for sequence in (0, 1))
    return len(one & other) / min(len(one), len(other))


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", range(1, 6))
def test_the_last_letter_is_predicted_in_context(seed: int) -> None:
    """Against Bouhadjar et al. 2022: from no prediction, and all cells, to the right one alone, and sparse activity.

    Of seeds 1 to 12 eleven make no error in rounds 91 to 120; with another generator of random numbers one of five
    would fail by chance in a third of all cases.
    """
    found = remember(seed)
    assert not found.predicted[0].any()
    assert all(found.fired(0, q, k).size == found.model.cells for q in (0, 1) for k in range(4))
    assert (found.error[-10:] == 0).all()
    assert 10 <= found.activity()[-10:].mean() <= 30  # some 20 that bring inhibition
    for sequence in (0, 1):  # those that predicted are those that fire
        last = found.model.letters.index(found.sequences[sequence][-1])
        predicted = np.flatnonzero(found.plateaus[-1, sequence, last])
        assert predicted.tolist() == found.fired(-1, sequence, -1).tolist()
    # D and B come in both sequences: in the end B is told by cells of its own in each
    assert overlap(found, 2) < 0.5


@pytest.mark.slow
def test_without_plateaus_or_learning_context_is_lost() -> None:
    """Ablations: without the current of plateaus both endings are predicted, without learning none."""
    plateaus, learning = (
        remember(1, rounds=40, **ABLATIONS[name]) for name in ("without plateaus", "without learning")
    )
    assert not learning.predicted.any()
    assert (learning.error == 1).all()
    both = [plateaus.model.letters.index(letter) for letter in "CE"]
    assert plateaus.predicted[-1][:, both].all()
    for found in (plateaus, learning):
        assert (found.activity() == found.model.cells).all()
