/// The loops around the AVX2 tiles: `TILE_ROWS` rows of A by one strip of B.
///
/// The including file has defined how the sums of a tile are kept: in `PARTS` registers per row,
/// filled by `add_products` and read out by `sixteen_columns`; `repeat` prepares four a.

INTAGLIO_INLINE void multiply_tile(
    size_t rows, size_t k, const uint8_t *a, size_t lda, const uint8_t *packed,
    i32x16 columns[TILE_ROWS]) {
  __m256i sum[TILE_ROWS][PARTS], four[TILE_ROWS];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) sum[i][p] = _mm256_setzero_si256();
  }
  size_t left = k;
  for (; left >= GROUP; left -= GROUP, a += GROUP, packed += BLOCK) {
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) four[i] = repeat(four_of(a + i * lda, GROUP));
    add_products(rows, four, packed, sum);
  }
  if (left > 0) {
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) four[i] = repeat(four_of(a + i * lda, left));
    add_products(rows, four, packed, sum);
  }
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) columns[i] = sixteen_columns(sum[i]);
}

INTAGLIO_INLINE void multiply_and_store(
    size_t rows, size_t k, const uint8_t *a, size_t lda, const uint8_t *packed, i32x16 start,
    int32_t *c, size_t ldc, size_t width) {
  i32x16 columns[TILE_ROWS];
  multiply_tile(rows, k, a, lda, packed, columns);
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    store_i32(c + i * ldc, columns[i] + start, width);
  }
}

INTAGLIO_INLINE void multiply_panels(
    size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const uint8_t *packed,
    const int32_t *initial, int32_t *c, size_t ldc) {
  for (size_t j = 0; j < n; j += STRIP, packed += ceiling(k, GROUP) * BLOCK) {
    const size_t width = n - j < STRIP ? n - j : STRIP;
    const i32x16 start = initial == NULL ? 0 : load_i32(initial + j, width);
    size_t i = 0;
    for (; i + TILE_ROWS <= m; i += TILE_ROWS) {
      multiply_and_store(
          TILE_ROWS, k, a + i * lda, lda, packed, start, c + i * ldc + j, ldc, width);
    }
    for (; i < m; i++) {
      multiply_and_store(1, k, a + i * lda, lda, packed, start, c + i * ldc + j, ldc, width);
    }
  }
}
