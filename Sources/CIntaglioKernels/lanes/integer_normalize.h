/// The kernel of intaglio_integer_normalize.h in lanes.
///
/// Most rows are small: where cols · |x · 2^left| < 2³⁰, sums and deviations fit in 32 bits and the
/// products in 64. Rows are taken to be small, and once more by the wide way if one was not.

/// Σx and Σx² of a row.
typedef struct row_sums {
  int64_t sum;
  uint128_t squares;
} row_sums;

/// x · 2^left, modulo 2³².
INTAGLIO_INLINE i32x16 shifted_i32(const int32_t *x, const uint8_t *left, size_t width) {
  const u32x16 value = (u32x16)load_i32(x, width);
  if (left == NULL) return (i32x16)value;
  return (i32x16)(value << __builtin_convertvector(load_u8(left, width), u32x16));
}

/// x · 2^left.
INTAGLIO_INLINE i64x16 shifted_i64(const int32_t *x, const uint8_t *left, size_t width) {
  const i64x16 value = __builtin_convertvector(load_i32(x, width), i64x16);
  if (left == NULL) return value;
  const u64x16 shift = __builtin_convertvector(load_u8(left, width), u64x16);
  return (i64x16)((u64x16)value << shift);
}

/// The even and the odd lanes of 32 bits, with their sign.
INTAGLIO_INLINE i64x8 even_lanes(i32x16 v) { return (i64x8)v << 32 >> 32; }
INTAGLIO_INLINE i64x8 odd_lanes(i32x16 v) { return (i64x8)v >> 32; }

/// One block of a small row; ones in `beyond` where |x · 2^left| > `limit`.
INTAGLIO_INLINE void add_small_block(
    const int32_t *x, const uint8_t *left, u32x16 limit, u32x16 *sum, u64x8 *squares,
    i32x16 *beyond, size_t width) {
  const i32x16 value = load_i32(x, width);
  const u32x16 magnitude = value < 0 ? 0 - (u32x16)value : (u32x16)value;
  if (left != NULL) limit >>= __builtin_convertvector(load_u8(left, width), u32x16);
  *beyond |= magnitude > limit;
  const i32x16 shifted = shifted_i32(x, left, width);
  *sum += (u32x16)shifted;
  const i64x8 even = even_lanes(shifted), odd = odd_lanes(shifted);
  *squares += (u64x8)(even * even) + (u64x8)(odd * odd);
}

/// Whether the row is small; only then are `sums` what they should be.
INTAGLIO_INLINE bool small_sums(
    size_t cols, const int32_t *x, const uint8_t *left, row_sums *sums) {
  const u32x16 limit = (uint32_t)(((1 << 30) - 1) / cols);
  u32x16 sum = 0;
  u64x8 squares = 0;
  i32x16 beyond = 0;
  size_t j = 0;
  for (; j + LANES <= cols; j += LANES) {
    const uint8_t *by = left == NULL ? NULL : left + j;
    add_small_block(x + j, by, limit, &sum, &squares, &beyond, LANES);
  }
  if (j < cols) {
    const uint8_t *by = left == NULL ? NULL : left + j;
    add_small_block(x + j, by, limit, &sum, &squares, &beyond, cols - j);
  }
  sums->sum = (int32_t)__builtin_reduce_add(sum);
  sums->squares = __builtin_reduce_add(squares);
  return __builtin_reduce_or(beyond) == 0;
}

/// One block of any row, as x = high · 2²⁰ + low with high² and low² below 2⁴⁰.
INTAGLIO_INLINE void add_wide_block(
    const int32_t *x, const uint8_t *left, i64x16 *sum, i64x16 squares[3], size_t width) {
  const i64x16 value = shifted_i64(x, left, width);
  const i64x16 high = value >> 20 << 32 >> 32, low = value & 0xfffff;
  *sum += value;
  squares[0] += low * low;
  squares[1] += high * low;
  squares[2] += high * high;
}

INTAGLIO_INLINE row_sums wide_sums(size_t cols, const int32_t *x, const uint8_t *left) {
  i64x16 sum = 0, squares[3] = {0, 0, 0};
  size_t j = 0;
  for (; j + LANES <= cols; j += LANES) {
    add_wide_block(x + j, left == NULL ? NULL : left + j, &sum, squares, LANES);
  }
  if (j < cols) {
    add_wide_block(x + j, left == NULL ? NULL : left + j, &sum, squares, cols - j);
  }
  const int128_t total = (int128_t)__builtin_reduce_add(squares[0])
                         + (int128_t)__builtin_reduce_add(squares[1]) * (1 << 21)
                         + (int128_t)__builtin_reduce_add(squares[2]) * ((int64_t)1 << 40);
  return (row_sums){__builtin_reduce_add(sum), (uint128_t)total};
}

/// y = ((cols · x − sum) · g) >> right, all of the first product's factors below 2³¹.
INTAGLIO_INLINE void normalize_small_block(
    const int32_t *x, const uint8_t *left, i32x16 cols, i32x16 sum, int64_t g, int32_t right,
    int32_t *y, size_t width) {
  const i32x16 d = shifted_i32(x, left, width) * cols - sum;
  const i64x8 factor = g << 32 >> 32, by = right;
  const i64x8 even = even_lanes(d) * factor >> by, odd = odd_lanes(d) * factor >> by;
  store_i32(y, (i32x16)((even & 0xffffffff) | odd << 32), width);
}

/// The same for any row.
INTAGLIO_INLINE void normalize_wide_block(
    const int32_t *x, const uint8_t *left, i64x16 cols, i64x16 sum, row_factor factor, int32_t *y,
    size_t width) {
  const i64x16 d = shifted_i64(x, left, width) * cols - sum;
  const i64x16 right = factor.right, back = factor.left;
  const i64x16 value = (d * factor.g >> right) << back;
  store_i32(y, __builtin_convertvector(value, i32x16), width);
}

INTAGLIO_INLINE void normalize_row(
    size_t cols, const int32_t *x, const uint8_t *left, const intaglio_normalization *constants,
    int32_t *y) {
  row_sums sums;
  const bool small = small_sums(cols, x, left, &sums);
  if (!small) sums = wide_sums(cols, x, left);
  if (!constants->centered) sums.sum = 0;
  const row_factor factor = factor_of_row(cols, sums.sum, sums.squares, constants);
  size_t j = 0;
  if (small && factor.left == 0 && factor.g <= INT32_MAX) {
    const i32x16 count = (int32_t)cols, sum = (int32_t)sums.sum;
    for (; j + LANES <= cols; j += LANES) {
      const uint8_t *by = left == NULL ? NULL : left + j;
      normalize_small_block(x + j, by, count, sum, factor.g, factor.right, y + j, LANES);
    }
    if (j < cols) {
      const uint8_t *by = left == NULL ? NULL : left + j;
      normalize_small_block(x + j, by, count, sum, factor.g, factor.right, y + j, cols - j);
    }
  } else {
    const i64x16 count = (int64_t)cols, sum = sums.sum;
    for (; j + LANES <= cols; j += LANES) {
      const uint8_t *by = left == NULL ? NULL : left + j;
      normalize_wide_block(x + j, by, count, sum, factor, y + j, LANES);
    }
    if (j < cols) {
      const uint8_t *by = left == NULL ? NULL : left + j;
      normalize_wide_block(x + j, by, count, sum, factor, y + j, cols - j);
    }
  }
}

void INTAGLIO_KERNEL(intaglio_integer_normalize_normalize_i32)(
    size_t rows, size_t cols, const int32_t *x, size_t ldx, const uint8_t *left,
    const intaglio_normalization *constants, int32_t *y, size_t ldy) {
  for (size_t i = 0; i < rows && cols > 0; i++, x += ldx, y += ldy) {
    if (left == NULL) {
      normalize_row(cols, x, NULL, constants, y);
    } else {
      normalize_row(cols, x, left, constants, y);
    }
  }
}
