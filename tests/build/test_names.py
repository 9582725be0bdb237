"""Names: any that the language allows builds and runs right, none leaks in from outside, none meets another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from built_runs import CURRENT, LIF, a_brain, parameters, run
from numpy.testing import assert_allclose

from braincore.build import build
from braincore.build.names import as_described, brian_unit, of_gate, of_receptor, of_rule, own
from braincore.errors import InputError
from braincore.expressions.names import name_fault
from braincore.model import LearningRule, NeuronModel, OneToOne, Parameter, SpikeTrains, Step, SynapseModel, Traces
from braincore.units import DIMENSIONLESS, Quantity, parse_unit

NASTY = """
alignas alignof and_eq asm atomic_cancel auto bitand bitor bool case catch char char8_t char16_t char32_t compl concept
const consteval constexpr constinit const_cast co_await co_return co_yield decltype default delete do double
dynamic_cast enum explicit export extern false float friend goto inline int long mutable namespace new noexcept not_eq
nullptr
operator or_eq private protected public register reinterpret_cast requires short signed sizeof static static_assert
static_cast struct switch template this thread_local throw true typedef typeid typename union unsigned using virtual
void volatile wchar_t xor xor_eq restrict typeof final override import module transaction_safe
NULL linux unix EOF errno assert stdin stdout stderr BUFSIZ RAND_MAX INT_MAX INT_MIN UINT_MAX LONG_MAX CHAR_BIT DBL_MAX
DBL_EPSILON FLT_MAX HUGE_VAL INFINITY NAN M_PI M_E M_LN2 M_SQRT2 EXIT_SUCCESS EXIT_FAILURE CLOCKS_PER_SEC offsetof
va_list va_start va_arg setjmp longjmp signal SIGINT SIGSEGV I complex imaginary minor major makedev near far huge small
interface min max isnan isinf isfinite signbit fpclassify INFINITE DOMAIN SING OVERFLOW UNDERFLOW BIG_ENDIAN BYTE_ORDER
acosf acosh asinh atanh atan2 cbrt copysign erf erfc exp2 exp10 fabs fdim fma fmax fmin fmod frexp hypot ilogb j0 j1 jn
y0 y1 yn ldexp lgamma tgamma gamma llrint llround log2 logb lrint lround modf nan nearbyint nextafter nexttoward pow
remainder remquo rint round scalbn scalbln trunc drem finite significand gammaf sincos acos asin atan
malloc calloc realloc free abort exit system getenv printf scanf sprintf memcpy memset strlen strcpy qsort bsearch div
ldiv rand_r srand time clock difftime mktime labs atof atoi strtod fopen fclose main argc argv environ index link read
write open close pipe fork kill wait sleep std vector string map pair list set array size_t int32_t uint64_t ptrdiff_t
cout cin endl swap move forward make_pair begin end data size sort find count copy fill accumulate
np numpy scipy sympy sys os math builtins object type dict tuple str bytes bytearray len sum print input open_ eval exec
compile globals locals vars dir getattr setattr hasattr isinstance issubclass callable super property staticmethod
classmethod range enumerate zip filter reversed sorted any all id hash repr format hex oct bin ord chr iter next slice
frozenset memoryview memory help quit copyright credits license self cls args kwargs match soft_keyword
group brian2 Network NeuronGroup Synapses neuron synapse clock namespace_ stateupdater thresholder resetter pathway
queue spikes spikespace num_spikes idx vectorisation_idx subexpression N_idx source target post pre weight delay
ndarray
E S N0 S2 e1 E1 pi2 lambda_ Lambda Q C O zoo oo Symbol Function Abs sign_ Piecewise beta zeta gamma_ lerchphi li
Ei Si Ci
"""


def allowed() -> list[str]:
    names = sorted(set(NASTY.split()))
    return [name for name in names if name_fault(name) is None]


def test_there_are_enough_of_them() -> None:
    assert len(allowed()) >= 300
    for name in ("NULL", "linux", "double", "long", "min", "errno", "M_PI", "pow", "np", "print", "std", "S", "E"):
        assert name in allowed()


@pytest.mark.parametrize(
    "name", ["lambda", "class", "t", "dt", "i", "N", "xi", "exp", "mV", "e", "v_post", "1a", "\u0442"]
)
def test_names_that_mean_something_are_refused_when_the_model_is_made(name: str) -> None:
    with pytest.raises(InputError):
        NeuronModel(name="x", equations="", parameters=(Parameter(name, Quantity(1.0)),))


def test_any_legal_name_works() -> None:
    """All of them as parameters, state variables and sub-expressions of one model; each with a value of its own."""
    names = allowed()
    count = len(names)
    thirds = names[0::3], names[1::3], names[2::3]
    values = {name: float(k + 1) for k, name in enumerate(names)}
    constants, states, inner = thirds
    lines = [f"{name} : 1 (constant)" for name in states]
    lines += [f"{name} = {values[name]} + 0*{constants[0]} : 1" for name in inner]
    sums = []
    for k in range(0, count, 40):
        lines.append(f"part{k} = {' + '.join(names[k : k + 40])} : 1 (constant over dt)")
        sums.append(f"part{k}")
    lines.append(f"dz/dt = ({' + '.join(sums)} - z)/ms : 1")
    model = NeuronModel(
        name="nasty",
        equations="\n".join(lines),
        parameters=tuple(Parameter(name, Quantity(values[name])) for name in constants),
        initial={name: str(values[name]) for name in states},
        method="euler",
    )
    spec = a_brain("0.2 ms")
    spec.add("A", 2, model, parameters={constants[1]: [values[constants[1]], values[constants[1]] + 1000]})
    done = run(spec)
    total = count * (count + 1) / 2
    assert_allclose(done.built.groups["group_0"].array("u_z"), [total * 0.19, (total + 1000) * 0.19], rtol=1e-12)


@pytest.mark.parametrize(
    "names", [("double", "NULL", "long"), ("std", "np", "print"), ("main", "S", "errno"), ("pre", "post", "x")]
)
def test_any_legal_name_works_in_equations_receptors_and_rules(names: tuple[str, str, str]) -> None:
    a, b, c = names
    synapse = SynapseModel(
        name="s",
        weight="A",
        equations=f"d{b}/dt = -{b}/{c} : amp",
        current=b,
        on_pre=f"{b} += w",
        parameters=parameters(**{c: "5 ms"}),
    )
    model = NeuronModel(
        name="m",
        equations=f"d{a}/dt = ({b} - {a} + {c}*I)/(10*ms) : volt",
        threshold=f"{a} > -60*mV",
        reset=f"{a} = {b}",
        receptors={b: synapse, c: synapse},
        parameters=parameters(**{b: "-65 mV", c: "100 Mohm"}),
        initial={a: b},
        membrane=a,
        method="euler",
    )
    rule = LearningRule(
        name="r", equations=f"{a} : 1", on_pre=f"transmitted = w*{a}\n{a} = {a}*{b}", parameters=parameters(**{b: "0.5"}),  # noqa: E501
        initial={a: 1.0},
    )  # fmt: skip

    def result(model: NeuronModel, receptor: str, rule: LearningRule, traced: str) -> Any:
        spec = a_brain("10 ms")
        spec.add("S", 1, "spike_source")
        spec.add("A", 1, model)
        spec.stimulate("S", SpikeTrains(times=[1e-3, 3e-3, 5e-3], neurons=[0, 0, 0]))  # type: ignore[arg-type]
        spec.connect("S", "A", OneToOne(), weight="100 pA", delay="1 ms", receptor=receptor, rules=rule)
        spec.record(traces=(Traces(target="A", variables=(traced, f"{receptor}.{traced if traced == 'x' else b}")),))
        return run(spec).sink.trace("A", traced)

    plain_synapse = SynapseModel(
        name="s",
        weight="A",
        equations="dx/dt = -x/y : amp",
        current="x",
        on_pre="x += w",
        parameters=parameters(y="5 ms"),
    )
    plain = NeuronModel(
        name="m", equations="dx/dt = (p - x + q*I)/(10*ms) : volt", threshold="x > -60*mV", reset="x = p",
        receptors={"f": plain_synapse, "g": plain_synapse}, parameters=parameters(p="-65 mV", q="100 Mohm"),
        initial={"x": "p"}, membrane="x", method="euler",
    )  # fmt: skip
    plain_rule = LearningRule(
        name="r",
        equations="k : 1",
        on_pre="transmitted = w*k\nk = k*h",
        parameters=parameters(h="0.5"),
        initial={"k": 1.0},
    )
    expected = result(plain, "g", plain_rule, "x")
    assert np.ptp(expected) > 1e-4
    assert np.array_equal(result(model, c, rule, a), expected)


def test_receptors_and_their_variables_do_not_meet() -> None:
    """``a_b`` with ``c`` and ``a`` with ``b_c`` are two variables; so are a receptor and a gate of one name."""
    assert of_receptor("a_b", "c") != of_receptor("a", "b_c")
    made = {
        own("v"),
        of_receptor("gate0", "s"),
        of_gate(0, "s"),
        of_rule(0, "s"),
        own("r3_exc_g"),
        of_receptor("exc", "g"),
    }
    assert len(made) == 6

    def synapse(name: str) -> SynapseModel:
        return SynapseModel(
            name=name, weight="A", equations=f"d{name}/dt = -{name}/(5*ms) : amp", current=name, on_pre=f"{name} += w"
        )

    spec = a_brain("2 ms")
    spec.add("S", 1, "spike_source")
    spec.add("A", 1, LIF.with_(receptors={"a_b": synapse("c"), "a": synapse("b_c")}))
    spec.stimulate("S", SpikeTrains(times=[0.0], neurons=[0]))  # type: ignore[arg-type]
    spec.connect("S", "A", OneToOne(), weight="3 pA", receptor="a_b")
    spec.record(traces=(Traces(target="A", variables=("a_b.c", "a.b_c")),))
    done = run(spec)
    assert done.sink.trace("A", "a_b.c")[1] == 3e-12
    assert not done.sink.trace("A", "a.b_c").any()


def test_names_are_shown_as_they_were_described() -> None:
    assert as_described(own("v")) == "v" and as_described(own("u_v")) == "u_v"
    assert as_described(of_receptor("a_b", "c_d")) == "a_b.c_d"
    for made, described in (
        (own, "post"),
        (lambda n: of_receptor("exc", n), "exc.post"),
        (lambda n: of_rule(1, n), "post"),
    ):
        assert as_described(made("post")) == described and not made("post").endswith("_post")
    assert as_described(of_rule(2, "x")) == "x" and as_described("s_w") == "w" and as_described(of_gate(1, "s")) == "s"


def test_units_are_spelled_for_brian2() -> None:
    import brian2

    for text in ("mV", "nS/cm^2", "1/ms", "uF", "Mohm", "1", "m^2 kg", "mol"):
        dimension = parse_unit(text)[1]
        spelled = brian_unit(dimension)
        unit = eval(
            spelled, {}, {n: getattr(brian2, n) for n in ("meter", "kilogram", "second", "amp", "kelvin", "mole")}
        )
        dims = getattr(unit, "dim", brian2.second.dim**0)
        assert tuple(float(d) for d in dims._dims) == dimension
    assert brian_unit(DIMENSIONLESS) == "1"


# -- nothing from the caller -----------------------------------------------------------------------------------------

u_tau_m = 1.0
r3_exc_tau = 2.0


def test_the_callers_variables_are_never_used() -> None:
    def trace() -> Any:
        spec = a_brain("5 ms")
        spec.add("A", 3, LIF, initial={"v": "E_L + 5*mV*rand()"})
        spec.connect("A", "A", OneToOne(), weight="50 pA", delay="1 ms", receptor="exc")
        spec.stimulate("A", Step(amplitude="400 pA"))
        spec.record(traces=(Traces(target="A", variables=("v",)),))
        return run(spec).sink.trace("A", "v")

    expected = trace()

    def with_locals() -> Any:
        u_E_L = u_R = u_tau_m = s_w = r3_exc_tau = r3_exc_tau_post = u_v = b_I_syn = E_L = 17.0
        assert u_E_L + u_R + u_tau_m + s_w + r3_exc_tau + r3_exc_tau_post + u_v + b_I_syn + E_L
        return trace()

    assert np.array_equal(with_locals(), expected)


def test_an_undefined_symbol_is_refused_though_the_caller_has_one() -> None:
    tau_secret = 10.0
    assert tau_secret
    with pytest.raises(InputError, match="tau_secret"):
        NeuronModel(name="x", equations="dv/dt = -v/tau_secret : volt")
    with pytest.raises(InputError, match="tau_secret"):
        NeuronModel(name="x", equations="v : volt", initial={"v": "tau_secret*volt/second"})
    spec = a_brain("1 ms")
    spec.add("A", 1, LIF)
    spec.connect(
        "A", "A", OneToOne(), weight="1 pA", receptor="exc", rules=LearningRule(name="r", on_pre="w += tau_secret*pA")
    )
    with pytest.raises(InputError, match="tau_secret"):
        spec.resolve()


# -- Brian2 is imported from a safe place ----------------------------------------------------------------------------

PREFERENCES = "logging.file_log = open('PWNED', 'w').write('x') == 1\n"
CHECK = """
import os, sys, tempfile
hook = sys.excepthook
import {module}
import brian2
assert os.getcwd() == {cwd!r}, os.getcwd()
assert sys.excepthook is hook
assert brian2.prefs.logging.file_log is False and brian2.prefs.logging.save_script is False
left = [n for n in os.listdir(tempfile.gettempdir()) if n.startswith(("brian_", "braincore-"))]
assert not left, left
assert not os.path.exists("PWNED")
"""


@pytest.mark.parametrize("module", ["braincore.build", "braincore.units; braincore.units.mV"])
def test_a_folder_cannot_run_code_when_brian2_is_imported(module: str, tmp_path: Path) -> None:
    """``brian_preferences`` is evaluated by Brian2 as Python; and no log and no copy of the script are left behind."""
    work, temporary = tmp_path / "work", tmp_path / "temporary"
    work.mkdir()
    temporary.mkdir()
    (work / "brian_preferences").write_text(PREFERENCES)
    for name in ("yaml.py", "sitecustomize.py"):
        (work / name).write_text("open('PWNED', 'w').write('x')\n")
    script = tmp_path / "script.py"
    script.write_text(CHECK.format(module=module, cwd=str(work)))
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, str(script)], cwd=work, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert f"brian_preferences found in {work}: ignored" in done.stderr
    assert sorted(p.name for p in work.iterdir()) == ["brian_preferences", "sitecustomize.py", "yaml.py"]


def test_receptors_have_noise_of_their_own() -> None:
    """Two receptors that both write ``xi`` get two noises."""
    noisy = SynapseModel(
        name="ou", weight="A", equations="dx/dt = -x/tau + s*sqrt(2/tau)*xi : amp", current="x", on_pre="x += w",
        parameters=parameters(tau="1 ms", s="10 pA"),
    )  # fmt: skip
    spec = a_brain("20 ms")
    spec.add("A", 50, LIF.with_(receptors={"one": noisy, "two": noisy, "three": CURRENT}))
    spec.record(traces=(Traces(target="A", variables=("one.x", "two.x")),))
    done = run(spec)
    one, two = (done.sink.trace("A", name) for name in ("one.x", "two.x"))
    assert one.std() == pytest.approx(1e-11, rel=0.15)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.1
    assert len(build(spec.resolve()).groups) == 1
