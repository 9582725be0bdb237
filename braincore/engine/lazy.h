// Lazy neurons: where one step is a linear map and input is rare, a neuron sleeps. Input brings it up to date in one jump, by a
// table of powers of the map; it is stepped only while it may reach its threshold without more input.
//
// Whether neurons sleep at all is decided for the whole group, from what was counted in a window of steps that all parts have
// left behind: every part decides alike, and no bit depends on how many there are. A group that does not sleep lies in Brian2's
// arrays; one that sleeps lies here, and goes there when Python looks, without being changed.
struct Column { char* data; size_t size; };  // an array of Brian2, and the bytes of one element

template <int n, typename T> struct Lazy {
  enum : int64_t { NEAR = 1024, WINDOW = 64, AWAKE = 16, EVENT = 32, COLUMNS = 16 };  // costs: 1 is that of a neuron and step
  static constexpr size_t up_to_64(size_t size) { size_t a = 8; while (a < size && a < 64) a *= 2; return a; }
  struct alignas(up_to_64(n * sizeof(T) + 8)) State {
    T x[n];
    uint32_t step;   // updates that were done; of an awake neuron, this says nothing
    uint32_t awake;
  };
  struct Power { T m[n * n]; };
  struct Arrays { T* x[n]; const char* free; Column all[COLUMNS]; int count; };  // free: not refractory, if there is such a thing
  struct alignas(64) Part {
    bool on = false;
    uint32_t done = 0;               // updates
    List awake, fired;
    int64_t steps = 0, events = 0;   // of awake neurons, of synapses; in this window
    int64_t first = 0, work[4] = {}, seen[4] = {};  // of the last windows
  };
  Power near_[NEAR], far_[NEAR];     // of the map: k and 1024 k
  T rest[n], up[n], down[n], level;
  int64_t size = 0, since = 0;
  int parts = 0;
  bool known = false;                // what lies here is the state that was last published
  vector<double> given;
  vector<State> of;
  vector<char> shown[COLUMNS];       // what Python last saw
  Part part[MOST_PARTS];

  // Takes the numbers of the map; what an earlier run with other numbers left goes.
  void open(int64_t total, const double* numbers) {
    const int64_t many = 2 * NEAR * n * n + 3 * n + 1;
    known = known && size == total && parts == PARTS && equal(given.begin(), given.end(), numbers, numbers + many);
    if (known) return;
    given.assign(numbers, numbers + many);
    size = total; parts = PARTS;
    for (int64_t k = 0; k < NEAR; k++)
      for (int c = 0; c < n * n; c++) {
        near_[k].m[c] = (T)numbers[k * n * n + c];
        far_[k].m[c] = (T)numbers[(NEAR + k) * n * n + c];
      }
    const double* l = numbers + 2 * NEAR * n * n;
    for (int c = 0; c < n; c++) { rest[c] = (T)l[c]; up[c] = (T)l[n + c]; down[c] = (T)l[2 * n + c]; }
    level = (T)l[3 * n];
  }
  // Tells whether a neuron stays below its threshold if nothing comes in.
  inline __attribute__((always_inline)) bool rests(const T* x) const {
    T most = level;
    for (int c = 0; c < n; c++) { const T d = x[c] - rest[c]; most += max(d * up[c], -d * down[c]); }
    return most < 0;
  }
  static inline __attribute__((always_inline)) void times(const Power& p, T* d) {
    T y[n];
    for (int r = 0; r < n; r++) {
      y[r] = p.m[r * n] * d[0];
      for (int c = 1; c < n; c++) y[r] += p.m[r * n + c] * d[c];
    }
    for (int r = 0; r < n; r++) d[r] = y[r];
  }
  inline __attribute__((always_inline)) void bring(State& z, uint32_t now) const {
    uint32_t k = now - z.step;
    if (k == 0) return;
    T d[n];
    for (int c = 0; c < n; c++) d[c] = z.x[c] - rest[c];
    while (__builtin_expect(k >= NEAR, 0)) {
      const uint32_t q = min(k / (uint32_t)NEAR, (uint32_t)NEAR - 1);
      times(far_[q], d);
      k -= q * NEAR;
    }
    times(near_[k], d);
    for (int c = 0; c < n; c++) z.x[c] = rest[c] + d[c];
    z.step = now;
  }
  // A neuron whose state is about to be read or written, and what follows a write.
  inline __attribute__((always_inline)) State& visit(State& z, uint32_t now) const { if (!z.awake) bring(z, now); return z; }
  inline __attribute__((always_inline)) void settle(State& z, int32_t i) { if (!z.awake && !rests(z.x)) wake(z, i); }
  void __attribute__((noinline)) wake(State& z, int32_t i) { z.awake = 1; part[i / _share(size)].awake.push_back(i); }
  // Of somebody who only looks: the state stays where it is, so that its rounding does not depend on who looks.
  State seen(int64_t i, uint32_t now) const { State z = of[i]; if (!z.awake) bring(z, now); return z; }

  // Before the update of a step in a part: decides how its neurons are run from here on.
  template <typename F> void turn(int p, int64_t step, F arrays) {
    Part& here = part[p];
    here.done = (uint32_t)step;
    const int64_t age = step - since, w = step / WINDOW;
    if (age == 1) here.first = WINDOW * may_fire(p, arrays());  // all have been asked whether they are refractory
    if (age == 3) { int64_t all = 0; for (int q = 0; q < PARTS; q++) all += part[q].first; put(p, all * AWAKE, arrays); }
    if (step % WINDOW || age < 4) return;
    int64_t work = 0, seen = 0;
    const bool whole = (w - 2) * WINDOW >= since;
    for (int q = 0; q < PARTS; q++) { work += part[q].work[(w - 2) & 3]; seen += part[q].seen[(w - 2) & 3]; }
    const bool quiet = whole && seen * EVENT < WINDOW * size;
    here.seen[(w - 1) & 3] = here.events;
    here.work[(w - 1) & 3] = here.on ? here.steps : WINDOW * (quiet ? may_fire(p, arrays()) : _from(size, p + 1) - _from(size, p));
    here.events = here.steps = 0;
    if (whole) put(p, work * AWAKE + seen * EVENT, arrays);
    if (here.on && step % (1 << 30) == 0)  // steps are counted in 32 bits
      for (int64_t i = _from(size, p); i < _from(size, p + 1); i++) visit(of[i], here.done);
  }
  int64_t may_fire(int p, const Arrays& a) const {
    int64_t found = 0;
    for (int64_t i = _from(size, p); i < _from(size, p + 1); i++) {
      T x[n];
      for (int c = 0; c < n; c++) x[c] = a.x[c][i];
      found += !((!a.free || a.free[i]) & rests(x));
    }
    return found;
  }
  template <typename F> void put(int p, int64_t cost, F arrays) {
    const int64_t limit = WINDOW * size;
    if (!part[p].on && cost < limit) lie_down(p, arrays());
    else if (part[p].on && 2 * cost > 3 * limit) get_up(p, arrays());
  }
  void lie_down(int p, const Arrays& a) {
    Part& here = part[p];
    here.on = true; here.awake.clear();
    for (int64_t i = _from(size, p); i < _from(size, p + 1); i++) load(i, a, here.done, false);
    const int64_t from = _from(size, p), to = _from(size, p + 1);
    for (int k = 0; k < a.count; k++)
      if (from < to) memcpy(&shown[k][from * a.all[k].size], a.all[k].data + from * a.all[k].size, (to - from) * a.all[k].size);
  }
  void get_up(int p, const Arrays& a) {
    Part& here = part[p];
    for (int64_t i = _from(size, p); i < _from(size, p + 1); i++) show(i, a, here.done);
    here.on = false; here.awake.clear();
  }
  void load(int64_t i, const Arrays& a, uint32_t now, bool up) {
    State& z = of[i];
    for (int c = 0; c < n; c++) z.x[c] = a.x[c][i];
    z.step = now; z.awake = 0;
    if (up || (a.free && !a.free[i]) || !rests(z.x)) wake(z, (int32_t)i);
  }
  void show(int64_t i, const Arrays& a, uint32_t now) const {
    const State z = seen(i, now);
    for (int c = 0; c < n; c++) a.x[c][i] = z.x[c];
  }
  int64_t asleep() const {
    int64_t found = 0;
    for (int p = 0; p < PARTS; p++) if (part[p].on) found += _from(size, p + 1) - _from(size, p) - part[p].awake.size();
    return found;
  }
  // Gives Brian2's arrays what is true now.
  void publish(const Arrays& a, int64_t step) {
    if (!known || !part[0].on) return;
    for (int64_t i = 0; i < size; i++) show(i, a, (uint32_t)step);
    for (int k = 0; k < a.count; k++) memcpy(shown[k].data(), a.all[k].data, shown[k].size());
  }
  // After Python had its hands on the arrays: what it left alone sleeps on, in the same bits.
  void take(const Arrays& a, int64_t step) {
    if (known && part[0].done == (uint32_t)step) {
      if (!part[0].on) return;
      for (int64_t i = 0; i < size; i++) {
        bool same = true;
        for (int k = 0; k < a.count; k++) {
          const size_t s = a.all[k].size;
          same &= !memcmp(&shown[k][i * s], a.all[k].data + i * s, s);
        }
        if (same) continue;
        if (!of[i].awake) load(i, a, (uint32_t)step, true);
        else for (int c = 0; c < n; c++) of[i].x[c] = a.x[c][i];
      }
      for (int k = 0; k < a.count; k++) memcpy(shown[k].data(), a.all[k].data, shown[k].size());
      return;
    }
    known = true; since = step;
    for (int p = 0; p < MOST_PARTS; p++) part[p] = Part();
    for (int p = 0; p < PARTS; p++) part[p].done = (uint32_t)step;
    of.assign(size, State());
    for (int k = 0; k < a.count; k++) shown[k].assign(size * a.all[k].size, 0);
  }
  // What a run must be given to go on to the bit: the state, and what decides whether neurons sleep.
  void keep(Kept& k, const Arrays& a) {
    bool on = part[0].on;
    k.number(on); k.number(since);
    Part all = Part();
    for (int p = 0; p < PARTS && !k.reads; p++) {
      all.done = part[p].done; all.steps += part[p].steps; all.events += part[p].events; all.first += part[p].first;
      for (int w = 0; w < 4; w++) { all.work[w] += part[p].work[w]; all.seen[w] += part[p].seen[w]; }
    }
    k.number(all.done); k.number(all.steps); k.number(all.events); k.number(all.first); k.number(all.work); k.number(all.seen);
    if (k.reads) {
      for (int p = 0; p < PARTS; p++) { part[p] = Part(); part[p].on = on; part[p].done = all.done; }
      part[0] = all; part[0].on = on;
    }
    for (int64_t i = 0; i < size; i++) {
      State z = on && !k.reads ? of[i] : State();
      k.raw(z.x, sizeof z.x); k.number(z.step); k.number(z.awake);
      if (!k.reads || !on) continue;
      of[i] = z;
      if (z.awake) part[i / _share(size)].awake.push_back((int32_t)i);
    }
    if (k.reads && on) for (int c = 0; c < a.count; c++) memcpy(shown[c].data(), a.all[c].data, shown[c].size());
  }
};
