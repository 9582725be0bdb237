"""The synapses of the benchmark networks of Brette et al. 2007, after Vogels & Abbott 2005."""

from __future__ import annotations

from dataclasses import replace

from braincore.model.parameter import published
from braincore.synapses.exponential_conductance import EXPONENTIAL_CONDUCTANCE

BRETTE_2007 = "Brette et al. 2007, J Comput Neurosci 23:349-398, doi:10.1007/s10827-007-0038-6, appendix B"

EXCITATION = replace(
    EXPONENTIAL_CONDUCTANCE,
    parameters=(
        published("tau", "5 ms", "decay time constant of excitation", BRETTE_2007, "0.3 ms", "15 ms"),
        published("E", "0 mV", "reversal potential of excitation", BRETTE_2007, "-10 mV", "10 mV"),
    ),
)
INHIBITION = replace(
    EXPONENTIAL_CONDUCTANCE,
    parameters=(
        published("tau", "10 ms", "decay time constant of inhibition", BRETTE_2007, "1 ms", "50 ms"),
        published("E", "-80 mV", "reversal potential of inhibition", BRETTE_2007, "-95 mV", "-50 mV"),
    ),
)
