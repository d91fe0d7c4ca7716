/// Real functions, element by element, in float32.
///
/// The stated errors are in units in the last place of the exact result, over all finite x; the
/// self-test holds the kernels to them. `out` may be `x` (with the same stride).
#ifndef INTAGLIO_UNARY_H
#define INTAGLIO_UNARY_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

/// out[i][j] = f(x[i][j]).
typedef void (*intaglio_unary_f32)(
    size_t rows, size_t cols, const float *x, size_t ldx, float *out, size_t ldout);

typedef struct INTAGLIO_SENDABLE intaglio_unary_kernels {
  const char *name;
  intaglio_isa isa;

  /// eˣ, within 1.
  intaglio_unary_f32 exp;
  /// 2/√π ∫₀ˣ e^(−t²) dt, within 1.5.
  intaglio_unary_f32 erf;
  /// Within 1.5.
  intaglio_unary_f32 tanh;
  /// 1 / (1 + e⁻ˣ), within 2.5.
  intaglio_unary_f32 sigmoid;
  /// x · ½(1 + erf(x/√2)), the exact GELU, within 6 (small negative results too).
  intaglio_unary_f32 gelu_erf;
  /// x · ½(1 + tanh(√(2/π)·(x + 0.044715·x³))), within 3.
  intaglio_unary_f32 gelu_tanh;
  /// Correctly rounded; NaN for x < 0.
  intaglio_unary_f32 sqrt;
  /// 1/x, correctly rounded.
  intaglio_unary_f32 reciprocal;
  /// max(x, 0); NaN stays NaN.
  intaglio_unary_f32 relu;

  /// min(max(x, lo), hi); NaN stays NaN.
  void (*clip)(
      size_t rows, size_t cols, const float *x, size_t ldx, float lo, float hi, float *out,
      size_t ldout);
} intaglio_unary_kernels;

/// One set per instruction set, scalar first.
const intaglio_unary_kernels *intaglio_unary_list(size_t *count);

#pragma clang assume_nonnull end

#endif
