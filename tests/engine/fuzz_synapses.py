"""The part of the grammar of random networks that writes synapses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

STDP = """w : 1
dApre/dt = -Apre/({0}*ms) : 1 ({2})
dApost/dt = -Apost/({1}*ms) : 1 ({2})"""
STP = """w : 1
duu/dt = -uu/({0}*ms) : 1 (event-driven)
dxx/dt = (1 - xx)/({1}*ms) : 1 (event-driven)"""


class SynapseWriter:
    """Writes the synapses of a script; `fuzz_grammar.Writer` is the rest."""

    rng: np.random.Generator
    noisy: bool
    lines: list[str]
    groups: list[Any]
    changes: list[str]
    summed: list[str]
    monitors: list[str]
    objects: list[str]
    pick: Any
    maybe: Any
    num: Any
    array: Any
    call: Any
    block: Any
    monitor: Any

    def part(self, group: Any) -> tuple[str, int]:
        """Return a group or a subgroup of it, and its size."""
        if group.n < 4 or group.whole or self.maybe(0.65):
            return group.name, group.n
        start, stop = int(self.rng.integers(0, group.n // 2)), int(self.rng.integers(group.n // 2 + 1, group.n + 1))
        return f"{group.name}[{start}:{stop}]", stop - start

    def ends(self) -> tuple[str, Any, Any] | None:
        """Return which kind of synapses to write, and between which groups; None if there is nothing to write."""
        sources = [g for g in self.groups if g.spikes]
        targets = [g for g in self.groups if g.state]
        kind = self.pick(("plain",) * 4 + ("stdp", "stdp", "stp", "clock", "summed", "gap", "post", "paths", "event"))
        if not sources:
            kind = "gap"
        if kind in ("summed", "gap"):  # Brian2 refuses two such variables in groups that overlap
            targets = [g for g in targets if g.name not in self.summed]
        if kind in ("stdp", "post", "paths", "event"):
            targets = [g for g in targets if g.spikes]
        if not targets:
            return None
        target = self.pick(targets)
        if kind in ("summed", "gap"):
            self.summed.append(target.name)
        return kind, target if kind == "gap" else self.pick(sources), target

    def synapses(self, k: int) -> None:
        """Add a Synapses object with its connections, delays, initial values and recordings."""
        found = self.ends()
        if found is None:
            return
        kind, source, target = found
        (pre, n_pre), (post, n_post) = self.part(source), self.part(target)
        name = f"S{k}"
        model, paths, given, variables = self.model(kind, source, target)
        arguments = [pre, post, *([f"model={self.block(model)}"] if model else []), *given]
        for when in ("pre", "post"):
            codes = {path: code for path, (side, code) in paths.items() if side == when}
            if list(codes) == [when]:
                arguments.append(f"on_{when}={self.block(codes[when])}")
            elif codes:
                inner = ", ".join(f"'{path}': '{'; '.join(code)}'" for path, code in codes.items())
                arguments.append(f"on_{when}={{{inner}}}")
        fixed = self.scalar_delays(paths)
        if fixed:
            inner = ", ".join(f"'{path}': {delay}" for path, delay in fixed.items())
            arguments.append(f"delay={{{inner}}}")
        if "(clock-driven)" in " ".join(model):
            arguments.append(f"method='{self.pick(('exact', 'euler', 'rk2', 'exponential_euler'))}'")
        if kind != "gap" and self.maybe(0.1):
            arguments.append(f"order={self.pick(('-1', '1'))}")
        self.call(name, "Synapses", arguments)
        self.connect(name, n_pre, n_post)
        self.values(name, paths, fixed, variables, n_pre)
        self.regularly(name, variables)

    def model(self, kind: str, source: Any, target: Any) -> tuple[list[str], dict[str, Any], list[str], list[str]]:
        """Return equations, pathways (name to side and statements), more arguments, and variables to set."""
        x, a, b = self.pick(target.inputs), self.num(5, 30), self.num(5, 30)
        w = self.pick(("w", "w", self.num(-0.05, 0.1), f"{self.num(0.5, 1)}*w*(1 + 0.1*sin({self.num(0, 3)}*j))"))
        own = ["w : 1 (constant)"] if w != "w" and self.maybe(0.3) else ["w : 1"]
        if kind == "plain":
            model = own if "w" in w else []
            code = [self.pick((f"{x}_post += {w}", f"{x}_post += {w}", f"{x} += {w}", f"{x}_post -= 0.5*{w}"))]
            extra = [
                f"{x}_post = clip({x}_post, -1.5, 1.5)",
                f"{source.inputs[0]}_pre += {self.num(-0.02, 0.02)}" if source.state and source is not target else "",
                "w = clip(w*1.01, -0.2, 0.2)" if own == ["w : 1"] and model else "",
                f"{x}_post += 0.01*rand()" if self.noisy else "",
            ]
            code += [e for e in extra if e and self.maybe(0.25)]
            if code[0].startswith(f"{x} ") and "_post" in " ".join(code[1:]):  # two names of one variable: Brian2's
                code[0] = code[0].replace(f"{x} ", f"{x}_post ", 1)  # targets do not agree on what that means
            return model, {"pre": ("pre", code)}, [], ["w"] if model else []
        if kind == "stdp":
            how = self.pick(("event-driven", "event-driven", "clock-driven"))
            shared = self.maybe(0.3)
            model = [*STDP.format(a, b, how).splitlines(), *(["eta : 1 (shared)"] if shared else [])]
            rate = "eta" if shared else self.num(0.001, 0.02)
            pre = [f"{x}_post += w", f"Apre += {rate}", "w = clip(w + Apost, -0.1, 0.15)"]
            post = [f"Apost -= {self.num(0.001, 0.02)}", "w = clip(w + Apre, -0.1, 0.15)"]
            return model, {"pre": ("pre", pre), "post": ("post", post)}, [], ["w", *(["eta"] if shared else [])]
        if kind == "stp":
            code = [f"uu += {self.num(0.1, 0.5)}*(1 - uu)", f"{x}_post += w*uu*xx", "xx -= uu*xx"]
            return STP.format(a, b).splitlines(), {"pre": ("pre", code)}, [], ["w", "xx"]
        if kind == "clock":
            model = ["w : 1", f"dg/dt = -g/({a}*ms) : 1 (clock-driven)", "n : integer"]
            code = ["g += w", "n += 1", f"{x}_post += 0.1*g"]
            return model, {"pre": ("pre", code)}, [], ["w"]
        if kind == "summed":
            curve = self.pick((f"-g/({a}*ms)", f"-g/({a}*ms)", f"(0.05*tanh({x}_post) - g)/({a}*ms)"))
            what = self.pick(("g", "g", "seen", "g*(1 + 0.1*seen)"))
            model = ["w : 1", f"dg/dt = {curve} : 1 (clock-driven)", f"w0_post = 0.1*{what} : 1 (summed)"]
            return [*model, f"seen = g*sin({x}_post) : 1"], {"pre": ("pre", ["g += w"])}, [], ["w"]
        if kind == "gap":
            x = self.pick([name for name in target.floats if name != "w0"] or ["k0"])
            model = ["w : 1", f"w0_post = w*({x}_pre - {x}_post) : 1 (summed)"]
            return model, {}, [], ["w"]
        if kind == "post":
            code = [self.pick((f"{x}_post += w", "w *= 0.99", f"w = clip(w + 0.01*{target.floats[0]}_post, 0, 0.1)"))]
            return ["w : 1"], {"post": ("post", code)}, [], ["w"]
        if kind == "event" and source.events:
            given = [f"on_event={{'pre': '{source.events[0]}'}}"]
            return ["w : 1"], {"pre": ("pre", [f"{x}_post += 0.1*w"])}, given, ["w"]
        paths = {
            "first": ("pre", [f"{x}_post += w"]),
            "second": ("pre", [f"{x}_post -= 0.5*w", "c += 1"]),
            "back": ("post", ["w = clip(w + 0.001*c, -0.1, 0.1)"]),
        }
        return ["w : 1", "c : integer"], paths, [], ["w"]

    def regularly(self, name: str, variables: Sequence[str]) -> None:
        """Change weights regularly."""
        if "w" not in variables or any("(constant)" in line for line in self.lines[-40:]) or not self.maybe(0.2):
            return
        codes = ("w *= 0.99", "w = clip(w + 0.002*(N_incoming - 3), -0.1, 0.1)", "w = 0.9*w + 0.003*int(j > i)")
        given = [
            f"'{self.pick(codes)}'",
            f"dt={self.pick(('0.1', '1', '2.5'))}*ms",
            f"when='{self.pick(('start', 'end'))}'",
        ]
        self.call(f"{name}_regular", f"{name}.run_regularly", given)
        self.objects.pop()

    def scalar_delays(self, paths: dict[str, Any]) -> dict[str, str]:
        """Return delays that are one number each."""
        values = ("0.1", "0.25", "1", "1.5", "3.37", "25")
        return {path: f"{self.pick(values)}*ms" for path in paths if self.maybe(0.35)}

    def connect(self, name: str, n_pre: int, n_post: int) -> None:
        """Connect."""
        few = n_pre * n_post <= 4000
        p = min(1.0, 800 / (n_pre * n_post))
        ways = [
            self.pairs(n_pre, n_post, int(self.rng.integers(1, 400))),
            self.pairs(n_pre, n_post, int(self.rng.integers(1, 2000)), ordered=False),
            "condition='i < 0'",
            f"condition='abs(i - j) < {self.pick((1, 3))}'",
            f"j='k for k in range(i - 1, i + 2)', skip_if_invalid=True, n={self.pick((1, 2))}",
            f"i='k for k in range(0, N_pre, {self.pick((1, 3, 7))}) if (k + j) % 3 == 0'" if few else f"p={p:.6g}",
            "" if few else f"condition='(7*i + 3*j) % {int(1 / p) + 2} == 0'",
            "j='i'" if n_pre <= n_post else "i='j'",
            f"condition='(i + j) % 5 == 0', n={self.pick((1, 3))}" if few else f"p={p:.6g}",
        ]
        for _ in range(self.pick((1, 1, 1, 2))):
            self.lines.append(f"{name}.connect({self.pick(ways)})")
        self.changes.append(f"{name}.connect({ways[0]})")

    def pairs(self, n_pre: int, n_post: int, count: int, ordered: bool = True) -> str:
        """Return arguments that name pairs, by source or as they come."""
        seeds = [int(k) for k in self.rng.integers(1 << 30, size=2)]
        first, second = (
            f"np.random.default_rng({k}).integers(0, {n}, {count})" for k, n in zip(seeds, (n_pre, n_post), strict=True)
        )
        if ordered:
            first = f"np.sort({first})"
        return f"i={first}, j={second}"

    def values(
        self,
        name: str,
        paths: dict[str, Any],
        fixed: dict[str, str],
        variables: Sequence[str],
        n_pre: int,
    ) -> None:
        """Set delays and initial values, and record some."""
        for path in paths:
            places = f"len({name})"
            ways = (
                f"{self.array(0, 0, self.pick((0.6, 5, 20)))[:-2]}{places})*ms",
                f"np.random.default_rng(5).integers(0, {self.pick((2, 9, 40))}, {places})*0.1*ms",
                f"'(0.2 + 0.13*((i + 2*j) % {self.pick((3, 30))}))*ms'",
                "1.3*ms",
            )
            if path not in fixed and self.maybe(0.6):
                self.lines.append(f"{name}.{path}.delay = {self.pick(ways)}")
            # Shorter delays let two spikes reach a synapse in one step; Brian2's NumPy code then loses one of them.
            self.changes.append(f"{name}.{path}.delay = {name}.{path}.delay[:] + {self.num(0, 4)}*ms")
            if self.maybe(0.1):
                self.lines.append(f"{name}.{path}.order = {self.pick((-1, 3))}")
        scale = 0.15 / max(1.0, min(n_pre, 40) / 10)
        for variable in variables:
            low, high = {"w": (-0.5 * scale, scale), "xx": (0.5, 1)}.get(variable, (0.001, 0.01))
            if variable == "eta":
                self.lines.append(f"{name}.eta = {self.num(low, high)}")
            elif self.maybe(0.5):
                self.lines.append(f"{name}.{variable} = '{self.num(low, high)} + {self.num(0, high)}*sin(i + 2*j)'")
            else:
                self.lines.append(f"{name}.{variable} = {self.array(0, low, high)[:-2]}len({name}))")
        self.changes += [f"{name}.active = False", f"{name}.active = True"]
        if "w" in variables:
            self.changes.append(f"{name}.w = {self.num(0, scale)}")
            if self.maybe(0.4):
                self.monitor(
                    "StateMonitor", name, ["['w']", f"record=np.arange(min({self.pick((1, 7))}, len({name})))"]
                )
