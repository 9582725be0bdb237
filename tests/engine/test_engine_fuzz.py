"""Random networks: the engine against Brian2's runtime, against itself with passes off, and with other thread counts.

A failure prints the seed and a small script; ``python tests/engine/fuzz.py --script FILE`` runs such a script again.
False alarms: see `fuzz`. Seeds are fixed, so that a run of the tests finds what the last one found.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from functools import partial

import fuzz
import numpy as np
import pytest
from fuzz_grammar import MARK, generate

from braincore.engine.unit import Passes

BLOCK = 25
"""CI checks one of so many, which changes with the commit."""
THREADS = (2, 3, 7)


def _checked(seeds: range) -> Counter[str]:
    """Compare the networks of some seeds with Brian2; return how many of them were what."""
    counts: Counter[str] = Counter()
    for seed in seeds:
        script = generate(seed)
        threads = 1 + seed % 3
        outcome = fuzz.check(script, threads=threads)
        counts[outcome.kind] += 1
        counts["spiking"] += outcome.spikes > 0
        if outcome.failed:
            small = fuzz.shrink(script, outcome.kind, seconds=90, again=partial(fuzz.check, threads=threads))
            pytest.fail(f"{threads} threads, {fuzz.report(seed, fuzz.check(small, threads=threads), small)}")
    return counts


@pytest.mark.rotates(2)
@pytest.mark.parametrize("first", range(0, 10, 5))
def test_random_networks(first: int) -> None:
    assert _checked(range(first, first + 5))["same"] >= 3


@pytest.mark.slow
@pytest.mark.minutes
@pytest.mark.rotates(20)
@pytest.mark.parametrize("first", range(1000, 1500, BLOCK))
def test_many_random_networks(first: int) -> None:
    counts = _checked(range(first, first + BLOCK))
    assert counts["refused"] + counts["infinite"] < 0.3 * BLOCK
    assert counts["ill"] <= 2
    assert counts["spiking"] > 0.65 * BLOCK


def _same_bits(found: fuzz.State, expected: fuzz.State, script: str) -> None:
    wrong = [
        key
        for key in sorted(found.keys() | expected.keys())
        if key not in found or key not in expected or not np.array_equal(found[key], expected[key], equal_nan=True)
    ]
    assert not wrong, f"{', '.join(wrong[:10])} differ:\n{script}"


def _sound(first: int, count: int) -> list[str]:
    """Return scripts that Brian2 and the engine accept, half of them with random numbers."""
    found: list[str] = []
    seed = first
    while len(found) < count:
        script = generate(seed, noisy=len(found) % 2 == 0)
        seed += 1
        try:
            fuzz.run_script(script, "runtime")
        except Exception:
            continue
        found.append(script)
    return found


@pytest.mark.slow
@pytest.mark.rotates(4, group="bits of random networks")
@pytest.mark.parametrize("first", (2000, 2100, 2200))
def test_passes_leave_the_bits_as_they_are(first: int) -> None:
    for script in _sound(first, 2):
        expected = fuzz.run_script(script, "braincore")
        for one in fields(Passes):
            _same_bits(fuzz.run_script(script, "braincore", without=[one.name]), expected, f"{one.name}\n{script}")


@pytest.mark.slow
@pytest.mark.rotates(4, group="bits of random networks")
def test_without_any_pass(first: int = 2300) -> None:
    for script in _sound(first, 6):
        expected = fuzz.run_script(script, "braincore")
        none = [one.name for one in fields(Passes)]
        _same_bits(fuzz.run_script(script, "braincore", without=none), expected, script)


@pytest.mark.slow
@pytest.mark.rotates(4, group="bits of random networks")
@pytest.mark.parametrize("first", (3000, 3100, 3200))
def test_threads_leave_the_bits_as_they_are(first: int) -> None:
    for script in _sound(first, 4):
        expected = fuzz.run_script(script, "braincore", threads=1)
        for threads in THREADS:
            _same_bits(fuzz.run_script(script, "braincore", threads=threads), expected, f"{threads} threads\n{script}")


def test_a_seed_gives_one_script() -> None:
    assert generate(5) == generate(5) != generate(6)
    assert generate(5, noisy=True) != generate(5)
    assert generate(5).count(MARK) == 1


def test_differences_are_seen() -> None:
    state = {"M0.i": np.array([1, 2]), "G0.v": np.array([0.5, 1.0]), "M0.t": np.array([0.1, 0.2])}
    assert not fuzz.differences(state, state)
    assert not fuzz.differences(state | {"G0.v": np.array([0.5 + 1e-13, 1.0])}, state)
    for key, value in (("M0.i", [1, 3]), ("G0.v", [0.5 + 1e-8, 1.0]), ("M0.t", [0.1, 0.2 + 1e-15]), ("M0.i", [1])):
        assert fuzz.differences(state | {key: np.array(value)}, state), key
    assert fuzz.differences({}, state)


def test_a_failing_script_is_shrunk() -> None:
    script = "\n".join([*(f"line {k}" for k in range(40)), MARK, "x", "net.run(1*ms)", "y"])

    def again(text: str) -> fuzz.Outcome:
        return fuzz.Outcome(kind="different" if "line 7\n" in text and "line 31\n" in text else "same")

    assert fuzz.shrink(script, "different", again=again).split("\n") == ["line 7", "line 31", MARK, "net.run(1*ms)", ""]
