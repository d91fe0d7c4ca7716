/// The kernel of avxvnni, encoded for AVX-512: it runs where that one cannot be tried.
#if defined(__x86_64__)
#include "begin.h"

INTAGLIO_INLINE __m256i dot_fours(__m256i sum, __m256i a, __m256i b) {
  return _mm256_dpbusd_epi32(sum, a, b);
}

#include "../avx2/gemm_dot.h"
#include "../lanes/end.h"
#endif
