/// u8 × s8 by `vpdpbusd`: 32 multiply-accumulates.
#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/peak.h"

uint32_t intaglio_peak_run__avxvnni(size_t rounds) {
  __m256i sums[SUMS], a = _mm256_set1_epi8(1), b = a;
  INTAGLIO_UNROLL for (size_t i = 0; i < SUMS; i++) sums[i] = _mm256_setzero_si256();
  for (size_t round = 0; round < rounds; round++) {
    INTAGLIO_UNROLL for (size_t i = 0; i < SUMS; i++) {
      INTAGLIO_OPAQUE("x", sums[i]);
      sums[i] = _mm256_dpbusd_avx_epi32(sums[i], a, b);
    }
  }
  uint32_t total = 0, lanes[8];
  INTAGLIO_UNROLL for (size_t i = 0; i < SUMS; i++) {
    memcpy(lanes, &sums[i], sizeof lanes);
    for (size_t lane = 0; lane < 8; lane++) total += lanes[lane];
  }
  return total;
}
#include "../lanes/end.h"
#endif
