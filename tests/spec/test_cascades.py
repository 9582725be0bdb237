# ruff: noqa: E501
"""One mistake is one fault: what follows from it elsewhere in the file is not told."""

from __future__ import annotations

from pathlib import Path

import pytest
from spec_texts import NEURONS, SYNAPSES, marked, saved, whole

from braincore.errors import Fault, InputError
from braincore.spec import load


def faults_of(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        load(path).resolve()
    return caught.value.faults


# One mistake, what it makes unknown elsewhere, and the only places that may be told.
CASCADES = {
    "unknown neuron": ("populations:\n  E: {neuron: ⟦liff, size: 3}\n  I: {neuron: lif, size: 3}\n", "unknown neuron 'liff'"),
    "both populations": ("populations:\n  E: {neuron: ⟦liff, size: 3}\n  I: {neuron: lif, size: ⟦0}\n", ""),
    "populations empty": ("⟦populations: {}\n", "the brain has no population"),
    "populations a list": ("populations: ⟦[E, I]\n", "expected a mapping"),
    "populations misspelt": ("⟦population:\n  E: {neuron: lif, size: 3}\n  I: {neuron: lif, size: 3}\n", "Did you mean 'populations'?"),
    "neurons a list": ("neurons: ⟦[lif]\npopulations:\n  E: {neuron: own, size: 3}\n  I: {neuron: own, size: 3}\n", "expected a mapping"),
    "neurons misspelt": ("⟦neuron:\n  own: {extends: lif_exp}\npopulations:\n  E: {neuron: own, size: 3}\n  I: {neuron: lif_exp, size: 3}\n", "Did you mean 'neurons'?"),
    "neurons refused": ("neurons: ⟦0100\npopulations:\n  E: {neuron: own, size: 3}\n  I: {neuron: own, size: 3}\n", "begins with a zero"),
    "synapse broken": ("synapses: ⟦[psc]\npopulations:\n  E: {neuron: lif, size: 3}\n  I: {neuron: lif, size: 3}\n", "expected a mapping"),
}  # fmt: skip
USES = """\
projections:
  - {from: E, to: I, receptor: exc, weight: 1 pA, delay: 1 ms, name: EI}
  - {from: E, to: E, receptor: exc, weight: 1 pA, delay: 1 ms, edges: {pre: [0], post: [1]}}
  - {from: E, to: I, receptor: exc, weight: 1 pA, delay: 1 ms, rules: [stdp_pair], bounds: [0 pA, 2 pA], name: plastic}
stimuli:
  s: {target: E, step: {amplitude: 1 pA}}
  t: {target: E, spikes: {times: [1 ms], neurons: [0]}, weight: 1 pA, receptor: exc}
interventions: [{silence: E, at: 1 ms}, {lesion: EI}, {freeze: plastic}, {freeze: all, at: 1 ms}]
record: {spikes: [E], traces: {E: {variables: [v]}}, weights: {EI: {interval: 1 ms}}}
"""


@pytest.mark.parametrize("name", CASCADES)
def test_what_follows_from_a_mistake_is_not_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text, said = CASCADES[name]
    parts = ["" if "braincore" in text else "braincore: 1\n", text, USES]
    parts += [] if "neurons" in name else [NEURONS]
    parts += [] if "synapse" in name else [SYNAPSES]
    text, places = marked("".join(parts))
    saved(tmp_path, text)
    faults = faults_of(Path("brain.yaml"))
    told = "\n".join(map(str, faults))
    assert [f.where for f in faults] == [f"brain.yaml:{line}:{column}" for line, column in places], told
    assert said in told


def test_unknown_names_are_told_beside_the_only_population(tmp_path: Path) -> None:
    """What is no population, broken or not, is told in the same pass."""
    text = "populations: {E: {neuron: lif, size: 0}}\nprojections: [{from: E, to: F, weight: 1 pA}]\nrecord: {spikes: [G]}\n"
    told = [str(f) for f in faults_of(saved(tmp_path, whole(text)))]
    assert len(told) == 3
    assert "unknown population 'F'. Known populations: E" in told[1]
    assert "unknown population 'G'" in told[2]


def test_too_many_included_files_are_told_once(tmp_path: Path) -> None:
    for k in range(12):
        saved(tmp_path, f"braincore: 1\ninclude: [x{k + 1}.yaml, x{k + 1}.yaml]\n", f"x{k}.yaml")
    saved(tmp_path, "braincore: 1\n", "x12.yaml")
    told = [str(f) for f in faults_of(tmp_path / "x0.yaml")]
    assert sum("files are included" in text for text in told) == 1
    assert len(told) <= 2


def test_a_mapping_is_no_list_of_files(tmp_path: Path) -> None:
    (fault,) = faults_of(saved(tmp_path, whole("include: {a: b}")))
    assert "not a list of files" in fault.message
