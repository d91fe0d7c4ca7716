#if defined(__x86_64__)
#include "begin.h"

/// What belongs to sixteen columns, where every shift is 32 or more: only the upper halves of the
/// 64-bit sums are needed. Products are made of the even and of the odd lanes.
typedef struct dyadic_block {
  __m512i even_multiplier, odd_multiplier, even_bias, odd_bias;
  /// What is left to shift.
  __m512i shift;
} dyadic_block;

INTAGLIO_INLINE bool dyadic_block_of(
    const int32_t *multiplier, const int64_t *bias, const int32_t *shift, dyadic_block *block) {
  const __m512i by = _mm512_loadu_si512(shift), half = _mm512_set1_epi32(32);
  if (_mm512_cmplt_epi32_mask(by, half) != 0) return false;
  const __m512i evens = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
  const __m512i odds = _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
  const __m512i low = _mm512_loadu_si512(bias), high = _mm512_loadu_si512(bias + 8);
  block->even_multiplier = _mm512_loadu_si512(multiplier);
  block->odd_multiplier = _mm512_srli_epi64(block->even_multiplier, 32);
  block->even_bias = _mm512_permutex2var_epi64(low, evens, high);
  block->odd_bias = _mm512_permutex2var_epi64(low, odds, high);
  block->shift = _mm512_sub_epi32(by, half);
  return true;
}

/// (acc · multiplier + bias) >> shift of sixteen columns.
INTAGLIO_INLINE __m512i scaled(const dyadic_block *block, const int32_t *acc) {
  const __m512i uppers = _mm512_set_epi32(
      31, 15, 29, 13, 27, 11, 25, 9, 23, 7, 21, 5, 19, 3, 17, 1);
  const __m512i x = _mm512_loadu_si512(acc);
  const __m512i even = _mm512_add_epi64(
      _mm512_mul_epi32(x, block->even_multiplier), block->even_bias);
  const __m512i odd = _mm512_add_epi64(
      _mm512_mul_epi32(_mm512_srli_epi64(x, 32), block->odd_multiplier), block->odd_bias);
  return _mm512_srav_epi32(_mm512_permutex2var_epi32(even, uppers, odd), block->shift);
}

/// Every row of 64 columns; false, with nothing written, where a shift is below 32.
INTAGLIO_INLINE bool requantize_dyadic_rows(
    size_t rows, const int32_t *acc, size_t ldacc, const int32_t *multiplier, const int64_t *bias,
    const int32_t *shift, int32_t lo, int32_t hi, uint8_t *out, size_t ldout) {
  dyadic_block blocks[4];
  for (size_t j = 0; j < 4; j++) {
    const size_t first = j * LANES;
    if (!dyadic_block_of(multiplier + first, bias + first, shift + first, &blocks[j])) return false;
  }
  // Packing leaves the columns of four lanes each side by side.
  const __m512i order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
  const __m512i least = _mm512_set1_epi16((int16_t)lo), most = _mm512_set1_epi16((int16_t)hi);
  const __m512i byte = _mm512_set1_epi16(0xff);
  for (size_t i = 0; i < rows; i++, acc += ldacc, out += ldout) {
    __m512i halves[2];
    INTAGLIO_UNROLL for (size_t h = 0; h < 2; h++) {
      const __m512i codes = _mm512_packs_epi32(
          scaled(&blocks[2 * h], acc + 2 * h * LANES),
          scaled(&blocks[2 * h + 1], acc + (2 * h + 1) * LANES));
      const __m512i limited = _mm512_min_epi16(_mm512_max_epi16(codes, least), most);
      halves[h] = _mm512_and_si512(limited, byte);
    }
    const __m512i bytes = _mm512_packus_epi16(halves[0], halves[1]);
    _mm512_storeu_si512(out, _mm512_permutexvar_epi32(order, bytes));
  }
  return true;
}

enum { MOST_NARROW_STEPS = 32 };

/// Thresholds of 64 columns in 16 bits: acc ≥ T is acc > T − 1, and that is not changed by saturating
/// both to 16 bits where T − 1 has room there.
typedef struct narrow_steps {
  __m512i thresholds[MOST_NARROW_STEPS][2];
  __m512i base[2];
} narrow_steps;

/// 64 columns of 32 bits in 16, in the order in which registers are packed.
INTAGLIO_INLINE void pack_columns_i16(const int32_t *from, __m512i to[2]) {
  INTAGLIO_UNROLL for (size_t h = 0; h < 2; h++) {
    to[h] = _mm512_packs_epi32(
        _mm512_loadu_si512(from + 2 * h * LANES), _mm512_loadu_si512(from + (2 * h + 1) * LANES));
  }
}

/// T − 1 of 64 columns in 16 bits, where INT32_MAX is never reached; false where one has no room.
/// INT32_MIN, which is always reached, moves the base by `change`.
INTAGLIO_INLINE bool narrow_thresholds(
    const int32_t *thresholds, int32_t change, int32_t base[4 * LANES], __m512i to[2]) {
  int32_t before[4 * LANES];
  for (size_t j = 0; j < 4 * LANES; j += LANES) {
    const __m512i value = _mm512_loadu_si512(thresholds + j);
    const __mmask16 never = _mm512_cmpeq_epi32_mask(value, _mm512_set1_epi32(INT32_MAX));
    const __mmask16 always = _mm512_cmpeq_epi32_mask(value, _mm512_set1_epi32(INT32_MIN));
    const __mmask16 large = _mm512_cmpgt_epi32_mask(value, _mm512_set1_epi32(INT16_MAX));
    const __mmask16 small = _mm512_cmple_epi32_mask(value, _mm512_set1_epi32(INT16_MIN));
    if (((large & ~never) | (small & ~always)) != 0) return false;
    const __m512i less = _mm512_sub_epi32(value, _mm512_set1_epi32(1));
    const __m512i unreached = _mm512_set1_epi32(INT16_MAX);
    _mm512_storeu_si512(before + j, _mm512_mask_mov_epi32(less, never | always, unreached));
    const __m512i start = _mm512_loadu_si512(base + j), by = _mm512_set1_epi32(change);
    _mm512_storeu_si512(base + j, _mm512_mask_add_epi32(start, always, start, by));
  }
  pack_columns_i16(before, to);
  return true;
}

/// Codes of `rows` rows of 64 columns.
INTAGLIO_INLINE void count_narrow_steps(
    size_t rows, const narrow_steps *steps, size_t rising, size_t falling, const int32_t *acc,
    size_t ldacc, uint8_t *out, size_t ldout) {
  const __m512i order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
  const __m512i byte = _mm512_set1_epi16(0xff), one = _mm512_set1_epi16(1);
  __m512i value[2][2], code[2][2];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    pack_columns_i16(acc + i * ldacc, value[i]);
    INTAGLIO_UNROLL for (size_t h = 0; h < 2; h++) code[i][h] = steps->base[h];
  }
  for (size_t t = 0; t < rising + falling; t++) {
    const __m512i by = t < rising ? one : _mm512_set1_epi16(-1);
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      INTAGLIO_UNROLL for (size_t h = 0; h < 2; h++) {
        const __mmask32 above = _mm512_cmpgt_epi16_mask(value[i][h], steps->thresholds[t][h]);
        code[i][h] = _mm512_mask_add_epi16(code[i][h], above, code[i][h], by);
      }
    }
  }
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    const __m512i bytes = _mm512_packus_epi16(
        _mm512_and_si512(code[i][0], byte), _mm512_and_si512(code[i][1], byte));
    _mm512_storeu_si512(out + i * ldout, _mm512_permutexvar_epi32(order, bytes));
  }
}

/// Every row of 64 columns; false, with nothing written, where a threshold has no room in 16 bits.
/// Thresholds of neighbouring steps are `cols` apart.
static bool requantize_narrow_steps(
    size_t rows, size_t cols, const int32_t *acc, size_t ldacc, size_t rising, const int32_t *rises,
    size_t falling, const int32_t *falls, const int32_t *base, uint8_t *out, size_t ldout) {
  narrow_steps steps;
  int32_t start[4 * LANES];
  memcpy(start, base, sizeof start);
  for (size_t t = 0; t < rising; t++) {
    if (!narrow_thresholds(rises + t * cols, 1, start, steps.thresholds[t])) return false;
  }
  for (size_t t = 0; t < falling; t++) {
    __m512i *to = steps.thresholds[rising + t];
    if (!narrow_thresholds(falls + t * cols, -1, start, to)) return false;
  }
  // Bytes modulo 256 all the same.
  for (size_t j = 0; j < 4 * LANES; j++) start[j] &= 0xff;
  pack_columns_i16(start, steps.base);
  size_t i = 0;
  for (; i + 2 <= rows; i += 2) {
    count_narrow_steps(2, &steps, rising, falling, acc + i * ldacc, ldacc, out + i * ldout, ldout);
  }
  if (i < rows) {
    count_narrow_steps(1, &steps, rising, falling, acc + i * ldacc, ldacc, out + i * ldout, ldout);
  }
  return true;
}

#define INTAGLIO_REQUANTIZE_NARROW_STEPS 1
#define INTAGLIO_REQUANTIZE_DYADIC_ROWS 1
#include "../lanes/requantize.h"
#include "../lanes/end.h"
#endif
