/// The kernel of intaglio_integer_softmax.h for a target that takes e from tables in memory: what its
/// integer_softmax.c includes behind the pieces that it has made itself. A target with tables in
/// registers has a `power_source`, `powers_of_scores`, `load_products` and `softmax_by_words` of its own
/// and includes the same headers around them.

#include "words.h"

#include "softmax_codes.h"
#include "softmax_exponent.h"
#include "softmax_scores.h"
#include "take.h"

/// How e follows from scores: a table in memory.
typedef struct power_source {
  const uint16_t *table;
  uint32_t last;
  /// Products: u, and w for every fraction of it.
  product_exponent exponent;
  uint16_t products[2048];
} power_source;

INTAGLIO_INLINE void load_products(power_source *source, const uint32_t table[96]) {
  for (size_t h = 0; h < 64; h++) {
    for (size_t l = 0; l < 32; l++) {
      source->products[32 * h + l] = (uint16_t)(table[h] - (table[h] * table[64 + l] >> 16));
    }
  }
}

/// (32) of u.
INTAGLIO_INLINE u16x32 products_of_exponents(const power_source *source, u16x32 u) {
  uint16_t at[WORDS];
  memcpy(at, &u, sizeof at);
  INTAGLIO_UNROLL
  for (size_t i = 0; i < WORDS; i++) {
    at[i] = (uint16_t)(((source->products[at[i] & 2047] >> (at[i] >> 11)) + 1) >> 1);
  }
  memcpy(&u, at, sizeof at);
  return u;
}

/// The word of each distance, one load each: as fast as a gather.
INTAGLIO_INLINE u16x32 powers_of_scores(
    const power_source *source, power_form form, uint32_t most, i32x16 low, i32x16 high) {
  const u32x16 first = most - (u32x16)(low ^ form.turn);
  const u32x16 second = most - (u32x16)(high ^ form.turn);
  const u32x16 last = source->last;
  uint32_t at[WORDS];
  uint16_t found[WORDS];
  if (form.table == POWERS_BY_PRODUCTS) {
    const i32x16 low_distance = (i32x16)(first < last ? first : last);
    const i32x16 high_distance = (i32x16)(second < last ? second : last);
    return products_of_exponents(
        source, exponents_of(&source->exponent, low_distance, high_distance));
  }
  const u32x16 index[2] = {first < last ? first : last, second < last ? second : last};
  memcpy(at, index, sizeof at);
  INTAGLIO_UNROLL
  for (size_t i = 0; i < WORDS; i++) found[i] = source->table[at[i]];
  u16x32 words;
  memcpy(&words, found, sizeof words);
  return words;
}

#include "softmax_words.h"

#include "softmax_products.h"

/// Whether the rows are done.
static bool softmax_by_words(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const intaglio_softmax *p,
    uint16_t *scratch, uint8_t *out, size_t ldout) {
  if (p->exponential == INTAGLIO_EXPONENTIAL_BASE2_PRODUCT) {
    softmax_by_products(rows, cols, a, lda, p, scratch, out, ldout);
    return true;
  }
  if (p->exponential != INTAGLIO_EXPONENTIAL_DISTANCES) return false;
  const power_source source = {.table = p->powers, .last = p->power_count - 1};
  const bool saturates = saturated_words(p->power_count, p->powers) > 0;
  const power_form form = {.turn = p->negative ? -1 : 0};
  softmax_of_words(rows, cols, a, lda, p, &source, form, saturates, scratch, out, ldout);
  return true;
}

#include "integer_softmax.h"
