"""Random networks in Brian2's language: a seed gives a script.

A script has two parts, split by `MARK`: the first builds ``net``, the second runs it. Every equation, statement,
argument and object stands on a line of its own, so that a failing script can be shrunk line by line (`fuzz.shrink`).
Numbers are drawn with six digits: no value meets a threshold exactly but by what a script does on purpose.

A script that is not `noisy` draws nothing while it runs, so that Brian2's runtime and the engine must agree on it; code
that draws is there, but its result has no effect (noise of size 0, rates that are 0 or far above 1/dt).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from fuzz_synapses import SynapseWriter

T = TypeVar("T")
MARK = "# ---- runs ----"
SIZES = (1, 2, 3, 5, 8, 17, 40, 63, 64, 65, 100, 130, 300)
WHEN = ("start", "before_groups", "groups", "after_thresholds", "before_synapses", "after_resets", "end")
METHODS = {
    "linear": ("exact", "exact", "exact", "euler", "exponential_euler", "rk2", "rk4", "heun", "milstein"),
    "nonlinear": ("euler", "euler", "rk2", "rk4", "heun", "milstein"),
    "gated": ("exponential_euler", "exponential_euler", "euler", "rk4"),
    "quadratic": ("euler", "rk2", "rk4"),
    "none": ("euler",),
    "noise": ("euler", "milstein", "heun"),
}


@dataclass(kw_only=True)
class Group:
    """A group of a script, and what others may do with it.

    Attributes
    ----------
    name, n
        Its name and size.
    inputs
        Variables that synapses may add to.
    floats
        Variables with a value for each neuron that may be read, and written between runs.
    spikes
        Whether it has a threshold.
    events
        Its custom events.
    state
        Whether it has variables at all (a SpikeGeneratorGroup has none).
    whole
        Whether Brian2 has no subgroups of it.
    """

    name: str
    n: int
    inputs: list[str] = field(default_factory=list)
    floats: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    spikes: bool = True
    events: list[str] = field(default_factory=list)
    state: bool = True
    whole: bool = False


class Writer(SynapseWriter):
    """Writes a script.

    Parameters
    ----------
    seed
        Gives the script.
    noisy
        Whether it may draw random numbers while it runs.
    """

    def __init__(self, seed: int, noisy: bool = False) -> None:
        self.rng = np.random.default_rng([20261121, seed, int(noisy)])
        self.seed, self.noisy = seed, noisy
        self.lines: list[str] = []
        self.groups: list[Group] = []
        self.objects: list[str] = []
        self.changes: list[str] = []
        self.summed: list[str] = []
        self.tables: list[str] = []
        self.monitors: list[str] = []

    def script(self) -> str:
        """Return the script."""
        self.lines += ["from brian2 import *", f"seed({self.seed})", "defaultclock.dt = 0.1*ms"]
        for k in range(int(self.rng.integers(0, 3))):
            self.table(k)
        for k in range(self.pick((1, 1, 2, 2, 3))):
            self.group(k)
        if self.maybe(0.7):
            self.generator()
        if self.maybe(0.25):
            self.poisson_group()
        for k in range(self.pick((0, 1, 1, 2, 2, 3))):
            self.synapses(k)
        for group in [g for g in self.groups if g.state]:
            self.group_extras(group)
        self.record()
        self.lines += ["net = Network(", *[f"    {name}," for name in self.objects], ")", MARK, *self.runs()]
        return "\n".join(self.lines) + "\n"

    # -- small things

    def pick(self, options: Sequence[T]) -> T:
        """Return one of several."""
        return options[int(self.rng.integers(len(options)))]

    def maybe(self, p: float) -> bool:
        """Return whether something of this probability happens."""
        return bool(self.rng.random() < p)

    def num(self, low: float, high: float) -> str:
        """Return a number."""
        return f"{self.rng.uniform(low, high):.6g}"

    def array(self, n: int, low: float, high: float) -> str:
        """Return the text of an array of random numbers."""
        return f"np.random.default_rng({int(self.rng.integers(1 << 30))}).uniform({low}, {high}, {n})"

    def call(self, name: str, what: str, arguments: Sequence[str]) -> None:
        """Add a call with an argument a line."""
        self.lines += [f"{name} = {what}(", *[f"    {a}," for a in arguments], f"    name='{name}',", ")"]
        self.objects.append(name)

    @staticmethod
    def block(lines: Sequence[str]) -> str:
        """Return a text of several lines."""
        return "'''\n" + "\n".join(f"    {line}" for line in lines) + "\n    '''"

    # -- groups

    def table(self, k: int) -> None:
        """Add a TimedArray."""
        name, dt = f"table{k}", self.pick(("0.1", "0.5", "1", "1.7", "4"))
        columns = self.pick((0, 0, 1, 3, 7))
        shape = f"({self.pick((3, 17, 40))}, {columns})" if columns else f"{self.pick((1, 13, 60))}"
        self.lines.append(f"{name} = TimedArray({self.array(0, -0.3, 0.5)[:-2]}{shape}), dt={dt}*ms, name='{name}')")
        self.tables.append(f"{name}(t, i % {columns})" if columns else f"{name}(t)")

    def term(self, names: Sequence[str]) -> str:
        """Return a bounded term of some variables."""
        x = self.pick([*names, "v"])
        terms = [
            f"{self.num(0.05, 0.4)}*sin(2*pi*{self.num(5, 60)}*Hz*t + {self.num(0, 1)}*i)",
            f"{self.num(-0.4, 0.4)}*clip({x}, -0.71, 0.83)",
            f"{self.num(-0.4, 0.4)}*exp(-({x})**2)",
            f"{self.num(-0.4, 0.4)}*tanh({x})",
            f"{self.num(-0.3, 0.3)}*int({x} > {self.num(0, 0.8)})",
            f"{self.num(-0.2, 0.2)}*sqrt(abs({x}) + {self.num(0.5, 2)})",
            f"{self.num(-0.2, 0.2)}*log(abs({x}) + {self.num(1, 2)})",
            f"{self.num(0, 0.1)}*(i % {self.pick((2, 3, 7))})",
            f"{self.num(0, 0.003)}*(i // {self.pick((2, 3, 7))})",
            f"{self.num(-0.4, 0.4)}/(1 + exp(-{self.num(1, 5)}*({x} - {self.num(0, 1)})))",
            f"{self.num(-0.1, 0.1)}*exprel({self.num(0.3, 1)}*clip({x}, -3, 3))",
            f"{self.num(-0.1, 0.1)}*expm1({self.num(0.3, 1)}*clip({x}, -3, 3))",
            f"{self.num(-0.1, 0.1)}*cos({x})*arctan({x})",
            f"{self.num(-0.1, 0.1)}*floor({self.num(2, 4)}*clip({x}, -3, 3))",
            f"{self.num(-0.05, 0.05)}*clip({x}, -1.3, 1.7)**{self.pick((2, 3, 4, 5))}",
            f"{self.num(-0.1, 0.1)}*int({x} > {self.num(0, 0.5)})*(1 - int({x} > {self.num(0.5, 1)}))*int(i != 2)",
            f"{self.num(-0.1, 0.1)}*sign({x})*abs(clip({x}, -2, 2))**{self.num(0.5, 2)}",
            f"{self.num(-0.1, 0.1)}*((k0 - {self.pick((0, 3, 5))}) % {self.pick((3, 4))})",
            f"{self.num(-0.03, 0.03)}*(-k0 // {self.pick((2, 3))})",
            f"{self.num(-0.03, 0.03)}*k0/{self.pick((2, 3))}",
            f"{self.num(-0.1, 0.1)}*(int(t/({self.num(0.3, 3)}*ms)) % 3)",
            f"{self.num(-0.1, 0.1)}*ceil({self.num(2, 4)}*clip({x}, -3, 3))*int(not b0)",
            *self.tables,
        ]
        return self.pick(terms)

    def group(self, k: int) -> None:
        """Add a NeuronGroup."""
        name, n = f"G{k}", int(self.pick(SIZES))
        kind = self.pick(("linear", "linear", "nonlinear", "nonlinear", "gated", "quadratic", "none"))
        group = Group(name=name, n=n, inputs=["v"], floats=["v"])
        equations, head = self.equations(group, kind)
        spiking, after, refractory = self.threshold(group, kind)
        if refractory and kind != "none" and self.maybe(0.6):
            equations[0] += " (unless refractory)"
        arguments = [str(n), self.block([*equations, *head])]
        if spiking:
            arguments += [f"threshold='{spiking}'", f"reset={self.block(after)}"]
        if refractory:
            arguments.append(f"refractory={refractory}")
        group.spikes = bool(spiking)
        if self.maybe(0.25):
            group.events.append("low")
            arguments.append(f"events={{'low': '{self.pick(('v < 0.3', 'v > 0.4 and v < 0.6', 'w0 > 0.2'))}'}}")
        if self.maybe(0.15):
            arguments.append(f"dt={self.pick(('0.05', '0.2', '0.3', '0.5'))}*ms")
        if self.maybe(0.1):
            arguments.append(f"order={self.pick(('-1', '2'))}")
        methods = METHODS["noise" if "xi" in equations[0] else kind]
        arguments.append(f"method='{self.pick(methods)}'")
        self.call(name, "NeuronGroup", arguments)
        self.start(group, head)
        self.groups.append(group)

    def equations(self, group: Group, kind: str) -> tuple[list[str], list[str]]:
        """Return the equations of the potential and of inputs, and the other variables."""
        head = ["w0 : 1", "k0 : integer", "b0 : boolean", "ref : second"]
        group.floats += ["w0"]
        drive = ["w0"]
        if self.maybe(0.6):
            head.append("p0 : 1 (constant)")
            drive.append("p0")
        if self.maybe(0.3):
            head.append("s0 : 1 (shared)")
            group.shared.append("s0")
            drive.append("s0")
        tau = "tau" if self.maybe(0.3) else f"({self.num(3, 20)}*ms)"
        if tau == "tau":
            head.append("tau : second (constant)")
        others = [g for g in self.groups if g.state and "w0" in g.floats]
        if others and self.maybe(0.3):
            head.append("far : 1 (linked)")
            group.whole = True
            drive.append("0.2*far")
        inputs = []
        if self.maybe(0.6) and kind != "none":
            inputs.append(f"dge/dt = -ge/({self.num(1, 8)}*ms) : 1")
            group.inputs.append("ge")
            group.floats.append("ge")
            drive.append("ge")
        sources = " + ".join(drive)
        if kind != "linear":
            sources += " + " + " + ".join(self.term(drive) for _ in range(int(self.rng.integers(1, 4))))
        if self.maybe(0.3) and kind not in ("linear", "none"):
            flag = self.pick(("", "", " (constant over dt)"))
            head.append(f"sub = {self.term(drive).replace('far', 'w0')} : 1{flag}")
            sources += " + sub"
        noise = ""
        if kind in ("linear", "nonlinear") and self.maybe(0.25):
            head.append("sigma : 1 (constant)")
            noise = f" + sigma*xi*({self.num(3, 20)}*ms)**-0.5"
        level = self.num(0.6, 1.4)
        wave = f"{level}*sin(2*pi*{self.num(10, 60)}*Hz*t + 0.3*i) + {self.term(['w0']).replace('v', 'w0')}"
        first = {
            "linear": f"dv/dt = ({level} + {sources} - v)/{tau}{noise} : 1",
            "nonlinear": f"dv/dt = ({level} + {sources} - v)/{tau}{noise} : 1",
            "gated": f"dv/dt = ({level} + {sources} - v*(1 + m))/{tau} : 1",
            "quadratic": f"dv/dt = clip({sources} + {self.num(1, 3)}*(v - 0.1)*(v - 0.4) + 0.3, -3, 3)/{tau} : 1",
            "none": f"v = {wave} + w0 : 1",
        }[kind]
        if kind == "none":
            group.inputs, group.floats = ["w0"], ["w0"]
        if kind == "gated":
            gate = f"1/(1 + exp(-(v - {self.num(0.3, 1)})/{self.num(0.1, 0.4)}))"
            inputs.append(f"dm/dt = ({gate} - m)/({self.num(2, 9)}*ms) : 1")
            group.floats.append("m")
        if self.maybe(0.3) and kind not in ("none", "linear"):
            inputs.append(f"du/dt = ({self.num(0.05, 0.3)}*v - u)/({self.num(10, 60)}*ms) : 1")
            first = first.replace(" - v", " - u - v", 1)
            group.floats.append("u")
            group.inputs.append("u")
        return [first, *inputs], head

    def threshold(self, group: Group, kind: str) -> tuple[str, list[str], str]:
        """Return threshold, statements of the reset, and refractoriness ('' where there is none)."""
        level = self.num(0.5, 0.9)
        spiking = self.pick(
            (f"v > {level}",) * 3
            + (f"v > {level} + 0.1*w0", f"v > {level} and not b0", f"v > {level} and k0 < 9", f"v >= {level} or v < -2")
            + (f"v > {level} and (i + k0) % 5 != 1",)
        )
        refractory = self.pick(
            (
                *("", "", "", f"{self.num(0.5, 5)}*ms", f"{self.num(0.5, 5)}*ms", "2.5*ms", "0.1*ms", "'ref'"),
                *("'(0.6 + 0.35*(i % 4))*ms'", f"'v > {self.num(0.2, 0.6)}'", "'b0'", "'ref + 0.2*ms*k0'"),
            )
        )
        if self.maybe(0.08):
            return "", [], self.pick(("", "", f"{self.num(0.5, 4)}*ms"))
        back = [f"w0 = {self.num(-0.4, 0)}*clip(w0 + 0.1, 0, 1)"]
        if kind != "none":
            back = [self.pick((f"v = {self.num(-0.2, 0.3)}", f"v -= {level}", "v = clip(v - 0.6, 0, 0.31)"))]
        more = [
            f"w0 += {self.num(-0.1, 0.1)}",
            "k0 += 1",
            "b0 = k0 > 3 and not b0",
            "ref = (0.4 + 0.3*(k0 % 4))*ms",
            f"{group.inputs[-1]} *= {self.num(0.3, 0.9)}",
        ]
        if refractory and self.maybe(0.15):
            spiking = f"v > {level} + 0.2*exp(-(t - lastspike)/(3*ms))"
        if self.noisy:
            more.append(f"{group.inputs[-1]} += {self.num(0.01, 0.2)}*rand()")
        back += [line for line in more if self.maybe(0.3)]
        return spiking, back, refractory

    def start(self, group: Group, head: Sequence[str]) -> None:
        """Set initial values."""
        name, n = group.name, group.n
        for variable in group.floats:
            if variable == "w0":
                self.lines.append(f"{name}.w0 = {self.array(n, -0.2, 0.2)}")
            elif self.maybe(0.5):
                self.lines.append(f"{name}.{variable} = {self.array(n, 0, 0.6)}")
            else:
                self.lines.append(f"{name}.{variable} = '{self.num(0, 0.3)} + {self.num(0, 0.3)}*i/{n}'")
        self.lines.append(f"{name}.ref = {self.array(n, 0.0003, 0.004)}*second")
        text = " ".join(head)
        if "p0" in text:
            self.lines.append(f"{name}.p0 = {self.array(n, -0.3, 0.5)}")
        if "tau :" in text:
            self.lines.append(f"{name}.tau = {self.array(n, 4, 15)}*ms")
        if "s0" in text:
            self.lines.append(f"{name}.s0 = {self.num(-0.1, 0.2)}")
        if "sigma" in text and self.noisy:
            self.lines.append(f"{name}.sigma = {self.array(n, 0, 0.5)}")
        if "far" in text:
            other = self.pick([g for g in self.groups if g.state and "w0" in g.floats])
            variable = self.pick([*other.floats, *other.shared])
            index = f", index=np.random.default_rng(1).integers(0, {other.n}, {n})"
            given = "" if (other.n in (1, n) and self.maybe(0.5)) or variable in other.shared else index
            self.lines.append(f"{name}.far = linked_var({other.name}, '{variable}'{given})")

    def generator(self) -> None:
        """Add a SpikeGeneratorGroup."""
        n, count = int(self.pick((1, 3, 20, 100))), int(self.pick((0, 5, 60, 600)))
        self.lines.append(f"times = np.unique(np.random.default_rng({self.seed}).integers(0, {n * 400}, {count}))")
        arguments = [str(n), f"times % {n}", f"(times // {n})*0.1*ms"]
        if self.maybe(0.2):
            arguments.append("period=41*ms")
        if self.maybe(0.15):
            arguments.append("dt=0.05*ms")
        self.call("SG", "SpikeGeneratorGroup", arguments)
        self.changes.append(f"SG.set_spikes([0, {n - 1}], [31.3, 33]*ms)")
        self.groups.append(Group(name="SG", n=n, state=False, whole=True))

    def poisson_group(self) -> None:
        """Add a PoissonGroup that spikes in every step or not at all, unless the script may be noisy."""
        n = int(self.pick((1, 5, 70)))
        rates = f"'{1e5 if not self.noisy else 200}*Hz*int((i + int(t/(3*ms))) % {self.pick((5, 9, 13))} == 0)'"
        if self.maybe(0.5):
            rates = f"(np.arange({n}) % 5 == 1)*{1e5 if not self.noisy else 300}*Hz"
        self.call("PG", "PoissonGroup", [str(n), f"rates={rates}"])
        self.groups.append(Group(name="PG", n=n, state=False))

    def group_extras(self, group: Group) -> None:
        """Add code that runs regularly or on events, and noisy input."""
        x = self.pick(group.inputs)
        codes = [
            f"{x} += {self.num(-0.05, 0.1)}",
            f"w0 = {self.num(-0.1, 0.2)} + {self.num(0, 0.2)}*sin(2*pi*31*Hz*t + i)",
            f"k0 += int({x} > {self.num(0, 0.5)})",
            "b0 = not b0",
            *(f"{s} = clip({s} + {self.num(-0.05, 0.05)}, -0.3, 0.3)" for s in group.shared),
            *(["w0 = 0.1*rand() - 0.05", f"{x} += 0.02*randn()"] if self.noisy else ["k0 += int(rand() < 2)"]),
        ]
        for k in range(self.pick((0, 0, 1, 2))):
            name = f"{group.name}_regular{k}"
            given = [f"'{self.pick(codes)}'", f"dt={self.pick(('0.1', '0.2', '0.3', '1', '2.5'))}*ms"]
            given += [f"when='{self.pick(WHEN)}'", f"order={self.pick((0, 0, 1, -2))}"]
            self.call(name, f"{group.name}.run_regularly", given)
            self.objects.pop()  # a group brings it along
        for event in group.events:
            statement = self.pick((f"{x} += 0.03", "k0 += 1", f"w0 = 0.9*w0 + {self.num(0, 0.02)}"))
            self.lines.append(f"{group.name}.run_on_event('{event}', '{statement}')")
            if self.maybe(0.3):
                self.lines.append(f"{group.name}.set_event_schedule('{event}', when='after_resets')")
        if self.noisy and self.maybe(0.3):
            self.lines.append(f"{group.name}_input = PoissonInput({group.name}, '{x}', 20, 30*Hz, 0.05)")
            self.objects.append(f"{group.name}_input")

    # -- recordings and runs

    def record(self) -> None:
        """Add monitors."""
        for group in self.groups:
            part = group.name
            if group.n > 3 and not group.whole and self.maybe(0.2):
                part = (
                    f"{part}[{self.rng.integers(0, group.n // 2)}:{self.rng.integers(group.n // 2 + 1, group.n + 1)}]"
                )
            if group.spikes:
                variables = f"variables={[self.pick(group.floats)]!r}" if group.state and self.maybe(0.3) else ""
                variables = "record=False" if self.maybe(0.05) else variables
                self.monitor("SpikeMonitor", part, [variables] if variables else [])
                if self.maybe(0.4):
                    self.monitor("PopulationRateMonitor", part, [])
            for event in group.events:
                self.monitor("EventMonitor", part, [f"'{event}'", f"variables={[self.pick(group.floats)]!r}"])
            if group.state and self.maybe(0.7):
                which = self.pick(("True", "[0]", f"[0, {group.n - 1}]")) if part == group.name else "[0, 1]"
                names = sorted({self.pick([*group.floats, *group.shared, "k0", "b0", "v"]) for _ in range(2)})
                given = [f"{names!r}", f"record={which}"]
                if self.maybe(0.4):
                    given.append(f"dt={self.pick(('0.1', '0.5', '0.7', '2'))}*ms")
                if self.maybe(0.4):
                    given.append(f"when='{self.pick(WHEN)}'")
                self.monitor("StateMonitor", part, given)

    def monitor(self, kind: str, source: str, arguments: Sequence[str]) -> None:
        """Add a monitor."""
        self.monitors.append(f"M{len(self.monitors)}")
        self.call(self.monitors[-1], kind, [source, *arguments])

    def runs(self) -> list[str]:
        """Return the lines that run the network, and what is changed in between."""
        for group in [g for g in self.groups if g.state]:
            self.changes += [
                f"{group.name}.{self.pick(group.floats)} = {self.array(group.n, 0, 0.5)}",
                f"{group.name}.{self.pick(group.floats)}[{group.n // 2}:] = {self.num(0, 0.6)}",
                f"{group.name}.{self.pick(group.inputs)} = '{self.num(0, 0.3)} + 0.1*sin(i)'",
                f"{group.name}.active = False",
                f"{group.name}.active = True",
            ]
        if self.monitors:
            self.changes += [f"{self.pick(self.monitors)}.active = {flag}" for flag in (False, True)]
        lines = []
        parts = self.pick((1, 1, 2, 2, 3))
        for k in range(parts):
            duration = f"{self.pick((5, 12.3, 20, 30, 40)) / parts:.1f}"
            lines.append(f"net.run({duration}*ms)")
            if k == 0 and self.maybe(0.3):
                lines += ["net.store('here')", f"net.run({self.pick((0.1, 3, 7))}*ms)", "net.restore('here')"]
            if k + 1 < parts:
                count = int(self.rng.integers(0, 3))
                lines += [self.pick(self.changes) for _ in range(count) if self.changes]
                if self.maybe(0.05):
                    lines.append("defaultclock.dt = 0.05*ms")
        return lines


def generate(seed: int, noisy: bool = False) -> str:
    """Return the script of a seed."""
    return Writer(seed, noisy).script()
