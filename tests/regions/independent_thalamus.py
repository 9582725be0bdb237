"""The thalamic circuit of Destexhe et al. 1996, written once more from its equations: SciPy, and pulses of 0.3 ms.

Units are mV, ms, mM, and uA/cm2 with mS/cm2 and uF/cm2; conductances of synapses are nS.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

Floats = NDArray[np.float64]
TC_AREA, RE_AREA = math.pi * 96**2 * 1e-8, math.pi * 70 * 64.86 * 1e-8
"""In cm2."""
FARADAY = 96489.0
TC_START = (-70.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.4e-4)
RE_START = (-70.0, 0.0, 0.0, 0.0, 1 / (1 + math.exp(18 / 7.4)), 1 / (1 + math.exp(2)), 2.4e-4)


def nernst(calcium: float) -> float:
    return 1e3 * 8.31441 * 309.15 / (2 * FARADAY) * math.log(2 / calcium)


def _ratio(x: float) -> float:
    """Return x/(exp(x) - 1)."""
    return 1 - x / 2 if abs(x) < 1e-6 else x / math.expm1(x)


def _spike(v: float, gates: tuple[float, float, float], offset: float) -> tuple[float, float, float]:
    """Return the derivatives of m, h and n."""
    u = v - offset
    m, h, n = gates
    return (
        1.28 * _ratio((13 - u) / 4) * (1 - m) - 1.4 * _ratio((u - 40) / 5) * m,
        0.128 * math.exp((17 - u) / 18) * (1 - h) - 4 / (1 + math.exp((40 - u) / 5)) * h,
        0.16 * _ratio((15 - u) / 5) * (1 - n) - 0.5 * math.exp((10 - u) / 40) * n,
    )


def _calcium(current: float, calcium: float) -> float:
    """Return its derivative, from a T current in uA/cm2: 1e-3 mA, 1e4 for a depth of 1 um, as in cadecay.mod."""
    return max(0.0, -1e4 * 1e-3 * current / (2 * FARADAY)) + (2.4e-4 - calcium) / 5


def relay(y: Any, *, g_h: float = 0.02, leak: float = 5.0, g_inc: float = 2.0, extra: float = 0.0) -> list[float]:
    """Return the derivatives of a relay cell: v, m, h, n, h_T, o1, o2, p1, Ca; ``extra`` is an outward current (pA)."""
    v, m, h, n, h_t, o1, o2, p1, calcium = y
    t_current = 2 * h_t * (v - nernst(calcium)) / (1 + math.exp(-(v + 59) / 6.2)) ** 2
    total = 0.01 * (v + 70) + 90 * m**3 * h * (v - 50) + 10 * n**4 * (v + 100) + t_current
    total += g_h * (o1 + g_inc * o2) * (v + 40) + (1e-6 * leak * (v + 100) + 1e-6 * extra) / TC_AREA
    tau = (30.8 + (211.4 + math.exp((v + 115.2) / 5)) / (1 + math.exp((v + 86) / 3.2))) / 3**1.2
    steady = 1 / (1 + math.exp((v + 75) / 5.5))
    slow = 20 + 1000 / (math.exp((v + 71.5) / 14.2) + math.exp(-(v + 89) / 11.6))
    locking = 1e-3 * (p1 / 0.01) * o1 - 1e-3 * o2
    return [
        -total,
        *_spike(v, (m, h, n), -25),
        (1 / (1 + math.exp((v + 83) / 4)) - h_t) / tau,
        (steady * (1 - o1 - o2) - (1 - steady) * o1) / slow - locking,
        locking,
        4e-4 * ((calcium / 0.002) ** 4 * (1 - p1) - p1),
        _calcium(t_current, calcium),
    ]


def reticular(y: Any, *, extra: float = 0.0) -> list[float]:
    """Return the derivatives of a reticular cell: v, m, h, n, m_T, h_T, Ca; ``extra`` is an outward current (pA)."""
    v, m, h, n, m_t, h_t, calcium = y
    t_current = 3 * m_t**2 * h_t * (v - nernst(calcium))
    total = 0.05 * (v + 90) + 200 * m**3 * h * (v - 50) + 20 * n**4 * (v + 100) + t_current + 1e-6 * extra / RE_AREA
    opening = (3 + 1 / (math.exp((v + 27) / 10) + math.exp(-(v + 102) / 15))) / 2.5**1.2
    closing = (85 + 1 / (math.exp((v + 48) / 4) + math.exp(-(v + 407) / 50))) / 2.5**1.2
    return [
        -total,
        *_spike(v, (m, h, n), -55),
        (1 / (1 + math.exp(-(v + 52) / 7.4)) - m_t) / opening,
        (1 / (1 + math.exp((v + 80) / 5)) - h_t) / closing,
        _calcium(t_current, calcium),
    ]


def alone(derivatives: Any, start: Any, times: Floats, **settings: float) -> Floats:
    """Return the state (variables, times) of a cell by itself at times (ms)."""
    found = solve_ivp(
        lambda _, y: derivatives(y, **settings),
        (0, times[-1]),
        start,
        method="LSODA",
        t_eval=times,
        rtol=1e-8,
        atol=1e-10,
        max_step=1.0,
    )
    return np.asarray(found.y)


def _circuit(y: Floats, transmitter: list[float], gaba_a: float) -> list[float]:
    """Return the derivatives of two relay cells, two reticular ones, and of r_AMPA, r_GABA, R and G of two sources."""
    relays, reticulars = (y[:9], y[9:18]), (y[18:25], y[25:32])
    ampa, gaba, bound, protein = y[32:34], y[34:36], y[36:38], y[38:40]
    open_b = sum(g**4 / (g**4 + 100) for g in protein)
    out: list[float] = []
    for cell, (g_h, leak) in zip(relays, ((0.02, 5.0), (0.015, 3.0)), strict=True):
        current = gaba_a * 10 * sum(gaba) * (cell[0] + 85) + 20 * open_b * (cell[0] + 95)
        out += relay(cell, g_h=g_h, leak=leak, extra=current)
    for cell in reticulars:
        out += reticular(cell, extra=100 * sum(ampa) * cell[0] + gaba_a * 100 * sum(gaba) * (cell[0] + 85))
    out += [0.94 * transmitter[k] * (1 - ampa[k]) - 0.18 * ampa[k] for k in (0, 1)]
    out += [20 * transmitter[2 + k] * (1 - gaba[k]) - 0.162 * gaba[k] for k in (0, 1)]
    out += [0.09 * transmitter[2 + k] * (1 - bound[k]) - 0.0012 * bound[k] for k in (0, 1)]
    out += [0.18 * bound[k] - 0.034 * protein[k] for k in (0, 1)]
    return out


def circuit(duration: float, *, gaba_a: float = 1.0, step: float = 0.05) -> list[Floats]:
    """Return the release times (ms) of TC 1, TC 2, RE 1 and RE 2, with pulses of 0.5 mM for 0.3 ms.

    Releases are looked for on a grid of ``step`` ms; between its points the equations are solved by RK4 in two parts.
    """
    y = np.array([*TC_START, *TC_START, *RE_START, *RE_START, *[0.0] * 8])
    potentials = (0, 9, 18, 25)
    last = [-math.inf] * 4
    released: list[list[float]] = [[], [], [], []]
    for k in range(round(duration / step)):
        t = k * step
        for cell, index in enumerate(potentials):
            if y[index] > 0 and t - last[cell] > 1.3 - 1e-9:
                last[cell] = t
                released[cell].append(t)
        transmitter = [0.5 if t - begin < 0.3 - 1e-9 else 0.0 for begin in last]
        y = _advance(y, transmitter, gaba_a, step)
    return [np.array(times) for times in released]


def _advance(y: Floats, transmitter: list[float], gaba_a: float, step: float, parts: int = 2) -> Floats:
    h = step / parts
    for _ in range(parts):
        k1 = np.array(_circuit(y, transmitter, gaba_a))
        k2 = np.array(_circuit(y + h / 2 * k1, transmitter, gaba_a))
        k3 = np.array(_circuit(y + h / 2 * k2, transmitter, gaba_a))
        k4 = np.array(_circuit(y + h * k3, transmitter, gaba_a))
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y
