#include "../targets.h"

/// v / 2^shift rounded half to even, (16).
static int64_t shifted(int64_t v, int32_t shift) {
  if (shift == 0) return v;
  const int64_t half = (int64_t)1 << (shift - 1);
  return (v + half - 1 + ((v >> shift) & 1)) >> shift;
}

void intaglio_scaled_sum_sum_i32__scalar(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const int64_t *ma, const int32_t *b,
    size_t ldb, const int64_t *mb, const int64_t *offset, const int32_t *shift, int32_t lo,
    int32_t hi, int32_t *out, size_t ldout, uint64_t *saturated) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j++) {
      const int64_t first = a[i * lda + j] * ma[j];
      const int64_t second = b == NULL ? 0 : b[i * ldb + j] * mb[j];
      const int64_t value = shifted(first + second + offset[j], shift[j]);
      const int64_t limited = value < lo ? lo : value > hi ? hi : value;
      out[i * ldout + j] = (int32_t)limited;
      *saturated += limited != value;
    }
  }
}
