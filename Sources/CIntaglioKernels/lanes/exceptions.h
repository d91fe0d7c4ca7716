/// The kernel of intaglio_exceptions.h in lanes: exceptions are rare, so whole blocks are looked at
/// and single elements replaced.

INTAGLIO_INLINE void replace_in_block(
    size_t rows, const int32_t *acc, size_t ldacc, const int32_t *values, const uint8_t *codes,
    uint8_t *out, size_t ldout, size_t width) {
  const i32x16 value = load_i32(values, width);
  const i32x16 inside = lanes_from_start(width);
  for (size_t i = 0; i < rows; i++) {
    const i32x16 equal = (load_i32(acc + i * ldacc, width) == value) & inside;
    if (__builtin_reduce_or(equal) == 0) continue;
    for (size_t lane = 0; lane < width; lane++) {
      if (equal[lane] != 0) out[i * ldout + lane] = codes[lane];
    }
  }
}

void INTAGLIO_KERNEL(intaglio_exceptions_replace_i32)(
    size_t rows, size_t cols, const int32_t *acc, size_t ldacc, size_t count, const int32_t *values,
    const uint8_t *codes, uint8_t *out, size_t ldout) {
  for (size_t e = 0; e < count; e++, values += cols, codes += cols) {
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
      replace_in_block(rows, acc + j, ldacc, values + j, codes + j, out + j, ldout, LANES);
    }
    if (j < cols) {
      replace_in_block(rows, acc + j, ldacc, values + j, codes + j, out + j, ldout, cols - j);
    }
  }
}
