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

/// One block of a small row; ones in `beyond` where |x · 2^left| > `limit`, unless it is null.
INTAGLIO_INLINE void add_small_block(
    const int32_t *x, const uint8_t *left, const u32x16 *limit, u32x16 *sum, u64x8 *squares,
    i32x16 *beyond, size_t width) {
  const i32x16 shifted = shifted_i32(x, left, width);
  *sum += (u32x16)shifted;
  const lane_products products = products_of(shifted, shifted);
  *squares += (u64x8)products.even + (u64x8)products.odd;
  if (limit == NULL) return;
  const i32x16 value = load_i32(x, width);
  const u32x16 magnitude = value < 0 ? 0 - (u32x16)value : (u32x16)value;
  u32x16 most = *limit;
  if (left != NULL) most >>= __builtin_convertvector(load_u8(left, width), u32x16);
  *beyond |= magnitude > most;
}

/// Whether the row is small; only then are `sums` what they should be. It is not looked at where that
/// is known.
INTAGLIO_INLINE bool small_sums(
    size_t cols, const int32_t *x, const uint8_t *left, bool known, row_sums *sums) {
  const u32x16 limit = (uint32_t)(((1 << 30) - 1) / cols);
  u32x16 sum = 0;
  u64x8 squares = 0;
  i32x16 beyond = 0;
  size_t j = 0;
  for (; j + LANES <= cols; j += LANES) {
    const uint8_t *by = left == NULL ? NULL : left + j;
    add_small_block(x + j, by, known ? NULL : &limit, &sum, &squares, &beyond, LANES);
  }
  if (j < cols) {
    const uint8_t *by = left == NULL ? NULL : left + j;
    add_small_block(x + j, by, known ? NULL : &limit, &sum, &squares, &beyond, cols - j);
  }
  sums->sum = (int32_t)__builtin_reduce_add(sum);
  sums->squares = __builtin_reduce_add(squares);
  return known || __builtin_reduce_or(beyond) == 0;
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

/// How a row is normalized.
typedef struct normal_row {
  int64_t sum;
  row_factor factor;
  /// Whether cols · |x · 2^left| < 2³⁰, the factor is below 2³¹, and nothing is shifted left.
  bool small;
} normal_row;

INTAGLIO_INLINE normal_row row_of(
    size_t cols, const int32_t *x, const uint8_t *left, const intaglio_normalization *constants,
    bool known) {
  row_sums sums;
  const bool small = small_sums(cols, x, left, known, &sums);
  if (!small) sums = wide_sums(cols, x, left);
  if (!constants->centered) sums.sum = 0;
  const row_factor factor = factor_of_row(cols, sums.sum, sums.squares, constants);
  return (normal_row){sums.sum, factor, small && factor.left == 0 && factor.g <= INT32_MAX};
}

/// A row's numbers in every lane.
typedef struct row_lanes {
  i32x16 cols, sum, factor;
  int32_t right;
} row_lanes;

INTAGLIO_INLINE row_lanes lanes_of_row(size_t cols, const normal_row *row) {
  return (row_lanes){(int32_t)cols, (int32_t)row->sum, (int32_t)row->factor.g, row->factor.right};
}

/// y of one block of a small row; `far` where right > 32.
INTAGLIO_INLINE i32x16 normalized_small_block(
    const int32_t *x, const uint8_t *left, row_lanes row, bool far, size_t width) {
  const i32x16 d = shifted_i32(x, left, width) * row.cols - row.sum;
  const lane_products products = products_of(d, row.factor);
  return far ? high_halves(products) >> (row.right - 32) : shifted_halves(products, row.right);
}

/// y of one block of any row.
INTAGLIO_INLINE i32x16 normalized_wide_block(
    const int32_t *x, const uint8_t *left, size_t cols, const normal_row *row, size_t width) {
  const i64x16 d = shifted_i64(x, left, width) * (int64_t)cols - row->sum;
  const i64x16 right = row->factor.right, back = row->factor.left;
  return __builtin_convertvector((d * row->factor.g >> right) << back, i32x16);
}

INTAGLIO_INLINE i32x16 normalized_block(
    const int32_t *x, const uint8_t *left, size_t cols, const normal_row *row, bool small, bool far,
    size_t width) {
  return small ? normalized_small_block(x, left, lanes_of_row(cols, row), far, width)
               : normalized_wide_block(x, left, cols, row, width);
}

INTAGLIO_INLINE void normalize_blocks(
    size_t cols, const int32_t *x, const uint8_t *left, const normal_row *row, bool small, bool far,
    int32_t *y) {
  size_t j = 0;
  for (; j + LANES <= cols; j += LANES) {
    const uint8_t *by = left == NULL ? NULL : left + j;
    store_i32(y + j, normalized_block(x + j, by, cols, row, small, far, LANES), LANES);
  }
  if (j < cols) {
    const uint8_t *by = left == NULL ? NULL : left + j;
    store_i32(y + j, normalized_block(x + j, by, cols, row, small, far, cols - j), cols - j);
  }
}

INTAGLIO_INLINE void normalize_row(
    size_t cols, const int32_t *x, const uint8_t *left, const normal_row *row, int32_t *y) {
  if (!row->small) {
    normalize_blocks(cols, x, left, row, false, false, y);
  } else if (row->factor.right > 32) {
    normalize_blocks(cols, x, left, row, true, true, y);
  } else {
    normalize_blocks(cols, x, left, row, true, false, y);
  }
}

void INTAGLIO_KERNEL(intaglio_integer_normalize_normalize_i32)(
    size_t rows, size_t cols, const int32_t *x, size_t ldx, const uint8_t *left,
    const intaglio_normalization *constants, int32_t *y, size_t ldy) {
  for (size_t i = 0; i < rows && cols > 0; i++, x += ldx, y += ldy) {
    if (left == NULL) {
      const normal_row row = row_of(cols, x, NULL, constants, false);
      normalize_row(cols, x, NULL, &row, y);
    } else {
      const normal_row row = row_of(cols, x, left, constants, false);
      normalize_row(cols, x, left, &row, y);
    }
  }
}

/// Codes before they are limited, of y in the low halves; `error_margin` takes what differs where the most
/// that they can be is another code.
INTAGLIO_INLINE i32x16 codes_of_products(
    lane_products y, const intaglio_norm_codes *codes, size_t j, i32x16 *error_margin,
    size_t width) {
  const lane_products products = products_with(y, codes->multiplier + j, width);
  const i32x16 h = high_halves(products) + load_i32(codes->addend + j, width);
  *error_margin |= h ^ (h + codes->error_margin);
  return h >> codes->shift;
}

INTAGLIO_INLINE i32x16 codes_of_block(
    const int32_t *x, const uint8_t *left, size_t cols, const normal_row *row, bool small,
    const intaglio_norm_codes *codes, size_t j, i32x16 *error_margin, size_t width) {
  lane_products y;
  if (small) {
    const row_lanes lanes = lanes_of_row(cols, row);
    const i32x16 weight = load_i32(codes->weight + j, width);
    const i32x16 d = load_i32(x + j, width) * weight - lanes.sum;
    y = shifted_products(products_of(d, lanes.factor), lanes.right);
  } else {
    const uint8_t *by = left == NULL ? NULL : left + j;
    y = low_halves_of(normalized_wide_block(x + j, by, cols, row, width));
  }
  return codes_of_products(y, codes, j, error_margin, width);
}

enum { CODES_AT_A_TIME = 4 * LANES };

/// The codes of one row; whether all of them are decided.
INTAGLIO_INLINE bool codes_of_row(
    size_t cols, const int32_t *x, const uint8_t *left, const normal_row *row, bool small,
    const intaglio_norm_codes *codes, uint8_t *out) {
  const int32_t lo = codes->lo, hi = codes->hi;
  i32x16 error_margin = 0;
  size_t j = 0;
  for (; j + CODES_AT_A_TIME <= cols; j += CODES_AT_A_TIME) {
    i32x16 code[4];
    INTAGLIO_UNROLL
    for (size_t i = 0; i < 4; i++) {
      code[i] = codes_of_block(
          x, left, cols, row, small, codes, j + i * LANES, &error_margin, LANES);
    }
    store_codes(out + j, code, lo, hi);
  }
  for (; j < cols; j += LANES) {
    const size_t width = cols - j < LANES ? cols - j : LANES;
    // Lanes beyond the row have h = 0; they differ only where the error_margin is a code, and then all do.
    const i32x16 code = codes_of_block(x, left, cols, row, small, codes, j, &error_margin, width);
    const i32x16 limited = code < lo ? lo : code > hi ? hi : code;
    store_u8(out + j, __builtin_convertvector(limited, u8x16), width);
  }
  return __builtin_reduce_or(error_margin) >> codes->shift == 0;
}

enum { MOST_ROWS_AT_A_TIME = 8 };

INTAGLIO_INLINE void codes_of_rows(
    size_t rows, size_t cols, const int32_t *x, size_t ldx, const uint8_t *left,
    const intaglio_normalization *constants, const intaglio_norm_codes *codes, uint8_t *out,
    size_t ldout, uint8_t *undecided) {
  // The factors of some rows together, for each is a long chain of operations; their elements stay
  // in the nearest cache.
  size_t group = 4096 / cols;
  group = group < 1 ? 1 : group > MOST_ROWS_AT_A_TIME ? MOST_ROWS_AT_A_TIME : group;
  for (size_t first = 0; first < rows; first += group) {
    const size_t count = rows - first < group ? rows - first : group;
    normal_row row[MOST_ROWS_AT_A_TIME];
    for (size_t i = 0; i < count; i++) {
      row[i] = row_of(cols, x + (first + i) * ldx, left, constants, codes->small);
    }
    for (size_t i = 0; i < count; i++) {
      const int32_t *from = x + (first + i) * ldx;
      uint8_t *to = out + (first + i) * ldout;
      // Copies, which no store of codes can change.
      const normal_row normal = row[i];
      const intaglio_norm_codes q = *codes;
      const bool decided = normal.small ? codes_of_row(cols, from, left, &normal, true, &q, to)
                                        : codes_of_row(cols, from, left, &normal, false, &q, to);
      undecided[first + i] = !decided;
    }
  }
}

void INTAGLIO_KERNEL(intaglio_integer_normalize_codes_i32)(
    size_t rows, size_t cols, const int32_t *x, size_t ldx, const uint8_t *left,
    const intaglio_normalization *constants, const intaglio_norm_codes *codes, uint8_t *out,
    size_t ldout, uint8_t *undecided) {
  if (cols == 0) {
    memset(undecided, 0, rows);
  } else if (left == NULL) {
    codes_of_rows(rows, cols, x, ldx, NULL, constants, codes, out, ldout, undecided);
  } else {
    codes_of_rows(rows, cols, x, ldx, left, constants, codes, out, ldout, undecided);
  }
}
