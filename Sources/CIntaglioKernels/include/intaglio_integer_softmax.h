/// Softmax and quantizer over rows of integers, in integers only, (23) to (25).
#ifndef INTAGLIO_INTEGER_SOFTMAX_H
#define INTAGLIO_INTEGER_SOFTMAX_H

#include "intaglio_isa.h"

#pragma clang assume_nonnull begin

/// How e follows from the distance D ≥ 0 of a score to the largest of its row.
typedef enum intaglio_exponential {
  /// A table of fractions of a power of two, (23).
  INTAGLIO_EXPONENTIAL_BASE2 = 0,
  /// Shifts of the score itself, (24).
  INTAGLIO_EXPONENTIAL_SHIFTMAX = 1,
  /// A table of every distance: either of the others where few distances leave anything.
  INTAGLIO_EXPONENTIAL_DISTANCES = 2,
  /// Products of a coarse and a fine power of two, (32).
  INTAGLIO_EXPONENTIAL_BASE2_PRODUCT = 3,
} intaglio_exponential;

/// The constants of one softmax with its quantizer.
typedef struct intaglio_softmax {
  intaglio_exponential exponential;
  /// The scale of the scores is negative: D = a − min a in place of max a − a.
  bool negative;

  /// Base 2: u = (min(D, cap) · multiplier) ⊘ shift, e = table[u mod 2^f] >> (u >> f) with
  /// f = `fraction_bits`. `multiplier` < 2³¹, `shift` ≤ 62, cap · multiplier < 2⁶³, u < 2³¹ at
  /// the cap; 0 ≤ f ≤ 12, 2^f entries of at most 2²⁴, the first not 0. The cap loses nothing when
  /// it already shifts everything out: u ≥ 25 · 2^f there.
  uint32_t multiplier;
  int32_t shift;
  uint32_t cap;
  int32_t fraction_bits, dropped;
  ///
  /// Product: x = min((D + 2^(dropped − 1)) >> dropped, cap), u = (x · multiplier + 2^(shift − 1)) >>
  /// shift. The table has 64 coarse words A and 32 fine words B: w = A[h] − (A[h] · B[l] >> 16) with
  /// u mod 2¹¹ = 32 · h + l, and e = ((w >> (u >> 11)) + 1) >> 1. `multiplier` < 2¹⁶, 1 ≤ `shift` ≤
  /// 16, 0 ≤ `dropped` ≤ 16, `cap` < 2¹⁶, u < 2¹⁶ at the cap; 2¹⁵ ≤ A < 2¹⁶, B ≤ 2¹², A[0] is not
  /// less than another. The cap loses nothing when u ≥ 2¹⁵ there.
  const uint32_t *_Nullable table;

  /// Shiftmax: x₀ and n with −2¹⁶ < x₀ < 0 and 0 ≤ n ≤ 15, so that e ≤ −x₀ · 2ⁿ < 2³¹.
  int32_t x0, n;

  /// Distances: e = powers[min(D, power_count − 1)], where 2¹⁶ − 1 stands for 2¹⁶. `power_count`
  /// is a multiple of 64 up to 512. At D = 0 e is not 0.
  const uint16_t *_Nullable powers;
  uint32_t power_count;

  /// The quantizer's scale s′ as a ratio: 0 < numerator < 2⁴⁰, 0 < denominator < 2⁶².
  uint64_t scale_numerator, scale_denominator;
  /// |zero_point| < 2²⁰.
  int32_t zero_point;
  /// Where a tie goes, (2) and (3).
  bool zero_before_rounding;
  /// The range of the code: at most 256 codes, within ±2²⁰.
  int32_t lo, hi;
  /// What is added to a code before it is stored modulo 256.
  int32_t bias;
} intaglio_softmax;

typedef struct INTAGLIO_SENDABLE intaglio_integer_softmax_kernels {
  const char *name;
  intaglio_isa isa;

  /// out[i][j] = clamp(round(e[i][j] / (s′ · Σⱼe[i][j])) + zero_point, lo, hi) + bias mod 256, or
  /// with the zero point inside the rounding; the ratio is exact, ties go to even.
  ///
  /// `scratch` has room for `cols` numbers, rounded up to a multiple of 32. cols ≤ 2²⁰.
  void (*softmax_i32)(
      size_t rows, size_t cols, const int32_t *a, size_t lda, const intaglio_softmax *constants,
      uint32_t *scratch, uint8_t *out, size_t ldout);
} intaglio_integer_softmax_kernels;

/// One set per instruction set, scalar first.
const intaglio_integer_softmax_kernels *intaglio_integer_softmax_list(size_t *count);

#pragma clang assume_nonnull end

#endif
