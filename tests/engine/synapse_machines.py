"""Machines that run a Synapses object's code event by event, in NumPy: as Brian2 has it, and after the passes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from brian2.core.variables import Subexpression

from braincore.engine.passes.abstract import expression
from braincore.engine.passes.interpret import evaluate, run
from braincore.engine.passes.rank1 import RankOne
from braincore.engine.passes.synapse_code import LAST, SynapsesCode
from braincore.engine.passes.trace_arrays import gathered, rebuilt
from braincore.engine.passes.traces import Hoisting, Side

DT = 1e-4
N, M = 5, 4


class Plain:
    """Every synapse has its own variables, and runs the code of each event that reaches it."""

    def __init__(self, code: SynapsesCode, seed: int, dtype: Any = np.float64) -> None:
        rng = np.random.default_rng(seed)
        self.code, self.dtype = code, dtype
        self.ends = {"source": np.repeat(np.arange(N), M), "target": np.tile(np.arange(M), N)}
        self.size = {"source": N, "target": M}
        self.synaptic: dict[str, Any] = {}
        self.neuron: dict[str, Any] = {"source": {}, "target": {}}
        self.constants: dict[str, Any] = {}
        for name in sorted(code.variables):
            kind, variable = code.kind(name), code.variables[name]
            if kind == "constant":
                self.constants[name] = float(code.value(name))
            elif kind == "shared":
                self.constants[name] = 0.3
            elif kind in self.neuron and code.value(name) is not None:
                spread = 0.03 if "tau" in name else rng.uniform(0.2, 0.9, self.size[kind])
                self.neuron[kind][name] = np.full(self.size[kind], spread, dtype=dtype)
            elif kind == "synapse" and name == str(variable.name):
                self.synaptic[name] = np.zeros(N * M, dtype=int if variable.dtype == np.int32 else dtype)
        for name in {"w", "gain"} & set(self.synaptic):
            self.synaptic[name] = rng.uniform(0.1, 0.9, N * M).astype(dtype)

    def values(self, k: Any, t: float) -> dict[str, Any]:
        """Return what names mean for some synapses of one neuron."""
        found = {**self.constants, "t": t, "dt": DT, **{n: v[k] for n, v in self.synaptic.items()}}
        for side, arrays in self.neuron.items():
            found |= {n: v[self.ends[side][k]] for n, v in arrays.items()}
        return self._with_subexpressions(found)

    def of_neuron(self, side: str, neuron: int, t: float) -> dict[str, Any]:
        """Return what names mean for one neuron."""
        own = {n: v[neuron] for n, v in self.neuron[side].items()}
        return self._with_subexpressions({**self.constants, "t": t, "dt": DT, **own})

    def _with_subexpressions(self, found: dict[str, Any]) -> dict[str, Any]:
        for name, variable in self.code.variables.items():
            parts = self.code.parts([name]) - {name}
            if isinstance(variable, Subexpression) and parts <= set(found):
                found[name] = evaluate(expression(variable.expr), found)
        return found

    def put(self, k: Any, values: Mapping[str, Any]) -> None:
        """Take over what the code of synapses left."""
        for name, array in self.synaptic.items():
            array[k] = values[name]
        for side, arrays in self.neuron.items():
            for name, array in arrays.items():
                array[self.ends[side][k]] = values[name]

    def mine(self, pathway: Any, neuron: int) -> Any:
        """Return the synapses that a neuron's events reach."""
        return np.flatnonzero(self.ends[pathway.side] == neuron)

    def event(self, pathway: Any, neuron: int, t: float) -> None:
        """Let a pathway's event reach the synapses of a neuron."""
        k = self.mine(pathway, neuron)
        # the one subexpression of synapses in these tests: its variables have other names inside
        code = re.sub(r"\bboth\b", "(apre*apost)", pathway.code)
        self.put(k, run(code, self.values(k, t)))


class Hoisted(Plain):
    """The same with traces on neurons.

    With `in_place` the traces that synapses read are brought to the present for good; else just to be read.
    """

    def __init__(
        self, code: SynapsesCode, seed: int, hoisting: Hoisting, *, in_place: bool = False, dtype: Any = np.float64
    ) -> None:
        super().__init__(code, seed, dtype)
        self.hoisting, self.in_place = hoisting, in_place
        self.sides: dict[str, Side] = {side.name: side for side in hoisting.sides}
        self.stamps = {p.name: np.full(self.size[p.side], -np.inf) for p in code.pathways}
        self.held = {n: v.copy() for n, v in self.synaptic.items()}
        self.traces = {}
        with self._given(self.held):
            for name, side in self.sides.items():
                self.traces[name], differ = gathered(code, side, self.ends[name], self.size[name], 0.0)
                assert not differ
        for name in {n for side in hoisting.sides for n in side.traces}:
            del self.synaptic[name]
        if LAST in self.synaptic and not hoisting.keeps_lastupdate and all(p.whole for p in code.pathways):
            del self.synaptic[LAST]

    @contextmanager
    def _given(self, values: Mapping[str, Any]) -> Iterator[None]:
        """Let variables hold the arrays of this machine for a while."""
        original = SynapsesCode.value
        known = {**self.neuron["source"], **self.neuron["target"], **values}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SynapsesCode, "value", lambda code, name: known.get(name, original(code, name)))
            yield

    def trace(self, side: str, neuron: int) -> dict[str, Any]:
        """Return a neuron's traces, and when they had these values."""
        traces = self.traces[side]
        return {**{n: v[neuron] for n, v in traces.values.items()}, LAST: traces.last[neuron]}

    def advanced(self, name: str, neuron: int, t: float) -> dict[str, Any]:
        """Return a neuron's traces at present."""
        side, traces = self.sides[name], self.traces[name]
        now = run(side.decay, {**self.of_neuron(name, neuron, t), **self.trace(name, neuron)})
        if self.in_place:
            for trace in side.traces:
                traces.values[trace][neuron] = now[trace]
            traces.last[neuron] = t
        return {trace: now[trace] for trace in side.traces}

    def neuron_event(self, pathway: Any, neuron: int, t: float) -> dict[str, Any]:
        """Run the neuron's code, and return what its synapses see of it."""
        self.stamps[pathway.name][neuron] = t
        event = self.hoisting.events.get(pathway.name)
        if event is None:
            return {}
        side, traces = self.sides[pathway.side], self.traces[pathway.side]
        after = run(event.code, {**self.of_neuron(side.name, neuron, t), **self.trace(side.name, neuron)})
        for name in side.traces:
            traces.values[name][neuron] = after[name]
        traces.last[neuron] = after[LAST]
        return {name: after[name] for name in (*side.traces, *event.snapshots)}

    def seen(self, pathway: Any, k: Any, t: float, own: Mapping[str, Any]) -> dict[str, Any]:
        """Return what names mean for synapses after the neuron's code."""
        values = {**self.values(k, t), **own}
        for name, side in self.sides.items():
            wanted = set(self.hoisting.advance[pathway.name]) & set(side.traces)
            if wanted:
                ends = self.ends[name][k]
                now = {end: self.advanced(name, end, t) for end in sorted(set(ends.tolist()))}
                values |= {trace: np.array([now[end][trace] for end in ends], self.dtype) for trace in wanted}
        return values

    def event(self, pathway: Any, neuron: int, t: float) -> None:
        """Run the neuron's code, then that of its synapses."""
        own = self.neuron_event(pathway, neuron, t)
        k = self.mine(pathway, neuron)
        self.put(k, run(self.hoisting.synaptic[pathway.name], self.seen(pathway, k, t, own)))

    def visible(self) -> dict[str, Any]:
        """Return what Brian2's arrays would hold."""
        with self._given({**self.held, **self.synaptic}):
            made = rebuilt(self.code, self.hoisting, self.traces, self.stamps, self.ends)
        return {**self.synaptic, **made}


class Lazy(Hoisted):
    """The same with weights that events of the target leave alone."""

    def __init__(
        self, code: SynapsesCode, seed: int, hoisting: Hoisting, form: RankOne, *, dtype: Any = np.float64
    ) -> None:
        super().__init__(code, seed, hoisting, dtype=dtype)
        self.form = form
        self.z = np.zeros(M, dtype)
        self.origin = 0.0
        self.rate = float(evaluate(expression(form.rate), self.constants))

    def a(self, neuron: int, t: float) -> Any:
        """Return what a neuron's trace was at the origin of time."""
        factor = evaluate(expression(self.form.source_factor), self.of_neuron("source", neuron, t))
        now = self.advanced("source", neuron, t)[self.form.trace]
        return self.dtype(factor * now * np.exp(self.rate * (t - self.origin)))

    def event(self, pathway: Any, neuron: int, t: float) -> None:
        """Let the target's events count, and the source's find weights."""
        k = self.mine(pathway, neuron)
        if pathway.name == self.form.pathway:
            values = self.of_neuron("target", neuron, t)
            if "target" in self.sides:
                values |= self.advanced("target", neuron, t)
            values |= self.neuron_event(pathway, neuron, t)
            step = evaluate(expression(self.form.target_factor), values)
            self.z[neuron] += self.dtype(step * np.exp(-self.rate * (t - self.origin)))
        elif pathway.name in self.form.rows:
            before = {"_a": self.a(neuron, t), "_z": self.z[self.ends["target"][k]]}
            self.synaptic[self.form.weight][k] = self._weight(k, before, t)
            own = self.neuron_event(pathway, neuron, t)
            self.put(k, run(self.form.rows[pathway.name].code, self.seen(pathway, k, t, own)))
            after = {"_a": self.a(neuron, t), "_z": before["_z"]}
            self.synaptic[self.form.weight][k] = run(self.form.encode, {**self.values(k, t), **after})[self.form.weight]
        else:
            super().event(pathway, neuron, t)

    def _weight(self, k: Any, factors: Mapping[str, Any], t: float) -> Any:
        return run(self.form.materialise, {**self.values(k, t), **factors})[self.form.weight]

    def weights(self, t: float) -> Any:
        """Return all weights, for somebody who looks."""
        k = np.arange(N * M)
        a = np.array([self.a(neuron, t) for neuron in range(N)], self.dtype)
        return self._weight(k, {"_a": a[self.ends["source"]], "_z": self.z[self.ends["target"]]}, t)

    def move(self, t: float) -> None:
        """Make `t` the origin of time."""
        self.synaptic[self.form.weight][:] = self.weights(t)
        self.z[:] = 0
        self.origin = t

    def visible(self) -> dict[str, Any]:
        """Return what Brian2's arrays would hold, without the weights: `weights` has them."""
        return {n: v for n, v in super().visible().items() if n != self.form.weight}
