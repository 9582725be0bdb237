"""``model.json``: what a report knows of the model behind a run.

The writer makes it from the resolved network; everything is optional and has a default, so that a report of a run
without it is shorter, not impossible. Texts are for people, with units in them; numbers named ``_si`` are in SI units::

    {
      "title": "Cortical microcircuit",
      "description": "One paragraph on what it is, optional",
      "source": "Potjans & Diesmann 2014, Cereb Cortex 24:785",
      "dt_ms": 0.1, "duration_ms": 1000.0, "seed": 1, "hash": "sha256...",
      "neurons": [
        {"name": "lif_exp", "purpose": "...", "source": "citation",
         "equations": "dv/dt = (E_L - v)/tau_m + I/C_m : volt (unless refractory)",
         "threshold": "v > V_th", "reset": "v = V_r", "refractory": "t_ref", "method": "exact",
         "inputs": ["I"], "initial": {"v": "E_L"},
         "parameters": [{"name": "tau_m", "value": 10.0, "unit": "ms", "meaning": "membrane time constant",
                         "source": "Table 5", "low": 5.0, "high": 30.0}],
         "receptors": [{"name": "exc", "model": "exp_current", "equations": "...", "current": "g", "on_pre": "g += w",
                        "source_equations": "", "on_source_spike": "", "transmission": "", "source": "",
                        "parameters": []}]}
      ],
      "rules": [
        {"name": "stdp_pair", "purpose": "...", "source": "citation", "equations": "...", "on_pre": "...",
         "on_post": "...", "initial": {"u": "0.5"}, "parameters": []}
      ],
      "populations": [
        {"name": "V1.L4e", "region": "V1", "size": 4383, "neuron": "lif_exp", "sign": "excitatory", "layer": "4",
         "parameters": {"V_th": "normal(-50 mV, 1 mV)"}, "groups": {"touched": [0, 7, 12]}}
      ],
      "projections": [
        {"name": "V1.L4e->V1.L23e", "source": "V1.L4e", "target": "V1.L23e", "rule": "fixed total number",
         "n_synapses": 123456, "weight": "normal(87.8 pA, 8.78 pA)", "weight_mean_si": 8.78e-11,
         "delay": "normal(1.5 ms, 0.75 ms)", "receptor": "exc", "rules": ["stdp_pair"], "bounds": ["0 pA", "200 pA"]}
      ],
      "projection_summary": {"count": 20000, "synapses": 310000000, "names": ["V1", "V2"],
                             "matrix": [[1.0e6, 2.0e5], [1.0e5, 9.0e5]]},
      "group_matrix": {"names": ["touched", "others"], "matrix": [[2.0, 7.0], [5.0, 90.0]]},
      "stimuli": [{"text": "flash: 900 Poisson sources of 15 Hz each onto V1.L4e, 500 to 700 ms", "name": "flash",
                   "target": "V1.L4e", "start_ms": 500.0, "stop_ms": 700.0}],
      "interventions": [{"text": "MT silenced from 1 s on", "name": "", "target": "MT", "start_ms": 1000.0,
                         "stop_ms": null}],
      "connectome": {"names": ["V1", "V2"], "matrix": [[0.0, 0.7], [0.3, 0.0]], "attribute": "fln", "unit": "",
                     "positions": [[0.0, 1.0, 2.0], [3.0, 1.0, 2.0]]},
      "weight_histograms": {"V1.L4e->V1.L23e": {"edges": [0.0, 1.0, 2.0], "counts": [3, 5], "unit": "pA"}},
      "reference_rates": {"source": "NEST, 10 s", "rates_hz": {"V1.L4e": 4.41}}
    }

- ``value`` of a parameter may be a number or a text (a distribution); ``low`` and ``high`` are in ``unit``, or null.
- ``sign`` is ``excitatory``, ``inhibitory`` or empty. ``layer`` is empty where there is none.
- ``groups`` are named sets of neurons that figures show one by one; ``group_matrix`` holds the synapses between them,
  each neuron counted with the smallest of its groups.
- Rows of matrices are sources. With more than 500 projections, ``projections`` may hold the first 500 only and
  ``projection_summary`` says how many there are; its matrix holds synapses from region to region.
- ``start_ms`` and ``stop_ms`` of a stimulus that lasts the whole run are null: it then has no onset to align to.
- ``positions`` (one row of two or three coordinates for each name) may be null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from braincore.errors import ResultsError
from braincore.results.reader import Run

MODEL_NAME = "model.json"
T = TypeVar("T")
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class ParameterRow:
    """One line of a parameter table; `low` and `high` in `unit`, None where no range is known."""

    name: str
    value: float | str = ""
    unit: str = ""
    meaning: str = ""
    source: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceptorInfo:
    """What a projection can end on."""

    name: str
    model: str = ""
    equations: str = ""
    current: str = ""
    on_pre: str = ""
    source_equations: str = ""
    on_source_spike: str = ""
    transmission: str = ""
    source: str = ""
    parameters: tuple[ParameterRow, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleInfo:
    """A plasticity rule of synapses, as text in the equation language."""

    name: str
    purpose: str = ""
    source: str = ""
    equations: str = ""
    on_pre: str = ""
    on_pre_late: str = ""
    lag: str = ""
    on_post: str = ""
    regularly: str = ""
    interval: str = ""
    target_equations: str = ""
    on_target_spike: str = ""
    on_target_step: str = ""
    delayed: Mapping[str, str] = field(default_factory=dict)
    delay: str = ""
    sums: Mapping[str, str] = field(default_factory=dict)
    initial: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[ParameterRow, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NeuronInfo:
    """A neuron model, as text in the equation language."""

    name: str
    purpose: str = ""
    source: str = ""
    equations: str = ""
    threshold: str = ""
    reset: str = ""
    refractory: str = ""
    method: str = ""
    inputs: tuple[str, ...] = ()
    initial: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[ParameterRow, ...] = ()
    receptors: tuple[ReceptorInfo, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PopulationRow:
    """A population of the model; `parameters` are those that differ from the neuron's, `groups` indices of neurons."""

    name: str
    region: str = ""
    size: int = 0
    neuron: str = ""
    sign: str = ""
    layer: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectionRow:
    """A projection of the model."""

    name: str
    source: str = ""
    target: str = ""
    rule: str = ""
    n_synapses: float = 0.0
    weight: str = ""
    weight_mean_si: float | None = None
    delay: str = ""
    receptor: str = ""
    rules: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ProjectionSummary:
    """All projections of a large model, added up from region to region (rows are sources)."""

    count: int = 0
    synapses: float = 0.0
    names: tuple[str, ...] = ()
    matrix: Floats = field(default_factory=lambda: np.zeros((0, 0)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A stimulus or an intervention; times in milliseconds, None where it has no onset or no end."""

    text: str = ""
    name: str = ""
    target: str = ""
    start_ms: float | None = None
    stop_ms: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ConnectomeInfo:
    """Regions and the strength of their connections; rows of `matrix` are sources."""

    names: tuple[str, ...] = ()
    matrix: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    attribute: str = "weight"
    unit: str = ""
    positions: Floats | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Histogram:
    """Counts between edges."""

    edges: Floats
    counts: Floats
    unit: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceRates:
    """Rates that others found, in Hz, by population."""

    source: str = ""
    rates_hz: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ModelFile:
    """The contents of ``model.json``; see the module's docstring for its shape."""

    title: str = ""
    description: str = ""
    source: str = ""
    dt_ms: float | None = None
    duration_ms: float | None = None
    seed: int | None = None
    hash: str = ""
    neurons: tuple[NeuronInfo, ...] = ()
    rules: tuple[RuleInfo, ...] = ()
    populations: tuple[PopulationRow, ...] = ()
    projections: tuple[ProjectionRow, ...] = ()
    projection_summary: ProjectionSummary | None = None
    group_matrix: ProjectionSummary | None = None
    stimuli: tuple[Event, ...] = ()
    interventions: tuple[Event, ...] = ()
    connectome: ConnectomeInfo | None = None
    weight_histograms: Mapping[str, Histogram] = field(default_factory=dict)
    reference_rates: ReferenceRates | None = None


def read_model(run: Run) -> ModelFile:
    """Return what the run's ``model.json`` says; an empty `ModelFile` where there is none.

    Raises
    ------
    ResultsError
        The file is damaged, or something in it has another shape; the message says what.
    """
    if MODEL_NAME not in run.status.files and not (run.folder / MODEL_NAME).exists():
        return ModelFile()
    path = run.folder / MODEL_NAME
    try:
        return parse_model(json.loads(run.text(MODEL_NAME)))
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path} cannot be read: {error}") from error


def parse_model(content: Any) -> ModelFile:
    """Return the typed form of the parsed JSON; raise `ValueError` where its shape is another."""
    top = _Fields(content, "model")
    return ModelFile(
        title=top.text("title"),
        description=top.text("description"),
        source=top.text("source"),
        dt_ms=top.number("dt_ms"),
        duration_ms=top.number("duration_ms"),
        seed=top.whole("seed"),
        hash=top.text("hash"),
        neurons=top.rows("neurons", _neuron),
        rules=top.rows("rules", _rule),
        populations=top.rows("populations", _population),
        projections=top.rows("projections", _projection),
        projection_summary=top.one("projection_summary", _summary),
        group_matrix=top.one("group_matrix", _summary),
        stimuli=top.rows("stimuli", _event),
        interventions=top.rows("interventions", _event),
        connectome=top.one("connectome", _connectome),
        weight_histograms=top.table("weight_histograms", _histogram),
        reference_rates=top.one("reference_rates", _reference),
    )


class _Fields:
    """Typed access to one JSON object: absent and null are the default, anything else of a wrong type is an error."""

    def __init__(self, content: Any, path: str) -> None:
        if not isinstance(content, Mapping):
            raise ValueError(f"{path} is not an object")
        self.content, self.path = content, path

    def _typed(self, key: str, kinds: tuple[type, ...], what: str) -> Any:
        value = self.content.get(key)
        if value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
            raise ValueError(f"{self.path}.{key} is not {what}")
        return value

    def text(self, key: str) -> str:
        return str(self._typed(key, (str, int, float), "a text") or "")

    def number(self, key: str) -> float | None:
        value = self._typed(key, (int, float), "a number")
        return None if value is None or not math.isfinite(value) else float(value)

    def whole(self, key: str) -> int | None:
        value = self._typed(key, (int,), "a whole number")
        return None if value is None else int(value)

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(str(entry) for entry in self._typed(key, (list,), "a list") or ())

    def rows(self, key: str, read: Callable[[_Fields], T]) -> tuple[T, ...]:
        found = self._typed(key, (list,), "a list") or ()
        return tuple(read(_Fields(entry, f"{self.path}.{key}[{i}]")) for i, entry in enumerate(found))

    def one(self, key: str, read: Callable[[_Fields], T]) -> T | None:
        value = self._typed(key, (Mapping,), "an object")
        return read(_Fields(value, f"{self.path}.{key}")) if value else None

    def table(self, key: str, read: Callable[[_Fields], T]) -> dict[str, T]:
        found = self._typed(key, (Mapping,), "an object") or {}
        return {str(name): read(_Fields(entry, f"{self.path}.{key}.{name}")) for name, entry in found.items()}

    def words(self, key: str) -> dict[str, str]:
        found = self._typed(key, (Mapping,), "an object") or {}
        return {str(name): str(text) for name, text in found.items()}

    def array(self, key: str, dimensions: int) -> Floats | None:
        value = self._typed(key, (list,), "a list")
        if value is None:
            return None
        try:
            found = np.array(value, dtype=np.float64)
        except (ValueError, TypeError):
            raise ValueError(f"{self.path}.{key} is not an array of numbers") from None
        if not found.size:
            return np.zeros((0,) * dimensions)
        if found.ndim != dimensions:
            raise ValueError(f"{self.path}.{key} has {found.ndim} dimensions, not {dimensions}")
        return found


def _parameter(row: _Fields) -> ParameterRow:
    value = row.content.get("value")
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return ParameterRow(
        name=row.text("name"),
        value=(row.number("value") or 0.0) if numeric else row.text("value"),
        unit=row.text("unit"),
        meaning=row.text("meaning"),
        source=row.text("source"),
        low=row.number("low"),
        high=row.number("high"),
    )


def _receptor(row: _Fields) -> ReceptorInfo:
    keys = ("name", "model", "equations", "current", "on_pre", "source_equations", "on_source_spike", "transmission")
    texts = {key: row.text(key) for key in (*keys, "source")}
    return ReceptorInfo(**texts, parameters=row.rows("parameters", _parameter))


def _neuron(row: _Fields) -> NeuronInfo:
    keys = ("name", "purpose", "source", "equations", "threshold", "reset", "refractory", "method")
    return NeuronInfo(
        **{key: row.text(key) for key in keys},
        inputs=row.texts("inputs"),
        initial=row.words("initial"),
        parameters=row.rows("parameters", _parameter),
        receptors=row.rows("receptors", _receptor),
    )


def _rule(row: _Fields) -> RuleInfo:
    keys = (
        "name",
        "purpose",
        "source",
        "equations",
        "on_pre",
        "on_pre_late",
        "lag",
        "on_post",
        "regularly",
        "interval",
    )
    texts = {key: row.text(key) for key in (*keys, "target_equations", "on_target_spike", "on_target_step", "delay")}
    delayed, sums, initial = (row.words(key) for key in ("delayed", "sums", "initial"))
    parameters = row.rows("parameters", _parameter)
    return RuleInfo(**texts, delayed=delayed, sums=sums, initial=initial, parameters=parameters)


def _population(row: _Fields) -> PopulationRow:
    texts = {key: row.text(key) for key in ("name", "region", "neuron", "sign", "layer")}
    size = row.whole("size") or 0
    groups = row.content.get("groups") or {}
    if not isinstance(groups, Mapping):
        raise ValueError(f"{row.path}.groups is not an object")
    members = {str(name): _indices(given, size, f"{row.path}.groups.{name}") for name, given in groups.items()}
    return PopulationRow(**texts, size=size, parameters=row.words("parameters"), groups=members)


def _indices(given: Any, size: int, path: str) -> NDArray[np.int64]:
    whole = isinstance(given, list) and all(isinstance(i, int) and 0 <= i < size for i in given)
    if not whole:
        raise ValueError(f"{path} is not a list of neurons, 0 to {size - 1}")
    return np.unique(np.array(given, dtype=np.int64))


def _projection(row: _Fields) -> ProjectionRow:
    texts = {key: row.text(key) for key in ("name", "source", "target", "rule", "weight", "delay", "receptor")}
    return ProjectionRow(
        **texts,
        n_synapses=row.number("n_synapses") or 0.0,
        weight_mean_si=row.number("weight_mean_si"),
        rules=row.texts("rules"),
        bounds=row.texts("bounds"),
    )


def _square(row: _Fields) -> tuple[tuple[str, ...], Floats]:
    names, matrix = row.texts("names"), row.array("matrix", 2)
    if matrix is None:
        matrix = np.zeros((len(names), len(names)))
    if matrix.shape != (len(names), len(names)):
        raise ValueError(f"{row.path}.matrix has shape {matrix.shape} for {len(names)} names")
    return names, matrix


def _summary(row: _Fields) -> ProjectionSummary:
    names, matrix = _square(row)
    return ProjectionSummary(
        count=row.whole("count") or 0, synapses=row.number("synapses") or 0.0, names=names, matrix=matrix
    )


def _event(row: _Fields) -> Event:
    texts = {key: row.text(key) for key in ("text", "name", "target")}
    return Event(**texts, start_ms=row.number("start_ms"), stop_ms=row.number("stop_ms"))


def _connectome(row: _Fields) -> ConnectomeInfo:
    names, matrix = _square(row)
    positions = row.array("positions", 2)
    if positions is not None and (positions.shape[0] != len(names) or positions.shape[1] not in (2, 3)):
        raise ValueError(f"{row.path}.positions has shape {positions.shape} for {len(names)} names")
    if positions is not None and not np.isfinite(positions).all():
        positions = None
    return ConnectomeInfo(
        names=names,
        matrix=matrix,
        attribute=row.text("attribute") or "weight",
        unit=row.text("unit"),
        positions=positions,
    )


def _histogram(row: _Fields) -> Histogram:
    edges, counts = row.array("edges", 1), row.array("counts", 1)
    if edges is None or counts is None or len(edges) != len(counts) + 1 or not len(counts):
        raise ValueError(f"{row.path} needs one edge more than counts")
    return Histogram(edges=edges, counts=counts, unit=row.text("unit"))


def _reference(row: _Fields) -> ReferenceRates:
    rates = row.content.get("rates_hz") or {}
    if not isinstance(rates, Mapping) or not all(isinstance(rate, int | float) for rate in rates.values()):
        raise ValueError(f"{row.path}.rates_hz is not a table of numbers")
    return ReferenceRates(source=row.text("source"), rates_hz={str(name): float(rate) for name, rate in rates.items()})
