"""Texts shared by the tests of the equation language: what must pass, with its value, and what must not."""

from __future__ import annotations

import math
import random

from braincore.units import CAPACITANCE, CONDUCTANCE, CURRENT, DIMENSIONLESS, FREQUENCY, TIME, VOLTAGE, Dimension

# Names used in the valid expressions, in SI units; v, w: volt, I: amp, g: siemens, tau: second, the rest plain.
VALUES = {"v": -0.052, "w": 0.013, "I": 2.5e-10, "g": 1e-8, "tau": 0.02, "x": 0.7, "y": -1.3, "z": 2.0, "n": 3,
          "m": 0.4, "h": 0.9, "t": 0.137, "dt": 1e-4}  # fmt: skip
V, W, TAU, X, Y, Z, N, M, H, T, DT = (VALUES[k] for k in ("v", "w", "tau", "x", "y", "z", "n", "m", "h", "t", "dt"))

# (text, value worked out here with the math module): the value must be met to 1e-14 relative.
VALID: list[tuple[str, float | bool]] = [
    ("x", X),
    ("3", 3),
    ("1.", 1.0),
    (".5", 0.5),
    ("1e3", 1000.0),
    ("1.5E-3*x", 1.5e-3 * X),
    ("x + y", X + Y),
    ("x - y - z", (X - Y) - Z),
    ("x - (y - z)", X - (Y - Z)),
    ("x*y/z", X * Y / Z),
    ("x/y/z", X / Y / Z),
    ("x/(y/z)", X / (Y / Z)),
    ("-x**2", -(X**2)),
    ("(-x)**2", X**2),
    ("z**-1", 0.5),
    ("z**n", 8.0),
    ("z**2*x", 4 * X),
    ("x**(n + 1)", X**4),
    ("2**3*z", 16.0),
    ("z**0.5", math.sqrt(2)),
    ("-+-x", X),
    ("x - -y", X + Y),
    ("2 + 3*4", 14),
    ("7/2", 3.5),
    ("7//2", 3),
    ("-7//2", -4),
    ("7 % 3", 1),
    ("-7 % 3", 2),
    ("y % z", Y - Z * math.floor(Y / Z)),
    ("x//0.2", 3.0),
    ("2*pi*x", 2 * math.pi * X),
    ("e**x", math.e**X),
    ("exp(-x)", math.exp(-X)),
    ("log(z)", math.log(2)),
    ("log10(1000.0)", math.log10(1000)),
    ("expm1(1e-9)", math.expm1(1e-9)),
    ("log1p(1e-9)", math.log1p(1e-9)),
    ("exprel(x)", math.expm1(X) / X),
    ("exprel(0*x)", 1.0),
    ("sqrt(z)", math.sqrt(2)),
    ("sin(x) + cos(x)*tan(x)", math.sin(X) + math.cos(X) * math.tan(X)),
    ("sinh(x)/cosh(x) + tanh(x)", math.sinh(X) / math.cosh(X) + math.tanh(X)),
    ("arcsin(x)", math.asin(X)),
    ("arccos(x)", math.acos(X)),
    ("arctan(y)", math.atan(Y)),
    ("abs(y)", 1.3),
    ("sign(y)", -1.0),
    ("sign(0*y)", 0.0),
    ("ceil(x)", 1.0),
    ("floor(y)", -2.0),
    ("clip(y, -1, 1)", -1.0),
    ("clip(x, 0, inf)", X),
    ("int(x > 0.5)*z", 2.0),
    ("int(2.7)", 2),
    ("int(y)", -1),
    ("timestep(t, dt)", 1370),
    ("x < y", False),
    ("x <= 0.7", True),
    ("x > y and z == 2", True),
    ("x < y or not (z != 2)", True),
    ("not x > 1", True),
    ("not (x > 0 and y > 0) and z >= 2", True),
    ("v/mV", V / 0.001),
    ("(v - w)/(10*ms)", (V - W) / 0.01),
    ("g*(w - v) + I", 1e-8 * (W - V) + 2.5e-10),
    ("(v + 40*mV)/(5*mV)", (V + 0.04) / 0.005),
    ("0.1/ms*(v/mV + 40)/(1 - exp(-(v/mV + 40)/10))", 100 * (V / 0.001 + 40) / (1 - math.exp(-(V / 0.001 + 40) / 10))),
    ("120*msiemens/cm**2*m**3*h*(50*mV - v)", 120e-3 / 1e-4 * M**3 * H * (0.05 - V)),
    ("36*msiemens/cm2*n", 36e-3 / 1e-4 * N),
    ("1/(1 + exp(-0.062*v/mV)/3.57)", 1 / (1 + math.exp(-0.062 * V / 0.001) / 3.57)),
    ("3**((x - 36)/10)", 3 ** ((X - 36) / 10)),
    ("int(t > 100*ms and t < 0.2*second)*nA", 1e-9),
    ("sin(2*pi*8*Hz*t)", math.sin(2 * math.pi * 8 * T)),
    ("(x\n  + y)  # two lines\n * z", (X + Y) * Z),
    ("x+y*z**n", X + Y * 8),
    ("(((((x)))))", X),
    ("-(x)", -X),
    ("1e-300*x", 1e-300 * X),
    ("x*True_value_1", X),
]

# (text, part of the message, column of the first fault)
ATTACKS: list[tuple[str, str, int]] = [
    ('exp(\'__import__("os").system("touch canary")\')', "text in quotes", 5),
    ('foo(\'__import__("os").system("id")\')', "text in quotes", 5),
    ('exp("1")', "text in quotes", 5),
    ("f'{x}'", "text in quotes", 2),
    ("b'x'", "text in quotes", 2),
    ("'''x'''", "text in quotes", 1),
    ("`x`", "text in quotes", 1),
    ("“x”", "text in quotes", 1),
    ("__import__('os').system('id')", "begins with an underscore", 1),
    ("_x", "begins with an underscore", 1),
    ("os.system(x)", "attributes", 3),
    ("x.__class__", "attributes", 2),
    ("().__class__.__bases__", "attributes", 3),
    ("x[0]", "subscripts", 2),
    ("[x for x in y]", "subscripts", 1),
    ("{x: y}", "braces", 1),
    ("{*x}", "braces", 1),
    ("lambda x: x", "'lambda' is not a word", 1),
    ("lambda", "'lambda' is not a word", 1),
    ("(yield x)", "'yield' is not a word", 2),
    ("await x", "'await' is not a word", 1),
    ("import os", "'import' is not a word", 1),
    ("x if y else z", "'if' is not a word", 3),
    ("x is y", "'is' is not a word", 3),
    ("x in y", "'in' is not a word", 3),
    ("None", "'None' is not a word", 1),
    ("(x := 3)", "':='", 4),
    ("x = 3", "'=' is not allowed", 3),
    ("clip(x, a=3)", "'=' is not allowed", 10),
    ("clip(*x)", "'*' arguments", 6),
    ("clip(**x)", "'**' arguments", 6),
    ("expp(x)", "unknown function 'expp'", 1),
    ("range(0, 10, i)", "unknown function 'range'", 1),
    ("k for k in range(10**12)", "'for' is not a word", 3),
    ("eval(x)", "unknown function 'eval'", 1),
    ("exec(x)", "unknown function 'exec'", 1),
    ("open(x)", "unknown function 'open'", 1),
    ("getattr(x, y)", "unknown function 'getattr'", 1),
    ("x(y)", "unknown function 'x'", 1),
    ("exp(x)(y)", "operator is missing", 7),
    ("(exp)(x)", "'exp' is a function", 2),
    ("exp", "'exp' is a function", 1),
    ("exp()", "takes 1 argument, not 0", 1),
    ("exp(x, y)", "takes 1 argument, not 2", 1),
    ("rand(3)", "takes no arguments, not 1", 1),
    ("exp(x,)", "unexpected ')'", 7),
    ("x; y", "';' is not allowed", 2),
    ("x, y", "a comma may only", 2),
    ("()", "parentheses are empty", 1),
    ("", "is empty", 1),
    (" \n# nothing\n", "is empty", 1),
    ("x +", "ends too early", 4),
    ("* x", "unexpected '*'", 1),
    ("(x", "never closed", 1),
    ("x)", "no matching '('", 2),
    ("x y", "operator is missing", 3),
    ("2 x", "operator is missing", 3),
    ("2mV", "neither a number nor a name", 1),
    ("x^2", "'^' is not an operator", 2),
    ("x & y", "bit operations", 3),
    ("x | y", "bit operations", 3),
    ("~x", "bit operations", 1),
    ("x << 2", "bit operations", 3),
    ("x >> 2", "bit operations", 3),
    ("x && y", "'&&'", 3),
    ("x || y", "'||'", 3),
    ("!x", "'!'", 1),
    ("x <> y", "'<>'", 3),
    ("x ? y : z", "'?'", 3),
    ("x @ y", "'@'", 3),
    ("$x", "'$'", 1),
    ("x\\\n+ y", "'\\' is not allowed", 2),
    ("x < y < z", "chained comparison", 7),
    ("x == y != z", "chained comparison", 8),
    ("3j", "complex number", 1),
    ("1_000", "underscore in a number", 1),
    ("0x1F", "not a decimal number", 1),
    ("0b1", "not a decimal number", 1),
    ("007", "begins with a zero", 1),
    ("1234567890123456789", "19 digits is too large", 1),
    ("1e400", "too large", 1),
    ("1e-400", "too small", 1),
    ("1..2", "not a number", 1),
    ("1.2.3", "not a number", 1),
    ("9**9**9", "exponent too large", 2),
    ("10.0**(9**(9**9))", "exponent too large", 9),
    ("x**65", "exponent too large", 2),
    ("x**-65", "exponent too large", 2),
    ("x**1e300", "exponent too large", 2),
    ("x**inf", "exponent too large", 2),
    ("x**(y**2)", "not simple enough", 6),
    ("2**60", "integer '2**60' is too large", 2),
    ("(a + b + c + d)**20", "terms (limit 100)", 16),
    ("1/0", "division by zero", 2),
    ("x/(3 - 3) + 5 % 0", "division by zero", 2),
    ("x/0", "division by zero in 'x/0'", 2),
    ("x % 0", "division by zero", 3),
    ("x//(2 - 2)", "division by zero", 2),
    ("1/(x - x)", "division by zero", 2),
    ("z % (y % y)", "division by zero", 3),
    ("1/(x - x)**2", "division by zero", 2),
    ("(0*x)**-1", "division by zero", 6),
    ("int(x)**-2", "whole number to a negative power", 7),
    ("log(0*x)", "no finite real value", 1),
    ("x/(1 + int(y > 0))", "cannot divide by '1 + int(y > 0)'", 2),
    ("x//(z*int(y > 0))", "cannot divide by 'int(y > 0)'", 2),
    ("int(x > 0) + y > 1", "cannot compare with 'int(x > 0)'", 16),
    ("(-1)**0.5", "no finite real value", 5),
    ("sqrt(-1)*x", "no finite real value", 1),
    ("log(0)", "no finite real value", 1),
    ("inf - inf", "no finite real value", 5),
    ("1e300*1e300", "too large a number", 6),
    ("(x > 0)*3", "is a condition where a number", 4),
    ("exp(x > 0)", "is a condition where a number", 7),
    ("True + 1", "is a condition where a number", 1),
    ("x == True", "is a condition where a number", 6),
    ("not 3", "is a number where a condition", 5),
    ("3 and x > 1", "is a number where a condition", 1),
    ("1 < 2", "does not depend on any variable", 3),
    ("x - not y", "'not' needs parentheses", 5),
    ("rand() - rand()", "more than once", 10),
    ("ｅxp(x)", "U+FF45", 1),
    ("x − 1", "U+2212", 3),
    ("τ*x", "U+03C4", 1),
    ("x\u00a0+ y", "U+00A0", 2),
    ("x\u202e + y", "U+202E", 2),
    ("x\x00", "U+0000", 2),
    ("\x1b[31mx", "U+001B", 1),
    ("x\x0c+ y", "U+000C", 2),
    ("a" * 65, "name of 65 characters", 1),
]

DIMS: dict[str, Dimension] = {
    **dict.fromkeys(("v", "w", "E"), VOLTAGE),
    **dict.fromkeys(("x", "y", "n"), DIMENSIONLESS),
    "I": CURRENT,
    "g": CONDUCTANCE,
    "C": CAPACITANCE,
    "tau": TIME,
    "r": FREQUENCY,
}


def random_text(rng: random.Random, condition: bool, depth: int) -> str:
    """Make random text that is right in kind (numbers, conditions), with parentheses only here and there."""

    def number(level: int) -> str:
        if level <= 0 or rng.random() < 0.15:
            return rng.choice(["x", "y", "z", "2", "0.5", "1e-3", "n"])
        roll = rng.random()
        if roll < 0.55:
            operator = rng.choice(["+", "-", "*", "/", "//", "%"])
            return f"{number(level - 1)} {operator} {number(level - 1)}"
        if roll < 0.65:
            return f"{rng.choice('-+')}{number(level - 1)}"
        if roll < 0.75:
            return f"{rng.choice(['x', 'y', '(x + y)', '-x'])}**{rng.choice(['2', '-1', '0.5', 'n', '-x', '(n + 1)'])}"
        if roll < 0.9:
            return f"({number(level - 1)})"
        return rng.choice(
            [f"exp({number(level - 1)})", f"int({boolean(level - 1)})", f"clip({number(level - 1)}, -1, 1)"]
        )

    def boolean(level: int) -> str:
        if level <= 0 or rng.random() < 0.3:
            return f"{number(level - 1)} {rng.choice(['<', '<=', '>', '>=', '==', '!='])} {number(level - 2)}"
        roll = rng.random()
        if roll < 0.6:
            return f"{boolean(level - 1)} {rng.choice(['and', 'or'])} {boolean(level - 1)}"
        return f"not {boolean(level - 1)}" if roll < 0.8 else f"({boolean(level - 1)})"

    return boolean(depth) if condition else number(depth)


def random_quantities(rng: random.Random, level: int) -> str:
    """Make random arithmetic on quantities, right or wrong in its dimensions."""
    if level == 0:
        return rng.choice([*DIMS, "t", "dt", "2", "0", "0.5", "mV", "ms", "nS", "pA"])
    a, b = random_quantities(rng, level - 1), random_quantities(rng, rng.randint(0, level - 1))
    roll = rng.random()
    if roll < 0.65:
        return f"({a} {rng.choice(['+', '-', '*', '/', '*', '/', '%', '//'])} {b})"
    if roll < 0.75:
        return f"({a})**{rng.choice(['2', '-1', '0.5', '(1/2)', 'n', '3', '1'])}"
    if roll < 0.85:
        return f"{rng.choice(['abs', 'sqrt', 'floor', 'sign', 'exp', 'log', 'int', 'ceil', 'tanh'])}({a})"
    if roll < 0.92:
        return f"clip({a}, {b}, {b})"
    return f"int({a} {rng.choice(['<', '>=', '=='])} {b})"
