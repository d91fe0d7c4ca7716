/// The truth of the family: three loops. Packed B is, panel of 64 columns by panel, B itself,
/// row-major.
#include "begin.h"

#include "../lanes/gemm_pack.h"
#include "../lanes/weights_block.h"
#include "../lanes/weights_unpack.h"

enum { PANEL = WEIGHT_STRIPS * STRIP };

static size_t panel_columns(size_t n, size_t first) {
  return n - first < PANEL ? n - first : PANEL;
}

size_t intaglio_gemm_u8s8_packed_size_1x1__scalar(size_t k, size_t n) { return k * n; }

void intaglio_gemm_u8s8_pack_1x1__scalar(
    size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
    void *packed, int32_t *column_sums) {
  int8_t *to = packed;
  if (column_sums != NULL) {
    for (size_t j = 0; j < n; j++) column_sums[j] = 0;
  }
  for (size_t first = 0; first < n; first += PANEL) {
    for (size_t i = 0; i < k; i++) {
      for (size_t j = first; j < first + panel_columns(n, first); j++) {
        const int8_t value = b[(ptrdiff_t)i * row_stride + (ptrdiff_t)j * column_stride];
        *to++ = value;
        if (column_sums != NULL) column_sums[j] += value;
      }
    }
  }
}

/// One block, four rows of up to 16 columns, among the rows of the panel.
static void spread_block(
    const uint8_t block[BLOCK], size_t rows, size_t width, int8_t *to, size_t columns) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < width; j++) to[i * columns + j] = (int8_t)block[j * GROUP + i];
  }
}

void intaglio_gemm_u8s8_unpack_1x1__scalar(
    uint32_t width, size_t k, size_t columns, const void *weights, void *packed) {
  const uint8_t *from = weights;
  for (size_t i = 0; i < k; i += GROUP, from += group_size(width, ceiling(columns, STRIP))) {
    uint8_t blocks[WEIGHT_STRIPS][BLOCK];
    unpack_groups(width, GROUP, columns, from, blocks[0]);
    for (size_t j = 0; j < columns; j += STRIP) {
      spread_block(
          blocks[j / STRIP], k - i < GROUP ? k - i : GROUP,
          columns - j < STRIP ? columns - j : STRIP, (int8_t *)packed + i * columns + j, columns);
    }
  }
}

void intaglio_gemm_u8s8_1x1__scalar(
    size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,
    const int32_t *initial, int32_t *c, size_t ldc) {
  const int8_t *b = packed;
  for (size_t first = 0; first < n; first += PANEL) {
    const size_t columns = panel_columns(n, first);
    for (size_t i = 0; i < m; i++) {
      int32_t *row = c + i * ldc + first;
      for (size_t j = 0; j < columns; j++) row[j] = initial == NULL ? 0 : initial[first + j];
      for (size_t p = 0; p < k; p++) {
        const int32_t value = a[i * lda + p];
        for (size_t j = 0; j < columns; j++) row[j] += value * b[p * columns + j];
      }
    }
    b += k * columns;
  }
}
