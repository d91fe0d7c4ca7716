/// Lanes from and to memory: `width` ≤ 16 elements; lanes beyond them read as 0 and are not
/// written.
///
/// Included inside a target's region, after the partial moves, which say how to move fewer
/// than 16 elements. Where `width` is the constant `LANES` only the whole-register move remains.
#ifndef INTAGLIO_MEMORY_H
#define INTAGLIO_MEMORY_H

#define INTAGLIO_MOVES(name, lanes, type)                                  \
  INTAGLIO_INLINE lanes load_##name(const type *from, size_t width) {      \
    if (width < LANES) return load_partial_##name(from, width);            \
    lanes value;                                                           \
    memcpy(&value, from, sizeof value);                                    \
    return value;                                                          \
  }                                                                        \
  INTAGLIO_INLINE void store_##name(type *to, lanes value, size_t width) { \
    if (width < LANES) {                                                   \
      store_partial_##name(to, value, width);                              \
    } else {                                                               \
      memcpy(to, &value, sizeof value);                                    \
    }                                                                      \
  }

INTAGLIO_MOVES(f32, f32x16, float)
INTAGLIO_MOVES(i32, i32x16, int32_t)
INTAGLIO_MOVES(i64, i64x16, int64_t)
INTAGLIO_MOVES(u8, u8x16, uint8_t)
INTAGLIO_MOVES(s8, s8x16, int8_t)
#undef INTAGLIO_MOVES

/// All ones in the first `width` lanes, 0 in the others.
INTAGLIO_INLINE i32x16 lanes_from_start(size_t width) {
  const i32x16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return lane < (int32_t)width;
}

#endif
