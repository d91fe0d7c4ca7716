#if defined(__x86_64__)
#include "begin.h"

enum { CELLS = 256, WAYS = 2, COLUMNS = 64 };

/// One of 256 bytes for each lane.
typedef struct byte_table {
  __m512i quarters[4];
} byte_table;

INTAGLIO_INLINE byte_table load_table(const uint8_t *from) {
  byte_table table;
  for (int i = 0; i < 4; i++) table.quarters[i] = _mm512_loadu_si512(from + 64 * i);
  return table;
}

/// 64 indices: the cells that they are in, and where in it.
typedef struct cell_places {
  __m512i cell, low;
  /// The cells from 128 on.
  __mmask64 upper;
} cell_places;

/// A permutation sees the lower seven bits of a cell: one for the cells below 128, one for the others.
INTAGLIO_INLINE __m512i entries_of(const byte_table *table, const cell_places *places) {
  const __m512i *quarters = table->quarters;
  const __m512i some = _mm512_mask2_permutex2var_epi8(
      quarters[2], places->cell, places->upper, quarters[3]);
  return _mm512_mask2_permutex2var_epi8(
      quarters[0], some, _knot_mask64(places->upper), quarters[1]);
}

// Where the bytes of 64 words are that were packed with saturation from four registers, two and two:
// each sixteen bytes of a pair hold four words of the one and four of the other.
#define FOUR(byte) byte, (byte) + 2, (byte) + 4, (byte) + 6
#define SIXTEEN(byte) FOUR(byte), FOUR((byte) + 16), FOUR((byte) + 32), FOUR((byte) + 48)
static const uint8_t lower_bytes[COLUMNS] = {SIXTEEN(0), SIXTEEN(8), SIXTEEN(64), SIXTEEN(72)};
static const uint8_t upper_bytes[COLUMNS] = {SIXTEEN(1), SIXTEEN(9), SIXTEEN(65), SIXTEEN(73)};
#undef SIXTEEN
#undef FOUR

/// `width` ≤ 64 indices, those behind them 0.
INTAGLIO_INLINE cell_places places_of(const int32_t *index, size_t width) {
  __m512i quarters[4];
  for (size_t i = 0; i < 4; i++) {
    const size_t first = i * LANES;
    const size_t rest = width <= first ? 0 : width - first;
    quarters[i] = (__m512i)load_i32(index + (rest == 0 ? 0 : first), rest < LANES ? rest : LANES);
  }
  const __m512i left = _mm512_packs_epi32(quarters[0], quarters[1]);
  const __m512i right = _mm512_packs_epi32(quarters[2], quarters[3]);
  cell_places places;
  places.cell = _mm512_permutex2var_epi8(left, _mm512_loadu_si512(upper_bytes), right);
  places.low = _mm512_permutex2var_epi8(left, _mm512_loadu_si512(lower_bytes), right);
  places.upper = _mm512_movepi8_mask(places.cell);
  return places;
}

/// `width` ≤ 64 columns of `ways` rows, which share what is loaded of the cells.
INTAGLIO_INLINE void cells_block(
    size_t ways, const int32_t *index, size_t ldindex, uint32_t rises, uint32_t falls,
    const uint8_t *cells, uint8_t *out, size_t ldout, size_t width) {
  const __m512i minus_one = _mm512_set1_epi8(-1);
  cell_places places[WAYS];
  __m512i code[WAYS];
  const byte_table base = load_table(cells);
  for (size_t i = 0; i < ways; i++) {
    places[i] = places_of(index + i * ldindex, width);
    code[i] = entries_of(&base, &places[i]);
  }
  for (uint32_t s = 0; s < rises + falls; s++) {
    cells += CELLS;
    const byte_table steps = load_table(cells);
    for (size_t i = 0; i < ways; i++) {
      const __mmask64 beyond = _mm512_cmplt_epu8_mask(
          entries_of(&steps, &places[i]), places[i].low);
      code[i] = s < rises ? _mm512_mask_sub_epi8(code[i], beyond, code[i], minus_one)
                          : _mm512_mask_add_epi8(code[i], beyond, code[i], minus_one);
    }
  }
  const __mmask64 inside = width == COLUMNS ? ~UINT64_C(0) : (UINT64_C(1) << width) - 1;
  for (size_t i = 0; i < ways; i++) _mm512_mask_storeu_epi8(out + i * ldout, inside, code[i]);
}

void intaglio_lookup_cells_i32__avx512vbmi(
    size_t rows, size_t cols, const int32_t *index, size_t ldindex, uint32_t rises, uint32_t falls,
    const uint8_t *cells, uint8_t *out, size_t ldout) {
  size_t i = 0;
  for (; i + WAYS <= rows; i += WAYS, index += WAYS * ldindex, out += WAYS * ldout) {
    size_t j = 0;
    for (; j + COLUMNS <= cols; j += COLUMNS) {
      cells_block(WAYS, index + j, ldindex, rises, falls, cells, out + j, ldout, COLUMNS);
    }
    if (j < cols) {
      cells_block(WAYS, index + j, ldindex, rises, falls, cells, out + j, ldout, cols - j);
    }
  }
  for (; i < rows; i++, index += ldindex, out += ldout) {
    for (size_t j = 0; j < cols; j += COLUMNS) {
      const size_t width = cols - j < COLUMNS ? cols - j : COLUMNS;
      cells_block(1, index + j, ldindex, rises, falls, cells, out + j, ldout, width);
    }
  }
}
#include "../lanes/end.h"
#endif
