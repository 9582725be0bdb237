"""Names inside Brian2: every name of a model is mangled, so that none can collide with Brian2's, C++'s or another's.

A neuron's own ``v`` becomes ``u_v``; the ``g`` of the receptor ``ampa`` becomes ``r4_ampa_g`` (4 is the length of its
name, so that ``a_b`` with ``c`` is not ``a`` with ``b_c``); the state that a saturating synapse keeps in its source
becomes ``g0_s``, a learning rule's variable ``s0_x``, and what braincore adds begins with ``b_``.
"""

from __future__ import annotations

import re

from braincore.model import NeuronModel
from braincore.model.target_state import TargetState
from braincore.units import BASES, Dimension

I_SYN, I_EXT, I_ALL = "b_I_syn", "b_I_ext", "b_I"
INPUT_NAMES = {"I_syn": I_SYN, "I_ext": I_EXT, "I": I_ALL}
STEP, SILENT, LIGHT, DRIVE = "b_step", "b_silent", "b_light", "b_drive"
WAVE, COLUMN, TABLE = "b_wave", "b_column", "b_table"
WEIGHT, INTACT, LEARNS = "s_w", "b_intact", "b_learns"
LATE = "late"
BOUNDS = ("s_w_min", "s_w_max")
ZERO = "b_zero"
"""The constant 0: of a plain 0 times a unit, in a statement, Brian2 forgets the unit and does not find it again."""


def _mangled(prefix: str, name: str) -> str:
    # Brian2 takes every name that ends in _pre or _post for one of the neuron at that end of a synapse
    return f"{prefix}x_{name}x" if name in ("pre", "post") else f"{prefix}_{name}"


def own(name: str) -> str:
    """Return a neuron's own variable or parameter inside Brian2."""
    return _mangled("u", name)


def of_receptor(receptor: str, name: str) -> str:
    """Return a receptor's variable or parameter inside Brian2."""
    return _mangled(f"r{len(receptor)}_{receptor}", name)


def given_by(receptor: str) -> str:
    """Return what a receptor gives alone, where the neuron's equations read it by its name."""
    return _mangled("b_I_of", receptor)


def of_gate(index: int, name: str) -> str:
    """Return a variable or parameter of the presynaptic state of a synapse inside Brian2."""
    return _mangled(f"g{index}", name)


def of_rule(index: int, name: str) -> str:
    """Return a learning rule's variable or parameter inside Brian2."""
    return _mangled(f"s{index}", name)


def gain(receptor: str) -> str:
    """Return the factor that a drug puts on a receptor."""
    return _mangled("b_gain", receptor)


def total(receptor: str, index: int) -> str:
    """Return the accumulator that one set of continuously transmitting synapses feeds."""
    return _mangled(f"b_total{index}", receptor)


def recorded(model: NeuronModel, variable: str) -> str:
    """Return the Brian2 name of what a recording calls ``v``, ``I_syn`` or ``ampa.g``."""
    if "." in variable:
        receptor, _, name = variable.partition(".")
        state = model.receptors.get(receptor)
        in_place = isinstance(state, TargetState) and name in state.replaces
        return own(name) if in_place else of_receptor(receptor, name)
    declared = any(e.name == variable for e in model.parsed)
    if variable in model.separate and not declared:
        return given_by(model.separate[variable])
    return own(variable) if declared else INPUT_NAMES.get(variable, own(variable))


def as_described(name: str) -> str:
    """Return what the description calls a variable of Brian2: ``u_v`` is ``v``, ``r4_ampa_g`` is ``ampa.g``."""
    end = re.search(r"x_(pre|post)x$", name)
    name = f"{name[: end.start()]}_{end[1]}" if end else name
    receptor = re.fullmatch(r"r(\d+)_(.*)", name)
    if receptor:
        length = int(receptor[1])
        return f"{receptor[2][:length]}.{receptor[2][length + 1 :]}"
    return re.sub(r"^(u|g\d+|s\d*)_", "", name)


def described(text: str) -> str:
    """Return a message of Brian2's with the names of the description."""
    return re.sub(r"\b(?:u|g\d+|s\d*|r\d+_\w+?)x?_\w+", lambda found: as_described(found[0]), text)


_BRIAN_BASES = dict(zip(BASES, ("meter", "kilogram", "second", "amp", "kelvin", "mole", "candle"), strict=True))


def brian_unit(dimension: Dimension) -> str:
    """Spell a dimension as Brian2's equations want it: base units with powers, or 1."""
    parts = [
        _BRIAN_BASES[base] if power == 1 else f"{_BRIAN_BASES[base]}**{power:g}"
        for base, power in zip(BASES, dimension, strict=True)
        if power
    ]
    return " * ".join(parts) or "1"
