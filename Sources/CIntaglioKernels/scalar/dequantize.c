#include "../targets.h"

/// Both forms for one integer type; `centered` subtracts modulo 2³².
#define INTAGLIO_DEQUANTIZE(name, type)                                           \
  void intaglio_dequantize_affine_##name##__scalar(                               \
      size_t rows, size_t cols, const type *q, size_t ldq, const float *scale,    \
      const float *offset, float *out, size_t ldout) {                            \
    for (size_t i = 0; i < rows; i++) {                                           \
      for (size_t j = 0; j < cols; j++) {                                         \
        out[i * ldout + j] = scale[j] * (float)q[i * ldq + j] + offset[j];        \
      }                                                                           \
    }                                                                             \
  }                                                                               \
  void intaglio_dequantize_centered_##name##__scalar(                             \
      size_t rows, size_t cols, const type *q, size_t ldq, const int32_t *zero,   \
      const float *scale, float *out, size_t ldout) {                             \
    for (size_t i = 0; i < rows; i++) {                                           \
      for (size_t j = 0; j < cols; j++) {                                         \
        const uint32_t difference = (uint32_t)q[i * ldq + j] - (uint32_t)zero[j]; \
        out[i * ldout + j] = (float)(int32_t)difference * scale[j];               \
      }                                                                           \
    }                                                                             \
  }

INTAGLIO_DEQUANTIZE(i32, int32_t)
INTAGLIO_DEQUANTIZE(u8, uint8_t)
INTAGLIO_DEQUANTIZE(s8, int8_t)
