/// Portable C.
#include "begin.h"

#include "../lanes/gemm_pack.h"
#include "../lanes/weights_block.h"

enum { TILE_ROWS = 1 };

/// Every fourth byte of a block belongs to the same row.
INTAGLIO_INLINE i32x16 dot_fours(uint32_t width, i32x16 sum, uint32_t four, u8x64 weights) {
  (void)width;
  const i32x16 w = (i32x16)weights, a = (int32_t)four;
  return sum + (w << 24 >> 24) * (a & 255) + (w << 16 >> 24) * (a >> 8 & 255)
         + (w << 8 >> 24) * (a >> 16 & 255) + (w >> 24) * (a >> 24 & 255);
}

#include "../lanes/weights.h"
