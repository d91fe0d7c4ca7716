/// The kernels of intaglio_requantize.h in lanes: columns in blocks of sixteen, four rows at a
/// time, so that what belongs to a column is loaded once for them.
///
/// An including file that defines `INTAGLIO_REQUANTIZE_DYADIC_ROWS` has a faster way for 64 columns
/// with large shifts, `requantize_dyadic_rows`; one that defines `INTAGLIO_REQUANTIZE_NARROW_STEPS`
/// for 64 columns whose thresholds fit in 16 bits, `requantize_narrow_steps`.

enum { ROWS_AT_A_TIME = 4 };

/// The steps of one block of columns.
typedef struct thresholds_block {
  size_t cols, rising, falling;
  const int32_t *rises, *falls;
  i32x16 base;
} thresholds_block;

/// code[i] += change · #{t : value[i] ≥ thresholds[t]} for each of `rows` rows.
INTAGLIO_INLINE void count_thresholds(
    size_t rows, const i32x16 *value, size_t cols, size_t steps, const int32_t *thresholds,
    int32_t change, i32x16 *code, size_t width) {
  for (size_t t = 0; t < steps; t++, thresholds += cols) {
    const i32x16 threshold = load_i32(thresholds, width);
    for (size_t i = 0; i < rows; i++) code[i] -= change * (value[i] >= threshold);
  }
}

INTAGLIO_INLINE void requantize_thresholds_rows(
    const thresholds_block *block, size_t rows, const int32_t *acc, size_t ldacc, uint8_t *out,
    size_t ldout, size_t width) {
  i32x16 value[ROWS_AT_A_TIME], code[ROWS_AT_A_TIME];
  for (size_t i = 0; i < rows; i++) {
    value[i] = load_i32(acc + i * ldacc, width);
    code[i] = block->base;
  }
  count_thresholds(rows, value, block->cols, block->rising, block->rises, 1, code, width);
  count_thresholds(rows, value, block->cols, block->falling, block->falls, -1, code, width);
  for (size_t i = 0; i < rows; i++) {
    store_u8(out + i * ldout, __builtin_convertvector(code[i], u8x16), width);
  }
}

INTAGLIO_INLINE void requantize_thresholds_block(
    size_t rows, const int32_t *acc, size_t ldacc, const thresholds_block *block, uint8_t *out,
    size_t ldout, size_t width) {
  size_t i = 0;
  for (; i + ROWS_AT_A_TIME <= rows; i += ROWS_AT_A_TIME) {
    requantize_thresholds_rows(
        block, ROWS_AT_A_TIME, acc + i * ldacc, ldacc, out + i * ldout, ldout, width);
  }
  for (; i < rows; i++) {
    requantize_thresholds_rows(block, 1, acc + i * ldacc, ldacc, out + i * ldout, ldout, width);
  }
}

void INTAGLIO_KERNEL(intaglio_requantize_thresholds_i32)(
    size_t rows, size_t cols, const int32_t *acc, size_t ldacc, size_t rising, const int32_t *rises,
    size_t falling, const int32_t *falls, const int32_t *base, uint8_t *out, size_t ldout) {
  size_t j = 0;
#if defined(INTAGLIO_REQUANTIZE_NARROW_STEPS)
  while (j + 4 * LANES <= cols && rising + falling <= MOST_NARROW_STEPS
         && requantize_narrow_steps(
             rows, cols, acc + j, ldacc, rising, rises + j, falling, falls + j, base + j, out + j,
             ldout)) {
    j += 4 * LANES;
  }
#endif
  for (; j < cols; j += LANES) {
    const size_t width = cols - j < LANES ? cols - j : LANES;
    const thresholds_block block = {cols,      rising,    falling,
                                    rises + j, falls + j, load_i32(base + j, width)};
    if (width == LANES) {
      requantize_thresholds_block(rows, acc + j, ldacc, &block, out + j, ldout, LANES);
    } else {
      requantize_thresholds_block(rows, acc + j, ldacc, &block, out + j, ldout, width);
    }
  }
}

INTAGLIO_INLINE void requantize_dyadic_block(
    size_t rows, const int32_t *acc, size_t ldacc, i64x16 multiplier, i64x16 bias, i64x16 shift,
    i64x16 lo, i64x16 hi, uint8_t *out, size_t ldout, size_t width) {
  for (size_t i = 0; i < rows; i++) {
    const i64x16 value = __builtin_convertvector(load_i32(acc + i * ldacc, width), i64x16);
    i64x16 code = (value * multiplier + bias) >> shift;
    code = code < lo ? lo : code > hi ? hi : code;
    store_u8(out + i * ldout, __builtin_convertvector(code, u8x16), width);
  }
}

void INTAGLIO_KERNEL(intaglio_requantize_dyadic_i32)(
    size_t rows, size_t cols, const int32_t *acc, size_t ldacc, const int32_t *multiplier,
    const int64_t *bias, const int32_t *shift, int32_t lo, int32_t hi, uint8_t *out, size_t ldout) {
  size_t j = 0;
#if defined(INTAGLIO_REQUANTIZE_DYADIC_ROWS)
  // Codes are bytes, so limits fit in 16 bits.
  while (j + 4 * LANES <= cols && lo >= INT16_MIN && hi <= INT16_MAX
         && requantize_dyadic_rows(
             rows, acc + j, ldacc, multiplier + j, bias + j, shift + j, lo, hi, out + j, ldout)) {
    j += 4 * LANES;
  }
#endif
  for (; j < cols; j += LANES) {
    const size_t width = cols - j < LANES ? cols - j : LANES;
    const i64x16 m = __builtin_convertvector(load_i32(multiplier + j, width), i64x16);
    const i64x16 s = __builtin_convertvector(load_i32(shift + j, width), i64x16);
    const i64x16 b = load_i64(bias + j, width);
    const i64x16 least = lo, most = hi;
    if (width == LANES) {
      requantize_dyadic_block(rows, acc + j, ldacc, m, b, s, least, most, out + j, ldout, LANES);
    } else {
      requantize_dyadic_block(rows, acc + j, ldacc, m, b, s, least, most, out + j, ldout, width);
    }
  }
}
