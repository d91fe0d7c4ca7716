/// Four registers of codes as bytes, with AVX-512.

#define INTAGLIO_OWN_store_codes
/// Codes limited to `lo` … `hi`, within 0 … 255 or −128 … 127, as 64 bytes.
INTAGLIO_INLINE void store_codes(uint8_t *to, const i32x16 code[4], int32_t lo, int32_t hi) {
  // Packing takes four lanes of each operand in turn.
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i low = _mm512_packs_epi32((__m512i)code[0], (__m512i)code[1]);
  const __m512i high = _mm512_packs_epi32((__m512i)code[2], (__m512i)code[3]);
  __m512i bytes;
  if (lo < 0) {
    bytes = _mm512_packs_epi16(low, high);
    bytes = _mm512_max_epi8(bytes, _mm512_set1_epi8((char)lo));
    bytes = _mm512_min_epi8(bytes, _mm512_set1_epi8((char)hi));
  } else {
    bytes = _mm512_packus_epi16(low, high);
    bytes = _mm512_max_epu8(bytes, _mm512_set1_epi8((char)lo));
    bytes = _mm512_min_epu8(bytes, _mm512_set1_epi8((char)hi));
  }
  _mm512_storeu_si512(to, _mm512_permutexvar_epi32(order, bytes));
}
