/// What words need of AVX-512.
#include "../lanes/word_lanes.h"

/// One bit for each of the first `width` ≤ 32 words.
INTAGLIO_INLINE __mmask32 words_below(size_t width) {
  return (__mmask32)((UINT64_C(1) << width) - 1);
}

#define INTAGLIO_OWN_load_words
/// `width` ≤ 32 words; those beyond read as 0 and are not written.
INTAGLIO_INLINE u16x32 load_words(const uint16_t *from, size_t width) {
  return (u16x32)_mm512_maskz_loadu_epi16(words_below(width), from);
}

#define INTAGLIO_OWN_store_words
INTAGLIO_INLINE void store_words(uint16_t *to, u16x32 value, size_t width) {
  _mm512_mask_storeu_epi16(to, words_below(width), (__m512i)value);
}

#define INTAGLIO_OWN_store_bytes
INTAGLIO_INLINE void store_bytes(uint8_t *to, u8x32 value, size_t width) {
  _mm256_mask_storeu_epi8(to, words_below(width), (__m256i)value);
}

#define INTAGLIO_OWN_first_words
/// 0 in the words beyond `width`.
INTAGLIO_INLINE u16x32 first_words(u16x32 a, size_t width) {
  return (u16x32)_mm512_maskz_mov_epi16(words_below(width), (__m512i)a);
}

#define INTAGLIO_OWN_words_of
/// The low halves of 32 lanes.
INTAGLIO_INLINE u16x32 words_of(i32x16 low, i32x16 high) {
  const u16x32 even = {0,  2,  4,  6,  8,  10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30,
                       32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62};
  return (u16x32)_mm512_permutex2var_epi16((__m512i)low, (__m512i)even, (__m512i)high);
}

#define INTAGLIO_OWN_high_products
/// (a · b) >> 16.
INTAGLIO_INLINE u16x32 high_products(u16x32 a, u16x32 b) {
  return (u16x32)_mm512_mulhi_epu16((__m512i)a, (__m512i)b);
}

#define INTAGLIO_OWN_shifted_words
/// a >> shift, `shift` ≤ 15.
INTAGLIO_INLINE u16x32 shifted_words(u16x32 a, int32_t shift) {
  return (u16x32)_mm512_srl_epi16((__m512i)a, _mm_cvtsi32_si128(shift));
}

#define INTAGLIO_OWN_shifted_left
/// a << shift, `shift` ≤ 15.
INTAGLIO_INLINE u16x32 shifted_left(u16x32 a, int32_t shift) {
  return (u16x32)_mm512_sll_epi16((__m512i)a, _mm_cvtsi32_si128(shift));
}

#define INTAGLIO_OWN_halved_words
/// (a + 1) >> 1, without overflow.
INTAGLIO_INLINE u16x32 halved_words(u16x32 a) {
  return (u16x32)_mm512_avg_epu16((__m512i)a, _mm512_setzero_si512());
}

#define INTAGLIO_OWN_more_where_less
/// value + 1 where a < b.
INTAGLIO_INLINE u16x32 more_where_less(u16x32 value, u16x32 a, u16x32 b) {
  const __mmask32 less = _mm512_cmplt_epu16_mask((__m512i)a, (__m512i)b);
  const __m512i minus_one = _mm512_set1_epi16(-1);
  return (u16x32)_mm512_mask_sub_epi16((__m512i)value, less, (__m512i)value, minus_one);
}

#define INTAGLIO_OWN_disjoint_and_small
/// One bit for each word where a & b = 0 and c ≤ `most`.
INTAGLIO_INLINE uint32_t disjoint_and_small(u16x32 a, u16x32 b, u16x32 c, uint16_t most) {
  const __mmask32 disjoint = _mm512_testn_epi16_mask((__m512i)a, (__m512i)b);
  return _mm512_mask_cmple_epu16_mask(disjoint, (__m512i)c, _mm512_set1_epi16((short)most));
}

#define INTAGLIO_OWN_disjoint_words
/// One bit for each word where a & b = 0.
INTAGLIO_INLINE uint32_t disjoint_words(u16x32 a, u16x32 b) {
  return _mm512_testn_epi16_mask((__m512i)a, (__m512i)b);
}

#define INTAGLIO_OWN_equal_words
/// One bit for each word where a = b.
INTAGLIO_INLINE uint32_t equal_words(u16x32 a, u16x32 b) {
  return _mm512_cmpeq_epi16_mask((__m512i)a, (__m512i)b);
}

#define INTAGLIO_OWN_bytes_of
/// The low bytes of words.
INTAGLIO_INLINE u8x32 bytes_of(u16x32 a) { return (u8x32)_mm512_cvtepi16_epi8((__m512i)a); }

#define INTAGLIO_OWN_word_sums
/// Sums of up to 2²⁰ words.
typedef struct word_sums {
  i32x16 low, high;
} word_sums;

INTAGLIO_INLINE void add_words(word_sums *sums, u16x32 a) {
  const __m512i low = _mm512_set1_epi16(1), high = _mm512_set1_epi16(1 << 8);
  sums->low = (i32x16)_mm512_dpbusd_epi32((__m512i)sums->low, (__m512i)a, low);
  sums->high = (i32x16)_mm512_dpbusd_epi32((__m512i)sums->high, (__m512i)a, high);
}

INTAGLIO_INLINE uint64_t total_of(word_sums sums) {
  const u64x8 lanes = (u64x8)((u32x16)sums.low + ((u32x16)sums.high << 8));
  return __builtin_reduce_add((lanes & 0xffffffff) + (lanes >> 32));
}
