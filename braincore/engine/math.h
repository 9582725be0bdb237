// exp, expm1, exprel and tanh as plain arithmetic, so that the compiler does many at once.
//
// exp(x) = 2^k exp(r) with k the nearest whole number to x/log(2) and |r| <= log(2)/2; exp(r) - 1 by its Taylor series (13 terms
// in double, 7 in single precision: what is left out is below the last bit). Errors are below 1.1 units in the last place for
// exp, 3 for the others; below -708 (-86.6) the result is 0, above 709.78 (88.72) infinite.

#ifdef __FMA__
static inline __attribute__((always_inline)) double _fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
static inline __attribute__((always_inline)) float _fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
static inline __attribute__((always_inline)) double _fma(double a, double b, double c) { return a * b + c; }
static inline __attribute__((always_inline)) float _fma(float a, float b, float c) { return a * b + c; }
#endif

// exp(r) - 1 for |r| <= log(2)/2.
static inline __attribute__((always_inline)) double _small(double r) {
  double p = 1.0 / 6227020800;
  p = _fma(p, r, 1.0 / 479001600); p = _fma(p, r, 1.0 / 39916800); p = _fma(p, r, 1.0 / 3628800);
  p = _fma(p, r, 1.0 / 362880); p = _fma(p, r, 1.0 / 40320); p = _fma(p, r, 1.0 / 5040); p = _fma(p, r, 1.0 / 720);
  p = _fma(p, r, 1.0 / 120); p = _fma(p, r, 1.0 / 24); p = _fma(p, r, 1.0 / 6); p = _fma(p, r, 0.5);
  return _fma(p * r, r, r);
}
static inline __attribute__((always_inline)) float _small(float r) {
  float p = 1.0f / 5040;
  p = _fma(p, r, 1.0f / 720); p = _fma(p, r, 1.0f / 120); p = _fma(p, r, 1.0f / 24); p = _fma(p, r, 1.0f / 6); p = _fma(p, r, 0.5f);
  return _fma(p * r, r, r);
}

// What is left of x after whole multiples of log(2), and half of 2 to their number (which itself may overflow).
static inline __attribute__((always_inline)) double _reduced(double x, double& half) {
  const double shifted = _fma(x, 0x1.71547652b82fep+0, 0x1.8p52), k = shifted - 0x1.8p52;
  uint64_t bits; memcpy(&bits, &shifted, 8);
  bits = (bits + 1022) << 52;
  memcpy(&half, &bits, 8);
  return _fma(k, -0x1.abc9e3b39803fp-56, _fma(k, -0x1.62e42fefa39efp-1, x));
}
static inline __attribute__((always_inline)) float _reduced(float x, float& half) {
  const float shifted = _fma(x, 0x1.715476p+0f, 0x1.8p23f), k = shifted - 0x1.8p23f;
  uint32_t bits; memcpy(&bits, &shifted, 4);
  bits = (bits + 126) << 23;
  memcpy(&half, &bits, 4);
  return _fma(k, 0x1.05c61p-29f, _fma(k, -0x1.62e43p-1f, x));
}

template <typename T> struct _Limits;
template <> struct _Limits<double> { static constexpr double low = -708.0, high = 709.782712893384; };
template <> struct _Limits<float> { static constexpr float low = -86.6f, high = 88.72283f; };
template <typename T> static inline __attribute__((always_inline)) T _within(T x) {  // NaN passes
  using L = _Limits<T>;
  return x < L::low ? L::low : x > L::high ? L::high : x;
}
template <typename T> static inline __attribute__((always_inline)) T _exp_of(T x) {
  T half;
  const T part = _small(_reduced(_within(x), half)), found = _fma(part, half, half) * 2;
  return x > _Limits<T>::high ? (T)INFINITY : x < _Limits<T>::low ? (T)0 : found;
}
template <typename T> static inline __attribute__((always_inline)) T _expm1_of(T x) {
  T half;
  const T part = _small(_reduced(_within(x), half)), found = _fma(part, half, half - (T)0.5) * 2;
  return x > _Limits<T>::high ? (T)INFINITY : found;
}
static inline __attribute__((always_inline)) double _exp(double x) { return _exp_of(x); }
static inline __attribute__((always_inline)) float _exp(float x) { return _exp_of(x); }
template <typename T> static inline __attribute__((always_inline)) double _exp(T x) { return _exp_of((double)x); }
static inline __attribute__((always_inline)) double _expm1(double x) { return _expm1_of(x); }
static inline __attribute__((always_inline)) float _expm1(float x) { return _expm1_of(x); }
template <typename T> static inline __attribute__((always_inline)) double _expm1(T x) { return _expm1_of((double)x); }
template <typename T> static inline __attribute__((always_inline)) T _exprel_of(T x) {
  const T tiny = (T)1e-16;
  const T found = _expm1_of(x) / (abs(x) < tiny ? (T)1 : x);
  return abs(x) < tiny ? (T)1 : found;
}
static inline __attribute__((always_inline)) double _exprel_(double x) { return _exprel_of(x); }
static inline __attribute__((always_inline)) float _exprel_(float x) { return _exprel_of(x); }
template <typename T> static inline __attribute__((always_inline)) double _exprel_(T x) { return _exprel_of((double)x); }
template <typename T> static inline __attribute__((always_inline)) T _tanh_of(T x) {
  const T twice = _expm1_of(abs(x) > (T)20 ? (T)40 : 2 * abs(x)), found = twice / (twice + 2);
  return x < 0 ? -found : x >= 0 ? found : x;
}
static inline __attribute__((always_inline)) double _tanh(double x) { return _tanh_of(x); }
static inline __attribute__((always_inline)) float _tanh(float x) { return _tanh_of(x); }
template <typename T> static inline __attribute__((always_inline)) double _tanh(T x) { return _tanh_of((double)x); }
