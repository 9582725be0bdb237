"""Settings of the library's regions: what makes no sense is refused by name, and nothing ends in a traceback."""

from __future__ import annotations

import math
from typing import Any

import pytest

from braincore.errors import InputError
from braincore.model import regions
from braincore.units import Quantity

STRANGE = (0, -1, 0.5, 1.5, True, None, "", "text", "1 parsec", [1.0], {}, math.nan, math.inf, -math.inf)
"""Values that some setting does not take; those that it takes are fine."""


@pytest.mark.rotates(4)
@pytest.mark.parametrize("name", sorted(regions))
def test_strange_settings_are_refused_or_described(name: str) -> None:
    made = regions.get(name)
    needed = {"nodes": ("a", "b"), "edges": (("a", "b", 1),)} if name == "Wavefront" else {}
    for setting, default in made.settings().items():
        own: list[Any] = []
        if isinstance(default, str | Quantity):
            unit = str(default).partition(" ")[2]
            own = [f"0 {unit}", f"-1 {unit}"] if unit else []
        for value in (*STRANGE, *own):
            if setting == "scale" and value in (0.5, 1.5):
                continue  # a network of another size, which may be large
            try:
                made(**{**needed, setting: value}).describe()
            except InputError as error:
                assert str(error).strip(), (setting, value)


@pytest.mark.parametrize(
    ("name", "setting", "value", "told"),
    [
        ("BalancedNetwork", "weight", "0 mV", "weight 0 mV is not positive"),
        ("Mongillo2008", "facilitation", "0 ms", "facilitation 0 ms is not positive"),
        ("YamazakiTanaka2005", "tau", "-3 ms", "tau -3 ms is not positive"),
        ("Bouhadjar2022", "plateau", "-1 pA", "plateau -1 pA is negative"),
        ("Wang2002", "scale", "large", "scale large"),
        ("Humphries2006", "channels", 1.5, "channels 1.5"),
        ("CastroAguiar2011", "theta", "8 mV", "'8 mV' is"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, setting: str, value: Any, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        regions.get(name)(**{setting: value})
    assert [fault.path for fault in caught.value.faults] == [setting]
