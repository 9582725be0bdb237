"""The parts of a definition that describe populations: their neurons, sizes, names, groups and places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from braincore.spec.fields import File, Length, Name, Size, Text, Unit
from braincore.spec.form_models import ModelReference
from braincore.spec.form_values import ArrayForm, Value, ValueOrExpression
from braincore.spec.reads import Form, Reads, fault, one_of, shown

_OPERATORS = ("==", "!=", "<=", ">=", "<", ">", "not in", "in")
_TERM = re.compile(r"\s*(?P<name>[\w.\- ]*\w)\s*(?P<op>==|!=|<=|>=|<|>|\bnot in\b|\bin\b)\s*(?P<value>.+?)\s*")


def read_where(given: Any) -> list[tuple[str, str, Any]]:
    """Read conditions on the rows of a table: ``type == chemical and count >= 5``, or ``{type: chemical}``."""
    if isinstance(given, Mapping):
        return [_of_column(str(name), value) for name, value in given.items()]
    if not isinstance(given, str):
        raise fault(f"{shown(given)} is not a condition", "Write it as: count >= 5, or {type: chemical}")
    found = []
    for term in re.split(r"\s+and\s+", given.strip()):
        match = _TERM.fullmatch(term)
        if match is None:
            raise fault(f"'{term[:48]}' is not a condition on a column", "Write it as: count >= 5 and type == chemical")
        operator, text = match["op"], match["value"]
        value = [_word(w) for w in text.strip("[]()").split(",")] if operator in ("in", "not in") else _word(text)
        found.append((match["name"].strip(), operator, value))
    return found


def _of_column(name: str, value: Any) -> tuple[str, str, Any]:
    if isinstance(value, list):
        return name, "in", value
    if isinstance(value, str):
        operator = next((op for op in _OPERATORS[:6] if value.lstrip().startswith(op)), None)
        if operator is not None:
            return name, operator, _word(value.lstrip()[len(operator) :])
    if isinstance(value, Mapping) or value is None:
        raise fault(f"{shown(value)} is not a value of a column", "Such as {type: chemical, count: '>= 5'}", at=name)
    return name, "==", value


def _word(text: str) -> Any:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


Where = Annotated[
    list[tuple[str, str, Any]], Reads(read_where, {"type": ["string", "object"], "x-kind": "a condition on rows"}),
]  # fmt: skip


class NodesForm(Form):
    """Neurons from the rows of a table."""

    file: File = Field(description="A CSV, TSV or Parquet table with one row per neuron.")
    id: Text = Field(description="The column with their names.")
    groups: list[Text] = Field(
        default_factory=list, description="Columns whose values become groups (cell classes), to be addressed by name."
    )
    where: Where = Field(default_factory=list, description="Which rows to take.")


class GroupArrayForm(Form):
    """The neurons of a group from an array of an NPZ file."""

    array: File = Field(description="An NPZ file.")
    key: Text = Field(description="The array of indices in it.")
    sha256: Text | None = Field(None, description="Checksum of the file.")


def _group(given: Any) -> Any:
    if isinstance(given, str) or (isinstance(given, list) and given):
        wrong = [item for item in given if isinstance(item, bool) or not isinstance(item, int | str)]
        if isinstance(given, str) or not wrong:
            return given
        raise fault(f"{shown(wrong[0])} is not a neuron", at=str(given.index(wrong[0])))
    raise fault(f"{shown(given)} is not a group of neurons", "Write [0, 1, 2], [ASHL, ASHR] or '0:100'")


Group = Annotated[
    Annotated[Any, Reads(_group, {"type": ["string", "array"], "x-kind": "neurons"}), Tag("<plain>")]
    | Annotated[GroupArrayForm, Tag("<mapping>")],
    Discriminator(lambda given: "<mapping>" if isinstance(given, Mapping) else "<plain>"),
]


_BESIDE = {
    "grid": "grid: [10, 10]",
    "spacing": "spacing: 50 um",
    "file": "file: cells.csv",
    "columns": "columns: [x, y]",
    "unit": "unit: um",
}


class LayoutForm(Form):
    """Where neurons lie: on a grid, scattered in a box, or as a file says."""

    grid: list[Size] | None = Field(None, description="Neurons along each axis, the last fastest; with `spacing`.")
    spacing: Length | None = Field(None, description="Distance between neighbours on the grid.")
    scatter: list[Length] | None = Field(None, description="Lengths of the box in which positions are drawn.")
    file: File | None = Field(None, description="A table with positions; with `columns` and `unit`.")
    columns: list[Text] | None = Field(None, description="Its columns with x, y and z (one to three).")
    unit: Unit | None = Field(None, description="The unit of its numbers, such as um.")
    array: ArrayForm | None = Field(None, description="Positions from an array of shape (n, dimensions).")

    _one = one_of("grid", "scatter", "file", "array", what="a layout")

    @model_validator(mode="after")
    def _complete(self) -> LayoutForm:
        for name, needed in (("grid", ("spacing",)), ("file", ("columns", "unit"))):
            for other in needed:
                if (getattr(self, name) is None) != (getattr(self, other) is None):
                    told, lacking = (name, other) if getattr(self, name) is not None else (other, name)
                    raise fault(f"'{told}' needs '{lacking}' beside it", f"Such as {_BESIDE[lacking]}", key=told)
        axes = self.grid or self.scatter or self.columns
        if axes is not None and not 1 <= len(axes) <= 3:
            raise fault(f"a layout of {len(axes)} dimensions", "One to three")
        return self


Tags = Annotated[
    str,
    Reads(lambda given: given if isinstance(given, str) else _tag(given), {"type": ["string", "number"]}),
]


def _tag(given: Any) -> str:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise fault(f"expected text, not {shown(given)}")
    return str(given)


class PopulationForm(Form):
    """Neurons of one model."""

    neuron: Name = Field(description="Their model: one of the library or of `neurons`.")
    size: Size | None = Field(None, description="Number of neurons.")
    labels: list[Text] | None = Field(None, description="Their names; says the number too.")
    nodes: NodesForm | None = Field(None, description="Neurons from a table: names, groups, number.")
    parameters: dict[str, Value] = Field(
        default_factory=dict, description="Values that differ from the model's: one, drawn, or one per neuron."
    )
    initial: dict[str, ValueOrExpression] = Field(
        default_factory=dict, description="Initial values of state variables."
    )
    receptors: dict[str, ModelReference] = Field(
        default_factory=dict, description="Receptors that are added to those of the model or replace them."
    )
    sign: Literal["excitatory", "inhibitory"] | None = Field(None, description="What Dale's law is held to.")
    layout: LayoutForm | None = Field(None, description="Positions.")
    tags: dict[str, Tags] = Field(default_factory=dict, description="Labels for figures, such as {layer: 4}.")
    groups: dict[str, Group] = Field(default_factory=dict, description="Named sets of neurons.")

    @model_validator(mode="before")
    @classmethod
    def _sized(cls, given: Any) -> Any:
        if isinstance(given, Mapping):
            present = [name for name in ("size", "labels", "nodes") if given.get(name) is not None]
            known = set(cls.model_fields)
            if not present and all(name in known for name in given):
                raise fault("a population needs a size, labels or nodes", "Such as size: 100")
            if "nodes" in present and len(present) > 1:
                raise fault(
                    f"'nodes' says the size and the names already, so '{present[0]}' cannot be given too",
                    key=present[0],
                )
            if present == ["size", "labels"] and isinstance(given["labels"], list):
                count = len(given["labels"])
                if given["size"] != count and isinstance(given["size"], int):
                    raise fault(f"{count} labels for {given['size']} neurons", "Leave out the size", key="labels")
        return given
