#include "../targets.h"

void intaglio_requantize_thresholds_i32__scalar(
    size_t rows, size_t cols, const int32_t *acc, size_t ldacc, size_t rising, const int32_t *rises,
    size_t falling, const int32_t *falls, const int32_t *base, uint8_t *out, size_t ldout) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j++) {
      const int32_t value = acc[i * ldacc + j];
      int32_t code = base[j];
      for (size_t t = 0; t < rising; t++) code += value >= rises[t * cols + j];
      for (size_t t = 0; t < falling; t++) code -= value >= falls[t * cols + j];
      out[i * ldout + j] = (uint8_t)code;
    }
  }
}

void intaglio_requantize_dyadic_i32__scalar(
    size_t rows, size_t cols, const int32_t *acc, size_t ldacc, const int32_t *multiplier,
    const int64_t *bias, const int32_t *shift, int32_t lo, int32_t hi, uint8_t *out, size_t ldout) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j++) {
      const int64_t scaled = (int64_t)acc[i * ldacc + j] * multiplier[j] + bias[j];
      const int64_t code = scaled >> shift[j];
      out[i * ldout + j] = (uint8_t)(code < lo ? lo : code > hi ? hi : code);
    }
  }
}
