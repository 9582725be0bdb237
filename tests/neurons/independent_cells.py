"""Conductance-based cells written a second time, in plain numbers (mV, ms, uA/cm2), for SciPy's integrators."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp

Rates = tuple[float, float]


def linoid(x: float, width: float) -> float:
    """x / (1 - exp(-x / width)), with its limit at 0."""
    if abs(x / width) < 1e-7:
        return width * (1 + x / width / 2)
    return x / (1 - np.exp(-x / width))


def hodgkin_huxley(v: float) -> dict[str, Rates]:
    """(opening, closing) rates per ms of m, h and n; the resting potential is -65 mV."""
    u = v + 65
    return {
        "m": (0.1 * linoid(u - 25, 10), 4 * np.exp(-u / 18)),
        "h": (0.07 * np.exp(-u / 20), 1 / (np.exp((30 - u) / 10) + 1)),
        "n": (0.01 * linoid(u - 10, 10), 0.125 * np.exp(-u / 80)),
    }


def traub_miles(v: float) -> dict[str, Rates]:
    u = v + 63
    return {
        "m": (0.32 * linoid(u - 13, 4), 0.28 * linoid(40 - u, 5)),
        "h": (0.128 * np.exp((17 - u) / 18), 4 / (1 + np.exp((40 - u) / 5))),
        "n": (0.032 * linoid(u - 15, 5), 0.5 * np.exp((10 - u) / 40)),
    }


def wang_buzsaki(v: float) -> dict[str, Rates]:
    """The factor phi = 5 is in the rates of h and n."""
    return {
        "m": (0.1 * linoid(v + 35, 10), 4 * np.exp(-(v + 60) / 18)),
        "h": (0.35 * np.exp(-(v + 58) / 20), 5 / (1 + np.exp(-0.1 * (v + 28)))),
        "n": (0.05 * linoid(v + 34, 10), 0.625 * np.exp(-(v + 44) / 80)),
    }


# name: rates, g_Na, E_Na, g_K, E_K, g_L, E_L (mS/cm2, mV)
CELLS: dict[str, tuple[Callable[[float], dict[str, Rates]], float, float, float, float, float, float]] = {
    "hh": (hodgkin_huxley, 120, 50, 36, -77, 0.3, -54.387),
    "traub_miles": (traub_miles, 100, 50, 30, -90, 0.05, -60),
    "wang_buzsaki": (wang_buzsaki, 35, 55, 9, -90, 0.1, -65),
}


def steady(name: str, v: float) -> dict[str, float]:
    """Steady states of the gates at a potential."""
    return {gate: a / (a + b) for gate, (a, b) in CELLS[name][0](v).items()}


def slope(name: str, t: float, y: np.ndarray, current: float) -> list[float]:
    rates, g_na, e_na, g_k, e_k, g_l, e_l = CELLS[name]
    v = y[0]
    at = rates(v)
    if name == "wang_buzsaki":
        m, (h, n) = at["m"][0] / sum(at["m"]), y[1:]
        gates = {"h": h, "n": n}
    else:
        m, h, n = y[1:]
        gates = {"m": m, "h": h, "n": n}
    dv = current - g_na * m**3 * h * (v - e_na) - g_k * n**4 * (v - e_k) - g_l * (v - e_l)
    return [dv, *(at[k][0] * (1 - x) - at[k][1] * x for k, x in gates.items())]


def spike_times(
    name: str, start: list[float], current: float, duration: float, level: float, *, rtol: float = 1e-9
) -> np.ndarray:
    """Times (ms) at which the potential rises through `level` (mV)."""

    def crossing(t: float, y: np.ndarray) -> float:
        return float(y[0] - level)

    crossing.direction = 1  # type: ignore[attr-defined]
    solved = solve_ivp(
        lambda t, y: slope(name, t, y, current),
        (0, duration), start, method="DOP853" if rtol < 1e-10 else "LSODA", events=crossing, rtol=rtol,
        atol=rtol * 1e-2,
    )  # fmt: skip
    return np.asarray(solved.t_events[0])
