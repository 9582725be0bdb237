"""Synapses with plasticity as people write it, and their captured code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import brian2 as b2
from brian2 import ms, mV, second

import braincore.engine  # noqa: F401 - makes the device known
from braincore.engine.captured import Captured
from braincore.engine.passes.synapse_code import SynapsesCode, arrive_together, synapses_code

NAMESPACE = {
    "tau_plus": 20 * ms, "tau_minus": 25 * ms, "tau_x": 101 * ms, "tau_y": 125 * ms, "tau_c": 40 * ms,
    "w_max": 1.0, "A_plus": 0.05, "A_minus": -0.06, "eta": 0.04, "alpha": 0.7, "U": 0.3, "second": second, "mV": mV,
}  # fmt: skip
PAIR = """
w : 1
dapre/dt = -apre/tau_plus : 1 (event-driven)
dapost/dt = -apost/tau_minus : 1 (event-driven)
"""
NEURONS = """
dv/dt = (g - v)/(10*ms) : 1
dg/dt = -g/(5*ms) : 1
rest : 1 (constant)
tau_own : second (constant)
slow : 1
twice = 2*slow : 1
"""

RULES: dict[str, dict[str, Any]] = {
    # Song, Miller & Abbott 2000, as in Brian2's examples
    "pair": {
        "model": PAIR,
        "on_pre": "g += w\napre += A_plus\nw = clip(w + apost, 0, w_max)",
        "on_post": "apost += A_minus\nw = clip(w + apre, 0, w_max)",
    },
    # transmission after the change, bounds in a statement of their own
    "pair_two_statements": {
        "model": PAIR,
        "on_pre": "apre += A_plus\nw += apost\nw = clip(w, 0, w_max)\ng += w",
        "on_post": "apost += A_minus\nw += apre\nw = clip(w, 0, w_max)",
    },
    "pair_unbounded": {
        "model": PAIR,
        "on_pre": "g += w\napre += A_plus\nw += apost",
        "on_post": "apost += A_minus\nw += apre",
    },
    # Pfister & Gerstner 2006: all three spikes; o1 and r1 are read before they change where it matters
    "triplet": {
        "model": """
            w : 1
            dr1/dt = -r1/tau_plus : 1 (event-driven)
            dr2/dt = -r2/tau_x : 1 (event-driven)
            do1/dt = -o1/tau_minus : 1 (event-driven)
            do2/dt = -o2/tau_y : 1 (event-driven)""",
        "on_pre": "g += w\nw = clip(w + o1*(A_minus - 0.02*r2), 0, w_max)\nr1 += 1\nr2 += 1",
        "on_post": "w = clip(w + r1*(A_plus + 0.01*o2), 0, w_max)\no1 += 1\no2 += 1",
    },
    # Vogels et al. 2011
    "vogels": {
        "model": PAIR,
        "on_pre": "apre += 1.0\nw = clip(w + (apost - alpha)*eta, 0, w_max)\ng -= w",
        "on_post": "apost += 1.0\nw = clip(w + apre*eta, 0, w_max)",
    },
    # Izhikevich 2007, with an eligibility of every synapse
    "reward": {
        "model": PAIR + "dc/dt = -c/tau_c : 1 (event-driven)\nd : 1 (shared)",
        "on_pre": "g += w\napre += A_plus\nc = clip(c + apost, -1, 1)\nw = clip(w + c*d, 0, w_max)",
        "on_post": "apost += A_minus\nc = clip(c + apre, -1, 1)\nw = clip(w + c*d, 0, w_max)",
    },
    "reward_clocked": {
        "model": PAIR.replace("w : 1", "dw/dt = c/second : 1 (clock-driven)\ndc/dt = -c/tau_c : 1 (clock-driven)"),
        "on_pre": "g += w\napre += A_plus\nc += apost",
        "on_post": "apost += A_minus\nc += apre",
        "method": "euler",
    },
    # the same as Izhikevich's program: what is left of the eligibility changes the weight now and then (`REGULARLY`)
    "eligibility": {
        "model": PAIR + "c : 1",
        "on_pre": "g += w\napre += A_plus\nc += apost",
        "on_post": "apost += A_minus\nc += apre",
    },
    # Tsodyks, Pawelzik & Markram 1998
    "short_term": {
        "model": "w : 1\ndu/dt = -u/tau_plus : 1 (event-driven)\ndx/dt = (1 - x)/tau_x : 1 (event-driven)",
        "on_pre": "u += U*(1 - u)\ng += w*u*x\nx -= u*x",
    },
    # the same, with names of the user's own in between
    "short_term_locals": {
        "model": "w : 1\ndu/dt = -u/tau_plus : 1 (event-driven)\ndx/dt = (1 - x)/tau_x : 1 (event-driven)",
        "on_pre": "u += U*(1 - u)\nsent = u*x\nx -= sent\ng += w*sent\nsent = w*sent\nsent *= x\ng += sent",
        "on_post": "w = clip(w + 0.001*x*u, 0, w_max)",
    },
    # a linear system whose parts drive each other
    "coupled": {
        "model": "w : 1\ndu/dt = -u/tau_plus : 1 (event-driven)\ndx/dt = (u - x)/tau_minus : 1 (event-driven)",
        "on_pre": "g += w*x\nu += 0.1*(1 - x)\ng += w*u",
        "on_post": "w = clip(w + 0.01*x, 0, w_max)",
    },
    # Diehl & Cook 2015: traces are set, not added to
    "diehl_cook": {
        "model": """
            w : 1
            before : 1
            dapre/dt = -apre/tau_plus : 1 (event-driven)
            dpost1/dt = -post1/tau_minus : 1 (event-driven)
            dpost2/dt = -post2/tau_y : 1 (event-driven)""",
        "on_pre": "g += w\napre = 1.\nw = clip(w - 0.01*post1, 0, w_max)",
        "on_post": "before = post2\nw = clip(w + 0.05*apre*before, 0, w_max)\npost1 = 1.\npost2 = 1.",
    },
    # van Rossum, Bi & Turrigiano 2000: steps that depend on the weight
    "multiplicative": {
        "model": PAIR,
        "on_pre": "g += w\napre += A_plus\nw = clip(w + w*apost, 0, w_max)",
        "on_post": "apost += A_minus\nw = clip(w + (w_max - w)*apre, 0, w_max)",
    },
    # in the manner of Clopath et al. 2010: the membrane of the target at the spikes of the source
    "voltage": {
        "model": "w : 1\ndx/dt = -x/tau_plus : 1 (event-driven)",
        "on_pre": "g += w\nw = clip(w - 0.01*slow_post*int(slow_post > 0), 0, w_max)\nx += 1",
        "on_post": "w = clip(w + 0.01*x*slow_post, 0, w_max)",
    },
    # parameters and variables of the neuron; a local name that is the neuron's, one that is the synapse's
    "of_the_neuron": {
        "model": PAIR.replace("tau_plus", "tau_own_pre") + "gain : 1 (constant)",
        "on_pre": "step = rest_pre*A_plus\napre += step*twice_pre\ng += w*gain\nown = step*gain\nw += own",
        "on_post": "w = clip(w + apre*int(slow_post > 0.5), 0, w_max)\napost += A_minus*rest_post",
    },
    "subexpression": {
        "model": PAIR + "both = apre*apost : 1",
        "on_pre": "g += w\nw = clip(w - 0.1*both, 0, w_max)\napre += A_plus",
        "on_post": "apost -= A_minus\nw = clip(w + 0.1*both, 0, w_max)",
    },
    "subexpression_written_out": {
        "model": PAIR,
        "on_pre": "g += w\nw = clip(w - 0.1*(apre*apost), 0, w_max)\napre += A_plus",
        "on_post": "apost -= A_minus\nw = clip(w + 0.1*(apre*apost), 0, w_max)",
    },
    # what must stay with the synapse
    "noisy": {
        "model": PAIR,
        "on_pre": "g += w\napre += A_plus*rand()",
        "on_post": "apost += A_minus*w",
    },
    "both_ends": {
        "model": "w : 1\ndx/dt = -x/tau_plus : 1 (event-driven)",
        "on_pre": "g += w\nw = clip(w - 0.1*x, 0, w_max)\nx = 1",
        "on_post": "w = clip(w + 0.1*x, 0, w_max)\nx = -1",
    },
    "feeds_the_synapse": {
        "model": "w : 1\ndu/dt = -u/tau_plus : 1 (event-driven)\ndx/dt = (u - x)/tau_minus : 1 (event-driven)",
        "on_pre": "g += w*x\nu += 0.1\nx += w",
    },
    "reads_what_it_writes": {
        "model": PAIR,
        "on_pre": "apre += 0.1*slow_pre\nslow_post += w",
        "on_post": "apost += A_minus",
    },
    "time_of_last_event": {
        "model": PAIR,
        "on_pre": "apre += A_plus\nw = clip(w + apost*exp(-(t - lastupdate)/tau_c), 0, w_max)",
        "on_post": "apost += A_minus",
    },
    "counts": {
        "model": "w : 1\nn : integer\nm : integer",
        "on_pre": "n += 1\ng += w*n",
        "on_post": "m += 2\nw += 0.001*n*m",
    },
}


REGULARLY = {
    "seldom": ("w = clip(w + 0.2*slow_post*c, 0, w_max)\nc *= exp(-5*ms/tau_c)", 5, "end"),
    "of the time, in every step": ("w = clip(w + 0.1*exp(-t/tau_c)*c, 0, w_max)\nc *= 0.99", 0.1, "start"),
    "before spikes act": ("change = slow_post*c\nw = clip(w + change, 0, w_max)\nc -= change", 0.7, "before_synapses"),
    "of both ends": ("w = clip(w + 0.1*slow_pre*c, 0, w_max)\nc *= 1 - 0.1*int(i > j)", 2, "after_synapses"),
}
"""What happens regularly to the synapses of a rule with `c`: code, milliseconds in between, when in a time step."""


@contextmanager
def engine() -> Iterator[None]:
    """Let Brian2 run on the engine for a while."""
    target = b2.prefs.codegen.target
    b2.prefs.codegen.target = "numpy"  # nothing is compiled to make synapses
    b2.set_device("braincore")
    try:
        yield
    finally:
        b2.set_device("runtime")
        b2.prefs.codegen.target = target


def network(rule: Mapping[str, Any], n: int = 5, m: int = 4) -> tuple[Any, Any]:
    """Return a network of two groups, with all synapses between them, and the synapses."""
    source, target = (
        b2.NeuronGroup(k, NEURONS, threshold="v > 1", reset="v = 0", method="euler", name=name)
        for k, name in ((n, "pre_group"), (m, "post_group"))
    )
    for group in (source, target):
        group.tau_own, group.rest, group.slow = 30 * ms, 0.8, 0.4
    synapses = b2.Synapses(source, target, namespace=dict(NAMESPACE), name="S", **rule)
    synapses.connect()
    return b2.Network(source, target, synapses), synapses


def code_of(net: Any, synapses: Any) -> SynapsesCode:
    """Return the code of a network's synapses."""
    net._clocks = {obj.clock for obj in net.sorted_objects}
    net.before_run({})
    objects = net.sorted_objects
    codes = [(o, c.__repr__.__self__) for o in objects for c in o.code_objects]
    pathways = {p.name for p in synapses._pathways}
    mine = [
        (o, c) for o, c in codes if o.name in pathways and isinstance(c, Captured) and c.template_name == "synapses"
    ]
    dt = float(b2.defaultclock.dt)
    found = [
        (o, c, arrive_together(o.synapse_sources.get_value(), o.variables["delay"].get_value(), dt)) for o, c in mine
    ]
    others = [c for _, c in codes if isinstance(c, Captured) and not any(c is k for _, k, _ in found)]
    return synapses_code(found, others)


def rule_code(rule: str, changes: Mapping[str, Any] | None = None) -> SynapsesCode:
    """Return the code of a rule's synapses, maybe with parts of the rule changed."""
    with engine():
        return code_of(*network({**RULES[rule], **(changes or {})}))
