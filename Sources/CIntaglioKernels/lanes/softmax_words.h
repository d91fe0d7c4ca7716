/// Softmax over rows whose e are words: e from a table of distances, and codes from one product of
/// 16 bits, by comparison where that leaves two of them.

#include "../lanes/softmax_sum.h"

/// ⌊2^exponent / s′⌋, of 63 or 64 bits.
typedef struct inverse_scale {
  uint64_t significand;
  int32_t exponent;
} inverse_scale;

INTAGLIO_INLINE inverse_scale inverse_of_scale(const intaglio_softmax *p) {
  const int32_t exponent = 63 + bit_width(p->scale_numerator) - bit_width(p->scale_denominator);
  const uint128_t dividend = (uint128_t)p->scale_denominator << exponent;
  return (inverse_scale){(uint64_t)(dividend / p->scale_numerator), exponent};
}

/// The least and the most fraction bits of a quotient that decides codes; the least where it has 16
/// more behind them.
enum { LEAST_FRACTION = 3, MOST_FRACTION = 13, LEAST_FINE_FRACTION = 1 };

/// v = e / (s′ · Σ) as ⌊word · factor / 2¹⁶⌋ / 2^fraction, less than 5/2 / 2^fraction too small: 1
/// for rounding down, 1 for what the factor lacks, 1/2 for a word that stands for the next number.
///
/// Where e is at most 2¹⁵, ⌊word · (2¹⁶ · factor + rest) / 2¹⁶⌋ / 2^(fraction + 16) is less than 3/2 /
/// 2^(fraction + 16) too small.
typedef struct row_quotient {
  /// Below 2¹⁵, so that the quotient is, too.
  uint16_t factor, rest;
  int32_t fraction;
  /// Whether `rest` has all its bits.
  bool is_fine;
  /// Σ · numerator.
  uint128_t divisor;
} row_quotient;

INTAGLIO_INLINE row_quotient
quotient_of_row(uint64_t sum, inverse_scale inverse, const intaglio_softmax *p) {
  const uint64_t whole = inverse.significand / sum;
  int32_t right = bit_width_u64(whole) - 15;
  const int32_t beyond = inverse.exponent - right - 16 - MOST_FRACTION;
  if (beyond > 0) right += beyond;
  return (row_quotient){
      .factor = right > 63 ? 0 : (uint16_t)(whole >> right),
      .rest = right > 63 || right < 16 ? 0 : (uint16_t)(whole >> (right - 16)),
      .is_fine = right >= 16 && right <= 63,
      .fraction = inverse.exponent - right - 16,
      .divisor = (uint128_t)sum * p->scale_numerator,
  };
}

/// e of a word.
INTAGLIO_INLINE uint32_t power_of(uint16_t word) {
  return word == UINT16_MAX ? UINT32_C(1) << 16 : word;
}

/// What is added to a quotient with 16 more bits, so that it is at most as much above a multiple
/// where it is a tie or may be on either side of one.
enum { FINE_ERROR = 2 };

/// What the codes of all rows follow from.
typedef struct code_words {
  /// The ends of round(v), and what makes it the stored code.
  u16x32 least, most, start;
  /// For every number of fraction bits: what is added to v before it is rounded down, so that it
  /// is at most 3 above a multiple where it is a tie or may be on either side of one; and the bits
  /// that are 0 there.
  u16x32 half[MOST_FRACTION + 1], undecided[MOST_FRACTION + 1];
  /// False where round(v) is no word.
  bool fits;
} code_words;

INTAGLIO_INLINE code_words words_of_codes(const intaglio_softmax *p) {
  const int32_t most = p->hi - p->zero_point, least = p->lo - p->zero_point;
  code_words words = {
      .least = (uint16_t)(least < 0 ? 0 : least),
      .most = (uint16_t)most,
      .start = (uint16_t)(p->zero_point + p->bias),
      .fits = most >= 0 && most <= UINT16_MAX,
  };
  for (int32_t fraction = LEAST_FRACTION; fraction <= MOST_FRACTION; fraction++) {
    words.half[fraction] = (uint16_t)((1 << (fraction - 1)) + 3);
    words.undecided[fraction] = (uint16_t)((1 << fraction) - 4);
  }
  return words;
}

/// The codes of the words that `undecided` has a bit for, by comparison.
static __attribute__((noinline)) void decide(
    uint32_t undecided, const uint16_t *e, const row_quotient *quotient, const intaglio_softmax *p,
    uint8_t *out) {
  const uint32_t half = (UINT32_C(1) << (quotient->fraction - 1)) + 3;
  for (; undecided != 0; undecided &= undecided - 1) {
    const size_t word = (size_t)__builtin_ctz(undecided);
    const uint32_t position = ((e[word] * (uint32_t)quotient->factor) >> 16) + half;
    const uint32_t round = position >> quotient->fraction;
    out[word] = nearby_code(power_of(e[word]), quotient->divisor, round, p);
  }
}

/// Codes of up to 32 words.
INTAGLIO_INLINE void codes_of_words(
    const uint16_t *e, const row_quotient *quotient, const code_words *words,
    const intaglio_softmax *p, uint8_t *out, size_t width) {
  const int32_t fraction = quotient->fraction;
  const u16x32 position = high_products(load_words(e, width), (u16x32)quotient->factor)
                          + words->half[fraction];
  const u16x32 round = shifted_words(position, fraction);
  const u16x32 raised = round < words->least ? words->least : round;
  const u16x32 code = raised > words->most ? words->most : raised;
  store_bytes(out, bytes_of(code + words->start), width);
  uint32_t undecided = disjoint_words(position, words->undecided[fraction]);
  if (width < WORDS) undecided &= (UINT32_C(1) << width) - 1;
  if (__builtin_expect(undecided != 0, 0)) decide(undecided, e, quotient, p, out);
}

/// The codes of the words that `undecided` has a bit for, by comparison, where e is at most 2¹⁵.
static __attribute__((noinline)) void decide_finely(
    uint32_t undecided, const uint16_t *e, const row_quotient *quotient, const intaglio_softmax *p,
    uint8_t *out) {
  const uint32_t half = UINT32_C(1) << (quotient->fraction + 15);
  const uint64_t factor = ((uint64_t)quotient->factor << 16) + quotient->rest;
  for (; undecided != 0; undecided &= undecided - 1) {
    const size_t word = (size_t)__builtin_ctz(undecided);
    const uint32_t position = (uint32_t)(e[word] * factor >> 16) + FINE_ERROR + half;
    const uint32_t round = position >> (quotient->fraction + 16);
    out[word] = nearby_code(e[word], quotient->divisor, round, p);
  }
}

/// Codes of up to 32 words that are at most 2¹⁵.
INTAGLIO_INLINE void fine_codes_of_words(
    const uint16_t *e, const row_quotient *quotient, const code_words *words,
    const intaglio_softmax *p, uint8_t *out, size_t width) {
  const int32_t fraction = quotient->fraction;
  const u16x32 value = load_words(e, width), factor = quotient->factor, rest = quotient->rest;
  const u16x32 lower = value * factor;
  const u16x32 behind = lower + high_products(value, rest) + FINE_ERROR;
  const u16x32 above = high_products(value, factor) + (uint16_t)(1 << (fraction - 1));
  const u16x32 position = more_where_less(above, behind, lower);
  const u16x32 round = shifted_words(position, fraction);
  const u16x32 raised = round < words->least ? words->least : round;
  const u16x32 code = raised > words->most ? words->most : raised;
  store_bytes(out, bytes_of(code + words->start), width);
  const u16x32 places = (uint16_t)((1 << fraction) - 1);
  uint32_t undecided = disjoint_and_small(position, places, behind, FINE_ERROR);
  if (width < WORDS) undecided &= (UINT32_C(1) << width) - 1;
  if (__builtin_expect(undecided != 0, 0)) decide_finely(undecided, e, quotient, p, out);
}

INTAGLIO_INLINE void fine_codes_of_row(
    size_t cols, const uint16_t *e, const row_quotient *quotient, const code_words *words,
    const intaglio_softmax *p, uint8_t *out) {
  size_t j = 0;
  for (; j + WORDS <= cols; j += WORDS) {
    fine_codes_of_words(e + j, quotient, words, p, out + j, WORDS);
  }
  if (j < cols) fine_codes_of_words(e + j, quotient, words, p, out + j, cols - j);
}

/// - `is_low`: e is at most 2¹⁵.
INTAGLIO_INLINE void codes_of_row(
    size_t cols, const uint16_t *e, const row_quotient *quotient, const code_words *words,
    const intaglio_softmax *p, bool is_low, uint8_t *out) {
  if (is_low && words->fits && quotient->is_fine && quotient->fraction >= LEAST_FINE_FRACTION) {
    fine_codes_of_row(cols, e, quotient, words, p, out);
    return;
  }
  size_t j = 0;
  if (__builtin_expect(!words->fits || quotient->fraction < LEAST_FRACTION, 0)) {
    for (; j < cols; j++) out[j] = exact_code(power_of(e[j]), quotient->divisor, p);
    return;
  }
  for (; j + WORDS <= cols; j += WORDS) {
    codes_of_words(e + j, quotient, words, p, out + j, WORDS);
  }
  if (j < cols) codes_of_words(e + j, quotient, words, p, out + j, cols - j);
}

/// e of a row, 0 up to the next multiple of 32, and the sum of the words.
INTAGLIO_INLINE uint64_t powers_of_row(
    size_t cols, const int32_t *a, uint32_t most, const power_source *source, power_form form,
    uint16_t *e) {
  word_sums sums = {0};
  size_t j = 0;
  for (; j + WORDS <= cols; j += WORDS) {
    const i32x16 low = load_i32(a + j, LANES), high = load_i32(a + j + LANES, LANES);
    const u16x32 power = powers_of_scores(source, form, most, low, high);
    store_words(e + j, power, WORDS);
    add_words(&sums, power);
  }
  if (j < cols) {
    const size_t width = cols - j;
    const i32x16 low = load_i32(a + j, width < LANES ? width : LANES);
    const i32x16 high = width > LANES ? load_i32(a + j + LANES, width - LANES) : low;
    const u16x32 power = first_words(powers_of_scores(source, form, most, low, high), width);
    store_words(e + j, power, WORDS);
    add_words(&sums, power);
  }
  return total_of(sums);
}

/// How many words stand for 2¹⁶.
static __attribute__((noinline)) uint64_t saturated_words(size_t cols, const uint16_t *e) {
  uint64_t count = 0;
  for (size_t j = 0; j < cols; j += WORDS) {
    const u16x32 power = load_words(e + j, cols - j < WORDS ? cols - j : WORDS);
    count += (uint64_t)__builtin_popcount(equal_words(power, UINT16_MAX));
  }
  return count;
}

/// All rows. The codes of a row are found after e of the next, which hides how long a quotient
/// takes.
///
/// `saturates` where words may stand for 2¹⁶.
INTAGLIO_INLINE void softmax_of_words(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const intaglio_softmax *p,
    const power_source *source, power_form form, bool saturates, uint16_t *scratch, uint8_t *out,
    size_t ldout) {
  const inverse_scale inverse = inverse_of_scale(p);
  const code_words words = words_of_codes(p);
  const bool is_low = form.table == POWERS_BY_PRODUCTS;
  uint16_t *e = scratch, *before = scratch + (cols + WORDS - 1) / WORDS * WORDS;
  row_quotient quotient;
  uint32_t most = rows == 0 ? 0 : (uint32_t)largest(cols, a, form.turn);
  for (size_t i = 0; i < rows; i++, a += lda) {
    uint64_t sum = powers_of_row(cols, a, most, source, form, e);
    if (__builtin_expect(saturates, 0)) sum += saturated_words(cols, e);
    if (i + 1 < rows) most = (uint32_t)largest(cols, a + lda, form.turn);
    if (i > 0) {
      codes_of_row(cols, before, &quotient, &words, p, is_low, out);
      out += ldout;
    }
    quotient = quotient_of_row(sum_of_powers(sum), inverse, p);
    uint16_t *const next = before;
    before = e;
    e = next;
  }
  if (rows > 0) codes_of_row(cols, before, &quotient, &words, p, is_low, out);
}
