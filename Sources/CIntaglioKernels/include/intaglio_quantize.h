/// Real → code. Rounding is half to even; the division is IEEE's, not a multiplication by a
/// reciprocal.
///
/// Codes are stored as bytes modulo 256 (see intaglio_requantize.h). `lo` ≤ `hi` are limits of the
/// code; zero points are whole numbers; all of them are below 2²¹ in magnitude. NaN becomes `lo`.
#ifndef INTAGLIO_QUANTIZE_H
#define INTAGLIO_QUANTIZE_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

typedef struct INTAGLIO_SENDABLE intaglio_quantize_kernels {
  const char *name;
  intaglio_isa isa;

  /// ONNX QuantizeLinear: out[i][j] = clamp(rint(x[i][j] / scale[j]) + zero[j], lo, hi).
  void (*round_then_clamp_f32)(
      size_t rows, size_t cols, const float *x, size_t ldx, const float *scale, const float *zero,
      int32_t lo, int32_t hi, uint8_t *out, size_t ldout);

  /// LSQ and Q-ViT: out[i][j] = rint(clamp(x[i][j] / scale[j] + zero[j], lo, hi)).
  void (*clamp_then_round_f32)(
      size_t rows, size_t cols, const float *x, size_t ldx, const float *scale, const float *zero,
      int32_t lo, int32_t hi, uint8_t *out, size_t ldout);
} intaglio_quantize_kernels;

/// One set per instruction set, scalar first.
const intaglio_quantize_kernels *intaglio_quantize_list(size_t *count);

#pragma clang assume_nonnull end

#endif
