/// The kernel of intaglio_lookup.h in lanes: entries by lanes, bytes one by one.

INTAGLIO_INLINE void lookup_block(
    const int32_t *index, int32_t first, int32_t last, const uint8_t *table, uint8_t *out,
    size_t width) {
  const i32x16 value = load_i32(index, width);
  const i32x16 inside = value < first ? first : value > last ? last : value;
  const u32x16 entry = (u32x16)inside - (uint32_t)first;
  u8x16 code = 0;
  for (size_t lane = 0; lane < LANES; lane++) code[lane] = table[entry[lane]];
  store_u8(out, code, width);
}

void INTAGLIO_KERNEL(intaglio_lookup_lookup_i32)(
    size_t rows, size_t cols, const int32_t *index, size_t ldindex, int32_t first, uint32_t count,
    const uint8_t *table, uint8_t *out, size_t ldout) {
  const int32_t last = (int32_t)((uint32_t)first + (count - 1));
  for (size_t i = 0; i < rows; i++, index += ldindex, out += ldout) {
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
      lookup_block(index + j, first, last, table, out + j, LANES);
    }
    if (j < cols) lookup_block(index + j, first, last, table, out + j, cols - j);
  }
}
