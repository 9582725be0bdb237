"""What one receptor gives, read by its name; and couplings of units whose membrane variable is worked out."""

from __future__ import annotations

import numpy as np
import pytest
from built_runs import CURRENT, JUMP, LIF, a_brain, parameters, run

from braincore.errors import InputError
from braincore.model import AllToAll, NeuronModel, SpikeTrains, SynapseModel, Traces

SHUNTED = NeuronModel(
    name="t_shunted",
    equations="dv/dt = (-v + R*I/(1 - I_inh/I_half))/tau_m : volt",
    receptors={"exc": CURRENT, "inh": CURRENT},
    parameters=parameters(R="100 Mohm", tau_m="10 ms", I_half="50 pA"),
    initial={"v": "0 mV"},
    method="euler",
)
COUPLING = SynapseModel(name="t_coupling", weight="1", current="total", transmission="w*v_pre")
UNIT = NeuronModel(
    name="t_unit",
    equations="""
    da/dt = (I - a)/tau : 1
    y = clip(slope*(a - edge), 0, 1) : 1
    """,
    receptors={"rate": COUPLING},
    parameters=parameters(tau="10 ms", slope="1", edge="-0.25"),
    initial={"a": "0"},
    membrane="y",
    input="1",
    method="euler",
)


def test_a_receptor_that_is_read_by_its_name_is_no_part_of_the_sum() -> None:
    """Division by what ``inh`` gives, against the same in plain numbers."""
    assert SHUNTED.separate == {"I_inh": "inh"}
    assert SHUNTED.recordable == ("v", "I", "I_syn", "I_ext", "I_inh", "exc.I_r", "inh.I_r")
    spec = a_brain("20 ms")
    spec.add("A", 1, SHUNTED)
    for receptor, size, at in (("exc", "100 pA", 2.0), ("inh", "-80 pA", 6.0)):
        train = SpikeTrains(times=np.array([at * 1e-3]), neurons=np.array([0]))
        spec.stimulate("A", train, weight=size, delay="0.1 ms", receptor=receptor)
    spec.record(traces=(Traces(target="A", variables=("v", "I_syn", "I_inh"), interval="0.1 ms"),))
    done = run(spec)
    found = {name: done.sink.trace("A", name).ravel() for name in ("v", "I_syn", "I_inh")}
    v, exc, inh = 0.0, 0.0, 0.0
    for step in range(200):
        assert found["v"][step] == pytest.approx(v, rel=1e-9, abs=1e-15)
        assert found["I_syn"][step] == pytest.approx(exc, rel=1e-9, abs=1e-20)
        assert found["I_inh"][step] == pytest.approx(inh, rel=1e-9, abs=1e-20)
        v += 1e-4 * (-v + 1e8 * exc / (1 - inh / 50e-12)) / 10e-3
        exc, inh = exc * (1 - 0.1 / 5), inh * (1 - 0.1 / 5)
        exc += 100e-12 * (step == 21)
        inh -= 80e-12 * (step == 61)


def test_what_a_name_means_is_checked() -> None:
    with pytest.raises(InputError, match="'jump' gives no current"):
        NeuronModel(
            name="t_wrong",
            equations="dv/dt = (-v + R*I_jump)/tau_m : volt",
            receptors={"jump": JUMP},
            parameters=parameters(R="100 Mohm", tau_m="10 ms"),
        )
    assert LIF.separate == {}
    own = NeuronModel(
        name="t_own",
        equations="""
        dv/dt = (-v + R*(I_syn + I_inh))/tau_m : volt
        I_inh = 0.1*nA : amp
        """,
        receptors={"inh": CURRENT},
        parameters=parameters(R="100 Mohm", tau_m="10 ms"),
    )
    assert own.separate == {}


@pytest.mark.parametrize("edges", [("-0.25", "-0.25"), ("-0.25", "-0.5")])
def test_units_whose_membrane_is_worked_out_couple(edges: tuple[str, str]) -> None:
    """Each hears the other's output with the other's parameters, whether they are alike or not."""
    spec = a_brain("20 ms")
    for name, edge in zip("AB", edges, strict=True):
        spec.add(name, 1, UNIT, parameters={"edge": edge})
    spec.connect("A", "B", AllToAll(), weight="0.5", receptor="rate")
    spec.connect("B", "A", AllToAll(), weight="-0.4", receptor="rate")
    spec.record(traces=tuple(Traces(target=name, variables=("y",), interval="0.1 ms") for name in "AB"))
    done = run(spec)
    edge = np.array([float(e) for e in edges])
    a = np.zeros(2)
    weights = np.array([-0.4, 0.5])
    outputs = np.stack([done.sink.trace(name, "y").ravel() for name in "AB"], axis=1)
    for found in outputs:
        y = np.clip(a - edge, 0, 1)
        assert found == pytest.approx(y, rel=1e-9)
        a = a + 1e-4 * (weights * y[::-1] - a) / 10e-3
