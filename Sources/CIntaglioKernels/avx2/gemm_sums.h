/// u8 × s8 by `vpmaddubsw` whose results are added up in 16 bits, `PERIOD` of them before
/// `vpmaddwd` widens: exact while `PERIOD` · 2 · max(a) · max(|b|) ≤ 32767. Nearly half the
/// multiplications of gemm_pairs.c.

#include "../lanes/gemm_panels.h"

enum { TILE_ROWS = 6, PARTS = 2 };

/// Adds the products of the `count` ≤ 4 a of every row with one block, eight columns in a register.
INTAGLIO_INLINE void add_block(
    size_t rows, size_t count, const uint8_t *a, size_t lda, const uint8_t *block,
    __m256i sum[TILE_ROWS][PARTS]) {
  const __m256i b[PARTS] = {
      _mm256_loadu_si256((const __m256i *)block),
      _mm256_loadu_si256((const __m256i *)(block + 32)),
  };
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    const __m256i four = _mm256_set1_epi32((int)four_of(a + i * lda, count));
    INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) {
      sum[i][p] = _mm256_add_epi16(sum[i][p], _mm256_maddubs_epi16(four, b[p]));
    }
  }
}

/// At most `PERIOD` blocks, added to C.
INTAGLIO_INLINE void add_blocks(
    size_t rows, size_t k, const uint8_t *a, size_t lda, const uint8_t *block,
    __m256i wide[TILE_ROWS][PARTS]) {
  __m256i sum[TILE_ROWS][PARTS];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) sum[i][p] = _mm256_setzero_si256();
  }
  for (; k >= GROUP; k -= GROUP, a += GROUP, block += BLOCK) {
    add_block(rows, GROUP, a, lda, block, sum);
  }
  if (k > 0) add_block(rows, k, a, lda, block, sum);
  const __m256i ones = _mm256_set1_epi16(1);
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) {
      wide[i][p] = _mm256_add_epi32(wide[i][p], _mm256_madd_epi16(sum[i][p], ones));
    }
  }
}

INTAGLIO_INLINE void multiply_tile(size_t rows, const tile_operands *of) {
  __m256i wide[TILE_ROWS][PARTS];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) memcpy(wide[i], &of->start, sizeof wide[i]);
  for (size_t first = 0; first < of->k; first += PERIOD * GROUP) {
    const size_t depth = of->k - first < PERIOD * GROUP ? of->k - first : PERIOD * GROUP;
    add_blocks(rows, depth, of->a + first, of->lda, of->packed + first * STRIP, wide);
  }
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    i32x16 columns;
    memcpy(&columns, wide[i], sizeof columns);
    store_i32(of->c + i * of->ldc, columns, of->width);
  }
}

INTAGLIO_SIX_TILES
