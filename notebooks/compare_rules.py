# ---
# jupyter:
#   jupytext:
#     text_representation:
#       format_name: percent
# ---

# %% [markdown]
# # Three rules, one question
# Which of three plasticity rules describes visual cortex? From the rules to a figure, in one sitting.

# %%
from matplotlib.figure import Figure

from braincore.model import learning_rules
from braincore.report.figures.rules import curves
from braincore.study.protocols import protocols

# %% [markdown]
# Pairs of spikes with two sets of amplitudes, and triplets.

# %%
pair = learning_rules.get("stdp_pair").with_(A_plus=0.0025, A_minus=0.0026)
triplet = learning_rules.get("stdp_triplet_minimal")
rules = {"pairs": pair, "gentle pairs": pair.with_(A_plus=0.001, A_minus=0.002), "triplets": triplet}

# %% [markdown]
# Sixty pairs of spikes at five frequencies, as in Sjöström, Turrigiano & Nelson (2001). The error is that of Pfister &
# Gerstner (2006), in standard errors of the data.

# %%
frequency = protocols.get("frequency")
outcomes = {name: frequency(rule) for name, rule in rules.items()}
for name, outcome in outcomes.items():
    print(f"{name}: error {outcome.value('error'):.3f}, {outcome.events} synaptic events")

# %%
figure = Figure(figsize=(9, 3.6), layout="constrained")
for ax, measure in zip(figure.subplots(1, 2, sharey=True), frequency.curves, strict=True):
    data = next(one for one in frequency.data if one.measure == measure)
    lines = {name: (x, y, y, y) for name, outcome in outcomes.items() for x, y in [outcome.curve(measure)]}
    curves(lines, ax, data=(data.x, data.y, data.error), data_label=data.label, title=measure, axis=frequency.axis)
figure.savefig("compare_rules.png", dpi=120)
