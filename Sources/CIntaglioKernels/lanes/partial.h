/// Partial moves in portable C; a target takes those that it has no instruction for.

#define INTAGLIO_PARTIAL_MOVES(name, lanes, type)                                       \
  INTAGLIO_INLINE lanes load_partial_##name(const type *from, size_t width) {           \
    type buffer[LANES] = {0};                                                           \
    for (size_t i = 0; i < width; i++) buffer[i] = from[i];                             \
    lanes value;                                                                        \
    memcpy(&value, buffer, sizeof value);                                               \
    return value;                                                                       \
  }                                                                                     \
  INTAGLIO_INLINE void store_partial_##name(type *to, lanes value, size_t width) {      \
    type buffer[LANES];                                                                 \
    memcpy(buffer, &value, sizeof value);                                               \
    for (size_t i = 0; i < width; i++) to[i] = buffer[i];                               \
  }
