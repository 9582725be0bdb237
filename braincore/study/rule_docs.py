"""``docs/learning_rules.md``: every learning rule in its own words, with its curves drawn."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from braincore.errors import InputError
from braincore.model.synapse import LearningRule, learning_rules
from braincore.study.protocols import protocols
from braincore.study.texts import quantity_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAGE = "learning_rules.md"
DRAWN = ("window", "frequency")
_INTRODUCTION = """\
# Learning rules

Made from the rules' own descriptions by `make docs`; the curves by `make curves`. `braincore list rules` and
`braincore explain NAME` say the same.

## Using a rule

A rule is given to a projection, with the bounds of the weight where it needs them:

```yaml
projections:
  - {from: input, to: cells, weight: 0.5 nS, rules: stdp_pair, bounds: [0 nS, 1 nS]}
  - {from: cells, to: cells, weight: 0.2 nS, rules: [stdp_pair, synaptic_scaling], bounds: [0 nS, 1 nS]}
```

```python
brain.connect("input", "cells", weight="0.5 nS", rules=learning_rules.get("stdp_pair"), bounds=("0 nS", "1 nS"))
```

- **Amplitudes are relative to the upper bound**, so that one rule serves pA, nS and mV. Of weights below zero the
  strongest is the lowest: `bounds: [0 pA, -200 pA]`.
- **Several rules** act on one projection in the order in which they are given.
- **Within one time step** arriving presynaptic spikes act before postsynaptic ones: a presynaptic spike sees the traces
  of earlier postsynaptic spikes, a postsynaptic one also the presynaptic spike of its own step. What happens regularly
  happens at the end of the step.
- **Freezing**: `interventions: [{freeze: PROJECTION, during: [1 s, 2 s]}]` lets weights stand still; traces go on.
- **Recording**: `record: {weights: {PROJECTION: {interval: 1 s}}}`, with `sample: 1000` a part of the synapses, with
  `histogram: 50` only how many weights lie in each of 50 bins; the state that a rule keeps in its targets is a
  trace like any other: `variables: [bcm.theta]`.
- **Comparing**: `braincore compare FILE` puts rules to the same protocols, see `experiments/compare_plasticity.yaml`.

## Writing a rule

A rule of one's own stands in the file, or in Python as a `LearningRule`, and can do all that those of the library do:

```yaml
learning_rules:
  hebbian:
    equations: "dx/dt = -x/tau : 1 (event-driven)"
    on_pre: |
      transmitted = w
      x += 1
    on_post: w += eta*w_max*x
    parameters: {tau: 20 ms, eta: 0.01}
```

| field | holds |
|---|---|
| `equations` | state of each synapse; `w`, `w_min`, `w_max`, `v_pre`, `v_post` can be read |
| `on_pre`, `on_post` | what arriving and postsynaptic spikes do; `transmitted = ...` says once what is passed on |
| `on_pre_late`, `lag` | what happens some time after a spike has arrived, and the parameter that says how long |
| `regularly`, `interval` | what happens to every synapse at regular times (`interval: dt` for every step) |
| `sums` | sums over the synapses of a neuron at these times, of dimensionless expressions such as `w/w_max` |
| `target_equations`, `on_target_spike` | state of each postsynaptic neuron, such as a filtered voltage; `name_post` |
| `on_target_step` | what happens to that state in every step, before the neuron's threshold |
| `delayed`, `delay` | variables of that state as they were some time ago, and the parameter that says how long |
| `replaces` | parameters of the neuron whose place that state takes: thresholds that learn |
| `modulators` | third factors: receptors of the target, such as `dopamine` |
| `learned` | state that stands still while the rule is frozen; by default what has no differential equation |
| `initial`, `method`, `term` | where the state begins, how it is integrated, `short` or `long` |
"""


def rules_page() -> str:
    """Return the page in Markdown."""
    lines = [_INTRODUCTION]
    for module, names in _by_module().items():
        text = import_module(module).__doc__ or ""
        title, _, rest = markdown(text).partition("\n\n")
        heading = " · ".join(f"`{name}`" for name in names)
        lines += [f"## {heading}", "", f"**{' '.join(title.split())}**", "", rest.strip(), ""]
        lines += [_table(learning_rules.get(name)) for name in names[:1]]
        for name in names:
            drawn = drawn_of(learning_rules.get(name))
            if drawn:
                lines += [f"![{' and '.join(drawn)} of {name}](learning_rules/{name}.png)", ""]
    return "\n".join(lines).rstrip() + "\n"


def _by_module() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in learning_rules:
        found.setdefault(learning_rules.module(name), []).append(name)
    return found


def _table(rule: LearningRule) -> str:
    lines = ["| parameter | value | meaning |", "|---|---|---|"]
    lines += [f"| `{p.name}` | {quantity_text(p.value)} | {p.meaning} |" for p in rule.parameters]
    return "\n".join([*lines, ""])


def markdown(text: str) -> str:
    """Turn the mathematics of a docstring into that of Markdown.

    >>> markdown("Rate :math:`r` obeys\\n\\n.. math:: r = 1")
    'Rate $r$ obeys\\n\\n$$r = 1$$'
    """
    display = re.compile(r"^\.\. math::[ \t]*(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
    text = display.sub(lambda m: f"$${' '.join(m[1].split())}$$", text)
    return re.sub(r":math:`([^`]*)`", lambda m: f"${' '.join(m[1].split())}$", text)


def drawn_of(rule: LearningRule) -> tuple[str, ...]:
    """Return the protocols that a rule is drawn in: none for rules of rates, of errors, and short-term ones."""
    drawn = rule.term == "long" and rule.waits and not set(rule.modulators) - {"dopamine"}
    return DRAWN if drawn else ()


def curves_of(name: str) -> Figure:
    """Put a rule to its protocols and draw what comes out, beside the data.

    Raises
    ------
    InputError
        The rule does not go with the protocols.
    """
    import numpy as np

    from braincore.report.figures.rules import curves
    from braincore.report.style import new_figure

    rule = learning_rules.get(name)
    drawn = drawn_of(rule)
    if not drawn:
        raise InputError(f"rule '{name}' is drawn in no protocol")
    found = [(protocols.get(one), measure) for one in drawn for measure in protocols.get(one).curves]
    figure = new_figure(2.4)
    panels = figure.subplots(1, len(found), squeeze=False)[0]
    outcomes = {one: protocols.get(one)(rule) for one in drawn}
    for ax, (protocol, measure) in zip(panels, found, strict=True):
        x, y = outcomes[protocol.name].curve(measure)
        nothing = np.full(len(x), np.nan)
        data = next((d for d in protocol.data if d.measure == measure), None)
        points = None
        if data is not None:
            points = (np.array(data.x), np.array(data.y), np.array(data.error) if data.error else None)
        title = measure if len(protocol.curves) > 1 else protocol.name
        curves(
            {name: (x, y, nothing, nothing)},
            ax,
            data=points,
            data_label=data.label if data is not None else "",
            breaks=protocol.breaks,
            axis=protocol.axis,
            unit=protocol.unit if ax is panels[0] else "",
            title=title,
            key=False,
        )
    return figure


def write_curves(folder: Path) -> list[Path]:
    """Draw the curves of every rule into a folder; return the files."""
    from braincore.report.embed import png_bytes, settle

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in learning_rules:
        if drawn_of(learning_rules.get(name)):
            figure = curves_of(name)
            settle(figure)
            path = folder / f"{name}.png"
            path.write_bytes(png_bytes(figure, dpi=90))
            written.append(path)
    return written
