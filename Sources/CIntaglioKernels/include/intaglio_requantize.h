/// Accumulator → code, in integers only.
///
/// Codes are stored as bytes modulo 256: as u8 when the code's type is unsigned, as two's
/// complement when it is signed.
#ifndef INTAGLIO_REQUANTIZE_H
#define INTAGLIO_REQUANTIZE_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

typedef struct INTAGLIO_SENDABLE intaglio_requantize_kernels {
  const char *name;
  intaglio_isa isa;

  /// out[i][j] = base[j] + #{t < rising : acc[i][j] ≥ rises[t · cols + j]}
  ///                      − #{t < falling : acc[i][j] ≥ falls[t · cols + j]}.
  ///
  /// Thresholds may come in any order; INT32_MIN is always reached. The caller guarantees that every
  /// accumulator is below INT32_MAX, which therefore stands for "never".
  void (*thresholds_i32)(
      size_t rows, size_t cols, const int32_t *acc, size_t ldacc, size_t rising,
      const int32_t *rises, size_t falling, const int32_t *falls, const int32_t *base, uint8_t *out,
      size_t ldout);

  /// out[i][j] = clamp((acc[i][j] · multiplier[j] + bias[j]) >> shift[j], lo, hi), with an
  /// arithmetic shift of 0 ≤ shift ≤ 62. The sum must fit in 64 bits: |bias[j]| ≤ 2⁶² is enough.
  void (*dyadic_i32)(
      size_t rows, size_t cols, const int32_t *acc, size_t ldacc, const int32_t *multiplier,
      const int64_t *bias, const int32_t *shift, int32_t lo, int32_t hi, uint8_t *out,
      size_t ldout);
} intaglio_requantize_kernels;

/// One set per instruction set, scalar first.
const intaglio_requantize_kernels *intaglio_requantize_list(size_t *count);

#pragma clang assume_nonnull end

#endif
