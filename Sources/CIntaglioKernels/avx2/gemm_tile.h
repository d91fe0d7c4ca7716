/// A tile whose sums have 32 bits: up to `TILE_ROWS` rows of A by one strip of B.
///
/// The including file has defined how the sums are kept: in `PARTS` registers per row, filled by
/// `add_products` and read out by `sixteen_columns`; `repeat` prepares four a. Included behind
/// gemm_panels.h.

/// Adds the products of the `count` ≤ 4 a of every row with one block.
INTAGLIO_INLINE void add_block(
    size_t rows, size_t count, const uint8_t *a, size_t lda, const uint8_t *block,
    __m256i sum[TILE_ROWS][PARTS]) {
  __m256i four[TILE_ROWS];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) four[i] = repeat(four_of(a + i * lda, count));
  add_products(rows, four, block, sum);
}

INTAGLIO_INLINE void multiply_tile(size_t rows, const tile_operands *of) {
  __m256i sum[TILE_ROWS][PARTS];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) sum[i][p] = _mm256_setzero_si256();
  }
  const uint8_t *a = of->a, *block = of->packed;
  size_t left = of->k;
  for (; left >= GROUP; left -= GROUP, a += GROUP, block += BLOCK) {
    add_block(rows, GROUP, a, of->lda, block, sum);
  }
  if (left > 0) add_block(rows, left, a, of->lda, block, sum);
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    store_i32(of->c + i * of->ldc, sixteen_columns(sum[i]) + of->start, of->width);
  }
}
