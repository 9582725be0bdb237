"""The definition of a comparison of learning rules: ``braincore compare FILE``.

.. code-block:: yaml

    braincore: 1
    title: Which rule for the visual cortex?
    compare:
      rules:
        additive: stdp_pair
        triplet: stdp_triplet
        scaled: [stdp_pair, synaptic_scaling]
      protocols: [window, {type: frequency, pairs: 75}]
      seeds: 5
      tuning: {protocol: frequency, tries: 50, free: {additive: {A_plus: [0.001, 0.1]}}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from braincore.errors import Fault, InputError, suggest
from braincore.model.synapse import LearningRule, learning_rules
from braincore.spec.form_comparison import CompareForm, ComparisonDocument, TuningForm
from braincore.spec.form_models import ModelReference, ModelReferenceForm
from braincore.spec.includes import read_with_includes
from braincore.spec.loader import head_comment, in_order, overridden, refuse_missing
from braincore.spec.make_models import make_models, rule_of
from braincore.spec.marks import Marks, located
from braincore.spec.nodes import REFUSED
from braincore.spec.workshop import Path_, Workshop
from braincore.units import Quantity

HEAD = ("braincore", "title", "seed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Free:
    """A constant that is tuned: the number of its rule in the entry, its name and its range."""

    rule: int
    name: str
    low: Quantity
    high: Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuning:
    """How constants are tuned."""

    protocol: str
    tries: int
    seeds: int
    free: Mapping[str, tuple[Free, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What a file says that is to be compared.

    Attributes
    ----------
    title, seed, description
        For people; the first seed; the comment at the head of the file.
    rules
        Label to the rules that act together on one projection.
    protocols
        Names and settings, in order.
    seeds
        Number of seeds of a protocol with chance in it.
    tuning
        How free constants are found, if any are.
    marks, path
        Where everything stands.
    """

    title: str
    seed: int
    rules: Mapping[str, tuple[LearningRule, ...]]
    protocols: tuple[tuple[str, Mapping[str, Quantity]], ...]
    seeds: int
    tuning: Tuning | None
    marks: Marks
    path: Path
    description: str = ""

    def located(self, error: InputError, *path: str | int) -> list[Fault]:
        """Return the faults of an error with the place of a part of the file."""
        place = self.marks.find(("compare", *path))
        return [located(fault, self.marks, place) for fault in error.faults]


def load_comparison(path: str | Path, overrides: Sequence[str] = ()) -> Comparison:
    """Read a definition of a comparison.

    Raises
    ------
    InputError
        With every fault that is found, each as ``file:line:column: path: what is wrong. What is allowed``.
    """
    path = Path(path)
    refuse_missing(path)
    folder = path.resolve().parent
    parsed, _ = read_with_includes(path, str(path), (folder,))
    root, wrong = overridden(parsed.root, overrides, folder)
    faults = [*parsed.faults, *wrong]
    shop = Workshop(Marks(root), (folder,), root.plain(), faults, refused=bool(faults))
    made = _made(shop, path)
    if shop.faults or made is None:
        raise InputError(in_order(shop.faults))
    return made


def _made(shop: Workshop, path: Path) -> Comparison | None:
    for key in shop.plain:
        if key not in ComparisonDocument.model_fields:
            hint = suggest(key, ComparisonDocument.model_fields, noun="key")
            shop.faults.append(Fault(f"unknown key '{key}' in a comparison", shop.marks.key_where((key,)), hint=hint))
    head = _head(shop)
    make_models(shop)
    given = shop.plain.get("compare")
    if given is None:
        hint = "Such as compare: {rules: [stdp_pair, stdp_triplet], protocols: [window]}"
        shop.faults.append(Fault("'compare' is missing", shop.marks.root.where, hint=hint))
        return None
    form: CompareForm | None = None if given is REFUSED else shop.read(CompareForm, ("compare",), given)
    if form is None:
        return None
    rules = _rules(shop, form.rules)
    return Comparison(
        title=head.get("title") or path.stem,
        seed=head.get("seed", 1),
        rules=rules,
        protocols=tuple(_protocol(reference) for reference in form.protocols),
        seeds=form.seeds,
        tuning=None if form.tuning is None else _tuning(shop, form.tuning, rules),
        marks=shop.marks,
        path=path,
        description=head_comment(shop.marks.root.source),
    )


def _head(shop: Workshop) -> dict[str, Any]:
    """Return version, title and seed, each checked by itself."""
    found = {}
    if "braincore" not in shop.plain:
        hint = "Begin the file with: braincore: 1"
        where = shop.marks.root.where
        shop.faults.append(Fault("'braincore' is missing: the version of the file format", where, hint=hint))
    for name in HEAD:
        if name in shop.plain:
            field = ComparisonDocument.model_fields[name]
            found[name] = shop.read(Annotated[field.annotation, *field.metadata], (name,), shop.plain[name])
    return found


def _protocol(reference: Any) -> tuple[str, Mapping[str, Quantity]]:
    if isinstance(reference, ModelReferenceForm):
        return reference.type, dict(reference.__pydantic_extra__ or {})
    return reference, {}


def _rules(shop: Workshop, given: Any) -> dict[str, tuple[LearningRule, ...]]:
    """Return label to rules: of a mapping, of a list (labels are the names), or of ``all`` there are."""
    path = ("compare", "rules")
    if given == "all":
        library = {name: learning_rules.get(name) for name in learning_rules}
        return {name: (rule,) for name, rule in {**library, **shop.rules}.items()}
    if isinstance(given, Mapping) and given:
        entries: list[tuple[str, Any, Path_]] = [(str(label), v, (*path, str(label))) for label, v in given.items()]
    elif isinstance(given, list) and given:
        entries = [(_label(value), value, (*path, k)) for k, value in enumerate(given)]
    else:
        hint = "`all`, a list such as [stdp_pair, stdp_triplet], or {label: rule}"
        shop.faults.append(Fault("no rules to compare", shop.marks.where(path), "compare.rules", hint))
        return {}
    found: dict[str, tuple[LearningRule, ...]] = {}
    for label, value, place in entries:
        together = value if isinstance(value, list) else [value]
        made = []
        for k, one in enumerate(together):
            where = (*place, k) if isinstance(value, list) else place
            reference = shop.read(ModelReference, where, one)
            if reference is not None:
                rule = shop.attempt(where, lambda r=reference: rule_of(shop, r))  # type: ignore[misc]
                made += [rule] if rule is not None else []
        if label in found:
            message = f"'{label}' is compared twice"
            shop.faults.append(Fault(message, shop.marks.where(place), "compare.rules", "Give labels: {label: rule}"))
        found[label] = tuple(made)
    return found


def _label(value: Any) -> str:
    if isinstance(value, list):
        return " + ".join(_label(one) for one in value)
    return str(value.get("type", "?")) if isinstance(value, Mapping) else str(value)


def _tuning(shop: Workshop, form: TuningForm, rules: Mapping[str, tuple[LearningRule, ...]]) -> Tuning:
    free: dict[str, tuple[Free, ...]] = {}
    for label, constants in form.free.items():
        place: tuple[str | int, ...] = ("compare", "tuning", "free", label)
        if label not in rules:
            hint = suggest(label, rules, noun="rule")
            shop.faults.append(
                Fault(f"'{label}' is not compared", shop.marks.key_where(place), ".".join(map(str, place)), hint)
            )
            continue
        made = [shop.attempt((*place, name), lambda n=name, v=values, r=rules[label]: _free(n, v, r))  # type: ignore[misc]
                for name, values in constants.items()]  # fmt: skip
        free[label] = tuple(one for one in made if one is not None)
    return Tuning(protocol=form.protocol, tries=form.tries, seeds=form.seeds, free=free)


def _free(name: str, values: list[Quantity], rules: tuple[LearningRule, ...]) -> Free:
    known = {p.name: (k, p) for k, rule in reversed(list(enumerate(rules))) for p in rule.parameters}
    if name not in known:
        raise InputError(f"no rule here has a parameter '{name}'", hint=suggest(name, known, noun="parameter"))
    if len(values) != 2:
        raise InputError("a range is its least and its greatest value", hint="Such as [0.001, 0.1]")
    index, parameter = known[name]
    low, high = (Quantity.of(value, parameter.dimension) for value in values)
    if not low.si < high.si:
        raise InputError(f"{low} is not below {high}", hint="The least value first")
    return Free(rule=index, name=name, low=low, high=high)
