"""Values in a definition: a quantity, a distribution, a list, or a column or array of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag

from braincore.errors import InputError
from braincore.model.values import DISTRIBUTIONS, Distribution, as_value
from braincore.spec.fields import AnyQuantity, File, Text, Unit, quantity_or_expression, read_quantity
from braincore.spec.reads import Form, Reads, fault, from_text, one_of, read_each
from braincore.units import Quantity


class NormalArguments(Form):
    """Normal distribution."""

    mean: AnyQuantity = Field(description="Mean.")
    sd: AnyQuantity = Field(description="Standard deviation.")


class TruncatedNormalArguments(Form):
    """Normal distribution redrawn until it lies within the bounds."""

    mean: AnyQuantity = Field(description="Mean before truncation.")
    sd: AnyQuantity = Field(description="Standard deviation before truncation.")
    low: AnyQuantity | None = Field(None, description="Lower bound.")
    high: AnyQuantity | None = Field(None, description="Upper bound.")


class LogNormalArguments(Form):
    """Log-normal distribution, by the mean and standard deviation of the variable itself."""

    mean: AnyQuantity = Field(description="Mean of the variable itself.")
    sd: AnyQuantity = Field(description="Standard deviation of the variable itself.")
    low: AnyQuantity | None = Field(None, description="Lower bound; mean and sd are those before truncation.")
    high: AnyQuantity | None = Field(None, description="Upper bound.")


class UniformArguments(Form):
    """Uniform distribution."""

    low: AnyQuantity = Field(description="Lower bound.")
    high: AnyQuantity = Field(description="Upper bound.")


class DistributionForm(Form):
    """A distribution that each element draws from."""

    normal: NormalArguments | None = Field(None, description="Normal distribution.")
    truncated_normal: TruncatedNormalArguments | None = Field(None, description="Normal distribution within bounds.")
    lognormal: LogNormalArguments | None = Field(None, description="Log-normal distribution.")
    uniform: UniformArguments | None = Field(None, description="Uniform distribution.")

    _one = one_of(*sorted(DISTRIBUTIONS), what="a distribution")

    def value(self) -> Distribution:
        """Return the distribution; raise our error for pydantic if its arguments make no sense together."""
        kind = next(name for name in DISTRIBUTIONS if getattr(self, name) is not None)
        try:
            return DISTRIBUTIONS[kind](**{name: q for name, q in getattr(self, kind) if q is not None})
        except InputError as error:
            raise from_text(error) from None


class ColumnForm(Form):
    """Numbers from a column of a table, one per element."""

    file: File = Field(description="A CSV, TSV, Parquet or NPZ table.")
    column: Text = Field(description="The column.")
    unit: Unit = Field("1", description="The unit of its numbers.")


class ArrayForm(Form):
    """Numbers from an array of an NPZ file, one per element."""

    array: File = Field(description="An NPZ file.")
    key: Text = Field(description="The array in it.")
    unit: Unit = Field("1", description="The unit of its numbers.")
    sha256: Text | None = Field(None, description="Checksum of the file, checked when it is read.")


def _kind(given: Any) -> str:
    if isinstance(given, Mapping):
        if "array" in given:
            return "<array>"
        return "<column>" if "file" in given or "column" in given else "<distribution>"
    return "<list>" if isinstance(given, list) else "<quantity>"


def _listed(given: Any) -> list[Quantity]:
    if not given:
        raise fault("the list is empty", "Give one quantity per element")
    found = read_each(given, read_quantity)
    try:
        as_value(found)
    except InputError as error:
        raise from_text(error) from None
    return found


_QUANTITIES = Annotated[list[Quantity], Reads(_listed, {"type": "array", "items": {"type": ["string", "number"]}})]
_OTHERS = (
    Annotated[_QUANTITIES, Tag("<list>")]
    | Annotated[ArrayForm, Tag("<array>")]
    | Annotated[ColumnForm, Tag("<column>")]
    | Annotated[DistributionForm, AfterValidator(DistributionForm.value), Tag("<distribution>")]
)
Value = Annotated[Annotated[AnyQuantity, Tag("<quantity>")] | _OTHERS, Discriminator(_kind)]
"""A quantity, a distribution, a list of quantities, or a column or array of a file."""

_QuantityOrExpression = Annotated[
    Any,
    Reads(quantity_or_expression, {"type": ["string", "number"], "x-kind": "a quantity or an expression"}),
]
ValueOrExpression = Annotated[Annotated[_QuantityOrExpression, Tag("<quantity>")] | _OTHERS, Discriminator(_kind)]
"""A value, or an expression: of the columns of an edge list, of time, or of a model's parameters."""
