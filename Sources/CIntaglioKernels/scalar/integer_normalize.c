#include "../targets.h"

#include "../lanes/root.h"

void intaglio_integer_normalize_normalize_i32__scalar(
    size_t rows, size_t cols, const int32_t *x, size_t ldx, const uint8_t *left,
    const intaglio_normalization *constants, int32_t *y, size_t ldy) {
  for (size_t i = 0; i < rows; i++, x += ldx, y += ldy) {
    int64_t sum = 0;
    uint128_t squares = 0;
    for (size_t j = 0; j < cols; j++) {
      const int64_t value = (int64_t)x[j] * ((int64_t)1 << (left == NULL ? 0 : left[j]));
      sum += value;
      squares += (uint128_t)((int128_t)value * value);
    }
    if (!constants->centered) sum = 0;
    const row_factor factor = factor_of_row(cols, sum, squares, constants);
    for (size_t j = 0; j < cols; j++) {
      const int64_t value = (int64_t)x[j] * ((int64_t)1 << (left == NULL ? 0 : left[j]));
      const int64_t product = ((int64_t)cols * value - sum) * factor.g;
      y[j] = (int32_t)((product >> factor.right) * ((int64_t)1 << factor.left));
    }
  }
}
