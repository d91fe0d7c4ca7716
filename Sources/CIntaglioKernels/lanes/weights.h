/// Packs weights and multiplies a few rows with packed weights.
///
/// A file with INTAGLIO_OWN_dot_fours has defined `dot_fours`, behind gemm_pack.h and weights_block.h,
/// and `TILE_ROWS` ≤ 4, how many rows are multiplied at a time.

#if !defined(INTAGLIO_OWN_dot_fours)
#include "gemm_pack.h"
#include "weights_block.h"

enum { TILE_ROWS = 1 };

/// Adds the products of four a with the four weights of each of 16 columns: every fourth byte of a
/// block belongs to the same row.
INTAGLIO_INLINE i32x16 dot_fours(uint32_t width, i32x16 sum, uint32_t four, u8x64 weights) {
  (void)width;
  const i32x16 w = (i32x16)weights, a = (int32_t)four;
  return sum + (w << 24 >> 24) * (a & 255) + (w << 16 >> 24) * (a >> 8 & 255)
         + (w << 8 >> 24) * (a >> 16 & 255) + (w >> 24) * (a >> 24 & 255);
}
#endif

#if !defined(INTAGLIO_OWN_weight_excess)
/// How much more than itself a weight counts in `dot_fours`.
INTAGLIO_INLINE uint8_t weight_excess(uint32_t width) { return weight_bias(width); }
#endif

enum { PACK_GROUPS = 16 };

/// Some rows of the panel of `columns` columns, in groups.
INTAGLIO_INLINE void pack_weight_rows(
    uint32_t width, size_t rows, const uint8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
    size_t columns, uint8_t *to, i32x16 sums[WEIGHT_STRIPS]) {
  const size_t strips = ceiling(columns, STRIP), unit = strips == WEIGHT_STRIPS ? strips : 1;
  u8x64 blocks[PACK_GROUPS][WEIGHT_STRIPS];
  for (size_t s = 0; s < strips; s++) {
    const size_t j = s * STRIP;
    uint8_t *first = (uint8_t *)&blocks[0][s];
    pack_strip(
        rows, b + (ptrdiff_t)j * column_stride, row_stride, column_stride,
        columns - j < STRIP ? columns - j : STRIP, sizeof blocks[0], first);
    sums[s] += strip_sums(rows, sizeof blocks[0], first);
  }
  for (size_t g = 0; g < ceiling(rows, GROUP); g++) {
    for (size_t s = 0; s < strips; s += unit, to += group_size(width, unit)) {
      if (unit == 1) {
        store_weights(width, 1, &blocks[g][s], to);
      } else {
        store_weights(width, WEIGHT_STRIPS, blocks[g], to);
      }
    }
  }
}

INTAGLIO_INLINE void pack_weights(
    uint32_t width, size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride,
    ptrdiff_t column_stride, uint8_t *to, int32_t *column_sums) {
  for (size_t j = 0; j < n; j += WEIGHT_STRIPS * STRIP) {
    const size_t columns = n - j < WEIGHT_STRIPS * STRIP ? n - j : WEIGHT_STRIPS * STRIP;
    const uint8_t *panel = (const uint8_t *)b + (ptrdiff_t)j * column_stride;
    i32x16 sums[WEIGHT_STRIPS] = {0, 0, 0, 0};
    for (size_t i = 0; i < k; i += PACK_GROUPS * GROUP) {
      const size_t rows = k - i < PACK_GROUPS * GROUP ? k - i : PACK_GROUPS * GROUP;
      pack_weight_rows(
          width, rows, panel + (ptrdiff_t)i * row_stride, row_stride, column_stride, columns, to,
          sums);
      to += ceiling(rows, GROUP) * group_size(width, ceiling(columns, STRIP));
    }
    if (column_sums != NULL) memcpy(column_sums + j, sums, columns * sizeof(int32_t));
  }
}

/// Σ of `count` bytes.
INTAGLIO_INLINE int32_t sum_of(const uint8_t *a, size_t count) {
  i32x16 sums = 0;
  size_t i = 0;
  for (; i + BLOCK <= count; i += BLOCK) {
    u32x16 four;
    memcpy(&four, a + i, sizeof four);
    sums += (i32x16)((four & 255) + (four >> 8 & 255) + (four >> 16 & 255) + (four >> 24));
  }
  int32_t sum = __builtin_reduce_add(sums);
  for (; i < count; i++) sum += a[i];
  return sum;
}

/// What some rows are multiplied with, and where to.
typedef struct row_operands {
  size_t k;
  const uint8_t *a;
  size_t lda;
  /// The first group's unit.
  const uint8_t *packed;
  /// From one group to the next.
  size_t step;
  const int32_t *initial;
  int32_t *c;
  size_t ldc;
  /// Columns of the panel or, where its strips are units of their own, of the strip.
  size_t columns;
} row_operands;

INTAGLIO_INLINE size_t columns_of_strip(const row_operands *of, size_t s) {
  return of->columns - s * STRIP < STRIP ? of->columns - s * STRIP : STRIP;
}

INTAGLIO_INLINE void start_sums(
    uint32_t width, size_t rows, size_t strips, const row_operands *of,
    i32x16 sum[TILE_ROWS][WEIGHT_STRIPS]) {
  int32_t excess[TILE_ROWS] = {0};
  if (weight_excess(width) > 0) {
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      const uint32_t sum_of_row = (uint32_t)sum_of(of->a + i * of->lda, of->k);
      excess[i] = (int32_t)(weight_excess(width) * sum_of_row);
    }
  }
  INTAGLIO_UNROLL for (size_t s = 0; s < strips; s++) {
    i32x16 start = 0;
    if (of->initial != NULL) {
      start = load_i32(of->initial + s * STRIP, columns_of_strip(of, s));
    }
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) sum[i][s] = start - excess[i];
  }
}

/// Adds the products of the `count` ≤ 4 a of every row with one group.
INTAGLIO_INLINE void add_group(
    uint32_t width, size_t rows, size_t strips, size_t count, const uint8_t *a, size_t lda,
    const uint8_t *group, i32x16 sum[TILE_ROWS][WEIGHT_STRIPS]) {
  uint32_t fours[TILE_ROWS];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) fours[i] = four_of(a + i * lda, count);
  INTAGLIO_UNROLL for (size_t s = 0; s < strips; s++) {
    const u8x64 weights = load_biased_weights(width, strips, s, group);
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      sum[i][s] = dot_fours(width, sum[i][s], fours[i], weights);
    }
  }
}

INTAGLIO_INLINE void multiply_row_tile(
    uint32_t width, size_t rows, size_t strips, const row_operands *of) {
  i32x16 sum[TILE_ROWS][WEIGHT_STRIPS];
  start_sums(width, rows, strips, of, sum);
  const uint8_t *a = of->a, *group = of->packed;
  size_t left = of->k;
  for (; left >= GROUP; left -= GROUP, a += GROUP, group += of->step) {
    add_group(width, rows, strips, GROUP, a, of->lda, group, sum);
  }
  if (left > 0) add_group(width, rows, strips, left, a, of->lda, group, sum);
  INTAGLIO_UNROLL for (size_t s = 0; s < strips; s++) {
    const size_t columns = columns_of_strip(of, s);
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      store_i32(of->c + i * of->ldc + s * STRIP, sum[i][s], columns);
    }
  }
}

/// Some rows by one panel.
INTAGLIO_INLINE void multiply_row_panel(uint32_t width, size_t rows, const row_operands *panel) {
  if (panel->columns > (WEIGHT_STRIPS - 1) * STRIP) {
    multiply_row_tile(width, rows, WEIGHT_STRIPS, panel);
    return;
  }
  row_operands of = *panel;
  for (; of.columns > 0; of.columns -= columns_of_strip(&of, 0)) {
    multiply_row_tile(width, rows, 1, &of);
    of.packed += group_size(width, 1);
    of.initial += of.initial == NULL ? 0 : STRIP;
    of.c += STRIP;
  }
}

INTAGLIO_INLINE void multiply_rows(
    uint32_t width, size_t m, size_t n, size_t k, const uint8_t *a, size_t lda,
    const uint8_t *packed, const int32_t *initial, int32_t *c, size_t ldc) {
  for (size_t j = 0; j < n; j += WEIGHT_STRIPS * STRIP) {
    const size_t columns = n - j < WEIGHT_STRIPS * STRIP ? n - j : WEIGHT_STRIPS * STRIP;
    row_operands of = {
        .k = k,
        .lda = lda,
        .packed = packed,
        .step = group_size(width, ceiling(columns, STRIP)),
        .initial = initial == NULL ? NULL : initial + j,
        .ldc = ldc,
        .columns = columns,
    };
    for (size_t i = 0; i < m; i += TILE_ROWS) {
      of.a = a + i * lda;
      of.c = c + i * ldc + j;
      const size_t rows = m - i;
      if (rows >= TILE_ROWS) {
        multiply_row_panel(width, TILE_ROWS, &of);
      } else if (rows == 3) {
        multiply_row_panel(width, 3, &of);
      } else if (rows == 2) {
        multiply_row_panel(width, 2, &of);
      } else {
        multiply_row_panel(width, 1, &of);
      }
    }
    packed += ceiling(k, GROUP) * of.step;
  }
}

#define INTAGLIO_FUNCTIONS_OF_WIDTH(width)                                                \
  static void pack_weights_of_##width(                                                    \
      size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride, \
      uint8_t *packed, int32_t *column_sums) {                                            \
    pack_weights(width, k, n, b, row_stride, column_stride, packed, column_sums);         \
  }                                                                                       \
  static void multiply_rows_of_##width(                                                   \
      size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const uint8_t *packed,  \
      const int32_t *initial, int32_t *c, size_t ldc) {                                   \
    multiply_rows(width, m, n, k, a, lda, packed, initial, c, ldc);                       \
  }
INTAGLIO_FOR_EACH_WIDTH(INTAGLIO_FUNCTIONS_OF_WIDTH)

#define INTAGLIO_PACK_ENTRY(width) pack_weights_of_##width,
static void (*const pack_weights_of[])(
    size_t, size_t, const int8_t *, ptrdiff_t, ptrdiff_t, uint8_t *,
    int32_t *) = {INTAGLIO_FOR_EACH_WIDTH(INTAGLIO_PACK_ENTRY)};

#define INTAGLIO_MULTIPLY_ENTRY(width) multiply_rows_of_##width,
static void (*const multiply_rows_of[])(
    size_t, size_t, size_t, const uint8_t *, size_t, const uint8_t *, const int32_t *, int32_t *,
    size_t) = {INTAGLIO_FOR_EACH_WIDTH(INTAGLIO_MULTIPLY_ENTRY)};

void INTAGLIO_KERNEL(intaglio_weights_pack)(
    uint32_t width, size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride,
    ptrdiff_t column_stride, void *packed, int32_t *column_sums) {
  pack_weights_of[width - LEAST_WIDTH](k, n, b, row_stride, column_stride, packed, column_sums);
}

void INTAGLIO_KERNEL(intaglio_weights_multiply_rows)(
    uint32_t width, size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,
    const int32_t *initial, int32_t *c, size_t ldc) {
  multiply_rows_of[width - LEAST_WIDTH](m, n, k, a, lda, packed, initial, c, ldc);
}
