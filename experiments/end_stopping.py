"""End-stopping: error units of a predictive-coding network answer less to a long bar than to a short one.

``python -m braincore.experiments.end_stopping [--out FOLDER] [--trials IMAGES]``

Source    Rao & Ballard 1999, Nat Neurosci 2:79-87, Figure 5; sizes of bars as in github.com/miyosuda/predictive_coding.
          Images are made: rectangles that cover each other, as in Lee, Mumford & Huang 2001, Int J Comput Vis 41:35.
Expected  After learning, error units of the middle module answer less to a bar that goes on beyond their field (24
          pixels) than to one that ends in it (6 pixels), for long contours are what the second level has learned to
          predict. Without its feedback they do not, and answer more to both.
Time      About 30 s on two cores.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from braincore import Brain
from braincore.circuits.rao_ballard1999 import FEEDBACK, FIELD, MODULES, PIXELS, RaoBallard1999, seen
from braincore.model import CurrentInput, Lesion, Recording, Step, Traces, Values, Weights
from braincore.units import DIMENSIONLESS

Floats = NDArray[np.float64]
Filters = tuple[Floats, Floats]
"""Of the first level, shape (3, 256, features), and of the second, (3 features, contexts)."""
SHAPE = (416, 520)
"""Pixels of a made image."""
IMAGES = 5
LEAVES, SHORTEST, LONGEST, CARDINAL = 2500, 8.0, 80.0, 0.6
"""Rectangles of an image, half of their lengths in pixels, and the share that lies along the axes, as in nature."""
CONTRAST = 40.0
LENGTHS = tuple(range(2, 27, 2))
SHORT, LONG = 6, 24
PLACES = (-2, -1, 0, 1, 2)
"""Pixels: lengths of bars, those that are compared, and where they are, above the middle."""
PRESENTATION, SETTLED, DT = 0.06, 0.4, 0.001
"""Seconds: an image while filters are learned, a bar, and the time step."""


def leaves(rng: np.random.Generator) -> Floats:
    """Return an image of rectangles that cover each other: half lengths L have the density L^-3, greys any."""
    image = np.full(SHAPE, rng.random())
    rows, columns = np.indices(SHAPE)
    for _ in range(LEAVES):
        length = 1 / np.sqrt(rng.uniform(LONGEST**-2, SHORTEST**-2))
        width = length * rng.uniform(0.15, 0.6)
        turn = rng.integers(2) * np.pi / 2 if rng.random() < CARDINAL else rng.uniform(0, np.pi)
        y, x, reach = rng.uniform(0, SHAPE[0]), rng.uniform(0, SHAPE[1]), int(length) + 2
        part = np.s_[max(0, int(y) - reach) : int(y) + reach + 1, max(0, int(x) - reach) : int(x) + reach + 1]
        along = (columns[part] - x) * np.cos(turn) + (rows[part] - y) * np.sin(turn)
        across = (rows[part] - y) * np.cos(turn) - (columns[part] - x) * np.sin(turn)
        image[part][(np.abs(along) < length) & (np.abs(across) < width)] = rng.random()
    return image


def filtered(image: Floats) -> Floats:
    """Return an image after a difference of Gaussians (1.3 and 2.6 pixels, in 5 x 5 pixels), as of the retina."""
    found: Floats = gaussian_filter(image, 1.3, radius=2) - gaussian_filter(image, 2.6, radius=2)
    return CONTRAST * found


def patches(count: int, seed: int) -> Floats:
    """Return pieces of made images, at least five as in the paper, in random order; shape (count, 16, 26)."""
    rng = np.random.default_rng(seed)
    height, width = FIELD
    rows, columns = SHAPE[0] // height, SHAPE[1] // width
    found: list[Floats] = []
    for _ in range(max(IMAGES, math.ceil(count / (rows * columns)))):
        image = filtered(leaves(rng))[: rows * height, : columns * width]
        found += list(image.reshape(rows, height, columns, width).swapaxes(1, 2).reshape(-1, height, width))
    mixed: Floats = rng.permutation(np.stack(found))[:count]
    return mixed


def bars(lengths: Sequence[int], places: Sequence[int] = PLACES) -> Floats:
    """Return dark horizontal bars of 2 pixels' width on a light ground, filtered.

    Parameters
    ----------
    lengths
        In pixels.
    places
        Pixels above the middle.

    Returns
    -------
    Array of shape (lengths * places, 16, 26)
        All places of a length, then those of the next.
    """
    (height, width), edge = FIELD, 20
    found = []
    for length, place in product(lengths, places):
        image = np.ones((height + 2 * edge, width + 2 * edge))
        top, left = edge + height // 2 - 1 - place, edge + width // 2 - length // 2
        image[top : top + 2, left : left + length] = -1
        found.append(filtered(image)[edge:-edge, edge:-edge])
    return np.stack(found)


def show(images: Floats, lasting: float) -> Iterator[CurrentInput]:
    """Yield images one after the other as input of `V1`; each begins a step after its time, when learning is done."""
    for k, image in enumerate(seen(images)):
        begin, end = (f"{(k + more) * lasting + DT:.6f} s" for more in (0, 1))
        step = Step(amplitude=Values(image, DIMENSIONLESS))
        yield CurrentInput(target="V1.input", waveform=step, during=(begin, end))


def learned(images: Floats, seed: int = 1, **settings: Any) -> tuple[Filters, Filters]:
    """Let the network see images, and return its filters, and those by which predictions come down (with a minus).

    Parameters
    ----------
    images
        Shape (images, 16, 26).
    seed
        Of the filters at the beginning.
    settings
        Of `RaoBallard1999`.
    """
    region = RaoBallard1999(seed=seed, presentation=f"{PRESENTATION} s", **settings)
    end = len(images) * PRESENTATION
    brain = Brain(seed=seed, dt=f"{DT} s", duration=f"{end + 2 * DT} s")
    brain.regions["V1"] = region
    brain.stimuli += show(images, PRESENTATION)
    names = ("filters1", "filters2", "predictions1", FEEDBACK)
    brain.recording = Recording(weights=tuple(Weights(projection=f"V1.{n}", interval=f"{end + DT} s") for n in names))
    first, second = (MODULES, PIXELS, region.features), (MODULES * region.features, region.contexts)
    found = {name: np.zeros(0) for name in names}
    with ran(brain) as run:
        for name in names:
            last = run.weights(f"V1.{name}").at(-1)
            found[name] = last.variables["w"][np.lexsort((last.post, last.pre))]
    up = found["filters1"].reshape(first), found["filters2"].reshape(second)
    down = (
        found["predictions1"].reshape(MODULES, region.features, PIXELS).swapaxes(1, 2),
        found[FEEDBACK].reshape(second[::-1]).T,
    )
    return up, down


def responses(filters: Filters, images: Floats, *, feedback: bool = True) -> dict[str, Floats]:
    """Return what images settle to: activities of ``error1``, ``cause1`` and ``cause2``, shape (images, units).

    Parameters
    ----------
    filters
        Of both levels; they do not learn here.
    images
        Shape (images, 16, 26).
    feedback
        Whether the second level predicts the first.
    """
    brain = Brain(seed=1, dt=f"{DT} s", duration=f"{len(images) * SETTLED + 2 * DT} s")
    features, contexts = filters[0].shape[2], filters[1].shape[1]
    brain.regions["V1"] = RaoBallard1999(features=features, contexts=contexts, filters=filters, learning=False)
    brain.stimuli += show(images, SETTLED)
    if not feedback:
        brain.interventions.append(Lesion(target=f"V1.{FEEDBACK}"))
    names = ("error1", "cause1", "cause2")
    brain.recording = Recording(
        traces=tuple(Traces(target=f"V1.{n}", variables=("r",), interval=f"{SETTLED} s") for n in names)
    )
    with ran(brain) as run:
        return {n: run.traces(f"V1.{n}").matrix("r")[1][1:] for n in names}


def tuning(filters: Filters, *, feedback: bool = True) -> Floats:
    """Return the mean size of the middle module's errors for bars of each of `LENGTHS`, at all `PLACES`."""
    errors = responses(filters, bars(LENGTHS), feedback=feedback)["error1"]
    middle = errors.reshape(len(LENGTHS), len(PLACES), MODULES, -1)[:, :, 1]
    found: Floats = np.abs(middle).mean(axis=(1, 2))
    return found


def ratio(curve: Floats) -> float:
    """Return the answer to a long bar over that to a short one."""
    return float(curve[LENGTHS.index(LONG)] / curve[LENGTHS.index(SHORT)])


def figure(filters: Filters, images: Floats, whole: Floats, cut: Floats) -> Figure:
    """Draw images, filters of the middle module, and the answers to bars by their length."""
    drawn = Figure(figsize=(10, 4.2), layout="constrained")
    left, middle, right = drawn.subfigures(1, 3, width_ratios=(1, 1, 1.6))
    left.suptitle("images", fontsize="medium")
    for ax, image in zip(left.subplots(4, 2).flat, images, strict=False):
        ax.imshow(image, cmap="gray")
        ax.axis("off")
    middle.suptitle("filters of the middle module", fontsize="medium")
    module = filters[0][1]
    strongest = np.argsort(-np.linalg.norm(module, axis=0))[:16]
    for ax, k in zip(middle.subplots(4, 4).flat, strongest, strict=True):
        side = np.abs(module[:, k]).max()
        ax.imshow(module[:, k].reshape(FIELD[0], -1), cmap="gray", vmin=-side, vmax=side)
        ax.axis("off")
    ax = right.subplots()
    for curve, colour, label in ((whole, "#2b6cb0", "with feedback"), (cut, "#c05621", "feedback cut")):
        ax.plot(LENGTHS, curve / curve.max(), "o-", color=colour, label=f"{label} (largest {curve.max():.2f})")
    ax.axvspan(16, LENGTHS[-1], color="#e2e8f0", lw=0)
    ax.set(xlabel="length of the bar (pixels); grey: beyond the field", ylim=(0, 1.05))
    ax.set_ylabel("mean error (of the largest)")
    ax.set_title("answers to bars", fontsize="medium")
    ax.legend(frameon=False, fontsize="small", loc="lower right")
    ax.spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    """Learn filters, show bars, and write a figure and a table."""
    options = arguments(__doc__, "end_stopping")
    images = patches(options.trials or 1300, options.seed)
    filters, _ = learned(images, options.seed)
    whole, cut = (tuning(filters, feedback=feedback) for feedback in (True, False))
    table = [
        {"length_pixels": length, "with_feedback": float(a), "feedback_cut": float(b)}
        for length, a, b in zip(LENGTHS, whole, cut, strict=True)
    ]
    save(options.out, "end_stopping", figure(filters, images, whole, cut), table)
    print(f"long over short bar: {ratio(whole):.2f} with feedback, {ratio(cut):.2f} without")


if __name__ == "__main__":
    main()
