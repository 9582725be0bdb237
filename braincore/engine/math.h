// exp, expm1, exprel, tanh, log and the like as plain arithmetic without branches, so that the compiler does many at once.
//
// exp(x) = 2^k exp(r) with k the nearest whole number to x/log(2) and |r| <= log(2)/2; exp(r) - 1 by a polynomial fitted to the
// least relative error (2^-55 in double, 2^-26 in single precision), its even and odd terms apart: two short chains go through
// the processor faster than a long one. Errors are below 1.1 units in the last place for exp, 3 for the others. Below -708
// (-87) exp is 0, above 709.78 (88.72) infinite.
//
// Selections come last and one after the other: a clamp at the beginning costs more, since the compiler has no instruction for
// it that lets NaN pass.

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#define _ALWAYS static inline __attribute__((always_inline))

#if defined(__FMA__) || defined(__FP_FAST_FMA)
#define _FUSED 1
_ALWAYS double _fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
_ALWAYS float _fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
_ALWAYS double _fma(double a, double b, double c) { return a * b + c; }
_ALWAYS float _fma(float a, float b, float c) { return a * b + c; }
#endif

_ALWAYS uint64_t _bits_of(double x) { uint64_t b; memcpy(&b, &x, 8); return b; }
_ALWAYS uint32_t _bits_of(float x) { uint32_t b; memcpy(&b, &x, 4); return b; }
_ALWAYS double _from_bits(uint64_t b) { double x; memcpy(&x, &b, 8); return x; }
_ALWAYS float _from_bits(uint32_t b) { float x; memcpy(&x, &b, 4); return x; }

// exp(r) - 1 for |r| <= log(2)/2.
_ALWAYS double _small(double r) {
  const double s = r * r;
  double odd = 0x1.ae48f51f88987p-26, even = 0x1.289787aae465cp-22;
  odd = _fma(odd, s, 0x1.71de97a0c43a0p-19); even = _fma(even, s, 0x1.a019b37f346d2p-16);
  odd = _fma(odd, s, 0x1.a01a01718e415p-13); even = _fma(even, s, 0x1.6c16c17a06b3dp-10);
  odd = _fma(odd, s, 0x1.1111111118d7ap-7); even = _fma(even, s, 0x1.5555555553af9p-5);
  odd = _fma(odd, s, 0x1.555555555553ep-3); even = _fma(even, s, 0.5);
  return _fma(_fma(odd, r, even), s, r);
}
_ALWAYS float _small(float r) {
  float p = 0x1.6c5716p-10f;
  p = _fma(p, r, 0x1.1223bap-7f); p = _fma(p, r, 0x1.5555b8p-5f); p = _fma(p, r, 0x1.5554b6p-3f); p = _fma(p, r, 0.5f);
  return _fma(p * r, r, r);
}

// What is left of x after whole multiples of log(2), and half of 2 to their number (which itself may overflow).
#ifdef _FUSED  // the sum with a large number rounds, and leaves k + 1022 in its last bits
_ALWAYS double _reduced(double x, double& half) {
  const double shifted = _fma(x, 0x1.71547652b82fep+0, 0x1.8p52 + 1022), k = shifted - (0x1.8p52 + 1022);
  half = _from_bits(_bits_of(shifted) << 52);
  return _fma(k, -0x1.abc9e3b39803fp-56, _fma(k, -0x1.62e42fefa39efp-1, x));
}
_ALWAYS float _reduced(float x, float& half) {
  const float shifted = _fma(x, 0x1.715476p+0f, 0x1.8p23f + 126), k = shifted - (0x1.8p23f + 126);
  half = _from_bits(_bits_of(shifted) << 23);
  return _fma(k, 0x1.05c61p-29f, _fma(k, -0x1.62e43p-1f, x));
}
#else  // log(2) in parts whose first has few enough bits for its multiples to be exact
_ALWAYS double _reduced(double x, double& half) {
  const double k = __builtin_rint(x * 0x1.71547652b82fep+0);
  const double n = k > -1100 ? k < 1100 ? k : 1100 : -1100;
  half = _from_bits((uint64_t)((int64_t)(int32_t)n + 1022) << 52);
  return (x - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33;
}
_ALWAYS float _reduced(float x, float& half) {
  const float k = __builtin_rintf(x * 0x1.715476p+0f);
  const float n = k > -150 ? k < 150 ? k : 150 : -150;
  half = _from_bits((uint32_t)((int32_t)n + 126) << 23);
  return (x - k * 0x1.63p-1f) - k * -0x1.bd0106p-13f;
}
#endif

template <typename T> struct _Limits;
template <> struct _Limits<double> { static constexpr double low = -708.3, high = 709.782712893384; };
template <> struct _Limits<float> { static constexpr float low = -87.3f, high = 88.72283f; };

template <typename T> _ALWAYS T _exp_of(T x) {
  T half;
  const T part = _small(_reduced(x, half));
  T found = _fma(part, half, half) * 2;
  found = x < _Limits<T>::low ? (T)0 : found;
  return x > _Limits<T>::high ? (T)INFINITY : found;
}
template <typename T> _ALWAYS T _expm1_of(T x) {
  T half;
  const T part = _small(_reduced(x, half));
  T found = _fma(part, half, half - (T)0.5) * 2;
  found = x < (T)-40 ? (T)-1 : found;
  return x > _Limits<T>::high ? (T)INFINITY : found;
}
template <typename T> _ALWAYS T _exprel_of(T x) {
  const T found = _expm1_of(x) / x;
  return x == 0 ? (T)1 : found;
}
template <typename T> _ALWAYS T _over_exprel_of(T x) {  // 1/exprel(x)
  const T found = x / _expm1_of(x);
  return x == 0 ? (T)1 : found;
}
template <typename T> _ALWAYS T _tanh_of(T x) {
  const T size = abs(x), twice = _expm1_of(2 * size);
  T found = twice / (twice + 2);
  found = size > (T)20 ? (T)1 : found;
  return x < 0 ? -found : found;
}

// log(x) = k log(2) + log(m), m in [sqrt(1/2), sqrt(2)), with s = (m - 1)/(m + 1) and log(m) = 2 s + s^3 P(s^2); the coefficients
// are those of fdlibm (Sun Microsystems 1993). Numbers below the normal range are scaled first.
_ALWAYS double _log_of(double x) {
  const bool tiny = x < 0x1p-1022;
  const uint64_t u = _bits_of(tiny ? x * 0x1p54 : x) + (0x3ff0000000000000u - 0x3fe6a09e667f3bcdu);
  // the number of bits as a floating-point number, without an instruction for 64-bit whole numbers
  const double k = _from_bits((u >> 52) | 0x4330000000000000u) - (tiny ? 0x1p52 + 1077 : 0x1p52 + 1023);
  const double m = _from_bits((u & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu), f = m - 1, s = f / (2 + f), z = s * s, w = z * z;
  const double even = w * _fma(w, _fma(w, 1.531383769920937332e-01, 2.222219843214978396e-01), 3.999999999940941908e-01);
  const double odd =
      z * _fma(w, _fma(w, _fma(w, 1.479819860511658591e-01, 1.818357216161805012e-01), 2.857142874366239149e-01), 6.666666666666735130e-01);
  const double half = 0.5 * f * f, rest = _fma(s, half + (even + odd), k * 1.90821492927058770002e-10);
  double found = _fma(k, 6.93147180369123816490e-01, f - (half - rest));
  found = x == (double)INFINITY ? x : found;
  found = x == 0 ? -(double)INFINITY : found;
  return x >= 0 ? found : (double)NAN;
}
_ALWAYS float _log_of(float x) {
  const bool tiny = x < 0x1p-126f;
  const uint32_t u = _bits_of(tiny ? x * 0x1p25f : x) + (0x3f800000u - 0x3f3504f3u);
  const float k = (float)((int32_t)(u >> 23) - (tiny ? 152 : 127));
  const float m = _from_bits((u & 0x007fffffu) + 0x3f3504f3u), f = m - 1, s = f / (2 + f), z = s * s, w = z * z;
  const float even = w * _fma(w, 0.24279078841f, 0.40000972152f), odd = z * _fma(w, 0.28498786688f, 0.66666662693f);
  const float half = 0.5f * f * f, rest = _fma(s, half + (even + odd), k * 9.0580006145e-06f);
  float found = _fma(k, 6.9313812256e-01f, f - (half - rest));
  found = x == (float)INFINITY ? x : found;
  found = x == 0 ? -(float)INFINITY : found;
  return x >= 0 ? found : (float)NAN;
}

// cos(2 pi u) and sin(2 pi u) for 0 <= u <= 1: the nearest quarter turn is taken off exactly, what is left is at most pi/4.
_ALWAYS double _turn(double u, bool sine) {
  const double k = __builtin_rint(u * 4), r = (u - k * 0.25) * 6.283185307179586, z = r * r;
  const uint64_t quarter = _bits_of(k + 0x1.8p52) + (sine ? 3 : 0);
  double c = -1.13585365213876817300e-11, s = 1.58969099521155010221e-10;
  c = _fma(c, z, 2.08757008419747316778e-9); c = _fma(c, z, -2.75573141792967388112e-7); c = _fma(c, z, 2.48015872888517179954e-5);
  c = _fma(c, z, -1.38888888888730564116e-3); c = _fma(c, z, 4.16666666666665929218e-2);
  s = _fma(s, z, -2.50507602534068634195e-8); s = _fma(s, z, 2.75573137070700676789e-6); s = _fma(s, z, -1.98412698298579493134e-4);
  s = _fma(s, z, 8.33333333332248946124e-3); s = _fma(s, z, -1.66666666666666324348e-1);
  const double cosine = _fma(z * z, c, _fma(z, -0.5, 1.0)), sinus = _fma(z * r, s, r);
  const double found = quarter & 1 ? sinus : cosine;
  return (quarter + 1) & 2 ? -found : found;
}
_ALWAYS double _cos2pi(double u) { return _turn(u, false); }
_ALWAYS double _sin2pi(double u) { return _turn(u, true); }

#define _FOR_ALL(name, form) \
  _ALWAYS double name(double x) { return form(x); } \
  _ALWAYS float name(float x) { return form(x); } \
  template <typename T> _ALWAYS double name(T x) { return form((double)x); }
_FOR_ALL(_exp, _exp_of)
_FOR_ALL(_expm1, _expm1_of)
_FOR_ALL(_exprel_, _exprel_of)
_FOR_ALL(_over_exprel, _over_exprel_of)
_FOR_ALL(_tanh, _tanh_of)
_FOR_ALL(_log, _log_of)

// clip in the precision of its value, as selections, where Brian2's compares in double precision and branches.
template <typename T, typename L, typename H> _ALWAYS T _clipped(T x, L low, H high) {
  if (is_integral<T>::value) return x < low ? (T)low : x > high ? (T)high : x;
  const T l = (T)low, h = (T)high;
  x = x < l ? l : x;
  return x > h ? h : x;
}
// The same for one number at a time, and a number or zero where a flag (0 or 1) is not set (passes/mask.py): written out, as
// compilers else branch, or send numbers through the registers of integers.
#ifdef __AVX__
_ALWAYS float _larger(float low, float x) { asm("vmaxss %1, %2, %0" : "=v"(x) : "v"(x), "v"(low)); return x; }  // x if it is NaN
_ALWAYS double _larger(double low, double x) { asm("vmaxsd %1, %2, %0" : "=v"(x) : "v"(x), "v"(low)); return x; }
_ALWAYS float _smaller(float high, float x) { asm("vminss %1, %2, %0" : "=v"(x) : "v"(x), "v"(high)); return x; }
_ALWAYS double _smaller(double high, double x) { asm("vminsd %1, %2, %0" : "=v"(x) : "v"(x), "v"(high)); return x; }
template <typename L, typename H> _ALWAYS float _clipped_one(float x, L low, H high) { return _smaller((float)high, _larger((float)low, x)); }
template <typename L, typename H> _ALWAYS double _clipped_one(double x, L low, H high) { return _smaller((double)high, _larger((double)low, x)); }
template <typename T, typename L, typename H> _ALWAYS T _clipped_one(T x, L low, H high) { return _clipped(x, low, high); }
_ALWAYS float _only(char flag, float x) {
  return _mm_cvtss_f32(_mm_and_ps(_mm_set_ss(x), _mm_castsi128_ps(_mm_cvtsi32_si128(-(int)flag))));
}
_ALWAYS double _only(char flag, double x) {
  return _mm_cvtsd_f64(_mm_and_pd(_mm_set_sd(x), _mm_castsi128_pd(_mm_cvtsi64_si128(-(int64_t)flag))));
}
#else
#define _clipped_one _clipped
_ALWAYS double _only(char flag, double x) { return _from_bits(_bits_of(x) & (0 - (uint64_t)flag)); }
_ALWAYS float _only(char flag, float x) { return _from_bits(_bits_of(x) & (0 - (uint32_t)flag)); }
#endif
