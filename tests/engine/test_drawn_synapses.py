"""Synapses that are drawn into their columns: network, spikes and checkpoints are those of filled arrays."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest

from braincore import Brain
from braincore.build import build, engine
from braincore.build.checkpoint import capture, restore, seed_run
from braincore.build.engine import CppEngine
from braincore.build.network import BuiltNetwork
from braincore.engine.drawn import DrawnLink
from braincore.errors import ResultsError
from braincore.model import FixedProbability, FixedTotalNumber, Step, stream
from braincore.model.distributions import LogNormal, Normal, TruncatedNormal, Uniform

DELAYS = {
    "one delay": "1 ms",
    "shared": Uniform(low="0.1 ms", high="0.4 ms"),
    "scattered": TruncatedNormal("4 ms", "2 ms", low="0.1 ms"),
}


def _network(delay: Any, *, engine_name: str, precision: str = "double") -> BuiltNetwork:
    brain = Brain(seed=5, duration="60 ms")
    for name, n in (("E", 160), ("I", 40)):
        brain.add(name, n, "lif_exp", initial={"v": Uniform(low="-65 mV", high="-50 mV")})
    varied = TruncatedNormal("90 pA", "20 pA", low="0 pA")
    brain.connect("E", "I", FixedTotalNumber(n=3000), weight=varied, delay=delay, name="EI")
    brain.connect("E", "E", FixedProbability(p=0.2), weight="70 pA", delay=delay, name="EE")
    brain.connect(
        "I", "E", FixedProbability(p=0.3), weight=Uniform(low="-250 pA", high="-150 pA"), delay=delay, name="IE"
    )
    brain.stimulate("all", Step(amplitude="480 pA"))
    chosen = CppEngine(precision) if engine_name == "cpp" else engine(engine_name)
    chosen.prepare()
    return build(brain.resolve())


class _Run:
    """A network while it runs on the engine, without a recorder."""

    def __init__(self, built: BuiltNetwork, steps: int, *, first: int = 0) -> None:
        self.built = built
        self.monitors = [brian2.SpikeMonitor(group.brian) for group in built.groups.values()]
        net = brian2.Network(*built.objects, *self.monitors)
        seed_run(built.network.seed)
        net.t_ = first * 1e-4
        self.running = brian2.get_device().prepare(net, steps * 1e-4 * brian2.second, namespace={})
        built.timeline.apply(0)
        self.running.changed()

    def advance(self, steps: int) -> None:
        while steps > 0:
            steps -= self.running.advance(steps)
        self.running.show()

    def spikes(self) -> list[tuple[int, float]]:
        return [
            (int(i), round(float(t) / 1e-4))
            for m in self.monitors
            for i, t in zip(np.asarray(m.i), np.asarray(m.t_), strict=True)
        ]

    def drawn(self) -> bool:
        links = self.running.program.unit.links
        return any(isinstance(link, DrawnLink) for link in links)


def _filled(built: BuiltNetwork) -> BuiltNetwork:
    """Ask for all weights, from when on arrays of them count."""
    for synapses in built.synapses:
        synapses.array("s_w")
    return built


@pytest.mark.rotates(2)
@pytest.mark.parametrize("delay", DELAYS.values(), ids=DELAYS.keys())
@pytest.mark.parametrize("precision", ["double", "single"])
def test_spikes_and_what_is_under_way_are_those_of_filled_arrays(delay: Any, precision: str) -> None:
    built = [_network(delay, engine_name="cpp", precision=precision) for _ in range(2)]
    runs = [_Run(built[0], 600), _Run(_filled(built[1]), 600)]
    assert [run.drawn() for run in runs] == [True, False]
    for run in runs:
        run.advance(353)
    by_neuron = capture(built[0], 353)
    assert any(key.endswith("/neurons") and values.size for key, values in by_neuron.items())
    assert not any(key.endswith("/synapses") and values.size for key, values in by_neuron.items())
    for synapses in built[0].synapses:
        for pathway in synapses.brian._pathways:
            pathway.queue.take()  # from now on it is known which synapses spikes are in
    states = [capture(network, 353) for network in built]
    assert states[0].keys() == states[1].keys()
    for key, values in states[1].items():
        np.testing.assert_array_equal(states[0][key], values, err_msg=key)
    assert any(key.endswith("/synapses") and values.size for key, values in states[0].items())
    for run in runs:
        run.advance(247)
    assert runs[0].spikes() == runs[1].spikes()
    assert len(runs[0].spikes()) > 100


@pytest.mark.rotates(2)
@pytest.mark.parametrize("delay", DELAYS.values(), ids=DELAYS.keys())
def test_a_checkpoint_goes_on_as_if_nothing_had_been(delay: Any) -> None:
    built = _network(delay, engine_name="cpp")
    whole = _Run(built, 600)
    whole.advance(303)
    state = capture(built, 303)
    whole.advance(297)
    again = _network(delay, engine_name="cpp")
    restore(again, state)
    rest = _Run(again, 297, first=303)
    assert rest.drawn()
    rest.advance(2)  # some of what was under way then still is
    earlier = capture(again, 305)
    rest.advance(295)
    assert rest.spikes() == [spike for spike in whole.spikes() if spike[1] >= 303]
    third = _network(delay, engine_name="cpp")
    restore(third, earlier)
    last = _Run(third, 295, first=305)
    last.advance(295)
    assert last.spikes() == [spike for spike in whole.spikes() if spike[1] >= 305]
    fourth = _filled(_network(delay, engine_name="cpp"))
    restore(fourth, earlier)
    filled = _Run(fourth, 295, first=305)
    assert not filled.drawn()
    filled.advance(295)
    assert filled.spikes() == last.spikes()


@pytest.mark.parametrize(
    "damage",
    [
        lambda neurons, ages: (neurons, ages[:-1]),
        lambda neurons, ages: (neurons + 1000, ages),
        lambda neurons, ages: (neurons, ages * 0),
        lambda neurons, ages: (neurons.astype(float), ages),
    ],
)
def test_spikes_under_way_that_make_no_sense_are_refused(damage: Any) -> None:
    built = _network(DELAYS["scattered"], engine_name="cpp")
    run = _Run(built, 400)
    run.advance(353)
    state = capture(built, 353)
    name = next(key for key, values in state.items() if key.endswith("/neurons") and values.size)
    other = name.replace("/neurons", "/ages")
    state[name], state[other] = damage(state[name], state[other])
    with pytest.raises(ResultsError, match="make no sense"):
        restore(_network(DELAYS["scattered"], engine_name="cpp"), state)


def test_arrays_are_filled_when_somebody_asks() -> None:
    delay = DELAYS["scattered"]
    arrays, drawn = (_network(delay, engine_name=name) for name in ("brian2", "cpp"))
    assert drawn.n_synapses == arrays.n_synapses
    for name in ("EI", "EE", "IE"):
        for found in ("ends", "weights", "delays"):
            np.testing.assert_array_equal(getattr(drawn, found)(name), getattr(arrays, found)(name))
    device = brian2.get_device()
    assert all(s.brian.variables["s_w"] in device.arrays.drawn for s in drawn.synapses)
    for one, other in zip(arrays.synapses, drawn.synapses, strict=True):
        for variable in ("i", "j", "N_outgoing", "N_incoming", "s_w", "delay"):
            values = [np.asarray(getattr(synapses.brian, variable)) for synapses in (one, other)]
            np.testing.assert_array_equal(values[1], values[0], err_msg=variable)
        assert other.brian.variables["s_w"] not in device.arrays.drawn


def test_weights_that_are_changed_in_the_middle_count() -> None:
    runs = [_Run(_network(DELAYS["shared"], engine_name="cpp"), 600) for _ in range(2)]
    for run, factor in zip(runs, (1.0, 0.0), strict=True):
        run.advance(200)
        for synapses in run.built.synapses:
            synapses.array("s_w")[:] *= factor
        run.running.changed()
        run.advance(400)
        assert not run.drawn()
    unbroken = _Run(_network(DELAYS["shared"], engine_name="cpp"), 600)
    unbroken.advance(600)
    assert runs[0].spikes() == unbroken.spikes()
    assert runs[1].spikes() != unbroken.spikes()


@pytest.mark.parametrize(
    "value",
    [
        Normal("1 ms", "0.1 ms"),
        TruncatedNormal("1 ms", "0.5 ms", low="0.1 ms"),
        LogNormal("1 ms", "0.5 ms"),
        LogNormal("1 ms", "0.5 ms", low="0.1 ms", high="3 ms"),
        Uniform(low="0.5 ms", high="2 ms"),
    ],
    ids=lambda value: f"{value.kind}{'' if getattr(value, 'low', None) is None else ' bounded'}",
)
def test_blocks_are_parts_of_one_whole(value: Any) -> None:
    whole = value.sample(stream(7, "delay", "a"), 10_000)
    rng = stream(7, "delay", "a")
    parts = [value.sample(rng, n) for n in (1, 4095, 0, 5904)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
