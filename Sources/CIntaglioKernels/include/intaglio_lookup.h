/// Accumulator → code through a table of every value.
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
      size_t rows, size_t cols, const int32_t *index, size_t ldindex, int32_t first,
      uint32_t count, const uint8_t *table, uint8_t *out, size_t ldout);
} intaglio_lookup_kernels;

/// One set per instruction set, scalar first.
const intaglio_lookup_kernels *intaglio_lookup_list(size_t *count);

#pragma clang assume_nonnull end

#endif
