"""C++ of the loop over time steps, and of the functions through which Python runs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brian2.core.clocks import Clock

from braincore.engine.unit import Unit


def loop(unit: Unit, clocks: Sequence[Any], calls: Sequence[str], waits: set[int], *, python: bool) -> str:
    """Return the C++ that runs a network.

    Parameters
    ----------
    unit
        The translation unit.
    clocks
        The clocks.
    calls
        What is done in a time step, in this order.
    waits
        Places in `calls` before which all parts wait for each other.
    python
        Whether Brian2's own code runs in between, which may end the run.
    """
    return "\n".join(
        [_state(unit, clocks, len(calls)), _functions(unit, clocks), _steps(clocks, calls, waits, python), _ADVANCE]
    )


def _state(unit: Unit, clocks: Sequence[Any], calls: int) -> str:
    places = [[unit.table.place(clock.variables[name]) for name in ("timestep", "t", "dt")] for clock in clocks]
    rows = ", ".join(f"{{{a}, {b}, {c}}}" for a, b, c in places)
    n = max(1, len(clocks))
    return f"""
static double SPENT[{max(1, calls)}];
extern "C" void spent(double* v) {{ copy(SPENT, SPENT + {calls}, v); }}
static const int CLOCKS[{n}][3] = {{{rows}}};
static int64_t END[{n}];
static int FAILED, STOPPED;
static Barrier BARRIER;
static inline int64_t& timestep_of(int c) {{ return ((int64_t*)A[CLOCKS[c][0]])[0]; }}
static inline double& time_of(int c) {{ return ((double*)A[CLOCKS[c][1]])[0]; }}
static inline double dt_of(int c) {{ return ((double*)A[CLOCKS[c][2]])[0]; }}"""


def _functions(unit: Unit, clocks: Sequence[Any]) -> str:
    """Return what is done before and between the chunks of a run."""
    n = len(clocks)
    native = {space: name for space, name in unit.events.items() if space in unit.spaces}
    size = {space: unit.table.constant(int(space.size) - 1)[1] for space in unit.events}
    take = [
        f"{name}.take({unit.table.pointer(space)}, {size[space]}, timestep_of({clocks.index(space.owner.clock)}));"
        for space, name in unit.events.items()
        if space not in native and space.owner.clock in clocks
    ]
    found = [  # what a run before this one left: code that comes before the threshold in a step sees it
        f"{name}.take({unit.table.pointer(space)}, {size[space]}, timestep_of({clocks.index(space.owner.clock)}) - 1);"
        for space, name in native.items()
        if space.owner.clock in clocks
    ]
    give = [f"{name}.give({unit.table.pointer(space)}, {size[space]});" for space, name in native.items()]
    return f"""
static void changed() {{  // by Python, in the middle of a step
  for (int c = 0; c < {n}; c++) CHANGED[c] = timestep_of(c);
  work_out();
  {" ".join(take)}
}}
extern "C" void publish() {{
  copy_back();
  {" ".join(give)}
}}
extern "C" void touched() {{
  for (int c = 0; c < {n}; c++) CHANGED[c] = timestep_of(c);
  work_out();
  copy_in();
}}
extern "C" void ready() {{
  {" ".join(f"{name}.open();" for name in unit.events.values())}
  {" ".join(found)}
  {" ".join(f"{store.name}.place = vector<uint32_t>();" for store in unit.stores.values())}
  touched();
}}
extern "C" void bind(void** a, void** x, double* k, int64_t* ki, uint64_t seed, int (*call)(int), const int64_t* end,
                     const int64_t* shift, int64_t parts) {{
  A = a; X = x; K = k; KI = ki; SEED = seed; CALL = call; PARTS = (int)parts;
  copy(end, end + {n}, END); copy(shift, shift + {n}, SHIFT);
  bind_functions();
}}"""


def _steps(clocks: Sequence[Any], calls: Sequence[str], waits: set[int], python: bool) -> str:
    """Return the loop: a thread runs its part, or a single one all parts, from one wait to the next."""
    n = len(clocks)
    phases: list[list[str]] = [[]]
    for place, call in enumerate(calls):
        if place in waits and place:
            phases.append([])
        phases[-1].append(call)
    wait = "if (!ALONE) BARRIER.wait(from, ++round);\n    if (FAILED) return -1;"
    blocks = []
    for k, phase in enumerate(phases):
        lines = "\n      ".join(phase)
        first = wait if k or 0 in waits else ""
        blocks.append(f"{first}\n    for (int P = from; P < to; P++) {{\n      {lines}\n    }}")
    body = "\n    ".join(blocks)
    if n == 1:
        head = "for (; steps > 0 && STEPS[0] < END[0]; steps--) {"
        due = "constexpr bool due[1] = {true};"
        left = "return END[0] - STEPS[0];"
    else:
        head = "for (;; steps--) {"
        left = ""
        due = f"""int first = 0;
    for (int c = 1; c < {n}; c++) if (TIME[c] < TIME[first]) first = c;
    if (STEPS[first] >= END[first]) return 0;
    if (steps <= 0) return 1;
    bool due[{n}];
    for (int c = 0; c < {n}; c++) {{
      const double later = abs(TIME[c] - TIME[first]);
      due[c] = later == 0 || later / min(dt_of(first), dt_of(c)) < {Clock.epsilon_dt};
    }}"""
    return f"""
template <bool ALONE> static int64_t run_steps(int64_t steps, const int from, const int to) {{
  uint64_t round = 0;
  for (int c = 0; c < {n}; c++) {{ STEPS[c] = timestep_of(c); TIME[c] = time_of(c); }}
  if (!ALONE) BARRIER.wait(from, ++round);  // nobody goes on before all know what time it is
  {head}
    {due}
    {body}
    {wait if python else ""}
    for (int c = 0; c < {n}; c++)
      if (due[c]) {{
        STEPS[c]++;
        TIME[c] = STEPS[c] * dt_of(c);
        if (from == 0) {{ timestep_of(c) = STEPS[c]; time_of(c) = TIME[c]; }}
      }}
    if (STOPPED) return 1;
  }}
  {left}
}}"""


_ADVANCE = """
extern "C" int64_t advance(int64_t steps, int64_t threads) {
  const Flushing here;
  FAILED = STOPPED = 0;
  if (threads <= 1 || PARTS == 1) return run_steps<true>(steps, 0, PARTS);
  BARRIER.open();
  vector<thread> others;
  for (int p = 1; p < PARTS; p++) others.emplace_back([=] { const Flushing there; run_steps<false>(steps, p, p + 1); });
  const int64_t left = run_steps<false>(steps, 0, 1);
  for (thread& other : others) other.join();
  return left;
}"""
