# ruff: noqa: E501
"""Odd but valid definitions are read, and mean exactly what they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from spec_brains import BRAINS, saved_brain
from spec_texts import saved, whole

from braincore.model import (
    AllToAll,
    BrainSpec,
    CurrentInput,
    FixedProbability,
    Freeze,
    Lesion,
    Normal,
    PoissonInput,
    Silence,
    SpikeInput,
    TruncatedNormal,
)
from braincore.model.values import Values
from braincore.spec import load
from braincore.units import Quantity

Check = Callable[[BrainSpec], object]


def pop(brain: BrainSpec, name: str = "E"):
    return next(p for p in brain.populations if p.name == name)


E = "populations: {E: {neuron: lif, size: 10%s}}"
T = "projections: [{from: E, to: I, receptor: exc, weight: %s}]"
S = "stimuli: {s: {target: E, %s}}"

ODD: dict[str, tuple[str, Check]] = {
    "norway": ("populations: {NO: {neuron: lif, size: 1}, no: {neuron: lif, size: 2}, on: {neuron: lif, size: 3}}",
               lambda b: [p.name for p in b.populations] == ["NO", "no", "on"]),
    "names that look like numbers": ("populations: {7: {neuron: lif, size: 1}, 24c: {neuron: lif, size: 2}, 0x1F: {neuron: lif, size: 1}, '1e3': {neuron: lif, size: 1}}",
                                     lambda b: [p.name for p in b.populations] == ["7", "24c", "0x1F", "1e3"]),
    "null and true as names": ("populations: {null: {neuron: lif, size: 1}, true: {neuron: lif, size: 1}}",
                               lambda b: [p.name for p in b.populations] == ["null", "true"]),
    "unicode names": ("populations: {π: {neuron: lif, size: 1}, 視覚野: {neuron: lif, size: 1}}",
                      lambda b: [p.name for p in b.populations] == ["π", "視覚野"]),
    "names with spaces and slashes": ("populations: {area 46d/p9: {neuron: lif, size: 1}, L2/3e: {neuron: lif, size: 1}}",
                                      lambda b: [p.name for p in b.populations] == ["area 46d/p9", "L2/3e"]),
    "labels that look like booleans": ("populations: {E: {neuron: lif, labels: [on, off, yes, no, y, n, NA]}}",
                                       lambda b: pop(b).labels == ("on", "off", "yes", "no", "y", "n", "NA")),
    "quoted labels": ("populations: {E: {neuron: lif, labels: ['1', '007', 'null', 'true']}}",
                      lambda b: pop(b).labels == ("1", "007", "null", "true")),
    "float without zero": (E % ", parameters: {tau_m: .5 ms}", lambda b: pop(b).parameters["tau_m"] == Quantity(0.5, "ms")),
    "exponent": (E % ", parameters: {tau_m: 1e-2 s}", lambda b: pop(b).parameters["tau_m"].si == 0.01),
    "no space before the unit": (E % ", parameters: {E_L: -65mV}", lambda b: pop(b).parameters["E_L"].si == -0.065),
    "star before the unit": (E % ", parameters: {E_L: -65*mV}", lambda b: pop(b).parameters["E_L"].si == -0.065),
    "positive sign": (E % ", parameters: {tau_m: +5 ms}", lambda b: pop(b).parameters["tau_m"].si == 0.005),
    "micro signs": ("dt: 100 µs", lambda b: b.dt.si == pytest.approx(1e-4, rel=1e-15)),
    "greek mu": ("dt: 100 μs", lambda b: b.dt.si == pytest.approx(1e-4, rel=1e-15)),
    "other unit": ("duration: 1 minute\ndt: 0.0001 s", lambda b: b.duration.si == 60 and b.dt.si == 1e-4),
    "zero needs no unit": (T % "0", lambda b: b.projections[0].weight == Quantity(0.0, "")),
    "seed 0": ("seed: 0", lambda b: b.seed == 0),
    "largest seed": ("seed: 18446744073709551615", lambda b: b.seed == 2**64 - 1),
    "empty sections": ("projections: []\nstimuli: {}\ninterventions:\npathways:\nrecord:\nregions: {}\nsweep: {}\n",
                       lambda b: b.projections == [] and b.recording.spikes == ("all",)),
    "null for a default": (E % ", layout: null, sign: ~", lambda b: pop(b).layout is None and pop(b).sign == ""),
    "title with a colon": ("title: 'Brain: the sequel'", lambda b: b.title == "Brain: the sequel"),
    "title over two lines": ("title: >\n  two\n  lines", lambda b: b.title == "two lines\n"),
    "plain text over two lines": ("title: two\n  lines", lambda b: b.title == "two lines"),
    "number as quoted title": ("title: '1e3'", lambda b: b.title == "1e3"),
    "comments everywhere": ("populations: # b\n  # c\n  E: {neuron: lif, # d\n    size: 10} # e\n", lambda b: pop(b).size == 10),
    "document markers": ("---\nbraincore: 1\nseed: 4\n...\n", lambda b: b.seed == 4),
    "yaml directive": ("%YAML 1.2\n---\nbraincore: 1\nseed: 4\n", lambda b: b.seed == 4),
    "json": ('{"braincore": 1, "seed": 4, "populations": {"E": {"neuron": "lif_exp", "size": 3}}}', lambda b: pop(b).size == 3),
    "quoted keys": ('braincore: 1\n"populations": {"E": {\'neuron\': "lif_exp", "size": 10}}', lambda b: pop(b).size == 10),
    "indented lists": ("projections:\n- from: E\n  to: I\n  weight: 1 pA\n  receptor: exc\n",
                       lambda b: b.projections[0].source == "E"),
    "deep indentation": ("populations:\n          E:\n                    neuron: lif\n                    size: 10\n", lambda b: pop(b).size == 10),
    "aliases": ("populations: {E: &e {neuron: lif, size: 10}, I: *e}", lambda b: pop(b, "I").size == 10),
    "alias of a value": ("dt: &t 0.1 ms\nduration: 1 s\nprojections: [{from: E, to: I, weight: 1 pA, receptor: exc, delay: *t}]",
                         lambda b: b.projections[0].delay == Quantity(0.1, "ms")),
    "equations with comments": ("neurons:\n  lif:\n    equations: |\n      # the membrane\n\n      dv/dt = (-65*mV - v + I*Mohm)/tau : volt  # leak\n      tau : second\n    receptors: {exc: psc, inh: psc}\n",
     lambda b: pop(b).neuron.variables == ("v", "tau")),
    "equation over two lines": ("neurons:\n  lif:\n    equations: |\n      dv/dt = (-65*mV - v\n               + I*Mohm)/(10*ms) : volt\n    receptors: {exc: psc, inh: psc}\n",
                                lambda b: len(pop(b).neuron.parsed) == 1),
    "equation on one quoted line": ("neurons:\n  lif: {equations: 'dv/dt = (-65*mV - v + I*Mohm)/(10*ms) : volt', receptors: {exc: psc, inh: psc}}\n",
                                    lambda b: len(pop(b).neuron.parsed) == 1),
    "folded equation": ("neurons:\n  lif:\n    equations: >\n      dv/dt = (-65*mV - v + I*Mohm)\n      /(10*ms) : volt\n    receptors: {exc: psc, inh: psc}\n",
                        lambda b: len(pop(b).neuron.parsed) == 1),
    "unit with a power": ("neurons:\n  lif:\n    equations: 'dv/dt = (-65*mV - v + I*Mohm)/(10*ms) + k*v**2 : volt'\n    parameters: {k: 2 1/(mV ms)}\n".replace("1/(mV ms)", "1/mV/ms"),
                          lambda b: pop(b).neuron.parameter("k").value.si == pytest.approx(2e6)),
    "a neuron without spikes": ("neurons: {lif: {equations: 'dv/dt = -v/(10*ms) : volt'}}", lambda b: not pop(b).neuron.spikes),
    "empty threshold": ("neurons: {lif: {equations: 'dv/dt = -v/(10*ms) : volt', threshold: '', reset: '', refractory: ''}}",
                        lambda b: pop(b).neuron.threshold == ""),
    "refractory as a time": ("neurons: {lif: {extends: lif_exp, refractory: 2 ms}}", lambda b: pop(b).neuron.refractory == "2*ms"),
    "refractory as an expression": ("neurons: {lif: {extends: lif_exp, refractory: t_ref + dt}}",
                                    lambda b: pop(b).neuron.refractory == "t_ref + dt"),
    "connect by name": ("projections: [{from: E, to: I, weight: 1 pA, receptor: exc, connect: all_to_all}]",
                        lambda b: b.projections[0].connector == AllToAll()),
    "connect with no arguments": ("projections: [{from: E, to: I, weight: 1 pA, receptor: exc, connect: {all_to_all: {}}}]",
                                  lambda b: b.projections[0].connector == AllToAll()),
    "probability 1": ("projections: [{from: E, to: I, weight: 1 pA, receptor: exc, connect: {fixed_probability: {p: 1}}}]",
                      lambda b: b.projections[0].connector == FixedProbability(p=1.0)),
    "no synapse at all": ("projections: [{from: E, to: I, weight: 1 pA, receptor: exc, connect: {fixed_total_number: {n: 0}}}]",
                          lambda b: b.projections[0].connector.n == 0),
    "selections": ("projections: [{from: 'E[ 0 : 3 ]', to: 'I[a, c]', weight: 1 pA, receptor: exc}]",
                   lambda b: b.resolve().site(b.resolve().projections[0]).n_post == 2),
    "a distribution": (T % "{normal: {mean: 10 pA, sd: 1 pA}}", lambda b: b.projections[0].weight == Normal("10 pA", "1 pA")),
    "bounds on one side": (T % "{truncated_normal: {mean: 10 pA, sd: 1 pA, low: 0}}",
                           lambda b: b.projections[0].weight == TruncatedNormal("10 pA", "1 pA", "0 pA")),
    "values in place": (E % ", parameters: {tau_m: [%s]}" % ", ".join(f"{k} ms" for k in range(1, 11)),
                        lambda b: np.allclose(pop(b).parameters["tau_m"].si, np.arange(1, 11) * 1e-3, rtol=1e-15)
                        and isinstance(pop(b).parameters["tau_m"], Values)),
    "rate with units apart": (S % "poisson: {rate: 10 Hz * (1 + sin(2*pi*8 Hz*t))}, weight: 1 pA, receptor: exc",
                              lambda b: b.stimuli[0].rate == "10*Hz * (1 + sin(2*pi*8*Hz*t))"),
    "rate of kilohertz": (S % "poisson: {rate: 1e3 Hz}, weight: 1 pA, receptor: exc", lambda b: b.stimuli[0].rate.si == 1000),
    "fractional sources": (S % "poisson: {rate: 1 Hz, sources: 12.5}, weight: 1 pA, receptor: exc", lambda b: b.stimuli[0].sources == 12.5),
    "open window": (S % "step: {amplitude: 1 pA}, during: [100 ms, null]", lambda b: b.stimuli[0].during == (Quantity(100.0, "ms"), None)),
    "stimuli as a list": ("stimuli: [{target: E, step: {amplitude: 1 pA}}, {target: I, step: {amplitude: 2 pA}, name: second}]",
                          lambda b: [s.name for s in b.stimuli] == ["", "second"]),
    "stimulus of everything": ("stimuli: {s: {target: all, step: {amplitude: 1 pA}}}", lambda b: len(b.resolve().stimuli) == 2),
    "no spikes given": ("stimuli: {s: {target: E, spikes: {times: [], neurons: []}, weight: 1 pA, receptor: exc}}",
                        lambda b: isinstance(b.stimuli[0], SpikeInput) and b.stimuli[0].trains.times.size == 0),
    "freeze": (
        "projections: [{from: E, to: E, weight: 1 pA, receptor: exc, rules: [stdp_pair], bounds: [0 pA, 2 pA], name: p}]\n"
        "interventions: [{freeze: p, during: [1 ms, 2 ms]}]",
        lambda b: (
            b.interventions[0] == Freeze(target="p", during=("1 ms", "2 ms"), origin="interventions.0")
            and b.projections[0].bounds == (Quantity(0, "pA"), Quantity(2, "pA"))
        ),
    ),
    "short intervention": ("interventions: [{at: 1 s, silence: E}]", lambda b: b.interventions[0] == Silence(target="E", during=("1 s", None), origin="interventions.0")),
    "lesion of a projection": ("projections: [{from: E, to: I, weight: 1 pA, receptor: exc}]\ninterventions: [{lesion: E->I, at: 5 ms}]",
                               lambda b: b.interventions[0] == Lesion(target="E->I", at="5 ms", origin="interventions.0")),
    "record nothing": ("record: {spikes: none}", lambda b: b.recording.spikes == ()),
    "record one": ("record: {spikes: [E], rates: 10 ms}", lambda b: b.recording.spikes == ("E",) and b.recording.rates == Quantity(10.0, "ms")),
    "traces by label": ("record: {traces: {I: {variables: [v, I_syn], neurons: [a, c]}}}", lambda b: b.recording.traces[0].target == "I[a, c]"),
    "traces as a list": ("record: {traces: [{target: E, variables: [v]}, {target: E, variables: [I]}]}", lambda b: len(b.recording.traces) == 2),
    "trace of a receptor": ("record: {traces: {E: {variables: [exc.s]}}}", lambda b: b.resolve().size == 15),
    "own names of the library": ("neurons: {lif_exp: {extends: lif_exp, parameters: {tau_m: 11 ms}}}\npopulations: {E: {neuron: lif_exp, size: 1}}",
                                 lambda b: pop(b).neuron.parameter("tau_m").value == Quantity(11.0, "ms")),
    "parameter with its source": ("neurons: {lif: {extends: lif_exp, parameters: {tau_m: {value: 11 ms, source: 'mine: p. 3', low: 1 ms, high: 50 ms}}}}",
                                  lambda b: pop(b).neuron.parameter("tau_m").source == "mine: p. 3"),
    "delay of one step": ("dt: 0.1 ms\nprojections: [{from: E, to: I, weight: 1 pA, receptor: exc, delay: 0.1 ms}]",
                          lambda b: b.projections[0].delay == Quantity(0.1, "ms")),
    "a text that looks like an alias in quotes": ("title: '*x &y !z'", lambda b: b.title == "*x &y !z"),
    "percent and at in quotes": ('title: "100 % @home"', lambda b: b.title == "100 % @home"),
    "escapes": ('title: "\\u00e9\\t\\x41"', lambda b: b.title == "é\tA"),
    "trailing spaces": ("seed: 3   \ntitle: x \n", lambda b: b.seed == 3 and b.title == "x"),
    "no newline at the end": ("seed: 3", lambda b: b.seed == 3),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_but_valid(name: str, tmp_path: Path) -> None:
    text, check = ODD[name]
    text = text if text.startswith(("{", "---", "%", "braincore")) else whole(text)
    text = (
        text
        if not text.startswith(("---", "%"))
        else text.replace("...\n", "") + "populations: {E: {neuron: lif_exp, size: 2}}\n"
    )
    loaded = load(saved(tmp_path, text))
    assert check(loaded.brain)
    loaded.resolve()


def test_there_are_enough_odd_files() -> None:
    assert len(ODD) >= 60


@pytest.mark.parametrize("name", BRAINS)
def test_the_larger_brains_load_and_resolve(name: str, tmp_path: Path) -> None:
    assert load(saved_brain(name, tmp_path)).resolve().size > 0


def test_a_text_that_ends_with_a_dash_line(tmp_path: Path) -> None:
    text = "neurons:\n  lif:\n    equations: |+\n      dv/dt = (-65*mV - v + I*Mohm)/(10*ms) : volt\n\n    receptors: {exc: psc, inh: psc}\n"
    assert load(saved(tmp_path, whole(text))).resolve().size == 15


def test_regions_of_one_type_take_the_settings_of_the_default(tmp_path: Path) -> None:
    brain = load(saved_brain("cortex", tmp_path)).brain
    assert brain.region.scale == 0.005
    assert brain.regions["V1"].scale == 0.01
    assert brain.regions["MT"].ports["feedforward"].population == "E"
    network = brain.resolve()
    assert network.population("V2.L4e").size == round(21915 * 0.005)
    assert network.population("V1.L4e").size == round(21915 * 0.01)


def test_pathways_become_projections_with_the_delays_of_the_tracts(tmp_path: Path) -> None:
    network = load(saved_brain("cortex", tmp_path)).resolve()
    by_ends = {(p.source, p.target, p.name): p for p in network.projections}
    default = by_ends["V1.L23e", "V2.L4e", "V1.L23e->V2.L4e"]
    assert default.delay.si == pytest.approx(9e-3 / 3.5, rel=1e-12)
    assert default.connector.n == round(100 * 0.5 * network.population("V2.L4e").size)
    (special,) = [p for p in network.projections if p.source == "V1.L23e" and p.target == "MT.E"]
    assert special.connector == FixedProbability(p=0.1)
    assert special.name.endswith("V1->MT")


def test_edges_of_files_are_joined_by_label(tmp_path: Path) -> None:
    brain = load(saved_brain("files", tmp_path)).brain
    population = pop(brain, "brain")
    assert population.labels == ("ASHL", "AVA", "VA1")
    assert {name: list(members) for name, members in population.groups.items()} == {
        "sensory": [0],
        "inter": [1],
        "motor": [2],
    }
    assert population.parameters["tau_m"] == Values.of([10, 12, 13], "ms")
    edges, matrix = brain.projections[0], brain.projections[2]
    assert (list(edges.connector.pre), list(edges.connector.post)) == ([0, 1], [1, 2])  # ASHL->AVA (5), AVA->VA1 (2)
    assert np.allclose(edges.weight.si, [1.5e-12, 0.6e-12], rtol=1e-12)
    assert np.allclose(edges.delay.si, [1.5e-3, 1.2e-3], rtol=1e-12)
    # Row = target: w[0, 1] = 1 is AVA -> ASHL, w[1, 2] = 2.5 is VA1 -> AVA.
    assert sorted(zip(matrix.connector.pre.tolist(), matrix.connector.post.tolist(), strict=True)) == [(1, 0), (2, 1)]
    spikes = brain.stimuli[0].trains
    assert np.allclose(spikes.times, [0.5e-3, 1.5e-3, 2.5e-3])
    assert spikes.neurons.tolist() == [1, 0, 2]


def test_encoders_and_windows_place_their_spikes(tmp_path: Path) -> None:
    brain = load(saved_brain("spikes", tmp_path)).brain
    first = next(s for s in brain.stimuli if s.name == "first")
    # latency 20 ms (1 - x) from 10 ms on, cut at 40 ms: x = 1 at 10 ms, 0.8 at 14 ms ... 0 is silent
    assert np.allclose(first.trains.times, [10e-3, 14e-3, 18e-3, 22e-3, 26e-3])
    assert first.trains.neurons.tolist() == [5, 4, 3, 2, 1]
    given = next(s for s in brain.stimuli if s.name == "given")
    assert given.trains.neurons.tolist() == [0, 1, 2]
    rates = next(s for s in brain.stimuli if s.name == "rates")
    gaps = [np.diff(rates.trains.times[rates.trains.neurons == n]) for n in range(6)]
    assert min(gap.min() for gap in gaps if gap.size) >= 0.1e-3 - 1e-12, "at most one spike a step"
    assert not (rates.trains.neurons == 0).any()


def test_images_reach_a_population(tmp_path: Path) -> None:
    import os

    if not os.environ.get("BRAINCORE_DATA"):
        pytest.skip("BRAINCORE_DATA is not set")
    text = whole(
        "populations: {E: {neuron: lif, size: 784}}\n"
        "stimuli: {digits: {target: E, encode: {image: {set: mnist, split: test, index: [0, 1]}, every: 50 ms,"
        " latency: {window: 20 ms}}, weight: 1 pA, receptor: exc}}"
    )
    trains = load(saved(tmp_path, text)).brain.stimuli[0].trains
    assert trains.neurons.max() < 784
    assert (trains.times < 20e-3 + 1e-9).sum() > 50
    assert ((trains.times >= 50e-3) & (trains.times <= 70e-3 + 1e-9)).sum() == trains.times.size - (
        trains.times < 0.03
    ).sum()


def test_the_head_comment_is_the_description(tmp_path: Path) -> None:
    assert (
        load(saved_brain("balanced", tmp_path)).description
        == "Two populations, with everything in place.\nSecond line."
    )
    assert load(saved_brain("minimal", tmp_path)).description == ""


def test_stimuli_keep_their_types(tmp_path: Path) -> None:
    brain = load(saved_brain("balanced", tmp_path)).brain
    assert [type(s) for s in brain.stimuli] == [PoissonInput, CurrentInput, CurrentInput]
