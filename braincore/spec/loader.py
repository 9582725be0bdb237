"""A definition from its file to a brain: read, merged, overridden, checked, made; every fault with its place."""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from braincore.errors import Fault, InputError, suggest
from braincore.model import BrainSpec, Lesion, NetworkSpec, Region
from braincore.model.population import split_address
from braincore.spec.document import Document
from braincore.spec.includes import read_with_includes
from braincore.spec.limits import memory_faults
from braincore.spec.make_events import make_interventions, make_recording, make_stimuli
from braincore.spec.make_models import make_models
from braincore.spec.make_populations import make_populations
from braincore.spec.make_regions import make_connectome, make_regions
from braincore.spec.make_wiring import Finder, make_pathways, make_projections
from braincore.spec.marks import Marks, dotted, locate_faults, located, tidy
from braincore.spec.nodes import REFUSED, Node, Source
from braincore.spec.overrides import override, read_override
from braincore.spec.workshop import Workshop

Point = dict[str, Any]
MAX_POINTS = 100_000
_SCALARS = ("braincore", "title", "seed", "dt", "duration", "include", "sweep")
MAX_SECONDS = 5.0
"""A sweep whose values would take longer to try one by one is checked point by point when it is run."""


class _Finding(Protocol):
    @property
    def fault(self) -> Fault: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What a definition file says.

    Attributes
    ----------
    brain
        The brain.
    document
        The definition as plain data: included files merged, overrides applied.
    sweep
        Path to values (a grid), or a list of points; empty if there is none.
    marks
        Where everything stands in the files.
    path, overrides, files
        The file, the overrides it was read with, and every file that was read.
    description
        The comment at the head of the file.
    """

    brain: BrainSpec
    document: Mapping[str, Any]
    sweep: Mapping[str, list[Any]] | list[Point]
    marks: Marks
    path: Path
    overrides: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    description: str = ""

    def resolve(self, duration: Any = None) -> NetworkSpec:
        """Return the flat network; faults are told with ``file:line:column``.

        Raises
        ------
        InputError
            With every fault, also where the network would not fit into this machine's memory.
        """
        try:
            network = self.brain.resolve(duration)
            faults = memory_faults(network)
            if faults:
                raise InputError(faults)
            return network
        except InputError as error:
            raise locate_faults(error, self.marks) from None

    def points(self) -> list[Point]:
        """Return the points of the sweep: path to value for each, the last path fastest."""
        if isinstance(self.sweep, list):
            return [dict(point) for point in self.sweep]
        if not self.sweep:
            return []
        return [dict(zip(self.sweep, values, strict=True)) for values in itertools.product(*self.sweep.values())]

    def located(self, finding: Fault | _Finding) -> Fault:
        """Return a fault or a linter's finding with its place in the file."""
        return located(finding if isinstance(finding, Fault) else finding.fault, self.marks)


def load(path: str | Path, overrides: Sequence[str] = (), *, roots: Iterable[Path | str] = ()) -> Loaded:
    """Read a definition.

    Parameters
    ----------
    path
        The YAML file.
    overrides
        ``path.to.key=value``, each value read as YAML; later ones win.
    roots
        Folders that file names in the definition may lead into, besides the file's own and the data folders.

    Raises
    ------
    InputError
        With every fault that is found, each as ``file:line:column: path: what is wrong. What is allowed``.
    """
    with _undisturbed():
        return _load(Path(path), overrides, roots)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put garbage collection off: a large definition is millions of small objects, none of them garbage."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _load(path: Path, overrides: Sequence[str], roots: Iterable[Path | str]) -> Loaded:
    if not path.exists():
        near = [p.name for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        raise InputError(f"file '{path}' does not exist", hint=suggest(path.name, near, noun="file") if near else "")
    folder = path.resolve().parent
    allowed = (folder, *(Path(root).resolve() for root in roots))
    parsed, files = read_with_includes(path, str(path), allowed)
    root, faults = _overridden(parsed.root, overrides, folder)
    begun = time.perf_counter()
    shop = _make(root, allowed, [*parsed.faults, *faults])
    sweep = _sweep(shop, root, allowed, time.perf_counter() - begun)
    if shop.faults:
        raise InputError(_sorted([*shop.faults, *_more_faults(shop)]))
    return Loaded(
        brain=shop.brain,
        document=shop.plain,
        sweep=sweep,
        marks=shop.marks,
        path=path,
        overrides=tuple(overrides),
        files=tuple(files),
        description=_description(root.source),
    )


def _overridden(root: Node, overrides: Sequence[str], folder: Path) -> tuple[Node, list[Fault]]:
    faults: list[Fault] = []
    for text in overrides:
        try:
            root = override(root, *read_override(text, folder))
        except InputError as error:
            faults += error.faults
    return root, faults


def _make(root: Node, roots: tuple[Path, ...], faults: list[Fault]) -> Workshop:
    """Make everything that can be made of a tree; the faults are in the workshop."""
    plain = root.plain()
    shop = Workshop(Marks(root), roots, plain, list(faults), refused=bool(faults))
    head = _head(shop)
    brain = BrainSpec(title=head.title, seed=head.seed, dt=head.dt, duration=head.duration)
    shop.brain = brain
    make_models(shop)
    shop.populations = make_populations(shop, shop.section("populations"), ("populations",))
    brain.populations = list(shop.populations.values())
    _make_regions(shop)
    finder = Finder(shop.populations, shop, regions=lambda: _describe(shop))
    brain.projections = make_projections(shop, _given(shop, "projections", []), ("projections",), finder)
    brain.pathways = make_pathways(shop)
    stimuli = _given(shop, "stimuli", {})
    brain.stimuli = make_stimuli(
        shop, shop.section("stimuli") if isinstance(stimuli, Mapping) else stimuli, ("stimuli",), finder
    )
    brain.interventions = make_interventions(shop, _given(shop, "interventions", []))
    brain.recording = make_recording(shop, _given(shop, "record", {}))
    return shop


def _given(shop: Workshop, section: str, empty: Any) -> Any:
    value = shop.plain.get(section)
    return empty if value is None or value is REFUSED else value


def _head(shop: Workshop) -> Document:
    """Check what stands at the first level: unknown keys, and the parts that are single values."""
    known = set(Document.model_fields)
    single = {key: value for key, value in shop.plain.items() if key in _SCALARS or key not in known}
    if "braincore" not in single:
        hint = "Begin the file with: braincore: 1"
        shop.faults.append(
            Fault("'braincore' is missing: the version of the file format", shop.marks.root.where, hint=hint)
        )
        single["braincore"] = 1
    if isinstance(single.get("sweep"), Mapping | list) and not single["sweep"]:
        del single["sweep"]
    single = {key: value for key, value in single.items() if value is not None and value is not REFUSED}
    read: Document | None = shop.read(Document, (), single)
    shop.broken.discard(())
    if read is not None:
        return read
    kept = {}
    for key in _SCALARS:
        if key in single:
            silent = Workshop(shop.marks, (), {})
            if silent.read(Document, (), {"braincore": 1, key: single[key]}) is not None:
                kept[key] = single[key]
            else:
                shop.broken.add((key,))
    return Document.model_validate({**kept, "braincore": 1})


def _make_regions(shop: Workshop) -> None:
    brain = shop.brain
    given = shop.plain.get("connectome")
    if given is not None and given is not REFUSED:
        brain.connectome = make_connectome(shop, given)
        if brain.connectome is None:
            shop.broken.add(("connectome",))
        elif isinstance(given, Mapping):
            brain.velocity = brain.connectome.velocity
            minimum = given.get("min_delay")
            if minimum is not None:
                from braincore.units import TIME, Quantity

                brain.min_delay = Quantity.of(minimum, TIME)
    default, named = make_regions(shop, shop.section("regions"))
    brain.region, brain.regions = default, named
    for name in shop.section("regions"):
        if name in shop.section("populations"):
            where = shop.marks.key_where(("regions", name))
            hint = "Give one of them another name"
            shop.faults.append(Fault(f"'{name}' is a region and a population", where, f"regions.{name}", hint))
    if default is not None and brain.connectome is None and ("connectome",) not in shop.broken:
        message, hint = "regions.default needs a connectome, whose regions it describes", "Name the regions instead"
        shop.faults.append(Fault(message, shop.marks.key_where(("regions", "default")), "regions.default", hint))
        shop.broken.add(("regions", "default"))


def _describe(shop: Workshop) -> dict[str, Region]:
    """Spell the regions out, for what is addressed inside them; what cannot be described is told by `resolve`."""
    found: dict[str, Region] = {}
    made: dict[int, Region] = {}
    brain = shop.brain
    names = list(brain.connectome.names) if brain.connectome is not None else []
    for name in [*names, *(n for n in brain.regions if n not in names)]:
        region = brain.regions.get(name, brain.region)
        if region is not None and ("regions", name) not in shop.broken:
            try:
                if id(region) not in made:
                    made[id(region)] = region if isinstance(region, Region) else region.describe()
                found[name] = made[id(region)]
            except InputError:
                shop.broken.add(("regions", name))  # told by `resolve`
    return found


def _more_faults(shop: Workshop) -> list[Fault]:
    """Return what `resolve` finds wrong with the parts that are whole, so that all is told in one pass."""
    brain = shop.brain
    broken = {path[1] for path in shop.broken if len(path) > 1 and path[0] in ("populations", "regions")}
    lost = bool({("connectome",), ("regions", "default")} & shop.broken)
    if any(len(path) > 2 and path[0] == "regions" for path in shop.broken):
        broken |= {path[1] for path in shop.broken if path[0] == "regions" and len(path) > 1}
    if ("connectome",) in shop.broken:
        brain.connectome = None
        brain.region = None
    if lost or any(path[0] == "regions" for path in shop.broken if path):
        brain.pathways = []
    if ("regions", "default") in shop.broken and brain.connectome is not None:
        brain.connectome = None
    known = {p.name for p in brain.populations} | set(brain.regions)

    def whole(address: str) -> bool:
        if address == "all":
            return True
        try:
            name = split_address(address)[0]
        except InputError:
            return True
        head = name.split(".")[0]
        return not ({name, head} & broken) and not (lost and not ({name, head} & known))

    lesions = {p.name or f"{p.source}->{p.target}" for p in brain.projections}
    brain.projections = [p for p in brain.projections if whole(p.source) and whole(p.target)]
    brain.stimuli = [s for s in brain.stimuli if whole(s.target)]
    gone = any(path[0] == "projections" for path in shop.broken if path)
    brain.interventions = [
        a
        for a in brain.interventions
        if whole(a.target) and not (gone and isinstance(a, Lesion) and a.target not in lesions | known)
    ]
    record = brain.recording
    from dataclasses import replace

    brain.recording = replace(
        record,
        spikes=tuple(s for s in record.spikes if whole(s)),
        traces=tuple(t for t in record.traces if whole(t.target)),
        weights=() if gone or broken or lost else record.weights,
    )
    if not brain.populations and not brain.regions and brain.region is None:
        return []
    try:
        brain.resolve()
    except InputError as error:
        return [located(f, shop.marks) for f in error.faults if f.path and f.path != "regions"]
    return []


def _sorted(faults: list[Fault]) -> list[Fault]:
    """Put the faults into the order of the files' lines."""
    order: dict[str, int] = {}

    def key(fault: Fault) -> tuple[int, int, int]:
        name, _, rest = fault.where.rpartition(":")
        name, _, line = name.rpartition(":")
        if not (line.isdigit() and rest.isdigit()):
            return order.setdefault(fault.where, len(order)), 0, 0
        return order.setdefault(name, len(order)), int(line), int(rest)

    return sorted(tidy(faults), key=key)


def _sweep(shop: Workshop, root: Node, roots: tuple[Path, ...], seconds: float) -> Any:
    """Check the sweep: its paths, and each value by making the brain with it, where that takes no long time."""
    given = shop.plain.get("sweep")
    if not given or ("sweep",) in shop.broken or given is REFUSED:
        return {}
    items = _sweep_items(root.value["sweep"])
    count = 1
    for values in given.values() if isinstance(given, Mapping) else [given]:
        count *= max(len(values), 1)
    if count > MAX_POINTS:
        message, hint = f"the sweep has {count:,} points", f"At most {MAX_POINTS:,}"
        shop.faults.append(Fault(message, shop.marks.key_where(("sweep",)), "sweep", hint))
        return {}
    checked = not shop.faults and seconds * len(items) <= MAX_SECONDS
    told: set[str] = set()
    for path, node, place in items:
        try:
            changed = override(root, path, node)
        except InputError as error:
            key = place[:-1]
            where = shop.marks.key_where(key)
            faults = [Fault(f.message, where, dotted(key), f.hint) for f in error.faults]
            shop.faults += [] if where in told else faults
            told.add(where)
            continue
        if checked:
            told_of = f" (with {path} = {node.value} of the sweep)" if not isinstance(node.value, dict | list) else ""
            for fault in _make(changed, roots, []).faults:
                elsewhere = told_of if fault.where != node.where else ""
                shop.faults.append(Fault(f"{fault.message}{elsewhere}", fault.where, fault.path, fault.hint))
    return given


def _sweep_items(node: Node) -> list[tuple[str, Node, tuple[str | int, ...]]]:
    """Return every swept path with every value and where it stands."""
    if isinstance(node.value, dict):
        return [
            (path, value, ("sweep", path, index))
            for path, values in node.value.items()
            for index, value in enumerate(values.value)
        ]
    return [
        (path, value, ("sweep", index, path, 0))
        for index, point in enumerate(node.value)
        for path, value in point.value.items()
    ]


def _description(source: Source) -> str:
    """Return the comment at the head of a file."""
    lines = []
    for line in source.text.split("\n"):
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("#").removeprefix(" ").rstrip())
    return "\n".join(lines).strip()
