#include "../targets.h"

#include "../lanes/root.h"

/// A row on its way to y.
typedef struct normal_row {
  const int32_t *x;
  const uint8_t *left;
  int64_t cols, sum;
  row_factor factor;
} normal_row;

static int64_t shifted(const int32_t *x, const uint8_t *left, size_t j) {
  return (int64_t)x[j] * ((int64_t)1 << (left == NULL ? 0 : left[j]));
}

static normal_row row_of(
    size_t cols, const int32_t *x, const uint8_t *left, const intaglio_normalization *constants) {
  int64_t sum = 0;
  uint128_t squares = 0;
  for (size_t j = 0; j < cols; j++) {
    const int64_t value = shifted(x, left, j);
    sum += value;
    squares += (uint128_t)((int128_t)value * value);
  }
  if (!constants->centered) sum = 0;
  return (normal_row){x, left, (int64_t)cols, sum, factor_of_row(cols, sum, squares, constants)};
}

/// y of one column.
static int32_t normalized(const normal_row *row, size_t j) {
  const int64_t d = row->cols * shifted(row->x, row->left, j) - row->sum;
  return (int32_t)((d * row->factor.g >> row->factor.right) * ((int64_t)1 << row->factor.left));
}

void intaglio_integer_normalize_normalize_i32__scalar(
    size_t rows, size_t cols, const int32_t *x, size_t ldx, const uint8_t *left,
    const intaglio_normalization *constants, int32_t *y, size_t ldy) {
  for (size_t i = 0; i < rows; i++, x += ldx, y += ldy) {
    const normal_row row = row_of(cols, x, left, constants);
    for (size_t j = 0; j < cols; j++) y[j] = normalized(&row, j);
  }
}

void intaglio_integer_normalize_codes_i32__scalar(
    size_t rows, size_t cols, const int32_t *x, size_t ldx, const uint8_t *left,
    const intaglio_normalization *constants, const intaglio_norm_codes *codes, uint8_t *out,
    size_t ldout, uint8_t *undecided) {
  for (size_t i = 0; i < rows; i++, x += ldx, out += ldout) {
    const normal_row row = row_of(cols, x, left, constants);
    undecided[i] = 0;
    for (size_t j = 0; j < cols; j++) {
      const int64_t product = (int64_t)normalized(&row, j) * codes->multiplier[j];
      const int32_t h = (int32_t)(product >> 32) + codes->addend[j], code = h >> codes->shift;
      out[j] = (uint8_t)(code < codes->lo ? codes->lo : code > codes->hi ? codes->hi : code);
      if ((h + codes->error_margin) >> codes->shift != code) undecided[i] = 1;
    }
  }
}
