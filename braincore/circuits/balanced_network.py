r"""The sparse network of excitatory and inhibitory integrate-and-fire neurons of Brunel (2000), model A.

Every neuron gets :math:`C_E` excitatory and :math:`C_I` inhibitory synapses of fixed weights J and -gJ, and
:math:`C_E` external Poisson inputs of rate :math:`\nu_{ext} = \eta\, \nu_{thr}`, where

.. math:: \nu_{thr} = \frac{\theta}{J\, C_E\, \tau}

is the external rate that alone brings the mean potential to threshold. The two numbers g and eta choose the state:
synchronous regular (g < 4), asynchronous irregular, or synchronous irregular, fast or slow.

Source: N. Brunel (2000), Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons,
J Comput Neurosci 8:183-208, doi:10.1023/A:1008925309027. Figure 8: A (g 3, eta 2), B (6, 4), C (5, 2), D (4.5, 0.9).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from braincore.model import (
    FixedInDegree,
    Parameter,
    PoissonInput,
    Population,
    Projection,
    Region,
    RegionModel,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.units import FREQUENCY, TIME, VOLTAGE, Quantity

_SOURCE = "Brunel 2000, Fig. 8"


@dataclass(frozen=True, kw_only=True)
class BalancedNetwork(RegionModel):
    """Sparse excitatory-inhibitory network of Brunel 2000 with delta synapses.

    Attributes
    ----------
    excitatory, inhibitory
        Numbers of neurons.
    in_degree
        Excitatory synapses of each neuron, and its external inputs; inhibitory ones in the ratio of the populations.
    g
        Inhibitory over excitatory weight.
    eta
        External rate over threshold rate.
    weight, delay
        Of every synapse.
    """

    excitatory: int = 10000
    inhibitory: int = 2500
    in_degree: int = 1000
    g: float = 5.0
    eta: float = 2.0
    weight: Any = "0.1 mV"
    delay: Any = "1.5 ms"

    purpose: ClassVar[str] = "Sparse balanced network of excitatory and inhibitory neurons: four states by g and eta"
    source: ClassVar[str] = "Brunel 2000, J Comput Neurosci 8:183, doi:10.1023/A:1008925309027"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("weight", "0.1 mV", "excitatory postsynaptic potential J", _SOURCE, "0.01 mV", "1 mV"),
        published("g", "5", "inhibitory over excitatory weight", _SOURCE, "0", "10"),
        published("eta", "2", "external rate over threshold rate", _SOURCE, "0", "5"),
        published("delay", "1.5 ms", "transmission delay D", _SOURCE, "0.1 ms", "10 ms"),
        published("tau_m", "20 ms", "membrane time constant", _SOURCE, "5 ms", "50 ms"),
        published("theta", "20 mV", "threshold above rest", _SOURCE, "5 mV", "30 mV"),
        published("V_reset", "10 mV", "reset above rest", _SOURCE, "0 mV", "20 mV"),
        published("t_ref", "2 ms", "refractory time", _SOURCE, "0 ms", "5 ms"),
    )

    def __post_init__(self) -> None:
        count = (1, math.inf)
        self.expect(excitatory=count, inhibitory=count, in_degree=count, g=(0, math.inf), eta=(0, math.inf))
        self.quantities(weight=VOLTAGE, delay=TIME)
        self.positive("weight")

    @property
    def threshold_rate(self) -> float:
        """The external rate (Hz) of one input at which the mean potential just reaches threshold."""
        theta, tau = self.constant("theta").si, self.constant("tau_m").si
        return float(theta / (self.weight.si * self.in_degree * tau))

    def describe(self) -> Region:
        """Return the two populations, their four projections and the external input."""
        known = {name: self.constant(name) for name in ("tau_m", "V_reset", "t_ref")}
        neuron = neurons.get("lif_delta").with_(known, E_L="0 mV", V_th=self.constant("theta"))
        populations = (
            Population(name="E", size=self.excitatory, neuron=neuron, sign="excitatory"),
            Population(name="I", size=self.inhibitory, neuron=neuron, sign="inhibitory"),
        )
        inhibitory_degree = round(self.in_degree * self.inhibitory / self.excitatory)
        negative = Quantity.from_si(-self.g * self.weight.si, VOLTAGE)
        projections = []
        for target in ("E", "I"):
            for source, degree, weight, receptor in (
                ("E", self.in_degree, self.weight, "exc"),
                ("I", inhibitory_degree, negative, "inh"),
            ):
                projections.append(
                    Projection(
                        source=source,
                        target=target,
                        connector=FixedInDegree(k=degree),
                        weight=weight,
                        delay=self.delay,
                        receptor=receptor,
                    )
                )
        rate = Quantity.from_si(self.eta * self.threshold_rate, FREQUENCY)
        stimuli = tuple(
            PoissonInput(
                target=name, rate=rate, sources=self.in_degree, weight=self.weight, receptor="exc", name="external"
            )
            for name in ("E", "I")
        )
        ports = {"input": "E", "output": "E"}
        return Region(populations=populations, projections=tuple(projections), stimuli=stimuli, ports=ports)


regions.register("BalancedNetwork", BalancedNetwork, module=__name__)
