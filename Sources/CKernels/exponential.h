// exp, expm1 and log1p that the compiler can vectorise in float; libm in double, where proofs need
// every bit and speed does not matter.
#include <math.h>
#include <string.h>

// exp(x) by x = k ln 2 + r, |r| <= ln 2 / 2, and a degree-6 minimax polynomial (Cephes expf);
// relative error below 2e-7. Arguments are held to [-87.3, 88.3]; a NaN stays one.
INLINE float exp_f32(float x) {
  x = x < -87.3f ? -87.3f : x;
  x = x > 88.3f ? 88.3f : x;
  // Adding and taking away 1.5 * 2^23 rounds to an integer without a library call. In between it stands
  // in the low bits, which are there for a NaN too: its conversion to an integer would be undefined.
  const float shifted = x * 1.44269504f + 12582912.0f;
  const float k = shifted - 12582912.0f;
  const float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  uint32_t bits;
  memcpy(&bits, &shifted, 4);
  bits = (bits - 0x4B400000u + 127u) << 23;
  float power;
  memcpy(&power, &bits, 4);
  return p * power;
}

// exp(x) - 1 for x <= 0: a Taylor polynomial near 0, where the difference would lose digits.
INLINE float expm1_f32(float x) {
  const float far = exp_f32(x) - 1.0f;
  float p = 1.0f / 40320.0f;
  p = p * x + 1.0f / 5040.0f;
  p = p * x + 1.0f / 720.0f;
  p = p * x + 1.0f / 120.0f;
  p = p * x + 1.0f / 24.0f;
  p = p * x + 1.0f / 6.0f;
  p = p * x + 0.5f;
  p = p * x * x + x;
  return x > -0.5f ? p : far;
}

// log(1 + t) for 0 <= t <= 1 by 2 atanh(t / (2 + t)); relative error below 2e-7.
INLINE float log1p_f32(float t) {
  const float z = t / (2.0f + t);
  const float s = z * z;
  float p = 1.0f / 15.0f;
  p = p * s + 1.0f / 13.0f;
  p = p * s + 1.0f / 11.0f;
  p = p * s + 1.0f / 9.0f;
  p = p * s + 1.0f / 7.0f;
  p = p * s + 0.2f;
  p = p * s + 1.0f / 3.0f;
  return 2.0f * (z + z * s * p);
}

// psi(x) = exp(x) - 1 - x for |x| <= 1 by its series x^2 (1/2 + x/6 + ...): at least 0, and with all
// digits where exp(x) - 1 - x would lose them.
INLINE float psi_near_f32(float x) {
  float p = 1.0f / 39916800.0f;
  p = p * x + 1.0f / 3628800.0f;
  p = p * x + 1.0f / 362880.0f;
  p = p * x + 1.0f / 40320.0f;
  p = p * x + 1.0f / 5040.0f;
  p = p * x + 1.0f / 720.0f;
  p = p * x + 1.0f / 120.0f;
  p = p * x + 1.0f / 24.0f;
  p = p * x + 1.0f / 6.0f;
  p = p * x + 0.5f;
  return p * x * x;
}

INLINE double psi_near_f64(double x) {
  double p = 1;
  for (int n = 20; n > 2; n--) p = p * x / n + 1;
  return p * x * x / 2;
}

INLINE double exp_f64(double x) { return exp(x); }
INLINE double expm1_f64(double x) { return expm1(x); }
INLINE double log1p_f64(double t) { return log1p(t); }
