/// u × s of 2 bits: a lookup finds a₀·b₀ + a₁·b₁ + a₂·b₂.
#if defined(__x86_64__)
#include "begin.h"

enum { BITS = 2, DEPTH = 3, GROUPS = 3, QUADS = 3, CENTER = 2, OFFSET = 6 };

// clang-format off
/// The signed number with these two bits.
#define SIGNED(bits) ((((bits) & 3) ^ 2) - 2)

/// From 3 · −2 + 6 to 3 · 4 + 6: twelve of them are at most 216.
#define ENTRY(a, b)                                                                            \
  (uint8_t)((((a) & 3) - CENTER) * SIGNED(b) + (((a) >> 2 & 3) - CENTER) * SIGNED((b) >> 2)    \
            + (((a) >> 4) - CENTER) * SIGNED((b) >> 4) + OFFSET)
// clang-format on

/// Per lookup and group: what its four b count in the index, from the lowest byte.
static const uint32_t factors[4][GROUPS] = {
    {0x00100401, 0, 0},
    {0x01000000, 0x00001004, 0},
    {0, 0x04010000, 0x00000010},
    {0, 0, 0x10040100},
};

/// The six bits of each three a.
INTAGLIO_INLINE uint64_t table_codes(const uint8_t a[12]) {
  uint64_t eight;
  uint32_t four;
  memcpy(&eight, a, sizeof eight);
  memcpy(&four, a + sizeof eight, sizeof four);
  return _pext_u64(eight, 0x0303030303030303) | (uint64_t)_pext_u32(four, 0x03030303) << 16;
}

#include "gemm_lookup.h"

INTAGLIO_GEMM_OF_LOOKUPS(u2s2)
#include "../lanes/end.h"
#endif
