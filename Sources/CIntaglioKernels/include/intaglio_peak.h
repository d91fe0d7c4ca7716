/// The most that a machine can multiply and accumulate: the measure for every other kernel.
#ifndef INTAGLIO_PEAK_H
#define INTAGLIO_PEAK_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

typedef struct INTAGLIO_SENDABLE intaglio_peak_kernel {
  const char *name;
  intaglio_isa isa;

  /// Sums 1 · 1 on registers alone, as fast as they can: no load, no store, nothing that waits.
  ///
  /// Returns the sum, which is the number of multiply-accumulates done, modulo 2³²; every round does
  /// the same number.
  uint32_t (*run)(size_t rounds);
} intaglio_peak_kernel;

/// One per instruction set that multiplies bytes in a way of its own, scalar first.
const intaglio_peak_kernel *intaglio_peak_list(size_t *count);

#pragma clang assume_nonnull end

#endif
