/// What surrounds an integer matrix multiplication: sums of rows, distances within them, and codes
/// moved by an offset.
#ifndef INTAGLIO_CONVERT_H
#define INTAGLIO_CONVERT_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

typedef struct INTAGLIO_SENDABLE intaglio_convert_kernels {
  const char *name;
  intaglio_isa isa;

  /// sums[i] = Σⱼ a[i][j]. Exact for cols ≤ 2³¹ / 255.
  void (*row_sums_u8)(size_t rows, size_t cols, const uint8_t *a, size_t lda, int32_t *sums);

  /// out[i][j] = (in[i][j] + offset) mod 256. An offset of 128 maps s8 codes to u8 and back. `out`
  /// may be `in` (with the same stride).
  void (*offset_x8)(
      size_t rows, size_t cols, const uint8_t *in, size_t ldin, uint8_t offset, uint8_t *out,
      size_t ldout);

  /// out[i][j] = min(maxᵢ − x[i][j], 2³¹ − 2), or min(x[i][j] − minᵢ, 2³¹ − 2) `from_smallest`. `out`
  /// may be `x` (with the same stride).
  void (*distances_i32)(
      size_t rows, size_t cols, const int32_t *x, size_t ldx, bool from_smallest, int32_t *out,
      size_t ldout);
} intaglio_convert_kernels;

/// One set per instruction set, scalar first.
const intaglio_convert_kernels *intaglio_convert_list(size_t *count);

#pragma clang assume_nonnull end

#endif
