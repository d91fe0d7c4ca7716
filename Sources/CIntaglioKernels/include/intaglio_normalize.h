/// LayerNorm and softmax over rows, in float32.
#ifndef INTAGLIO_NORMALIZE_H
#define INTAGLIO_NORMALIZE_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

/// `out` may be `x` (with the same stride).
typedef struct INTAGLIO_SENDABLE intaglio_normalize_kernels {
  const char *name;
  intaglio_isa isa;

  /// out[i][j] = (x[i][j] − μᵢ) / √(σᵢ² + epsilon) · gamma[j] + beta[j], where μᵢ is the mean of
  /// row i and σᵢ² its biased variance, both summed in float64 over two passes.
  void (*layer_norm_f32)(
      size_t rows, size_t cols, const float *x, size_t ldx, const float *gamma, const float *beta,
      float epsilon, float *out, size_t ldout);

  /// out[i][j] = e^(x[i][j] − maxᵢ) / Σⱼ e^(x[i][j] − maxᵢ), the sum in float64.
  void (*softmax_f32)(
      size_t rows, size_t cols, const float *x, size_t ldx, float *out, size_t ldout);

  /// out[i][j] = e^(x[i][j] − maxᵢ).
  void (*row_exponential_f32)(
      size_t rows, size_t cols, const float *x, size_t ldx, float *out, size_t ldout);
} intaglio_normalize_kernels;

/// One set per instruction set, scalar first.
const intaglio_normalize_kernels *intaglio_normalize_list(size_t *count);

#pragma clang assume_nonnull end

#endif
