# ruff: noqa: E501
"""The table of faults: a definition with one mistake, its place, what must be said and what must be offered."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """A mistake: ⟦ in `text` stands before the character where it must be told."""

    name: str
    text: str
    said: str
    hint: str = ""
    resolve: bool = False


def _case(name: str, text: str, said: str, hint: str = "") -> Case:
    return Case(name, text, said, hint)


P = "populations:\n  E: {neuron: lif, size: 10}\n  I: {neuron: lif, size: 5, labels: [a, b, c, d, e]}\n"
J = "projections:\n  - {from: E, to: I, receptor: exc, weight: 10 pA, "
N = "neurons:\n  lif:\n    equations: |\n      dv/dt = (E_L - v + R*I)/tau_m : volt\n"
NP = "    parameters: {E_L: -65 mV, R: 40 Mohm, tau_m: 10 ms}\n    receptors: {exc: psc, inh: psc}\n"
S = "stimuli:\n  s: "
C = "connectome: {nodes: [V1, V2], edges: [{from: V1, to: V2, weight: 0.5, length: 30 mm, fln: 0.1, kind: ff}], velocity: 3 m/s}\n"
R = "regions:\n  default:\n    populations:\n      L4e: {neuron: lif, size: 4}\n    ports: {feedforward: L4e}\n"
W = "pathways:\n  default: {from: L4e, to: feedforward, weight: 1 pA, receptor: exc, "

YAML = [
    _case("tab indent", "populations:\n⟦\tE: {neuron: lif, size: 3}", "tab may not indent", "spaces"),
    _case("tab after spaces", "populations:\n  ⟦\tE: {neuron: lif, size: 3}", "tab may not indent", "spaces"),
    _case("duplicate top key", "seed: 1\n⟦seed: 2", "'seed' is given twice; first on line 2", "Keep one"),
    _case(
        "duplicate population",
        "populations:\n  E: {neuron: lif, size: 3}\n  ⟦E: {neuron: lif, size: 4}",
        "'E' is given twice; first on line 3",
    ),
    _case("duplicate in flow", "populations: {E: {neuron: lif, size: 3, ⟦size: 4}}", "'size' is given twice"),
    _case("duplicate quoted", 'seed: 1\n⟦"seed": 2', "'seed' is given twice"),
    _case("tag", "title: ⟦!!str x", "tag '!!str' is not allowed", "without a tag"),
    _case("python tag", "title: ⟦!!python/object/apply:os.system ['echo']", "tag '!!python/object/apply:os.system'"),
    _case("local tag", "title: ⟦!foo x", "tag '!foo' is not allowed"),
    _case("tag on mapping", "record: ⟦!!map {spikes: all}", "tag '!!map' is not allowed"),
    _case(
        "merge key",
        "populations:\n  E: &e {neuron: lif, size: 3}\n  I: {⟦<<: *e, size: 4}",
        "'<<' merge keys are not supported",
        "extends",
    ),
    _case(
        "merge key block",
        "populations:\n  E: &e {neuron: lif, size: 3}\n  I:\n    ⟦<<: *e\n    neuron: lif\n    size: 4",
        "'<<' merge keys",
    ),
    _case("recursive alias", "record: &a {traces: {E: ⟦*a}}", "alias '*a' contains itself"),
    _case("undefined alias", "record: ⟦*nothing", "alias '*nothing' has no anchor"),
    _case("misspelt alias", "title: &name x\nseed: ⟦*nam", "alias '*nam' has no anchor", "Did you mean 'name'?"),
    _case("octal", "seed: ⟦0100", "begins with a zero", "Write 100"),
    _case("octal float", "populations: {E: {neuron: lif, size: ⟦010.5}}", "begins with a zero", "Write 10.5"),
    _case("underscore", "seed: ⟦1_000", "underscore", "Write 1000"),
    _case("comma thousands", "seed: ⟦1,000", "comma in a number", "Write 1000"),
    _case("comma decimal", "seed: ⟦0,5", "comma in a number", "Write 0.5"),
    _case("sexagesimal", "title: ⟦12:30:45", "base 60", "quotes"),
    _case("sexagesimal short", "title: ⟦10:20", "base 60", "quotes"),
    _case("date", "title: ⟦2024-01-02", "date", "quotes"),
    _case("timestamp", "title: ⟦2024-01-02T10:00:00", "date", "quotes"),
    _case("bad date", "title: ⟦2020-13-45", "date"),
    _case("nan", "seed: ⟦.nan", "not a finite number", "finite"),
    _case("inf", "duration: ⟦-.inf", "not a finite number", "finite"),
    _case("hex", "seed: ⟦0x1F", "not a decimal number", "Write 31"),
    _case("octal 1.2", "seed: ⟦0o17", "not a decimal number", "Write 15"),
    _case("binary", "seed: ⟦0b101", "not a decimal number", "Write 5"),
    _case("too large float", "seed: ⟦1e999", "too large", "1.8e308"),
    _case("too small float", "seed: ⟦1e-999", "too small"),
    _case("too many digits", "seed: ⟦" + "9" * 5000, "whole number of 5000 digits is too large"),
    _case("two documents", "seed: 1\n⟦---\nseed: 2", "second document"),
    _case("mapping as key", "populations: {⟦{a: 1}: 2}", "cannot be a key"),
    _case("list as key", "populations: {⟦[a]: 2}", "cannot be a key"),
    _case("unclosed quote", 'title: ⟦"abc\nseed: 1', "quoted text is never closed", "closing quote"),
    _case(
        "unclosed brace",
        "populations: {E: {neuron: lif, size: 3}\n⟦stimuli: {}",
        "missing in a mapping that begins on line 2",
    ),
    _case("unclosed bracket", "record: {spikes: [E, I⟦}", "missing in a list"),
    _case(
        "bad indentation", "populations:\n    E: {neuron: lif, size: 3}\n  ⟦I: {neuron: lif, size: 3}", "indentation"
    ),
    _case(
        "key without colon",
        "populations:\n  E: {neuron: lif, size: 3}\n  ⟦I\nseed: 1",
        "without ': '",
        "space after the colon",
    ),
    _case("no space after colon", "⟦seed:1\ntitle: x", "without ': '", "space after the colon"),
    _case("at sign", "title: ⟦@home", "may not begin with '@'", "Quote"),
    _case("backtick", "title: ⟦`x`", "may not begin with '`'", "Quote"),
    _case("percent", "title: ⟦%x", "may not begin with '%'", "Quote"),
    _case("bare star", "title: ⟦* star", "aliases in YAML", "Quote"),
    _case("bad escape", 'title: "a⟦\\q"', "escape", "single quotes"),
    _case("equation unquoted", "neurons:\n  lif:\n    equations: dv/dt = -v/tau ⟦: volt", "second ': '", "| block"),
    _case("equation in flow", "neurons:\n  lif: {equations: dv/dt = -v/tau ⟦: volt}", "", "| block"),
    _case(
        "equation as key",
        "neurons:\n  lif:\n    ⟦equations:\n      dv/dt = -v/(10*ms): volt",
        "expected equations as text, not a mapping",
        "| block",
    ),
    _case("control character", "title: a⟦\x01b", "U+0001"),
    _case("bell in comment", "# a⟦\x07\nseed: 1", "U+0007"),
    _case("bidi override", "title: a⟦\u202eb", "U+202E"),
    _case("line separator", "title: a⟦\u2028b", "U+2028"),
    _case("inner bom", "title: a⟦\ufeffb", "U+FEFF"),
    _case("depth", "title: " + "[" * 63 + "⟦[" + "]" * 64, "nested more than 64 deep"),
    _case("long text", "title: ⟦'" + "x" * 70_000 + "'", "70,000 characters is too long", "65,536"),
    _case("long key", "⟦" + "k" * 2000 + ": 1", "without ': '"),
]

TOP = [
    _case("misspelt key", "⟦tittle: x", "unknown key 'tittle'", "Did you mean 'title'?"),
    _case("misspelt section", "⟦projection: []", "unknown key 'projection'", "Did you mean 'projections'?"),
    _case("unknown section", "⟦quux: 1", "unknown key 'quux'", "Known keys"),
    _case("wrong version", "braincore: ⟦2", "'2' is not a version", "braincore: 1"),
    _case("version text", "braincore: ⟦one", "not a version"),
    _case("version true", "braincore: ⟦true", "not a version"),
    _case("negative seed", "seed: ⟦-1", "out of range", "0 to 18446744073709551615"),
    _case("large seed", "seed: ⟦18446744073709551616", "out of range", "0 to 18446744073709551615"),
    _case("fractional seed", "seed: ⟦1.5", "1.5 is not a whole number"),
    _case("float seed", "seed: ⟦1e3", "1000.0 is not a whole number", "Write 1000"),
    _case("text seed", "seed: ⟦'abc; system(1)//'", "not a whole number"),
    _case("quoted seed", "seed: ⟦'12'", "not a whole number", "without quotes"),
    _case("bool seed", "seed: ⟦true", "not a whole number"),
    _case("dt without unit", "dt: ⟦0.1", "'0.1' has no unit", "Expected a time (such as ms)"),
    _case("dt wrong unit", "dt: ⟦0.1 mV", "is a voltage", "Expected a time"),
    _case("dt negative", "dt: ⟦-1 ms", "not positive", "above 0"),
    _case("dt zero", "dt: ⟦0", "not positive"),
    _case("dt unknown unit", "dt: ⟦0.1 msec", "unknown unit 'msec'", "Write ms"),
    _case("dt case", "dt: ⟦0.1 MS", "is a conductance", "Expected a time"),
    _case("dt list", "dt: ⟦[1 ms]", "a list is not a quantity", "Expected a time"),
    _case("dt nan", "dt: ⟦nan", "'nan' is not a finite number", "Expected a time"),
    _case("dt comma", "dt: ⟦0,1 ms", "comma", "Write 0.1 ms"),
    _case("dt null text", "dt: ⟦ms", "'ms' is not a quantity", "Expected a time"),
    _case("duration inf", "duration: ⟦inf s", "not a finite number", "Expected a time"),
    _case("duration bool", "duration: ⟦true", "true is not a quantity", "Expected a time"),
    _case("duration below dt", "dt: 1 ms\nduration: ⟦0.1 ms", "below one time step"),
    _case("duration no multiple", "dt: 1 ms\nduration: ⟦10.5 ms", "no multiple of the time step", "is"),
    _case("duration absurd", "dt: 0.1 ms\nduration: ⟦1e13 s", "over 2**53 time steps"),
    _case("title number", "title: ⟦5", "expected text, not '5'", "quotes"),
    _case("title list", "title: ⟦[a]", "expected text, not a list"),
    _case("include missing", "include: [⟦nothing.yaml]", "'nothing.yaml' does not exist"),
    _case("include number", "include: [⟦5]", "is not a file"),
    _case("include outside", "include: ⟦../../etc/passwd", "outside the allowed folders", "Allowed"),
    _case("include url", "include: ⟦https://example.org/x.yaml", "not a path on this machine"),
    _case("populations list", "populations: ⟦[1]", "expected a mapping, not a list"),
    _case("populations text", "populations: ⟦E", "expected a mapping, not 'E'"),
    _case(
        "sweep path", "sweep: {⟦populations.E.sise: [1, 2]}", "there is no 'populations.E.sise'", "Did you mean 'size'?"
    ),
    _case("sweep name", "sweep: {⟦populations.EE.size: [1, 2]}", "there is no 'populations.EE'", "'E'"),
    _case("sweep top", "sweep: {⟦sed: [1, 2]}", "there is no 'sed'", "Did you mean 'seed'?"),
    _case("sweep no list", "sweep: {populations.E.size: ⟦5}", "not a list of values", "[1, 2, 3]"),
    _case("sweep text", "sweep: ⟦seed", "not a sweep"),
    _case("sweep value", "sweep: {populations.E.size: [1, ⟦2.5]}", "2.5 is not a whole number"),
    _case(
        "sweep value unit",
        "sweep: {populations.E.parameters.tau_m: [10 ms, ⟦20 mV]}",
        "is a voltage",
        "Expected a time",
    ),
    _case("sweep point", "sweep: [{seed: 1}, {⟦sed: 2}]", "there is no 'sed'", "Did you mean 'seed'?"),
    _case(
        "sweep too many",
        f"⟦sweep: {{seed: {list(range(400))}, duration: [{', '.join(f'{k} s' for k in range(1, 400))}]}}",
        "points",
        "At most",
    ),
]

MODELS = [
    _case("undefined symbol", N.replace("R*I", "⟦RR*I") + NP, "undefined symbol 'RR'"),
    _case("undefined close", N.replace("E_L", "⟦E_l") + NP, "undefined symbol 'E_l'", "Did you mean 'E_L'?"),
    _case(
        "unknown function",
        N.replace("(E_L - v", "(⟦expp(v/mV)*E_L - v") + NP,
        "unknown function 'expp'",
        "Did you mean 'exp'?",
    ),
    _case(
        "text in equation", N.replace("E_L - v", 'exp(⟦\'__import__("os").system("x")\') - v') + NP, "text in quotes"
    ),
    _case("import in equation", N.replace("R*I", "⟦__import__(1)") + NP, "begins with an underscore"),
    _case("attribute", N.replace("R*I", "v⟦.real") + NP, "attributes"),
    _case("subscript", N.replace("R*I", "v⟦[0]") + NP, "subscripts"),
    _case("lambda", N.replace("R*I", "⟦lambda: 0") + NP, "lambda"),
    _case("wrong dimension", N.replace("v + R*I", "v ⟦+ I") + NP, "voltage"),
    _case(
        "wrong dimension of derivative",
        N.replace("(E_L - v + R*I)/tau_m", "E_L - v ⟦+ R*I") + NP,
        "dv/dt must be",
        "time constant",
    ),
    _case("power bomb", N.replace("R*I", "9⟦**9**9*mV") + NP, "exponent too large", "64"),
    _case("noise squared", N.replace("R*I", "0*xi⟦*xi*mV*second") + NP, "noise may only be added"),
    _case(
        "parameter is state variable",
        N.replace("dv/dt", "d⟦v/dt") + NP.replace("E_L:", "v: 3 mV, E_L:"),
        "given as a parameter and defined by an equation too",
    ),
    _case("synapse statement", "synapses:\n  psc:\n    weight: mV\n    on_pre: v ⟦:= w", ":="),
    _case(
        "synapse current",
        "synapses:\n  psc: {weight: mV, current: ⟦open(1), on_pre: v += w}",
        "unknown function 'open'",
    ),
    _case(
        "missing unit of equation",
        "neurons:\n  lif:\n    equations: |\n      dv/dt = (E_L - v)/tau_m⟦\n" + NP,
        "unit is missing",
        "': volt'",
    ),
    _case(
        "wrong unit of equation", N.replace(": volt", ": ⟦vollt") + NP, "unknown unit 'vollt'", "Did you mean 'volt'?"
    ),
    _case(
        "reset new variable",
        N + "    threshold: v > E_L\n    reset: ⟦V = E_L\n" + NP,
        "unknown variable 'V'",
        "Did you mean 'v'?",
    ),
    _case("reset compares", N + "    threshold: v > E_L\n    reset: ⟦v == E_L\n" + NP, "compares", "v = ..."),
    _case("reset without threshold", N + "    reset: ⟦v = E_L\n" + NP, "reset without a threshold", "threshold"),
    _case("threshold no condition", N + "    threshold: ⟦v\n    reset: v = E_L\n" + NP, "not a condition", "v > v_th"),
    _case("threshold unit", N + "    threshold: v ⟦> 5\n" + NP, "a voltage"),
    _case("threshold code", N + "    threshold: v > ⟦__class__\n" + NP, "underscore"),
    _case("refractory unit", N + "    threshold: v > E_L\n    refractory: 5⟦ mV\n" + NP, "must be"),
    _case("refractory negative", N + "    threshold: v > E_L\n    refractory: ⟦-5 ms\n" + NP, "negative"),
    _case("parameter unit", N + NP.replace("-65 mV", "⟦-65 mVV"), "unknown unit 'mVV'", "Did you mean 'mV'?"),
    _case("parameter reserved", N + NP.replace("E_L:", "t: ⟦1 ms, E_L:"), "'t' has a meaning of its own"),
    _case("parameter bad name", N + NP.replace("E_L:", "'a b': ⟦1 ms, E_L:"), "not a valid name"),
    _case("parameter nan", N + NP.replace("-65 mV", "⟦nan mV"), "not a finite number"),
    _case(
        "parameter key",
        N + NP.replace("-65 mV", "{value: -65 mV, ⟦lo: 3 mV}"),
        "unknown key 'lo'",
        "Did you mean 'low'?",
    ),
    _case("parameter no value", N + NP.replace("E_L: -65 mV", "⟦E_L: {meaning: x}"), "'value' is missing"),
    _case(
        "extends unknown", "neurons:\n  lif: {extends: ⟦lif_ex}", "unknown neuron 'lif_ex'", "Did you mean 'lif_exp'?"
    ),
    _case("extends circle", "neurons:\n  lif: {extends: b}\n  b: {extends: ⟦lif}", "circle: lif -> b -> lif"),
    _case(
        "extends unknown parameter",
        "neurons:\n  lif: {extends: lif_exp, parameters: {tau_n: ⟦1 ms}}",
        "no parameter 'tau_n'",
        "Did you mean 'tau_m'?",
    ),
    _case(
        "extends wrong unit",
        "neurons:\n  lif: {extends: lif_exp, parameters: {tau_m: ⟦1 mV}}",
        "is a voltage",
        "Expected a time",
    ),
    _case("no equations", "neurons:\n  ⟦lif: {threshold: v > 0*mV}", "needs equations", "extends"),
    _case(
        "unknown neuron key", N + "    ⟦treshold: v > E_L\n" + NP, "unknown key 'treshold'", "Did you mean 'threshold'?"
    ),
    _case("unknown method", N + "    method: ⟦rk5\n" + NP, "'rk5' is not allowed", "Did you mean 'rk"),
    _case(
        "unknown receptor model",
        N + "    parameters: {E_L: -65 mV, R: 40 Mohm, tau_m: 10 ms}\n    receptors: {exc: ⟦pscc}\n",
        "unknown synapse 'pscc'",
        "Did you mean 'psc'?",
    ),
    _case(
        "receptor parameter",
        N + "    parameters: {E_L: -65 mV, R: 40 Mohm, tau_m: 10 ms}\n    receptors: {exc: {type: psc, taw: ⟦1 ms}}\n",
        "no parameter 'taw'",
        "Did you mean 'tau'?",
    ),
    _case(
        "receptor parameter unit",
        N + "    parameters: {E_L: -65 mV, R: 40 Mohm, tau_m: 10 ms}\n    receptors: {exc: {type: psc, tau: ⟦1 mV}}\n",
        "is a voltage",
        "Expected a time",
    ),
    _case(
        "initial unknown",
        N + "    initial: {u: ⟦1 mV}\n" + NP,
        "'u' is not a state variable",
        "Known state variables: v",
    ),
    _case("initial unit", N + "    initial: {v: ⟦1 ms}\n" + NP, "is a time", "Expected a voltage"),
    _case(
        "initial expression", N + "    initial: {v: E_L + ⟦E_l}\n" + NP, "undefined symbol 'E_l'", "Did you mean 'E_L'?"
    ),
    _case("synapse weight missing", "synapses:\n  ⟦psc: {on_pre: 'v += w'}", "needs the unit of its weight"),
    _case(
        "synapse weight unit",
        "synapses:\n  psc: {weight: ⟦nSS, on_pre: 'v += w'}",
        "unknown unit 'nSS'",
        "Did you mean 'nS'?",
    ),
    _case("synapse no action", "synapses:\n  ⟦psc: {weight: mV}", "on_pre"),
    _case(
        "synapse equation",
        "synapses:\n  psc:\n    weight: input\n    equations: |\n      ds/dt = -s/⟦tauu : amp\n    current: s\n    on_pre: s += w\n    parameters: {tau: 5 ms}\n",
        "undefined symbol 'tauu'",
        "Did you mean 'tau'?",
    ),
    _case(
        "synapse on_pre",
        "synapses:\n  psc:\n    weight: input\n    equations: |\n      ds/dt = -s/tau : amp\n    current: s\n    on_pre: ⟦S += w\n    parameters: {tau: 5 ms}\n",
        "unknown variable 'S'",
        "Did you mean 's'?",
    ),
    _case(
        "rule term",
        "learning_rules:\n  r: {on_pre: transmitted = w, term: ⟦medium}",
        "'medium' is not allowed",
        "long, short",
    ),
    _case(
        "rule key", "learning_rules:\n  r: {⟦onpre: transmitted = w}", "unknown key 'onpre'", "Did you mean 'on_pre'?"
    ),
    _case("rule statement", "learning_rules:\n  r: {on_pre: transmitted = ⟦open(w)}", "unknown function 'open'"),
]

POPULATIONS = [
    _case(
        "unknown neuron", "populations: {E: {neuron: ⟦liff, size: 3}}", "unknown neuron 'liff'", "Did you mean 'lif'?"
    ),
    _case("missing neuron", "populations: {⟦E: {size: 3}}", "'neuron' is missing", "neuron:"),
    _case("missing size", "populations: {⟦E: {neuron: lif}}", "needs a size, labels or nodes", "size: 100"),
    _case("zero size", "populations: {E: {neuron: lif, size: ⟦0}}", "out of range", "1 to 2147483647"),
    _case("negative size", "populations: {E: {neuron: lif, size: ⟦-3}}", "out of range", "1 to"),
    _case("fractional size", "populations: {E: {neuron: lif, size: ⟦2.5}}", "2.5 is not a whole number", "whole"),
    _case("whole float size", "populations: {E: {neuron: lif, size: ⟦10.0}}", "not a whole number", "Write 10"),
    _case("text size", "populations: {E: {neuron: lif, size: ⟦ten}}", "'ten' is not a whole number", "100"),
    _case("quoted size", "populations: {E: {neuron: lif, size: ⟦'10'}}", "not a whole number", "without quotes"),
    _case("bool size", "populations: {E: {neuron: lif, size: ⟦true}}", "not a whole number"),
    _case("huge size", "populations: {E: {neuron: lif, size: ⟦3000000000}}", "out of range", "2147483647"),
    _case("unit size", "populations: {E: {neuron: lif, size: ⟦10 mV}}", "not a whole number"),
    _case("misspelt size", "populations: {E: {neuron: lif, ⟦sise: 10}}", "unknown key 'sise'", "Did you mean 'size'?"),
    _case("population text", "populations: {E: ⟦lif}", "expected a mapping, not 'lif'", "key: value"),
    _case("population null", "populations: {E: ⟦null}", "expected a mapping, not nothing"),
    _case("reserved name", "populations: {⟦all: {neuron: lif, size: 3}}", "cannot be called 'all'"),
    _case("bracket name", "populations: {⟦'E[0]': {neuron: lif, size: 3}}", "not a name", "without [ ]"),
    _case("empty name", "populations: {⟦'': {neuron: lif, size: 3}}", "not a name"),
    _case("label twice", "populations: {E: {neuron: lif, labels: [a, b, ⟦a]}}", "label 'a' is given twice"),
    _case("label number", "populations: {E: {neuron: lif, labels: [a, ⟦1]}}", "expected text, not '1'", "quotes"),
    _case(
        "label count",
        "populations: {E: {neuron: lif, size: 3, ⟦labels: [a, b]}}",
        "2 labels for 3 neurons",
        "Leave out the size",
    ),
    _case(
        "parameter unknown",
        "populations: {E: {neuron: lif, size: 3, parameters: {tau_mm: ⟦1 ms}}}",
        "no parameter 'tau_mm'",
        "Did you mean 'tau_m'?",
    ),
    _case(
        "parameter is state",
        "populations: {E: {neuron: lif, size: 3, parameters: {v: ⟦1 mV}}}",
        "set it under 'initial'",
    ),
    _case(
        "parameter wrong unit",
        "populations: {E: {neuron: lif, size: 3, parameters: {tau_m: ⟦1 mV}}}",
        "is a voltage",
        "Expected a time",
    ),
    _case(
        "parameter no unit",
        "populations: {E: {neuron: lif, size: 3, parameters: {tau_m: ⟦10}}}",
        "has no unit",
        "Expected a time",
    ),
    _case(
        "parameter count",
        "populations: {E: {neuron: lif, size: 3, parameters: {tau_m: ⟦[1 ms, 2 ms]}}}",
        "2 values for 3 neurons",
    ),
    _case(
        "parameter one value",
        "populations: {E: {neuron: lif, size: 3, parameters: {tau_m: ⟦[1 ms]}}}",
        "1 values for 3 neurons",
    ),
    _case(
        "parameter list nan",
        "populations: {E: {neuron: lif, size: 2, parameters: {tau_m: [1 ms, ⟦nan ms]}}}",
        "not a finite number",
    ),
    _case(
        "parameter mixed",
        "populations: {E: {neuron: lif, size: 2, parameters: {tau_m: ⟦[1 ms, 2 mV]}}}",
        "different dimensions",
    ),
    _case(
        "distribution unknown",
        "populations: {E: {neuron: lif, size: 2, parameters: {tau_m: {⟦normall: {mean: 1 ms, sd: 1 ms}}}}}",
        "unknown key 'normall'",
        "Did you mean 'normal'?",
    ),
    _case(
        "distribution incomplete",
        "populations: {E: {neuron: lif, size: 2, parameters: {tau_m: {⟦normal: {mean: 1 ms}}}}}",
        "'sd' is missing",
    ),
    _case(
        "distribution two",
        "populations: {E: {neuron: lif, size: 2, parameters: {tau_m: {normal: {mean: 1 ms, sd: 1 ms}, ⟦uniform: {low: 1 ms, high: 2 ms}}}}}",
        "has 'normal' and 'uniform'",
        "Give one of",
    ),
    _case(
        "distribution negative sd",
        "populations: {E: {neuron: lif, size: 2, parameters: {⟦tau_m: {normal: {mean: 1 ms, sd: -1 ms}}}}}",
        "is negative",
    ),
    _case(
        "distribution units differ",
        "populations: {E: {neuron: lif, size: 2, parameters: {⟦tau_m: {normal: {mean: 1 ms, sd: 1 mV}}}}}",
        "is a voltage",
    ),
    _case(
        "distribution argument",
        "populations: {E: {neuron: lif, size: 2, parameters: {tau_m: {normal: {mean: 1 ms, ⟦std: 1 ms}}}}}",
        "unknown key 'std'",
        "sd",
    ),
    _case(
        "uniform reversed",
        "populations: {E: {neuron: lif, size: 2, parameters: {⟦tau_m: {uniform: {low: 3 ms, high: 1 ms}}}}}",
        "above high",
    ),
    _case(
        "lognormal mean",
        "populations: {E: {neuron: lif, size: 2, parameters: {⟦tau_m: {lognormal: {mean: -3 ms, sd: 1 ms}}}}}",
        "not positive",
    ),
    _case(
        "truncated empty",
        "populations: {E: {neuron: lif, size: 2, parameters: {⟦tau_m: {truncated_normal: {mean: 3 ms, sd: 1 ms, low: 5 ms, high: 4 ms}}}}}",
        "not below high",
    ),
    _case(
        "column missing key",
        "populations: {E: {neuron: lif, size: 2, parameters: {⟦tau_m: {file: x.csv}}}}",
        "'column' is missing",
    ),
    _case(
        "column missing file",
        "populations: {E: {neuron: lif, size: 2, parameters: {tau_m: {file: ⟦x.csv, column: a}}}}",
        "does not exist",
    ),
    _case(
        "initial unknown",
        "populations: {E: {neuron: lif, size: 2, initial: {w: ⟦1 mV}}}",
        "'w' is not a state variable",
        "Known state variables: v",
    ),
    _case(
        "initial expression",
        "populations: {E: {neuron: lif, size: 2, initial: {v: E_L + ⟦rnd()*mV}}}",
        "unknown function 'rnd'",
        "Did you mean",
    ),
    _case(
        "initial symbol",
        "populations: {E: {neuron: lif, size: 2, initial: {v: E_L + ⟦V_tth}}}",
        "undefined symbol 'V_tth'",
        "Did you mean 'V_th'?",
    ),
    _case("initial dimension", "populations: {E: {neuron: lif, size: 2, initial: {v: tau_m⟦*2}}}", "must be"),
    _case(
        "sign",
        "populations: {E: {neuron: lif, size: 2, sign: ⟦excitory}}",
        "'excitory' is not allowed",
        "Did you mean 'excitatory'?",
    ),
    _case("layout none", "populations: {E: {neuron: lif, size: 2, ⟦layout: {spacing: 1 mm}}}", "needs one of grid"),
    _case(
        "layout size",
        "populations: {E: {neuron: lif, size: 5, layout: {grid: ⟦[2, 2], spacing: 10 um}}}",
        "does not hold 5 neurons",
    ),
    _case(
        "layout no spacing",
        "populations: {E: {neuron: lif, size: 4, layout: {⟦grid: [2, 2]}}}",
        "'grid' needs 'spacing'",
    ),
    _case(
        "layout unit",
        "populations: {E: {neuron: lif, size: 4, layout: {grid: [2, 2], spacing: ⟦10 ms}}}",
        "is a time",
        "Expected a length",
    ),
    _case(
        "layout dimensions",
        "populations: {E: {neuron: lif, size: 16, layout: {grid: [2, 2, 2, 2], spacing: 1 mm}}}".replace(
            "layout: {grid", "⟦layout: {grid"
        ),
        "4 dimensions",
        "One to three",
    ),
    _case("group member", "populations: {E: {neuron: lif, labels: [a, b], groups: {g: [a, ⟦c]}}}", "no neuron 'c'"),
    _case("group range", "populations: {E: {neuron: lif, size: 3, groups: {g: ⟦[0, 7]}}}", "no neuron 7 among 3"),
    _case("group slice", "populations: {E: {neuron: lif, size: 3, groups: {g: ⟦'0:9'}}}", "selects nothing of its 3"),
    _case(
        "nodes missing file", "populations: {E: {neuron: lif, nodes: {file: ⟦cells.csv, id: name}}}", "does not exist"
    ),
    _case(
        "nodes and size",
        "populations: {E: {neuron: lif, nodes: {file: c.csv, id: name}, ⟦size: 3}}",
        "cannot be given too",
    ),
    _case(
        "receptor of population",
        "populations: {E: {neuron: lif, size: 3, receptors: {nmda: ⟦nmdaa}}}",
        "unknown synapse 'nmdaa'",
        "Did you mean 'nmda'?",
    ),
    _case("tags list", "populations: {E: {neuron: lif, size: 3, tags: {layer: ⟦[4]}}}", "expected text, not a list"),
    _case("memory", "populations: {⟦E: {neuron: lif, size: 2147483647}}", "GiB of memory", "This machine has"),
    _case(
        "memory of layout",
        "populations: {E: {neuron: lif, size: 2147483647, ⟦layout: {scatter: [1 mm, 1 mm, 1 mm]}}}",
        "GiB of memory",
    ),
]

WIRING = [
    _case(
        "unknown source",
        "projections:\n  - {from: ⟦EE, to: I, weight: 1 pA, receptor: exc}",
        "unknown population 'EE'",
        "Did you mean 'E'?",
    ),
    _case(
        "unknown target",
        "projections:\n  - {from: E, to: ⟦Q, weight: 1 pA, receptor: exc}",
        "unknown population 'Q'",
        "Known populations: E, I",
    ),
    _case("missing from", "projections:\n  - ⟦{to: I, weight: 1 pA}", "'from' is missing", "from:"),
    _case("missing to", "projections:\n  - ⟦{from: E, weight: 1 pA}", "'to' is missing", "to:"),
    _case("missing weight", "projections:\n  - ⟦{from: E, to: I}", "'weight' is missing", "weight:"),
    _case(
        "selection range",
        "projections:\n  - {from: ⟦'E[0:99]', to: I, weight: 1 pA, receptor: exc}",
        "selects nothing of its 10",
    ),
    _case(
        "selection name",
        "projections:\n  - {from: E, to: ⟦'I[zz]', weight: 1 pA, receptor: exc}",
        "no neuron or group 'zz'",
    ),
    _case(
        "selection syntax",
        "projections:\n  - {from: ⟦'E[', to: I, weight: 1 pA}",
        "is not a population",
        "name[selection]",
    ),
    _case("weight no unit", J.replace("10 pA", "⟦10") + "}", "has no unit", "Expected a current"),
    _case("weight wrong unit", J.replace("10 pA", "⟦10 mV") + "}", "is a voltage", "Expected a current"),
    _case("weight nan", J.replace("10 pA", "⟦nan") + "}", "not a finite number"),
    _case("weight expression", J.replace("10 pA", "⟦10 pA * count") + "}", "is not a quantity", "edges"),
    _case(
        "weight list",
        "projections:\n  - {from: E, to: E, connect: one_to_one, receptor: exc, weight: ⟦[1 pA, 2 pA]}",
        "2 values for 10 synapses",
    ),
    _case(
        "receptor needed",
        N + NP.replace("exc: psc, inh: psc", "a: psc, b: psc") + "projections:\n  - ⟦{from: E, to: I, weight: 1 pA}",
        "several receptors",
        "a, b",
    ),
    _case(
        "unknown receptor",
        J.replace("receptor: exc", "receptor: ⟦ecx") + "}",
        "no receptor 'ecx'",
        "Did you mean 'exc'?",
    ),
    _case("delay below dt", J + "delay: ⟦0.05 ms}", "below the time step", "At least 0.1 ms"),
    _case("delay negative", J + "delay: ⟦-1 ms}", "is negative"),
    _case("delay wrong unit", J + "delay: ⟦1 mV}", "is a voltage", "Expected a time"),
    _case("delay no unit", J + "delay: ⟦1.5}", "has no unit", "Expected a time"),
    _case("delay distribution", J + "⟦delay: {normal: {mean: 1 ms, sd: 1 ms}}}", "drawn down to", "Truncate"),
    _case(
        "connect unknown",
        J + "connect: ⟦all_to_al}",
        "unknown connection rule 'all_to_al'",
        "Did you mean 'all_to_all'?",
    ),
    _case(
        "connect needs arguments",
        J + "connect: ⟦fixed_probability}",
        "needs its arguments",
        "{fixed_probability: {p: ...}}",
    ),
    _case(
        "connect unknown mapping",
        J + "connect: {⟦fixed_prob: {p: 0.1}}}",
        "unknown key 'fixed_prob'",
        "Did you mean 'fixed_probability'?",
    ),
    _case("probability above 1", J + "connect: {fixed_probability: {p: ⟦1.5}}}", "1.5 is not a probability", "0 to 1"),
    _case("probability negative", J + "connect: {fixed_probability: {p: ⟦-0.1}}}", "not a probability", "0 to 1"),
    _case("probability text", J + "connect: {fixed_probability: {p: ⟦half}}}", "'half' is not a number"),
    _case("probability missing", J + "connect: {⟦fixed_probability: {}}}", "'p' is missing"),
    _case("degree fraction", J + "connect: {fixed_in_degree: {k: ⟦2.5}}}", "not a whole number"),
    _case("degree negative", J + "connect: {fixed_in_degree: {k: ⟦-2}}}", "out of range", "At least 0"),
    _case(
        "degree too large",
        J + "⟦connect: {fixed_in_degree: {k: 50, multapses: false}}}",
        "only 10 sources",
        "multapses",
    ),
    _case(
        "autapses text",
        J + "connect: {fixed_in_degree: {k: 5, autapses: ⟦'yes'}}}",
        "neither true nor false",
        "true or false",
    ),
    _case(
        "autapses yes",
        J + "connect: {fixed_in_degree: {k: 5, autapses: ⟦no}}}",
        "neither true nor false",
        "true or false",
    ),
    _case("one_to_one sizes", J + "connect: ⟦one_to_one}", "equal sizes, not 10 and 5"),
    _case(
        "distance layout", J + "⟦connect: {distance_dependent: {p_max: 0.5, scale: 1 mm}}}", "needs positions", "layout"
    ),
    _case(
        "distance unit",
        J + "connect: {distance_dependent: {p_max: 0.5, scale: ⟦1 ms}}}",
        "is a time",
        "Expected a length",
    ),
    _case(
        "distance profile",
        J + "connect: {distance_dependent: {p_max: 0.5, scale: 1 mm, profile: ⟦gauss}}}",
        "not allowed",
        "Did you mean 'gaussian'?",
    ),
    _case(
        "two rules", J + "connect: one_to_one, ⟦edges: {pre: [0], post: [0]}}", "both 'connect' and 'edges'", "Keep one"
    ),
    _case("two connectors", J + "connect: {all_to_all: {}, ⟦one_to_one: {}}}", "has 'all_to_all' and 'one_to_one'"),
    _case("edges lengths", J + "edges: {pre: [0, 1], post: ⟦[0]}}", "2 sources, but 1 targets"),
    _case("edges range", J + "edges: {pre: [0, ⟦99], post: [0, 1]}}", "no neuron 99 among 10"),
    _case("edges label", J + "edges: {pre: [0], post: [⟦z]}}", "no neuron 'z'"),
    _case("edges file", J + "edges: {file: ⟦edges.csv}}", "does not exist"),
    _case("edges outside", J + "edges: {file: ⟦../../../etc/passwd}}", "outside the allowed folders"),
    _case("edges home", J + "edges: {file: ⟦~/edges.csv}}", "is not expanded"),
    _case("edges variable", J + "edges: {file: ⟦$HOME/edges.csv}}", "is not expanded"),
    _case("edges none", J + "⟦edges: {where: a > 1}}", "edges need a file"),
    _case("edges where", J + "edges: {file: e.csv, where: ⟦a >}}", "is not a condition", "count >= 5"),
    _case("matrix rows", J + "⟦matrix: {file: m.npz}}", "'rows' is missing", "rows:"),
    _case("data set", J + "edges: {file: ⟦'data:celegans_cook2019x/e.csv'}}", "not on this machine", "BRAINCORE_DATA"),
    _case(
        "own rule",
        "learning_rules:\n  r:\n    on_pre: transmitted = w*⟦xx\n" + J + "rules: [r]}",
        "undefined symbol 'xx'",
    ),
    _case(
        "random number of weights",
        J.replace("10 pA", "⟦[1 pA, 2 pA]") + "connect: {fixed_probability: {p: 0.5}}}",
        "their number is random",
        "distribution",
    ),
    _case(
        "rule unknown",
        J + "rules: [⟦tsodyks_markam]}",
        "unknown learning rule 'tsodyks_markam'",
        "Did you mean 'tsodyks_markram'?",
    ),
    _case(
        "rule parameter", J + "rules: [{type: tsodyks_markram, UU: ⟦0.5}]}", "no parameter 'UU'", "Did you mean 'U'?"
    ),
    _case("rule unit", J + "rules: [{type: tsodyks_markram, tau_rec: ⟦5}]}", "has no unit", "Expected a time"),
    _case(
        "bounds missing",
        J.replace("{from", "⟦{from") + "rules: [stdp_pair]}",
        "rule 'stdp_pair' needs the bounds",
        "bounds: [0 pA, 20 pA]",
    ),
    _case("bounds one", J + "rules: [stdp_pair], bounds: ⟦[1 pA]}", "no pair of bounds", "Write [weakest, strongest]"),
    _case("bounds unit", J + "rules: [stdp_pair], bounds: [⟦0 nS, 1 nS]}", "is a conductance", "Expected a current"),
    _case("bounds equal", J + "rules: [stdp_pair], bounds: ⟦[1 pA, 1 pA]}", "both bounds are 1 pA"),
    _case("bounds beyond", J + "rules: [stdp_pair], bounds: ⟦[0 pA, 5 pA]}", "beyond the bounds", "Widen the bounds"),
    _case("bounds static", J + "bounds: ⟦[0 pA, 50 pA]}", "no long-term rule", "Leave the bounds out"),
    _case("rule text", J + "⟦rules: {a: 1}}", "expected a list, not a mapping"),
    _case("projection key", J + "⟦dellay: 1 ms}", "unknown key 'dellay'", "Did you mean 'delay'?"),
    _case(
        "projection twice",
        "projections:\n  - {from: E, to: I, weight: 1 pA, receptor: exc, name: x}\n  - ⟦{from: I, to: E, weight: 1 pA, receptor: exc, name: x}",
        "projection 'x' is given twice",
    ),
    _case("projections mapping", "⟦projections: {a: 1}", "expected a list, not a mapping", "[first, second]"),
    _case(
        "negative conductance",
        "neurons:\n  lif:\n    equations: |\n      dv/dt = (-65*mV - v)/(10*ms) + I/(200*pF) : volt\n    threshold: v > -50*mV\n    reset: v = -65*mV\n    receptors: {exc: cond, inh: psc}\n"
        "projections:\n  - {from: E, to: I, receptor: exc, weight: ⟦-1 nS}",
        "may be negative",
        "reversal",
    ),
    _case(
        "memory of synapses",
        "populations:\n  E: {neuron: lif, size: 2000000}\n  I: {neuron: lif, size: 2000000}\nprojections:\n  - ⟦{from: E, to: I, weight: 1 pA, receptor: exc}",
        "GiB of memory",
        "This machine has",
    ),
]

REGIONS = [
    _case(
        "unknown region type",
        "regions: {V1: {type: ⟦CorticalMicrocircut}}",
        "unknown region type 'CorticalMicrocircut'",
        "Did you mean 'CorticalMicrocircuit'?",
    ),
    _case(
        "unknown setting value",
        "regions: {V1: {type: CorticalMicrocircuit, scal: ⟦0.1}}",
        "no setting 'scal'",
        "Did you mean 'scale'?",
    ),
    _case(
        "setting unit",
        "regions: {V1: {type: CorticalMicrocircuit, scale: 0.1, weight: ⟦10 mV}}",
        "is a voltage",
        "Expected a current",
    ),
    _case("setting range", "regions: {V1: {type: CorticalMicrocircuit, scale: ⟦3}}", "scale 3", "from 1e-06 to 1"),
    _case("setting type", "regions: {V1: {type: CorticalMicrocircuit, scale: ⟦big}}", "'big' is not a number"),
    _case(
        "region and population",
        "populations: {V1: {neuron: lif, size: 1}}\nregions: {⟦V1: {populations: {E: {neuron: lif, size: 1}}}}",
        "'V1' is a region and a population",
        "another name",
    ),
    _case(
        "memory of a group",
        "populations: {E: {neuron: lif, size: 2147483647, groups: {g: ⟦'0:2000000000'}}}",
        "would take 14.9 GiB of memory",
        "This machine has",
    ),
    _case(
        "encoder repeated too often",
        S + "{target: E, encode: {values: [1], phase: {frequency: 1 Hz, cycles: ⟦1000000000}}, weight: 1 pA}",
        "spikes are too many",
        "At most 10,000,000",
    ),
    _case(
        "encoder too wide",
        S + "{target: E, encode: {values: [1], population: {neurons: ⟦1000000000, window: 1 ms}}, weight: 1 pA}",
        "spikes are too many",
        "At most 10,000,000",
    ),
    _case("region not described", "regions: {⟦V1: {}}", "not described", "type:"),
    _case(
        "region both",
        "regions: {V1: {type: CorticalMicrocircuit, ⟦populations: {E: {neuron: lif, size: 3}}}}",
        "not both",
    ),
    _case(
        "region key",
        "regions: {V1: {populations: {E: {neuron: lif, size: 3}}, port: ⟦{}}}".replace("port: ⟦{}", "⟦port: {}"),
        "unknown key 'port'",
        "Did you mean 'ports'?",
    ),
    _case("region population", "regions: {V1: {populations: {E: {neuron: lif, size: ⟦-3}}}}", "out of range"),
    _case(
        "region projection",
        "regions: {V1: {populations: {E: {neuron: lif, size: 3}}, projections: [{from: E, to: ⟦F, weight: 1 pA}]}}",
        "unknown population",
        "E",
    ),
    _case(
        "region port",
        "regions: {V1: {populations: {E: {neuron: lif, size: 3}}, ports: {ff: ⟦G}}}",
        "no population",
        "E",
    ),
    _case(
        "region port that says more",
        "regions: {V1: {populations: {E: {neuron: lif, size: 3}}, ports: {ff: {population: ⟦G, way: in}}}}",
        "no population",
        "E",
    ),
    _case(
        "region port way",
        "regions: {V1: {populations: {E: {neuron: lif, size: 3}}, ports: {ff: {population: E, way: ⟦into}}}}",
        "'into' is not allowed",
        "'in'",
    ),
    _case(
        "region port out",
        "regions: {V1: {populations: {E: {neuron: lif, size: 3}}, ports: {⟦ff: {population: E, way: out, sign: excitatory}}}}",
        "leads out has no receptor",
    ),
    _case(
        "region weight",
        "regions: {V1: {populations: {E: {neuron: lif, size: 3}}, projections: [{from: E, to: E, receptor: exc, weight: ⟦1 mV}]}}",
        "is a voltage",
        "Expected a current",
    ),
    _case(
        "region unknown",
        C + R + "  ⟦V3:\n    populations: {L4e: {neuron: lif, size: 4}}\n",
        "region 'V3' is not in the connectome",
        "V1, V2",
    ),
    _case(
        "region missing",
        "⟦regions:\n  V1: {populations: {L4e: {neuron: lif, size: 4}}}\n" + C,
        "region 'V2' of the connectome is not described",
        "regions.default",
    ),
    _case("default alone", "regions:\n  ⟦default: {populations: {L4e: {neuron: lif, size: 4}}}", "needs a connectome"),
    _case("connectome nothing", "⟦connectome: {velocity: 3 m/s}\n" + R, "needs a file, or nodes and edges"),
    _case("connectome file", "connectome: {file: ⟦fln.graphml}\n" + R, "does not exist"),
    _case("connectome suffix", "connectome: {file: ⟦brain.yaml}\n" + R, "no suffix of a connectome", "graphml"),
    _case("connectome velocity", C.replace("3 m/s", "⟦3 ms") + R, "is a time", "Expected a velocity"),
    _case("connectome velocity zero", C.replace("3 m/s", "⟦0 m/s") + R, "not positive"),
    _case("connectome edge end", C.replace("to: V2", "to: ⟦V3") + R, "unknown region 'V3'", "V1, V2"),
    _case("connectome length", C.replace("30 mm", "⟦30 ms") + R, "is a time", "Expected a length"),
    _case("connectome length negative", C.replace("30 mm", "⟦-30 mm") + R, "is negative"),
    _case("connectome key", C.replace("velocity", "⟦velocty") + R, "unknown key 'velocty'", "Did you mean 'velocity'?"),
    _case(
        "connectome subgraph",
        C.replace("velocity", "subgraph: [V1, ⟦V9], velocity") + R,
        "unknown region 'V9'",
        "V1, V2",
    ),
    _case(
        "connectome threshold",
        C.replace("velocity", "threshold: {above: 0.1, ⟦below: 3}, velocity") + R,
        "has 'above' and 'below'",
    ),
    _case(
        "connectome attribute",
        C.replace("velocity", "⟦threshold: {above: 0.1, attribute: flnn}, velocity") + R,
        "no 'flnn'",
        "Did you mean 'fln'?",
    ),
    _case(
        "connectome normalise",
        C.replace("velocity", "normalise: ⟦targets, velocity") + R,
        "not allowed",
        "Did you mean 'target'?",
    ),
    _case(
        "pathway without connectome",
        "⟦pathways:\n  default: {from: E, to: E, in_degree: 3, weight: 1 pA}",
        "need a connectome",
    ),
    _case(
        "pathway no rule",
        C + R + "pathways:\n  ⟦default: {from: L4e, to: L4e, weight: 1 pA}",
        "needs one of synapses_per_neuron",
    ),
    _case("pathway two rules", C + R + W + "in_degree: 3, ⟦probability: 0.1}", "has 'in_degree' and 'probability'"),
    _case(
        "pathway attribute", C + R + W + "synapses_per_neuron: ⟦500 * flnn}", "no number 'flnn'", "Did you mean 'fln'?"
    ),
    _case("pathway text attribute", C + R + W + "synapses_per_neuron: ⟦500 * kind}", "no number 'kind'"),
    _case("pathway where", C + R + W + "in_degree: 3, where: ⟦fnl > 0.1}", "no number 'fnl'", "Did you mean 'fln'?"),
    _case(
        "pathway where text",
        C + R + W + "in_degree: 3, where: {kid: ff}}".replace("where", "⟦where"),
        "no text attribute 'kid'",
        "Did you mean 'kind'?",
    ),
    _case(
        "pathway weight unit",
        C + R + W.replace("1 pA", "⟦1 mV") + "in_degree: 3}",
        "is a voltage",
        "Expected a current",
    ),
    _case(
        "pathway weight expression",
        C + R + W.replace("1 pA", "⟦10 mV * fln") + "in_degree: 3}",
        "is a voltage",
        "Expected a current",
    ),
    _case(
        "pathway end",
        C + R + W.replace("from: L4e", "from: ⟦L5e") + "in_degree: 3}",
        "no population or port 'L5e'",
        "Did you mean 'L4e'?",
    ),
    _case(
        "pathway port",
        C + R + W.replace("to: feedforward", "to: ⟦feedforwrd") + "in_degree: 3}",
        "no population or port 'feedforwrd'",
        "Did you mean 'feedforward'?",
    ),
    _case(
        "pathway edge",
        C + R + "pathways:\n  ⟦V2->V1: {from: L4e, to: L4e, weight: 1 pA, receptor: exc, in_degree: 3}",
        "no edge V2->V1",
        "V1->V2",
    ),
    _case(
        "pathway edge name",
        C + R + "pathways:\n  ⟦V2->: {from: L4e, to: L4e, weight: 1 pA, receptor: exc, in_degree: 3}",
        "is not an edge",
        "V1->MT",
    ),
    _case("pathway negative", C + R + W + "in_degree: ⟦-3}", "is negative", "at least 0"),
    _case(
        "pathway delay",
        C.replace("30 mm", "0.1 mm")
        + R
        + "pathways:\n  ⟦default: {from: L4e, to: L4e, weight: 1 pA, receptor: exc, in_degree: 3}",
        "below the time step",
        "min_delay",
    ),
    _case(
        "pathway no length",
        C.replace(", length: 30 mm", "")
        + R
        + "pathways:\n  ⟦default: {from: L4e, to: L4e, weight: 1 pA, receptor: exc, in_degree: 3}",
        "no length",
        "delay",
    ),
]

EVENTS = [
    _case(
        "stimulus target",
        S + "{target: ⟦EE, poisson: {rate: 10 Hz}, weight: 1 pA, receptor: exc}",
        "unknown population 'EE'",
        "Did you mean 'E'?",
    ),
    _case(
        "stimulus kind",
        S + "{target: E, ⟦poison: {rate: 10 Hz}, weight: 1 pA}",
        "unknown key 'poison'",
        "Did you mean 'poisson'?",
    ),
    _case(
        "reference population",
        "references:\n  - {population: ⟦F, rate: 3 Hz}",
        "no population 'F'",
        "Known populations",
    ),
    _case("reference empty", "references:\n  - ⟦{population: E}", "nothing is expected of 'E'", "Give one of rate"),
    _case("reference unit", "references: [{population: E, rate: ⟦3 mV}]", "is a voltage", "Expected a rate"),
    _case("reference no unit", "references: [{population: E, rate: [1 Hz, ⟦3]}]", "has no unit", "Expected a rate"),
    _case("reference bounds", "references: [{population: E, rate: ⟦[1 Hz]}]", "not a pair of bounds", "[low, high]"),
    _case("reference order", "references: [{population: E, cv_isi: ⟦[1.2, 0.5]}]", "are not in order"),
    _case("reference text", "references: [{population: E, cv_isi: ⟦much}]", "is not a number", "bounds"),
    _case("reference within", "references: [{population: E, cv_isi: 1, within: ⟦-0.1}]", "is negative"),
    _case(
        "reference window",
        "references: [{population: E, rate: 1 Hz, after: 2 s, before: ⟦1 s}]",
        "before 1 s and after 2 s leave no time",
    ),
    _case("reference key", "references: [{population: E, ⟦cv: 1}]", "unknown key 'cv'", "cv_isi"),
    _case("reference mapping", "⟦references: {E: {rate: 1 Hz}}", "expected a list"),
    _case("stimulus none", "stimuli:\n  ⟦s: {target: E, weight: 1 pA}", "needs one of poisson"),
    _case(
        "stimulus two",
        S + "{target: E, poisson: {rate: 10 Hz}, ⟦step: {amplitude: 1 pA}, weight: 1 pA}",
        "has 'poisson' and 'step'",
    ),
    _case(
        "stimulus no weight", S + "{target: E, ⟦poisson: {rate: 10 Hz}}", "weight of its spikes is missing", "weight:"
    ),
    _case(
        "rate unit",
        S + "{target: E, poisson: {rate: ⟦10 mV}, weight: 1 pA, receptor: exc}",
        "is a voltage",
        "Expected a rate",
    ),
    _case(
        "rate no unit",
        S + "{target: E, poisson: {rate: ⟦10}, weight: 1 pA, receptor: exc}",
        "has no unit",
        "Expected a rate",
    ),
    _case(
        "rate negative",
        S + "{target: E, poisson: {rate: ⟦-5 Hz}, weight: 1 pA, receptor: exc}",
        "negative",
        "At least 0 Hz",
    ),
    _case(
        "rate expression",
        S + "{target: E, poisson: {rate: 10*Hz*⟦sinn(t/ms)}, weight: 1 pA, receptor: exc}",
        "unknown function 'sinn'",
        "Did you mean 'sin'?",
    ),
    _case(
        "rate dimension", S + "{target: E, poisson: {rate: ⟦10*mV*t}, weight: 1 pA, receptor: exc}", "not a rate", "Hz"
    ),
    _case(
        "rate names", S + "{target: E, poisson: {rate: ⟦10*Hz*x}, weight: 1 pA, receptor: exc}", "not a rate", "of t"
    ),
    _case(
        "sources negative",
        S + "{target: E, poisson: {rate: 10 Hz, sources: ⟦-1}, weight: 1 pA, receptor: exc}",
        "is negative",
        "at least 0",
    ),
    _case(
        "stimulus weight",
        S + "{target: E, poisson: {rate: 10 Hz}, weight: ⟦1 mV, receptor: exc}",
        "is a voltage",
        "Expected a current",
    ),
    _case(
        "stimulus receptor",
        S + "{target: E, poisson: {rate: 10 Hz}, weight: 1 pA, receptor: ⟦exx}",
        "no receptor 'exx'",
        "Did you mean 'exc'?",
    ),
    _case(
        "during text", S + "{target: E, step: {amplitude: 1 pA}, during: ⟦1 s}", "not a time window", "[100 ms, 200 ms]"
    ),
    _case(
        "during reversed",
        S + "{target: E, step: {amplitude: 1 pA}, during: [200 ms, ⟦100 ms]}",
        "does not end after its start",
    ),
    _case(
        "during negative",
        S + "{target: E, step: {amplitude: 1 pA}, during: [⟦-1 ms, 100 ms]}",
        "before the run",
        "At least 0 ms",
    ),
    _case(
        "during unit",
        S + "{target: E, step: {amplitude: 1 pA}, during: [0 ms, ⟦100]}",
        "has no unit",
        "Expected a time",
    ),
    _case("current unit", S + "{target: E, step: {amplitude: ⟦1 mV}}", "is a voltage", "Expected a current"),
    _case(
        "current weight", S + "{target: E, step: {amplitude: 1 pA}, ⟦weight: 1 pA}", "has no 'weight'", "Leave it out"
    ),
    _case("ramp no end", S + "{target: E, ⟦ramp: {start: 0 pA, stop: 1 pA}}", "needs the end of its window", "during"),
    _case(
        "ramp units",
        S + "{target: E, ⟦ramp: {start: 1 mV, stop: 1 pA}, during: [0 ms, 1 s]}",
        "is a voltage",
        "Expected a current",
    ),
    _case(
        "sine frequency", S + "{target: E, sine: {amplitude: 1 pA, frequency: ⟦10 ms}}", "is a time", "Expected a rate"
    ),
    _case("noise sd", S + "{target: E, noise: {mean: 0 pA, sd: ⟦-1 pA}}", "is negative"),
    _case("noise tau", S + "{target: E, noise: {sd: 1 pA, tau: ⟦0 ms}}", "not positive"),
    _case("samples interval", S + "{target: E, samples: {values: [1 pA, 2 pA], interval: ⟦0 ms}}", "not positive"),
    _case(
        "spike time negative",
        S + "{target: E, spikes: {times: [1 ms, ⟦-2 ms], neurons: [0, 1]}, weight: 1 pA, receptor: exc}",
        "is negative",
        "At least 0 ms",
    ),
    _case(
        "spike counts",
        S + "{target: E, spikes: {times: [1 ms, 2 ms], neurons: ⟦[0]}, weight: 1 pA, receptor: exc}",
        "2 times for 1 neurons",
    ),
    _case(
        "spike neuron",
        S + "{target: E, ⟦spikes: {times: [1 ms], neurons: [99]}, weight: 1 pA, receptor: exc}",
        "for neuron 99",
    ),
    _case(
        "spike label",
        S + "{target: I, spikes: {times: [1 ms], neurons: [⟦z]}, weight: 1 pA, receptor: exc}",
        "no neuron 'z'",
    ),
    _case(
        "spike nothing", S + "{target: I, ⟦spikes: {}, weight: 1 pA, receptor: exc}", "needs one of file, times, array"
    ),
    _case("spike file", S + "{target: I, spikes: {file: ⟦s.csv}, weight: 1 pA, receptor: exc}", "does not exist"),
    _case(
        "encoder",
        S + "{target: I, encode: {values: [0.5], ⟦ratee: {}}, weight: 1 pA, receptor: exc}",
        "unknown key 'ratee'",
        "Did you mean 'rate'?",
    ),
    _case(
        "encoder value",
        S + "{target: I, encode: {values: [0.5, 2], ⟦latency: {window: 10 ms}}, weight: 1 pA, receptor: exc}",
        "outside the range",
        "range",
    ),
    _case(
        "encoder option",
        S
        + "{target: I, encode: {values: [0.5], latency: {window: 10 ms, shape: ⟦log10}}, weight: 1 pA, receptor: exc}",
        "not allowed",
        "Did you mean 'log'?",
    ),
    _case(
        "encoder no input",
        S + "{target: I, ⟦encode: {latency: {window: 10 ms}}, weight: 1 pA, receptor: exc}",
        "needs one of image",
    ),
    _case("intervention kind", "interventions: [{⟦silenc: E}]", "unknown key 'silenc'", "Did you mean 'silence'?"),
    _case("intervention target", "interventions: [{silence: ⟦EE}]", "unknown population 'EE'", "Did you mean 'E'?"),
    _case("intervention time", "interventions: [{silence: E, at: ⟦1}]", "has no unit", "Expected a time"),
    _case("intervention both", "interventions: [{silence: E, at: 1 ms, ⟦during: [1 ms, 2 ms]}]", "not both"),
    _case("intervention past", "interventions: [{silence: E, at: ⟦-1 ms}]", "before the run"),
    _case("lesion ends", "interventions: [{lesion: E, ⟦during: [1 ms, 2 ms]}]", "does not end", "at: time"),
    _case(
        "receptor factor",
        "interventions: [{scale_receptor: {target: E, receptor: exc, factor: ⟦-1}}]",
        "is negative",
        "at least 0",
    ),
    _case(
        "drug receptor",
        "interventions: [{scale_receptor: {target: E, receptor: ⟦nmda, factor: 0}}]",
        "no receptor 'nmda'",
    ),
    _case(
        "light conductance",
        "interventions: [{optogenetic: {target: E, conductance: ⟦1 pA}}]",
        "is a current",
        "Expected a conductance",
    ),
    _case(
        "light pulses",
        "interventions: [{⟦optogenetic: {target: E, conductance: 1 nS, frequency: 10 Hz}}]",
        "both a frequency and a width",
    ),
    _case(
        "light overlap",
        "interventions: [{optogenetic: {target: E, conductance: 1 nS, frequency: 10 Hz, width: ⟦200 ms}}]",
        "overlap",
    ),
    _case("record key", "record: {⟦spike: all}", "unknown key 'spike'", "Did you mean 'spikes'?"),
    _case("record spikes", "record: {spikes: ⟦everything}", "does not say whose", "all, none"),
    _case("record population", "record: {spikes: [E, ⟦II]}", "unknown population 'II'", "Did you mean 'I'?"),
    _case("record bin", "record: {rates: {bin: ⟦0 ms}}", "not positive"),
    _case("record bin unit", "record: {rates: {bin: ⟦10}}", "has no unit", "Expected a time"),
    _case("trace population", "record: {traces: {⟦Q: {variables: [v]}}}", "unknown population 'Q'"),
    _case("trace variable", "record: {traces: {E: {variables: [v, ⟦vm]}}}", "no variable 'vm'", "Did you mean 'v'?"),
    _case("trace nothing", "record: {traces: {E: {variables: ⟦[]}}}", "no variable to record", "[v]"),
    _case("trace neuron", "record: {traces: {⟦E: {variables: [v], neurons: [99]}}}", "no neuron or group '99'"),
    _case("trace interval", "record: {traces: {E: {variables: [v], interval: ⟦0.25 ms}}}", "no multiple"),
    _case(
        "weights projection",
        "projections:\n  - {from: E, to: I, weight: 1 pA, receptor: exc}\nrecord: {weights: {⟦E->II: {interval: 1 ms}}}",
        "unknown projection 'E->II'",
        "Did you mean 'E->I'?",
    ),
    _case("weights sample", "record: {weights: {E->I: {interval: 1 ms, sample: ⟦0}}}", "out of range", "At least 1"),
    _case("weights bins", "record: {weights: {E->I: {interval: 1 ms, histogram: ⟦0}}}", "out of range", "At least 1"),
    _case(
        "weights without bounds",
        "projections:\n  - {from: E, to: I, weight: 1 pA, receptor: exc}\n"
        "record: {weights: {E->I: {interval: 1 ms, histogram: ⟦20}}}",
        "bins lie between the bounds of the weight, and 'E->I' has none",
        "Give the projection bounds",
    ),
]

CASES = [*YAML, *TOP, *MODELS, *POPULATIONS, *WIRING, *REGIONS, *EVENTS]
