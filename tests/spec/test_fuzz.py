# ruff: noqa: E501
"""Mutations of valid definitions: whatever comes out is a brain or a clean error, never anything else."""

from __future__ import annotations

import random
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from spec_brains import BRAINS, write_data

from braincore.errors import InputError
from braincore.spec import load

TOKENS = [
    "", " ", "\n", "\t", ":", ": ", "- ", "{", "}", "[", "]", ",", "'", '"', "#", "&a ", "*a", "!!str ", "<<: *a", "|", ">", "%",
    "@", "`", "?", "---\n", "...", "null", "true", "no", "~", ".nan", ".inf", "-1", "0", "1e999", "0100", "1_000", "12:30",
    "2024-01-02", "9" * 50, "1e3", "-0.0", "mV", "10 mV", "ms", "nan", "x" * 300, "é", "\u202e", "\x00", "\ufeff", "\u2028", "😀",
    "__import__('os')", "E", "I", "all", "default", "size", "populations", "neuron: lif_exp", "V1->V2", "E[0:3]", "[[[[", "}}}}",
    "data:mnist/x", "../x", "/etc/passwd", "~", "$HOME", "1/0", "9**9**9", "exp(1e9)", "0x1F", "+", "=", "\r\n", "\r",
]  # fmt: skip


def mutated(text: str, rng: random.Random) -> str:
    """Return a text with one to four changes of bytes, tokens, lines or structure."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        kind = rng.randrange(10)
        i = rng.randrange(len(text) + 1)
        if kind == 0:
            text = text[:i] + rng.choice(TOKENS) + text[i:]
        elif kind == 1:
            text = text[:i] + text[i + rng.choice((1, 1, 2, 5, 40)) :]
        elif kind == 2:
            text = text[:i] + chr(rng.randrange(32, 127)) + text[i + 1 :]
        elif kind == 3:
            words = list(re.finditer(r"[\w.>-]+", text)) or [re.match("", text)]
            word = rng.choice(words)
            assert word is not None
            text = text[: word.start()] + rng.choice([*TOKENS, *(w[0] for w in words if w)]) + text[word.end() :]
        elif kind in (4, 5, 6):
            lines = text.split("\n")
            k, m = rng.randrange(len(lines)), rng.randrange(len(lines))
            if kind == 4:
                lines[k], lines[m] = lines[m], lines[k]
            elif kind == 5:
                lines.insert(k, lines[m])
            else:
                del lines[k]
            text = "\n".join(lines)
        elif kind == 7:
            j = rng.randrange(len(text) + 1)
            i, j = min(i, j), max(i, j)
            text = text[:i] + text[j : j + 60] + text[i:]
        elif kind == 8:
            numbers = list(re.finditer(r"-?\d+(?:\.\d+)?", text))
            if numbers:
                number = rng.choice(numbers)
                new = rng.choice(
                    ["0", "-1", "1e30", "1e-30", "2147483648", "0.5", "nan", "1e309", "00", "", "1e6", "3"]
                )
                text = text[: number.start()] + new + text[number.end() :]
        else:
            text = re.sub(r"^( *)", lambda m: m[1] + " " * rng.randrange(3), text, count=rng.randrange(3), flags=re.M)
    return text


@contextmanager
def little_memory(gigabytes: float) -> Iterator[None]:
    """Let the process grow by so much and no more; beyond, a `MemoryError` fails the test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + int(gigabytes * 2**30), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def attack(name: str, count: int, seed: int, folder: Path) -> tuple[int, int]:
    """Load and resolve mutations of a brain; return how many were valid and refused."""
    rng = random.Random(f"{name} {seed}")
    write_data(folder)
    path = folder / "brain.yaml"
    valid = refused = 0
    for _ in range(count):
        text = mutated(BRAINS[name], rng)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        begun = time.process_time()
        try:
            with little_memory(2.0):
                load(path).resolve()
            valid += 1
        except InputError as error:
            refused += 1
            assert error.faults, text
            for fault in error.faults:
                assert fault.message, text
                assert fault.where, f"{fault}\n{text}"
                assert "\n" not in str(fault), text
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error}\n{text}") from error
        assert time.process_time() - begun < 5, f"slow:\n{text}"
    return valid, refused


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory is set as Linux does it")
SMALL = [name for name in BRAINS if name not in ("cortex", "files")]


@pytest.mark.parametrize("name", BRAINS)
def test_mutations(name: str, tmp_path: Path) -> None:
    count = 450 if name in SMALL else 200
    valid, refused = attack(name, count, 1, tmp_path)
    assert valid > 0
    assert refused > count // 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", BRAINS)
@pytest.mark.rotates(4)
def test_many_mutations(name: str, seed: int, tmp_path: Path) -> None:
    attack(name, 500, 100 + seed, tmp_path)
