"""Physical quantities: read from text against a table, checked, and stored as plain numbers with a unit.

Brian2's units are the language of scripts and equations; descriptions store the light, hashable `Quantity` of this file
instead, so that a file is checked without importing Brian2 (1.1 s) and no text ever reaches an evaluator. The table
holds the SI units and prefixes that Brian2 knows, with the same names.

``from braincore.units import mV, ms`` gives Brian2's own units.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from braincore.errors import UnitError, suggest

BASES = ("m", "kg", "s", "A", "K", "mol", "cd")
Dimension = tuple[float, float, float, float, float, float, float]
"""Exponents of metre, kilogram, second, ampere, kelvin, mole and candela, in Brian2's order."""

DIMENSIONLESS: Dimension = (0.0,) * 7  # type: ignore[assignment]


def _dim(**powers: float) -> Dimension:
    return tuple(float(powers.get(base, 0)) for base in BASES)  # type: ignore[return-value]


LENGTH, TIME, CURRENT = _dim(m=1), _dim(s=1), _dim(A=1)
FREQUENCY = _dim(s=-1)
VOLTAGE = _dim(m=2, kg=1, s=-3, A=-1)
RESISTANCE = _dim(m=2, kg=1, s=-3, A=-2)
CONDUCTANCE = _dim(m=-2, kg=-1, s=3, A=2)
CAPACITANCE = _dim(m=-2, kg=-1, s=4, A=2)
CHARGE = _dim(s=1, A=1)
CONCENTRATION = _dim(m=-3, mol=1)
VELOCITY = _dim(m=1, s=-1)
AREA = _dim(m=2)

# symbol: (long name, dimension); every one takes every prefix.
_BASE_UNITS: dict[str, tuple[str, Dimension]] = {
    "m": ("meter", LENGTH),
    "s": ("second", TIME),
    "A": ("amp", CURRENT),
    "V": ("volt", VOLTAGE),
    "ohm": ("ohm", RESISTANCE),
    "S": ("siemens", CONDUCTANCE),
    "F": ("farad", CAPACITANCE),
    "C": ("coulomb", CHARGE),
    "Hz": ("hertz", FREQUENCY),
    "W": ("watt", _dim(m=2, kg=1, s=-3)),
    "J": ("joule", _dim(m=2, kg=1, s=-2)),
    "N": ("newton", _dim(m=1, kg=1, s=-2)),
    "Pa": ("pascal", _dim(m=-1, kg=1, s=-2)),
    "M": ("molar", CONCENTRATION),
    "mol": ("mole", _dim(mol=1)),
    "g": ("gram", _dim(kg=1)),
    "K": ("kelvin", _dim(K=1)),
    "T": ("tesla", _dim(kg=1, s=-2, A=-1)),
    "Wb": ("weber", _dim(m=2, kg=1, s=-2, A=-1)),
    "H": ("henry", _dim(m=2, kg=1, s=-2, A=-2)),
    "cd": ("candela", _dim(cd=1)),
}
_SCALES = {"molar": 1000.0, "gram": 0.001}  # in SI: 1 M = 1000 mol/m^3
_PREFIXES = {
    "": 0, "f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "μ": -6, "m": -3, "c": -2, "d": -1,
    "da": 1, "h": 2, "k": 3, "M": 6, "G": 9, "T": 12,
}  # fmt: skip
_LONG_PREFIXES = {"": "", "f": "femto", "p": "pico", "n": "nano", "u": "u", "m": "m", "k": "k", "M": "M", "G": "G"}
_ALIASES = {"ampere": "amp", "metre": "meter", "sec": "s", "seconds": "second", "Ohm": "ohm", "Ω": "ohm", "liter": "l"}


@lru_cache(maxsize=1)
def unit_table() -> dict[str, tuple[float, Dimension]]:
    """Return every known unit: name to (factor to SI, dimension). A hundred-odd names, made once."""
    table: dict[str, tuple[float, Dimension]] = {}
    for symbol, (long, dimension) in _BASE_UNITS.items():
        base = _SCALES.get(long, 1.0)
        for prefix, power in _PREFIXES.items():
            scale = 10.0**power if power >= 0 else float(f"1e{power}")
            table.setdefault(prefix + symbol, (scale * base, dimension))
        for prefix, spelled in _LONG_PREFIXES.items():
            table.setdefault(spelled + long, (float(f"1e{_PREFIXES[prefix]}") * base, dimension))
            table.setdefault(prefix + long, (float(f"1e{_PREFIXES[prefix]}") * base, dimension))
    table["kg"] = (1.0, _dim(kg=1))
    table["l"] = table["litre"] = (1e-3, _dim(m=3))
    table["minute"] = table["min"] = (60.0, TIME)
    table["hour"] = (3600.0, TIME)
    table["metre"] = table["meter"]
    table["ampere"] = table["amp"]
    table["Ohm"] = table["Ω"] = table["ohm"]
    for name in ("Mohm", "Gohm", "kohm"):
        table[name.replace("ohm", "Ω")] = table[name]
    return table


# The symbols that a unit's dimension is shown with, the commonest first.
_PREFERRED = {
    TIME: "ms", VOLTAGE: "mV", CURRENT: "pA", CONDUCTANCE: "nS", CAPACITANCE: "pF", RESISTANCE: "Mohm",
    FREQUENCY: "Hz", LENGTH: "mm", VELOCITY: "m/s", CONCENTRATION: "mM", AREA: "um^2", DIMENSIONLESS: "1",
}  # fmt: skip
_KINDS = {
    TIME: "a time", VOLTAGE: "a voltage", CURRENT: "a current", CONDUCTANCE: "a conductance",
    CAPACITANCE: "a capacitance", RESISTANCE: "a resistance", FREQUENCY: "a rate", LENGTH: "a length",
    VELOCITY: "a velocity", CONCENTRATION: "a concentration", AREA: "an area", CHARGE: "a charge",
    DIMENSIONLESS: "a plain number",
}  # fmt: skip


def describe(dimension: Dimension) -> str:
    """Say what a dimension is, with an example of a unit.

    >>> describe(TIME)
    'a time (such as ms)'
    """
    if dimension == DIMENSIONLESS:
        return "a plain number (no unit)"
    kind = _KINDS.get(dimension)
    return f"{kind} (such as {_PREFERRED[dimension]})" if kind and dimension in _PREFERRED else si_symbol(dimension)


def si_symbol(dimension: Dimension) -> str:
    """Spell a dimension in SI units that `parse_unit` reads back, as ``V/s`` or ``m^2 kg``."""
    if dimension == DIMENSIONLESS:
        return "1"
    for symbol, (_, known) in _BASE_UNITS.items():
        if dimension == known and symbol not in ("g", "M"):
            return symbol
    for symbol in ("V", "A", "S", "F"):  # V/s, A/s, S/m^2...: a named unit over a power of one base unit reads better
        rest = tuple(a - b for a, b in zip(dimension, _BASE_UNITS[symbol][1], strict=True))
        used = [(base, power) for base, power in zip(BASES, rest, strict=True) if power]
        if len(used) == 1:
            base, power = used[0]
            return f"{symbol}{'/' if power < 0 else '*'}{base}{_exponent(abs(power))}"
    parts = [base + _exponent(p) for base, p in zip(BASES, dimension, strict=True) if p]
    return "*".join(parts)


def _exponent(power: float) -> str:
    return "" if power == 1 else f"^{power:g}"


_UNIT_TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-zµμΩ]+)|(?P<one>1(?![\d.]))|(?P<op>\*\*|\^|\*|/|·)|(?P<int>[-+]?\d+))")


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> tuple[float, Dimension]:
    """Read a unit expression: names joined by ``*``, ``/`` or a space, with integer powers.

    Parameters
    ----------
    text
        Such as ``mV``, ``1/ms``, ``m/s``, ``uF/cm^2``, ``1`` (dimensionless).

    Returns
    -------
    (factor, dimension)
        The factor to SI and the dimension.

    Raises
    ------
    UnitError
        On an unknown unit or anything that is not a unit expression.

    >>> parse_unit("mV")[0]
    0.001
    """
    if len(text) > 64:
        raise UnitError(f"unit of {len(text)} characters is too long (at most 64)")
    table = unit_table()
    factor, dims = 1.0, [0.0] * 7
    sign, position, expect_operand = 1, 0, True
    text = text.strip()
    while position < len(text):
        match = _UNIT_TOKEN.match(text, position)
        if match is None or (match["int"] and not match["one"]):
            raise UnitError(f"'{text}' is not a unit", hint="Write it as mV, 1/ms, nS/cm^2 or m/s")
        position = match.end()
        if match["op"]:
            if expect_operand or match["op"] in ("**", "^"):
                raise UnitError(f"'{text}' is not a unit", hint="Write it as mV, 1/ms, nS/cm^2 or m/s")
            sign, expect_operand = (-1 if match["op"] == "/" else 1), True
            continue
        if not expect_operand:
            sign = 1  # a space between units multiplies
        power = sign
        if match["name"]:
            name = match["name"]
            if name not in table:
                raise UnitError(f"unknown unit '{name}'", hint=suggest(name, _suggestable()))
            exponent = re.compile(r"\s*(?:\*\*|\^)\s*([-+]?\d)(?!\d)").match(text, position)
            if exponent:
                power = sign * int(exponent[1])
                position = exponent.end()
            scale, dimension = table[name]
            factor *= scale**power
            dims = [d + power * e for d, e in zip(dims, dimension, strict=True)]
        sign, expect_operand = 1, False
    if expect_operand:
        raise UnitError(f"'{text}' is not a unit", hint="Write it as mV, 1/ms, nS/cm^2 or m/s")
    return factor, tuple(dims)  # type: ignore[return-value]


def _suggestable() -> list[str]:
    common = ("m", "s", "A", "V", "ohm", "S", "F", "Hz", "M")
    return [p + u for u in common for p in ("", "f", "p", "n", "u", "m", "c", "k", "M", "G")]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit, as it was written.

    Attributes
    ----------
    magnitude
        The number, in `unit`.
    unit
        The unit as written, ``""`` for a plain number.

    >>> Quantity.parse("20 mV").si
    0.02
    >>> str(Quantity.parse("20mV"))
    '20 mV'
    """

    magnitude: float
    unit: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "magnitude", float(self.magnitude))  # NumPy's numbers show otherwise

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read ``20 mV``, ``-65mV``, ``1e3 Hz``, ``0.5`` or ``87.8 pA``; raise `UnitError` on anything else."""
        match = _QUANTITY.fullmatch(text.strip()) if len(text) <= 128 else None
        if match is None:
            raise UnitError(f"'{text[:64]}' is not a quantity", hint="Write a number and a unit, such as 20 mV")
        magnitude = float(match["number"])
        unit = (match["unit"] or "").strip().lstrip("*").strip()
        if unit.startswith("/"):
            unit = f"1{unit}"
        si = magnitude * parse_unit(unit or "1")[0]
        if not math.isfinite(si):
            raise UnitError(f"'{text}' is too large to be a number", hint="The largest is about 1.8e308 in SI units")
        if magnitude == 0 and _NOT_ZERO.match(match["number"]):
            raise UnitError(f"'{text}' is too small: it would be read as 0", hint="Write 0 if that is meant")
        return cls(magnitude, "" if unit == "1" else unit)

    @classmethod
    def of(cls, value: Any, dimension: Dimension | None = None) -> Quantity:
        """Turn text, a number, a Brian2 quantity or a `Quantity` into a `Quantity` and check its dimension.

        Parameters
        ----------
        value
            ``"20 mV"``, ``20*mV`` (Brian2), ``0.5``, or a `Quantity`.
        dimension
            What it must be; anything goes if None. Zero needs no unit.

        Raises
        ------
        UnitError
            Not a finite scalar quantity, or not of the dimension.
        """
        quantity = cls._from_any(value)
        if dimension is not None and quantity.dimension != dimension:
            if quantity.unit == "" and quantity.magnitude == 0:
                return cls(0.0, _PREFERRED.get(dimension, si_symbol(dimension)))
            what = "has no unit" if quantity.unit == "" else f"is {describe(quantity.dimension)}"
            raise UnitError(f"'{quantity}' {what}", hint=f"Expected {describe(dimension)}")
        return quantity

    @classmethod
    def _from_any(cls, value: Any) -> Quantity:
        if isinstance(value, Quantity):
            return value
        if isinstance(value, str):
            return cls.parse(value)
        if isinstance(value, bool) or value is None:
            raise UnitError(f"'{value}' is not a quantity", hint="Write a number and a unit, such as 20 mV")
        dims = getattr(getattr(value, "dim", None), "_dims", None)  # a Brian2 quantity, without importing Brian2
        try:
            number = float(value) if dims is None else float(value.__array__())
        except (TypeError, ValueError):
            raise UnitError(f"'{value}' is not a single quantity") from None
        if not math.isfinite(number):
            raise UnitError(f"'{value}' is not a finite number")
        if dims is None:
            return cls(number)
        return cls.from_si(number, tuple(float(d) for d in dims))  # type: ignore[arg-type]

    @classmethod
    def from_si(cls, value: float, dimension: Dimension) -> Quantity:
        """Make a quantity from its SI value, in the unit the field shows it in where that is exact."""
        unit = _PREFERRED.get(dimension, si_symbol(dimension))
        if unit == "1":
            return cls(value)
        scale, _ = parse_unit(unit)
        shown = float(f"{value / scale:.12g}")
        if shown * scale == value:
            return cls(shown, unit)
        base = si_symbol(dimension)
        return cls(value / parse_unit(base)[0], base)

    @property
    def si(self) -> float:
        """The value in SI base units."""
        return self.magnitude * parse_unit(self.unit)[0] if self.unit else self.magnitude

    @property
    def dimension(self) -> Dimension:
        """The dimension of the unit."""
        return parse_unit(self.unit)[1] if self.unit else DIMENSIONLESS

    def __str__(self) -> str:
        number = repr(self.magnitude)
        number = number.removesuffix(".0")
        return f"{number} {self.unit}" if self.unit else number


_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"  # not \d, which holds the digits of every script
_NOT_ZERO = re.compile(r"[-+.0]*[1-9]")
_QUANTITY = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>\*?\s*[A-Za-zµμΩ1/][A-Za-zµμΩ0-9\s*/^·+-]*)?")


def si_value(value: Any, dimension: Dimension) -> float:
    """Return `value` (text, number, Brian2 or our quantity) in SI, checked against `dimension`."""
    return Quantity.of(value, dimension).si


def __getattr__(name: str) -> Any:
    """Hand out Brian2's units by name, importing Brian2 only when asked."""
    if name in unit_table():
        from braincore.safe_import import import_brian2

        unit = getattr(import_brian2(), name, None)
        if unit is not None:
            return unit
    raise AttributeError(f"module 'braincore.units' has no unit '{name}'")
