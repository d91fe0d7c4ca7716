/// u8 × s8 by `vpdpbusd` on registers of eight columns. Two instruction sets have it; the including
/// file has defined `dot_fours`, one register's products added to its sums.

#include "../lanes/gemm_pack.h"
#include "../lanes/weights_block.h"
#include "../lanes/weights_unpack.h"

enum { TILE_ROWS = 6, PARTS = 2 };

/// Four a of a row, as often as they fit.
INTAGLIO_INLINE __m256i repeat(uint32_t four) { return _mm256_set1_epi32((int)four); }

/// Adds the products of four a of every row with one block of B.
INTAGLIO_INLINE void add_products(
    size_t rows, const __m256i four[TILE_ROWS], const uint8_t *block,
    __m256i sum[TILE_ROWS][PARTS]) {
  INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) {
    const __m256i b = _mm256_loadu_si256((const __m256i *)(block + 32 * p));
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) sum[i][p] = dot_fours(sum[i][p], four[i], b);
  }
}

INTAGLIO_INLINE i32x16 sixteen_columns(const __m256i sum[PARTS]) {
  i32x16 columns;
  memcpy(&columns, sum, sizeof columns);
  return columns;
}

#include "gemm_tile.h"

INTAGLIO_SIX_TILES

size_t INTAGLIO_KERNEL(intaglio_gemm_u8s8_packed_size_6x16)(size_t k, size_t n) {
  return packed_size_of(k, n);
}

void INTAGLIO_KERNEL(intaglio_gemm_u8s8_pack_6x16)(
    size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
    void *packed, int32_t *column_sums) {
  pack_panels(1, k, n, b, row_stride, column_stride, packed, column_sums);
}

void INTAGLIO_KERNEL(intaglio_gemm_u8s8_unpack_6x16)(
    uint32_t width, size_t k, size_t columns, const void *weights, void *packed) {
  unpack_strips(width, k, columns, weights, packed);
}

void INTAGLIO_KERNEL(intaglio_gemm_u8s8_6x16)(
    size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,
    const int32_t *initial, int32_t *c, size_t ldc) {
  multiply_panels(tiles, TILE_ROWS, m, n, k, a, lda, packed, initial, c, ldc);
}
