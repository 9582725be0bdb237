"""Neuron models, their receptors, parameters: what is checked when one is made."""

from __future__ import annotations

from typing import Any

import pytest

from braincore.errors import InputError
from braincore.model import LearningRule, NeuronModel, Normal, Parameter, SynapseModel
from braincore.model.synapse import changed
from braincore.units import CURRENT, DIMENSIONLESS, VOLTAGE, Quantity


def parameters(**values: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, value) for name, value in values.items())  # type: ignore[arg-type]


FIELDS: dict[str, Any] = {
    "name": "leak",
    "equations": "dv/dt = (E_L - v + R*I)/tau : volt (unless refractory)",
    "threshold": "v > V_th",
    "reset": "v = E_L",
    "refractory": "2*ms",
    "parameters": parameters(E_L="-70 mV", R="100 Mohm", tau="10 ms", V_th="-50 mV"),
    "initial": {"v": "E_L"},
    "method": "euler",
}
CURRENT_SYNAPSE: dict[str, Any] = {
    "name": "exp",
    "weight": "A",
    "equations": "dx/dt = -x/tau : amp",
    "current": "x",
    "on_pre": "x += w",
    "parameters": parameters(tau="5 ms"),
}


def neuron(**more: Any) -> NeuronModel:
    return NeuronModel(**{**FIELDS, **more})


def synapse(**more: Any) -> SynapseModel:
    return SynapseModel(**{**CURRENT_SYNAPSE, **more})


def test_a_model_knows_its_names_and_dimensions() -> None:
    model = neuron(receptors={"exc": synapse()})
    assert model.variables == ("v",)
    assert model.dimensions["v"] == VOLTAGE and model.dimensions["I"] == CURRENT
    assert model.inputs == {"I"}
    assert model.recordable == ("v", "I", "I_syn", "I_ext", "exc.x")
    assert model.spikes and model.membrane_dimension == VOLTAGE
    assert model.weight_dimension("exc") == CURRENT
    assert neuron(receptors={"d": synapse(weight="membrane", equations="", current="", on_pre="v += w", parameters=())}
                  ).weight_dimension("d") == VOLTAGE  # fmt: skip


def test_inputs_are_those_it_does_not_define_itself() -> None:
    assert neuron(equations="dv/dt = (E_L - v + R*I_ext)/tau : volt").inputs == {"I_ext"}
    own = neuron(equations="dv/dt = (E_L - v + R*I)/tau : volt\nI : amp")
    assert own.inputs == frozenset() and own.recordable == ("v", "I")
    constant = neuron(parameters=(*FIELDS["parameters"], Parameter("I", "1 nA")))  # type: ignore[arg-type]
    assert constant.inputs == frozenset()
    assert neuron(equations="dv/dt = (E_L - v)/tau : volt", threshold="I_ext > 1*nA").inputs == {"I_ext"}
    assert neuron(equations="dv/dt = (E_L - v)/tau : volt", reset="v = E_L + R*I_syn").inputs == {"I_syn"}
    assert neuron(equations="dv/dt = (E_L - v)/tau : volt").recordable == ("v",)


@pytest.mark.parametrize(
    ("more", "path", "message"),
    [
        ({"equations": "dv/dt = (E_L - v + R*I/tau : volt"}, "equations", ""),
        ({"equations": "dv/dt = (E_L - v)/tua : volt"}, "equations", "tua"),
        ({"equations": "dv/dt = (E_L - v)*tau : volt"}, "equations", ""),
        ({"equations": "dv/dt = exp('x')*volt/tau : volt"}, "equations", "quotes"),
        ({"equations": "dv/dt = (E_L - v)/tau : volt (event-driven)"}, "equations", "event-driven"),
        ({"equations": "dv/dt = (E_L - v)/tau : volt\nx : 1 (linked)"}, "equations", "linked"),
        ({"equations": "dv/dt = (E_L - v)/tau : volt\nx_post = v : volt (summed)"}, "equations", ""),
        ({"equations": "dv/dt = (E_L - v)/tau : volt\ntau : second"}, "equations", "tau"),
        ({"threshold": "v"}, "threshold", "condition"),
        ({"threshold": "v > 3"}, "threshold", ""),
        ({"threshold": "V > V_th"}, "threshold", "V"),
        ({"reset": "V = E_L"}, "reset", "unknown variable 'V'"),
        ({"reset": "v = 0"}, "reset", ""),
        ({"reset": "tau = 2*ms"}, "reset", "cannot be changed"),
        ({"threshold": "", "reset": "v = E_L"}, "reset", "without a threshold"),
        ({"refractory": "2"}, "refractory", ""),
        ({"refractory": "t_reff"}, "refractory", "t_reff"),
        ({"method": "rk5"}, "method", "unknown method 'rk5'"),
        ({"initial": {"V": "E_L"}}, "initial.V", "not a state variable"),
        ({"initial": {"v": "tau"}}, "initial.v", ""),
        ({"initial": {"v": "3 ms"}}, "initial.v", "is a time"),
        ({"initial": {"v": "I*R"}}, "initial.v", "'I'"),
        ({"initial": {"v": "E_L + lastspike*volt/second"}}, "initial.v", "lastspike"),
        ({"parameters": (*FIELDS["parameters"], *parameters(t="1 ms"))}, "parameters.t", "meaning of its own"),
        ({"parameters": (*FIELDS["parameters"], *parameters(mV="1 ms"))}, "parameters.mV", "unit"),
    ],
)  # fmt: skip
def test_faulty_neurons_are_refused(more: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        neuron(**more)
    assert path in {fault.path for fault in caught.value.faults}


def test_all_texts_are_checked_in_one_pass() -> None:
    with pytest.raises(InputError) as caught:
        neuron(threshold="v", reset="V = E_L", refractory="2", initial={"x": "1"}, receptors={"t": synapse()})
    assert [f.path for f in caught.value.faults] == ["threshold", "reset", "refractory", "initial.x", "receptors.t"]


@pytest.mark.parametrize(
    ("more", "path", "message"),
    [
        ({"equations": "dx/dt = -x/tua : amp"}, "equations", "tua"),
        ({"equations": "dv/dt = -v/tau : amp", "current": "v", "on_pre": "v += w"}, "equations", "v"),
        ({"equations": "dx/dt = -x/tau : amp\ntotal : 1"}, "equations", "total"),
        ({"current": "x*volt"}, "current", ""),
        ({"on_pre": "y += w"}, "on_pre", "unknown variable 'y'"),
        ({"on_pre": "x += w*volt"}, "on_pre", ""),
        ({"on_pre": "tau += 1*ms"}, "on_pre", "cannot be changed"),
        ({"parameters": parameters(tau="5 ms", w="1 nA")}, "parameters.w", "a 'w' already"),
        ({"parameters": parameters(tau="5 ms", dt="1 ms")}, "parameters.dt", "meaning of its own"),
        ({"on_pre": "", "transmission": "w*v_pree"}, "", "v_pree"),
        ({"on_pre": "", "transmission": "w", "current": "total*volt"}, "current", ""),
        ({"source_equations": "ds/dt = -s/tau_s : 1"}, "source_equations", "tau_s"),
        ({"source_equations": "ds/dt = -s/tau : 1", "on_source_spike": "z += 1"}, "on_source_spike", "unknown variable 'z'"),  # noqa: E501
    ],
)  # fmt: skip
def test_faulty_receptors_are_refused(more: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        neuron(receptors={"exc": synapse(**more)})
    assert f"receptors.exc.{path}".rstrip(".") in {fault.path for fault in caught.value.faults}


def test_a_current_that_the_neuron_never_feels_is_refused() -> None:
    with pytest.raises(InputError, match="never feels this current"):
        neuron(equations="dv/dt = (E_L - v + R*I_ext)/tau : volt", receptors={"exc": synapse()})


def test_a_delta_synapse_needs_a_membrane_that_can_change() -> None:
    jump = synapse(weight="membrane", equations="", current="", on_pre="v += w", parameters=())
    with pytest.raises(InputError, match="'v' cannot be changed"):
        neuron(
            equations="du/dt = -u/tau : volt\nv = u + E_L : volt", initial={}, reset="u = 0*mV", receptors={"d": jump}
        )


def test_synapses_transmit_at_spikes_or_always() -> None:
    for more in ({"on_pre": ""}, {"transmission": "w*v_pre"}):
        with pytest.raises(InputError, match="one of on_pre"):
            synapse(**more)


def test_copies_with_other_values() -> None:
    model = neuron(receptors={"exc": synapse()})
    assert model.with_(tau="20 ms").parameter("tau").value == Quantity(20.0, "ms")
    assert model.with_({"tau": "20 ms"}, name="slow").name == "slow"
    assert model.parameter("tau").value == Quantity(10.0, "ms")
    assert synapse().with_(tau="1 ms").parameters[0].value.si == 1e-3
    for wrong, message in (({"tau": "1 mV"}, "is a voltage"), ({"tua": "1 ms"}, "Did you mean 'tau'")):
        with pytest.raises(InputError, match=message):
            model.with_(wrong)
        with pytest.raises(InputError, match=message):
            changed(synapse().parameters, wrong, owner="exp")
    with pytest.raises(InputError, match="no receptor 'inh'"):
        model.receptor("inh")


def test_parameters_have_ranges() -> None:
    made = Parameter("tau", "10 ms", low="1 ms", high="0.1 s")  # type: ignore[arg-type]
    assert not made.implausible(1e-3) and not made.implausible(0.1)
    assert made.implausible(0.9e-3) and made.implausible(0.11)
    below = Parameter("E", "-70 mV", low="-90 mV", high="-50 mV")  # type: ignore[arg-type]
    assert not below.implausible(-0.09) and below.implausible(-0.0901) and below.implausible(-0.0499)
    assert made.name in {p.name for p in changed((made,), {"tau": "2 s"}, owner="exp") if p.implausible(p.value.si)}
    with pytest.raises(InputError, match="is a voltage"):
        Parameter("tau", "10 ms", low="1 mV")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="'tau' is given twice"):
        neuron(parameters=(*FIELDS["parameters"], *parameters(tau="1 ms")))


def test_initial_values_that_are_drawn_are_checked() -> None:
    assert neuron(initial={"v": Normal("-60 mV", "1 mV")}).initial["v"] == Normal("-60 mV", "1 mV")
    with pytest.raises(InputError, match="is a time"):
        neuron(initial={"v": Normal("1 ms", "1 ms")})


def test_units_that_do_not_spike_are_models() -> None:
    rate = NeuronModel(name="r", equations="dr/dt = -r/tau : hertz", parameters=parameters(tau="1 ms"), membrane="r",
                       input="hertz")  # fmt: skip
    assert not rate.spikes and rate.inputs == frozenset()
    silent = NeuronModel(name="p", equations="", threshold="rand() < rate*dt", parameters=parameters(rate="1 Hz"))
    assert silent.spikes and silent.membrane_dimension == DIMENSIONLESS


def test_learning_rules_say_their_term() -> None:
    assert LearningRule(name="x", term="short").term == "short"
    with pytest.raises(InputError, match="short, long"):
        LearningRule(name="x", term="middle")
