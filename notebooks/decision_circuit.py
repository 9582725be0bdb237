# ---
# jupyter:
#   jupytext:
#     text_representation:
#       format_name: percent
# ---

# %% [markdown]
# # A decision circuit from parts, and what lesions do to it
# The circuit of Wang (2002) at half its size, built from the library's neurons and synapses: two populations of
# pyramidal cells that prefer *left* and *right*, others without a preference, and interneurons that all of them share.
# Then it decides, intact and with a part missing. (`regions: {LIP: Wang2002}` is the same, ready made.)

# %%
from matplotlib.figure import Figure

from braincore import Brain, poisson
from braincore.model import AllToAll, Lesion, Region, ScaleReceptor, Uniform, neurons, synapses
from braincore.report.figures.wiring import draw_wiring

SIZES = {"left": 120, "right": 120, "others": 560, "interneurons": 200}
STRONG, WEAK = 1.7, 1 - 0.15 * (1.7 - 1) / (1 - 0.15)  # within a preference; onto it from elsewhere
SCALE = 0.5  # half of the cells, synapses of twice the strength

# %% [markdown]
# ## Cells
# A membrane with four receptors. Recurrent excitation goes mostly through slow NMDA receptors: they integrate.

# %%
fast = synapses.get("exponential_conductance")
receptors = {
    "external": fast.with_(tau="2 ms", E="0 mV"),
    "ampa": fast.with_(tau="2 ms", E="0 mV"),
    "nmda": synapses.get("nmda_wang2002"),
    "gaba": fast.with_(tau="5 ms", E="-70 mV"),
}
cell = neurons.get("lif_cond").with_(receptors=receptors, E_L="-70 mV", V_th="-50 mV", V_reset="-55 mV")
pyramidal = cell.with_(C_m="0.5 nF", g_L="25 nS", t_ref="2 ms")
interneuron = cell.with_(C_m="0.2 nF", g_L="20 nS", t_ref="1 ms")


# %% [markdown]
# ## The circuit
# Everybody hears everybody. What makes it decide is that cells of one preference excite each other more.


# %%
def circuit(seed: int) -> Brain:
    """Return the circuit with its background."""
    brain = Brain(title="A decision circuit", seed=seed, dt="0.1 ms")
    for name, size in SIZES.items():
        inhibits = name == "interneurons"
        brain.add(
            name,
            size,
            interneuron if inhibits else pyramidal,
            sign="inhibitory" if inhibits else "excitatory",
            initial={"v": Uniform("-55 mV", "-50 mV")},
        )
        brain.stimulate(name, poisson("2400 Hz"), weight="1.62 nS" if inhibits else "2.1 nS", receptor="external")
    for source in SIZES:
        for target in SIZES:
            onto = target == "interneurons"
            if source == "interneurons":
                weights = {"gaba": 1.0 if onto else 1.3}
            else:
                weights = {"ampa": 0.04 if onto else 0.05, "nmda": 0.13 if onto else 0.165}
            strength = 1.0
            if source != "interneurons" and target in ("left", "right"):
                strength = STRONG if source == target else WEAK
            for receptor, nanosiemens in weights.items():
                brain.connect(
                    source,
                    target,
                    AllToAll(),
                    weight=f"{nanosiemens * strength / SCALE} nS",
                    delay=None if receptor == "nmda" else "0.5 ms",
                    receptor=receptor,
                )
    return brain


# %%
whole = circuit(seed=1)
drawn = Region(populations=tuple(whole.populations), projections=tuple(whole.projections))
draw_wiring(drawn, "A decision circuit").savefig("decision_circuit.png", dpi=120)

# %% [markdown]
# ## Evidence
# From 0.5 to 1.5 s a quarter of the dots move to the left: 50 Hz for *left*, 30 Hz for *right*. The same stimulus meets
# four circuits: as built; with the cells that prefer *left* destroyed; with the interneurons destroyed; with half of
# the NMDA receptors blocked.

# %%
LESIONS = {
    "intact": (),
    "left cells lesioned": (Lesion(target="left", at="0.4 s"),),
    "interneurons lesioned": (Lesion(target="interneurons", at="0.4 s"),),
    "half of the NMDA blocked": (ScaleReceptor(target="all", receptor="nmda", factor=0.5),),
}


def decide(name: str) -> dict[str, tuple[list[float], list[float]]]:
    """Return times (s) and rates (Hz) of both populations."""
    brain = circuit(seed=1)
    for side, rate in (("left", "50 Hz"), ("right", "30 Hz")):
        brain.stimulate(side, poisson(rate), weight="2.1 nS", receptor="external", during=("0.5 s", "1.5 s"))
    brain.intervene(*LESIONS[name])
    brain.record(spikes=(), rates="5 ms")
    run = brain.run("1.8 s", name="decision-circuit", report=False, prediction=False)
    found = {side: run.rates(side, bin=0.05) for side in ("left", "right")}
    return {side: (list(one.t), list(one.rate_hz)) for side, one in found.items()}


# %%
figure = Figure(figsize=(9, 5), layout="constrained")
choices = {}
for ax, name in zip(figure.subplots(2, 2, sharex=True).flat, LESIONS, strict=True):
    rates = decide(name)
    ends = {}
    for side, colour in (("left", "#2b6cb0"), ("right", "#c05621")):
        times, rate = rates[side]
        ax.plot(times, rate, color=colour, label=side)
        late = [r for t, r in zip(times, rate, strict=True) if 1.2 <= t < 1.49]  # the end of the stimulus
        ends[side] = sum(late) / len(late)
    ax.axvspan(0.5, 1.5, color="#e2e8f0", zorder=0, lw=0)
    ax.set(title=name, xlabel="time (s)", ylabel="rate (Hz)")
    ahead, behind = max(ends, key=ends.__getitem__), min(ends, key=ends.__getitem__)
    choices[name] = ahead if ends[ahead] > 15 > ends[behind] else "none"
    print(f"{name}: left {ends['left']:.1f} Hz, right {ends['right']:.1f} Hz, choice: {choices[name]}")
figure.axes[0].legend(frameon=False)
figure.savefig("decision_circuit_lesions.png", dpi=120)

# %% [markdown]
# Intact, the circuit follows the evidence and keeps its choice after the stimulus. Without the cells that prefer *left*
# the others choose *right*, against the evidence. Without inhibition both populations fire and nothing is decided;
# with half of the NMDA receptors neither population grows active.

# %%
assert choices["intact"] == "left"
assert choices["left cells lesioned"] == "right"
assert choices["interneurons lesioned"] == "none"
assert choices["half of the NMDA blocked"] == "none"
