"""The parts of a definition that describe wiring: `projections` and `pathways`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from braincore.errors import InputError, suggest
from braincore.model.population import weight_bounds
from braincore.spec.fields import (
    Address,
    Count,
    File,
    Length,
    Name,
    Probability,
    Text,
    read_expression,
    read_quantity,
)
from braincore.spec.form_models import ModelReference
from braincore.spec.form_populations import Where
from braincore.spec.form_values import Value, ValueOrExpression
from braincore.spec.reads import Form, Reads, fault, from_text, one_of, read_each, shown
from braincore.units import Quantity

_AUTAPSES = Field(True, description="Whether a neuron may connect to itself.")
_MULTAPSES = Field(True, description="Whether two neurons may be joined by several synapses.")


class AllToAllForm(Form):
    """Every neuron of the source to every neuron of the target."""

    autapses: bool = _AUTAPSES


class OneToOneForm(Form):
    """Neuron i of the source to neuron i of the target."""


class FixedProbabilityForm(Form):
    """Every ordered pair independently."""

    p: Probability = Field(description="Probability.")
    autapses: bool = _AUTAPSES


class FixedTotalNumberForm(Form):
    """A number of synapses, each between a source and a target drawn uniformly."""

    n: Count = Field(description="Number of synapses.")
    autapses: bool = _AUTAPSES
    multapses: bool = _MULTAPSES


class FixedInDegreeForm(Form):
    """The same number of synapses for every target neuron."""

    k: Count = Field(description="Synapses per target neuron.")
    autapses: bool = _AUTAPSES
    multapses: bool = _MULTAPSES


class FixedOutDegreeForm(Form):
    """The same number of synapses for every source neuron."""

    k: Count = Field(description="Synapses per source neuron.")
    autapses: bool = _AUTAPSES
    multapses: bool = _MULTAPSES


class DistanceDependentForm(Form):
    """Every pair with a probability that falls with distance; both populations need a layout."""

    p_max: Probability = Field(description="Probability at distance 0.")
    scale: Length = Field(description="Length scale.")
    profile: Literal["gaussian", "exponential", "step"] = Field("gaussian", description="How it falls.")
    cutoff: Length | None = Field(None, description="No synapse beyond this distance.")
    period: Length | None = Field(None, description="Length of periodic axes; open borders without it.")
    autapses: bool = _AUTAPSES


class ConnectForm(Form):
    """A connection rule with its arguments."""

    all_to_all: AllToAllForm | None = Field(None, description="Every pair.")
    one_to_one: OneToOneForm | None = Field(None, description="Neuron i to neuron i.")
    fixed_probability: FixedProbabilityForm | None = Field(None, description="Every pair independently.")
    fixed_total_number: FixedTotalNumberForm | None = Field(None, description="A number of synapses in all.")
    fixed_in_degree: FixedInDegreeForm | None = Field(None, description="So many synapses per target neuron.")
    fixed_out_degree: FixedOutDegreeForm | None = Field(None, description="So many synapses per source neuron.")
    distance_dependent: DistanceDependentForm | None = Field(None, description="By distance.")

    _one = one_of(
        "all_to_all", "one_to_one", "fixed_probability", "fixed_total_number", "fixed_in_degree", "fixed_out_degree",
        "distance_dependent", what="a connection rule",
    )  # fmt: skip


def _connect(given: Any) -> Any:
    if not isinstance(given, str):
        raise fault(f"{shown(given)} is not a connection rule", "Such as all_to_all or {fixed_probability: {p: 0.1}}")
    if given in ("all_to_all", "one_to_one"):
        return given
    if given in ConnectForm.model_fields:
        raise fault(f"'{given}' needs its arguments", f"Such as {{{given}: {{{next(iter(_arguments(given)))}: ...}}}}")
    raise fault(f"unknown connection rule '{given[:48]}'", suggest(given, ConnectForm.model_fields, noun="rule"))


def _arguments(rule: str) -> Any:
    return next(a for a in ConnectForm.model_fields[rule].annotation.__args__).model_fields  # type: ignore[union-attr]


def _kind(given: Any) -> str:
    return "<mapping>" if isinstance(given, Mapping) else "<plain>"


Connect = Annotated[
    Annotated[
        str, Reads(_connect, {"enum": ["all_to_all", "one_to_one"]}), Tag("<plain>")
    ]
    | Annotated[ConnectForm, Tag("<mapping>")],
    Discriminator(_kind),
]  # fmt: skip


def _column_or_indices(given: Any) -> Any:
    if isinstance(given, str):
        return given
    if isinstance(given, list):
        for index, item in enumerate(given):
            if isinstance(item, bool) or not isinstance(item, int | str):
                raise fault(f"{shown(item)} is not a neuron", "Write its index or its label", at=str(index))
        return given
    raise fault(f"expected a column or a list of neurons, not {shown(given)}")


_Ends = Annotated[Any, Reads(_column_or_indices, {"type": ["string", "array"], "x-kind": "a column, or neurons"})]


class LookupForm(Form):
    """A second table in which every edge is looked up: signs of synapses, transmitters of neurons."""

    file: File = Field(description="A table with one row for each pair of neurons, or for each neuron.")
    pre: Text | None = Field(None, description="Its column with the source, if that is looked up.")
    post: Text | None = Field(None, description="Its column with the target, if that is looked up.")
    columns: list[Text] = Field(default_factory=list, description="Columns that `weight` and `delay` may use.")
    where: Where = Field(
        default_factory=list, description="Which edges to take; an edge that is not in the table has empty text."
    )
    sha256: Text | None = Field(None, description="Checksum of the file, checked when it is read.")


class EdgesForm(Form):
    """Synapses one by one: from the rows of a table, in place, or from an array file."""

    file: File | None = Field(None, description="A CSV, TSV or Parquet table with one row per synapse or connection.")
    array: File | None = Field(None, description="An NPZ file with the arrays `pre` and `post` (indices).")
    pre: _Ends | None = Field(
        None, description="Column of the source (looked for if not given), or the sources in place."
    )
    post: _Ends | None = Field(None, description="Column of the target, or the targets in place.")
    where: Where = Field(default_factory=list, description="Which rows to take.")
    ids: Literal["labels", "index"] | None = Field(
        None, description="Whether the ends are the neurons' labels (default, if they have any) or their indices."
    )
    unknown: Literal["error", "drop"] = Field("error", description="What happens to rows of other neurons.")
    nan: Literal["error", "absent"] = Field("error", description="What happens to missing numbers.")
    lookup: list[LookupForm] = Field(default_factory=list, description="Further tables, by source, target or both.")
    sha256: Text | None = Field(None, description="Checksum of the file, checked when it is read.")
    source: Text | None = Field(None, description="Where the edges come from, for the record.")

    @model_validator(mode="after")
    def _complete(self) -> EdgesForm:
        listed = isinstance(self.pre, list), isinstance(self.post, list)
        if any(listed) and not all(listed):
            raise fault("'pre' and 'post' must both be lists, or both be columns", at="post")
        sources = [self.file is not None, self.array is not None, all(listed)]
        if sum(sources) != 1:
            raise fault("edges need a file, or pre and post as lists", "Such as {file: edges.csv, pre: a, post: b}")
        if all(listed) and len(self.pre) != len(self.post):  # type: ignore[arg-type]
            raise fault(f"{len(self.pre)} sources, but {len(self.post)} targets", "One for each source", at="post")  # type: ignore[arg-type]
        return self


class MatrixForm(Form):
    """Synapses from the non-zero entries of a dense or sparse matrix; the entry is called `weight`."""

    file: File = Field(description="A CSV or NPZ file.")
    key: Text | None = Field(None, description="The array of an NPZ file, or the prefix of a sparse one.")
    labels: Text | None = Field(None, description="The array of an NPZ file with the neurons' names.")
    rows: Literal["source", "target"] = Field(description="Whether row i holds the connections from i, or those to i.")
    ids: Literal["labels", "index"] | None = Field(None, description="As of edges.")
    unknown: Literal["error", "drop"] = Field("error", description="What happens to entries of other neurons.")
    nan: Literal["error", "absent"] = Field("error", description="What happens to missing numbers.")


def _bounds(given: Any) -> tuple[Quantity, Quantity]:
    if not isinstance(given, list) or len(given) != 2:
        raise fault(f"{shown(given)} is no pair of bounds", "Write [weakest, strongest], such as [0 nS, 1 nS]")
    first, second = read_each(given, read_quantity)
    try:
        return weight_bounds((first, second))
    except InputError as error:
        raise from_text(error) from None


Bounds = Annotated[
    Any, Reads(_bounds,
        {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 2, "maxItems": 2,
         "x-kind": "bounds [weakest, strongest]"}
    ),
]  # fmt: skip


class ProjectionForm(Form):
    """Synapses from one population to another."""

    source: Address = Field(alias="from", description="Source: population, or population[selection].")
    target: Address = Field(alias="to", description="Target: population, or population[selection].")
    connect: Connect | None = Field(None, description="The connection rule. Default: all_to_all.")
    edges: EdgesForm | None = Field(None, description="The synapses one by one.")
    matrix: MatrixForm | None = Field(None, description="The synapses of a matrix.")
    weight: ValueOrExpression = Field(
        description="Weight of each synapse, in the receptor's unit; with edges also an expression of their columns."
    )
    delay: ValueOrExpression | None = Field(None, description="Delay of each synapse. Default: one time step.")
    receptor: Name | None = Field(
        None, description="The receptor of the target. May be left out if there is one choice."
    )
    rules: list[ModelReference] = Field(default_factory=list, description="Short- and long-term plasticity.")
    bounds: Bounds | None = Field(None, description="Weakest and strongest weight that plasticity may reach.")
    name: Text | None = Field(None, description="A name. Default: from->to.")

    @model_validator(mode="after")
    def _one_rule(self) -> ProjectionForm:
        given = [name for name in ("connect", "edges", "matrix") if getattr(self, name) is not None]
        if len(given) > 1:
            raise fault(f"a projection has both '{given[0]}' and '{given[1]}'", "Keep one", key=given[1])
        if "connect" in given or not given:
            for name in ("weight", "delay"):
                value = getattr(self, name)
                if isinstance(value, str):
                    raise fault(f"'{value[:48]}' is not a quantity", "Expressions need edges or a matrix", at=name)
        return self


def _count_or_expression(given: Any) -> Any:
    if isinstance(given, str):
        return read_expression(given)
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise fault(f"{shown(given)} is not a number", "A number, or an expression such as 500 * fln")
    if given < 0:
        raise fault(f"{given} is negative", "A number of at least 0")
    return given


CountOrExpression = Annotated[
    Any, Reads(_count_or_expression, {"type": ["number", "string"], "x-kind": "a number or an expression"}),
]  # fmt: skip


def _where(given: Any) -> Any:
    if isinstance(given, Mapping):
        for name, value in given.items():
            if not isinstance(value, str):
                raise fault(f"{shown(value)} is not text", "The text that the attribute must equal", at=str(name))
        return dict(given)
    if not isinstance(given, str):
        raise fault(f"{shown(given)} is not a condition", "Such as fln > 1e-4, or {kind: feedforward}")
    return read_expression(given) if given.strip() else ""


class PathwayForm(Form):
    """A rule that turns the edges of the connectome into projections between regions."""

    source: Text = Field(alias="from", description="Population or port of the source region.")
    target: Text = Field(alias="to", description="Population or port of the target region.")
    synapses_per_neuron: CountOrExpression | None = Field(
        None, description="Mean number of synapses per target neuron."
    )
    in_degree: CountOrExpression | None = Field(None, description="The same number for every target neuron.")
    probability: CountOrExpression | None = Field(None, description="Probability of every pair.")
    connect: Connect | None = Field(None, description="Any connection rule.")
    weight: ValueOrExpression = Field(
        description="Weight: a value, or an expression of the edge such as 10 pA * weight."
    )
    delay: Value | None = Field(None, description="Delay. Default: length / velocity of the edge.")
    receptor: Name | None = Field(None, description="The receptor of the target.")
    rules: list[ModelReference] = Field(default_factory=list, description="Short- and long-term plasticity.")
    bounds: Bounds | None = Field(None, description="Weakest and strongest weight that plasticity may reach.")
    where: Annotated[Any, Reads(_where, {"type": ["string", "object"], "x-kind": "a condition on the edge"})] = Field(
        "", description="Which edges: a condition such as fln > 1e-4, or attribute to text."
    )
    between: tuple[Text, Text] | None = Field(
        None,
        strict=False,
        description="The two regions, if the rule is for one edge only. Default: those of a name V1->MT.",
    )
    name: Text | None = Field(None, description="A name, if it is not the key.")

    _one = one_of("synapses_per_neuron", "in_degree", "probability", "connect", what="a pathway")
