"""Reward learning: dopamine moves from the reward to what foretells it, and teaches Go and NoGo which action pays.

``python -m braincore.experiments.reward_learning [--out FOLDER] [--trials AGENTS]``

Source    Schultz, Dayan & Montague 1997, Science 275:1593 (prediction error); Collins & Frank 2014, Psychol Rev 121:337
          (opponent actor learning).
Expected  The answer to the reward (1) ends at the cue (0.99^12 = 0.886); a reward that is left out leaves a dip of -1.
          Of two actions that pay in 80 and 20 % of trials the better one is chosen, also after they have changed
          places; where NoGo weights alone learn, that takes long; where neither learn, choices are chance.
Time      20 s on two cores, most of it for compiling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.collins_frank2014 import ACTIONS, TRIAL, CollinsFrank2014, bandit
from braincore.regions.schultz_dayan_montague1997 import (
    CUE,
    LATENCY,
    REWARD,
    STEPS,
    SchultzDayanMontague1997,
    errors,
    trials,
)
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from braincore import Brain
from braincore.model import Recording, Traces

STEP = 0.1
"""Seconds of a time step in conditioning."""
REWARDS = (0.0,) * 5 + (1.0,) * 35 + (0.0,) * 20
"""Of each trial: before, from trial 6 to 40, and left out."""
SHOWN = {6: "6: first reward", 15: "15", 40: "40: learned", 41: "41: left out"}
PAYS = (0.8, 0.2)
"""Probability of a reward for the better action and the other; they change places after `REVERSAL` of `CHOICES`."""
CHOICES, REVERSAL = 200, 100
COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#805ad5")
ABLATIONS: Mapping[str, Mapping[str, bool]] = {
    "intact": {},
    "Go alone learns": {"nogo": False},
    "NoGo alone learns": {"go": False},
    "neither learns": {"go": False, "nogo": False},
}


def conditioning(rewards: Sequence[float] = REWARDS, **settings: Any) -> NDArray[np.float64]:
    """Return prediction errors in trials of cue and reward, shape (trials, steps).

    Parameters
    ----------
    rewards
        Of each trial.
    settings
        Of `SchultzDayanMontague1997`.
    """
    step = f"{STEP} s"
    brain = Brain(seed=1, dt=step, duration=f"{(len(rewards) * STEPS + LATENCY) * STEP} s")
    brain.regions["VTA"] = SchultzDayanMontague1997(**settings)
    brain.stimuli += trials("VTA", rewards, step)
    brain.recording = Recording(spikes=(), traces=(Traces(target="VTA.dopamine", variables=("r",)),))
    with ran(brain) as run:
        return errors(run.traces("VTA.dopamine").matrix("r")[1])[..., 0]


@dataclass(frozen=True)
class Learned:
    """What agents chose and learned in each trial.

    Attributes
    ----------
    first
        Whether action 1 was chosen, shape (trials, agents).
    error
        What dopamine told, shape (trials, agents).
    go, nogo
        Weights after the trial, shape (trials, actions, agents).
    """

    first: NDArray[np.bool_]
    error: NDArray[np.float64]
    go: NDArray[np.float64]
    nogo: NDArray[np.float64]

    def better(self, reversal: int = REVERSAL) -> NDArray[np.float64]:
        """Return the share of agents that chose the action which pays more, in each trial."""
        share: NDArray[np.float64] = self.first.mean(axis=1)
        share[reversal:] = 1 - share[reversal:]
        return share


def reversal(count: int = CHOICES, at: int = REVERSAL, pays: Sequence[float] = PAYS) -> NDArray[np.float64]:
    """Return probabilities of a reward, shape (trials, 2), that change places."""
    found = np.tile(np.asarray(pays, dtype=float), (count, 1))
    found[at:] = found[at:, ::-1]
    return found


def choose(probabilities: ArrayLike, *, agents: int = 1000, seed: int = 1, **settings: Any) -> Learned:
    """Let agents choose between two actions, all side by side.

    Parameters
    ----------
    probabilities
        Of a reward, shape (trials, 2).
    agents, seed
        How many agents; of what is drawn.
    settings
        Of `CollinsFrank2014`.
    """
    count = len(np.asarray(probabilities))
    brain = Brain(seed=seed, dt="10 ms", duration=f"{10 * ((count + 1) * TRIAL + 1)} ms")
    brain.regions["BG"] = CollinsFrank2014(agents=agents, **settings)
    brain.stimuli += bandit("BG", probabilities, "10 ms", agents)
    names = ("choice", "dopamine", "go", "nogo")
    brain.recording = Recording(
        spikes=(),
        traces=tuple(Traces(target=f"BG.{name}", variables=("r",), interval=f"{10 * TRIAL} ms") for name in names),
    )
    with ran(brain) as run:
        found = {name: run.traces(f"BG.{name}").matrix("r")[1] for name in names}
    told, learned = slice(1, count + 1), slice(2, count + 2)
    go, nogo = (found[name][learned].reshape(count, ACTIONS, agents) for name in ("go", "nogo"))
    return Learned(first=found["choice"][told] > 0, error=found["dopamine"][told], go=go, nogo=nogo)


def _curves(found: NDArray[np.float64], ax: Any) -> None:
    times = np.arange(STEPS) * STEP
    for colour, (trial, name) in zip(COLOURS, SHOWN.items(), strict=True):
        style = "--" if trial == max(SHOWN) else "-"
        ax.plot(times, found[trial - 1], style, color=colour, label=f"trial {name}", drawstyle="steps-mid")
    ax.set(xlabel="time in the trial (s)", ylabel="prediction error", title="dopamine in four trials")
    ax.legend(frameon=False, fontsize="small", loc="lower left")


def _choices(learned: Mapping[str, Learned], ax: Any) -> None:
    for colour, (name, one) in zip(COLOURS, learned.items(), strict=False):
        ax.plot(np.arange(1, CHOICES + 1), one.better(), color=colour, label=name)
    ax.axvline(REVERSAL + 0.5, color="#718096", ls=":")
    ax.set(xlabel="trial; actions change places at the dotted line", ylabel="chose the better action", ylim=(0, 1))
    ax.set_title(f"choices of {next(iter(learned.values())).first.shape[1]} agents")
    ax.legend(frameon=False, fontsize="small", loc="lower left")


def figure(found: NDArray[np.float64], learned: Mapping[str, Learned]) -> Figure:
    """Draw prediction errors over trials and time, choices, and the weights of the intact actor."""
    drawn = Figure(figsize=(11, 7), layout="constrained")
    (over, curves), (choices, weights) = drawn.subplots(2, 2)
    extent = (-STEP / 2, (STEPS - 0.5) * STEP, len(found) + 0.5, 0.5)
    image = over.imshow(found, aspect="auto", cmap="RdBu_r", vmin=-1, vmax=1, extent=extent, interpolation="nearest")
    drawn.colorbar(image, ax=over, label="prediction error")
    over.set(xlabel="time in the trial (s)", ylabel="trial", title="dopamine: rewarded in trials 6 to 40")
    for step, name in ((CUE, "cue"), (REWARD, "reward")):
        over.text(step * STEP, 3, name, ha="center", va="center", fontsize="small")
    _curves(found, curves)
    _choices(learned, choices)
    intact = next(iter(learned.values()))
    for k, colour in enumerate(COLOURS[:ACTIONS]):
        for values, style, name in ((intact.go, "-", "Go"), (intact.nogo, "--", "NoGo")):
            weights.plot(values[:, k].mean(axis=1), style, color=colour, label=f"{name} of action {k + 1}")
    weights.axvline(REVERSAL, color="#718096", ls=":")
    weights.set(xlabel="trial", ylabel="mean weight", title="weights of the intact actor", ylim=(0, 3))
    weights.legend(frameon=False, fontsize="small", ncols=2, loc="upper center")
    for ax in (curves, choices, weights):
        ax.spines[["top", "right"]].set_visible(False)
    return drawn


def rows(found: NDArray[np.float64], learned: Mapping[str, Learned]) -> list[dict[str, Any]]:
    """Return the numbers as a table."""
    at = {"at the first reward": (6, REWARD), "at the cue, learned": (40, CUE), "at the reward, learned": (40, REWARD)}
    at["at the time of a reward left out"] = (41, REWARD)
    table = [
        {"what": f"prediction error {name}", "of": "dopamine", "value": float(found[trial - 1, step])}
        for name, (trial, step) in at.items()
    ]
    spans = {
        "trials 81 to 100": (80, 100),
        "just after they change places": (100, 105),
        "trials 181 to 200": (180, 200),
    }
    return table + [
        {"what": f"better action, {span}", "of": name, "value": float(one.better()[begin:end].mean())}
        for name, one in learned.items()
        for span, (begin, end) in spans.items()
    ]


def main() -> None:
    """Run both tasks, and write a figure and a table."""
    options = arguments(__doc__, "reward_learning")
    found = conditioning()
    agents = options.trials or 1000
    learned = {
        name: choose(reversal(), agents=agents, seed=options.seed, **ablation) for name, ablation in ABLATIONS.items()
    }
    save(options.out, "reward_learning", figure(found, learned), rows(found, learned))


if __name__ == "__main__":
    main()
