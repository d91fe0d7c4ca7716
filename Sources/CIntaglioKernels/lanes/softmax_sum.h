/// The divisor of a softmax, for every instruction set.
#ifndef INTAGLIO_SOFTMAX_SUM_H
#define INTAGLIO_SOFTMAX_SUM_H

#include "../targets.h"

/// Σ of a row, and 1 where every e is 0: the largest score has an e of its own unless the table is
/// not that of an exponential, as in a file that is not what it says. All quotients are 0 then.
static inline uint64_t sum_of_powers(uint64_t sum) { return sum + (sum == 0); }

#endif
