r"""Population of the canonical microcircuit of dynamic causal modelling (Bastos et al. 2015), of second order.

.. math:: T\,\ddot v + 2\,\dot v + v/T = I + \sigma\,\xi(t)

Input is :math:`\sum_j w_{ij} S(v_j)` with weights in Hz, where :math:`S(v) = 1/(1 + e^{-R v}) - 1/2`. An impulse of
input gives :math:`(t/T)\,e^{-t/T}`, the postsynaptic potential of Jansen & Rit. Voltages are plain numbers; all is at
rest at zero. The membrane variable is `v`, and `y` its rate of change. The time step must be well below T.

Parameters: `T`, `sigma` (strength of endogenous fluctuations); `R` of the coupling is 2/3.

Source: Bastos AM, Litvak V, Moran R, Bosman CA, Fries P, Friston KJ (2015) A DCM study of spectral asymmetries in
feedforward and feedback connections between visual areas V1 and V4 in the monkey. NeuroImage 108:460-475,
doi:10.1016/j.neuroimage.2014.12.081; form and constants of the program SPM (``spm_fx_cmc.m``).
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel

SOURCE = "Bastos et al. 2015, NeuroImage 108:460-475, doi:10.1016/j.neuroimage.2014.12.081; SPM, spm_fx_cmc.m"

SIGMOID = SynapseModel(
    name="sigmoid",
    purpose="Input in proportion to the firing of the source, a sigmoid of its voltage.",
    source=SOURCE,
    weight="Hz",
    current="total",
    transmission="w*(1/(1 + exp(-R*v_pre)) - 0.5)",
    parameters=(published("R", "0.6666666666666666", "slope of the sigmoid, times four", SOURCE, "0.1", "10"),),
)

BASTOS2015 = neurons.register(
    "bastos2015",
    NeuronModel(
        name="bastos2015",
        purpose="Population of the canonical microcircuit: damped second-order unit; does not spike.",
        source=SOURCE,
        equations="""
        dv/dt = y : 1
        dy/dt = (I - 2*y - v/T)/T + sigma*sqrt(hertz)*xi/T : hertz
        """,
        receptors={"rate": SIGMOID},
        parameters=(
            published("T", "2 ms", "time constant", SOURCE, "0.5 ms", "100 ms"),
            published("sigma", "0", "strength of endogenous fluctuations", SOURCE, "0", "1000"),
        ),
        initial={"v": "0", "y": "0 Hz"},
        membrane="v",
        input="hertz",
        method="euler",
    ),
    module=__name__,
)
