/// u8 × s8 by `usmmla`: two rows by two columns, eight k at a time, exact for every operand. Two
/// blocks of B are zipped, so that the eight weights of a column lie side by side.
#if defined(__aarch64__)
#include "begin.h"

#include "../lanes/gemm_panels.h"

enum { TILE_ROWS = 6, PAIRS = TILE_ROWS / 2, PARTS = STRIP / 2, STEP = 2 * GROUP, HEAD = 0 };

INTAGLIO_INLINE size_t strip_size_of(size_t k) { return ceiling(k, STEP) * 2 * BLOCK; }

/// Zips every two blocks of a strip; the last one with zeros where it has no other.
INTAGLIO_INLINE i32x16 finish_strip(size_t k, uint8_t *strip) {
  const i32x16 sums = strip_sums(k, BLOCK, strip);
  if (ceiling(k, GROUP) % 2 != 0) memset(strip + ceiling(k, GROUP) * BLOCK, 0, BLOCK);
  for (size_t left = ceiling(k, STEP); left > 0; left--, strip += 2 * BLOCK) {
    uint32x4_t first[4], second[4];
    memcpy(first, strip, sizeof first);
    memcpy(second, strip + BLOCK, sizeof second);
    for (size_t i = 0; i < 4; i++) {
      vst1q_u8(strip + 32 * i, vreinterpretq_u8_u32(vzip1q_u32(first[i], second[i])));
      vst1q_u8(strip + 32 * i + 16, vreinterpretq_u8_u32(vzip2q_u32(first[i], second[i])));
    }
  }
  return sums;
}

#include "../neon/gemm_strips.h"

/// The `count` ≤ 8 a from `a` on, and 0 behind them.
INTAGLIO_INLINE uint8x8_t eight_of(const uint8_t *a, size_t count) {
  if (count >= STEP) return vld1_u8(a);
  uint64_t eight = four_of(a, count);
  if (count > GROUP) eight |= (uint64_t)four_of(a + GROUP, count - GROUP) << 32;
  return vcreate_u8(eight);
}

/// Adds the products of the `count` ≤ 8 a of every row with two blocks. The last of an odd number of
/// rows counts twice.
INTAGLIO_INLINE void add_step(
    size_t rows, size_t count, const uint8_t *a, size_t lda, const uint8_t *blocks,
    int32x4_t sum[PAIRS][PARTS]) {
  uint8x16_t two[PAIRS];
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i += 2) {
    const uint8_t *second = a + (i + 1 < rows ? i + 1 : i) * lda;
    two[i / 2] = vcombine_u8(eight_of(a + i * lda, count), eight_of(second, count));
  }
  INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) {
    const int8x16_t b = vreinterpretq_s8_u8(vld1q_u8(blocks + 16 * p));
    INTAGLIO_UNROLL for (size_t i = 0; i < rows; i += 2) {
      sum[i / 2][p] = vusmmlaq_s32(sum[i / 2][p], two[i / 2], b);
    }
  }
}

/// The sums of the first or of the second row of a pair, in the order of the columns.
INTAGLIO_INLINE i32x16 sixteen_columns(const int32x4_t sum[PARTS], size_t row) {
  int64x2_t columns[PARTS / 2];
  INTAGLIO_UNROLL for (size_t p = 0; p < PARTS / 2; p++) {
    const int64x2_t left = vreinterpretq_s64_s32(sum[2 * p]);
    const int64x2_t right = vreinterpretq_s64_s32(sum[2 * p + 1]);
    columns[p] = row == 0 ? vzip1q_s64(left, right) : vzip2q_s64(left, right);
  }
  i32x16 result;
  memcpy(&result, columns, sizeof result);
  return result;
}

INTAGLIO_INLINE void multiply_tile(size_t rows, const tile_operands *of) {
  int32x4_t sum[PAIRS][PARTS];
  INTAGLIO_UNROLL for (size_t i = 0; i < PAIRS; i++) {
    INTAGLIO_UNROLL for (size_t p = 0; p < PARTS; p++) sum[i][p] = vdupq_n_s32(0);
  }
  const uint8_t *a = of->a, *blocks = of->packed;
  size_t left = of->k;
  for (; left >= STEP; left -= STEP, a += STEP, blocks += 2 * BLOCK) {
    add_step(rows, STEP, a, of->lda, blocks, sum);
  }
  if (left > 0) add_step(rows, left, a, of->lda, blocks, sum);
  INTAGLIO_UNROLL for (size_t i = 0; i < rows; i++) {
    store_i32(of->c + i * of->ldc, sixteen_columns(sum[i / 2], i % 2) + of->start, of->width);
  }
}

INTAGLIO_SIX_TILES

INTAGLIO_GEMM_OF_STRIPS(u8s8, 6x16)
#include "../lanes/end.h"
#endif
