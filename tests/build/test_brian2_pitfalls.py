"""What Brian2 takes without a word and gets wrong: each is an error here, or right.

One test for each such fault that is known: wrong sizes, delays, weights, rates, names and times. Where Brian2 raises a
flood of its own, the message here is one line that says what and where.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from built_runs import JUMPED, LIF, TICK, a_brain, parameters, run

from braincore.errors import InputError
from braincore.model import (
    AllToAll,
    EdgeList,
    FixedInDegree,
    FixedProbability,
    FixedTotalNumber,
    NeuronModel,
    OneToOne,
    PoissonInput,
    SpikeTrains,
    Step,
    Values,
    poisson,
)
from braincore.theory.lint import lint


def cells(size: Any = 10) -> Any:
    spec = a_brain("5 ms")
    spec.add("A", size, LIF)
    return spec


def wired(**more: Any) -> Any:
    spec = cells()
    arguments = {"weight": "1 pA", "delay": "1 ms", "receptor": "exc", **more}
    spec.connect("A", "A", arguments.pop("connector", AllToAll()), **arguments)
    return spec.resolve()


def timed(**more: Any) -> Any:
    spec = a_brain(**{"duration": "5 ms", **more})
    spec.add("A", 1, LIF)
    return spec.resolve()


def model(**more: Any) -> NeuronModel:
    fields = {"name": "m", "equations": "dv/dt = (E - v)/tau : volt", "parameters": parameters(E="-70 mV", tau="10 ms")}
    return NeuronModel(**{**fields, **more})


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "negative delay": (lambda: wired(delay="-2 ms"), "delay -2 ms is negative"),
    "one negative delay": (lambda: wired(delay=[*["1 ms"] * 99, "-1 ms"]), "delay -1 ms is negative"),
    "delay below dt": (lambda: wired(delay="0.04 ms"), "delay 0.04 ms is below the time step 0.1 ms"),
    "one delay below dt": (lambda: wired(delay=[*["1 ms"] * 99, "0.01 ms"]), "below the time step"),
    "NaN delay": (lambda: wired(delay=float("nan")), "not a finite number"),
    "infinite delay": (lambda: wired(delay=[*["1 ms"] * 99, np.inf]), "not a finite number"),
    "weight list too short": (lambda: wired(weight=["1 pA"] * 3), "3 values for 100 synapses"),
    "weight list too long": (lambda: wired(weight=["1 pA"] * 101), "101 values for 100 synapses"),
    "weights of a random number of synapses": (
        lambda: wired(connector=FixedProbability(p=0.5), weight=["1 pA"] * 50),
        "their number is random",
    ),
    "NaN weight": (lambda: wired(weight=float("nan")), "not a finite number"),
    "one NaN weight": (lambda: wired(weight=Values.of([*[1.0] * 99, np.nan], "pA")), "element 99 is nan"),
    "infinite weight": (lambda: wired(weight=float("inf")), "not a finite number"),
    "weight without unit": (lambda: wired(weight=1.0), "has no unit"),
    "weight of another unit": (lambda: wired(weight="1 mV"), "is a voltage"),
    "N = 2.5": (lambda: cells(2.5), "size of population 'A' is 2.5, not a whole number"),
    "N = True": (lambda: cells(True), "is True, not a whole number"),
    "N = '10'": (lambda: cells("10"), "is 10, not a whole number"),
    "N = 0": (lambda: cells(0), "At least 1"),
    "n = -3": (lambda: FixedTotalNumber(n=-3), "n is -3"),
    "N = 3e9": (lambda: cells(3_000_000_000), "At most 2147483647"),
    "p = 2": (lambda: FixedProbability(p=2), "Allowed: 0 to 1"),
    "p = -1": (lambda: FixedProbability(p=-1), "Allowed: 0 to 1"),
    "p = NaN": (lambda: FixedProbability(p=float("nan")), "Allowed: 0 to 1"),
    "degree of a half": (lambda: FixedInDegree(k=0.5), "k is 0.5, not a whole number"),  # type: ignore[arg-type]
    "edge beyond the population": (lambda: wired(connector=EdgeList(pre=[0], post=[10])), "target 10"),
    "reset typo": (lambda: model(threshold="v > E", reset="V = 0*mV"), "unknown variable 'V'. Did you mean 'v'"),
    "undefined symbol": (lambda: model(equations="dv/dt = (E - v)/tau_secret : volt"), "tau_secret"),
    "text that would run": (lambda: model(equations="dv/dt = exp('__import__(1)')*volt/tau : volt"), "quotes"),
    "negative refractory time": (lambda: model(threshold="v > E", refractory="-5*ms"), "refractory time .* negative"),
    "parameter without unit": (lambda: model().with_(tau=10), "has no unit"),
    "NaN parameter": (lambda: model().with_(tau=float("nan")), "not a finite number"),
    "NaN in an array of parameters": (
        lambda: a_brain().add("A", 2, model(), parameters={"tau": np.array([1.0, np.nan])}),
        "element 1 is nan",
    ),
    "negative rate": (lambda: PoissonInput(target="A", rate="-5 Hz", weight="1 pA"), "a rate is negative"),
    "negative spike time": (lambda: SpikeTrains(times=[-1e-3], neurons=[0]), "negative or not a number"),  # type: ignore
    "NaN spike time": (lambda: SpikeTrains(times=[np.nan], neurons=[0]), "negative or not a number"),  # type: ignore
    "negative dt": (lambda: timed(dt="-1 ms"), "not positive"),
    "run(NaN)": (lambda: timed(duration="nan ms"), "duration"),
    "run(NaN) as a number": (lambda: timed(duration=float("nan")), "not a finite number"),
    "run(1e12 s)": (lambda: timed(duration="1e12 s"), r"over 2\*\*53 time steps"),
    "run below dt": (lambda: timed(duration="0.04 ms"), "below one time step"),
    "run(200.07 ms)": (lambda: timed(duration="200.07 ms"), r"no multiple of the time step 0.1 ms. 200.1 ms is"),
    "seed(-1)": (lambda: timed(seed=-1), "0 to 2"),
    "seed of text": (lambda: timed(seed="abc; system(1)"), "0 to 2"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_in_words(what: str) -> None:
    make, message = REFUSED[what]
    with pytest.raises(InputError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value) and "Traceback" not in str(caught.value)


def test_two_given_spikes_of_a_neuron_in_one_step_are_refused() -> None:
    spec = cells(1)
    spec.stimulate("A", SpikeTrains(times=[1e-3, 1.02e-3], neurons=[0, 0]), weight="1 pA", receptor="exc")  # type: ignore
    with pytest.raises(InputError, match=r"1 spikes of 'input\.A' fall into the same time step of 0\.1 ms"):
        run(spec)


def test_large_seeds_are_different_seeds() -> None:
    assert timed(seed=2**40).hash != timed(seed=0).hash

    def spikes(seed: int) -> Any:
        spec = a_brain("20 ms", seed=seed)
        spec.add("P", 50, "poisson", parameters={"rate": "500 Hz"})
        return run(spec).sink.spikes

    assert not np.array_equal(spikes(2**40), spikes(0))


def test_random_input_above_one_spike_a_step_does_not_saturate() -> None:
    """Brian2's PoissonGroup gives 10 kHz at most at this step; the input has twice as much (4 SE of 100 neurons)."""
    spec = a_brain("100 ms")
    spec.add("A", 100, JUMPED, parameters={"V_th": "1 V", "tau_m": "1000 s"})
    spec.stimulate("A", poisson("20 kHz"), weight="0.01 mV", receptor="jump")
    counts = (run(spec).built.groups["group_0"].array("u_v") + 0.065) / 1e-5
    assert abs(counts.mean() - 2000) < 4 * np.sqrt(2000 / 100)


@pytest.mark.parametrize(("rate", "level"), [("20 kHz", "error"), ("2 kHz", "warning")])
def test_poisson_neurons_that_would_saturate_are_found(rate: str, level: str) -> None:
    spec = a_brain("5 ms")
    spec.add("P", 3, "poisson", parameters={"rate": rate})
    assert level in {f.level for f in lint(spec.resolve())}


def test_a_step_of_two_and_a_half_time_constants_is_found() -> None:
    spec = a_brain("5 ms")
    spec.add("A", 3, LIF, parameters={"tau_m": "0.04 ms"})
    assert any(f.level == "error" and "over twice tau_m" in str(f.fault) for f in lint(spec.resolve()))


def test_a_parameter_that_differs_reaches_each_neuron() -> None:
    """No caching of a value from another population or an earlier build."""
    spec = a_brain("30 ms")
    spec.add("A", 3, TICK, parameters={"rate": Values.of([100, 200, 400], "Hz")})
    spec.add("B", 1, TICK, parameters={"rate": "800 Hz"})
    done = run(spec)
    # x passes 1 after 10, 5, 2.5 and 1.25 ms, give or take the step of a rounding
    assert np.abs(np.array([done.train("A", k)[0] for k in range(3)]) - [100, 50, 25]).max() <= 1
    assert abs(int(done.train("B", 0)[0]) - 12) <= 1
    again = a_brain("30 ms")
    again.add("B", 1, TICK, parameters={"rate": "100 Hz"})
    assert run(again).train("B", 0)[0] == done.train("A", 0)[0]


def test_delays_are_those_that_were_given() -> None:
    """1, 5 and 0.1 ms, each from its own source, all in one object."""
    spec = a_brain("10 ms")
    spec.add("A", 3, LIF)
    spec.add("S", 3, "spike_source")
    spec.stimulate("S", SpikeTrains(times=[1e-3] * 3, neurons=[0, 1, 2]))  # type: ignore[arg-type]
    spec.connect("S", "A", OneToOne(), weight="10 nA", delay=["1 ms", "5 ms", "0.1 ms"], receptor="exc")
    done = run(spec)
    first = [done.train("A", k)[0] for k in range(3)]
    assert first[0] - first[2] == 9 and first[1] - first[2] == 49


def test_currents_of_one_neuron_do_not_reach_another() -> None:
    spec = a_brain("10 ms")
    spec.add("A", 3, LIF)
    spec.stimulate("A[1]", Step(amplitude="1 nA"))
    done = run(spec)
    assert done.train("A", 1).size > 2 and done.train("A").size == done.train("A", 1).size
