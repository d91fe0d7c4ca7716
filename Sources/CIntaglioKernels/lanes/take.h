/// Elements of a table by lane, in portable C; a target may have an instruction for it.

/// table[index] of `count` = 2ᵏ entries, every index below `count`.
INTAGLIO_INLINE u32x16 take_u32(const uint32_t *table, uint32_t count, u32x16 index) {
  (void)count;
  u32x16 value = 0;
  for (size_t lane = 0; lane < LANES; lane++) value[lane] = table[index[lane]];
  return value;
}
