"""Which figures a run gets, with their titles, captions and descriptions in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from braincore.errors import BraincoreError, InputError
from braincore.report import members, neuron_groups
from braincore.report.figures import connectome, intervals, projections, psth, raster, rates, spectrum, traces, weights
from braincore.report.model_file import Event, ModelFile
from braincore.report.style import number
from braincore.report.tables import si_text
from braincore.report.words import plural, prediction_notes
from braincore.results.containers import SpikeTrains
from braincore.results.reader import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RASTER_WINDOW = 2.0
MAX_SPIKES = 20_000_000
MAX_OF_A_KIND = 4
_SIGNS = "Excitatory populations are blue, inhibitory ones red."


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """A figure with what is written below it, and a description for those who cannot see it.

    Attributes
    ----------
    key
        Its file name in ``figures/``, and its anchor in the report.
    topic
        The section it stands in.
    """

    key: str
    topic: str
    title: str
    caption: str
    alt: str
    figure: Figure


ACTIVITY, RATES, STATISTICS = "Activity", "Firing rates", "Irregularity and rhythms"
RESPONSES, STATES, NETWORK, PLASTICITY = "Responses to stimuli", "Traces", "Network", "Plasticity"


def read_spikes(run: Run) -> SpikeTrains | None:
    """Return a run's spikes, only the last stretch of more than twenty million; None where none were recorded."""
    if "spikes" not in run.tables or not run.duration or not any(info.spikes for info in run.populations.values()):
        return None
    rows = run.status.tables["spikes"].rows
    start = run.duration * (1 - MAX_SPIKES / rows) if rows > MAX_SPIKES else 0.0
    return run.spikes(start=start if start > 0 else None)


def drawings(run: Run, model: ModelFile, on_error: Callable[[BraincoreError], None] | None = None) -> Iterator[Drawing]:
    """Yield the figures of a run, those first that a reader looks at first.

    Parameters
    ----------
    run, model
        The run and its model.
    on_error
        Is told of a recording that is damaged, and the other figures follow; by default the error is raised.
    """
    spikes = read_spikes(run)
    parts = [_rates(run, model, spikes), _traces(run, model), _network(run, model), _plasticity(run)]
    if spikes is not None:
        parts.insert(0, _activity(spikes, model))
        parts[2:2] = [_statistics(spikes, model), _responses(spikes, model)] if len(spikes) > 1 else []
    for part in parts:
        try:
            yield from part
        except BraincoreError as error:
            if on_error is None:
                raise
            on_error(error)


def _drawing(ax: Axes, topic: str, key: str, title: str, caption: str, alt: str) -> Drawing:
    figure = ax.get_figure(root=True)
    if figure is None:
        raise InputError(f"the axes of '{key}' are in no figure")
    return Drawing(key=key, topic=topic, title=title, caption=caption, alt=alt, figure=figure)


def _activity(spikes: SpikeTrains, model: ModelFile) -> Iterator[Drawing]:
    start, stop = window(spikes, model)
    part = members.trains(spikes, start, stop)
    in_groups = neuron_groups.has_groups(part, model)
    part = neuron_groups.split(part, model) if in_groups else part
    upper, _ = raster.raster_with_rates(part, model=model, events=events_of(model))
    found = members.members(part.populations, model)
    plan = raster.rows(part, found)
    grouped = "region" if len(plan.groups) < len([m for m in found if m.size]) else "population"
    share = f"{plan.fraction} {'are' if plan.every == 1 else 'is'} shown"
    if in_groups:
        grouped = "group"
    shown = f"Each dot is a spike; neurons are arranged by {grouped}, {share}."
    shown += " A neuron of several groups stands in the smallest." if in_groups else ""
    bins = f"Below: mean rates in bins of {si_text(raster.default_bin(part), 's')}."
    shaded = _shaded(model)
    whole = "" if stop - start >= spikes.duration - 1e-9 else f" Shown: {si_text(start, 's')} to {si_text(stop, 's')}."
    yield _drawing(
        upper,
        ACTIVITY,
        "raster",
        title="Spikes and mean rates",
        caption=f"{shown}{_signs(found)} {bins}{shaded}{whole}",
        alt=f"Raster of {number(len(part))} spikes of {plural(len(plan.groups), grouped)}, with the mean rates below.",
    )
    if len(found) > members.MANY_POPULATIONS or spikes.duration > RASTER_WINDOW or in_groups:
        ax = rates.rate_map(_by_group(spikes, model), model=model, events=events_of(model))
        yield _drawing(
            ax,
            ACTIVITY,
            "rate_map",
            title=f"Rate of each {grouped} over time",
            caption="Colours give the mean rate on a scale of square roots; they end at the 99.5th percentile."
            + shaded.replace("Shaded", "Lines above"),
            alt=f"Image of the mean rate over time of {plural(len(plan.groups), grouped)}.",
        )


def events_of(model: ModelFile) -> list[Event]:
    """Return what figures mark: stimuli and interventions that do not last for the whole run."""
    acts = [act for act in model.interventions if act.start_ms or act.stop_ms is not None]
    return [*model.stimuli, *(replace(act, name=act.name or act.text.partition(",")[0]) for act in acts)]


def _shaded(model: ModelFile) -> str:
    kinds = (("stimuli", model.stimuli), ("interventions", events_of(model)[len(model.stimuli) :]))
    marked = [kind for kind, events in kinds if any(event.start_ms is not None for event in events)]
    return f" Shaded: {' and '.join(marked)}." if marked else ""


def _by_group(spikes: SpikeTrains, model: ModelFile) -> SpikeTrains:
    return neuron_groups.gather(spikes, model) if neuron_groups.has_groups(spikes, model) else spikes


def _signs(found: Sequence[members.Member]) -> str:
    """Explain the colours of signs where a figure has any."""
    return f" {_SIGNS}" if any(member.sign for member in found) else ""


def window(spikes: SpikeTrains, model: ModelFile) -> tuple[float, float]:
    """Return the window of the raster in seconds: all of a short run, else two seconds around the first stimulus."""
    if spikes.duration <= RASTER_WINDOW * 1.5:
        return spikes.start, spikes.stop
    starts = [e.start_ms * 1e-3 for e in model.stimuli if e.start_ms is not None and e.start_ms * 1e-3 < spikes.stop]
    begin = max(spikes.start, starts[0] - 0.25 * RASTER_WINDOW) if starts else spikes.stop - RASTER_WINDOW
    begin = min(begin, spikes.stop - RASTER_WINDOW)
    return begin, begin + RASTER_WINDOW


def _rates(run: Run, model: ModelFile, spikes: SpikeTrains | None) -> Iterator[Drawing]:
    table = [row for row in rates.rate_rows(run, model) if row.simulated is not None]
    if not table:
        return
    compared = any(row.predicted is not None for row in table)
    reference = model.reference_rates.source if model.reference_rates else ""
    signs = _signs([row.member for row in table])
    if compared or len(table) > 1:
        many = len(members.groups([row.member for row in table])) < len(table)
        text = (
            "Boxes: median and quartiles over regions; whiskers: 5th and 95th percentile."
            if many
            else "Mean over neurons and time."
        )
        diamonds = f" Diamonds: {reference}." if reference and not many else ""
        yield _drawing(
            rates.rates(run, model=model),
            RATES,
            "rates",
            title="Mean rates" + (", simulated and predicted" if compared else ""),
            caption=f"{text}{signs}{diamonds} {prediction_notes(run)}".rstrip(),
            alt="Chart of the mean rate of each population; the numbers are in the table of results.",
        )
    if sum(row.predicted is not None for row in table) > 2:  # one or two points show no more than the bars
        yield _drawing(
            rates.predicted_rates(run, model=model),
            RATES,
            "predicted_rates",
            title="Simulated against predicted rates",
            caption=f"The line is equality, the band 20 % around it.{signs}",
            alt="Scatter of simulated against predicted mean rates on logarithmic axes.",
        )
    if spikes is not None and spikes.n > len(spikes.populations):
        yield _neuron_rates(spikes, model)


def _neuron_rates(spikes: SpikeTrains, model: ModelFile) -> Drawing:
    in_groups = neuron_groups.has_groups(spikes, model)
    return _drawing(
        rates.rate_boxes(_by_group(spikes, model), model=model),
        RATES,
        "neuron_rates",
        title="Rates of single neurons" + (" by group" if in_groups else ""),
        caption="Median, quartiles (box), 5th and 95th percentile (whiskers) and mean (ring) over neurons"
        + (", those that never spiked included." if spikes.counts().min() == 0 else "."),
        alt="Box plots of the rates of single neurons.",
    )


def _statistics(spikes: SpikeTrains, model: ModelFile) -> Iterator[Drawing]:
    left, _ = intervals.irregularity(spikes, model=model)
    yield _drawing(
        left,
        STATISTICS,
        "irregularity",
        title="Inter-spike intervals and their irregularity",
        caption="Left: all intervals. Right: coefficients of variation (CV) of single neurons; triangles mark medians, "
        "the dotted line a Poisson process.",
        alt="Two histograms: inter-spike intervals, and coefficients of variation over neurons.",
    )
    ax = spectrum.spectrum(spikes, model=model)
    yield _drawing(
        ax,
        STATISTICS,
        "spectrum",
        title="Power spectrum of the population rate",
        caption="As a multiple of the power of independent Poisson neurons of the same rate (dotted line). Welch's "
        "method, Hann windows that overlap by half. A frequency is written at a peak beyond chance (p < 0.001).",
        alt="Power spectrum of the excitatory and inhibitory population rates on logarithmic axes.",
    )


def _responses(spikes: SpikeTrains, model: ModelFile) -> Iterator[Drawing]:
    found = psth.onsets(model.stimuli, spikes.stop)
    for i, (name, events) in enumerate(list(found.items())[:MAX_OF_A_KIND]):
        others = [event for other in found.values() for event in other if event not in events]
        ax = psth.psth(_by_group(spikes, model), events, model=model, others=others)
        yield _drawing(
            ax,
            RESPONSES,
            f"psth_{i + 1}",
            title=f"Response to {name}",
            caption=f"Mean rate around the onset, over {plural(len(events), 'presentation')}. The stimulus is marked."
            + (" Colours are on a scale of square roots." if ax.images else ""),
            alt=f"Peristimulus time histogram of the populations' rates around {name}.",
        )


def _traces(run: Run, model: ModelFile) -> Iterator[Drawing]:
    for i, name in enumerate(traces.recorders(run)[:MAX_OF_A_KIND]):
        made = traces.traces(run, name, model=model, events=events_of(model))
        table = run.traces(name)
        channels = table.channels()
        some = f" The first {traces.MAX_CHANNELS} of {len(channels)} recorded neurons."
        owners = ", ".join(dict.fromkeys(population for population, _ in channels[: traces.MAX_CHANNELS]))
        marks = "Ticks above a membrane potential mark spikes."
        shaded = _shaded(model)
        yield _drawing(
            made[0],
            STATES,
            f"traces_{i + 1}",
            title=f"Recorded variables of {owners}: {', '.join(list(table.variables)[: traces.MAX_VARIABLES])}",
            caption=f"{marks}{shaded}{some if len(channels) > traces.MAX_CHANNELS else ''}",
            alt=f"Recorded variables of {plural(min(len(channels), traces.MAX_CHANNELS), 'neuron')} over time.",
        )


def _network(run: Run, model: ModelFile) -> Iterator[Drawing]:
    graph = model.connectome
    if graph is not None and graph.names:
        ax = connectome.connectome_graph(graph, values=region_rates(run, model))
        n = len(graph.names)
        yield _drawing(
            ax,
            NETWORK,
            "connectome_graph",
            title="Connectome",
            caption=f"Area of a disc: strength of all connections of the region. Colour: its mean rate. Lines: the "
            f"{connectome.drawn_edges(n)} strongest connections at most, the thicker the stronger.",
            alt=f"Graph of {plural(n, 'region')} and their strongest connections.",
        )
        ax = connectome.connectome_matrix(graph)
        yield _drawing(
            ax,
            NETWORK,
            "connectome_matrix",
            title=f"Connection strengths ({graph.attribute})",
            caption="Rows are sources, columns targets; colours are logarithmic, blank where there is no connection.",
            alt=f"Matrix of the connection strengths between {plural(n, 'region')}.",
        )
    if model.group_matrix is not None and model.group_matrix.names:
        yield _drawing(
            projections.group_matrix(model.group_matrix),
            NETWORK,
            "group_synapses",
            title="Synapses between groups of neurons",
            caption="Rows are sources, columns targets; colours are logarithmic, blank where there are no synapses. A "
            "neuron of several groups counts in the smallest.",
            alt="Matrix of the numbers of synapses from group to group.",
        )
    several = len(model.populations) > 1 or model.projection_summary is not None
    if several and (model.projections or model.projection_summary is not None):
        ax = projections.projection_matrix(model)
        yield _drawing(
            ax,
            NETWORK,
            "projections",
            title="Synapses between populations" if not model.projection_summary else "Synapses between regions",
            caption="Rows are sources, columns targets; colours are logarithmic, blank where there are no synapses.",
            alt="Matrix of the numbers of synapses.",
        )
    if model.weight_histograms:
        shown = min(len(model.weight_histograms), weights.MAX_PANELS)
        total = model.projection_summary.count if model.projection_summary else len(model.projections)
        largest = f", the largest of {total}" if total > shown else ""
        made = weights.weight_histograms(model.weight_histograms)
        yield _drawing(
            made[0],
            NETWORK,
            "weights",
            title="Synaptic weights",
            caption=f"Distribution of weights in {plural(shown, 'projection')}{largest}. Negative weights are red.",
            alt=f"Histograms of synaptic weights of {plural(shown, 'projection')}.",
        )


def region_rates(run: Run, model: ModelFile) -> dict[str, float]:
    """Return the mean rate of each region over its neurons, in Hz."""
    total: dict[str, list[tuple[float, int]]] = {}
    for row in rates.rate_rows(run, model):
        if row.simulated is not None and row.member.size:
            total.setdefault(row.member.region or row.member.name, []).append((row.simulated, row.member.size))
    return {
        region: float(np.average([rate for rate, _ in rows], weights=[size for _, size in rows]))
        for region, rows in total.items()
    }


def _plasticity(run: Run) -> Iterator[Drawing]:
    for i, name in enumerate(weights.plastic(run)[:MAX_OF_A_KIND]):
        ax = weights.weights_over_time(run, name)
        name = name.replace("->", "→")
        yield _drawing(
            ax,
            PLASTICITY,
            f"plasticity_{i + 1}",
            title=f"Weights over time: {name}",
            caption="Median, middle half and middle 90 % of the recorded synapses.",
            alt=f"Median and spread of the weights of {name} over time.",
        )
    for i, name in enumerate(weights.distributed(run)[:MAX_OF_A_KIND]):
        shown = name.replace("->", "→")
        yield _drawing(
            weights.histograms_over_time(run, name),
            PLASTICITY,
            f"distribution_{i + 1}",
            title=f"Distribution of weights over time: {shown}",
            caption="Share of the synapses in each bin of the weight, from histograms taken during the run.",
            alt=f"Distribution of the weights of {shown} over time.",
        )
