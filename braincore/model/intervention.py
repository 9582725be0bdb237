"""What an experimenter does to a brain while it runs: lesion, silence, drugs, light, a halt to learning."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from braincore.errors import InputError
from braincore.model.stimulus import Window, window
from braincore.units import CONDUCTANCE, FREQUENCY, TIME, VOLTAGE, Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesion:
    """From `at` on the target neither spikes nor transmits; a projection's synapses are cut.

    Spikes that are under way arrive, and the state that they leave in saturating synapses decays. Sources of given
    spikes and rate units fall silent too.

    Attributes
    ----------
    target
        Population, region, selection, or a projection by its name (``V1.L4e->V1.L23e``).
    at
        When.
    """

    target: str
    at: Any = "0 ms"
    origin: str = ""

    def __post_init__(self) -> None:
        at = Quantity.of(self.at, TIME)
        if at.si < 0:
            raise InputError(f"time {at} is before the run", path="at")
        object.__setattr__(self, "at", at)

    @property
    def during(self) -> Window:
        """From `at` to the end."""
        return self.at, None


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """The target emits nothing during the window; at its end the neurons start again from their initial state.

    It has no spikes, and carries no current through gap junctions and the couplings of rate units. Its membranes go on.
    Silences may overlap; a lesion outlasts them.
    """

    target: str
    during: Window = (Quantity(0.0, "ms"), None)
    origin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "during", window(self.during))


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleReceptor:
    """A drug: every weight that arrives at a receptor of the target is multiplied by `factor` during the window.

    Drugs at once multiply. Of a region or ``all``, it acts on the populations that have the receptor.

    Attributes
    ----------
    receptor
        Name of the receptor, such as ``nmda``.
    factor
        0 blocks, 1 changes nothing, above 1 potentiates.
    """

    target: str
    receptor: str
    factor: float
    during: Window = (Quantity(0.0, "ms"), None)
    origin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "during", window(self.during))
        number = isinstance(self.factor, int | float) and math.isfinite(self.factor)
        if not number or self.factor < 0:
            raise InputError(f"factor {self.factor}", path="factor", hint="A number of at least 0")


@dataclass(frozen=True, kw_only=True, slots=True)
class Optogenetic:
    """Light: a conductance of reversal potential `reversal` on the target, constant or in pulses.

    0 mV is a cation channel (channelrhodopsin-2: Nagel et al. 2003, PNAS 100:13940), about -70 mV an anion channel.

    Attributes
    ----------
    conductance
        While the light is on.
    frequency, width
        Of the pulses; both None for constant light.
    """

    target: str
    conductance: Any
    reversal: Any = "0 mV"
    frequency: Any = None
    width: Any = None
    during: Window = (Quantity(0.0, "ms"), None)
    origin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "during", window(self.during))
        conductance = Quantity.of(self.conductance, CONDUCTANCE)
        if conductance.si < 0:
            raise InputError(f"conductance {conductance} is negative", path="conductance")
        object.__setattr__(self, "conductance", conductance)
        object.__setattr__(self, "reversal", Quantity.of(self.reversal, VOLTAGE))
        if (self.frequency is None) != (self.width is None):
            raise InputError("pulses need both a frequency and a width", path="width")
        if self.frequency is not None:
            frequency, width = Quantity.of(self.frequency, FREQUENCY), Quantity.of(self.width, TIME)
            if not 0 < width.si * frequency.si <= 1:
                raise InputError(f"pulses of {width} at {frequency} overlap or are empty", path="width")
            object.__setattr__(self, "frequency", frequency)
            object.__setattr__(self, "width", width)

    def pulses(self, end: float) -> list[tuple[float, float]]:
        """Return the on and off times in seconds, up to `end`."""
        start = self.during[0].si
        stop = min(end, self.during[1].si if self.during[1] is not None else end)
        if self.frequency is None or self.width is None:
            return [(start, stop)] if start < stop else []
        count = math.ceil((stop - start) * self.frequency.si - 1e-9)
        onsets = [start + k / self.frequency.si for k in range(count)]
        return [(onset, min(onset + self.width.si, stop)) for onset in onsets]


@dataclass(frozen=True, kw_only=True, slots=True)
class Freeze:
    """Learning stands still during the window: long-term rules leave the weights as they are.

    So does everything else that a long-term rule changes and that has no dynamics of its own. Traces go on, spikes are
    transmitted, short-term plasticity acts. Freezes may overlap.

    Attributes
    ----------
    target
        A projection by its name (``V1.L4e->V1.L23e``), or ``all``: every projection with a long-term rule.
    """

    target: str = "all"
    during: Window = (Quantity(0.0, "ms"), None)
    origin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "during", window(self.during))


Intervention = Lesion | Silence | ScaleReceptor | Optogenetic | Freeze
