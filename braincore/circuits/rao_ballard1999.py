r"""Two levels of predictive coding with error units of their own: Rao & Ballard (1999).

Three modules of 32 causes each explain an image patch of 16 x 16 pixels by their filters U; the patches overlap, five
pixels apart. 128 causes of the second level explain all 96 of the first by filters :math:`U_h`. Predictions come down,
what they leave unexplained goes up:

.. math:: e_0 = I - U r, \qquad e_1 = r - U_h r_h

.. math:: \tau_1 \dot r = U^T e_0/\sigma^2 - e_1/\sigma_{td}^2 - \alpha_1 r, \qquad
          \tau_2 \dot r_h = U_h^T e_1/\sigma_{td}^2 - \alpha_2 r_h

which descends the energy

.. math:: E = |e_0|^2/\sigma^2 + |e_1|^2/\sigma_{td}^2 + \alpha_1 |r|^2 + \alpha_2 |r_h|^2

The filters learn by the rule `rao_ballard1999`, on both of the projections in which they stand.

Responses are linear and priors Gaussian, which the paper has beside a tanh and a sparse prior. Errors are units that
follow within 1 ms, in place of at once: the fixed point is the same. Causes keep their state from one image to the
next.

Constants: :math:`\sigma^2 = 1`, :math:`\sigma_{td}^2 = 10`, :math:`\alpha_1 = 1`, :math:`\alpha_2 = 0.05`,
:math:`\lambda = 0.02` and 1e-5, as in two public programs of the model (github.com/miyosuda/predictive_coding;
github.com/NACLab/ngc-museum); time constants and rates of learning are ours.

Source: Rao RPN, Ballard DH (1999) Nat Neurosci 2:79-87, doi:10.1038/4580.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.circuits._rates import coupled
from braincore.errors import InputError
from braincore.model import (
    AllToAll,
    EdgeList,
    LearningRule,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    Values,
    learning_rules,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.units import TIME, Quantity

Floats = NDArray[np.float64]
_SOURCE = "Rao & Ballard 1999, Nat Neurosci 2:79"
_PROGRAM = "program of the model, github.com/miyosuda/predictive_coding"
MODULES, PATCH, OFFSET = 3, 16, 5
PIXELS = PATCH * PATCH
FIELD = (PATCH, PATCH + OFFSET * (MODULES - 1))
"""Pixels of an image, which the modules' patches cover."""
MASK = 0.4
"""Deviation of the Gaussian by which patches fade, in half-widths."""
FEEDBACK = "feedback"
"""Name of the projection that brings predictions of the second level down, within the region."""


@dataclass(frozen=True, kw_only=True)
class RaoBallard1999(RegionModel):
    """The two-level predictive-coding network of Rao & Ballard 1999.

    Attributes
    ----------
    features
        Causes of each of the three modules of the first level.
    contexts
        Causes of the second level.
    filters
        The filters of both levels, of shapes (3, 256, features) and (3 features, contexts), or None to draw them.
    spread, seed
        Deviation of drawn filters, and the seed of the draw.
    learning
        Whether filters learn.
    k2_first, k2_second
        Rates of learning of both levels, over the variance of the errors.
    presentation
        Time that each image is there.
    tau_first, tau_second
        Time constants of the causes of both levels.
    tau_error
        Time constant of errors: the time step.
    """

    features: int = 32
    contexts: int = 128
    filters: Any = None
    spread: float = 0.1
    seed: int = 1
    learning: bool = True
    k2_first: float = 0.05
    k2_second: float = 0.2
    presentation: Any = "60 ms"
    tau_first: Any = "40 ms"
    tau_second: Any = "4 ms"
    tau_error: Any = "1 ms"

    purpose: ClassVar[str] = "Two levels of predictive coding of images: errors go up, predictions come down"
    source: ClassVar[str] = "Rao & Ballard 1999, Nat Neurosci 2:79, doi:10.1038/4580"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("variance_first", "1", "variance of errors of pixels", _SOURCE, "0.01", "100"),
        published("variance_second", "10", "variance of errors of causes", _SOURCE, "0.01", "1000"),
        published("alpha_first", "1", "prior of causes of the first level", _SOURCE, "0", "10"),
        published("alpha_second", "0.05", "prior of causes of the second level", _SOURCE, "0", "10"),
        published("decay_first", "0.02", "prior of the filters of the first level", _SOURCE, "0", "1"),
        published("decay_second", "1e-5", "prior of the filters of the second level", _PROGRAM, "0", "1"),
        published("fading", "0.015", "share by which learning slows down in 40 images", _SOURCE, "0", "1"),
    )

    def __post_init__(self) -> None:
        count, rate = (1, math.inf), (0, 1)
        self.expect(features=count, contexts=count, spread=(0, math.inf), seed=(0, math.inf))
        self.expect(k2_first=rate, k2_second=rate)
        times = ("presentation", "tau_first", "tau_second", "tau_error")
        self.quantities(**dict.fromkeys(times, TIME))
        self.positive(*times)
        try:
            shapes = [one.shape for one in self._shaped()]
        except (TypeError, ValueError):
            raise InputError("filters are no arrays of numbers", path="filters", hint="Two arrays, or None") from None
        wanted = [(MODULES, PIXELS, self.features), (MODULES * self.features, self.contexts)]
        if shapes != wanted:
            raise InputError(f"filters of shapes {shapes}", path="filters", hint=f"Two arrays, {wanted}")

    def value(self, name: str) -> float:
        """Return a constant of the paper by name."""
        return float(self.constant(name).si)

    def _shaped(self) -> list[Floats]:
        """Return the filters of both levels."""
        if self.filters is not None:
            return [np.asarray(one, dtype=np.float64) for one in self.filters]
        rng = np.random.default_rng(self.seed)
        shapes = (MODULES, PIXELS, self.features), (MODULES * self.features, self.contexts)
        return [self.spread * rng.standard_normal(shape) for shape in shapes]

    def describe(self) -> Region:
        """Return the errors and causes of both levels, their wiring, and the ports."""
        first = MODULES * self.features
        causes = {
            "cause1": (first, self.tau_first, "variance_first", "alpha_first"),
            "cause2": (self.contexts, self.tau_second, "variance_second", "alpha_second"),
        }
        unit = neurons.get("rao_ballard1999")
        error = unit.with_(tau=self.tau_error)
        populations = [Population(name=n, size=s, neuron=error) for n, s in (("error0", 3 * PIXELS), ("error1", first))]
        for name, (size, tau, variance, alpha) in causes.items():
            model = unit.with_(tau=tau, variance=Quantity(self.value(variance)), alpha=Quantity(self.value(alpha)))
            populations.append(Population(name=name, size=size, neuron=model))
        projections = (*self._first(), *self._second())
        return Region(populations=tuple(populations), projections=projections, ports=PORTS)

    def _rule(self, direction: float, second: bool) -> tuple[LearningRule, ...]:
        """Return the rule of a projection from errors to causes (direction 1) or back (-1)."""
        if not self.learning:
            return ()
        k2 = self.k2_second if second else self.k2_first
        images = 40 / math.log1p(self.value("fading"))
        return (
            learning_rules.get("rao_ballard1999").with_(
                k2=Quantity(k2),
                direction=Quantity(direction),
                decay=Quantity(self.value("decay_second" if second else "decay_first")),
                presentation=self.presentation,
                fade=Quantity(images * float(self.presentation.si), "s"),
            ),
        )

    def _first(self) -> list[Projection]:
        """Return what connects pixels' errors and causes of the first level: each module keeps to itself."""
        filters = self._shaped()[0]
        module, pixel, feature = (axis.ravel() for axis in np.indices(filters.shape))
        errors, causes = module * PIXELS + pixel, module * self.features + feature
        up, down = EdgeList(pre=errors, post=causes), EdgeList(pre=causes, post=errors)
        flat, minus = Values.of(filters.ravel()), Values.of(-filters.ravel())
        return [
            coupled("error0", "cause1", flat, connector=up, name="filters1", rules=self._rule(1, False)),
            coupled("cause1", "error0", minus, connector=down, name="predictions1", rules=self._rule(-1, False)),
        ]

    def _second(self) -> list[Projection]:
        filters = self._shaped()[1]
        ratio = self.value("variance_first") / self.value("variance_second")
        up, down = Values.of(filters.ravel()), Values.of(-filters.T.ravel())
        return [
            coupled("cause1", "error1", 1.0, name="causes1"),
            coupled("error1", "cause1", -ratio, name="errors1"),
            coupled("error1", "cause2", up, connector=AllToAll(), name="filters2", rules=self._rule(1, True)),
            coupled("cause2", "error1", down, connector=AllToAll(), name=FEEDBACK, rules=self._rule(-1, True)),
        ]


PORTS = {
    "input": Port(population="error0", way="in", kind="feedforward", receptor="rate"),
    "errors": Port(population="error1", way="out", kind="feedforward"),
    "prediction": Port(population="error1", way="in", kind="feedback", receptor="rate"),
}


def seen(image: Floats) -> Floats:
    """Return what the modules see of images: their patches, faded to the edges.

    Parameters
    ----------
    image
        Shape (..., 16, 26).

    Returns
    -------
    Array of shape (..., 768)
        In the order of the units of `error0`.
    """
    half = PATCH / 2
    across = (np.arange(PATCH) + 0.5 - half) / half
    mask = np.exp(-(across[:, None] ** 2 + across**2) / (2 * MASK**2))
    patches = [image[..., OFFSET * k : OFFSET * k + PATCH] * mask for k in range(MODULES)]
    return np.stack(patches, axis=-3).reshape(*image.shape[:-2], MODULES * PIXELS)


regions.register("RaoBallard1999", RaoBallard1999, module=__name__)
