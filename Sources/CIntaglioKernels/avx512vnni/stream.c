#if defined(__x86_64__)
#include "begin.h"

/// Eight sums of one row: v = a · ma + b · mb + offset, where `offset` holds half a unit more.
typedef struct sum_eight {
  __m512i ma, mb, offset, shift;
  /// The bits that are shifted out: all 0 after adding half a unit where v was a tie. All ones where
  /// nothing is shifted out, so that only v = 0 looks like one, and is even.
  __m512i below;
} sum_eight;

INTAGLIO_INLINE sum_eight sum_eight_of(
    const int64_t *ma, const int64_t *mb, const int64_t *offset, const int32_t *shift) {
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

/// Every row of sixteen columns, where factors fit in 32 bits and `lo` and `hi` are not the ends of
/// the type; the number of elements beyond the limits.
INTAGLIO_INLINE uint64_t sum_narrow_rows(
    size_t rows, const int32_t *a, size_t lda, const int64_t *ma, const int32_t *b, size_t ldb,
    const int64_t *mb, const int64_t *offset, const int32_t *shift, int32_t lo, int32_t hi,
    int32_t *out, size_t ldout) {
  const sum_eight first = sum_eight_of(ma, mb, offset, shift);
  const sum_eight second = sum_eight_of(ma + 8, mb == NULL ? NULL : mb + 8, offset + 8, shift + 8);
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
#include "../lanes/stream.h"
#include "end.h"
#endif
