r"""Receptors of the basal amygdala of Vlachos et al. (2011): conductances that remember their last spikes, and a gate.

``vlachos2011_cs`` (stimulus) and ``vlachos2011_ctx`` (context) are alpha conductances (`alpha_conductance`), each with
a trace of its spikes,

.. math:: \dot c = -c/\tau_c + c_u \sum \delta(t - t_{CS}), \qquad \dot h = -h/\tau_h + h_u \sum \delta(t - t_{CTX}),

and the time of the last one. ``vlachos2011_gate`` gives no current: a spike of whatever releases the neuromodulator
opens it for a time, :math:`m = 1` if open, else 0. The learning rule `vlachos2011` reads all three.

Parameters: `tau_c` = `tau_h` = 10 ms, `c_u` = `h_u` = 0.35, `tau` = 0.326 ms, `lasting` = 50 ms.

Source: Vlachos I, Herry C, Lüthi A, Aertsen A, Kumar A (2011) PLoS Comput Biol 7:e1001104,
doi:10.1371/journal.pcbi.1001104; constants, which that paper does not give, by Carvalho TTA et al., replication in
ReScience C, program params.py. In both `m` is said to be 1 while the stimulus is there; that a spike opens it is ours.
"""

from __future__ import annotations

from braincore.model.parameter import Parameter, published
from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Vlachos et al. 2011, PLoS Comput Biol 7:e1001104, doi:10.1371/journal.pcbi.1001104"
CARVALHO = "Carvalho et al., replication of Vlachos et al. 2011, ReScience C, params.py"
KINETICS = (
    published("tau", "0.326 ms", "time from spike to peak", CARVALHO, "0.1 ms", "20 ms"),
    published("E", "0 mV", "reversal potential", CARVALHO, "-10 mV", "10 mV"),
)


def _trace(name: str, purpose: str, trace: str, heard: str) -> SynapseModel:
    """Return an alpha conductance with a trace of its spikes and the time of the last."""
    constants: tuple[Parameter, ...] = (
        published(f"tau_{trace}", "10 ms", "decay of the trace", CARVALHO, "1 ms", "1000 ms"),
        published(f"{trace}_u", "0.35", "trace of one spike", CARVALHO, "0", "1"),
    )
    return SynapseModel(
        name=name,
        purpose=purpose,
        source=SOURCE,
        weight="S",
        equations=f"""
        dg/dt = (x - g)/tau : siemens
        dx/dt = -x/tau : siemens
        d{trace}/dt = -{trace}/tau_{trace} : 1
        {heard} : second
        """,
        current="g*(E - v)",
        on_pre=f"""
        x += e*w
        {trace} += {trace}_u
        {heard} = t
        """,
        parameters=(*KINETICS, *constants),
        conductance=True,
    )


CS = synapses.register(
    "vlachos2011_cs",
    _trace("vlachos2011_cs", "Conductance of a conditioned stimulus, with a trace of its spikes.", "c", "stimulated"),
    module=__name__,
)
CTX = synapses.register(
    "vlachos2011_ctx",
    _trace("vlachos2011_ctx", "Conductance of a context, with a trace of its spikes.", "h", "placed"),
    module=__name__,
)
GATE = synapses.register(
    "vlachos2011_gate",
    SynapseModel(
        name="vlachos2011_gate",
        purpose="A neuromodulator that is there for a time after a spike, or not; gives no current.",
        source=SOURCE,
        weight="1",
        equations="""
        until : second
        m = int(t < until) : 1
        """,
        on_pre="until = t + w*lasting",
        parameters=(
            published("lasting", "50 ms", "how long a spike of weight 1 opens the gate", CARVALHO, "1 ms", "10 s"),
        ),
    ),
    module=__name__,
)
