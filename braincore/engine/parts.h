// Parts: neurons, and with them the synapses that end on them, are divided among threads. What a part owns is written by one
// thread alone; what another part wrote is read after a barrier.
//
// How many parts there are changes no bit of a result: random numbers depend on neuron and step, and a neuron gets its inputs
// in one order. A single thread can run all parts, one after the other between two barriers.
enum { MOST_PARTS = 64 };
static int PARTS = 1;

// Elements lie together in parts by whole blocks of 64: two threads never write to one line of the cache.
static inline int64_t _share(int64_t n) { return max((int64_t)64, ((n + 63) / 64 + PARTS - 1) / PARTS * 64); }
static inline int64_t _from(int64_t n, int part) { return min(n, part * _share(n)); }

// Threads wait for each other: each says how often it has been here, and looks at the others: at first busily, as a step takes
// microseconds, then it lets others run.
struct Barrier {
  struct alignas(64) Count { atomic<uint64_t> value{0}; } here[MOST_PARTS];
  void open() { for (Count& count : here) count.value.store(0); }
  void wait(int part, uint64_t round) {
    here[part].value.store(round, memory_order_release);
    for (int p = 0; p < PARTS; p++)
      for (int k = 0; here[p].value.load(memory_order_acquire) < round; k++) {
        if (k < 300) {
#if defined(__x86_64__)
          __builtin_ia32_pause();
#endif
        } else {
          this_thread::yield();
        }
      }
  }
};

// Numbers that have become too small for their format are taken as zero: they slow a processor down a hundred times, and what
// they hold is below any rounding.
struct Flushing {
#if defined(__x86_64__)
  unsigned before;
  Flushing(bool on = true) : before(__builtin_ia32_stmxcsr()) {
    __builtin_ia32_ldmxcsr(on ? before | 0x8040 : before & ~0x8040u);
  }
  ~Flushing() { __builtin_ia32_ldmxcsr(before); }
#else
  Flushing(bool = true) {}
#endif
};
static int _call(int place) { const Flushing not_in_python(false); return CALL(place); }

// The last spikes of a group (or other events of it), by part; each part's are sorted. What one thread writes in each step lies
// in lines of the cache of its own.
struct Events {
  int64_t slots = 2;            // steps that are kept
  int64_t given = 0;            // events that stand in Brian2's form
  Packed<List> of[MOST_PARTS];
  alignas(64) int64_t last = 0; // the step that was filled last
  void keep(int64_t steps) { slots = max(slots, steps + 2); }
  void open() {
    int64_t n = 1;
    while (n < slots) n *= 2;
    slots = n;
    for (int p = 0; p < MOST_PARTS; p++) of[p].assign(p < PARTS ? slots : 0, {});
  }
  List& at(int part, int64_t step) { return of[part][step & (slots - 1)]; }
  // Calls f(begin, end) for the events of a step among [first, stop), part by part.
  template <typename F> void each(int64_t step, int64_t first, int64_t stop, F f) {
    for (int p = 0; p < PARTS; p++) {
      const List& here = at(p, step);
      const int32_t *begin = here.data(), *end = begin + here.size();
      if (begin == end) continue;
      if (*begin < first) begin = lower_bound(begin, end, (int32_t)first);
      if (begin < end && end[-1] >= stop) end = lower_bound(begin, end, (int32_t)stop);
      if (begin < end) f(begin, end);
    }
  }
  // From and to Brian2's form: one list, with its length behind the last place.
  void take(const int32_t* space, int64_t n, int64_t step) {
    last = step;
    given = n;
    for (int p = 0; p < PARTS; p++) at(p, step).clear();
    for (int64_t k = 0; k < space[n]; k++) at((int)(space[k] / _share(n)), step).push_back(space[k]);
  }
  void give(int32_t* space, int64_t n) {
    int64_t count = 0;
    for (int p = 0; p < PARTS; p++) for (const int32_t i : at(p, last)) space[count++] = i;
    for (int64_t k = count; k < given; k++) space[k] = 0;  // what earlier steps left says nothing
    given = count;
    space[n] = (int32_t)count;
  }
};

// Says which of 64 flags are set.
static inline uint64_t _bits(const uint8_t* flag) {
#if defined(__AVX512BW__) && !defined(__clang__)  // <immintrin.h> would take longer to compile than all the rest
  typedef char All __attribute__((vector_size(64)));
  All all;
  memcpy(&all, flag, 64);
  return __builtin_ia32_ptestmb512(all, all, ~0ull);
#elif defined(__SSE2__)
  uint64_t bits = 0;
  for (int k = 0; k < 64; k += 16)
    bits |= (uint64_t)_mm_movemask_epi8(_mm_cmpgt_epi8(_mm_loadu_si128((const __m128i*)(flag + k)), _mm_setzero_si128())) << k;
  return bits;
#else
  uint64_t bits = 0, w[8];
  memcpy(w, flag, 64);
  for (int k = 0; k < 8; k++) bits |= (w[k] * 0x0102040810204080u >> 56) << 8 * k;
  return bits;
#endif
}

// Lists the flags that are set in [from, to); flags are padded with zeros to a multiple of 64.
static inline void _scan(const uint8_t* flag, int64_t from, int64_t to, List& events) {
  events.clear();
  for (int64_t b = from; b < to; b += 64)
    for (uint64_t bits = _bits(flag + b); bits; bits &= bits - 1) events.push_back((int32_t)(b + __builtin_ctzll(bits)));
}
