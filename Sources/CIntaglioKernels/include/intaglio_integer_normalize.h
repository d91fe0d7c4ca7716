/// LayerNorm and RMSNorm over rows of integers, in integers only, (19) and (21).
#ifndef INTAGLIO_INTEGER_NORMALIZE_H
#define INTAGLIO_INTEGER_NORMALIZE_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

/// The constants of one normalization; names as in (19) and (21).
typedef struct intaglio_normalization {
  /// Whether the mean is subtracted: LayerNorm, not RMSNorm.
  bool centered;
  /// N² · ε / s² · 2^K rounded, a 128-bit integer in two halves.
  uint64_t epsilon_high, epsilon_low;
  /// K, even, 0 to 124.
  int32_t scale_bits;
  /// G, 1 to 31.
  int32_t root_bits;
  /// F ≥ 0.
  int32_t fraction_bits;
} intaglio_normalization;

/// How codes follow from normalized values: h = ((y · multiplier) >> 32) + addend is the code with
/// `shift` places behind the point, rounded up by a half and less than `error_margin` units too small.
typedef struct intaglio_norm_codes {
  /// One each per column; `weight` is cols · 2^left modulo 2³².
  const int32_t *weight, *multiplier, *addend;
  /// 0 to 31.
  int32_t shift;
  /// At least 0.
  int32_t error_margin;
  /// The range of the stored code, within 0 … 255 or −128 … 127.
  int32_t lo, hi;
  /// Whether cols · |x · 2^left| < 2³⁰ is known of every row; otherwise it is looked at.
  bool small;
} intaglio_norm_codes;

typedef struct INTAGLIO_SENDABLE intaglio_integer_normalize_kernels {
  const char *name;
  intaglio_isa isa;

  /// y[i][j] = (d · g) >> (31 + G − F − K/2 + t) of row i shifted left by `left`, where a null
  /// `left` counts as 0; 0 in a row with W = 0. A shift beyond 63 is one by 63, a negative one is a
  /// left shift. `y` may be `x` (with the same stride).
  ///
  /// The caller guarantees left[j] ≤ 31, cols ≤ 2²⁰, |x · 2^left| < 2⁴⁰,
  /// 2 · cols · |x · 2^left| < 2^(63 − G), W · 2^K < 2¹²⁶ and |y| ≤ 2³⁰.
  void (*normalize_i32)(
      size_t rows, size_t cols, const int32_t *x, size_t ldx, const uint8_t *_Nullable left,
      const intaglio_normalization *constants, int32_t *y, size_t ldy);

  /// out[i][j] = clamp(h >> shift, lo, hi) modulo 256 with y of `normalize_i32`, and undecided[i] = 1 where
  /// (h + error_margin) >> shift is not the same for every j, else 0: such a row is not decided.
  ///
  /// The caller guarantees what `normalize_i32` asks, with |y| < 2²⁹ and |h| < 2³¹ − error_margin.
  void (*codes_i32)(
      size_t rows, size_t cols, const int32_t *x, size_t ldx, const uint8_t *_Nullable left,
      const intaglio_normalization *constants, const intaglio_norm_codes *codes, uint8_t *out,
      size_t ldout, uint8_t *undecided);
} intaglio_integer_normalize_kernels;

/// One set per instruction set, scalar first.
const intaglio_integer_normalize_kernels *intaglio_integer_normalize_list(size_t *count);

#pragma clang assume_nonnull end

#endif
