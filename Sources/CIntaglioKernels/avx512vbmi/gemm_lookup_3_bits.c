/// u × s of 3 bits: a lookup finds a₀·b₀ + a₁·b₁.
#if defined(__x86_64__)
#include "begin.h"

enum { BITS = 3, DEPTH = 2, GROUPS = 2, QUADS = 1, CENTER = 4, OFFSET = 24 };

// clang-format off
/// The signed number with these three bits.
#define SIGNED(bits) ((((bits) & 7) ^ 4) - 4)

/// From −12 − 12 + 24 to 16 + 16 + 24: four of them are at most 224.
#define ENTRY(a, b) \
  (uint8_t)((((a) & 7) - CENTER) * SIGNED(b) + (((a) >> 3) - CENTER) * SIGNED((b) >> 3) + OFFSET)
// clang-format on

/// Per lookup and group: what its four b count in the index, from the lowest byte.
static const uint32_t factors[4][GROUPS] = {
    {0x00000801, 0}, {0x08010000, 0}, {0, 0x00000801}, {0, 0x08010000}};

/// The six bits of each two a.
INTAGLIO_INLINE uint64_t table_codes(const uint8_t a[8]) {
  uint64_t eight;
  memcpy(&eight, a, sizeof eight);
  return _pext_u64(eight, 0x0707070707070707);
}

#include "gemm_lookup.h"

INTAGLIO_GEMM_OF_LOOKUPS(u3s3)
#include "../lanes/end.h"
#endif
