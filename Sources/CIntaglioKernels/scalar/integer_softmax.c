#include "../targets.h"

#include "../lanes/softmax_sum.h"
#include "../lanes/uint128.h"

/// v / 2^shift rounded half to even, (16).
static uint64_t shifted(uint64_t v, int32_t shift) {
  if (shift == 0) return v;
  const uint64_t half = UINT64_C(1) << (shift - 1);
  return (v + half - 1 + ((v >> shift) & 1)) >> shift;
}

/// (23).
static uint32_t power_of_two(uint32_t distance, const intaglio_softmax *p) {
  const uint64_t capped = distance < p->cap ? distance : p->cap;
  const uint64_t u = shifted(capped * p->multiplier, p->shift);
  const uint64_t whole = u >> p->fraction_bits;
  const uint64_t fraction = u & ((UINT64_C(1) << p->fraction_bits) - 1);
  return whole > 31 ? 0 : p->table[fraction] >> whole;
}

/// (32).
static uint32_t product_of_powers(uint32_t distance, const intaglio_softmax *p) {
  const uint64_t half = p->dropped == 0 ? 0 : UINT64_C(1) << (p->dropped - 1);
  const uint64_t reduced = (distance + half) >> p->dropped;
  const uint32_t x = reduced < p->cap ? (uint32_t)reduced : p->cap;
  const uint32_t u = (x * p->multiplier + (UINT32_C(1) << (p->shift - 1))) >> p->shift;
  const uint32_t coarse = p->table[(u >> 5) & 63], fine = p->table[64 + (u & 31)];
  const uint32_t power = coarse - (coarse * fine >> 16);
  return ((power >> (u >> 11 & 31)) + 1) >> 1;
}

/// (24).
static uint32_t shiftmax(uint32_t distance, const intaglio_softmax *p) {
  const int64_t x = -(int64_t)distance, x0 = p->x0, n = p->n;
  int64_t exponent = x + (x >> 1) - (x >> 4);
  if (exponent < n * x0) exponent = n * x0;
  const int64_t quotient = exponent / x0;
  const int64_t rest = exponent - quotient * x0;
  return (uint32_t)(((rest - 2 * x0) << (n - quotient)) >> 1);
}

/// The table of distances.
static uint32_t power_at(uint32_t distance, const intaglio_softmax *p) {
  const uint16_t e = p->powers[distance < p->power_count ? distance : p->power_count - 1];
  return e == UINT16_MAX ? UINT32_C(1) << 16 : e;
}

static uint32_t exponential(uint32_t distance, const intaglio_softmax *p) {
  switch (p->exponential) {
    case INTAGLIO_EXPONENTIAL_BASE2:
      return power_of_two(distance, p);
    case INTAGLIO_EXPONENTIAL_BASE2_PRODUCT:
      return product_of_powers(distance, p);
    case INTAGLIO_EXPONENTIAL_SHIFTMAX:
      return shiftmax(distance, p);
    case INTAGLIO_EXPONENTIAL_DISTANCES:
      return power_at(distance, p);
  }
}

/// (25): e · denominator / (Σ · numerator), rounded and moved by the zero point.
static uint8_t code_of(uint32_t e, uint64_t sum, const intaglio_softmax *p) {
  const uint128_t dividend = (uint128_t)e * p->scale_denominator;
  const uint128_t divisor = (uint128_t)sum * p->scale_numerator;
  const int128_t below = (int128_t)(dividend / divisor);
  const uint128_t twice = 2 * (dividend % divisor);
  const bool odd = ((below + (p->zero_before_rounding ? p->zero_point : 0)) & 1) != 0;
  const int128_t rounded = below + (twice > divisor || (twice == divisor && odd));
  const int128_t code = rounded + p->zero_point;
  return (uint8_t)((code < p->lo ? p->lo : code > p->hi ? p->hi : (int32_t)code) + p->bias);
}

void intaglio_integer_softmax_softmax_i32__scalar(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const intaglio_softmax *constants,
    uint32_t *scratch, uint8_t *out, size_t ldout) {
  for (size_t i = 0; i < rows && cols > 0; i++, a += lda, out += ldout) {
    int32_t least = INT32_MAX, most = INT32_MIN;
    for (size_t j = 0; j < cols; j++) {
      least = a[j] < least ? a[j] : least;
      most = a[j] > most ? a[j] : most;
    }
    uint64_t sum = 0;
    for (size_t j = 0; j < cols; j++) {
      const uint32_t distance = constants->negative ? (uint32_t)a[j] - (uint32_t)least
                                                    : (uint32_t)most - (uint32_t)a[j];
      scratch[j] = exponential(distance, constants);
      sum += scratch[j];
    }
    sum = sum_of_powers(sum);
    for (size_t j = 0; j < cols; j++) out[j] = code_of(scratch[j], sum, constants);
  }
}
