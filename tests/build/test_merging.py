"""Large brains become few Brian2 objects, and what is drawn for one part does not depend on the others."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from built_runs import CONDUCTANCE, LIF, a_brain, parameters
from numpy.testing import assert_array_equal

from braincore.build import BuiltNetwork, build
from braincore.model import (
    BrainSpec,
    Connectome,
    FixedInDegree,
    FixedProbability,
    Lesion,
    NeuronModel,
    Normal,
    Population,
    Projection,
    Region,
    SpikeTrains,
    Step,
    Traces,
    Uniform,
    poisson,
)

LAYERS = ("L23e", "L23i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i")
COBA = NeuronModel(
    name="t_coba",
    equations="dv/dt = (E_L - v)/tau_m + I/C : volt (unless refractory)",
    threshold="v > V_th",
    reset="v = E_L",
    refractory="2*ms",
    receptors={"exc": CONDUCTANCE, "inh": CONDUCTANCE.with_(E="-80 mV")},
    parameters=parameters(E_L="-70 mV", tau_m="15 ms", C="200 pF", V_th="-50 mV"),
    initial={"v": "E_L"},
    method="euler",
)


def column(size: int, tau: str) -> Region:
    """Eight populations, the excitatory of one model and the inhibitory of another, with inner wiring."""
    populations = tuple(
        Population(name=name, size=size + 2 * k, neuron=LIF if name[-1] == "e" else COBA, parameters={"tau_m": tau})
        for k, name in enumerate(LAYERS)
    )
    wiring = (("L4e", "L23e", "20 pA", "exc"), ("L4e", "L4i", "1 nS", "exc"), ("L4i", "L4e", "-80 pA", "inh"))
    inner = [
        Projection(source=s, target=t, connector=FixedInDegree(k=3), weight=w, delay="1 ms", receptor=r)
        for s, t, w, r in wiring
    ]
    return Region(populations=populations, projections=tuple(inner), ports={"in": "L4e", "out": "L23e"})


def cortex(regions: int, edges: int, seed: int = 1) -> BrainSpec:
    rng = np.random.default_rng(seed)
    pairs = rng.choice(regions * (regions - 1), edges, replace=False)
    names = [f"A{k:03d}" for k in range(regions)]
    rows = []
    for pair in pairs:
        i, j = divmod(int(pair), regions - 1)
        attributes = {"fln": float(10 ** rng.uniform(-4, 0)), "length": f"{rng.uniform(2, 80):.3f} mm"}
        rows.append((names[i], names[j + (j >= i)], attributes))
    spec = BrainSpec(connectome=Connectome.from_edges(rows, names, velocity="3.5 m/s"), duration="1 s", seed=seed)
    spec.regions = {name: column(4 + k % 3, f"{8 + k % 5} ms") for k, name in enumerate(names)}
    spec.pathway("out", "in", synapses_per_neuron="1 + 3*fln", weight="20*pA*(1 + fln)", receptor="exc")
    return spec


def check_few_objects(built: BuiltNetwork) -> None:
    kinds = {p.neuron.name for p in built.network.populations}
    receptors = {(p.receptor, p.target.rpartition(".")[2][-1]) for p in built.network.projections}
    assert len(built.groups) == len(kinds) == 2
    assert len(built.synapses) <= 12
    assert len(built.synapses) <= 2 * len(receptors)
    assert len(built.objects) <= 12 * (len(kinds) + len(receptors))


def check_whole(built: BuiltNetwork, spec: BrainSpec) -> None:
    """Every projection has its synapses between its own populations, with its own weight and delay."""
    assert built.n_synapses == sum(built.ends(p.name)[0].size for p in built.network.projections)
    rng = np.random.default_rng(0)
    for k in rng.choice(len(built.network.projections), 50, replace=False):
        p = built.network.projections[k]
        pre, post = built.ends(p.name)
        source, target = built.network.population(p.source), built.network.population(p.target)
        assert pre.size == round(p.connector.expected(built.network.site(p)))
        assert pre.min() >= 0 and pre.max() < source.size and post.min() >= 0 and post.max() < target.size
        assert (built.weights(p.name) == p.weight.si).all()  # type: ignore[union-attr]
        assert (built.delays(p.name) == p.delay.si).all()  # type: ignore[union-attr]


def test_a_brain_of_20_regions_is_a_handful_of_objects() -> None:
    spec = cortex(20, 150)
    built = build(spec.resolve())
    assert len(built.network.populations) == 160
    check_few_objects(built)
    check_whole(built, spec)


@pytest.mark.slow
def test_a_brain_of_213_regions_is_a_handful_of_objects_within_a_minute() -> None:
    spec = cortex(213, 20_000)
    begun = time.process_time()
    built = build(spec.resolve())
    assert time.process_time() - begun < 60
    assert len(built.network.populations) == 1704
    assert sum("->" in p.name for p in built.network.projections) == 20_000 + 3 * 213
    check_few_objects(built)
    check_whole(built, spec)


# -- what is drawn is drawn by name ----------------------------------------------------------------------------------


def three(
    sizes: tuple[int, int, int] = (20, 20, 20), *, seed: int = 3, order: str = "ABC", extra: Any = None
) -> BrainSpec:
    """Three regions, everything drawn at random: connections, weights, delays, parameters, initial values."""
    spec = a_brain("5 ms", seed=seed)
    size = dict(zip("ABC", sizes, strict=True))
    regions = {}
    for name in order:
        cell = Population(
            name="E",
            size=size[name],
            neuron=LIF,
            parameters={"tau_m": Normal("10 ms", "1 ms")},
            initial={"v": "E_L + 10*mV*rand()"},
        )
        inner = Projection(
            source="E",
            target="E",
            connector=FixedProbability(p=0.3),
            weight=Normal("20 pA", "5 pA"),
            delay=Uniform("0.1 ms", "2 ms"),
            receptor="exc",
        )
        regions[name] = Region(populations=(cell,), projections=(inner,))
    spec.regions = regions
    links = {"AB": ("A.E", "B.E"), "BC": ("B.E", "C.E")}
    for key in sorted(links, reverse=order != "ABC"):
        source, target = links[key]
        spec.connect(source, target, FixedInDegree(k=4), weight=Normal("20 pA", "5 pA"), delay=Uniform("1 ms", "2 ms"),
                     receptor="exc")  # fmt: skip
    for name in order:
        spec.stimulate(f"{name}.E", poisson("5 Hz", 100), weight=Normal("5 pA", "1 pA"), receptor="exc")
        spec.stimulate(f"{name}.E", Step(amplitude=Normal("50 pA", "5 pA")))
    if extra is not None:
        extra(spec)
    return spec


def drawn(spec: BrainSpec) -> dict[str, list[Any]]:
    """Everything that was drawn, by the name of what it was drawn for."""
    built = build(spec.resolve())
    built.timeline.apply(0)
    found: dict[str, list[Any]] = {}
    for p in built.network.projections:
        found[p.name] = [*built.ends(p.name), built.weights(p.name), built.delays(p.name)]
    for population in built.network.populations:
        plan, start = built.plan.place(population)
        if plan.poisson and population.name != "first":
            group = built.groups[plan.name]
            where = slice(start, start + population.size)
            slot = next(k for k, slot in enumerate(plan.poisson) if slot.key == ("exc", ""))
            names = ("u_tau_m", "u_v", f"b_weight{slot}", "b_step")
            found[population.name] = [group.array(name)[where].copy() for name in names]
    return found


def differing(a: dict[str, list[Any]], b: dict[str, list[Any]]) -> set[str]:
    def same(name: str) -> bool:
        return all(np.array_equal(x, y) for x, y in zip(a[name], b[name], strict=True))

    return {name for name in a.keys() & b.keys() if not same(name)}


ALL = {"A.E", "B.E", "C.E", "A.E->A.E", "B.E->B.E", "C.E->C.E", "A.E->B.E", "B.E->C.E"}


def test_same_seed_same_brain_other_seed_another() -> None:
    assert three().resolve().hash == three().resolve().hash != three(seed=4).resolve().hash
    first, again, other = drawn(three()), drawn(three()), drawn(three(seed=4))
    assert set(first) == ALL
    assert differing(first, again) == set()
    assert differing(first, other) == ALL


def test_another_size_of_one_region_changes_what_touches_it_alone() -> None:
    assert differing(drawn(three()), drawn(three((33, 20, 20)))) == {"A.E", "A.E->A.E", "A.E->B.E"}
    # the in-degree of B from A has nothing to do with C
    assert differing(drawn(three()), drawn(three((20, 20, 7)))) == {"C.E", "C.E->C.E", "B.E->C.E"}


def more(what: str) -> Any:
    def extra(spec: BrainSpec) -> None:
        if what == "population":
            spec.add("first", 17, LIF)
            spec.connect("first", "A.E", FixedProbability(p=0.5), weight=Normal("1 pA", "1 pA"), receptor="exc")
        elif what == "population of another model":
            spec.add("first", 17, COBA)
        elif what == "spikes":
            spec.stimulate("A.E", SpikeTrains(times=[1e-3], neurons=[0]), weight="1 pA", receptor="exc")  # type: ignore[arg-type]
        elif what == "stimulus":
            spec.stimuli.insert(
                0, spec.stimulate("B.E", poisson("1 Hz"), weight=Normal("1 pA", "1 pA"), receptor="inh")
            )
            spec.stimuli.pop()
        elif what == "recorder":
            spec.record(rates="1 ms", traces=(Traces(target="B.E", variables=("v",)),))
        elif what == "lesion":
            spec.intervene(Lesion(target="A.E->B.E", at="4 ms"))

    return extra


@pytest.mark.parametrize(
    "what", ["population", "population of another model", "spikes", "stimulus", "recorder", "lesion"]
)
def test_what_is_added_elsewhere_changes_nothing(what: str) -> None:
    assert differing(drawn(three()), drawn(three(extra=more(what)))) == set()


def test_the_order_of_the_description_changes_nothing() -> None:
    assert differing(drawn(three()), drawn(three(order="CBA"))) == set()


def test_two_stimuli_on_one_population_are_drawn_apart() -> None:
    spec = a_brain("1 ms")
    spec.add("A", 50, LIF)
    for receptor in ("exc", "exc", "inh"):
        spec.stimulate("A", poisson("5 Hz"), weight=Normal("5 pA", "1 pA"), receptor=receptor)
    spec.stimulate("A[0:25]", poisson("5 Hz"), weight=Normal("5 pA", "1 pA"), receptor="exc", name="x")
    spec.stimulate("A[25:50]", poisson("5 Hz"), weight=Normal("5 pA", "1 pA"), receptor="exc", name="x")
    built = build(spec.resolve())
    built.timeline.apply(0)
    rows = [built.groups["group_0"].array(f"b_weight{k}") for k in range(4)]
    parts = [*(row for row in rows[:3]), np.concatenate([rows[3][:25], rows[3][:25]])]
    assert all(abs(np.corrcoef(a, b)[0, 1]) < 0.6 for k, a in enumerate(parts) for b in parts[k + 1 :])
    halves = rows[3]
    assert not np.array_equal(halves[:25], halves[25:])


# -- what must not be merged -----------------------------------------------------------------------------------------


def test_models_that_speak_of_their_population_stay_apart() -> None:
    indexed = NeuronModel(name="indexed", equations="x = i/N : 1\nlevel : 1 (shared)", initial={"level": "2"})
    spec = a_brain("1 ms")
    spec.add("A", 4, indexed)
    spec.add("B", 2, indexed, initial={"level": "5"})
    built = build(spec.resolve())
    assert len(built.groups) == 2
    assert [g.array("u_level").tolist() for g in built.groups.values()] == [[2.0], [5.0]]


def test_parameters_of_other_units_are_other_models() -> None:
    one = NeuronModel(name="m", equations="y = a*b : volt", parameters=parameters(a="1 mV", b="2"))
    two = NeuronModel(name="m", equations="y = a*b : volt", parameters=parameters(a="2", b="1 mV"))
    spec = a_brain("1 ms")
    spec.add("A", 1, one)
    spec.add("B", 1, two)
    assert len(build(spec.resolve()).groups) == 2


def test_initial_values_may_read_each_other_in_any_order() -> None:
    model = NeuronModel(
        name="chain",
        equations="""
        dv/dt = (rest - v)/tau : volt
        a : volt
        n : 1
        up : boolean
        half = (v + a)/2 + n*mV : volt
        c : volt
        """,
        parameters=parameters(rest="-70 mV", tau="10 ms"),
        initial={"c": "2*half", "v": "rest + a", "a": "i*mV", "n": "N", "up": "v > -69*mV"},
        method="euler",
    )
    spec = a_brain("1 ms")
    spec.add("pad", 5, LIF)
    spec.add("A", 3, model, initial={"a": "10*i*mV"})
    group = build(spec.resolve()).groups["group_1"]
    i = np.arange(3)
    np.testing.assert_allclose(group.array("u_a"), 0.01 * i)
    np.testing.assert_allclose(group.array("u_v"), -0.07 + 0.01 * i)
    np.testing.assert_allclose(group.array("u_c"), (-0.07 + 0.02 * i) + 2 * 3e-3)
    assert_array_equal(group.array("u_up"), [False, True, True])


def test_synapses_of_nothing_and_of_one_are_built() -> None:
    spec = a_brain("1 ms")
    spec.add("A", 1, LIF)
    spec.add("B", 3, LIF)
    spec.connect("A", "B", FixedProbability(p=0), weight="1 pA", delay="1 ms", receptor="exc")
    spec.connect(
        "A", "A", FixedProbability(p=1), weight=Normal("1 pA", "1 pA"), delay=Uniform("1 ms", "2 ms"), receptor="exc"
    )
    built = build(spec.resolve())
    assert built.n_synapses == 1
    assert built.weights("A->B").size == 0 and built.delays("A->A").size == 1
    with pytest.raises(KeyError):
        built.synapses_of("B->A")
