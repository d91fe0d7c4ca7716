/// s8 × s8 by `sdot`: 16 multiply-accumulates.
#if defined(__aarch64__)
#include "begin.h"

#include "../lanes/peak.h"

uint32_t intaglio_peak_run__neon(size_t rounds) {
  int32x4_t sums[SUMS];
  const int8x16_t a = vdupq_n_s8(1);
  INTAGLIO_UNROLL for (size_t i = 0; i < SUMS; i++) sums[i] = vdupq_n_s32(0);
  for (size_t round = 0; round < rounds; round++) {
    INTAGLIO_UNROLL for (size_t i = 0; i < SUMS; i++) {
      INTAGLIO_OPAQUE("w", sums[i]);
      sums[i] = vdotq_s32(sums[i], a, a);
    }
  }
  uint32_t total = 0;
  INTAGLIO_UNROLL for (size_t i = 0; i < SUMS; i++) total += (uint32_t)vaddvq_s32(sums[i]);
  return total;
}
#include "../lanes/end.h"
#endif
