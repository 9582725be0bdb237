# ruff: noqa: E501
"""YAML text to nodes: what scalars mean, where things stand, what is refused, and how long that takes."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from braincore.errors import InputError
from braincore.spec import load, nodes
from braincore.spec.emit import emit
from braincore.spec.nodes import Node, read_file, read_text
from braincore.spec.scalars import AmbiguousScalarError, resolve

HERE = Path()


def plain(text: str) -> object:
    parsed = read_text(text, "t.yaml", HERE)
    assert not parsed.faults, parsed.faults
    return parsed.root.plain()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000.0), ("1e-3", 0.001), ("1E+3", 1000.0), (".5", 0.5), ("5.", 5.0), ("-0.0", -0.0), ("+7", 7), ("0", 0),
        ("-12", -12), ("12345678901234567890", 12345678901234567890), ("true", True), ("False", False), ("null", None),
        ("~", None), ("", None), ("on", "on"), ("yes", "yes"), ("no", "no"), ("NO", "NO"), ("off", "off"), ("y", "y"),
        ("nan", "nan"), ("inf", "inf"), ("Infinity", "Infinity"), ("20 mV", "20 mV"), ("-65mV", "-65mV"), ("1e3 Hz", "1e3 Hz"),
        ("1.2.3", "1.2.3"), ("1-2", "1-2"), ("24c", "24c"), ("7A", "7A"), ("v > V_th", "v > V_th"), ("-", "-"), ("+", "+"),
        (".", "."), ("..", ".."), ("1/ms", "1/ms"), ("0 mV", "0 mV"), ("E->I", "E->I"), ("_1", "_1"), ("0.5e", "0.5e"),
    ],
)  # fmt: skip
def test_what_an_unquoted_word_means(text: str, value: object) -> None:
    found = resolve(text)
    assert type(found) is type(value)
    assert found == value
    assert not isinstance(value, float) or math.copysign(1, found) == math.copysign(1, value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["0100", "-012", "00", "010.5", "1_000", "1_0.5", "1,000", "0,5", "12:30:45", "10:20", "1:2.5", "2024-01-02",
     "2024-1-2", "2024-01-02T10:00:00Z", "2024-01-02 10:00", ".nan", ".inf", "-.inf", "+.INF", ".NaN", "0x1F", "0o17",
     "0b11", "1e999", "1e-999", "9" * 41],
)  # fmt: skip
def test_ambiguous_words_are_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(AmbiguousScalarError) as caught:
        resolve(text)
    assert caught.value.hint


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20))
@settings(max_examples=800, deadline=None)
def test_every_word_means_something_or_is_refused(text: str) -> None:
    try:
        value = resolve(text)
    except AmbiguousScalarError:
        return
    assert value == text or not isinstance(value, str)
    assert not isinstance(value, float) or math.isfinite(value)


def test_quoted_words_are_text() -> None:
    assert plain("a: '1'\nb: \"0100\"\nc: |\n  12:30\nd: 'null'") == {
        "a": "1",
        "b": "0100",
        "c": "12:30\n",
        "d": "null",
    }


def test_keys_are_always_text_as_written() -> None:
    assert plain("{1: a, 1.0: b, no: c, null: d, 0100: e, 12:30: f, ~: g}") == {
        "1": "a", "1.0": "b", "no": "c", "null": "d", "0100": "e", "12:30": "f", "~": "g",
    }  # fmt: skip


def test_places_of_keys_and_values() -> None:
    root = read_text("a: 1\nb:\n  - x\n  - {c: 2, d: [3, 4]}\n", "t.yaml", HERE).root
    item = root.value["b"].value[1]
    assert root.key_where("b") == "t.yaml:2:1"
    assert (item.key_where("d"), item.value["d"].value[1].where) == ("t.yaml:4:12", "t.yaml:4:19")


def test_all_faults_that_do_not_stop_the_reading_are_told() -> None:
    parsed = read_text("a: 0100\nb: 1\nb: 2\nc: !!str x\nd: {<<: {e: 1}}\nf: .nan\n", "t.yaml", HERE)
    assert [f.where for f in parsed.faults] == ["t.yaml:1:4", "t.yaml:3:1", "t.yaml:4:4", "t.yaml:5:5", "t.yaml:6:4"]


def test_aliases_are_spelled_out() -> None:
    assert plain("a: &x {b: [1, 2]}\nc: *x\nd: [*x, *x]") == {
        "a": {"b": [1, 2]}, "c": {"b": [1, 2]}, "d": [{"b": [1, 2]}, {"b": [1, 2]}],
    }  # fmt: skip
    assert plain("a: &n name\n*n : 2") == {"a": "name", "name": 2}


def test_a_quoted_merge_sign_is_a_key_like_any_other() -> None:
    assert plain("'<<': 1\n'<<x': 2") == {"<<": 1, "<<x": 2}


@pytest.mark.parametrize("text", ["", "   \n", "# only a comment\n", "---\n", "\ufeff", "just text\n", "- a\n", "7\n"])
def test_an_empty_file_or_no_mapping_says_what_to_begin_with(text: str, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"is empty|is a mapping") as caught:
        load(path)
    (fault,) = caught.value.faults
    assert fault.where.startswith(f"{path}:")
    assert "braincore: 1" in fault.hint


@pytest.mark.parametrize(
    ("content", "where", "said"),
    [
        (b"a: 1\nb: \xff\n", "t.yaml:2:4", "0xff is not UTF-8"),
        (b"a: 1\r\nb: \xc3\x28\n", "t.yaml:2:4", "0xc3"),
        ("a: é\nb: x".encode("latin-1"), "t.yaml:1:4", "0xe9"),
        ("é: ü".encode() + b"\x80", "t.yaml:1:5", "0x80"),
        (b"\xff\xfea\x00", "t.yaml:1:1", "UTF-16"),
        (b"a: \x00", "t.yaml:1:4", "U+0000"),
        (b"a: b\x1b[31m", "t.yaml:1:5", "U+001B"),
        ("a: \u0085".encode(), "t.yaml:1:4", "U+0085"),
    ],
)
def test_bytes_that_are_not_text(content: bytes, where: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_file(path, "t.yaml")
    (fault,) = caught.value.faults
    assert fault.where == where
    assert said in fault.message


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: |\r\n  x\r\n  y\r\nb: 1\r\n")
    parsed = read_file(path, "t.yaml")
    assert parsed.root.plain() == {"a": "x\ny\n", "b": 1}
    assert parsed.root.value["b"].where == "t.yaml:4:4"


@pytest.mark.parametrize("what", ["folder", "missing", "fifo", "large"])
def test_what_is_no_readable_file(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    path = tmp_path / "t.yaml"
    if what == "folder":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "large":
        monkeypatch.setattr(nodes, "MAX_BYTES", 100)
        path.write_text("a: " + "x" * 200)
    with pytest.raises(InputError):
        read_file(path)


def yaml_data() -> st.SearchStrategy[object]:
    odd = st.sampled_from(["1e3", "no", "null", "0100", "12:30", ".nan", "---", "- a", "a: b", "a #b", "10 mV", "", "<<",
                           " x", "x ", "\n", "a\n", "a\n\n", " a\nb", "\na", "\ta\nb", "#", "é", "日本", "\u2028", "\x07"])  # fmt: skip
    text = st.text(max_size=12) | odd
    leaf = (
        text
        | st.integers(-(10**20), 10**20)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.booleans()
        | st.none()
    )
    return st.recursive(leaf, lambda c: st.lists(c, max_size=5) | st.dictionaries(text, c, max_size=5), max_leaves=30)


@given(st.dictionaries(st.text(max_size=12), yaml_data(), min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_what_is_written_reads_back_as_the_same_data(data: dict[str, object]) -> None:
    text = emit(data)
    assert repr(plain(text)) == repr(data)


@given(yaml_data())
@settings(max_examples=100, deadline=None)
def test_agrees_with_pyyaml_where_every_scalar_is_quoted(data: object) -> None:
    """A second reader (PyYAML's safe loader) sees the same tree, once no scalar is left to interpretation."""

    def quoted(node: object) -> object:
        if isinstance(node, dict):
            return {str(k): quoted(v) for k, v in node.items()}
        return [quoted(v) for v in node] if isinstance(node, list) else f"t{node}"

    wanted = {"top": quoted(data)}
    text = yaml.safe_dump(wanted, allow_unicode=False, default_style='"')
    if yaml.safe_load(text) == wanted:
        try:
            assert plain(text.replace("!!str ", "")) == wanted
        except InputError as error:
            assert "too deep" in str(error) or "given twice" in str(error)


def test_pythons_own_parser_gives_the_same_tree_and_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x [1, 'b', {c: 0100}]\nd: *x\ne: |\n  f\n  g\nh: 1\nh: 2\n"
    with_c = read_text(text, "t.yaml", HERE)
    monkeypatch.setattr(nodes, "_Parser", yaml.SafeLoader)
    in_python = read_text(text, "t.yaml", HERE)

    def tree(node: Node) -> object:
        value = node.value
        if isinstance(value, dict):
            return node.where, {key: (node.key_where(key), tree(child)) for key, child in value.items()}
        return node.where, [tree(child) for child in value] if isinstance(value, list) else value

    assert tree(with_c.root) == tree(in_python.root)
    assert with_c.faults == in_python.faults


def _nested(levels: int, by: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * by)}]" for k in range(1, levels)]
    return "\n".join(lines)


BOMBS = {
    "billion laughs": _nested(20, 10),
    "quadratic": "a: &a " + "[" + "x, " * 2000 + "x]\nb: [" + "*a, " * 2000 + "*a]",
    "merge bomb": "a0: &a0 {x: 1}\n" + "\n".join(f"a{k}: &a{k} {{<<: [*a{k - 1}, *a{k - 1}]}}" for k in range(1, 40)),
    "mapping laughs": "a0: &a0 {k: v}\n"
    + "\n".join(f"a{k}: &a{k} {{x: *a{k - 1}, y: *a{k - 1}}}" for k in range(1, 60)),
    "deep list": "a: " + "[" * 100_000,
    "deep mapping": "a: " + "{b: " * 100_000,
    "deep block": "\n".join(" " * k + "a:" for k in range(1000)),
    "deep alias": "\n".join(["a0: &a0 [x]"] + [f"a{k}: &a{k} [*a{k - 1}]" for k in range(1, 2000)]),
    "long scalar": "a: " + "x" * 5_000_000,
    "long integer": "a: " + "9" * 60_000,
    "long hex": "a: 0x" + "F" * 60_000,
    "long base 60": "a: 1" + ":00" * 20_000,
    "long comment": "#" + "x" * 10_000_000 + "\na: [",
    "many keys the same": "{" + "a: 1, " * 200_000 + "}",
    "many anchors": "\n".join(f"k{i}: &a{i} {i}" for i in range(100_000)) + "\nz: *b",
    "many documents": "---\n" * 100_000,
    "many nodes": "a: [" + "1, " * 1_200_000 + "]",
    "recursive": "a: &a [*a]",
    "recursive mapping": "&a a: &b {c: *b}",
    "directives": "%TAG ! tag:x,2000:\n" * 10_000 + "--- a",
    "quotes": 'a: "' * 20_000,
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_bombs_are_refused_at_once(name: str) -> None:
    begun = time.process_time()
    with pytest.raises(InputError) as caught:
        parsed = read_text(BOMBS[name], "t.yaml", HERE)
        raise InputError(parsed.faults)
    limit = 10.0 if name == "many nodes" else 3.0  # CPU seconds on a slow machine; on a quiet one a third
    assert time.process_time() - begun < limit
    assert len(str(caught.value)) < 100_000
    assert caught.value.faults


@pytest.mark.parametrize(
    "name", ["billion laughs", "quadratic", "merge bomb", "mapping laughs", "deep list", "long scalar"]
)
def test_bombs_need_little_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(f"braincore: 1\n{BOMBS[name]}", encoding="utf-8")
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from braincore.errors import InputError\n"
        "from braincore.spec.nodes import read_file\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n"
        "    faults = read_file(Path(sys.argv[1])).faults\n"
        "except InputError as error:\n"
        "    faults = error.faults\n"
        "assert faults\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 200, "MiB"
