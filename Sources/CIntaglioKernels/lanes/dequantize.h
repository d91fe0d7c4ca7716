/// The kernels of intaglio_dequantize.h in lanes.

/// Both forms for one integer type.
#define INTAGLIO_DEQUANTIZE(name, type)                                                   \
  INTAGLIO_INLINE void affine_block_##name(                                               \
      const type *q, const float *scale, const float *offset, float *out, size_t width) { \
    const f32x16 value = __builtin_convertvector(load_##name(q, width), f32x16);          \
    store_f32(out, load_f32(scale, width) * value + load_f32(offset, width), width);      \
  }                                                                                       \
  void INTAGLIO_KERNEL(intaglio_dequantize_affine_##name)(                                \
      size_t rows, size_t cols, const type *q, size_t ldq, const float *scale,            \
      const float *offset, float *out, size_t ldout) {                                    \
    for (size_t i = 0; i < rows; i++, q += ldq, out += ldout) {                           \
      size_t j = 0;                                                                       \
      for (; j + LANES <= cols; j += LANES) {                                             \
        affine_block_##name(q + j, scale + j, offset + j, out + j, LANES);                \
      }                                                                                   \
      if (j < cols) affine_block_##name(q + j, scale + j, offset + j, out + j, cols - j); \
    }                                                                                     \
  }                                                                                       \
  INTAGLIO_INLINE void centered_block_##name(                                             \
      const type *q, const int32_t *zero, const float *scale, float *out, size_t width) { \
    const u32x16 value = __builtin_convertvector(load_##name(q, width), u32x16);          \
    const u32x16 difference = value - (u32x16)load_i32(zero, width);                      \
    const f32x16 real = __builtin_convertvector((i32x16)difference, f32x16);              \
    store_f32(out, real *load_f32(scale, width), width);                                  \
  }                                                                                       \
  void INTAGLIO_KERNEL(intaglio_dequantize_centered_##name)(                              \
      size_t rows, size_t cols, const type *q, size_t ldq, const int32_t *zero,           \
      const float *scale, float *out, size_t ldout) {                                     \
    for (size_t i = 0; i < rows; i++, q += ldq, out += ldout) {                           \
      size_t j = 0;                                                                       \
      for (; j + LANES <= cols; j += LANES) {                                             \
        centered_block_##name(q + j, zero + j, scale + j, out + j, LANES);                \
      }                                                                                   \
      if (j < cols) centered_block_##name(q + j, zero + j, scale + j, out + j, cols - j); \
    }                                                                                     \
  }

INTAGLIO_DEQUANTIZE(i32, int32_t)
INTAGLIO_DEQUANTIZE(u8, uint8_t)
INTAGLIO_DEQUANTIZE(s8, int8_t)
