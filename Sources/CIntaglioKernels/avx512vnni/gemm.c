/// u8 × s8 by `vpdpbusd`: 6 rows by 4 registers of 16 columns keep 24 of the 32 registers busy with
/// sums, 4 with a block of B each, and one with four a of a row.
#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/gemm_kernel.h"
#include "../lanes/gemm_pack.h"
#include "../lanes/weights_block.h"
#include "../lanes/weights_unpack.h"

enum { TILE_ROWS = 6, TILE_STRIPS = 4 };

/// What a tile multiplies, and where to.
typedef struct tile_operands {
  size_t k;
  const uint8_t *a;
  size_t lda;
  const uint8_t *packed;
  const int32_t *initial;
  int32_t *c;
  size_t ldc;
  /// Columns of the last strip.
  size_t width;
} tile_operands;

INTAGLIO_INLINE void multiply_tile(size_t rows, size_t strips, const tile_operands *of) {
  __m512i sum[TILE_ROWS][TILE_STRIPS];
  INTAGLIO_UNROLL for (size_t s = 0; s < strips; s++) {
    const size_t width = s + 1 < strips ? LANES : of->width;
    const i32x16 start = of->initial == NULL ? 0 : load_i32(of->initial + s * STRIP, width);
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) sum[i][s] = (__m512i)start;
  }
  const uint8_t *a = of->a, *packed = of->packed;
  size_t left = of->k;
  for (; left >= GROUP; left -= GROUP, a += GROUP, packed += strips * BLOCK) {
    __m512i b[TILE_STRIPS];
    INTAGLIO_UNROLL for (size_t s = 0; s < strips; s++) {
      b[s] = _mm512_loadu_si512(packed + s * BLOCK);
    }
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      const __m512i four = _mm512_set1_epi32((int)four_of(a + i * of->lda, GROUP));
      INTAGLIO_UNROLL for (size_t s = 0; s < strips; s++) {
        sum[i][s] = _mm512_dpbusd_epi32(sum[i][s], four, b[s]);
      }
    }
  }
  if (left > 0) {
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      const __m512i four = _mm512_set1_epi32((int)four_of(a + i * of->lda, left));
      INTAGLIO_UNROLL for (size_t s = 0; s < strips; s++) {
        const __m512i b = _mm512_loadu_si512(packed + s * BLOCK);
        sum[i][s] = _mm512_dpbusd_epi32(sum[i][s], four, b);
      }
    }
  }
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    INTAGLIO_UNROLL for (size_t s = 0; s < strips; s++) {
      const size_t width = s + 1 < strips ? LANES : of->width;
      store_i32(of->c + i * of->ldc + s * STRIP, (i32x16)sum[i][s], width);
    }
  }
}

#define INTAGLIO_TILE(rows, strips)                                       \
  static void multiply_##rows##x##strips(const tile_operands *operands) { \
    multiply_tile(rows, strips, operands);                                \
  }
#define INTAGLIO_TILES(strips) \
  INTAGLIO_TILE(1, strips)     \
  INTAGLIO_TILE(2, strips)     \
  INTAGLIO_TILE(3, strips)     \
  INTAGLIO_TILE(4, strips)     \
  INTAGLIO_TILE(5, strips)     \
  INTAGLIO_TILE(6, strips)
INTAGLIO_TILES(1)
INTAGLIO_TILES(2)
INTAGLIO_TILES(3)
INTAGLIO_TILES(4)

// clang-format off
#define INTAGLIO_TILE_ROW(strips)                                                       \
  {                                                                                     \
    multiply_1x##strips, multiply_2x##strips, multiply_3x##strips, multiply_4x##strips, \
        multiply_5x##strips, multiply_6x##strips                                        \
  }
// clang-format on

/// By strips − 1 and rows − 1.
static void (*const tiles[TILE_STRIPS][TILE_ROWS])(const tile_operands *) = {
    INTAGLIO_TILE_ROW(1), INTAGLIO_TILE_ROW(2), INTAGLIO_TILE_ROW(3), INTAGLIO_TILE_ROW(4)};

INTAGLIO_INLINE void multiply_panels(
    size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const uint8_t *panel,
    const int32_t *initial, int32_t *c, size_t ldc) {
  for (size_t j = 0; j < n; j += TILE_STRIPS * STRIP) {
    const size_t columns = n - j < TILE_STRIPS * STRIP ? n - j : TILE_STRIPS * STRIP;
    const size_t strips = ceiling(columns, STRIP);
    tile_operands operands = {
        .k = k,
        .lda = lda,
        .packed = panel,
        .initial = initial == NULL ? NULL : initial + j,
        .ldc = ldc,
        .width = columns - (strips - 1) * STRIP,
    };
    for (size_t i = 0; i < m; i += TILE_ROWS) {
      const size_t rows = m - i < TILE_ROWS ? m - i : TILE_ROWS;
      operands.a = a + i * lda;
      operands.c = c + i * ldc + j;
      tiles[strips - 1][rows - 1](&operands);
    }
    panel += ceiling(k, GROUP) * strips * BLOCK;
  }
}

INTAGLIO_GEMM_KERNEL(
    u8s8, 6x64, packed_size_of(k, n),
    pack_panels(TILE_STRIPS, k, n, b, row_stride, column_stride, packed, column_sums),
    unpack_groups(width, k, columns, weights, packed),
    multiply_panels(m, n, k, a, lda, packed, initial, c, ldc))
#include "../lanes/end.h"
#endif
