// Philox 4x32-10 (Salmon et al. 2011, SC11, doi:10.1145/2063384.2063405): a random number is a function of seed, kernel,
// element, step and draw, so it depends neither on threads nor on the order in which elements are visited.
_OWN uint32_t MORE;  // draws of functions that say no number of their own; counted from the start of a kernel
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

static inline void _random(const _Draw& d, uint32_t more, uint32_t c[4]) {
  c[0] = (uint32_t)d.element; c[1] = d.number;
  c[2] = (uint32_t)DRAWN; c[3] = ((uint32_t)(DRAWN >> 32) & 0xFFFFu) ^ (more << 16);
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
  return sqrt(-2.0 * _log(_uniform(c[0], c[1]))) * _cos2pi(_uniform(c[2], c[3]));
}

// Sixteen calls of Philox at once. They serve 128 elements with 16 random bits each: `_bits16` says which.
typedef uint64_t _Eight __attribute__((vector_size(64)));
typedef uint16_t _Halves __attribute__((vector_size(64)));
static inline __attribute__((always_inline)) _Eight _product(_Eight a, _Eight b) {  // of the lower halves
#ifdef __AVX512F__
  _Eight r; asm("vpmuludq %2, %1, %0" : "=v"(r) : "v"(a), "v"(b)); return r;  // compilers take the slow product of 64 bits
#else
  return (a & 0xFFFFFFFFu) * (b & 0xFFFFFFFFu);
#endif
}
static inline void _philox16(uint16_t* bits, uint32_t group, uint32_t number, uint32_t more) {
  const _Eight zero = {}, up = {0, 1, 2, 3, 4, 5, 6, 7}, m0 = zero + 0xD2511F53u, m1 = zero + 0xCD9E8D57u;
  uint32_t k0 = (uint32_t)SEED, k1 = (uint32_t)(SEED >> 32) ^ 0x5BD1E995u;
  _Eight c0 = up + (uint64_t)group * 16, c1 = zero + number, c2 = zero + (uint32_t)DRAWN;
  _Eight c3 = zero + (((uint32_t)(DRAWN >> 32) & 0xFFFFu) ^ (more << 16)), d0 = c0 + 8, d1 = c1, d2 = c2, d3 = c3;
  for (int r = 0; r < 10; r++) {  // the upper halves hold rubbish
    const _Eight p0 = _product(c0, m0), p1 = _product(c2, m1), q0 = _product(d0, m0), q1 = _product(d2, m1);
    c0 = (p1 >> 32) ^ c1 ^ k0; c2 = (p0 >> 32) ^ c3 ^ k1; c1 = p1; c3 = p0;
    d0 = (q1 >> 32) ^ d1 ^ k0; d2 = (q0 >> 32) ^ d3 ^ k1; d1 = q1; d3 = q0;
    k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
  }
  const _Eight low = zero + 0xFFFFFFFFu;
  const _Eight all[4] = {(c0 & low) | (c1 << 32), (c2 & low) | (c3 << 32), (d0 & low) | (d1 << 32), (d2 & low) | (d3 << 32)};
  memcpy(bits, all, 256);
}
static inline void _counter(uint32_t c[4], uint32_t first, uint32_t number, uint32_t more, uint32_t key) {
  c[0] = first; c[1] = number; c[2] = (uint32_t)DRAWN; c[3] = ((uint32_t)(DRAWN >> 32) & 0xFFFFu) ^ (more << 16);
  _philox(c, (uint32_t)SEED, (uint32_t)(SEED >> 32) ^ key);
}
static inline uint32_t _bits16(const _Draw& d, uint32_t more) {
  const uint32_t h = (uint32_t)d.element & 127, quarter = h >> 5, lane = (h >> 2) & 7;
  uint32_t c[4];
  _counter(c, ((uint32_t)(d.element >> 7) * 16) + (quarter >> 1) * 8 + lane, d.number, more, 0x5BD1E995u);
  return (c[(quarter & 1) * 2 + ((h >> 1) & 1)] >> (16 * (h & 1))) & 0xFFFFu;
}

// By inversion: the number of values of a cumulative distribution that a uniform number of 32 bits reaches. The upper 16 bits
// decide; only where they equal those of a value are the lower ones drawn.
struct _Inverse {
  int n = 0, n16 = 0; vector<uint32_t> value; vector<uint16_t> upper;
  uint16_t first[32];  // of `upper`, and beyond them the highest
  void clear() { value.clear(); }
  bool add(double sum) {  // whether there is room for more
    if (!(sum * 0x1p32 < 0x1p32 - 1)) return false;
    value.push_back((uint32_t)(sum * 0x1p32));
    return true;
  }
  void close() {
    n = (int)value.size(); upper.clear();
    while ((int)upper.size() < n && value[upper.size()] >> 16 < 0xFFFF) upper.push_back((uint16_t)(value[upper.size()] >> 16));
    fill_n(copy_n(upper.begin(), min(upper.size(), (size_t)32), first), 32 - min(upper.size(), (size_t)32), (uint16_t)0xFFFF);
    n16 = (int)upper.size();  // values with the highest upper half are never passed, only met
  }
  int found(uint32_t bits16, const _Draw& d, uint32_t more) const {
    int k = 0;
    while (k < n && value[k] >> 16 < bits16) k++;
    if (k == n || value[k] >> 16 != bits16) return k;
    uint32_t c[4];
    _counter(c, (uint32_t)d.element, d.number, more, 0x27D4EB2Fu);
    const uint32_t u = bits16 << 16 | (c[0] & 0xFFFFu);
    while (k < n && u >= value[k]) k++;
    return k;
  }
};
// Poisson numbers. Large means are cut into parts, whose numbers add up to a Poisson number.
enum { POISSON_PART = 8 };
struct _PoissonTable : _Inverse {
  double mean = -1;
  void make(double m) {
    if (m == mean) return;
    mean = m;
    clear();
    int k = 0;
    for (double p = exp(-m), sum = p; add(sum); sum += p) {
      p *= m / ++k;
      if (p < 1e-12 && k > m) break;
    }
    close();
  }
};
static inline int32_t _poisson(double mean, const _Draw d) {
  static thread_local _PoissonTable whole, rest;
  int32_t found = 0;
  for (uint32_t more = 0; mean > 0 && more < 0xFFFF; more++) {
    const double now = min(mean, (double)POISSON_PART); mean -= now;
    _PoissonTable& table = now == POISSON_PART ? whole : rest;
    table.make(now);
    found += table.found(_bits16(d, more), d, more);
  }
  return found;
}
// Of 128 elements, how many values each has passed, and which of them meet one.
static inline __attribute__((always_inline)) void _passed(const _Halves x[4], const _Inverse& table, _Halves count[4], _Halves met[4]) {
  const _Halves one = _Halves{} + (uint16_t)1, most = _Halves{} + (uint16_t)0xFFFF;
#ifdef __AVX512BW__
  if (table.n16 < 32) {  // an element can only meet the first value that it has not passed: one comparison instead of many
    _Halves all, next;
    memcpy(&all, table.first, 64);
    for (int k = 0; k < table.n16; k++) {
      const _Halves value = _Halves{} + table.upper[k];
      for (int v = 0; v < 4; v++) count[v] = x[v] > value ? count[v] + one : count[v];
    }
    for (int v = 0; v < 4; v++) {
      asm("vpermw %2, %1, %0" : "=v"(next) : "v"(count[v]), "v"(all));
      met[v] = x[v] == next ? one : met[v];
    }
    return;
  }
#endif
  for (int v = 0; v < 4; v++) met[v] = x[v] == most ? one : met[v];
  for (int k = 0; k < table.n16; k++) {
    const _Halves value = _Halves{} + table.upper[k];
    for (int v = 0; v < 4; v++) { count[v] = x[v] > value ? count[v] + one : count[v]; met[v] = x[v] == value ? one : met[v]; }
  }
}
// Adds the numbers of 128 elements that share a distribution.
static inline void _inverse_group(uint16_t* out, int64_t group, uint32_t number, uint32_t more, const _Inverse& table) {
  uint16_t bits[128], before[128];
  _philox16(bits, (uint32_t)group, number, more);
  _Halves x[4], sum[4], count[4] = {}, met[4] = {};
  memcpy(x, bits, 256); memcpy(sum, out, 256); memcpy(before, out, 256);
  _passed(x, table, count, met);
  for (int v = 0; v < 4; v++) sum[v] += count[v];
  memcpy(out, sum, 256);
  const _Halves any = met[0] | met[1] | met[2] | met[3];
  uint64_t w[8]; memcpy(w, &any, 64);
  if (__builtin_expect(w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7], 0)) {
    uint16_t flag[128]; memcpy(flag, met, 256);
    for (int k = 0; k < 128; k++)
      if (flag[k]) out[k] = (uint16_t)(before[k] + table.found(bits[k], _Draw((uint64_t)(group * 128 + k), number), more));
  }
}

// Poisson numbers of a whole group whose elements share a mean; few means take turns, each has its table.
static void _poisson_whole(uint16_t* found, int64_t group, uint32_t number, double mean) {
  static thread_local _PoissonTable tables[16];
  memset(found, 0, 256);
  for (uint32_t more = 0; mean > 0; more++) {
    const double now = min(mean, (double)POISSON_PART); mean -= now;
    uint64_t bits;
    memcpy(&bits, &now, 8);
    _PoissonTable& table = tables[bits * 0x9E3779B97F4A7C15u >> 60];
    table.make(now);
    _inverse_group(found, group, number, more, table);
  }
}
// Poisson numbers of elements `begin` to n: 128 at once where they share a mean, else runs of elements that do.
template <typename T> static void _poisson_fill(const T* mean, int64_t begin, int64_t n, uint32_t number, uint16_t* found) {
  using Bits = conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  const auto bits = [mean](int64_t i) { Bits b; memcpy(&b, mean + i, sizeof b); return b; };
  for (int64_t group = begin >> 7; group * 128 < n; group++) {
    const int64_t first = max(begin, group * 128), stop = min(n, group * 128 + 128);
    const Bits same = bits(first);
    Bits other = 0;
    for (int64_t i = first; i < stop; i++) other |= bits(i) ^ same;
    if (!other && stop - first == 128 && mean[first] > 0) { _poisson_whole(found + first, group, number, (double)mean[first]); continue; }
    uint16_t all[128];
    for (int64_t i = first, end; i < stop; i = end) {
      for (end = i + 1; end < stop && bits(end) == bits(i); end++) {}
      if (!(mean[i] > 0)) {
        fill(found + i, found + end, (uint16_t)0);
      } else if (end - i < 8) {
        for (int64_t k = i; k < end; k++) found[k] = (uint16_t)_poisson((double)mean[k], _Draw((uint64_t)k, number));
      } else {
        _poisson_whole(all, group, number, (double)mean[i]);
        copy(all + i - group * 128, all + end - group * 128, found + i);
      }
    }
  }
}

// Spikes of neurons that spike with a probability p in each step (passes/skip.py). Sixty-four neurons and 1024 steps are one row
// of cells, step by step; candidates lie in it at geometric distances. Neurons that spike often have rows of their own.
struct Gaps {
  enum { STEPS_AT_ONCE = 1024, BLOCK = 64, OFTEN = -4 };
  int64_t window = INT64_MIN, changed = -1;
  List at[STEPS_AT_ONCE];  // neurons that spike, by step
  bool know(int64_t last_change) {
    const bool known = window == now_() && changed == last_change;
    changed = last_change;
    return known;
  }
  static int64_t now_() { return DRAWN >> 10; }  // numbers may be those of steps before the first
  const List& now() const { return at[DRAWN & (STEPS_AT_ONCE - 1)]; }
  // The next of a row's candidates: how many cells lie between them, and for each a uniform number that decides whether it is one.
  struct Batch {
    enum { SIZE = 16 };
    double gap[2][SIZE / 2], u[2][SIZE / 2];  // of every other candidate
    void draw(const double scale, int level, uint32_t element, uint32_t number, uint32_t window, uint32_t first) {
      const _Eight zero = {}, up = {0, 1, 2, 3, 4, 5, 6, 7}, m0 = zero + 0xD2511F53u, m1 = zero + 0xCD9E8D57u;
      uint32_t k0 = (uint32_t)SEED, k1 = (uint32_t)(SEED >> 32) ^ 0x165667B1u;
      _Eight c[4] = {zero + element, zero + number, zero + window, (up + first) ^ ((uint64_t)(-level) << 24)};
      for (int r = 0; r < 10; r++) {  // the upper halves hold rubbish
        const _Eight p0 = _product(c[0], m0), p1 = _product(c[2], m1);
        c[0] = (p1 >> 32) ^ c[1] ^ k0; c[2] = (p0 >> 32) ^ c[3] ^ k1; c[1] = p1; c[3] = p0;
        k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
      }
      uint64_t bits[4][8];
      memcpy(bits, c, sizeof bits);
      for (int k = 0; k < 2; k++)  // the first two of a call's four numbers are one candidate's, the others the next one's
        for (int j = 0; j < SIZE / 2; j++) {
          gap[k][j] = floor(_log(((uint32_t)bits[k * 2][j] + 0.5) * 0x1p-32) * scale);
          u[k][j] = ((uint32_t)bits[k * 2 + 1][j] + 0.5) * 0x1p-32;
        }
    }
  };
  // Calls candidate(cell, u) for the candidates of a row.
  template <typename F> void candidates(int64_t cells, int level, uint32_t element, uint32_t number, F candidate) const {
    const double scale = level == 0 ? 0 : 1 / log1p(-ldexp(1.0, level));
    Batch batch;
    double cell = 0;
    for (uint32_t first = 0;; first += Batch::SIZE / 2) {
      batch.draw(scale, level, element, number, (uint32_t)window, first);
      for (int k = 0; k < Batch::SIZE; k++) {
        cell += batch.gap[k % 2][k / 2];
        if (!(cell < cells)) return;
        candidate((int64_t)cell, batch.u[k % 2][k / 2]);
        cell += 1;
      }
    }
  }
  // The candidates of a row of `EACH` neurons, the first of which is `own` of the block that begins with neuron `first`.
  template <int EACH, typename K>
  void row(int level, uint32_t element, uint32_t number, int64_t own, int64_t first, const K keep) {
    candidates((int64_t)STEPS_AT_ONCE * EACH, level, element, number, [&](const int64_t cell, const double u) {
      const int64_t j = own + cell % EACH;
      if (keep(j, u)) at[cell / EACH].push_back((int32_t)(first + j));
    });
  }
  template <typename T> void draw(const T* rates, double dt, int64_t from, int64_t to, uint32_t number) {
    window = now_();
    for (List& list : at) list.clear();
    bool mixed = false;
    for (int64_t first = from; first < to; first += BLOCK) {
      const int64_t n = min((int64_t)BLOCK, to - first);
      double share[BLOCK]; int level[BLOCK];  // p = share * 2^level; the share of candidates that are spikes
      for (int64_t i = 0; i < n; i++) {
        const double p = (double)rates[first + i] * dt;
        level[i] = 1;
        if (p > 0) frexp(min(p, 0.5), &level[i]);  // p < 2^level, or level is 0
        level[i] = max(level[i], -100);
        share[i] = ldexp(p, -level[i]);
      }
      for (int64_t i = 0; i < n; i++) {
        const int here = level[i];
        mixed |= here != level[0] || here > OFTEN;
        if (here > 0 || (here <= OFTEN && find(level, level + i, here) != level + i)) continue;  // its row was done
        const auto keep = [&](const int64_t j, const double u) { return j < n && level[j] == here && u < share[j]; };
        if (here > OFTEN) row<1>(here, (uint32_t)(first + i), number + 1, i, first, keep);
        else row<BLOCK>(here, (uint32_t)(first / BLOCK), number, 0, first, keep);
      }
    }
    if (mixed) for (List& list : at) sort(list.begin(), list.end());
  }
};

// Binomial numbers, of which each may be the rest of a total (for probabilities above a half): the table from Python has the
// total, or -1, and the cumulative distribution.
struct _Binomial : _Inverse {
  int32_t base = 0, sign = 1;
  void open(const double* table, int64_t size) {
    base = table[0] < 0 ? 0 : (int32_t)table[0]; sign = table[0] < 0 ? 1 : -1;
    clear();
    for (int64_t k = 1; k < size && add(table[k]); k++) {}
    close();
  }
  int32_t of(uint16_t k) const { return base + sign * k; }
  int32_t operator()(const _Draw d) const { return base + sign * found(_bits16(d, 0), d, 0); }
};
static void _binomial_fill(const _Binomial& table, int64_t begin, int64_t n, uint32_t number, uint16_t* found) {
  uint16_t all[128];
  for (int64_t group = begin >> 7; group * 128 < n; group++) {
    const int64_t first = max(begin, group * 128), stop = min(n, group * 128 + 128);
    uint16_t* to = stop - first == 128 ? found + first : all;
    memset(to, 0, 256);
    _inverse_group(to, group, number, 0, table);
    if (to == all) copy(all + first - group * 128, all + stop - group * 128, found + first);
  }
}
struct _Normal {  // what Brian2 takes instead for many expected events
  double mean = 0, deviation = 0;
  void open(const double* table, int64_t) { mean = table[0]; deviation = table[1]; }
  double operator()(const _Draw d) const { return _randn(d) * deviation + mean; }
};

// Which of 64 steps bring an element more than zero of such numbers.
struct _Ahead {
  int64_t window = INT64_MIN;
  uint64_t some = 0;
  bool zero(const _Binomial& table, int64_t element, uint32_t number) {
    if (DRAWN >> 6 != window) look(table, element, number);
    return !(some >> (DRAWN & 63) & 1);
  }
  void __attribute__((noinline)) look(const _Binomial& table, int64_t element, uint32_t number) {
    window = DRAWN >> 6; some = table.base ? ~(uint64_t)0 : 0;
    if (table.n == 0) return;
    const uint32_t h = (uint32_t)element & 127, quarter = h >> 5, lane = (h >> 2) & 7;  // as in `_bits16`
    uint32_t r4[4][64], k0 = (uint32_t)SEED, k1 = (uint32_t)(SEED >> 32) ^ 0x5BD1E995u;
    uint32_t *a = r4[0], *b = r4[1], *c = r4[2], *d = r4[3];
    for (int k = 0; k < 64; k++) {
      a[k] = ((uint32_t)(element >> 7) * 16) + (quarter >> 1) * 8 + lane; b[k] = number;
      c[k] = (uint32_t)((uint64_t)window << 6) + k; d[k] = (uint32_t)(window >> 26) & 0xFFFFu;
    }
    for (int r = 0; r < 10; r++) {
      for (int k = 0; k < 64; k++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * a[k], p1 = (uint64_t)0xCD9E8D57u * c[k];
        a[k] = (uint32_t)(p1 >> 32) ^ b[k] ^ k0; c[k] = (uint32_t)(p0 >> 32) ^ d[k] ^ k1;
        b[k] = (uint32_t)p1; d[k] = (uint32_t)p0;
      }
      k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
    }
    const uint32_t* mine = r4[(quarter & 1) * 2 + ((h >> 1) & 1)];
    for (int k = 0; k < 64; k++) some |= (uint64_t)((mine[k] >> (16 * (h & 1)) & 0xFFFFu) >= table.value[0] >> 16) << k;
  }
};
