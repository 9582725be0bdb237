r"""Orientation tuning in a hypercolumn of primary visual cortex: the ring of Ben-Yishai, Bar-Or & Sompolinsky (1995).

Units prefer orientations :math:`\theta` from 0 to 180 degrees. Those of like preference excite each other, all inhibit
each other, and the visual input may be tuned ever so little:

.. math:: \tau \dot m(\theta) = -m + \Big[C (1 - \varepsilon + \varepsilon \cos 2(\theta - \theta_0)) - T
          + \int \frac{d\theta'}{\pi} (J_0 + J_2 \cos 2(\theta - \theta'))\, m(\theta') \Big]_+

The answer is worked out below (`tuning`): :math:`m = I_2 [\cos 2(\theta - \theta_0) - \cos 2\theta_c]_+` with

.. math:: I_2 = \frac{C \varepsilon}{1 - J_2 f_2}, \qquad
          \frac{C (1 - \varepsilon) - T}{C \varepsilon} (1 - J_2 f_2) = -\cos 2\theta_c - J_0 f_0

.. math:: f_0 = \frac{\sin 2\theta_c - 2 \theta_c \cos 2\theta_c}{\pi}, \qquad
          f_2 = \frac{\theta_c - \sin(4 \theta_c)/4}{\pi}

where all units answer (:math:`\theta_c` is a right angle) if the input is tuned little and :math:`J_2 < 2`. In the
marginal phase, :math:`J_2 > 2`, the width is set by the recurrent synapses, :math:`f_2(\theta_c) = 1/J_2`, nearly
whatever the contrast and the tuning of the input. If the stimulus turns, the hill of activity turns after it through
all orientations between them ("virtual rotation"): the tangent of the angle between falls with
:math:`\tau J_2 r_2 / C \varepsilon`, where :math:`r_2 = I_2 f_2`.

Excitatory and inhibitory cells of an orientation are one unit, and the response does not saturate. Activities and
inputs are rates, the gain is one: couplings are the paper's times its gain. They are -86 and 112 at a gain of 0.1, as
they are usually quoted; they were not read in the paper.

Sources: Ben-Yishai R, Bar-Or RL, Sompolinsky H (1995) Theory of orientation tuning in visual cortex. PNAS 92:3844-3848,
doi:10.1073/pnas.92.9.3844; Hansel D, Sompolinsky H (1998) in Koch C, Segev I (eds) Methods in Neuronal Modeling, 2nd
ed, MIT Press, chapter 13.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from braincore.errors import InputError
from braincore.model import (
    AllToAll,
    CurrentInput,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    Step,
    Values,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.model.stimulus import window
from braincore.units import DIMENSIONLESS, FREQUENCY, Quantity

Floats = NDArray[np.float64]
_SOURCE = "Ben-Yishai et al. 1995, PNAS 92:3844; couplings as usually quoted, times the gain of 0.1"
UNITS, J0, J2, THRESHOLD = 180, -8.6, 11.2, Quantity(10.0, "Hz")


@dataclass(frozen=True, kw_only=True)
class BenYishai1995(RegionModel):
    """The ring of orientations of Ben-Yishai et al. 1995.

    Attributes
    ----------
    units
        Number of units.
    j0
        Mean coupling; negative is inhibition.
    j2
        Coupling of units of one preference over that of units at 45 degrees; more than 2 is the marginal phase.
    threshold
        Input at which units begin to answer.
    """

    units: int = UNITS
    j0: float = J0
    j2: float = J2
    threshold: Any = THRESHOLD

    purpose: ClassVar[str] = (
        "Orientation tuning of the same width at any contrast, by recurrence (primary visual cortex)"
    )
    source: ClassVar[str] = "Ben-Yishai et al. 1995, PNAS 92:3844, doi:10.1073/pnas.92.9.3844"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("j0", "-8.6", "mean coupling", _SOURCE, "-20", "0.9"),
        published("j2", "11.2", "tuned coupling", _SOURCE, "0", "20"),
        published("threshold", "10 Hz", "input at which units begin to answer", "the unit of inputs", "0 Hz", "100 Hz"),
        published("tau_r", "10 ms", "time constant", "a usual value", "1 ms", "100 ms"),
    )

    def __post_init__(self) -> None:
        self.expect(units=(8, math.inf), j0=(-math.inf, 1), j2=(0, math.inf))
        self.quantities(threshold=FREQUENCY)

    def describe(self) -> Region:
        """Return the units and their synapses."""
        angle = np.radians(orientations(self.units))
        weights = (self.j0 + self.j2 * np.cos(2 * (angle[:, None] - angle[None, :]))) / self.units
        coupled = bool(self.j0 or self.j2)
        return Region(
            populations=(
                Population(name="units", size=self.units, neuron=neurons.get("rate").with_(theta=self.threshold)),
            ),
            projections=(
                Projection(
                    source="units",
                    target="units",
                    connector=AllToAll(),
                    weight=Values(weights.reshape(-1), DIMENSIONLESS),
                    receptor="rate",
                ),
            )
            * coupled,
            ports={
                "input": Port(population="units", way="in", kind="feedforward", receptor="rate"),
                "output": Port(population="units", way="out", kind="feedforward"),
            },
        )


def orientations(units: int = UNITS) -> Floats:
    """Return the preferred orientations in degrees, shape (units,), from 0 to below 180."""
    return np.asarray(np.arange(units) * 180.0 / units)


def grating(
    region: str,
    orientation: float,
    contrast: Any,
    *,
    tuning: float = 0.1,
    units: int = UNITS,
    during: tuple[Any, Any] = ("0 ms", None),
) -> CurrentInput:
    """Return the input by a stimulus of an orientation.

    Parameters
    ----------
    region
        Name of a region of type `BenYishai1995`.
    orientation
        In degrees.
    contrast
        Mean input C of untuned units (a rate).
    tuning
        How much the input depends on the orientation (the paper's epsilon), from 0 to 0.5.
    units
        Of the region.
    during
        Beginning and end; None is the end of the run.
    """
    if not 0 <= tuning <= 0.5:
        raise InputError(f"tuning {tuning}", path="tuning", hint="From 0 to 0.5")
    level = float(Quantity.of(contrast, FREQUENCY).si)
    profile = 1 - tuning + tuning * np.cos(2 * np.radians(orientations(units) - orientation))
    span = window(during)
    name = f"{orientation:g} deg from {span[0]}"
    waveform = Step(amplitude=Values(level * profile, FREQUENCY))
    return CurrentInput(target=f"{region}.units", waveform=waveform, during=span, name=name)


@dataclass(frozen=True)
class Tuning:
    """A tuning curve: ``amplitude`` (Hz) times (cos 2 theta - cos 2 ``cut``), where positive, or ``base`` beside it.

    Attributes
    ----------
    amplitude
        The paper's I2, Hz.
    cut
        Orientation (rad) at which activity ends; more than a right angle is none.
    base
        Activity (Hz) at 45 degrees if all units answer.
    """

    amplitude: float
    cut: float
    base: float = 0.0

    def __call__(self, degrees: Any) -> Floats:
        """Return the rate (Hz) at angles from the stimulus (degrees)."""
        wave = np.cos(2 * np.radians(np.asarray(degrees, dtype=float)))
        if self.cut >= math.pi / 2:
            return np.asarray(self.base + self.amplitude * wave)
        return np.asarray(self.amplitude * np.clip(wave - math.cos(2 * self.cut), 0, None))

    @property
    def half_width(self) -> float:
        """Angle (degrees) at which the rate is half of the most; 90 if it is nowhere."""
        peak = float(self(0.0))
        level = peak / 2 - (self.base if self.cut >= math.pi / 2 else -self.amplitude * math.cos(2 * self.cut))
        return float(np.degrees(0.5 * math.acos(max(-1.0, level / self.amplitude))))


def tuning(contrast: float, eps: float, *, j0: float = J0, j2: float = J2, threshold: float = THRESHOLD.si) -> Tuning:
    """Return the tuning curve that theory gives.

    Parameters
    ----------
    contrast, threshold
        Input C and threshold T, Hz; C above T.
    eps
        Tuning of the input; 0 is none, with a tuned response in the marginal phase alone.
    j0, j2
        Couplings.
    """
    mean, tuned = contrast * (1 - eps) - threshold, contrast * eps
    if j2 < 2 and mean / (1 - j0) >= tuned / (1 - j2 / 2):  # all units answer
        return Tuning(tuned / (1 - j2 / 2), math.pi / 2, mean / (1 - j0))
    marginal = brentq(lambda c: f2(c) * j2 - 1, 1e-6, math.pi / 2) if j2 > 2 else math.pi / 2

    def lacking(cut: float) -> float:
        return mean * (1 - j2 * f2(cut)) - tuned * (-math.cos(2 * cut) - j0 * f0(cut))

    cut = brentq(lacking, 1e-6, marginal - 1e-12) if eps else marginal
    drive = -math.cos(2 * cut) - j0 * f0(cut)
    return Tuning(mean / drive if abs(drive) > 1e-9 else tuned / (1 - j2 * f2(cut)), cut)


def f0(cut: float) -> float:
    """Return the mean activity over the amplitude, of units up to an orientation (rad)."""
    return (math.sin(2 * cut) - 2 * cut * math.cos(2 * cut)) / math.pi


def f2(cut: float) -> float:
    """Return the second harmonic of the activity over the amplitude, of units up to an orientation (rad)."""
    return (cut - math.sin(4 * cut) / 4) / math.pi


regions.register("BenYishai1995", BenYishai1995, module=__name__)
