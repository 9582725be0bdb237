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
