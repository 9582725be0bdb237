"""Names in an equation: units, constants, what Brian2 keeps for itself, and what a user may call a variable."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from braincore.errors import suggest
from braincore.expressions.faults import ExpressionError
from braincore.expressions.functions import FUNCTIONS, function_hint
from braincore.units import DIMENSIONLESS, TIME, Dimension, unit_table

CONSTANTS: Mapping[str, float] = MappingProxyType(
    {"pi": 3.141592653589793, "e": 2.718281828459045, "inf": float("inf")}
)
NOISE: Dimension = tuple(-0.5 * power for power in TIME)  # type: ignore[assignment]
"""Dimension of the white noise `xi`: per square root of a second."""

TIME_SYMBOLS: Mapping[str, Dimension] = MappingProxyType({"t": TIME, "dt": TIME})
NEURON_SYMBOLS: Mapping[str, Dimension] = MappingProxyType(
    {**TIME_SYMBOLS, "i": DIMENSIONLESS, "N": DIMENSIONLESS, "lastspike": TIME, "not_refractory": DIMENSIONLESS}
)
"""Names that every Brian2 neuron group has."""
SYNAPSE_SYMBOLS: Mapping[str, Dimension] = MappingProxyType(
    {
        **TIME_SYMBOLS,
        **dict.fromkeys(("i", "j", "N", "N_pre", "N_post", "N_incoming", "N_outgoing"), DIMENSIONLESS),
        **{f"lastspike_{side}": TIME for side in ("pre", "post")},
        **{f"not_refractory_{side}": DIMENSIONLESS for side in ("pre", "post")},
    }
)
"""Names that every Brian2 synapse group has (`lastspike_*` and `not_refractory_*` with neuron groups at the ends)."""
BOOLEAN_SYMBOLS = frozenset({"not_refractory", "not_refractory_pre", "not_refractory_post"})
INTEGER_SYMBOLS = frozenset({"i", "j", "N", "N_pre", "N_post", "N_incoming", "N_outgoing"})

METHODS = ("exact", "exponential_euler", "euler", "rk2", "rk4", "heun", "milstein")
"""Brian2's integrators."""

RESERVED = frozenset(
    {"t", "dt", "t_in_timesteps", "i", "j", "N", "N_pre", "N_post", "N_incoming", "N_outgoing", "xi", "lastspike",
     "lastupdate", "not_refractory", "refractory", "refractory_until"}
)  # fmt: skip
"""Names with a meaning of their own, which no parameter or variable may have (nor any name beginning with ``xi_``)."""

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)

_SI_PREFIXES = {"Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "": 0,
                "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24}  # fmt: skip
_LITRE_PREFIXES = {**_SI_PREFIXES, "h": 2, "da": 1, "d": -1, "c": -2}
_PREFIXED = ("amp", "coulomb", "farad", "gram", "henry", "hertz", "joule", "meter", "mol", "mole", "molar", "newton",
             "ohm", "pascal", "second", "siemens", "tesla", "volt", "watt", "weber")  # fmt: skip
_ALIASES = {"ampere": "amp", "metre": "meter", "gramme": "gram"}
# What Brian2 knows and the unit table does not: exponents of m, kg, s, A, K, mol, cd.
_OTHERS = {
    **dict.fromkeys(("candle", "lumen"), (0, 0, 0, 0, 0, 0, 1)),
    **dict.fromkeys(("gray", "sievert"), (2, 0, -2, 0, 0, 0, 0)),
    **dict.fromkeys(("radian", "steradian"), (0, 0, 0, 0, 0, 0, 0)),
    "becquerel": (0, 0, -1, 0, 0, 0, 0),
    "katal": (0, 0, -1, 0, 0, 1, 0),
    "lux": (-2, 0, 0, 0, 0, 0, 1),
}
_SYMBOLS = ("mV", "mA", "uA", "nA", "pA", "pF", "uF", "nF", "nS", "uS", "mM", "uM", "nM", "Hz", "kHz", "MHz", "ms",
            "us", "cm", "cm2", "cm3", "mm", "mm2", "mm3", "um", "um2", "um3")  # fmt: skip


@lru_cache(maxsize=1)
def brian2_units() -> Mapping[str, tuple[float, Dimension]]:
    """Return every unit name that Brian2 resolves in an equation: name to (factor to SI, dimension)."""
    known = unit_table()
    units: dict[str, tuple[float, Dimension]] = {}
    longs = {name: known[name] for name in _PREFIXED}
    longs.update({alias: known[name] for alias, name in _ALIASES.items()})
    longs.update({name: (1.0, _power(exponents, 1.0)) for name, exponents in _OTHERS.items()})
    for long, (factor, dimension) in longs.items():
        for prefix, power in _SI_PREFIXES.items():
            _add_powers(units, prefix + long, float(f"1e{power}") * factor, dimension)
    for name in ("kilogram", "kilogramme"):
        _add_powers(units, name, *known["kg"])
    _add_powers(units, "kelvin", *known["K"])
    for prefix, power in _LITRE_PREFIXES.items():
        for litre in ("liter", "litre"):
            units[prefix + litre] = (float(f"1e{power - 3}"), known["litre"][1])
    for symbol in _SYMBOLS:
        stem, power = (symbol[:-1], int(symbol[-1])) if symbol[-1] in "23" else (symbol, 1)
        factor, dimension = known[stem]
        units[symbol] = (factor**power, _power(dimension, power))
    return MappingProxyType(units)


def _add_powers(units: dict[str, tuple[float, Dimension]], name: str, factor: float, dimension: Dimension) -> None:
    units[name] = (factor, dimension)
    for power in (2, 3):  # Brian2 also has meter2 and meter3 of every unit
        units[f"{name}{power}"] = (factor**power, _power(dimension, power))


def _power(dimension: tuple[float, ...], power: float) -> Dimension:
    return tuple(exponent * power for exponent in dimension)  # type: ignore[return-value]


def is_unit_name(name: str) -> bool:
    """Say whether Brian2 reads `name` as a unit (``mV``, ``siemens``, ``cm2``)."""
    return name in brian2_units()


def is_noise(name: str) -> bool:
    """Say whether `name` is a white-noise term (``xi`` or ``xi_something``)."""
    return name == "xi" or name.startswith("xi_")


def name_fault(name: object, *, suffixes: bool = True) -> tuple[str, str] | None:
    """Return (message, hint) if `name` may not be the name of a variable or parameter, else None.

    Parameters
    ----------
    name
        What the user wants to call it.
    suffixes
        Refuse ``_pre`` and ``_post``, which mean the neurons at the ends of a synapse.
    """
    if not isinstance(name, str) or not IDENTIFIER.fullmatch(name):
        shown = repr(name) if len(repr(name)) <= 70 else repr(name)[:67] + "..."
        return f"{shown} is not a valid name", "A name is a letter, then up to 63 letters, digits or _ (plain ASCII)"
    if keyword.iskeyword(name):
        return f"'{name}' is a word of the equation language", f"Choose another name, such as {name}_1"
    if name in RESERVED or is_noise(name):
        return f"'{name}' has a meaning of its own in equations", f"Choose another name, such as my_{name}"
    if name in FUNCTIONS:
        return f"'{name}' is the name of a function", f"Choose another name, such as {name}_1"
    if name in CONSTANTS:
        return f"'{name}' is the name of a constant", f"Choose another name, such as {name}_1"
    if is_unit_name(name):
        return f"'{name}' is the name of a unit", f"Choose another name, such as {name}_1"
    if suffixes and name.endswith(("_pre", "_post")):
        stem, _, side = name.rpartition("_")
        hint = (
            f"The ending means a variable of the neuron before or after a synapse; write {side}_{stem} or {stem}{side}"
        )
        return f"a name may not end in '_{side}': '{name}'", hint
    return None


def check_identifier(name: str) -> None:
    """Raise `ExpressionError` unless `name` may be the name of a parameter or a variable.

    A name is ASCII, begins with a letter and is at most 64 long; it is no word, function, constant or unit of the
    equation language, is not in `RESERVED`, does not begin with ``xi_`` and does not end in ``_pre`` or ``_post``.
    """
    found = name_fault(name)
    if found:
        raise ExpressionError(found[0], hint=found[1])


def undefined_hint(name: str, known: Iterable[str]) -> str:
    """Say what the undefined `name` was probably meant to be: a near name, a function or a unit."""
    if name in FUNCTIONS:
        return function_hint(name)
    choices = {choice for choice in known if not choice.startswith("_")}
    near = suggest(name, choices, noun="name")
    unit = unit_table().get(name)
    if unit is None:
        return near
    spelled = next(
        (n for n, (factor, dim) in brian2_units().items() if dim == unit[1] and abs(factor / unit[0] - 1) < 1e-9), None
    )
    as_unit = f"As a unit, write {spelled}" if spelled else ""
    return f"{near} {as_unit}".strip() if near.startswith("Did") else as_unit or near
