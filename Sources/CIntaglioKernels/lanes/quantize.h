/// The kernels of intaglio_quantize.h in lanes.

/// `lo` for NaN: no comparison with NaN holds.
INTAGLIO_INLINE f32x16 clamp(f32x16 x, f32x16 lo, f32x16 hi) {
  return x > hi ? hi : x > lo ? x : lo;
}

/// Whole numbers → bytes modulo 256.
INTAGLIO_INLINE u8x16 bytes_of(f32x16 whole) {
  return __builtin_convertvector(__builtin_convertvector(whole, i32x16), u8x16);
}

/// clamp(rint(v) + zero, lo, hi) as rint(clamp(v, lo − zero, hi − zero)) + zero, which is the same
/// for whole limits and leaves nothing large to round.
INTAGLIO_INLINE void round_then_clamp_block(
    const float *x, const float *scale, const float *zero, float lo, float hi, uint8_t *out,
    size_t width) {
  const f32x16 z = load_f32(zero, width);
  const f32x16 v = load_f32(x, width) / load_f32(scale, width);
  store_u8(out, bytes_of(round_to_even(clamp(v, lo - z, hi - z)) + z), width);
}

INTAGLIO_INLINE void clamp_then_round_block(
    const float *x, const float *scale, const float *zero, float lo, float hi, uint8_t *out,
    size_t width) {
  const f32x16 v = load_f32(x, width) / load_f32(scale, width) + load_f32(zero, width);
  store_u8(out, bytes_of(round_to_even(clamp(v, lo, hi))), width);
}

#define INTAGLIO_QUANTIZE(name)                                                                    \
  void INTAGLIO_KERNEL(intaglio_quantize_##name##_f32)(                                            \
      size_t rows, size_t cols, const float *x, size_t ldx, const float *scale, const float *zero, \
      int32_t lo, int32_t hi, uint8_t *out, size_t ldout) {                                        \
    const float least = (float)lo, most = (float)hi;                                               \
    for (size_t i = 0; i < rows; i++, x += ldx, out += ldout) {                                    \
      size_t j = 0;                                                                                \
      for (; j + LANES <= cols; j += LANES) {                                                      \
        name##_block(x + j, scale + j, zero + j, least, most, out + j, LANES);                     \
      }                                                                                            \
      if (j < cols) name##_block(x + j, scale + j, zero + j, least, most, out + j, cols - j);      \
    }                                                                                              \
  }

INTAGLIO_QUANTIZE(round_then_clamp)
INTAGLIO_QUANTIZE(clamp_then_round)

/// `width` ≤ 16 doubles, the others 0.
INTAGLIO_INLINE f64x16 load_f64(const double *from, size_t width) {
  f64x16 value = 0.0;
  memcpy(&value, from, width * sizeof *from);
  return value;
}

/// |v|, for numbers.
INTAGLIO_INLINE f64x16 magnitude_f64(f64x16 v) { return v < 0.0 ? -v : v; }

/// One block of codes of p + B, p = a · `inverse` · M; returns whether some code is in doubt.
INTAGLIO_INLINE bool quotient_block(
    const int32_t *a, double inverse, const double *multiplier, const double *offset,
    const int32_t *zero, double lo, double hi, uint8_t *out, size_t width) {
  const f64x16 b = load_f64(offset, width);
  const f64x16 z = __builtin_convertvector(load_i32(zero, width), f64x16);
  const f64x16 p = __builtin_convertvector(load_i32(a, width), f64x16) * inverse
                   * load_f64(multiplier, width);
  const f64x16 value = p + b;
  // Where 1.5 · 2⁵² leaves no room for a fraction; larger values are in doubt.
  const f64x16 nearest = value + 0x1.8p52 - 0x1.8p52;
  const f64x16 doubt = 0.5 - (magnitude_f64(p) + magnitude_f64(b)) * INTAGLIO_QUOTIENT_SLACK;
  const i64x16 decided = (i64x16)(magnitude_f64(value - nearest) < doubt);
  f64x16 code = nearest + z;
  code = code > hi ? hi : code > lo ? code : lo;
  store_u8(out, __builtin_convertvector(__builtin_convertvector(code, i32x16), u8x16), width);
  return __builtin_reduce_and(decided) == 0;
}

void INTAGLIO_KERNEL(intaglio_quantize_quotient_i32)(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const int32_t *divisor,
    size_t lddivisor, const double *multiplier, const double *offset, const int32_t *zero,
    int32_t lo, int32_t hi, uint8_t *out, size_t ldout, uint8_t *undecided) {
  const double least = lo, most = hi;
  for (size_t i = 0; i < rows; i++, a += lda, divisor += lddivisor, out += ldout) {
    const double inverse = *divisor == 0 ? 0.0 : 1.0 / *divisor;
    bool doubt = false;
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
      doubt |= quotient_block(
          a + j, inverse, multiplier + j, offset + j, zero + j, least, most, out + j, LANES);
    }
    if (j < cols) {
      doubt |= quotient_block(
          a + j, inverse, multiplier + j, offset + j, zero + j, least, most, out + j, cols - j);
    }
    undecided[i] = doubt;
  }
}
