/// Accumulator → code through a table of every value, or of the steps between them.
#ifndef INTAGLIO_LOOKUP_H
#define INTAGLIO_LOOKUP_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

typedef struct INTAGLIO_SENDABLE intaglio_lookup_kernels {
  const char *name;
  intaglio_isa isa;

  /// out[i][j] = table[clamp(index[i][j] − first, 0, count − 1)].
  ///
  /// `count` ≥ 1, and `first` + `count` − 1 is an `int32_t`.
  void (*lookup_i32)(
      size_t rows, size_t cols, const int32_t *index, size_t ldindex, int32_t first, uint32_t count,
      const uint8_t *table, uint8_t *out, size_t ldout);

  /// out[i][j] = the code of i′ = clamp(index[i][j], −2¹⁵, 2¹⁵ − 1), (18b): with h the upper and l the
  /// lower byte of i′ mod 2¹⁶, cells[h], plus how many of cells[256·(1 + s) + h], s < `rises`, are
  /// less than l, minus how many of the `falls` that follow are.
  ///
  /// `cells` holds 1 + `rises` + `falls` rows of 256 bytes; codes are counted modulo 256.
  void (*cells_i32)(
      size_t rows, size_t cols, const int32_t *index, size_t ldindex, uint32_t rises,
      uint32_t falls, const uint8_t *cells, uint8_t *out, size_t ldout);
  /// What `cells_i32` uses; only beyond scalar code is it faster than `lookup_i32`.
  intaglio_isa cells_isa;
} intaglio_lookup_kernels;

/// One set per instruction set, scalar first.
const intaglio_lookup_kernels *intaglio_lookup_list(size_t *count);

#pragma clang assume_nonnull end

#endif
