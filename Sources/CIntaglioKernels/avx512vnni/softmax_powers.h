/// e of scores as words, from tables in registers.

#include "../lanes/softmax_exponent.h"

/// A table of up to 512 words, 64 in a block.
enum { MOST_BLOCKS = 8, BLOCK = 2 * WORDS };

/// How e follows from scores.
typedef struct power_source {
  u16x32 low[MOST_BLOCKS], high[MOST_BLOCKS];
  /// Distances beyond count as this one.
  uint32_t last;
  /// Base 2: u = (⌊D · 2^left · multiplier / 2³²⌋ + half) >> right, the sum a word.
  uint32_t multiplier;
  uint16_t half;
  int32_t left, right, fraction_bits;
  /// Products: `last` is the cap before bits are dropped.
  product_exponent exponent;
  /// Words of the table are one less than the numbers they stand for.
  bool is_less;
} power_source;

/// Puts a table of so many blocks, 1 or an even number, into registers.
INTAGLIO_INLINE void load_blocks(
    power_source *source, size_t blocks, size_t count, const uint16_t *table) {
  INTAGLIO_UNROLL
  for (size_t i = 0; i < MOST_BLOCKS; i++) {
    if (i >= blocks) break;
    const uint16_t *block = table + (i * BLOCK < count ? i * BLOCK : 0);
    source->low[i] = load_words(block, WORDS);
    source->high[i] = load_words(block + WORDS, WORDS);
  }
}

/// The word at each index.
INTAGLIO_INLINE u16x32 take_words(const power_source *source, size_t blocks, u16x32 index) {
  const __m512i at = (__m512i)index;
  __m512i found[MOST_BLOCKS];
  INTAGLIO_UNROLL
  for (size_t i = 0; i < MOST_BLOCKS; i++) {
    if (i >= blocks) break;
    found[i] = _mm512_permutex2var_epi16((__m512i)source->low[i], at, (__m512i)source->high[i]);
  }
  INTAGLIO_UNROLL
  for (size_t half = 1; half < MOST_BLOCKS; half *= 2) {
    if (half >= blocks) break;
    const __mmask32 odd = _mm512_test_epi16_mask(at, _mm512_set1_epi16((short)(half * BLOCK)));
    INTAGLIO_UNROLL
    for (size_t i = 0; i + half < MOST_BLOCKS; i += 2 * half) {
      if (i + half >= blocks) break;
      found[i] = _mm512_mask_mov_epi16(found[i], odd, found[i + half]);
    }
  }
  return (u16x32)found[0];
}

/// min(D, last) of sixteen scores.
INTAGLIO_INLINE i32x16
distances_of(const power_source *source, int32_t turn, uint32_t most, i32x16 scores) {
  const u32x16 distance = most - (u32x16)(scores ^ turn);
  return (i32x16)(distance < source->last ? distance : source->last);
}

/// ⌊D · 2^left · multiplier / 2³²⌋ of sixteen distances.
INTAGLIO_INLINE i32x16 scaled_distances(const power_source *source, i32x16 distance) {
  const __m512i factor = _mm512_set1_epi32((int)source->multiplier);
  if (source->left > 0) distance <<= source->left;
  const __m512i even = _mm512_mul_epu32((__m512i)distance, factor);
  const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64((__m512i)distance, 32), factor);
  return (i32x16)_mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_DDBB);
}

/// (23) of u.
INTAGLIO_INLINE u16x32 powers_of_exponents(const power_source *source, size_t blocks, u16x32 u) {
  const u16x32 word = take_words(source, blocks, u);
  const u16x32 whole = shifted_words(u, source->fraction_bits);
  if (!source->is_less) return (u16x32)_mm512_srlv_epi16((__m512i)word, (__m512i)whole);
  // T / 2 from T − 1; a shift by more than 15 leaves 0.
  const __m512i halved = _mm512_avg_epu16((__m512i)word, _mm512_setzero_si512());
  const __m512i power = _mm512_srlv_epi16(halved, (__m512i)(whole - 1));
  const __mmask32 none = _mm512_testn_epi16_mask((__m512i)whole, (__m512i)whole);
  return (u16x32)_mm512_mask_adds_epu16(power, none, (__m512i)word, _mm512_set1_epi16(1));
}

/// (32) of u: the coarse words are the first block, the fine ones the low half of the second.
INTAGLIO_INLINE u16x32 products_of_exponents(const power_source *source, u16x32 u) {
  const __m512i at = _mm512_srli_epi16((__m512i)u, 5);
  const u16x32 coarse = (u16x32)_mm512_permutex2var_epi16(
      (__m512i)source->low[0], at, (__m512i)source->high[0]);
  const u16x32 fine = (u16x32)_mm512_permutexvar_epi16((__m512i)u, (__m512i)source->low[1]);
  const u16x32 power = coarse - high_products(coarse, fine);
  // Shifts by more than 15 leave 0.
  const __m512i shifted = _mm512_srlv_epi16((__m512i)power, _mm512_srli_epi16((__m512i)u, 11));
  return (u16x32)_mm512_avg_epu16(shifted, _mm512_setzero_si512());
}

/// What (32) needs of the table.
INTAGLIO_INLINE void load_products(power_source *source, const uint32_t table[96]) {
  uint16_t words[2 * BLOCK] = {0};
  for (size_t i = 0; i < 96; i++) words[i] = (uint16_t)table[i];
  load_blocks(source, 2, 2 * BLOCK, words);
}

INTAGLIO_INLINE u16x32 powers_of_scores(
    const power_source *source, power_form form, uint32_t most, i32x16 low, i32x16 high) {
  const i32x16 first = distances_of(source, form.turn, most, low);
  const i32x16 second = distances_of(source, form.turn, most, high);
  if (form.table == POWERS_OF_DISTANCES) {
    return take_words(source, form.blocks, words_of(first, second));
  }
  if (form.table == POWERS_BY_PRODUCTS) {
    return products_of_exponents(source, exponents_of(&source->exponent, first, second));
  }
  const u16x32 scaled = words_of(scaled_distances(source, first), scaled_distances(source, second));
  const u16x32 u = shifted_words(scaled + source->half, source->right);
  return powers_of_exponents(source, form.blocks, u);
}
