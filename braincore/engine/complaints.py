"""What is said when the compiler refuses a network: the object, the model's own equation, the line of C++."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from braincore.errors import EngineError


class CompileError(EngineError):
    """The compiler refuses a network's code.

    Parameters
    ----------
    complaint
        Its first error.
    origin
        Name of the Brian2 object whose code it is, if it is known.
    line
        The line of C++.
    model
        What the model says there.
    """

    def __init__(self, complaint: str, *, origin: str = "", line: str = "", model: str = "") -> None:
        self.complaint, self.origin, self.line, self.model = complaint, origin, line, model
        super().__init__(f"the compiler refuses the network's code{f' in {origin}' if origin else ''}: {self.told}")

    @property
    def told(self) -> str:
        """What is wrong, without the object's name."""
        parts = (f"{self.model}: " if self.model else "", f"{self.line}: " if self.line else "", self.complaint)
        return "".join(parts)

    def about(self, objects: Iterable[Any]) -> CompileError:
        """Return the error with what the model says, found among the objects of the network."""
        for obj in objects:
            if obj.name == self.origin:
                model = model_text(obj, self.line)
                return CompileError(self.complaint, origin=self.origin, line=self.line, model=model)
        return self


def model_text(obj: Any, line: str) -> str:
    """Return what the model says where a line of an object's code comes from: an equation, or the statements.

    Parameters
    ----------
    obj
        A Brian2 object that runs code.
    line
        A line of the C++ made from it.
    """
    equations = getattr(getattr(obj, "group", None), "equations", None)
    if equations is not None and "stateupdater" in obj.name:
        names = set(re.findall(r"\w+", line))
        hit = [text for name, text in equations.items() if names & {name, f"_{name}", f"_ptr_{name}"}]
        return "; ".join(str(text) for text in hit or equations.values())
    text = getattr(obj, "code", None) or getattr(obj, "abstract_code", None) or ""
    return "; ".join(part.strip() for part in str(text).splitlines() if part.strip())
