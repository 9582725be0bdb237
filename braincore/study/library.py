"""What ``braincore list`` and ``braincore explain`` say of the library."""

from __future__ import annotations

import inspect
from dataclasses import MISSING
from pathlib import Path
from typing import Any

from braincore.errors import InputError, UnknownNameError, suggest
from braincore.model import (
    LearningRule,
    NeuronModel,
    Parameter,
    RegionModel,
    SynapseModel,
    learning_rules,
    neurons,
    regions,
    synapses,
)
from braincore.model.region import Port, Region
from braincore.model.registry import Registry
from braincore.model.values import Distribution, Values, shown
from braincore.study.protocols import Protocol, protocols
from braincore.units import Quantity

KINDS: dict[str, Registry[Any]] = {
    "neurons": neurons,
    "synapses": synapses,
    "rules": learning_rules,
    "regions": regions,
    "protocols": protocols,
}
FIGURES = (".png", ".svg", ".pdf")


def listing(kind: str = "all") -> list[str]:
    """Return the entries of one kind (or of all), a line each.

    Raises
    ------
    UnknownNameError
        No such kind.
    """
    if kind != "all" and kind not in KINDS:
        hint = suggest(kind, [*KINDS, "all"], noun="kind")
        raise UnknownNameError(f"unknown kind '{kind}'", hint=hint)
    lines: list[str] = []
    for name, registry in KINDS.items():
        if kind in (name, "all"):
            lines += [*([""] if lines else []), f"{name}:"]
            width = max((len(entry) for entry in registry), default=0)
            lines += [f"  {entry:<{width}}  {registry.get(entry).purpose}" for entry in registry]
    return lines


def explanation(name: str) -> list[str]:
    """Return everything that is known of a library entry: equations, parameters with units, ranges and sources.

    Raises
    ------
    UnknownNameError
        No entry is called so.
    """
    found = [(kind, registry.get(name)) for kind, registry in KINDS.items() if name in registry]
    if not found:
        names = [entry for registry in KINDS.values() for entry in registry]
        raise UnknownNameError(f"nothing in the library is called '{name}'", hint=suggest(name, names))
    lines: list[str] = []
    for kind, entry in found:
        lines += [*([""] if lines else []), f"{name} ({kind.removesuffix('s')}): {entry.purpose}"]
        lines += [f"source: {entry.source}"] if entry.source else []
        lines += _body(entry)
    return lines


def _body(entry: Any) -> list[str]:
    if isinstance(entry, NeuronModel):
        return _neuron(entry)
    if isinstance(entry, SynapseModel):
        texts = {
            "weight": f"unit {entry.weight}",
            "equations": entry.equations,
            "current": entry.current,
            "on_pre": entry.on_pre,
            "source_equations": entry.source_equations,
            "on_source_spike": entry.on_source_spike,
            "transmission": entry.transmission,
        }
        return [*_texts(texts), *_table(entry.parameters)]
    if isinstance(entry, LearningRule):
        values = {k: value if isinstance(value, str) else f"{value:g}" for k, value in entry.initial.items()}
        initial = "\n".join(f"{state} = {value}" for state, value in values.items())
        sums = "\n".join(f"{name} = sum of {text}" for name, text in entry.sums.items())
        delayed = "\n".join(f"{name} = {now}" for name, now in entry.delayed.items())
        texts = {
            "equations": entry.equations,
            "on_pre": entry.on_pre,
            f"on_pre_late, {entry.lag} later": entry.on_pre_late,
            "on_post": entry.on_post,
            "target_equations": entry.target_equations,
            "on_target_spike": entry.on_target_spike,
            "on_target_step": entry.on_target_step,
            f"delayed, {entry.delay} ago": delayed,
            "replaces": ", ".join(entry.replaces),
            f"sums, every {entry.interval}": sums,
            f"regularly, every {entry.interval}": entry.regularly,
            "modulators": ", ".join(entry.modulators),
            "learned": ", ".join(entry.kept),
            "initial": initial,
        }
        return [*_texts(texts), *_table(entry.parameters)]
    if isinstance(entry, Protocol):
        texts = {f"measures {name}": entry.unit for name in entry.curves} | dict(entry.numbers)
        return [f"axis: {entry.axis}", *_texts(texts), *_table(entry.settings)]
    if isinstance(entry, type) and issubclass(entry, RegionModel):
        return _region(entry)
    return []


def _neuron(model: NeuronModel) -> list[str]:
    texts = {
        "equations": model.equations,
        "threshold": model.threshold,
        "reset": model.reset,
        "refractory": model.refractory,
        "method": model.method,
        "initial": "\n".join(f"{k} = {v if isinstance(v, str) else _value(v)}" for k, v in model.initial.items()),
    }
    lines = [*_texts(texts), *_table(model.parameters)]
    for receptor, synapse in model.receptors.items():
        lines += ["", f"receptor {receptor}: {synapse.name} (weight in {synapse.weight})", *_table(synapse.parameters)]
    return lines


def _value(value: Quantity | Distribution | Values) -> str:
    return shown(value)


def _region(entry: type[RegionModel]) -> list[str]:
    text, meanings = _documented(inspect.getdoc(entry) or "")
    lines = [*text, "", "settings:"]
    for name, default in entry.settings().items():
        shown = "(must be given)" if default is MISSING else "(none)" if default is None else default
        lines.append(f"  {name} = {shown}")
        lines += [f"      {line}" for line in meanings.get(name, [])]
    return [*lines, *_parts(entry), *_table(entry.parameters)]


def _documented(text: str) -> tuple[list[str], dict[str, list[str]]]:
    """Return the text before a docstring's attributes, and what is said of each of them."""
    before, _, after = text.partition("Attributes\n----------\n")
    meanings: dict[str, list[str]] = {}
    names: list[str] = []
    for line in after.splitlines():
        if line and not line.startswith(" "):
            names = [name.strip() for name in line.split(",")]
        elif line.strip() and names:
            meanings.setdefault(names[-1], []).append(line.strip())
    return before.strip().splitlines(), meanings


def _parts(entry: type[RegionModel]) -> list[str]:
    """Return populations and ports of a region with its default settings: what projections and pathways may name."""
    if MISSING in entry.settings().values():
        return []
    region = entry.from_settings({}).describe()
    rows = [f"  {p.name}: {p.size} of {p.neuron.name}{f', {p.sign}' if p.sign else ''}" for p in region.populations]
    ports = [f"  {name}: {_told(port)}" for name, port in region.ports.items()]
    lines = ["", "populations:", *rows]
    for title, body in (("wiring", _wiring(region)), ("ports", ports)):
        lines += ["", f"{title}:", *body] if body else []
    return lines


def _wiring(region: Region) -> list[str]:
    """Say who acts on whom; targets on which a population acts in the same way share a line."""
    ways: dict[tuple[str, str], list[str]] = {}
    for arrow in region.arrows():
        means = [*arrow.receptors, *arrow.rules]
        how = {"excitatory": "excites", "inhibitory": "inhibits", "": "acts on"}[arrow.sign]
        ways.setdefault((f"{arrow.source} {how}", ", ".join(means)), []).append(arrow.target)
    return [f"  {who} {', '.join(whom)}{f' ({means})' if means else ''}" for (who, means), whom in ways.items()]


def draw(name: str, path: Path, *, dpi: float = 150) -> Path:
    """Draw a region type's wiring into a file; return its path.

    Raises
    ------
    InputError
        It is no region, has settings that must be given, or the file would be of no known kind.
    """
    from braincore.report.figures.wiring import draw_wiring

    if name not in regions:
        raise InputError(f"'{name}' is no region, and only regions are drawn", hint="braincore list regions")
    if path.suffix.lower() not in FIGURES:
        raise InputError(f"'{path}' is no file of a figure", path="--figure", hint=f"Endings: {', '.join(FIGURES)}")
    figure = draw_wiring(regions.get(name).from_settings({}).describe(), name)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=dpi)
    return path


def _told(port: Port) -> str:
    """Say of a port where it leads and what may come in."""
    way = {"in": "into ", "out": "out of ", "both": ""}[port.way]
    more = [port.kind, port.sign, f"receptor {port.receptor}" if port.receptor else ""]
    return f"{way}{port.population}{''.join(f', {one}' for one in more if one)}"


def _texts(texts: dict[str, str]) -> list[str]:
    lines = []
    for label, text in texts.items():
        body = inspect.cleandoc(text).splitlines() if text else []
        if len(body) == 1:
            lines.append(f"{label}: {body[0]}")
        elif body:
            lines += [f"{label}:", *(f"  {line}" for line in body)]
    return lines


def _table(parameters: tuple[Parameter, ...]) -> list[str]:
    if not parameters:
        return []
    rows = [("parameter", "value", "plausible range", "meaning", "source")]
    for p in parameters:
        span = f"{p.low} to {p.high}" if p.low is not None and p.high is not None else ""
        rows.append((p.name, str(p.value), span, p.meaning, p.source))
    widths = [max(len(row[k]) for row in rows) for k in range(5)]
    return ["", *("  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)]
