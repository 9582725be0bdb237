"""What a single value of a definition may be: pydantic types for quantities, values, expressions, names and files.

Each type checks as much as can be known of it alone, says what is wrong in our own words, and describes itself for the
JSON Schema. What it returns is ready for the model: `Quantity`, `Distribution`, text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from braincore.errors import InputError
from braincore.expressions import is_unit_name, parse_expression, parse_statements
from braincore.expressions.faults import ExpressionError
from braincore.model.values import DISTRIBUTIONS, Distribution, as_value
from braincore.units import FREQUENCY, LENGTH, TIME, VELOCITY, Dimension, Quantity, describe, parse_unit

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
QUANTITY_PATTERN = rf"^\s*{NUMBER}\s*\*?\s*(?:[A-Za-zµμΩ1/][A-Za-zµμΩ0-9\s*/^·+-]*)?$"


class Form(BaseModel):
    """A part of a definition: strict types, no unknown keys, never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)


def fault(message: str, hint: str = "", at: str = "") -> PydanticCustomError:
    """Return our message as an error that pydantic passes on; `at` is a place below the value that is checked."""
    return PydanticCustomError("braincore", "{message}", {"message": message, "hint": hint, "at": at})


def from_text(error: InputError) -> PydanticCustomError:
    """Pass on the first fault of one of our errors, with its place in the text if it has one."""
    first = error.faults[0]
    context = {"message": first.message, "hint": first.hint, "at": ""}
    if isinstance(error, ExpressionError):
        context["texts"] = [tuple(f) for f in error.faults_with_positions]  # type: ignore[assignment]
    return PydanticCustomError("braincore", "{message}", context)


_NOT_FINITE = re.compile(r"[-+]?\.?(?:inf|infinity|nan)\b.*", re.IGNORECASE)
_COMMA = re.compile(r"[-+]?\d+,\d+.*")
_WORDS = {
    "msec": "ms", "msecs": "ms", "millisecond": "ms", "milliseconds": "ms", "sec": "s", "secs": "s", "seconds": "s",
    "usec": "us", "microseconds": "us", "millivolt": "mV", "millivolts": "mV", "volts": "V", "picoamp": "pA",
    "picoampere": "pA", "nanoamp": "nA", "amps": "A", "nanosiemens": "nS", "picofarad": "pF", "megaohm": "Mohm",
    "megohm": "Mohm", "mohms": "Mohm", "hz": "Hz", "spikes/s": "Hz", "sp/s": "Hz", "1/sec": "Hz", "mins": "minute",
    "micron": "um", "microns": "um", "microm": "um",
}  # fmt: skip


def read_quantity(given: Any, dimension: Dimension | None = None) -> Quantity:
    """Read one quantity of a definition; raise our error for pydantic."""
    wanted = describe(dimension) if dimension is not None else "a number with its unit, such as 20 mV"
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise fault(f"{shown(given)} is not a quantity", f"Expected {wanted}")
    if isinstance(given, str):
        if _NOT_FINITE.fullmatch(given.strip()):
            raise fault(f"'{_cut(given)}' is not a finite number", f"Expected {wanted}")
        if _COMMA.fullmatch(given.strip()):
            raise fault(f"'{_cut(given)}' has a comma in its number", f"Write {given.strip().replace(',', '.')}"[:80])
    try:
        return Quantity.of(given, dimension)
    except InputError as error:
        first = error.faults[0]
        word = given.split()[-1].lower() if isinstance(given, str) and given.split() else ""
        hint = f"Write {_WORDS[word]}" if word in _WORDS and "unknown unit" in first.message else first.hint
        if "is not a quantity" in first.message and dimension is not None:
            hint = f"Expected {wanted}"
        raise fault(first.message, hint) from None


def shown(value: Any) -> str:
    """Say what was given, in a message."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{_cut(str(value))}'"


def _cut(text: str) -> str:
    return text if len(text) <= 48 else f"{text[:45]}..."


def quantity(dimension: Dimension, *, positive: bool = False, least: float | None = None) -> Any:
    """Return the type of a quantity of one dimension; `least` is in SI."""

    def check(given: Any) -> Quantity:
        found = read_quantity(given, dimension)
        if positive and found.si <= 0:
            raise fault(f"{found} is not positive", "It must be above 0")
        if least is not None and found.si < least:
            raise fault(f"{found} is negative" if least == 0 else f"{found} is too small", f"At least {least:g}")
        return found

    kind = describe(dimension)
    schema: dict[str, Any] = {"type": "string", "pattern": QUANTITY_PATTERN, "description": kind}
    any_of = [schema, {"const": 0}] if not positive else [schema]
    return Annotated[
        Quantity, PlainValidator(check), WithJsonSchema({"anyOf": any_of, "x-kind": kind} if len(any_of) > 1 else schema)
    ]


Time = quantity(TIME)
Duration = quantity(TIME, positive=True)
Delay = quantity(TIME, least=0.0)
Velocity = quantity(VELOCITY, positive=True)
Length = quantity(LENGTH, least=0.0)
Frequency = quantity(FREQUENCY, least=0.0)
AnyQuantity = Annotated[
    Quantity,
    PlainValidator(lambda given: read_quantity(given)),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": QUANTITY_PATTERN}, {"type": "number"}], "x-kind": "a quantity"}),
]


def _number(given: Any) -> int | float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        hint = "Write it without quotes and unit" if isinstance(given, str) and re.match(NUMBER, given) else ""
        raise fault(f"{shown(given)} is not a number", hint)
    return given


Number = Annotated[int | float, PlainValidator(_number), WithJsonSchema({"type": "number"})]


def _at_least_zero(given: Any) -> int | float:
    if _number(given) < 0:
        raise fault(f"{given} is negative", "A number of at least 0")
    return _number(given)


PositiveOrZero = Annotated[int | float, PlainValidator(_at_least_zero), WithJsonSchema({"type": "number", "minimum": 0})]


def _probability(given: Any) -> float:
    if not 0 <= _number(given) <= 1:
        raise fault(f"{given} is not a probability", "Allowed: 0 to 1")
    return float(given)


Probability = Annotated[float, PlainValidator(_probability), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]


def whole(least: int = 0, most: int | None = None) -> Any:
    """Return the type of a whole number within limits."""

    def check(given: Any) -> int:
        if isinstance(given, bool) or not isinstance(given, int):
            if isinstance(given, float):
                hint = f"Write {int(given)}" if given.is_integer() else "It must be whole"
                raise fault(f"{given} is not a whole number", hint)
            digits = isinstance(given, str) and given.strip().isdigit()
            hint = f"Write {given.strip()} without quotes" if digits else "Write a number such as 100"
            raise fault(f"{shown(given)} is not a whole number", hint)
        if given < least or (most is not None and given > most):
            limits = f"At least {least}" if most is None else f"Allowed: {least} to {most}"
            raise fault(f"{given} is out of range", limits)
        return given

    schema = {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})
    return Annotated[int, PlainValidator(check), WithJsonSchema(schema)]


Size = whole(1, 2**31 - 1)

_NAME = re.compile(r"[^\[\]{},\s](?:[^\[\]{},\n]*[^\[\]{},\s])?")


def check_name(given: Any) -> str:
    """Check the name of a population, region, stimulus or model."""
    if not isinstance(given, str):
        hint = f"Put it in quotes: '{given}'" if isinstance(given, int | float) else ""
        raise fault(f"{shown(given)} is not a name", hint)
    if not _NAME.fullmatch(given) or len(given) > 256 or not given.isprintable():
        raise fault(f"{shown(given)} is not a name", "At most 256 letters, digits and signs, without [ ] { } and comma")
    return given


Name = Annotated[str, PlainValidator(check_name), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 256})]


def _text(given: Any) -> str:
    if not isinstance(given, str):
        hint = "Put it in quotes" if isinstance(given, int | float | bool) else ""
        if isinstance(given, Mapping):
            hint = "Put the text in a | block, or in quotes if it holds ': '"
        raise fault(f"expected text, not {shown(given)}", hint)
    return given


Text = Annotated[str, PlainValidator(_text), WithJsonSchema({"type": "string"})]


def _file(given: Any) -> str:
    text = _text(given)
    if not text.strip():
        raise fault("the name of a file is empty")
    return text


File = Annotated[
    str, PlainValidator(_file), WithJsonSchema({"type": "string", "minLength": 1, "x-kind": "a file, or data:set/file"})
]


def _address(given: Any) -> str:
    text = _text(given).strip()
    if not re.fullmatch(r"[^\[\]]+(\[[^\[\]]+\])?", text):
        raise fault(f"{shown(given)} is not a population", "Write it as name, region.name or name[selection]")
    return text


Address = Annotated[
    str, PlainValidator(_address),
    WithJsonSchema({"type": "string", "pattern": r"^[^\[\]]+(\[[^\[\]]+\])?$", "x-kind": "a population"}),
]  # fmt: skip


def _unit(given: Any) -> str:
    if given == 1 and not isinstance(given, bool):
        return "1"
    text = _text(given)
    try:
        parse_unit(text)
    except InputError as error:
        raise from_text(error) from None
    return text


Unit = Annotated[str, PlainValidator(_unit), WithJsonSchema({"type": ["string", "integer"], "x-kind": "a unit"})]

_JUXTAPOSED = re.compile(r"(?<![\w.])((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?) (?= *([A-Za-z]\w*))")


def multiplied(text: str) -> str:
    """Write ``10 Hz * x`` as ``10*Hz * x``, of the same length; after a division the unit must be joined by hand."""

    def join(match: re.Match[str]) -> str:
        before = text[: match.start()].rstrip()
        ambiguous = before.endswith(("/", "%", "**"))
        return match[0] if ambiguous or not is_unit_name(match[2]) else f"{match[1]}*"

    return _JUXTAPOSED.sub(join, text)


def read_expression(given: Any) -> str:
    """Read an expression, checked against the allow-list; raise our error for pydantic."""
    text = multiplied(_text(given))
    try:
        parse_expression(text)
    except InputError as error:
        raise from_text(error) from None
    return text


Expression = Annotated[str, PlainValidator(read_expression), WithJsonSchema({"type": "string", "x-kind": "an expression"})]


def _condition(given: Any) -> str:
    return read_expression(given) if _text(given).strip() else ""


def _statements(given: Any) -> str:
    text = _text(given)
    try:
        if text.strip():
            parse_statements(text)
    except InputError as error:
        raise from_text(error) from None
    return text


Condition = Annotated[str, PlainValidator(_condition), WithJsonSchema({"type": "string", "x-kind": "a condition"})]
Statements = Annotated[str, PlainValidator(_statements), WithJsonSchema({"type": "string", "x-kind": "statements"})]


def quantity_or_expression(given: Any) -> Quantity | str:
    """Read ``0.3 pA``, or else an expression such as ``0.3 pA * count``."""
    if not isinstance(given, str):
        return read_quantity(given)
    try:
        return Quantity.parse(given)
    except InputError:
        if re.fullmatch(rf"\s*{NUMBER}\s*[A-Za-zµμΩ]*\s*", given) or _NOT_FINITE.fullmatch(given.strip()):
            return read_quantity(given)
        return read_expression(given)


def one_of(*names: str, what: str) -> Any:
    """Return the validator of a form that has one and only one of some keys."""

    def check(cls: Any, given: Any) -> Any:
        if isinstance(given, Mapping):
            present = [name for name in names if given.get(name) is not None]
            known = {field.alias or name for name, field in cls.model_fields.items()}
            misspelt = any(name not in known for name in given)
            if len(present) > 1:
                both = " and ".join(f"'{name}'" for name in present)
                raise fault(f"{what} has {both}", f"Give one of {', '.join(names)}", at=present[1])
            if not present and not misspelt:  # a misspelt key is told with the nearest name
                raise fault(f"{what} needs one of {', '.join(names)}")
        return given

    return model_validator(mode="before")(classmethod(check))


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

    @model_validator(mode="after")
    def _makes_sense(self) -> DistributionForm:
        try:
            self.value()
        except InputError as error:
            raise from_text(error) from None
        return self

    def value(self) -> Distribution:
        """Return the distribution."""
        kind = next(name for name in DISTRIBUTIONS if getattr(self, name) is not None)
        arguments = {name: q for name, q in getattr(self, kind) if q is not None}
        return DISTRIBUTIONS[kind](**arguments)


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


ValueForm = Any


def _kind(given: Any) -> str:
    if isinstance(given, Mapping):
        if "array" in given:
            return "<array>"
        return "<column>" if "file" in given or "column" in given else "<distribution>"
    return "<list>" if isinstance(given, list) else "<quantity>"


def _listed(given: Any) -> list[Quantity]:
    if not given:
        raise fault("the list is empty", "Give one quantity per element")
    found = []
    for index, item in enumerate(given):
        try:
            found.append(read_quantity(item))
        except PydanticCustomError as error:
            raise fault(error.context["message"], error.context["hint"], at=str(index)) from None  # type: ignore[index]
    try:
        as_value(found)
    except InputError as error:
        raise from_text(error) from None
    return found


_QUANTITIES = Annotated[
    list[Quantity], PlainValidator(_listed), WithJsonSchema({"type": "array", "items": {"type": ["string", "number"]}})
]
_OTHERS = (
    Annotated[_QUANTITIES, Tag("<list>")]
    | Annotated[ArrayForm, Tag("<array>")]
    | Annotated[ColumnForm, Tag("<column>")]
    | Annotated[DistributionForm, Tag("<distribution>")]
)
Value = Annotated[Annotated[AnyQuantity, Tag("<quantity>")] | _OTHERS, Discriminator(_kind)]
"""A quantity, a distribution, a list of quantities, or a column or array of a file."""

_QuantityOrExpression = Annotated[
    Any,
    PlainValidator(quantity_or_expression),
    WithJsonSchema({"type": ["string", "number"], "x-kind": "a quantity or an expression"}),
]
ValueOrExpression = Annotated[Annotated[_QuantityOrExpression, Tag("<quantity>")] | _OTHERS, Discriminator(_kind)]
"""A value, or an expression: of the columns of an edge list, of time, or of a model's parameters."""
