#define INTAGLIO_OWN_add_fours
/// Adds the four signed bytes of every lane.
INTAGLIO_INLINE i32x16 add_fours(i32x16 sums, i32x16 fours) {
  __m256i bytes[2], result[2];
  memcpy(bytes, &fours, sizeof bytes);
  memcpy(result, &sums, sizeof result);
  for (size_t h = 0; h < 2; h++) {
    const __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), bytes[h]);
    result[h] = _mm256_add_epi32(result[h], _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  memcpy(&sums, result, sizeof sums);
  return sums;
}
