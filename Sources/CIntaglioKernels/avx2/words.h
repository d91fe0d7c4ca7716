/// What words need of AVX2.
#include "../lanes/word_lanes.h"

typedef struct word_halves {
  __m256i half[2];
} word_halves;

INTAGLIO_INLINE word_halves halves_of(u16x32 a) {
  word_halves halves;
  memcpy(&halves, &a, sizeof a);
  return halves;
}

INTAGLIO_INLINE u16x32 words_from(__m256i low, __m256i high) {
  const word_halves halves = {{low, high}};
  u16x32 value;
  memcpy(&value, &halves, sizeof value);
  return value;
}

/// The low halves of sixteen lanes.
INTAGLIO_INLINE __m256i low_halves(i32x16 a) {
  const word_halves lanes = halves_of((u16x32)(a & 0xffff));
  const __m256i packed = _mm256_packus_epi32(lanes.half[0], lanes.half[1]);
  return _mm256_permute4x64_epi64(packed, _MM_SHUFFLE(3, 1, 2, 0));
}

#define INTAGLIO_OWN_words_of
/// The low halves of 32 lanes.
INTAGLIO_INLINE u16x32 words_of(i32x16 low, i32x16 high) {
  return words_from(low_halves(low), low_halves(high));
}

#define INTAGLIO_OWN_high_products
/// (a · b) >> 16.
INTAGLIO_INLINE u16x32 high_products(u16x32 a, u16x32 b) {
  const word_halves x = halves_of(a), y = halves_of(b);
  return words_from(
      _mm256_mulhi_epu16(x.half[0], y.half[0]), _mm256_mulhi_epu16(x.half[1], y.half[1]));
}

#define INTAGLIO_OWN_shifted_words
/// a >> shift, `shift` ≤ 15.
INTAGLIO_INLINE u16x32 shifted_words(u16x32 a, int32_t shift) {
  const word_halves x = halves_of(a);
  const __m128i count = _mm_cvtsi32_si128(shift);
  return words_from(_mm256_srl_epi16(x.half[0], count), _mm256_srl_epi16(x.half[1], count));
}

#define INTAGLIO_OWN_shifted_left
/// a << shift, `shift` ≤ 15.
INTAGLIO_INLINE u16x32 shifted_left(u16x32 a, int32_t shift) {
  const word_halves x = halves_of(a);
  const __m128i count = _mm_cvtsi32_si128(shift);
  return words_from(_mm256_sll_epi16(x.half[0], count), _mm256_sll_epi16(x.half[1], count));
}

#define INTAGLIO_OWN_halved_words
/// (a + 1) >> 1, without overflow.
INTAGLIO_INLINE u16x32 halved_words(u16x32 a) {
  const word_halves x = halves_of(a);
  const __m256i zero = _mm256_setzero_si256();
  return words_from(_mm256_avg_epu16(x.half[0], zero), _mm256_avg_epu16(x.half[1], zero));
}

#define INTAGLIO_OWN_equal_words
/// One bit for each word where a = b.
INTAGLIO_INLINE uint32_t equal_words(u16x32 a, u16x32 b) {
  const word_halves equal = halves_of((u16x32)(a == b));
  const __m256i packed = _mm256_packs_epi16(equal.half[0], equal.half[1]);
  const __m256i ordered = _mm256_permute4x64_epi64(packed, _MM_SHUFFLE(3, 1, 2, 0));
  return (uint32_t)_mm256_movemask_epi8(ordered);
}

#define INTAGLIO_OWN_bytes_of
/// The low bytes of words.
INTAGLIO_INLINE u8x32 bytes_of(u16x32 a) {
  const word_halves x = halves_of(a & 255);
  const __m256i packed = _mm256_packus_epi16(x.half[0], x.half[1]);
  const __m256i ordered = _mm256_permute4x64_epi64(packed, _MM_SHUFFLE(3, 1, 2, 0));
  u8x32 value;
  memcpy(&value, &ordered, sizeof value);
  return value;
}
