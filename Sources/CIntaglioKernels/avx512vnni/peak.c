/// u8 × s8 by `vpdpbusd`: 64 multiply-accumulates.
#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/peak.h"

uint32_t intaglio_peak_run__avx512vnni(size_t rounds) {
  __m512i sums[SUMS], a = _mm512_set1_epi8(1), b = a;
  INTAGLIO_UNROLL for (size_t i = 0; i < SUMS; i++) sums[i] = _mm512_setzero_si512();
  for (size_t round = 0; round < rounds; round++) {
    INTAGLIO_UNROLL for (size_t i = 0; i < SUMS; i++) {
      INTAGLIO_OPAQUE("v", sums[i]);
      sums[i] = _mm512_dpbusd_epi32(sums[i], a, b);
    }
  }
  uint32_t total = 0;
  INTAGLIO_UNROLL for (size_t i = 0; i < SUMS; i++) {
    total += (uint32_t)_mm512_reduce_add_epi32(sums[i]);
  }
  return total;
}
#include "../lanes/end.h"
#endif
