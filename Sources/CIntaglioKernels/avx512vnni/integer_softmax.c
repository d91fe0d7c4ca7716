#if defined(__x86_64__)
#include "begin.h"

#include "words.h"

#include "../lanes/words.h"

#include "../lanes/softmax_codes.h"
#include "../lanes/softmax_scores.h"
#include "softmax_powers.h"

#include "../lanes/softmax_words.h"
#include "softmax_base2.h"
#include "../lanes/softmax_products.h"

#define INTAGLIO_OWN_take_u32
#include "../lanes/take.h"

/// table[index] of `count` = 2ᵏ entries, every index below `count`; up to 32 from registers.
INTAGLIO_INLINE u32x16 take_u32(const uint32_t *table, uint32_t count, u32x16 index) {
  if (count > 2 * LANES) return take_from_memory_u32(table, index);
  const i32x16 low = load_i32((const int32_t *)table, count < LANES ? count : LANES);
  const i32x16 high = count < 2 * LANES ? low : load_i32((const int32_t *)table + LANES, LANES);
  return (u32x16)_mm512_permutex2var_epi32((__m512i)low, (__m512i)index, (__m512i)high);
}

/// A table of distances with so many blocks.
INTAGLIO_INLINE void softmax_by_distances(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const intaglio_softmax *p,
    size_t blocks, int32_t turn, uint16_t *scratch, uint8_t *out, size_t ldout) {
  power_source source = {.last = p->power_count - 1};
  load_blocks(&source, blocks, p->power_count, p->powers);
  const bool saturates = saturated_words(p->power_count, p->powers) > 0;
  const power_form form = {.turn = turn, .table = POWERS_OF_DISTANCES, .blocks = blocks};
  softmax_of_words(rows, cols, a, lda, p, &source, form, saturates, scratch, out, ldout);
}

/// Whether the rows are done.
static bool softmax_by_words(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const intaglio_softmax *p,
    uint16_t *scratch, uint8_t *out, size_t ldout) {
  if (p->exponential == INTAGLIO_EXPONENTIAL_BASE2) {
    return softmax_by_base2(rows, cols, a, lda, p, scratch, out, ldout);
  }
  if (p->exponential == INTAGLIO_EXPONENTIAL_BASE2_PRODUCT) {
    softmax_by_products(rows, cols, a, lda, p, scratch, out, ldout);
    return true;
  }
  if (p->exponential != INTAGLIO_EXPONENTIAL_DISTANCES) return false;
  const size_t blocks = p->power_count / BLOCK;
  if (p->negative) {
    softmax_by_distances(rows, cols, a, lda, p, 8, -1, scratch, out, ldout);
  } else if (blocks <= 2) {
    softmax_by_distances(rows, cols, a, lda, p, 2, 0, scratch, out, ldout);
  } else if (blocks <= 4) {
    softmax_by_distances(rows, cols, a, lda, p, 4, 0, scratch, out, ldout);
  } else if (blocks <= 6) {
    softmax_by_distances(rows, cols, a, lda, p, 6, 0, scratch, out, ldout);
  } else {
    softmax_by_distances(rows, cols, a, lda, p, 8, 0, scratch, out, ldout);
  }
  return true;
}

#include "../lanes/integer_softmax.h"
#include "../lanes/end.h"
#endif
