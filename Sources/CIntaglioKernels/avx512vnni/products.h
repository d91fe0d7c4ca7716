/// Products of lanes of 32 bits in 64, with AVX-512.

#define INTAGLIO_OWN_products_of
INTAGLIO_INLINE lane_products products_of(i32x16 a, i32x16 b) {
  const __m512i x = (__m512i)a, y = (__m512i)b;
  return (lane_products){
      .even = (i64x8)_mm512_mul_epi32(x, y),
      .odd = (i64x8)_mm512_mul_epi32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(y, 32)),
  };
}

#define INTAGLIO_OWN_shifted_products
/// Products shifted right with their sign.
INTAGLIO_INLINE lane_products shifted_products(lane_products products, int32_t shift) {
  const __m128i count = _mm_cvtsi32_si128(shift);
  return (lane_products){
      .even = (i64x8)_mm512_sra_epi64((__m512i)products.even, count),
      .odd = (i64x8)_mm512_sra_epi64((__m512i)products.odd, count),
  };
}

#define INTAGLIO_OWN_products_with
/// The low halves of numbers of 64 bits times `width` numbers in memory.
INTAGLIO_INLINE lane_products products_with(lane_products a, const int32_t *b, size_t width) {
  // A load one element on is cheaper than a shift. It leaves out the last lane, which is an odd one.
  const __m512i odd = _mm512_maskz_loadu_epi32(lanes_below(width) >> 1, b + 1);
  return (lane_products){
      .even = (i64x8)_mm512_mul_epi32((__m512i)a.even, (__m512i)load_i32(b, width)),
      .odd = (i64x8)_mm512_mul_epi32((__m512i)a.odd, odd),
  };
}

#define INTAGLIO_OWN_high_halves
/// The high halves, in the order of the lanes.
INTAGLIO_INLINE i32x16 high_halves(lane_products products) {
  const __m512i even = _mm512_srli_epi64((__m512i)products.even, 32);
  return (i32x16)_mm512_mask_mov_epi32(even, 0xaaaa, (__m512i)products.odd);
}

#define INTAGLIO_OWN_shifted_halves
/// The low halves of the products shifted right, the shift up to 32.
INTAGLIO_INLINE i32x16 shifted_halves(lane_products products, int32_t shift) {
  const __m512i even = _mm512_srl_epi64((__m512i)products.even, _mm_cvtsi32_si128(shift));
  const __m512i odd = _mm512_sll_epi64((__m512i)products.odd, _mm_cvtsi32_si128(32 - shift));
  return (i32x16)_mm512_mask_mov_epi32(even, 0xaaaa, odd);
}
