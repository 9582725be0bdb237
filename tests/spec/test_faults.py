"""Every fault of the table is refused, told once, in the right place, with the nearest name or what is allowed."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from spec_faults import CASES as PLAIN
from spec_faults import Case
from spec_faults_hostile import HOSTILE
from spec_texts import MARK, marked, saved, whole

from braincore.errors import Fault, InputError
from braincore.spec import limits, load

CASES = [*PLAIN, *HOSTILE]


@pytest.fixture(autouse=True)
def _a_machine_of_16_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "machine_memory", lambda: 16 * 2**30)


def faults_of(path: Path, *overrides: str) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        load(path, overrides).resolve()
    return caught.value.faults


def check(case: Case, faults: tuple[Fault, ...], name: str, place: tuple[int, int]) -> None:
    told = "\n".join(map(str, faults))
    here = [f for f in faults if f.where == f"{name}:{place[0]}:{place[1]}"]
    assert here, f"expected {name}:{place[0]}:{place[1]}, told:\n{told}"
    assert any(case.said in f.message for f in here), f"expected '{case.said}', told:\n{told}"
    assert any(case.hint in f.hint for f in here), f"expected the hint '{case.hint}', told:\n{told}"
    assert len(faults) <= 2, f"one mistake, told:\n{told}"


def test_the_table_is_large_and_says_something() -> None:
    assert len(CASES) >= 350
    assert len({case.name for case in CASES}) >= 0.95 * len(CASES)
    assert all(case.text.count(MARK) == 1 for case in CASES)
    offered = sum(bool(case.hint) for case in CASES)
    assert offered >= 0.6 * len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_fault(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text, places = marked(whole(case.text))
    saved(tmp_path, text)
    faults = faults_of(Path("brain.yaml"))
    check(case, faults, "brain.yaml", places[0])
    assert list(tmp_path.iterdir()) == [tmp_path / "brain.yaml"], "nothing is written"


@pytest.mark.parametrize("case", CASES[::2], ids=lambda c: c.name)
def test_fault_in_a_windows_file(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text, places = marked("# written on Windows\n\n" + whole(case.text))
    content = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    (tmp_path / "brain.yaml").write_bytes(content)
    moved = re.sub(r"(?<=line )\d+", lambda m: str(int(m[0]) + 2), case.said)
    check(case._replace(said=moved), faults_of(Path("brain.yaml")), "brain.yaml", places[0])


@pytest.mark.parametrize("case", CASES[1::2], ids=lambda c: c.name)
def test_fault_in_an_included_file(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text, places = marked(whole(case.text))
    saved(tmp_path, text, "parts/brain.yaml")
    saved(tmp_path, "braincore: 1\ninclude: [parts/brain.yaml]\ntitle: above\n" if "title" not in case.text else
          "braincore: 1\ninclude: parts/brain.yaml\n", "main.yaml")  # fmt: skip
    check(case, faults_of(Path("main.yaml")), "parts/brain.yaml", places[0])


# Every slot is a place that may be right or wrong, on its own.
SLOTS = {
    "TITLE": ("title: two", "tittle: two"),
    "SEED": ("seed: 3", "seed: 3.5"),
    "DT": ("dt: 0.1 ms", "dt: 0.1 mV"),
    "DURATION": ("duration: 1 s", "duration: 1 sec0nd"),
    "PARAMETER": ("tau_m: 10 ms", "tau_m: 10 msec"),
    "THRESHOLD": ("threshold: v > V_th", "threshold: v > V_tth"),
    "RESET": ("reset: v = V_r", "reset: V = V_r"),
    "OTHER": ("  own: {extends: lif}", "  own: {extends: liff}"),
    "SIZE": ("size: 10", "size: -10"),
    "SIGN": ("sign: inhibitory", "sign: inhibitry"),
    "OTHER_PARAMETER": ("parameters: {C_m: 100 pF}", "parameters: {Cm: 100 pF}"),
    "P": ("p: 0.1", "p: 1.1"),
    "WEIGHT": ("weight: 3 pA", "weight: 3 mV"),
    "TARGET": ("to: B", "to: BB"),
    "RECEPTOR": ("receptor: inh", "receptor: inhib"),
    "RATE": ("rate: 10 Hz", "rate: 10"),
    "CURRENT": ("amplitude: 10 pA", "amplitude: 10 mV"),
    "WINDOW": ("during: [1 ms, 2 ms]", "during: [3 ms, 2 ms]"),
    "SILENCE": ("silence: B", "silence: BBB"),
    "VARIABLE": ("variables: [v]", "variables: [vv]"),
    "BIN": ("rates: {bin: 5 ms}", "rates: {bins: 5 ms}"),
}
FORM = """\
braincore: 1
TITLE
SEED
DT
DURATION
neurons:
  lif:
    equations: |
      dv/dt = (E_L - v + R*I)/tau_m : volt (unless refractory)
    THRESHOLD
    RESET
    receptors: {exc: exponential_current, inh: exponential_current}
    parameters:
      E_L: -65 mV
      R: 40 Mohm
      PARAMETER
      V_th: -50 mV
      V_r: -65 mV
OTHER
populations:
  A: {neuron: lif_exp, SIZE}
  B: {neuron: lif_exp, size: 5}
  C: {neuron: lif_exp, size: 5, SIGN}
  D: {neuron: lif_exp, size: 5, OTHER_PARAMETER}
projections:
  - {from: B, to: B, connect: {fixed_probability: {P}}, weight: 1 pA, receptor: exc}
  - {from: B, to: B, WEIGHT, receptor: exc}
  - {from: B, TARGET, weight: 1 pA, receptor: exc}
  - {from: B, to: B, weight: 1 pA, RECEPTOR}
stimuli:
  random: {target: B, poisson: {RATE}, weight: 1 pA, receptor: exc}
  current: {target: B, step: {CURRENT}}
  short: {target: B, step: {amplitude: 1 pA}, WINDOW}
interventions:
  - {SILENCE, at: 1 ms}
record:
  traces: {B: {VARIABLE}}
  BIN
"""


def filled(wrong: set[str]) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return the form with some slots wrong, and where each wrong slot begins and ends on its line."""
    lines, places = [], {}
    for number, line in enumerate(FORM.split("\n"), start=1):
        for slot in sorted(SLOTS, key=len, reverse=True):
            if re.search(rf"\b{slot}\b", line):
                places[slot] = (number, line.index(slot) + 1)
                line = re.sub(rf"\b{slot}\b", SLOTS[slot][slot in wrong], line)
        lines.append(line)
    return "\n".join(lines), places


def test_the_form_is_right_where_no_slot_is_wrong(tmp_path: Path) -> None:
    text, places = filled(set())
    assert set(places) == set(SLOTS)
    assert load(saved(tmp_path, text)).resolve().size == 25


@pytest.mark.parametrize("seed", range(30))
def test_five_faults_are_all_told_in_one_pass(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = set(random.Random(seed).sample(sorted(SLOTS), 5))
    text, places = filled(wrong)
    saved(tmp_path, text)
    faults = faults_of(Path("brain.yaml"))
    told = "\n".join(map(str, faults))
    for slot in wrong:
        line, column = places[slot]
        end = column + len(SLOTS[slot][1])
        on_line = [f for f in faults if f.where.startswith(f"brain.yaml:{line}:")]
        assert any(column <= int(f.where.rsplit(":", 1)[1]) <= end for f in on_line), (
            f"{slot} {line}:{column} of\n{told}"
        )
    assert len(faults) <= 7, told
    lines = [int(f.where.split(":")[1]) for f in faults]
    assert lines == sorted(lines), "in the order of the file"


def test_all_slots_at_once(tmp_path: Path) -> None:
    text, _ = filled(set(SLOTS))
    assert len(faults_of(saved(tmp_path, text))) >= len(SLOTS) - 2


def test_the_message_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, whole("populations: {E: {neuron: lif, size: 3, parameters: {tau_mm: 1 ms}}}"))
    (fault,) = faults_of(Path("brain.yaml"))
    path = "populations.E.parameters.tau_mm"
    assert str(fault) == f"brain.yaml:2:62: {path}: neuron 'lif' has no parameter 'tau_mm'. Did you mean 'tau_m'?"


def test_names_cannot_steer_a_terminal(tmp_path: Path) -> None:
    path = saved(tmp_path, whole('populations: {"E\\e[31m": {neuron: lif, size: 3}}'))
    (fault,) = faults_of(path)
    assert "\x1b" not in str(fault)


def test_a_missing_file_and_the_one_that_was_meant(tmp_path: Path) -> None:
    saved(tmp_path, whole("seed: 1"))
    with pytest.raises(InputError, match=r"does not exist. Did you mean 'brain\.yaml'\?"):
        load(tmp_path / "brian.yaml")
    with pytest.raises(InputError, match="does not exist"):
        load(tmp_path / "nowhere" / "brain.yaml")
    with pytest.raises(InputError, match="is a folder"):
        load(tmp_path)
