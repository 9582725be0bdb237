"""A run that is cut in two, or stored and taken up again by another process, is the run that was never stopped.

The networks are random ones (`fuzz_grammar`) that draw random numbers, and one made for the purpose: spikes under way
with heterogeneous delays, Poisson input, ``rand`` in resets and noise in equations. In two more plasticity lives on
neurons, and neurons sleep: then the compiled code holds more than Brian2's arrays do.
"""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import fuzz
import numpy as np
import pytest
from fuzz_grammar import MARK, generate

import braincore.engine

NOISY = """
from brian2 import *
seed(11)
P = PoissonGroup(30, 'clip(20 + i, 0, 100)*Hz', name='P')
G = NeuronGroup(
    40,
    '''dv/dt = (1.4 - v)/(9*ms) + 0.1*xi*(9*ms)**-0.5 : 1 (unless refractory)
    dx/dt = -x/(20*ms) : 1''',
    threshold='v > 1 - 0.05*rand()', reset='v = 0.2*rand(); x += 1', refractory='(1 + 2*rand())*ms', method='euler',
    name='G')
G.v = 'rand()'
I = PoissonInput(G, 'x', 20, 15*Hz, 0.01)
S = Synapses(
    G, G, '''w : 1
    dApre/dt = -Apre/(20*ms) : 1 (event-driven)
    dg/dt = -g/(5*ms) : 1 (clock-driven)''',
    on_pre='v_post += w*(0.5 + rand())\\nApre += 0.01\\ng += 0.1', on_post='w = clip(w + Apre, 0, 0.2)', method='exact',
    name='S')
S.connect(condition='(7*i + 3*j) % 5 == 0')
S.w = '0.01 + 0.02*rand()'
S.pre.delay = '(0.1 + 9*rand())*ms'
S.post.delay = '3*rand()*ms'
Q = Synapses(P, G, on_pre='v_post += 0.05', delay=4.7*ms, name='Q')
Q.connect(condition='(i + j) % 3 == 0')
M0 = SpikeMonitor(G, variables=['v'], name='M0')
M1 = SpikeMonitor(P, name='M1')
M2 = StateMonitor(G, ['v', 'x'], record=[0, 7], name='M2')
M3 = StateMonitor(S, ['w', 'g'], record=np.arange(5), dt=0.5*ms, name='M3')
M4 = PopulationRateMonitor(G, name='M4')
net = Network(collect())
"""
PLASTIC = """
from brian2 import *
seed(12)
G = NeuronGroup(
    90, 'dv/dt = (1.2 - v)/(9*ms) + 0.2*xi*(9*ms)**-0.5 : 1 (unless refractory)',
    threshold='v > 1', reset='v = 0', refractory=1*ms, method='euler', name='G')
G.v = 'rand()'
S = Synapses(
    G[:60], G, '''w : 1
    dApre/dt = -Apre/(20*ms) : 1 (event-driven)
    dApost/dt = -Apost/(25*ms) : 1 (event-driven)''',
    on_pre='v_post += 0.1*w\\nApre += 0.05\\nw = clip(w + Apost, 0, 1)',
    on_post='Apost -= 0.052\\nw = clip(w + Apre, 0, 1)', delay={'pre': 1.3*ms}, name='S')
S.connect(condition='(7*i + 3*j) % 5 == 0')
S.w = 'rand()'
T = Synapses(
    G, G[7:70], '''w : 1
    dx/dt = (1 - x)/(40*ms) : 1 (event-driven)''',
    on_pre='v_post += 0.02*w*x\\nx -= 0.4*x', delay=0.6*ms, name='T')
T.connect(condition='(5*i + j) % 4 == 0')
T.w, T.x = 'rand()', 1
M0 = SpikeMonitor(G, variables=['v'], name='M0')
net = Network(collect())
"""
SLEEPING = """
from brian2 import *
seed(13)
G = NeuronGroup(
    5000, '''dv/dt = (g - v)/(20*ms) : 1 (unless refractory)
    dg/dt = -g/(5*ms) : 1 (unless refractory)''',
    threshold='v > 1', reset='v = 0; g = 0', refractory=2*ms, method='exact', name='G')
I = PoissonInput(G[3:40], 'v', 5, 60*Hz, 0.8)
S = Synapses(G, G, 'w : 1', on_pre='g_post += w', delay=1.8*ms, name='S')
S.connect(condition='(i*7919 + j*104729) % 997 == 0')
S.w = '0.2 + 1.5*rand()'
M0 = SpikeMonitor(G, variables=['v'], name='M0')
M1 = StateMonitor(G, ['v', 'g'], record=[0, 5, 77, 3500], dt=1*ms, name='M1')
net = Network(collect())
"""
BUILDS = {"noisy": NOISY, "plastic": PLASTIC, "sleeping": SLEEPING}
FIRST, SECOND = "9", "14.5"
SEEDS = (4000, 4001, 4002, 4003)


def _run(build: str, precision: str, *lines: str) -> fuzz.State:
    return fuzz.run_script("\n".join([build, MARK, *lines, ""]), "braincore", precision=precision)


def _whole(build: str, precision: str) -> fuzz.State:
    return _run(build, precision, f"net.run(({FIRST} + {SECOND})*ms)")


def _same(found: fuzz.State, expected: fuzz.State) -> None:
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert np.array_equal(found[key], values, equal_nan=True), key


def _builds() -> list[str]:
    """Return the networks: those of the seeds that Brian2 accepts, and those above."""
    scripts = [generate(seed, noisy=True).split(MARK)[0] for seed in SEEDS]
    return [*BUILDS.values(), *scripts]


TOLD = {"plastic": ("Apost: one value", "is one addition", "x: one value"), "sleeping": ("neurons sleep",)}


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("name", BUILDS)
@pytest.mark.rotates(3)
def test_two_runs_are_one(name: str, precision: str) -> None:
    build = BUILDS[name]
    whole = _whole(build, precision)
    assert whole["M0.i"].size > 50
    assert sum(v.size for key, v in whole.items() if "under way" in key) > 20
    told = "\n".join(braincore.engine.DEVICE.program.explain())
    assert all(note in told for note in TOLD.get(name, ()))
    _same(_run(build, precision, f"net.run({FIRST}*ms)", f"net.run({SECOND}*ms)"), whole)


def test_what_python_changed_is_not_put_back() -> None:
    change = ("G.v = 0.3", "S.w = 0.4", "S.Apre = 0.01", "T.x = 0.7")
    lines = (f"net.run({FIRST}*ms)", *change, f"net.run({SECOND}*ms)")
    found = _run(PLASTIC, "double", *lines)
    eager = fuzz.run_script("\n".join([PLASTIC, MARK, *lines, ""]), "braincore", without=["traces"])
    assert np.array_equal(found["M0.i"], eager["M0.i"])
    np.testing.assert_allclose(found["S.w"], eager["S.w"], rtol=1e-9, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("seed", SEEDS)
def test_two_random_runs_are_one(seed: int, precision: str) -> None:
    build = generate(seed, noisy=True).split(MARK)[0]
    _same(_run(build, precision, f"net.run({FIRST}*ms)", f"net.run({SECOND}*ms)"), _whole(build, precision))


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("name", BUILDS)
@pytest.mark.rotates(3)
def test_a_state_can_be_put_back(name: str, precision: str) -> None:
    build = BUILDS[name]
    put = "net.restore('s', restore_random_state=True)"
    lines = (f"net.run({FIRST}*ms)", "net.store('s')", "net.run(3.3*ms)", put, f"net.run({SECOND}*ms)")
    _same(_run(build, precision, *lines), _whole(build, precision))


def test_the_random_state_of_before_the_first_run_can_be_put_back() -> None:
    whole = _whole(NOISY, "double")
    put = "net.restore('s', restore_random_state=True)"
    lines = ("net.store('s')", "net.run(3.3*ms)", put, f"net.run(({FIRST} + {SECOND})*ms)")
    _same(_run(NOISY, "double", *lines), whole)


def _taken_up(build: str, precision: str, stored: str) -> fuzz.State:
    """Restore a network in this process, and run on."""
    put = f"net.restore(filename={stored!r}, restore_random_state=True)"
    return _run(build, precision, put, f"net.run({SECOND}*ms)")


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.rotates(2)
def test_another_process_takes_up(precision: str, tmp_path: Path) -> None:
    builds = _builds()
    for k, build in enumerate(builds):
        _run(build, precision, f"net.run({FIRST}*ms)", f"net.store(filename={str(tmp_path / str(k))!r})")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        jobs = [(build, precision, str(tmp_path / str(k))) for k, build in enumerate(builds)]
        found = pool.starmap(_taken_up, jobs)
    for build, ours in zip(builds, found, strict=True):
        _same(ours, _whole(build, precision))
