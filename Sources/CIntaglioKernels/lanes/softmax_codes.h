/// The quantizer of intaglio_integer_softmax.h, (25), for one row: plain C for every instruction
/// set.
#ifndef INTAGLIO_SOFTMAX_CODES_H
#define INTAGLIO_SOFTMAX_CODES_H

#include "../targets.h"

#include "uint128.h"

/// Few codes are found by counting thresholds.
enum { MOST_THRESHOLDS = 15 };

/// Above every e.
#define NEVER INT32_MAX

/// Whether the tie below `code` belongs to it: the even of two wins.
static inline bool has_tie(int64_t code, const intaglio_softmax *p) {
  return ((p->zero_before_rounding ? code : code - p->zero_point) & 1) == 0;
}

/// Whether e has at least `code`: 2 · e · denominator against (2 · (code − zero) − 1) · divisor,
/// where divisor = Σ · numerator.
static inline bool reaches(uint32_t e, uint128_t divisor, int64_t code, const intaglio_softmax *p) {
  const int64_t ties = 2 * (code - p->zero_point) - 1;
  if (ties < 0) return true;
  const uint128_t found = (uint128_t)e * p->scale_denominator * 2, tie = divisor * (uint64_t)ties;
  return found > tie || (found == tie && has_tie(code, p));
}

/// A code as it is stored.
static inline uint8_t stored_code(int64_t code, const intaglio_softmax *p) {
  return (uint8_t)((code < p->lo ? p->lo : code > p->hi ? p->hi : code) + p->bias);
}

/// The code of one e that is zero + `round` or one less.
static inline uint8_t nearby_code(
    uint32_t e, uint128_t divisor, int64_t round, const intaglio_softmax *p) {
  const int64_t code = round + p->zero_point;
  return stored_code(reaches(e, divisor, code, p) ? code : code - 1, p);
}

/// The code of one e by comparison alone: the largest that is reached.
static inline uint8_t exact_code(uint32_t e, uint128_t divisor, const intaglio_softmax *p) {
  int64_t low = p->lo, high = p->hi;
  while (low < high) {
    const int64_t middle = (low + high + 1) >> 1;
    if (reaches(e, divisor, middle, p)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return (uint8_t)(low + p->bias);
}

/// The least e of each code above `lo`; NEVER where none is.
///
/// The ties lie (2 · (code − zero) − 1) · divisor / (2 · denominator) apart by equal steps: integer
/// part and remainder are carried on by addition.
static inline size_t thresholds_of_row(
    uint128_t divisor, const intaglio_softmax *p, int32_t thresholds[MOST_THRESHOLDS]) {
  const uint64_t unit = 2 * p->scale_denominator;
  // Where the quotient is ½: most often the first tie.
  const uint128_t half = divisor / unit;
  const uint64_t half_rest = (uint64_t)(divisor - half * unit);
  const uint64_t carry = 2 * half_rest >= unit;
  const uint128_t step = 2 * half + carry;
  const uint64_t step_rest = 2 * half_rest - carry * unit;
  uint128_t position = half;
  uint64_t rest = half_rest;
  size_t count = 0;
  for (int64_t code = (int64_t)p->lo + 1; code <= p->hi; code++) {
    const int64_t ties = 2 * (code - p->zero_point) - 1;
    if (ties < 0) {
      thresholds[count++] = 0;
      continue;
    }
    if (count > 0 && ties > 1) {
      position += step;
      rest += step_rest;
      if (rest >= unit) {
        rest -= unit;
        position++;
      }
    } else if (ties > 1) {
      position = divisor * (uint64_t)ties / unit;
      rest = (uint64_t)(divisor * (uint64_t)ties - position * unit);
    }
    const uint128_t least = position + (rest != 0 || !has_tie(code, p));
    thresholds[count++] = least < (uint128_t)NEVER ? (int32_t)least : NEVER;
  }
  return count;
}

/// A quotient e · denominator / divisor as e · factor / 2^shift, at most e / 2^shift too small.
typedef struct reciprocal {
  /// Below 2³¹.
  uint32_t factor;
  int32_t shift;
  /// From here on every e has the highest code.
  int32_t most;
} reciprocal;

/// False where the quotients are so large that the error might leave more than two candidates.
static inline bool reciprocal_of_row(
    uint128_t divisor, const intaglio_softmax *p, reciprocal *result) {
  // 2²⁹ < factor < 2³¹.
  const int32_t shift = 30 + bit_width(divisor) - bit_width(p->scale_denominator);
  if (shift < 16) return false;
  if (shift > 62) {
    // The quotient is below ½ for every e < 2³¹.
    *result = (reciprocal){.factor = 0, .shift = 62, .most = NEVER};
    return true;
  }
  const uint128_t dividend = (uint128_t)p->scale_denominator << shift;
  const int64_t ties = 2 * ((int64_t)p->hi - p->zero_point) - 1;
  // One beyond the last tie, so that no parity is asked for.
  const uint128_t most = ties < 0 ? 0 : divisor * (uint64_t)ties / (2 * p->scale_denominator) + 1;
  *result = (reciprocal){
      .factor = (uint32_t)(dividend / divisor),
      .shift = shift,
      .most = most < (uint128_t)NEVER ? (int32_t)most : NEVER,
  };
  return true;
}

#endif
