"""How a value of a definition is read: forms, checks of our own, and what they say when something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError, core_schema

from braincore.errors import InputError
from braincore.expressions import ExpressionError

T = TypeVar("T")


class Reads:
    """The type of a value that a function of our own reads.

    Parameters
    ----------
    read
        Returns what the model gets, or raises `fault`.
    schema
        What the JSON Schema says; ``x-kind`` is for the reference page.
    """

    def __init__(self, read: Callable[[Any], Any], schema: Mapping[str, Any]) -> None:
        self.read, self.schema = read, dict(schema)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return dict(self.schema)


class Form(BaseModel):
    """A part of a definition: strict types, no unknown keys, never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)


def fault(message: str, hint: str = "", *, at: str = "", key: str = "") -> PydanticCustomError:
    """Return our message as an error that pydantic passes on.

    `at` is the place of a value below the one that is checked, `key` that of a key.
    """
    return PydanticCustomError("braincore", "{message}", {"message": message, "hint": hint, "at": at, "key": key})


def from_text(error: InputError) -> PydanticCustomError:
    """Pass on the first fault of one of our errors, with its place in the text if it has one."""
    first = error.faults[0]
    context = {"message": first.message, "hint": first.hint, "at": "", "key": ""}
    if isinstance(error, ExpressionError):
        context["texts"] = [tuple(f) for f in error.faults_with_positions]  # type: ignore[assignment]
    return PydanticCustomError("braincore", "{message}", context)


def read_each(items: Sequence[Any], read: Callable[[Any], T]) -> list[T]:
    """Read every item of a list; a fault is placed at its item."""
    found = []
    for index, item in enumerate(items):
        try:
            found.append(read(item))
        except PydanticCustomError as error:
            context = error.context or {}
            raise fault(context["message"], context["hint"], at=str(index)) from None
    return found


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
    return f"'{cut(str(value))}'"


def cut(text: str) -> str:
    """Return text short enough for a message."""
    text = " ".join(text.split())
    return text if len(text) <= 48 else f"{text[:45]}..."


def one_of(*names: str, what: str) -> Any:
    """Return the validator of a form that has one and only one of some keys."""

    def check(cls: Any, given: Any) -> Any:
        if isinstance(given, Mapping):
            present = [name for name in names if given.get(name) is not None]
            known = {field.alias or name for name, field in cls.model_fields.items()}
            misspelt = any(name not in known for name in given)
            if len(present) > 1:
                both = " and ".join(f"'{name}'" for name in present)
                raise fault(f"{what} has {both}", f"Give one of {', '.join(names)}", key=present[1])
            if not present and not misspelt:  # a misspelt key is told with the nearest name
                raise fault(f"{what} needs one of {', '.join(names)}")
        return given

    before: Any = classmethod(check)
    return model_validator(mode="before")(before)
