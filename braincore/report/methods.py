"""The methods section: a neuron's equations set as mathematics, with what happens at a spike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import cleandoc

from markupsafe import Markup, escape

from braincore.errors import printable
from braincore.expressions import ExpressionError, parse_equations, parse_expression, parse_statements
from braincore.report import mathml
from braincore.report.model_file import ModelFile, NeuronInfo, ReceptorInfo, RuleInfo
from braincore.report.tables import Table, parameter_table


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A labelled formula, such as the threshold."""

    label: str
    formula: Markup


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceptorView:
    """A receptor as the report shows it."""

    name: str
    model: str
    source: str
    lines: tuple[Line, ...]
    parameters: Table | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NeuronView:
    """A neuron model as the report shows it; `text` is what was typed, for copying."""

    name: str
    purpose: str
    source: str
    method: str
    equations: Markup
    lines: tuple[Line, ...]
    text: str
    parameters: Table | None
    receptors: tuple[ReceptorView, ...]
    used_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleView:
    """A plasticity rule as the report shows it."""

    name: str
    purpose: str
    source: str
    lines: tuple[Line, ...]
    parameters: Table | None
    used_by: str


def neuron_view(neuron: NeuronInfo, used_by: str = "") -> NeuronView:
    """Return what the report shows of a neuron model."""
    lines = [
        _line("Threshold", neuron.threshold, condition),
        _line("Reset", neuron.reset, statements),
        _line("Refractory", neuron.refractory, condition),
        *_inputs(neuron),
        *_initial(neuron.initial),
    ]
    return NeuronView(
        name=neuron.name,
        purpose=neuron.purpose,
        source=neuron.source,
        method=neuron.method,
        equations=equations(neuron.equations),
        lines=tuple(line for line in lines if line),
        text=_as_typed(neuron),
        parameters=parameter_table(neuron.parameters),
        receptors=tuple(_receptor(receptor) for receptor in neuron.receptors),
        used_by=used_by,
    )


_INPUTS = {
    "I": ("sum of what the receptors and the stimuli give", "what the stimuli give"),
    "I_syn": ("sum of what the receptors give", "none: there are no receptors"),
    "I_ext": ("what the stimuli give", "what the stimuli give"),
}


def _inputs(neuron: NeuronInfo) -> list[Line | None]:
    """Say what stands behind the names that a neuron's equations take from outside."""
    said = {name: texts[not neuron.receptors] for name, texts in _INPUTS.items()}
    said |= {f"I_{r.name}": f"what the receptor {r.name} gives" for r in neuron.receptors if f"I_{r.name}" not in said}
    return [
        Line(label="Input", formula=Markup("{}: {}").format(variable(name), said[name]))
        for name in neuron.inputs
        if name in said
    ]


def _initial(values: Mapping[str, str]) -> list[Line | None]:
    return [
        Line(label="At the start", formula=Markup("{} = {}").format(variable(name), _inline(text)))
        for name, text in values.items()
    ]


def _delayed(rule: RuleInfo) -> list[Line | None]:
    return [
        Line(
            label=f"In the target, a time {rule.delay} ago",
            formula=Markup("{} is then {}").format(variable(name), variable(now)),
        )
        for name, now in rule.delayed.items()
    ]


def _sums(sums: Mapping[str, str]) -> list[Line | None]:
    return [
        Line(label="Sum over a neuron's synapses", formula=Markup("{} of {}").format(variable(name), _inline(text)))
        for name, text in sums.items()
    ]


def _inline(text: str) -> Markup:
    """Return a short expression as MathML; a quantity or a distribution as text."""
    try:
        return Markup(mathml.expression(parse_expression(text).tree, display=False))
    except ExpressionError:
        return Markup(escape(printable(text)))


def rule_view(rule: RuleInfo, used_by: str = "") -> RuleView:
    """Return what the report shows of a plasticity rule."""
    lines = [
        _line("Dynamics", rule.equations, equations),
        _line("At a presynaptic spike", rule.on_pre, statements),
        _line(f"A time {rule.lag} after a presynaptic spike", rule.on_pre_late, statements),
        _line("At a postsynaptic spike", rule.on_post, statements),
        _line("In the target neuron", rule.target_equations, equations),
        _line("At a spike of the target", rule.on_target_spike, statements),
        _line("In the target, every time step", rule.on_target_step, statements),
        *_delayed(rule),
        *_sums(rule.sums),
        _line("Every time step" if rule.interval == "dt" else f"Every {rule.interval}", rule.regularly, statements),
        *_initial(rule.initial),
    ]
    return RuleView(
        name=rule.name,
        purpose=rule.purpose,
        source=rule.source,
        lines=tuple(line for line in lines if line),
        parameters=parameter_table(rule.parameters),
        used_by=used_by,
    )


def rule_used_by(name: str, model: ModelFile) -> str:
    """Say which projections use a rule."""
    return used_by(name, [(f"{row.source}→{row.target}", rule) for row in model.projections for rule in row.rules])


def _receptor(receptor: ReceptorInfo) -> ReceptorView:
    lines = [
        _line("In the source neuron", receptor.source_equations, equations),
        _line("At a spike of the source", receptor.on_source_spike, statements),
        _line("Dynamics", receptor.equations, equations),
        _line("Current", receptor.current, condition),
        _line("At a spike", receptor.on_pre, statements),
        _total(receptor.transmission),
    ]
    return ReceptorView(
        name=receptor.name,
        model=receptor.model,
        source=receptor.source,
        lines=tuple(line for line in lines if line),
        parameters=parameter_table(receptor.parameters),
    )


def _total(transmission: str) -> Line | None:
    if not transmission:
        return None
    what = Markup("{}: sum over the synapses of {}").format(variable("total"), _inline(transmission))
    return Line(label="At all times", formula=what)


def _line(label: str, text: str, render: Callable[[str], Markup]) -> Line | None:
    return Line(label=label, formula=render(text)) if text.strip() else None


def _as_typed(neuron: NeuronInfo) -> str:
    parts = [
        cleandoc(neuron.equations),
        *(
            f"{label}: {cleandoc(text)}"
            for label, text in (
                ("threshold", neuron.threshold),
                ("reset", neuron.reset),
                ("refractory", neuron.refractory),
            )
            if text.strip()
        ),
    ]
    return "\n".join(part for part in parts if part)


def equations(text: str) -> Markup:
    """Return equations as MathML; as they were typed where they do not parse."""
    if not text.strip():
        return Markup("")
    try:
        return Markup(mathml.system(parse_equations(text)))
    except ExpressionError:
        return _typed(text)


def condition(text: str) -> Markup:
    """Return a condition, a time or a current as MathML; as it was typed where it does not parse."""
    try:
        return Markup(mathml.expression(parse_expression(text).tree))
    except ExpressionError:
        return _typed(text)


def statements(text: str) -> Markup:
    """Return assignments as MathML, one below the other; as they were typed where they do not parse."""
    try:
        return Markup("").join(Markup(mathml.assignment(line)) for line in parse_statements(text))
    except ExpressionError:
        return _typed(text)


def _typed(text: str) -> Markup:
    return Markup('<pre class="equations">{}</pre>').format(escape(printable(text.strip())))


def variable(text: str) -> Markup:
    """Return a parameter's name as inline MathML."""
    return Markup(mathml.inline(text)) if text.isidentifier() and text.isascii() else Markup(escape(printable(text)))


def used_by(neuron: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Say which populations use a neuron model; `pairs` are (population, neuron model)."""
    names = [population for population, model in pairs if model == neuron]
    if not names:
        return ""
    if len(names) == len(pairs):
        return "all populations" if len(names) > 1 else names[0]
    return ", ".join(names) if len(names) <= 8 else f"{', '.join(names[:6])} and {len(names) - 6} more populations"
