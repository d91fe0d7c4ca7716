/// Packed weights to the blocks of the multiplications; included behind weights_block.h.

/// What is unpacked, and how far apart the blocks of the result are.
typedef struct unpacking {
  size_t groups;
  size_t strips;
  const uint8_t *weights;
  uint8_t *blocks;
  size_t group_step;
  size_t strip_step;
} unpacking;

INTAGLIO_INLINE void unpack_units(uint32_t width, size_t unit, const unpacking *of) {
  const size_t strips = of->strips, group_step = of->group_step, strip_step = of->strip_step;
  const uint8_t *from = of->weights;
  uint8_t *to = of->blocks;
  for (size_t g = of->groups; g > 0; g--, to += group_step) {
    for (size_t first = 0; first < strips; first += unit, from += group_size(width, unit)) {
      INTAGLIO_UNROLL for (size_t s = 0; s < unit; s++) {
        const u8x64 weights = load_weights(width, unit, s, from);
        memcpy(to + (first + s) * strip_step, &weights, sizeof weights);
      }
    }
  }
}

#define INTAGLIO_UNPACK_OF_WIDTH(width)                      \
  static void unpack_panel_of_##width(const unpacking *of) { \
    if (of->strips == WEIGHT_STRIPS) {                       \
      unpack_units(width, WEIGHT_STRIPS, of);                \
    } else {                                                 \
      unpack_units(width, 1, of);                            \
    }                                                        \
  }
INTAGLIO_FOR_EACH_WIDTH(INTAGLIO_UNPACK_OF_WIDTH)

#define INTAGLIO_UNPACK_ENTRY(width) unpack_panel_of_##width,
static void (*const unpack_panel[])(const unpacking *) = {
    INTAGLIO_FOR_EACH_WIDTH(INTAGLIO_UNPACK_ENTRY)};

/// A panel for a multiplication that wants its strips one behind the other.
INTAGLIO_INLINE void unpack_strips(
    uint32_t width, size_t k, size_t columns, const uint8_t *weights, uint8_t *packed) {
  const unpacking of = {
      .groups = ceiling(k, GROUP),
      .strips = ceiling(columns, STRIP),
      .weights = weights,
      .blocks = packed,
      .group_step = BLOCK,
      .strip_step = ceiling(k, GROUP) * BLOCK,
  };
  unpack_panel[width - LEAST_WIDTH](&of);
}

/// A panel for a multiplication that has the strips of a group side by side.
INTAGLIO_INLINE void unpack_groups(
    uint32_t width, size_t k, size_t columns, const uint8_t *weights, uint8_t *packed) {
  const unpacking of = {
      .groups = ceiling(k, GROUP),
      .strips = ceiling(columns, STRIP),
      .weights = weights,
      .blocks = packed,
      .group_step = ceiling(columns, STRIP) * BLOCK,
      .strip_step = BLOCK,
  };
  unpack_panel[width - LEAST_WIDTH](&of);
}
