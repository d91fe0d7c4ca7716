/// Residual streams: sums of integers that are scaled and rounded once, (17).
#ifndef INTAGLIO_SCALED_SUM_H
#define INTAGLIO_SCALED_SUM_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

typedef struct INTAGLIO_SENDABLE intaglio_scaled_sum_kernels {
  const char *name;
  intaglio_isa isa;

  /// out[i][j] = clamp(v / 2^shift[j] rounded half to even, lo, hi), (16), with
  /// v = a[i][j] · ma[j] + b[i][j] · mb[j] + offset[j]; a null `b` counts as 0. `saturated` grows by
  /// the number of elements that were beyond `lo` or `hi`.
  ///
  /// The caller guarantees |ma[j]| < 2³¹, 0 ≤ shift[j] ≤ 62, and that the three terms, the sum of
  /// the first two, and v are at most 2⁶² in magnitude. `mb` is not read where `b` is null. `out` may
  /// be `a` or `b` (with the same stride).
  void (*sum_i32)(
      size_t rows, size_t cols, const int32_t *a, size_t lda, const int64_t *ma,
      const int32_t *_Nullable b, size_t ldb, const int64_t *_Nullable mb, const int64_t *offset,
      const int32_t *shift, int32_t lo, int32_t hi, int32_t *out, size_t ldout,
      uint64_t *saturated);
} intaglio_scaled_sum_kernels;

/// One set per instruction set, scalar first.
const intaglio_scaled_sum_kernels *intaglio_scaled_sum_list(size_t *count);

#pragma clang assume_nonnull end

#endif
