/// Real → code. Rounding is half to even; the division is IEEE's, not a multiplication by a
/// reciprocal.
///
/// Codes are stored as bytes modulo 256 (see intaglio_requantize.h). `lo` ≤ `hi` are limits of the
/// code; zero points are whole numbers; all of them are below 2²¹ in magnitude. NaN becomes `lo`.
#ifndef INTAGLIO_QUANTIZE_H
#define INTAGLIO_QUANTIZE_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

/// How far p + B of `quotient_i32` can be from the exact number, in |p| + |B|: multiplier, offset,
/// inverse, two products and the sum are rounded once each, by 2⁻⁵³ of themselves, together below
/// 5 · 2⁻⁵³; three times that.
#define INTAGLIO_QUOTIENT_SLACK 0x1p-49

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

  /// out[i][j] = clamp(round(p + offset[j]) + zero[j], lo, hi), p = a[i][j] / divisor[i] · multiplier[j],
  /// 0 where the divisor is 0; undecided[i] is 1 where some code of row i may not be that, else 0.
  ///
  /// `lddivisor` from one divisor to the next. In float64; what is added up is off by less than
  /// (|p| + |offset|) · `INTAGLIO_QUOTIENT_SLACK`, and a code counts as decided where no tie is that near.
  void (*quotient_i32)(
      size_t rows, size_t cols, const int32_t *a, size_t lda, const int32_t *divisor,
      size_t lddivisor, const double *multiplier, const double *offset, const int32_t *zero,
      int32_t lo, int32_t hi, uint8_t *out, size_t ldout, uint8_t *undecided);
} intaglio_quantize_kernels;

/// One set per instruction set, scalar first.
const intaglio_quantize_kernels *intaglio_quantize_list(size_t *count);

#pragma clang assume_nonnull end

#endif
