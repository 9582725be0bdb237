"""Models in Brian2's notation: what is read, what is refused, what does not make sense, and that Brian2 runs it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from braincore.expressions import (
    BOOLEAN_SYMBOLS,
    NEURON_SYMBOLS,
    SYNAPSE_SYMBOLS,
    Equation,
    ExpressionError,
    check_equations,
    parse_equations,
)
from braincore.units import (
    CAPACITANCE,
    CONDUCTANCE,
    CURRENT,
    FREQUENCY,
    TIME,
    VOLTAGE,
    Dimension,
    parse_unit,
)

KNOWN: dict[str, Dimension] = {
    **NEURON_SYMBOLS,
    **dict.fromkeys(("E_L", "E_Na", "E_K", "V_T", "D_T", "sigma"), VOLTAGE),
    **dict.fromkeys(("tau", "tau_w"), TIME),
    **dict.fromkeys(("g_L", "g_Na", "g_K", "a"), CONDUCTANCE),
    "C": CAPACITANCE,
    "I_ext": CURRENT,
    "rate": FREQUENCY,
}
SI = {"E_L": -0.07, "E_Na": 0.05, "E_K": -0.09, "V_T": -0.05, "D_T": 0.002, "sigma": 0.001, "tau": 0.02,
      "tau_w": 0.1, "g_L": 1e-8, "g_Na": 2e-5, "g_K": 6e-6, "a": 2e-9, "C": 2e-10, "I_ext": 1e-10,
      "rate": 5.0}  # fmt: skip

LAYOUT = """
# membrane: -65 mV ≈ rest, with 'quotes' and : colons in a comment
dv/dt = (E_L - v)/tau   # leak: towards E_L
        + I*x/C : volt (unless refractory)
I = 3*pA
  : amp  # current
x, y:1
  d w / dt=-w/tau : 1
g : siemens/meter**2 (constant, shared)

s
  : second
b = v > E_L
    and w <
    x : boolean (constant
      over dt)
"""


def test_layout() -> None:
    equations = parse_equations(LAYOUT)
    assert [str(equation) for equation in equations] == [
        "dv/dt = (E_L - v)/tau + I*x/C : volt (unless refractory)",
        "I = 3*pA : amp",
        "x : 1",
        "y : 1",
        "dw/dt = -w/tau : 1",
        "g : siemens/meter**2 (constant, shared)",
        "s : second",
        "b = v > E_L and w < x : boolean (constant over dt)",
    ]
    assert [(e.line, e.column) for e in equations] == [
        (3, 2), (5, 1), (7, 1), (7, 4), (8, 5), (9, 1), (11, 1), (13, 1)
    ]  # fmt: skip
    v, current, x, *_ = equations
    assert (v.kind, current.kind, x.kind) == ("differential", "subexpression", "parameter")
    assert v.dimension == VOLTAGE
    assert v.flags == {"unless refractory"}
    assert x.expression is None
    assert v.expression is not None and v.expression.names == {"E_L", "v", "tau", "I", "x", "C"}
    assert equations[-1].boolean and not v.boolean
    assert parse_equations("\n".join(map(str, equations)))[0].expression == v.expression


def test_rename_renames_both_sides() -> None:
    [equation] = parse_equations("dv/dt = (E_L - v)/tau : volt (unless refractory)")
    assert str(equation.rename({"v": "u_v", "tau": "u_tau"})) == (
        "du_v/dt = (E_L - u_v)/u_tau : volt (unless refractory)"
    )
    assert isinstance(equation, Equation)


@pytest.mark.parametrize(
    ("unit", "same"),
    [("1", "1"), ("boolean", "1"), ("integer", "1"), ("volt", "V"), ("amp", "A"), ("ampere", "A"), ("second", "s"),
     ("siemens", "S"), ("ohm", "ohm"), ("farad", "F"), ("Hz", "Hz"), ("hertz", "Hz"), ("volt/second", "V/s"),
     ("1/second", "1/s"), ("1 / second", "1/s"), ("siemens/meter**2", "S/m^2"), ("siemens / metre ** 2", "S/m^2"),
     ("meter*second**-1", "m/s"), ("mole/meter**3", "mM"), ("mM", "mM"), ("volt*amp", "W"), ("kilogram", "kg"),
     ("coulomb/second/volt", "S"), ("kelvin", "K"), ("radian", "1")],
)  # fmt: skip
def test_units(unit: str, same: str) -> None:
    from brian2.equations.equations import dimensions_and_type_from_string

    [equation] = parse_equations(f"x : {unit}")
    assert equation.dimension == parse_unit(same)[1]
    theirs, _ = dimensions_and_type_from_string(unit)
    assert tuple(map(float, theirs._dims)) == equation.dimension


@pytest.mark.parametrize("unit", ["volt*second**-0.5", "volt/second**.5", "meter**0.5"])
def test_fractional_units(unit: str) -> None:
    from brian2.equations.equations import dimensions_and_type_from_string

    [equation] = parse_equations(f"x : {unit}")
    theirs, _ = dimensions_and_type_from_string(unit)
    assert tuple(map(float, theirs._dims)) == equation.dimension


REFUSED: list[tuple[str, str, str, tuple[int, int]]] = [
    ("x : mV", "'mV' cannot be the unit", "Write volt", (1, 5)),
    ("x : V", "'V' cannot be the unit", "Write volt", (1, 5)),
    ("x : nS/cm**2", "'nS' cannot be the unit", "Write siemens/meter**2", (1, 5)),
    ("x : ms", "'ms' cannot be the unit", "Write second", (1, 5)),
    ("x : uM", "'uM' cannot be the unit", "Write mole/meter**3", (1, 5)),
    ("x : 1/ms", "'ms' cannot be the unit", "Write 1/second", (1, 5)),
    ("x : kHz", "'kHz' cannot be the unit", "Write Hz", (1, 5)),
    ("x : volts", "unknown unit 'volts'", "Did you mean 'volt'?", (1, 5)),
    ("x : bool", "'bool' is not the unit", "Write boolean", (1, 5)),
    ("x : int", "'int' is not the unit", "Write integer", (1, 5)),
    ("x : float", "'float' is not the unit", "Write 1", (1, 5)),
    ("x : volt^2", "is not the unit of an equation", "Write volt**2", (1, 5)),
    ("x : 2", "'2' is not the unit", "Write 1 for a plain number", (1, 5)),
    ("x : 1*volt", "'1*volt' is not the unit", "", (1, 5)),
    ("x : volt amp", "'volt amp' is not the unit", "", (1, 5)),
    ("x : 9**9**9**9", "is not the unit", "", (1, 5)),
    ("x : volt**99", "power of unit too large", "The largest is 8", (1, 5)),
    ("x : siemens/(meter**2)", "a unit has no parentheses", "Write siemens/meter**2", (1, 13)),
    ("x : __import__('os')", "text in quotes", "", (1, 16)),
    ("x : boolean*volt", "is not the unit", "'boolean' stands alone", (1, 5)),
    ("x :", "the unit is missing", "Write volt, or 1 for a plain number", (1, 4)),
    ("dv/dt = -v/tau", "the unit is missing after 'dv/dt = -v/tau'", "End it with a colon", (1, 15)),
    ("dv/dt = -v/tau\ntau : second", "the unit is missing", "End it with a colon", (1, 15)),
    ("x = y +\nz", "the unit is missing after 'z'", "", (2, 2)),
    ("v' = -v/tau : volt", "is not Brian2's notation", "Write dv/dt = ...", (1, 1)),
    ("dv/dt: -v/tau", "after dv/dt comes '='", "Write dv/dt = expression : unit", (1, 1)),
    ("dv/dt -v/tau : volt", "after dv/dt comes '='", "Write dv/dt = expression : unit", (1, 1)),
    ("d2v/dt2 = 1 : 1", "only first derivatives", "", (1, 1)),
    ("v += 3 : 1", "is not an equation", "Write v = expression : unit", (1, 1)),
    ("v := 3 : 1", "is not an equation", "Write v = expression : unit", (1, 1)),
    ("hello", "'hello' is not an equation", "Write dx/dt = expression : unit", (1, 1)),
    ("2 : 1", "is not an equation", "", (1, 1)),
    ("v.x : 1", "is not an equation", "", (1, 1)),
    ("", "there is no equation", "", (1, 1)),
    ("# nothing\n\n", "there is no equation", "", (1, 1)),
    ("v : 1\nv : volt", "'v' is defined twice (first on line 1)", "", (2, 1)),
    ("x : 1 (const)", "unknown flag 'const'", "Did you mean 'constant'?", (1, 8)),
    ("dv/dt = 1/tau : 1 (unless refracory)", "unknown flag", "Did you mean 'unless refractory'?", (1, 20)),
    ("x : 1 (unless refractory)", "does not go with a parameter", "Allowed: constant, shared, linked", (1, 8)),
    ("dv/dt = 1 : 1 (shared)", "does not go with a differential equation", "", (1, 16)),
    ("x : 1 (constant, constant)", "given twice", "", (1, 18)),
    ("x : 1 (linked, shared)", "exclude each other", "", (1, 8)),
    ("x = 1 : 1 (summed, shared)", "exclude each other", "", (1, 12)),
    ("x : 1 (constant", "never closed", "", (1, 7)),
    ("x : 1 ()", "hold no flag", "", (1, 7)),
    ("x : 1 (constant) y : 1", "unexpected 'y : 1'", "on a line of its own", (1, 18)),
    ("x : 1; y : 1", "is not the unit", "", (1, 5)),
    ("dv/dt = 1 : boolean", "cannot be boolean", "Write 1", (1, 13)),
    ("t : second", "'t' has a meaning of its own", "", (1, 1)),
    ("a, dt : 1", "'dt' has a meaning of its own", "", (1, 4)),
    ("dxi/dt = 1/tau : 1", "'xi' has a meaning of its own", "", (1, 2)),
    ("xi_2 : 1", "'xi_2' has a meaning of its own", "", (1, 1)),
    ("mV : volt", "is the name of a unit", "", (1, 1)),
    ("exp : 1", "is the name of a function", "", (1, 1)),
    ("pi = 3 : 1", "is the name of a constant", "", (1, 1)),
    ("lambda : 1", "is a word of the equation language", "", (1, 1)),
    ("_x : 1", "'_x' is not a valid name", "", (1, 1)),
    ("x_pre : 1", "may not end in '_pre'", "", (1, 1)),
    ("I_post = 2 : 1", "may not end in '_post'", "", (1, 1)),
    ("dv/dt = (v - : volt", "ends too early", "", (1, 14)),
    ("dv/dt = v @ 2 : volt", "'@'", "", (1, 11)),
    ("v : volt \u202e", "U+202E", "", (1, 10)),
    ("v : volt # \x1b[2J", "U+001B", "", (1, 12)),
    ("ｖ : volt", "is not an equation", "", (1, 1)),
]


@pytest.mark.parametrize(("text", "message", "hint", "place"), REFUSED, ids=range(len(REFUSED)))
def test_refused(text: str, message: str, hint: str, place: tuple[int, int]) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_equations(text)
    [fault] = caught.value.faults_with_positions
    assert message in fault.message
    assert hint in fault.hint
    assert (fault.line, fault.column) == place


def test_all_equations_are_looked_at() -> None:
    text = "dv/dt = expp(v) : 1\ndw/dt = foo(w) : furlong\nlambda : 1\nz = 1 +* 2 : 1\ny = 3 : 1 (consant)\nk = 2"
    with pytest.raises(ExpressionError) as caught:
        parse_equations(text)
    assert [(f.line, f.column) for f in caught.value.faults_with_positions] == [
        (1, 9), (2, 9), (2, 18), (3, 1), (4, 8), (5, 12), (6, 6)
    ]  # fmt: skip


def test_a_summed_variable_may_name_the_neuron_at_the_end() -> None:
    [equation] = parse_equations("I_post = 3*w : amp (summed)")
    assert equation.flags == {"summed"}
    with pytest.raises(ExpressionError, match="'t' has a meaning"):
        parse_equations("t_post = 3*w : amp (summed)")


MODELS = {
    "LIF": "dv/dt = (E_L - v)/tau : volt (unless refractory)",
    "AdEx": """
        dv/dt = (g_L*(E_L - v) + g_L*D_T*exp((v - V_T)/D_T) - w + I_ext)/C : volt (unless refractory)
        dw/dt = (a*(v - E_L) - w)/tau_w : amp
        """,
    "Izhikevich": """
        dv/dt = (0.04*v**2 + 5*v + 140 - u + k)/ms : 1
        du/dt = 0.02*(0.2*v - u)/ms : 1
        k : 1
        """,
    "Hodgkin-Huxley": """
        dv/dt = (g_L*(E_L - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + I_ext)/C : volt
        dm/dt = alpha_m*(1 - m) - beta_m*m : 1
        dh/dt = alpha_h*(1 - h) - beta_h*h : 1
        dn/dt = alpha_n*(1 - n) - beta_n*n : 1
        u = (v - V_T)/mV : 1
        alpha_m = 0.32*4/exprel((13 - u)/4)/ms : Hz
        beta_m = 0.28*5/exprel((u - 40)/5)/ms : Hz
        alpha_h = 0.128*exp((17 - u)/18)/ms : Hz
        beta_h = 4/(1 + exp((40 - u)/5))/ms : Hz
        alpha_n = 0.032*5/exprel((15 - u)/5)/ms : Hz
        beta_n = 0.5*exp((10 - u)/40)/ms : Hz
        """,
    "noise": "dv/dt = (E_L - v)/tau + sigma*sqrt(2/tau)*xi : volt",
    "multiplicative noise": "dv/dt = -v/tau + (sigma + 0.1*v)*xi_1*tau**-0.5 - (xi_2*sigma)/sqrt(tau) : volt",
    "two equations, two noises": """
        dv/dt = -v/tau + sigma*xi_a*tau**-0.5 : volt
        du/dt = -u/tau + sigma*xi_b*tau**-0.5 : volt
        """,
    "drawn each step": """
        dv/dt = (E_L - v)/tau + r*sigma/tau : volt
        r = 0.5*randn() : 1 (constant over dt)
        """,
    "conditions": """
        dv/dt = (E_L - v)/tau*int(on) + I_ext/C*int(t > 1*ms and not_refractory) : volt
        on = v > E_L or lastspike > 0*ms : boolean
        count = int(timestep(t, dt) % 10) : integer
        flag : boolean
        """,
    "shared": """
        dv/dt = (E_L - v)*q/tau : volt
        q = 2*p*sin(2*pi*rate*t) : 1 (shared)
        p : 1 (shared, constant)
        """,
    "all functions": """
        dv/dt = (E_L - v)/tau*y : volt
        y = sin(z) + cos(z) + tan(z) + sinh(z) + cosh(z) + tanh(z) + arcsin(z) + arccos(z) + arctan(z) : 1
        x = abs(z) + ceil(z) + floor(z) + sign(z) + clip(z, 0, 1) + int(z) + exprel(z) + expm1(z) + log1p(z) : 1
        z = 0.1*log(2 + q) + log10(2 + q) + sqrt(q**2) + exp(-q) - q//3 + q % 0.3 : 1
        r = poisson(rate*dt) : 1 (constant over dt)
        q : 1
        """,
    "long": "dv/dt = (" + " + ".join(f"p{k}*v" for k in range(95)) + ")/tau : volt\n"
    + "\n".join(f"p{k} : 1" for k in range(95)),
    "power": "dv/dt = -v/tau*(x + y)**60 : volt\nx, y : 1",
    "deep": "dv/dt = -v/tau*(x90 + 1) : volt\nx0 : 1\n"
    + "\n".join(f"x{k + 1} = sin(x{k}) : 1" for k in range(90)),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.rotates(4)
def test_brian2_runs_what_passes(name: str) -> None:
    """No fault on our side, no refusal on Brian2's, for each integrator that a model may get by default."""
    brian2 = pytest.importorskip("brian2")
    equations = parse_equations(MODELS[name])
    assert check_equations(equations, KNOWN) == []
    units = {name: brian2.Quantity(SI[name], dim=_brian2_dim(KNOWN[name])) for name in SI}
    text = "\n".join(map(str, equations))
    for method in ("heun",) if name == "multiplicative noise" else ("euler", "heun"):
        group = brian2.NeuronGroup(
            2, text, threshold="t > 1*second", refractory="1*ms", method=method, namespace=units,
            codeobj_class=brian2.codegen.runtime.numpy_rt.NumpyCodeObject, name="test_expressions*",
        )  # fmt: skip
        brian2.Network(group).run(0.2 * brian2.ms, namespace={})
        for equation in equations:
            assert tuple(map(float, group.variables[equation.name].dim._dims)) == equation.dimension


def _brian2_dim(dimension: Dimension) -> Any:
    from brian2.units.fundamentalunits import get_or_create_dimension

    return get_or_create_dimension(list(dimension))


NONSENSE: list[tuple[str, list[tuple[int, str]]]] = [
    ("dv/dt = -v/tauu : volt", [(12, "undefined symbol 'tauu'")]),
    ("dv/dt = -v/V : volt", [(12, "undefined symbol 'V'")]),
    ("dv/dt = (E_L - v) : volt", [(14, "dv/dt must be in V/s, but its right-hand side is a voltage")]),
    ("dv/dt = (E_L - v + I_ext)/tau : volt", [(18, "cannot add 'E_L - v' (a voltage) and 'I_ext' (a current)")]),
    ("dv/dt = E_L/tau : 1", [(12, "dv/dt must be a rate, but its right-hand side is in V/s")]),
    ("x = E_L*g_L : volt", [(8, "'x' is a voltage, but its right-hand side is a current")]),
    ("x = 0 : volt", [(5, "'x' is a voltage, but its right-hand side is a plain number")]),
    ("x = E_L > 0*mV : 1", [(9, "'x' is declared 1, but its right-hand side is a condition")]),
    ("x = rate*tau : boolean", [(9, "'x' is declared boolean, but its right-hand side is a number")]),
    ("x = True : boolean", [(5, "'x' is always True")]),
    ("x = xi*tau**0.5 : 1", [(5, "the noise 'xi' is allowed in differential equations only")]),
    ("dv/dt = xi**2 : 1", [(11, "noise may only be added")]),
    ("dv/dt = xi*xi_2 : 1", [(11, "noise may only be added")]),
    ("dv/dt = -v/tau + abs(xi)*tau**-0.5 : 1", [(18, "noise may only be added")]),
    ("dv/dt = x/(xi*tau**1.5) : 1\nx : 1", [(10, "noise may only be added")]),
    ("dv/dt = exp(xi*tau**0.5)/tau : 1", [(9, "noise may only be added")]),
    ("dv/dt = rand()/tau : 1", [(9, "'rand' gives another value at each call")]),
    ("x = randn() : 1", [(5, "'randn' gives another value at each call")]),
    ("x = x + 1 : 1", [(1, "'x' depends on itself: x -> x")]),
    ("tau : second", [(1, "'tau' is given as a parameter and defined by an equation too")]),
    ("x = i**-2 : 1", [(6, "'i**-2' is a whole number to a negative power")]),
    ("k : integer\nx = (2*k - 1)**-1 : 1", [(14, "'(2*k - 1)**-1' is a whole number to a negative power")]),
    ("lastspike_2 = i*lastspike : second (shared)", [(15, "'lastspike_2' is shared by all neurons, but 'i' is not")]),
    ("dv/dt = -v/tau + exp(E_L) + foo : 1", [(29, "undefined symbol 'foo'")]),
]


@pytest.mark.parametrize(("text", "wanted"), NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense(text: str, wanted: list[tuple[int, str]]) -> None:
    faults = check_equations(parse_equations(text), KNOWN)
    assert [(f.column, f.message[: len(message)]) for f, (_, message) in zip(faults, wanted, strict=True)] == wanted


def test_cycles_and_sharing_across_equations() -> None:
    text = "a1 = b1 + 1 : 1\nb1 = 2*c1 : 1\nc1 = a1 : 1\ndv/dt = xi*tau**-0.5 : 1\n"
    text += "dw/dt = xi*tau**-0.5 : 1\nq = v : 1 (shared)"
    faults = check_equations(parse_equations(text), KNOWN)
    assert [fault.line for fault in faults][1:] == [5, 6]
    cycle = next(f.message for f in faults if "depends on itself" in f.message)
    first, chain = cycle.split(": ")
    steps = chain.split(" -> ")
    assert first == f"'{steps[0]}' depends on itself"
    needs = {"a1": "b1", "b1": "c1", "c1": "a1"}
    assert all(needs[one] == two for one, two in pairwise(steps)) and len(steps) == 4
    assert "'xi' is in the equation of 'v' already" in faults[-2].message
    assert faults[-1].message == "'q' is shared by all neurons, but 'v' is not"


@pytest.mark.parametrize(
    "text",
    [
        "dv/dt = -x30/tau : 1\nx0 = v : 1\n" + "\n".join(f"x{k + 1} = sin(x{k}) + cos(x{k}) : 1" for k in range(30)),
        "dv/dt = -x120/tau : 1\nx0 = v : 1\n" + "\n".join(f"x{k + 1} = sin(x{k}) : 1" for k in range(120)),
        "dv/dt = -x4/tau : 1\nx0 = v + a1 + b1 : 1\na1, b1 : 1\n"
        + "\n".join(f"x{k + 1} = x{k}**9 : 1" for k in range(4)),
    ],
    ids=["size", "depth", "terms"],
)
def test_an_explosion_of_subexpressions_is_refused(text: str) -> None:
    faults = check_equations(parse_equations(text), KNOWN)
    assert 1 <= len(faults) <= 3
    assert all("with its subexpressions written out" in fault.message for fault in faults)


def test_constant_over_dt_cuts_an_explosion() -> None:
    lines = [f"x{k + 1} = sin(x{k}) + cos(x{k}) : 1" + " (constant over dt)" * (k % 5 == 4) for k in range(30)]
    text = "dv/dt = -x30/tau : 1\nx0 = v : 1\n" + "\n".join(lines)
    assert check_equations(parse_equations(text), KNOWN) == []


def test_synaptic_symbols() -> None:
    known = {**SYNAPSE_SYMBOLS, "v_post": VOLTAGE, "tau": TIME, "w": CONDUCTANCE, "E": VOLTAGE}
    text = "ds/dt = -s/tau : 1 (clock-driven)\nI_post = w*s*(E - v_post)*int(not_refractory_post) : amp (summed)"
    assert check_equations(parse_equations(text), known) == []
    assert "not_refractory_post" in BOOLEAN_SYMBOLS
    faults = check_equations(parse_equations("x = v_pst/E : 1"), known)
    assert faults[0].hint == "Did you mean 'v_post'?"


def test_many_equations_are_checked_quickly() -> None:
    import time

    text = "\n".join(f"x{k + 1} = 0.5*x{k // 400} : 1" for k in range(499)) + "\nx0 : 1"
    equations = parse_equations(text)
    start = time.process_time()
    assert check_equations(equations, KNOWN) == []
    assert time.process_time() - start < 1.0


PLACES = [
    ("neuron", "dv/dt = -v/tau : 1 (event-driven)", "'v' has the flag 'event-driven', which is for synapses only"),
    ("neuron", "dv/dt = -v/tau : 1 (clock-driven)", "'v' has the flag 'clock-driven', which is for synapses only"),
    ("neuron", "x = 1*tau/second : 1 (summed)", "'x' has the flag 'summed', which is for synapses only"),
    (
        "synapse",
        "dv/dt = -v/tau : 1 (unless refractory)",
        "has the flag 'unless refractory', which is for neurons only",
    ),
    ("synapse", "delay : second", "'delay' has a meaning of its own in synapses"),
    ("synapse", "da/dt = -a/tau : 1 (event-driven)\ndb/dt = (a - b)/tau : 1 (clock-driven)", "but needs 'a'"),
    ("synapse", "da/dt = -a/tau : 1 (event-driven)\ndb/dt = x/tau : 1\nx = a - b : 1", "but needs 'a'"),
    ("synapse", "da/dt = -a/tau : 1 (clock-driven)\ndb/dt = -(b - a)/tau : 1 (event-driven)", "but needs 'a'"),
    ("synapse", "da/dt = -a/tau : 1 (event-driven)\ng_post = 2*a : 1 (summed)", "but needs 'a'"),
]
RIGHT_PLACES = [
    ("neuron", "dv/dt = -v/tau : 1 (unless refractory)\nx = v : 1\nv2 : 1"),
    ("synapse", "da/dt = -a/tau : 1 (event-driven)\ndb/dt = -b/tau : 1 (event-driven)\nw : 1"),
    ("synapse", "da/dt = (b - a)/tau : 1 (clock-driven)\ndb/dt = -b/tau : 1\nw, k : 1\ng_post = w*a : 1 (summed)"),
    ("synapse", "da/dt = -a/tau : 1 (event-driven)\ndb/dt = -b/tau : 1 (clock-driven)\nx = a + b : 1"),
]


def _make(place: str, text: str) -> None:
    """Build it in Brian2; raise what Brian2 raises."""
    import brian2

    namespace = {"tau": 10 * brian2.ms}
    numpy_only = brian2.codegen.runtime.numpy_rt.NumpyCodeObject
    if place == "neuron":
        group = brian2.NeuronGroup(1, text, threshold="False", refractory=1 * brian2.ms, namespace=namespace,
                                   codeobj_class=numpy_only, method="euler", name="test_expressions*")  # fmt: skip
        brian2.Network(group).run(0.1 * brian2.ms, namespace={})
        return
    group = brian2.NeuronGroup(1, "g : 1", threshold="False", codeobj_class=numpy_only, name="test_expressions*")
    synapses = brian2.Synapses(group, group, text, on_pre="", namespace=namespace, codeobj_class=numpy_only,
                               name="test_expressions_syn*")  # fmt: skip
    synapses.connect(i=[0], j=[0])
    brian2.Network(group, synapses).run(0.1 * brian2.ms, namespace={})


@pytest.mark.parametrize(("place", "text", "message"), PLACES, ids=range(len(PLACES)))
def test_what_belongs_elsewhere_is_refused(place: Any, text: str, message: str) -> None:
    pytest.importorskip("brian2")
    known = {"tau": TIME}
    equations = parse_equations(text)
    assert check_equations(equations, known) == []
    [fault] = check_equations(equations, known, place=place)
    assert message in fault.message
    with pytest.raises(Exception):  # noqa: B017  (Brian2 refuses it in one way or other)
        _make(place, "\n".join(map(str, equations)))


@pytest.mark.parametrize(("place", "text"), RIGHT_PLACES, ids=range(len(RIGHT_PLACES)))
def test_what_belongs_there_passes(place: Any, text: str) -> None:
    pytest.importorskip("brian2")
    equations = parse_equations(text)
    assert check_equations(equations, {"tau": TIME}, place=place) == []
    _make(place, "\n".join(map(str, equations)))
