"""The summary in words, and what a reader should be warned of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from braincore.report.figures.psth import event_text
from braincore.report.figures.rates import RateRow, rate_rows, statistics
from braincore.report.model_file import Event, ModelFile
from braincore.report.style import decimal, measured, number
from braincore.report.tables import facts, si_text
from braincore.results import engine_words
from braincore.results.reader import Run

HIGH_RATE = 200.0
SATURATED = 0.8  # of the greatest rate that the refractory period allows
FAR = 0.5  # relative difference from the predicted rate that is worth a warning


def summary(run: Run, model: ModelFile, rows: Sequence[RateRow] | None = None) -> str:
    """Return one paragraph: what was simulated, for how long, and what the rates were."""
    table = rate_rows(run, model) if rows is None else rows
    known = facts(run, model)
    size = f"{known['Neurons']} neurons in {plural(len(run.populations), 'population')}"
    wired = f", connected by {known['Synapses']} synapses, were" if "Synapses" in known else " were"
    what = f"“{model.title}”: " if model.title else ""
    step = f" in steps of {known['Time step']}" if run.dt else ""
    seed = f" (seed {known['Seed']})" if "Seed" in known else ""
    engine = f" with {engine_words(run.summary)}" if run.summary.get("engine") else ""
    first = f"{what}{size}{wired} simulated for {known.get('Simulated time', '0 s')}{step}{engine}{seed}."
    return " ".join(part for part in (first, _rates(table), _irregularity(run), _prediction(table), _time(run)) if part)


def _rates(table: Sequence[RateRow]) -> str:
    known = [(row.simulated, row.member) for row in table if row.simulated is not None and row.member.size]
    if not known:
        return ""
    by_sign = []
    for sign, word in (("E", "excitatory"), ("I", "inhibitory")):
        own = [(rate, member.size) for rate, member in known if member.sign == sign]
        if own:
            average = sum(rate * size for rate, size in own) / sum(size for _, size in own)
            by_sign.append(f"{word} neurons fired at {measured(average)} Hz")
    if len(known) == 1:
        return f"The neurons fired at {measured(known[0][0])} Hz on average."
    low, high = min(known, key=lambda entry: entry[0]), max(known, key=lambda entry: entry[0])
    start = f"On average {' and '.join(by_sign)}; the" if by_sign else "The"
    return (
        f"{start} mean rates of populations range from {measured(low[0])} Hz ({low[1].name}) to {measured(high[0])} Hz "
        f"({high[1].name})."
    )


def _irregularity(run: Run) -> str:
    noted = statistics(run).values()
    values = [entry["cv_isi"] for entry in noted if isinstance(entry.get("cv_isi"), int | float)]
    if not values:
        return ""
    middle = float(np.median(values))
    word = (
        "regular" if middle < 0.5 else "fairly irregular" if middle < 0.8 else "irregular" if middle < 1.3 else "bursty"
    )
    each = "The" if len(values) == 1 else "The median over populations of the"
    return f"{each} coefficient of variation of inter-spike intervals is {decimal(middle)}: spiking is {word}."


def _prediction(table: Sequence[RateRow]) -> str:
    pairs = [(r.simulated, r.predicted) for r in table if r.simulated is not None and r.predicted is not None]
    if not pairs:
        return ""
    near = sum(abs(simulated - predicted) <= 0.2 * predicted for simulated, predicted in pairs)
    return f"Mean-field theory had predicted the rates of {near} of {plural(len(pairs), 'population')} to within 20 %."


def _time(run: Run) -> str:
    wall = run.summary.get("wall_s")
    took = wall.get("simulate") if isinstance(wall, dict) else None
    begun = run.summary.get("resumed_s") or 0.0
    if not isinstance(took, int | float) or took <= 0 or run.duration <= begun:
        return ""
    factor = took / (run.duration - begun)
    pace = (
        f"{measured(factor, 2)} times real time"
        if factor >= 1
        else f"{measured(1 / factor, 2)} times faster than real time"
    )
    rest = f" from {si_text(begun, 's')} on, where it was resumed," if begun else ""
    return f"The simulation{rest} took {number(round(took, 2))} s, {pace}."


def incomplete(run: Run) -> str:
    """Say how far an incomplete run came and why it stopped; empty for a complete one."""
    if run.status.state == "complete":
        return ""
    verb = {"running": "is still running", "failed": "failed", "interrupted": "was interrupted"}[run.status.state]
    why = f": {run.status.message.rstrip('.')}" if run.status.message else ""
    return (
        f"This run {verb} at {si_text(run.duration, 's')} of simulated time{why}. "
        "Everything below is about what was recorded until then."
    )


def warnings(run: Run, model: ModelFile, rows: Sequence[RateRow] | None = None) -> list[str]:
    """Return what looks wrong: silent, saturated, unrecorded or unexpectedly active populations."""
    table = rate_rows(run, model) if rows is None else rows
    limits = _limits(model, run.dt)
    silent = [
        r.member.name for r in table if r.simulated == 0 and r.member.size and run.populations[r.member.name].spikes
    ]
    saturated, fast, far = [], [], []
    for row in table:
        if row.simulated is None:
            continue
        limit = limits.get(row.member.name)
        if limit is not None and row.simulated >= SATURATED * limit:
            saturated.append(row.member.name)
        elif row.simulated >= HIGH_RATE:
            fast.append(row.member.name)
        if row.predicted and row.simulated and _far(row.simulated, row.predicted, row.member.size * run.duration):
            far.append(row.member.name)
    unrecorded = [name for name, info in run.populations.items() if not info.spikes]
    found = [
        _named(silent, "never spiked"),
        _named(saturated, "fired at more than 80 % of the rate that the refractory period allows"),
        _named(fast, f"fired at more than {HIGH_RATE:g} Hz"),
        _named(far, "fired at a rate that differs by more than half from the predicted one"),
        _missed(run),
        _named(unrecorded, "", one="was not recorded", many="were not recorded"),
    ]
    return [text for text in found if text]


def _missed(run: Run) -> str:
    """Say how many of the file's references did not hold."""
    rows = run.summary.get("references") or []
    missed = sum(not row["held"] for row in rows)
    return f"{missed} of {plural(len(rows), 'reference')} did not hold or are not known: see below." if missed else ""


def _far(simulated: float, predicted: float, exposure: float) -> bool:
    """Whether rates differ by more than half, and by more than chance: four standard deviations of a Poisson count."""
    chance = 4 * (predicted / exposure) ** 0.5 if exposure else float("inf")
    return abs(simulated - predicted) > max(FAR * predicted, chance)


def _limits(model: ModelFile, dt: float) -> dict[str, float]:
    """Return the greatest possible rate in Hz of populations whose neuron has a constant refractory period."""
    scale = {"ms": 1e-3, "s": 1.0, "us": 1e-6}
    periods: dict[str, float] = {}
    for neuron in model.neurons:
        for parameter in neuron.parameters:
            if (
                parameter.name == neuron.refractory.strip()
                and isinstance(parameter.value, float)
                and parameter.unit in scale
            ):
                periods[neuron.name] = parameter.value * scale[parameter.unit]
    return {
        row.name: 1 / max(periods[row.neuron], dt)
        for row in model.populations
        if row.neuron in periods and max(periods[row.neuron], dt) > 0
    }


def _named(names: Sequence[str], what: str, *, one: str = "", many: str = "") -> str:
    if not names:
        return ""
    if len(names) == 1:
        return f"{names[0]} {one or what}."
    shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    return f"{plural(len(names), 'population')} {many or what}: {shown}."


def plural(count: int, noun: str) -> str:
    """Return a number with its noun.

    >>> plural(1, "population"), plural(8, "population")
    ('1 population', '8 populations')
    """
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def description(text: str) -> tuple[str, list[tuple[str, str]]]:
    r"""Return the comment at the head of a file as running text and, if it has them, its labelled parts.

    >>> description("A small net.\n\nSource    Brunel 2000,\n          Figure 8.\nTime      2 s.")
    ('A small net.', [('Source', 'Brunel 2000, Figure 8.'), ('Time', '2 s.')])
    """
    lead: list[str] = []
    parts: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        label = re.match(r"([A-Z]\w*)(?: {2,}|\t+)(?=\S)", line)
        if label:
            parts.append((label[1], [line[label.end() :].strip()]))
        elif parts and line.startswith((" ", "\t")):
            parts[-1][1].append(line.strip())
        elif line.strip():
            lead.append(line.strip())
    return " ".join(lead), [(label, " ".join(lines)) for label, lines in parts]


def stimuli(events: Sequence[Event]) -> list[str]:
    """Return a line for each stimulus: the same one on several populations or at several times stands once."""
    gathered: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        what = event_text(event)
        pattern = what.replace(event.target, "\0") if event.target else what
        gathered.setdefault((re.sub(r"[\s_.-]*\d+$", "", event.name), pattern), []).append(event)
    return [_stimulus(pattern, same) for (_, pattern), same in gathered.items()]


def _stimulus(pattern: str, same: Sequence[Event]) -> str:
    names = list(dict.fromkeys(event.name for event in same))
    name = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    what = pattern.replace("\0", _some(dict.fromkeys(event.target for event in same)))
    spans = dict.fromkeys(event.text.rpartition(", from ")[2] for event in same if ", from " in event.text)
    when = f", from {_some(spans)}" if spans else ""
    return f"{name}: {what}{when}" if name else f"{what}{when}"


def _some(texts: Iterable[str], limit: int = 8) -> str:
    shown = list(texts)
    more = f" and {len(shown) - limit} more" if len(shown) > limit else ""
    return ", ".join(shown[:limit]) + more


def prediction_notes(run: Run, limit: int = 3) -> str:
    """Return what limits the prediction of the rates, in a sentence or two; empty if nothing does."""
    noted = run.summary.get("prediction")
    if not isinstance(noted, dict):
        return ""
    notes = [str(note) for note in noted.get("notes") or []]
    reasons = [f"{name} ({reason})" for name, reason in (noted.get("not_predicted") or {}).items()]
    parts = [f"About the prediction: {'; '.join(notes[:limit])}."] if notes else []
    parts += [f"Not predicted: {_some(reasons, limit)}."] if reasons else []
    return " ".join(parts)
