/// A unit of packed weights (intaglio_weights.h) from and to 64 bytes for each of its strips: 16
/// columns of 4 rows, column after column. A unit has four strips or one. Included behind
/// gemm_pack.h.

typedef bool b1x64 __attribute__((ext_vector_type(64)));
typedef uint64_t u64x2 __attribute__((ext_vector_type(2)));
typedef uint64_t u64x4 __attribute__((ext_vector_type(4)));

/// `ENTRY` for every width; a table of functions by width begins with that of `LEAST_WIDTH`.
#define INTAGLIO_FOR_EACH_WIDTH(ENTRY) \
  ENTRY(2) ENTRY(3) ENTRY(4) ENTRY(5) ENTRY(6) ENTRY(7) ENTRY(8)

enum { LEAST_WIDTH = 2, WEIGHT_STRIPS = 4 };

/// What is added to a weight where it is stored.
INTAGLIO_INLINE uint8_t weight_bias(uint32_t width) {
  return width % 2 == 0 && width < 8 ? (uint8_t)(1u << (width - 1)) : 0;
}

/// Bytes of the units of `strips` strips that lie side by side in a group.
INTAGLIO_INLINE size_t group_size(uint32_t width, size_t strips) { return strips * 8 * width; }

/// x moved by `bits` to the right, or to the left where that is negative; what crosses a byte is
/// masked off afterwards.
INTAGLIO_INLINE u8x64 moved_right(u8x64 x, int bits) {
  return (u8x64)(bits < 0 ? (u64x8)x << -bits : (u64x8)x >> bits);
}

/// Where the fields of a plane begin in each eight of the 64 bytes that it is repeated to.
INTAGLIO_INLINE u64x8 first_bits(uint32_t bits) {
  const u64x8 eighth = {0, 1, 2, 3, 4, 5, 6, 7};
  return eighth & ~(uint64_t)(bits - 1);
}

/// The fields of a plane of a single strip, each in its own byte from `position` on.
INTAGLIO_INLINE u8x64 spread_strip(uint32_t bits, uint32_t position, const uint8_t *plane) {
  u64x8 x;
  if (bits == 4) {
    u64x4 bytes;
    memcpy(&bytes, plane, sizeof bytes);
    x = __builtin_shufflevector(bytes, bytes, 0, 1, 2, 3, 0, 1, 2, 3);
  } else {
    u64x2 bytes;
    memcpy(&bytes, plane, sizeof bytes);
    x = __builtin_shufflevector(bytes, bytes, 0, 1, 0, 1, 0, 1, 0, 1);
  }
  const u64x8 right = first_bits(bits) - position & 63, left = -right & 63;
  return (u8x64)(position == 0 ? x >> right : x >> right | x << left);
}

/// The fields of strip s in a plane of four.
INTAGLIO_INLINE u8x64
spread_strip_of_four(uint32_t bits, uint32_t position, size_t s, const uint8_t *plane) {
  u8x64 x;
  memcpy(&x, plane + s * BLOCK % (bits * 32), sizeof x);
  return moved_right(x, (int)(bits * (s * BLOCK / (bits * 32))) - (int)position);
}

/// The fields of strip s in a plane of 2 or 4 bits, each in its own byte from `position` on.
INTAGLIO_INLINE u8x64
spread_plane(uint32_t bits, uint32_t position, size_t unit, size_t s, const uint8_t *plane) {
  const u8x64 x = unit == 1 ? spread_strip(bits, position, plane)
                            : spread_strip_of_four(bits, position, s, plane);
  return x & (uint8_t)(((1u << bits) - 1) << position);
}

#if !defined(INTAGLIO_OWN_bytes_of_bits)
/// 64 bits as bytes of 0 or 1.
INTAGLIO_INLINE u8x64 bytes_of_bits(const uint8_t *bits) {
  b1x64 set;
  memcpy(&set, bits, sizeof set);
  return __builtin_convertvector(set, u8x64);
}
#endif

/// The 64 weights of strip s in a unit, each with its bias.
INTAGLIO_INLINE u8x64
load_biased_weights(uint32_t width, size_t unit, size_t s, const uint8_t *planes) {
  u8x64 value = 0;
  if (width == 8) {
    memcpy(&value, planes + s * BLOCK, sizeof value);
    return value;
  }
  if (width & 4) value = spread_plane(4, 0, unit, s, planes);
  if (width & 2) value |= spread_plane(2, width & 4, unit, s, planes + group_size(width & 4, unit));
  if (width & 1) {
    const u8x64 negative = bytes_of_bits(planes + group_size(width & 6, unit) + 8 * s);
    value -= negative << (width & 6);
  }
  return value;
}

/// The 64 weights of strip s in a unit.
INTAGLIO_INLINE u8x64 load_weights(uint32_t width, size_t unit, size_t s, const uint8_t *planes) {
  return load_biased_weights(width, unit, s, planes) - weight_bias(width);
}

/// Where a single strip's plane has the fields: it is the union of its repetitions.
INTAGLIO_INLINE void gather_strip(uint32_t bits, u8x64 fields, uint8_t *plane) {
  const u64x8 x = (u64x8)fields << first_bits(bits);
  const u64x4 four = x.lo | x.hi;
  const u64x2 two = four.lo | four.hi;
  memcpy(plane, bits == 4 ? (const void *)&four : &two, 8 * bits);
}

INTAGLIO_INLINE void gather_plane(
    uint32_t bits, uint32_t position, size_t unit, const u8x64 values[WEIGHT_STRIPS],
    uint8_t *plane) {
  u8x64 fields[WEIGHT_STRIPS];
  INTAGLIO_UNROLL for (size_t s = 0; s < unit; s++) {
    fields[s] = values[s] >> (uint8_t)position & (uint8_t)((1u << bits) - 1);
  }
  if (unit == 1) {
    gather_strip(bits, fields[0], plane);
  } else if (bits == 4) {
    const u8x64 both[2] = {fields[0] | fields[2] << 4, fields[1] | fields[3] << 4};
    memcpy(plane, both, sizeof both);
  } else {
    const u8x64 all = fields[0] | fields[1] << 2 | fields[2] << 4 | fields[3] << 6;
    memcpy(plane, &all, sizeof all);
  }
}

/// Packs the weights of a unit, 64 for each of its strips, which keep to `width` bits.
INTAGLIO_INLINE void store_weights(
    uint32_t width, size_t unit, const u8x64 weights[WEIGHT_STRIPS], uint8_t *planes) {
  if (width == 8) {
    memcpy(planes, weights, group_size(width, unit));
    return;
  }
  u8x64 values[WEIGHT_STRIPS];
  INTAGLIO_UNROLL for (size_t s = 0; s < unit; s++) values[s] = weights[s] + weight_bias(width);
  if (width & 4) gather_plane(4, 0, unit, values, planes);
  if (width & 2) gather_plane(2, width & 4, unit, values, planes + group_size(width & 4, unit));
  if (width & 1) {
    INTAGLIO_UNROLL for (size_t s = 0; s < unit; s++) {
      const b1x64 negative = __builtin_convertvector(values[s] >> 7, b1x64);
      memcpy(planes + group_size(width & 6, unit) + 8 * s, &negative, sizeof negative);
    }
  }
}
