"""Populations, layouts, selections and projections: what they hold and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from braincore.errors import InputError
from braincore.model import (
    AllToAll,
    Grid,
    LogNormal,
    NeuronModel,
    Normal,
    Parameter,
    Population,
    Positions,
    Projection,
    Scatter,
    Uniform,
    Values,
)
from braincore.model.population import matching, split_address

LEAK = NeuronModel(
    name="leak",
    equations="""
    dv/dt = (E - v)/tau + drift*int(on) : volt
    drift : volt/second
    on : boolean
    gain = v/E : 1
    """,
    parameters=(Parameter("E", "-70 mV"), Parameter("tau", "10 ms")),  # type: ignore[arg-type]
    initial={"v": "E"},
    method="euler",
)


def population(**more: Any) -> Population:
    return Population(**{"name": "A", "size": 4, "neuron": LEAK, **more})


@pytest.mark.parametrize("size", [0, -3, 2.5, True, "10", None, float("nan"), 2**31, 1e300])
def test_size_is_a_whole_number(size: Any) -> None:
    with pytest.raises(InputError, match="size of population 'A'"):
        population(size=size)


def test_whole_floats_and_numpy_sizes_are_sizes() -> None:
    for size in (4.0, np.int64(4), np.float32(4)):
        assert population(size=size).size == 4 and type(population(size=size).size) is int


@pytest.mark.parametrize("name", ["", " ", " A", "A[0]", "all", None, 3])
def test_names_that_could_not_be_addressed_are_refused(name: Any) -> None:
    with pytest.raises(InputError, match=r"name|called"):
        population(name=name)


@pytest.mark.parametrize(
    ("more", "path", "message"),
    [
        ({"parameters": {"tua": "1 ms"}}, "parameters.tua", "Did you mean 'tau'"),
        ({"parameters": {"v": "1 mV"}}, "parameters.v", "set it under 'initial'"),
        ({"parameters": {"tau": "1 mV"}}, "parameters.tau", "is a voltage"),
        ({"parameters": {"tau": Values.of([1, 2, 3], "ms")}}, "parameters.tau", "3 values for 4"),
        ({"parameters": {"tau": ["1 ms"]}}, "parameters.tau", "1 values for 4"),
        ({"parameters": {"tau": Normal("1 mV", "1 mV")}}, "parameters.tau", "is a voltage"),
        ({"initial": {"tau": "1 ms"}}, "initial.tau", "not a state variable"),
        ({"initial": {"gain": "1"}}, "initial.gain", "not a state variable"),
        ({"initial": {"v": "tau"}}, "initial.v", "must be|is a"),
        ({"initial": {"v": "E + "}}, "initial.v", ""),
        ({"initial": {"v": "E_LL"}}, "initial.v", "E_LL"),
        ({"initial": {"v": "E + I*ohm"}}, "initial.v", "'I'"),
        ({"initial": {"on": "1"}}, "initial.on", ""),
        ({"initial": {"v": "drift*tau", "drift": "v/tau"}}, "initial.", "need each other"),
        ({"labels": ("a", "b")}, "labels", "2 labels for 4"),
        ({"labels": ("a", "b", "a", "c")}, "labels", "label 'a' is given twice"),
        ({"groups": {"g": [0, 4]}}, "groups.g", "neuron 4 of 4"),
        ({"groups": {"g": [-1]}}, "groups.g", "neuron -1"),
        ({"groups": {"g": [0.5]}}, "groups.g", "row of neuron indices"),
        ({"layout": Grid(shape=(3,), spacing="1 um")}, "layout", "grid of 3 does not hold 4"),
        ({"layout": Positions(metres=np.zeros((3, 2)))}, "layout", "3 positions for 4"),
        ({"sign": "excitatroy"}, "sign", "Allowed"),
    ],
)
def test_faults_say_where(more: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        population(**more)
    assert caught.value.faults[0].path.startswith(path)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        population(parameters={"a": 1, "b": 2}, labels=("x",), groups={"g": [9]})
    assert len(caught.value.faults) == 4


def test_values_are_read() -> None:
    made = population(parameters={"tau": "20 ms"}, initial={"v": "E*(1 + 0.1*rand())", "on": "i > 1"})
    assert made.parameters["tau"].si == 0.02  # type: ignore[union-attr]
    assert made.initial["v"] == "E*(1 + 0.1*rand())"


def test_selection_keeps_the_order_in_which_it_was_written() -> None:
    made = population(size=6, labels=tuple("abcdef"), groups={"ends": [5, 0], "odd": np.array([1, 3, 5])})
    for text, expected in (
        ("f, a", [5, 0]),
        ("ends", [5, 0]),
        ("ends, odd", [5, 0, 1, 3]),
        ("0:2, 4:6", [0, 1, 4, 5]),
        ("4:, b", [4, 5, 1]),
        ("3", [3]),
        ("a, a, 0", [0]),
    ):
        chosen = made.select(text)
        assert isinstance(chosen, np.ndarray) and chosen.dtype == np.int32
        assert chosen.tolist() == expected, text
    assert made.select("1:3") == slice(1, 3)
    assert made.select(" : ") == slice(0, 6)


@pytest.mark.parametrize("text", ["6", "2:2", "3:1", "0:7", "-1", "g", "a,,b", "1.5", "0:6:2", "\u0663"])
def test_selections_outside_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        population(size=6, labels=tuple("abcdef")).select(text)


def test_an_unknown_neuron_is_suggested() -> None:
    with pytest.raises(InputError, match="Did you mean 'ASHL'"):
        population(size=2, labels=("ASHL", "ASHR")).select("ASHl")


def test_layouts() -> None:
    rng = np.random.default_rng(1)
    grid = Grid(shape=(2, 3), spacing="2 um").positions(6, rng)
    assert np.allclose(grid[:4] * 1e6, [[0, 0], [0, 2], [0, 4], [2, 0]])
    box = Scatter(extent=("1 mm", "2 mm")).positions(5000, rng)
    assert box.min() >= 0 and (box.max(axis=0) <= [1e-3, 2e-3]).all()
    assert np.allclose(box.mean(axis=0), [5e-4, 1e-3], rtol=0.05)
    assert Positions(metres=np.ones((2, 2))) == Positions(metres=np.ones((2, 2)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Grid(shape=(2, 0), spacing="1 um"),
        lambda: Grid(shape=(2.5,), spacing="1 um"),
        lambda: Grid(shape=(1, 1, 1, 1), spacing="1 um"),
        lambda: Grid(shape=(2,), spacing="-1 um"),
        lambda: Grid(shape=(2,), spacing="1 ms"),
        lambda: Scatter(extent=()),
        lambda: Scatter(extent=("0 um",)),
        lambda: Positions(metres=np.array([1.0, 2.0])),
        lambda: Positions(metres=np.array([[np.nan]])),
    ],
)
def test_senseless_layouts_are_refused(make: Any) -> None:
    with pytest.raises(InputError):
        make()


@pytest.mark.parametrize(
    ("delay", "message"),
    [
        ("-2 ms", "delay -2 ms is negative"),
        (Values.of([1, -1], "ms"), "delay -1 ms is negative"),
        (Normal("2 ms", "1 ms"), "Truncate the distribution"),
        (Uniform("-1 ms", "1 ms"), "Truncate the distribution"),
        ("2 mV", "is a voltage"),
        (2, "has no unit"),
    ],
)
def test_senseless_delays_are_refused(delay: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Projection(source="A", target="B", connector=AllToAll(), weight="1 mV", delay=delay)
    assert caught.value.faults[0].path == "delay"


def test_weights_are_read() -> None:
    made = Projection(source="A", target="B", connector=AllToAll(), weight=LogNormal("1 mV", "1 mV"), delay="1 ms")
    assert made.delay.si == 1e-3  # type: ignore[union-attr]
    for wrong in (float("nan"), [1.0, float("inf")], "5 parsec"):
        with pytest.raises(InputError):
            Projection(source="A", target="B", connector=AllToAll(), weight=wrong)


def test_addresses() -> None:
    assert split_address(" V1.L4e ") == ("V1.L4e", "")
    assert split_address("brain[ASHL, ASHR]") == ("brain", "ASHL, ASHR")
    for wrong in ("", "[0]", "a[", "a[0][1]", "a]0["):
        with pytest.raises(InputError):
            split_address(wrong)
    assert matching("V1", ["V1.E", "V10.E", "V1"]) == ["V1"]
    assert matching("V1", ["V1.E", "V10.E"]) == ["V1.E"]
