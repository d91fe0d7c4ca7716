/// u8 × s8 by `vpmaddwd`, exact for every operand: both sides are widened to 16 bits, so that no
/// sum of two products is cut off. A register holds two partial sums of four columns.
#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/gemm_panels.h"

enum { TILE_ROWS = 3, PARTS = 4 };

/// Four a of a row, as often as they fit.
INTAGLIO_INLINE __m256i repeat(uint32_t four) {
  return _mm256_cvtepu8_epi16(_mm_set1_epi32((int)four));
}

/// Adds the products of four a of every row with one block of B.
INTAGLIO_INLINE void add_products(
    size_t rows, const __m256i four[TILE_ROWS], const uint8_t *block,
    __m256i sum[TILE_ROWS][PARTS]) {
  INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) {
    const __m256i b = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(block + 16 * p)));
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      sum[i][p] = _mm256_add_epi32(sum[i][p], _mm256_madd_epi16(four[i], b));
    }
  }
}

/// x₀ + x₁, x₂ + x₃, … of two registers of partial sums, in the order of the columns.
INTAGLIO_INLINE __m256i eight_columns(__m256i left, __m256i right) {
  return _mm256_permute4x64_epi64(_mm256_hadd_epi32(left, right), 0xd8);
}

INTAGLIO_INLINE i32x16 sixteen_columns(const __m256i sum[PARTS]) {
  const __m256i halves[2] = {eight_columns(sum[0], sum[1]), eight_columns(sum[2], sum[3])};
  i32x16 columns;
  memcpy(&columns, halves, sizeof columns);
  return columns;
}

#include "gemm_tile.h"

INTAGLIO_TILE(1)
INTAGLIO_TILE(2)
INTAGLIO_TILE(3)
static void (*const tiles[])(const tile_operands *) = {multiply_1, multiply_2, multiply_3};

INTAGLIO_GEMM_OF_TILES(u8s8, 3x16)
#include "../lanes/end.h"
#endif
