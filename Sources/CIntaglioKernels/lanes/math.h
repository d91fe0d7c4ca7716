/// eˣ, erf, tanh and their kin on sixteen lanes.
///
/// Every function is one straight line: no tables, no branches. Polynomials are minimax fits (Remez
/// exchange in 40 digits, then rounded to float32) of the functions named beside them; errors are
/// relative, before the rounding of the evaluation itself.

INTAGLIO_INLINE f32x16 f32_of_bits(i32x16 bits) {
  f32x16 value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

INTAGLIO_INLINE i32x16 bits_of_f32(f32x16 value) {
  i32x16 bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// |x|.
INTAGLIO_INLINE f32x16 magnitude(f32x16 x) { return f32_of_bits(bits_of_f32(x) & 0x7fffffff); }

/// |x| with the sign of `sign`.
INTAGLIO_INLINE f32x16 with_sign(f32x16 x, f32x16 sign) {
  return f32_of_bits((bits_of_f32(x) & 0x7fffffff) | (bits_of_f32(sign) & (int32_t)0x80000000));
}

/// 1.5 · 2²³: added to a float below 2²², it leaves no place for a fraction, which rounds half to
/// even.
static const float ROUNDER = 0x1.8p23f;

/// Half to even, for |x| < 2²².
INTAGLIO_INLINE f32x16 round_to_even(f32x16 x) { return (x + ROUNDER) - ROUNDER; }

/// The integer in `x`, |x| < 2²²; some integer for NaN.
INTAGLIO_INLINE i32x16 integer_of(f32x16 x) {
  const f32x16 rounder = ROUNDER;
  return bits_of_f32(x + ROUNDER) - bits_of_f32(rounder);
}

/// 2ⁿ·mantissa, not yet multiplied, so that a factor can come in before a small result loses bits.
typedef struct power {
  f32x16 mantissa, scale, rest_of_scale;
} power;

/// factor · 2ⁿ · mantissa.
INTAGLIO_INLINE f32x16 times(f32x16 factor, power p) {
  return (factor * p.mantissa) * p.scale * p.rest_of_scale;
}

/// e^(x + rest), where |rest| ≤ 0.05 holds what `x` could not.
///
/// x = n·ln 2 + r, so eˣ = 2ⁿ·eʳ with eʳ = 1 + r + r²·q(r), q fitted to 2⁻³² on |r| ≤ 0.4. ln 2 is
/// split into 16 bits, which times n is exact, and the remainder. 2ⁿ is applied in two halves, so
/// that results below 2⁻¹²⁶ lose their bits gradually and results above the largest float become
/// infinite.
INTAGLIO_INLINE power power_of_e(f32x16 x, f32x16 rest) {
  x = x < -110.0f ? -110.0f : x;
  x = x > 100.0f ? 100.0f : x;
  const f32x16 n = round_to_even(x * 0x1.715476p+0f);
  const f32x16 r = ((x - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f) + rest;
  f32x16 q = 0x1.9ea692p-13f;
  q = q * r + 0x1.6e06d8p-10f;
  q = q * r + 0x1.111386p-7f;
  q = q * r + 0x1.5553f8p-5f;
  q = q * r + 0x1.555552p-3f;
  q = q * r + 0.5f;
  const i32x16 exponent = integer_of(n);
  const i32x16 half = exponent >> 1;
  return (power){
      1.0f + (r + (r * r) * q),
      f32_of_bits((half + 127) << 23),
      f32_of_bits((exponent - half + 127) << 23),
  };
}

INTAGLIO_INLINE f32x16 exp_f32(f32x16 x) { return times(1.0f, power_of_e(x, 0.0f)); }

/// x² as a float whose square is exact and the rest: x² = high + low.
INTAGLIO_INLINE f32x16 square(f32x16 x, f32x16 *low) {
  const f32x16 high = f32_of_bits(bits_of_f32(x) & (int32_t)0xfffff000);
  *low = (x - high) * (x + high);
  return high * high;
}

/// R(t) = ½·erfc(t/√2)·e^(t²/2), the tail of the normal distribution without its decay, for 0 ≤ t ≤
/// 14.6.
///
/// (t + 3)·R is a polynomial in u = (t − 3)/(t + 3) to 2⁻³⁰ (the substitution that maps a half-line
/// onto an interval; see Abramowitz and Stegun, 7.1, for R's expansions).
INTAGLIO_INLINE f32x16 scaled_tail(f32x16 t) {
  const f32x16 w = 1.0f / (t + 3.0f);
  const f32x16 u = (t - 3.0f) * w;
  f32x16 p = 0x1.c8df54p-15f;
  p = p * u + 0x1.134c78p-13f;
  p = p * u - 0x1.00a330p-12f;
  p = p * u - 0x1.0eac54p-10f;
  p = p * u + 0x1.0ca398p-10f;
  p = p * u + 0x1.c8bd86p-8f;
  p = p * u - 0x1.56d5f8p-7f;
  p = p * u - 0x1.832d0ap-5f;
  p = p * u + 0x1.d71386p-3f;
  p = p * u - 0x1.04c72ap-1f;
  p = p * u + 0x1.754a76p-1f;
  return p * w;
}

/// x·Φ(x), where Φ(−t) = e^(−t²/2)·R(t) and Φ(t) = 1 − Φ(−t) for t ≥ 0. Below −14.6 it is −0 in
/// float32.
INTAGLIO_INLINE f32x16 gelu_erf_f32(f32x16 x) {
  f32x16 c = x < -14.6f ? -14.6f : x;
  c = c > 14.6f ? 14.6f : c;
  const f32x16 t = magnitude(c);
  f32x16 low;
  const f32x16 high = square(t, &low);
  const f32x16 tail = times(c * scaled_tail(t), power_of_e(-0.5f * high, -0.5f * low));
  return x < 0.0f ? tail : x - tail;
}

/// For |x| < 1, x + x·p(x²), p fitted to 2⁻²⁹; else 1 − 2·Φ(−√2·|x|) with the sign of x.
INTAGLIO_INLINE f32x16 erf_f32(f32x16 x) {
  const f32x16 t = magnitude(x) > 5.0f ? 5.0f : magnitude(x);
  const f32x16 y = t * t;
  f32x16 p = 0x1.496a32p-14f;
  p = p * y - 0x1.a3f700p-11f;
  p = p * y + 0x1.5405b2p-8f;
  p = p * y - 0x1.b7f90ep-6f;
  p = p * y + 0x1.ce2cf8p-4f;
  p = p * y - 0x1.81273ep-2f;
  p = p * y + 0x1.06eba8p-3f;
  const f32x16 near = t + t * p;
  f32x16 low;
  const f32x16 high = square(t, &low);
  const f32x16 far = 1.0f - times(2.0f * scaled_tail(t * 0x1.6a09e6p+0f), power_of_e(-high, -low));
  return with_sign(t < 1.0f ? near : far, x);
}

/// For |x| < 0.65, x + x³·p(x²), p fitted to 2⁻³¹; else 1 − 2/(e^(2|x|) + 1) with the sign of x.
INTAGLIO_INLINE f32x16 tanh_f32(f32x16 x) {
  const f32x16 t = magnitude(x) > 10.0f ? 10.0f : magnitude(x);
  const f32x16 y = t * t;
  f32x16 p = 0x1.0c23b6p-9f;
  p = p * y - 0x1.08722ap-7f;
  p = p * y + 0x1.62d4b4p-6f;
  p = p * y - 0x1.b9dde6p-5f;
  p = p * y + 0x1.111012p-3f;
  p = p * y - 0x1.555552p-2f;
  const f32x16 near = t + t * (y * p);
  const f32x16 far = 1.0f - 2.0f / (exp_f32(2.0f * t) + 1.0f);
  return with_sign(t < 0.65f ? near : far, x);
}

/// factor/(1 + e^−(x + rest)), through e^−|x| so that nothing overflows and small results keep
/// their digits.
INTAGLIO_INLINE f32x16 times_sigmoid(f32x16 factor, f32x16 x, f32x16 rest) {
  const power e = power_of_e(-magnitude(x), x < 0.0f ? rest : -rest);
  return (x < 0.0f ? times(factor, e) : factor) / (1.0f + times(1.0f, e));
}

INTAGLIO_INLINE f32x16 sigmoid_f32(f32x16 x) { return times_sigmoid(1.0f, x, 0.0f); }

/// ½(1 + tanh v) is sigmoid(2v), so this is x·sigmoid(2·√(2/π)·(x + 0.044715·x³)), the argument in
/// float64.
INTAGLIO_INLINE f32x16 gelu_tanh_f32(f32x16 x) {
  f32x16 t = x < -20.0f ? -20.0f : x;
  t = t > 20.0f ? 20.0f : t;
  const f64x16 wide = __builtin_convertvector(t, f64x16);
  const f64x16 argument = wide * (1.5957691216057308 + 0.07135481627260025 * (wide * wide));
  const f32x16 high = __builtin_convertvector(argument, f32x16);
  const f64x16 rest = argument - __builtin_convertvector(high, f64x16);
  return times_sigmoid(x < 0.0f ? t : x, high, __builtin_convertvector(rest, f32x16));
}
