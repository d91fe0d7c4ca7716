/// Sums of 8 pairs: exact while 2 · max(a) · max(|b|) ≤ 4095, as with 6 bits.
#if defined(__x86_64__)
#include "begin.h"

enum { PERIOD = 8 };

#include "gemm_sums.h"

size_t intaglio_gemm_u8s8sums8_packed_size_6x16__avx2(size_t k, size_t n) {
  return packed_size_of(k, n);
}

void intaglio_gemm_u8s8sums8_pack_6x16__avx2(
    size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
    void *packed, int32_t *column_sums) {
  pack_panels(1, k, n, b, row_stride, column_stride, packed, column_sums);
}

void intaglio_gemm_u8s8sums8_unpack_6x16__avx2(
    uint32_t width, size_t k, size_t columns, const void *weights, void *packed) {
  unpack_strips(width, k, columns, weights, packed);
}

void intaglio_gemm_u8s8sums8_6x16__avx2(
    size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,
    const int32_t *initial, int32_t *c, size_t ldc) {
  multiply_panels(tiles, TILE_ROWS, m, n, k, a, lda, packed, initial, c, ldc);
}
#include "end.h"
#endif
