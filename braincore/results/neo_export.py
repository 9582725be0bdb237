"""A run as Neo objects, for the electrophysiology tools that read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from braincore.errors import MissingDependencyError
from braincore.units import BASES, parse_unit

if TYPE_CHECKING:
    import neo

    from braincore.results.containers import Traces
    from braincore.results.reader import Run


def to_neo(run: Run, population: str | Sequence[str] | None = None) -> neo.Block:
    """Return a Neo block with one segment.

    Parameters
    ----------
    run
        The run.
    population
        Whose spike trains: as in `Run.spikes`. Traces come all.

    Returns
    -------
    neo.Block
        ``segments[0].spiketrains`` has one train a neuron, silent ones too, annotated with ``population``, ``neuron``
        and ``label``; ``analogsignals`` one signal for each recorder, population and variable, one channel a neuron;
        ``irregularlysampledsignals`` those whose times are uneven.

    Raises
    ------
    MissingDependencyError
        Neo is not installed.
    """
    try:
        import neo
        import quantities as pq
    except ImportError:
        raise MissingDependencyError('Neo is needed for this: pip install "braincore-sim[neo]"') from None
    block = neo.Block(name=run.folder.name, run_id=run.status.run_id, seed=run.provenance.get("seed"))
    segment = neo.Segment(name=run.folder.name)
    block.segments.append(segment)
    spikes = run.spikes(population)
    trains = iter(spikes.trains())
    end = max(run.duration, float(spikes.t.max(initial=0.0)))
    for info in spikes.populations:
        for neuron in range(info.size):
            label = info.labels[neuron] if info.labels else f"{info.name}[{neuron}]"
            train = neo.SpikeTrain(
                next(trains), units=pq.s, t_start=0 * pq.s, t_stop=end * pq.s, sampling_rate=(1 / run.dt) * pq.Hz,
                name=label, population=info.name, neuron=neuron, label=label,
            )  # fmt: skip
            segment.spiketrains.append(train)
    for name in run.recorders():
        for signal in _signals(name, run.traces(name)):
            even = isinstance(signal, neo.AnalogSignal)
            (segment.analogsignals if even else segment.irregularlysampledsignals).append(signal)
    block.check_relationships()
    return block


def _signals(recorder: str, traces: Traces) -> list[Any]:
    """Return a recorder's signals; where its times are uneven, as irregularly sampled ones."""
    import neo
    import quantities as pq

    signals = []
    channels = traces.channels()
    for variable, unit in traces.units.items():
        t, values = traces.matrix(variable)
        scaled, units = _quantity(values, unit)
        for name in dict.fromkeys(population for population, _ in channels):
            columns = [i for i, (population, _) in enumerate(channels) if population == name]
            notes = {
                "name": f"{recorder} {name} {variable}",
                "population": name,
                "variable": variable,
                "array_annotations": {"neuron": np.array([channels[i][1] for i in columns])},
            }
            gaps = np.diff(t)
            if len(t) > 1 and np.allclose(gaps, gaps[0], rtol=1e-6, atol=0):
                period = (t[-1] - t[0]) / (len(t) - 1)
                signal = neo.AnalogSignal(
                    scaled[:, columns], units=units, t_start=t[0] * pq.s, sampling_period=period * pq.s, **notes
                )
            else:
                signal = neo.IrregularlySampledSignal(t * pq.s, scaled[:, columns], units=units, **notes)
            signals.append(signal)
    return signals


def _quantity(values: Any, unit: str) -> tuple[Any, Any]:
    """Return values with a unit of quantities: the one given where it has it, else the SI one."""
    import quantities as pq

    known = {"V": pq.V, "mV": pq.mV, "A": pq.A, "nA": pq.nA, "pA": pq.pA, "S": pq.S, "nS": pq.nS, "Hz": pq.Hz}
    if unit in known:
        return values, known[unit]
    factor, dimension = parse_unit(unit or "1")
    units = pq.dimensionless
    for base, power in zip(BASES, dimension, strict=True):
        if power:
            units = units * getattr(pq, {"A": "ampere", "K": "kelvin"}.get(base, base)) ** power
    return values * factor, units
