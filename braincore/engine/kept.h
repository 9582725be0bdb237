// What compiled code holds beyond Brian2's arrays, as bytes: a run that goes on with them goes on to the bit. They do not depend
// on how neurons are divided into parts. One function both writes and reads them.
struct Kept {
  vector<char> bytes;
  size_t at = 0;
  bool reads = false, whole = true;  // whether there were enough bytes
  void raw(void* data, size_t n) {
    if (!reads) { bytes.insert(bytes.end(), (char*)data, (char*)data + n); return; }
    whole = whole && n <= bytes.size() - at;
    if (!whole) return;
    if (n) memcpy(data, &bytes[at], n);
    at += n;
  }
  template <typename T> void number(T& v) { raw(&v, sizeof(T)); }
  // Values of sources: each part that has synapses of a neuron holds the same; `home` is one of them.
  template <typename T> void sources(vector<T>* v, const vector<int>& home) {
    for (size_t n = 0; n < v[0].size(); n++) {
      T x = v[home[n]][n];
      number(x);
      if (reads) for (int p = 0; p < PARTS; p++) v[p][n] = x;
    }
  }
  // Values of targets: the part that owns a neuron holds it.
  template <typename T> void targets(vector<T>* v, const Store& s) {
    for (size_t n = 0; n < v[0].size(); n++) number(v[s.whole ? 0 : n / _share(s.targets)][n]);
  }
  // A column, in the order of Brian2's synapses.
  template <typename T> void column(Packed<T>* column, const Store& s) {
    vector<T> all(s.n);
    if (!reads) s.back(column, all.data());
    raw(all.data(), all.size() * sizeof(T));
    if (reads && whole) for (int p = 0; p < PARTS; p++) for (size_t k = 0; k < column[p].size(); k++) column[p][k] = all[s.id[p][k]];
  }
  template <typename T> void same(T* v) {  // in all parts
    number(v[0]);
    if (reads) for (int p = 1; p < PARTS; p++) v[p] = v[0];
  }
};
// Of each source a part that has synapses of it.
static vector<int> _homes(const Store& s, const int32_t* pre, int64_t sources) {
  vector<int> home(sources, 0);
  for (int p = PARTS - 1; p >= 0; p--) for (const uint32_t k : s.id[p]) home[pre[k]] = p;
  return home;
}
// A number that changes when an array does.
static uint64_t _digest(uint64_t h, const void* data, size_t bytes) {
  const char* from = (const char*)data;
  uint64_t lane[8];
  for (int k = 0; k < 8; k++) lane[k] = h + k;
  for (; bytes >= 64; bytes -= 64, from += 64) {
    uint64_t w[8];
    memcpy(w, from, 64);
    for (int k = 0; k < 8; k++) lane[k] = (lane[k] ^ w[k]) * 0x9E3779B97F4A7C15u;
  }
  for (; bytes; bytes--, from++) lane[bytes & 7] = (lane[bytes & 7] ^ (uint8_t)*from) * 0x9E3779B97F4A7C15u;
  for (int k = 0; k < 8; k++) h = ((h ^ (lane[k] >> 29)) + lane[k]) * 0xBF58476D1CE4E5B9u;
  return h;
}
