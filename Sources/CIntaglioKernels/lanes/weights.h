/// Packs weights and multiplies a few rows with packed weights.
///
/// The including file has defined `dot_fours`, which adds the products of four a with the four
/// weights of each of 16 columns, and `MOST_SUMS`, how many sums of 16 columns stay in registers.

enum { PACK_GROUPS = 16, TILE_ROWS = 4 };

/// One strip; its blocks are `step` bytes apart.
INTAGLIO_INLINE void pack_weight_strip(
    uint32_t width, size_t k, const uint8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
    size_t columns, size_t step, uint8_t *to, int32_t *sums) {
  i32x16 sum = 0;
  for (size_t i = 0; i < k; i += PACK_GROUPS * GROUP) {
    const size_t rows = k - i < PACK_GROUPS * GROUP ? k - i : PACK_GROUPS * GROUP;
    u8x64 blocks[PACK_GROUPS];
    pack_strip(
        rows, b + (ptrdiff_t)i * row_stride, row_stride, column_stride, columns, BLOCK,
        (uint8_t *)blocks);
    sum += strip_sums(rows, BLOCK, (const uint8_t *)blocks);
    for (size_t g = 0; g < ceiling(rows, GROUP); g++, to += step) {
      store_weights(width, blocks[g], to);
    }
  }
  if (sums != NULL) store_i32(sums, sum, columns);
}

INTAGLIO_INLINE void pack_weights(
    uint32_t width, size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride,
    ptrdiff_t column_stride, uint8_t *panel, int32_t *column_sums) {
  for (size_t first = 0; first < n; first += WEIGHT_STRIPS * STRIP) {
    const size_t columns = n - first < WEIGHT_STRIPS * STRIP ? n - first : WEIGHT_STRIPS * STRIP;
    const size_t step = ceiling(columns, STRIP) * 8 * width;
    for (size_t s = 0; s < columns; s += STRIP) {
      pack_weight_strip(
          width, k, (const uint8_t *)b + (ptrdiff_t)(first + s) * column_stride, row_stride,
          column_stride, columns - s < STRIP ? columns - s : STRIP, step,
          panel + s / STRIP * 8 * width,
          column_sums == NULL ? NULL : column_sums + first + s);
    }
    panel += ceiling(k, GROUP) * step;
  }
}

/// What a tile of rows by strips multiplies, and where to.
typedef struct row_operands {
  size_t k;
  const uint8_t *a;
  size_t lda;
  const uint8_t *packed;
  /// From one group of the panel to the next.
  size_t step;
  const int32_t *initial;
  int32_t *c;
  size_t ldc;
  /// Columns of the last strip.
  size_t columns;
} row_operands;

INTAGLIO_INLINE void add_group(
    uint32_t width, size_t rows, size_t strips, size_t count, const uint8_t *a, size_t lda,
    const uint8_t *group, i32x16 sum[TILE_ROWS][WEIGHT_STRIPS]) {
  uint32_t fours[TILE_ROWS];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) fours[i] = four_of(a + i * lda, count);
  INTAGLIO_UNROLL for (size_t s = 0; s < strips; s++) {
    const u8x64 weights = load_weights(width, group + s * 8 * width);
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      sum[i][s] = dot_fours(width, sum[i][s], fours[i], weights);
    }
  }
}

INTAGLIO_INLINE void multiply_row_tile(
    uint32_t width, size_t rows, size_t strips, const row_operands *of) {
  i32x16 sum[TILE_ROWS][WEIGHT_STRIPS];
  INTAGLIO_UNROLL for (size_t s = 0; s < strips; s++) {
    const size_t columns = s + 1 < strips ? STRIP : of->columns;
    const i32x16 start = of->initial == NULL ? 0 : load_i32(of->initial + s * STRIP, columns);
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) sum[i][s] = start;
  }
  const uint8_t *a = of->a, *group = of->packed;
  size_t left = of->k;
  for (; left >= GROUP; left -= GROUP, a += GROUP, group += of->step) {
    add_group(width, rows, strips, GROUP, a, of->lda, group, sum);
  }
  if (left > 0) add_group(width, rows, strips, left, a, of->lda, group, sum);
  INTAGLIO_UNROLL for (size_t s = 0; s < strips; s++) {
    const size_t columns = s + 1 < strips ? STRIP : of->columns;
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      store_i32(of->c + i * of->ldc + s * STRIP, sum[i][s], columns);
    }
  }
}

/// Some rows by one panel: all of its strips at once where the sums find room in registers.
INTAGLIO_INLINE void multiply_row_panel(
    uint32_t width, size_t rows, size_t columns, const row_operands *panel) {
  row_operands of = *panel;
  if (rows * WEIGHT_STRIPS <= MOST_SUMS && columns > (WEIGHT_STRIPS - 1) * STRIP) {
    of.columns = columns - (WEIGHT_STRIPS - 1) * STRIP;
    multiply_row_tile(width, rows, WEIGHT_STRIPS, &of);
    return;
  }
  for (size_t j = 0; j < columns; j += STRIP) {
    of.columns = columns - j < STRIP ? columns - j : STRIP;
    multiply_row_tile(width, rows, 1, &of);
    of.packed += 8 * width;
    if (of.initial != NULL) of.initial += STRIP;
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
        .step = ceiling(columns, STRIP) * 8 * width,
        .initial = initial == NULL ? NULL : initial + j,
        .ldc = ldc,
    };
    for (size_t i = 0; i < m; i += TILE_ROWS) {
      of.a = a + i * lda;
      of.c = c + i * ldc + j;
      switch (m - i) {
        case 1: multiply_row_panel(width, 1, columns, &of); break;
        case 2: multiply_row_panel(width, 2, columns, &of); break;
        case 3: multiply_row_panel(width, 3, columns, &of); break;
        default: multiply_row_panel(width, TILE_ROWS, columns, &of);
      }
    }
    packed += ceiling(k, GROUP) * of.step;
  }
}

#define INTAGLIO_FUNCTIONS_OF_WIDTH(width)                                             \
  static void pack_weights_of_##width(                                                 \
      size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride,                       \
      ptrdiff_t column_stride, uint8_t *packed, int32_t *column_sums) {                \
    pack_weights(width, k, n, b, row_stride, column_stride, packed, column_sums);      \
  }                                                                                    \
  static void multiply_rows_of_##width(                                                \
      size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const uint8_t *packed, \
      const int32_t *initial, int32_t *c, size_t ldc) {                                \
    multiply_rows(width, m, n, k, a, lda, packed, initial, c, ldc);                    \
  }
INTAGLIO_FOR_EACH_WIDTH(INTAGLIO_FUNCTIONS_OF_WIDTH)

#define INTAGLIO_PACK_ENTRY(width) pack_weights_of_##width,
static void (*const pack_weights_of[])(
    size_t, size_t, const int8_t *, ptrdiff_t, ptrdiff_t, uint8_t *, int32_t *) = {
    INTAGLIO_FOR_EACH_WIDTH(INTAGLIO_PACK_ENTRY)};

#define INTAGLIO_MULTIPLY_ENTRY(width) multiply_rows_of_##width,
static void (*const multiply_rows_of[])(
    size_t, size_t, size_t, const uint8_t *, size_t, const uint8_t *, const int32_t *, int32_t *,
    size_t) = {INTAGLIO_FOR_EACH_WIDTH(INTAGLIO_MULTIPLY_ENTRY)};

void INTAGLIO_KERNEL(intaglio_weights_pack)(
    uint32_t width, size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride,
    ptrdiff_t column_stride, void *packed, int32_t *column_sums) {
  pack_weights_of[width - LEAST_WIDTH](
      k, n, b, row_stride, column_stride, packed, column_sums);
}

void INTAGLIO_KERNEL(intaglio_weights_multiply_rows)(
    uint32_t width, size_t m, size_t n, size_t k, const uint8_t *a, size_t lda,
    const void *packed, const int32_t *initial, int32_t *c, size_t ldc) {
  multiply_rows_of[width - LEAST_WIDTH](m, n, k, a, lda, packed, initial, c, ldc);
}
