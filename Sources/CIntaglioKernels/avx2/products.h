/// Products of lanes of 32 bits in 64, with AVX2.

/// One number of 512 bits as two registers.
typedef struct lane_halves {
  __m256i half[2];
} lane_halves;

#define INTAGLIO_OWN_low_products
/// Products of the low halves of numbers of 64 bits.
INTAGLIO_INLINE i64x8 low_products(i64x8 a, i64x8 b) {
  lane_halves x, y;
  memcpy(&x, &a, sizeof x);
  memcpy(&y, &b, sizeof y);
  for (size_t i = 0; i < 2; i++) x.half[i] = _mm256_mul_epi32(x.half[i], y.half[i]);
  i64x8 products;
  memcpy(&products, &x, sizeof products);
  return products;
}

#define INTAGLIO_OWN_interleaved
/// Even lanes of one and odd lanes of the other.
INTAGLIO_INLINE i32x16 interleaved(u64x8 even, i64x8 odd) {
  lane_halves x, y;
  memcpy(&x, &even, sizeof x);
  memcpy(&y, &odd, sizeof y);
  for (size_t i = 0; i < 2; i++) x.half[i] = _mm256_blend_epi32(x.half[i], y.half[i], 0xaa);
  i32x16 lanes;
  memcpy(&lanes, &x, sizeof lanes);
  return lanes;
}
