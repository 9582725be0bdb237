"""The table of data sets, and downloads from a server on this machine."""

import hashlib
import http.server
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest

from braincore.data import datasets
from braincore.data.datasets import DataSet, RemoteFile, checksum, describe, fetch, known_datasets
from braincore.errors import BraincoreError, InputError, MissingDependencyError, UnknownNameError

needs_data = pytest.mark.skipif(not os.environ.get("BRAINCORE_DATA"), reason="BRAINCORE_DATA is not set")
CONTENT = b"pre,post\n1,2\n" * 1000


@pytest.fixture
def server():
    """Serve CONTENT at /good, and count requests."""
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_response(404 if self.path == "/gone" else 200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT if self.path != "/cut" else CONTENT[:100])

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}", requests
        httpd.shutdown()


@pytest.fixture
def sets(monkeypatch, server, tmp_path):
    """Return a function that puts one data set of one file into the table."""
    pytest.importorskip("pooch")
    monkeypatch.setenv("BRAINCORE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    def put(address="/good", digest=None):
        digest = digest or f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
        file = RemoteFile(name="e.csv", address=server[0] + address, checksum=digest)
        entry = DataSet(name="toy", what="A toy", citation="c", licence="l", source="s", files=(file,))
        monkeypatch.setattr(datasets, "_BY_NAME", {"toy": entry})

    return put


def test_download_once(sets, server, tmp_path):
    sets()
    folder = fetch("toy")
    assert folder == tmp_path / "data" / "toy"
    assert (folder / "e.csv").read_bytes() == CONTENT
    assert fetch("toy") == folder
    assert server[1] == ["/good"]
    (folder / "e.csv").write_bytes(b"damaged")
    fetch("toy")
    assert (folder / "e.csv").read_bytes() == CONTENT
    assert [path.name for path in folder.iterdir()] == ["e.csv"]
    assert fetch("toy", tmp_path / "elsewhere") == tmp_path / "elsewhere" / "toy"


def test_a_data_folder_that_cannot_be_written(sets, tmp_path, monkeypatch):
    sets()
    monkeypatch.setattr(datasets, "_can_write", lambda folder: "cache" in str(folder))
    assert fetch("toy") == tmp_path / "cache" / "braincore" / "toy"
    monkeypatch.setattr(datasets, "_can_write", lambda _: False)
    assert fetch("toy").name == "toy"  # it is there by now
    with pytest.raises(InputError, match=r"can be written. Give `folder`"):
        fetch("toy", tmp_path / "nowhere")


def test_git_checksum_is_that_of_git(sets, tmp_path):
    git = hashlib.sha1(b"blob %d\0" % len(CONTENT) + CONTENT).hexdigest()
    sets(digest=f"git:{git}")
    file = fetch("toy") / "e.csv"
    assert checksum(file, "git") == f"git:{git}"
    done = subprocess.run(["git", "hash-object", str(file)], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        assert done.stdout.strip() == git


@pytest.mark.parametrize(
    ("address", "digest", "message"),
    [
        ("/good", "sha256:00", "is not the file it was"),
        ("/gone", None, "could not be downloaded: 404"),
        ("/cut", None, "could not be downloaded|is not the file it was"),
        (":1/x", None, "could not be downloaded"),
    ],
)
def test_failed_downloads_leave_nothing(sets, tmp_path, address, digest, message):
    sets(address, digest)
    with pytest.raises(BraincoreError, match=message):
        fetch("toy")
    folder = tmp_path / "data" / "toy"
    assert not folder.exists() or not list(folder.iterdir())


def test_what_cannot_be_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv("BRAINCORE_DATA", str(tmp_path))
    with pytest.raises(UnknownNameError, match=r"unknown data set 'mnits'. Did you mean 'mnist'"):
        fetch("mnits")
    with pytest.raises(InputError, match=r"'mouse_oh2014' cannot be downloaded. It is made from Supplementary Table 3"):
        fetch("mouse_oh2014")


def test_without_pooch(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pooch", None)
    with pytest.raises(MissingDependencyError, match=r"pip install \"braincore-sim\[data\]\""):
        fetch("mnist", tmp_path)


def test_every_entry_says_what_it_is():
    expected = {
        "macaque_markov2014", "macaque_froudistwalsh2021", "mouse_oh2014", "tvb", "celegans_cook2019",
        "celegans_fenyves2020_signs", "larva_winding2023", "fly_flywire783_neurons", "fly_flywire783_connectivity",
        "mnist", "fashion_mnist", "human_hcp_enigma",
    }  # fmt: skip
    assert set(known_datasets()) == expected
    for name, entry in known_datasets().items():
        assert entry.name == name
        assert all((entry.what, entry.citation, entry.licence, entry.source))
        assert describe(name).endswith(".")
        for file in entry.files:
            assert re.fullmatch(r"sha256:[0-9a-f]{64}|git:[0-9a-f]{40}", file.checksum)
            assert file.address.startswith(("https://", "http://"))
            assert file.address.endswith(file.name)


@needs_data
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_checksums_are_those_of_the_files(name):
    for file in known_datasets()[name].files:
        path = Path(os.environ["BRAINCORE_DATA"].split(os.pathsep)[0]) / name / file.name
        assert checksum(path, "sha256") == file.checksum
