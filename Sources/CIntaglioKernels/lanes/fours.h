#if !defined(INTAGLIO_OWN_add_fours)
/// Adds the four signed bytes of every lane.
INTAGLIO_INLINE i32x16 add_fours(i32x16 sums, i32x16 fours) {
  return sums + (fours << 24 >> 24) + (fours << 16 >> 24) + (fours << 8 >> 24) + (fours >> 24);
}
#endif
