"""Equations as MathML: well formed, with the meaning of what was typed, and safe for any text."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import report_runs

from braincore.expressions import parse_equations, parse_expression, parse_statements
from braincore.report import mathml, methods
from braincore.report.model_file import NeuronInfo, ParameterRow, ReceptorInfo


def linear(element) -> str:
    """Write MathML as one line of text, with ``(a)/(b)`` for a fraction, ``a^{b}`` and ``a_{b}``."""
    children = [linear(child) for child in element]
    if element.tag == "mfrac":
        return f"({children[0]})/({children[1]})"
    if element.tag == "msup":
        return f"{children[0]}^{{{children[1]}}}"
    if element.tag == "msub":
        return f"{children[0]}_{{{children[1]}}}"
    if element.tag == "msqrt":
        return f"√({''.join(children)})"
    if element.tag == "mspace":
        return " "
    if element.tag == "mtr":
        return "".join(children) + "\n"
    return (element.text or "") + "".join(children)


def shown(text: str) -> str:
    return " ".join(linear(ElementTree.fromstring(mathml.expression(parse_expression(text).tree))).split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(E_L - v)/tau_m", "(E_{L}−v)/(τ_{m})"),
        ("a*b + c", "a b+c"),
        ("a*(b + c)", "a (b+c)"),
        ("a - (b - c)", "a−(b−c)"),
        ("a - b - c", "a−b−c"),
        ("a + (b + c)", "a+b+c"),
        ("-a*b", "−a b"),
        ("a*(-b)", "a (−b)"),
        ("a - (-b)", "a−(−b)"),
        ("a**2", "a^{2}"),
        ("(a + b)**2", "(a+b)^{2}"),
        ("(-a)**2", "(−a)^{2}"),
        ("-a**2", "−a^{2}"),
        ("(a/b)**2", "((a)/(b))^{2}"),
        ("a**-n", "a^{−n}"),
        ("2*3", "2×3"),
        ("2*a*3", "2 a×3"),
        ("20*mV", "20 mV"),
        ("0.1/mV", "0.1 mV^{−1}"),
        ("a/(b*c)", "(a)/(b c)"),
        ("a/b/c", "((a)/(b))/(c)"),
        ("exp(-v/tau)", "exp((−v)/(τ))"),
        ("sqrt(2/tau)*xi", "√((2)/(τ)) ξ"),
        ("abs(x)", "|x|"),
        ("int(v > V_th)", "[v>V_{th}]"),
        ("clip(x, 0, 1)", "clip(x,0,1)"),
        ("log(x)", "ln(x)"),
        ("v >= V_th and not (t < 5*ms or w0 != 0)", "v≥V_{th} and not (t<5 ms or w_{0}≠0)"),
        ("not x", "not x"),
        ("a // b", "⌊(a)/(b)⌋"),
        ("2.5e-9*amp", "2.5·10⁻⁹ A"),
        ("1e6", "1000000"),
        ("1e-12", "10⁻¹²"),
        ("inf", "∞"),
        ("Delta_T", "Δ_{T}"),
        ("tau_syn_e", "τ_{syn,e}"),
        ("xi_noise", "ξ_{noise}"),
        ("g1", "g_{1}"),
        ("weight", "weight"),
    ],
)
def test_expressions_keep_their_meaning(text, expected):
    assert shown(text) == expected


def test_a_system_of_equations_is_a_table_with_units_and_flags():
    root = ElementTree.fromstring(mathml.system(parse_equations(report_runs.LIF + "\nw : siemens (constant)")))
    rows = [linear(row).strip() for row in root.iter("mtr")]
    assert rows[0] == "(dv)/(dt)=(E_{L}−v)/(τ_{m})+(I_{syn}+I_{ext})/(C_{m})V, unless refractory"
    assert rows[1] == "(dI_{syn})/(dt)=(−I_{syn})/(τ_{syn})A"
    assert rows[2] == "wS"


def test_long_sums_are_broken_before_a_sign_and_lose_nothing():
    terms = [f"g_{i}*(v - E_{i})" for i in range(12)]
    text = "x = " + " - ".join(terms) + " : amp"
    rows = [linear(row).strip() for row in ElementTree.fromstring(mathml.system(parse_equations(text))).iter("mtr")]
    assert len(rows) > 2 and all(row.startswith("−") for row in rows[1:])
    assert "".join(rows).count("(v−E") == 12


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a - (b - c + d)", "a−(b−c+d)"),
        ("-(a + b) - (c - d)", "−(a+b)−(c−d)"),
    ],
)
def test_breaking_a_sum_keeps_its_signs(monkeypatch, text, expected):
    monkeypatch.setattr(mathml, "LINE_LENGTH", 1)
    root = ElementTree.fromstring(mathml.system(parse_equations(f"x = {text} : 1")))
    assert "".join(linear(row).strip() for row in root.iter("mtr")) == f"x={expected}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v = v_r", "v←v_{r}"),
        ("w += b", "w←w+b"),
        ("w -= b + c", "w←w−(b+c)"),
        ("w *= 1 + a", "w←w (1+a)"),
        ("w /= a*b", "w←(w)/(a b)"),
        ("w += -b", "w←w+(−b)"),
    ],
)
def test_assignments_have_an_arrow(text, expected):
    (line,) = parse_statements(text)
    assert linear(ElementTree.fromstring(mathml.assignment(line))) == expected


def test_hodgkin_and_huxley_are_set_completely():
    equations = parse_equations(report_runs.HODGKIN_HUXLEY)
    rows = list(ElementTree.fromstring(mathml.system(equations)).iter("mtr"))
    assert len(rows) == len(equations) == 10
    assert "exprel((−v+25 mV+V_{0})/(10 mV))" in linear(rows[4])


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "dv/dt = foo('x') : volt", "dv/dt = <b> : 1", "\x00\x1b[31m", "x = 9**9**9 : 1"],
)
def test_text_that_is_no_equation_is_shown_as_typed_and_harmless(text):
    for render in (methods.equations, methods.condition, methods.statements):
        html = str(render(text))
        assert "<script" not in html and "<b>" not in html and "\x1b" not in html and "\x00" not in html
    assert methods.equations(text).startswith('<pre class="equations">')


def test_a_neuron_is_shown_with_all_its_parts():
    row = ParameterRow(
        name="tau_m", value=10.0, unit="ms", meaning="time constant", source="Table 1", low=5.0, high=None
    )
    receptor = ReceptorInfo(name="ampa", equations="dg/dt = -g/tau : siemens", current="g*(E - v)", on_pre="g += w")
    view = methods.neuron_view(
        NeuronInfo(
            name="lif", equations=report_runs.LIF, threshold="v > V_th", reset="v = V_r", refractory="t_ref",
            parameters=(row,), receptors=(receptor,),
        ),
        "E",
    )  # fmt: skip
    assert [line.label for line in view.lines] == ["Threshold", "Reset", "Refractory"]
    assert view.parameters.rows == (("tau_m", "10", "ms", "time constant", "from 5", "Table 1"),)
    assert [line.label for line in view.receptors[0].lines] == ["Dynamics", "Current", "At a spike"]
    assert "threshold: v > V_th" in view.text


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("a", "lif"), ("b", "lif")], "all populations"), ([("a", "lif"), ("b", "hh")], "a"), ([("b", "hh")], ""),
        ([(f"p{i}", "lif") for i in range(10)] + [("x", "hh")], "p0, p1, p2, p3, p4, p5 and 4 more populations"),
    ],
)  # fmt: skip
def test_who_uses_a_neuron_is_said_in_words(pairs, expected):
    assert methods.used_by("lif", pairs) == expected
