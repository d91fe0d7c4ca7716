/// Arithmetic of words, those operations that the target has not made itself.
#include "word_lanes.h"

typedef uint32_t u32x32 __attribute__((ext_vector_type(32)));
typedef bool b1x32 __attribute__((ext_vector_type(32)));

#if !defined(INTAGLIO_OWN_load_words)
/// `width` ≤ 32 words; those beyond read as 0 and are not written.
INTAGLIO_INLINE u16x32 load_words(const uint16_t *from, size_t width) {
  u16x32 value = 0;
  memcpy(&value, from, width * sizeof *from);
  return value;
}
#endif

#if !defined(INTAGLIO_OWN_store_words)
INTAGLIO_INLINE void store_words(uint16_t *to, u16x32 value, size_t width) {
  memcpy(to, &value, width * sizeof *to);
}
#endif

#if !defined(INTAGLIO_OWN_store_bytes)
INTAGLIO_INLINE void store_bytes(uint8_t *to, u8x32 value, size_t width) {
  memcpy(to, &value, width);
}
#endif

#if !defined(INTAGLIO_OWN_first_words)
/// 0 in the words beyond `width`.
INTAGLIO_INLINE u16x32 first_words(u16x32 a, size_t width) {
  u16x32 value = 0;
  memcpy(&value, &a, width * sizeof(uint16_t));
  return value;
}
#endif

#if !defined(INTAGLIO_OWN_words_of)
/// The low halves of 32 lanes.
INTAGLIO_INLINE u16x32 words_of(i32x16 low, i32x16 high) {
  return __builtin_shufflevector(
      (u16x32)low, (u16x32)high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34,
      36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62);
}
#endif

#if !defined(INTAGLIO_OWN_high_products)
/// (a · b) >> 16.
INTAGLIO_INLINE u16x32 high_products(u16x32 a, u16x32 b) {
  const u32x32 product = __builtin_convertvector(a, u32x32) * __builtin_convertvector(b, u32x32);
  return __builtin_convertvector(product >> 16, u16x32);
}
#endif

#if !defined(INTAGLIO_OWN_shifted_words)
/// a >> shift, `shift` ≤ 15.
INTAGLIO_INLINE u16x32 shifted_words(u16x32 a, int32_t shift) { return a >> (uint16_t)shift; }
#endif

#if !defined(INTAGLIO_OWN_shifted_left)
/// a << shift, `shift` ≤ 15.
INTAGLIO_INLINE u16x32 shifted_left(u16x32 a, int32_t shift) { return a << (uint16_t)shift; }
#endif

#if !defined(INTAGLIO_OWN_halved_words)
/// (a + 1) >> 1, without overflow.
INTAGLIO_INLINE u16x32 halved_words(u16x32 a) { return (a >> 1) + (a & 1); }
#endif

#if !defined(INTAGLIO_OWN_more_where_less)
/// value + 1 where a < b.
INTAGLIO_INLINE u16x32 more_where_less(u16x32 value, u16x32 a, u16x32 b) {
  return value - (u16x32)(a < b);
}
#endif

#if !defined(INTAGLIO_OWN_equal_words)
/// One bit for each word where a = b.
INTAGLIO_INLINE uint32_t equal_words(u16x32 a, u16x32 b) {
  const b1x32 equal = __builtin_convertvector((u16x32)(a == b) & 1, b1x32);
  uint32_t bits;
  memcpy(&bits, &equal, sizeof bits);
  return bits;
}
#endif

#if !defined(INTAGLIO_OWN_disjoint_words)
/// One bit for each word where a & b = 0.
INTAGLIO_INLINE uint32_t disjoint_words(u16x32 a, u16x32 b) { return equal_words(a & b, 0); }
#endif

#if !defined(INTAGLIO_OWN_disjoint_and_small)
/// One bit for each word where a & b = 0 and c ≤ `most`.
INTAGLIO_INLINE uint32_t disjoint_and_small(u16x32 a, u16x32 b, u16x32 c, uint16_t most) {
  return equal_words((a & b) | ((u16x32)(c > most) & 1), 0);
}
#endif

#if !defined(INTAGLIO_OWN_bytes_of)
/// The low bytes of words.
INTAGLIO_INLINE u8x32 bytes_of(u16x32 a) { return __builtin_convertvector(a & 255, u8x32); }
#endif

#if !defined(INTAGLIO_OWN_word_sums)
/// Sums of up to 2²⁰ words.
typedef struct word_sums {
  u32x16 low, high;
} word_sums;

INTAGLIO_INLINE void add_words(word_sums *sums, u16x32 a) {
  sums->low += (u32x16)a & 0xffff;
  sums->high += (u32x16)a >> 16;
}

INTAGLIO_INLINE uint64_t total_of(word_sums sums) {
  const u64x8 low = (u64x8)sums.low, high = (u64x8)sums.high;
  const u64x8 even = (low & 0xffffffff) + (high & 0xffffffff);
  return __builtin_reduce_add(even + (low >> 32) + (high >> 32));
}
#endif
