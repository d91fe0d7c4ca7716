/// The kernels of intaglio_binary.h in lanes.

/// out = expression of `v` and `w`, where `w` comes from `b` by `second(j, width)`.
#define INTAGLIO_BINARY_ROW(expression, second)                            \
  {                                                                        \
    size_t j = 0;                                                          \
    for (; j + LANES <= cols; j += LANES) {                                \
      const f32x16 v = load_f32(a + j, LANES), w = second(j, LANES);       \
      store_f32(out + j, (expression), LANES);                             \
    }                                                                      \
    if (j < cols) {                                                        \
      const f32x16 v = load_f32(a + j, cols - j), w = second(j, cols - j); \
      store_f32(out + j, (expression), cols - j);                          \
    }                                                                      \
  }

#define INTAGLIO_FROM_MEMORY(j, width) load_f32(b + (j), width)
#define INTAGLIO_FROM_SCALAR(j, width) b

#define INTAGLIO_BINARY(name, expression)                                                        \
  void INTAGLIO_KERNEL(intaglio_binary_f32_##name)(                                              \
      size_t rows, size_t cols, const float *a, size_t lda, const float *b, size_t ldb,          \
      float *out, size_t ldout) {                                                                \
    if (lda == cols && ldb == cols && ldout == cols) {                                           \
      cols *= rows;                                                                              \
      rows = cols == 0 ? 0 : 1;                                                                  \
    }                                                                                            \
    for (size_t i = 0; i < rows; i++, a += lda, b += ldb, out += ldout)                          \
      INTAGLIO_BINARY_ROW(expression, INTAGLIO_FROM_MEMORY)                                      \
  }                                                                                              \
  void INTAGLIO_KERNEL(intaglio_binary_f32_##name##_scalar)(                                     \
      size_t rows, size_t cols, const float *a, size_t lda, float b, float *out, size_t ldout) { \
    if (lda == cols && ldout == cols) {                                                          \
      cols *= rows;                                                                              \
      rows = cols == 0 ? 0 : 1;                                                                  \
    }                                                                                            \
    for (size_t i = 0; i < rows; i++, a += lda, out += ldout)                                    \
      INTAGLIO_BINARY_ROW(expression, INTAGLIO_FROM_SCALAR)                                      \
  }

INTAGLIO_BINARY(add, v + w)
INTAGLIO_BINARY(sub, v - w)
INTAGLIO_BINARY(mul, v *w)
INTAGLIO_BINARY(div, v / w)
