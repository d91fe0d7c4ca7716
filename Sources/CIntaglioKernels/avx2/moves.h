/// Lanes from and to memory by masks; included inside a region that may use AVX2.

/// All ones in the first `width` of the eight lanes from `first` on.
INTAGLIO_INLINE __m256i lanes_below(size_t width, int first) {
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)width - first), index);
}

#define INTAGLIO_OWN_partial_i32
INTAGLIO_INLINE i32x16 load_partial_i32(const int32_t *from, size_t width) {
  const __m256i halves[2] = {
      _mm256_maskload_epi32(from, lanes_below(width, 0)),
      _mm256_maskload_epi32(from + 8, lanes_below(width, 8)),
  };
  i32x16 value;
  memcpy(&value, halves, sizeof value);
  return value;
}

INTAGLIO_INLINE void store_partial_i32(int32_t *to, i32x16 value, size_t width) {
  __m256i halves[2];
  memcpy(halves, &value, sizeof value);
  _mm256_maskstore_epi32(to, lanes_below(width, 0), halves[0]);
  _mm256_maskstore_epi32(to + 8, lanes_below(width, 8), halves[1]);
}

#define INTAGLIO_OWN_partial_f32
INTAGLIO_INLINE f32x16 load_partial_f32(const float *from, size_t width) {
  return (f32x16)load_partial_i32((const int32_t *)from, width);
}

INTAGLIO_INLINE void store_partial_f32(float *to, f32x16 value, size_t width) {
  store_partial_i32((int32_t *)to, (i32x16)value, width);
}
