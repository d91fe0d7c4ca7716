/// The kernels of intaglio_unary.h in lanes.

/// out = expression of `v`, over rows; a matrix without gaps is one long row.
#define INTAGLIO_UNARY_LOOP(expression)                       \
  if (ldx == cols && ldout == cols) {                         \
    cols *= rows;                                             \
    rows = cols == 0 ? 0 : 1;                                 \
  }                                                           \
  for (size_t i = 0; i < rows; i++, x += ldx, out += ldout) { \
    size_t j = 0;                                             \
    for (; j + LANES <= cols; j += LANES) {                   \
      const f32x16 v = load_f32(x + j, LANES);                \
      store_f32(out + j, (expression), LANES);                \
    }                                                         \
    if (j < cols) {                                           \
      const f32x16 v = load_f32(x + j, cols - j);             \
      store_f32(out + j, (expression), cols - j);             \
    }                                                         \
  }

#define INTAGLIO_UNARY(name, expression)                                                \
  void INTAGLIO_KERNEL(intaglio_unary_f32_##name)(                                      \
      size_t rows, size_t cols, const float *x, size_t ldx, float *out, size_t ldout) { \
    INTAGLIO_UNARY_LOOP(expression)                                                     \
  }

INTAGLIO_UNARY(exp, exp_f32(v))
INTAGLIO_UNARY(erf, erf_f32(v))
INTAGLIO_UNARY(tanh, tanh_f32(v))
INTAGLIO_UNARY(sigmoid, sigmoid_f32(v))
INTAGLIO_UNARY(gelu_erf, gelu_erf_f32(v))
INTAGLIO_UNARY(gelu_tanh, gelu_tanh_f32(v))
INTAGLIO_UNARY(sqrt, __builtin_elementwise_sqrt(v))
INTAGLIO_UNARY(reciprocal, 1.0f / v)
INTAGLIO_UNARY(relu, v < 0.0f ? 0.0f : v)

void INTAGLIO_KERNEL(intaglio_unary_f32_clip)(
    size_t rows, size_t cols, const float *x, size_t ldx, float lo, float hi, float *out,
    size_t ldout) {
  INTAGLIO_UNARY_LOOP(v > hi ? hi : v < lo ? lo : v)
}
