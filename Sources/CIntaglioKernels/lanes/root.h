/// The factor of a row of intaglio_integer_normalize.h, (21); one number per row, so plain C for
/// every instruction set.
#ifndef INTAGLIO_ROOT_H
#define INTAGLIO_ROOT_H

#include "../targets.h"

#include "uint128.h"

/// y = ((d · g) >> right) << left; one of the shifts is 0.
typedef struct row_factor {
  int64_t g;
  int32_t right, left;
} row_factor;

/// Secants of the square root: at w = i · 2⁶⁰ it is `start` · 2¹⁶, and it grows by `slope` · 2¹⁵ up to
/// the next i.
static const struct {
  uint16_t start, slope;
} secants[16] = {
    [4] = {32768, 7735},  [5] = {36635, 6993},  [6] = {40132, 6431},  [7] = {43347, 5985},
    [8] = {46340, 5622},  [9] = {49152, 5317},  [10] = {51810, 5057}, [11] = {54339, 4832},
    [12] = {56755, 4635}, [13] = {59073, 4459}, [14] = {61303, 4303}, [15] = {63454, 4162},
};

/// ⌊√w⌋ for w ≥ 2⁶², by two steps of Newton's iteration.
///
/// A secant is off by less than 1/640. A step halves the square of a relative error, so the second
/// leaves less than 2⁻⁴⁰, which is 2⁻⁸ at most; and no step leads below ⌊√w⌋. So the result is that or
/// one more.
static inline uint64_t root_of(uint64_t w) {
  const uint64_t fraction = w >> 44 & 0xffff;
  uint64_t root = ((uint64_t)secants[w >> 60].start << 16)
                  + (secants[w >> 60].slope * fraction >> 1);
  root = (root + w / root) / 2;
  root = (root + w / root) / 2;
  return root - ((uint128_t)root * root > w);
}

/// `squares` = Σx², `sum` = Σx, or 0 where the mean stays.
static inline row_factor factor_of_row(
    size_t cols, int64_t sum, uint128_t squares, const intaglio_normalization *constants) {
  const uint128_t epsilon = (uint128_t)constants->epsilon_high << 64 | constants->epsilon_low;
  const uint128_t square_of_sum = (uint128_t)((int128_t)sum * sum);
  const uint128_t variance = ((cols * squares - square_of_sum) << constants->scale_bits) + epsilon;
  if (variance == 0) return (row_factor){0, 0, 0};
  // Two bits at a time into [2⁶², 2⁶⁴).
  const int32_t t = (bit_width(variance) - 63) >> 1;
  const uint64_t w = (uint64_t)(t < 0 ? variance << (-2 * t) : variance >> (2 * t));
  const uint64_t inverse = (UINT64_C(1) << 62) / root_of(w);
  const int32_t shift = 31 + constants->root_bits - constants->fraction_bits
                        - constants->scale_bits / 2 + t;
  return (row_factor){
      .g = (int64_t)(inverse >> (31 - constants->root_bits)),
      .right = shift < 0    ? 0
               : shift > 63 ? 63
                            : shift,
      .left = shift > 0     ? 0
              : shift < -62 ? 62
                            : -shift,
  };
}

#endif
