"""The tables of the library: what registers, what is found, what breaks."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import pytest

from braincore.errors import BraincoreError, UnknownNameError
from braincore.model import Registry, neurons, synapses
from braincore.model import registry as registry_module


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry[str]:
    """A registry of a package of two files on the disk."""
    folder = tmp_path / "shelf_for_tests"
    folder.mkdir()
    (folder / "__init__.py").write_text("from braincore.model import Registry\nbooks = Registry('book', __name__)\n")
    (folder / "ada.py").write_text("from shelf_for_tests import books\nbooks.register('ada', 'Ada', module=__name__)\n")
    (folder / "_private.py").write_text("raise RuntimeError('private files are not the library')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [n for n in sys.modules if n.startswith("shelf_for_tests")]:
        monkeypatch.delitem(sys.modules, name)
    import shelf_for_tests  # type: ignore[import-not-found]

    found: Registry[str] = shelf_for_tests.books
    yield found  # type: ignore[misc]
    for name in [n for n in sys.modules if n.startswith("shelf_for_tests")]:
        del sys.modules[name]


def test_files_of_the_package_are_found_when_first_asked(shelf: Registry[str]) -> None:
    assert "shelf_for_tests.ada" not in sys.modules
    assert shelf.get("ada") == "Ada"
    assert list(shelf) == ["ada"] and len(shelf) == 1 and "ada" in shelf and "bob" not in shelf
    assert shelf.module("ada") == "shelf_for_tests.ada"


def test_a_second_registration_names_the_first_module(shelf: Registry[str]) -> None:
    shelf.get("ada")
    with pytest.raises(BraincoreError, match=r"'ada' of other\.place is registered already by shelf_for_tests\.ada"):
        shelf.register("ada", "Another", module="other.place")
    assert shelf.get("ada") == "Ada"


def test_an_unknown_name_is_suggested(shelf: Registry[str]) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown book 'Adda'. Did you mean 'ada'\?") as caught:
        shelf.get("Adda", path="here")
    assert caught.value.faults[0].path == "here"
    with pytest.raises(UnknownNameError):
        shelf.module("nothing")


class Point:
    """An entry point that cannot be loaded."""

    name, value = "broken", "nowhere:thing"

    def load(self) -> Any:
        raise ImportError("no module named nowhere")


def test_a_broken_plug_in_warns_and_the_library_stands(
    shelf: Registry[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(registry_module, "entry_points", lambda group: [Point()])
    with caplog.at_level(logging.WARNING):
        assert shelf.get("ada") == "Ada"
    assert "plug-in broken of nowhere:thing could not be loaded: no module named nowhere" in caplog.text


def test_a_plug_in_adds_its_own(shelf: Registry[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Good(Point):
        def load(self) -> Any:
            shelf.register("eve", "Eve", module="third.party")

    monkeypatch.setattr(registry_module, "entry_points", lambda group: [Good()])
    assert list(shelf) == ["ada", "eve"]


def test_a_broken_file_of_the_library_is_told_every_time(shelf: Registry[str], tmp_path: Path) -> None:
    (tmp_path / "shelf_for_tests" / "zoe.py").write_text("1/0\n")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            shelf.get("ada")


def test_the_library_is_there() -> None:
    assert {"lif_exp", "adex", "hh", "poisson", "spike_source"} <= set(neurons)
    assert {"delta", "ampa", "gap_junction"} <= set(synapses)
    for name in neurons:
        assert neurons.get(name).name == name
