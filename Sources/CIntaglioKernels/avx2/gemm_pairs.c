/// u8 × s8 by `vpmaddubsw`, which adds two products in 16 bits and cuts off what does not fit:
/// exact while 2 · max(a) · max(|b|) ≤ 32767, as with 7-bit a, or with b of 7 bits and fewer. Half
/// the work of gemm.c.
#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/gemm_pack.h"
#include "../lanes/weights_block.h"
#include "../lanes/weights_unpack.h"

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

size_t intaglio_gemm_u8s8pairs_packed_size_6x16__avx2(size_t k, size_t n) {
  return packed_size_of(k, n);
}

void intaglio_gemm_u8s8pairs_pack_6x16__avx2(
    size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
    void *packed, int32_t *column_sums) {
  pack_panels(1, k, n, b, row_stride, column_stride, packed, column_sums);
}

void intaglio_gemm_u8s8pairs_unpack_6x16__avx2(
    uint32_t width, size_t k, size_t columns, const void *weights, void *packed) {
  unpack_strips(width, k, columns, weights, packed);
}

void intaglio_gemm_u8s8pairs_6x16__avx2(
    size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,
    const int32_t *initial, int32_t *c, size_t ldc) {
  multiply_panels(tiles, TILE_ROWS, m, n, k, a, lda, packed, initial, c, ldc);
}
#include "end.h"
#endif
