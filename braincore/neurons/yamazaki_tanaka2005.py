r"""Unit of the internal clock of Yamazaki & Tanaka (2005): a group of granule cells that others inhibit by Golgi cells.

.. math:: z_i(t) = \Big[I - \sum_j w_{ij}\, q_j(t)\Big]_+, \qquad q_j(t) = z_j(t-1) + e^{-1/\tau}\, q_j(t-1)

:math:`z` is the activity, :math:`q` what Golgi cells hold of it, some 100 ms long; :math:`I` is the conditioned
stimulus: 1 while it lasts. The sum over :math:`q_j` is the receptor ``golgi`` of the target, which holds :math:`h_i =
\sum_j w_{ij}\, q_j` as one number.

The published unit is a map with a step of 1 ms. One Euler step of

.. math:: \dot h_i = \sum_j w_{ij}\, z_j/T - h_i\,(1 - e^{-\Delta t/\tau})/\Delta t, \qquad T = 1\,\text{ms}

at dt = 1 ms *is* this map, number for number: in the step that begins at `k` dt the activity `z` is the map's
:math:`z(k+1)`. At other steps the leak is exact and the activity is held for a step. The membrane variable is `z`.

Parameters: of the receptor ``golgi``: `tau` = 100 ms, `T` = 1 ms.

Source: Yamazaki T, Tanaka S (2005) Neural modeling of an internal clock. Neural Comput 17:1032-1058,
doi:10.1162/0899766053491850; program of ModelDB 115966.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel

SOURCE = "Yamazaki & Tanaka 2005, Neural Comput 17:1032-1058, doi:10.1162/0899766053491850; ModelDB 115966"

GOLGI = SynapseModel(
    name="golgi",
    purpose="Inhibition in proportion to what Golgi cells hold of the sources' activity.",
    source=SOURCE,
    weight="input",
    equations="dh/dt = total/T - h*(1 - exp(-dt/tau))/dt : 1",
    current="-h",
    transmission="w*v_pre",
    parameters=(
        published("tau", "100 ms", "how long Golgi cells hold activity", SOURCE, "10 ms", "500 ms"),
        published("T", "1 ms", "step of the published map", SOURCE, "0.1 ms", "10 ms"),
    ),
)

YAMAZAKI_TANAKA2005 = neurons.register(
    "yamazaki_tanaka2005",
    NeuronModel(
        name="yamazaki_tanaka2005",
        purpose="Granule cells that inhibit one another through slow Golgi cells: an internal clock; does not spike.",
        source=SOURCE,
        equations="z = clip(I, 0, inf) : 1",
        receptors={"golgi": GOLGI},
        membrane="z",
        input="1",
        method="euler",
    ),
    module=__name__,
)
