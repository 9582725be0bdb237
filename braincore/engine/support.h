#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <climits>
#include <algorithm>
#include <type_traits>
#include <vector>
#include <chrono>
#include <atomic>
#include <thread>
#include <tuple>
#include <cstdlib>
#include <new>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif
using namespace std;

static void** A;        // arrays of the network's variables
static void** X;        // other arrays
static double* K;       // constants
static int64_t* KI;     // whole-number constants
static uint64_t SEED;   // of the run
static int (*CALL)(int);  // runs a Brian2 object

// Every thread has its own time: one may be a few steps of work ahead of another.
#define _OWN static thread_local
_OWN int64_t STEP;      // of the code that runs
_OWN int64_t DRAWN;     // the step whose random numbers are drawn

struct alignas(64) Counter { int64_t n = 0; };  // one thread counts, and no other is disturbed

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

// Memory of large columns: in huge pages, where the system has them, as rows are visited at random; not cleared when it is got.
template <typename T> struct Huge {
  using value_type = T;
  enum : size_t { PAGE = 2 << 20 };
  Huge() = default;
  template <typename S> Huge(const Huge<S>&) {}
  T* allocate(size_t n) {
    const size_t edge = n * sizeof(T) >= 2 * PAGE ? PAGE : 64, size = (n * sizeof(T) + edge - 1) / edge * edge;
    void* got = aligned_alloc(edge, max(size, edge));
    if (!got) throw bad_alloc();
#if defined(MADV_HUGEPAGE)
    if (edge == PAGE) madvise(got, size, MADV_HUGEPAGE);
#endif
    return (T*)got;
  }
  void deallocate(T* p, size_t) { free(p); }
  template <typename S> void construct(S* p) { ::new ((void*)p) S; }
  template <typename S, typename... V> void construct(S* p, V&&... v) { ::new ((void*)p) S(forward<V>(v)...); }
  template <typename S> bool operator==(const Huge<S>&) const { return true; }
  template <typename S> bool operator!=(const Huge<S>&) const { return false; }
};
template <typename T> using Packed = vector<T, Huge<T>>;
using List = Packed<int32_t>;  // of neurons
