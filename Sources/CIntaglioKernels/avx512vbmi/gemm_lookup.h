/// u × s of 2 or 3 bits by looking sums of products up: `vpermb` finds, for 64 columns at a time,
/// Σ a·b over `DEPTH` k in a table of 64 bytes, whose index is the `DEPTH` b of a column. There are
/// only 64 different tables, one for each `DEPTH` a that a row may have; together they take 4 KB.
///
/// An entry is Σ (a − CENTER)·b + OFFSET, small enough that several entries add up in a byte before
/// they are widened. What CENTER and OFFSET bring in does not depend on the row and is corrected by
/// what every panel of 64 columns begins with: a number for each column.
///
/// Four lookups are a quad. A panel holds, quad after quad, four registers of indices; their even
/// bytes belong to the first 32 columns, the odd ones to the others, which is how sums are widened.
///
/// The including file has defined `DEPTH`, `GROUPS` (how many groups of 4 k a quad takes), `QUADS`
/// (how many of them add up in a byte), `CENTER`, `OFFSET`, the `tables`' `ENTRY`, `table_codes`, which of
/// them the a of a quad stand for, and `factors`, which make indices of the four b in a dword.

#include "../lanes/gemm_kernel.h"
#include "../lanes/gemm_pack.h"
#include "../lanes/weights_block.h"
#include "../lanes/weights_unpack.h"
#include "gemm_lookup_tables.h"

enum {
  TILE_ROWS = 8,
  LOOKUPS = 4,
  COLUMNS = WEIGHT_STRIPS * STRIP,
  HEAD = COLUMNS * 4,
  QUAD = LOOKUPS * COLUMNS,
  QUAD_DEPTH = GROUPS * GROUP,
  /// As many k as 16 bits hold the bytes of.
  CHUNK = 256 * QUADS * QUAD_DEPTH,
  /// Groups that are packed at a time: whole quads, and what packing is fastest with.
  PACK_GROUPS = 12,
};

INTAGLIO_INLINE size_t quads_of(size_t k) { return ceiling(k, QUAD_DEPTH); }

INTAGLIO_INLINE size_t panel_size(size_t k) { return HEAD + quads_of(k) * QUAD; }

typedef uint16_t u16x32 __attribute__((ext_vector_type(32)));

/// The indices of one lookup of 16 columns, from the low bits of their b.
INTAGLIO_INLINE __m512i strip_indices(size_t lookup, size_t s, u8x64 blocks[][WEIGHT_STRIPS]) {
  __m512i index = _mm512_setzero_si512();
  INTAGLIO_UNROLL for (size_t g = 0; g < GROUPS; g++) {
    if (factors[lookup][g] == 0) continue;
    const __m512i codes = (__m512i)(blocks[g][s] & ((1 << BITS) - 1));
    index = _mm512_dpbusd_epi32(index, codes, _mm512_set1_epi32((int)factors[lookup][g]));
  }
  return index;
}

INTAGLIO_INLINE __m512i panel_indices(size_t lookup, u8x64 blocks[][WEIGHT_STRIPS]) {
  const __m512i third = _mm512_slli_epi32(strip_indices(lookup, 2, blocks), 8);
  const __m512i fourth = _mm512_slli_epi32(strip_indices(lookup, 3, blocks), 8);
  const __m512i outer = _mm512_or_si512(strip_indices(lookup, 0, blocks), third);
  const __m512i inner = _mm512_or_si512(strip_indices(lookup, 1, blocks), fourth);
  return (__m512i)__builtin_shufflevector(
      (u16x32)outer, (u16x32)inner, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32,
      34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62);
}

/// Writes a quad and adds its columns to the sums.
INTAGLIO_INLINE void store_quad(
    u8x64 blocks[GROUPS][WEIGHT_STRIPS], i32x16 sums[WEIGHT_STRIPS], uint8_t *to) {
  INTAGLIO_UNROLL for (size_t t = 0; t < LOOKUPS; t++) {
    _mm512_storeu_si512(to + t * COLUMNS, panel_indices(t, blocks));
  }
  INTAGLIO_UNROLL for (size_t g = 0; g < GROUPS; g++) {
    INTAGLIO_UNROLL for (size_t s = 0; s < WEIGHT_STRIPS; s++) {
      sums[s] = add_fours(sums[s], (i32x16)blocks[g][s]);
    }
  }
}

/// What every row's sums are corrected by.
INTAGLIO_INLINE void store_head(const i32x16 sums[WEIGHT_STRIPS], size_t quads, uint8_t *panel) {
  INTAGLIO_UNROLL for (size_t s = 0; s < WEIGHT_STRIPS; s++) {
    const i32x16 head = sums[s] * CENTER - (int32_t)(quads * LOOKUPS * OFFSET);
    memcpy(panel + s * sizeof head, &head, sizeof head);
  }
}

INTAGLIO_INLINE void pack_panel(
    size_t k, size_t columns, const uint8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
    uint8_t *panel, int32_t *column_sums) {
  u8x64 blocks[PACK_GROUPS][WEIGHT_STRIPS];
  i32x16 sums[WEIGHT_STRIPS] = {0, 0, 0, 0};
  uint8_t *to = panel + HEAD;
  for (size_t i = 0; i < k; i += PACK_GROUPS * GROUP) {
    const size_t rows = k - i < PACK_GROUPS * GROUP ? k - i : PACK_GROUPS * GROUP;
    if (rows < PACK_GROUPS * GROUP || columns < COLUMNS) memset(blocks, 0, sizeof blocks);
    for (size_t j = 0; j < columns; j += STRIP) {
      pack_strip(
          rows, b + (ptrdiff_t)i * row_stride + (ptrdiff_t)j * column_stride, row_stride,
          column_stride, columns - j < STRIP ? columns - j : STRIP, sizeof blocks[0],
          (uint8_t *)&blocks[0][j / STRIP]);
    }
    for (size_t q = 0; q < quads_of(rows); q++, to += QUAD) {
      store_quad(blocks + q * GROUPS, sums, to);
    }
  }
  store_head(sums, quads_of(k), panel);
  if (column_sums != NULL) memcpy(column_sums, sums, columns * sizeof(int32_t));
}

INTAGLIO_INLINE void pack_panels_of_indices(
    size_t k, size_t n, const int8_t *b, ptrdiff_t row_stride, ptrdiff_t column_stride,
    uint8_t *packed, int32_t *column_sums) {
  for (size_t j = 0; j < n; j += COLUMNS, packed += panel_size(k)) {
    pack_panel(
        k, n - j < COLUMNS ? n - j : COLUMNS, (const uint8_t *)b + (ptrdiff_t)j * column_stride,
        row_stride, column_stride, packed, column_sums == NULL ? NULL : column_sums + j);
  }
}

/// Whole quads of a whole panel; returns their number.
INTAGLIO_INLINE size_t unpack_whole_quads(
    uint32_t width, size_t k, const uint8_t *weights, i32x16 sums[WEIGHT_STRIPS], uint8_t *to) {
  for (size_t q = 0; q < k / QUAD_DEPTH; q++, to += QUAD) {
    u8x64 blocks[GROUPS][WEIGHT_STRIPS];
    INTAGLIO_UNROLL for (size_t g = 0; g < GROUPS; g++) {
      INTAGLIO_UNROLL for (size_t s = 0; s < WEIGHT_STRIPS; s++) {
        blocks[g][s] = load_weights(width, WEIGHT_STRIPS, s, weights);
      }
      weights += group_size(width, WEIGHT_STRIPS);
    }
    store_quad(blocks, sums, to);
  }
  return k / QUAD_DEPTH;
}

INTAGLIO_INLINE void unpack_indices(
    uint32_t width, size_t k, size_t columns, const uint8_t *weights, uint8_t *panel) {
  const size_t strips = ceiling(columns, STRIP);
  i32x16 sums[WEIGHT_STRIPS] = {0, 0, 0, 0};
  size_t q = 0;
  if (width == BITS && strips == WEIGHT_STRIPS) {
    q = unpack_whole_quads(BITS, k, weights, sums, panel + HEAD);
  } else if (width == LEAST_WIDTH && strips == WEIGHT_STRIPS) {
    q = unpack_whole_quads(LEAST_WIDTH, k, weights, sums, panel + HEAD);
  }
  for (; q < quads_of(k); q++) {
    const size_t rows = k - q * QUAD_DEPTH < QUAD_DEPTH ? k - q * QUAD_DEPTH : QUAD_DEPTH;
    u8x64 blocks[GROUPS][WEIGHT_STRIPS] = {0};
    const unpacking quad = {
        .groups = ceiling(rows, GROUP),
        .strips = strips,
        .weights = weights + q * GROUPS * group_size(width, strips),
        .blocks = (uint8_t *)blocks,
        .group_step = sizeof blocks[0],
        .strip_step = BLOCK,
    };
    unpack_panel[width - LEAST_WIDTH](&quad);
    store_quad(blocks, sums, panel + HEAD + q * QUAD);
  }
  store_head(sums, quads_of(k), panel);
}

/// What a tile multiplies, and where to.
typedef struct tile_operands {
  size_t k;
  const uint8_t *a;
  size_t lda;
  const uint8_t *indices;
  /// Where the sums start: a row that all rows share, or C itself.
  const int32_t *start;
  size_t start_step;
  int32_t *c;
  size_t ldc;
  size_t columns;
} tile_operands;

/// The entries that a table's code, in the lowest six bits, and the indices stand for.
INTAGLIO_INLINE __m512i look_up(__m512i index, uint64_t code) {
  return _mm512_permutexvar_epi8(index, _mm512_load_si512(tables[code & 63]));
}

/// Adds one quad's entries of every row.
INTAGLIO_INLINE void add_quad(
    size_t rows, const uint8_t *a, size_t lda, const uint8_t *indices, __m512i entries[TILE_ROWS]) {
  __m512i index[LOOKUPS];
  INTAGLIO_UNROLL for (size_t t = 0; t < LOOKUPS; t++) {
    index[t] = _mm512_loadu_si512(indices + t * COLUMNS);
  }
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    const uint64_t codes = table_codes(a + i * lda);
    const __m512i first = look_up(index[0], codes), second = look_up(index[1], codes >> 6);
    const __m512i third = look_up(index[2], codes >> 12), last = look_up(index[3], codes >> 18);
    entries[i] = _mm512_add_epi8(entries[i], _mm512_add_epi8(first, second));
    entries[i] = _mm512_add_epi8(entries[i], _mm512_add_epi8(third, last));
  }
}

/// Sums of bytes in 16 bits: all of them, modulo 2¹⁶, as if pairs of bytes were numbers; and the
/// odd ones.
typedef struct byte_sums {
  __m512i pairs[TILE_ROWS];
  __m512i odd[TILE_ROWS];
} byte_sums;

INTAGLIO_INLINE void add_quads(
    size_t rows, size_t count, const uint8_t *a, size_t lda, const uint8_t *indices,
    byte_sums *sums) {
  __m512i entries[TILE_ROWS];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) entries[i] = _mm512_setzero_si512();
  _Pragma("clang loop unroll(disable)") for (size_t q = 0; q < count; q++) {
    add_quad(rows, a + q * QUAD_DEPTH, lda, indices + q * QUAD, entries);
  }
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    sums->pairs[i] = _mm512_add_epi16(sums->pairs[i], entries[i]);
    sums->odd[i] = _mm512_add_epi16(sums->odd[i], _mm512_srli_epi16(entries[i], 8));
  }
}

/// The last a of every row, fewer than a quad takes.
INTAGLIO_INLINE void add_rest(
    size_t rows, size_t count, const uint8_t *a, size_t lda, const uint8_t *indices,
    byte_sums *sums) {
  uint8_t rest[TILE_ROWS][QUAD_DEPTH] = {0};
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    for (size_t p = 0; p < count; p++) rest[i][p] = a[i * lda + p];
  }
  add_quads(rows, 1, rest[0], QUAD_DEPTH, indices, sums);
}

/// 16 columns of a row.
INTAGLIO_INLINE void store_strip_sums(const tile_operands *of, size_t i, size_t s, __m256i sums) {
  if (of->columns <= s * STRIP) return;
  const size_t width = of->columns - s * STRIP < STRIP ? of->columns - s * STRIP : STRIP;
  const i32x16 start = load_i32(of->start + i * of->start_step + s * STRIP, width);
  store_i32(of->c + i * of->ldc + s * STRIP, start + (i32x16)_mm512_cvtepu16_epi32(sums), width);
}

INTAGLIO_INLINE void multiply_tile(size_t rows, const tile_operands *of) {
  byte_sums sums;
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    sums.pairs[i] = sums.odd[i] = _mm512_setzero_si512();
  }
  const uint8_t *a = of->a, *indices = of->indices;
  size_t left = of->k;
  for (; left >= QUADS * QUAD_DEPTH; left -= QUADS * QUAD_DEPTH) {
    add_quads(rows, QUADS, a, of->lda, indices, &sums);
    a += QUADS * QUAD_DEPTH;
    indices += QUADS * QUAD;
  }
  for (; left >= QUAD_DEPTH; left -= QUAD_DEPTH, a += QUAD_DEPTH, indices += QUAD) {
    add_quads(rows, 1, a, of->lda, indices, &sums);
  }
  if (left > 0) add_rest(rows, left, a, of->lda, indices, &sums);
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    const __m512i odd = sums.odd[i];
    const __m512i even = _mm512_sub_epi16(sums.pairs[i], _mm512_slli_epi16(odd, 8));
    store_strip_sums(of, i, 0, _mm512_castsi512_si256(even));
    store_strip_sums(of, i, 1, _mm512_extracti64x4_epi64(even, 1));
    store_strip_sums(of, i, 2, _mm512_castsi512_si256(odd));
    store_strip_sums(of, i, 3, _mm512_extracti64x4_epi64(odd, 1));
  }
}

#define INTAGLIO_TILE(rows) \
  static void multiply_##rows(const tile_operands *operands) { multiply_tile(rows, operands); }
INTAGLIO_TILE(1)
INTAGLIO_TILE(2)
INTAGLIO_TILE(3)
INTAGLIO_TILE(4)
INTAGLIO_TILE(5)
INTAGLIO_TILE(6)
INTAGLIO_TILE(7)
INTAGLIO_TILE(8)

/// By rows − 1.
static void (*const tiles[TILE_ROWS])(const tile_operands *) = {
    multiply_1, multiply_2, multiply_3, multiply_4, multiply_5, multiply_6, multiply_7, multiply_8};

/// Up to `TILE_ROWS` rows by one panel, as many k at a time as 16 bits hold.
INTAGLIO_INLINE void multiply_row_panel(size_t rows, size_t k, tile_operands operands) {
  for (size_t first = 0; first == 0 || first < k; first += CHUNK) {
    operands.k = k - first < CHUNK ? k - first : CHUNK;
    tiles[rows - 1](&operands);
    operands.a += CHUNK;
    operands.indices += CHUNK / QUAD_DEPTH * QUAD;
    operands.start = operands.c;
    operands.start_step = operands.ldc;
  }
}

INTAGLIO_INLINE void multiply_panels(
    size_t m, size_t n, size_t k, const uint8_t *a, size_t lda, const uint8_t *panel,
    const int32_t *initial, int32_t *c, size_t ldc) {
  for (size_t j = 0; j < n; j += COLUMNS, panel += panel_size(k)) {
    int32_t start[COLUMNS];
    memcpy(start, panel, sizeof start);
    tile_operands operands = {
        .lda = lda,
        .indices = panel + HEAD,
        .start = start,
        .ldc = ldc,
        .columns = n - j < COLUMNS ? n - j : COLUMNS,
    };
    if (initial != NULL) {
      for (size_t i = 0; i < operands.columns; i++) start[i] += initial[j + i];
    }
    for (size_t i = 0; i < m; i += TILE_ROWS) {
      operands.a = a + i * lda;
      operands.c = c + i * ldc + j;
      multiply_row_panel(m - i < TILE_ROWS ? m - i : TILE_ROWS, k, operands);
    }
  }
}

#define INTAGLIO_GEMM_OF_LOOKUPS(types)                                                \
  INTAGLIO_GEMM_KERNEL(                                                                \
      types, 8x64, ceiling(n, COLUMNS) * panel_size(k),                                \
      pack_panels_of_indices(k, n, b, row_stride, column_stride, packed, column_sums), \
      if (columns > 0) unpack_indices(width, k, columns, weights, packed),             \
      multiply_panels(m, n, k, a, lda, packed, initial, c, ldc))
