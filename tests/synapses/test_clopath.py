"""The voltage rule of Clopath et al. (2010): the authors' program, its published figure, and homeostasis."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.errors import InputError
from braincore.model import AllToAll, SpikeTrains, SynapseModel, Traces, learning_rules, neurons, synapses
from braincore.study.protocols import protocols
from braincore.study.protocols._told import shaped
from tests.build.built_runs import a_brain, run

RATES = (0.1, 10.0, 20.0, 40.0, 50.0)
CLAMP = {1: 32.862, 2: -49.5016}
"""What the authors' neuron is after a spike of 29.4 mV, in steps of 1 ms; from the second it goes on."""


def program(pre: np.ndarray, post: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return potential, filtered potential and weight of the authors' equations in steps of 1 ms, mV, pA.

    Written from the equations of the paper and the order of events of VoTri.m and aEIF.m; `pre` and `post` are steps.
    """
    x, driven = np.zeros(steps), np.zeros(steps)
    x[pre], driven[post] = 1, 1e6
    u, w_ad, z, v_t, since = -70.6, 0.0, 0.0, -50.4, 99
    minus, plus = np.full(steps + 1, -70.6), np.full(steps + 1, -70.6)
    voltage, r, w = np.full(steps, -70.6), 0.0, 0.5
    for t in range(steps):
        since += 1
        if since == 1:
            u = CLAMP[1]
        else:
            if since == 2:
                u, z, v_t, w_ad = CLAMP[2], 400.0, -30.4, w_ad + 0.0805
            change = -30 * (u + 70.6) + 60 * np.exp((u - v_t) / 2) - w_ad + z + driven[t]
            u, w_ad = u + change / 281, w_ad + (4 * (u + 70.6) - w_ad) / 144
            z, v_t = z - z / 40, v_t + (-50.4 - v_t) / 50
            if u > 20:
                u, since = 29.4, 0
        voltage[t] = u
        minus[t + 1] = minus[t] + (u - minus[t]) / 10
        plus[t + 1] = plus[t] + (u - plus[t]) / 7
        w -= 14e-5 * x[t] * max(minus[t - 3] + 70.6, 0)
        w += 8e-5 * max(u + 45.3, 0) * r * max(plus[t - 3] + 70.6, 0)
        r += x[t] / 15 - r / 15
    return voltage, plus, w


@pytest.mark.parametrize("runs_on", ["cpp", "brian2"])
def test_neuron_and_rule_are_the_authors_program(runs_on: str) -> None:
    """Potential, filtered potential and weight of random trains, to 1e-9."""
    rng = np.random.default_rng(5)
    steps = 3000
    pre = np.sort(rng.choice(np.arange(10, steps - 10), 60, replace=False))
    post = 10 + np.cumsum(rng.integers(8, 90, 50))
    post = post[post < steps - 10]
    voltage, plus, weight = program(pre, post, steps)
    spec = a_brain(f"{steps} ms", dt="1 ms")
    spec.add("pre", 1, "spike_source")
    spec.add("relay", 1, "spike_source")
    spec.add("post", 1, shaped())
    for name, at in (("pre", pre), ("relay", post - 1)):
        spec.stimulate(name, SpikeTrains(times=at * 1e-3, neurons=np.zeros(len(at), dtype=int)))
    spec.connect("relay", "post", AllToAll(), weight="1e6 pA", receptor="relay")
    rule = learning_rules.get("clopath2010")
    spec.connect(
        "pre", "post", AllToAll(), weight="0.5", receptor="plastic", rules=rule, bounds=("0", "1"), name="plastic"
    )
    spec.record(traces=(Traces(target="post", variables=("v", "clopath2010.u_plus")),))
    done = run(spec, runs_on=runs_on)
    assert done.train("post", 0).tolist() == post.tolist()
    code = done.code("post")
    # a trace is of the beginning of a step: the end of the one before
    np.testing.assert_allclose(done.sink.trace("post", "v", code=code)[1:] * 1e3, voltage[:-1], rtol=1e-9)
    found = done.sink.trace("post", "clopath2010.u_plus", code=code)[1:] * 1e3
    np.testing.assert_allclose(found, plus[: steps - 1], rtol=1e-9)
    assert done.built.weights("plastic")[0] == pytest.approx(weight, rel=1e-9)
    assert abs(weight - 0.5) > 1e-3


def test_frequency_dependence_of_visual_cortex() -> None:
    """Five pairs every 10 s, 75 in all (50 at 0.1 Hz): percent of the start as a port of the program gave, to 1.

    Facts of the project (RUN): pre before post 100.0 102.9 115.7 146.3 165.0, post before pre 73.3 59.1 59.0 103.8
    147.1 at 0.1 to 50 Hz; measured by Sjöström et al. (2001): 96 114 129 153 156 and 71 59 66 156 175.
    """
    expected = {
        "pre before post": [100.0, 102.9, 115.7, 146.3, 165.0],
        "post before pre": [73.3, 59.1, 59.0, 103.8, 147.1],
    }
    rule = learning_rules.get("clopath2010")
    of_75, of_50 = (protocols.get("frequency").with_(pairs=pairs, burst=5, pause="10 s")(rule) for pairs in (75, 50))
    for name, percent in expected.items():
        slow, fast = of_50.curve(name)[1][:1], of_75.curve(name)[1][1:]
        np.testing.assert_allclose(100 + 100 * np.concatenate([slow, fast]), percent, atol=1)


PAIRED = [
    ([29.0, 129.0, 229.0, 329.0, 429.0], [19.0, 119.0, 219.0, 319.0, 419.0], 57.82638722),
    ([29.0, 62.3, 95.7, 129.0, 162.3], [19.0, 52.3, 85.7, 119.0, 152.3], 72.16730112),
    ([29.0, 49.0, 69.0, 89.0, 109.0], [19.0, 39.0, 59.0, 79.0, 99.0], 149.43359357),
    ([129.0, 229.0, 329.0, 429.0, 529.0, 629.0], [139.0, 239.0, 339.0, 439.0, 539.0, 639.0], 103.30408341),
    ([62.3, 95.6, 129.0, 162.3, 195.6, 229.0], [72.3, 105.6, 139.0, 172.3, 205.6, 239.0], 124.03640668),
    ([49.0, 69.0, 89.0, 109.0, 129.0, 149.0], [59.0, 79.0, 99.0, 119.0, 139.0, 159.0], 157.02882555),
]
"""Presynaptic and postsynaptic spikes (ms) and percent of the weight, of NEST's test_clopath_synapse.py."""
DECAYED = {"I_sp": f"{400 * np.exp(-2 / 40)} pA", "V_T_jump": f"{80.8 * np.exp(-2 / 50)} mV"}


@pytest.mark.parametrize(("pre", "post", "expected"), PAIRED)
def test_the_numbers_of_nest(pre: list[float], post: list[float], expected: float) -> None:
    """Its neuron and rule at 0.1 ms: to 1 point of 58 to 157, as it integrates adaptively and we by Euler's method.

    The weight is in mV there, and moves the neuron; current and threshold decay while the spike lasts.
    """
    felt = SynapseModel(name="felt", weight="1", equations="heard : 1", on_pre="v += w*mV\nheard += 1")
    neuron = shaped()
    neuron = neuron.with_(
        {"V_peak": "33 mV", "V_spike": "33 mV", "V_late": "33 mV", "V_reset": "-49.6 mV", **DECAYED},
        receptors={"relay": synapses.get("delta"), "plastic": felt},
    )
    spec = a_brain(f"{pre[-1]:.1f} ms", dt="0.1 ms")
    spec.add("pre", 1, "spike_source")
    spec.add("relay", 1, "spike_source")
    spec.add("post", 1, neuron)
    for name, times, earlier in (("pre", pre, 0.1), ("relay", post, 0.0)):  # NEST's hears of them a step later
        at = (np.asarray(times) - earlier) * 1e-3
        spec.stimulate(name, SpikeTrains(times=at, neurons=np.zeros(len(at), dtype=int)))
    spec.connect("relay", "post", AllToAll(), weight="80 mV", receptor="relay")
    rule = learning_rules.get("clopath2010_nest").with_(d_u="4 ms")
    spec.connect(
        "pre", "post", AllToAll(), weight="0.5", receptor="plastic", rules=rule, bounds=("0", "1"), name="plastic"
    )
    found = run(spec, runs_on="cpp").built.weights("plastic")[0]
    assert 100 + 100 * 15 * (found - 0.5) / 0.5 == pytest.approx(expected, abs=1)


def test_depression_grows_with_activity() -> None:
    """With a target that is always depolarised, depression is A_LTD <u^2>/u_ref^2 [u_- - theta_-] of a spike."""
    held = neurons.get("lif_delta").with_(E_L="-60 mV", V_th="100 mV")
    spec = a_brain("20 s", dt="1 ms")
    spec.add("pre", 1, "spike_source")
    spec.add("post", 1, held)
    spec.stimulate("pre", SpikeTrains(times=[19.9], neurons=[0]))
    rule = learning_rules.get("clopath2010_homeostatic")
    spec.connect(
        "pre", "post", AllToAll(), weight="1 uV", receptor="exc", rules=rule, bounds=("0 uV", "2 uV"), name="plastic"
    )
    found = run(spec).built.weights("plastic")[0]
    depolarised = 10.6
    expected = 1e-6 - 14e-5 * 2e-6 * depolarised**2 / 60 * depolarised
    assert found == pytest.approx(expected, rel=1e-6)


def test_a_delay_line_is_as_long_as_its_delay() -> None:
    """The delayed potential is the potential `d_u` earlier, for steps of 0.1 and 1 ms, and of no delay at all."""
    rule = learning_rules.get("clopath2010")
    for dt, delay in (("0.1 ms", "3 ms"), ("1 ms", "3 ms"), ("1 ms", "0 ms")):
        spec = a_brain("200 ms", dt=dt)
        spec.add("pre", 1, "spike_source")
        spec.stimulate("pre", SpikeTrains(times=[0.02, 0.05], neurons=[0, 0]))
        spec.add("post", 1, neurons.get("lif_exp"))
        made = rule.with_(d_u=delay, theta_minus="-100 mV", theta_plus="50 mV")
        spec.connect("pre", "post", AllToAll(), weight="300 pA", receptor="exc", rules=made, bounds=("0 pA", "1 nA"))
        spec.record(traces=(Traces(target="post", variables=("clopath2010.u_plus", "clopath2010.late_plus")),))
        done = run(spec)
        now, late = (
            done.sink.trace("post", f"clopath2010.{n}", code=done.code("post")) for n in ("u_plus", "late_plus")
        )
        steps = round(float(delay.split()[0]) / float(dt.split()[0]))
        assert np.ptp(now) > 1e-4
        # what the line holds at the end of the first step is the initial value, whatever the delay
        np.testing.assert_array_equal(late[1 + steps :], now[1 : len(now) - steps])


@pytest.mark.parametrize(
    ("delay", "message"),
    [("-1 ms", r"'d_u' is -10 time steps.*0 to 1000"), ("20 s", r"'d_u' is 200000 time steps")],
)
def test_delays_that_cannot_be_are_refused(delay: str, message: str) -> None:
    spec = a_brain("10 ms", dt="0.1 ms")
    spec.add("pre", 1, "spike_source")
    spec.add("post", 1, neurons.get("lif_exp"))
    rule = learning_rules.get("clopath2010").with_(d_u=delay)
    spec.connect("pre", "post", AllToAll(), weight="300 pA", receptor="exc", rules=rule, bounds=("0 pA", "1 nA"))
    with pytest.raises(InputError, match=message):
        spec.resolve()
