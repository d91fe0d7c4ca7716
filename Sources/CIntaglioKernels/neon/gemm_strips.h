/// Packing strip by strip. The including file has defined `HEAD`, how many bytes are in front of a strip's
/// blocks; `strip_size_of(k)`; and `finish_strip`, which makes of blocks what its tiles read and returns
/// Σ over k.

INTAGLIO_INLINE size_t strips_size_of(size_t k, size_t n) {
  return ceiling(n, STRIP) * strip_size_of(k);
}

INTAGLIO_INLINE void pack_strips(
    size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
    uint8_t *packed, int32_t *column_sums) {
  for (size_t j = 0; j < n; j += STRIP, packed += strip_size_of(k)) {
    const size_t width = n - j < STRIP ? n - j : STRIP;
    const uint8_t *from = (const uint8_t *)b + (ptrdiff_t)j * column_stride;
    pack_strip(k, from, row_stride, column_stride, width, BLOCK, packed + HEAD);
    const i32x16 sums = finish_strip(k, packed);
    if (column_sums != NULL) store_i32(column_sums + j, sums, width);
  }
}

INTAGLIO_INLINE void unpack_finished(
    uint32_t width, size_t k, size_t columns, const uint8_t *weights, uint8_t *packed) {
  const unpacking of = {
      .groups = ceiling(k, GROUP),
      .strips = ceiling(columns, STRIP),
      .weights = weights,
      .blocks = packed + HEAD,
      .group_step = BLOCK,
      .strip_step = strip_size_of(k),
  };
  unpack_panel[width - LEAST_WIDTH](&of);
  for (size_t s = 0; s < of.strips; s++) finish_strip(k, packed + s * of.strip_step);
}

/// The kernel of the including file's tiles.
#define INTAGLIO_GEMM_OF_STRIPS(types, tile)                                \
  INTAGLIO_GEMM_KERNEL(                                                     \
      types, tile, strips_size_of(k, n),                                    \
      pack_strips(k, n, b, row_stride, column_stride, packed, column_sums), \
      unpack_finished(width, k, columns, weights, packed),                  \
      multiply_panels(                                                      \
          tiles, TILE_ROWS, strip_size_of(k), m, n, k, a, lda, packed, initial, c, ldc))
