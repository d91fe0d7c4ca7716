/// The kernel of intaglio_integer_softmax.h in lanes: the largest score, then e and its sum, then
/// codes, by thresholds where they are few and by a reciprocal otherwise.

#include "../lanes/softmax_sum.h"

/// What e follows from in every row: a copy, which no store to memory can change.
typedef struct exponential_lanes {
  intaglio_softmax p;
  /// Base 2: (16) as (v + below + ((v >> shift) & odd)) >> shift.
  uint64_t below, odd;
  /// Shiftmax: a / −x₀ as (a · inverse) >> inverse_shift, see `lanes_of`.
  uint32_t inverse, inverse_shift;
} exponential_lanes;

/// (23).
INTAGLIO_INLINE u32x16 powers_of_two(u32x16 distance, const exponential_lanes *constants) {
  const intaglio_softmax *p = &constants->p;
  const u32x16 cap = p->cap;
  const u32x16 capped = distance < cap ? distance : cap;
  const u64x16 product = __builtin_convertvector(capped, u64x16) * (uint64_t)p->multiplier;
  const u64x16 shift = (uint64_t)p->shift;
  const u64x16 odd = (product >> shift) & constants->odd;
  const u32x16 u = __builtin_convertvector((product + constants->below + odd) >> shift, u32x16);
  const u32x16 bits = (uint32_t)p->fraction_bits, most = 31;
  const u32x16 whole = u >> bits;
  const uint32_t count = UINT32_C(1) << p->fraction_bits;
  const u32x16 fraction = take_u32(p->table, count, u & (count - 1));
  return fraction >> (whole < most ? whole : most);
}

/// (24), with the signs of x, p and r turned round.
INTAGLIO_INLINE u32x16 shiftmax(u32x16 distance, const exponential_lanes *constants) {
  const intaglio_softmax *p = &constants->p;
  const uint32_t x0 = (uint32_t)-p->x0, n = (uint32_t)p->n;
  const i32x16 last = (int32_t)(n * x0);
  // ⌊−D / 2⌋ − ⌊−D / 16⌋ ≤ 0, so D may be limited first.
  const i32x16 x = -(i32x16)(distance < (u32x16)last ? distance : (u32x16)last);
  const i32x16 exponent = -(x + (x >> 1) - (x >> 4));
  const u32x16 limited = (u32x16)(exponent < last ? exponent : last);
  const u64x16 product = __builtin_convertvector(limited, u64x16) * (uint64_t)constants->inverse;
  const u64x16 shift = constants->inverse_shift;
  const u32x16 quotient = __builtin_convertvector(product >> shift, u32x16);
  const u32x16 value = 2 * x0 - (limited - quotient * x0);
  return quotient < n ? value << ((n - 1 - quotient) & 31) : value >> 1;
}

INTAGLIO_INLINE u32x16 exponentials(u32x16 distance, const exponential_lanes *constants) {
  return constants->p.exponential == INTAGLIO_EXPONENTIAL_SHIFTMAX
             ? shiftmax(distance, constants)
             : powers_of_two(distance, constants);
}

/// e of one block; 0 beyond `width`.
INTAGLIO_INLINE u32x16 exponentials_of_block(
    const int32_t *a, uint32_t most, int32_t turn, const exponential_lanes *constants, uint32_t *to,
    size_t width) {
  const u32x16 distance = most - (u32x16)(load_i32(a, width) ^ turn);
  const u32x16 e = exponentials(distance, constants) & (u32x16)lanes_from_start(width);
  store_i32((int32_t *)to, (i32x16)e, width);
  return e;
}

/// e of a row, and its sum.
INTAGLIO_INLINE uint64_t exponentials_of_row(
    size_t cols, const int32_t *a, const exponential_lanes *constants, uint32_t *to) {
  const int32_t turn = constants->p.negative ? -1 : 0;
  const uint32_t most = (uint32_t)largest(cols, a, turn);
  u64x16 sum = 0;
  size_t j = 0;
  for (; j + LANES <= cols; j += LANES) {
    const u32x16 e = exponentials_of_block(a + j, most, turn, constants, to + j, LANES);
    sum += __builtin_convertvector(e, u64x16);
  }
  if (j < cols) {
    const u32x16 e = exponentials_of_block(a + j, most, turn, constants, to + j, cols - j);
    sum += __builtin_convertvector(e, u64x16);
  }
  return __builtin_reduce_add(sum);
}

enum { BLOCKS_AT_A_TIME = 4 };

/// Codes of `blocks` blocks: `lowest` and one more for each threshold that e reaches.
INTAGLIO_INLINE void count_thresholds(
    size_t blocks, const uint32_t *e, size_t count, const int32_t *thresholds, i32x16 lowest,
    uint8_t *out, size_t width) {
  i32x16 value[BLOCKS_AT_A_TIME], code[BLOCKS_AT_A_TIME];
  for (size_t i = 0; i < blocks; i++) {
    value[i] = load_i32((const int32_t *)e + i * LANES, width);
    code[i] = lowest;
  }
  for (size_t t = 0; t < count; t++) {
    const i32x16 threshold = thresholds[t];
    for (size_t i = 0; i < blocks; i++) code[i] -= value[i] >= threshold;
  }
  for (size_t i = 0; i < blocks; i++) {
    store_u8(out + i * LANES, __builtin_convertvector(code[i], u8x16), width);
  }
}

INTAGLIO_INLINE void codes_by_thresholds(
    size_t cols, const uint32_t *e, uint128_t divisor, const intaglio_softmax *p, uint8_t *out) {
  int32_t thresholds[MOST_THRESHOLDS];
  const size_t count = thresholds_of_row(divisor, p, thresholds);
  const i32x16 lowest = p->lo + p->bias;
  size_t j = 0;
  for (; j + BLOCKS_AT_A_TIME * LANES <= cols; j += BLOCKS_AT_A_TIME * LANES) {
    count_thresholds(BLOCKS_AT_A_TIME, e + j, count, thresholds, lowest, out + j, LANES);
  }
  for (; j + LANES <= cols; j += LANES) {
    count_thresholds(1, e + j, count, thresholds, lowest, out + j, LANES);
  }
  if (j < cols) count_thresholds(1, e + j, count, thresholds, lowest, out + j, cols - j);
}

/// Codes of one block; ones where the error of the reciprocal leaves two candidates, or a tie may
/// be met.
INTAGLIO_INLINE i64x16 codes_of_block(
    const uint32_t *e, const reciprocal *inverse, const intaglio_softmax *p, uint8_t *out,
    size_t width) {
  const i32x16 most = inverse->most, value = load_i32((const int32_t *)e, width);
  const u64x16 limited = __builtin_convertvector((u32x16)(value < most ? value : most), u64x16);
  const u64x16 shift = (uint64_t)inverse->shift;
  const u64x16 quotient = limited * (uint64_t)inverse->factor
                          + (UINT64_C(1) << (inverse->shift - 1));
  const u64x16 low = (quotient - 1) >> shift, high = (quotient + limited) >> shift;
  const i32x16 least = p->lo, greatest = p->hi;
  i32x16 code = __builtin_convertvector(low, i32x16) + p->zero_point;
  code = code < least ? least : code > greatest ? greatest : code;
  store_u8(out, __builtin_convertvector(code + p->bias, u8x16), width);
  return (i64x16)(low != high);
}

INTAGLIO_INLINE void codes_by_reciprocal(
    size_t cols, const uint32_t *e, uint128_t divisor, const intaglio_softmax *p, uint8_t *out) {
  reciprocal inverse;
  if (!reciprocal_of_row(divisor, p, &inverse)) {
    for (size_t j = 0; j < cols; j++) out[j] = exact_code(e[j], divisor, p);
    return;
  }
  for (size_t j = 0; j < cols; j += LANES) {
    const size_t width = cols - j < LANES ? cols - j : LANES;
    const i64x16 undecided = width == LANES ? codes_of_block(e + j, &inverse, p, out + j, LANES)
                                            : codes_of_block(e + j, &inverse, p, out + j, width);
    if (__builtin_reduce_or(undecided) == 0) continue;
    for (size_t lane = 0; lane < width; lane++) {
      if (undecided[lane] != 0) out[j + lane] = exact_code(e[j + lane], divisor, p);
    }
  }
}

INTAGLIO_INLINE exponential_lanes lanes_of(const intaglio_softmax *p) {
  exponential_lanes lanes = {.p = *p};
  if (p->exponential == INTAGLIO_EXPONENTIAL_SHIFTMAX) {
    // The inverse is at most 1 too large, the quotient of a ≤ −15 · x₀ at most a / 2^s. That is less
    // than −1 / x₀, and leads to no other integer, as −a · x₀ ≤ 15 · x₀² < 2^(2w + 4) ≤ 2^s where
    // −x₀ < 2^w, w ≤ 16, s = 20 + w.
    const uint64_t divisor = (uint64_t)(-(int64_t)p->x0);
    lanes.inverse_shift = 20 + (uint32_t)bit_width(divisor);
    lanes.inverse = (uint32_t)((UINT64_C(1) << lanes.inverse_shift) / divisor) + 1;
  } else if (p->shift > 0) {
    lanes.below = (UINT64_C(1) << (p->shift - 1)) - 1;
    lanes.odd = 1;
  }
  return lanes;
}

void INTAGLIO_KERNEL(intaglio_integer_softmax_softmax_i32)(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const intaglio_softmax *constants,
    uint32_t *scratch, uint8_t *out, size_t ldout) {
  if (cols == 0
      || softmax_by_words(rows, cols, a, lda, constants, (uint16_t *)scratch, out, ldout)) {
    return;
  }
  const exponential_lanes lanes = lanes_of(constants);
  const bool few = constants->hi - constants->lo <= MOST_THRESHOLDS;
  for (size_t i = 0; i < rows; i++, a += lda, out += ldout) {
    const uint64_t sum = sum_of_powers(exponentials_of_row(cols, a, &lanes, scratch));
    const uint128_t divisor = (uint128_t)sum * constants->scale_numerator;
    if (few) {
      codes_by_thresholds(cols, scratch, divisor, constants, out);
    } else {
      codes_by_reciprocal(cols, scratch, divisor, constants, out);
    }
  }
}
