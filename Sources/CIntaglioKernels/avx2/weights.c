/// `vpmaddubsw` adds two products in 16 bits, which holds them while the weights have 7 bits. With
/// 8 bits a is taken in two parts, its lower 7 bits and its highest.
#if defined(__x86_64__)
#include "begin.h"

#include "../lanes/gemm_pack.h"
#include "../lanes/weights_block.h"

enum { TILE_ROWS = 1 };

/// Adds `factor` times the products, eight columns in a register.
INTAGLIO_INLINE __m256i add_products(__m256i sum, uint32_t four, __m256i weights, int factor) {
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi32((int)four), weights);
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16((short)factor)));
}

#define INTAGLIO_OWN_dot_fours
INTAGLIO_INLINE i32x16 dot_fours(uint32_t width, i32x16 sum, uint32_t four, u8x64 weights) {
  __m256i halves[2], sums[2];
  memcpy(halves, &weights, sizeof halves);
  memcpy(sums, &sum, sizeof sums);
  for (size_t h = 0; h < 2; h++) {
    if (width < 8) {
      sums[h] = add_products(sums[h], four, halves[h], 1);
    } else {
      sums[h] = add_products(sums[h], four & 0x7f7f7f7f, halves[h], 1);
      sums[h] = add_products(sums[h], four >> 7 & 0x01010101, halves[h], 128);
    }
  }
  memcpy(&sum, sums, sizeof sum);
  return sum;
}

#include "../lanes/weights.h"
#include "../lanes/end.h"
#endif
