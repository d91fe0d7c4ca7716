/// Lanes from and to memory by masks; included inside a region that may use AVX-512 BW and VL.

/// One bit for each of the first `width` ≤ 16 lanes.
INTAGLIO_INLINE __mmask16 lanes_below(size_t width) { return (__mmask16)((1u << width) - 1u); }

#define INTAGLIO_OWN_partial_i32
INTAGLIO_INLINE i32x16 load_partial_i32(const int32_t *from, size_t width) {
  return (i32x16)_mm512_maskz_loadu_epi32(lanes_below(width), from);
}

INTAGLIO_INLINE void store_partial_i32(int32_t *to, i32x16 value, size_t width) {
  _mm512_mask_storeu_epi32(to, lanes_below(width), (__m512i)value);
}

#define INTAGLIO_OWN_partial_f32
INTAGLIO_INLINE f32x16 load_partial_f32(const float *from, size_t width) {
  return (f32x16)_mm512_maskz_loadu_ps(lanes_below(width), from);
}

INTAGLIO_INLINE void store_partial_f32(float *to, f32x16 value, size_t width) {
  _mm512_mask_storeu_ps(to, lanes_below(width), (__m512)value);
}

#define INTAGLIO_OWN_partial_u8
INTAGLIO_INLINE u8x16 load_partial_u8(const uint8_t *from, size_t width) {
  return (u8x16)_mm_maskz_loadu_epi8(lanes_below(width), from);
}

INTAGLIO_INLINE void store_partial_u8(uint8_t *to, u8x16 value, size_t width) {
  _mm_mask_storeu_epi8(to, lanes_below(width), (__m128i)value);
}

#define INTAGLIO_OWN_partial_s8
INTAGLIO_INLINE s8x16 load_partial_s8(const int8_t *from, size_t width) {
  return (s8x16)_mm_maskz_loadu_epi8(lanes_below(width), from);
}

INTAGLIO_INLINE void store_partial_s8(int8_t *to, s8x16 value, size_t width) {
  _mm_mask_storeu_epi8(to, lanes_below(width), (__m128i)value);
}
