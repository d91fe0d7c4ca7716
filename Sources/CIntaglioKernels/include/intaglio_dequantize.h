/// Accumulator or code → real.
#ifndef INTAGLIO_DEQUANTIZE_H
#define INTAGLIO_DEQUANTIZE_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

/// The integer is converted to float32 (rounding half to even above 2²⁴); each of the following
/// operations rounds once.
///
/// - `affine`:   out[i][j] = scale[j] · q[i][j] + offset[j]
/// - `centered`: out[i][j] = (q[i][j] − zero[j]) · scale[j], the difference taken in int32
typedef struct INTAGLIO_SENDABLE intaglio_dequantize_kernels {
  const char *name;
  intaglio_isa isa;

  void (*affine_i32)(
      size_t rows, size_t cols, const int32_t *q, size_t ldq, const float *scale,
      const float *offset, float *out, size_t ldout);
  void (*affine_u8)(
      size_t rows, size_t cols, const uint8_t *q, size_t ldq, const float *scale,
      const float *offset, float *out, size_t ldout);
  void (*affine_s8)(
      size_t rows, size_t cols, const int8_t *q, size_t ldq, const float *scale,
      const float *offset, float *out, size_t ldout);

  void (*centered_i32)(
      size_t rows, size_t cols, const int32_t *q, size_t ldq, const int32_t *zero,
      const float *scale, float *out, size_t ldout);
  void (*centered_u8)(
      size_t rows, size_t cols, const uint8_t *q, size_t ldq, const int32_t *zero,
      const float *scale, float *out, size_t ldout);
  void (*centered_s8)(
      size_t rows, size_t cols, const int8_t *q, size_t ldq, const int32_t *zero,
      const float *scale, float *out, size_t ldout);
} intaglio_dequantize_kernels;

/// One set per instruction set, scalar first.
const intaglio_dequantize_kernels *intaglio_dequantize_list(size_t *count);

#pragma clang assume_nonnull end

#endif
