/// The kernel of intaglio_scaled_sum.h in lanes: columns in blocks of sixteen, so that what belongs to a
/// column is loaded once for all rows.
///
/// An including file that defines `INTAGLIO_SUM_NARROW_ROWS` has a faster way, `sum_narrow_rows`,
/// where factors fit in 32 bits.

/// What belongs to one block of columns.
typedef struct sum_block {
  i64x16 ma, mb, offset, shift;
  /// (16) is (v + below + ((v >> shift) & odd)) >> shift; both are 0 where the shift is.
  i64x16 below, odd;
  i64x16 lo, hi;
} sum_block;

/// Every row of one block; the number of elements beyond the limits.
INTAGLIO_INLINE uint64_t sum_rows(
    const sum_block *block, size_t rows, const int32_t *a, size_t lda, const int32_t *b, size_t ldb,
    int32_t *out, size_t ldout, size_t width) {
  const i64x16 counted = __builtin_convertvector(lanes_from_start(width), i64x16);
  i64x16 beyond = 0;
  for (size_t i = 0; i < rows; i++) {
    i64x16 v = __builtin_convertvector(load_i32(a + i * lda, width), i64x16) * block->ma;
    if (b != NULL) {
      v += __builtin_convertvector(load_i32(b + i * ldb, width), i64x16) * block->mb;
    }
    v += block->offset;
    v = (v + block->below + ((v >> block->shift) & block->odd)) >> block->shift;
    const i64x16 limited = v < block->lo ? block->lo : v > block->hi ? block->hi : v;
    beyond -= (limited != v) & counted;
    store_i32(out + i * ldout, __builtin_convertvector(limited, i32x16), width);
  }
  return (uint64_t)__builtin_reduce_add(beyond);
}

void INTAGLIO_KERNEL(intaglio_scaled_sum_sum_i32)(
    size_t rows, size_t cols, const int32_t *a, size_t lda, const int64_t *ma, const int32_t *b,
    size_t ldb, const int64_t *mb, const int64_t *offset, const int32_t *shift, int32_t lo,
    int32_t hi, int32_t *out, size_t ldout, uint64_t *saturated) {
  for (size_t j = 0; j < cols; j += LANES) {
    const size_t width = cols - j < LANES ? cols - j : LANES;
#if defined(INTAGLIO_SUM_NARROW_ROWS)
    if (width == LANES && lo > INT32_MIN && hi < INT32_MAX && (b == NULL || are_narrow(mb + j))) {
      // Once with and once without the second operand, so that no row asks again.
      if (b == NULL) {
        *saturated += sum_narrow_rows(
            rows, a + j, lda, ma + j, NULL, 0, NULL, offset + j, shift + j, lo, hi, out + j, ldout);
      } else {
        *saturated += sum_narrow_rows(
            rows, a + j, lda, ma + j, b + j, ldb, mb + j, offset + j, shift + j, lo, hi, out + j,
            ldout);
      }
      continue;
    }
#endif
    const i64x16 right = __builtin_convertvector(load_i32(shift + j, width), i64x16);
    // Factors of `a` fit in 32 bits, and the compiler multiplies faster when it can see it.
    const i64x16 narrow = load_i64(ma + j, width) << 32 >> 32;
    const i64x16 one = 1;
    const sum_block block = {
        .ma = narrow,
        .mb = b == NULL ? 0 : load_i64(mb + j, width),
        .offset = load_i64(offset + j, width),
        .shift = right,
        .below = right == 0 ? 0 : (one << (right - 1 & 63)) - 1,
        .odd = right == 0 ? 0 : one,
        .lo = lo,
        .hi = hi,
    };
    if (width == LANES && b == NULL) {
      *saturated += sum_rows(&block, rows, a + j, lda, NULL, 0, out + j, ldout, LANES);
    } else if (width == LANES) {
      *saturated += sum_rows(&block, rows, a + j, lda, b + j, ldb, out + j, ldout, LANES);
    } else {
      const int32_t *rest = b == NULL ? NULL : b + j;
      *saturated += sum_rows(&block, rows, a + j, lda, rest, ldb, out + j, ldout, width);
    }
  }
}
