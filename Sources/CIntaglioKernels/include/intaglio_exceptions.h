/// The few accumulators whose code a multiplication gets wrong.
#ifndef INTAGLIO_EXCEPTIONS_H
#define INTAGLIO_EXCEPTIONS_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

typedef struct INTAGLIO_SENDABLE intaglio_exceptions_kernels {
  const char *name;
  intaglio_isa isa;

  /// out[i][j] = codes[e · cols + j] where acc[i][j] = values[e · cols + j] for an e < count; the
  /// last such e counts. All other elements of `out` stay as they are.
  void (*replace_i32)(
      size_t rows, size_t cols, const int32_t *acc, size_t ldacc, size_t count,
      const int32_t *values, const uint8_t *codes, uint8_t *out, size_t ldout);
} intaglio_exceptions_kernels;

/// One set per instruction set, scalar first.
const intaglio_exceptions_kernels *intaglio_exceptions_list(size_t *count);

#pragma clang assume_nonnull end

#endif
