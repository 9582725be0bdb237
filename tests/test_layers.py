"""Data flows one way: a room imports only the rooms above it. This test walks the imports and holds it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the top of the house to the bottom; rooms on one line may not import each other.
LAYERS = (
    ("errors",),
    ("safe_import",),
    ("units",),
    ("expressions",),
    ("data",),
    ("model",),
    ("synapses",),
    ("neurons", "learning_rules"),
    ("circuits",),
    ("regions",),
    ("spec",),
    ("theory",),
    ("engine",),
    ("build",),
    ("results",),
    ("analysis",),
    ("report",),
    ("study",),
    ("api",),
    ("cli",),
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
ANYWHERE = {"cli", "__init__", "__main__", "experiments"}
BRIAN2 = {"build", "engine", "experiments"}
FORBIDDEN = {("yaml", "load"), ("pickle", "load"), ("pickle", "loads"), ("os", "system"), ("os", "popen")}


def _files() -> list[Path]:
    folders = [ROOT / name for name in ("braincore", "regions", "learning_rules", "experiments")]
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


def _room(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "braincore" else parts[0]


def _imports(path: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            found.append((node.lineno, node.module or ""))
            if node.module == "braincore":
                found += [(node.lineno, f"braincore.{alias.name}") for alias in node.names]
    return found


@pytest.mark.parametrize("path", _files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_only_rooms_above_it(path: Path) -> None:
    room = _room(path)
    for line, name in _imports(path):
        if not name.startswith("braincore."):
            assert name.partition(".")[0] not in ("regions", "learning_rules", "experiments"), f"{path}:{line}: {name}"
            continue
        other = name.split(".")[1]
        if other == room or room in ANYWHERE or other not in LEVEL:
            continue
        assert LEVEL[other] < LEVEL[room], f"{path.relative_to(ROOT)}:{line}: {room} imports {other}"


@pytest.mark.parametrize("path", _files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_brian2_is_known_to_the_build_alone(path: Path) -> None:
    names = {name.partition(".")[0] for _, name in _imports(path)}
    if "brian2" in names:
        assert _room(path) in BRIAN2 | {"units", "safe_import"}, f"{path} imports brian2"


@pytest.mark.parametrize("path", _files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_dangerous_call(path: Path) -> None:
    banned = {"eval", "exec", "sympify", "unsafe_load", "full_load"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        where = f"{path}:{node.lineno}"
        assert called not in banned, f"{where}: {called}"
        owner = getattr(getattr(node.func, "value", None), "id", "")
        assert (owner, called) not in FORBIDDEN, where
        for keyword in node.keywords:
            value = getattr(keyword.value, "value", None)
            assert (keyword.arg, value) not in {("shell", True), ("allow_pickle", True)}, where
