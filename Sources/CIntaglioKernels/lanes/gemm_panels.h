/// The loops around tiles of up to six rows by one strip.

#include "gemm_kernel.h"
#include "gemm_pack.h"
#include "weights_block.h"
#include "weights_unpack.h"

/// What a tile multiplies, and where to.
typedef struct tile_operands {
  size_t k;
  const uint8_t *a;
  size_t lda;
  const uint8_t *packed;
  i32x16 start;
  int32_t *c;
  size_t ldc;
  size_t width;
} tile_operands;

/// `tiles` has the tiles of 1 to `most` rows; from one packed strip to the next are `strip_size` bytes.
INTAGLIO_INLINE void multiply_panels(
    void (*const tiles[])(const tile_operands *), size_t most, size_t strip_size, size_t m,
    size_t n, size_t k, const uint8_t *a, size_t lda, const uint8_t *packed, const int32_t *initial,
    int32_t *c, size_t ldc) {
  for (size_t j = 0; j < n; j += STRIP, packed += strip_size) {
    const size_t width = n - j < STRIP ? n - j : STRIP;
    tile_operands operands = {
        .k = k,
        .lda = lda,
        .packed = packed,
        .start = initial == NULL ? 0 : load_i32(initial + j, width),
        .ldc = ldc,
        .width = width,
    };
    for (size_t i = 0; i < m; i += most) {
      operands.a = a + i * lda;
      operands.c = c + i * ldc + j;
      tiles[(m - i < most ? m - i : most) - 1](&operands);
    }
  }
}

#define INTAGLIO_TILE(rows) \
  static void multiply_##rows(const tile_operands *operands) { multiply_tile(rows, operands); }

/// The tiles of up to six rows, from `multiply_tile`.
#define INTAGLIO_SIX_TILES                                                                   \
  INTAGLIO_TILE(1)                                                                           \
  INTAGLIO_TILE(2)                                                                           \
  INTAGLIO_TILE(3)                                                                           \
  INTAGLIO_TILE(4)                                                                           \
  INTAGLIO_TILE(5)                                                                           \
  INTAGLIO_TILE(6)                                                                           \
  static void (*const tiles[])(const tile_operands *) = {multiply_1, multiply_2, multiply_3, \
                                                         multiply_4, multiply_5, multiply_6};

/// The kernel of the including file's `tiles`, whose strips are blocks and nothing else.
#define INTAGLIO_GEMM_OF_TILES(types, tile)                                    \
  INTAGLIO_GEMM_KERNEL(                                                        \
      types, tile, packed_size_of(k, n),                                       \
      pack_panels(1, k, n, b, row_stride, column_stride, packed, column_sums), \
      unpack_strips(width, k, columns, weights, packed),                       \
      multiply_panels(                                                         \
          tiles, TILE_ROWS, ceiling(k, GROUP) * BLOCK, m, n, k, a, lda, packed, initial, c, ldc))
