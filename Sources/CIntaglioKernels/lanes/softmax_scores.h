/// What is asked of the scores of a softmax before e follows from them.

/// Which table e is taken from.
typedef enum power_table {
  /// Of every distance.
  POWERS_OF_DISTANCES,
  /// That of (23).
  POWERS_OF_FRACTIONS,
  /// Those of (32).
  POWERS_BY_PRODUCTS,
} power_table;

/// How e follows from scores, known where the code for it is made.
typedef struct power_form {
  /// −1 where the smallest score of a row counts, 0 where the largest does.
  int32_t turn;
  power_table table;
  /// How many blocks of 64 the table has.
  size_t blocks;
} power_form;

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
