"""Equations as MathML: what a browser sets as mathematics, made from the parsed equation.

Only elements of MathML Core are used, and every name is escaped. Text that does not parse is the caller's to show as
it is (`methods.equations`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from braincore.expressions import Assignment, Equation
from braincore.expressions.names import is_noise, is_unit_name
from braincore.expressions.tree import COMPARISONS, Binary, Call, Name, Node, Number, Unary

LINE_LENGTH = 74  # characters of source after which a long sum is broken
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "lambd": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_UNITS = {
    "volt": "V", "amp": "A", "ampere": "A", "siemens": "S", "ohm": "Ω", "second": "s", "hertz": "Hz", "meter": "m",
    "metre": "m", "farad": "F", "coulomb": "C", "mole": "mol", "molar": "M", "mmolar": "mM", "umolar": "µM",
    "mvolt": "mV", "msecond": "ms", "usecond": "µs", "namp": "nA", "pamp": "pA", "uamp": "µA", "mamp": "mA",
    "nsiemens": "nS", "usiemens": "µS", "msiemens": "mS", "Mohm": "MΩ", "Gohm": "GΩ", "kohm": "kΩ", "pfarad": "pF",
    "nfarad": "nF", "ufarad": "µF", "khertz": "kHz", "kelvin": "K", "joule": "J", "watt": "W", "newton": "N",
}  # fmt: skip
_RELATIONS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "<": "<", ">": ">"}
_FENCES = {"abs": ("|", "|"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉"), "int": ("[", "]")}
_FUNCTIONS = {"log": "ln", "log10": "log₁₀", "sign": "sgn", "rand": "U(0, 1)", "randn": "N(0, 1)"}
_SPACE = '<mspace width="0.4em"></mspace>'
_THIN = '<mspace width="0.17em"></mspace>'

# How tightly what has been written binds: what is weaker than its place needs parentheses.
_OR, _AND, _NOT, _COMPARE, _SUM, _SIGN, _PRODUCT, _POWER, _ATOM = range(9)


def system(lines: Sequence[Equation]) -> str:
    """Return the equations of a model as one ``<math>`` element, aligned at their equals signs.

    A third column holds each variable's unit and flags.
    """
    rows: list[str] = []
    for line in lines:
        unit = unit_symbol(line.unit)
        notes = ", ".join(([unit] if unit else []) + sorted(line.flags - {"constant"}))
        note = f"<mtd>{_text(notes) if notes else ''}</mtd>"
        if line.expression is None:
            rows.append(f"<mtr><mtd>{name(line.name)}</mtd><mtd></mtd>{note}</mtr>")
            continue
        left = _derivative(line.name) if line.kind == "differential" else name(line.name)
        first, *rest = _broken(line.expression.tree)
        rows.append(f"<mtr><mtd>{left}</mtd><mtd>{_operator('=')}{first}</mtd>{'' if rest else note}</mtr>")
        for i, more in enumerate(rest):
            last = i == len(rest) - 1
            rows.append(f'<mtr class="more"><mtd></mtd><mtd>{more}</mtd>{note if last else ""}</mtr>')
    return math(f'<mtable class="system" displaystyle="true">{"".join(rows)}</mtable>')


def assignment(line: Assignment) -> str:
    """Return a statement of a reset or a spike as a ``<math>`` element; an arrow assigns."""
    target = name(line.target)
    right, power = _render(line.expression.tree)
    if line.op == "/=":
        right = _fraction(target, right)
    elif line.op != "=":
        sign = {"+=": _operator("+"), "-=": _operator("−"), "*=": _THIN}[line.op]
        held = right if power >= _PRODUCT or (line.op == "+=" and power == _SUM) else _fenced(right)
        right = f"{target}{sign}{held}"
    return math(f"{target}{_operator('←')}{right}")


def expression(tree: Node, *, display: bool = True) -> str:
    """Return an expression as a ``<math>`` element, on a line of its own or, without `display`, within one."""
    return math(_render(tree)[0], display=display)


def math(body: str, *, display: bool = True) -> str:
    """Wrap a row of elements."""
    kind = ' display="block"' if display else ""
    return f"<math{kind}><mrow>{body}</mrow></math>"


def inline(text: str) -> str:
    """Return a variable's name as an inline ``<math>`` element."""
    return f"<math>{name(text)}</math>"


def name(text: str) -> str:
    """Return a variable's name with its subscripts: ``tau_m`` as a Greek letter with a small m.

    Names of one letter are slanted; longer ones, and what stands below, are upright.
    """
    if is_noise(text):
        stem, parts = "xi", text.split("_")[1:]
    else:
        stem, *parts = text.split("_")
    if not stem:
        stem, parts = text, []
    digits = re.fullmatch(r"([A-Za-z]+)(\d+)", stem)
    if digits and (len(digits[1]) == 1 or digits[1] in _GREEK):
        stem, parts = digits[1], [digits[2], *parts]
    base = _identifier(stem)
    below = ",".join(_GREEK.get(part, part) for part in parts if part)
    return f"<msub>{base}<mrow>{_identifier(below, upright=True)}</mrow></msub>" if below else base


def _identifier(text: str, *, upright: bool = False) -> str:
    shown = text if upright else _GREEK.get(text, text)
    if not upright and len(shown) == 1:
        return f"<mi>{escape(shown)}</mi>"
    return f'<mi mathvariant="normal">{escape(shown)}</mi>'


def unit_symbol(unit: str) -> str:
    """Write a unit of the equation language with its symbol, as ``V`` for ``volt``; nothing for plain numbers.

    >>> unit_symbol("volt"), unit_symbol("1"), unit_symbol("siemens/meter**2")
    ('V', '', 'S/m²')
    """
    if unit in ("1", ""):
        return ""
    written = re.sub(r"[A-Za-z]+", lambda match: _UNITS.get(match[0], match[0]), unit)
    written = re.sub(r"\*\*\s*(-?\d)", lambda match: match[1].translate(_SUPERSCRIPTS), written)
    return written.replace("*", "·").replace(" ", "")


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _derivative(variable: str) -> str:
    d = '<mi mathvariant="normal">d</mi>'
    return _fraction(f"{d}{name(variable)}", f"{d}<mi>t</mi>")


def _broken(tree: Node) -> list[str]:
    """Return the lines of a right-hand side: a long sum is broken before its terms."""
    terms = list(_terms(tree))
    if len(terms) == 1 or sum(_length(term) for _, term in terms) <= LINE_LENGTH:
        return [_render(tree)[0]]
    lines: list[str] = []
    room = 0
    for sign, term in terms:
        body = _held(term, _PRODUCT)
        written = body if not lines and sign == "+" else f"{_operator('−' if sign == '-' else '+')}{body}"
        length = _length(term) + 3
        if lines and room >= length:
            lines[-1] += written
            room -= length
        else:
            lines.append(written)
            room = LINE_LENGTH - length
    return [f"<mrow>{line}</mrow>" for line in lines]


def _terms(tree: Node, sign: str = "+") -> Iterator[tuple[str, Node]]:
    if isinstance(tree, Binary) and tree.operator in ("+", "-"):
        yield from _terms(tree.left, sign)
        if tree.operator == "+" and sign == "+":
            yield from _terms(tree.right)
        else:
            yield ("-" if (tree.operator == "-") == (sign == "+") else "+", tree.right)
    elif isinstance(tree, Unary) and tree.operator == "-" and sign == "+":
        yield "-", tree.operand
    else:
        yield sign, tree


def _length(tree: Node) -> int:
    """Return about how many characters wide an expression is on the page."""
    if isinstance(tree, Binary):
        left, right = _length(tree.left), _length(tree.right)
        return max(left, right) + 1 if tree.operator == "/" else left + right + (1 if tree.operator in "***" else 3)
    if isinstance(tree, Unary):
        return 1 + _length(tree.operand)
    if isinstance(tree, Call):
        return len(tree.function) + 2 + sum(_length(argument) + 2 for argument in tree.arguments)
    return len(tree.name.replace("_", "")) if isinstance(tree, Name) else len(_digits(tree.value))


def _render(tree: Node) -> tuple[str, int]:
    """Return an expression's elements and how tightly they bind."""
    if isinstance(tree, Number):
        return f"<mn>{escape(_digits(tree.value))}</mn>", _ATOM
    if isinstance(tree, Name):
        return _name(tree.name), _ATOM
    if isinstance(tree, Unary):
        return _unary(tree)
    if isinstance(tree, Call):
        return _call(tree)
    return _binary(tree)


def _name(text: str) -> str:
    if text == "inf":
        return "<mi>∞</mi>"
    if text == "e":
        return '<mi mathvariant="normal">e</mi>'
    if is_unit_name(text):
        return f'<mi mathvariant="normal">{escape(unit_symbol(text))}</mi>'
    return name(text)


def _digits(value: bool | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f"{value:.12g}" if isinstance(value, float) else str(value)
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return text
    power = str(int(exponent)).translate(_SUPERSCRIPTS)
    return f"10{power}" if mantissa == "1" else f"{mantissa}·10{power}"


def _unary(tree: Unary) -> tuple[str, int]:
    if tree.operator == "not":
        return f"{_text('not')}{_SPACE}{_held(tree.operand, _NOT)}", _NOT
    sign = "−" if tree.operator == "-" else "+"
    return f'<mo form="prefix">{sign}</mo>{_held(tree.operand, _PRODUCT)}', _SIGN


def _call(tree: Call) -> tuple[str, int]:
    arguments = [_render(argument)[0] for argument in tree.arguments]
    if tree.function == "sqrt":
        return f"<msqrt><mrow>{arguments[0]}</mrow></msqrt>", _ATOM
    if tree.function in _FENCES:
        return _fenced(arguments[0], *_FENCES[tree.function]), _ATOM
    shown = _FUNCTIONS.get(tree.function, tree.function)
    function = f'<mi mathvariant="normal">{escape(shown)}</mi>'
    if not arguments:
        return function, _ATOM
    return f"{function}{_fenced('<mo>,</mo>'.join(arguments))}", _ATOM


def _binary(tree: Binary) -> tuple[str, int]:
    operator = tree.operator
    if operator == "/":
        if isinstance(tree.right, Name) and is_unit_name(tree.right.name):
            inverse = f"<msup>{_name(tree.right.name)}<mn>−1</mn></msup>"
            return f"{_held(tree.left, _SIGN)}{_THIN}{inverse}", _PRODUCT
        return _fraction(_render(tree.left)[0], _render(tree.right)[0]), _PRODUCT
    if operator == "**":
        exponent = _render(tree.right)[0]
        return f"<msup><mrow>{_held(tree.left, _ATOM)}</mrow><mrow>{exponent}</mrow></msup>", _POWER
    if operator == "*":
        return _product(tree), _PRODUCT
    if operator in ("//", "%"):
        if operator == "//":
            return _fenced(_fraction(_render(tree.left)[0], _render(tree.right)[0]), "⌊", "⌋"), _ATOM
        return f"{_held(tree.left, _PRODUCT)}{_operator('mod')}{_held(tree.right, _POWER)}", _PRODUCT
    if operator in COMPARISONS:
        sign = _operator(_RELATIONS[operator])
        return f"{_held(tree.left, _SUM)}{sign}{_held(tree.right, _SUM)}", _COMPARE
    if operator in ("and", "or"):
        level = _AND if operator == "and" else _OR
        word = f"{_SPACE}{_text(operator)}{_SPACE}"
        return f"{_held(tree.left, level)}{word}{_held(tree.right, level)}", level
    sign = _operator("−" if operator == "-" else "+")
    right = _held(tree.right, _PRODUCT if operator == "-" else _SUM, signed=False)
    return f"{_held(tree.left, _SUM)}{sign}{right}", _SUM


def _fraction(above: str, below: str) -> str:
    # Fractions in fractions keep their size: exponents of gating functions must stay legible.
    return f'<mfrac displaystyle="true"><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>'


def _product(tree: Binary) -> str:
    left, right = _held(tree.left, _SIGN), _held(tree.right, _PRODUCT, signed=False)
    between = _operator("×") if isinstance(_first(tree.right), Number) else _THIN
    return f"{left}{between}{right}"


def _first(tree: Node) -> Node:
    """Return what an expression begins with on the page."""
    while isinstance(tree, Binary) and tree.operator in ("*", "**"):
        tree = tree.left
    return tree


def _held(tree: Node, level: int, *, signed: bool = True) -> str:
    """Return an expression's elements, in parentheses where they bind more loosely than `level`."""
    body, power = _render(tree)
    loose = power < level or (power == _SIGN and not signed)
    return _fenced(body) if loose else body


def _fenced(body: str, opening: str = "(", closing: str = ")") -> str:
    stretch = str("<mfrac" in body or "<msqrt" in body).lower()  # where nothing is tall, plain ones fit closer
    edge = f'fence="true" stretchy="{stretch}" lspace="0" rspace="0"'
    return f'<mrow><mo {edge} form="prefix">{opening}</mo>{body}<mo {edge} form="postfix">{closing}</mo></mrow>'


def _operator(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>"


def _text(words: str) -> str:
    return f"<mtext>{escape(words)}</mtext>"
