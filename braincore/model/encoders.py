"""Numbers to spikes: the codes in which images, arrays and signals reach a spiking network.

Every encoder is a function of plain NumPy arrays that returns `SpikeTrains`. Static codes (rate, latency, population,
phase) take values between 0 and 1, one per input; codes of change (threshold crossing, levels) take a signal, sampled
every `interval`. Times are in seconds.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.errors import InputError
from braincore.model.stimulus import SpikeTrains
from braincore.model.values import Floats
from braincore.units import FREQUENCY, TIME, Dimension, Quantity

Signal = NDArray[np.float64]
MAX_SPIKES = 10_000_000
"""More spikes than this from one encoder are refused before memory is asked for."""


def _si(given: Any, dimension: Dimension, what: str, *, least: float = 0.0, positive: bool = False) -> float:
    quantity = Quantity.of(given, dimension)
    if quantity.si < least or (positive and quantity.si <= 0):
        raise InputError(f"{what} {quantity} is {'not positive' if positive else 'negative'}", path=what)
    return quantity.si


def _unit_values(values: ArrayLike) -> Floats:
    """Return static input as a row, checked to lie between 0 and 1."""
    row = np.asarray(values, dtype=np.float64).reshape(-1)
    if not np.isfinite(row).all():
        raise InputError(f"value {int(np.flatnonzero(~np.isfinite(row))[0])} is not a finite number")
    outside = (row < 0) | (row > 1)
    if outside.any():
        first = int(np.flatnonzero(outside)[0])
        raise InputError(f"value {first} is {row[first]:g}", hint="Values lie between 0 and 1; scale them first")
    return row


def _limited(count: float, path: str) -> None:
    if count > MAX_SPIKES:
        raise InputError(f"about {count:,.0f} spikes are too many", path=path, hint=f"At most {MAX_SPIKES:,}")


def _signal(samples: ArrayLike) -> Signal:
    """Return a signal as (steps, channels)."""
    array = np.asarray(samples, dtype=np.float64)
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or array.size == 0:
        raise InputError(f"a signal of shape {array.shape}", hint="Give (steps,) or (steps, channels)")
    if not np.isfinite(array).all():
        raise InputError(f"sample {int(np.argwhere(~np.isfinite(array))[0][0])} is not a finite number")
    return array


def rescale(values: ArrayLike, low: float, high: float) -> Floats:
    """Map [`low`, `high`] to [0, 1]; raise `InputError` on a value outside."""
    if not low < high:
        raise InputError(f"range [{low:g}, {high:g}]", hint="The first number must be below the second")
    array = np.asarray(values, dtype=np.float64)
    if array.size and not (np.isfinite(array).all() and array.min() >= low and array.max() <= high):
        with np.errstate(invalid="ignore"):
            bad = array.reshape(-1)[~((array.reshape(-1) >= low) & (array.reshape(-1) <= high))][0]
        raise InputError(f"value {bad:g} is outside the range [{low:g}, {high:g}]", hint="Give the range of the input")
    return (array - low) / (high - low)


def rate(
    values: ArrayLike,
    *,
    duration: Any,
    high: Any,
    low: Any = 0,
    refractory: Any = 0,
    rng: np.random.Generator,
) -> SpikeTrains:
    """Encode by rate: input i is a Poisson train of rate low + (high - low) x_i.

    Parameters
    ----------
    values
        x, shape (n,), between 0 and 1.
    duration
        How long the trains are.
    low, high
        Rates of 0 and of 1.
    refractory
        Least interval between two spikes of a train. Its mean rate is kept: the intervals are `refractory` plus an
        exponential time of mean 1/rate - refractory.
    rng
        Source of randomness.

    Raises
    ------
    InputError
        A value outside [0, 1], or a rate that leaves no time between spikes.
    """
    row = _unit_values(values)
    slow, fast = _si(low, FREQUENCY, "low"), _si(high, FREQUENCY, "high")
    length, dead = _si(duration, TIME, "duration", positive=True), _si(refractory, TIME, "refractory")
    rates = slow + (fast - slow) * row
    top = float(rates.max(initial=0.0))
    if top * dead >= 1:
        raise InputError(f"a rate of {top:g} Hz has no interval of {dead * 1e3:g} ms", hint="Lower high")
    _limited(float(rates.sum()) * length, "duration")
    if dead == 0:
        counts = rng.poisson(rates * length)
        neurons = np.repeat(np.arange(row.size), counts)
        return _trains(rng.uniform(0.0, length, neurons.size), neurons, "rate code")
    return _renewal(rates, length, dead, rng)


def _renewal(rates: Floats, length: float, dead: float, rng: np.random.Generator) -> SpikeTrains:
    """Draw Poisson trains with a dead time, in equilibrium at the start; all inputs advance together."""
    active = np.flatnonzero(rates > 0)
    mean = 1 / rates[active] - dead
    # In equilibrium the first spike comes after the rest of a dead time (probability rate * dead) or an exponential.
    waiting = rng.random(active.size) < rates[active] * dead
    now = np.where(waiting, rng.uniform(0, dead, active.size), 0.0) + rng.exponential(mean)
    times, neurons = [], []
    while active.size:
        inside = now < length
        active, mean, now = active[inside], mean[inside], now[inside]
        times.append(now)
        neurons.append(active)
        now = now + dead + rng.exponential(mean)
    return _trains(
        np.concatenate(times or [np.empty(0)]), np.concatenate(neurons or [np.empty(0, np.int64)]), "rate code"
    )


def latency(
    values: ArrayLike,
    *,
    window: Any,
    shape: Literal["linear", "log"] = "linear",
    threshold: float = 0.0,
    tau: Any = None,
) -> SpikeTrains:
    """Encode by time to first spike: the larger a value, the earlier its one spike (Thorpe 1990).

    ``linear``: t = window (1 - x). ``log``: t = tau ln(x / (x - threshold)), the time in which a leaky integrator of
    time constant `tau` charged by x reaches `threshold`. Values up to `threshold` and spikes after `window` are silent.

    Parameters
    ----------
    values
        x, shape (n,), between 0 and 1.
    window
        The latest spike.
    threshold
        Values up to it do not spike; ``log`` needs it above 0.
    tau
        Time constant of ``log``.

    References
    ----------
    Thorpe SJ (1990) Spike arrival times: a highly efficient coding scheme for neural networks. In: Parallel Processing
    in Neural Systems and Computers, pp 91-94. Elsevier.
    """
    row, length = _unit_values(values), _si(window, TIME, "window", positive=True)
    if not 0 <= threshold < 1:
        raise InputError(f"threshold {threshold:g}", path="threshold", hint="From 0 to below 1")
    active = np.flatnonzero(row > threshold)
    x = row[active]
    if shape == "linear":
        times = length * (1 - x)
    elif shape == "log":
        if threshold == 0 or tau is None:
            raise InputError("a logarithmic latency needs a threshold above 0 and a tau", path="shape")
        times = _si(tau, TIME, "tau", positive=True) * np.log(x / (x - threshold))
    else:
        raise InputError(f"unknown shape '{shape}'", path="shape", hint="Allowed: linear, log")
    keep = times <= length
    return _trains(times[keep], active[keep], f"latency code ({shape})")


def population(values: ArrayLike, *, neurons: int, window: Any, beta: float = 1.5, cutoff: float = 0.1) -> SpikeTrains:
    """Encode each value by the latencies of neurons with overlapping Gaussian tuning curves.

    Neuron j = 1..m of a value has the centre (2j - 3)/2 / (m - 2) and the width 1 / (beta (m - 2)); its activation a
    gives a spike at window (1 - a), or none if a < `cutoff`. Neuron j of value i is number i m + j - 1.

    Parameters
    ----------
    values
        x, shape (n,), between 0 and 1.
    neurons
        m, at least 3.
    window
        When a neuron of activation 0 would spike.
    beta
        Overlap of the tuning curves.
    cutoff
        Least activation that spikes.

    References
    ----------
    Bohte SM, Kok JN, La Poutre H (2002) Error-backpropagation in temporally encoded networks of spiking neurons.
    Neurocomputing 48:17-37, doi:10.1016/S0925-2312(01)00658-0 (section 4.1: beta = 1.5, ten steps, the last silent).
    """
    row, length = _unit_values(values), _si(window, TIME, "window", positive=True)
    if neurons < 3:
        raise InputError(f"{neurons} neurons", path="neurons", hint="At least 3 tuning curves")
    if not beta > 0 or not 0 <= cutoff <= 1:
        raise InputError(f"beta {beta:g} and cutoff {cutoff:g}", hint="beta is above 0, cutoff from 0 to 1")
    _limited(row.size * float(neurons), "neurons")
    centres = (2 * np.arange(1, neurons + 1) - 3) / 2 / (neurons - 2)
    width = 1 / (beta * (neurons - 2))
    activation = np.exp(-0.5 * ((row[:, None] - centres) / width) ** 2).reshape(-1)
    active = np.flatnonzero(activation >= cutoff)
    return _trains(length * (1 - activation[active]), active, "population code")


def phase(values: ArrayLike, *, frequency: Any, cycles: int = 1, bits: int | None = None) -> SpikeTrains:
    """Encode by the phase of a background oscillation.

    Without `bits`: one spike per cycle, at the phase 2 pi (1 - x), so that large values come first; 0 is silent
    (phase-of-firing code, Montemurro et al. 2008). With `bits`: a cycle has so many phases, the binary digits of x from
    the largest (1/2) on, and a spike where the digit is 1 ("weighted spikes", Kim et al. 2018).

    Parameters
    ----------
    values
        x, shape (n,), between 0 and 1.
    frequency
        Of the oscillation.
    cycles
        How often the pattern is repeated.
    bits
        Digits of the weighted code, 1 to 24.

    References
    ----------
    Montemurro MA, Rasch MJ, Murayama Y, Logothetis NK, Panzeri S (2008) Phase-of-firing coding of natural visual
    stimuli in primary visual cortex. Curr Biol 18:375-380, doi:10.1016/j.cub.2008.02.023.
    Kim J, Kim H, Huh S, Lee J, Choi K (2018) Deep neural networks with weighted spikes. Neurocomputing 311:373-386,
    doi:10.1016/j.neucom.2018.05.087.
    """
    row, period = _unit_values(values), 1 / _si(frequency, FREQUENCY, "frequency", positive=True)
    if cycles < 1:
        raise InputError(f"{cycles} cycles", path="cycles", hint="At least 1")
    _limited(row.size * float(cycles) * (bits or 1), "cycles")
    if bits is None:
        active = np.flatnonzero(row > 0)
        once = period * (1 - row[active])
    else:
        if not 1 <= bits <= 24:
            raise InputError(f"{bits} bits", path="bits", hint="1 to 24")
        levels = np.minimum(np.floor(row * 2**bits), 2**bits - 1).astype(np.int64)
        digits = (levels[:, None] >> np.arange(bits - 1, -1, -1)) & 1
        active, slot = np.nonzero(digits)
        once = period * slot / bits
    starts = period * np.arange(cycles)
    times = (starts[:, None] + once).reshape(-1)
    return _trains(times, np.tile(active, cycles), "phase code" if bits is None else "weighted spikes")


def threshold_crossing(
    samples: ArrayLike, *, interval: Any, threshold: float, reset: Literal["step", "sample"] = "step"
) -> SpikeTrains:
    """Encode changes: an ON spike when a signal has risen by `threshold`, an OFF spike when it has fallen by it.

    Channel i has the neurons 2i (ON) and 2i + 1 (OFF), with at most one spike per sample. ``step`` then moves the
    reference by one threshold (delta modulation, as a dynamic vision sensor does: Lichtsteiner et al. 2008);
    ``sample`` moves it to the sample (send-on-delta: Miskowicz 2006).

    Parameters
    ----------
    samples
        Shape (steps,) or (steps, channels); the first sample is the first reference.
    interval
        Time between samples; sample k is at k times it.
    threshold
        In the unit of the samples.

    References
    ----------
    Lichtsteiner P, Posch C, Delbruck T (2008) IEEE J Solid-State Circuits 43:566-576, doi:10.1109/JSSC.2007.914337.
    Miskowicz M (2006) Send-on-delta concept: an event-based data reporting strategy. Sensors 6:49-63,
    doi:10.3390/s6010049.
    """
    signal, step = _signal(samples), _si(interval, TIME, "interval", positive=True)
    if not (math.isfinite(threshold) and threshold > 0):
        raise InputError(f"threshold {threshold:g}", path="threshold", hint="Above 0")
    if reset not in ("step", "sample"):
        raise InputError(f"unknown reset '{reset}'", path="reset", hint="Allowed: step, sample")
    reference = signal[0].copy()
    near = threshold * (1 - 1e-12)  # a rise of exactly one threshold counts, whatever the rounding
    events: list[tuple[int, NDArray[np.int64]]] = []
    for k in range(1, len(signal)):
        change = signal[k] - reference
        sign = (change >= near).astype(np.int64) - (change <= -near)
        fired = np.flatnonzero(sign)
        if fired.size:
            events.append((k, 2 * fired + (sign[fired] < 0)))
            moved = reference[fired] + sign[fired] * threshold
            reference[fired] = moved if reset == "step" else signal[k, fired]
    times = np.concatenate([np.full(n.size, k * step) for k, n in events] or [np.empty(0)])
    return _trains(
        times, np.concatenate([n for _, n in events] or [np.empty(0, np.int64)]), f"threshold code ({reset})"
    )


def levels(
    samples: ArrayLike, *, interval: Any, count: int = 40, low: float = 0, high: float = 255, cue: int = 56
) -> SpikeTrains:
    """Encode a sequence by the levels that it crosses, as for sequential MNIST (Bellec et al. 2018).

    The levels are floor(linspace(low, high, count)). For t = 1 .. count - 2, neuron 2t spikes at sample k if
    p[k] < level[t] <= p[k + 1], and neuron 2t + 1 if p[k] >= level[t] > p[k + 1]. Neuron 2 count - 2 spikes where
    p[k] = `high`; neuron 2 count - 1, the cue, at each of the `cue` steps after the last sample. Neurons 0 and 1 are
    silent. With the defaults, an image of 784 pixels gives 80 neurons and 840 steps.

    Parameters
    ----------
    samples
        p, shape (steps,).
    interval
        Time between samples.
    count
        Number of levels, at least 3.
    low, high
        Range of the samples.
    cue
        Steps of the cue; 0 for none.

    References
    ----------
    Bellec G, Salaj D, Subramoney A, Legenstein R, Maass W (2018) Long short-term memory and learning-to-learn in
    networks of spiking neurons. NeurIPS 31, arXiv:1803.09574 (supplement, sequential MNIST).
    """
    signal, step = _signal(samples), _si(interval, TIME, "interval", positive=True)
    if signal.shape[1] != 1:
        raise InputError(f"{signal.shape[1]} channels", hint="The level code takes one sequence")
    if count < 3 or cue < 0:
        raise InputError(f"{count} levels and {cue} steps of the cue", hint="At least 3 levels")
    _limited(signal.size * float(count), "count")
    _limited(cue, "cue")
    p = signal[:, 0]
    if p.min() < low or p.max() > high:
        raise InputError(f"a sample lies outside [{low:g}, {high:g}]", hint="Give low and high")
    level = np.floor(np.linspace(low, high, count))[1 : count - 1]
    before, after = p[:-1, None], p[1:, None]
    up_step, up = np.nonzero((before < level) & (level <= after))
    down_step, down = np.nonzero((before >= level) & (level > after))
    full = np.flatnonzero(p == high)
    steps = np.concatenate([up_step, down_step, full, np.arange(p.size, p.size + cue)])
    neurons = np.concatenate(
        [2 * (up + 1), 2 * (down + 1) + 1, np.full(full.size, 2 * count - 2), np.full(cue, 2 * count - 1)]
    )
    return _trains(steps * step, neurons, "level code")


def joined(trains: list[SpikeTrains], every: float) -> SpikeTrains:
    """Return trains one after the other, each `every` seconds after the one before."""
    times = np.concatenate([t.times + k * every for k, t in enumerate(trains)] or [np.empty(0)])
    neurons = np.concatenate([t.neurons for t in trains] or [np.empty(0, np.int32)])
    return _trains(times, neurons, trains[0].source if trains else "")


def _trains(times: Floats, neurons: NDArray[Any], source: str) -> SpikeTrains:
    return SpikeTrains(times=times, neurons=neurons.astype(np.int32), source=source)
