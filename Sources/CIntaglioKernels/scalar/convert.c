#include "../targets.h"

void intaglio_convert_row_sums_u8__scalar(
    size_t rows, size_t cols, const uint8_t *a, size_t lda, int32_t *sums) {
  for (size_t i = 0; i < rows; i++) {
    int32_t sum = 0;
    for (size_t j = 0; j < cols; j++) sum += a[i * lda + j];
    sums[i] = sum;
  }
}

void intaglio_convert_offset_x8__scalar(
    size_t rows, size_t cols, const uint8_t *in, size_t ldin, uint8_t offset, uint8_t *out,
    size_t ldout) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j++) {
      out[i * ldout + j] = (uint8_t)(in[i * ldin + j] + offset);
    }
  }
}

void intaglio_convert_distances_i32__scalar(
    size_t rows, size_t cols, const int32_t *x, size_t ldx, bool from_smallest, int32_t *out,
    size_t ldout) {
  for (size_t i = 0; i < rows; i++, x += ldx, out += ldout) {
    int64_t extreme = from_smallest ? INT32_MAX : INT32_MIN;
    for (size_t j = 0; j < cols; j++) {
      if (from_smallest ? x[j] < extreme : x[j] > extreme) extreme = x[j];
    }
    for (size_t j = 0; j < cols; j++) {
      const int64_t distance = from_smallest ? x[j] - extreme : extreme - x[j];
      out[j] = distance < INT32_MAX ? (int32_t)distance : INT32_MAX - 1;
    }
  }
}
