#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <climits>
#include <algorithm>
#include <type_traits>
#include <vector>
#include <chrono>
using namespace std;

static void** A;        // arrays of the network's variables
static void** X;        // other arrays
static double* K;       // constants
static int64_t* KI;     // whole-number constants
static uint64_t SEED;   // of the run
static int (*CALL)(int);  // runs a Brian2 object

static inline double _now() { return chrono::duration<double>(chrono::steady_clock::now().time_since_epoch()).count(); }

static inline int int_(bool x) { return x ? 1 : 0; }
template <typename T> static inline int int_(T x) { return (int)x; }

// Division is never that of whole numbers, as in Python.
template <typename T, typename S> static inline auto _divided(T x, S y) {
  using R = conditional_t<is_integral<T>::value && is_integral<S>::value, double, decltype(T() * S())>;
  return (R)x / (R)y;
}

template <int n, typename T> static inline T _power(T x) {
  if constexpr (n == 2) return x * x;
  if constexpr (n == 3) return x * x * x;
  if constexpr (n == 4) { const T y = x * x; return y * y; }
}

// Philox 4x32-10 (Salmon et al. 2011, SC11, doi:10.1145/2063384.2063405): a random number is a function of seed, kernel,
// element, step and draw, so it depends neither on threads nor on the order in which elements are visited.
static uint32_t MORE;  // draws of functions that say no number of their own; counted from the start of a kernel
struct _Draw {
  uint64_t element; uint32_t number;
  _Draw(int64_t element) : element(element), number(0xFF000000u + MORE++) {}
  _Draw(uint64_t element, uint32_t number) : element(element), number(number) {}
  operator int() const { return (int)element; }
};
static inline _Draw _draw(uint32_t number, const _Draw& d) { return _Draw(d.element, number); }

static inline void _philox(uint32_t c[4], uint32_t k0, uint32_t k1) {
  for (int r = 0; r < 10; r++) {
    const uint64_t p0 = (uint64_t)0xD2511F53u * c[0], p1 = (uint64_t)0xCD9E8D57u * c[2];
    const uint32_t a = (uint32_t)(p1 >> 32) ^ c[1] ^ k0, b = (uint32_t)(p0 >> 32) ^ c[3] ^ k1;
    c[1] = (uint32_t)p1; c[3] = (uint32_t)p0; c[0] = a; c[2] = b;
    k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
  }
}
static int64_t STEP;      // of the code that runs
static int64_t MADE;      // grows whenever what is worked out once has to be worked out again

static inline void _random(const _Draw& d, uint32_t more, uint32_t c[4]) {
  c[0] = (uint32_t)d.element; c[1] = d.number;
  c[2] = (uint32_t)STEP; c[3] = ((uint32_t)(STEP >> 32) & 0xFFFFu) ^ (more << 16);
  _philox(c, (uint32_t)SEED, (uint32_t)(SEED >> 32));
}
// Uniform on (0, 1), 53 bits, never 0 or 1.
static inline double _uniform(uint32_t high, uint32_t low) {
  return ((((uint64_t)high << 21) ^ (low >> 11)) + 0.5) * 0x1p-53;
}
static inline double _rand(const _Draw d) {
  uint32_t c[4]; _random(d, 0, c);
  return _uniform(c[0], c[1]);
}
static inline double _randn(const _Draw d) {  // Box and Muller
  uint32_t c[4]; _random(d, 0, c);
  return sqrt(-2.0 * log(_uniform(c[0], c[1]))) * cos(6.283185307179586 * _uniform(c[2], c[3]));
}
// 32 random bits; one call of Philox serves four elements.
static inline uint32_t _bits(const _Draw& d, uint32_t more) {
  uint32_t c[4] = {(uint32_t)(d.element >> 2), d.number, (uint32_t)STEP, ((uint32_t)(STEP >> 32) & 0xFFFFu) ^ (more << 16)};
  _philox(c, (uint32_t)SEED, (uint32_t)(SEED >> 32) ^ 0x5BD1E995u);
  return c[d.element & 3];
}

// Poisson by inversion: the number of values of the cumulative distribution below a uniform number of 32 bits. Large means
// are cut into parts, whose numbers add up to a Poisson number.
enum { POISSON_PART = 8, POISSON_MOST = 64 };
static inline int _poisson_table(double mean, uint32_t* table) {
  double p = exp(-mean), sum = p; int k = 0;
  while (k < POISSON_MOST && sum * 0x1p32 < 0x1p32 - 1) { table[k++] = (uint32_t)(sum * 0x1p32); p *= mean / k; sum += p; if (p < 1e-12 && k > mean) break; }
  return k;
}
static inline int32_t _poisson_drawn(uint32_t bits, const uint32_t* table, int n) {
  int32_t found = 0;
  for (int k = 0; k < n; k++) found += bits >= table[k];
  return found;
}
static inline int32_t _poisson(double mean, const _Draw d) {
  uint32_t table[POISSON_MOST]; int32_t found = 0;
  for (uint32_t part = 0; mean > 0 && part < 0xFFFF; part++) {
    const double now = min(mean, (double)POISSON_PART); mean -= now;
    found += _poisson_drawn(_bits(d, part), table, _poisson_table(now, table));
  }
  return found;
}

// Poisson numbers of elements 0 to n: many at once where neighbours share a mean.
template <typename T> static void _poisson_fill(const T* mean, int64_t n, uint32_t number, int32_t* found) {
  static vector<uint32_t> all;
  const int64_t blocks = (n + 3) / 4;
  all.resize(4 * blocks);
  uint32_t* __restrict bits = all.data();
  const uint32_t s0 = (uint32_t)STEP, s1 = (uint32_t)(STEP >> 32) & 0xFFFFu;
  const uint32_t seed0 = (uint32_t)SEED, seed1 = (uint32_t)(SEED >> 32) ^ 0x5BD1E995u;
#pragma GCC ivdep
  for (int64_t b = 0; b < blocks; b++) {
    uint32_t c0 = (uint32_t)b, c1 = number, c2 = s0, c3 = s1, k0 = seed0, k1 = seed1;
#pragma GCC unroll 10
    for (int r = 0; r < 10; r++) {
      const uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
      const uint32_t a = (uint32_t)(p1 >> 32) ^ c1 ^ k0, d = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
      c1 = (uint32_t)p1; c3 = (uint32_t)p0; c0 = a; c2 = d;
      k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
    }
    bits[4 * b] = c0; bits[4 * b + 1] = c1; bits[4 * b + 2] = c2; bits[4 * b + 3] = c3;
  }
  uint32_t table[POISSON_MOST];
  for (int64_t first = 0, stop; first < n; first = stop) {
    const T value = mean[first];
    stop = first + 1;
    while (stop < n && mean[stop] == value) stop++;
    int32_t* __restrict out = found;
    if (value > 0 && value <= POISSON_PART) {
      const int size = _poisson_table((double)value, table);
      for (int64_t c = first; c < stop; c += 512) {  // a piece stays in the first-level cache
        const int64_t e = min(stop, c + 512);
        for (int64_t i = c; i < e; i++) out[i] = 0;
        for (int k = 0; k < size; k++) {
          const uint32_t low = table[k];
#pragma GCC ivdep
          for (int64_t i = c; i < e; i++) out[i] += bits[i] >= low;
        }
      }
    } else {
      for (int64_t i = first; i < stop; i++) out[i] = value > 0 ? _poisson((double)value, _Draw((uint64_t)i, number)) : 0;
    }
  }
}

// Binomial by inversion: the place of a uniform number in a table of the cumulative distribution.
static inline double _inverted(const double* cumulative, int n, const _Draw d) {
  const double u = _rand(d); int k = 0;
  while (k < n && cumulative[k] < u) k++;
  return k;
}

// The synapses of a pathway by their source, and the spikes that are under way in it.
//
// Each target gets its inputs in the order of Brian2's queue: earlier spikes first, then by neuron, then by synapse. Where
// all delays are one, or many synapses of a source share a delay, spikes wait as neurons and a row of synapses (or its part
// with one delay) is due as a whole. Where delays are scattered, synapses wait by the step in which they are due.
struct Pathway {
  enum Layout { SAME, SEGMENTS, BUCKETS };
  Layout layout = SAME;
  int64_t sources = 0, slots = 1, delay = 0, now = 0;
  bool stored_by_source = true;        // then the k-th synapse is synapse k
  vector<int64_t> row;                 // where each source's synapses begin
  vector<int32_t> ids;                 // synapses by source (and delay)
  vector<int32_t> segment;             // of each source: where its synapses with each delay begin, from its row
  vector<int32_t> steps;               // delay of each synapse in steps
  vector<vector<int32_t>> spikes;      // by step, sources
  vector<vector<int32_t>> held;        // by the step in which they are due, synapses

  template <typename D> void build(const int32_t* source, int64_t n, int64_t first, int64_t count, const D* delays,
                                   int64_t n_delays, double dt, int64_t switch_at) {
    sources = count; now = 0; ids.clear(); segment.clear(); steps.clear();
    auto in_steps = [dt](double d) { return (int64_t)(d / dt + 0.5); };
    int64_t least = n_delays ? in_steps(delays[0]) : 0, most = least;
    for (int64_t k = 1; k < n_delays; k++) { const int64_t d = in_steps(delays[k]); least = min(least, d); most = max(most, d); }
    slots = most + 1; delay = most;
    layout = least == most ? SAME : n / max((int64_t)1, count * (most - least + 1)) >= switch_at ? SEGMENTS : BUCKETS;
    row.assign(count + 1, 0);
    stored_by_source = true;
    for (int64_t k = 0; k < n; k++) { row[source[k] - first + 1]++; if (k && source[k] < source[k - 1]) stored_by_source = false; }
    for (int64_t s = 0; s < count; s++) row[s + 1] += row[s];
    if (layout != SAME) { steps.resize(n); for (int64_t k = 0; k < n; k++) steps[k] = (int32_t)in_steps(delays[k]); }
    if (!stored_by_source) {
      vector<int64_t> next(row.begin(), row.end() - 1);
      ids.resize(n);
      for (int64_t k = 0; k < n; k++) ids[next[source[k] - first]++] = (int32_t)k;
    }
    if (layout == SEGMENTS) {  // sort each row by delay, keeping the order of synapses
      if (stored_by_source) { ids.resize(n); for (int64_t k = 0; k < n; k++) ids[k] = (int32_t)k; stored_by_source = false; }
      segment.assign(count * (slots + 1), 0);
      vector<int32_t> sorted;
      for (int64_t s = 0; s < count; s++) {
        int32_t* part = &segment[s * (slots + 1)];
        for (int64_t k = row[s]; k < row[s + 1]; k++) part[steps[ids[k]] + 1]++;
        for (int64_t d = 0; d < slots; d++) part[d + 1] += part[d];
        sorted.resize(row[s + 1] - row[s]);
        vector<int32_t> next(part, part + slots);
        for (int64_t k = row[s]; k < row[s + 1]; k++) sorted[next[steps[ids[k]]]++] = ids[k];
        copy(sorted.begin(), sorted.end(), ids.begin() + row[s]);
      }
      steps.clear(); steps.shrink_to_fit();
    }
    spikes.assign(slots, {}); held.assign(slots, {});
  }
  int64_t id(int64_t k) const { return stored_by_source ? k : ids[k]; }
  static int64_t wrapped(int64_t k, int64_t n) { return ((k % n) + n) % n; }
  vector<int32_t>& due(int64_t later) { return held[wrapped(now + later, held.size())]; }
  const vector<int32_t>& fired(int64_t ago) const { return spikes[wrapped(now - ago, slots)]; }
  void push(const int32_t* begin, const int32_t* end, int64_t first) {
    vector<int32_t>& here = spikes[wrapped(now, slots)];
    here.clear();
    for (; begin < end; begin++) {
      const int32_t s = *begin - (int32_t)first;
      if (layout != BUCKETS) here.push_back(s);
      else for (int64_t k = row[s]; k < row[s + 1]; k++) { const int64_t i = id(k); due(steps[i]).push_back((int32_t)i); }
    }
  }
  // Calls f(first, stop) for every range of synapses, in the order by source, that is due `later` steps from now.
  template <typename F> void ranges(int64_t later, F f) const {
    if (layout == SAME && delay >= later) for (const int32_t s : fired(delay - later)) f(row[s], row[s + 1]);
    if (layout == SEGMENTS)
      for (int64_t d = slots - 1; d >= later; d--)
        for (const int32_t s : fired(d - later)) {
          const int32_t* part = &segment[s * (slots + 1)];
          f(row[s] + part[d], row[s] + part[d + 1]);
        }
  }
  void advance() { due(0).clear(); now++; spikes[wrapped(now, slots)].clear(); }
  // What is due `later` steps from the next step on, as synapses.
  void pending(int64_t later, vector<int32_t>& out) {
    out = due(later);
    // after `advance` the spikes of the last step are one step old
    ranges(later, [&](int64_t k, int64_t stop) { for (; k < stop; k++) out.push_back((int32_t)id(k)); });
  }
};

// The events of a group that lie in [start, stop), as pointers into its event space.
static inline const int32_t* _first(const int32_t* e, int64_t n, int64_t start) { return lower_bound(e, e + n, start); }

static inline int64_t _scan(const uint8_t* flag, int64_t n, int32_t* events) {
  int64_t count = 0;
  for (int64_t b = 0; b < n; b += 64) {  // flags are padded with zeros to a multiple of 64
    uint64_t any = 0, w[8];
    memcpy(w, flag + b, 64);
    for (int k = 0; k < 8; k++) any |= w[k];
    if (!any) continue;
    for (int k = 0; k < 8; k++)
      for (uint64_t x = w[k]; x; x &= x - 1) {  // each flag is 0 or 1: one bit a byte
        events[count++] = (int32_t)(b + k * 8 + (__builtin_ctzll(x) >> 3));
      }
  }
  return count;
}
