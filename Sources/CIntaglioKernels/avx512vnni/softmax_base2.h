/// (23) with u and e in words: the table in registers, u from the high halves of products.

/// Whether D · multiplier / 2^shift can be a tie, D ≤ cap.
static inline bool has_ties(const intaglio_softmax *p) {
  // The product is an odd multiple of 2^(shift − 1) there.
  const int32_t zeros = p->shift - 1 - __builtin_ctz(p->multiplier);
  return zeros >= 0 && zeros < 32 && p->cap >> zeros != 0;
}

/// (23) where u and e are words; false where they are not.
static inline bool prepare_base2(const intaglio_softmax *p, uint16_t *table, power_source *source) {
  const uint32_t count = UINT32_C(1) << p->fraction_bits;
  if (p->multiplier == 0 || p->shift == 0 || count > MOST_BLOCKS * BLOCK || has_ties(p)) {
    return false;
  }
  const int32_t left = p->shift < 33 ? 33 - p->shift : 0, right = p->shift + left - 32;
  const uint64_t farthest = (uint64_t)p->cap << left;
  if (farthest > UINT32_MAX || right > 15) return false;
  const uint32_t half = UINT32_C(1) << (right - 1);
  if ((farthest * p->multiplier >> 32) + half > UINT16_MAX) return false;
  uint32_t least = UINT32_MAX, most = 0;
  bool is_close = false;
  for (uint32_t i = 0; i < count; i++) {
    least = p->table[i] < least ? p->table[i] : least;
    most = p->table[i] > most ? p->table[i] : most;
    is_close |= p->table[i] == UINT16_MAX;
  }
  // A word of 2¹⁶ − 1 stands for 2¹⁶.
  if (most > UINT32_C(1) << 16 || least == 0 || is_close) return false;
  source->is_less = most > UINT16_MAX;
  for (uint32_t i = 0; i < MOST_BLOCKS * BLOCK; i++) {
    table[i] = (uint16_t)(p->table[i & (count - 1)] - source->is_less);
  }
  source->last = p->cap;
  source->multiplier = p->multiplier;
  source->half = (uint16_t)half;
  source->left = left;
  source->right = right;
  source->fraction_bits = p->fraction_bits;
  return true;
}

/// The table of (23) with so many blocks.
INTAGLIO_INLINE void softmax_by_fractions(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const intaglio_softmax *p,
    const power_source *prepared, const uint16_t *table, size_t blocks, int32_t turn,
    uint16_t *scratch, uint8_t *out, size_t ldout) {
  power_source source = *prepared;
  load_blocks(&source, blocks, MOST_BLOCKS * BLOCK, table);
  const power_form form = {.turn = turn, .table = POWERS_OF_FRACTIONS, .blocks = blocks};
  softmax_of_words(rows, cols, a, lda, p, &source, form, source.is_less, scratch, out, ldout);
}

/// Whether the rows are done.
static bool softmax_by_base2(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const intaglio_softmax *p,
    uint16_t *scratch, uint8_t *out, size_t ldout) {
  uint16_t table[MOST_BLOCKS * BLOCK];
  power_source source;
  if (!prepare_base2(p, table, &source)) return false;
  const size_t count = (size_t)1 << p->fraction_bits;
  if (p->negative) {
    softmax_by_fractions(rows, cols, a, lda, p, &source, table, 8, -1, scratch, out, ldout);
  } else if (count <= BLOCK) {
    softmax_by_fractions(rows, cols, a, lda, p, &source, table, 1, 0, scratch, out, ldout);
  } else if (count <= 2 * BLOCK) {
    softmax_by_fractions(rows, cols, a, lda, p, &source, table, 2, 0, scratch, out, ldout);
  } else if (count <= 4 * BLOCK) {
    softmax_by_fractions(rows, cols, a, lda, p, &source, table, 4, 0, scratch, out, ldout);
  } else {
    softmax_by_fractions(rows, cols, a, lda, p, &source, table, 8, 0, scratch, out, ldout);
  }
  return true;
}
