/// The extreme element of a row.
#ifndef INTAGLIO_ROW_EXTREME_H
#define INTAGLIO_ROW_EXTREME_H

/// The largest of a ^ `turn`, where −1 turns the order round.
INTAGLIO_INLINE int32_t largest(size_t cols, const int32_t *a, int32_t turn) {
  i32x16 most = INT32_MIN;
  size_t j = 0;
  for (; j + LANES <= cols; j += LANES) {
    const i32x16 value = load_i32(a + j, LANES) ^ turn;
    most = value > most ? value : most;
  }
  if (j < cols) {
    const i32x16 value = load_i32(a + j, cols - j) ^ turn;
    most = (value > most) & lanes_from_start(cols - j) ? value : most;
  }
  return __builtin_reduce_max(most);
}

#endif
