/// The truth of the family: three loops. Packed B is B itself, row-major.
#include "../targets.h"

size_t intaglio_gemm_u8s8_packed_size_1x1__scalar(size_t k, size_t n) {
  return k * n == 0 ? 1 : k * n;
}

void intaglio_gemm_u8s8_pack_1x1__scalar(
    size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
    void *packed, int32_t *column_sums) {
  int8_t *to = packed;
  if (column_sums != NULL) {
    for (size_t j = 0; j < n; j++) column_sums[j] = 0;
  }
  for (size_t i = 0; i < k; i++) {
    for (size_t j = 0; j < n; j++) {
      const int8_t value = b[(ptrdiff_t)i * row_stride + (ptrdiff_t)j * column_stride];
      to[i * n + j] = value;
      if (column_sums != NULL) column_sums[j] += value;
    }
  }
}

void intaglio_gemm_u8s8_1x1__scalar(
    size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const void *packed,
    const int32_t *initial, int32_t *c, size_t ldc) {
  const int8_t *b = packed;
  for (size_t i = 0; i < m; i++) {
    int32_t *row = c + i * ldc;
    for (size_t j = 0; j < n; j++) row[j] = initial == NULL ? 0 : initial[j];
    for (size_t p = 0; p < k; p++) {
      const int32_t value = a[i * lda + p];
      for (size_t j = 0; j < n; j++) row[j] += value * b[p * n + j];
    }
  }
}
