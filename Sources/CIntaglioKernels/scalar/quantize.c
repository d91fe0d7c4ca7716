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
