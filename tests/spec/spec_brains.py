# ruff: noqa: E501
"""Valid definitions that between them use most of the format; other tests read, write, mutate and attack them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from spec_texts import NEURONS, POPULATIONS, PROJECTIONS, REGIONS, SYNAPSES

MINIMAL = """\
braincore: 1
populations: {E: {neuron: lif_exp, size: 10}}
"""
BALANCED = f"""\
# Two populations, with everything in place.
# Second line.
braincore: 1
title: Balanced network
seed: 7
dt: 0.1 ms
duration: 200 ms
{NEURONS}{SYNAPSES}{POPULATIONS}{PROJECTIONS}
stimuli:
  background: {{target: E, poisson: {{rate: 8 Hz, sources: 100}}, weight: 20 pA, receptor: exc}}
  wave: {{target: I, sine: {{amplitude: 10 pA, frequency: 8 Hz, phase: 1.5}}, during: [50 ms, 150 ms]}}
  hum: {{target: all, noise: {{mean: 5 pA, sd: 2 pA, tau: 5 ms}}}}
interventions:
  - {{at: 100 ms, silence: E}}
  - {{lesion: EI, at: 150 ms}}
  - {{scale_receptor: {{target: I, receptor: exc, factor: 0.5}}, during: [10 ms, 20 ms]}}
  - {{optogenetic: {{target: E, conductance: 2 nS, frequency: 20 Hz, width: 5 ms}}}}
record: {{spikes: [E, I], rates: {{bin: 10 ms}}, traces: {{E: {{variables: [v], neurons: [0, 1]}}}}, weights: {{EI: {{interval: 50 ms, sample: 3}}}}}}
references:
  - {{population: E, rate: 12.5 Hz, cv_isi: 0.8, within: 0.25, after: 20 ms, source: "a guess: for tests"}}
  - {{population: I, synchrony: [0.5, 3], correlation: [-0.01, 0.1]}}
  - {{population: I, rate: [1 Hz, 9 Hz], after: 20 ms, before: 100 ms}}
"""
CORTEX = """\
braincore: 1
title: Three areas
connectome:
  nodes: {V1: {layer: 1}, V2: {layer: 2}, MT: {layer: 3}}
  edges:
    - {from: V1, to: V2, weight: 0.7, length: 9 mm, fln: 0.5, kind: ff}
    - {from: V2, to: V1, weight: 0.2, length: 9 mm, fln: 0.1, kind: fb}
    - {from: V1, to: MT, weight: 0.4, length: 20 mm, fln: 0.2, kind: ff}
  velocity: 3.5 m/s
  min_delay: 0.5 ms
regions:
  default: {type: CorticalMicrocircuit, scale: 0.005}
  V1: {scale: 0.01}
  MT:
    populations:
      E: {neuron: lif_exp, size: 8, sign: excitatory}
      I: {neuron: lif_exp, size: 2, sign: inhibitory}
    projections:
      - {from: E, to: I, connect: {fixed_in_degree: {k: 2}}, weight: 30 pA}
      - {from: I, to: E, weight: -80 pA, delay: 0.8 ms}
    stimuli: {drive: {target: E, poisson: {rate: 5 kHz}, weight: 50 pA, receptor: exc}}
    ports: {feedforward: E, output: E, feedback: I}
pathways:
  default: {from: output, to: feedforward, synapses_per_neuron: 100 * fln, weight: 87.8 pA, receptor: exc}
  fb: {from: output, to: feedback, in_degree: 2, weight: 20 pA * weight, delay: 3 ms, receptor: exc, where: {kind: fb}}
  V1->MT: {from: output, to: feedforward, probability: fln * 0.5, weight: 10 pA, receptor: exc}
stimuli:
  flash: {target: V1.L4e, poisson: {rate: 15 Hz, sources: 900}, weight: 87.8 pA, receptor: exc, during: [50 ms, 70 ms]}
interventions: [{at: 80 ms, silence: MT}]
record: {spikes: all, rates: {bin: 10 ms}, traces: {V1.L23e: {variables: [v], neurons: [0, 1, 2]}}}
duration: 100 ms
"""
LAYOUT = """\
braincore: 1
populations:
  sheet:
    neuron: lif_exp
    size: 100
    layout: {grid: [10, 10], spacing: 50 um}
    groups: {corner: [0, 1, 10, 11], row: '0:10'}
    tags: {layer: 4}
    parameters: {V_th: {truncated_normal: {mean: -50 mV, sd: 1 mV, low: -53 mV}}}
    initial: {v: {uniform: {low: -65 mV, high: -51 mV}}}
  cloud: {neuron: lif_exp, size: 30, layout: {scatter: [0.5 mm, 0.5 mm]}, initial: {v: E_L + rand()*5*mV}}
projections:
  - {from: sheet, to: cloud, connect: {distance_dependent: {p_max: 0.5, scale: 100 um, cutoff: 0.3 mm}}, weight: {lognormal: {mean: 20 pA, sd: 5 pA}}}
  - {from: 'sheet[corner]', to: 'cloud[0:4]', connect: one_to_one, weight: [1 pA, 2 pA, 3 pA, 4 pA], receptor: exc}
  - {from: cloud, to: sheet, connect: {fixed_total_number: {n: 50, autapses: false}}, weight: -20 pA, rules: [tsodyks_markram]}
  - {from: cloud, to: cloud, connect: {fixed_out_degree: {k: 3, multapses: false, autapses: false}}, weight: -20 pA, rules: [{type: tsodyks_markram, U: 0.2}]}
"""
SPIKES = """\
braincore: 1
populations:
  retina: {neuron: lif_exp, size: 6}
  named: {neuron: lif_exp, labels: [a, b, c]}
  player: {neuron: spike_source, size: 2}
stimuli:
  played: {target: player, spikes: {times: [3 ms, 4 ms], neurons: [0, 1]}}
  given: {target: named, spikes: {times: [1 ms, 2.5 ms, 2.5 ms], neurons: [a, b, 2]}, weight: 100 pA, receptor: exc, delay: 1 ms}
  first: {target: retina, encode: {values: [0, 0.2, 0.4, 0.6, 0.8, 1], latency: {window: 20 ms}}, weight: 50 pA, receptor: exc, during: [10 ms, 40 ms]}
  rates: {target: retina, encode: {values: [0, 20, 40, 60, 80, 100], range: [0, 100], rate: {duration: 100 ms, high: 200 Hz}}, weight: 5 pA, receptor: exc}
  bumps: {target: retina, encode: {values: [0.3, 0.7], population: {neurons: 3, window: 10 ms}}, weight: 5 pA, receptor: exc}
  phases: {target: retina, encode: {values: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], phase: {frequency: 40 Hz, cycles: 3}}, weight: 5 pA, receptor: exc}
  steps: {target: named, samples: {values: [0 pA, 10 pA, 5 pA], interval: 10 ms}}
  ramp: {target: named, ramp: {start: 0 pA, stop: 50 pA}, during: [10 ms, 60 ms]}
  modulated: {target: named, poisson: {rate: 10 Hz * (1 + sin(2*pi*8*Hz*t))}, weight: 5 pA, receptor: exc}
"""
EXTENDED = """\
braincore: 1
neurons:
  slow: {extends: lif_exp, parameters: {tau_m: 40 ms, V_th: {value: -48 mV, source: own recording}}}
  slower: {extends: slow, parameters: {tau_m: 80 ms}, receptors: {nmda: nmda, exc: {type: exponential_current, tau: 3 ms}}}
  lif_exp: {extends: lif_exp, refractory: 5 ms}
synapses:
  fast: {extends: exponential_current, parameters: {tau: 0.5 ms}, source: own}
learning_rules:
  half: {on_pre: transmitted = 0.5*w, term: short, purpose: half of the weight arrives}
  quick: {extends: tsodyks_markram, parameters: {tau_rec: 100 ms}}
populations:
  A: {neuron: slow, size: 3}
  B: {neuron: slower, size: 3, receptors: {third: fast}}
  C: {neuron: lif_exp, size: 2}
projections:
  - {from: A, to: B, weight: 10 pA, receptor: third, rules: [half, quick]}
  - {from: B, to: C, weight: {normal: {mean: 10 pA, sd: 1 pA}}, receptor: exc, delay: {uniform: {low: 1 ms, high: 3 ms}}}
"""
FILES = """\
braincore: 1
populations:
  brain:
    neuron: lif_exp
    nodes: {file: cells.csv, id: name, groups: [kind], where: side == left}
    parameters: {tau_m: {file: cells.csv, column: tau, unit: ms}}
    layout: {file: cells.csv, columns: [x, y], unit: um}
projections:
  - {from: brain, to: brain, edges: {file: edges.csv, pre: a, post: b, where: {count: '>= 2'}, unknown: drop}, weight: 0.3 pA * count, delay: 1 ms + 0.1 ms * count, receptor: exc}
  - {from: 'brain[sensory]', to: 'brain[motor]', connect: all_to_all, weight: 1 pA, receptor: exc}
  - {from: brain, to: brain, matrix: {file: m.npz, key: w, rows: target, labels: names, unknown: drop}, weight: -2 pA * weight, receptor: inh}
stimuli:
  replay: {target: brain, spikes: {file: spikes.csv, time: t_ms, neuron: who}, weight: 5 pA, receptor: exc}
"""
SHORT_TERM = """\
braincore: 1
dt: 0.05 ms
duration: 50 ms
populations: &p
  one: &one {neuron: izhikevich, size: 4}
  two: *one
sweep: {populations.one.size: [2, 4, 8], duration: [20 ms, 50 ms]}
"""
REGION = f"""\
braincore: 1
{NEURONS}{SYNAPSES}{REGIONS}
projections: [{{from: V1.L4e, to: V1.L4i, weight: 2 pA, receptor: exc, connect: {{fixed_probability: {{p: 0.5, autapses: false}}}}}}]
record: {{spikes: none, weights: [{{projection: V1.L4e->V1.L4i, interval: 10 ms}}], traces: [{{target: V1.L4e, variables: [v, I_syn]}}]}}
"""

BRAINS = {
    "minimal": MINIMAL,
    "balanced": BALANCED,
    "cortex": CORTEX,
    "layout": LAYOUT,
    "spikes": SPIKES,
    "extended": EXTENDED,
    "files": FILES,
    "sweep": SHORT_TERM,
    "region": REGION,
    "odd": MINIMAL + 'title: "Größe \\u00b5 日本"\nseed: 18446744073709551615\n',
}


def write_data(folder: Path) -> None:
    """Write the files that `FILES` names."""
    (folder / "cells.csv").write_text(
        "name,kind,side,tau,x,y\nASHL,sensory,left,10,0,1\nASHR,sensory,right,11,0,2\nAVA,inter,left,12,3,4\n"
        "VA1,motor,left,13,5,6\n"
    )
    (folder / "edges.csv").write_text("a,b,count\nASHL,AVA,5\nASHR,AVA,4\nAVA,VA1,2\nAVA,ASHL,1\n")
    names = np.array(["ASHL", "AVA", "VA1"])
    np.savez(folder / "m.npz", w=np.array([[0.0, 1, 0], [0, 0, 2.5], [0, 0, 0]]), names=names)
    (folder / "spikes.csv").write_text("t_ms,who\n1.5,ASHL\n2.5,VA1\n0.5,AVA\n")


def saved_brain(name: str, folder: Path) -> Path:
    """Save one of the brains with its data and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    write_data(folder)
    path = folder / "brain.yaml"
    path.write_text(BRAINS[name], encoding="utf-8")
    return path
