#if defined(__x86_64__)
#include "begin.h"

/// Eight sums of one row: v = a · ma + b · mb + offset, where `offset` holds half a unit more.
typedef struct sum_eight {
  __m512i ma, mb, offset, shift;
  /// The bits that are shifted out: all 0 after adding half a unit where v was a tie. All ones where
  /// nothing is shifted out, so that only v = 0 looks like one, and is even.
  __m512i below;
} sum_eight;

INTAGLIO_INLINE sum_eight
sum_eight_of(const int64_t *ma, const int64_t *mb, const int64_t *offset, const int32_t *shift) {
  const __m512i one = _mm512_set1_epi64(1);
  const __m512i by = _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)shift));
  const __mmask8 shifts = _mm512_test_epi64_mask(by, by);
  const __m512i half = _mm512_maskz_sllv_epi64(shifts, one, _mm512_sub_epi64(by, one));
  return (sum_eight){
      .ma = _mm512_loadu_si512(ma),
      .mb = mb == NULL ? _mm512_setzero_si512() : _mm512_loadu_si512(mb),
      .offset = _mm512_add_epi64(_mm512_loadu_si512(offset), half),
      .shift = by,
      .below = _mm512_mask_sub_epi64(
          _mm512_set1_epi64(-1), shifts, _mm512_sllv_epi64(one, by), one),
  };
}

/// The sums of eight columns, rounded half to even and saturated to 32 bits.
INTAGLIO_INLINE __m256i rounded_sums(const sum_eight *eight, const int32_t *a, const int32_t *b) {
  const __m512i x = _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)a));
  __m512i v = _mm512_add_epi64(_mm512_mul_epi32(x, eight->ma), eight->offset);
  if (b != NULL) {
    const __m512i y = _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)b));
    v = _mm512_add_epi64(v, _mm512_mul_epi32(y, eight->mb));
  }
  const __mmask8 ties = _mm512_testn_epi64_mask(v, eight->below);
  const __m512i up = _mm512_srav_epi64(v, eight->shift);
  const __m512i even = _mm512_mask_andnot_epi64(up, ties, _mm512_set1_epi64(1), up);
  return _mm512_cvtsepi64_epi32(even);
}

/// Whether every factor fits in 32 bits.
INTAGLIO_INLINE bool are_narrow(const int64_t *factors) {
  for (size_t i = 0; i < LANES; i += 8) {
    const __m512i value = _mm512_loadu_si512(factors + i);
    const __m512i narrow = _mm512_cvtepi32_epi64(_mm512_cvtepi64_epi32(value));
    if (_mm512_cmpneq_epi64_mask(value, narrow) != 0) return false;
  }
  return true;
}

/// Whether no a · ma + offset of eight columns leaves 32 bits behind the shift: |ma| < 2^(shift − 1)
/// halves what a can be, |offset| < 2^(shift + 29) adds a quarter.
INTAGLIO_INLINE bool stay_narrow(const int64_t *ma, const int64_t *offset, const int32_t *shift) {
  const __m512i one = _mm512_set1_epi64(1);
  const __m512i by = _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)shift));
  const __m512i most = _mm512_sllv_epi64(one, _mm512_sub_epi64(by, one));
  const __m512i factors = _mm512_abs_epi64(_mm512_loadu_si512(ma));
  const __m512i offsets = _mm512_abs_epi64(_mm512_srav_epi64(_mm512_loadu_si512(offset), by));
  const __mmask8 small = _mm512_cmplt_epi64_mask(factors, most);
  return _mm512_mask_cmplt_epi64_mask(small, offsets, _mm512_set1_epi64(1 << 29)) == 0xff;
}

/// The even or the odd ones of the numbers of sixteen columns.
INTAGLIO_INLINE __m512i every_other(__m512i first, __m512i second, int64_t odd) {
  const __m512i even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
  return _mm512_permutex2var_epi64(first, _mm512_or_si512(even, _mm512_set1_epi64(odd)), second);
}

INTAGLIO_INLINE sum_eight
every_other_sum(const sum_eight *first, const sum_eight *second, int64_t odd) {
  return (sum_eight){
      .ma = every_other(first->ma, second->ma, odd),
      .offset = every_other(first->offset, second->offset, odd),
      .shift = every_other(first->shift, second->shift, odd),
      .below = every_other(first->below, second->below, odd),
  };
}

/// The sums of the even halves of `x`, rounded half to even.
INTAGLIO_INLINE __m512i rounded_products(const sum_eight *eight, __m512i x) {
  const __m512i v = _mm512_add_epi64(_mm512_mul_epi32(x, eight->ma), eight->offset);
  const __mmask8 ties = _mm512_testn_epi64_mask(v, eight->below);
  const __m512i up = _mm512_srav_epi64(v, eight->shift);
  return _mm512_mask_andnot_epi64(up, ties, _mm512_set1_epi64(1), up);
}

/// `sum_narrow_rows` of one operand where `stay_narrow` holds: even and odd columns are multiplied where
/// they lie.
INTAGLIO_INLINE uint64_t sum_single_rows(
    const sum_eight *first, const sum_eight *second, size_t rows, const int32_t *a, size_t lda,
    int32_t lo, int32_t hi, int32_t *out, size_t ldout) {
  const sum_eight even = every_other_sum(first, second, 0);
  const sum_eight odd = every_other_sum(first, second, 1);
  const __m512i least = _mm512_set1_epi32(lo), most = _mm512_set1_epi32(hi);
  uint64_t beyond = 0;
  for (size_t i = 0; i < rows; i++, a += lda, out += ldout) {
    const __m512i x = _mm512_loadu_si512(a);
    const __m512i low = rounded_products(&even, x);
    const __m512i high = rounded_products(&odd, _mm512_srli_epi64(x, 32));
    const __m512i sum = _mm512_mask_shuffle_epi32(low, 0xaaaa, high, _MM_PERM_CCAA);
    const __m512i limited = _mm512_min_epi32(_mm512_max_epi32(sum, least), most);
    const __mmask16 cut = _mm512_cmpneq_epi32_mask(sum, limited);
    if (cut != 0) beyond += (uint64_t)__builtin_popcount(cut);
    _mm512_storeu_si512(out, limited);
  }
  return beyond;
}

/// Every row of sixteen columns, where factors fit in 32 bits and `lo` and `hi` are not the ends of
/// the type; the number of elements beyond the limits.
INTAGLIO_INLINE uint64_t sum_narrow_rows(
    size_t rows, const int32_t *a, size_t lda, const int64_t *ma, const int32_t *b, size_t ldb,
    const int64_t *mb, const int64_t *offset, const int32_t *shift, int32_t lo, int32_t hi,
    int32_t *out, size_t ldout) {
  const sum_eight first = sum_eight_of(ma, mb, offset, shift);
  const sum_eight second = sum_eight_of(ma + 8, mb == NULL ? NULL : mb + 8, offset + 8, shift + 8);
  if (b == NULL && stay_narrow(ma, offset, shift) && stay_narrow(ma + 8, offset + 8, shift + 8)) {
    return sum_single_rows(&first, &second, rows, a, lda, lo, hi, out, ldout);
  }
  const __m512i least = _mm512_set1_epi32(lo), most = _mm512_set1_epi32(hi);
  uint64_t beyond = 0;
  for (size_t i = 0; i < rows; i++, a += lda, out += ldout) {
    const __m256i low = rounded_sums(&first, a, b);
    const __m256i high = rounded_sums(&second, a + 8, b == NULL ? NULL : b + 8);
    const __m512i sum = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    const __m512i limited = _mm512_min_epi32(_mm512_max_epi32(sum, least), most);
    const __mmask16 cut = _mm512_cmpneq_epi32_mask(sum, limited);
    if (cut != 0) beyond += (uint64_t)__builtin_popcount(cut);
    _mm512_storeu_si512(out, limited);
    if (b != NULL) b += ldb;
  }
  return beyond;
}

#define INTAGLIO_SUM_NARROW_ROWS 1
#include "../lanes/scaled_sum.h"
#include "../lanes/end.h"
#endif
