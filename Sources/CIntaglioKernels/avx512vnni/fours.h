#define INTAGLIO_OWN_add_fours
/// Adds the four signed bytes of every lane.
INTAGLIO_INLINE i32x16 add_fours(i32x16 sums, i32x16 fours) {
  return (i32x16)_mm512_dpbusd_epi32((__m512i)sums, _mm512_set1_epi8(1), (__m512i)fours);
}
