#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/gemm_pack.h"
#include "../lanes/weights_block.h"

enum { TILE_ROWS = 4 };

#define INTAGLIO_OWN_dot_fours
INTAGLIO_INLINE i32x16 dot_fours(uint32_t width, i32x16 sum, uint32_t four, u8x64 weights) {
  (void)width;
  return (i32x16)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi32((int)four), (__m512i)weights);
}

#include "../lanes/weights.h"
#include "../lanes/end.h"
#endif
