#if defined(__x86_64__)
#include "begin.h"

#include "words.h"

#include "../lanes/softmax_codes.h"
#include "../lanes/take.h"

/// table[index] of `count` = 2ᵏ entries, every index below `count`.
INTAGLIO_INLINE u32x16 take_u32(const uint32_t *table, uint32_t count, u32x16 index) {
  (void)count;
  return take_from_memory_u32(table, index);
}

/// How e follows from scores: a table in memory.
typedef struct power_source {
  const uint16_t *table;
  uint32_t last;
} power_source;

/// The word of each distance, one load each: as fast as a gather.
INTAGLIO_INLINE u16x32 powers_of_scores(
    const power_source *source, power_form form, uint32_t most, i32x16 low, i32x16 high) {
  const u32x16 first = most - (u32x16)(low ^ form.turn);
  const u32x16 second = most - (u32x16)(high ^ form.turn);
  const u32x16 last = source->last;
  uint32_t at[WORDS];
  uint16_t found[WORDS];
  const u32x16 index[2] = {first < last ? first : last, second < last ? second : last};
  memcpy(at, index, sizeof at);
  INTAGLIO_UNROLL
  for (size_t i = 0; i < WORDS; i++) found[i] = source->table[at[i]];
  u16x32 words;
  memcpy(&words, found, sizeof words);
  return words;
}

#include "../lanes/softmax_words.h"

/// Whether the rows are done.
static bool softmax_by_words(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const intaglio_softmax *p,
    uint16_t *scratch, uint8_t *out, size_t ldout) {
  if (p->exponential != INTAGLIO_EXPONENTIAL_DISTANCES) return false;
  const power_source source = {p->powers, p->power_count - 1};
  const bool saturates = saturated_words(p->power_count, p->powers) > 0;
  const power_form form = {.turn = p->negative ? -1 : 0};
  softmax_of_words(rows, cols, a, lda, p, &source, form, saturates, scratch, out, ldout);
  return true;
}

#include "../lanes/integer_softmax.h"
#include "end.h"
#endif
