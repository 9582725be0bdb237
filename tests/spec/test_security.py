# ruff: noqa: E501
"""Nothing in a definition makes code run, and no path leads out of the folders that are allowed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from spec_brains import BRAINS, saved_brain, write_data
from spec_texts import saved, whole

from braincore.errors import InputError
from braincore.spec import dump, load

CANARY = "CANARY_WAS_HERE"
COMMANDS = [
    f"__import__('os').system('touch {CANARY}')",
    f'__import__("os").system("touch {CANARY}")',
    f"exp('__import__(\"os\").system(\"touch {CANARY}\")')",
    f"foo('__import__(\"os\").system(\"touch {CANARY}\")')",
    f"open('{CANARY}', 'w')",
    f"exec('open(\"{CANARY}\", \"w\")')",
    f"eval('open(\"{CANARY}\", \"w\")')",
    f"[c for c in ().__class__.__base__.__subclasses__()][0].__init__.__globals__['sys'].modules['os'].system('touch {CANARY}')",
    f"lambda: open('{CANARY}', 'w')",
    f"(lambda x: x)(open('{CANARY}', 'w'))",
    f"f\"{{open('{CANARY}', 'w')}}\"",
    f"v if open('{CANARY}', 'w') else v",
    "v.__class__.__mro__[1].__subclasses__()",
    "getattr(v, '__class__')",
    f"`touch {CANARY}`",
    f"$(touch {CANARY})",
    f"; touch {CANARY} #",
    f"| touch {CANARY}",
    f"&& touch {CANARY}",
    f"%(touch {CANARY})s",
    f"{{{{ touch {CANARY} }}}}",
    f"${{touch {CANARY}}}",
    f"!!python/object/apply:os.system ['touch {CANARY}']",
    f"!!python/object/new:os.system [touch {CANARY}]",
    "!!python/name:os.system",
    "!!python/module:os",
    f"!!python/object/apply:subprocess.Popen [[touch, {CANARY}]]",
    f"!!python/object/apply:builtins.eval [\"open('{CANARY}','w')\"]",
    f"!!js/function 'touch {CANARY}'",
    "! touch",
    f"!<tag:yaml.org,2002:python/object/apply:os.system> ['touch {CANARY}']",
    f"abc; system(\"touch {CANARY}\")//",
    "0; #include <cstdlib>",
    f"v); system(\"touch {CANARY}\"); (v",
    f"*/ system(\"touch {CANARY}\"); /*",
    f"\\\"); system(\\\"touch {CANARY}\\\"); //",
    f"R\"(x)\"; system(\"touch {CANARY}\");",
    "__builtins__",
    "__class__",
    f"os.system('touch {CANARY}')",
    "sympy.sympify('__import__(\"os\")')",
    "numpy.load('x', allow_pickle=True)",
    "breakpoint()",
    "input('x')",
    "print(1)",
    "globals()",
    "compile('1', '', 'exec')",
    "rand.__globals__",
    "9**9**9**9",
    "exp(exp(exp(exp(99))))",
    "((((((((((((v))))))))))))",
    "v := 1",
    "import os",
    "async def f(): pass",
    "yield v",
    "raise SystemExit",
    "＿＿import＿＿('os')",
    "ｅｘｅｃ('1')",
    "v\u202e",
    "v\\x00",
    "a" * 5000,
    "(" * 200 + "v" + ")" * 200,
    "-" * 600 + "v",
    "v+" * 3000 + "v",
    "file:///etc/passwd",
    f"http://localhost:1/{CANARY}",
]  # fmt: skip

# Every place of a definition that takes text, with one %s where the payload goes.
FIELDS = {
    "title": "title: %s",
    "seed": "seed: %s",
    "dt": "dt: %s",
    "include": "include: %s",
    "key": "%s: 1",
    "population name": "populations: {%s: {neuron: lif, size: 1}}",
    "neuron": "populations: {E: {neuron: %s, size: 1}}",
    "label": "populations: {E: {neuron: lif, labels: [%s]}}",
    "population parameter": "populations: {E: {neuron: lif, size: 1, parameters: {tau_m: %s}}}",
    "population initial": "populations: {E: {neuron: lif, size: 1, initial: {v: %s}}}",
    "tag": "populations: {E: {neuron: lif, size: 1, tags: {a: %s}}}",
    "group": "populations: {E: {neuron: lif, size: 1, groups: {a: %s}}}",
    "nodes": "populations: {E: {neuron: lif, nodes: {file: %s, id: name}}}",
    "where": "populations: {E: {neuron: lif, nodes: {file: cells.csv, id: name, where: %s}}}",
    "column": "populations: {E: {neuron: lif, size: 4, parameters: {tau_m: {file: cells.csv, column: %s, unit: ms}}}}",
    "unit": "populations: {E: {neuron: lif, size: 4, parameters: {tau_m: {file: cells.csv, column: tau, unit: %s}}}}",
    "array": "populations: {E: {neuron: lif, size: 4, parameters: {tau_m: {array: %s, key: w, unit: ms}}}}",
    "equations": "neurons: {lif: {equations: %s}}",
    "equation": "neurons:\n  lif:\n    equations: |\n      dv/dt = (%s)/(10*ms) : volt\n",
    "equation unit": "neurons:\n  lif:\n    equations: |\n      dv/dt = -v/(10*ms) : %s\n",
    "threshold": "neurons: {lif: {extends: lif_exp, threshold: %s}}",
    "reset": "neurons: {lif: {extends: lif_exp, reset: %s}}",
    "reset value": "neurons:\n  lif:\n    extends: lif_exp\n    reset: |\n      v = %s\n",
    "refractory": "neurons: {lif: {extends: lif_exp, refractory: %s}}",
    "model parameter": "neurons: {lif: {extends: lif_exp, parameters: {tau_m: %s}}}",
    "parameter name": "neurons: {lif: {equations: 'dv/dt = -v/(10*ms) : volt', parameters: {%s: 1 mV}}}",
    "initial": "neurons: {lif: {extends: lif_exp, initial: {v: %s}}}",
    "membrane": "neurons: {lif: {extends: lif_exp, membrane: %s}}",
    "input": "neurons: {lif: {extends: lif_exp, input: %s}}",
    "method": "neurons: {lif: {extends: lif_exp, method: %s}}",
    "receptor": "neurons: {lif: {extends: lif_exp, receptors: {exc: %s}}}",
    "receptor name": "neurons: {lif: {extends: lif_exp, receptors: {%s: psc}}}",
    "extends": "neurons: {lif: {extends: %s}}",
    "synapse weight": "synapses: {psc: {weight: %s, on_pre: v += w}}",
    "synapse current": "synapses: {psc: {weight: mV, current: %s, on_pre: v += w}}",
    "synapse on_pre": "synapses: {psc: {weight: mV, on_pre: %s}}",
    "transmission": "synapses: {psc: {weight: mV, transmission: %s}}",
    "rule": "learning_rules: {r: {on_pre: %s}}",
    "rule equations": "learning_rules: {r: {equations: %s, on_pre: transmitted = w}}",
    "from": "projections: [{from: %s, to: E, weight: 1 pA}]",
    "weight": "projections: [{from: E, to: E, receptor: exc, weight: %s}]",
    "edge weight": "projections: [{from: E, to: E, receptor: exc, edges: {file: edges.csv, pre: a, post: b}, weight: %s}]",
    "delay": "projections: [{from: E, to: E, receptor: exc, weight: 1 pA, delay: %s}]",
    "connect": "projections: [{from: E, to: E, receptor: exc, weight: 1 pA, connect: %s}]",
    "edges": "projections: [{from: E, to: E, receptor: exc, weight: 1 pA, edges: {file: %s}}]",
    "matrix": "projections: [{from: E, to: E, receptor: exc, weight: 1 pA, matrix: {file: %s, rows: source}}]",
    "projection name": "projections: [{from: E, to: E, receptor: exc, weight: 1 pA, name: %s}]",
    "projection rule": "projections: [{from: E, to: E, receptor: exc, weight: 1 pA, rules: [%s]}]",
    "region": "regions: {A: {type: %s}}",
    "setting": "regions: {A: {type: CorticalMicrocircuit, scale: 0.005, weight: %s}}",
    "connectome": "connectome: {file: %s}",
    "format": "connectome: {file: edges.csv, format: %s}",
    "region name": "connectome: {nodes: [%s], edges: []}",
    "edge attribute": "connectome: {nodes: [A, B], edges: [{from: A, to: B, weight: 1, kind: %s}]}",
    "pathway": "connectome: {nodes: [A, B], edges: [{from: A, to: B, weight: 1, length: 1 cm}], velocity: 1 m/s}\n"
    "regions: {default: {populations: {E: {neuron: lif, size: 2}}}}\n"
    "pathways: {default: {from: E, to: E, weight: 1 pA, receptor: exc, in_degree: %s}}",
    "pathway where": "connectome: {nodes: [A, B], edges: [{from: A, to: B, weight: 1, length: 1 cm}], velocity: 1 m/s}\n"
    "regions: {default: {populations: {E: {neuron: lif, size: 2}}}}\n"
    "pathways: {default: {from: E, to: E, weight: 1 pA, receptor: exc, in_degree: 1, where: %s}}",
    "target": "stimuli: {s: {target: %s, step: {amplitude: 1 pA}}}",
    "rate": "stimuli: {s: {target: E, poisson: {rate: %s}, weight: 1 pA, receptor: exc}}",
    "amplitude": "stimuli: {s: {target: E, step: {amplitude: %s}}}",
    "during": "stimuli: {s: {target: E, step: {amplitude: 1 pA}, during: [0 ms, %s]}}",
    "spikes": "stimuli: {s: {target: E, spikes: {file: %s}, weight: 1 pA, receptor: exc}}",
    "silence": "interventions: [{silence: %s}]",
    "record": "record: {spikes: [%s]}",
    "variable": "record: {traces: {E: {variables: [%s]}}}",
    "sweep": "sweep: {%s: [1, 2]}",
    "swept value": "sweep: {populations.E.parameters.tau_m: [%s]}",
}
_EVENTS = (
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "subprocess.Popen", "socket.connect", "socket.bind",
    "socket.getaddrinfo", "exec", "compile", "import", "pty.spawn", "ctypes.dlopen", "shutil.rmtree", "os.remove", "os.rename",
    "os.mkdir", "pickle.find_class", "urllib.Request", "webbrowser.open",
)  # fmt: skip
_heard: list[str] = []
_listening = False


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if not _listening:
        return
    if event.startswith(_EVENTS) or (
        event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    ):
        _heard.append(f"{event}{arguments!r}"[:200])


sys.addaudithook(_listen)


@contextmanager
def nothing_happens() -> Iterator[None]:
    """Fail if anything is executed, imported, compiled, written or sent meanwhile."""
    global _listening
    _heard.clear()
    _listening = True
    try:
        yield
    finally:
        _listening = False
    assert not _heard, _heard


def attempt(path: Path) -> None:
    try:
        loaded = load(path)
        loaded.resolve()
    except InputError as error:
        assert CANARY not in [p.name for p in path.parent.iterdir()]
        assert "\x1b" not in str(error)


def texts(field: str, payloads: list[str]) -> Iterator[str]:
    """Yield definitions with payloads in one field: in quotes, plain, or in a block."""
    template = FIELDS[field]
    for payload in payloads:
        if "|\n" not in template:
            yield whole(template % ("'" + payload.replace("'", "''") + "'"))
        yield whole(template % payload)


@pytest.fixture(scope="module", autouse=True)
def _warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let everything be imported that loading imports when it is first used."""
    import brian2  # noqa: F401
    import pyarrow.compute  # noqa: F401

    for name in BRAINS:
        folder = tmp_path_factory.mktemp(f"warm-{name}")
        load(saved_brain(name, folder)).resolve()
        dump(load(saved_brain(name, folder)).brain, folder / "out")
    folder = tmp_path_factory.mktemp("warm")
    write_data(folder)
    for template in FIELDS.values():
        for word in ("x", "cells.csv", "m.npz"):
            attempt(saved(folder, whole(template % word)))


def test_there_are_enough_payloads() -> None:
    assert len(COMMANDS) >= 60
    assert len(FIELDS) >= 60


@pytest.mark.parametrize("field", FIELDS)
def test_no_payload_runs(field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A seventh of the payloads for each field, another seventh for the next; `slow` takes all of them."""
    first = list(FIELDS).index(field)
    _check_payloads(field, COMMANDS[first % 7 :: 7], tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.rotates(3)
def test_no_payload_runs_at_all(field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _check_payloads(field, COMMANDS, tmp_path, monkeypatch)


def _check_payloads(field: str, payloads: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_data(tmp_path)
    path = tmp_path / "brain.yaml"
    for text in texts(field, payloads):
        path.write_text(text, encoding="utf-8")
        with nothing_happens():
            attempt(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["brain.yaml", "cells.csv", "edges.csv", "m.npz", "spikes.csv"]


@pytest.mark.parametrize("payload", COMMANDS)
def test_no_override_runs(payload: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path, whole("seed: 1"))
    for key in ("title", "seed", "neurons.lif.threshold", "populations.E.neuron", "record.spikes", "x.y"):
        with nothing_happens():
            try:
                load(path, [f"{key}={payload}"]).resolve()
            except InputError as error:
                assert error.faults
    assert not (tmp_path / CANARY).exists()


def test_the_hook_hears() -> None:
    with pytest.raises(AssertionError), nothing_happens():
        exec("1 + 1")
    with pytest.raises(AssertionError), nothing_happens():
        subprocess.run([sys.executable, "-c", "1"], check=True)


# Paths


def _escapes(tmp_path: Path) -> dict[str, str]:
    """Return file names that lead out of the project, or to something that is no plain file."""
    project, secret = tmp_path / "project", tmp_path / "secret.csv"
    project.mkdir(exist_ok=True)
    secret.write_text("pre,post,name\n0,1,a\n")
    (project / "link.csv").symlink_to(secret)
    (project / "folder").mkdir(exist_ok=True)
    (project / "linked").symlink_to(tmp_path)
    (project / "loop").symlink_to(project / "loop")
    os.mkfifo(project / "pipe.csv")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(project / "s.csv"))
    server.close()
    (project / "unreadable.csv").write_text("pre,post\n0,1\n")
    return {
        "parent": "../secret.csv", "twice": "folder/../../secret.csv", "absolute": str(secret), "link": "link.csv",
        "linked folder": "linked/secret.csv", "home": "~/secret.csv", "home of": "~root/x.csv", "variable": "$HOME/x.csv",
        "braces": "${HOME}/x.csv", "percent": "%HOME%/x.csv", "device": "/dev/zero", "null device": "/dev/null", "proc": "/proc/self/environ",
        "passwd": "/etc/passwd", "dots": "....//....//etc/passwd", "backslash": "..\\\\secret.csv", "url": "https://example.org/x.csv",
        "file url": "file:///etc/passwd", "pipe": "pipe.csv", "socket": "s.csv", "folder": "folder", "loop": "loop", "dot": ".",
        "data up": "data:../secret/x.csv", "data absolute": "data:/etc/passwd", "data link": "data:x/../../secret.csv",
        "long": "x" * 5000 + ".csv", "newline": "a\\nb.csv", "nul": "a\\0.csv", "empty": "", "blank": "   ", "missing": "nothing.csv",
        "missing folder": "nothing/at/all.csv", "case": "LINK.csv", "smb": "//server/share/x.csv", "ftp": "ftp://h/x.csv",
    }  # fmt: skip


_PLACES = {
    "include": "include: [%s]",
    "edges": "projections: [{from: E, to: E, receptor: exc, weight: 1 pA, edges: {file: %s, pre: pre, post: post}}]",
    "edge array": "projections: [{from: E, to: E, receptor: exc, weight: 1 pA, edges: {array: %s}}]",
    "nodes": "populations: {E: {neuron: lif, nodes: {file: %s, id: name}}}",
    "layout": "populations: {E: {neuron: lif, size: 2, layout: {file: %s, columns: [pre], unit: mm}}}",
    "connectome": "connectome: {file: %s, format: edges}\nregions: {default: {populations: {E: {neuron: lif, size: 1}}}}",
    "lengths": "connectome: {file: ok.csv, format: csv, lengths: %s, length_unit: mm}\nregions: {default: {populations: {E: {neuron: lif, size: 1}}}}",
    "spikes": "stimuli: {s: {target: E, spikes: {file: %s}, weight: 1 pA, receptor: exc}}",
    "encoder": "stimuli: {s: {target: E, encode: {column: {file: %s, column: pre}, latency: {window: 1 ms}}, weight: 1 pA, receptor: exc}}",
}


@pytest.mark.parametrize("place", _PLACES)
def test_no_path_leads_out(place: str, tmp_path: Path) -> None:
    escapes = _escapes(tmp_path)
    project = tmp_path / "project"
    (project / "ok.csv").write_text(",A,B\nA,0,1\nB,1,0\n")
    for what, ref in escapes.items():
        path = saved(project, whole(_PLACES[place] % f'"{ref}"'))
        with pytest.raises(InputError) as caught:
            load(path).resolve()
        told = str(caught.value)
        assert "Permission" not in told, what
        assert "0,1,a" not in told, "the content is not shown"
        assert any(f.where.startswith(f"{path}:") for f in caught.value.faults), (what, told)


def test_files_within_the_project_and_the_given_roots_are_read(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "edges.csv").write_text("pre,post\n0,1\n")
    text = whole(
        f"projections: [{{from: E, to: E, receptor: exc, weight: 1 pA, edges: {{file: {outside}/edges.csv}}}}]"
    )
    path = saved(tmp_path / "project", text)
    with pytest.raises(InputError, match="outside the allowed folders"):
        load(path)
    assert load(path, roots=[outside]).brain.projections[0].connector.pre.size == 1


def test_what_lies_in_the_working_folder_is_not_run(tmp_path: Path) -> None:
    """Files that Python or Brian2 would pick up from the working folder are left alone while a definition is read."""
    for name in (
        "brian_preferences",
        "sitecustomize.py",
        "yaml.py",
        "pydantic.py",
        "networkx.py",
        "conftest.py",
        "braincore.py",
    ):
        (tmp_path / name).write_text(f"open({CANARY!r}, 'w')\n__import__('pathlib').Path({CANARY!r}).touch()\n")
    saved(tmp_path, whole("seed: 1"))
    script = (
        "import sys; sys.path = [p for p in sys.path if p]\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
        "from braincore.spec import load\n"
        "print(load('brain.yaml').resolve().size)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / CANARY).exists()


def test_loading_imports_no_simulator(tmp_path: Path) -> None:
    saved(tmp_path, BRAINS["balanced"])
    script = (
        "import sys\nfrom braincore.spec import load\nload('brain.yaml').resolve()\n"
        "print([m for m in ('brian2', 'matplotlib', 'networkx', 'pandas', 'torch') if m in sys.modules])\n"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
