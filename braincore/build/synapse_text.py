"""The text that Brian2 gets for synapses: weights, plasticity, what an arriving spike does, continuous transmission."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from braincore.build.equations import gate_names, noises, receptor_names, statement_text
from braincore.build.names import (
    BOUNDS,
    INTACT,
    LEARNS,
    SILENT,
    WEIGHT,
    brian_unit,
    gain,
    of_receptor,
    of_rule,
    own,
    total,
)
from braincore.build.plan import SynapsePlan
from braincore.expressions import Assignment, Equation, equations_of, parse_expression, parse_statements, statements_of
from braincore.model import LearningRule
from braincore.model.synapse import STRONGEST, TRANSMITTED, WEAKEST
from braincore.units import Dimension


@dataclass(frozen=True, slots=True)
class SynapseText:
    """What a Synapses object is made from."""

    equations: str
    on_pre: str = ""
    on_post: str = ""
    late: tuple[tuple[float, str], ...] = ()
    """Seconds after the arrival of a presynaptic spike, and what is done then."""
    regularly: tuple[tuple[float, str], ...] = ()
    """Intervals in seconds, and what is done in each."""
    sums: tuple[tuple[float, str, str], ...] = ()
    """Intervals in seconds, a variable of the target, and what it is the sum of over its synapses."""


@dataclass(slots=True)
class _Statements:
    """What the rules of a projection do, in order."""

    before: list[str] = field(default_factory=list)
    transmitted: str = WEIGHT
    after: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    late: list[tuple[float, str]] = field(default_factory=list)
    regularly: list[tuple[float, str]] = field(default_factory=list)
    sums: list[tuple[float, str, str]] = field(default_factory=list)


def synapse_text(merged: SynapsePlan, *, weight_varies: bool, dt: float) -> SynapseText:
    """Compose what Brian2 gets for merged projections; `dt` is the time step in seconds."""
    model, synapse = merged.target.model, merged.synapse
    lines = []
    if weight_varies:
        constant = "" if merged.rules else " (constant)"
        lines.append(f"{WEIGHT} : {brian_unit(model.weight_of(synapse))}{constant}")
    done = _Statements()
    for k, rule in enumerate(merged.rules):
        names = rule_names(merged, k, rule)
        still = rule.kept if merged.frozen and rule.term == "long" else ()
        lines += [str(_still(e, still).rename(names)) for e in equations_of(rule.equations)]
        _add_rule(done, merged, k, rule, names, dt)
    transmitted = done.transmitted
    if merged.rules and merged.lesioned:
        # a rule could let the weight of a cut synapse grow again
        lines.append(f"{INTACT} : 1 (constant)")
        transmitted = f"({transmitted}) * {INTACT}"
    if merged.frozen:
        lines.append(f"{LEARNS} : boolean (constant)")
    on_pre = []
    if synapse.transmission:
        lines.append(_summed(merged, transmitted))
    else:
        on_pre = [*done.before, *_arrival(merged, transmitted), *done.after]
    return SynapseText(
        "\n".join(lines),
        "\n".join(on_pre),
        "\n".join(done.posts),
        late=tuple(done.late),
        regularly=tuple(done.regularly),
        sums=tuple(done.sums),
    )


def _still(equation: Equation, names: Collection[str]) -> Equation:
    """Return an equation that stands still while its rule is frozen, if it is one of `names` and moves at all."""
    if equation.kind != "differential" or equation.name not in names or equation.expression is None:
        return equation
    return replace(equation, expression=parse_expression(f"int({LEARNS}) * ({equation.expression.text})"))


def _add_rule(
    done: _Statements, merged: SynapsePlan, index: int, rule: LearningRule, names: dict[str, str], dt: float
) -> None:
    """Add what a rule does to what those before it do."""

    def held(text: str) -> list[str]:
        return [_held(s.rename(names), merged, rule, names) for s in statements_of(text)]

    before, done.transmitted, after = _split(merged, rule, names, done.transmitted)
    done.before += before
    done.after += after
    done.posts += held(rule.on_post)
    if rule.lag:
        done.late.append((rule.seconds(rule.lag, dt), "\n".join(held(rule.on_pre_late))))
    if rule.interval:
        seconds = rule.seconds(rule.interval, dt)
        done.regularly.append((seconds, "\n".join(held(rule.regularly))))
        for name, text in rule.sums.items():
            expression = parse_expression(text).rename(names).text
            done.sums.append((seconds, of_receptor(merged.states[index], name), expression))


def rule_names(merged: SynapsePlan, index: int, rule: LearningRule) -> dict[str, str]:
    """Return the renaming of a rule's variables and parameters; ``v_pre`` and ``v_post`` are the membranes."""
    names = {"w": WEIGHT, **dict(zip((WEAKEST, STRONGEST), BOUNDS, strict=True)), **_membranes(merged)}
    names |= {p.name: of_rule(index, p.name) for p in rule.parameters}
    for receptor in rule.modulators:
        model = merged.target.model.receptors[receptor]
        theirs = [e.name for e in equations_of(model.equations)] + [p.name for p in model.parameters]
        names |= {f"{name}_post": f"{of_receptor(receptor, name)}_post" for name in theirs}
    if merged.states[index]:
        state = merged.target.model.receptors[merged.states[index]]
        called = receptor_names(merged.target.model, merged.states[index], state)
        names |= {f"{e.name}_post": f"{called[e.name]}_post" for e in equations_of(state.equations)}
    local = equations_of(rule.equations)
    names |= {noise: f"xi_{of_rule(index, noise)}" for noise in noises(local)}
    return names | {e.name: of_rule(index, e.name) for e in local}


def _membranes(merged: SynapsePlan) -> dict[str, str]:
    ends = (("v_pre", merged.source.model), ("v_post", merged.target.model))
    return {name: f"{own(model.membrane)}_{name.removeprefix('v_')}" for name, model in ends}


def _held(statement: Assignment, merged: SynapsePlan, rule: LearningRule, names: dict[str, str]) -> str:
    """Return a statement that leaves the weight within its bounds, and what is learned as it is while frozen."""
    target = statement.target
    bounded = target == WEIGHT and merged.bounds is not None
    learned = merged.frozen and rule.term == "long" and target in {WEIGHT, *(names[name] for name in rule.kept)}
    if not (bounded or learned):
        return statement_text(statement)
    right = statement.expression.text
    if statement.op != "=":
        right = f"{target} {statement.op[0]} ({right})"
    if bounded and merged.bounds is not None:
        low, high = BOUNDS if merged.bounds[0] < merged.bounds[1] else BOUNDS[::-1]
        right = f"clip({right}, {low}, {high})"
    if learned:
        right = f"int({LEARNS}) * ({right}) + int(not {LEARNS}) * {target}"  # exact: one of the two is zero
    return statement_text(f"{target} = {right}")


def _split(
    merged: SynapsePlan, rule: LearningRule, names: dict[str, str], transmitted: str
) -> tuple[list[str], str, list[str]]:
    """Split a rule's on_pre at the point of transmission; several rules act one after the other on what is sent."""
    before: list[str] = []
    after: list[str] = []
    found = False
    for s in statements_of(rule.on_pre):
        if s.target == TRANSMITTED:
            found = True
            expression = s.expression.rename({k: v for k, v in names.items() if k != "w"})
            transmitted = expression.substitute({"w": transmitted}).text
            continue
        (after if found else before).append(_held(s.rename(names), merged, rule, names))
    return (before, transmitted, after) if found else ([], transmitted, before)


def _arrival(merged: SynapsePlan, transmitted: str) -> list[str]:
    """Return what an arriving spike does to the target: the receptor's on_pre with the weight put in."""
    names = receptor_names(merged.target.model, merged.receptor, merged.synapse)
    post = {old: f"{new}_post" for old, new in names.items()}
    post |= {name: f"{name}_post" for name in ("lastspike", "not_refractory")}
    factor = f" * {gain(merged.receptor)}_post" if merged.receptor in merged.target.scaled else ""
    weight = parse_expression(f"({transmitted}){factor}" if factor else transmitted)
    lines = []
    for s in parse_statements(merged.synapse.on_pre):
        right = s.expression.rename(post).substitute({"w": weight})
        lines.append(statement_text(replace(s, target=post[s.target], expression=right)))
    return lines


def _summed(merged: SynapsePlan, transmitted: str) -> str:
    """Return the equation of a continuously transmitting synapse; a source that is silenced transmits nothing."""
    synapse = merged.synapse
    names = _membranes(merged)
    names |= {p.name: f"{of_receptor(merged.receptor, p.name)}_post" for p in synapse.parameters}
    if merged.gate is not None:
        names |= {f"{k}_pre": f"{v}_pre" for k, v in gate_names(merged.gate, synapse).items()}
    right = parse_expression(synapse.transmission).rename(names).substitute({"w": parse_expression(transmitted)}).text
    if merged.source.silenced and merged.gate is None:
        right = f"({right}) * int(not {SILENT}_pre)"
    unit = brian_unit(merged.target.model.total_dimension(synapse))
    return f"{total(merged.receptor, merged.total)}_post = {right} : {unit} (summed)"


def synapse_constants(merged: SynapsePlan, shared: dict[str, float]) -> dict[str, tuple[float, Dimension]]:
    """Return the constants of rules and of the receptor, as the synapse's text calls them.

    Parameters
    ----------
    merged
        The synapses.
    shared
        Parameters that all neurons of the target group share, by Brian2 name, in SI.
    """
    found: dict[str, tuple[float, Dimension]] = {}
    for k, rule in enumerate(merged.rules):
        found |= {of_rule(k, p.name): (p.value.si, p.dimension) for p in rule.parameters}
    if merged.bounds is not None:
        dimension = merged.target.model.weight_of(merged.synapse)
        found |= {name: (si, dimension) for name, si in zip(BOUNDS, merged.bounds, strict=True)}
    read = {merged.receptor: merged.synapse}
    read |= {name: merged.target.model.receptors[name] for rule in merged.rules for name in rule.modulators}
    for receptor, synapse in read.items():
        for p in synapse.parameters:
            name = of_receptor(receptor, p.name)
            if name in shared:
                found[f"{name}_post"] = (shared[name], p.dimension)
    return found
