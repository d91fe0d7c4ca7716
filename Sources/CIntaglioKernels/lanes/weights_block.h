/// A block of packed weights (intaglio_weights.h) from and to 64 bytes: 16 columns of 4 rows,
/// column after column. Included behind gemm_pack.h.

typedef uint8_t u8x64 __attribute__((ext_vector_type(64)));
typedef uint64_t u64x2 __attribute__((ext_vector_type(2)));
typedef uint64_t u64x4 __attribute__((ext_vector_type(4)));

/// `ENTRY` for every width; a table of functions by width begins with that of `LEAST_WIDTH`.
#define INTAGLIO_FOR_EACH_WIDTH(ENTRY) ENTRY(2) ENTRY(3) ENTRY(4) ENTRY(5) ENTRY(6) ENTRY(7) ENTRY(8)

enum { LEAST_WIDTH = 2, WEIGHT_STRIPS = 4 };

/// What is added to a weight where it is stored.
INTAGLIO_INLINE uint8_t weight_bias(uint32_t width) {
  return width == 8 ? 0 : (uint8_t)(1u << (width - 1));
}

/// Where a byte of a plane has the field of each eight weights.
INTAGLIO_INLINE u64x8 first_bits(uint32_t bits) {
  const u64x8 eighth = {0, 1, 2, 3, 4, 5, 6, 7};
  return eighth & ~(uint64_t)(bits - 1);
}

/// The bytes of a plane, as often as it takes to fill 64.
INTAGLIO_INLINE u64x8 repeat_plane(uint32_t bits, const uint8_t *plane) {
  if (bits == 4) {
    u64x4 x;
    memcpy(&x, plane, sizeof x);
    return __builtin_shufflevector(x, x, 0, 1, 2, 3, 0, 1, 2, 3);
  }
  if (bits == 2) {
    u64x2 x;
    memcpy(&x, plane, sizeof x);
    return __builtin_shufflevector(x, x, 0, 1, 0, 1, 0, 1, 0, 1);
  }
  uint64_t x;
  memcpy(&x, plane, sizeof x);
  return x;
}

/// The fields of a plane of `bits` bits, each in its own byte from `position` on.
INTAGLIO_INLINE u8x64 spread_plane(uint32_t bits, uint32_t position, const uint8_t *plane) {
  const u64x8 x = repeat_plane(bits, plane);
  const u64x8 right = first_bits(bits) - position & 63, left = -right & 63;
  const u64x8 turned = position == 0 ? x >> right : x >> right | x << left;
  return (u8x64)turned & (uint8_t)(((1u << bits) - 1) << position);
}

/// The 64 weights of a block, each with its bias.
INTAGLIO_INLINE u8x64 load_biased_weights(uint32_t width, const uint8_t *block) {
  u8x64 value = 0;
  if (width == 8) {
    memcpy(&value, block, sizeof value);
    return value;
  }
  if (width & 4) value = spread_plane(4, 0, block);
  if (width & 2) value |= spread_plane(2, width & 4, block + 8 * (width & 4));
  if (width & 1) value |= spread_plane(1, width & 6, block + 8 * (width & 6));
  return value;
}

INTAGLIO_INLINE u8x64 load_weights(uint32_t width, const uint8_t *block) {
  return load_biased_weights(width, block) - weight_bias(width);
}

/// The fields of all 64 bytes, moved to where the plane has them: the plane is the union of its
/// repetitions.
INTAGLIO_INLINE void store_plane(uint32_t bits, u8x64 fields, uint8_t *plane) {
  const u64x8 x = (u64x8)fields << first_bits(bits);
  const u64x4 four = x.lo | x.hi;
  const u64x2 two = four.lo | four.hi;
  const uint64_t one = two.x | two.y;
  if (bits == 4) memcpy(plane, &four, sizeof four);
  if (bits == 2) memcpy(plane, &two, sizeof two);
  if (bits == 1) memcpy(plane, &one, sizeof one);
}

/// Packs the 64 weights of a block, which keep to `width` bits.
INTAGLIO_INLINE void store_weights(uint32_t width, u8x64 weights, uint8_t *block) {
  if (width == 8) {
    memcpy(block, &weights, sizeof weights);
    return;
  }
  const u8x64 value = weights + weight_bias(width);
  if (width & 4) store_plane(4, value & 15, block);
  if (width & 2) store_plane(2, value >> (width & 4) & 3, block + 8 * (width & 4));
  if (width & 1) store_plane(1, value >> (width & 6) & 1, block + 8 * (width & 6));
}
