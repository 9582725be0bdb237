# ruff: noqa: E501
"""More of the table of faults: what a clumsy or hostile user writes that only goes wrong once it is simulated."""

from __future__ import annotations

from spec_faults import Case, J, S, _case

E = "populations: {E: {neuron: lif, size: 3, parameters: {tau_m: 10 ms, "
X = "populations: {E: {neuron: lif_exp, size: 300, parameters: {"
L = "interventions: [{optogenetic: {target: E, conductance: 1 nS, "
OWN = "neurons:\n  lif:\n    equations: |\n      dv/dt = (E_L - v)/(k*tau) : volt (unless refractory)\n    threshold: v > E_L\n    reset: v = E_L\n    refractory: hold - 5*ms\n"

NUMBERS = [
    _case("underflow", E + "E_L: ⟦1e-400 mV}}}", "too small: it would be read as 0", "Write 0"),
    _case("overflow of the unit", E + "E_L: ⟦1e308 GV}}}", "too large to be a number", "Expected"),
    _case("digits of another script", E + "E_L: ⟦٣ mV}}}", "is not a quantity", "Expected"),
    _case("comma in braces", E + "E_L: ⟦1,5 mV}}}", "'1,5 mV' has a comma in its number", "Write 1.5 mV"),
    _case("comma in braces, thousands", "populations: {E: {neuron: lif, size: ⟦1,000}}", "has a comma", "Write 1000"),
    _case("infinite draws", X + "⟦tau_m: {normal: {mean: 1e308 s, sd: 1e308 s}}}}}", "too large to be numbers"),
    _case(
        "lognormal key",
        X + "tau_m: {lognormal: {mean: 1 ms, sd: 1 ms, ⟦lo: 1 ms}}}}}",
        "unknown key 'lo'",
        "Did you mean 'low'?",
    ),
]
SILENT = [
    _case("refractory negative by a parameter", X + "t_ref: ⟦-5 ms}}}", "is negative: -4.9 ms", "At least 0 ms"),
    _case(
        "refractory of one neuron negative",
        "populations: {E: {neuron: lif_exp, size: 2, parameters: {t_ref: ⟦[1 ms, -5 ms]}}}",
        "is negative: -4.9 ms",
    ),
    _case(
        "refractory drawn negative", X + "⟦t_ref: {normal: {mean: 2 ms, sd: 2 ms}}}}}", "may be negative", "Truncate"
    ),
    _case("refractory beyond counting", X + "t_ref: ⟦1e300 s}}}", "over 2**53 time steps", "At most"),
    _case(
        "refractory of an own model",
        OWN.replace("hold -", "⟦hold -") + "    parameters: {E_L: -65 mV, tau: 10 ms, k: 1, hold: 2 ms}\n",
        "is negative",
    ),
    _case("division by a parameter of 0", X + "C_m: ⟦0 pF}}}", "'v' is divided by it", "must not be 0"),
    _case(
        "division by a factor of 0",
        OWN + "    parameters: {E_L: -65 mV, tau: 10 ms, k: ⟦0, hold: 5 ms}\n",
        "'v' is divided by it",
    ),
    _case(
        "division in a synapse",
        "synapses:\n  psc: {weight: input, equations: 'ds/dt = -s/tau : amp', current: s, on_pre: s += w, parameters: {tau: ⟦0 ms}}\n",
        "'s' is divided by it",
    ),
    _case("delay beyond counting", J + "delay: ⟦1e9 s}", "over 10,000,000 time steps", "At most 1000 s"),
    _case(
        "delay drawn below the step",
        J + "⟦delay: {lognormal: {mean: 1 ms, sd: 1 ms}}}",
        "may be drawn below the time step",
        "low: 0.1 ms",
    ),
    _case(
        "spike beyond counting",
        S + "{target: E, ⟦spikes: {times: [1e9 s], neurons: [0]}, weight: 1 pA, receptor: exc}",
        "over 2**31 time steps",
        "is the unit right?",
    ),
    _case(
        "rate infinite at 0", S + "{target: E, poisson: {rate: ⟦1/t}, weight: 1 pA, receptor: exc}", "is inf at t = 0 s"
    ),
    _case(
        "rate not a number",
        S + "{target: E, poisson: {rate: ⟦10*Hz*sqrt(0.5 - t/second)}, weight: 1 pA, receptor: exc}",
        "is nan at t = 0.5",
    ),
    _case(
        "rate of random numbers",
        S + "{target: E, poisson: {rate: 10*Hz*⟦rand() + t*Hz/second}, weight: 1 pA, receptor: exc}",
        "'rand'",
    ),
    _case(
        "rate beyond drawing",
        S + "{target: E, poisson: {rate: ⟦1e300 Hz}, weight: 1 pA, receptor: exc}",
        "spikes of every neuron in a time step",
        "At most",
    ),
    _case(
        "sine beyond the step",
        S + "{target: E, sine: {amplitude: 1 pA, frequency: ⟦1 MHz}}",
        "too high for the time step",
        "At most 5000 Hz",
    ),
    _case(
        "samples below the step",
        S + "{target: E, samples: {values: [1 pA, 2 pA], interval: ⟦0.01 ms}}",
        "values would be left out",
        "At least 0.1 ms",
    ),
    _case("pulses below the step", L + "frequency: 1 MHz, width: ⟦0.1 us}}]", "finer than the time step", "0.1 ms"),
    _case("pauses below the step", L + "frequency: 100 Hz, width: ⟦9.99 ms}}]", "finer than the time step", "0.1 ms"),
]
SWEEPS = [
    _case("sweep of nothing", "sweep: {seed: ⟦[]}", "the list is empty", "[1, 2, 3]"),
    _case("sweep of includes", "sweep: {⟦include: [x.yaml]}", "cannot be included from here", "into the file"),
]
HOSTILE: list[Case] = [*NUMBERS, *SILENT, *SWEEPS]
