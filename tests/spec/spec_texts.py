"""Pieces of definitions for the tests, and how a fault's place is marked in them: ⟦ stands before the character."""

from __future__ import annotations

from pathlib import Path

MARK = "⟦"

NEURONS = """\
neurons:
  lif:
    equations: |
      dv/dt = (E_L - v + R*I)/tau_m : volt (unless refractory)
    threshold: v > V_th
    reset: v = V_r
    refractory: 2 ms
    receptors: {exc: psc, inh: {type: psc, tau: 8 ms}}
    parameters: {E_L: -65 mV, R: 40 Mohm, tau_m: 10 ms, V_th: -50 mV, V_r: -65 mV}
    initial: {v: E_L}
"""
SYNAPSES = """\
synapses:
  psc:
    weight: input
    equations: |
      ds/dt = -s/tau : amp
    current: s
    on_pre: s += w
    parameters: {tau: {value: 5 ms, meaning: decay}}
  cond:
    weight: nS
    conductance: true
    equations: |
      dg/dt = -g/tau : siemens
    current: g*(E - v)
    on_pre: g += w
    parameters: {tau: 5 ms, E: 0 mV}
"""
POPULATIONS = """\
populations:
  E: {neuron: lif, size: 10}
  I: {neuron: lif, size: 5, labels: [a, b, c, d, e]}
"""
PROJECTIONS = """\
projections:
  - {from: E, to: I, connect: {fixed_probability: {p: 0.5}}, weight: 10 pA, delay: 1 ms, receptor: exc, name: EI}
"""
REGIONS = """\
regions:
  V1:
    populations:
      L4e: {neuron: lif, size: 4}
      L4i: {neuron: lif, size: 2}
    projections: [{from: L4e, to: L4i, weight: 1 pA, receptor: exc}]
    ports: {feedforward: L4e}
"""


def whole(text: str, *extra: str) -> str:
    """Return a definition with the parts that `text` does not write itself."""
    out = text if text.lstrip(MARK).startswith(("braincore", "#", "\ufeff")) else f"braincore: 1\n{text}"
    out = out if out.endswith("\n") else f"{out}\n"
    for part in (POPULATIONS, NEURONS, SYNAPSES, *extra):
        name = part.split(":", 1)[0]
        if not any(line.lstrip(MARK).startswith(f"{name}:") for line in out.split("\n")):
            out += part
    return out


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the text without its marks, and the line and column (from 1) of each."""
    places = []
    clean = ""
    for part in text.split(MARK)[:-1]:
        clean += part
        places.append((clean.count("\n") + 1, len(clean) - clean.rfind("\n")))
    return text.replace(MARK, ""), places


def saved(folder: Path, text: str, name: str = "brain.yaml") -> Path:
    """Save a definition and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
