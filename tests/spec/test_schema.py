"""The published JSON Schema and the reference page are those of the code, and say what the loader says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from spec_brains import BRAINS, saved_brain
from spec_faults import CASES
from spec_texts import marked, saved, whole

from braincore.errors import InputError
from braincore.spec import load, schema
from braincore.spec.document import Document
from braincore.spec.nodes import read_file, read_text
from braincore.spec.reference import EXAMPLE, reference

ROOT = Path(__file__).parents[2]


def test_the_published_schema_is_up_to_date() -> None:
    published = ROOT / "docs" / "braincore.schema.json"
    assert published.read_text(encoding="utf-8") == schema.text(), "run: make docs"


def test_the_reference_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "yaml.md").read_text(encoding="utf-8") == reference(), "run: make docs"


def test_the_example_of_the_page_is_a_brain(tmp_path: Path) -> None:
    network = load(saved(tmp_path, EXAMPLE)).resolve()
    assert network.size == 1000
    assert len(network.projections) == 4


def _parts(found: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("the first level", found), *found["$defs"].items()]


def test_every_key_and_part_is_described() -> None:
    for name, part in _parts(schema.json_schema()):
        assert part.get("description"), name
        for key, given in part.get("properties", {}).items():
            assert given.get("description", "").endswith("."), f"{name}.{key}"


def test_every_part_is_on_the_page_once_and_every_link_leads_somewhere() -> None:
    page = reference()
    titles = re.findall(r"^## (.+)$", page, flags=re.M)
    assert len(titles) == len(set(titles))
    anchors = {title.lower().replace(" ", "-") for title in titles}
    links = set(re.findall(r"\]\(#([^)]+)\)", page))
    assert links <= anchors, links - anchors
    assert len(titles) == len(schema.json_schema()["$defs"]) + 2


def test_every_section_of_the_document_is_in_the_schema() -> None:
    assert set(schema.json_schema()["properties"]) == set(Document.model_fields)


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    found = schema.json_schema()
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


@pytest.mark.parametrize("name", BRAINS)
def test_valid_brains_fit_the_schema(name: str, tmp_path: Path, validator: Any) -> None:
    plain = json.loads(json.dumps(read_file(saved_brain(name, tmp_path)).root.plain()))
    assert [error.message for error in validator.iter_errors(plain)] == []


def test_unknown_keys_and_wrong_types_do_not_fit(validator: Any) -> None:
    """An editor marks most of what the loader refuses for its shape: unknown keys, missing keys, texts for numbers."""
    shape = re.compile(r"unknown key|is missing|not a whole number|expected a mapping|is not allowed|has no unit")
    tried = marked_too = 0
    for case in CASES:
        if not shape.search(case.said):
            continue
        text, _ = marked(whole(case.text))
        try:
            parsed = read_text(text, "t.yaml", Path())
        except InputError:
            continue
        if parsed.faults:
            continue
        tried += 1
        marked_too += any(True for _ in validator.iter_errors(json.loads(json.dumps(parsed.root.plain()))))
    assert tried > 40
    assert marked_too >= 0.6 * tried


@pytest.mark.parametrize(
    ("path", "has"),
    [
        ((), "populations"),
        (("populations", "E"), "neuron"),
        (("projections", 0, "connect", "fixed_probability"), "p"),
        (("stimuli", "s", "poisson"), "rate"),
        (("stimuli", 0, "poisson"), "rate"),
        (("regions", "V1", "populations", "E"), "size"),
        (("neurons", "x", "parameters", "tau"), "meaning"),
        (("connectome", "threshold"), "density"),
        (("record", "traces", "E"), "variables"),
    ],
)
def test_the_keys_of_a_place(path: tuple[str | int, ...], has: str) -> None:
    assert has in schema.keys(path)


def test_names_are_free_and_fields_are_not() -> None:
    assert schema.is_free(("populations",))
    assert schema.is_free(("regions", "V1"))
    assert not schema.is_free(("record",))
    assert not schema.is_free(("populations", "E"))
    assert schema.keys(("no", "such", "place")) == []
