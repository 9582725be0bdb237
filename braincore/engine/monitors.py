"""C++ of what is recorded: into growing lists, which Brian2's monitors get whenever Python is about to look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import c_data_type

from braincore.engine.captured import Captured
from braincore.engine.parts import FIRST, Touch
from braincore.engine.pieces import Piece
from braincore.engine.unit import Unit


@dataclass(kw_only=True)
class MonitorLink:
    """Hands recordings over to a monitor.

    Attributes
    ----------
    monitor
        Brian2's monitor.
    prefix
        Of the lists in the compiled code.
    columns
        Name of a recorded variable to its Brian2 variable.
    width
        Values in each row (1 but for a StateMonitor).
    """

    monitor: Any
    prefix: str
    columns: dict[str, Any]
    width: dict[str, int]

    def begin(self, library: Any) -> None:
        """Empty the lists: a run that broke off may have left something there."""
        library.call(f"clear_{self.prefix}")

    def sync(self, library: Any) -> None:
        """Append what was recorded since the last time."""
        rows = library.call(f"rows_{self.prefix}")
        if not rows:
            return
        before = int(self.monitor.variables["N"].get_value().item())
        for k, (name, variable) in enumerate(self.columns.items()):
            width = self.width[name]
            values = np.empty(rows * width, dtype=variable.dtype)
            library.call(f"take_{self.prefix}_{k}", values)
            variable.resize((before + rows, width) if variable.ndim == 2 else before + rows)
            array = variable.get_value()
            array[before:] = values.reshape(rows, width) if variable.ndim == 2 else values
        self.monitor.variables["N"].set_value(before + rows)
        library.call(f"clear_{self.prefix}")

    def end(self, library: Any) -> None:
        """Hand over the rest."""
        self.sync(library)


def _lists(unit: Unit, prefix: str, kinds: list[str]) -> None:
    """Declare the lists of a monitor and the functions through which Python empties them."""
    unit.declarations.append(f"static Counter rows_of_{prefix};")
    clear = [f"rows_of_{prefix}.n = 0;"]
    for k, kind in enumerate(kinds):
        kept = "char" if kind == "bool" else kind  # vector<bool> has no data
        unit.declarations.append(f"static vector<{kept}> {prefix}_{k};")
        unit.exports.append(
            f'extern "C" void take_{prefix}_{k}({kept}* v) {{ copy({prefix}_{k}.begin(), {prefix}_{k}.end(), v); }}'
        )
        clear.append(f"{prefix}_{k}.clear();")
    unit.exports.append(f'extern "C" int64_t rows_{prefix}() {{ return rows_of_{prefix}.n; }}')
    unit.exports.append(f'extern "C" void clear_{prefix}() {{ {" ".join(clear)} }}')


def events(unit: Unit, captured: Captured, monitor: Any, number: int) -> Piece:
    """Return the code of a SpikeMonitor or EventMonitor."""
    block = unit.block(captured, iterate_all=False)
    v, prefix = captured.variables, f"events{number}"
    space, counts = captured.template_kwds["eventspace_variable"], v["count"]
    columns = dict(sorted(captured.template_kwds["record_variables"].items()))
    kinds = [c_data_type(variable.dtype) for variable in columns.values()]
    _lists(unit, prefix, kinds)
    unit.links.append(MonitorLink(monitor=monitor, prefix=prefix, columns=columns, width=dict.fromkeys(columns, 1)))
    total, spikes = unit.table.name(counts), unit.spikes(space)
    start, stop = (unit.table.constant(int(v[n].get_value()))[1] for n in ("_source_start", "_source_stop"))
    push = "\n".join(f"{prefix}_{k}.push_back(_to_record_{column});" for k, column in enumerate(columns))
    text = "\n".join(
        [
            unit.head(captured, block, counts),
            "const auto _record = [&](const int32_t* _spike, const int32_t* _end) {",
            f"rows_of_{prefix}.n += _end - _spike;",
            "for (; _spike < _end; _spike++) {",
            "const int64_t _idx = *_spike;",
            "const _Draw _vectorisation_idx(_idx, 0);",
            block.vector,
            push,
            f"{total}[_idx - {start}] += 1;",
            "} };",
            f"{spikes}.each(STEP - {unit.late(space)}, {start}, {stop}, _record);",
        ]
    )
    touches = {Touch(spikes, FIRST), *(Touch(v, FIRST) for v in block.reads)}
    return Piece(
        obj=None, reads={*block.reads, space}, writes={*block.writes, counts}, touches=touches, alone=True, body=text
    )


def states(unit: Unit, captured: Captured, monitor: Any, number: int) -> Piece:
    """Return the code of a StateMonitor."""
    block = unit.block(captured, iterate_all=False)
    v, prefix = captured.variables, f"states{number}"
    recorded = dict(sorted(captured.template_kwds["_recorded_variables"].items()))
    columns = {"t": monitor.variables["t"], **recorded}
    _lists(unit, prefix, [c_data_type(variable.dtype) for variable in columns.values()])
    wanted = v["_indices"]
    width = len(wanted.get_value())
    unit.links.append(
        MonitorLink(monitor=monitor, prefix=prefix, columns=columns, width={"t": 1, **dict.fromkeys(recorded, width)})
    )
    now, name = v["_clock_t"], unit.table.name(wanted)
    push = "\n".join(f"{prefix}_{k + 1}.push_back(_to_record_{column});" for k, column in enumerate(recorded))
    total = unit.table.constant(width)[1]
    text = "\n".join(
        [
            unit.head(captured, block, now, wanted),
            f"{prefix}_0.push_back({unit.table.name(now)}[0]);",
            f"for (int64_t _i = 0; _i < {total}; _i++) {{",
            f"const int64_t _idx = {name}[_i];",
            "const _Draw _vectorisation_idx(_idx, 0);",
            block.vector,
            push,
            "}",
            f"rows_of_{prefix}.n++;",
        ]
    )
    touches = {Touch(v, FIRST) for v in block.reads}
    return Piece(obj=None, reads={*block.reads, now, wanted}, touches=touches, alone=True, body=text)


def rates(unit: Unit, captured: Captured, monitor: Any, number: int) -> Piece:
    """Return the code of a PopulationRateMonitor."""
    v, prefix = captured.variables, f"rates{number}"
    columns = {"t": monitor.variables["t"], "rate": monitor.variables["rate"]}
    kinds = [c_data_type(variable.dtype) for variable in columns.values()]
    _lists(unit, prefix, kinds)
    unit.links.append(MonitorLink(monitor=monitor, prefix=prefix, columns=columns, width={"t": 1, "rate": 1}))
    space = v["_spikespace"]
    start, stop = (unit.table.constant(int(v[n].get_value()))[1] for n in ("_source_start", "_source_stop"))
    spikes = unit.spikes(space)
    size = unit.table.constant(int(np.asarray(v["_num_source_neurons"].get_value()).item()))[1]
    now, dt = v["_clock_t"], v["_clock_dt"]
    count = "[&](const int32_t* _begin, const int32_t* _end) { _found += _end - _begin; }"
    text = "\n".join(
        [
            "int64_t _found = 0;",
            f"{spikes}.each(STEP - {unit.late(space)}, {start}, {stop}, {count});",
            f"{prefix}_0.push_back(({unit.table.pointer(now)})[0]);",
            f"const double _dt = ({unit.table.pointer(dt)})[0];",
            f"{prefix}_1.push_back((double)_found / _dt / (double){size});",
            f"rows_of_{prefix}.n++;",
        ]
    )
    return Piece(obj=None, reads={space, now, dt}, touches={Touch(spikes, FIRST)}, alone=True, body=text)
