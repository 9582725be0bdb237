// Sums over the synapses of each target, in the order of synapses.
//
// A run is synapses one after the other from one source to targets one after the other.
struct Run { uint32_t at, length; int32_t source, target; };

// Runs by the part that owns their targets.
static void _runs(vector<Run>* of, const int32_t* source, const int32_t* target, int64_t n, int64_t targets) {
  for (int p = 0; p < PARTS; p++) of[p].clear();
  for (int64_t k = 0; k < n; k++) {
    vector<Run>& mine = of[target[k] / _share(targets)];
    const bool on = !mine.empty() && mine.back().at + mine.back().length == k && mine.back().source == source[k] &&
                    mine.back().target + (int32_t)mine.back().length == target[k];
    if (on) mine.back().length++; else mine.push_back({(uint32_t)k, 1, source[k], target[k]});
  }
}

// Synapses by the part that owns their targets; none where one part owns all.
static void _owned(vector<uint32_t>* of, const int32_t* target, int64_t n, int64_t targets) {
  for (int p = 0; p < PARTS; p++) of[p].clear();
  if (PARTS > 1) for (int64_t k = 0; k < n; k++) of[target[k] / _share(targets)].push_back((uint32_t)k);
}
