"""The parts of the documentation that are made from the code: the library, the YAML reference, the JSON Schema.

``python -m braincore.study.docs docs`` writes them; a test keeps them in step.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from braincore.spec.reference import reference
from braincore.spec.schema import comparison_schema, json_schema
from braincore.study import region_docs
from braincore.study.library import KINDS, explanation
from braincore.study.rule_docs import PAGE, rules_page, write_curves

_TITLES = {
    "neurons": "Neurons",
    "synapses": "Synapses",
    "rules": "Plasticity",
    "regions": "Regions and circuits",
    "protocols": "Protocols for learning rules",
}


def library_reference() -> str:
    """Return the library reference in Markdown: what `braincore explain` says of every entry."""
    lines = [
        "# Library",
        "",
        "Made from the models by `make docs`. `braincore list` and `braincore explain NAME` say the same.",
        "",
    ]
    for kind, registry in KINDS.items():
        lines += [f"## {_TITLES[kind]}", ""]
        for name in registry:
            head, *body = explanation(name)
            lines += [f"### {name}", "", head.partition(": ")[2], ""]
            if body and body[0].startswith("source: "):
                lines += [f"Source: {body.pop(0).removeprefix('source: ')}", ""]
            while body and not body[0]:
                del body[0]
            lines += ["```text", *body, "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def pages() -> dict[str, str]:
    """Return the generated files by name."""
    return {
        "library.md": library_reference(),
        PAGE: rules_page(),
        region_docs.PAGE: region_docs.regions_page(),
        "yaml.md": reference(),
        "comparison.schema.json": json.dumps(comparison_schema(), indent=1, ensure_ascii=False) + "\n",
        "braincore.schema.json": json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n",
    }


def main(folder: str) -> None:
    """Write the generated files."""
    for name, text in pages().items():
        (Path(folder) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "docs")
    if "--curves" in sys.argv[2:]:
        write_curves(Path(sys.argv[1]) / "learning_rules")
        region_docs.write_wirings(Path(sys.argv[1]) / "regions")
