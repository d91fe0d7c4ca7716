/// Moves of `width` < 16 lanes in portable C, of each type that the target has no instruction for: one
/// with its own load_partial_i32 and store_partial_i32 defines INTAGLIO_OWN_partial_i32.

#define INTAGLIO_PARTIAL_MOVES(name, lanes, type)                                  \
  INTAGLIO_INLINE lanes load_partial_##name(const type *from, size_t width) {      \
    type buffer[LANES] = {0};                                                      \
    for (size_t i = 0; i < width; i++) buffer[i] = from[i];                        \
    lanes value;                                                                   \
    memcpy(&value, buffer, sizeof value);                                          \
    return value;                                                                  \
  }                                                                                \
  INTAGLIO_INLINE void store_partial_##name(type *to, lanes value, size_t width) { \
    type buffer[LANES];                                                            \
    memcpy(buffer, &value, sizeof value);                                          \
    for (size_t i = 0; i < width; i++) to[i] = buffer[i];                          \
  }

#if !defined(INTAGLIO_OWN_partial_f32)
INTAGLIO_PARTIAL_MOVES(f32, f32x16, float)
#endif
#if !defined(INTAGLIO_OWN_partial_i32)
INTAGLIO_PARTIAL_MOVES(i32, i32x16, int32_t)
#endif
#if !defined(INTAGLIO_OWN_partial_i64)
INTAGLIO_PARTIAL_MOVES(i64, i64x16, int64_t)
#endif
#if !defined(INTAGLIO_OWN_partial_u8)
INTAGLIO_PARTIAL_MOVES(u8, u8x16, uint8_t)
#endif
#if !defined(INTAGLIO_OWN_partial_s8)
INTAGLIO_PARTIAL_MOVES(s8, s8x16, int8_t)
#endif
