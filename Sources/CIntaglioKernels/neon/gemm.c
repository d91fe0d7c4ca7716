/// u8 × s8 by `sdot` of a − 128, exact for every operand: packing keeps 128 · Σb of every column in
/// front of the strip's blocks. Sums are taken modulo 2³². Six rows would not leave registers enough.
///
/// There is no multiplication by lookups as in ../avx512vbmi. `tbl` finds 16 bytes, each the sum of two
/// products with weights of 2 bits, and an addition has to follow: 16 multiply-accumulates an
/// instruction, which is what `sdot` does without making tables. Three weights of 2 bits or two of 3 take
/// 64 entries in four registers: by the scheduling model of Neoverse N1 1.5 clocks a lookup, so 24
/// multiply-accumulates a clock at most where `sdot` has 32.
#if defined(__aarch64__)
#include "begin.h"

#include "../lanes/gemm_panels.h"

enum { TILE_ROWS = 5, PARTS = 4, HEAD = STRIP * sizeof(int32_t) };

INTAGLIO_INLINE size_t strip_size_of(size_t k) { return HEAD + ceiling(k, GROUP) * BLOCK; }

/// Σ over k of one packed strip, and its head.
INTAGLIO_INLINE i32x16 finish_strip(size_t k, uint8_t *strip) {
  const i32x16 sums = strip_sums(k, BLOCK, strip + HEAD), head = sums << 7;
  memcpy(strip, &head, sizeof head);
  return sums;
}

#include "gemm_strips.h"

/// Sixteen u8 less 128 each.
INTAGLIO_INLINE int8x16_t centered(uint8x16_t a) {
  return vreinterpretq_s8_u8(veorq_u8(a, vdupq_n_u8(128)));
}

/// Adds the products of one group of k, `four` as often as they fit.
INTAGLIO_INLINE void add_group(
    size_t rows, const int8x16_t four[TILE_ROWS], const uint8_t *block,
    int32x4_t sum[TILE_ROWS][PARTS]) {
  INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) {
    const int8x16_t b = vreinterpretq_s8_u8(vld1q_u8(block + 16 * p));
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      sum[i][p] = vdotq_s32(sum[i][p], b, four[i]);
    }
  }
}

/// Adds those of four groups, whose a one register of every row holds.
INTAGLIO_INLINE void add_four_groups(
    size_t rows, const uint8_t *a, size_t lda, const uint8_t *block,
    int32x4_t sum[TILE_ROWS][PARTS]) {
  int32x4_t row[TILE_ROWS];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    row[i] = vreinterpretq_s32_s8(centered(vld1q_u8(a + i * lda)));
  }
  INTAGLIO_UNROLL for (size_t g = 0; g < 4; g++) {
    int8x16_t four[TILE_ROWS];
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      four[i] = vreinterpretq_s8_s32(vdupq_n_s32(row[i][g]));
    }
    add_group(rows, four, block + g * BLOCK, sum);
  }
}

INTAGLIO_INLINE void multiply_tile(size_t rows, const tile_operands *of) {
  int32x4_t sum[TILE_ROWS][PARTS];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) sum[i][p] = vdupq_n_s32(0);
  }
  const uint8_t *a = of->a, *block = of->packed + HEAD;
  size_t left = of->k;
  for (; left >= 4 * GROUP; left -= 4 * GROUP, a += 4 * GROUP, block += 4 * BLOCK) {
    add_four_groups(rows, a, of->lda, block, sum);
  }
  while (left > 0) {
    const size_t count = left < GROUP ? left : GROUP;
    int8x16_t four[TILE_ROWS];
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
      four[i] = centered(vreinterpretq_u8_u32(vdupq_n_u32(four_of(a + i * of->lda, count))));
    }
    add_group(rows, four, block, sum);
    left -= count;
    a += count;
    block += BLOCK;
  }
  i32x16 start;
  memcpy(&start, of->packed, sizeof start);
  start += of->start;
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    i32x16 columns;
    memcpy(&columns, sum[i], sizeof columns);
    store_i32(of->c + i * of->ldc, columns + start, of->width);
  }
}

INTAGLIO_TILE(1)
INTAGLIO_TILE(2)
INTAGLIO_TILE(3)
INTAGLIO_TILE(4)
INTAGLIO_TILE(5)
static void (*const tiles[])(const tile_operands *) = {
    multiply_1, multiply_2, multiply_3, multiply_4, multiply_5};

INTAGLIO_GEMM_OF_STRIPS(u8s8, 5x16)
#include "../lanes/end.h"
#endif
