#include "../targets.h"

#include <math.h>

/// `lo` for NaN: no comparison with NaN holds.
static float clamp(float x, float lo, float hi) { return x > hi ? hi : x > lo ? x : lo; }

void intaglio_quantize_round_then_clamp_f32__scalar(
    size_t rows, size_t cols, const float *x, size_t ldx, const float *scale, const float *zero,
    int32_t lo, int32_t hi, uint8_t *out, size_t ldout) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j++) {
      const float rounded = rintf(x[i * ldx + j] / scale[j]) + zero[j];
      out[i * ldout + j] = (uint8_t)(int32_t)clamp(rounded, (float)lo, (float)hi);
    }
  }
}

void intaglio_quantize_clamp_then_round_f32__scalar(
    size_t rows, size_t cols, const float *x, size_t ldx, const float *scale, const float *zero,
    int32_t lo, int32_t hi, uint8_t *out, size_t ldout) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < cols; j++) {
      const float moved = x[i * ldx + j] / scale[j] + zero[j];
      out[i * ldout + j] = (uint8_t)(int32_t)rintf(clamp(moved, (float)lo, (float)hi));
    }
  }
}

void intaglio_quantize_quotient_i32__scalar(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const int32_t *divisor,
    size_t lddivisor, const double *multiplier, const double *offset, const int32_t *zero,
    int32_t lo, int32_t hi, uint8_t *out, size_t ldout, uint8_t *undecided) {
  for (size_t i = 0; i < rows; i++) {
    const int32_t by = divisor[i * lddivisor];
    const double inverse = by == 0 ? 0.0 : 1.0 / by;
    undecided[i] = 0;
    for (size_t j = 0; j < cols; j++) {
      const double p = a[i * lda + j] * inverse * multiplier[j];
      const double value = p + offset[j];
      // As in lanes: larger values are in doubt, and so is what is not a number.
      const double nearest = value + 0x1.8p52 - 0x1.8p52;
      const double slack = (fabs(p) + fabs(offset[j])) * INTAGLIO_QUOTIENT_SLACK;
      if (!(fabs(value - nearest) < 0.5 - slack)) undecided[i] = 1;
      const double code = nearest + zero[j];
      out[i * ldout + j] = (uint8_t)(int32_t)(code > hi ? hi : code > lo ? code : lo);
    }
  }
}
