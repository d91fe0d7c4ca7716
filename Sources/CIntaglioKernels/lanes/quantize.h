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
