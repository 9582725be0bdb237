"""What every registered synapse and learning rule must keep: documentation, sources, ranges, all parameters used."""

from __future__ import annotations

import re
import sys

import pytest

from braincore.expressions import equations_of, parse_expression, parse_statements, statements_of
from braincore.model import LearningRule, NeuronModel, SynapseModel, learning_rules, neurons, synapses

CITED = re.compile(r"doi:10\.\d{4,}/\S+|arXiv:\d{4}\.\d{4,5}|MIT Press")
SYNAPSES, RULES = list(synapses), list(learning_rules)


def documentation(registry: object, name: str) -> str:
    return sys.modules[registry.module(name)].__doc__ or ""  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", SYNAPSES)
def test_synapse_is_documented(name: str) -> None:
    model, text = synapses.get(name), documentation(synapses, name)
    assert model.name == name
    assert model.purpose.endswith(".") and "\n" not in model.purpose and len(model.purpose) <= 110
    assert CITED.search(model.source), model.source
    assert ".. math::" in text and "Source" in text and CITED.search(text)


@pytest.mark.parametrize("name", RULES)
def test_rule_is_documented(name: str) -> None:
    rule, text = learning_rules.get(name), documentation(learning_rules, name)
    assert rule.name == name
    assert rule.purpose.endswith(".") and "\n" not in rule.purpose and len(rule.purpose) <= 110
    assert CITED.search(rule.source), rule.source
    assert ".. math::" in text and "Source" in text and CITED.search(text)


@pytest.mark.parametrize("model", [*map(synapses.get, SYNAPSES), *map(learning_rules.get, RULES)], ids=lambda m: m.name)
def test_parameters_have_meaning_source_and_range_and_are_used(model: SynapseModel | LearningRule) -> None:
    texts = [model.equations]
    if isinstance(model, SynapseModel):
        texts.append(model.source_equations)
        expressions = [parse_expression(t) for t in (model.current, model.transmission) if t]
        statements = [s for t in (model.on_pre, model.on_source_spike) if t for s in parse_statements(t)]
    else:
        texts.append(model.target_equations)
        starts = [value for value in model.initial.values() if isinstance(value, str)]
        expressions = [parse_expression(t) for t in (*model.sums.values(), *starts)]
        statements = [s for t in (*model.texts, model.on_target_spike, model.on_target_step) for s in statements_of(t)]
    used: set[str] = set()
    for expression in [*expressions, *(s.expression for s in statements)]:
        used |= expression.names
    for equation in (e for t in texts for e in equations_of(t)):
        used |= equation.expression.names if equation.expression is not None else set()
    used |= {model.interval, model.lag, model.delay} if isinstance(model, LearningRule) else set()
    for p in model.parameters:
        assert p.name in used, p.name
        assert p.meaning and p.source, p.name
        assert p.low is not None and p.high is not None and p.low.si <= p.value.si <= p.high.si, p.name


@pytest.mark.parametrize("name", SYNAPSES)
def test_synapse_fits_on_a_neuron(name: str) -> None:
    """The check of names and dimensions that a neuron makes of its receptors accepts each on a fitting neuron."""
    base = {
        "pulse_current": "ahp",
        "rate_coupling": "rate",
        "modulation": "step_unit",
        "delta_unless_refractory": "lif_delta",
    }.get(name, "lif_cond")
    model = neurons.get(base).with_(receptors={"tested": synapses.get(name)})
    assert isinstance(model, NeuronModel)
    assert model.weight_dimension("tested") is not None


def test_conductances_are_marked() -> None:
    """A weight in siemens is a conductance, which must not be negative, and nothing else is."""
    for name in SYNAPSES:
        model = synapses.get(name)
        assert model.conductance == (model.weight == "S"), name


@pytest.mark.parametrize("name", RULES)
def test_rules_start_somewhere_and_transmit_once(name: str) -> None:
    rule = learning_rules.get(name)
    assert set(rule.initial) <= {e.name for t in (rule.equations, rule.target_equations) for e in equations_of(t)}
    assert [s.target for s in parse_statements(rule.on_pre)].count("transmitted") == 1
    learns = bool(rule.target_equations) or any(s.target == "w" for t in rule.texts for s in statements_of(t))
    assert rule.term == ("long" if learns else "short")
