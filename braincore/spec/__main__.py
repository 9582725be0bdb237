"""``python -m braincore.spec schema|reference`` writes the published JSON Schema or the reference page."""

from __future__ import annotations

import sys

from braincore.errors import suggest
from braincore.spec import reference, schema

_PAGES = {"schema": schema.text, "reference": reference.reference}


def main(arguments: list[str]) -> int:
    """Write one page; return the exit code."""
    if len(arguments) != 1 or arguments[0] not in _PAGES:
        sys.stderr.write(f"{suggest(arguments[0] if arguments else '', _PAGES)}\n")
        return 2
    sys.stdout.write(_PAGES[arguments[0]]())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
