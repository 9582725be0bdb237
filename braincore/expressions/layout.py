"""What equations and statements share in reading a text of many lines."""

from __future__ import annotations

import re
import unicodedata

from braincore.expressions.faults import TextFault
from braincore.expressions.tokens import Source

# Letters of any script may stand in a comment; what steers a terminal or reorders a line may not.
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def blank_comments(text: str) -> str:
    """Replace comments by spaces, so that every other character keeps its place."""
    return re.sub(r"#[^\n]*", lambda match: " " * len(match[0]), text)


def unprintable_faults(source: Source) -> list[TextFault]:
    """Return a fault for each control or bidirectional character."""
    faults = []
    for offset, character in enumerate(source.text):
        if character in "\n\r\t" or character.isprintable():
            continue
        if unicodedata.category(character) in _UNPRINTABLE:
            faults.append(source.fault(offset, f"the character U+{ord(character):04X} is not allowed in an equation"))
    return faults
