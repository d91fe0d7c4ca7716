/// Packed weights from their blocks; included behind weights_block.h.

/// Blocks that are `step` bytes apart, unpacked one behind the other.
#define INTAGLIO_UNPACK_BLOCKS(width)                                              \
  static void unpack_blocks_of_##width(                                            \
      size_t count, const uint8_t *from, size_t step, uint8_t *to) {               \
    for (; count > 0; count--, from += step, to += BLOCK) {                        \
      const u8x64 weights = load_weights(width, from);                             \
      memcpy(to, &weights, sizeof weights);                                        \
    }                                                                              \
  }
INTAGLIO_FOR_EACH_WIDTH(INTAGLIO_UNPACK_BLOCKS)

#define INTAGLIO_UNPACK_ENTRY(width) unpack_blocks_of_##width,
static void (*const unpack_blocks[])(size_t, const uint8_t *, size_t, uint8_t *) = {
    INTAGLIO_FOR_EACH_WIDTH(INTAGLIO_UNPACK_ENTRY)};

/// A panel for a multiplication that wants its strips one behind the other.
INTAGLIO_INLINE void unpack_strips(
    uint32_t width, size_t k, size_t columns, const uint8_t *from, uint8_t *to) {
  const size_t groups = ceiling(k, GROUP), step = ceiling(columns, STRIP) * 8 * width;
  for (size_t j = 0; j < columns; j += STRIP, from += 8 * width, to += groups * BLOCK) {
    unpack_blocks[width - LEAST_WIDTH](groups, from, step, to);
  }
}
