/// What words need of Neon.
#include "../lanes/word_lanes.h"

#define INTAGLIO_OWN_equal_words
/// One bit for each word where a = b, by sums of neighbours that have a bit each.
INTAGLIO_INLINE uint32_t equal_words(u16x32 a, u16x32 b) {
  const u16x32 equal = (u16x32)(a == b);
  uint8x16_t part[4];
  memcpy(part, &equal, sizeof part);
  const uint8x16_t bit = vreinterpretq_u8_u64(vdupq_n_u64(UINT64_C(0x8040201008040201)));
  const uint8x16_t low = vandq_u8(vuzp1q_u8(part[0], part[1]), bit);
  const uint8x16_t high = vandq_u8(vuzp1q_u8(part[2], part[3]), bit);
  const uint8x16_t pairs = vpaddq_u8(low, high);
  const uint8x16_t fours = vpaddq_u8(pairs, pairs);
  return vgetq_lane_u32(vreinterpretq_u32_u8(vpaddq_u8(fours, fours)), 0);
}
