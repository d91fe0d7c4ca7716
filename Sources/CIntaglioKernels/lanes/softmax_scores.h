/// What is asked of the scores of a softmax before e follows from them.
#include "row_extreme.h"

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
