/// Four times sixteen codes as bytes, with AVX2.

#define INTAGLIO_OWN_store_codes
/// Codes limited to `lo` … `hi`, within 0 … 255 or −128 … 127, as 64 bytes.
INTAGLIO_INLINE void store_codes(uint8_t *to, const i32x16 code[4], int32_t lo, int32_t hi) {
  // Packing takes four lanes of each operand in turn.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  for (size_t i = 0; i < 2; i++) {
    lane_halves first, second;
    memcpy(&first, code + 2 * i, sizeof first);
    memcpy(&second, code + 2 * i + 1, sizeof second);
    const __m256i low = _mm256_packs_epi32(first.half[0], first.half[1]);
    const __m256i high = _mm256_packs_epi32(second.half[0], second.half[1]);
    __m256i bytes;
    if (lo < 0) {
      bytes = _mm256_packs_epi16(low, high);
      bytes = _mm256_max_epi8(bytes, _mm256_set1_epi8((char)lo));
      bytes = _mm256_min_epi8(bytes, _mm256_set1_epi8((char)hi));
    } else {
      bytes = _mm256_packus_epi16(low, high);
      bytes = _mm256_max_epu8(bytes, _mm256_set1_epi8((char)lo));
      bytes = _mm256_min_epu8(bytes, _mm256_set1_epi8((char)hi));
    }
    _mm256_storeu_si256((__m256i *)(to + 32 * i), _mm256_permutevar8x32_epi32(bytes, order));
  }
}
