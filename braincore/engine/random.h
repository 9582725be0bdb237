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

// Poisson numbers of elements `begin` (a multiple of 64) to n: many at once where neighbours share a mean.
template <typename T> static void _poisson_fill(const T* mean, int64_t begin, int64_t n, uint32_t number, int32_t* found) {
  static thread_local vector<uint32_t> all;
  if (begin >= n) return;
  const int64_t blocks = (n + 3) / 4;
  all.resize(4 * blocks);
  uint32_t* __restrict bits = all.data();
  const uint32_t s0 = (uint32_t)STEP, s1 = (uint32_t)(STEP >> 32) & 0xFFFFu;
  const uint32_t seed0 = (uint32_t)SEED, seed1 = (uint32_t)(SEED >> 32) ^ 0x5BD1E995u;
#pragma GCC ivdep
  for (int64_t b = begin / 4; b < blocks; b++) {
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
  for (int64_t first = begin, stop; first < n; first = stop) {
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
