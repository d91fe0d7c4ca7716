/// u8 × s8 by `vpmaddubsw`, which adds two products in 16 bits and cuts off what does not fit:
/// exact while 2 · max(a) · max(|b|) ≤ 32767, as with 7-bit a, or with b of 7 bits and fewer. Half
/// the work of gemm.c.
#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/gemm_panels.h"

enum { TILE_ROWS = 6, PARTS = 2 };

/// Four a of a row, as often as they fit.
INTAGLIO_INLINE __m256i repeat(uint32_t four) { return _mm256_set1_epi32((int)four); }

/// Adds the products of four a of every row with one block of B; a register holds eight columns.
INTAGLIO_INLINE void add_products(
    size_t rows, const __m256i four[TILE_ROWS], const uint8_t *block,
    __m256i sum[TILE_ROWS][PARTS]) {
  const __m256i ones = _mm256_set1_epi16(1);
  const __m256i b[PARTS] = {
      _mm256_loadu_si256((const __m256i *)block),
      _mm256_loadu_si256((const __m256i *)(block + 32)),
  };
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) {
      const __m256i pairs = _mm256_maddubs_epi16(four[i], b[p]);
      sum[i][p] = _mm256_add_epi32(sum[i][p], _mm256_madd_epi16(pairs, ones));
    }
  }
}

INTAGLIO_INLINE i32x16 sixteen_columns(const __m256i sum[PARTS]) {
  i32x16 columns;
  memcpy(&columns, sum, sizeof columns);
  return columns;
}

#include "gemm_tile.h"

INTAGLIO_SIX_TILES

INTAGLIO_GEMM_OF_TILES(u8s8pairs, 6x16)
#include "../lanes/end.h"
#endif
