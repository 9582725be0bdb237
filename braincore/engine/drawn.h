// Synapses that are drawn as often as they are needed: once they are counted, once each goes to its place in the columns. Which
// synapse lies where is not kept: nobody has to know.
struct Drawing {
  vector<uint32_t> next[MOST_PARTS];  // place of the next synapse of each source
  int64_t share = 1, first = 0;
  int32_t base[MOST_PARTS] = {};
  vector<uint32_t> at;                // of the synapses of a block
  vector<uint8_t> of;
  size_t end[MOST_PARTS] = {}, room[MOST_PARTS] = {};  // of the rows; of the columns
  uint16_t least = 65535, most = 0;   // delays in steps

  int owner(const Store& store, int32_t target) const { return store.whole ? 0 : (int)((uint32_t)target / (uint32_t)share); }
  void open(const Store& store, Pathway& p) {
    share = min((int64_t)INT32_MAX, _share(store.targets)); first = p.first; least = 65535; most = 0;
    for (int k = 0; k < PARTS; k++) {
      Order& o = p.part[k];
      base[k] = store.base(k);
      o.row.assign(p.sources + 1, 0); o.at.clear(); o.segment.clear(); o.held.clear(); o.live.clear(); o.steps = Packed<uint16_t>();
    }
  }
  void count(const Store& store, Pathway& p, const int32_t* source, const int32_t* target, int64_t n) {
    for (int64_t k = 0; k < n; k++) p.part[owner(store, target[k])].row[source[k] - first + 1]++;
  }
  // Ends the counting; `more` places are kept behind the rows of each part.
  void counted(Pathway& p, int64_t more, bool delays) {
    for (int k = 0; k < PARTS; k++) {
      Order& o = p.part[k];
      for (int64_t s = 0; s < p.sources; s++) o.row[s + 1] += o.row[s];
      next[k].assign(o.row.begin(), o.row.end() - 1);
      end[k] = o.row[p.sources]; room[k] = end[k] + more;
      if (delays) o.steps.resize(o.row[p.sources]);
    }
  }
  // Works out where the synapses of a block go.
  void find(const Store& store, int64_t n, const int32_t* source, const int32_t* target) {
    at.resize(n); of.resize(n);
    for (int64_t k = 0; k < n; k++) {
      of[k] = (uint8_t)owner(store, target[k]);
      at[k] = next[of[k]][source[k] - first]++;
    }
  }
  template <typename D> void delays(Pathway& p, int64_t n, const D* delay, double dt) {
    uint16_t* steps[MOST_PARTS];
    for (int k = 0; k < PARTS; k++) steps[k] = p.part[k].steps.data();
    for (int64_t k = 0; k < n; k++) {
      if (k + 16 < n) __builtin_prefetch(&steps[of[k + 16]][at[k + 16]], 1);
      const uint16_t d = (uint16_t)((double)delay[k] / dt + 0.5);
      least = min(least, d); most = max(most, d);
      steps[of[k]][at[k]] = d;
    }
  }
  // Puts the values of a block into a column.
  template <typename T, typename F> void put(Packed<T>* column, int64_t n, F value) const {
    T* to[MOST_PARTS];
    for (int k = 0; k < PARTS; k++) to[k] = column[k].data();
    for (int64_t k = 0; k < n; k++) {
      if (k + 16 < n) __builtin_prefetch(&to[of[k + 16]][at[k + 16]], 1);
      to[of[k]][at[k]] = value(k, of[k]);
    }
  }
  // Keeps a synapse behind the rows: a spike that an earlier run left is under way in it.
  void hold(const Store& store, Pathway& p, int64_t later, int64_t n, const int32_t* target) {
    at.resize(n); of.resize(n);
    for (int64_t k = 0; k < n; k++) {
      of[k] = (uint8_t)owner(store, target[k]);
      at[k] = (uint32_t)end[of[k]]++;
      vector<vector<uint32_t>>& held = p.part[of[k]].held;
      if ((int64_t)held.size() <= later) held.resize(later + 1);
      held[later].push_back(at[k]);
    }
  }
  // Chooses the layout as `Pathway::measure` does, and sorts rows by delay; each part in a thread of its own.
  template <typename... T> void placed(const Store& store, Pathway& p, int64_t switch_at, Packed<T>*... columns) {
    for (vector<uint32_t>& places : next) places = vector<uint32_t>();
    at = vector<uint32_t>(); of = vector<uint8_t>();
#if defined(__GLIBC__)
    malloc_trim(0);  // what was drawn came and went in pieces: they go back to the system
#endif
    if (!most) return;  // one delay for all, which is known
    p.least = least; p.delay = most;
    const int64_t each = store.n / max((int64_t)1, p.sources * (p.delay - p.least + 1));
    p.layout = p.least == p.delay ? SAME : each >= switch_at && p.delay < 65535 ? SEGMENTS : BUCKETS;
    for (int k = 0; k < PARTS; k++)
      for (int64_t s = 0; s < p.sources; s++)
        if (p.layout == SEGMENTS && p.part[k].row[s + 1] - p.part[k].row[s] > 65535) p.layout = BUCKETS;
    if (p.layout == BUCKETS) return;
    auto sort = [&](int k) {
      if (p.layout == SEGMENTS) sort_rows(p, p.part[k], columns[k].data()...);
      p.part[k].steps = Packed<uint16_t>();
    };
    vector<thread> others;
    for (int k = 1; k < PARTS; k++) others.emplace_back(sort, k);
    sort(0);
    for (thread& other : others) other.join();
  }
  template <typename... T> static void sort_rows(const Pathway& p, Order& o, T*... columns) {
    const int64_t many = p.delay + 2;
    o.segment.assign(p.sources * many, 0);
    vector<uint16_t> next(many), order;
    vector<uint64_t> spare;
    for (int64_t s = 0; s < p.sources; s++) {
      uint16_t* cut = &o.segment[s * many];
      const uint32_t begin = o.row[s], length = o.row[s + 1] - begin;
      const uint16_t* due = o.steps.data() + begin;
      for (uint32_t k = 0; k < length; k++) cut[due[k] + 1]++;
      for (int64_t d = 0; d + 1 < many; d++) cut[d + 1] += cut[d];
      next.assign(cut, cut + many);
      order.resize(length); spare.resize(length);
      for (uint32_t k = 0; k < length; k++) order[k] = next[due[k]]++;
      (moved(columns + begin, length, order.data(), spare.data()), ...);
    }
  }
  template <typename T> static void moved(T* column, uint32_t n, const uint16_t* order, uint64_t* spare) {
    static_assert(sizeof(T) <= 8, "values of at most eight bytes");
    T* to = (T*)spare;
    for (uint32_t k = 0; k < n; k++) to[order[k]] = column[k];
    memcpy(column, to, n * sizeof(T));
  }
};
