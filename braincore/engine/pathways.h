// Synapses, and the spikes that are under way in them.
//
// The synapses of one Synapses object lie in a store: by the part that owns their target, in it by source (and by delay, where
// many synapses of a source share one). What they hold lies in columns of that order. A pathway knows where the synapses of each
// source are. Each target gets its inputs in the order of Brian2's queue: earlier spikes first, then by neuron, then by synapse.
//
// Spikes wait as neurons; with one delay for all, or rows cut by delay, a row or its part is due as a whole. Where delays are
// scattered, a spike puts its synapses into a bucket of each step in which some of them are due.
static int64_t COPIED;  // grows whenever columns are copied again
struct Store {
  int64_t n = 0, targets = 1;
  bool whole = false;                 // all of it belongs to the first part
  vector<uint32_t> id[MOST_PARTS];    // which synapse lies at each place
  vector<uint32_t> place;             // of each synapse, in its part; only while pathways are set up
  const int32_t* target = nullptr;
  bool sorted = false;                // by its first pathway
  int owner(int64_t synapse) const { return whole ? 0 : (int)(target[synapse] / _share(targets)); }
  int32_t base(int part) const { return whole ? 0 : (int32_t)_from(targets, part); }
  // Copies an array into the order of the store, and back.
  template <typename T, typename S, typename F> void copied(Packed<T>* column, const S* array, F value) const {
    for (int p = 0; p < PARTS; p++) {
      column[p].resize(id[p].size());
      for (size_t k = 0; k < id[p].size(); k++) column[p][k] = value(array[id[p][k]], p);
    }
  }
  template <typename T, typename S> void back(const Packed<T>* column, S* array) const {
    for (int p = 0; p < PARTS; p++) for (size_t k = 0; k < column[p].size(); k++) array[id[p][k]] = column[p][k];
  }
};

enum Layout { SAME, SEGMENTS, BUCKETS };

struct Span { uint32_t from, to; };

// Fetches what a column holds of a row that is due soon: rows lie apart, and the processor foresees no row. It finds the rest
// of a long one by itself. No function: compilers take one that only fetches for one that does nothing, and drop its calls.
#define _AHEAD(column, row) { \
  const char *_line = (const char*)((column) + (row).from), *_stop = min((const char*)((column) + (row).to), _line + 1024); \
  for (; _line < _stop; _line += 64) __builtin_prefetch(_line); \
  __builtin_prefetch(_stop - 1); \
}

struct Live { const uint16_t* cut; uint32_t row; };

struct alignas(64) Order {            // of the synapses of one part along a pathway
  vector<uint32_t> row;               // where each source's synapses begin
  vector<uint32_t> at;                // their places in the store; none where they are in its order
  Packed<uint16_t> segment;           // of each source: where its synapses with each delay begin, from its row
  Packed<uint16_t> steps;             // delay of each synapse
  vector<vector<uint32_t>> held;      // places, by the step (from the first) in which they are due: what an earlier run left
  vector<Span> spans;                 // of this step
  vector<vector<Live>> live;          // rows of the neurons that spiked, by step
  int64_t seen = INT64_MIN;           // the last step of which they are known
};

struct Pathway {
  Layout layout = SAME;
  int64_t sources = 0, first = 0, delay = 0, least = 0, begun = 0;
  int64_t late = 0;                   // 1: a spike is seen in the step after its own
  Order part[MOST_PARTS];
  vector<vector<int32_t>> left;       // synapses that an earlier run left, by the step in which they are due
  Events* events = nullptr;

  int64_t stop() const { return first + sources; }
  int64_t lag() const { return least > 0; }  // spikes may act in the step after theirs at the earliest: no need to see this step's

  // Calls f(begin, end) for the spikes that were seen in a step of this run.
  template <typename F> void spikes(int64_t step, F f) { if (step >= begun) events->each(step - late, first, stop(), f); }

  template <typename D> void measure(const D* delays, int64_t n_delays, double dt, int64_t n, int64_t switch_at) {
    auto in_steps = [dt](double d) { return (int64_t)(d / dt + 0.5); };
    least = n_delays ? INT64_MAX : 0; delay = 0;
    for (int64_t k = 0; k < n_delays; k++) { const int64_t d = in_steps(delays[k]); least = min(least, d); delay = max(delay, d); }
    const int64_t each = n / max((int64_t)1, sources * (delay - least + 1));
    layout = least == delay ? SAME : each >= switch_at && delay < 65535 ? SEGMENTS : BUCKETS;
  }
  // Sorts the synapses; the first pathway of a store gives it its order.
  template <typename D> void build(Store& store, const int32_t* source, const D* delays, int64_t n_delays, double dt) {
    const bool primary = !store.sorted;
    store.sorted = true;
    auto in_steps = [&](int64_t k) { return (int64_t)((double)delays[n_delays > 1 ? k : 0] / dt + 0.5); };
    for (int p = 0; p < PARTS; p++) {
      Order& o = part[p];
      o.row.assign(sources + 1, 0); o.at.clear(); o.segment.clear(); o.steps.clear(); o.held.clear(); o.live.clear();
    }
    for (int64_t k = 0; k < store.n; k++) part[store.owner(k)].row[source[k] - first + 1]++;
    vector<uint32_t> next[MOST_PARTS];
    for (int p = 0; p < PARTS; p++) {
      vector<uint32_t>& row = part[p].row;
      if (layout == SEGMENTS && *max_element(row.begin(), row.end()) > 65535) layout = BUCKETS;
      for (int64_t s = 0; s < sources; s++) row[s + 1] += row[s];
      next[p].assign(row.begin(), row.end() - 1);
      (primary ? store.id[p] : part[p].at).resize(row[sources]);
    }
    for (int64_t k = 0; k < store.n; k++) {
      const int p = store.owner(k);
      const uint32_t k_th = next[p][source[k] - first]++;
      if (primary) store.id[p][k_th] = (uint32_t)k; else part[p].at[k_th] = store.place[k];
    }
    for (int p = 0; p < PARTS; p++) {
      Order& o = part[p];
      auto id = [&](int64_t k) { return primary ? store.id[p][k] : store.id[p][o.at[k]]; };
      if (layout == SEGMENTS) sort_rows(o, primary ? store.id[p] : o.at, [&](int64_t k) { return in_steps(id(k)); });
      if (layout == BUCKETS) { o.steps.resize(o.row[sources]); for (size_t k = 0; k < o.steps.size(); k++) o.steps[k] = (uint16_t)in_steps(id(k)); }
      bool same = true;
      for (size_t k = 0; k < o.at.size() && same; k++) same = o.at[k] == k;
      if (same) { o.at.clear(); o.at.shrink_to_fit(); }
    }
    if (primary) {
      store.place.resize(store.n);
      for (int p = 0; p < PARTS; p++) for (size_t k = 0; k < store.id[p].size(); k++) store.place[store.id[p][k]] = (uint32_t)k;
    }
  }
  // Sorts each row by delay, keeping the order of synapses.
  template <typename F> void sort_rows(Order& o, vector<uint32_t>& places, F steps) {
    const int64_t many = delay + 2;
    o.segment.assign(sources * many, 0);
    vector<uint32_t> sorted; vector<uint16_t> due;
    for (int64_t s = 0; s < sources; s++) {
      uint16_t* cut = &o.segment[s * many];
      const uint32_t begin = o.row[s], length = o.row[s + 1] - begin;
      sorted.resize(length); due.resize(length);
      for (uint32_t k = 0; k < length; k++) { due[k] = (uint16_t)steps(begin + k); cut[due[k] + 1]++; }
      for (int64_t d = 0; d + 1 < many; d++) cut[d + 1] += cut[d];
      vector<uint16_t> next(cut, cut + many);
      for (uint32_t k = 0; k < length; k++) sorted[next[due[k]]++] = places[begin + k];
      copy(sorted.begin(), sorted.end(), places.begin() + begin);
    }
  }
  // Collects the rows, or their parts, that are due in a step.
  void collect(int p, int64_t step) {
    Order& o = part[p];
    o.spans.clear();
    if (layout == SAME)
      spikes(step - delay, [&](const int32_t* s, const int32_t* end) {
        for (; s < end; s++) { const uint32_t* r = &o.row[*s - first]; if (r[0] < r[1]) o.spans.push_back({r[0], r[1]}); }
      });
    if (layout != SEGMENTS) return;
    if (o.live.empty()) {
      size_t n = 1;
      while ((int64_t)n < delay + 2) n *= 2;
      o.live.assign(n, {}); o.seen = INT64_MIN;
    }
    if (o.seen != step - 1) for (int64_t d = delay; d > least; d--) follow(o, step - d);
    follow(o, step - least);
    o.seen = step;
    for (int64_t d = delay; d >= least; d--)
      for (const Live& l : o.live[(step - d) & (o.live.size() - 1)])
        if (l.cut[d] < l.cut[d + 1]) o.spans.push_back({l.row + l.cut[d], l.row + l.cut[d + 1]});
  }
  // Notes where the rows of the neurons lie that spiked in a step, if they have any: they are visited once for each delay.
  void follow(Order& o, int64_t step) {
    vector<Live>& here = o.live[step & (o.live.size() - 1)];
    here.clear();
    spikes(step, [&](const int32_t* s, const int32_t* end) {
      for (; s < end; s++) {
        const uint32_t* r = &o.row[*s - first];
        if (r[0] < r[1]) here.push_back({&o.segment[(*s - first) * (delay + 2)], r[0]});
      }
    });
  }
  // What an earlier run left for a step.
  const vector<uint32_t>* held(int p, int64_t step) const {
    const vector<vector<uint32_t>>& all = part[p].held;
    return step - begun < (int64_t)all.size() && step >= begun ? &all[step - begun] : nullptr;
  }
  void put(const Store& store, int64_t later, const int32_t* synapses, int64_t n) {
    if ((int64_t)left.size() <= later) left.resize(later + 1);
    left[later].assign(synapses, synapses + n);
    for (int64_t k = 0; k < n; k++) {
      Order& o = part[store.owner(synapses[k])];
      if ((int64_t)o.held.size() <= later) o.held.resize(later + 1);
      o.held[later].push_back(store.place[synapses[k]]);
    }
  }
  // The synapses that are due `later` steps after the step `next`, which has not begun.
  void pending(const Store& store, int64_t next, int64_t later, vector<int32_t>& out) {
    out.clear();
    const int64_t due = next + later;
    if (due - begun < (int64_t)left.size()) out = left[due - begun];
    for (int64_t step = max(begun, due - delay); step < next && step <= due - least; step++)
      spikes(step, [&](const int32_t* s, const int32_t* end) {
        for (; s < end; s++) {
          const size_t begin = out.size();
          for (int p = 0; p < PARTS; p++) from_source(part[p], store.id[p], *s - first, due - step, out);
          sort(out.begin() + begin, out.end());
        }
      });
  }
  void from_source(const Order& o, const vector<uint32_t>& id, int64_t s, int64_t steps, vector<int32_t>& out) const {
    if (o.row.empty()) return;
    uint32_t k = o.row[s], stop = o.row[s + 1];
    if (layout == SEGMENTS) { const uint16_t* cut = &o.segment[s * (delay + 2) + steps]; stop = k + cut[1]; k += cut[0]; }
    for (; k < stop; k++)
      if (layout != BUCKETS || o.steps[k] == steps) out.push_back((int32_t)id[o.at.empty() ? k : o.at[k]]);
  }
  int64_t longest() const { return max(delay, (int64_t)left.size()); }
};

// The buckets of a pathway in one part: what is due in each step, as values or as places.
template <typename... C> struct Buckets {
  struct Bucket { size_t n = 0, room = 0; tuple<vector<C>...> columns; };
  vector<Bucket> of;
  int64_t copied = -1;  // when its values were copied
  void open(int64_t slots) {
    size_t n = 1;
    while ((int64_t)n < slots) n *= 2;
    of.assign(n, {});
    copied = -1;
  }
  Bucket& at(int64_t step) { return of[step & (of.size() - 1)]; }
  static void __attribute__((noinline)) grow(Bucket& b) {
    b.room = 2 * b.room + 64;
    apply([&](auto&... c) { (c.resize(b.room), ...); }, b.columns);
  }
};
