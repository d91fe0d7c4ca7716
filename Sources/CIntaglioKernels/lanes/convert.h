/// The kernels of intaglio_convert.h in lanes.
#include "row_extreme.h"

void INTAGLIO_KERNEL(intaglio_convert_row_sums_u8)(
    size_t rows, size_t cols, const uint8_t *a, size_t lda, int32_t *sums) {
  for (size_t i = 0; i < rows; i++, a += lda) {
    i32x16 partial = 0;
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
      partial += __builtin_convertvector(load_u8(a + j, LANES), i32x16);
    }
    if (j < cols) partial += __builtin_convertvector(load_u8(a + j, cols - j), i32x16);
    sums[i] = __builtin_reduce_add(partial);
  }
}

void INTAGLIO_KERNEL(intaglio_convert_offset_x8)(
    size_t rows, size_t cols, const uint8_t *in, size_t ldin, uint8_t offset, uint8_t *out,
    size_t ldout) {
  if (ldin == cols && ldout == cols) {
    cols *= rows;
    rows = cols == 0 ? 0 : 1;
  }
  for (size_t i = 0; i < rows; i++, in += ldin, out += ldout) {
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
      store_u8(out + j, load_u8(in + j, LANES) + offset, LANES);
    }
    if (j < cols) store_u8(out + j, load_u8(in + j, cols - j) + offset, cols - j);
  }
}

/// `most` less x ^ `turn`, 2³¹ − 2 at most.
INTAGLIO_INLINE void distances_block(
    const int32_t *x, int32_t turn, int32_t most, int32_t *out, size_t width) {
  const u32x16 distance = (uint32_t)most - (u32x16)(load_i32(x, width) ^ turn);
  store_i32(out, (i32x16)(distance > INT32_MAX - 1 ? INT32_MAX - 1 : distance), width);
}

void INTAGLIO_KERNEL(intaglio_convert_distances_i32)(
    size_t rows, size_t cols, const int32_t *x, size_t ldx, bool from_smallest, int32_t *out,
    size_t ldout) {
  const int32_t turn = from_smallest ? -1 : 0;
  for (size_t i = 0; i < rows; i++, x += ldx, out += ldout) {
    const int32_t most = largest(cols, x, turn);
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) distances_block(x + j, turn, most, out + j, LANES);
    if (j < cols) distances_block(x + j, turn, most, out + j, cols - j);
  }
}
