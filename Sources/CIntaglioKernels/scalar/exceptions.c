#include "../targets.h"

void intaglio_exceptions_replace_i32__scalar(
    size_t rows, size_t cols, const int32_t *acc, size_t ldacc, size_t count, const int32_t *values,
    const uint8_t *codes, uint8_t *out, size_t ldout) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t e = 0; e < count; e++) {
      for (size_t j = 0; j < cols; j++) {
        if (acc[i * ldacc + j] == values[e * cols + j]) out[i * ldout + j] = codes[e * cols + j];
      }
    }
  }
}
