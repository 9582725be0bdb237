// Rows that are due in a pathway whose spikes reach all synapses of their neuron in one step: traces live on neurons there.
struct Due { uint32_t neuron, from, to; };

struct Rows {
  vector<Due> of[MOST_PARTS];         // of this step, by part
  vector<vector<int32_t>> waiting;    // neurons of which an earlier run left all synapses under way, by the step (from the first)
  void open() { waiting.clear(); }
  void put(int64_t later, const int32_t* source, const int32_t* synapses, int64_t n) {
    if ((int64_t)waiting.size() <= later) waiting.resize(later + 1);
    for (int64_t k = 0; k < n; k++)
      if (k == 0 || source[synapses[k]] != source[synapses[k - 1]]) waiting[later].push_back(source[synapses[k]]);
  }
  // Lists what is due in a part; returns how many spikes are due in all parts together.
  int64_t collect(Pathway& p, int part, int64_t step) {
    vector<Due>& due = of[part];
    due.clear();
    int64_t n = 0;
    const Order& o = p.part[part];
    const auto add = [&](const int32_t* s, const int32_t* end) {
      n += end - s;
      for (; s < end; s++) {
        const uint32_t* r = &o.row[*s - p.first];
        if (r[0] < r[1]) due.push_back({(uint32_t)*s, r[0], r[1]});
      }
    };
    const int64_t later = step - p.begun;
    if (later >= 0 && later < (int64_t)waiting.size()) add(waiting[later].data(), waiting[later].data() + waiting[later].size());
    p.spikes(step - p.delay, add);
    return n;
  }
};

// Of each neuron the synapse whose traces are of the earliest time, -1 where it has none: no value has to be brought back.
template <typename L> static vector<int64_t> _earliest(const int32_t* neuron, const L* last, int64_t n, int64_t neurons) {
  vector<int64_t> found(neurons, -1);
  for (int64_t k = 0; k < n; k++) {
    int64_t& mine = found[neuron[k]];
    if (mine < 0 || (last && last[k] < last[mine])) mine = k;
  }
  return found;
}
template <typename T, typename S> static void _gathered(vector<T>* values, const S* array, const vector<int64_t>& synapse) {
  for (int p = 0; p < PARTS; p++) {
    values[p].resize(synapse.size());
    for (size_t n = 0; n < synapse.size(); n++) values[p][n] = synapse[n] < 0 ? (T)0 : (T)array[synapse[n]];
  }
}
