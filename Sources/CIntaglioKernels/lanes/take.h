/// Elements of a table by lane.

/// table[index], one load for each lane: as fast as a gather.
INTAGLIO_INLINE u32x16 take_from_memory_u32(const uint32_t *table, u32x16 index) {
  u32x16 value = 0;
  for (size_t lane = 0; lane < LANES; lane++) value[lane] = table[index[lane]];
  return value;
}

#if !defined(INTAGLIO_OWN_take_u32)
/// table[index] of `count` = 2ᵏ entries, every index below `count`.
INTAGLIO_INLINE u32x16 take_u32(const uint32_t *table, uint32_t count, u32x16 index) {
  (void)count;
  return take_from_memory_u32(table, index);
}
#endif
