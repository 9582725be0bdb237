"""Where a path may lead: the data folders, the folder of the definition, and nowhere else."""

import os
import socket
from pathlib import Path

import pytest

from braincore.data.files import read_bytes, write_atomically
from braincore.data.locate import as_file, locate
from braincore.errors import InputError, ResultsError


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project folder, a data folder and a secret outside both, with links that lead astray."""
    project, data, outside = tmp_path / "project", tmp_path / "data", tmp_path / "outside"
    for folder in (project / "sub", data / "macaque", outside):
        folder.mkdir(parents=True)
    (project / "a.csv").write_text("a")
    (project / "sub" / "b.csv").write_text("b")
    (data / "macaque" / "fln.graphml").write_text("g")
    (outside / "secret.txt").write_text("s")
    (project / "link.csv").symlink_to(outside / "secret.txt")
    (project / "linked").symlink_to(outside)
    (project / "inner.csv").symlink_to(project / "sub" / "b.csv")
    (project / "loop").symlink_to(project / "loop")
    (project / "null").symlink_to("/dev/zero")
    (data / "macaque" / "link").symlink_to(outside / "secret.txt")
    (data / "astray").symlink_to(outside)
    os.mkfifo(project / "pipe")
    monkeypatch.setenv("BRAINCORE_DATA", str(data))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(outside)
    return project


def test_paths_that_are_allowed(place):
    data = place.parent / "data"
    assert locate("a.csv", place) == place / "a.csv"
    assert locate("sub/b.csv", place) == place / "sub" / "b.csv"
    assert locate("sub/../a.csv", place) == place / "a.csv"
    assert locate(str(place / "a.csv"), place) == place / "a.csv"
    assert locate("inner.csv", place) == place / "sub" / "b.csv"
    assert locate("data:macaque/fln.graphml") == data / "macaque" / "fln.graphml"
    assert locate(str(data / "macaque" / "fln.graphml"), place) == data / "macaque" / "fln.graphml"
    assert locate("secret.txt", allowed_roots=[place.parent / "outside"]).read_text() == "s"
    assert locate("a.csv", place, [place.parent / "outside"]) == place / "a.csv"


REFUSED = {
    "up": ("../outside/secret.txt", "outside the allowed folders"),
    "far up": ("../../../../../../etc/passwd", "outside the allowed folders"),
    "down and up": ("sub/../../outside/secret.txt", "outside the allowed folders"),
    "up and missing": ("../outside/nothing", "outside the allowed folders"),
    "absolute": ("/etc/passwd", "outside the allowed folders"),
    "absolute twice": ("//etc/passwd", "outside the allowed folders"),
    "link to a file": ("link.csv", "outside the allowed folders"),
    "link to a folder": ("linked/secret.txt", "outside the allowed folders"),
    "link to a device": ("null", "outside the allowed folders"),
    "device": ("/dev/zero", "outside the allowed folders"),
    "process": ("/proc/self/environ", "outside the allowed folders"),
    "loop of links": ("loop", "(cannot be opened|does not exist)"),
    "pipe": ("pipe", "not a regular file"),
    "folder": ("sub", "is a folder"),
    "folder itself": (".", "is a folder"),
    "home": ("~/a.csv", "not expanded"),
    "other home": ("~root/a.csv", "not expanded"),
    "variable": ("$HOME/a.csv", "not expanded"),
    "variable in braces": ("${HOME}/a.csv", "not expanded"),
    "Windows variable": ("%APPDATA%/a.csv", "not expanded"),
    "backslash": ("sub\\b.csv", "backslash"),
    "NUL": ("a.csv\0.png", "control character"),
    "new line": ("a.csv\nb", "control character"),
    "right to left": ("a\u202e.csv", "control character"),
    "http": ("http://example.org/a.csv", "not a path on this machine"),
    "file url": ("file:///etc/passwd", "not a path on this machine"),
    "s3": ("s3://bucket/a.csv", "not a path on this machine"),
    "other scheme": ("javascript:alert(1)", "not a path on this machine"),
    "empty": ("", "is not a path"),
    "blank": ("  ", "is not a path"),
    "too long": ("a" * 5000, "At most 1024"),
    "long name": ("a" * 300, "does not exist"),
    "data: long name": ("data:macaque/" + "a" * 300, "has no file"),
    "data: long set": (f"data:{'a' * 300}/b", "not on this machine"),
    "data: up": ("data:../outside/secret.txt", "outside the allowed folders"),
    "data: absolute": ("data:/etc/passwd", "not on this machine"),
    "data: deep up": ("data:macaque/../../outside/secret.txt", "outside the allowed folders"),
    "data: link": ("data:macaque/link", "outside the allowed folders"),
    "data: linked folder": ("data:astray/secret.txt", "outside the allowed folders"),
    "data: linked folder, missing file": ("data:astray/nothing", "not on this machine"),
    "data: no file": ("data:macaque", "names no file"),
    "data: folder": ("data:macaque/.", "is a folder"),
    "data: NUL": ("data:macaque/fln\0", "control character"),
}


@pytest.mark.parametrize(("ref", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_paths_that_are_refused(place, ref, message):
    with pytest.raises(InputError, match=message):
        locate(ref, place)


def test_socket_and_size(place, monkeypatch):
    monkeypatch.chdir(place)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock")
        with pytest.raises(InputError, match=r"not a regular file"):
            locate("sock", place)
    with pytest.raises(InputError, match=r"has 1 bytes. At most 0 are allowed"):
        locate("a.csv", place, max_bytes=0)


def test_relative_path_needs_a_folder(place):
    with pytest.raises(InputError, match=r"no folder to start from"):
        locate("a.csv")


def test_missing_file_names_the_nearest(place):
    with pytest.raises(InputError, match=r"file 'sub/c.csv' does not exist .*Did you mean 'b.csv'"):
        locate("sub/c.csv", place)
    with pytest.raises(InputError, match=r"There is no folder"):
        locate("nowhere/c.csv", place)


def test_missing_data_set_says_where_how_and_what(place, monkeypatch):
    data, cache = place.parent / "data", place.parent / "cache" / "braincore"
    with pytest.raises(InputError) as caught:
        locate("data:mouse_oh2014/W_ipsi.csv")
    message = str(caught.value)
    for part in (
        str(data / "mouse_oh2014"),
        str(cache / "mouse_oh2014"),
        "Oh et al. (2014)",
        "BRAINCORE_DATA=/path/to",
    ):
        assert part in message
    with pytest.raises(InputError, match=r"Did you mean 'mouse_oh2014'\? Name the folder"):
        locate("data:mouse_oh14/W.csv")
    with pytest.raises(InputError, match=r"Download it: braincore.data.fetch\('mnist'\)"):
        locate("data:mnist/train.gz")
    with pytest.raises(InputError, match=r"has no file 'fln.graphm'. Did you mean 'fln.graphml'"):
        locate("data:macaque/fln.graphm")
    monkeypatch.delenv("BRAINCORE_DATA")
    with pytest.raises(InputError, match=r"BRAINCORE_DATA is not set"):
        locate("data:macaque/fln.graphml")


def test_several_data_folders_are_searched_in_order(place, monkeypatch, tmp_path):
    other = tmp_path / "other"
    (other / "macaque").mkdir(parents=True)
    (other / "macaque" / "new.csv").write_text("n")
    monkeypatch.setenv("BRAINCORE_DATA", os.pathsep.join([str(other), str(tmp_path / "data")]))
    assert locate("data:macaque/new.csv") == other / "macaque" / "new.csv"
    assert locate("data:macaque/fln.graphml") == tmp_path / "data" / "macaque" / "fln.graphml"


def test_a_script_may_name_any_regular_file(place):
    assert as_file(place / "a.csv") == place / "a.csv"
    assert as_file(str(place.parent / "outside" / "secret.txt")).name == "secret.txt"
    assert as_file("data:macaque/fln.graphml").name == "fln.graphml"
    with pytest.raises(InputError, match=r"not a regular file"):
        as_file("/dev/zero")
    with pytest.raises(InputError, match=r"does not exist"):
        as_file("nothing.csv")
    with pytest.raises(InputError, match=r"is not a path"):
        as_file("a\0b")


def test_a_packed_file_cannot_grow_without_end(tmp_path):
    import bz2
    import gzip

    for suffix, pack in ((".gz", gzip.compress), (".bz2", bz2.compress)):
        bomb = tmp_path / f"bomb{suffix}"
        bomb.write_bytes(pack(bytes(10_000_000)))
        assert len(read_bytes(bomb, 10_000_000)) == 10_000_000
        with pytest.raises(InputError, match=r"unpacks to more bytes"):
            read_bytes(bomb, 9_999_999)
        bomb.write_bytes(pack(bytes(1000))[:-6])
        with pytest.raises(InputError, match=r"cannot be unpacked"):
            read_bytes(bomb, 10_000)
        bomb.write_bytes(b"not packed at all")
        with pytest.raises(InputError, match=r"cannot be unpacked"):
            read_bytes(bomb, 10_000)


def test_atomic_write_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "x.graphml"
    write_atomically(path, b"old")
    assert path.read_bytes() == b"old"
    assert path.stat().st_mode & 0o777 == 0o666 & ~current_umask()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResultsError, match=r"x.graphml' cannot be written: No space left on device"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.graphml"]
    with pytest.raises(ResultsError, match=r"No such file or directory"):
        write_atomically(tmp_path / "nowhere" / "x", b"new")


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_errors_do_not_tell_whether_a_file_outside_exists(place):
    messages = []
    for ref in ("../outside/secret.txt", "../outside/absent.txt"):
        with pytest.raises(InputError) as caught:
            locate(ref, place)
        messages.append(str(caught.value).replace(Path(ref).name, "X"))
    assert messages[0] == messages[1]
