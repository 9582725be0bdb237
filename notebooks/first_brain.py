# ---
# jupyter:
#   jupytext:
#     text_representation:
#       format_name: percent
# ---

# %% [markdown]
# # A first brain
# Two populations in balance: described, predicted, run, and looked at. Open this file as a notebook with Jupytext, or
# run it as a script.

# %%
from matplotlib.figure import Figure

from braincore import Brain, poisson
from braincore.model import FixedProbability
from braincore.report import raster
from braincore.theory import prediction_lines

# %%
brain = Brain(title="A first brain", seed=1)
brain.add("E", 400, "lif_exp", sign="excitatory")
brain.add("I", 100, "lif_exp", sign="inhibitory")
for source, target, weight in (("E", "E", "80 pA"), ("E", "I", "80 pA"), ("I", "E", "-400 pA"), ("I", "I", "-400 pA")):
    brain.connect(source, target, FixedProbability(p=0.1, autapses=False), weight=weight, delay="1.5 ms")
brain.stimulate("all", poisson("8 Hz", sources=1000), weight="87.8 pA")

# %% [markdown]
# What mean-field theory says before any run:

# %%
prediction = brain.predict()
print("\n".join(prediction_lines(prediction)))

# %%
run = brain.run("300 ms", name="first-brain", report=False)
for name, row in run.summary["populations"].items():
    print(f"{name}: {row['rate_hz']:.2f} Hz simulated, {row['predicted_rate_hz']:.2f} Hz predicted")

# %%
figure = Figure(figsize=(7, 4), layout="constrained")
raster(run, ax=figure.subplots())
figure.savefig("first_brain.png", dpi=120)
