"""Names inside Brian2: every name of a model is mangled, so that none can collide with Brian2's, C++'s or another's.

A neuron's own ``v`` becomes ``u_v``, a receptor's ``g`` becomes ``r_ampa_g``, a synapse's ``x`` becomes ``s_x`` (``s0_x``
where several rules share a synapse) and what braincore adds begins with ``b_``.
"""

from __future__ import annotations

from collections.abc import Iterable

from braincore.units import BASES, Dimension

I_SYN, I_EXT, I_ALL = "b_I_syn", "b_I_ext", "b_I"
INPUT_NAMES = {"I_syn": I_SYN, "I_ext": I_EXT, "I": I_ALL}
STEP, SILENT = "b_step", "b_silent"
WEIGHT = "s_w"


def own(name: str) -> str:
    """Return a neuron's own variable or parameter inside Brian2."""
    return f"u_{name}"


def of_receptor(receptor: str, name: str) -> str:
    """Return a receptor's variable or parameter inside Brian2."""
    return f"r_{receptor}_{name}"


def gain(receptor: str) -> str:
    """Return the factor that a drug puts on a receptor."""
    return f"b_gain_{receptor}"


def of_rule(index: int, name: str) -> str:
    """Return a learning rule's variable or parameter inside Brian2."""
    return f"s{index}_{name}"


def recorded(variable: str) -> str:
    """Return the Brian2 name of what a recording calls ``v``, ``I_syn`` or ``ampa.g``."""
    if "." in variable:
        receptor, _, name = variable.partition(".")
        return of_receptor(receptor, name)
    return INPUT_NAMES.get(variable, own(variable))


_BRIAN_BASES = dict(zip(BASES, ("meter", "kilogram", "second", "amp", "kelvin", "mole", "candle"), strict=True))


def brian_unit(dimension: Dimension) -> str:
    """Spell a dimension as Brian2's equations want it: base units with powers, or 1."""
    parts = [
        _BRIAN_BASES[base] if power == 1 else f"{_BRIAN_BASES[base]}**{power:g}"
        for base, power in zip(BASES, dimension, strict=True)
        if power
    ]
    return " * ".join(parts) or "1"


def with_suffix(names: Iterable[str], suffix: str) -> dict[str, str]:
    """Return a renaming that puts a suffix on names."""
    return {name: f"{name}{suffix}" for name in names}
