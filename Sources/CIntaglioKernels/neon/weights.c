/// u8 × u8 by `udot`: weights that are stored with a bias are not negative, and to the others 128 is
/// added. What that is too much depends on the rows alone.
#if defined(__aarch64__)
#include "begin.h"

#include "../lanes/gemm_pack.h"
#include "../lanes/weights_block.h"

enum { TILE_ROWS = 1 };

#define INTAGLIO_OWN_weight_excess
INTAGLIO_INLINE uint8_t weight_excess(uint32_t width) {
  return weight_bias(width) > 0 ? weight_bias(width) : 128;
}

#define INTAGLIO_OWN_dot_fours
INTAGLIO_INLINE i32x16 dot_fours(uint32_t width, i32x16 sum, uint32_t four, u8x64 weights) {
  uint8x16_t w[4];
  uint32x4_t sums[4];
  weights += weight_excess(width) - weight_bias(width);
  memcpy(w, &weights, sizeof w);
  memcpy(sums, &sum, sizeof sums);
  const uint8x16_t a = vreinterpretq_u8_u32(vdupq_n_u32(four));
  for (size_t i = 0; i < 4; i++) sums[i] = vdotq_u32(sums[i], w[i], a);
  memcpy(&sum, sums, sizeof sum);
  return sum;
}

#include "../lanes/weights.h"
#include "../lanes/end.h"
#endif
