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

/// ⌊√w⌋ for w ≥ 2⁶², by Newton's iteration from above.
///
/// (√w − 2³²)² ≥ 0 makes the start at least √w. From a number ≥ ⌊√w⌋ every step leads to a smaller
/// one that is still ≥ ⌊√w⌋, until it is reached.
static inline uint64_t root_of(uint64_t w) {
  uint64_t root = (w >> 33) + (UINT64_C(1) << 31) + 1;
  for (;;) {
    const uint64_t next = (root + w / root) / 2;
    if (next >= root) return root;
    root = next;
  }
}

/// `squares` = Σx², `sum` = Σx, or 0 where the mean stays.
static inline row_factor factor_of_row(
    size_t cols, int64_t sum, uint128_t squares, const intaglio_normalization *constants) {
  const uint128_t epsilon =
      (uint128_t)constants->epsilon_high << 64 | constants->epsilon_low;
  const uint128_t square_of_sum = (uint128_t)((int128_t)sum * sum);
  const uint128_t variance =
      ((cols * squares - square_of_sum) << constants->scale_bits) + epsilon;
  if (variance == 0) return (row_factor){0, 0, 0};
  // Two bits at a time into [2⁶², 2⁶⁴).
  const int32_t t = (bit_width(variance) - 63) >> 1;
  const uint64_t w = (uint64_t)(t < 0 ? variance << (-2 * t) : variance >> (2 * t));
  const uint64_t inverse = (UINT64_C(1) << 62) / root_of(w);
  const int32_t shift =
      31 + constants->root_bits - constants->fraction_bits - constants->scale_bits / 2 + t;
  return (row_factor){
      .g = (int64_t)(inverse >> (31 - constants->root_bits)),
      .right = shift < 0 ? 0 : shift > 63 ? 63 : shift,
      .left = shift > 0 ? 0 : shift < -62 ? 62 : -shift,
  };
}

#endif
